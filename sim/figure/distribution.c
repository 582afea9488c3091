/* What the cost may be: its distribution at each point of a study. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "figure/study_read.h"
#include "study/statistics.h"

#define STEPS 400 /* of a curve */

struct sample {
    size_t point;
    double *sorted;
    size_t n;
};

static double share(size_t rank, size_t n)
{
    return 100 * (double)rank / (double)n;
}

/* A row for each value, or for STEPS of them with the first and the last. */
static void add_curve(struct figure *figure, const struct sample *sample, size_t column)
{
    size_t steps = sample->n < STEPS ? sample->n : STEPS;
    for (size_t s = 0; s < steps; s++) {
        size_t rank = steps > 1 ? s * (sample->n - 1) / (steps - 1) : 0;
        double *row = figure_add_row(figure);
        row[0] = sample->sorted[rank];
        row[column] = share(rank + 1, sample->n);
    }
}

static void add_marks(struct figure *figure, const struct figure_source *source,
                      const struct sample *sample, size_t column)
{
    const json_t *list =
        json_object_get(json_object_get(source->manifest, "design"), "quantiles");
    for (size_t i = 0; i < json_array_size(list); i++) {
        double p = json_number_value(json_array_get(list, i));
        double *row = figure_add_row(figure);
        row[0] = sample_quantile(sample->sorted, sample->n, p);
        row[column] = 100 * p;
    }
}

/* By x; what is there first stays first. */
static int by_x(const void *left, const void *right)
{
    const double *a = *(double *const *)left, *b = *(double *const *)right;
    if (*a != *b)
        return *a < *b ? -1 : 1;
    return (a > b) - (a < b);
}

static void sort_rows(struct figure *figure)
{
    size_t n = figure->n_rows, columns = figure->n_columns;
    double **order = ARENA_ARRAY(&figure->arena, n + 1, double *);
    double *sorted = ARENA_ARRAY(&figure->arena, n * columns + 1, double);
    for (size_t r = 0; r < n; r++)
        order[r] = &figure->values[r * columns];
    qsort(order, n, sizeof *order, by_x);
    for (size_t r = 0; r < n; r++)
        memcpy(&sorted[r * columns], order[r], columns * sizeof *sorted);
    figure->values = sorted;
    figure->rows_room = n;
}

static void fill(struct figure *figure, const struct figure_source *source,
                 const struct study_cost *cost, struct study_values *values)
{
    struct sample samples[STUDY_LINES];
    size_t chosen[STUDY_LINES], n = study_choose(values, source, chosen);
    size_t unit = (size_t)study_number(source, "unit", 1);
    figure->shape = FIGURE_LINES;
    figure->x = (struct figure_axis){FIGURE_NUMBER, cost->label, "USD", false};
    figure->y.label = "replications";
    figure->y.unit = "%";
    figure->note =
        arena_printf(&figure->arena,
                     "The share of replications that cost no more, of %s; signs are "
                     "the quantiles that "
                     "the study asks for.%s",
                     cost->metric,
                     n < values->n_points
                         ? " Shown are the baseline and the points of the lowest mean."
                         : "");
    figure_add_column(figure, "cost_usd", cost->label, "USD", FIGURE_X);
    for (size_t i = 0; i < n; i++) {
        const char *label = study_point_label(source, chosen[i], &figure->arena);
        figure_add_column(
            figure,
            arena_printf(&figure->arena, "share_percent:%zu %s", chosen[i], label),
            label, "%", FIGURE_LINE);
    }
    size_t mark =
        figure_add_column(figure, "quantile_percent", "quantiles", "%", FIGURE_MARK);
    for (size_t i = 0; i < n; i++) {
        struct sample *sample = &samples[i];
        size_t have = values->have[chosen[i]];
        sample->sorted = ARENA_ARRAY(&values->arena, have + 1, double);
        sample->n = sample_sort(&values->value[chosen[i] * values->n], have, unit,
                                sample->sorted);
        add_curve(figure, sample, 1 + i);
        add_marks(figure, source, sample, mark);
    }
    sort_rows(figure);
}

/* Whether there is anything to see. */
static bool varies(const struct study_values *values)
{
    for (size_t p = 0; p < values->n_points; p++)
        for (size_t k = 1; k < values->have[p]; k++) {
            double a = values->value[p * values->n],
                   b = values->value[p * values->n + k];
            if (a != b && !(isnan(a) && isnan(b)))
                return true;
        }
    return false;
}

static bool build(struct figure *figure, const struct figure_source *source,
                  struct error *err)
{
    const struct study_cost *cost;
    struct study_values values;
    if (!study_values_of_cost(&values, figure, source, &cost, err))
        return false;
    if (!cost)
        return true;
    if (varies(&values))
        fill(figure, source, cost, &values);
    else
        figure_set_absent(figure, "distribution: %s is the same in all replications.",
                          cost->metric);
    study_values_free(&values);
    return true;
}

const struct figure_kind kind_distribution = {
    .key = "distribution",
    .title = "What the cost may be",
    .of = FIGURE_OF_STUDY,
    .studies = "mc sweep",
    .files = "replications.csv",
    .command = "tenure mc SCENARIO -o DIR",
    .build = build,
};
