#ifndef WORLD_FLEET_H
#define WORLD_FLEET_H

/*
 * The pools and their GPUs: how many there are, where gangs run, and in which of the
 * six states every GPU is.  Only fleet.c, fleet_lots.c (which GPUs came when), down.c,
 * elastic.c and ties.c change any of it.
 *
 *     capacity = busy_useful + busy_overhead + idle_no_demand + idle_fragmented
 *                + idle_held + down                                    at every instant
 *
 * Fixed pools (own, lease) have a target that the dated plan gives.  What leaves takes
 * free GPUs first; an owned pool's surplus drains: it stays capacity until its jobs
 * end, and nothing new starts on it.  Elastic pools hold what was requested, up to
 * their limit.
 *
 * GPUs that are down stay capacity, stay paid, and come back at an instant that is
 * known when they go (a convention: a repair is announced), so that those who look
 * ahead see them as jobs that end then.  What takes them down is a hold.  Packed, a
 * hold closes one server, which opens when its last hold is over.  Fungible, a hold
 * keeps a number of GPUs.  Running jobs stand on the GPUs that are up one after the
 * other, in order of their start, from position 0 on; a server is a range of as many
 * positions as it has GPUs, drawn among all those that are up; the jobs that have part
 * of it are hit.  Jobs that are let finish on GPUs that are going down (maintenance)
 * keep them until then.  What leaves a pool takes GPUs that are free, then those that
 * are down, then busy ones, which drain.
 *
 * In a pool of several lots the newest fills first, so that the oldest stands idle: in
 * each lot the states lie in the order useful, overhead, held, fragmented, no demand,
 * down, and the boundaries between them move across the lots.
 */

#include "base/arena.h"
#include "base/tree.h"
#include "input/scenario.h"
#include "world/integral.h"
#include "world/servers.h"
#include "world/sink.h"

#define SHARE_NONE UINT32_MAX

/* On which terms a lot came: what books and dispatch must know of it. */
struct lot_terms {
    uint32_t ordered;          /* 1 + its number in the books, when ordered before */
    bool spare;                /* it is ordered to stand by */
    bool first;                /* the pool's first GPUs: `in_service`, `opening` */
    int64_t server_price_uusd; /* owned; 0: the pool's */
    uint32_t number;           /* contracts: of the pool, from 1; lots ignore it */
    bool renews;               /* contracts: another one follows on its end */
    int64_t from_ms, until_ms; /* contracts */
    int64_t price_rate;        /* contracts: rent, nano-USD per GPU-h */
};

/* GPUs bought together, or under one contract.  A pool's list grows as they come. */
struct lot {
    struct lot_terms terms;
    int64_t gpus;                      /* now */
    int64_t first_gpus;                /* when it began */
    uint32_t first_server;             /* packed: the number of its first server */
    uint32_t renewed_as;               /* the contract that goes on with it; 0: none */
    bool renews;                       /* it goes on with another's GPUs */
    int64_t begin_ms;                  /* in service from then on */
    int64_t end_ms;                    /* -1 while any of it is left */
    int64_t offset;                    /* GPUs of newer lots */
    struct integral below[GPU_STATES]; /* GPUs in states up to this one, in fill order;
                                          kept from the second lot on, before which the
                                          pool's own integrals are the lot's */
};

/* An instance of an elastic pool, numbered as its server. */
struct instance {
    int64_t since_ms;      /* held since; -1: not held */
    int64_t boot_until_ms; /* its GPUs work from then on */
    uint32_t close_event;  /* when kept idle: the event that gives it up */

    /* In pools whose instances may be taken back. */
    uint64_t ordinal;      /* of all that were requested */
    uint32_t recall_event; /* that gives notice of it, or takes it back */
    uint32_t older, newer; /* of those held without notice, by ordinal */
    bool told;             /* it is taken back soon: nothing starts on it */
};

#define INSTANCE_NONE UINT32_MAX

/* One head-of-line reservation (backfill: easy). */
struct reservation {
    bool made;
    bool overtaken; /* packed: a job started that will still run then; remade in the
                       next pass, it may hold other servers */
    int64_t at_ms;
    int64_t leftover_gpus; /* free at that instant beyond what is reserved */
    int64_t key;
    uint64_t seq; /* the job's place in the queue */
    struct servers
        then;           /* packed: the pool's servers as they will be at that instant */
    struct share *held; /* packed: what the job would get then */
    uint32_t n_held;
};

