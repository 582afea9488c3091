#include "study/sampling.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_qrng.h>
#include <math.h>
#include <string.h>

#include "base/rng.h"

enum { SOBOL_BITS = 30, FEISTEL_ROUNDS = 8 };

/* Direction numbers from the sequence itself: in Gray code order point 2^j differs from
 * the one before by number j alone. */
static uint32_t *sobol_directions(size_t n, uint64_t batch, struct arena *arena)
{
    uint32_t *direction = ARENA_ARRAY(arena, n * SOBOL_BITS, uint32_t);
    gsl_qrng *sequence = gsl_qrng_alloc(gsl_qrng_sobol, (unsigned)n);
    if (!sequence)
        out_of_memory();
    uint32_t last[SOBOL_INPUTS_MAX] = {0};
    size_t j = 0;
    for (uint64_t i = 1; i < batch; i++) {
        double point[SOBOL_INPUTS_MAX];
        gsl_qrng_get(sequence, point);
        for (size_t d = 0; d < n; d++) {
            uint32_t digits = (uint32_t)ldexp(point[d], SOBOL_BITS);
            if (i == UINT64_C(1) << j)
                direction[d * SOBOL_BITS + j] = digits ^ last[d];
            last[d] = digits;
        }
        j += i == UINT64_C(1) << j;
    }
    gsl_qrng_free(sequence);
    return direction;
}

void sampling_init(struct sampling *sampling, const struct study_spec *spec,
                   uint64_t seed, struct arena *arena)
{
    *sampling = (struct sampling){
        .spec = spec, .seed = seed, .batch = (uint64_t)study_batch(spec)};
    if (spec->sampling == SAMPLING_SOBOL && spec->n_uncertain > 0)
        sampling->direction =
            sobol_directions(spec->n_uncertain, sampling->batch, arena);
}

uint64_t sampling_unit(const struct sampling *sampling, uint64_t replication)
{
    return replication / sampling->batch;
}

/* The first draw of the input's stream in a replication. */
static double draw(const struct sampling *sampling, uint64_t replication,
                   const char *path)
{
    struct rng rng;
    rng_init(&rng, (struct rng_key){sampling->seed, replication, "uncertain", path});
    return rng_uniform(&rng);
}

static uint32_t mix(const struct rng *key, uint32_t round, uint32_t half)
{
    const uint32_t counter[4] = {half, round, (uint32_t)key->counter_hi,
                                 (uint32_t)(key->counter_hi >> 32)};
    const uint32_t halves[2] = {(uint32_t)key->key, (uint32_t)(key->key >> 32)};
    uint32_t out[4];
    rng_philox4x32_10(counter, halves, out);
    return out[0];
}

/* The place of i in a permutation of 0..n-1 that the key chooses: a balanced Feistel
 * network on the least even number of bits that holds n, walked until it is below n
 * (fewer than four steps on average). */
static uint64_t permute(const struct rng *key, uint64_t i, uint64_t n)
{
    unsigned bits = 1;
    while (UINT64_C(1) << 2 * bits < n)
        bits++;
    uint32_t mask = (uint32_t)((UINT64_C(1) << bits) - 1);
    do {
        uint32_t left = (uint32_t)(i >> bits), right = (uint32_t)i & mask;
        for (uint32_t round = 0; round < FEISTEL_ROUNDS; round++) {
            uint32_t next = left ^ (mix(key, round, right) & mask);
            left = right;
            right = next;
        }
        i = (uint64_t)left << bits | right;
    } while (i >= n);
    return i;
}

static double draw_lhs(const struct sampling *sampling, uint64_t replication,
                       const char *path)
{
    uint64_t batch = sampling->batch;
    struct rng key;
    rng_init(&key, (struct rng_key){sampling->seed, replication / batch,
                                    "uncertain order", path});
    uint64_t stratum = permute(&key, replication % batch, batch);
    return ((double)stratum + draw(sampling, replication, path)) / (double)batch;
}

static double draw_sobol(const struct sampling *sampling, uint64_t replication,
                         size_t input)
{
    uint64_t batch = sampling->batch, i = replication % batch, gray = i ^ i >> 1;
    const char *path = sampling->spec->uncertain[input].path;
    const uint32_t *direction = &sampling->direction[input * SOBOL_BITS];
    struct rng shift;
    rng_init(&shift, (struct rng_key){sampling->seed, replication / batch,
                                      "uncertain shift", path});
    uint32_t digits = rng_u32(&shift) >> (32 - SOBOL_BITS);
    for (int j = 0; gray >> j; j++)
        if (gray >> j & 1)
            digits ^= direction[j];
    double cell = floor(ldexp(digits, -SOBOL_BITS) * (double)batch);
    return (cell + draw(sampling, replication, path)) / (double)batch;
}

static double draw_input(const struct sampling *sampling, uint64_t replication,
                         size_t input)
{
    const char *path = sampling->spec->uncertain[input].path;
    switch (sampling->spec->sampling) {
    case SAMPLING_PLAIN: break;
    case SAMPLING_LHS: return draw_lhs(sampling, replication, path);
    case SAMPLING_SOBOL: return draw_sobol(sampling, replication, input);
    case SAMPLING_ANTITHETIC: {
        double u = draw(sampling, replication / 2, path);
        return replication % 2 == 0 ? u : 1 - u;
    }
    }
    return draw(sampling, replication, path);
}

/* What rounding could make 0 or 1. */
static double within(double u)
{
    return fmin(fmax(u, 0x1p-1000), 1 - 0x1p-53);
}

static void correlate(const double *root, size_t n, double u[])
{
    double normal[UNCERTAIN_MAX];
    for (size_t i = 0; i < n; i++)
        normal[i] = gsl_cdf_ugaussian_Pinv(u[i]);
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (size_t k = 0; k <= i; k++)
            sum += root[i * n + k] * normal[k];
        u[i] = within(gsl_cdf_ugaussian_P(sum));
    }
}

void sampling_at(const struct sampling *sampling, uint64_t replication, double u[])
{
    const struct study_spec *spec = sampling->spec;
    assert(spec->n_uncertain <= UNCERTAIN_MAX);
    for (size_t i = 0; i < spec->n_uncertain; i++)
        u[i] = within(draw_input(sampling, replication, i));
    if (spec->cholesky)
        correlate(spec->cholesky, spec->n_uncertain, u);
}
