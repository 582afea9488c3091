/* Servers that fail, what that does to their jobs, and how often it happens. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "one_toy.h"
#include "runs.h"
#include "world/backlog.h"

TestSuite(failures, .fini = free_toy);

/* A model by which every server that is in service by then fails at given instants. */
struct dated {
    int64_t at_ms[4];
    int64_t only_since_ms;  /* servers in service since then alone; -1: all */
    double rate_per_node_d; /* what it claims */
};

static int64_t dated_next(const void *params, const struct failure_view *server)
{
    const struct dated *dated = params;
    if (dated->only_since_ms >= 0 && server->in_service_ms != dated->only_since_ms)
        return WAIT_FOREVER;
    for (int i = 0; i < 4; i++)
        if (dated->at_ms[i] > server->now_ms)
            return dated->at_ms[i];
    return WAIT_FOREVER;
}

static double dated_rate(const void *params)
{
    return ((const struct dated *)params)->rate_per_node_d;
}

static const struct model dated_model = {
    .kind = MODEL_FAILURE,
    .name = "dated",
    .failure = {.next_ms = dated_next, .rate_per_node_d = dated_rate},
};

static struct dated dated;
static struct failure_spec spec;

/* Every repair lasts so long. */
static void fails_at(struct pool_spec *pool, int64_t at_ms, int64_t repair_ms)
{
    dated = (struct dated){.at_ms = {at_ms}, .only_since_ms = -1};
    spec = (struct failure_spec){.model = &dated_model,
                                 .params = &dated,
                                 .share_frac = {1, 0, 0},
                                 .median_ms = {repair_ms, 0, 0}};
    pool->failures = &spec;
}

static void begin(enum placement placement, int64_t horizon_ms)
{
    toy_free(&toy);
    toy_init(&toy, horizon_ms);
    toy.scenario.dispatch.placement = placement;
}

/* 4 of 8 GPUs work from 0 on, the server fails at 20 for 10 ms: 20 ms of work are
 * thrown away, and all 30 are done from 30 to 60, the first 20 for the second time. */
Test(failures, a_server_takes_its_job_down_and_all_is_done_again)
{
    for (int packed = 0; packed < 2; packed++) {
        begin(packed ? PLACEMENT_PACKED : PLACEMENT_FUNGIBLE, 100);
        fails_at(toy_pool(&toy, TENURE_OWN, "own", 8), 20, 10);
        toy_job(&toy, 0, 30, 4);
        run();
        const struct toy_row *row = &toy.rows[0];
        cr_expect(eq(i64, row->end_ms, 60));
        cr_expect(eq(i64, row->useful_gpu_ms, 4 * 30));
        cr_expect(eq(i64, row->overhead_gpu_ms, 4 * 20));
        cr_expect(eq(i64, row->interruptions, 1));
        cr_expect(eq(i64, toy.lost_gpu_ms[CAUSE_FAILURE], 4 * 20));
        cr_expect(eq(i64, toy.repeated_gpu_ms[CAUSE_FAILURE], 4 * 20));
        cr_expect(eq(i64, toy.state_gpu_ms[0][GPU_DOWN], 8 * 10));
        cr_expect(
            eq(i64, toy.state_gpu_ms[0][GPU_IDLE_NO_DEMAND], 4 * 20 + 4 * 30 + 8 * 40));
        cr_expect(eq(i64, toy.capacity_gpu_ms[0], 800));
    }
}

/* Both servers fail; the gang on them is interrupted once and whole. */
Test(failures, a_gang_over_several_servers_is_interrupted_whole)
{
    for (int packed = 0; packed < 2; packed++) {
        begin(packed ? PLACEMENT_PACKED : PLACEMENT_FUNGIBLE, 200);
        fails_at(toy_pool(&toy, TENURE_OWN, "own", 24), 20, 15);
        toy_job(&toy, 0, 30, 16);
        run();
        cr_expect(eq(i64, toy.rows[0].interruptions, 1));
        cr_expect(eq(i64, toy.rows[0].end_ms, 35 + 30));
        cr_expect(eq(i64, toy.state_gpu_ms[0][GPU_DOWN], 24 * 15));
        cr_expect(eq(i64, toy.lost_gpu_ms[CAUSE_FAILURE], 16 * 20));
    }
}

