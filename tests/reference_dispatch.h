#ifndef TESTS_REFERENCE_DISPATCH_H
#define TESTS_REFERENCE_DISPATCH_H

/*
 * The rules of dispatch once more, as plainly as they can be said: arrays, every job
 * looked at in every pass, nothing remembered.  It shares no code with the simulator
 * and is what the simulator's start times are compared with.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { REF_JOBS = 16, REF_POOLS = 4, REF_CHANGES = 3, REF_SERVERS = 64 };

#define REF_NEVER INT64_MAX

enum ref_tenure { REF_OWN, REF_LEASE, REF_ON_DEMAND };
enum ref_order { REF_FIFO, REF_SJF, REF_LJF, REF_PRIORITY };
enum ref_backfill { REF_NONE, REF_SKIP, REF_EASY, REF_CONSERVATIVE };
enum ref_wait { REF_AT_ONCE, REF_FOREVER, REF_THRESHOLD };
enum ref_state {
    REF_NOT_YET,
    REF_WAITING,
    REF_RUNNING,
    REF_FINISHED,
    REF_REFUSED,
    REF_ABANDONED
};

struct ref_change {
    int64_t at_ms, gpus;
};

struct ref_pool {
    enum ref_tenure tenure;
    int64_t gpus; /* at the start; of a lease, while it runs; on-demand: the limit */
    int64_t from_ms, until_ms; /* lease */
    bool start_past_end;
    struct ref_change changes[REF_CHANGES];
    int n_changes;
    int speed; /* 0 to 3: 1, 2, 0.8, 3 */
};

struct ref_job {
    int64_t submit_ms, duration_ms, limit_ms; /* limit 0: none */
    int64_t patience_ms, deadline_ms;         /* REF_NEVER: none */
    int gpus, priority;
    int list;         /* whose preference holds */
    unsigned allowed; /* pools, by bit */
    bool preemptible;
};

struct ref_case {
    struct ref_job jobs[REF_JOBS]; /* by submit */
    int n_jobs;
    struct ref_pool pools[REF_POOLS];
    int n_pools;
    int width; /* GPUs per server; 0: fungible */
    enum ref_order order;
    enum ref_backfill backfill;
    enum ref_wait wait;
    int64_t short_below_ms, short_ms, long_ms;
    bool actual; /* estimates are the true durations */
    bool submit_first;
    bool preempt; /* only with the order by priority */
    int64_t horizon_ms;
    int prefer[2][REF_POOLS], n_prefer[2];
};

struct ref_outcome {
    enum ref_state state;
    int64_t start_ms, end_ms; /* -1: not */
    int pool;                 /* where it ran last; -1: never */
    int interruptions;
};

void reference_run(const struct ref_case *c, struct ref_outcome outcome[REF_JOBS]);

void reference_print(const struct ref_case *c, FILE *out);

#endif
