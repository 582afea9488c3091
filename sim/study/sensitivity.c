#include "study/sensitivity.h"

#include <assert.h>
#include <stdbool.h>

#include "base/rng.h"

const char *const sensitivity_names[] = {"tornado", "morris", "sobol", NULL};

size_t sensitivity_block(const struct sensitivity *design)
{
    switch (design->method) {
    case SENSITIVITY_TORNADO: return 2 * design->inputs + 1;
    case SENSITIVITY_MORRIS: return design->inputs + 1;
    default: return design->inputs + 2;
    }
}

size_t sensitivity_rows(const struct sensitivity *design)
{
    size_t block = sensitivity_block(design);
    return design->method == SENSITIVITY_TORNADO ? block : design->size * block;
}

static void tornado_at(const struct sensitivity *design, size_t row, double u[])
{
    for (size_t i = 0; i < design->inputs; i++)
        u[i] = 0.5;
    if (row > 0)
        u[(row - 1) / 2] = row % 2 == 1 ? design->low : design->high;
}

/* ---- Morris ---- */

/* Where the inputs of a trajectory begin, and when they move: in ascending order of
 * `turn`, equal ones by number. */
struct trajectory {
    size_t level[SENSITIVITY_INPUTS_MAX];
    double turn[SENSITIVITY_INPUTS_MAX];
};

static void trajectory_of(const struct sensitivity *design, size_t number,
                          struct trajectory *out)
{
    for (size_t i = 0; i < design->inputs; i++) {
        struct rng rng;
        rng_init(&rng,
                 (struct rng_key){design->seed, number, "morris", design->paths[i]});
        size_t level = (size_t)(rng_uniform(&rng) * (double)design->levels);
        out->level[i] = level < design->levels ? level : design->levels - 1;
        out->turn[i] = rng_uniform(&rng);
    }
}

/* How many inputs move before one does. */
static size_t place_of(const struct trajectory *trajectory, size_t inputs, size_t input)
{
    size_t before = 0;
    for (size_t i = 0; i < inputs; i++) {
        double turn = trajectory->turn[i], own = trajectory->turn[input];
        before += turn < own || (turn == own && i < input);
    }
    return before;
}

/* A step of half the levels has one direction in which there is room, and the levels
 * stay equally likely. */
static bool goes_up(const struct sensitivity *design, size_t level)
{
    return level < design->levels / 2;
}

static void morris_at(const struct sensitivity *design, size_t row, double u[])
{
    size_t block = sensitivity_block(design), half = design->levels / 2;
    struct trajectory trajectory;
    trajectory_of(design, row / block, &trajectory);
    for (size_t i = 0; i < design->inputs; i++) {
        size_t level = trajectory.level[i];
        if (place_of(&trajectory, design->inputs, i) < row % block)
            level = goes_up(design, level) ? level + half : level - half;
        u[i] = ((double)level + 0.5) / (double)design->levels;
    }
}

size_t sensitivity_moved(const struct sensitivity *design, size_t number, size_t step,
                         double *by)
{
    assert(step >= 1 && step <= design->inputs);
    struct trajectory trajectory;
    trajectory_of(design, number, &trajectory);
    size_t input = 0;
    while (place_of(&trajectory, design->inputs, input) != step - 1)
        input++;
    *by = goes_up(design, trajectory.level[input]) ? 0.5 : -0.5;
    return input;
}

/* ---- Sobol ---- */

static double draw(const struct sensitivity *design, const char *matrix, size_t block,
                   size_t input)
{
    struct rng rng;
    rng_init(&rng, (struct rng_key){design->seed, 0, matrix, design->paths[input]});
    return rng_at(&rng, block, 0);
}

static void sobol_at(const struct sensitivity *design, size_t row, double u[])
{
    size_t block = row / sensitivity_block(design);
    size_t kind = row % sensitivity_block(design); /* A, B, A with 0 of B, ... */
    for (size_t i = 0; i < design->inputs; i++) {
        bool from_b = kind == 1 || kind == i + 2;
        u[i] = draw(design, from_b ? "sobol B" : "sobol A", block, i);
    }
}

void sensitivity_at(const struct sensitivity *design, size_t row, double u[])
{
    assert(row < sensitivity_rows(design) && design->inputs <= SENSITIVITY_INPUTS_MAX);
    switch (design->method) {
    case SENSITIVITY_TORNADO: tornado_at(design, row, u); return;
    case SENSITIVITY_MORRIS:
        assert(design->levels >= 2 && design->levels % 2 == 0);
        morris_at(design, row, u);
        return;
    case SENSITIVITY_SOBOL: sobol_at(design, row, u); return;
    }
}
