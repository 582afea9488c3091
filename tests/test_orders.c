/* Servers ordered and contracts signed during a run: money and capacity by hand. */

#include "money.h"

#define H8     "class: h100-sxm, server_price: 280 kUSD, adder: 22 %, residual: 10 %"
#define DAY(n) ((int64_t)(n)*MS_PER_D)

static void run_orders(struct books *books, const char *horizon, const char *rate,
                       const char *pools, const char *jobs)
{
    char yaml[4096];
    snprintf(yaml, sizeof yaml,
             "start: 2026-01-11\nhorizon: %s\ninterval: 1d\ndiscount_rate: %s\n"
             "demand: [{jobs: jobs.csv, after_end: stop}]\npools:\n%s"
             "dispatch: {backfill: easy}\n",
             horizon, rate, pools);
    books_run(books, yaml, jobs);
}

#define ORDER8                                                                         \
    "  - {name: own, tenure: own, " H8 ", gpus: 0, deposit: 25 %, lead_time: 100d,\n"  \
    "     commissioning: 20d, orders: [{at: 2026-01-21, gpus: 8}]}\n"

Test(orders, a_deposit_bears_the_capital_charge_until_delivery)
{
    struct books books;
    run_orders(&books, "60d", "10 %/y", ORDER8, "0,1,1\n");
    const struct pool_result *pool = &books.result->pools[0];
    int64_t deposit = INT64_C(8) * 42700000000 / 4; /* of 42,700 USD a GPU */
    cr_expect_eq(pool->basis_uusd[BASIS_CASH], deposit);
    cr_expect_eq(pool->account_uusd[ACCOUNT_DEPOSIT][BASIS_CASH], deposit);
    cr_expect_eq(pool->basis_uusd[BASIS_ACCRUAL], 0);
    /* From day 10 to day 60. */
    double charge = (double)deposit * log(1.1) * 50 / 365;
    cr_expect_float_eq((double)pool->basis_uusd[BASIS_ECONOMIC], charge, 1, "%" PRId64,
                       pool->basis_uusd[BASIS_ECONOMIC]);
    cr_expect_eq(pool->state_gpu_ms[GPU_IDLE_NO_DEMAND], 0);
    cr_expect_eq(pool->closing_book_uusd, deposit);
    cr_expect_eq(books.n_assets, 1);
    cr_expect_eq(books.assets[0].begin_ms, NEVER_MS);
    books_free(&books);
}

Test(orders, depreciation_begins_with_service_and_space_is_paid_from_delivery)
{
    struct books books;
    run_orders(&books, "200d", "10 %/y", ORDER8, "0,1,1\n");
    const struct pool_result *pool = &books.result->pools[0];
    const struct pool_spec *spec = &books.scenario.pools[0];
    const struct asset_row *row = &books.assets[0];
    cr_expect_eq(row->ordered_ms, DAY(10));
    cr_expect_eq(row->delivered_ms, DAY(110));
    cr_expect_eq(row->begin_ms, DAY(130));
    int64_t price = INT64_C(8) * 42700000000, residual = INT64_C(8) * 3500000000;
    cr_expect_eq(pool->account_uusd[ACCOUNT_PURCHASE][BASIS_CASH], price - price / 4);
    /* 5 years from 2026-05-21: 1,826 days; 70 of them. */
    double depreciation = (double)(price - residual) * 70 / 1826;
    cr_expect_float_eq((double)pool->account_uusd[ACCOUNT_DEPRECIATION][BASIS_ACCRUAL],
                       depreciation, 1);
    double space = (double)spec->colo_rate * 8 * 20 * 24 / 1000;
    cr_expect_float_eq((double)pool->account_uusd[ACCOUNT_COMMISSIONING][BASIS_CASH],
                       space, 1);
    cr_expect_float_eq((double)pool->account_uusd[ACCOUNT_COLOCATION][BASIS_CASH],
                       space * 70 / 20, 1);
    int64_t capacity = 0;
    for (int s = 0; s < GPU_STATES; s++)
        capacity += pool->state_gpu_ms[s];
    cr_expect_eq(capacity, 8 * DAY(70));
    books_free(&books);
}

