/* Lots: which of a fixed pool's GPUs came when, which leave first, and what each lot's
 * did. */

#include <assert.h>

#include "world/fleet.h"

/* The order in which states lie in a lot, newest GPUs first. */
static const enum gpu_state fill_order[GPU_STATES] = {
    GPU_BUSY_USEFUL,     GPU_BUSY_OVERHEAD,  GPU_IDLE_HELD,
    GPU_IDLE_FRAGMENTED, GPU_IDLE_NO_DEMAND, GPU_DOWN,
};

static int64_t shrink_lot(struct lot *lot, int64_t gpus, int64_t now_ms)
{
    int64_t part = lot->gpus < gpus ? lot->gpus : gpus;
    lot->gpus -= part;
    if (part > 0 && lot->gpus == 0)
        lot->end_ms = now_ms;
    return part;
}

/* Lots give up GPUs oldest first, but for a contract that has ended. */
static void shrink_lots(struct pool *pool, int64_t gpus, int64_t now_ms)
{
    if (pool->leaving > 0)
        gpus -= shrink_lot(&pool->lots[pool->leaving - 1], gpus, now_ms);
    for (uint32_t l = 0; gpus > 0; l++) {
        assert(l < pool->n_lots);
        gpus -= shrink_lot(&pool->lots[l], gpus, now_ms);
    }
    pool->fleet_changed = true;
}

void fleet_shrink(struct pool *pool, int64_t gpus, int64_t now_ms)
{
    assert(gpus >= 0 && gpus <= pool->capacity_gpus);
    if (gpus == 0)
        return;
    shrink_lots(pool, gpus, now_ms);
    pool_set_capacity(pool, pool->capacity_gpus - gpus);
}

static void set_offsets(struct pool *pool)
{
    int64_t offset = 0;
    for (uint32_t l = pool->n_lots; l-- > 0;) {
        pool->lots[l].offset = offset;
        offset += pool->lots[l].gpus;
    }
}

/* Until now the pool's own integrals were its only lot's. */
static void split_first_lot(struct pool *pool, int64_t now_ms)
{
    struct lot *lot = &pool->lots[0];
    struct integral below = {.since_ms = now_ms};
    for (int k = 0; k < GPU_STATES; k++) {
        const struct integral *state = &pool->state[fill_order[k]];
        struct reading reading = integral_read(state, now_ms);
        below.count += state->count;
        below.sum += reading.sum;
        below.moment2 += reading.moment2;
        lot->below[k] = below;
    }
}

static struct lot *new_lot(struct pool *pool, int64_t now_ms)
{
    if (pool->n_lots == 1)
        split_first_lot(pool, now_ms);
    if (pool->n_lots == pool->lots_room) {
        uint32_t room = pool->lots_room ? pool->lots_room * 2 : 4;
        pool->lots =
            arena_grow(pool->arena, pool->lots, pool->n_lots, room, sizeof *pool->lots);
        pool->lots_room = room;
    }
    struct lot *lot = &pool->lots[pool->n_lots++];
    *lot = (struct lot){.begin_ms = now_ms, .end_ms = -1};
    return lot;
}

uint32_t fleet_lot_begins(struct pool *pool, int64_t gpus,
                          const struct lot_terms *terms, int64_t now_ms)
{
    struct lot *lot = new_lot(pool, now_ms);
    lot->gpus = lot->first_gpus = gpus;
    lot->terms = *terms;
    lot->first_server = pool->servers.n;
    pool->target_gpus += gpus;
    pool_set_capacity(pool, pool->capacity_gpus + gpus);
    if (pool->packed) {
        for (int64_t g = 0; g < gpus; g += pool->servers.gpus)
            servers_add(&pool->servers, true);
    } else {
        int64_t wanted =
            pool->target_gpus > pool->busy_gpus ? pool->target_gpus : pool->busy_gpus;
        fleet_shrink(pool, pool->capacity_gpus - wanted, now_ms);
    }
    pool->fleet_changed = true;
    return pool->n_lots - 1;
}

