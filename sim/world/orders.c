#include "world/orders.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <math.h>

#include "world/state.h"

static struct order *new_order(struct world *world, uint32_t pool, int64_t gpus)
{
    struct orders *orders = &world->orders;
    if (orders->n == orders->room) {
        uint32_t room = orders->room ? orders->room * 2 : 16;
        orders->items = arena_grow(&world->arena, orders->items, orders->n, room,
                                   sizeof *orders->items);
        orders->room = room;
    }
    struct order *order = &orders->items[orders->n++];
    *order = (struct order){.pool = pool, .gpus = gpus};
    world->fleet.pools[pool].coming_gpus += gpus;
    return order;
}

/* The quantile of the draw that belongs to the pool's n-th order. */
static int64_t lead_time_ms(struct world *world, uint32_t pool)
{
    const struct pool_spec *spec = &world->scenario->pools[pool];
    struct pool_orders *orders = &world->orders.pools[pool];
    uint64_t n = orders->placed++;
    if (spec->lead_time_sigma == 0)
        return spec->lead_time_ms;
    double z = gsl_cdf_ugaussian_Pinv(rng_at(&orders->lead, n, 0));
    double ms = (double)spec->lead_time_ms * exp(spec->lead_time_sigma * z);
    return ms < 6.4e12 ? llround(ms) : INT64_C(6400000000000);
}

static void place(struct world *world, uint32_t index)
{
    struct order *order = &world->orders.items[index];
    world_show_event(world, PHASE_CAPACITY, "order", NULL, order->pool, order->gpus,
                     NULL);
    prices_sign(world, order->pool, &order->terms);
    order->terms.ordered = 1 + ledger_order(&world->ledger, order->pool, order->gpus,
                                            &order->terms, world->now_ms);
    if (!order->spare)
        world->orders.pools[order->pool].pending_gpus += order->gpus;
    if (order->dated)
        world->orders.pools[order->pool].dated_gpus += order->gpus;
    int64_t lead = lead_time_ms(world, order->pool);
    world_schedule(world, world->now_ms + lead, PHASE_CAPACITY, EVENT_DELIVERY, index);
}

static void stand_by(struct world *world, uint32_t index)
{
    struct order *order = &world->orders.items[index];
    struct pool_orders *orders = &world->orders.pools[order->pool];
    order->next_spare = orders->spare;
    orders->spare = index + 1;
}

void orders_deliver(struct world *world, uint32_t index)
{
    const struct order *order = &world->orders.items[index];
    const struct pool_spec *spec = &world->scenario->pools[order->pool];
    world_show_event(world, PHASE_CAPACITY, "deliver", NULL, order->pool, order->gpus,
                     NULL);
    ledger_deliver(&world->ledger, order->pool, order->terms.ordered - 1,
                   world->now_ms);
    if (order->spare)
        stand_by(world, index);
    else
        world_schedule(world, world->now_ms + spec->commissioning_ms, PHASE_CAPACITY,
                       EVENT_SERVICE, index);
}

void orders_serve(struct world *world, uint32_t index)
{
    const struct order *order = &world->orders.items[index];
    struct pool *pool = &world->fleet.pools[order->pool];
    pool->coming_gpus -= order->gpus;
    world->orders.pools[order->pool].pending_gpus -= order->gpus;
    uint32_t lot = fleet_lot_begins(pool, order->gpus, &order->terms, world->now_ms);
    outage_covers(world, order->pool, lot);
    world_show_event(world, PHASE_CAPACITY, "capacity", NULL, order->pool, order->gpus,
                     NULL);
    world_unsettle(world, order->pool);
    if (!order->dated)
        return;
    world->orders.pools[order->pool].dated_gpus -= order->gpus;
    plan_retire_late(world, order->pool, order->gpus);
}

void orders_buy(struct world *world, uint32_t pool, int64_t gpus)
{
    assert(world->scenario->pools[pool].tenure == TENURE_OWN && gpus > 0);
    new_order(world, pool, gpus);
    place(world, world->orders.n - 1);
}

/* ---- spares and what replaces lost servers ---- */

/* A spare is no capacity that comes until it is called. */
static uint32_t new_spare(struct world *world, uint32_t pool, int64_t gpus)
{
    struct order *order = new_order(world, pool, gpus);
    order->spare = order->terms.spare = true;
    world->fleet.pools[pool].coming_gpus -= gpus;
    return world->orders.n - 1;
}

