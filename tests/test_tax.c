/* MACRS, and the tax book of whole runs by hand. */

#include "money.h"
#include "world/tax.h"

/* IRS Publication 946, table A-1. */
Test(tax, five_year_property_follows_the_half_year_table)
{
    static const double table[] = {0.20, 0.32, 0.192, 0.1152, 0.1152, 0.0576, 0};
    for (int n = 0; n < 7; n++)
        cr_expect_eq(tax_macrs_frac(TAX_HALF_YEAR, n), table[n], "year %d", n + 1);
    cr_expect_eq(tax_macrs_frac(TAX_HALF_YEAR, -1), 0);
}

/* Table A-5: in the last quarter of a year 5, 38, 22.8, 13.68, 10.94, 9.58 %. */
Test(tax, the_last_quarter_has_a_table_of_its_own)
{
    static const double table[] = {0.05, 0.38, 0.228, 0.1368, 0.1094, 0.0958, 0};
    for (int n = 0; n < 7; n++)
        cr_expect_eq(tax_macrs_frac(TAX_QUARTER_4, n), table[n], "year %d", n + 1);
    cr_expect(tax_is_mid_quarter(1000, 401));
    cr_expect(!tax_is_mid_quarter(1000, 400));
    cr_expect(!tax_is_mid_quarter(0, 0));
}

/* The tables are 200 % declining balance from the middle of the first period, with the
 * switch to straight line, to four digits. */
Test(tax, every_table_is_double_declining_balance_with_the_switch)
{
    static const double first[] = {0.5, 0.875, 0.625, 0.375, 0.125};
    for (int c = 0; c < TAX_CONVENTIONS; c++) {
        double left = 1, sum = 0, years = 5;
        for (int n = 0; n < 6; n++) {
            double part = n == 0 ? first[c] : 1, line = part / years;
            double frac = left * (0.4 * part > line ? 0.4 * part : line);
            frac = frac < left && n < 5 ? frac : left;
            double found = tax_macrs_frac((enum tax_convention)c, n);
            cr_expect_float_eq(found, frac, 0.000151, "table %d, year %d: %f, not %f",
                               c, n + 1, found, frac);
            left -= frac;
            years -= part;
            sum += found;
        }
        cr_expect_float_eq(sum, 1, 1e-12);
    }
}

/* 1,000,000 of basis, 40 % bonus: 400,000 and 20 % of 600,000 at once; 600,000 x 32 %
 * next.  Then half is sold for 150,000: of 288,000 that are left 144,000 are its basis,
 * a gain of 6,000; the other half goes on with 300,000 x 19.2 %. */
Test(tax, bonus_and_sales_are_taken_against_the_basis)
{
    const struct tax_spec spec = {.on = true, .rate_frac = 0.21, .bonus_frac = 0.4};
    const int64_t y2026 = INT64_C(1767225600000), usd = 1000000;
    struct tax_lot lot;
    int64_t placed = y2026 + 100 * MS_PER_D;
    tax_lot_begin(&lot, &spec, 1000000 * usd, 0, placed, placed);
    tax_lot_settle(&lot, false);
    static const int64_t off[] = {520000, 192000, 57600, 34560, 34560, 17280, 0};
    for (int n = 0; n < 7; n++) {
        struct tax_year year = {.operating_uusd = 1000 * usd};
        tax_lot_year(&lot, &spec, calendar_add_months(y2026, 12 * n), false,
                     (n < 2 ? 1000000 : 500000) * usd, n < 2 ? 0 : -150000 * usd,
                     &year);
        cr_expect_eq(year.depreciation_uusd, off[n] * usd, "year %d: %" PRId64, n + 1,
                     year.depreciation_uusd);
        cr_expect_eq(year.disposal_uusd, n == 2 ? -6000 * usd : 0);
        tax_year_close(&year, &spec);
        int64_t deducted = 1000 + off[n] - (n == 2 ? 6000 : 0);
        cr_expect_eq(year.income_uusd, -deducted * usd * 21 / 100);
    }
    cr_expect_eq(lot.basis_uusd, 0);
}

