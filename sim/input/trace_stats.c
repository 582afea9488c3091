#include "input/trace_stats.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "input/stats_parts.h"

const int stats_per_mille[STATS_QUANTILES] = {0, 250, 500, 750, 900, 990, 1000};

static int compare_int64(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The mean is of exact sums, so that it does not depend on the order. */
struct stats_spread stats_spread(const char *name, enum stats_unit unit,
                                 int64_t *values, size_t n)
{
    assert(n > 0);
    struct stats_spread spread = {.name = name, .unit = unit};
    qsort(values, n, sizeof *values, compare_int64);
    int128 sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += values[i];
    spread.mean = (double)sum / (double)n;
    for (int q = 0; q < STATS_QUANTILES; q++) {
        size_t rank =
            (size_t)(((uint128)n * (unsigned)stats_per_mille[q] + 999) / 1000);
        spread.quantile[q] = values[rank ? rank - 1 : 0];
    }
    return spread;
}

static int64_t *allocate(size_t n)
{
    int64_t *values = calloc(n + 1, sizeof *values);
    if (!values)
        out_of_memory();
    return values;
}

/* The values are the caller's; empty lists have no spread. */
static void add_spread(struct trace_stats *stats, const char *name,
                       enum stats_unit unit, int64_t *values, size_t n)
{
    if (n > 0)
        stats->spreads[stats->n_spreads++] = stats_spread(name, unit, values, n);
}

/* Gaps between the times, which are in rising order. */
static void add_gaps(struct trace_stats *stats, int64_t *times_ms, size_t n)
{
    for (size_t i = 0; i + 1 < n; i++)
        times_ms[i] = times_ms[i + 1] - times_ms[i];
    add_spread(stats, "gap", STATS_MS, times_ms, n ? n - 1 : 0);
}

/* ---- jobs ---- */

static void take_job_spreads(struct trace_stats *stats, const struct trace *trace,
                             int64_t *values)
{
    for (size_t i = 0; i < trace->n; i++)
        values[i] = trace->jobs[i].duration_ms;
    add_spread(stats, "duration", STATS_MS, values, trace->n);
    for (size_t i = 0; i < trace->n; i++)
        values[i] = trace->jobs[i].gpus;
    add_spread(stats, "GPUs", STATS_COUNT, values, trace->n);
    for (size_t i = 0; i < trace->n; i++)
        values[i] = trace->jobs[i].gpus * trace->jobs[i].duration_ms;
    add_spread(stats, "GPU-h", STATS_GPU_MS, values, trace->n);
}

static bool has_name(const struct trace *trace, bool by_tenant)
{
    for (size_t i = 0; i < trace->n_kinds; i++)
        if ((by_tenant ? trace->kinds[i].tenant : trace->kinds[i].workload) !=
            NAMES_NONE)
            return true;
    return false;
}

static void take_jobs(struct trace_stats *stats, const struct trace *trace)
{
    stats->weight = trace->gpu_ms;
    if (trace->n == 0)
        return;
    stats->first_ms = trace->jobs[0].submit_ms;
    stats->last_ms = trace->jobs[trace->n - 1].submit_ms;
    int64_t *values = allocate(trace->n);
    take_job_spreads(stats, trace, values);
    for (size_t i = 0; i < trace->n; i++)
        values[i] = trace->jobs[i].submit_ms;
    stats_arrivals(values, trace->n, &stats->arrivals);
    stats_rhythm_of_arrivals(values, trace->n, trace->absolute, &stats->rhythm);
    add_gaps(stats, values, trace->n);
    free(values);
    load_duration_of_jobs(trace, &stats->load);
    stats->peak_gpus = stats->load.peak_gpus;
    stats_shares_by_size(trace, &stats->arena, &stats->shares[stats->n_shares++]);
    if (has_name(trace, false))
        stats_shares_by_name(trace, "workload", false,
                             &stats->shares[stats->n_shares++]);
    if (has_name(trace, true))
        stats_shares_by_name(trace, "tenant", true, &stats->shares[stats->n_shares++]);
}

/* ---- levels ---- */

/* "inference h100|h200 eu" */
static const char *series_name(const struct level_trace *trace,
                               const struct level_series *series, struct arena *arena)
{
    const char *workload =
        series->workload == NAMES_NONE ? "" : trace->names.text[series->workload];
    const char *classes = series->classes ? series->classes : "";
    const char *jurisdiction = series->jurisdiction ? series->jurisdiction : "";
    return arena_printf(arena, "%s%s%s%s%s", workload, *workload && *classes ? " " : "",
                        classes, (*workload || *classes) && *jurisdiction ? " " : "",
                        jurisdiction);
}

static void take_series(struct trace_stats *stats, const struct level_trace *trace)
{
    struct stats_share *all = stats_shares_begin(trace->n_series);
    int64_t *since_ms = allocate(trace->n_series), *gpus = allocate(trace->n_series);
    for (size_t k = 0; k < trace->n_series; k++)
        all[k].name = series_name(trace, &trace->series[k], &stats->arena);
    for (size_t i = 0; i < trace->n; i++) {
        const struct level_row *row = &trace->rows[i];
        struct stats_share *share = &all[row->series];
        share->rows++;
        share->weight +=
            (int128)gpus[row->series] * (row->time_ms - since_ms[row->series]);
        gpus[row->series] = row->gpus;
        since_ms[row->series] = row->time_ms;
    }
    for (size_t k = 0; k < trace->n_series; k++)
        all[k].weight += (int128)gpus[k] * (stats->last_ms - since_ms[k]);
    struct stats_shares *shares = &stats->shares[stats->n_shares++];
    shares->by = "series";
    stats_shares_rank(all, trace->n_series, shares);
    free(since_ms);
    free(gpus);
    free(all);
}

static void take_level(struct trace_stats *stats, const struct level_trace *trace)
{
    if (trace->n == 0)
        return;
    stats->first_ms = trace->rows[0].time_ms;
    stats->last_ms = trace->rows[trace->n - 1].time_ms;
    load_duration_of_level(trace, &stats->load);
    struct level_totals totals = level_trace_totals(trace);
    stats->peak_gpus = totals.peak_gpus;
    stats->weight = totals.gpu_ms;
    stats_rhythm_of_level(trace, &stats->rhythm);
    int64_t *values = allocate(trace->n);
    for (size_t i = 0; i < trace->n; i++)
        values[i] = trace->rows[i].time_ms;
    add_gaps(stats, values, trace->n);
    free(values);
    if (trace->n_series > 1)
        take_series(stats, trace);
}

/* ---- requests ---- */

static void take_models(struct trace_stats *stats, const struct request_trace *trace)
{
    struct stats_share *all = stats_shares_begin((size_t)trace->models.n + 1);
    all[0].name = "";
    for (uint32_t model = 0; model < trace->models.n; model++)
        all[model + 1].name = trace->models.text[model];
    for (size_t i = 0; i < trace->n; i++) {
        const struct request *request = &trace->requests[i];
        all[request->model].rows++;
        all[request->model].weight +=
            (int64_t)request->prompt_tokens + (int64_t)request->output_tokens;
    }
    struct stats_shares *shares = &stats->shares[stats->n_shares++];
    shares->by = "model";
    stats_shares_rank(all, (size_t)trace->models.n + 1, shares);
    free(all);
}

static void take_requests(struct trace_stats *stats, const struct request_trace *trace)
{
    stats->weight = (int128)trace->prompt_tokens + trace->output_tokens;
    if (trace->n == 0)
        return;
    stats->first_ms = trace->requests[0].time_ms;
    stats->last_ms = trace->requests[trace->n - 1].time_ms;
    int64_t *values = allocate(trace->n);
    for (size_t i = 0; i < trace->n; i++)
        values[i] = trace->requests[i].prompt_tokens;
    add_spread(stats, "prompt", STATS_COUNT, values, trace->n);
    for (size_t i = 0; i < trace->n; i++)
        values[i] = trace->requests[i].output_tokens;
    add_spread(stats, "output", STATS_COUNT, values, trace->n);
    for (size_t i = 0; i < trace->n; i++)
        values[i] = trace->requests[i].time_ms;
    stats_arrivals(values, trace->n, &stats->arrivals);
    stats_rhythm_of_arrivals(values, trace->n, trace->absolute, &stats->rhythm);
    add_gaps(stats, values, trace->n);
    free(values);
    if (trace->models.n)
        take_models(stats, trace);
}

void trace_stats_take(struct trace_stats *stats, const struct import_result *trace)
{
    *stats = (struct trace_stats){.trace = trace,
                                  .n = any_trace_rows(trace),
                                  .arrivals = {NAN, NAN, NAN, NAN, NAN}};
    switch (trace->kind) {
    case IMPORT_JOBS: take_jobs(stats, &trace->jobs); break;
    case IMPORT_LEVEL: take_level(stats, &trace->level); break;
    case IMPORT_REQUESTS: take_requests(stats, &trace->requests); break;
    case IMPORT_PRICES: stats_take_prices(stats, &trace->prices); break;
    }
}

void trace_stats_free(struct trace_stats *stats)
{
    load_duration_free(&stats->load);
    arena_free(&stats->arena);
    *stats = (struct trace_stats){0};
}
