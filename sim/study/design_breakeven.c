/* `tenure breakeven` as a design of the engine: all x, at all y, of both designs. */

#include <math.h>
#include <string.h>

#include "base/decimal.h"
#include "base/interrupt.h"
#include "output/manifest_parts.h"
#include "study/boundary.h"
#include "study/plan.h"
#include "study/sensitivity_params.h"
#include "study/tables.h"

/* ---- prepare ---- */

void breakeven_ask(struct study_setup *setup, const char *metric)
{
    setup->spec.breakeven.metric = metric;
    setup->spec.breakeven.metric_place = (struct place){.file = "--metric"};
}

static json_t *numbers_of(const struct axis *axis)
{
    json_t *array = manifest_value(json_array());
    for (size_t i = 0; i < axis->n; i++)
        manifest_append(array, json_real(axis->values[i].number));
    return array;
}

static void add_metric(struct study_setup *setup)
{
    struct study_spec *spec = &setup->spec;
    struct metric_name *list =
        ARENA_ARRAY(&setup->arena, spec->n_metrics + 1, struct metric_name);
    if (spec->n_metrics > 0)
        memcpy(list, spec->metrics, spec->n_metrics * sizeof *list);
    list[spec->n_metrics++] = (struct metric_name){
        .text = spec->breakeven.metric, .place = spec->breakeven.metric_place};
    spec->metrics = list;
}

/* x varies faster than y, so that a row of the boundary lies together; the designs
 * fastest, so that a pair does. */
static bool prepare(struct study_setup *setup, struct error *err)
{
    struct study_spec *spec = &setup->spec;
    const struct breakeven_spec *given = &spec->breakeven;
    if (!given->given)
        return error_set(err,
                         "the scenario has no `breakeven`, such as `breakeven: {x: "
                         "{pools.burst.price: 1..5 step 0.5 USD/GPU-h}, between: "
                         "{own: {pools.own.gpus: 512}, rent: {pools.own.gpus: 0}}}`");
    study_leave_out(spec, given->sets, &setup->arena);
    struct axis *axes = ARENA_ARRAY(&setup->arena, 3, struct axis);
    spec->n_axes = 0;
    if (given->y.n > 0) {
        axes[spec->n_axes++] = given->y;
        manifest_set(setup->params, "y", numbers_of(&given->y));
    }
    axes[spec->n_axes++] = given->x;
    axes[spec->n_axes++] = given->between;
    spec->axes = axes;
    manifest_set(setup->params, "x", numbers_of(&given->x));
    manifest_set(setup->params, "metric", manifest_text(given->metric));
    add_metric(setup);
    spec->n_stops = spec->n_targets = 0;
    spec->baseline = 0;
    return true;
}

/* ---- analyse ---- */

struct grid {
    struct study_results *results;
    const struct study_plan *plan;
    struct arena arena;
    size_t column, n; /* the metric; replications */
    double *x, *y;
    size_t n_x, n_y;      /* n_y is 1 without a y */
    const char *names[2]; /* of the designs */
    int digits;
    double *difference; /* of one row: n_x times n */
    struct csv_out *out;
    int64_t rows;
};

static double *read_numbers(struct grid *grid, const char *key, size_t n)
{
    const json_t *array = json_object_get(grid->plan->params, key);
    double *number = ARENA_ARRAY(&grid->arena, n, double);
    if (json_array_size(array) != n)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        number[i] = json_number_value(json_array_get(array, i));
        if (i > 0 && !(number[i] > number[i - 1]))
            return NULL;
    }
    return number;
}

