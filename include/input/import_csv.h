#ifndef INPUT_IMPORT_CSV_H
#define INPUT_IMPORT_CSV_H

/*
 * What importers of CSV logs share: columns found by name, fields read with an error
 * that names line and column, rows counted.
 *
 * An importer names the columns it needs, in the order in which it numbers them, and
 * turns one row at a time into trace_add or import_drop.  Other columns of the file are
 * not looked at.
 */

#include "input/importer.h"

#define IMPORT_COLUMNS_MAX 16

struct import_row {
    struct trace *trace;        /* NULL where prices are read */
    struct price_trace *prices; /* NULL where jobs are read */
    struct import_report *report;
    const struct import_options *options; /* never NULL */
    /* What follows is for the functions below. */
    const char *path;
    const char *const *columns;
    int at[IMPORT_COLUMNS_MAX];
    const struct csv_record *record;
};

struct import_table {
    const char *const *columns; /* NULL ends the list */
    bool absolute;              /* submits are dates */
    bool (*row)(struct import_row *row, struct error *err);
};

bool import_csv(const char *path, const struct import_table *table,
                const struct import_options *options, struct trace *trace,
                struct import_report *report, struct error *err) MUST_CHECK;

/* The same for an importer of prices; `table->absolute` is not looked at. */
bool import_csv_prices(const char *path, const struct import_table *table,
                       struct price_trace *prices, struct import_report *report,
                       struct error *err) MUST_CHECK;

/* "COLUMN: 'TEXT' WHY", with the place. */
bool import_refuse(const struct import_row *row, size_t column, const char *why,
                   struct error *err);

struct csv_field import_text(const struct import_row *row, size_t column);

/* Decimal seconds as ms, within 200 years; negative ones are errors. */
bool import_ms(const struct import_row *row, size_t column, int64_t *ms,
               struct error *err) MUST_CHECK;

/* A whole number, 0 to JOB_GPUS_MAX. */
bool import_gpus(const struct import_row *row, size_t column, int32_t *gpus,
                 struct error *err) MUST_CHECK;

/* A date, UTC where it names no zone. */
bool import_date(const struct import_row *row, size_t column, int64_t *unix_ms,
                 struct error *err) MUST_CHECK;

/* A word of up to JOB_WORD_MAX bytes, as its number in the trace; NAMES_NONE where the
 * field is empty. */
bool import_name(const struct import_row *row, size_t column, uint32_t *name,
                 struct error *err) MUST_CHECK;

/* The same among the names of a price trace. */
bool import_word(const struct import_row *row, size_t column, uint32_t *name,
                 struct error *err) MUST_CHECK;

/* trace_add, with an error where GPUs x duration is more than a trace can hold. */
bool import_add(const struct import_row *row, const struct trace_row *job,
                struct error *err) MUST_CHECK;

#endif
