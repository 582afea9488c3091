/* Whether a lot should still run: against its book value, and against what else there
 * is at the present prices. */

#include "world/ledger.h"
#include "world/market.h"

static double cheaper(double least, int64_t rate, const struct gpu_class *class)
{
    double usd = (double)rate / 1e9 / gpu_class_speed(class, NULL);
    return least == 0 || usd < least ? usd : least;
}

/* What an hour of work costs now in the cheapest pool that is rented, or in the
 * cheapest market of rents; 0: there is none. */
static double cheapest_rent(const struct ledger *ledger)
{
    double least = 0;
    for (uint32_t p = 0; p < ledger->n; p++) {
        const struct pool *pool = ledger->books[p].pool;
        if (pool->spec->tenure == TENURE_OWN)
            continue;
        int64_t rate =
            pool->prices ? pool->prices->signing_rate : pool->spec->price_rate;
        least = cheaper(least, rate + pool_extras(pool->spec, rate), pool->spec->class);
    }
    for (uint32_t m = 0; ledger->markets && m < ledger->markets->n; m++) {
        const struct market *market = &ledger->markets->items[m];
        if (market->spec->of == MARKET_RENT)
            least = cheaper(least, market->value, market->spec->class);
    }
    return least;
}

void lot_judge(const struct ledger *ledger, const struct asset *asset,
               struct asset_row *row)
{
    int64_t rate = 0; /* in force, all of it saved by switching the lot off */
    for (int r = 0; r < RATES; r++)
        if (r != RATE_SETUP)
            rate += asset_rate(asset, (enum rate)r);
    double speed = gpu_class_speed(asset->pool->spec->class, NULL);
    row->stranded_uusd =
        row->book_uusd > row->market_uusd ? row->book_uusd - row->market_uusd : 0;
    row->avoidable_usd_per_work_h = (double)rate / 1e9 / speed;
    row->alternative_usd_per_work_h = cheapest_rent(ledger);
    row->obsolete = row->alternative_usd_per_work_h > 0 &&
                    row->avoidable_usd_per_work_h > row->alternative_usd_per_work_h;
}
