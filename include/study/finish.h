#ifndef STUDY_FINISH_H
#define STUDY_FINISH_H

/*
 * From the rows of a study to its results: replications.csv in order of replication and
 * point, statistics of them, and the manifest, which comes last.
 *
 * Rows are read twice as a stream: once to see which columns have a value at all, once
 * to write them and to turn them into columns (study/transpose.h), of which one or two
 * are in memory at a time.
 */

#include "study/plan.h"
#include "study/rows.h"
#include "study/statistics.h"

/* One metric at one point: a row of points.csv. */
struct point_statistics {
    size_t point, column;
    struct mean_estimate estimate;
    const double *quantile; /* of the plan's quantiles */
    const struct interval *quantile_ci;
    struct mean_estimate cvar; /* at CVAR_LEVEL: mean and interval */
    double at_most, at_least;  /* NAN: no target */
    struct proportion miss;    /* where there is a target */
};
#define CVAR_LEVEL 0.95

/* The same against the baseline: a row of paired.csv. */
struct pair_statistics {
    size_t point, column;
    struct paired paired; /* the point less the baseline */
};

struct finish_options {
    const struct study_plan *plan;
    const char *dir;                /* for the results; locked */
    const struct rows_files *files; /* of all rows */
    const uint64_t *cut;            /* replications that count, of each point */
};

struct finish_report {
    uint64_t rows, failed;
    uint64_t failed_replication; /* the first that failed, */
    size_t failed_point;
    char failed_text[1024]; /* and why */
};

/* All tasks below the cuts must be among the rows.  A failure leaves nothing half
 * written behind. */
bool study_finish(const struct finish_options *options, struct finish_report *report,
                  struct error *err) MUST_CHECK;

#endif
