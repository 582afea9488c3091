#ifndef STUDY_RESULTS_H
#define STUDY_RESULTS_H

/* What the files that make results share; nobody else includes this.  A design's
 * analyse sees the functions of study/design.h. */

#include "study/finish.h"
#include "study/transpose.h"

struct result_file {
    const char *name;
    char digest[SHA256_HEX];
    int64_t rows;
};

#define RESULT_FILES_MAX 8

struct study_results {
    const struct finish_options *options;
    const struct study_plan *plan;
    struct finish_report *report;
    struct arena arena;
    uint64_t longest; /* the largest cut */
    bool *filled;     /* columns that have a value somewhere */
    bool *used;       /* columns that are written: the same, and those named */
    size_t *series;   /* of a column, among those used; COLUMN_NONE */
    size_t n_used;
    struct transpose *transpose; /* point * n_used + series */
    struct csv_out *open;        /* the file that is being written; NULL */
    struct result_file files[RESULT_FILES_MAX];
    size_t n_files;
};

/* replications.csv, and the transposed file. */
bool results_write_rows(struct study_results *results, struct error *err) MUST_CHECK;

/* points.csv and, with several points, paired.csv. */
bool results_write_points(struct study_results *results, struct error *err) MUST_CHECK;

/* Shows all files and writes the manifest. */
bool results_publish(struct study_results *results, struct error *err) MUST_CHECK;

#endif
