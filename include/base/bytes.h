#ifndef BASE_BYTES_H
#define BASE_BYTES_H

/*
 * A file read once from its beginning: plain, gzip or Zstandard (told by the first
 * bytes, not by the name), or standard input ("-").
 *
 * While it is read its SHA-256 is taken, of the bytes as stored, so that a manifest
 * can name what was read without reading it again.  A directory, a truncated or
 * damaged archive, and trailing rubbish are errors; concatenated gzip members and
 * zstd frames are one stream.  More than 1 TiB of text is refused.
 */

#include <stddef.h>

#include "base/errors.h"
#include "base/sha256.h"

struct bytes;

/* NULL on failure, with the error set. */
struct bytes *bytes_open(const char *path, struct error *err) MUST_CHECK;

/* Reads up to `room` bytes; 0 bytes read at the end.  False on failure. */
bool bytes_read(struct bytes *in, void *buffer, size_t room, size_t *read,
                struct error *err) MUST_CHECK;

/* After the end: the digest of the stored bytes. */
void bytes_digest(const struct bytes *in, char hex[SHA256_HEX]);

void bytes_close(struct bytes *in); /* NULL is allowed */

#endif