static void stock(struct world *world, uint32_t pool)
{
    const struct pool_spec *spec = &world->scenario->pools[pool];
    for (int64_t i = 0; i < spec->spares; i++) {
        uint32_t index = new_spare(world, pool, spec->gpus_per_server);
        struct order *order = &world->orders.items[index];
        uint32_t asset = ledger_order(&world->ledger, pool, order->gpus, &order->terms,
                                      world->now_ms);
        order->terms.ordered = 1 + asset;
        ledger_deliver(&world->ledger, pool, asset, world->now_ms);
        stand_by(world, index);
    }
}

static bool call_spare(struct world *world, uint32_t p)
{
    struct pool_orders *orders = &world->orders.pools[p];
    if (orders->spare == 0)
        return false;
    uint32_t index = orders->spare - 1;
    struct order *order = &world->orders.items[index];
    orders->spare = order->next_spare;
    order->spare = false;
    orders->pending_gpus += order->gpus;
    world->fleet.pools[p].coming_gpus += order->gpus;
    world_show_event(world, PHASE_FAILURES, "spare", NULL, p, order->gpus, NULL);
    world_schedule(world, world->now_ms + world->scenario->pools[p].failures->swap_ms,
                   PHASE_CAPACITY, EVENT_SERVICE, index);
    return true;
}

void orders_replace(struct world *world, uint32_t pool, int64_t gpus)
{
    const struct pool_spec *spec = &world->scenario->pools[pool];
    bool used = call_spare(world, pool);
    if (!spec->failures->replaces)
        return;
    if (used)
        place(world, new_spare(world, pool, spec->gpus_per_server));
    else
        orders_buy(world, pool, gpus);
}

/* ---- contracts ---- */

/* From the signature on both its dates are known. */
static void sign(struct world *world, uint32_t pool, int64_t gpus,
                 struct lot_terms terms, struct span term)
{
    const struct pool_spec *spec = &world->scenario->pools[pool];
    int64_t start = world->scenario->start_unix_ms;
    if (world->orders.pools[pool].closed) {
        world_show_event(world, PHASE_CAPACITY, "order", NULL, pool, gpus,
                         "refused: the provider has ended");
        return;
    }
    if (term.months == 0 && term.ms == 0)
        term = spec->term;
    terms.number = ++world->orders.pools[pool].contracts;
    terms.renews = spec->renewal != RENEWAL_NONE;
    terms.from_ms = world->now_ms + spec->provisioning_ms;
    terms.until_ms = calendar_add(start + terms.from_ms, term) - start;
    struct planned begin = {
        .pool = pool,
        .rank = terms.number,
        .event = EVENT_LOT,
        .at_ms = terms.from_ms,
        .gpus = gpus,
        .terms = terms,
    };
    plan_add(world, &begin);
    orders_plan_end(world, pool, gpus, &terms);
    world->orders.pools[pool].pending_gpus += gpus;
    world_show_event(world, PHASE_CAPACITY, "order", NULL, pool, gpus, NULL);
}

void orders_plan_end(struct world *world, uint32_t pool, int64_t gpus,
                     const struct lot_terms *terms)
{
    struct planned end = {
        .pool = pool,
        .rank = terms->number,
        .event = EVENT_CONTRACT_END,
        .at_ms = terms->until_ms,
        .gpus = terms->renews ? 0 : -gpus,
        .terms = *terms,
    };
    plan_add(world, &end);
}

void orders_lease(struct world *world, uint32_t pool, int64_t gpus, struct span term)
{
    struct lot_terms terms = {.price_rate = world->scenario->pools[pool].price_rate};
    assert(world->scenario->pools[pool].tenure == TENURE_LEASE && gpus > 0);
    prices_sign(world, pool, &terms);
    sign(world, pool, gpus, terms, term);
}

/* The change that ends a contract. */
static struct planned *find_end(struct world *world, uint32_t pool, uint32_t contract)
{
    struct plan *plan = &world->plans[pool];
    for (uint32_t i = plan->next; i < plan->n; i++)
        if (plan->items[i].event == EVENT_CONTRACT_END &&
            plan->items[i].terms.number == contract && !plan->items[i].cancelled)
            return &plan->items[i];
    return NULL;
}

static int64_t contract_gpus(const struct pool *pool, uint32_t contract)
{
    for (uint32_t l = 0; l < pool->n_lots; l++)
        if (pool->lots[l].terms.number == contract)
            return pool->lots[l].gpus;
    return 0;
}

