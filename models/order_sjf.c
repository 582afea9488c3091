/*
 * Shortest job first, by the estimate: the smallest mean wait of all orders on one
 * server without preemption, at the price of long waits for long jobs.
 *
 * Smith (1956), "Various optimizers for single-stage production", Naval Research
 * Logistics Quarterly 3.
 */

#include "base/model.h"

static const struct param params[] = {PARAMS_END};

static int64_t key(const void *params_, const struct job_view *job)
{
    (void)params_;
    return job->estimate_ms;
}

const struct model order_sjf = {
    .kind = MODEL_ORDER,
    .name = "sjf",
    .summary = "the job with the shortest estimate is served first",
    .source = "Smith (1956), Naval Research Logistics Quarterly 3",
    .params = params,
    .order = {.key = key},
};
