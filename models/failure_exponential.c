/*
 * A server fails at a constant rate, whatever its age.
 *
 * Default: 4 failures per 1,000 node-days of 8 H100.  Quoted: 419 unexpected
 * interruptions of 16,384 H100 in 54 days (Meta, Llama 3, 2024) are 3.8; Meta's
 * research clusters had 6.5 and 2.3 (arXiv 2410.21680).
 */

#include <math.h>

#include "base/model.h"

#define MS_PER_DAY 86400e3

struct exponential {
    double rate_per_node_d;
};

static const struct param params[] = {
    {PARAM_REAL_IN(DIM_PER_NODE_DAY, struct exponential, "rate", rate_per_node_d,
                   "4 /1000-node-d", 0, 1e4, "failures of a server in service")},
    PARAMS_END,
};

static int64_t next_ms(const void *self, const struct failure_view *server)
{
    const struct exponential *given = self;
    if (given->rate_per_node_d <= 0)
        return WAIT_FOREVER;
    double gap_ms = -log(server->uniform) / given->rate_per_node_d * MS_PER_DAY;
    return gap_ms < 1e17 ? server->now_ms + 1 + (int64_t)gap_ms : WAIT_FOREVER;
}

static double rate_per_node_d(const void *self)
{
    return ((const struct exponential *)self)->rate_per_node_d;
}

const struct model failure_exponential = {
    .kind = MODEL_FAILURE,
    .name = "exponential",
    .summary = "servers fail at a constant rate, whatever their age",
    .source = "Barlow and Proschan (1965), Mathematical Theory of Reliability; rate: "
              "Kokolis et al. (2024), arXiv 2410.21680, and Meta (2024), Llama 3",
    .params = params,
    .params_size = sizeof(struct exponential),
    .failure = {.next_ms = next_ms, .rate_per_node_d = rate_per_node_d},
};
