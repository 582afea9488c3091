/*
 * Burst rights of leases: how many GPUs a burst pool may hold is what the contracts
 * that are in force carry (pool_burst_gpus).  A contract's end takes what is beyond
 * that, the instances requested last first, and the jobs on them, as it takes the
 * lease's own GPUs.
 */

#include <assert.h>

#include "world/state.h"

static const struct pool *lease_of(const struct world *world, const struct pool *burst)
{
    return &world->fleet.pools[burst->spec->burst_of - 1];
}

int64_t burst_in_force(const struct world *world, const struct pool *burst)
{
    return pool_burst_gpus(burst->spec, lease_of(world, burst)->target_gpus);
}

void burst_changes(struct world *world, uint32_t lease, enum phase phase,
                   enum cause cause)
{
    uint32_t burst = world->scenario->pools[lease].burst_pool;
    if (burst > 0 && world->supply)
        supply_in_force(world, burst, phase, cause);
}

int64_t burst_hard_end(const struct world *world, const struct pool *burst,
                       int64_t gang)
{
    const struct pool *lease = lease_of(world, burst);
    const struct plan *plan = &world->plans[lease->index];
    int64_t left = lease->target_gpus;
    for (uint32_t i = plan->next; i < plan->n; i++) {
        const struct planned *planned = &plan->items[i];
        left += planned->gpus;
        if (planned->event != EVENT_CONTRACT_END || planned->gpus == 0)
            continue;
        if (burst->busy_gpus + gang > pool_burst_gpus(burst->spec, left))
            return planned->at_ms;
    }
    return NEVER_MS;
}

bool burst_could_hold(const struct world *world, const struct pool *burst, int64_t gang,
                      int64_t length_ms)
{
    const struct pool *lease = lease_of(world, burst);
    int64_t leased = largest_target(world, lease->index);
    if (lease->spec->procure.max_gpus > leased)
        leased = lease->spec->procure.max_gpus;
    if (pool_largest_gang(burst, pool_burst_gpus(burst->spec, leased)) < gang ||
        world->now_ms >= lease->last_end_ms)
        return false;
    if (lease->spec->start_past_end || lease->last_end_ms == NEVER_MS)
        return true;
    int64_t from = lease->spec->from_ms;
    from = from > world->now_ms ? from : world->now_ms;
    return length_ms <= lease->last_end_ms - from;
}

void bursts_check(const struct world *world)
{
    for (uint32_t p = 0; p < world->fleet.n_pools; p++) {
        const struct pool *pool = &world->fleet.pools[p];
        if (pool->spec->burst_of == 0)
            continue;
        assert(lease_of(world, pool)->spec->burst_pool == p);
        assert(pool->capacity_gpus <= burst_in_force(world, pool));
        assert(pool->target_gpus <= burst_in_force(world, pool));
    }
}
