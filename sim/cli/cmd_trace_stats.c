/* `tenure trace stats`: what a trace looks like, in 80 columns. */

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/trace_cmd.h"
#include "cli/trace_stats.h"
#include "cli/trace_text.h"
#include "output/prose.h"

static double gpu_h(int128 gpu_ms)
{
    return (double)gpu_ms / (double)MS_PER_H;
}

static void print_title(const struct trace_stats *stats)
{
    const struct import_result *trace = stats->trace;
    printf("%s: %s %s", any_trace_path(trace), shown_count((int64_t)stats->n).text,
           any_trace_count_noun(trace, stats->n));
    switch (trace->kind) {
    case IMPORT_JOBS:
        printf(", %s GPU-h\n", shown_real(gpu_h(stats->weight), 1).text);
        break;
    case IMPORT_LEVEL:
        printf(" of %zu series, %s GPU-h up to the last\n", trace->level.n_series,
               shown_real(gpu_h(stats->weight), 1).text);
        break;
    case IMPORT_REQUESTS:
        printf(", %s tokens in, %s out\n",
               shown_count(trace->requests.prompt_tokens).text,
               shown_count(trace->requests.output_tokens).text);
        break;
    case IMPORT_PRICES: printf(" of %zu series\n", stats->n_prices); break;
    }
}

static void print_span(const struct trace_stats *stats)
{
    bool dated = any_trace_dated(stats->trace);
    printf("\nspan      %s to %s, %s%s\n", shown_time(stats->first_ms, dated).text,
           shown_time(stats->last_ms, dated).text,
           shown_ms((double)(stats->last_ms - stats->first_ms)).text,
           any_trace_was_sorted(stats->trace) ? "" : "; sorted");
    if (stats->trace->kind == IMPORT_JOBS && stats->load.n)
        printf("          the last job ends %s\n",
               shown_time(stats->load.to_ms, dated).text);
}

static void print_load(const struct trace_stats *stats)
{
    bool jobs = stats->trace->kind == IMPORT_JOBS;
    printf("GPUs      mean %s, peak %s%s\n",
           shown_real(load_mean_gpus(&stats->load), 1).text,
           shown_count(stats->peak_gpus).text, jobs ? ", if no job waits" : "");
}

/* Per hour, or per second where that is a large number. */
static void print_arrivals(const struct stats_arrivals *arrivals)
{
    bool fast = arrivals->per_h >= 3600;
    printf("arrivals  %s per %s; gaps' coefficient of variation %s\n",
           shown_short(fast ? arrivals->per_h / 3600 : arrivals->per_h).text,
           fast ? "second" : "hour", shown_real(arrivals->gap_cv, 2).text);
    const double indices[] = {arrivals->dispersion_min, arrivals->dispersion_h,
                              arrivals->dispersion_d};
    static const char *const windows[] = {"minute", "hour", "day"};
    bool any = false;
    for (int i = 0; i < 3; i++) {
        if (isnan(indices[i]))
            continue;
        printf("%s%s by %s", any ? ", " : "          dispersion ",
               shown_real(indices[i], indices[i] < 9.995 ? 2 : 0).text, windows[i]);
        any = true;
    }
    printf(any ? " (Poisson: 1)\n" : "");
}

static struct shown figure_of(enum stats_unit unit, double value, bool is_mean)
{
    switch (unit) {
    case STATS_MS: return shown_ms(value);
    case STATS_GPU_MS: return shown_short(value / (double)MS_PER_H);
    case STATS_COUNT: break;
    }
    return shown_real(value, is_mean ? 1 : 0);
}

/* A number that fills its column of nine touches the one before it. */
static struct shown narrow(enum stats_unit unit, double value, bool is_mean)
{
    struct shown figure = figure_of(unit, value, is_mean);
    if (strlen(figure.text) > 8 && unit != STATS_MS)
        snprintf(figure.text, sizeof figure.text, "%.3g",
                 unit == STATS_GPU_MS ? value / (double)MS_PER_H : value);
    return figure;
}

