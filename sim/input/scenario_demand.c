#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "input/bootstrap.h"
#include "input/scenario_parts.h"

static const char *const after_end_names[] = {"stop", "repeat", NULL};
static const char *const checkpoint_names[] = {"given", "young-daly", NULL};

/* What the file says of a source of jobs. */
struct demand_input {
    struct demand_spec spec;
    const char *jobs, *reference_class;
    struct source_words words;
    int align, after_end, checkpoint;
};

#define IN struct demand_input

const struct param demand_params[] = {
    {PARAM_WORD(IN, "jobs", jobs, "",
                "a job trace (CSV), relative to the scenario; or give model"),
     .mask = SOURCE_TRACE | SOURCE_INITIAL},
    {PARAM_WORD(IN, "name", words.name, "",
                "what messages and job names call this source")},
    {PARAM_WORD(IN, "workload", words.workload, "",
                "of jobs that do not name one, as inference or training")},
    {PARAM_WORD(IN, "tenant", words.tenant, "", "of jobs that do not name one")},
    {PARAM_WORD(
        IN, "reference_class", reference_class, "",
        "the class on which the durations hold; needed where a pool is slower or "
        "faster")},
    {PARAM_ONE_OF(
         IN, "align", align, align_names, "as-is",
         "move the trace: so that it begins at the start, or, keeping weekdays, "
         "in its first week"),
     .mask = SOURCE_TRACE},
    {PARAM_ONE_OF(
         IN, "after_end", after_end, after_end_names, "",
         "what comes after the trace's end; needed where it covers less than 90 "
         "% of the horizon"),
     .mask = SOURCE_TRACE},
    {PARAM_TIME(IN, "bootstrap", spec.block_ms, "", MS_PER_D, 364.0 * MS_PER_D,
                "draw history anew in blocks of that length, whole days, each from "
                "the same weekday: 1w"),
     .mask = SOURCE_TRACE},
    {PARAM_NUMBER(IN, "scale", spec.scale, "1", 0, 1000,
                  "factor on the number of jobs, by thinning or cloning"),
     .mask = SOURCE_TRACE | SOURCE_MODEL},
    {PARAM_REAL_IN(DIM_FRAC_PER_Y, IN, "growth", spec.growth_per_y, "0 %/y", -0.99, 100,
                   "yearly growth of the number of jobs"),
     .mask = SOURCE_TRACE | SOURCE_MODEL},
    {PARAM_COUNT(IN, "priority", spec.priority, "0", -1e6, 1e6,
                 "of jobs that have none; larger is more urgent")},
    {PARAM_TIME(IN, "patience", spec.patience_ms, "", 0, 6.4e12,
                "a job that has waited so long in vain leaves")},
    {PARAM_TIME(IN, "deadline_after", spec.deadline_after_ms, "", 1, 6.4e12,
                "deadline, from the submit; a job still waiting then leaves")},
    {PARAM_NUMBER(IN, "limit_ratio", spec.limit_ratio, "0", 0, 1000,
                  "the users' time limit is the duration times this; 0: no limits"),
     .mask = SOURCE_MODEL},
    {PARAM_WORDS(IN, "pools", words.pools, "", "the only pools that may run its jobs")},
    {PARAM_WORDS(IN, "classes", words.classes, "",
                 "the only classes that may run its jobs")},
    {PARAM_EXACT_IN(DIM_MEMORY, IN, "memory", spec.kind.memory_mb, "", 1, 1e9,
                    "least memory of a GPU")},
    {PARAM_WORDS(IN, "jurisdiction", words.jurisdiction, "",
                 "the only jurisdictions in which its jobs may run")},
    {PARAM_ONE_OF(IN, "isolation", words.isolation, isolation_names, "shared",
                  "dedicated: only dedicated pools")},
    {PARAM_WORDS(IN, "exclude_providers", words.exclude_providers, "",
                 "providers in whose pools its jobs may not run; those that the trace "
                 "names come on top")},
    {PARAM_FLAG(IN, "preemptible", spec.kind.preemptible, "false",
                "its jobs may be interrupted for more urgent ones")},
    {PARAM_TIME(IN, "checkpoint_interval", spec.kind.checkpoint_interval_ms, "", 1,
                6.4e12, "progress between two checkpoints; without: none is kept")},
    {PARAM_TIME(IN, "checkpoint_cost", spec.kind.checkpoint_cost_ms, "", 0, 6.4e12,
                "time that writing a checkpoint takes")},
    {PARAM_ONE_OF(IN, "checkpoint", checkpoint, checkpoint_names, "given",
                  "young-daly: the interval where none is given, sqrt(2 cost / rate of "
                  "failures) by size of the job")},
    {PARAM_REAL_IN(DIM_PER_DAY, IN, "job_failures", spec.failures_per_d, "0 /d", 0, 1e6,
                   "failures of a running job by itself, whatever its size; it is "
                   "interrupted")},
    {PARAM_TIME(IN, "restart", spec.kind.restart_ms, "", 0, 6.4e12,
                "time that a restart after an interruption takes")},
    PARAMS_END,
};