/* The present value of economic cost is that of cash with the closing book: by months,
 * each at its middle, which is exact to second order. */
Test(orders, present_values_agree_for_what_was_ordered)
{
    struct books books;
    run_orders(&books, "3y", "10 %/y", ORDER8, "0,1,1\n");
    const struct pool_result *pool = &books.result->pools[0];
    double economic = 0, rate = log(1.1) / (double)MS_PER_Y, day = (double)MS_PER_D;
    for (size_t i = 0; i < books.n_timeline; i++) {
        const struct timeline_row *row = &books.timeline[i];
        double middle = (double)(row->start_ms + row->end_ms) / 2, cost = 0;
        for (int s = 0; s < COST_SHARES; s++)
            cost += (double)row->cost_uusd[s] / 1e6;
        economic += cost * exp(-rate * middle) * (1 + rate * rate * day * day / 24);
    }
    double cash = pool->cash_pv_usd - (double)pool->closing_book_uusd / 1e6 *
                                          exp(-rate * (double)books.result->end_ms);
    cr_expect_float_eq(economic, cash, cash * 2e-6, "%f and %f", economic, cash);
    books_free(&books);
}

Test(orders, over_its_life_accrual_is_cash)
{
    struct books books;
    run_orders(
        &books, "6y", "7 %/y",
        "  - {name: own, tenure: own, " H8 ", gpus: 8, deposit: 37.3 %,\n"
        "     lead_time: 61d, lead_time_sigma: 0.5, orders: [{at: 2026-02-03, gpus: "
        "16,\n     server_price: 311 kUSD}], changes: [{at: 2031-07-01, gpus: "
        "-24}]}\n",
        "0,1,1\n");
    const struct pool_result *pool = &books.result->pools[0];
    cr_expect_eq(pool->basis_uusd[BASIS_CASH], pool->basis_uusd[BASIS_ACCRUAL]);
    cr_expect_eq(pool->closing_book_uusd, 0);
    books_free(&books);
}

Test(orders, lead_times_are_the_quantiles_of_draws_that_belong_to_the_order)
{
    struct books one, two;
    const char *pool = "  - {name: own, tenure: own, " H8 ", gpus: 8, lead_time: 90d,\n"
                       "     lead_time_sigma: 0.6, orders: [{at: 2026-01-21, gpus: 8}";
    char pools[1024];
    snprintf(pools, sizeof pools, "%s]}\n", pool);
    run_orders(&one, "3y", "0 %/y", pools, "0,1,1\n");
    snprintf(pools, sizeof pools, "%s, {at: 2026-01-22, gpus: 16}]}\n", pool);
    run_orders(&two, "3y", "0 %/y", pools, "0,1,1\n");
    cr_expect_eq(one.assets[1].delivered_ms, two.assets[1].delivered_ms);
    cr_expect_neq(two.assets[1].delivered_ms - DAY(10),
                  two.assets[2].delivered_ms - DAY(11));
    books_free(&one);
    books_free(&two);
}

/* ---- contracts ---- */

#define LEASE(more)                                                                    \
    "  - {name: l, tenure: lease, class: h100-sxm, gpus: 8, price: 2 USD/GPU-h, "      \
    "term: "                                                                           \
    "100d" more "}\n"

