/* Burst rights of leases: capacity that comes and goes with contracts, and its bills.
 */

#include "money.h"

#define DAY(n)  ((int64_t)(n)*MS_PER_D)
#define HOUR(n) ((int64_t)(n)*MS_PER_H)

/* 8 GPUs for 40 days; jobs are in seconds from 2026-01-11. */
#define LEASE(more, burst)                                                             \
    "  - {name: l, tenure: lease, class: h100-sxm, gpus: 8, price: 2 USD/GPU-h,\n"     \
    "     term: 40d, provider: x" more ", burst: {" burst "}}\n"

static void run_burst(struct books *books, const char *pools, const char *jobs)
{
    char yaml[4096];
    snprintf(yaml, sizeof yaml,
             "start: 2026-01-11\nhorizon: 80d\ninterval: 1d\ndiscount_rate: 0 %%/y\n"
             "demand: [{jobs: jobs.csv, after_end: stop}]\npools:\n%s"
             "dispatch: {backfill: easy}\n",
             pools);
    books_run(books, yaml, jobs);
}

static int64_t cash(const struct pool_result *pool, enum account account)
{
    return pool->account_uusd[account][BASIS_CASH];
}

/* The lease is busy.  A gang of 16 is held for 600 s of boot and 5,000 s, billed as 2
 * h; the next one for 700 s, billed as 1 h: 48 GPU-h at 3 USD, of which 16 x (5,600 +
 * 700) s = 28 GPU-h were held. */
Test(burst, beyond_the_lease_hours_are_billed_as_the_contract_says)
{
    struct books books;
    run_burst(&books,
              LEASE("", "gpus: 16, price: 3 USD/GPU-h, boot: 10min, minimum: 1h, "
                        "increment: 1h"),
              "0,7200,8\n0,5000,16\n10,100,16\n");
    const struct pool_result *burst = &books.result->pools[1];
    cr_expect_str_eq(books.scenario.pools[1].name, "l-burst");
    cr_expect_eq(cash(burst, ACCOUNT_ON_DEMAND), INT64_C(28) * 3000000);
    cr_expect_eq(cash(burst, ACCOUNT_SURPLUS), INT64_C(20) * 3000000);
    cr_expect_eq(burst->basis_uusd[BASIS_CASH], INT64_C(144) * 1000000);
    cr_expect_eq(burst->basis_uusd[BASIS_ACCRUAL], INT64_C(144) * 1000000);
    cr_expect_eq(cash(&books.result->pools[0], ACCOUNT_RENT),
                 INT64_C(8) * 40 * 24 * 2000000);
    books_free(&books);
}

/* The contract runs from day 10 to day 50.  Only the burst could hold a gang of 16: one
 * waits for the first day; one that would last beyond the end is refused. */
Test(burst, it_is_there_while_the_contract_is_in_force)
{
    struct books books;
    run_burst(&books, LEASE(", from: 2026-01-21", "gpus: 16, price: 3 USD/GPU-h"),
              "0,3600,16\n4300000,86400,16\n4300001,3600,16\n");
    const struct pool_result *burst = &books.result->pools[1];
    cr_expect_eq(burst->jobs_finished, 2);
    cr_expect_eq(burst->wait.max, DAY(10));
    cr_expect_eq(burst->basis_uusd[BASIS_CASH], INT64_C(2) * 16 * 3000000);
    cr_expect_eq(books.result->groups[0].refused, 1);
    books_free(&books);
}

/* Begun 12 h before the end, it is interrupted then, and fits nowhere else. */
Test(burst, the_contracts_end_takes_it_away_with_the_jobs_on_it)
{
    struct books books;
    run_burst(&books, LEASE(", start_past_end: true", "gpus: 16, price: 3 USD/GPU-h"),
              "3412800,172800,16\n");
    const struct pool_result *burst = &books.result->pools[1];
    cr_expect_eq(burst->lost_gpu_ms[CAUSE_CONTRACT_END], 16 * HOUR(12));
    cr_expect_eq(burst->basis_uusd[BASIS_CASH], INT64_C(16) * 12 * 3000000);
    cr_expect_eq(burst->interruptions, 1);
    cr_expect_eq(books.result->groups[0].refused, 1);
    books_free(&books);
}

/* From day 10 to day 40 there are 24 GPUs under contract, and a burst of 48; then 16
 * and 32: of three gangs of 16 on day 45 the third waits for the first. */
