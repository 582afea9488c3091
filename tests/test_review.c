/* Reviews in the world: what a policy sees, computed by hand, and what its orders do.
 */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "runs.h"
#include "world_fixture.h"

/* ---- a policy that looks, and orders what the test says ---- */

enum { SEEN = 16 };

static struct procure_view seen[SEEN];
static struct procure_period periods[SEEN];
static struct procure_contract contracts[SEEN][4];
static struct procure_order script[SEEN];
static uint32_t n_seen;

static void look(const void *params, void *state, const struct procure_view *view,
                 struct rng *rng, struct procure_orders *orders)
{
    (void)params, (void)state, (void)rng;
    cr_assert(n_seen < SEEN);
    seen[n_seen] = *view;
    memcpy(periods, view->history, view->n_history * sizeof *periods);
    for (uint32_t i = 0; i < view->n_contracts && i < 4; i++)
        contracts[n_seen][i] = view->contracts[i];
    if (script[n_seen].reason)
        cr_assert(procure_order(orders, script[n_seen]));
    n_seen++;
}

static const struct model looker = {
    .kind = MODEL_PROCURE,
    .name = "looker",
    .params_size = 1,
    .procure = {.review = look},
};

static void forget(void)
{
    memset(script, 0, sizeof script);
    n_seen = 0;
}

TestSuite(review, .init = forget);

static void watch(struct pool_spec *pool, int64_t review_ms, int64_t max_gpus)
{
    pool->procure = (struct procure_spec){
        .model = &looker, .review = {0, review_ms}, .max_gpus = max_gpus};
}

/* Own 4, on-demand 8; reviews at 100, 200, 300 of 400.
 *   A: 3 GPUs 10 to 70, B: 2 GPUs from 20 waits for own until 70 (wait 1000), 70 to
 * 130; C: 6 GPUs, too large for own, elastic 110 to 160. */
static void three_jobs(struct toy *toy)
{
    toy_init(toy, 400);
    toy_pool(toy, TENURE_OWN, "own", 4);
    toy_pool(toy, TENURE_ON_DEMAND, "burst", 8);
    toy_wait(toy, "threshold", "after", 1000);
    toy_job(toy, 10, 60, 3);
    toy_job(toy, 20, 60, 2);
    toy_job(toy, 110, 50, 6);
}

Test(review, a_period_is_what_happened_in_it)
{
    struct toy toy;
    three_jobs(&toy);
    watch(&toy.pools[0], 100, 4);
    cr_assert(toy_run(&toy), "%s", toy.err.text);
    cr_assert(eq(u32, n_seen, 3));
    /* 0 to 100: busy 3 x 60 + 2 x 30 = 240, waiting 2 x 50 = 100 */
    cr_expect(eq(dbl, periods[0].busy_mean_gpus, 2.4));
    cr_expect(eq(dbl, periods[0].wanted_mean_gpus, 3.4));
    cr_expect(eq(dbl, periods[0].elastic_mean_gpus, 0));
    cr_expect(eq(dbl, periods[0].utilization_frac, 0.6));
    cr_expect(eq(i64, periods[0].busy_max_gpus, 3));
    cr_expect(eq(i64, periods[0].wanted_max_gpus, 5));
    cr_expect(eq(i64, periods[0].demand_max_gpus, 5));
    /* 100 to 200: busy 2 x 30, elastic 6 x 50, together 8 from 110 to 130 */
    cr_expect(eq(dbl, periods[1].busy_mean_gpus, 0.6));
    cr_expect(eq(dbl, periods[1].wanted_mean_gpus, 0.6));
    cr_expect(eq(dbl, periods[1].elastic_mean_gpus, 3));
    cr_expect(eq(dbl, periods[1].utilization_frac, 0.15));
    cr_expect(eq(i64, periods[1].busy_max_gpus, 2));
    cr_expect(eq(i64, periods[1].elastic_max_gpus, 6));
    cr_expect(eq(i64, periods[1].demand_max_gpus, 8));
    /* 200 to 300: nothing */
    cr_expect(eq(dbl, periods[2].wanted_mean_gpus, 0));
    cr_expect(eq(i64, periods[2].demand_max_gpus, 0));
    for (uint32_t i = 0; i < n_seen; i++) {
        cr_expect(eq(i64, seen[i].review, i));
        cr_expect(eq(i64, seen[i].now_ms, 100 * (i + 1)));
        cr_expect(eq(u32, seen[i].n_history, i + 1));
        cr_expect(eq(i64, seen[i].in_service_gpus, 4));
        cr_expect(eq(i64, periods[i].begin_ms, 100 * i));
        cr_expect(eq(i64, periods[i].end_ms, 100 * (i + 1)));
        cr_expect(eq(i64, periods[i].position_gpus, 4));
    }
    cr_expect(eq(i64, seen[0].busy_gpus, 2), "B runs");
    toy_free(&toy);
}

/* What is bought at 100 counts at once on order, from its delivery in service, and
 * never beyond max_gpus. */
