#include "figure/figure.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "figure/build.h"

const char *const figure_role_names[] = {"x",     "x_low", "x_high", "stack",
                                         "line",  "step",  "low",    "high",
                                         "point", "mark",  "text",   NULL};
const char *const figure_shape_names[] = {"areas",  "bars",   "lines",
                                          "ranges", "points", NULL};
const char *const figure_scale_names[] = {"time", "number", "category", NULL};

void figure_free(struct figure *figure)
{
    arena_free(&figure->arena);
    *figure = (struct figure){0};
}

bool figure_is_text(const struct figure *figure, size_t column)
{
    enum figure_role role = figure->columns[column].role;
    return role == FIGURE_TEXT ||
           (role == FIGURE_X && figure->x.kind == FIGURE_CATEGORY);
}

double figure_value(const struct figure *figure, size_t row, size_t column)
{
    assert(row < figure->n_rows && column < figure->n_columns);
    return figure->values[row * figure->n_columns + column];
}

const char *figure_text(const struct figure *figure, size_t row, size_t column)
{
    double value = figure_value(figure, row, column);
    assert(figure_is_text(figure, column));
    return isnan(value) ? NULL : figure->texts.text[(size_t)value];
}

size_t figure_add_column(struct figure *figure, const char *name, const char *label,
                         const char *unit, enum figure_role role)
{
    size_t n = figure->n_columns;
    assert(figure->n_rows == 0 && (n == 0) == (role == FIGURE_X));
    for (size_t i = 0; i < n; i++)
        assert(strcmp(figure->columns[i].name, name) != 0);
    figure->columns =
        arena_grow(&figure->arena, figure->columns, n, n + 1, sizeof *figure->columns);
    figure->columns[n] = (struct figure_column){
        arena_strdup(&figure->arena, name), arena_strdup(&figure->arena, label),
        arena_strdup(&figure->arena, unit), role};
    figure->n_columns = n + 1;
    return n;
}

const char *figure_name(struct figure *figure, const char *what, const char *of)
{
    return arena_printf(&figure->arena, "%s:%s", what, of);
}

double *figure_add_row(struct figure *figure)
{
    size_t n = figure->n_rows, columns = figure->n_columns;
    assert(columns > 0);
    if (n == figure->rows_room) {
        figure->rows_room = n ? 2 * n : 64;
        figure->values = arena_grow(&figure->arena, figure->values, n,
                                    figure->rows_room, columns * sizeof(double));
    }
    double *row = &figure->values[figure->n_rows++ * columns];
    for (size_t i = 0; i < columns; i++)
        row[i] = NAN;
    return row;
}

double figure_text_cell(struct figure *figure, const char *text)
{
    figure->texts.arena = &figure->arena;
    return names_add(&figure->texts, text, strlen(text));
}

bool figure_set_absent(struct figure *figure, const char *fmt, ...)
{
    struct error text; /* as long as a sentence may be, and clean */
    char raw[sizeof text.text];
    va_list args;
    va_start(args, fmt);
    vsnprintf(raw, sizeof raw, fmt, args);
    va_end(args);
    (void)error_set(&text, "%s", raw);
    figure->absent = arena_strdup(&figure->arena, text.text);
    figure->n_columns = figure->n_rows = 0;
    return true;
}
