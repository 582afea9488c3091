/*
 * Prices that change: markets move, contracts are indexed, recurring prices escalate.
 *
 * A change is an event of PHASE_PRICES.  What was counted before keeps its price; each
 * rate is rounded once, when it is set (ledger_reprice).
 */

#include <math.h>

#include "world/state.h"

/* ---- the calendar ---- */

static void price_tick(struct world *world, int64_t time_ms, enum event_kind kind,
                       uint32_t argument)
{
    if (time_ms >= world->horizon_ms)
        return;
    world_schedule(world, time_ms, PHASE_PRICES, kind, argument);
    world->ticks++;
}

/* The n-th anniversary of an instant. */
static int64_t anniversary_ms(const struct world *world, int64_t from_ms,
                              struct span span, int64_t n)
{
    int64_t start = world->scenario->start_unix_ms;
    struct span spans = {span.months * n, span.ms * n};
    return calendar_add(start + from_ms, spans) - start;
}

static const struct span one_year = {12, 0};

/* ---- one pool ---- */

/* After a rate higher than all before, how far the clock may go is judged anew. */
static void limit_clock(struct world *world, uint32_t p)
{
    if (world->fleet.pools[p].guarded_gpus == 0)
        world->dirty |= UINT64_C(1) << p;
}

static void reprice(struct world *world, uint32_t p, enum rate rate, int64_t value)
{
    ledger_reprice(&world->ledger, p, rate, value, world->now_ms);
    limit_clock(world, p);
}

static void set_direct(struct world *world, uint32_t p, int64_t rate)
{
    struct pool_prices *prices = world->fleet.pools[p].prices;
    prices->direct = prices_direct(prices, world->now_ms);
    prices->direct_ms = world->now_ms;
    prices->direct_rate = rate;
}

void prices_elastic(struct world *world, uint32_t p)
{
    const struct pool_spec *spec = &world->scenario->pools[p];
    struct pool_prices *prices = world->fleet.pools[p].prices;
    int64_t rate = spec->price_rate;
    if (spec->price_market)
        rate = pool_share_of(spec, markets_value(&world->markets, spec->price_market));
    rate = price_grown(rate, spec->escalation.price, world->years);
    rate = supply_rent(world, p, rate);
    prices->rent_rate = prices->signing_rate = rate;
    set_direct(world, p, rate);
    reprice(world, p, RATE_RENT, rate);
    reprice(world, p, RATE_SURPLUS, rate);
    supply_price_changes(world, p);
}

static void reprice_power(struct world *world, uint32_t p)
{
    const struct pool_spec *spec = &world->scenario->pools[p];
    int64_t tariff = spec->tariff_nano_usd_per_kwh, idle, busy;
    if (spec->tariff_market)
        tariff = markets_value(&world->markets, spec->tariff_market);
    tariff = price_grown(tariff, spec->escalation.tariff, world->years);
    pool_power_rates(spec, tariff, &idle, &busy);
    set_direct(world, p, busy);
    ledger_reprice_power(&world->ledger, p, idle, busy, world->now_ms);
    limit_clock(world, p);
}

static void reprice_contract(struct world *world, uint32_t p, uint32_t lot,
                             int64_t value)
{
    struct pool *pool = &world->fleet.pools[p];
    if (lot + 1 == pool->n_lots)
        pool->prices->rent_rate = value;
    ledger_reprice_contract(&world->ledger, p, lot, value, world->now_ms);
    limit_clock(world, p);
}

/* ---- markets ---- */

static void show_change(struct world *world, const struct market *market)
{
    static const enum dimension dims[MARKET_KINDS] = {
        [MARKET_RENT] = DIM_USD_PER_GPU_H,
        [MARKET_VALUE] = DIM_USD,
        [MARKET_TARIFF] = DIM_USD_PER_KWH,
        [MARKET_CARBON] = DIM_G_PER_KWH,
    };
    char value[QUANTITY_TEXT], text[QUANTITY_TEXT + 80];
    if (!world->sink.event)
        return;
    double scale = market->spec->of == MARKET_CARBON ? 1e6 : 1;
    quantity_write_number(value, dims[market->spec->of], (double)market->value / scale);
    snprintf(text, sizeof text, "%s %s", market->spec->name, value);
    world_show_event(world, PHASE_PRICES, "price", NULL, UINT32_MAX, 0, text);
}

static void follow(struct world *world, uint32_t p, const struct market *market)
{
    const struct pool_spec *spec = &world->scenario->pools[p];
    struct pool *pool = &world->fleet.pools[p];
    struct pool_prices *prices = pool->prices;
    if (spec->price_market == market->spec && pool->elastic)
        prices_elastic(world, p);
    else if (spec->price_market == market->spec)
        prices->signing_rate = pool_share_of(spec, market->value);
    if (spec->tariff_market == market->spec)
        reprice_power(world, p);
    if (spec->value_market == market->spec)
        prices->server_uusd = market->value;
    if (spec->carbon_market == market->spec) {
        int128 energy = ledger_energy(&world->ledger, p, world->now_ms);
        prices->emitted = prices_emitted(prices, energy);
        prices->energy = energy;
        prices->carbon = market->value;
    }
}

void prices_market_moves(struct world *world, uint32_t index)
{
    struct market *market = &world->markets.items[index];
    world->ticks--;
    market_advance(market, world->scenario->start_unix_ms, world->horizon_ms);
    show_change(world, market);
    for (uint32_t p = 0; p < world->fleet.n_pools; p++)
        if (world->fleet.pools[p].prices)
            follow(world, p, market);
    if (market->more)
        price_tick(world, market->next.at_ms, EVENT_PRICE, index);
}

/* ---- escalation ---- */

