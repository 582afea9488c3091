/* Cost against waits: which points of a study are worth looking at. */

#include <math.h>
#include <stdlib.h>

#include "figure/study_read.h"

#define WAIT_METRIC "total.wait_p95_s"
#define LABELS_MOST 12 /* with more points only those of the front are named */

struct spread {
    double mean, low, high;
};

struct option {
    size_t point;
    struct spread cost, wait;
    bool best; /* none is both cheaper and faster */
};

struct options {
    const struct study_cost *cost;
    struct option *list;
    size_t n;
};

enum { POINT, METRIC, MEAN, LOW, HIGH };

static bool take(void *self, const struct study_row *row, struct error *err)
{
    struct options *options = self;
    double point = study_row_number(row, POINT);
    bool is_cost = study_row_is(row, METRIC, options->cost->metric);
    if (!is_cost && !study_row_is(row, METRIC, WAIT_METRIC))
        return true;
    if (!(point >= 0 && point < (double)options->n))
        return error_at(err, (struct place){row->path, row->line, 0},
                        "no point of this study");
    struct option *option = &options->list[(size_t)point];
    *(is_cost ? &option->cost : &option->wait) =
        (struct spread){study_row_number(row, MEAN), study_row_number(row, LOW),
                        study_row_number(row, HIGH)};
    return true;
}

static int by_cost(const void *left, const void *right)
{
    const struct option *a = left, *b = right;
    if (a->cost.mean != b->cost.mean)
        return a->cost.mean < b->cost.mean ? -1 : 1;
    if (a->wait.mean != b->wait.mean)
        return a->wait.mean < b->wait.mean ? -1 : 1;
    return a->point < b->point ? -1 : a->point > b->point;
}

/* Those that have both, by cost, and the front among them. */
static void sort_out(struct options *options)
{
    size_t n = 0;
    double fastest = INFINITY;
    for (size_t i = 0; i < options->n; i++)
        if (!isnan(options->list[i].cost.mean) && !isnan(options->list[i].wait.mean))
            options->list[n++] = options->list[i];
    options->n = n;
    qsort(options->list, n, sizeof *options->list, by_cost);
    for (size_t i = 0; i < n; i++) {
        options->list[i].best = options->list[i].wait.mean < fastest;
        fastest = fmin(fastest, options->list[i].wait.mean);
    }
}

static void add_columns(struct figure *figure, const struct study_cost *cost)
{
    figure_add_column(figure, "cost_usd", cost->label, "USD", FIGURE_X);
    figure_add_column(figure, "cost_low_usd", "its interval", "USD", FIGURE_X_LOW);
    figure_add_column(figure, "cost_high_usd", "its interval", "USD", FIGURE_X_HIGH);
    figure_add_column(figure, "wait_s", "points of the study", "s", FIGURE_POINT);
    figure_add_column(figure, "wait_low_s", "intervals", "s", FIGURE_LOW);
    figure_add_column(figure, "wait_high_s", "its interval", "s", FIGURE_HIGH);
    figure_add_column(figure, "front_s", "the front", "s", FIGURE_LINE);
    figure_add_column(figure, "point", "", "", FIGURE_TEXT);
}

static void fill(struct figure *figure, const struct figure_source *source,
                 const struct options *options)
{
    figure->shape = FIGURE_POINTS;
    figure->x = (struct figure_axis){FIGURE_NUMBER, options->cost->label, "USD", false};
    figure->y.label = "wait, 95th percentile";
    figure->y.unit = "s";
    figure->note =
        arena_printf(&figure->arena,
                     "Means of %s and " WAIT_METRIC
                     " at each point, with the intervals of the means. "
                     "The front are those than which none is both cheaper and faster.",
                     options->cost->metric);
    add_columns(figure, options->cost);
    for (size_t i = 0; i < options->n; i++) {
        const struct option *option = &options->list[i];
        double *row = figure_add_row(figure);
        *row++ = option->cost.mean;
        *row++ = option->cost.low;
        *row++ = option->cost.high;
        *row++ = option->wait.mean;
        *row++ = option->wait.low;
        *row++ = option->wait.high;
        *row++ = option->best ? option->wait.mean : NAN;
        if (option->best || options->n <= LABELS_MOST)
            *row = figure_text_cell(
                figure, study_point_label(source, option->point, &figure->arena));
    }
}

static bool read(struct options *options, const struct figure_source *source,
                 struct arena *arena, struct error *err)
{
    static const char *const columns[] = {"point",  "metric",  "mean",
                                          "ci_low", "ci_high", NULL};
    struct study_reader reader = {
        .file = "points.csv", .columns = columns, .row = take, .self = options};
    options->n = study_point_count(source);
    options->list = ARENA_ARRAY(arena, options->n + 1, struct option);
    for (size_t i = 0; i < options->n; i++) {
        options->list[i].point = i;
        options->list[i].cost.mean = options->list[i].wait.mean = NAN;
    }
    if (!study_read(source, &reader, err))
        return false;
    sort_out(options);
    return true;
}

static bool build(struct figure *figure, const struct figure_source *source,
                  struct error *err)
{
    struct options options = {.cost = study_cost_of(source)};
    struct arena arena = {0};
    if (study_point_count(source) < 2)
        return figure_set_absent(figure,
                                 "pareto: the study has one point, and a front is "
                                 "of several; `tenure sweep` has them.");
    if (!options.cost)
        return figure_set_absent(figure,
                                 "pareto: the study has neither total.npv_usd nor "
                                 "total.economic_usd.");
    bool ok = read(&options, source, &arena, err);
    if (ok && options.n > 0)
        fill(figure, source, &options);
    else if (ok)
        figure_set_absent(figure, "pareto: no point has both %s and " WAIT_METRIC ".",
                          options.cost->metric);
    arena_free(&arena);
    return ok;
}

const struct figure_kind kind_pareto = {
    .key = "pareto",
    .title = "Cost against waits",
    .of = FIGURE_OF_STUDY,
    .studies = "mc sweep",
    .files = "points.csv",
    .command = "tenure sweep SCENARIO -o DIR",
    .build = build,
};