static const char *const demand_also[] = {"model", NULL};
static const char *const initial_also[] = {NULL};

/* One source while it is read. */
struct reading {
    struct scenario *scenario;
    const struct node *map;
    const char *path; /* "demand.batch", "initial" */
    unsigned mask;    /* SOURCE_TRACE, SOURCE_MODEL or SOURCE_INITIAL */
    struct demand_input in;
    struct params_context context;
};

static bool given(const struct reading *reading, const char *key)
{
    return params_given(demand_params, &reading->context, key);
}

/* A key that there is, but for sources of another kind. */
static bool check_keys(const struct reading *reading, struct error *err)
{
    const struct node *map = reading->map;
    for (size_t i = 0; i < map->n; i++)
        for (const struct param *param = demand_params; param->name; param++) {
            if (strcmp(param->name, map->keys[i].text) != 0 || !param->mask ||
                param->mask & reading->mask)
                continue;
            bool initial = reading->mask == SOURCE_INITIAL;
            return error_at(err, map->keys[i].place, "%s: `%s` is for %s",
                            reading->path, param->name,
                            initial ? "`demand`; these jobs are there at the start"
                            : param->mask == SOURCE_MODEL ? "models; this is a trace"
                                                          : "traces; this is a model");
        }
    return true;
}

static bool check_initial_source(const struct reading *reading, struct error *err)
{
    const struct node *map = reading->map;
    if (node_get(map, "model"))
        return error_at(err, node_place(map, "model"),
                        "%s: `model` is for `demand`; these jobs are there at the "
                        "start",
                        reading->path);
    if (!node_get(map, "jobs"))
        return error_at(err, map->place,
                        "%s: `jobs` is needed, as in `initial: {jobs: initial.csv}`",
                        reading->path);
    return check_keys(reading, err);
}

/* Which of `jobs` and `model` there is decides which other keys there may be. */
static bool check_source(struct reading *reading, struct error *err)
{
    const struct node *map = reading->map;
    bool jobs = node_get(map, "jobs") != NULL, model = node_get(map, "model") != NULL;
    if (jobs == model)
        return error_at(err, map->place,
                        "%s: %s, as in `jobs: jobs.csv` or `model: {name: poisson, "
                        "rate: 100 /d}`",
                        reading->path,
                        jobs ? "give `jobs` or `model`, not both"
                             : "`jobs`, `model` or `level` is needed");
    reading->mask = jobs ? SOURCE_TRACE : SOURCE_MODEL;
    return check_keys(reading, err);
}

/* Several sources may read one file; it is parsed once. */
static const struct trace *open_trace(const struct reading *reading, struct error *err)
{
    struct scenario *scenario = reading->scenario;
    const char *name = reading->in.jobs;
    const char *path = scenario_path_beside(scenario, name);
    const struct trace *trace = scenario_stored(scenario, &stored_trace, path, err);
    if (!trace) {
        const char *key = arena_printf(&scenario->arena, "%s.jobs", reading->path);
        scenario_blame(node_place(reading->map, "jobs"), key, path, err);
        return NULL;
    }
    for (size_t i = 0; i < scenario->n_demand; i++)
        if (scenario->demand[i].trace == trace)
            return trace;
    scenario_add_input(scenario, name, trace->digest);
    return trace;
}

