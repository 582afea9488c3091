#include "world/market.h"

#include <assert.h>
#include <math.h>

static bool draw_next(struct market *market, int64_t start_unix_ms)
{
    const struct market_spec *spec = market->spec;
    struct price_setting setting = {start_unix_ms, spec->usual};
    return spec->price->price.next(spec->params, market->state, &setting, &market->rng,
                                   &market->next);
}

/* Changes too small for the integer are no events, but for one in so many: what stays
 * for good must not be looked for for ever. */
static void find_next(struct market *market, int64_t start_unix_ms, int64_t horizon_ms)
{
    int tries = 64;
    do
        market->more =
            draw_next(market, start_unix_ms) && market->next.at_ms < horizon_ms;
    while (market->more && --tries > 0 &&
           market_quantised(market->spec, market->next.value) == market->value);
}

void markets_init(struct markets *markets, const struct scenario *scenario,
                  uint64_t replication, int64_t horizon_ms, struct arena *arena)
{
    *markets =
        (struct markets){.scenario = scenario, .n = (uint32_t)scenario->n_markets};
    markets->items = ARENA_ARRAY(arena, markets->n + 1, struct market);
    for (uint32_t m = 0; m < markets->n; m++) {
        struct market *market = &markets->items[m];
        market->spec = &scenario->markets[m];
        market->state = arena_alloc(arena, market->spec->price->state_size + 1);
        rng_init(&market->rng, (struct rng_key){(uint64_t)scenario->seed, replication,
                                                "price", market->spec->name});
        bool any = draw_next(market, scenario->start_unix_ms);
        assert(any && market->next.at_ms == 0);
        market->value = market_quantised(market->spec, market->next.value);
        find_next(market, scenario->start_unix_ms, horizon_ms);
    }
}

void market_advance(struct market *market, int64_t start_unix_ms, int64_t horizon_ms)
{
    assert(market->more);
    market->value = market_quantised(market->spec, market->next.value);
    find_next(market, start_unix_ms, horizon_ms);
}

int64_t markets_value(const struct markets *markets, const struct market_spec *spec)
{
    return markets->items[spec - markets->scenario->markets].value;
}

int64_t markets_value_at(const struct markets *markets, const struct market_spec *spec,
                         int64_t now_ms)
{
    const struct market *market = &markets->items[spec - markets->scenario->markets];
    bool due = market->more && market->next.at_ms <= now_ms;
    return due ? market_quantised(spec, market->next.value) : market->value;
}

int64_t price_grown(int64_t rate, double rate_per_y, int64_t years)
{
    if (rate_per_y == 0 || years == 0)
        return rate;
    return llround(fmin((double)rate * pow(1 + rate_per_y, (double)years), 1e15));
}

struct pool_prices *pool_prices_new(const struct pool_spec *spec, struct arena *arena)
{
    bool follows = spec->price_market || spec->tariff_market || spec->value_market ||
                   spec->carbon_market;
    if (!follows && !spec->escalates && !spec->price_shocked)
        return NULL;
    struct pool_prices *prices = ARENA_NEW(arena, struct pool_prices);
    prices->rent_rate = prices->signing_rate = spec->price_rate;
    prices->server_uusd = spec->value_market ? spec->value_market->start : -1;
    prices->carbon = spec->carbon_market ? spec->carbon_market->start : 0;
    if (tenure_is_elastic(spec->tenure))
        prices->direct_rate = spec->price_rate;
    else if (spec->tenure == TENURE_OWN)
        prices->direct_rate = spec->busy_power_rate;
    return prices;
}

void markets_check(const struct markets *markets)
{
    for (uint32_t m = 0; m < markets->n; m++) {
        const struct market *market = &markets->items[m];
        assert(market->value >= 0);
        assert(!market->more || market->next.at_ms > 0);
    }
}
