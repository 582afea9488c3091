/* What can be known of a job and of a pool beforehand: estimates, and the dated plan.
 */

#include "world/state.h"

int64_t job_estimate_basis(const struct world *world, const struct live_job *job)
{
    bool limit =
        world->scenario->dispatch.estimate == ESTIMATE_LIMIT && job->limit_ms > 0;
    return limit ? job->limit_ms : job->duration_ms;
}

int64_t job_checkpoints_ms(const struct live_job *job, int64_t from_ms, int64_t to_ms)
{
    int64_t interval = job->interval_ms;
    if (interval == 0 || to_ms <= from_ms)
        return 0;
    int128 cost = (int128)((to_ms - 1) / interval - from_ms / interval) *
                  job->kind->checkpoint_cost_ms;
    return cost < ESTIMATE_MAX_MS ? (int64_t)cost : ESTIMATE_MAX_MS;
}

int64_t job_estimate_on(const struct live_job *job, int64_t ratio)
{
    int64_t work = ratio_apply(job->estimate_ms, ratio);
    if (!job_has_overhead(job))
        return work;
    work += job_checkpoints_ms(job, 0, work);
    return job->interruptions > 0 ? work + job->kind->restart_ms : work;
}

int64_t largest_target(const struct world *world, uint32_t pool)
{
    int64_t target = world->fleet.pools[pool].target_gpus, largest = target;
    const struct plan *plan = &world->plans[pool];
    for (uint32_t i = plan->next; i < plan->n; i++) {
        (void)planned_effect(&plan->items[i], &target);
        if (i + 1 < plan->n && plan->items[i + 1].at_ms == plan->items[i].at_ms)
            continue; /* what comes and goes at one instant is never there together */
        largest = target > largest ? target : largest;
    }
    return largest + world->fleet.pools[pool].coming_gpus;
}

int64_t pool_hard_end(const struct world *world, const struct pool *pool, int64_t gang,
                      int64_t from_ms)
{
    const struct plan *plan = &world->plans[pool->index];
    int64_t left = pool->target_gpus;
    for (uint32_t i = plan->next; i < plan->n; i++) {
        const struct planned *planned = &plan->items[i];
        left += planned->gpus;
        if (planned->event != EVENT_CONTRACT_END || planned->gpus == 0 ||
            (planned->at_ms <= from_ms && from_ms > world->now_ms))
            continue;
        int64_t beyond = pool->busy_gpus;
        if (left > 0 && world->track_ends)
            beyond -= tree_sum_until(&pool->running, planned->at_ms);
        if (beyond + gang > left)
            return planned->at_ms;
    }
    return NEVER_MS;
}

bool gang_could_run(const struct world *world, int64_t gang, uint32_t p)
{
    const struct pool *pool = &world->fleet.pools[p];
    const struct pool_spec *spec = pool->spec;
    if (spec->burst_of > 0)
        return burst_could_hold(world, pool, gang, 0);
    int64_t most = pool->elastic ? pool->most_gpus : pool->target_gpus;
    if (pool_largest_gang(pool, most) < gang &&
        (pool->elastic || (pool_largest_gang(pool, largest_target(world, p)) < gang &&
                           pool_largest_gang(pool, spec->procure.max_gpus) < gang)))
        return false;
    return spec->tenure != TENURE_LEASE || world->now_ms < pool->last_end_ms;
}

bool job_could_run(const struct world *world, const struct live_job *job,
                   const struct outlet *outlet)
{
    const struct pool *pool = &world->fleet.pools[outlet->pool];
    const struct pool_spec *spec = pool->spec;
    if (spec->burst_of > 0)
        return burst_could_hold(world, pool, job->gpus,
                                job_estimate_on(job, outlet->ratio));
    if (!gang_could_run(world, job->gpus, outlet->pool))
        return false;
    if (spec->tenure != TENURE_LEASE || spec->start_past_end)
        return true;
    int64_t from = spec->from_ms > world->now_ms ? spec->from_ms : world->now_ms;
    return pool->last_end_ms == NEVER_MS ||
           job_estimate_on(job, outlet->ratio) <= pool->last_end_ms - from;
}
