/* Two results side by side. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "output/compare.h"
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

TestSuite(compare, .init = setup, .fini = teardown);

static const char four_jobs[] = "submit,duration_s,gpus\n"
                                "0,1000,4\n100,1000,4\n200,1000,4\n300,1000,4\n";

static const char plain[] =
    "name: plain\nstart: 2026-01-20\nhorizon: 2d\n"
    "demand:\n  - {jobs: jobs.csv, after_end: stop}\n"
    "pools:\n  - {name: own, tenure: own, class: h100-sxm, gpus: 8}\n"
    "dispatch: {placement: fungible}\n";

static void open_runs(struct saved_run runs[2], const char *a, const char *b)
{
    struct error err;
    bool ok = saved_run_open(&runs[0], a, &err) && saved_run_open(&runs[1], b, &err);
    cr_assert(ok, "%s", err.text);
}

static struct compare compare(struct saved_run runs[2], const char *a, const char *b)
{
    struct compare compared;
    struct error err;
    open_runs(runs, a, b);
    bool ok = compare_make(&compared, runs, &err);
    cr_assert(ok, "%s", err.text);
    return compared;
}

static void end(struct compare *compared, struct saved_run runs[2])
{
    compare_free(compared);
    saved_run_close(&runs[0]);
    saved_run_close(&runs[1]);
}

static bool says(const char *const *texts, const char *part)
{
    for (; *texts; texts++)
        if (strstr(*texts, part))
            return true;
    return false;
}

static char *slurp(const char *path)
{
    char *text = arena_alloc(&results.arena, 1 << 20);
    FILE *file = fopen(path, "r");
    cr_assert(file != NULL, "%s", path);
    text[fread(text, 1, (1 << 20) - 1, file)] = '\0';
    fclose(file);
    return text;
}

/* Each job takes 4 GPUs for 1,000 s.  With 8 GPUs they start at 0, 100, 1,000 and 1,100
 * and wait 0, 0, 800 and 800 s; with 4 at 0, 1,000, 2,000 and 3,000: 0, 900, 1,800 and
 * 2,700 s.  Differences 0, 900, 1,000 and 1,900, mean 950.  In a batch each:
 * sqrt((950^2 + 50^2 + 50^2 + 950^2) 4 / 3) / 4 = 388.373. */
Test(compare, waits_are_paired_job_by_job)
{
    static const char *const sets[] = {"pools.own.gpus=4"};
    struct saved_run runs[2];
    results_write(&results, "jobs.csv", four_jobs);
    struct compare compared = compare(runs, results_run(&results, "a", plain, NULL, 0),
                                      results_run(&results, "b", plain, sets, 1));
    const struct compare_pairs *pairs = &compared.pairs;
    cr_expect(pairs->same_demand);
    cr_expect(eq(i64, pairs->n, 4));
    cr_expect(eq(i64, pairs->longer, 3));
    cr_expect(eq(i64, pairs->shorter, 0));
    cr_expect(epsilon_eq(dbl, pairs->mean_s, 950, 1e-9));
    cr_expect(epsilon_eq(dbl, pairs->error_s, 388.373, 1e-3));
    cr_expect(eq(i64, pairs->min_ms, 0));
    cr_expect(eq(i64, pairs->p5_ms, 0));
    cr_expect(eq(i64, pairs->p50_ms, 900000));
    cr_expect(eq(i64, pairs->p95_ms, 1900000));
    cr_expect(eq(i64, pairs->max_ms, 1900000));

    cr_expect(eq(sz, compared.n_inputs, 1));
    cr_expect(
        eq(str, (char *)(uintptr_t)compared.inputs[0].name, (char *)"pools.own.gpus"));
    cr_expect(eq(str, (char *)(uintptr_t)compared.inputs[0].value[1], (char *)"4"));
    cr_expect(not(compared.same_service));
    /* Means 400 and 1,350 s, 95th percentiles 800 and 2,700 s. */
    cr_expect(
        says(compared.sentences,
             "Service differs: B lets 1 more jobs wait, the mean wait is 15.8 min "
             "longer (22.5 min against 6.7 min), the 95th percentile 31.7 min "
             "longer (45.0 min against 13.3 min)."),
        "%s", compared.sentences[0]);
    cr_expect(
        says(compared.sentences,
             "Job by job: of 4 jobs 3 (75.0 %) wait longer in B and 0 shorter; on "
             "average a job waits 15.8 min longer (standard error 6.5 min)."));
    cr_expect(says(compared.sentences, "Money alone does not rank the two"));
    end(&compared, runs);
}