static void print_spreads(const struct trace_stats *stats)
{
    static const char *const heads[STATS_QUANTILES] = {"min", "p25", "p50", "p75",
                                                       "p90", "p99", "max"};
    printf("\n%-8s%9s", "", "mean");
    for (int q = 0; q < STATS_QUANTILES; q++)
        printf("%9s", heads[q]);
    for (size_t i = 0; i < stats->n_spreads; i++) {
        const struct stats_spread *spread = &stats->spreads[i];
        printf("\n%-8s%9s", spread->name,
               narrow(spread->unit, spread->mean, true).text);
        for (int q = 0; q < STATS_QUANTILES; q++)
            printf("%9s",
                   narrow(spread->unit, (double)spread->quantile[q], false).text);
    }
    putchar('\n');
}

const int trace_stats_exceeded[TRACE_STATS_EXCEEDED] = {0,   1,   10,  50,  100, 250,
                                                        500, 750, 900, 950, 990, 1000};

static void print_curve(const struct trace_stats *stats)
{
    printf("\nload-duration curve: GPUs wanted%s, and exceeded for\n",
           stats->trace->kind == IMPORT_JOBS ? ", if no job waits" : "");
    for (int i = 0; i < TRACE_STATS_EXCEEDED; i++) {
        int per_mille = trace_stats_exceeded[i];
        int64_t gpus = load_exceeded(&stats->load, per_mille);
        printf("%6.*f %% of the time %12s%s", per_mille % 10 ? 1 : 0, per_mille / 10.0,
               shown_count(gpus).text, gpus ? "  " : "");
        shown_bar((double)gpus / fmax((double)stats->load.peak_gpus, 1), 44, stdout);
        putchar('\n');
    }
}

static double largest(const double *values, int n)
{
    double most = 0;
    for (int i = 0; i < n; i++)
        most = fmax(most, values[i]);
    return most;
}

/* "09h 1.85 ##############  " in 27 columns, without blanks at the end of the line. */
static void print_factor(const char *label, double factor, double most, bool last)
{
    enum { BAR = 15 };
    printf("%s %4.2f ", label, factor);
    int columns = shown_bar(most > 0 ? factor / most : 0, BAR, stdout);
    if (!last)
        printf("%*s", BAR + 2 - columns, "");
}

/* Two columns of hours, and the weekdays beside them. */
static void print_rhythm(const struct trace_stats *stats)
{
    static const char *const dated_days[] = {"Mon", "Tue", "Wed", "Thu",
                                             "Fri", "Sat", "Sun"};
    static const char *const days[] = {"d 1", "d 2", "d 3", "d 4", "d 5", "d 6", "d 7"};
    const struct stats_rhythm *rhythm = &stats->rhythm;
    if (!rhythm->has_day)
        return;
    bool dated = any_trace_dated(stats->trace);
    printf("\n%s by hour%s%s, 1 is the mean\n",
           stats->trace->kind == IMPORT_LEVEL ? "level" : "arrivals",
           dated ? " (UTC)" : " of the trace's days",
           rhythm->has_week ? " and weekday" : "");
    double most = largest(rhythm->day, 24), most_week = largest(rhythm->week, 7);
    for (int i = 0; i < 12; i++) {
        char label[16];
        bool beside = rhythm->has_week && i < 7;
        snprintf(label, sizeof label, "%02dh", i);
        print_factor(label, rhythm->day[i], most, false);
        snprintf(label, sizeof label, "%02dh", i + 12);
        print_factor(label, rhythm->day[i + 12], most, !beside);
        if (beside)
            print_factor(dated ? dated_days[i] : days[i], rhythm->week[i], most_week,
                         true);
        putchar('\n');
    }
}

