#ifndef WORLD_SINK_H
#define WORLD_SINK_H

/*
 * Rows leave the world through a sink: a table of functions, so that the world knows
 * neither files nor formats.  A function may be NULL: such rows are not wanted, and the
 * world does not prepare them.  Pointers in a row are valid during the call.
 *
 * Times are ms since the scenario's start, GPU-time is GPU-ms, money micro-USD.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/int128.h"

/* Every GPU of every pool is at each instant in exactly one of these. */
enum gpu_state {
    GPU_BUSY_USEFUL,
    GPU_BUSY_OVERHEAD,
    GPU_IDLE_NO_DEMAND,
    GPU_IDLE_FRAGMENTED,
    GPU_IDLE_HELD,
    GPU_DOWN,
    GPU_STATES
};
extern const char *const gpu_state_names[]; /* "busy_useful", ..., NULL */

/* How the economic cost of a pool and interval divides. */
enum cost_share { COST_BUSY, COST_OVERHEAD, COST_IDLE, COST_DOWN, COST_SHARES };
extern const char *const cost_share_names[]; /* "busy", ..., NULL */

/* BASES counts the bases of money.  The shadow basis stands outside: it holds what
 * service is worth (world/service.h), which nobody is billed, so that no sum over the
 * bases can take it for money. */
enum basis { BASIS_CASH, BASIS_ACCRUAL, BASIS_ECONOMIC, BASES, BASIS_SHADOW = BASES };
extern const char *const basis_names[]; /* "cash", ..., "shadow", NULL */

enum account {
    ACCOUNT_PURCHASE,      /* cash: servers with adder */
    ACCOUNT_DEPOSIT,       /* cash: paid with the order; purchase is the rest */
    ACCOUNT_RESALE,        /* cash: what retired servers bring, negative */
    ACCOUNT_CONSTRUCTION,  /* cash: of an own data centre, as it is built */
    ACCOUNT_DEPRECIATION,  /* accrual, economic */
    ACCOUNT_DISPOSAL,      /* accrual, economic: book less resale; a gain is negative */
    ACCOUNT_IMPAIRMENT,    /* accrual, economic: losses of book value, less reversals */
    ACCOUNT_FACILITY,      /* all three: running an own data centre */
    ACCOUNT_COMMISSIONING, /* all three: space and guard between delivery and service */
    ACCOUNT_COLOCATION,    /* all three, like all bills */
    ACCOUNT_ENERGY,
    ACCOUNT_DEMAND_CHARGE, /* all three: on the month's peak draw */
    ACCOUNT_SUPPORT,
    ACCOUNT_STAFF,
    ACCOUNT_INSURANCE,
    ACCOUNT_SOFTWARE,
    ACCOUNT_SECURITY,
    ACCOUNT_PREPAYMENT,   /* cash */
    ACCOUNT_PREPAID_RENT, /* accrual, economic: the prepayment, amortised */
    ACCOUNT_EXIT_FEE,     /* all three: a contract ended early */
    ACCOUNT_RENT,         /* all three: leases, what is not prepaid */
    ACCOUNT_RENT_USED,    /* all three: use above the take-or-pay share */
    ACCOUNT_ON_DEMAND,    /* all three: what was held */
    ACCOUNT_SPOT,         /* the same of spot pools */
    ACCOUNT_EXTRAS,       /* all three: egress and storage, a share of the bill */
    ACCOUNT_SURPLUS,      /* all three: what minimum and increment add */
    ACCOUNT_CAPITAL,      /* economic: the charge on net invested capital */
    ACCOUNTS,             /* of money; what follows is shadow only: */
    ACCOUNT_SERVICE_UNSERVED =
        ACCOUNTS,          /* GPU-hours wanted by jobs that left unserved */
    ACCOUNT_SERVICE_DELAY, /* GPU-hours waited */
    ACCOUNT_SERVICE_MISS,  /* deadlines missed, and jobs that left unserved */
    ACCOUNTS_ALL
};
extern const char *const account_names[]; /* ACCOUNTS_ALL of them, NULL */

/* The shadow accounts in order, from ACCOUNT_SERVICE_UNSERVED on. */
enum service_part { SERVICE_UNSERVED, SERVICE_DELAY, SERVICE_MISS, SERVICE_PARTS };

/* Whether an account may be posted to in a basis. */
bool account_has_basis(enum account account, enum basis basis);

/* What it is when an account costs more per unit in one run than in another: a dearer
 * price, or more capital tied up (output/bridge.h).  No account is without. */
enum account_nature { NATURE_NONE, NATURE_PRICE, NATURE_CAPITAL };
enum account_nature account_nature(enum account account);

/* What takes a running job off its GPUs. */
enum cause {
    CAUSE_CONTRACT_END,
    CAUSE_PREEMPTION,  /* by a more urgent job */
    CAUSE_FAILURE,     /* of a server */
    CAUSE_JOB_FAILURE, /* of the job itself: its GPUs stay up */
    CAUSE_OUTAGE,      /* of the provider */
    CAUSE_MAINTENANCE,
    CAUSE_SPOT,         /* its instance was taken back */
    CAUSE_PROVIDER_END, /* for good */
    CAUSES
};
extern const char *const cause_names[]; /* "contract end", ..., NULL */

/* Paid at an instant of its own; everything else at the end of the month. */
bool account_is_lump(enum account account);

enum job_outcome {
    JOB_FINISHED,
    JOB_RUNNING,   /* at the horizon */
    JOB_WAITING,   /* at the horizon */
    JOB_REFUSED,   /* no pool could ever hold it */
    JOB_ABANDONED, /* its patience or deadline ended while it waited */
    JOB_OUTCOMES
};
extern const char *const job_outcome_names[];