static struct history history_of(const struct reading *reading,
                                 const struct trace *trace)
{
    static const struct history_words words = {
        .row = "job",
        .is_at = "submitted at",
        .rows = "submits",
        .in_gap = "nothing comes",
        .ends = "`after_end: stop` or `after_end: repeat`"};
    struct history history = {.scenario = reading->scenario,
                              .path = reading->path,
                              .file = reading->in.jobs,
                              .place = node_place(reading->map, "jobs"),
                              .words = &words,
                              .align = (enum align)reading->in.align,
                              .absolute = trace->absolute,
                              .n = trace->n};
    if (trace->n > 0) {
        history.first_ms = trace->jobs[0].submit_ms;
        history.last_ms = trace->jobs[trace->n - 1].submit_ms;
    }
    return history;
}

static bool check_end(struct reading *reading, const struct history *history,
                      struct error *err)
{
    struct demand_spec *spec = &reading->in.spec;
    struct scenario *scenario = reading->scenario;
    bool repeats = spec->after_end == AFTER_END_REPEAT;
    if (repeats && scenario->until_idle)
        return error_at(
            err, node_place(reading->map, "after_end"),
            "%s.after_end: with `horizon: until_idle` a repeated trace would "
            "never end; give a horizon, or stop",
            reading->path);
    if (repeats)
        spec->period_ms = history_period_ms(history);
    if (scenario->until_idle || history->n == 0)
        return true;
    if (repeats)
        history_warn_of_gap(history);
    if (history->first_ms + spec->shift_ms >= scenario->horizon_ms)
        scenario_warn(scenario, "%s: all jobs of %s come after the horizon",
                      reading->path, reading->in.jobs);
    return given(reading, "after_end") || history_check_cover(history, err);
}

/* A name in the trace that no pool or class bears is most often a slip. */
static void warn_of_pools(struct scenario *scenario, const char *path, const char *list)
{
    while (list && *list) {
        size_t n = strcspn(list, "|;");
        bool found = n == 0;
        for (size_t i = 0; i < scenario->n_pools; i++) {
            const char *name = scenario->pools[i].name;
            found |= strlen(name) == n && memcmp(name, list, n) == 0;
        }
        if (!found)
            scenario_warn(scenario,
                          "%s: jobs ask for the pool '%.*s', which there is not", path,
                          (int)n, list);
        list += n + (list[n] != '\0');
    }
}

static bool check_bootstrap(struct reading *reading, struct error *err)
{
    struct scenario *scenario = reading->scenario;
    const struct demand_spec *spec = &reading->in.spec;
    struct place place = node_place(reading->map, "bootstrap");
    static const char *const other[] = {"align", "after_end"};
    for (size_t i = 0; i < 2; i++)
        if (given(reading, other[i]))
            return error_at(
                err, node_place(reading->map, other[i]),
                "%s.%s: with `bootstrap` every block is drawn, so the trace "
                "is neither moved nor does it end; leave it out",
                reading->path, other[i]);
    if (spec->block_ms % MS_PER_D != 0)
        return error_at(err, place,
                        "%s.bootstrap: whole days are wanted, as in 1d or 1w",
                        reading->path);
    if (scenario->until_idle)
        return error_at(err, place,
                        "%s.bootstrap: with `horizon: until_idle` it would never end; "
                        "give a horizon, such as 1y",
                        reading->path);
    if (bootstrap_least_choices(spec, scenario->start_unix_ms) < 2)
        return error_at(err, place,
                        "%s.bootstrap: %s is too short: there must be two stretches of "
                        "%" PRId64 " days on each weekday to draw from",
                        reading->path, reading->in.jobs, spec->block_ms / MS_PER_D);
    return true;
}

