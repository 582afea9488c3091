/* What leases cost and are worth: whole runs against the arithmetic of their terms. */

#include "money.h"

/* One lease of 8 GPUs at 2 USD, with more terms, from 2026 on. */
static void run_lease(struct books *books, const char *horizon, const char *rate,
                      const char *terms, const char *jobs)
{
    char yaml[2000];
    snprintf(yaml, sizeof yaml,
             "start: 2026-01-01\nhorizon: %s\ndiscount_rate: %s\n"
             "demand: [{jobs: jobs.csv, after_end: stop}]\npools:\n  - {name: l, "
             "tenure: lease, class: h100-sxm, gpus: 8, price: 2 USD/GPU-h, %s}\n",
             horizon, rate, terms);
    books_run(books, yaml, jobs);
}

static int64_t paid(const struct books *books, enum account account)
{
    return books->result->pools[0].account_uusd[account][BASIS_CASH];
}

/* ---- extras ---- */

/* The one job holds 1 GPU for a second: 2 USD / 3,600 s = 556 micro-USD, and a tenth of
 * that. */
Test(extras, where_nothing_is_billed_there_are_none)
{
    struct books books;
    run_lease(&books, "1y", "10 %/y", "term: 2y, take_or_pay: 0 %, extras: 10 %",
              "0,1,1\n");
    cr_expect_eq(paid(&books, ACCOUNT_RENT), 0);
    cr_expect_eq(paid(&books, ACCOUNT_RENT_USED), 556);
    cr_expect_eq(paid(&books, ACCOUNT_EXTRAS), 56);
    books_free(&books);
}

/* 49 d = 1,176 h of 8 GPUs, for each of which 60 % of 2 USD is owed, a quarter of it
 * prepaid; and in January (744 h), used 600 h, 600 - 446.4 h of 8 GPUs above. */
Test(extras, are_a_share_of_what_is_prepaid_owed_and_used_above_alike)
{
    struct books books;
    run_lease(&books, "49d", "0 %/y",
              "term: 100d, take_or_pay: 60 %, prepay: 25 %, extras: 10 %",
              "86400,2160000,8\n");
    int64_t owed = INT64_C(8) * 1176 * 1200000;
    int64_t above = INT64_C(8) * (6000 - 4464) * 200000; /* tenths of hours */
    cr_expect_eq(paid(&books, ACCOUNT_RENT), owed / 4 * 3);
    cr_expect_eq(paid(&books, ACCOUNT_RENT_USED), above);
    cr_expect_eq(paid(&books, ACCOUNT_EXTRAS), (owed + above) / 10);
    /* The busy GPUs bear those of what they used above. */
    double share = (double)(owed / 10 * 11) * 600 / 1176;
    cr_expect_float_eq((double)books.result->pools[0].cost_uusd[COST_BUSY],
                       share + 1.1 * (double)above, 2);
    books_free(&books);
}

/* 30 % of 2 USD is prepaid and grows no more: 0.6 + 1.4 USD, then 0.6 + 1.54 USD. */
Test(extras, follow_the_price_that_escalates_but_for_what_is_prepaid)
{
    struct books books;
    run_lease(&books, "2y", "10 %/y",
              "term: 2y, prepay: 30 %, escalation: {price: 10 %/y}, extras: 10 %",
              "0,1,1\n");
    cr_expect_eq(paid(&books, ACCOUNT_RENT), INT64_C(8) * 8760 * (1400000 + 1540000));
    cr_expect_eq(paid(&books, ACCOUNT_EXTRAS), INT64_C(8) * 8760 * (200000 + 214000));
    books_free(&books);
}

/* ---- what is left of a contract at the end ---- */

/* A year of two is left, 8 x 8,760 h, at a price that the market asks, too.  What is
 * prepaid of it stands for itself; hours that are not committed are worth nothing. */
Test(closing, at_the_market_s_rent_a_contract_is_worth_what_is_prepaid_of_it)
{
    static const struct {
        const char *terms;
        int64_t usd;
    } cases[] = {
        {"take_or_pay: 0 %", 0},
        {"take_or_pay: 50 %", 0},
        {"take_or_pay: 50 %, prepay: 30 %", 21024}, /* 0.3 USD x 70,080 h */
        {"take_or_pay: 50 %, market_rent: 3.5 USD/GPU-h", 52560}, /* (1.75 - 1) x */
        {"take_or_pay: 50 %, market_rent: 1.5 USD/GPU-h, prepay: 30 %", 3504},
        {"market_rent: 1.5 USD/GPU-h", -35040},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct books books;
        run_lease(&books, "1y", "10 %/y",
                  arena_printf(&arena, "term: 2y, %s", cases[i].terms), "0,1,1\n");
        cr_expect_eq(books.result->pools[0].closing_uusd, cases[i].usd * 1000000,
                     "%s: %" PRId64, cases[i].terms,
                     books.result->pools[0].closing_uusd);
        books_free(&books);
    }
    arena_free(&arena);
}

/* 2 USD x 1.1, 1.21 and 1.331 in the three years that remain after one, of which 2028
 * has 8,784 hours: 510,787.20 USD. */
Test(closing, an_early_end_costs_what_would_still_be_paid_with_its_growth)
{
    struct books books;
    run_lease(&books, "2y", "0 %/y",
              "term: 4y, escalation: {price: 10 %/y}, exit: 2027-01-01, exit_fee: 100 "
              "%",
              "0,1,1\n");
    int64_t hours = 8760 * 1100 + 8784 * 1210 + 8760 * 1331; /* thousandths */
    cr_expect_eq(paid(&books, ACCOUNT_EXIT_FEE), 8 * 2000 * hours);
    books_free(&books);
}

