#ifndef INPUT_TRACE_ROWS_H
#define INPUT_TRACE_ROWS_H

/*
 * What the readers of price, request and level traces have in common: columns by name
 * in any order, and errors that say where a field stands: "p.csv:17:4: usd_per_gpu_h:
 * 'x' is not a price in USD, such as 2.49".
 *
 * Job traces, with many columns and rows, have readers of their own (trace_fields.h).
 */

#include "base/csv_in.h"

#define ROW_COLUMNS_MAX 8

struct row_form {
    const char *const *columns; /* at most ROW_COLUMNS_MAX; NULL ends them */
    int needed;                 /* so many of them, from the first on */
    const char *all;   /* "a level trace has time, gpus and optional workload" */
    const char *least; /* "a level trace has time and gpus" */
    int shown_bytes;   /* of a value in messages; 0: as trace_show cuts it */
};

struct row_fields {
    const struct row_form *form;
    int at[ROW_COLUMNS_MAX]; /* index in the record, or -1 */
    const struct csv_record *record;
    struct error *err;
};

/* Finds the columns; an unknown one and a missing one are errors. */
bool row_header(struct row_fields *row, const struct csv_header *header,
                struct error *err) MUST_CHECK;

/* Without a spreadsheet's guard; of a column that the file does not have it is empty.
 */
struct csv_field row_field(const struct row_fields *row, int column);

/* Write the error, with its place and the column's name, and return false; the second
 * says the value first: "'x' is not a price". */
bool row_bad(const struct row_fields *row, int column, const char *why);
bool row_bad_value(const struct row_fields *row, int column, const char *why);

/* A word of up to `most` bytes, without control characters; it may be empty. */
bool row_word(const struct row_fields *row, int column, size_t most,
              struct csv_field *word) MUST_CHECK;

/* Whether a file that can be read twice has a header line that `is_known` knows. */
bool row_sniff(const char *path, bool (*is_known)(const struct csv_header *header));

#endif
