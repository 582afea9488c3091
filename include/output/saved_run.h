#ifndef OUTPUT_SAVED_RUN_H
#define OUTPUT_SAVED_RUN_H

/*
 * A result directory opened again, to be compared with another: what its manifest says
 * and all of summary.csv.  Everything lives in the run's arena.
 *
 * Only a directory that is a result as it was written is opened: without a manifest it
 * is the user's mistake (exit code 2), with a digest that does not match a finding of
 * the audit (4).
 */

#include "base/arena.h"
#include "base/names.h"
#include "input/scenario.h"
#include "output/metrics.h"

struct saved_pool {
    const char *name, *class;
    enum tenure tenure;
};

struct saved_text { /* a parameter and its value, or an input and its digest */
    const char *name, *value;
};

/* A line of summary.csv; value / 10^digits. */
struct saved_metric {
    const char *scope, *metric, *unit, *text;
    int128 value;
    int digits;
};

struct saved_run {
    struct arena arena;
    const char *dir;    /* as the user wrote it, without slashes at the end */
    const char *name;   /* of the scenario; "" where it has none */
    const char *letter; /* what comparisons call it; NULL: A the first, B the second.
                           Borrowed, set by the caller after opening it */
    const char *version, *fingerprint;
    int64_t seed, replication, format;
    int64_t start_unix_ms, end_unix_ms, warmup_ms;
    double discount_frac_per_y;
    struct saved_pool *pools;
    size_t n_pools;
    struct saved_text *params; /* every resolved one, by name */
    size_t n_params;
    struct saved_text *inputs; /* files read, the scenario first */
    size_t n_inputs;
    struct saved_text *outputs; /* files of the directory, and their digests */
    size_t n_outputs;
    struct saved_metric *metrics; /* in the order of the file */
    struct names metric_keys;     /* "scope\nmetric", to the index */
    size_t metrics_room;
};

/* Nothing need be closed where it failed. */
bool saved_run_open(struct saved_run *run, const char *dir,
                    struct error *err) MUST_CHECK;
void saved_run_close(struct saved_run *run);

/* NULL where there is no such line. */
const struct saved_metric *saved_run_metric(const struct saved_run *run,
                                            const char *scope, const char *metric);

/* The same as a double in its unit, or 0. */
double saved_run_value(const struct saved_run *run, const char *scope,
                       const char *metric);

/* What to call the first (0) or the second (1) of two that are compared. */
const char *saved_run_letter(const struct saved_run *const runs[2], int side);

/* The value of a parameter, or NULL. */
const char *saved_run_param(const struct saved_run *run, const char *name);

/* Whether it has a file of that name: some are written only where there is something to
 * say. */
bool saved_run_has(const struct saved_run *run, const char *file);

/* Whether pools that did useful work, in one run or another, are of different classes,
 * so that their hours are not to be added up. */
bool saved_runs_mix_classes(const struct saved_run *const runs[], size_t n);

/* The index of a pool, or -1. */
int saved_run_pool(const struct saved_run *run, const char *name);

#endif
