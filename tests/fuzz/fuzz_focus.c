/* A file of FOCUS rows held to the rules. */

#include "fuzz.h"
#include "output/focus.h"

static void take_finding(void *self, int64_t line, const char *text)
{
    int64_t *findings = self;
    fuzz_expect(line > 0);
    fuzz_expect_text(text);
    ++*findings;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {(const char *)data, size};
    int64_t findings = 0;
    struct focus_check check = {.finding = take_finding, .self = &findings};
    struct error err = {0};
    if (focus_check(fuzz_file(0, bytes), &check, &err))
        fuzz_expect(check.findings == findings && check.rows >= 0);
    else
        fuzz_expect_error(&err);
    return 0;
}
