/*
 * Longest job first, by the estimate: the longest-processing-time rule, which keeps the
 * makespan of a batch short.
 *
 * Graham (1969), "Bounds on multiprocessing timing anomalies", SIAM Journal on Applied
 * Mathematics 17(2).
 */

#include "base/model.h"

static const struct param params[] = {PARAMS_END};

static int64_t key(const void *params_, const struct job_view *job)
{
    (void)params_;
    return -job->estimate_ms;
}

const struct model order_ljf = {
    .kind = MODEL_ORDER,
    .name = "ljf",
    .summary = "the job with the longest estimate is served first",
    .source = "Graham (1969), SIAM Journal on Applied Mathematics 17(2)",
    .params = params,
    .order = {.key = key},
};
