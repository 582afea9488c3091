/* The servers that `sinfo` lists. */

#include "fuzz.h"
#include "input/sinfo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {(const char *)data, size};
    struct sinfo sinfo;
    struct arena arena = {0};
    struct error err = {0};
    if (sinfo_read(&sinfo, fuzz_file(0, bytes), &arena, &err)) {
        fuzz_expect(sinfo.without_gpus >= 0);
        for (size_t i = 0; i < sinfo.n; i++) {
            fuzz_expect(sinfo.items[i].gpus >= 1 && sinfo.items[i].servers >= 1);
            fuzz_expect(sinfo.items[i].partitions && sinfo.items[i].type);
        }
    } else {
        fuzz_expect_error(&err);
    }
    arena_free(&arena);
    return 0;
}