static bool begin(struct grid *grid, struct error *err)
{
    const struct study_plan *plan = grid->plan;
    size_t axes = plan->n_axes;
    const char *metric = json_string_value(json_object_get(plan->params, "metric"));
    grid->column = metric ? columns_find(&plan->columns, metric) : COLUMN_NONE;
    grid->n = (size_t)plan->replications;
    if (axes < 2 || axes > 3 || plan->axes[axes - 1].n != 2 ||
        grid->column == COLUMN_NONE)
        return error_set(err, "the plan of the study is none of `tenure breakeven`");
    grid->n_x = plan->axes[axes - 2].n;
    grid->n_y = axes == 3 ? plan->axes[0].n : 1;
    grid->x = read_numbers(grid, "x", grid->n_x);
    grid->y = axes == 3 ? read_numbers(grid, "y", grid->n_y) : NULL;
    if (!grid->x || (axes == 3 && !grid->y))
        return error_set(err, "the plan of the study is none of `tenure breakeven`");
    for (size_t i = 0; i < 2; i++)
        grid->names[i] = plan->axes[axes - 1].labels[i];
    grid->digits = results_digits(plan, grid->column);
    grid->difference = ARENA_ARRAY(&grid->arena, grid->n_x * grid->n, double);
    return true;
}

static void put_metric(struct grid *grid)
{
    csv_text(grid->out, grid->plan->columns.items[grid->column].name);
    csv_text(grid->out, grid->plan->columns.items[grid->column].unit);
}

/* Nine significant digits, as inputs have. */
static void put_place(struct grid *grid, double place)
{
    char text[DECIMAL_TEXT] = "";
    size_t length = 0;
    if (isfinite(place))
        length = decimal_write_double(text, decimal_rounded(place, 9));
    csv_number(grid->out, text, length);
}

static void put_y(struct grid *grid, size_t y)
{
    if (grid->y)
        put_place(grid, grid->y[y]);
}

/* Which design has the lower mean, where the difference of the first less the second
 * has this sign. */
static const char *lower(const struct grid *grid, int sign)
{
    return sign < 0 ? grid->names[0] : sign > 0 ? grid->names[1] : "";
}

/* ---- breakeven.csv ---- */

static void put_cell(struct grid *grid, size_t y, size_t x, const double *first,
                     const double *second)
{
    const struct study_plan *plan = grid->plan;
    struct mean_estimate means[2];
    struct paired off;
    size_t unit = (size_t)plan->unit;
    estimate_mean(first, grid->n, unit, plan->confidence, &means[0]);
    estimate_mean(second, grid->n, unit, plan->confidence, &means[1]);
    estimate_paired(first, second, grid->n, unit, plan->confidence, &off);
    put_y(grid, y);
    put_place(grid, grid->x[x]);
    put_metric(grid);
    csv_int(grid->out, off.n);
    for (size_t i = 0; i < 2; i++) {
        csv_text(grid->out, grid->names[i]);
        csv_real(grid->out, means[i].mean, grid->digits);
    }
    csv_real(grid->out, off.mean_difference, grid->digits);
    csv_real(grid->out, off.standard_error, grid->digits);
    csv_real(grid->out, off.ci.low, grid->digits);
    csv_real(grid->out, off.ci.high, grid->digits);
    csv_text(grid->out, lower(grid, (off.ci.low > 0) - (off.ci.high < 0)));
    csv_end_row(grid->out);
    grid->rows++;
}

static bool read_cell(struct grid *grid, size_t y, size_t x, double *first,
                      double *second, struct error *err)
{
    size_t point = 2 * (y * grid->n_x + x);
    return interrupt_check(err) &&
           results_values(grid->results, point, grid->column, first, err) &&
           results_values(grid->results, point + 1, grid->column, second, err);
}

static bool write_grid(struct grid *grid, struct error *err)
{
    double *first = ARENA_ARRAY(&grid->arena, grid->n, double);
    double *second = ARENA_ARRAY(&grid->arena, grid->n, double);
    grid->out = results_create(grid->results, "breakeven.csv", err);
    grid->rows = 0;
    if (!grid->out)
        return false;
    study_table_head(grid->results, STUDY_BREAKEVEN, grid->out);
    for (size_t y = 0; y < grid->n_y; y++)
        for (size_t x = 0; x < grid->n_x; x++) {
            if (!read_cell(grid, y, x, first, second, err))
                return false;
            put_cell(grid, y, x, first, second);
        }
    return results_close(grid->results, grid->out, grid->rows, err);
}

