#include "world/fleet.h"

#include <assert.h>
#include <inttypes.h>

#include "world/market.h"

/* 4e18 GPU-ms, and 4e18 micro-USD at such a rate. */
static int64_t gpu_ms_limit(int128 rate)
{
    int128 most = INT64_C(4000000000000000000);
    int128 by_money = rate > 0 ? most * 1000 * MS_PER_H / rate : most;
    return (int64_t)(by_money < most ? by_money : most);
}

static int128 all_rates(const struct pool_spec *spec)
{
    return (int128)spec->price_rate + spec->colo_rate + spec->support_rate +
           spec->staff_rate + spec->insurance_rate + spec->software_rate +
           spec->security_rate + spec->idle_power_rate + spec->busy_power_rate;
}

void pool_limit_rate(struct pool *pool, const int64_t rates[], int n)
{
    int128 sum = 0;
    for (int i = 0; i < n; i++)
        sum += rates[i];
    int64_t limit = gpu_ms_limit(sum);
    if (limit >= pool->gpu_ms_limit)
        return;
    pool->gpu_ms_limit = limit;
    pool->guarded_gpus = 0;
}

static void init_pool(struct fleet *fleet, struct pool *pool,
                      const struct scenario *scenario, uint32_t index)
{
    const struct pool_spec *spec = &scenario->pools[index];
    struct arena *arena = fleet->arena;

    *pool = (struct pool){
        .spec = spec,
        .fleet = fleet,
        .index = index,
        .first_job = UINT32_MAX,
        .first_hold = HOLD_NONE,
        .arena = arena,
    };
    pool->placed = tree_empty(&fleet->nodes, TREE_SUM);
    pool->running = tree_empty(&fleet->nodes, TREE_SUM);
    pool->victims = tree_empty(&fleet->nodes, TREE_SUM);
    pool->elastic = tenure_is_elastic(spec->tenure);
    pool->prices = pool_prices_new(spec, fleet->arena);
    pool->gpu_ms_limit = gpu_ms_limit(all_rates(spec));
    if (!pool->elastic) {
        pool->packed = scenario->dispatch.placement == PLACEMENT_PACKED;
        if (pool->packed)
            servers_init(&pool->servers, arena, (int32_t)spec->gpus_per_server);
        return;
    }
    pool->target_gpus = spec->limit_gpus / spec->unit_gpus * spec->unit_gpus;
    pool->most_gpus = pool->target_gpus;
    pool->recalls = pool->ties_shares =
        spec->tenure == TENURE_SPOT || spec->burst_of > 0;
    pool->newest_instance = INSTANCE_NONE;
    pool->instanced = spec->unit_gpus > 1 || spec->keep_alive_ms > 0 || pool->recalls;
    if (pool->instanced)
        servers_init(&pool->servers, arena, (int32_t)spec->unit_gpus);
}

void fleet_init(struct fleet *fleet, const struct scenario *scenario,
                struct arena *arena, int64_t gang_max)
{
    *fleet = (struct fleet){
        .arena = arena, .free_share = SHARE_NONE, .free_hold = HOLD_NONE};
    fleet->nodes.arena = arena;
    fleet->n_pools = (uint32_t)scenario->n_pools;
    fleet->pools = ARENA_ARRAY(arena, fleet->n_pools, struct pool);
    fleet->scratch_room = (uint32_t)gang_max + 2;
    fleet->scratch = ARENA_ARRAY(arena, fleet->scratch_room, struct share);
    for (uint32_t i = 0; i < fleet->n_pools; i++)
        init_pool(fleet, &fleet->pools[i], scenario, i);
}

int64_t pool_free(const struct pool *pool)
{
    int64_t most = pool->target_gpus;
    if (pool->elastic && pool->capacity_gpus > most)
        most = pool->capacity_gpus; /* held since before less was granted */
    return most - pool->closed_gpus - (pool->busy_gpus - pool->draining_gpus);
}

bool pool_fits(const struct pool *pool, int64_t gang)
{
    if (gang > pool_free(pool))
        return false;
    if (pool->packed)
        return servers_fit(&pool->servers, gang);
    return !pool->instanced || elastic_fits(pool, gang);
}

int64_t pool_largest_gang(const struct pool *pool, int64_t gpus)
{
    if (pool->packed)
        return gpus - gpus % pool->servers.gpus;
    return pool->instanced ? gpus - gpus % pool->spec->unit_gpus : gpus;
}

void pool_add_surplus(struct pool *pool, int64_t now_ms, int64_t surplus_ms,
                      int64_t gpus)
{
    int128 amount = (int128)surplus_ms * gpus;
    if (pool->surplus.sum + amount > pool->gpu_ms_limit)
        pool->surplus_overflowed = true;
    else
        integral_add_lump(&pool->surplus, now_ms, (int64_t)amount);
}