static bool read_trace(struct reading *reading, struct error *err)
{
    struct scenario *scenario = reading->scenario;
    struct demand_spec *spec = &reading->in.spec;
    const struct trace *trace = open_trace(reading, err);
    if (!trace)
        return false;
    const struct history history = history_of(reading, trace);
    spec->trace = trace;
    spec->align = history.align;
    spec->after_end = (enum after_end)reading->in.after_end;
    spec->shift_ms = history_shift_ms(&history);
    if (trace->n == 0)
        scenario_warn(scenario, "%s: %s has no jobs", reading->path, reading->in.jobs);
    for (size_t i = 0; i < trace->n_kinds && i < 20; i++)
        warn_of_pools(scenario, reading->path, trace->kinds[i].pools);
    if (spec->initial)
        return scenario_check_initial(scenario, spec, history.place, err);
    if (trace->has_started)
        return error_at(err, history.place,
                        "%s: %s has a column 'started', which is for jobs that run at "
                        "the scenario's start; give those as `initial: {jobs: ...}`",
                        reading->path, reading->in.jobs);
    if (spec->block_ms > 0)
        return check_bootstrap(reading, err);
    return history_check_begin(&history, err) && check_end(reading, &history, err);
}

static bool read_model(struct reading *reading, struct error *err)
{
    struct model_choice choice = {MODEL_DEMAND, "name", "poisson", NULL, DIM_NUMBER};
    choice.path = arena_printf(&reading->scenario->arena, "%s.model", reading->path);
    struct demand_spec *spec = &reading->in.spec;
    if (reading->scenario->until_idle)
        return error_at(
            err, node_place(reading->map, "model"),
            "%s: with `horizon: until_idle` a model would never end; give a "
            "horizon, such as 1y",
            choice.path);
    return scenario_read_model(reading->scenario, node_get(reading->map, "model"),
                               &choice, &spec->model, &spec->params, err);
}

static bool same_speeds(const struct gpu_class *a, const struct gpu_class *b)
{
    for (size_t i = 0; i < a->n_speeds; i++)
        if (a->speeds[i].ratio != gpu_class_speed(b, a->speeds[i].workload))
            return false;
    for (size_t i = 0; i < b->n_speeds; i++)
        if (b->speeds[i].ratio != gpu_class_speed(a, b->speeds[i].workload))
            return false;
    return true;
}

static bool read_reference(struct reading *reading, struct error *err)
{
    struct scenario *scenario = reading->scenario;
    struct demand_spec *spec = &reading->in.spec;
    if (reading->in.reference_class) {
        spec->reference = scenario_class(
            scenario, reading->in.reference_class,
            node_place(reading->map, "reference_class"),
            arena_printf(&scenario->arena, "%s.reference_class", reading->path), err);
        return spec->reference != NULL;
    }
    const struct gpu_class *first = scenario->pools[0].class;
    for (size_t i = 1; i < scenario->n_pools; i++) {
        const struct gpu_class *other = scenario->pools[i].class;
        if (!same_speeds(first, other))
            return error_at(
                err, reading->map->place,
                "%s: `reference_class` is needed, since %s and %s differ in "
                "speed; name the class on which the durations hold",
                reading->path, first->name, other->name);
    }
    return true;
}

/* A misspelt provider would exclude nothing without a word. */
static void warn_of_providers(const struct reading *reading)
{
    struct scenario *scenario = reading->scenario;
    const struct texts *excluded = &reading->in.words.exclude_providers;
    for (size_t i = 0; i < excluded->n; i++) {
        bool known = false;
        for (size_t p = 0; p < scenario->n_pools; p++) {
            const char *provider = scenario->pools[p].provider;
            known |= provider && strcmp(provider, excluded->text[i]) == 0;
        }
        if (!known)
            scenario_warn(scenario,
                          "%s.exclude_providers: no pool is of the provider '%s'",
                          reading->path, excluded->text[i]);
    }
}

static bool check_checkpoint(struct reading *reading, struct error *err)
{
    struct demand_input *in = &reading->in;
    in->spec.young_daly = in->checkpoint == 1;
    if (!in->spec.young_daly || in->spec.kind.checkpoint_cost_ms > 0)
        return true;
    return error_at(err, node_place(reading->map, "checkpoint"),
                    "%s.checkpoint: young-daly weighs the cost of a checkpoint against "
                    "failures; give `checkpoint_cost`, as in `checkpoint_cost: 2min`",
                    reading->path);
}