/* ---- boundary.csv ---- */

static void put_crossing(struct grid *grid, size_t y, const char *kind,
                         const struct crossing *crossing, size_t n)
{
    put_y(grid, y);
    put_place(grid, crossing->x);
    csv_text(grid->out, grid->plan->columns.items[grid->column].name);
    csv_text(grid->out, kind);
    put_place(grid, crossing->band.low);
    put_place(grid, crossing->band.high);
    csv_text(grid->out, lower(grid, crossing->below));
    csv_text(grid->out, lower(grid, crossing->above));
    csv_int(grid->out, (int64_t)n);
    csv_end_row(grid->out);
    grid->rows++;
}

static bool read_row(struct grid *grid, size_t y, double *second, struct error *err)
{
    for (size_t x = 0; x < grid->n_x; x++) {
        double *first = grid->difference + x * grid->n;
        if (!read_cell(grid, y, x, first, second, err))
            return false;
        for (size_t k = 0; k < grid->n; k++)
            first[k] -= second[k];
    }
    return true;
}

/* How many replications have the metric at the x number `at`. */
static size_t count_at(const struct grid *grid, size_t at)
{
    size_t n = 0;
    for (size_t k = 0; k < grid->n; k++)
        n += isfinite(grid->difference[at * grid->n + k]) != 0;
    return n;
}

/* The x between which some replication has the metric: no job runs without GPUs, so it
 * may be missing at an end in all of them. */
static void find_ends(const struct grid *grid, size_t *begin, size_t *end)
{
    for (*begin = 0; *begin < grid->n_x && count_at(grid, *begin) == 0;)
        ++*begin;
    for (*end = grid->n_x; *end > *begin && count_at(grid, *end - 1) == 0;)
        --*end;
}

/* Where there is no boundary: which of the two is the lower at all x. */
static struct crossing nowhere(const struct grid *grid, size_t begin)
{
    struct mean_estimate mean;
    estimate_mean(grid->difference + begin * grid->n, grid->n, (size_t)grid->plan->unit,
                  grid->plan->confidence, &mean);
    int sign = (mean.mean > 0) - (mean.mean < 0);
    return (struct crossing){NAN, {NAN, NAN}, sign, sign};
}

static bool write_boundary(struct grid *grid, struct error *err)
{
    double *second = ARENA_ARRAY(&grid->arena, grid->n, double);
    struct crossing *found = ARENA_ARRAY(&grid->arena, 2 * grid->n_x, struct crossing);
    grid->out = results_create(grid->results, "boundary.csv", err);
    grid->rows = 0;
    if (!grid->out)
        return false;
    study_table_head(grid->results, STUDY_BOUNDARY, grid->out);
    for (size_t y = 0; y < grid->n_y; y++) {
        if (!read_row(grid, y, second, err))
            return false;
        size_t from, to;
        find_ends(grid, &from, &to);
        if (from == to) /* the metric is nowhere */
            from = 0, to = grid->n_x;
        size_t n = boundary_find(
            grid->x + from, to - from, grid->difference + from * grid->n, grid->n,
            (size_t)grid->plan->unit, grid->plan->confidence, found);
        size_t used = count_at(grid, from);
        for (size_t i = 0; i < n; i++)
            put_crossing(grid, y, isnan(found[i].x) ? "undecided" : "crossing",
                         &found[i], used);
        struct crossing none = nowhere(grid, from);
        if (n == 0)
            put_crossing(grid, y, "none", &none, used);
    }
    return results_close(grid->results, grid->out, grid->rows, err);
}

static bool analyse(struct study_results *results, struct error *err)
{
    struct grid grid = {.results = results, .plan = results_plan(results)};
    bool ok = begin(&grid, err) && write_grid(&grid, err) && write_boundary(&grid, err);
    arena_free(&grid.arena);
    return ok;
}

const struct study_design design_breakeven = {
    .kind = "breakeven",
    .prepare = prepare,
    .analyse = analyse,
};