int64_t billed_ms(const struct pool_spec *spec, int64_t held_ms)
{
    int64_t step = spec->increment_ms > 0 ? spec->increment_ms : 1;
    int64_t billed = (held_ms + step - 1) / step * step;
    return billed > spec->minimum_ms ? billed : spec->minimum_ms;
}

static uint32_t share_link_new(struct fleet *fleet, struct share share, uint32_t next)
{
    uint32_t at = fleet->free_share;
    if (at != SHARE_NONE) {
        fleet->free_share = fleet->shares[at].next;
    } else {
        if (fleet->n_shares == fleet->shares_room) {
            uint32_t room = fleet->shares_room ? fleet->shares_room * 2 : 256;
            assert(room > fleet->shares_room);
            fleet->shares = arena_grow(fleet->arena, fleet->shares, fleet->n_shares,
                                       room, sizeof *fleet->shares);
            fleet->shares_room = room;
        }
        at = fleet->n_shares++;
    }
    fleet->shares[at] = (struct share_link){.share = share, .next = next};
    return at;
}

static uint32_t take_shares(struct fleet *fleet, struct pool *pool, uint32_t n)
{
    uint32_t head = SHARE_NONE;
    for (uint32_t i = n; i-- > 0;) {
        servers_take(&pool->servers, fleet->scratch[i]);
        head = share_link_new(fleet, fleet->scratch[i], head);
    }
    return head;
}

uint32_t fleet_take(struct fleet *fleet, struct pool *pool, int64_t gang,
                    int64_t now_ms, int64_t *ready_ms)
{
    uint32_t head = SHARE_NONE;
    *ready_ms = now_ms;
    if (pool->packed) {
        uint32_t n = servers_find(&pool->servers, gang, fleet->scratch);
        assert(n > 0 && n <= fleet->scratch_room);
        head = take_shares(fleet, pool, n);
    } else if (pool->instanced) {
        uint32_t n = elastic_find(pool, gang, now_ms, fleet->scratch);
        assert(n > 0 && n <= fleet->scratch_room);
        head = take_shares(fleet, pool, n);
        for (uint32_t s = head; s != SHARE_NONE; s = fleet->shares[s].next) {
            int64_t boot = pool->instances[fleet->shares[s].share.server].boot_until_ms;
            *ready_ms = boot > *ready_ms ? boot : *ready_ms;
        }
    } else if (pool->elastic) {
        *ready_ms = now_ms + pool->spec->boot_ms;
    }
    pool->busy_gpus += gang;
    pool->overhead_gpus += gang;
    assert(pool_free(pool) >= 0);
    if (pool->elastic && !pool->instanced)
        pool_set_capacity(pool, pool->busy_gpus);
    if (pool->busy_gpus > pool->peak_busy_gpus)
        pool->peak_busy_gpus = pool->busy_gpus;
    return head;
}

void fleet_booted(const struct fleet *fleet, struct pool *pool, uint32_t shares,
                  int64_t now_ms)
{
    if (!pool->instanced)
        return;
    for (uint32_t s = shares; s != SHARE_NONE; s = fleet->shares[s].next)
        pool->instances[fleet->shares[s].share.server].boot_until_ms = now_ms;
}

void fleet_work(struct pool *pool, int64_t gpus)
{
    pool->overhead_gpus -= gpus;
    assert(pool->overhead_gpus >= 0 && pool->overhead_gpus <= pool->busy_gpus);
}

/* A server that drains leaves, or is down, when its last job has ended. */
static void leave_if_drained(struct pool *pool, struct share share, int64_t now_ms)
{
    struct servers *servers = &pool->servers;
    if (servers->level[share.server] >= 0)
        return;
    pool->draining_gpus -= share.gpus;
    if (servers->blocks[share.server] > 0)
        pool->closed_busy_gpus -= share.gpus;
    else if (servers->free[share.server] == servers->gpus)
        fleet_shrink(pool, servers->gpus, now_ms);
}

static uint32_t give_shares(struct fleet *fleet, struct pool *pool, uint32_t head,
                            int64_t now_ms, uint32_t *idle)
{
    uint32_t n_idle = 0;
    while (head != SHARE_NONE) {
        struct share_link *link = &fleet->shares[head];
        if (pool->ties_shares)
            fleet_untie(fleet, pool, link);
        servers_give(&pool->servers, link->share);
        if (pool->packed)
            leave_if_drained(pool, link->share, now_ms);
        else
            n_idle += elastic_release(pool, link->share, now_ms, idle + n_idle);
        uint32_t next = link->next;
        link->next = fleet->free_share;
        fleet->free_share = head;
        head = next;
    }
    return n_idle;
}

