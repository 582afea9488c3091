/* Preemption: who gives way for whom, and what it costs. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "one_toy.h"

static void set_up(void)
{
    toy_init(&toy, 1000);
    toy.scenario.dispatch.order = model_find(MODEL_ORDER, "priority");
    toy.scenario.dispatch.preempt = true;
}

TestSuite(preempt, .init = set_up, .fini = free_toy);

struct work {
    int64_t submit_ms, duration_ms;
    int32_t gpus, priority;
    bool preemptible;
};

static struct trace_row row_of(struct work work)
{
    struct trace_row row = trace_row(work.submit_ms, work.duration_ms, work.gpus);
    row.job.priority = work.priority;
    row.kind.preemptible = work.preemptible;
    return row;
}

static void add(struct work work)
{
    struct trace_row row = row_of(work);
    toy_add(&toy, &row);
}

static void expect_run(int job, int64_t start_ms, int64_t end_ms, int64_t interruptions)
{
    const struct toy_row *row = &toy.rows[job - 1];
    cr_expect(eq(i64, row->start_ms, start_ms), "job %d", job);
    cr_expect(eq(i64, row->end_ms, end_ms), "job %d", job);
    cr_expect(eq(i64, row->interruptions, interruptions), "job %d", job);
}

/*
 * Job 1 works 0-8, checkpoints 8-10, works 10-18, checkpoints 18-20, and has 17 of its
 * 30 ms done at 21, 16 of them secured.  From 30, when job 2 has ended: restart 3, the
 * lost 1 again, 7 new, checkpoint 2, the last 6: until 49.  Overhead: three checkpoints
 * of 2, the restart of 3, the repeated 1.  Job 4 has its priority but came later.  What
 * was lost, and is repeated, is that 1 on 4 GPUs, by preemption and by nothing else.
 */
Test(preempt, a_victim_falls_back_to_its_checkpoint_and_keeps_its_place)
{
    toy_pool(&toy, TENURE_OWN, "own", 8);
    struct trace_row row = row_of((struct work){0, 30, 4, 0, true});
    row.kind.checkpoint_interval_ms = 8;
    row.kind.checkpoint_cost_ms = 2;
    row.kind.restart_ms = 3;
    toy_add(&toy, &row);
    add((struct work){0, 30, 4, 0, false});
    add((struct work){21, 17, 4, 5, true});
    add((struct work){22, 10, 4, 0, true});
    run();
    expect_run(1, 0, 49, 1);
    expect_run(2, 0, 30, 0);
    expect_run(3, 21, 38, 0);
    expect_run(4, 38, 48, 0);
    cr_expect(eq(i64, toy.rows[0].useful_gpu_ms, 4 * 30));
    cr_expect(eq(i64, toy.rows[0].overhead_gpu_ms, 4 * (3 * 2 + 3 + 1)));
    for (int c = 0; c < CAUSES; c++) {
        int64_t expected = c == CAUSE_PREEMPTION ? 4 * 1 : 0;
        cr_expect(eq(i64, toy.lost_gpu_ms[c], expected), "cause %d", c);
        cr_expect(eq(i64, toy.repeated_gpu_ms[c], expected), "cause %d", c);
    }
}

/*
 * Without checkpoints all is lost: job 1 has 13 ms done on 3 GPUs at 13, boots nothing,
 * and does them again from 20 on, until 20 + 29 = 49.
 */
Test(preempt, a_victim_without_checkpoints_does_all_again)
{
    toy_pool(&toy, TENURE_OWN, "own", 5);
    add((struct work){0, 29, 3, 0, true});
    add((struct work){13, 7, 4, 5, false});
    run();
    expect_run(1, 0, 49, 1);
    expect_run(2, 13, 20, 0);
    cr_expect(eq(i64, toy.rows[0].useful_gpu_ms, 3 * 29));
    cr_expect(eq(i64, toy.rows[0].overhead_gpu_ms, 3 * 13));
    cr_expect(eq(i64, toy.lost_gpu_ms[CAUSE_PREEMPTION], 3 * 13));
    cr_expect(eq(i64, toy.repeated_gpu_ms[CAUSE_PREEMPTION], 3 * 13));
}