Test(review, an_order_is_cut_to_what_max_gpus_leaves)
{
    struct toy toy;
    three_jobs(&toy);
    watch(&toy.pools[0], 100, 7);
    script[0] = (struct procure_order){PROCURE_BUY, 5, 0, "much"};
    script[1] = (struct procure_order){PROCURE_BUY, 1, 0, "more"};
    cr_assert(toy_run(&toy), "%s", toy.err.text);
    cr_expect(eq(i64, periods[0].added_gpus, 3));
    cr_expect(eq(i64, periods[1].position_gpus, 7));
    cr_expect(eq(i64, periods[1].added_gpus, 0));
    cr_expect(eq(i64, seen[1].in_service_gpus + seen[1].on_order_gpus, 7));
    toy_free(&toy);
}

Test(review, what_retires_leaves_the_position)
{
    struct toy toy;
    three_jobs(&toy);
    watch(&toy.pools[0], 100, 4);
    script[0] = (struct procure_order){PROCURE_RETIRE, 3, 0, "too many"};
    script[1] = (struct procure_order){PROCURE_RETIRE, 9, 0, "all that is left"};
    cr_assert(toy_run(&toy), "%s", toy.err.text);
    cr_expect(eq(i64, periods[0].removed_gpus, 3));
    cr_expect(eq(i64, periods[1].position_gpus, 1));
    cr_expect(eq(i64, periods[1].removed_gpus, 1));
    cr_expect(eq(i64, periods[2].position_gpus, 0));
    cr_expect(eq(i64, seen[1].in_service_gpus, 1));
    /* B is still at work on 2 GPUs when 3 of 4 are retired: they drain until 130 */
    cr_expect(eq(i64, toy.rows[1].end_ms, 130));
    cr_expect(eq(i64, toy.capacity_gpu_ms[0], 100 * 4 + 30 * 2 + 70 * 1));
    toy_free(&toy);
}

/* 12 GPUs are more than there are, but not more than the policy may come to: the job
 * waits, where without a policy it would be refused; 13 are refused. */
Test(review, a_gang_may_wait_for_what_a_policy_may_order)
{
    struct toy toy;
    toy_init(&toy, 400);
    toy_pool(&toy, TENURE_OWN, "own", 4);
    watch(&toy.pools[0], 100, 12);
    toy.scenario.dispatch.backfill = BACKFILL_NONE;
    toy_job(&toy, 10, 60, 12);
    toy_job(&toy, 20, 60, 13);
    cr_assert(toy_run(&toy), "%s", toy.err.text);
    cr_expect(toy.rows[0].outcome == JOB_WAITING);
    cr_expect(toy.rows[1].outcome == JOB_REFUSED);
    toy_free(&toy);
}

/* Reviews alone do not keep an open run alive. */
Test(review, an_open_run_ends_although_reviews_would_go_on)
{
    struct toy toy;
    three_jobs(&toy);
    toy.scenario.until_idle = true;
    toy.scenario.horizon_ms = NEVER_MS;
    watch(&toy.pools[0], 50, 4);
    cr_assert(toy_run(&toy), "%s", toy.err.text);
    cr_expect(eq(i64, toy.end_ms, 160));
    cr_expect(eq(u32, n_seen, 3));
    toy_free(&toy);
}

/* The figures of an owned H100 by the catalogue and the defaults: 1.97 USD per
 * calendar hour at 80 % of busy power, of which the annuity is 10,691 USD a year:
 * (42,700 - 3,500 / 1.1^5) x 0.1 / (1 - 1.1^-5). */
Test(review, an_owned_gpu_costs_its_annuity_and_what_runs)
{
    struct run run = {.world = NULL};
    struct error err;
    cr_assert(scenario_from_text(&run.scenario,
                                 "start: 2026-01-01\nhorizon: 90d\n"
                                 "discount_rate: 10 %/y\ndemand: []\n"
                                 "pools:\n"
                                 "- {name: own, tenure: own, class: h100-sxm, gpus: 8,"
                                 " server_price: 280000 USD}\n"
                                 "- {name: leased, tenure: lease, class: h100-sxm,"
                                 " gpus: 16, price: 2.05 USD/GPU-h, term: 3y}\n"
                                 "- {name: burst, tenure: on-demand, class: h100-sxm,"
                                 " price: 2.95 USD/GPU-h}\n",
                                 NULL, 0, &err),
              "%s", err.text);
    watch(&run.scenario.pools[0], 30 * MS_PER_D, 8);
    run.world = world_new(&run.scenario, &(struct run_options){.check = true});
    cr_assert(world_run(run.world, &err), "%s", err.text);
    const struct procure_costs *costs = &seen[0].costs;
    double annuity = (42700 - 3500 / pow(1.1, 5)) * 0.1 / (1 - pow(1.1, -5)) / 8760;
    double standing = costs->avoidable_usd_per_gpu_h - costs->busy_usd_per_gpu_h;
    cr_expect(epsilon_eq(dbl, costs->fixed_usd_per_gpu_h - standing, annuity, 1e-3));
    cr_expect(epsilon_eq(
        dbl, costs->fixed_usd_per_gpu_h + 0.8 * costs->busy_usd_per_gpu_h, 1.97, 5e-3));
    cr_expect(eq(dbl, costs->rent_usd_per_gpu_h, 2.95));
    cr_expect(eq(dbl, costs->lease_usd_per_gpu_h, 2.05));
    cr_expect(costs->salvage_usd_per_gpu > 0);
    run_free(&run);
}

