/*
 * A dated plan: what is bought, leased or retired was settled beforehand, whatever
 * demand does.  A date counts at the first review that is not before it, and what is
 * ordered then arrives after the lead time.
 */

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/model.h"

struct fixed {
    struct procure_common common;
    struct texts plan;
};

static const struct param params[] = {
    {PARAM_WORDS(struct fixed, "plan", plan, "",
                 "dates and GPUs, as in [2026-06-01 +128, 2028-01-01 -64]; minus "
                 "retires, or exits contracts")},
    PROCURE_PARAMS(struct fixed, "mean", "busy"),
    PARAMS_END,
};

struct entry {
    int64_t at_unix_ms, gpus;
};

/* "2026-06-01 +128" */
static bool parse(const char *text, struct entry *entry, struct error *err)
{
    const char *blank = strrchr(text, ' ');
    const char *number = blank ? blank + 1 : "";
    char *end = NULL;
    entry->gpus = strtoll(number, &end, 10);
    bool ok = (*number == '+' || *number == '-') && *end == '\0' && entry->gpus != 0 &&
              entry->gpus >= -MODEL_GPUS_MAX && entry->gpus <= MODEL_GPUS_MAX;
    if (!ok)
        return error_set(err,
                         "plan: '%s' is not a date and GPUs, as in '2026-06-01 +128' "
                         "or '2028-01-01 -64'",
                         text);
    struct error inner;
    if (!calendar_parse(text, (size_t)(blank - text), &entry->at_unix_ms, &inner))
        return error_set(err, "plan: '%s': %s", text, inner.text);
    return true;
}

static bool check(const void *self, struct error *err)
{
    const struct fixed *given = self;
    int64_t last_unix_ms = INT64_MIN;
    for (size_t i = 0; i < given->plan.n; i++) {
        struct entry entry;
        if (!parse(given->plan.text[i], &entry, err))
            return false;
        if (entry.at_unix_ms < last_unix_ms)
            return error_set(err, "plan: '%s' must not stand behind a later date",
                             given->plan.text[i]);
        last_unix_ms = entry.at_unix_ms;
    }
    return true;
}

static void review(const void *self, void *state, const struct procure_view *view,
                   struct rng *rng, struct procure_orders *orders)
{
    const struct fixed *given = self;
    (void)state, (void)rng;
    double demand = procure_demand_gpus(&given->common, view);
    int64_t position = procure_position(&given->common, view, demand, orders);
    int64_t since_unix_ms =
        view->start_unix_ms + view->history[view->n_history - 1].begin_ms;
    int64_t gpus = 0;
    for (size_t i = 0; i < given->plan.n; i++) {
        struct entry entry;
        struct error err;
        bool ok = parse(given->plan.text[i], &entry, &err);
        assert(ok);
        bool before = view->review == 0 || entry.at_unix_ms > since_unix_ms;
        if (before && entry.at_unix_ms <= view->now_unix_ms)
            gpus += entry.gpus;
    }
    double target = (double)(position + gpus);
    if (gpus > 0)
        procure_up_to(view, position, target, "planned", orders);
    else if (gpus < 0)
        procure_down_to(view, position, target, "planned", orders);
    else
        procure_retire(&given->common, view, position, demand, orders);
}

const struct model procure_fixed = {
    .kind = MODEL_PROCURE,
    .name = "fixed",
    .summary = "orders follow a dated plan, whatever demand does",
    .source = "none: the plan is the user's; the yardstick for policies that look",
    .params = params,
    .params_size = sizeof(struct fixed),
    .check = check,
    .procure = {.review = review},
};
