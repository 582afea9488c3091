#include <math.h>

#include "models.h"

TestSuite(price, .fini = empty_arena);

#define START_MS INT64_C(1767225600000) /* 2026-01-01 */

struct path {
    struct price_change *items;
    size_t n;
};

/* The changes up to `until_ms`, at most `most`. */
static struct path walk(const char *name, const char *yaml, uint64_t replication,
                        int64_t until_ms, size_t most)
{
    const struct model *model = model_find(MODEL_PRICE, name);
    const void *params = params_of(model, yaml);
    void *state = arena_alloc(&arena, model->state_size);
    const struct price_setting setting = {START_MS, 2385};
    struct rng rng;
    rng_init(&rng, (struct rng_key){17, replication, "price", "rent"});

    struct path path = {ARENA_ARRAY(&arena, most, struct price_change), 0};
    struct price_change change;
    while (path.n < most && model->price.next(params, state, &setting, &rng, &change) &&
           change.at_ms <= until_ms)
        path.items[path.n++] = change;
    return path;
}

static double last(struct path path)
{
    return path.items[path.n - 1].value;
}

static const char *const names[] = {"constant", "table", "decline", "ou", "gbm"};

Test(price, each_begins_at_the_start_and_goes_forward)
{
    for (size_t i = 0; i < COUNT(names); i++) {
        struct path path = walk(names[i], "{}", 0, 3 * MS_PER_Y, 2000);
        cr_assert(path.n >= 1, "%s", names[i]);
        cr_expect(eq(i64, path.items[0].at_ms, 0), "%s", names[i]);
        cr_expect(eq(dbl, path.items[0].value, 2385), "%s", names[i]);
        for (size_t k = 1; k < path.n; k++) {
            cr_assert(path.items[k].at_ms > path.items[k - 1].at_ms, "%s", names[i]);
            cr_assert(path.items[k].value > 0 && isfinite(path.items[k].value), "%s",
                      names[i]);
        }
    }
}

Test(price, equal_seeds_give_equal_paths_and_others_others)
{
    for (size_t i = 0; i < COUNT(names); i++) {
        struct path one = walk(names[i], "{}", 3, MS_PER_Y, 100);
        struct path same = walk(names[i], "{}", 3, MS_PER_Y, 100);
        struct path other = walk(names[i], "{}", 4, MS_PER_Y, 100);
        cr_assert(eq(sz, one.n, same.n), "%s", names[i]);
        cr_expect(memcmp(one.items, same.items, one.n * sizeof *one.items) == 0, "%s",
                  names[i]);
        bool drawn = strcmp(names[i], "ou") == 0 || strcmp(names[i], "gbm") == 0;
        cr_expect(eq(int, last(one) != last(other), drawn), "%s", names[i]);
    }
}

/* 2.95 at 25 % a year: after n years of 365 d 2.95 * 0.75^n. */
Test(price, a_decline_is_exact)
{
    struct path path =
        walk("decline", "{start: 2.95, step: 365d}", 0, 4 * MS_PER_Y, 99);
    const double want[] = {2.95, 2.2125, 1.659375, 1.24453125, 0.9333984375};
    cr_assert(eq(sz, path.n, COUNT(want)));
    for (size_t i = 0; i < path.n; i++) {
        cr_expect(eq(i64, path.items[i].at_ms, (int64_t)i * MS_PER_Y));
        cr_expect(ieee_ulp_eq(dbl, path.items[i].value, want[i], 4));
    }
}

/* Calendar months, and a floor: 1 + 2 * 0.75^(59 / 365) on 1 March. */
Test(price, a_decline_steps_by_the_calendar_towards_its_floor)
{
    struct path path =
        walk("decline", "{start: 3, floor: 1, step: 1mo}", 0, 60 * MS_PER_D, 99);
    cr_assert(eq(sz, path.n, 3));
    cr_expect(eq(i64, path.items[1].at_ms, 31 * MS_PER_D));
    cr_expect(eq(i64, path.items[2].at_ms, 59 * MS_PER_D));
    cr_expect(epsilon_eq(dbl, last(path), 1 + 2 * pow(0.75, 59.0 / 365), 1e-12));
}

Test(price, a_decline_of_nothing_changes_nothing)
{
    cr_expect(eq(sz, walk("decline", "{start: 3, rate: 0 %/y}", 0, MS_PER_Y, 9).n, 1));
}

