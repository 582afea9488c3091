#include "study/statistics.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort_double.h>
#include <math.h>
#include <stdbool.h>

static const struct interval nowhere = {NAN, NAN};

double student_factor(double confidence, double df)
{
    assert(confidence > 0 && confidence < 1 && df >= 1);
    return gsl_cdf_tdist_Qinv((1 - confidence) / 2, df);
}

double normal_factor(double confidence)
{
    assert(confidence > 0 && confidence < 1);
    return gsl_cdf_ugaussian_Qinv((1 - confidence) / 2);
}

/* ---- sums over units ---- */

/* A sum that loses nothing to rounding (Neumaier, ZAMM 54, 1974). */
struct sum {
    double sum, lost;
};

static void add(struct sum *sum, double x)
{
    double new = sum->sum + x;
    if (fabs(sum->sum) >= fabs(x))
        sum->lost += (sum->sum - new) + x;
    else
        sum->lost += (x - new) + sum->sum;
    sum->sum = new;
}

static double total(struct sum sum)
{
    return sum.sum + sum.lost;
}

/* Any function of the i-th replication; NAN for none. */
typedef double value_fn(const void *self, size_t i);

static size_t complete(size_t n, size_t unit)
{
    assert(unit >= 1);
    return n < unit ? n : n - n % unit;
}

static double plain_value(const void *self, size_t i)
{
    const double *value = self;
    return value[i];
}

/* Deviations are taken from a first value, so that constants have no variance at all
 * and large offsets cost no digits. */
static double mean_of(value_fn *at, const void *self, size_t n, int64_t *used)
{
    struct sum sum = {0};
    double first = NAN;
    *used = 0;
    for (size_t i = 0; i < n; i++) {
        double x = at(self, i);
        if (isnan(x))
            continue;
        if (*used == 0)
            first = x;
        add(&sum, x - first);
        ++*used;
    }
    return first + total(sum) / (double)*used;
}

static void spread_of(value_fn *at, const void *self, size_t n,
                      struct mean_estimate *out)
{
    struct sum squares = {0};
    out->min = INFINITY;
    out->max = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        double x = at(self, i);
        if (isnan(x))
            continue;
        add(&squares, (x - out->mean) * (x - out->mean));
        out->min = fmin(out->min, x);
        out->max = fmax(out->max, x);
    }
    out->sd = out->n > 1 ? sqrt(total(squares) / (double)(out->n - 1)) : NAN;
}

/* The sum over units of the squared sum of a unit's deviations. */
static double between_units(value_fn *at, const void *self, size_t n, size_t unit,
                            double mean, int64_t *units)
{
    struct sum squares = {0};
    *units = 0;
    for (size_t i = 0; i < n; i += unit) {
        struct sum off = {0};
        bool any = false;
        for (size_t j = i; j < i + unit && j < n; j++) {
            double x = at(self, j);
            any |= !isnan(x);
            add(&off, isnan(x) ? 0 : x - mean);
        }
        *units += any;
        add(&squares, total(off) * total(off));
    }
    return total(squares);
}

/* Of any function of the replications. */
static void estimate(value_fn *at, const void *self, size_t n, size_t unit,
                     double confidence, struct mean_estimate *out)
{
    *out = (struct mean_estimate){.mean = NAN,
                                  .standard_error = NAN,
                                  .ci = nowhere,
                                  .sd = NAN,
                                  .min = NAN,
                                  .max = NAN};
    size_t whole = complete(n, unit);
    double mean = mean_of(at, self, whole, &out->n);
    if (out->n == 0)
        return;
    out->mean = mean;
    spread_of(at, self, whole, out);
    double squares = between_units(at, self, whole, unit, mean, &out->units);
    if (out->units < 2)
        return;
    double units = (double)out->units;
    out->standard_error = sqrt(units / (units - 1) * squares) / (double)out->n;
    double half = student_factor(confidence, units - 1) * out->standard_error;
    out->ci = (struct interval){mean - half, mean + half};
}

void estimate_mean(const double *value, size_t n, size_t unit, double confidence,
                   struct mean_estimate *out)
{
    estimate(plain_value, value, n, unit, confidence, out);
}

/* ---- quantiles ---- */

size_t sample_sort(const double *value, size_t n, size_t unit, double *sorted)
{
    size_t used = 0;
    for (size_t i = 0; i < complete(n, unit); i++)
        if (!isnan(value[i]))
            sorted[used++] = value[i];
    gsl_sort(sorted, 1, used);
    return used;
}

/* The smallest whole rank >= p n, of 1 to n.  p is a decimal that binary holds only
 * nearly (0.07 * 100 is more than 7), so a few units of rounding are forgiven. */
static size_t rank_of(double p, size_t n)
{
    double rank = ceil(p * (double)n * (1 - 0x1p-50));
    if (rank < 1)
        return 1;
    return rank >= (double)n ? n : (size_t)rank;
}

double sample_quantile(const double *sorted, size_t n, double p)
{
    assert(p >= 0 && p <= 1);
    return n > 0 ? sorted[rank_of(p, n) - 1] : NAN;
}

