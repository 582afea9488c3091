#ifndef REPORT_PARTS_H
#define REPORT_PARTS_H

/* What the files that make a report share; nobody else includes this. */

#include "output/audit.h"
#include "report/blocks.h"
#include "report/report.h"

struct report_dir {
    const char *path, *folder; /* as given; its last name */
    const char *letter;        /* "A", "B", ...; "" where there is one run alone */
    const char *name;          /* of the scenario */
    const char *label;         /* "A own-or-lease" */
    struct figure_source source;
    const struct saved_run *run; /* NULL: a study */
    json_t *manifest;
    struct audit_report audit;
};

struct report {
    const struct report_options *options;
    struct arena arena;
    struct report_dir *dirs;
    size_t n_dirs;
    struct report_dir **runs, **studies;
    size_t n_runs, n_studies;
    json_t *sections;
    const char *lead;
    const char **texts; /* ends with NULL */
    size_t n_texts, texts_room;
    FILE *figures; /* a JSON array without its end */
    size_t n_figures;
    bool still;             /* figures along time and numbers are images */
    const char *no_picture; /* why a figure could not be drawn; NULL */
};

void report_say(struct report *report, const char *text);
void report_add(struct report *report, json_t *section);

/* Texts for people of a metric, "-" where the run has none. */
enum report_form {
    REPORT_NUMBER,
    REPORT_COUNT, /* in full below a million */
    REPORT_USD,
    REPORT_DURATION,
    REPORT_PERCENT,
    REPORT_UNIT_COST
};
const char *report_value(const struct saved_run *run, const char *scope,
                         const char *metric, enum report_form form,
                         struct arena *arena);
/* "24680417.312648 USD", as summary.csv has it; NULL. */
const char *report_exact(const struct saved_run *run, const char *scope,
                         const char *metric, struct arena *arena);

/* ---- answer.c, answer_money.c ---- */

/* The sentences of `tenure run`, from the files of the run. */
void answer_run(struct report *report, const struct report_dir *dir);
void answer_levelised(struct report *report, const struct saved_run *run);
void answer_taxes(struct report *report, const struct saved_run *run);
void answer_service(struct report *report, const struct saved_run *run);

/* ---- run_tables.c ---- */

json_t *run_tiles(const struct saved_run *run, struct arena *arena);
json_t *run_pools(const struct report_dir *dir, struct arena *arena);
/* All of summary.csv of all runs, exactly. */
json_t *run_metrics(const struct report *report);

/* ---- figures.c ---- */

/* The figures of one kind of source, each of all sources side by side, into the
 * section; what is not there is said in a note. */
bool figures_section(struct report *report, json_t *section, enum figure_of of,
                     const struct figure_source *const sources[],
                     const char *const labels[], size_t n, const char *const keys[],
                     struct error *err) MUST_CHECK;

/* ---- sections ---- */

bool compare_sections(struct report *report, struct error *err) MUST_CHECK;
bool study_sections(struct report *report, struct error *err) MUST_CHECK;
bool assumptions_section(struct report *report, struct error *err) MUST_CHECK;
void audit_section(struct report *report);
void manifest_section(struct report *report);
void about_section(struct report *report);

#endif
