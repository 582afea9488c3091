#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_multimin.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>

#include "input/trace_fit_parts.h"

#define HALF_LN_2PI 0.91893853320467274178

/*
 * theta by law, of x = ln(duration in s):
 *   lognormal    mu, ln sigma
 *   exponential  ln mean
 *   constant     x
 *   weibull      ln k, ln scale
 *   pareto       mu, ln sigma, ln exponent; the tail begins at tail_x
 *   mix          logit of the long jobs' share, mu, ln sigma, and theirs
 */

struct fit_sample fit_sample(const double sorted[], size_t n, struct arena *arena)
{
    struct fit_sample sample = {.total = (double)n};
    size_t room = n < 20000 ? n : FIT_BINS;
    sample.x = ARENA_ARRAY(arena, room, double);
    sample.w = ARENA_ARRAY(arena, room, double);
    double low = sorted[0], width = (sorted[n - 1] - low) / FIT_BINS;
    size_t bin = SIZE_MAX;
    for (size_t i = 0; i < n; i++) {
        size_t mine = n < 20000 || width <= 0 ? i : (size_t)((sorted[i] - low) / width);
        mine = width <= 0 ? 0 : mine < room ? mine : room - 1;
        if (mine != bin) {
            bin = mine;
            sample.n++;
        }
        /* The mean of the bin's members, kept up to date. */
        size_t k = sample.n - 1;
        sample.w[k]++;
        sample.x[k] += (sorted[i] - sample.x[k]) / sample.w[k];
    }
    return sample;
}

static double normal_log_density(double x, double mu, double log_sigma)
{
    double z = (x - mu) / exp(log_sigma);
    return -HALF_LN_2PI - log_sigma - z * z / 2;
}

static double normal_q(double x, double mu, double log_sigma)
{
    return gsl_cdf_ugaussian_Q((x - mu) / exp(log_sigma));
}

static double long_frac(const struct fit_theta *law)
{
    return 1 / (1 + exp(-law->theta[0]));
}

double fit_log_density(const struct fit_theta *law, double x)
{
    const double *t = law->theta;
    switch (law->service) {
    case SERVICE_LOGNORMAL: return normal_log_density(x, t[0], t[1]);
    case SERVICE_EXPONENTIAL: return x - t[0] - exp(x - t[0]);
    case SERVICE_WEIBULL: {
        double z = exp(t[0]) * (x - t[1]);
        return t[0] + z - exp(z);
    }
    case SERVICE_PARETO: {
        if (x <= law->tail_x)
            return normal_log_density(x, t[0], t[1]);
        double exponent = exp(t[2]), left = normal_q(law->tail_x, t[0], t[1]);
        return log(left) + t[2] - exponent * (x - law->tail_x);
    }
    case SERVICE_MIX: {
        double p = long_frac(law);
        return log(p * exp(normal_log_density(x, t[3], t[4])) +
                   (1 - p) * exp(normal_log_density(x, t[1], t[2])) + 1e-300);
    }
    case SERVICE_CONSTANT:
    case SERVICE_EMPIRICAL: break;
    }
    return 0;
}

double fit_cdf(const struct fit_theta *law, double x)
{
    const double *t = law->theta;
    switch (law->service) {
    case SERVICE_LOGNORMAL: return 1 - normal_q(x, t[0], t[1]);
    case SERVICE_EXPONENTIAL: return -expm1(-exp(x - t[0]));
    case SERVICE_WEIBULL: return -expm1(-exp(exp(t[0]) * (x - t[1])));
    case SERVICE_PARETO:
        if (x <= law->tail_x)
            return 1 - normal_q(x, t[0], t[1]);
        return 1 -
               normal_q(law->tail_x, t[0], t[1]) * exp(-exp(t[2]) * (x - law->tail_x));
    case SERVICE_MIX: {
        double p = long_frac(law);
        return 1 - p * normal_q(x, t[3], t[4]) - (1 - p) * normal_q(x, t[1], t[2]);
    }
    case SERVICE_CONSTANT: return x >= t[0];
    case SERVICE_EMPIRICAL: break;
    }
    return 0;
}

double fit_long_share(const struct fit_theta *mix, double x)
{
    const double *t = mix->theta;
    double p = long_frac(mix);
    double a = p * exp(normal_log_density(x, t[3], t[4]));
    double b = (1 - p) * exp(normal_log_density(x, t[1], t[2]));
    return a + b > 0 ? a / (a + b) : x > t[3] ? 1 : 0;
}

struct moments {
    double mean, sd;
};

