/* Request traces in memory, and the CSV file that is written. */

#include "input/request_trace.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/csv_out.h"
#include "input/whole_file.h"

void request_trace_begin(struct request_trace *trace, const char *path, bool absolute)
{
    *trace = (struct request_trace){.absolute = absolute, .was_sorted = true};
    trace->path = arena_strdup(&trace->arena, path);
    trace->models.arena = &trace->arena;
}

void request_trace_free(struct request_trace *trace)
{
    free(trace->requests);
    arena_free(&trace->arena);
    *trace = (struct request_trace){0};
}

bool request_trace_model(struct request_trace *trace, const char *text, size_t length,
                         uint16_t *model, struct error *err)
{
    *model = 0;
    if (length == 0)
        return true;
    uint32_t number = names_add(&trace->models, text, length);
    if (number >= REQUEST_MODELS_MAX)
        return error_set(err, "more than %d models", REQUEST_MODELS_MAX);
    *model = (uint16_t)(number + 1);
    return true;
}

static struct request *resize(struct request *old, size_t n)
{
    struct request *requests = realloc(old, n * sizeof *old);
    if (!requests)
        out_of_memory();
    return requests;
}

void request_trace_add(struct request_trace *trace, const struct request *request)
{
    assert(request->model <= trace->models.n);
    if (trace->n == trace->room) {
        trace->room = trace->room ? 2 * trace->room : 1024;
        trace->requests = resize(trace->requests, trace->room);
    }
    if (trace->n > 0 && request->time_ms < trace->requests[trace->n - 1].time_ms)
        trace->was_sorted = false;
    trace->requests[trace->n++] = *request;
    trace->prompt_tokens += request->prompt_tokens;
    trace->output_tokens += request->output_tokens;
}

bool request_trace_add_from(struct request_trace *to, const struct request_trace *from,
                            size_t i, int64_t time_ms, struct error *err)
{
    struct request request = from->requests[i];
    const char *text = request.model ? from->models.text[request.model - 1] : "";
    uint16_t model;
    if (!request_trace_model(to, text, strlen(text), &model, err))
        return false;
    request.model = model;
    request.time_ms = time_ms;
    request_trace_add(to, &request);
    return true;
}

/* One pass of a radix sort, which is stable by nature. */
static void sort_by_digit(const struct request *from, struct request *to, size_t n,
                          int64_t first_ms, int shift)
{
    size_t begin[2049] = {0};
    for (size_t i = 0; i < n; i++)
        begin[((uint64_t)(from[i].time_ms - first_ms) >> shift & 2047) + 1]++;
    for (size_t digit = 0; digit < 2048; digit++)
        begin[digit + 1] += begin[digit];
    for (size_t i = 0; i < n; i++)
        to[begin[(uint64_t)(from[i].time_ms - first_ms) >> shift & 2047]++] = from[i];
}

static void sort_requests(struct request_trace *trace)
{
    int64_t first_ms = INT64_MAX, last_ms = INT64_MIN;
    for (size_t i = 0; i < trace->n; i++) {
        int64_t time_ms = trace->requests[i].time_ms;
        first_ms = time_ms < first_ms ? time_ms : first_ms;
        last_ms = time_ms > last_ms ? time_ms : last_ms;
    }
    uint64_t range = (uint64_t)(last_ms - first_ms);
    struct request *other = resize(NULL, trace->n);
    for (int shift = 0; shift < 64 && range >> shift; shift += 11) {
        sort_by_digit(trace->requests, other, trace->n, first_ms, shift);
        struct request *sorted = other;
        other = trace->requests;
        trace->requests = sorted;
    }
    free(other);
    trace->room = trace->n;
}

void request_trace_finish(struct request_trace *trace)
{
    if (!trace->was_sorted)
        sort_requests(trace);
}

void request_trace_check(const struct request_trace *trace)
{
    int64_t prompt_tokens = 0, output_tokens = 0;
    for (size_t i = 0; i < trace->n; i++) {
        const struct request *request = &trace->requests[i];
        assert(i == 0 || request[-1].time_ms <= request->time_ms);
        assert(request->model <= trace->models.n);
        prompt_tokens += request->prompt_tokens;
        output_tokens += request->output_tokens;
    }
    assert(prompt_tokens == trace->prompt_tokens);
    assert(output_tokens == trace->output_tokens);
}

static void write_request(const struct request_trace *trace,
                          const struct request *request, struct csv_out *out)
{
    char date[CALENDAR_TEXT];
    if (trace->absolute) {
        calendar_format(request->time_ms, date);
        csv_text(out, date);
    } else {
        csv_ms(out, request->time_ms);
    }
    csv_int(out, request->prompt_tokens);
    csv_int(out, request->output_tokens);
    if (trace->models.n)
        csv_text(out, request->model ? trace->models.text[request->model - 1] : "");
    csv_end_row(out);
}

static bool write_rows(const void *self, const char *path, struct error *err)
{
    const struct request_trace *trace = self;
    struct csv_out *out = csv_create(path, err);
    if (!out)
        return false;
    csv_text(out, "time");
    csv_text(out, "prompt_tokens");
    csv_text(out, "output_tokens");
    if (trace->models.n)
        csv_text(out, "model");
    csv_end_row(out);
    for (size_t i = 0; i < trace->n; i++)
        write_request(trace, &trace->requests[i], out);
    return csv_close(out, NULL, err);
}

bool request_trace_write(const struct request_trace *trace, const char *path,
                         struct error *err)
{
    return whole_file_write(path, write_rows, trace, err);
}
