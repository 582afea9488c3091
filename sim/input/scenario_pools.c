#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/names.h"
#include "input/scenario_parts.h"

const char *const tenure_names[] = {
    [TENURE_OWN] = "own",   [TENURE_LEASE] = "lease", [TENURE_ON_DEMAND] = "on-demand",
    [TENURE_SPOT] = "spot", [TENURES] = NULL,
};

enum { OWN = 1u << TENURE_OWN, LEASE = 1u << TENURE_LEASE };

/* Keys that are read elsewhere. */
static const char *const pool_also[] = {"changes",
                                        "failures",
                                        "maintenance",
                                        "depreciation",
                                        "orders",
                                        "interruption",
                                        "availability",
                                        "escalation",
                                        "price_market",
                                        "price_share",
                                        "index_every",
                                        "tariff_market",
                                        "value_market",
                                        "carbon_market",
                                        "impairment",
                                        "facility",
                                        "procure",
                                        "burst",
                                        NULL};

/* Those that hold more than one value, and who may have them. */
static const struct {
    const char *key;
    unsigned mask;
} lists[] = {{"changes", OWN},
             {"depreciation", OWN},
             {"impairment", OWN},
             {"facility", OWN},
             {"orders", OWN | LEASE},
             {"failures", OWN | LEASE},
             {"maintenance", OWN | LEASE},
             {"procure", OWN | LEASE},
             {"burst", LEASE},
             {"interruption", 1u << TENURE_SPOT},
             {"availability", 1u << TENURE_ON_DEMAND}};

/* One pool while it is read. */
struct reading {
    struct scenario *scenario;
    const struct node *map;
    const char *path; /* "pools.own" */
    struct pool_input in;
    struct params_context context;
};

static bool given(const struct reading *reading, const char *key)
{
    return params_given(pool_params, &reading->context, key);
}

/* "lease", "own or lease", ... */
static void tenures_of(unsigned mask, char text[64])
{
    text[0] = '\0';
    for (int tenure = 0; tenure < TENURES; tenure++)
        if (mask >> tenure & 1)
            snprintf(text + strlen(text), 64 - strlen(text), "%s%s",
                     *text ? " or " : "", tenure_names[tenure]);
}

static unsigned mask_in(const struct param table[], const char *key)
{
    for (const struct param *param = table; param->name; param++)
        if (strcmp(param->name, key) == 0)
            return param->mask;
    return 0;
}

/* Who may have the key; 0: anybody. */
static unsigned mask_of_key(const char *key)
{
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        if (strcmp(lists[i].key, key) == 0)
            return lists[i].mask;
    unsigned mask = mask_in(pool_params, key);
    return mask ? mask : mask_in(pool_market_params, key);
}

/* A key that only another tenure has gets a better answer than "unknown". */
static bool check_tenure_of_keys(const struct reading *reading, enum tenure tenure,
                                 struct error *err)
{
    const struct node *map = reading->map;
    for (size_t i = 0; i < map->n; i++) {
        const struct node *key = &map->keys[i];
        unsigned mask = mask_of_key(key->text);
        if (mask == 0 || mask >> tenure & 1)
            continue;
        char whose[64];
        tenures_of(mask, whose);
        return error_at(err, key->place, "%s: `%s` is for %s pools; this one is %s",
                        reading->path, key->text, whose, tenure_names[tenure]);
    }
    return true;
}

static bool read_tenure(const struct reading *reading, enum tenure *tenure,
                        struct error *err)
{
    const struct node *node = node_get(reading->map, "tenure");
    *tenure = TENURES;
    if (!node || node->kind != NODE_SCALAR)
        return true; /* params_read says what is missing */
    for (int i = 0; i < TENURES; i++)
        if (strcmp(tenure_names[i], node->text) == 0)
            *tenure = (enum tenure)i;
    return *tenure == TENURES || check_tenure_of_keys(reading, *tenure, err);
}

static bool check_name(const struct reading *reading, struct error *err)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                "0123456789._-";
    const char *name = reading->in.spec.name;
    struct place place = node_place(reading->map, "name");
    if (strlen(name) > 63 || name[strspn(name, plain)] != '\0')
        return error_at(err, place,
                        "%s.name: '%s' is not a plain name: up to 63 letters, digits, "
                        "'.', '_', '-'",
                        reading->path, name);
    if (strcmp(name, "total") == 0 || strcmp(name, "fixed") == 0)
        return error_at(err, place,
                        "%s.name: '%s' is what the summary calls a sum; choose another "
                        "name",
                        reading->path, name);
    const struct scenario *scenario = reading->scenario;
    for (size_t i = 0; i < scenario->n_pools; i++)
        if (strcmp(scenario->pools[i].name, name) == 0)
            return error_at(err, place, "%s.name: two pools are called '%s'",
                            reading->path, name);
    return true;
}

