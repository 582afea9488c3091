/* The accounting of assets, as a scenario says it. */

#include "input/scenario_parts.h"

static const char *const depreciation_names[] = {
    [DEPRECIATION_STRAIGHT] = "straight-line",
    [DEPRECIATION_DECLINING] = "declining-balance",
    [DEPRECIATION_UNITS] = "units-of-production",
    NULL,
};

struct depreciation_input {
    struct depreciation_spec spec;
    int method;
};

#define DEPRECIATION struct depreciation_input
const struct param depreciation_params[] = {
    {PARAM_ONE_OF(DEPRECIATION, "method", method, depreciation_names, "straight-line",
                  "how the book value falls over `life`")},
    {PARAM_FRACTION(DEPRECIATION, "factor", spec.factor, "200 %", 0.01, 100,
                    "declining-balance: of the straight-line rate, a year, on the "
                    "value at the beginning of the book year")},
    {PARAM_FLAG(DEPRECIATION, "switch", spec.switches, "true",
                "declining-balance: go to straight line in the book year in which that "
                "writes off more")},
    {PARAM_FRACTION(DEPRECIATION, "expected_utilization",
                    spec.expected_utilization_frac, "80 %", 0.001, 1,
                    "units-of-production: busy share of the life's GPU-time, over "
                    "which the lot is written off")},
    PARAMS_END,
};

static const char *const impairment_names[] = {
    [IMPAIRMENT_NONE] = "none",
    [IMPAIRMENT_ASC360] = "asc360",
    [IMPAIRMENT_IAS36] = "ias36",
    NULL,
};

struct impairment_input {
    struct impairment_spec spec;
    const char *rent_market;
    int method;
};

#define IMPAIRMENT struct impairment_input
const struct param impairment_params[] = {
    {PARAM_ONE_OF(IMPAIRMENT, "method", method, impairment_names, NULL,
                  "none, asc360 (loss to fair value, for good) or ias36 (to the "
                  "recoverable amount, reversible), at the ends of calendar years")},
    {PARAM_EXACT_IN(DIM_USD_PER_GPU_H, IMPAIRMENT, "rent", spec.rent_rate, "", 0, 1e14,
                    "what an hour would bring if it were let; default: the class's "
                    "one-year lease price")},
    {PARAM_WORD(IMPAIRMENT, "rent_market", rent_market, "",
                "the market of rent that tells it, instead of `rent`")},
    {PARAM_FRACTION(IMPAIRMENT, "utilization", spec.utilization_frac, "80 %", 0, 1,
                    "share of the hours that could be let")},
    PARAMS_END,
};

bool scenario_read_section(struct scenario *scenario, const struct param table[],
                           void *self, const struct node *node, const char *path,
                           const char *example, struct error *err)
{
    struct params_context context = {.arena = &scenario->arena, .path = path};
    if (node && node_is_null(node))
        node = NULL;
    const struct node *map = node && node->kind == NODE_MAP ? node : NULL;
    struct node word_map = {.kind = NODE_MAP, .n = 1};
    struct node key = {.kind = NODE_SCALAR, .text = table[0].name};
    struct node value = {0};
    if (node && node->kind == NODE_SCALAR) {
        key.place = word_map.place = node->place;
        value = *node;
        word_map.keys = &key;
        word_map.items = &value;
        map = &word_map;
    } else if (node && !map) {
        return error_at(err, node->place, "%s: a map is wanted, as in %s", path,
                        example);
    }
    if (map)
        context.resolved = &scenario->resolved;
    return params_read(table, self, map, &context, err);
}

