/* A figure as a CSV file, for gnuplot and for everybody else. */

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/calendar.h"
#include "base/csv_out.h"
#include "base/utf8.h"
#include "figure/figure.h"

/* gnuplot reads a file line by line, so that a text must be one line, and knows no
 * doubled quote. */
static const char *one_line(const char *text, struct arena *arena)
{
    char *copy = arena_strdup(arena, text);
    for (char *c = copy; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = ' ';
        else if (*c == '"')
            *c = '\'';
    utf8_mend(copy);
    return copy;
}

static void put_cell(const struct figure *figure, size_t row, size_t column,
                     struct csv_out *out, struct arena *arena)
{
    double value = figure_value(figure, row, column);
    enum figure_role role = figure->columns[column].role;
    char text[CALENDAR_TEXT + 32];
    if (!isfinite(value)) {
        csv_empty(out);
    } else if (figure_is_text(figure, column)) {
        csv_text(out, one_line(figure_text(figure, row, column), arena));
    } else if (figure->x.kind == FIGURE_TIME && role <= FIGURE_X_HIGH) {
        calendar_format(llround(value * 1e3), text);
        csv_text(out, text);
    } else {
        int length = snprintf(text, sizeof text, "%.15g", value == 0 ? 0.0 : value);
        csv_number(out, text, (size_t)length);
    }
}

bool figure_write_csv(const struct figure *figure, const char *path, struct error *err)
{
    assert(!figure->absent);
    struct csv_out *out = csv_create(path, err);
    struct arena arena = {0};
    if (!out)
        return false;
    for (size_t c = 0; c < figure->n_columns; c++)
        csv_text(out, one_line(figure->columns[c].name, &arena));
    csv_end_row(out);
    for (size_t r = 0; r < figure->n_rows; r++) {
        for (size_t c = 0; c < figure->n_columns; c++)
            put_cell(figure, r, c, out, &arena);
        csv_end_row(out);
    }
    arena_free(&arena);
    return csv_close(out, NULL, err);
}
