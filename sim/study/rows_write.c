#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output/staging.h"
#include "study/rows_parts.h"

/* Whole or, as far as the file can be shortened again, not at all. */
static bool write_line(struct rows_writer *writer, size_t length, struct error *err)
{
    size_t done = 0;
    while (done < length) {
        ssize_t n = write(writer->fd, writer->line + done, length - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            error_errno(err, writer->path);
            writer->failed = true;
            /* Where that fails, too, the line is torn, and readers drop it. */
            (void)!ftruncate(writer->fd, writer->whole);
            return false;
        }
        done += (size_t)n;
    }
    writer->whole += (off_t)length;
    atomic_store(&writer->dirty, true);
    return true;
}

/* Puts the checksum before the `length` bytes of body that stand in the line. */
static bool write_body(struct rows_writer *writer, size_t length, struct error *err)
{
    char *body = writer->line + ROWS_CRC_LENGTH;
    char crc[ROWS_CRC_LENGTH + 1];
    snprintf(crc, sizeof crc, "%08" PRIx32 " ", rows_crc(body, length));
    memcpy(writer->line, crc, ROWS_CRC_LENGTH);
    body[length] = '\n';
    return write_line(writer, ROWS_CRC_LENGTH + length + 1, err);
}

static void make_room(struct rows_writer *writer, size_t room)
{
    if (room <= writer->room)
        return;
    room += room / 2;
    char *line = realloc(writer->line, room);
    if (!line)
        out_of_memory();
    writer->line = line;
    writer->room = room;
}

/* Field by field: another thread may be asking rows_sync whether it is dirty. */
static void set_up(struct rows_writer *writer, char *path, int fd)
{
    atomic_store(&writer->dirty, false);
    writer->path = path;
    writer->fd = fd;
    writer->line = NULL;
    writer->room = 0;
    writer->whole = 0;
    writer->next = 0;
    writer->failed = false;
}

void rows_discard(struct rows_writer *writer)
{
    if (writer->path)
        close(writer->fd);
    free(writer->path);
    free(writer->line);
    set_up(writer, NULL, -1);
}

bool rows_begin(struct rows_writer *writer, int fd, const char *path, const char *id,
                struct error *err)
{
    set_up(writer, strdup(path), fd);
    if (!writer->path)
        out_of_memory();
    make_room(writer, 1024 + strlen(id));
    int length = snprintf(writer->line + ROWS_CRC_LENGTH,
                          writer->room - ROWS_CRC_LENGTH - 1, "%s%s", ROWS_MAGIC, id);
    if (write_body(writer, (size_t)length, err))
        return true;
    rows_discard(writer);
    return false;
}

bool rows_create(struct rows_writer *writer, const char *dir, const char *id,
                 unsigned session, unsigned worker, struct error *err)
{
    struct arena arena = {0};
    const char *path =
        arena_printf(&arena, "%s/rows-%06u-%04u.part", dir, session, worker);
    set_up(writer, NULL, -1);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    bool ok = fd >= 0 || error_errno(err, path);
    ok = ok && rows_begin(writer, fd, path, id, err) && sync_directory(dir, err);
    arena_free(&arena);
    return ok;
}

bool rows_append(struct rows_writer *writer, uint64_t task, const char *payload,
                 size_t length, struct error *err)
{
    assert(writer->path && !writer->failed && task >= writer->next);
    assert(!memchr(payload, '\n', length) && !memchr(payload, '\0', length));
    make_room(writer, length + 64);
    char *body = writer->line + ROWS_CRC_LENGTH;
    size_t used = (size_t)snprintf(body, 32, "%" PRIu64 " ", task);
    assert(ROWS_CRC_LENGTH + used + length + 1 <= ROWS_LINE_MAX);
    memcpy(body + used, payload, length);
    if (!write_body(writer, used + length, err))
        return false;
    writer->next = task + 1;
    return true;
}

bool rows_sync(struct rows_writer *writer, struct error *err)
{
    /* What is dirty has been begun, and is seen whole from here on. */
    if (!atomic_exchange(&writer->dirty, false))
        return true;
    /* What cannot be synced, as a device, says so by EINVAL. */
    return fdatasync(writer->fd) == 0 || errno == EINVAL ||
           error_errno(err, writer->path);
}

bool rows_close(struct rows_writer *writer, struct error *err)
{
    if (!writer->path)
        return true;
    bool ok = rows_sync(writer, err);
    if (close(writer->fd) != 0 && ok)
        ok = error_errno(err, writer->path);
    free(writer->path);
    writer->path = NULL;
    rows_discard(writer);
    return ok;
}
