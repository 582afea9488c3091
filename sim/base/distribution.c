#include "base/distribution.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <math.h>

#include "base/decimal.h"

const char *const distribution_names[] = {
    [DIST_NORMAL] = "normal",       [DIST_LOGNORMAL] = "lognormal",
    [DIST_UNIFORM] = "uniform",     [DIST_TRIANGULAR] = "triangular",
    [DIST_PERT] = "pert",           [DIST_DISCRETE] = "discrete",
    [DIST_EMPIRICAL] = "empirical", NULL,
};

/* Less of a law between min and max is a slip, and would cost digits. */
#define MASS_MIN 1e-6

static bool has_mode(const struct distribution *law)
{
    return law->kind == DIST_TRIANGULAR || law->kind == DIST_PERT;
}

static bool check_size(const char *name, double value, struct error *err)
{
    if (isfinite(value) && fabs(value) <= DISTRIBUTION_MAX)
        return true;
    return error_set(err, "%s: it is not within -1e15 and 1e15", name);
}

static bool check_above_0(const char *name, double value, struct error *err)
{
    char text[DECIMAL_TEXT];
    if (!check_size(name, value, err))
        return false;
    if (value > 0)
        return true;
    decimal_write_double(text, value);
    return error_set(err, "%s: %s is not above 0", name, text);
}

static bool check_order(const char *lower, double low, const char *upper, double high,
                        bool equal, struct error *err)
{
    char low_text[DECIMAL_TEXT], high_text[DECIMAL_TEXT];
    if (low < high || (equal && low == high))
        return true;
    decimal_write_double(low_text, low);
    decimal_write_double(high_text, high);
    return error_set(err, "%s: %s is not %s %s, which is %s", lower, low_text,
                     equal ? "at most" : "below", upper, high_text);
}

static bool check_range(const struct distribution *law, struct error *err)
{
    if (!check_size("min", law->low, err) || !check_size("max", law->high, err) ||
        !check_order("min", law->low, "max", law->high, false, err))
        return false;
    return !has_mode(law) ||
           (check_size("mode", law->mode, err) &&
            check_order("min", law->low, "mode", law->mode, true, err) &&
            check_order("mode", law->mode, "max", law->high, true, err));
}

/* exp(37 x 8.3) is below what a double holds. */
#define SIGMA_MAX 10

static bool check_lognormal(const struct distribution *law, struct error *err)
{
    if (!check_above_0("median", law->median, err) ||
        !check_above_0("sigma", law->sigma, err))
        return false;
    if (law->sigma > SIGMA_MAX)
        return error_set(err,
                         "sigma: it is above %d; it is the spread of the logarithm: "
                         "0.2 is about 20 %%",
                         SIGMA_MAX);
    return true;
}

static bool check_parameters(const struct distribution *law, struct error *err)
{
    switch (law->kind) {
    case DIST_NORMAL:
        return check_size("mean", law->mean, err) && check_above_0("sd", law->sd, err);
    case DIST_LOGNORMAL: return check_lognormal(law, err);
    case DIST_UNIFORM:
    case DIST_TRIANGULAR:
    case DIST_PERT: return check_range(law, err);
    case DIST_DISCRETE:
    case DIST_EMPIRICAL: return law->n > 0 || error_set(err, "there are no values");
    case DIST_KINDS: break;
    }
    assert(!"a kind of law");
    return false;
}

/* Shapes of the beta law of pert. */
static void pert_shapes(const struct distribution *law, double *a, double *b)
{
    double width = law->high - law->low;
    *a = 1 + 4 * ((law->mode - law->low) / width);
    *b = 1 + 4 * ((law->high - law->mode) / width);
}

static double bounded_cdf(const struct distribution *law, double x)
{
    double width = law->high - law->low, a, b;
    if (x <= law->low)
        return 0;
    if (x >= law->high)
        return 1;
    if (law->kind == DIST_UNIFORM)
        return (x - law->low) / width;
    if (law->kind == DIST_PERT) {
        pert_shapes(law, &a, &b);
        return gsl_cdf_beta_P((x - law->low) / width, a, b);
    }
    if (x <= law->mode)
        return (x - law->low) / width * ((x - law->low) / (law->mode - law->low));
    return 1 - (law->high - x) / width * ((law->high - x) / (law->high - law->mode));
}

