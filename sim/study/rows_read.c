#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "study/rows_parts.h"

#define BUFFERS_TOTAL ((size_t)64 << 20)
#define CHUNK_MIN     ((size_t)4 << 10)
#define CHUNK_MAX     ((size_t)256 << 10)
#define KEPT_OPEN     128 /* files */

/* A file and how far it was read. */
struct cursor {
    const char *path;
    int fd;   /* -1: not open */
    off_t at; /* of the file, behind the buffer */
    char *buffer;
    size_t begin, end, room;
    bool at_end;
    int64_t line;  /* of the last one taken */
    uint64_t next; /* no task below it may follow */
    struct row row;
};

struct rows_reader {
    const char *id;
    struct cursor *cursors;
    size_t n;
    size_t chunk;
    struct cursor **heap; /* those with a row: the smallest task, then file, first */
    size_t n_heap;
    struct cursor *current; /* its row was handed out */
};

uint32_t rows_crc(const char *body, size_t length)
{
    return (uint32_t)crc32(0, (const unsigned char *)body, (uInt)length);
}

static bool fill(struct rows_reader *reader, struct cursor *cursor, struct error *err)
{
    size_t held = cursor->end - cursor->begin;
    if (cursor->begin > 0 && held > 0)
        memmove(cursor->buffer, cursor->buffer + cursor->begin, held);
    cursor->begin = 0;
    cursor->end = held;
    if (cursor->room < held + reader->chunk) {
        cursor->room = held ? 2 * held + reader->chunk : reader->chunk;
        cursor->buffer = realloc(cursor->buffer, cursor->room);
        if (!cursor->buffer)
            out_of_memory();
    }
    if (cursor->fd < 0)
        cursor->fd = open(cursor->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe */
    if (cursor->fd < 0)
        return error_errno(err, cursor->path);
    ssize_t n;
    do
        n = pread(cursor->fd, cursor->buffer + held, reader->chunk, cursor->at);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return error_errno(err, cursor->path);
    cursor->at += n;
    cursor->end += (size_t)n;
    cursor->at_end = n == 0;
    if (cursor->at_end || reader->n > KEPT_OPEN) {
        close(cursor->fd);
        cursor->fd = -1;
    }
    return true;
}

/* The next line without its end and with a NUL in its place; NULL where no line ends
 * any more.  A line too long to be one comes back empty. */
static bool take_line(struct rows_reader *reader, struct cursor *cursor, char **text,
                      size_t *length, struct error *err)
{
    size_t seen = 0;
    bool overlong = false;
    if (!cursor->buffer && !fill(reader, cursor, err))
        return false;
    for (;;) {
        char *from = cursor->buffer + cursor->begin;
        size_t held = cursor->end - cursor->begin;
        char *end = held > seen ? memchr(from + seen, '\n', held - seen) : NULL;
        if (end) {
            *end = '\0';
            *text = from;
            *length = overlong ? 0 : (size_t)(end - from);
            cursor->begin += (size_t)(end - from) + 1;
            cursor->line++;
            return true;
        }
        *text = NULL;
        if (cursor->at_end)
            return true;
        seen = held;
        if (held > ROWS_LINE_MAX) {
            overlong = true;
            cursor->begin = cursor->end;
            seen = 0;
        }
        if (!fill(reader, cursor, err))
            return false;
    }
}

/* The body of a line whose checksum is right; NULL otherwise. */
static const char *body_of(const char *line, size_t length)
{
    uint32_t crc = 0;
    if (length < ROWS_CRC_LENGTH || line[ROWS_CRC_LENGTH - 1] != ' ')
        return NULL;
    for (size_t i = 0; i + 1 < ROWS_CRC_LENGTH; i++) {
        const char *digits = "0123456789abcdef", *digit = strchr(digits, line[i]);
        if (!digit || !*digit)
            return NULL;
        crc = crc << 4 | (uint32_t)(digit - digits);
    }
    const char *body = line + ROWS_CRC_LENGTH;
    return rows_crc(body, length - ROWS_CRC_LENGTH) == crc ? body : NULL;
}

static bool parse_row(const char *line, size_t length, struct row *row)
{
    const char *body = body_of(line, length), *c = body;
    if (!body || *c < '0' || *c > '9')
        return false;
    row->task = 0;
    for (; *c >= '0' && *c <= '9'; c++)
        if (__builtin_mul_overflow(row->task, 10, &row->task) ||
            __builtin_add_overflow(row->task, (uint64_t)(*c - '0'), &row->task))
            return false;
    row->payload = c + 1;
    row->length = length - (size_t)(c + 1 - line);
    return *c == ' ';
}

/* From a damaged line on: no row is left, or it is an error. */
static bool drop_rest(struct rows_reader *reader, struct cursor *cursor,
                      struct error *err)
{
    struct place place = {cursor->path, cursor->line, 0};
    for (;;) {
        char *text;
        size_t length;
        struct row row;
        if (!take_line(reader, cursor, &text, &length, err))
            return false;
        if (!text)
            return true;
        if (parse_row(text, length, &row))
            return error_at(err, place,
                            "the line is damaged, and whole ones follow it; delete the "
                            "file, and its replications are run again");
    }
}

static bool take_header(struct rows_reader *reader, struct cursor *cursor,
                        bool *has_rows, struct error *err)
{
    char *text;
    size_t length, magic = strlen(ROWS_MAGIC);
    *has_rows = false;
    if (!take_line(reader, cursor, &text, &length, err))
        return false;
    if (!text)
        return true;
    const char *body = body_of(text, length);
    if (!body || strncmp(body, ROWS_MAGIC, magic) != 0)
        return drop_rest(reader, cursor, err);
    if (strcmp(body + magic, reader->id) != 0)
        return error_at(err, (struct place){.file = cursor->path},
                        "these rows belong to another study");
    *has_rows = true;
    return true;
}

/* The next row of a file; `*more` is false at its end. */
static bool advance(struct rows_reader *reader, struct cursor *cursor, bool *more,
                    struct error *err)
{
    char *text;
    size_t length;
    *more = false;
    if (cursor->line == 0) {
        bool has_rows;
        if (!take_header(reader, cursor, &has_rows, err))
            return false;
        if (!has_rows)
            return true;
    }
    if (!take_line(reader, cursor, &text, &length, err))
        return false;
    if (!text)
        return true;
    if (!parse_row(text, length, &cursor->row))
        return drop_rest(reader, cursor, err);
    if (cursor->row.task < cursor->next)
        return error_at(err, (struct place){cursor->path, cursor->line, 0},
                        "row %" PRIu64 " comes too late; delete the file, and its "
                        "replications are run again",
                        cursor->row.task);
    cursor->next = cursor->row.task + 1;
    *more = true;
    return true;
}

static bool comes_before(const struct cursor *a, const struct cursor *b)
{
    return a->row.task != b->row.task ? a->row.task < b->row.task : a < b;
}

static void push(struct rows_reader *reader, struct cursor *cursor)
{
    size_t at = reader->n_heap++;
    while (at > 0 && comes_before(cursor, reader->heap[(at - 1) / 2])) {
        reader->heap[at] = reader->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    reader->heap[at] = cursor;
}

static struct cursor *pop(struct rows_reader *reader)
{
    struct cursor **heap = reader->heap, *top = heap[0];
    struct cursor *last = heap[--reader->n_heap];
    size_t at = 0, n = reader->n_heap;
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && comes_before(heap[child + 1], heap[child]))
            child++;
        if (!comes_before(heap[child], last))
            break;
        heap[at] = heap[child];
    }
    heap[at] = last;
    return top;
}

