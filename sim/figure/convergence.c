/* How sure the mean cost is after so many replications. */

#include <math.h>
#include <string.h>

#include "figure/study_read.h"
#include "study/statistics.h"

#define PER_DECADE 20

/* What the study was to reach for that metric, or NAN: the half-width, or that relative
 * to the mean. */
static double target(const struct figure_source *source, const char *metric,
                     double mean)
{
    const json_t *stops =
        json_object_get(json_object_get(source->manifest, "design"), "stop");
    double least = NAN;
    for (size_t i = 0; i < json_array_size(stops); i++) {
        const json_t *stop = json_array_get(stops, i);
        const char *of = json_string_value(json_object_get(stop, "metric"));
        double width = json_number_value(json_object_get(stop, "half_width"));
        if (!of || strcmp(of, metric) != 0 || !(width > 0))
            continue;
        if (json_is_true(json_object_get(stop, "relative")))
            width *= fabs(mean);
        least = isnan(least) || width < least ? width : least;
    }
    return least;
}

struct curves {
    const struct figure_source *source;
    const struct study_values *values;
    size_t chosen[STUDY_LINES], n;
    size_t unit;
    double confidence;
};

static double half_width(const struct curves *curves, size_t i, size_t n, double *mean)
{
    size_t point = curves->chosen[i];
    struct mean_estimate estimate;
    if (n > curves->values->have[point])
        return NAN;
    estimate_mean(&curves->values->value[point * curves->values->n], n, curves->unit,
                  curves->confidence, &estimate);
    double width = (estimate.ci.high - estimate.ci.low) / 2;
    *mean = estimate.mean;
    return width > 0 ? width : NAN;
}

/* 2, 3, ... then twenty to a power of ten, and at last all. */
static size_t next(size_t n, size_t unit, size_t all)
{
    double step = pow(10, 1.0 / PER_DECADE);
    size_t more = (size_t)ceil((double)n * step);
    more = more > n ? more : n + 1;
    more = (more + unit - 1) / unit * unit;
    return more < all || n >= all ? more : all;
}

static void add_row(struct figure *figure, const struct curves *curves, size_t n,
                    const double target_usd)
{
    double widths[STUDY_LINES], mean;
    bool any = false;
    for (size_t i = 0; i < curves->n; i++) {
        widths[i] = half_width(curves, i, n, &mean);
        any = any || !isnan(widths[i]);
    }
    if (!any)
        return;
    double *row = figure_add_row(figure);
    row[0] = (double)n;
    for (size_t i = 0; i < curves->n; i++)
        row[1 + i] = widths[i];
    if (!isnan(target_usd))
        row[1 + curves->n] = target_usd;
}

static void fill(struct figure *figure, const struct study_cost *cost,
                 const struct curves *curves)
{
    size_t all = curves->values->n;
    double mean = NAN;
    (void)half_width(curves, 0, curves->values->have[curves->chosen[0]], &mean);
    double target_usd = target(curves->source, cost->metric, mean);
    figure->shape = FIGURE_LINES;
    figure->x = (struct figure_axis){FIGURE_NUMBER, "replications", "1", true};
    figure->y = (struct figure_axis){FIGURE_NUMBER, "half-width", "USD", true};
    figure->note = arena_printf(
        &figure->arena,
        "Half of the %g %% interval of the mean of %s, had the study ended there; it "
        "halves with four times the replications.%s",
        100 * curves->confidence, cost->metric,
        curves->n < curves->values->n_points
            ? " Shown are the baseline and the points of the lowest mean."
            : "");
    figure_add_column(figure, "replications", "replications", "1", FIGURE_X);
    for (size_t i = 0; i < curves->n; i++) {
        const char *label =
            study_point_label(curves->source, curves->chosen[i], &figure->arena);
        figure_add_column(figure,
                          arena_printf(&figure->arena, "half_width_usd:%zu %s",
                                       curves->chosen[i], label),
                          label, "USD", FIGURE_LINE);
    }
    if (!isnan(target_usd))
        figure_add_column(figure, "target_usd", "asked for", "USD", FIGURE_STEP);
    size_t first = curves->unit > 1 ? 2 * curves->unit : 2;
    for (size_t n = first; n <= all; n = next(n, curves->unit, all))
        add_row(figure, curves, n, target_usd);
    if (figure->n_rows < 2)
        figure_set_absent(figure,
                          "convergence: too few replications, or %s is the same "
                          "in all of them.",
                          cost->metric);
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
    struct curves curves = {.source = source, .values = &values};
    curves.n = study_choose(&values, source, curves.chosen);
    curves.unit = (size_t)study_number(source, "unit", 1);
    curves.unit = curves.unit > 0 ? curves.unit : 1;
    curves.confidence = study_number(source, "confidence", 0.95);
    if (curves.n > 0)
        fill(figure, cost, &curves);
    else
        figure_set_absent(figure, "convergence: no replication has %s.", cost->metric);
    study_values_free(&values);
    return true;
}

const struct figure_kind kind_convergence = {
    .key = "convergence",
    .title = "How sure the mean is",
    .of = FIGURE_OF_STUDY,
    .studies = "mc sweep",
    .files = "replications.csv",
    .command = "tenure mc SCENARIO -o DIR",
    .build = build,
};
