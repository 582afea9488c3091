/*
 * Instances of elastic pools: whole units that are requested, booted, shared by jobs
 * and given up.  Jobs pack onto instances that are held before new ones are requested.
 */

#include <assert.h>

#include "world/fleet.h"

static int64_t units_left(const struct pool *pool)
{
    int64_t left = pool->target_gpus - pool->capacity_gpus;
    return left > 0 ? left / pool->spec->unit_gpus : 0;
}

bool elastic_fits(const struct pool *pool, int64_t gang)
{
    const struct servers *servers = &pool->servers;
    int64_t unit = pool->spec->unit_gpus, left = units_left(pool);

    if (gang <= unit)
        return left > 0 || servers_fit(servers, gang);
    int64_t whole = gang / unit, rest = gang % unit;
    int64_t have = servers->count[unit] + left;
    if (have < whole)
        return false;
    return rest == 0 || have > whole || servers_fit_partly(servers, rest);
}

/* ---- instances that may be taken back: a list by ordinal, the newest last ---- */

static void link_newest(struct pool *pool, uint32_t instance)
{
    struct instance *it = &pool->instances[instance];
    it->ordinal = pool->requests++;
    it->older = pool->newest_instance;
    it->newer = INSTANCE_NONE;
    if (it->older != INSTANCE_NONE)
        pool->instances[it->older].newer = instance;
    pool->newest_instance = instance;
}

static void unlink_instance(struct pool *pool, const struct instance *it)
{
    if (it->older != INSTANCE_NONE)
        pool->instances[it->older].newer = it->newer;
    if (it->newer != INSTANCE_NONE)
        pool->instances[it->newer].older = it->older;
    else
        pool->newest_instance = it->older;
}

void fleet_tell_instance(struct pool *pool, uint32_t instance)
{
    struct instance *it = &pool->instances[instance];
    assert(pool->recalls && it->since_ms >= 0 && !it->told);
    unlink_instance(pool, it);
    it->told = true;
    pool->told_gpus += pool->servers.gpus;
    servers_set_open(&pool->servers, instance, false);
}

void fleet_limit(struct pool *pool, int64_t gpus)
{
    assert(pool->elastic && gpus >= 0 && gpus <= pool->most_gpus);
    pool->target_gpus = gpus / pool->spec->unit_gpus * pool->spec->unit_gpus;
}

/* It is given up: its event is nobody's any more. */
static void forget_recall(struct pool *pool, struct instance *it)
{
    if (it->told)
        pool->told_gpus -= pool->servers.gpus;
    else
        unlink_instance(pool, it);
    if (it->recall_event == UINT32_MAX)
        return;
    if (pool->n_orphans == pool->orphans_room) {
        uint32_t room = pool->orphans_room ? pool->orphans_room * 2 : 16;
        pool->orphans = arena_grow(pool->servers.arena, pool->orphans, pool->n_orphans,
                                   room, sizeof *pool->orphans);
        pool->orphans_room = room;
    }
    pool->orphans[pool->n_orphans++] = it->recall_event;
}

static uint32_t request_instance(struct pool *pool, int64_t now_ms)
{
    struct servers *servers = &pool->servers;
    uint32_t at = pool->first_unheld;

    assert(units_left(pool) > 0);
    /* The lowest number that is not held; what is skipped is not looked at again until
     * one of it is given up. */
    while (at < servers->n && pool->instances[at].since_ms >= 0)
        at++;
    if (at == servers->n) {
        uint32_t room = servers->room;
        servers_add(servers, true);
        if (servers->room != room)
            pool->instances = arena_grow(servers->arena, pool->instances, at,
                                         servers->room, sizeof *pool->instances);
    } else {
        servers_set_open(servers, at, true);
    }
    pool->first_unheld = at + 1;
    pool->instances[at] =
        (struct instance){.since_ms = now_ms,
                          .boot_until_ms = now_ms + pool->spec->boot_ms,
                          .close_event = UINT32_MAX,
                          .recall_event = UINT32_MAX};
    if (pool->recalls)
        link_newest(pool, at);
    pool_set_capacity(pool, pool->capacity_gpus + pool->spec->unit_gpus);
    return at;
}

/* Whole free instances that are held, then new ones, then the remainder. */
uint32_t elastic_find(struct pool *pool, int64_t gang, int64_t now_ms,
                      struct share *shares)
{
    struct servers *servers = &pool->servers;
    int64_t unit = pool->spec->unit_gpus;
    int64_t whole = gang > unit ? gang / unit : 0;
    uint32_t n = 0;

    for (int64_t held = servers->count[unit]; held < whole; held++)
        request_instance(pool, now_ms);
    /* An instance for the remainder, when neither a partly used nor a spare one is. */
    if (!servers_fit(servers, gang))
        request_instance(pool, now_ms);
    n = servers_find(servers, gang, shares);
    assert(n > 0);
    for (uint32_t i = 0; i < n; i++)
        if (servers->free[shares[i].server] == servers->gpus &&
            pool->instances[shares[i].server].since_ms < now_ms)
            pool->kept_gpus -= unit;
    return n;
}

uint32_t elastic_release(struct pool *pool, struct share share, int64_t now_ms,
                         uint32_t *idle)
{
    struct servers *servers = &pool->servers;
    if (servers->free[share.server] < servers->gpus)
        return 0;
    pool->kept_gpus += servers->gpus;
    if (pool->instances[share.server].told)
        return 0; /* paid for until it is taken back */
    if (pool->spec->keep_alive_ms > 0) {
        *idle = share.server;
        return 1;
    }
    fleet_close_instance(pool, share.server, now_ms);
    return 0;
}

void fleet_close_instance(struct pool *pool, uint32_t instance, int64_t now_ms)
{
    struct servers *servers = &pool->servers;
    struct instance *it = &pool->instances[instance];

    assert(it->since_ms >= 0 && servers->free[instance] == servers->gpus);
    if (pool->recalls)
        forget_recall(pool, it);
    servers_set_open(servers, instance, false);
    pool->kept_gpus -= servers->gpus;
    pool->capacity_gpus -= servers->gpus;
    int64_t held = now_ms - it->since_ms;
    pool_add_surplus(pool, now_ms, billed_ms(pool->spec, held) - held, servers->gpus);
    *it = (struct instance){
        .since_ms = -1, .close_event = UINT32_MAX, .recall_event = UINT32_MAX};
    if (instance < pool->first_unheld)
        pool->first_unheld = instance;
}

void elastic_check(const struct pool *pool)
{
    int64_t told = 0, listed = 0, held = 0;
    uint32_t newer = INSTANCE_NONE;
    if (!pool->recalls)
        return;
    assert(pool->n_orphans == 0);
    for (uint32_t i = 0; i < pool->servers.n; i++) {
        const struct instance *it = &pool->instances[i];
        held += it->since_ms >= 0;
        told += it->since_ms >= 0 && it->told;
    }
    for (uint32_t i = pool->newest_instance; i != INSTANCE_NONE;
         i = pool->instances[i].older) {
        const struct instance *it = &pool->instances[i];
        assert(it->since_ms >= 0 && !it->told && it->newer == newer);
        assert(newer == INSTANCE_NONE || it->ordinal < pool->instances[newer].ordinal);
        newer = i;
        listed++;
    }
    assert(told + listed == held);
    assert(told * pool->servers.gpus == pool->told_gpus);
    assert(held * pool->servers.gpus == pool->capacity_gpus);
}
