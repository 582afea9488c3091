/* Runs at the edges: what overflows, what ends just then, what never was. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "money.h"

#define HEAD(horizon) "start: 2026-01-01\nhorizon: " horizon "\ndiscount_rate: 10 %/y\n"

/* How a scenario ends: "" when it runs, else the message without the file's name. */
static void outcome_of(const char *yaml, const char *jobs, char text[1024])
{
    char dir[] = "/tmp/tenure-edges-XXXXXX", path[64];
    struct error err = {0};
    struct scenario scenario;
    cr_assert(mkdtemp(dir) != NULL, "mkdtemp");
    books_write(dir, "s.yaml", yaml);
    books_write(dir, "jobs.csv", jobs);
    snprintf(path, sizeof path, "%s/s.yaml", dir);
    bool ok = scenario_read(&scenario, path, NULL, 0, &err);
    if (ok) {
        struct world *world =
            world_new(&scenario, &(struct run_options){.check = true});
        ok = world_run(world, &err);
        world_free(world);
        scenario_free(&scenario);
    }
    unlink(path);
    snprintf(path, sizeof path, "%s/jobs.csv", dir);
    unlink(path);
    rmdir(dir);
    snprintf(text, 1024, "%s", ok ? "" : err.text + strlen(dir) + 1);
}

