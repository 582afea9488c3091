/* Row files of a study, whose checksums are made right where a line does not begin with
 * '!': else nothing would come behind them. */

#include "fuzz.h"
#include "study/rows_parts.h"

struct text {
    char *bytes;
    size_t length, room;
};

static void add(struct text *text, const char *bytes, size_t length)
{
    if (text->room - text->length < length + 1) {
        text->room = 2 * (text->length + length + 1);
        text->bytes = realloc(text->bytes, text->room);
    }
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
}

static const char *file_of(int which, struct fuzz_bytes bytes)
{
    struct text text = {NULL, 0, 0};
    const char *at = bytes.text, *end = at + bytes.length;
    while (at < end) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        size_t length = (size_t)((line_end ? line_end : end) - at);
        char crc[16];
        snprintf(crc, sizeof crc, "%08x ", (unsigned)rows_crc(at, length));
        if (*at == '!') {
            add(&text, at + 1, length - 1);
        } else {
            add(&text, crc, ROWS_CRC_LENGTH);
            add(&text, at, length);
        }
        if (line_end)
            add(&text, "\n", 1);
        at += length + (line_end != NULL);
    }
    const char *path = fuzz_file(which, (struct fuzz_bytes){text.bytes, text.length});
    free(text.bytes);
    return path;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = fuzz_split(data, size);
    const char *paths[] = {file_of(0, input.text), file_of(1, input.rest)};
    struct rows_files files = {.paths = paths, .n = 2};
    struct error err = {0};
    struct rows_reader *reader = rows_open(&files, "id", &err);
    struct row row;
    uint64_t next = 0;
    bool more = false, ok = reader != NULL;
    while (ok && (ok = rows_next(reader, &row, &more, &err)) && more) {
        fuzz_expect(row.task >= next);
        fuzz_expect(strlen(row.payload) <= row.length);
        next = row.task + 1;
        if (next == 0)
            break; /* the last task there can be */
    }
    if (!ok)
        fuzz_expect_error(&err);
    rows_free(reader);
    return 0;
}
