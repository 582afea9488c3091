#ifndef WORLD_TAX_H
#define WORLD_TAX_H

/*
 * The tax book, apart from the accounts: what taxes cost and save, and when, so that
 * present values after tax can be shown.  Nothing of it enters the ledger.
 *
 * Servers are 5-year property under MACRS: 200 % declining balance with the half-year
 * convention, or, for all that a calendar year placed in service when over 40 % of its
 * basis came in the last quarter, with the mid-quarter convention (26 USC 168(b), (d);
 * IRS Publication 946, tables ).  `bonus` of the basis is deducted at once in
 * the first year (168(k)).  Sales tax is part of the basis.  In the year of a sale the
 * basis that was left is deducted from what the sale brought, and nothing else: the
 * part-year depreciation that the law gives for that year changes the gain by as much.
 *
 * The tax year is the calendar year, UTC; its tax is paid at its end, and that of the
 * last, unfinished one at the horizon, for which no depreciation is taken.  Deductions
 * save tax at once: their owner has other income (a convention; a loss carried forward
 * would save later).  What is held at both ends stands at its value less the tax that
 * its sale would cause.
 */

#include "base/calendar.h"
#include "input/accounting.h"

enum tax_convention {
    TAX_HALF_YEAR,
    TAX_QUARTER_1, /* mid-quarter, by the quarter placed in service */
    TAX_QUARTER_2,
    TAX_QUARTER_3,
    TAX_QUARTER_4,
    TAX_CONVENTIONS
};

/* Share of the basis that is deducted in the n-th tax year (0: that of placing in
 * service; 0 from the sixth on), to four digits as the tables print it. */
double tax_macrs_frac(enum tax_convention convention, int64_t n);

/* What the tax book knows of a lot. */
struct tax_lot {
    int64_t basis_uusd;  /* of what is left, not deducted yet */
    int64_t cost_uusd;   /* of what is left, with sales tax, when it was new */
    int64_t price_uusd;  /* the same in the accounts, when last looked at */
    int64_t resale_uusd; /* in the accounts, then (negative) */
    int64_t placed_unix_ms;
    enum tax_convention convention;
    bool settled; /* its first year is over: the convention is known */
};

/* A calendar year of a pool: deductions, and the taxes that follow. */
struct tax_year {
    int64_t operating_uusd;    /* bills, rent, amortised prepayments */
    int64_t depreciation_uusd; /* MACRS and bonus */
    int64_t disposal_uusd;     /* basis of what was sold less what it brought */
    int64_t property_uusd;     /* property tax, deductible, too */
    int64_t income_uusd;       /* income tax; a saving is negative */
};

/* A lot comes in: `cost` with sales tax; placed before the run begins, it has been
 * depreciated up to the year of `start`. */
void tax_lot_begin(struct tax_lot *lot, const struct tax_spec *spec, int64_t price_uusd,
                   int64_t sales_uusd, int64_t placed_unix_ms, int64_t start_unix_ms);

/* Whether the year's lots go by the mid-quarter convention. */
bool tax_is_mid_quarter(int64_t year_uusd, int64_t last_quarter_uusd);

/* The first tax year of a lot is over. */
void tax_lot_settle(struct tax_lot *lot, bool mid_quarter);

/* Adds a lot's sales and, unless `unfinished`, depreciation of the tax year in which
 * `year_unix_ms` lies.  `price_uusd` is the price of what is left in the accounts,
 * `resale_uusd` what sales have brought so far (negative). */
void tax_lot_year(struct tax_lot *lot, const struct tax_spec *spec,
                  int64_t year_unix_ms, bool unfinished, int64_t price_uusd,
                  int64_t resale_uusd, struct tax_year *year);

/* Property tax on a value for a length of time. */
int64_t tax_property_uusd(const struct tax_spec *spec, int64_t value_uusd,
                          int64_t held_ms);

/* Fills in the income tax of the year's deductions. */
void tax_year_close(struct tax_year *year, const struct tax_spec *spec);

#endif
