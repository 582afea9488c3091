/*
 * How often a job writes a checkpoint where its source says `checkpoint: young-daly`.
 *
 * Young (1974), "A first order approximation to the optimum checkpoint interval",
 * Communications of the ACM 17(9); Daly (2006), Future Generation Computer Systems
 * 22(3): with C the cost of a checkpoint and M the mean time between failures,
 *
 *     tau = sqrt(2 C M)     of work between two checkpoints; M where C >= 2 M
 */

#include <math.h>

#include "world/backlog.h"

/* Failures per day that stop a gang: of the servers that it covers at least, at the
 * highest long-run rate of the pools open to it (a convention: a job does not know
 * where it will run), and its own. */
static double failures_per_d(const struct routes *routes, const struct arrival *arrival)
{
    const struct route *route = &routes->items[arrival->kind->route];
    double most = 0;
    for (uint32_t i = 0; i < route->n; i++) {
        const struct pool_spec *pool = &routes->scenario->pools[route->outlets[i].pool];
        const struct failure_spec *spec = pool->failures;
        if (!spec)
            continue;
        int64_t servers =
            (arrival->gpus + pool->gpus_per_server - 1) / pool->gpus_per_server;
        double rate =
            (double)servers * spec->model->failure.rate_per_node_d(spec->params);
        most = rate > most ? rate : most;
    }
    return most + arrival->kind->failures_per_d;
}

int64_t checkpoint_interval_ms(const struct routes *routes,
                               const struct arrival *arrival)
{
    const struct source_kind *kind = arrival->kind;
    if (!kind->young_daly || kind->checkpoint_interval_ms > 0)
        return kind->checkpoint_interval_ms;
    double rate = failures_per_d(routes, arrival) / (double)MS_PER_D;
    double cost = (double)kind->checkpoint_cost_ms;
    if (rate <= 0)
        return 0; /* nothing fails, nothing is kept */
    double interval = cost * rate >= 2 ? 1 / rate : sqrt(2 * cost / rate);
    return interval > 1 ? llround(fmin(interval, (double)JOB_DURATION_MAX)) : 1;
}
