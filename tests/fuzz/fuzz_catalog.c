/* A catalogue file of the user's, on top of the one within. */

#include "fuzz.h"
#include "input/catalog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {(const char *)data, size};
    struct catalog catalog;
    struct error err = {0};
    char digest[SHA256_HEX];
    fuzz_expect(catalog_init(&catalog, &err));
    if (catalog_add(&catalog, fuzz_file(0, bytes), digest, &err)) {
        const struct gpu_class *class = catalog_find(&catalog, "h100-sxm");
        fuzz_expect(class != NULL);
        fuzz_expect(gpu_class_speed(class, "a") > 0);
        double value = gpu_class_value_frac(class, 2.385);
        fuzz_expect(value >= 0 && value < 1e9);
    } else {
        fuzz_expect_error(&err);
    }
    catalog_free(&catalog);
    return 0;
}
