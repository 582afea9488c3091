#ifndef INPUT_STUDY_SPEC_H
#define INPUT_STUDY_SPEC_H

/*
 * What a scenario says of studies: the keys `uncertain`, `correlation`, `sweep`,
 * `study` and `breakeven`.  A single run takes the values that stand in the scenario
 * and looks at none of this.
 *
 * All texts and arrays live in the arena given.  What is checked here needs the
 * document only; that a path leads to something, and that a value is allowed there,
 * shows when an assignment is resolved, and metrics are known to output/.
 *
 * Assignments are texts "path=value", as after --set, the value being YAML.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/distribution.h"
#include "base/node.h"
#include "base/sha256.h"

#define UNCERTAIN_MAX      64
#define UNCERTAIN_TEXT_MAX 256     /* with the NUL; also of an axis's label */
#define STUDY_PATH_MAX     200     /* bytes of a path */
#define STUDY_POINTS_MAX   1000000 /* of a sweep */
#define AXIS_VALUES_MAX    10000
#define REPLICATIONS_MAX   10000000
#define SOBOL_INPUTS_MAX   40 /* gsl_qrng_sobol */
#define STUDY_BATCH_MAX    (1 << 20)

struct uncertain_input {
    const char *path;
    struct distribution law;
    const char *unit; /* of the law's numbers: "", "USD/GPU-h", "%" */
    double step;      /* drawn values are whole multiples of it; 0: none */
    const char *const
        *labels;             /* discrete: values as written, law.n of them; else NULL */
    const char *const *yaml; /* discrete: the same as YAML, for assignments */
    struct place place;      /* of the path in `uncertain` */
};

/*
 * The value at u as it is written into the scenario and into replications.csv: 9
 * significant digits and the unit, after truncation and step; a discrete value as
 * written.  Rounding to the step keeps within the law's truncation; a uniform law with
 * a step has the multiples within [min, max] with equal probability.
 */
void uncertain_text(const struct uncertain_input *input, double u,
                    char text[UNCERTAIN_TEXT_MAX]);

/* The number in that text; of a discrete law the value's number, from 0. */
double uncertain_number(const struct uncertain_input *input, double u);

/* "path=value" at u, in the arena. */
const char *uncertain_assignment(const struct uncertain_input *input, double u,
                                 struct arena *arena);

/* One position of an axis: what it is called, and what it sets. */
struct axis_value {
    const char *label;              /* "64", "easy", "own"; of zip: "0 512" */
    const char *const *assignments; /* n of them, in order */
    size_t n;
    double number; /* NAN where the value is not one number in the axis's unit */
};

struct axis {
    const char *name; /* the path, or "zip1", "zip2", ..., or "design" */
    const char *unit; /* of its numbers: "", "USD/GPU-h" */
    struct axis_value *values;
    size_t n; /* >= 1 */
    struct place place;
};

enum sampling_kind {
    SAMPLING_PLAIN,
    SAMPLING_ANTITHETIC,
    SAMPLING_LHS,
    SAMPLING_SOBOL
};
extern const char *const sampling_names[]; /* ends with NULL */

/* "total.wait_p95_s": whether such a metric exists is not checked here. */
struct metric_name {
    const char *text;
    struct place place;
};

struct metric_target {
    const char *metric;
    double at_most, at_least; /* in the metric's unit; one is given, the other NAN */
    struct place place;
};

struct stop_rule {
    const char *metric;
    double half_width; /* > 0: in the metric's unit, or a fraction of |mean| */
    bool relative;
    struct place place;
};

struct breakeven_spec {
    bool given;
    struct axis x, y;    /* numbers, ascending; y.n is 0 where there is no y */
    struct axis between; /* two designs; its name is "design" */
    const char *metric;
    /* Bits: uncertain inputs that x, y or a design sets, and which are not drawn then.
     */
    uint64_t sets;
    struct place place, metric_place;
};

/* A file that `uncertain` names; its path as the user wrote it. */
struct study_file {
    const char *path;
    char digest[SHA256_HEX];
};

struct study_spec {
    struct uncertain_input *uncertain;
    size_t n_uncertain;
    double *cholesky; /* n_uncertain squared, row by row, lower triangle of the root of
                         the normals' correlation matrix; NULL: independent */
    struct axis *axes;
    size_t n_axes;        /* 0: no sweep */
    int64_t replications; /* 1000 where not given; 1..REPLICATIONS_MAX */
    enum sampling_kind sampling;
    int64_t batch;     /* as given, for lhs and sobol; 0: see study_batch */
    double confidence; /* 0.95 */
    double *quantiles; /* ascending, in (0, 1) */
    size_t n_quantiles;
    struct metric_name *metrics; /* on top of those that are always there */
    size_t n_metrics;
    struct metric_target *targets;
    size_t n_targets;
    struct stop_rule *stops;
    size_t n_stops;
    size_t baseline; /* the point that others are compared with */
    struct breakeven_spec breakeven;
    struct study_file *files;
    size_t n_files;
};

/* `root` is the scenario's document, after --set.  Keys that are not given have their
 * defaults; files are sought beside the scenario. */
bool study_spec_read(const struct node *root, const char *scenario_path,
                     struct arena *arena, struct study_spec *spec,
                     struct error *err) MUST_CHECK;

/* Takes uncertain inputs (bits) out of the spec; those that remain are drawn as before,
 * correlated as they were among themselves.  What changes lies in the arena. */
void study_leave_out(struct study_spec *spec, uint64_t inputs, struct arena *arena);

/* The product of the axes' lengths, 1 without axes; at most STUDY_POINTS_MAX. */
size_t study_points(const struct study_spec *spec);

/* The value of each axis at a point: position[i] < axes[i].n.  The last axis varies
 * fastest. */
void study_point(const struct study_spec *spec, size_t point, size_t position[]);

/* How many replications depend on each other by design, and are one unit of the
 * statistics: 1 (plain), 2 (antithetic), the batch (lhs, sobol).  Without `batch` that
 * is `replications` / 16, at least 8, for sobol down to a power of two. */
int64_t study_batch(const struct study_spec *spec);

#endif
