#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/cmd.h"

static const char *const exit_codes[][2] = {
    {"0", "done"},          {"1", "wrong usage"},  {"2", "bad input"},
    {"3", "infeasible"},    {"4", "audit failed"}, {"5", "reading or writing failed"},
    {"130", "interrupted"},
};
#define EXIT_CODES (sizeof exit_codes / sizeof exit_codes[0])

static void print_usage(void)
{
    puts(
        "Tenure: own the GPUs or lease them?  A simulator of GPU capacity and demand.\n"
        "\n"
        "usage: tenure COMMAND [ARGUMENTS]\n");
    for (const struct command *const *command = commands; *command; command++)
        printf("  %-8s %s\n", (*command)->name, (*command)->summary);
    puts("\n"
         "  tenure COMMAND --help    what a command does, and its options\n"
         "  tenure --version         the version\n"
         "\n"
         "Exit codes: 0 done, 1 wrong usage, 2 bad input, 3 infeasible, 4 audit "
         "failed,\n"
         "5 reading or writing failed, 130 interrupted.");
}

/* Each line of a text after so many blanks. */
static void print_indented(const char *text, int indent, void (*put)(const char *))
{
    char line[160];
    while (*text) {
        size_t length = strcspn(text, "\n");
        snprintf(line, sizeof line, "%*s%.*s\n", indent, "", (int)length, text);
        put(line);
        text += length + (text[length] == '\n');
    }
}

static void put_plain(const char *text)
{
    fputs(text, stdout);
}

/* The verbs, if there are any, then the rest. */
static void print_help(const struct command *command, void (*put)(const char *))
{
    const struct command_verb *verb = command->verbs;
    for (; verb && verb->name; verb++) {
        put("  tenure ");
        put(verb->synopsis);
        put("\n");
        print_indented(verb->help, 6, put);
    }
    if (command->verbs)
        put("\n");
    put(command->help);
}

static void print_command(const struct command *command)
{
    printf("usage: tenure %s\n\n", command->synopsis);
    print_help(command, put_plain);
    putchar('\n');
}

/* False: the command has no such verb. */
static bool print_verb(const struct command *command, const char *name)
{
    const struct command_verb *verb = command->verbs;
    for (; verb && verb->name; verb++) {
        if (strcmp(verb->name, name) != 0)
            continue;
        fputs("usage: tenure ", stdout);
        const char *rest = strchr(verb->synopsis, '\n'); /* broken by hand */
        if (!rest)
            cli_wrap(verb->synopsis, 14, 14, 80, stdout);
        else
            printf("%.*s\n", (int)(rest - verb->synopsis), verb->synopsis);
        if (rest)
            print_indented(rest + 1, 14, put_plain);
        printf("\n%s\n%s\n", verb->help, command->help);
        return true;
    }
    return false;
}

/* Roff takes '.' and ''' at the begin of a line, and '\' and '-', for its own. */
static void roff(const char *text)
{
    bool line_begins = true;
    for (; *text; text++) {
        if (line_begins && (*text == '.' || *text == '\''))
            fputs("\\&", stdout);
        if (*text == '\\')
            fputs("\\e", stdout);
        else if (*text == '-')
            fputs("\\-", stdout);
        else
            putchar(*text);
        line_begins = *text == '\n';
    }
}

static void print_man(void)
{
    puts(".\\\" Written by `tenure help --man`.\n"
         ".TH TENURE 1 \"2026-11-23\" \"tenure " TENURE_VERSION "\" \"User Commands\"\n"
         ".SH NAME\n"
         "tenure \\- own the GPUs or lease them? simulate GPU capacity and demand\n"
         ".SH SYNOPSIS\n"
         ".B tenure\n"
         ".I COMMAND\n"
         ".RI [ ARGUMENTS ]\n"
         ".SH DESCRIPTION\n"
         "Replays a trace of jobs, event by event, against pools of GPUs that are "
         "owned,\n"
         "leased for a term, or rented on demand, and accounts for cost, utilization "
         "and\n"
         "idle assets to the micro\\-dollar and the GPU\\-millisecond.\n"
         ".SH COMMANDS");
    for (const struct command *const *command = commands; *command; command++) {
        printf(".SS \"tenure ");
        roff((*command)->synopsis);
        puts("\"\n.nf");
        print_help(*command, roff);
        puts(".fi");
    }
    puts(".SH EXIT STATUS");
    for (size_t i = 0; i < EXIT_CODES; i++)
        printf(".TP\n.B %s\n%s\n", exit_codes[i][0], exit_codes[i][1]);
    puts(".SH FILES\n"
         "Scenarios are YAML files, job traces CSV files, plain, gzip or Zstandard; "
         "see\n"
         "docs/reference in the source.");
}

static int run_help(int argc, char **argv)
{
    bool man = false;
    const char *names[2] = {NULL}, *name;
    const struct cli_option options[] = {{.name = "man", .flag = &man}, {.name = NULL}};
    const struct cli_operands operands = {
        0, 2, "name at most one command, and a verb of it", names};
    struct arena arena = {0};
    struct error err;
    bool ok = cli_parse(argc, argv, options, &operands, &arena, &err);
    arena_free(&arena);
    if (!ok)
        return cli_fail(&err);
    if (man) {
        print_man();
        return 0;
    }
    name = names[0];
    if (!name) {
        print_usage();
        return 0;
    }
    const struct command *command = command_find(name);
    if (!command) {
        error_kind_set(&err, ERROR_USAGE, "help: there is no command '%s'", name);
        return cli_fail(&err);
    }
    if (names[1] && !print_verb(command, names[1])) {
        error_kind_set(&err, ERROR_USAGE, "help: '%s' has no verb '%s'", name,
                       names[1]);
        return cli_fail(&err);
    }
    if (!names[1])
        print_command(command);
    return 0;
}

const struct command cmd_help = {
    .name = "help",
    .synopsis = "help [COMMAND [VERB]]",
    .summary = "explain the program or one command",
    .help = "Prints the list of commands, or what COMMAND does; the same as\n"
            "`tenure COMMAND --help`.\n"
            "\n"
            "  --man    print the manual page\n",
    .run = run_help,
};
