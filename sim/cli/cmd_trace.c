#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/names.h"
#include "cli/cli.h"
#include "cli/cmd.h"
#include "cli/trace_cmd.h"
#include "input/level_trace.h"
#include "input/price_trace.h"
#include "input/request_trace.h"
#include "input/trace.h"

/* The GPUs in use at once if no job waited: ends are taken from a heap of those
 * running. */
struct running {
    int64_t end_ms, gpus;
};

static int compare_ends(const void *a, const void *b)
{
    const struct running *left = a, *right = b;
    return (left->end_ms > right->end_ms) - (left->end_ms < right->end_ms);
}

static int64_t peak_gpus(const struct trace *trace)
{
    struct running *ends = calloc(trace->n + 1, sizeof *ends);
    if (!ends)
        out_of_memory();
    for (size_t i = 0; i < trace->n; i++) {
        const struct job *job = &trace->jobs[i];
        ends[i] = (struct running){job->submit_ms + job->duration_ms, job->gpus};
    }
    qsort(ends, trace->n, sizeof *ends, compare_ends);
    int64_t gpus = 0, peak = 0;
    for (size_t i = 0, ended = 0; i < trace->n; i++) {
        while (ends[ended].end_ms <= trace->jobs[i].submit_ms)
            gpus -= ends[ended++].gpus;
        gpus += trace->jobs[i].gpus;
        peak = gpus > peak ? gpus : peak;
    }
    free(ends);
    return peak;
}

static void instant(const struct trace *trace, int64_t time_ms, char text[64])
{
    if (trace->absolute)
        calendar_format(time_ms, text);
    else
        snprintf(text, 64, "%.3f s", (double)time_ms / 1000);
}

static double gpu_h(const struct trace *trace)
{
    return (double)trace->gpu_ms / (double)MS_PER_H;
}

static void print_stats(const struct trace *trace)
{
    printf("%s\n  jobs        %zu%s\n", trace->path, trace->n,
           trace->was_sorted ? "" : ", not in order of submit in the file");
    if (trace->n == 0)
        return;
    char first[64], last[64];
    int64_t begin = trace->jobs[0].submit_ms;
    int64_t end = trace->jobs[trace->n - 1].submit_ms;
    instant(trace, begin, first);
    instant(trace, end, last);
    printf("  submits     %s to %s, %.1f days\n", first, last,
           (double)(end - begin) / (double)MS_PER_D);
    printf("  demand      %.1f GPU-h, peak %" PRId64 " GPUs if nothing waited\n",
           gpu_h(trace), peak_gpus(trace));
    printf("  largest     %" PRId32 " GPUs\n", trace->gpus_max);
    printf("  limits      %s\n", trace->has_limits ? "given" : "none");
}

static bool print_stats_json(const struct trace *trace, struct error *err)
{
    json_t *root = json_pack(
        "{s:s, s:s, s:I, s:b, s:b, s:f, s:I, s:I, s:b}", "path", trace->path, "sha256",
        trace->digest, "jobs", (json_int_t)trace->n, "dated", trace->absolute, "sorted",
        trace->was_sorted, "demand_gpu_h", gpu_h(trace), "largest_job_gpus",
        (json_int_t)trace->gpus_max, "peak_gpus", (json_int_t)peak_gpus(trace),
        "limits", trace->has_limits);
    if (!root)
        return error_set(err, "the path is not valid UTF-8");
    if (trace->n > 0) {
        char first[64], last[64];
        instant(trace, trace->jobs[0].submit_ms, first);
        instant(trace, trace->jobs[trace->n - 1].submit_ms, last);
        json_object_set_new(root, "first_submit", json_string(first));
        json_object_set_new(root, "last_submit", json_string(last));
    }
    bool ok = json_dumpf(root, stdout, JSON_INDENT(2)) == 0 && putchar('\n') != EOF;
    json_decref(root);
    return ok || error_errno(err, "standard output");
}

