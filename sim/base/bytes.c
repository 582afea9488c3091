#include "base/bytes.h"
#include "base/interrupt.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#define STORED_ROOM    ((size_t)1 << 18)
#define TEXT_MAX       (INT64_C(1) << 40)
#define WINDOW_LOG_MAX 27 /* 128 MiB, the zstd program's own limit */

enum packing { PLAIN, GZIP, ZSTANDARD };

struct bytes {
    char *name; /* for messages */
    int fd;
    enum packing packing;
    bool stored_end;    /* the descriptor has no more */
    bool between;       /* no gzip member or zstd frame is open */
    bool done;          /* the whole text has been handed out */
    int64_t text_bytes; /* handed out so far */
    z_stream gzip;
    ZSTD_DStream *zstd;
    struct sha256 sha;
    char digest[SHA256_HEX];
    size_t begin, end; /* of what is stored but not yet unpacked */
    uint8_t stored[STORED_ROOM];
};

static bool open_failed(struct error *err, const char *path)
{
    switch (errno) {
    case ENOENT: return error_set(err, "%s: there is no such file", path);
    case EACCES: return error_set(err, "%s: no permission to read it", path);
    case ENOTDIR:
        return error_set(err, "%s: a part of this path is no directory", path);
    default: return error_errno(err, path);
    }
}

static bool open_file(struct bytes *in, const char *path, struct error *err)
{
    if (strcmp(path, "-") == 0) {
        in->fd = STDIN_FILENO;
        return true;
    }
    if (*path == '\0')
        return error_set(err, "the name of a file to read is empty");
    in->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (in->fd < 0)
        return open_failed(err, path);

    struct stat status;
    if (fstat(in->fd, &status) != 0)
        return error_errno(err, path);
    if (S_ISDIR(status.st_mode))
        return error_set(err, "%s: is a directory; a file is wanted", path);
    return true;
}

/* Up to `room` stored bytes into `to`; 0 at the end. */
static bool read_stored(struct bytes *in, uint8_t *to, size_t room, size_t *got,
                        struct error *err)
{
    /* A signal that interrupts it is meant to. */
    ssize_t n = read(in->fd, to, room);
    if (n < 0)
        return error_errno(err, in->name);

    sha256_add(&in->sha, to, (size_t)n);
    in->stored_end = n == 0;
    *got = (size_t)n;
    return true;
}

static bool refill(struct bytes *in, struct error *err)
{
    if (in->begin < in->end || in->stored_end)
        return true;
    in->begin = 0;
    in->end = 0;
    return read_stored(in, in->stored, STORED_ROOM, &in->end, err);
}

/* A pipe may bring the first bytes one at a time. */
static bool read_magic(struct bytes *in, struct error *err)
{
    while (in->end < 6 && !in->stored_end) {
        size_t got = 0;
        if (!read_stored(in, in->stored + in->end, STORED_ROOM - in->end, &got, err))
            return false;
        in->end += got;
    }
    return true;
}

static bool begins_with(const struct bytes *in, const char *magic, size_t length)
{
    return in->end >= length && memcmp(in->stored, magic, length) == 0;
}

static bool is_zstandard(const struct bytes *in)
{
    bool skippable = in->end >= 4 && (in->stored[0] & 0xf0) == 0x50 &&
                     memcmp(in->stored + 1, "\x2a\x4d\x18", 3) == 0;
    return skippable || begins_with(in, "\x28\xb5\x2f\xfd", 4);
}

static bool recognise(struct bytes *in, struct error *err)
{
    static const struct {
        const char *magic, *name;
        size_t length;
    } foreign[] = {
        {"PK\3\4", "a zip archive or spreadsheet", 4},
        {"\xfd\x37zXZ", "an xz archive", 6},
        {"BZh", "a bzip2 archive", 3},
    };
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
        if (begins_with(in, foreign[i].magic, foreign[i].length))
            return error_set(err,
                             "%s: is %s; plain text, gzip and Zstandard can be read",
                             in->name, foreign[i].name);

    if (begins_with(in, "\x1f\x8b", 2))
        in->packing = GZIP;
    else if (is_zstandard(in))
        in->packing = ZSTANDARD;
    return true;
}

