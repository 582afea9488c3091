#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "study/sampling.h"

/* Draws of uncertain inputs: each as the design promises, and any of them alone. */

#define SEED UINT64_C(20385)

struct design {
    struct arena arena;
    struct study_spec spec;
    struct sampling sampling;
    size_t n;
};

static void design_of(struct design *design, size_t n, enum sampling_kind kind,
                      int64_t batch)
{
    *design = (struct design){.n = n};
    struct study_spec *spec = &design->spec;
    spec->uncertain = ARENA_ARRAY(&design->arena, n, struct uncertain_input);
    spec->n_uncertain = n;
    for (size_t i = 0; i < n; i++)
        spec->uncertain[i].path = arena_printf(&design->arena, "pools.p%zu.price", i);
    spec->sampling = kind;
    spec->batch = batch;
    spec->replications = 1000;
    sampling_init(&design->sampling, spec, SEED, &design->arena);
}

/* Row by row, row k of replication k; the caller frees. */
static double *sequence(const struct design *design, uint64_t replications)
{
    double *u = calloc(replications * design->n, sizeof *u);
    cr_assert(u != NULL);
    for (uint64_t k = 0; k < replications; k++)
        sampling_at(&design->sampling, k, &u[k * design->n]);
    return u;
}

static const struct {
    enum sampling_kind kind;
    int64_t batch;
} kinds[] = {{SAMPLING_PLAIN, 0},
             {SAMPLING_ANTITHETIC, 0},
             {SAMPLING_LHS, 50},
             {SAMPLING_SOBOL, 64}};
#define KINDS (sizeof kinds / sizeof kinds[0])

Test(sampling, a_replication_alone_is_the_same_as_in_a_sequence)
{
    static const uint64_t some[] = {999, 0, 17, 64, 63, 500, 1};
    for (size_t d = 0; d < KINDS; d++) {
        struct design one, other;
        design_of(&one, 7, kinds[d].kind, kinds[d].batch);
        design_of(&other, 7, kinds[d].kind, kinds[d].batch);
        double *u = sequence(&one, 1000), alone[7];
        for (size_t i = 0; i < sizeof some / sizeof some[0]; i++) {
            sampling_at(&other.sampling, some[i], alone);
            cr_expect(memcmp(alone, &u[some[i] * 7], sizeof alone) == 0,
                      "design %zu, replication %zu", d, (size_t)some[i]);
        }
        free(u);
        arena_free(&one.arena);
        arena_free(&other.arena);
    }
}

/* Sobol's dimensions go by position, so its other inputs come behind. */
Test(sampling, another_input_shifts_nobody_elses_draws)
{
    for (size_t d = 0; d < KINDS; d++) {
        struct design few, many;
        design_of(&few, 3, kinds[d].kind, kinds[d].batch);
        design_of(&many, 8, kinds[d].kind, kinds[d].batch);
        double *u = sequence(&few, 300), *v = sequence(&many, 300);
        for (size_t k = 0; k < 300; k++)
            cr_expect(memcmp(&u[k * 3], &v[k * 8], 3 * sizeof *u) == 0, "design %zu",
                      d);
        free(u);
        free(v);
        arena_free(&few.arena);
        arena_free(&many.arena);
    }
}

Test(sampling, another_seed_gives_other_draws)
{
    for (size_t d = 0; d < KINDS; d++) {
        struct design design;
        design_of(&design, 5, kinds[d].kind, kinds[d].batch);
        double *u = sequence(&design, 128);
        sampling_init(&design.sampling, &design.spec, SEED + 1, &design.arena);
        double *v = sequence(&design, 128);
        for (size_t i = 0; i < 128 * 5; i++)
            cr_expect(u[i] != v[i], "design %zu", d);
        free(u);
        free(v);
        arena_free(&design.arena);
    }
}

Test(sampling, antithetic_pairs_add_up_to_one)
{
    struct design design;
    design_of(&design, 6, SAMPLING_ANTITHETIC, 0);
    double *u = sequence(&design, 1000);
    for (size_t k = 0; k < 1000; k += 2)
        for (size_t i = 0; i < 6; i++)
            cr_expect(u[k * 6 + i] + u[(k + 1) * 6 + i] == 1);
    cr_expect(u[0] != u[2 * 6]);
    free(u);
    arena_free(&design.arena);
}

