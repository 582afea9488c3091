/* The audit of results with losses of book value, data centres and taxes. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "result_runs.h"

static const char scenario[] =
    "start: 2025-12-20\nhorizon: 20d\ndiscount_rate: 9.3 %/y\ndemand: [{jobs: "
    "jobs.csv, reference_class: h100-sxm, after_end: stop}]\npools:\n  - {name: own, "
    "tenure: own, class: h100-sxm, gpus: 16, in_service: 2024-12-20}\n";

/* Losses are posted where a year ends, be it with the run. */
Test(accounting_audit, what_assets_are_accounted_for_by_is_right)
{
    static const char *const sets[][3] = {
        {"pools.own.impairment={method: asc360, rent: 0.2 USD/GPU-h}", "horizon=20d",
         "pools.own.depreciation=straight-line"},
        {"pools.own.impairment={method: ias36, rent: 0.2 USD/GPU-h}", "horizon=12d",
         "pools.own.depreciation=declining-balance"},
        {"pools.own.impairment={method: ias36, rent: 0.2 USD/GPU-h}", "horizon=20d",
         "pools.own.depreciation=units-of-production"},
        {"pools.own.impairment={method: asc360, rent: 0.2 USD/GPU-h}", "horizon=12d",
         "pools.own.depreciation=straight-line"},
        {"pools.own.facility={ready: 2024-07-01, life: 18mo, running: 90 kUSD/y}",
         "horizon=40d", "closing=book"},
        {"pools.own.facility={running: 90 kUSD/y}", "horizon=20d",
         "tax={bonus: 40 %, sales: 7.3 %, property: 1.1 %/y}"},
    };
    struct results results;
    results_begin(&results);
    results_jobs(&results, "jobs.csv", 90, 900000);
    for (size_t i = 0; i < 6; i++) {
        char name[16];
        snprintf(name, sizeof name, "out-%zu", i);
        const char *dir = results_run(&results, name, scenario, sets[i], 3);
        char first[1024];
        cr_expect(results_findings(dir, true, first) == 0, "case %zu: %s", i, first);
    }
    results_end(&results);
}
