#include "world/outages.h"

#include <gsl/gsl_cdf.h>
#include <inttypes.h>
#include <math.h>

#include "world/state.h"

/* The columns of a stream. */
enum { DRAW_GAP, DRAW_LENGTH };

static double draw(const struct outage *outage, uint32_t column)
{
    struct rng rng = {.key = outage->key, .counter_hi = outage->counter_hi};
    return rng_at(&rng, outage->n, column);
}

static void plan_outage(struct world *world, uint32_t index)
{
    const struct outage_spec *spec = &world->scenario->outages[index];
    double at_ms = (double)spec->from_ms;
    if (spec->per_y > 0)
        at_ms = (double)world->now_ms + 1 -
                log(draw(&world->outages.items[index], DRAW_GAP)) / spec->per_y *
                    (double)MS_PER_Y;
    if (at_ms >= (double)world->horizon_ms)
        return;
    world_schedule(world, (int64_t)at_ms, PHASE_FAILURES, EVENT_OUTAGE, index);
    world->ticks++;
}

void outages_init(struct world *world)
{
    const struct scenario *scenario = world->scenario;
    world->outages.items =
        ARENA_ARRAY(&world->arena, scenario->n_outages, struct outage);
    for (size_t i = 0; i < scenario->n_outages; i++) {
        const struct outage_spec *spec = &scenario->outages[i];
        char entity[160];
        struct rng rng;
        snprintf(entity, sizeof entity, "%s/%" PRIu32, spec->provider, spec->rank);
        rng_init(&rng, (struct rng_key){.seed = (uint64_t)scenario->seed,
                                        .replication = world->options.replication,
                                        .purpose = "outage",
                                        .entity = entity});
        world->outages.items[i].key = rng.key;
        world->outages.items[i].counter_hi = rng.counter_hi;
        plan_outage(world, (uint32_t)i);
    }
}

static int64_t length_of(const struct outage_spec *spec, const struct outage *outage)
{
    if (spec->per_y <= 0 || spec->sigma <= 0)
        return spec->lasts_ms;
    double z = gsl_cdf_ugaussian_Pinv(draw(outage, DRAW_LENGTH));
    double ms = (double)spec->lasts_ms * exp(spec->sigma * z);
    return ms < 1 ? 1 : llround(fmin(ms, (double)EVENTS_TIME_MAX));
}

/* ---- one pool ---- */

static void close_servers(struct world *world, struct pool *pool, struct down_spec down,
                          uint32_t first, int64_t gpus)
{
    down.tracked = world->track_ends;
    down.whole = true;
    if (!pool->packed) {
        down.gpus = gpus;
        (void)fleet_close(pool, &down);
        return;
    }
    for (down.server = first; down.server < pool->servers.n; down.server++)
        if (!servers_is_retired(&pool->servers, down.server))
            (void)fleet_close(pool, &down);
}

static void begin_in(struct world *world, struct pool *pool, uint32_t outage)
{
    const struct down_spec down = {.until_ms = world->outages.items[outage].until_ms,
                                   .owner = OWNER_OUTAGE | outage};
    int64_t gpus = pool->elastic ? pool->capacity_gpus : pool->target_gpus;
    world_show_event(world, PHASE_FAILURES, "outage", NULL, pool->index, gpus,
                     world->scenario->outages[outage].provider);
    world->result.pools[pool->index].outages++;
    if (pool->elastic)
        pool->closed_gpus += CLOSED_WHOLE_GPUS;
    else
        close_servers(world, pool, down, 0, gpus);
    while (pool->first_job != JOB_NONE)
        job_interrupt(world, pool->first_job, PHASE_FAILURES, CAUSE_OUTAGE);
    if (pool->instanced)
        world_close_instances(world, pool);
    world_unsettle(world, pool->index);
}

static void end_in(struct world *world, struct pool *pool, uint32_t outage)
{
    uint32_t next = HOLD_NONE;
    world_show_event(world, PHASE_ENDS, "outage_end", NULL, pool->index, 0,
                     world->scenario->outages[outage].provider);
    if (pool->elastic)
        pool->closed_gpus -= CLOSED_WHOLE_GPUS;
    for (uint32_t h = pool->first_hold; h != HOLD_NONE; h = next) {
        next = world->fleet.holds[h].next;
        if (world->fleet.holds[h].owner == (OWNER_OUTAGE | outage))
            fleet_reopen(&world->fleet, h);
    }
    world_unsettle(world, pool->index);
}

void outage_covers(struct world *world, uint32_t p, uint32_t lot)
{
    struct pool *pool = &world->fleet.pools[p];
    for (size_t i = 0; i < world->scenario->n_outages; i++) {
        const struct down_spec down = {.until_ms = world->outages.items[i].until_ms,
                                       .owner = OWNER_OUTAGE | (uint32_t)i};
        if (down.until_ms > world->now_ms && world->scenario->outages[i].pools >> p & 1)
            close_servers(world, pool, down, pool->lots[lot].first_server,
                          pool->lots[lot].gpus);
    }
}

/* ---- all of the provider's ---- */

void outage_begins(struct world *world, uint32_t index)
{
    const struct outage_spec *spec = &world->scenario->outages[index];
    struct outage *outage = &world->outages.items[index];
    world->ticks--;
    outage->until_ms = world->now_ms + length_of(spec, outage);
    outage->n++;
    for (uint64_t pools = spec->pools; pools; pools &= pools - 1)
        begin_in(world, &world->fleet.pools[__builtin_ctzll(pools)], index);
    world_plan_return(world, outage->until_ms, EVENT_OUTAGE_END, index);
}

void outage_ends(struct world *world, uint32_t index)
{
    const struct outage_spec *spec = &world->scenario->outages[index];
    world->returns--;
    for (uint64_t pools = spec->pools; pools; pools &= pools - 1)
        end_in(world, &world->fleet.pools[__builtin_ctzll(pools)], index);
    world->outages.items[index].until_ms = 0;
    if (spec->per_y > 0)
        plan_outage(world, index);
}
