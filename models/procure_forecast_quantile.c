/*
 * Capacity for a quantile of the demand expected when an order of now arrives.
 *
 * The quantile is the newsvendor's: a GPU costs c per hour whether it works or not and
 * v more when it works, and saves the price p of elastic capacity when it works, so
 * that as many are held as
 *
 *     F(K) = (p - v - c) / (p - v)
 *
 * (Edgeworth 1888; Arrow, Harris and Marschak 1951, Econometrica 19(3)).  Demand is
 * foreseen by triple exponential smoothing (Holt 1957, reprinted in International
 * Journal of Forecasting 20, 2004; Winters 1960, Management Science 6(3)) with the
 * quantile of its own past errors over the same distance, or taken from the past as it
 * is, of all periods or of those in the same place of the season.  Smoothing begins
 * with the means of the first two seasons and the first season without its trend.
 */

#include <math.h>

#include "base/model.h"

#define MEMORY_MAX 4096
#define SEASON_MAX (MEMORY_MAX / 2)

struct forecast {
    struct procure_common common;
    int method;
    int64_t season, memory;
    double level_weight, trend_weight, season_weight;
    double fractile_frac;
    int64_t price_rate;
};

enum { ADDITIVE, MULTIPLICATIVE, SEASONAL, QUANTILE };
static const char *const methods[] = {
    [ADDITIVE] = "additive",
    [MULTIPLICATIVE] = "multiplicative",
    [SEASONAL] = "seasonal",
    [QUANTILE] = "quantile",
    NULL,
};

static const struct param params[] = {
    {PARAM_ONE_OF(
        struct forecast, "method", method, methods, "additive",
        "Holt-Winters with additive or multiplicative season, or the "
        "quantile of past demand, in the same place of the season or of all")},
    {PARAM_COUNT(struct forecast, "season", season, "12", 1, SEASON_MAX,
                 "periods of a season")},
    {PARAM_COUNT(struct forecast, "memory", memory, "1024", 2, MEMORY_MAX,
                 "most past periods that are looked at")},
    {PARAM_NUMBER(struct forecast, "level_weight", level_weight, "0.3", 0, 1,
                  "alpha: weight of the newest period in the level")},
    {PARAM_NUMBER(struct forecast, "trend_weight", trend_weight, "0.1", 0, 1,
                  "beta: in the trend")},
    {PARAM_NUMBER(struct forecast, "season_weight", season_weight, "0.1", 0, 1,
                  "gamma: in the season")},
    {PARAM_FRACTION(
        struct forecast, "fractile", fractile_frac, "", 0.0001, 1,
        "share of periods in which capacity suffices; default: from costs")},
    {PARAM_EXACT_IN(DIM_USD_PER_GPU_H, struct forecast, "price", price_rate, "", 1,
                    1e14,
                    "of what serves the rest; default: the cheapest elastic pool")},
    PROCURE_PARAMS(struct forecast, "mean", "busy"),
    PARAMS_END,
};

static bool check(const void *self, struct error *err)
{
    const struct forecast *given = self;
    if (given->method == QUANTILE || given->memory >= 2 * given->season)
        return true;
    return error_set(err, "memory: %lld periods are less than two seasons of %lld",
                     (long long)given->memory, (long long)given->season);
}

static bool needs_rent(const void *self)
{
    const struct forecast *given = self;
    return given->fractile_frac == 0 && given->price_rate == 0;
}

static double fractile_of(const struct forecast *given,
                          const struct procure_costs *costs)
{
    if (given->fractile_frac > 0)
        return given->fractile_frac;
    double price = given->price_rate > 0 ? (double)given->price_rate / 1e9
                                         : costs->rent_usd_per_gpu_h;
    double saved = price - costs->busy_usd_per_gpu_h;
    return saved > 0 ? (saved - costs->fixed_usd_per_gpu_h) / saved : 0;
}

/* ---- Holt-Winters ---- */

struct smoothing {
    const struct forecast *given;
    uint32_t season;
    double level, trend, effect[SEASON_MAX];
};

#define LEAST 1e-6 /* what is divided by, at least */

static double without(const struct smoothing *s, double value, double effect)
{
    return s->given->method == ADDITIVE ? value - effect : value / fmax(effect, LEAST);
}

static double foresee(const struct smoothing *s, uint32_t at, uint32_t ahead)
{
    double level = s->level + (double)ahead * s->trend;
    double effect = s->effect[(at + ahead) % s->season];
    return s->given->method == ADDITIVE ? level + effect : level * effect;
}

