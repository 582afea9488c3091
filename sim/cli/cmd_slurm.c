/* tenure slurm: the script that runs a study as an array of Slurm jobs. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/decimal.h"
#include "base/shell.h"
#include "cli/cli.h"
#include "cli/cmd.h"
#include "cli/slurm_cmd.h"
#include "cli/trace_text.h"
#include "study/directory.h"
#include "study/slurm_shards.h"

struct arguments {
    const char *scenario, *dir, *command;
    const char *replications_text, *shards_text, *minutes_text, *pilot_text, *jobs_text;
    int64_t replications, shards, pilot, threads; /* 0: not given */
    double minutes;
    struct cli_values overrides;
    const char *const *sbatch;
    size_t n_sbatch;
    bool submit, status, json, quiet;
};

/* ---- arguments ---- */

/* What is not given stays as it is. */
static bool whole(const char *text, const char *option, int64_t most, int64_t *value,
                  struct error *err)
{
    if (!text)
        return true;
    if (!cli_whole_number(text, option, value, err))
        return false;
    if (*value < 1 || *value > most)
        return error_kind_set(err, ERROR_USAGE, "%s: %s is not in 1 to %" PRId64,
                              option, text, most);
    return true;
}

static bool read_minutes(struct arguments *arguments, struct error *err)
{
    const char *text = arguments->minutes_text;
    arguments->minutes = 10;
    if (text &&
        (decimal_to_double(text, strlen(text), &arguments->minutes) != DECIMAL_OK ||
         arguments->minutes < 0.1 || arguments->minutes > 10000))
        return error_kind_set(err, ERROR_USAGE,
                              "--minutes: '%s' is not a number in 0.1 to 10000", text);
    return true;
}

static bool check(struct arguments *arguments, struct error *err)
{
    arguments->pilot = 3;
    arguments->threads = 1;
    if (!whole(arguments->replications_text, "--replications", REPLICATIONS_MAX,
               &arguments->replications, err) ||
        !whole(arguments->shards_text, "--shards", REPLICATIONS_MAX, &arguments->shards,
               err) ||
        !whole(arguments->pilot_text, "--pilot", 1000, &arguments->pilot, err) ||
        !whole(arguments->jobs_text, "--jobs", 1024, &arguments->threads, err) ||
        !read_minutes(arguments, err))
        return false;
    if (!arguments->dir)
        return error_kind_set(err, ERROR_USAGE,
                              "slurm: -o DIR is needed, the directory of the study");
    if (arguments->submit && arguments->status)
        return error_kind_set(err, ERROR_USAGE,
                              "slurm: --submit or --status, not both");
    if (arguments->shards && arguments->minutes_text)
        return error_kind_set(err, ERROR_USAGE,
                              "slurm: --shards or --minutes, not both");
    if (arguments->json && !arguments->status)
        return error_kind_set(err, ERROR_USAGE, "slurm: --json is for --status");
    if (arguments->status)
        return true; /* by the directory alone */
    if (!arguments->scenario)
        return error_kind_set(err, ERROR_USAGE,
                              "slurm: name one scenario; see `tenure slurm --help`");
    if (strcmp(arguments->scenario, "-") == 0)
        return error_kind_set(
            err, ERROR_USAGE,
            "slurm: the tasks cannot read standard input; name a file");
    return true;
}

/* Behind "--" stands what is sbatch's. */
static bool parse(int argc, char **argv, struct arguments *arguments,
                  struct arena *arena, struct error *err)
{
    int own = 1;
    while (own < argc && strcmp(argv[own], "--") != 0)
        own++;
    if (own < argc) {
        arguments->n_sbatch = (size_t)(argc - own - 1);
        const char **words = ARENA_ARRAY(arena, arguments->n_sbatch + 1, const char *);
        for (size_t i = 0; i < arguments->n_sbatch; i++)
            words[i] = argv[(size_t)own + 1 + i];
        arguments->sbatch = words;
    }
    const struct cli_option options[] = {
        {.name = "output", .letter = 'o', .value = &arguments->dir},
        {.name = "command", .value = &arguments->command},
        {.name = "replications", .letter = 'n', .value = &arguments->replications_text},
        {.name = "shards", .value = &arguments->shards_text},
        {.name = "minutes", .value = &arguments->minutes_text},
        {.name = "pilot", .value = &arguments->pilot_text},
        {.name = "jobs", .letter = 'j', .value = &arguments->jobs_text},
        {.name = "set", .values = &arguments->overrides},
        {.name = "submit", .flag = &arguments->submit},
        {.name = "status", .flag = &arguments->status},
        {.name = "json", .flag = &arguments->json},
        {.name = "quiet", .letter = 'q', .flag = &arguments->quiet},
        {.name = NULL},
    };
    struct cli_operands operands = {
        .min = 0, .max = 1, .what = "name one scenario", .text = &arguments->scenario};
    return cli_parse(own, argv, options, &operands, arena, err) &&
           check(arguments, err);
}

