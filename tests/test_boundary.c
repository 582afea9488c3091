#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <gsl/gsl_randist.h>

#include "base/rng.h"
#include "coverage.h"
#include "study/boundary.h"

enum { POINTS = 5, N = 40 };
static const double x[POINTS] = {0, 1, 2.5, 4, 8};

static void near(const char *what, double got, double expected, double off)
{
    cr_expect(fabs(got - expected) <= off, "%s: %.10g, not %.10g", what, got, expected);
}

/* The differences of N replications around means; noise of one replication is common
 * to all x but for a part. */
static void draw(const double mean[POINTS], double common, double own, uint64_t study,
                 double difference[POINTS * N])
{
    struct rng rng;
    rng_init(&rng, (struct rng_key){29, study, "boundary", ""});
    for (int k = 0; k < N; k++) {
        double shared = gsl_ran_gaussian(&rng.gsl, 1);
        for (int i = 0; i < POINTS; i++)
            difference[i * N + k] =
                mean[i] + common * shared + own * gsl_ran_gaussian(&rng.gsl, 1);
    }
}

Test(boundary, without_noise_a_zero_is_where_the_line_crosses)
{
    static const double mean[POINTS] = {-3, -1.25, 0.5, 2, -1};
    double difference[POINTS * N];
    struct crossing got[2 * POINTS];
    draw(mean, 0, 0, 0, difference);
    cr_assert(eq(sz, boundary_find(x, POINTS, difference, N, 1, 0.95, got), 2));
    near("first", got[0].x, 1 + 1.5 * 1.25 / 1.75, 1e-12);
    near("second", got[1].x, 4 + 4 * 2.0 / 3, 1e-12);
    for (int i = 0; i < 2; i++) {
        near("low", got[i].band.low, got[i].x, 1e-7);
        near("high", got[i].band.high, got[i].x, 1e-7);
    }
    cr_expect(got[0].below == -1 && got[0].above == 1);
    cr_expect(got[1].below == 1 && got[1].above == -1);
}

