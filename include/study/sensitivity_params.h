#ifndef STUDY_SENSITIVITY_PARAMS_H
#define STUDY_SENSITIVITY_PARAMS_H

/*
 * What `tenure sensitivity` and `tenure breakeven` are asked for, on its way through
 * the params of a study's plan (study/design.h).
 */

#include "study/design.h"
#include "study/sensitivity.h"

#define SENSITIVITY_METRICS_MAX 64

struct sensitivity_options {
    enum sensitivity_method method;
    const char *const *metrics; /* "total.economic_usd"; n_metrics 0: the usual three */
    size_t n_metrics;
    double low, high;     /* tornado; 0: 0.1 and 0.9 */
    int64_t size, levels; /* 0: 20 trajectories or 256 blocks; 4 levels */
    bool replications;    /* the scenario's count was given for this study; else it is
                             the method's: 100 or 4 */
};

/* Into the params of a setup, for prepare. */
bool sensitivity_ask(struct study_setup *setup,
                     const struct sensitivity_options *options,
                     struct error *err) MUST_CHECK;

/* The design of a plan whose kind is "sensitivity"; `paths` has room for
 * SENSITIVITY_INPUTS_MAX, and the design borrows it. */
bool sensitivity_of_plan(const struct study_plan *plan, const char *paths[],
                         struct sensitivity *design, struct error *err) MUST_CHECK;

/* Writes tornado.csv, morris.csv or sobol.csv. */
bool sensitivity_analyse(struct study_results *results, struct error *err);

/* Another metric than the scenario's. */
void breakeven_ask(struct study_setup *setup, const char *metric);

/* The unit and digits that figures of a column are written with: at least six. */
int results_digits(const struct study_plan *plan, size_t column);

/* The columns that params name under "metrics", those without any value left out;
 * returns how many. */
size_t results_metrics(const struct study_results *results,
                       size_t columns[SENSITIVITY_METRICS_MAX]);

#endif
