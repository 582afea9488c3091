#include <inttypes.h>

#include "cli/fragile.h"
#include "input/scenario_parts.h"
#include "output/brief.h"

void fragile_init(struct fragile *fragile, const struct scenario *scenario,
                  struct arena *arena)
{
    fragile->scenario = scenario;
    fragile->jobs = ARENA_ARRAY(arena, scenario->n_pools, int64_t);
    fragile->largest = ARENA_ARRAY(arena, scenario->n_pools, int64_t);
}

static int64_t instances(const struct pool_spec *pool, int64_t gpus)
{
    return (gpus + pool->unit_gpus - 1) / pool->unit_gpus;
}

void fragile_count(struct fragile *fragile, const struct arrival *arrival,
                   const struct route *route)
{
    if (arrival->kind->checkpoint_interval_ms > 0 || arrival->kind->young_daly)
        return;
    for (uint32_t i = 0; i < route->n; i++) {
        uint32_t p = route->outlets[i].pool;
        const struct pool_spec *pool = &fragile->scenario->pools[p];
        if (pool->interruption_mean_ms == 0 || arrival->gpus > pool_largest_size(pool))
            continue;
        int64_t lasts_ms = ratio_apply(arrival->duration_ms, route->outlets[i].ratio);
        double expected = (double)instances(pool, arrival->gpus) * (double)lasts_ms /
                          (double)pool->interruption_mean_ms;
        if (expected <= FRAGILE_INTERRUPTIONS)
            continue;
        fragile->jobs[p]++;
        if (arrival->gpus > fragile->largest[p])
            fragile->largest[p] = arrival->gpus;
    }
}

void fragile_warn(const struct fragile *fragile, struct scenario *scenario)
{
    for (size_t p = 0; p < scenario->n_pools; p++) {
        const struct pool_spec *pool = &scenario->pools[p];
        char mean[BRIEF_TEXT], every[BRIEF_TEXT];
        if (fragile->jobs[p] == 0)
            continue;
        int64_t gpus = fragile->largest[p];
        brief_duration(mean, pool->interruption_mean_ms);
        brief_duration(every, pool->interruption_mean_ms / instances(pool, gpus));
        scenario_warn(scenario,
                      "pools.%s: %" PRId64 " jobs that keep no checkpoint would be "
                      "interrupted over and over there, and hardly ever end: a gang "
                      "loses all with any instance, and one of %" PRId64
                      " GPUs in instances of %" PRId64 " loses one every %s (mean_time "
                      "%s each); give `unit`, checkpoints (`checkpoint_interval`), or "
                      "other pools (`prefer`)",
                      pool->name, fragile->jobs[p], gpus, pool->unit_gpus, every, mean);
    }
}
