/* Rules of waiting by workload. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "output/saved_run.h"
#include "result_runs.h"

static const char two_jobs[] = "submit,duration_s,gpus,workload\n"
                               "0,1000,3,batch\n0,1000,2,serving\n";

static const char mixed[] =
    "name: mixed\nstart: 2026-01-20\nhorizon: 2d\n"
    "demand:\n  - {jobs: jobs.csv, after_end: stop}\n"
    "pools:\n  - {name: own, tenure: own, class: h100-sxm, gpus: 8}\n"
    "  - {name: burst, tenure: on-demand, class: h100-sxm}\n"
    "dispatch: {prefer: {batch: [burst, own]}}\n";

/* 3 GPUs for 1,000 s are 0.8333 GPU-h, 2 are 0.5556.  Preferred first, but closed for
 * half an hour, the burst pool gets nothing; open at once, it gets the batch job alone.
 */
Test(waits, an_elastic_pool_is_open_at_once_to_the_workloads_that_need_not_wait)
{
    static const struct {
        const char *wait;
        double burst_gpu_h, own_gpu_h;
    } cases[] = {
        {"dispatch.wait={after: 30min}", 0, 5 * 1000 / 3600.0},
        {"dispatch.wait={batch: none, default: {after: 30min}}", 3 * 1000 / 3600.0,
         2 * 1000 / 3600.0},
        {"dispatch.wait={serving: none, default: {after: 30min}}", 0,
         5 * 1000 / 3600.0},
    };
    struct results results;
    results_begin(&results);
    results_write(&results, "jobs.csv", two_jobs);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char name[8];
        struct saved_run run;
        struct error err;
        snprintf(name, sizeof name, "r%zu", i);
        const char *dir = results_run(&results, name, mixed, &cases[i].wait, 1);
        bool ok = saved_run_open(&run, dir, &err);
        cr_assert(ok, "%s", err.text);
        cr_expect(epsilon_eq(dbl, saved_run_value(&run, "burst", "busy_useful_gpu_h"),
                             cases[i].burst_gpu_h, 1e-6));
        cr_expect(epsilon_eq(dbl, saved_run_value(&run, "own", "busy_useful_gpu_h"),
                             cases[i].own_gpu_h, 1e-6));
        saved_run_close(&run);
    }
    results_end(&results);
}
