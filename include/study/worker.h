#ifndef STUDY_WORKER_H
#define STUDY_WORKER_H

/*
 * One thread's share of a study: what it needs to run a task, kept from task to task.
 *
 * Where nothing is uncertain the scenario of a point is the same in all replications,
 * and resolved once for all workers.
 */

#include <signal.h>
#include <stdatomic.h>

#include "base/arena.h"
#include "study/payload.h"
#include "study/plan.h"
#include "study/rows.h"

/* What all workers share. */
struct crew {
    const struct study_setup *setup;
    const struct study_plan *plan;
    volatile sig_atomic_t stop; /* ends the replications that are running */
    struct shared_scenarios *shared;
    atomic_uint_fast64_t failed; /* replications that could not be done */
};

void crew_init(struct crew *crew, const struct study_setup *setup,
               const struct study_plan *plan);
void crew_free(struct crew *crew);

struct worker {
    struct crew *crew;
    struct arena memory;  /* of a replication; emptied, never given back */
    struct arena scratch; /* of a task; the same */
    struct study_cell *cells;
    struct payload payload;
    struct rows_writer writer;
};

void worker_init(struct worker *worker, struct crew *crew);
void worker_free(struct worker *worker); /* closes the file without a word */

/* Runs a task; its row is in `payload` then.  An error of a replication that cannot be
 * done is in the row. */
bool worker_run(struct worker *worker, size_t point, uint64_t replication,
                struct error *err) MUST_CHECK;

#endif