/* ---- the study ---- */

struct slurm {
    struct arguments arguments;
    struct arena arena;
    struct scenario_file *file;
    struct study_setup setup;
    struct study_plan plan;
    bool set_up, planned;
    struct slurm_shards shards;
    const char *path;         /* of the script */
    struct slurm_note note;   /* of the one that is there already */
    struct slurm_pilot pilot; /* n is 0 where none was needed */
    int64_t tasks;
};

static const struct study_design *choose_design(const struct slurm *slurm,
                                                struct error *err)
{
    const char *command = slurm->arguments.command;
    if (!command)
        return scenario_study(slurm->file)->n_axes > 0 ? &design_sweep : &design_mc;
    if (strcmp(command, design_mc.kind) == 0)
        return &design_mc;
    if (strcmp(command, design_sweep.kind) == 0)
        return &design_sweep;
    (void)!error_kind_set(err, ERROR_USAGE, "--command: '%s' is not mc or sweep",
                          command);
    return NULL;
}

static bool open_study(struct slurm *slurm, struct error *err)
{
    const struct arguments *arguments = &slurm->arguments;
    struct arena *arena = &slurm->arena;
    size_t n = arguments->overrides.n;
    const char **overrides = ARENA_ARRAY(arena, n + 1, const char *);
    for (size_t i = 0; i < n; i++)
        overrides[i] = arguments->overrides.text[i];
    if (arguments->replications)
        overrides[n++] =
            arena_printf(arena, "study.replications=%" PRId64, arguments->replications);
    slurm->file = scenario_open(arguments->scenario, overrides, n, err);
    const struct study_design *design = slurm->file ? choose_design(slurm, err) : NULL;
    if (!design)
        return false;
    setup_begin(&slurm->setup, design, slurm->file, TENURE_VERSION);
    slurm->set_up = true;
    const char *words[] = {design->kind, arguments->scenario};
    slurm->setup.replications_given = arguments->replications > 0;
    slurm->planned = plan_make(&slurm->plan, &slurm->setup, words, 2, err);
    return slurm->planned;
}

/* Those that are there are of the study that would be run. */
static bool check_shards(struct slurm *slurm, struct error *err)
{
    struct study_plan was;
    if (slurm->shards.n == 0)
        return true;
    if (!slurm_shards_plan(&slurm->shards, &was, err))
        return false;
    bool same = strcmp(was.id, slurm->plan.id) == 0;
    if (!same) {
        char text[PLAN_DIFFERENCE];
        plan_difference(plan_identity(&was), plan_identity(&slurm->plan), text);
        error_set(err, "%s: its shards are of another study: %s", slurm->arguments.dir,
                  text);
    }
    plan_free(&was);
    return same;
}

/* Shards that have begun say how many there are, and else a script that may have been
 * submitted. */
