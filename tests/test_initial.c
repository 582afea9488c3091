/* Jobs that run or wait when the run begins. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "one_toy.h"
#include "result_runs.h"

TestSuite(initial, .fini = free_toy);

/* One owned pool of that size; the toy's jobs are there at the start. */
static void begin(int64_t horizon_ms, int64_t gpus)
{
    toy_init(&toy, horizon_ms);
    toy.demand.initial = true;
    toy_pool(&toy, TENURE_OWN, "own", gpus);
}

static struct trace_row running(int64_t submit_ms, int64_t started_ms,
                                int64_t duration_ms, int32_t gpus)
{
    struct trace_row row = trace_row(submit_ms, duration_ms, gpus);
    row.times.started_ms = started_ms;
    return row;
}

static void add(struct trace_row row)
{
    toy_add(&toy, &row);
}

static void expect_ran(int job, int pool, int64_t start_ms, int64_t end_ms)
{
    const struct toy_row *row = &toy.rows[job];
    cr_expect(row->there && row->pool == pool && row->start_ms == start_ms &&
                  row->end_ms == end_ms,
              "job %d: pool %d, %lld to %lld", job, row->pool, (long long)row->start_ms,
              (long long)row->end_ms);
    cr_expect(eq(i64, row->wait_ms, start_ms - row->submit_ms));
}

Test(initial, a_running_job_has_what_remains_of_its_duration)
{
    begin(100, 8);
    add(running(-40, -23, 60, 5));
    run();
    expect_ran(0, 0, -23, 37);
    cr_expect(eq(i64, toy.rows[0].useful_gpu_ms, 5 * 37));
    cr_expect(eq(i64, toy.rows[0].overhead_gpu_ms, 0));
    cr_expect(eq(i64, toy.state_gpu_ms[0][GPU_BUSY_USEFUL], 5 * 37));
    cr_expect(eq(i64, toy.state_gpu_ms[0][GPU_BUSY_OVERHEAD], 0));
    cr_expect(eq(i64, toy.state_gpu_ms[0][GPU_IDLE_NO_DEMAND], 800 - 5 * 37));
}

Test(initial, a_start_one_ms_before_the_run_is_a_start)
{
    begin(100, 8);
    add(running(-1, -1, 2, 8));
    add(running(0, 0, 3, 8));
    toy.pools[0].gpus = 16;
    run();
    expect_ran(0, 0, -1, 1);
    expect_ran(1, 0, 0, 3);
}

Test(initial, what_remains_takes_as_long_as_the_pools_class_needs)
{
    /* 0.8 of the speed: 30 ms of the reference's time last 37.5, rounded up. */
    begin(100, 8);
    toy.pools[0].class = &toy_classes[2];
    add(running(-70, -70, 100, 8));
    run();
    expect_ran(0, 0, -70, 38);
}

Test(initial, a_job_that_is_longer_than_the_run_is_running_at_its_end)
{
    begin(50, 8);
    add(running(-10, -10, 1000, 3));
    run();
    cr_expect(eq(int, (int)toy.rows[0].outcome, JOB_RUNNING));
    cr_expect(eq(i64, toy.rows[0].start_ms, -10));
    cr_expect(eq(i64, toy.rows[0].useful_gpu_ms, 3 * 50));
}

Test(initial, running_jobs_take_the_first_pool_with_room_in_the_order_of_the_file)
{
    begin(100, 8);
    toy_pool(&toy, TENURE_LEASE, "lease", 8)->until_ms = 1000;
    toy_pool(&toy, TENURE_ON_DEMAND, "burst", 16);
    add(running(-9, -9, 20, 6));
    add(running(-8, -8, 20, 4));
    add(running(-7, -7, 20, 5));
    struct trace_row row = running(-6, -6, 20, 2);
    row.kind.pools = "burst";
    add(row);
    add(running(-5, -5, 20, 2));
    run();
    expect_ran(0, 0, -9, 11);
    expect_ran(1, 1, -8, 12);
    expect_ran(2, 2, -7, 13);
    expect_ran(3, 2, -6, 14);
    expect_ran(4, 0, -5, 15);
}

