#ifndef STUDY_DESIGN_H
#define STUDY_DESIGN_H

/*
 * A kind of study: which points it has, at which probabilities its uncertain inputs are
 * taken, and what is made of the results.  One const struct each and one line in
 * study_designs (sim/study/design.c); running, resuming, shards, merging,
 * replications.csv and the manifest are the engine's.
 *
 *   prepare   before anything runs, in the process that has the scenario
 *   uniforms  while it runs, in several threads at once
 *   analyse   when all rows are there: in the same process, in a later one, or in one
 *             that merges shards and has neither scenario nor spec; so it knows the
 * plan (study/plan.h) and the results, and what else it needs, prepare puts into
 *             `params`
 */

#include <jansson.h>

#include "base/csv_out.h"
#include "input/scenario.h"
#include "study/sampling.h"

struct study_plan;
struct study_results;

/* What a study is made of. */
struct study_setup {
    const struct study_design *design;
    const struct scenario_file *file;
    /* A copy of the scenario's, for prepare to change: the axes are those of the plan,
     * the replications, sampling and batch are what is run. */
    struct study_spec spec;
    json_t *params;          /* of the design; part of the study's id.  Owned */
    bool replications_given; /* on the command line, for this study */
    const char *version;     /* of the program */
    struct arena arena;
    struct sampling sampling; /* set by plan_make, */
    const char *path;         /* and that of the scenario, as given */
};

struct study_design {
    const char *kind; /* the command: "mc"; "kind" in plan.json and manifest.json */

    /* Refuses a scenario that lacks what the study needs; may change spec and params.
     */
    bool (*prepare)(struct study_setup *setup, struct error *err);

    /* NULL: sampling_at of the replication, at every point alike.  Else the spec's
     * n_uncertain probabilities, in (0, 1), of this task: of (seed, point, replication)
     * alone. */
    void (*uniforms)(const struct study_plan *plan, const struct sampling *sampling,
                     size_t point, uint64_t replication, double u[]);

    bool points; /* points.csv is written, and with several points paired.csv */

    /* NULL, or writes further files, whose names output/staging.c must know. */
    bool (*analyse)(struct study_results *results, struct error *err);
};

/* Ends with NULL. */
extern const struct study_design *const study_designs[];
const struct study_design *design_find(const char *kind); /* or NULL */

extern const struct study_design design_mc, design_sweep, design_sensitivity,
    design_breakeven;

/* Begins a setup with the scenario's spec and no params. */
void setup_begin(struct study_setup *setup, const struct study_design *design,
                 const struct scenario_file *file, const char *version);
void setup_free(struct study_setup *setup);

/* ---- for analyse ---- */

const struct study_plan *results_plan(const struct study_results *results);

/* How many replications of a point count: those before it stopped. */
uint64_t results_replications(const struct study_results *results, size_t point);

/* Whether a column has a value anywhere, or was named. */
bool results_has(const struct study_results *results, size_t column);

/* A metric of a point in all its replications, in order, NAN where one has none. */
bool results_values(struct study_results *results, size_t point, size_t column,
                    double value[], struct error *err) MUST_CHECK;

/* A file of the study, which appears with the others.  NULL on failure. */
struct csv_out *results_create(struct study_results *results, const char *name,
                               struct error *err) MUST_CHECK;
/* Closes it in any case; false if writing failed. */
bool results_close(struct study_results *results, struct csv_out *out, int64_t rows,
                   struct error *err) MUST_CHECK;

/* The fields of a point: its number, and the label of each axis. */
void results_point(const struct study_results *results, size_t point,
                   struct csv_out *out);

#endif
