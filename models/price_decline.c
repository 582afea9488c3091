/*
 * A price that falls by the same share each year, in steps:
 *
 *     price(t) = floor + (start - floor) (1 - rate)^(t / 365 d)     at t = step, 2
 * step, ...
 *
 * The default rate: rents of one and the same accelerator fall by 20 to 30 % a year
 * over its life (derived, from AWS 1-year and 3-year prices of 2023: -28 % a year; the
 * path of 2023 to 2026 was no such slide, see ou).
 */

#include <math.h>

#include "base/model.h"

struct decline {
    double start, floor;
    double rate_frac_per_y;
    struct span step;
};

struct decline_state {
    int64_t told;
};

static const struct param params[] = {
    {PARAM_REAL_IN(DIM_PRICE, struct decline, "start", start, "", 1e-6, 1e14,
                   "price at the start; default: what the catalogue has")},
    {PARAM_REAL_IN(DIM_FRAC_PER_Y, struct decline, "rate", rate_frac_per_y, "25 %/y",
                   -10, 0.99,
                   "share of it that is lost in a year; negative: it grows")},
    {PARAM_REAL_IN(DIM_PRICE, struct decline, "floor", floor, "", 0, 1e14,
                   "what it falls towards; default: nothing")},
    {PARAM_TERM(struct decline, "step", step, "1mo", MODEL_STEP_MIN_MS,
                MODEL_STEP_MAX_MS, "how often it changes")},
    PARAMS_END,
};

static bool next(const void *self, void *state_, const struct price_setting *setting,
                 struct rng *rng, struct price_change *change)
{
    const struct decline *given = self;
    struct decline_state *state = state_;
    (void)rng;
    if (state->told > 0 && given->rate_frac_per_y == 0)
        return false;
    double start = given->start > 0 ? given->start : setting->usual;
    change->at_ms = model_step_ms(setting, given->step, state->told++);
    double left = exp(model_years(change->at_ms) * log1p(-given->rate_frac_per_y));
    change->value = given->floor + (start - given->floor) * left;
    return true;
}

const struct model price_decline = {
    .kind = MODEL_PRICE,
    .name = "decline",
    .summary = "the price falls by the same share each year, in steps",
    .source =
        "exponential decline; default rate from the term structure of AWS p5 prices, "
        "July 2023 (derived, -20 to -30 % a year)",
    .params = params,
    .params_size = sizeof(struct decline),
    .state_size = sizeof(struct decline_state),
    .price = {.next = next},
};
