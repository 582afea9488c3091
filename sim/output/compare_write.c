/* A comparison for machines. */

#include <jansson.h>
#include <string.h>

#include "base/csv_out.h"
#include "output/compare.h"

/* Sums count as 0 where a run has no such line; ratios and waits do not. */
static bool is_sum(const char *unit, const char *metric)
{
    static const char *const units[] = {"USD", "GPU-h", "kWh", "kg", NULL};
    for (size_t i = 0; units[i]; i++)
        if (strcmp(units[i], unit) == 0)
            return true;
    return strcmp(unit, "1") == 0 && strcmp(metric, "utilization_frac") != 0;
}

static int digits_of(const struct compare_row *row)
{
    return row->side[0] ? row->side[0]->digits : row->side[1]->digits;
}

/* B less A in units of the last digit; false where there is none. */
static bool difference_of(const struct compare_row *row, int128 *difference)
{
    const struct saved_metric *a = row->side[0], *b = row->side[1];
    if (a && b && a->digits != b->digits)
        return false;
    if ((!a || !b) && !is_sum(row->unit, row->metric))
        return false;
    *difference = (b ? b->value : 0) - (a ? a->value : 0);
    return true;
}

static double real_of(const struct saved_metric *metric)
{
    return (double)metric->value / pow(10, metric->digits);
}

static double ratio_of(const struct compare_row *row)
{
    const struct saved_metric *a = row->side[0], *b = row->side[1];
    return a && b && a->value != 0 ? real_of(b) / real_of(a) : NAN;
}

static void write_row(struct csv_out *out, const struct compare_row *row)
{
    int128 difference;
    csv_text(out, row->scope);
    csv_text(out, row->metric);
    csv_text(out, row->unit);
    for (int side = 0; side < 2; side++)
        if (row->side[side])
            csv_fixed(out, row->side[side]->value, row->side[side]->digits);
        else
            csv_empty(out);
    if (difference_of(row, &difference))
        csv_fixed(out, difference, digits_of(row));
    else
        csv_empty(out);
    csv_real(out, ratio_of(row), 9);
    csv_end_row(out);
}

/* What there is only for pairs: a figure is a difference already. */
struct pair_figure {
    const char *metric, *unit;
    int digits;
    double value;
};

#define PAIR_FIGURES 10

static size_t pair_figures(const struct compare *compare,
                           struct pair_figure figures[PAIR_FIGURES])
{
    const struct compare_pairs *pairs = &compare->pairs;
    if (!pairs->same_demand || pairs->n == 0)
        return 0;
    const struct pair_figure all[] = {
        {"jobs_paired", "1", 0, (double)pairs->n},
        {"jobs_waiting_longer", "1", 0, (double)pairs->longer},
        {"jobs_waiting_shorter", "1", 0, (double)pairs->shorter},
        {"wait_mean_s", "s", 6, pairs->mean_s},
        {"wait_mean_error_s", "s", 6, pairs->error_s},
        {"wait_min_s", "s", 3, (double)pairs->min_ms / 1e3},
        {"wait_p5_s", "s", 3, (double)pairs->p5_ms / 1e3},
        {"wait_p50_s", "s", 3, (double)pairs->p50_ms / 1e3},
        {"wait_p95_s", "s", 3, (double)pairs->p95_ms / 1e3},
        {"wait_max_s", "s", 3, (double)pairs->max_ms / 1e3},
    };
    memcpy(figures, all, sizeof all);
    return sizeof all / sizeof all[0];
}

bool compare_write_csv(const struct compare *compare, const char *path,
                       struct error *err)
{
    static const char *const heads[] = {"scope", "metric",     "unit", "a",
                                        "b",     "difference", "ratio"};
    struct pair_figure figures[PAIR_FIGURES];
    size_t n = pair_figures(compare, figures);
    struct csv_out *out = csv_create(path, err);
    if (!out)
        return false;
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        csv_text(out, heads[i]);
    csv_end_row(out);
    for (size_t i = 0; i < compare->n_rows; i++)
        write_row(out, &compare->rows[i]);
    for (size_t i = 0; i < n; i++) {
        csv_text(out, "paired");
        csv_text(out, figures[i].metric);
        csv_text(out, figures[i].unit);
        csv_empty(out);
        csv_empty(out);
        csv_real(out, figures[i].value, figures[i].digits);
        csv_empty(out);
        csv_end_row(out);
    }
    return csv_close(out, NULL, err);
}

/* JSON. */

static json_t *real(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *run_json(const struct saved_run *run)
{
    return json_pack("{s:s, s:s, s:s, s:I, s:I}", "dir", run->dir, "scenario",
                     run->name, "version", run->version, "seed", (json_int_t)run->seed,
                     "replication", (json_int_t)run->replication);
}

static json_t *row_json(const struct compare_row *row)
{
    int128 difference;
    bool has = difference_of(row, &difference);
    return json_pack(
        "{s:s, s:o, s:o, s:o, s:o}", "unit", row->unit, "a",
        row->side[0] ? real(real_of(row->side[0])) : json_null(), "b",
        row->side[1] ? real(real_of(row->side[1])) : json_null(), "difference",
        has ? real((double)difference / pow(10, digits_of(row))) : json_null(), "ratio",
        real(ratio_of(row)));
}

static json_t *metrics_json(const struct compare *compare)
{
    json_t *scopes = json_object();
    for (size_t i = 0; i < compare->n_rows; i++) {
        const struct compare_row *row = &compare->rows[i];
        json_t *scope = json_object_get(scopes, row->scope);
        if (!scope) {
            scope = json_object();
            json_object_set_new(scopes, row->scope, scope);
        }
        json_object_set_new(scope, row->metric, row_json(row));
    }
    return scopes;
}

static json_t *pairs_json(const struct compare *compare)
{
    struct pair_figure figures[PAIR_FIGURES];
    size_t n = pair_figures(compare, figures);
    json_t *object = json_object();
    for (size_t i = 0; i < n; i++)
        json_object_set_new(object, figures[i].metric, real(figures[i].value));
    return object;
}

static json_t *inputs_json(const struct compare *compare)
{
    json_t *list = json_array();
    for (size_t i = 0; i < compare->n_inputs; i++) {
        const struct compare_input *input = &compare->inputs[i];
        json_array_append_new(list,
                              json_pack("{s:s, s:b, s:s?, s:s?}", "name", input->name,
                                        "is_file", input->is_file, "a", input->value[0],
                                        "b", input->value[1]));
    }
    return list;
}

static json_t *texts_json(const char *const *texts)
{
    json_t *list = json_array();
    for (; *texts; texts++)
        json_array_append_new(list, json_string(*texts));
    return list;
}

bool compare_print_json(const struct compare *compare, FILE *out, struct error *err)
{
    json_t *root = json_pack(
        "{s:o, s:o, s:b, s:b, s:s?, s:o, s:o, s:o, s:o, s:o}", "a",
        run_json(compare->runs[0]), "b", run_json(compare->runs[1]), "same_service",
        compare->same_service, "same_demand", compare->pairs.same_demand, "relaxed",
        compare->relaxed, "sentences", texts_json(compare->sentences), "warnings",
        texts_json(compare->warnings), "inputs", inputs_json(compare), "paired",
        pairs_json(compare), "metrics", metrics_json(compare));
    if (!root)
        out_of_memory();
    bool ok = json_dumpf(root, out, JSON_INDENT(2) | JSON_REAL_PRECISION(15)) == 0 &&
              fputc('\n', out) != EOF && fflush(out) == 0;
    json_decref(root);
    return ok || error_errno(err, "standard output");
}
