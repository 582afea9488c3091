#include "cli/cmd.h"
#include "cli/study_cmd.h"
#include "study/sensitivity_params.h"

struct arguments {
    const char *metric;
};

static bool apply(void *self, struct study_setup *setup, struct error *err)
{
    const struct arguments *from = self;
    (void)err;
    if (from->metric)
        breakeven_ask(setup, from->metric);
    return true;
}

int breakeven_command(study_act *act, int argc, char **argv)
{
    struct arguments arguments = {0};
    const struct cli_option options[] = {
        {.name = "metric", .value = &arguments.metric},
        {.name = NULL},
    };
    const struct study_command command = {.design = &design_breakeven,
                                          .options = options,
                                          .apply = apply,
                                          .self = &arguments};
    return act(&command, argc, argv);
}

static int run_breakeven(int argc, char **argv)
{
    return breakeven_command(study_command_run, argc, argv);
}

const struct command cmd_breakeven = {
    .name = "breakeven",
    .synopsis = "breakeven SCENARIO -o DIR [--metric SCOPE.METRIC] [-n N] [-j T]",
    .summary = "where one of two designs begins to be the cheaper",
    .help =
        "Runs both designs of `breakeven` in SCENARIO at all points of its x, and of "
        "its\n"
        "y if there is one, with the same replications everywhere, and looks for the\n"
        "boundary at which they have the same mean.  Into DIR go\n"
        "\n"
        "  breakeven.csv     at each point both means, their paired difference with "
        "its\n"
        "                    interval, and which is lower, if that is sure\n"
        "  boundary.csv      for each y where on x the boundary is, and its band: all "
        "x\n"
        "                    at which a difference of zero cannot be ruled out\n"
        "  replications.csv, manifest.json\n"
        "\n"
        "  --metric SCOPE.METRIC in place of `breakeven.metric` (total.npv_usd)\n"
        "\n" STUDY_OPTIONS_HELP "\n"
        "Between two points of the grid the difference is taken as a straight line;\n"
        "docs/statistics.md says what the band means.\n"
        "\n"
        "  tenure breakeven own-or-lease.yaml -o breakeven -n 50\n",
    .run = run_breakeven,
};