Test(price, a_table_has_the_value_of_the_last_date)
{
    const char *yaml = "{points: {2026-02-01T06:00: 2.6, 2025-01-01: 3.1, "
                       "2026-01-01: 2.95, 2027-01-01: 1.7}}";
    struct path path = walk("table", yaml, 0, 9 * MS_PER_Y, 9);
    cr_assert(eq(sz, path.n, 3));
    cr_expect(eq(dbl, path.items[0].value, 2.95));
    cr_expect(eq(i64, path.items[1].at_ms, 31 * MS_PER_D + 6 * MS_PER_H));
    cr_expect(eq(dbl, path.items[1].value, 2.6));
    cr_expect(eq(i64, path.items[2].at_ms, MS_PER_Y));
    cr_expect(eq(dbl, path.items[2].value, 1.7));
}

Test(price, a_table_has_its_first_value_before_its_first_date)
{
    struct path path = walk("table", "{points: {2026-02-01: 2.6}}", 0, MS_PER_Y, 9);
    cr_assert(eq(sz, path.n, 1));
    cr_expect(eq(dbl, path.items[0].value, 2.6));
}

/* Mean and variance of the log price over `n` paths. */
struct moments {
    double mean, variance, mean_price;
};

static struct moments log_moments(const char *name, const char *yaml, int64_t at_ms,
                                  size_t n)
{
    double sum = 0, squares = 0, prices = 0;
    for (size_t i = 0; i < n; i++) {
        double price = last(walk(name, yaml, i, at_ms, 400)), x = log(price);
        sum += x;
        squares += x * x;
        prices += price;
        if (i % 256 == 0)
            arena_free(&arena);
    }
    double mean = sum / (double)n;
    return (struct moments){mean, (squares - sum * mean) / (double)(n - 1),
                            prices / (double)n};
}

/* Within four standard errors: sd / sqrt(n) of a mean, var * sqrt(2 / (n - 1)) of a
 * normal variance. */
static void expect_normal(struct moments got, double mean, double variance, size_t n)
{
    double se = sqrt(variance / (double)n);
    double se_variance = variance * sqrt(2 / (double)(n - 1));
    cr_expect(fabs(got.mean - mean) < 4 * se, "mean %.6f, want %.6f +- %.6f", got.mean,
              mean, se);
    cr_expect(fabs(got.variance - variance) < 4 * se_variance,
              "variance %.6f, want %.6f +- %.6f", got.variance, variance, se_variance);
}

/* k = ln 2 / half-life; ln P(t) has the mean m + (x0 - m) e^(-kt) and the variance
 * s^2 (1 - e^(-2kt)) / 2k.  Here t is two years of a half-life of one, so that a
 * quarter of the deviation is left: e^(-kt) = 1/4, e^(-2kt) = 1/16. */
Test(price, ou_has_the_moments_of_its_law_whatever_the_step)
{
    static const char *const steps[] = {"365d", "730h", "73d"};
    const size_t n = 6000;
    double k = log(2), m = log(2.6), mean = m + (log(4.1) - m) / 4;
    double variance = 0.37 * 0.37 * (15.0 / 16) / (2 * k);
    for (size_t i = 0; i < COUNT(steps); i++) {
        char yaml[160];
        snprintf(
            yaml, sizeof yaml,
            "{start: 4.1, level: 2.6, half_life: 365d, volatility: 37 %%/y, step: %s}",
            steps[i]);
        expect_normal(log_moments("ou", yaml, 2 * MS_PER_Y, n), mean, variance, n);
    }
}

/* Without volatility half of the deviation is left after the half-life, and the level
 * itself declines: 2 * 0.8 * (3 / 2)^(1/2) after a year. */
Test(price, ou_returns_to_a_level_that_declines)
{
    struct path path = walk("ou",
                            "{start: 3, level: 2, half_life: 365d, volatility: 0 %/y, "
                            "decline: 20 %/y, step: 73d}",
                            0, MS_PER_Y, 99);
    cr_assert(eq(sz, path.n, 6));
    cr_expect(epsilon_eq(dbl, last(path), 1.6 * sqrt(1.5), 1e-12));
}

/* ln P(t) has the mean ln P0 + (ln(1 + d) - s^2 / 2) t and the variance s^2 t, and P
 * the mean P0 (1 + d)^t with the variance P0^2 (1 + d)^2t (e^(s^2 t) - 1). */
