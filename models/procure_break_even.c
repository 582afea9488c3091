/*
 * Commit when renting has cost as much as committing would have: the online rule that
 * knows nothing of the future and pays at most 2 - a times the least possible cost, or
 * e / (e - 1 + a) in the mean with a random threshold.  No rule does better.
 *
 * Wang, Li and Liang (2013), "To Reserve or Not to Reserve: Optimal Online
 * Multi-Instance Acquisition in IaaS Clouds", ICAC'13, algorithms 1 and 2.  A
 * commitment has a fee for its term and takes an hour of work from the price p to a p.
 * It breaks even when
 *
 *     rent paid in the last term, at that level of demand  >  fee / (1 - a).
 *
 * What was committed within the last term counts as if it had been there all that time,
 * so no rent is counted twice.  The random threshold is z fees, drawn once: density
 * (1-a) e^((1-a)z) / (e-1+a) on [0, 1/(1-a)); with the rest, a/(e-1+a), never.
 */

#include <math.h>

#include "base/model.h"

struct break_even {
    struct procure_common common;
    int threshold;
    int64_t term_ms, price_rate, fee_uusd;
    double discount_frac;
};

enum { DETERMINISTIC, RANDOMISED };
static const char *const thresholds[] = {
    [DETERMINISTIC] = "deterministic", [RANDOMISED] = "randomised", NULL};

static const struct param params[] = {
    {PARAM_ONE_OF(struct break_even, "threshold", threshold, thresholds,
                  "deterministic", "at break-even, or drawn at random once")},
    {PARAM_TIME(struct break_even, "term", term_ms, "", 1, 6.4e12,
                "how long a commitment lasts; default: the lease's term, the book "
                "life")},
    {PARAM_EXACT_IN(
        DIM_USD, struct break_even, "fee", fee_uusd, "", 1, 1e15,
        "of a commitment per GPU; default: what a GPU costs over the term")},
    {PARAM_FRACTION(
        struct break_even, "discount", discount_frac, "", 1e-9, 1,
        "a: price of a committed hour of work over p; default: from costs, or 0 "
        "where fee is given")},
    {PARAM_EXACT_IN(DIM_USD_PER_GPU_H, struct break_even, "price", price_rate, "", 1,
                    1e14, "p: of an hour rented; default: the cheapest elastic pool")},
    PROCURE_PARAMS(struct break_even, "mean", "never"),
    PARAMS_END,
};

struct break_even_state {
    bool drawn;
    double fees; /* the threshold; infinite: never */
};

static bool needs_rent(const void *self)
{
    const struct break_even *given = self;
    return given->price_rate == 0;
}

/* The terms of a commitment, in USD per GPU. */
struct terms {
    double price_usd_per_h, fee_usd, discount_frac;
    int64_t term_ms;
};

static struct terms terms_of(const struct break_even *given,
                             const struct procure_view *view)
{
    const struct procure_costs *costs = &view->costs;
    struct terms terms = {
        .price_usd_per_h = given->price_rate > 0 ? (double)given->price_rate / 1e9
                                                 : costs->rent_usd_per_gpu_h,
        .term_ms = given->term_ms > 0 ? given->term_ms : view->term_ms,
    };
    double hours = (double)terms.term_ms / (double)MS_PER_H;
    terms.fee_usd = given->fee_uusd > 0 ? (double)given->fee_uusd / 1e6
                                        : costs->fixed_usd_per_gpu_h * hours;
    terms.discount_frac = given->discount_frac;
    if (given->discount_frac == 0 && given->fee_uusd == 0 && terms.price_usd_per_h > 0)
        terms.discount_frac = costs->busy_usd_per_gpu_h / terms.price_usd_per_h;
    return terms;
}

static double threshold_fees(const struct break_even *given, double discount,
                             struct break_even_state *state, struct rng *rng)
{
    if (given->threshold == DETERMINISTIC)
        return 1 / (1 - discount);
    if (state->drawn)
        return state->fees;
    double mass = exp(1) - 1 + discount, uniform = rng_uniform(rng);
    double at = log1p(uniform * mass) / (1 - discount);
    state->drawn = true;
    state->fees = uniform * mass < exp(1) - 1 ? at : INFINITY;
    return state->fees;
}

struct window {
    const struct break_even *given;
    const struct procure_view *view;
    int64_t since_ms;
};

/* How long demand has been more than `more` above what was committed, in the window;
 * `most` is by how much at most. */
static int64_t lacking_ms(const struct window *window, int64_t more, int64_t *most)
{
    const struct procure_view *view = window->view;
    int64_t added_since = 0, lacking = 0;
    *most = 0;
    for (uint32_t i = view->n_history; i-- > 0;) {
        const struct procure_period *period = &view->history[i];
        if (period->begin_ms < window->since_ms)
            break;
        int64_t demand = llround(procure_period_gpus(&window->given->common, period));
        added_since += period->added_gpus;
        int64_t gap = demand - period->position_gpus - added_since;
        if (gap > *most)
            *most = gap;
        if (gap > more)
            lacking += period->end_ms - period->begin_ms;
    }
    return lacking;
}

/* The least number to commit after which nothing more breaks even. */
static int64_t commitments(const struct window *window, double price_usd_per_h,
                           double threshold_usd)
{
    int64_t low = 0, high, most;
    double usd_per_ms = price_usd_per_h / (double)MS_PER_H;
    if (usd_per_ms * (double)lacking_ms(window, 0, &high) <= threshold_usd)
        return 0;
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        bool pays =
            usd_per_ms * (double)lacking_ms(window, middle, &most) > threshold_usd;
        *(pays ? &low : &high) = middle;
    }
    return high;
}

static void review(const void *self, void *state_, const struct procure_view *view,
                   struct rng *rng, struct procure_orders *orders)
{
    const struct break_even *given = self;
    double demand = procure_demand_gpus(&given->common, view);
    int64_t position = procure_position(&given->common, view, demand, orders);
    struct terms terms = terms_of(given, view);
    if (terms.discount_frac >= 1 || terms.price_usd_per_h <= 0)
        return;
    double fees = threshold_fees(given, terms.discount_frac, state_, rng);
    struct window window = {given, view, view->now_ms - terms.term_ms};
    int64_t n = isfinite(fees)
                    ? commitments(&window, terms.price_usd_per_h, fees * terms.fee_usd)
                    : 0;
    if (n > 0)
        procure_up_to(view, position, (double)(position + n), "renting broke even",
                      orders);
    else
        procure_retire(&given->common, view, position, demand, orders);
}

const struct model procure_break_even = {
    .kind = MODEL_PROCURE,
    .name = "break_even",
    .summary = "commit when rent paid at a level of demand reaches the break-even",
    .source = "Wang, Li and Liang (2013), To Reserve or Not to Reserve, ICAC'13",
    .params = params,
    .params_size = sizeof(struct break_even),
    .state_size = sizeof(struct break_even_state),
    .procure = {.review = review, .needs_rent = needs_rent},
};
