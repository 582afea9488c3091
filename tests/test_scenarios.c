/* The scenarios that are shipped: each runs, its books agree, and what their comments
 * and docs/scenarios.md say of them is what they give. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dirent.h>
#include <math.h>

#include "output/saved_run.h"
#include "result_runs.h"

static struct results results;

static void setup(void)
{
    results_begin(&results);
}

static void teardown(void)
{
    results_end(&results);
}

TestSuite(scenarios, .init = setup, .fini = teardown, .timeout = 900);

static const char *folder(void)
{
    const char *source = getenv("TENURE_SOURCE");
    if (!source)
        cr_skip_test("TENURE_SOURCE does not name the source tree");
    return arena_printf(&results.arena, "%s/models/scenarios", source);
}

static void expect_audited(const char *dir)
{
    char first[1024];
    cr_expect(results_findings(dir, false, first) == 0, "%s: %s", dir, first);
}

#define MOST_SETS 8

/* A way to run a scenario; the sets end with NULL. */
struct variant {
    const char *scenario, *name;
    const char *sets[MOST_SETS];
};

static struct saved_run run(const struct variant *variant)
{
    struct saved_run saved;
    struct error err;
    size_t n = 0;
    while (n < MOST_SETS && variant->sets[n])
        n++;
    const char *path =
        arena_printf(&results.arena, "%s/%s.yaml", folder(), variant->scenario);
    const char *dir = results_run_file(&results, variant->name, path, variant->sets, n);
    expect_audited(dir);
    bool ok = saved_run_open(&saved, dir, &err);
    cr_assert(ok, "%s", err.text);
    return saved;
}

static void expect_value(const char *what, double got, double expected, double within)
{
    cr_expect(fabs(got / expected - 1) <= within, "%s: %.6f, not within %g of %.6f",
              what, got, within, expected);
}

static double total(const struct saved_run *saved, const char *metric)
{
    return saved_run_value(saved, "total", metric);
}

Test(scenarios, each_runs_and_its_books_agree)
{
    struct dirent *entry;
    DIR *dir = opendir(folder());
    cr_assert(dir != NULL, "%s", folder());
    int n = 0;
    while ((entry = readdir(dir))) {
        size_t length = strlen(entry->d_name);
        if (length < 5 || strcmp(entry->d_name + length - 5, ".yaml") != 0)
            continue;
        const char *path =
            arena_printf(&results.arena, "%s/%s", folder(), entry->d_name);
        expect_audited(results_run_file(&results, entry->d_name, path, NULL, 0));
        n++;
    }
    closedir(dir);
    cr_expect(n >= 8, "%d scenarios", n);
}

/* ---- steady-lab: the worked example has 17.7, 18.4, 21.1 and, at 60 % and on demand,
 * 15.9 MUSD a year ---- */

#define LAB_YEARS (1826.0 / 365) /* five years with a 29th of February */

static double crf(double r, double years)
{
    return r / (1 - pow(1 + r, -years));
}

/* The worked example's owned GPU, for one year, at `busy` of the time: annuity on 280
 * kUSD and 22 % less 10 % residual, and what it takes to run it (1.1: with the
 * network).  It charges both at the end of the year: 10,691 and, at 80 %, 6,579 USD. */
static void worked_own(double busy, double *capital_usd, double *running_usd)
{
    double capex = 280e3 * 1.22 / 8, r = 0.10;
    *capital_usd = capex * crf(r, 5) - 280e3 * 0.10 / 8 * r / (pow(1 + r, 5) - 1);
    double kw = (2.0 + busy * (8.4 - 2.0)) * 1.1 / 8;
    *running_usd = 160 * 12 * 10.2 * 1.1 / 8 + kw * 1.3 * 0.085 * 8760 +
                   (0.04 + 0.005) * capex + 260e3 / 256;
}

