/* Commitments against Wang, Li and Liang (2013): fee 1, an hour rented at p, committed
 * at a p, a term of tau hours that includes the hour in which it is bought. */

#include "procure.h"

#include <math.h>

TestSuite(procure_commit, .fini = empty_arena);

struct case_of {
    const int64_t *demand;
    int hours, tau;
    double price, discount;
};

static const int64_t steady[] = {1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0};
static const int64_t varied[] = {2, 2, 1, 1, 3, 3, 3, 2, 2, 1, 0, 1, 2, 2};
static const struct case_of first = {steady, COUNT(steady), 12, 0.4, 0.2};
static const struct case_of second = {varied, COUNT(varied), 6, 0.45, 0.2};

/* What demand costs with so many commitments per hour. */
static double cost_of(const struct case_of *c, const int64_t *bought)
{
    double usd = 0;
    for (int t = 0; t < c->hours; t++) {
        int64_t held = 0;
        for (int s = t < c->tau ? 0 : t - c->tau + 1; s <= t; s++)
            held += bought[s];
        int64_t used = held < c->demand[t] ? held : c->demand[t];
        usd += c->price * (double)(c->demand[t] - used) +
               c->discount * c->price * (double)used + (double)bought[t];
    }
    return usd;
}

static const int64_t *play(const struct case_of *c, bool lease)
{
    struct game *game = game_new(
        "break_even",
        arena_printf(&arena,
                     "{fee: 1 USD, price: %g USD/GPU-h, discount: %g %%, term: %dh}",
                     c->price, c->discount * 100, c->tau),
        1);
    game->term = c->tau - 1;
    game->view.leases = lease;
    for (int t = 0; t < c->hours; t++) {
        struct procure_orders orders = game_review(game, t, c->demand[t]);
        for (uint32_t i = 0; i < orders.n; i++)
            cr_expect(orders.items[i].action == (lease ? PROCURE_LEASE : PROCURE_BUY));
    }
    return game->added;
}

/* The least cost that knows the future, by trying everything: state is what was bought
 * in each of the last tau - 1 hours, at most 3 GPUs. */
static double best(const struct case_of *c, int t, int64_t *bought, double *memo)
{
    if (t == c->hours)
        return 0;
    size_t code = (size_t)t;
    for (int s = t - 1; s > t - c->tau; s--)
        code = code * 4 + (s >= 0 ? (size_t)bought[s] : 0);
    if (memo[code] > 0)
        return memo[code];
    double least = INFINITY;
    int64_t held = 0, most = 0;
    for (int s = t - 1; s > t - c->tau && s >= 0; s--)
        held += bought[s];
    for (int s = t; s < t + c->tau && s < c->hours; s++)
        most = c->demand[s] > most ? c->demand[s] : most;
    for (int64_t n = 0; n <= (most > held ? most - held : 0); n++) {
        bought[t] = n;
        int64_t used = held + n < c->demand[t] ? held + n : c->demand[t];
        double usd = (double)n + c->price * (double)(c->demand[t] - used) +
                     c->discount * c->price * (double)used +
                     best(c, t + 1, bought, memo);
        least = fmin(least, usd);
    }
    bought[t] = 0;
    memo[code] = least;
    return least;
}

static double optimum(const struct case_of *c)
{
    int64_t bought[PERIODS_MAX] = {0};
    double *memo = arena_alloc(&arena, (size_t)16 * (1u << 22) * sizeof(double));
    return best(c, 0, bought, memo);
}

/* Rent reaches 1 / (1 - 0.2) = 1.25 in the fourth hour: 3 x 0.4 + 1 + 3 x 0.08. */
Test(procure_commit, one_steady_gpu_is_bought_in_its_fourth_hour)
{
    static const int64_t none[COUNT(steady)];
    for (int lease = 0; lease < 2; lease++) {
        const int64_t *bought = play(&first, lease == 1);
        for (int t = 0; t < first.hours; t++)
            cr_expect(eq(i64, bought[t], t == 3), "hour %d", t);
        cr_expect(ieee_ulp_eq(dbl, cost_of(&first, bought), 2.44, 8));
    }
    cr_expect(ieee_ulp_eq(dbl, optimum(&first), 1.48, 8));
    cr_expect(ieee_ulp_eq(dbl, cost_of(&first, none), 2.40, 8));
}

