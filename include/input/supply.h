#ifndef INPUT_SUPPLY_H
#define INPUT_SUPPLY_H

/*
 * What a scenario says of the market's supply: how many GPUs there are to be rented,
 * when spot capacity is taken back, and shocks.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* GPUs that the market has from an instant on; before the first one as at the first. */
struct supply_point {
    int64_t at_ms; /* ascending, distinct; only the first may be before the start */
    int64_t gpus;
};

struct supply_trace {
    struct supply_point *points;
    size_t n; /* 0: the market has enough */
};

/* A time in which less can be rented, or for more. */
struct shock_spec {
    const char *path;   /* "shocks.0", for warnings */
    uint64_t pools;     /* rented ones, by bit */
    int64_t from_ms;    /* of a dated one */
    double per_y;       /* of a random one; 0: dated */
    int64_t lasts_ms;   /* of a random one the mean; NEVER_MS: for good */
    int64_t limit_gpus; /* of each pool; INT64_MAX: no bound */
    double share_frac;  /* of each pool's own limit; 1: no bound */
    double price_times;
    bool ends; /* the provider ends: all is taken away, for good */
};

#endif
