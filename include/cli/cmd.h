#ifndef CLI_CMD_H
#define CLI_CMD_H

/*
 * One command of the program: one file sim/cli/cmd_NAME.c and one line in commands[].
 * Usage, --help, the man page and suggestions all come from this table.
 */

#include <stdbool.h>

/* One of the things that a command does, with a page of its own. */
struct command_verb {
    const char *name;     /* NULL ends a list */
    const char *synopsis; /* without "tenure", in lines of 76 */
    const char *help;     /* lines of 72, each ended */
};

struct command {
    const char *name;
    const char *synopsis; /* "run SCENARIO [-o DIR]", without "tenure" */
    const char *summary;  /* one line, lower case, no full stop */
    const char *help;     /* what it does, its options, an example; lines of 80 */
    const struct command_verb *verbs; /* NULL: none; else said before the help */
    /* argv[0] is the command's name; the result is the exit code */
    int (*run)(int argc, char **argv);
    /* May be NULL.  What --help prints for these arguments, if it is not `help`: true
     * where it was printed. */
    bool (*help_for)(int argc, char **argv);
};

extern const struct command cmd_run, cmd_check, cmd_show, cmd_models, cmd_trace,
    cmd_audit, cmd_mc, cmd_sweep, cmd_sensitivity, cmd_breakeven, cmd_merge, cmd_slurm,
    cmd_compare, cmd_explain, cmd_focus, cmd_leases, cmd_plot, cmd_report, cmd_help,
    cmd_init;

/* In the order of the usage text; NULL ends the list. */
extern const struct command *const commands[];

const struct command *command_find(const char *name);

#endif
