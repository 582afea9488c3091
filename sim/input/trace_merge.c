/* Several traces as one. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "input/trace_edit.h"

static void *allocate(size_t n, size_t size)
{
    void *memory = calloc(n + 1, size);
    if (!memory)
        out_of_memory();
    return memory;
}

static bool check_alike(const struct import_result *const from[], size_t n,
                        struct error *err)
{
    for (size_t k = 1; k < n; k++) {
        if (from[k]->kind != from[0]->kind)
            return error_set(err, "%s has %s and %s has %s; one kind can be merged",
                             any_trace_path(from[0]), any_trace_noun(from[0]),
                             any_trace_path(from[k]), any_trace_noun(from[k]));
        if (any_trace_rows(from[k]) && any_trace_rows(from[0]) &&
            any_trace_dated(from[k]) != any_trace_dated(from[0]))
            return error_set(
                err, "%s has %s and %s has %s; they have no instant in common",
                any_trace_path(from[0]),
                any_trace_dated(from[0]) ? "dates" : "seconds from a start",
                any_trace_path(from[k]),
                any_trace_dated(from[k]) ? "dates" : "seconds from a start");
    }
    return true;
}

/* Of the first that has rows: an empty one has neither dates nor seconds. */
static bool are_dated(const struct import_result *const from[], size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (any_trace_rows(from[k]))
            return any_trace_dated(from[k]);
    return any_trace_dated(from[0]);
}

/* ---- jobs ---- */

/* All ids, with the trace that had each first, and whether another has it, too. */
struct ids {
    struct arena arena;
    struct names names;
    size_t *owner;
    bool *shared;
};

static void collect_ids(struct ids *ids, const struct import_result *const from[],
                        size_t n, size_t rows)
{
    ids->names.arena = &ids->arena;
    ids->owner = allocate(rows, sizeof *ids->owner);
    ids->shared = allocate(rows, sizeof *ids->shared);
    for (size_t k = 0; k < n; k++) {
        const struct trace *trace = &from[k]->jobs;
        for (size_t i = 0; i < trace->n; i++) {
            char number[16];
            const char *id = trace_job_id(trace, &trace->jobs[i], number);
            uint32_t known = ids->names.n;
            uint32_t name = names_add(&ids->names, id, strlen(id));
            if (name == known)
                ids->owner[name] = k;
            else
                ids->shared[name] |= ids->owner[name] != k;
        }
    }
}

static void free_ids(struct ids *ids)
{
    arena_free(&ids->arena);
    free(ids->owner);
    free(ids->shared);
}

/* "data/march.csv.gz" is "march". */
static const char *stem_of(const char *path, struct arena *arena)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    return arena_strndup(arena, base, strcspn(base, "."));
}

/* The file's stem, or where another has the same one the number of the file. */
static const char *prefix_of(const struct import_result *const from[], size_t n,
                             size_t k, struct arena *arena)
{
    const char *own = stem_of(any_trace_path(from[k]), arena);
    bool again = *own == '\0' || strcmp(own, "-") == 0;
    for (size_t other = 0; other < n; other++)
        again |=
            other != k && strcmp(stem_of(any_trace_path(from[other]), arena), own) == 0;
    return again ? arena_printf(arena, "%zu", k + 1) : own;
}

static bool check_jobs_fit(const struct import_result *const from[], size_t n,
                           size_t rows, size_t prefix_bytes, struct error *err)
{
    uint64_t bytes = 0;
    for (size_t k = 0; k < n; k++) {
        const struct trace *trace = &from[k]->jobs;
        for (size_t i = 0; i < trace->n; i++) {
            char number[16];
            bytes +=
                strlen(trace_job_id(trace, &trace->jobs[i], number)) + 2 + prefix_bytes;
        }
    }
    return (rows < UINT32_MAX - 1 && bytes <= UINT32_MAX) ||
           error_set(err, "together they have more than 4294967294 jobs, or 4 GiB of "
                          "ids");
}

static bool add_jobs(const struct trace *from, const struct ids *ids,
                     const char *prefix, struct trace *to, struct error *err)
{
    for (size_t i = 0; i < from->n; i++) {
        char number[16], longer[JOB_ID_MAX + 1];
        const char *id = trace_job_id(from, &from->jobs[i], number);
        if (ids && ids->shared[names_find(&ids->names, id, strlen(id))]) {
            int length = snprintf(longer, sizeof longer, "%s:%s", prefix, id);
            if (length < 0 || (size_t)length >= sizeof longer)
                return error_set(err,
                                 "%s: the id '%.60s...' is also in another trace, and "
                                 "has no room for '%s:' before it",
                                 from->path, id, prefix);
            id = longer;
        }
        struct trace_row row = trace_row_from(to, from, i);
        row.id = ids ? id : NULL;
        trace_add(to, &row);
    }
    return true;
}

static bool merge_jobs(const struct import_result *const from[], size_t n,
                       struct trace *to, struct error *err)
{
    size_t rows = 0;
    bool any_ids = false;
    for (size_t k = 0; k < n; k++) {
        rows += from[k]->jobs.n;
        any_ids |= from[k]->jobs.has_ids;
    }
    trace_begin(to, "merged", are_dated(from, n));
    if (!check_jobs_fit(from, n, rows, any_ids ? JOB_WORD_MAX : 0, err))
        return false;
    struct ids ids = {.shared = NULL};
    if (any_ids)
        collect_ids(&ids, from, n, rows);
    bool ok = true;
    for (size_t k = 0; k < n && ok; k++)
        ok = add_jobs(&from[k]->jobs, any_ids ? &ids : NULL,
                      prefix_of(from, n, k, &ids.arena), to, err);
    free_ids(&ids);
    if (ok)
        trace_finish(to);
    return ok;
}

