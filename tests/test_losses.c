/* Servers that are gone for good: capacity, jobs, books, spares and replacement. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "money.h"
#include "one_toy.h"
#include "runs.h"
#include "world/state.h"

static struct failure_spec spec;
static int64_t fails_at_ms[2], only_since_ms;

static int64_t dated_next(const void *params, const struct failure_view *server)
{
    (void)params;
    if (only_since_ms >= 0 && server->in_service_ms != only_since_ms)
        return WAIT_FOREVER;
    for (int i = 0; i < 2; i++)
        if (fails_at_ms[i] > server->now_ms)
            return fails_at_ms[i];
    return WAIT_FOREVER;
}

static double dated_rate(const void *params)
{
    (void)params;
    return 1;
}

static const struct model dated = {
    .kind = MODEL_FAILURE,
    .name = "dated",
    .failure = {.next_ms = dated_next, .rate_per_node_d = dated_rate},
};

/* An owned pool whose servers in service since then (-1: all) are lost at `at_ms`. */
static struct pool_spec *begin(enum placement placement, int64_t gpus, int64_t since_ms,
                               int64_t at_ms)
{
    toy_free(&toy);
    toy_init(&toy, 100);
    toy.scenario.dispatch.placement = placement;
    struct pool_spec *pool = toy_pool(&toy, TENURE_OWN, "own", gpus);
    fails_at_ms[0] = at_ms;
    fails_at_ms[1] = 0;
    only_since_ms = since_ms;
    spec = (struct failure_spec){
        .model = &dated, .share_frac = {1, 0, 0}, .median_ms = {9, 0, 0}};
    spec.loss_frac = 1;
    spec.swap_ms = 7;
    pool->failures = &spec;
    return pool;
}

static const enum placement placements[] = {PLACEMENT_FUNGIBLE, PLACEMENT_PACKED};

/* 16 GPUs from 1 on, of which the second lot's 8 are lost at 20: the gang of 16 that
 * ran since 2 has lost 18 ms of work and has no room any more. */
Test(losses, a_lost_server_is_capacity_no_more)
{
    for (int p = 0; p < 2; p++) {
        struct pool_spec *pool = begin(placements[p], 8, 1, 20);
        toy_change(pool, 1, 8);
        toy_job(&toy, 2, 30, 16);
        toy_job(&toy, 22, 5, 8);
        run();
        cr_expect(eq(i64, toy.lost_gpu_ms[CAUSE_FAILURE], 16 * 18));
        cr_expect(eq(i64, toy.rows[1].start_ms, 22));
        cr_expect(eq(i64, toy.state_gpu_ms[0][GPU_DOWN], 0));
        cr_expect(eq(i64, toy.capacity_gpu_ms[0], 8 * 1 + 16 * 19 + 8 * 80));
    }
}

/* Swapped in 7 ms: the gang of 16 starts again at 27 and ends at 57. */
Test(losses, a_spare_takes_its_place_after_the_swap)
{
    for (int p = 0; p < 2; p++) {
        struct pool_spec *pool = begin(placements[p], 8, 1, 20);
        toy_change(pool, 1, 8);
        pool->spares = 1;
        toy_job(&toy, 2, 30, 16);
        run();
        cr_expect(eq(i64, toy.rows[0].end_ms, 57));
        cr_expect(eq(i64, toy.capacity_gpu_ms[0], 8 * 1 + 16 * 19 + 8 * 7 + 16 * 73));
    }
}

/* Lead time 10, commissioning 5: there again at 35. */
Test(losses, a_lost_server_is_ordered_anew)
{
    for (int p = 0; p < 2; p++) {
        struct pool_spec *pool = begin(placements[p], 8, 1, 20);
        toy_change(pool, 1, 8);
        pool->lead_time_ms = 10;
        pool->commissioning_ms = 5;
        spec.replaces = true;
        toy_job(&toy, 2, 30, 16);
        run();
        cr_expect(eq(i64, toy.rows[0].end_ms, 65));
        cr_expect(eq(i64, toy.capacity_gpu_ms[0], 8 * 1 + 16 * 19 + 8 * 15 + 16 * 65));
    }
}

/* The only server is lost at 20; the spare serves from 27 and is lost at 60; what was
 * ordered at 20 stands by since 30 and serves from 67. */
