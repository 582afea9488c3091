#ifndef CLI_CONSTRAINTS_H
#define CLI_CONSTRAINTS_H

/*
 * What each constraint of jobs costs them in choice: the part of `tenure check` that is
 * about jurisdiction, isolation, providers, memory, classes and lists of pools.
 *
 * A constraint restricts a job if it alone closes a pool to it, whether
 * `dispatch.relax` ignores it or not.
 */

#include <jansson.h>
#include <stdio.h>

#include "world/arrivals.h"

struct constraint_tally {
    int64_t jobs;   /* that it restricts */
    double gpu_ms;  /* that they want */
    uint64_t open;  /* the pools (bit: index) that it leaves open to some of them */
    uint64_t least; /* that it leaves open to all of them */
};

struct constraints {
    const struct scenario *scenario;
    struct constraint_tally of[CONSTRAINTS];
    uint64_t **closed; /* by source: of each kind, CONSTRAINTS masks */
    int64_t shut_jobs; /* no pool at all is open to them */
    double shut_gpu_ms;
    const char *shut_reason; /* of the first */
};

void constraints_init(struct constraints *constraints, const struct scenario *scenario,
                      const struct arrivals *arrivals, struct arena *arena);
void constraints_count(struct constraints *constraints, const struct arrivals *arrivals,
                       const struct arrival *arrival, const struct route *route,
                       double gpu_ms);

/* Lines of a label and text in 80 columns; none where nothing is restricted. */
void constraints_print(const struct constraints *constraints, FILE *out);

/* {name: {jobs, gpu_h, open_pools, relaxed}} of those that restrict any job. */
json_t *constraints_json(const struct constraints *constraints);

#endif