Test(orders, a_renewed_contract_goes_on_at_the_market_with_its_jobs)
{
    struct books books;
    run_orders(&books, "300d", "0 %/y",
               LEASE(", renewal: market, market_rent: 1.5 USD/GPU-h"),
               "8208000,1000000,8\n"); /* from day 95 over the renewal */
    const struct pool_result *pool = &books.result->pools[0];
    cr_expect_eq(pool->interruptions, 0);
    cr_expect_eq(pool->jobs_finished, 1);
    cr_expect_eq(books.n_assets, 3);
    cr_expect_eq(books.assets[1].begin_ms, DAY(100));
    cr_expect_eq(pool->basis_uusd[BASIS_CASH],
                 INT64_C(8) * 24 * 100 * (2000000 + 2 * 1500000));
    books_free(&books);
}

/* 8 GPUs until day 100, 8 more from day 30 to day 130: what runs past day 100 may use 8
 * GPUs only. */
Test(orders, a_gang_starts_where_the_contracts_that_go_on_leave_room)
{
    struct books books;
    run_orders(&books, "150d", "0 %/y", LEASE(", orders: [{at: 2026-02-10, gpus: 8}]"),
               "6912000,2000000,8\n"   /* day 80 to 103: on what stays */
               "6912060,2000000,4\n"   /* would have 0 left from day 100: waits */
               "6912120,1000000,4\n"); /* day 80 to 91: on what goes */
    const struct pool_result *pool = &books.result->pools[0];
    cr_expect_eq(pool->interruptions, 0);
    cr_expect_eq(pool->jobs_started, 3);
    cr_expect_eq(pool->jobs_finished, 3);
    cr_expect_eq(pool->wait.max, (INT64_C(6912000) + 2000000 - 6912060) * 1000);
    books_free(&books);
}

/* Notice on day 40, 10 days of it: 50 days of 8 GPUs at 2 USD remain, of which 60 % are
 * due; 20 % of the whole was prepaid, and half of that is lost. */
Test(orders, an_early_exit_costs_its_share_of_what_remains)
{
    struct books books;
    run_orders(&books, "90d", "0 %/y",
               LEASE(", prepay: 20 %, exit: 2026-02-20, notice: 10d, exit_fee: 60 %"),
               "0,7000000,8\n");
    const struct pool_result *pool = &books.result->pools[0];
    int64_t hours = 8 * 24 * 50; /* each half */
    cr_expect_eq(pool->account_uusd[ACCOUNT_EXIT_FEE][BASIS_CASH],
                 hours * 1600000 * 6 / 10);
    cr_expect_eq(pool->account_uusd[ACCOUNT_PREPAID_RENT][BASIS_ACCRUAL],
                 2 * hours * 400000);
    cr_expect_eq(pool->account_uusd[ACCOUNT_RENT][BASIS_CASH], hours * 1600000);
    cr_expect_eq(pool->basis_uusd[BASIS_CASH], pool->basis_uusd[BASIS_ACCRUAL]);
    cr_expect_eq(pool->interruptions, 1);
    cr_expect_eq(books.assets[0].end_ms, DAY(50));
    books_free(&books);
}

/* The pool begins empty, and its GPUs are ordered on day 10 and go on day 90, 20 days
 * after the median of 60: whenever they come, none is there afterwards, and over the
 * whole accrual is cash.  Of some of the draws the order is late, and sold the day it
 * comes. */
Test(orders, what_goes_before_it_has_come_goes_when_it_comes)
{
    int late = 0, in_time = 0;
    for (int seed = 1; seed <= 12; seed++) {
        struct books books;
        char pools[512];
        snprintf(
            pools, sizeof pools,
            "  - {name: own, tenure: own, %s, gpus: 0, lead_time: 50d,\n"
            "     lead_time_sigma: 0.8, commissioning: 10d, orders: [{at: 2026-01-21, "
            "gpus: 16}],\n     changes: [{at: 2026-04-11, gpus: -16}]}\nseed: %d\n",
            H8, seed);
        run_orders(&books, "6y", "5 %/y", pools, "0,1,1\n");
        const struct pool_result *pool = &books.result->pools[0];
        const struct asset_row *row = &books.assets[0];
        int64_t gpu_ms = 0;
        for (int s = 0; s < GPU_STATES; s++)
            gpu_ms += pool->state_gpu_ms[s];
        int64_t there_ms = row->begin_ms < DAY(90) ? DAY(90) - row->begin_ms : 0;
        cr_expect_eq(gpu_ms, 16 * there_ms, "seed %d: %" PRId64, seed, gpu_ms);
        cr_expect_eq(pool->basis_uusd[BASIS_CASH], pool->basis_uusd[BASIS_ACCRUAL]);
        cr_expect_eq(pool->closing_book_uusd, 0);
        late += there_ms == 0;
        in_time += there_ms > 0;
        books_free(&books);
    }
    cr_expect(late > 0 && in_time > 0, "%d late, %d in time", late, in_time);
}

