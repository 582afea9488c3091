#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <gsl/gsl_math.h>
#include <string.h>

#include "base/arena.h"
#include "base/rng.h"
#include "coverage.h"
#include "study/indices.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const char *const paths[] = {"pools.own.gpus", "demand.batch.scale",
                                    "facility.tariff", "pools.burst.price"};

static void near(const char *what, double got, double expected, double off)
{
    cr_expect(fabs(got - expected) <= off, "%s: %.10g, not %.10g", what, got, expected);
}

typedef double model_fn(const double u[]);

static double *answers(const struct sensitivity *design, model_fn *model,
                       struct arena *arena)
{
    size_t rows = sensitivity_rows(design);
    double *y = ARENA_ARRAY(arena, rows, double), u[SENSITIVITY_INPUTS_MAX];
    for (size_t row = 0; row < rows; row++) {
        sensitivity_at(design, row, u);
        for (size_t i = 0; i < design->inputs; i++)
            cr_assert(u[i] > 0 && u[i] < 1);
        y[row] = model(u);
    }
    return y;
}

/* ---- designs ---- */

Test(indices, a_tornado_moves_one_input_at_a_time_from_the_base)
{
    struct sensitivity design = {SENSITIVITY_TORNADO, .paths = paths, .inputs = 3,
                                 .low = 0.05, .high = 0.9};
    static const double want[7][3] = {
        {0.5, 0.5, 0.5}, {0.05, 0.5, 0.5}, {0.9, 0.5, 0.5}, {0.5, 0.05, 0.5},
        {0.5, 0.9, 0.5}, {0.5, 0.5, 0.05}, {0.5, 0.5, 0.9}};
    cr_assert(eq(sz, sensitivity_rows(&design), 7));
    for (size_t row = 0; row < 7; row++) {
        double u[3];
        sensitivity_at(&design, row, u);
        for (int i = 0; i < 3; i++)
            cr_expect(u[i] == want[row][i], "row %zu, input %d: %g", row, i, u[i]);
    }
}

Test(indices, a_trajectory_moves_each_input_once_by_half_the_range)
{
    struct sensitivity design = {SENSITIVITY_MORRIS, 5,          paths, 4,
                                 .size = 200,        .levels = 6};
    size_t up = 0, first[4] = {0}, level[6] = {0};
    for (size_t t = 0; t < design.size; t++) {
        double before[4], after[4];
        bool moved[4] = {false};
        sensitivity_at(&design, 5 * t, before);
        for (size_t step = 1; step <= 4; step++) {
            double by;
            size_t input = sensitivity_moved(&design, t, step, &by);
            cr_assert(input < 4 && moved[input] == false && fabs(by) == 0.5);
            moved[input] = true;
            up += by > 0;
            first[input] += step == 1;
            sensitivity_at(&design, 5 * t + step, after);
            for (size_t i = 0; i < 4; i++) {
                near("u", after[i], before[i] + (i == input ? by : 0), 1e-15);
                double stratum = 6 * after[i] - 0.5;
                near("level", stratum, round(stratum), 1e-12);
                level[(int)round(stratum)]++;
                before[i] = after[i];
            }
        }
    }
    near("half of the steps go up", (double)up, 400, 4 * sqrt(200));
    for (int i = 0; i < 4; i++)
        near("each input is first as often", (double)first[i], 50, 4 * sqrt(50 * 0.75));
    for (int i = 0; i < 6; i++)
        cr_expect(level[i] > 400, "level %d: %zu of 3,200", i, level[i]);
}

Test(indices, the_third_matrix_has_one_input_of_the_second)
{
    struct sensitivity design = {SENSITIVITY_SOBOL, 5, paths, 3, .size = 40};
    cr_assert(eq(sz, sensitivity_rows(&design), 200));
    for (size_t block = 0; block < 40; block++) {
        double a[3], b[3], c[3];
        sensitivity_at(&design, 5 * block, a);
        sensitivity_at(&design, 5 * block + 1, b);
        for (size_t j = 0; j < 3; j++) {
            cr_assert(a[j] != b[j]);
            sensitivity_at(&design, 5 * block + 2 + j, c);
            for (size_t i = 0; i < 3; i++)
                cr_expect(c[i] == (i == j ? b[i] : a[i]));
        }
    }
}

Test(indices, another_input_or_a_longer_study_shifts_nobodys_draws)
{
    for (int method = SENSITIVITY_MORRIS; method <= SENSITIVITY_SOBOL; method++) {
        struct sensitivity less = {method, 5, paths + 1, 2, .size = 10, .levels = 4};
        struct sensitivity more = {method, 5, paths, 4, .size = 30, .levels = 4};
        for (size_t block = 0; block < 10; block++) {
            double few[2], many[4];
            sensitivity_at(&less, block * sensitivity_block(&less), few);
            sensitivity_at(&more, block * sensitivity_block(&more), many);
            cr_expect(few[0] == many[1] && few[1] == many[2]);
        }
        more.seed = 6;
        double u[4], other[4];
        sensitivity_at(&more, 3, u);
        more.seed = 7;
        sensitivity_at(&more, 3, other);
        cr_expect(memcmp(u, other, sizeof u) != 0, "the seed changes nothing");
    }
}

