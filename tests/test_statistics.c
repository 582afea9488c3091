#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>

#include "base/rng.h"
#include "coverage.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void near(const char *what, double got, double expected, double off)
{
    cr_expect(fabs(got - expected) <= off, "%s: %.10g, not %.10g", what, got, expected);
}

/* ---- factors ---- */

Test(statistics, student_factors_are_those_of_the_printed_tables)
{
    static const struct {
        double confidence, df, factor;
    } cases[] = {
        {0.95, 1, 12.7062},    {0.95, 2, 4.30265},  {0.95, 9, 2.262157},
        {0.99, 5, 4.03214},    {0.9, 30, 1.697261}, {0.95, 999, 1.962341},
        {0.95, 1e9, 1.959964}, {0.5, 4, 0.740697},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        near("t", student_factor(cases[i].confidence, cases[i].df), cases[i].factor,
             6e-6 * cases[i].factor);
    near("z", normal_factor(0.95), 1.959963985, 1e-9);
}

/* ---- means ---- */

static const double eight[] = {2.385, -0.71, 14.03, 3.9, 3.9, 8.277, 0.151, 5.5};

Test(statistics, a_mean_has_the_interval_of_student)
{
    struct mean_estimate got;
    estimate_mean(eight, 8, 1, 0.95, &got);
    cr_expect(got.n == 8 && got.units == 8);
    near("mean", got.mean, 4.679125, 1e-12);
    near("sd", got.sd, 4.737103830024055, 1e-12);
    near("error", got.standard_error, 1.6748191206973877, 1e-12);
    near("low", got.ci.low, 0.7188070901676546, 1e-6);
    near("high", got.ci.high, 8.639442909832345, 1e-6);
    near("min", got.min, -0.71, 0);
    near("max", got.max, 14.03, 0);
}

Test(statistics, dependent_values_count_as_one_unit)
{
    struct mean_estimate got;
    estimate_mean(eight, 8, 2, 0.95, &got);
    cr_expect(got.n == 8 && got.units == 4);
    near("mean", got.mean, 4.679125, 1e-12);
    near("sd of the values", got.sd, 4.737103830024055, 1e-12);
    near("error", got.standard_error, 1.7923232290219493, 1e-12);
    near("low", got.ci.low, -1.024847438076062, 1e-6);
    near("high", got.ci.high, 10.383097438076062, 1e-6);
}

Test(statistics, an_incomplete_last_unit_is_left_out)
{
    double values[9];
    for (int i = 0; i < 8; i++)
        values[i] = eight[i];
    values[8] = 1e6;
    struct mean_estimate whole, more;
    estimate_mean(eight, 8, 4, 0.9, &whole);
    estimate_mean(values, 9, 4, 0.9, &more);
    cr_expect(memcmp(&whole, &more, sizeof whole) == 0);
    double sorted[9];
    cr_expect(eq(sz, sample_sort(values, 9, 4, sorted), 8));
    cr_expect(sorted[7] < 1e6);
}

Test(statistics, without_a_complete_unit_there_is_a_mean_but_no_interval)
{
    struct mean_estimate got;
    estimate_mean(eight, 8, 9, 0.95, &got);
    cr_expect(got.n == 8 && got.units == 1);
    near("mean", got.mean, 4.679125, 1e-12);
    cr_expect(isnan(got.standard_error) && isnan(got.ci.low) && isnan(got.ci.high));
    struct proportion miss;
    estimate_miss(eight, 8, 9, NAN, 5, 0.95, &miss);
    cr_expect(miss.hits == 3 && isnan(miss.ci.low));
    double sorted[8];
    size_t n = sample_sort(eight, 8, 9, sorted);
    struct interval ci = quantile_interval_units(eight, 8, 9, sorted, n, 0.5, 0.95);
    cr_expect(isnan(ci.low) && isnan(ci.high));
}

Test(statistics, missing_values_make_units_of_unequal_size)
{
    const double values[] = {2.385, -0.71, NAN, 3.9,  3.9,  8.277,
                             NAN,   NAN,   5.5, 1.25, 4.75, 0.5};
    struct mean_estimate got;
    estimate_mean(values, 12, 3, 0.95, &got);
    cr_expect(got.n == 9 && got.units == 4);
    near("mean", got.mean, 3.3057777777777777, 1e-12);
    near("error", got.standard_error, 1.1389393121205331, 1e-12);
}

Test(statistics, values_that_are_not_there_do_not_count)
{
    const double holes[] = {NAN, 2.385, -0.71, NAN, 14.03, 3.9,
                            3.9, 8.277, 0.151, 5.5, NAN};
    struct mean_estimate got, want;
    estimate_mean(holes, COUNT(holes), 1, 0.95, &got);
    estimate_mean(eight, 8, 1, 0.95, &want);
    cr_expect(memcmp(&got, &want, sizeof got) == 0);
    estimate_mean(holes, 1, 1, 0.95, &got);
    cr_expect(got.n == 0 && isnan(got.mean) && isnan(got.min) && isnan(got.sd));
    estimate_mean(holes, 0, 1, 0.95, &got);
    cr_expect(got.n == 0 && isnan(got.mean));
    estimate_mean(holes, 2, 1, 0.95, &got);
    cr_expect(got.n == 1 && got.mean == 2.385 && isnan(got.sd) && isnan(got.ci.low));
}

Test(statistics, equal_values_have_no_error_however_large)
{
    double values[1000];
    for (int i = 0; i < 1000; i++)
        values[i] = 0.1 + 123456789012.0;
    struct mean_estimate got;
    estimate_mean(values, 1000, 1, 0.95, &got);
    cr_expect(got.mean == values[0] && got.sd == 0 && got.standard_error == 0);
    cr_expect(got.ci.low == values[0] && got.ci.high == values[0]);
}

Test(statistics, a_large_offset_costs_no_digits)
{
    double near_zero[5000], far[5000];
    struct rng rng;
    rng_init(&rng, (struct rng_key){41, 0, "statistics", "offset"});
    for (int i = 0; i < 5000; i++) {
        near_zero[i] = floor(1024 * rng_uniform(&rng)) / 1024;
        far[i] = 0x1p40 + near_zero[i]; /* exact */
    }
    struct mean_estimate small, large;
    estimate_mean(near_zero, 5000, 5, 0.95, &small);
    estimate_mean(far, 5000, 5, 0.95, &large);
    near("mean", large.mean - 0x1p40, small.mean, 0x1p-12);
    near("error", large.standard_error, small.standard_error, 1e-9);
    near("sd", large.sd, small.sd, 1e-7);
}

/* ---- quantiles ---- */

Test(statistics, a_quantile_is_the_value_of_the_smallest_rank_at_or_above_p_n)
{
    static const struct {
        size_t n;
        double p;
        size_t rank;
    } cases[] = {
        {100, 0.07, 7}, {100, 0.99, 99},    {100, 0.501, 51}, {20, 0.95, 19},
        {7, 0.5, 4},    {1, 0.99, 1},       {3, 0, 1},        {3, 1, 3},
        {10, 0.7, 7},   {1000, 0.289, 289},
    };
    double sorted[1000];
    for (int i = 0; i < 1000; i++)
        sorted[i] = i + 1.385;
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect(sample_quantile(sorted, cases[i].n, cases[i].p) ==
                      (double)cases[i].rank + 0.385,
                  "p %g of %zu", cases[i].p, cases[i].n);
    cr_expect(isnan(sample_quantile(sorted, 0, 0.5)));
}

/* Computed with fractions from the binomial distribution. */
static const struct ranks {
    size_t n;
    double p, confidence;
    size_t low, high; /* 0 and n + 1: no limit */
    double covered;   /* of a continuous distribution */
} ranks[] = {
    {100, 0.5, 0.95, 40, 61, 0.9647997997822951},
    {50, 0.5, 0.95, 18, 33, 0.9671608624357315},
    {100, 0.95, 0.95, 90, 100, 0.9826070607121813},
    {59, 0.05, 0.95, 0, 8, 0.9911362570110953},
    {59, 0.95, 0.9, 53, 59, 0.9241336173409366},
    {200, 0.95, 0.9, 185, 196, 0.9291975708238187},
    {5, 0.5, 0.95, 0, 6, 1},
    {6, 0.5, 0.95, 1, 6, 0.96875},
    {333, 0.05, 0.95, 9, 26, 0.9688673545504659},
    {73, 0.37, 0.99, 17, 39, 0.9926439829205262},
    {1000, 0.99, 0.95, 983, 997, 0.9760947634979771},
};

Test(statistics, limits_of_a_quantile_have_binomial_ranks)
{
    double sorted[1000];
    for (int i = 0; i < 1000; i++)
        sorted[i] = i + 1;
    for (size_t i = 0; i < COUNT(ranks); i++) {
        const struct ranks *r = &ranks[i];
        struct interval ci = quantile_interval(sorted, r->n, r->p, r->confidence);
        cr_expect(r->low == 0 ? isnan(ci.low) : ci.low == (double)r->low,
                  "n %zu p %g: low %g, not %zu", r->n, r->p, ci.low, r->low);
        cr_expect(r->high > r->n ? isnan(ci.high) : ci.high == (double)r->high,
                  "n %zu p %g: high %g, not %zu", r->n, r->p, ci.high, r->high);
    }
}

Test(statistics, limits_are_there_for_millions_of_values)
{
    enum { N = 10000000 };
    double *sorted = malloc(N * sizeof *sorted);
    for (int i = 0; i < N; i++)
        sorted[i] = i + 1;
    const double p[] = {0.4995, 0.5, 0.001};
    for (size_t i = 0; i < COUNT(p); i++) {
        struct interval ci = quantile_interval(sorted, N, p[i], 0.95);
        double half = 1.959964 * sqrt(N * p[i] * (1 - p[i]));
        near("low", ci.low, N * p[i] - half, 3);
        near("high", ci.high, N * p[i] + half, 3);
    }
    free(sorted);
    struct interval ci = proportion_interval(N / 2, N, 0.95);
    near("low share", ci.low, 0.5 - 0.98 / sqrt(N), 2e-7);
    near("high share", ci.high, 0.5 + 0.98 / sqrt(N), 2e-7);
}

/* Exponential values, or whole numbers with many ties. */
static double draw(struct rng *rng, bool ties)
{
    double x = -log(rng_uniform(rng));
    return ties ? floor(3 * x) : x;
}

static double true_quantile(double p, bool ties)
{
    return ties ? ceil(-3 * log1p(-p)) - 1 : -log1p(-p);
}

Test(statistics, quantile_intervals_cover_as_often_as_the_binomial_distribution_says)
{
    enum { STUDIES = 2000 };
    double values[1000], sorted[1000];
    for (size_t i = 0; i < COUNT(ranks); i++) {
        const struct ranks *r = &ranks[i];
        if (r->low == 0 && r->high > r->n)
            continue;
        struct coverage smooth = {0}, tied = {0};
        for (int study = 0; study < STUDIES; study++)
            for (int ties = 0; ties < 2; ties++) {
                struct rng rng;
                rng_init(&rng, (struct rng_key){i, (uint64_t)study, "quantile", ""});
                for (size_t k = 0; k < r->n; k++)
                    values[k] = draw(&rng, ties);
                size_t n = sample_sort(values, r->n, 1, sorted);
                struct interval ci = quantile_interval(sorted, n, r->p, r->confidence);
                if (isnan(ci.low))
                    ci.low = -INFINITY;
                cover(ties ? &tied : &smooth, ci, true_quantile(r->p, ties));
            }
        char what[80];
        snprintf(what, sizeof what, "quantile %g of %zu exponential values", r->p,
                 r->n);
        expect_coverage(what, &smooth, r->covered, r->covered);
        expect_coverage("  with ties", &tied, r->covered, 1);
    }
}

/* ---- dependent designs: of one input, with u and 1 - u, or in strata ---- */

enum design { PLAIN, PAIRS, STRATA };
enum { STRATUM = 25 };

/* A lognormal value, of which the design rules the larger part. */
enum { RULED = 60, NOISE = 20 }; /* percent of sigma */

static double response(double u, double noise)
{
    return exp(0.01 * (RULED * gsl_cdf_ugaussian_Pinv(u) + NOISE * noise));
}

static void sample(enum design design, uint64_t study, double *value, size_t n)
{
    struct rng rng;
    rng_init(&rng, (struct rng_key){7, study, "design", ""});
    size_t order[STRATUM];
    double u = 0;
    for (size_t k = 0; k < n; k++) {
        size_t s = k % STRATUM;
        if (s == 0) {
            for (size_t i = 0; i < STRATUM; i++)
                order[i] = i;
            gsl_ran_shuffle(&rng.gsl, order, STRATUM, sizeof order[0]);
        }
        double fresh = rng_uniform(&rng);
        if (design == STRATA)
            u = ((double)order[s] + fresh) / STRATUM;
        else
            u = design == PAIRS && k % 2 == 1 ? 1 - u : fresh;
        value[k] = response(u, gsl_ran_gaussian(&rng.gsl, 1));
    }
}

static const struct {
    const char *name;
    size_t unit;
} designs[] = {{"plain", 1}, {"antithetic", 2}, {"stratified", STRATUM}};

static double sigma(void)
{
    return 0.01 * sqrt(RULED * RULED + NOISE * NOISE);
}

static double true_mean(void)
{
    return exp(sigma() * sigma() / 2);
}

static double true_cvar(double p)
{
    double z = gsl_cdf_ugaussian_Pinv(p);
    return true_mean() * gsl_cdf_ugaussian_P(sigma() - z) / (1 - p);
}

static const double at[] = {0.05, 0.2, 0.5, 0.9};

struct seen {
    struct coverage mean, naive, miss, quantiles[COUNT(at)];
};

static void see(enum design d, uint64_t study, struct seen *seen)
{
    enum { N = 400 };
    double value[N], sorted[N];
    sample(d, study, value, N);
    size_t unit = designs[d].unit, n = sample_sort(value, N, unit, sorted);
    struct mean_estimate got;
    estimate_mean(value, N, unit, 0.95, &got);
    cover(&seen->mean, got.ci, true_mean());
    estimate_mean(value, N, 1, 0.95, &got);
    cover(&seen->naive, got.ci, true_mean());
    for (size_t i = 0; i < COUNT(at); i++)
        cover(&seen->quantiles[i],
              quantile_interval_units(value, N, unit, sorted, n, at[i], 0.95),
              exp(sigma() * gsl_cdf_ugaussian_Pinv(at[i])));
    struct proportion share;
    estimate_miss(value, N, unit, NAN, exp(sigma() * gsl_cdf_ugaussian_Pinv(0.9)), 0.95,
                  &share);
    cover(&seen->miss, share.ci, 0.1);
}

Test(statistics, intervals_of_dependent_designs_cover_and_are_narrower)
{
    double width[COUNT(designs)] = {0};
    for (enum design d = PLAIN; d <= STRATA; d++) {
        struct seen seen = {0};
        for (uint64_t study = 0; study < 1500; study++)
            see(d, study, &seen);
        char what[80];
        width[d] = seen.mean.width;
        snprintf(what, sizeof what, "%s, mean", designs[d].name);
        expect_coverage(what, &seen.mean, 0.93, 0.95);
        if (d != PLAIN)
            cr_expect(covered(&seen.naive) > 0.97, "units make no difference");
        for (size_t i = 0; i < COUNT(at); i++) {
            snprintf(what, sizeof what, "%s, quantile %g", designs[d].name, at[i]);
            expect_coverage(what, &seen.quantiles[i], 0.95, 0.985);
        }
        snprintf(what, sizeof what, "%s, share beyond a target", designs[d].name);
        expect_coverage(what, &seen.miss, 0.95, 1);
    }
    cr_expect(width[PAIRS] < 0.7 * width[PLAIN] && width[STRATA] < 0.7 * width[PLAIN]);
}

Test(statistics, values_that_go_together_widen_the_interval)
{
    enum { STUDIES = 2000, UNITS = 12, UNIT = 8, N = UNITS * UNIT };
    struct coverage units = {0}, naive = {0}, median = {0};
    for (uint64_t study = 0; study < STUDIES; study++) {
        struct rng rng;
        rng_init(&rng, (struct rng_key){3, study, "cluster", ""});
        double value[N], sorted[N], common = 0;
        for (int k = 0; k < N; k++) {
            if (k % UNIT == 0)
                common = gsl_ran_gaussian(&rng.gsl, 1);
            value[k] = 2.385 + common + gsl_ran_gaussian(&rng.gsl, 0.7);
        }
        struct mean_estimate got, plain;
        estimate_mean(value, N, UNIT, 0.95, &got);
        estimate_mean(value, N, 1, 0.95, &plain);
        cover(&units, got.ci, 2.385);
        cover(&naive, plain.ci, 2.385);
        size_t n = sample_sort(value, N, UNIT, sorted);
        cover(&median, quantile_interval_units(value, N, UNIT, sorted, n, 0.5, 0.95),
              2.385);
    }
    expect_coverage("12 clusters, mean", &units, 0.95, 0.95);
    expect_coverage("12 clusters, median", &median, 0.93, 0.97);
    cr_expect(covered(&naive) < 0.7, "independent they are not: %g", covered(&naive));
}

/* ---- the tail ---- */

Test(statistics, cvar_is_the_mean_of_the_worst_with_a_fraction_of_the_last)
{
    double sorted[20];
    for (int i = 0; i < 20; i++)
        sorted[i] = 1.5 * (i + 1);
    near("the worst of 20", cvar(sorted, 20, 0.95), 30, 1e-12);
    near("two and a half of ten", cvar(sorted, 10, 0.75), 1.5 * 9.2, 1e-12);
    near("all", cvar(sorted, 10, 0), 1.5 * 5.5, 1e-12);
    near("less than one", cvar(sorted, 10, 0.97), 15, 1e-12);
    near("of one value", cvar(sorted, 1, 0.95), 1.5, 0);
    cr_expect(isnan(cvar(sorted, 0, 0.95)));
}

/* Of few values in the tail the error would look far too small. */
Test(statistics, a_small_tail_has_no_interval)
{
    double value[400], sorted[400];
    struct mean_estimate got;
    sample(PLAIN, 1, value, 400);
    for (size_t n = 399; n <= 400; n++) {
        size_t n_sorted = sample_sort(value, n, 1, sorted);
        estimate_cvar(value, n, 1, sorted, n_sorted, 0.95, 0.95, &got);
        cr_expect(fabs(got.mean - cvar(sorted, n, 0.95)) < 1e-9);
        cr_expect(isnan(got.ci.low) == (n < 400) && isnan(got.ci.high) == (n < 400) &&
                  isnan(got.standard_error) == (n < 400));
    }
}

Test(statistics, the_error_of_cvar_is_that_of_its_influence_function)
{
    enum { STUDIES = 1000, N = 800 };
    for (enum design d = PLAIN; d <= STRATA; d++) {
        struct coverage coverage = {0};
        for (uint64_t study = 0; study < STUDIES; study++) {
            double value[N], sorted[N];
            sample(d, study, value, N);
            size_t unit = designs[d].unit, n = sample_sort(value, N, unit, sorted);
            struct mean_estimate got;
            estimate_cvar(value, N, unit, sorted, n, 0.9, 0.95, &got);
            cr_assert(fabs(got.mean - cvar(sorted, n, 0.9)) < 1e-9);
            cover(&coverage, got.ci, true_cvar(0.9));
        }
        char what[80];
        snprintf(what, sizeof what, "%s, CVaR 90 %%", designs[d].name);
        expect_coverage(what, &coverage, 0.92, 0.96);
    }
}

/* ---- proportions ---- */

Test(statistics, proportions_have_the_published_exact_limits)
{
    /* Newcombe, Statistics in Medicine 17, 1998, method 5 */
    static const struct {
        int64_t hits, n;
        double low, high;
    } cases[] = {{81, 263, 0.2527, 0.3676},
                 {15, 148, 0.0578, 0.1617},
                 {0, 20, 0, 0.1684},
                 {1, 29, 0.0009, 0.1776}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct interval ci = proportion_interval(cases[i].hits, cases[i].n, 0.95);
        near("low", ci.low, cases[i].low, 5e-5);
        near("high", ci.high, cases[i].high, 5e-5);
        ci = proportion_interval(cases[i].n - cases[i].hits, cases[i].n, 0.95);
        near("1 - high", 1 - ci.low, cases[i].high, 5e-5);
    }
    cr_expect(isnan(proportion_interval(0, 0, 0.95).low));
}

Test(statistics, a_miss_is_on_either_side_of_what_is_wanted)
{
    struct proportion got;
    estimate_miss(eight, 8, 1, NAN, 3.9, 0.95, &got);
    cr_expect(got.hits == 3 && got.n == 8 && got.share == 0.375);
    cr_expect(got.ci.low == proportion_interval(3, 8, 0.95).low);
    estimate_miss(eight, 8, 1, 0.151, NAN, 0.95, &got);
    cr_expect(got.hits == 1);
    estimate_miss(eight, 8, 1, 0.2, 5.5, 0.95, &got);
    cr_expect(got.hits == 4);
    const double none[] = {NAN, NAN};
    estimate_miss(none, 2, 1, 0.2, 5.5, 0.95, &got);
    cr_expect(got.n == 0 && isnan(got.share) && isnan(got.ci.high));
}

Test(statistics, no_miss_in_dependent_units_is_worth_half_as_many_values)
{
    struct proportion got;
    estimate_miss(eight, 8, 2, NAN, 100, 0.95, &got);
    cr_expect(got.hits == 0 && got.share == 0 && got.ci.low == 0);
    near("high", got.ci.high, proportion_interval(0, 4, 0.95).high, 1e-12);
}

/* ---- pairs ---- */

Test(statistics, pairs_are_judged_by_their_differences)
{
    double a[8];
    for (int i = 0; i < 8; i++)
        a[i] = eight[i] + 1.25 + (i % 2 ? 0.125 : -0.125);
    struct paired got;
    estimate_paired(a, eight, 8, 1, 0.95, &got);
    cr_expect(got.n == 8);
    near("mean", got.mean_difference, 1.25, 1e-12);
    near("error", got.standard_error, 0.125 / sqrt(7), 1e-12);
    near("half-width", got.ci.high - 1.25, 2.364624 * 0.125 / sqrt(7), 1e-6);
    cr_expect(got.correlation > 0.999 && got.correlation <= 1);
    /* Welch's interval, 14 degrees of freedom but for a trifle */
    near("unpaired", got.unpaired_half_width, 2.1448 * 1.6748 * sqrt(2), 0.02);
}

Test(statistics, pairs_need_both_values)
{
    const double a[] = {2.5, NAN, 4.25, 5, 1}, b[] = {1.5, 3, NAN, 2, 4};
    struct paired got;
    estimate_paired(a, b, 5, 1, 0.95, &got);
    cr_expect(got.n == 3);
    near("mean", got.mean_difference, (1.0 + 3 - 3) / 3, 1e-12);
    estimate_paired(a, b, 3, 1, 0.95, &got);
    cr_expect(got.n == 1 && isnan(got.ci.low) && isnan(got.unpaired_half_width));
    estimate_paired(a, a, 1, 1, 0.95, &got);
    cr_expect(got.n == 1 && got.mean_difference == 0 && isnan(got.correlation));
}

Test(statistics, a_point_compared_with_itself_differs_by_nothing)
{
    struct paired got;
    estimate_paired(eight, eight, 8, 1, 0.95, &got);
    cr_expect(got.mean_difference == 0 && got.standard_error == 0);
    cr_expect(got.ci.low == 0 && got.ci.high == 0 && got.unpaired_half_width > 0);
    const double same[] = {2.5, 2.5, 2.5};
    estimate_paired(same, same, 3, 1, 0.95, &got);
    cr_expect(got.unpaired_half_width == 0 && isnan(got.correlation));
}

Test(statistics, paired_and_unpaired_intervals_cover_the_true_difference)
{
    enum { STUDIES = 2000, N = 30 };
    struct coverage paired = {0}, unpaired = {0};
    for (uint64_t study = 0; study < STUDIES; study++) {
        struct rng rng;
        rng_init(&rng, (struct rng_key){11, study, "pairs", ""});
        double a[N], b[N], apart[N];
        for (int k = 0; k < N; k++) {
            double common = gsl_ran_gaussian(&rng.gsl, 2);
            a[k] = 0.71 + common + gsl_ran_gaussian(&rng.gsl, 0.5);
            b[k] = common + gsl_ran_gaussian(&rng.gsl, 0.8);
            apart[k] = gsl_ran_gaussian(&rng.gsl, 2) + gsl_ran_gaussian(&rng.gsl, 0.8);
        }
        struct paired got;
        estimate_paired(a, b, N, 1, 0.95, &got);
        cover(&paired, got.ci, 0.71);
        estimate_paired(a, apart, N, 1, 0.95, &got);
        double half = got.unpaired_half_width, mean = got.mean_difference;
        cover(&unpaired, (struct interval){mean - half, mean + half}, 0.71);
    }
    expect_coverage("difference, paired", &paired, 0.95, 0.95);
    expect_coverage("difference, unpaired", &unpaired, 0.95, 0.95);
    double expected = sqrt(0.25 + 0.64) / sqrt(8 + 0.25 + 0.64);
    near("how much narrower", paired.width / unpaired.width, expected, 0.03 * expected);
}

Test(statistics, the_interval_of_a_normal_mean_covers_exactly)
{
    enum { STUDIES = 10000 };
    static const int sizes[] = {2, 5, 30};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct coverage coverage = {0};
        for (uint64_t study = 0; study < STUDIES; study++) {
            struct rng rng;
            rng_init(&rng, (struct rng_key){13, study, "normal", ""});
            double value[30];
            for (int k = 0; k < sizes[i]; k++)
                value[k] = 5.5 + gsl_ran_gaussian(&rng.gsl, 1.7);
            struct mean_estimate got;
            estimate_mean(value, (size_t)sizes[i], 1, 0.9, &got);
            cover(&coverage, got.ci, 5.5);
        }
        expect_coverage("mean of normal values, 90 %", &coverage, 0.9, 0.9);
    }
}