/* A new server costs 280,000 USD, and from March on 240,000: 8 GPUs that are ordered in
 * February cost 280,000 x 1.22 and those of March 240,000 x 1.22, though it is October
 * when they come; an order's own price is what it says. */
Test(orders, at_the_market_servers_cost_what_they_do_when_they_are_ordered)
{
    static const char *const buys[] = {"market", "server_price"};
    for (int i = 0; i < 2; i++) {
        struct books books;
        char pools[1024];
        snprintf(
            pools, sizeof pools,
            "  - {name: own, tenure: own, class: h100-sxm, server_price: 260 kUSD, "
            "adder: 22 %%,\n     gpus: 8, value_market: new, buy_at: %s, lead_time: "
            "200d, deposit: 10 %%,\n     orders: [{at: 2026-02-01, gpus: 8}, {at: "
            "2026-03-01, gpus: 8}, {at: 2026-03-02,\n     gpus: 8, server_price: 250 "
            "kUSD}], changes: [{at: 2026-04-01, gpus: +8}]}\n"
            "markets: [{name: new, of: value, class: h100-sxm, price: {model: table,\n"
            "  points: {2026-01-01: 280 kUSD, 2026-03-01: 240 kUSD}}}]\n",
            buys[i]);
        run_orders(&books, "300d", "0 %/y", pools, "0,1,1\n");
        const struct pool_result *pool = &books.result->pools[0];
        int64_t paid = i == 0 ? 260 + 280 + 240 + 250 + 240 : 4 * 260 + 250;
        int64_t deposit = i == 0 ? 280 + 240 + 250 : 260 + 260 + 250;
        cr_expect_eq(pool->account_uusd[ACCOUNT_DEPOSIT][BASIS_CASH],
                     deposit * 122000000);
        cr_expect_eq(pool->account_uusd[ACCOUNT_PURCHASE][BASIS_CASH],
                     paid * 1220000000 - deposit * 122000000);
        books_free(&books);
    }
}

/* Signed on January 11 at 2 USD for 3 years, growing by 10 % a year, and left on day
 * 550, 2027-07-15: until 2028-01-11 (180 days) 2.20 USD remain, then 2.42 until
 * 2029-01-11 (366 days). */
Test(orders, an_exit_fee_counts_the_growth_that_is_agreed)
{
    struct books books;
    run_orders(
        &books, "2y", "0 %/y",
        "  - {name: l, tenure: lease, class: h100-sxm, gpus: 8, price: 2 USD/GPU-h,"
        " term: 3y, escalation: {price: 10 %/y}, exit: 2027-07-15, exit_fee: 50 %, "
        "prepay: 20 %}\n",
        "0,60,8\n");
    const struct pool_result *pool = &books.result->pools[0];
    int64_t remains = INT64_C(8) * 24 * (180 * 2200000 + 366 * INT64_C(2420000));
    cr_expect_eq(pool->account_uusd[ACCOUNT_EXIT_FEE][BASIS_CASH],
                 remains * 8 / 10 / 2);
    books_free(&books);
}

