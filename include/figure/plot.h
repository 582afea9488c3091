#ifndef FIGURE_PLOT_H
#define FIGURE_PLOT_H

/*
 * A figure for gnuplot: KEY.csv and KEY.gp, which `gnuplot KEY.gp` in their folder
 * draws.
 *
 * KEY.gp is a head that tells what the table holds, sim/figure/plots/style.gp, which
 * all figures share, and sim/figure/plots/KEY.gp.  In the head are, for the scripts:
 *
 *   key, format     'capacity', 'svg' (or 'png', 'pdf')
 *   shape           'areas', as in the figure
 *   data, columns   'capacity.csv', and how many columns it has
 *   is_time         whether x is
 *   subject, title  what it is of, and what it shows
 *   x_label, y_label
 *                   with the unit in which it is drawn: 'cost, M USD'
 *   x_low, x_high   ends of the axis, before scaling; of time in Unix seconds
 *   rows, category_letters
 *                   of a category: how many there are, letters of the longest
 *   x_step, y_step  of FIGURE_POINTS: between neighbours of a grid, scaled
 *   label[c], unit[c], scale[c]
 *                   of each column: legend, unit in which it is drawn, and what
 *                   its values are to be divided by for that
 *   ROLE_first, ROLE_last
 *                   the columns of each role (stack_first); 1 and 0 where there
 *                   is none, so that `last` tells
 *   legend_n, legend_letters
 *                   entries that a legend has, and the letters of the longest
 *
 * and for an axis of time a command that sets its tics, by the calendar.
 *
 * What users wrote reaches gnuplot as values of these variables, in which all that
 * means something to it is an octal escape, and as fields of the table.
 */

#include "figure/figure.h"

enum plot_format { PLOT_SVG, PLOT_PNG, PLOT_PDF, PLOT_FORMATS };
extern const char *const plot_format_names[]; /* "svg", "png", "pdf", NULL */

/* `subject` is what the figure is of, as the scenario's name; "" for none. */
struct plot {
    const struct figure *figure;
    const char *subject;
    enum plot_format format;
};

/* Writes both files into `dir`. */
bool plot_write(const struct plot *plot, const char *dir, struct error *err) MUST_CHECK;

/* The unit in which values up to `most` of that unit are best read, and what to divide
 * them by: 24.7M USD are 24.7 "M USD", 18,858 s are 5.2 "h".  The text is in the arena.
 */
double plot_unit(const char *unit, double most, const char **text, struct arena *arena);

/* Labels for an axis of time, as gnuplot's list: ("Jan\n2026" 1767225600, ...); at most
 * eight, on the hour, day, month or year. */
const char *plot_time_tics(double low_s, double high_s, struct arena *arena);

/* A text in double quotes that gnuplot takes for nothing but a text; at most about
 * `letters` of it. */
const char *plot_quote(const char *text, size_t letters, struct arena *arena);

/* A script of sim/figure/plots, which are part of the program. */
struct plot_script {
    const char *key; /* "capacity"; "style" */
    const unsigned char *text;
    const size_t *length;
};
extern const struct plot_script plot_scripts[]; /* a NULL key ends */

#endif
