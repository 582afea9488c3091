#ifndef INPUT_IMPORTER_H
#define INPUT_IMPORTER_H

/*
 * Importers turn other people's job logs into a trace, or their prices into a price
 * trace.
 *
 * One file sim/input/import_NAME.c and one line in sim/input/meson.build each.  Every
 * importer counts what it read, kept and dropped, by reason; it never drops silently,
 * and what it cannot understand is an error with its place.  Formats that are CSV take
 * their fields from input/import_csv.h.
 */

#include "input/price_trace.h"
#include "input/trace.h"

struct import_count {
    const char *reason; /* "zero duration"; lives as long as the program */
    int64_t rows;
};

struct import_report {
    int64_t rows_read, rows_kept;
    struct import_count dropped[16];
    size_t n_dropped;
};

struct import_options {
    int64_t tick_s; /* gaia: length of the tick in which times are counted; 0: 5 s */
};

struct importer {
    const char *name;    /* --from NAME */
    const char *summary; /* one sentence */
    const char *source;  /* the data set and its documentation */
    const char *keeps;   /* what is kept, what dropped, what assumed; a paragraph */
    /* One of the two.  `options` may be NULL.  trace_free, or price_trace_free, on
     * every path. */
    bool (*read)(const char *path, const struct import_options *options,
                 struct trace *trace, struct import_report *report, struct error *err);
    bool (*read_prices)(const char *path, struct price_trace *trace,
                        struct import_report *report, struct error *err);
};

/* In the order of sim/input/meson.build; NULL ends the list. */
extern const struct importer *const importers[];

const struct importer *importer_find(const char *name); /* NULL: there is none */

/* Counts one row dropped for `reason`. */
void import_drop(struct import_report *report, const char *reason);

#endif
