#ifndef TESTS_REFERENCE_RUN_H
#define TESTS_REFERENCE_RUN_H

/* The reference's inside: reference_room.c says what is free and will be,
 * reference_pass.c who starts, reference_preempt.c who gives way for it,
 * reference_dispatch.c what happens when. */

#include "reference_dispatch.h"

/* One pool's servers at one instant, or as a hole or a reservation lets them be seen.
 */
struct servers_view {
    int n;
    bool open[REF_SERVERS];
    int free[REF_SERVERS];
};

typedef int shares[REF_SERVERS]; /* GPUs taken, by server */

struct live {
    int64_t until_ms; /* elastic pools are open from then on */
    int64_t leave_ms;
    int64_t key;
    int64_t since_ms, ends_ms, estimated_end_ms;
    int start_number;
    shares on;
};

struct reserved {
    bool made;
    int64_t at_ms, leftover;
    struct servers_view then; /* as it will be, the reserved gang not yet on it */
    shares held;
};

struct piece {
    int64_t from_ms, to_ms;
    int gpus;
    shares on;
};

struct outlook {
    struct piece pieces[REF_JOBS];
    int n;
};

struct ref_run {
    const struct ref_case *c;
    struct ref_outcome *out;
    struct live live[REF_JOBS];
    int64_t now_ms;
    int starts;
    bool news; /* something happened to jobs or pools since the last pass */
    int64_t target[REF_POOLS];
    struct ref_change plan[REF_POOLS][REF_CHANGES + 2];
    int n_plan[REF_POOLS], done[REF_POOLS]; /* done: changes that have happened */
    struct servers_view servers[REF_POOLS];
    struct reserved reserved[REF_POOLS];
    struct outlook outlook[REF_POOLS];
};

/* How long what lasts so long on the reference class lasts there. */
int64_t ref_on_pool(const struct ref_case *c, int64_t duration_ms, int pool);
int64_t ref_estimate(const struct ref_case *c, int job);
bool ref_elastic(const struct ref_run *run, int pool);
/* Where the rule puts a gang; false when it finds no room. */
bool ref_rule(const struct servers_view *view, int width, int gang, shares take);
void ref_change_servers(struct servers_view *view, int width, int64_t gpus);
bool ref_packed(const struct ref_run *run, int pool);
bool ref_has_room(const struct ref_run *run, int pool, int gang);
bool ref_opens(const struct ref_run *run, int pool, int job);
int ref_pools_of(const struct ref_run *run, int job, int list[REF_POOLS]);
bool ref_may_rent(const struct ref_run *run, int job);
bool ref_within_contract(const struct ref_run *run, int pool, int job, int64_t at_ms);
/* `on`: its GPUs by server, NULL where they are only a number. */
void ref_start(struct ref_run *run, int job, int pool, const int *on);
void ref_give_back(struct ref_run *run, int job);
int64_t ref_ends_by_estimate(const struct ref_run *run, int job);
int64_t ref_target_at(const struct ref_run *run, int pool, int64_t at_ms);
bool ref_runs_on(const struct ref_run *run, int job, int pool);
/* The next instant from `from` on at which the pool is expected to change. */
int64_t ref_next_change(const struct ref_run *run, int pool, int64_t from_ms);
int64_t ref_free_at(const struct ref_run *run, int pool, int64_t at_ms);
/* The servers at a later instant: ends and changes one after another. */
struct servers_view ref_servers_at(const struct ref_run *run, int pool, int64_t at_ms);
/* The earliest instant at which a gang will fit; REF_NEVER if none. */
int64_t ref_earliest(const struct ref_run *run, int pool, int gang);
/* The waiting jobs in order; returns their number. */
int ref_in_order(const struct ref_run *run, int list[REF_JOBS]);
/* Takes a job off its GPUs; it waits again. */
void ref_interrupt(struct ref_run *run, int job);
void ref_preempt(struct ref_run *run);
void ref_pass(struct ref_run *run);
/* With its own outcomes, to try things on. */
struct ref_run *ref_copy(const struct ref_run *run);
void ref_free(struct ref_run *run);

#endif