/* On the anniversary itself the year that ends has nothing to say any more. */
Test(orders, an_exit_on_an_anniversary_counts_the_price_from_then_on)
{
    struct books books;
    run_orders(
        &books, "2y", "0 %/y",
        "  - {name: l, tenure: lease, class: h100-sxm, gpus: 8, price: 2 USD/GPU-h,"
        " term: 3y, escalation: {price: 10 %/y}, exit: 2027-01-11}\n",
        "0,60,8\n");
    const struct pool_result *pool = &books.result->pools[0];
    cr_expect_eq(pool->account_uusd[ACCOUNT_EXIT_FEE][BASIS_CASH],
                 INT64_C(8) * 24 * (365 * 2200000 + 366 * INT64_C(2420000)));
    books_free(&books);
}

/* What remains is worth 2 USD on the market: at the end of the first year 8 GPUs for
 * 365 days at 2.20 and 366 at 2.42 USD are owed. */
Test(orders, what_remains_to_be_paid_counts_the_growth_that_is_agreed)
{
    struct books books;
    run_orders(
        &books, "1y", "0 %/y",
        "  - {name: l, tenure: lease, class: h100-sxm, gpus: 8, price: 2 USD/GPU-h,"
        " term: 3y, escalation: {price: 10 %/y}}\n",
        "0,60,8\n");
    const struct asset_row *row = &books.assets[0];
    int64_t owed = INT64_C(8) * 24 * (365 * 2200000 + 366 * INT64_C(2420000));
    cr_expect_eq(row->commitment_uusd, owed);
    cr_expect_eq(row->market_uusd, INT64_C(8) * 24 * 731 * 2000000 - owed);
    books_free(&books);
}

/* Jobs start on days 0, 30 and 45 of 60, and the contract ends on day 100: whatever is
 * prepaid, 8 GPUs for 45 days at 2 USD are cost; what was prepaid for later is left. */
Test(orders, billed_until_the_last_start_a_lease_costs_the_same_however_it_is_paid)
{
    static const int percent[] = {0, 40, 100};
    int64_t hours = INT64_C(8) * 24 * 45, term = INT64_C(8) * 24 * 100;
    for (int i = 0; i < 3; i++) {
        struct books books;
        char pools[512];
        snprintf(pools, sizeof pools,
                 "  - {name: l, tenure: lease, class: h100-sxm, gpus: 8, price: 2 "
                 "USD/GPU-h, term: 100d, prepay: %d %%}\nbilling_until: last_start\n",
                 percent[i]);
        run_orders(&books, "60d", "0 %/y", pools,
                   "0,60,8\n2592000,60,8\n3888000,60,8\n");
        const struct pool_result *pool = &books.result->pools[0];
        cr_expect_eq(pool->basis_uusd[BASIS_ACCRUAL], hours * 2000000);
        cr_expect_eq(pool->basis_uusd[BASIS_CASH],
                     hours * 20000 * (100 - percent[i]) + term * 20000 * percent[i]);
        cr_expect_eq(pool->closing_book_uusd, (term - hours) * 20000 * percent[i]);
        books_free(&books);
    }
}

/* The provider ends on day 50 of 100: rent until then, the prepayment is lost, no fee;
 * the job loses its GPUs, and what was ordered is not signed. */
Test(orders, a_provider_that_ends_takes_its_contracts_away_without_a_fee)
{
    struct books books;
    run_orders(&books, "90d", "0 %/y",
               LEASE(", provider: x, prepay: 20 %, renewal: automatic, orders: [{at: "
                     "2026-03-20, gpus: 8}]") "shocks: [{provider: x, from: "
                                              "2026-03-02, ends: true}]\n",
               "0,7000000,8\n");
    const struct pool_result *pool = &books.result->pools[0];
    int64_t hours = 8 * 24 * 50;
    cr_expect_eq(pool->account_uusd[ACCOUNT_RENT][BASIS_CASH], hours * 1600000);
    cr_expect_eq(pool->account_uusd[ACCOUNT_EXIT_FEE][BASIS_CASH], 0);
    cr_expect_eq(pool->account_uusd[ACCOUNT_PREPAID_RENT][BASIS_ACCRUAL],
                 2 * hours * 400000);
    cr_expect_eq(pool->basis_uusd[BASIS_CASH], pool->basis_uusd[BASIS_ACCRUAL]);
    cr_expect_eq(pool->lost_gpu_ms[CAUSE_PROVIDER_END], 8 * DAY(50));
    cr_expect_eq(books.result->groups[0].refused, 1);
    cr_expect_eq(books.n_assets, 1);
    books_free(&books);
}

