#ifndef WORLD_WORLD_H
#define WORLD_WORLD_H

/*
 * One replication: a pure function of (scenario, replication number).
 */

#include <signal.h>

#include "base/arena.h"
#include "base/errors.h"
#include "input/scenario.h"
#include "world/result.h"
#include "world/sink.h"

struct run_options {
    uint64_t replication;
    const struct sink *sink;          /* NULL: no rows */
    volatile sig_atomic_t *interrupt; /* NULL, or set to stop the run with an error */
    bool check;                       /* check every invariant after every event */
    void (*progress)(void *self, int64_t now_ms, int64_t horizon_ms); /* or NULL */
    void *progress_self;
    /* NULL, or an arena that nothing else uses meanwhile: the run takes its memory from
     * it, and world_free gives it back, emptied, for the next one. */
    struct arena *memory;
};

struct world; /* world/state.h */

/* Runs to the horizon.  The result lives until world_free; the scenario must too. */
struct world *world_new(const struct scenario *scenario,
                        const struct run_options *options);
bool world_run(struct world *world, struct error *err) MUST_CHECK;
const struct run_result *world_result(const struct world *world);
void world_free(struct world *world);

#endif
