#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "scenario_files.h"

static const char usual[] =
    "start: 2026-01-01\nhorizon: 30d\ndiscount_rate: 10 %/y\n"
    "demand: [{jobs: jobs.csv}]\n"
    "pools:\n"
    "  - {name: own, tenure: own, class: h100-sxm, gpus: 1024}\n"
    "  - {name: leased, tenure: lease, class: h100-sxm, servers: 32, term: 3y}\n"
    "  - {name: burst, tenure: on-demand, class: h100-sxm}\n";

struct fixture {
    struct folder folder;
    struct scenario scenario;
};

static void fixture_open(struct fixture *fixture, const char *yaml,
                         const char *const sets[], size_t n)
{
    fixture->folder = folder_new();
    folder_traces(&fixture->folder);
    struct error err = {.text = ""};
    bool ok = folder_read(&fixture->folder, &fixture->scenario, yaml, sets, n, &err);
    cr_assert(ok, "%s", err.text);
}

static void fixture_free(struct fixture *fixture)
{
    folder_remove(&fixture->folder);
    scenario_free(&fixture->scenario);
}

static const struct resolved *resolved(const struct scenario *scenario,
                                       const char *path)
{
    const struct resolved *found = NULL;
    for (size_t i = 0; i < scenario->resolved.n; i++) {
        if (strcmp(scenario->resolved.items[i].path, path) != 0)
            continue;
        cr_expect(found == NULL, "%s is resolved twice", path);
        found = &scenario->resolved.items[i];
    }
    return found;
}

static void expect_resolved(const struct scenario *scenario, const char *path,
                            const char *value, const char *origin)
{
    const struct resolved *found = resolved(scenario, path);
    cr_assert(found != NULL, "%s is not resolved", path);
    cr_expect(strcmp(found->value, value) == 0, "%s is %s", path, found->value);
    cr_expect(strstr(found->origin, origin) != NULL, "%s is from %s", path,
              found->origin);
}

Test(scenario, an_owned_h100_costs_what_the_worked_example_says)
{
    /* Per GPU-year: annuity 10,691, colocation 2,693, power 948 at 80 % busy, support
     * 1,708, staff 1,016, insurance 214: 1.97 USD per calendar hour. */
    struct fixture fixture;
    fixture_open(&fixture, usual, NULL, 0);
    const struct pool_spec *pool = &fixture.scenario.pools[0];
    double hours = 8760, nano = 1e-9;
    double recovery = 0.1 / (1 - pow(1.1, -5)), sinking = recovery - 0.1;
    double annuity = (double)pool->capex_uusd_per_gpu * 1e-6 * recovery -
                     (double)pool->residual_uusd_per_gpu * 1e-6 * sinking;
    double colo = (double)pool->colo_rate * nano * hours;
    double power =
        ((double)pool->idle_power_rate + 0.8 * (double)pool->busy_power_rate) * nano *
        hours;
    double support = (double)pool->support_rate * nano * hours;
    double staff = (double)pool->staff_rate * nano * hours;
    double insurance = (double)pool->insurance_rate * nano * hours;
    cr_expect(eq(i64, pool->capex_uusd_per_gpu, 42700000000));
    cr_expect(eq(i64, pool->residual_uusd_per_gpu, 3500000000));
    cr_expect(fabs(annuity - 10691) < 1, "annuity %f", annuity);
    cr_expect(fabs(colo - 2693) < 1, "colocation %f", colo);
    cr_expect(fabs(power - 948) < 1, "power %f", power);
    cr_expect(fabs(support - 1708) < 1, "support %f", support);
    cr_expect(fabs(staff - 1016) < 1, "staff %f", staff);
    cr_expect(fabs(insurance - 214) < 1, "insurance %f", insurance);
    double total = (annuity + colo + power + support + staff + insurance) / hours;
    cr_expect(fabs(total - 1.97) < 0.005, "total %f", total);
    /* 2.0 and 8.4 kW of server, a tenth for the fabric, PUE 1.3, over 8 GPUs. */
    cr_expect(eq(i64, pool->idle_mw, 357500));
    cr_expect(eq(i64, pool->busy_mw, 1144000));
    fixture_free(&fixture);
}

