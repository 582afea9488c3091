/* Impairment by hand, and lots that are sold for their age. */

#include "money.h"
#include "world/impair.h"

Test(impair, asc360_asks_for_cash_flows_first_and_falls_to_fair_value)
{
    static const struct {
        int64_t fair, book;
        double cash;
        int64_t value;
    } cases[] = {
        {700, 1000, 1000, 1000}, /* recoverable */
        {700, 1000, 999, 700},
        {1100, 1000, 900, 1000}, /* worth more than its book */
        {0, 1000, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct impair_view view = {cases[i].fair, cases[i].cash, 650};
        cr_expect_eq(
            impair_value(IMPAIRMENT_ASC360, &view, cases[i].book, cases[i].book + 500),
            cases[i].value, "case %zu", i);
        cr_expect_eq(impair_value(IMPAIRMENT_NONE, &view, 77, 99), 77);
    }
}

Test(impair, ias36_follows_the_recoverable_amount_up_to_the_unimpaired_book)
{
    static const struct {
        int64_t recoverable, book, unimpaired, value;
    } cases[] = {
        {1200, 1000, 1000, 1000}, {800, 1000, 1000, 800}, {900, 700, 950, 900},
        {1200, 700, 950, 950},    {600, 700, 950, 600},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct impair_view view = {0, 0, cases[i].recoverable};
        cr_expect_eq(
            impair_value(IMPAIRMENT_IAS36, &view, cases[i].book, cases[i].unimpaired),
            cases[i].value, "case %zu", i);
    }
}

/* One server of 300 kUSD, 5 years to 10 %, without any cost but staff: 256 / 260 kUSD a
 * year for 8 GPUs is 8,125 USD. */
#define BARE                                                                           \
    "{name: p, tenure: own, class: h100-sxm, gpus: 8, server_price: 300 kUSD, adder: " \
    "0 %, residual: 10 %, life: 5y, selling_cost: 6 %, colo: 0 USD/kW-mo, tariff: 0 "  \
    "USD/kWh, support: 0 %/y, insurance: 0 %/y, fte_cost: 260 kUSD/y"

static double years(const struct books *books, const char *from, const char *to)
{
    return (double)(at_date(books, to) - at_date(books, from)) / (double)MS_PER_Y;
}

static double worth(const struct books *books, const char *date)
{
    double age = (double)at_date(books, date) / (double)MS_PER_Y;
    return 300e9 * gpu_class_value_frac(books->scenario.pools[0].class, age);
}

/* On 2027-01-01 the book is 300 - 270 x 365 / 1826 = 246.03 kUSD.  At 0.50 USD/GPU-h
 * and 60 % the rest of the life brings less: 8 x (0.3 - 0.1159) x 8,760 x 4.0 = 51.6
 * kUSD and what it is sold for; so it falls to what it is worth, and goes on to the
 * residual from there. */
Test(impair, a_lot_that_earns_too_little_falls_to_its_fair_value_at_the_year_end)
{
    static struct oracle o;
    struct books books;
    run_with(&books, BOOKS_HEAD("2026-01-01", "700d", "11.3 %/y"),
             BARE
             ", impairment: {method: asc360, rent: 0.50 USD/GPU-h, utilization: 60 "
             "%}}");
    const struct pool_spec *pool = &books.scenario.pools[0];
    const struct pool_result *result = &books.result->pools[0];
    int64_t year = at_date(&books, "2027-01-01"), end = at_date(&books, "2031-01-01");
    double book = 300e9 - 270e9 * 365 / 1826;
    double fair = worth(&books, "2027-01-01"), net = 0.5 * 0.6 - 260e3 / 256 / 8760;
    double cash = 8 * net * 8760 * years(&books, "2027-01-01", "2031-01-01") * 1e6 +
                  worth(&books, "2031-01-01") * 0.94;
    cr_assert_lt(cash, book);
    cr_assert_lt(fair, book);
    cr_expect_float_eq(
        (double)books_sum(&books, "p", "lot 1", ACCOUNT_IMPAIRMENT, BASIS_ACCRUAL),
        book - fair, 2);

    oracle_init(&o, &books);
    oracle_lump(&o, 0, 300e9, 0);
    oracle_line(&o, 0, year, year, 300e9 - book);
    oracle_lump(&o, year, 0, book - fair);
    oracle_line(&o, year, o.end_ms, end, fair - 30e9);
    oracle_lot(&o, pool, 8, 0, o.end_ms);
    oracle_runs(&o, pool->busy_power_rate);
    expect_like_oracle(&books, "p", &o, result);
    cr_expect_eq(result->account_uusd[ACCOUNT_IMPAIRMENT][BASIS_CASH], 0);
    books_free(&books);
}

Test(impair, a_lot_that_earns_enough_keeps_its_value)
{
    struct books books;
    run_with(&books, BOOKS_HEAD("2026-01-01", "2y", "11.3 %/y"),
             BARE ", impairment: {method: asc360, rent: 2.05 USD/GPU-h}}");
    const struct pool_result *result = &books.result->pools[0];
    cr_expect_eq(result->account_uusd[ACCOUNT_IMPAIRMENT][BASIS_ACCRUAL], 0);
    books_free(&books);
}

/* By IAS 36 what it could be sold for counts, or what it brings, discounted.  Value in
 * use at 2 USD/GPU-h: 8 x (1.2 - 0.1159) x 8,760 a year for four years. */
Test(impair, value_in_use_is_discounted_and_may_be_the_recoverable_amount)
{
    struct books books;
    run_with(&books, BOOKS_HEAD("2026-01-01", "370d", "30 %/y"),
             BARE ", impairment: {method: ias36, rent: 2.0 USD/GPU-h, utilization: 60 "
                  "%}}");
    double net = 2 * 0.6 - 260e3 / 256 / 8760, lambda = log(1.3);
    double left = years(&books, "2027-01-01", "2031-01-01");
    double use = 8 * net * 8760e6 * (1 - exp(-lambda * left)) / lambda +
                 worth(&books, "2031-01-01") * 0.94 * exp(-lambda * left);
    double book = 300e9 - 270e9 * 365 / 1826, sale = worth(&books, "2027-01-01") * 0.94;
    double recoverable = use > sale ? use : sale;
    cr_assert_gt(use, sale);
    cr_assert_lt(recoverable, book);
    cr_expect_float_eq(
        (double)books_sum(&books, "p", "lot 1", ACCOUNT_IMPAIRMENT, BASIS_ECONOMIC),
        book - recoverable, 50);
    books_free(&books);
}

/* Sold to the last GPU, after losses and reversals and under each method: accrual is
 * cash. */
Test(impair, with_losses_accrual_is_cash_when_all_is_sold)
{
    static const char *const rules[] = {
        "impairment: {method: asc360, rent: 0.1 USD/GPU-h}",
        "impairment: {method: ias36, rent: 0.1 USD/GPU-h}",
        "impairment: {method: ias36, rent: 1.9 USD/GPU-h}, depreciation: "
        "declining-balance",
        "impairment: {method: ias36, rent: 0.3 USD/GPU-h}, depreciation: "
        "units-of-production",
        "impairment: asc360, depreciation: {method: declining-balance, factor: 20 %, "
        "switch: false}",
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        struct books books;
        run_with(
            &books, BOOKS_HEAD("2026-01-01", "5y", "11.3 %/y"),
            arena_printf(&arena,
                         "%s, %s, changes: [{at: 2027-05-17T03:00, gpus: +5}, {at: "
                         "2028-02-02, gpus: -10}, {at: 2030-03-04, gpus: -3}]}",
                         BARE, rules[i]));
        const struct pool_result *result = &books.result->pools[0];
        cr_expect_eq(result->basis_uusd[BASIS_CASH], result->basis_uusd[BASIS_ACCRUAL],
                     "%s", rules[i]);
        cr_expect_eq(result->closing_book_uusd, 0);
        books_free(&books);
    }
    arena_free(&arena);
}

/* ---- economic life ---- */

/* The first lot has been there since 2024-07-01 and the second comes on the day on
 * which the first is three years old; each is sold at three years. */
Test(impair, lots_are_sold_when_their_economic_life_ends)
{
    struct books books;
    run_with(&books, BOOKS_HEAD("2026-01-01", "5y", "11.3 %/y"),
             BARE ", economic_life: 3y, in_service: 2024-07-01, changes: [{at: "
                  "2027-07-01, gpus: +16}]}");
    cr_assert_eq(books.n_assets, 2);
    cr_expect_eq(books.assets[0].end_ms, at_date(&books, "2027-07-01"));
    cr_expect_eq(books.assets[1].begin_ms, at_date(&books, "2027-07-01"));
    cr_expect_eq(books.assets[1].end_ms, at_date(&books, "2030-07-01"));
    const struct pool_result *result = &books.result->pools[0];
    cr_expect_eq(result->opening_uusd + result->basis_uusd[BASIS_CASH],
                 result->basis_uusd[BASIS_ACCRUAL]);
    cr_expect_eq(result->closing_book_uusd, 0);
    books_free(&books);
}

/* Retired by plan before, only what is left goes for its age: 3 of the first 8 leave in
 * March, 5 in July, and of the second lot of 16 another 4 before its turn comes. */
Test(impair, what_left_before_is_not_sold_twice)
{
    struct books books;
    run_with(&books, BOOKS_HEAD("2026-01-01", "4y", "11.3 %/y"),
             BARE
             ", economic_life: 18mo, changes: [{at: 2027-03-01, gpus: -3}, {at: "
             "2027-04-01, gpus: +16}, {at: 2028-01-05, gpus: -4}, {at: 2028-06-01, "
             "gpus: +8}]}");
    cr_assert_eq(books.n_assets, 3);
    cr_expect_eq(books.assets[0].end_ms, at_date(&books, "2027-07-01"));
    cr_expect_eq(books.assets[1].end_ms, at_date(&books, "2028-10-01"));
    cr_expect_eq(books.assets[2].end_ms, at_date(&books, "2029-12-01"));
    cr_expect_eq(books.result->pools[0].closing_book_uusd, 0);
    books_free(&books);
}
