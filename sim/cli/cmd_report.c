#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/cmd.h"
#include "cli/report_picture.h"
#include "cli/report_study.h"

struct arguments {
    const char **dirs;
    size_t n_dirs;
    const char *output, *title;
    bool force, still;
};

static bool parse(int argc, char **argv, struct arguments *arguments,
                  struct arena *arena, struct error *err)
{
    const struct cli_option options[] = {
        {.name = "output", .letter = 'o', .value = &arguments->output},
        {.name = "title", .value = &arguments->title},
        {.name = "still", .flag = &arguments->still},
        {.name = "force", .flag = &arguments->force},
        {.name = NULL},
    };
    arguments->dirs = ARENA_ARRAY(arena, (size_t)argc + 1, const char *);
    struct cli_operands operands = {.min = 1,
                                    .max = REPORT_DIRS_MAX,
                                    .what = "name one to twelve result directories",
                                    .text = arguments->dirs};
    if (!cli_parse(argc, argv, options, &operands, arena, err))
        return false;
    while (arguments->dirs[arguments->n_dirs])
        arguments->n_dirs++;
    if (!arguments->output)
        return error_kind_set(err, ERROR_USAGE,
                              "report: -o FILE is needed; see `tenure report --help`");
    const char *title = arguments->title;
    if (title && title[strspn(title, " \t\r\n")] == '\0')
        return error_kind_set(err, ERROR_USAGE,
                              "report: --title needs a text; without it the page is "
                              "called by the scenarios' names");
    return true;
}

static int write(const struct arguments *arguments, struct error *err)
{
    const struct report_options options = {
        .title = arguments->title,
        .dirs = arguments->dirs,
        .n_dirs = arguments->n_dirs,
        .version = TENURE_VERSION,
        .study = report_study_words,
        .picture = report_picture,
        .still = arguments->still,
    };
    struct report_result result;
    if (!report_write(&options, arguments->output, arguments->force, &result, err))
        return cli_fail(err);
    if (result.findings == 0)
        return 0;
    error_kind_set(err, ERROR_AUDIT,
                   "%s: the audit has %" PRId64 " findings; %s says so, and `tenure "
                   "audit %s` lists them",
                   result.first_dir, result.findings, arguments->output,
                   result.first_dir);
    return cli_fail(err);
}

static int run_report(int argc, char **argv)
{
    struct arena arena = {0};
    struct arguments arguments = {0};
    struct error err;
    int code = parse(argc, argv, &arguments, &arena, &err) ? write(&arguments, &err)
                                                           : cli_fail(&err);
    arena_free(&arena);
    return code;
}

const struct command cmd_report = {
    .name = "report",
    .synopsis = "report DIR... -o FILE.html [--title TITLE] [--still] [--force]",
    .summary = "one HTML page of results: answer, figures, sources, audit",
    .help =
        "Writes one file that any browser opens and that needs nothing else: the "
        "answer\n"
        "in sentences, interactive figures with their data, the assumptions with "
        "source,\n"
        "date and mark, the verdict of `tenure audit`, and the manifests.  DIR is "
        "what\n"
        "`tenure run`, `mc`, `sweep`, `sensitivity` or `breakeven` wrote.  Several "
        "runs\n"
        "are put side by side, the first being A, and each other is explained against\n"
        "it.\n"
        "\n"
        "  -o, --output FILE    the page; - is standard output\n"
        "  --title TITLE        instead of the scenarios' names\n"
        "  --still              figures as still images, drawn by gnuplot, as in a "
        "program\n"
        "                       that was built without uPlot\n"
        "  --force              replace an earlier page (and nothing else)\n"
        "\n"
        "The page asks for nothing from any network.  Equal results make equal pages.\n"
        "If the audit has findings the page says so, and the exit code is 4.\n"
        "docs/report.md tells how to read it.\n"
        "\n"
        "  tenure report out/own-or-lease out/all-leased -o out/own-or-lease.html\n",
    .run = run_report,
};
