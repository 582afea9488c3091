/*
 * First in, first out: the job that joined first is served first.
 *
 * An interrupted job keeps the instant of its first joining, and so its place.
 */

#include "base/model.h"

static const struct param params[] = {PARAMS_END};

static int64_t key(const void *params_, const struct job_view *job)
{
    (void)params_;
    return job->submit_ms;
}

const struct model order_fifo = {
    .kind = MODEL_ORDER,
    .name = "fifo",
    .summary = "the job that joined first is served first",
    .source = "the convention of batch queues; no assumption",
    .params = params,
    .order = {.key = key},
};
