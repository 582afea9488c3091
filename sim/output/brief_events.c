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
    brief_words_events(&text, &(struct brief_events){
                                  .failures = failures,
                                  .losses = losses,
                                  .outages = outages,
                                  .interruptions = interruptions,
                                  .overhead_gpu_h = brief_gpu_h(overhead),
                                  .down_gpu_h = brief_gpu_h(down),
                              });
    if (text.used)
        paragraph_print(&text, 2, out);
}
