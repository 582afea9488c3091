#include "input/load_duration.h"

#include "any_text.h"

/* 0 to 50 s: 4 GPUs; to 100: 6; to 150: 2; to 200: 8, since the job that ends at 150
 * is gone when the next one comes; to 300: none; to 300.5: 1. */
static const char four_jobs[] = "submit,duration_s,gpus\n"
                                "0,100,4\n50,100,2\n150,50,8\n300,0.5,1\n";

Test(load_duration, tells_for_how_long_each_load_stands)
{
    static const struct load_step expected[] = {{0, 100000, 300500}, {1, 500, 200500},
                                                {2, 50000, 200000},  {4, 50000, 150000},
                                                {6, 50000, 100000},  {8, 50000, 50000}};
    struct import_result trace;
    struct load_duration load;
    read_any(four_jobs, &trace);
    load_duration_of_jobs(&trace.jobs, &load);
    cr_assert(eq(sz, load.n, 6));
    for (size_t i = 0; i < 6; i++) {
        cr_expect(eq(i64, load.steps[i].gpus, expected[i].gpus));
        cr_expect(eq(i64, load.steps[i].ms, expected[i].ms));
        cr_expect(eq(i64, load.steps[i].at_least_ms, expected[i].at_least_ms));
    }
    cr_expect(eq(i64, load.from_ms, 0));
    cr_expect(eq(i64, load.to_ms, 300500));
    cr_expect(eq(i64, load.peak_gpus, 8));
    cr_expect(eq(i64, (int64_t)load.gpu_ms, 1000500)); /* 400 + 200 + 400 + 0.5 s */
    load_duration_free(&load);
    import_result_free(&trace);
}

/* Of 300.5 s: over 6 GPUs for 50 s, over 4 for 100, over 2 for 150, over 1 for 200,
 * over 0 for 200.5. */
Test(load_duration, tells_the_load_exceeded_for_a_share_of_the_time)
{
    static const struct {
        int per_mille;
        int64_t gpus;
    } cases[] = {{0, 8},   {1, 8},   {100, 8}, {166, 8}, {167, 6}, {250, 6},
                 {499, 4}, {500, 2}, {665, 2}, {666, 1}, {668, 0}, {1000, 0}};
    struct import_result trace;
    struct load_duration load;
    read_any(four_jobs, &trace);
    load_duration_of_jobs(&trace.jobs, &load);
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect(load_exceeded(&load, cases[i].per_mille) == cases[i].gpus,
                  "%d per mille: %lld", cases[i].per_mille,
                  (long long)load_exceeded(&load, cases[i].per_mille));
    load_duration_free(&load);
    import_result_free(&trace);
}

/* Series a: 4 to 10 s, then 0; b: 2 from 5 s.  The last row lasts no time. */
Test(load_duration, adds_up_the_series_of_a_level)
{
    struct import_result trace;
    struct load_duration load;
    read_any("time,gpus,workload\n0,4,a\n5,2,b\n10,0,a\n20,9,a\n", &trace);
    load_duration_of_level(&trace.level, &load);
    cr_assert(eq(sz, load.n, 3));
    cr_expect(eq(i64, load.steps[0].gpus, 2));
    cr_expect(eq(i64, load.steps[0].at_least_ms, 20000));
    cr_expect(eq(i64, load.steps[1].gpus, 4));
    cr_expect(eq(i64, load.steps[1].at_least_ms, 10000));
    cr_expect(eq(i64, load.steps[2].gpus, 6));
    cr_expect(eq(i64, load.steps[2].at_least_ms, 5000));
    cr_expect(eq(i64, load.peak_gpus, 6));
    load_duration_free(&load);
    import_result_free(&trace);
}

Test(load_duration, is_empty_without_rows_and_of_a_single_level)
{
    static const char *const texts[] = {"submit,duration_s,gpus\n", "time,gpus\n",
                                        "time,gpus\n7,3\n"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct import_result trace;
        struct load_duration load;
        read_any(texts[i], &trace);
        if (trace.kind == IMPORT_JOBS)
            load_duration_of_jobs(&trace.jobs, &load);
        else
            load_duration_of_level(&trace.level, &load);
        cr_expect(eq(sz, load.n, 0));
        cr_expect(eq(i64, load_exceeded(&load, 500), 0));
        cr_expect(eq(dbl, load_mean_gpus(&load), 0));
        load_duration_free(&load);
        import_result_free(&trace);
    }
}

/* Second by second, by looking at every job. */
static int64_t load_at(const struct trace *trace, int64_t now_ms)
{
    int64_t gpus = 0;
    for (size_t i = 0; i < trace->n; i++) {
        const struct job *job = &trace->jobs[i];
        if (job->submit_ms <= now_ms && now_ms < job->submit_ms + job->duration_ms)
            gpus += job->gpus;
    }
    return gpus;
}

static int64_t seconds_at_least(const struct trace *trace,
                                const struct load_duration *load, int64_t gpus)
{
    int64_t seconds = 0;
    for (int64_t t = load->from_ms; t < load->to_ms; t += 1000)
        seconds += load_at(trace, t) >= gpus;
    return seconds;
}

Test(load_duration, is_that_of_a_look_at_every_second)
{
    uint64_t state = 77;
    for (int round = 0; round < 40; round++) {
        struct trace trace;
        struct load_duration load;
        trace_begin(&trace, "drawn", false);
        for (uint32_t i = 0; i < 5 + draw(&state) % 30; i++) {
            struct trace_row row = trace_row(1000 * (int64_t)(draw(&state) % 200),
                                             1000 * (1 + (int64_t)(draw(&state) % 60)),
                                             1 + (int32_t)(draw(&state) % 9));
            trace_add(&trace, &row);
        }
        trace_finish(&trace);
        load_duration_of_jobs(&trace, &load);
        cr_expect(load.gpu_ms == trace.gpu_ms);
        for (size_t i = 0; i < load.n; i++)
            cr_expect(eq(i64, load.steps[i].at_least_ms,
                         1000 * seconds_at_least(&trace, &load, load.steps[i].gpus)));
        load_duration_free(&load);
        trace_free(&trace);
    }
}

Test(load_duration, of_philly_has_the_published_peak_and_demand)
{
    char path[4096], text[512];
    if (!real_trace("philly.csv", path))
        cr_skip_test("the real traces are not here");
    struct import_result result;
    struct import_report report;
    struct load_duration load;
    struct error err;
    bool ok = import_run(importer_find("philly"), path, NULL, &result, &report, &err);
    cr_assert(ok, "%s", err.text);
    load_duration_of_jobs(&result.jobs, &load);
    snprintf(text, sizeof text, "%zu jobs, %.1f GPU-h, peak %lld", result.jobs.n,
             (double)load.gpu_ms / 3600e3, (long long)load.peak_gpus);
    cr_expect(eq(str, text, (char *)"82247 jobs, 978078.5 GPU-h, peak 1243"));
    load_duration_free(&load);
    import_result_free(&result);
}
