#ifndef CLI_STUDY_SUMMARY_H
#define CLI_STUDY_SUMMARY_H

/*
 * What a study comes to, in 80 columns or as JSON: its key metrics, those that it
 * names, and the differences to the baseline.  All else is in points.csv and
 * paired.csv, from which this is read, so that it is the same when it is asked for
 * again.
 */

#include <jansson.h>

#include "study/finish.h"

bool study_summary_show(const struct study_plan *plan,
                        const struct finish_report *report, const char *dir, bool json,
                        FILE *out, struct error *err) MUST_CHECK;

/* The report of a study that was finished before. */
bool study_report_read(const char *dir, struct finish_report *report,
                       struct error *err) MUST_CHECK;

/* What the JSON of every study begins with, and its way out; print takes it over. */
json_t *study_json_head(const struct study_plan *plan,
                        const struct finish_report *report, const char *dir);
bool study_json_print(json_t *root, FILE *out, struct error *err) MUST_CHECK;

#endif
