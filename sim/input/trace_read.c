#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "input/trace.h"
#include "input/trace_fields.h"

#define RAW_KEY_MAX 4096

/*
 * What makes up a job's kind is seldom new, so its fields are looked at as they stand:
 * their bytes, one after the other, lead to the number of a kind that was parsed and
 * checked when they were seen first.
 */
struct kind_cache {
    struct arena arena;
    struct names raw;
    uint32_t *kinds; /* by the number of the raw text */
    size_t kinds_room;
    char last_key[RAW_KEY_MAX];
    size_t last_length;
    uint32_t last_kind;
    bool any;
};

struct trace_reader {
    struct trace *trace;
    struct trace_fields fields;
    enum trace_column kind_columns[TRACE_COLUMNS];
    size_t n_kind_columns;
    struct trace_clock clock;
    uint64_t id_bytes;
    struct kind_cache cache;
};

static bool is_of_kind(enum trace_column column)
{
    switch (column) {
    case TRACE_TENANT:
    case TRACE_WORKLOAD:
    case TRACE_POOLS:
    case TRACE_CLASSES:
    case TRACE_MEMORY:
    case TRACE_JURISDICTION:
    case TRACE_ISOLATION:
    case TRACE_NOT_PROVIDERS:
    case TRACE_PREEMPTIBLE:
    case TRACE_CHECKPOINT_INTERVAL:
    case TRACE_CHECKPOINT_COST:
    case TRACE_RESTART: return true;
    default: return false;
    }
}

/* A submit or a deadline: of the kind that the first submit had. */
static bool parse_instant(struct trace_reader *reader, enum trace_column column,
                          int64_t *ms)
{
    struct trace_fields *fields = &reader->fields;
    struct error why;
    return trace_clock_read(&reader->clock, trace_field(fields, column),
                            fields->record->line, ms, &why) ||
           trace_field_bad(fields, column, "%s", why.text);
}

static bool parse_name(struct trace_reader *reader, enum trace_column column,
                       uint32_t *name)
{
    struct csv_field text;
    if (!trace_field_text(&reader->fields, column, JOB_WORD_MAX, &text))
        return false;
    if (text.length)
        *name = trace_name(reader->trace, text.text, text.length);
    return true;
}

static bool parse_kind(struct trace_reader *reader, uint32_t *number)
{
    static const char *const isolations[] = {"shared", "dedicated"};
    static const char *const truths[] = {"false", "true"};
    struct job_kind kind = trace_row(0, 1, 1).kind;
    char pools[JOB_LIST_MAX + 1], classes[JOB_LIST_MAX + 1],
        jurisdiction[JOB_LIST_MAX + 1], not_providers[JOB_LIST_MAX + 1];
    int isolation, preemptible;

    bool ok =
        parse_name(reader, TRACE_TENANT, &kind.tenant) &&
        parse_name(reader, TRACE_WORKLOAD, &kind.workload) &&
        trace_field_list(&reader->fields, TRACE_POOLS, pools, &kind.pools) &&
        trace_field_list(&reader->fields, TRACE_CLASSES, classes, &kind.classes) &&
        trace_field_memory(&reader->fields, &kind.memory_mb) &&
        trace_field_list(&reader->fields, TRACE_JURISDICTION, jurisdiction,
                         &kind.jurisdiction) &&
        trace_field_list(&reader->fields, TRACE_NOT_PROVIDERS, not_providers,
                         &kind.not_providers) &&
        trace_field_choice(&reader->fields, TRACE_ISOLATION, isolations, &isolation) &&
        trace_field_choice(&reader->fields, TRACE_PREEMPTIBLE, truths, &preemptible) &&
        trace_field_optional_ms(&reader->fields, TRACE_CHECKPOINT_INTERVAL, 0,
                                &kind.checkpoint_interval_ms) &&
        trace_field_optional_ms(&reader->fields, TRACE_CHECKPOINT_COST, 0,
                                &kind.checkpoint_cost_ms) &&
        trace_field_optional_ms(&reader->fields, TRACE_RESTART, 0, &kind.restart_ms);
    if (!ok)
        return false;
    kind.isolation = isolation ? ISOLATION_DEDICATED : ISOLATION_SHARED;
    kind.preemptible = preemptible == 1;
    *number = trace_kind(reader->trace, &kind);
    return true;
}

