/* The present value of economic cost is that of cash with the positions at both ends at
 * book (Preinreich 1937, Luecke 1955), tenure by tenure, against the oracle. */

#include "money.h"

#define TWO_YEARS BOOKS_HEAD("2026-01-11T07:13:00Z", "2y", "11.3 %/y")

Test(present, values_agree_for_a_lot_bought_at_the_start)
{
    static struct oracle o;
    struct books books;
    run_with(&books, TWO_YEARS, OWN8 "}");
    const struct pool_spec *pool = &books.scenario.pools[0];
    oracle_init(&o, &books);
    double capex = 8 * (double)pool->capex_uusd_per_gpu;
    oracle_lump(&o, 0, capex, 0);
    oracle_line(&o, 0, o.end_ms, at_date(&books, "2029-01-11T07:13:00Z"),
                capex - 8 * (double)pool->residual_uusd_per_gpu);
    oracle_lot(&o, pool, 8, 0, o.end_ms);
    oracle_runs(&o, pool->busy_power_rate);
    expect_like_oracle(&books, "p", &o, &books.result->pools[0]);
    books_free(&books);
}

Test(present, values_agree_when_the_book_life_ends_in_the_run)
{
    static struct oracle o;
    struct books books;
    run_with(&books, TWO_YEARS, OWN8 ", in_service: 2023-08-05, opening: book}");
    const struct pool_spec *pool = &books.scenario.pools[0];
    oracle_init(&o, &books);
    double capex = 8 * (double)pool->capex_uusd_per_gpu;
    double residual = 8 * (double)pool->residual_uusd_per_gpu;
    int64_t from = at_date(&books, "2023-08-05"), to = at_date(&books, "2026-08-05");
    double book =
        capex - (capex - residual) * ((double)-from / ((double)to - (double)from));
    o.opening_uusd = book;
    oracle_line(&o, 0, o.end_ms, to, book - residual);
    oracle_lot(&o, pool, 8, 0, o.end_ms);
    oracle_runs(&o, pool->busy_power_rate);
    cr_expect_float_eq((double)books.result->pools[0].opening_uusd, book, 1);
    expect_like_oracle(&books, "p", &o, &books.result->pools[0]);
    books_free(&books);
}

Test(present, values_agree_for_a_lot_bought_in_mid_run)
{
    static struct oracle o;
    struct books books;
    run_with(&books, TWO_YEARS,
             OWN8 ", changes: [{at: 2026-11-17T05:00, gpus: +16, server_price: "
                  "191.777 kUSD}]}");
    const struct pool_spec *pool = &books.scenario.pools[0];
    oracle_init(&o, &books);
    int64_t later = at_date(&books, "2026-11-17T05:00");
    double capex = 8 * (double)pool->capex_uusd_per_gpu;
    double share = 191.777 / 283.457;
    double capex2 = 16 * round((double)pool->capex_uusd_per_gpu * share);
    double rest2 = 16 * round((double)pool->residual_uusd_per_gpu * share);
    oracle_lump(&o, 0, capex, 0);
    oracle_lump(&o, later, capex2, 0);
    oracle_line(&o, 0, o.end_ms, at_date(&books, "2029-01-11T07:13:00Z"),
                capex - 8 * (double)pool->residual_uusd_per_gpu);
    oracle_line(&o, later, o.end_ms, at_date(&books, "2029-11-17T05:00"),
                capex2 - rest2);
    oracle_lot(&o, pool, 8, 0, o.end_ms);
    struct pool_spec second = *pool; /* what hangs on the price scales with it */
    second.support_rate = llround((double)pool->support_rate * share);
    second.insurance_rate = llround((double)pool->insurance_rate * share);
    oracle_lot(&o, &second, 16, later, o.end_ms);
    oracle_runs(&o, pool->busy_power_rate);
    expect_like_oracle(&books, "p", &o, &books.result->pools[0]);
    books_free(&books);
}