static void begin(struct smoothing *s, const double value[])
{
    uint32_t n = s->season;
    double first = 0, second = 0;
    for (uint32_t i = 0; i < n; i++) {
        first += value[i] / n;
        second += value[n + i] / n;
    }
    s->trend = (second - first) / n;
    s->level = first + s->trend * (n - 1) / 2;
    for (uint32_t i = 0; i < n; i++)
        s->effect[i] = without(s, value[i], s->level - s->trend * (n - 1 - i));
    if (s->given->method == MULTIPLICATIVE)
        for (uint32_t i = 0; i < n; i++)
            s->effect[i] = fmax(s->effect[i], 0);
}

static void learn(struct smoothing *s, uint32_t at, double value)
{
    const struct forecast *given = s->given;
    double *effect = &s->effect[at % s->season], last = s->level;
    double level = without(s, value, *effect);
    s->level =
        given->level_weight * level + (1 - given->level_weight) * (last + s->trend);
    s->trend =
        given->trend_weight * (s->level - last) + (1 - given->trend_weight) * s->trend;
    *effect = given->season_weight * without(s, value, s->level) +
              (1 - given->season_weight) * *effect;
}

/* The value `ahead` periods after the last of n >= 2 seasons, plus the quantile of what
 * the same forecast lacked before. */
static double smooth(const struct forecast *given, const double value[], uint32_t n,
                     uint32_t ahead, double fractile)
{
    struct smoothing s = {.given = given, .season = (uint32_t)given->season};
    double error[MEMORY_MAX];
    uint32_t n_errors = 0;
    begin(&s, value);
    for (uint32_t i = s.season; i < n; i++) {
        learn(&s, i, value[i]);
        if (i + 1 >= 2 * s.season && i + ahead < n)
            error[n_errors++] = value[i + ahead] - foresee(&s, i, ahead);
    }
    double margin = n_errors > 0 ? procure_quantile(error, n_errors, fractile) : 0;
    return foresee(&s, n - 1, ahead) + margin;
}

/* ---- the past as it is ---- */

static double past(const struct forecast *given, const double value[], uint32_t n,
                   uint32_t ahead, double fractile)
{
    uint32_t season = given->method == SEASONAL ? (uint32_t)given->season : 1;
    double same[MEMORY_MAX];
    uint32_t n_same = 0;
    if (n < season)
        season = 1;
    for (uint32_t i = 0; i < n; i++)
        if ((n - 1 + ahead - i) % season == 0)
            same[n_same++] = value[i];
    return procure_quantile(same, n_same, fractile);
}

static double target_of(const struct forecast *given, const struct procure_view *view)
{
    double fractile = fractile_of(given, &view->costs);
    if (fractile <= 0)
        return 0;
    uint32_t n = view->n_history;
    if (n > given->memory)
        n = (uint32_t)given->memory;
    double value[MEMORY_MAX];
    for (uint32_t i = 0; i < n; i++)
        value[i] = procure_period_gpus(&given->common,
                                       &view->history[view->n_history - n + i]);
    int64_t periods = view->lead_ms / view->review_ms + 1;
    uint32_t ahead = periods < 1000000 ? (uint32_t)periods : 1000000;
    bool is_smooth = given->method == ADDITIVE || given->method == MULTIPLICATIVE;
    if (is_smooth && n >= 2 * given->season)
        return fmax(smooth(given, value, n, ahead, fractile), 0);
    return past(given, value, n, ahead, fractile);
}

static void review(const void *self, void *state, const struct procure_view *view,
                   struct rng *rng, struct procure_orders *orders)
{
    const struct forecast *given = self;
    (void)state, (void)rng;
    double target = target_of(given, view);
    int64_t position = procure_position(&given->common, view, target, orders);
    if (procure_up_to(view, position, target, "below the forecast quantile", orders))
        return;
    /* The quantile counts what servers cost to buy; those that are there are sold by
     * what they do. */
    double used = procure_demand_gpus(&given->common, view);
    procure_retire(&given->common, view, position, fmax(target, used), orders);
}

const struct model procure_forecast_quantile = {
    .kind = MODEL_PROCURE,
    .name = "forecast_quantile",
    .summary = "hold what meets a quantile of the demand forecast for the lead time",
    .source = "Holt (1957); Winters (1960); newsvendor: Arrow, Harris and Marschak "
              "(1951); the weights are assumed",
    .params = params,
    .params_size = sizeof(struct forecast),
    .check = check,
    .procure = {.review = review, .needs_rent = needs_rent},
};
