/* What levels want: traces and models, one pending event each. */

#include <assert.h>
#include <math.h>

#include "world/state.h"

/* What is wanted of so many GPUs now: whole ones, halves up. */
static int64_t scaled(const struct level_spec *spec, double gpus, int64_t now_ms)
{
    double factor = spec->scale;
    if (spec->growth_per_y != 0)
        factor *= pow(1 + spec->growth_per_y, (double)now_ms / (double)MS_PER_Y);
    factor = nearbyint(factor * 1e9) / 1e9; /* libm's last digits differ */
    double wanted = floor(gpus * factor + 0.5);
    return (int64_t)fmin(fmax(wanted, 0), (double)LEVEL_WANTED_MAX);
}

static void want(struct world *world, struct level *level, int64_t gpus)
{
    if (level->wanted_gpus == gpus)
        return;
    level_account(level, world->now_ms);
    level->wanted_gpus = gpus;
    world_show_event(world, PHASE_ARRIVALS, "level", NULL, UINT32_MAX, gpus,
                     level->spec->label);
    world->pass_needed = true;
}

/* ---- traces ---- */

static int64_t row_ms(const struct level_source *source)
{
    const struct level_spec *spec = source->spec;
    if (source->row == spec->trace->n)
        return NEVER_MS;
    return spec->trace->rows[source->row].time_ms + spec->shift_ms +
           source->lap * spec->period_ms;
}

/* All rows of this instant; then the next one's. */
static void read_rows(struct level_source *source, int64_t now_ms)
{
    const struct level_spec *spec = source->spec;
    const struct level_trace *trace = spec->trace;
    while (row_ms(source) <= now_ms) {
        const struct level_row *row = &trace->rows[source->row++];
        source->told_gpus[row->series] = row->gpus;
        if (source->row < trace->n)
            continue;
        for (size_t s = 0; spec->after_end == LEVEL_END_STOP && s < trace->n_series;
             s++)
            source->told_gpus[s] = 0;
        if (spec->after_end != LEVEL_END_REPEAT)
            break;
        source->row = 0;
        source->lap++;
    }
    source->next_ms = row_ms(source);
}

/* ---- models ---- */

static void draw(struct level_source *source, int64_t now_ms)
{
    const struct level_spec *spec = source->spec;
    struct level_change change;
    if (source->drawn && source->next_ms == now_ms)
        source->told_gpus[0] = llround(fmin(source->drawn_gpus, 1e12) * 1e6);
    while (source->next_ms <= now_ms) {
        source->next_ms = NEVER_MS;
        if (!spec->model->level.next(spec->params, source->state, &source->rng,
                                     &change))
            return;
        assert(change.at_ms >= now_ms && change.gpus >= 0);
        source->next_ms = change.at_ms;
        source->drawn_gpus = change.gpus;
        source->drawn = true;
        if (change.at_ms == now_ms) /* the first one */
            source->told_gpus[0] = llround(fmin(change.gpus, 1e12) * 1e6);
    }
}

/* ---- both ---- */

static void plan_next(struct world *world, struct level_source *source)
{
    int64_t at = source->next_ms;
    if (source->spec->growth_per_y != 0) {
        source->grown_ms = (world->now_ms / MS_PER_D + 1) * MS_PER_D;
        at = source->grown_ms < at ? source->grown_ms : at;
    }
    if (at < world->horizon_ms)
        world_schedule(world, at, PHASE_ARRIVALS, EVENT_LEVEL,
                       (uint32_t)(source - world->levels->sources));
}

void levels_tell(struct world *world, uint32_t index)
{
    struct level_source *source = &world->levels->sources[index];
    const struct level_spec *spec = source->spec;
    double unit = spec->trace ? 1 : 1e-6; /* a model's are told in millionths */
    if (spec->trace)
        read_rows(source, world->now_ms);
    else
        draw(source, world->now_ms);
    for (uint32_t s = 0; s < source->n; s++)
        want(world, &world->levels->items[source->first + s],
             scaled(spec, (double)source->told_gpus[s] * unit, world->now_ms));
    plan_next(world, source);
}

void level_sources_begin(struct world *world)
{
    const struct scenario *scenario = world->scenario;
    struct levels *levels = world->levels;
    struct demand_setting setting = {scenario->start_unix_ms, scenario->horizon_ms};
    for (uint32_t i = 0; i < levels->n_sources; i++) {
        struct level_source *source = &levels->sources[i];
        const struct level_spec *spec = source->spec;
        source->told_gpus = ARENA_ARRAY(&world->arena, source->n + 1, int64_t);
        if (spec->model) {
            rng_init(&source->rng, (struct rng_key){(uint64_t)scenario->seed,
                                                    world->options.replication, "level",
                                                    spec->label});
            source->state = arena_alloc(&world->arena, spec->model->state_size + 1);
            if (spec->model->start)
                spec->model->start(spec->params, source->state, &setting);
        }
        world_schedule(world, 0, PHASE_ARRIVALS, EVENT_LEVEL, i);
    }
}
