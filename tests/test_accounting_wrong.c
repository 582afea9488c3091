/* What is wrong in the accounting of a scenario is said with its place. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "scenario_files.h"

#define OWN(rest)                                                                      \
    "start: 2026-01-01\nhorizon: 30d\ndemand: []\npools:\n  - {name: own, tenure: "    \
    "own, class: h100-sxm, gpus: 16, " rest "}\n"
#define LEASED(rest)                                                                   \
    "start: 2026-01-01\nhorizon: 30d\ndemand: []\npools:\n  - {name: l, tenure: "      \
    "lease, class: h100-sxm, gpus: 16, term: 3y, " rest "}\n"

static const struct {
    const char *text, *message;
} cases[] = {
    {OWN("depreciation: linear"),
     "t.yaml:5:71: pools.own.depreciation.method: 'linear' "
     "is not one of straight-line, declining-balance, "
     "units-of-production"},
    {OWN("depreciation: [straight-line]"),
     "t.yaml:5:71: pools.own.depreciation: a map is wanted, as in {method: "
     "declining-balance, factor: 200 %}"},
    {OWN("depreciation: {factor: 2}"),
     "t.yaml:5:80: pools.own.depreciation.factor: '2' needs a unit, as in '20 %'"},
    {OWN("depreciation: {method: declining-balance, factor: 0 %}"),
     "t.yaml:5:107: pools.own.depreciation.factor: 0 % is below 1 %"},
    {OWN("depreciation: {expected_utilization: 101 %}"),
     "t.yaml:5:94: pools.own.depreciation.expected_utilization: 101 % is above 100 %"},
    {OWN("depreciation: {faktor: 200 %}"),
     "t.yaml:5:72: pools.own.depreciation: unknown key 'faktor'; did you mean "
     "'factor'?"},
    {LEASED("depreciation: straight-line"),
     "t.yaml:5:67: pools.l: `depreciation` is for own pools; this one is lease"},
    {OWN("identified_asset: true"),
     "t.yaml:5:57: pools.own: `identified_asset` is for lease pools; this one is own"},
    {LEASED("identified_asset: yes"),
     "t.yaml:5:85: pools.l.identified_asset: 'yes' is not true or false"},
    {OWN("impairment: {rent: 1 USD/GPU-h}"),
     "t.yaml:5:69: pools.own.impairment: missing key 'method': none, asc360 (loss to "
     "fair value, for good) or ias36 (to the recoverable amount, reversible), at the "
     "ends of calendar years"},
    {OWN("impairment: asc842"), "t.yaml:5:69: pools.own.impairment.method: 'asc842' is "
                                "not one of none, asc360, ias36"},
    {OWN("impairment: {method: ias36, utilization: 1.5}"),
     "t.yaml:5:98: pools.own.impairment.utilization: '1.5' needs a unit, as in '20 "
     "%'"},
    {OWN("impairment: {method: ias36, rent_market: m}"),
     "t.yaml:5:98: pools.own.impairment.rent_market: no market 'm'; `markets` has "
     "none"},
    {OWN("impairment: {method: ias36, rent: 1 USD/GPU-h, rent_market: m}"),
     "t.yaml:5:117: pools.own.impairment: give `rent` or `rent_market`, not both"},
    {OWN("facility: {}, colo: 150 USD/kW-mo"),
     "t.yaml:5:67: pools.own: give `colo` or `facility`, not both"},
    {OWN("facility: {ready: 2026-02-01}"),
     "t.yaml:5:75: pools.own.facility.ready: GPUs come before it; let them come later, "
     "in `changes`"},
    {OWN("facility: {usd_per_mw: 11.7 MUSD}"),
     "t.yaml:5:80: pools.own.facility.usd_per_mw: '11.7 MUSD' is an amount of money "
     "where a cost of power capacity is wanted, as in '11.7 MUSD/MW'"},
    {OWN("facility: {mw: 1000 MW, usd_per_mw: 999 MUSD/MW, residual: 2}"),
     "t.yaml:5:116: pools.own.facility.residual: '2' needs a unit, as in '20 %'"},
    {OWN("economic_life: 3y, in_service: 2023-01-01"),
     "t.yaml:5:72: pools.own.economic_life: that of the first GPUs was over before the "
     "start; leave them out, or give a longer one"},
    {OWN("economic_life: 3"), "t.yaml:5:72: pools.own.economic_life: '3' needs a unit, "
                              "as in '3y', '18mo', '16w' or '1y 6mo'"},
    {OWN("pue: 1.2") "tax: [21 %]\n",
     "t.yaml:6:6: tax: a map is wanted, as in {rate: 21 %}"},
    {OWN("pue: 1.2") "tax: {rate: 121 %}\n",
     "t.yaml:6:13: tax.rate: 121 % is above 100 %"},
    {OWN("pue: 1.2") "tax: {method: macrs7}\n",
     "t.yaml:6:15: tax.method: 'macrs7' is not one of macrs5; did you mean 'macrs5'?"},
    {OWN("pue: 1.2") "tax: {property: 1 %}\n",
     "t.yaml:6:17: tax.property: '1 %' is a fraction where a rate per year is wanted, "
     "as in '10 %/y'"},
};

Test(accounting_wrong, each_case_is_refused_with_its_message)
{
    struct folder folder = folder_new();
    for (size_t i = 0; i < COUNT(cases); i++)
        folder_wrong(&folder, i, cases[i].text, cases[i].message);
    folder_remove(&folder);
}

/* An empty value is as none. */
Test(accounting_wrong, what_is_left_empty_is_left_out)
{
    struct folder folder = folder_new();
    struct scenario scenario;
    struct error err = {.text = ""};
    bool ok = folder_read(&folder, &scenario,
                          OWN("depreciation: , impairment: ~") "tax:\n", NULL, 0, &err);
    cr_assert(ok, "%s", err.text);
    cr_expect(scenario.tax.on == false, "no tax book");
    cr_expect(eq(int, (int)scenario.pools[0].depreciation.method,
                 (int)DEPRECIATION_STRAIGHT));
    cr_expect(eq(int, (int)scenario.pools[0].impairment.method, (int)IMPAIRMENT_NONE));
    for (size_t i = 0; i < scenario.resolved.n; i++)
        cr_expect(strstr(scenario.resolved.items[i].path, "depreciation") == NULL);
    scenario_free(&scenario);
    folder_remove(&folder);
}

Test(accounting_wrong, property_tax_that_would_count_twice_is_warned_of)
{
    static const struct {
        const char *text;
        size_t warnings;
    } taxed[] = {{OWN("life: 5y") "tax: {rate: 21 %, property: 1 %/y}\n", 1},
                 {OWN("insurance: 0.2 %/y") "tax: {rate: 21 %, property: 1 %/y}\n", 0},
                 {OWN("life: 5y") "tax: 21 %\n", 0}};
    struct folder folder = folder_new();
    for (size_t i = 0; i < COUNT(taxed); i++) {
        struct scenario scenario;
        struct error err = {.text = ""};
        bool ok = folder_read(&folder, &scenario, taxed[i].text, NULL, 0, &err);
        cr_assert(ok, "%s", err.text);
        cr_assert(eq(sz, scenario.n_warnings, taxed[i].warnings));
        if (taxed[i].warnings > 0)
            cr_expect(eq(str, (char *)scenario.warnings[0],
                         (char *)"pools.own.insurance is the default, which has "
                                 "property tax in it, and tax.property counts that "
                                 "again: say what insurance costs without it"));
        scenario_free(&scenario);
    }
    folder_remove(&folder);
}