/* Of two servers that of the second lot (from 1 on) fails at 5 until 25.  A gang of 16
 * that comes at 6 can have both at 25, as is known; behind it 8 GPUs may start for 10
 * ms but not for 30. */
static void return_is_known(enum placement placement, enum backfill backfill)
{
    begin(placement, 200);
    toy.scenario.dispatch.backfill = backfill;
    struct pool_spec *pool = toy_pool(&toy, TENURE_OWN, "own", 8);
    toy_change(pool, 1, 8);
    fails_at(pool, 5, 20);
    dated.only_since_ms = 1;
    toy_job(&toy, 6, 10, 16);
    toy_job(&toy, 7, 30, 8);
    toy_job(&toy, 8, 10, 8);
    run();
    cr_expect(eq(i64, toy.rows[0].start_ms, 25));
    cr_expect(eq(i64, toy.rows[1].start_ms, 35));
    cr_expect(eq(i64, toy.rows[2].start_ms, 8));
    cr_expect(eq(i64, toy.state_gpu_ms[0][GPU_DOWN], 8 * 20));
}

Test(failures, reservations_know_when_a_server_comes_back)
{
    return_is_known(PLACEMENT_FUNGIBLE, BACKFILL_EASY);
    return_is_known(PLACEMENT_PACKED, BACKFILL_EASY);
    return_is_known(PLACEMENT_FUNGIBLE, BACKFILL_CONSERVATIVE);
    return_is_known(PLACEMENT_PACKED, BACKFILL_CONSERVATIVE);
}

/* At 5 one of two servers goes down until 40, at 10 one is to leave: the broken one. */
Test(failures, what_leaves_takes_the_broken_server_before_the_busy_one)
{
    for (int packed = 0; packed < 2; packed++) {
        begin(packed ? PLACEMENT_PACKED : PLACEMENT_FUNGIBLE, 100);
        struct pool_spec *pool = toy_pool(&toy, TENURE_OWN, "own", 8);
        toy_change(pool, 1, 8);
        toy_change(pool, 10, -8);
        fails_at(pool, 5, 35);
        dated.only_since_ms = 1;
        toy_job(&toy, 6, 50, 8);
        toy_job(&toy, 7, 1, 8);
        run();
        cr_expect(eq(i64, toy.rows[0].start_ms, 6));
        cr_expect(eq(i64, toy.rows[1].start_ms, 56));
        cr_expect(eq(i64, toy.state_gpu_ms[0][GPU_DOWN], 8 * 5));
        cr_expect(eq(i64, toy.capacity_gpu_ms[0], 8 * 1 + 16 * 9 + 8 * 90));
    }
}

Test(failures, a_contract_ends_while_its_servers_are_down)
{
    for (int packed = 0; packed < 2; packed++) {
        begin(packed ? PLACEMENT_PACKED : PLACEMENT_FUNGIBLE, 100);
        struct pool_spec *lease = toy_pool(&toy, TENURE_LEASE, "lease", 16);
        lease->until_ms = 30;
        fails_at(lease, 20, 50);
        run();
        cr_expect(eq(i64, toy.state_gpu_ms[0][GPU_DOWN], 16 * 10));
        cr_expect(eq(i64, toy.capacity_gpu_ms[0], 16 * 30));
    }
}

/* 16 GPUs, 8 of which are to leave at 10 while 16 are busy; at 20 the only server that
 * fails is one of the two: its 8 GPUs are the surplus, and leave. */
