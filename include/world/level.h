#ifndef WORLD_LEVEL_H
#define WORLD_LEVEL_H

/*
 * Level demand: GPUs wanted over time, served GPU by GPU.
 *
 * Each series of a level trace, and each level drawn by a model, is a level.  It holds
 * GPUs in the pools of its route, one by one: to the fleet each is a running gang of
 * one, which has no end that anybody knows (a live_job with `level` set, in no queue
 * and in no count of jobs).  At each dispatch pass a level
 *
 *   1. gives back what it holds beyond what is wanted, least preferred pools first, in
 *      a pool those taken last first;
 *   2. takes what it lacks, most preferred pools first;
 *   3. moves to preferred pools with room that work at once (no boot);
 *   4. where `preempt` is on and it still lacks GPUs, takes the place of preemptible
 *      work of lower priority in its fixed pools.
 *
 * A GPU is kept for `hold` after it was taken: until then it is neither given back nor
 * moved.  Levels go before waiting jobs but for those of larger priority (where the
 * order is `priority`; elsewhere all jobs count as of priority 0); behind those a level
 * takes nothing that is reserved, for it never ends.
 *
 * Capacity that leaves, drains or goes down takes a level's GPUs with it, at once.
 * There is no work to repeat: the level is served elsewhere in the same instant, or
 * not.
 *
 * Exactly, at every instant: wanted = served + unserved, and what it holds is served
 * (busy_useful), or boots, or is kept though it is not wanted (both busy_overhead).
 * Served are those held in the most preferred pools.
 *
 * Time per pass: O(levels x pools), O(queues that wait) for each level, and O(log n)
 * for each GPU that changes hands.  Where a packed pool closes servers on which
 * something goes on running, once what each level holds in it: O(GPUs).
 */

#include "world/backlog.h"
#include "world/level_source.h"
#include "world/route.h"

/* What a level holds in one pool of its route, by time of taking. */
struct level_hold {
    uint32_t first, last; /* jobs; JOB_NONE: none */
    uint32_t ripe;        /* the last of them that may be given back */
    int64_t gpus, booting_gpus, ripe_gpus;
    int64_t useful_gpus; /* of them, serve */
    int64_t since_ms;
    int128 useful_gpu_ms;   /* up to since_ms */
    uint64_t seen_closings; /* packed: of the pool, when it was looked at last */
};

struct level {
    const struct level_spec *spec;
    const struct source_kind *kind;
    uint32_t route;
    struct level_hold *holds; /* as the route's outlets */
    int64_t wanted_gpus, held_gpus, useful_gpus;
    uint32_t hold_event; /* when a hold is over that matters */
    int64_t hold_event_ms;
    int64_t since_ms; /* of the sums */
    int128 wanted_gpu_ms, useful_gpu_ms, overhead_gpu_ms;
    int64_t seen_lacking_gpus; /* by policies of procurement */
    int128 told_gpu_ms;        /* of what it lacked, to `service` */
    int128 shown_wanted, shown_useful, shown_overhead; /* in rows of levels.csv */
};

/* By job: its place in a level's list. */
struct level_link {
    uint32_t level, outlet;
    uint32_t previous, next;
};

struct levels {
    struct level *items; /* in the order of the scenario */
    uint32_t n;
    uint32_t *order; /* by priority, the largest first */
    struct level_source *sources;
    uint32_t n_sources;
    struct level_link *links;
    uint32_t links_room;
};

struct world;

/* world->levels stays NULL where the scenario has none. */
void levels_init(struct world *world);
void levels_begin(struct world *world); /* the first event of each source */

/* What is wanted from now on; then the next event. */
void levels_tell(struct world *world, uint32_t source);
void level_sources_begin(struct world *world);

/* A hold that matters is over. */
void levels_hold_ends(struct world *world, uint32_t level);

/* The dispatch pass where there are levels; calls dispatch_jobs. */
void levels_pass(struct world *world);

/* A GPU of a level has booted. */
void level_booted(struct world *world, uint32_t job);

/* Sums up to now: before anything changes, and for who reads. */
void level_account(struct level *level, int64_t now_ms);

/* GPUs that levels want and lack, of those to which the pool is open. */
int64_t levels_lacking(const struct world *world, uint32_t pool);

/* What they lacked since the last time goes to the meters of `service`. */
void levels_tell_service(struct world *world);
void levels_show_interval(struct world *world, int64_t end_ms);
void levels_finish(struct world *world);

void levels_check(const struct world *world);

#endif
