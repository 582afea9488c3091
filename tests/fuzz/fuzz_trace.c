/* The reader of one kind of trace: FUZZ_KIND. */

#include "fuzz.h"
#include "input/any_trace.h"

static bool read_kind(struct import_result *trace, const char *path, struct error *err)
{
    *trace = (struct import_result){.kind = FUZZ_KIND};
    switch (trace->kind) {
    case IMPORT_JOBS: return trace_read(&trace->jobs, path, err);
    case IMPORT_LEVEL: return level_trace_read(&trace->level, path, err);
    case IMPORT_REQUESTS: return request_trace_read(&trace->requests, path, err);
    case IMPORT_PRICES: return price_trace_read(&trace->prices, path, err);
    }
    return false;
}

static void expect_defects(const struct defects *defects)
{
    int64_t rows = defects->rows_of_more_kinds;
    for (size_t i = 0; i < defects->n; i++) {
        fuzz_expect_text(defects->kinds[i].pattern);
        fuzz_expect_text(defects->kinds[i].first[0]);
        rows += defects->kinds[i].rows;
    }
    fuzz_expect(rows == defects->rows_wrong || defects->stopped);
    fuzz_expect(defects->rows_wrong <= defects->rows_read || defects->stopped);
}

/* `tenure trace check` finds nothing wrong just with what can be read. */
static void examine(const char *path, bool reads, const struct import_result *read)
{
    static struct defects defects;
    struct import_result trace;
    struct error err = {0};
    bool ok = any_trace_examine(&trace, &defects, path, &err);
    if (ok)
        expect_defects(&defects);
    else
        fuzz_expect_error(&err);
    bool right = ok && defects.n == 0 && defects.rows_of_more_kinds == 0;
    if (trace.kind == read->kind) {
        fuzz_expect(right == reads);
        fuzz_expect(!reads || any_trace_rows(&trace) == any_trace_rows(read));
    }
    import_result_free(&trace);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {(const char *)data, size};
    const char *path = fuzz_file(0, bytes);
    struct import_result trace;
    struct error err = {0};
    bool ok = read_kind(&trace, path, &err);
    if (ok)
        fuzz_expect_trace(&trace);
    else
        fuzz_expect_error(&err);
    examine(path, ok, &trace);
    import_result_free(&trace);
    return 0;
}