Test(price, gbm_has_the_moments_of_its_law_whatever_the_step)
{
    static const char *const steps[] = {"365d", "730h"};
    const size_t n = 6000;
    double s = 0.43, d = -0.27, t = 2;
    for (size_t i = 0; i < COUNT(steps); i++) {
        char yaml[160];
        snprintf(yaml, sizeof yaml,
                 "{start: 2.95, drift: -27 %%/y, volatility: 43 %%/y, step: %s}",
                 steps[i]);
        struct moments got = log_moments("gbm", yaml, 2 * MS_PER_Y, n);
        expect_normal(got, log(2.95) + (log1p(d) - s * s / 2) * t, s * s * t, n);
        double mean = 2.95 * pow(1 + d, t);
        double se = mean * sqrt(expm1(s * s * t) / (double)n);
        cr_expect(fabs(got.mean_price - mean) < 4 * se, "mean price %.5f, want %.5f",
                  got.mean_price, mean);
    }
}

/* A launch of 20 % between two steps and one of 30 % on the day of a step; the one
 * before the start is in the price already. */
Test(price, gbm_drops_at_each_launch)
{
    struct path path = walk("gbm",
                            "{start: 2, drift: 0 %/y, volatility: 0 %/y, step: 10d, "
                            "launches: {2025-06-01: 50 %, 2026-01-06: 20 %, "
                            "2026-01-11: 30 %}}",
                            0, 20 * MS_PER_D, 99);
    const double want[] = {2, 1.6, 1.12, 1.12};
    const int days[] = {0, 5, 10, 20};
    cr_assert(eq(sz, path.n, COUNT(want)));
    for (size_t i = 0; i < path.n; i++) {
        cr_expect(eq(i64, path.items[i].at_ms, days[i] * MS_PER_D));
        cr_expect(epsilon_eq(dbl, path.items[i].value, want[i], 1e-12));
    }
}

Test(price, a_launch_shifts_no_other_draw)
{
    struct path without = walk("gbm", "{step: 1w}", 7, MS_PER_Y, 99);
    struct path with =
        walk("gbm",
             "{step: 1w, launches: {2026-05-05: 25 %}, launch_every: 90d, "
             "launch_drop: 10 %}",
             7, MS_PER_Y, 99);
    size_t k = 0, launches = 0;
    double left = 1;
    for (size_t i = 0; i < with.n; i++) {
        if (with.items[i].at_ms == 124 * MS_PER_D)
            left *= 0.75; /* 5 May is day 124, no step */
        else if (with.items[i].at_ms % (7 * MS_PER_D) != 0)
            left *= 0.9;
        else
            cr_assert(epsilon_eq(dbl, with.items[i].value / left,
                                 without.items[k++].value, 1e-8));
        launches += with.items[i].at_ms % (7 * MS_PER_D) != 0;
    }
    cr_expect(eq(sz, k, without.n));
    cr_expect(launches > 1, "no launch at random in the year");
}

/* Over t the number of launches is Poisson with the mean t / launch_every, as is its
 * variance: here 1000 paths of 10 years at 2 years, mean 5, standard error
 * sqrt(5 / 1000). */
Test(price, launches_at_random_are_a_poisson_process)
{
    double sum = 0;
    for (size_t i = 0; i < 1000; i++)
        sum += log(last(walk("gbm",
                             "{start: 1, drift: 0 %/y, volatility: 0 %/y, step: 365d, "
                             "launch_every: 730d, launch_drop: 50 %}",
                             i, 10 * MS_PER_Y, 99))) /
               log(0.5);
    cr_expect(fabs(sum / 1000 - 5) < 4 * sqrt(5.0 / 1000), "%.4f", sum / 1000);
}

