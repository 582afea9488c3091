#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/shell.h"
#include "cli/cmd.h"
#include "cli/study_cmd.h"
#include "study/merge.h"
#include "study/slurm_script.h"

struct arguments {
    const char **sources;
    size_t n_sources;
    const char *dir, *lock_wait;
    bool force, quiet, json;
};

static bool parse(int argc, char **argv, struct arguments *arguments,
                  struct arena *arena, struct error *err)
{
    const struct cli_option options[] = {
        {.name = "output", .letter = 'o', .value = &arguments->dir},
        {.name = "lock-wait", .value = &arguments->lock_wait},
        {.name = "force", .flag = &arguments->force},
        {.name = "quiet", .letter = 'q', .flag = &arguments->quiet},
        {.name = "json", .flag = &arguments->json},
        {.name = NULL},
    };
    arguments->sources = ARENA_ARRAY(arena, (size_t)argc + 1, const char *);
    struct cli_operands operands = {
        .min = 1,
        .max = (size_t)argc,
        .what = "name the directory of a study, or those of its shards",
        .text = arguments->sources};
    if (!cli_parse(argc, argv, options, &operands, arena, err))
        return false;
    while (arguments->sources[arguments->n_sources])
        arguments->n_sources++;
    return arguments->dir || arguments->n_sources == 1 ||
           error_kind_set(err, ERROR_USAGE,
                          "merge: -o DIR is needed where several are merged; see "
                          "`tenure merge --help`");
}

static void say_ranges(const struct merge_report *report)
{
    struct arena arena = {0};
    const char *text = "Missing replications:";
    size_t shown = report->n_ranges < MERGE_SHOWN ? report->n_ranges : MERGE_SHOWN;
    for (size_t i = 0; i < shown; i++) {
        const struct merge_range *range = &report->ranges[i];
        text = arena_printf(&arena, "%s %" PRIu64, text, range->first);
        if (range->last > range->first)
            text = arena_printf(&arena, "%s-%" PRIu64, text, range->last);
        if (i + 1 < shown)
            text = arena_printf(&arena, "%s,", text);
    }
    if (report->n_ranges > shown)
        text = arena_printf(&arena, "%s and %zu more", text, report->n_ranges - shown);
    cli_wrap(text, 2, 0, 80, stderr);
    arena_free(&arena);
}

/* The same on the cluster, where it was one. */
static void say_array(const struct merge_report *report)
{
    struct arena arena = {0};
    int64_t tasks[MERGE_SHOWN];
    const char *base = *report->base == '-' ? arena_printf(&arena, "./%s", report->base)
                                            : report->base;
    const char *script =
        arena_printf(&arena, "%s/" SLURM_FOLDER "/" SLURM_SCRIPT_NAME, base);
    if (report->n_todo > 0 && access(script, F_OK) == 0) {
        for (size_t i = 0; i < report->n_todo && i < MERGE_SHOWN; i++)
            tasks[i] = (int64_t)report->todo[i].index;
        if (report->n_todo <= MERGE_SHOWN)
            fprintf(stderr, "or, on the cluster,\n  sh %s --array=%s\n",
                    shell_word(&arena, script),
                    slurm_array_text(&arena, tasks, report->n_todo));
        else
            fprintf(stderr, "or what is said by\n  tenure slurm -o %s --status\n",
                    shell_word(&arena, base));
    }
    arena_free(&arena);
}

/* The commands that run what is missing and nothing else. */
static void say_commands(const struct study_plan *plan,
                         const struct merge_report *report)
{
    struct arena arena = {0};
    size_t shown = report->n_todo < MERGE_SHOWN ? report->n_todo : MERGE_SHOWN;
    fputs("These commands run them and nothing else:\n", stderr);
    if (report->n_todo == 0)
        fprintf(stderr, "  %s\n", plan_command(plan, report->base, "", &arena));
    for (size_t i = 0; i < shown; i++) {
        const char *shard = arena_printf(&arena, "--shard %" PRIu64 "/%" PRIu64,
                                         report->todo[i].index, report->todo[i].count);
        fprintf(stderr, "  %s\n", plan_command(plan, report->base, shard, &arena));
    }
    if (report->n_todo > shown)
        fprintf(stderr, "  ... and %zu more shards\n", report->n_todo - shown);
    arena_free(&arena);
    say_array(report);
}

static int say_missing(const struct study_plan *plan, const struct merge_report *report,
                       const char *dir)
{
    struct error err;
    uint64_t total = plan_tasks(plan);
    error_set(&err,
              "%s: %" PRIu64 " of %s%" PRIu64 " runs are missing; nothing was written",
              dir, report->missing, plan->n_stops ? "at most " : "", total);
    int code = cli_fail(&err);
    say_ranges(report);
    say_commands(plan, report);
    return code;
}

static int say_result(const struct arguments *arguments, const struct study_plan *plan,
                      const struct merge_report *report)
{
    const char *dir = arguments->dir ? arguments->dir : arguments->sources[0];
    if (report->missing > 0)
        return say_missing(plan, report, dir);
    if (report->was_finished)
        return study_command_again(plan, dir, arguments->json, arguments->quiet);
    return study_command_say(plan, &report->finish, dir, arguments->json,
                             arguments->quiet);
}

static bool read_options(const struct arguments *arguments,
                         struct merge_options *options, struct error *err)
{
    *options = (struct merge_options){
        .sources = arguments->sources,
        .n_sources = arguments->n_sources,
        .dir = arguments->dir,
        .version = TENURE_VERSION,
        .force = arguments->force,
    };
    return !arguments->lock_wait ||
           cli_seconds(arguments->lock_wait, "--lock-wait", &options->lock_wait_s, err);
}

static int run_merge(int argc, char **argv)
{
    struct arena arena = {0};
    struct arguments arguments = {0};
    struct merge_options options;
    struct study_plan plan = {.root = NULL};
    struct merge_report report;
    struct error err;
    bool ok = parse(argc, argv, &arguments, &arena, &err) &&
              read_options(&arguments, &options, &err);
    ok = ok && study_merge(&options, &plan, &report, &err);
    int code = ok ? say_result(&arguments, &plan, &report) : cli_fail(&err);
    plan_free(&plan);
    arena_free(&arena);
    return code;
}

const struct command cmd_merge = {
    .name = "merge",
    .synopsis = "merge DIR | merge SHARD... -o DIR",
    .summary = "shards of a study to the result that one machine would write",
    .help =
        "Takes the rows of the shards in DIR/shards, or of the directories SHARD, and\n"
        "writes the results of the study into DIR: the same bytes that one machine "
        "would\n"
        "have written.  Shards must be of one study (version, inputs, numeric\n"
        "fingerprint and design) and complete; else it says in what they differ, or\n"
        "which replications are missing and which commands run just those, and writes\n"
        "nothing.\n"
        "\n"
        "  -o, --output DIR     where the results go, if not into the one DIR\n"
        "  --force              replace an earlier result\n"
        "  --lock-wait SECONDS  wait for another process that writes into DIR\n"
        "  -q, --quiet          no summary\n"
        "  --json               print the summary as JSON\n"
        "\n"
        "Shards are kept, also one of several SHARD that is DIR.  The exit code is 2 "
        "if\n"
        "replications are missing and 3 if some could not be done.\n"
        "\n"
        "  tenure mc own-or-lease.yaml -o mc --shard 0/2     (and 1/2, anywhere)\n"
        "  tenure merge mc\n",
    .run = run_merge,
};