static const char *catalogue_origin(const struct reading *reading)
{
    return arena_printf(&reading->scenario->arena, "catalogue %s",
                        reading->in.spec.class->name);
}

static bool read_class(struct reading *reading, struct error *err)
{
    struct pool_spec *pool = &reading->in.spec;
    pool->class = scenario_class(
        reading->scenario, reading->in.class, node_place(reading->map, "class"),
        arena_printf(&reading->scenario->arena, "%s.class", reading->path), err);
    if (!pool->class)
        return false;
    if (!given(reading, "gpus_per_server")) {
        pool->gpus_per_server = pool->class->gpus_per_server;
        scenario_note(reading->scenario, reading->path, "gpus_per_server",
                      arena_printf(&reading->scenario->arena, "%lld",
                                   (long long)pool->gpus_per_server),
                      catalogue_origin(reading));
    }
    return true;
}

static bool read_size(struct reading *reading, struct error *err)
{
    struct pool_spec *pool = &reading->in.spec;
    bool gpus = given(reading, "gpus"), servers = given(reading, "servers");
    if (gpus == servers)
        return error_at(err, reading->map->place,
                        "%s: %s, as in `gpus: 1024` or `servers: 128`", reading->path,
                        gpus ? "give `gpus` or `servers`, not both"
                             : "`gpus` or `servers` is needed");
    if (servers) {
        pool->gpus = reading->in.servers * pool->gpus_per_server;
        scenario_note(
            reading->scenario, reading->path, "gpus",
            arena_printf(&reading->scenario->arena, "%lld", (long long)pool->gpus),
            "derived");
    }
    if (pool->gpus > POOL_GPUS_MAX)
        return error_at(err, node_place(reading->map, "servers"),
                        "%s: %lld GPUs are above the limit of 10000000", reading->path,
                        (long long)pool->gpus);
    return true;
}

static bool read_change(struct reading *reading, size_t i, const struct node *map,
                        struct error *err)
{
    struct scenario *scenario = reading->scenario;
    struct pool_spec *pool = &reading->in.spec;
    const char *path =
        arena_printf(&scenario->arena, "%s.changes.%zu", reading->path, i);
    struct params_context context = {
        .arena = &scenario->arena, .resolved = &scenario->resolved, .path = path};
    struct change_input in = {0};
    if (!params_read(change_params, &in, map, &context, err))
        return false;

    struct change_spec *change = &pool->changes[i];
    *change = (struct change_spec){.at_ms = in.at_unix_ms - scenario->start_unix_ms,
                                   .gpus = in.gpus,
                                   .server_price_uusd = in.server_price_uusd};
    if (change->at_ms <= 0)
        return error_at(err, node_place(map, "at"),
                        "%s.at: it must lie after the scenario's start", path);
    if (i > 0 && change->at_ms < pool->changes[i - 1].at_ms)
        return error_at(err, node_place(map, "at"),
                        "%s.at: changes must stand in order of their dates", path);
    if (change->gpus == 0)
        return error_at(err, node_place(map, "gpus"),
                        "%s.gpus: 0 changes nothing; give +128 or -64", path);
    if (change->gpus < 0 && params_given(change_params, &context, "server_price"))
        return error_at(err, node_place(map, "server_price"),
                        "%s.server_price: it is for GPUs that come", path);
    return true;
}

/* GPUs in service before a date by `orders`, with the lead time in the median; or those
 * that are ordered before it. */
static int64_t ordered_before(const struct pool_spec *pool, int64_t at_ms, bool serve)
{
    int64_t gpus = 0, lag_ms = serve ? pool->lead_time_ms + pool->commissioning_ms : 0;
    for (size_t i = 0; i < pool->n_orders; i++)
        if (pool->orders[i].at_ms + lag_ms < at_ms)
            gpus += pool->orders[i].gpus;
    return gpus;
}