/* The same jobs twice under one id are told apart by nothing, and are paired all the
 * same; a demand of other jobs is not. */
Test(compare, other_demand_is_not_paired)
{
    static const char *const sets[] = {"demand.0.jobs=other.csv"};
    struct saved_run runs[2];
    results_write(&results, "jobs.csv",
                  "id,submit,duration_s,gpus\nx,0,1000,4\nx,0,1000,4\ny,5,10,2\n");
    results_write(&results, "other.csv",
                  "id,submit,duration_s,gpus\nx,0,1000,4\nx,0,1000,4\nx,0,1000,4\n");
    const char *a = results_run(&results, "a", plain, NULL, 0);
    struct compare compared = compare(runs, a, a);
    cr_expect(eq(i64, compared.pairs.n, 3));
    end(&compared, runs);

    compared = compare(runs, a, results_run(&results, "b", plain, sets, 1));
    cr_expect(not(compared.pairs.same_demand));
    cr_expect(eq(i64, compared.pairs.only[0], 1));
    cr_expect(eq(i64, compared.pairs.only[1], 1));
    cr_expect(says(compared.warnings,
                   "The demand is not the same: 1 jobs are in A alone "
                   "and 1 in B alone, so waits are not paired."));
    cr_expect(
        eq(sz, compared.n_inputs, 3)); /* the parameter, and a file on each side */
    end(&compared, runs);
}

Test(compare, other_periods_seeds_and_files_are_said)
{
    static const char *const sets[] = {"horizon=3d", "seed=8"};
    struct saved_run runs[2];
    results_write(&results, "jobs.csv", four_jobs);
    struct compare compared = compare(runs, results_run(&results, "a", plain, NULL, 0),
                                      results_run(&results, "b", plain, sets, 2));
    cr_expect(says(compared.warnings,
                   "The periods differ (2026-01-20 to 2026-01-22, and 2026-01-20 to "
                   "2026-01-23): compare rates and unit costs, not sums."));
    cr_expect(says(compared.warnings, "Seed or replication differ"));
    end(&compared, runs);
}

/* Runs by hand: what manifests and summaries may say. */

struct line {
    const char *metric, *unit;
    int64_t a, b;
    int digits;
};

static void fake_run(struct saved_run *run, const struct line *lines, size_t n,
                     int side, const struct saved_text *params, size_t n_params)
{
    *run = (struct saved_run){.dir = side ? "b" : "a",
                              .name = "",
                              .version = "0.1.0",
                              .fingerprint = "f",
                              .params = (struct saved_text *)(uintptr_t)params,
                              .n_params = n_params};
    run->metric_keys.arena = &run->arena;
    run->metrics = ARENA_ARRAY(&run->arena, n + 1, struct saved_metric);
    for (size_t i = 0; i < n; i++) {
        const char *key = arena_printf(&run->arena, "total\n%s", lines[i].metric);
        (void)names_add(&run->metric_keys, key, strlen(key));
        run->metrics[i] = (struct saved_metric){"total",
                                                lines[i].metric,
                                                lines[i].unit,
                                                "",
                                                side ? lines[i].b : lines[i].a,
                                                lines[i].digits};
    }
}

static void fake(struct compare *compared, struct saved_run runs[2],
                 const struct line *lines, size_t n, const struct saved_text *a,
                 const struct saved_text *b)
{
    fake_run(&runs[0], lines, n, 0, a, a ? 1 : 0);
    fake_run(&runs[1], lines, n, 1, b, b ? 1 : 0);
    *compared = (struct compare){.runs = {&runs[0], &runs[1]}};
    compared->pairs.same_demand = true;
    compare_find_inputs(compared);
    compare_say(compared);
}