Test(procure_commit, three_levels_of_demand_are_bought_one_by_one)
{
    const int64_t *bought = play(&second, false);
    for (int t = 0; t < second.hours; t++)
        cr_expect(eq(i64, bought[t], t == 2 || t == 4 || t == 6), "hour %d", t);
    cr_expect(ieee_ulp_eq(dbl, cost_of(&second, bought), 8.85, 8));
    cr_expect(ieee_ulp_eq(dbl, optimum(&second), 8.05, 8));
}

/* ---- EC2 small, 2013: 69 USD a year, 0.08 and 0.039 USD/h ---- */

static const double fee = 69, price = 0.08, discount = 0.4875;

static double ratio_if_demand_stops_after(int hours, int bought_in)
{
    double online = hours <= bought_in ? price * hours
                                       : price * bought_in + fee +
                                             discount * price * (hours - bought_in);
    double least = fmin(price * hours, fee + discount * price * hours);
    return online / least;
}

/* 69 / (0.5125 x 0.08) = 1682.93 h: it buys in hour 1683, counted from 1. */
Test(procure_commit, the_worst_case_nearly_reaches_its_bound)
{
    cr_expect(epsilon_eq(dbl, fee / ((1 - discount) * price), 1682.93, 0.005));
    struct game *game = game_new("break_even",
                                 "{fee: 69 USD, price: 0.08 USD/GPU-h, discount: "
                                 "48.75 %, term: 365d}",
                                 1);
    int bought_in = -1;
    for (int t = 0; t < 1700 && bought_in < 0; t++)
        if (game_review(game, t, 1).n > 0)
            bought_in = t;
    cr_expect(eq(int, bought_in, 1682));

    double worst = 0;
    for (int hours = 1; hours < 8760; hours++)
        worst = fmax(worst, ratio_if_demand_stops_after(hours, bought_in));
    cr_expect(epsilon_eq(dbl, worst, 1.512207, 5e-7));
    cr_expect(epsilon_eq(dbl, 2 - discount, 1.5125, 1e-12));
    cr_expect(worst < 2 - discount);
}

/* ---- the random threshold ---- */

/* The threshold, in fees, that belongs to a uniform: the inverse of the integral of the
 * density in VALIDATION's form; infinite: never. */
static double fees_of(double uniform, bool never_buys)
{
    double mass = exp(1) - 1 + discount;
    if (uniform >= (exp(1) - 1) / mass)
        return never_buys ? INFINITY : 1 / (1 - discount);
    return log(1 + uniform * mass) / (1 - discount);
}

/* Rent of 0.01 fees per hour: it buys in the first hour whose rent is above z. */
Test(procure_commit, the_random_threshold_is_the_inverse_of_its_distribution)
{
    int never = 0;
    for (uint64_t seed = 0; seed < 150; seed++) {
        struct game *game = game_new(
            "break_even",
            "{threshold: randomised, fee: 1 USD, price: 0.01 USD/GPU-h, discount: "
            "48.75 %, term: 1000h}",
            seed);
        struct rng copy;
        rng_init(&copy, (struct rng_key){seed, 0, "procure", "own"});
        double fees = fees_of(rng_uniform(&copy), true);
        never += isinf(fees);
        double wanted = isinf(fees) ? 200 : floor(fees / 0.01 + 1e-9);
        int t = 0;
        while (t < 200 && game_review(game, t, 1).n == 0)
            t++;
        cr_expect(eq(dbl, (double)t, wanted), "seed %d: %g", (int)seed, fees);
    }
    /* 150 draws of probability 0.4875 / 2.20578 = 0.2210: 33.2, deviation 5.1 */
    cr_expect(abs(never - 33) < 16, "%d never buy", never);
}

