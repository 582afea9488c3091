/* Monte Carlo, sweeps and break-evens on a page. */

#include <math.h>
#include <string.h>

#include "cli/report_study.h"
#include "cli/text_table.h"
#include "output/manifest_parts.h"
#include "report/blocks.h"

#define NPV         "total.npv_usd"
#define POINTS_OPEN 24

static const char *const key_metrics[] = {NPV,
                                          "total.economic_usd",
                                          "total.levelised_usd_per_useful_gpu_h",
                                          "fixed.utilization_frac",
                                          "total.wait_mean_s",
                                          "total.wait_p95_s",
                                          "total.unserved_gpu_h",
                                          NULL};

struct reading {
    const struct report_words *words;
    struct text_table points, paired;
    size_t quantile; /* the first column of one; three for each */
};

static size_t column_of(const struct text_table *table, const char *name)
{
    size_t i = 0;
    while (i < table->n_columns && strcmp(table->names[i], name) != 0)
        i++;
    return i;
}

static const char *cell(const struct text_table *table, size_t row, const char *column)
{
    return text_table_cell(table, row, column);
}

static const char *shown(const struct reading *reading, size_t row, const char *column)
{
    return report_metric_text(
        cell(&reading->points, row, "metric"), cell(&reading->points, row, "unit"),
        text_table_number(&reading->points, row, column), reading->words->arena);
}

static void put(const struct reading *reading, json_t *row, size_t at,
                const char *column)
{
    const char *exact = cell(&reading->points, at, column);
    if (*exact)
        row_exact(row, shown(reading, at, column), exact);
    else
        row_text(row, NULL);
}

/* Of a point's row of points.csv the label of the point: "own, 0.8". */
static const char *label_of(const struct reading *reading, size_t row)
{
    const struct study_plan *plan = reading->words->plan;
    const char *text = "";
    for (size_t i = 0; i < plan->n_axes; i++)
        text = arena_printf(reading->words->arena, "%s%s%s", text, i ? ", " : "",
                            cell(&reading->points, row, plan->axes[i].name));
    return *text ? text : reading->words->plan->scenario;
}

static void put_difference(const struct reading *reading, json_t *row, size_t at)
{
    const char *point = cell(&reading->points, at, "point");
    const char *metric = cell(&reading->points, at, "metric");
    struct arena *arena = reading->words->arena;
    for (size_t i = 0; i < reading->paired.n_rows; i++) {
        if (strcmp(cell(&reading->paired, i, "point"), point) != 0 ||
            strcmp(cell(&reading->paired, i, "metric"), metric) != 0)
            continue;
        const char *unit = cell(&reading->points, at, "unit");
        double values[3] = {text_table_number(&reading->paired, i, "mean_difference"),
                            text_table_number(&reading->paired, i, "ci_low"),
                            text_table_number(&reading->paired, i, "ci_high")};
        row_exact(row,
                  arena_printf(arena, "%s (%s to %s)",
                               report_metric_text(metric, unit, values[0], arena),
                               report_metric_text(metric, unit, values[1], arena),
                               report_metric_text(metric, unit, values[2], arena)),
                  cell(&reading->paired, i, "mean_difference"));
        return;
    }
    row_text(row, "baseline");
}

static json_t *new_table(const struct reading *reading, const char *caption,
                         const char *first, bool fold)
{
    const struct text_table *points = &reading->points;
    json_t *block = block_table(caption, fold);
    table_column(block, first, "text");
    table_column(block, "Mean", "number");
    table_column(block, "from", "number");
    table_column(block, "to", "number");
    for (size_t c = reading->quantile;
         c < points->n_columns && strncmp(points->names[c], "cvar", 4) != 0; c += 3)
        table_column(block, points->names[c], "number");
    return block;
}

static void put_values(const struct reading *reading, json_t *row, size_t at)
{
    const struct text_table *points = &reading->points;
    put(reading, row, at, "mean");
    put(reading, row, at, "ci_low");
    put(reading, row, at, "ci_high");
    for (size_t c = reading->quantile;
         c < points->n_columns && strncmp(points->names[c], "cvar", 4) != 0; c += 3)
        put(reading, row, at, points->names[c]);
}

static bool has_metric(const struct reading *reading, const char *metric, size_t *first)
{
    for (size_t i = 0; i < reading->points.n_rows; i++)
        if (strcmp(cell(&reading->points, i, "metric"), metric) == 0) {
            *first = i;
            return true;
        }
    return false;
}

/* Points below each other, one table for each metric. */
static void add_points(const struct reading *reading, const char *metric)
{
    const struct text_table *points = &reading->points;
    size_t first;
    if (!has_metric(reading, metric, &first))
        return;
    struct arena *arena = reading->words->arena;
    const char *unit = cell(points, first, "unit");
    bool open = strcmp(metric, NPV) == 0 || strcmp(metric, "total.wait_p95_s") == 0;
    bool many = reading->words->plan->n_points > POINTS_OPEN;
    json_t *block = new_table(reading,
                              arena_printf(arena, "%s%s%s", metric,
                                           strcmp(unit, "1") == 0 ? "" : ", ",
                                           strcmp(unit, "1") == 0 ? "" : unit),
                              "Point", !open || many);
    table_column(block, "Less the baseline", "number");
    for (size_t i = first; i < points->n_rows; i++) {
        if (strcmp(cell(points, i, "metric"), metric) != 0)
            continue;
        json_t *row = table_row(block);
        row_text(row, label_of(reading, i));
        put_values(reading, row, i);
        put_difference(reading, row, i);
    }
    manifest_append(reading->words->study->blocks, block);
}

