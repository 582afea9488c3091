#include "models.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <stdlib.h>

TestSuite(job_shape, .fini = empty_arena);
TestSuite(rhythm, .fini = empty_arena);
TestSuite(gamma, .fini = empty_arena);
TestSuite(mmpp, .fini = empty_arena);
TestSuite(sessions, .fini = empty_arena);

/* A Thursday, as tests/models.h has it. */
#define START_MS INT64_C(1767225600000)

static const struct model *model(const char *name)
{
    return model_find(MODEL_DEMAND, name);
}

static int by_value(const void *a, const void *b)
{
    const double *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

/*
 * Kolmogorov's distance of n durations in seconds from a law, times sqrt(n): above 1.95
 * with probability 0.001.
 */
static double distance(const struct job_draw *jobs, size_t n, double (*law)(double x_s))
{
    double *s = arena_alloc(&arena, n * sizeof *s), worst = 0;
    for (size_t i = 0; i < n; i++)
        s[i] = (double)jobs[i].duration_ms / 1000;
    qsort(s, n, sizeof *s, by_value);
    for (size_t i = 0; i < n; i++) {
        double p = law(s[i]);
        worst = fmax(worst, fmax(fabs(p - (double)i / (double)n),
                                 fabs(p - (double)(i + 1) / (double)n)));
    }
    return worst * sqrt((double)n);
}

static double lognormal_s(double x_s, double median_s, double mean_s)
{
    return gsl_cdf_lognormal_P(x_s, log(median_s), sqrt(2 * log(mean_s / median_s)));
}

static double law_lognormal(double x_s)
{
    return lognormal_s(x_s, 874, 18006);
}

static double law_exponential(double x_s)
{
    return gsl_cdf_exponential_P(x_s, 2385);
}

/* Mean 2,385 s and shape 0.7. */
static double law_weibull(double x_s)
{
    return gsl_cdf_weibull_P(x_s, 2385 / gsl_sf_gamma(1 + 1 / 0.7), 0.7);
}

/* Median 874 s and mean 3,000 s up to 7,200 s, beyond it a tail of exponent 1.3. */
static double law_pareto(double x_s)
{
    if (x_s <= 7200)
        return lognormal_s(x_s, 874, 3000);
    return 1 - (1 - lognormal_s(7200, 874, 3000)) * pow(7200 / x_s, 1.3);
}

static double law_mix(double x_s)
{
    return 0.85 * lognormal_s(x_s, 874, 3000) + 0.15 * lognormal_s(x_s, 172800, 259200);
}

/* {0: 10, 0.25: 100, 1: 5000}. */
static double law_empirical(double x_s)
{
    return x_s < 100 ? 0.25 * (x_s - 10) / 90 : 0.25 + 0.75 * (x_s - 100) / 4900;
}

Test(job_shape, durations_follow_their_law)
{
#define MANY "{rate: 20000 /d, longest: 3.2e12ms, "
    static const struct {
        const char *yaml;
        double (*law)(double x_s);
    } cases[] = {
        {MANY "service: lognormal}", law_lognormal},
        {MANY "service: exponential, mean: 2385s}", law_exponential},
        {MANY "service: weibull, mean: 2385s, weibull_shape: 0.7}", law_weibull},
        {MANY "service: pareto, median: 874s, mean: 3000s, tail_from: 2h, "
              "tail_exponent: 1.3}",
         law_pareto},
        {MANY "service: mix, median: 874s, mean: 3000s, long_share: 15 %, "
              "long_median: 2d, long_mean: 3d}",
         law_mix},
        {MANY "service: empirical, quantiles: {0: 10, 0.25: 100, 1: 5000}}",
         law_empirical},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t n;
        struct job_draw *jobs =
            draw(model("gamma"), cases[i].yaml, 2385 + i, 5 * MS_PER_D, &n);
        double got = distance(jobs, n, cases[i].law);
        cr_expect(got < 1.95, "%s: %g", cases[i].yaml, got);
        /* The test can fail: another law is told apart. */
        double (*other)(double) = cases[(i + 1) % COUNT(cases)].law;
        cr_expect(distance(jobs, n, other) > 1.95, "%s: not told apart", cases[i].yaml);
    }
}

Test(job_shape, a_constant_is_constant_and_longest_cuts)
{
    size_t n;
    struct job_draw *jobs =
        draw(model("mmpp"), "{service: constant, mean: 2385s}", 17, 3 * MS_PER_D, &n);
    for (size_t i = 0; i < n; i++)
        cr_assert(eq(i64, jobs[i].duration_ms, 2385000));
    jobs = draw(model("mmpp"), "{longest: 1h}", 17, 3 * MS_PER_D, &n);
    int64_t longest_ms = 0;
    for (size_t i = 0; i < n; i++)
        longest_ms =
            jobs[i].duration_ms > longest_ms ? jobs[i].duration_ms : longest_ms;
    cr_expect(eq(i64, longest_ms, MS_PER_H));
}

/* 15 % of the jobs are long, and those alone have 64 or 256 GPUs. */
Test(job_shape, long_jobs_have_sizes_of_their_own)
{
    size_t n, large = 0;
    struct job_draw *jobs = draw(model("gamma"),
                                 "{rate: 20000 /d, service: mix, long_share: 15 %, "
                                 "sizes: {1: 1}, long_sizes: {64: 3, 256: 1}, "
                                 "long_median: 2d, long_mean: 2d}",
                                 17, 5 * MS_PER_D, &n);
    for (size_t i = 0; i < n; i++) {
        cr_assert(jobs[i].gpus == 1 || jobs[i].duration_ms == 2 * MS_PER_D);
        large += jobs[i].gpus > 1;
    }
    double error = sqrt(0.15 * 0.85 / (double)n);
    cr_expect(fabs((double)large / (double)n - 0.15) < 5 * error, "%zu of %zu", large,
              n);
}

Test(job_shape, contradictions_are_refused)
{
    static const struct {
        const char *yaml, *message;
    } cases[] = {
        {"{mean: 1h, median: 2h}", "mean: a lognormal mean is not below its median"},
        {"{service: mix, long_mean: 1h}",
         "long_mean: a lognormal mean is not below its median"},
        {"{long_sizes: {8: 1}}", "long_sizes: is for `service: mix`"},
        {"{quantiles: {0: 1, 1: 2}}", "quantiles: is for `service: empirical`"},
        {"{service: empirical}", "quantiles: fractions from 0 to 1 are wanted, as in "
                                 "{0: 10, 0.5: 874, 1: 4e6}"},
        {"{service: empirical, quantiles: {0.1: 1, 1: 2}}",
         "quantiles: fractions from 0 to 1 are wanted, as in {0: 10, 0.5: 874, 1: "
         "4e6}"},
        {"{service: empirical, quantiles: {0: 3, 1: 2}}",
         "quantiles: the durations must not fall"},
        {"{sizes: {0: 1}}", "sizes: 0 is not a whole number of GPUs of 1 to 10000000"},
        {"{hours: [1, 2, 3]}", "hours: a list of 24 values is wanted"},
        {"{days: [0, 0, 0, 0, 0, 0, 0]}", "days: one value at least must be above 0"},
        {"{growth: -10 %/y, ceiling: 3}", "ceiling: is for growth, not for decline"},
    };
    static const char *const names[] = {"gamma", "mmpp", "sessions"};
    for (size_t k = 0; k < COUNT(names); k++)
        for (size_t i = 0; i < COUNT(cases); i++)
            cr_expect(eq(str, (char *)complaint(MODEL_DEMAND, names[k], cases[i].yaml),
                         (char *)cases[i].message));
    cr_expect(eq(str,
                 (char *)complaint(MODEL_DEMAND, "mmpp", "{rates: [1, 2], stays: [1]}"),
                 "rates, stays: two lists of equal length, 2 to 16 states, are wanted, "
                 "as in `rates: [400, 4000]` and `stays: [10, 2]`"));
    cr_expect(eq(str, (char *)complaint(MODEL_DEMAND, "sessions", "{gap_mean: 1min}"),
                 "gap_mean: a lognormal mean is not below its median"));
    cr_expect(eq(str,
                 (char *)complaint(MODEL_DEMAND, "sessions",
                                   "{rate: 100000 /d, jobs: 11, gap_mean: 1d}"),
                 "rate: 1000000 sessions would be under way at once, in the mean; 8192 "
                 "is the most"));
}

/* ---- rhythm ---- */

#define RATE "{cv: 1, rate: 238.5 /d, "

/* A year of full weeks: the mean rate is what was asked for. */
Test(rhythm, the_mean_rate_is_kept_whatever_the_rhythm)
{
    static const char *const cases[] = {
        RATE "}",
        RATE "peak_to_trough: 1000, peak_hour: 3.7, weekend: 0}",
        RATE "weekend: 3, utc_offset: -8h}",
        RATE "days: [1, 0, 0, 5, 0, 0, 2], utc_offset: 13.7h}",
        (RATE "hours: [1,0,0,0,0,0,0,2,3,4,5,6,7,8,9,8,7,6,5,4,3,2,1,1]}"),
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t n;
        draw(model("gamma"), cases[i], 17, 364 * MS_PER_D, &n);
        double want = 238.5 * 364;
        cr_expect(fabs((double)n - want) < 5 * sqrt(want), "%s: %zu", cases[i], n);
    }
}

Test(rhythm, hours_and_days_have_their_shares_in_local_time)
{
    size_t n;
    struct job_draw *jobs =
        draw(model("gamma"),
             (RATE "utc_offset: 5h, days: [1,2,3,4,5,6,0], hours: "
                   "[1,0,0,0,0,0,0,2,3,4,5,6,7,8,9,8,7,6,5,4,3,2,1,1]}"),
             17, 364 * MS_PER_D, &n);
    static const double hours[] = {1, 0, 0, 0, 0, 0, 0, 2, 3, 4, 5, 6,
                                   7, 8, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1};
    double by_hour[24] = {0}, by_day[7] = {0};
    for (size_t i = 0; i < n; i++) {
        int64_t local = START_MS + jobs[i].submit_ms + 5 * MS_PER_H;
        by_hour[local % MS_PER_D / MS_PER_H]++;
        by_day[calendar_weekday(local)]++;
    }
    for (int hour = 0; hour < 24; hour++) {
        double want = 238.5 * 364 * hours[hour] / 82;
        cr_expect(fabs(by_hour[hour] - want) <= 5 * sqrt(want), "hour %d: %g", hour,
                  by_hour[hour]);
    }
    for (int day = 0; day < 7; day++) {
        double want = 238.5 * 52 * 7 * (day == 6 ? 0 : day + 1) / 21;
        cr_expect(fabs(by_day[day] - want) <= 5 * sqrt(want), "day %d: %g", day,
                  by_day[day]);
    }
}

Test(rhythm, growth_compounds_or_levels_off)
{
    static const struct {
        const char *yaml;
        double rate, ceiling;
    } cases[] = {
        {RATE "growth: 150 %/y}", 1.5, 0},
        {RATE "growth: -60 %/y}", -0.6, 0},
        {RATE "growth: 3000 %/y, ceiling: 4.7}", 30, 4.7},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t n;
        draw(model("gamma"), cases[i].yaml, 17, 728 * MS_PER_D, &n);
        double years = 728.0 / 365, k = log1p(cases[i].rate), c = cases[i].ceiling;
        /* The integral of e^kt, or of the logistic: c/k ln((e^kt + c - 1) / c). */
        double area =
            c > 0 ? c / k * log((exp(k * years) + c - 1) / c) : expm1(k * years) / k;
        double want = 238.5 * 365 * area;
        cr_expect(fabs((double)n - want) < 5 * sqrt(want), "%s: %zu, not %g",
                  cases[i].yaml, n, want);
    }
}

/* From Thursday 2026-01-01: 30 days at 1, 20.4 days at 1.8, the rest at 1.8 x 0.7. */
Test(rhythm, jumps_stand_on_each_other_from_their_instant_on)
{
    size_t n;
    struct job_draw *jobs = draw(model("gamma"),
                                 "{cv: 1, rate: 2385 /d, jumps: {2026-01-31: 1.8, "
                                 "2026-02-20T09:36:00Z: 0.7}}",
                                 17, 100 * MS_PER_D, &n);
    const double first_d = 30, second_d = 50.4;
    double counts[3] = {0};
    for (size_t i = 0; i < n; i++) {
        double at_d = (double)jobs[i].submit_ms / (double)MS_PER_D;
        counts[at_d < first_d ? 0 : at_d < second_d ? 1 : 2]++;
    }
    const double want[] = {2385 * 30, 2385 * 1.8 * 20.4, 2385 * 1.8 * 0.7 * 49.6};
    for (int i = 0; i < 3; i++)
        cr_expect(fabs(counts[i] - want[i]) < 5 * sqrt(want[i]), "%d: %g, not %g", i,
                  counts[i], want[i]);
}

/* From 2026-01-01: the rate is that at the start, whatever came before. */
Test(rhythm, jumps_up_to_the_start_are_in_the_rate_already)
{
    size_t n, m;
    struct job_draw *with =
        draw(model("gamma"),
             "{cv: 1, rate: 238.5 /d, jumps: {2020-01-01: 2.3, 2026-01-01: 0.4, "
             "2026-01-08T00:00:00.001Z: 1.7}}",
             17, 30 * MS_PER_D, &n);
    struct job_draw *without =
        draw(model("gamma"),
             "{cv: 1, rate: 238.5 /d, jumps: {2026-01-08T00:00:00.001Z: 1.7}}", 17,
             30 * MS_PER_D, &m);
    cr_assert(eq(sz, n, m));
    for (size_t i = 0; i < n; i++)
        cr_assert(eq(i64, with[i].submit_ms, without[i].submit_ms), "job %zu", i);
}

Test(rhythm, a_rate_that_falls_to_nothing_ends_the_demand)
{
    static const char *const names[] = {"gamma", "mmpp", "sessions"};
    for (size_t k = 0; k < COUNT(names); k++) {
        size_t n;
        struct job_draw *jobs =
            draw(model(names[k]), "{jumps: {2026-01-08: 0}}", 17, 4000 * MS_PER_D, &n);
        cr_assert(n > 100, "%s", names[k]);
        bool sessions = k == 2; /* one under way goes on */
        cr_expect(jobs[n - 1].submit_ms < (sessions ? 30 : 7) * MS_PER_D, "%s",
                  names[k]);
    }
}

/* ---- gamma ---- */

struct gaps {
    double mean, cv, error; /* standard error of the mean, relative */
};

static struct gaps gaps_of(const struct job_draw *jobs, size_t n)
{
    double sum = 0, squares = 0;
    for (size_t i = 1; i < n; i++) {
        double gap = (double)(jobs[i].submit_ms - jobs[i - 1].submit_ms);
        sum += gap;
        squares += gap * gap;
    }
    double mean = sum / (double)(n - 1);
    double cv = sqrt(squares / (double)(n - 1) / (mean * mean) - 1);
    return (struct gaps){mean, cv, cv / sqrt((double)n)};
}

/* The rate is low, so that ms are fine beside a gap; but for cv 13, where most gaps are
 * shorter and the mean is what counts. */
Test(gamma, gaps_have_their_mean_and_coefficient_of_variation)
{
    static const double cvs[] = {0.05, 0.3, 1, 1.0001, 2.385, 5, 13.2};
    for (size_t i = 0; i < COUNT(cvs); i++) {
        char yaml[64];
        snprintf(yaml, sizeof yaml, "{rate: 24 /d, cv: %g}", cvs[i]);
        size_t n;
        struct job_draw *jobs =
            draw(model("gamma"), yaml, 17 + i, 20000 * MS_PER_D, &n);
        struct gaps got = gaps_of(jobs, n);
        cr_expect(fabs(got.mean / (double)MS_PER_H - 1) < 5 * got.error, "%s: %g", yaml,
                  got.mean);
        /* Kurtosis of a Gamma is 3 + 6 cv^2: relative error of the variance. */
        double error = sqrt((2 + 6 * cvs[i] * cvs[i]) / (double)n);
        cr_expect(fabs(got.cv * got.cv / (cvs[i] * cvs[i]) - 1) < 5 * error,
                  "%s: cv %g", yaml, got.cv);
    }
}

Test(gamma, another_burstiness_leaves_sizes_and_durations_alone)
{
    size_t n, m;
    struct job_draw *a = draw(model("gamma"), "{cv: 0.5}", 17, 50 * MS_PER_D, &n);
    struct job_draw *b =
        draw(model("gamma"), "{cv: 4, weekend: 0.2}", 17, 50 * MS_PER_D, &m);
    for (size_t i = 0; i < n && i < m; i++) {
        cr_assert(eq(i64, a[i].gpus, b[i].gpus));
        cr_assert(eq(i64, a[i].duration_ms, b[i].duration_ms));
    }
}

/* ---- mmpp ---- */

/*
 * Fischer and Meier-Hellstern (1993): with rates l1, l2 and mean stays s1, s2 the mean
 * rate is (l1 s1 + l2 s2) / (s1 + s2), and the variance of counts over their mean tends
 * to 1 + 2 (l1 - l2)^2 s1^2 s2^2 / ((s1 + s2)^2 (l1 s1 + l2 s2)).
 * With 2,385 and 17 jobs a day, 12 h and 36 h: 609 a day, and
 * 1 + 2 (2368)^2 0.5^2 1.5^2 / (2^2 x 1218) = 1,295.8.
 */
Test(mmpp, counts_have_the_mean_and_dispersion_of_theory)
{
    size_t n;
    struct job_draw *jobs = draw(model("mmpp"), "{rates: [2385, 17], stays: [12, 36]}",
                                 17, 20000 * MS_PER_D, &n);
    enum { WINDOWS = 200, DAYS = 100 };
    static double counts[WINDOWS];
    for (size_t i = 0; i < n; i++)
        counts[jobs[i].submit_ms / (DAYS * MS_PER_D)]++;
    double mean = (double)n / WINDOWS, variance = 0;
    for (int i = 0; i < WINDOWS; i++)
        variance += (counts[i] - mean) * (counts[i] - mean) / (WINDOWS - 1);
    double want = 609 * DAYS, dispersion = 1295.8;
    cr_expect(fabs(mean - want) < 5 * sqrt(dispersion * want / WINDOWS), "%g", mean);
    /* In 100 days the limit is near: the correlation lasts some days. */
    cr_expect(fabs(variance / mean / dispersion - 1) < 5 * sqrt(2.0 / WINDOWS), "%g",
              variance / mean);
}

/* Three states of which one is silent, stays 1, 2 and 3 h: (600 + 0 + 3 x 2400) / 6. */
Test(mmpp, each_state_has_its_share_of_time)
{
    size_t n;
    draw(model("mmpp"), "{rates: [600, 0, 2400], stays: [1, 2, 3]}", 17,
         5000 * MS_PER_D, &n);
    double got = (double)n / 5000;
    cr_expect(fabs(got / 1300 - 1) < 0.02, "%g", got);
}

/* Visits 1, 2, 1 of 4: time goes with v (4 - v) stay = 3, 8 and 9 parts of 20. */
Test(mmpp, visits_say_how_often_a_state_is_gone_to)
{
    size_t n;
    draw(model("mmpp"), "{rates: [600, 0, 2400], stays: [1, 2, 3], visits: [1, 2, 1]}",
         17, 5000 * MS_PER_D, &n);
    double got = (double)n / 5000, want = (3 * 600 + 9 * 2400) / 20.0;
    cr_expect(fabs(got / want - 1) < 0.02, "%g, not %g", got, want);
}

Test(mmpp, equal_rates_are_poisson)
{
    size_t n;
    struct job_draw *jobs =
        draw(model("mmpp"), "{rates: [238.5, 238.5], stays: [2, 9]}", 17,
             2000 * MS_PER_D, &n);
    struct gaps got = gaps_of(jobs, n);
    cr_expect(fabs(got.cv * got.cv - 1) < 5 * sqrt(8 / (double)n), "%g", got.cv);
    cr_expect(fabs((double)n - 477000) < 5 * sqrt(477000), "%zu", n);
}

/* ---- sessions ---- */

/* 23.85 sessions a day of 5.5 jobs; the variance of a geometric number is m (m - 1). */
Test(sessions, their_jobs_have_the_rate_of_both)
{
    size_t n;
    draw(model("sessions"),
         "{rate: 23.85 /d, jobs: 5.5, gap_median: 1min, gap_mean: 2min}", 17,
         5000 * MS_PER_D, &n);
    double sessions = 23.85 * 5000, want = sessions * 5.5;
    double error = sqrt(sessions * (5.5 * 5.5 + 5.5 * 4.5));
    cr_expect(fabs((double)n - want) < 5 * error, "%zu, not %g", n, want);
}

/* Sessions so rare that they do not overlap: jobs fall into groups with gaps of about
 * the median within, and the same size. */
Test(sessions, jobs_of_a_session_follow_each_other_and_share_their_size)
{
    size_t n, starts = 1, near = 0;
    struct job_draw *jobs = draw(model("sessions"),
                                 "{rate: 0.05 /d, jobs: 4, gap_median: 100s, gap_mean: "
                                 "100s, sizes: {1: 1, 2: 1, 4: 1, 8: 1}}",
                                 17, 40000 * MS_PER_D, &n);
    for (size_t i = 1; i < n; i++) {
        int64_t gap = jobs[i].submit_ms - jobs[i - 1].submit_ms;
        if (llabs(gap - 100000) <= 1) {
            near++;
            cr_expect(eq(i64, jobs[i].gpus, jobs[i - 1].gpus));
        } else {
            starts++;
        }
    }
    /* Of 2,000 sessions some overlap, and none of more than 4 jobs in the mean. */
    cr_expect(fabs((double)starts - 2000) < 5 * sqrt(2000), "%zu", starts);
    cr_expect(near > 5000 && near < 7000, "%zu", near);
}

/* 23,040 sessions a day of 61 jobs a minute apart: 960 at once; no room is wanting. */
Test(sessions, many_at_once_stay_in_order)
{
    size_t n;
    struct job_draw *jobs =
        draw(model("sessions"),
             "{rate: 23040 /d, jobs: 61, gap_median: 1min, gap_mean: 1min}", 17,
             2 * MS_PER_D, &n);
    for (size_t i = 1; i < n; i++)
        cr_assert(jobs[i].submit_ms >= jobs[i - 1].submit_ms);
    double want = 61 * 23040.0 * 2, ramp = 61 * 23040.0 / 24; /* the first hour fills */
    cr_expect(n < want && n > want - 1.3 * ramp, "%zu", n);
}
