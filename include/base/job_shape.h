#ifndef BASE_JOB_SHAPE_H
#define BASE_JOB_SHAPE_H

/*
 * For demand models: how many GPUs a job takes, and for how long.
 *
 * Sizes come from a table of weights.  A duration is drawn by inversion from one of
 * these laws, cut at `longest`, and rounded to ms, at least 1:
 *
 *   lognormal    by median and mean: sigma^2 = 2 ln(mean / median)
 *   exponential  by mean
 *   constant     the mean
 *   weibull      by mean and shape k: scale = mean / Gamma(1 + 1/k)
 *   pareto       lognormal up to `tail_from`; beyond it P(D > x) falls as
 *                x^-tail_exponent, from the lognormal's value there
 *   mix          two lognormals: `long_share` of the jobs have long_median, long_mean
 *                and sizes from long_sizes
 *   empirical    by quantiles, {fraction: seconds}, linear in between
 *
 * "mean" is that before `longest` cuts, and for pareto that of the lognormal.  The mix
 * is that of FACTS on the public traces: few large jobs hold most of the GPU-time.
 * Sources: Johnson, Kotz and Balakrishnan, "Continuous Univariate Distributions" (1994)
 * for the laws; Lublin and Feitelson (2003), Journal of Parallel and Distributed
 * Computing 63, for sizes and run times of parallel jobs.
 */

#include "base/params.h"

enum job_service {
    SERVICE_LOGNORMAL,
    SERVICE_EXPONENTIAL,
    SERVICE_CONSTANT,
    SERVICE_WEIBULL,
    SERVICE_PARETO,
    SERVICE_MIX,
    SERVICE_EMPIRICAL,
};
extern const char *const job_service_names[]; /* NULL ends the list */

/* Part of a demand model's parameters, called `shape` there. */
struct job_shape {
    struct table sizes;
    int service; /* enum job_service */
    int64_t median_ms, mean_ms, longest_ms;
    double weibull_shape;
    int64_t tail_from_ms;
    double tail_exponent;
    double long_share_frac;
    int64_t long_median_ms, long_mean_ms;
    struct table long_sizes; /* empty: as sizes */
    struct table quantiles;  /* seconds by fraction of jobs */
    double size_exponent;
};

/* clang-format off */
#define JOB_SHAPE_PARAMS(struct_, service_)                                            \
    {PARAM_MAP(struct_, "sizes", shape.sizes,                                          \
               "{1: 0.932, 2: 0.022, 4: 0.023, 8: 0.02, 16: 0.0024, 32: 0.0008}", 0,   \
               1e12, "weight of each number of GPUs")},                                \
    {PARAM_ONE_OF(struct_, "service", shape.service, job_service_names, service_,      \
                  "law of the durations")},                                            \
    {PARAM_TIME(struct_, "median", shape.median_ms, "874s", 1, 3.2e12,                 \
                "median duration: lognormal, pareto, and the short jobs of a mix")},   \
    {PARAM_TIME(struct_, "mean", shape.mean_ms, "18006s", 1, 3.2e12,                   \
                "mean duration, before `longest` and the tail; all but empirical")},   \
    {PARAM_TIME(struct_, "longest", shape.longest_ms, "60d", 1, 3.2e12,                \
                "a longer job is ended there")},                                       \
    {PARAM_NUMBER(struct_, "weibull_shape", shape.weibull_shape, "0.5", 0.1, 100,      \
                  "of service: weibull; below 1 many short and few long jobs")},       \
    {PARAM_TIME(struct_, "tail_from", shape.tail_from_ms, "1d", 1, 3.2e12,             \
                "of service: pareto; where the tail begins")},                         \
    {PARAM_NUMBER(struct_, "tail_exponent", shape.tail_exponent, "1.5", 0.1, 100,      \
                  "of service: pareto; the smaller, the fatter is the tail")},         \
    {PARAM_FRACTION(struct_, "long_share", shape.long_share_frac, "1 %", 0, 1,         \
                    "of service: mix; share of the jobs that are long")},              \
    {PARAM_TIME(struct_, "long_median", shape.long_median_ms, "2d", 1, 3.2e12,         \
                "of service: mix; median duration of the long jobs")},                 \
    {PARAM_TIME(struct_, "long_mean", shape.long_mean_ms, "4d", 1, 3.2e12,             \
                "of service: mix; mean duration of the long jobs")},                   \
    {PARAM_MAP(struct_, "long_sizes", shape.long_sizes, "", 0, 1e12,                   \
               "of service: mix; sizes of the long jobs, where they are others")},     \
    {PARAM_MAP(struct_, "quantiles", shape.quantiles, "", 0, 3.2e9,                    \
               "of service: empirical; seconds by fraction of the jobs, from 0 to 1, " \
               "as {0: 10, 0.5: 874, 1: 4e6}")},                                       \
    {PARAM_NUMBER(struct_, "size_exponent", shape.size_exponent, "0", -3, 3,           \
                  "durations grow with GPUs to this power")}
/* clang-format on */

/* The keys' cross-checks, for a model's check(). */
bool job_shape_check(const struct job_shape *shape, struct error *err) MUST_CHECK;

/* Uniforms that a draw takes, whatever the law: which component, size, duration. */
#define JOB_SHAPE_DRAWS 3

/* uniform[i] in (0, 1). */
void job_shape_draw(const struct job_shape *shape,
                    const double uniform[JOB_SHAPE_DRAWS], int64_t *gpus,
                    int64_t *duration_ms);

/* The GPUs alone, as job_shape_draw has them from the same uniforms. */
int64_t job_shape_gpus(const struct job_shape *shape,
                       const double uniform[JOB_SHAPE_DRAWS]);

/* The duration of a job of that many GPUs. */
int64_t job_shape_duration_ms(const struct job_shape *shape, int64_t gpus,
                              const double uniform[JOB_SHAPE_DRAWS]);

#endif
