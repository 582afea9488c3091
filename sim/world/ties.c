/* Who runs on a server: in pools whose servers may be lost, the shares on each are a
 * list. */

#include <assert.h>
#include <string.h>

#include "world/fleet.h"

void fleet_tie(struct fleet *fleet, struct pool *pool, uint32_t shares, uint32_t job)
{
    uint32_t old = pool->first_on_room, room = pool->servers.room;
    if (old < room) {
        pool->first_on =
            arena_grow(fleet->arena, pool->first_on, old, room, sizeof *pool->first_on);
        memset(pool->first_on + old, 0xff, (room - old) * sizeof *pool->first_on);
        pool->first_on_room = room;
    }
    for (uint32_t s = shares; s != SHARE_NONE; s = fleet->shares[s].next) {
        struct share_link *link = &fleet->shares[s];
        uint32_t *first = &pool->first_on[link->share.server];
        link->job = job;
        link->previous_on = SHARE_NONE;
        link->next_on = *first;
        if (*first != SHARE_NONE)
            fleet->shares[*first].previous_on = s;
        *first = s;
    }
}

void fleet_untie(struct fleet *fleet, struct pool *pool, const struct share_link *link)
{
    if (link->previous_on == SHARE_NONE)
        pool->first_on[link->share.server] = link->next_on;
    else
        fleet->shares[link->previous_on].next_on = link->next_on;
    if (link->next_on != SHARE_NONE)
        fleet->shares[link->next_on].previous_on = link->previous_on;
}

uint32_t fleet_job_on(const struct fleet *fleet, const struct pool *pool,
                      uint32_t server)
{
    uint32_t first = server < pool->first_on_room ? pool->first_on[server] : SHARE_NONE;
    return first == SHARE_NONE ? UINT32_MAX : fleet->shares[first].job;
}

static int64_t tied_gpus(const struct fleet *fleet, uint32_t first)
{
    int64_t gpus = 0;
    uint32_t previous = SHARE_NONE;
    for (uint32_t s = first; s != SHARE_NONE; s = fleet->shares[s].next_on) {
        assert(fleet->shares[s].previous_on == previous);
        gpus += fleet->shares[s].share.gpus;
        previous = s;
    }
    return gpus;
}

void ties_check(const struct fleet *fleet)
{
    for (uint32_t p = 0; p < fleet->n_pools; p++) {
        const struct pool *pool = &fleet->pools[p];
        const struct servers *servers = &pool->servers;
        for (uint32_t s = 0; s < servers->n && pool->ties_shares; s++) {
            uint32_t first = s < pool->first_on_room ? pool->first_on[s] : SHARE_NONE;
            assert(tied_gpus(fleet, first) == servers->gpus - servers->free[s]);
        }
    }
}
