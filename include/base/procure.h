#ifndef BASE_PROCURE_H
#define BASE_PROCURE_H

/*
 * What a procurement model sees and what it may order (base/model.h: MODEL_PROCURE).
 *
 * One policy looks after one fixed pool.  It is asked at reviews, one `review` apart,
 * the first after one such period.  The view is a snapshot: what is there now, and one
 * entry per period that has passed.  Nothing in it depends on what comes later.
 *
 * Orders are carried out in their sequence: a pool that is owned buys, a leased one
 * takes contracts of its term.  What is added is rounded up to whole units and cut to
 * what `max_gpus` leaves; an order of nothing is none.
 */

#include "base/params.h"
#include "base/rng.h"

/* The time between two reviews, or before the first. */
struct procure_period {
    int64_t begin_ms, end_ms;
    int64_t position_gpus; /* at its begin, after orders: in service and on order */
    int64_t capacity_gpus; /* in service at its end, before orders */
    int64_t added_gpus, removed_gpus; /* by the orders of the review at its end */
    /* Wanted is busy in this pool or waiting for it; elastic is what elastic pools
     * held busy; demand is both together. */
    double busy_mean_gpus, wanted_mean_gpus, elastic_mean_gpus;
    int64_t busy_max_gpus, wanted_max_gpus, elastic_max_gpus, demand_max_gpus;
    double utilization_frac; /* busy over capacity, in GPU-time; 0 without capacity */
};

/* A lease that runs. */
struct procure_contract {
    int64_t gpus;
    int64_t ends_in_ms;
    bool leaves;    /* notice was given: it ends then, without renewal */
    bool last_call; /* the last review at which it can be renewed */
    double price_usd_per_gpu_h, market_usd_per_gpu_h; /* now, and when renewed */
    int64_t exit_in_ms;      /* when it would end if notice were given now */
    double exit_usd_per_gpu; /* the fee for that; negative: it cannot be left */
};

/* Per GPU, as known now.  `fixed` is what a GPU costs whether it works or not: owned,
 * the annuity of price less salvage over the book life at the discount rate, with
 * colocation, support, staff, insurance and idle power; leased, the rent.  `busy` is
 * what work adds to it.  `avoidable` is what an owned GPU still costs when busy once
 * it is paid for: the running cost. */
struct procure_costs {
    double fixed_usd_per_gpu_h, busy_usd_per_gpu_h, avoidable_usd_per_gpu_h;
    double rent_usd_per_gpu_h;  /* cheapest elastic pool; 0: there is none */
    double lease_usd_per_gpu_h; /* cheapest lease; 0: there is none */
    double salvage_usd_per_gpu; /* of the oldest GPUs now, less selling cost */
};

struct procure_view {
    int64_t now_ms, now_unix_ms, start_unix_ms;
    int64_t review;    /* 0 at the first */
    int64_t review_ms; /* length of the period to come */
    bool leases;       /* orders are contracts; else they are bought */
    int64_t in_service_gpus;
    int64_t on_order_gpus;
    int64_t draining_gpus; /* to leave when their jobs end; not in service */
    int64_t leaving_gpus; /* by the dated plan, within the lead time; contracts apart */
    int64_t busy_gpus, waiting_gpus, elastic_gpus;
    int64_t lead_ms; /* from order to service, expected */
    int64_t term_ms; /* of a contract, or the book life */
    int64_t unit_gpus, max_gpus;
    struct procure_costs costs;
    const struct procure_contract *contracts;
    uint32_t n_contracts;
    const struct procure_period *history; /* oldest first */
    uint32_t n_history;                   /* review + 1 */
};

enum procure_action {
    PROCURE_BUY,
    PROCURE_LEASE,
    PROCURE_RETIRE,
    PROCURE_RENEW,
    PROCURE_EXIT,
    PROCURE_ACTIONS
};
extern const char *const procure_action_names[]; /* "buy", ..., NULL */

struct procure_order {
    enum procure_action action;
    int64_t gpus;       /* to buy, lease or retire */
    uint32_t contract;  /* to renew or exit: index into view->contracts */
    const char *reason; /* a few words, a constant: "below the reorder point" */
};

