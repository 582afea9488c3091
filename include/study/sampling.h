#ifndef STUDY_SAMPLING_H
#define STUDY_SAMPLING_H

/*
 * The probabilities at which a study draws its uncertain inputs.
 *
 * Replication k's vector u depends on (seed, k, the inputs' paths and the design) and
 * on nothing else, so that any replication can be had alone, and another input shifts
 * nobody's draws (but the dimensions of Sobol's sequence, which go by position).
 *
 *   plain       u by the stream of (k, path)
 *   antithetic  replications 2i and 2i + 1 take u and 1 - u of stream i (Hammersley and
 *               Morton 1956)
 *   lhs         in each batch one point in each of `batch` strata of every input, in
 *               random order (McKay, Beckman and Conover 1979); the order is a keyed
 *               permutation (a Feistel network walked until it is in range, Black and
 *               Rogaway 2002), so nothing is stored
 *   sobol       in each batch the first points of Sobol's sequence (gsl_qrng_sobol, up
 *               to 40 inputs), shifted digit by digit at random for each batch
 *               (Cranley and Patterson 1976 in base 2; L'Ecuyer and Lemieux 2002), and
 *               each at random within its cell of 1 / batch, as those of lhs: one
 *               shift for all would leave the error of a mean at 1 / batch
 *
 * Whatever the design, each u alone is uniform in (0, 1), batches are independent, and
 * so are the inputs, until a Gaussian copula joins them: u = Phi(L Phi^-1(u)).  With
 * one, strata are those of the independent normals.
 */

#include "input/study_spec.h"

/* Const after sampling_init, and shared by threads; its memory does not grow with
 * replications. */
struct sampling {
    const struct study_spec *spec; /* borrowed */
    uint64_t seed;
    uint64_t batch;      /* study_batch */
    uint32_t *direction; /* sobol: 30 numbers of 30 bits for each input */
};

void sampling_init(struct sampling *sampling, const struct study_spec *spec,
                   uint64_t seed, struct arena *arena);

/* The spec's n_uncertain probabilities of replication k, in (0, 1), correlated. */
void sampling_at(const struct sampling *sampling, uint64_t replication, double u[]);

/* The independent unit that a replication belongs to: k / study_batch. */
uint64_t sampling_unit(const struct sampling *sampling, uint64_t replication);

#endif
