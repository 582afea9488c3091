/* The books at the end: positions, and what is said of each lot and contract; and the
 * data centres, which are there from the start. */

#include <assert.h>
#include <math.h>

#include "base/calendar.h"
#include "world/ledger.h"
#include "world/market.h"

static int64_t closing_of(enum closing closing, int64_t book, int64_t market)
{
    switch (closing) {
    case CLOSING_MARKET: return market;
    case CLOSING_BOOK: return book;
    case CLOSING_NONE: break;
    }
    return 0;
}

static void show_asset(struct ledger *ledger, uint32_t p, const struct asset *asset,
                       int64_t now_ms)
{
    const struct pool *pool = asset->pool;
    const struct lot *lot = asset->lot == LOT_NONE ? NULL : &pool->lots[asset->lot];
    struct asset_row row = {
        .pool = pool->spec->name,
        .item = asset->name,
        .class = pool->spec->class->name,
        .is_lot = pool->spec->tenure == TENURE_OWN,
        .gpus = asset->first_gpus,
        .ordered_ms = asset->ordered_ms,
        .delivered_ms = asset->delivered_ms,
        .begin_ms = asset->begin_ms,
        .end_ms = lot ? lot->end_ms : -1,
        .book_uusd = asset_book_uusd(asset, now_ms),
        .market_uusd = asset_market_uusd(asset, now_ms),
        .term_end_ms = pool->spec->tenure == TENURE_LEASE ? lot->terms.until_ms : -1,
        .commitment_uusd = asset_commitment_uusd(asset, now_ms),
    };
    if (row.is_lot)
        lot_judge(ledger, asset, &row);
    if (lot)
        lot_states(pool, lot, now_ms, row.state_gpu_ms);
    for (int a = 0; a < ACCOUNTS; a++) {
        row.cash_uusd += asset->posted_uusd[a][BASIS_CASH];
        row.accrual_uusd += asset->posted_uusd[a][BASIS_ACCRUAL];
        row.economic_uusd += asset->posted_uusd[a][BASIS_ECONOMIC];
    }
    const struct pool_books *books = &ledger->books[p];
    row.idle_uusd = llround(asset->idle_uusd);
    if (books->n_begun == 1) /* what the pool's is, and a data centre's is not */
        row.idle_uusd =
            ledger->results[p].cost_uusd[COST_IDLE] -
            (books->facility ? llround(books->facility->item.idle_uusd) : 0);
    if (ledger->sink && ledger->sink->asset)
        ledger->sink->asset(ledger->sink->self, &row);
}

void ledger_begin_facility(struct ledger *ledger, uint32_t p)
{
    struct pool_books *books = &ledger->books[p];
    const struct facility_spec *spec = &books->pool->spec->facility;
    if (!spec->on)
        return;
    books->facility = ARENA_NEW(ledger->arena, struct facility);
    facility_begin(books->facility, books->pool, spec);
    ledger->results[p].opening_uusd += books->facility->opening_uusd;
}

static void finish_facility(struct ledger *ledger, uint32_t p, int64_t now_ms)
{
    const struct facility *facility = ledger->books[p].facility;
    struct pool_result *result = &ledger->results[p];
    const struct pool_spec *spec = ledger->books[p].pool->spec;
    if (!facility)
        return;
    int64_t book = facility_book_uusd(facility, now_ms);
    result->closing_book_uusd += book;
    result->closing_market_uusd += book;
    result->closing_uusd += closing_of(ledger->scenario->closing, book, book);
    int64_t begin_ms = facility->spec->begin_ms;
    begin_ms = begin_ms < now_ms ? begin_ms : now_ms;
    struct asset_row row = {
        .pool = spec->name,
        .item = facility->item.name,
        .class = spec->class->name,
        .is_facility = true,
        .term_end_ms = -1,
        .ordered_ms = begin_ms,
        .delivered_ms = begin_ms,
        .begin_ms = begin_ms,
        .end_ms = -1,
        .book_uusd = book,
        .market_uusd = book,
        .idle_uusd = llround(facility->item.idle_uusd),
    };
    for (int a = 0; a < ACCOUNTS; a++) {
        row.cash_uusd += facility->item.posted_uusd[a][BASIS_CASH];
        row.accrual_uusd += facility->item.posted_uusd[a][BASIS_ACCRUAL];
        row.economic_uusd += facility->item.posted_uusd[a][BASIS_ECONOMIC];
    }
    if (ledger->sink && ledger->sink->asset)
        ledger->sink->asset(ledger->sink->self, &row);
}

