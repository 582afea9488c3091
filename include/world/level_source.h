#ifndef WORLD_LEVEL_SOURCE_H
#define WORLD_LEVEL_SOURCE_H

/*
 * What a source of levels wants over time: a trace or a model, instant after instant.
 */

#include "base/arena.h"
#include "base/rng.h"
#include "input/scenario.h"

/* A trace or model that tells how many GPUs are wanted. */
struct level_source {
    const struct level_spec *spec;
    uint32_t first, n; /* its levels, series by series */
    size_t row;        /* of the trace, the next one */
    int64_t lap;
    int64_t *told_gpus; /* by series: as the trace or model says, before scale */
    double drawn_gpus;  /* of a model: from next_ms on */
    int64_t next_ms;    /* NEVER_MS: no more */
    struct rng rng;
    void *state;
};

/* Must not move afterwards.  `first` is the caller's. */
void level_source_begin(struct level_source *source, const struct scenario *scenario,
                        const struct level_spec *spec, uint64_t replication,
                        struct arena *arena);

/* Goes to an instant: 0 first, then what was returned last, the instant of the next
 * change; NEVER_MS: there is none. */
int64_t level_source_move(struct level_source *source, int64_t now_ms);

/* The GPUs that a series wants from now on. */
int64_t level_source_wants(const struct level_source *source, uint32_t series,
                           int64_t now_ms);

#endif
