#ifndef INPUT_IMPORTER_H
#define INPUT_IMPORTER_H

/*
 * Importers turn other people's files into a trace of ours: jobs, a level, requests,
 * prices, or the capacity of pools.
 *
 * One file sim/input/import_NAME.c and one line in sim/input/meson.build each; how to
 * write one is told in input/import.h.  Every importer counts what it read, kept and
 * dropped, by reason; it never drops silently, and what it cannot understand is an
 * error with its place.  `tenure trace formats` and docs/formats/ are written from the
 * structs below.
 */

#include "base/params.h"
#include "input/level_trace.h"
#include "input/price_trace.h"
#include "input/request_trace.h"
#include "input/trace.h"

enum import_kind { IMPORT_JOBS, IMPORT_LEVEL, IMPORT_REQUESTS, IMPORT_PRICES };

/* What a format can become: --as NAME. */
struct import_form {
    const char *name; /* "jobs", "level", "capacity"; NULL ends the list */
    enum import_kind kind;
    const char *help; /* as of a parameter */
};

struct import;

struct importer {
    const char *name;    /* --from NAME */
    const char *summary; /* one sentence */
    const char *source;  /* the data set and its documentation */
    /* A paragraph each: what the file looks like; what of it is kept; which rows are
     * dropped; what is assumed.  Markdown. */
    const char *shape, *keeps, *drops, *assumes;
    /* What stands behind `tenure trace convert --from NAME`, with the file called as
     * its publisher calls it.  Where tests/formats/NAME/ holds that file, the tests run
     * the command. */
    const char *example;
    const struct import_form *forms; /* the first is the default */
    /* Its own options, --NAME VALUE, as fields of a struct of `options_size` bytes that
     * is zero where nothing else is said.  NULL: none. */
    const struct param *params;
    size_t options_size;
    bool dated;       /* times are dates; read() may say otherwise: import_dated */
    bool naive_dates; /* and may lack a zone, so that --zone applies */
    bool (*read)(struct import *import, struct error *err);
};

/* In the order of sim/input/meson.build; NULL ends the list. */
extern const struct importer *const importers[];

const struct importer *importer_find(const char *name); /* NULL: there is none */

/* ---- what a user asks for ---- */

struct import_setting {
    const char *name, *value; /* of a parameter, without "--"; as a user writes it */
};

struct import_options {
    const char *as;   /* a form; NULL: the first */
    const char *zone; /* of dates without one: "+08:00"; NULL: UTC */
    bool lenient;     /* count malformed rows and go on */
    const struct import_setting *settings;
    size_t n_settings;
};

/* ---- what came of it ---- */

struct import_count {
    const char *reason; /* "zero duration"; lives as long as the program */
    int64_t rows;
    int64_t first_line; /* of the file, where the first of them stands */
};

#define IMPORT_REASONS_MAX 24
#define IMPORT_SHOWN       5

/* read = kept + dropped + malformed, always. */
struct import_report {
    int64_t rows_read, rows_kept;
    struct import_count dropped[IMPORT_REASONS_MAX];
    size_t n_dropped;
    int64_t rows_malformed;            /* only where lenient */
    char malformed[IMPORT_SHOWN][256]; /* what is wrong with the first of them */
    char notes[12][256];               /* what was assumed about this file */
    size_t n_notes;
};

/* One of the traces, by kind.  A result stays where import_run filled it. */
struct import_result {
    enum import_kind kind;
    bool capacity; /* a level whose workloads are pools: input/capacity.h */
    union {
        struct trace jobs;
        struct level_trace level;
        struct request_trace requests;
        struct price_trace prices;
    };
};

/* Reads a file.  Settings that are wrong are errors of usage.  `options` may be NULL.
 * import_result_free on every path. */
bool import_run(const struct importer *importer, const char *path,
                const struct import_options *options, struct import_result *result,
                struct import_report *report, struct error *err) MUST_CHECK;
void import_result_free(struct import_result *result);

/* As the trace's own CSV file, capacity as YAML; whole or not at all, "-" is standard
 * output. */
bool import_result_write(const struct import_result *result, const char *path,
                         struct error *err) MUST_CHECK;

/* The default form where `as` is NULL; NULL: there is no such form. */
const struct import_form *import_form_find(const struct importer *importer,
                                           const char *as);

#endif
