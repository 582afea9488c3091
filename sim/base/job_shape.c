#include "base/job_shape.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>

#include "base/model.h"

const char *const job_service_names[] = {
    [SERVICE_LOGNORMAL] = "lognormal", [SERVICE_EXPONENTIAL] = "exponential",
    [SERVICE_CONSTANT] = "constant",   [SERVICE_WEIBULL] = "weibull",
    [SERVICE_PARETO] = "pareto",       [SERVICE_MIX] = "mix",
    [SERVICE_EMPIRICAL] = "empirical", NULL,
};

static bool check_quantiles(const struct table *quantiles, struct error *err)
{
    size_t n = quantiles->n;
    if (n < 2 || quantiles->x[0] != 0 || quantiles->x[n - 1] != 1)
        return error_set(err, "quantiles: fractions from 0 to 1 are wanted, as in {0: "
                              "10, 0.5: 874, 1: 4e6}");
    for (size_t i = 1; i < n; i++)
        if (quantiles->y[i] < quantiles->y[i - 1])
            return error_set(err, "quantiles: the durations must not fall");
    return true;
}

bool job_shape_check(const struct job_shape *shape, struct error *err)
{
    enum job_service service = (enum job_service)shape->service;
    bool by_median = service == SERVICE_LOGNORMAL || service == SERVICE_PARETO ||
                     service == SERVICE_MIX;
    if (by_median && shape->mean_ms < shape->median_ms)
        return error_set(err, "mean: a lognormal mean is not below its median");
    if (service == SERVICE_MIX && shape->long_mean_ms < shape->long_median_ms)
        return error_set(err, "long_mean: a lognormal mean is not below its median");
    if (service != SERVICE_MIX && shape->long_sizes.n > 0)
        return error_set(err, "long_sizes: is for `service: mix`");
    if (service != SERVICE_EMPIRICAL && shape->quantiles.n > 0)
        return error_set(err, "quantiles: is for `service: empirical`");
    if (service == SERVICE_EMPIRICAL && !check_quantiles(&shape->quantiles, err))
        return false;
    return model_check_sizes(&shape->sizes, err) &&
           model_check_sizes(&shape->long_sizes, err);
}

static double lognormal(int64_t median_ms, int64_t mean_ms, double uniform)
{
    double sigma = sqrt(2 * log((double)mean_ms / (double)median_ms));
    return (double)median_ms * exp(sigma * gsl_cdf_ugaussian_Pinv(uniform));
}

static double pareto_tailed(const struct job_shape *shape, double uniform)
{
    double sigma = sqrt(2 * log((double)shape->mean_ms / (double)shape->median_ms));
    double from_ms = (double)shape->tail_from_ms;
    double z = log(from_ms / (double)shape->median_ms);
    /* Of a lognormal without spread all lies on one side. */
    double beyond = sigma > 0 ? gsl_cdf_ugaussian_Q(z / sigma) : z < 0;
    if (1 - uniform >= beyond)
        return lognormal(shape->median_ms, shape->mean_ms, uniform);
    return from_ms * pow(beyond / (1 - uniform), 1 / shape->tail_exponent);
}

static double weibull(const struct job_shape *shape, double uniform)
{
    double power = 1 / shape->weibull_shape;
    double scale = (double)shape->mean_ms / gsl_sf_gamma(1 + power);
    return scale * pow(-log1p(-uniform), power);
}

static double empirical(const struct table *quantiles, double uniform)
{
    size_t low = 0, high = quantiles->n - 1;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (quantiles->x[middle] <= uniform)
            low = middle;
        else
            high = middle;
    }
    double part =
        (uniform - quantiles->x[low]) / (quantiles->x[high] - quantiles->x[low]);
    double s = quantiles->y[low] + part * (quantiles->y[high] - quantiles->y[low]);
    return 1000 * s;
}

static bool is_long(const struct job_shape *shape,
                    const double uniform[JOB_SHAPE_DRAWS])
{
    return shape->service == SERVICE_MIX && uniform[0] < shape->long_share_frac;
}

static double full_duration_ms(const struct job_shape *shape,
                               const double uniform[JOB_SHAPE_DRAWS])
{
    double u = uniform[2];
    switch ((enum job_service)shape->service) {
    case SERVICE_CONSTANT: return (double)shape->mean_ms;
    case SERVICE_EXPONENTIAL: return -log(u) * (double)shape->mean_ms;
    case SERVICE_WEIBULL: return weibull(shape, u);
    case SERVICE_PARETO: return pareto_tailed(shape, u);
    case SERVICE_EMPIRICAL: return empirical(&shape->quantiles, u);
    case SERVICE_MIX:
        if (is_long(shape, uniform))
            return lognormal(shape->long_median_ms, shape->long_mean_ms, u);
        break;
    case SERVICE_LOGNORMAL: break;
    }
    return lognormal(shape->median_ms, shape->mean_ms, u);
}

int64_t job_shape_gpus(const struct job_shape *shape,
                       const double uniform[JOB_SHAPE_DRAWS])
{
    bool other = is_long(shape, uniform) && shape->long_sizes.n > 0;
    const struct table *sizes = other ? &shape->long_sizes : &shape->sizes;
    return sizes->n > 0 ? (int64_t)model_pick(sizes, uniform[1]) : 1;
}

int64_t job_shape_duration_ms(const struct job_shape *shape, int64_t gpus,
                              const double uniform[JOB_SHAPE_DRAWS])
{
    double ms = full_duration_ms(shape, uniform);
    if (shape->size_exponent != 0)
        ms *= pow((double)gpus, shape->size_exponent);
    return llround(fmin(fmax(ms, 1), (double)shape->longest_ms));
}

void job_shape_draw(const struct job_shape *shape,
                    const double uniform[JOB_SHAPE_DRAWS], int64_t *gpus,
                    int64_t *duration_ms)
{
    *gpus = job_shape_gpus(shape, uniform);
    *duration_ms = job_shape_duration_ms(shape, *gpus, uniform);
}
