/* The recurring prices of an asset: rates, what they are charged on, and what is owed.
 */

#include <assert.h>
#include <math.h>

#include "world/asset.h"

/* nano-USD/GPU-h times GPU-ms per micro-USD. */
#define METER_ONE ((int128)1000 * MS_PER_H)

static const enum driver driver_of[RATES] = {
    [RATE_COLO] = DRIVER_CAPACITY,
    [RATE_SUPPORT] = DRIVER_CAPACITY,
    [RATE_STAFF] = DRIVER_CAPACITY,
    [RATE_INSURANCE] = DRIVER_CAPACITY,
    [RATE_SOFTWARE] = DRIVER_CAPACITY,
    [RATE_SECURITY] = DRIVER_CAPACITY,
    [RATE_IDLE_POWER] = DRIVER_CAPACITY,
    [RATE_BUSY_POWER] = DRIVER_BUSY,
    [RATE_RENT] = DRIVER_RENTED,
    [RATE_SURPLUS] = DRIVER_SURPLUS,
    [RATE_SETUP] = DRIVER_SETUP,
    [RATE_EXTRAS] = DRIVER_RENTED,
    [RATE_EXTRAS_SURPLUS] = DRIVER_SURPLUS,
};

int64_t pool_extras(const struct pool_spec *spec, int64_t rent)
{
    return spec->extras_frac == 0 ? 0 : llround((double)rent * spec->extras_frac);
}

int64_t pool_rate(const struct pool_spec *spec, enum rate rate)
{
    bool own = spec->tenure == TENURE_OWN, elastic = tenure_is_elastic(spec->tenure);
    if (rate == RATE_RENT)
        return own ? 0 : spec->price_rate;
    if (rate == RATE_SURPLUS)
        return elastic ? spec->price_rate : 0;
    if (rate == RATE_EXTRAS)
        return pool_extras(spec, pool_rate(spec, RATE_RENT));
    if (rate == RATE_EXTRAS_SURPLUS)
        return pool_extras(spec, pool_rate(spec, RATE_SURPLUS));
    if (!own)
        return 0;
    switch (rate) {
    case RATE_COLO: return spec->colo_rate;
    case RATE_SUPPORT: return spec->support_rate;
    case RATE_STAFF: return spec->staff_rate;
    case RATE_INSURANCE: return spec->insurance_rate;
    case RATE_SOFTWARE: return spec->software_rate;
    case RATE_SECURITY: return spec->security_rate;
    case RATE_IDLE_POWER: return spec->idle_power_rate;
    case RATE_BUSY_POWER: return spec->busy_power_rate;
    case RATE_SETUP: return spec->colo_rate + spec->security_rate;
    default: break;
    }
    assert(!"no such rate");
    return 0;
}

static struct reading driver_read(const struct asset *asset, enum driver driver,
                                  int64_t now_ms)
{
    switch (driver) {
    case DRIVER_CAPACITY: return asset_capacity(asset, now_ms);
    case DRIVER_RENTED: return asset_rented(asset, now_ms);
    case DRIVER_BUSY: return asset_busy(asset, now_ms);
    case DRIVER_SURPLUS: return asset_surplus(asset, now_ms);
    case DRIVER_SETUP: return asset_setup(asset, now_ms);
    case DRIVERS: break;
    }
    assert(!"no such driver");
    return (struct reading){0, 0};
}

/* The sum of the rates that a driver has. */
static int128 driver_rate(const struct asset *asset, enum driver driver)
{
    int128 sum = 0;
    for (int r = 0; r < RATES; r++)
        if (driver_of[r] == driver)
            sum += asset->meter[r].rate;
    return sum;
}

int64_t rent_committed(const struct pool_spec *spec, int64_t price)
{
    return price -
           (spec->per_use_frac == 0 ? 0 : llround((double)price * spec->per_use_frac));
}

int64_t rent_prepaid(const struct pool_spec *spec, int64_t price)
{
    return llround((double)rent_committed(spec, price) * spec->prepay_frac);
}

static int64_t own_rate(const struct asset *asset, enum rate rate, int64_t value)
{
    if (rate == RATE_RENT) /* the prepaid share is paid, whatever the price is now */
        return rent_committed(asset->pool->spec, value) -
               rent_prepaid(asset->pool->spec, value);
    if (asset->price_scale != 1 && (rate == RATE_SUPPORT || rate == RATE_INSURANCE))
        return llround((double)value * asset->price_scale);
    return value;
}

/* A share of what is billed for every hour, what is prepaid of it included; hours above
 * the share of take-or-pay bring their own (asset_settle_use). */
static int64_t extras_rate(const struct asset *asset)
{
    return pool_extras(asset->pool->spec,
                       asset->meter[RATE_RENT].rate + asset->prepaid_rate);
}

void asset_pay_debts(struct asset *asset, int64_t now_ms)
{
    for (int d = 0; d < DRIVERS; d++)
        debt_pay(&asset->debt[d], driver_read(asset, (enum driver)d, now_ms), now_ms);
}

void asset_mark_debts(struct asset *asset, int64_t now_ms)
{
    for (int d = 0; d < DRIVERS; d++)
        debt_mark(&asset->debt[d], driver_rate(asset, (enum driver)d),
                  driver_read(asset, (enum driver)d, now_ms), now_ms);
}

/* The rates in force at its begin, and nothing owed. */
void asset_begin_rates(struct asset *asset, int64_t now_ms)
{
    const struct pool *pool = asset->pool;
    for (int r = 0; r < RATES; r++) {
        int64_t value = pool_rate(pool->spec, (enum rate)r);
        if (r == RATE_RENT && pool->spec->tenure == TENURE_LEASE)
            value = pool->lots[asset->lot].terms.price_rate;
        if (r == RATE_EXTRAS) /* the rent's is there */
            value = extras_rate(asset);
        if (r == RATE_RENT)
            asset->rent_rate = value;
        asset->meter[r].rate = own_rate(asset, (enum rate)r, value);
    }
    asset_pay_debts(asset, now_ms);
}

void asset_reprice(struct asset *asset, enum rate rate, int64_t value, int64_t now_ms)
{
    enum driver driver = driver_of[rate];
    struct reading reading = driver_read(asset, driver, now_ms);
    int64_t own = own_rate(asset, rate, value);
    const struct pool_spec *spec = asset->pool->spec;
    if (rate == RATE_RENT)
        asset->rent_rate = value;
    if (rate == RATE_SURPLUS && spec->extras_frac > 0)
        asset_reprice(asset, RATE_EXTRAS_SURPLUS, pool_extras(spec, value), now_ms);
    if (own == asset->meter[rate].rate)
        return;
    debt_mark(&asset->debt[driver], driver_rate(asset, driver), reading, now_ms);
    meter_set_rate(&asset->meter[rate], own, reading.sum);
    if (rate == RATE_RENT && spec->extras_frac > 0)
        asset_reprice(asset, RATE_EXTRAS, extras_rate(asset), now_ms);
}

double asset_payables(const struct asset *asset, int64_t now_ms)
{
    double fresh2 = 0, old = 0;
    for (int d = 0; d < DRIVERS; d++) {
        const struct debt *debt = &asset->debt[d];
        int128 rate = driver_rate(asset, (enum driver)d);
        if (rate != 0)
            fresh2 += debt_fresh2(debt, rate,
                                  driver_read(asset, (enum driver)d, now_ms), now_ms);
        old += debt_old(debt, now_ms);
    }
    return (fresh2 / 2 + old) / (double)METER_ONE;
}
