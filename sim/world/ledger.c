#include "world/ledger.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/calendar.h"
#include "world/market.h"
#include "world/posting.h"

static const enum cost_share share_of[GPU_STATES] = {
    [GPU_BUSY_USEFUL] = COST_BUSY,    [GPU_BUSY_OVERHEAD] = COST_OVERHEAD,
    [GPU_IDLE_NO_DEMAND] = COST_IDLE, [GPU_IDLE_FRAGMENTED] = COST_IDLE,
    [GPU_IDLE_HELD] = COST_IDLE,      [GPU_DOWN] = COST_DOWN,
};

#define METER_ONE (1000.0 * (double)MS_PER_H)

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

static double busy_power(const struct pool_books *books, enum gpu_state state,
                         int64_t now_ms)
{
    if (books->pool->spec->tenure != TENURE_OWN)
        return 0;
    int64_t gpu_ms = integral_read(&books->pool->state[state], now_ms).sum;
    return (double)meter_read(&books->power[state], gpu_ms) / METER_ONE;
}

static double surplus_cost(const struct pool_books *books)
{
    return (double)meter_read(&books->surplus, books->pool->surplus.sum) / METER_ONE;
}

static double accrual_of(const struct pool_books *books, int64_t now_ms)
{
    double total = 0;
    for (uint32_t i = 0; i < books->n_begun; i++)
        for (int a = 0; a < ACCOUNTS; a++)
            if (a != ACCOUNT_CAPITAL &&
                account_has_basis((enum account)a, BASIS_ACCRUAL))
                total += (double)asset_read(&books->assets[i], (enum account)a, now_ms);
    if (books->facility)
        total += (double)facility_accrual(books->facility, now_ms);
    return total;
}

/* Depreciation by use. */
static double wear_of(const struct pool_books *books, int64_t now_ms)
{
    double total = 0;
    if (books->pool->spec->depreciation.method != DEPRECIATION_UNITS)
        return 0;
    for (uint32_t i = 0; i < books->n_begun; i++)
        total += (double)asset_wear(&books->assets[i], now_ms);
    return total;
}

/* Accrued cost that all GPUs bear alike. */
static double flat_of(const struct pool_books *books, int64_t now_ms)
{
    return accrual_of(books, now_ms) - busy_power(books, GPU_BUSY_USEFUL, now_ms) -
           busy_power(books, GPU_BUSY_OVERHEAD, now_ms) - surplus_cost(books) -
           wear_of(books, now_ms) - power_idle_total(books, now_ms) - books->used_uusd;
}

static double capital_of(const struct ledger *ledger, const struct pool_books *books,
                         int64_t now_ms)
{
    double total = 0;
    for (uint32_t i = 0; i < books->n_begun; i++)
        total += asset_capital(&books->assets[i], &ledger->terms, now_ms);
    if (books->facility)
        total += facility_capital(books->facility, &ledger->terms, now_ms);
    return total;
}

static double invested_of(const struct pool_books *books, int64_t now_ms)
{
    double total = 0;
    for (uint32_t i = 0; i < books->n_begun; i++)
        total += asset_invested(&books->assets[i], now_ms);
    if (books->facility)
        total += facility_invested(books->facility, now_ms);
    return total;
}

/* Weights of the capital charge: GPU counts times capital, which is linear in time
 * over the segment. */
static double capital_weight(const struct pool_books *books, struct reading from,
                             struct reading to, double invested_uusd, int64_t now_ms)
{
    double area = (double)(to.sum - from.sum);
    if (books->pool->elastic)
        return area;
    int128 moment2 =
        to.moment2 - from.moment2 - 2 * (int128)books->mark_ms * (to.sum - from.sum);
    double slope =
        (invested_uusd - books->mark_invested_uusd) / (double)(now_ms - books->mark_ms);
    return books->mark_invested_uusd * area + slope * (double)moment2 / 2;
}

/* Depreciation by use is borne by the GPUs that were used. */
static void divide_wear(double wear_uusd, const double area[GPU_STATES],
                        double share[COST_SHARES])
{
    double busy = area[GPU_BUSY_USEFUL] + area[GPU_BUSY_OVERHEAD];
    if (wear_uusd == 0 || busy == 0)
        return;
    share[COST_BUSY] += wear_uusd * (area[GPU_BUSY_USEFUL] / busy);
    share[COST_OVERHEAD] += wear_uusd * (area[GPU_BUSY_OVERHEAD] / busy);
}

