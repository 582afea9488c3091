/*
 * Jobs arrive as a Poisson process whose rate follows the day, the week and growth;
 * their sizes come from a table, their durations are lognormal.
 *
 *     rate(t) = jobs_per_day * day(hour) * week(weekday) * (1 + growth)^(t / 365 d)
 *
 * day and week have the mean 1 over a week.  Arrivals are drawn by thinning (Lewis and
 * Shedler 1979, "Simulation of nonhomogeneous Poisson processes by thinning", Naval
 * Research Logistics Quarterly 26): candidates at a day's highest rate, of which each
 * stays with probability rate(t) / highest.  A day's end forgets the candidate under
 * way, as the exponential distribution allows.
 *
 * Defaults.  Durations: Microsoft Philly 2017, mean 18,006 s, median 874 s (quoted),
 * sigma^2 = 2 ln(mean / median) (derived).  Sizes: shares of jobs in the public Philly
 * trace (derived).  Rhythm: peak to trough 2 to 3, weekends 0.7 to 0.8 (derived); its
 * hours are assumed.
 */

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "base/model.h"

#define HOURS    24
#define US_PER_D INT64_C(86400000000)
#define US_PER_H (US_PER_D / HOURS)

struct profile {
    double jobs_per_d;
    double growth_frac_per_y;
    struct table hours;
    double peak_hour;
    double peak_to_trough;
    double weekend;
    int64_t utc_offset_ms;
    struct table sizes;
    int64_t median_ms, mean_ms, longest_ms;
    double size_exponent;
};

struct profile_state {
    int64_t now_us;
    int64_t horizon_us;
    int64_t local_us; /* local time at time 0, since a Monday's midnight */
    double mean_hour; /* of the table */
    double peak_hour; /* its largest, relative to the mean; or the sinusoid's crest */
    double mean_day;  /* of the week's factors */
};

static const struct param params[] = {
    {PARAM_NUMBER(struct profile, "jobs_per_day", jobs_per_d, "1000", 0, 1e9,
                  "jobs per day at the start, averaged over a week")},
    {PARAM_REAL_IN(DIM_FRAC_PER_Y, struct profile, "growth", growth_frac_per_y, "0 %/y",
                   -0.99, 100,
                   "growth of the rate within a year, compounded continuously")},
    {PARAM_MAP(
        struct profile, "hours", hours, "", 0, 1e12,
        "relative rate of each hour of the day, 24 values; replaces the sinusoid")},
    {PARAM_NUMBER(struct profile, "peak_hour", peak_hour, "15", 0, 24,
                  "hour of the day at which the sinusoid is highest")},
    {PARAM_NUMBER(struct profile, "peak_to_trough", peak_to_trough, "2.5", 1, 1e6,
                  "highest rate of the day / lowest; 1 is no rhythm")},
    {PARAM_NUMBER(struct profile, "weekend", weekend, "0.75", 0, 1000,
                  "rate on Saturday and Sunday / rate on other days")},
    {PARAM_TIME(struct profile, "utc_offset", utc_offset_ms, "0h", -14.0 * MS_PER_H,
                14.0 * MS_PER_H, "local time less UTC, as -8h for California")},
    {PARAM_MAP(struct profile, "sizes", sizes,
               "{1: 0.932, 2: 0.022, 4: 0.023, 8: 0.02, 16: 0.0024, 32: 0.0008}", 0,
               1e12, "weight of each number of GPUs")},
    {PARAM_TIME(struct profile, "median", median_ms, "874s", 1, 3.2e12,
                "median duration of jobs on one GPU")},
    {PARAM_TIME(struct profile, "mean", mean_ms, "18006s", 1, 3.2e12,
                "mean duration of jobs on one GPU, before `longest` cuts")},
    {PARAM_TIME(struct profile, "longest", longest_ms, "60d", 1, 3.2e12,
                "a longer job is ended there")},
    {PARAM_NUMBER(struct profile, "size_exponent", size_exponent, "0", -3, 3,
                  "durations grow with GPUs to this power")},
    PARAMS_END,
};

static bool check(const void *self, struct error *err)
{
    const struct profile *given = self;
    if (given->mean_ms < given->median_ms)
        return error_set(err, "mean: a lognormal mean is not below its median");
    return model_check_hours(&given->hours, err) &&
           model_check_sizes(&given->sizes, err);
}

