/* A price that stays. */

#include "base/model.h"

struct constant {
    double value;
};

static const struct param params[] = {
    {PARAM_REAL_IN(DIM_PRICE, struct constant, "value", value, "", 1e-6, 1e14,
                   "the price; default: what the catalogue has")},
    PARAMS_END,
};

static bool next(const void *self, void *state, const struct price_setting *setting,
                 struct rng *rng, struct price_change *change)
{
    const struct constant *given = self;
    bool *told = state;
    (void)rng;
    if (*told)
        return false;
    *told = true;
    *change =
        (struct price_change){0, given->value > 0 ? given->value : setting->usual};
    return true;
}

const struct model price_constant = {
    .kind = MODEL_PRICE,
    .name = "constant",
    .summary = "the price stays what it is at the start",
    .source = "the contract price of a year, as planners assume it",
    .params = params,
    .params_size = sizeof(struct constant),
    .state_size = sizeof(bool),
    .price = {.next = next},
};