/* Whether each of n strata holds one of the n values that are `stride` apart. */
static bool is_stratified(const double *u, size_t n, size_t stride)
{
    bool *seen = calloc(n, sizeof *seen), ok = true;
    for (size_t i = 0; i < n; i++) {
        size_t stratum = (size_t)(u[i * stride] * (double)n);
        ok = ok && stratum < n && !seen[stratum];
        if (stratum < n)
            seen[stratum] = true;
    }
    free(seen);
    return ok;
}

Test(sampling, each_batch_has_one_point_in_each_stratum_of_each_input)
{
    static const int64_t batches[] = {2, 3, 8, 50, 64, 125, 1000, 1024};
    for (size_t b = 0; b < sizeof batches / sizeof batches[0]; b++)
        for (int sobol = 0; sobol < 2; sobol++) {
            struct design design;
            size_t batch = (size_t)batches[b], n = sobol ? SOBOL_INPUTS_MAX : 11;
            if (sobol && (batch & (batch - 1)) != 0)
                continue;
            design_of(&design, n, sobol ? SAMPLING_SOBOL : SAMPLING_LHS, batches[b]);
            double *u = sequence(&design, 4 * batch);
            for (size_t k = 0; k < 4 * batch; k += batch)
                for (size_t i = 0; i < n; i++)
                    cr_expect(is_stratified(&u[k * n + i], batch, n),
                              "batch of %zu at %zu, input %zu", batch, k, i);
            free(u);
            arena_free(&design.arena);
        }
}

/* The first two dimensions of Sobol's sequence are a (0, m, 2)-net: of 2^m points one
 * lies in each of the 2^m boxes of 2^-a by 2^-(m - a); a digital shift keeps that. */
Test(sampling, two_sobol_inputs_fill_every_elementary_box)
{
    enum { M = 8, POINTS = 1 << M };
    struct design design;
    design_of(&design, 2, SAMPLING_SOBOL, POINTS);
    double *u = sequence(&design, 3 * POINTS);
    for (size_t k = 0; k < 3 * POINTS; k += POINTS)
        for (unsigned a = 0; a <= M; a++) {
            bool seen[POINTS] = {false};
            for (size_t i = k; i < k + POINTS; i++) {
                size_t x = (size_t)ldexp(u[2 * i], (int)a);
                size_t y = (size_t)ldexp(u[2 * i + 1], (int)(M - a));
                seen[x << (M - a) | y] = true;
            }
            for (size_t i = 0; i < POINTS; i++)
                cr_expect(seen[i], "box %zu with %u digits at %zu", i, a, k);
        }
    free(u);
    arena_free(&design.arena);
}

/* Kolmogorov and Smirnov's distance of n ascending values from the uniform law. */
static double distance(const double *sorted, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++) {
        most = fmax(most, sorted[i] - (double)i / (double)n);
        most = fmax(most, (double)(i + 1) / (double)n - sorted[i]);
    }
    return most;
}

/* P(sqrt(n) D > 1.95) is 0.001 for independent draws, and less in designs; a draw of
 * each batch's first replication alone is independent of the others. */
Test(sampling, each_input_is_uniform_over_replications_and_over_batches)
{
    enum { N = 20000 };
    for (size_t d = 0; d < KINDS; d++) {
        struct design design;
        design_of(&design, 4, kinds[d].kind, kinds[d].batch);
        size_t batch = (size_t)study_batch(&design.spec);
        for (size_t step = 1; step <= batch; step += batch - 1) {
            double *u = calloc(4 * N, sizeof *u), point[4];
            for (size_t k = 0; k < N; k++) {
                sampling_at(&design.sampling, k * step, point);
                for (size_t i = 0; i < 4; i++)
                    u[i * N + k] = point[i];
            }
            for (size_t i = 0; i < 4; i++) {
                gsl_sort(&u[i * N], 1, N);
                double z = sqrt(N) * distance(&u[i * N], N);
                cr_expect(z < 1.95, "design %zu, step %zu, input %zu: %g", d, step, i,
                          z);
                cr_expect(u[i * N] > 0 && u[i * N + N - 1] < 1);
            }
            free(u);
            if (batch == 1)
                break;
        }
        arena_free(&design.arena);
    }
}

/* Of two replications of one batch every pair of different strata is as likely: over
 * many batches chi squared of the 8 x 7 pairs is within its 99.9 % quantile. */
