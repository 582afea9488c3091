/* Plain, gzip and Zstandard: what is read must not depend on how much is asked for at
 * once, which the last byte says. */

#include "base/bytes.h"
#include "fuzz.h"

/* A small archive may hold a lot; what is behind is not looked at. */
#define TEXT_MAX ((size_t)1 << 22)

struct outcome {
    bool ok, whole;
    uint64_t hash;
    size_t length;
    char digest[SHA256_HEX];
};

static struct outcome read_by(const char *path, size_t room)
{
    static char buffer[1 << 16];
    struct outcome outcome = {.ok = true};
    struct error err = {0};
    struct bytes *in = bytes_open(path, &err);
    size_t got = 1;
    outcome.ok = in != NULL;
    while (outcome.ok && got > 0 && outcome.length < TEXT_MAX) {
        outcome.ok = bytes_read(in, buffer, room, &got, &err);
        for (size_t i = 0; outcome.ok && i < got; i++)
            outcome.hash = (outcome.hash ^ (unsigned char)buffer[i]) * 0x100000001b3u;
        outcome.length += outcome.ok ? got : 0;
    }
    outcome.whole = outcome.ok && got == 0;
    if (!outcome.ok)
        fuzz_expect_error(&err);
    if (outcome.whole)
        bytes_digest(in, outcome.digest);
    bytes_close(in);
    return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {(const char *)data, size};
    const char *path = fuzz_file(0, bytes);
    struct outcome at_once = read_by(path, 1 << 16);
    struct outcome piecewise = read_by(path, size ? (size_t)data[size - 1] + 1 : 1);
    fuzz_expect(at_once.ok == piecewise.ok || !at_once.whole);
    fuzz_expect(at_once.whole == piecewise.whole || !at_once.ok);
    if (at_once.whole && piecewise.whole) {
        fuzz_expect(at_once.length == piecewise.length);
        fuzz_expect(at_once.hash == piecewise.hash);
        fuzz_expect(strcmp(at_once.digest, piecewise.digest) == 0);
    }
    return 0;
}
