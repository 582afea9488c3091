/* Level traces from CSV files: every field is checked, with its place. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/decimal.h"
#include "input/level_trace.h"
#include "input/trace_fields.h"
#include "input/trace_rows.h"

enum { TIME, GPUS, WORKLOAD, CLASSES, JURISDICTION, COLUMNS };
static const char *const columns[COLUMNS + 1] = {"time",    "gpus",         "workload",
                                                 "classes", "jurisdiction", NULL};
/* What a level trace has in common with a job trace is read by the same functions. */
static const int of_jobs[COLUMNS] = {-1, TRACE_GPUS, TRACE_WORKLOAD, TRACE_CLASSES,
                                     TRACE_JURISDICTION};

static const struct row_form form = {
    .columns = columns,
    .needed = GPUS + 1,
    .all = "a level trace has time, gpus and optional workload, classes, jurisdiction",
    .least = "a level trace has time and gpus",
};

struct reader {
    struct level_trace *trace;
    struct row_fields row;
    struct trace_fields fields;
    int64_t first_line; /* of the first right time, which decides what a time is */
    bool any;
    char workload[JOB_WORD_MAX + 1];
    char classes[JOB_LIST_MAX + 1], jurisdiction[JOB_LIST_MAX + 1];
    uint32_t series; /* of the three texts above */
};

static bool take_header(void *self, const struct csv_header *header, struct error *err)
{
    struct reader *in = self;
    in->fields.path = header->path;
    if (!row_header(&in->row, header, err))
        return false;
    for (int k = 0; k < TRACE_COLUMNS; k++)
        in->fields.at[k] = -1;
    for (int k = 0; k < COLUMNS; k++)
        if (of_jobs[k] >= 0)
            in->fields.at[of_jobs[k]] = in->row.at[k];
    return true;
}

static bool looks_like_date(struct csv_field field)
{
    for (size_t i = 0; i < 4; i++)
        if (i >= field.length || field.text[i] < '0' || field.text[i] > '9')
            return false;
    return field.length > 4 && field.text[4] == '-';
}

static bool take_seconds(const struct reader *in, struct csv_field field, int64_t *ms)
{
    if (trace_plain_ms(field, ms) && *ms <= JOB_DURATION_MAX)
        return true;
    struct error text;
    enum decimal_result result = decimal_to_int64(field.text, field.length, 3, ms);
    if (result == DECIMAL_NOT_NUMBER) {
        error_set(&text,
                  "'%s' is neither seconds from the start, as 3600.5, nor a date, as "
                  "2026-01-31T12:30:00Z",
                  trace_show(field).text);
        return row_bad(&in->row, TIME, text.text);
    }
    if (result != DECIMAL_OVERFLOW && *ms <= JOB_DURATION_MAX &&
        *ms >= -JOB_DURATION_MAX)
        return true;
    error_set(&text, "%s s is further than 200 years from the start",
              trace_show(field).text);
    return row_bad(&in->row, TIME, text.text);
}

static bool take_time(struct reader *in, int64_t *ms)
{
    struct csv_field field = in->row.record->fields[in->row.at[TIME]];
    if (field.length == 0)
        return row_bad(&in->row, TIME,
                       "is empty; give seconds from the start, as 3600.5, or a "
                       "date, as 2026-01-31T12:30:00Z");
    bool is_date = looks_like_date(field);
    if (in->first_line == 0)
        in->trace->absolute = is_date;
    struct error why;
    if (in->trace->absolute != is_date) {
        error_set(&why,
                  "'%s' is %s, but the first time, in line %" PRId64
                  ", is %s; a trace has one kind throughout",
                  trace_show(field).text, is_date ? "a date" : "no date",
                  in->first_line, is_date ? "in seconds" : "a date");
        return row_bad(&in->row, TIME, why.text);
    }
    bool ok = is_date ? calendar_parse(field.text, field.length, ms, &why) ||
                            row_bad(&in->row, TIME, why.text)
                      : take_seconds(in, field, ms);
    if (ok && in->first_line == 0)
        in->first_line = in->fields.record->line;
    return ok;
}

/* Where the texts are those of the row before, so is the series. */
static bool take_series(struct reader *in, uint32_t *series)
{
    char classes[JOB_LIST_MAX + 1], jurisdiction[JOB_LIST_MAX + 1];
    const char *some_classes = "", *some_jurisdiction = "";
    struct csv_field workload;
    if (!trace_field_text(&in->fields, TRACE_WORKLOAD, JOB_WORD_MAX, &workload) ||
        !trace_field_list(&in->fields, TRACE_CLASSES, classes, &some_classes) ||
        !trace_field_list(&in->fields, TRACE_JURISDICTION, jurisdiction,
                          &some_jurisdiction))
        return false;
    if (!in->any || strcmp(in->workload, workload.text) != 0 ||
        strcmp(in->classes, some_classes) != 0 ||
        strcmp(in->jurisdiction, some_jurisdiction) != 0) {
        in->any = true;
        strcpy(in->workload, workload.text);
        strcpy(in->classes, some_classes);
        strcpy(in->jurisdiction, some_jurisdiction);
        in->series =
            level_trace_series(in->trace, in->workload, in->classes, in->jurisdiction);
    }
    *series = in->series;
    return true;
}

static bool take_record(void *self, const struct csv_record *record, struct error *err)
{
    struct reader *in = self;
    in->row.record = in->fields.record = record;
    in->row.err = in->fields.err = err;
    struct level_row row = {.line = record->line};
    if (!take_time(in, &row.time_ms) ||
        !trace_field_whole(&in->fields, TRACE_GPUS, 0, LEVEL_GPUS_MAX, &row.gpus) ||
        !take_series(in, &row.series))
        return false;
    if (in->trace->n >= UINT32_MAX)
        return error_at(err, (struct place){record->path, record->line, 0},
                        "more than 4294967295 rows");
    level_trace_add(in->trace, &row);
    return true;
}

struct csv_reader level_reader_begin(struct level_trace *trace, const char *path)
{
    struct reader *in = calloc(1, sizeof *in);
    if (!in)
        out_of_memory();
    in->trace = trace;
    in->row.form = &form;
    level_trace_begin(trace, path, false);
    return (struct csv_reader){
        .header = take_header, .record = take_record, .self = in};
}

void level_reader_end(const struct csv_reader *csv)
{
    free(csv->self);
}

bool level_trace_read(struct level_trace *trace, const char *path, struct error *err)
{
    struct csv_reader csv = level_reader_begin(trace, path);
    bool ok = csv_read(path, &csv, trace->digest, err);
    level_reader_end(&csv);
    return ok && level_trace_finish(trace, err);
}

bool level_trace_header(const struct csv_header *header)
{
    return csv_column(header, columns[TIME]) >= 0 &&
           csv_column(header, columns[GPUS]) >= 0;
}

bool level_trace_sniff(const char *path)
{
    return row_sniff(path, level_trace_header);
}