static bool read_impairment(struct scenario *scenario, struct pool_spec *pool,
                            const struct node *node, const char *path,
                            struct error *err)
{
    struct impairment_input in = {0};
    const char *key = arena_printf(&scenario->arena, "%s.impairment", path);
    if (!node || node_is_null(node))
        return true;
    if (!scenario_read_section(scenario, impairment_params, &in, node, key,
                               "{method: asc360}", err))
        return false;
    pool->impairment = in.spec;
    pool->impairment.method = (enum impairment)in.method;
    if (node->kind == NODE_MAP && node_get(node, "rent")) {
        if (!in.rent_market)
            return true;
        return error_at(err, node_place(node, "rent_market"),
                        "%s: give `rent` or `rent_market`, not both", key);
    }
    if (in.rent_market) {
        pool->impairment.rent_market = scenario_market(
            scenario, in.rent_market, MARKET_RENT, node_place(node, "rent_market"),
            arena_printf(&scenario->arena, "%s.rent_market", key), err);
        return pool->impairment.rent_market != NULL;
    }
    pool->impairment.rent_rate = pool->class->lease_nano_usd_per_gpu_h;
    if (in.method != IMPAIRMENT_NONE && pool->impairment.rent_rate == 0)
        return error_at(err, node->place,
                        "%s: `rent` is needed, as in {method: asc360, rent: 2.05 "
                        "USD/GPU-h}: the catalogue has none for %s",
                        key, pool->class->name);
    return true;
}

/* A lot that is brought in must still have some of its economic life before it. */
static bool check_economic_life(const struct scenario *scenario,
                                const struct pool_spec *pool, const struct node *map,
                                const char *path, struct error *err)
{
    if (pool->economic_life.months == 0 && pool->economic_life.ms == 0)
        return true;
    int64_t in_service = scenario->start_unix_ms + pool->in_service_ms;
    if (pool->gpus == 0 ||
        calendar_add(in_service, pool->economic_life) > scenario->start_unix_ms)
        return true;
    return error_at(err, node_place(map, "economic_life"),
                    "%s.economic_life: that of the first GPUs was over before the "
                    "start; leave them out, or give a longer one",
                    path);
}

bool pool_read_accounting(struct scenario *scenario, struct pool_spec *pool,
                          const struct node *map, const char *path, struct error *err)
{
    struct depreciation_input in = {0};
    const char *key = arena_printf(&scenario->arena, "%s.depreciation", path);
    if (!scenario_read_section(scenario, depreciation_params, &in,
                               node_get(map, "depreciation"), key,
                               "{method: declining-balance, factor: 200 %}", err))
        return false;
    pool->depreciation = in.spec;
    pool->depreciation.method = (enum depreciation)in.method;
    return check_economic_life(scenario, pool, map, path, err) &&
           read_impairment(scenario, pool, node_get(map, "impairment"), path, err);
}

static const char *const tax_methods[] = {"macrs5", NULL};

struct tax_input {
    struct tax_spec spec;
    int method;
};

#define TAX struct tax_input
const struct param tax_params[] = {
    {PARAM_FRACTION(TAX, "rate", spec.rate_frac, "21 %", 0, 1,
                    "tax on income, and what a deduction saves; that of the United "
                    "States on corporations")},
    {PARAM_ONE_OF(TAX, "method", method, tax_methods, "macrs5",
                  "how servers are deducted: 5-year property under MACRS")},
    {PARAM_FRACTION(TAX, "bonus", spec.bonus_frac, "0 %", 0, 1,
                    "share of the basis deducted at once in the first year")},
    {PARAM_FRACTION(TAX, "sales", spec.sales_frac, "0 %", 0, 1,
                    "sales tax on servers bought in the run; part of the basis")},
    {PARAM_REAL_IN(DIM_FRAC_PER_Y, TAX, "property", spec.property_frac_per_y, "0 %/y",
                   0, 1, "property tax on the book value at the end of the year")},
    PARAMS_END,
};

bool scenario_read_tax(struct scenario *scenario, const struct node *node,
                       struct error *err)
{
    struct tax_input in = {0};
    if (!node || node_is_null(node))
        return true;
    if (!scenario_read_section(scenario, tax_params, &in, node, "tax", "{rate: 21 %}",
                               err))
        return false;
    scenario->tax = in.spec;
    scenario->tax.on = true;
    for (size_t p = 0; p < scenario->n_pools && in.spec.property_frac_per_y > 0; p++)
        if (scenario->pools[p].tenure == TENURE_OWN &&
            scenario->pools[p].insurance_usual)
            scenario_warn(
                scenario,
                "pools.%s.insurance is the default, which has property tax in "
                "it, and tax.property counts that again: say what insurance "
                "costs without it",
                scenario->pools[p].name);
    return true;
}
