/* What a job's GPUs cost because it runs: rent of elastic capacity, busy power. */

#include "world/state.h"

static int64_t direct_rate(const struct pool_spec *spec)
{
    if (tenure_is_elastic(spec->tenure))
        return spec->price_rate;
    return spec->tenure == TENURE_OWN ? spec->busy_power_rate : 0;
}

int64_t job_direct_uusd(const struct world *world, uint32_t index, int64_t added_ms)
{
    const struct live_job *job = &world->backlog.jobs[index];
    const struct pool *pool = &world->fleet.pools[job->pool];
    const struct pool_prices *prices = pool->prices;
    int64_t held_ms = world->now_ms - job->held_since_ms;
    if (!prices) {
        int64_t rate = direct_rate(pool->spec);
        return rate == 0 ? 0
                         : meter_uusd((int128)rate * job->gpus * (held_ms + added_ms));
    }
    int128 paid = prices_direct(prices, world->now_ms) -
                  world->backlog.asides[index].held_direct +
                  (int128)prices->direct_rate * added_ms;
    return meter_uusd(paid * job->gpus);
}