Test(scenario, doubled_prices_double_every_rate)
{
    static const char *const sets[] = {
        "pools.own.server_price=560 kUSD", "pools.own.colo=320 USD/kW-mo",
        "pools.own.tariff=0.17 USD/kWh", "pools.own.fte_cost=520 kUSD/y"};
    struct fixture once;
    fixture_open(&once, usual, NULL, 0);
    struct fixture twice;
    fixture_open(&twice, usual, sets, COUNT(sets));
    const struct pool_spec *a = &once.scenario.pools[0], *b = &twice.scenario.pools[0];
    const int64_t pairs[][2] = {
        {a->capex_uusd_per_gpu, b->capex_uusd_per_gpu},
        {a->residual_uusd_per_gpu, b->residual_uusd_per_gpu},
        {a->colo_rate, b->colo_rate},
        {a->support_rate, b->support_rate},
        {a->staff_rate, b->staff_rate},
        {a->insurance_rate, b->insurance_rate},
        {a->idle_power_rate, b->idle_power_rate},
        {a->busy_power_rate, b->busy_power_rate},
    };
    for (size_t i = 0; i < COUNT(pairs); i++)
        cr_expect(llabs(pairs[i][1] - 2 * pairs[i][0]) <= 1, "rate %zu: %lld, %lld", i,
                  (long long)pairs[i][0], (long long)pairs[i][1]);
    fixture_free(&once);
    fixture_free(&twice);
}

Test(scenario, what_the_file_leaves_out_comes_from_defaults_and_the_catalogue)
{
    static const char *const sets[] = {"pools.own.pue=1.25"};
    struct fixture fixture;
    fixture_open(&fixture, usual, sets, 1);
    const struct scenario *scenario = &fixture.scenario;
    expect_resolved(scenario, "start", "2026-01-01T00:00:00Z", "t.yaml:1:8");
    expect_resolved(scenario, "pools.own.gpus", "1024", "t.yaml:6:");
    expect_resolved(scenario, "pools.own.adder", "22 %", "default");
    expect_resolved(scenario, "pools.own.pue", "1.25", "--set");
    expect_resolved(scenario, "pools.own.server_price", "280000 USD",
                    "catalogue h100-sxm");
    expect_resolved(scenario, "pools.own.opening", "purchase", "default");
    expect_resolved(scenario, "pools.leased.gpus", "256", "derived");
    expect_resolved(scenario, "pools.leased.price", "2.35 USD/GPU-h",
                    "catalogue h100-sxm");
    expect_resolved(scenario, "pools.leased.market_rent", "2.35 USD/GPU-h", "price");
    expect_resolved(scenario, "pools.leased.until", "2029-01-01T00:00:00Z", "derived");
    expect_resolved(scenario, "pools.burst.price", "2.95 USD/GPU-h",
                    "catalogue h100-sxm");
    expect_resolved(scenario, "dispatch.estimate", "actual", "no source has limits");
    cr_expect(eq(str, (char *)scenario->name, (char *)"t"));
    cr_expect(eq(i64, scenario->pools[1].gpus, 256));
    cr_expect(eq(i64, scenario->pools[2].limit_gpus, 1000000));
    fixture_free(&fixture);
}

Test(scenario, a_horizon_and_a_term_end_on_the_anniversary)
{
    static const char *const sets[] = {"start=2027-03-31", "horizon=1y",
                                       "pools.leased.term=11mo",
                                       "pools.leased.from=2027-04-30", "demand=[]"};
    struct fixture fixture;
    fixture_open(&fixture, usual, sets, COUNT(sets));
    /* 2028 is a leap year. */
    cr_expect(eq(i64, fixture.scenario.horizon_ms, 366 * MS_PER_D));
    cr_expect(eq(i64, fixture.scenario.pools[1].from_ms, 30 * MS_PER_D));
    expect_resolved(&fixture.scenario, "pools.leased.until", "2028-03-30T00:00:00Z",
                    "derived");
    fixture_free(&fixture);
}

