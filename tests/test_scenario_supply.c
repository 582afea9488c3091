/* Interruptions, supply traces and shocks: what is read, and what is wrong with them.
 */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "pools_text.h"

TestSuite(scenario_supply, .init = set_up, .fini = tear_down);

static const char spot[] = "pools: [{name: s, tenure: spot, class: h100-sxm, price: "
                           "1.5 USD/GPU-h, interruption: {mean_time: 3h}}]";

Test(scenario_supply, a_spot_pool_has_its_terms)
{
    folder_write(&folder, "more.yaml", /* any name that goes with the folder */
                 "time,gpus\n2026-01-02,64\n2025-12-30T12:00:00Z,32\n2025-12-31,16\n"
                 "2026-01-02,8\n");
    cr_assert(read_text("pools: [{name: s, tenure: spot, class: h100-sxm, price: 1.5 "
                        "USD/GPU-h, limit: 64, unit: 8, notice: 120s, bid: 2.125 "
                        "USD/GPU-h, interruption: {mean_time: 3h, trace: more.yaml}}]",
                        ""),
              "%s", err.text);
    const struct pool_spec *pool = &scenario.pools[0];
    cr_expect(eq(i64, pool->price_rate, 1500000000));
    cr_expect(eq(i64, pool->bid_rate, 2125000000));
    cr_expect(eq(i64, pool->notice_ms, 120000));
    cr_expect(eq(i64, pool->interruption_mean_ms, 10800000));
    cr_assert(eq(sz, pool->supply.n, 2));
    cr_expect(eq(i64, pool->supply.points[0].at_ms, 0));
    cr_expect(eq(i64, pool->supply.points[0].gpus, 16));
    cr_expect(eq(i64, pool->supply.points[1].at_ms, 86400000));
    cr_expect(eq(i64, pool->supply.points[1].gpus, 8));
    scenario_free(&scenario);
}

Test(scenario_supply, shocks_reach_the_pools_of_a_provider_or_class)
{
    cr_assert(
        read_text(
            "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8, provider: "
            "x}, {name: a, tenure: on-demand, class: h100-sxm, provider: x}, "
            "{name: b, tenure: on-demand, class: h100-sxm, provider: y}]",
            "shocks: [{provider: x, from: 2026-01-03, lasts: 6w, share: 50 %}, "
            "{class: h100-sxm, per_y: 0.5, lasts: 1mo, price_times: 1.5}, "
            "{pools: b, from: 2026-01-04, ends: true}]"),
        "%s", err.text);
    cr_assert(eq(sz, scenario.n_shocks, 3));
    const struct shock_spec *shocks = scenario.shocks;
    cr_expect(eq(u64, shocks[0].pools, 2));
    cr_expect(eq(i64, shocks[0].from_ms, 2 * MS_PER_D));
    cr_expect(eq(i64, shocks[0].lasts_ms, 42 * MS_PER_D));
    cr_expect(eq(dbl, shocks[0].share_frac, 0.5));
    cr_expect(eq(i64, shocks[0].limit_gpus, INT64_MAX));
    cr_expect(eq(u64, shocks[1].pools, 6));
    cr_expect(eq(dbl, shocks[1].per_y, 0.5));
    cr_expect(eq(dbl, shocks[1].price_times, 1.5));
    cr_expect(eq(u64, shocks[2].pools, 4));
    cr_expect(shocks[2].ends);
    cr_expect(eq(i64, shocks[2].lasts_ms, NEVER_MS));
    scenario_free(&scenario);
}

struct wrong {
    const char *pools, *extra, *trace; /* NULL: the usual */
    const char *message;
};

/* clang-format off */
#define SPOT(keys) "pools: [{name: s, tenure: spot, class: h100-sxm" keys "}]"
#define OD(keys) "pools: [{name: b, tenure: on-demand, class: h100-sxm" keys "}]"
#define SHOCK(keys) "shocks: [{pools: [s]" keys "}]"
#define TRACE ", price: 1 USD/GPU-h, interruption: {trace: more.yaml}"

