/*
 * A band of utilization, as autoscalers have it: above `high` GPUs are added, below
 * `low` they are retired, each time so many that demand over GPUs comes to `target`;
 * at most `step` of the GPUs at once, and not again before `cooldown` is over.
 */

#include <math.h>

#include "base/model.h"

struct band {
    struct procure_common common;
    double low_frac, target_frac, high_frac, step_frac;
    int64_t cooldown_ms;
};

static const struct param params[] = {
    {PARAM_FRACTION(struct band, "high", high_frac, "85 %", 0.01, 10,
                    "GPUs are added when demand over GPUs is above this")},
    {PARAM_FRACTION(struct band, "target", target_frac, "75 %", 0.01, 10,
                    "to which it is brought")},
    {PARAM_FRACTION(struct band, "low", low_frac, "0 %", 0, 10,
                    "GPUs are retired, contracts left, when it is below this")},
    {PARAM_FRACTION(struct band, "step", step_frac, "100 %", 0.001, 1000,
                    "most that one order adds or takes away, of the GPUs there are")},
    {PARAM_TIME(struct band, "cooldown", cooldown_ms, "0 s", 0, 6.4e12,
                "least time between two orders")},
    PROCURE_PARAMS(struct band, "mean", "busy"),
    PARAMS_END,
};

static bool check(const void *self, struct error *err)
{
    const struct band *given = self;
    if (given->low_frac <= given->target_frac && given->target_frac <= given->high_frac)
        return true;
    return error_set(err,
                     "'low', 'target' and 'high' must not fall: they are %g %%, "
                     "%g %% and %g %%",
                     given->low_frac * 100, given->target_frac * 100,
                     given->high_frac * 100);
}

/* Since the last order that added or removed anything. */
static bool is_cooling(const struct band *given, const struct procure_view *view)
{
    for (uint32_t i = view->n_history; i-- > 0;) {
        const struct procure_period *period = &view->history[i];
        if (view->now_ms - period->end_ms >= given->cooldown_ms)
            return false;
        if (period->added_gpus > 0 || period->removed_gpus > 0)
            return true;
    }
    return false;
}

static void review(const void *self, void *state, const struct procure_view *view,
                   struct rng *rng, struct procure_orders *orders)
{
    const struct band *given = self;
    (void)state, (void)rng;
    double demand = procure_demand_gpus(&given->common, view);
    int64_t position = procure_position(&given->common, view, demand, orders);
    if (is_cooling(given, view))
        return;
    double there = (double)position, target = demand / given->target_frac;
    double step = fmax(given->step_frac * there, (double)view->unit_gpus);
    if (demand > given->high_frac * there)
        procure_up_to(view, position, fmin(target, there + step),
                      "utilization above the band", orders);
    else if (demand < given->low_frac * there && view->on_order_gpus == 0)
        procure_down_to(view, position, fmax(target, there - step),
                        "utilization below the band", orders);
    else
        procure_retire(&given->common, view, position, demand, orders);
}

const struct model procure_target_utilization = {
    .kind = MODEL_PROCURE,
    .name = "target_utilization",
    .summary = "keep demand over GPUs within a band, by bounded steps",
    .source = "the target tracking of autoscalers; the figures of the band are assumed",
    .params = params,
    .params_size = sizeof(struct band),
    .check = check,
    .procure = {.review = review},
};
