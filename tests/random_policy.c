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

static const char *provider_name(const struct drawing *d, unsigned p)
{
    return d->provider_of[p] == 1 ? "north" : "south";
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
        unsigned p = d->elastic[below(d, d->n_elastic)];
        unsigned by = (unsigned)below(d, 4);
        /* The provider of a lease can end; twins would differ in more than a label. */
        by = d->options->twin ? 3 : by;
        if (by == 0 && d->provider_of[p])
            put(d, "  - {provider: %s", provider_name(d, p));
        else if (by == 1 && d->one_class)
            put(d, "  - {class: h100-sxm");
        else
            put(d, "  - {pools: [p%u]", p);
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

static void put_plan(struct drawing *d)
{
    unsigned n = 1 + (unsigned)below(d, 4);
    put(d, "fixed, plan: [");
    for (unsigned i = 0; i < n; i++) {
        put(d, i ? ", " : "");
        put_ascending(d, i, n, chance(d, 70));
        draw(d, chance(d, 60) ? " +#1..30" : " -#1..20");
    }
    put(d, "]");
}

static void put_break_even(struct drawing *d)
{
    put(d, "break_even, threshold: %s", chance(d, 50) ? "deterministic" : "randomised");
    put_price(d, ", price", 1, 4, "USD/GPU-h");
    maybe(d, 40, ", term: #20..900d");
    if (chance(d, 40))
        put_price(d, ", fee", 1000, 40000, "USD");
    maybe(d, 30, ", discount: #0..90 %");
}

static void put_policy(struct drawing *d)
{
    static const char *const looks[] = {"now", "mean", "max"};
    switch (below(d, 5)) {
    case 0: put_plan(d); break;
    case 1:
        draw(d, "reorder, below: #1..20, up_to: #20..60");
        put(d, ", demand: %s", PICK(d, looks));
        maybe(d, 20, ", of: demand");
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
        maybe(d, 30, ", memory: #12..99, level_weight: 0.#1..9");
        maybe(d, 30, ", trend_weight: 0.#1..9, season_weight: 0.#1..9");
        if (chance(d, 30))
            put_price(d, ", price", 1, 4, "USD/GPU-h");
        break;
    default: put_break_even(d);
    }
}

void put_procure(struct drawing *d)
{
    /* The last of each compares with what elastic pools ask. */
    static const char *const retire[] = {"never", "idle", "idle", "cost"};
    static const char *const renew[] = {"busy", "always", "never", "market"};
    unsigned few = d->n_elastic ? 4 : 3;
    if (d->until_idle || !chance(d, 20))
        return;
    draw(d, ", procure: {max_gpus: #250..300, review: #2..40d, policy: ");
    put_policy(d);
    maybe(d, 30, ", elastic: false");
    maybe(d, 30, ", window: #1..4");
    put(d, ", retire: %s", retire[below(d, few)]);
    maybe(d, 40, ", retire_below: #1..99 %");
    if (chance(d, 40))
        put(d, ", renew: %s", renew[below(d, few)]);
    put(d, "}");
}
