/* Whole runs under each method of depreciation, against the oracle. */

#include "money.h"

#define THREE_YEARS BOOKS_HEAD("2026-01-11T07:13:00Z", "3y", "11.3 %/y")

/* The lot of OWN8 with another life. */
#define LOT(life)                                                                      \
    "{name: p, tenure: own, class: h100-sxm, gpus: 8, server_price: 283.457 kUSD, "    \
    "adder: 21.7 %, residual: 9.3 %, selling_cost: 6.1 %, life: " life

static double sale_uusd(const struct pool_spec *pool, int64_t at_ms, int64_t gpus)
{
    double value = (double)pool->server_price_uusd / 8 *
                   gpu_class_value_frac(pool->class, (double)at_ms / (double)MS_PER_Y);
    return value * (1 - 0.061) * (double)gpus;
}

/* 5 years: 40 % of what the book year began with; from 2026-01-11 to 2027-06-20 for 8
 * GPUs, then for 5, which are sold on 2028-07-01. */
Test(depreciation, declining_balance_agrees_with_the_oracle_also_when_lots_leave_early)
{
    static struct oracle o;
    struct books books;
    run_with(&books, THREE_YEARS,
             LOT("5y") ", depreciation: declining-balance, changes: [{at: 2027-06-20, "
                       "gpus: -3}, {at: 2028-07-01, gpus: -5}]}");
    const struct pool_spec *pool = &books.scenario.pools[0];
    const int64_t when[] = {0,
                            at_date(&books, "2027-01-11T07:13:00Z"),
                            at_date(&books, "2027-06-20"),
                            at_date(&books, "2028-01-11T07:13:00Z"),
                            at_date(&books, "2028-07-01"),
                            at_date(&books, "2029-01-11T07:13:00Z")};
    double price = (double)pool->capex_uusd_per_gpu;
    double y1 = price * 0.6, y2 = y1 * 0.6, y3 = y2 * 0.6; /* at the anniversaries */
    double cut1 =
        y1 - (y1 - y2) * (double)(when[2] - when[1]) / (double)(when[3] - when[1]);
    double cut2 =
        y2 - (y2 - y3) * (double)(when[4] - when[3]) / (double)(when[5] - when[3]);

    oracle_init(&o, &books);
    oracle_lump(&o, 0, 8 * price, 0);
    oracle_line(&o, when[0], when[1], when[1], 8 * (price - y1));
    oracle_line(&o, when[1], when[2], when[2], 8 * (y1 - cut1));
    oracle_line(&o, when[2], when[3], when[3], 5 * (cut1 - y2));
    oracle_line(&o, when[3], when[4], when[4], 5 * (y2 - cut2));
    double brings1 = sale_uusd(pool, when[2], 3), brings2 = sale_uusd(pool, when[4], 5);
    oracle_lump(&o, when[2], -brings1, 3 * cut1 - brings1);
    oracle_lump(&o, when[4], -brings2, 5 * cut2 - brings2);
    oracle_lot(&o, pool, 8, 0, when[2]);
    oracle_lot(&o, pool, 5, when[2], when[4]);
    oracle_runs(&o, pool->busy_power_rate);
    expect_like_oracle(&books, "p", &o, &books.result->pools[0]);

    const struct pool_result *result = &books.result->pools[0];
    cr_expect_eq(result->basis_uusd[BASIS_ACCRUAL], result->basis_uusd[BASIS_CASH]);
    cr_expect_eq(result->closing_book_uusd, 0);
    books_free(&books);
}

/* 3 years, 200 %: two thirds of the first year's value; then half of the rest above the
 * residual is less than two thirds of it, which the residual limits.  Residual 9.3
 * / 1.217 = 7.64 % of the price: 1, 1/3, 1/9 and then the residual. */
