/* Which markets a pool's prices follow, and how its recurring prices escalate. */

#include <math.h>
#include <string.h>

#include "input/scenario_parts.h"

enum {
    OWN = 1u << TENURE_OWN,
    LEASE = 1u << TENURE_LEASE,
    ELASTIC = 1u << TENURE_ON_DEMAND | 1u << TENURE_SPOT,
};

struct market_keys {
    const char *price, *tariff, *value, *carbon;
    double share;
    struct span index_every;
};

#define IN struct market_keys

const struct param pool_market_params[] = {
    {PARAM_WORD(
         IN, "price_market", price, "",
         "the market of rent whose price is paid, instead of `price`; a lease is "
         "signed at it"),
     .mask = LEASE | ELASTIC},
    {PARAM_FRACTION(IN, "price_share", share, "100 %", 0, 100,
                    "of that market's price"),
     .mask = LEASE | ELASTIC},
    {PARAM_TERM(IN, "index_every", index_every, "", 8.64e7, 6.4e12,
                "with price_market: after which the price is set anew, as in 1y; "
                "default: it stays what it was when the contract began"),
     .mask = LEASE},
    {PARAM_WORD(IN, "tariff_market", tariff, "",
                "the market of electricity, instead of `tariff`"),
     .mask = OWN},
    {PARAM_WORD(IN, "value_market", value, "",
                "the market of new servers: what GPUs are worth is its price times the "
                "class's value by age"),
     .mask = OWN},
    {PARAM_WORD(IN, "carbon_market", carbon, "",
                "the market of carbon intensity, instead of `carbon`"),
     .mask = OWN},
    PARAMS_END,
};

#define ESC struct escalation
#define ESCALATION(key, field, mask_, help_)                                           \
    {                                                                                  \
        PARAM_REAL_IN(DIM_FRAC_PER_Y, ESC, key, field, "", -0.9, 10, help_),           \
            .mask = (mask_)                                                            \
    }

const struct param escalation_params[] = {
    ESCALATION("colo", colo, OWN, "of the colocation price"),
    ESCALATION("support", support, OWN, "of support and maintenance"),
    ESCALATION("staff", staff, OWN, "of the cost of staff"),
    ESCALATION("insurance", insurance, OWN, "of insurance and property tax"),
    ESCALATION("software", software, OWN, "of software licences"),
    ESCALATION("security", security, OWN, "of physical security"),
    ESCALATION("tariff", tariff, OWN, "of the price of electricity"),
    ESCALATION("price", price, LEASE | ELASTIC, "of the rent"),
    PARAMS_END,
};

static bool refuse_both(const struct node *map, const char *path, const char *key,
                        const char *other, struct error *err)
{
    if (!node_get(map, key) || !node_get(map, other))
        return true;
    return error_at(err, node_place(map, key), "%s: give `%s` or `%s`, not both", path,
                    other, key);
}

static bool follow(struct scenario *scenario, const struct node *map, const char *path,
                   const char *key, const char *name, enum market_of of,
                   const struct market_spec **market, struct error *err)
{
    if (!name)
        return true;
    *market = scenario_market(scenario, name, of, node_place(map, key),
                              arena_printf(&scenario->arena, "%s.%s", path, key), err);
    return *market != NULL;
}

static bool check_class(const struct pool_spec *pool, const struct node *map,
                        const char *path, const char *key,
                        const struct market_spec *market, struct error *err)
{
    if (!market || !market->class || market->class == pool->class)
        return true;
    return error_at(err, node_place(map, key),
                    "%s.%s: '%s' is a market of %s, and this pool has %s", path, key,
                    market->name, market->class->name, pool->class->name);
}

static bool check_keys(const struct node *map, const char *path, struct error *err)
{
    static const char *const with_price[] = {"price_share", "index_every"};
    for (size_t i = 0; i < 2; i++)
        if (node_get(map, with_price[i]) && !node_get(map, "price_market"))
            return error_at(err, node_place(map, with_price[i]),
                            "%s.%s: it needs `price_market`", path, with_price[i]);
    return refuse_both(map, path, "price_market", "price", err) &&
           refuse_both(map, path, "tariff_market", "tariff", err) &&
           refuse_both(map, path, "carbon_market", "carbon", err);
}