Test(losses, a_spare_that_was_used_is_ordered_as_a_spare)
{
    for (int p = 0; p < 2; p++) {
        struct pool_spec *pool = begin(placements[p], 8, -1, 20);
        fails_at_ms[1] = 60;
        pool->spares = 1;
        pool->lead_time_ms = 10;
        spec.replaces = true;
        run();
        cr_expect(eq(i64, toy.capacity_gpu_ms[0], 8 * (20 + 33 + 33)));
    }
}

/* 8 GPUs at 1,000 USD from 1 on, written off over 100 ms, are lost at 21, when 6,400
 * USD are left in the books.  Half of a market value of 0.9 of the price, less than a
 * micro-dollar for age, is 3,600: a loss of 2,800. */
Test(losses, the_book_value_of_a_lost_server_is_a_loss_on_disposal)
{
    for (int p = 0; p < 2; p++) {
        struct pool_spec *pool = begin(placements[p], 8, 1, 21);
        toy_change(pool, 1, 8);
        spec.salvage_frac = 0.5;
        pool->capex_uusd_per_gpu = 1000000000;
        pool->server_price_uusd = 8000000000;
        pool->life = (struct span){0, 100};
        trace_finish(&toy.trace);
        const struct run_options options = {.check = true};
        struct world *world = world_new(&toy.scenario, &options);
        cr_assert(world_run(world, &toy.err), "%s", toy.err.text);
        const struct pool_result *own = &world_result(world)->pools[0];
        int64_t resale = own->account_uusd[ACCOUNT_RESALE][BASIS_CASH];
        int64_t loss = own->account_uusd[ACCOUNT_DISPOSAL][BASIS_ACCRUAL];
        cr_expect(eq(i64, own->losses, 1));
        cr_expect(llabs(resale + 3600000000) <= 2, "%" PRId64, resale);
        cr_expect(eq(i64, loss, 6400000000 + resale));
        cr_expect(eq(i64, own->account_uusd[ACCOUNT_DISPOSAL][BASIS_ECONOMIC], loss));
        cr_expect(eq(i64, own->account_uusd[ACCOUNT_DEPRECIATION][BASIS_ACCRUAL],
                     8000000000 + 1600000000));
        world_free(world);
    }
}

/* ---- whole runs ---- */

#define HEAD BOOKS_HEAD("2026-01-01", "3y", "9.3 %%/y")

/* About 22 failures for each server are expected in three years: all are lost. */
Test(losses, accrual_is_cash_when_all_is_lost_whatever_the_method)
{
    static const char *const methods[] = {
        "straight-line", "declining-balance",
        "{method: declining-balance, factor: 137.5 %, switch: false}",
        "units-of-production"};
    struct arena arena = {0};
    for (int m = 0; m < 4; m++)
        for (int salvage = 0; salvage < 20; salvage += 17) {
            struct books books;
            books_run(&books,
                      arena_printf(&arena,
                                   HEAD "pools: [{name: own, tenure: own, class: "
                                        "h100-sxm, gpus: 43, depreciation: %s, "
                                        "failures: {model: exponential, rate: 20 "
                                        "/1000-node-d, loss: 100 %%, spares: 2, "
                                        "salvage: %d %%}}]\n",
                                   methods[m], salvage),
                      "0,40000000,16\n");
            const struct pool_result *own = &books.result->pools[0];
            cr_expect(eq(i64, own->losses, 8));
            cr_expect(
                eq(i64, own->basis_uusd[BASIS_CASH], own->basis_uusd[BASIS_ACCRUAL]));
            cr_expect(eq(i64, own->closing_book_uusd, 0));
            int64_t economic = 0;
            for (int s = 0; s < COST_SHARES; s++)
                economic += own->cost_uusd[s];
            cr_expect(eq(i64, economic, own->basis_uusd[BASIS_ECONOMIC]));
            books_free(&books);
        }
    arena_free(&arena);
}

/* 8 servers fail 0.3 times a day: about 700 a year are lost and ordered anew, about 60
 * since the last month's end; what is lost before that costs an event nothing. */
