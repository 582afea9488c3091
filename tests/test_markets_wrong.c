#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "scenario_files.h"

/* What is wrong in `markets`, and in what pools say of them, is said with its place. */

struct wrong {
    const char *pools, *markets, *message;
};

/* clang-format off */
static const struct wrong cases[] = {
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8, buy_at: market}]",
     .markets = "markets: [{name: m, of: value, class: h100-sxm}]",
     .message = "t.yaml:4:68: pools.own.buy_at: `market` needs a `value_market`"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8, buy_at: market, value_market: m, server_price: 0 USD}]",
     .markets = "markets: [{name: m, of: value, class: h100-sxm}]",
     .message = "t.yaml:4:107: pools.own.server_price: with `buy_at: market` it must be above 0: adder and residual are shares of it"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 800000, buy_at: market, value_market: m}]",
     .markets = "markets: [{name: m, of: value, class: h100-sxm}]",
     .message = "t.yaml:4:73: pools.own.buy_at: at the highest price of a market, 10 MUSD a server, its GPUs would cost 1.22e+12 USD, above the limit of 1e12 USD"},
    {.pools = "pools: [{name: l, tenure: lease, class: h100-sxm, gpus: 8, term: 1y, buy_at: market}]",
     .markets = "markets: [{name: m, of: value, class: h100-sxm}]",
     .message = "t.yaml:4:70: pools.l: `buy_at` is for own pools; this one is lease"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8}]",
     .markets = "markets: rents",
     .message = "t.yaml:5:10: markets: a list is wanted, as in [{name: h100, of: rent, class: h100-sxm, price: {model: ou}}]"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8}]",
     .markets = "markets: [rents]",
     .message = "t.yaml:5:11: markets.0: a market is a map, as in {name: h100, of: rent, class: h100-sxm, price: {model: ou}}"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8}]",
     .markets = "markets: [{of: rent, class: h100-sxm}]",
     .message = "t.yaml:5:11: markets.0: missing key 'name': what pools call it; its random draws belong to this name"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8}]",
     .markets = "markets: [{name: m, of: rents, class: h100-sxm}]",
     .message = "t.yaml:5:25: markets.m.of: 'rents' is not one of rent, value, tariff, carbon; did you mean 'rent'?"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8}]",
     .markets = "markets: [{name: m, of: rent}]",
     .message = "t.yaml:5:11: markets.m: `class` is needed, as in `class: h100-sxm`: the rent is that of a class"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8}]",
     .markets = "markets: [{name: m, of: tariff, class: h100-sxm}]",
     .message = "t.yaml:5:40: markets.m.class: a market of tariff has no class"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8}]",
     .markets = "markets: [{name: m, of: rent, class: h100-smx}]",
     .message = "t.yaml:5:38: markets.m.class: no GPU class 'h100-smx' in the catalogue; did you mean 'h100-sxm'?"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8}]",
     .markets = "markets: [{name: m, of: rent, class: h100-sxm}, {name: m, of: carbon}]",
     .message = "t.yaml:5:56: markets.m.name: two markets are called 'm'"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8}]",
     .markets = "markets: [{name: m, of: rent, class: h100-sxm, prise: ou}]",
     .message = "t.yaml:5:48: markets.m: unknown key 'prise'; did you mean 'price'?"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8}]",
     .markets = "markets: [{name: m, of: rent, class: h100-sxm, price: uo}]",
     .message = "t.yaml:5:55: markets.m.price: 'uo' is not one of constant, table, decline, ou, gbm"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8}]",
     .markets = "markets: [{name: m, of: rent, class: h100-sxm, price: {start: 2 USD/GPU-h}}]",
     .message = "t.yaml:5:55: markets.m.price: a name, or a map with `model`, is wanted, as in {model: constant}"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8}]",
     .markets = "markets: [{name: m, of: rent, class: h100-sxm, price: {model: ou, start: 2.95}}]",
     .message = "t.yaml:5:74: markets.m.price.start: '2.95' needs a unit, as in '2.49 USD/GPU-h'"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8}]",
     .markets = "markets: [{name: m, of: rent, class: h100-sxm, price: {model: ou, start: 0 USD/GPU-h}}]",
     .message = "t.yaml:5:74: markets.m.price.start: 0 USD/GPU-h is below 0.000000001 USD/GPU-h"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8}]",
     .markets = "markets: [{name: m, of: rent, class: h100-sxm, price: {model: ou, half_live: 10mo}}]",
     .message = "t.yaml:5:67: markets.m.price: unknown key 'half_live'; did you mean 'half_life'?"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8}]",
     .markets = "markets: [{name: m, of: rent, class: h100-sxm, price: table}]",
     .message = "t.yaml:5:11: markets.m.price: `points` or `trace` is needed, as in `points: {2026-01-01: 2.49 USD/GPU-h}`"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8}]",
     .markets = "markets: [{name: m, of: rent, class: h100-sxm, price: {model: table, points: {2026-01-01: 2 kW}}}]",
     .message = "t.yaml:5:91: markets.m.price.points: '2 kW' is a power where a price of GPU time is wanted, as in '2.49 USD/GPU-h'"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8}]",
     .markets = "markets: [{name: m, of: rent, class: h100-sxm, price: {model: ou, trace: small.csv}}]",
     .message = "t.yaml:5:67: markets.m.price: `trace` is for the model table; this one is ou"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8}]",
     .markets = "markets: [{name: m, of: rent, class: h100-sxm, price: {model: table, region: us}}]",
     .message = "t.yaml:5:70: markets.m.price: `region` chooses rows of a price trace; name one with `trace`"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8}]",
     .markets = "markets: [{name: m, of: rent, class: h100-sxm, price: {model: table, trace: small.csv}}]",
     .message = "t.yaml:5:77: markets.m.price.trace: small.csv has 2 such series: h100-sxm on-demand us, h100-sxm lease us 1y; choose one by `class`, `tenure`, `region` and `term`"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8}]",
     .markets = "markets: [{name: m, of: rent, class: h100-sxm, price: {model: table, trace: small.csv, tenure: spot}}]",
     .message = "t.yaml:5:77: markets.m.price.trace: small.csv has no such series; it has h100-sxm on-demand us, h100-sxm lease us 1y"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8}]",
     .markets = "markets: [{name: m, of: rent, class: h100-sxm, price: {model: table, trace: small.csv, points: {2026-01-01: 2 USD/GPU-h}}}]",
     .message = "t.yaml:5:77: markets.m.price: give `points` or `trace`, not both"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8}]",
     .markets = "markets: [{name: m, of: rent, class: h100-sxm, price: {model: table, trace: none.csv}}]",
     .message = "t.yaml:5:77: markets.m.price.trace: none.csv: there is no such file"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8}]",
     .markets = "markets: [{name: m, of: rent, class: h100-sxm, price: {model: table, trace: jobs.csv}}]",
     .message = "jobs.csv:1:1: unknown column 'submit'; a price trace has time, class, tenure, usd_per_gpu_h and optional region, term"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8}]",
     .markets = "markets: [{name: m, of: value, class: h100-sxm, price: {model: table, trace: small.csv}}]",
     .message = "t.yaml:5:78: markets.m.price.trace: a price trace has rents; this is a market of value"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8}]",
     .markets = "markets: [{name: m, of: tariff, price: {model: ou, start: 2.95 USD/GPU-h}}]",
     .message = "t.yaml:5:59: markets.m.price.start: '2.95 USD/GPU-h' is a price of GPU time where a price of energy is wanted, as in '0.085 USD/kWh'"},
    {.pools = "pools: [{name: b, tenure: on-demand, class: h100-sxm, price_market: rent}]",
     .markets = "markets: [{name: rents, of: rent, class: h100-sxm}, {name: old, of: rent, class: a100-80-sxm}, {name: grid, of: tariff}]",
     .message = "t.yaml:4:69: pools.b.price_market: no market 'rent'; did you mean 'rents'?"},
    {.pools = "pools: [{name: b, tenure: on-demand, class: h100-sxm, price_market: zebra}]",
     .markets = "markets: [{name: rents, of: rent, class: h100-sxm}, {name: old, of: rent, class: a100-80-sxm}, {name: grid, of: tariff}]",
     .message = "t.yaml:4:69: pools.b.price_market: no market 'zebra'; `markets` has rents, old, grid"},
    {.pools = "pools: [{name: b, tenure: on-demand, class: h100-sxm, price_market: grid}]",
     .markets = "markets: [{name: rents, of: rent, class: h100-sxm}, {name: old, of: rent, class: a100-80-sxm}, {name: grid, of: tariff}]",
     .message = "t.yaml:4:69: pools.b.price_market: 'grid' is a market of tariff; one of rent is wanted"},
    {.pools = "pools: [{name: b, tenure: on-demand, class: h100-sxm, price_market: old}]",
     .markets = "markets: [{name: rents, of: rent, class: h100-sxm}, {name: old, of: rent, class: a100-80-sxm}, {name: grid, of: tariff}]",
     .message = "t.yaml:4:69: pools.b.price_market: 'old' is a market of a100-80-sxm, and this pool has h100-sxm"},
    {.pools = "pools: [{name: b, tenure: on-demand, class: h100-sxm, price_market: rents, price: 2 USD/GPU-h}]",
     .markets = "markets: [{name: rents, of: rent, class: h100-sxm}, {name: old, of: rent, class: a100-80-sxm}, {name: grid, of: tariff}]",
     .message = "t.yaml:4:69: pools.b: give `price` or `price_market`, not both"},
    {.pools = "pools: [{name: b, tenure: on-demand, class: h100-sxm, price_share: 80 %}]",
     .markets = "markets: [{name: rents, of: rent, class: h100-sxm}, {name: old, of: rent, class: a100-80-sxm}, {name: grid, of: tariff}]",
     .message = "t.yaml:4:68: pools.b.price_share: it needs `price_market`"},
    {.pools = "pools: [{name: b, tenure: on-demand, class: h100-sxm, price_market: rents, price_share: 0.8}]",
     .markets = "markets: [{name: rents, of: rent, class: h100-sxm}, {name: old, of: rent, class: a100-80-sxm}, {name: grid, of: tariff}]",
     .message = "t.yaml:4:89: pools.b.price_share: '0.8' needs a unit, as in '20 %'"},
    {.pools = "pools: [{name: b, tenure: on-demand, class: h100-sxm, price_market: rents, index_every: 1y}]",
     .markets = "markets: [{name: rents, of: rent, class: h100-sxm}, {name: old, of: rent, class: a100-80-sxm}, {name: grid, of: tariff}]",
     .message = "t.yaml:4:76: pools.b: `index_every` is for lease pools; this one is on-demand"},
    {.pools = "pools: [{name: b, tenure: on-demand, class: h100-sxm, price_market: rents}]",
     .markets = "",
     .message = "t.yaml:4:69: pools.b.price_market: no market 'rents'; `markets` has none"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8, price_market: rents}]",
     .markets = "markets: [{name: rents, of: rent, class: h100-sxm}, {name: old, of: rent, class: a100-80-sxm}, {name: grid, of: tariff}]",
     .message = "t.yaml:4:60: pools.own: `price_market` is for lease or on-demand or spot pools; this one is own"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8, tariff_market: grid, tariff: 0.1 USD/kWh}]",
     .markets = "markets: [{name: rents, of: rent, class: h100-sxm}, {name: old, of: rent, class: a100-80-sxm}, {name: grid, of: tariff}]",
     .message = "t.yaml:4:75: pools.own: give `tariff` or `tariff_market`, not both"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8, tariff_market: rents}]",
     .markets = "markets: [{name: rents, of: rent, class: h100-sxm}, {name: old, of: rent, class: a100-80-sxm}, {name: grid, of: tariff}]",
     .message = "t.yaml:4:75: pools.own.tariff_market: 'rents' is a market of rent; one of tariff is wanted"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8, tarif_market: grid}]",
     .markets = "markets: [{name: rents, of: rent, class: h100-sxm}, {name: old, of: rent, class: a100-80-sxm}, {name: grid, of: tariff}]",
     .message = "t.yaml:4:60: pools.own: unknown key 'tarif_market'; did you mean 'tariff_market'?"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8, escalation: 3 %/y}]",
     .markets = "markets: [{name: rents, of: rent, class: h100-sxm}, {name: old, of: rent, class: a100-80-sxm}, {name: grid, of: tariff}]",
     .message = "t.yaml:4:72: pools.own.escalation: a map of keys and values is wanted"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8, escalation: {staff: 3 %}}]",
     .markets = "markets: [{name: rents, of: rent, class: h100-sxm}, {name: old, of: rent, class: a100-80-sxm}, {name: grid, of: tariff}]",
     .message = "t.yaml:4:80: pools.own.escalation.staff: '3 %' is a fraction where a rate per year is wanted, as in '10 %/y'"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8, escalation: {price: 3 %/y}}]",
     .markets = "markets: [{name: rents, of: rent, class: h100-sxm}, {name: old, of: rent, class: a100-80-sxm}, {name: grid, of: tariff}]",
     .message = "t.yaml:4:73: pools.own.escalation: key 'price' does not apply here"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8, escalation: {stuff: 3 %/y}}]",
     .markets = "markets: [{name: rents, of: rent, class: h100-sxm}, {name: old, of: rent, class: a100-80-sxm}, {name: grid, of: tariff}]",
     .message = "t.yaml:4:73: pools.own.escalation: unknown key 'stuff'; did you mean 'staff'?"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8, escalation: {staff: -95 %/y}}]",
     .markets = "markets: [{name: rents, of: rent, class: h100-sxm}, {name: old, of: rent, class: a100-80-sxm}, {name: grid, of: tariff}]",
     .message = "t.yaml:4:80: pools.own.escalation.staff: -95 %/y is below -90 %/y"},
    {.pools = "pools: [{name: l, tenure: lease, class: h100-sxm, gpus: 8, term: 3y, price_market: rents, index_every: 1y, escalation: {price: 3 %/y}}]",
     .markets = "markets: [{name: rents, of: rent, class: h100-sxm}, {name: old, of: rent, class: a100-80-sxm}, {name: grid, of: tariff}]",
     .message = "t.yaml:4:104: pools.l: give `index_every` or an escalation of the price, not both"},
    {.pools = "pools: [{name: l, tenure: lease, class: h100-sxm, gpus: 8, term: 3y, price_market: rents, index_every: 1h}]",
     .markets = "markets: [{name: rents, of: rent, class: h100-sxm}, {name: old, of: rent, class: a100-80-sxm}, {name: grid, of: tariff}]",
     .message = "t.yaml:4:104: pools.l.index_every: 1h is below 1d"},
};
/* clang-format on */

