/*
 * Own or lease, where the best number of GPUs is known: with Erlang B's overflow the
 * cost per hour of c GPUs, in rented GPUs, is c r + A B(A, c), r being the ratio of the
 * two prices.
 */

#include "queues.h"

/* Cost per hour over the cost of renting everything, from the books. */
static void relative_cost(const struct seen *seen, double figures[MEASURES])
{
    const struct pool_spec *pools = seen->scenario->pools;
    double hours = (double)seen->span_ms / (double)MS_PER_H;
    double rent_usd = 1e-9 * (double)pools[1].price_rate;
    figures[0] = seen->cost_usd / hours / rent_usd; /* in rented GPUs */
    figures[1] = seen->state_gpu_ms[0][GPU_BUSY_USEFUL] /
                 (double)(seen->span_ms * pools[0].gpus);
}

struct ownership {
    const char *what;
    double load, ratio;
    const char *rent, *horizon;
    int best;
    double cost, utilization; /* published */
    int step;                 /* neighbours that a simulation can tell apart */
};

static double cost_of(const struct ownership *c, int gpus)
{
    return gpus * c->ratio + c->load * erlang_b(c->load, gpus);
}

static void simulate_ownership(const struct ownership *c, int gpus,
                               double values[][REPLICATIONS])
{
    char text[2048];
    simulate(queue_yaml(&(struct queue_case){.gpus = gpus,
                                             .load = c->load,
                                             .model = "",
                                             .dispatch = LOSS,
                                             .burst = c->rent,
                                             .horizon = c->horizon},
                        text),
             relative_cost, 2, values);
}

/* All sizes see the same demand, so that the difference of their costs is known far
 * better than either cost. */
static void expect_dearer(const struct ownership *c, int gpus,
                          double at_best[REPLICATIONS])
{
    double values[2][REPLICATIONS], more[REPLICATIONS];
    char what[80];
    simulate_ownership(c, gpus, values);
    for (int k = 0; k < REPLICATIONS; k++)
        more[k] = values[0][k] - at_best[k];
    struct figure got = figure_of(more);
    double expected = cost_of(c, gpus) - cost_of(c, c->best);
    snprintf(what, sizeof what, "  %d instead of %d GPUs cost more", gpus, c->best);
    bool near = abs(gpus - c->best) < c->step;
    agree(what, expected, got, near ? 2e-4 * cost_of(c, c->best) / expected : 0.25);
    cr_expect(near || got.mean > 4 * got.error, "%s: %.6f, standard error %.6f", what,
              got.mean, got.error);
}

static void check_ownership(const struct ownership *c)
{
    double values[2][REPLICATIONS];
    for (int gpus = 1; gpus <= 2 * c->best; gpus++)
        cr_expect(gpus == c->best || cost_of(c, gpus) > cost_of(c, c->best), "%d",
                  gpus);
    simulate_ownership(c, c->best, values);
    for (int k = 0; k < REPLICATIONS; k++)
        values[0][k] /= c->load;
    double cost = cost_of(c, c->best) / c->load;
    double utilization = c->load * (1 - erlang_b(c->load, c->best)) / c->best;
    cr_expect(fabs(cost - c->cost) < 6e-6, "%s: %.9f", c->what, cost);
    cr_expect(c->utilization == 0 || fabs(utilization - c->utilization) < 6e-6,
              "%s: %.9f", c->what, utilization);
    agree(c->what, cost, figure_of(values[0]), 0.01);
    agree("  utilization", utilization, figure_of(values[1]), 0.01);

    for (int k = 0; k < REPLICATIONS; k++)
        values[0][k] *= c->load;
    for (int side = -1; side <= 1; side += 2) {
        expect_dearer(c, c->best + side, values[0]);
        if (c->step > 1)
            expect_dearer(c, c->best + side * c->step, values[0]);
    }
}

Test(ownership, ten_erlangs_at_a_ratio_of_0_4_are_cheapest_with_12_gpus)
{
    check_ownership(&(struct ownership){
        .what = "own or lease, A = 10, r = 0.4: cost",
        .load = 10,
        .ratio = 0.4,
        .rent = "2.5 USD/GPU-h",
        .horizon = "400d",
        .best = 12,
        .cost = 0.59974,
        .utilization = 0.73355,
        .step = 1,
    });
}

/* Costs are so flat near their minimum that no simulation of seconds tells 108 GPUs
 * from 107; they must agree with the formula, and those further away be dearer. */
Test(ownership, a_hundred_erlangs_at_a_ratio_of_0_4_are_cheapest_with_108_gpus)
{
    check_ownership(&(struct ownership){
        .what = "own or lease, A = 100, r = 0.4: cost",
        .load = 100,
        .ratio = 0.4,
        .rent = "2.5 USD/GPU-h",
        .horizon = "40d",
        .best = 108,
        .cost = 0.46694,
        .utilization = 0.89357,
        .step = 6,
    });
}

Test(ownership, a_hundred_erlangs_at_a_ratio_of_0_25_are_cheapest_with_114_gpus)
{
    check_ownership(&(struct ownership){
        .what = "own or lease, A = 100, r = 0.25: cost",
        .load = 100,
        .ratio = 0.25,
        .rent = "4 USD/GPU-h",
        .horizon = "40d",
        .best = 114,
        .cost = 0.30083,
        .step = 6,
    });
}
