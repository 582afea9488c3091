#include "cli/study_cmd.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "cli/study_open.h"
#include "cli/study_print.h"

#define OPTIONS_COMMON 11
#define OPTIONS_OWN    12
#define JOBS_MAX       1024

struct arguments {
    const char *scenario, *dir, *replications, *jobs, *shard, *lock_wait, *expect;
    struct cli_values overrides;
    bool force, keep_rows, quiet, json;
};

/* A command as it runs. */
struct run {
    const struct study_command *command;
    struct arguments arguments;
    struct study_options options;
    struct scenario_file *file;
    struct study_setup setup;
    struct study_plan plan;
    struct study_report report;
    struct arena arena;
    bool shown; /* a line of progress stands on the terminal */
};

static bool parse(struct run *run, int argc, char **argv, struct error *err)
{
    struct arguments *to = &run->arguments;
    struct cli_option options[OPTIONS_COMMON + OPTIONS_OWN + 1] = {
        {.name = "output", .letter = 'o', .value = &to->dir},
        {.name = "replications", .letter = 'n', .value = &to->replications},
        {.name = "jobs", .letter = 'j', .value = &to->jobs},
        {.name = "set", .values = &to->overrides},
        {.name = "shard", .value = &to->shard},
        {.name = "lock-wait", .value = &to->lock_wait},
        {.name = "expect", .value = &to->expect},
        {.name = "force", .flag = &to->force},
        {.name = "keep-rows", .flag = &to->keep_rows},
        {.name = "quiet", .letter = 'q', .flag = &to->quiet},
        {.name = "json", .flag = &to->json},
    };
    study_options_add(options, OPTIONS_COMMON, sizeof options / sizeof options[0],
                      run->command);
    struct cli_operands operands = {
        .min = 1, .max = 1, .what = "name one scenario", .text = &to->scenario};
    if (!cli_parse(argc, argv, options, &operands, &run->arena, err))
        return false;
    return to->dir || error_kind_set(err, ERROR_USAGE,
                                     "%s: -o DIR is needed; see `tenure %s --help`",
                                     argv[0], argv[0]);
}

static bool read_options(struct run *run, struct error *err)
{
    const struct arguments *from = &run->arguments;
    struct study_options *to = &run->options;
    int64_t jobs = 0;
    if (from->jobs && !cli_whole_number(from->jobs, "--jobs", &jobs, err))
        return false;
    if (from->jobs && (jobs < 1 || jobs > JOBS_MAX))
        return error_kind_set(err, ERROR_USAGE, "--jobs: %s is not from 1 to %d",
                              from->jobs, JOBS_MAX);
    *to = (struct study_options){
        .dir = from->dir,
        .jobs = (unsigned)jobs,
        .force = from->force,
        .keep_rows = from->keep_rows,
        .self = run,
    };
    return (!from->lock_wait ||
            cli_seconds(from->lock_wait, "--lock-wait", &to->lock_wait_s, err)) &&
           study_shard_parse(from->shard, &to->shard, err);
}

/* ---- progress ---- */

static void clear_progress(struct run *run)
{
    if (run->shown)
        fputs("\r\033[K", stderr);
    run->shown = false;
}

static void say_duration(char text[32], double seconds)
{
    if (seconds < 90)
        snprintf(text, 32, "%.0f s", seconds);
    else if (seconds < 5400)
        snprintf(text, 32, "%.0f min", seconds / 60);
    else if (seconds < 172800)
        snprintf(text, 32, "%.1f h", seconds / 3600);
    else
        snprintf(text, 32, "%.1f d", seconds / 86400);
}

static void show_progress(void *self, const struct study_progress *progress)
{
    struct run *run = self;
    if (progress->total == 0)
        return;
    double rate = progress->wall_s > 0 ? (double)progress->run / progress->wall_s : 0;
    char left[32] = "?";
    if (progress->run > 0)
        say_duration(left, (double)(progress->total - progress->done) / rate);
    fprintf(stderr,
            "\r\033[K%3.0f %%  %" PRIu64 " of %s%" PRIu64 "  %.3g a second, %s left",
            100 * (double)progress->done / (double)progress->total, progress->done,
            run->plan.n_stops ? "at most " : "", progress->total, rate, left);
    fflush(stderr);
    run->shown = true;
}

/* ---- what is said at the end ---- */

int study_command_failed(const struct study_plan *plan,
                         const struct finish_report *finish, const char *dir)
{
    if (finish->failed == 0)
        return 0;
    struct error err;
    char point[32] = "";
    if (plan->n_points > 1)
        snprintf(point, sizeof point, " of point %zu", finish->failed_point);
    error_kind_set(&err, ERROR_INFEASIBLE,
                   "%s: %" PRIu64 " of %" PRIu64 " replications could not be done, and "
                   "are in no figure; the first is replication %" PRIu64 "%s: %s",
                   dir, finish->failed, finish->rows, finish->failed_replication, point,
                   finish->failed_text);
    return cli_fail(&err);
}

