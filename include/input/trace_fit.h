#ifndef INPUT_TRACE_FIT_H
#define INPUT_TRACE_FIT_H

/*
 * Estimates the parameters of the demand models `gamma` and `mmpp` from a job trace,
 * with standard errors and measures of fit.
 *
 * Arrivals.  The rate is rate * day(hour) * week(weekday) * e^(g t), fitted by maximum
 * likelihood as of a Poisson process, by turns over its factors (iterative scaling;
 * Baker and Clarke 1988, "The Poisson-multinomial connection", for its equality with
 * the joint fit).  Standard errors are those of Poisson times the root of the
 * dispersion, or of cv squared where that is more (quasi-likelihood; McCullagh and
 * Nelder, "Generalized Linear Models", 1989): Pearson's chi-squared of daily counts
 * over its degrees of freedom.  Weekdays are fitted from 14 days of trace on, growth
 * from 28 days (and kept where it is three standard errors from none), hours from 2.
 *
 * Burstiness.  `cv` is the coefficient of variation of the gaps in operational time,
 * its error by the jackknife over 50 blocks (Kuensch 1989).
 *
 * Or bursts by hidden states, for the model `mmpp`: a hidden Markov chain of 2 to 6
 * states is fitted to the counts of windows of 5 to 60 minutes, less the rhythm; a
 * further state is taken while it has a lower BIC and adds a twentieth to what states
 * explain; errors from the observed information, which know nothing of what changes
 * within a window (sim/input/fit_states.c).
 *
 * Durations.  Each law of base/job_shape.h is fitted by maximum likelihood; errors are
 * from the information in the products of the scores (Berndt, Hall, Hall and Hausman
 * 1974), carried to the parameters by their derivatives.  The law with the least BIC
 * (Schwarz 1978, "Estimating the dimension of a model") is taken unless one is asked
 * for.  From 20,000 jobs on, likelihoods use 4,096 bins of the logarithm.  `distance`
 * is Kolmogorov's: the largest difference between the two distribution functions.
 */

#include "base/job_shape.h"
#include "input/trace.h"

struct fit_value {
    double value, error; /* standard error; 0 where the value is given, not estimated */
};

#define FIT_PARAMS_MAX 5
/* The keys of base/job_shape.h that each law has, in the order of `value`. */
extern const char *const fit_law_keys[SERVICE_EMPIRICAL][FIT_PARAMS_MAX + 1];

struct fit_law {
    enum job_service service;
    bool possible; /* false: its parameters lie outside what a model accepts */
    struct fit_value value[FIT_PARAMS_MAX]; /* s, or a plain number */
    double bic;
    double distance;
};

struct fit_rhythm {
    struct fit_value rate_per_d; /* at the trace's begin, averaged over a week */
    struct fit_value cv;
    bool has_hours, has_days, has_growth;
    struct fit_value hour[24], day[7]; /* means 1 */
    struct fit_value growth_frac_per_y;
    double dispersion; /* of daily counts: 1 is Poisson; 0: too few whole days */
    double distance;   /* of the gaps from the Gamma law */
};

/* States of the model `mmpp`, rates ascending. */
#define FIT_STATES_MAX 6
struct fit_states {
    size_t n; /* 0: not asked for */
    struct fit_value rate_per_d[FIT_STATES_MAX], stay_h[FIT_STATES_MAX];
    struct fit_value visits[FIT_STATES_MAX]; /* sum 1 */
    double bic;
};

struct fit_sizes {
    double *gpus, *share, *error;
    size_t n;
};

/* One source: the jobs of one workload, or all. */
struct fit_source {
    const char *workload; /* NULL: none */
    size_t jobs;
    double gpu_h;
    struct fit_rhythm rhythm;
    struct fit_states states;
    struct fit_sizes sizes, long_sizes; /* long_sizes.n 0: no mix */
    struct fit_value size_exponent;     /* 0 where it is not told from 0 */
    struct fit_law laws[SERVICE_EMPIRICAL];
    enum job_service chosen;
    double quantile_at[64], quantile_s[64]; /* for service: empirical */
    size_t n_quantiles;
    double longest_s;
    double work_ratio; /* GPU-h per job of the model / of the trace */
};

struct trace_fit {
    struct arena arena;
    const char *path;
    bool absolute;
    double span_d;
    struct fit_source *sources;
    size_t n;
    size_t left_out; /* jobs of workloads too small to fit, beside larger ones */
};

#define FIT_JOBS_MIN 100

struct fit_options {
    bool mmpp;     /* bursts by hidden states, not by the gaps */
    size_t states; /* of them, 2 to FIT_STATES_MAX; 0: as many as have the least BIC */
    bool together; /* not a source for each workload of FIT_JOBS_MIN jobs or more */
    int service;   /* enum job_service; -1: by BIC */
};

/* Fails where a source has fewer than FIT_JOBS_MIN jobs, or all at one instant.
 * trace_fit_free on every path. */
bool trace_fit(const struct trace *trace, const struct fit_options *options,
               struct trace_fit *fit, struct error *err) MUST_CHECK;
void trace_fit_free(struct trace_fit *fit);

/* The `demand:` of a scenario, each parameter with its error in a comment. */
bool trace_fit_write(const struct trace_fit *fit, const char *path,
                     struct error *err) MUST_CHECK;
bool trace_fit_write_json(const struct trace_fit *fit, struct error *err) MUST_CHECK;

#endif
