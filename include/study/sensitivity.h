#ifndef STUDY_SENSITIVITY_H
#define STUDY_SENSITIVITY_H

/*
 * Where a sensitivity study looks: rows of probabilities u, one of each uncertain
 * input, at which the inputs take the values of their quantile functions.
 *
 *   tornado  the base, all at 0.5; then of each input the low and the high one, the
 *            others at 0.5
 *   morris   trajectories of n + 1 rows, each moving one input more, in random order,
 *            by half of the range (Morris, Technometrics 33, 1991); levels are in the
 *            middle of `levels` equal strata, so that no quantile is infinite
 *   sobol    blocks of n + 2 rows: A, B, and for each input A with that input from B,
 *            all u independent (Saltelli et al., Computer Physics Communications 181,
 *            2010)
 *
 * Any row can be had alone.  Random numbers are keyed by the input's path, so that
 * another input shifts nobody's draws, and the first trajectories or blocks stay the
 * same when more are added.
 */

#include <stddef.h>
#include <stdint.h>

#define SENSITIVITY_INPUTS_MAX 64

enum sensitivity_method { SENSITIVITY_TORNADO, SENSITIVITY_MORRIS, SENSITIVITY_SOBOL };
extern const char *const sensitivity_names[]; /* ends with NULL */

struct sensitivity {
    enum sensitivity_method method;
    uint64_t seed;
    const char *const *paths; /* of the inputs; borrowed */
    size_t inputs;            /* 1 to SENSITIVITY_INPUTS_MAX */
    double low, high;         /* tornado: probabilities, low < 0.5 < high */
    size_t size;              /* morris: trajectories; sobol: blocks; >= 1 */
    size_t levels;            /* morris: even, >= 2 */
};

size_t sensitivity_rows(const struct sensitivity *design);

/* Rows of a trajectory or block; of a tornado all. */
size_t sensitivity_block(const struct sensitivity *design);

/* The u of one row: `inputs` numbers in (0, 1). */
void sensitivity_at(const struct sensitivity *design, size_t row, double u[]);

/* morris: the input that a row has moved against the row before, and by how much;
 * step 1 to `inputs` of a trajectory. */
size_t sensitivity_moved(const struct sensitivity *design, size_t number, size_t step,
                         double *by);

#endif