static bool count_tasks(struct slurm *slurm, struct error *err)
{
    const struct arguments *arguments = &slurm->arguments;
    int64_t begun = (int64_t)slurm->shards.n, most = (int64_t)slurm->plan.replications;
    if (begun && arguments->shards && begun != arguments->shards)
        return error_kind_set(
            err, ERROR_USAGE,
            "--shards: %s has been begun in %" PRId64
            "; leave --shards away to go on, or name another directory",
            arguments->dir, begun);
    if (arguments->shards > most)
        return error_kind_set(err, ERROR_USAGE,
                              "--shards: %" PRId64 " are more than the %" PRId64
                              " replications, of which each shard has some",
                              arguments->shards, most);
    slurm->tasks = begun ? begun : arguments->shards;
    if (!slurm->tasks && !arguments->minutes_text && slurm->note.tasks <= most)
        slurm->tasks = slurm->note.tasks;
    if (slurm->tasks)
        return true;
    if (!slurm_pilot(&slurm->setup, &slurm->plan, (uint64_t)arguments->pilot,
                     &slurm->pilot, err))
        return false;
    slurm->tasks =
        slurm_tasks_for(slurm->pilot.each_s * (double)plan_tasks(&slurm->plan),
                        arguments->minutes, arguments->threads, most);
    return true;
}

/* ---- what the script says of itself ---- */

static const char *duration_text(struct arena *arena, double seconds)
{
    if (seconds < 90)
        return arena_printf(arena, "%.0f s", seconds);
    if (seconds < 90 * 60)
        return arena_printf(arena, "%.0f min", seconds / 60);
    return arena_printf(arena, "%.1f h", seconds / 3600);
}

static size_t describe(struct slurm *slurm, const char *about[2])
{
    struct arena *arena = &slurm->arena;
    const struct study_plan *plan = &slurm->plan;
    const struct slurm_pilot *pilot = &slurm->pilot;
    const char *points = plan->n_points == 1
                             ? ""
                             : arena_printf(arena, " of %s points",
                                            figure_count((int64_t)plan->n_points).text);
    int64_t each = ((int64_t)plan->replications + slurm->tasks - 1) / slurm->tasks;
    about[0] = arena_printf(arena, "%s replications%s in %s task%s.",
                            figure_count((int64_t)plan->replications).text, points,
                            figure_count(slurm->tasks).text,
                            slurm->tasks == 1
                                ? ""
                                : arena_printf(arena, "s, each with up to %s of them",
                                               figure_count(each).text));
    if (pilot->n == 0)
        return 1;
    double task_s = pilot->each_s * (double)each * (double)plan->n_points /
                    (double)slurm->arguments.threads;
    about[1] = arena_printf(
        arena,
        "A task takes some %s: one replication took %s s here (mean of %" PRIu64
        "), and %.0f MiB.",
        duration_text(arena, task_s), figure_short(pilot->each_s).text, pilot->n,
        pilot->peak_mib);
    return 2;
}

/* ---- doing it ---- */

static size_t options_of(const struct slurm *slurm, struct slurm_option options[])
{
    const struct arguments *arguments = &slurm->arguments;
    size_t n = 0;
    if (arguments->replications)
        options[n++] =
            (struct slurm_option){"--replications", arguments->replications_text};
    for (size_t i = 0; i < arguments->overrides.n; i++)
        options[n++] = (struct slurm_option){"--set", arguments->overrides.text[i]};
    return n;
}

static bool prepare(struct slurm *slurm, struct error *err)
{
    const struct arguments *arguments = &slurm->arguments;
    enum directory_state state = DIRECTORY_EMPTY;
    if (!slurm_shards_find(arguments->dir, &slurm->arena, &slurm->shards, err) ||
        !open_study(slurm, err))
        return false;
    if (access(arguments->dir, F_OK) == 0 &&
        !directory_look(arguments->dir, &slurm->plan, false, &state, err))
        return false;
    slurm->path = arena_printf(&slurm->arena, "%s/" SLURM_FOLDER "/" SLURM_SCRIPT_NAME,
                               arguments->dir);
    (void)slurm_script_note(slurm->path, &slurm->arena, &slurm->note);
    if (state == DIRECTORY_FINISHED)
        return error_kind_set(err, ERROR_USAGE,
                              "%s: this study is finished, and its results are there",
                              arguments->dir);
    return check_shards(slurm, err) && count_tasks(slurm, err);
}

