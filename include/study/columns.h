#ifndef STUDY_COLUMNS_H
#define STUDY_COLUMNS_H

/*
 * The metrics of a study, as columns of replications.csv: SCOPE.METRIC.
 *
 * There is a column for every metric of total, fixed and each pool, in the order of
 * summary.csv, and one for each metric of a group of jobs that the study names
 * ("workload:training.wait_p95_s").  They are a function of the pools and of what is
 * named, not of any run; a column that has no value in any replication is left out of
 * the files later, unless it was named.
 *
 * What a run amounts to is put into its columns by a hash table of their names, whose
 * memory is made once.
 */

#include "base/arena.h"
#include "output/metrics.h"

struct study_column {
    const char *name; /* "total.wait_p95_s" */
    const char *unit;
    int digits;   /* behind the point */
    bool is_zero; /* where a run has no such row: no failures, nothing posted */
    bool named;   /* by the study */
};

struct study_columns {
    struct study_column *items;
    size_t n, room;
    struct arena *arena; /* borrowed */
    uint32_t *slots;     /* of the hash table: index + 1; 0 is free */
    uint32_t slots_mask;
};

/* Of total, fixed and the pools. */
void columns_init(struct study_columns *columns, const char *const pools[],
                  size_t n_pools, struct arena *arena);

/* The column that somebody names, added if it is one of a group; false, with a message
 * at `place`, if there is no such metric. */
bool columns_name(struct study_columns *columns, const char *name, struct place place,
                  size_t *column, struct error *err) MUST_CHECK;

/* Adds one as it is, for columns that were saved. */
void columns_add(struct study_columns *columns, const struct study_column *column);

#define COLUMN_NONE SIZE_MAX
size_t columns_find(const struct study_columns *columns, const char *name);

/* A run's value in a column: value / 10^digits of the column. */
struct study_cell {
    bool has;
    int128 value;
};

/* `cells` has one for each column. */
void columns_take(const struct study_columns *columns, const struct metric_run *run,
                  struct study_cell cells[]);

#endif
