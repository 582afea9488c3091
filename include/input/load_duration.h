#ifndef INPUT_LOAD_DURATION_H
#define INPUT_LOAD_DURATION_H

/*
 * The load-duration curve: for how long how many GPUs are wanted, as power systems draw
 * it for megawatts.  Of jobs it is what would run if none waited, from the first submit
 * to the last end; of a level trace, from its first row to its last.  Exact, by a sweep
 * over all changes: O(n log n).
 */

#include "input/level_trace.h"
#include "input/trace.h"

struct load_step {
    int64_t gpus;
    int64_t ms;          /* at exactly so many */
    int64_t at_least_ms; /* at so many or more */
};

struct load_duration {
    struct load_step *steps; /* by GPUs, rising; those that occur */
    size_t n;                /* 0: the span is empty */
    int64_t from_ms, to_ms;  /* as the trace's times */
    int64_t peak_gpus;
    int128 gpu_ms;
};

/* load_duration_free afterwards. */
void load_duration_of_jobs(const struct trace *trace, struct load_duration *load);
void load_duration_of_level(const struct level_trace *trace,
                            struct load_duration *load);
void load_duration_free(struct load_duration *load);

/* The smallest load that is exceeded for at most `per_mille` of the time: 0 is the
 * peak, 1000 the least load.  0 where the span is empty. */
int64_t load_exceeded(const struct load_duration *load, int per_mille);

double load_mean_gpus(const struct load_duration *load); /* 0 where it is empty */

/* gpus,h_at_or_above,frac_at_or_above, a row per step.  Whole or not at all. */
bool load_duration_write(const struct load_duration *load, const char *path,
                         struct error *err) MUST_CHECK;

#endif
