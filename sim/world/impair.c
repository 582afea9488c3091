#include "world/impair.h"

#include <math.h>

#include "base/calendar.h"
#include "world/market.h"

/* nano-USD per GPU-h, of a GPU that is let for the expected share of the time. */
static double net_rate(const struct ledger *ledger, const struct asset *asset)
{
    const struct impairment_spec *spec = &asset->pool->spec->impairment;
    double used = spec->utilization_frac, cost = 0;
    for (int r = 0; r < RATES; r++) {
        double rate = (double)asset_rate(asset, (enum rate)r);
        cost += r == RATE_BUSY_POWER ? rate * used : rate;
    }
    int64_t rent = spec->rent_market ? markets_value(ledger->markets, spec->rent_market)
                                     : spec->rent_rate;
    double net = (double)rent * used - cost;
    return net > 0 ? net : 0;
}

/* When the last of the flows comes. */
static int64_t end_of(const struct ledger *ledger, const struct asset *asset)
{
    const struct pool_spec *spec = asset->pool->spec;
    int64_t start = ledger->scenario->start_unix_ms;
    bool limited = spec->economic_life.months > 0 || spec->economic_life.ms > 0;
    struct span life = limited ? spec->economic_life : spec->life;
    if (asset->lot == LOT_NONE)
        return calendar_add(start + asset->delivered_ms, life) - start;
    if (!limited)
        return asset->book.end_ms;
    return calendar_add(start + asset->in_service_ms, life) - start;
}

void impair_look(struct impair_view *view, const struct ledger *ledger,
                 const struct asset *asset, int64_t now_ms)
{
    const double lambda = ledger->terms.charge_per_ms;
    int64_t end_ms = end_of(ledger, asset);
    double left_ms = end_ms > now_ms ? (double)(end_ms - now_ms) : 0;
    double per_ms =
        net_rate(ledger, asset) * (double)asset->gpus / 1e3 / (double)MS_PER_H;
    double sale = (double)asset_market_uusd(asset, end_ms > now_ms ? end_ms : now_ms);
    double pv_ms = lambda > 0 ? -expm1(-lambda * left_ms) / lambda : left_ms;
    int64_t net_uusd = asset_market_uusd(asset, now_ms);
    double use = per_ms * pv_ms + sale * exp(-lambda * left_ms);
    double most = 9e18;

    view->fair_uusd = asset_fair_uusd(asset, now_ms);
    view->cash_uusd = per_ms * left_ms + sale;
    view->recoverable_uusd =
        use > (double)net_uusd ? llround(use < most ? use : most) : net_uusd;
}

int64_t impair_value(enum impairment method, const struct impair_view *view,
                     int64_t book_uusd, int64_t unimpaired_uusd)
{
    switch (method) {
    case IMPAIRMENT_ASC360:
        return view->cash_uusd < (double)book_uusd && view->fair_uusd < book_uusd
                   ? view->fair_uusd
                   : book_uusd;
    case IMPAIRMENT_IAS36:
        return view->recoverable_uusd < unimpaired_uusd ? view->recoverable_uusd
                                                        : unimpaired_uusd;
    case IMPAIRMENT_NONE: break;
    }
    return book_uusd;
}

/* The book value as it would be without any loss. */
static int64_t unimpaired_uusd(const struct asset *asset, int64_t now_ms)
{
    if (asset->lot == LOT_NONE) /* what a spare has lost does not come back */
        return asset_book_uusd(asset, now_ms);
    return book_at(asset->impaired ? &asset->unimpaired : &asset->book, now_ms,
                   asset_busy(asset, now_ms));
}

static void test_lots(struct ledger *ledger, uint32_t pool, int64_t now_ms)
{
    struct pool_books *books = &ledger->books[pool];
    enum impairment method = books->pool->spec->impairment.method;
    for (uint32_t i = 0; i < books->n_begun; i++) {
        struct asset *asset = &books->assets[i];
        bool is_there =
            asset->is_spare ? asset->delivered_ms != NEVER_MS : asset->lot != LOT_NONE;
        if (!is_there || asset->gpus == 0)
            continue;
        struct impair_view view;
        int64_t book = asset_book_uusd(asset, now_ms);
        impair_look(&view, ledger, asset, now_ms);
        int64_t value =
            impair_value(method, &view, book, unimpaired_uusd(asset, now_ms));
        if (value == book)
            continue;
        asset_impair(asset, value, &ledger->terms, now_ms);
        books->share_uusd[COST_IDLE] += (double)(book - value);
    }
}

static bool is_year_end(const struct ledger *ledger, int64_t now_ms)
{
    int64_t now_unix_ms = ledger->scenario->start_unix_ms + now_ms;
    return now_ms > 0 && calendar_month(now_unix_ms) == 1 &&
           calendar_month_start(now_unix_ms) == now_unix_ms;
}

bool ledger_year_end(struct ledger *ledger, int64_t now_ms)
{
    bool ends = is_year_end(ledger, now_ms);
    for (uint32_t p = 0; ends && p < ledger->n; p++) {
        struct pool_books *books = &ledger->books[p];
        if (books->pool->spec->impairment.method == IMPAIRMENT_NONE)
            continue;
        ledger_close_segment(ledger, books, now_ms);
        test_lots(ledger, p, now_ms);
        ledger_open_segment(ledger, books, now_ms);
    }
    return ends;
}
