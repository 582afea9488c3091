/*
 * A price without memory that drops when a new generation is launched: geometric
 * Brownian motion with jumps (Merton 1976, "Option pricing when underlying stock
 * returns are discontinuous", Journal of Financial Economics 3, with jumps of known
 * size).
 *
 *     ln price(t) = ln start + (ln(1 + drift) - s^2 / 2) t + s W(t)
 *                   + sum of ln(1 - drop) over the launches up to t
 *
 * so that between launches the expected price grows by `drift` a year.  W is drawn at
 * the steps; a launch takes effect at its own instant.  Launches are dated, or come at
 * random (a Poisson process), or both.  Normals are keyed by the step and gaps by the
 * launch: one launch more shifts no other draw.
 *
 * Defaults (assumed): drift of -25 % a year, the middle of -20 to -30 % for one product
 * over its life; volatility as for ou; a launch takes 20 %.
 */

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "base/model.h"

enum { DRAW_STEP, DRAW_LAUNCH };

struct gbm {
    double start;
    double drift_frac_per_y, volatility;
    struct span step;
    struct points launches;
    int64_t launch_every_ms;
    double launch_drop_frac;
};

struct gbm_state {
    int64_t steps;    /* told, the start included */
    int64_t step_ms;  /* the last one */
    double w, jumps;  /* W, and the sum of logarithms of drops */
    size_t launch;    /* the dated launch to come */
    uint64_t random;  /* random launches so far, that to come included */
    double random_ms; /* when it comes */
};

static const struct param params[] = {
    {PARAM_REAL_IN(DIM_PRICE, struct gbm, "start", start, "", 1e-6, 1e14,
                   "price at the start; default: what the catalogue has")},
    {PARAM_REAL_IN(DIM_FRAC_PER_Y, struct gbm, "drift", drift_frac_per_y, "-25 %/y",
                   -0.99, 10,
                   "by what the expected price grows in a year, launches "
                   "apart")},
    {PARAM_REAL_IN(DIM_FRAC_PER_Y, struct gbm, "volatility", volatility, "40 %/y", 0,
                   10, "standard deviation of the logarithm over a year")},
    {PARAM_TERM(struct gbm, "step", step, "1w", MODEL_STEP_MIN_MS, MODEL_STEP_MAX_MS,
                "how often it changes")},
    {PARAM_DATED(
        DIM_FRAC, struct gbm, "launches", launches, "", -10, 0.99,
        "the share of the price that each launch takes, as {2027-03-01: 20 %}")},
    {PARAM_TIME(struct gbm, "launch_every", launch_every_ms, "", MS_PER_D, 3.2e12,
                "mean time between launches at random; default: none")},
    {PARAM_FRACTION(struct gbm, "launch_drop", launch_drop_frac, "20 %", -10, 0.99,
                    "the share of the price that a launch at random takes")},
    PARAMS_END,
};

/* When the next launch at random comes; never where there are none. */
static void draw_launch(const struct gbm *given, struct gbm_state *state,
                        const struct rng *rng)
{
    double uniform = rng_at(rng, state->random++, DRAW_LAUNCH);
    state->random_ms -= log(uniform) * (double)given->launch_every_ms;
}

static void first(const struct gbm *given, struct gbm_state *state,
                  const struct price_setting *setting, const struct rng *rng)
{
    const struct points *launches = &given->launches;
    while (state->launch < launches->n &&
           launches->at_unix_ms[state->launch] <= setting->start_unix_ms)
        state->launch++; /* the price at the start knows of it */
    if (given->launch_every_ms > 0)
        draw_launch(given, state, rng);
    state->steps = 1;
}

static int64_t launch_ms(const struct gbm *given, const struct gbm_state *state,
                         const struct price_setting *setting)
{
    const struct points *launches = &given->launches;
    return state->launch < launches->n
               ? launches->at_unix_ms[state->launch] - setting->start_unix_ms
               : INT64_MAX;
}

static int64_t random_ms(const struct gbm *given, const struct gbm_state *state)
{
    bool none = given->launch_every_ms == 0 || state->random_ms > 1e18;
    return none ? INT64_MAX : (int64_t)ceil(state->random_ms);
}

static bool next(const void *self, void *state_, const struct price_setting *setting,
                 struct rng *rng, struct price_change *change)
{
    const struct gbm *given = self;
    struct gbm_state *state = state_;
    double start = given->start > 0 ? given->start : setting->usual;
    if (state->steps == 0) {
        first(given, state, setting, rng);
        *change = (struct price_change){0, start};
        return true;
    }
    int64_t step = model_step_ms(setting, given->step, state->steps);
    int64_t dated = launch_ms(given, state, setting), random = random_ms(given, state);
    int64_t at = dated < step ? dated : step;
    at = random < at ? random : at;
    if (at == step) {
        double normal =
            gsl_cdf_ugaussian_Pinv(rng_at(rng, (uint64_t)state->steps, DRAW_STEP));
        state->w += sqrt(model_years(step - state->step_ms)) * normal;
        state->step_ms = step;
        state->steps++;
    }
    if (at == dated)
        state->jumps += log1p(-given->launches.value[state->launch++]);
    for (; random == at; random = random_ms(given, state)) {
        state->jumps += log1p(-given->launch_drop_frac);
        draw_launch(given, state, rng);
    }
    double s = given->volatility, years = model_years(state->step_ms);
    double growth = (log1p(given->drift_frac_per_y) - s * s / 2) * years;
    change->at_ms = at;
    change->value = start * exp(growth + s * state->w + state->jumps);
    return true;
}

const struct model price_gbm = {
    .kind = MODEL_PRICE,
    .name = "gbm",
    .summary =
        "the price is a geometric Brownian motion that drops when a new generation "
        "is launched",
    .source =
        "Samuelson (1965), Industrial Management Review 6; Merton (1976), Journal of "
        "Financial Economics 3; defaults assumed",
    .params = params,
    .params_size = sizeof(struct gbm),
    .state_size = sizeof(struct gbm_state),
    .price = {.next = next},
};
