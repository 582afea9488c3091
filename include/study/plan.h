#ifndef STUDY_PLAN_H
#define STUDY_PLAN_H

/*
 * What a study is, as data: points, replications, columns and statistics.
 *
 * A plan is made of a scenario once and stands in the study's directory as plan.json.
 * All that comes after the replications is done from it alone, so that shards can be
 * merged where the scenario is not, and one machine, shards and a study that was
 * resumed go the same way.
 *
 * Its id is the SHA-256 of the canonical text of what makes the study: the program's
 * version, the kind of study, the numeric fingerprint, the digests of all inputs, every
 * resolved parameter, the design and the columns.  Which shard of it is run, in how
 * many threads and where, is no part of it.
 *
 * A point is one choice of a value for each axis, numbered with the last axis varying
 * fastest; replication k of a point is the task k * points + point.
 */

#include <jansson.h>

#include "study/columns.h"
#include "study/design.h"

#define PLAN_NAME      "plan.json"
#define PLAN_TASKS_MAX UINT64_C(1000000000)

struct plan_axis {
    const char *name; /* heads its column: the path, "zip1" or "design" */
    const char *unit; /* of the labels that are numbers: "", "USD/GPU-h" */
    const char **labels;
    size_t n;
};

struct plan_input {
    const char *path, *unit;
};

struct plan_target {
    size_t column;
    double at_most, at_least; /* NAN: not asked */
};

struct plan_stop {
    size_t column;
    double half_width;
    bool relative; /* to |mean| */
};

struct study_plan {
    struct arena arena;
    json_t *root; /* plan.json; owned */
    char id[SHA256_HEX];
    const struct study_design *design;
    const char *scenario; /* its name */
    uint64_t seed;
    uint64_t replications; /* at most, of each point */
    uint64_t unit;         /* replications that depend on each other; statistics.h */
    struct plan_axis *axes;
    size_t n_axes, n_points, baseline;
    struct plan_input *uncertain;
    size_t n_uncertain;
    struct study_columns columns;
    double confidence;
    double *quantiles; /* ascending, in (0, 1) */
    size_t n_quantiles;
    struct plan_target *targets;
    size_t n_targets;
    struct plan_stop *stops;
    size_t n_stops;
    const json_t *params; /* of the design */
};

/* Resolves everything that will be run, so that errors come first, and makes the plan.
 * `command` are the words that made it, without -o and --shard, for messages.  On
 * failure nothing need be freed. */
bool plan_make(struct study_plan *plan, struct study_setup *setup,
               const char *const command[], size_t n_command,
               struct error *err) MUST_CHECK;

/* From plan.json of a directory.  On failure nothing need be freed. */
bool plan_read(struct study_plan *plan, const char *dir, struct error *err) MUST_CHECK;

/* Into plan.json of a directory, whole or not at all. */
bool plan_write(const struct study_plan *plan, const char *dir,
                struct error *err) MUST_CHECK;

void plan_free(struct study_plan *plan);

/* The part of plan.json that makes the id, and that is in manifest.json, too. */
const json_t *plan_identity(const struct study_plan *plan);

/* In what two plans or manifests of studies differ, as "seed was 1 and is 2". */
#define PLAN_DIFFERENCE 512
void plan_difference(const json_t *was, const json_t *is, char text[PLAN_DIFFERENCE]);

/* `tenure COMMAND -o DIR` with `more` behind it, as a shell reads it, and `cd` before
 * it where the study began in another folder; in the arena. */
const char *plan_command(const struct study_plan *plan, const char *dir,
                         const char *more, struct arena *arena);

static inline uint64_t plan_tasks(const struct study_plan *plan)
{
    return plan->replications * plan->n_points;
}

/* What is asked of a column, of all its targets the narrowest; NAN: nothing. */
void plan_target(const struct study_plan *plan, size_t column, double *at_least,
                 double *at_most);

/* The value of each axis at a point. */
void plan_position(const struct study_plan *plan, size_t point, size_t position[]);

/* The assignments of a point, and where `u` is not NULL those of the uncertain inputs
 * at these probabilities; in the arena.  For running, so from the setup. */
const char *const *setup_assignments(const struct study_setup *setup, size_t point,
                                     const double u[], size_t *n, struct arena *arena);

/* Resolves points and uncertain inputs at the ends of their laws, and adds what was
 * read to `inputs`, [{path, sha256}]; plan_make does it. */
bool setup_check(const struct study_setup *setup, const struct scenario *base,
                 json_t *inputs, struct error *err) MUST_CHECK;

/* The root of plan.json to the struct, which takes it over; `place` is for messages. */
bool plan_parse(struct study_plan *plan, json_t *root, const char *place,
                struct error *err) MUST_CHECK;

#endif
