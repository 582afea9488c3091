#ifndef WORLD_FAILURES_H
#define WORLD_FAILURES_H

/*
 * Servers that fail and are repaired.
 *
 * Each server of a lot in a pool with `failures` has a schedule of its own: up until
 * the failure model's next failure, down for a repair, up again.  Its draws are those
 * of a stream keyed by (seed, replication, "failure", pool / begin of the lot /
 * server), and the n-th failure takes the n-th member of each of that stream's columns;
 * so the schedule depends on nothing but the server, whatever runs on it and whoever
 * else there is.  Servers of a lot that has shrunk or left are not asked any more, the
 * highest numbers first.
 *
 * A repair is one of three kinds (struct failure_spec), each lognormal:
 * exp(ln median + sigma z), rounded to ms, at least 1 ms.
 *
 * A failure hits the jobs that have part of the server (packed), or of its range of
 * positions (fungible, fleet.h): they are interrupted.
 *
 * Of the failures in an owned pool a share is final, by a draw of a column of its own:
 * the server leaves pool and books at once, and is replaced as `failures` says
 * (orders.h).
 */

#include "world/fleet.h"

struct world;

/* A server that may fail. */
struct unit {
    uint32_t pool, lot;
    uint32_t index;           /* in the lot, from 0 */
    uint32_t server;          /* packed: its number there */
    uint32_t place;           /* fungible: where it stands in its lot, whose highest go
                                 first; its index until a lower one is lost */
    uint32_t at_place;        /* fungible: the index of that whose place is `index` */
    uint32_t failures;        /* so far: which draws are next */
    uint64_t key, counter_hi; /* its stream */
};

struct failures {
    struct rng *of_jobs; /* by source; NULL: no job fails by itself */
    struct unit *units;
    uint32_t n, room;
    uint32_t *jobs; /* scratch: those that are hit */
};

/* Whether anything can fail; called once, before the first lot begins. */
void failures_init(struct world *world);

/* New lots of a pool, from that one on: their servers are watched. */
void failures_watch(struct world *world, uint32_t pool, uint32_t first_lot);

/* Where failures_per_d is above 0: a job that starts may fail by itself, at the
 * constant rate of its source, whatever its size: it is interrupted, and its GPUs stay
 * up.  The draw belongs to the job and to how often it was interrupted before. */
void job_plan_failure(struct world *world, uint32_t job);
void job_fails(struct world *world, uint32_t job); /* EVENT_JOB_FAILURE */

/* EVENT_FAILURE and EVENT_REOPEN. */
void failure_strikes(struct world *world, uint32_t unit);
void hold_ends(struct world *world, uint32_t hold);

#endif