/* P(B <= k) of a binomial number.  GSL's continued fraction gives up in the middle of
 * millions, where the normal distribution is as good. */
static double binomial_up_to(size_t k, double p, size_t n)
{
    double share = gsl_cdf_binomial_P((unsigned)k, p, (unsigned)n);
    if (!isnan(share))
        return share;
    double mean = (double)n * p;
    return gsl_cdf_ugaussian_P(((double)k + 0.5 - mean) / sqrt(mean * (1 - p)));
}

/* The smallest k with P(B <= k) >= share; it exists, since P(B <= n) is 1. */
static size_t binomial_quantile(double share, double p, size_t n)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (binomial_up_to(middle, p, n) >= share)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Limits by rank from 1 to n; a rank beyond is no limit. */
static struct interval between(const double *sorted, size_t n, double low, double high)
{
    struct interval ci = nowhere;
    if (low >= 1)
        ci.low = sorted[low > (double)n ? n - 1 : (size_t)low - 1];
    if (high <= (double)n)
        ci.high = sorted[high < 1 ? 0 : (size_t)high - 1];
    return ci;
}

/* X_(l) <= the quantile if at least l values are; the largest l with P(B <= l - 1) at
 * most half of what may fail is the smallest k with P(B <= k) above it, but for ties.
 */
struct interval quantile_interval(const double *sorted, size_t n, double p,
                                  double confidence)
{
    assert(p > 0 && p < 1 && confidence > 0 && confidence < 1 && n <= UINT32_MAX);
    if (n == 0)
        return nowhere;
    double tail = (1 - confidence) / 2;
    size_t low = binomial_quantile(tail, p, n);
    size_t high = binomial_quantile(1 - tail, p, n) + 1;
    if (binomial_up_to(low, p, n) <= tail)
        low++;
    return between(sorted, n, (double)low, (double)high);
}

/* Whether a value is up to the quantile; the values at it with the weight that makes
 * the mean of all exactly p. */
struct up_to {
    const double *value;
    double at, weight;
};

static double is_up_to(const void *self, size_t i)
{
    const struct up_to *up_to = self;
    double x = up_to->value[i];
    if (isnan(x) || x < up_to->at)
        return isnan(x) ? NAN : 1;
    return x == up_to->at ? up_to->weight : 0;
}

static struct up_to up_to_quantile(const double *value, const double *sorted, size_t n,
                                   double p)
{
    double at = sample_quantile(sorted, n, p);
    size_t below = 0, same = 0;
    for (size_t i = 0; i < n && sorted[i] <= at; i++) {
        below += sorted[i] < at;
        same += sorted[i] == at;
    }
    double weight = (p * (double)n - (double)below) / (double)same;
    return (struct up_to){value, at, fmin(fmax(weight, 0), 1)};
}

struct interval quantile_interval_units(const double *value, size_t n, size_t unit,
                                        const double *sorted, size_t n_sorted, double p,
                                        double confidence)
{
    if (unit == 1)
        return quantile_interval(sorted, n_sorted, p, confidence);
    assert(p > 0 && p < 1);
    if (n_sorted == 0)
        return nowhere;
    struct up_to up_to = up_to_quantile(value, sorted, n_sorted, p);
    struct mean_estimate share;
    estimate(is_up_to, &up_to, n, unit, confidence, &share);
    if (share.units < 2)
        return nowhere;
    double size = (double)n_sorted;
    double half = student_factor(confidence, (double)share.units - 1) *
                  share.standard_error * size;
    half = fmax(half, 1);
    return between(sorted, n_sorted, floor(p * size - half),
                   floor(p * size + half) + 1);
}

/* ---- the tail ---- */

double cvar(const double *sorted, size_t n, double p)
{
    assert(p >= 0 && p < 1);
    if (n == 0)
        return NAN;
    size_t rank = rank_of(p, n);
    double at = sorted[rank - 1];
    struct sum above = {0};
    for (size_t i = rank; i < n; i++)
        add(&above, sorted[i] - at);
    return at + total(above) / ((1 - p) * (double)n);
}

struct tail {
    const double *value;
    double at, share;
};

static double influence(const void *self, size_t i)
{
    const struct tail *tail = self;
    double above = tail->value[i] - tail->at;
    return isnan(above) ? NAN : tail->at + (above > 0 ? above / tail->share : 0);
}

void estimate_cvar(const double *value, size_t n, size_t unit, const double *sorted,
                   size_t n_sorted, double p, double confidence,
                   struct mean_estimate *out)
{
    assert(p >= 0 && p < 1);
    struct tail tail = {value, sample_quantile(sorted, n_sorted, p), 1 - p};
    estimate(influence, &tail, n, unit, confidence, out);
    out->sd = out->min = out->max = NAN;
    if ((1 - p) * (double)n_sorted < CVAR_TAIL)
        out->standard_error = out->ci.low = out->ci.high = NAN;
}

/* ---- proportions ---- */

