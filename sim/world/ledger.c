#include "world/ledger.h"

#include <math.h>
#include <string.h>

#include "world/market.h"

/* What libm returns is cut to 15 digits at once. */
static double cut(double value)
{
    return nearbyint(value * 1e15) / 1e15;
}

double ledger_discount(const struct ledger *ledger, int64_t now_ms)
{
    double rate_y = ledger->scenario->discount_frac_per_y;
    if (rate_y == 0)
        return 1;
    return cut(exp(-log1p(rate_y) * ((double)now_ms / (double)MS_PER_Y)));
}

void ledger_spend(struct ledger *ledger, uint32_t pool, int64_t amount_uusd,
                  int64_t now_ms)
{
    ledger->results[pool].cash_pv_usd +=
        (double)amount_uusd / 1e6 * ledger_discount(ledger, now_ms);
    ledger->cash_uusd += amount_uusd;
    if (ledger->cash_uusd > ledger->peak_cash_uusd)
        ledger->peak_cash_uusd = ledger->cash_uusd;
}

void ledger_init(struct ledger *ledger, const struct scenario *scenario,
                 struct fleet *fleet, const struct sink *sink,
                 struct pool_result *results, struct arena *arena)
{
    *ledger = (struct ledger){.scenario = scenario,
                              .sink = sink,
                              .arena = arena,
                              .n = fleet->n_pools,
                              .results = results};
    ledger->terms.charge_per_ms =
        cut(log1p(scenario->discount_frac_per_y)) / (double)MS_PER_Y;
    ledger->terms.until_last_start = scenario->billing_until == BILLING_LAST_START;
    ledger->books = ARENA_ARRAY(arena, fleet->n_pools, struct pool_books);
    for (uint32_t p = 0; p < ledger->n; p++) {
        struct pool_books *books = &ledger->books[p];
        books->pool = &fleet->pools[p];
        for (int r = 0; r < RATES; r++)
            books->rate[r] = pool_rate(books->pool->spec, (enum rate)r);
        books->power[GPU_BUSY_USEFUL].rate = books->rate[RATE_BUSY_POWER];
        books->power[GPU_BUSY_OVERHEAD].rate = books->rate[RATE_BUSY_POWER];
        books->surplus.rate = books->rate[RATE_SURPLUS];
        power_init(books);
        if (books->pool->elastic)
            asset_begin(ledger_new_asset(ledger, books), books->pool, 0, 0, scenario,
                        0);
        ledger_begin_facility(ledger, p);
        ledger_open_segment(ledger, books, 0);
    }
}

void ledger_before_change(struct ledger *ledger, uint32_t pool, int64_t now_ms)
{
    ledger_close_segment(ledger, &ledger->books[pool], now_ms);
}

static void retire_from(struct ledger *ledger, uint32_t pool, struct asset *asset,
                        int64_t now_ms)
{
    if (asset->lot == LOT_NONE)
        return;
    int64_t left = ledger->books[pool].pool->lots[asset->lot].gpus;
    if (left == asset->gpus)
        return;
    int64_t resale = asset->resale_uusd, disposal = asset->disposal_uusd;
    asset_retire(asset, asset->gpus - left, &ledger->terms, now_ms);
    ledger_spend(ledger, pool, asset->resale_uusd - resale, now_ms);
    ledger->books[pool].share_uusd[COST_IDLE] +=
        (double)(asset->disposal_uusd - disposal);
}

void ledger_lose(struct ledger *ledger, uint32_t pool, uint32_t lot, int64_t gpus,
                 double salvage_frac, int64_t now_ms)
{
    struct pool_books *books = &ledger->books[pool];
    struct asset *asset = &books->assets[books->asset_of_lot[lot]];
    int64_t resale = asset->resale_uusd, disposal = asset->disposal_uusd;
    ledger_close_segment(ledger, books, now_ms);
    asset_lose(asset, gpus, salvage_frac, &ledger->terms, now_ms);
    ledger_spend(ledger, pool, asset->resale_uusd - resale, now_ms);
    books->share_uusd[COST_IDLE] += (double)(asset->disposal_uusd - disposal);
    ledger_open_segment(ledger, books, now_ms);
}