void fleet_retire(struct pool *pool, int64_t gpus, int64_t now_ms)
{
    assert(!pool->elastic && gpus <= pool->target_gpus);
    int64_t free_gpus = pool_free(pool) > 0 ? pool_free(pool) : 0;
    pool->target_gpus -= gpus;
    if (pool->packed) {
        int64_t width = pool->servers.gpus;
        pool->closings++;
        uint32_t free = servers_retire(&pool->servers, (uint32_t)(gpus / width));
        pool->draining_gpus = servers_busy_closed(&pool->servers);
        pool->closed_gpus = pool->servers.n_blocked * width;
        pool->closed_busy_gpus = servers_busy_blocked(&pool->servers);
        fleet_shrink(pool, free * width, now_ms);
        return;
    }
    if (gpus > free_gpus)
        fleet_forget_closed(pool, gpus - free_gpus);
    int64_t wanted =
        pool->target_gpus > pool->busy_gpus ? pool->target_gpus : pool->busy_gpus;
    fleet_shrink(pool, pool->capacity_gpus - wanted, now_ms);
}

void fleet_leave(struct pool *pool, uint32_t lot, int64_t now_ms)
{
    pool->leaving = lot + 1;
    fleet_retire(pool, pool->lots[lot].gpus, now_ms);
}

void fleet_left(struct pool *pool)
{
    assert(pool->leaving > 0 && pool->lots[pool->leaving - 1].gpus == 0);
    pool->leaving = 0;
}

uint32_t fleet_renew(struct pool *pool, uint32_t index, const struct lot_terms *terms,
                     int64_t now_ms)
{
    struct lot *lot = new_lot(pool, now_ms), *old = &pool->lots[index];
    lot->terms = *terms;
    lot->gpus = lot->first_gpus = old->gpus;
    lot->renews = true;
    old->renewed_as = pool->n_lots - 1;
    old->gpus = 0;
    old->end_ms = now_ms;
    pool->fleet_changed = true;
    return pool->n_lots - 1;
}

static int64_t clamp(int64_t value, int64_t high)
{
    if (value < 0)
        return 0;
    return value < high ? value : high;
}

/* Moves one boundary; only the lots that it crosses are touched. */
static void move_bound(struct pool *pool, int k, int64_t bound, int64_t now_ms)
{
    uint32_t l = pool->bound_lot[k];
    for (;;) {
        struct lot *lot = &pool->lots[l];
        integral_set(&lot->below[k], now_ms, clamp(bound - lot->offset, lot->gpus));
        if (bound > lot->offset + lot->gpus && l > 0)
            l--;
        else
            break;
    }
    for (;;) {
        struct lot *lot = &pool->lots[l];
        integral_set(&lot->below[k], now_ms, clamp(bound - lot->offset, lot->gpus));
        if (bound < lot->offset && l + 1 < pool->n_lots)
            l++;
        else
            break;
    }
    pool->bound_lot[k] = l;
}

void fleet_settle_lots(struct pool *pool, const int64_t count[GPU_STATES],
                       int64_t now_ms)
{
    int64_t bound = 0;
    if (pool->fleet_changed)
        set_offsets(pool);
    for (int k = 0; k < GPU_STATES; k++) {
        bound += count[fill_order[k]];
        if (!pool->fleet_changed) {
            move_bound(pool, k, bound, now_ms);
            continue;
        }
        for (uint32_t l = 0; l < pool->n_lots; l++) {
            struct lot *lot = &pool->lots[l];
            if (lot->gpus > 0 || lot->below[k].count > 0)
                integral_set(&lot->below[k], now_ms,
                             clamp(bound - lot->offset, lot->gpus));
        }
        pool->bound_lot[k] = 0;
        move_bound(pool, k, bound, now_ms);
    }
}

void lot_states(const struct pool *pool, const struct lot *lot, int64_t now_ms,
                int64_t gpu_ms[GPU_STATES])
{
    if (pool->n_lots <= 1) {
        for (int s = 0; s < GPU_STATES; s++)
            gpu_ms[s] = integral_read(&pool->state[s], now_ms).sum;
        return;
    }
    int64_t last = 0;
    for (int k = 0; k < GPU_STATES; k++) {
        int64_t below = integral_read(&lot->below[k], now_ms).sum;
        gpu_ms[fill_order[k]] = below - last;
        last = below;
    }
}
