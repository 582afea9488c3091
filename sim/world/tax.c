#include "world/tax.h"

#include <math.h>

#include "base/int128.h"

#define YEARS 6

/* Publication 946, tables: rows by convention. */
static const double macrs[TAX_CONVENTIONS][YEARS] = {
    [TAX_HALF_YEAR] = {0.2, 0.32, 0.192, 0.1152, 0.1152, 0.0576},
    [TAX_QUARTER_1] = {0.35, 0.26, 0.156, 0.1101, 0.1101, 0.0138},
    [TAX_QUARTER_2] = {0.25, 0.3, 0.18, 0.1137, 0.1137, 0.0426},
    [TAX_QUARTER_3] = {0.15, 0.34, 0.204, 0.1224, 0.113, 0.0706},
    [TAX_QUARTER_4] = {0.05, 0.38, 0.228, 0.1368, 0.1094, 0.0958},
};

double tax_macrs_frac(enum tax_convention convention, int64_t n)
{
    return n < 0 || n >= YEARS ? 0 : macrs[convention][n];
}

static int64_t share(int64_t amount_uusd, double frac)
{
    return llround((double)amount_uusd * frac);
}

void tax_lot_begin(struct tax_lot *lot, const struct tax_spec *spec, int64_t price_uusd,
                   int64_t sales_uusd, int64_t placed_unix_ms, int64_t start_unix_ms)
{
    int64_t age = calendar_year(start_unix_ms) - calendar_year(placed_unix_ms);
    double left = 1;
    for (int64_t n = 0; n < age && n < YEARS; n++)
        left -= tax_macrs_frac(TAX_HALF_YEAR, n);
    *lot = (struct tax_lot){
        .cost_uusd = price_uusd + sales_uusd,
        .price_uusd = price_uusd,
        .placed_unix_ms = placed_unix_ms,
        .settled = age > 0,
    };
    lot->basis_uusd = age > 0 ? share(lot->cost_uusd,
                                      (1 - spec->bonus_frac) * (age < YEARS ? left : 0))
                              : lot->cost_uusd;
}

bool tax_is_mid_quarter(int64_t year_uusd, int64_t last_quarter_uusd)
{
    return (double)last_quarter_uusd > 0.4 * (double)year_uusd;
}

void tax_lot_settle(struct tax_lot *lot, bool mid_quarter)
{
    lot->settled = true;
    if (mid_quarter)
        lot->convention = (enum tax_convention)(
            TAX_QUARTER_1 + (calendar_month(lot->placed_unix_ms) - 1) / 3);
}

static void sell(struct tax_lot *lot, int64_t price_uusd, int64_t resale_uusd,
                 struct tax_year *year)
{
    if (price_uusd != lot->price_uusd) {
        int64_t gone = lot->price_uusd - price_uusd;
        int64_t basis =
            (int64_t)divide_rounded((int128)lot->basis_uusd * gone, lot->price_uusd);
        lot->cost_uusd -=
            (int64_t)divide_rounded((int128)lot->cost_uusd * gone, lot->price_uusd);
        lot->basis_uusd -= basis;
        lot->price_uusd = price_uusd;
        year->disposal_uusd += basis;
    }
    year->disposal_uusd += resale_uusd - lot->resale_uusd;
    lot->resale_uusd = resale_uusd;
}

void tax_lot_year(struct tax_lot *lot, const struct tax_spec *spec,
                  int64_t year_unix_ms, bool unfinished, int64_t price_uusd,
                  int64_t resale_uusd, struct tax_year *year)
{
    sell(lot, price_uusd, resale_uusd, year);
    int64_t n = calendar_year(year_unix_ms) - calendar_year(lot->placed_unix_ms);
    if (unfinished || n < 0)
        return;
    double frac = (1 - spec->bonus_frac) * tax_macrs_frac(lot->convention, n);
    if (n == 0)
        frac += spec->bonus_frac;
    int64_t off = share(lot->cost_uusd, frac);
    if (off > lot->basis_uusd || n >= YEARS - 1)
        off = lot->basis_uusd; /* the last year takes what roundings left */
    lot->basis_uusd -= off;
    year->depreciation_uusd += off;
}

int64_t tax_property_uusd(const struct tax_spec *spec, int64_t value_uusd,
                          int64_t held_ms)
{
    return share(value_uusd,
                 spec->property_frac_per_y * (double)held_ms / (double)MS_PER_Y);
}

void tax_year_close(struct tax_year *year, const struct tax_spec *spec)
{
    int128 deductions = (int128)year->operating_uusd + year->depreciation_uusd +
                        year->disposal_uusd + year->property_uusd;
    year->income_uusd = -llround((double)deductions * spec->rate_frac);
}