#define BARE                                                                           \
    "{name: p, tenure: own, class: h100-sxm, gpus: 8, server_price: 300 kUSD, adder: " \
    "0 %, residual: 10 %, life: 5y, colo: 0 USD/kW-mo, tariff: 0 USD/kWh, support: 0 " \
    "%/y, insurance: 0 %/y, fte_cost: 0 kUSD/y"

static double pv(double usd, double years)
{
    return usd / pow(1.1, years);
}

static double years_to(const struct books *books, const char *date)
{
    return (double)at_date(books, date) / (double)MS_PER_Y;
}

/* 300 kUSD with 8 % sales tax: basis 324,000; 21 % of its deductions come back at the
 * ends of the years, and after five years 5.76 % are left against a closing value of
 * nothing. */
Test(tax, a_server_held_five_years_saves_tax_by_the_table)
{
    static const double table[] = {0.20, 0.32, 0.192, 0.1152, 0.1152};
    static const char *const ends[] = {"2027-01-01", "2028-01-01", "2029-01-01",
                                       "2030-01-01", "2031-01-01"};
    struct books books;
    run_with(&books,
             BOOKS_HEAD("2026-01-01", "5y", "10 %/y") "closing: none\ntax: {sales: 8 "
                                                      "%}\n",
             BARE "}");
    const struct pool_result *result = &books.result->pools[0];
    double cash = 24000, value = 24000;
    for (int i = 0; i < 5; i++) {
        cash -= 0.21 * 324000 * table[i];
        value -= pv(0.21 * 324000 * table[i], years_to(&books, ends[i]));
    }
    value -= pv(0.21 * 324000 * 0.0576, years_to(&books, ends[4]));
    cr_expect_float_eq((double)result->tax_uusd / 1e6, cash, 1e-5);
    cr_expect_float_eq(result->tax_pv_usd, value, 1e-5);
    cr_expect(books.result->taxed);
    books_free(&books);
}

/* Of what a year places in service over 40 % came after September: 20 servers in
 * November against 8 in January. */
Test(tax, a_year_that_buys_late_goes_by_mid_quarters)
{
    struct books books;
    run_with(
        &books,
        BOOKS_HEAD("2026-01-01", "1y", "0 %/y") "closing: none\ntax: {rate: 25 %}\n",
        BARE ", changes: [{at: 2026-11-07, gpus: +160}]}");
    cr_expect_eq(books.result->pools[0].tax_uusd,
                 -INT64_C(250000) * (300000 * 35 + 6000000 * 5) / 100);
    books_free(&books);
    run_with(
        &books,
        BOOKS_HEAD("2026-01-01", "1y", "0 %/y") "closing: none\ntax: {rate: 25 %}\n",
        BARE ", changes: [{at: 2026-09-30, gpus: +160}]}");
    cr_expect_eq(books.result->pools[0].tax_uusd,
                 -INT64_C(250000) * (300000 + 6000000) * 20 / 100);
    books_free(&books);
}

/* Leases and bills are deducted as they accrue; the accounts know nothing of taxes. */
Test(tax, rent_is_deducted_year_by_year_and_no_account_changes)
{
    static const char pools[] =
        "{name: l, tenure: lease, class: h100-sxm, gpus: 8, price: 2 USD/GPU-h, term: "
        "2y, prepay: 25 %}, " OWN8 "}";
    struct books plain, taxed;
    run_with(&plain, BOOKS_HEAD("2026-03-01", "2y", "10 %/y"), pools);
    run_with(&taxed, BOOKS_HEAD("2026-03-01", "2y", "10 %/y") "tax: {}\n", pools);
    const struct pool_result *lease = &taxed.result->pools[0];
    double hours = 8 * 731 * 24.0; /* 2028 has a leap day */
    cr_expect_float_eq((double)lease->tax_uusd / 1e6, -0.21 * 2 * hours, 1e-4);
    double days[] = {306, 365, 60}; /* to 2027-01-01, 2028-01-01, 2028-03-01 */
    static const char *const ends[] = {"2027-01-01", "2028-01-01", "2028-03-01"};
    double value = 0;
    for (int i = 0; i < 3; i++)
        value -= pv(0.21 * 2 * 8 * 24 * days[i], years_to(&taxed, ends[i]));
    cr_expect_float_eq(lease->tax_pv_usd, value, 1e-4, "%f, not %f", lease->tax_pv_usd,
                       value);
    cr_assert_eq(plain.n_ledger, taxed.n_ledger);
    for (size_t i = 0; i < plain.n_ledger; i++)
        cr_assert_eq(plain.ledger[i].amount_uusd, taxed.ledger[i].amount_uusd);
    cr_expect_eq(plain.result->pools[1].tax_uusd, 0);
    cr_expect_neq(taxed.result->pools[1].tax_uusd, 0);
    books_free(&plain);
    books_free(&taxed);
}

