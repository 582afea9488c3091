#ifndef STUDY_POOL_H
#define STUDY_POOL_H

/*
 * Threads that take one number after another until there are no more.
 *
 * Numbers are handed out in rising order, so each worker sees rising ones.  The calling
 * thread waits, looks after signals, and every tenth of a second asks `tick`, which may
 * show progress and sync files.  The first failure, of a worker or a tick, or a signal
 * stops all: `stop` is set, which a long piece of work must look at.
 */

#include <signal.h>
#include <stdint.h>

#include "base/errors.h"

struct pool_work {
    void *self;
    unsigned threads; /* at least 1 */
    uint64_t begin, end;
    /* False with the error set stops all.  An error after `stop` is not told. */
    bool (*work)(void *self, unsigned worker, uint64_t number, struct error *err);
    bool (*tick)(void *self, struct error *err); /* in the calling thread; or NULL */
    volatile sig_atomic_t *stop;                 /* 0 at the beginning */
};

bool pool_run(const struct pool_work *work, struct error *err) MUST_CHECK;

/* How many threads are of use here: the processors that the process may run on, or what
 * Slurm gave the task. */
unsigned pool_threads(void);

#endif
