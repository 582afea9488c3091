#include "world/maintenance.h"

#include <math.h>

#include "world/state.h"

static void plan_window(struct world *world, uint32_t index)
{
    const struct maintenance *window = &world->maintenances.items[index];
    int64_t at_ms = window->begin_ms - window->spec->drain_ms;
    if (at_ms >= world->horizon_ms)
        return;
    world_schedule(world, at_ms, PHASE_FAILURES, EVENT_DRAIN, index);
    world->ticks++; /* no news to those who wait */
}

void maintenance_init(struct world *world)
{
    const struct scenario *scenario = world->scenario;
    size_t n = 0;
    for (size_t p = 0; p < scenario->n_pools; p++)
        n += scenario->pools[p].n_maintenance;
    world->maintenances.items = ARENA_ARRAY(&world->arena, n, struct maintenance);
    for (uint32_t p = 0; p < scenario->n_pools; p++) {
        struct pool *pool = &world->fleet.pools[p];
        for (size_t i = 0; i < pool->spec->n_maintenance; i++) {
            const struct maintenance_spec *spec = &pool->spec->maintenance[i];
            uint32_t index = world->maintenances.n++;
            world->maintenances.items[index] =
                (struct maintenance){spec, p, spec->from_ms, 0};
            if (spec->interrupt && pool->packed)
                pool->ties_shares = true;
            plan_window(world, index);
        }
    }
}

static int64_t servers_of(const struct pool *pool, const struct maintenance *window)
{
    int64_t width = pool->spec->gpus_per_server;
    int64_t servers = (pool->target_gpus + width - 1) / width;
    double n = ceil((double)servers * window->spec->servers_frac - 1e-9);
    return n < (double)servers ? (int64_t)n : servers;
}

static void close_packed(struct pool *pool, struct maintenance *window,
                         struct down_spec down, int64_t n)
{
    for (uint32_t tried = 0; n > 0 && tried < pool->servers.n; tried++) {
        if (window->next_server >= pool->servers.n)
            window->next_server = 0;
        down.server = window->next_server++;
        if (servers_is_retired(&pool->servers, down.server))
            continue;
        (void)fleet_close(pool, &down);
        n--;
    }
}

void maintenance_drains(struct world *world, uint32_t index)
{
    struct maintenance *window = &world->maintenances.items[index];
    struct pool *pool = &world->fleet.pools[window->pool];
    int64_t n = servers_of(pool, window), width = pool->spec->gpus_per_server;
    struct down_spec down = {
        .gpus = n * width < pool->target_gpus ? n * width : pool->target_gpus,
        .until_ms = window->begin_ms + window->spec->lasts_ms,
        .owner = OWNER_MAINTENANCE | index,
        .tracked = world->track_ends,
        .whole = true,
    };
    world->ticks--;
    world_show_event(world, PHASE_FAILURES, "maintenance", NULL, pool->index, down.gpus,
                     NULL);
    if (pool->packed)
        close_packed(pool, window, down, n);
    else
        (void)fleet_close(pool, &down);
    if (window->spec->interrupt && window->begin_ms < world->horizon_ms) {
        world_schedule(world, window->begin_ms, PHASE_FAILURES, EVENT_MAINTENANCE,
                       index);
        world->ticks++;
    }
    world_plan_return(world, down.until_ms, EVENT_MAINTENANCE_END, index);
    world_unsettle(world, pool->index);
}

void maintenance_begins(struct world *world, uint32_t index)
{
    const struct pool *pool =
        &world->fleet.pools[world->maintenances.items[index].pool];
    world->ticks--;
    for (uint32_t h = pool->first_hold; h != HOLD_NONE && pool->packed;
         h = world->fleet.holds[h].next) {
        const struct hold *hold = &world->fleet.holds[h];
        uint32_t job;
        while (hold->owner == (OWNER_MAINTENANCE | index) &&
               (job = fleet_job_on(&world->fleet, pool, hold->server)) != JOB_NONE)
            job_interrupt(world, job, PHASE_FAILURES, CAUSE_MAINTENANCE);
    }
    while (!pool->packed && pool->first_job != JOB_NONE &&
           pool->capacity_gpus - pool->busy_gpus < pool->closed_gpus)
        job_interrupt(world, pool->first_job, PHASE_FAILURES, CAUSE_MAINTENANCE);
    world_unsettle(world, pool->index);
}

void maintenance_ends(struct world *world, uint32_t index)
{
    struct maintenance *window = &world->maintenances.items[index];
    const struct pool *pool = &world->fleet.pools[window->pool];
    uint32_t next = HOLD_NONE;
    world->returns--;
    for (uint32_t h = pool->first_hold; h != HOLD_NONE; h = next) {
        next = world->fleet.holds[h].next;
        if (world->fleet.holds[h].owner == (OWNER_MAINTENANCE | index))
            fleet_reopen(&world->fleet, h);
    }
    world_show_event(world, PHASE_ENDS, "maintenance_end", NULL, pool->index, 0, NULL);
    if (window->spec->every_ms > 0) {
        window->begin_ms += window->spec->every_ms;
        plan_window(world, index);
    }
    world_unsettle(world, pool->index);
}