Test(losses, lots_that_have_ended_are_read_no_more)
{
    struct scenario scenario;
    struct error err = {0};
    const struct run_options options = {.check = true};
    cr_assert(scenario_from_text(
                  &scenario,
                  "start: 2026-01-01\nhorizon: 1y\ndiscount_rate: 9.3 %/y\ndemand: []\n"
                  "pools: [{name: own, tenure: own, class: h100-sxm, "
                  "gpus: 64, lead_time: 1d, commissioning: 0s, failures: "
                  "{model: exponential, rate: 300 /1000-node-d, "
                  "loss: 100 %, replace: order}}]\n",
                  NULL, 0, &err),
              "%s", err.text);
    struct world *world = world_new(&scenario, &options);
    cr_assert(world_run(world, &err), "%s", err.text);
    const struct pool_books *books = &world->ledger.books[0];
    cr_expect(books->n_begun > 600, "%u", books->n_begun);
    cr_expect(books->n_live < 150, "%u", books->n_live);
    world_free(world);
    scenario_free(&scenario);
}

struct log {
    char *text;
    size_t size;
    FILE *out;
    bool all;
};

static void take_event(void *self, const struct event_row *row)
{
    struct log *log = self;
    if (log->all || strcmp(row->kind, "failure") == 0)
        fprintf(log->out, "%lld %s %lld %s\n", (long long)row->time_ms, row->kind,
                (long long)row->gpus, row->detail ? row->detail : "");
}

static int64_t lost, failed;

static struct log log_of(const char *yaml, bool all)
{
    struct log log = {.all = all};
    struct scenario scenario;
    struct error err = {0};
    cr_assert(scenario_from_text(&scenario, yaml, NULL, 0, &err), "%s", err.text);
    log.out = open_memstream(&log.text, &log.size);
    const struct sink sink = {.self = &log, .event = take_event};
    const struct run_options options = {.sink = &sink, .check = true};
    struct world *world = world_new(&scenario, &options);
    cr_assert(world_run(world, &err), "%s", err.text);
    lost = world_result(world)->pools[0].losses;
    failed = world_result(world)->pools[0].failures;
    world_free(world);
    scenario_free(&scenario);
    fclose(log.out);
    return log;
}

#define RUN                                                                            \
    "start: 2026-01-01\nhorizon: 1y\nevents: true\nseed: %d\ndemand:\n"                \
    "  - model: {name: poisson, rate: 9 /d, gpus: %d, duration: 30h}\n"                \
    "dispatch: {placement: %s}\n"                                                      \
    "pools: [{name: own, tenure: own, class: h100-sxm, gpus: %d%s}]\n"

/* Those of the run with losses are among those of the run without. */
Test(losses, a_loss_changes_no_other_failure)
{
    struct arena arena = {0};
    for (int packed = 0; packed < 2; packed++) {
        const char *place = packed ? "packed" : "fungible";
        struct log without = log_of(
            arena_printf(&arena, RUN, 3, 5, place, 96, ", failures: {model: bathtub}"),
            false);
        struct log zero =
            log_of(arena_printf(&arena, RUN, 3, 5, place, 96,
                                ", failures: {model: bathtub, loss: 0 %, salvage: "
                                "7 %, replace: order, swap_time: 3d}"),
                   false);
        struct log with =
            log_of(arena_printf(&arena, RUN, 3, 5, place, 96,
                                ", failures: {model: bathtub, loss: 30 %}"),
                   false);
        cr_expect(eq(str, without.text, zero.text));
        cr_expect(lost > 2 && failed > lost, "%" PRId64, lost);
        for (char *line = strtok(with.text, "\n"); line; line = strtok(NULL, "\n"))
            cr_expect(strstr(without.text, line) != NULL, "%s", line);
        free(without.text);
        free(zero.text);
        free(with.text);
    }
    arena_free(&arena);
}

/* A server stands by for 5 years beside one that works.  They are of one age, so the
 * market gives the same for both; and where the rent pays for nothing, the spare stands
 * at 12.5 % of 280,000 USD, what the market gives at that age, and the other at its
 * residual of 10 %. */
