/* Providers that are out with all their pools. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "one_toy.h"
#include "runs.h"

static struct outage_spec outage;

TestSuite(outages, .fini = free_toy);

/* All pools are out from 20 to 30. */
static void begin(enum placement placement)
{
    toy_free(&toy);
    toy_init(&toy, 100);
    toy.scenario.dispatch.placement = placement;
    outage = (struct outage_spec){
        .provider = "north", .pools = 15, .from_ms = 20, .lasts_ms = 10};
    toy.scenario.outages = &outage;
    toy.scenario.n_outages = 1;
}

/* As when a server fails: 20 ms of work are lost, and done again from 30 on. */
Test(outages, jobs_of_fixed_pools_wait_until_it_ends)
{
    for (int packed = 0; packed < 2; packed++) {
        begin(packed ? PLACEMENT_PACKED : PLACEMENT_FUNGIBLE);
        outage.pools = 1;
        toy_pool(&toy, packed ? TENURE_OWN : TENURE_LEASE, "fixed", 16);
        toy_job(&toy, 0, 30, 4);
        toy_job(&toy, 25, 7, 16);
        run();
        cr_expect(eq(i64, toy.rows[0].end_ms, 60));
        cr_expect(eq(i64, toy.rows[1].start_ms, 60));
        cr_expect(eq(i64, toy.lost_gpu_ms[CAUSE_OUTAGE], 4 * 20));
        cr_expect(eq(i64, toy.repeated_gpu_ms[CAUSE_OUTAGE], 4 * 20));
        cr_expect(eq(i64, toy.state_gpu_ms[0][GPU_DOWN], 16 * 10));
        cr_expect(eq(i64, toy.capacity_gpu_ms[0], 16 * 100));
    }
}

/* The capacity is gone and comes back with the job. */
Test(outages, elastic_pools_hold_nothing_until_it_ends)
{
    begin(PLACEMENT_FUNGIBLE);
    outage.pools = 1;
    toy_pool(&toy, TENURE_ON_DEMAND, "burst", 16);
    toy_job(&toy, 0, 30, 4);
    toy_job(&toy, 25, 5, 2);
    run();
    cr_expect(eq(i64, toy.rows[0].end_ms, 60));
    cr_expect(eq(i64, toy.rows[1].start_ms, 30));
    cr_expect(eq(i64, toy.lost_gpu_ms[CAUSE_OUTAGE], 4 * 20));
    cr_expect(eq(i64, toy.state_gpu_ms[0][GPU_DOWN], 0));
    cr_expect(eq(i64, toy.capacity_gpu_ms[0], 4 * 20 + 4 * 30 + 2 * 5));
}

Test(outages, instances_that_are_kept_are_given_up)
{
    begin(PLACEMENT_FUNGIBLE);
    outage.pools = 1;
    struct pool_spec *burst = toy_pool(&toy, TENURE_ON_DEMAND, "burst", 32);
    burst->unit_gpus = 8;
    burst->keep_alive_ms = 50;
    toy_job(&toy, 0, 10, 3);
    toy_job(&toy, 5, 30, 8);
    run();
    /* 8 from 0 to 20, 8 from 5 to 20, 8 from 30 to the horizon (kept from 60 on) */
    cr_expect(eq(i64, toy.capacity_gpu_ms[0], 8 * 20 + 8 * 15 + 8 * 70));
    cr_expect(eq(i64, toy.rows[1].end_ms, 60));
    cr_expect(eq(i64, toy.lost_gpu_ms[CAUSE_OUTAGE], 8 * 15));
}

/* 8 GPUs from 0 and 8 that come at 25, down from 20 and from 25 to 30. */
Test(outages, what_comes_meanwhile_is_out_like_the_rest)
{
    for (int packed = 0; packed < 2; packed++) {
        begin(packed ? PLACEMENT_PACKED : PLACEMENT_FUNGIBLE);
        outage.pools = 1;
        toy_change(toy_pool(&toy, TENURE_OWN, "own", 8), 25, 8);
        toy_job(&toy, 26, 10, 8);
        run();
        cr_expect(eq(i64, toy.rows[0].start_ms, 30));
        cr_expect(eq(i64, toy.state_gpu_ms[0][GPU_DOWN], 8 * 10 + 8 * 5));
    }
}

/* All 700 entries of one provider begin at once; the longest of them counts. */
Test(outages, any_number_may_overlap)
{
    static struct outage_spec many[700];
    for (int i = 0; i < 700; i++)
        many[i] = (struct outage_spec){.provider = "north",
                                       .pools = 1,
                                       .rank = (uint32_t)i,
                                       .from_ms = 20,
                                       .lasts_ms = i == 345 ? 17 : 10};
    for (int packed = 0; packed < 2; packed++) {
        begin(packed ? PLACEMENT_PACKED : PLACEMENT_FUNGIBLE);
        toy.scenario.outages = many;
        toy.scenario.n_outages = COUNT(many);
        toy_pool(&toy, TENURE_OWN, "own", 16);
        toy_job(&toy, 25, 7, 16);
        run();
        cr_expect(eq(i64, toy.rows[0].start_ms, 37));
        cr_expect(eq(i64, toy.state_gpu_ms[0][GPU_DOWN], 16 * 17));
    }
}

