/*
 * A trace of any kind, and what is made of it.  Behind the first NUL: two bytes for
 * each of the factors of `tenure trace scale`, and a bit for whether durations are
 * scaled.
 */

#include "fuzz.h"
#include "input/trace_edit.h"

static int64_t draw(struct fuzz_bytes *rest, int64_t most)
{
    int64_t high = fuzz_byte(rest), low = fuzz_byte(rest);
    return 1 + (most - 1) / 65535 * (high * 256 + low);
}

static void scale(const struct import_result *trace, struct fuzz_bytes *rest)
{
    /* More rows would take longer, and nothing else. */
    struct trace_scale by = {.rows = draw(rest, 3 * TRACE_SCALE_ONE),
                             .gpus = draw(rest, TRACE_SCALE_MAX),
                             .durations = draw(rest, TRACE_SCALE_MAX),
                             .time = draw(rest, TRACE_SCALE_MAX)};
    if (fuzz_byte(rest) & 1 || trace->kind != IMPORT_JOBS)
        by.durations = TRACE_SCALE_ONE;
    if (trace->kind == IMPORT_PRICES || trace->kind == IMPORT_REQUESTS)
        by.gpus = TRACE_SCALE_ONE;
    if (trace->kind == IMPORT_PRICES || trace->kind == IMPORT_LEVEL)
        by.rows = TRACE_SCALE_ONE;
    struct import_result scaled;
    struct error err = {0};
    if (any_trace_scale(trace, &by, &scaled, &err))
        fuzz_expect_trace(&scaled);
    else
        fuzz_expect_error(&err);
    import_result_free(&scaled);
}

static int64_t middle_ms(const struct import_result *trace)
{
    if (any_trace_rows(trace) == 0)
        return 0;
    switch (trace->kind) {
    case IMPORT_JOBS: return trace->jobs.jobs[trace->jobs.n / 2].submit_ms;
    case IMPORT_LEVEL: return trace->level.rows[trace->level.n / 2].time_ms;
    case IMPORT_REQUESTS:
        return trace->requests.requests[trace->requests.n / 2].time_ms;
    case IMPORT_PRICES: return trace->prices.rows[trace->prices.n / 2].at_unix_ms;
    }
    return 0;
}

static bool part(const struct import_result *trace, int64_t from_ms, int64_t to_ms,
                 struct import_result *to)
{
    struct trace_filter filter = {.from_ms = from_ms, .to_ms = to_ms};
    struct error err = {0};
    bool ok = any_trace_select(trace, &filter, to, &err);
    if (ok)
        fuzz_expect_trace(to);
    else
        fuzz_expect_error(&err);
    return ok;
}

/* Cut in two and put together: of jobs and requests no row is lost or changed. */
static void cut_and_merge(const struct import_result *trace)
{
    int64_t at_ms = middle_ms(trace);
    struct import_result head, tail, whole;
    struct error err = {0};
    bool ok = part(trace, INT64_MIN, at_ms, &head);
    ok = part(trace, at_ms, INT64_MAX, &tail) && ok;
    const struct import_result *const both[] = {&head, &tail};
    if (ok) {
        if (any_trace_merge(both, 2, &whole, &err)) {
            fuzz_expect_trace(&whole);
            if (trace->kind == IMPORT_JOBS || trace->kind == IMPORT_REQUESTS)
                fuzz_expect(any_trace_rows(&whole) == any_trace_rows(trace));
        } else {
            fuzz_expect_error(&err);
        }
        import_result_free(&whole);
    }
    import_result_free(&head);
    import_result_free(&tail);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = fuzz_split(data, size);
    struct import_result trace;
    struct error err = {0};
    if (any_trace_read(&trace, fuzz_file(0, input.text), &err)) {
        scale(&trace, &input.rest);
        cut_and_merge(&trace);
    } else {
        fuzz_expect_error(&err);
    }
    import_result_free(&trace);
    return 0;
}
