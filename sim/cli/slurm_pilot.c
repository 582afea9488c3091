#include <assert.h>
#include <sys/resource.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/slurm_cmd.h"
#include "study/worker.h"

/* Of this process, not of others on a login node that many use. */
static double cpu_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

bool slurm_pilot(const struct study_setup *setup, const struct study_plan *plan,
                 uint64_t n, struct slurm_pilot *pilot, struct error *err)
{
    assert(n > 0 && plan_tasks(plan) > 0);
    if (n > plan_tasks(plan))
        n = plan_tasks(plan);
    struct crew crew;
    struct worker worker;
    crew_init(&crew, setup, plan);
    worker_init(&worker, &crew);
    cli_release_signals();
    double begin_s = cpu_s();
    bool ok = true;
    for (uint64_t i = 0; ok && i < n; i++) {
        /* In the middle of each n-th part of the points. */
        size_t point = (size_t)((2 * i + 1) * plan->n_points / (2 * n));
        ok = worker_run(&worker, point, i % plan->replications, err);
    }
    cli_catch_signals();
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    *pilot = (struct slurm_pilot){
        .n = n,
        .each_s = (cpu_s() - begin_s) / (double)n,
        .peak_mib = (double)usage.ru_maxrss / 1024,
    };
    worker_free(&worker);
    crew_free(&crew);
    return ok;
}
