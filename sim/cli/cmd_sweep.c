#include "cli/cmd.h"
#include "cli/study_cmd.h"

int sweep_command(study_act *act, int argc, char **argv)
{
    return act(&(struct study_command){.design = &design_sweep}, argc, argv);
}

static int run_sweep(int argc, char **argv)
{
    return sweep_command(study_command_run, argc, argv);
}

const struct command cmd_sweep = {
    .name = "sweep",
    .synopsis = "sweep SCENARIO -o DIR [-n N] [-j T] [--set PATH=VALUE]...",
    .summary = "replicate every point of a scenario's `sweep`",
    .help =
        "Runs every point of the `sweep` of SCENARIO, each with N replications whose\n"
        "draws are the same at all points, and writes what comes of it into DIR:\n"
        "replications.csv (a row for each), points.csv (of every point and metric the\n"
        "mean, quantiles, tail and the chance of missing a target, each with its\n"
        "interval), paired.csv (how each point differs from the baseline, replication "
        "by\n"
        "replication) and manifest.json.\n"
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
        "  tenure sweep own-or-lease.yaml -o sweep -n 200 \\\n"
        "      --set 'sweep={pools.own.gpus: 0..512 step 64}'\n",
    .run = run_sweep,
};
