#include <assert.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>

#include "input/trace_fit_parts.h"

const char *const fit_law_keys[SERVICE_EMPIRICAL][FIT_PARAMS_MAX + 1] = {
    [SERVICE_LOGNORMAL] = {"median", "mean", NULL},
    [SERVICE_EXPONENTIAL] = {"mean", NULL},
    [SERVICE_CONSTANT] = {"mean", NULL},
    [SERVICE_WEIBULL] = {"mean", "weibull_shape", NULL},
    [SERVICE_PARETO] = {"median", "mean", "tail_from", "tail_exponent", NULL},
    [SERVICE_MIX] = {"median", "mean", "long_share", "long_median", "long_mean", NULL},
};

enum { MOST = FIT_PARAMS_MAX };

/* What a model is given, from theta: the values under fit_law_keys. */
static size_t values_of(const struct fit_theta *law, const double theta[],
                        double value[MOST])
{
    const double *t = theta;
    switch (law->service) {
    case SERVICE_LOGNORMAL:
        value[0] = exp(t[0]);
        value[1] = exp(t[0] + exp(2 * t[1]) / 2);
        return 2;
    case SERVICE_EXPONENTIAL:
    case SERVICE_CONSTANT: value[0] = exp(t[0]); return 1;
    case SERVICE_WEIBULL: {
        double k = exp(t[0]);
        value[0] = exp(t[1] + gsl_sf_lngamma(1 + 1 / k));
        value[1] = k;
        return 2;
    }
    case SERVICE_PARETO:
        value[0] = exp(t[0]);
        value[1] = exp(t[0] + exp(2 * t[1]) / 2);
        value[2] = exp(law->tail_x);
        value[3] = exp(t[2]);
        return 4;
    case SERVICE_MIX:
        value[0] = exp(t[1]);
        value[1] = exp(t[1] + exp(2 * t[2]) / 2);
        value[2] = 1 / (1 + exp(-t[0]));
        value[3] = exp(t[3]);
        value[4] = exp(t[3] + exp(2 * t[4]) / 2);
        return 5;
    case SERVICE_EMPIRICAL: break;
    }
    return 0;
}

#define STEP 1e-5

static double density_at(const struct fit_theta *law, size_t k, double by, double x)
{
    struct fit_theta moved = *law;
    moved.theta[k] += by;
    return fit_log_density(&moved, x);
}

/* The covariance of theta; false where the information is singular. */
static bool covariance(const struct fit_theta *law, const struct fit_sample *sample,
                       double cov[MOST][MOST])
{
    size_t n = law->n;
    double info[MOST * MOST] = {0};
    for (size_t i = 0; i < sample->n; i++) {
        double score[MOST];
        for (size_t k = 0; k < n; k++)
            score[k] = (density_at(law, k, STEP, sample->x[i]) -
                        density_at(law, k, -STEP, sample->x[i])) /
                       (2 * STEP);
        for (size_t a = 0; a < n; a++)
            for (size_t b = 0; b < n; b++)
                info[a * n + b] += sample->w[i] * score[a] * score[b];
    }
    /* Scaled to a unit diagonal, so that Cholesky sees how nearly singular it is. */
    double scale[MOST];
    for (size_t a = 0; a < n; a++) {
        scale[a] = sqrt(info[a * n + a]);
        if (!(scale[a] > 0 && isfinite(scale[a])))
            return false;
    }
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < n; b++)
            info[a * n + b] /= scale[a] * scale[b];
    gsl_matrix_view view = gsl_matrix_view_array(info, n, n);
    gsl_error_handler_t *handler = gsl_set_error_handler_off();
    bool ok = gsl_linalg_cholesky_decomp1(&view.matrix) == 0 &&
              gsl_linalg_cholesky_invert(&view.matrix) == 0;
    gsl_set_error_handler(handler);
    for (size_t a = 0; ok && a < n; a++)
        for (size_t b = 0; b < n; b++)
            cov[a][b] = info[a * n + b] / (scale[a] * scale[b]);
    return ok;
}

static void errors_of(const struct fit_theta *law, const struct fit_sample *sample,
                      struct fit_value values[MOST])
{
    double cov[MOST][MOST];
    if (law->service == SERVICE_CONSTANT || !covariance(law, sample, cov))
        return;
    double slope[MOST][MOST] = {{0}};
    for (size_t k = 0; k < law->n; k++) {
        double up[MOST] = {0}, down[MOST] = {0}, theta[MOST];
        for (size_t i = 0; i < MOST; i++)
            theta[i] = law->theta[i];
        theta[k] = law->theta[k] + STEP;
        size_t n = values_of(law, theta, up);
        theta[k] = law->theta[k] - STEP;
        values_of(law, theta, down);
        for (size_t v = 0; v < n; v++)
            slope[v][k] = (up[v] - down[v]) / (2 * STEP);
    }
    for (size_t v = 0; v < MOST; v++) {
        double variance = 0;
        for (size_t a = 0; a < law->n; a++)
            for (size_t b = 0; b < law->n; b++)
                variance += slope[v][a] * slope[v][b] * cov[a][b];
        values[v].error = sqrt(fmax(0, variance));
    }
}

/* Kolmogorov's distance of n ascending values from the law. */
static double distance(const struct fit_theta *law, const double sorted[], size_t n)
{
    double worst = 0;
    for (size_t i = 0; i < n; i++) {
        double p = fit_cdf(law, sorted[i]);
        bool last = i + 1 == n || sorted[i + 1] != sorted[i];
        bool first = i == 0 || sorted[i - 1] != sorted[i];
        if (last)
            worst = fmax(worst, fabs(p - (double)(i + 1) / (double)n));
        if (first && law->service != SERVICE_CONSTANT)
            worst = fmax(worst, fabs(p - (double)i / (double)n));
    }
    return worst;
}

/* What base/job_shape.h accepts. */
static bool acceptable(const struct fit_law *law)
{
    for (size_t i = 0; fit_law_keys[law->service][i]; i++)
        if (!isfinite(law->value[i].value) || law->value[i].value <= 0)
            return false;
    double most_s = 3.2e9;
    switch (law->service) {
    case SERVICE_WEIBULL:
        return law->value[0].value < most_s && law->value[1].value >= 0.1 &&
               law->value[1].value <= 100;
    case SERVICE_PARETO:
        return law->value[1].value < most_s && law->value[3].value >= 0.1 &&
               law->value[3].value <= 100;
    case SERVICE_MIX:
        return law->value[1].value < most_s && law->value[4].value < most_s;
    case SERVICE_LOGNORMAL: return law->value[1].value < most_s;
    case SERVICE_EXPONENTIAL:
    case SERVICE_CONSTANT:
    case SERVICE_EMPIRICAL: break;
    }
    return law->value[0].value < most_s;
}

void fit_law(const struct fit_theta *theta, const struct fit_sample *sample,
             const double sorted[], size_t n, struct fit_law *law)
{
    *law = (struct fit_law){.service = theta->service};
    double value[MOST] = {0};
    values_of(theta, theta->theta, value);
    for (size_t i = 0; i < MOST; i++)
        law->value[i].value = value[i];
    errors_of(theta, sample, law->value);
    /* Where the tail begins was chosen, too. */
    size_t params = theta->n + (theta->service == SERVICE_PARETO);
    law->bic = (double)params * log(sample->total) - 2 * theta->log_likelihood;
    law->distance = distance(theta, sorted, n);
    law->possible = acceptable(law);
}
