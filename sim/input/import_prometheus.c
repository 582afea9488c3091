/* GPU counts as Prometheus answers them, and as Grafana exports them. */

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/calendar.h"
#include "base/decimal.h"
#include "input/samples.h"

enum { FORMAT_AUTO, FORMAT_JSON, FORMAT_CSV };
static const char *const formats[] = {"auto", "json", "csv", NULL};
static const char *const roundings[] = {"up", "nearest", NULL};

struct prometheus_options {
    int format, round;
    const char *busy_above, *workload;
    int64_t hold_ms;
};

static const struct param params[] = {
    {PARAM_WORD(struct prometheus_options, "busy_above", busy_above, "",
                "each series is one GPU, wanted while its value is above this number "
                "(DCGM_FI_DEV_GPU_UTIL: 5)")},
    {PARAM_WORD(struct prometheus_options, "workload", workload, "",
                "the label that becomes the workload; in CSV `series` takes the names "
                "of the columns")},
    {PARAM_TIME(struct prometheus_options, "hold", hold_ms, "0s", 0, 1e12,
                "for how long a sample holds where the next one is missing; one step "
                "where that is longer")},
    {PARAM_ONE_OF(struct prometheus_options, "round", round, roundings, "up",
                  "what becomes of fractions of a GPU, in the sum of a workload")},
    {PARAM_ONE_OF(struct prometheus_options, "format", format, formats, "auto",
                  "auto looks at the first letter; of standard input it is json")},
    PARAMS_END,
};

struct reading {
    struct import *import;
    const struct prometheus_options *options;
    struct samples samples;
    double busy_above;
    int64_t missing; /* NaN */
    /* of CSV */
    const char *path;
    int time, series; /* columns; series: -1 where each column is one */
    struct names names;
};

/* ---- a value ---- */

/* Thousandths of a GPU; `missing` where the text is NaN or empty. */
static bool take_value(struct reading *in, const char *text, size_t length,
                       int64_t *milli, bool *missing, struct place place,
                       struct error *err)
{
    double value;
    *missing =
        length == 0 || strcasecmp(text, "nan") == 0 || strcasecmp(text, "null") == 0;
    if (*missing)
        return true;
    if (decimal_to_double(text, length, &value) > DECIMAL_INEXACT)
        return error_at(err, place, "'%.60s' is not a number", text);
    if (in->options->busy_above) {
        *milli = value > in->busy_above ? 1000 : 0;
        return true;
    }
    if (value < 0 || value > LEVEL_GPUS_MAX)
        return error_at(err, place, "%.60s GPUs are not in 0 to %d", text,
                        LEVEL_GPUS_MAX);
    *milli = (int64_t)llround(value * 1000);
    return true;
}

static bool take_sample(struct reading *in, uint32_t series, int64_t time_ms,
                        const char *text, size_t length, struct place place,
                        struct error *err)
{
    int64_t milli = 0;
    bool missing;
    if (!take_value(in, text, length, &milli, &missing, place, err))
        return false;
    in->missing += missing;
    if (!missing)
        samples_add(&in->samples, &(struct sample){time_ms, milli, series, place.line});
    return true;
}

/* ---- JSON ---- */

static bool workload_label(const struct reading *in, const json_t *element,
                           const char **workload, struct place place, struct error *err)
{
    const json_t *metric = json_object_get(element, "metric");
    const char *label = in->options->workload;
    const char *text = label ? json_string_value(json_object_get(metric, label)) : NULL;
    *workload = NULL;
    if (!text)
        return true;
    if (!import_is_word(text, strlen(text), JOB_WORD_MAX))
        return error_at(err, place,
                        "%s: '%.70s' is no word of up to %d bytes without control "
                        "characters",
                        label, text, JOB_WORD_MAX);
    *workload = arena_strdup(&in->import->arena, text);
    return true;
}

/* [1772414240.123, "8"] */
static bool take_pair(struct reading *in, uint32_t series, const json_t *pair,
                      struct place place, struct error *err)
{
    const json_t *time = json_array_get(pair, 0);
    const char *value = json_string_value(json_array_get(pair, 1));
    if (json_array_size(pair) != 2 || !json_is_number(time) || !value)
        return error_at(err, place, "values: a sample is not like [1772414240, \"8\"]");
    double seconds = json_number_value(time);
    if (!(seconds >= 0 && seconds < 253402300800.0))
        return error_at(err, place, "values: a time is not in 1970 to 9999");
    return take_sample(in, series, (int64_t)llround(seconds * 1000), value,
                       strlen(value), place, err);
}

static bool take_series(struct import *import, const json_t *element,
                        struct place place, struct error *err)
{
    struct reading *in = import->self;
    const char *workload;
    if (json_object_get(element, "value") && !json_object_get(element, "values"))
        return error_at(err, place,
                        "'value' is of one instant, as /api/v1/query answers; ask "
                        "/api/v1/query_range, which answers 'values'");
    const json_t *values = import_member(element, "values", JSON_ARRAY, place, err);
    if (!values || !workload_label(in, element, &workload, place, err))
        return false;
    size_t n = in->samples.n, i;
    const json_t *pair;
    uint32_t series = samples_series(&in->samples, workload);
    json_array_foreach(values, i, pair)
    {
        if (take_pair(in, series, pair, place, err))
            continue;
        in->samples.n = n; /* a series that is malformed adds nothing */
        return false;
    }
    if (in->samples.n == n)
        import_count_drop(import, place.line, "no samples");
    return true;
}

