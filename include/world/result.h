#ifndef WORLD_RESULT_H
#define WORLD_RESULT_H

/*
 * What a run amounts to: integers that the summary, the terminal and later the studies
 * turn into metrics.  Lives in the world's arena.
 */

#include "base/histogram.h"
#include "input/scenario.h"
#include "world/sink.h"

struct pool_result {
    int64_t state_gpu_ms[GPU_STATES];
    int64_t surplus_gpu_ms;
    int64_t cost_uusd[COST_SHARES]; /* economic; sums to economic_uusd */
    int64_t basis_uusd[BASES];
    int64_t account_uusd[ACCOUNTS][BASES];
    int64_t opening_uusd; /* position brought in, not paid in the run */
    int64_t closing_uusd; /* position at the horizon by the scenario's `closing` */
    int64_t closing_book_uusd, closing_market_uusd;
    int64_t commitment_uusd; /* leases: what remains to be paid at the horizon */
    double cash_pv_usd;      /* discounted to the start */
    double closing_pv_usd;
    int64_t tax_uusd;         /* taxes paid, savings counted against them */
    double tax_pv_usd;        /* the same discounted, and what the positions bear */
    double useful_pv_gpu_h;   /* discounted useful GPU-hours */
    int64_t energy_mwh_milli; /* Wh at the meter */
    double carbon_kg;
    double embodied_kg; /* carbon of making the servers, by service over book life */
    int64_t jobs_started, jobs_finished, interruptions;
    int64_t failures, repairs;       /* of servers */
    int64_t losses;                  /* of the failures: for good */
    int64_t outages;                 /* of the provider */
    int64_t lost_gpu_ms[CAUSES];     /* work thrown away, by what interrupted it */
    int64_t repeated_gpu_ms[CAUSES]; /* work done again, by what last interrupted */
    int64_t peak_busy_gpus, peak_capacity_gpus;
    int128 work_gpu_ms;    /* finished work in GPU-ms of route_work_class() */
    struct histogram wait; /* of jobs started here, after warmup */
};

enum group_kind { GROUP_TOTAL, GROUP_WORKLOAD, GROUP_TENANT, GROUP_SIZE, GROUP_KINDS };

struct group_result {
    enum group_kind kind;
    const char *name; /* "training"; for sizes "1", "2-3", "4-7", ...; "" for total */
    int64_t arrived, finished, running, waiting, refused, abandoned;
    int64_t delayed;  /* waited at least 1 ms, of those counted in `wait` */
    int64_t censored; /* not started by the horizon */
    int64_t missed;   /* ended past their deadline, or left because of it */
    int128 useful_gpu_ms, overhead_gpu_ms;
    int64_t direct_uusd; /* sum of the job rows' direct_uusd */
    /* With service_priced, in the total and by workload: GPU-ms that jobs which left
     * unserved wanted, GPU-ms waited, misses; and what they are priced at. */
    int128 service[SERVICE_PARTS];
    int64_t service_uusd[SERVICE_PARTS];
    int128 level_demand_gpu_ms, level_served_gpu_ms, level_overhead_gpu_ms; /* levels */
    int64_t full_uusd; /* charged: the total, by tenant and by workload */
    struct histogram wait;
};

struct run_result {
    int64_t end_ms;            /* the horizon, or when the world fell idle */
    int64_t makespan_ms;       /* last end less first submit; 0 if nothing ended */
    int64_t events;            /* events handled, arrivals included */
    struct pool_result *pools; /* as scenario->pools */
    size_t n_pools;
    struct group_result *groups; /* the total first */
    size_t n_groups;
    int64_t peak_cash_uusd;                   /* the largest cumulative cash spent */
    bool taxed;                               /* the scenario has a `tax` */
    bool service_priced;                      /* the scenario has a `service` */
    bool has_levels;                          /* the scenario has levels of demand */
    int64_t closed_levels;                    /* of them: no pool is open to them */
    const char *closed_level, *closed_reason; /* of the first of these; NULL: none */
    bool charged; /* economic cost was divided among tenants */
    int64_t unallocated_uusd, no_tenant_uusd; /* what no tenant bears of it */
    bool unstable;                            /* the backlog grows to the end */
    bool clairvoyant;                         /* estimates were the true durations */
    bool billing_short; /* billing_until: last_start left capacity unbilled */
};

#endif
