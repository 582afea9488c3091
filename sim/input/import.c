/* What importers of every shape of file share: counts, dates, words, adding. */

#include "input/import.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/calendar.h"
#include "base/utf8.h"
#include "input/trace_fields.h"

void import_note(struct import *import, const char *fmt, ...)
{
    struct import_report *report = import->report;
    size_t room = sizeof report->notes / sizeof report->notes[0];
    assert(report->n_notes < room);
    char *note = report->notes[report->n_notes];
    va_list args;
    va_start(args, fmt);
    vsnprintf(note, sizeof report->notes[0], fmt, args);
    va_end(args);
    utf8_mend(note);
    for (char *at = note; *at; at++)
        *at = (unsigned char)*at < 0x20 || *at == 0x7f ? '?' : *at;
    for (size_t i = 0; i < report->n_notes; i++)
        if (strcmp(report->notes[i], note) == 0)
            return;
    report->n_notes++;
}

void import_count_row(struct import *import)
{
    import->report->rows_read++;
}

void import_count_drop(struct import *import, int64_t line, const char *reason)
{
    struct import_report *report = import->report;
    for (size_t i = 0; i < report->n_dropped; i++) {
        if (strcmp(report->dropped[i].reason, reason) != 0)
            continue;
        report->dropped[i].rows++;
        return;
    }
    assert(report->n_dropped < IMPORT_REASONS_MAX);
    report->dropped[report->n_dropped++] = (struct import_count){reason, 1, line};
}

bool import_forgive(struct import *import, const struct error *err)
{
    struct import_report *report = import->report;
    if (!import->lenient || err->kind != ERROR_INPUT)
        return false;
    if (report->rows_malformed < IMPORT_SHOWN) {
        char *shown = report->malformed[report->rows_malformed];
        snprintf(shown, sizeof report->malformed[0], "%.255s", err->text);
        utf8_mend(shown);
    }
    report->rows_malformed++;
    return true;
}

/* A zone follows the time of day: Z, or a sign. */
static bool names_zone(const char *text, size_t length)
{
    for (size_t i = 10; i < length; i++)
        if (memchr("Zz+-", text[i], 4))
            return true;
    return false;
}

bool import_parse_date(struct import *import, const char *text, size_t length,
                       int64_t *unix_ms, struct error *err)
{
    if (!calendar_parse(text, length, unix_ms, err))
        return false;
    if (names_zone(text, length))
        return true;
    *unix_ms -= import->zone_ms;
    import->naive_dates++;
    return true;
}

bool import_is_word(const char *text, size_t length, size_t most)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            return false;
    return length <= most;
}

bool import_list(struct csv_field text, char buffer[JOB_LIST_MAX + 1],
                 const char **list)
{
    *list = NULL;
    if (text.length == 0)
        return true;
    if (import_is_word(text.text, text.length, JOB_LIST_MAX))
        *list = trace_join_list(buffer, text);
    return *list != NULL;
}

uint32_t import_intern(struct import *import, const char *text, size_t length)
{
    assert(import_is_word(text, length, JOB_WORD_MAX));
    if (length == 0)
        return NAMES_NONE;
    if (import->result->kind == IMPORT_PRICES)
        return price_trace_name(&import->result->prices, text, length);
    assert(import->result->kind == IMPORT_JOBS);
    return trace_name(&import->result->jobs, text, length);
}

/* What can be written as a date, or as seconds from the start, and read again. */
static bool check_instant(int64_t time_ms, bool dated, struct place place,
                          struct error *err)
{
    const int64_t year_1 = INT64_C(-62135596800000),
                  year_10000 = INT64_C(253402300800000);
    if (dated)
        return (time_ms >= year_1 && time_ms < year_10000) ||
               error_at(err, place, "an instant outside the years 1 to 9999");
    return (time_ms >= -JOB_DURATION_MAX && time_ms <= JOB_DURATION_MAX) ||
           error_at(err, place, "an instant over 200 years from the start");
}

bool import_add_job(struct import *import, const struct trace_row *job,
                    struct place place, struct error *err)
{
    struct trace *trace = &import->result->jobs;
    assert(import->result->kind == IMPORT_JOBS);
    assert(job->job.duration_ms >= 1 && job->job.duration_ms <= JOB_DURATION_MAX);
    assert(job->job.gpus >= 1 && job->job.gpus <= JOB_GPUS_MAX);
    if (!check_instant(job->job.submit_ms, trace->absolute, place, err))
        return false;
    if (trace->n >= UINT32_MAX - 1)
        return error_at(err, place, "more than 4294967294 jobs");
    if ((int128)job->job.gpus * job->job.duration_ms > JOB_GPU_MS_MAX)
        return error_at(err, place,
                        "%" PRId32 " GPUs for %" PRId64 " ms are over 4e18 GPU-ms",
                        job->job.gpus, job->job.duration_ms);
    trace_add(trace, job);
    return true;
}

bool import_add_level(struct import *import, int64_t time_ms, int64_t gpus,
                      const char *workload, struct place place, struct error *err)
{
    struct level_trace *trace = &import->result->level;
    assert(import->result->kind == IMPORT_LEVEL);
    if (gpus < 0 || gpus > LEVEL_GPUS_MAX)
        return error_at(err, place, "%" PRId64 " GPUs are not in 0 to %d", gpus,
                        LEVEL_GPUS_MAX);
    if (!check_instant(time_ms, trace->absolute, place, err))
        return false;
    if (trace->n >= UINT32_MAX)
        return error_at(err, place, "more than 4294967295 rows");
    struct level_row row = {.time_ms = time_ms, .line = place.line};
    row.gpus = (int32_t)gpus;
    row.series = level_trace_series(trace, workload, NULL, NULL);
    level_trace_add(trace, &row);
    return true;
}

static bool check_tokens(int64_t tokens, const char *what, struct place place,
                         struct error *err)
{
    return (tokens >= 0 && tokens <= REQUEST_TOKENS_MAX) ||
           error_at(err, place, "%" PRId64 " %s tokens are not in 0 to %d", tokens,
                    what, REQUEST_TOKENS_MAX);
}

bool import_add_request(struct import *import, const struct import_request *request,
                        struct place place, struct error *err)
{
    struct request_trace *trace = &import->result->requests;
    struct error why;
    uint16_t model;
    assert(import->result->kind == IMPORT_REQUESTS);
    if (!check_instant(request->time_ms, trace->absolute, place, err) ||
        !check_tokens(request->prompt_tokens, "prompt", place, err) ||
        !check_tokens(request->output_tokens, "output", place, err))
        return false;
    if (!import_is_word(request->model.text, request->model.length, JOB_WORD_MAX))
        return error_at(err, place,
                        "model: '%.80s' is no word of up to %d bytes without control "
                        "characters",
                        request->model.text, JOB_WORD_MAX);
    if (!request_trace_model(trace, request->model.text, request->model.length, &model,
                             &why))
        return error_at(err, place, "%s", why.text);
    struct request row = {.time_ms = request->time_ms, .model = model};
    row.prompt_tokens = (uint64_t)request->prompt_tokens & REQUEST_TOKENS_MAX;
    row.output_tokens = (uint64_t)request->output_tokens & REQUEST_TOKENS_MAX;
    request_trace_add(trace, &row);
    return true;
}
