/*
 * The (s, S) rule of inventory theory: when the GPUs free of demand, those on order
 * included, fall below s, order up to S.  What is on its way counts, so no order is
 * repeated while it is; jobs that wait count against it, as backlogged demand does.
 *
 *     position - demand < s   =>   order  S - (position - demand)
 *
 * Arrow, Harris and Marschak (1951), "Optimal inventory policy", Econometrica 19(3);
 * Scarf (1960), "The optimality of (S, s) policies in the dynamic inventory problem".
 * Theirs is stock that is used up; GPUs come back, hence demand is a level here.
 */

#include "base/model.h"

struct reorder {
    struct procure_common common;
    int of;
    double below, up_to;
};

enum { OF_GPUS, OF_DEMAND };
static const char *const of_names[] = {
    [OF_GPUS] = "gpus", [OF_DEMAND] = "demand", NULL};

static const struct param params[] = {
    {PARAM_NUMBER(struct reorder, "below", below, "0", -1e7, 1e7,
                  "s: order when GPUs free of demand, with those on order, are fewer")},
    {PARAM_NUMBER(struct reorder, "up_to", up_to, "8", -1e7, 1e7,
                  "S: and then so many that there are this many")},
    {PARAM_ONE_OF(struct reorder, "of", of, of_names, "gpus",
                  "whether s and S are GPUs, or multiples of demand")},
    PROCURE_PARAMS(struct reorder, "now", "busy"),
    PARAMS_END,
};

static bool check(const void *self, struct error *err)
{
    const struct reorder *given = self;
    if (given->up_to < given->below)
        return error_set(err, "up_to: %g is less than below, %g", given->up_to,
                         given->below);
    return true;
}

static void review(const void *self, void *state, const struct procure_view *view,
                   struct rng *rng, struct procure_orders *orders)
{
    const struct reorder *given = self;
    (void)state, (void)rng;
    double demand = procure_demand_gpus(&given->common, view);
    int64_t position = procure_position(&given->common, view, demand, orders);
    double scale = given->of == OF_DEMAND ? demand : 1;
    if ((double)position - demand < given->below * scale)
        procure_up_to(view, position, demand + given->up_to * scale,
                      "below the reorder point", orders);
    else
        procure_retire(&given->common, view, position, demand, orders);
}

const struct model procure_reorder = {
    .kind = MODEL_PROCURE,
    .name = "reorder",
    .summary = "(s, S): when free GPUs and those on order fall below s, order up to S",
    .source = "Arrow, Harris and Marschak (1951), Econometrica 19(3); Scarf (1960)",
    .params = params,
    .params_size = sizeof(struct reorder),
    .check = check,
    .procure = {.review = review},
};
