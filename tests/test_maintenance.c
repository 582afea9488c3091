/* Windows of planned maintenance. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "one_toy.h"
#include "runs.h"

static struct maintenance_spec spec;

TestSuite(maintenance, .fini = free_toy);

/* Two servers, one of them in a window from 20 to 50. */
static void begin(enum placement placement, int64_t drain_ms, bool interrupt)
{
    toy_free(&toy);
    toy_init(&toy, 100);
    toy.scenario.dispatch.placement = placement;
    struct pool_spec *pool = toy_pool(&toy, TENURE_OWN, "own", 16);
    spec = (struct maintenance_spec){.from_ms = 20,
                                     .lasts_ms = 30,
                                     .drain_ms = drain_ms,
                                     .servers_frac = 0.5,
                                     .interrupt = interrupt};
    pool->maintenance = &spec;
    pool->n_maintenance = 1;
}

/* Its server is down when the job has ended, from 30 to 50; meanwhile the other one
 * serves from 21 to 61, so the third job waits for the window's end. */
Test(maintenance, a_job_is_let_finish_and_nothing_new_starts_there)
{
    begin(PLACEMENT_PACKED, 0, false);
    toy_job(&toy, 0, 30, 8);
    toy_job(&toy, 21, 40, 8);
    toy_job(&toy, 22, 5, 8);
    run();
    cr_expect(eq(i64, toy.rows[0].end_ms, 30));
    cr_expect(eq(i64, toy.rows[1].start_ms, 21));
    cr_expect(eq(i64, toy.rows[2].start_ms, 50));
    cr_expect(eq(i64, toy.state_gpu_ms[0][GPU_DOWN], 8 * 20));
}

/* As a number: the 8 that are free are down at once, the job goes on. */
Test(maintenance, without_servers_free_gpus_go_first)
{
    begin(PLACEMENT_FUNGIBLE, 0, true);
    toy_job(&toy, 0, 30, 8);
    toy_job(&toy, 21, 40, 8);
    run();
    cr_expect(eq(i64, toy.rows[0].interruptions, 0));
    cr_expect(eq(i64, toy.rows[1].start_ms, 30));
    cr_expect(eq(i64, toy.state_gpu_ms[0][GPU_DOWN], 8 * 30));
}

/* At 20 the job on the first server, of 30 ms, is thrown back to nothing and starts
 * again on the other one. */
Test(maintenance, a_job_that_is_still_there_may_be_interrupted)
{
    begin(PLACEMENT_PACKED, 0, true);
    toy_job(&toy, 0, 30, 8);
    run();
    cr_expect(eq(i64, toy.rows[0].end_ms, 50));
    cr_expect(eq(i64, toy.lost_gpu_ms[CAUSE_MAINTENANCE], 8 * 20));
    cr_expect(eq(i64, toy.repeated_gpu_ms[CAUSE_MAINTENANCE], 8 * 20));
    cr_expect(eq(i64, toy.state_gpu_ms[0][GPU_DOWN], 8 * 30));
}

/* Both jobs run; the one that started last makes room, until the other ends at 45. */
Test(maintenance, without_servers_the_last_to_start_is_interrupted)
{
    begin(PLACEMENT_FUNGIBLE, 0, true);
    toy_job(&toy, 0, 45, 8);
    toy_job(&toy, 5, 30, 8);
    run();
    cr_expect(eq(i64, toy.rows[0].interruptions, 0));
    cr_expect(eq(i64, toy.rows[1].interruptions, 1));
    cr_expect(eq(i64, toy.lost_gpu_ms[CAUSE_MAINTENANCE], 8 * 15));
    cr_expect(eq(i64, toy.rows[1].end_ms, 45 + 30));
}

/* From 12 on nothing starts on the server of the window. */
Test(maintenance, a_drain_begins_before_the_window)
{
    for (int packed = 0; packed < 2; packed++) {
        begin(packed ? PLACEMENT_PACKED : PLACEMENT_FUNGIBLE, 8, true);
        toy_job(&toy, 13, 10, 16);
        toy_job(&toy, 13, 3, 8);
        run();
        cr_expect(eq(i64, toy.rows[0].start_ms, 50));
        cr_expect(eq(i64, toy.rows[1].start_ms, 13));
        cr_expect(eq(i64, toy.state_gpu_ms[0][GPU_DOWN], 8 * 38));
    }
}

/* Windows from 10, 20 and 30 on take the first, the second and the first server: a job
 * that runs on the first one from 16 on is interrupted at 30. */
Test(maintenance, windows_go_round)
{
    begin(PLACEMENT_PACKED, 0, true);
    toy.scenario.horizon_ms = 39;
    spec.from_ms = 10;
    spec.lasts_ms = 5;
    spec.every_ms = 10;
    toy_job(&toy, 16, 100, 8);
    run();
    cr_expect(eq(i64, toy.rows[0].interruptions, 1));
    cr_expect(eq(i64, toy.lost_gpu_ms[CAUSE_MAINTENANCE], 8 * 14));
    cr_expect(eq(i64, toy.state_gpu_ms[0][GPU_DOWN], 8 * 5 * 3));
}

/* clang-format off */
static const struct {
    const char *windows, *message;
} wrong[] = {
    {"[{from: 2025-12-31, lasts: 8h}]", "6:80: pools.own.maintenance.0.from: the window, with its drain, begins before the scenario's start"},
    {"[{from: 2026-03-01, lasts: 8h, every: 10h, drain: 2h}]", "6:110: pools.own.maintenance.0.every: a window begins before the last has ended; it must be above lasts and drain together"},
    {"[{from: 2026-03-01, lasts: 8h, servers: 120 %}]", "6:112: pools.own.maintenance.0.servers: 120 % is above 100 %"},
    {"[{from: 2026-03-01, lasts: 8h, mode: wait}]", "6:109: pools.own.maintenance.0.mode: 'wait' is not one of drain, interrupt"},
    {"[8h]", "6:73: pools.own.maintenance.0: a map is wanted, as in {from: 2026-03-01, every: 90d, lasts: 8h, servers: 10 %}"},
    {"8h", "6:72: pools.own.maintenance: a list of at most 100 is wanted, as in [{from: 2026-03-01, every: 90d, lasts: 8h, servers: 10 %}]"},
};
/* clang-format on */

Test(maintenance, what_is_wrong_is_said_with_its_place)
{
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct scenario scenario;
        struct error err;
        char yaml[4096];
        snprintf(yaml, sizeof yaml,
                 "start: 2026-01-01\nhorizon: 1y\ninterval: 1y\ndemand: []\npools:\n"
                 "  - {name: own, tenure: own, class: h100-sxm, servers: 4, "
                 "maintenance: %s}\n",
                 wrong[i].windows);
        bool read = scenario_from_text(&scenario, yaml, NULL, 0, &err);
        cr_assert(eq(int, read, false));
        const char *message = strchr(err.text, ':');
        cr_expect(eq(str, (char *)(message ? message + 1 : err.text),
                     (char *)wrong[i].message));
    }
}