static struct moments moments(const struct fit_sample *sample)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < sample->n; i++)
        sum += sample->w[i] * sample->x[i];
    double mean = sum / sample->total;
    for (size_t i = 0; i < sample->n; i++)
        squares += sample->w[i] * (sample->x[i] - mean) * (sample->x[i] - mean);
    return (struct moments){mean, sqrt(squares / sample->total)};
}

static double likelihood(const struct fit_theta *law, const struct fit_sample *sample)
{
    double sum = 0;
    for (size_t i = 0; i < sample->n; i++)
        sum += sample->w[i] * fit_log_density(law, sample->x[i]);
    return sum;
}

static bool lognormal(const struct fit_sample *sample, struct fit_theta *law)
{
    struct moments got = moments(sample);
    law->n = 2;
    law->theta[0] = got.mean;
    law->theta[1] = log(got.sd);
    return got.sd > 0;
}

static bool exponential(const struct fit_sample *sample, struct fit_theta *law)
{
    double sum = 0;
    for (size_t i = 0; i < sample->n; i++)
        sum += sample->w[i] * exp(sample->x[i]);
    law->n = 1;
    law->theta[0] = log(sum / sample->total);
    return true;
}

/* The equation of k that has the scale eliminated: increasing in k. */
static double weibull_equation(const struct fit_sample *sample, double mean_x, double k,
                               double *log_scale)
{
    double top = sample->x[sample->n - 1], sum = 0, weighted = 0;
    for (size_t i = 0; i < sample->n; i++) {
        double power = sample->w[i] * exp(k * (sample->x[i] - top));
        sum += power;
        weighted += power * sample->x[i];
    }
    *log_scale = top + log(sum / sample->total) / k;
    return weighted / sum - 1 / k - mean_x;
}

static bool weibull(const struct fit_sample *sample, struct fit_theta *law)
{
    struct moments got = moments(sample);
    if (got.sd <= 0)
        return false;
    double low = log(0.01), high = log(200), log_scale = 0;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if (weibull_equation(sample, got.mean, exp(middle), &log_scale) > 0)
            high = middle;
        else
            low = middle;
    }
    law->n = 2;
    law->theta[0] = (low + high) / 2;
    law->theta[1] = log_scale;
    return true;
}

/* The body's likelihood, with what lies in the tail counted as beyond tail_x. */
struct body {
    const struct fit_sample *sample;
    double tail_x, tail_w;
    size_t n; /* points of the sample up to tail_x */
};

static double minus_body(const gsl_vector *at, void *self)
{
    const struct body *body = self;
    double mu = gsl_vector_get(at, 0), log_sigma = gsl_vector_get(at, 1), sum = 0;
    for (size_t i = 0; i < body->n; i++)
        sum +=
            body->sample->w[i] * normal_log_density(body->sample->x[i], mu, log_sigma);
    sum += body->tail_w * log(normal_q(body->tail_x, mu, log_sigma) + 1e-300);
    return -sum;
}

static void fit_body(struct body *body, struct fit_theta *law)
{
    gsl_multimin_function f = {minus_body, 2, body};
    gsl_vector *at = gsl_vector_alloc(2), *step = gsl_vector_alloc(2);
    gsl_multimin_fminimizer *minimizer =
        gsl_multimin_fminimizer_alloc(gsl_multimin_fminimizer_nmsimplex2, 2);
    if (!at || !step || !minimizer)
        out_of_memory();
    struct moments got = moments(body->sample);
    gsl_vector_set(at, 0, got.mean);
    gsl_vector_set(at, 1, log(got.sd));
    gsl_vector_set_all(step, 0.2);
    gsl_multimin_fminimizer_set(minimizer, &f, at, step);
    for (int i = 0; i < 400; i++) {
        if (gsl_multimin_fminimizer_iterate(minimizer) != 0 ||
            gsl_multimin_fminimizer_size(minimizer) < 1e-7)
            break;
    }
    law->theta[0] = gsl_vector_get(minimizer->x, 0);
    law->theta[1] = gsl_vector_get(minimizer->x, 1);
    gsl_multimin_fminimizer_free(minimizer);
    gsl_vector_free(step);
    gsl_vector_free(at);
}

/* A tail that begins with the share `tail_frac` of the jobs; Hill (1975) for the
 * exponent, which is its maximum likelihood. */
static bool pareto_from(const struct fit_sample *sample, double tail_frac,
                        struct fit_theta *law)
{
    struct body body = {.sample = sample};
    double kept = 0;
    while (body.n < sample->n &&
           kept + sample->w[body.n] <= (1 - tail_frac) * sample->total)
        kept += sample->w[body.n++];
    if (body.n < 2 || sample->n - body.n < 10)
        return false;
    body.tail_x = sample->x[body.n - 1];
    body.tail_w = sample->total - kept;
    double excess = 0;
    for (size_t i = body.n; i < sample->n; i++)
        excess += sample->w[i] * (sample->x[i] - body.tail_x);
    if (excess <= 0)
        return false;
    law->n = 3;
    law->tail_x = body.tail_x;
    law->theta[2] = log(body.tail_w / excess);
    fit_body(&body, law);
    law->log_likelihood = likelihood(law, sample);
    return isfinite(law->log_likelihood);
}