Test(present, values_agree_for_a_lot_retired_early_in_two_parts)
{
    static struct oracle o;
    struct books books;
    run_with(&books, TWO_YEARS,
             OWN8 ", selling_cost: 6.1 %, changes: [{at: 2026-12-02T10:00, gpus: -3}, "
                  "{at: 2027-05-19, gpus: -5}]}");
    const struct pool_spec *pool = &books.scenario.pools[0];
    int64_t when[] = {at_date(&books, "2026-12-02T10:00"),
                      at_date(&books, "2027-05-19")};
    int64_t parts[] = {3, 5}, life = at_date(&books, "2029-01-11T07:13:00Z"), from = 0;
    int64_t gpus = 8;
    oracle_init(&o, &books);
    double price = (double)pool->capex_uusd_per_gpu;
    double residual = (double)pool->residual_uusd_per_gpu, book = price;
    oracle_lump(&o, 0, 8 * price, 0);
    for (int i = 0; i < 2; i++) {
        double now = price - (price - residual) * ((double)when[i] / (double)life);
        oracle_line(&o, from, when[i], when[i], (double)gpus * (book - now));
        oracle_lot(&o, pool, gpus, from, when[i]);
        double value =
            (double)pool->server_price_uusd / 8 *
            gpu_class_value_frac(pool->class, (double)when[i] / (double)MS_PER_Y);
        double brings = value * (1 - 0.061) * (double)parts[i];
        oracle_lump(&o, when[i], -brings, now * (double)parts[i] - brings);
        gpus -= parts[i];
        from = when[i];
        book = now;
    }
    oracle_runs(&o, pool->busy_power_rate);
    expect_like_oracle(&books, "p", &o, &books.result->pools[0]);

    /* The whole life is over: accrual is cash, to the micro-dollar, and nothing is
     * left. */
    const struct pool_result *result = &books.result->pools[0];
    cr_expect_eq(result->basis_uusd[BASIS_ACCRUAL], result->basis_uusd[BASIS_CASH]);
    cr_expect_eq(result->closing_book_uusd, 0);
    cr_expect_eq(result->closing_market_uusd, 0);
    cr_expect_eq(books.assets[0].end_ms, when[1]);
    books_free(&books);
}

static void lease_agrees(const char *pool_text, const char *from, const char *until)
{
    static struct oracle o;
    struct books books;
    run_with(&books, TWO_YEARS, pool_text);
    const struct pool_spec *pool = &books.scenario.pools[0];
    int64_t begin = at_date(&books, from), end = at_date(&books, until);
    oracle_init(&o, &books);
    int64_t prepaid_rate = llround((double)pool->price_rate * pool->prepay_frac);
    double prepaid = (double)prepaid_rate * 8 * (double)(end - begin) / 3.6e9;
    oracle_lump(&o, begin, prepaid, 0);
    oracle_line(&o, begin, o.end_ms, end, prepaid);
    oracle_bill(&o, begin, end, pool->price_rate - prepaid_rate, 8);
    expect_like_oracle(&books, "p", &o, &books.result->pools[0]);

    const struct pool_result *result = &books.result->pools[0];
    if (end <= o.end_ms) {
        double all = (double)pool->price_rate * 8 * (double)(end - begin) / 3.6e9;
        cr_expect_eq(result->basis_uusd[BASIS_ACCRUAL], result->basis_uusd[BASIS_CASH]);
        cr_expect(fabs((double)result->basis_uusd[BASIS_CASH] - all) <= 1);
        cr_expect_eq(result->commitment_uusd, 0);
    }
    books_free(&books);
}

Test(present, values_agree_for_a_lease_within_the_horizon)
{
    lease_agrees(LEASE8 ", prepay: 23.7 %, from: 2026-02-13T03:00, term: 1y}",
                 "2026-02-13T03:00", "2027-02-13T03:00");
}

Test(present, values_agree_for_a_lease_past_the_horizon)
{
    lease_agrees(LEASE8 ", prepay: 23.7 %, term: 3y}", "2026-01-11T07:13:00Z",
                 "2029-01-11T07:13:00Z");
}