/* `gpus` is what the pool would have without orders. */
static bool check_change(const struct reading *reading, size_t i, int64_t gpus,
                         struct place place, struct error *err)
{
    const struct pool_spec *pool = &reading->in.spec;
    int64_t at_ms = pool->changes[i].at_ms;
    int64_t short_gpus = -gpus - ordered_before(pool, at_ms, true);
    if (gpus > POOL_GPUS_MAX)
        return error_at(err, place,
                        "%s.changes.%zu.gpus: %lld GPUs are above the limit of "
                        "10000000",
                        reading->path, i, (long long)gpus);
    if (short_gpus <= 0)
        return true;
    if (gpus + ordered_before(pool, at_ms, false) < 0)
        return error_at(err, place,
                        "%s.changes.%zu.gpus: the pool would have %lld GPUs",
                        reading->path, i, (long long)gpus);
    return error_at(
        err, place,
        "%s.changes.%zu.gpus: %lld of them are still on order then, since "
        "`lead_time` and `commissioning` come to %lld d; let them go later, "
        "or order fewer",
        reading->path, i, (long long)short_gpus,
        (long long)((pool->lead_time_ms + pool->commissioning_ms) / MS_PER_D));
}

static bool read_changes(struct reading *reading, struct error *err)
{
    const struct node *list = node_get(reading->map, "changes");
    struct pool_spec *pool = &reading->in.spec;
    if (!list)
        return true;
    if (list->kind != NODE_LIST)
        return error_at(err, list->place,
                        "%s.changes: a list is wanted, as in [{at: 2026-06-01, gpus: "
                        "+128}]",
                        reading->path);
    pool->changes = ARENA_ARRAY(&reading->scenario->arena, list->n, struct change_spec);
    pool->n_changes = list->n;
    int64_t gpus = pool->gpus;
    for (size_t i = 0; i < list->n; i++) {
        const struct node *map = &list->items[i];
        if (!read_change(reading, i, map, err))
            return false;
        int64_t before = gpus;
        gpus += pool->changes[i].gpus;
        if (gpus < 0)
            pool->changes[i].ordered_gpus = -gpus - (before < 0 ? -before : 0);
        if (pool->changes[i].ordered_gpus < 0)
            pool->changes[i].ordered_gpus = 0;
        if (!check_change(reading, i, gpus, node_place(map, "gpus"), err))
            return false;
    }
    return true;
}

static bool read_opening(struct reading *reading, struct error *err)
{
    struct pool_spec *pool = &reading->in.spec;
    bool in_service = given(reading, "in_service");
    pool->opening = (enum opening)reading->in.opening;
    if (!given(reading, "opening")) {
        pool->opening = in_service ? OPENING_BOOK : OPENING_PURCHASE;
        scenario_note(reading->scenario, reading->path, "opening",
                      opening_names[pool->opening], "default");
    }
    if (!in_service)
        return true;
    pool->in_service_ms =
        reading->in.in_service_unix_ms - reading->scenario->start_unix_ms;
    if (pool->in_service_ms > 0)
        return error_at(err, node_place(reading->map, "in_service"),
                        "%s.in_service: it lies after the scenario's start; GPUs that "
                        "come later belong in `changes`",
                        reading->path);
    if (pool->in_service_ms < -200 * MS_PER_Y)
        return error_at(err, node_place(reading->map, "in_service"),
                        "%s.in_service: it lies more than 200y before the start",
                        reading->path);
    return true;
}

/* A default from the catalogue; false where the catalogue has none either. */
static bool from_class(struct reading *reading, const char *key, enum dimension dim,
                       int64_t figure, int64_t *value, struct error *err)
{
    bool market = strcmp(key, "price") == 0 && reading->in.spec.price_market;
    if (given(reading, key) || market)
        return true;
    if (figure == 0)
        return error_at(
            err, reading->map->place,
            "%s: `%s` is needed, as in `%s: %s`: the catalogue has none for "
            "%s",
            reading->path, key, key, dimension_example(dim),
            reading->in.spec.class->name);
    *value = figure;
    char text[QUANTITY_TEXT];
    quantity_write_exact(text, dim, figure);
    scenario_note(reading->scenario, reading->path, key, text,
                  catalogue_origin(reading));
    return true;
}

/* Whose price is paid for servers during the run. */
static bool read_buy_at(struct reading *reading, struct error *err)
{
    struct pool_spec *pool = &reading->in.spec;
    pool->buys_at_market = reading->in.buy_at == 1;
    bool buys = pool->n_orders > 0 || node_get(reading->map, "procure");
    for (size_t i = 0; i < pool->n_changes; i++)
        buys |= pool->changes[i].gpus > 0;
    if (pool->buys_at_market && !pool->value_market)
        return error_at(err, node_place(reading->map, "buy_at"),
                        "%s.buy_at: `market` needs a `value_market`", reading->path);
    if (pool->buys_at_market && pool->server_price_uusd == 0)
        return error_at(err, node_place(reading->map, "server_price"),
                        "%s.server_price: with `buy_at: market` it must be above 0: "
                        "adder and residual are shares of it",
                        reading->path);
    if (buys && pool->value_market && !given(reading, "buy_at"))
        scenario_warn(
            reading->scenario,
            "%s: servers bought during the run cost `server_price`, whatever "
            "its value_market says then; give `buy_at: market` to pay that, or "
            "`buy_at: server_price`",
            reading->path);
    return true;
}