Test(sampling, a_hypercubes_order_is_random)
{
    enum { BATCH = 8, BATCHES = 20000 };
    struct design design;
    design_of(&design, 1, SAMPLING_LHS, BATCH);
    size_t count[BATCH][BATCH] = {{0}};
    for (uint64_t b = 0; b < BATCHES; b++) {
        double u, v;
        sampling_at(&design.sampling, b * BATCH + 2, &u);
        sampling_at(&design.sampling, b * BATCH + 5, &v);
        count[(size_t)(u * BATCH)][(size_t)(v * BATCH)]++;
    }
    double sum = 0, want = (double)BATCHES / (BATCH * (BATCH - 1));
    for (size_t i = 0; i < BATCH; i++)
        for (size_t k = 0; k < BATCH; k++) {
            double off = (double)count[i][k] - (i == k ? 0 : want);
            sum += off * off / want;
        }
    double limit = gsl_cdf_chisq_Pinv(0.999, BATCH * (BATCH - 1) - 1);
    cr_expect(sum < limit, "chi squared %g, limit %g", sum, limit);
    arena_free(&design.arena);
}

/* Correlation of the normals behind columns a and b of n rows. */
static double correlation(const double *u, size_t n, size_t width, size_t a, size_t b)
{
    double sum = 0, sum_a = 0, sum_b = 0;
    for (size_t k = 0; k < n; k++) {
        double x = gsl_cdf_ugaussian_Pinv(u[k * width + a]);
        double y = gsl_cdf_ugaussian_Pinv(u[k * width + b]);
        sum += x * y;
        sum_a += x * x;
        sum_b += y * y;
    }
    return sum / sqrt(sum_a * sum_b);
}

/* atanh of the sample's correlation has the standard error 1 / sqrt(n - 3) (Fisher). */
Test(sampling, a_copula_gives_the_correlation_and_keeps_each_input_uniform)
{
    enum { N = 20000 };
    /* The root of [1 0.6 -0.35; 0.6 1 0; -0.35 0 1]. */
    static double root[9] = {1, 0, 0, 0.6, 0.8, 0, -0.35, 0.2625, 0};
    root[8] = sqrt(1 - 0.35 * 0.35 - 0.2625 * 0.2625);
    static const double want[3] = {0.6, -0.35, 0};
    for (size_t d = 0; d < KINDS; d++) {
        struct design design;
        design_of(&design, 3, kinds[d].kind, kinds[d].batch);
        design.spec.cholesky = root;
        double *u = sequence(&design, N);
        size_t pairs[3][2] = {{0, 1}, {0, 2}, {1, 2}};
        for (size_t i = 0; i < 3; i++) {
            double rho = correlation(u, N, 3, pairs[i][0], pairs[i][1]);
            double n = kinds[d].kind == SAMPLING_ANTITHETIC ? N / 2 : N;
            double z = (atanh(rho) - atanh(want[i])) * sqrt(n - 3);
            cr_expect(fabs(z) < 3.3, "design %zu, pair %zu: %g", d, i, rho);
        }
        double *column = calloc(N, sizeof *column);
        for (size_t i = 0; i < 3; i++) {
            for (size_t k = 0; k < N; k++)
                column[k] = u[k * 3 + i];
            gsl_sort(column, 1, N);
            cr_expect(sqrt(N) * distance(column, N) < 1.95, "design %zu, input %zu", d,
                      i);
        }
        free(column);
        free(u);
        arena_free(&design.arena);
    }
}

Test(sampling, correlated_antithetic_pairs_mirror_each_other)
{
    static double root[4] = {1, 0, 0.6, 0.8};
    struct design design;
    design_of(&design, 2, SAMPLING_ANTITHETIC, 0);
    design.spec.cholesky = root;
    double *u = sequence(&design, 100);
    for (size_t k = 0; k < 100; k += 2)
        for (size_t i = 0; i < 2; i++)
            cr_expect(fabs(u[2 * k + i] + u[2 * k + 2 + i] - 1) < 1e-12);
    free(u);
    arena_free(&design.arena);
}

/* What a mean of 3 inputs loses of its variance: all of what is additive with a
 * hypercube (McKay, Beckman and Conover), so a sum is nearly exact. */
