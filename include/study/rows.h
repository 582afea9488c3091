#ifndef STUDY_ROWS_H
#define STUDY_ROWS_H

/*
 * The rows of a study on disk: each durable by itself, read back in order.
 *
 * A part file belongs to one worker of one session and is never written to again:
 * "rows-SESSION-WORKER.part" in the study's directory.  It is text, line by line
 *
 *     CRC tenure-rows-1 ID         what it is, and the study it belongs to
 *     CRC TASK PAYLOAD             a row: its task's number and whatever the caller has
 *
 * where CRC are the eight hexadecimal digits of the CRC-32 (ISO 3309, zlib's) of the
 * line behind "CRC " and before its LF.  A worker takes its tasks in rising order, so
 * that files are sorted and reading many of them in order is a merge.
 *
 * A row is one write().  What a killed process leaves is therefore a file whose last
 * line may lack its end; after a power failure a few last lines may be anything.  From
 * the first damaged line on a file is dropped, unless a whole row follows the damage:
 * no crash does that, so it is an error.  The same row may be in several files, if it
 * is the same row.
 *
 * Memory: one buffer for each file, together about 64 MiB or 4 KiB a file.  Few files
 * stay open; of many each is opened anew for each piece, so that no limit on open files
 * is met.
 */

#include <stdatomic.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/errors.h"

#define ROWS_LINE_MAX ((size_t)1 << 22) /* of a line, its end included */

/* Zero is a writer without a file, which may be synced and closed.  The struct must not
 * move. */
struct rows_writer {
    char *path; /* NULL: no file */
    int fd;
    char *line; /* the one that is being put together */
    size_t room;
    off_t whole;       /* bytes of whole lines */
    uint64_t next;     /* no task below it may follow */
    bool failed;       /* nothing may follow */
    atomic_bool dirty; /* since the last sync */
};

/* Creates the part file of a worker; it must not exist. */
bool rows_create(struct rows_writer *writer, const char *dir, const char *id,
                 unsigned session, unsigned worker, struct error *err) MUST_CHECK;

/* The same on an open file, which the writer closes. */
bool rows_begin(struct rows_writer *writer, int fd, const char *path, const char *id,
                struct error *err) MUST_CHECK;

/* `payload` has neither NUL nor LF, and the line is at most ROWS_LINE_MAX long.  After
 * a failure the file ends with the row before, and nothing more may be appended. */
bool rows_append(struct rows_writer *writer, uint64_t task, const char *payload,
                 size_t length, struct error *err) MUST_CHECK;

/* Makes durable what was appended; another thread may be appending. */
bool rows_sync(struct rows_writer *writer, struct error *err) MUST_CHECK;

/* Syncs and closes; leaves a writer without a file in any case. */
bool rows_close(struct rows_writer *writer, struct error *err) MUST_CHECK;

/* Closes without a word, for the way out of an error. */
void rows_discard(struct rows_writer *writer);

/* Part files, of one or more directories. */
struct rows_files {
    const char **paths;
    size_t n, room;
    unsigned next_session; /* the first number that no file has */
};

/* Adds those of a directory, in the order of their names. */
bool rows_find(const char *dir, struct arena *arena, struct rows_files *files,
               struct error *err) MUST_CHECK;

bool rows_is_part_name(const char *name);

struct row {
    uint64_t task;
    const char *payload; /* `length` bytes and a NUL; valid until the next row */
    size_t length;
    const char *path; /* of the file it is from */
};

struct rows_reader;

/* Files of study `id` only; NULL on failure.  `files` must live as long. */
struct rows_reader *rows_open(const struct rows_files *files, const char *id,
                              struct error *err) MUST_CHECK;

/* The next row by task, each once; `*more` is false at the end. */
bool rows_next(struct rows_reader *reader, struct row *row, bool *more,
               struct error *err) MUST_CHECK;

void rows_free(struct rows_reader *reader); /* NULL is allowed */

#endif
