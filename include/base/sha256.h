#ifndef BASE_SHA256_H
#define BASE_SHA256_H

/* SHA-256 (FIPS 180-4) by GNU Nettle, of memory, streams and files. */

#include <nettle/sha2.h>
#include <stddef.h>

#include "base/errors.h"

#define SHA256_HEX 65 /* 64 digits and NUL */

struct sha256 {
    struct sha256_ctx context;
};

void sha256_start(struct sha256 *sha);
void sha256_add(struct sha256 *sha, const void *data, size_t length);
void sha256_end(struct sha256 *sha, char hex[SHA256_HEX]);

bool sha256_file(const char *path, char hex[SHA256_HEX], struct error *err) MUST_CHECK;

#endif