struct timeline_row {
    int64_t start_ms, end_ms;
    const char *pool;
    int64_t state_gpu_ms[GPU_STATES];
    int64_t surplus_gpu_ms; /* paid for, not held: minimum and increment */
    int64_t capacity_gpus;  /* at the interval's end; the rest of the line, too */
    int64_t waiting_jobs, waiting_gpus; /* those to which the pool is open */
    int64_t jobs_started, jobs_ended;   /* on this pool in the interval */
    int64_t price_nano_usd_per_gpu_h;   /* rent; 0 for owned */
    int64_t cost_uusd[COST_SHARES];     /* economic */
};

#define NEVER_STARTED INT64_MIN /* other times before 0 are before the run */

struct job_row {
    const char *id;
    const char *workload, *tenant; /* NULL: none */
    int64_t submit_ms;
    int64_t start_ms;         /* first start; NEVER_STARTED */
    int64_t end_ms;           /* of its leaving; -1 while it runs or waits */
    const char *pool, *class; /* where it ran last; NULL: never */
    int64_t gpus;
    int64_t wait_ms; /* until its first start, or so far, or until it left the queue */
    int64_t useful_gpu_ms, overhead_gpu_ms;
    int64_t interruptions;
    enum job_outcome outcome;
    const char *reason;  /* of refusal or abandonment; NULL */
    int64_t direct_uusd; /* rent of elastic capacity held for it, and busy power */
};

struct ledger_row {
    int64_t month_unix_ms; /* first instant of the calendar month, UTC */
    int64_t time_ms;       /* when posted */
    const char *pool;      /* "" in the shadow basis */
    const char *item; /* "lot 1", "contract 1", "" for an elastic pool; in the shadow
                         basis the workload, "" for jobs without one */
    enum account account;
    enum basis basis;
    int64_t amount_uusd; /* never 0; positive is cost or payment */
    int128 quantity;     /* quantity / 10^digits units */
    int quantity_digits;
    const char *unit; /* "GPU-h", "kWh", "GPU", "job", "" */
};

/* What the GPUs of a lot, contract or elastic pool did in a calendar month; only where
 * there were any. */
struct usage_row {
    int64_t month_unix_ms;
    const char *pool;
    const char *item; /* as in ledger_row */
    int64_t state_gpu_ms[GPU_STATES];
    int128 energy_mwh; /* at the meter; 0 for what is rented */
};

struct asset_row {
    const char *pool, *item, *class;
    bool is_lot;              /* else a contract, or */
    bool is_facility;         /* a data centre: no GPUs, no hours */
    int64_t gpus;             /* at the beginning */
    int64_t ordered_ms;       /* may be where it begins */
    int64_t delivered_ms;     /* NEVER_MS: not yet */
    int64_t begin_ms, end_ms; /* NEVER_MS: not yet; end -1: still held at the horizon */
    int64_t term_end_ms;      /* contracts: as agreed; -1: a lot */
    int64_t state_gpu_ms[GPU_STATES];
    int64_t cash_uusd, accrual_uusd, economic_uusd;
    int64_t idle_uusd;       /* economic cost of its idle GPU-time */
    int64_t book_uusd;       /* at the horizon; leases: unexpired prepayment */
    int64_t market_uusd;     /* at the horizon, less selling cost */
    int64_t commitment_uusd; /* leases: what remains to be paid */

    /* Lots.  Stranded: book above market.  Obsolete: what could be avoided by switching
     * it off (power, space, support, staff, insurance), per hour of work when fully
     * busy on the unit of the catalogue's speeds, exceeds the cheapest rent in the
     * scenario. */
    int64_t stranded_uusd;
    double avoidable_usd_per_work_h;
    double alternative_usd_per_work_h; /* 0: nothing is rented */
    bool obsolete;
};

/* What jobs of one tenant and workload bear of a pool's economic cost. */
struct charge_row {
    const char *pool;
    bool unallocated;              /* nobody's: months in which nobody ran */
    const char *tenant, *workload; /* "" where they have none */
    int64_t useful_gpu_ms, overhead_gpu_ms;
    int64_t cost_uusd[COST_SHARES];
};

struct event_row {
    int64_t time_ms;
    int phase;
    const char *kind; /* "submit", "start", "end", ... */
    const char *job;  /* id, or NULL */
    const char *pool; /* or NULL */
    int64_t gpus;
    const char *detail; /* or NULL */
};

/* An order of a procurement policy, carried out. */
struct decision_row {
    int64_t time_ms;
    const char *pool, *policy;
    int64_t review;     /* from 1 */
    const char *action; /* procure_action_names */
    int64_t gpus;       /* above 0 */
    const char *item;   /* the contract that is renewed or left; NULL */
    int64_t in_service_gpus, on_order_gpus; /* before it */
    const char *reason;
};

/* A level of demand in an interval: demand = served + unserved. */
struct level_interval {
    int64_t start_ms, end_ms;
    const char *level;             /* the source's name */
    int64_t series;                /* of its trace, from 1 */
    const char *workload, *tenant; /* NULL: none */
    int128 demand_gpu_ms, served_gpu_ms;
    int128 overhead_gpu_ms;           /* held, and booting or not wanted */
    int64_t wanted_gpus, served_gpus; /* at the interval's end */
};

struct sink {
    void *self;
    void (*timeline)(void *self, const struct timeline_row *row);
    void (*job)(void *self, const struct job_row *row);
    void (*ledger)(void *self, const struct ledger_row *row);
    void (*usage)(void *self, const struct usage_row *row);
    void (*asset)(void *self, const struct asset_row *row);
    void (*event)(void *self, const struct event_row *row);
    void (*charge)(void *self, const struct charge_row *row);
    void (*level)(void *self, const struct level_interval *row);
    void (*decision)(void *self, const struct decision_row *row);
};

#endif
