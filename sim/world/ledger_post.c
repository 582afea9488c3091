/* The end of a month: every account is read, and what is new is posted and paid. */

#include <math.h>

#include "base/calendar.h"
#include "world/ledger.h"
#include "world/posting.h"

static void post(struct ledger *ledger, uint32_t pool, struct asset *asset,
                 enum account account, enum basis basis, int64_t reading,
                 int64_t now_ms)
{
    struct pool_result *result = &ledger->results[pool];
    int64_t amount = reading - asset->posted_uusd[account][basis];
    if (amount == 0)
        return;
    asset->posted_uusd[account][basis] = reading;
    result->basis_uusd[basis] += amount;
    result->account_uusd[account][basis] += amount;
    if (basis == BASIS_CASH && !account_is_lump(account))
        ledger_spend(ledger, pool, amount, now_ms);
    if (!ledger->sink || !ledger->sink->ledger)
        return;
    int64_t start = ledger->scenario->start_unix_ms;
    struct ledger_row row = {
        .month_unix_ms = calendar_month_start(start + ledger->posted_ms),
        .time_ms = posting_time_ms(asset, account, now_ms),
        .pool = asset->pool->spec->name,
        .item = asset->name,
        .account = account,
        .basis = basis,
        .amount_uusd = amount,
    };
    posting_quantity(&row, asset, now_ms);
    ledger->sink->ledger(ledger->sink->self, &row);
}

static void post_asset(struct ledger *ledger, uint32_t pool, struct asset *asset,
                       int64_t now_ms)
{
    for (int a = 0; a < ACCOUNTS; a++) {
        enum account account = (enum account)a;
        int64_t reading = account == ACCOUNT_CAPITAL
                              ? llround(asset_capital(asset, &ledger->terms, now_ms))
                              : asset_read(asset, account, now_ms);
        for (int b = 0; b < BASES; b++)
            if (account_has_basis(account, (enum basis)b))
                post(ledger, pool, asset, account, (enum basis)b, reading, now_ms);
    }
}

/* Of what the data centre cost this month, the part that was idle GPU-time of the pool;
 * all of it where there was none. */
static void divide_facility(struct pool_books *books, const struct asset_terms *terms,
                            int64_t now_ms)
{
    struct asset *item = &books->facility->item;
    int64_t all = 0, idle = 0;
    for (int s = 0; s < GPU_STATES; s++) {
        int64_t gpu_ms = integral_read(&books->pool->state[s], now_ms).sum;
        bool is_idle =
            s == GPU_IDLE_NO_DEMAND || s == GPU_IDLE_FRAGMENTED || s == GPU_IDLE_HELD;
        all += gpu_ms;
        idle += is_idle ? gpu_ms : 0;
    }
    int64_t flat = facility_economic(books->facility, terms, now_ms);
    double part = (double)(all - item->all_mark_gpu_ms);
    double cost = (double)(flat - item->flat_mark_uusd);
    item->idle_uusd +=
        part > 0 ? cost * ((double)(idle - item->idle_mark_gpu_ms) / part) : cost;
    item->idle_mark_gpu_ms = idle;
    item->all_mark_gpu_ms = all;
    item->flat_mark_uusd = flat;
}

static void post_facility(struct ledger *ledger, uint32_t pool, int64_t now_ms)
{
    struct facility *facility = ledger->books[pool].facility;
    if (facility)
        divide_facility(&ledger->books[pool], &ledger->terms, now_ms);
    for (int a = 0; facility && a < ACCOUNTS; a++)
        for (int b = 0; b < BASES; b++)
            if (account_has_basis((enum account)a, (enum basis)b))
                post(ledger, pool, &facility->item, (enum account)a, (enum basis)b,
                     facility_read(facility, (enum account)a, &ledger->terms, now_ms),
                     now_ms);
    if (facility)
        facility_pay(facility, &ledger->terms, now_ms);
}