Test(edges, what_would_overflow_is_an_error_and_no_crash)
{
    static const struct {
        const char *yaml, *jobs, *message;
    } cases[] = {
        {HEAD("until_idle") "demand: [{jobs: jobs.csv}]\n"
                            "pools: [{name: o, tenure: own, class: h100-sxm, gpus: "
                            "1}]\n",
         "submit,duration_s,gpus\n0,6300000000,1\n0,6300000000,1\n0,6300000000,1\n",
         "s.yaml: a job would run past the end of the clock, 557 years after the "
         "start; "
         "give a horizon"},
        {HEAD("until_idle") "demand: [{jobs: jobs.csv}]\n"
                            "pools: [{name: o, tenure: own, class: h100-sxm, gpus: "
                            "10000000}]\n",
         "submit,duration_s,gpus\n0,6300000000,1\n",
         "s.yaml: GPU-time or money of a pool would pass what can be summed exactly "
         "(4e18 "
         "GPU-ms, 4e12 USD); use fewer GPUs or a shorter horizon, minimum or "
         "increment"},
        {HEAD(
             "30d") "demand: []\n"
                    "pools: [{name: l, tenure: lease, class: h100-sxm, gpus: 10000000, "
                    "price: 2.05 USD/GPU-h, term: 150y}]\n",
         "submit,duration_s,gpus\n",
         "s.yaml:5:9: pools.l: it would cost up to 2.7e+13 USD, above the limit of "
         "1e12 USD"},
        /* 10 x 3,650 d x 0.9 losses a day x 1,000 servers x 300 kUSD x 1.22, and 0.8
         * billion of running them. */
        {HEAD("10y") "demand: []\n"
                     "pools: [{name: o, tenure: own, class: h100-sxm, gpus: 8000, "
                     "server_price: 300 kUSD, failures: {rate: 900 /1000-node-d, "
                     "loss: 100 %, replace: order}}]\n",
         "submit,duration_s,gpus\n",
         "s.yaml:5:9: pools.o: it would cost up to 1.2e+13 USD, above the limit of "
         "1e12 USD"},
        /* 1,000,000 GPUs x 8,760 h x 100 USD x 1.3 */
        {HEAD("1y") "demand: []\n"
                    "pools: [{name: r, tenure: on-demand, class: h100-sxm, limit: "
                    "1000000, price: 100 USD/GPU-h, extras: 30 %}]\n",
         "submit,duration_s,gpus\n",
         "s.yaml:5:9: pools.r: it would cost up to 1.14e+12 USD, above the limit of "
         "1e12 USD"},
        {HEAD("30y") "demand: [{jobs: jobs.csv, after_end: stop, growth: 10000 %/y}]\n"
                     "pools: [{name: o, tenure: own, class: h100-sxm, gpus: 8}]\n",
         "submit,duration_s,gpus\n0,60,1\n",
         "s.yaml:4:10: demand[0]: `scale` and `growth` come to 1.47e+60 times the jobs "
         "by "
         "the end; at most 1e6"},
        {HEAD("1y") "demand: [{jobs: jobs.csv, after_end: stop}]\n"
                    "pools: [{name: l, tenure: lease, class: h100-sxm, gpus: 0, term: "
                    "1d, "
                    "from: 2026-02-01}]\n",
         "submit,duration_s,gpus\n0,60,1\n", ""},
        {HEAD("1y") "demand: [{jobs: jobs.csv, after_end: stop}]\n"
                    "pools: [{name: o, tenure: own, class: h100-sxm, gpus: 8}]\n"
                    "dispatch: {order: sjf, backfill: easy}\n",
         "submit,duration_s,gpus,checkpoint_interval_s,checkpoint_cost_s\n"
         "0,5000000000,5,5000000,5000000000\n0,5000000000,5,5000000,5000000000\n",
         ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[1024];
        outcome_of(cases[i].yaml, cases[i].jobs, text);
        cr_expect(eq(str, text, (char *)cases[i].message), "case %zu", i);
    }
}

Test(edges, bills_that_round_up_beyond_all_sums_are_an_error)
{
    char jobs[8192] = "submit,duration_s,gpus\n", text[1024];
    size_t used = strlen(jobs);
    for (int i = 0; i < 200; i++)
        used += (size_t)snprintf(jobs + used, sizeof jobs - used, "%d,60,1000000\n",
                                 61 * i);
    outcome_of(
        HEAD("1y") "demand: [{jobs: jobs.csv, after_end: stop}]\n"
                   "pools: [{name: b, tenure: on-demand, class: h100-sxm, price: "
                   "0.01 USD/GPU-h, minimum: 370d}]\n",
        jobs, text);
    cr_expect(eq(str, text,
                 (char *)"s.yaml: GPU-time or money of a pool would pass what can be "
                         "summed exactly (4e18 GPU-ms, 4e12 USD); use fewer GPUs or a "
                         "shorter horizon, minimum or increment"));
}

Test(edges, a_job_whose_instance_still_boots_at_the_horizon_has_not_started)
{
    struct books books;
    books_run(&books,
              HEAD("1d") "demand: [{jobs: jobs.csv, after_end: stop}]\n"
                         "pools: [{name: b, tenure: on-demand, class: h100-sxm, boot: "
                         "30min}]\n",
              "86000,7200,2\n40000,7200,2\n");
    const struct group_result *all = &books.result->groups[0];
    cr_expect(eq(i64, all->running, 1));
    cr_expect(eq(i64, all->censored, 1));
    cr_expect(eq(i64, all->wait.max, 1800000), "the one that booted");
    cr_expect(eq(i64, all->wait.min, 400000), "so far");
    books_free(&books);
}

Test(edges, what_can_never_be_reserved_is_not_held)
{
    static const char *const backfills[] = {"none", "skip", "easy", "conservative"};
    for (size_t i = 0; i < 4; i++) {
        char yaml[512];
        struct books books;
        snprintf(yaml, sizeof yaml,
                 "%sdemand: [{jobs: jobs.csv, after_end: stop}]\n"
                 "pools: [{name: o, tenure: own, class: h100-sxm, gpus: 16}, "
                 "{name: b, tenure: on-demand, class: h100-sxm, limit: 32}]\n"
                 "dispatch: {backfill: %s}\n",
                 HEAD("10h"), backfills[i]);
        books_run(&books, yaml, "0,18000,32\n0,18000,32\n");
        const int64_t *state = books.result->pools[0].state_gpu_ms;
        cr_expect(eq(i64, state[GPU_IDLE_HELD], 0), "%s", backfills[i]);
        cr_expect(eq(i64, state[GPU_IDLE_FRAGMENTED], 16 * 18000000), "%s", HEAD("10h"),
                  HEAD("10h"), backfills[i]);
        books_free(&books);
    }
}

Test(edges, checkpoints_take_their_time_on_any_class)
{
    /* On a class of another speed the work is scaled, checkpoints are not; a job that
     * ends just with its lease is not cut, one minute less and it is refused. */
    static const struct {
        const char *term;
        int64_t finished;
    } cases[] = {{"8h", 0}, {"60d", 1}};
    for (size_t i = 0; i < 2; i++) {
        char yaml[512];
        struct books books;
        snprintf(yaml, sizeof yaml,
                 "%sdemand: [{jobs: jobs.csv, after_end: stop, reference_class: "
                 "h100-sxm, checkpoint_interval: 1h, checkpoint_cost: "
                 "10min}]\n"
                 "pools: [{name: l, tenure: lease, class: a100-80-sxm, gpus: "
                 "8, price: 1 USD/GPU-h, term: %s}]\n",
                 HEAD("61d"), cases[i].term);
        books_run(&books, yaml, "0,36000,8\n");
        const struct group_result *all = &books.result->groups[0];
        const struct pool_result *pool = &books.result->pools[0];
        cr_expect(eq(i64, all->finished, cases[i].finished), "term %s", cases[i].term);
        cr_expect(eq(i64, all->refused, 1 - cases[i].finished));
        cr_expect(eq(i64, pool->interruptions, 0));
        int64_t hours = pool->state_gpu_ms[GPU_BUSY_USEFUL] / 8 / 3600000;
        cr_expect(eq(i64, pool->state_gpu_ms[GPU_BUSY_OVERHEAD], 8 * 600000 * hours),
                  "a checkpoint after each whole hour of work on this class");
        books_free(&books);
    }
}

Test(edges, a_run_that_falls_idle_as_an_interval_ends_has_no_empty_row)
{
    struct books books;
    books_run(
        &books,
        HEAD("until_idle") "interval: 1h\ndemand: [{jobs: jobs.csv}]\n"
                           "pools: [{name: b, tenure: on-demand, class: h100-sxm, "
                           "minimum: 3h}]\n",
        "0,7200,1\n");
    cr_assert(eq(sz, books.n_timeline, 2));
    cr_expect(eq(i64, books.timeline[1].end_ms, 7200000));
    cr_expect(eq(i64, books.timeline[1].jobs_ended, 1));
    cr_expect(eq(i64, books.timeline[1].surplus_gpu_ms, 3600000));
    books_free(&books);
}

Test(edges, gpus_may_come_and_go_on_one_day)
{
    struct books books;
    books_run(
        &books,
        HEAD("10d") "demand: []\n"
                    "pools: [{name: o, tenure: own, class: h100-sxm, gpus: 16, "
                    "changes: [{at: 2026-01-06, gpus: -16}, {at: 2026-01-06, gpus: "
                    "+8}, {at: 2026-01-06, gpus: +24}]}]\n",
        "");
    cr_assert(eq(sz, books.n_assets, 3));
    cr_expect(eq(i64, books.assets[0].end_ms, 5 * MS_PER_D));
    cr_expect(eq(i64, books.assets[1].gpus, 8));
    cr_expect(eq(i64, books.result->pools[0].state_gpu_ms[GPU_IDLE_NO_DEMAND],
                 (16 * 5 + 32 * 5) * MS_PER_D));
    books_free(&books);
}

Test(edges, a_lot_that_has_not_come_changes_nothing)
{
    struct books books;
    books_run(&books,
              HEAD("3d") "demand: [{jobs: jobs.csv, after_end: stop}]\n"
                         "pools: [{name: o, tenure: own, class: h100-sxm, gpus: 16, "
                         "changes: [{at: 2026-06-01, gpus: 8}]}]\n",
              "3600,7200,5\n");
    cr_assert(eq(sz, books.n_assets, 1));
    cr_expect(eq(i64, books.assets[0].idle_uusd,
                 books.result->pools[0].cost_uusd[COST_IDLE]));
    books_free(&books);
}