/* By the design's own, or the usual one. */
static bool print_summary(const struct study_plan *plan,
                          const struct finish_report *finish, const char *dir,
                          bool json, struct error *err)
{
    return study_print_has(plan)
               ? study_print(plan, finish, dir, json, stdout, err)
               : study_summary_show(plan, finish, dir, json, stdout, err);
}

int study_command_say(const struct study_plan *plan, const struct finish_report *finish,
                      const char *dir, bool json, bool quiet)
{
    struct error err;
    if ((json || !quiet) && !print_summary(plan, finish, dir, json, &err))
        return cli_fail(&err);
    return study_command_failed(plan, finish, dir);
}

int study_command_again(const struct study_plan *plan, const char *dir, bool json,
                        bool quiet)
{
    struct finish_report report;
    struct error err;
    if (!study_report_read(dir, &report, &err))
        return cli_fail(&err);
    if (!json && !quiet)
        printf("%s holds this study already, and it is finished.\n\n", dir);
    return study_command_say(plan, &report, dir, json, quiet);
}

static void say_kept(const struct run *run, struct error *err)
{
    const struct study_progress *progress = &run->report.progress;
    char text[sizeof err->text];
    if (progress->total == 0)
        return;
    snprintf(text, sizeof text, "%s", err->text);
    bool goes_on = err->kind == ERROR_INTERRUPTED || err->kind == ERROR_IO;
    error_kind_set(err, err->kind,
                   "%s; %" PRIu64 " of %" PRIu64 " replications are kept in %s%s", text,
                   progress->done, progress->total, run->arguments.dir,
                   goes_on ? ", and the same command goes on with them" : "");
}

static int say_shard(const struct run *run)
{
    const struct study_progress *progress = &run->report.progress;
    struct study_shard shard = run->options.shard;
    if (run->arguments.json)
        printf("{\"shard\": [%" PRIu64 ", %" PRIu64 "], \"done\": %" PRIu64
               ", \"run\": %" PRIu64 ", \"failed\": %" PRIu64 "}\n",
               shard.index, shard.count, progress->done, progress->run,
               run->report.failed);
    if (run->arguments.json || run->arguments.quiet)
        return 0;
    printf("Shard %" PRIu64 " of %" PRIu64 " is done: %" PRIu64
           " replications, %" PRIu64 " of them now.\n",
           shard.index, shard.count, progress->done, progress->run);
    if (run->report.failed > 0)
        printf("%" PRIu64
               " of them could not be done; the merged result will say why.\n",
               run->report.failed);
    return 0;
}

static int say_result(struct run *run)
{
    const struct arguments *arguments = &run->arguments;
    const struct study_report *report = &run->report;
    if (report->was_finished && run->options.shard.count == 0)
        return study_command_again(&run->plan, arguments->dir, arguments->json,
                                   arguments->quiet);
    if (report->was_finished && !arguments->json && !arguments->quiet)
        printf("%s holds this study already, and it is finished.\n", arguments->dir);
    if (run->options.shard.count)
        return report->was_finished ? 0 : say_shard(run);
    return study_command_say(&run->plan, &report->finish, arguments->dir,
                             arguments->json, arguments->quiet);
}

static bool run_study(struct run *run, struct error *err)
{
    const struct arguments *from = &run->arguments;
    struct study_request request = {.command = run->command,
                                    .design = run->command->design,
                                    .scenario = from->scenario,
                                    .replications = from->replications,
                                    .overrides = from->overrides};
    if (!(run->file = study_scenario(&request, &run->arena, err)) ||
        !study_plan(&request, run->file, &run->setup, &run->plan, &run->arena, err))
        return false;
    if (from->expect && strcmp(from->expect, run->plan.id) != 0)
        return error_kind_set(err, ERROR_USAGE,
                              "%s: this is no longer the study that was asked for: the "
                              "scenario, a file that it reads, its options, Tenure or "
                              "the machine's libraries have changed (its id is %.12s, "
                              "expected was %.12s); nothing was run",
                              from->scenario, run->plan.id, from->expect);
    if (!run->arguments.quiet && isatty(STDERR_FILENO))
        run->options.progress = show_progress;
    bool ok = study_run(&run->setup, &run->plan, &run->options, &run->report, err);
    clear_progress(run);
    if (!ok)
        say_kept(run, err);
    return ok;
}

int study_command_run(const struct study_command *command, int argc, char **argv)
{
    struct run run = {.command = command};
    struct error err;
    bool ok = parse(&run, argc, argv, &err) && read_options(&run, &err) &&
              run_study(&run, &err);
    int code = ok ? say_result(&run) : cli_fail(&err);
    plan_free(&run.plan);
    setup_free(&run.setup);
    scenario_close(run.file);
    arena_free(&run.arena);
    return code;
}