/* The x at which a beta distribution reaches `share`. */
static double beta_quantile(double share, double a, double b)
{
    double low = 0, high = 1;
    for (int i = 0; i < 60; i++) {
        double middle = low + (high - low) / 2, reached;
        reached = gsl_cdf_beta_P(middle, a, b);
        if (isnan(reached)) { /* as in binomial_up_to */
            double mean = a / (a + b), sd = sqrt(mean * (1 - mean) / (a + b + 1));
            reached = gsl_cdf_ugaussian_P((middle - mean) / sd);
        }
        if (reached < share)
            low = middle;
        else
            high = middle;
    }
    return low + (high - low) / 2;
}

/* Clopper and Pearson's limits; hits and n need not be whole. */
static struct interval exact_limits(double hits, double n, double confidence)
{
    double tail = (1 - confidence) / 2;
    return (struct interval){
        hits > 0 ? beta_quantile(tail, hits, n - hits + 1) : 0,
        hits < n ? beta_quantile(1 - tail, hits + 1, n - hits) : 1,
    };
}

struct interval proportion_interval(int64_t hits, int64_t n, double confidence)
{
    assert(hits >= 0 && hits <= n && confidence > 0 && confidence < 1);
    return n > 0 ? exact_limits((double)hits, (double)n, confidence) : nowhere;
}

struct target {
    const double *value;
    double at_least, at_most;
};

static double misses(const void *self, size_t i)
{
    const struct target *target = self;
    double x = target->value[i];
    return isnan(x) ? NAN : x < target->at_least || x > target->at_most;
}

/* How many independent values would have this standard error; a t interval of few units
 * is wider than one of as many values. */
static double effective_n(const struct mean_estimate *share, double confidence)
{
    double n = (double)share->n, p = share->mean, error = share->standard_error;
    if (p == 0 || p == 1)
        return n / 2;
    if (error == 0)
        return n;
    double factor = student_factor(confidence, n - 1) /
                    student_factor(confidence, (double)share->units - 1);
    return fmin(n, p * (1 - p) / (error * error) * factor * factor);
}

void estimate_miss(const double *value, size_t n, size_t unit, double at_least,
                   double at_most, double confidence, struct proportion *out)
{
    struct target target = {value, at_least, at_most};
    struct mean_estimate share;
    estimate(misses, &target, n, unit, confidence, &share);
    *out = (struct proportion){.n = share.n, .share = share.mean, .ci = nowhere};
    if (share.n == 0)
        return;
    out->hits = llround(share.mean * (double)share.n);
    if (unit == 1) {
        out->ci = proportion_interval(out->hits, out->n, confidence);
    } else if (share.units >= 2) {
        double effective = effective_n(&share, confidence);
        out->ci = exact_limits(share.mean * effective, effective, confidence);
    }
}

/* ---- pairs ---- */

struct pair {
    const double *a, *b;
};

static double difference(const void *self, size_t i)
{
    const struct pair *pair = self;
    return pair->a[i] - pair->b[i];
}

/* The one where both are. */
static double first_of(const void *self, size_t i)
{
    const struct pair *pair = self;
    return isnan(pair->b[i]) ? NAN : pair->a[i];
}

static double correlation(const struct pair *pair, size_t n,
                          const struct mean_estimate *a, const struct mean_estimate *b)
{
    if (!(a->sd > 0 && b->sd > 0))
        return NAN;
    struct sum products = {0};
    for (size_t i = 0; i < n; i++) {
        double product = (pair->a[i] - a->mean) * (pair->b[i] - b->mean);
        add(&products, isnan(product) ? 0 : product);
    }
    double r = total(products) / ((double)(a->n - 1) * a->sd * b->sd);
    return fmin(fmax(r, -1), 1);
}

/* Welch, Biometrika 34, 1947. */
static double welch_half_width(const struct mean_estimate *a,
                               const struct mean_estimate *b, double confidence)
{
    double va = a->standard_error * a->standard_error;
    double vb = b->standard_error * b->standard_error;
    double sum = va + vb, part = va / sum;
    if (!(sum > 0 && sum < INFINITY))
        return sum;
    double df = ((double)a->units - 1) / (part * part + (1 - part) * (1 - part));
    return student_factor(confidence, df) * sqrt(sum);
}

void estimate_paired(const double *a, const double *b, size_t n, size_t unit,
                     double confidence, struct paired *out)
{
    struct pair pair = {a, b}, swapped = {b, a};
    struct mean_estimate of_a, of_b, off;
    estimate(first_of, &pair, n, unit, confidence, &of_a);
    estimate(first_of, &swapped, n, unit, confidence, &of_b);
    estimate(difference, &pair, n, unit, confidence, &off);
    *out = (struct paired){
        .n = off.n,
        .mean_difference = off.mean,
        .standard_error = off.standard_error,
        .ci = off.ci,
        .unpaired_half_width =
            off.units < 2 ? NAN : welch_half_width(&of_a, &of_b, confidence),
        .correlation =
            off.n < 2 ? NAN : correlation(&pair, complete(n, unit), &of_a, &of_b),
    };
}
