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

/* Marks what is kept with that many stretches, and counts it.  Behind a peak comes the
 * row that ends it, so that it is drawn no longer than it was. */
static size_t choose(const struct figure *figure, size_t stretches, bool keep[],
                     bool keep_too[])
{
    size_t n = figure->n_rows, kept = 0;
    memset(keep, 0, n * sizeof *keep);
    for (size_t s = 0; s < stretches; s++) {
        size_t first = n * s / stretches, end = n * (s + 1) / stretches;
        for (size_t c = 0; c <= figure->n_columns; c++)
            if (is_drawn(figure, c))
                keep_extremes(figure, c, first, end, keep);
    }
    for (size_t r = 0; r < n; r++) {
        keep_too[r] = r == 0 || r == n - 1 || keep[r] || keep[r - 1];
        kept += keep_too[r];
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

void figure_thin(struct figure *figure, size_t max_rows)
{
    size_t n = figure->n_rows, kept = 0, columns = figure->n_columns;
    if (n <= max_rows || figure->x.kind == FIGURE_CATEGORY)
        return;
    bool *keep = calloc(2 * n, sizeof *keep), *keep_too = keep + n;
    if (!keep)
        out_of_memory();
    size_t stretches = find_stretches(figure, max_rows, keep, keep_too);
    (void)choose(figure, stretches, keep, keep_too);
    for (size_t r = 0; r < n; r++)
        if (keep_too[r])
            memmove(&figure->values[kept++ * columns], &figure->values[r * columns],
                    columns * sizeof *figure->values);
    free(keep);
    figure->n_rows = kept;
    figure->thinned_from = figure->thinned_from ? figure->thinned_from : n;
}