static bool read_own(struct reading *reading, struct error *err)
{
    struct pool_spec *pool = &reading->in.spec;
    pool->insurance_usual = !given(reading, "insurance");
    return read_size(reading, err) &&
           pool_read_orders(reading->scenario, pool, reading->map, reading->path,
                            err) &&
           read_changes(reading, err) && read_opening(reading, err) &&
           from_class(reading, "server_price", DIM_USD, pool->class->server_price_uusd,
                      &pool->server_price_uusd, err) &&
           read_buy_at(reading, err) &&
           pool_read_accounting(reading->scenario, pool, reading->map, reading->path,
                                err) &&
           pool_read_facility(reading->scenario, pool, reading->map, reading->path,
                              err) &&
           pool_derive_cost(reading->scenario, pool, reading->map, err);
}

static bool read_term(struct reading *reading, struct error *err)
{
    struct scenario *scenario = reading->scenario;
    struct pool_spec *pool = &reading->in.spec;
    int64_t from = scenario->start_unix_ms;
    if (given(reading, "from"))
        from = reading->in.from_unix_ms;
    pool->from_ms = from - scenario->start_unix_ms;
    if (pool->from_ms < 0)
        return error_at(err, node_place(reading->map, "from"),
                        "%s.from: it lies before the scenario's start; of a running "
                        "lease give the rest of the term, from the start",
                        reading->path);
    if (pool->from_ms > 200 * MS_PER_Y)
        return error_at(err, node_place(reading->map, "from"),
                        "%s.from: it lies more than 200y after the start",
                        reading->path);
    pool->until_ms = calendar_add(from, pool->term) - scenario->start_unix_ms;
    char text[CALENDAR_TEXT];
    calendar_format(scenario->start_unix_ms + pool->until_ms, text);
    scenario_note(scenario, reading->path, "until", text, "derived");
    return true;
}

static bool read_lease(struct reading *reading, struct error *err)
{
    struct pool_spec *pool = &reading->in.spec;
    if (!read_size(reading, err) ||
        !from_class(reading, "price", DIM_USD_PER_GPU_H,
                    pool->class->lease_nano_usd_per_gpu_h, &pool->price_rate, err))
        return false;
    if (!given(reading, "market_rent")) {
        pool->rent_follows = pool->price_market != NULL;
        pool->rent_is_list = !pool->rent_follows;
        pool->market_rent_rate = pool->price_rate;
        char text[QUANTITY_TEXT];
        quantity_write_exact(text, DIM_USD_PER_GPU_H, pool->price_rate);
        scenario_note(reading->scenario, reading->path, "market_rent", text, "price");
    }
    pool->renewal = (enum renewal)reading->in.renewal;
    pool->per_use_frac = 1 - reading->in.take_or_pay_frac;
    pool->exits = given(reading, "exit");
    if (pool->exits) {
        pool->exit_ms = reading->in.exit_unix_ms - reading->scenario->start_unix_ms;
        if (pool->exit_ms < 0)
            return error_at(err, node_place(reading->map, "exit"),
                            "%s.exit: it lies before the scenario's start",
                            reading->path);
    }
    return read_term(reading, err) &&
           pool_read_orders(reading->scenario, pool, reading->map, reading->path, err);
}

static bool read_elastic(struct reading *reading, struct error *err)
{
    struct pool_spec *pool = &reading->in.spec;
    if (pool->limit_gpus % pool->unit_gpus != 0 && pool->burst_of == 0)
        return error_at(
            err, node_place(reading->map, "limit"),
            "%s.limit: %lld GPUs are not a whole number of instances of %lld",
            reading->path, (long long)pool->limit_gpus, (long long)pool->unit_gpus);
    if (!pool_read_supply(reading->scenario, pool, reading->map, reading->path, err))
        return false;
    pool->notice_ms = pool->notice.ms + pool->notice.months * MS_PER_MO;
    if (pool->tenure == TENURE_SPOT && !given(reading, "price") && !pool->price_market)
        return error_at(err, reading->map->place,
                        "%s: `price` is needed, as in `price: 1.45 USD/GPU-h`: the "
                        "catalogue has no usual one for spot capacity",
                        reading->path);
    return from_class(reading, "price", DIM_USD_PER_GPU_H,
                      pool->class->rent_nano_usd_per_gpu_h, &pool->price_rate, err);
}