int64_t pool_share_of(const struct pool_spec *pool, int64_t market_price)
{
    double price = (double)market_price * pool->price_share;
    return llround(price < 1e14 ? price : 1e14);
}

static void note_start(struct scenario *scenario, const char *path, const char *key,
                       enum dimension dim, int64_t value,
                       const struct market_spec *market)
{
    char text[QUANTITY_TEXT];
    quantity_write_exact(text, dim, value);
    scenario_note(scenario, path, key, text,
                  arena_printf(&scenario->arena, "market %s", market->name));
}

/* What the pool's own figures are at the start. */
static void take_starts(struct scenario *scenario, struct pool_spec *pool,
                        const char *path)
{
    if (pool->price_market) {
        pool->price_rate = pool_share_of(pool, pool->price_market->start);
        note_start(scenario, path, "price", DIM_USD_PER_GPU_H, pool->price_rate,
                   pool->price_market);
    }
    if (pool->tariff_market) {
        pool->tariff_nano_usd_per_kwh = pool->tariff_market->start;
        note_start(scenario, path, "tariff_at_start", DIM_USD_PER_KWH,
                   pool->tariff_nano_usd_per_kwh, pool->tariff_market);
    }
    if (pool->carbon_market)
        pool->carbon_g_per_kwh = (double)pool->carbon_market->start / 1e6;
}

static bool read_escalation(struct scenario *scenario, struct pool_spec *pool,
                            const struct node *map, const char *path, unsigned mask,
                            struct error *err)
{
    const struct node *node = node_get(map, "escalation");
    struct params_context context = {
        .arena = &scenario->arena,
        .resolved = &scenario->resolved,
        .path = arena_printf(&scenario->arena, "%s.escalation", path),
        .mask = mask};
    if (!node)
        return true;
    if (!params_read(escalation_params, &pool->escalation, node, &context, err))
        return false;
    pool->escalates = true;
    if (pool->escalation.price != 0 && node_get(map, "index_every"))
        return error_at(
            err, node_place(map, "index_every"),
            "%s: give `index_every` or an escalation of the price, not both", path);
    return true;
}

bool pool_read_markets(struct scenario *scenario, struct pool_spec *pool,
                       const struct node *map, const char *path, enum tenure tenure,
                       struct error *err)
{
    struct market_keys keys = {0};
    const struct node *own =
        scenario_only_keys(scenario, map, pool_market_params, true);
    pool->price_share = 1;
    if (!read_escalation(scenario, pool, map, path, 1u << tenure, err))
        return false;
    if (own->n == 0)
        return true;
    struct params_context context = {.arena = &scenario->arena,
                                     .resolved = &scenario->resolved,
                                     .path = path,
                                     .mask = 1u << tenure};
    if (!params_read(pool_market_params, &keys, own, &context, err) ||
        !check_keys(map, path, err) ||
        !follow(scenario, map, path, "price_market", keys.price, MARKET_RENT,
                &pool->price_market, err) ||
        !follow(scenario, map, path, "tariff_market", keys.tariff, MARKET_TARIFF,
                &pool->tariff_market, err) ||
        !follow(scenario, map, path, "value_market", keys.value, MARKET_VALUE,
                &pool->value_market, err) ||
        !follow(scenario, map, path, "carbon_market", keys.carbon, MARKET_CARBON,
                &pool->carbon_market, err) ||
        !check_class(pool, map, path, "price_market", pool->price_market, err) ||
        !check_class(pool, map, path, "value_market", pool->value_market, err))
        return false;
    pool->price_share = tenure == TENURE_OWN ? 1 : keys.share;
    pool->index_every = keys.index_every;
    take_starts(scenario, pool, path);
    return true;
}
