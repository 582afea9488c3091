#ifndef INPUT_ANY_TRACE_H
#define INPUT_ANY_TRACE_H

/*
 * A trace of whichever kind its header line says: usd_per_gpu_h is of prices,
 * prompt_tokens or output_tokens of requests, time together with gpus of a level; all
 * else is taken for jobs, or where there is a time and nothing of a job, for a level
 * whose header line is wrong.  The file is read once, so that standard input will do.
 */

#include "input/importer.h"

/* import_result_free on every path. */
bool any_trace_read(struct import_result *trace, const char *path,
                    struct error *err) MUST_CHECK;

size_t any_trace_rows(const struct import_result *trace);
const char *any_trace_path(const struct import_result *trace);
const char *any_trace_digest(const struct import_result *trace);
bool any_trace_dated(const struct import_result *trace);
bool any_trace_was_sorted(const struct import_result *trace);
/* "jobs", "levels", "requests", "prices" */
const char *any_trace_noun(const struct import_result *trace);
/* The same, of one "job" and so on where n is 1. */
const char *any_trace_count_noun(const struct import_result *trace, size_t n);

/* ---- every wrong row instead of the first ---- */

#define DEFECT_KINDS_MAX 32
#define DEFECTS_SHOWN    3
#define DEFECT_TEXT      320

/* Rows that are wrong in the same way: their messages differ in numbers and in quoted
 * texts only. */
struct defect_kind {
    char pattern[160];
    int64_t rows;
    char first[DEFECTS_SHOWN][DEFECT_TEXT]; /* messages with their places */
};

/* A row counts once, by the first thing that is wrong with it.  Bounded whatever the
 * file holds. */
struct defects {
    int64_t rows_read, rows_wrong;
    struct defect_kind kinds[DEFECT_KINDS_MAX]; /* in order of appearance */
    size_t n;
    int64_t rows_of_more_kinds; /* wrong in ways beyond DEFECT_KINDS_MAX */
    bool stopped; /* the file could not be read to its end, for the last kind */
};

/* Reads what is right of the trace and notes what is wrong.  False where no row can be
 * read: there is no such file, or its header line is wrong.  import_result_free on
 * every path. */
bool any_trace_examine(struct import_result *trace, struct defects *defects,
                       const char *path, struct error *err) MUST_CHECK;

#endif
