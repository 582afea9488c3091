/* Levels of demand in small worlds, computed by hand: times in ms, GPU-ms. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "level_fixture.h"

TestSuite(level, .fini = toy_end);

#define USEFUL(pool)   toy.state_gpu_ms[pool][GPU_BUSY_USEFUL]
#define OVERHEAD(pool) toy.state_gpu_ms[pool][GPU_BUSY_OVERHEAD]
#define IDLE(pool)     toy.state_gpu_ms[pool][GPU_IDLE_NO_DEMAND]

/* 5 x 10 + 12 x 20 + 3 x 70 = 500 wanted, of which 4 x 20 are more than the 8 there. */
Test(level, what_is_wanted_is_served_or_not)
{
    toy_begin(100);
    toy_pool(&toy, TENURE_OWN, "own", 8);
    TOY_LEVEL({0, 5}, {10, 12}, {30, 3});
    toy_go();
    cr_expect(eq(i64, toy_sums[0].demand, 500));
    cr_expect(eq(i64, toy_sums[0].served, 420));
    cr_expect(eq(i64, USEFUL(0), 420));
    cr_expect(eq(i64, IDLE(0), 800 - 420));
}

Test(level, two_half_pools_are_one_pool)
{
    toy_begin(100);
    toy_pool(&toy, TENURE_OWN, "a", 4);
    toy_pool(&toy, TENURE_OWN, "b", 4);
    TOY_LEVEL({0, 5}, {10, 12}, {30, 3});
    toy_go();
    cr_expect(eq(i64, toy_sums[0].served, 420));
    cr_expect(eq(i64, USEFUL(0), 4 * 10 + 4 * 20 + 3 * 70));
    cr_expect(eq(i64, USEFUL(1), 1 * 10 + 4 * 20));
}

/* What its end says: 3 for good, nothing, or again a day later. */
Test(level, after_its_end_it_stays_stops_or_repeats)
{
    static const struct {
        enum level_end end;
        int64_t days;
    } cases[] = {{LEVEL_END_HOLD, 12}, {LEVEL_END_STOP, 2}, {LEVEL_END_REPEAT, 10}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (i > 0)
            toy_end();
        toy_begin(3 * MS_PER_D);
        toy.scenario.interval.ms = MS_PER_D;
        toy_pool(&toy, TENURE_OWN, "own", 8);
        struct level_spec *level = TOY_LEVEL({0, 2}, {MS_PER_D, 5});
        level->after_end = cases[i].end;
        level->period_ms = cases[i].end == LEVEL_END_REPEAT ? 2 * MS_PER_D : 0;
        toy_go();
        /* hold: 2 + 5 + 5; stop: 2; repeat: 2 + 5 + 2, the last day again at 2 */
        int64_t want = cases[i].end == LEVEL_END_REPEAT ? 9 : cases[i].days;
        cr_expect(eq(i64, toy_sums[0].demand, want * MS_PER_D));
    }
}

/* 7 x 1.5 = 10.5 is 11; a year later 1.2 times as much, 12.6, is 13. */
Test(level, scale_and_growth_are_rounded_to_whole_gpus)
{
    toy_begin(MS_PER_Y + MS_PER_D);
    toy.scenario.interval.ms = MS_PER_Y;
    toy_pool(&toy, TENURE_OWN, "own", 64);
    struct level_spec *level = TOY_LEVEL({0, 7}, {MS_PER_Y, 7});
    level->scale = 1.5;
    toy_go();
    cr_expect(eq(i64, toy_sums[0].demand, 11 * (MS_PER_Y + MS_PER_D)));
    toy_end();

    toy_begin(MS_PER_Y + MS_PER_D);
    toy.scenario.interval.ms = MS_PER_Y; /* the second interval is the last day */
    toy_pool(&toy, TENURE_OWN, "own", 64);
    level = TOY_LEVEL({0, 7}, {MS_PER_Y, 7});
    level->scale = 1.5;
    level->growth_per_y = 0.2;
    toy_go();
    /* 10.5 x 1.2^(d/365) on day d: 12 from 11.5 on (182.1), 13 from 12.5 on
     * (349.05) */
    int64_t days = 11 * 183 + 12 * (350 - 183) + 13 * (366 - 350);
    cr_expect(eq(i64, toy_sums[0].demand, days * MS_PER_D));
}

