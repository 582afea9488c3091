#include "models.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

TestSuite(poisson, .fini = empty_arena);
TestSuite(profile, .fini = empty_arena);

struct moments {
    double mean, variance;
};

static struct moments moments_of(const struct job_draw *jobs, size_t n,
                                 double (*value)(const struct job_draw *))
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++)
        sum += value(&jobs[i]);
    for (size_t i = 0; i < n; i++) {
        double off = value(&jobs[i]) - sum / (double)n;
        squares += off * off;
    }
    return (struct moments){sum / (double)n, squares / (double)(n - 1)};
}

static double duration_h(const struct job_draw *job)
{
    return (double)job->duration_ms / (double)MS_PER_H;
}

static double log_duration(const struct job_draw *job)
{
    return log((double)job->duration_ms);
}

static double gpus(const struct job_draw *job)
{
    return (double)job->gpus;
}

static const struct model *poisson(void)
{
    return model_find(MODEL_DEMAND, "poisson");
}

static const struct model *profile(void)
{
    return model_find(MODEL_DEMAND, "profile");
}

/* Within five standard errors: that of a Poisson count is its root. */
Test(poisson, arrivals_have_their_rate_and_scatter)
{
    size_t n;
    struct job_draw *jobs = draw(poisson(), "rate: 238.5 /d", 17, 1000 * MS_PER_D, &n);
    cr_expect(fabs((double)n - 238500) < 5 * sqrt(238500), "%zu jobs", n);

    /* Counts per day: variance = mean, with standard error sqrt(2 / 1000) of it. */
    static double counts[1000];
    for (size_t i = 0; i < n; i++)
        counts[jobs[i].submit_ms / MS_PER_D]++;
    double variance = 0;
    for (int i = 0; i < 1000; i++)
        variance += (counts[i] - 238.5) * (counts[i] - 238.5) / 1000;
    cr_expect(fabs(variance / 238.5 - 1) < 5 * sqrt(2.0 / 1000), "%g", variance);
}

