/* Instances of elastic pools that are kept for a while though nothing runs on them. */

#include "world/state.h"

static uint32_t kept_new(struct world *world, uint32_t pool, uint32_t instance)
{
    uint32_t at = world->free_kept;
    if (at != UINT32_MAX) {
        world->free_kept = world->kept[at].next_free;
    } else {
        if (world->n_kept == world->kept_room) {
            uint32_t room = world->kept_room ? world->kept_room * 2 : 64;
            world->kept = arena_grow(&world->arena, world->kept, world->n_kept, room,
                                     sizeof *world->kept);
            world->kept_room = room;
        }
        at = world->n_kept++;
    }
    world->kept[at] = (struct kept){.pool = pool, .instance = instance};
    return at;
}

static void kept_free(struct world *world, uint32_t at)
{
    world->kept[at].next_free = world->free_kept;
    world->free_kept = at;
}

void world_keep(struct world *world, struct pool *pool, uint32_t instance)
{
    pool->instances[instance].close_event =
        world_schedule(world, world->now_ms + pool->spec->keep_alive_ms, PHASE_CAPACITY,
                       EVENT_CLOSE_INSTANCE, kept_new(world, pool->index, instance));
}

void world_keep_no_longer(struct world *world, struct pool *pool, uint32_t instance)
{
    struct instance *it = &pool->instances[instance];
    if (it->close_event == EVENT_NONE)
        return;
    uint32_t kept = world->events.slots[it->close_event].argument;
    events_cancel(&world->events, it->close_event);
    it->close_event = EVENT_NONE;
    kept_free(world, kept);
}

void world_keep_ends(struct world *world, uint32_t at)
{
    struct kept kept = world->kept[at];
    struct pool *pool = &world->fleet.pools[kept.pool];
    kept_free(world, at);
    pool->instances[kept.instance].close_event = EVENT_NONE;
    fleet_close_instance(pool, kept.instance, world->now_ms);
    supply_sweep(world, pool);
    world_unsettle(world, kept.pool);
}

void world_close_instances(struct world *world, struct pool *pool)
{
    for (uint32_t i = 0; i < pool->servers.n; i++) {
        if (pool->instances[i].since_ms < 0)
            continue;
        world_keep_no_longer(world, pool, i);
        fleet_close_instance(pool, i, world->now_ms);
    }
    supply_sweep(world, pool);
    world_unsettle(world, pool->index);
}
