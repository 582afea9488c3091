/* The order of things within an instant, and how jobs leave without having run. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "one_toy.h"

TestSuite(phases, .fini = free_toy);

static void expect_ran(int job, int pool, int64_t start_ms, int64_t end_ms)
{
    const struct toy_row *row = &toy.rows[job];
    cr_expect(row->there && row->pool == pool && row->start_ms == start_ms &&
                  row->end_ms == end_ms,
              "job %d: pool %d from %lld to %lld", job, row->pool,
              (long long)row->start_ms, (long long)row->end_ms);
    cr_expect(eq(i64, row->wait_ms, start_ms - row->submit_ms));
}

static void expect_left(int job, enum job_outcome outcome, int64_t end_ms,
                        const char *reason)
{
    const struct toy_row *row = &toy.rows[job];
    cr_expect(row->there && row->outcome == outcome && row->start_ms == NEVER_STARTED &&
                  row->end_ms == end_ms,
              "job %d: outcome %d at %lld", job, row->outcome, (long long)row->end_ms);
    cr_expect(strcmp(row->reason, reason) == 0, "job %d: %s", job, row->reason);
}

static void own_and_burst(int64_t horizon_ms)
{
    toy_init(&toy, horizon_ms);
    toy_pool(&toy, TENURE_OWN, "own", 4);
    toy_pool(&toy, TENURE_ON_DEMAND, "burst", 16);
}

Test(phases, who_arrives_as_another_ends_finds_its_gpus)
{
    own_and_burst(100);
    toy_job(&toy, 0, 10, 4);
    toy_job(&toy, 10, 7, 3);
    run();
    expect_ran(1, 0, 10, 17);
}

Test(phases, with_submits_first_it_comes_too_early)
{
    own_and_burst(100);
    toy.scenario.dispatch.same_instant = SAME_INSTANT_SUBMIT_FIRST;
    toy_job(&toy, 0, 10, 4);
    toy_job(&toy, 10, 7, 3);
    run();
    expect_ran(1, 1, 10, 17);
}

Test(phases, with_submits_first_there_is_a_second_pass_after_the_ends)
{
    toy_init(&toy, 100);
    toy_pool(&toy, TENURE_OWN, "own", 4);
    toy.scenario.dispatch.same_instant = SAME_INSTANT_SUBMIT_FIRST;
    toy_job(&toy, 0, 10, 4);
    toy_job(&toy, 10, 7, 3);
    run();
    expect_ran(1, 0, 10, 17);
}

Test(phases, arrivals_at_one_instant_come_in_file_order)
{
    toy_init(&toy, 100);
    toy_pool(&toy, TENURE_OWN, "own", 4);
    for (int i = 0; i < 3; i++)
        toy_job(&toy, 3, 5 + i, 4);
    run();
    expect_ran(0, 0, 3, 8);
    expect_ran(1, 0, 8, 14);
    expect_ran(2, 0, 14, 21);
}

Test(phases, at_the_horizon_jobs_end_and_nothing_else_happens)
{
    toy_init(&toy, 10);
    toy_pool(&toy, TENURE_OWN, "own", 4);
    toy_job(&toy, 0, 10, 4); /* ends with it */
    toy_job(&toy, 2, 5, 1);  /* could start only at it */
    toy_job(&toy, 10, 1, 1); /* never comes */
    run();
    expect_ran(0, 0, 0, 10);
    cr_expect(eq(int, toy.rows[0].outcome, JOB_FINISHED));
    cr_expect(eq(int, toy.rows[1].outcome, JOB_WAITING));
    cr_expect(eq(i64, toy.rows[1].wait_ms, 8));
    cr_expect(eq(i64, toy.rows[1].end_ms, -1));
    cr_expect(not(toy.rows[2].there));
    cr_expect(eq(i64, toy.state_gpu_ms[0][GPU_BUSY_USEFUL], 40));
    cr_expect(eq(i64, toy.capacity_gpu_ms[0], 40));
}

Test(phases, a_job_that_runs_past_the_horizon_counts_up_to_it)
{
    toy_init(&toy, 100);
    toy_pool(&toy, TENURE_OWN, "own", 8);
    toy_job(&toy, 90, 11, 3);
    run();
    cr_expect(eq(int, toy.rows[0].outcome, JOB_RUNNING));
    cr_expect(eq(i64, toy.rows[0].useful_gpu_ms, 30));
    cr_expect(eq(i64, toy.state_gpu_ms[0][GPU_BUSY_USEFUL], 30));
    cr_expect(eq(i64, toy.state_gpu_ms[0][GPU_IDLE_NO_DEMAND], 770));
}

Test(phases, capacity_is_there_from_its_instant_on)
{
    toy_init(&toy, 100);
    struct pool_spec *pool = toy_pool(&toy, TENURE_OWN, "own", 4);
    toy_change(pool, 10, 4);
    toy_change(pool, 30, -6);
    toy_job(&toy, 0, 5, 8);
    toy_job(&toy, 20, 10, 2); /* ends as it leaves: only two are left */
    toy_job(&toy, 30, 5, 3);
    run();
    expect_ran(0, 0, 10, 15);
    expect_ran(1, 0, 20, 30);
    expect_left(2, JOB_REFUSED, 30, "larger or longer than any open pool ever holds");
    cr_expect(eq(i64, toy.capacity_gpu_ms[0], 4 * 10 + 8 * 20 + 2 * 70));
}

