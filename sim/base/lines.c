#include "base/lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

#define CHUNK ((size_t)1 << 17)

struct input {
    struct line line;
    bool (*take)(void *self, const struct line *line, struct error *err);
    void *self;
    struct bytes *bytes;
    struct error *err;
    char *buffer; /* LINES_MAX + CHUNK bytes and a NUL */
    size_t begin, end;
    bool at_end;
};

static bool fill(struct input *in)
{
    size_t kept = in->end - in->begin, got;
    memmove(in->buffer, in->buffer + in->begin, kept);
    in->begin = 0;
    in->end = kept;
    if (!bytes_read(in->bytes, in->buffer + kept, CHUNK, &got, in->err))
        return false;
    in->end += got;
    in->at_end = got == 0;
    return true;
}

static bool hand_on(struct input *in, size_t length)
{
    struct place place = {in->line.path, ++in->line.number, 0};
    char *text = in->buffer + in->begin;
    in->begin += length;
    if (length > LINES_MAX)
        return error_at(in->err, place, "a line of over 1 MiB; is this a text file?");
    if (length && text[length - 1] == '\n')
        length--;
    if (length && text[length - 1] == '\r')
        length--;
    if (!utf8_is_plain_ascii(text, length) && !utf8_check(text, length, place, in->err))
        return false;
    in->line.text = text;
    in->line.length = length;
    text[length] = '\0';
    return in->take(in->self, &in->line, in->err);
}

static bool read_all(struct input *in)
{
    while (in->end < 3 && !in->at_end)
        if (!fill(in))
            return false;
    if (!utf8_skip_mark(in->buffer, in->end, in->line.path, &in->begin, in->err))
        return false;
    for (;;) {
        char *from = in->buffer + in->begin;
        char *newline = memchr(from, '\n', in->end - in->begin);
        size_t held = in->end - in->begin;
        if (newline || held > LINES_MAX || (in->at_end && held)) {
            if (!hand_on(in, newline ? (size_t)(newline + 1 - from) : held))
                return false;
        } else if (in->at_end) {
            return true;
        } else if (!fill(in)) {
            return false;
        }
    }
}

bool lines_read(const char *path,
                bool (*take)(void *self, const struct line *line, struct error *err),
                void *self, char digest[SHA256_HEX], struct error *err)
{
    struct bytes *bytes = bytes_open(path, err);
    if (!bytes)
        return false;
    struct input in = {.line.path = strcmp(path, "-") == 0 ? "<stdin>" : path,
                       .take = take,
                       .self = self,
                       .bytes = bytes,
                       .err = err,
                       .buffer = malloc(LINES_MAX + CHUNK + 1)};
    if (!in.buffer)
        out_of_memory();
    bool ok = read_all(&in);
    if (ok && digest)
        bytes_digest(bytes, digest);
    free(in.buffer);
    bytes_close(bytes);
    return ok;
}