/* The contract is renewed and its provider ends at one instant: what was prepaid for
 * the second term is lost there and then. */
Test(orders, a_provider_that_ends_as_a_contract_is_renewed_takes_the_new_one_too)
{
    struct books books;
    run_orders(
        &books, "300d", "0 %/y",
        LEASE(", provider: x, prepay: 50 %, renewal: automatic") "shocks: [{provider: "
                                                                 "x, from: 2026-04-21, "
                                                                 "ends: true}]\n",
        "0,60,8\n");
    const struct pool_result *pool = &books.result->pools[0];
    int64_t term = INT64_C(8) * 24 * 100 * 1000000; /* half of 2 USD an hour */
    cr_expect_eq(pool->account_uusd[ACCOUNT_PREPAYMENT][BASIS_CASH], 2 * term);
    cr_expect_eq(pool->basis_uusd[BASIS_CASH], 3 * term);
    cr_expect_eq(pool->basis_uusd[BASIS_ACCRUAL], 3 * term);
    for (size_t i = 0; i < books.n_timeline; i++)
        if (books.timeline[i].start_ms >= DAY(101))
            cr_expect_eq(books.timeline[i].cost_uusd[COST_IDLE], 0);
    books_free(&books);
}

/* ---- bills that are known at the month's end ---- */

/* 8 GPUs for 100 days from January 11, 60 % take-or-pay at 2 USD.  The gang is busy on
 * January 12 to 31 (480 h of 504 there are): 480 - 302.4 hours are paid above; in
 * February nothing. */
Test(bills, use_above_the_take_or_pay_share_is_paid_by_the_month)
{
    struct books books;
    run_orders(&books, "49d", "0 %/y", LEASE(", take_or_pay: 60 %, prepay: 25 %"),
               "86400,1728000,8\n");
    const struct pool_result *pool = &books.result->pools[0];
    int64_t hours = 8 * 24 * 49;
    cr_expect_eq(pool->account_uusd[ACCOUNT_RENT][BASIS_CASH], hours * 900000);
    cr_expect_eq(pool->account_uusd[ACCOUNT_PREPAYMENT][BASIS_CASH],
                 INT64_C(8) * 24 * 100 * 300000);
    int64_t above = INT64_C(8) * (4800 - 3024) * 200000; /* tenths of hours */
    cr_expect_eq(pool->account_uusd[ACCOUNT_RENT_USED][BASIS_CASH], above);
    cr_expect_eq(pool->account_uusd[ACCOUNT_RENT_USED][BASIS_ECONOMIC], above);
    /* Busy GPUs bear it, and their share of what is owed for all hours. */
    double share = (double)(hours * 1200000) * 480 / (24 * 49);
    cr_expect_float_eq((double)pool->cost_uusd[COST_BUSY], share + (double)above, 2);
    books_free(&books);
}

Test(bills, a_full_take_or_pay_is_what_it_was_without_the_word)
{
    struct books plain, full;
    run_orders(&plain, "49d", "9 %/y", LEASE(", prepay: 25 %"), "86400,1728000,8\n");
    run_orders(&full, "49d", "9 %/y", LEASE(", prepay: 25 %, take_or_pay: 100 %"),
               "86400,1728000,8\n");
    cr_assert_eq(plain.n_ledger, full.n_ledger);
    for (size_t i = 0; i < plain.n_ledger; i++)
        cr_expect_eq(plain.ledger[i].amount_uusd, full.ledger[i].amount_uusd);
    books_free(&plain);
    books_free(&full);
}