/* Without discounting taxes are the rate times what was spent, whatever the tables say:
 * all sold, all deducted. */
Test(tax, over_a_whole_life_taxes_are_the_rate_times_what_was_spent)
{
    static const char *const lots[] = {
        OWN8 ", changes: [{at: 2027-07-02, gpus: -3}, {at: 2028-08-09, gpus: -5}]}",
        OWN8 ", changes: [{at: 2026-12-02, gpus: +4}, {at: 2026-12-28, gpus: -12}]}",
        /* Ordered, delivered and placed in service in years of their own. */
        OWN8 ", deposit: 30 %, lead_time: 60d, commissioning: 365d, orders: [{at: "
             "2026-11-20, gpus: 4}], changes: [{at: 2028-08-09, gpus: -12}]}",
    };
    for (size_t i = 0; i < 3; i++) {
        struct books books;
        run_with(&books,
                 BOOKS_HEAD("2026-01-11T07:13:00Z", "3y",
                            "0 %/y") "tax: {rate: 30 %, bonus: 35 %}\n",
                 lots[i]);
        const struct pool_result *result = &books.result->pools[0];
        double cash = (double)result->basis_uusd[BASIS_CASH];
        cr_expect_float_eq((double)result->tax_uusd, -0.3 * cash, 3, "%zu: %" PRId64, i,
                           result->tax_uusd);
        cr_expect_float_eq(result->tax_pv_usd * 1e6, (double)result->tax_uusd, 2);
        books_free(&books);
    }
}

/* Servers that are not placed in service yet: nothing is deducted, and they stand at
 * what was paid for them, without a gain. */
Test(tax, what_is_on_order_is_deducted_by_nothing)
{
    struct books books;
    run_with(&books,
             BOOKS_HEAD("2026-01-01", "1y",
                        "0 %/y") "closing: market\ntax: {property: 1.5 %/y, bonus: 100 "
                                 "%, rate: 20 %}\n",
             "{name: p, tenure: own, class: h100-sxm, gpus: 0, deposit: 40 %, "
             "lead_time: 300d, commissioning: 100d, colo: 0 USD/kW-mo, orders: [{at: "
             "2026-02-01, gpus: 16}]}");
    const struct pool_result *result = &books.result->pools[0];
    cr_expect(result->basis_uusd[BASIS_CASH] > 0, "it is paid for");
    cr_expect_eq(result->tax_uusd, 0, "%" PRId64, result->tax_uusd);
    cr_expect_float_eq(result->tax_pv_usd, 0, 1e-9, "%f", result->tax_pv_usd);
    books_free(&books);
}

/* Property tax: 1.5 % of the book value at the year's end, itself deductible. */
Test(tax, property_tax_follows_the_book_value)
{
    struct books books;
    run_with(
        &books,
        BOOKS_HEAD("2026-01-01", "1y", "0 %/y") "closing: none\ntax: {property: 1.5 "
                                                "%/y, rate: 20 %}\n",
        BARE "}");
    const struct pool_result *result = &books.result->pools[0];
    double tax = 0.015 * (double)result->closing_book_uusd;
    double expected = tax * 0.8 - 0.2 * 0.2 * 300e9;
    cr_expect_float_eq((double)result->tax_uusd, expected, 2);
    books_free(&books);
}
