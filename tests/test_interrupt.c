/* Contracts that end under running jobs, and owned GPUs that drain. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "one_toy.h"

TestSuite(interrupt, .fini = free_toy);

/* A lease that ends at `until_ms`, on which jobs may start anyway; behind it owned
 * GPUs. */
static void lease_then_own(int64_t until_ms)
{
    toy_init(&toy, 100);
    struct pool_spec *lease = toy_pool(&toy, TENURE_LEASE, "lease", 8);
    lease->until_ms = until_ms;
    lease->start_past_end = true;
    toy_pool(&toy, TENURE_OWN, "own", 8);
}

struct checkpoints {
    int64_t interval_ms, cost_ms, restart_ms;
};

static void job_with(struct checkpoints given)
{
    struct trace_row row = trace_row(0, 30, 4);
    row.kind.checkpoint_interval_ms = given.interval_ms;
    row.kind.checkpoint_cost_ms = given.cost_ms;
    row.kind.restart_ms = given.restart_ms;
    toy_add(&toy, &row);
}

/* All jobs do 30 ms of work on 4 GPUs. */
static void expect_interrupted(int64_t end_ms, int64_t useful_ms, int64_t overhead_ms)
{
    const struct toy_row *row = &toy.rows[0];
    cr_expect(eq(i64, row->start_ms, 0));
    cr_expect(eq(i64, row->end_ms, end_ms));
    cr_expect(eq(int, row->pool, 1));
    cr_expect(eq(i64, row->interruptions, 1));
    cr_expect(eq(i64, row->useful_gpu_ms, 4 * useful_ms));
    cr_expect(eq(i64, row->overhead_gpu_ms, 4 * overhead_ms));
    int64_t useful = 0, overhead = 0;
    for (int p = 0; p < 2; p++) {
        useful += toy.state_gpu_ms[p][GPU_BUSY_USEFUL];
        overhead += toy.state_gpu_ms[p][GPU_BUSY_OVERHEAD];
    }
    cr_expect(eq(i64, useful, 4 * useful_ms));
    cr_expect(eq(i64, overhead, 4 * overhead_ms));
}

Test(interrupt, without_checkpoints_all_is_done_again)
{
    lease_then_own(20);
    job_with((struct checkpoints){0});
    run();
    expect_interrupted(50, 30, 20);
    cr_expect(eq(i64, toy.state_gpu_ms[0][GPU_BUSY_USEFUL], 80));
    cr_expect(eq(i64, toy.state_gpu_ms[1][GPU_BUSY_OVERHEAD], 80));
}

Test(interrupt, a_restart_is_overhead_before_the_rest)
{
    lease_then_own(20);
    job_with((struct checkpoints){.restart_ms = 3});
    run();
    expect_interrupted(53, 30, 23);
}

Test(interrupt, progress_falls_back_to_the_last_multiple_of_the_interval)
{
    lease_then_own(20);
    job_with((struct checkpoints){.interval_ms = 8});
    run();
    expect_interrupted(34, 30, 4);
}

Test(interrupt, on_a_multiple_nothing_is_lost)
{
    lease_then_own(16);
    job_with((struct checkpoints){.interval_ms = 8, .restart_ms = 5});
    run();
    expect_interrupted(35, 30, 5);
}

/* Work to 8, checkpoint to 10, work to 18, checkpoint to 20. */
Test(interrupt, checkpoints_take_time_of_their_own)
{
    lease_then_own(20);
    job_with((struct checkpoints){.interval_ms = 8, .cost_ms = 2});
    run();
    /* From 16 on: work 8, checkpoint, work 6. */
    expect_interrupted(36, 30, 2 + 2 + 2);
}

Test(interrupt, a_checkpoint_that_was_not_finished_secures_nothing)
{
    lease_then_own(19);
    job_with((struct checkpoints){.interval_ms = 8, .cost_ms = 2});
    run();
    /* From 8 on: 8 again, checkpoint, 8 new, checkpoint, 6 new. */
    expect_interrupted(45, 30, 2 + 1 + 8 + 2 + 2);
}

/* The contract ends at 19, in the checkpoint of 16: 8 of 16 ms are secured. */
Test(interrupt, what_is_lost_and_done_again_is_counted_by_cause)
{
    lease_then_own(19);
    job_with((struct checkpoints){.interval_ms = 8, .cost_ms = 2});
    run();
    for (int c = 0; c < CAUSES; c++) {
        int64_t expected = c == CAUSE_CONTRACT_END ? 4 * 8 : 0;
        cr_expect(eq(i64, toy.lost_gpu_ms[c], expected), "%s", cause_names[c]);
        cr_expect(eq(i64, toy.repeated_gpu_ms[c], expected), "%s", cause_names[c]);
    }
}