/* ---- CSV ---- */

static bool name_series(struct reading *in, struct csv_field name, int column,
                        struct error *err)
{
    bool named = in->options->workload && strcmp(in->options->workload, "series") == 0;
    if (named && !import_is_word(name.text, name.length, JOB_WORD_MAX))
        return error_at(err, (struct place){in->path, 1, column + 1},
                        "'%.70s' is no word of up to %d bytes without control "
                        "characters",
                        name.text, JOB_WORD_MAX);
    samples_series(&in->samples,
                   named ? arena_strdup(&in->import->arena, name.text) : NULL);
    return true;
}

static int find_column(const struct csv_header *header, const char *name)
{
    for (int i = 0; i < (int)header->n; i++)
        if (strcasecmp(header->names[i].text, name) == 0)
            return i;
    return -1;
}

/* Time and a column for each series, or "Series", "Time", "Value". */
static bool take_header(void *self, const struct csv_header *header, struct error *err)
{
    struct reading *in = self;
    in->path = header->path;
    in->time = find_column(header, "time");
    in->series = find_column(header, "series");
    if (in->time < 0)
        in->time = find_column(header, "timestamp");
    if (in->time < 0 || header->n < 2)
        return error_at(err, (struct place){header->path, 1, 0},
                        "no column 'Time' beside one with values, which this format "
                        "has");
    bool is_long = in->series >= 0 && header->n == 3;
    in->series = is_long ? in->series : -1;
    for (int i = 0; i < (int)header->n && !is_long; i++)
        if (i == in->time)
            samples_series(&in->samples, NULL); /* so that numbers are columns */
        else if (!name_series(in, header->names[i], i, err))
            return false;
    return true;
}

/* A date, or ms or s since 1970. */
static bool take_time(struct reading *in, struct csv_field field, int64_t *time_ms,
                      struct place place, struct error *err)
{
    struct error why;
    int64_t number;
    if (field.length > 8 &&
        decimal_to_int64(field.text, field.length, 3, &number) <= DECIMAL_INEXACT) {
        bool is_ms = number >= INT64_C(100000000000) * 1000;
        *time_ms = is_ms ? number / 1000 : number;
        return (*time_ms >= 0 && *time_ms < INT64_C(253402300800000)) ||
               error_at(err, place, "'%.40s' is not in 1970 to 9999", field.text);
    }
    return import_parse_date(in->import, field.text, field.length, time_ms, &why) ||
           error_at(err, place, "%s", why.text);
}

static bool take_long(struct reading *in, const struct csv_record *record,
                      int64_t time_ms, struct error *err)
{
    int value = 3 - in->time - in->series; /* the third of columns 0, 1, 2 */
    struct csv_field name = record->fields[in->series];
    uint32_t before = in->names.n;
    uint32_t series = names_add(&in->names, name.text, name.length);
    if (series == before && !name_series(in, name, in->series, err))
        return false;
    struct csv_field field = record->fields[value];
    return take_sample(in, series, time_ms, field.text, field.length,
                       (struct place){record->path, record->line, value + 1}, err);
}

static bool take_wide(struct reading *in, const struct csv_record *record,
                      int64_t time_ms, struct error *err)
{
    size_t n = in->samples.n;
    for (int i = 0; i < (int)record->n; i++) {
        if (i == in->time ||
            take_sample(in, (uint32_t)i, time_ms, record->fields[i].text,
                        record->fields[i].length,
                        (struct place){record->path, record->line, i + 1}, err))
            continue;
        in->samples.n = n;
        return false;
    }
    return true;
}

static bool take_record(void *self, const struct csv_record *record, struct error *err)
{
    struct reading *in = self;
    int64_t time_ms;
    import_count_row(in->import);
    bool ok =
        take_time(in, record->fields[in->time], &time_ms,
                  (struct place){record->path, record->line, in->time + 1}, err) &&
        (in->series >= 0 ? take_long : take_wide)(in, record, time_ms, err);
    return ok || import_forgive(in->import, err);
}

/* ---- the file ---- */