Test(phases, elastic_pools_open_at_the_instant_until)
{
    own_and_burst(100);
    toy_wait(&toy, "threshold", "after", 7);
    toy_job(&toy, 0, 50, 4);
    toy_job(&toy, 3, 20, 2);
    run();
    expect_ran(1, 1, 10, 30);
}

Test(phases, fixed_pools_are_still_tried_first_at_that_instant)
{
    own_and_burst(100);
    toy_wait(&toy, "threshold", "after", 7);
    toy_job(&toy, 0, 10, 4); /* frees its GPUs just then */
    toy_job(&toy, 3, 20, 2);
    run();
    expect_ran(1, 0, 10, 30);
}

Test(phases, short_and_long_jobs_wait_by_their_estimate)
{
    own_and_burst(200);
    toy_wait(&toy, "threshold", "short_below", 10);
    toy_wait(&toy, "threshold", "short", 3);
    toy_wait(&toy, "threshold", "long", 8);
    toy_job(&toy, 0, 100, 4);
    toy_job(&toy, 1, 9, 1);
    toy_job(&toy, 1, 10, 1);          /* not below */
    toy_job_limit(&toy, 1, 20, 1, 9); /* short by its limit */
    toy_job_limit(&toy, 1, 5, 1, 30); /* long by its limit */
    run();
    expect_ran(1, 1, 4, 13);
    expect_ran(2, 1, 9, 19);
    expect_ran(3, 1, 4, 24);
    expect_ran(4, 1, 9, 14);
}

Test(phases, who_waits_forever_never_goes_to_rented_capacity)
{
    own_and_burst(100);
    toy_wait(&toy, "forever", NULL, 0);
    toy_job(&toy, 0, 100, 4);
    toy_job(&toy, 0, 5, 1);
    toy_job(&toy, 0, 5, 5); /* but no fixed pool could ever hold this one */
    run();
    cr_expect(eq(int, toy.rows[1].outcome, JOB_WAITING));
    expect_ran(2, 1, 0, 5);
}

Test(phases, a_job_that_only_a_later_lot_can_hold_waits_for_it)
{
    toy_init(&toy, 100);
    struct pool_spec *pool = toy_pool(&toy, TENURE_OWN, "own", 4);
    toy_pool(&toy, TENURE_ON_DEMAND, "burst", 16);
    toy_change(pool, 40, 4);
    toy_wait(&toy, "forever", NULL, 0);
    toy_job(&toy, 0, 5, 7);
    run();
    expect_ran(0, 0, 40, 45);
}

static void job_with_times(int64_t submit_ms, int64_t patience_ms, int64_t deadline_ms)
{
    struct trace_row row = trace_row(submit_ms, 5, 4);
    row.times = (struct job_times){deadline_ms, patience_ms, NEVER_MS};
    toy_add(&toy, &row);
}

Test(phases, patience_and_deadline_end_a_wait)
{
    toy_init(&toy, 100);
    toy_pool(&toy, TENURE_OWN, "own", 4);
    toy_job(&toy, 0, 50, 4);
    job_with_times(3, 6, NEVER_MS);
    job_with_times(3, NEVER_MS, 20);
    job_with_times(3, 6, 8);  /* whichever comes first */
    job_with_times(3, 0, 90); /* not even an instant */
    job_with_times(3, NEVER_MS, 3);
    run();
    expect_left(1, JOB_ABANDONED, 9, "patience");
    expect_left(2, JOB_ABANDONED, 20, "deadline");
    expect_left(3, JOB_ABANDONED, 8, "deadline");
    expect_left(4, JOB_ABANDONED, 3, "patience");
    expect_left(5, JOB_ABANDONED, 3, "deadline");
    cr_expect(eq(i64, toy.rows[2].wait_ms, 17));
    cr_expect(eq(i64, toy.abandoned, 5));
}

Test(phases, who_can_start_in_its_last_instant_does)
{
    toy_init(&toy, 100);
    toy_pool(&toy, TENURE_OWN, "own", 4);
    toy_job(&toy, 0, 10, 4);
    job_with_times(3, 7, 10);
    run();
    expect_ran(1, 0, 10, 15);
}

Test(phases, a_deadline_does_not_touch_who_runs)
{
    toy_init(&toy, 100);
    toy_pool(&toy, TENURE_OWN, "own", 4);
    job_with_times(0, 1, 2);
    run();
    expect_ran(0, 0, 0, 5);
}

Test(phases, when_the_head_leaves_who_stood_behind_it_starts_at_once)
{
    toy_init(&toy, 100);
    toy_pool(&toy, TENURE_OWN, "own", 4);
    toy.scenario.dispatch.backfill = BACKFILL_NONE;
    toy_job(&toy, 0, 50, 2);
    job_with_times(1, 9, NEVER_MS); /* all four GPUs */
    toy_job(&toy, 2, 5, 2);
    run();
    expect_left(1, JOB_ABANDONED, 10, "patience");
    expect_ran(2, 0, 10, 15);
}