void orders_renew(struct world *world, uint32_t pool, uint32_t contract, bool renew)
{
    struct planned *end = find_end(world, pool, contract);
    int64_t gpus = contract_gpus(&world->fleet.pools[pool], contract);
    if (!end || gpus == 0 || end->terms.renews == renew)
        return;
    end->terms.renews = renew;
    end->gpus = renew ? 0 : -gpus;
    plan_changed(world, pool);
    world_unsettle(world, pool);
}

void orders_exit(struct world *world, uint32_t pool, uint32_t contract)
{
    const struct pool_spec *spec = &world->scenario->pools[pool];
    int64_t start = world->scenario->start_unix_ms;
    int64_t at = calendar_add(start + world->now_ms, spec->notice) - start;
    int64_t gpus = contract_gpus(&world->fleet.pools[pool], contract);
    struct planned *end = find_end(world, pool, contract);
    if (!end || gpus == 0 || end->at_ms <= at)
        return;
    struct planned early = *end;
    end->cancelled = true;
    end->gpus = 0;
    world->shrunk = true;
    early.terms.renews = false;
    early.at_ms = at;
    early.gpus = -gpus;
    plan_add(world, &early);
    world_show_event(world, PHASE_CAPACITY, "notice", NULL, pool, gpus, NULL);
    world_unsettle(world, pool);
}

void orders_retire(struct world *world, uint32_t pool, int64_t gpus)
{
    assert(world->scenario->pools[pool].tenure == TENURE_OWN && gpus > 0);
    world_show_event(world, PHASE_CAPACITY, "capacity", NULL, pool, -gpus, NULL);
    fleet_retire(&world->fleet.pools[pool], gpus, world->now_ms);
    world->shrunk = true;
    world_unsettle(world, pool);
}

int64_t orders_pending(const struct world *world, uint32_t pool)
{
    return world->orders.pools[pool].pending_gpus;
}

/* ---- what the scenario dates ---- */

void orders_due(struct world *world, uint32_t index)
{
    const struct order order = world->orders.items[index];
    if (world->scenario->pools[order.pool].tenure == TENURE_OWN) {
        place(world, index);
        return;
    }
    if (!world->orders.pools[order.pool].closed)
        world->fleet.pools[order.pool].coming_gpus -= order.gpus;
    struct lot_terms terms = order.terms;
    if (terms.price_rate == 0) {
        terms.price_rate = world->scenario->pools[order.pool].price_rate;
        prices_sign(world, order.pool, &terms);
    }
    sign(world, order.pool, order.gpus, terms, order.term);
}

void orders_notice(struct world *world, uint32_t pool)
{
    const struct pool *leased = &world->fleet.pools[pool];
    for (uint32_t l = 0; l < leased->n_lots; l++) {
        uint32_t contract = leased->lots[l].terms.number;
        orders_renew(world, pool, contract, false);
        orders_exit(world, pool, contract);
    }
}

static void plan_orders(struct world *world, uint32_t p)
{
    const struct pool_spec *spec = &world->scenario->pools[p];
    for (size_t i = 0; i < spec->n_orders; i++) {
        const struct order_spec *dated = &spec->orders[i];
        struct order *order = new_order(world, p, dated->gpus);
        order->terms.server_price_uusd = dated->server_price_uusd;
        order->terms.price_rate = dated->price_rate;
        order->term = dated->term;
        order->dated = true;
        world_schedule(world, dated->at_ms, PHASE_CAPACITY, EVENT_ORDER,
                       world->orders.n - 1);
    }
    if (spec->tenure == TENURE_LEASE && spec->exits)
        world_schedule(world, spec->exit_ms, PHASE_CAPACITY, EVENT_NOTICE, p);
}

void orders_init(struct world *world)
{
    const struct scenario *scenario = world->scenario;
    uint32_t n = world->fleet.n_pools;
    world->orders.pools = ARENA_ARRAY(&world->arena, n, struct pool_orders);
    for (uint32_t p = 0; p < n; p++) {
        struct pool_orders *pool = &world->orders.pools[p];
        rng_init(&pool->lead,
                 (struct rng_key){.seed = (uint64_t)scenario->seed,
                                  .replication = world->options.replication,
                                  .purpose = "lead",
                                  .entity = scenario->pools[p].name});
        pool->contracts = scenario->pools[p].gpus > 0 ? 1 : 0;
        plan_orders(world, p);
        stock(world, p);
    }
}
