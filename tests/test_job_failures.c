/* Jobs that fail by themselves, and how often they write checkpoints. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "one_toy.h"
#include "runs.h"
#include "world/backlog.h"

TestSuite(job_failures, .fini = free_toy);

static void begin(enum placement placement, int64_t horizon_ms)
{
    toy_free(&toy);
    toy_init(&toy, horizon_ms);
    toy.scenario.dispatch.placement = placement;
}

/* The job fails once at some T and starts again at once: T ms of work are lost, and it
 * ends at T + 30.  Which T, the seed decides. */
Test(job_failures, a_job_that_fails_by_itself_starts_again_at_once)
{
    int once = 0;
    for (int64_t seed = 1; seed < 60; seed++) {
        begin(PLACEMENT_PACKED, 1000);
        toy.scenario.seed = seed;
        toy.demand.failures_per_d = 86400e3 / 40;
        toy_pool(&toy, TENURE_OWN, "own", 8);
        toy_job(&toy, 0, 30, 4);
        run();
        const struct toy_row *row = &toy.rows[0];
        cr_expect(eq(i64, toy.state_gpu_ms[0][GPU_DOWN], 0));
        cr_expect(eq(i64, toy.lost_gpu_ms[CAUSE_JOB_FAILURE], row->overhead_gpu_ms));
        cr_expect(
            eq(i64, toy.repeated_gpu_ms[CAUSE_JOB_FAILURE], row->overhead_gpu_ms));
        if (row->interruptions != 1)
            continue;
        once++;
        cr_expect(eq(i64, row->overhead_gpu_ms, 4 * (row->end_ms - 30)));
    }
    cr_expect(once > 10 && once < 30, "%d", once); /* of 59 about 59 x .53 x .47 */
}

/* 400 jobs of 1 to 8 GPUs that run 30 d in the mean, at 0.05 failures a day each. */
Test(job_failures, jobs_fail_at_their_rate_whatever_their_size)
{
    struct error err;
    struct scenario scenario;
    cr_assert(scenario_from_text(
                  &scenario,
                  "start: 2026-01-01\nhorizon: 1y\ndemand:\n"
                  "  - model: {name: poisson, rate: 1 /d, gpus: 6, duration: 30d}\n"
                  "    job_failures: 0.05 /d\n"
                  "    checkpoint_interval: 1h\n"
                  "pools: [{name: own, tenure: own, class: h100-sxm, servers: 64}]\n",
                  NULL, 0, &err),
              "%s", err.text);
    const struct run_options options = {.replication = 3};
    struct world *world = world_new(&scenario, &options);
    cr_assert(world_run(world, &err), "%s", err.text);
    const struct pool_result *own = &world_result(world)->pools[0];
    double busy_d = (double)(own->state_gpu_ms[GPU_BUSY_USEFUL] +
                             own->state_gpu_ms[GPU_BUSY_OVERHEAD]) /
                    6 / 86400e3;
    double expected = busy_d * 0.05;
    cr_expect(expected > 300, "%f", expected);
    cr_expect(fabs((double)own->interruptions - expected) < 4 * sqrt(expected),
              "%lld of %f", (long long)own->interruptions, expected);
    world_free(world);
    scenario_free(&scenario);
}

/* Where checkpoints cost 2 M and more, tau = M: at 1,440 /d M is one minute. */
Test(job_failures, a_checkpoint_interval_is_not_longer_than_what_stays_up)
{
    struct source_kind kind = {
        .young_daly = true, .failures_per_d = 1440, .checkpoint_cost_ms = 120001};
    struct route route = {.n = 0};
    struct routes routes = {.items = &route, .n = 1};
    struct arrival arrival = {.gpus = 8, .kind = &kind};
    cr_expect(eq(i64, checkpoint_interval_ms(&routes, &arrival), 60000));
    kind.checkpoint_cost_ms = 30000;
    cr_expect(eq(i64, checkpoint_interval_ms(&routes, &arrival), 60000));
    kind.checkpoint_cost_ms = 7500;
    cr_expect(eq(i64, checkpoint_interval_ms(&routes, &arrival), 30000));
    kind.checkpoint_interval_ms = 17;
    cr_expect(eq(i64, checkpoint_interval_ms(&routes, &arrival), 17));
}