/* 10 stand on 4 + 4 + 2; at 5 the third gives back its 2, the second 3. */
Test(level, gives_back_its_least_preferred_first)
{
    toy_begin(100);
    toy_pool(&toy, TENURE_OWN, "a", 4);
    toy_pool(&toy, TENURE_OWN, "b", 4);
    toy_pool(&toy, TENURE_ON_DEMAND, "c", 4);
    TOY_LEVEL({0, 10}, {20, 5});
    toy_go();
    cr_expect(eq(i64, USEFUL(0), 4 * 100));
    cr_expect(eq(i64, USEFUL(1), 4 * 20 + 1 * 80));
    cr_expect(eq(i64, USEFUL(2), 2 * 20));
}

/* The job leaves one GPU of the first pool until 30; then the level's second GPU moves
 * there, or when its hold is over. */
Test(level, moves_back_when_there_is_room_and_its_hold_is_over)
{
    for (int hold = 0; hold < 2; hold++) {
        if (hold)
            toy_end();
        toy_begin(100);
        toy_priority_order(false);
        toy_pool(&toy, TENURE_OWN, "a", 4);
        toy_pool(&toy, TENURE_ON_DEMAND, "b", 4);
        toy_urgent_job(0, 30, 3, 1, false);
        TOY_LEVEL({0, 2})->hold_ms = hold ? 50 : 0;
        toy_go();
        int64_t moved = hold ? 50 : 30;
        cr_expect(eq(i64, USEFUL(1), moved));
        cr_expect(eq(i64, USEFUL(0), 3 * 30 + 200 - moved));
        cr_expect(eq(i64, toy_sums[0].served, 200));
    }
}

/* Not to what must boot: service would stop for the move. */
Test(level, does_not_move_to_what_boots)
{
    toy_begin(100);
    toy_priority_order(false);
    toy_pool(&toy, TENURE_ON_DEMAND, "a", 3)->boot_ms = 5;
    toy_pool(&toy, TENURE_OWN, "b", 4);
    toy_urgent_job(0, 25, 3, 1, false); /* boots for 5, in the first */
    TOY_LEVEL({0, 2});
    toy_go();
    cr_expect(eq(i64, USEFUL(0), 3 * 25));
    cr_expect(eq(i64, USEFUL(1), 200));
}

/* 4 until 10, then 1; the 3 others are kept until 25, and one serves again from 20 on,
 * when 2 are wanted: overhead 3 x 10 + 2 x 5. */
Test(level, what_a_hold_keeps_is_overhead_until_it_is_wanted_again)
{
    toy_begin(100);
    toy_pool(&toy, TENURE_OWN, "own", 8);
    TOY_LEVEL({0, 4}, {10, 1}, {20, 2})->hold_ms = 25;
    toy_go();
    cr_expect(eq(i64, toy_sums[0].demand, 40 + 10 + 160));
    cr_expect(eq(i64, toy_sums[0].served, 210));
    cr_expect(eq(i64, toy_sums[0].overhead, 40));
    cr_expect(eq(i64, OVERHEAD(0), 40));
    cr_expect(eq(i64, IDLE(0), 800 - 250));
}

