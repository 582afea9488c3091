/* What levels came to: rows of levels.csv, and the groups of the result. */

#include "world/level_hold.h"

/* With an open horizon there are no levels, so that no row has to be held back. */
void levels_show_interval(struct world *world, int64_t end_ms)
{
    struct levels *levels = world->levels;
    const struct sink *sink = &world->sink;
    for (uint32_t i = 0; levels && i < levels->n_sources; i++) {
        const struct level_source *source = &levels->sources[i];
        for (uint32_t s = 0; s < source->n; s++) {
            struct level *level = &levels->items[source->first + s];
            level_account(level, world->now_ms);
            struct level_interval row = {
                .start_ms = world->interval_start_ms,
                .end_ms = end_ms,
                .level = level->spec->label,
                .series = s + 1,
                .workload = level->kind->workload,
                .tenant = level->kind->tenant,
                .demand_gpu_ms = level->wanted_gpu_ms - level->shown_wanted,
                .served_gpu_ms = level->useful_gpu_ms - level->shown_useful,
                .overhead_gpu_ms = level->overhead_gpu_ms - level->shown_overhead,
                .wanted_gpus = level->wanted_gpus,
                .served_gpus = level->useful_gpus,
            };
            level->shown_wanted = level->wanted_gpu_ms;
            level->shown_useful = level->useful_gpu_ms;
            level->shown_overhead = level->overhead_gpu_ms;
            if (sink->level)
                sink->level(sink->self, &row);
        }
    }
}

static void add_to(struct group_result *group, const struct level *level)
{
    group->level_demand_gpu_ms += level->wanted_gpu_ms;
    group->level_served_gpu_ms += level->useful_gpu_ms;
    group->level_overhead_gpu_ms += level->overhead_gpu_ms;
}

static void note_closed(struct run_result *result, const struct level *level,
                        const struct route *route)
{
    if (route->n > 0)
        return;
    if (result->closed_levels++ > 0)
        return;
    result->closed_level = level->spec->label;
    result->closed_reason = route->closed_reason;
}

void levels_finish(struct world *world)
{
    struct levels *levels = world->levels;
    struct tally *tally = &world->tally;
    world->result.has_levels = levels != NULL;
    for (uint32_t l = 0; levels && l < levels->n; l++) {
        struct level *level = &levels->items[l];
        const struct route *route = &world->routes.items[level->route];
        level_account(level, world->now_ms);
        note_closed(&world->result, level, route);
        add_to(&tally->groups[0], level);
        if (level->kind->workload_group != UINT32_MAX)
            add_to(&tally->groups[level->kind->workload_group], level);
        if (level->kind->tenant_group != UINT32_MAX)
            add_to(&tally->groups[level->kind->tenant_group], level);
        for (uint32_t o = 0; o < route->n; o++)
            world->result.pools[route->outlets[o].pool].work_gpu_ms +=
                ratio_work(level_served_in(world, level, o), level->kind->work_ratio);
    }
}
