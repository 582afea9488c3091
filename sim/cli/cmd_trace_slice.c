/* `tenure trace slice`: a part of a trace. */

#include <stdio.h>
#include <string.h>

#include "base/calendar.h"
#include "base/decimal.h"
#include "cli/cli.h"
#include "cli/trace_cmd.h"
#include "input/trace_edit.h"

/* A date where times are dates, else seconds. */
static bool parse_bound(const struct import_result *trace, const char *text,
                        const char *option, int64_t *time_ms, struct error *err)
{
    if (!text)
        return true;
    struct error inner;
    if (!any_trace_dated(trace)) {
        enum decimal_result result = decimal_to_int64(text, strlen(text), 3, time_ms);
        return result == DECIMAL_OK || result == DECIMAL_INEXACT ||
               error_kind_set(err, ERROR_USAGE,
                              "%s: '%s' is not a number of seconds; the %s of %s "
                              "are not dates",
                              option, text,
                              trace->kind == IMPORT_JOBS ? "submits" : "times",
                              any_trace_path(trace));
    }
    return calendar_parse(text, strlen(text), time_ms, &inner) ||
           error_kind_set(err, ERROR_USAGE, "%s: %s", option, inner.text);
}

struct slice {
    const char *in, *out, *from, *to, *min_gpus, *max_gpus;
    struct trace_filter filter;
};

static bool parse_sizes(struct slice *slice, struct error *err)
{
    struct trace_filter *filter = &slice->filter;
    return (!slice->min_gpus ||
            cli_whole_number(slice->min_gpus, "--min-gpus", &filter->min_gpus, err)) &&
           (!slice->max_gpus ||
            cli_whole_number(slice->max_gpus, "--max-gpus", &filter->max_gpus, err));
}

static bool write_part(const struct slice *slice, const struct import_result *all,
                       struct error *err)
{
    struct import_result part;
    bool ok = any_trace_select(all, &slice->filter, &part, err) &&
              import_result_write(&part, slice->out, err);
    if (ok && all->kind == IMPORT_JOBS)
        fprintf(stderr, "%zu of %zu jobs kept\n", part.jobs.n, all->jobs.n);
    else if (ok)
        fprintf(stderr, "%zu %s written, from %zu\n", any_trace_rows(&part),
                any_trace_count_noun(&part, any_trace_rows(&part)),
                any_trace_rows(all));
    import_result_free(&part);
    return ok;
}

static bool slice_trace(struct slice *slice, struct error *err)
{
    struct import_result all;
    slice->filter.from_ms = INT64_MIN;
    slice->filter.to_ms = INT64_MAX;
    bool ok = any_trace_read(&all, slice->in, err) &&
              parse_bound(&all, slice->from, "--from", &slice->filter.from_ms, err) &&
              parse_bound(&all, slice->to, "--to", &slice->filter.to_ms, err) &&
              write_part(slice, &all, err);
    import_result_free(&all);
    return ok;
}

bool trace_slice(int argc, char **argv, struct error *err)
{
    struct slice slice = {0};
    const struct cli_option options[] = {
        {.name = "from", .value = &slice.from},
        {.name = "to", .value = &slice.to},
        {.name = "tenant", .value = &slice.filter.tenant},
        {.name = "workload", .value = &slice.filter.workload},
        {.name = "min-gpus", .value = &slice.min_gpus},
        {.name = "max-gpus", .value = &slice.max_gpus},
        {.name = "output", .letter = 'o', .value = &slice.out},
        {.name = NULL}};
    const struct cli_operands operands = {1, 1, "name one trace to cut", &slice.in};
    struct arena arena = {0};
    bool ok = cli_parse(argc, argv, options, &operands, &arena, err) &&
              trace_need_option(slice.out, argv[0], "-o OUT", err) &&
              parse_sizes(&slice, err) && slice_trace(&slice, err);
    arena_free(&arena);
    return ok;
}