/* Adds the open segment, up to now, to `share`. */
static void divide_segment(const struct ledger *ledger, const struct pool_books *books,
                           int64_t now_ms, double share[COST_SHARES])
{
    double flat = flat_of(books, now_ms) - books->mark_flat_uusd;
    double capital = capital_of(ledger, books, now_ms) - books->mark_capital_uusd;
    double area[GPU_STATES], weight[GPU_STATES], areas = 0, weights = 0;
    double invested =
        now_ms > books->mark_ms && capital != 0 ? invested_of(books, now_ms) : 0;

    for (int s = 0; s < GPU_STATES; s++) {
        struct reading to = integral_read(&books->pool->state[s], now_ms);
        area[s] = (double)(to.sum - books->mark_state[s].sum);
        weight[s] =
            capital != 0 && now_ms > books->mark_ms
                ? capital_weight(books, books->mark_state[s], to, invested, now_ms)
                : 0;
        areas += area[s];
        weights += weight[s];
    }
    divide_wear(wear_of(books, now_ms) - books->mark_wear_uusd, area, share);
    if (areas == 0) {
        share[COST_IDLE] += flat + capital;
        return;
    }
    for (int s = 0; s < GPU_STATES; s++) {
        double part = weights != 0 ? weight[s] / weights : area[s] / areas;
        share[share_of[s]] += flat * (area[s] / areas) + capital * part;
    }
}

void ledger_open_segment(struct ledger *ledger, struct pool_books *books,
                         int64_t now_ms)
{
    books->mark_ms = now_ms;
    books->mark_flat_uusd = flat_of(books, now_ms);
    books->mark_capital_uusd = capital_of(ledger, books, now_ms);
    books->mark_invested_uusd = invested_of(books, now_ms);
    books->mark_wear_uusd = wear_of(books, now_ms);
    for (int s = 0; s < GPU_STATES; s++)
        books->mark_state[s] = integral_read(&books->pool->state[s], now_ms);
}

void ledger_close_segment(struct ledger *ledger, struct pool_books *books,
                          int64_t now_ms)
{
    divide_segment(ledger, books, now_ms, books->share_uusd);
}

static void spend(struct ledger *ledger, uint32_t pool, int64_t amount_uusd,
                  int64_t now_ms)
{
    ledger->results[pool].cash_pv_usd +=
        (double)amount_uusd / 1e6 * ledger_discount(ledger, now_ms);
    ledger->cash_uusd += amount_uusd;
    if (ledger->cash_uusd > ledger->peak_cash_uusd)
        ledger->peak_cash_uusd = ledger->cash_uusd;
}

static struct asset *new_asset(struct ledger *ledger, struct pool_books *books)
{
    if (books->n_begun == books->room) {
        uint32_t room = books->room ? books->room * 2 : 1;
        books->assets = arena_grow(ledger->arena, books->assets, books->n_begun, room,
                                   sizeof *books->assets);
        books->room = room;
    }
    return &books->assets[books->n_begun++];
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
            asset_begin(new_asset(ledger, books), books->pool, 0, 0, scenario, 0);
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
    spend(ledger, pool, asset->resale_uusd - resale, now_ms);
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
    spend(ledger, pool, asset->resale_uusd - resale, now_ms);
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
    struct asset *asset = new_asset(ledger, books);
    asset_begin(asset, books->pool, number, lot, ledger->scenario, now_ms);
    price_asset(books, asset, now_ms);
    ledger->results[pool].opening_uusd += asset->opening_uusd;
    ledger_tax_lot(ledger, pool, asset, now_ms);
    spend(ledger, pool, asset->purchase_uusd + asset->prepayment_uusd, now_ms);
}

void ledger_after_change(struct ledger *ledger, uint32_t pool, int64_t now_ms)
{
    struct pool_books *books = &ledger->books[pool];
    while (books->n_lots < books->pool->n_lots)
        take_lot(ledger, pool, books->n_lots, now_ms);
    for (uint32_t i = 0; i < books->n_begun; i++)
        retire_from(ledger, pool, &books->assets[i], now_ms);
    ledger_open_segment(ledger, books, now_ms);
}

