/*
 * GPUs wanted by a service: a mean that follows the day, the week and growth, with
 * noise step by step.
 *
 *     level(t) = mean * day(hour) * week(weekday) * (1 + growth)^(t / 365 d) * noise(n)
 *
 * day and week have the mean 1 over a week; t is the beginning of step n.  The noise
 * has the mean 1 and the standard deviation `deviation`:
 *
 *     normal      1 + deviation Z(n), and never below 0
 *     lognormal   exp(s Z(n) - s^2 / 2),  s^2 = ln(1 + deviation^2)
 *
 * with Z stationary, standard normal and autoregressive of the first order (Box and
 * Jenkins 1970, "Time Series Analysis", chapter 3):
 *
 *     Z(n + 1) = r Z(n) + sqrt(1 - r^2) e,  e standard normal, by inversion
 *
 * The product of a daily profile, a weekly one and autocorrelated noise is the usual
 * model of the load of services (Gmach, Rolia, Cherkasova and Kemper 2007, "Workload
 * analysis and demand prediction of enterprise data center applications", IISWC).
 * Defaults are assumed: highest to lowest rate of the day 2.5 and weekends at 0.75, as
 * the demand model `profile` has them, noise of 10 % that is forgotten within hours.
 */

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "base/model.h"

#define HOURS 24

enum { NOISE_NORMAL, NOISE_LOGNORMAL };
static const char *const noises[] = {"normal", "lognormal", NULL};

struct level_profile {
    double mean_gpus;
    double growth_frac_per_y;
    struct table hours;
    double peak_hour, peak_to_trough, weekend;
    int64_t utc_offset_ms;
    int noise;
    double deviation_frac;
    double autocorrelation;
    int64_t step_ms;
};

struct level_profile_state {
    int64_t steps;    /* told so far */
    int64_t local_ms; /* local time at time 0, since a Monday's midnight */
    double mean_hour; /* of the table */
    double mean_day;  /* of the week's factors */
    double z;
};

#define IN struct level_profile

static const struct param params[] = {
    {PARAM_NUMBER(IN, "mean", mean_gpus, "100", 0, 1e7,
                  "GPUs wanted at the start, averaged over a week")},
    {PARAM_REAL_IN(DIM_FRAC_PER_Y, IN, "growth", growth_frac_per_y, "0 %/y", -0.99, 100,
                   "growth within a year, compounded continuously")},
    {PARAM_MAP(IN, "hours", hours, "", 0, 1e12,
               "relative level of each hour of the day, 24 values; replaces the "
               "sinusoid")},
    {PARAM_NUMBER(IN, "peak_hour", peak_hour, "15", 0, 24,
                  "hour of the day at which the sinusoid is highest")},
    {PARAM_NUMBER(IN, "peak_to_trough", peak_to_trough, "2.5", 1, 1e6,
                  "highest level of the day / lowest; 1 is no rhythm")},
    {PARAM_NUMBER(IN, "weekend", weekend, "0.75", 0, 1000,
                  "level on Saturday and Sunday / level on other days")},
    {PARAM_TIME(IN, "utc_offset", utc_offset_ms, "0h", -14.0 * MS_PER_H,
                14.0 * MS_PER_H, "local time less UTC, as -8h for California")},
    {PARAM_ONE_OF(IN, "noise", noise, noises, "normal", "law of the noise")},
    {PARAM_REAL_IN(DIM_FRAC, IN, "deviation", deviation_frac, "10 %", 0, 10,
                   "standard deviation of the noise over the level")},
    {PARAM_NUMBER(IN, "autocorrelation", autocorrelation, "0.9", 0, 1,
                  "of the noise from one step to the next; 0: none")},
    {PARAM_TIME(IN, "step", step_ms, "15min", 1000, 3.2e10, "how often it changes")},
    PARAMS_END,
};

static bool check(const void *self, struct error *err)
{
    return model_check_hours(&((const struct level_profile *)self)->hours, err);
}

static void start(const void *self, void *state_, const struct demand_setting *setting)
{
    const struct level_profile *given = self;
    struct level_profile_state *state = state_;
    state->local_ms = model_week_ms(setting, given->utc_offset_ms);
    state->mean_day = (5 + 2 * given->weekend) / 7;
    for (size_t i = 0; i < given->hours.n; i++)
        state->mean_hour += given->hours.y[i] / HOURS;
}

static double day_factor(const struct level_profile *given,
                         const struct level_profile_state *state, int64_t ms_of_day)
{
    if (given->hours.n > 0)
        return given->hours.y[ms_of_day / MS_PER_H] / state->mean_hour;
    return model_sinusoid(given->peak_to_trough, given->peak_hour,
                          (double)ms_of_day / (double)MS_PER_H);
}

static double noise_of(const struct level_profile *given, double z)
{
    double deviation = given->deviation_frac;
    if (given->noise == NOISE_NORMAL)
        return fmax(1 + deviation * z, 0);
    double variance = log1p(deviation * deviation);
    return exp(sqrt(variance) * z - variance / 2);
}

static bool next(const void *self, void *state_, struct rng *rng,
                 struct level_change *change)
{
    const struct level_profile *given = self;
    struct level_profile_state *state = state_;
    double r = given->autocorrelation;
    double fresh = gsl_cdf_ugaussian_Pinv(rng_uniform(rng));
    state->z = state->steps == 0 ? fresh : r * state->z + sqrt(1 - r * r) * fresh;

    change->at_ms = state->steps++ * given->step_ms;
    int64_t local_ms = state->local_ms + change->at_ms;
    double week = local_ms / MS_PER_D % 7 >= 5 ? given->weekend : 1;
    double years = (double)change->at_ms / (double)MS_PER_Y;
    change->gpus = given->mean_gpus * week / state->mean_day *
                   day_factor(given, state, local_ms % MS_PER_D) *
                   exp(years * log1p(given->growth_frac_per_y)) *
                   noise_of(given, state->z);
    return true;
}

const struct model level_profile = {
    .kind = MODEL_LEVEL,
    .name = "profile",
    .summary = "the GPUs that a service wants: a mean that follows day, week and "
               "growth, with autocorrelated noise",
    .source = "Box and Jenkins (1970), Time Series Analysis, chapter 3; Gmach, Rolia, "
              "Cherkasova and Kemper (2007), IISWC; defaults assumed",
    .params = params,
    .params_size = sizeof(struct level_profile),
    .state_size = sizeof(struct level_profile_state),
    .check = check,
    .start = start,
    .level = {.next = next},
};
