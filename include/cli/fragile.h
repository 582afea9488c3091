#ifndef CLI_FRAGILE_H
#define CLI_FRAGILE_H

/*
 * Jobs that spot capacity would interrupt again and again.  A gang loses all its work
 * since the last checkpoint with any one of its instances, so on i instances with a
 * mean time of M each it is interrupted every M / i; without a checkpoint work of t
 * then ends in a share exp(-t i / M) of the attempts.
 */

#include "world/arrivals.h"

/* More interruptions than that are expected in one uninterrupted duration: one attempt
 * in 20 ends. */
#define FRAGILE_INTERRUPTIONS 3.0

struct fragile {
    const struct scenario *scenario;
    int64_t *jobs;    /* by pool */
    int64_t *largest; /* by pool: GPUs of the largest such gang */
};

void fragile_init(struct fragile *fragile, const struct scenario *scenario,
                  struct arena *arena);
void fragile_count(struct fragile *fragile, const struct arrival *arrival,
                   const struct route *route);
/* A warning of the scenario for each pool that has such jobs. */
void fragile_warn(const struct fragile *fragile, struct scenario *scenario);

#endif