Test(scenario, a_trace_is_moved_as_align_says)
{
    static const struct {
        const char *trace, *align;
        int64_t shift_ms; /* from the trace's clock to the scenario's */
        int64_t first_ms; /* first submit on the scenario's clock */
    } cases[] = {
        {"jobs.csv", "as-is", 0, 0},
        {"jobs.csv", "to-start", 0, 0},
        {"late.csv", "to-start", 5000, 0},
        {"late.csv", "to-start-weekday", 7 * MS_PER_D, 7 * MS_PER_D - 5000},
        {"dated.csv", "to-start", -1767222000000, 0},
        /* 2025-12-31T23:00 is an hour before the start: six days and 23 hours later it
         * is Wednesday again. */
        {"dated.csv", "to-start-weekday", -1767225600000 + 7 * MS_PER_D,
         7 * MS_PER_D - MS_PER_H},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char jobs[64], align[64];
        snprintf(jobs, sizeof jobs, "demand.0.jobs=%s", cases[i].trace);
        snprintf(align, sizeof align, "demand.0.align=%s", cases[i].align);
        const char *const sets[] = {jobs, align};
        struct fixture fixture;
        fixture_open(&fixture, usual, sets, 2);
        const struct demand_spec *demand = &fixture.scenario.demand[0];
        cr_expect(demand->shift_ms == cases[i].shift_ms, "case %zu: shift %lld", i,
                  (long long)demand->shift_ms);
        int64_t first_ms = demand->trace->jobs[0].submit_ms + demand->shift_ms;
        cr_expect(first_ms == cases[i].first_ms, "case %zu: first %lld", i,
                  (long long)first_ms);
        fixture_free(&fixture);
    }
}