/* 3 are rented from 10 to 25: 5 of it they boot, and 40 are billed. */
Test(level, elastic_gpus_boot_and_their_bill_is_rounded)
{
    toy_begin(100);
    toy_pool(&toy, TENURE_OWN, "own", 4);
    struct pool_spec *burst = toy_pool(&toy, TENURE_ON_DEMAND, "burst", 16);
    burst->boot_ms = 5;
    burst->minimum_ms = 40;
    burst->increment_ms = 10;
    TOY_LEVEL({0, 4}, {10, 7}, {25, 4});
    toy_go();
    cr_expect(eq(i64, toy_sums[0].demand, 40 + 105 + 300));
    cr_expect(eq(i64, toy_sums[0].demand - toy_sums[0].served, 15));
    cr_expect(eq(i64, OVERHEAD(1), 15));
    cr_expect(eq(i64, USEFUL(1), 30));
    cr_expect(eq(i64, toy.surplus_gpu_ms[1], 3 * 25));
}

/* Instances of 8: 10 GPUs hold two; with 9 the second still stands, kept 6 when 8. */
Test(level, instances_are_shared_and_kept_alive)
{
    toy_begin(100);
    struct pool_spec *burst = toy_pool(&toy, TENURE_ON_DEMAND, "burst", 32);
    burst->unit_gpus = 8;
    burst->keep_alive_ms = 6;
    TOY_LEVEL({0, 10}, {20, 9}, {30, 8}, {80, 0});
    toy_go();
    cr_expect(eq(i64, USEFUL(0), 200 + 90 + 400));
    /* 16 until 36, then 8 until 86 */
    cr_expect(eq(i64, toy.capacity_gpu_ms[0], 16 * 36 + 8 * 50));
    cr_expect(eq(i64, toy.state_gpu_ms[0][GPU_IDLE_HELD], 8 * 6 + 8 * 6));
}

/* A gang of 6 and a level of 4 on 8 GPUs: the level comes first unless its priority is
 * lower; the job starts when the level falls to 1, or at once. */
Test(level, comes_before_waiting_jobs_unless_its_priority_is_lower)
{
    for (int64_t priority = 0; priority >= -1; priority--) {
        if (priority)
            toy_end();
        toy_begin(100);
        toy_pool(&toy, TENURE_OWN, "own", 8);
        toy_job(&toy, 0, 20, 6);
        TOY_LEVEL({0, 4}, {40, 1})->priority = priority;
        toy_go();
        cr_expect(eq(i64, toy.rows[0].start_ms, priority ? 0 : 40));
        cr_expect(
            eq(i64, toy_sums[0].served, priority ? 2 * 20 + 4 * 20 + 60 : 4 * 40 + 60));
    }
}

/* By order of priority: jobs of 2 before the level of 1 before jobs of 0, in one
 * instant.  8 GPUs: 3 for the job of 2, 4 for the level, and one is left for a gang of
 * 3. */
Test(level, stands_between_jobs_by_priority)
{
    toy_begin(100);
    toy_priority_order(false);
    toy_pool(&toy, TENURE_OWN, "own", 8);
    toy_urgent_job(0, 50, 3, 0, false);
    toy_urgent_job(0, 30, 3, 2, false);
    TOY_LEVEL({0, 4})->priority = 1;
    toy_go();
    cr_expect(eq(i64, toy.rows[1].start_ms, 0));
    cr_expect(eq(i64, toy.rows[0].start_ms, 30));
    cr_expect(eq(i64, toy_sums[0].served, 400));
}

/* The second job reserves all 8 GPUs at 20, so that the level of lower priority gets
 * none of the 2 that are free until then: not before 30.  With `skip` it takes them at
 * 10, and the second job never finds 8. */
Test(level, of_lower_priority_leaves_what_is_reserved)
{
    static const enum backfill backfills[] = {BACKFILL_EASY, BACKFILL_CONSERVATIVE,
                                              BACKFILL_NONE, BACKFILL_SKIP};
    for (size_t i = 0; i < sizeof backfills / sizeof *backfills; i++) {
        if (i)
            toy_end();
        bool skips = backfills[i] == BACKFILL_SKIP;
        toy_begin(100);
        toy.scenario.dispatch.backfill = backfills[i];
        toy_pool(&toy, TENURE_OWN, "own", 8);
        toy_job(&toy, 0, 20, 6);
        toy_job(&toy, 5, 10, 8);
        TOY_LEVEL({10, 2})->priority = -1;
        toy_go();
        cr_expect(eq(i64, toy.rows[1].start_ms, skips ? NEVER_STARTED : 20), "%zu", i);
        cr_expect(eq(i64, toy_sums[0].served, skips ? 180 : 140));
    }
}

