#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

/*
 * `tenure report`: one page of any number of results, of runs and of studies.
 *
 * The page holds the answer in sentences, tables, figures (include/figure), where every
 * assumption comes from, what the audit finds, and what made the results.  It is a
 * function of the files in the directories, but for run.json: equal results, equal
 * pages.  Of the paths only the last name stands in it.
 */

#include <jansson.h>

#include "base/arena.h"
#include "base/errors.h"
#include "figure/kinds.h"

#define REPORT_DIRS_MAX 12

/* What a study has to say, which is made above this layer. */
struct report_study {
    const char *lead;         /* the answer in a sentence */
    const char *const *texts; /* more of them; ends with NULL */
    json_t *blocks;           /* report/blocks.h: an array; taken over */
};

struct report_options {
    const char *title; /* NULL: of the scenarios' names */
    const char *const *dirs;
    size_t n_dirs;       /* 1 to REPORT_DIRS_MAX */
    const char *version; /* of the program */
    bool still;          /* no uPlot, though the program has it */
    /* Texts live in the arena. */
    bool (*study)(const char *dir, const json_t *manifest, struct arena *arena,
                  struct report_study *study, struct error *err);
    /* Draws a figure as an image, a data: URL in the arena, where the page has no
     * uPlot; NULL where it cannot, with the sentence why, which the page then says. */
    const char *(*picture)(const struct figure *figure, struct arena *arena,
                           struct error *err);
};

struct report_result {
    int64_t findings;      /* of the audits, all directories together */
    const char *first_dir; /* with findings; borrowed from the options */
};

/* Writes the page, whole or not at all.  The file must not exist, or with `force` be
 * one of these pages. */
bool report_write(const struct report_options *options, const char *path, bool force,
                  struct report_result *result, struct error *err) MUST_CHECK;

#endif
