/* GPUs of running jobs: how they come to them, and go back. */

#include "world/state.h"

static struct live_job *job_at(struct world *world, uint32_t job)
{
    return &world->backlog.jobs[job];
}

void job_take(struct world *world, uint32_t index, struct pool *pool, int64_t *ready_ms)
{
    struct live_job *job = job_at(world, index);
    job->shares = fleet_take(&world->fleet, pool, job->gpus, world->now_ms, ready_ms);
    job->held_since_ms = world->now_ms;
    if (pool->prices)
        world->backlog.asides[index].held_direct =
            prices_direct(pool->prices, world->now_ms);
    for (uint32_t s = job->shares; s != SHARE_NONE && pool->instanced;
         s = world->fleet.shares[s].next)
        world_keep_no_longer(world, pool, world->fleet.shares[s].share.server);
    if (pool->ties_shares)
        fleet_tie(&world->fleet, pool, job->shares, index);
    if (pool->recalls)
        supply_taken(world, pool, job->shares);
}

void job_return_gpus(struct world *world, uint32_t index, bool was_useful)
{
    struct live_job *job = job_at(world, index);
    struct pool *pool = &world->fleet.pools[job->pool];
    uint32_t idle = fleet_give(&world->fleet, pool, job->gpus, job->shares, was_useful,
                               job->held_since_ms, world->now_ms, world->idle_scratch);
    for (uint32_t i = 0; i < idle; i++)
        world_keep(world, pool, world->idle_scratch[i]);
    if (pool->recalls)
        supply_sweep(world, pool);
    job->shares = SHARE_NONE;
    backlog_stop(&world->backlog, index, world->track_ends);
    world_unsettle(world, pool->index);
}
