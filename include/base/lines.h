#ifndef BASE_LINES_H
#define BASE_LINES_H

/*
 * A text file line by line, for formats that are no CSV: plain, gzip or Zstandard.
 *
 * A byte order mark is skipped; a line ends in LF or CR LF, the last one may lack its
 * end.  Refused, with place: NUL bytes, invalid UTF-8, a line over 1 MiB.
 */

#include <stddef.h>

#include "base/bytes.h"
#include "base/errors.h"

#define LINES_MAX ((size_t)1 << 20)

struct line {
    const char *path; /* as it is shown: <stdin> */
    int64_t number;   /* from 1 */
    char *text;       /* without its end, NUL behind; may be written to */
    size_t length;
};

/* Calls `take` for each line, also blank ones; false with the error set stops.
 * `digest` may be NULL. */
bool lines_read(const char *path,
                bool (*take)(void *self, const struct line *line, struct error *err),
                void *self, char digest[SHA256_HEX], struct error *err) MUST_CHECK;

#endif