/* ---- Morris ---- */

static double curved(const double u[])
{
    return 2.385 + 3 * u[0] - 2 * u[1] + 4 * u[0] * u[2];
}

Test(indices, effects_of_a_product_are_those_computed_by_hand)
{
    struct arena arena = {0};
    struct sensitivity design = {SENSITIVITY_MORRIS, 17,         paths, 4,
                                 .size = 400,        .levels = 4};
    double *y = answers(&design, curved, &arena);
    struct morris_index got[4];
    morris_indices(&design, y, 0.9999, got);
    /* u of 1/8, 3/8, 5/8 and 7/8, equally likely: mean 1/2, variance 5/64 */
    static const double mu[] = {5, -2, 2, 0}, sigma[] = {1.118034, 0, 1.118034, 0};
    for (int i = 0; i < 4; i++) {
        cr_expect(got[i].mu.ci.low - 1e-9 <= mu[i] && mu[i] <= got[i].mu.ci.high + 1e-9,
                  "mu of input %d: %g", i, got[i].mu.value);
        cr_expect(got[i].sigma.ci.low - 1e-9 <= sigma[i] &&
                      sigma[i] <= got[i].sigma.ci.high + 1e-9,
                  "sigma of input %d: %g", i, got[i].sigma.value);
        near("mu*", got[i].mu_star.value, fabs(mu[i]), 0.25);
        cr_expect(got[i].n == 400);
    }
    cr_expect(got[0].mu.ci.high - got[0].mu.ci.low < 0.5);
    near("linear", got[1].mu.value, -2, 1e-12);
    arena_free(&arena);
}

static double bent(const double u[])
{
    return (u[0] - 0.5) * (u[0] - 0.5) + u[1];
}

Test(indices, effects_that_cancel_show_in_mu_star_alone)
{
    struct arena arena = {0};
    struct sensitivity design = {SENSITIVITY_MORRIS, 18,         paths, 2,
                                 .size = 100,        .levels = 4};
    struct morris_index got[2];
    morris_indices(&design, answers(&design, bent, &arena), 0.95, got);
    /* from 1/8 to 5/8 and back, and from 3/8 to 7/8: -1/4 and 1/4 */
    near("mu*", got[0].mu_star.value, 0.25, 1e-12);
    cr_expect(got[0].mu.ci.low < 0 && got[0].mu.ci.high > 0);
    cr_expect(got[0].mu_star.value > 2 * fabs(got[0].mu.value));
    arena_free(&arena);
}

Test(indices, trajectories_with_a_hole_are_left_out)
{
    struct arena arena = {0};
    struct sensitivity design = {SENSITIVITY_MORRIS, 17,         paths, 3,
                                 .size = 20,         .levels = 4};
    double *y = answers(&design, curved, &arena);
    struct morris_index got[3];
    y[5] = NAN;
    y[7] = INFINITY;
    morris_indices(&design, y, 0.95, got);
    cr_expect(got[0].n == 19);
    near("linear", got[1].mu.value, -2, 1e-12);
    for (size_t i = 0; i < sensitivity_rows(&design); i++)
        y[i] = i < 8 ? y[i] : NAN;
    morris_indices(&design, y, 0.95, got);
    cr_expect(got[0].n == 1 && isnan(got[0].mu.ci.low) && isnan(got[0].sigma.value));
    y[0] = NAN;
    morris_indices(&design, y, 0.95, got);
    cr_expect(got[0].n == 0 && isnan(got[0].mu.value) && isnan(got[0].mu_star.ci.low));
    arena_free(&arena);
}

/* ---- Sobol: Ishigami and Homma 1990, a = 7, b = 0.1 ---- */

static double ishigami(const double u[])
{
    double x[3];
    for (int i = 0; i < 3; i++)
        x[i] = M_PI * (2 * u[i] - 1);
    return sin(x[0]) + 7 * pow(sin(x[1]), 2) + 0.1 * pow(x[2], 4) * sin(x[0]);
}

static const double published_first[] = {0.3139, 0.4424, 0};
static const double published_total[] = {0.5576, 0.4424, 0.2437};

Test(indices, the_published_indices_of_ishigami_follow_from_the_formulas)
{
    double a = 7, b = 0.1, p4 = pow(M_PI, 4);
    double v1 = 0.5 * pow(1 + b * p4 / 5, 2), v2 = a * a / 8;
    double v13 = b * b * p4 * p4 * (1.0 / 18 - 1.0 / 50), v = v1 + v2 + v13;
    near("S1", v1 / v, published_first[0], 5e-5);
    near("S2", v2 / v, published_first[1], 5e-5);
    near("ST1", (v1 + v13) / v, published_total[0], 6e-5);
    near("ST3", v13 / v, published_total[2], 5e-5);
}