/* Making it, spread evenly over its book life and borne by the time in service. */
static double embodied_kg(const struct asset *asset, int64_t now_ms)
{
    const struct pool_spec *spec = asset->pool->spec;
    if (spec->tenure != TENURE_OWN || asset->lot == LOT_NONE)
        return 0;
    double life_ms =
        (double)spec->life.months * (double)MS_PER_MO + (double)spec->life.ms;
    double served = (double)asset_capacity(asset, now_ms).sum;
    double rest = (double)(asset->book.end_ms - asset->begin_ms);
    double most = rest > 0 ? rest * (double)asset->first_gpus : 0;
    served = served < most ? served : most;
    return spec->class->embodied_kg * served / life_ms;
}

static void finish_pool(struct ledger *ledger, uint32_t p, int64_t now_ms)
{
    struct pool_books *books = &ledger->books[p];
    struct pool_result *result = &ledger->results[p];
    const struct pool *pool = books->pool;
    int128 energy = 0;

    for (int s = 0; s < GPU_STATES; s++)
        result->state_gpu_ms[s] = integral_read(&pool->state[s], now_ms).sum;
    result->surplus_gpu_ms = pool->surplus.sum;
    ledger_read(ledger, p, now_ms, result->cost_uusd);
    for (uint32_t i = 0; i < books->n_begun; i++) {
        const struct asset *asset = &books->assets[i];
        int64_t book = asset_book_uusd(asset, now_ms);
        int64_t market = asset_market_uusd(asset, now_ms);
        result->closing_book_uusd += book;
        result->closing_market_uusd += market;
        result->commitment_uusd += asset_commitment_uusd(asset, now_ms);
        result->closing_uusd += closing_of(ledger->scenario->closing, book, market);
        energy += asset_energy(asset, now_ms);
        result->embodied_kg += embodied_kg(asset, now_ms);
        if (!pool->elastic)
            show_asset(ledger, p, asset, now_ms);
    }
    finish_facility(ledger, p, now_ms);
    result->closing_pv_usd =
        (double)result->closing_uusd / 1e6 * ledger_discount(ledger, now_ms);
    result->energy_mwh_milli = (int64_t)divide_rounded(energy, (int128)1000 * MS_PER_H);
    result->carbon_kg =
        (double)result->energy_mwh_milli / 1e6 * pool->spec->carbon_g_per_kwh;
    if (pool->spec->carbon_market) /* mW ms are 1 / 3.6e12 kWh */
        result->carbon_kg = (double)prices_emitted(pool->prices, energy) / 3.6e21;
    result->peak_busy_gpus = pool->peak_busy_gpus;
    result->peak_capacity_gpus = pool->peak_capacity_gpus;
}

void ledger_finish(struct ledger *ledger, int64_t now_ms)
{
    ledger_month_end(ledger, now_ms);
    ledger_tax_year(ledger, now_ms);
    for (uint32_t p = 0; p < ledger->n; p++) {
        finish_pool(ledger, p, now_ms);
        ledger_tax_closing(ledger, p, now_ms);
    }
}

void ledger_check(const struct ledger *ledger, int64_t now_ms)
{
    for (uint32_t p = 0; p < ledger->n; p++) {
        const struct pool_books *books = &ledger->books[p];
        const struct pool *pool = books->pool;
        int64_t cost[COST_SHARES];
        ledger_read(ledger, p, now_ms, cost);
        ledger_check_ended(ledger, books, now_ms);
        for (uint32_t l = 0; l < books->n_lots && !pool->elastic; l++)
            assert(books->assets[books->asset_of_lot[l]].gpus == pool->lots[l].gpus);
    }
}
