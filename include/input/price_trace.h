#ifndef INPUT_PRICE_TRACE_H
#define INPUT_PRICE_TRACE_H

/*
 * A price trace: what GPU time cost from which date on, as a CSV file with a header and
 * columns in any order:
 *
 *     time            a date; from then on
 *     class           of GPU, a word; the catalogue's names where scenarios use it
 *     tenure          lease, on-demand or spot
 *     usd_per_gpu_h   0 to 100,000; exact to nano-USD, further digits rounded
 *     region          optional, a word
 *     term            optional, of leases: 1y, 3y, 18mo
 *
 * Rows of equal class, tenure, region and term are one series.  Plain, gzip or
 * Zstandard; unsorted rows are sorted stably by time.  Two different prices of one
 * series at one instant are an error when the series is chosen.
 */

#include "base/csv_in.h"
#include "base/names.h"
#include "base/params.h"
#include "base/sha256.h"
#include "input/store.h"

#define PRICE_WORD_MAX 255
#define PRICE_MAX_NANO INT64_C(100000000000000) /* 100,000 USD/GPU-h */

struct price_row {
    int64_t at_unix_ms;
    int64_t line; /* of the file */
    int64_t nano_usd_per_gpu_h;
    uint32_t class, tenure, region, term; /* names; NAMES_NONE: not given */
};

struct price_trace {
    struct arena arena;
    const char *path;
    char digest[SHA256_HEX]; /* of the bytes as stored */
    struct names names;
    struct price_row *rows; /* by time, equal times in order of the file */
    size_t n, room;
    bool was_sorted;
};

/* price_trace_free on every path. */
bool price_trace_read(struct price_trace *trace, const char *path,
                      struct error *err) MUST_CHECK;
extern const struct store_kind stored_price_trace; /* of the same */

/* Whether a header line is that of a price trace, and whether a file that can be read
 * twice has such a one. */
bool price_trace_header(const struct csv_header *header);
bool price_trace_sniff(const char *path);
void price_trace_free(struct price_trace *trace);

/* What price_trace_read does with the records of a file, for who reads the file.  A
 * record that is refused leaves the rows as they were.  After the last one
 * price_trace_finish; price_reader_end on every path. */
struct csv_reader price_reader_begin(struct price_trace *trace, const char *path);
void price_reader_end(const struct csv_reader *reader);

/* For importers: an empty trace, rows, and what must be done after the last one. */
void price_trace_begin(struct price_trace *trace, const char *path);
void price_trace_add(struct price_trace *trace, const struct price_row *row);
uint32_t price_trace_name(struct price_trace *trace, const char *text, size_t length);
void price_trace_finish(struct price_trace *trace);

/* A row of another trace, after those that are here; the same one but for its line. */
void price_trace_add_from(struct price_trace *to, const struct price_trace *from,
                          const struct price_row *row);

/* The row's series as a number, those of equal words being equal. */
uint32_t price_row_series(struct names *keys, const struct price_row *row);

/* In the columns above; dates in UTC, nine digits.  Whole or not at all. */
bool price_trace_write(const struct price_trace *trace, const char *path,
                       struct error *err) MUST_CHECK;

/* Which series: NULL is "the only one there is". */
struct price_filter {
    const char *class, *tenure, *region, *term;
};

/* The chosen series as points in nano-USD per GPU-h, in `arena`.  The message of an
 * error has no place and says what there is. */
bool price_trace_select(const struct price_trace *trace,
                        const struct price_filter *filter, struct points *points,
                        struct arena *arena, struct error *err) MUST_CHECK;

/* The number of series. */
size_t price_trace_series(const struct price_trace *trace);

#endif