Test(depreciation, declining_balance_ends_at_the_residual_with_the_life)
{
    static struct oracle o;
    struct books books;
    run_with(&books, BOOKS_HEAD("2026-01-11T07:13:00Z", "4y", "11.3 %/y"),
             LOT("3y") ", depreciation: {method: declining-balance}}");
    const struct pool_spec *pool = &books.scenario.pools[0];
    double value = 8 * (double)pool->capex_uusd_per_gpu;
    double residual = 8 * (double)pool->residual_uusd_per_gpu;
    static const char *const dates[] = {"2026-01-11T07:13:00Z", "2027-01-11T07:13:00Z",
                                        "2028-01-11T07:13:00Z", "2029-01-11T07:13:00Z"};
    oracle_init(&o, &books);
    oracle_lump(&o, 0, value, 0);
    for (int i = 0; i < 3; i++) {
        int64_t from = at_date(&books, dates[i]), to = at_date(&books, dates[i + 1]);
        double next = i < 2 ? value / 3 : residual;
        oracle_line(&o, from, to, to, value - next);
        value = next;
    }
    oracle_lot(&o, pool, 8, 0, o.end_ms);
    oracle_runs(&o, pool->busy_power_rate);
    expect_like_oracle(&books, "p", &o, &books.result->pools[0]);
    cr_expect_eq(books.result->pools[0].closing_book_uusd,
                 8 * pool->residual_uusd_per_gpu);
    books_free(&books);
}

/* 4 years expected at 25 %: what a busy GPU writes off in an hour. */
Test(depreciation, units_of_production_agrees_with_the_oracle)
{
    static struct oracle o;
    struct books books;
    run_with(&books, THREE_YEARS,
             LOT("4y") ", depreciation: {method: units-of-production, "
                       "expected_utilization: 25 %}}");
    const struct pool_spec *pool = &books.scenario.pools[0];
    double price = (double)pool->capex_uusd_per_gpu;
    double life = (double)at_date(&books, "2030-01-11T07:13:00Z");
    double per_gpu_ms = (price - (double)pool->residual_uusd_per_gpu) / (0.25 * life);
    oracle_init(&o, &books);
    oracle_lump(&o, 0, 8 * price, 0);
    for (size_t i = 0; i < N_RUNS; i++)
        oracle_flow(&o, runs[i].at_s * 1000, (runs[i].at_s + runs[i].length_s) * 1000,
                    per_gpu_ms * (double)runs[i].gpus, false);
    oracle_lot(&o, pool, 8, 0, o.end_ms);
    oracle_runs(&o, pool->busy_power_rate);
    expect_like_oracle(&books, "p", &o, &books.result->pools[0]);

    /* Busy GPUs bear it: idle time costs what it would without any. */
    const struct pool_result *result = &books.result->pools[0];
    int64_t worn = result->account_uusd[ACCOUNT_DEPRECIATION][BASIS_ECONOMIC];
    int64_t busy = result->state_gpu_ms[GPU_BUSY_USEFUL];
    cr_expect_float_eq((double)worn, per_gpu_ms * (double)busy, 2);
    cr_expect_gt(result->cost_uusd[COST_BUSY], worn);
    books_free(&books);
}

/* Each method, early retirement in parts, several lots, an opening at each value: when
 * all is sold, accrual is cash and nothing is left. */
Test(depreciation, accrual_is_cash_when_all_is_sold_whatever_the_method)
{
    static const char *const methods[] = {
        "straight-line",
        "declining-balance",
        "{method: declining-balance, factor: 137.5 %, switch: false}",
        "units-of-production",
        "{method: units-of-production, expected_utilization: 2 %}",
    };
    static const char *const openings[] = {
        "opening: purchase",
        "in_service: 2023-12-24, opening: book",
        "in_service: 2024-02-29, opening: market",
        "in_service: 2024-02-29, opening: sunk",
    };
    struct arena arena = {0};
    for (size_t m = 0; m < sizeof methods / sizeof methods[0]; m++)
        for (size_t k = 0; k < sizeof openings / sizeof openings[0]; k++) {
            struct books books;
            run_with(&books, THREE_YEARS,
                     arena_printf(&arena,
                                  "%s, %s, depreciation: %s, changes: [{at: "
                                  "2026-05-17T03:00, gpus: +5}, {at: 2027-02-02, gpus: "
                                  "-10}, {at: 2028-03-04, gpus: -3}]}",
                                  LOT("4y"), openings[k], methods[m]));
            const struct pool_result *result = &books.result->pools[0];
            cr_expect_eq(result->opening_uusd + result->basis_uusd[BASIS_CASH],
                         result->basis_uusd[BASIS_ACCRUAL], "%s, %s", methods[m],
                         openings[k]);
            cr_expect_eq(result->closing_book_uusd, 0);
            int64_t economic = 0;
            for (int s = 0; s < COST_SHARES; s++)
                economic += result->cost_uusd[s];
            cr_expect_eq(economic, result->basis_uusd[BASIS_ECONOMIC]);
            books_free(&books);
        }
    arena_free(&arena);
}
