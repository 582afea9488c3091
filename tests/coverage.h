#ifndef TESTS_COVERAGE_H
#define TESTS_COVERAGE_H

/*
 * How often intervals contain the truth, over many studies.  The share itself is a
 * sample: it must lie within four standard errors of what was asked.
 */

#include <criterion/criterion.h>
#include <criterion/logging.h>
#include <math.h>

#include "study/statistics.h"

struct coverage {
    int studies, covered;
    double width; /* sum over studies */
};

static inline void cover(struct coverage *coverage, struct interval ci, double truth)
{
    coverage->studies++;
    coverage->covered += ci.low <= truth && truth <= ci.high;
    coverage->width += ci.high - ci.low;
}

static inline double covered(const struct coverage *coverage)
{
    return (double)coverage->covered / coverage->studies;
}

/* The share covered is `low` to `high`, but for the error of so many studies. */
static inline void expect_coverage(const char *what, const struct coverage *coverage,
                                   double low, double high)
{
    double share = covered(coverage), n = coverage->studies;
    double below = 4 * sqrt(low * (1 - low) / n);
    double above = 4 * sqrt(high * (1 - high) / n);
    cr_log_info("%-52s %6d %8.4f  %.4f to %.4f, mean width %.6g\n", what,
                coverage->studies, share, low - below, high + above,
                coverage->width / n);
    cr_expect(share >= low - below && share <= high + above,
              "%s: %.4f of %d intervals cover, not %.4f to %.4f", what, share,
              coverage->studies, low - below, high + above);
}

#endif