static bool read_words(struct reading *reading, size_t i, struct error *err)
{
    struct scenario *scenario = reading->scenario;
    const struct source_words *words = &reading->in.words;
    struct demand_spec *spec = &reading->in.spec;
    spec->workload = words->workload;
    spec->tenant = words->tenant;
    spec->label = words->name     ? words->name
                  : spec->initial ? "initial"
                                  : arena_printf(&scenario->arena, "demand[%zu]", i);
    return source_check_name(scenario, reading->map, reading->path, words, err) &&
           read_reference(reading, err) &&
           source_check_words(scenario, reading->map, reading->path, words, err);
}

static void fill_kind(struct reading *reading)
{
    struct demand_input *in = &reading->in;
    source_fill_kind(reading->scenario, &in->words, &in->spec.kind);
    if (!given(reading, "patience"))
        in->spec.patience_ms = NEVER_MS;
    if (!given(reading, "deadline_after"))
        in->spec.deadline_after_ms = NEVER_MS;
}

static bool read_source(struct reading *reading, size_t i, struct error *err)
{
    struct scenario *scenario = reading->scenario;
    bool initial = reading->mask == SOURCE_INITIAL;
    reading->context =
        (struct params_context){.arena = &scenario->arena,
                                .resolved = &scenario->resolved,
                                .path = reading->path,
                                .mask = reading->mask,
                                .also = initial ? initial_also : demand_also};
    if (!params_read(demand_params, &reading->in, reading->map, &reading->context, err))
        return false;
    reading->in.spec.initial = initial;
    reading->in.spec.element = i;
    if (initial)
        reading->in.spec.scale = 1;
    if (!read_words(reading, i, err) || !check_checkpoint(reading, err))
        return false;
    fill_kind(reading);
    warn_of_providers(reading);
    if (!(reading->mask == SOURCE_MODEL ? read_model(reading, err)
                                        : read_trace(reading, err)))
        return false;
    scenario->demand[scenario->n_demand++] = reading->in.spec;
    return true;
}

static bool read_element(struct scenario *scenario, const struct node *map, size_t i,
                         struct error *err)
{
    if (map->kind != NODE_MAP)
        return error_at(err, map->place,
                        "demand.%zu: a source is a map, as in {jobs: jobs.csv}", i);
    struct reading reading = {.scenario = scenario, .map = map};
    const struct node *name = node_get(map, "name");
    reading.path = name && name->kind == NODE_SCALAR && *name->text
                       ? arena_printf(&scenario->arena, "demand.%.63s", name->text)
                       : arena_printf(&scenario->arena, "demand.%zu", i);
    if (node_get(map, "level") || node_get(map, "requests"))
        return scenario_read_level(scenario, map, reading.path, i, err);
    return check_source(&reading, err) && read_source(&reading, i, err);
}

static bool read_initial(struct scenario *scenario, const struct node *map,
                         struct error *err)
{
    if (map->kind != NODE_MAP)
        return error_at(err, map->place,
                        "initial: a map is wanted, as in {jobs: initial.csv}");
    struct reading reading = {
        .scenario = scenario, .map = map, .path = "initial", .mask = SOURCE_INITIAL};
    return check_initial_source(&reading, err) && read_source(&reading, 0, err);
}

bool scenario_read_demand(struct scenario *scenario, const struct node *list,
                          const struct node *initial, struct error *err)
{
    if (list->kind != NODE_LIST && !(list->kind == NODE_SCALAR && node_is_null(list)))
        return error_at(err, list->place,
                        "demand: a list is wanted, as in [{jobs: jobs.csv}]");
    if (list->n > 1000)
        return error_at(err, list->place, "demand: more than 1000 sources");
    scenario->demand = ARENA_ARRAY(&scenario->arena, list->n + 2, struct demand_spec);
    scenario->levels = ARENA_ARRAY(&scenario->arena, list->n + 1, struct level_spec);
    scenario->level_traces =
        ARENA_ARRAY(&scenario->arena, list->n + 1, struct level_trace);
    if (initial && !read_initial(scenario, initial, err))
        return false;
    for (size_t i = 0; i < list->n; i++)
        if (!read_element(scenario, &list->items[i], i, err))
            return false;
    return true;
}
