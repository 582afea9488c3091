#include "input/trace.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/decimal.h"

const char *const trace_columns[TRACE_COLUMNS + 1] = {
    [TRACE_SUBMIT] = "submit",
    [TRACE_DURATION] = "duration_s",
    [TRACE_GPUS] = "gpus",
    [TRACE_ID] = "id",
    [TRACE_TENANT] = "tenant",
    [TRACE_WORKLOAD] = "workload",
    [TRACE_POOLS] = "pools",
    [TRACE_CLASSES] = "classes",
    [TRACE_MEMORY] = "memory_gb",
    [TRACE_JURISDICTION] = "jurisdiction",
    [TRACE_ISOLATION] = "isolation",
    [TRACE_NOT_PROVIDERS] = "not_providers",
    [TRACE_PRIORITY] = "priority",
    [TRACE_DEADLINE] = "deadline",
    [TRACE_PATIENCE] = "patience_s",
    [TRACE_LIMIT] = "limit_s",
    [TRACE_PREEMPTIBLE] = "preemptible",
    [TRACE_CHECKPOINT_INTERVAL] = "checkpoint_interval_s",
    [TRACE_CHECKPOINT_COST] = "checkpoint_cost_s",
    [TRACE_RESTART] = "restart_s",
    [TRACE_STARTED] = "started",
};

#define ROWS_MAX (UINT32_MAX - 1)

/* What only building needs.  The arrays of a trace are grown by realloc, which moves
 * pages instead of bytes, and are not in its arena, where the old ones would stay. */
struct trace_builder {
    struct arena arena;
    struct names kinds; /* content of a kind -> its number */
    size_t jobs_room, ids_used, ids_room, kinds_room;
    uint32_t last_kind;
    int64_t last_submit_ms;
};

static void *resize(void *old, size_t n, size_t size)
{
    assert(n <= SIZE_MAX / size);
    void *memory = realloc(old, n * size);
    if (!memory)
        out_of_memory();
    return memory;
}

void trace_begin(struct trace *trace, const char *path, bool absolute)
{
    *trace = (struct trace){.absolute = absolute, .was_sorted = true};
    trace->path = arena_strdup(&trace->arena, path);
    trace->names.arena = &trace->arena;
    trace->builder = calloc(1, sizeof *trace->builder);
    if (!trace->builder)
        out_of_memory();
    trace->builder->kinds.arena = &trace->builder->arena;
    trace->builder->last_submit_ms = INT64_MIN;
}

static void builder_delete(struct trace_builder *builder)
{
    if (builder)
        arena_free(&builder->arena);
    free(builder);
}

void trace_free(struct trace *trace)
{
    builder_delete(trace->builder);
    free(trace->jobs);
    free(trace->times);
    free(trace->ids);
    arena_free(&trace->arena);
    *trace = (struct trace){0};
}

struct trace_row trace_row(int64_t submit_ms, int64_t duration_ms, int32_t gpus)
{
    return (struct trace_row){
        .job = {.submit_ms = submit_ms, .duration_ms = duration_ms, .gpus = gpus},
        .kind = {.workload = NAMES_NONE, .tenant = NAMES_NONE},
        .times = {INT64_MAX, INT64_MAX, INT64_MAX},
    };
}

