#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/cmd.h"
#include "output/brief.h"
#include "output/files.h"
#include "output/manifest.h"
#include "output/metrics.h"
#include "study/tables.h"
#include "world/world.h"

struct arguments {
    const char *scenario;
    const char *dir; /* NULL: write nothing */
    const char *replication_text;
    int64_t replication;
    struct cli_values overrides;
    bool force, quiet, json, check, reference;
};

static bool parse(int argc, char **argv, struct arguments *arguments,
                  struct arena *arena, struct error *err)
{
    const struct cli_option options[] = {
        {.name = "output", .letter = 'o', .value = &arguments->dir},
        {.name = "set", .values = &arguments->overrides},
        {.name = "replication", .value = &arguments->replication_text},
        {.name = "force", .flag = &arguments->force},
        {.name = "quiet", .letter = 'q', .flag = &arguments->quiet},
        {.name = "json", .flag = &arguments->json},
        {.name = "check", .flag = &arguments->check},
        {.name = "reference", .flag = &arguments->reference},
        {.name = NULL},
    };
    struct cli_operands operands = {
        .min = 0, .max = 1, .what = "one scenario", .text = &arguments->scenario};
    if (!cli_parse(argc, argv, options, &operands, arena, err))
        return false;
    if (arguments->replication_text &&
        !cli_whole_number(arguments->replication_text, "--replication",
                          &arguments->replication, err))
        return false;
    if (arguments->scenario || arguments->reference)
        return true;
    return error_kind_set(
        err, ERROR_USAGE,
        "run: name a scenario, as in `tenure run own-or-lease.yaml -o "
        "out`");
}

/* Progress is for a person who looks on, ten times a second at most. */
struct progress {
    struct timespec last;
    bool shown;
};

static double seconds_between(const struct timespec *from, const struct timespec *to)
{
    return (double)(to->tv_sec - from->tv_sec) +
           1e-9 * (double)(to->tv_nsec - from->tv_nsec);
}

static void show_progress(void *self, int64_t now_ms, int64_t horizon_ms)
{
    struct progress *progress = self;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (seconds_between(&progress->last, &now) < 0.1)
        return;
    progress->last = now;
    progress->shown = true;
    if (horizon_ms == NEVER_MS)
        fprintf(stderr, "\r\033[Kday %" PRId64, now_ms / MS_PER_D);
    else
        fprintf(stderr, "\r\033[K%3.0f %%  day %" PRId64 " of %" PRId64,
                100 * (double)now_ms / (double)horizon_ms, now_ms / MS_PER_D,
                horizon_ms / MS_PER_D);
    fflush(stderr);
}

static void clear_progress(const struct progress *progress)
{
    if (progress->shown)
        fputs("\r\033[K", stderr);
}

struct run {
    const struct arguments *arguments;
    struct scenario scenario;
    struct staging staging;
    struct files *files;
    struct world *world;
    struct arena arena;
    double wall_s;
};

static bool simulate(struct run *run, struct error *err)
{
    struct timespec begin, end;
    struct progress progress = {.shown = false};
    struct run_options options = {
        .replication = (uint64_t)run->arguments->replication,
        .sink = run->files ? files_sink(run->files) : NULL,
        .interrupt = &interrupted,
        .check = run->arguments->check,
        .progress_self = &progress,
    };
    if (!run->arguments->quiet && isatty(STDERR_FILENO))
        options.progress = show_progress;

    clock_gettime(CLOCK_MONOTONIC, &begin);
    run->world = world_new(&run->scenario, &options);
    bool ok = world_run(run->world, err);
    clock_gettime(CLOCK_MONOTONIC, &end);
    clear_progress(&progress);
    run->wall_s = seconds_between(&begin, &end);
    return ok;
}

static bool write_result(struct run *run, const struct metric_run *metric_run,
                         struct error *err)
{
    struct file_record records[OUTPUT_TABLES];
    size_t n;
    struct files *files = run->files;
    run->files = NULL;
    if (!files_close(files, records, &n, err))
        return false;

