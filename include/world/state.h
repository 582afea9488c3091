#ifndef WORLD_STATE_H
#define WORLD_STATE_H

/*
 * The world's parts, for the files of this folder.  run.c is the loop, act.c what
 * happens to jobs, plan.c what happens to pools, dispatch.c what is decided about
 * waiting jobs; fleet,
 * backlog, ledger and tally each own their facts.
 */

#include "engine/events.h"
#include "world/arrivals.h"
#include "world/backlog.h"
#include "world/chargeback.h"
#include "world/failures.h"
#include "world/fleet.h"
#include "world/ledger.h"
#include "world/level.h"
#include "world/maintenance.h"
#include "world/market.h"
#include "world/orders.h"
#include "world/outages.h"
#include "world/service.h"
#include "world/tally.h"
#include "world/world.h"

/* The phases of an instant (docs/method.md). */
enum phase {
    PHASE_INTERVAL, /* ends of intervals, months, book lives */
    PHASE_ENDS,     /* job segments end, repairs, boots */
    PHASE_CAPACITY, /* capacity comes, then goes */
    PHASE_FAILURES,
    PHASE_PRICES,
    PHASE_ARRIVALS,
    PHASE_REVIEWS, /* `wait` instants and reviews */
    PHASE_DISPATCH,
    PHASE_PATIENCE, /* patience and deadlines of those still waiting */
    PHASES
};

enum event_kind {
    EVENT_INTERVAL, /* argument: number of the interval that ends */
    EVENT_MONTH,
    EVENT_BOOK_BREAK,      /* argument: pool + POOLS_MAX x lot */
    EVENT_SEGMENT,         /* argument: job */
    EVENT_LOT,             /* argument: pool, whose plan is carried on */
    EVENT_RETIRE,          /* the same */
    EVENT_CONTRACT_END,    /* the same */
    EVENT_ORDER,           /* argument: order; its date has come */
    EVENT_DELIVERY,        /* argument: order */
    EVENT_SERVICE,         /* argument: order */
    EVENT_NOTICE,          /* argument: pool, whose contracts are ended early */
    EVENT_CLOSE_INSTANCE,  /* argument: index of a kept instance */
    EVENT_UNTIL,           /* argument: job */
    EVENT_LEAVE,           /* argument: job whose patience or deadline ends */
    EVENT_PRICE,           /* argument: market */
    EVENT_ESCALATE,        /* an anniversary of the start */
    EVENT_INDEX,           /* a contract's price is set anew; see prices.c */
    EVENT_FAILURE,         /* argument: unit that fails */
    EVENT_REOPEN,          /* argument: hold that ends */
    EVENT_JOB_FAILURE,     /* argument: job */
    EVENT_OUTAGE,          /* argument: outage that begins */
    EVENT_OUTAGE_END,      /* the same */
    EVENT_DRAIN,           /* argument: maintenance for which servers are closed */
    EVENT_MAINTENANCE,     /* the same: jobs still there are interrupted */
    EVENT_MAINTENANCE_END, /* the same */
    EVENT_TOLD,            /* argument: an instance, see supply.c */
    EVENT_RECALL,          /* the same */
    EVENT_SUPPLY,          /* argument: pool, whose supply trace goes on */
    EVENT_SHOCK,           /* argument: shock, which begins or ends */
    EVENT_LEVEL,           /* argument: source of levels that changes */
    EVENT_LEVEL_HOLD,      /* argument: level, whose hold on a GPU is over */
    EVENT_REVIEW,          /* argument: number of the policy that is asked */
    EVENT_KINDS
};

/* A dated change of a pool, known beforehand. */
struct planned {
    uint32_t pool;
    uint32_t rank;          /* among those of one instant, in the order of the file */
    enum event_kind event;  /* EVENT_LOT, EVENT_RETIRE, EVENT_CONTRACT_END */
    int64_t at_ms, gpus;    /* signed; of a contract that is renewed 0 */
    struct lot_terms terms; /* of a lot that comes, of a contract that ends; when an
                               owned lot is old enough, `number` is its own, from 1 */
    bool cancelled;         /* the contract ends at another date */
};

