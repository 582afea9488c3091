#include "input/bootstrap.h"

#define WEEK_MS (7 * MS_PER_D)

static int64_t modulo(int64_t a, int64_t b)
{
    return (a % b + b) % b;
}

int64_t bootstrap_choices(const struct demand_spec *spec, int64_t start_unix_ms,
                          int64_t target_ms, int64_t *first_ms)
{
    const struct trace *trace = spec->trace;
    *first_ms = 0;
    if (trace->n == 0)
        return 0;
    int64_t begin_ms = trace->jobs[0].submit_ms;
    int64_t end_ms = trace->jobs[trace->n - 1].submit_ms + 1;
    int64_t zero_ms = trace->absolute ? start_unix_ms % WEEK_MS : 0;
    int64_t phase_ms = modulo(target_ms % WEEK_MS + zero_ms, WEEK_MS);
    *first_ms = begin_ms + modulo(phase_ms - begin_ms % WEEK_MS, WEEK_MS);
    int64_t room_ms = end_ms - *first_ms - spec->block_ms;
    return room_ms < 0 ? 0 : room_ms / WEEK_MS + 1;
}

int64_t bootstrap_least_choices(const struct demand_spec *spec, int64_t start_unix_ms)
{
    int64_t least = INT64_MAX, first_ms;
    for (int64_t block = 0; block < 7; block++) {
        int64_t choices =
            bootstrap_choices(spec, start_unix_ms, block * spec->block_ms, &first_ms);
        least = choices < least ? choices : least;
    }
    return least;
}