#define HOLD_NONE UINT32_MAX

/* Owners of holds: a number alone is a unit of failures.h. */
#define OWNER_OUTAGE      UINT32_C(0x80000000)
#define OWNER_MAINTENANCE UINT32_C(0xc0000000)

/* An elastic pool that is out: more than any has. */
#define CLOSED_WHOLE_GPUS INT64_C(1000000000000)
#define ITEM_HOLD                                                                      \
    (UINT64_C(1) << 32) /* in `running`: the item is a hold, not a job                 \
                         */

/* What keeps GPUs down. */
struct hold {
    uint32_t pool;
    uint32_t server; /* packed; else SERVER_NONE */
    int64_t gpus;    /* fungible: how many are left of it */
    int64_t until_ms;
    uint64_t seq;            /* with until_ms the key in `running` */
    uint32_t owner;          /* of him who took them down */
    bool tracked;            /* it stands in `running` */
    uint32_t previous, next; /* in the pool's list; free ones through next */
};

/* What goes down, until when. */
struct down_spec {
    uint32_t server; /* packed */
    int64_t gpus;    /* fungible */
    int64_t until_ms;
    uint32_t owner;
    bool tracked; /* somebody looks ahead */
    bool whole;   /* fungible: all these, a draining surplus aside */
};

struct fleet;

struct pool {
    const struct pool_spec *spec;
    struct pool_prices *prices; /* in force: prices.c; NULL: none ever changes */
    struct fleet *fleet;
    uint32_t index;
    bool elastic, packed, instanced; /* instanced: elastic with units or keep-alive */
    int64_t
        target_gpus;   /* fixed: by the plan; elastic: the limit, or what is granted */
    int64_t most_gpus; /* elastic: the limit, when nothing bounds it */
    int64_t capacity_gpus; /* counted now */
    int64_t busy_gpus, overhead_gpus;
    int64_t draining_gpus; /* packed: busy ones on servers that are not open */
    int64_t closed_gpus;   /* down, or going down when their jobs have ended; packed: on
                              servers that are to stay; fungible: of all holds, which
                              may be more than there are */
    int64_t closed_busy_gpus; /* packed: busy ones among them */
    uint64_t closings;        /* how often servers were closed, lost or retired */
    int64_t kept_gpus;        /* of wholly idle instances, kept alive */
    int64_t wanted_gpus,
        waiting_jobs; /* by waiting jobs to which it is open: backlog.c */
    int64_t peak_busy_gpus, peak_capacity_gpus;
    int64_t peak_draw_mw; /* since the month began, where its price is given */
    int64_t gpu_ms_limit; /* GPU-time beyond which sums or money would overflow */
    int64_t guarded_gpus; /* the peak for which the world's clock is limited */
    bool surplus_overflowed;
    struct integral state[GPU_STATES];
    struct integral capacity;
    struct integral surplus; /* elastic: paid for by minimum and increment, not held */
    struct servers servers;
    struct instance *instances;
    uint32_t first_unheld;    /* no instance with a lower number is given up */
    bool recalls;             /* instances may be taken back */
    uint64_t requests;        /* of instances, so far */
    uint32_t newest_instance; /* of those held without notice */
    int64_t told_gpus;        /* on instances that are taken back soon */
    uint32_t *orphans;        /* recall events of instances given up, to be cancelled */
    uint32_t n_orphans, orphans_room;
    bool ties_shares;   /* servers may be lost: who runs on each is known */
    uint32_t *first_on; /* then, by server: the share tied last */
    uint32_t first_on_room;
    struct tree running; /* by estimated end; weight GPUs */
    struct tree victims; /* running jobs that may be preempted, in that order */
    bool places_jobs;    /* fungible, and GPUs may be lost: who stands where is known */
    struct tree placed;  /* then: running jobs by start; weight GPUs */
    uint32_t first_hold; /* list of what is down, newest first */
    uint32_t first_job;  /* list of running jobs, through job->next_in_pool */
    struct arena *arena; /* of the fleet */
    struct lot *lots;    /* oldest first */
    uint32_t n_lots, lots_room;
    uint32_t leaving;    /* index + 1 of the lot whose contract has just ended */
    int64_t coming_gpus; /* on order, or to be ordered on dates known beforehand */
    int64_t last_end_ms; /* leases: the end of the last contract known; NEVER_MS where
                            one is renewed or a policy may sign another */
    uint32_t bound_lot[GPU_STATES]; /* the lot in which each boundary lies */
    struct reservation reservation;
    bool held_for_policy; /* free GPUs are held: a reservation stands */
    bool fleet_changed;   /* capacity changed since the books last looked */
};