Test(outages, pools_of_others_go_on)
{
    begin(PLACEMENT_FUNGIBLE);
    outage.pools = 1;
    toy_pool(&toy, TENURE_OWN, "own", 8);
    toy_pool(&toy, TENURE_ON_DEMAND, "burst", 8);
    toy_job(&toy, 0, 30, 4);
    run();
    cr_expect(eq(int, toy.rows[0].pool, 1));
    cr_expect(eq(i64, toy.rows[0].end_ms, 50));
    cr_expect(eq(i64, toy.rows[0].interruptions, 1));
}

struct log {
    char *text;
    size_t size;
    FILE *out;
    int n;
};

static void take_event(void *self, const struct event_row *row)
{
    struct log *log = self;
    bool begins = strcmp(row->kind, "outage") == 0;
    if ((!begins && strcmp(row->kind, "outage_end") != 0) ||
        strcmp(row->detail, "north") != 0)
        return;
    log->n += begins;
    fprintf(log->out, "%lld %s %s\n", (long long)row->time_ms, row->kind, row->pool);
}

static struct log log_of(const char *outages)
{
    struct log log = {.n = 0};
    struct scenario scenario;
    struct error err;
    char yaml[4096];
    snprintf(yaml, sizeof yaml,
             "start: 2026-01-01\nhorizon: 150y\ninterval: 1y\nevents: true\n"
             "demand: []\noutages: [%s]\npools:\n"
             "  - {name: own, tenure: own, class: h100-sxm, servers: 1, provider: "
             "north}\n"
             "  - {name: burst, tenure: on-demand, class: h100-sxm, provider: south,\n "
             "    limit: 8}\n",
             outages);
    cr_assert(scenario_from_text(&scenario, yaml, NULL, 0, &err), "%s", err.text);
    log.out = open_memstream(&log.text, &log.size);
    const struct sink sink = {.self = &log, .event = take_event};
    const struct run_options options = {.sink = &sink};
    struct world *world = world_new(&scenario, &options);
    cr_assert(world_run(world, &err), "%s", err.text);
    world_free(world);
    scenario_free(&scenario);
    fclose(log.out);
    return log;
}

/* 150 years at 0.7 a year and nearly no time out: 105, standard error sqrt(105). */
Test(outages, those_at_random_have_their_rate_and_their_own_stream)
{
    struct log alone = log_of("{provider: north, per_y: 0.7, lasts: 6h, sigma: 1}");
    cr_expect(fabs(alone.n - 105.) < 4 * sqrt(105), "%d", alone.n);
    struct log both = log_of("{provider: south, per_y: 9, lasts: 3h},\n"
                             "  {provider: north, per_y: 0.7, lasts: 6h, sigma: 1}");
    cr_expect(eq(str, alone.text, both.text));
    free(alone.text);
    free(both.text);
}

/* clang-format off */
static const struct {
    const char *outages, *message;
} wrong[] = {
    {"{provider: norht, from: 2026-06-01, lasts: 6h}", "6:22: outages.0.provider: no pool has the provider 'norht'; did you mean 'north'?"},
    {"{provider: north, lasts: 6h}", "6:11: outages.0: `from` or `per_y` is needed, as in `from: 2026-06-01` or `per_y: 0.7`"},
    {"{provider: north, lasts: 6h, per_y: 1, from: 2026-06-01}", "6:11: outages.0: give `from` or `per_y`, not both, as in `from: 2026-06-01` or `per_y: 0.7`"},
    {"{provider: north, lasts: 6h, from: 2025-06-01}", "6:46: outages.0.from: it lies before the scenario's start"},
    {"{provider: north, from: 2026-06-01}", "6:11: outages.0: missing key 'lasts': how long; of outages at random the median"},
    {"north", "6:11: outages.0: a map is wanted, as in {provider: north, from: 2026-06-01, lasts: 6h}"},
};
/* clang-format on */

Test(outages, what_is_wrong_is_said_with_its_place)
{
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct scenario scenario;
        struct error err;
        char yaml[4096];
        snprintf(yaml, sizeof yaml,
                 "start: 2026-01-01\nhorizon: 1y\ninterval: 1y\nevents: true\n"
                 "demand: []\noutages: [%s]\npools:\n"
                 "  - {name: own, tenure: own, class: h100-sxm, servers: 1, provider: "
                 "north}\n",
                 wrong[i].outages);
        bool read = scenario_from_text(&scenario, yaml, NULL, 0, &err);
        cr_assert(eq(int, read, false));
        const char *message = strchr(err.text, ':');
        cr_expect(eq(str, (char *)(message ? message + 1 : err.text),
                     (char *)wrong[i].message));
    }
}
