#ifndef WORLD_INTEGRAL_H
#define WORLD_INTEGRAL_H

/*
 * A count of GPUs over time, integrated exactly: its integral (GPU-ms) and its first
 * moment.  Reading changes nothing, so what is read does not depend on how often.
 *
 * The moment gives the time-weighted sums that interest needs without a step per day:
 * the integral over [a, b] of (Q(b) - Q(s)) ds follows from Q and M alone.
 */

#include <stdint.h>

#include "base/int128.h"

struct integral {
    int64_t count;
    int64_t since_ms; /* since when the count is what it is */
    int64_t sum;      /* GPU-ms up to since_ms */
    int128 moment2;   /* twice the integral of count * t dt, up to since_ms */
};

/* A reading at one instant. */
struct reading {
    int64_t sum;
    int128 moment2;
};

static inline void integral_flush(struct integral *integral, int64_t now_ms)
{
    int64_t length = now_ms - integral->since_ms;
    int64_t area = integral->count * length;
    integral->sum += area;
    integral->moment2 += (int128)area * (now_ms + integral->since_ms);
    integral->since_ms = now_ms;
}

static inline void integral_set(struct integral *integral, int64_t now_ms,
                                int64_t count)
{
    if (count == integral->count)
        return;
    integral_flush(integral, now_ms);
    integral->count = count;
}

/* Adds a lump at one instant, as the surplus of a bill. */
static inline void integral_add_lump(struct integral *integral, int64_t now_ms,
                                     int64_t amount)
{
    integral->sum += amount;
    integral->moment2 += 2 * (int128)amount * now_ms;
}

static inline struct reading integral_read(const struct integral *integral,
                                           int64_t now_ms)
{
    int64_t area = integral->count * (now_ms - integral->since_ms);
    return (struct reading){
        integral->sum + area,
        integral->moment2 + (int128)area * (now_ms + integral->since_ms),
    };
}

/* Twice the integral over [since, now] of (Q(s) - Q(since)) ds, where `from` was read
 * at `since` and `to` at `now`: how long each GPU-ms has been outstanding. */
static inline int128 reading_outstanding2(struct reading from, struct reading to,
                                          int64_t now_ms)
{
    return 2 * (int128)(to.sum - from.sum) * now_ms - (to.moment2 - from.moment2);
}

#endif