/* The idle part of what a lot cost this month, by its own GPU-time. */
static void divide_lot(struct asset *asset, const struct asset_terms *terms,
                       int64_t now_ms)
{
    const struct pool *pool = asset->pool;
    int64_t state[GPU_STATES], all = 0, idle;
    if (asset->lot == LOT_NONE) {
        asset->flat_mark_uusd = asset_economic(asset, terms, now_ms);
        return;
    }
    lot_states(pool, &pool->lots[asset->lot], now_ms, state);
    for (int s = 0; s < GPU_STATES; s++)
        all += state[s];
    idle =
        state[GPU_IDLE_NO_DEMAND] + state[GPU_IDLE_FRAGMENTED] + state[GPU_IDLE_HELD];
    int128 power =
        meter_read(&asset->meter[RATE_BUSY_POWER], asset_busy(asset, now_ms).sum);
    int64_t flat = asset_economic(asset, terms, now_ms) - meter_uusd(power) -
                   asset_wear(asset, now_ms);
    int64_t part = all - asset->all_mark_gpu_ms;
    if (part > 0)
        asset->idle_uusd += (double)(flat - asset->flat_mark_uusd) *
                            ((double)(idle - asset->idle_mark_gpu_ms) / (double)part);
    asset->idle_mark_gpu_ms = idle;
    asset->all_mark_gpu_ms = all;
    asset->flat_mark_uusd = flat;
}

/* Useful GPU-hours of the period at their present value; within the period to second
 * order in the rate, which leaves a relative error below 1e-7. */
static void discount_useful(struct ledger *ledger, uint32_t p, int64_t now_ms)
{
    struct pool_books *books = &ledger->books[p];
    struct reading useful = integral_read(&books->pool->state[GPU_BUSY_USEFUL], now_ms);
    double length = (double)(now_ms - ledger->posted_ms);
    int64_t middle = ledger->posted_ms + (now_ms - ledger->posted_ms) / 2;
    double area = (double)(useful.sum - books->month_useful.sum);
    double moment =
        (double)(useful.moment2 - books->month_useful.moment2 -
                 2 * (int128)middle * (useful.sum - books->month_useful.sum)) /
        2;
    double rate = ledger->terms.charge_per_ms;
    double pv = area - rate * moment + rate * rate * length * length / 24 * area;
    ledger->results[p].useful_pv_gpu_h +=
        pv * ledger_discount(ledger, middle) / (double)MS_PER_H;
    books->month_useful = useful;
}

void ledger_month_end(struct ledger *ledger, int64_t now_ms)
{
    ledger_settle_bills(ledger, now_ms);
    bool year_end = ledger_year_end(ledger, now_ms);
    for (uint32_t p = 0; p < ledger->n; p++) {
        struct pool_books *books = &ledger->books[p];
        ledger_close_segment(ledger, books, now_ms);
        discount_useful(ledger, p, now_ms);
        for (uint32_t i = 0; i < books->n_live; i++) {
            struct asset *asset = ledger_live(books, i);
            if (!books->pool->elastic)
                divide_lot(asset, &ledger->terms, now_ms);
            post_asset(ledger, p, asset, now_ms);
            ledger_show_usage(ledger, asset, now_ms);
            asset_pay(asset, &ledger->terms, now_ms);
            asset->posted_capacity = asset_capacity(asset, now_ms);
            asset->posted_busy = asset_busy(asset, now_ms);
            asset->posted_surplus = asset_surplus(asset, now_ms);
            asset->posted_rent = asset_rented(asset, now_ms);
            asset->posted_setup = asset_setup(asset, now_ms);
        }
        ledger_drop_ended(ledger, books, now_ms);
        post_facility(ledger, p, now_ms);
        ledger_open_segment(ledger, books, now_ms);
    }
    ledger->posted_ms = now_ms;
    if (year_end)
        ledger_tax_year(ledger, now_ms);
}
