#ifndef CLI_REPORT_STUDY_H
#define CLI_REPORT_STUDY_H

/* What a finished study says on a page: its sentences, as `tenure mc` and the others
 * print them, and its tables. */

#include "report/report.h"
#include "study/plan.h"

/* The plan of a finished study as far as its results tell: the metrics are those that
 * have a value.  On failure nothing need be freed. */
bool report_plan_read(struct study_plan *plan, const char *dir, const json_t *manifest,
                      struct error *err) MUST_CHECK;

/* For struct report_options. */
bool report_study_words(const char *dir, const json_t *manifest, struct arena *arena,
                        struct report_study *study, struct error *err) MUST_CHECK;

/* ---- parts ---- */

struct report_words {
    const struct study_plan *plan;
    const char *dir;
    struct arena *arena;
    struct report_study *study;
};

/* The lead and the tables, by the kind of study. */
bool report_points(const struct report_words *words, struct error *err) MUST_CHECK;
bool report_sensitivity(const struct report_words *words, struct error *err) MUST_CHECK;
bool report_breakeven(const struct report_words *words, struct error *err) MUST_CHECK;

/* "Net present cost, USD (total.npv_usd)" */
const char *report_metric_title(const char *metric, const char *unit,
                                struct arena *arena);

/* A number of a metric in few letters: "12.3M", "3.4 h", "78.3 %". */
const char *report_metric_text(const char *metric, const char *unit, double value,
                               struct arena *arena);

#endif