Test(compare, service_is_the_same_up_to_its_thresholds)
{
    /* 20,000 jobs: a thousandth is 20; of 60,000 s a twentieth is 3,000. */
    static const struct {
        const char *metric;
        int64_t a, b;
        bool same;
    } cases[] = {
        {"jobs_refused", 5, 25, true},        {"jobs_refused", 5, 26, false},
        {"jobs_abandoned", 26, 5, false},     {"jobs_waiting", 25, 5, true},
        {"jobs_missed", 0, 21, false},        {"wait_mean_s", 60000, 57000, true},
        {"wait_mean_s", 60000, 56999, false}, {"wait_mean_s", 10, 70, true},
        {"wait_p95_s", 10, 71, false},        {"work_h", 1000, 990, true},
        {"work_h", 989, 1000, false},         {"jobs_arrived", 20000, 20021, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool given = strcmp(cases[i].metric, "jobs_arrived") == 0;
        const struct line lines[] = {
            {cases[i].metric, "1", cases[i].a, cases[i].b, 0},
            {given ? "jobs_running" : "jobs_arrived", "1", 20000, 20000, 0}};
        struct saved_run runs[2];
        struct compare compared;
        fake(&compared, runs, lines, 2, NULL, NULL);
        cr_expect(compared.same_service == cases[i].same, "%s: %lld and %lld",
                  cases[i].metric, (long long)cases[i].a, (long long)cases[i].b);
        end(&compared, runs);
    }
}

Test(compare, the_cost_of_compliance_is_what_the_constraint_alone_costs)
{
    static const struct line lines[] = {
        {"economic_usd", "USD", 5750000000, 5000000000, 3},
        {"npv_usd", "USD", 7250000000, 6400000000, 3},
        {"jobs_arrived", "1", 20000, 20000, 0},
    };
    static const struct saved_text none = {"dispatch.relax", "[]"},
                                   one = {"dispatch.relax", "[isolation]"},
                                   two = {"dispatch.relax",
                                          "[isolation, jurisdiction]"},
                                   other = {"dispatch.relax", "[provider]"},
                                   seed = {"dispatch.order", "sjf"};
    struct saved_run runs[2];
    struct compare compared;
    fake(&compared, runs, lines, 3, &one, &two);
    cr_expect(
        says(compared.sentences,
             "Cost of compliance (jurisdiction): 750k USD of economic cost, and "
             "850k USD of net present cost; what A, which keeps it, costs more than "
             "B, which relaxes it and else is the same (+15.0 %)."));
    end(&compared, runs);

    fake(&compared, runs, lines, 3, &two, &none);
    cr_expect(eq(str, (char *)(uintptr_t)compared.relaxed,
                 (char *)"isolation, jurisdiction"));
    cr_expect(eq(int, compared.constrained, 1));
    cr_expect(says(compared.sentences, "(isolation, jurisdiction): -750k USD"));
    end(&compared, runs);

    fake(&compared, runs, lines, 3, NULL, &two);
    cr_expect(eq(int, compared.constrained, 0));
    end(&compared, runs);

    static const struct saved_text *const no[][2] = {
        {&one, &one}, {&two, &other}, {&one, &seed}, {NULL, &none}};
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
        fake(&compared, runs, lines, 3, no[i][0], no[i][1]);
        cr_expect(compared.relaxed == NULL, "case %zu", i);
        end(&compared, runs);
    }
}

/* 6 GPUs for 1.5 h and 3 for 50 min are 11.5 GPU-h, at 3.617 USD in the country and at
 * 2.385 abroad: 41.5955 and 27.4275 USD, 14.168 apart. */
Test(compare, the_cost_of_compliance_of_two_runs_is_what_they_paid_more)
{
    static const char text[] =
        "start: 2026-01-01\nhorizon: 1d\n"
        "demand: [{jobs: jobs.csv, after_end: stop, jurisdiction: [DE]}]\n"
        "pools:\n"
        "  - {name: abroad, tenure: on-demand, class: h100-sxm, limit: 64, "
        "price: 2.385 USD/GPU-h, jurisdiction: US, boot: 0s}\n"
        "  - {name: home, tenure: on-demand, class: h100-sxm, limit: 64, "
        "price: 3.617 USD/GPU-h, jurisdiction: DE, boot: 0s}\n";
    static const char *const relax[] = {"dispatch.relax=jurisdiction"};
    struct saved_run runs[2];
    struct error err;
    results_write(&results, "jobs.csv",
                  "submit,duration_s,gpus\n0,5400,6\n60,3000,3\n");
    struct compare compared = compare(runs, results_run(&results, "a", text, NULL, 0),
                                      results_run(&results, "b", text, relax, 1));
    cr_expect(says(compared.sentences,
                   "Cost of compliance (jurisdiction): 14.2 USD of economic cost, and "
                   "14.2 USD of net present cost; what A, which keeps it, costs more "
                   "than B, which relaxes it and else is the same (+51.7 %)."));
    const char *path = results_path(&results, "out.csv");
    bool ok = compare_write_csv(&compared, path, &err);
    cr_assert(ok, "%s", err.text);
    cr_expect(strstr(slurp(path), "\ntotal,economic_usd,USD,41.595500,27.427500,"
                                  "-14.168000,") != NULL);
    end(&compared, runs);
}

