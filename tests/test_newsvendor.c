/*
 * The newsvendor (Arrow, Harris and Marschak 1951): with capacity at c an hour, used or
 * not, and the rest by the hour at p, the best capacity C* has P(D > C*) = c / p.
 */

#include <math.h>
#include <stdlib.h>

#include <unistd.h>

#include "models.h"
#include "world/world.h"

/* 1.18 USD leased, 2.95 USD on demand: c / p = 0.4. */
#define LEASED    INT64_C(1180000)
#define ON_DEMAND INT64_C(2950000)

static const char text[] =
    "start: 2026-01-01\nhorizon: %s\ninterval: 1y\n"
    "demand: [{level: %s}]\n"
    "pools:\n"
    "  - {name: leased, tenure: lease, class: h100-sxm, gpus: %d, price: 1.18 "
    "USD/GPU-h, term: 9y}\n"
    "  - {name: burst, tenure: on-demand, class: h100-sxm, limit: 400, price: 2.95 "
    "USD/GPU-h}\n";

static char dir[64];

static void begin(void)
{
    strcpy(dir, "/tmp/tenure-test-XXXXXX");
    cr_assert(mkdtemp(dir) != NULL, "mkdtemp");
}

static const char *in_dir(const char *name)
{
    return arena_printf(&arena, "%s/%s", dir, name);
}

static void end(void)
{
    (void)remove(in_dir("t.yaml"));
    (void)remove(in_dir("level.csv"));
    (void)rmdir(dir);
    empty_arena();
}

TestSuite(newsvendor, .init = begin, .fini = end);

/* What it costs with so many leased, in micro-USD. */
static int64_t run_uusd(const char *horizon, const char *level, int c)
{
    struct scenario scenario;
    struct error err;
    const char *path = in_dir("t.yaml");
    FILE *file = fopen(path, "w");
    fprintf(file, text, horizon, level, c);
    fclose(file);
    bool ok = scenario_read(&scenario, path, NULL, 0, &err);
    cr_assert(ok, "%s", err.text);
    struct world *world = world_new(&scenario, &(struct run_options){.check = false});
    ok = world_run(world, &err);
    cr_assert(ok, "%s", err.text);
    int64_t uusd = 0;
    for (size_t p = 0; p < 2; p++)
        uusd += world_result(world)->pools[p].basis_uusd[BASIS_ECONOMIC];
    cr_expect(world_result(world)->groups[0].level_served_gpu_ms ==
              world_result(world)->groups[0].level_demand_gpu_ms);
    world_free(world);
    scenario_free(&scenario);
    return uusd;
}