/* 20 % on 5 hours of 4 GPUs at 3 USD, and on the hour that the bill is rounded up by.
 */
Test(bills, extras_are_a_share_of_the_rent)
{
    struct books books;
    run_orders(&books, "10d", "0 %/y",
               "  - {name: b, tenure: on-demand, class: h100-sxm, price: 3 USD/GPU-h,\n"
               "     extras: 20 %, increment: 3h}\n",
               "3600,18000,4\n");
    const struct pool_result *pool = &books.result->pools[0];
    cr_expect_eq(pool->account_uusd[ACCOUNT_ON_DEMAND][BASIS_CASH], 60000000);
    cr_expect_eq(pool->account_uusd[ACCOUNT_SURPLUS][BASIS_CASH], 12000000);
    cr_expect_eq(pool->account_uusd[ACCOUNT_EXTRAS][BASIS_CASH], 14400000);
    books_free(&books);
}

/* 16 GPUs, of which 8 are busy once in January and 16 once in February. */
Test(bills, a_demand_charge_is_on_the_highest_draw_of_each_month)
{
    struct books books;
    run_orders(&books, "49d", "0 %/y",
               "  - {name: own, tenure: own, " H8 ", gpus: 8, demand_charge: 14.5 "
               "USD/kW-mo,\n     changes: [{at: 2026-01-12, gpus: +8}]}\n",
               "172800,3600,8\n2592000,60,16\n");
    const struct pool_result *pool = &books.result->pools[0];
    const struct pool_spec *spec = &books.scenario.pools[0];
    double idle = (double)spec->idle_mw / 1e6, busy = (double)spec->busy_mw / 1e6;
    double january = (16 * idle + 8 * busy) * 21 / (365.0 / 12);
    double february = (16 * idle + 16 * busy) * 28 / (365.0 / 12);
    cr_expect_float_eq((double)pool->account_uusd[ACCOUNT_DEMAND_CHARGE][BASIS_CASH],
                       14.5e6 * (january + february), 3);
    cr_expect_eq(books_sum(&books, "own", NULL, ACCOUNT_DEMAND_CHARGE, BASIS_ACCRUAL),
                 pool->account_uusd[ACCOUNT_DEMAND_CHARGE][BASIS_CASH]);
    books_free(&books);
}

/* Contracts end and are indexed at instants at which the market changes: January at 2,
 * February at 3, March at 1 USD (744, 696 and 744 hours of a leap year). */
Test(orders, what_is_signed_as_the_market_changes_is_signed_at_the_new_price)
{
    static const char *const leases[] = {"term: 1mo, renewal: market",
                                         "term: 1y, index_every: 1mo"};
    for (size_t i = 0; i < 2; i++) {
        struct books books;
        char yaml[1024];
        snprintf(
            yaml, sizeof yaml,
            "start: 2024-01-01\nhorizon: 3mo\ndiscount_rate: 0 %%/y\n"
            "demand: [{jobs: jobs.csv, after_end: stop}]\n"
            "markets: [{name: m, of: rent, class: h100-sxm, price: {model: table, "
            "points: {2024-01-01: 2 USD/GPU-h, 2024-02-01: 3 USD/GPU-h, 2024-03-01: "
            "1 USD/GPU-h}}}]\n"
            "pools: [{name: l, tenure: lease, class: h100-sxm, gpus: 1, "
            "price_market: m, %s}]\n",
            leases[i]);
        books_run(&books, yaml, "0,1,1\n");
        cr_expect_eq(books.result->pools[0].basis_uusd[BASIS_CASH],
                     INT64_C(1000000) * (744 * 2 + 696 * 3 + 744 * 1), "%s", leases[i]);
        books_free(&books);
    }
}
