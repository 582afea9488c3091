#ifndef FIGURE_INTERVALS_H
#define FIGURE_INTERVALS_H

/*
 * The intervals of a run: timeline.csv as columns of numbers, and what waited
 * meanwhile.
 *
 * All is the mean over the interval, so what is busy and what waits can be added.
 */

#include "figure/kinds.h"
#include "world/sink.h"

/* For notes, where jobs were interrupted. */
#define INTERVALS_INTERRUPTED                                                          \
    " Jobs that waited again after an interruption are in no file and not shown."

struct pool_intervals {
    double *capacity_gpus;          /* of each interval */
    double *state_gpus[GPU_STATES]; /* as enum gpu_state */
    bool elastic;
    bool used; /* had capacity at some time */
};

struct intervals {
    struct arena arena;
    size_t n, room;
    int64_t *start_ms, *end_ms;   /* unix; each ends where the next one starts */
    struct pool_intervals *pools; /* as in the run */
    size_t n_pools;
    double *waiting_gpus, *waiting_jobs;
    bool was_read;
    bool interrupted; /* jobs were: they waited again, which no file tells */
};

/* Of the source's run, read when they are first asked for and valid as long as the
 * source is; NULL on failure.  What waited is, from jobs.csv, jobs until their first
 * start, and from levels.csv, if there is one, what levels of demand lacked; in memory
 * there is no job but one. */
const struct intervals *intervals_of(const struct figure_source *source,
                                     struct error *err) MUST_CHECK;

/* Whether there were neither GPUs nor anything that wanted some. */
bool intervals_are_empty(const struct intervals *intervals);

/* Zeroed, for the source; read by the first call of intervals_of. */
struct intervals *intervals_new(void);
void intervals_delete(struct intervals *intervals); /* NULL is allowed */

/* The part of it that is about waits; for intervals_of. */
bool intervals_read_waiting(struct intervals *intervals, const struct saved_run *run,
                            struct error *err) MUST_CHECK;

#endif
