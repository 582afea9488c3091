#ifndef TESTS_FOCUS_TOTALS_H
#define TESTS_FOCUS_TOTALS_H

/* The FOCUS export of a result, held to the figures of its summary. */

#include <criterion/criterion.h>

#include "output/focus_data.h"
#include "output/focus_rules.h"
#include "result_runs.h"

static inline void focus_fail_at(void *self, int64_t line, const char *text)
{
    (void)self;
    cr_expect(false, "line %lld: %s", (long long)line, text);
}

static inline struct focus_check focus_checked(const char *path)
{
    struct focus_check check = {.finding = focus_fail_at};
    struct error err;
    bool ok = focus_check(path, &check, &err);
    cr_assert(ok, "%s", err.text);
    return check;
}

static inline int128 focus_uusd_of(const struct saved_run *run, const char *scope,
                                   const char *metric)
{
    const struct saved_metric *found = saved_run_metric(run, scope, metric);
    cr_assert(found && found->digits == 6, "%s of %s", metric, scope);
    return found->value;
}

/* Totals of pools against the summary, which the audit holds to the ledger. */
static inline void expect_focus_totals(struct results *results, const char *dir,
                                       enum focus_version version)
{
    struct saved_run run;
    struct error err;
    struct focus_sums sums[POOLS_MAX];
    const char *path = results_path(results, "costs.csv");
    bool ok = saved_run_open(&run, dir, &err);
    cr_assert(ok, "%s", err.text);
    struct csv_out *out = csv_create(path, &err);
    cr_assert(out != NULL, "%s", err.text);
    ok =
        focus_write_costs(&run, version, out, sums, &err) && csv_close(out, NULL, &err);
    cr_assert(ok, "%s", err.text);
    struct focus_check check = focus_checked(path);
    for (size_t i = 0; i < run.n_pools; i++) {
        const char *pool = run.pools[i].name;
        cr_expect(sums[i].billed_uusd == focus_uusd_of(&run, pool, "cash_usd"),
                  "billed of %s in %s", pool, dir);
        cr_expect(sums[i].effective_uusd == focus_uusd_of(&run, pool, "accrual_usd"),
                  "effective of %s in %s", pool, dir);
    }
    cr_expect(check.billed_uusd == focus_uusd_of(&run, "total", "cash_usd"), "%s", dir);
    cr_expect(check.effective_uusd == focus_uusd_of(&run, "total", "accrual_usd"), "%s",
              dir);
    cr_expect(check.version == version && !check.commitments);

    if (version >= FOCUS_1_3) {
        path = results_path(results, "commitments.csv");
        out = csv_create(path, &err);
        ok = focus_write_commitments(&run, version, out, &err) &&
             csv_close(out, NULL, &err);
        cr_assert(ok, "%s", err.text);
        cr_expect(focus_checked(path).commitments);
    }
    saved_run_close(&run);
}

#endif
