/* tornado.csv, morris.csv and sobol.csv. */

#include <math.h>
#include <string.h>

#include "base/interrupt.h"
#include "study/indices.h"
#include "study/plan.h"
#include "study/sensitivity_params.h"
#include "study/tables.h"

/* Of one metric. */
struct analysis {
    struct study_results *results;
    const struct study_plan *plan;
    struct sensitivity design;
    struct arena arena;
    struct csv_out *out;
    size_t column;
    int digits;
    size_t *order; /* of the inputs, by what matters */
    int64_t rows;
};

int results_digits(const struct study_plan *plan, size_t column)
{
    int digits = plan->columns.items[column].digits;
    return digits > 6 ? digits : 6;
}

size_t results_metrics(const struct study_results *results,
                       size_t columns[SENSITIVITY_METRICS_MAX])
{
    const struct study_plan *plan = results_plan(results);
    const json_t *names = json_object_get(plan->params, "metrics");
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(names) && n < SENSITIVITY_METRICS_MAX; i++) {
        const char *name = json_string_value(json_array_get(names, i));
        size_t column = name ? columns_find(&plan->columns, name) : COLUMN_NONE;
        if (column != COLUMN_NONE && results_has(results, column))
            columns[n++] = column;
    }
    return n;
}

/* metric, unit, rank, input */
static void begin_row(struct analysis *analysis, size_t rank)
{
    const struct study_column *column =
        &analysis->plan->columns.items[analysis->column];
    csv_text(analysis->out, column->name);
    csv_text(analysis->out, column->unit);
    csv_int(analysis->out, (int64_t)rank + 1);
    csv_text(analysis->out, analysis->plan->uncertain[analysis->order[rank]].path);
}

static void end_row(struct analysis *analysis)
{
    csv_end_row(analysis->out);
    analysis->rows++;
}

static void put_index(struct csv_out *out, struct index index, int digits)
{
    csv_real(out, index.value, digits);
    csv_real(out, index.ci.low, digits);
    csv_real(out, index.ci.high, digits);
}

static double key(double weight)
{
    return isnan(weight) ? -INFINITY : weight;
}