static void prepare(struct bytes *in)
{
    in->between = true;
    if (in->packing == GZIP && inflateInit2(&in->gzip, 16 + MAX_WBITS) != Z_OK)
        out_of_memory();
    if (in->packing != ZSTANDARD)
        return;
    in->zstd = ZSTD_createDStream();
    if (!in->zstd)
        out_of_memory();
    ZSTD_DCtx_setParameter(in->zstd, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
}

struct bytes *bytes_open(const char *path, struct error *err)
{
    struct bytes *in = calloc(1, sizeof *in);
    char *name = strdup(strcmp(path, "-") == 0 ? "<stdin>" : path);
    if (!in || !name)
        out_of_memory();
    in->name = name;
    in->fd = -1;
    sha256_start(&in->sha);
    if (!open_file(in, path, err) || !read_magic(in, err) || !recognise(in, err)) {
        bytes_close(in);
        return NULL;
    }
    prepare(in);
    return in;
}

static bool rubbish(const struct bytes *in, struct error *err)
{
    return error_set(err, "%s: something else follows the %s data", in->name,
                     in->packing == GZIP ? "gzip" : "Zstandard");
}

static bool inflate_some(struct bytes *in, uint8_t *to, size_t room, size_t *got,
                         struct error *err)
{
    z_stream *gzip = &in->gzip;
    if (in->between) {
        if (in->stored[in->begin] != 0x1f)
            return rubbish(in, err);
        inflateReset(gzip);
    }
    gzip->next_in = in->stored + in->begin;
    gzip->avail_in = (uInt)(in->end - in->begin);
    gzip->next_out = to;
    gzip->avail_out = (uInt)room;
    int result = inflate(gzip, Z_NO_FLUSH);
    in->begin = in->end - gzip->avail_in;
    in->between = result == Z_STREAM_END;
    *got = room - gzip->avail_out;

    if (result == Z_MEM_ERROR)
        out_of_memory();
    if (result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR)
        return true;
    return error_set(err, "%s: the gzip data is damaged (%s)", in->name,
                     gzip->msg ? gzip->msg : "no details");
}

static bool decompress_some(struct bytes *in, uint8_t *to, size_t room, size_t *got,
                            struct error *err)
{
    ZSTD_inBuffer from = {in->stored, in->end, in->begin};
    ZSTD_outBuffer text = {to, room, 0};
    bool follows = in->between && in->text_bytes > 0;
    size_t result = ZSTD_decompressStream(in->zstd, &text, &from);
    in->begin = from.pos;
    in->between = result == 0;
    *got = text.pos;

    if (!ZSTD_isError(result))
        return true;
    if (follows && ZSTD_getErrorCode(result) == ZSTD_error_prefix_unknown)
        return rubbish(in, err);
    return error_set(err, "%s: the Zstandard data is damaged (%s)", in->name,
                     ZSTD_getErrorName(result));
}

static bool unpack(struct bytes *in, uint8_t *to, size_t room, size_t *got,
                   struct error *err)
{
    while (*got == 0 && !in->done) {
        if (!refill(in, err))
            return false;
        bool dry = in->begin == in->end;
        if (dry && in->between) {
            in->done = true;
            break;
        }
        bool ok = in->packing == GZIP ? inflate_some(in, to, room, got, err)
                                      : decompress_some(in, to, room, got, err);
        if (!ok)
            return false;
        if (dry && *got == 0 && !in->between)
            return error_set(err, "%s: the file ends in the middle of its %s data",
                             in->name, in->packing == GZIP ? "gzip" : "Zstandard");
    }
    return true;
}

static bool copy_plain(struct bytes *in, uint8_t *to, size_t room, size_t *got,
                       struct error *err)
{
    if (in->begin == in->end) {
        if (!in->stored_end && !read_stored(in, to, room, got, err))
            return false;
        in->done = *got == 0;
        return true;
    }
    size_t held = in->end - in->begin;
    *got = held < room ? held : room;
    memcpy(to, in->stored + in->begin, *got);
    in->begin += *got;
    return true;
}

bool bytes_read(struct bytes *in, void *buffer, size_t room, size_t *read,
                struct error *err)
{
    assert(room > 0 && room <= UINT32_MAX);
    *read = 0;
    if (in->done)
        return true;
    if (!interrupt_check(err))
        return false;

    bool ok = in->packing == PLAIN ? copy_plain(in, buffer, room, read, err)
                                   : unpack(in, buffer, room, read, err);
    if (!ok)
        return false;
    in->text_bytes += (int64_t)*read;
    if (in->text_bytes > TEXT_MAX)
        return error_set(err, "%s: holds more than 1 TiB of text", in->name);
    if (in->done)
        sha256_end(&in->sha, in->digest);
    return true;
}

void bytes_digest(const struct bytes *in, char hex[SHA256_HEX])
{
    assert(in->done);
    memcpy(hex, in->digest, SHA256_HEX);
}

void bytes_close(struct bytes *in)
{
    if (!in)
        return;
    if (in->packing == GZIP)
        inflateEnd(&in->gzip);
    ZSTD_freeDStream(in->zstd);
    if (in->fd > STDERR_FILENO)
        close(in->fd);
    free(in->name);
    free(in);
}
