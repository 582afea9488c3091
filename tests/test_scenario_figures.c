/* The figures of README.md, docs/guide.md and docs/scenarios.md are what the scenarios
 * give; those that a worked example stands behind are in test_scenarios.c. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "output/saved_run.h"
#include "result_runs.h"

#define MOST_SETS 6

#define ECONOMIC  "economic_usd"
#define HOUR      "economic_usd_per_useful_gpu_h"
#define LEVELISED "levelised_usd_per_useful_gpu_h"
#define NPV       "npv_usd"
#define WAIT      "wait_mean_s"

#define MUSD    1e6
#define MINUTES 60.0
#define HOURS   3600.0

/* What a run says, as the documents write it: `last` is one of its last digit. */
struct figure {
    const char *metric;
    double unit, said, last;
};

static const struct {
    const char *scenario;
    const char *sets[MOST_SETS];
    struct figure figures[5];
} cases[] = {
    {"own-or-lease",
     {NULL},
     {{ECONOMIC, MUSD, 24.7, 0.1},
      {HOUR, 1, 2.88, 0.01},
      {"idle_usd", MUSD, 6.4, 0.1},
      {LEVELISED, 1, 4.50, 0.01},
      {WAIT, MINUTES, 45, 1}}},
    {"own-or-lease",
     {"pools.own.gpus=512"},
     {{LEVELISED, 1, 3.25, 0.01}, {WAIT, HOURS, 4.2, 0.1}}},
    {"own-or-lease", {"closing=book"}, {{LEVELISED, 1, 2.89, 0.01}}},
    {"all-leased", {NULL}, {{LEVELISED, 1, 3.03, 0.01}}},
    {"all-leased", {"closing=book"}, {{LEVELISED, 1, 3.03, 0.01}}},
#define RENTED "pools.own.gpus=0"
#define MORE                                                                           \
    "demand.inference.scale=1.3333", "demand.fine-tuning.scale=1.3333",                \
        "demand.training.scale=1.3333"
    {"steady-lab", {RENTED, "pools.lease-3y.gpus=1024"}, {{NPV, MUSD, 72.9, 0.1}}},
    {"steady-lab", {RENTED, "pools.lease-1y.gpus=1024"}, {{NPV, MUSD, 83.5, 0.1}}},
    {"steady-lab", {RENTED}, {{NPV, MUSD, 63.4, 0.1}}},
    {"steady-lab", {MORE}, {{NPV, MUSD, 68.2, 0.1}, {WAIT, HOURS, 12, 1}}},
    {"steady-lab", {RENTED, MORE}, {{NPV, MUSD, 83.9, 0.1}}},
    {"bought-at-the-peak",
     {NULL},
     {{NPV, MUSD, 73.2, 0.1},
      {"jobs_abandoned", 1, 32031, 1},
      {"jobs_arrived", 1, 229169, 1}}},
    {"bought-at-the-peak",
     {"pools.bought.orders=[]", "pools.rented.gpus=1024"},
     {{NPV, MUSD, 73.1, 0.1}}},
    {"bought-at-the-peak",
     {"pools.bought.orders=[]", "pools.rented.gpus=1024",
      "markets.contracts.price.points={2023-09-01: 4.25 USD/GPU-h, "
      "2024-07-01: 2.75 USD/GPU-h, 2025-07-01: 1.70 USD/GPU-h}"},
     {{NPV, MUSD, 63.9, 0.1}}},
    {"aging-a100", {NULL}, {{WAIT, HOURS, 2.3, 0.1}}},
    {"aging-a100",
     {"pools.old.changes=[]", "pools.new.changes=[]"},
     {{WAIT, HOURS, 7.7, 0.1}}},
    {"aging-a100",
     {"pools.old.changes=[{at: 2026-10-01, gpus: -1448}]",
      "pools.new.changes=[{at: 2026-10-01, gpus: +656}]"},
     {{WAIT, MINUTES, 33, 1}}},
    {"data-residency", {NULL}, {{ECONOMIC, 1e3, 9655, 1}}},
    {"data-residency", {"dispatch.relax=provider"}, {{ECONOMIC, 1e3, 9654, 1}}},
    {"data-residency", {"pools.home.gpus=192"}, {{ECONOMIC, MUSD, 11.50, 0.01}}},
    {"data-residency",
     {"pools.home.gpus=192", "dispatch.relax=jurisdiction"},
     {{ECONOMIC, MUSD, 11.50 - 1.91, 0.01}}},
    {"leaving-own", {NULL}, {{NPV, MUSD, 80.3, 0.1}}},
    {"leaving-own",
     {"pools.own.changes=[]", "pools.new-lease.orders=[]",
      "pools.old-lease.exit=2029-06-30"},
     {{NPV, MUSD, 57.2, 0.1}}},
#define CALM "shocks=[]", "outages=[]"
#define TWO  "pools.lease-a.gpus=384", "pools.lease-b.gpus=384"
    {"provider-failure", {NULL}, {{WAIT, HOURS, 2.2, 0.1}}},
    {"provider-failure", {CALM}, {{WAIT, MINUTES, 17, 1}}},
    {"provider-failure", {TWO}, {{WAIT, MINUTES, 48, 1}}},
    {"provider-failure", {TWO, CALM}, {{ECONOMIC, MUSD, 26.2, 0.1}}},
#define EVERY(minutes) "demand.runs.checkpoint_interval=" minutes
#define TAKEN(time)    "pools.spot.interruption.mean_time=" time
#define USED           "dispatch.prefer=[used]", "pools.used.gpus=64", EVERY("8h")
#define THIRD_MORE     "demand.runs.model.rate=20/d"
    {"startup-on-spot", {NULL}, {{HOUR, 1, 1.11, 0.01}}},
    {"startup-on-spot", {TAKEN("4h"), EVERY("31min")}, {{HOUR, 1, 1.00, 0.01}}},
    {"startup-on-spot", {TAKEN("10h"), EVERY("49min")}, {{HOUR, 1, 0.92, 0.01}}},
    {"startup-on-spot", {"pools.spot.notice=120s"}, {{HOUR, 1, 1.11 - 0.09, 0.01}}},
    {"startup-on-spot",
     {"dispatch.prefer=[on-demand]", EVERY("8h")},
     {{HOUR, 1, 1.39, 0.01}}},
    {"startup-on-spot", {USED}, {{HOUR, 1, 1.41, 0.01}}},
    {"startup-on-spot", {THIRD_MORE}, {{HOUR, 1, 1.17, 0.01}}},
    {"startup-on-spot",
     {TAKEN("10h"), EVERY("49min"), THIRD_MORE},
     {{HOUR, 1, 0.98, 0.01}}},
    {"startup-on-spot",
     {"dispatch.prefer=[on-demand]", EVERY("8h"), THIRD_MORE},
     {{HOUR, 1, 1.39, 0.01}}},
    {"startup-on-spot", {USED, THIRD_MORE}, {{HOUR, 1, 1.06, 0.01}}},
};