Test(burst, contracts_carry_it_in_proportion)
{
    struct books books;
    run_burst(&books,
              LEASE(", orders: [{at: 2026-01-21, gpus: 16, term: 60d}]",
                    "gpus: 16, price: 3 USD/GPU-h, unit: 8"),
              "0,3600,48\n3888000,7200,16\n3888000,7200,16\n3888000,7200,16\n"
              "3888000,7200,16\n");
    const struct pool_result *burst = &books.result->pools[1];
    cr_expect_eq(books.scenario.pools[1].limit_gpus, 48);
    /* One of the four gangs is on the lease. */
    cr_expect_eq(burst->jobs_finished, 3);
    cr_expect_eq(burst->wait.max, DAY(10));
    cr_expect_eq(burst->peak_busy_gpus, 48);
    cr_expect_eq(burst->basis_uusd[BASIS_CASH],
                 (INT64_C(48) + INT64_C(2) * 2 * 16) * 3000000);
    books_free(&books);
}

/* Its job ends 10 min before the contract does, which cuts the hour of keeping short;
 * the bill of 8 GPUs is 20 + 10 min. */
Test(burst, a_kept_instance_goes_with_the_contract)
{
    struct books books;
    run_burst(&books, LEASE("", "gpus: 8, price: 3 USD/GPU-h, unit: 8, keep_alive: 1h"),
              "3454100,1500,8\n3454200,1200,8\n");
    const struct pool_result *burst = &books.result->pools[1];
    cr_expect_eq(burst->jobs_finished, 1);
    cr_expect_eq(burst->basis_uusd[BASIS_CASH], INT64_C(8) * 3000000 / 2);
    books_free(&books);
}

Test(burst, it_goes_on_where_the_contract_is_renewed)
{
    struct books books;
    run_burst(&books, LEASE(", renewal: automatic", "share: 200 %, price: 3 USD/GPU-h"),
              "3412800,172800,16\n");
    const struct pool_result *burst = &books.result->pools[1];
    cr_expect_eq(burst->jobs_finished, 1);
    cr_expect_eq(burst->interruptions, 0);
    cr_expect_eq(burst->basis_uusd[BASIS_CASH], INT64_C(16) * 48 * 3000000);
    books_free(&books);
}

/* On day 20 the provider ends: two days of 16 GPUs are paid. */
Test(burst, it_ends_with_its_provider)
{
    struct books books;
    run_burst(&books,
              LEASE("", "gpus: 16, price: 3 USD/GPU-h") "shocks: [{provider: x, from: "
                                                        "2026-01-31, ends: true}]\n",
              "1555200,1000000,16\n");
    const struct pool_result *burst = &books.result->pools[1];
    cr_expect_eq(burst->lost_gpu_ms[CAUSE_PROVIDER_END], 16 * DAY(2));
    cr_expect_eq(burst->basis_uusd[BASIS_CASH], INT64_C(16) * 48 * 3000000);
    books_free(&books);
    /* The same where the lease alone is named. */
    run_burst(&books,
              LEASE("", "gpus: 16, price: 3 USD/GPU-h") "shocks: [{pools: [l], from: "
                                                        "2026-01-31, ends: true}]\n",
              "1555200,1000000,16\n");
    burst = &books.result->pools[1];
    cr_expect_eq(burst->lost_gpu_ms[CAUSE_PROVIDER_END], 16 * DAY(2));
    books_free(&books);
}

/* An outage on day 20 for a day: the job begins anew after it, in 10 days. */
Test(burst, it_is_out_with_its_provider)
{
    struct books books;
    run_burst(&books,
              LEASE("", "gpus: 16, price: 3 USD/GPU-h") "outages: [{provider: x, from: "
                                                        "2026-01-31, lasts: 1d}]\n",
              "1555200,864000,16\n");
    const struct pool_result *burst = &books.result->pools[1];
    cr_expect_eq(burst->outages, 1);
    cr_expect_eq(burst->jobs_finished, 1);
    cr_expect_eq(burst->basis_uusd[BASIS_CASH], INT64_C(16) * 12 * 24 * 3000000);
    books_free(&books);
}

/* Half of a market that falls from 4 to 3 USD on day 30. */
Test(burst, its_price_may_follow_a_market)
{
    struct books books;
    static const char pools[] =
        LEASE("", "gpus: 16, price_market: m, price_share: 50 %");
    static const char market[] =
        "markets: [{name: m, of: rent, class: h100-sxm, price: {model: table, points: "
        "{2026-01-01: 4 USD/GPU-h, 2026-02-10: 3 USD/GPU-h}}}]\n";
    char text[1024];
    snprintf(text, sizeof text, "%s%s", pools, market);
    run_burst(&books, text, "2505600,172800,16\n");
    const struct pool_result *burst = &books.result->pools[1];
    cr_expect_eq(burst->basis_uusd[BASIS_CASH],
                 INT64_C(16) * (24 * 2000000 + 24 * 1500000));
    books_free(&books);
}
