/* The statistics of a trace where a machine reads them. */

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/trace_stats.h"
#include "cli/trace_text.h"

/* There is no NaN in JSON. */
static json_t *real_json(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static double scaled(enum stats_unit unit, double value)
{
    switch (unit) {
    case STATS_MS: return value / (double)MS_PER_S;
    case STATS_GPU_MS: return value / (double)MS_PER_H;
    case STATS_COUNT: break;
    }
    return value;
}

static json_t *spread_json(const struct stats_spread *spread)
{
    static const char *const names[STATS_QUANTILES] = {"min", "p25", "p50", "p75",
                                                       "p90", "p99", "max"};
    json_t *object = json_object();
    json_object_set_new(object, "mean", real_json(scaled(spread->unit, spread->mean)));
    for (int q = 0; q < STATS_QUANTILES; q++) {
        double value = scaled(spread->unit, (double)spread->quantile[q]);
        json_object_set_new(object, names[q],
                            spread->unit == STATS_COUNT
                                ? json_integer(spread->quantile[q])
                                : real_json(value));
    }
    return object;
}

static const char *spread_key(const struct stats_spread *spread)
{
    static const char *const keys[][2] = {
        {"duration", "duration_s"},  {"GPUs", "gpus"},
        {"GPU-h", "gpu_h"},          {"gap", "gap_s"},
        {"prompt", "prompt_tokens"}, {"output", "output_tokens"}};
    size_t k = 0;
    while (strcmp(keys[k][0], spread->name) != 0)
        k++;
    return keys[k][1];
}

static json_t *curve_json(const struct load_duration *load)
{
    json_t *list = json_array();
    for (int i = 0; i < TRACE_STATS_EXCEEDED; i++)
        json_array_append_new(
            list, json_pack("{s:f, s:I}", "exceeded_frac",
                            trace_stats_exceeded[i] / 1000.0, "gpus",
                            (json_int_t)load_exceeded(load, trace_stats_exceeded[i])));
    return list;
}

static json_t *factors_json(const double *factors, int n)
{
    json_t *list = json_array();
    for (int i = 0; i < n; i++)
        json_array_append_new(list, real_json(factors[i]));
    return list;
}

static json_t *shares_json(const struct trace_stats *stats,
                           const struct stats_shares *shares)
{
    bool tokens = stats->trace->kind == IMPORT_REQUESTS;
    json_t *list = json_array();
    for (size_t i = 0; i < shares->n; i++) {
        const struct stats_share *share = &shares->share[i];
        json_t *object = json_object();
        json_object_set_new(object, shares->by,
                            share->name ? json_string(share->name) : json_null());
        json_object_set_new(object, any_trace_noun(stats->trace),
                            json_integer(share->rows));
        double weight = (double)share->weight;
        json_object_set_new(object, tokens ? "tokens" : "gpu_h",
                            tokens ? json_integer((json_int_t)share->weight)
                                   : json_real(weight / (double)MS_PER_H));
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *prices_json(const struct trace_stats *stats)
{
    json_t *list = json_array();
    for (size_t i = 0; i < stats->n_prices; i++) {
        const struct stats_price *price = &stats->prices[i];
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:s, s:s, s:I, s:s, s:s, s:f, s:f, s:f, s:f}",
                            "class", price->class, "tenure", price->tenure, "region",
                            price->region, "term", price->term, "prices",
                            (json_int_t)price->rows, "first",
                            shown_time(price->first_ms, true).text, "last",
                            shown_time(price->last_ms, true).text, "min_usd_per_gpu_h",
                            (double)price->min_nano / 1e9, "max_usd_per_gpu_h",
                            (double)price->max_nano / 1e9, "mean_usd_per_gpu_h",
                            price->mean_nano / 1e9, "last_usd_per_gpu_h",
                            (double)price->last_nano / 1e9));
    }
    return list;
}

static void set_time(json_t *root, const char *key, int64_t time_ms, bool dated)
{
    json_object_set_new(root, key,
                        dated ? json_string(shown_time(time_ms, true).text)
                              : json_real((double)time_ms / (double)MS_PER_S));
}

static void set_load(json_t *root, const struct trace_stats *stats)
{
    json_object_set_new(root, "demand_gpu_h",
                        json_real((double)stats->weight / (double)MS_PER_H));
    json_object_set_new(root, "mean_gpus", json_real(load_mean_gpus(&stats->load)));
    json_object_set_new(root, "peak_gpus", json_integer(stats->peak_gpus));
    json_object_set_new(root, "load_duration", curve_json(&stats->load));
}

static void set_arrivals(json_t *root, const struct stats_arrivals *arrivals)
{
    json_object_set_new(root, "arrivals_per_h", real_json(arrivals->per_h));
    json_object_set_new(root, "gap_cv", real_json(arrivals->gap_cv));
    json_object_set_new(root, "dispersion_by_minute",
                        real_json(arrivals->dispersion_min));
    json_object_set_new(root, "dispersion_by_hour", real_json(arrivals->dispersion_h));
    json_object_set_new(root, "dispersion_by_day", real_json(arrivals->dispersion_d));
}

static void set_parts(json_t *root, const struct trace_stats *stats)
{
    enum import_kind kind = stats->trace->kind;
    bool dated = any_trace_dated(stats->trace);
    bool jobs = kind == IMPORT_JOBS;
    set_time(root, jobs ? "first_submit" : "first", stats->first_ms, dated);
    set_time(root, jobs ? "last_submit" : "last", stats->last_ms, dated);
    if (jobs)
        set_time(root, "last_end", stats->load.to_ms, dated);
    if (kind == IMPORT_JOBS || kind == IMPORT_REQUESTS)
        set_arrivals(root, &stats->arrivals);
    for (size_t i = 0; i < stats->n_spreads; i++)
        json_object_set_new(root, spread_key(&stats->spreads[i]),
                            spread_json(&stats->spreads[i]));
    if (stats->rhythm.has_day)
        json_object_set_new(root, "by_hour", factors_json(stats->rhythm.day, 24));
    if (stats->rhythm.has_week)
        json_object_set_new(root, "by_weekday", factors_json(stats->rhythm.week, 7));
    for (size_t i = 0; i < stats->n_shares; i++) {
        char key[32];
        snprintf(key, sizeof key, "by_%s", stats->shares[i].by);
        json_object_set_new(root, key, shares_json(stats, &stats->shares[i]));
    }
    if (kind == IMPORT_PRICES)
        json_object_set_new(root, "series", prices_json(stats));
}

bool trace_stats_print_json(const struct trace_stats *stats, struct error *err)
{
    const struct import_result *trace = stats->trace;
    json_t *root =
        json_pack("{s:s, s:s, s:b, s:b}", "path", any_trace_path(trace), "sha256",
                  any_trace_digest(trace), "dated", any_trace_dated(trace), "sorted",
                  any_trace_was_sorted(trace));
    if (!root)
        return error_set(err, "the path is not valid UTF-8");
    json_object_set_new(root, any_trace_noun(trace),
                        json_integer((json_int_t)stats->n));
    if (trace->kind == IMPORT_JOBS || trace->kind == IMPORT_LEVEL)
        set_load(root, stats);
    if (stats->n)
        set_parts(root, stats);
    if (trace->kind == IMPORT_JOBS) {
        json_object_set_new(root, "largest_job_gpus",
                            json_integer(trace->jobs.gpus_max));
        json_object_set_new(root, "limits", json_boolean(trace->jobs.has_limits));
    }
    bool ok = json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(12)) == 0 &&
              putchar('\n') != EOF;
    json_decref(root);
    return ok || error_errno(err, "standard output");
}
