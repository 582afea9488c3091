/* Replays of public traces whose result is known to the last digit from other
 * simulators. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "input/importer.h"
#include "real_trace.h"
#include "runs.h"

static void run_scenario(struct run *run, const char *yaml, const struct sink *sink)
{
    struct error err;
    struct run_options options = {.sink = sink};
    bool ok = scenario_from_text(&run->scenario, yaml, NULL, 0, &err);
    cr_assert(ok, "%s", err.text);
    run->world = world_new(&run->scenario, &options);
    ok = world_run(run->world, &err);
    cr_assert(ok, "%s", err.text);
    run->result = world_result(run->world);
}

/* The path of a public trace; the test is skipped where it is absent. */
static void public_trace(const char *name, char path[4096])
{
    if (!real_trace(name, path))
        cr_skip_test("%s is not there; TENURE_TRACES names its folder", name);
}

/* Imports a trace, and writes what `filter` selects of it as a trace of our own. */
static size_t import_to(const struct scratch_file *csv, const char *importer,
                        const char *path, const struct trace_filter *filter)
{
    struct trace some;
    struct import_result all;
    struct import_report report;
    struct error err;
    bool ok = import_run(importer_find(importer), path, NULL, &all, &report, &err);
    cr_assert(ok, "%s", err.text);
    cr_assert(report.rows_kept == report.rows_read, "%lld of %lld rows of %s were kept",
              (long long)report.rows_kept, (long long)report.rows_read, path);
    ok = trace_select(&all.jobs, filter, &some, &err) &&
         trace_write(&some, csv->path, &err);
    cr_assert(ok, "%s", err.text);
    size_t n = some.n;
    trace_free(&some);
    import_result_free(&all);
    return n;
}

static const struct trace_filter everything = {.from_ms = INT64_MIN,
                                               .to_ms = INT64_MAX};

struct replay {
    const char *pool, *dispatch;
    const char *mean_wait_s;                 /* to the digits published */
    int64_t max_wait_s, delayed, makespan_s; /* -1: not published */
};

static void check_replay(const struct scratch_file *csv, const struct replay *replay)
{
    char yaml[2048], mean[64];
    int digits = (int)strlen(strchr(replay->mean_wait_s, '.') + 1);
    struct run run;
    snprintf(yaml, sizeof yaml,
             "start: 2017-08-01\n"
             "horizon: until_idle\n"
             "interval: 1mo\n"
             "demand: [{jobs: %s, align: to-start}]\n"
             "pools: [{name: cluster, tenure: own, class: a100-80-sxm, %s}]\n"
             "dispatch: {%s}\n",
             csv->path, replay->pool, replay->dispatch);
    run_scenario(&run, yaml, NULL);

    const struct group_result *all = &run.result->groups[0];
    snprintf(mean, sizeof mean, "%.*f", digits, histogram_mean(&all->wait) / 1000);
    cr_expect(strcmp(mean, replay->mean_wait_s) == 0,
              "{%s}, {%s}: mean wait %s s, not %s", replay->pool, replay->dispatch,
              mean, replay->mean_wait_s);
    cr_expect(replay->max_wait_s < 0 || all->wait.max == replay->max_wait_s * 1000,
              "{%s}, {%s}: longest wait %lld ms", replay->pool, replay->dispatch,
              (long long)all->wait.max);
    cr_expect(replay->delayed < 0 || all->delayed == replay->delayed,
              "{%s}, {%s}: %lld jobs delayed", replay->pool, replay->dispatch,
              (long long)all->delayed);
    cr_expect(replay->makespan_s < 0 ||
                  run.result->makespan_ms == replay->makespan_s * 1000,
              "{%s}, {%s}: makespan %lld ms", replay->pool, replay->dispatch,
              (long long)run.result->makespan_ms);
    cr_expect(all->finished == all->arrived, "%lld of %lld jobs finished",
              (long long)all->finished, (long long)all->arrived);
    run_free(&run);
}

