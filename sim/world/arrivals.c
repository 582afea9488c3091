#include "world/arrivals.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "engine/events.h"
#include "input/bootstrap.h"

static const char *name_or(const struct trace *trace, uint32_t id, const char *fallback)
{
    return id == NAMES_NONE ? fallback : trace->names.text[id];
}

static struct source_kind resolve(const struct demand_spec *spec,
                                  const struct job_kind *kind, const char *workload,
                                  const char *tenant, struct routes *routes)
{
    const struct job_kind *fill = &spec->kind;
    uint32_t route = routes_add(routes, spec, kind, workload);
    return (struct source_kind){
        .route = route,
        .work_ratio = route_work_ratio(routes, spec, workload, route),
        .workload_group = UINT32_MAX,
        .tenant_group = UINT32_MAX,
        .workload = workload,
        .tenant = tenant,
        .preemptible = kind->preemptible || fill->preemptible,
        .young_daly = spec->young_daly,
        .failures_per_d = spec->failures_per_d,
        .checkpoint_interval_ms = kind->checkpoint_interval_ms
                                      ? kind->checkpoint_interval_ms
                                      : fill->checkpoint_interval_ms,
        .checkpoint_cost_ms = kind->checkpoint_cost_ms ? kind->checkpoint_cost_ms
                                                       : fill->checkpoint_cost_ms,
        .restart_ms = kind->restart_ms ? kind->restart_ms : fill->restart_ms,
    };
}

static void resolve_kinds(struct source *source, struct routes *routes,
                          struct arena *arena)
{
    const struct demand_spec *spec = source->spec;
    const struct trace *trace = spec->trace;
    if (!trace) {
        source->kinds = ARENA_ARRAY(arena, 1, struct source_kind);
        source->kinds[0] =
            resolve(spec, &spec->kind, spec->workload, spec->tenant, routes);
        return;
    }
    source->kinds = ARENA_ARRAY(arena, trace->n_kinds, struct source_kind);
    for (size_t k = 0; k < trace->n_kinds; k++) {
        const struct job_kind *kind = &trace->kinds[k];
        source->kinds[k] =
            resolve(spec, kind, name_or(trace, kind->workload, spec->workload),
                    name_or(trace, kind->tenant, spec->tenant), routes);
    }
}

static void resolve_levels(struct arrivals *arrivals, struct routes *routes,
                           struct arena *arena)
{
    const struct scenario *scenario = arrivals->scenario;
    for (size_t i = 0; i < scenario->n_levels; i++) {
        const struct level_trace *trace = scenario->levels[i].trace;
        arrivals->n_level_kinds += trace ? (uint32_t)trace->n_series : 1;
    }
    arrivals->level_kinds =
        ARENA_ARRAY(arena, arrivals->n_level_kinds, struct source_kind);
    struct source_kind *kinds = arrivals->level_kinds;
    for (size_t i = 0; i < scenario->n_levels; i++) {
        const struct level_spec *level = &scenario->levels[i];
        const struct level_trace *trace = level->trace;
        const struct demand_spec like = {.label = level->label, .kind = level->kind};
        if (!trace)
            *kinds++ =
                resolve(&like, &level->kind, level->workload, level->tenant, routes);
        for (size_t s = 0; trace && s < trace->n_series; s++) {
            const struct level_series *series = &trace->series[s];
            struct job_kind kind = {.classes = series->classes,
                                    .jurisdiction = series->jurisdiction};
            const char *workload = series->workload == NAMES_NONE
                                       ? level->workload
                                       : trace->names.text[series->workload];
            *kinds++ = resolve(&like, &kind, workload, level->tenant, routes);
        }
    }
}

struct source_kind *arrivals_kinds(struct arrivals *arrivals, uint32_t i, size_t *n)
{
    if (i == arrivals->n) {
        *n = arrivals->n_level_kinds;
        return arrivals->level_kinds;
    }
    const struct source *source = &arrivals->sources[i];
    *n = source->spec->trace ? source->spec->trace->n_kinds : 1;
    return source->kinds;
}

/* How many copies of a job there are: the factor's whole part, and one more when the
 * draw that belongs to that copy lies below the rest. */
static uint32_t copies_of(const struct source *source, uint64_t number,
                          int64_t submit_ms)
{
    double factor = source->spec->scale;
    if (source->spec->growth_per_y != 0)
        factor *=
            pow(1 + source->spec->growth_per_y, (double)submit_ms / (double)MS_PER_Y);
    factor = nearbyint(factor * 1e9) / 1e9;
    double whole = floor(factor);
    uint32_t copies = (uint32_t)whole;
    if (factor > whole && rng_at(&source->thinning, number, copies) < factor - whole)
        copies++;
    return copies;
}

