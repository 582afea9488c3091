#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

#include "input/study_spec.h"
#include "scratch.h"

/* What a scenario says of studies, and what is said of what is wrong in it. */

static const char base[] = "pools:\n"
                           "  - {name: own, gpus: 512, price: 2.385 USD/GPU-h}\n"
                           "  - {name: burst, limit: 64}\n"
                           "demand: [{name: batch, scale: 1}]\n"
                           "dispatch: {backfill: easy}\n"
                           "facility:\n";

struct reading {
    struct arena arena;
    struct study_spec spec;
    struct error err;
    bool ok;
};

static void read_spec(struct reading *reading, const char *keys)
{
    char text[8192];
    struct node root;
    snprintf(text, sizeof text, "%s%s", keys, base);
    *reading = (struct reading){0};
    reading->ok = node_parse("t.yaml", text, strlen(text), &reading->arena, &root,
                             &reading->err) &&
                  study_spec_read(&root, "t.yaml", &reading->arena, &reading->spec,
                                  &reading->err);
}

static void read_well(struct reading *reading, const char *keys)
{
    read_spec(reading, keys);
    cr_assert(reading->ok, "%s", reading->err.text);
}

Test(study_spec, a_scenario_without_studies_has_their_defaults)
{
    struct reading r;
    read_well(&r, "");
    cr_expect(eq(sz, r.spec.n_uncertain, 0));
    cr_expect(eq(sz, r.spec.n_axes, 0));
    cr_expect(eq(sz, study_points(&r.spec), 1));
    cr_expect(eq(i64, r.spec.replications, 1000));
    cr_expect(eq(dbl, r.spec.confidence, 0.95));
    cr_assert(eq(sz, r.spec.n_quantiles, 3));
    cr_expect(eq(dbl, r.spec.quantiles[0], 0.05));
    cr_expect(eq(dbl, r.spec.quantiles[2], 0.95));
    cr_expect(eq(i64, study_batch(&r.spec), 1));
    cr_expect(not(r.spec.breakeven.given));
    arena_free(&r.arena);
}

static const char whole[] =
    "uncertain:\n"
    "  pools.own.price: {lognormal: {median: 2.95 USD/GPU-h, sigma: 0.2}}\n"
    "  demand.batch.scale: {normal: {mean: 1, sd: 0.1}, min: 0.2}\n"
    "  pools.own.lead_time: {pert: {min: 8w, mode: 16w, max: 40w}}\n"
    "  facility.tariff: {triangular: {min: 0.06 USD/kWh, mode: 0.085 USD/kWh, max: "
    "0.14 USD/kWh}}\n"
    "  pools.burst.limit: {uniform: {min: 256, max: 1024}, step: 8}\n"
    "  dispatch.order: {discrete: [{value: fifo, weight: 3}, {value: sjf}]}\n"
    "correlation: [{between: [pools.own.price, facility.tariff], rho: 0.6}]\n"
    "sweep:\n"
    "  pools.own.gpus: 0..512 step 64\n"
    "  dispatch.backfill: [none, easy]\n"
    "  zip: [{pools.burst.unit: [1, 8], pools.burst.boot: [0 s, 5min]}]\n"
    "  designs: {as-is: {}, lease: {pools.own.tenure: lease, pools.own.term: 3y}}\n"
    "study:\n"
    "  replications: 3000\n"
    "  sampling: lhs\n"
    "  batch: 50\n"
    "  confidence: 90 %\n"
    "  quantiles: [10 %, 99.9 %]\n"
    "  metrics: [total.wait_p99_s, \"workload:a.b.wait_p95_s\"]\n"
    "  targets: [{metric: total.wait_p95_s, at_most: 14400}, {metric: "
    "fixed.utilization_frac, at_least: 0.6}]\n"
    "  stop: [{metric: total.economic_usd, half_width: 1 %}, {metric: "
    "total.wait_mean_s, half_width: 2.5}]\n"
    "  baseline: {design: lease, pools.own.gpus: 128}\n"
    "breakeven:\n"
    "  x: {pools.own.gpus: 0..1 step 0.1}\n"
    "  y: {pools.burst.price: [1 USD/GPU-h, 2.5 USD/GPU-h]}\n"
    "  between: {own: {pools.own.term: 1y}, lease: {pools.own.term: 2y}}\n"
    "  metric: total.economic_usd\n";