/* The name stands in all messages and paths; until it is known, the index does. */
static const char *pool_path(struct scenario *scenario, const struct node *map,
                             size_t i)
{
    const struct node *name = node_get(map, "name");
    if (name && name->kind == NODE_SCALAR && *name->text && strlen(name->text) < 64)
        return arena_printf(&scenario->arena, "pools.%s", name->text);
    return arena_printf(&scenario->arena, "pools.%zu", i);
}

/* `spec` holds what is not in the map. */
static bool read_map(struct scenario *scenario, const struct node *map,
                     const char *path, const struct pool_spec *spec, struct error *err)
{
    struct reading reading = {
        .scenario = scenario, .map = map, .path = path, .in.spec = *spec};
    enum tenure tenure;
    if (!read_tenure(&reading, &tenure, err))
        return false;
    reading.context =
        (struct params_context){.arena = &scenario->arena,
                                .resolved = &scenario->resolved,
                                .path = reading.path,
                                .mask = tenure == TENURES ? ~0u : 1u << tenure,
                                .also = pool_also};
    struct pool_spec *pool = &reading.in.spec;
    bool read = params_read(pool_params, &reading.in, map, &reading.context, err);
    if (spec->burst_of > 0)
        pool->limit_gpus = spec->limit_gpus;
    if (!read || !check_name(&reading, err) || !read_class(&reading, err))
        return false;
    pool->tenure = tenure;
    pool->isolation = (enum isolation)reading.in.isolation;
    if (!pool_read_markets(scenario, pool, map, reading.path, tenure, err))
        return false;

    bool ok = tenure == TENURE_OWN     ? read_own(&reading, err)
              : tenure == TENURE_LEASE ? read_lease(&reading, err)
                                       : read_elastic(&reading, err);
    const struct node *failures = node_get(map, "failures");
    const struct node *maintenance = node_get(map, "maintenance");
    if (ok && maintenance && !node_is_null(maintenance))
        ok = scenario_read_maintenance(scenario, pool, maintenance, reading.path, err);
    if (ok && failures && !node_is_null(failures))
        ok = scenario_read_failures(scenario, pool, failures, reading.path, err);
    const struct node *procure = node_get(map, "procure");
    if (ok && procure)
        ok = scenario_read_procure(scenario, reading.path, procure, pool, err);
    if (ok)
        scenario->pools[scenario->n_pools++] = *pool;
    return ok;
}

bool scenario_read_burst_pool(struct scenario *scenario, const struct node *map,
                              const char *path, const struct pool_spec *burst,
                              struct error *err)
{
    return read_map(scenario, map, path, burst, err);
}

static bool read_pool(struct scenario *scenario, const struct node *map, size_t i,
                      struct error *err)
{
    if (map->kind != NODE_MAP)
        return error_at(err, map->place,
                        "pools.%zu: a pool is a map, as in {name: own, tenure: own, "
                        "class: h100-sxm, gpus: 8}",
                        i);
    const char *path = pool_path(scenario, map, i);
    const struct pool_spec spec = {.entry = (uint32_t)i};
    return read_map(scenario, map, path, &spec, err) &&
           scenario_read_burst(scenario, map, path, err);
}

bool scenario_read_pools(struct scenario *scenario, const struct node *list,
                         struct error *err)
{
    if (list->kind != NODE_LIST || list->n == 0)
        return error_at(err, list->place,
                        "pools: %s is wanted, as in [{name: own, tenure: own, class: "
                        "h100-sxm, gpus: 8}]",
                        list->kind == NODE_LIST ? "at least one" : "a list");
    size_t n = list->n;
    for (size_t i = 0; i < list->n; i++)
        n += list->items[i].kind == NODE_MAP && node_get(&list->items[i], "burst");
    if (n > POOLS_MAX)
        return error_at(err, list->items[list->n > POOLS_MAX ? POOLS_MAX : 0].place,
                        "pools: %zu pools%s are above the limit of 64", n,
                        n > list->n ? ", those of burst rights among them," : "");
    scenario->pools = ARENA_ARRAY(&scenario->arena, n, struct pool_spec);
    for (size_t i = 0; i < list->n; i++)
        if (!read_pool(scenario, &list->items[i], i, err))
            return false;
    return scenario_check_procure(scenario, list, err);
}
