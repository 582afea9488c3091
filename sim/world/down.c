/*
 * GPUs that are down: servers that failed, are maintained, or whose provider is out.
 * Like all states of GPUs they are changed nowhere but in the files that fleet.h names.
 */

#include <assert.h>

#include "world/fleet.h"

static struct hold *hold_at(const struct fleet *fleet, uint32_t hold)
{
    return &fleet->holds[hold];
}

static uint32_t hold_new(struct fleet *fleet)
{
    uint32_t at = fleet->free_hold;
    if (at != HOLD_NONE) {
        fleet->free_hold = fleet->holds[at].next;
        return at;
    }
    if (fleet->n_holds == fleet->holds_room) {
        uint32_t room = fleet->holds_room ? fleet->holds_room * 2 : 64;
        fleet->holds = arena_grow(fleet->arena, fleet->holds, fleet->n_holds, room,
                                  sizeof *fleet->holds);
        fleet->holds_room = room;
    }
    return fleet->n_holds++;
}

/* For those who look ahead a hold is like a job that ends when the GPUs come back. */
static void expect_back(struct pool *pool, const struct hold *hold, uint32_t index,
                        bool on)
{
    if (!hold->tracked)
        return;
    if (on)
        tree_insert(&pool->running, (struct tree_entry){hold->until_ms, hold->seq,
                                                        hold->gpus, ITEM_HOLD | index});
    else
        tree_remove(&pool->running, hold->until_ms, hold->seq);
}

/* Fungible: GPUs of a surplus that drains leave when they go down. */
static int64_t held_gpus(const struct pool *pool, int64_t gpus)
{
    int64_t surplus = pool->capacity_gpus - pool->target_gpus;
    return surplus < gpus ? gpus - (surplus > 0 ? surplus : 0) : 0;
}

uint32_t fleet_close(struct pool *pool, const struct down_spec *down)
{
    assert(!pool->elastic);
    struct fleet *fleet = pool->fleet;
    struct servers *servers = &pool->servers;
    uint32_t at = hold_new(fleet);
    struct hold *hold = hold_at(fleet, at);
    *hold = (struct hold){.server = SERVER_NONE,
                          .pool = pool->index,
                          .owner = down->owner,
                          .until_ms = down->until_ms,
                          .seq = UINT64_MAX - fleet->hold_seq++,
                          .tracked = down->tracked,
                          .previous = HOLD_NONE,
                          .next = pool->first_hold};
    if (pool->packed) {
        uint32_t server = hold->server = down->server;
        hold->gpus = servers->gpus;
        if (servers->level[server] >= 0) {
            pool->closed_gpus += servers->gpus;
            pool->closed_busy_gpus += servers->gpus - servers->free[server];
            pool->draining_gpus += servers->gpus - servers->free[server];
        }
        servers_block(servers, server);
        pool->closings++;
    } else {
        hold->gpus = down->whole ? down->gpus : held_gpus(pool, down->gpus);
        pool->closed_gpus += hold->gpus;
    }
    if (pool->first_hold != HOLD_NONE)
        hold_at(fleet, pool->first_hold)->previous = at;
    pool->first_hold = at;
    expect_back(pool, hold, at, true);
    return at;
}

void fleet_reopen(struct fleet *fleet, uint32_t index)
{
    struct hold *hold = hold_at(fleet, index);
    struct pool *pool = &fleet->pools[hold->pool];
    struct servers *servers = &pool->servers;

    expect_back(pool, hold, index, false);
    if (!pool->packed) {
        pool->closed_gpus -= hold->gpus;
    } else if (servers_unblock(servers, hold->server)) {
        int64_t busy = servers->gpus - servers->free[hold->server];
        pool->closed_gpus -= servers->gpus;
        pool->closed_busy_gpus -= busy;
        pool->draining_gpus -= busy;
    }
    if (hold->previous != HOLD_NONE)
        hold_at(fleet, hold->previous)->next = hold->next;
    else
        pool->first_hold = hold->next;
    if (hold->next != HOLD_NONE)
        hold_at(fleet, hold->next)->previous = hold->previous;
    hold->next = fleet->free_hold;
    fleet->free_hold = index;
}

