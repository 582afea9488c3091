#ifndef INPUT_TRACE_FIT_PARTS_H
#define INPUT_TRACE_FIT_PARTS_H

/* The steps of trace_fit: of one source's jobs, in order of submit. */

#include "input/trace_fit.h"

struct fit_jobs {
    const struct trace *trace;
    const uint32_t *rows; /* into trace->jobs */
    size_t n;
    /* The first submit, and the instant after the last one of the whole trace. */
    int64_t begin_ms, end_ms;
    struct arena *arena;
};

static inline const struct job *fit_job(const struct fit_jobs *jobs, size_t i)
{
    return &jobs->trace->jobs[jobs->rows[i]];
}

/* Window by window: jobs, and days of operational time at the rhythm's factor. */
struct fit_hours {
    const double *count, *work_d;
    size_t n;
    double window_h;
};

/* Rate, rhythm, growth and burstiness; fit_rhythm.c.  `hours` is in jobs->arena. */
void fit_rhythm(const struct fit_jobs *jobs, struct fit_rhythm *rhythm,
                struct fit_hours *hours);

/* Hidden states, `wanted` of them or, for 0, by BIC; fit_states.c. */
void fit_states(const struct fit_hours *hours, size_t wanted, struct arena *arena,
                struct fit_states *states);

/* Logarithms of durations in seconds, ascending, with weights: one each, or bins. */
struct fit_sample {
    double *x, *w;
    size_t n;
    double total; /* of w */
};

#define FIT_BINS 4096

/* Of n ascending logarithms; fit_laws.c. */
struct fit_sample fit_sample(const double sorted[], size_t n, struct arena *arena);

/*
 * One law: `theta` are its parameters without bounds, `tail_x` is ln of where the
 * pareto's tail begins.
 */
struct fit_theta {
    enum job_service service;
    double theta[FIT_PARAMS_MAX];
    size_t n; /* of theta that were estimated */
    double tail_x;
    double log_likelihood; /* of ln(duration) */
};
double fit_log_density(const struct fit_theta *law, double x);
double fit_cdf(const struct fit_theta *law, double x);

/* Maximum likelihood; `possible` is false where there is none. */
bool fit_maximize(enum job_service service, const struct fit_sample *sample,
                  struct fit_theta *law);

/* The values a model takes, with their errors, BIC and distance; fit_values.c. */
void fit_law(const struct fit_theta *theta, const struct fit_sample *sample,
             const double sorted[], size_t n, struct fit_law *law);

/* Share of the jobs of ln duration x that are long, by the mix. */
double fit_long_share(const struct fit_theta *mix, double x);

#endif
