#ifndef CLI_STUDY_SUMMARY_H
#define CLI_STUDY_SUMMARY_H

/*
 * What a study comes to, in 80 columns or as JSON: its key metrics, those that it
 * names, and the differences to the baseline.  All else is in points.csv and
 * paired.csv.
 */

#include "study/finish.h"

/* Filled while the results are written: study_summary_point and _pair are the
 * callbacks of finish_options, with the summary as `self`. */
struct study_summary {
    const struct study_plan *plan;
    struct arena arena;
    struct summary_point *points; /* of the first points, by point and column */
    size_t n_points, points_room;
    struct summary_pair *pairs;
    size_t n_pairs, pairs_room;
};

void study_summary_point(void *self, const struct point_statistics *statistics);
void study_summary_pair(void *self, const struct pair_statistics *statistics);

void study_summary_print(const struct study_summary *summary,
                         const struct finish_report *report, const char *dir,
                         FILE *out);
bool study_summary_json(const struct study_summary *summary,
                        const struct finish_report *report, const char *dir, FILE *out,
                        struct error *err) MUST_CHECK;
void study_summary_free(struct study_summary *summary);

#endif
