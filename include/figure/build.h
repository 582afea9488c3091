#ifndef FIGURE_BUILD_H
#define FIGURE_BUILD_H

/* For those who make figures: columns first, then rows. */

#include <stdint.h>

#include "figure/kinds.h"

/* Adds a column and returns its index.  The texts are copied.  Columns are added before
 * rows. */
size_t figure_add_column(struct figure *figure, const char *name, const char *label,
                         const char *unit, enum figure_role role);

/* "busy_gpus:own": the name of one of several columns that are alike. */
const char *figure_name(struct figure *figure, const char *what, const char *of);

/* A row whose values are all absent; valid until the next one is added. */
double *figure_add_row(struct figure *figure);

/* The cell for a text. */
double figure_text_cell(struct figure *figure, const char *text);

/* The figure is not there, with the sentence why; columns and rows are dropped. */
bool figure_set_absent(struct figure *figure, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The command of figures of a run and of two. */
#define FIGURE_RUN_COMMAND "tenure run SCENARIO -o DIR"

extern const struct figure_kind kind_capacity, kind_states, kind_queue, kind_waits,
    kind_load_duration, kind_cost, kind_cash, kind_value, kind_bridge,
    kind_distribution, kind_pareto, kind_tornado, kind_break_even, kind_convergence;

#endif
