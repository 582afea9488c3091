#ifndef CLI_PLOTS_H
#define CLI_PLOTS_H

/*
 * A folder of plots: KEY.csv, KEY.gp and the picture of each figure, all of them or
 * none.
 *
 * They are made in a hidden folder beside it (".NAME.tmp-XXXXXX").  A folder that is
 * not there yet appears whole, by one rename; in one that is there each file takes the
 * place of the one of its name, and others stay.
 */

#include "figure/plot.h"

struct plots {
    struct arena arena;
    const char *dir;     /* as it was named, without slashes at the end */
    const char *staging; /* where to write; NULL after plots_show or plots_drop */
    size_t n;            /* figures that were added */
};

/* Refused: a folder that holds a result, since it would be one no more. */
bool plots_begin(struct plots *plots, const char *dir, struct error *err) MUST_CHECK;

/* Writes and draws a figure. */
bool plots_add(struct plots *plots, const struct plot *plot,
               struct error *err) MUST_CHECK;

/* Both leave nothing hidden behind; plots_show without a figure is plots_drop. */
bool plots_show(struct plots *plots, struct error *err) MUST_CHECK;
void plots_drop(struct plots *plots);

#endif