/* Orders of one review; the caller gives room for as many as there are contracts and
 * PROCURE_ORDERS_MORE. */
#define PROCURE_ORDERS_MORE 8
struct procure_orders {
    struct procure_order *items;
    uint32_t n, room;
};

struct procure_ops {
    void (*review)(const void *params, void *state, const struct procure_view *view,
                   struct rng *rng, struct procure_orders *orders);
    /* Optional: whether the policy needs a price of elastic capacity that the
     * parameters do not give. */
    bool (*needs_rent)(const void *params);
};

/* ---- what the policies share ---- */

enum procure_measure { PROCURE_NOW, PROCURE_MEAN, PROCURE_MAX };
enum procure_renewal {
    PROCURE_RENEW_BUSY,
    PROCURE_RENEW_ALWAYS,
    PROCURE_RENEW_NEVER,
    PROCURE_RENEW_MARKET
};
enum procure_retirement {
    PROCURE_RETIRE_NEVER,
    PROCURE_RETIRE_IDLE,
    PROCURE_RETIRE_COST
};
extern const char *const procure_measure_names[];
extern const char *const procure_renewal_names[];
extern const char *const procure_retirement_names[];

/* Part of every policy's parameters, called `common` there. */
struct procure_common {
    int measure;
    bool elastic;
    int64_t window;
    int renew, retire;
    double retire_below_frac;
};

/* clang-format off */
#define PROCURE_PARAMS(struct_, measure_, renew_)                                      \
    {PARAM_ONE_OF(struct_, "demand", common.measure, procure_measure_names, measure_,  \
                  "what is taken for demand: now, or mean or max of recent periods")}, \
    {PARAM_FLAG(struct_, "elastic", common.elastic, "true",                            \
                "count what elastic pools carry as demand")},                          \
    {PARAM_COUNT(struct_, "window", common.window, "1", 1, 1e6,                        \
                 "recent periods whose demand counts")},                               \
    {PARAM_ONE_OF(struct_, "renew", common.renew, procure_renewal_names, renew_,       \
                  "which contracts go on: those that demand needs, all, none, or "     \
                  "those cheaper than elastic capacity for what they would serve")},   \
    {PARAM_ONE_OF(struct_, "retire", common.retire, procure_retirement_names, "never", \
                  "what goes early: nothing, what is idle, or what costs more to run " \
                  "than the cheapest rent")},                                          \
    {PARAM_FRACTION(struct_, "retire_below", common.retire_below_frac, "40 %", 0, 1,   \
                    "with retire: idle, GPUs go when demand over GPUs is below this")}
/* clang-format on */

/* Demand as the parameters have it, of the recent periods or of this instant. */
double procure_demand_gpus(const struct procure_common *common,
                           const struct procure_view *view);

/* Demand of one period; `now` counts as the mean. */
double procure_period_gpus(const struct procure_common *common,
                           const struct procure_period *period);

/* Decides on contracts whose last call it is, and returns the inventory position: GPUs
 * in service and on order, without those that will have left when an order of now
 * arrives, and without contracts that lapse or were left. */
int64_t procure_position(const struct procure_common *common,
                         const struct procure_view *view, double demand_gpus,
                         struct procure_orders *orders);

/* Buys or leases what is missing from `target`; true if something is. */
bool procure_up_to(const struct procure_view *view, int64_t position_gpus,
                   double target_gpus, const char *reason,
                   struct procure_orders *orders);

/* Retires or exits down to `target` and not below: whole units, whole contracts. */
void procure_down_to(const struct procure_view *view, int64_t position_gpus,
                     double target_gpus, const char *reason,
                     struct procure_orders *orders);

/* Early retirement as the parameters have it; does nothing while GPUs are on order. */
void procure_retire(const struct procure_common *common,
                    const struct procure_view *view, int64_t position_gpus,
                    double demand_gpus, struct procure_orders *orders);

/* False when the room is used up. */
bool procure_order(struct procure_orders *orders, struct procure_order order);

/* The value of rank ceil(fraction * n), at least 1, of n values, which are put in
 * another order: the smallest x with at least that share of all at or below it. */
double procure_quantile(double values[], uint32_t n, double fraction);

#endif