Test(boundary, a_zero_on_the_grid_counts_once)
{
    static const struct {
        double mean[POINTS];
        size_t found;
        double x;
    } cases[] = {
        {{-1, -2, 0, 3, 1}, 1, 2.5}, /* crosses there */
        {{-1, 0, 0, 3, 1}, 1, 1.75}, /* in the middle of what is zero */
        {{1, 2, 0, 3, 1}, 1, NAN},   /* touches */
        {{0, 0, 0, 0, 0}, 1, NAN},   /* the same design twice */
        {{0, 2, 1, 3, 1}, 1, NAN},   /* touches at the edge */
        {{-1, -2, -3, -3, -1}, 0, NAN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double difference[POINTS * N];
        struct crossing got[2 * POINTS];
        draw(cases[i].mean, 0, 0, 0, difference);
        size_t n = boundary_find(x, POINTS, difference, N, 1, 0.95, got);
        cr_assert(n == cases[i].found, "case %zu: %zu found", i, n);
        if (n > 0)
            cr_expect(isnan(cases[i].x) ? isnan(got[0].x) : got[0].x == cases[i].x,
                      "case %zu: %g", i, got[0].x);
        if (n > 0 && isnan(cases[i].x))
            cr_expect(got[0].below == got[0].above);
    }
}

/* A line through 3.1 whose value at x has noise of variance 0.25 + own^2: by hand. */
Test(boundary, the_band_is_where_the_interval_of_the_difference_has_zero)
{
    double mean[POINTS], difference[POINTS * N];
    for (int i = 0; i < POINTS; i++)
        mean[i] = 0.8 * (x[i] - 3.1);
    struct crossing got[2 * POINTS];
    draw(mean, 0.5, 0, 3, difference);
    cr_assert(eq(sz, boundary_find(x, POINTS, difference, N, 1, 0.95, got), 1));
    /* the noise is the same at all x: the line moves up and down as a whole */
    struct mean_estimate at;
    estimate_mean(difference, N, 1, 0.95, &at);
    double offset = at.mean - mean[0], half = (at.ci.high - at.ci.low) / 2;
    near("zero", got[0].x, 3.1 - offset / 0.8, 1e-9);
    near("low", got[0].band.low, got[0].x - half / 0.8, 1e-6);
    near("high", got[0].band.high, got[0].x + half / 0.8, 1e-6);
}

Test(boundary, a_band_goes_on_beyond_the_grid_where_nothing_is_sure)
{
    static const double mean[POINTS] = {-0.05, 0.02, 0.04, 0.1, 40};
    double difference[POINTS * N];
    struct crossing got[2 * POINTS];
    draw(mean, 1, 0.3, 5, difference);
    size_t n = boundary_find(x, POINTS, difference, N, 1, 0.95, got);
    cr_assert(n >= 1);
    cr_expect(isnan(got[0].band.low), "the first point is undecided: %g",
              got[0].band.low);
    cr_expect(got[0].band.high > 4 && got[0].band.high < 5, "%g", got[0].band.high);
}

Test(boundary, close_to_zero_without_crossing_is_undecided)
{
    static const double mean[POINTS] = {9, 3, 0.001, 3, 9};
    double difference[POINTS * N];
    struct crossing got[2 * POINTS];
    draw(mean, 0, 0.2, 1, difference);
    for (int k = 0; k < N; k++) /* the mean there is surely above zero */
        difference[2 * N + k] = k % 2 ? 0.31 : -0.3;
    cr_assert(eq(sz, boundary_find(x, POINTS, difference, N, 1, 0.95, got), 1));
    cr_expect(isnan(got[0].x) && got[0].below == 1 && got[0].above == 1);
    cr_expect(got[0].band.low < 2.5 && got[0].band.low > 2.3, "%g", got[0].band.low);
    cr_expect(got[0].band.high > 2.5 && got[0].band.high < 2.7, "%g", got[0].band.high);
}

Test(boundary, the_band_covers_the_true_boundary)
{
    enum { STUDIES = 3000 };
    static const double truth[] = {0.6, 3.1, 6.9};
    for (size_t t = 0; t < 3; t++) {
        struct coverage coverage = {0};
        int zeros = 0;
        for (uint64_t study = 0; study < STUDIES; study++) {
            double mean[POINTS], difference[POINTS * N];
            struct crossing got[2 * POINTS];
            for (int i = 0; i < POINTS; i++)
                mean[i] = 1.5 * (x[i] - truth[t]);
            draw(mean, 1, 1.3, study, difference);
            size_t n = boundary_find(x, POINTS, difference, N, 1, 0.95, got);
            cr_assert(n >= 1);
            struct interval band = {isnan(got[0].band.low) ? -1 : got[0].band.low,
                                    isnan(got[n - 1].band.high) ? 9
                                                                : got[n - 1].band.high};
            cover(&coverage, band, truth[t]);
            for (size_t i = 0; i < n; i++)
                zeros += !isnan(got[i].x);
        }
        expect_coverage("boundary of a line", &coverage, 0.95, 0.95);
        near("one zero of each", zeros, STUDIES, 0.03 * STUDIES);
    }
}

Test(boundary, replications_with_a_hole_count_nowhere)
{
    static const double mean[POINTS] = {-3, -1.25, 0.5, 2, 4};
    double difference[POINTS * N], fewer[POINTS * (N - 2)];
    struct crossing got[2 * POINTS], want[2 * POINTS];
    draw(mean, 1, 0.4, 9, difference);
    for (int i = 0; i < POINTS; i++)
        for (int k = 0; k < N - 2; k++)
            fewer[i * (N - 2) + k] = difference[i * N + k];
    difference[3 * N + N - 1] = NAN;
    difference[0 * N + N - 2] = INFINITY;
    size_t n = boundary_find(x, POINTS, difference, N, 1, 0.95, got);
    cr_assert(eq(sz, boundary_find(x, POINTS, fewer, N - 2, 1, 0.95, want), n));
    cr_expect(n == 1 && got[0].x == want[0].x && got[0].band.low == want[0].band.low &&
              got[0].band.high == want[0].band.high);
}

Test(boundary, one_replication_has_a_zero_without_a_band)
{
    double difference[POINTS] = {-3, -1, 1, 2, 3};
    struct crossing got[2 * POINTS];
    cr_assert(eq(sz, boundary_find(x, POINTS, difference, 1, 1, 0.95, got), 1));
    cr_expect(got[0].x == 1.75 && isnan(got[0].band.low) && isnan(got[0].band.high));
    double one[] = {2, 3, 2.5, 2};
    cr_expect(eq(sz, boundary_find(x, 1, one, 4, 1, 0.95, got), 0));
    double none[POINTS] = {NAN, 1, 1, 1, 1};
    cr_expect(eq(sz, boundary_find(x, POINTS, none, 1, 1, 0.95, got), 0));
}

/* Units, as of antithetic pairs, are what the band counts. */
Test(boundary, dependent_replications_count_as_one)
{
    static const double mean[POINTS] = {-3, -1.25, 0.5, 2, 4};
    double once[POINTS * N], twice[2 * POINTS * N];
    struct crossing got[2 * POINTS], want[2 * POINTS];
    draw(mean, 1, 0.4, 9, once);
    for (int i = 0; i < POINTS * N; i++)
        twice[2 * i] = twice[2 * i + 1] = once[i];
    cr_assert(eq(sz, boundary_find(x, POINTS, once, N, 1, 0.95, want), 1));
    cr_assert(eq(sz, boundary_find(x, POINTS, twice, 2 * N, 2, 0.95, got), 1));
    near("low", got[0].band.low, want[0].band.low, 1e-9);
    near("high", got[0].band.high, want[0].band.high, 1e-9);
}