Test(compare, a_run_that_is_better_and_cheaper_is_said_to_be)
{
    static const struct line lines[] = {
        {"economic_usd", "USD", 5750000000, 5000000000, 3},
        {"npv_usd", "USD", 7250000000, 6400000000, 3},
        {"wait_mean_s", "s", 7200, 3600, 0},
        {"jobs_arrived", "1", 20000, 20000, 0},
    };
    struct saved_run runs[2];
    struct compare compared;
    fake(&compared, runs, lines, 4, NULL, NULL);
    cr_expect(
        says(compared.sentences,
             "B costs 750k USD less in economic cost of the period (5.00M against "
             "5.75M, -13.0 %), and 850k USD less in net present cost (6.40M against "
             "7.25M, -11.7 %)."));
    cr_expect(
        says(compared.sentences, "B serves better and costs less, by both measures."));
    end(&compared, runs);
}

/* What is said to rank is not the cost of an hour where hours are of different classes.
 */
Test(compare, runs_on_different_classes_are_ranked_by_finished_work)
{
    static const char *const sets[] = {"pools.own.class=a100-80-sxm",
                                       "demand.0.reference_class=h100-sxm"};
    struct saved_run runs[2];
    results_write(&results, "jobs.csv", four_jobs);
    const char *a = results_run(&results, "a", plain, NULL, 0);
    const char *b = results_run(&results, "b", plain, sets, 2);
    struct compare compared = compare(runs, a, b);
    cr_expect(says(compared.sentences, "Per GPU-h of finished work"));
    cr_expect(not(says(compared.sentences, "the figure to rank mixes by")));
    end(&compared, runs);
}

/* Two days after the purchase its resale value is what decides: whether it is sold is
 * the reader's to say.  By the books, or at the end of its life, nothing is left open.
 */
