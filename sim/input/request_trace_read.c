/* Request traces from CSV files: every field is checked, with its place. */

#include <stdlib.h>

#include "base/calendar.h"
#include "base/decimal.h"
#include "input/request_trace.h"
#include "input/trace_fields.h"
#include "input/trace_rows.h"

enum { TIME, PROMPT, OUTPUT, MODEL, COLUMNS };
static const char *const columns[COLUMNS + 1] = {"time", "prompt_tokens",
                                                 "output_tokens", "model", NULL};

static const struct row_form form = {
    .columns = columns,
    .needed = OUTPUT + 1,
    .all = "a request trace has time, prompt_tokens, output_tokens and optional model",
    .least = "a request trace has time, prompt_tokens and output_tokens",
};

struct reader {
    struct request_trace *trace;
    struct row_fields row;
    struct trace_clock clock;
};

static bool take_header(void *self, const struct csv_header *header, struct error *err)
{
    struct reader *in = self;
    return row_header(&in->row, header, err);
}

static bool take_seconds(const struct reader *in, struct csv_field field, int64_t *ms)
{
    switch (trace_seconds(field, ms)) {
    case DECIMAL_OK:
    case DECIMAL_INEXACT: return true;
    case DECIMAL_OVERFLOW:
        return row_bad_value(&in->row, TIME,
                             "is further than 200 years from the start");
    case DECIMAL_NOT_NUMBER: break;
    }
    return row_bad_value(&in->row, TIME,
                         "is neither seconds from the start, as 3600.5, nor a date, "
                         "as 2026-01-31T12:30:00Z");
}

static bool take_time(struct reader *in, int64_t *ms)
{
    struct csv_field field = row_field(&in->row, TIME);
    bool is_date = field.length > 4 && field.text[4] == '-';
    struct error why;
    if (!trace_clock_admits(&in->clock, field, is_date, &why))
        return row_bad(&in->row, TIME, why.text);
    bool ok = is_date ? calendar_parse(field.text, field.length, ms, &why) ||
                            row_bad(&in->row, TIME, why.text)
                      : take_seconds(in, field, ms);
    if (ok && in->clock.first_line == 0)
        in->clock.first_line = in->row.record->line;
    return ok;
}

static bool take_tokens(const struct reader *in, int column, int64_t *tokens)
{
    struct csv_field field = row_field(&in->row, column);
    if (decimal_to_int64(field.text, field.length, 0, tokens) == DECIMAL_OK &&
        *tokens >= 0 && *tokens <= REQUEST_TOKENS_MAX)
        return true;
    return row_bad_value(&in->row, column, "is not a whole number in 0 to 16777215");
}

static bool take_model(const struct reader *in, uint16_t *model)
{
    struct csv_field word;
    struct error why;
    if (!row_word(&in->row, MODEL, JOB_WORD_MAX, &word))
        return false;
    return request_trace_model(in->trace, word.text, word.length, model, &why) ||
           row_bad(&in->row, MODEL, why.text);
}

static bool take_record(void *self, const struct csv_record *record, struct error *err)
{
    struct reader *in = self;
    in->row.record = record;
    in->row.err = err;
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
    in->clock = (struct trace_clock){.absolute = &trace->absolute, .first = "time"};
    in->row.form = &form;
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

bool request_trace_header(const struct csv_header *header)
{
    return csv_column(header, columns[PROMPT]) >= 0 ||
           csv_column(header, columns[OUTPUT]) >= 0;
}

bool request_trace_sniff(const char *path)
{
    return row_sniff(path, request_trace_header);
}

static bool read_stored(void *content, const char *path, struct error *err)
{
    return request_trace_read(content, path, err);
}

static void free_stored(void *content)
{
    request_trace_free(content);
}

const struct store_kind stored_request_trace = {sizeof(struct request_trace),
                                                read_stored, free_stored};