static bool make_script(struct slurm *slurm, struct error *err)
{
    const struct arguments *arguments = &slurm->arguments;
    struct arena *arena = &slurm->arena;
    struct slurm_option *options =
        ARENA_ARRAY(arena, arguments->overrides.n + 1, struct slurm_option);
    const char *about[2], *text;
    struct slurm_script script = {
        .version = TENURE_VERSION,
        .command = slurm->setup.design->kind,
        .scenario = arguments->scenario,
        .dir = arguments->dir,
        .options = options,
        .n_options = options_of(slurm, options),
        .about = about,
        .n_about = describe(slurm, about),
        .sbatch = arguments->sbatch,
        .n_sbatch = arguments->n_sbatch,
        .tasks = slurm->tasks,
        .threads = arguments->threads,
    };
    int64_t most = slurm->note.tasks > slurm->tasks ? slurm->note.tasks : slurm->tasks;
    if (!slurm_prepare(&script, arena, err) ||
        (arguments->submit && !slurm_check_queue(&script, most, arena, err)) ||
        !slurm_write(&script, slurm->path, arena, &text, err))
        return false;
    for (size_t i = 0; i < script.n_about && !arguments->quiet; i++)
        fprintf(stderr, "%s\n", about[i]);
    if (arguments->submit)
        return slurm_submit(&script, slurm->path, arena, err);
    fputs(text, stdout);
    if (!arguments->quiet)
        fprintf(stderr, "It is also %s; `sh %s` submits it.\n", slurm->path,
                shell_word(arena, slurm->path));
    return fflush(stdout) == 0 || error_errno(err, "standard output");
}

static int run_slurm(int argc, char **argv)
{
    struct slurm slurm = {.tasks = 0};
    struct error err;
    bool ok = parse(argc, argv, &slurm.arguments, &slurm.arena, &err);
    if (ok && slurm.arguments.status)
        ok = slurm_status(slurm.arguments.dir, slurm.arguments.json, &err);
    else
        ok = ok && prepare(&slurm, &err) && make_script(&slurm, &err);
    if (slurm.planned)
        plan_free(&slurm.plan);
    if (slurm.set_up)
        setup_free(&slurm.setup);
    scenario_close(slurm.file);
    arena_free(&slurm.arena);
    return ok ? 0 : cli_fail(&err);
}

const struct command cmd_slurm = {
    .name = "slurm",
    .synopsis = "slurm SCENARIO -o DIR [--submit | --status] [-- SBATCH-OPTION...]",
    .summary = "run a study as an array of Slurm jobs",
    .help =
        "Prints a script for sh and sbatch that runs the study of SCENARIO in DIR as "
        "an\n"
        "array of Slurm jobs, one shard each, and then a job that merges them into "
        "the\n"
        "bytes that one machine would have written; a copy is "
        "DIR/shards/study.sbatch,\n"
        "and the logs go to DIR/shards/logs.  The scenario is read and checked as a "
        "whole,\n"
        "and a few replications are timed to choose the number of tasks.  DIR must be\n"
        "seen by all nodes.\n"
        "\n"
        "  -o, --output DIR     where the study goes\n"
        "  --submit             submit it, and print the ids of both jobs\n"
        "  --status             say what is done and what is missing, by the files of "
        "DIR\n"
        "                       and by squeue, and how to run it; SCENARIO may be "
        "left\n"
        "                       away\n"
        "  --json               with --status: as JSON\n"
        "  --command NAME       mc or sweep; default sweep if the "
        "scenario\n"
        "                       has a `sweep`, else mc\n"
        "  -n, --replications N, --set PATH=VALUE\n"
        "                       as of that command\n"
        "  -j, --jobs T         threads of a task, and cores asked for; default 1\n"
        "  --minutes M          how long a task should last; default 10\n"
        "  --pilot N            replications to time for that; default 3\n"
        "  --shards N           the number of tasks, at most one per replication; "
        "nothing\n"
        "                       is timed\n"
        "  -q, --quiet          no remarks\n"
        "  -- SBATCH-OPTION...  go into the script's #SBATCH lines as they are\n"
        "\n"
        "  tenure slurm own-or-lease.yaml -o out -n 4000 --submit -- -p cpu "
        "--time=1:00:00\n"
        "  tenure slurm -o out --status\n"
        "\n"
        "Tasks may be requeued, preempted and killed: what is done is not done again, "
        "and\n"
        "the merge says what is missing.\n",
    .run = run_slurm,
};
