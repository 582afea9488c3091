#ifndef CLI_STUDY_CMD_H
#define CLI_STUDY_CMD_H

/*
 * What the commands that run a study have in common: options, progress, Ctrl-C, exit
 * codes.  A command says which design it is (study/design.h), and may have options of
 * its own.
 */

#include "cli/cli.h"
#include "cli/study_summary.h"
#include "study/study.h"

struct study_command {
    const struct study_design *design;
    /* Options of its own, which take a value or several; NULL: none.  What is given is
     * part of the command that messages show. */
    const struct cli_option *options;
    /* What the options come to: into setup->params or setup->spec.  NULL: nothing. */
    bool (*apply)(void *self, struct study_setup *setup, struct error *err);
    void *self;
};

/* The result is the exit code. */
typedef int study_act(const struct study_command *command, int argc, char **argv);
study_act study_command_run;

/* Each study command with its own options, for what else is done with one. */
int mc_command(study_act *act, int argc, char **argv);
int sweep_command(study_act *act, int argc, char **argv);
int sensitivity_command(study_act *act, int argc, char **argv);
int breakeven_command(study_act *act, int argc, char **argv);

/* What --help says of the options that all have; lines of 80. */
#define STUDY_OPTIONS_HELP                                                             \
    "  -o, --output DIR      where the study lives; the same command goes on with "    \
    "it\n"                                                                             \
    "  -n, --replications N  of each point, in place of `study.replications`\n"        \
    "  -j, --jobs T          threads; all processors if not given\n"                   \
    "  --set PATH=VALUE      override a key of the scenario; may be repeated\n"        \
    "  --shard I/N           only the replications k with k mod N = I, into\n"         \
    "                        DIR/shards/I-of-N, for `tenure merge`; in a Slurm "       \
    "array\n"                                                                          \
    "                        its task is the default, and `none` is the whole study\n" \
    "  --force               begin anew: replace what Tenure wrote into DIR; with\n"   \
    "                        --shard that shard alone, and no other\n"                 \
    "  --keep-rows           keep the row files when the study is finished; one "      \
    "that\n"                                                                           \
    "                        was finished before is left as it is, with or without\n"  \
    "  --lock-wait SECONDS   wait for another process that writes into DIR\n"          \
    "  --expect ID           run only if this is the study of that id, as "            \
    "plan.json\n"                                                                      \
    "                        and manifest.json have it\n"                              \
    "  -q, --quiet           no progress and no summary\n"                             \
    "  --json                print the summary as JSON\n"

/* The summary of a finished study, by its design (cli/study_print.h), and whether
 * replications failed; the exit code. */
int study_command_say(const struct study_plan *plan, const struct finish_report *finish,
                      const char *dir, bool json, bool quiet);

/* The same of a study that was finished before, from its files; the same exit code. */
int study_command_again(const struct study_plan *plan, const char *dir, bool json,
                        bool quiet);

/* Says that replications failed, on standard error; the exit code. */
int study_command_failed(const struct study_plan *plan,
                         const struct finish_report *finish, const char *dir);

#endif