uint32_t trace_name(struct trace *trace, const char *text, size_t length)
{
    return names_add(&trace->names, text, length);
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_kind(const struct job_kind *a, const struct job_kind *b)
{
    return a->workload == b->workload && a->tenant == b->tenant &&
           a->memory_mb == b->memory_mb && a->isolation == b->isolation &&
           a->preemptible == b->preemptible &&
           a->checkpoint_interval_ms == b->checkpoint_interval_ms &&
           a->checkpoint_cost_ms == b->checkpoint_cost_ms &&
           a->restart_ms == b->restart_ms && same_text(a->pools, b->pools) &&
           same_text(a->classes, b->classes) &&
           same_text(a->jurisdiction, b->jurisdiction) &&
           same_text(a->not_providers, b->not_providers);
}

#define KIND_KEY (4 * JOB_LIST_MAX + 256)

/* Texts hold no control characters, so that \n keeps them apart; \t is no text. */
static size_t kind_key(char key[KIND_KEY], const struct job_kind *kind)
{
    int length =
        snprintf(key, KIND_KEY,
                 "%" PRIu32 ",%" PRIu32 ",%" PRId64 ",%d,%d,%" PRId64 ",%" PRId64
                 ",%" PRId64 "\n%s\n%s\n%s\n%s",
                 kind->workload, kind->tenant, kind->memory_mb, (int)kind->isolation,
                 kind->preemptible, kind->checkpoint_interval_ms,
                 kind->checkpoint_cost_ms, kind->restart_ms,
                 kind->pools ? kind->pools : "\t", kind->classes ? kind->classes : "\t",
                 kind->jurisdiction ? kind->jurisdiction : "\t",
                 kind->not_providers ? kind->not_providers : "\t");
    assert(length > 0 && length < KIND_KEY);
    return (size_t)length;
}

static const char *keep_text(struct trace *trace, const char *text)
{
    return text ? arena_strdup(&trace->arena, text) : NULL;
}

static void append_kind(struct trace *trace, const struct job_kind *kind)
{
    struct trace_builder *builder = trace->builder;
    if (trace->n_kinds == builder->kinds_room) {
        size_t room = builder->kinds_room ? 2 * builder->kinds_room : 16;
        trace->kinds = arena_grow(&trace->arena, trace->kinds, trace->n_kinds, room,
                                  sizeof *trace->kinds);
        builder->kinds_room = room;
    }
    struct job_kind *own = &trace->kinds[trace->n_kinds++];
    *own = *kind;
    own->pools = keep_text(trace, kind->pools);
    own->classes = keep_text(trace, kind->classes);
    own->jurisdiction = keep_text(trace, kind->jurisdiction);
    own->not_providers = keep_text(trace, kind->not_providers);
}

uint32_t trace_kind(struct trace *trace, const struct job_kind *kind)
{
    struct trace_builder *builder = trace->builder;
    if (trace->n_kinds && same_kind(kind, &trace->kinds[builder->last_kind]))
        return builder->last_kind;

    char key[KIND_KEY];
    size_t length = kind_key(key, kind);
    builder->last_kind = names_add(&builder->kinds, key, length);
    if (builder->last_kind == trace->n_kinds)
        append_kind(trace, kind);
    return builder->last_kind;
}

static void make_room(struct trace *trace)
{
    struct trace_builder *builder = trace->builder;
    if (trace->n < builder->jobs_room)
        return;
    size_t room = builder->jobs_room ? 2 * builder->jobs_room : 1024;
    trace->jobs = resize(trace->jobs, room, sizeof *trace->jobs);
    if (trace->times)
        trace->times = resize(trace->times, room, sizeof *trace->times);
    builder->jobs_room = room;
}

/* Most traces have none of these times, and then no array for them. */
static void append_times(struct trace *trace, const struct job_times *times)
{
    static const struct job_times none = {INT64_MAX, INT64_MAX, INT64_MAX};
    bool started = times->started_ms != INT64_MAX;
    bool given = times->deadline_ms != INT64_MAX || times->patience_ms != INT64_MAX;
    trace->has_started |= started;
    given |= started;
    if (!trace->times && given) {
        trace->times = resize(NULL, trace->builder->jobs_room, sizeof *trace->times);
        for (size_t i = 0; i < trace->n; i++)
            trace->times[i] = none;
    }
    if (trace->times)
        trace->times[trace->n] = *times;
}

static uint32_t append_id(struct trace *trace, const char *id)
{
    struct trace_builder *builder = trace->builder;
    size_t length = strlen(id) + 1;
    if (builder->ids_room - builder->ids_used < length) {
        builder->ids_room = 2 * builder->ids_room + length + 4096;
        trace->ids = resize(trace->ids, builder->ids_room, 1);
    }
    size_t offset = builder->ids_used;
    assert(offset <= UINT32_MAX);
    memcpy(trace->ids + offset, id, length);
    builder->ids_used += length;
    return (uint32_t)offset;
}

static uint32_t append_number(struct trace *trace, uint32_t number)
{
    char text[16];
    snprintf(text, sizeof text, "%" PRIu32, number);
    return append_id(trace, text);
}

/* The first id turns the numbers before it into texts. */
static uint32_t keep_id(struct trace *trace, const char *id)
{
    uint32_t number = (uint32_t)trace->n + 1;
    if (!trace->has_ids && !id)
        return number;
    if (!trace->has_ids)
        for (size_t i = 0; i < trace->n; i++)
            trace->jobs[i].id = append_number(trace, trace->jobs[i].id);
    trace->has_ids = true;
    return id ? append_id(trace, id) : append_number(trace, number);
}

void trace_add_job(struct trace *trace, const struct job *job,
                   const struct job_times *times, const char *id)
{
    assert(trace->builder && trace->n < ROWS_MAX);
    assert(job->duration_ms >= 1 && job->gpus >= 1 && job->kind < trace->n_kinds);
    make_room(trace);
    append_times(trace, times);
    struct job *own = &trace->jobs[trace->n];
    *own = *job;
    own->id = keep_id(trace, id);
    trace->n++;

    if (job->submit_ms < trace->builder->last_submit_ms)
        trace->was_sorted = false;
    trace->builder->last_submit_ms = job->submit_ms;
    trace->has_limits |= job->limit_ms > 0;
    if (job->gpus > trace->gpus_max)
        trace->gpus_max = job->gpus;
    trace->gpu_ms += (int128)job->gpus * job->duration_ms;
}

void trace_add(struct trace *trace, const struct trace_row *row)
{
    struct job job = row->job;
    job.kind = trace_kind(trace, &row->kind);
    trace_add_job(trace, &job, &row->times, row->id);
}

struct sort_entry {
    uint64_t key; /* submit_ms from the earliest */
    uint32_t job;
};

/* One pass of a radix sort, which is stable by nature. */
static void sort_by_digit(const struct sort_entry *from, struct sort_entry *to,
                          size_t n, int shift)
{
    size_t begin[2049] = {0};
    for (size_t i = 0; i < n; i++)
        begin[(from[i].key >> shift & 2047) + 1]++;
    for (size_t digit = 0; digit < 2048; digit++)
        begin[digit + 1] += begin[digit];
    for (size_t i = 0; i < n; i++)
        to[begin[from[i].key >> shift & 2047]++] = from[i];
}

/* The jobs' numbers in order of submit; the caller frees. */
static struct sort_entry *sorted_order(const struct trace *trace)
{
    struct sort_entry *order = resize(NULL, trace->n, sizeof *order);
    struct sort_entry *other = resize(NULL, trace->n, sizeof *other);
    int64_t first = INT64_MAX, last = INT64_MIN;
    for (size_t i = 0; i < trace->n; i++) {
        int64_t submit_ms = trace->jobs[i].submit_ms;
        first = submit_ms < first ? submit_ms : first;
        last = submit_ms > last ? submit_ms : last;
    }
    for (size_t i = 0; i < trace->n; i++)
        order[i] = (struct sort_entry){
            (uint64_t)trace->jobs[i].submit_ms - (uint64_t)first, (uint32_t)i};

    uint64_t range = (uint64_t)last - (uint64_t)first;
    for (int shift = 0; shift < 64 && range >> shift; shift += 11) {
        sort_by_digit(order, other, trace->n, shift);
        struct sort_entry *sorted = other;
        other = order;
        order = sorted;
    }
    free(other);
    return order;
}

/* Moves each job to its place along the cycles of the order, in which from[i] tells who
 * comes to i: a copy of all jobs would double the memory of a large trace. */
static void permute(struct trace *trace, uint32_t from[])
{
    struct job_times none = {0};
    for (size_t i = 0; i < trace->n; i++) {
        if (from[i] == i)
            continue;
        struct job job = trace->jobs[i];
        struct job_times times = trace->times ? trace->times[i] : none;
        size_t to = i;
        while (from[to] != i) {
            size_t next = from[to];
            trace->jobs[to] = trace->jobs[next];
            if (trace->times)
                trace->times[to] = trace->times[next];
            from[to] = (uint32_t)to;
            to = next;
        }
        trace->jobs[to] = job;
        if (trace->times)
            trace->times[to] = times;
        from[to] = (uint32_t)to;
    }
}

static void sort_jobs(struct trace *trace)
{
    struct sort_entry *order = sorted_order(trace);
    uint32_t *from = resize(NULL, trace->n, sizeof *from);
    for (size_t i = 0; i < trace->n; i++)
        from[i] = order[i].job;
    free(order);
    permute(trace, from);
    free(from);
}

void trace_finish(struct trace *trace)
{
    if (!trace->was_sorted)
        sort_jobs(trace);
    if (trace->n) {
        trace->jobs = resize(trace->jobs, trace->n, sizeof *trace->jobs);
        if (trace->times)
            trace->times = resize(trace->times, trace->n, sizeof *trace->times);
    }
    builder_delete(trace->builder);
    trace->builder = NULL;
}

bool trace_is_numbered(const struct trace *trace)
{
    if (trace->has_ids)
        return false;
    for (size_t i = 0; i < trace->n; i++)
        if (trace->jobs[i].id != i + 1)
            return false;
    return true;
}

const char *trace_job_id(const struct trace *trace, const struct job *job,
                         char text[16])
{
    if (trace->has_ids)
        return trace->ids + job->id;
    snprintf(text, 16, "%" PRIu32, job->id);
    return text;
}

static void check_job(const struct trace *trace, const struct job *job)
{
    assert(job->duration_ms >= 1 && job->duration_ms <= JOB_DURATION_MAX);
    assert(job->gpus >= 1 && job->gpus <= trace->gpus_max);
    assert((int128)job->gpus * job->duration_ms <= JOB_GPU_MS_MAX);
    assert(job->limit_ms >= 0 && (job->limit_ms == 0 || trace->has_limits));
    assert(job->kind < trace->n_kinds);
    assert(trace->has_ids || (job->id >= 1 && job->id < UINT32_MAX));
}

void trace_check(const struct trace *trace)
{
    assert(!trace->builder);
    assert(trace->gpus_max <= JOB_GPUS_MAX);
    int128 gpu_ms = 0;
    for (size_t i = 0; i < trace->n; i++) {
        const struct job *job = &trace->jobs[i];
        check_job(trace, job);
        assert(i == 0 || job[-1].submit_ms <= job->submit_ms);
        assert(!trace->times || trace->times[i].deadline_ms >= job->submit_ms);
        assert(!trace->times || trace->times[i].patience_ms >= 0);
        assert(!trace->times || trace->times[i].started_ms >= job->submit_ms);
        gpu_ms += (int128)job->gpus * job->duration_ms;
    }
    assert(gpu_ms == trace->gpu_ms);
    for (size_t i = 0; i < trace->n_kinds; i++) {
        const struct job_kind *kind = &trace->kinds[i];
        assert(kind->workload == NAMES_NONE || kind->workload < trace->names.n);
        assert(kind->tenant == NAMES_NONE || kind->tenant < trace->names.n);
        assert(kind->memory_mb >= 0);
    }
}

static void print_submit(const struct trace *trace, int64_t submit_ms, FILE *out)
{
    char date[CALENDAR_TEXT], seconds[DECIMAL_TEXT];
    calendar_format(submit_ms, date);
    decimal_write(seconds, submit_ms, 3);
    fputs(trace->absolute ? date : seconds, out);
}

void trace_print(const struct trace *trace, FILE *out)
{
    char gpu_h[DECIMAL_TEXT];
    decimal_write(gpu_h, divide_rounded(trace->gpu_ms, 3600), 3);
    fprintf(out, "%s: %zu jobs, %s GPU-h, gangs of up to %" PRId32 ", %zu kinds",
            trace->path, trace->n, gpu_h, trace->gpus_max, trace->n_kinds);
    if (trace->n) {
        fputs(", submits from ", out);
        print_submit(trace, trace->jobs[0].submit_ms, out);
        fputs(" to ", out);
        print_submit(trace, trace->jobs[trace->n - 1].submit_ms, out);
    }
    fputs(trace->was_sorted ? "\n" : ", sorted on reading\n", out);
}