/* A gang of 8 waits for GPUs that a level holds without end: it has no reservation, and
 * a later one may start. */
Test(level, what_it_holds_is_held_until_it_changes)
{
    static const enum backfill backfills[] = {BACKFILL_EASY, BACKFILL_CONSERVATIVE};
    for (size_t i = 0; i < 4; i++) {
        if (i)
            toy_end();
        toy_begin(100);
        toy.scenario.dispatch.backfill = backfills[i % 2];
        if (i >= 2)
            toy.scenario.dispatch.placement = PLACEMENT_PACKED;
        toy_pool(&toy, TENURE_OWN, "own", 8);
        TOY_LEVEL({0, 1}, {60, 0});
        toy_job(&toy, 5, 10, 8);
        toy_job(&toy, 6, 40, 7);
        toy_go();
        cr_expect(eq(i64, toy.rows[1].start_ms, 6));
        cr_expect(eq(i64, toy.rows[0].start_ms, 60));
    }
}

/* Two of the four are free; the preemptible job of 6 makes room for the rest, and waits
 * for 6 GPUs until the level falls. */
Test(level, preempts_only_where_preempt_is_on)
{
    for (int on = 0; on < 2; on++) {
        if (on)
            toy_end();
        toy_begin(100);
        toy_priority_order(on);
        toy_pool(&toy, TENURE_OWN, "own", 8);
        toy_urgent_job(0, 50, 6, 0, true);
        TOY_LEVEL({10, 4}, {40, 0})->priority = 5;
        toy_go();
        cr_expect(eq(i64, toy_sums[0].served, on ? 4 * 30 : 2 * 30));
        cr_expect(eq(i64, toy.rows[0].end_ms, on ? 40 + 50 : 50));
        cr_expect(eq(i64, toy.lost_gpu_ms[CAUSE_PREEMPTION], 0)); /* not summed here */
    }
}

/* The job of 5 takes 3 of the level's 6 GPUs while it runs. */
Test(level, a_preemptible_one_makes_room_gpu_by_gpu)
{
    toy_begin(100);
    toy_priority_order(true);
    toy_pool(&toy, TENURE_OWN, "own", 8);
    TOY_LEVEL({0, 6})->kind.preemptible = true;
    toy_urgent_job(10, 20, 5, 3, false);
    toy_go();
    cr_expect(eq(i64, toy.rows[0].start_ms, 10));
    cr_expect(eq(i64, toy_sums[0].served, 600 - 3 * 20));
}

/* The same, where there is room elsewhere: no gap, and back again when the job ends. */
Test(level, who_makes_room_is_served_elsewhere_in_the_same_instant)
{
    toy_begin(100);
    toy_priority_order(true);
    toy_pool(&toy, TENURE_OWN, "own", 8);
    toy_pool(&toy, TENURE_ON_DEMAND, "burst", 16);
    TOY_LEVEL({0, 6})->kind.preemptible = true;
    struct trace_row row = trace_row(10, 20, 5);
    row.job.priority = 3;
    row.kind.pools = "own";
    toy_add(&toy, &row);
    toy_go();
    cr_expect(eq(i64, toy.rows[0].start_ms, 10));
    cr_expect(eq(i64, toy_sums[0].served, 600));
    cr_expect(eq(i64, USEFUL(1), 3 * 20));
}

