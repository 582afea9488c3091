#ifndef BASE_HISTOGRAM_H
#define BASE_HISTOGRAM_H

/*
 * A log-linear histogram of non-negative int64 values: exact up to 1,023, above that
 * buckets of relative width 1/1024 (1,024 per power of two).
 *
 * Pages of 1,024 counts come from the arena when first touched.  Mean and maximum are
 * exact.  A quantile is the smallest recorded value (the lower edge of its bucket, but
 * never below the minimum or above the maximum) of rank >= p n.
 */

#include <stdint.h>

#include "base/arena.h"
#include "base/int128.h"

#define HISTOGRAM_PAGES 54

struct histogram {
    uint64_t *page[HISTOGRAM_PAGES];
    uint64_t n;
    int128 sum;
    int64_t min, max;
};

void histogram_add(struct histogram *histogram, int64_t value, struct arena *arena);
int64_t histogram_quantile(const struct histogram *histogram,
                           double p);                     /* 0 if empty */
double histogram_mean(const struct histogram *histogram); /* 0 if empty */

#endif
