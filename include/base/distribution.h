#ifndef BASE_DISTRIBUTION_H
#define BASE_DISTRIBUTION_H

/*
 * Laws of uncertain numbers, drawn by inversion: the value that belongs to a
 * probability u, so that designs of u (antithetic, Latin hypercube, Sobol) and
 * correlation work with every law.
 *
 *   normal      mean, sd > 0
 *   lognormal   median > 0, sigma > 0: sigma of the logarithm
 *   uniform     min < max
 *   triangular  min <= mode <= max, min < max
 *   pert        the same; a beta law on [min, max] with shapes 1 + 4 (mode - min) /
 *               (max - min) and 1 + 4 (max - mode) / (max - min) (Malcolm, Roseboom,
 *               Clark and Fazar, "Application of a technique for research and
 *               development program evaluation", 1959); its mean is (min + 4 mode +
 *               max) / 6
 *   discrete    0, 1, 2, ... with weights
 *   empirical   values as often as they were seen
 *
 * Truncation to [min, max] is conditioning: u is mapped into [F(min), F(max)].
 */

#include <stddef.h>

#include "base/arena.h"
#include "base/errors.h"

enum distribution_kind {
    DIST_NORMAL,
    DIST_LOGNORMAL,
    DIST_UNIFORM,
    DIST_TRIANGULAR,
    DIST_PERT,
    DIST_DISCRETE,
    DIST_EMPIRICAL,
    DIST_KINDS
};

/* Parameters and values are at most this; what leaves it is held there. */
#define DISTRIBUTION_MAX 1e15

struct distribution {
    enum distribution_kind kind;
    double mean, sd;        /* normal */
    double median, sigma;   /* lognormal */
    double low, mode, high; /* uniform, triangular, pert */
    double min, max;     /* truncation; -INFINITY, INFINITY: none.  Not of discrete */
    const double *value; /* empirical: n values, ascending */
    const double
        *cumulative; /* discrete: n sums of weights over their total; last is 1 */
    size_t n;
    double u_low, u_high; /* set by distribution_init: F(min) and F(max) */
};

/* "normal", "lognormal", ...; ends with NULL, in the order of the kinds. */
extern const char *const distribution_names[];

/* Checks the parameters, which the caller has set, and prepares the rest.  The message
 * has no place: "sd: 0 is not above 0". */
bool distribution_init(struct distribution *law, struct error *err) MUST_CHECK;

/* The value at 0 < u < 1, not decreasing in u, within [min, max]: the smallest x with
 * F(x) >= u where F jumps.  Of a discrete law: the number of the value, from 0. */
double distribution_quantile(const struct distribution *law, double u);

/* P(X <= x), before truncation. */
double distribution_cdf(const struct distribution *law, double x);

#endif