Test(initial, an_elastic_instance_that_runs_does_not_boot)
{
    begin(100, 8);
    toy.prefer[0].n = toy.scenario.n_pools = 0;
    struct pool_spec *burst = toy_pool(&toy, TENURE_ON_DEMAND, "burst", 16);
    burst->boot_ms = 11;
    burst->unit_gpus = 4;
    add(running(-9, -9, 20, 3));
    add(running(-8, -8, 20, 1)); /* on the same instance */
    add(trace_row(-7, 20, 2));
    run();
    expect_ran(0, 0, -9, 11);
    expect_ran(1, 0, -8, 12);
    expect_ran(2, 0, 11, 31);
    cr_expect(eq(i64, toy.rows[0].overhead_gpu_ms, 0));
    cr_expect(eq(i64, toy.rows[1].overhead_gpu_ms, 0));
    cr_expect(eq(i64, toy.rows[2].overhead_gpu_ms, 2 * 11));
}

Test(initial, a_running_job_without_room_is_an_error_before_the_run)
{
    begin(100, 8);
    add(running(-9, -9, 20, 6));
    add(running(-8, -8, 20, 3));
    cr_assert(toy_run(&toy) == false);
    cr_expect(eq(int, (int)toy.err.kind, ERROR_INFEASIBLE));
    cr_expect(
        strcmp(toy.err.text,
               "initial: job 2 of toy.csv runs on 3 GPUs at the start, but no pool "
               "open to it has room for it beside the jobs before it") == 0,
        "%s", toy.err.text);
}

Test(initial, a_running_job_to_which_no_pool_is_open_is_told_why)
{
    begin(100, 8);
    struct trace_row row = running(-9, -9, 20, 6);
    row.kind.memory_mb = 80001;
    add(row);
    cr_assert(toy_run(&toy) == false);
    cr_expect(eq(int, (int)toy.err.kind, ERROR_INFEASIBLE));
    cr_expect(
        strcmp(toy.err.text,
               "initial: job 1 of toy.csv runs on 6 GPUs at the start, but no pool "
               "with that much memory") == 0,
        "%s", toy.err.text);
}

Test(initial, waiting_jobs_start_at_once_where_there_is_room)
{
    begin(100, 8);
    add(trace_row(-30, 10, 5));
    add(trace_row(-20, 10, 3));
    add(trace_row(-10, 10, 8));
    run();
    expect_ran(0, 0, 0, 10);
    expect_ran(1, 0, 0, 10);
    expect_ran(2, 0, 10, 20);
}

Test(initial, with_an_open_horizon_waiting_jobs_alone_are_run)
{
    begin(NEVER_MS, 8);
    toy.scenario.until_idle = true;
    add(trace_row(-30, 10, 5));
    run();
    expect_ran(0, 0, 0, 10);
    cr_expect(eq(i64, toy.end_ms, 10));
}

/* 8 GPUs busy until 20 by a job whose limit passes at 40: a gang of 8 is reserved for
 * then, and what would end later than 40 may not overtake it on the 4 free ones. */
Test(initial, a_reservation_sees_the_estimated_end)
{
    begin(200, 12);
    toy.scenario.dispatch.estimate = ESTIMATE_LIMIT;
    struct trace_row row = running(-60, -50, 70, 8);
    row.job.limit_ms = 90;
    add(row);
    add(trace_row(-40, 30, 12));
    add(trace_row(-30, 41, 3));
    add(trace_row(-20, 40, 4));
    run();
    expect_ran(0, 0, -50, 20);
    expect_ran(3, 0, 0, 40);
    expect_ran(1, 0, 40, 70);
    expect_ran(2, 0, 70, 111);
}

Test(initial, a_job_past_its_limit_is_taken_to_end_now)
{
    begin(200, 12);
    toy.scenario.dispatch.estimate = ESTIMATE_LIMIT;
    struct trace_row row = running(-60, -50, 70, 8);
    row.job.limit_ms = 45;
    add(row);
    add(trace_row(-40, 30, 12));
    add(trace_row(-30, 1, 3)); /* would delay what starts now */
    run();
    expect_ran(0, 0, -50, 20);
    expect_ran(1, 0, 20, 50);
    expect_ran(2, 0, 50, 51);
}

Test(initial, the_wait_for_elastic_pools_counts_from_the_submit)
{
    begin(200, 8);
    toy_pool(&toy, TENURE_ON_DEMAND, "burst", 64);
    toy_wait(&toy, "threshold", "after", 30);
    add(running(-60, -60, 160, 8));
    add(trace_row(-31, 5, 1));
    add(trace_row(-30, 5, 1));
    add(trace_row(-13, 5, 1));
    run();
    expect_ran(1, 1, 0, 5);
    expect_ran(2, 1, 0, 5);
    expect_ran(3, 1, 17, 22);
}

