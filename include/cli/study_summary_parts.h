#ifndef CLI_STUDY_SUMMARY_PARTS_H
#define CLI_STUDY_SUMMARY_PARTS_H

/* What the files that make a study's summary share; nobody else includes this. */

#include "cli/study_summary.h"
#include "output/prose.h"
#include "study/design.h"

#define SUMMARY_POINTS 1000 /* are looked at */

struct summary_point {
    struct point_statistics of; /* its arrays live in the summary's arena */
};

struct summary_pair {
    struct pair_statistics of;
};

struct study_summary {
    const struct study_plan *plan;
    struct arena arena;
    struct summary_point *points; /* by point and column */
    size_t n_points, points_room;
    struct summary_pair *pairs;
    size_t n_pairs, pairs_room;
};

/* Adds what is key; what the arrays point to is copied. */
void study_summary_point(struct study_summary *summary,
                         const struct point_statistics *statistics);
void study_summary_pair(struct study_summary *summary,
                        const struct pair_statistics *statistics);

/* From the files of the first SUMMARY_POINTS points. */
bool study_summary_read(struct study_summary *summary, const char *dir,
                        struct error *err) MUST_CHECK;

/* The values of the axes at a point, "8, easy"; in the arena. */
const char *study_summary_label(const struct study_summary *summary, size_t point,
                                struct arena *arena);

/* What half-width a rule wants of a metric at a point, and whether it is that narrow.
 */
double study_summary_wanted(const struct plan_stop *stop,
                            const struct point_statistics *of);
bool study_summary_reached(const struct plan_stop *stop,
                           const struct point_statistics *of);
void study_summary_print_stops(const struct study_summary *summary,
                               const struct prose_to *to);

/* The sentences; the table, too, where they go to a file. */
void study_summary_say(const struct study_summary *summary,
                       const struct finish_report *report, const char *dir,
                       const struct prose_to *to);
bool study_summary_json(const struct study_summary *summary,
                        const struct finish_report *report, const char *dir, FILE *out,
                        struct error *err) MUST_CHECK;

#endif
