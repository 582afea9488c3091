/* Level traces from CSV files: every field is checked, with its place. */

#include <stdlib.h>
#include <string.h>

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
    struct trace_clock clock;
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

static bool take_time(struct reader *in, int64_t *ms)
{
    const struct csv_record *record = in->row.record;
    struct error why;
    return trace_clock_read(&in->clock, record->fields[in->row.at[TIME]], record->line,
                            ms, &why) ||
           row_bad(&in->row, TIME, why.text);
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
    in->clock = (struct trace_clock){.absolute = &trace->absolute, .first = "time"};
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

static bool read_stored(void *content, const char *path, struct error *err)
{
    return level_trace_read(content, path, err);
}

static void free_stored(void *content)
{
    level_trace_free(content);
}

const struct store_kind stored_level_trace = {sizeof(struct level_trace), read_stored,
                                              free_stored};