/* 0 where the fields are too long for the cache.  No text that was accepted holds the
 * separator, so a key stands for one list of fields only. */
static size_t raw_key(const struct trace_reader *reader, char key[RAW_KEY_MAX])
{
    size_t used = 0;
    for (size_t i = 0; i < reader->n_kind_columns; i++) {
        struct csv_field field = trace_field(&reader->fields, reader->kind_columns[i]);
        if (field.length + 1 > RAW_KEY_MAX - used)
            return 0;
        memcpy(key + used, field.text, field.length);
        used += field.length;
        key[used++] = '\x1f';
    }
    return used;
}

static void remember_kind(struct kind_cache *cache, uint32_t raw, uint32_t kind)
{
    if (raw >= cache->kinds_room) {
        size_t room = cache->kinds_room ? 2 * cache->kinds_room : 64;
        cache->kinds = arena_grow(&cache->arena, cache->kinds, cache->kinds_room, room,
                                  sizeof *cache->kinds);
        cache->kinds_room = room;
    }
    cache->kinds[raw] = kind;
}

static bool find_kind(struct trace_reader *reader, uint32_t *kind)
{
    struct kind_cache *cache = &reader->cache;
    char key[RAW_KEY_MAX];
    size_t length = raw_key(reader, key);
    if (length == 0 && reader->n_kind_columns)
        return parse_kind(reader, kind);
    if (cache->any && length == cache->last_length &&
        memcmp(key, cache->last_key, length) == 0) {
        *kind = cache->last_kind;
        return true;
    }

    uint32_t raw = names_find(&cache->raw, key, length);
    if (raw != NAMES_NONE) {
        *kind = cache->kinds[raw];
    } else {
        if (!parse_kind(reader, kind))
            return false;
        remember_kind(cache, names_add(&cache->raw, key, length), *kind);
    }
    memcpy(cache->last_key, key, length);
    cache->last_length = length;
    cache->last_kind = *kind;
    cache->any = true;
    return true;
}

/* An instant that is not before the submit; *ms stays where the field is empty. */
static bool parse_later(struct trace_reader *reader, enum trace_column column,
                        int64_t submit_ms, int64_t *ms)
{
    struct csv_field field = trace_field(&reader->fields, column);
    if (field.length == 0)
        return true;
    if (!parse_instant(reader, column, ms))
        return false;
    return *ms >= submit_ms ||
           trace_field_bad(&reader->fields, column, "%s is before the job's submit",
                           trace_show(field).text);
}

static bool parse_times(struct trace_reader *reader, int64_t submit_ms,
                        struct job_times *times)
{
    return parse_later(reader, TRACE_DEADLINE, submit_ms, &times->deadline_ms) &&
           parse_later(reader, TRACE_STARTED, submit_ms, &times->started_ms) &&
           trace_field_optional_ms(&reader->fields, TRACE_PATIENCE, 0,
                                   &times->patience_ms);
}

static bool parse_id(struct trace_reader *reader, const char **id)
{
    struct csv_field text;
    if (!trace_field_text(&reader->fields, TRACE_ID, JOB_ID_MAX, &text))
        return false;
    *id = text.length ? text.text : NULL;
    reader->id_bytes += text.length > 10 ? text.length + 1 : 11;
    if (reader->trace->n >= UINT32_MAX - 1 || reader->id_bytes > UINT32_MAX)
        return trace_field_bad(&reader->fields, TRACE_ID,
                               "more than 4294967294 jobs, or 4 GiB of ids");
    return true;
}