Test(replay, philly_waits_as_other_simulators_have_it)
{
    static const struct replay replays[] = {
        {"gpus: 1000", "order: fifo, backfill: none", "18.2677", 7788, 1732, 9408754},
        {"gpus: 800", "order: fifo, backfill: none", "709.5507", 36208, 14367, -1},
        {"gpus: 800", "order: fifo, backfill: easy", "581.6061", -1, 14232, -1},
        {"servers: 100, gpus_per_server: 8",
         "order: fifo, backfill: none, placement: packed", "1146.9771", -1, 17215, -1},
    };
    char path[4096];
    public_trace("philly.csv", path);
    struct scratch_file csv = scratch_new();
    size_t n = import_to(&csv, "philly", path, &everything);
    cr_expect(n == 82247, "%zu jobs", n);
    for (size_t i = 0; i < COUNT(replays); i++)
        check_replay(&csv, &replays[i]);
    unlink(csv.path);
}

Test(replay, one_virtual_cluster_of_philly_waits_as_helios_artifact_has_it)
{
    static const struct replay replays[] = {
        {"servers: 8, gpus_per_server: 8", "order: fifo, placement: packed", "246.21",
         -1, -1, -1},
        {"servers: 8, gpus_per_server: 8", "order: fifo, placement: fungible", "225.11",
         -1, -1, -1},
    };
    struct trace_filter filter = {.from_ms = INT64_C(1506816000000),
                                  .to_ms = INT64_C(1512086400000),
                                  .tenant = "103959"}; /* 2017-10-01 to 11-30 */
    char path[4096];
    public_trace("philly.csv", path);
    struct scratch_file csv = scratch_new();
    size_t n = import_to(&csv, "philly", path, &filter);
    cr_expect(n == 1450, "%zu jobs", n);
    for (size_t i = 0; i < COUNT(replays); i++)
        check_replay(&csv, &replays[i]);
    unlink(csv.path);
}

/* GAIA (ASPLOS'24): jobs run on reserved units if they fit on arrival, else wholly on
 * on-demand ones; reserved units are billed until the last job starts. */
static double gaia_cost_usd(const struct scratch_file *csv, int reserved)
{
    char yaml[2048], lease[256] = "";
    struct run run;
    if (reserved > 0)
        snprintf(lease, sizeof lease,
                 "  - {name: reserved, tenure: lease, class: a100-80-sxm, gpus: %d,\n"
                 "     term: 50y, price: 0.02496 USD/GPU-h}\n",
                 reserved);
    snprintf(yaml, sizeof yaml,
             "start: 2024-01-01\n"
             "horizon: until_idle\n"
             "interval: 1mo\n"
             "billing_until: last_start\n"
             "closing: none\n"
             "demand: [{jobs: %s}]\n"
             "pools:\n"
             "%s"
             "  - {name: rented, tenure: on-demand, class: a100-80-sxm,\n"
             "     price: 0.0624 USD/GPU-h}\n"
             "dispatch: {order: fifo, backfill: skip, wait: none,\n"
             "           same_instant: submit-first}\n",
             csv->path, lease);
    run_scenario(&run, yaml, NULL);
    int64_t total = 0;
    for (size_t p = 0; p < run.result->n_pools; p++) {
        const int64_t *bases = run.result->pools[p].basis_uusd;
        cr_expect(bases[BASIS_CASH] == bases[BASIS_ACCRUAL],
                  "pool %zu: paid %lld, incurred %lld", p, (long long)bases[BASIS_CASH],
                  (long long)bases[BASIS_ACCRUAL]);
        total += bases[BASIS_ACCRUAL];
    }
    run_free(&run);
    return 1e-6 * (double)total;
}

Test(replay, gaia_costs_what_its_authors_simulator_says)
{
    static const struct {
        int reserved;
        double cost_usd, tolerance_usd;
    } cases[] = {
        {0, 199.175860, 5e-7},
        {3, 183.164384, 5e-7},
        {9, 154.397412, 0.0015 * 154.397412}, /* its ties follow an unstable heap */
    };
    char path[4096];
    public_trace("gaia-pai-1k.csv", path);
    struct scratch_file csv = scratch_new();
    size_t n = import_to(&csv, "gaia", path, &everything);
    cr_expect(n == 1000, "%zu jobs", n);
    for (size_t i = 0; i < COUNT(cases); i++) {
        double cost = gaia_cost_usd(&csv, cases[i].reserved);
        cr_expect(fabs(cost - cases[i].cost_usd) <= cases[i].tolerance_usd,
                  "%d reserved: %.6f USD, not %.6f", cases[i].reserved, cost,
                  cases[i].cost_usd);
    }
    unlink(csv.path);
}