static int64_t shifted(int64_t time_ms, int64_t shift_ms)
{
    return time_ms == INT64_MAX ? NEVER_MS : time_ms + shift_ms;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static struct arrival arrival_of(const struct source *source, size_t row, uint32_t copy)
{
    const struct demand_spec *spec = source->spec;
    const struct trace *trace = spec->trace;
    const struct job *job = &trace->jobs[row];
    const struct job_times *times = trace->times ? &trace->times[row] : NULL;
    int64_t shift = source->shift_ms;
    int64_t submit = job->submit_ms + shift;
    int64_t late = spec->deadline_after_ms == NEVER_MS
                       ? NEVER_MS
                       : submit + spec->deadline_after_ms;
    return (struct arrival){
        .submit_ms = submit,
        .duration_ms = job->duration_ms,
        .limit_ms = job->limit_ms,
        .deadline_ms = earlier(late, times ? shifted(times->deadline_ms, shift) : late),
        .patience_ms =
            earlier(spec->patience_ms, times ? times->patience_ms : NEVER_MS),
        .gpus = job->gpus,
        .priority = job->priority ? job->priority : (int32_t)spec->priority,
        .kind = &source->kinds[job->kind],
        .source = source->index,
        .row = row,
        .lap = source->lap,
        .copy = copy,
    };
}

/* The first job submitted at `at_ms` or later, on the trace's clock. */
static uint64_t row_at(const struct trace *trace, int64_t at_ms)
{
    uint64_t low = 0, high = trace->n;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (trace->jobs[middle].submit_ms < at_ms)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Draws the stretch of history that stands in the block `lap`; false at the horizon. */
static bool begin_block(struct source *source)
{
    const struct demand_spec *spec = source->spec;
    int64_t target_ms = source->lap * spec->block_ms, first_ms;
    if (target_ms >= source->horizon_ms)
        return false;
    int64_t choices =
        bootstrap_choices(spec, source->start_unix_ms, target_ms, &first_ms);
    double pick = rng_at(&source->blocks, source->lap, 0) * (double)choices;
    int64_t from_ms = first_ms + 7 * MS_PER_D * (int64_t)pick;
    source->shift_ms = target_ms - from_ms;
    source->row = row_at(spec->trace, from_ms);
    source->row_end = row_at(spec->trace, from_ms + spec->block_ms);
    return true;
}

/* On to the next time through the trace; false where there is none. */
static bool begin_lap(struct source *source)
{
    const struct demand_spec *spec = source->spec;
    if (spec->block_ms > 0) {
        source->lap++;
        return begin_block(source);
    }
    if (spec->after_end != AFTER_END_REPEAT || spec->trace->n == 0)
        return false;
    source->lap++;
    source->shift_ms = spec->shift_ms + source->lap * spec->period_ms;
    source->row = 0;
    return true;
}

static void advance_trace(struct source *source)
{
    const struct demand_spec *spec = source->spec;
    const struct trace *trace = spec->trace;

    while (source->copy == source->copies) {
        if (source->row == source->row_end) {
            if (!begin_lap(source))
                break;
            continue;
        }
        const struct job *job = &trace->jobs[source->row];
        int64_t submit = job->submit_ms + source->shift_ms;
        source->copy = 0;
        source->copies = 1;
        if (spec->scale != 1 || spec->growth_per_y != 0)
            source->copies = copies_of(
                source, source->lap * (uint64_t)trace->n + source->row, submit);
        source->row++;
        if (submit >= source->horizon_ms) {
            source->done = true;
            return;
        }
    }
    if (source->copy == source->copies) {
        source->done = true;
        return;
    }

    source->next = arrival_of(source, source->row - 1, source->copy++);
}

static int64_t limit_of(const struct demand_spec *spec, int64_t duration_ms)
{
    if (spec->limit_ratio == 0)
        return 0;
    double limit = ceil((double)duration_ms * spec->limit_ratio);
    return limit < 1 ? 1 : (int64_t)limit;
}

static void advance_model(struct source *source)
{
    const struct demand_spec *spec = source->spec;
    struct job_draw draw;
    while (source->copy == source->copies) {
        if (!spec->model->demand.next(spec->params, source->model_state,
                                      &source->model_rng, &draw) ||
            draw.submit_ms >= source->horizon_ms) {
            source->done = true;
            return;
        }
        int64_t late = spec->deadline_after_ms;
        source->copy = 0;
        source->copies = 1;
        if (spec->scale != 1 || spec->growth_per_y != 0)
            source->copies = copies_of(source, source->row, draw.submit_ms);
        source->next = (struct arrival){
            .submit_ms = draw.submit_ms,
            .duration_ms = draw.duration_ms,
            .limit_ms = limit_of(spec, draw.duration_ms),
            .deadline_ms = late == NEVER_MS ? NEVER_MS : draw.submit_ms + late,
            .patience_ms = spec->patience_ms,
            .gpus = (int32_t)draw.gpus,
            .priority = (int32_t)spec->priority,
            .kind = &source->kinds[0],
            .source = source->index,
            .row = source->row++,
        };
    }
    source->next.copy = source->copy++;
}

static void advance(struct source *source)
{
    if (source->spec->trace)
        advance_trace(source);
    else
        advance_model(source);
}

static void choose(struct arrivals *arrivals)
{
    arrivals->first = arrivals->n;
    arrivals->next_ms = NEVER_MS;
    for (uint32_t i = 0; i < arrivals->n; i++) {
        const struct source *source = &arrivals->sources[i];
        if (source->done || source->next.submit_ms >= arrivals->next_ms)
            continue;
        arrivals->first = i;
        arrivals->next_ms = source->next.submit_ms;
    }
}

void arrivals_init(struct arrivals *arrivals, const struct scenario *scenario,
                   uint64_t replication, struct routes *routes, struct arena *arena)
{
    *arrivals =
        (struct arrivals){.scenario = scenario, .n = (uint32_t)scenario->n_demand};
    arrivals->sources = ARENA_ARRAY(arena, arrivals->n, struct source);
    for (uint32_t i = 0; i < arrivals->n; i++) {
        struct source *source = &arrivals->sources[i];
        const struct demand_spec *spec = &scenario->demand[i];
        struct rng_key key = {(uint64_t)scenario->seed, replication, "demand",
                              spec->label};
        source->spec = spec;
        source->index = i;
        source->horizon_ms = earlier(scenario->horizon_ms, EVENTS_TIME_MAX);
        resolve_kinds(source, routes, arena);
        rng_init(&source->model_rng, key);
        key.purpose = "thinning";
        rng_init(&source->thinning, key);
        if (spec->model) {
            struct demand_setting setting = {scenario->start_unix_ms,
                                             scenario->horizon_ms};
            source->model_state = arena_alloc(arena, spec->model->state_size);
            if (spec->model->start)
                spec->model->start(spec->params, source->model_state, &setting);
        }
        key.purpose = "bootstrap";
        rng_init(&source->blocks, key);
        source->start_unix_ms = scenario->start_unix_ms;
        source->shift_ms = spec->shift_ms;
        source->row_end = spec->trace ? spec->trace->n : 0;
        if (spec->block_ms > 0 && !begin_block(source))
            source->row = source->row_end;
        source->done = spec->initial;
        if (!source->done)
            advance(source);
    }
    if (scenario->n_levels > 0)
        resolve_levels(arrivals, routes, arena);
    choose(arrivals);
}

bool arrivals_initial(const struct arrivals *arrivals, size_t n,
                      struct arrival *arrival, int64_t *started_ms)
{
    const struct source *source = arrivals->sources;
    if (arrivals->n == 0 || !source->spec->initial || n >= source->spec->trace->n)
        return false;
    const struct job_times *times = source->spec->trace->times;
    *arrival = arrival_of(source, n, 0);
    *started_ms =
        times ? shifted(times[n].started_ms, source->spec->shift_ms) : NEVER_MS;
    return true;
}

struct arrival arrivals_take(struct arrivals *arrivals)
{
    assert(arrivals->first < arrivals->n);
    struct source *source = &arrivals->sources[arrivals->first];
    struct arrival arrival = source->next;
    advance(source);
    assert(source->done || source->next.submit_ms >= arrival.submit_ms);
    if (arrivals->n > 1)
        choose(arrivals);
    else
        arrivals->next_ms = source->done ? NEVER_MS : source->next.submit_ms;
    return arrival;
}

void arrival_id(const struct scenario *scenario, uint32_t source, uint64_t row,
                uint32_t lap, uint32_t copy, char text[JOB_ID_TEXT])
{
    const struct demand_spec *spec = &scenario->demand[source];
    char number[24];
    const char *id = number;
    if (spec->trace)
        id = trace_job_id(spec->trace, &spec->trace->jobs[row], number);
    else
        snprintf(number, sizeof number, "%" PRIu64, row + 1);

    bool several = scenario->n_demand > 1;
    int n = snprintf(text, JOB_ID_TEXT, "%s%s%s", several ? spec->label : "",
                     several ? "/" : "", id);
    if (lap > 0 && n > 0 && n < JOB_ID_TEXT)
        n += snprintf(text + n, JOB_ID_TEXT - (size_t)n, "@%" PRIu32, lap);
    if (copy > 0 && n > 0 && n < JOB_ID_TEXT)
        snprintf(text + n, JOB_ID_TEXT - (size_t)n, "+%" PRIu32, copy);
}
