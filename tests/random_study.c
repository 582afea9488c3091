/* What a scenario says of studies, drawn at random. */

#include "random_draw.h"

/* Paths that every scenario has, in the order in which laws are drawn for them. */
static const char *const paths[] = {"pools.p0.class", "horizon",      "discount_rate",
                                    "warmup",         "pools.0.name", "closing"};
enum { PATHS = sizeof paths / sizeof paths[0] };

/* Of one unit each. */
static void put_law(struct drawing *d, const char *unit)
{
    static const char *const laws[] = {
        "{normal: {mean: #5..9@, sd: 0.#1..9@}",
        "{lognormal: {median: #5..9.25@, sigma: 0.#1..9}",
        "{uniform: {min: #1..4@, max: #11..20@}",
        "{triangular: {min: #1..3@, mode: #4..6@, max: #11..20@}",
        "{pert: {min: #1..3@, mode: #4..6.5@, max: #11..20@}",
    };
    const char *law = PICK(d, laws);
    for (const char *at = law; *at;) {
        char part[80];
        size_t n = 0;
        for (; *at && *at != '@'; at++)
            part[n++] = *at;
        part[n] = '\0';
        draw(d, part);
        if (*at == '@') {
            put(d, "%s", unit);
            at++;
        }
    }
    if (chance(d, 40))
        put(d, ", min: 2%s", unit);
    if (chance(d, 40))
        put(d, ", max: 19.5%s", unit);
    if (chance(d, 40))
        put(d, ", step: 0.5%s", unit);
    put(d, "}");
}

static void put_uncertain(struct drawing *d)
{
    static const char *const units[] = {"", " w", "%/y", " USD/GPU-h"};
    put(d, "uncertain:\n");
    for (size_t i = 0; i < PATHS; i++) {
        put(d, "  %s: ", paths[i]);
        if (chance(d, 20))
            draw(d, "{discrete: [#1..5, {value: 'a, b', weight: #1..9}, [x], {value: "
                    "{x: y}}]}");
        else if (chance(d, 20))
            draw(d, "{empirical: jobs.csv, column: gpus, unit: w, min: 0 w, max: "
                    "1e9 w}");
        else
            put_law(d, PICK(d, units));
        put(d, "\n");
    }
    if (chance(d, 50))
        draw(d, "correlation:\n  - {between: [horizon, pools.0.class], rho: 0.#1..6}\n"
                "  - {between: [warmup, horizon], rho: -0.#1..6}\n");
}

static void put_sweep(struct drawing *d)
{
    put(d, "sweep:\n");
    maybe(d, 60, "  start: #0..5..#6..20 step 0.#1..9 w\n");
    maybe(d, 60, "  interval: [#1..3 d, #4..6 d, {a: [b, 'c: d']}]\n");
    maybe(d, 60, "  zip: [{pools.0.tenure: [own, lease], dispatch.order: [a, b]}]\n");
    maybe(d, 60,
          "  designs: {a: {billing_until: x}, b: {}, c: {billing_until: [#1..9]}}"
          "\n");
    put(d, "  events: [true, false]\n");
}

static void put_settings(struct drawing *d)
{
    static const char *const kinds[] = {"plain", "antithetic", "lhs", "sobol"};
    put(d, "study:\n  baseline: {events: %s}\n", chance(d, 50) ? "true" : "false");
    maybe(d, 50, "  replications: #1..100000\n");
    if (chance(d, 70))
        put(d, "  sampling: %s\n", PICK(d, kinds));
    maybe(d, 50, "  batch: 64\n");
    maybe(d, 50, "  confidence: #51..99 %\n");
    maybe(d, 50, "  quantiles: [0.#1..9 %, #1..50 %, 99.#1..9 %]\n");
    maybe(d, 50, "  metrics: [total.wait_p99_s, 'workload:a.b.wait_p95_s']\n");
    maybe(d, 50,
          "  targets: [{metric: total.a, at_most: #1..9}, {metric: total.b, "
          "at_least: -0.#1..9}]\n");
    maybe(d, 50,
          "  stop: [{metric: total.a, half_width: #1..9 %}, {metric: total.b, "
          "half_width: #1..9}]\n");
}

void put_study(const struct drawing *d)
{
    struct drawing own = *d; /* draws of its own, so that it shifts nobody else's */
    own.state ^= UINT64_C(0x7374756479);
    if (!chance(&own, 30))
        return;
    if (chance(&own, 70))
        put_uncertain(&own);
    put_sweep(&own);
    put_settings(&own);
    maybe(&own, 50,
          "breakeven: {x: {pools.p0.gpus: 0..#1..9 step 0.1}, y: "
          "{pools.p0.price: [1 USD/GPU-h, #2..9 USD/GPU-h]}, between: {a: "
          "{start: x}, b: {start: y}}, metric: total.economic_usd}\n");
}
