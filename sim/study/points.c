/* points.csv and paired.csv. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "study/results.h"
#include "study/tables.h"

/* What one column of one point is computed in. */
struct scratch {
    double *value, *other, *sorted;
    double *quantile;
    struct interval *quantile_ci;
};

static struct scratch scratch_new(const struct study_results *results)
{
    size_t n = (size_t)results->longest, q = results->plan->n_quantiles + 1;
    struct scratch scratch = {
        .value = malloc(n * sizeof(double)),
        .other = malloc(n * sizeof(double)),
        .sorted = malloc(n * sizeof(double)),
        .quantile = malloc(q * sizeof(double)),
        .quantile_ci = malloc(q * sizeof(struct interval)),
    };
    if (!scratch.value || !scratch.other || !scratch.sorted || !scratch.quantile ||
        !scratch.quantile_ci)
        out_of_memory();
    return scratch;
}

static void scratch_free(struct scratch *scratch)
{
    free(scratch->value);
    free(scratch->other);
    free(scratch->sorted);
    free(scratch->quantile);
    free(scratch->quantile_ci);
}

static void estimate(const struct study_plan *plan, struct scratch *scratch, size_t n,
                     struct point_statistics *of)
{
    size_t unit = (size_t)plan->unit;
    double confidence = plan->confidence;
    const double *value = scratch->value;
    estimate_mean(value, n, unit, confidence, &of->estimate);
    size_t sorted = sample_sort(value, n, unit, scratch->sorted);
    for (size_t i = 0; i < plan->n_quantiles; i++) {
        double p = plan->quantiles[i];
        scratch->quantile[i] = sample_quantile(scratch->sorted, sorted, p);
        scratch->quantile_ci[i] = quantile_interval_units(
            value, n, unit, scratch->sorted, sorted, p, confidence);
    }
    of->quantile = scratch->quantile;
    of->quantile_ci = scratch->quantile_ci;
    estimate_cvar(value, n, unit, scratch->sorted, sorted, CVAR_LEVEL, confidence,
                  &of->cvar);
    plan_target(plan, of->column, &of->at_least, &of->at_most);
    if (!isnan(of->at_most) || !isnan(of->at_least))
        estimate_miss(value, n, unit, of->at_least, of->at_most, confidence, &of->miss);
}

/* As many digits as the metric has, and at least six: a mean of counts is no count. */
static int digits_of(const struct study_plan *plan, size_t column)
{
    int digits = plan->columns.items[column].digits;
    return digits > 6 ? digits : 6;
}

static void put_interval(struct csv_out *out, struct interval interval, int digits)
{
    csv_real(out, interval.low, digits);
    csv_real(out, interval.high, digits);
}

static void put_target(struct csv_out *out, const struct point_statistics *of)
{
    char least[DECIMAL_TEXT] = "", most[DECIMAL_TEXT] = "", text[2 * DECIMAL_TEXT + 16];
    bool has_least = !isnan(of->at_least), has_most = !isnan(of->at_most);
    if (!has_least && !has_most) {
        for (int i = 0; i < 4; i++)
            csv_empty(out);
        return;
    }
    if (has_least)
        decimal_write_double(least, of->at_least);
    if (has_most)
        decimal_write_double(most, of->at_most);
    snprintf(text, sizeof text, "%s%s%s%s%s", has_least ? ">= " : "", least,
             has_least && has_most ? " and " : "", has_most ? "<= " : "", most);
    csv_text(out, text);
    csv_real(out, of->miss.share, 9);
    put_interval(out, of->miss.ci, 9);
}

static void put_metric(const struct study_results *results, size_t column,
                       struct csv_out *out)
{
    csv_text(out, results->plan->columns.items[column].name);
    csv_text(out, results->plan->columns.items[column].unit);
}