static bool look_at_prices(const char *path, bool json, struct error *err)
{
    struct price_trace prices;
    bool ok = price_trace_read(&prices, path, err);
    if (ok && json)
        printf(
            "{\"prices\": %zu, \"series\": %zu, \"sorted\": %s, \"sha256\": \"%s\"}\n",
            prices.n, price_trace_series(&prices), prices.was_sorted ? "true" : "false",
            prices.digest);
    else if (ok)
        printf("%s: %zu prices of %zu series, every row is well-formed\n", path,
               prices.n, price_trace_series(&prices));
    price_trace_free(&prices);
    return ok;
}

static void print_level(const struct level_trace *level, bool json)
{
    struct level_totals totals = level_trace_totals(level);
    double gpu_h = (double)totals.gpu_ms / (double)MS_PER_H;
    if (json)
        printf("{\"levels\": %zu, \"series\": %zu, \"dated\": %s, \"sorted\": %s, "
               "\"demand_gpu_h\": %.6f, \"peak_gpus\": %" PRId64
               ", \"sha256\": \"%s\"}\n",
               level->n, level->n_series, level->absolute ? "true" : "false",
               level->was_sorted ? "true" : "false", gpu_h, totals.peak_gpus,
               level->digest);
    else
        printf("%s: %zu levels of %zu series, %.1f GPU-h up to the last, peak %" PRId64
               " GPUs, every row is well-formed\n",
               level->path, level->n, level->n_series, gpu_h, totals.peak_gpus);
}

static bool look_at_level(const char *path, bool json, struct error *err)
{
    struct level_trace level;
    bool ok = level_trace_read(&level, path, err);
    if (ok)
        print_level(&level, json);
    level_trace_free(&level);
    return ok;
}

static double mean(int64_t sum, size_t n)
{
    return n ? (double)sum / (double)n : 0;
}

static bool look_at_requests(const char *path, bool json, struct error *err)
{
    struct request_trace requests;
    bool ok = request_trace_read(&requests, path, err);
    double prompt = mean(requests.prompt_tokens, requests.n);
    double output = mean(requests.output_tokens, requests.n);
    if (ok && json)
        printf("{\"requests\": %zu, \"models\": %" PRIu32
               ", \"dated\": %s, \"sorted\": %s, \"prompt_tokens_mean\": %.6f, "
               "\"output_tokens_mean\": %.6f, \"sha256\": \"%s\"}\n",
               requests.n, requests.models.n, requests.absolute ? "true" : "false",
               requests.was_sorted ? "true" : "false", prompt, output, requests.digest);
    else if (ok)
        printf("%s: %zu requests, mean %.1f prompt and %.1f output tokens, every row "
               "is well-formed\n",
               path, requests.n, prompt, output);
    request_trace_free(&requests);
    return ok;
}

/* check and stats differ in how much they say. */
static bool look(int argc, char **argv, bool stats, struct error *err)
{
    bool json = false;
    const char *path = NULL;
    const struct cli_option options[] = {{.name = "json", .flag = &json},
                                         {.name = NULL}};
    const struct cli_operands operands = {1, 1, "name one trace", &path};
    struct arena arena = {0};
    bool ok = cli_parse(argc, argv, options, &operands, &arena, err);
    arena_free(&arena);
    if (!ok)
        return false;
    if (price_trace_sniff(path))
        return look_at_prices(path, json, err);
    if (level_trace_sniff(path))
        return look_at_level(path, json, err);
    if (request_trace_sniff(path))
        return look_at_requests(path, json, err);
    struct trace trace;
    ok = trace_read(&trace, path, err);
    if (ok && json)
        ok = print_stats_json(&trace, err);
    else if (ok && stats)
        print_stats(&trace);
    else if (ok)
        printf("%s: %zu jobs, %.1f GPU-h, every row is well-formed\n", path, trace.n,
               gpu_h(&trace));
    trace_free(&trace);
    return ok;
}

static bool trace_check_verb(int argc, char **argv, struct error *err)
{
    return look(argc, argv, false, err);
}

