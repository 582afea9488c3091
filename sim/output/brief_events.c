#include <inttypes.h>

#include "output/brief_parts.h"

void brief_say_events(const struct run_result *result, FILE *out)
{
    int64_t failures = 0, losses = 0, outages = 0, interruptions = 0;
    int128 overhead = 0, down = 0;
    struct paragraph text = {.used = 0};
    for (size_t i = 0; i < result->n_pools; i++) {
        const struct pool_result *pool = &result->pools[i];
        failures += pool->failures;
        losses += pool->losses;
        outages += pool->outages;
        interruptions += pool->interruptions;
        overhead += pool->state_gpu_ms[GPU_BUSY_OVERHEAD];
        down += pool->state_gpu_ms[GPU_DOWN];
    }
    if (failures == 0 && outages == 0 && interruptions == 0)
        return;
    paragraph_say(&text, "Failures: %" PRId64 " of servers", failures);
    if (losses > 0)
        paragraph_say(&text, ", %" PRId64 " of them for good", losses);
    if (outages > 0)
        paragraph_say(&text, "; %" PRId64 " outages of a pool", outages);
    paragraph_say(&text,
                  "; %" PRId64 " interruptions of jobs; %s GPU-h of overhead (boots,"
                  " checkpoints, restarts, lost work), %s down.",
                  interruptions, brief_short(brief_gpu_h(overhead)).text,
                  brief_short(brief_gpu_h(down)).text);
    paragraph_print(&text, 2, out);
}