static void put_point(struct study_results *results, const struct point_statistics *of,
                      struct csv_out *out)
{
    int digits = digits_of(results->plan, of->column);
    results_point(results, of->point, out);
    put_metric(results, of->column, out);
    csv_int(out, of->estimate.n);
    csv_real(out, of->estimate.mean, digits);
    csv_real(out, of->estimate.standard_error, digits);
    put_interval(out, of->estimate.ci, digits);
    csv_real(out, of->estimate.sd, digits);
    csv_real(out, of->estimate.min, digits);
    csv_real(out, of->estimate.max, digits);
    for (size_t i = 0; i < results->plan->n_quantiles; i++) {
        csv_real(out, of->quantile[i], digits);
        put_interval(out, of->quantile_ci[i], digits);
    }
    csv_real(out, of->cvar.mean, digits);
    put_interval(out, of->cvar.ci, digits);
    put_target(out, of);
    csv_end_row(out);
}

static bool write_point(struct study_results *results, size_t point,
                        struct scratch *scratch, struct csv_out *out, struct error *err)
{
    const struct finish_options *options = results->options;
    for (size_t column = 0; column < results->plan->columns.n; column++) {
        struct point_statistics of = {.point = point, .column = column};
        if (!results->used[column])
            continue;
        if (!interrupt_check(err) ||
            !results_values(results, point, column, scratch->value, err))
            return false;
        estimate(results->plan, scratch, (size_t)options->cut[point], &of);
        put_point(results, &of, out);
    }
    return true;
}

static bool write_points(struct study_results *results, struct scratch *scratch,
                         struct error *err)
{
    size_t n = results->plan->n_points;
    struct csv_out *out = results_create(results, "points.csv", err);
    if (!out)
        return false;
    study_table_head(results, STUDY_POINTS, out);
    for (size_t point = 0; point < n; point++)
        if (!write_point(results, point, scratch, out, err))
            return false;
    return results_close(results, out, (int64_t)(n * results->n_used), err);
}

static void put_pair(struct study_results *results, const struct pair_statistics *of,
                     struct csv_out *out)
{
    int digits = digits_of(results->plan, of->column);
    results_point(results, of->point, out);
    csv_int(out, (int64_t)results->plan->baseline);
    put_metric(results, of->column, out);
    csv_int(out, of->paired.n);
    csv_real(out, of->paired.mean_difference, digits);
    csv_real(out, of->paired.standard_error, digits);
    put_interval(out, of->paired.ci, digits);
    csv_real(out, of->paired.unpaired_half_width, digits);
    csv_real(out, of->paired.correlation, 9);
    csv_end_row(out);
}

/* The replications that both points have. */
static bool pair_point(struct study_results *results, size_t point,
                       struct scratch *scratch, struct csv_out *out, struct error *err)
{
    const struct study_plan *plan = results->plan;
    const struct finish_options *options = results->options;
    uint64_t own = options->cut[point], base = options->cut[plan->baseline];
    size_t n = (size_t)(own < base ? own : base);
    for (size_t column = 0; column < plan->columns.n; column++) {
        struct pair_statistics of = {.point = point, .column = column};
        if (!results->used[column])
            continue;
        if (!interrupt_check(err) ||
            !results_values(results, point, column, scratch->value, err) ||
            !results_values(results, plan->baseline, column, scratch->other, err))
            return false;
        estimate_paired(scratch->value, scratch->other, n, (size_t)plan->unit,
                        plan->confidence, &of.paired);
        put_pair(results, &of, out);
    }
    return true;
}

static bool write_pairs(struct study_results *results, struct scratch *scratch,
                        struct error *err)
{
    const struct study_plan *plan = results->plan;
    struct csv_out *out = results_create(results, "paired.csv", err);
    if (!out)
        return false;
    study_table_head(results, STUDY_PAIRED, out);
    for (size_t point = 0; point < plan->n_points; point++)
        if (point != plan->baseline && !pair_point(results, point, scratch, out, err))
            return false;
    return results_close(results, out,
                         (int64_t)((plan->n_points - 1) * results->n_used), err);
}

bool results_write_points(struct study_results *results, struct error *err)
{
    struct scratch scratch = scratch_new(results);
    bool ok = write_points(results, &scratch, err) &&
              (results->plan->n_points == 1 || write_pairs(results, &scratch, err));
    scratch_free(&scratch);
    return ok;
}
