#define _GNU_SOURCE
#include "random_scenario.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "random_draw.h"

/* ---- pools ---- */

static const char *draw_class(struct drawing *d)
{
    static const char *const classes[] = {"h100-sxm", "h100-sxm", "h100-sxm",
                                          "a100-80-sxm", "h200"};
    bool ours = d->has_catalog && chance(d, 40);
    const char *class = PICK(d, classes);
    return d->one_class ? "h100-sxm" : ours ? "ours" : class;
}

/* Whether the pool's class has the prices of the drawn catalogue, so that it may leave
 * out its own. */
static bool leaves_price(struct drawing *d)
{
    return chance(d, 30) && d->pool_is_ours;
}

static uint64_t whole_gpus(struct drawing *d, uint64_t servers)
{
    uint64_t gpus = d->gpus_per_server * (1 + below(d, servers));
    return d->packed || chance(d, 50) ? gpus : 1 + below(d, gpus);
}

static void put_place(struct drawing *d, size_t p)
{
    static const char *const jurisdictions[] = {"eu", "us", "is"};
    if (chance(d, 60)) {
        d->provider_of[p] = 1 + (int)below(d, 2);
        put(d, ", provider: %s", d->provider_of[p] == 1 ? "north" : "south");
    }
    maybe(d, 20, ", region: r-#0..2");
    if (chance(d, 50))
        put(d, ", jurisdiction: %s", PICK(d, jurisdictions));
    maybe(d, 30, ", isolation: dedicated");
}

static void put_changes(struct drawing *d, int64_t gpus)
{
    unsigned n = 1 + (unsigned)below(d, 4);
    bool whole = chance(d, 60);
    put(d, ", changes: [");
    for (unsigned i = 0; i < n; i++) {
        int64_t by = (int64_t)whole_gpus(d, 3);
        bool go = chance(d, 50) && by <= gpus;
        gpus += go ? -by : by;
        put(d, "%s{at: ", i ? ", " : "");
        put_ascending(d, i, n, whole);
        put(d, ", gpus: %s%" PRId64, go ? "-" : "+", by);
        if (!go && chance(d, 50) && !d->options->plain_rates)
            put_price(d, ", server_price", 120000, 400000, "USD");
        put(d, "}");
    }
    put(d, "]");
}

static void put_orders(struct drawing *d, bool lease)
{
    unsigned n = 1 + (unsigned)below(d, 3);
    bool whole = chance(d, 60);
    put(d, ", orders: [");
    for (unsigned i = 0; i < n; i++) {
        put(d, "%s{at: ", i ? ", " : "");
        put_ascending(d, i, n, whole);
        put(d, ", gpus: %" PRIu64, whole_gpus(d, 3));
        if (chance(d, 40) && (lease || !d->options->plain_rates))
            put_price(d, lease ? ", price" : ", server_price", lease ? 1 : 120000,
                      lease ? 4 : 400000, lease ? "USD/GPU-h" : "USD");
        if (lease && chance(d, 50))
            put_term(d, ", term");
        put(d, "}");
    }
    put(d, "]");
}

static void put_depreciation(struct drawing *d)
{
    switch (below(d, 6)) {
    case 0: put(d, ", depreciation: straight-line"); break;
    case 1:
        draw(d, ", depreciation: {method: declining-balance, factor: #50..300 %}");
        break;
    case 2:
        draw(d, ", depreciation: {method: units-of-production, expected_utilization: "
                "#1..99.#0..9 %}");
        break;
    case 3:
        draw(d, ", depreciation: {method: declining-balance, switch: false}");
        break;
    default: break;
    }
}

static void put_opening(struct drawing *d)
{
    static const char *const openings[] = {"book", "market", "sunk", "purchase"};
    d->pool_is_old = chance(d, 40);
    if (!d->pool_is_old)
        return;
    put(d, ", in_service: ");
    put_day(d, -(int64_t)below(d, 2500));
    if (chance(d, 80))
        put(d, ", opening: %s", PICK(d, openings));
}

