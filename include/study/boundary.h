#ifndef STUDY_BOUNDARY_H
#define STUDY_BOUNDARY_H

/*
 * Where two designs cost the same: the zeros of their mean difference along one axis,
 * between the points of a grid by straight lines.
 *
 * The band around a zero is Fieller's: all x at which a difference of zero is within
 * the confidence interval of the interpolated mean difference, whose variance follows
 * from the paired differences at the two neighbours and their covariance (Fieller, J.
 * Roy. Statist. Soc. B 16, 1954).  It holds at each x alone, not for all at once, and
 * says nothing of how far the truth bends between two points of the grid.
 */

#include <stdbool.h>
#include <stddef.h>

#include "study/statistics.h"

struct crossing {
    double x;             /* NAN: zero is never crossed, but within the band */
    struct interval band; /* NAN: it goes on beyond the grid on this side */
    int below, above;     /* sign of the mean difference on either side: -1, 0, 1 */
};

/* `x` ascending, n_x >= 1 of them.  difference[i * n + k] is that of replication k at
 * x[i]; a replication that lacks one is NAN at all x afterwards.  `unit` as in
 * study/statistics.h.  At most 2 n_x crossings, ascending; returns how many.
 * Without an interval (fewer than two units) bands are NAN on both sides. */
size_t boundary_find(const double x[], size_t n_x, double difference[], size_t n,
                     size_t unit, double confidence, struct crossing out[]);

#endif
