#include "base/rng.h"

#include <Random123/philox.h>
#include <nettle/sha2.h>
#include <string.h>

static void put_u64(uint8_t out[8], uint64_t value)
{
    for (int i = 0; i < 8; i++)
        out[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t get_u64(const uint8_t in[8])
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++)
        value |= (uint64_t)in[i] << (8 * i);
    return value;
}

/* The texts are hashed with their NUL, so that no two keys run into each other. */
static void seed_stream(struct rng *rng, struct rng_key key)
{
    uint8_t numbers[16], digest[SHA256_DIGEST_SIZE];
    put_u64(numbers, key.seed);
    put_u64(numbers + 8, key.replication);

    struct sha256_ctx sha;
    sha256_init(&sha);
    sha256_update(&sha, sizeof numbers, numbers);
    sha256_update(&sha, strlen(key.purpose) + 1, (const uint8_t *)key.purpose);
    sha256_update(&sha, strlen(key.entity) + 1, (const uint8_t *)key.entity);
    sha256_digest(&sha, sizeof digest, digest);

    rng->key = get_u64(digest);
    rng->counter_hi = get_u64(digest + 8);
    rng->counter_lo = 0;
    rng->used = 4;
}

void rng_philox4x32_10(const uint32_t counter[4], const uint32_t key[2],
                       uint32_t out[4])
{
    philox4x32_ctr_t c = {{counter[0], counter[1], counter[2], counter[3]}};
    philox4x32_key_t k = {{key[0], key[1]}};
    philox4x32_ctr_t r = philox4x32_R(10, c, k);
    for (int i = 0; i < 4; i++)
        out[i] = r.v[i];
}

static void draw_block(uint64_t lo, uint64_t hi, uint64_t key, uint32_t out[4])
{
    const uint32_t counter[4] = {(uint32_t)lo, (uint32_t)(lo >> 32), (uint32_t)hi,
                                 (uint32_t)(hi >> 32)};
    const uint32_t halves[2] = {(uint32_t)key, (uint32_t)(key >> 32)};
    rng_philox4x32_10(counter, halves, out);
}

uint32_t rng_u32(struct rng *rng)
{
    if (rng->used == 4) {
        draw_block(rng->counter_lo++, rng->counter_hi, rng->key, rng->block);
        rng->used = 0;
    }
    return rng->block[rng->used++];
}

/* 52 bits and a half, which is exact: with 53 bits the largest would round to 1. */
static double open_uniform(uint32_t high, uint32_t low)
{
    uint64_t bits = ((uint64_t)high << 20) | (low >> 12);
    return ((double)bits + 0.5) * 0x1p-52;
}

double rng_uniform(struct rng *rng)
{
    uint32_t high = rng_u32(rng);
    return open_uniform(high, rng_u32(rng));
}

double rng_at(const struct rng *rng, uint64_t n, uint32_t k)
{
    /* Each k is a stream of its own, as far from the sequential one as any other. */
    const uint64_t golden = UINT64_C(0x9e3779b97f4a7c15);
    uint32_t block[4];
    draw_block(n, rng->counter_hi + ((uint64_t)k + 1) * golden, rng->key, block);
    return open_uniform(block[0], block[1]);
}

static void philox_set(void *state, unsigned long seed)
{
    seed_stream(state, (struct rng_key){seed, 0, "gsl_rng_set", ""});
}

static unsigned long philox_get(void *state)
{
    return rng_u32(state);
}

static double philox_get_double(void *state)
{
    uint32_t high = rng_u32(state);
    uint64_t bits = ((uint64_t)high << 21) | (rng_u32(state) >> 11);
    return (double)bits * 0x1p-53;
}

static const gsl_rng_type philox_type = {
    .name = "philox4x32-10",
    .max = UINT32_MAX,
    .min = 0,
    .size = sizeof(struct rng),
    .set = philox_set,
    .get = philox_get,
    .get_double = philox_get_double,
};

const gsl_rng_type *const rng_philox = &philox_type;

void rng_init(struct rng *rng, struct rng_key key)
{
    *rng = (struct rng){.gsl = {.type = rng_philox, .state = rng}};
    seed_stream(rng, key);
}
