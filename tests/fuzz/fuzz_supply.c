/* The supply of a market, as a scenario reads it. */

#include <unistd.h>

#include "fuzz.h"
#include "input/scenario.h"

static const char yaml[] =
    "start: 2026-01-01\nhorizon: 30d\ndemand: []\npools:\n"
    "  - {name: s, tenure: spot, class: h100-sxm, limit: 64, price: 1 USD/GPU-h, "
    "interruption: {trace: supply.csv}}\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool begun;
    struct fuzz_bytes bytes = {(const char *)data, size};
    const char *path = fuzz_file(0, bytes);
    if (!begun) {
        fuzz_dir_write("t.yaml", (struct fuzz_bytes){yaml, strlen(yaml)});
        fuzz_expect(symlink(path, fuzz_path("supply.csv")) == 0);
        begun = true;
    }
    struct scenario scenario;
    struct error err = {0};
    if (scenario_read(&scenario, fuzz_path("t.yaml"), NULL, 0, &err)) {
        const struct supply_trace *supply = &scenario.pools[0].supply;
        for (size_t i = 0; i < supply->n; i++) {
            fuzz_expect(supply->points[i].gpus >= 0);
            fuzz_expect(i == 0 ||
                        supply->points[i - 1].at_ms < supply->points[i].at_ms);
        }
        scenario_free(&scenario);
    } else {
        fuzz_expect_error(&err);
    }
    return 0;
}
