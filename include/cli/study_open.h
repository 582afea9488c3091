#ifndef CLI_STUDY_OPEN_H
#define CLI_STUDY_OPEN_H

/* From a command line to a study: what the commands that run one, and the one that
 * makes a Slurm script of one, have in common. */

#include "cli/study_cmd.h"

/* What of a command line makes the study what it is. */
struct study_request {
    const struct study_command *command;
    const struct study_design *design; /* the command's */
    const char *scenario;
    const char *replications; /* text; NULL: as the scenario has it */
    struct cli_values overrides;
};

/* Adds the options that a study command has of its own behind the first `n` of a table
 * that ends with an empty one; asserts that there is room. */
void study_options_add(struct cli_option options[], size_t n, size_t room,
                       const struct study_command *command);

/* The words of the command without -o and --shard: "mc", "a.yaml", "--replications",
 * "40"; an option and its value are two. */
const char *const *study_words(const struct study_request *request, struct arena *arena,
                               size_t *n);

/* The scenario with what was set for it; NULL on failure. */
struct scenario_file *study_scenario(const struct study_request *request,
                                     struct arena *arena, struct error *err) MUST_CHECK;

/* Setup and plan; both are to be freed in any case. */
bool study_plan(const struct study_request *request, const struct scenario_file *file,
                struct study_setup *setup, struct study_plan *plan, struct arena *arena,
                struct error *err) MUST_CHECK;

#endif
