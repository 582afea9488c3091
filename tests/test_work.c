/* Finished work is counted in hours of one class, whatever class durations hold on. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "output/saved_run.h"
#include "result_runs.h"

static struct results results;

static void setup(void)
{
    results_begin(&results);
    results_write(&results, "x.csv", "submit,duration_s,gpus\n3600,37800,8\n");
    results_write(&results, "y.csv", "submit,duration_s,gpus\n7200,21600.5,5\n");
    results_write(&results, "l.csv", "time,gpus\n0,3\n");
}

static void teardown(void)
{
    results_end(&results);
}

TestSuite(work, .init = setup, .fini = teardown);

#define FRAME                                                                          \
    "name: w\nstart: 2026-01-01\nhorizon: 10d\ndiscount_rate: 10 %/y\n"                \
    "pools:\n  - {name: h, tenure: own, class: h100-sxm, gpus: 16}\n"

#define A100 "  - {name: a, tenure: own, class: a100-80-sxm, gpus: 16}\n"

static void expect_work(const char *text, const char *total, const char *pool,
                        const char *in_pool)
{
    struct saved_run run;
    struct error err;
    const char *dir = results_run(&results, "run", text, NULL, 0);
    cr_assert(saved_run_open(&run, dir, &err), "%s", err.text);
    cr_expect(eq(str, (char *)saved_run_metric(&run, "total", "work_h")->text,
                 (char *)total));
    cr_expect(
        eq(str, (char *)saved_run_metric(&run, pool, "work_h")->text, (char *)in_pool));
    saved_run_close(&run);
}

/* An hour on an A100 is 0.3155 hours on an H100: 8 x 10.5 h + 5 x 21600.5 s / 3600 x
 * 0.3155 = 84 + 9.465219097... */
Test(work, of_sources_of_several_reference_classes_is_in_hours_of_the_first)
{
    expect_work(FRAME "demand:\n"
                      "  - {jobs: x.csv, reference_class: h100-sxm, after_end: stop}\n"
                      "  - {jobs: y.csv, reference_class: a100-80-sxm, name: y,"
                      " after_end: stop}\n",
                "93.465219167", "h", "93.465219167");
}

/* An hour on an H100 is round(1 / 0.3155, 9) = 3.169572108 hours on an A100:
 * 302400000 ms x that = 958478605, and 108002500 ms of the first. */
Test(work, changes_with_the_class_that_comes_first)
{
    expect_work(FRAME
                "demand:\n"
                "  - {jobs: y.csv, reference_class: a100-80-sxm, after_end: stop}\n"
                "  - {jobs: x.csv, reference_class: h100-sxm, name: x,"
                " after_end: stop}\n",
                "296.244751389", "h", "296.244751389");
}

/* 3 GPUs x 240 h x 0.3155 = 227.16, and 84 of the jobs. */
Test(work, of_levels_is_converted_from_the_class_that_serves_them)
{
    expect_work(FRAME A100
                "demand:\n"
                "  - {jobs: x.csv, reference_class: h100-sxm, after_end: stop}\n"
                "  - {level: l.csv, after_end: hold, pools: [a]}\n",
                "311.160000000", "a", "227.160000000");
}

/* Of the first pool's: h. */
Test(work, of_levels_alone_is_in_hours_of_the_first_pools_class)
{
    expect_work(FRAME A100 "demand:\n"
                           "  - {level: l.csv, after_end: hold, pools: [a]}\n",
                "227.160000000", "a", "227.160000000");
}

Test(work, of_one_class_is_what_was_done)
{
    expect_work(FRAME "demand: [{jobs: x.csv, after_end: stop}]\n", "84.000000000", "h",
                "84.000000000");
}
