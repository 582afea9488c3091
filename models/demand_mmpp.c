/*
 * Jobs arrive in bursts: a Markov-modulated Poisson process.  A hidden chain stays in
 * each state for an exponential time and goes on to one of the others, with chances in
 * proportion to their `visits`; in a state jobs arrive as a Poisson process of its
 * rate, times day, week and growth (base/rhythm.h).
 *
 * The chain begins in a state drawn with the share of time it has in the long run,
 * which is in proportion to v (V - v) stay, with v its visits and V their sum: the
 * chain of the jumps is reversible, since the flow from a to b is in proportion to v_a
 * v_b.
 *
 * The n-th change of state takes draws that belong to n alone, so that the jobs'
 * uniforms do not shift when the stays do.
 */

#include <math.h>

#include "base/model.h"

#define STATES_MAX 16
#define MS_PER_US  1000

struct mmpp {
    struct table rates;   /* jobs per day, by state */
    struct table stays_h; /* by state */
    struct table visits;  /* by state; empty: equal */
    struct rhythm rhythm;
    struct job_shape shape;
};

struct mmpp_state {
    struct rhythm_clock clock;
    size_t state;
    bool begun;
    int64_t until_us; /* of the present state */
    uint64_t changes;
};

enum { DRAW_STAY, DRAW_NEXT };

static const struct param params[] = {
    {PARAM_MAP(struct mmpp, "rates", rates, "[400, 4000]", 0, 1e9,
               "jobs per day in each state")},
    {PARAM_MAP(struct mmpp, "stays", stays_h, "[10, 2]", 1e-3, 1e6,
               "mean hours that each state lasts")},
    {PARAM_MAP(struct mmpp, "visits", visits, "", 1e-9, 1e9,
               "how often each state is gone to, relative to the others; without: "
               "equally often")},
    RHYTHM_PARAMS(struct mmpp),
    JOB_SHAPE_PARAMS(struct mmpp, "lognormal"),
    PARAMS_END,
};

static bool check(const void *self, struct error *err)
{
    const struct mmpp *given = self;
    size_t n = given->rates.n;
    bool lists = n == given->stays_h.n && n >= 2 && n <= STATES_MAX;
    for (size_t i = 0; lists && i < n; i++)
        lists = given->rates.x[i] == (double)i && given->stays_h.x[i] == (double)i;
    if (!lists)
        return error_set(err,
                         "rates, stays: two lists of equal length, 2 to %d states, are "
                         "wanted, as in `rates: [400, 4000]` and `stays: [10, 2]`",
                         STATES_MAX);
    for (size_t i = 0; i < given->visits.n; i++)
        lists = lists && given->visits.n == n && given->visits.x[i] == (double)i;
    if (!lists)
        return error_set(err, "visits: a list as long as `rates` is wanted");
    return rhythm_check(&given->rhythm, err) && job_shape_check(&given->shape, err);
}

static void start(const void *self, void *state_, const struct demand_setting *setting)
{
    const struct mmpp *given = self;
    struct mmpp_state *state = state_;
    rhythm_start(&given->rhythm, setting->start_unix_ms, setting->horizon_ms,
                 &state->clock);
}

static double visits(const struct mmpp *given, size_t state)
{
    return given->visits.n > 0 ? given->visits.y[state] : 1;
}

/* The state on which `uniform` falls, each having its weight. */
static size_t pick_state(const double weight[], size_t n, double uniform)
{
    double sum = 0;
    size_t last = 0;
    for (size_t i = 0; i < n; i++)
        sum += weight[i];
    for (size_t i = 0; i < n; i++) {
        if (weight[i] <= 0)
            continue;
        if (uniform * sum < weight[i])
            return i;
        uniform -= weight[i] / sum;
        last = i;
    }
    return last; /* rounding left a little over */
}

static void change_state(const struct mmpp *given, struct mmpp_state *state,
                         const struct rng *rng)
{
    size_t n = given->rates.n;
    double weight[STATES_MAX], sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += visits(given, i);
    for (size_t i = 0; i < n; i++) {
        weight[i] = visits(given, i);
        if (!state->begun)
            weight[i] *= (sum - weight[i]) * given->stays_h.y[i];
        else if (i == state->state)
            weight[i] = 0;
    }
    state->begun = true;
    state->state = pick_state(weight, n, rng_at(rng, state->changes, DRAW_NEXT));
    double stay_h =
        -log(rng_at(rng, state->changes, DRAW_STAY)) * given->stays_h.y[state->state];
    state->until_us += 1 + llround(fmin(stay_h, 1e8) * (double)(MS_PER_H * MS_PER_US));
    state->changes++;
}

/* From now to the next arrival, `work` being exponential of mean 1. */
static bool pass(const struct mmpp *given, struct mmpp_state *state,
                 const struct rng *rng, double work)
{
    struct rhythm_clock *clock = &state->clock;
    while (clock->now_us < clock->horizon_us) {
        if (!state->begun || clock->now_us >= state->until_us)
            change_state(given, state, rng);
        double rate = given->rates.y[state->state];
        double work_d = rate > 0 ? work / rate : INFINITY;
        double left_d = rhythm_advance(&given->rhythm, clock, work_d, state->until_us);
        if (left_d == 0)
            return clock->now_us < clock->horizon_us;
        if (rate > 0)
            work = left_d * rate;
    }
    return false;
}

static bool next(const void *self, void *state_, struct rng *rng, struct job_draw *job)
{
    const struct mmpp *given = self;
    struct mmpp_state *state = state_;
    double uniform[1 + JOB_SHAPE_DRAWS];
    for (int i = 0; i < 1 + JOB_SHAPE_DRAWS; i++)
        uniform[i] = rng_uniform(rng);
    if (!pass(given, state, rng, -log(uniform[0])))
        return false;
    job->submit_ms = state->clock.now_us / MS_PER_US;
    job_shape_draw(&given->shape, uniform + 1, &job->gpus, &job->duration_ms);
    return true;
}

const struct model demand_mmpp = {
    .kind = MODEL_DEMAND,
    .name = "mmpp",
    .summary = "jobs arrive in bursts: a Poisson process whose rate jumps between "
               "hidden states",
    .source = "Fischer and Meier-Hellstern, The Markov-modulated Poisson process "
              "cookbook (1993), Performance Evaluation 18",
    .params = params,
    .params_size = sizeof(struct mmpp),
    .state_size = sizeof(struct mmpp_state),
    .check = check,
    .start = start,
    .demand = {.next = next},
};