uint32_t fleet_give(struct fleet *fleet, struct pool *pool, int64_t gang,
                    uint32_t shares, bool was_useful, int64_t held_since_ms,
                    int64_t now_ms, uint32_t *idle)
{
    pool->busy_gpus -= gang;
    if (!was_useful)
        pool->overhead_gpus -= gang;
    assert(pool->busy_gpus >= 0 && pool->overhead_gpus >= 0);
    assert(pool->overhead_gpus <= pool->busy_gpus);

    uint32_t n_idle = give_shares(fleet, pool, shares, now_ms, idle);
    if (pool->elastic && !pool->instanced) {
        int64_t held = now_ms - held_since_ms;
        pool_set_capacity(pool, pool->busy_gpus);
        pool_add_surplus(pool, now_ms, billed_ms(pool->spec, held) - held, gang);
    } else if (!pool->elastic && !pool->packed) {
        int64_t wanted =
            pool->target_gpus > pool->busy_gpus ? pool->target_gpus : pool->busy_gpus;
        if (pool->capacity_gpus > wanted)
            fleet_shrink(pool, pool->capacity_gpus - wanted, now_ms);
    }
    return n_idle;
}

bool fleet_stands_on_closed(const struct fleet *fleet, const struct pool *pool,
                            uint32_t shares)
{
    for (uint32_t s = shares; s != SHARE_NONE; s = fleet->shares[s].next)
        if (servers_is_retired(&pool->servers, fleet->shares[s].share.server))
            return true;
    return false;
}

int64_t pool_draw_mw(const struct pool *pool)
{
    return pool->spec->idle_mw * pool->capacity_gpus +
           pool->spec->busy_mw * pool->busy_gpus;
}

static void note_draw(struct pool *pool)
{
    int64_t draw = pool_draw_mw(pool);
    if (draw > pool->peak_draw_mw)
        pool->peak_draw_mw = draw;
}

void fleet_settle(struct pool *pool, bool held, int64_t now_ms)
{
    int64_t count[GPU_STATES] = {0};
    int64_t down = pool_down(pool);
    int64_t free = pool->capacity_gpus - pool->busy_gpus - down;

    count[GPU_DOWN] = down;
    count[GPU_BUSY_USEFUL] = pool->busy_gpus - pool->overhead_gpus;
    count[GPU_BUSY_OVERHEAD] = pool->overhead_gpus;
    if (free > 0) {
        int64_t rest = free - pool->kept_gpus;
        int64_t wanted = pool->wanted_gpus < rest ? pool->wanted_gpus : rest;
        count[GPU_IDLE_HELD] = pool->kept_gpus;
        count[GPU_IDLE_NO_DEMAND] = rest - wanted;
        count[held ? GPU_IDLE_HELD : GPU_IDLE_FRAGMENTED] += wanted;
    }
    for (int s = 0; s < GPU_STATES; s++)
        integral_set(&pool->state[s], now_ms, count[s]);
    integral_set(&pool->capacity, now_ms, pool->capacity_gpus);
    if (pool->n_lots > 1)
        fleet_settle_lots(pool, count, now_ms);
    if (pool->spec->demand_nano_usd_per_kw_mo > 0)
        note_draw(pool);
    pool->fleet_changed = false;
}

static void check_pool(const struct pool *pool, int64_t now_ms)
{
    int64_t states = 0, lots = 0, counted = 0;
    for (int s = 0; s < GPU_STATES; s++) {
        assert(pool->state[s].count >= 0);
        counted += pool->state[s].count;
        states += integral_read(&pool->state[s], now_ms).sum;
    }
    assert(counted == pool->capacity_gpus);
    assert(states == integral_read(&pool->capacity, now_ms).sum);
    assert(pool->busy_gpus >= 0 && pool->busy_gpus <= pool->capacity_gpus);
    if (pool->elastic) {
        assert(pool->capacity_gpus <= pool->most_gpus || pool->most_gpus == 0);
        elastic_check(pool);
    } else {
        for (uint32_t l = 0; l < pool->n_lots; l++)
            lots += pool->lots[l].gpus;
        assert(lots == pool->capacity_gpus);
    }
    if (pool->packed || pool->instanced)
        servers_check(&pool->servers);
    if (pool->packed)
        assert(pool->draining_gpus == servers_busy_closed(&pool->servers));
    tree_check(&pool->running);
    if (!pool->elastic)
        fleet_check_down(pool);
}

void fleet_check(const struct fleet *fleet, int64_t now_ms)
{
    for (uint32_t i = 0; i < fleet->n_pools; i++)
        check_pool(&fleet->pools[i], now_ms);
    ties_check(fleet);
}

void fleet_print(const struct fleet *fleet, FILE *out)
{
    for (uint32_t i = 0; i < fleet->n_pools; i++) {
        const struct pool *pool = &fleet->pools[i];
        fprintf(out, "%s: %" PRId64 " of %" PRId64 " busy, target %" PRId64 "\n",
                pool->spec->name, pool->busy_gpus, pool->capacity_gpus,
                pool->target_gpus);
    }
}
