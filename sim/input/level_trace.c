/* Level traces in memory: rows, series, totals, and the CSV file that is written. */

#include "input/level_trace.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/csv_out.h"
#include "base/decimal.h"
#include "input/whole_file.h"

#define KEY_MAX (JOB_WORD_MAX + 2 * JOB_LIST_MAX + 3)

void level_trace_begin(struct level_trace *trace, const char *path, bool absolute)
{
    *trace = (struct level_trace){.absolute = absolute, .was_sorted = true};
    trace->path = arena_strdup(&trace->arena, path);
    trace->names.arena = trace->keys.arena = &trace->arena;
}

void level_trace_free(struct level_trace *trace)
{
    arena_free(&trace->arena);
    *trace = (struct level_trace){0};
}

static const char *text_or_null(struct level_trace *trace, const char *text)
{
    return text && *text ? arena_strdup(&trace->arena, text) : NULL;
}

static const char *text_or_empty(const char *text)
{
    return text ? text : "";
}

/* No text holds the separator, a control character, so a key stands for one series. */
uint32_t level_trace_series(struct level_trace *trace, const char *workload,
                            const char *classes, const char *jurisdiction)
{
    char key[KEY_MAX];
    int length = snprintf(key, sizeof key, "%s\x1f%s\x1f%s", text_or_empty(workload),
                          text_or_empty(classes), text_or_empty(jurisdiction));
    assert(length > 0 && (size_t)length < sizeof key);
    uint32_t number = names_add(&trace->keys, key, (size_t)length);
    if (number < trace->n_series)
        return number;
    if (trace->n_series == trace->series_room) {
        size_t room = trace->series_room ? 2 * trace->series_room : 8;
        trace->series = arena_grow(&trace->arena, trace->series, trace->n_series, room,
                                   sizeof *trace->series);
        trace->series_room = room;
    }
    trace->series[trace->n_series++] = (struct level_series){
        .workload = workload && *workload
                        ? names_add(&trace->names, workload, strlen(workload))
                        : NAMES_NONE,
        .classes = text_or_null(trace, classes),
        .jurisdiction = text_or_null(trace, jurisdiction)};
    return number;
}

uint32_t level_trace_series_from(struct level_trace *to, const struct level_trace *from,
                                 uint32_t series)
{
    const struct level_series *own = &from->series[series];
    return level_trace_series(
        to, own->workload == NAMES_NONE ? NULL : from->names.text[own->workload],
        own->classes, own->jurisdiction);
}

void level_trace_add(struct level_trace *trace, const struct level_row *row)
{
    assert(row->series < trace->n_series);
    assert(row->gpus >= 0 && row->gpus <= LEVEL_GPUS_MAX);
    if (trace->n == trace->room) {
        size_t room = trace->room ? 2 * trace->room : 256;
        trace->rows =
            arena_grow(&trace->arena, trace->rows, trace->n, room, sizeof *row);
        trace->room = room;
    }
    if (trace->n > 0 && row->time_ms < trace->rows[trace->n - 1].time_ms)
        trace->was_sorted = false;
    trace->rows[trace->n++] = *row;
}

static int compare_rows(const void *a, const void *b)
{
    const struct level_row *x = a, *y = b;
    if (x->time_ms != y->time_ms)
        return x->time_ms < y->time_ms ? -1 : 1;
    return (x->line > y->line) - (x->line < y->line);
}

bool level_trace_finish(struct level_trace *trace, struct error *err)
{
    if (!trace->was_sorted)
        qsort(trace->rows, trace->n, sizeof *trace->rows, compare_rows);
    const struct level_row **last = calloc(trace->n_series + 1, sizeof *last);
    if (!last)
        out_of_memory();
    const struct level_row *first = NULL, *second = NULL;
    for (size_t i = 0; i < trace->n && !first; i++) {
        const struct level_row *row = &trace->rows[i], *before = last[row->series];
        last[row->series] = row;
        if (before && before->time_ms == row->time_ms && before->gpus != row->gpus)
            first = before, second = row;
    }
    free(last);
    return !first ||
           error_at(err, (struct place){trace->path, second->line, 0},
                    "gpus: %d at the instant for which line %lld says %d; a "
                    "series has one value at a time",
                    (int)second->gpus, (long long)first->line, (int)first->gpus);
}

struct level_totals level_trace_totals(const struct level_trace *trace)
{
    struct level_totals totals = {0};
    int32_t *wanted = calloc(trace->n_series + 1, sizeof *wanted);
    if (!wanted)
        out_of_memory();
    int64_t gpus = 0;
    for (size_t i = 0; i < trace->n; i++) {
        const struct level_row *row = &trace->rows[i];
        if (i > 0)
            totals.gpu_ms += (int128)gpus * (row->time_ms - trace->rows[i - 1].time_ms);
        gpus += row->gpus - wanted[row->series];
        wanted[row->series] = row->gpus;
        bool is_last_of_instant =
            i + 1 == trace->n || trace->rows[i + 1].time_ms > row->time_ms;
        if (is_last_of_instant && gpus > totals.peak_gpus)
            totals.peak_gpus = gpus;
    }
    free(wanted);
    return totals;
}

/* ---- writing ---- */

enum { WORKLOAD, CLASSES, JURISDICTION, OPTIONAL };
static const char *const optional[OPTIONAL] = {"workload", "classes", "jurisdiction"};

static const char *optional_text(const struct level_trace *trace,
                                 const struct level_series *series, int column)
{
    if (column == WORKLOAD)
        return series->workload == NAMES_NONE ? NULL
                                              : trace->names.text[series->workload];
    return column == CLASSES ? series->classes : series->jurisdiction;
}

static void write_time(const struct level_trace *trace, struct csv_out *out,
                       int64_t time_ms)
{
    if (!trace->absolute) {
        csv_fixed(out, time_ms, 3);
        return;
    }
    char date[CALENDAR_TEXT];
    calendar_format(time_ms, date);
    csv_text(out, date);
}

static bool write_rows(const void *self, const char *path, struct error *err)
{
    const struct level_trace *trace = self;
    bool used[OPTIONAL] = {false};
    for (size_t i = 0; i < trace->n_series; i++)
        for (int k = 0; k < OPTIONAL; k++)
            used[k] |= optional_text(trace, &trace->series[i], k) != NULL;
    struct csv_out *out = csv_create(path, err);
    if (!out)
        return false;
    csv_text(out, "time");
    csv_text(out, "gpus");
    for (int k = 0; k < OPTIONAL; k++)
        if (used[k])
            csv_text(out, optional[k]);
    csv_end_row(out);
    for (size_t i = 0; i < trace->n; i++) {
        const struct level_row *row = &trace->rows[i];
        write_time(trace, out, row->time_ms);
        csv_int(out, row->gpus);
        for (int k = 0; k < OPTIONAL; k++)
            if (used[k])
                csv_text(out, text_or_empty(optional_text(
                                  trace, &trace->series[row->series], k)));
        csv_end_row(out);
    }
    return csv_close(out, NULL, err);
}

bool level_trace_write(const struct level_trace *trace, const char *path,
                       struct error *err)
{
    return whole_file_write(path, write_rows, trace, err);
}

void level_trace_check(const struct level_trace *trace)
{
    for (size_t i = 0; i < trace->n; i++) {
        const struct level_row *row = &trace->rows[i];
        assert(row->series < trace->n_series);
        assert(row->gpus >= 0 && row->gpus <= LEVEL_GPUS_MAX);
        assert(i == 0 || row->time_ms >= trace->rows[i - 1].time_ms);
    }
}
