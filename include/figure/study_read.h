#ifndef FIGURE_STUDY_READ_H
#define FIGURE_STUDY_READ_H

/* The results of a study, for its figures. */

#include "base/csv_in.h"
#include "figure/build.h"

/* Points with a line of their own: the baseline and those of the lowest mean cost. */
#define STUDY_LINES 7

/* The metric that figures of cost are of, and what they say of it. */
struct study_cost {
    const char *metric; /* "total.npv_usd", else "total.economic_usd" */
    const char *label;  /* "present value" */
};
/* NULL where the study has neither. */
const struct study_cost *study_cost_of(const struct figure_source *source);

size_t study_point_count(const struct figure_source *source);

/* The values of its axes: "256, 2.5 USD/GPU-h"; of the one point of mc "all
 * replications". */
const char *study_point_label(const struct figure_source *source, size_t point,
                              struct arena *arena);

/* A number of the design, as "confidence", or `usual`. */
double study_number(const struct figure_source *source, const char *key, double usual);

#define STUDY_FIELDS 24

struct study_row {
    const struct csv_field *field[STUDY_FIELDS]; /* as the columns were named */
    int64_t line;
    const char *path;
};

/* NAN where it is empty or no number. */
double study_row_number(const struct study_row *row, size_t field);
bool study_row_is(const struct study_row *row, size_t field, const char *text);

struct study_reader {
    const char *file;           /* "points.csv" */
    const char *const *columns; /* NULL ends; each must be there */
    bool (*row)(void *self, const struct study_row *row, struct error *err);
    void *self;
};
bool study_read(const struct figure_source *source, const struct study_reader *reader,
                struct error *err) MUST_CHECK;

/* All values of the cost metric by point and replication: value[point * n + k], NAN
 * where a replication has none. */
struct study_values {
    struct arena arena;
    size_t n_points, n; /* replications of the point that has the most */
    double *value;
    size_t *have; /* of each point: up to its last replication */
};
bool study_values_read(struct study_values *values, const struct figure_source *source,
                       const char *metric, struct error *err) MUST_CHECK;
void study_values_free(struct study_values *values);

/* The same of the cost that the study has.  Where it has none `*cost` is NULL, nothing
 * need be freed, and the figure says so. */
bool study_values_of_cost(struct study_values *values, struct figure *figure,
                          const struct figure_source *source,
                          const struct study_cost **cost, struct error *err) MUST_CHECK;

/* Which points have lines, in their order; returns how many, up to STUDY_LINES. */
size_t study_choose(const struct study_values *values,
                    const struct figure_source *source, size_t chosen[STUDY_LINES]);

#endif