/* ---- levels ---- */

/* What each series of each trace wants, and all traces together. */
struct sum {
    const struct import_result *const *from;
    size_t n;
    size_t *next;      /* row of each trace */
    uint32_t **series; /* of each trace's: its number in the sum */
    int32_t **wanted;  /* by each trace's series */
    int64_t *total;    /* by series of the sum */
    bool *touched;
    uint32_t *changed; /* series touched at this instant */
    size_t n_changed;
};

static void begin_sum(struct sum *sum, struct level_trace *to)
{
    size_t all = 0;
    sum->next = allocate(sum->n, sizeof *sum->next);
    sum->series = allocate(sum->n, sizeof *sum->series);
    sum->wanted = allocate(sum->n, sizeof *sum->wanted);
    for (size_t k = 0; k < sum->n; k++) {
        const struct level_trace *from = &sum->from[k]->level;
        sum->series[k] = allocate(from->n_series, sizeof **sum->series);
        sum->wanted[k] = allocate(from->n_series, sizeof **sum->wanted);
        for (uint32_t i = 0; i < from->n_series; i++)
            sum->series[k][i] = level_trace_series_from(to, from, i);
        all += from->n_series;
    }
    sum->total = allocate(all, sizeof *sum->total);
    sum->touched = allocate(all, sizeof *sum->touched);
    sum->changed = allocate(all, sizeof *sum->changed);
}

static void end_sum(struct sum *sum)
{
    for (size_t k = 0; k < sum->n; k++) {
        free(sum->series[k]);
        free(sum->wanted[k]);
    }
    free(sum->next);
    free(sum->series);
    free(sum->wanted);
    free(sum->total);
    free(sum->touched);
    free(sum->changed);
}

static int64_t next_instant(const struct sum *sum)
{
    int64_t now_ms = INT64_MAX;
    for (size_t k = 0; k < sum->n; k++) {
        const struct level_trace *from = &sum->from[k]->level;
        if (sum->next[k] < from->n && from->rows[sum->next[k]].time_ms < now_ms)
            now_ms = from->rows[sum->next[k]].time_ms;
    }
    return now_ms;
}

static void take_instant(struct sum *sum, size_t k, int64_t now_ms)
{
    const struct level_trace *from = &sum->from[k]->level;
    for (; sum->next[k] < from->n; sum->next[k]++) {
        const struct level_row *row = &from->rows[sum->next[k]];
        if (row->time_ms > now_ms)
            return;
        uint32_t series = sum->series[k][row->series];
        sum->total[series] += row->gpus - sum->wanted[k][row->series];
        sum->wanted[k][row->series] = row->gpus;
        if (!sum->touched[series])
            sum->changed[sum->n_changed++] = series;
        sum->touched[series] = true;
    }
}

static bool put_instant(struct sum *sum, int64_t now_ms, struct level_trace *to,
                        struct error *err)
{
    for (size_t i = 0; i < sum->n_changed; i++) {
        uint32_t series = sum->changed[i];
        sum->touched[series] = false;
        if (sum->total[series] > LEVEL_GPUS_MAX)
            return error_set(err,
                             "%" PRId64 " GPUs of one series together, which is over "
                             "1,000,000",
                             sum->total[series]);
        struct level_row row = {.time_ms = now_ms,
                                .line = (int64_t)to->n,
                                .gpus = (int32_t)sum->total[series],
                                .series = series};
        level_trace_add(to, &row);
    }
    sum->n_changed = 0;
    return true;
}

static bool merge_levels(const struct import_result *const from[], size_t n,
                         struct level_trace *to, struct error *err)
{
    struct sum sum = {.from = from, .n = n};
    level_trace_begin(to, "merged", are_dated(from, n));
    begin_sum(&sum, to);
    bool ok = true;
    int64_t now_ms;
    while (ok && (now_ms = next_instant(&sum)) != INT64_MAX) {
        for (size_t k = 0; k < n; k++)
            take_instant(&sum, k, now_ms);
        ok = put_instant(&sum, now_ms, to, err);
    }
    end_sum(&sum);
    return ok && level_trace_finish(to, err);
}

/* ---- requests and prices ---- */

static bool merge_requests(const struct import_result *const from[], size_t n,
                           struct request_trace *to, struct error *err)
{
    request_trace_begin(to, "merged", are_dated(from, n));
    for (size_t k = 0; k < n; k++) {
        const struct request_trace *trace = &from[k]->requests;
        for (size_t i = 0; i < trace->n; i++)
            if (!request_trace_add_from(to, trace, i, trace->requests[i].time_ms, err))
                return false;
    }
    request_trace_finish(to);
    return true;
}

static void merge_prices(const struct import_result *const from[], size_t n,
                         struct price_trace *to)
{
    price_trace_begin(to, "merged");
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < from[k]->prices.n; i++)
            price_trace_add_from(to, &from[k]->prices, &from[k]->prices.rows[i]);
    price_trace_finish(to);
}

bool any_trace_merge(const struct import_result *const from[], size_t n,
                     struct import_result *to, struct error *err)
{
    *to = (struct import_result){.kind = from[0]->kind};
    if (!check_alike(from, n, err))
        return false;
    switch (to->kind) {
    case IMPORT_JOBS: return merge_jobs(from, n, &to->jobs, err);
    case IMPORT_LEVEL: return merge_levels(from, n, &to->level, err);
    case IMPORT_REQUESTS: return merge_requests(from, n, &to->requests, err);
    case IMPORT_PRICES: merge_prices(from, n, &to->prices); break;
    }
    return true;
}
