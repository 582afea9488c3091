/*
 * The most urgent job first, in order of arrival among equals.  Whether it takes the
 * place of less urgent ones that run is the scenario's `preempt`.
 *
 * Cobham (1954), "Priority assignment in waiting line problems", Journal of the
 * Operations Research Society of America 2(1).
 */

#include "base/model.h"

static const struct param params[] = {PARAMS_END};

static int64_t key(const void *params_, const struct job_view *job)
{
    (void)params_;
    /* -INT64_MIN does not exist. */
    return job->priority == INT64_MIN ? INT64_MAX : -job->priority;
}

const struct model order_priority = {
    .kind = MODEL_ORDER,
    .name = "priority",
    .summary = "the job with the largest priority is served first",
    .source =
        "Cobham (1954), Journal of the Operations Research Society of America 2(1)",
    .params = params,
    .order = {.key = key},
};