Test(losses, a_spare_loses_value_as_the_server_beside_it_does)
{
    static const char *const terms[] = {"", ", impairment: {method: asc360, rent: 0.01 "
                                            "USD/GPU-h}"};
    struct arena arena = {0};
    for (int i = 0; i < 2; i++) {
        struct books books;
        books_run(&books,
                  arena_printf(&arena,
                               "start: 2026-01-01\nhorizon: 1826d\ndiscount_rate: 10 "
                               "%%/y\ndemand: [{jobs: jobs.csv, after_end: stop}]\n"
                               "pools: [{name: own, tenure: own, class: h100-sxm, "
                               "gpus: 8, failures: {spares: 1, rate: 0 /1000-node-d, "
                               "model: exponential}%s}]\n",
                               terms[i]),
                  "0,1,1\n");
        cr_assert(eq(sz, books.n_assets, 2));
        const struct asset_row *rows = books.assets;
        cr_expect(eq(i64, rows[0].market_uusd, rows[1].market_uusd));
        cr_expect(gt(i64, rows[0].market_uusd, 0));
        int64_t price = 8 * books.scenario.pools[0].capex_uusd_per_gpu;
        int64_t spare =
            rows[0].begin_ms == NEVER_MS ? rows[0].book_uusd : rows[1].book_uusd;
        int64_t twin = rows[0].book_uusd + rows[1].book_uusd - spare;
        /* Without impairment depreciation begins with service. */
        cr_expect(eq(i64, spare, i == 0 ? price : 35000000000));
        if (i == 1)
            cr_expect(eq(i64, twin, 28000000000));
        books_free(&books);
    }
    arena_free(&arena);
}

/* All invariants of the world are checked after every instant. */
Test(losses, small_worlds_hold_together_whatever_is_lost)
{
    static const char *const rests[] = {
        ", changes: [{at: 2026-03-01, gpus: +16}, {at: 2026-05-01, gpus: -24}]",
        ", maintenance: [{from: 2026-02-01, lasts: 2d, every: 20d, servers: 50 %}]",
        ", orders: [{at: 2026-02-01, gpus: 16}]",
        (", changes: [{at: 2026-04-01, gpus: -32}], maintenance: [{from: 2026-03-31, "
         "lasts: 3d, mode: interrupt}]")};
    static const char *const replace[] = {"none", "order, spares: 2", "none, spares: 3",
                                          "order"};
    struct arena arena = {0};
    int64_t all = 0;
    for (int seed = 0; seed < 64; seed++) {
        bool packed = seed % 2;
        const char *rest = arena_printf(
            &arena,
            "%s, failures: {model: bathtub, rate: %d /1000-node-d, loss: %d %%, "
            "swap_time: %d h, replace: %s}",
            rests[seed / 4 % 4], 5 + seed, 10 + seed, seed % 5, replace[seed / 2 % 4]);
        struct log log = log_of(arena_printf(&arena, RUN, seed, 1 + seed % 23,
                                             packed ? "packed" : "fungible",
                                             packed ? 48 : 43 + seed % 7, rest),
                                true);
        all += lost;
        free(log.text);
    }
    cr_expect(all > 500, "%" PRId64, all);
    arena_free(&arena);
}

Test(losses, what_a_lease_loses_is_its_providers)
{
    static const struct {
        const char *keys, *message;
    } cases[] = {
        {"loss: 2 %", "4:87: pools.l.failures.loss: servers are lost and replaced in "
                      "owned pools; in "
                      "a lease the provider repairs or replaces them, which "
                      "`swap_median` describes"},
        {"spares: 1",
         "4:89: pools.l.failures.spares: servers are lost and replaced in owned "
         "pools; "
         "in a lease the provider repairs or replaces them, which `swap_median` "
         "describes"},
        {"replace: order",
         "4:90: pools.l.failures.replace: servers are lost and replaced in owned "
         "pools; in a lease the provider repairs or replaces them, which `swap_median` "
         "describes"},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scenario scenario;
        struct error err = {0};
        const char *yaml = arena_printf(
            &arena,
            "start: 2026-01-01\nhorizon: 1y\n"
            "demand: [{model: {name: poisson, rate: 1 /d, gpus: 1, duration: 1h}}]\n"
            "pools: [{name: l, tenure: lease, class: h100-sxm, gpus: 8, term: 1y, "
            "failures: {%s}}]\n",
            cases[i].keys);
        bool read = scenario_from_text(&scenario, yaml, NULL, 0, &err);
        cr_assert(not(read), "case %zu", i);
        cr_expect(strstr(err.text, cases[i].message) != NULL, "%s", err.text);
        scenario_free(&scenario);
    }
    arena_free(&arena);
}

TestSuite(losses, .fini = free_toy);