Test(price, a_wrong_parameter_is_explained)
{
    static const struct {
        const char *model, *yaml, *want;
    } cases[] = {
        {"constant", "{value: 0}", "m:1:9: value: 0 is below 0.000001"},
        {"constant", "{price: 2}", "m:1:2: unknown key 'price'"},
        {"table", "{points: []}",
         "m:1:10: points: dates with a value each are wanted, as in '{2026-07-01: "
         "1.25}'"},
        {"table", "{points: {2026-02-30: 2}}",
         "m:1:11: points: the key '2026-02-30' is not a date: the month has no such "
         "day; write it as '2026-01-31' or '2026-01-31T12:30:00Z'"},
        {"table", "{points: {2026-02-01: -2}}", "m:1:23: points: -2 is below 0"},
        {"table", "{points: {2026-02-01: }}",
         "m:1:23: points: each date must have one value"},
        {"table", "{points: {2026-02-01: 2, 2026-02-01T00:00: 3}}",
         "m:1:26: points: the date 2026-02-01T00:00 is given twice"},
        {"decline", "{rate: 100 %/y}", "m:1:8: rate: 100 %/y is above 99 %/y"},
        {"decline", "{step: 30s}", "m:1:8: step: 30s is below 1min"},
        {"ou", "{volatility: 40 %}",
         "m:1:14: volatility: '40 %' is a fraction where a rate per year is wanted, as "
         "in '10 %/y'"},
        {"ou", "{half_life: 10}",
         "m:1:13: half_life: '10' needs a unit, as in '3y', '18mo', '16w' or '1y 6mo'"},
        {"gbm", "{launches: {2027-01-01: 100 %}}",
         "m:1:25: launches: 100 % is above 99 %"},
        {"gbm", "{launches: {2027-01-01: [1]}}",
         "m:1:25: launches: each date must have one value"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect(eq(str, (char *)complaint(MODEL_PRICE, cases[i].model, cases[i].yaml),
                     (char *)cases[i].want));
}

Test(price, points_read_back_as_they_are_shown)
{
    struct error err;
    struct node node;
    struct resolved_list resolved = {.arena = &arena};
    struct params_context context = {
        .arena = &arena, .resolved = &resolved, .price = DIM_USD_PER_KWH};
    const struct model *model = model_find(MODEL_PRICE, "table");
    struct points points;
    const char *yaml = "{points: {2026-07-01: 0.0812 USD/kWh, 2026-01-01: 85 USD/MWh}}";
    const char *want = "{2026-01-01T00:00:00Z: 0.085 USD/kWh, 2026-07-01T00:00:00Z: "
                       "0.0812 USD/kWh}";
    for (int i = 0; i < 2; i++) {
        cr_assert(node_parse("m", yaml, strlen(yaml), &arena, &node, &err));
        cr_assert(params_read(model->params, &points, &node, &context, &err), "%s",
                  err.text);
        cr_expect(eq(dbl, points.value[0], 8.5e7));
        cr_expect(eq(str, (char *)resolved.items[i].value, (char *)want));
        yaml = arena_printf(&arena, "{points: %s}", resolved.items[i].value);
    }
}

/* In the unit of the market: 2.05 USD/GPU-h is 2.05e9 nano-USD, and reads back. */
Test(price, a_price_is_read_in_the_unit_of_its_market)
{
    static const struct {
        enum dimension dim;
        const char *text;
        double value;
    } cases[] = {
        {DIM_USD_PER_GPU_H, "2.05 USD/GPU-h", 2.05e9},
        {DIM_USD, "280000 USD", 2.8e11},
        {DIM_USD_PER_KWH, "0.085 USD/kWh", 8.5e7},
        {DIM_G_PER_KWH, "390.5 g/kWh", 390.5},
    };
    const struct model *model = model_find(MODEL_PRICE, "constant");
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct error err;
        struct node node;
        struct resolved_list resolved = {.arena = &arena};
        struct params_context context = {
            .arena = &arena, .resolved = &resolved, .price = cases[i].dim};
        const char *yaml = arena_printf(&arena, "{value: %s}", cases[i].text);
        double value = 0;
        cr_assert(node_parse("m", yaml, strlen(yaml), &arena, &node, &err));
        cr_assert(params_read(model->params, &value, &node, &context, &err), "%s",
                  err.text);
        cr_expect(eq(dbl, value, cases[i].value));
        cr_expect(eq(str, (char *)resolved.items[0].value, (char *)cases[i].text));

        yaml = "{value: 2.05 kW}";
        cr_assert(node_parse("m", yaml, strlen(yaml), &arena, &node, &err));
        cr_expect(not(params_read(model->params, &value, &node, &context, &err)));
        yaml = "{value: 2.05}";
        cr_assert(node_parse("m", yaml, strlen(yaml), &arena, &node, &err));
        cr_expect(not(params_read(model->params, &value, &node, &context, &err)));
        const char *want =
            arena_printf(&arena, "m:1:9: value: '2.05' needs a unit, as in '%s'",
                         dimension_example(cases[i].dim));
        cr_expect(eq(str, err.text, (char *)want));
    }
}