Test(sampling, a_batch_says_more_of_a_sum_than_plain_draws)
{
    enum { BATCHES = 200 };
    double variance[KINDS] = {0};
    for (size_t d = 0; d < KINDS; d++) {
        struct design design;
        design_of(&design, 3, kinds[d].kind, kinds[d].batch);
        double *u = sequence(&design, 64 * BATCHES);
        for (size_t b = 0; b < BATCHES; b++) {
            size_t size = kinds[d].batch ? (size_t)kinds[d].batch : 64;
            double sum = 0;
            for (size_t i = 0; i < size * 3; i++)
                sum += u[b * size * 3 + i] - 0.5;
            variance[d] += sum * sum / (double)(size * size) / BATCHES;
        }
        free(u);
        arena_free(&design.arena);
    }
    cr_expect(fabs(variance[0] * 64 * 12 / 3 - 1) < 4 * sqrt(2.0 / BATCHES));
    for (size_t d = 1; d < KINDS; d++)
        cr_expect(variance[d] < variance[0] / 100, "design %zu: %g of %g", d,
                  variance[d], variance[0]);
}

struct stream {
    uint64_t key, counter_hi;
};

static int compare_streams(const void *a, const void *b)
{
    const struct stream *left = a, *right = b;
    if (left->key != right->key)
        return left->key < right->key ? -1 : 1;
    return (left->counter_hi > right->counter_hi) -
           (left->counter_hi < right->counter_hi);
}

/* By key or counter alone two of them would already be unlikely to meet. */
Test(sampling, no_two_streams_of_replication_and_path_are_one)
{
    enum { REPLICATIONS = 4000, PATHS = 40, N = REPLICATIONS * PATHS };
    struct stream *streams = calloc(N, sizeof *streams);
    for (size_t k = 0; k < REPLICATIONS; k++)
        for (size_t p = 0; p < PATHS; p++) {
            char path[40];
            struct rng rng;
            snprintf(path, sizeof path, "pools.p%zu.price", p);
            rng_init(&rng, (struct rng_key){SEED, k, "uncertain", path});
            streams[k * PATHS + p] = (struct stream){rng.key, rng.counter_hi};
        }
    qsort(streams, N, sizeof *streams, compare_streams);
    size_t keys = 0, both = 0;
    for (size_t i = 1; i < N; i++) {
        keys += streams[i].key == streams[i - 1].key;
        both += compare_streams(&streams[i], &streams[i - 1]) == 0;
    }
    cr_expect(eq(sz, both, 0));
    cr_expect(eq(sz, keys, 0));
    free(streams);
}

/* A change of these is a change of every study's results. */
Test(sampling, the_draws_are_what_they_always_were)
{
    static const double want[KINDS][2] = {
        {0.53294752065601247, 0.46408633526624665},
        {0.22360656625843311, 0.32023999450735807},
        {0.73065895041312023, 0.74928172670532489},
        {0.023952305010250197, 0.96037634898853508},
    };
    for (size_t d = 0; d < KINDS; d++) {
        struct design design;
        double u[2];
        design_of(&design, 2, kinds[d].kind, kinds[d].batch);
        sampling_at(&design.sampling, 77, u);
        for (size_t i = 0; i < 2; i++)
            cr_expect(u[i] == want[d][i], "design %zu: %.17g", d, u[i]);
        arena_free(&design.arena);
    }
}

Test(sampling, units_are_what_depends_on_each_other)
{
    static const struct {
        enum sampling_kind kind;
        int64_t replications, batch, want;
    } cases[] = {
        {SAMPLING_PLAIN, 1000, 64, 1},       {SAMPLING_ANTITHETIC, 1000, 64, 2},
        {SAMPLING_LHS, 1000, 50, 50},        {SAMPLING_LHS, 1000, 0, 62},
        {SAMPLING_LHS, 100, 0, 8},           {SAMPLING_SOBOL, 1000, 0, 32},
        {SAMPLING_SOBOL, 100, 0, 8},         {SAMPLING_SOBOL, 1024, 0, 64},
        {SAMPLING_LHS, 10000000, 0, 625000}, {SAMPLING_SOBOL, 10000000, 0, 524288},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct study_spec spec = {.sampling = cases[i].kind,
                                  .replications = cases[i].replications,
                                  .batch = cases[i].batch};
        struct sampling sampling;
        sampling_init(&sampling, &spec, SEED, NULL);
        uint64_t size = (uint64_t)cases[i].want;
        cr_expect(eq(i64, study_batch(&spec), cases[i].want), "case %zu", i);
        cr_expect(eq(u64, sampling_unit(&sampling, 0), 0), "case %zu", i);
        cr_expect(eq(u64, sampling_unit(&sampling, size - 1), 0), "case %zu", i);
        cr_expect(eq(u64, sampling_unit(&sampling, 3 * size), 3), "case %zu", i);
    }
}