static bool looks_like_json(const char *path)
{
    struct error ignored;
    char letters[64];
    size_t n = 0;
    struct bytes *bytes = strcmp(path, "-") == 0 ? NULL : bytes_open(path, &ignored);
    if (!bytes)
        return true;
    bool ok = bytes_read(bytes, letters, sizeof letters, &n, &ignored);
    bytes_close(bytes);
    size_t at = n >= 3 && memcmp(letters, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (at < n && strchr(" \t\r\n", letters[at]) && letters[at])
        at++;
    return ok && at < n && (letters[at] == '{' || letters[at] == '[');
}

static bool read_samples(struct reading *in, struct error *err)
{
    static const char *const keys[] = {"data", "result", NULL};
    struct import *import = in->import;
    int format = in->options->format;
    import->self = in;
    if (format == FORMAT_JSON ||
        (format == FORMAT_AUTO && looks_like_json(import->path)))
        return import_json(import, keys, take_series, err);
    struct csv_reader reader = {
        .header = take_header, .record = take_record, .self = in};
    return csv_read(import->path, &reader, import_digest(import), err);
}

/* Where nothing says how long a sample holds, or the step is that of pairs between
 * gaps, the level would be mostly zeros that nobody measured. */
static bool check_step(const struct reading *in, int64_t step_ms, int64_t gaps,
                       struct error *err)
{
    const char *path = in->import->path;
    if (in->samples.n && step_ms == 0)
        return error_set(err,
                         "%s: no series has two samples, so that nothing says how long "
                         "one holds; --hold 60s does",
                         path);
    return gaps <= (int64_t)(in->samples.n / 4) ||
           error_set(err,
                     "%s: %" PRId64 " of %zu samples are followed by a gap of over one "
                     "and a half steps of %.3f s, so that the step may not be theirs; "
                     "--hold 60s says for how long a sample holds there",
                     path, gaps, in->samples.n, (double)step_ms / 1000);
}

static bool make_level(struct reading *in, struct error *err)
{
    int64_t step_ms = samples_step_ms(&in->samples), gaps, hold_ms;
    hold_ms = in->options->hold_ms > step_ms ? in->options->hold_ms : step_ms;
    struct samples_rule rule = {hold_ms ? hold_ms : 1, in->options->round == 1};
    if (!samples_level(&in->samples, &rule, in->import, &gaps, err))
        return false;
    if (!in->options->hold_ms && !check_step(in, step_ms, gaps, err))
        return false;
    import_note(
        in->import,
        "%zu samples, %.3f s apart; before a gap and at the end of a series one "
        "holds for %.3f s",
        in->samples.n, (double)step_ms / 1000, (double)rule.hold_ms / 1000);
    if (gaps)
        import_note(in->import, "%" PRId64 " gap%s in series, where they count nothing",
                    gaps, gaps == 1 ? "" : "s");
    if (in->missing)
        import_note(in->import, "%" PRId64 " value%s empty or NaN: no sample%s",
                    in->missing, in->missing == 1 ? " is" : "s are",
                    in->missing == 1 ? "" : "s");
    return true;
}

static bool read_prometheus(struct import *import, struct error *err)
{
    const struct prometheus_options *options = import->options;
    struct reading in = {
        .import = import, .options = options, .names = {.arena = &import->arena}};
    const char *above = options->busy_above;
    if (above &&
        decimal_to_double(above, strlen(above), &in.busy_above) > DECIMAL_INEXACT)
        return error_kind_set(err, ERROR_USAGE, "--busy-above: '%s' is not a number",
                              above);
    bool ok = read_samples(&in, err) && make_level(&in, err);
    samples_free(&in.samples);
    return ok;
}

static const struct import_form forms[] = {{"level", IMPORT_LEVEL, "a level trace"},
                                           {.name = NULL}};

const struct importer import_prometheus = {
    .name = "prometheus",
    .summary = "A GPU count, or busy GPUs, from Prometheus or a Grafana export.",
    .source = "Prometheus HTTP API, /api/v1/query_range (prometheus.io); Grafana, "
              "inspect, data, download CSV; NVIDIA dcgm-exporter for the metrics",
    .shape =
        "JSON as `curl 'http://HOST:9090/api/v1/query_range?query=QUERY&start=..&end=.."
        "&step=60'` prints it, a matrix: series of `values`.  Or CSV: `Time` and a "
        "column "
        "for each series, or the three columns `Series`, `Time`, `Value`; times are "
        "dates, or s or ms since 1970.",
    .keeps =
        "A level trace.  Without `--busy-above` the values are GPUs and the series of "
        "a "
        "workload are added up (`sum(kube_pod_container_resource_requests{resource="
        "\"nvidia_com_gpu\"}) by (namespace)`).  With it each series is one GPU, "
        "wanted "
        "while its value is above (`DCGM_FI_DEV_GPU_UTIL`).  `--workload LABEL` makes "
        "a "
        "label the workload.  Rows are written where the level changes; in JSON a row "
        "read is a series.",
    .drops = "Series without samples.  Values that are NaN or empty are no samples, "
             "counted in a note.",
    .assumes =
        "Values are gauges: below zero is an error, and a counter must go through "
        "`rate` first.  A sample holds until the next one of its series; where "
        "that comes later than after one and a half steps (the median distance in the "
        "file), it holds for one step or `--hold`, whichever is longer, and then the "
        "series counts nothing, so the level ends with a row of zero; where over a "
        "quarter of the samples would end so, `--hold` must be given.  What was used "
        "is taken for what was "
        "wanted: "
        "a GPU count that was capped by capacity hides the demand that waited.  "
        "Fractions are rounded up in the sum of a workload.",
    .example = "gpus.json -o level.csv --workload namespace",
    .forms = forms,
    .params = params,
    .options_size = sizeof(struct prometheus_options),
    .dated = true,
    .naive_dates = true,
    .read = read_prometheus,
};