static void escalate_own(struct world *world, uint32_t p)
{
    const struct pool_spec *spec = &world->scenario->pools[p];
    const struct escalation *by = &spec->escalation;
    const struct {
        enum rate rate;
        double by;
    } rates[] = {
        {RATE_COLO, by->colo},         {RATE_SUPPORT, by->support},
        {RATE_STAFF, by->staff},       {RATE_INSURANCE, by->insurance},
        {RATE_SOFTWARE, by->software}, {RATE_SECURITY, by->security},
    };
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++)
        if (rates[i].by != 0)
            reprice(
                world, p, rates[i].rate,
                price_grown(pool_rate(spec, rates[i].rate), rates[i].by, world->years));
    if (by->tariff != 0)
        reprice_power(world, p);
}

/* Anniversaries of an instant up to another one, itself included. */
static int64_t years_since(const struct world *world, int64_t from_ms, int64_t at_ms)
{
    int64_t n = 0;
    while (anniversary_ms(world, from_ms, one_year, n + 1) <= at_ms)
        n++;
    return n;
}

int64_t prices_list(const struct world *world, uint32_t p)
{
    const struct pool_spec *spec = &world->scenario->pools[p];
    return price_grown(
        spec->price_rate, spec->escalation.price,
        spec->escalation.price == 0 ? 0 : years_since(world, 0, world->now_ms));
}

int64_t prices_contract(const struct world *world, uint32_t p,
                        const struct lot_terms *terms, int64_t at_ms)
{
    double by = world->scenario->pools[p].escalation.price;
    return price_grown(terms->price_rate, by,
                       by == 0 ? 0 : years_since(world, terms->from_ms, at_ms));
}

void prices_year_ends(struct world *world)
{
    world->ticks--;
    world->years++;
    for (uint32_t p = 0; p < world->fleet.n_pools; p++) {
        const struct pool_spec *spec = &world->scenario->pools[p];
        if (!spec->escalates)
            continue;
        if (spec->tenure == TENURE_OWN)
            escalate_own(world, p);
        else if (spec->tenure == TENURE_LEASE && !spec->price_market)
            world->fleet.pools[p].prices->signing_rate = prices_list(world, p);
        else if (spec->tenure != TENURE_LEASE)
            prices_elastic(world, p);
    }
    price_tick(world, anniversary_ms(world, 0, one_year, world->years + 1),
               EVENT_ESCALATE, 0);
}

/* ---- contracts ---- */

/* How often a contract's price becomes another one; it is indexed or escalates. */
static struct span repriced_every(const struct pool_spec *spec)
{
    return spec->escalation.price != 0 ? one_year : spec->index_every;
}

static void plan_index(struct world *world, uint32_t p, uint32_t lot)
{
    const struct pool *pool = &world->fleet.pools[p];
    const struct lot *contract = &pool->lots[lot];
    int64_t n = 1, at;
    while ((at = anniversary_ms(world, contract->begin_ms, repriced_every(pool->spec),
                                n)) <= world->now_ms)
        n++;
    if (at < contract->terms.until_ms)
        price_tick(world, at, EVENT_INDEX, lot * POOLS_MAX + p);
}

/* At which a contract of the pool begins or is indexed now. */
static int64_t signing_rate(const struct world *world, uint32_t p)
{
    const struct pool_spec *spec = &world->scenario->pools[p];
    return pool_share_of(
        spec, markets_value_at(&world->markets, spec->price_market, world->now_ms));
}

void prices_contract_indexed(struct world *world, uint32_t argument)
{
    uint32_t p = argument % POOLS_MAX, lot = argument / POOLS_MAX;
    const struct pool *pool = &world->fleet.pools[p];
    world->ticks--;
    if (pool->lots[lot].gpus == 0)
        return;
    reprice_contract(
        world, p, lot,
        pool->spec->escalation.price != 0
            ? prices_contract(world, p, &pool->lots[lot].terms, world->now_ms)
            : signing_rate(world, p));
    plan_index(world, p, lot);
}

int64_t prices_server(const struct world *world, uint32_t p)
{
    const struct pool_spec *spec = world->fleet.pools[p].spec;
    if (!spec->buys_at_market)
        return spec->server_price_uusd;
    int64_t price =
        markets_value_at(&world->markets, spec->value_market, world->now_ms);
    return price > 0 ? price : 1;
}

void prices_sign(struct world *world, uint32_t p, struct lot_terms *terms)
{
    const struct pool *pool = &world->fleet.pools[p];
    if (pool->spec->buys_at_market && terms->server_price_uusd == 0)
        terms->server_price_uusd = prices_server(world, p);
    if (pool->spec->tenure == TENURE_LEASE)
        terms->price_rate =
            pool->spec->price_market ? signing_rate(world, p) : prices_list(world, p);
}

void prices_contracts_begin(struct world *world, uint32_t p, uint32_t first_lot)
{
    const struct pool *pool = &world->fleet.pools[p];
    const struct span every = repriced_every(pool->spec);
    if (pool->prices && first_lot < pool->n_lots)
        pool->prices->rent_rate = pool->lots[pool->n_lots - 1].terms.price_rate;
    if (every.months == 0 && every.ms == 0)
        return;
    for (uint32_t lot = first_lot; lot < pool->n_lots; lot++)
        plan_index(world, p, lot);
}

void prices_plan(struct world *world)
{
    bool escalates = false;
    for (uint32_t m = 0; m < world->markets.n; m++)
        if (world->markets.items[m].more)
            price_tick(world, world->markets.items[m].next.at_ms, EVENT_PRICE, m);
    for (uint32_t p = 0; p < world->fleet.n_pools; p++)
        escalates |= world->scenario->pools[p].escalates;
    if (escalates)
        price_tick(world, anniversary_ms(world, 0, one_year, 1), EVENT_ESCALATE, 0);
}