Test(study_spec, every_key_is_read)
{
    struct reading r;
    read_well(&r, whole);
    cr_assert(eq(sz, r.spec.n_uncertain, 6));
    cr_expect(eq(str, (char *)r.spec.uncertain[0].path, "pools.own.price"));
    cr_expect(eq(str, (char *)r.spec.uncertain[0].unit, "USD/GPU-h"));
    cr_expect(eq(dbl, r.spec.uncertain[0].law.median, 2.95));
    cr_expect(eq(dbl, r.spec.uncertain[1].law.min, 0.2));
    cr_expect(eq(dbl, r.spec.uncertain[4].step, 8));
    cr_expect(eq(str, (char *)r.spec.uncertain[5].labels[1], "sjf"));
    cr_expect(ieee_ulp_eq(dbl, r.spec.cholesky[3 * 6 + 0], 0.6, 2));
    cr_expect(ieee_ulp_eq(dbl, r.spec.cholesky[3 * 6 + 3], 0.8, 4));
    cr_assert(eq(sz, r.spec.n_axes, 4));
    cr_expect(eq(sz, study_points(&r.spec), 9 * 2 * 2 * 2));
    cr_expect(eq(str, (char *)r.spec.axes[0].values[8].label, "512"));
    cr_expect(
        eq(str, (char *)r.spec.axes[0].values[1].assignments[0], "pools.own.gpus=64"));
    cr_expect(eq(str, (char *)r.spec.axes[2].name, "zip1"));
    cr_expect(eq(str, (char *)r.spec.axes[2].values[1].label, "8 | 5min"));
    cr_expect(
        eq(str, (char *)r.spec.axes[3].values[1].assignments[1], "pools.own.term=3y"));
    cr_expect(eq(sz, r.spec.axes[3].values[0].n, 0));
    cr_expect(eq(sz, r.spec.baseline, ((2 * 2 + 0) * 2 + 0) * 2 + 1));
    cr_expect(eq(i64, r.spec.replications, 3000));
    cr_expect(eq(i64, study_batch(&r.spec), 50));
    cr_expect(eq(dbl, r.spec.confidence, 0.9));
    cr_expect(eq(dbl, r.spec.quantiles[1], 0.999));
    cr_expect(eq(str, (char *)r.spec.metrics[1].text, "workload:a.b.wait_p95_s"));
    cr_expect(eq(dbl, r.spec.targets[0].at_most, 14400));
    cr_expect(isnan(r.spec.targets[0].at_least));
    cr_expect(eq(dbl, r.spec.targets[1].at_least, 0.6));
    cr_expect(isnan(r.spec.targets[1].at_most));
    cr_expect(r.spec.stops[0].relative);
    cr_expect(eq(dbl, r.spec.stops[0].half_width, 0.01));
    cr_expect(not(r.spec.stops[1].relative));
    cr_expect(eq(dbl, r.spec.stops[1].half_width, 2.5));
    cr_assert(r.spec.breakeven.given);
    cr_expect(eq(sz, r.spec.breakeven.x.n, 11));
    cr_expect(eq(str, (char *)r.spec.breakeven.x.values[3].label, "0.3"));
    cr_expect(eq(dbl, r.spec.breakeven.y.values[1].number, 2.5));
    cr_expect(eq(str, (char *)r.spec.breakeven.y.unit, "USD/GPU-h"));
    cr_expect(eq(str, (char *)r.spec.breakeven.metric, "total.economic_usd"));
    arena_free(&r.arena);
}