static void put_running_cost(struct drawing *d)
{
    put_holding(d);
    put_price(d, ", fte_cost", 100000, 300000, "USD/y");
    if (d->market[M_TARIFF] && chance(d, 60))
        put(d, ", tariff_market: power");
    else
        put_price(d, ", tariff", 0, 1, "USD/kWh");
    if (d->market[M_CARBON] && chance(d, 60))
        put(d, ", carbon_market: grid");
    else
        maybe(d, 40, ", carbon: #0..899 g/kWh");
    if (chance(d, 40))
        put_price(d, ", software", 0, 4000, "USD/y");
    if (chance(d, 30))
        put_price(d, ", security", 0, 1000, "USD/y");
    maybe(d, 40, ", support: #0..11.#10..99 %/y");
    maybe(d, 40, ", insurance: 1.#10..99 %/y");
    maybe(d, 30, ", gpus_per_fte: #1..500");
    maybe(d, 30, ", pue: 1.#10..99");
    maybe(d, 30, ", fabric_power: #0..39 %");
    put_escalation(d, "colo support staff insurance software security tariff");
}

static void put_own(struct drawing *d, size_t p)
{
    int64_t gpus = (int64_t)whole_gpus(d, 5);
    if (p == 0)
        d->room_at_start = gpus;
    if (d->gpus_per_server != 8 || gpus % 8 != 0 || chance(d, 80))
        put(d, ", gpus: %" PRId64, gpus);
    else
        put(d, ", servers: %" PRId64, gpus / 8);
    if (!leaves_price(d))
        put_price(d, ", server_price", 120000, 400000, "USD");
    put_opening(d);
    maybe(d, 60, ", life: #1..72mo");
    maybe(d, 40, ", adder: #0..49.#0..9 %");
    maybe(d, 40, ", residual: #0..39.#0..9 %");
    maybe(d, 40, ", selling_cost: #0..39.#0..9 %");
    if (d->market[M_VALUE] && d->pool_is_h100 && chance(d, 60))
        put(d, ", value_market: new%s", chance(d, 50) ? ", buy_at: market" : "");
    put_running_cost(d);
    put_depreciation(d);
    if (chance(d, 40))
        put_changes(d, gpus);
    if (chance(d, 40)) {
        draw(d, ", lead_time: #0..39d");
        maybe(d, 50, ", lead_time_sigma: 0.#1..9");
        draw(d, ", commissioning: #0..14d");
        maybe(d, 60, ", deposit: #0..100 %");
        put_orders(d, false);
    }
}

static void put_rent(struct drawing *d, bool lease)
{
    bool market = d->market[M_RENT] && d->pool_is_h100 && chance(d, 50);
    bool indexed = false;
    if (market) {
        put(d, ", price_market: rent");
        if (!d->options->plain_rates)
            maybe(d, 50, ", price_share: #10..129.#0..9 %");
        indexed = lease && chance(d, 40);
        if (indexed)
            draw(d, ", index_every: #7..306d");
    } else if (!lease || !leaves_price(d)) {
        put_price(d, ", price", 1, 4, "USD/GPU-h");
    }
    if (!indexed)
        put_escalation(d, "price");
    if (!d->options->plain_rates)
        maybe(d, 25, ", extras: #0..30.#0..9 %");
    if (lease && !d->options->plain_rates)
        maybe(d, 25, ", take_or_pay: #0..100 %");
}

static void put_burst(struct drawing *d)
{
    unsigned size = 1 + (unsigned)below(d, 8);
    bool share = chance(d, 60);
    if (share)
        draw(d, ", burst: {share: #1..200 %");
    else
        put(d, ", burst: {gpus: %u", size * (1 + (unsigned)below(d, 9)));
    if (!share || chance(d, 30))
        put(d, ", unit: %u", size);
    put_price(d, ", price", 1, 6, "USD/GPU-h");
    put_escalation(d, "price");
    if (!d->options->plain_rates)
        maybe(d, 25, ", extras: #0..30.#0..9 %");
    maybe(d, 40, ", boot: #0..899s");
    maybe(d, 40, ", minimum: #1..90min");
    maybe(d, 40, ", increment: #1..7200s");
    maybe(d, 40, ", keep_alive: #0..119min");
    maybe(d, 20, ", availability: {trace: supply.csv}");
    put(d, "}");
}

