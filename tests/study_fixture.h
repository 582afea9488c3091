#ifndef TESTS_STUDY_FIXTURE_H
#define TESTS_STUDY_FIXTURE_H

/* A tiny study: a scenario in a folder, its setup and plan. */

#include "scenario_files.h"
#include "study/plan.h"

/* Twenty days, some 400 jobs. */
#define STUDY_FRAME                                                                    \
    "start: 2026-01-01\nhorizon: 20d\nseed: 7\ndiscount_rate: 8 %/y\n"                 \
    "demand: [{model: {name: poisson, rate: 20 /d, duration: 6h, gpus: 4}}]\n"         \
    "pools:\n"                                                                         \
    "  - {name: own, tenure: own, class: h100-sxm, gpus: 16}\n"                        \
    "  - {name: burst, tenure: on-demand, class: h100-sxm, limit: 64, price: 2.95 "    \
    "USD/GPU-h}\n"                                                                     \
    "dispatch: {wait: {policy: threshold, after: 4h}}\n"
#define STUDY_UNCERTAIN                                                                \
    "uncertain:\n"                                                                     \
    "  pools.burst.price: {lognormal: {median: 2.95 USD/GPU-h, sigma: 0.2}}\n"         \
    "  dispatch.backfill: {discrete: [none, easy]}\n"

struct tiny_study {
    struct folder folder;
    struct scenario_file *file;
    struct study_setup setup;
    struct study_plan plan;
};

static inline bool tiny_try(struct tiny_study *study, const char *yaml,
                            const struct study_design *design,
                            const char *const overrides[], size_t n, struct error *err)
{
    static const char *const words[] = {"mc", "t.yaml"};
    char path[128];
    study->folder = folder_new();
    folder_traces(&study->folder);
    folder_write(&study->folder, "t.yaml", yaml);
    study->file =
        scenario_open(folder_path(&study->folder, "t.yaml", path), overrides, n, err);
    if (!study->file)
        return false;
    setup_begin(&study->setup, design, study->file, "1.2.3");
    return plan_make(&study->plan, &study->setup, words, 2, err);
}

static inline void tiny_make(struct tiny_study *study, const char *yaml,
                             const struct study_design *design,
                             const char *const overrides[], size_t n)
{
    struct error err = {.text = ""};
    *study = (struct tiny_study){.file = NULL};
    cr_assert(tiny_try(study, yaml, design, overrides, n, &err), "%s", err.text);
}

static inline void tiny_free(struct tiny_study *study)
{
    char command[160];
    plan_free(&study->plan);
    setup_free(&study->setup);
    scenario_close(study->file);
    snprintf(command, sizeof command, "rm -rf %s", study->folder.path);
    cr_expect(system(command) == 0);
}

#endif