/* What a planned change does where `there` GPUs are by then, and what is there after
 * it: no more goes than there is, as when a policy has retired some before or when what
 * was ordered has not come. */
static inline int64_t planned_effect(const struct planned *planned, int64_t *there)
{
    int64_t gpus = planned->gpus > -*there ? planned->gpus : -*there;
    *there += gpus;
    return gpus;
}

/* Servers that are ordered, or will be on a date; a contract that will be signed. */
struct order {
    uint32_t pool;
    int64_t gpus;
    struct lot_terms terms;
    struct span term;    /* contracts; zero: the pool's */
    bool spare;          /* it is to stand by once it is delivered */
    bool dated;          /* the scenario has it */
    uint32_t next_spare; /* index + 1; 0: none */
};

struct pool_orders {
    struct rng lead;      /* lead times */
    uint64_t placed;      /* orders of servers so far */
    uint32_t contracts;   /* the last number given */
    bool closed;          /* the provider has ended: nothing is signed any more */
    int64_t pending_gpus; /* ordered or signed, and not in service yet */
    int64_t dated_gpus;   /* of them, servers on order by the scenario's dates */
    int64_t late_gpus;    /* of them, those that are to go as soon as they come */
    uint32_t spare;       /* index + 1 of an order that stands by; 0: none */
};

struct orders {
    struct order *items;
    uint32_t n, room;
    struct pool_orders *pools;
};

/* A fixed pool's changes, by time; what comes before what goes. */
struct plan {
    struct planned *items;
    uint32_t n, next, room;
};

/* A kept instance and the pool it belongs to, by number, for its event. */
struct kept {
    uint32_t pool, instance, next_free;
};

struct world {
    const struct scenario *scenario;
    struct run_options options;
    struct sink sink;
    struct arena arena;
    struct events events;
    struct fleet fleet;
    struct routes routes;
    struct arrivals arrivals;
    struct backlog backlog;
    struct ledger ledger;
    struct markets markets;
    int64_t years; /* anniversaries of the start so far, where prices escalate */
    struct service service;
    struct chargeback chargeback;
    struct tally tally;
    struct run_result result;

    int64_t now_ms, horizon_ms;
    unsigned step_of[PHASES]; /* where in the instant a phase comes (the second time
                                 for dispatch when submits come first) */
    uint64_t dirty;           /* pools whose idle GPUs must be divided anew */
    int64_t clock_limit_ms;   /* beyond it GPU-time or money could overflow; -1: did */
    bool beyond_clock; /* an event lies past the end of an open horizon's clock */
    bool pass_needed;
    bool shrunk;      /* a pool will never be again what it was */
    char reason[160]; /* of the last refusal */
    bool freed;       /* something besides arrivals happened since the last pass */
    uint32_t
        solo; /* a job that arrived alone while nobody waited: not in a queue yet */
    uint32_t *newcomers; /* jobs that joined a queue since then, in order of joining */
    uint32_t n_newcomers, newcomers_room;
    bool track_ends; /* some pool's running jobs are kept by expected end */
    uint64_t fixed_mask;
    int64_t last_key; /* the pass looks at jobs with keys up to this one */

    struct plan *plans; /* by pool */
    struct orders orders;
    struct failures failures;
    struct outages outages;
    struct maintenances maintenances;
    struct reviews *reviews; /* review.h; NULL where no pool has a policy */
    struct kept *kept;
    uint32_t n_kept, kept_room, free_kept;
    uint32_t *idle_scratch;

    int64_t interval_start_ms;
    uint32_t interval;
    struct timeline_row *held_rows; /* with an open horizon: of the last interval */
    bool rows_held;
    int64_t *interval_started, *interval_ended; /* jobs by pool */
    struct reading (*interval_state)[GPU_STATES];
    int64_t *interval_surplus;
    int64_t returns;         /* pending events that bring GPUs back */
    int64_t ticks;           /* pending events that are no news: intervals, months */
    struct integral waiting; /* jobs, for the quarters of the run */
    int64_t quarter[4];
    int next_quarter;
    int64_t quarter_ms;                /* when it ends; INT64_MAX after the last */
    struct conservative *conservative; /* scratch of that pass */
    uint32_t *victims;                 /* scratch: jobs that are to be interrupted */
    uint32_t victims_room;
    struct levels *levels; /* NULL: there are none */
    struct supply *supply; /* NULL: the market has all, at one price */
};