Test(failures, a_server_that_fails_while_a_surplus_drains_leaves)
{
    begin(PLACEMENT_FUNGIBLE, 100);
    struct pool_spec *pool = toy_pool(&toy, TENURE_OWN, "own", 8);
    toy_change(pool, 1, 8);
    toy_change(pool, 10, -8);
    fails_at(pool, 20, 50);
    dated.only_since_ms = 1; /* the oldest lot leaves */
    toy_job(&toy, 2, 60, 8);
    toy_job(&toy, 2, 60, 8);
    run();
    cr_expect(eq(i64, toy.state_gpu_ms[0][GPU_DOWN], 0));
    cr_expect(eq(i64, toy.capacity_gpu_ms[0], 8 * 1 + 16 * 19 + 8 * 80));
    cr_expect(eq(i64, toy.rows[0].interruptions + toy.rows[1].interruptions, 1));
}

/* C = 2 min.  On one server M = 1 / (0.004 + 0.02) d = 3.6e9 ms and tau =
 * sqrt(2 x 1.2e5 x 3.6e9) = 29,393,877 ms, so that 4 d of work have 11 checkpoints; 20
 * GPUs are on three: M = 1 / 0.032 d, tau = sqrt(2 x 1.2e5 x 2.7e9) = 25,455,844
 * ms: 13. Where checkpoints cost 2 M and more, tau = M: at 1,440 /d M is one minute. */
Test(failures, checkpoint_intervals_follow_young_and_daly)
{
    static const struct {
        int32_t gpus;
        double job_per_d;
        int64_t work_ms, checkpoints;
    } cases[] = {{4, 0.02, 345600000, 11}, {20, 0.02, 345600000, 13}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        begin(PLACEMENT_PACKED, 400000000);
        struct pool_spec *pool = toy_pool(&toy, TENURE_OWN, "own", 24);
        fails_at(pool, 399999999, 1);
        dated.rate_per_node_d = 0.004;
        toy.scenario.interval.ms = 100000000;
        toy.scenario.seed = 5;
        toy.demand.young_daly = true;
        toy.demand.failures_per_d = cases[i].job_per_d;
        toy.demand.kind.checkpoint_cost_ms = 120000;
        toy_job(&toy, 0, cases[i].work_ms, cases[i].gpus);
        run();
        cr_expect(eq(i64, toy.rows[0].overhead_gpu_ms,
                     cases[i].checkpoints * 120000 * cases[i].gpus));
    }
}

/* ---- how often ---- */

static const char *const frame = "start: 2026-01-01\n"
                                 "events: true\n"
                                 "demand:\n"
                                 "  - model: {name: poisson, rate: 2 /d, gpus: 24,\n"
                                 "            duration: 30h}\n"
                                 "    checkpoint_interval: 1h\n";

struct log {
    char *text;
    size_t size;
    FILE *out;
    const char *only; /* kinds of events to keep: "failure|repair"; of one lot */
};

static void take_event(void *self, const struct event_row *row)
{
    struct log *log = self;
    if (!strstr("failure repair", row->kind) || !strstr(row->detail, log->only))
        return;
    fprintf(log->out, "%lld %s %s %s\n", (long long)row->time_ms, row->kind, row->pool,
            row->detail);
}

static void write_event(void *self, const struct event_row *row)
{
    const struct log *log = self;
    fprintf(log->out, "%lld %d %s %s %s %lld %s\n", (long long)row->time_ms, row->phase,
            row->kind, row->job ? row->job : "-", row->pool ? row->pool : "-",
            (long long)row->gpus, row->detail ? row->detail : "-");
}

static void write_interval(void *self, const struct timeline_row *row)
{
    const struct log *log = self;
    for (int s = 0; s < GPU_STATES; s++)
        fprintf(log->out, "%lld ", (long long)row->state_gpu_ms[s]);
    for (int s = 0; s < COST_SHARES; s++)
        fprintf(log->out, "%lld ", (long long)row->cost_uusd[s]);
}

