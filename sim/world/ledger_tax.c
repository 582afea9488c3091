/* The tax book of a run: what world/tax.h says, year by year, from what the ledger has
 * posted. */

#include <math.h>

#include "base/calendar.h"
#include "world/ledger.h"

static bool is_lot(const struct asset *asset)
{
    return asset->pool->spec->tenure == TENURE_OWN;
}

/* What is on order or being commissioned is no property to the tax book yet: nothing is
 * deducted (26 CFR 1.167(a)-11(e)(1): placed in service is ready for use), and what was
 * paid for it is its basis. */
static bool is_placed(const struct asset *asset)
{
    return asset->lot != LOT_NONE;
}

/* Whether it is deducted as it is incurred; the rest the tax book counts by itself. */
static bool is_deducted(enum account account)
{
    return account_has_basis(account, BASIS_ACCRUAL) &&
           account != ACCOUNT_DEPRECIATION && account != ACCOUNT_DISPOSAL &&
           account != ACCOUNT_IMPAIRMENT;
}

static void pay(struct ledger *ledger, uint32_t pool, int64_t amount_uusd,
                int64_t now_ms)
{
    struct pool_result *result = &ledger->results[pool];
    result->tax_uusd += amount_uusd;
    result->tax_pv_usd += (double)amount_uusd / 1e6 * ledger_discount(ledger, now_ms);
}

void ledger_tax_lot(struct ledger *ledger, uint32_t pool, struct asset *asset,
                    int64_t now_ms)
{
    const struct tax_spec *spec = &ledger->scenario->tax;
    if (!spec->on || !is_lot(asset))
        return;
    int64_t start = ledger->scenario->start_unix_ms;
    int64_t paid = asset->purchase_uusd + asset->deposit_uusd;
    bool held = asset->in_service_ms < asset->begin_ms && paid == 0;
    int64_t sales = llround((double)paid * spec->sales_frac);
    int64_t placed_ms = held ? asset->in_service_ms : asset->begin_ms;
    tax_lot_begin(&asset->tax, spec, asset->price_uusd, sales, start + placed_ms,
                  start);
    pay(ledger, pool, sales, now_ms);
    /* Brought in, it is worth its value less the tax on selling it. */
    if (held) {
        int64_t gain = asset->opening_uusd - asset->tax.basis_uusd;
        ledger->results[pool].tax_pv_usd -= spec->rate_frac * (double)gain / 1e6;
    }
}

/* Whether over 40 % of what the year placed in service came in its last quarter. */
static void settle_lots(struct ledger *ledger)
{
    int64_t year_uusd = 0, last_uusd = 0;
    for (int pass = 0; pass < 2; pass++)
        for (uint32_t p = 0; p < ledger->n; p++)
            for (uint32_t i = 0; i < ledger->books[p].n_begun; i++) {
                struct asset *asset = &ledger->books[p].assets[i];
                struct tax_lot *lot = &asset->tax;
                if (!is_lot(asset) || !is_placed(asset) || lot->settled)
                    continue;
                if (pass == 1) {
                    tax_lot_settle(lot, tax_is_mid_quarter(year_uusd, last_uusd));
                    continue;
                }
                year_uusd += lot->cost_uusd;
                if (calendar_month(lot->placed_unix_ms) > 9)
                    last_uusd += lot->cost_uusd;
            }
}

static void add_lots(struct ledger *ledger, uint32_t p, int64_t now_ms, bool unfinished,
                     struct tax_year *year)
{
    const struct tax_spec *spec = &ledger->scenario->tax;
    struct pool_books *books = &ledger->books[p];
    for (uint32_t i = 0; i < books->n_begun; i++) {
        struct asset *asset = &books->assets[i];
        if (!is_lot(asset) || !is_placed(asset))
            continue;
        int64_t from_ms = asset->begin_ms > ledger->tax_year_ms ? asset->begin_ms
                                                                : ledger->tax_year_ms;
        year->property_uusd +=
            tax_property_uusd(spec, asset_book_uusd(asset, now_ms), now_ms - from_ms);
        tax_lot_year(&asset->tax, spec,
                     ledger->scenario->start_unix_ms + ledger->tax_year_ms, unfinished,
                     asset->price_uusd, asset->resale_uusd, year);
    }
}

void ledger_tax_year(struct ledger *ledger, int64_t now_ms)
{
    const struct tax_spec *spec = &ledger->scenario->tax;
    int64_t now_unix_ms = ledger->scenario->start_unix_ms + now_ms;
    if (!spec->on || now_ms == ledger->tax_year_ms)
        return;
    bool unfinished = calendar_month_start(now_unix_ms) != now_unix_ms ||
                      calendar_month(now_unix_ms) != 1;
    if (!unfinished)
        settle_lots(ledger);
    for (uint32_t p = 0; p < ledger->n; p++) {
        struct tax_year year = {.operating_uusd = -ledger->books[p].taxed_uusd};
        for (int a = 0; a < ACCOUNTS; a++)
            if (is_deducted((enum account)a))
                year.operating_uusd +=
                    ledger->results[p].account_uusd[a][BASIS_ACCRUAL];
        if (ledger->books[p].facility) /* its own straight line */
            year.operating_uusd +=
                facility_read(ledger->books[p].facility, ACCOUNT_DEPRECIATION,
                              &ledger->terms, now_ms);
        ledger->books[p].taxed_uusd += year.operating_uusd;
        add_lots(ledger, p, now_ms, unfinished, &year);
        tax_year_close(&year, spec);
        pay(ledger, p, year.property_uusd + year.income_uusd, now_ms);
    }
    ledger->tax_year_ms = now_ms;
}

void ledger_tax_closing(struct ledger *ledger, uint32_t pool, int64_t now_ms)
{
    const struct tax_spec *spec = &ledger->scenario->tax;
    const struct pool_books *books = &ledger->books[pool];
    struct pool_result *result = &ledger->results[pool];
    if (!spec->on)
        return;
    int64_t basis_uusd = 0;
    if (books->facility)
        basis_uusd += facility_book_uusd(books->facility, now_ms);
    for (uint32_t i = 0; i < books->n_begun; i++) {
        const struct asset *asset = &books->assets[i];
        basis_uusd += is_lot(asset) && is_placed(asset)
                          ? asset->tax.basis_uusd
                          : asset_book_uusd(asset, now_ms);
    }
    double gain = (double)(result->closing_uusd - basis_uusd);
    result->tax_pv_usd +=
        spec->rate_frac * gain / 1e6 * ledger_discount(ledger, now_ms);
}
