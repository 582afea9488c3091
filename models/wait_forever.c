/* A job that some fixed pool could hold waits for it, however long. */

#include "base/model.h"

static const struct param params[] = {PARAMS_END};

static int64_t until_ms(const void *params_, const struct job_view *job)
{
    (void)params_;
    (void)job;
    return WAIT_FOREVER;
}

const struct model wait_forever = {
    .kind = MODEL_WAIT,
    .name = "forever",
    .summary = "a job that a fixed pool could hold never goes to elastic pools",
    .source = "the delay system of Erlang (1917): what finds no server waits",
    .params = params,
    .wait = {.until_ms = until_ms},
};
