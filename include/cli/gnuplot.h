#ifndef CLI_GNUPLOT_H
#define CLI_GNUPLOT_H

/* gnuplot, run without a shell. */

#include "figure/plot.h"

/* Draws KEY.gp, which lies in `dir` with its table: there is KEY.svg, .png or .pdf
 * then. An error where gnuplot is not there, which names the package, or fails, in its
 * words; it is ended after a minute. */
bool gnuplot_draw(const char *dir, const char *key, enum plot_format format,
                  struct error *err) MUST_CHECK;

#endif