static struct log log_of(const char *pools, const struct sink *sink_, const char *only)
{
    struct log log = {.only = only};
    struct sink sink = *sink_;
    struct scenario scenario;
    struct error err;
    char yaml[4096];
    snprintf(yaml, sizeof yaml, "%shorizon: 2y\npools:\n%s", frame, pools);
    cr_assert(scenario_from_text(&scenario, yaml, NULL, 0, &err), "%s", err.text);
    log.out = open_memstream(&log.text, &log.size);
    sink.self = &log;
    const struct run_options options = {.sink = &sink};
    struct world *world = world_new(&scenario, &options);
    cr_assert(world_run(world, &err), "%s", err.text);
    world_free(world);
    scenario_free(&scenario);
    fclose(log.out);
    return log;
}

static struct log failures_of(const char *pools)
{
    return log_of(pools, &(struct sink){.event = take_event}, "lot 1");
}

static char *rows_of(const char *pools)
{
    const struct sink sink = {.event = write_event, .timeline = write_interval};
    return log_of(pools, &sink, "").text;
}

#define OWN                                                                            \
    "  - {name: own, tenure: own, class: h100-sxm, servers: 7, failures: bathtub"
#define OWN_8                                                                          \
    "  - {name: own, tenure: own, class: h100-sxm, servers: 8, failures: bathtub"

static bool is_line_of(const char *line, const char *server)
{
    const char *found = strstr(line, server), *end = strchr(line, '\n');
    return found && found < end;
}

/* The eighth server's lines aside, the log is the same. */
Test(failures, one_more_server_lot_or_pool_changes_nobody_elses)
{
    struct log few = failures_of(OWN "}\n");
    cr_assert(few.size > 500, "%s", few.text);
    static const char *const more[] = {
        OWN_8 "}\n",
        OWN ", changes: [{at: 2026-03-01, gpus: +16}]}\n",
        OWN "}\n"
            "  - {name: other, tenure: lease, class: h100-sxm, servers: 5, term: 2y,\n"
            "     failures: {model: exponential, rate: 9 /node-y}}\n",
    };
    for (size_t i = 0; i < COUNT(more); i++) {
        struct log many = failures_of(more[i]);
        const char *a = few.text;
        size_t kept = 0;
        for (const char *b = many.text; *b; b = strchr(b, '\n') + 1) {
            if (is_line_of(b, "server 8") || is_line_of(b, " other "))
                continue;
            size_t length = (size_t)(strchr(b, '\n') - b) + 1;
            cr_assert(strncmp(a, b, length) == 0, "case %zu: %.60s", i, b);
            a += length;
            kept++;
        }
        cr_expect(a[0] == '\0' && kept > 20, "case %zu", i);
        free(many.text);
    }
    free(few.text);
}

static struct run run_of(const char *pools, const char *horizon)
{
    struct run run;
    struct error err;
    char yaml[4096];
    snprintf(yaml, sizeof yaml, "%shorizon: %s\npools:\n%s", frame, horizon, pools);
    cr_assert(scenario_from_text(&run.scenario, yaml, NULL, 0, &err), "%s", err.text);
    const struct run_options options = {.replication = 0};
    run.world = world_new(&run.scenario, &options);
    cr_assert(world_run(run.world, &err), "%s", err.text);
    run.result = world_result(run.world);
    return run;
}

Test(failures, a_rate_of_zero_is_as_if_there_were_none)
{
    static const char *const zero[] = {OWN "}\n",
                                       "  - {name: own, tenure: own, class: h100-sxm, "
                                       "servers: 7, failures: {model: bathtub, rate: "
                                       "0 /1000-node-d}}\n",
                                       "  - {name: own, tenure: own, class: h100-sxm, "
                                       "servers: 7, failures: {model: exponential, "
                                       "rate: 0 /node-y, reset_share: 100 %, "
                                       "service_share: 0 %}}\n"};
    char *without =
        rows_of("  - {name: own, tenure: own, class: h100-sxm, servers: 7}\n");
    for (size_t i = 0; i < COUNT(zero); i++) {
        char *rows = rows_of(zero[i]);
        bool same = strcmp(rows, without) == 0;
        cr_expect(same == (i > 0), "case %zu", i);
        free(rows);
    }
    free(without);
}

