/* A part of a trace of any kind. */

#include <stdlib.h>
#include <string.h>

#include "input/trace_edit.h"

static bool is_in(const struct trace_filter *filter, int64_t time_ms)
{
    return time_ms >= filter->from_ms && time_ms < filter->to_ms;
}

static bool refuse(const struct import_result *from, const char *option,
                   struct error *err)
{
    return error_kind_set(err, ERROR_USAGE, "%s: %s have none to select by", option,
                          any_trace_noun(from));
}

static bool check_filter(const struct import_result *from,
                         const struct trace_filter *filter, struct error *err)
{
    bool level = from->kind == IMPORT_LEVEL;
    if (filter->tenant)
        return refuse(from, "--tenant", err);
    if (filter->workload && !level)
        return refuse(from, "--workload", err);
    if (filter->min_gpus || filter->max_gpus)
        return refuse(from, filter->min_gpus ? "--min-gpus" : "--max-gpus", err);
    return filter->from_ms < filter->to_ms ||
           error_set(err, "the span to select ends before it begins");
}

/* ---- levels ---- */

struct standing {
    int32_t gpus;
    bool any;
};

static void put_level(struct level_trace *to, int64_t time_ms, uint32_t series,
                      int32_t gpus)
{
    struct level_row row = {
        .time_ms = time_ms, .line = (int64_t)to->n, .gpus = gpus, .series = series};
    level_trace_add(to, &row);
}

static void put_standing(struct level_trace *to, int64_t time_ms,
                         const struct standing *standing, size_t n, bool as_end)
{
    for (size_t k = 0; k < n; k++)
        if (as_end ? standing[k].gpus > 0 : standing[k].any)
            put_level(to, time_ms, (uint32_t)k, as_end ? 0 : standing[k].gpus);
}

/* A series with a row at the beginning needs none of what stood before. */
static void forget_replaced(const struct level_trace *from, int64_t begin_ms, size_t i,
                            struct standing *standing)
{
    for (; i < from->n && from->rows[i].time_ms == begin_ms; i++)
        standing[from->rows[i].series].any = false;
}

static bool is_series(const struct level_trace *from, uint32_t series,
                      const char *workload)
{
    uint32_t name = from->series[series].workload;
    return !workload ||
           (name != NAMES_NONE && strcmp(from->names.text[name], workload) == 0);
}

static bool check_workload(const struct level_trace *from, const char *workload,
                           struct error *err)
{
    for (uint32_t k = 0; k < from->n_series; k++)
        if (is_series(from, k, workload))
            return true;
    return !workload ||
           error_set(err, "%s: no series has the workload '%s'", from->path, workload);
}

static void cut_rows(const struct level_trace *from, const struct trace_filter *filter,
                     struct standing *standing, struct level_trace *to)
{
    size_t i = 0;
    for (; i < from->n && from->rows[i].time_ms < filter->from_ms; i++)
        if (is_series(from, from->rows[i].series, filter->workload))
            standing[from->rows[i].series] =
                (struct standing){from->rows[i].gpus, true};
    forget_replaced(from, filter->from_ms, i, standing);
    put_standing(to, filter->from_ms, standing, from->n_series, false);
    for (; i < from->n && from->rows[i].time_ms < filter->to_ms; i++) {
        const struct level_row *row = &from->rows[i];
        if (!is_series(from, row->series, filter->workload))
            continue;
        standing[row->series].gpus = row->gpus;
        put_level(to, row->time_ms, row->series, row->gpus);
    }
    if (filter->to_ms != INT64_MAX)
        put_standing(to, filter->to_ms, standing, from->n_series, true);
}

static bool cut_level(const struct level_trace *from, const struct trace_filter *filter,
                      struct level_trace *to, struct error *err)
{
    level_trace_begin(to, from->path, from->absolute);
    if (!check_workload(from, filter->workload, err))
        return false;
    for (uint32_t k = 0; k < from->n_series; k++)
        level_trace_series_from(to, from, k);
    struct standing *standing = calloc(from->n_series + 1, sizeof *standing);
    if (!standing)
        out_of_memory();
    cut_rows(from, filter, standing, to);
    free(standing);
    return level_trace_finish(to, err);
}

/* ---- requests ---- */

static bool cut_requests(const struct request_trace *from,
                         const struct trace_filter *filter, struct request_trace *to,
                         struct error *err)
{
    request_trace_begin(to, from->path, from->absolute);
    for (size_t i = 0; i < from->n; i++)
        if (is_in(filter, from->requests[i].time_ms) &&
            !request_trace_add_from(to, from, i, from->requests[i].time_ms, err))
            return false;
    request_trace_finish(to);
    return true;
}

/* ---- prices ---- */

/* Those that stand at the beginning: the last of each series up to it. */
static void put_first_prices(const struct price_trace *from, int64_t begin_ms,
                             struct price_trace *to)
{
    struct arena scratch = {0};
    struct names seen = {.arena = &scratch};
    bool *stands = arena_alloc(&scratch, from->n + 1);
    size_t n = 0;
    while (n < from->n && from->rows[n].at_unix_ms <= begin_ms)
        n++;
    for (size_t i = n; i-- > 0;) {
        uint32_t known = seen.n;
        bool is_last = price_row_series(&seen, &from->rows[i]) == known;
        stands[i] = is_last && from->rows[i].at_unix_ms < begin_ms;
    }
    for (size_t i = 0; i < n; i++) {
        struct price_row row = from->rows[i];
        row.at_unix_ms = begin_ms;
        if (stands[i])
            price_trace_add_from(to, from, &row);
    }
    arena_free(&scratch);
}

static void cut_prices(const struct price_trace *from,
                       const struct trace_filter *filter, struct price_trace *to)
{
    price_trace_begin(to, from->path);
    if (filter->from_ms != INT64_MIN)
        put_first_prices(from, filter->from_ms, to);
    for (size_t i = 0; i < from->n; i++)
        if (is_in(filter, from->rows[i].at_unix_ms))
            price_trace_add_from(to, from, &from->rows[i]);
    price_trace_finish(to);
}

bool any_trace_select(const struct import_result *from,
                      const struct trace_filter *filter, struct import_result *to,
                      struct error *err)
{
    *to = (struct import_result){.kind = from->kind};
    if (from->kind == IMPORT_JOBS)
        return trace_select(&from->jobs, filter, &to->jobs, err);
    if (!check_filter(from, filter, err))
        return false;
    if (from->kind == IMPORT_LEVEL)
        return cut_level(&from->level, filter, &to->level, err);
    if (from->kind == IMPORT_REQUESTS)
        return cut_requests(&from->requests, filter, &to->requests, err);
    cut_prices(&from->prices, filter, &to->prices);
    return true;
}
