/*
 * Jobs arrive independently of each other, at a constant rate, and take times of one
 * distribution: the demand of the closed forms M/M/c, M/G/1, Erlang, Kaufman-Roberts.
 *
 * Each job takes three uniforms, whatever the parameters, and each turns one into its
 * gap, size and duration by inversion: so two runs that differ in a parameter share
 * their randomness.
 */

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "base/model.h"

#define US_PER_D 86400e6

struct poisson {
    double rate_per_d;
    int64_t gpus; /* 0: from sizes, or 1 */
    struct table sizes;
    int64_t duration_ms; /* mean */
    int service;
    double cv;
};

struct poisson_state {
    int64_t now_us; /* a finer grid than ms, so that rounding gaps makes no bias */
};

enum { CONSTANT, EXPONENTIAL, LOGNORMAL };
static const char *const services[] = {
    [CONSTANT] = "constant",
    [EXPONENTIAL] = "exponential",
    [LOGNORMAL] = "lognormal",
    NULL,
};

static const struct param params[] = {
    {PARAM_REAL_IN(DIM_PER_DAY, struct poisson, "rate", rate_per_d, "24 /d", 0, 1e9,
                   "jobs that arrive per day, in the mean")},
    {PARAM_COUNT(struct poisson, "gpus", gpus, "", 1, MODEL_GPUS_MAX,
                 "GPUs of every job; 1 where sizes is not given either")},
    {PARAM_MAP(struct poisson, "sizes", sizes, "", 0, 1e12,
               "weight of each number of GPUs, such as {1: 0.7, 8: 0.3}")},
    {PARAM_TIME(struct poisson, "duration", duration_ms, "1h", 1, 3.2e12,
                "how long a job runs, in the mean")},
    {PARAM_ONE_OF(struct poisson, "service", service, services, "exponential",
                  "distribution of the durations")},
    {PARAM_NUMBER(struct poisson, "cv", cv, "1", 0, 100,
                  "standard deviation / mean of lognormal durations")},
    PARAMS_END,
};

static bool check(const void *self, struct error *err)
{
    const struct poisson *given = self;
    if (given->gpus > 0 && given->sizes.n > 0)
        return error_set(err, "give 'gpus' or 'sizes', not both");
    return model_check_sizes(&given->sizes, err);
}

/* A duration whose mean is 1. */
static double relative_duration(const struct poisson *given, double uniform)
{
    if (given->service == CONSTANT)
        return 1;
    if (given->service == EXPONENTIAL)
        return -log(uniform);
    double variance = log1p(given->cv * given->cv);
    return exp(sqrt(variance) * gsl_cdf_ugaussian_Pinv(uniform) - variance / 2);
}

static bool next(const void *self, void *state_, struct rng *rng, struct job_draw *job)
{
    const struct poisson *given = self;
    struct poisson_state *state = state_;
    if (given->rate_per_d <= 0)
        return false;

    double gap_us = -log(rng_uniform(rng)) / given->rate_per_d * US_PER_D;
    double size_uniform = rng_uniform(rng), service_uniform = rng_uniform(rng);
    if (gap_us > 1e18)
        return false;
    state->now_us += llround(gap_us);

    double duration_ms =
        (double)given->duration_ms * relative_duration(given, service_uniform);
    job->submit_ms = state->now_us / 1000;
    job->duration_ms = llround(fmin(fmax(duration_ms, 1), 1e18));
    job->gpus = given->gpus > 0 ? given->gpus : 1;
    if (given->sizes.n > 0)
        job->gpus = (int64_t)model_pick(&given->sizes, size_uniform);
    return true;
}

const struct model demand_poisson = {
    .kind = MODEL_DEMAND,
    .name = "poisson",
    .summary = "jobs arrive as a Poisson process of constant rate",
    .source =
        "Erlang (1909, 1917); Kendall (1953), Annals of Mathematical Statistics 24",
    .params = params,
    .params_size = sizeof(struct poisson),
    .state_size = sizeof(struct poisson_state),
    .check = check,
    .demand = {.next = next},
};