Test(scenarios, a_steady_lab_owned_comes_to_the_annuity_of_the_worked_example)
{
    static const struct variant own = {"steady-lab", "own", {NULL}};
    struct saved_run saved = run(&own);
    double capital, running, busy = total(&saved, "utilization_frac");
    worked_own(0.8, &capital, &running);
    expect_value("17.7 MUSD a year", 1024 * (capital + running), 17.7e6, 0.003);

    /* Here at the run's own utilization.  The present value of a year-end annuity is
     * that of the capital; running cost is paid at the ends of months: its continuous
     * present value a little less than half a month later. */
    worked_own(busy, &capital, &running);
    double r = 0.10, annuity = 1 / crf(r, 5);
    double monthly = (1 - pow(1 + r, -LAB_YEARS)) / log(1 + r) * pow(1 + r, -1.0 / 24);
    expect_value("npv", total(&saved, "npv_usd"),
                 1024 * (capital * annuity + running * monthly), 0.001);
    /* So the bill of a year, spread over it evenly, is 17.0 MUSD. */
    expect_value("spread",
                 total(&saved, "npv_usd") * log(1 + r) / (1 - pow(1 + r, -LAB_YEARS)),
                 16.97e6, 0.003);
    expect_value("npv as documented", total(&saved, "npv_usd"), 67.5e6, 0.001);
    saved_run_close(&saved);
}

Test(scenarios, a_steady_lab_rented_costs_what_the_worked_example_says)
{
    static const struct variant leases[] = {
        {"steady-lab",
         "lease-3y",
         {"pools.own.gpus=0", "pools.lease-3y.gpus=1024", NULL}},
        {"steady-lab",
         "lease-1y",
         {"pools.own.gpus=0", "pools.lease-1y.gpus=1024", NULL}},
    };
    static const double example[] = {18.4e6, 21.1e6};
    for (size_t i = 0; i < 2; i++) {
        struct saved_run saved = run(&leases[i]);
        expect_value(leases[i].name, total(&saved, "cash_usd") / LAB_YEARS, example[i],
                     0.002);
        saved_run_close(&saved);
    }

    /* By the hour, per hour of work: 15.9 MUSD at 60 % of 1,024; 3 minutes of boot and
     * the rounding to seconds are within 0.3 %. */
    static const struct variant hourly = {
        "steady-lab", "on-demand", {"pools.own.gpus=0", NULL}};
    struct saved_run saved = run(&hourly);
    double usd_per_h = total(&saved, "cash_usd") / total(&saved, "busy_useful_gpu_h");
    expect_value("on-demand", usd_per_h * 0.60 * 1024 * 8760, 15.9e6, 0.005);
    saved_run_close(&saved);
}

/* ---- bought-at-the-peak: 81.3 MUSD bought and 79.6 rented, in July 2024 ---- */

Test(scenarios, bought_at_the_peak_is_a_wash_as_in_the_worked_example)
{
    static const struct variant variants[] = {
        {"bought-at-the-peak", "bought", {NULL}},
        {"bought-at-the-peak",
         "rented",
         {"pools.bought.orders=[]", "pools.rented.gpus=1024", NULL}},
    };
    double npv[2], gave_up[2];
    for (size_t i = 0; i < 2; i++) {
        struct saved_run saved = run(&variants[i]);
        npv[i] = total(&saved, "npv_usd") * pow(1.10, 315.0 / 365);
        gave_up[i] = total(&saved, "jobs_abandoned");
        saved_run_close(&saved);
    }
    /* The example's 81.3 overstates owning by about 3 %, in its own words: a year-end
     * annuity with mid-year discounting.  What is rented differs in that rents are paid
     * by the month, and fall on the 1st of July rather than the 12th. */
    expect_value("bought", npv[0], 81.3e6 / 1.03, 0.01);
    expect_value("rented", npv[1], 79.6e6, 0.005);
    cr_expect(gave_up[0] == gave_up[1] && gave_up[0] > 0, "%g %g", gave_up[0],
              gave_up[1]);

    /* And the lease of 256 at 4.25: 28.6 MUSD, exactly 256 x 1,096 d x 24 h x 4.25. */
    static const struct variant bound = {
        "bought-at-the-peak",
        "take-or-pay",
        {"pools.bought.orders=[]", "pools.take-or-pay.gpus=256", "demand.lab.scale=0.2",
         "horizon=1218d", NULL}};
    struct saved_run saved = run(&bound);
    cr_expect(total(&saved, "cash_usd") == 28618752.0, "%f", total(&saved, "cash_usd"));
    saved_run_close(&saved);
}

