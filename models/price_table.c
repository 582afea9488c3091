/*
 * A price that is known: from each date on it has the value given for that date.
 *
 * Before the first date it has the first value.  Points come from the scenario, or from
 * a price trace, of which the reader hands on the chosen rows as points.
 */

#include "base/model.h"

struct path {
    struct points points;
};

struct path_state {
    size_t next; /* the point to come; 0: nothing has been told */
};

static const struct param params[] = {
    {PARAM_DATED(DIM_PRICE, struct path, "points", points, "", 0, 1e14,
                 "the price from each date on, as {2026-01-01: 2.95 USD/GPU-h}")},
    PARAMS_END,
};

static bool next(const void *self, void *state_, const struct price_setting *setting,
                 struct rng *rng, struct price_change *change)
{
    const struct points *points = &((const struct path *)self)->points;
    struct path_state *state = state_;
    (void)rng;
    if (state->next == 0) {
        size_t n = 1;
        while (n < points->n && points->at_unix_ms[n] <= setting->start_unix_ms)
            n++;
        state->next = n;
        change->at_ms = 0;
        change->value = points->n > 0 ? points->value[n - 1] : setting->usual;
        return true;
    }
    if (state->next >= points->n)
        return false;
    change->at_ms = points->at_unix_ms[state->next] - setting->start_unix_ms;
    change->value = points->value[state->next++];
    return true;
}

const struct model price_table = {
    .kind = MODEL_PRICE,
    .name = "table",
    .summary = "the price follows dated points, or a price trace",
    .source = "the user's own history or forecast, or the recorder of the price trace",
    .params = params,
    .params_size = sizeof(struct path),
    .state_size = sizeof(struct path_state),
    .price = {.next = next},
};