Test(compare, what_is_owned_past_the_end_is_said_to_be_sold)
{
    static const struct {
        const char *sets[2];
        bool sells;
    } cases[] = {{{"closing=market", "pools.own.gpus=16"}, true},
                 {{"closing=book", "pools.own.gpus=16"}, false},
                 {{"closing=market", "pools.own.life=1d"}, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct saved_run runs[2];
        char names[2][8];
        snprintf(names[0], sizeof names[0], "a%zu", i);
        snprintf(names[1], sizeof names[1], "b%zu", i);
        results_write(&results, "jobs.csv", four_jobs);
        const char *a = results_run(&results, names[0], plain, cases[i].sets, 2);
        const char *b = results_run(&results, names[1], plain, cases[i].sets, 2);
        struct compare compared = compare(runs, a, b);
        cr_expect(eq(int,
                     says(compared.sentences, "Present values sell what is "
                                              "owned at the end: A for "),
                     cases[i].sells));
        cr_expect(eq(int, says(compared.sentences, "the figure to rank mixes by"),
                     !cases[i].sells));
        end(&compared, runs);
    }
}

Test(compare, currencies_and_formats_that_differ_are_refused)
{
    static const struct saved_text euros = {"currency", "EUR"};
    struct saved_run runs[2];
    struct compare compared;
    struct error err;
    fake_run(&runs[0], NULL, 0, 0, NULL, 0);
    fake_run(&runs[1], NULL, 0, 1, &euros, 1);
    cr_assert(not(compare_make(&compared, runs, &err)));
    cr_expect(
        eq(str, err.text, (char *)"a is in USD and b EUR: the two cannot be compared"));
    runs[1].format = 2;
    cr_assert(not(compare_make(&compared, runs, &err)));
    cr_expect(eq(str, err.text,
                 (char *)"a is of format 0 and b 2: the two cannot be compared"));
    cr_expect(eq(int, (int)err.kind, ERROR_INPUT));
    saved_run_close(&runs[0]);
    saved_run_close(&runs[1]);
}

/* Files and the screen. */

Test(compare, csv_has_exact_differences_and_both_sides_scopes)
{
    static const char *const sets[] = {"pools.own.gpus=4", "pools.own.name=site"};
    struct saved_run runs[2];
    struct error err;
    results_write(&results, "jobs.csv", four_jobs);
    struct compare compared = compare(runs, results_run(&results, "a", plain, NULL, 0),
                                      results_run(&results, "b", plain, sets, 2));
    const char *path = results_path(&results, "out.csv");
    bool ok = compare_write_csv(&compared, path, &err);
    cr_assert(ok, "%s", err.text);
    const char *text = slurp(path);
    cr_expect(strncmp(text, "scope,metric,unit,a,b,difference,ratio\n", 39) == 0);
    /* 8 and 4 GPUs for 2 days. */
    cr_expect(strstr(text, "\ntotal,capacity_gpu_h,GPU-h,384.000000000,192.000000000,"
                           "-192.000000000,0.500000000\n") != NULL);
    cr_expect(
        strstr(text, "\nown,capacity_gpu_h,GPU-h,384.000000000,,-384.000000000,\n") !=
        NULL);
    cr_expect(
        strstr(text, "\nsite,capacity_gpu_h,GPU-h,,192.000000000,192.000000000,\n") !=
        NULL);
    cr_expect(strstr(text, "\nsite,utilization_frac,1,,0.023148148,,\n") != NULL);
    cr_expect(strstr(text, "\ntotal,wait_mean_s,s,400.000000,1350.000000,950.000000,"
                           "3.375000000\n") != NULL);
    cr_expect(strstr(text, "\npaired,jobs_waiting_longer,1,,,3,\n") != NULL);
    cr_expect(strstr(text, "\npaired,wait_mean_s,s,,,950.000000,\n") != NULL);
    end(&compared, runs);
}

Test(compare, text_fits_80_columns_whatever_the_names)
{
    static const char many[] =
        "name: a name of a scenario that goes on and on, well beyond the end of a "
        "line\n"
        "start: 2026-01-20\nhorizon: 2d\n"
        "demand:\n  - {jobs: jobs.csv, reference_class: h100-sxm, after_end: stop}\n"
        "pools:\n"
        "  - {name: a-site-with-a-name-of-more-than-forty-letters-in-all, tenure: own,"
        " class: h100-sxm, gpus: 8}\n"
        "  - {name: another-site-with-a-name-of-more-than-forty-letters, tenure: lease,"
        " class: b200, gpus: 16, term: 1y, price: 3.20 USD/GPU-h}\n"
        "  - {name: on-demand-of-a-provider-with-a-long-long-name, tenure: on-demand,"
        " class: h100-sxm, limit: 8}\n"
        "dispatch: {prefer: {default: [on-demand-of-a-provider-with-a-long-long-name,"
        " a-site-with-a-name-of-more-than-forty-letters-in-all]}}\n";
    static const char *const sets[] = {
        "pools.a-site-with-a-name-of-more-than-forty-letters-in-all.server_price=1 "
        "MUSD",
        "pools.a-site-with-a-name-of-more-than-forty-letters-in-all.gpus=4096"};
    struct saved_run runs[2];
    char line[1024];
    results_write(&results, "jobs.csv", four_jobs);
    const char *a = results_run(&results, "a", plain, NULL, 0);
    const char *b = results_run(&results, "b", many, NULL, 0);
    const char *c = results_run(&results, "c", many, sets, 2);
    const char *const pairs[][2] = {{a, b}, {b, c}, {c, a}};
    for (size_t i = 0; i < 3; i++) {
        struct compare compared = compare(runs, pairs[i][0], pairs[i][1]);
        FILE *out = tmpfile();
        compare_print(&compared, out);
        rewind(out);
        while (fgets(line, sizeof line, out)) {
            cr_expect(strlen(line) <= 81, "%s", line);
            cr_expect(strlen(line) < 2 || line[strlen(line) - 2] != ' ', "%s", line);
        }
        fclose(out);
        end(&compared, runs);
    }
}