/* ---- aging-a100 ---- */

Test(scenarios, in_a_full_hall_half_of_the_old_gpus_give_way)
{
    static const struct variant variants[] = {
        {"aging-a100", "half", {NULL}},
        {"aging-a100", "keep", {"pools.old.changes=[]", "pools.new.changes=[]", NULL}},
        {"aging-a100",
         "all",
         {"pools.old.changes=[{at: 2026-10-01, gpus: -1448}]",
          "pools.new.changes=[{at: 2026-10-01, gpus: +656}]", NULL}},
    };
    static const double npv[] = {58.8e6, 81.5e6, 68.1e6};
    for (size_t i = 0; i < 3; i++) {
        struct saved_run saved = run(&variants[i]);
        expect_value(variants[i].name, total(&saved, "npv_usd"), npv[i], 0.002);
        saved_run_close(&saved);
    }
}

/* ---- data-residency ---- */

Test(scenarios, what_the_rules_of_data_residency_cost)
{
    static const struct variant variants[] = {
        {"data-residency", "rules", {NULL}},
        {"data-residency", "anywhere", {"dispatch.relax=jurisdiction", NULL}},
        {"data-residency", "any-provider", {"dispatch.relax=provider", NULL}},
    };
    double economic[3];
    for (size_t i = 0; i < 3; i++) {
        struct saved_run saved = run(&variants[i]);
        economic[i] = total(&saved, "economic_usd");
        saved_run_close(&saved);
    }
    expect_value("jurisdiction", economic[0] - economic[1], 339e3, 0.01);
    cr_expect(economic[0] >= economic[2], "%f %f", economic[0], economic[2]);
}

/* ---- provider-failure ---- */

Test(scenarios, what_one_provider_costs_when_it_fails)
{
    static const struct variant variants[] = {
        {"provider-failure", "one", {NULL}},
        {"provider-failure", "calm", {"shocks=[]", "outages=[]", NULL}},
        {"provider-failure",
         "two",
         {"pools.lease-a.gpus=384", "pools.lease-b.gpus=384", NULL}},
    };
    static const double economic[] = {34.5e6, 25.6e6, 29.7e6};
    for (size_t i = 0; i < 3; i++) {
        struct saved_run saved = run(&variants[i]);
        expect_value(variants[i].name, total(&saved, "economic_usd"), economic[i],
                     0.005);
        saved_run_close(&saved);
    }
}

/* ---- leaving-own ---- */

/* 128 servers of 340 kUSD: 53.09 MUSD with 22 %, 719 of 1,826 days towards 10 %; and
 * their hall, 128 x 10.2 kW and a tenth for the network at 11.7 MUSD/MW, 719 of 5,478
 * days old. */
Test(scenarios, what_leaving_costs_does_not_depend_on_what_stands_in_the_books)
{
#define STAY                                                                           \
    "pools.own.changes=[]", "pools.new-lease.orders=[]",                               \
        "pools.old-lease.exit=2029-06-30"
    static const struct variant variants[] = {
        {"leaving-own", "leave", {NULL}},
        {"leaving-own", "stay", {STAY, NULL}},
        {"leaving-own", "leave-market", {"pools.own.opening=market", NULL}},
        {"leaving-own", "stay-market", {STAY, "pools.own.opening=market", NULL}},
    };
    double npv[4], opening[4];
    for (size_t i = 0; i < 4; i++) {
        struct saved_run saved = run(&variants[i]);
        npv[i] = total(&saved, "npv_usd");
        opening[i] = total(&saved, "opening_usd");
        saved_run_close(&saved);
    }
    double price = 128 * 340e3 * 1.22, residual = 128 * 340e3 * 0.10;
    double hall = 128 * 0.0102 * 1.1 * 11.7e6;
    expect_value("book", opening[0],
                 price - (price - residual) * 719 / 1826 + hall * (1 - 719.0 / 5478),
                 1e-6);
    expect_value("leaving", npv[0] - npv[1], 23.16e6, 0.01);
    expect_value("the same", npv[0] - npv[1], npv[2] - npv[3], 1e-7);
    expect_value("book less market", npv[0] - npv[2], opening[0] - opening[2], 1e-7);
}