/* orders.c (the rest is in orders.h) */
void orders_init(struct world *world);
void orders_due(struct world *world, uint32_t order); /* its date has come */
void orders_deliver(struct world *world, uint32_t order);
void orders_serve(struct world *world, uint32_t order);
void orders_notice(struct world *world, uint32_t pool);
void orders_plan_end(struct world *world, uint32_t pool, int64_t gpus,
                     const struct lot_terms *terms);

/* contract.c: what happens to lease contracts. */
void contract_ends(struct world *world, const struct planned *planned);

/* The provider of a leased pool ends: all its contracts do, those that are signed and
 * have not begun with them, without a fee; what was prepaid is lost. */
void contracts_break(struct world *world, uint32_t pool);

/* burst.c: burst rights of leases.  How much a burst pool may hold now; what is leased
 * has changed; the first end of a contract that would leave too little for a gang and
 * all that is busy; whether it could hold such a job now or later; invariants. */
int64_t burst_in_force(const struct world *world, const struct pool *burst);
void burst_changes(struct world *world, uint32_t lease, enum phase phase,
                   enum cause cause);
int64_t burst_hard_end(const struct world *world, const struct pool *burst,
                       int64_t gang);
bool burst_could_hold(const struct world *world, const struct pool *burst, int64_t gang,
                      int64_t length_ms);
void bursts_check(const struct world *world);

/* plan.c */
void world_plan(struct world *world); /* events known from the start */
/* prices.c */
void prices_plan(struct world *world);
void prices_market_moves(struct world *world, uint32_t market);
void prices_year_ends(struct world *world);
/* What an elastic pool pays from now on: market, share, growth and shocks together. */
void prices_elastic(struct world *world, uint32_t pool);
void prices_contract_indexed(struct world *world, uint32_t argument);
/* What a server costs that is bought now. */
int64_t prices_server(const struct world *world, uint32_t pool);
/* At which a contract would be signed now by a leased pool's own price: with its growth
 * since the scenario's start. */
int64_t prices_list(const struct world *world, uint32_t pool);
/* The price of a contract then: with its growth since it began. */
int64_t prices_contract(const struct world *world, uint32_t pool,
                        const struct lot_terms *terms, int64_t at_ms);
/* A contract that is signed now takes the price of its pool's market or list; and
 * servers that are bought now take that of their market, if they are to. */
void prices_sign(struct world *world, uint32_t pool, struct lot_terms *terms);
/* Contracts from `first_lot` on have begun. */
void prices_contracts_begin(struct world *world, uint32_t pool, uint32_t first_lot);
void world_plan_breaks(struct world *world, uint32_t pool, uint32_t first_lot);
void world_close_instances(struct world *world, struct pool *pool); /* idle ones */
void world_plan_return(struct world *world, int64_t at_ms, enum event_kind kind,
                       uint32_t argument); /* GPUs come back, if before the horizon */
void world_handle(struct world *world, struct event event);

/* One more dated change, now or later. */
void plan_add(struct world *world, const struct planned *planned);

/* So many GPUs were to go before, and have only come now. */
void plan_retire_late(struct world *world, uint32_t pool, int64_t gpus);

/* A change that stands in it became another one. */
void plan_changed(struct world *world, uint32_t pool);

/* direct.c: what a running job's GPUs cost because it runs, each moment at its price;
 * and what a bill adds to the time it held them, at the last one. */
int64_t job_direct_uusd(const struct world *world, uint32_t job, int64_t added_ms);

/* act.c */
uint32_t world_schedule(struct world *world, int64_t time_ms, enum phase phase,
                        enum event_kind kind, uint32_t argument);