static void has(const char *what, size_t input, struct index index, double truth)
{
    cr_log_info("%s of input %zu: %.4f in [%.4f, %.4f], published %.4f\n", what, input,
                index.value, index.ci.low, index.ci.high, truth);
    cr_expect(index.ci.low <= truth && truth <= index.ci.high, "%s of input %zu", what,
              input);
}

Test(indices, ishigami_has_the_published_indices_within_their_intervals)
{
    struct arena arena = {0};
    struct sensitivity design = {SENSITIVITY_SOBOL, 1, paths, 3, .size = 16384};
    double *y = answers(&design, ishigami, &arena);
    struct sobol_index got[3];
    struct sobol_summary summary;
    sobol_indices(&design, y, 0.99, got, &summary);
    for (size_t i = 0; i < 3; i++) {
        has("first", i, got[i].first, published_first[i]);
        has("total", i, got[i].total, published_total[i]);
        cr_expect(got[i].first.ci.high - got[i].first.ci.low < 0.06);
        cr_expect(got[i].total.ci.high - got[i].total.ci.low < 0.06);
    }
    cr_expect(summary.n == 16384);
    near("mean", summary.mean, 3.5, 0.1);
    near("variance", summary.variance, 13.8446, 0.3);
    has("sum", 0, summary.first_sum, 0.7563);
    arena_free(&arena);
}

Test(indices, intervals_of_the_indices_cover)
{
    enum { STUDIES = 250 };
    struct coverage first[3] = {0}, total[3] = {0};
    for (uint64_t study = 0; study < STUDIES; study++) {
        struct arena arena = {0};
        struct sensitivity design = {SENSITIVITY_SOBOL, 1000 + study, paths, 3,
                                     .size = 256};
        struct sobol_index got[3];
        struct sobol_summary summary;
        sobol_indices(&design, answers(&design, ishigami, &arena), 0.95, got, &summary);
        for (int i = 0; i < 3; i++) {
            cover(&first[i], got[i].first.ci, published_first[i]);
            cover(&total[i], got[i].total.ci, published_total[i]);
        }
        arena_free(&arena);
    }
    for (int i = 0; i < 3; i++) {
        expect_coverage("Ishigami, 256 blocks, first order", &first[i], 0.94, 0.96);
        expect_coverage("Ishigami, 256 blocks, total", &total[i], 0.93, 0.96);
    }
}

static double far_off(const double u[])
{
    return 1e9 + u[0] + 0.5 * u[1];
}

Test(indices, a_large_mean_costs_no_digits)
{
    struct arena arena = {0};
    struct sensitivity design = {SENSITIVITY_SOBOL, 1, paths, 3, .size = 4000};
    double *y = answers(&design, far_off, &arena);
    struct sobol_index got[3];
    struct sobol_summary summary;
    sobol_indices(&design, y, 0.999, got, &summary);
    has("first", 0, got[0].first, 0.8);
    has("total", 0, got[0].total, 0.8);
    has("first", 1, got[1].first, 0.2);
    cr_expect(got[2].first.value == 0 && got[2].total.value == 0);
    near("width", got[0].first.ci.high - got[0].first.ci.low, 0.1, 0.07);
    near("mean", summary.mean, 1e9 + 0.75, 0.03);
    arena_free(&arena);
}

static double nothing(const double u[])
{
    (void)u;
    return 0.1;
}

Test(indices, what_does_not_vary_has_no_indices)
{
    struct arena arena = {0};
    struct sensitivity design = {SENSITIVITY_SOBOL, 1, paths, 2, .size = 70};
    double *y = answers(&design, nothing, &arena);
    struct sobol_index got[2];
    struct sobol_summary summary;
    sobol_indices(&design, y, 0.95, got, &summary);
    cr_expect(isnan(got[0].first.value) && isnan(got[1].total.ci.low));
    cr_expect(summary.variance == 0 && summary.mean == 0.1 && summary.n == 70);
    for (size_t i = 0; i < sensitivity_rows(&design); i++)
        y[i] = NAN;
    sobol_indices(&design, y, 0.95, got, &summary);
    cr_expect(summary.n == 0 && isnan(got[0].first.value));
    arena_free(&arena);
}

Test(indices, blocks_with_a_hole_are_left_out)
{
    struct arena arena = {0};
    struct sensitivity design = {SENSITIVITY_SOBOL, 1, paths, 3, .size = 64};
    double *y = answers(&design, ishigami, &arena);
    struct sobol_index whole[3], got[3];
    struct sobol_summary summary;
    design.size = 63;
    sobol_indices(&design, y, 0.95, whole, &summary);
    design.size = 64;
    y[63 * 5 + 3] = NAN;
    sobol_indices(&design, y, 0.95, got, &summary);
    cr_expect(summary.n == 63 && memcmp(whole, got, sizeof got) == 0);
    arena_free(&arena);
}