static void start(const void *self, void *state_, const struct demand_setting *setting)
{
    const struct profile *given = self;
    struct profile_state *state = state_;
    state->horizon_us = setting->horizon_ms * 1000;
    state->local_us = model_week_ms(setting, given->utc_offset_ms) * 1000;
    state->mean_day = (5 + 2 * given->weekend) / 7;

    double ratio = given->peak_to_trough;
    state->peak_hour = 2 * ratio / (ratio + 1);
    double largest = 0, sum = 0;
    for (size_t i = 0; i < given->hours.n; i++) {
        sum += given->hours.y[i];
        largest = fmax(largest, given->hours.y[i]);
    }
    if (sum > 0) {
        state->mean_hour = sum / HOURS;
        state->peak_hour = largest / state->mean_hour;
    }
}

static double day_factor(const struct profile *given, const struct profile_state *state,
                         int64_t us_of_day)
{
    if (given->hours.n > 0)
        return given->hours.y[us_of_day / US_PER_H] / state->mean_hour;
    return model_sinusoid(given->peak_to_trough, given->peak_hour,
                          (double)us_of_day / (double)US_PER_H);
}

static double growth_factor(const struct profile *given, int64_t t_us)
{
    double years = (double)t_us / (365.0 * (double)US_PER_D);
    return exp(years * log1p(given->growth_frac_per_y));
}

/* jobs_per_day times week and growth: all but the hour's factor. */
static double level_per_d(const struct profile *given,
                          const struct profile_state *state, int64_t weekday,
                          int64_t t_us)
{
    double week = weekday >= 5 ? given->weekend : 1;
    return given->jobs_per_d * week / state->mean_day * growth_factor(given, t_us);
}

static void draw_job(const struct profile *given, const double uniform[2],
                     struct job_draw *job)
{
    double gpus = given->sizes.n > 0 ? model_pick(&given->sizes, uniform[0]) : 1;
    double sigma = sqrt(2 * log((double)given->mean_ms / (double)given->median_ms));
    double duration_ms = (double)given->median_ms *
                         exp(sigma * gsl_cdf_ugaussian_Pinv(uniform[1])) *
                         pow(gpus, given->size_exponent);
    job->gpus = (int64_t)gpus;
    job->duration_ms = llround(fmin(fmax(duration_ms, 1), (double)given->longest_ms));
}

/*
 * One candidate of the day under way: true when it stays.  Every candidate takes four
 * uniforms, used or not, so that sweeps of sizes and durations share their arrivals.
 */
static bool try_candidate(const struct profile *given, struct profile_state *state,
                          struct rng *rng, struct job_draw *job)
{
    double uniform[4];
    for (int i = 0; i < 4; i++)
        uniform[i] = rng_uniform(rng);

    int64_t local_us = state->local_us + state->now_us;
    int64_t day_begin_us = local_us / US_PER_D * US_PER_D - state->local_us;
    int64_t day_end_us = day_begin_us + US_PER_D;
    int64_t weekday = local_us / US_PER_D % 7;
    int64_t busiest_us = given->growth_frac_per_y > 0 ? day_end_us : state->now_us;
    double highest = level_per_d(given, state, weekday, busiest_us) * state->peak_hour;

    double gap_us = -log(uniform[0]) / highest * (double)US_PER_D;
    if (!(gap_us < (double)(day_end_us - state->now_us))) {
        state->now_us = day_end_us;
        return false;
    }
    state->now_us += (int64_t)gap_us;
    double rate = level_per_d(given, state, weekday, state->now_us) *
                  day_factor(given, state, state->now_us - day_begin_us);
    if (uniform[1] * highest >= rate)
        return false;
    job->submit_ms = state->now_us / 1000;
    draw_job(given, uniform + 2, job);
    return true;
}

static bool next(const void *self, void *state_, struct rng *rng, struct job_draw *job)
{
    const struct profile *given = self;
    struct profile_state *state = state_;
    while (state->now_us < state->horizon_us)
        if (try_candidate(given, state, rng, job))
            return true;
    return false;
}

const struct model demand_profile = {
    .kind = MODEL_DEMAND,
    .name = "profile",
    .summary = "jobs arrive at a rate that follows day, week and growth; sizes from a "
               "table, lognormal durations",
    .source =
        "Lewis and Shedler (1979), Naval Research Logistics Quarterly 26; defaults "
        "from Microsoft Philly (Jeon et al., ATC'19)",
    .params = params,
    .params_size = sizeof(struct profile),
    .state_size = sizeof(struct profile_state),
    .check = check,
    .start = start,
    .demand = {.next = next},
};
