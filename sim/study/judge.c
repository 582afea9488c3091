#include "study/judge.h"

#include <math.h>
#include <stdlib.h>

#include "study/payload.h"
#include "study/statistics.h"
#include "study/transpose.h"

uint64_t judge_next(const struct study_plan *plan, uint64_t done)
{
    uint64_t prefix = JUDGE_FIRST;
    if (plan->n_stops == 0)
        return plan->replications;
    while (prefix <= done)
        prefix *= 2;
    return prefix < plan->replications ? prefix : plan->replications;
}

struct judging {
    const struct study_plan *plan;
    struct transpose *transpose; /* the metrics of the rules, of each point */
    double *value;
};

static bool collect(struct judging *judging, const struct rows_files *files,
                    uint64_t upto, struct error *err)
{
    const struct study_plan *plan = judging->plan;
    struct rows_reader *reader = rows_open(files, plan->id, err);
    struct payload_field *fields = malloc(payload_fields(plan) * sizeof *fields);
    struct row row;
    bool more, ok = reader != NULL;
    if (!fields)
        out_of_memory();
    while (ok && (ok = rows_next(reader, &row, &more, err)) && more) {
        uint64_t replication = row.task / plan->n_points;
        size_t point = (size_t)(row.task % plan->n_points);
        if (replication >= upto)
            break;
        ok = payload_split(plan, &row, fields, err);
        for (size_t i = 0; ok && i < plan->n_stops; i++) {
            double value = payload_number(plan, fields, plan->stops[i].column);
            ok = transpose_put(judging->transpose, replication,
                               point * plan->n_stops + i, &value, 1, err);
        }
    }
    free(fields);
    rows_free(reader);
    return ok;
}

static bool holds(const struct judging *judging, size_t rule, uint64_t prefix)
{
    const struct study_plan *plan = judging->plan;
    const struct plan_stop *stop = &plan->stops[rule];
    struct mean_estimate estimate;
    estimate_mean(judging->value, (size_t)prefix, (size_t)plan->unit, plan->confidence,
                  &estimate);
    double half_width = (estimate.ci.high - estimate.ci.low) / 2;
    double wanted = stop->half_width * (stop->relative ? fabs(estimate.mean) : 1);
    /* Nothing but zeros says nothing of how small the mean is. */
    if (stop->relative && estimate.mean == 0)
        return false;
    /* A NAN holds nothing. */
    return prefix / plan->unit >= JUDGE_UNITS && estimate.units >= JUDGE_UNITS &&
           half_width <= wanted;
}

/* For each rule the prefixes at which it holds, one bit each; a point stops at the
 * first at which all do. */
static bool judge_point(struct judging *judging, size_t point, uint64_t upto,
                        uint64_t *cut, struct error *err)
{
    const struct study_plan *plan = judging->plan;
    uint64_t all = UINT64_MAX;
    for (size_t i = 0; i < plan->n_stops && all; i++) {
        uint64_t held = 0;
        if (!transpose_get(judging->transpose, point * plan->n_stops + i, upto,
                           judging->value, err))
            return false;
        unsigned bit = 0;
        for (uint64_t prefix = JUDGE_FIRST; prefix <= upto; prefix *= 2, bit++)
            held |= (uint64_t)holds(judging, i, prefix) << bit;
        all &= held;
    }
    if (all)
        *cut = JUDGE_FIRST << __builtin_ctzll(all);
    return true;
}

bool judge_points(const struct study_plan *plan, const struct rows_files *files,
                  const char *dir, uint64_t upto, uint64_t cut[], struct error *err)
{
    for (size_t point = 0; point < plan->n_points; point++)
        cut[point] = plan->replications;
    if (plan->n_stops == 0 || upto < JUDGE_FIRST)
        return true;
    struct judging judging = {
        .plan = plan,
        .transpose = transpose_new(dir, plan->n_points * plan->n_stops, upto, err),
        .value = malloc((size_t)upto * sizeof(double)),
    };
    if (!judging.value)
        out_of_memory();
    bool ok = judging.transpose && collect(&judging, files, upto, err);
    for (size_t point = 0; ok && point < plan->n_points; point++)
        ok = judge_point(&judging, point, upto, &cut[point], err);
    transpose_free(judging.transpose);
    free(judging.value);
    return ok;
}