Test(present, values_agree_for_a_lease_paid_wholly_ahead)
{
    lease_agrees(LEASE8 ", prepay: 100 %, term: 18mo}", "2026-01-11T07:13:00Z",
                 "2027-07-11T07:13:00Z");
}

Test(present, values_agree_for_an_on_demand_pool)
{
    static struct oracle o;
    struct books books;
    run_with(&books, TWO_YEARS,
             "{name: p, tenure: on-demand, class: h100-sxm, price: 2.951234567 "
             "USD/GPU-h, increment: 1ms}");
    oracle_init(&o, &books);
    oracle_runs(&o, books.scenario.pools[0].price_rate);
    expect_like_oracle(&books, "p", &o, &books.result->pools[0]);
    books_free(&books);
}

Test(present, values_agree_with_minimum_and_increment)
{
    static struct oracle o;
    struct books books;
    run_with(&books, TWO_YEARS,
             "{name: p, tenure: on-demand, class: h100-sxm, price: 2.951234567 "
             "USD/GPU-h, minimum: 2d, increment: 1h}");
    int64_t rate = books.scenario.pools[0].price_rate;
    oracle_init(&o, &books);
    oracle_runs(&o, rate);
    /* What is rounded up is owed at once when a job ends: a short, steep flow. */
    for (size_t i = 0; i < N_RUNS; i++) {
        int64_t length = runs[i].length_s * 1000, hour = MS_PER_H;
        int64_t billed = (length + hour - 1) / hour * hour;
        billed = billed < 2 * MS_PER_D ? 2 * MS_PER_D : billed;
        int64_t end = runs[i].at_s * 1000 + length;
        oracle_flow(&o, end, end + 1,
                    (double)((billed - length) * runs[i].gpus) * (double)rate / 3.6e9,
                    true);
    }
    expect_like_oracle(&books, "p", &o, &books.result->pools[0]);
    books_free(&books);
}

Test(present, capacity_billed_until_the_last_start_is_charged_consistently)
{
    struct books books;
    run_with(&books, TWO_YEARS "billing_until: last_start\n",
             LEASE8 ", prepay: 20 %, term: 3y}");
    const struct pool_result *result = &books.result->pools[0];
    const struct pool_spec *pool = &books.scenario.pools[0];
    int64_t prepaid_rate = llround((double)pool->price_rate * 0.2), last_ms = 0;
    for (size_t i = 0; i < N_RUNS; i++)
        last_ms = runs[i].at_s * 1000 > last_ms ? runs[i].at_s * 1000 : last_ms;
    double rent =
        (double)(pool->price_rate - prepaid_rate) * 8 * (double)last_ms / 3.6e9;
    cr_expect_float_eq((double)result->account_uusd[ACCOUNT_RENT][BASIS_CASH], rent, 1);
    cr_expect(books.result->billing_short, "capacity is left unbilled");

    /* The rent falls due in steps, at each start: lumps owed until the month's end; and
     * so is what was prepaid used up. */
    static struct oracle o;
    oracle_init(&o, &books);
    int64_t term = at_date(&books, "2029-01-11T07:13:00Z"), from_ms = 0;
    double prepaid = (double)prepaid_rate * 8 * (double)term / 3.6e9;
    oracle_lump(&o, 0, prepaid, 0);
    for (size_t i = 0; i < N_RUNS; i++) {
        int64_t to_ms = runs[i].at_s * 1000;
        double step = (double)(pool->price_rate - prepaid_rate) * 8 *
                      (double)(to_ms - from_ms) / 3.6e9;
        oracle_lump(&o, to_ms, 0,
                    (double)prepaid_rate * 8 * (double)(to_ms - from_ms) / 3.6e9);
        oracle_flow(&o, to_ms, to_ms + 1, step, true);
        from_ms = to_ms;
    }
    expect_like_oracle(&books, "p", &o, result);
    books_free(&books);
}
