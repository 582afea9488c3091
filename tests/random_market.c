/* What the market asks: the catalogue's prices, markets, price traces. */

#define _GNU_SOURCE
#include <inttypes.h>

#include "random_draw.h"

/* ---- the catalogue ---- */

static void put_figure(struct drawing *d, const char *figure)
{
    draw(d, figure);
    put(d, ", source: drawn, date: 2026-01, mark: assumed}\n");
}

static void put_figure_usd(struct drawing *d, const char *key, unsigned low,
                           unsigned high, const char *dim)
{
    put(d, "  %s", key);
    put_price(d, ": {value", low, high, dim);
    put_figure(d, "");
}

static void put_class_prices(struct drawing *d)
{
    put_figure_usd(d, "server_price", 120000, 400000, "USD");
    put_figure_usd(d, "rent", 1, 4, "USD/GPU-h");
    put_figure_usd(d, "lease", 1, 3, "USD/GPU-h");
    put_figure(d, "  value_by_age: {value: {0: 1, 1.5: 0.#40..60, 4: 0.#10..39}");
}

/* New prices for a class that is known, and a class of its own. */
void draw_catalog(struct drawing *d, struct random_scenario *scenario)
{
    size_t size;
    FILE *yaml = d->out;
    d->has_catalog = chance(d, 30);
    if (!d->has_catalog)
        return;
    put(d, "catalog: classes.yaml\n");
    d->out = open_memstream(&scenario->catalog, &size);
    put(d, "h100-sxm:\n");
    put_class_prices(d);
    put(d, "ours:\n  title: Ours\n");
    put_class_prices(d);
    put_figure(d, "  memory: {value: #60..199 GB");
    put_figure(d, "  bf16: {value: #300..2999 TFLOP/s");
    put_figure(d, "  speed: {value: #0..2.#1..9");
    put_figure(d, "  tdp: {value: 70#0..9 W");
    put_figure(d, "  idle: {value: 7#0..9 W");
    put_figure(d, "  gpus_per_server: {value: #1..9");
    put_figure(d, "  server_idle: {value: 1.#5..9 kW");
    put_figure(d, "  server_busy: {value: 8.#1..9 kW");
    put_figure(d, "  server_nameplate: {value: 10.#1..9 kW");
    put_figure(d, "  launch: {value: 2024-05-#10..20");
    put_figure(d, "  embodied: {value: #200..1999 kg");
    fclose(d->out);
    d->out = yaml;
}

/* ---- price traces ---- */

/* Three series of equal dates; one of another class beside them. */
static void draw_prices(struct drawing *d, struct random_scenario *scenario)
{
    static const char *const series[] = {"h100-sxm,lease,eu,1y", "h100-sxm,lease,eu,3y",
                                         "h100-sxm,on-demand,us,",
                                         "a100-80-sxm,on-demand,us,"};
    size_t size;
    FILE *yaml = d->out;
    d->out = open_memstream(&scenario->prices, &size);
    put(d, "time,class,tenure,region,term");
    put(d, ",usd_per_gpu_h\n");
    for (unsigned i = 0, n = 2 + (unsigned)below(d, 9); i < n; i++) {
        for (unsigned k = 0; k < 4; k++) {
            uint64_t micro = 700000 + below(d, 4000000);
            if (i == 0)
                put_day(d, -40);
            else
                put_ascending(d, i - 1, n - 1, false);
            micro *= d->options->double_prices ? 2 : 1;
            put(d, ",%s,%" PRIu64 ".%06" PRIu64 "\n", series[k], micro / 1000000,
                micro % 1000000);
        }
    }
    fclose(d->out);
    d->out = yaml;
}

static void put_price_trace(struct drawing *d)
{
    put(d, ", price: {model: table, trace: prices.csv");
    if (chance(d, 60))
        put(d, ", tenure: lease, region: eu, term: %s", chance(d, 50) ? "1y" : "3y");
    else
        put(d, ", class: %s, tenure: on-demand",
            chance(d, 50) ? "h100-sxm" : "a100-80-sxm");
    put(d, "}");
}

/* ---- markets ---- */

static void put_price_model(struct drawing *d, unsigned low, unsigned high,
                            const char *dim)
{
    static const char *const steps[] = {"1d", "1w", "1mo", "13d"};
    unsigned kind = (unsigned)below(d, d->options->plain_rates ? 2 : 5);
    if (kind == 0) {
        put_price(d, ", price: {model: constant, value", low, high, dim);
    } else if (kind == 1) {
        put(d, ", price: {model: table, points: {");
        put_day(d, -40);
        put_price(d, "", low, high, dim);
        for (unsigned i = 0, n = 1 + (unsigned)below(d, 6); i < n; i++) {
            put(d, ", ");
            put_ascending(d, i, n, false);
            put_price(d, "", low, high, dim);
        }
        put(d, "}");
    } else if (kind == 2) {
        put_price(d, ", price: {model: decline, start", low, high, dim);
        if (chance(d, 30))
            put_price(d, ", floor", 0, low, dim);
        draw(d, ", rate: #-30..90 %/y, step: ");
        put(d, "%s", PICK(d, steps));
    } else if (kind == 3) {
        put_price(d, ", price: {model: ou, start", low, high, dim);
        if (chance(d, 50))
            put_price(d, ", level", low, high, dim);
        maybe(d, 30, ", decline: #0..40 %/y");
        draw(d, ", half_life: #1..20mo, volatility: #0..90 %/y, step: ");
        put(d, "%s", PICK(d, steps));
    } else {
        put_price(d, ", price: {model: gbm, start", low, high, dim);
        draw(d, ", drift: #-40..20 %/y, launch_every: #20..420d");
        maybe(d, 50, ", volatility: #0..90 %/y, launch_drop: #0..50 %");
        if (chance(d, 30)) {
            put(d, ", launches: {");
            put_day(d, d->days / 3);
            draw(d, ": #0..60 %}");
        }
        put(d, ", step: ");
        put(d, "%s", PICK(d, steps));
    }
    put(d, "}");
}

void put_markets(struct drawing *d, struct random_scenario *scenario)
{
    static const struct {
        const char *head;
        unsigned low, high;
        const char *dim;
    } kinds[M_KINDS] = {
        [M_RENT] = {"name: rent, of: rent, class: h100-sxm", 1, 4, "USD/GPU-h"},
        [M_VALUE] = {"name: new, of: value, class: h100-sxm", 120000, 400000, "USD"},
        [M_TARIFF] = {"name: power, of: tariff", 0, 1, "USD/kWh"},
        [M_CARBON] = {"name: grid, of: carbon", 100, 800, "g/kWh"},
    };
    if (!chance(d, 60))
        return;
    if (chance(d, 30))
        draw_prices(d, scenario);
    put(d, "markets:\n");
    for (int m = 0; m < M_KINDS; m++) {
        d->market[m] = m == M_CARBON || chance(d, 60);
        if (m == M_TARIFF && d->options->plain_rates)
            d->market[m] = false;
        if (!d->market[m])
            continue;
        put(d, "  - {%s", kinds[m].head);
        if (m == M_RENT && scenario->prices)
            put_price_trace(d);
        else
            put_price_model(d, kinds[m].low, kinds[m].high, kinds[m].dim);
        put(d, "}\n");
    }
}