static bool pareto(const struct fit_sample *sample, struct fit_theta *law)
{
    static const double fracs[] = {0.3, 0.2, 0.1, 0.05, 0.02, 0.01};
    bool any = false;
    if (moments(sample).sd <= 0)
        return false;
    for (size_t i = 0; i < sizeof fracs / sizeof fracs[0]; i++) {
        struct fit_theta tried = {.service = SERVICE_PARETO};
        if (!pareto_from(sample, fracs[i], &tried) ||
            (any && tried.log_likelihood <= law->log_likelihood))
            continue;
        *law = tried;
        any = true;
    }
    return any;
}

/* Dempster, Laird and Rubin (1977): expectation, then maximisation. */
static void mix_turn(const struct fit_sample *sample, struct fit_theta *law)
{
    double w[2] = {0}, sum[2] = {0}, squares[2] = {0};
    for (size_t i = 0; i < sample->n; i++) {
        double share = fit_long_share(law, sample->x[i]);
        double part[2] = {sample->w[i] * (1 - share), sample->w[i] * share};
        for (int c = 0; c < 2; c++) {
            w[c] += part[c];
            sum[c] += part[c] * sample->x[i];
            squares[c] += part[c] * sample->x[i] * sample->x[i];
        }
    }
    for (int c = 0; c < 2; c++) {
        if (w[c] < 1e-9 * sample->total)
            continue;
        double mean = sum[c] / w[c];
        double variance = fmax(1e-6, squares[c] / w[c] - mean * mean);
        law->theta[1 + 2 * c] = mean;
        law->theta[2 + 2 * c] = log(variance) / 2;
    }
    law->theta[0] = log(fmax(1e-9, w[1]) / fmax(1e-9, w[0]));
}

static bool mix(const struct fit_sample *sample, struct fit_theta *law)
{
    struct moments got = moments(sample);
    if (got.sd <= 0)
        return false;
    static const double starts[] = {0.5, 0.1, 0.02};
    struct fit_theta best = {.n = 0};
    for (size_t s = 0; s < sizeof starts / sizeof starts[0]; s++) {
        struct fit_theta tried = {.service = SERVICE_MIX, .n = 5};
        double apart = got.sd * (s == 0 ? 0.8 : 1.6);
        tried.theta[0] = log(starts[s] / (1 - starts[s]));
        tried.theta[1] = got.mean - apart * starts[s];
        tried.theta[3] = got.mean + apart;
        tried.theta[2] = tried.theta[4] = log(got.sd * 0.7);
        double last = -INFINITY;
        for (int turn = 0; turn < 3000; turn++) {
            mix_turn(sample, &tried);
            if (turn % 20 != 19)
                continue;
            tried.log_likelihood = likelihood(&tried, sample);
            if (tried.log_likelihood - last < 1e-7 * sample->total / 1000)
                break;
            last = tried.log_likelihood;
        }
        if (best.n == 0 || tried.log_likelihood > best.log_likelihood)
            best = tried;
    }
    *law = best;
    if (law->theta[3] >= law->theta[1])
        return true;
    /* The long ones come second. */
    law->theta[0] = -law->theta[0];
    for (int i = 1; i <= 2; i++) {
        double swap = law->theta[i];
        law->theta[i] = law->theta[i + 2];
        law->theta[i + 2] = swap;
    }
    return true;
}

bool fit_maximize(enum job_service service, const struct fit_sample *sample,
                  struct fit_theta *law)
{
    *law = (struct fit_theta){.service = service};
    bool ok = false, constant = moments(sample).sd < 1e-9;
    if (constant != (service == SERVICE_CONSTANT))
        return false;
    switch (service) {
    case SERVICE_LOGNORMAL: ok = lognormal(sample, law); break;
    case SERVICE_EXPONENTIAL: ok = exponential(sample, law); break;
    case SERVICE_WEIBULL: ok = weibull(sample, law); break;
    case SERVICE_PARETO: ok = pareto(sample, law); break;
    case SERVICE_MIX: ok = mix(sample, law); break;
    case SERVICE_CONSTANT: law->theta[0] = moments(sample).mean; return true;
    case SERVICE_EMPIRICAL: assert(false);
    }
    law->log_likelihood = likelihood(law, sample);
    return ok && isfinite(law->log_likelihood);
}
