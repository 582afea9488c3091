#include <stdio.h>
#include <string.h>

#include "base/names.h"
#include "cli/cli.h"
#include "cli/cmd.h"

const struct command *const commands[] = {
    &cmd_run,   &cmd_mc,     &cmd_sweep, &cmd_sensitivity, &cmd_breakeven,
    &cmd_merge, &cmd_slurm,  &cmd_check, &cmd_show,        &cmd_models,
    &cmd_trace, &cmd_init,   &cmd_audit, &cmd_compare,     &cmd_explain,
    &cmd_focus, &cmd_leases, &cmd_plot,  &cmd_report,      &cmd_help,
    NULL,
};

const struct command *command_find(const char *name)
{
    for (const struct command *const *command = commands; *command; command++)
        if (strcmp((*command)->name, name) == 0)
            return *command;
    return NULL;
}

/* Asked for anywhere before "--", help comes first. */
static bool wants_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

static int unknown_command(const char *name)
{
    const char *names[32] = {NULL};
    for (size_t i = 0; commands[i] && i < 31; i++)
        names[i] = commands[i]->name;
    struct error err;
    const char *near = nearest_name(name, names);
    if (near)
        error_kind_set(&err, ERROR_USAGE,
                       "there is no command '%s'; did you mean '%s'?", name, near);
    else
        error_kind_set(&err, ERROR_USAGE,
                       "there is no command '%s'; `tenure --help` lists them", name);
    return cli_fail(&err);
}

/* Whether a verb of the command follows it: `trace convert`. */
static bool has_verb(const struct command *command, int argc, char **argv)
{
    const struct command_verb *verb = argc > 2 ? command->verbs : NULL;
    while (verb && verb->name && strcmp(verb->name, argv[2]) != 0)
        verb++;
    return verb && verb->name;
}

static int dispatch(int argc, char **argv)
{
    char help[] = "help";
    if (argc < 2) {
        struct error err;
        error_kind_set(&err, ERROR_USAGE,
                       "a command is needed; `tenure --help` lists "
                       "them");
        return cli_fail(&err);
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        puts("tenure " TENURE_VERSION);
        return 0;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return cmd_help.run(1, (char *[]){help, NULL});
    const struct command *command = command_find(argv[1]);
    if (!command)
        return unknown_command(argv[1]);
    bool help_wanted = wants_help(argc - 1, argv + 1);
    if (help_wanted && command->help_for && command->help_for(argc - 1, argv + 1))
        return 0;
    if (help_wanted)
        return cmd_help.run(has_verb(command, argc, argv) ? 3 : 2,
                            (char *[]){help, argv[1], argv[2], NULL});
    return command->run(argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
    cli_catch_signals();
    int code = dispatch(argc, argv);
    /* What did not reach the reader was not done. */
    if (fflush(stdout) != 0 || ferror(stdout)) {
        struct error err;
        error_errno(&err, "standard output");
        return code ? code : cli_fail(&err);
    }
    return code;
}
