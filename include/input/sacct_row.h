#ifndef INPUT_SACCT_ROW_H
#define INPUT_SACCT_ROW_H

/* One line of `sacct` as a job; import_sacct.c has the file and its options. */

#include "input/import.h"

enum {
    SACCT_JOB_ID,
    SACCT_STATE,
    SACCT_SUBMIT,
    SACCT_ELIGIBLE,
    SACCT_START,
    SACCT_END,
    SACCT_ELAPSED_RAW,
    SACCT_ELAPSED,
    SACCT_LIMIT_RAW,
    SACCT_LIMIT,
    SACCT_ALLOC_TRES,
    SACCT_REQ_TRES,
    SACCT_ALLOC_GRES,
    SACCT_USER,
    SACCT_ACCOUNT,
    SACCT_PARTITION,
    SACCT_QOS,
    SACCT_JOB_NAME,
    SACCT_PRIORITY,
};

extern const struct import_column sacct_columns[];
/* The column of each choice of --tenant and --workload; -1: none. */
extern const int sacct_name_columns[];

enum { ARRIVAL_SUBMIT, ARRIVAL_ELIGIBLE, ARRIVAL_START };
enum { UNFINISHED_DROP, UNFINISHED_ELAPSED, UNFINISHED_LIMIT };
enum { GPUS_ALLOC, GPUS_REQ };
enum { PRIORITY_NONE, PRIORITY_AS_IS, PRIORITY_SCALED };

struct sacct_options {
    const char *delimiter, *class, *states, *catalog;
    int tenant, workload, pools, arrival, unfinished, gpus, priority;
};

#define SACCT_TYPES 6

/* What is asked for, and what is counted on the way. */
struct sacct {
    const struct sacct_options *options;
    char seen[SACCT_TYPES][JOB_WORD_MAX + 1]; /* types of GPU without a class */
    size_t n_seen;
    bool more_seen;
    int64_t untold, parts, tasks, later, resized, partition_limits, slices, cut,
        headers;
    struct names kept; /* the rows that became jobs, by what tells rows apart */
    char pools[JOB_LIST_MAX + 1], classes[JOB_LIST_MAX + 1]; /* of the present job */
};

/* import->self is a struct sacct. */
bool sacct_take_row(struct import_row *row, struct error *err) MUST_CHECK;

#endif
