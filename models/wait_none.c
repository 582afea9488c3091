/* No waiting: a job goes to elastic capacity as soon as no fixed pool has room. */

#include "base/model.h"

static const struct param params[] = {PARAMS_END};

static int64_t until_ms(const void *params_, const struct job_view *job)
{
    (void)params_;
    return job->now_ms;
}

const struct model wait_none = {
    .kind = MODEL_WAIT,
    .name = "none",
    .summary = "a job may go to elastic pools at once",
    .source = "the loss system of Erlang (1917): what finds no server overflows",
    .params = params,
    .wait = {.until_ms = until_ms},
};