static struct results results;

static void begin(void)
{
    results_begin(&results);
}

static void end(void)
{
    results_end(&results);
}

TestSuite(scenario_figures, .init = begin, .fini = end, .timeout = 280);

static const char *source(void)
{
    const char *folder = getenv("TENURE_SOURCE");
    if (!folder)
        cr_skip_test("TENURE_SOURCE does not name the source tree");
    return folder;
}

/* To half of the last digit, and a tenth of it for another libm. */
static void expect_figures(const struct saved_run *run, size_t i)
{
    for (const struct figure *figure = cases[i].figures; figure->metric; figure++) {
        double got = saved_run_value(run, "total", figure->metric) / figure->unit;
        cr_expect(fabs(got - figure->said) <= 0.6 * figure->last,
                  "case %zu, %s: %s is %.6f, not %g", i, cases[i].scenario,
                  figure->metric, got, figure->said);
    }
}

Test(scenario_figures, are_what_the_documents_say)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct saved_run run;
        struct error err;
        size_t n = 0;
        while (n < MOST_SETS && cases[i].sets[n])
            n++;
        const char *path = arena_printf(&results.arena, "%s/models/scenarios/%s.yaml",
                                        source(), cases[i].scenario);
        const char *dir =
            results_run_file(&results, arena_printf(&results.arena, "out-%zu", i), path,
                             cases[i].sets, n);
        bool ok = saved_run_open(&run, dir, &err);
        cr_assert(ok, "%s", err.text);
        expect_figures(&run, i);
        saved_run_close(&run);
        cr_assert(eq(int, system(arena_printf(&results.arena, "rm -r '%s'", dir)), 0));
    }
}
