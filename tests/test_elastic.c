/* Capacity that is requested and given up, by hand-computed cases. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "one_toy.h"

TestSuite(elastic, .fini = free_toy);

static struct pool_spec *rented(int64_t limit_gpus, int64_t unit_gpus)
{
    toy_init(&toy, 200);
    struct pool_spec *pool = toy_pool(&toy, TENURE_ON_DEMAND, "burst", limit_gpus);
    pool->unit_gpus = unit_gpus;
    return pool;
}

static void expect_ran(int job, int64_t start_ms, int64_t end_ms)
{
    const struct toy_row *row = &toy.rows[job];
    cr_expect(row->there && row->start_ms == start_ms && row->end_ms == end_ms,
              "job %d: from %lld to %lld", job, (long long)row->start_ms,
              (long long)row->end_ms);
}

struct wanted {
    int64_t useful, overhead, no_demand, fragmented, held, surplus;
};

static void expect_states(struct wanted wanted)
{
    const int64_t *state = toy.state_gpu_ms[0];
    cr_expect(eq(i64, state[GPU_BUSY_USEFUL], wanted.useful));
    cr_expect(eq(i64, state[GPU_BUSY_OVERHEAD], wanted.overhead));
    cr_expect(eq(i64, state[GPU_IDLE_NO_DEMAND], wanted.no_demand));
    cr_expect(eq(i64, state[GPU_IDLE_FRAGMENTED], wanted.fragmented));
    cr_expect(eq(i64, state[GPU_IDLE_HELD], wanted.held));
    cr_expect(eq(i64, state[GPU_DOWN], 0));
    cr_expect(eq(i64, toy.surplus_gpu_ms[0], wanted.surplus));
}

Test(elastic, what_is_held_is_what_was_asked_for)
{
    rented(10, 1);
    toy_job(&toy, 3, 17, 4);
    toy_job(&toy, 5, 10, 6);
    run();
    expect_ran(0, 3, 20);
    expect_ran(1, 5, 15);
    expect_states((struct wanted){.useful = 17 * 4 + 10 * 6});
}

Test(elastic, beyond_the_limit_jobs_wait)
{
    rented(10, 1);
    toy_job(&toy, 3, 17, 4);
    toy_job(&toy, 5, 10, 7);
    toy_job(&toy, 6, 1, 11);
    run();
    expect_ran(1, 20, 30);
    cr_expect(eq(int, toy.rows[2].outcome, JOB_REFUSED));
}

/* Four instances of 5: two have 4 GPUs taken each, one is kept free, one can be had.
 * 12 GPUs want two whole ones and 2 GPUs of a third, which is none of the two. */
Test(elastic, the_remainder_of_a_gang_needs_an_instance_beside_its_whole_ones)
{
    struct pool_spec *pool = rented(20, 5);
    pool->keep_alive_ms = 100;
    toy_job(&toy, 0, 50, 4);
    toy_job(&toy, 0, 60, 4);
    toy_job(&toy, 1, 4, 5);
    toy_job(&toy, 10, 20, 12);
    run();
    expect_ran(3, 50, 70);
}

Test(elastic, boot_is_overhead_and_part_of_the_wait)
{
    struct pool_spec *pool = rented(10, 1);
    pool->boot_ms = 6;
    toy_job(&toy, 3, 17, 4);
    toy_job(&toy, 5, 10, 7); /* booting GPUs count against the limit */
    run();
    expect_ran(0, 9, 26);
    cr_expect(eq(i64, toy.rows[0].wait_ms, 6));
    cr_expect(eq(i64, toy.rows[0].overhead_gpu_ms, 24));
    cr_expect(eq(i64, toy.rows[0].useful_gpu_ms, 68));
    expect_ran(1, 32, 42);
    expect_states((struct wanted){.useful = 68 + 70, .overhead = 24 + 42});
}

Test(elastic, minimum_and_increment_round_the_bill_alone)
{
    struct pool_spec *pool = rented(100, 1);
    pool->minimum_ms = 60;
    pool->increment_ms = 7;
    toy_job(&toy, 0, 15, 4); /* 60 at least */
    toy_job(&toy, 0, 60, 3); /* 63, in sevens */
    toy_job(&toy, 0, 63, 2); /* just nine of them */
    toy_job(&toy, 0, 64, 1); /* ten: 70 */
    run();
    expect_states((struct wanted){.useful = 60 + 180 + 126 + 64,
                                  .surplus = 45 * 4 + 3 * 3 + 0 + 6});
}

Test(elastic, a_limit_holds_whole_instances_only)
{
    rented(10, 4);
    toy_job(&toy, 0, 5, 8);
    toy_job(&toy, 0, 5, 9);
    run();
    expect_ran(0, 0, 5);
    cr_expect(eq(int, toy.rows[1].outcome, JOB_REFUSED));
}