struct share_link {
    struct share share;
    uint32_t next;
    uint32_t job, next_on, previous_on; /* of its server, where shares are tied */
};

struct fleet {
    struct arena *arena;
    struct tree_nodes nodes;
    struct pool *pools;
    uint32_t n_pools;
    struct share_link *shares;
    uint32_t n_shares, shares_room, free_share;
    struct hold *holds;
    uint32_t n_holds, holds_room, free_hold;
    uint64_t hold_seq;
    struct share *scratch; /* room for the largest gang's shares */
    uint32_t scratch_room;
};

void fleet_init(struct fleet *fleet, const struct scenario *scenario,
                struct arena *arena, int64_t gang_max);

/* GPUs on which something new may start now, wherever they are; may be negative while
 * a surplus drains. */
int64_t pool_free(const struct pool *pool);

/* The rates in force (nano-USD per GPU-h) were changed: how far GPU-time may go before
 * money overflows is judged by the highest there have been. */
void pool_limit_rate(struct pool *pool, const int64_t rates[], int n);

/* Whether a gang finds room now. */
bool pool_fits(const struct pool *pool, int64_t gang);

/* The largest gang that the pool could hold with `gpus` in it. */
int64_t pool_largest_gang(const struct pool *pool, int64_t gpus);

/* Takes GPUs for a gang that fits; they are overhead until fleet_work is told.
 * Returns the head of its list of shares (SHARE_NONE for plain numbers); for elastic
 * pools `ready_ms` is when the last of them has booted, else now. */
uint32_t fleet_take(struct fleet *fleet, struct pool *pool, int64_t gang,
                    int64_t now_ms, int64_t *ready_ms);

/* The gang has held its GPUs for long already: nothing of it boots. */
void fleet_booted(const struct fleet *fleet, struct pool *pool, uint32_t shares,
                  int64_t now_ms);

/* ties.c: in a pool that ties shares, whose they are, until they are given back. */
void fleet_tie(struct fleet *fleet, struct pool *pool, uint32_t shares, uint32_t job);

void fleet_untie(struct fleet *fleet, struct pool *pool, const struct share_link *link);

/* In a pool that ties shares: the job that started last of those with GPUs on the
 * server; UINT32_MAX: none. */
uint32_t fleet_job_on(const struct fleet *fleet, const struct pool *pool,
                      uint32_t server);

/* GPUs of running gangs pass between overhead (negative) and useful work (positive). */
void fleet_work(struct pool *pool, int64_t gpus);

/* Gives a gang's GPUs back, from useful or from overhead.  Surplus leaves at once.
 * Elastic: instances fall idle or are given up; `held_since_ms` is when the gang got
 * its GPUs.  Instances that are to be kept alive are returned through `idle` (room for
 * the gang), their number as the result. */
uint32_t fleet_give(struct fleet *fleet, struct pool *pool, int64_t gang,
                    uint32_t shares, bool was_useful, int64_t held_since_ms,
                    int64_t now_ms, uint32_t *idle);

/* In a pool that recalls: an instance is to be taken back, nothing starts on it. */
void fleet_tell_instance(struct pool *pool, uint32_t instance);

/* What an elastic pool may hold from now on; what it holds beyond that stays. */
void fleet_limit(struct pool *pool, int64_t gpus);

/* Gives up an instance on which nothing runs. */
void fleet_close_instance(struct pool *pool, uint32_t instance, int64_t now_ms);

/* What a pool has now changes. */
static inline void pool_set_capacity(struct pool *pool, int64_t gpus)
{
    pool->capacity_gpus = gpus;
    if (gpus > pool->peak_capacity_gpus)
        pool->peak_capacity_gpus = gpus;
}

/* fleet_lots.c: changes of a fixed pool.  A lot begins, and its index is returned; a
 * number of GPUs is no longer wanted. */
uint32_t fleet_lot_begins(struct pool *pool, int64_t gpus,
                          const struct lot_terms *terms, int64_t now_ms);
void fleet_retire(struct pool *pool, int64_t gpus, int64_t now_ms);