/* A leased pool of 16 GPUs until day 120, reviewed every 50 days of 300; at the first
 * review 24 more are leased, until day 170. */
static struct run two_contracts(void)
{
    struct run run = {.world = NULL};
    struct error err;
    cr_assert(scenario_from_text(&run.scenario,
                                 "start: 2026-01-01\nhorizon: 300d\ndemand: []\n"
                                 "pools:\n"
                                 "- {name: leased, tenure: lease, class: h100-sxm,"
                                 " gpus: 16, price: 2.05 USD/GPU-h, term: 120d,"
                                 " market_rent: 1.7 USD/GPU-h, renewal: market,"
                                 " notice: 10d, exit_fee: 50 %, prepay: 20 %}\n",
                                 NULL, 0, &err),
              "%s", err.text);
    watch(&run.scenario.pools[0], 50 * MS_PER_D, 100);
    script[0] = (struct procure_order){PROCURE_LEASE, 24, 0, "more"};
    run.world = world_new(&run.scenario, &(struct run_options){.check = true});
    cr_assert(world_run(run.world, &err), "%s", err.text);
    cr_assert(eq(u32, n_seen, 5));
    run.result = world_result(run.world);
    return run;
}

/* What is leased at the first review stands beside what was there, with its own end,
 * and lapses although contracts are renewed at market where nobody decides. */
Test(review, contracts_are_seen_with_their_ends)
{
    struct run run = two_contracts();
    cr_assert(eq(u32, seen[0].n_contracts, 1));
    cr_expect(eq(i64, contracts[0][0].gpus, 16));
    cr_expect(eq(i64, contracts[0][0].ends_in_ms, 70 * MS_PER_D));
    cr_expect(not(contracts[0][0].last_call));
    cr_expect(eq(dbl, contracts[0][0].price_usd_per_gpu_h, 2.05));
    cr_expect(eq(dbl, contracts[0][0].market_usd_per_gpu_h, 1.7));
    /* 60 days after the notice at 2.05 are 2,952 USD: half of the 80 % that remain to
     * be paid, and the 20 % that were prepaid */
    cr_expect(eq(i64, contracts[0][0].exit_in_ms, 10 * MS_PER_D));
    cr_expect(epsilon_eq(dbl, contracts[0][0].exit_usd_per_gpu, 0.6 * 2952, 1e-9));
    cr_assert(eq(u32, seen[1].n_contracts, 2));
    cr_expect(contracts[1][0].last_call);
    cr_expect(eq(i64, contracts[1][1].gpus, 24));
    cr_expect(eq(i64, seen[1].in_service_gpus, 40));
    cr_expect(eq(i64, seen[2].in_service_gpus, 24), "the first has ended");
    cr_expect(eq(i64, seen[4].in_service_gpus, 0), "the second, too");
    run_free(&run);
}

Test(review, a_contract_that_is_renewed_goes_on_at_market)
{
    script[1] = (struct procure_order){PROCURE_RENEW, 0, 0, "needed"};
    struct run run = two_contracts();
    cr_expect(eq(i64, seen[2].in_service_gpus, 40));
    cr_assert(eq(u32, seen[2].n_contracts, 2));
    cr_expect(eq(i64, contracts[2][1].gpus, 16));
    cr_expect(eq(i64, contracts[2][1].ends_in_ms, 90 * MS_PER_D));
    cr_expect(eq(dbl, contracts[2][1].price_usd_per_gpu_h, 1.7));
    cr_expect(eq(i64, seen[3].in_service_gpus, 16));
    cr_expect(eq(i64, seen[4].in_service_gpus, 0), "nobody renewed it again");
    run_free(&run);
}

Test(review, a_contract_that_is_left_ends_with_the_notice)
{
    script[1] = (struct procure_order){PROCURE_EXIT, 0, 1, "idle"};
    struct run run = two_contracts();
    cr_expect(eq(i64, periods[1].removed_gpus, 24));
    cr_expect(eq(i64, seen[2].in_service_gpus, 0));
    /* 60 days of 24 GPUs at 2.05: half of the 80 % that remained to be paid */
    int64_t fee_uusd = 24 * INT64_C(2050000) * 24 * 60 * 8 / 10 / 2;
    cr_expect(eq(i64, run.result->pools[0].account_uusd[ACCOUNT_EXIT_FEE][BASIS_CASH],
                 fee_uusd));
    run_free(&run);
}
