/* Spot capacity: when it is taken back, and what that costs. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "one_toy.h"

static struct supply_point points[4];

TestSuite(spot, .fini = free_toy);

/* A spot pool of which the market has 8 GPUs but from 17 to 40 none. */
static struct pool_spec *spot_until_17(int64_t unit, int64_t notice_ms)
{
    toy_init(&toy, 200);
    struct pool_spec *pool = toy_pool(&toy, TENURE_SPOT, "spot", 8);
    pool->unit_gpus = unit;
    pool->notice_ms = notice_ms;
    points[0] = (struct supply_point){0, 8};
    points[1] = (struct supply_point){17, 0};
    points[2] = (struct supply_point){40, 8};
    pool->supply = (struct supply_trace){points, 3};
    return pool;
}

static void job_of_30(int32_t gpus, int64_t interval_ms, int64_t cost_ms,
                      int64_t restart_ms)
{
    struct trace_row row = trace_row(0, 30, gpus);
    row.kind.checkpoint_interval_ms = interval_ms;
    row.kind.checkpoint_cost_ms = cost_ms;
    row.kind.restart_ms = restart_ms;
    toy_add(&toy, &row);
}

static void expect(int job, int64_t end_ms, int64_t useful_gpu_ms,
                   int64_t overhead_gpu_ms)
{
    const struct toy_row *row = &toy.rows[job];
    cr_expect(eq(i64, row->start_ms, 0));
    cr_expect(eq(i64, row->end_ms, end_ms));
    cr_expect(eq(i64, row->useful_gpu_ms, useful_gpu_ms));
    cr_expect(eq(i64, row->overhead_gpu_ms, overhead_gpu_ms));
}

static void expect_work(int64_t lost_gpu_ms, int64_t repeated_gpu_ms)
{
    cr_expect(eq(i64, toy.lost_gpu_ms[CAUSE_SPOT], lost_gpu_ms));
    cr_expect(eq(i64, toy.repeated_gpu_ms[CAUSE_SPOT], repeated_gpu_ms));
}

/* Work 0-8, checkpoint 8-10, work 10-17: 7 of 4 GPUs are lost.  From 40 on: restart 3,
 * the 7 again until 50, 1 new until 51, checkpoint 53, 8 new 61, checkpoint 63 (24 are
 * done), the last 6: 69.  Held for 17 + 29. */
Test(spot, without_notice_work_falls_back_to_the_last_checkpoint)
{
    spot_until_17(4, 0);
    job_of_30(4, 8, 2, 3);
    run();
    expect(0, 69, 4 * 30, 4 * (3 * 2 + 3 + 7));
    expect_work(4 * 7, 4 * 7);
    cr_expect(eq(i64, toy.rows[0].interruptions, 1));
    cr_expect(eq(i64, toy.capacity_gpu_ms[0], 4 * (17 + 29)));
}

/* Told at 17, the job checkpoints until 19 and leaves; the GPUs are paid until 22.
 * From 40 on: restart 3, the 15 that are left, with a checkpoint after 8: 60. */
Test(spot, with_notice_for_a_checkpoint_nothing_is_lost)
{
    spot_until_17(4, 5);
    job_of_30(4, 8, 2, 3);
    run();
    expect(0, 60, 4 * 30, 4 * (2 + 2 + 3 + 2));
    expect_work(0, 0);
    cr_expect(eq(i64, toy.capacity_gpu_ms[0], 4 * (22 + 20)));
    cr_expect(eq(i64, toy.state_gpu_ms[0][GPU_IDLE_HELD], 4 * 3));
}

/* The same in steps: notice as long as the checkpoint is enough, 1 ms less is not: the
 * job works on until 18, and 8 are lost. */
Test(spot, notice_as_long_as_a_checkpoint_is_enough)
{
    spot_until_17(4, 2);
    job_of_30(4, 8, 2, 3);
    run();
    expect(0, 60, 4 * 30, 4 * (2 + 2 + 3 + 2));
    expect_work(0, 0);
}

Test(spot, with_too_little_notice_the_job_works_on_and_falls_back)
{
    spot_until_17(4, 1);
    job_of_30(4, 8, 2, 3);
    run();
    expect(0, 69, 4 * 30, 4 * (3 * 2 + 3 + 8));
    expect_work(4 * 8, 4 * 8);
    cr_expect(eq(i64, toy.capacity_gpu_ms[0], 4 * (18 + 29)));
}

/* Free checkpoints are taken at the notice. */
Test(spot, a_checkpoint_that_costs_nothing_is_taken_at_the_notice)
{
    spot_until_17(4, 1);
    job_of_30(4, 8, 0, 3);
    run();
    expect(0, 40 + 3 + 13, 4 * 30, 4 * 3);
    expect_work(0, 0);
}

Test(spot, a_job_that_cannot_checkpoint_works_until_the_end_of_the_notice)
{
    spot_until_17(4, 12);
    job_of_30(4, 0, 0, 0);
    run();
    expect(0, 70, 4 * 30, 4 * 29);
    expect_work(4 * 29, 4 * 29);
}

Test(spot, a_job_that_ends_within_the_notice_is_left_alone)
{
    spot_until_17(4, 13);
    job_of_30(4, 0, 0, 0);
    run();
    expect(0, 30, 4 * 30, 0);
    cr_expect(eq(i64, toy.rows[0].interruptions, 0));
    cr_expect(eq(i64, toy.capacity_gpu_ms[0], 4 * 30));
}

/* Told at 17 in the checkpoint of 16 to 18, which the job ends; it leaves with it. */
Test(spot, a_checkpoint_under_way_counts)
{
    spot_until_17(4, 1);
    job_of_30(4, 16, 2, 0);
    run();
    expect(0, 18 + 22 + 14, 4 * 30, 4 * 2);
    expect_work(0, 0);
}