void fleet_forget_closed(struct pool *pool, int64_t gpus)
{
    struct fleet *fleet = pool->fleet;
    for (uint32_t h = pool->first_hold; h != HOLD_NONE && gpus > 0;
         h = hold_at(fleet, h)->next) {
        struct hold *hold = hold_at(fleet, h);
        int64_t part = hold->gpus < gpus ? hold->gpus : gpus;
        expect_back(pool, hold, h, false);
        hold->gpus -= part;
        expect_back(pool, hold, h, true);
        pool->closed_gpus -= part;
        gpus -= part;
    }
}

int64_t fleet_lose(struct pool *pool, const struct loss *loss, int64_t now_ms)
{
    struct servers *servers = &pool->servers;
    struct lot *lot = &pool->lots[loss->lot];
    int64_t surplus = pool->packed ? 0 : pool->capacity_gpus - pool->target_gpus;
    int64_t wanted = surplus < loss->gpus ? loss->gpus - surplus : 0;

    assert(!pool->elastic && lot->gpus >= loss->gpus && surplus >= 0);
    if (pool->packed) {
        if (servers->level[loss->server] >= 0) {
            int64_t busy = servers->gpus - servers->free[loss->server];
            pool->closed_gpus += servers->gpus;
            pool->closed_busy_gpus += busy;
            pool->draining_gpus += busy;
        }
        servers_block(servers, loss->server);
        pool->closings++;
    }
    lot->gpus -= loss->gpus;
    if (lot->gpus == 0)
        lot->end_ms = now_ms;
    pool->capacity_gpus -= loss->gpus;
    pool->target_gpus -= wanted;
    pool->fleet_changed = true;
    return wanted;
}

/* Fungible: a server that was up is gone first, then what is down. */
void fleet_lost(struct pool *pool, const struct loss *loss)
{
    assert(pool->busy_gpus <= pool->capacity_gpus);
    if (pool->packed) {
        servers_discard(&pool->servers, loss->server);
        pool->closed_gpus -= pool->servers.gpus;
        return;
    }
    int64_t up = pool->capacity_gpus + loss->gpus - pool->busy_gpus - pool->closed_gpus;
    if (up < loss->gpus)
        fleet_forget_closed(pool, loss->gpus - (up > 0 ? up : 0));
}

/* The jobs at positions from `at` on, in order of their start from 0 on. */
static uint32_t jobs_at(const struct pool *pool, int64_t at, int64_t gpus,
                        uint32_t *jobs)
{
    struct tree_entry entry, last;
    int64_t end = at + gpus < pool->busy_gpus ? at + gpus : pool->busy_gpus;
    uint32_t n = 0;
    if (at >= end)
        return 0;
    bool any = tree_reach(&pool->placed, at + 1, &entry) &&
               tree_reach(&pool->placed, end, &last);
    assert(any);
    for (;;) {
        jobs[n++] = (uint32_t)entry.item;
        if (entry.key == last.key && entry.seq == last.seq)
            return n;
        any = tree_after(&pool->placed, entry.key, entry.seq, &entry);
        assert(any && n <= gpus);
    }
}

uint32_t fleet_jobs_at(const struct pool *pool, int64_t gpus, double where,
                       uint32_t *jobs)
{
    int64_t up = pool->capacity_gpus - pool_down(pool);
    int64_t slots = (up + gpus - 1) / gpus;
    int64_t slot = (int64_t)(where * (double)slots);
    return slots > 0 ? jobs_at(pool, slot * gpus, gpus, jobs) : 0;
}

void fleet_check_down(const struct pool *pool)
{
    const struct fleet *fleet = pool->fleet;
    int64_t held = 0;
    for (uint32_t h = pool->first_hold; h != HOLD_NONE; h = hold_at(fleet, h)->next)
        held += hold_at(fleet, h)->gpus;
    int64_t down = pool_down(pool);
    assert(down >= 0 && down <= pool->capacity_gpus - pool->busy_gpus);
    if (!pool->packed) {
        assert(pool->closed_gpus == held);
        tree_check(&pool->placed);
        if (pool->places_jobs)
            assert(tree_sum_until(&pool->placed, INT64_MAX) == pool->busy_gpus);
        return;
    }
    const struct servers *servers = &pool->servers;
    int64_t closed = 0, busy = 0;
    for (uint32_t s = 0; s < servers->n; s++) {
        if (servers->blocks[s] == 0)
            continue;
        closed += servers->gpus;
        busy += servers->gpus - servers->free[s];
    }
    assert(pool->closed_gpus == closed && pool->closed_busy_gpus == busy);
}