/* The more urgent level first, whatever the order of the file. */
Test(level, several_are_served_by_priority)
{
    toy_begin(100);
    toy_pool(&toy, TENURE_OWN, "own", 8);
    TOY_LEVEL({0, 5});
    TOY_LEVEL({0, 6})->priority = 1;
    TOY_LEVEL({50, 4})->priority = 2;
    toy_go();
    cr_expect(eq(i64, toy_sums[2].served, 0)); /* what is held stays */
    cr_expect(eq(i64, toy_sums[1].served, 600));
    cr_expect(eq(i64, toy_sums[0].served, 200));
}

/* 4 of 8 are retired at 40: the level keeps 4, at once. */
Test(level, capacity_that_leaves_takes_it_along)
{
    for (int packed = 0; packed < 2; packed++) {
        if (packed)
            toy_end();
        toy_begin(100);
        if (packed)
            toy.scenario.dispatch.placement = PLACEMENT_PACKED;
        struct pool_spec *own = toy_pool(&toy, TENURE_OWN, "own", 8);
        own->gpus_per_server = 4;
        toy_change(own, 40, -4);
        TOY_LEVEL({0, 6});
        toy_go();
        cr_expect(eq(i64, toy_sums[0].served, 6 * 40 + 4 * 60));
        cr_expect(eq(i64, toy.capacity_gpu_ms[0], 8 * 40 + 4 * 60));
    }
}

/* The lease ends at 50; the level goes on elsewhere in the same instant. */
Test(level, a_contract_that_ends_is_no_gap_where_there_is_room)
{
    for (int room = 0; room < 2; room++) {
        if (room)
            toy_end();
        toy_begin(100);
        struct pool_spec *lease = toy_pool(&toy, TENURE_LEASE, "lease", 8);
        lease->until_ms = 50;
        if (room)
            toy_pool(&toy, TENURE_ON_DEMAND, "burst", 16);
        TOY_LEVEL({0, 6});
        toy_go();
        cr_expect(eq(i64, toy_sums[0].served, room ? 600 : 300));
    }
}

/* Servers of 8: single GPUs go where fewest are left, so that a gang of 8 finds a whole
 * server beside 3, and none beside 9. */
Test(level, packed_it_stands_as_single_gpus)
{
    toy_begin(100);
    toy.scenario.dispatch.placement = PLACEMENT_PACKED;
    toy_pool(&toy, TENURE_OWN, "own", 16);
    TOY_LEVEL({0, 3}, {40, 9});
    toy_job(&toy, 10, 20, 8);
    toy_job(&toy, 50, 20, 7);
    toy_go();
    cr_expect(eq(i64, toy.rows[0].start_ms, 10));
    cr_expect(eq(i64, toy.rows[1].start_ms, 50));
    cr_expect(eq(i64, toy_sums[0].served, 3 * 40 + 9 * 60));
}

/* The provider is out from 40 to 60: the level is elsewhere until then, without a gap;
 * hold times bind nobody who is gone, but they do on the way back. */
Test(level, an_outage_moves_it_and_its_end_moves_it_back)
{
    static struct outage_spec outage;
    for (int hold = 0; hold < 2; hold++) {
        if (hold)
            toy_end();
        toy_begin(100);
        toy_pool(&toy, TENURE_OWN, "own", 8);
        toy_pool(&toy, TENURE_ON_DEMAND, "burst", 16);
        outage = (struct outage_spec){
            .provider = "north", .pools = 1, .from_ms = 40, .lasts_ms = 20};
        toy.scenario.outages = &outage;
        toy.scenario.n_outages = 1;
        TOY_LEVEL({0, 6})->hold_ms = hold ? 30 : 0;
        toy_go();
        int64_t back = hold ? 70 : 60;
        cr_expect(eq(i64, toy_sums[0].served, 600));
        cr_expect(eq(i64, USEFUL(1), 6 * (back - 40)));
        cr_expect(eq(i64, toy.state_gpu_ms[0][GPU_DOWN], 8 * 20));
    }
}
