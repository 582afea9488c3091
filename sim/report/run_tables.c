/* The key figures of runs as tiles and tables. */

#include <math.h>
#include <string.h>

#include "output/brief_parts.h"
#include "report/parts.h"

const char *report_value(const struct saved_run *run, const char *scope,
                         const char *metric, enum report_form form, struct arena *arena)
{
    const struct saved_metric *found = saved_run_metric(run, scope, metric);
    double value = saved_run_value(run, scope, metric);
    char text[BRIEF_TEXT];
    if (!found)
        return "-";
    switch (form) {
    case REPORT_COUNT:
        if (fabs(value) < 1e6)
            return arena_printf(arena, "%.0f", value);
        brief_number(text, value);
        break;
    case REPORT_NUMBER: brief_number(text, value); break;
    case REPORT_USD:
        brief_number(text, value);
        return arena_printf(arena, "%s USD", text);
    case REPORT_DURATION: brief_duration(text, llround(value * 1e3)); break;
    case REPORT_PERCENT: return arena_printf(arena, "%.1f %%", 100 * value);
    case REPORT_UNIT_COST: brief_unit_cost(text, value); break;
    }
    return arena_strdup(arena, text);
}

const char *report_exact(const struct saved_run *run, const char *scope,
                         const char *metric, struct arena *arena)
{
    const struct saved_metric *found = saved_run_metric(run, scope, metric);
    if (!found)
        return NULL;
    return arena_printf(arena, "%s %s", found->text,
                        strcmp(found->unit, "1") == 0 ? "" : found->unit);
}

static const struct tile {
    const char *label, *scope, *metric, *note;
    enum report_form form;
} tiles[] = {
    {"Economic cost", "total", "economic_usd", "of the period", REPORT_USD},
    {"Net present cost", "total", "npv_usd", "less what is left", REPORT_USD},
    {"Cost of a useful GPU-hour", "total", "economic_usd_per_useful_gpu_h",
     "USD, economic", REPORT_UNIT_COST},
    {"Levelised", "total", "levelised_usd_per_useful_gpu_h", "USD per useful GPU-h",
     REPORT_UNIT_COST},
    {"Used", "fixed", "utilization_frac", "of what is owned and leased",
     REPORT_PERCENT},
    {"Idle costs", "fixed", "idle_usd", "of what is owned and leased", REPORT_USD},
    {"Wait, mean", "total", "wait_mean_s", "of all jobs", REPORT_DURATION},
    {"Wait, 95th percentile", "total", "wait_p95_s", "of all jobs", REPORT_DURATION},
};
#define TILES (sizeof tiles / sizeof tiles[0])

json_t *run_tiles(const struct saved_run *run, struct arena *arena)
{
    json_t *block = block_tiles();
    for (size_t i = 0; i < TILES; i++)
        if (saved_run_metric(run, tiles[i].scope, tiles[i].metric))
            tiles_add(block, tiles[i].label,
                      report_value(run, tiles[i].scope, tiles[i].metric, tiles[i].form,
                                   arena),
                      report_exact(run, tiles[i].scope, tiles[i].metric, arena),
                      tiles[i].note);
    return block;
}

/* ---- pools ---- */

static const struct pool_column {
    const char *label, *metric;
    enum report_form form;
} pool_columns[] = {
    {"Peak GPUs", "peak_capacity_gpus", REPORT_COUNT},
    {"Used", "utilization_frac", REPORT_PERCENT},
    {"Wait, mean", "wait_mean_s", REPORT_DURATION},
    {"Wait, p95", "wait_p95_s", REPORT_DURATION},
    {"Useful GPU-h", "busy_useful_gpu_h", REPORT_NUMBER},
    {"Idle GPU-h", "idle_gpu_h", REPORT_NUMBER},
    {"Economic cost, USD", "economic_usd", REPORT_NUMBER},
    {"of it idle, USD", "idle_usd", REPORT_NUMBER},
    {"USD per useful GPU-h", "economic_usd_per_useful_gpu_h", REPORT_UNIT_COST},
};
#define POOL_COLUMNS (sizeof pool_columns / sizeof pool_columns[0])

static void add_pool_row(json_t *table, const struct saved_run *run, const char *name,
                         const char *tenure, const char *scope, bool skip_use,
                         struct arena *arena)
{
    json_t *row = table_row(table);
    row_text(row, name);
    row_text(row, tenure);
    for (size_t i = 0; i < POOL_COLUMNS; i++) {
        const struct pool_column *column = &pool_columns[i];
        if (!saved_run_metric(run, scope, column->metric) ||
            (skip_use && strcmp(column->metric, "utilization_frac") == 0))
            row_text(row, NULL);
        else
            row_exact(row,
                      report_value(run, scope, column->metric, column->form, arena),
                      report_exact(run, scope, column->metric, arena));
    }
}

json_t *run_pools(const struct report_dir *dir, struct arena *arena)
{
    const struct saved_run *run = dir->run;
    bool elastic = false, fixed = false;
    json_t *table = block_table(
        *dir->letter ? arena_printf(arena, "Pools of %s", dir->label) : "Pools", false);
    table_column(table, "Pool", "text");
    table_column(table, "Tenure", "text");
    for (size_t i = 0; i < POOL_COLUMNS; i++)
        table_column(table, pool_columns[i].label, "number");
    for (size_t i = 0; i < run->n_pools; i++) {
        const struct saved_pool *pool = &run->pools[i];
        add_pool_row(table, run, pool->name, tenure_names[pool->tenure], pool->name,
                     false, arena);
        if (tenure_is_elastic(pool->tenure))
            elastic = true;
        else
            fixed = true;
    }
    if (elastic && fixed)
        add_pool_row(table, run, "owned, leased", "", "fixed", false, arena);
    /* Elastic pools are busy while they are held: a sum with them says nothing. */
    add_pool_row(table, run, "total", "", "total", elastic, arena);
    return table;
}

/* ---- everything ---- */

static void add_metric(const struct report *report, json_t *table,
                       const struct saved_metric *metric)
{
    json_t *row = table_row(table);
    row_text(row, metric->scope);
    row_text(row, metric->metric);
    row_text(row, strcmp(metric->unit, "1") == 0 ? "" : metric->unit);
    for (size_t i = 0; i < report->n_runs; i++) {
        const struct saved_metric *own =
            saved_run_metric(report->runs[i]->run, metric->scope, metric->metric);
        row_text(row, own ? own->text : NULL);
    }
}

/* Whether one of the runs before has it, too. */
static bool is_known(const struct report *report, size_t before,
                     const struct saved_metric *metric)
{
    for (size_t i = 0; i < before; i++)
        if (saved_run_metric(report->runs[i]->run, metric->scope, metric->metric))
            return true;
    return false;
}

json_t *run_metrics(const struct report *report)
{
    json_t *table = block_table("All figures of summary.csv, exactly", true);
    table_column(table, "Scope", "text");
    table_column(table, "Metric", "code");
    table_column(table, "Unit", "text");
    for (size_t i = 0; i < report->n_runs; i++)
        table_column(table, report->n_runs > 1 ? report->runs[i]->label : "Value",
                     "number");
    for (size_t i = 0; i < report->n_runs; i++) {
        const struct saved_run *run = report->runs[i]->run;
        for (uint32_t k = 0; k < run->metric_keys.n; k++)
            if (!is_known(report, i, &run->metrics[k]))
                add_metric(report, table, &run->metrics[k]);
    }
    return table;
}