/* 3 USD in 2027 and 4.5 in 2028, 526,464 USD for 8 GPUs, where the market asks 2. */
Test(closing, a_contract_that_grows_above_the_market_is_a_burden)
{
    struct books books;
    run_lease(&books, "1y", "10 %/y", "term: 3y, escalation: {price: 50 %/y}",
              "0,1,1\n");
    const struct pool_result *pool = &books.result->pools[0];
    cr_expect_eq(pool->commitment_uusd, INT64_C(526464000000));
    cr_expect_eq(pool->closing_uusd, (8 * 17544 * 2 - INT64_C(526464)) * 1000000);
    books_free(&books);
}

/* ---- prices that escalate ---- */

/* USD 0.001 per GPU-h by days, of 8 GPUs. */
Test(escalation, a_contract_is_signed_at_the_list_of_the_day_and_goes_on_as_it_grew)
{
    static const struct {
        const char *terms;
        int64_t usd_days; /* sum of milli-USD x days */
    } cases[] = {
        /* one year after the other, 2028 has 366 days */
        {"term: 1y, renewal: automatic", 365 * 2000 + 365 * 2200 + 366 * 2420},
        {"term: 1y, renewal: market", 365 * 2000 + 365 * 2200 + 366 * 2420},
        {"term: 1y, renewal: market, market_rent: 1.7 USD/GPU-h",
         365 * 2000 + 731 * 1700},
        {"term: 2y, renewal: automatic", 365 * 2000 + 365 * 2200 + 366 * 2420},
        {"term: 3y", 365 * 2000 + 365 * 2200 + 366 * 2420},
        /* from July 1 on: 184 days of 2026, 181 of 2027 */
        {"from: 2026-07-01, term: 1y, renewal: automatic",
         365 * 2000 + 366 * 2200 + 184 * 2420},
        /* signed in the second year at 2.20, which grows on March 1, 2028, 60 days in
         */
        {"gpus: 0, term: 2y, orders: [{at: 2027-03-01, gpus: 8}]",
         366 * 2200 + 306 * 2420},
        /* at the very anniversary */
        {"gpus: 0, term: 2y, orders: [{at: 2027-01-01, gpus: 8}]",
         365 * 2200 + 366 * 2420},
        {"gpus: 0, term: 2y, orders: [{at: 2027-01-01, gpus: 8, price: 3 USD/GPU-h}]",
         365 * 3000 + 366 * 3300},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct books books;
        const char *gpus = strstr(cases[i].terms, "gpus: 0") ? "" : "gpus: 8, ";
        books_run(&books,
                  arena_printf(&arena,
                               "start: 2026-01-01\nhorizon: 1096d\ndiscount_rate: 0 "
                               "%%/y\ndemand: [{jobs: jobs.csv, after_end: stop}]\n"
                               "pools: [{name: l, tenure: lease, class: h100-sxm, "
                               "price: 2 USD/GPU-h, escalation: {price: 10 %%/y}, "
                               "%s%s}]\n",
                               gpus, cases[i].terms),
                  "");
        cr_expect_eq(paid(&books, ACCOUNT_RENT), 8 * 24 * cases[i].usd_days * 1000,
                     "%s: %" PRId64, cases[i].terms, paid(&books, ACCOUNT_RENT));
        books_free(&books);
    }
    arena_free(&arena);
}

/* ---- what is compared with it ---- */

/* Rent on demand of 1.05 USD with as much again of extras is rent of 2.10: the policy
 * leases at the same time. */
Test(extras, count_where_a_policy_weighs_renting)
{
    static const char *const rents[] = {"1.05 USD/GPU-h, extras: 100 %",
                                        "2.1 USD/GPU-h", "1.05 USD/GPU-h"};
    struct arena arena = {0};
    int64_t leased[3];
    for (int i = 0; i < 3; i++) {
        struct books books;
        books_run(
            &books,
            arena_printf(&arena,
                         "start: 2026-01-01\nhorizon: 8mo\ndiscount_rate: 0 %%/y\n"
                         "demand: [{jobs: jobs.csv, after_end: stop}]\npools:\n"
                         "  - {name: l, tenure: lease, class: h100-sxm, gpus: 0, "
                         "term: 6mo, price: 1 USD/GPU-h, procure: {policy: "
                         "break_even, max_gpus: 8, review: 7d}}\n"
                         "  - {name: od, tenure: on-demand, class: h100-sxm, "
                         "price: %s}\n",
                         rents[i]),
            "0,25920000,4\n");
        leased[i] = paid(&books, ACCOUNT_RENT);
        books_free(&books);
    }
    cr_expect_gt(leased[0], leased[2]);
    cr_expect_eq(leased[0], leased[1]);
    arena_free(&arena);
}

/* 0.6 USD and half of it on top. */
Test(extras, count_where_a_lot_is_judged)
{
    struct books books;
    books_run(
        &books,
        BOOKS_HEAD("2026-01-01", "1mo",
                   "0 %/y") "pools:\n"
                            "  - {name: own, tenure: own, class: h100-sxm, gpus: 8}\n"
                            "  - {name: od, tenure: on-demand, class: h100-sxm, price: "
                            "0.6 USD/GPU-h, "
                            "extras: 50 %}\n",
        "");
    double speed = gpu_class_speed(books.scenario.pools[0].class, NULL);
    cr_expect_float_eq(books.assets[0].alternative_usd_per_work_h, 0.9 / speed, 1e-12);
    books_free(&books);
}