static double frac_of(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

static void print_share(const struct trace_stats *stats,
                        const struct stats_shares *shares,
                        const struct stats_share *share)
{
    bool tokens = stats->trace->kind == IMPORT_REQUESTS;
    double frac = frac_of((double)share->weight, (double)stats->weight);
    char others[40];
    snprintf(others, sizeof others, "%zu others", shares->groups - STATS_TOP);
    const char *name = !share->name ? others : *share->name ? share->name : "(none)";
    prose_name(name, 22, stdout);
    printf("%10s %5.1f %% %14s %5.1f %%%s", shown_count(share->rows).text,
           100 * frac_of((double)share->rows, (double)stats->n),
           tokens ? shown_count((int64_t)share->weight).text
                  : shown_real(gpu_h(share->weight), 1).text,
           100 * frac, frac > 0 ? "  " : "");
    shown_bar(frac, 14, stdout);
    putchar('\n');
}

static void print_shares(const struct trace_stats *stats,
                         const struct stats_shares *shares)
{
    printf("\n%-22s%10s %7s %14s\n", shares->by, any_trace_noun(stats->trace), "",
           stats->trace->kind == IMPORT_REQUESTS ? "tokens" : "GPU-h");
    for (size_t i = 0; i < shares->n; i++)
        print_share(stats, shares, &shares->share[i]);
}

static void print_prices(const struct trace_stats *stats)
{
    printf("\n%-38s%5s %-7s %-7s%7s%7s%7s\n", "USD per GPU-hour", "rows", "first",
           "last", "min", "mean", "last");
    for (size_t i = 0; i < stats->n_prices; i++) {
        const struct stats_price *price = &stats->prices[i];
        char name[1200];
        snprintf(name, sizeof name, "%s %s%s%s%s%s", price->class, price->tenure,
                 *price->region ? " " : "", price->region, *price->term ? " " : "",
                 price->term);
        prose_name(name, 38, stdout);
        printf("%5s %.7s %.7s%7s%7s%7s\n", shown_count((int64_t)price->rows).text,
               shown_time(price->first_ms, true).text,
               shown_time(price->last_ms, true).text,
               shown_real((double)price->min_nano / 1e9, 3).text,
               shown_real(price->mean_nano / 1e9, 3).text,
               shown_real((double)price->last_nano / 1e9, 3).text);
    }
}

static void print_stats(const struct trace_stats *stats)
{
    enum import_kind kind = stats->trace->kind;
    print_title(stats);
    if (stats->n == 0) {
        printf("the trace is empty: a header line, and nothing below it\n");
        return;
    }
    print_span(stats);
    if (kind == IMPORT_JOBS || kind == IMPORT_LEVEL)
        print_load(stats);
    if (kind == IMPORT_JOBS || kind == IMPORT_REQUESTS)
        print_arrivals(&stats->arrivals);
    if (stats->n_spreads)
        print_spreads(stats);
    if (stats->load.n)
        print_curve(stats);
    print_rhythm(stats);
    for (size_t i = 0; i < stats->n_shares; i++)
        print_shares(stats, &stats->shares[i]);
    if (kind == IMPORT_PRICES)
        print_prices(stats);
}

struct arguments {
    const char *path, *csv;
    bool json;
};

static bool write_curve(const struct trace_stats *stats, const char *path,
                        struct error *err)
{
    if (stats->trace->kind == IMPORT_JOBS || stats->trace->kind == IMPORT_LEVEL)
        return load_duration_write(&stats->load, path, err);
    return error_kind_set(err, ERROR_USAGE,
                          "--csv writes the load-duration curve, which %s do not have",
                          any_trace_noun(stats->trace));
}

static bool show(const struct arguments *arguments, struct error *err)
{
    struct import_result trace;
    bool ok = any_trace_read(&trace, arguments->path, err);
    if (ok) {
        struct trace_stats stats;
        cli_release_signals();
        trace_stats_take(&stats, &trace);
        cli_catch_signals();
        ok = !arguments->csv || write_curve(&stats, arguments->csv, err);
        if (ok && arguments->json)
            ok = trace_stats_print_json(&stats, err);
        else if (ok && !(arguments->csv && strcmp(arguments->csv, "-") == 0))
            print_stats(&stats);
        trace_stats_free(&stats);
    }
    import_result_free(&trace);
    return ok;
}

bool trace_stats(int argc, char **argv, struct error *err)
{
    struct arguments arguments = {0};
    const struct cli_option options[] = {{.name = "json", .flag = &arguments.json},
                                         {.name = "csv", .value = &arguments.csv},
                                         {.name = NULL}};
    const struct cli_operands operands = {1, 1, "name one trace", &arguments.path};
    struct arena arena = {0};
    bool ok =
        cli_parse(argc, argv, options, &operands, &arena, err) && show(&arguments, err);
    arena_free(&arena);
    return ok;
}
