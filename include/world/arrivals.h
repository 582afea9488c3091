#ifndef WORLD_ARRIVALS_H
#define WORLD_ARRIVALS_H

/*
 * The jobs of all demand sources, merged in order of submit; at equal times the source
 * named first in the scenario comes first, and within a source the order of the file.
 *
 * Traces are read by a cursor and never stored in the event queue; models are drawn one
 * job ahead.  `scale` and `growth` thin or clone by keyed draws: the n-th copy of a job
 * is there whenever the factor reaches its draw, so a larger factor only adds jobs.
 */

#include "base/arena.h"
#include "input/scenario.h"
#include "world/route.h"

/* What all jobs of one kind of one source have in common. */
struct source_kind {
    uint32_t route;
    int64_t work_ratio;                    /* of finished work: route_work_ratio() */
    uint32_t workload_group, tenant_group; /* of the tally; UINT32_MAX: none */
    uint32_t payer;                        /* of the chargeback, if there is one */
    uint32_t service;                      /* of the service meters, if there are any */
    const char *workload, *tenant;         /* NULL: none */
    bool preemptible;
    bool young_daly;       /* where no interval is given, it is computed by gang */
    double failures_per_d; /* of a running job, whatever its size */
    int64_t checkpoint_interval_ms, checkpoint_cost_ms, restart_ms;
};

struct arrival {
    int64_t submit_ms, duration_ms;
    int64_t limit_ms;    /* 0: none */
    int64_t deadline_ms; /* NEVER_MS: none */
    int64_t patience_ms; /* NEVER_MS: none */
    int32_t gpus, priority;
    const struct source_kind *kind;
    uint32_t source;
    uint64_t row;  /* index in the trace, or number of the draw */
    uint32_t lap;  /* of a repeated trace; which block of a bootstrap */
    uint32_t copy; /* of a scaled one */
};

struct source {
    const struct demand_spec *spec;
    struct source_kind *kinds;
    uint32_t index;
    int64_t start_unix_ms;
    int64_t horizon_ms; /* jobs from then on never come */
    bool done;
    struct arrival next;
    uint64_t row;     /* after `next` */
    uint64_t row_end; /* of the present lap or block */
    uint32_t lap;
    int64_t shift_ms;      /* of its jobs, to the world's clock */
    uint32_t copy, copies; /* of the present row */
    struct rng thinning, blocks, model_rng;
    void *model_state;
};

struct arrivals {
    const struct scenario *scenario;
    struct source *sources;
    uint32_t n;
    struct source_kind *level_kinds; /* of levels, series by series: level.h */
    uint32_t n_level_kinds;
    uint32_t first;  /* the source whose next job comes first; n: none has one */
    int64_t next_ms; /* NEVER_MS: no more */
};

void arrivals_init(struct arrivals *arrivals, const struct scenario *scenario,
                   uint64_t replication, struct routes *routes, struct arena *arena);

/* The kinds of a source, or those of levels with i == arrivals->n; their number. */
struct source_kind *arrivals_kinds(struct arrivals *arrivals, uint32_t i, size_t *n);

/* The n-th job of `initial:`, which never comes through arrivals_take; false if there
 * are no more.  `started_ms` is NEVER_MS for a job that waits. */
bool arrivals_initial(const struct arrivals *arrivals, size_t n,
                      struct arrival *arrival, int64_t *started_ms);

/* Takes the first job; there must be one (next_ms tells). */
struct arrival arrivals_take(struct arrivals *arrivals);

/* The job's name, unique within the run: the trace's id, "@2" for the third lap, "+1"
 * for the second copy; with several sources preceded by the source's label. */
#define JOB_ID_TEXT 400
void arrival_id(const struct scenario *scenario, uint32_t source, uint64_t row,
                uint32_t lap, uint32_t copy, char text[JOB_ID_TEXT]);

#endif
