#ifndef INPUT_LEVEL_TRACE_H
#define INPUT_LEVEL_TRACE_H

/*
 * A level trace: how many GPUs are wanted over time, as a CSV file with a header and
 * columns in any order; * are required:
 *
 *     time*          seconds from the start, or RFC 3339; one kind per file
 *     gpus*          whole, 0 to 1,000,000; from then on
 *     workload       a word of up to 63 bytes
 *     classes        allowed ones, joined by '|' or ';', up to 1023 bytes
 *     jurisdiction   the same
 *
 * Rows of equal workload, classes and jurisdiction are one series; the level is the sum
 * of the series.  A series wants nothing before its first row, and what its last row
 * says without end.  Plain, gzip or Zstandard; unsorted rows are sorted stably by time.
 * Two different values of one series at one instant are an error; the same value twice
 * is not.
 */

#include "base/names.h"
#include "input/store.h"
#include "input/trace.h"

#define LEVEL_GPUS_MAX 1000000

struct level_row {
    int64_t time_ms; /* unix_ms if trace->absolute, else ms from the start */
    int64_t line;    /* of the file; of an importer any number that rises */
    int32_t gpus;
    uint32_t series; /* index into trace->series */
};

struct level_series {
    uint32_t workload;                  /* in trace->names; NAMES_NONE: not given */
    const char *classes, *jurisdiction; /* joined by '|': "a|b"; NULL: any */
};

/* `names` and `keys` point at `arena`: a trace stays where it was begun. */
struct level_trace {
    struct arena arena;
    const char *path;
    char digest[SHA256_HEX]; /* of the bytes as stored */
    bool absolute;           /* times are dates */
    bool was_sorted;
    struct level_row *rows; /* by time, equal times in order of the file */
    size_t n, room;
    struct level_series *series; /* in order of appearance */
    size_t n_series, series_room;
    struct names names, keys; /* keys: series by their text */
};

/* level_trace_free on every path.  A trace without rows is fine here. */
bool level_trace_read(struct level_trace *trace, const char *path,
                      struct error *err) MUST_CHECK;
extern const struct store_kind stored_level_trace; /* of the same */

/* Whether a header line is that of a level trace, and whether a file that can be read
 * twice has such a one. */
bool level_trace_header(const struct csv_header *header);
bool level_trace_sniff(const char *path);
void level_trace_free(struct level_trace *trace);

/* What level_trace_read does with the records of a file, for who reads the file.  A
 * record that is refused leaves the rows as they were.  After the last one
 * level_trace_finish; level_reader_end on every path. */
struct csv_reader level_reader_begin(struct level_trace *trace, const char *path);
void level_reader_end(const struct csv_reader *reader);

/*
 * For importers: an empty trace, rows, and what must be done after the last one.  Texts
 * are copied and may be NULL or empty: not given.  level_trace_finish names the lines
 * of two values at one instant.
 */
void level_trace_begin(struct level_trace *trace, const char *path, bool absolute);
uint32_t level_trace_series(struct level_trace *trace, const char *workload,
                            const char *classes, const char *jurisdiction);
/* The number here of a series of another trace. */
uint32_t level_trace_series_from(struct level_trace *to, const struct level_trace *from,
                                 uint32_t series);
void level_trace_add(struct level_trace *trace, const struct level_row *row);
bool level_trace_finish(struct level_trace *trace, struct error *err) MUST_CHECK;

/* All series together, from the first row to the last, which itself lasts no time. */
struct level_totals {
    int64_t peak_gpus;
    int128 gpu_ms;
};
struct level_totals level_trace_totals(const struct level_trace *trace);

/* The columns above, with those that some series uses.  Reading it back gives the same
 * rows.  Whole or not at all; "-" is standard output. */
bool level_trace_write(const struct level_trace *trace, const char *path,
                       struct error *err) MUST_CHECK;

void level_trace_check(const struct level_trace *trace); /* asserts what must hold */

#endif
