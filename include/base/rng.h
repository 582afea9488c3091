#ifndef BASE_RNG_H
#define BASE_RNG_H

/*
 * Named random streams: Philox 4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random
 * numbers: as easy as 1, 2, 3", SC'11; Random123's implementation) behind a
 * gsl_rng_type, so that every GSL distribution draws from it.
 *
 * A stream is keyed by (master seed, replication, purpose, entity), hashed by SHA-256
 * to Philox's 64-bit key and the upper 64 bits of its counter: two streams overlap with
 * probability below 2^-64 per pair.  A stream's n-th draw depends on the key and n
 * alone, so one more server or tenant shifts nobody else's draws.
 */

#include <gsl/gsl_rng.h>
#include <stdint.h>

extern const gsl_rng_type *const rng_philox;

struct rng {
    gsl_rng gsl;         /* pass &rng->gsl to GSL's distributions */
    uint64_t key;        /* Philox key */
    uint64_t counter_hi; /* which stream */
    uint64_t counter_lo; /* which block of four numbers */
    uint32_t block[4];
    unsigned used; /* of the block: 0 to 4 */
};

struct rng_key {
    uint64_t seed;
    uint64_t replication;
    const char *purpose; /* "demand", "failure" */
    const char *entity;  /* "source 0", "own/lot 3/server 17"; "" for none */
};

/* The struct must not move afterwards: the gsl part points into it. */
void rng_init(struct rng *rng, struct rng_key key);

uint32_t rng_u32(struct rng *rng);
double rng_uniform(struct rng *rng); /* in (0, 1), 53 bits, never 0 or 1 */

/* A uniform in (0, 1) for the n-th member of a stream, without state: the draw that
 * belongs to job n whatever came before. */
double rng_at(const struct rng *rng, uint64_t n, uint32_t k);

/* Philox itself, for its known answers. */
void rng_philox4x32_10(const uint32_t counter[4], const uint32_t key[2],
                       uint32_t out[4]);

#endif
