/* A text file line by line. */

#include "base/lines.h"
#include "fuzz.h"

static bool take(void *self, const struct line *line, struct error *err)
{
    int64_t *lines = self;
    (void)err;
    fuzz_expect(line->number == ++*lines);
    fuzz_expect(strlen(line->text) == line->length);
    fuzz_expect(strchr(line->text, '\n') == NULL);
    memset(line->text, 'x', line->length);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {(const char *)data, size};
    int64_t lines = 0;
    struct error err = {0};
    char digest[SHA256_HEX];
    if (!lines_read(fuzz_file(0, bytes), take, &lines, digest, &err))
        fuzz_expect_error(&err);
    return 0;
}
