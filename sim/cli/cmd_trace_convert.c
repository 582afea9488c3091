/* `tenure trace convert`, and what it says of what it read. */

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/names.h"
#include "cli/cli.h"
#include "cli/trace_cmd.h"
#include "input/importer.h"

struct convert {
    const char *in, *from, *out;
    struct import_options options;
    bool json;
};

static void print_report(const struct import_report *report)
{
    fprintf(stderr, "%" PRId64 " row%s read, %" PRId64 " kept\n", report->rows_read,
            report->rows_read == 1 ? "" : "s", report->rows_kept);
    for (size_t i = 0; i < report->n_dropped; i++) {
        const struct import_count *count = &report->dropped[i];
        fprintf(stderr, "%" PRId64 " dropped: %s (line %" PRId64 "%s)\n", count->rows,
                count->reason, count->first_line, count->rows > 1 ? ", ..." : "");
    }
    if (report->rows_malformed)
        fprintf(stderr, "%" PRId64 " skipped as malformed:\n", report->rows_malformed);
    for (int64_t i = 0; i < report->rows_malformed && i < IMPORT_SHOWN; i++)
        fprintf(stderr, "  %s\n", report->malformed[i]);
    if (report->rows_malformed > IMPORT_SHOWN)
        fprintf(stderr, "  ... and %" PRId64 " more\n",
                report->rows_malformed - IMPORT_SHOWN);
    for (size_t i = 0; i < report->n_notes; i++)
        fprintf(stderr, "note: %s\n", report->notes[i]);
}

/* Prices are more than the rows they came from; of the rest a row kept is a row. */
static void print_written(const struct import_result *result)
{
    if (result->kind == IMPORT_PRICES)
        fprintf(stderr, "%zu prices of %zu series written\n", result->prices.n,
                price_trace_series(&result->prices));
}

static json_t *report_json(const struct import_report *report)
{
    json_t *dropped = json_array(), *malformed = json_array(), *notes = json_array();
    for (size_t i = 0; i < report->n_dropped; i++)
        json_array_append_new(
            dropped,
            json_pack("{s:s, s:I, s:I}", "reason", report->dropped[i].reason, "rows",
                      (json_int_t)report->dropped[i].rows, "first_line",
                      (json_int_t)report->dropped[i].first_line));
    for (int64_t i = 0; i < report->rows_malformed && i < IMPORT_SHOWN; i++)
        json_array_append_new(malformed, json_string(report->malformed[i]));
    for (size_t i = 0; i < report->n_notes; i++)
        json_array_append_new(notes, json_string(report->notes[i]));
    return json_pack("{s:I, s:I, s:o, s:I, s:o, s:o}", "rows_read",
                     (json_int_t)report->rows_read, "rows_kept",
                     (json_int_t)report->rows_kept, "dropped", dropped,
                     "rows_malformed", (json_int_t)report->rows_malformed, "malformed",
                     malformed, "notes", notes);
}

static const char *digest_of(const struct import_result *result)
{
    switch (result->kind) {
    case IMPORT_JOBS: return result->jobs.digest;
    case IMPORT_LEVEL: return result->level.digest;
    case IMPORT_REQUESTS: return result->requests.digest;
    case IMPORT_PRICES: return result->prices.digest;
    }
    return "";
}

/* To standard output, unless that is where the trace goes. */
static bool print_json(const struct convert *convert,
                       const struct import_result *result,
                       const struct import_report *report, struct error *err)
{
    FILE *out = strcmp(convert->out, "-") == 0 ? stderr : stdout;
    json_t *root = report_json(report);
    if (!root)
        return error_set(err, "a reason is not valid UTF-8");
    json_object_set_new(root, "format", json_string(convert->from));
    json_object_set_new(root, "sha256", json_string(digest_of(result)));
    bool ok = json_dumpf(root, out, JSON_INDENT(2)) == 0 && putc('\n', out) != EOF;
    json_decref(root);
    return ok || error_errno(err, "standard output");
}

static bool run_import(const struct convert *convert, const struct importer *importer,
                       struct error *err)
{
    struct import_result result;
    struct import_report report;
    bool ok =
        import_run(importer, convert->in, &convert->options, &result, &report, err) &&
        import_result_write(&result, convert->out, err);
    if (ok && convert->json) {
        ok = print_json(convert, &result, &report, err);
    } else if (ok) {
        print_report(&report);
        print_written(&result);
    }
    import_result_free(&result);
    return ok;
}