/* 4 of 8 GPUs are left: of three instances those requested last go, one of 4 GPUs and,
 * since there is a gang on two, with it the other half of its gang. */
Test(spot, the_instances_requested_last_go_first)
{
    spot_until_17(2, 0);
    points[1].gpus = 4;
    job_of_30(2, 0, 0, 0);
    job_of_30(4, 0, 0, 0);
    job_of_30(2, 0, 0, 0);
    run();
    expect(0, 30, 2 * 30, 0);
    expect(1, 70, 4 * 30, 4 * 17); /* room for all of it at 40 */
    expect(2, 17 + 30, 2 * 30, 2 * 17);
    cr_expect(eq(i64, toy.rows[2].interruptions, 1));
}

Test(spot, a_price_above_the_bid_closes_the_pool)
{
    toy_init(&toy, 200);
    struct pool_spec *pool = toy_pool(&toy, TENURE_SPOT, "spot", 8);
    pool->interruption_mean_ms = INT64_C(1000000000);
    pool->price_rate = 1900000000;
    pool->bid_rate = 2000000000;
    pool->price_shocked = true;
    struct shock_spec shock = {.path = "shocks.0",
                               .pools = 1,
                               .from_ms = 17,
                               .lasts_ms = 23,
                               .limit_gpus = INT64_MAX,
                               .share_frac = 1,
                               .price_times = 1.1};
    toy.scenario.shocks = &shock;
    toy.scenario.n_shocks = 1;
    job_of_30(4, 0, 0, 0);
    run();
    expect(0, 70, 4 * 30, 4 * 17);
    expect_work(4 * 17, 4 * 17);
}

/* ---- shocks on rented capacity ---- */

static struct shock_spec shock_from_10(void)
{
    return (struct shock_spec){.path = "shocks.0",
                               .pools = 1,
                               .from_ms = 10,
                               .lasts_ms = 25,
                               .limit_gpus = INT64_MAX,
                               .share_frac = 1,
                               .price_times = 1};
}

static void on_demand_with(struct shock_spec *shock, int64_t keep_alive_ms)
{
    toy_init(&toy, 200);
    toy_pool(&toy, TENURE_ON_DEMAND, "burst", 8)->keep_alive_ms = keep_alive_ms;
    toy.scenario.shocks = shock;
    toy.scenario.n_shocks = 1;
}

Test(spot, in_a_shock_what_is_held_stays_and_no_more_is_granted)
{
    struct shock_spec shock = shock_from_10();
    shock.limit_gpus = 0;
    on_demand_with(&shock, 0);
    toy_job(&toy, 0, 20, 4);
    toy_job(&toy, 12, 20, 4);
    run();
    cr_expect(eq(i64, toy.rows[0].end_ms, 20));
    cr_expect(eq(i64, toy.rows[1].start_ms, 35));
    cr_expect(eq(i64, toy.rows[0].interruptions, 0));
}

Test(spot, in_a_shock_a_kept_instance_may_be_used_again)
{
    struct shock_spec shock = shock_from_10();
    shock.share_frac = 0.5;
    on_demand_with(&shock, 5);
    toy_job(&toy, 0, 20, 8);
    toy_job(&toy, 22, 20, 8); /* until 25 they are kept */
    toy_job(&toy, 43, 5, 4);
    run();
    cr_expect(eq(i64, toy.rows[1].start_ms, 22));
    cr_expect(eq(i64, toy.rows[2].start_ms, 43));
}

Test(spot, a_provider_that_ends_takes_all_and_gives_nothing)
{
    struct shock_spec shock = shock_from_10();
    shock.ends = true;
    shock.lasts_ms = NEVER_MS;
    on_demand_with(&shock, 0);
    toy_pool(&toy, TENURE_OWN, "own", 4);
    struct trace_row row = trace_row(0, 30, 4);
    row.kind.checkpoint_interval_ms = 7;
    row.kind.checkpoint_cost_ms = 1;
    row.kind.restart_ms = 2;
    toy_add(&toy, &row); /* 7, checkpoint until 8, 2 more are lost */
    toy_job(&toy, 0, 5, 4);
    toy_job(&toy, 9, 30, 8); /* could run there alone */
    run();
    expect(0, 10 + 2 + 23 + 3, 4 * 30, 4 * (1 + 2 + 2 + 3));
    cr_expect(eq(int, toy.rows[0].pool, 1));
    cr_expect(eq(i64, toy.lost_gpu_ms[CAUSE_PROVIDER_END], 4 * 2));
    cr_expect(eq(i64, toy.repeated_gpu_ms[CAUSE_PROVIDER_END], 4 * 2));
    cr_expect(eq(int, toy.rows[2].outcome, JOB_REFUSED));
    cr_expect(eq(i64, toy.rows[2].end_ms, 10));
}

Test(spot, on_demand_supply_bounds_what_is_granted)
{
    toy_init(&toy, 200);
    struct pool_spec *pool = toy_pool(&toy, TENURE_ON_DEMAND, "burst", 8);
    points[0] = (struct supply_point){0, 8};
    points[1] = (struct supply_point){5, 4};
    points[2] = (struct supply_point){50, 6};
    pool->supply = (struct supply_trace){points, 3};
    toy_job(&toy, 0, 10, 8);
    toy_job(&toy, 6, 10, 3);
    toy_job(&toy, 20, 10, 5);
    run();
    cr_expect(eq(i64, toy.rows[0].end_ms, 10));
    cr_expect(eq(i64, toy.rows[1].start_ms, 10));
    cr_expect(eq(i64, toy.rows[2].start_ms, 50));
}