/* How many of the n ascending values are <= x. */
static size_t count_up_to(const double *value, size_t n, double x)
{
    size_t from = 0;
    while (from < n) {
        size_t middle = from + (n - from) / 2;
        if (value[middle] <= x)
            from = middle + 1;
        else
            n = middle;
    }
    return from;
}

double distribution_cdf(const struct distribution *law, double x)
{
    switch (law->kind) {
    case DIST_NORMAL: return gsl_cdf_ugaussian_P((x - law->mean) / law->sd);
    case DIST_LOGNORMAL:
        return x <= 0 ? 0 : gsl_cdf_lognormal_P(x, log(law->median), law->sigma);
    case DIST_UNIFORM:
    case DIST_TRIANGULAR:
    case DIST_PERT: return bounded_cdf(law, x);
    case DIST_DISCRETE:
        return x < 0 ? 0 : law->cumulative[(size_t)fmin(x, (double)(law->n - 1))];
    case DIST_EMPIRICAL:
        return (double)count_up_to(law->value, law->n, x) / (double)law->n;
    case DIST_KINDS: break;
    }
    assert(!"a kind of law");
    return 0;
}

/* An empirical law keeps the values within, each as likely as before. */
static bool narrow(struct distribution *law, struct error *err)
{
    if (!check_order("min", law->min, "max", law->max, false, err))
        return false;
    law->u_low = 0;
    law->u_high = 1;
    if (law->kind == DIST_DISCRETE)
        return true;
    if (law->kind == DIST_EMPIRICAL) {
        size_t below = count_up_to(law->value, law->n, nextafter(law->min, -INFINITY));
        size_t within = count_up_to(law->value, law->n, law->max) - below;
        law->value += below;
        law->n = within;
        return within > 0 || error_set(err, "no value lies between min and max");
    }
    law->u_low = distribution_cdf(law, law->min);
    law->u_high = distribution_cdf(law, law->max);
    if (law->u_high - law->u_low >= MASS_MIN)
        return true;
    return error_set(err,
                     "less than a millionth of the law lies between min and max; move "
                     "them, or the law");
}

bool distribution_init(struct distribution *law, struct error *err)
{
    return check_parameters(law, err) && narrow(law, err);
}

static double triangular_quantile(const struct distribution *law, double u)
{
    double width = law->high - law->low, left = law->mode - law->low;
    if (u * width <= left)
        return law->low + sqrt(u * width * left);
    return law->high - sqrt((1 - u) * width * (law->high - law->mode));
}

static double pert_quantile(const struct distribution *law, double u)
{
    double a, b;
    pert_shapes(law, &a, &b);
    return law->low + (law->high - law->low) * gsl_cdf_beta_Pinv(u, a, b);
}

static double discrete_quantile(const struct distribution *law, double u)
{
    size_t from = 0, to = law->n - 1;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (law->cumulative[middle] >= u)
            to = middle;
        else
            from = middle + 1;
    }
    return (double)from;
}

static double empirical_quantile(const struct distribution *law, double u)
{
    double rank = fmax(ceil(u * (double)law->n), 1);
    size_t i = (size_t)rank - 1;
    return law->value[i < law->n ? i : law->n - 1];
}

static double quantile_before_truncation(const struct distribution *law, double u)
{
    switch (law->kind) {
    case DIST_NORMAL: return law->mean + law->sd * gsl_cdf_ugaussian_Pinv(u);
    case DIST_LOGNORMAL:
        return law->median * exp(law->sigma * gsl_cdf_ugaussian_Pinv(u));
    case DIST_UNIFORM: return law->low + u * (law->high - law->low);
    case DIST_TRIANGULAR: return triangular_quantile(law, u);
    case DIST_PERT: return pert_quantile(law, u);
    case DIST_DISCRETE: return discrete_quantile(law, u);
    case DIST_EMPIRICAL: return empirical_quantile(law, u);
    case DIST_KINDS: break;
    }
    assert(!"a kind of law");
    return 0;
}

double distribution_quantile(const struct distribution *law, double u)
{
    assert(u > 0 && u < 1);
    double v = law->u_low + u * (law->u_high - law->u_low);
    v = fmin(fmax(v, 0x1p-1000), 1 - 0x1p-53);
    double x = quantile_before_truncation(law, v);
    if (law->kind == DIST_DISCRETE || law->kind == DIST_EMPIRICAL)
        return x;
    x = fmin(fmax(x, -DISTRIBUTION_MAX), DISTRIBUTION_MAX);
    return fmin(fmax(x, law->min), law->max);
}
