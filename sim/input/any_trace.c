/* Traces of any kind: which it is, reading it, and what all have in common. */

#include "input/any_trace.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* A member that the traces of all kinds have, of the one that is read. */
#define MEMBER(trace_, name_)                                                          \
    ((trace_)->kind == IMPORT_PRICES     ? (trace_)->prices.name_                      \
     : (trace_)->kind == IMPORT_REQUESTS ? (trace_)->requests.name_                    \
     : (trace_)->kind == IMPORT_LEVEL    ? (trace_)->level.name_                       \
                                         : (trace_)->jobs.name_)

struct any_reader {
    struct import_result *trace;
    struct defects *defects; /* NULL: the first wrong row ends the reading */
    const char *path;
    struct csv_reader inner;
    bool begun;
};

static enum import_kind kind_of(const struct csv_header *header)
{
    if (price_trace_header(header))
        return IMPORT_PRICES;
    if (request_trace_header(header))
        return IMPORT_REQUESTS;
    if (level_trace_header(header))
        return IMPORT_LEVEL;
    bool timed = false, jobs = false;
    for (size_t i = 0; i < header->n; i++) {
        const char *name = header->names[i].text;
        timed |= strcasecmp(name, "time") == 0;
        jobs |= strcasecmp(name, "submit") == 0 || strcasecmp(name, "duration_s") == 0;
    }
    return timed && !jobs ? IMPORT_LEVEL : IMPORT_JOBS;
}

/* "time;gpus" */
static bool check_delimiter(const struct csv_header *header, struct error *err)
{
    const char *name = header->names[0].text;
    if (header->n > 1 || !name[strcspn(name, ";\t|")])
        return true;
    return error_at(err, (struct place){header->path, 1, 0},
                    "the header line '%.60s' is one column; commas part the columns of "
                    "a trace, and other formats are read by `tenure trace convert`",
                    name);
}

static struct csv_reader begin(struct import_result *trace, const char *path)
{
    switch (trace->kind) {
    case IMPORT_PRICES: return price_reader_begin(&trace->prices, path);
    case IMPORT_REQUESTS: return request_reader_begin(&trace->requests, path);
    case IMPORT_LEVEL: return level_reader_begin(&trace->level, path);
    case IMPORT_JOBS: break;
    }
    return trace_reader_begin(&trace->jobs, path);
}

static void end(const struct any_reader *reader)
{
    if (!reader->begun)
        return;
    switch (reader->trace->kind) {
    case IMPORT_PRICES: price_reader_end(&reader->inner); break;
    case IMPORT_REQUESTS: request_reader_end(&reader->inner); break;
    case IMPORT_LEVEL: level_reader_end(&reader->inner); break;
    case IMPORT_JOBS: trace_reader_end(&reader->inner); break;
    }
}

static bool finish(struct import_result *trace, struct error *err)
{
    switch (trace->kind) {
    case IMPORT_PRICES: price_trace_finish(&trace->prices); return true;
    case IMPORT_REQUESTS: request_trace_finish(&trace->requests); return true;
    case IMPORT_LEVEL: return level_trace_finish(&trace->level, err);
    case IMPORT_JOBS: trace_finish(&trace->jobs); break;
    }
    return true;
}

/* ---- defects ---- */

/* The message without its place, each number as # and each quoted text as '...'. */
static void write_pattern(char pattern[160], const char *message)
{
    size_t used = 0;
    for (const char *at = message; *at && used < 155; at++) {
        const char *close = *at == '\'' ? strchr(at + 1, '\'') : NULL;
        bool in_number = used > 0 && pattern[used - 1] == '#';
        if (close) {
            memcpy(pattern + used, "'...'", 5);
            used += 5;
            at = close;
        } else if (isdigit((unsigned char)*at)) {
            if (!in_number)
                pattern[used++] = '#';
        } else if (!(in_number && *at == '.' && isdigit((unsigned char)at[1])) &&
                   !(*at == '-' && isdigit((unsigned char)at[1]))) {
            pattern[used++] = *at;
        }
    }
    pattern[used] = '\0';
}

/* "jobs.csv:17:3: gpus: ..." from "gpus" on. */
static const char *skip_place(const char *message, const char *path)
{
    size_t length = strlen(path);
    if (strncmp(message, path, length) != 0 || message[length] != ':')
        return message;
    const char *at = message + length;
    if (!isdigit((unsigned char)at[1]))
        return message;
    while (*at == ':' && isdigit((unsigned char)at[1]))
        at += 1 + strspn(at + 1, "0123456789");
    return strncmp(at, ": ", 2) == 0 ? at + 2 : message;
}

/* As much of the message as there is room for, without half of a character. */
static void copy_cut(char to[DEFECT_TEXT], const char *from)
{
    size_t length = strnlen(from, DEFECT_TEXT - 1);
    while (length > 0 && from[length] && ((unsigned char)from[length] & 0xc0) == 0x80)
        length--;
    memcpy(to, from, length);
    to[length] = '\0';
}