/* Puts a cursor back with its next row, or leaves it out when it has none. */
static bool push_next(struct rows_reader *reader, struct cursor *cursor,
                      struct error *err)
{
    bool more;
    if (!advance(reader, cursor, &more, err))
        return false;
    if (more)
        push(reader, cursor);
    else if (cursor->buffer) {
        free(cursor->buffer);
        cursor->buffer = NULL;
    }
    return true;
}

struct rows_reader *rows_open(const struct rows_files *files, const char *id,
                              struct error *err)
{
    struct rows_reader *reader = calloc(1, sizeof *reader);
    size_t room = files->n ? files->n : 1;
    if (!reader || !(reader->cursors = calloc(room, sizeof *reader->cursors)) ||
        !(reader->heap = calloc(room, sizeof *reader->heap)))
        out_of_memory();
    reader->id = id;
    reader->n = files->n;
    reader->chunk = BUFFERS_TOTAL / room;
    reader->chunk = reader->chunk < CHUNK_MIN   ? CHUNK_MIN
                    : reader->chunk > CHUNK_MAX ? CHUNK_MAX
                                                : reader->chunk;
    for (size_t i = 0; i < files->n; i++)
        reader->cursors[i] = (struct cursor){
            .path = files->paths[i], .fd = -1, .row.path = files->paths[i]};
    for (size_t i = 0; i < files->n; i++)
        if (!push_next(reader, &reader->cursors[i], err)) {
            rows_free(reader);
            return NULL;
        }
    return reader;
}

static bool same_row(const struct row *a, const struct row *b, struct error *err)
{
    if (a->length == b->length && memcmp(a->payload, b->payload, a->length) == 0)
        return true;
    return error_set(err,
                     "%s and %s hold different results of the same replication, as "
                     "machines that compute differently give; delete the one that you "
                     "do not trust",
                     a->path, b->path);
}

bool rows_next(struct rows_reader *reader, struct row *row, bool *more,
               struct error *err)
{
    *more = false;
    if (reader->current && !push_next(reader, reader->current, err))
        return false;
    reader->current = NULL;
    if (reader->n_heap == 0)
        return true;
    reader->current = pop(reader);
    *row = reader->current->row;
    while (reader->n_heap > 0 && reader->heap[0]->row.task == row->task)
        if (!same_row(row, &reader->heap[0]->row, err) ||
            !push_next(reader, pop(reader), err))
            return false;
    *more = true;
    return true;
}

void rows_free(struct rows_reader *reader)
{
    if (!reader)
        return;
    for (size_t i = 0; i < reader->n; i++) {
        free(reader->cursors[i].buffer);
        if (reader->cursors[i].fd >= 0)
            close(reader->cursors[i].fd);
    }
    free(reader->cursors);
    free(reader->heap);
    free(reader);
}
