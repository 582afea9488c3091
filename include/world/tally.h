#ifndef WORLD_TALLY_H
#define WORLD_TALLY_H

/*
 * Counts and waits of jobs: in total, by workload, by tenant and by size.
 *
 * Waits are over all jobs submitted after `warmup`; one that has not started by the
 * horizon counts with its wait so far (censored), one that left the queue with the time
 * it spent there, a refused one not at all.
 */

#include "base/names.h"
#include "world/arrivals.h"
#include "world/backlog.h"
#include "world/result.h"

struct tally {
    struct arena *arena;
    struct names workloads, tenants; /* numbers of groups */
    uint32_t *workload_groups, *tenant_groups;
    uint32_t size_groups[32]; /* by power of two; UINT32_MAX: none yet */
    struct group_result *groups;
    uint32_t n_groups, groups_room;
    int64_t warmup_ms;
    int64_t first_submit_ms, last_end_ms; /* NEVER_MS and -1: none */
};

void tally_init(struct tally *tally, struct arrivals *arrivals, int64_t warmup_ms,
                struct arena *arena);

void tally_arrived(struct tally *tally, const struct live_job *job);
void tally_started(struct tally *tally, const struct live_job *job, int64_t now_ms,
                   struct pool_result *pool);

/* The job leaves, or stands at the horizon as `outcome` says. */
void tally_left(struct tally *tally, const struct live_job *job,
                enum job_outcome outcome, int64_t now_ms);

#endif
