#include "cli/cmd.h"
#include "cli/study_cmd.h"

int mc_command(study_act *act, int argc, char **argv)
{
    return act(&(struct study_command){.design = &design_mc}, argc, argv);
}

static int run_mc(int argc, char **argv)
{
    return mc_command(study_command_run, argc, argv);
}

const struct command cmd_mc = {
    .name = "mc",
    .synopsis = "mc SCENARIO -o DIR [-n N] [-j T] [--set PATH=VALUE]...",
    .summary = "replicate a scenario: distributions, not one number",
    .help =
        "Runs SCENARIO again and again, each time with other draws of its `uncertain`\n"
        "inputs and of its models, and writes what comes of it into DIR:\n"
        "replications.csv (a row for each), points.csv (of every metric the mean,\n"
        "quantiles, tail and the chance of missing a target, each with its interval) "
        "and\n"
        "manifest.json.\n"
        "\n"
        "Every replication is kept as soon as it is done: after Ctrl-C, a kill or a\n"
        "power failure the same command goes on.  Results are the same, byte for "
        "byte,\n"
        "for any number of threads, shards and interruptions.\n"
        "\n" STUDY_OPTIONS_HELP "\n"
        "A replication that cannot be done is a row that says why; then the exit code "
        "is\n"
        "3.\n"
        "\n"
        "  tenure mc lab.yaml -o mc -n 1000\n",
    .run = run_mc,
};
