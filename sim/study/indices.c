#include "study/indices.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/rng.h"

enum { RESAMPLES = 1000, GROUPS_MAX = 512 };

/* ---- the bootstrap ---- */

/* How often each of n groups is in one bootstrap sample. */
static void resample(uint64_t seed, uint64_t number, double count[], size_t n)
{
    struct rng rng;
    rng_init(&rng, (struct rng_key){seed, number, "bootstrap", ""});
    for (size_t i = 0; i < n; i++)
        count[i] = 0;
    for (size_t i = 0; i < n; i++) {
        size_t drawn = (size_t)(rng_uniform(&rng) * (double)n);
        count[drawn < n ? drawn : n - 1]++;
    }
}

/* What a bootstrap makes of counts: several figures at once. */
typedef void figures_fn(const void *self, const double count[], double figures[]);

/* The figures of all groups as they are, and the intervals; at least two groups, else
 * there are none. */
static void bootstrap(figures_fn *of, const void *self, size_t groups, uint64_t seed,
                      double confidence, struct index out[], size_t n_figures)
{
    struct arena arena = {0};
    double *count = ARENA_ARRAY(&arena, groups + 1, double);
    double *figures = ARENA_ARRAY(&arena, n_figures * RESAMPLES, double);
    double *one = ARENA_ARRAY(&arena, RESAMPLES, double);
    for (size_t i = 0; i < groups; i++)
        count[i] = 1;
    of(self, count, figures);
    for (size_t f = 0; f < n_figures; f++)
        out[f] = (struct index){figures[f], {NAN, NAN}};
    for (size_t r = 0; r < RESAMPLES && groups > 1; r++) {
        resample(seed, r, count, groups);
        of(self, count, figures + r * n_figures);
    }
    for (size_t f = 0; f < n_figures && groups > 1; f++) {
        for (size_t r = 0; r < RESAMPLES; r++)
            one[r] = figures[r * n_figures + f];
        struct mean_estimate spread;
        estimate_mean(one, RESAMPLES, 1, confidence, &spread);
        double n = (double)groups;
        double half = student_factor(confidence, n - 1) * sqrt(n / (n - 1)) * spread.sd;
        out[f].ci = (struct interval){out[f].value - half, out[f].value + half};
    }
    arena_free(&arena);
}

static bool complete(const double *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(y[i]))
            return false;
    return true;
}

/* ---- Morris ---- */

struct effects {
    const double *effect; /* of one input */
    size_t n;
};

static void deviation(const void *self, const double count[], double figures[])
{
    const struct effects *effects = self;
    double n = 0, sum = 0, squares = 0, first = effects->n > 0 ? effects->effect[0] : 0;
    for (size_t t = 0; t < effects->n; t++) {
        double off = effects->effect[t] - first;
        n += count[t];
        sum += count[t] * off;
        squares += count[t] * off * off;
    }
    double variance = n > 1 ? (squares - sum * sum / n) / (n - 1) : NAN;
    figures[0] = variance < 0 ? 0 : sqrt(variance);
}

static struct index mean_index(const double *value, size_t n, double confidence)
{
    struct mean_estimate mean;
    estimate_mean(value, n, 1, confidence, &mean);
    return (struct index){mean.mean, mean.ci};
}

static void not_below_zero(struct interval *ci)
{
    if (ci->low < 0)
        ci->low = 0;
}

/* The effects of all inputs, input by input; returns the number of trajectories. */
static size_t elementary_effects(const struct sensitivity *design, const double *y,
                                 double *effect)
{
    size_t block = sensitivity_block(design), used = 0;
    for (size_t t = 0; t < design->size; t++) {
        const double *row = y + t * block;
        if (!complete(row, block))
            continue;
        for (size_t step = 1; step < block; step++) {
            double by;
            size_t input = sensitivity_moved(design, t, step, &by);
            effect[input * design->size + used] = (row[step] - row[step - 1]) / by;
        }
        used++;
    }
    return used;
}

void morris_indices(const struct sensitivity *design, const double *y,
                    double confidence, struct morris_index out[])
{
    assert(design->method == SENSITIVITY_MORRIS);
    struct arena arena = {0};
    double *effect = ARENA_ARRAY(&arena, design->inputs * design->size, double);
    double *size = ARENA_ARRAY(&arena, design->size, double);
    size_t used = elementary_effects(design, y, effect);
    for (size_t i = 0; i < design->inputs; i++) {
        struct effects one = {effect + i * design->size, used};
        for (size_t t = 0; t < used; t++)
            size[t] = fabs(one.effect[t]);
        out[i] = (struct morris_index){.mu = mean_index(one.effect, used, confidence),
                                       .mu_star = mean_index(size, used, confidence),
                                       .n = used};
        bootstrap(deviation, &one, used, design->seed, confidence, &out[i].sigma, 1);
        not_below_zero(&out[i].mu_star.ci);
        not_below_zero(&out[i].sigma.ci);
    }
    arena_free(&arena);
}