uint32_t ledger_order(struct ledger *ledger, uint32_t pool, int64_t gpus,
                      const struct lot_terms *terms, int64_t now_ms)
{
    struct pool_books *books = &ledger->books[pool];
    uint32_t number = books->n_begun;
    ledger_close_segment(ledger, books, now_ms);
    struct asset *asset = new_asset(ledger, books);
    asset_order(asset, books->pool, number, gpus, terms, now_ms);
    price_asset(books, asset, now_ms);
    spend(ledger, pool, asset->deposit_uusd, now_ms);
    ledger_open_segment(ledger, books, now_ms);
    return number;
}

void ledger_deliver(struct ledger *ledger, uint32_t pool, uint32_t number,
                    int64_t now_ms)
{
    struct pool_books *books = &ledger->books[pool];
    ledger_close_segment(ledger, books, now_ms);
    asset_deliver(&books->assets[number], &ledger->terms, now_ms);
    spend(ledger, pool, books->assets[number].purchase_uusd, now_ms);
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
    spend(ledger, pool, fee, now_ms);
    books->share_uusd[COST_IDLE] += (double)(fee + lost);
    ledger_open_segment(ledger, books, now_ms);
}

void ledger_break(struct ledger *ledger, uint32_t pool, int64_t now_ms)
{
    struct pool_books *books = &ledger->books[pool];
    ledger_close_segment(ledger, books, now_ms);
    for (uint32_t i = 0; i < books->n_begun; i++)
        asset_break(&books->assets[i], &ledger->terms, now_ms);
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
    for (uint32_t i = 0; i < books->n_begun; i++)
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
            asset_note_start(&books->assets[i], now_ms);
        /* The step belongs to the GPU-time since the last one. */
        ledger_close_segment(ledger, books, now_ms);
        ledger_open_segment(ledger, books, now_ms);
    }
}

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
        spend(ledger, pool, amount, now_ms);
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

static void post_facility(struct ledger *ledger, uint32_t pool, int64_t now_ms)
{
    struct facility *facility = ledger->books[pool].facility;
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
        for (uint32_t i = 0; i < books->n_begun; i++) {
            struct asset *asset = &books->assets[i];
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
        post_facility(ledger, p, now_ms);
        ledger_open_segment(ledger, books, now_ms);
    }
    ledger->posted_ms = now_ms;
    if (year_end)
        ledger_tax_year(ledger, now_ms);
}

void ledger_read(const struct ledger *ledger, uint32_t p, int64_t now_ms,
                 int64_t cost_uusd[COST_SHARES])
{
    const struct pool_books *books = &ledger->books[p];
    const struct pool *pool = books->pool;
    double share[COST_SHARES];
    int64_t total = 0, rest = 0;

    memcpy(share, books->share_uusd, sizeof share);
    divide_segment(ledger, books, now_ms, share);
    share[COST_BUSY] += busy_power(books, GPU_BUSY_USEFUL, now_ms);
    share[COST_OVERHEAD] += busy_power(books, GPU_BUSY_OVERHEAD, now_ms);
    share[COST_BUSY] += books->used_uusd;
    share[COST_IDLE] += surplus_cost(books);
    for (int s = 0; s < GPU_STATES && books->power_apart; s++)
        share[share_of[s]] += power_idle_cost(books, (enum gpu_state)s, now_ms);
    for (uint32_t i = 0; i < books->n_begun; i++)
        total += asset_economic(&books->assets[i], &ledger->terms, now_ms);
    if (books->facility)
        total += facility_economic(books->facility, &ledger->terms, now_ms);

    /* Roundings go where most of the money is. */
    enum cost_share last = pool->elastic ? COST_BUSY : COST_IDLE;
    for (int s = 0; s < COST_SHARES; s++) {
        cost_uusd[s] = llround(share[s]);
        if (s != (int)last)
            rest += cost_uusd[s];
    }
    cost_uusd[last] = total - rest;
}

void ledger_show(struct ledger *ledger, uint32_t p, int64_t now_ms,
                 int64_t cost_uusd[COST_SHARES])
{
    struct pool_books *books = &ledger->books[p];
    int64_t now[COST_SHARES];
    ledger_read(ledger, p, now_ms, now);
    for (int s = 0; s < COST_SHARES; s++) {
        cost_uusd[s] = now[s] - books->shown_uusd[s];
        books->shown_uusd[s] = now[s];
    }
}