/* ---- startup-on-spot: 1.08, 0.95, 0.88 USD per useful hour ---- */

/* Minutes of an instance for one of work: M e^(R/M) (e^((t+C)/M) - 1) / t, Daly 2006,
 * equation 20; with C = 2 and R = 10. */
static double daly(double mean, double interval)
{
    return mean * exp(10 / mean) * (exp((interval + 2) / mean) - 1) / interval;
}

Test(scenarios, spot_costs_its_price_and_what_is_done_twice)
{
#define ALL_ON_SPOT "pools.spot.limit=1024", "dispatch.prefer=[spot]"
    static const struct variant variants[] = {
        {"startup-on-spot", "2h", {ALL_ON_SPOT, NULL}},
        {"startup-on-spot",
         "4h",
         {ALL_ON_SPOT, "pools.spot.interruption.mean_time=4h",
          "demand.runs.checkpoint_interval=31min", NULL}},
        {"startup-on-spot",
         "10h",
         {ALL_ON_SPOT, "pools.spot.interruption.mean_time=10h",
          "demand.runs.checkpoint_interval=49min", NULL}},
    };
    static const double mean[] = {120, 240, 600}, interval[] = {22, 31, 49};
    static const double example[] = {1.08, 0.95, 0.88};
    for (size_t i = 0; i < 3; i++) {
        struct saved_run saved = run(&variants[i]);
        double usd_per_h =
            total(&saved, "cash_usd") / total(&saved, "busy_useful_gpu_h");
        saved_run_close(&saved);
        expect_value("Daly", usd_per_h, 0.79 * daly(mean[i], interval[i]), 0.006);

        /* The example divides by 1 - overhead where it should multiply by 1 + overhead.
         */
        double overhead = 2 / interval[i] + (interval[i] / 2 + 10) / mean[i];
        expect_value("example", 0.79 / (1 - overhead), example[i], 0.006);
        cr_expect(usd_per_h < example[i] && usd_per_h > 0.94 * example[i], "%f",
                  usd_per_h);
    }
}

/* ---- diurnal-inference: 1,989, 1,509 and 1,205 USD an hour ---- */

Test(scenarios, a_diurnal_service_owns_what_is_wanted_most_of_the_time)
{
    static const struct {
        const char *set;
        double usd_per_h, busy_frac;
    } cases[] = {{"pools.own.gpus=0", 1503.2, 0},
                 {"pools.own.gpus=392", 1182.6, 0.927},
                 {"pools.own.gpus=1014", 1891.3, 0.5045}};
    const double hours = 1826 * 24;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct variant variant = {
            "diurnal-inference", cases[i].set, {cases[i].set, NULL}};
        struct saved_run saved = run(&variant);
        expect_value("USD an hour", total(&saved, "economic_usd") / hours,
                     cases[i].usd_per_h, 0.002);
        expect_value("mean level", total(&saved, "level_demand_gpu_h") / hours, 512,
                     0.005);
        cr_expect(total(&saved, "unserved_gpu_h") == 0);
        if (i > 0)
            expect_value("busy", saved_run_value(&saved, "own", "utilization_frac"),
                         cases[i].busy_frac, 0.002);
        else /* the worked example's 1,509 */
            expect_value("cash", total(&saved, "cash_usd") / hours, 1509, 0.002);
        saved_run_close(&saved);
    }
    /* The worked example's annuity of 1.9615 USD, spread evenly over the year. */
    expect_value("1,014 owned", 1989 / (0.10 / log(1.10)), 1891.3, 0.004);
}
