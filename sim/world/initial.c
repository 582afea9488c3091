/*
 * The jobs of `initial:`, which are there before the first instant: those that run take
 * their GPUs, in the order of the trace; then those that wait join the queue, with the
 * submit that they have.
 */

#include "world/state.h"

static const struct route *route_of(const struct world *world,
                                    const struct arrival *arrival)
{
    return &world->routes.items[arrival->kind->route];
}

/* The first pool in order of preference that has room; UINT32_MAX: none. */
static uint32_t pool_with_room(const struct world *world, const struct arrival *arrival)
{
    const struct route *route = route_of(world, arrival);
    for (uint32_t i = 0; i < route->n; i++)
        if (pool_fits(&world->fleet.pools[route->outlets[i].pool], arrival->gpus))
            return route->outlets[i].pool;
    return UINT32_MAX;
}

static bool no_room(const struct world *world, const struct arrival *arrival,
                    struct error *err)
{
    const struct trace *trace = world->scenario->demand[arrival->source].trace;
    const struct route *route = route_of(world, arrival);
    char number[16];
    return error_kind_set(
        err, ERROR_INFEASIBLE,
        "initial: job %s of %s runs on %d GPUs at the start, but %s",
        trace_job_id(trace, &trace->jobs[arrival->row], number), trace->path,
        (int)arrival->gpus,
        route->n == 0 ? route->closed_reason
                      : "no pool open to it has room for it beside the jobs before it");
}

bool world_begin(struct world *world, struct error *err)
{
    struct arrival arrival;
    int64_t started_ms;

    for (size_t i = 0; arrivals_initial(&world->arrivals, i, &arrival, &started_ms);
         i++) {
        if (started_ms == NEVER_MS)
            continue;
        uint32_t pool = pool_with_room(world, &arrival);
        if (pool == UINT32_MAX)
            return no_room(world, &arrival, err);
        world_resume(world, &arrival, pool, started_ms);
    }
    for (size_t i = 0; arrivals_initial(&world->arrivals, i, &arrival, &started_ms);
         i++)
        if (started_ms == NEVER_MS)
            world_arrive_early(world, &arrival);
    return true;
}
