#ifndef STUDY_TABLES_H
#define STUDY_TABLES_H

/*
 * The CSV files of studies: each column declared once, for the line with their names
 * and for the reference page.
 *
 * Some columns depend on the study: those of its axes, inputs, quantiles and metrics.
 */

#include <stdio.h>

#include "base/csv_out.h"

enum study_table_kind {
    STUDY_REPLICATIONS,
    STUDY_POINTS,
    STUDY_PAIRED,
    STUDY_TORNADO,
    STUDY_MORRIS,
    STUDY_SOBOL,
    STUDY_BREAKEVEN,
    STUDY_BOUNDARY,
    STUDY_TABLES
};

enum study_field_kind {
    FIELD_PLAIN,
    FIELD_AXES,      /* one for each axis */
    FIELD_PLACE,     /* the same without the last, the design */
    FIELD_UNCERTAIN, /* one for each uncertain input */
    FIELD_METRICS,   /* one for each metric that has a value */
    FIELD_QUANTILES, /* three for each quantile */
};

struct study_field {
    const char *name; /* NULL ends a list; of the kinds that are many how it is said */
    const char *help;
    enum study_field_kind kind;
};

struct study_table {
    const char *name; /* of the file */
    const char *rows; /* what a row is, and in which order */
    const struct study_field *fields;
};
extern const struct study_table study_tables[STUDY_TABLES];

struct study_results;

/* The first line of a table, its end included. */
void study_table_head(const struct study_results *results, enum study_table_kind table,
                      struct csv_out *out);

/* The reference of all, in Markdown. */
void study_tables_print(FILE *out);

#endif