/* What comes to a pool pays its prices in force. */
static void price_asset(const struct pool_books *books, struct asset *asset,
                        int64_t now_ms)
{
    for (int r = 0; r < RATES; r++)
        if (r != RATE_RENT && r != RATE_EXTRAS) /* a contract has its own */
            asset_reprice(asset, (enum rate)r, books->rate[r], now_ms);
}

/* A lot that the books do not know of yet: bought or leased now, or ordered before. */
static void take_lot(struct ledger *ledger, uint32_t pool, uint32_t lot, int64_t now_ms)
{
    struct pool_books *books = &ledger->books[pool];
    uint32_t number = books->n_begun;
    uint32_t ordered = books->pool->lots[lot].terms.ordered;
    if (books->n_lots == books->lots_room) {
        uint32_t room = books->lots_room ? books->lots_room * 2 : 4;
        books->asset_of_lot = arena_grow(ledger->arena, books->asset_of_lot,
                                         books->n_lots, room, sizeof(uint32_t));
        books->lots_room = room;
    }
    books->asset_of_lot[books->n_lots++] = ordered ? ordered - 1 : number;
    if (ordered) {
        asset_commission(&books->assets[ordered - 1], lot, &ledger->terms,
                         ledger->scenario, now_ms);
        ledger_tax_lot(ledger, pool, &books->assets[ordered - 1], now_ms);
        return;
    }
    struct asset *asset = ledger_new_asset(ledger, books);
    asset_begin(asset, books->pool, number, lot, ledger->scenario, now_ms);
    price_asset(books, asset, now_ms);
    ledger->results[pool].opening_uusd += asset->opening_uusd;
    ledger_tax_lot(ledger, pool, asset, now_ms);
    ledger_spend(ledger, pool, asset->purchase_uusd + asset->prepayment_uusd, now_ms);
}

void ledger_after_change(struct ledger *ledger, uint32_t pool, int64_t now_ms)
{
    struct pool_books *books = &ledger->books[pool];
    while (books->n_lots < books->pool->n_lots)
        take_lot(ledger, pool, books->n_lots, now_ms);
    for (uint32_t i = 0; i < books->n_live; i++)
        retire_from(ledger, pool, ledger_live(books, i), now_ms);
    ledger_open_segment(ledger, books, now_ms);
}

uint32_t ledger_order(struct ledger *ledger, uint32_t pool, int64_t gpus,
                      const struct lot_terms *terms, int64_t now_ms)
{
    struct pool_books *books = &ledger->books[pool];
    uint32_t number = books->n_begun;
    ledger_close_segment(ledger, books, now_ms);
    struct asset *asset = ledger_new_asset(ledger, books);
    asset_order(asset, books->pool, number, gpus, terms, now_ms);
    price_asset(books, asset, now_ms);
    ledger_spend(ledger, pool, asset->deposit_uusd, now_ms);
    ledger_open_segment(ledger, books, now_ms);
    return number;
}

void ledger_deliver(struct ledger *ledger, uint32_t pool, uint32_t number,
                    int64_t now_ms)
{
    struct pool_books *books = &ledger->books[pool];
    ledger_close_segment(ledger, books, now_ms);
    asset_deliver(&books->assets[number], &ledger->terms, now_ms);
    ledger_spend(ledger, pool, books->assets[number].purchase_uusd, now_ms);
    ledger_open_segment(ledger, books, now_ms);
}

void ledger_exit(struct ledger *ledger, uint32_t pool, uint32_t lot, double fee_frac,
                 int64_t now_ms)
{
    struct pool_books *books = &ledger->books[pool];
    if (lot >= books->n_lots) { /* it has begun at this very instant */
        ledger_before_change(ledger, pool, now_ms);
        ledger_after_change(ledger, pool, now_ms);
    }
    struct asset *asset = &books->assets[books->asset_of_lot[lot]];
    int64_t lost = schedule_at(&asset->prepaid, now_ms), fee = asset->exit_fee_uusd;
    ledger_close_segment(ledger, books, now_ms);
    asset_exit(asset, &ledger->terms, fee_frac, now_ms);
    fee = asset->exit_fee_uusd - fee;
    ledger_spend(ledger, pool, fee, now_ms);
    books->share_uusd[COST_IDLE] += (double)(fee + lost);
    ledger_open_segment(ledger, books, now_ms);
}