Test(initial, patience_and_deadlines_count_from_the_submit)
{
    begin(200, 8);
    add(running(-60, -60, 160, 8));
    struct trace_row row = trace_row(-30, 5, 1);
    row.times.patience_ms = 20;
    add(row);
    row = trace_row(-29, 5, 1);
    row.times.patience_ms = 37;
    add(row);
    row = trace_row(-28, 5, 1);
    row.times.deadline_ms = 9;
    add(row);
    run();
    cr_expect(eq(i64, toy.abandoned, 3));
    cr_expect(eq(i64, toy.rows[1].end_ms, 0));
    cr_expect(eq(i64, toy.rows[2].end_ms, 8));
    cr_expect(eq(i64, toy.rows[3].end_ms, 9));
    cr_expect(eq(i64, toy.rows[1].start_ms, NEVER_STARTED));
}

Test(initial, a_waiting_job_that_no_pool_could_hold_is_refused_at_the_start)
{
    begin(100, 8);
    add(trace_row(-30, 10, 9));
    run();
    cr_expect(eq(i64, toy.refused, 1));
    cr_expect(eq(i64, toy.rows[0].end_ms, 0));
    cr_expect(eq(i64, toy.rows[0].wait_ms, 30));
}

/* The contract ends at 10: what follows the last checkpoint is done again, also where
 * that was before the start. */
Test(initial, an_interruption_falls_back_behind_the_start)
{
    static const struct {
        int64_t interval_ms, cost_ms, useful_ms, overhead_ms, end_ms;
    } cases[] = {
        {0, 0, 35, 35, 70},   /* to nothing: 35 done again, then 25 more */
        {30, 0, 35, 5, 40},   /* to 30 */
        {20, 0, 35, 15, 50},  /* to 20, before the start */
        {30, 3, 35, 5, 40},   /* at 10 done are 32; 3 of overhead are the checkpoint */
        {20, 3, 35, 18, 53},  /* to 20; one more checkpoint at 40 */
        {100, 3, 35, 35, 70}, /* there was none yet */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        toy_init(&toy, 200);
        toy.demand.initial = true;
        struct pool_spec *lease = toy_pool(&toy, TENURE_LEASE, "lease", 8);
        lease->until_ms = 10;
        lease->start_past_end = true;
        toy_pool(&toy, TENURE_OWN, "own", 8);
        struct trace_row row = running(-25, -25, 60, 4);
        row.kind.checkpoint_interval_ms = cases[i].interval_ms;
        row.kind.checkpoint_cost_ms = cases[i].cost_ms;
        add(row);
        run();
        expect_ran(0, 1, -25, cases[i].end_ms);
        cr_expect(toy.rows[0].useful_gpu_ms == 4 * cases[i].useful_ms &&
                      toy.rows[0].overhead_gpu_ms == 4 * cases[i].overhead_ms,
                  "case %zu: useful %lld, overhead %lld", i,
                  (long long)toy.rows[0].useful_gpu_ms,
                  (long long)toy.rows[0].overhead_gpu_ms);
        toy_free(&toy);
    }
}

/* ---- whole runs, beside later demand ---- */

static struct results results;

static const char initial_text[] =
    "id,submit,started,duration_s,gpus,limit_s,patience_s\n"
    "a,2025-12-31T20:00:00Z,2025-12-31T22:00:00Z,14400,16,20000,\n"
    "b,2025-12-31T21:00:00Z,2025-12-31T23:30:00Z,7200,8,7300,\n"
    "c,2025-12-31T22:00:00Z,,3600,16,4000,\n"
    "d,2025-12-31T23:00:00Z,,1800,24,2000,60000\n"
    "e,2025-12-31T23:59:00Z,,600,100,2000,\n"
    "f,2025-12-31T23:59:30Z,,600,1,2000,10\n";

static const char jobs_text[] = "submit,duration_s,gpus,limit_s\n"
                                "0,1000,16,1200\n"
                                "600,500,4,600\n"
                                "80000,9000,4,9500\n";

static const char scenario_text[] =
    "start: 2026-01-01\n"
    "horizon: 1d\n"
    "interval: 1h\n"
    "warmup: %s\n"
    "initial: {jobs: initial.csv, tenant: old}\n"
    "demand: [{jobs: jobs.csv}]\n"
    "pools:\n"
    "  - {name: own, tenure: own, class: h100-sxm, gpus: 16}\n"
    "  - {name: burst, tenure: on-demand, class: h100-sxm, limit: 24, boot: 187s,"
    " price: 2.95 USD/GPU-h, unit: 4, increment: 1h, keep_alive: 5min}\n"
    "dispatch: {backfill: %s, placement: %s, same_instant: %s, wait: {after: 100h}}\n";

