#ifndef OUTPUT_BRIDGE_H
#define OUTPUT_BRIDGE_H

/*
 * A cost bridge: why run B costs more or less than run A, in steps that add up to the
 * difference exactly, in micro-dollars.
 *
 * It is the variance analysis of management accounting, for every pool and account,
 * with A for the budget and B for the actual: price and quantity variances (Horngren,
 * Datar, Rajan, "Cost Accounting", chapter 7), the quantity divided into hours of
 * useful work and hours paid without it, as by the idle time variance (Drury,
 * "Management and Cost Accounting").
 *
 *     A, B   cost in A and in B            C   GPU-hours of capacity of the pool
 *     Q      quantity that the cost is for U   useful ones among them
 *                                          T   useful ones of all pools
 *
 *     F1 = A (U_B + C_A - U_A) / C_A       B's useful hours, idle and lost ones as in A
 *     F2 = A Q_B / Q_A                     B's quantity at A's average price
 *     F3 = sum over months of A's price of the month times B's quantity in it
 *
 *     volume      = A U_A / C_A (T_B - T_A) / T_A    more or less useful work, had it
 *                              grown alike in all pools
 *     mix         = F1 - A - volume    useful work moved to this pool or from it
 *     utilization = F2 - F1    more or less of what does no useful work: mostly, idle
 *     timing      = F3 - F2    the quantity falls into other months than in A
 *     price       = B - F3     another price for the same quantity ...
 *     capital     = B - F3     ... in accounts of capital (account_nature)
 *
 * Where an hour that was idle is now useful, volume rises by what utilization falls.
 * The sum is telescoping, so nothing is left over however each F is rounded.
 *
 *    (The mix variance of Horngren, chapter 14.)
 *  - Pools are matched by name (or as the user says).  Of a pool that has no capacity
 * in one of the runs all but volume is mix.
 *  - Q is the quantity of the ledger's rows where both runs have the account in the
 *    pool, in the same unit; else, and for accounts without quantity (depreciation,
 *    capital charge, prepaid rent, ...), the pool's GPU-hours of capacity.
 *  - In a month without quantity in A, A's price is that of the whole run.
 *  - npv: amounts are payments discounted to the start, and the positions at both ends
 *    ("opening", "closing": accounts of capital).  In F3 A's price is undiscounted and
 *    discounted at B's rate, so another rate is timing, too.  Each run's sum is its
 *    npv_usd; what single payments differ from it (a row tells only the last of the
 *    month's sales) goes to the pool's largest step.
 *  - Rates and schedules are rounded to the micro-dollar when posted.  A step that this
 *    alone can explain (about a micro-dollar per posting, times the ratio of
 * quantities) is added to the account's largest step.
 *
 * From B to A the total is the negative, but not the steps: prices
 * are then B's.
 */

#include "output/saved_run.h"

enum bridge_step {
    STEP_VOLUME,
    STEP_MIX,
    STEP_UTILIZATION,
    STEP_PRICE,
    STEP_CAPITAL,
    STEP_TIMING,
    BRIDGE_STEPS
};
extern const char *const bridge_step_names[]; /* "volume", ..., NULL */

/* The accounts of the ledger, and the positions at both ends. */
enum { BRIDGE_OPENING = ACCOUNTS, BRIDGE_CLOSING, BRIDGE_ACCOUNTS };
const char *bridge_account_name(int account);

enum bridge_basis { BRIDGE_CASH, BRIDGE_ACCRUAL, BRIDGE_ECONOMIC, BRIDGE_NPV };
extern const char *const bridge_basis_names[]; /* "cash", ..., "npv", NULL */

/* A month of an account of a pool, in one run. */
struct bridge_month {
    int64_t amount_uusd; /* undiscounted */
    int64_t quantity;    /* GPU-ms, mWh, GPUs, or millionths of another unit */
    int64_t rows;        /* postings behind it */
    double discount;     /* of the amount: 1 but for npv; 0: there is none */
};

/* One account of a pool in one run. */
struct bridge_side {
    const struct bridge_month *months; /* the same months in both runs */
    int64_t total_uusd;                /* discounted, for npv */
};

struct bridge_facts {
    struct bridge_side side[2];
    size_t n_months;
    int64_t useful_gpu_ms[2], capacity_gpu_ms[2]; /* of the pool, over the run */
    int64_t all_useful_gpu_ms[2]; /* of all pools; 0 in A: there is no mix */
    enum account_nature nature;
};

/* The steps of one account; false where they leave the range of int64. */
bool bridge_steps(const struct bridge_facts *facts,
                  int64_t step_uusd[BRIDGE_STEPS]) MUST_CHECK;

struct bridge_line {
    size_t pool; /* in bridge->pools */
    int account;
    int64_t total_uusd[2];
    int64_t step_uusd[BRIDGE_STEPS]; /* the sum is B's total less A's */
};

struct bridge_pool {
    const char *name;     /* "own", or "own > leased" where the user matched them */
    const char *names[2]; /* in A and in B; NULL: there is none */
    int64_t useful_gpu_ms[2], capacity_gpu_ms[2];
    int64_t total_uusd[2], step_uusd[BRIDGE_STEPS];
};

struct bridge {
    struct arena arena;
    const struct saved_run *runs[2]; /* borrowed */
    enum bridge_basis basis;
    struct bridge_pool *pools;
    size_t n_pools;
    struct bridge_line *lines; /* by pool, then by account; none without an amount */
    size_t n_lines;
    int64_t total_uusd[2], step_uusd[BRIDGE_STEPS];
};

/* A pool of A that is to be compared with one of another name of B. */
struct bridge_match {
    const char *a, *b;
};

/* Reads the ledgers and hours of both runs.  Frees itself where it fails. */
bool bridge_make(struct bridge *bridge, const struct saved_run runs[2],
                 enum bridge_basis basis, const struct bridge_match *matches,
                 size_t n_matches, struct error *err) MUST_CHECK;
void bridge_free(struct bridge *bridge);

/* What it says, in sentences; ends with NULL. */
const char **bridge_sentences(const struct bridge *bridge, struct arena *arena);

/* Waterfall, sentences in order of size and a table by pool, in 80 columns. */
void bridge_print(const struct bridge *bridge, FILE *out);

/* step,pool,account,amount_usd: steps that are not zero; the amounts sum to the
 * difference. */
bool bridge_write_csv(const struct bridge *bridge, const char *path,
                      struct error *err) MUST_CHECK;
bool bridge_print_json(const struct bridge *bridge, FILE *out,
                       struct error *err) MUST_CHECK;

#endif