static bool parse_job(struct trace_reader *reader, struct job *job)
{
    bool ok =
        parse_instant(reader, TRACE_SUBMIT, &job->submit_ms) &&
        trace_field_ms(&reader->fields, TRACE_DURATION, 1, &job->duration_ms) &&
        trace_field_whole(&reader->fields, TRACE_GPUS, 1, JOB_GPUS_MAX, &job->gpus) &&
        trace_field_optional_ms(&reader->fields, TRACE_LIMIT, 1, &job->limit_ms) &&
        find_kind(reader, &job->kind);
    if (!ok)
        return false;
    if ((int128)job->gpus * job->duration_ms > JOB_GPU_MS_MAX)
        return trace_field_bad(
            &reader->fields, TRACE_DURATION,
            "%s s on %" PRId32 " GPUs are over 4e18 GPU-ms",
            trace_show(trace_field(&reader->fields, TRACE_DURATION)).text, job->gpus);
    return trace_field(&reader->fields, TRACE_PRIORITY).length == 0 ||
           trace_field_whole(&reader->fields, TRACE_PRIORITY, -JOB_PRIORITY_MAX,
                             JOB_PRIORITY_MAX, &job->priority);
}

static bool take_record(void *self, const struct csv_record *record, struct error *err)
{
    struct trace_reader *reader = self;
    reader->fields.record = record;
    reader->fields.err = err;

    struct job job = {0};
    struct job_times times = {INT64_MAX, INT64_MAX, INT64_MAX};
    const char *id = NULL;
    if (!parse_job(reader, &job) || !parse_times(reader, job.submit_ms, &times) ||
        !parse_id(reader, &id))
        return false;
    trace_add_job(reader->trace, &job, &times, id);
    return true;
}

static bool unknown_column(const struct csv_header *header, size_t i, struct error *err)
{
    struct place place = {header->path, 1, (int64_t)i + 1};
    const char *nearest = nearest_name(header->names[i].text, trace_columns);
    if (nearest)
        return error_at(err, place, "unknown column '%s'; did you mean '%s'?",
                        trace_show(header->names[i]).text, nearest);
    return error_at(
        err, place,
        "unknown column '%s'; a job trace has submit, duration_s, gpus and "
        "optional ones, and other formats are read by `tenure trace convert`",
        trace_show(header->names[i]).text);
}

static bool take_header(void *self, const struct csv_header *header, struct error *err)
{
    struct trace_reader *reader = self;
    reader->fields.path = header->path;
    size_t known = 0;
    for (int column = 0; column < TRACE_COLUMNS; column++) {
        reader->fields.at[column] = csv_column(header, trace_columns[column]);
        known += reader->fields.at[column] >= 0;
        if (reader->fields.at[column] >= 0 && is_of_kind((enum trace_column)column))
            reader->kind_columns[reader->n_kind_columns++] = (enum trace_column)column;
    }
    for (size_t i = 0; known < header->n && i < header->n; i++) {
        bool found = false;
        for (int column = 0; column < TRACE_COLUMNS; column++)
            found |= reader->fields.at[column] == (int)i;
        if (!found)
            return unknown_column(header, i, err);
    }
    reader->trace->has_started = reader->fields.at[TRACE_STARTED] >= 0;
    for (int column = 0; column <= TRACE_GPUS; column++)
        if (reader->fields.at[column] < 0)
            return error_at(err, (struct place){header->path, 1, 0},
                            "no column '%s'; a job trace has submit, duration_s and "
                            "gpus",
                            trace_columns[column]);
    return true;
}

struct csv_reader trace_reader_begin(struct trace *trace, const char *path)
{
    struct trace_reader *reader = calloc(1, sizeof *reader);
    if (!reader)
        out_of_memory();
    reader->trace = trace;
    reader->clock =
        (struct trace_clock){.absolute = &trace->absolute, .first = "submit"};
    reader->cache.raw.arena = &reader->cache.arena;
    trace_begin(trace, path, false);
    return (struct csv_reader){
        .header = take_header, .record = take_record, .self = reader};
}

void trace_reader_end(const struct csv_reader *csv)
{
    struct trace_reader *reader = csv->self;
    arena_free(&reader->cache.arena);
    free(reader);
}

bool trace_read(struct trace *trace, const char *path, struct error *err)
{
    struct csv_reader csv = trace_reader_begin(trace, path);
    bool ok = csv_read(path, &csv, trace->digest, err);
    if (ok)
        trace_finish(trace);
    trace_reader_end(&csv);
    return ok;
}

static bool read_stored(void *content, const char *path, struct error *err)
{
    return trace_read(content, path, err);
}

static void free_stored(void *content)
{
    trace_free(content);
}

const struct store_kind stored_trace = {sizeof(struct trace), read_stored, free_stored};