/* Cancels an event, if there is one. */
static inline void world_cancel(struct world *world, uint32_t *event)
{
    if (*event == EVENT_NONE)
        return;
    events_cancel(&world->events, *event);
    *event = EVENT_NONE;
}

void world_arrive(struct world *world, const struct arrival *arrival);
void world_start_job(struct world *world, uint32_t job, uint32_t pool);

/* Before the first instant: a job that waits since its submit, and one that runs in
 * that pool since `started_ms`. */
void world_arrive_early(struct world *world, const struct arrival *arrival);
void world_resume(struct world *world, const struct arrival *arrival, uint32_t pool,
                  int64_t started_ms);

/* GPUs for a job, in a pool where they fit; `ready_ms` is when the last of them works.
 * And back, with the job out of the pool. */
void job_take(struct world *world, uint32_t job, struct pool *pool, int64_t *ready_ms);
void job_return_gpus(struct world *world, uint32_t job, bool was_useful);

void world_queue_solo(struct world *world); /* it did not start: it joins the queue */
void job_segment_ends(struct world *world, uint32_t job);
void job_until_comes(struct world *world, uint32_t job);
void job_patience_ends(struct world *world, uint32_t job);
void job_interrupt(struct world *world, uint32_t job, enum phase phase,
                   enum cause cause);
void world_finish(struct world *world); /* rows of jobs still there */

/* A job takes a checkpoint now, and leaves its GPUs when it has it. */
void job_checkpoint_and_leave(struct world *world, uint32_t job);

/* level.c: a level's GPU is taken away, as a job is interrupted. */
void level_loses(struct world *world, uint32_t job, enum phase phase, enum cause cause);

/* Puts a job into the scratch of victims, at the place n behind n others. */
void world_remember(struct world *world, uint32_t n, uint32_t job);

/* keep.c: an idle instance is kept for the pool's keep_alive; is not given up by itself
 * any more; is given up (the event's argument). */
void world_keep(struct world *world, struct pool *pool, uint32_t instance);
void world_keep_no_longer(struct world *world, struct pool *pool, uint32_t instance);
void world_keep_ends(struct world *world, uint32_t kept);

/* supply.c: what the market does to rented capacity. */
void supply_begin(struct world *world);
void supply_taken(struct world *world, struct pool *pool, uint32_t shares);
void supply_sweep(struct world *world, struct pool *pool);
void supply_notice(struct world *world, uint32_t argument);
void supply_recall(struct world *world, uint32_t argument);
void supply_changes(struct world *world, uint32_t pool);
void supply_shock(struct world *world, uint32_t shock);
/* What a burst pool may hold has changed; what is beyond it goes at once. */
void supply_in_force(struct world *world, uint32_t pool, enum phase phase,
                     enum cause cause);
/* A rent with what the shocks that last make of it; and that it was set. */
int64_t supply_rent(const struct world *world, uint32_t pool, int64_t rate);
void supply_price_changes(struct world *world, uint32_t pool);
/* Whether a pool is closed for its price, which its market may still change. */
bool supply_awaits_price(const struct world *world);

/* Something besides an arrival changed in a pool: the next pass looks at everybody. */
void world_unsettle(struct world *world, uint32_t pool);

/* estimate.c: the whole job as dispatch sees it, on the reference class: the user's
 * limit or the true duration. */
int64_t job_estimate_basis(const struct world *world, const struct live_job *job);

/* The checkpoints between two points of a job's work; the last moment of a job needs
 * none.  Bounded, so that no estimate overflows: what lasts so long never ends. */
int64_t job_checkpoints_ms(const struct live_job *job, int64_t from_ms, int64_t to_ms);

/* Whether a pool could hold a gang now or at any later time, however short its job. */
bool gang_could_run(const struct world *world, int64_t gang, uint32_t pool);

/* refuse.c: why no pool that is open to a job could ever hold it; until the next call.
 */
const char *refusal_reason(struct world *world, const struct live_job *job);