static bool trace_stats(int argc, char **argv, struct error *err)
{
    return look(argc, argv, true, err);
}

static const struct verb {
    const char *name, *full;
    bool (*run)(int argc, char **argv, struct error *err);
} verbs[] = {
    {"check", "trace check", trace_check_verb},
    {"stats", "trace stats", trace_stats},
    {"convert", "trace convert", trace_convert},
    {"formats", "trace formats", trace_formats},
    {"slice", "trace slice", trace_slice},
    {"generate", "trace generate", trace_generate},
};
#define VERBS (sizeof verbs / sizeof verbs[0])

static bool unknown_verb(const char *name, struct error *err)
{
    const char *names[VERBS + 1] = {NULL};
    for (size_t i = 0; i < VERBS; i++)
        names[i] = verbs[i].name;
    const char *near = nearest_name(name, names);
    if (near)
        return error_kind_set(err, ERROR_USAGE,
                              "trace: there is no verb '%s'; did you mean '%s'?", name,
                              near);
    return error_kind_set(
        err, ERROR_USAGE,
        "trace: there is no verb '%s'; check, stats, convert, formats, slice and "
        "generate are",
        name);
}

static bool run_verb(int argc, char **argv, struct error *err)
{
    if (argc < 2)
        return error_kind_set(
            err, ERROR_USAGE,
            "trace: a verb is needed: check, stats, convert, formats, slice or "
            "generate; see `tenure trace --help`");
    for (size_t i = 0; i < VERBS; i++) {
        if (strcmp(verbs[i].name, argv[1]) != 0)
            continue;
        struct arena arena = {0};
        argv[1] = arena_strdup(&arena, verbs[i].full);
        bool ok = verbs[i].run(argc - 1, argv + 1, err);
        arena_free(&arena);
        return ok;
    }
    return unknown_verb(argv[1], err);
}

static bool help_for(int argc, char **argv)
{
    return argc > 1 && strcmp(argv[1], "convert") == 0 &&
           trace_convert_help(argc, argv);
}

static int run_trace(int argc, char **argv)
{
    struct error err;
    return run_verb(argc, argv, &err) ? 0 : cli_fail(&err);
}

const struct command cmd_trace = {
    .name = "trace",
    .synopsis = "trace check|stats|convert|formats|slice|generate ...",
    .summary = "check, convert, cut and generate job traces",
    .help =
        "  tenure trace check TRACE [--json]\n"
        "      reads TRACE and says whether every row is well-formed; of prices,\n"
        "      levels and requests, too\n"
        "  tenure trace stats TRACE [--json]\n"
        "      jobs, span, GPU-hours, and the peak if nothing waited\n"
        "  tenure trace convert --from FORMAT IN -o OUT [--as FORM] [--zone OFFSET]\n"
        "                       [--lenient] [--json] [OPTIONS OF THE FORMAT]\n"
        "      turns a foreign file into a trace of jobs, a level, requests or "
        "prices,\n"
        "      and says what was read, kept and dropped.  --lenient skips and counts\n"
        "      malformed rows; --zone +08:00 is the zone of dates that name none; "
        "with\n"
        "      --from FORMAT, --help explains that format\n"
        "  tenure trace formats [NAME] [--markdown]\n"
        "      lists the formats, or explains one\n"
        "  tenure trace slice IN -o OUT [--from TIME] [--to TIME] [--tenant NAME]\n"
        "      the jobs submitted from one time to before another, and of one tenant;\n"
        "      TIME is a date, or in a trace without dates a number of seconds\n"
        "  tenure trace generate SCENARIO -o OUT [--set PATH=VALUE]... [--replication "
        "N]\n"
        "      writes the demand of SCENARIO as it arrives until the horizon: models\n"
        "      drawn, traces moved, scaled and repeated\n"
        "\n"
        "TRACE and IN may be plain, gzip or Zstandard, and \"-\" for standard input; "
        "OUT\n"
        "may be \"-\" for standard output.  OUT appears whole or not at all.\n",
    .run = run_trace,
    .help_for = help_for,
};
