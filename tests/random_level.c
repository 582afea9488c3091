/* Levels of demand, by a model or by the trace of supply, which has the same columns.
 */

#define _GNU_SOURCE
#include "random_draw.h"

static void put_hours(struct drawing *d)
{
    put(d, ", hours: {0: 1");
    for (int hour = 1; hour < 24; hour++)
        put(d, ", %d: %u", hour, 1 + (unsigned)below(d, 9));
    put(d, "}");
}

static void put_profile(struct drawing *d)
{
    draw(d, "{model: {name: profile, mean: #1..40, step: #1..9h");
    if (chance(d, 30))
        put_hours(d);
    else
        maybe(d, 60, ", peak_hour: #0..23, peak_to_trough: #1..4.5");
    maybe(d, 50, ", weekend: 0.#1..9, utc_offset: -8h, growth: #1..60 %/y");
    maybe(d, 50, ", noise: lognormal");
    maybe(d, 50, ", deviation: #1..60 %, autocorrelation: 0.#0..9");
    put(d, "}}");
}

static void put_one(struct drawing *d)
{
    static const char *const ends[] = {"hold", "stop", "repeat"};
    static const char *const aligns[] = {"to-start", "to-start-weekday"};
    put(d, "  - {name: level, level: ");
    if (chance(d, 50))
        put_profile(d);
    else
        put(d, "supply.csv, align: %s, after_end: %s", PICK(d, aligns), PICK(d, ends));
    if (d->n_pools > 1) /* one class, so one speed */
        put(d, ", pools: [p%u]", (unsigned)d->n_pools - 1);
    maybe(d, 60, ", workload: serve, tenant: #1..3");
    maybe(d, 30, ", scale: #0..1.#1..9, growth: #-30..59 %/y");
    maybe(d, 60, ", priority: #-2..2");
    maybe(d, 60, ", hold: #1..90min");
    maybe(d, 40, ", preemptible: true");
    maybe(d, 20, ", memory: #1..40 GB");
    maybe(d, 10, ", classes: [h100-sxm]");
    maybe(d, 10, ", jurisdiction: [eu]");
    maybe(d, 10, ", isolation: dedicated");
    maybe(d, 10, ", exclude_providers: [south]");
    put(d, "}\n");
}

void put_level(const struct drawing *d)
{
    struct drawing own = *d; /* draws of its own, so that it shifts nobody else's */
    own.state ^= UINT64_C(0x6c6576656c);
    if (!d->until_idle && !d->options->apart && chance(&own, 30))
        put_one(&own);
}