/* When a pool has become smaller for good: jobs that wait, and whose gangs no pool of
 * their routes could ever hold any more, are refused. */
void refuse_hopeless(struct world *world);

/* act.c: a job that waits is refused. */
void job_refuse(struct world *world, uint32_t index, const char *reason);

/* Whether a pool could hold a job now or at any later time. */
bool job_could_run(const struct world *world, const struct live_job *job,
                   const struct outlet *outlet);

/* How long a waiting job is expected to hold GPUs of such a speed: estimate_ms, which
 * is bare work on the reference class, with checkpoints and restart, which take their
 * time on any class. */
int64_t job_estimate_on(const struct live_job *job, int64_t ratio);

/* Longer than any horizon: 31,700 years. */
#define ESTIMATE_MAX_MS INT64_C(1000000000000000)

/* Whether its estimate on a pool is more than scaled work. */
static inline bool job_has_overhead(const struct live_job *job)
{
    return job->interval_ms > 0 || job->interruptions > 0;
}

/* The largest number of GPUs that a fixed pool's plan gives from now on, and what is on
 * order with it. */
int64_t largest_target(const struct world *world, uint32_t pool);

/* Of a gang that starts in a leased pool at `from_ms`: the first end of a contract that
 * would leave too few GPUs for it and those that are expected to run then; NEVER_MS if
 * none does. */
int64_t pool_hard_end(const struct world *world, const struct pool *pool, int64_t gang,
                      int64_t from_ms);

/* initial.c: the jobs that are there before the first instant. */
bool world_begin(struct world *world, struct error *err) MUST_CHECK;

/* rows.c */
void world_show_interval(struct world *world, int64_t end_ms);
void world_show_held(struct world *world); /* the last interval's rows, at the end */
void world_show_job(struct world *world, const struct live_job *job,
                    enum job_outcome outcome, const char *reason);
void world_show_event(struct world *world, int phase, const char *kind,
                      const struct live_job *job, uint32_t pool, int64_t gpus,
                      const char *detail);

/* dispatch.c: the pass of an instant. */
void dispatch_pass(struct world *world);

/* Its part for waiting jobs with keys up to `last_key`. */
void dispatch_jobs(struct world *world, int64_t last_key);

/* How long a gang that starts in the pool now may run there before its contract ends,
 * whatever is reserved: -1 when it finds no room, INT64_MAX without bound. */
int64_t dispatch_room_ms(const struct world *world, const struct pool *pool,
                         int64_t gang);

/* The same, for room that is yet to be made. */
int64_t dispatch_contract_ms(const struct world *world, const struct pool *pool,
                             int64_t gang);

/* With submits first, capacity may still come or go in this very instant. */
bool dispatch_change_is_due(const struct world *world);

/* preempt.c: starts waiting jobs in order, those that find no room in place of less
 * urgent ones, until the first that can have neither. */
void preempt_pass(struct world *world);

/* Where nobody can start: a fixed pool's free GPUs are held if anybody who waits could
 * have a reservation there. */
void hold_for_waiting(struct world *world);

/* reserve.c: the earliest instant at which a gang will fit in a fixed pool, as far as
 * estimates and the plan tell; false if never. */
bool reserve_earliest(struct world *world, struct pool *pool, int64_t gang,
                      int64_t *at_ms);

/* Makes the pool's reservation for a gang at that instant. */
void reserve_make(struct world *world, struct pool *pool, int64_t gang, int64_t at_ms,
                  int64_t key, uint64_t seq);

/* Whether a gang fits now beside the reservation, however long it runs. */
bool reserve_leaves_room(struct pool *pool, int64_t gang);

/* A gang is about to start under a reservation: `beyond` if it will still run at the
 * reserved instant, so that it may use only what is left over.  Call reserve_started
 * when it has its shares. */
void reserve_starting(struct pool *pool, bool beyond);
void reserve_started(struct world *world, struct pool *pool, const struct live_job *job,
                     bool beyond);

/* conservative.c */
void conservative_pass(struct world *world);

void world_check(const struct world *world);

#endif
