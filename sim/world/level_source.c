/* What levels want: traces and models, one pending event each. */

#include <assert.h>
#include <math.h>

#include "world/level_source.h"
#include "world/state.h"

/* What a model draws is kept in millionths, within what int64 holds by far. */
#define MICRO_PER_GPU  1e6
#define DRAWN_MAX_GPUS 1e12

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

/* The last change of this instant; then the next one. */
static void draw(struct level_source *source, int64_t now_ms)
{
    const struct level_spec *spec = source->spec;
    struct level_change change;
    while (source->next_ms <= now_ms) {
        source->told_gpus[0] =
            llround(fmin(source->drawn_gpus, DRAWN_MAX_GPUS) * MICRO_PER_GPU);
        source->next_ms = NEVER_MS;
        if (!spec->model->level.next(spec->params, source->state, &source->rng,
                                     &change))
            return;
        assert(change.at_ms >= now_ms && change.gpus >= 0);
        source->next_ms = change.at_ms;
        source->drawn_gpus = change.gpus;
    }
}

/* ---- both ---- */

void level_source_begin(struct level_source *source, const struct scenario *scenario,
                        const struct level_spec *spec, uint64_t replication,
                        struct arena *arena)
{
    struct demand_setting setting = {scenario->start_unix_ms, scenario->horizon_ms};
    *source = (struct level_source){.spec = spec};
    source->n = spec->trace ? (uint32_t)spec->trace->n_series : 1;
    source->told_gpus = ARENA_ARRAY(arena, source->n + 1, int64_t);
    if (!spec->model)
        return;
    rng_init(&source->rng, (struct rng_key){(uint64_t)scenario->seed, replication,
                                            "level", spec->label});
    source->state = arena_alloc(arena, spec->model->state_size + 1);
    if (spec->model->start)
        spec->model->start(spec->params, source->state, &setting);
}

int64_t level_source_move(struct level_source *source, int64_t now_ms)
{
    if (source->spec->trace)
        read_rows(source, now_ms);
    else
        draw(source, now_ms);
    if (source->spec->growth_per_y == 0)
        return source->next_ms;
    int64_t grown_ms = (now_ms / MS_PER_D + 1) * MS_PER_D;
    return grown_ms < source->next_ms ? grown_ms : source->next_ms;
}

int64_t level_source_wants(const struct level_source *source, uint32_t series,
                           int64_t now_ms)
{
    double unit = source->spec->trace ? 1 : 1 / MICRO_PER_GPU;
    return scaled(source->spec, (double)source->told_gpus[series] * unit, now_ms);
}

/* ---- in the world ---- */

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

void levels_tell(struct world *world, uint32_t index)
{
    struct level_source *source = &world->levels->sources[index];
    int64_t next_ms = level_source_move(source, world->now_ms);
    for (uint32_t s = 0; s < source->n; s++)
        want(world, &world->levels->items[source->first + s],
             level_source_wants(source, s, world->now_ms));
    if (next_ms < world->horizon_ms)
        world_schedule(world, next_ms, PHASE_ARRIVALS, EVENT_LEVEL, index);
}

void level_sources_begin(struct world *world)
{
    for (uint32_t i = 0; i < world->levels->n_sources; i++)
        world_schedule(world, 0, PHASE_ARRIVALS, EVENT_LEVEL, i);
}