/* The row that is chosen and in force on 1 January 2026 is the price at the start. */
Test(markets_wrong, but_a_price_trace_is_right)
{
    struct folder folder = folder_new();
    struct scenario scenario;
    struct error err = {0};
    folder_traces(&folder);
    folder_write(&folder, "small.csv",
                 "time,class,tenure,usd_per_gpu_h,region,term\n"
                 "2026-01-20,h100-sxm,lease,1.99,us,1y\n"
                 "2026-01-01,h100-sxm,on-demand,2.95,us,\n"
                 "2025-12-01,h100-sxm,lease,2.0512345678,us,12mo\n");
    bool ok = folder_read(
        &folder, &scenario,
        "start: 2026-01-01\nhorizon: 30d\ndemand: [{jobs: jobs.csv}]\n"
        "markets: [{name: m, of: rent, class: h100-sxm, price: {model: table, trace: "
        "small.csv, tenure: lease, term: 1y}}]\n"
        "pools: [{name: l, tenure: lease, class: h100-sxm, gpus: 8, term: 1y, "
        "price_market: m, price_share: 50 %}]\n",
        NULL, 0, &err);
    cr_assert(ok, "%s", err.text);
    cr_expect(eq(i64, scenario.markets[0].start, 2051234568));
    cr_expect(eq(i64, scenario.pools[0].price_rate, 1025617284));
    cr_expect(eq(str, (char *)scenario.inputs[2].path, "small.csv"));
    scenario_free(&scenario);
    folder_remove(&folder);
}

Test(markets_wrong, is_said_with_its_place_and_what_would_be_right)
{
    struct folder folder = folder_new();
    folder_traces(&folder);
    folder_write(&folder, "small.csv",
                 "time,class,tenure,usd_per_gpu_h,region,term\n"
                 "2026-01-01,h100-sxm,on-demand,2.95,us,\n"
                 "2026-01-01,h100-sxm,lease,2.05,us,1y\n");
    for (size_t i = 0; i < COUNT(cases); i++) {
        char yaml[2048];
        snprintf(
            yaml, sizeof yaml,
            "start: 2026-01-01\nhorizon: 30d\ndemand: [{jobs: jobs.csv}]\n%s\n%s\n",
            cases[i].pools, cases[i].markets);
        folder_wrong(&folder, i, yaml, cases[i].message);
    }
    folder_remove(&folder);
}