/* Metrics below each other, of the only point. */
static void add_metrics(const struct reading *reading)
{
    json_t *block = new_table(reading, "Key metrics", "Metric", false);
    for (size_t k = 0; key_metrics[k]; k++) {
        size_t at;
        if (!has_metric(reading, key_metrics[k], &at))
            continue;
        json_t *row = table_row(block);
        row_text(row,
                 report_metric_title(key_metrics[k], cell(&reading->points, at, "unit"),
                                     reading->words->arena));
        put_values(reading, row, at);
    }
    manifest_append(reading->words->study->blocks, block);
}

static void points_lead(const struct reading *reading)
{
    const struct study_plan *plan = reading->words->plan;
    const struct text_table *points = &reading->points;
    struct report_study *study = reading->words->study;
    size_t best = 0;
    if (!has_metric(reading, NPV, &best)) {
        study->lead = "No replication has a net present cost.";
        return;
    }
    for (size_t i = best; i < points->n_rows; i++)
        if (strcmp(cell(points, i, "metric"), NPV) == 0 &&
            text_table_number(points, i, "mean") <
                text_table_number(points, best, "mean"))
            best = i;
    const char *interval =
        isnan(text_table_number(points, best, "ci_low"))
            ? ""
            : arena_printf(reading->words->arena, " (%g %% interval %s to %s)",
                           100 * plan->confidence, shown(reading, best, "ci_low"),
                           shown(reading, best, "ci_high"));
    if (plan->n_points > 1)
        study->lead = arena_printf(
            reading->words->arena,
            "Of %zu designs or settings of %s, %s has the lowest expected net present "
            "cost: %s USD%s.",
            plan->n_points, plan->scenario, label_of(reading, best),
            shown(reading, best, "mean"), interval);
    else
        study->lead = arena_printf(
            reading->words->arena, "The expected net present cost of %s is %s USD%s.",
            plan->scenario, shown(reading, best, "mean"), interval);
}

bool report_points(const struct report_words *words, struct error *err)
{
    struct reading reading = {.words = words};
    bool many = words->plan->n_points > 1;
    if (!text_table_read(&reading.points, words->dir, "points.csv", err))
        return false;
    bool ok = !many || text_table_read(&reading.paired, words->dir, "paired.csv", err);
    reading.quantile = column_of(&reading.points, "max") + 1;
    if (ok) {
        points_lead(&reading);
        for (size_t k = 0; many && key_metrics[k]; k++)
            add_points(&reading, key_metrics[k]);
        if (!many)
            add_metrics(&reading);
    }
    text_table_free(&reading.points);
    text_table_free(&reading.paired);
    return ok;
}

/* ---- where two cost the same ---- */

static void breakeven_lead(const struct report_words *words,
                           const struct text_table *table)
{
    const struct study_plan *plan = words->plan;
    const struct plan_axis *designs = &plan->axes[plan->n_axes - 1];
    const struct plan_axis *x = &plan->axes[plan->n_axes - 2];
    const char *metric = json_string_value(json_object_get(plan->params, "metric"));
    size_t crossings = 0;
    for (size_t i = 0; i < table->n_rows; i++)
        crossings += strcmp(cell(table, i, "kind"), "crossing") == 0;
    if (crossings == 0)
        words->study->lead = arena_printf(
            words->arena,
            "Nowhere on the grid of %s does %s change which of %s and %s is lower.",
            x->name, metric, designs->labels[0], designs->labels[1]);
    else if (plan->n_axes < 3)
        words->study->lead = arena_printf(
            words->arena, "%s of %s and %s is the same at %s %s.", metric,
            designs->labels[0], designs->labels[1], x->name, cell(table, 0, x->name));
    else
        words->study->lead = arena_printf(
            words->arena,
            "At %zu of %zu values of %s there is a %s at which %s and %s have the same "
            "%s.",
            crossings, plan->axes[0].n, plan->axes[0].name, x->name, designs->labels[0],
            designs->labels[1], metric);
}

static void add_boundary(const struct report_words *words,
                         const struct text_table *table)
{
    json_t *block = block_table("The boundary, as in boundary.csv", true);
    for (size_t c = 0; c < table->n_columns; c++)
        table_column(block, table->names[c], "text");
    for (size_t i = 0; i < table->n_rows; i++) {
        json_t *row = table_row(block);
        for (size_t c = 0; c < table->n_columns; c++)
            row_text(row, table->cells[i * table->n_columns + c]);
    }
    manifest_append(words->study->blocks, block);
}

bool report_breakeven(const struct report_words *words, struct error *err)
{
    struct text_table table;
    if (!text_table_read(&table, words->dir, "boundary.csv", err))
        return false;
    breakeven_lead(words, &table);
    add_boundary(words, &table);
    text_table_free(&table);
    return true;
}