static void put_lease(struct drawing *d)
{
    static const char *const renewals[] = {"none", "automatic", "market"};
    put(d, ", gpus: %" PRIu64, whole_gpus(d, 4));
    put_rent(d, true);
    put_term(d, ", term");
    if (chance(d, 25)) {
        put(d, ", from: ");
        put_date(d, 0.6 * unit(d));
    }
    maybe(d, 50, ", prepay: #0..99.#0..9 %");
    if (chance(d, 30))
        put_price(d, ", market_rent", 0, 4, "USD/GPU-h");
    /* Without a horizon a job that waits for nothing would wait for ever. */
    if (chance(d, 50) && !d->until_idle)
        put(d, ", renewal: %s", PICK(d, renewals));
    if (chance(d, 30)) {
        put(d, ", exit: ");
        put_date(d, 0.1 + unit(d));
        maybe(d, 60, ", notice: #0..59d");
        maybe(d, 60, ", exit_fee: #0..100 %");
    }
    maybe(d, 30, ", start_past_end: true");
    maybe(d, 20, ", identified_asset: true");
    maybe(d, 10, ", purchase_option: true");
    maybe(d, 10, ", specialised: true");
    if (chance(d, 40)) {
        maybe(d, 60, ", provisioning: #0..29d");
        put_orders(d, true);
    }
    if (chance(d, 25))
        put_burst(d);
}

static void put_elastic(struct drawing *d, size_t p, bool spot)
{
    d->elastic[d->n_elastic++] = (unsigned)p;
    unsigned unit_gpus = chance(d, 50) ? 1 : 1 + (unsigned)below(d, 8);
    put(d, ", unit: %u, limit: %u", unit_gpus,
        unit_gpus * (unsigned)(1 + below(d, 40)));
    put_rent(d, false);
    maybe(d, 40, ", boot: #0..899s");
    maybe(d, 40, ", minimum: #1..90min");
    maybe(d, 40, ", increment: #1..7200s");
    maybe(d, 40, ", keep_alive: #0..119min");
    put_supply(d, spot);
}

/* A pool that costs nothing, whoever holds it. */
static void put_twin(struct drawing *d)
{
    uint64_t gpus = whole_gpus(d, 5);
    put(d, "tenure: %s, class: h100-sxm, gpus_per_server: %u, gpus: %u",
        d->options->twin == TWIN_OWN ? "own" : "lease", (unsigned)d->gpus_per_server,
        (unsigned)gpus);
    if (d->options->twin == TWIN_OWN)
        put(d, ", server_price: 0 USD, colo: 0 USD/kW-mo, tariff: 0 USD/kWh, fte_cost: "
               "0 USD/y");
    else
        put(d, ", price: 0 USD/GPU-h, term: 150y");
}

static void put_pool(struct drawing *d, size_t p)
{
    static const char *const tenures[] = {"own",   "own",       "lease",
                                          "lease", "on-demand", "spot"};
    bool twin = d->options->twin != TWIN_NONE;
    const char *tenure = twin ? "on-demand" : PICK(d, tenures);
    const char *class = twin ? "h100-sxm" : draw_class(d);
    d->pool_is_ours = d->has_catalog &&
                      (strcmp(class, "h100-sxm") == 0 || strcmp(class, "ours") == 0);
    d->pool_is_h100 = strcmp(class, "h100-sxm") == 0;
    d->gpus_per_server = chance(d, 70) ? 8 : 4;
    put(d, "  - {name: p%u, ", (unsigned)p);
    if (twin && p == 0)
        put_twin(d);
    else
        put(d, "tenure: %s, class: %s, gpus_per_server: %u", tenure, class,
            (unsigned)d->gpus_per_server);
    put_place(d, p);
    if (twin && p == 0)
        ;
    else if (*tenure == 'o' && tenure[1] == 'w')
        put_own(d, p);
    else if (*tenure == 'l')
        put_lease(d);
    else
        put_elastic(d, p, *tenure == 's');
    if ((twin && p == 0) || *tenure == 'l' || tenure[1] == 'w') {
        put_failures(d, *tenure == 'o' && !twin);
        put_maintenance(d);
        if (!twin)
            put_procure(d);
    }
    put(d, "}\n");
}

/* ---- the rest ---- */

static void put_dispatch(struct drawing *d)
{
    static const char *const backfills[] = {"none", "skip", "easy", "conservative"};
    static const char *const orders[] = {"fifo", "sjf", "ljf", "priority", "priority"};
    static const char *const waits[] = {"none", "forever",
                                        "{policy: threshold, after: 3h}",
                                        "{short_below: 1h, short: 30min, long: 9h}"};
    static const char *const relaxed[] = {"pools",        "class",     "memory",
                                          "jurisdiction", "isolation", "provider"};
    const char *order = PICK(d, orders);
    put(d, "dispatch: {placement: %s, order: %s, backfill: ",
        d->packed ? "packed" : "fungible", order);
    put(d, "%s, wait: ", PICK(d, backfills));
    put(d, "%s", PICK(d, waits));
    if (strcmp(order, "priority") == 0)
        maybe(d, 60, ", preempt: true");
    maybe(d, 15, ", estimate: limit");
    maybe(d, 30, ", same_instant: submit-first");
    if (chance(d, 15))
        put(d, ", relax: [%s]", relaxed[below(d, d->options->apart ? 5 : 6)]);
    if (d->n_pools > 1 && chance(d, 25))
        put(d, ", prefer: [p%u, p0]", (unsigned)(d->n_pools - 1));
    else if (d->n_pools > 1 && chance(d, 25))
        put(d, ", prefer: {train: [p1, p0], default: [p0, p%u]}",
            (unsigned)(d->n_pools - 1));
    put(d, "}\n");
}