struct seen {
    int64_t start_ms[16];
    char id[16][32];
    size_t n;
};

static void take_job(void *self, const struct job_row *row)
{
    struct seen *seen = self;
    cr_assert(seen->n < 16, "too many rows");
    snprintf(seen->id[seen->n], sizeof seen->id[0], "%s", row->id);
    seen->start_ms[seen->n++] = row->start_ms;
}

static int64_t start_of(const struct seen *seen, const char *id)
{
    for (size_t i = 0; i < seen->n; i++)
        if (strcmp(seen->id[i], id) == 0)
            return seen->start_ms[i];
    cr_assert(false, "no job %s", id);
    return 0;
}

static const char *write_whole(const char *warmup, const char *const choice[3])
{
    results_begin(&results);
    results_write(&results, "t.yaml",
                  arena_printf(&results.arena, scenario_text, warmup, choice[0],
                               choice[1], choice[2]));
    results_write(&results, "initial.csv", initial_text);
    results_write(&results, "jobs.csv", jobs_text);
    return results_path(&results, "t.yaml");
}

static const char *const usual[3] = {"none", "fungible", "end-first"};

Test(initial, waiting_jobs_keep_their_place_before_those_that_come)
{
    struct scenario scenario;
    struct error err;
    struct seen seen = {.n = 0};
    const struct sink sink = {.self = &seen, .job = take_job};
    const struct run_options options = {.sink = &sink, .check = true};
    bool ok = scenario_read(&scenario, write_whole("0 s", usual), NULL, 0, &err);
    cr_assert(ok, "%s", err.text);
    struct world *world = world_new(&scenario, &options);
    ok = world_run(world, &err);
    cr_assert(ok, "%s", err.text);

    /* own is free from 7200 on: c, then the 16 GPUs of the first arrival, then 4. */
    cr_expect(eq(sz, seen.n, 9));
    cr_expect(eq(i64, start_of(&seen, "initial/a"), -7200000));
    cr_expect(eq(i64, start_of(&seen, "initial/b"), -1800000));
    cr_expect(eq(i64, start_of(&seen, "initial/c"), 7200000));
    cr_expect(eq(i64, start_of(&seen, "initial/e"), NEVER_STARTED));
    cr_expect(eq(i64, start_of(&seen, "initial/f"), NEVER_STARTED));
    cr_expect(eq(i64, start_of(&seen, "demand[0]/1"), 10800000));
    cr_expect(eq(i64, start_of(&seen, "demand[0]/2"), 11800000));

    /* Only the waits of what came later are counted: 10800, 11200 and 0 s. */
    const struct group_result *all = &world_result(world)->groups[0];
    cr_expect(eq(i64, all->arrived, 9));
    cr_expect(eq(i64, all->refused, 1));
    cr_expect(eq(i64, all->abandoned, 1));
    cr_expect(all->wait.n == 3, "%lld waits", (long long)all->wait.n);
    cr_expect(eq(i64, all->delayed, 2));
    cr_expect(eq(i64, world_result(world)->makespan_ms, 14400000 + 12300000));
    world_free(world);
    scenario_free(&scenario);
    results_end(&results);
}

static const char *write_run(const char *warmup, const char *const choice[3])
{
    const char *path = write_whole(warmup, choice);
    results.check = true;
    return results_run_file(&results, "out", path, NULL, 0);
}

Test(initial, the_books_of_a_run_agree)
{
    static const char *const choices[][3] = {
        {"none", "fungible", "end-first"},
        {"skip", "fungible", "submit-first"},
        {"easy", "packed", "end-first"},
        {"easy", "fungible", "submit-first"},
        {"conservative", "fungible", "end-first"},
        {"conservative", "packed", "end-first"},
    };
    for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++) {
        char first[1024];
        const char *dir = write_run(i % 2 ? "1h" : "0 s", choices[i]);
        cr_expect(results_findings(dir, true, first) == 0, "case %zu: %s", i, first);
        results_end(&results);
    }
}

Test(initial, a_submit_before_a_run_without_such_jobs_is_found)
{
    char first[1024];
    const char *dir = write_run("0 s", usual);
    const char *command = arena_printf(
        &results.arena,
        "sed -i 's/\"initial\": true/\"initial\": false/' '%s/manifest.json'", dir);
    cr_assert(system(command) == 0, "sed");
    int64_t n = results_findings(dir, false, first);
    cr_expect(n == 6, "%lld findings", (long long)n);
    cr_expect(
        strstr(first, "submit_s is not between the run's start and the job's end") !=
            NULL,
        "%s", first);
    results_end(&results);
}