/* 100 servers over 10 years at 4 per 1,000 node-days of service: while up.  With the
 * default repairs, lognormal of mean m exp(s^2 / 2) and second moment m^2 exp(2 s^2),
 *
 *   E R   = .75 x .5 e^.5 + .15 x 2.2 e^.32 + .1 x 96 e^.18             = 12.567 h
 *   E R^2 = .75 x .25 e^2 + .15 x 4.84 e^1.28 + .1 x 9216 e^.72         = 1,897.4 h^2
 *   availability = 6,000 / (6,000 + E R)                                = 0.99791
 *
 * Failures are Poisson but for the time down, and the time down is compound Poisson:
 * standard errors sqrt(n) and sqrt(n E R^2).  Four of them are allowed. */
Test(failures, a_long_run_has_the_rate_and_the_availability)
{
    for (int packed = 0; packed < 2; packed++) {
        struct run long_run =
            run_of(packed ? "  - {name: own, tenure: own, class: h100-sxm, servers: "
                            "100, failures: exponential}\n"
                            "dispatch: {placement: packed}\n"
                          : "  - {name: own, tenure: own, class: h100-sxm, servers: "
                            "100, failures: exponential}\n",
                   "10y");
        const struct pool_result *own = &long_run.result->pools[0];
        double repair_h = .375 * exp(.5) + .33 * exp(.32) + 9.6 * exp(.18);
        double repair_h2 =
            .75 * .25 * exp(2) + .15 * 4.84 * exp(1.28) + .1 * 9216 * exp(.72);
        double server_h = 100. * (double)long_run.result->end_ms / 3.6e6;
        double available = 6000 / (6000 + repair_h);
        double expected = server_h * available / 6000;
        double down_h = (double)own->state_gpu_ms[GPU_DOWN] / 8 / 3.6e6;
        double down_se_h = sqrt(expected * repair_h2);
        cr_expect(fabs((double)own->failures - expected) < 4 * sqrt(expected),
                  "%lld failures of %.1f", (long long)own->failures, expected);
        cr_expect(fabs(down_h - server_h * (1 - available)) < 4 * down_se_h,
                  "down %.1f h of %.1f", down_h, server_h * (1 - available));
        cr_expect(own->failures - own->repairs < 20 && own->repairs > 1000);
        run_free(&long_run);
    }
}

/* In the first 30 days 2.5 times as many: 1,000 servers x 30 d x 0.01 = 300. */
Test(failures, new_servers_fail_more_often)
{
    struct run first = run_of("  - {name: own, tenure: own, class: h100-sxm, servers: "
                              "1000, failures: bathtub, in_service: 2026-01-01}\n",
                              "30d");
    struct run old = run_of("  - {name: own, tenure: own, class: h100-sxm, servers: "
                            "1000, failures: bathtub, in_service: 2025-01-01}\n",
                            "30d");
    double n = (double)first.result->pools[0].failures;
    double later = (double)old.result->pools[0].failures;
    cr_expect(fabs(n - 300) < 4 * sqrt(300), "%.0f", n);
    cr_expect(fabs(later - 120) < 4 * sqrt(120), "%.0f", later);
    run_free(&first);
    run_free(&old);
}

/* ---- random small worlds, checked after every instant ---- */

static uint32_t dice(uint64_t *state, uint32_t sides)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33) % sides;
}

