/* Models of demand that share their rhythm and the shape of their jobs. */

#define _GNU_SOURCE
#include "random_draw.h"

static void put_rhythm(struct drawing *d)
{
    if (chance(d, 30)) {
        put(d, ", hours: {0: 1");
        for (int hour = 1; hour < 24; hour++)
            put(d, ", %d: %u", hour, 1 + (unsigned)below(d, 9));
        put(d, "}");
    } else {
        maybe(d, 50, ", peak_hour: #0..23, peak_to_trough: #1..4.5");
    }
    if (chance(d, 30))
        draw(d, ", days: {0: #1..9, 1: 2, 2: 3, 3: #1..9, 4: 5, 5: 1, 6: 0.#1..9}");
    else
        maybe(d, 50, ", weekend: 0.#1..9");
    maybe(d, 30, ", utc_offset: -8h");
    maybe(d, 40, ", growth: #1..99 %/y");
    maybe(d, 30, ", ceiling: #2..5");
    if (chance(d, 30)) {
        put(d, ", jumps: {");
        put_day(d, d->days / 2);
        draw(d, ": 1.#0..9}");
    }
}

static void put_shape(struct drawing *d)
{
    static const char *const services[] = {
        ", service: lognormal, median: #60..999s, mean: #2000..9999s",
        ", service: weibull, mean: #2000..9999s, weibull_shape: 0.#4..9",
        ", service: pareto, median: #60..999s, mean: #2000..9999s, tail_from: #3..9h, "
        "tail_exponent: 1.#3..9",
        ", service: mix, median: #60..999s, mean: #2000..3999s, long_share: #1..9 %, "
        "long_median: #4..9h, long_mean: #10..19h",
        ", service: mix, long_sizes: {8: 1, 16: #1..3}, median: 99s, mean: 1999s",
        ", service: empirical, quantiles: {0: 10, 0.5: #100..900, 1: #4000..90000}"};
    maybe(d, 50, ", sizes: {1: 0.8, 8: 0.2}");
    draw(d, PICK(d, services));
    maybe(d, 50, ", longest: #10..30d");
    maybe(d, 30, ", size_exponent: 0.#0..3");
}

void put_bursty(struct drawing *d, double per_d)
{
    switch (below(d, 3)) {
    case 0:
        put(d, ", model: {name: gamma, rate: %.3f /d, cv: %u.%u", per_d,
            1 + (unsigned)below(d, 3), (unsigned)below(d, 10));
        break;
    case 1:
        put(d, ", model: {name: mmpp, rates: [%.3f, %.3f]", per_d / 2, 3 * per_d);
        draw(d, ", stays: [#4..90, #1..30]");
        maybe(d, 50, ", visits: [#1..9, #1..9]");
        break;
    default:
        put(d, ", model: {name: sessions, rate: %.3f /d", per_d / 4);
        draw(d, ", jobs: #1..6, gap_median: #1..19min, gap_mean: #20..60min");
        maybe(d, 50, ", same_size: false");
    }
    put_rhythm(d);
    put_shape(d);
    put(d, "}}\n");
}
