/* Assets that have ended: what is read at each event leaves them out. */

#include <assert.h>

#include "world/ledger.h"

static void grow(struct ledger *ledger, struct pool_books *books)
{
    struct arena *arena = ledger->arena;
    uint32_t n = books->n_begun, room = books->room ? books->room * 2 : 1;
    books->assets = arena_grow(arena, books->assets, n, room, sizeof *books->assets);
    books->live = arena_grow(arena, books->live, n, room, sizeof *books->live);
    books->ended_capital_uusd = arena_grow(arena, books->ended_capital_uusd, n, room,
                                           sizeof *books->ended_capital_uusd);
    books->room = room;
}

struct asset *ledger_new_asset(struct ledger *ledger, struct pool_books *books)
{
    if (books->n_begun == books->room)
        grow(ledger, books);
    books->live[books->n_live++] = books->n_begun;
    return &books->assets[books->n_begun++];
}

/* Nothing is left of it, and all of it is posted and paid.  A pool's only lot is read
 * by the pool's own counts, which go on; rent by starts falls due at a later one. */
static bool has_ended(const struct asset *asset, int64_t now_ms)
{
    const struct pool *pool = asset->pool;
    if (asset->gpus > 0 || asset->lot == LOT_NONE || pool->elastic || pool->n_lots <= 1)
        return false;
    const struct lot *lot = &pool->lots[asset->lot];
    return lot->gpus == 0 && lot->below[GPU_STATES - 1].count == 0 &&
           asset->setup.count == 0 && !asset->rent_by_start &&
           asset_book_uusd(asset, now_ms) == 0;
}

void ledger_drop_ended(struct ledger *ledger, struct pool_books *books, int64_t now_ms)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < books->n_live; i++) {
        uint32_t number = books->live[i];
        const struct asset *asset = &books->assets[number];
        if (!has_ended(asset, now_ms)) {
            books->live[n++] = number;
            continue;
        }
        books->ended_capital_uusd[number] =
            asset_capital(asset, &ledger->terms, now_ms);
        books->ended_accrual_uusd += ledger_accrual(asset, now_ms);
        books->ended_wear_uusd += (double)asset_wear(asset, now_ms);
        books->ended_economic_uusd += asset_economic(asset, &ledger->terms, now_ms);
    }
    books->n_live = n;
}

void ledger_check_ended(const struct ledger *ledger, const struct pool_books *books,
                        int64_t now_ms)
{
    int64_t economic = 0;
    uint32_t next = 0;
    for (uint32_t i = 0; i < books->n_begun; i++) {
        const struct asset *asset = &books->assets[i];
        if (next < books->n_live && books->live[next] == i) {
            next++;
            continue;
        }
        economic += asset_economic(asset, &ledger->terms, now_ms);
        assert(asset_capital(asset, &ledger->terms, now_ms) ==
               books->ended_capital_uusd[i]);
        assert(asset_invested(asset, now_ms) == 0);
    }
    assert(next == books->n_live && economic == books->ended_economic_uusd);
}
