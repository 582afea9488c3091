#ifndef STUDY_INDICES_H
#define STUDY_INDICES_H

/*
 * What the rows of a sensitivity study (study/sensitivity.h) amount to.  `y` has one
 * value for each row of the design, NAN where there is none; the trajectories or blocks
 * that lack one are left out.
 *
 * Trajectories and blocks are independent of each other, so the intervals come from
 * them: of means Student's t, of all else the standard error of 1,000 bootstrap samples
 * (Efron and Tibshirani, An Introduction to the Bootstrap, 6; Archer, Saltelli and
 * Sobol', J. Statist. Comput. Simul. 58, 1997) with Student's factor, keyed by the
 * design's seed.
 */

#include "study/sensitivity.h"
#include "study/statistics.h"

struct index {
    double value;
    struct interval ci;
};

/* Of one input, per range of u from 0 to 1: an elementary effect is the change of y
 * over the change of u. */
struct morris_index {
    struct index mu;      /* mean of the effects */
    struct index mu_star; /* mean of their sizes (Campolongo, Cariboni and Saltelli,
                             Environmental Modelling & Software 22, 2007) */
    struct index sigma;   /* their standard deviation: interaction or curvature */
    size_t n;             /* trajectories used */
};

/* `out` has one of each input. */
void morris_indices(const struct sensitivity *design, const double *y,
                    double confidence, struct morris_index out[]);

/* Shares of the variance of y; an estimate may be below 0 or above 1.  NAN where y does
 * not vary. */
struct sobol_index {
    struct index
        first; /* by this input alone: V_i / V, Saltelli et al. 2010, Table 2 (b) */
    struct index total; /* with all its interactions (Jansen, Computer Physics
                           Communications 117, 1999; Table 2 (f)) */
};

struct sobol_summary {
    size_t n; /* blocks used */
    double mean, variance;
    struct index first_sum; /* of the first-order indices: what is additive */
};

void sobol_indices(const struct sensitivity *design, const double *y, double confidence,
                   struct sobol_index out[], struct sobol_summary *summary);

#endif
