#define _GNU_SOURCE
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "random_draw.h"

/* ---- what the market has ---- */

void put_supply(struct drawing *d, bool spot)
{
    bool trace = chance(d, 40);
    if (!spot) {
        if (trace && chance(d, 60))
            put(d, ", availability: {trace: supply.csv}");
        return;
    }
    maybe(d, 60, ", notice: #0..600s");
    /* A pool that its bid may close for good keeps an open horizon from its end. */
    if (chance(d, 40) && !d->until_idle)
        put_price(d, ", bid", 1, 4, "USD/GPU-h");
    draw(d, ", interruption: {");
    if (trace)
        put(d, "trace: supply.csv");
    if (!trace || chance(d, 50))
        draw(d, trace ? ", mean_time: #1..200h" : "mean_time: #1..200h");
    put(d, "}");
}

void draw_supply(struct drawing *d, struct random_scenario *scenario)
{
    size_t size;
    FILE *yaml = d->out;
    int64_t at_s = -(int64_t)below(d, 2) * 3600;
    d->out = open_memstream(&scenario->supply, &size);
    put(d, "time,gpus\n");
    for (unsigned i = 0, n = 1 + (unsigned)below(d, 30); i < n; i++) {
        put(d, "%" PRId64 ",", at_s);
        draw(d, "#0..90\n");
        at_s += 60 + (int64_t)below(d, (uint64_t)d->days * 86400 / n + 1);
    }
    fclose(d->out);
    d->out = yaml;
}

static void put_shock_time(struct drawing *d)
{
    if (chance(d, 50)) {
        put(d, ", from: ");
        put_date(d, unit(d));
        maybe(d, 60, ", lasts: #1..90d");
    } else {
        draw(d, ", per_y: #1..9, lasts: #1..40d");
    }
}

/* Each of another sort. */
void put_shocks(struct drawing *d)
{
    if (d->n_elastic == 0 || !chance(d, 40))
        return;
    put(d, "shocks:\n");
    for (unsigned i = 0, n = 1 + (unsigned)below(d, 3); i < n; i++) {
        put(d, "  - {pools: [p%u]", d->elastic[below(d, d->n_elastic)]);
        switch (below(d, d->options->plain_rates ? 3 : 5)) {
        case 0:
            put(d, ", ends: true, from: ");
            put_date(d, unit(d));
            break;
        case 1:
            put_shock_time(d);
            draw(d, ", limit: #0..40");
            break;
        case 2:
            put_shock_time(d);
            draw(d, ", share: #0..100 %");
            break;
        default:
            put_shock_time(d);
            draw(d, ", price_times: #2..3.#0..9");
            maybe(d, 30, ", share: #0..90 %");
        }
        put(d, "}\n");
    }
}

/* ---- what is owned ---- */

static void put_impairment(struct drawing *d)
{
    put(d, ", impairment: {method: %s", chance(d, 50) ? "asc360" : "ias36");
    maybe(d, 60, ", utilization: #1..100 %");
    if (d->market[M_RENT] && d->pool_is_h100)
        put(d, ", rent_market: rent}");
    else
        put_price(d, ", rent", 0, 3, "USD/GPU-h}");
}

static void put_facility(struct drawing *d)
{
    put_price(d, ", facility: {usd_per_mw", 2, 12, "MUSD/MW");
    draw(d, ", build_time: #1..36mo, life: #1..20y");
    maybe(d, 50, ", residual: #0..30 %");
    if (chance(d, 50))
        put_price(d, ", running", 0, 90000, "USD/y");
    maybe(d, 30, ", mw: #1..3.5 MW");
    if (chance(d, 50)) {
        put(d, ", ready: ");
        put_day(d, -(int64_t)below(d, 900));
    }
    put(d, "}");
}

void put_holding(struct drawing *d)
{
    if (!d->pool_is_old)
        maybe(d, 25, ", economic_life: #1..50mo");
    if (chance(d, 40))
        put_impairment(d);
    if (chance(d, 25))
        put_price(d, ", demand_charge", 0, 30, "USD/kW-mo");
    if (chance(d, 25))
        put_facility(d);
    else
        put_price(d, ", colo", 50, 300, "USD/kW-mo");
}

/* ---- procurement ---- */

static void put_policy(struct drawing *d)
{
    static const char *const looks[] = {"now", "mean", "max"};
    switch (below(d, 5)) {
    case 0:
        put(d, "fixed, plan: [");
        put_day(d, 1 + d->days / 4);
        draw(d, " +#1..30, ");
        put_day(d, 2 + d->days * 3 / 4);
        put(d, " -8]");
        break;
    case 1:
        draw(d, "reorder, below: #1..20, up_to: #20..60");
        put(d, ", demand: %s", PICK(d, looks));
        break;
    case 2:
        draw(d,
             "target_utilization, high: #80..99 %, target: #50..79 %, low: #0..40 %");
        maybe(d, 50, ", step: #10..90 %");
        maybe(d, 50, ", cooldown: #1..30d");
        break;
    case 3:
        put(d, "forecast_quantile, method: %s",
            chance(d, 50) ? "additive" : "multiplicative");
        draw(d, ", season: #1..6, fractile: #20..99 %");
        break;
    default:
        put(d, "break_even, threshold: %s",
            chance(d, 50) ? "deterministic" : "randomised");
        put_price(d, ", price", 1, 4, "USD/GPU-h");
    }
}

void put_procure(struct drawing *d)
{
    static const char *const retire[] = {"never", "idle"};
    if (d->until_idle || !chance(d, 20))
        return;
    draw(d, ", procure: {max_gpus: #250..300, review: #2..40d, policy: ");
    put_policy(d);
    maybe(d, 30, ", elastic: false");
    maybe(d, 30, ", window: #1..4");
    put(d, ", retire: %s}", PICK(d, retire));
}