/* A contract ends: its GPUs go, free ones first, those at work as they are given back,
 * which is for the caller to see to at once; then call fleet_left. */
void fleet_leave(struct pool *pool, uint32_t lot, int64_t now_ms);
void fleet_left(struct pool *pool);

/* Another contract takes over a lot's GPUs, with the jobs on them; its index. */
uint32_t fleet_renew(struct pool *pool, uint32_t lot, const struct lot_terms *terms,
                     int64_t now_ms);

/* So many GPUs leave at once: the pool's capacity is less, and its lots', oldest first.
 */
void fleet_shrink(struct pool *pool, int64_t gpus, int64_t now_ms);

/* Whether a share of the list stands on a server that is to leave. */
bool fleet_stands_on_closed(const struct fleet *fleet, const struct pool *pool,
                            uint32_t shares);

/* After the pass of an instant: divides what is idle, and integrates.  `held`: what is
 * wanted of it is held by a reservation or the order, for one of those who wait would
 * fit; else it is fragmented. */
void fleet_settle(struct pool *pool, bool held, int64_t now_ms);

/* fleet_lots.c, of fleet_settle: the same division lot by lot, where there are
 * several. */
void fleet_settle_lots(struct pool *pool, const int64_t count[GPU_STATES],
                       int64_t now_ms);

/* An owned pool's draw at the meter now. */
int64_t pool_draw_mw(const struct pool *pool);

/* GPU-ms by state of one lot up to now. */
void lot_states(const struct pool *pool, const struct lot *lot, int64_t now_ms,
                int64_t gpu_ms[GPU_STATES]);

/* Adds what a bill counts beyond what was held; more than can be summed is not added,
 * but flagged. */
void pool_add_surplus(struct pool *pool, int64_t now_ms, int64_t surplus_ms,
                      int64_t gpus);

/* What a bill counts for GPUs held so long: at least the minimum, whole increments. */
int64_t billed_ms(const struct pool_spec *spec, int64_t held_ms);

/* down.c.  GPUs of a fixed pool go down and come back; of jobs on them see
 * fleet_jobs_on.  Returns the hold, to be given to fleet_reopen at `until_ms`. */
uint32_t fleet_close(struct pool *pool, const struct down_spec *down);
void fleet_reopen(struct fleet *fleet, uint32_t hold);

/* GPUs that are down now: capacity on which nothing runs or may start. */
static inline int64_t pool_down(const struct pool *pool)
{
    if (pool->closed_gpus == 0 || pool->elastic)
        return 0;
    if (pool->packed)
        return pool->closed_gpus - pool->closed_busy_gpus;
    int64_t there = pool->capacity_gpus - pool->busy_gpus;
    return pool->closed_gpus < there ? pool->closed_gpus : there;
}

/* A server is gone for good: its lot, capacity and target are less by its GPUs at once.
 * Fungible: where a surplus drains it is that which is gone first.  The caller then
 * takes off the jobs that it hits and those that have no room any more, and calls
 * fleet_lost.  Returns by how much the target fell. */
struct loss {
    uint32_t lot; /* that which loses it */
    uint32_t server;
    int64_t gpus;
};
int64_t fleet_lose(struct pool *pool, const struct loss *loss, int64_t now_ms);
void fleet_lost(struct pool *pool, const struct loss *loss);

/* Fungible: so many of the GPUs that are down leave the pool. */
void fleet_forget_closed(struct pool *pool, int64_t gpus);

/* Fungible, where pool->places_jobs: the jobs that have part of as many GPUs as are
 * about to go down, at `where`, 0 to 1, of those that are up; at most as many jobs. */
uint32_t fleet_jobs_at(const struct pool *pool, int64_t gpus, double where,
                       uint32_t *jobs);
void fleet_check_down(const struct pool *pool);

/* elastic.c: the part of take, give and fits that concerns instances. */
bool elastic_fits(const struct pool *pool, int64_t gang);
uint32_t elastic_find(struct pool *pool, int64_t gang, int64_t now_ms,
                      struct share *shares);
uint32_t elastic_release(struct pool *pool, struct share share, int64_t now_ms,
                         uint32_t *idle);

void elastic_check(const struct pool *pool);
void ties_check(const struct fleet *fleet);

void fleet_check(const struct fleet *fleet, int64_t now_ms);
void fleet_print(const struct fleet *fleet, FILE *out);

#endif