Test(poisson, services_have_their_mean_and_spread)
{
    static const struct {
        const char *yaml;
        double mean, cv, kurtosis_bound;
    } cases[] = {
        {"{rate: 5000 /d, duration: 2.385h, service: constant}", 2.385, 0, 1},
        {"{rate: 5000 /d, duration: 2.385h, service: exponential}", 2.385, 1, 9},
        {"{rate: 5000 /d, duration: 2.385h, service: lognormal, cv: 0.5}", 2.385, 0.5,
         9},
        {"{rate: 5000 /d, duration: 2.385h, service: lognormal, cv: 0}", 2.385, 0, 1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t n;
        struct job_draw *jobs = draw(poisson(), cases[i].yaml, 17, 40 * MS_PER_D, &n);
        struct moments got = moments_of(jobs, n, duration_h);
        double sd = cases[i].cv * cases[i].mean, root = sqrt((double)n);
        cr_expect(fabs(got.mean - cases[i].mean) <= 5 * sd / root + 1e-9, "%s: %g",
                  cases[i].yaml, got.mean);
        double variance_error = sd * sd * sqrt((cases[i].kurtosis_bound - 1)) / root;
        cr_expect(fabs(got.variance - sd * sd) <= 5 * variance_error + 1e-12, "%s: %g",
                  cases[i].yaml, got.variance);
    }
}

Test(poisson, sizes_have_their_shares)
{
    size_t n;
    const char *yaml = "{rate: 5000 /d, sizes: {1: 5, 8: 3, 64: 0, 256: 2}}";
    struct job_draw *jobs = draw(poisson(), yaml, 17, 40 * MS_PER_D, &n);
    double seen[257] = {0};
    for (size_t i = 0; i < n; i++)
        seen[jobs[i].gpus]++;
    static const struct {
        int gpus;
        double share;
    } want[] = {{1, 0.5}, {8, 0.3}, {64, 0}, {256, 0.2}};
    for (size_t i = 0; i < COUNT(want); i++) {
        double p = want[i].share, error = sqrt(p * (1 - p) / (double)n);
        cr_expect(fabs(seen[want[i].gpus] / (double)n - p) <= 5 * error, "%d GPUs",
                  want[i].gpus);
    }
    cr_expect(eq(dbl, seen[1] + seen[8] + seen[256], (double)n));
}

Test(poisson, a_changed_parameter_leaves_the_other_draws_alone)
{
    size_t n, m;
    struct job_draw *a = draw(poisson(), "{gpus: 4}", 17, 50 * MS_PER_D, &n);
    struct job_draw *b =
        draw(poisson(), "{sizes: {2: 1, 3: 1}, duration: 2h}", 17, 50 * MS_PER_D, &m);
    cr_assert(eq(sz, n, m));
    for (size_t i = 0; i < n; i++) {
        cr_assert(eq(i64, a[i].submit_ms, b[i].submit_ms));
        cr_assert(eq(i64, a[i].gpus, 4));
        cr_assert(llabs(b[i].duration_ms - 2 * a[i].duration_ms) <= 1, "job %zu", i);
    }
}

Test(poisson, the_ends_of_the_ranges_are_survived)
{
    size_t n;
    draw(poisson(), "rate: 0 /d", 17, 1000 * MS_PER_D, &n);
    cr_expect(eq(sz, n, 0));
    draw(poisson(), "rate: 1e-300 /d", 17, 1000 * MS_PER_D, &n);
    cr_expect(eq(sz, n, 0));
    struct job_draw *jobs = draw(poisson(),
                                 "{rate: 1e9 /d, duration: 3.2e12ms, gpus: 10000000, "
                                 "service: lognormal, cv: 100}",
                                 17, MS_PER_S, &n);
    cr_expect(fabs((double)n - 1e9 / 86400) < 5 * sqrt(1e9 / 86400), "%zu", n);
    cr_expect(eq(i64, jobs[n - 1].gpus, 10000000));
    draw(poisson(), "{duration: 1ms}", 17, 10 * MS_PER_D, &n);
}

Test(poisson, contradictions_are_refused)
{
    static const struct {
        const char *yaml, *message;
    } cases[] = {
        {"{gpus: 2, sizes: {1: 1}}", "give 'gpus' or 'sizes', not both"},
        {"{sizes: {0: 1}}", "sizes: 0 is not a whole number of GPUs of 1 to 10000000"},
        {"{sizes: {1.5: 1}}",
         "sizes: 1.5 is not a whole number of GPUs of 1 to 10000000"},
        {"{sizes: {1: 0, 2: 0}}", "sizes: the weights must have a sum above 0"},
        {"{sizes: {1: -1}}", "m:1:13: sizes: -1 is below 0"},
        {"{rate: 5}", "m:1:8: rate: '5' needs a unit, as in '130 /d'"},
        {"{service: uniform}",
         "m:1:11: service: 'uniform' is not one of constant, exponential, lognormal"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect(eq(str, (char *)complaint(MODEL_DEMAND, "poisson", cases[i].yaml),
                     (char *)cases[i].message));
}

/* A year of full weeks (364 d): the mean rate is what was asked for. */
Test(profile, the_mean_rate_is_kept_whatever_the_rhythm)
{
    static const char *const cases[] = {
        "{jobs_per_day: 238.5}",
        "{jobs_per_day: 238.5, peak_to_trough: 1, weekend: 1}",
        "{jobs_per_day: 238.5, peak_to_trough: 1000, peak_hour: 3.7, weekend: 0}",
        "{jobs_per_day: 238.5, weekend: 3, utc_offset: -8h}",
        ("{jobs_per_day: 238.5, hours: "
         "[1,0,0,0,0,0,0,2,3,4,5,6,7,8,9,8,7,6,5,4,3,2,1,1]}"),
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t n;
        draw(profile(), cases[i], 17, 364 * MS_PER_D, &n);
        double want = 238.5 * 364;
        cr_expect(fabs((double)n - want) < 5 * sqrt(want), "%s: %zu", cases[i], n);
    }
}

static void count_by_hour_and_weekday(const struct job_draw *jobs, size_t n,
                                      int64_t offset_ms, double by_hour[24],
                                      double by_weekday[7])
{
    memset(by_hour, 0, 24 * sizeof *by_hour);
    memset(by_weekday, 0, 7 * sizeof *by_weekday);
    for (size_t i = 0; i < n; i++) {
        int64_t local = 1767225600000 + jobs[i].submit_ms + offset_ms;
        by_hour[local % MS_PER_D / MS_PER_H]++;
        by_weekday[calendar_weekday(local)]++;
    }
}

Test(profile, day_and_week_follow_their_curve_in_local_time)
{
    size_t n;
    struct job_draw *jobs =
        draw(profile(),
             "{jobs_per_day: 1000, peak_to_trough: 3, weekend: 0.75, utc_offset: 5h}",
             17, 364 * MS_PER_D, &n);
    double by_hour[24], by_weekday[7];
    count_by_hour_and_weekday(jobs, n, 5 * MS_PER_H, by_hour, by_weekday);
    for (int hour = 0; hour < 24; hour++) {
        /* The mean of 1 + a cos over the hour. */
        double from = 2 * 3.14159265358979323846 * (hour - 15) / 24, step = from;
        step = 2 * 3.14159265358979323846 / 24;
        double factor = 1 + 0.5 * (sin(from + step) - sin(from)) / step;
        double want = 364000.0 / 24 * factor;
        cr_expect(fabs(by_hour[hour] - want) < 5 * sqrt(want), "hour %d: %g, not %g",
                  hour, by_hour[hour], want);
    }
    for (int day = 0; day < 7; day++) {
        double want = 52000 * (day >= 5 ? 0.75 : 1) / (6.5 / 7);
        cr_expect(fabs(by_weekday[day] - want) < 5 * sqrt(want), "day %d: %g, not %g",
                  day, by_weekday[day], want);
    }
}

Test(profile, a_table_of_hours_replaces_the_sinusoid)
{
    size_t n;
    struct job_draw *jobs =
        draw(profile(),
             "{jobs_per_day: 1000, weekend: 0, hours: [0,0,0,0,0,0,0,"
             "0,0,2,1,0,0,0,0,0,0,0,0,0,0,0,0,0]}",
             17, 70 * MS_PER_D, &n);
    double by_hour[24], by_weekday[7];
    count_by_hour_and_weekday(jobs, n, 0, by_hour, by_weekday);
    cr_expect(eq(dbl, by_hour[9] + by_hour[10], (double)n));
    double error = sqrt(2.0 / 9 / (double)n);
    cr_expect(fabs(by_hour[9] / (double)n - 2.0 / 3) < 5 * error, "%g", by_hour[9]);
    cr_expect(eq(dbl, by_weekday[5] + by_weekday[6], 0));
}

Test(profile, growth_compounds)
{
#define FLAT "{jobs_per_day: 23.85, peak_to_trough: 1, weekend: 1, "
    static const struct {
        const char *yaml;
        double rate;
    } cases[] = {
        {FLAT "growth: 150 %/y}", 1.5},
        {FLAT "growth: -60 %/y}", -0.6},
        {FLAT "growth: 3000 %/y}", 30},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t n;
        draw(profile(), cases[i].yaml, 17, 728 * MS_PER_D, &n);
        double years = 728.0 / 365, k = log1p(cases[i].rate);
        double want = 23.85 * 365 * expm1(k * years) / k;
        cr_expect(fabs((double)n - want) < 5 * sqrt(want), "%zu, not %g", n, want);
    }
}

Test(profile, durations_have_their_median_and_mean)
{
    size_t n;
    struct job_draw *jobs =
        draw(profile(), "{longest: 3.2e12ms, sizes: {1: 1}}", 17, 200 * MS_PER_D, &n);
    struct moments got = moments_of(jobs, n, log_duration);
    double variance = 2 * log(18006.0 / 874);
    cr_expect(fabs(got.mean - log(874e3)) < 5 * sqrt(variance / (double)n), "%g",
              got.mean);
    cr_expect(fabs(got.variance - variance) < 5 * variance * sqrt(2 / (double)n), "%g",
              got.variance);
}

Test(profile, longer_jobs_are_ended_at_the_cap)
{
    size_t n, at_cap = 0;
    struct job_draw *jobs =
        draw(profile(), "{longest: 6h, sizes: {1: 1}}", 17, 200 * MS_PER_D, &n);
    for (size_t i = 0; i < n; i++) {
        cr_assert(jobs[i].duration_ms <= 6 * MS_PER_H, "job %zu", i);
        at_cap += jobs[i].duration_ms == 6 * MS_PER_H;
    }
    double sigma = sqrt(2 * log(18006.0 / 874));
    double p = gsl_cdf_ugaussian_Q(log(21600.0 / 874) / sigma);
    cr_expect(fabs((double)at_cap - p * (double)n) < 5 * sqrt(p * (1 - p) * (double)n),
              "%zu of %zu", at_cap, n);
}

Test(profile, a_size_exponent_stretches_larger_jobs)
{
    size_t n, m;
    struct job_draw *flat = draw(profile(), "{sizes: {16: 1}}", 17, 30 * MS_PER_D, &n);
    struct job_draw *longer =
        draw(profile(), "{sizes: {16: 1}, size_exponent: 0.5, longest: 240d}", 17,
             30 * MS_PER_D, &m);
    cr_assert(eq(sz, n, m));
    for (size_t i = 0; i < n; i++) {
        cr_assert(eq(i64, flat[i].submit_ms, longer[i].submit_ms));
        bool cut = flat[i].duration_ms == 60 * MS_PER_D;
        cr_assert(cut || llabs(longer[i].duration_ms - 4 * flat[i].duration_ms) <= 2,
                  "job %zu: %lld", i, (long long)longer[i].duration_ms);
    }
}

Test(profile, default_sizes_are_those_of_philly)
{
    size_t n;
    struct job_draw *jobs = draw(profile(), "{}", 17, 200 * MS_PER_D, &n);
    struct moments got = moments_of(jobs, n, gpus);
    double shares = 0.932 + 0.022 + 0.023 + 0.02 + 0.0024 + 0.0008;
    double want =
        (0.932 + 2 * 0.022 + 4 * 0.023 + 8 * 0.02 + 16 * 0.0024 + 32 * 0.0008) / shares;
    cr_expect(fabs(got.mean - want) < 5 * sqrt(got.variance / (double)n), "%g, not %g",
              got.mean, want);
}

Test(profile, no_jobs_are_no_jobs)
{
    size_t n;
    draw(profile(), "jobs_per_day: 0", 17, 3000 * MS_PER_D, &n);
    cr_expect(eq(sz, n, 0));
}

Test(profile, contradictions_are_refused)
{
    static const struct {
        const char *yaml, *message;
    } cases[] = {
        {"{mean: 1h, median: 2h}", "mean: a lognormal mean is not below its median"},
        {"{hours: [1, 2, 3]}", "hours: one value for each hour of 0 to 23 is wanted"},
        {"{hours: {1: 1, 2: 2}}",
         "hours: one value for each hour of 0 to 23 is wanted"},
        {"{hours: [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]}",
         "hours: one value at least must be above 0"},
        {"{growth: -100 %/y}", "m:1:10: growth: -100 %/y is below -99 %/y"},
        {"{sizes: {2.5: 1}}",
         "sizes: 2.5 is not a whole number of GPUs of 1 to 10000000"},
        {"{rate: 5 /d}", "m:1:2: unknown key 'rate'"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect(eq(str, (char *)complaint(MODEL_DEMAND, "profile", cases[i].yaml),
                     (char *)cases[i].message));
}
