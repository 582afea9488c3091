/*
 * A price that swings about a level: the logarithm is an Ornstein-Uhlenbeck process
 * (Uhlenbeck and Ornstein 1930; for prices Schwartz 1997, "The stochastic behavior of
 * commodity prices", Journal of Finance 52, model 1, here about its median).
 *
 *     X(t) = ln price(t) - ln level(t)      level(t) = level (1 - decline)^(t / 365 d)
 *     dX   = -k X dt + s dW                 k = ln 2 / half_life
 *
 * It is drawn at the steps by its exact law, whatever their length h (Gillespie 1996):
 *
 *     X(t + h) = X(t) e^(-k h) + s sqrt((1 - e^(-2 k h)) / (2 k)) Z
 *
 * so the level is the median; the mean in the long run is level e^(s^2 / (4 k)).
 *
 * Defaults (assumed, chosen to be able to make the V of H100 rents of 2023 to 2026,
 * which fell by three quarters in 30 months and rose by 40 % in 5): half-life 9 to 12
 * months, volatility 35 to 45 % a year.
 */

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "base/model.h"

#define LN_2 0.69314718055994530942

struct ou {
    double start, level;
    struct span half_life;
    double volatility;
    double decline_frac_per_y;
    struct span step;
};

struct ou_state {
    int64_t told;
    int64_t last_ms;
    double x; /* log of price over level */
};

static const struct param params[] = {
    {PARAM_REAL_IN(DIM_PRICE, struct ou, "start", start, "", 1e-6, 1e14,
                   "price at the start; default: what the catalogue has")},
    {PARAM_REAL_IN(DIM_PRICE, struct ou, "level", level, "", 1e-6, 1e14,
                   "what it returns to, its median in the long run; default: start")},
    {PARAM_TERM(struct ou, "half_life", half_life, "10mo", MS_PER_H, 3.2e12,
                "after which half of a deviation is left, in the mean")},
    {PARAM_REAL_IN(DIM_FRAC_PER_Y, struct ou, "volatility", volatility, "40 %/y", 0, 10,
                   "standard deviation of the logarithm over a year if nothing drew it "
                   "back")},
    {PARAM_REAL_IN(DIM_FRAC_PER_Y, struct ou, "decline", decline_frac_per_y, "0 %/y",
                   -10, 0.99, "share of the level that is lost in a year")},
    {PARAM_TERM(struct ou, "step", step, "1w", MODEL_STEP_MIN_MS, MODEL_STEP_MAX_MS,
                "how often it changes")},
    PARAMS_END,
};

static double log_level(const struct ou *given, double start, double years)
{
    double level = given->level > 0 ? given->level : start;
    return log(level) + years * log1p(-given->decline_frac_per_y);
}

static void draw(const struct ou *given, struct ou_state *state, struct rng *rng,
                 double years)
{
    double half_life_ms = (double)given->half_life.months * (double)MS_PER_MO +
                          (double)given->half_life.ms;
    double k = LN_2 / (half_life_ms / (double)MS_PER_Y);
    double spread = given->volatility * sqrt(-expm1(-2 * k * years) / (2 * k));
    state->x =
        state->x * exp(-k * years) + spread * gsl_cdf_ugaussian_Pinv(rng_uniform(rng));
}

static bool next(const void *self, void *state_, const struct price_setting *setting,
                 struct rng *rng, struct price_change *change)
{
    const struct ou *given = self;
    struct ou_state *state = state_;
    double start = given->start > 0 ? given->start : setting->usual;
    change->at_ms = model_step_ms(setting, given->step, state->told);
    if (state->told++ == 0) {
        state->x = log(start) - log_level(given, start, 0);
        change->value = start;
        return true;
    }
    draw(given, state, rng, model_years(change->at_ms - state->last_ms));
    state->last_ms = change->at_ms;
    change->value = exp(log_level(given, start, model_years(change->at_ms)) + state->x);
    return true;
}

const struct model price_ou = {
    .kind = MODEL_PRICE,
    .name = "ou",
    .summary =
        "the price swings about a level: log-Ornstein-Uhlenbeck, exact at its steps",
    .source =
        "Uhlenbeck and Ornstein (1930), Physical Review 36; Schwartz (1997), Journal "
        "of Finance 52; defaults assumed, from the path of H100 rents 2023 to 2026",
    .params = params,
    .params_size = sizeof(struct ou),
    .state_size = sizeof(struct ou_state),
    .price = {.next = next},
};
