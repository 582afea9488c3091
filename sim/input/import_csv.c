#include "input/import_csv.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/calendar.h"
#include "base/decimal.h"

struct import {
    struct import_row row;
    const struct import_table *table;
};

static struct place place_of(const struct import_row *row, size_t column)
{
    return (struct place){row->path, row->record->line, row->at[column] + 1};
}

static bool take_header(void *self, const struct csv_header *header, struct error *err)
{
    struct import *import = self;
    const char *const *columns = import->table->columns;
    import->row.path = header->path;
    import->row.columns = columns;
    for (size_t i = 0; columns[i]; i++) {
        assert(i < IMPORT_COLUMNS_MAX);
        import->row.at[i] = csv_column(header, columns[i]);
        if (import->row.at[i] < 0)
            return error_at(err, (struct place){header->path, 1, 0},
                            "no column '%s', which this format has", columns[i]);
    }
    return true;
}

static bool take_record(void *self, const struct csv_record *record, struct error *err)
{
    struct import *import = self;
    struct import_row *row = &import->row;
    row->record = record;
    row->report->rows_read++;
    if (row->trace && row->trace->n >= UINT32_MAX - 1)
        return error_at(err, (struct place){row->path, record->line, 0},
                        "more than 4294967294 jobs");
    return import->table->row(row, err);
}

bool import_csv(const char *path, const struct import_table *table,
                const struct import_options *options, struct trace *trace,
                struct import_report *report, struct error *err)
{
    static const struct import_options none = {0};
    struct import import = {
        .row = {.trace = trace, .report = report, .options = options ? options : &none},
        .table = table};
    struct csv_reader reader = {
        .header = take_header, .record = take_record, .self = &import};

    *report = (struct import_report){0};
    trace_begin(trace, path, table->absolute);
    if (!csv_read(path, &reader, trace->digest, err))
        return false;
    trace_finish(trace);
    report->rows_kept = (int64_t)trace->n;
    return true;
}

bool import_csv_prices(const char *path, const struct import_table *table,
                       struct price_trace *prices, struct import_report *report,
                       struct error *err)
{
    static const struct import_options none = {0};
    struct import import = {
        .row = {.prices = prices, .report = report, .options = &none}, .table = table};
    struct csv_reader reader = {
        .header = take_header, .record = take_record, .self = &import};

    *report = (struct import_report){0};
    price_trace_begin(prices, path);
    if (!csv_read(path, &reader, prices->digest, err))
        return false;
    price_trace_finish(prices);
    report->rows_kept = report->rows_read;
    for (size_t i = 0; i < report->n_dropped; i++)
        report->rows_kept -= report->dropped[i].rows;
    return true;
}

bool import_refuse(const struct import_row *row, size_t column, const char *why,
                   struct error *err)
{
    return error_at(err, place_of(row, column), "%s: '%.40s' %s", row->columns[column],
                    import_text(row, column).text, why);
}

struct csv_field import_text(const struct import_row *row, size_t column)
{
    return row->record->fields[row->at[column]];
}

bool import_ms(const struct import_row *row, size_t column, int64_t *ms,
               struct error *err)
{
    struct csv_field field = import_text(row, column);
    enum decimal_result result = decimal_to_int64(field.text, field.length, 3, ms);
    if (result == DECIMAL_NOT_NUMBER)
        return error_at(err, place_of(row, column),
                        "%s: '%.40s' is not a number of seconds", row->columns[column],
                        field.text);
    if (result == DECIMAL_OVERFLOW || *ms < 0 || *ms > JOB_DURATION_MAX)
        return error_at(err, place_of(row, column),
                        "%s: %.40s is not in 0 to 200 years", row->columns[column],
                        field.text);
    return true;
}

bool import_gpus(const struct import_row *row, size_t column, int32_t *gpus,
                 struct error *err)
{
    struct csv_field field = import_text(row, column);
    int64_t whole = 0;
    enum decimal_result result = decimal_to_int64(field.text, field.length, 0, &whole);
    if (result != DECIMAL_OK || whole < 0 || whole > JOB_GPUS_MAX)
        return error_at(err, place_of(row, column),
                        "%s: '%.40s' is not a whole number in 0 to %d",
                        row->columns[column], field.text, JOB_GPUS_MAX);
    *gpus = (int32_t)whole;
    return true;
}

bool import_date(const struct import_row *row, size_t column, int64_t *unix_ms,
                 struct error *err)
{
    struct csv_field field = import_text(row, column);
    struct error why;
    if (calendar_parse(field.text, field.length, unix_ms, &why))
        return true;
    return error_at(err, place_of(row, column), "%s: %s", row->columns[column],
                    why.text);
}

static bool is_word(struct csv_field field)
{
    for (size_t i = 0; i < field.length; i++)
        if ((unsigned char)field.text[i] < 0x20 || field.text[i] == 0x7f)
            return false;
    return field.length <= JOB_WORD_MAX;
}

static bool check_word(const struct import_row *row, size_t column,
                       struct csv_field *field, struct error *err)
{
    *field = import_text(row, column);
    if (is_word(*field))
        return true;
    return error_at(err, place_of(row, column),
                    "%s: '%.70s' is no word of up to %d bytes without control "
                    "characters",
                    row->columns[column], field->text, JOB_WORD_MAX);
}

bool import_name(const struct import_row *row, size_t column, uint32_t *name,
                 struct error *err)
{
    struct csv_field field;
    *name = NAMES_NONE;
    if (!check_word(row, column, &field, err))
        return false;
    if (field.length)
        *name = trace_name(row->trace, field.text, field.length);
    return true;
}

bool import_word(const struct import_row *row, size_t column, uint32_t *name,
                 struct error *err)
{
    struct csv_field field;
    if (!check_word(row, column, &field, err))
        return false;
    *name = price_trace_name(row->prices, field.text, field.length);
    return true;
}

bool import_add(const struct import_row *row, const struct trace_row *job,
                struct error *err)
{
    if ((int128)job->job.gpus * job->job.duration_ms > JOB_GPU_MS_MAX)
        return error_at(err, (struct place){row->path, row->record->line, 0},
                        "%" PRId32 " GPUs for %" PRId64 " ms are over 4e18 GPU-ms",
                        job->job.gpus, job->job.duration_ms);
    trace_add(row->trace, job);
    return true;
}