Test(interrupt, undisturbed_jobs_pay_for_their_checkpoints)
{
    lease_then_own(90);
    job_with((struct checkpoints){.interval_ms = 10, .cost_ms = 3, .restart_ms = 7});
    run();
    /* None at the end: nothing is left to secure. */
    cr_expect(eq(i64, toy.rows[0].end_ms, 36));
    cr_expect(eq(i64, toy.rows[0].useful_gpu_ms, 120));
    cr_expect(eq(i64, toy.rows[0].overhead_gpu_ms, 24));
    cr_expect(eq(i64, toy.rows[0].interruptions, 0));
}

Test(interrupt, what_is_left_goes_faster_on_a_faster_class)
{
    lease_then_own(20);
    toy.pools[1].class = &toy_classes[1];
    job_with((struct checkpoints){.interval_ms = 8});
    run();
    /* 14 of 30 are left: 7 ms, 2 of them again. */
    expect_interrupted(27, 20 + 5, 2);
}

Test(interrupt, by_default_nothing_starts_that_would_pass_the_end)
{
    lease_then_own(20);
    toy.pools[0].start_past_end = false;
    job_with((struct checkpoints){0});
    toy_job(&toy, 0, 20, 4); /* ends with it */
    run();
    cr_expect(eq(int, toy.rows[0].pool, 1));
    cr_expect(eq(int, toy.rows[1].pool, 0));
    cr_expect(eq(i64, toy.rows[1].end_ms, 20));
    cr_expect(eq(i64, toy.rows[1].interruptions, 0));
    cr_expect(eq(i64, toy.capacity_gpu_ms[0], 160));
}

Test(interrupt, a_limit_that_was_too_short_is_found_out_at_the_end)
{
    lease_then_own(20);
    toy.pools[0].start_past_end = false;
    toy_job_limit(&toy, 0, 30, 4, 20);
    run();
    expect_interrupted(50, 30, 20);
}

Test(interrupt, who_finds_no_other_pool_is_refused)
{
    toy_init(&toy, 100);
    struct pool_spec *lease = toy_pool(&toy, TENURE_LEASE, "lease", 8);
    lease->until_ms = 20;
    lease->start_past_end = true;
    job_with((struct checkpoints){0});
    run();
    cr_expect(eq(int, toy.rows[0].outcome, JOB_REFUSED));
    cr_expect(eq(i64, toy.rows[0].end_ms, 20));
    cr_expect(eq(i64, toy.rows[0].useful_gpu_ms, 80));
    cr_expect(eq(i64, toy.capacity_gpu_ms[0], 160));
}

Test(interrupt, who_was_interrupted_keeps_its_place_in_the_queue)
{
    lease_then_own(20);
    job_with((struct checkpoints){0}); /* on the lease */
    toy_job(&toy, 1, 24, 8);           /* on owned ones, until 25 */
    toy_job(&toy, 2, 10, 6);           /* waits, as the lease has 4 only */
    toy.scenario.dispatch.backfill = BACKFILL_NONE;
    run();
    cr_expect(eq(i64, toy.rows[0].end_ms, 55)); /* first at 25 */
    cr_expect(eq(i64, toy.rows[2].start_ms, 55));
}

Test(interrupt, a_contract_begins_and_ends_on_its_dates)
{
    toy_init(&toy, 100);
    struct pool_spec *lease = toy_pool(&toy, TENURE_LEASE, "lease", 8);
    lease->from_ms = 15;
    lease->until_ms = 45;
    toy_job(&toy, 0, 30, 8);
    run();
    cr_expect(eq(i64, toy.rows[0].start_ms, 15));
    cr_expect(eq(i64, toy.rows[0].end_ms, 45));
    cr_expect(eq(i64, toy.capacity_gpu_ms[0], 240));
    cr_expect(eq(i64, toy.rows[0].interruptions, 0));
}

