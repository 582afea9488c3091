#include "input/trace_notes.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/calendar.h"
#include "base/utf8.h"

void trace_notes_add(struct trace_notes *notes, const char *about, bool unusual,
                     const char *fmt, ...)
{
    assert(notes->n < TRACE_NOTES_MAX);
    struct trace_note *note = &notes->note[notes->n++];
    note->about = about;
    note->unusual = unusual;
    va_list args;
    va_start(args, fmt);
    vsnprintf(note->text, sizeof note->text, fmt, args);
    va_end(args);
    utf8_mend(note->text);
}

static void write_time(int64_t time_ms, bool dated, char text[CALENDAR_TEXT])
{
    if (dated)
        calendar_format(time_ms, text);
    else
        snprintf(text, CALENDAR_TEXT, "%" PRId64 " s", time_ms / MS_PER_S);
}

struct trace_span trace_span(double ms)
{
    struct trace_span span;
    if (ms < 1e3)
        snprintf(span.text, sizeof span.text, "%.0f ms", ms);
    else if (ms < 60e3)
        snprintf(span.text, sizeof span.text, "%.1f s", ms / 1e3);
    else if (ms < 3600e3)
        snprintf(span.text, sizeof span.text, "%.1f min", ms / 60e3);
    else if (ms < 48 * 3600e3)
        snprintf(span.text, sizeof span.text, "%.1f h", ms / 3600e3);
    else
        snprintf(span.text, sizeof span.text, "%.1f d", ms / 86400e3);
    return span;
}

/* Unusual is a gap that is a day or more and 50 times the mean one. */
static void note_gap(struct trace_notes *notes, const int64_t *times_ms, size_t n,
                     bool dated)
{
    int64_t longest_ms = 0, after_ms = times_ms[0];
    for (size_t i = 1; i < n; i++) {
        if (times_ms[i] - times_ms[i - 1] <= longest_ms)
            continue;
        longest_ms = times_ms[i] - times_ms[i - 1];
        after_ms = times_ms[i - 1];
    }
    double mean_ms = (double)(times_ms[n - 1] - times_ms[0]) / (double)(n - 1);
    char after[CALENDAR_TEXT];
    write_time(after_ms, dated, after);
    trace_notes_add(
        notes, "gaps", longest_ms >= MS_PER_D && (double)longest_ms > 50 * mean_ms,
        "the longest time without a row is %s, from %s on; the mean is %s",
        trace_span((double)longest_ms).text, after, trace_span(mean_ms).text);
}

void trace_notes_of_times(struct trace_notes *notes, const int64_t *times_ms, size_t n,
                          bool dated)
{
    if (n > 1)
        note_gap(notes, times_ms, n, dated);
    if (n > 0 && dated) {
        int first = calendar_year(times_ms[0]), last = calendar_year(times_ms[n - 1]);
        bool odd = first < 1990 || last > 2100;
        if (odd)
            trace_notes_add(notes, "dates", true,
                            "the dates run from the year %d to %d; are they numbers "
                            "read as dates?",
                            first, last);
    } else if (n > 0 && times_ms[0] < 0) {
        trace_notes_add(notes, "dates", true,
                        "the first time is %" PRId64
                        " s before 0: a scenario needs `align` or a slice",
                        -times_ms[0] / MS_PER_S);
    }
}

static int64_t *allocate(size_t n)
{
    int64_t *values = calloc(n + 1, sizeof *values);
    if (!values)
        out_of_memory();
    return values;
}

static void note_level(struct trace_notes *notes, const struct level_trace *trace)
{
    int64_t *times_ms = allocate(trace->n);
    size_t zeros = 0;
    for (size_t i = 0; i < trace->n; i++) {
        times_ms[i] = trace->rows[i].time_ms;
        zeros += trace->rows[i].gpus == 0;
    }
    trace_notes_of_times(notes, times_ms, trace->n, trace->absolute);
    free(times_ms);
    trace_notes_add(notes, "series", false,
                    "%zu; no two values of one series at one instant", trace->n_series);
    if (zeros)
        trace_notes_add(notes, "zeros", zeros == trace->n,
                        "%zu of %zu rows want no GPU", zeros, trace->n);
    if (trace->n_series && trace->rows[trace->n - 1].gpus > 0)
        trace_notes_add(notes, "end", false,
                        "the last row wants %" PRId32
                        " GPUs, which go on without end; a row of 0 ends them",
                        trace->rows[trace->n - 1].gpus);
}

static void note_requests(struct trace_notes *notes, const struct request_trace *trace)
{
    int64_t *times_ms = allocate(trace->n);
    size_t silent = 0, empty = 0, long_ones = 0;
    for (size_t i = 0; i < trace->n; i++) {
        const struct request *request = &trace->requests[i];
        times_ms[i] = request->time_ms;
        silent += request->output_tokens == 0;
        empty += request->prompt_tokens == 0;
        long_ones += request->prompt_tokens > 1000000;
    }
    trace_notes_of_times(notes, times_ms, trace->n, trace->absolute);
    free(times_ms);
    if (silent)
        trace_notes_add(notes, "tokens", true,
                        "%zu requests have no output token: failed ones?", silent);
    if (empty)
        trace_notes_add(notes, "tokens", true, "%zu requests have no prompt token",
                        empty);
    if (long_ones)
        trace_notes_add(notes, "tokens", true,
                        "%zu requests have prompts of over a million tokens",
                        long_ones);
    if (trace->models.n)
        trace_notes_add(notes, "models", false, "%" PRIu32, trace->models.n);
}

/* Two prices of one series at one instant are found when a series is chosen. */
static void note_prices(struct trace_notes *notes, const struct price_trace *trace)
{
    int64_t *times_ms = allocate(trace->n);
    size_t zeros = 0;
    for (size_t i = 0; i < trace->n; i++) {
        times_ms[i] = trace->rows[i].at_unix_ms;
        zeros += trace->rows[i].nano_usd_per_gpu_h == 0;
    }
    trace_notes_of_times(notes, times_ms, trace->n, true);
    free(times_ms);
    trace_notes_add(notes, "series", false, "%zu", price_trace_series(trace));
    if (zeros)
        trace_notes_add(notes, "zeros", true, "%zu of %zu prices are 0", zeros,
                        trace->n);
}

void trace_notes_take(struct trace_notes *notes, const struct import_result *trace)
{
    notes->n = 0;
    if (any_trace_rows(trace) == 0)
        return;
    bool sorted = any_trace_was_sorted(trace);
    trace_notes_add(notes, "order", !sorted,
                    sorted
                        ? "rows are in order of time"
                        : "rows are not in order of time, and are sorted on reading");
    trace_notes_add(notes, "times", false,
                    any_trace_dated(trace) ? "dates, UTC where no zone is given"
                                           : "seconds from the start");
    switch (trace->kind) {
    case IMPORT_JOBS: trace_notes_of_jobs(notes, &trace->jobs); break;
    case IMPORT_LEVEL: note_level(notes, &trace->level); break;
    case IMPORT_REQUESTS: note_requests(notes, &trace->requests); break;
    case IMPORT_PRICES: note_prices(notes, &trace->prices); break;
    }
}
