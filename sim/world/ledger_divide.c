/* The division of economic cost among what the GPUs did. */

#include <math.h>
#include <string.h>

#include "world/ledger.h"

#define METER_ONE (1000.0 * (double)MS_PER_H)

static const enum cost_share share_of[GPU_STATES] = {
    [GPU_BUSY_USEFUL] = COST_BUSY,    [GPU_BUSY_OVERHEAD] = COST_OVERHEAD,
    [GPU_IDLE_NO_DEMAND] = COST_IDLE, [GPU_IDLE_FRAGMENTED] = COST_IDLE,
    [GPU_IDLE_HELD] = COST_IDLE,      [GPU_DOWN] = COST_DOWN,
};

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

double ledger_accrual(const struct asset *asset, int64_t now_ms)
{
    double total = 0;
    for (int a = 0; a < ACCOUNTS; a++)
        if (a != ACCOUNT_CAPITAL && account_has_basis((enum account)a, BASIS_ACCRUAL))
            total += (double)asset_read(asset, (enum account)a, now_ms);
    return total;
}

static double accrual_of(const struct pool_books *books, int64_t now_ms)
{
    double total = books->ended_accrual_uusd;
    for (uint32_t i = 0; i < books->n_live; i++)
        total += ledger_accrual(ledger_live(books, i), now_ms);
    if (books->facility)
        total += (double)facility_accrual(books->facility, now_ms);
    return total;
}

/* Depreciation by use. */
static double wear_of(const struct pool_books *books, int64_t now_ms)
{
    double total = books->ended_wear_uusd;
    if (books->pool->spec->depreciation.method != DEPRECIATION_UNITS)
        return 0;
    for (uint32_t i = 0; i < books->n_live; i++)
        total += (double)asset_wear(ledger_live(books, i), now_ms);
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
    uint32_t next = 0; /* all in one order, so that the sum is rounded in one way */
    for (uint32_t i = 0; i < books->n_begun; i++) {
        bool lives = next < books->n_live && books->live[next] == i;
        total += lives ? asset_capital(&books->assets[i], &ledger->terms, now_ms)
                       : books->ended_capital_uusd[i];
        next += lives;
    }
    if (books->facility)
        total += facility_capital(books->facility, &ledger->terms, now_ms);
    return total;
}

static double invested_of(const struct pool_books *books, int64_t now_ms)
{
    double total = 0;
    for (uint32_t i = 0; i < books->n_live; i++)
        total += asset_invested(ledger_live(books, i), now_ms);
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

void ledger_read(const struct ledger *ledger, uint32_t p, int64_t now_ms,
                 int64_t cost_uusd[COST_SHARES])
{
    const struct pool_books *books = &ledger->books[p];
    const struct pool *pool = books->pool;
    double share[COST_SHARES];
    int64_t total = books->ended_economic_uusd, rest = 0;

    memcpy(share, books->share_uusd, sizeof share);
    divide_segment(ledger, books, now_ms, share);
    share[COST_BUSY] += busy_power(books, GPU_BUSY_USEFUL, now_ms);
    share[COST_OVERHEAD] += busy_power(books, GPU_BUSY_OVERHEAD, now_ms);
    share[COST_BUSY] += books->used_uusd;
    share[COST_IDLE] += surplus_cost(books);
    for (int s = 0; s < GPU_STATES && books->power_apart; s++)
        share[share_of[s]] += power_idle_cost(books, (enum gpu_state)s, now_ms);
    for (uint32_t i = 0; i < books->n_live; i++)
        total += asset_economic(ledger_live(books, i), &ledger->terms, now_ms);
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
