#ifndef OUTPUT_METRICS_H
#define OUTPUT_METRICS_H

/*
 * What a run amounts to, as named numbers: each metric declared once, for summary.csv,
 * the JSON form, the audit and the reference page.
 *
 * A metric has a value in scopes: the whole run, all fixed pools (owned and leased),
 * one pool, or a group of jobs (workload, tenant, size).  Values are integers with a
 * fixed number of digits after the point, so that they print the same everywhere; only
 * discounted ones go through double.  A ratio whose denominator is zero has no row.
 *
 * Definitions (DESIGN section 4):
 *   npv_usd = opening_usd + cash_pv_usd - closing_pv_usd, cost positive
 *   levelised_usd_per_useful_gpu_h = npv_usd / useful_pv_gpu_h
 *   economic_usd_per_useful_gpu_h = economic_usd / busy_useful_gpu_h
 *   usd_per_work_h = economic_usd / work_h, finished work on the reference class
 */

#include <stdio.h>

#include "base/csv_in.h"
#include "base/decimal.h"
#include "output/columns.h"
#include "world/result.h"

/* How a metric is written. */
enum metric_form {
    METRIC_COUNT,      /* whole */
    METRIC_USD,        /* 6 digits */
    METRIC_GPU_H,      /* 9 digits */
    METRIC_NANO,       /* 9 digits */
    METRIC_S,          /* 3 digits */
    METRIC_MEAN_S,     /* 6 digits */
    METRIC_KWH,        /* 3 digits */
    METRIC_KG,         /* 6 digits */
    METRIC_REAL_USD,   /* 6 digits, through double */
    METRIC_REAL_GPU_H, /* 9 digits, through double */
    METRIC_REAL_NANO   /* 9 digits, through double */
};

/* Where a metric has a value. */
enum metric_scope {
    IN_TOTAL = 1 << 0,
    IN_FIXED = 1 << 1,
    IN_POOL = 1 << 2,
    IN_GROUP = 1 << 3,
};

/* The run that is summed up: its result, and what must be known of its pools. */
struct metric_run {
    const struct run_result *result;
    const char *const *pool_names; /* as result->pools */
    const bool *pool_is_fixed;
};

/* A set of pools, or a group of jobs, or for the whole run both. */
struct scope {
    const char *name;
    enum metric_scope kind;
    const struct metric_run *run;
    const struct pool_result *pool;   /* the only one; NULL: all, or all fixed ones */
    const struct group_result *group; /* NULL: none */
};

/* The pools of a scope, one after the other: start with NULL. */
const struct pool_result *scope_next_pool(const struct scope *scope,
                                          const struct pool_result *pool);

/* Sums of an int64_t or double field of struct pool_result over them. */
int128 scope_sum(const struct scope *scope, size_t offset);
double scope_sum_real(const struct scope *scope, size_t offset);

struct metric {
    const char *name, *unit;
    unsigned scopes;
    enum metric_form form;
    /* The value, scaled as `form` says, or false where there is none. */
    bool (*value)(const struct scope *scope, size_t offset, int128 *value);
    size_t offset; /* of a field, where `value` reads one */
    const char *help;
    /* NULL: the audit recomputes it from the other files.  Else why it cannot. */
    const char *unchecked;
};

extern const struct metric metrics[]; /* ends with a NULL name */

/* One line of summary.csv. */
struct metric_row {
    const char *scope, *metric, *unit;
    enum metric_form form;
    int128 value;
    int digits;
};

int metric_digits(enum metric_form form);

/* The i-th metric that there is for each cause of interruption (lost_failure_gpu_h),
 * and its field in struct pool_result; false behind the last.  Without the cause there
 * is no row. */
bool metric_of_cause(size_t i, char name[64], size_t *offset);

/* The metric that there is for each account and basis: economic_depreciation_usd.
 * Without a posting there is no row. */
void metric_of_account(enum basis basis, enum account account, char name[64]);

/* Whether no value means 0, as no failures; else there is none, as no mean of waits. */
bool metric_absent_is_zero(const struct metric *metric);

/* Calls `row` for every value there is, in the order of summary.csv: total, fixed,
 * pools, groups; within a scope in the order of the table, accounts last. */
void metrics_each(const struct metric_run *run,
                  void (*row)(void *self, const struct metric_row *row), void *self);

/* A metric_run for a scenario; the arrays live in the arena. */
struct metric_run metrics_of(const struct scenario *scenario,
                             const struct run_result *result, struct arena *arena);

/* Writes summary.csv; `rows` gets their number. */
bool summary_write(const struct metric_run *run, const char *path,
                   char digest[SHA256_HEX], int64_t *rows,
                   struct error *err) MUST_CHECK;

/* The same as one JSON object: scenario, period, {scope: {metric: value}}, warnings. */
bool summary_print_json(const struct metric_run *run, const struct scenario *scenario,
                        FILE *out, struct error *err) MUST_CHECK;

/* The reference of all metrics, in Markdown. */
void metrics_print(FILE *out);

#endif
