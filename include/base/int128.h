#ifndef BASE_INT128_H
#define BASE_INT128_H

/*
 * Sums that 64 bits cannot hold: rate times GPU-time, squares of times.
 */

#include <stdbool.h>
#include <stdint.h>

__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 uint128;

/* numerator / denominator rounded to the nearest integer, halves away from zero.
 * denominator > 0. */
static inline int128 divide_rounded(int128 numerator, int128 denominator)
{
    int128 half = denominator / 2;
    return numerator >= 0 ? (numerator + half) / denominator
                          : -((-numerator + half) / denominator);
}

/* True when `value` is one that int64_t can hold. */
static inline bool fits_int64(int128 value)
{
    return value >= INT64_MIN && value <= INT64_MAX;
}

#endif