    struct file_record *summary = &records[n++];
    *summary = (struct file_record){.name = output_files[TABLE_SUMMARY].name};
    const char *path = staging_path(&run->staging, summary->name);
    struct manifest manifest = {.version = TENURE_VERSION,
                                .scenario = &run->scenario,
                                .result = metric_run->result,
                                .replication = (uint64_t)run->arguments->replication,
                                .files = records,
                                .n_files = n};
    struct run_facts facts = {
        .wall_s = run->wall_s, .events = metric_run->result->events, .threads = 1};
    if (!summary_write(metric_run, path, summary->digest, &summary->rows, err) ||
        !run_facts_write(&facts, &run->staging, err) ||
        !manifest_write(&manifest, &run->staging, err))
        return false;
    if (interrupted)
        return error_kind_set(err, ERROR_INTERRUPTED,
                              "interrupted; nothing was written");
    return staging_commit(&run->staging, err);
}

/* One run is an anecdote where the scenario has more to say. */
static void say_study(const struct study_spec *study)
{
    if (study->n_uncertain == 0 && study->n_axes == 0)
        return;
    char text[256];
    snprintf(
        text, sizeof text,
        "This is one run of the values as they stand, without the scenario's `%s`, "
        "which is for `tenure %s`.",
        study->n_axes ? "sweep" : "uncertain", study->n_axes ? "sweep" : "mc");
    putchar('\n');
    cli_wrap(text, 0, 0, 80, stdout);
}

static bool print_result(const struct run *run, const struct metric_run *metric_run,
                         struct error *err)
{
    if (run->arguments->json)
        return summary_print_json(metric_run, &run->scenario, stdout, err);
    if (run->arguments->quiet)
        return true;
    brief_print(&run->scenario, metric_run->result, stdout);
    say_study(scenario_study(run->scenario.file));
    return fflush(stdout) == 0 || error_errno(err, "standard output");
}

static bool run_scenario(struct run *run, struct error *err)
{
    const struct arguments *arguments = run->arguments;
    if (arguments->dir &&
        !staging_begin(&run->staging, arguments->dir, arguments->force, err))
        return false;
    if (arguments->dir &&
        !(run->files = files_open(&run->staging, &run->scenario, err)))
        return false;
    if (!simulate(run, err))
        return false;
    struct metric_run metric_run =
        metrics_of(&run->scenario, world_result(run->world), &run->arena);
    if (arguments->dir && !write_result(run, &metric_run, err))
        return false;
    return print_result(run, &metric_run, err);
}

static int run_run(int argc, char **argv)
{
    struct arena arena = {0};
    struct arguments arguments = {0};
    struct error err;
    if (!parse(argc, argv, &arguments, &arena, &err)) {
        arena_free(&arena);
        return cli_fail(&err);
    }
    if (arguments.reference) {
        columns_print(stdout);
        study_tables_print(stdout);
        metrics_print(stdout);
        arena_free(&arena);
        return 0;
    }

    struct run run = {.arguments = &arguments};
    bool read = scenario_read(&run.scenario, arguments.scenario,
                              arguments.overrides.text, arguments.overrides.n, &err);
    bool ok = read && run_scenario(&run, &err);
    if (run.world)
        world_free(run.world);
    files_discard(run.files);
    staging_abort(&run.staging);
    if (read)
        scenario_free(&run.scenario);
    arena_free(&run.arena);
    arena_free(&arena);
    return ok ? 0 : cli_fail(&err);
}

const struct command cmd_run = {
    .name = "run",
    .synopsis = "run SCENARIO [-o DIR] [--set PATH=VALUE]...",
    .summary = "replay a scenario and account for it",
    .help =
        "Replays the demand of SCENARIO against its pools, prints a summary, and with "
        "-o\n"
        "writes the result into DIR, whole or not at all: summary.csv, timeline.csv,\n"
        "jobs.csv, ledger.csv, assets.csv, usage.csv, manifest.json and run.json, and\n"
        "levels.csv if demand comes as levels, decisions.csv if a policy orders,\n"
        "events.csv and chargeback.csv if the scenario asks for them.  Without -o "
        "nothing\n"
        "is written.\n"
        "\n"
        "  -o, --output DIR     where the result goes; it must not exist, or be empty\n"
        "  --force              replace an earlier result in DIR (and nothing else)\n"
        "  --set PATH=VALUE     override a key, as in --set pools.own.gpus=512; may "
        "be\n"
        "                       repeated\n"
        "  --replication K      run replication K of a study, alone; 0 is the default\n"
        "  -q, --quiet          no progress and no summary\n"
        "  --json               print the summary as JSON\n"
        "  --check              check every invariant after every event (slow)\n"
        "  --reference          print the reference of all columns and metrics\n"
        "\n"
        "Ctrl-C ends the run with exit code 130 and leaves nothing behind.\n",
    .run = run_run,
};