/* Into order of weight, the largest first, NAN last; equal ones as in the scenario. */
static void rank_inputs(struct analysis *analysis, const double weight[])
{
    size_t *order = analysis->order;
    for (size_t i = 0; i < analysis->design.inputs; i++) {
        size_t at = i;
        for (; at > 0 && key(weight[order[at - 1]]) < key(weight[i]); at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
}

/* ---- tornado ---- */

struct bar {
    struct mean_estimate base, low, high;
    struct paired low_off, high_off, swing;
};

static struct index difference(const struct paired *paired)
{
    return (struct index){paired->mean_difference, paired->ci};
}

static void put_bar(struct analysis *analysis, size_t rank, const struct bar *bar)
{
    struct csv_out *out = analysis->out;
    const json_t *values = json_array_get(
        json_object_get(analysis->plan->params, "values"), analysis->order[rank]);
    begin_row(analysis, rank);
    for (size_t i = 0; i < 3; i++) {
        const char *text = json_string_value(json_array_get(values, i));
        csv_text(out, text ? text : "");
    }
    csv_int(out, bar->swing.n);
    csv_real(out, bar->base.mean, analysis->digits);
    csv_real(out, bar->low.mean, analysis->digits);
    csv_real(out, bar->high.mean, analysis->digits);
    put_index(out, difference(&bar->low_off), analysis->digits);
    put_index(out, difference(&bar->high_off), analysis->digits);
    put_index(out, difference(&bar->swing), analysis->digits);
    end_row(analysis);
}

static bool measure_bar(struct analysis *analysis, size_t input, const double *base,
                        double *low, double *high, struct bar *bar, struct error *err)
{
    size_t n = (size_t)analysis->plan->replications;
    double confidence = analysis->plan->confidence;
    if (!interrupt_check(err) ||
        !results_values(analysis->results, 1 + 2 * input, analysis->column, low, err) ||
        !results_values(analysis->results, 2 + 2 * input, analysis->column, high, err))
        return false;
    estimate_mean(base, n, 1, confidence, &bar->base);
    estimate_mean(low, n, 1, confidence, &bar->low);
    estimate_mean(high, n, 1, confidence, &bar->high);
    estimate_paired(low, base, n, 1, confidence, &bar->low_off);
    estimate_paired(high, base, n, 1, confidence, &bar->high_off);
    estimate_paired(high, low, n, 1, confidence, &bar->swing);
    return true;
}

static bool analyse_tornado(struct analysis *analysis, struct error *err)
{
    size_t n = (size_t)analysis->plan->replications, inputs = analysis->design.inputs;
    double *base = ARENA_ARRAY(&analysis->arena, n, double);
    double *low = ARENA_ARRAY(&analysis->arena, n, double);
    double *high = ARENA_ARRAY(&analysis->arena, n, double);
    double *weight = ARENA_ARRAY(&analysis->arena, inputs, double);
    struct bar *bars = ARENA_ARRAY(&analysis->arena, inputs, struct bar);
    if (!results_values(analysis->results, 0, analysis->column, base, err))
        return false;
    for (size_t i = 0; i < inputs; i++) {
        if (!measure_bar(analysis, i, base, low, high, &bars[i], err))
            return false;
        weight[i] = fmax(fabs(bars[i].swing.mean_difference),
                         fmax(fabs(bars[i].low_off.mean_difference),
                              fabs(bars[i].high_off.mean_difference)));
    }
    rank_inputs(analysis, weight);
    for (size_t rank = 0; rank < inputs; rank++)
        put_bar(analysis, rank, &bars[analysis->order[rank]]);
    return true;
}

/* ---- the mean of each row over its replications ---- */

/* NAN where a replication has no value: rows would differ by more than their inputs. */
static double row_mean(const double *value, size_t n, double *variance)
{
    struct mean_estimate got;
    estimate_mean(value, n, 1, 0.95, &got);
    *variance = got.n > 1 ? got.sd * got.sd : NAN;
    return got.n == (int64_t)n ? got.mean : NAN;
}

/* `chance` becomes the mean variance between the replications of a row. */
static bool row_means(struct analysis *analysis, double *y, double *chance,
                      struct error *err)
{
    size_t n = (size_t)analysis->plan->replications;
    double *value = ARENA_ARRAY(&analysis->arena, n, double), variance;
    size_t rows = sensitivity_rows(&analysis->design), used = 0;
    *chance = 0;
    for (size_t row = 0; row < rows; row++) {
        if (!interrupt_check(err) ||
            !results_values(analysis->results, row, analysis->column, value, err))
            return false;
        y[row] = row_mean(value, n, &variance);
        if (!isnan(y[row]) && !isnan(variance))
            *chance += (variance - *chance) / (double)++used;
    }
    if (used == 0)
        *chance = NAN;
    return true;
}

/* ---- Morris ---- */

static bool analyse_morris(struct analysis *analysis, struct error *err)
{
    size_t inputs = analysis->design.inputs, rows = sensitivity_rows(&analysis->design);
    double *y = ARENA_ARRAY(&analysis->arena, rows, double), chance;
    double *weight = ARENA_ARRAY(&analysis->arena, inputs, double);
    struct morris_index *index =
        ARENA_ARRAY(&analysis->arena, inputs, struct morris_index);
    if (!row_means(analysis, y, &chance, err))
        return false;
    morris_indices(&analysis->design, y, analysis->plan->confidence, index);
    for (size_t i = 0; i < inputs; i++)
        weight[i] = index[i].mu_star.value;
    rank_inputs(analysis, weight);
    for (size_t rank = 0; rank < inputs; rank++) {
        const struct morris_index *own = &index[analysis->order[rank]];
        begin_row(analysis, rank);
        csv_int(analysis->out, (int64_t)own->n);
        put_index(analysis->out, own->mu, analysis->digits);
        put_index(analysis->out, own->mu_star, analysis->digits);
        put_index(analysis->out, own->sigma, analysis->digits);
        end_row(analysis);
    }
    return true;
}

/* ---- Sobol ---- */

static bool analyse_sobol(struct analysis *analysis, struct error *err)
{
    size_t inputs = analysis->design.inputs, rows = sensitivity_rows(&analysis->design);
    double *y = ARENA_ARRAY(&analysis->arena, rows, double), chance;
    double *weight = ARENA_ARRAY(&analysis->arena, inputs, double);
    struct sobol_index *index =
        ARENA_ARRAY(&analysis->arena, inputs, struct sobol_index);
    struct sobol_summary summary;
    if (!row_means(analysis, y, &chance, err))
        return false;
    sobol_indices(&analysis->design, y, analysis->plan->confidence, index, &summary);
    for (size_t i = 0; i < inputs; i++)
        weight[i] = index[i].total.value;
    rank_inputs(analysis, weight);
    for (size_t rank = 0; rank < inputs; rank++) {
        const struct sobol_index *own = &index[analysis->order[rank]];
        begin_row(analysis, rank);
        csv_int(analysis->out, (int64_t)summary.n);
        put_index(analysis->out, own->first, 6);
        put_index(analysis->out, own->total, 6);
        put_index(analysis->out, summary.first_sum, 6);
        csv_real(analysis->out, summary.mean, analysis->digits);
        csv_real(analysis->out, sqrt(summary.variance), analysis->digits);
        csv_real(analysis->out, summary.variance / (summary.variance + chance), 6);
        end_row(analysis);
    }
    return true;
}

/* ---- all metrics ---- */

static const struct {
    enum study_table_kind table;
    bool (*analyse)(struct analysis *analysis, struct error *err);
} methods[] = {
    [SENSITIVITY_TORNADO] = {STUDY_TORNADO, analyse_tornado},
    [SENSITIVITY_MORRIS] = {STUDY_MORRIS, analyse_morris},
    [SENSITIVITY_SOBOL] = {STUDY_SOBOL, analyse_sobol},
};

bool sensitivity_analyse(struct study_results *results, struct error *err)
{
    struct analysis analysis = {.results = results, .plan = results_plan(results)};
    const char *paths[SENSITIVITY_INPUTS_MAX];
    size_t columns[SENSITIVITY_METRICS_MAX], order[SENSITIVITY_INPUTS_MAX];
    size_t n = results_metrics(results, columns);
    analysis.order = order;
    if (!sensitivity_of_plan(analysis.plan, paths, &analysis.design, err))
        return false;
    enum sensitivity_method method = analysis.design.method;
    enum study_table_kind table = methods[method].table;
    analysis.out = results_create(results, study_tables[table].name, err);
    if (!analysis.out)
        return false;
    study_table_head(results, table, analysis.out);
    for (size_t i = 0; i < n; i++) {
        analysis.column = columns[i];
        analysis.digits = results_digits(analysis.plan, columns[i]);
        bool ok = methods[method].analyse(&analysis, err);
        arena_free(&analysis.arena);
        if (!ok)
            return false;
    }
    return results_close(results, analysis.out, analysis.rows, err);
}