/* The mean over the threshold of cost / optimum when demand stops after w fees of rent:
 * the midpoint rule over the uniform.  Cost jumps by one fee at z = w, somewhere within
 * one of the N steps: an error of at most 1 / (N w). */
enum { N = 400000 };

static double mean_ratio(double w, bool never_buys)
{
    double usd = 0;
    for (int i = 0; i < N; i++) {
        double z = fees_of((i + 0.5) / N, never_buys);
        usd += (w <= z ? w : z + 1 + discount * (w - z)) / N;
    }
    return usd / fmin(w, 1 + discount * w);
}

Test(procure_commit, the_mean_ratio_is_the_bound_wherever_demand_stops)
{
    double bound = exp(1) / (exp(1) - 1 + discount);
    cr_expect(epsilon_eq(dbl, bound, 1.232344, 5e-7));
    static const double stops[] = {0.0385, 0.51, 1.234, 1.95, 1.9513, 2.385, 17.1};
    for (size_t i = 0; i < COUNT(stops); i++)
        cr_expect(
            epsilon_eq(dbl, mean_ratio(stops[i], true), bound, 1 / (N * stops[i])),
            "%g", stops[i]);
}

Test(procure_commit, an_atom_that_buys_at_break_even_would_break_the_bound)
{
    double just_past = 1 / (1 - discount) + 1e-9;
    cr_expect(epsilon_eq(dbl, mean_ratio(just_past, false), 1.3456, 5e-5));
}

/* ---- in the world's terms ---- */

/* Without figures of its own a lease's fee is the rent of its term, and work on it
 * costs nothing more: 100 h at 1.5 against 2.0 USD/GPU-h breaks even after 75 h. */
Test(procure_commit, a_lease_breaks_even_by_the_costs_of_the_view)
{
    struct game *game = game_new("break_even", "{}", 1);
    game->view.leases = true;
    game->term = 100;
    game->view.costs.fixed_usd_per_gpu_h = 1.5;
    game->view.costs.rent_usd_per_gpu_h = 2.0;
    for (int t = 0; t < 80; t++) {
        struct procure_orders orders = game_review(game, t, 17);
        cr_expect(eq(i64, game->added[t], t == 75 ? 17 : 0), "hour %d", t);
        if (orders.n > 0)
            cr_expect(orders.items[0].action == PROCURE_LEASE);
    }
}

/* An owned GPU at 1.2 USD/h, and 0.2 more when it works: fee 120, a = 0.1, so that
 * 120 / 0.9 / 2 = 66.7 h at 2.0 USD/GPU-h break even.  Eight come at once in whole
 * servers, for what demand wants above the three that are there. */
Test(procure_commit, an_owned_gpu_counts_what_work_adds)
{
    struct game *game = game_new("break_even", "{term: 100h}", 1);
    game->base_gpus = 3;
    game->view.unit_gpus = 8;
    game->view.costs = (struct procure_costs){.fixed_usd_per_gpu_h = 1.2,
                                              .busy_usd_per_gpu_h = 0.2,
                                              .rent_usd_per_gpu_h = 2.0};
    for (int t = 0; t < 80; t++) {
        game_review(game, t, 5);
        cr_expect(eq(i64, game->added[t], t == 66 ? 8 : 0), "hour %d", t);
    }
}

Test(procure_commit, what_costs_more_than_rent_is_never_bought)
{
    struct game *game = game_new("break_even", "{}", 1);
    game->term = 100;
    game->view.costs.fixed_usd_per_gpu_h = 2.5;
    game->view.costs.rent_usd_per_gpu_h = 2.0;
    for (int t = 0; t < 300; t++)
        cr_expect(eq(u32, game_review(game, t, 17).n, 0));
}
