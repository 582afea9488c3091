#ifndef INPUT_IMPORT_H
#define INPUT_IMPORT_H

/*
 * For who writes an importer: what read() is given, and what it reads and adds with.
 *
 * An importer describes its rows (import_table, import_blanks) or elements
 * (import_json) and turns each into import_add_job and its like, import_drop, or an
 * error.  A minimal one, of a CSV file:
 *
 *     enum { AT, SECONDS, CARDS };
 *     static const struct import_column columns[] = {
 *         {"at"}, {"seconds"}, {"cards", .optional = true}, {NULL}};
 *
 *     static bool take_row(struct import_row *row, struct error *err)
 *     {
 *         int64_t submit_ms, duration_ms;
 *         int32_t gpus;
 *         if (!import_date(row, AT, &submit_ms, err) ||
 *             !import_ms(row, SECONDS, &duration_ms, err) ||
 *             !import_gpus(row, CARDS, &gpus, err))
 *             return false;
 *         if (gpus == 0 || duration_ms == 0)
 *             return import_drop(row, gpus ? "zero duration" : "no GPUs");
 *         struct trace_row job = trace_row(submit_ms, duration_ms, gpus);
 *         return import_add(row, &job, err);
 *     }
 *
 *     static bool read_mine(struct import *import, struct error *err)
 *     {
 *         static const struct import_table table = {.columns = columns, .row =
 * take_row}; return import_table(import, &table, err);
 *     }
 *
 * The rules: a row adds last, when all of it was read, so that a malformed one adds
 * nothing; every row that is not added is dropped with a reason (a constant text); what
 * cannot be understood is an error with its place, never a guess.  What is true of the
 * file as a whole and the user should know is a note.
 */

#include "base/csv_in.h"
#include "base/json_in.h"
#include "input/importer.h"

struct import {
    const struct importer *importer;
    const char *path;
    const char *form;    /* --as: the name of one of importer->forms */
    const void *options; /* importer->params, read */
    struct import_result *result;
    struct import_report *report;
    struct arena arena; /* for the time of the reading */
    void *self;         /* the importer's own */
    /* What follows is for the functions below. */
    int64_t zone_ms;
    int64_t naive_dates; /* taken as of that zone */
    bool lenient;
};

/* Says whether times are dates (importer->dated is where it starts).  Before the first
 * row is added. */
void import_dated(struct import *import, bool dated);