Test(preempt, the_lowest_priority_goes_first_then_the_latest_start)
{
    toy_pool(&toy, TENURE_OWN, "own", 4);
    add((struct work){0, 100, 1, 1, true});
    add((struct work){1, 100, 1, 0, true});
    add((struct work){2, 100, 1, 0, true});
    add((struct work){3, 100, 1, 1, true});
    add((struct work){10, 50, 1, 2, true}); /* 3 goes */
    add((struct work){11, 50, 2, 2, true}); /* 2 and 4 go */
    run();
    expect_run(1, 0, 100, 0);
    expect_run(2, 1, 161, 1); /* behind 4, in the room of 6 */
    expect_run(3, 2, 161, 1);
    expect_run(4, 3, 160, 1); /* in the room of 5 */
    expect_run(5, 10, 60, 0);
    expect_run(6, 11, 61, 0);
}

Test(preempt, equal_priority_gives_no_way)
{
    toy_pool(&toy, TENURE_OWN, "own", 4);
    add((struct work){0, 30, 4, 2, true});
    add((struct work){5, 30, 4, 2, true});
    run();
    expect_run(1, 0, 30, 0);
    expect_run(2, 30, 60, 0);
}

Test(preempt, it_is_all_or_nothing_in_one_pool)
{
    toy_pool(&toy, TENURE_OWN, "first", 4);
    toy_pool(&toy, TENURE_OWN, "second", 4);
    add((struct work){0, 30, 2, 0, true});
    add((struct work){0, 40, 2, 0, false});
    add((struct work){0, 50, 4, 0, true});
    add((struct work){5, 30, 3, 9, true}); /* two can be freed in the first pool */
    run();
    expect_run(1, 0, 30, 0);
    expect_run(3, 0, 85, 1);
    expect_run(4, 5, 35, 0);
    cr_expect(eq(int, toy.rows[3].pool, 1));
}

Test(preempt, rented_room_is_taken_before_anybody_gives_way)
{
    toy_pool(&toy, TENURE_OWN, "own", 4);
    toy_pool(&toy, TENURE_ON_DEMAND, "burst", 4);
    add((struct work){0, 30, 4, 0, true});
    add((struct work){5, 30, 4, 2, true});
    add((struct work){6, 30, 4, 1, true}); /* on-demand jobs are not preempted */
    run();
    expect_run(1, 0, 65, 1); /* on-demand, too, from 35 on */
    cr_expect(eq(int, toy.rows[1].pool, 1));
    expect_run(3, 6, 36, 0);
    cr_expect(eq(int, toy.rows[2].pool, 0));
}

Test(preempt, many_urgent_jobs_of_one_instant_all_find_room)
{
    toy_pool(&toy, TENURE_OWN, "own", 32);
    add((struct work){0, 100, 32, 0, true});
    for (int i = 0; i < 32; i++)
        add((struct work){10, 20, 1, 1 + i % 3, true});
    run();
    expect_run(1, 0, 130, 1);
    for (int job = 2; job <= 33; job++)
        expect_run(job, 10, 30, 0);
}

/* Two servers of 4.  Jobs 1 and 2 share the first, 3 and 4 the second.  A gang of 4
 * needs a whole server: from the latest start on 4, 3, ... until one is free; 4 alone
 * does not do, 4 and 3 do. */
Test(preempt, on_servers_those_who_help_nobody_are_spared)
{
    toy.scenario.dispatch.placement = PLACEMENT_PACKED;
    struct pool_spec *pool = toy_pool(&toy, TENURE_OWN, "own", 8);
    pool->gpus_per_server = 4;
    add((struct work){0, 100, 2, 0, true});  /* server 0 */
    add((struct work){1, 100, 1, 0, false}); /* server 0 */
    add((struct work){2, 100, 3, 0, true});  /* server 1 */
    add((struct work){3, 100, 1, 0, true});  /* server 0: best fit */
    add((struct work){10, 50, 4, 1, true});
    run();
    expect_run(1, 0, 100, 0);
    expect_run(2, 1, 101, 0);
    expect_run(3, 2, 160, 1);
    expect_run(4, 3, 103, 0); /* later than 3, but no help */
    expect_run(5, 10, 60, 0);
}
