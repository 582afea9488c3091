#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <gsl/gsl_cdf.h>
#include <math.h>

#include "base/distribution.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static struct distribution ready(struct distribution law)
{
    struct error err;
    if (law.min == 0 && law.max == 0) {
        law.min = -INFINITY;
        law.max = INFINITY;
    }
    bool ok = distribution_init(&law, &err);
    cr_assert(ok, "%s", err.text);
    return law;
}

/* Closed forms, worked out apart: z(0.975) = 1.959963984540054. */
Test(distribution, laws_invert_as_their_closed_forms)
{
    static const struct {
        struct distribution law;
        double u, want;
    } cases[] = {
        {{.kind = DIST_NORMAL, .mean = 2.385, .sd = 0.71}, 0.5, 2.385},
        {{.kind = DIST_NORMAL, .mean = 2.385, .sd = 0.71},
         0.975,
         2.385 + 0.71 * 1.959963984540054},
        {{.kind = DIST_LOGNORMAL, .median = 2.95, .sigma = 0.2}, 0.5, 2.95},
        {{.kind = DIST_LOGNORMAL, .median = 2.95, .sigma = 0.2},
         0.025,
         1.9933414943542849},
        {{.kind = DIST_UNIFORM, .low = -3, .high = 7.5}, 0.3, 0.15},
        {{.kind = DIST_TRIANGULAR, .low = 1, .mode = 3, .high = 9}, 0.25, 3},
        {{.kind = DIST_TRIANGULAR, .low = 1, .mode = 3, .high = 9}, 0.0625, 2},
        {{.kind = DIST_TRIANGULAR, .low = 1, .mode = 3, .high = 9}, 0.8125, 6},
        {{.kind = DIST_TRIANGULAR, .low = 1, .mode = 1, .high = 3}, 0.75, 2},
        {{.kind = DIST_TRIANGULAR, .low = 1, .mode = 3, .high = 3}, 0.25, 2},
        /* mode in the middle: beta(3, 3), F(x) = x^3 (10 - 15 x + 6 x^2) */
        {{.kind = DIST_PERT, .low = 10, .mode = 12, .high = 14}, 0.103515625, 11},
        /* mode at the end: beta(1, 5), F(x) = 1 - (1 - x)^5 */
        {{.kind = DIST_PERT, .low = 0, .mode = 0, .high = 2}, 0.96875, 1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct distribution law = ready(cases[i].law);
        double x = distribution_quantile(&law, cases[i].u);
        cr_expect(fabs(x - cases[i].want) < 1e-11 * fmax(1, fabs(cases[i].want)),
                  "case %zu: %.17g, wanted %.17g", i, x, cases[i].want);
    }
}

static double steps[] = {-2.5, -1, 0.25, 0.25, 0.25, 3.75, 8, 11.5};
static double sums[] = {0.3, 0.4, 0.9, 1};

/* One of each kind and shape. */
static const struct distribution laws[] = {
    {.kind = DIST_NORMAL, .mean = -2.385, .sd = 0.71},
    {.kind = DIST_NORMAL, .mean = 1, .sd = 0.31, .min = 0.2, .max = 1.07},
    {.kind = DIST_LOGNORMAL, .median = 2.95, .sigma = 1.37},
    {.kind = DIST_LOGNORMAL, .median = 2.95, .sigma = 0.2, .min = 3.3, .max = 1e15},
    {.kind = DIST_UNIFORM, .low = -3, .high = 7.5},
    {.kind = DIST_UNIFORM, .low = -3, .high = 7.5, .min = 2.25, .max = 100},
    {.kind = DIST_TRIANGULAR, .low = 1.7, .mode = 3.1, .high = 9.4},
    {.kind = DIST_TRIANGULAR, .low = 1.7, .mode = 1.7, .high = 9.4, .min = 2, .max = 9},
    {.kind = DIST_TRIANGULAR, .low = 1.7, .mode = 9.4, .high = 9.4},
    {.kind = DIST_PERT, .low = 8, .mode = 16, .high = 40},
    {.kind = DIST_PERT, .low = 8, .mode = 8, .high = 40, .min = 8.5, .max = 39},
    {.kind = DIST_PERT, .low = 8, .mode = 40, .high = 40},
    {.kind = DIST_EMPIRICAL, .value = steps, .n = COUNT(steps)},
    {.kind = DIST_EMPIRICAL, .value = steps, .n = COUNT(steps), .min = -1, .max = 8},
    {.kind = DIST_DISCRETE, .cumulative = sums, .n = COUNT(sums)},
};

/* From the smallest u that can be to the largest. */
static double grid(size_t i, size_t n)
{
    static const double tails[] = {0x1p-1000, 1e-300, 1e-20, 0x1p-53,
                                   1e-12,     1e-6,   1e-5,  1e-4};
    if (i < COUNT(tails))
        return tails[i];
    if (n - 1 - i < COUNT(tails))
        return fmin(1 - tails[n - 1 - i], 1 - 0x1p-53);
    return ((double)i + 0.5) / (double)n;
}

Test(distribution, a_quantile_never_falls_and_stays_within_the_bounds)
{
    enum { N = 20000 };
    for (size_t i = 0; i < COUNT(laws); i++) {
        struct distribution law = ready(laws[i]);
        double last = -INFINITY;
        for (size_t k = 0; k < N; k++) {
            double x = distribution_quantile(&law, grid(k, N));
            cr_assert(x >= last, "law %zu: %.17g after %.17g", i, x, last);
            cr_assert(x >= law.min && x <= law.max && isfinite(x), "law %zu: %g", i, x);
            last = x;
        }
    }
}

/* P(X <= x) of the truncated law. */
static double truncated_cdf(const struct distribution *law, double x)
{
    double p = (distribution_cdf(law, x) - law->u_low) / (law->u_high - law->u_low);
    return fmin(fmax(p, 0), 1);
}

Test(distribution, a_quantile_is_the_inverse_of_the_law)
{
    enum { N = 3000 };
    for (size_t i = 0; i < COUNT(laws); i++) {
        struct distribution law = ready(laws[i]);
        bool jumps = law.kind == DIST_DISCRETE || law.kind == DIST_EMPIRICAL;
        for (size_t k = 1; k < N; k++) {
            double u = (double)k / N + 1e-9, x = distribution_quantile(&law, u);
            double p = truncated_cdf(&law, x);
            if (jumps)
                cr_expect(p >= u && truncated_cdf(&law, nextafter(x, -INFINITY)) < u,
                          "law %zu at %g: %g", i, u, x);
            else
                cr_expect(fabs(p - u) < 1e-9, "law %zu at %g: %g", i, u, p);
        }
    }
}

/* The mean over the midpoints of u against what is known of it. */
Test(distribution, means_are_those_of_the_laws)
{
    static const struct {
        struct distribution law;
        double want, within;
    } cases[] = {
        {{.kind = DIST_PERT, .low = 8, .mode = 16, .high = 40}, 112.0 / 6, 1e-5},
        {{.kind = DIST_TRIANGULAR, .low = 8, .mode = 16, .high = 40}, 64.0 / 3, 1e-5},
        {{.kind = DIST_UNIFORM, .low = 8, .high = 40}, 24, 1e-9},
        {{.kind = DIST_LOGNORMAL, .median = 2.95, .sigma = 0.2}, 3.0095939, 1e-4},
        {{.kind = DIST_NORMAL, .mean = 2.95, .sd = 0.2}, 2.95, 1e-9},
        /* mean + sd phi(0) / 0.5 above the mean */
        {{.kind = DIST_NORMAL, .mean = 2, .sd = 0.5, .min = 2, .max = 1e15},
         2 + 0.5 * 0.7978845608,
         1e-4},
        {{.kind = DIST_EMPIRICAL, .value = steps, .n = COUNT(steps)}, 2.5625, 1e-9},
        {{.kind = DIST_EMPIRICAL, .value = steps, .n = 8, .min = -1, .max = 8},
         11.5 / 6,
         1e-9},
        /* 0.1 x 1 + 0.5 x 2 + 0.1 x 3 */
        {{.kind = DIST_DISCRETE, .cumulative = sums, .n = 4}, 1.4, 1e-9},
    };
    enum { N = 240000 };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct distribution law = ready(cases[i].law);
        double sum = 0;
        for (size_t k = 0; k < N; k++)
            sum += distribution_quantile(&law, ((double)k + 0.5) / N);
        cr_expect(fabs(sum / N - cases[i].want) < cases[i].within,
                  "case %zu: %.9g, wanted %.9g", i, sum / N, cases[i].want);
    }
}

