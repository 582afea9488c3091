/*
 * Waiting with an end: a job waits for fixed capacity so long, then goes to what is
 * rented.  Either one time for all (`after`), or one for short and one for long jobs.
 *
 * Hanafy, Liang, Bashir, Souza, Irwin and Shenoy (2024), "Going Green for Less Green:
 * Optimizing the Cost of Reducing Cloud Carbon Emissions" (GAIA), ASPLOS'24.
 */

#include "base/model.h"

struct threshold {
    int64_t after_ms; /* 0: by length */
    int64_t short_below_ms;
    int64_t short_ms;
    int64_t long_ms;
};

#define YEARS_200_MS (200.0 * 366 * MS_PER_D)

static const struct param params[] = {
    {PARAM_TIME(struct threshold, "after", after_ms, "", 1, YEARS_200_MS,
                "how long every job waits; excludes the other three")},
    {PARAM_TIME(struct threshold, "short_below", short_below_ms, "2h", 0, YEARS_200_MS,
                "a job is short when its estimate is below this")},
    {PARAM_TIME(struct threshold, "short", short_ms, "6h", 0, YEARS_200_MS,
                "how long a short job waits")},
    {PARAM_TIME(struct threshold, "long", long_ms, "24h", 0, YEARS_200_MS,
                "how long any other job waits")},
    PARAMS_END,
};

static bool check(const void *self, struct error *err)
{
    const struct threshold *given = self;
    struct threshold usual = {0};
    struct params_context context = {0};
    bool ok = params_read(params, &usual, NULL, &context, err);

    bool by_length = given->short_below_ms != usual.short_below_ms ||
                     given->short_ms != usual.short_ms ||
                     given->long_ms != usual.long_ms;
    if (ok && given->after_ms > 0 && by_length)
        return error_set(err, "'after' is for all jobs: leave out 'short_below', "
                              "'short' and 'long', or leave out 'after'");
    return ok;
}

static int64_t until_ms(const void *self, const struct job_view *job)
{
    const struct threshold *given = self;
    int64_t wait_ms = given->long_ms, until;
    if (given->after_ms > 0)
        wait_ms = given->after_ms;
    else if (job->estimate_ms < given->short_below_ms)
        wait_ms = given->short_ms;
    return __builtin_add_overflow(job->now_ms, wait_ms, &until) ? WAIT_FOREVER : until;
}

const struct model wait_threshold = {
    .kind = MODEL_WAIT,
    .name = "threshold",
    .summary = "a job waits for fixed pools up to a limit, then may go to elastic ones",
    .source =
        "Hanafy et al. (2024), GAIA, ASPLOS'24, for the rule; the times are assumed",
    .params = params,
    .params_size = sizeof(struct threshold),
    .check = check,
    .wait = {.until_ms = until_ms},
};