Test(interrupt, a_deadline_holds_for_who_waits_again)
{
    lease_then_own(20);
    for (int i = 0; i < 3; i++) {
        struct trace_row row = trace_row(0, 50, i == 0 ? 8 : 4);
        if (i > 0)
            row.times =
                (struct job_times){.deadline_ms = 10 + 20 * i, .patience_ms = 9};
        row.kind.pools = i == 0 ? "own" : NULL;
        toy_add(&toy, &row);
    }
    run();
    /* Deadlines 30 and 50; owned GPUs are free from 50 on. */
    cr_expect(eq(int, toy.rows[1].outcome, JOB_ABANDONED));
    cr_expect(eq(i64, toy.rows[1].end_ms, 30));
    cr_expect(strcmp(toy.rows[1].reason, "deadline") == 0, "by its deadline");
    cr_expect(eq(int, toy.rows[2].outcome, JOB_FINISHED));
    cr_expect(eq(i64, toy.rows[2].end_ms, 100));
}

/* ---- owned GPUs that are to leave ---- */

Test(interrupt, owned_gpus_drain)
{
    toy_init(&toy, 40);
    struct pool_spec *own = toy_pool(&toy, TENURE_OWN, "own", 8);
    toy_change(own, 10, -4);
    toy_job(&toy, 0, 20, 6);
    toy_job(&toy, 12, 5, 1); /* nothing new starts on the surplus */
    run();
    cr_expect(eq(i64, toy.rows[0].end_ms, 20));
    cr_expect(eq(i64, toy.rows[1].start_ms, 20));
    cr_expect(eq(i64, toy.capacity_gpu_ms[0], 8 * 10 + 6 * 10 + 4 * 20));
    cr_expect(eq(i64, toy.state_gpu_ms[0][GPU_BUSY_USEFUL], 125));
}

Test(interrupt, owned_gpus_leave_as_their_jobs_end)
{
    toy_init(&toy, 40);
    struct pool_spec *own = toy_pool(&toy, TENURE_OWN, "own", 8);
    toy_change(own, 10, -6);
    toy_job(&toy, 0, 15, 3);
    toy_job(&toy, 0, 25, 4);
    run();
    /* 8 until 10, 7 until 15, 4 until 25, then 2. */
    cr_expect(eq(i64, toy.capacity_gpu_ms[0], 80 + 35 + 40 + 30));
}

Test(interrupt, new_gpus_are_used_while_old_ones_drain)
{
    toy_init(&toy, 40);
    struct pool_spec *own = toy_pool(&toy, TENURE_OWN, "own", 8);
    toy_change(own, 10, -8);
    toy_change(own, 14, 3);
    toy_job(&toy, 0, 20, 2);
    toy_job(&toy, 11, 5, 1);
    toy_job(&toy, 11, 5, 3);
    run();
    /* Two drain until 20; the target is three from 14 on, so one is free. */
    cr_expect(eq(i64, toy.rows[1].start_ms, 14));
    cr_expect(eq(i64, toy.rows[2].start_ms, 20));
    cr_expect(eq(i64, toy.capacity_gpu_ms[0], 80 + 2 * 4 + 3 * 26));
}

static void two_servers(void)
{
    toy_init(&toy, 40);
    toy.scenario.dispatch.placement = PLACEMENT_PACKED;
    struct pool_spec *own = toy_pool(&toy, TENURE_OWN, "own", 16);
    toy_change(own, 10, -8);
}

Test(interrupt, a_whole_free_server_leaves_at_once)
{
    two_servers();
    toy_job(&toy, 0, 20, 5);
    run();
    cr_expect(eq(i64, toy.capacity_gpu_ms[0], 16 * 10 + 8 * 30));
}

Test(interrupt, a_server_drains_and_the_others_go_on)
{
    two_servers();
    toy_job(&toy, 0, 20, 4); /* server 0 */
    toy_job(&toy, 0, 15, 5); /* server 1, which is to leave */
    toy_job(&toy, 11, 4, 3); /* server 0 has room */
    toy_job(&toy, 12, 4, 3); /* server 1 has, but drains */
    run();
    cr_expect(eq(i64, toy.rows[2].start_ms, 11));
    cr_expect(eq(i64, toy.rows[3].start_ms, 15));
    cr_expect(eq(i64, toy.capacity_gpu_ms[0], 16 * 15 + 8 * 25));
    cr_expect(eq(i64, toy.state_gpu_ms[0][GPU_BUSY_USEFUL], 80 + 75 + 12 + 12));
}

Test(interrupt, a_gang_over_several_servers_holds_them_all)
{
    two_servers();
    toy_job(&toy, 0, 20, 12);
    run();
    cr_expect(eq(i64, toy.rows[0].end_ms, 20));
    cr_expect(eq(i64, toy.capacity_gpu_ms[0], 16 * 20 + 8 * 20));
}
