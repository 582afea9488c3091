#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <string.h>

#include "base/rng.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Random123, tests/kat_vectors. */
Test(rng, philox_gives_its_published_answers)
{
    static const struct {
        uint32_t counter[4], key[2], out[4];
    } cases[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint32_t out[4];
        rng_philox4x32_10(cases[i].counter, cases[i].key, out);
        for (int j = 0; j < 4; j++)
            cr_expect(eq(u32, out[j], cases[i].out[j]), "case %zu, word %d", i, j);
    }
}

/* The numbers are part of the program's results: a change of the key, the counter or
 * the order of words is a change of every stochastic run. */
Test(rng, a_stream_is_what_it_always_was)
{
    struct rng rng;
    rng_init(&rng, (struct rng_key){17, 3, "failure", "own/lot 3/server 17"});
    static const uint32_t want[] = {0xb9dcf427, 0xdd1fc59a, 0x8c319f4f,
                                    0x1cb94cb3, 0x5861836c, 0x7c6321a5,
                                    0xcb616436, 0xd6bdf305, 0x215a1b50};
    for (size_t i = 0; i < COUNT(want); i++)
        cr_expect(eq(u32, rng_u32(&rng), want[i]), "draw %zu", i);
}

Test(rng, equal_keys_give_equal_streams_and_others_do_not)
{
    static const struct rng_key keys[] = {
        {17, 3, "demand", "source 0"}, {18, 3, "demand", "source 0"},
        {17, 4, "demand", "source 0"}, {17, 3, "failure", "source 0"},
        {17, 3, "demand", "source 1"}, {17, 3, "demands", "ource 0"},
        {3, 17, "demand", "source 0"}, {17, 3, "", "demandsource 0"},
    };
    struct rng one, other;
    rng_init(&one, keys[0]);
    for (size_t i = 0; i < COUNT(keys); i++) {
        rng_init(&other, keys[i]);
        bool equal = one.key == other.key && one.counter_hi == other.counter_hi;
        cr_expect(eq(int, equal, i == 0), "key %zu", i);
    }
    rng_init(&other, keys[0]);
    for (int i = 0; i < 1000; i++)
        cr_assert(eq(u32, rng_u32(&one), rng_u32(&other)));
}

Test(rng, gsl_draws_from_the_same_stream)
{
    struct rng a, b;
    rng_init(&a, (struct rng_key){1, 2, "x", ""});
    rng_init(&b, (struct rng_key){1, 2, "x", ""});
    for (int i = 0; i < 10; i++)
        cr_expect(eq(ulong, gsl_rng_get(&a.gsl), rng_u32(&b)));
    cr_expect(eq(str, (char *)gsl_rng_name(&a.gsl), "philox4x32-10"));
    cr_expect(eq(ulong, gsl_rng_max(&a.gsl), 0xffffffff));
    cr_expect(eq(ulong, gsl_rng_min(&a.gsl), 0));
}

Test(rng, gsl_can_seed_allocate_and_clone_it)
{
    gsl_rng *one = gsl_rng_alloc(rng_philox);
    gsl_rng_set(one, 2385);
    gsl_rng_get(one);
    gsl_rng *clone = gsl_rng_clone(one);
    unsigned long next = gsl_rng_get(one);
    cr_expect(eq(ulong, gsl_rng_get(clone), next));
    gsl_rng_set(one, 2386);
    gsl_rng_get(one);
    cr_expect(ne(ulong, gsl_rng_get(one), next));
    gsl_rng_free(one);
    gsl_rng_free(clone);
}

/* Mean 1/2 and variance 1/12 within five standard errors of a million draws. */
Test(rng, uniforms_have_the_moments_of_the_uniform)
{
    const int n = 1000000;
    struct rng rng;
    rng_init(&rng, (struct rng_key){17, 0, "moments", ""});
    double sum = 0, squares = 0, gsl_sum = 0, at_sum = 0;
    for (int i = 0; i < n; i++) {
        double u = rng_uniform(&rng), v = gsl_rng_uniform(&rng.gsl);
        double w = rng_at(&rng, (uint64_t)i, 0);
        cr_assert(u > 0 && u < 1, "%g", u);
        cr_assert(v >= 0 && v < 1, "%g", v);
        cr_assert(w > 0 && w < 1, "%g", w);
        sum += u;
        squares += (u - 0.5) * (u - 0.5);
        gsl_sum += v;
        at_sum += w;
    }
    double error = sqrt(1.0 / 12 / n), error_of_variance = sqrt(1.0 / 180 / n);
    cr_expect(fabs(sum / n - 0.5) < 5 * error, "mean %g", sum / n);
    cr_expect(fabs(gsl_sum / n - 0.5) < 5 * error, "mean %g", gsl_sum / n);
    cr_expect(fabs(at_sum / n - 0.5) < 5 * error, "mean %g", at_sum / n);
    cr_expect(fabs(squares / n - 1.0 / 12) < 5 * error_of_variance, "variance %g",
              squares / n);
}

Test(rng, exponentials_of_gsl_have_their_mean)
{
    const int n = 200000;
    struct rng rng;
    rng_init(&rng, (struct rng_key){17, 1, "exponential", ""});
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += gsl_ran_exponential(&rng.gsl, 2.385);
    cr_expect(fabs(sum / n - 2.385) < 5 * 2.385 / sqrt(n), "mean %g", sum / n);
}

/* Chi-square of 256 cells for each byte of the words; 255 degrees of freedom have a
 * standard deviation of sqrt(510). */
Test(rng, each_byte_is_even)
{
    static unsigned cells[4][256];
    struct rng rng;
    rng_init(&rng, (struct rng_key){17, 2, "bytes", ""});
    const int n = 256000;
    for (int i = 0; i < n; i++) {
        uint32_t word = rng_u32(&rng);
        for (int byte = 0; byte < 4; byte++)
            cells[byte][word >> (8 * byte) & 255]++;
    }
    for (int byte = 0; byte < 4; byte++) {
        double chi = 0;
        for (int i = 0; i < 256; i++)
            chi += (cells[byte][i] - 1000.0) * (cells[byte][i] - 1000.0) / 1000.0;
        cr_expect(fabs(chi - 255) < 5 * sqrt(510), "byte %d: %g", byte, chi);
    }
}

Test(rng, the_nth_draw_needs_no_draw_before_it)
{
    struct rng a, b;
    rng_init(&a, (struct rng_key){17, 0, "thinning", ""});
    rng_init(&b, (struct rng_key){17, 0, "thinning", ""});
    for (int i = 0; i < 7; i++)
        rng_u32(&a);
    cr_expect(rng_at(&a, 12345, 1) == rng_at(&b, 12345, 1), "depends on the past");
    cr_expect(rng_at(&a, 12345, 1) != rng_at(&a, 12345, 2), "k makes no difference");
    cr_expect(rng_at(&a, 12345, 1) != rng_at(&a, 12346, 1), "n makes no difference");
    cr_expect(rng_at(&a, 0, 0) != rng_uniform(&b), "runs along with the stream");
    cr_expect(rng_at(&a, UINT64_MAX, UINT32_MAX) > 0, "the ends are allowed");
}