Test(distribution, what_leaves_the_range_of_numbers_is_held_there)
{
    struct distribution law = ready(
        (struct distribution){.kind = DIST_LOGNORMAL, .median = 1e14, .sigma = 9});
    cr_expect(eq(dbl, distribution_quantile(&law, 1 - 0x1p-53), 1e15));
}

Test(distribution, what_is_wrong_is_said)
{
    const double none = -INFINITY, all = INFINITY;
    static const double only[] = {3};
    const struct {
        struct distribution law;
        const char *message;
    } cases[] = {
        {{DIST_NORMAL, .sd = 0, .min = none, .max = all}, "sd: 0 is not above 0"},
        {{DIST_NORMAL, .sd = -0.5, .min = none, .max = all}, "sd: -0.5 is not above 0"},
        {{DIST_NORMAL, .sd = NAN, .min = none, .max = all},
         "sd: it is not within -1e15 and 1e15"},
        {{DIST_NORMAL, .mean = 2e15, .sd = 1, .min = none, .max = all},
         "mean: it is not within -1e15 and 1e15"},
        {{DIST_LOGNORMAL, .median = 0, .sigma = 1, .min = none, .max = all},
         "median: 0 is not above 0"},
        {{DIST_LOGNORMAL, .median = 3, .sigma = 0, .min = none, .max = all},
         "sigma: 0 is not above 0"},
        {{DIST_LOGNORMAL, .median = 3, .sigma = 20, .min = none, .max = all},
         "sigma: it is above 10; it is the spread of the logarithm: 0.2 is about 20 %"},
        {{DIST_UNIFORM, .low = 3, .high = 3, .min = none, .max = all},
         "min: 3 is not below max, which is 3"},
        {{DIST_TRIANGULAR, .low = 3, .mode = 2.5, .high = 4, .min = none, .max = all},
         "min: 3 is not at most mode, which is 2.5"},
        {{DIST_PERT, .low = 3, .mode = 4.5, .high = 4, .min = none, .max = all},
         "mode: 4.5 is not at most max, which is 4"},
        {{DIST_PERT, .low = 3, .mode = INFINITY, .high = 4, .min = none, .max = all},
         "mode: it is not within -1e15 and 1e15"},
        {{DIST_DISCRETE, .min = none, .max = all}, "there are no values"},
        {{DIST_EMPIRICAL, .value = only, .n = 1, .min = 4, .max = all},
         "no value lies between min and max"},
        {{DIST_NORMAL, .mean = 1, .sd = 0.1, .min = 2, .max = 1},
         "min: 2 is not below max, which is 1"},
        {{DIST_NORMAL, .mean = 1, .sd = 0.1, .min = 2, .max = all},
         "less than a millionth of the law lies between min and max; move them, or the "
         "law"},
        {{DIST_UNIFORM, .low = 1, .high = 2, .min = 2, .max = 3},
         "less than a millionth of the law lies between min and max; move them, or the "
         "law"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct distribution law = cases[i].law;
        struct error err = {0};
        bool ok = distribution_init(&law, &err);
        cr_expect(not(ok), "case %zu", i);
        cr_expect(eq(str, err.text, (char *)cases[i].message), "case %zu", i);
    }
}
