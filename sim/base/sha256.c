#include "base/sha256.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define CHUNK ((size_t)1 << 16)

void sha256_start(struct sha256 *sha)
{
    sha256_init(&sha->context);
}

void sha256_add(struct sha256 *sha, const void *data, size_t length)
{
    sha256_update(&sha->context, length, data);
}

void sha256_end(struct sha256 *sha, char hex[SHA256_HEX])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t digest[SHA256_DIGEST_SIZE];

    sha256_digest(&sha->context, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
    hex[SHA256_HEX - 1] = '\0';
}

static bool add_rest(struct sha256 *sha, int fd)
{
    uint8_t *buffer = malloc(CHUNK);
    if (!buffer)
        out_of_memory();

    ssize_t got;
    while ((got = read(fd, buffer, CHUNK)) != 0) {
        if (got > 0)
            sha256_add(sha, buffer, (size_t)got);
        else if (errno != EINTR)
            break;
    }
    int why = errno;
    free(buffer);
    errno = why;
    return got == 0;
}

bool sha256_file(const char *path, char hex[SHA256_HEX], struct error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_errno(err, path);

    struct sha256 sha;
    sha256_start(&sha);
    bool ok = add_rest(&sha, fd);
    if (ok)
        sha256_end(&sha, hex);
    else
        error_errno(err, path);
    close(fd);
    return ok;
}