void ledger_break(struct ledger *ledger, uint32_t pool, int64_t now_ms)
{
    struct pool_books *books = &ledger->books[pool];
    ledger_close_segment(ledger, books, now_ms);
    for (uint32_t i = 0; i < books->n_live; i++)
        asset_break(ledger_live(books, i), &ledger->terms, now_ms);
    if (books->facility)
        facility_break(books->facility, &ledger->terms, now_ms);
    ledger_open_segment(ledger, books, now_ms);
}

void ledger_reprice(struct ledger *ledger, uint32_t pool, enum rate rate, int64_t value,
                    int64_t now_ms)
{
    struct pool_books *books = &ledger->books[pool];
    if (books->rate[rate] == value)
        return;
    ledger_close_segment(ledger, books, now_ms);
    books->rate[rate] = value;
    for (uint32_t i = 0; i < books->n_begun; i++) /* all: lots are judged by them */
        asset_reprice(&books->assets[i], rate, value, now_ms);
    for (int s = GPU_BUSY_USEFUL; s <= GPU_BUSY_OVERHEAD && rate == RATE_BUSY_POWER;
         s++)
        meter_set_rate(&books->power[s], value,
                       integral_read(&books->pool->state[s], now_ms).sum);
    if (rate == RATE_SURPLUS)
        meter_set_rate(&books->surplus, value, books->pool->surplus.sum);
    pool_limit_rate(books->pool, books->rate, RATES);
    ledger_open_segment(ledger, books, now_ms);
    if (rate == RATE_COLO || rate == RATE_SECURITY)
        ledger_reprice(ledger, pool, RATE_SETUP,
                       books->rate[RATE_COLO] + books->rate[RATE_SECURITY], now_ms);
}

void ledger_reprice_contract(struct ledger *ledger, uint32_t pool, uint32_t contract,
                             int64_t value, int64_t now_ms)
{
    struct pool_books *books = &ledger->books[pool];
    int64_t rates[RATES];
    ledger_close_segment(ledger, books, now_ms);
    asset_reprice(&books->assets[books->asset_of_lot[contract]], RATE_RENT, value,
                  now_ms);
    memcpy(rates, books->rate, sizeof rates);
    rates[RATE_RENT] = value;
    pool_limit_rate(books->pool, rates, RATES);
    ledger_open_segment(ledger, books, now_ms);
}

int64_t ledger_rate(const struct ledger *ledger, uint32_t pool, enum rate rate)
{
    return ledger->books[pool].rate[rate];
}

int64_t ledger_next_break_ms(const struct ledger *ledger, uint32_t pool, uint32_t lot,
                             int64_t now_ms)
{
    const struct pool_books *books = &ledger->books[pool];
    const struct asset *asset = &books->assets[books->asset_of_lot[lot]];
    int64_t next = book_next_break_ms(&asset->book);
    return next > now_ms && asset->gpus > 0 ? next : NEVER_MS;
}

void ledger_note_start(struct ledger *ledger, int64_t now_ms)
{
    if (!ledger->terms.until_last_start)
        return;
    for (uint32_t p = 0; p < ledger->n; p++) {
        struct pool_books *books = &ledger->books[p];
        if (books->pool->spec->tenure != TENURE_LEASE)
            continue;
        for (uint32_t i = 0; i < books->n_begun; i++)
            asset_note_start(&books->assets[i], &ledger->terms, now_ms);
        /* The step belongs to the GPU-time since the last one. */
        ledger_close_segment(ledger, books, now_ms);
        ledger_open_segment(ledger, books, now_ms);
    }
}