Test(elastic, jobs_pack_onto_held_instances_first)
{
    struct pool_spec *pool = rented(24, 8);
    pool->boot_ms = 2;
    toy_job(&toy, 0, 10, 3); /* first instance, ready at 2, done at 12 */
    toy_job(&toy, 1, 10, 5); /* the rest of it: ready at 2 as well */
    toy_job(&toy, 4, 4, 6);  /* a second one: 6 to 10 */
    run();
    expect_ran(0, 2, 12);
    expect_ran(1, 2, 12);
    expect_ran(2, 6, 10);
    /* The first from 0 to 12, the second from 4 to 10. */
    expect_states((struct wanted){.useful = 30 + 50 + 24,
                                  .overhead = 2 * 3 + 1 * 5 + 2 * 6,
                                  .no_demand = 5 + 6 * 2});
}

Test(elastic, a_gang_takes_whole_instances_and_the_rest_of_another)
{
    rented(16, 4);
    toy_job(&toy, 0, 30, 3); /* instance 0: one GPU left */
    toy_job(&toy, 1, 10, 9); /* instances 1 and 2, and that GPU */
    toy_job(&toy, 2, 10, 4); /* instance 3 */
    toy_job(&toy, 3, 1, 1);  /* no room before 11 */
    run();
    expect_ran(1, 1, 11);
    expect_ran(2, 2, 12);
    expect_ran(3, 11, 12);
    expect_states((struct wanted){.useful = 90 + 90 + 40 + 1,
                                  /* GPU 3 of instance 0: 0 to 1 and 12 to 30 */
                                  .no_demand = 1 + 18});
}

Test(elastic, idle_instances_are_kept_and_used_again_without_a_boot)
{
    struct pool_spec *pool = rented(8, 8);
    pool->boot_ms = 3;
    pool->keep_alive_ms = 5;
    toy_job(&toy, 0, 10, 8); /* 3 to 13, kept until 18 */
    toy_job(&toy, 16, 4, 6); /* 16 to 20, kept until 25 */
    run();
    expect_ran(0, 3, 13);
    expect_ran(1, 16, 20);
    cr_expect(eq(i64, toy.rows[1].overhead_gpu_ms, 0));
    expect_states((struct wanted){
        .useful = 80 + 24, .overhead = 24, .no_demand = 4 * 2, .held = 3 * 8 + 5 * 8});
}

Test(elastic, an_instance_is_given_up_at_the_end_of_its_keep_alive)
{
    struct pool_spec *pool = rented(8, 8);
    pool->boot_ms = 3;
    pool->keep_alive_ms = 5;
    toy_job(&toy, 0, 10, 8);
    toy_job(&toy, 18, 4, 8); /* capacity goes before jobs arrive */
    run();
    expect_ran(1, 21, 25);
    expect_states(
        (struct wanted){.useful = 80 + 32, .overhead = 24 + 24, .held = 5 * 8 + 5 * 8});
}

Test(elastic, single_gpus_are_kept_too)
{
    struct pool_spec *pool = rented(6, 1);
    pool->keep_alive_ms = 5;
    toy_job(&toy, 0, 10, 4);
    toy_job(&toy, 12, 2, 3);
    run();
    expect_ran(1, 12, 14);
    /* One is given up at 15, three at 19. */
    expect_states((struct wanted){.useful = 46, .held = 2 * 4 + 2 + 1 + 3 * 5});
}

Test(elastic, a_kept_instance_is_billed_as_one_holding)
{
    struct pool_spec *pool = rented(8, 8);
    pool->keep_alive_ms = 5;
    pool->minimum_ms = 20;
    pool->increment_ms = 30;
    toy_job(&toy, 0, 10, 8);
    toy_job(&toy, 12, 14, 8); /* held from 0 to 31 in all: 60 */
    toy_job(&toy, 50, 3, 2);  /* 8 ms: 30 */
    run();
    expect_states((struct wanted){.useful = 80 + 112 + 6,
                                  .no_demand = 3 * 6,
                                  .held = 2 * 8 + 5 * 8 + 5 * 8,
                                  .surplus = 29 * 8 + 22 * 8});
}

Test(elastic, instances_still_held_at_the_horizon_count_up_to_it)
{
    struct pool_spec *pool = rented(8, 8);
    pool->keep_alive_ms = 50;
    toy_job(&toy, 170, 10, 8);
    run();
    expect_states((struct wanted){.useful = 80, .held = 20 * 8});
}

Test(elastic, direct_cost_is_what_was_held_at_its_price)
{
    struct pool_spec *pool = rented(8, 1);
    pool->price_rate = INT64_C(2950000000); /* 2.95 USD per GPU-h */
    pool->minimum_ms = 60000;
    toy.scenario.horizon_ms = 36000000;
    toy.scenario.interval.ms = 3600000;
    toy_job(&toy, 0, 7200000, 3);
    toy_job(&toy, 0, 1000, 1);
    run();
    cr_expect(eq(i64, toy.rows[0].direct_uusd, 2 * 3 * 2950000));
    cr_expect(eq(i64, toy.rows[1].direct_uusd, 49167)); /* a minute */
}