/* What is true of the whole file, once each; a sentence without a full stop. */
void import_note(struct import *import, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* ---- rows of text ---- */

#define IMPORT_COLUMNS_MAX 32

struct import_column {
    const char *name; /* NULL ends the list */
    bool optional;    /* where the file lacks it the field is empty */
};

struct import_row {
    struct import *import;
    int64_t line;
    /* What follows is for the functions below. */
    const char *path; /* as it is shown */
    const struct import_column *columns;
    int at[IMPORT_COLUMNS_MAX]; /* index in the file's row, or -1 */
    const struct csv_field *fields;
};

struct import_table {
    const struct import_column *columns;
    bool (*row)(struct import_row *row, struct error *err);
    /* May be NULL.  Once, when the columns are found (row->at, -1 for none): of a file
     * that may have one set of columns or another. */
    bool (*header)(struct import_row *row, struct error *err);
    char delimiter; /* 0 is ',' */
    bool no_quotes; /* quotes are letters: `sacct --parsable2` */
    /* Of all fields of the file in order, NULL at the end, where it may lack its header
     * line. */
    const char *const *names;
    bool trailing;    /* lines may end in a delimiter: `sacct --parsable` */
    const char *hint; /* said with a row of too many or too few fields; may be NULL */
};

/* Whether the file has that column. */
bool import_has(const struct import_row *row, size_t column);

/* A CSV file.  Columns are found by name, others are not looked at; a column that is
 * missing is an error unless it is optional. */
bool import_table(struct import *import, const struct import_table *table,
                  struct error *err) MUST_CHECK;

/* Fields separated by blanks, in the order of the columns, of which the last ones may
 * be missing where they are optional.  Lines that begin with `comment` are handed to
 * `remark` (which may be NULL), blank ones are passed over. */
struct import_blanks {
    const struct import_column *columns;
    bool (*row)(struct import_row *row, struct error *err);
    char comment;
    bool (*remark)(struct import *import, const char *text, struct error *err);
};
bool import_blanks(struct import *import, const struct import_blanks *blanks,
                   struct error *err) MUST_CHECK;

/* A field of the row; empty where an optional column is not there. */
struct csv_field import_text(const struct import_row *row, size_t column);

/* "COLUMN: 'TEXT' WHY", with the place. */
bool import_refuse(const struct import_row *row, size_t column, const char *why,
                   struct error *err);

/* Decimal seconds as ms, 0 to 200 years. */
bool import_ms(const struct import_row *row, size_t column, int64_t *ms,
               struct error *err) MUST_CHECK;

/* A whole number, 0 to JOB_GPUS_MAX.  "8.0" is one, too. */
bool import_gpus(const struct import_row *row, size_t column, int32_t *gpus,
                 struct error *err) MUST_CHECK;

/* A whole number from `min` to `max`. */
bool import_whole(const struct import_row *row, size_t column, int64_t min, int64_t max,
                  int64_t *value, struct error *err) MUST_CHECK;

/* A date, in the zone of --zone where it names none. */
bool import_date(const struct import_row *row, size_t column, int64_t *unix_ms,
                 struct error *err) MUST_CHECK;

/* A word of up to JOB_WORD_MAX bytes, as its number among the names of the trace (of
 * jobs or prices); NAMES_NONE where the field is empty. */
bool import_name(const struct import_row *row, size_t column, uint32_t *name,
                 struct error *err) MUST_CHECK;

/* The text of an id, up to JOB_ID_MAX bytes; NULL where the field is empty. */
bool import_id(const struct import_row *row, size_t column, const char **id,
               struct error *err) MUST_CHECK;

/* Counts the row as dropped; always true. */
bool import_drop(const struct import_row *row, const char *reason);

/* Adds a job; an error where the trace cannot hold it. */
bool import_add(const struct import_row *row, const struct trace_row *job,
                struct error *err) MUST_CHECK;

/* ---- elements of JSON ---- */

/* `take` is called for each element of the list at `keys` (see base/json_in.h), which
 * counts as one row. */
bool import_json(struct import *import, const char *const *keys,
                 bool (*take)(struct import *import, const json_t *element,
                              struct place place, struct error *err),
                 struct error *err) MUST_CHECK;

/* A member that must be there, of that type; NULL with the error set.  The message
 * names `key`. */
const json_t *import_member(const json_t *object, const char *key, json_type type,
                            struct place place, struct error *err) MUST_CHECK;

/* A whole number from `min` to `max`; reals without a fraction are, too. */
bool import_json_whole(const json_t *object, const char *key, int64_t min, int64_t max,
                       int64_t *value, struct place place,
                       struct error *err) MUST_CHECK;

/* ---- wherever rows come from ---- */

/* A date as text; the error has no place. */
bool import_parse_date(struct import *import, const char *text, size_t length,
                       int64_t *unix_ms, struct error *err) MUST_CHECK;

/* Whether a text is a word that a trace can hold, of up to `most` bytes. */
bool import_is_word(const char *text, size_t length, size_t most);

/* Names joined by '|' or ';' as a trace has them, in the buffer; NULL where the text is
 * empty.  False where it is no list that a trace can hold. */
bool import_list(struct csv_field text, char buffer[JOB_LIST_MAX + 1],
                 const char **list) MUST_CHECK;

/* The number of a word among the names of the trace of jobs or prices. */
uint32_t import_intern(struct import *import, const char *text, size_t length);

/* A row of the file was read; dropped; or is malformed: true where --lenient goes on,
 * false where `err` is to be handed up.  The readers above count rows by themselves. */
void import_count_row(struct import *import);
void import_count_drop(struct import *import, int64_t line, const char *reason);
bool import_forgive(struct import *import, const struct error *err);

/* Where the digest of the file goes. */
char *import_digest(struct import *import);

/* Each refuses, with the place, what the trace cannot hold. */
bool import_add_job(struct import *import, const struct trace_row *job,
                    struct place place, struct error *err) MUST_CHECK;
bool import_add_level(struct import *import, int64_t time_ms, int64_t gpus,
                      const char *workload, struct place place,
                      struct error *err) MUST_CHECK;
struct import_request {
    int64_t time_ms, prompt_tokens, output_tokens;
    struct csv_field model; /* length 0: none */
};
bool import_add_request(struct import *import, const struct import_request *request,
                        struct place place, struct error *err) MUST_CHECK;

#endif