static int ascending(const void *a, const void *b)
{
    const int *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* 480 hours of a small lumpy demand: for each C from 1 to the largest the run costs
 * what the sorted series says, to the micro-dollar; and the cheapest is the order
 * statistic, the smallest C that at most 0.4 of the hours exceed. */
Test(newsvendor, an_empirical_series_has_its_order_statistic)
{
    enum { HOURS = 480 };
    static int wanted[HOURS], sorted[HOURS];
    FILE *file = fopen(in_dir("level.csv"), "w");
    uint32_t state = 20260711;
    fputs("time,gpus\n", file);
    for (int h = 0; h < HOURS; h++) {
        state = state * 1664525u + 1013904223u;
        uint32_t a = state >> 16 & 0xff, b = state >> 24;
        sorted[h] = wanted[h] = (int)(a * b * b / 524288) + (h % 24 > 8 ? 4 : 0);
        fprintf(file, "%d,%d\n", 3600 * h, wanted[h]);
    }
    fclose(file);
    qsort(sorted, HOURS, sizeof *sorted, ascending);
    int star = sorted[HOURS * 6 / 10 - 1]; /* 288 hours are at most that, 192 may be
                                              more */
    int most = sorted[HOURS - 1], best = -1;
    int64_t least = INT64_MAX;
    cr_assert(gt(int, most, 20));
    for (int c = 1; c <= most; c++) {
        int64_t expected = LEASED * c * HOURS;
        for (int h = 0; h < HOURS; h++)
            expected += wanted[h] > c ? ON_DEMAND * (wanted[h] - c) : 0;
        cr_expect(eq(i64, run_uusd("20d", "level.csv", c), expected), "%d", c);
        if (expected < least)
            best = c;
        least = expected < least ? expected : least;
    }
    cr_expect(eq(int, best, star));
    cr_expect(gt(int, star, 3));
}

#define NORMAL                                                                         \
    "{name: profile, mean: 100, peak_to_trough: 1, weekend: 1, deviation: 20 %, "      \
    "autocorrelation: 0, step: 1h}"

static int ascending_doubles(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Normal(100, 20): C* = 100 + 20 x 0.2533471 = 105.0669.  The standard error of the
 * quantile of n draws is sqrt(r (1 - r) / n) / f(C*), f the density there. */
Test(newsvendor, a_normal_level_has_the_normal_quantile)
{
    enum { N = 200000 };
    const struct model *model = model_find(MODEL_LEVEL, "profile");
    const void *params =
        params_of(model, "{mean: 100, peak_to_trough: 1, weekend: 1, deviation: 20 %, "
                         "autocorrelation: 0, step: 1h}");
    void *state = arena_alloc(&arena, model->state_size);
    double *drawn = arena_array(&arena, N, sizeof *drawn);
    struct rng rng;
    rng_init(&rng, (struct rng_key){17, 0, "level", "demand[0]"});
    model->start(params, state, &(struct demand_setting){0, MS_PER_Y});
    double sum = 0, squares = 0;
    for (int i = 0; i < N; i++) {
        struct level_change change;
        cr_assert(model->level.next(params, state, &rng, &change));
        cr_assert(eq(i64, change.at_ms, i * MS_PER_H));
        drawn[i] = change.gpus;
        sum += change.gpus;
        squares += (change.gpus - 100) * (change.gpus - 100);
    }
    qsort(drawn, N, sizeof *drawn, ascending_doubles);
    double density = 0.3863425 / 20, error = sqrt(0.24 / N) / density;
    double star = drawn[N / 10 * 6 - 1];
    cr_expect(lt(dbl, fabs(star - 105.0669), 3 * error), "%g +- %g", star, error);
    cr_expect(lt(dbl, fabs(sum / N - 100), 3 * 20 / sqrt(N)));
    cr_expect(lt(dbl, fabs(sqrt(squares / N) - 20), 3 * 20 / sqrt(2.0 * N)));
}

/* Whole GPUs: the smallest C with P(D >= C + 0.5) <= 0.4 is 105. */
Test(newsvendor, runs_of_a_normal_level_are_cheapest_at_105)
{
    int64_t uusd[3];
    for (int c = 104; c <= 106; c++)
        uusd[c - 104] = run_uusd("5y", "{model: " NORMAL "}", c);
    cr_expect(lt(i64, uusd[1], uusd[0]));
    cr_expect(lt(i64, uusd[1], uusd[2]));
}

/* Lognormal noise has the same mean and deviation; autocorrelation is what it says. */
Test(newsvendor, the_noise_has_its_mean_deviation_and_autocorrelation)
{
    enum { N = 200000 };
    const struct model *model = model_find(MODEL_LEVEL, "profile");
    const void *params =
        params_of(model, "{mean: 512, peak_to_trough: 1, weekend: 1, noise: lognormal, "
                         "deviation: 30 %, autocorrelation: 0.8, step: 1min}");
    void *state = arena_alloc(&arena, model->state_size);
    struct rng rng;
    rng_init(&rng, (struct rng_key){17, 0, "level", "demand[0]"});
    model->start(params, state, &(struct demand_setting){0, MS_PER_Y});
    double s = sqrt(log1p(0.09)), sum = 0, squares = 0, products = 0, last = 0;
    for (int i = 0; i < N; i++) {
        struct level_change change;
        cr_assert(model->level.next(params, state, &rng, &change));
        double z = (log(change.gpus / 512) + s * s / 2) / s;
        sum += z;
        squares += z * z;
        products += i ? z * last : 0;
        last = z;
    }
    /* The mean of N values with r = 0.8 has as much information as N / 9. */
    cr_expect(lt(dbl, fabs(sum / N), 3 / sqrt(N / 9.0)));
    cr_expect(lt(dbl, fabs(squares / N - 1), 3 * sqrt(2 * 1.64 / 0.36 / N)));
    cr_expect(lt(dbl, fabs(products / squares - 0.8), 3 * sqrt(0.36 / N)));
}
