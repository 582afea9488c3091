#ifndef FIGURE_KINDS_H
#define FIGURE_KINDS_H

/* Which figures there are, and what they are made of. */

#include <jansson.h>

#include "figure/figure.h"
#include "output/saved_run.h"

struct intervals;

enum figure_of {
    FIGURE_OF_RUN,  /* one result of `tenure run` */
    FIGURE_OF_TWO,  /* two of them */
    FIGURE_OF_STUDY /* the results of mc, sweep, sensitivity or breakeven */
};

/* One output directory, or two results to be compared, opened. */
struct figure_source {
    enum figure_of of;
    size_t n_dirs;
    const char *dirs[2];         /* borrowed */
    struct saved_run runs[2];    /* as many as there are */
    json_t *manifest;            /* of a study, else NULL */
    struct intervals *intervals; /* of a run, read once; figure/intervals.h */
};

/* Opens one directory of a run or of a study, or two of runs; `n` is 1 or 2.  A
 * directory that is none of these, or that is not as it was written, is an error.
 * Nothing need be closed where it failed. */
bool figure_source_open(struct figure_source *source, const char *const dirs[],
                        size_t n, struct error *err) MUST_CHECK;
void figure_source_close(struct figure_source *source);

struct figure_kind {
    const char *key, *title;
    enum figure_of of;
    const char *studies; /* of a study: the kinds that have it, "mc sweep" */
    const char *files;   /* that it is made of: "timeline.csv, jobs.csv" */
    const char *command; /* that makes such a directory: "tenure run SCENARIO -o DIR" */
    /* Fills what figure_make has not: notes, axes, columns, rows; or sets `absent`. */
    bool (*build)(struct figure *figure, const struct figure_source *source,
                  struct error *err);
};

extern const struct figure_kind *const figure_kinds[]; /* NULL ends */

/* NULL where there is none of that key. */
const struct figure_kind *figure_kind_find(const char *key);

/* Whether such a directory has the figure as a rule. */
bool figure_applies(const struct figure_kind *kind, const struct figure_source *source);

/* True: the figure is made, or its `absent` says why there is none.  A directory of
 * another kind than `kind->of` is such a case, and two runs have no single one's
 * figures. A missing file is an error that names it and the command that makes it.  In
 * any case figure_free may be called, and need not after an error. */
bool figure_make(struct figure *figure, const struct figure_kind *kind,
                 const struct figure_source *source, struct error *err) MUST_CHECK;

#endif