/* ---- Sobol ---- */

/* Sums over blocks, a row of them for each group of blocks: 0 their number, 1 a + b,
 * 2 a^2 + b^2, then for each input b (c - a), c - a and (a - c)^2, where c is A with
 * the input from B.  y is taken from its mean, so that large offsets cost no digits. */
enum { SUM_N, SUM_Y, SUM_SQUARES, SUM_FIXED, SUM_INPUT = 3 };

struct blocks {
    size_t inputs, groups, width;
    double *sums;
};

static void add_block(struct blocks *blocks, size_t group, const double *y, double mean)
{
    double *sum = blocks->sums + group * blocks->width;
    double a = y[0] - mean, b = y[1] - mean;
    sum[SUM_N]++;
    sum[SUM_Y] += a + b;
    sum[SUM_SQUARES] += a * a + b * b;
    for (size_t i = 0; i < blocks->inputs; i++) {
        double c = y[2 + i] - mean, *own = sum + SUM_FIXED + SUM_INPUT * i;
        own[0] += b * (c - a);
        own[1] += c - a;
        own[2] += (a - c) * (a - c);
    }
}

static double variance_of(const double sum[], double *mean)
{
    double n = 2 * sum[SUM_N];
    *mean = sum[SUM_Y] / n;
    return sum[SUM_SQUARES] / n - *mean * *mean;
}

/* First-order indices, total ones, and the sum of the first. */
static void shares(const void *self, const double count[], double figures[])
{
    const struct blocks *blocks = self;
    double sum[SUM_FIXED + SUM_INPUT * SENSITIVITY_INPUTS_MAX] = {0}, mean;
    for (size_t g = 0; g < blocks->groups; g++)
        for (size_t s = 0; s < blocks->width && count[g] > 0; s++)
            sum[s] += count[g] * blocks->sums[g * blocks->width + s];
    double variance = variance_of(sum, &mean), n = sum[SUM_N];
    double unit = variance > 0 ? 1 / (n * variance) : NAN;
    figures[2 * blocks->inputs] = 0;
    for (size_t i = 0; i < blocks->inputs; i++) {
        const double *own = sum + SUM_FIXED + SUM_INPUT * i;
        figures[i] = (own[0] - mean * own[1]) * unit;
        figures[blocks->inputs + i] = own[2] / 2 * unit;
        figures[2 * blocks->inputs] += figures[i];
    }
}

static void summarise(const struct blocks *blocks, struct sobol_summary *summary)
{
    double sum[SUM_FIXED] = {0}, mean;
    for (size_t g = 0; g < blocks->groups; g++)
        for (size_t s = 0; s < SUM_FIXED; s++)
            sum[s] += blocks->sums[g * blocks->width + s];
    summary->variance = variance_of(sum, &mean);
    summary->mean += mean;
}

static double mean_of_blocks(const struct sensitivity *design, const double *y,
                             size_t *used)
{
    size_t block = sensitivity_block(design);
    double mean = 0;
    *used = 0;
    for (size_t i = 0; i < design->size; i++)
        if (complete(y + i * block, block)) {
            double own = (y[i * block] + y[i * block + 1]) / 2;
            mean += (own - mean) / (double)++*used;
        }
    return mean;
}

void sobol_indices(const struct sensitivity *design, const double *y, double confidence,
                   struct sobol_index out[], struct sobol_summary *summary)
{
    assert(design->method == SENSITIVITY_SOBOL);
    size_t block = sensitivity_block(design), inputs = design->inputs, used, at = 0;
    double mean = mean_of_blocks(design, y, &used);
    *summary = (struct sobol_summary){.n = used, .mean = mean};
    struct arena arena = {0};
    struct blocks blocks = {inputs, used < GROUPS_MAX ? used : GROUPS_MAX,
                            SUM_FIXED + SUM_INPUT * inputs, NULL};
    blocks.sums = ARENA_ARRAY(&arena, blocks.groups * blocks.width + 1, double);
    for (size_t i = 0; i < design->size; i++)
        if (complete(y + i * block, block))
            add_block(&blocks, at++ % blocks.groups, y + i * block, mean);
    summarise(&blocks, summary);
    struct index *figures = ARENA_ARRAY(&arena, 2 * inputs + 1, struct index);
    bootstrap(shares, &blocks, blocks.groups, design->seed, confidence, figures,
              2 * inputs + 1);
    for (size_t i = 0; i < inputs; i++)
        out[i] = (struct sobol_index){figures[i], figures[inputs + i]};
    summary->first_sum = figures[2 * inputs];
    arena_free(&arena);
}