static void constrained(struct job_kind kind, int32_t gpus, int64_t duration_ms)
{
    struct trace_row row = trace_row(5, duration_ms, gpus);
    kind.workload = kind.tenant = NAMES_NONE;
    row.kind = kind;
    toy_add(&toy, &row);
}

Test(phases, what_no_pool_could_ever_hold_is_refused_with_the_reason)
{
    static const char size[] = "larger or longer than any open pool ever holds";
    toy_init(&toy, 100);
    struct pool_spec *own = toy_pool(&toy, TENURE_OWN, "own", 8);
    struct pool_spec *lease = toy_pool(&toy, TENURE_LEASE, "lease", 8);
    own->jurisdiction = "DE";
    lease->until_ms = 60;
    toy_change(own, 50, 4);
    constrained((struct job_kind){.pools = "other|another"}, 1, 5);
    constrained((struct job_kind){.classes = "h100-sxm"}, 1, 5);
    constrained((struct job_kind){.memory_mb = 80001}, 1, 5);
    constrained((struct job_kind){.jurisdiction = "FR|PL"}, 1, 5);
    constrained((struct job_kind){.isolation = ISOLATION_DEDICATED}, 1, 5);
    constrained((struct job_kind){0}, 13, 5);
    constrained((struct job_kind){0}, 12, 5);                /* from 50 on */
    constrained((struct job_kind){.pools = "lease"}, 8, 56); /* ends at 61 */
    constrained((struct job_kind){.pools = "lease"}, 8, 55);
    constrained((struct job_kind){.memory_mb = 80000}, 1, 5);
    run();
    expect_left(0, JOB_REFUSED, 5, "no pool of that name");
    expect_left(1, JOB_REFUSED, 5, "no pool of that class");
    expect_left(2, JOB_REFUSED, 5, "no pool with that much memory");
    expect_left(3, JOB_REFUSED, 5, "no pool in that jurisdiction");
    expect_left(4, JOB_REFUSED, 5, "no dedicated pool, for its isolation");
    expect_left(5, JOB_REFUSED, 5, size);
    expect_ran(6, 0, 50, 55);
    expect_left(7, JOB_REFUSED, 5,
                "would end after the last contract of lease does, on "
                "2026-01-01T00:00:00.060Z");
    expect_ran(8, 1, 5, 60);
    cr_expect(eq(int, toy.rows[9].outcome, JOB_FINISHED));
    cr_expect(eq(i64, toy.refused, 7));
}

/* The lease of 8 ends at 40, after which only the 4 of one's own are left: who waits
 * for 8 is refused then, who waits for 4 goes on. */
Test(phases, who_waits_for_what_will_never_be_there_again_is_refused)
{
    static const char reason[] = "no open pool will hold so many GPUs again";
    toy_init(&toy, 100);
    toy_pool(&toy, TENURE_OWN, "own", 4);
    struct pool_spec *lease = toy_pool(&toy, TENURE_LEASE, "lease", 8);
    lease->until_ms = 40;
    lease->start_past_end = true;
    toy_job(&toy, 0, 37, 8);
    toy_job(&toy, 1, 50, 4);
    toy_job(&toy, 2, 3, 8);
    toy_job(&toy, 3, 7, 8);
    toy_job(&toy, 4, 11, 4);
    run();
    expect_ran(0, 1, 0, 37);
    expect_ran(2, 1, 37, 40);
    expect_left(3, JOB_REFUSED, 40, reason);
    expect_ran(4, 0, 51, 62);
    cr_expect(eq(i64, toy.refused, 1));
}

/* Both contracts of 8 hold a gang of 16, until one ends at 20; the other renews for
 * ever, and nothing is left to wait for. */
Test(phases, an_open_horizon_does_not_wait_for_what_will_never_be_there_again)
{
    toy_init(&toy, NEVER_MS);
    toy.scenario.until_idle = true;
    struct pool_spec *pool = toy_pool(&toy, TENURE_OWN, "own", 8);
    toy_change(pool, 5, 8);
    toy_change(pool, 20, -8);
    toy_job(&toy, 6, 20, 1);
    toy_job(&toy, 7, 5, 16);
    run();
    expect_ran(0, 0, 6, 26);
    expect_left(1, JOB_REFUSED, 20, "no open pool will hold so many GPUs again");
}

Test(phases, an_open_horizon_ends_when_nothing_can_happen_any_more)
{
    toy_init(&toy, NEVER_MS);
    toy.scenario.until_idle = true;
    toy_pool(&toy, TENURE_OWN, "own", 4);
    toy_job(&toy, 0, 30, 4);
    toy_job(&toy, 11, 12, 1);
    run();
    expect_ran(1, 0, 30, 42);
    cr_expect(eq(i64, toy.end_ms, 42));
    cr_expect(eq(i64, toy.capacity_gpu_ms[0], 168));
}
