#ifndef WORLD_BACKLOG_H
#define WORLD_BACKLOG_H

/*
 * The jobs in the system, and the queue of those that wait.  Only backlog.c changes a
 * job's state.
 *
 * Waiting jobs stand in queues, one for each combination of open pools (route, and
 * whether elastic pools are open already) and gang size; within a queue they are
 * ordered by the order model's key, with the smallest estimate known under every
 * branch.  Jobs of one queue differ for the dispatcher only in key and estimate, so a
 * pass looks at queues, not at jobs.
 */

#include "base/tree.h"
#include "world/arrivals.h"
#include "world/fleet.h"

#define JOB_NONE   UINT32_MAX
#define QUEUE_NONE UINT32_MAX

enum job_state { JOB_STATE_FREE, JOB_STATE_WAITING, JOB_STATE_RUNNING };

/* What a running gang does from segment_ms on, until its event. */
enum segment {
    SEGMENT_SETUP,      /* boot and restart: overhead */
    SEGMENT_REPEAT,     /* work that was done before and lost: overhead */
    SEGMENT_WORK,       /* useful */
    SEGMENT_CHECKPOINT, /* overhead */
};

struct live_job {
    uint8_t state;   /* enum job_state */
    uint8_t segment; /* enum segment, while it runs */
    uint8_t cause;   /* enum cause: of its last interruption */
    bool waits;      /* counted in the price of delay: it waits, or boots */
    bool restarts;   /* booting: it restarts then */
    bool leaves;     /* running: with the checkpoint that it takes */
    bool impatient;  /* leave_event ends its patience, else its deadline */
    bool level;      /* no job: a GPU that a level holds (level.h) */
    int32_t interruptions;
    uint32_t source, lap, copy;
    uint64_t row;
    const struct source_kind *kind;
    int64_t submit_ms, deadline_ms, patience_ms;
    int64_t duration_ms, limit_ms; /* on the reference class */
    int64_t interval_ms;           /* of work between two checkpoints; 0: none */
    int32_t gpus, priority;
    uint64_t seq; /* of arrival */

    /* waiting */
    int64_t key, estimate_ms; /* of the work that remains, on the reference class */
    int64_t until_ms;         /* from then on elastic pools are open */
    uint32_t queue;
    uint32_t until_event, leave_event; /* EVENT_NONE where there is none */

    /* running */
    uint32_t pool, shares, event;
    uint32_t next_in_pool, previous_in_pool;
    int64_t first_start_ms; /* NEVER_STARTED: not yet */
    int64_t held_since_ms;
    int64_t expected_end_ms; /* key in the pool's tree of running jobs */
    int64_t segment_ms;      /* when it began */
    int64_t work_ms;         /* to be done in this run, on this pool */
    int64_t done_ms;         /* of it, up to the beginning of the segment */
    int64_t repeat_ms;       /* the first part of it was done before */
    int64_t secured_ms;      /* of it, by checkpoints */

    /* over all runs; on the reference class */
    int64_t progress_ms; /* secured by checkpoints */
    int64_t reached_ms;  /* farthest point ever reached: what was counted as useful */
    int64_t before_ms;   /* done before the run began, and not counted in it */
    int64_t useful_gpu_ms, overhead_gpu_ms, direct_uusd;
};

/* What only some scenarios need of a running job, kept apart so that jobs stay small:
 * where many wait or run, time is cache misses on them. */
struct job_aside {
    int128 held_direct;     /* the pool's prices_direct() when it got its GPUs */
    uint64_t start_number;  /* with preemption: of all starts of the run */
    uint32_t failure_event; /* of its own; EVENT_NONE where there is none */
};

struct queue {
    uint32_t route;
    int32_t gpus;
    bool elastic_open;
    uint64_t mask; /* pools open to its jobs */
    struct tree jobs;
    uint32_t active_at; /* index in backlog->active; QUEUE_NONE: empty */

    /* Of the dispatch pass. */
    int64_t cursor_key;
    uint64_t cursor_seq;
    int64_t reserve_below_ms; /* no job of a longer estimate can be reserved for */
    bool has_candidate, candidate_known;
    struct tree_entry candidate;
};

/* The head of a queue that is not empty, kept together for the scan. */
struct active_queue {
    int64_t key;
    uint64_t seq;
    uint64_t mask;
    int32_t gpus;
    uint32_t queue;
};

struct backlog {
    struct arena *arena;
    struct tree_nodes nodes;
    struct fleet *fleet;   /* whose wanted_gpus and waiting_jobs are kept here */
    struct routes *routes; /* borrowed */
    struct live_job *jobs;
    struct job_aside *asides; /* by job; NULL unless keeps_asides */
    uint32_t n_jobs, jobs_room, free_job;
    uint64_t arrivals; /* seq of the next */
    struct queue *queues;
    uint32_t n_queues, queues_room;
    uint32_t *slots; /* hash table of queues + 1 */
    uint32_t slots_mask;
    struct active_queue *active;
    uint32_t n_active, active_room;
    int64_t waiting, running; /* jobs */
    bool keeps_asides;        /* prices change, jobs fail or are preempted */
    bool preempt;             /* the fixed pools' trees of victims are kept */
    uint64_t starts;
};

void backlog_init(struct backlog *backlog, struct fleet *fleet, struct routes *routes,
                  struct arena *arena);

/* A new job, neither waiting nor running yet. */
uint32_t backlog_admit(struct backlog *backlog, const struct arrival *arrival);

/* checkpoint.c: its checkpoint interval, as given or by Young and Daly. */
int64_t checkpoint_interval_ms(const struct routes *routes,
                               const struct arrival *arrival);

/* The job leaves the system. */
void backlog_release(struct backlog *backlog, uint32_t job);

/* Joins and leaves the queue; key, estimate_ms and until_ms are set by the caller. */
void backlog_wait(struct backlog *backlog, uint32_t job, int64_t now_ms);
void backlog_unwait(struct backlog *backlog, uint32_t job);

/* Its until_ms has come: elastic pools are open from now on. */
void backlog_open_elastic(struct backlog *backlog, uint32_t job);

/* Joins and leaves a pool's running jobs; expected_end_ms is set by the caller.  With
 * `preempt` the preemptible ones of a fixed pool stand in its tree of victims by
 * (priority, latest start first), their GPUs as weights. */
void backlog_run(struct backlog *backlog, uint32_t job, struct pool *pool,
                 bool track_ends);
void backlog_stop(struct backlog *backlog, uint32_t job, bool track_ends);

/* The waiting job that is first in order, or JOB_NONE; looks at the queues. */
uint32_t backlog_first(const struct backlog *backlog);

/* Whether any waiting gang to which the pool is open would fit in it now. */
bool backlog_fits(const struct backlog *backlog, const struct pool *pool);

void backlog_check(const struct backlog *backlog);
void backlog_print(const struct backlog *backlog, FILE *out);

#endif
