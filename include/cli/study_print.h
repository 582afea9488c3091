#ifndef CLI_STUDY_PRINT_H
#define CLI_STUDY_PRINT_H

/*
 * The summary of a finished study whose design has files of its own (sensitivity,
 * breakeven), from these files: the same after running, resuming and merging.
 */

#include "output/prose.h"
#include "study/finish.h"

/* Whether the study has such a summary, in place of the usual one. */
bool study_print_has(const struct study_plan *plan);

/* In lines of 80, or as JSON. */
bool study_print(const struct study_plan *plan, const struct finish_report *report,
                 const char *dir, bool json, FILE *out, struct error *err) MUST_CHECK;

/* The sentences of such a summary; the tables, too, where they go to a file. */
bool study_print_say(const struct study_plan *plan, const struct finish_report *report,
                     const char *dir, const struct prose_to *to,
                     struct error *err) MUST_CHECK;

/* ---- the two ---- */

struct text_table;

bool sensitivity_print(const struct study_plan *plan, const char *dir,
                       const struct prose_to *to, struct error *err) MUST_CHECK;
bool sensitivity_json(const struct study_plan *plan, const char *dir, json_t *root,
                      struct error *err) MUST_CHECK;
bool breakeven_print(const struct study_plan *plan, const char *dir,
                     const struct prose_to *to, struct error *err) MUST_CHECK;
bool breakeven_json(const struct study_plan *plan, const char *dir, json_t *root,
                    struct error *err) MUST_CHECK;

#endif
