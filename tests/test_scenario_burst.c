/* Burst rights as they are read, and what is wrong with them. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "pools_text.h"

TestSuite(scenario_burst, .init = set_up, .fini = tear_down);

static const char *listed(const char *pools)
{
    static char text[1536];
    int n = snprintf(text, sizeof text, "pools:\n%s", pools);
    cr_assert(n > 0 && (size_t)n < sizeof text, "too long");
    return text;
}

#define OWN "  - {name: own, tenure: own, class: h100-sxm, gpus: 8}\n"
#define LEASE(keys)                                                                    \
    "  - {name: l, tenure: lease, class: h100-sxm, gpus: 24, term: 1y, provider: x, "  \
    "jurisdiction: EU, isolation: dedicated" keys "}\n"

Test(scenario_burst, a_burst_pool_stands_behind_its_lease_and_is_like_it)
{
    cr_assert(read_text(listed(LEASE(", burst: {gpus: 16, price: 2.385 USD/GPU-h, "
                                     "unit: 8, boot: 90s, minimum: 1h}") OWN),
                        ""),
              "%s", err.text);
    cr_assert(eq(sz, scenario.n_pools, 3));
    const struct pool_spec *lease = &scenario.pools[0], *burst = &scenario.pools[1];
    cr_expect(eq(str, (char *)burst->name, "l-burst"));
    cr_expect(eq(int, burst->tenure, TENURE_ON_DEMAND));
    cr_expect(burst->class == lease->class);
    cr_expect(eq(str, (char *)burst->provider, "x"));
    cr_expect(eq(str, (char *)burst->jurisdiction, "EU"));
    cr_expect(eq(int, burst->isolation, lease->isolation));
    cr_expect(eq(i64, burst->price_rate, 2385000000));
    cr_expect(eq(i64, burst->limit_gpus, 16));
    cr_expect(eq(i64, burst->boot_ms, 90000));
    cr_expect(eq(i64, burst->minimum_ms, 3600000));
    cr_expect(eq(u32, lease->burst_pool, 1));
    cr_expect(eq(i64, pool_burst_gpus(burst, 25), 16)); /* 16.67 */
    /* Fixed pools first: l, own, l-burst. */
    const struct preference *all = &scenario.dispatch.prefer[0];
    cr_assert(eq(sz, all->n, 3));
    cr_expect(all->pools[0] == 0 && all->pools[1] == 2 && all->pools[2] == 1);
    scenario_free(&scenario);
}

Test(scenario_burst, a_list_of_pools_has_it_behind_its_lease_unless_it_says_otherwise)
{
    cr_assert(
        read_text(listed(OWN LEASE(", burst: {share: 25 %, price: 2 USD/GPU-h}")),
                  "dispatch: {prefer: {a: [l, own], default: [l-burst, own, l]}}"),
        "%s", err.text);
    const struct preference *a = &scenario.dispatch.prefer[0];
    cr_assert(eq(sz, a->n, 3));
    cr_expect(a->pools[0] == 1 && a->pools[1] == 2 && a->pools[2] == 0);
    const struct preference *others = &scenario.dispatch.prefer[1];
    cr_assert(eq(sz, others->n, 3));
    cr_expect(others->pools[0] == 2 && others->pools[1] == 0 && others->pools[2] == 1);
    cr_expect(eq(i64, scenario.pools[2].limit_gpus, 6));
    scenario_free(&scenario);
}

/* clang-format off */
static const struct {
    const char *pools, *message;
} cases[] = {
    {LEASE(", burst: 16"), "t.yaml:5:127: pools.l.burst: a map is wanted, as in {gpus: 64, price: 2.60 USD/GPU-h}"},
    {LEASE(", burst: {price: 2 USD/GPU-h}"), "t.yaml:5:127: pools.l.burst: `gpus` or `share` is needed, as in `gpus: 64` or `share: 25 %`"},
    {LEASE(", burst: {gpus: 16, share: 10 %, price: 2 USD/GPU-h}"), "t.yaml:5:127: pools.l.burst: give `gpus` or `share`, not both, as in `gpus: 64` or `share: 25 %`"},
    {LEASE(", burst: {gpus: 16}"), "t.yaml:5:127: pools.l.burst: `price` is needed, as in `price: 2.60 USD/GPU-h`: it is what the contract says"},
    {LEASE(", burst: {gpus: 0, price: 2 USD/GPU-h}"), "t.yaml:5:134: pools.l.burst.gpus: 0 is below 1"},
    {LEASE(", burst: {share: 0 %, price: 2 USD/GPU-h}"), "t.yaml:5:135: pools.l.burst.share: that is no GPU at all"},
    {LEASE(", burst: {gpus: 16, price: 2 USD/GPU-h, class: h100-sxm}"), "t.yaml:5:158: pools.l.burst: `class` is that of the lease; give it there"},
    {LEASE(", burst: {gpus: 16, price: 2 USD/GPU-h, limit: 8}"), "t.yaml:5:158: pools.l.burst: `limit` cannot be chosen; give `gpus`, or `share`"},
    {LEASE(", burst: {gpus: 16, price: 2 USD/GPU-h, tenure: spot}"), "t.yaml:5:158: pools.l.burst: `tenure` cannot be chosen; it follows from the lease"},
    {LEASE(", burst: {gpus: 16, price: 2 USD/GPU-h, incremnt: 1h}"), "t.yaml:5:158: pools.l.burst: unknown key 'incremnt'; did you mean 'increment'?"},
    {LEASE(", burst: {gpus: 16, price: 2 USD/GPU-h, term: 1y}"), "t.yaml:5:158: pools.l.burst: `term` is for lease pools; this one is on-demand"},
    {LEASE(", burst: {gpus: 12, price: 2 USD/GPU-h, unit: 8}"), "t.yaml:5:134: pools.l.burst.gpus: 12 GPUs are not a whole number of instances of 8"},
    {LEASE(", burst: {gpus: 16, price: 2 USD}"), "t.yaml:5:145: pools.l.burst.price: '2 USD' is an amount of money where a price of GPU time is wanted, as in '2.49 USD/GPU-h'"},
    {"  - {name: l, tenure: lease, class: h100-sxm, gpus: 0, term: 1y, burst: {gpus: "
     "8, "
     "price: 2 USD/GPU-h}}\n",
     "t.yaml:5:80: pools.l.burst.gpus: the lease has no GPUs of its own that it could be in proportion to; give `share`, as in 25 %"},
    {"  - {name: l, tenure: own, class: h100-sxm, gpus: 8, burst: {gpus: 8, price: 2 "
     "USD/GPU-h}}\n",
     "t.yaml:5:54: pools.l: `burst` is for lease pools; this one is own"},
    {"  - {name: l-burst, tenure: own, class: h100-sxm, gpus: 8}\n" LEASE(
         ", burst: {gpus: 8, price: 2 USD/GPU-h}"),
     "t.yaml:6:127: pools.l.burst.name: two pools are called 'l-burst'"},
    {"  - {name: l, tenure: lease, class: h100-sxm, gpus: 1, term: 1y, orders: [{at: "
     "2026-01-05, gpus: 100}], burst: {gpus: 200000, price: 2 USD/GPU-h}}\n",
     "t.yaml:5:112: pools.l.burst: with all contracts it would be 20200000 GPUs, above the limit of 10000000"},
};
/* clang-format on */

Test(scenario_burst, each_wrong_case_is_refused_with_its_message)
{
    for (size_t i = 0; i < COUNT(cases); i++)
        folder_wrong(&folder, i, text_of(listed(cases[i].pools), ""), cases[i].message);
}
