/*
 * Jobs arrive with gaps that are independent and Gamma distributed: more regular than
 * Poisson below a coefficient of variation of 1, in bursts above it.  The rate follows
 * day, week and growth in operational time (base/rhythm.h).
 *
 * A Gamma gap of mean 1 and coefficient of variation c has the shape k = 1 / c^2 and
 * the scale c^2.  It is drawn by inversion, so that each job takes the same number of
 * uniforms: where x is so small that the first term of the series is exact in double,
 * x = (u Gamma(k+1))^(1/k) (Abramowitz and Stegun 6.5.29), else by safeguarded Newton
 * steps in ln x.
 */

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>

#include "base/model.h"

struct gamma_gaps {
    double rate_per_d;
    double cv;
    struct rhythm rhythm;
    struct job_shape shape;
};

struct gamma_state {
    struct rhythm_clock clock;
};

static const struct param params[] = {
    {PARAM_REAL_IN(DIM_PER_DAY, struct gamma_gaps, "rate", rate_per_d, "1000 /d", 0,
                   1e9, "jobs that arrive per day at the start, averaged over a week")},
    {PARAM_NUMBER(
        struct gamma_gaps, "cv", cv, "2", 0.05, 50,
        "standard deviation / mean of the gaps; 1 is Poisson, more is bursty")},
    RHYTHM_PARAMS(struct gamma_gaps),
    JOB_SHAPE_PARAMS(struct gamma_gaps, "lognormal"),
    PARAMS_END,
};

static bool check(const void *self, struct error *err)
{
    const struct gamma_gaps *given = self;
    return rhythm_check(&given->rhythm, err) && job_shape_check(&given->shape, err);
}

static void start(const void *self, void *state_, const struct demand_setting *setting)
{
    const struct gamma_gaps *given = self;
    struct gamma_state *state = state_;
    rhythm_start(&given->rhythm, setting->start_unix_ms, setting->horizon_ms,
                 &state->clock);
}

/* ln of the quantile of the Gamma distribution of shape k and scale 1. */
static double log_quantile(double k, double u)
{
    double log_x = (log(u) + gsl_sf_lngamma(k + 1)) / k;
    /* Next to 1 the series' second term, k x / (k + 1), is below half an ulp. */
    if (log_x < -37)
        return log_x;
    double low = log_x, high = fmax(log(2 * k + 100), log_x + 1);
    for (int i = 0; i < 200; i++) {
        double x = exp(log_x);
        double off =
            u < 0.5 ? gsl_cdf_gamma_P(x, k, 1) - u : (1 - u) - gsl_cdf_gamma_Q(x, k, 1);
        if (off > 0)
            high = log_x;
        else
            low = log_x;
        double slope = gsl_ran_gamma_pdf(x, k, 1) * x;
        double step = slope > 0 ? off / slope : INFINITY;
        if (fabs(step) < 1e-14 || high - low < 1e-14)
            break;
        double next = log_x - step;
        log_x = next > low && next < high ? next : (low + high) / 2;
    }
    return log_x;
}

/* A gap whose mean is 1. */
static double relative_gap(double cv, double u)
{
    if (cv == 1)
        return -log1p(-u);
    double k = 1 / (cv * cv);
    return exp(log_quantile(k, u) - log(k));
}

static bool next(const void *self, void *state_, struct rng *rng, struct job_draw *job)
{
    const struct gamma_gaps *given = self;
    struct gamma_state *state = state_;
    if (given->rate_per_d <= 0)
        return false;

    double uniform[1 + JOB_SHAPE_DRAWS];
    for (int i = 0; i < 1 + JOB_SHAPE_DRAWS; i++)
        uniform[i] = rng_uniform(rng);
    double gap_d = relative_gap(given->cv, uniform[0]) / given->rate_per_d;
    if (!rhythm_pass(&given->rhythm, &state->clock, gap_d))
        return false;
    job->submit_ms = state->clock.now_us / 1000;
    job_shape_draw(&given->shape, uniform + 1, &job->gpus, &job->duration_ms);
    return true;
}

const struct model demand_gamma = {
    .kind = MODEL_DEMAND,
    .name = "gamma",
    .summary = "jobs arrive with Gamma gaps of a given coefficient of variation, in "
               "the rhythm of day, week and growth",
    .source = "Wang et al., BurstGPT (KDD'25), for Gamma gaps of inference requests; "
              "Cinlar (1975) for the change of time; defaults from Microsoft Philly "
              "(Jeon et al., ATC'19)",
    .params = params,
    .params_size = sizeof(struct gamma_gaps),
    .state_size = sizeof(struct gamma_state),
    .check = check,
    .start = start,
    .demand = {.next = next},
};
