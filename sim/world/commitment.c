/* Lease contracts as assets: what is prepaid, what remains to be paid, and what both
 * are worth. */

#include <assert.h>
#include <math.h>

#include "base/calendar.h"
#include "world/asset.h"
#include "world/market.h"

static const struct lot *lot_of(const struct asset *asset)
{
    return &asset->pool->lots[asset->lot];
}

static bool is_prepaid_in_steps(const struct asset *asset)
{
    return asset->rent_by_start && asset->prepaid_rate > 0;
}

void asset_sign(struct asset *asset, const struct scenario *scenario)
{
    const struct pool_spec *spec = asset->pool->spec;
    const struct lot_terms *terms = &lot_of(asset)->terms;
    int64_t prepaid_rate = rent_prepaid(spec, terms->price_rate);
    int128 gpu_ms = (int128)asset->gpus * (terms->until_ms - terms->from_ms);
    int64_t prepaid = meter_uusd(prepaid_rate * gpu_ms);

    asset->prepaid_rate = prepaid_rate;
    asset->start_unix_ms = scenario->start_unix_ms;
    asset->rent_by_start = scenario->billing_until == BILLING_LAST_START;
    asset->prepayment_uusd = prepaid;
    asset->prepaid = (struct schedule){terms->from_ms, terms->until_ms, prepaid, 0};
    if (is_prepaid_in_steps(asset))
        asset->prepaid =
            (struct schedule){terms->from_ms, terms->from_ms, prepaid, prepaid};
}

void asset_note_start(struct asset *asset, const struct asset_terms *terms,
                      int64_t now_ms)
{
    if (!asset->rent_by_start)
        return;
    int64_t since = asset_capacity(asset, now_ms).sum - asset->rent.sum;
    integral_add_lump(&asset->rent, now_ms, since);
    if (!is_prepaid_in_steps(asset) || asset->left_ms != NEVER_MS)
        return;
    asset->capital_uusd +=
        terms->charge_per_ms *
        schedule_integral(&asset->prepaid, asset->book_mark_ms, now_ms);
    asset->book_mark_ms = now_ms;
    int64_t left = asset->prepayment_uusd -
                   meter_uusd((int128)asset->prepaid_rate * asset->rent.sum);
    asset->prepaid = (struct schedule){now_ms, now_ms, left, left};
}

void asset_exit(struct asset *asset, const struct asset_terms *terms, double fee_frac,
                int64_t now_ms)
{
    int64_t due = asset_commitment_uusd(asset, now_ms);
    asset->capital_uusd = asset_capital(asset, terms, now_ms);
    asset->book_mark_ms = now_ms;
    asset_mark_debts(asset, now_ms);
    asset->exit_fee_uusd += llround((double)due * fee_frac);
    asset->left_ms = now_ms;
    asset->prepaid = (struct schedule){now_ms, now_ms, 0, 0};
}

/* The n-th anniversary of the contract. */
static int64_t anniversary_ms(const struct asset *asset, int64_t n)
{
    int64_t from_ms = lot_of(asset)->terms.from_ms;
    return calendar_add_months(asset->start_unix_ms + from_ms, 12 * n) -
           asset->start_unix_ms;
}

/* Of a price that escalates, year by year from now to the end: as prices.c has it, by
 * the contract's own anniversaries, and one that is due at this instant has come. */
static int64_t escalating_uusd(const struct asset *asset, int64_t now_ms)
{
    const struct pool_spec *spec = asset->pool->spec;
    const struct lot *lot = lot_of(asset);
    int64_t until_ms = lot->terms.until_ms, n = 1, years = 0, to_ms;
    int128 sum = 0;
    for (int64_t from_ms = now_ms; from_ms < until_ms; n++, years++) {
        to_ms = anniversary_ms(asset, n);
        to_ms = to_ms < until_ms ? to_ms : until_ms;
        if (to_ms <= from_ms)
            continue;
        int64_t price =
            price_grown(lot->terms.price_rate, spec->escalation.price, years);
        int64_t rate = rent_committed(spec, price) - rent_prepaid(spec, price);
        sum += (int128)rate * asset->gpus * (to_ms - from_ms);
        from_ms = to_ms;
    }
    return meter_uusd(sum);
}

int64_t asset_commitment_uusd(const struct asset *asset, int64_t now_ms)
{
    const struct pool_spec *spec = asset->pool->spec;
    if (spec->tenure != TENURE_LEASE || asset->gpus == 0)
        return 0;
    int64_t until_ms = lot_of(asset)->terms.until_ms;
    if (until_ms <= now_ms)
        return 0;
    if (spec->escalation.price != 0)
        return escalating_uusd(asset, now_ms);
    return meter_uusd((int128)asset_rate(asset, RATE_RENT) * asset->gpus *
                      (until_ms - now_ms));
}

int64_t asset_lease_uusd(const struct asset *asset, int64_t now_ms)
{
    const struct pool_spec *spec = asset->pool->spec;
    int64_t until_ms = lot_of(asset)->terms.until_ms;
    int64_t left = until_ms > now_ms ? until_ms - now_ms : 0;
    int128 gpu_ms = (int128)asset->gpus * left;
    int64_t market_rent =
        spec->rent_follows ? asset->pool->prices->signing_rate : spec->market_rent_rate;
    market_rent = rent_committed(spec, market_rent); /* hours above cost if used */
    int64_t rent = asset_rate(asset, RATE_RENT);
    int64_t grows = 0; /* beyond the rent in force */
    if (spec->escalation.price != 0)
        grows = asset_commitment_uusd(asset, now_ms) - meter_uusd(rent * gpu_ms);
    return schedule_at(&asset->prepaid, now_ms) - grows +
           meter_uusd((market_rent - rent - asset->prepaid_rate) * gpu_ms);
}