/* Returns how much work was lost. */
static int64_t random_world(uint64_t seed)
{
    uint64_t state = seed * 977 + 5;
    begin(dice(&state, 2) ? PLACEMENT_PACKED : PLACEMENT_FUNGIBLE, 400);
    toy.scenario.seed = (int64_t)seed;
    toy.scenario.until_idle = dice(&state, 4) == 0;
    toy.scenario.dispatch.backfill = (enum backfill)dice(&state, 4);
    if (dice(&state, 3) == 0)
        toy.scenario.dispatch.same_instant = SAME_INSTANT_SUBMIT_FIRST;
    struct {
        double rate_per_node_d;
    } rate = {86400e3 / (20 + dice(&state, 200))};
    if (toy.scenario.until_idle)
        rate.rate_per_node_d = 86400e3 / 300;
    spec = (struct failure_spec){
        .model = model_find(MODEL_FAILURE, "exponential"),
        .params = &rate,
        .share_frac = {.5, .3, .2},
        .median_ms = {3, 20, 90},
        .sigma = {1, .5, 0},
    };
    struct pool_spec *own =
        toy_pool(&toy, TENURE_OWN, "own", 8 * (1 + dice(&state, 3)));
    own->failures = &spec;
    toy_change(own, 1 + dice(&state, 50), 8 * (1 + dice(&state, 2)));
    toy_change(own, 60 + dice(&state, 50), -8);
    if (dice(&state, 2)) {
        struct pool_spec *lease = toy_pool(&toy, TENURE_LEASE, "lease", 16);
        lease->from_ms = dice(&state, 40);
        lease->until_ms = 100 + dice(&state, 200);
        lease->start_past_end = dice(&state, 2);
        lease->failures = &spec;
    }
    if (dice(&state, 2))
        toy_pool(&toy, TENURE_ON_DEMAND, "burst", 16);
    struct outage_spec outages[] = {
        {.provider = "a", .pools = 1, .per_y = 2e8, .lasts_ms = 6, .sigma = 1},
        {.provider = "b", .pools = 7, .from_ms = dice(&state, 90), .lasts_ms = 25},
    };
    for (size_t i = 0; i < COUNT(outages); i++)
        outages[i].pools &= (UINT64_C(1) << toy.scenario.n_pools) - 1;
    toy.scenario.outages = outages;
    toy.scenario.n_outages = dice(&state, 3);
    struct maintenance_spec windows[] = {
        {dice(&state, 50) + 9, 7, 40, dice(&state, 9), .servers_frac = .4},
        {dice(&state, 90), 30, 0, 0, .servers_frac = 1, .interrupt = true},
    };
    windows[0].interrupt = dice(&state, 2);
    own->maintenance = windows;
    own->n_maintenance = dice(&state, 3);
    if (toy.scenario
            .until_idle) /* with all of it some jobs would never come to an end */
        toy.scenario.n_outages = own->n_maintenance = 0;
    toy.demand.failures_per_d = dice(&state, 2) ? 86400e3 / 300 : 0;
    for (int64_t at = 0, n = 0; n < 40; n++) {
        at += dice(&state, 12);
        struct trace_row row = trace_row(at, 1 + dice(&state, 60),
                                         (int32_t)(1 + dice(&state, n % 5 ? 8 : 20)));
        row.kind.checkpoint_interval_ms = dice(&state, 2) ? 7 : 0;
        row.kind.checkpoint_cost_ms = dice(&state, 3);
        row.kind.restart_ms = dice(&state, 3);
        toy_add(&toy, &row);
    }
    run();
    int64_t lost = 0, repeated = 0;
    for (int c = 0; c < CAUSES; c++) {
        lost += toy.lost_gpu_ms[c];
        repeated += toy.repeated_gpu_ms[c];
    }
    cr_expect(repeated <= lost, "seed %lld: %lld of %lld", (long long)seed,
              (long long)repeated, (long long)lost);
    return lost;
}

Test(failures, nothing_breaks_in_random_worlds, .timeout = 60)
{
    int worlds_that_lost = 0;
    for (uint64_t seed = 1; seed <= 600; seed++)
        worlds_that_lost += random_world(seed) > 0;
    cr_expect(worlds_that_lost > 400, "%d", worlds_that_lost);
}
