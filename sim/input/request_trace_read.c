/* Request traces from CSV files: every field is checked, with its place. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/decimal.h"
#include "input/request_trace.h"
#include "input/trace_fields.h"

enum { TIME, PROMPT, OUTPUT, MODEL, COLUMNS };
static const char *const columns[COLUMNS + 1] = {"time", "prompt_tokens",
                                                 "output_tokens", "model", NULL};

struct reader {
    struct request_trace *trace;
    int at[COLUMNS];
    const struct csv_record *record;
    int64_t first_line; /* of the first right time, which decides what a time is */
    struct error *err;
};

static bool take_header(void *self, const struct csv_header *header, struct error *err)
{
    struct reader *in = self;
    for (size_t i = 0; i < header->n; i++) {
        size_t k = 0;
        while (k < COLUMNS && strcmp(columns[k], header->names[i].text) != 0)
            k++;
        if (k < COLUMNS)
            continue;
        const char *near = nearest_name(header->names[i].text, columns);
        return error_at(err, (struct place){header->path, 1, (int64_t)i + 1},
                        "unknown column '%s'; %s%s%s",
                        trace_show(header->names[i]).text,
                        near ? "did you mean '" : "a request trace has time, ",
                        near ? near : "prompt_tokens, output_tokens and optional model",
                        near ? "'?" : "");
    }
    for (int k = 0; k < COLUMNS; k++) {
        in->at[k] = csv_column(header, columns[k]);
        if (in->at[k] < 0 && k <= OUTPUT)
            return error_at(err, (struct place){header->path, 1, 0},
                            "no column '%s'; a request trace has time, prompt_tokens "
                            "and output_tokens",
                            columns[k]);
    }
    return true;
}

static struct csv_field field_of(const struct reader *in, int column)
{
    static const struct csv_field none = {"", 0};
    int at = in->at[column];
    return at < 0 ? none : csv_unguard(in->record->fields[at]);
}

static bool refuse(const struct reader *in, int column, const char *why)
{
    const struct csv_record *record = in->record;
    struct place place = {record->path, record->line, in->at[column] + 1};
    return error_at(in->err, place, "%s: %s", columns[column], why);
}

static bool refuse_text(const struct reader *in, int column, const char *why)
{
    struct error text;
    error_set(&text, "'%s' %s", trace_show(field_of(in, column)).text, why);
    return refuse(in, column, text.text);
}

static bool take_seconds(const struct reader *in, struct csv_field field, int64_t *ms)
{
    if (trace_plain_ms(field, ms) && *ms <= JOB_DURATION_MAX)
        return true;
    enum decimal_result result = decimal_to_int64(field.text, field.length, 3, ms);
    if (result == DECIMAL_NOT_NUMBER)
        return refuse_text(in, TIME,
                           "is neither seconds from the start, as 3600.5, nor a date, "
                           "as 2026-01-31T12:30:00Z");
    if (result == DECIMAL_OVERFLOW || *ms > JOB_DURATION_MAX || *ms < -JOB_DURATION_MAX)
        return refuse_text(in, TIME, "is further than 200 years from the start");
    return true;
}

static bool take_time(struct reader *in, int64_t *ms)
{
    struct csv_field field = field_of(in, TIME);
    bool is_date = field.length > 4 && field.text[4] == '-';
    struct error why;
    if (in->first_line == 0)
        in->trace->absolute = is_date;
    if (in->trace->absolute != is_date) {
        error_set(&why,
                  "is %s, but the first time, in line %" PRId64
                  ", is %s; a trace has one kind throughout",
                  is_date ? "a date" : "no date", in->first_line,
                  is_date ? "in seconds" : "a date");
        return refuse_text(in, TIME, why.text);
    }
    bool ok = is_date ? calendar_parse(field.text, field.length, ms, &why) ||
                            refuse(in, TIME, why.text)
                      : take_seconds(in, field, ms);
    if (ok && in->first_line == 0)
        in->first_line = in->record->line;
    return ok;
}

static bool take_tokens(const struct reader *in, int column, int64_t *tokens)
{
    struct csv_field field = field_of(in, column);
    if (decimal_to_int64(field.text, field.length, 0, tokens) == DECIMAL_OK &&
        *tokens >= 0 && *tokens <= REQUEST_TOKENS_MAX)
        return true;
    return refuse_text(in, column, "is not a whole number in 0 to 16777215");
}

static bool take_model(const struct reader *in, uint16_t *model)
{
    struct csv_field field = field_of(in, MODEL);
    struct error why;
    if (field.length > JOB_WORD_MAX)
        return refuse(in, MODEL, "the word is longer than 63 bytes");
    for (size_t i = 0; i < field.length; i++)
        if ((unsigned char)field.text[i] < 0x20 || field.text[i] == 0x7f)
            return refuse(in, MODEL, "the word holds a control character");
    return request_trace_model(in->trace, field.text, field.length, model, &why) ||
           refuse(in, MODEL, why.text);
}

static bool take_record(void *self, const struct csv_record *record, struct error *err)
{
    struct reader *in = self;
    in->record = record;
    in->err = err;
    int64_t time_ms, prompt_tokens, output_tokens;
    uint16_t model;
    if (!take_time(in, &time_ms) || !take_tokens(in, PROMPT, &prompt_tokens) ||
        !take_tokens(in, OUTPUT, &output_tokens) || !take_model(in, &model))
        return false;
    struct request request = {.time_ms = time_ms,
                              .prompt_tokens = (uint64_t)prompt_tokens & 0xffffff,
                              .output_tokens = (uint64_t)output_tokens & 0xffffff,
                              .model = model};
    request_trace_add(in->trace, &request);
    return true;
}

struct csv_reader request_reader_begin(struct request_trace *trace, const char *path)
{
    struct reader *in = calloc(1, sizeof *in);
    if (!in)
        out_of_memory();
    in->trace = trace;
    request_trace_begin(trace, path, false);
    return (struct csv_reader){
        .header = take_header, .record = take_record, .self = in};
}

void request_reader_end(const struct csv_reader *csv)
{
    free(csv->self);
}

bool request_trace_read(struct request_trace *trace, const char *path,
                        struct error *err)
{
    struct csv_reader csv = request_reader_begin(trace, path);
    bool ok = csv_read(path, &csv, trace->digest, err);
    request_reader_end(&csv);
    if (ok)
        request_trace_finish(trace);
    return ok;
}

static bool sniff_header(void *self, const struct csv_header *header, struct error *err)
{
    *(bool *)self = csv_column(header, columns[PROMPT]) >= 0 ||
                    csv_column(header, columns[OUTPUT]) >= 0;
    return error_set(err, "that was all");
}

static bool sniff_record(void *self, const struct csv_record *record, struct error *err)
{
    (void)self, (void)record, (void)err;
    return false;
}

bool request_trace_sniff(const char *path)
{
    bool found = false;
    struct error ignored;
    struct csv_reader csv = {
        .header = sniff_header, .record = sniff_record, .self = &found};
    if (strcmp(path, "-") == 0 || csv_read(path, &csv, NULL, &ignored))
        return false;
    return found;
}
