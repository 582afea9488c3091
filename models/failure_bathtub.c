/*
 * A new server fails more often at first, then at a constant rate.
 *
 * With rate r, infancy P, factor f and shape k the cumulative hazard at age a is
 *
 *     H(a) = f r P (a / P)^k                   a <= P: Weibull, of mean rate f r
 *     H(a) = f r P + r (a - P)                 a >  P
 *
 * and the next failure of a server of age a comes at the age where H has grown by
 * -ln u: a failure is repaired to the state before it ("minimal repair").
 *
 * Defaults: shape 0.75 for 30 days at 2.5 times the rate (assumed: two to three times
 * are reported, no fit is published); the rate as in failure_exponential.c.
 */

#include <math.h>

#include "base/model.h"

#define MS_PER_DAY 86400e3

struct bathtub {
    double rate_per_node_d;
    double infant, shape;
    int64_t infancy_ms;
};

static const struct param params[] = {
    {PARAM_REAL_IN(DIM_PER_NODE_DAY, struct bathtub, "rate", rate_per_node_d,
                   "4 /1000-node-d", 0, 1e4,
                   "failures of a server in service, after its infancy")},
    {PARAM_NUMBER(struct bathtub, "infant", infant, "2.5", 0.001, 1e3,
                  "mean rate of the infancy, over that rate")},
    {PARAM_NUMBER(struct bathtub, "shape", shape, "0.75", 0.1, 10,
                  "Weibull shape of the infancy; below 1 the rate falls")},
    {PARAM_TIME(struct bathtub, "infancy", infancy_ms, "30d", 1, 3.2e11,
                "how long the infancy lasts, from the begin of service")},
    PARAMS_END,
};

static double hazard_at(const struct bathtub *given, double age_d)
{
    double infancy_d = (double)given->infancy_ms / MS_PER_DAY;
    double whole = given->infant * given->rate_per_node_d * infancy_d;
    if (age_d > infancy_d)
        return whole + given->rate_per_node_d * (age_d - infancy_d);
    return whole * pow(age_d / infancy_d, given->shape);
}

static double age_of(const struct bathtub *given, double hazard)
{
    double infancy_d = (double)given->infancy_ms / MS_PER_DAY;
    double whole = given->infant * given->rate_per_node_d * infancy_d;
    if (hazard > whole)
        return infancy_d + (hazard - whole) / given->rate_per_node_d;
    return infancy_d * pow(hazard / whole, 1 / given->shape);
}

static int64_t next_ms(const void *self, const struct failure_view *server)
{
    const struct bathtub *given = self;
    if (given->rate_per_node_d <= 0)
        return WAIT_FOREVER;
    double age_ms = (double)(server->now_ms - server->in_service_ms);
    double hazard = hazard_at(given, age_ms / MS_PER_DAY) - log(server->uniform);
    double gap_ms = age_of(given, hazard) * MS_PER_DAY - age_ms;
    if (!(gap_ms < 1e17))
        return WAIT_FOREVER;
    return server->now_ms + 1 + (gap_ms > 0 ? (int64_t)gap_ms : 0);
}

static double rate_per_node_d(const void *self)
{
    return ((const struct bathtub *)self)->rate_per_node_d;
}

const struct model failure_bathtub = {
    .kind = MODEL_FAILURE,
    .name = "bathtub",
    .summary = "new servers fail more often, then all at a constant rate",
    .source = "Barlow and Proschan (1965), Mathematical Theory of Reliability; rate: "
              "Kokolis et al. (2024), arXiv 2410.21680, and Meta (2024), Llama 3",
    .params = params,
    .params_size = sizeof(struct bathtub),
    .failure = {.next_ms = next_ms, .rate_per_node_d = rate_per_node_d},
};
