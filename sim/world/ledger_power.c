/*
 * Power at a price that changes often.
 *
 * A change of any other rate closes a segment of the division of cost, for which every
 * account of every lot is read.  Where a tariff follows a market, which may move each
 * hour, idle power is kept out of the segments instead: by state of the GPUs, exactly,
 * as the busy increment is everywhere.
 */

#include "base/calendar.h"
#include "world/ledger.h"

#define METER_ONE (1000.0 * (double)MS_PER_H)

void power_init(struct pool_books *books)
{
    books->power_apart = books->pool->spec->tariff_market != NULL;
    for (int s = 0; s < GPU_STATES; s++)
        books->idle_power[s].rate = books->rate[RATE_IDLE_POWER];
}

double power_idle_cost(const struct pool_books *books, enum gpu_state state,
                       int64_t now_ms)
{
    int64_t gpu_ms = integral_read(&books->pool->state[state], now_ms).sum;
    return (double)meter_read(&books->idle_power[state], gpu_ms) / METER_ONE;
}

double power_idle_total(const struct pool_books *books, int64_t now_ms)
{
    double total = 0;
    for (int s = 0; s < GPU_STATES && books->power_apart; s++)
        total += power_idle_cost(books, (enum gpu_state)s, now_ms);
    return total;
}

void ledger_reprice_power(struct ledger *ledger, uint32_t pool, int64_t idle_rate,
                          int64_t busy_rate, int64_t now_ms)
{
    struct pool_books *books = &ledger->books[pool];
    if (!books->power_apart) {
        ledger_reprice(ledger, pool, RATE_IDLE_POWER, idle_rate, now_ms);
        ledger_reprice(ledger, pool, RATE_BUSY_POWER, busy_rate, now_ms);
        return;
    }
    books->rate[RATE_IDLE_POWER] = idle_rate;
    books->rate[RATE_BUSY_POWER] = busy_rate;
    for (uint32_t i = 0; i < books->n_begun; i++) {
        asset_reprice(&books->assets[i], RATE_IDLE_POWER, idle_rate, now_ms);
        asset_reprice(&books->assets[i], RATE_BUSY_POWER, busy_rate, now_ms);
    }
    for (int s = 0; s < GPU_STATES; s++) {
        int64_t gpu_ms = integral_read(&books->pool->state[s], now_ms).sum;
        meter_set_rate(&books->idle_power[s], idle_rate, gpu_ms);
        if (s == GPU_BUSY_USEFUL || s == GPU_BUSY_OVERHEAD)
            meter_set_rate(&books->power[s], busy_rate, gpu_ms);
    }
    pool_limit_rate(books->pool, books->rate, RATES);
}

int128 ledger_energy(const struct ledger *ledger, uint32_t pool, int64_t now_ms)
{
    const struct pool_books *books = &ledger->books[pool];
    int128 energy = 0;
    for (uint32_t i = 0; i < books->n_begun; i++)
        energy += asset_energy(&books->assets[i], now_ms);
    return energy;
}
