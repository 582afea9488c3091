/*
 * Bills that are no rate times GPU-time: they are known when the month ends, and are
 * paid at once.
 */

#include "world/ledger.h"

/* Price times the month's highest draw, by the part of a month that it lasted; borne by
 * the lots in proportion to their GPU-time, exactly. */
static void charge_demand(const struct ledger *ledger, struct pool_books *books,
                          int64_t now_ms)
{
    struct pool *pool = books->pool;
    int128 price = pool->spec->demand_nano_usd_per_kw_mo;
    int128 amount = divide_rounded(
        price * pool->peak_draw_mw * (now_ms - ledger->posted_ms),
        (int128)1000000 * 1000 * MS_PER_MO); /* mW per kW, nano per micro */
    int128 all = 0, before = 0;
    for (uint32_t i = 0; i < books->n_live; i++)
        all += asset_capacity(ledger_live(books, i), now_ms).sum -
               ledger_live(books, i)->posted_capacity.sum;
    pool->peak_draw_mw = pool_draw_mw(pool);
    for (uint32_t i = 0; i < books->n_live && all > 0; i++) {
        struct asset *asset = ledger_live(books, i);
        int128 until =
            before + asset_capacity(asset, now_ms).sum - asset->posted_capacity.sum;
        asset->demand_uusd += (int64_t)(divide_rounded(amount * until, all) -
                                        divide_rounded(amount * before, all));
        before = until;
    }
}

void ledger_settle_bills(struct ledger *ledger, int64_t now_ms)
{
    if (ledger->settled_ms == now_ms)
        return;
    ledger->settled_ms = now_ms;
    for (uint32_t p = 0; p < ledger->n; p++) {
        struct pool_books *books = &ledger->books[p];
        if (books->pool->spec->demand_nano_usd_per_kw_mo > 0)
            charge_demand(ledger, books, now_ms);
        for (uint32_t i = 0; i < books->n_live; i++)
            books->used_uusd += (double)asset_settle_use(ledger_live(books, i), now_ms);
    }
}