static void note_defect(struct defects *defects, const char *path,
                        const struct error *err)
{
    char pattern[160];
    write_pattern(pattern, skip_place(err->text, path));
    defects->rows_wrong++;
    size_t i = 0;
    while (i < defects->n && strcmp(defects->kinds[i].pattern, pattern) != 0)
        i++;
    if (i == DEFECT_KINDS_MAX) {
        defects->rows_of_more_kinds++;
        return;
    }
    struct defect_kind *kind = &defects->kinds[i];
    if (i == defects->n) {
        defects->n++;
        memcpy(kind->pattern, pattern, sizeof pattern);
    }
    if (kind->rows < DEFECTS_SHOWN)
        copy_cut(kind->first[kind->rows], err->text);
    kind->rows++;
}

static const char *shown_path(const char *path)
{
    return strcmp(path, "-") == 0 ? "<stdin>" : path;
}

/* ---- reading ---- */

static bool take_header(void *self, const struct csv_header *header, struct error *err)
{
    struct any_reader *reader = self;
    if (!check_delimiter(header, err))
        return false;
    reader->trace->kind = kind_of(header);
    reader->inner = begin(reader->trace, reader->path);
    reader->begun = true;
    return reader->inner.header(reader->inner.self, header, err);
}

static bool take_record(void *self, const struct csv_record *record, struct error *err)
{
    struct any_reader *reader = self;
    bool ok = reader->inner.record(reader->inner.self, record, err);
    if (!reader->defects)
        return ok;
    reader->defects->rows_read++;
    if (!ok)
        note_defect(reader->defects, record->path, err);
    return true;
}

static bool take_ragged(void *self, int64_t line, const struct error *err)
{
    (void)line;
    struct any_reader *reader = self;
    if (!reader->defects)
        return false;
    reader->defects->rows_read++;
    note_defect(reader->defects, shown_path(reader->path), err);
    return true;
}

static bool read_all(struct any_reader *reader, struct error *err)
{
    char digest[SHA256_HEX] = "";
    struct csv_reader csv = {.header = take_header,
                             .record = take_record,
                             .ragged = take_ragged,
                             .self = reader};
    *reader->trace = (struct import_result){.kind = IMPORT_JOBS};
    bool ok = csv_read(reader->path, &csv, digest, err);
    end(reader);
    if (reader->begun)
        memcpy(MEMBER(reader->trace, digest), digest, sizeof digest);
    return ok;
}

bool any_trace_read(struct import_result *trace, const char *path, struct error *err)
{
    struct any_reader reader = {.trace = trace, .path = path};
    return read_all(&reader, err) && finish(trace, err);
}

bool any_trace_examine(struct import_result *trace, struct defects *defects,
                       const char *path, struct error *err)
{
    struct any_reader reader = {.trace = trace, .defects = defects, .path = path};
    *defects = (struct defects){0};
    struct error why = {0};
    if (!read_all(&reader, &why)) {
        if (defects->rows_read == 0) {
            *err = why;
            return false;
        }
        defects->stopped = true;
        defects->rows_read++; /* the one in which reading ended */
        note_defect(defects, shown_path(path), &why);
        return true;
    }
    if (!finish(trace, &why))
        note_defect(defects, shown_path(path), &why);
    return true;
}

/* ---- what all have ---- */

size_t any_trace_rows(const struct import_result *trace)
{
    return MEMBER(trace, n);
}

const char *any_trace_path(const struct import_result *trace)
{
    return MEMBER(trace, path);
}

const char *any_trace_digest(const struct import_result *trace)
{
    return MEMBER(trace, digest);
}

bool any_trace_dated(const struct import_result *trace)
{
    switch (trace->kind) {
    case IMPORT_PRICES: return true;
    case IMPORT_REQUESTS: return trace->requests.absolute;
    case IMPORT_LEVEL: return trace->level.absolute;
    case IMPORT_JOBS: break;
    }
    return trace->jobs.absolute;
}

bool any_trace_was_sorted(const struct import_result *trace)
{
    return MEMBER(trace, was_sorted);
}

const char *any_trace_count_noun(const struct import_result *trace, size_t n)
{
    static const char *const nouns[] = {[IMPORT_JOBS] = "job",
                                        [IMPORT_LEVEL] = "level",
                                        [IMPORT_REQUESTS] = "request",
                                        [IMPORT_PRICES] = "price"};
    return n == 1 ? nouns[trace->kind] : any_trace_noun(trace);
}

const char *any_trace_noun(const struct import_result *trace)
{
    static const char *const nouns[] = {[IMPORT_JOBS] = "jobs",
                                        [IMPORT_LEVEL] = "levels",
                                        [IMPORT_REQUESTS] = "requests",
                                        [IMPORT_PRICES] = "prices"};
    return nouns[trace->kind];
}