/* The value of --from, wherever it stands: it says which options there are. */
static const char *find_from(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strncmp(argv[i], "--from=", 7) == 0)
            return argv[i] + 7;
        if (strcmp(argv[i], "--from") == 0)
            return i + 1 < argc ? argv[i + 1] : NULL;
    }
    return NULL;
}

bool trace_convert_help(int argc, char **argv)
{
    const char *from = find_from(argc, argv);
    const struct importer *importer = from ? importer_find(from) : NULL;
    if (importer)
        trace_print_format(importer);
    return importer != NULL;
}

bool trace_unknown_format(const char *name, struct arena *arena, struct error *err)
{
    size_t n = 0;
    while (importers[n])
        n++;
    const char **names = ARENA_ARRAY(arena, n + 1, const char *);
    for (size_t i = 0; i < n; i++)
        names[i] = importers[i]->name;
    const char *near = nearest_name(name, names);
    return error_kind_set(err, ERROR_USAGE, "trace convert: no format '%s'; %s%s%s",
                          name, near ? "did you mean '" : "`tenure trace formats` ",
                          near ? near : "lists them", near ? "'?" : "");
}

static size_t param_count(const struct importer *importer)
{
    size_t n = 0;
    while (importer->params && importer->params[n].name)
        n++;
    return n;
}

/* Where what was given for each parameter goes. */
struct given {
    const char *value;
    bool flag;
};

static void settings_of(const struct importer *importer, const struct given *given,
                        struct import_options *options, struct arena *arena)
{
    size_t n = param_count(importer);
    struct import_setting *settings = ARENA_ARRAY(arena, n + 1, struct import_setting);
    options->settings = settings;
    for (size_t i = 0; i < n; i++)
        if (given[i].value || given[i].flag)
            settings[options->n_settings++] = (struct import_setting){
                importer->params[i].name, given[i].flag ? "true" : given[i].value};
}

/* The options of every format, and those of this one. */
static const struct cli_option *options_of(const struct importer *importer,
                                           struct convert *convert, struct given *given,
                                           struct arena *arena)
{
    const struct cli_option common[] = {
        {.name = "from", .value = &convert->from},
        {.name = "output", .letter = 'o', .value = &convert->out},
        {.name = "as", .value = &convert->options.as},
        {.name = "zone", .value = &convert->options.zone},
        {.name = "lenient", .flag = &convert->options.lenient},
        {.name = "json", .flag = &convert->json},
    };
    size_t n = sizeof common / sizeof common[0], own = param_count(importer);
    struct cli_option *options = ARENA_ARRAY(arena, n + own + 1, struct cli_option);
    memcpy(options, common, sizeof common);
    for (size_t i = 0; i < own; i++) {
        char *name = arena_strdup(arena, importer->params[i].name);
        for (char *at = name; *at; at++)
            *at = *at == '_' ? '-' : *at;
        options[n + i].name = name;
        if (importer->params[i].type == PARAM_BOOL)
            options[n + i].flag = &given[i].flag;
        else
            options[n + i].value = &given[i].value;
    }
    return options;
}

static bool need_option(const char *value, const char *option, struct error *err)
{
    return value || error_kind_set(err, ERROR_USAGE,
                                   "trace convert: %s is needed; see `tenure trace "
                                   "--help`",
                                   option);
}

static bool convert_with(int argc, char **argv, struct arena *arena, struct error *err)
{
    struct convert convert = {0};
    const char *from = find_from(argc, argv);
    if (!need_option(from, "--from FORMAT", err))
        return false;
    const struct importer *importer = importer_find(from);
    if (!importer)
        return trace_unknown_format(from, arena, err);
    struct given *given = ARENA_ARRAY(arena, param_count(importer) + 1, struct given);
    const struct cli_operands operands = {1, 1, "name one file to convert",
                                          &convert.in};
    if (!cli_parse(argc, argv, options_of(importer, &convert, given, arena), &operands,
                   arena, err) ||
        !need_option(convert.out, "-o OUT", err))
        return false;
    settings_of(importer, given, &convert.options, arena);
    return run_import(&convert, importer, err);
}

bool trace_convert(int argc, char **argv, struct error *err)
{
    struct arena arena = {0};
    bool ok = convert_with(argc, argv, &arena, err);
    arena_free(&arena);
    return ok;
}