static const struct wrong cases[] = {
    {.pools = SPOT(", price: 1 USD/GPU-h"),
     .message = "t.yaml:4:9: pools.s: `interruption` is needed, as in {mean_time: 3h} or {trace: supply.csv}"},
    {.pools = SPOT(", interruption: {mean_time: 3h}"),
     .message = "t.yaml:4:9: pools.s: `price` is needed, as in `price: 1.45 USD/GPU-h`: the catalogue has no usual one for spot capacity"},
    {.pools = SPOT(", interruption: 3h"),
     .message = "t.yaml:4:64: pools.s.interruption: a map is wanted, as in {mean_time: 3h}"},
    {.pools = SPOT(", interruption: {}"),
     .message = "t.yaml:4:64: pools.s.interruption: give `mean_time`, as in 3h, or `trace`, or both"},
    {.pools = SPOT(", interruption: {mean_time: 3}"),
     .message = "t.yaml:4:76: pools.s.interruption.mean_time: '3' needs a unit, as in '16w'"},
    {.pools = SPOT(", interruption: {mean_time: 3h}, availability: {trace: more.yaml}"),
     .message = "t.yaml:4:81: pools.s: `availability` is for on-demand pools; this one is spot"},
    {.pools = OD(", interruption: {mean_time: 3h}"),
     .message = "t.yaml:4:55: pools.b: `interruption` is for spot pools; this one is on-demand"},
    {.pools = OD(", notice: 30s"),
     .message = "t.yaml:4:55: pools.b: `notice` is for lease or spot pools; this one is on-demand"},
    {.pools = OD(", availability: {}"),
     .message = "t.yaml:4:69: pools.b.availability: missing key 'trace': a CSV file of time,gpus: how many GPUs the market has; what is held stays until it is given back"},
    {.pools = SPOT(TRACE), .trace = "time,gpu\n0,1\n",
     .message = "more.yaml:1:1: the columns of a supply trace are time,gpus: from when on the market has how many GPUs"},
    {.pools = SPOT(TRACE), .trace = "time,gpus\n",
     .message = "t.yaml:4:92: pools.s.interruption.trace: more.yaml has no rows"},
    {.pools = SPOT(TRACE), .trace = "time,gpus\n0,8\n10,-1\n",
     .message = "more.yaml:3:2: gpus: '-1' is not a whole number from 0 to 10000000"},
    {.pools = SPOT(TRACE), .trace = "time,gpus\n0,8\n10,10000001\n",
     .message = "more.yaml:3:2: gpus: '10000001' is not a whole number from 0 to 10000000"},
    {.pools = SPOT(TRACE), .trace = "gpus,time\n8,soon\n",
     .message = "more.yaml:2:2: time: 'soon' is neither seconds from the start, as 3600.5, nor a date, as 2026-01-31T12:30:00Z"},
    {.pools = SPOT(TRACE), .trace = "time,gpus\n0,8\n2026-01-02,4\n",
     .message = "more.yaml:3:1: time: '2026-01-02' is a date, but the first row's is in seconds; a trace has one kind throughout"},
    {.pools = SPOT(TRACE), .trace = "time,gpus\n1e12,8\n",
     .message = "more.yaml:2:1: time: 1e12 s is further than 200 years from the start"},
    {.pools = SPOT(TRACE), .trace = "time,gpus\n2026-02-30,8\n",
     .message = "more.yaml:2:1: time: '2026-02-30' is not a date: the month has no such day; write it as '2026-01-31' or '2026-01-31T12:30:00Z'"},
    {.extra = "shocks: {pools: [s]}",
     .message = "t.yaml:5:9: shocks: a list is wanted, as in [{pools: [burst], from: 2026-09-01, lasts: 6w, limit: 0}]"},
    {.extra = "shocks: [6w]",
     .message = "t.yaml:5:10: shocks.0: a map is wanted, as in {pools: [burst], from: 2026-09-01, lasts: 6w, limit: 0}"},
    {.extra = SHOCK(", from: 2026-01-02, lasts: 6w"),
     .message = "t.yaml:5:10: shocks.0: it changes nothing; give `limit`, `share`, `price_times` or `ends`"},
    {.extra = SHOCK(", lasts: 6w, limit: 0"),
     .message = "t.yaml:5:10: shocks.0: give `from`, as in 2026-09-01, or `per_y`, as in 0.5"},
    {.extra = SHOCK(", from: 2026-01-02, per_y: 1, lasts: 6w, limit: 0"),
     .message = "t.yaml:5:10: shocks.0: give `from`, as in 2026-09-01, or `per_y`, as in 0.5"},
    {.extra = SHOCK(", per_y: 1, limit: 0"),
     .message = "t.yaml:5:10: shocks.0: random shocks need `lasts`, as in 6w: their mean length"},
    {.extra = SHOCK(", from: 2025-01-02, limit: 0"),
     .message = "t.yaml:5:29: shocks.0.from: it lies before the scenario's start"},
    {.extra = SHOCK(", from: 2026-01-02, limit: 0, share: 50 %"),
     .message = "t.yaml:5:58: shocks.0: give `limit` or `share`, not both"},
    {.extra = SHOCK(", from: 2026-01-02, share: 150 %"),
     .message = "t.yaml:5:48: shocks.0.share: 150 % is above 100 %"},
    {.extra = SHOCK(", from: 2026-01-02, lasts: 6w, ends: true"),
     .message = "t.yaml:5:48: shocks.0: a provider that ends does so once, on a date, and for good: give `from` alone"},
    {.extra = "shocks: [{from: 2026-01-02, limit: 0}]",
     .message = "t.yaml:5:10: shocks.0: give one of `pools`, `provider` and `class`: whom it reaches"},
    {.extra = "shocks: [{pools: [s], class: h100-sxm, from: 2026-01-02, limit: 0}]",
     .message = "t.yaml:5:10: shocks.0: give one of `pools`, `provider` and `class`: whom it reaches"},
    {.extra = "shocks: [{provider: x, from: 2026-01-02, limit: 0}]",
     .message = "t.yaml:5:21: shocks.0.provider: no on-demand or spot pool is of 'x'"},
    {.extra = "shocks: [{pools: [t], from: 2026-01-02, limit: 0}]",
     .message = "t.yaml:5:18: shocks.0.pools: no pool is called 't'"},
    {.pools = "pools: [{name: s, tenure: own, class: h100-sxm, gpus: 8}]",
     .extra = SHOCK(", from: 2026-01-02, limit: 0"),
     .message = "t.yaml:5:18: shocks.0.pools: 's' is owned; a shock reaches on-demand and spot pools, and leased ones where the provider `ends`"},
};
/* clang-format on */

Test(scenario_supply, each_wrong_case_is_refused_with_its_message)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct wrong *wrong = &cases[i];
        folder_write(&folder, "more.yaml",
                     wrong->trace ? wrong->trace : "time,gpus\n0,8\n");
        folder_wrong(&folder, i,
                     text_of(wrong->pools ? wrong->pools : spot,
                             wrong->extra ? wrong->extra : ""),
                     wrong->message);
    }
}
