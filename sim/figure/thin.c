/* Fewer rows, and every peak still there. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "figure/figure.h"

/* What a column, or for n_columns the stack, is in a row. */
static double seen(const struct figure *figure, size_t row, size_t column)
{
    double sum = 0;
    if (column < figure->n_columns)
        return figure_value(figure, row, column);
    for (size_t c = 0; c < figure->n_columns; c++) {
        double value = figure_value(figure, row, c);
        if (figure->columns[c].role == FIGURE_STACK && value == value)
            sum += value;
    }
    return sum;
}

/* Marks the rows from `first` on, before `end`, in which a column is lowest and
 * highest. */
static void keep_extremes(const struct figure *figure, size_t column, size_t first,
                          size_t end, bool keep[])
{
    size_t low = SIZE_MAX, high = SIZE_MAX;
    for (size_t r = first; r < end; r++) {
        double value = seen(figure, r, column);
        if (value != value)
            continue;
        if (low == SIZE_MAX || value < seen(figure, low, column))
            low = r;
        if (high == SIZE_MAX || value > seen(figure, high, column))
            high = r;
    }
    if (low != SIZE_MAX)
        keep[low] = keep[high] = true;
}

/* Columns that are drawn along y. */
static bool is_drawn(const struct figure *figure, size_t column)
{
    enum figure_role role =
        column < figure->n_columns ? figure->columns[column].role : FIGURE_STACK;
    return role != FIGURE_X && role != FIGURE_X_LOW && role != FIGURE_X_HIGH &&
           role != FIGURE_TEXT;
}

/* A row of such a figure is a mean over the time to the next row, so that rows can be
 * put together. */
static bool is_of_intervals(const struct figure *figure)
{
    return figure->shape == FIGURE_AREAS && figure->x.kind == FIGURE_TIME;
}

/* Marks what is kept with that many stretches, and counts the rows that come of it.  Of
 * intervals what lies between becomes one row; else behind a peak comes the row that
 * ends it, so that it is drawn no longer than it was. */
static size_t choose(const struct figure *figure, size_t stretches, bool keep[],
                     bool keep_too[])
{
    size_t n = figure->n_rows, kept = 0;
    bool merges = is_of_intervals(figure);
    memset(keep, 0, n * sizeof *keep);
    for (size_t s = 0; s < stretches; s++) {
        size_t first = n * s / stretches, end = n * (s + 1) / stretches;
        for (size_t c = 0; c <= figure->n_columns; c++)
            if (is_drawn(figure, c))
                keep_extremes(figure, c, first, end, keep);
    }
    for (size_t r = 0; r < n; r++) {
        bool is_end = r == 0 || r == n - 1;
        keep_too[r] = is_end || keep[r] || (!merges && keep[r - 1]);
        kept += keep_too[r] || (merges && keep_too[r - 1]);
    }
    return kept;
}

/* The most stretches of which no more than max_rows rows are kept. */
static size_t find_stretches(const struct figure *figure, size_t max_rows, bool keep[],
                             bool keep_too[])
{
    size_t low = 1, high = figure->n_rows;
    while (low < high) {
        size_t middle = low + (high - low + 1) / 2;
        if (choose(figure, middle, keep, keep_too) <= max_rows)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

/* The rows from `first` on, before `end`, as one: each column's mean over time of what
 * is there. */
static void merge(const struct figure *figure, size_t first, size_t end, double row[])
{
    const double *x = &figure->values[first * figure->n_columns];
    row[0] = x[0];
    for (size_t c = 1; c < figure->n_columns; c++) {
        double sum = 0, time_s = 0;
        for (size_t r = first; r < end; r++) {
            double value = figure_value(figure, r, c);
            double length_s =
                figure_value(figure, r + 1, 0) - figure_value(figure, r, 0);
            if (value != value)
                continue;
            sum += value * length_s;
            time_s += length_s;
        }
        row[c] = time_s > 0 ? sum / time_s : NAN;
    }
}

/* Row by row to the front; the rows that are read lie behind those that are written. */
static size_t gather(struct figure *figure, const bool keep[])
{
    size_t n = figure->n_rows, columns = figure->n_columns, kept = 0, next;
    bool merges = is_of_intervals(figure);
    for (size_t r = 0; r < n; r = next) {
        double *row = &figure->values[kept * columns];
        next = r + 1;
        if (keep[r]) {
            memmove(row, &figure->values[r * columns], columns * sizeof *row);
            kept++;
        } else if (merges) {
            while (!keep[next])
                next++;
            merge(figure, r, next, row);
            kept++;
        }
    }
    return kept;
}

void figure_thin(struct figure *figure, size_t max_rows)
{
    size_t n = figure->n_rows;
    if (n <= max_rows || figure->x.kind == FIGURE_CATEGORY)
        return;
    bool *keep = calloc(2 * n, sizeof *keep), *keep_too = keep + n;
    if (!keep)
        out_of_memory();
    size_t stretches = find_stretches(figure, max_rows, keep, keep_too);
    (void)choose(figure, stretches, keep, keep_too);
    figure->n_rows = gather(figure, keep_too);
    free(keep);
    figure->thinned_from = figure->thinned_from ? figure->thinned_from : n;
}
