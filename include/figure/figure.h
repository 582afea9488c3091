#ifndef FIGURE_FIGURE_H
#define FIGURE_FIGURE_H

/*
 * A picture as a table: columns of numbers or texts, and what one must know to draw it.
 *
 * A figure is made of an output directory (of `tenure run`, or of a study) and is the
 * same for whoever draws it: `tenure plot` writes it as CSV, a page reads it as JSON.
 * Nothing in it is drawn yet: no colours, no sizes, no thousands separators.
 *
 * How to draw it, by `shape`:
 *
 *   FIGURE_AREAS   x is time.  A row holds from its x to the x of the next one, so all
 * is drawn in steps; the last row closes the last interval and repeats its values.
 *   FIGURE_BARS    x is time.  A row is a bar from its x to its FIGURE_X_HIGH.
 * FIGURE_LINE columns are what holds at the bar's end. FIGURE_LINES   points joined by
 * straight lines in order of the rows; FIGURE_STEP columns in steps, as above.
 *   FIGURE_RANGES  x is a category, from the top down: a row is a bar from FIGURE_LOW
 * to FIGURE_HIGH along the axis of y. FIGURE_POINTS  marks at (x, FIGURE_POINT);
 * FIGURE_X_LOW to FIGURE_X_HIGH and FIGURE_LOW to FIGURE_HIGH are intervals around
 * them; FIGURE_LINE joins.
 *
 * Everywhere: a column whose unit is not that of y belongs into a panel of its own,
 * below, on the same x.  An absent value (NAN) is passed over: a line goes on to the
 * next one that is there.  FIGURE_STACK columns lie on each other from below in the
 * order of columns; what is negative is stacked downwards from zero.  Pairs of
 * FIGURE_LOW and FIGURE_HIGH stand side by side.  Names, labels, notes and texts hold
 * what users wrote (names of pools and scenarios): UTF-8, to be escaped by whoever
 * draws.
 */

#include <stdio.h>

#include "base/arena.h"
#include "base/errors.h"
#include "base/names.h"

enum figure_role {
    FIGURE_X,      /* exactly one column, the first */
    FIGURE_X_LOW,  /* of an interval around x */
    FIGURE_X_HIGH, /* the same; of FIGURE_BARS the end of the bar */
    FIGURE_STACK,
    FIGURE_LINE,
    FIGURE_STEP,
    FIGURE_LOW,
    FIGURE_HIGH,
    FIGURE_POINT,
    FIGURE_MARK, /* a point that is worth a sign of its own */
    FIGURE_TEXT, /* the row's label: cells are texts */
    FIGURE_ROLES
};
extern const char *const figure_role_names[]; /* "x", "x_low", ..., NULL */

enum figure_shape {
    FIGURE_AREAS,
    FIGURE_BARS,
    FIGURE_LINES,
    FIGURE_RANGES,
    FIGURE_POINTS,
    FIGURE_SHAPES
};
extern const char *const figure_shape_names[]; /* "areas", ..., NULL */

enum figure_scale {
    FIGURE_TIME,     /* Unix seconds, UTC */
    FIGURE_NUMBER,   /* a number in the axis' unit */
    FIGURE_CATEGORY, /* a text: the column's cells are texts */
    FIGURE_SCALES
};
extern const char *const figure_scale_names[]; /* "time", "number", "category", NULL */

struct figure_column {
    const char *name;  /* heads it in the CSV file; unique in the figure */
    const char *label; /* for the legend */
    const char *unit;  /* "" has none */
    enum figure_role role;
};

struct figure_axis {
    enum figure_scale kind;
    const char *label, *unit;
    bool log; /* worth a logarithmic scale: all values are positive */
};

struct figure {
    struct arena arena; /* all of it lies there */
    const char *key;    /* "capacity" */
    const char *title;  /* "Busy and wanted GPUs" */
    const char *note;   /* one or two sentences that tell how to read it */
    const char *absent; /* NULL, or the sentence why this directory has no such figure;
                           then there are no columns and rows */
    enum figure_shape shape;
    struct figure_axis x, y;
    struct figure_column *columns;
    size_t n_columns;
    double *values; /* row * n_columns + column; of a text its number in `texts` */
    size_t n_rows, rows_room;
    struct names texts;
    size_t thinned_from; /* rows before figure_thin, or 0 */
};

void figure_free(struct figure *figure); /* a zeroed struct is fine */

/* Whether a column's cells are texts. */
bool figure_is_text(const struct figure *figure, size_t column);

/* A cell, or NAN; a text, or NULL. */
double figure_value(const struct figure *figure, size_t row, size_t column);
const char *figure_text(const struct figure *figure, size_t row, size_t column);

/* Keeps about `max_rows` rows of a figure along time or a number: the first, the last,
 * and of each of as many equal stretches as fit those where a column, or the stack, is
 * lowest and highest.  What lies between two of them is, of FIGURE_AREAS along time,
 * one row with the means, so that peaks are as high and as long as they were and areas
 * stay; of others the row behind an extreme is kept, too, and nothing is averaged.  Of
 * very few rows it may keep more: what one stretch has.  Figures with no more rows, and
 * those by category, stay. */
void figure_thin(struct figure *figure, size_t max_rows);

/* One JSON object, without a line end:
 *   {"key", "title", "note", "shape", "x": {"kind", "label", "unit", "log"}, "y": the
 * same, "columns": [{"name", "label", "unit", "role"}], "rows": [[...]],
 * "thinned_from"} Numbers have up to 15 digits (10 of time), absent values are null,
 * and so is thinned_from.  Everything outside ASCII is escaped, and so are '<', '>',
 * '&' and '/', so that it can stand in a script element of a page as it is.  False:
 * writing failed (errno).
 */
bool figure_write_json(const struct figure *figure, FILE *out) MUST_CHECK;

/* A CSV file: a header of names, then the rows.  Time is RFC 3339.  Durable. */
bool figure_write_csv(const struct figure *figure, const char *path,
                      struct error *err) MUST_CHECK;

#endif