static void put_frame(struct drawing *d)
{
    static const char *const intervals[] = {"1d", "1mo", "7.3h", "5d", "1y"};
    static const char *const closings[] = {"market", "book", "none"};
    put(d, "name: drawn-%" PRIu64 "\nstart: ", d->options->seed);
    put_day(d, 0);
    if (d->until_idle)
        put(d, "\nhorizon: until_idle\n");
    else
        put(d, "\nhorizon: %ud\n", (unsigned)d->days);
    put(d, "interval: %s\n", PICK(d, intervals));
    draw(d, "seed: #0..99999\n");
    maybe(d, 80, "discount_rate: #0..29.#0..9 %/y\n");
    maybe(d, 20, "warmup: #0..60h\n");
    if (chance(d, 60))
        put(d, "closing: %s\n", PICK(d, closings));
    maybe(d, 6, "billing_until: last_start\n");
    maybe(d, 30, "events: true\n");
    maybe(d, 40, "chargeback: true\n");
}

static void put_service(struct drawing *d)
{
    if (!chance(d, 30))
        return;
    put(d, "service:\n  - {workload: serve");
    put_price(d, ", unserved", 0, 9, "USD/GPU-h");
    put_price(d, ", delay", 0, 3, "USD/GPU-h");
    put_price(d, ", miss", 0, 40, "USD");
    put(d, "}\n");
    if (!chance(d, 60))
        return;
    put_price(d, "  - {delay", 0, 2, "USD/GPU-h");
    put(d, "}\n");
}

static void put_tax(struct drawing *d)
{
    if (!chance(d, 30))
        return;
    draw(d, "tax: {rate: #0..49.#0..9 %");
    maybe(d, 30, ", method: macrs5");
    maybe(d, 50, ", bonus: #0..100 %");
    maybe(d, 50, ", sales: #0..11.#0..99 %");
    maybe(d, 50, ", property: #0..3.#0..9 %/y");
    put(d, "}\n");
}

struct random_scenario random_scenario(const struct random_options *options)
{
    struct random_scenario scenario = {0};
    struct drawing d = {.options = options, .state = options->seed ^ 0x5851f42d4c95ull};
    size_t size;
    FILE *out = d.out = open_memstream(&scenario.yaml, &size);
    for (int i = 0; i < 8; i++)
        below(&d, 2);
    d.start_day = 19700 + (int64_t)below(&d, 900);
    bool long_run = chance(&d, 25);
    d.days = 3 + (int64_t)below(&d, long_run ? 900 : 120);
    d.until_idle = chance(&d, 8);
    d.packed = chance(&d, 40);
    d.one_class = chance(&d, 60);
    d.n_pools = 1 + below(&d, 4);
    put_frame(&d);
    draw_catalog(&d, &scenario);
    put_markets(&d, &scenario);
    put(&d, "pools:\n");
    for (size_t p = 0; p < d.n_pools; p++)
        put_pool(&d, p);
    if (options->apart > APART_CLOSED)
        put(&d,
            "  - {name: apart, tenure: own, class: h100-sxm, gpus: %d, provider: "
            "apart, failures: {rate: 90 /1000-node-d}}\n",
            options->apart == APART_SERVER ? 8 : 80);
    put_outages(&d);
    put_shocks(&d);
    draw_supply(&d, &scenario);
    put_dispatch(&d);
    put_demand(&d, &scenario);
    put_service(&d);
    put_tax(&d);
    put_study(&d);
    fclose(out);
    return scenario;
}

void random_scenario_free(struct random_scenario *scenario)
{
    free(scenario->yaml);
    free(scenario->jobs);
    free(scenario->initial);
    free(scenario->supply);
    free(scenario->catalog);
    free(scenario->prices);
    *scenario = (struct random_scenario){0};
}