Test(scenario, a_trace_repeats_after_whole_days_or_weeks)
{
    static const struct {
        const char *trace, *align;
        int64_t period_d;
        const char *warning; /* of days on which nothing comes */
    } cases[] = {
        {"short.csv", "as-is", 2, NULL},
        {"short.csv", "to-start-weekday", 7,
         "demand.0: short.csv is repeated every 7 days, but its submits span 1.0; cut "
         "it to whole weeks (or days) by `tenure trace slice`, or nothing comes in "
         "between"},
        {"jobs.csv", "as-is", 35,
         "demand.0: jobs.csv is repeated every 35 days, but its submits span 29.0; cut "
         "it to whole weeks (or days) by `tenure trace slice`, or nothing comes in "
         "between"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char jobs[64], align[64];
        snprintf(jobs, sizeof jobs, "demand.0.jobs=%s", cases[i].trace);
        snprintf(align, sizeof align, "demand.0.align=%s", cases[i].align);
        const char *const sets[] = {jobs, align, "demand.0.after_end=repeat",
                                    "horizon=2y"};
        struct fixture fixture;
        fixture_open(&fixture, usual, sets, 4);
        const struct scenario *scenario = &fixture.scenario;
        cr_expect(eq(i64, scenario->demand[0].period_ms, cases[i].period_d * MS_PER_D));
        cr_expect(eq(sz, scenario->n_warnings, (size_t)(cases[i].warning != NULL)));
        if (cases[i].warning && scenario->n_warnings == 1)
            cr_expect(eq(str, (char *)scenario->warnings[0], (char *)cases[i].warning));
        fixture_free(&fixture);
    }
}

Test(scenario, two_sources_may_read_one_file_which_is_parsed_once)
{
    static const char *const sets[] = {
        "demand=[{jobs: jobs.csv, name: a}, {jobs: jobs.csv, name: b, scale: 2}]"};
    struct fixture fixture;
    fixture_open(&fixture, usual, sets, 1);
    const struct scenario *scenario = &fixture.scenario;
    cr_expect(eq(sz, scenario->n_demand, 2));
    cr_expect(
        eq(ptr, (void *)scenario->demand[0].trace, (void *)scenario->demand[1].trace));
    cr_expect(eq(dbl, scenario->demand[1].scale, 2));
    cr_expect(eq(sz, scenario->n_inputs, 3)); /* scenario, catalogue, trace */
    for (size_t i = 0; i < scenario->n_inputs; i++)
        cr_expect(strlen(scenario->inputs[i].digest) == 64, "%s",
                  scenario->inputs[i].path);
    cr_expect(eq(str, (char *)scenario->inputs[2].path, (char *)"jobs.csv"));
    fixture_free(&fixture);
}

Test(scenario, preferences_name_pools_by_workload_and_the_rest_comes_last)
{
    static const char *const sets[] = {
        "dispatch.prefer={inference: [burst, own], training: own}"};
    struct fixture fixture;
    fixture_open(&fixture, usual, sets, 1);
    const struct dispatch_spec *dispatch = &fixture.scenario.dispatch;
    cr_assert(eq(sz, dispatch->n_prefer, 3));
    const struct preference *prefer = dispatch->prefer;
    cr_expect(eq(str, (char *)prefer[0].workload, (char *)"inference"));
    cr_assert(eq(sz, prefer[0].n, 2));
    cr_expect(prefer[0].pools[0] == 2 && prefer[0].pools[1] == 0, "order as written");
    cr_expect(eq(sz, prefer[1].n, 1));
    cr_expect(prefer[2].workload == NULL, "the rest comes last");
    cr_expect(eq(sz, prefer[2].n, 3));
    fixture_free(&fixture);
}

Test(scenario, a_preference_for_a_workload_that_no_job_has_is_warned_of)
{
    static const struct {
        const char *demand;
        size_t warnings;
    } cases[] = {
        {"demand=[{jobs: jobs.csv, after_end: stop, workload: chat}]", 1},
        {"demand=[{jobs: jobs.csv, after_end: stop, workload: chat}, {model: poisson, "
         "workload: training}]",
         0},
    };
    for (size_t i = 0; i < 2; i++) {
        const char *const sets[] = {
            cases[i].demand, "dispatch.prefer={chat: [own], training: [leased]}"};
        struct fixture fixture;
        fixture_open(&fixture, usual, sets, 2);
        const struct scenario *scenario = &fixture.scenario;
        cr_assert(eq(sz, scenario->n_warnings, cases[i].warnings));
        if (cases[i].warnings > 0)
            cr_expect(eq(str, (char *)scenario->warnings[0],
                         (char *)"dispatch.prefer names the workload 'training', which "
                                 "no job has"));
        fixture_free(&fixture);
    }
}

Test(scenario, without_a_list_fixed_pools_are_preferred_to_elastic_ones)
{
    static const char *const sets[] = {
        "pools=[{name: burst, tenure: on-demand, class: h100-sxm}, "
        "{name: own, tenure: own, class: h100-sxm, gpus: 8}]"};
    struct fixture fixture;
    fixture_open(&fixture, usual, sets, 1);
    const struct preference *prefer = fixture.scenario.dispatch.prefer;
    cr_assert(eq(sz, prefer[0].n, 2));
    cr_expect(prefer[0].pools[0] == 1 && prefer[0].pools[1] == 0, "own, then burst");
    fixture_free(&fixture);
}

Test(scenario, estimates_are_limits_where_a_source_has_them)
{
    static const struct {
        const char *jobs, *estimate;
        enum estimate expected;
        size_t warnings; /* with EASY */
    } cases[] = {
        {"demand.0.jobs=jobs.csv", "seed=1", ESTIMATE_ACTUAL, 1},
        {"demand.0.jobs=limit.csv", "seed=1", ESTIMATE_LIMIT, 0},
        {"demand.0.jobs=limit.csv", "dispatch.estimate=actual", ESTIMATE_ACTUAL, 1},
        {"demand.0.jobs=jobs.csv", "dispatch.estimate=limit", ESTIMATE_LIMIT, 2},
        {"demand=[{model: poisson, limit_ratio: 2}]", "seed=1", ESTIMATE_LIMIT, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *const sets[] = {cases[i].jobs, cases[i].estimate,
                                    "dispatch.backfill=easy"};
        struct fixture fixture;
        fixture_open(&fixture, usual, sets, 3);
        cr_expect(fixture.scenario.dispatch.estimate == cases[i].expected, "case %zu",
                  i);
        cr_expect(fixture.scenario.n_warnings == cases[i].warnings, "case %zu: %zu", i,
                  fixture.scenario.n_warnings);
        fixture_free(&fixture);
    }
}

Test(scenario, a_wait_map_without_policy_is_the_threshold)
{
    static const char *const sets[] = {"dispatch.wait={after: 30min}"};
    struct fixture fixture;
    fixture_open(&fixture, usual, sets, 1);
    cr_expect(
        eq(str, (char *)fixture.scenario.dispatch.wait->name, (char *)"threshold"));
    expect_resolved(&fixture.scenario, "dispatch.wait.after", "30min", "--set");
    fixture_free(&fixture);
}

/* The third and the fourth put what is rented first, and then make jobs wait. */
Test(scenario, jobs_may_wait_by_workload)
{
    static const struct {
        const char *wait, *prefer, *batch, *others, *warning;
    } cases[] = {
        {"dispatch.wait={batch: none, default: {after: 30min}}",
         "dispatch.prefer={batch: [burst, own]}", "none", "threshold", NULL},
        {"dispatch.wait={batch: forever, default: none}",
         "dispatch.prefer=[burst, own]", "forever", "none", NULL},
        {"dispatch.wait={after: 30min}", "dispatch.prefer={batch: [burst, own]}",
         "threshold", "threshold",
         "dispatch.prefer: burst stands before fixed pools for batch jobs, but is "
         "elastic: it stays closed to a job until `wait` (here threshold) is over, "
         "even "
         "first in the list; let such jobs go there at once by `wait: {batch: none, "
         "default: ...}`"},
        {"dispatch.wait=forever", "dispatch.prefer=[burst, own]", "forever", "forever",
         "dispatch.prefer: burst stands before fixed pools for all other jobs, but is "
         "elastic: it stays closed to a job until `wait` (here forever) is over, even "
         "first in the list; let such jobs go there at once by `wait: {default: "
         "none}`"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *const sets[] = {
            cases[i].wait, cases[i].prefer, "dispatch.backfill=none",
            "demand.0.workload=batch",
            "pools=[{name: own, tenure: own, class: h100-sxm, gpus: 8}, {name: burst, "
            "tenure: on-demand, class: h100-sxm}]"};
        struct fixture fixture;
        fixture_open(&fixture, usual, sets, COUNT(sets));
        const struct scenario *scenario = &fixture.scenario;
        struct wait_rule rule = dispatch_wait_of(&scenario->dispatch, "batch");
        cr_expect(eq(str, (char *)rule.model->name, (char *)cases[i].batch));
        rule = dispatch_wait_of(&scenario->dispatch, NULL);
        cr_expect(eq(str, (char *)rule.model->name, (char *)cases[i].others));
        cr_expect(eq(sz, scenario->n_warnings, (size_t)(cases[i].warning != NULL)));
        if (cases[i].warning && scenario->n_warnings == 1)
            cr_expect(eq(str, (char *)scenario->warnings[0], (char *)cases[i].warning));
        fixture_free(&fixture);
    }
}

Test(scenario, a_catalogue_file_replaces_figures_and_adds_classes)
{
    struct folder folder = folder_new();
    folder_traces(&folder);
    folder_write(
        &folder, "more.yaml",
        "h100-sxm:\n"
        "  server_price: {value: 301.5 kUSD, source: our quote, date: 2026-09, "
        "mark: quoted}\n");
    static const char *const sets[] = {"catalog=more.yaml"};
    struct scenario scenario;
    struct error err = {.text = ""};
    bool ok = folder_read(&folder, &scenario, usual, sets, 1, &err);
    cr_assert(ok, "%s", err.text);
    cr_expect(eq(i64, scenario.pools[0].server_price_uusd, 301500000000));
    cr_expect(eq(str, (char *)scenario.inputs[2].path, (char *)"more.yaml"));
    scenario_free(&scenario);
    folder_remove(&folder);
}

Test(scenario, changes_and_age_are_put_on_the_clock_of_the_scenario)
{
    static const char *const sets[] = {
        "pools.own.changes=[{at: 2026-01-11, gpus: +128, server_price: 250 kUSD}, {at: "
        "2026-01-21, gpus: -1152}]",
        "pools.own.in_service=2025-01-01"};
    struct fixture fixture;
    fixture_open(&fixture, usual, sets, COUNT(sets));
    const struct pool_spec *pool = &fixture.scenario.pools[0];
    cr_assert(eq(sz, pool->n_changes, 2));
    cr_expect(eq(i64, pool->changes[0].at_ms, 10 * MS_PER_D));
    cr_expect(eq(i64, pool->changes[0].server_price_uusd, 250000000000));
    cr_expect(eq(i64, pool->changes[1].gpus, -1152));
    cr_expect(eq(i64, pool->in_service_ms, -365 * MS_PER_D));
    cr_expect(pool->opening == OPENING_BOOK, "a used lot comes in at book");
    fixture_free(&fixture);
}

Test(scenario, empty_demand_is_a_scenario)
{
    static const char *const sets[] = {"demand=[]"};
    struct fixture fixture;
    fixture_open(&fixture, usual, sets, 1);
    cr_expect(eq(sz, fixture.scenario.n_demand, 0));
    fixture_free(&fixture);
}

Test(scenario, every_key_of_the_reference_is_documented)
{
    for (const struct param_section *section = scenario_sections; section->title;
         section++) {
        cr_expect(strlen(section->summary) > 0, "%s", section->title);
        for (const struct param *param = section->params; param->name; param++) {
            cr_expect(strlen(param->help) > 0, "%s.%s", section->title, param->name);
            size_t end = strlen(param->help);
            cr_expect(param->help[end - 1] != '.', "%s.%s ends in a full stop",
                      section->title, param->name);
            if (section->who)
                cr_expect(section->who(param) != NULL, "%s.%s", section->title,
                          param->name);
        }
    }
}
