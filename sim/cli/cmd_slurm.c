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
#include "cli/study_open.h"
#include "cli/trace_text.h"
#include "study/directory.h"
#include "study/slurm_shards.h"

#define OPTIONS_OWN  12
#define OPTIONS_MORE 13 /* of a study command, and the end */

struct arguments {
    const char *scenario, *dir, *command;
    const char *replications, *shards_text, *minutes_text, *pilot_text, *jobs_text;
    int64_t shards, pilot, threads; /* 0: not given */
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
    if (!whole(arguments->shards_text, "--shards", REPLICATIONS_MAX, &arguments->shards,
               err) ||
        !whole(arguments->pilot_text, "--pilot", 1000, &arguments->pilot, err) ||
        !whole(arguments->jobs_text, "--jobs", 1024, &arguments->threads, err) ||
        !read_minutes(arguments, err))
        return false;
    if (!arguments->dir || !*arguments->dir)
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

/* How many of the words are ours: behind "--" stands what is sbatch's. */
static int own_words(int argc, char **argv)
{
    int own = 1;
    while (own < argc && strcmp(argv[own], "--") != 0)
        own++;
    return own;
}

static void take_sbatch(int argc, char **argv, struct arguments *arguments,
                        struct arena *arena)
{
    int first = own_words(argc, argv) + 1;
    if (first >= argc)
        return;
    arguments->n_sbatch = (size_t)(argc - first);
    const char **words = ARENA_ARRAY(arena, arguments->n_sbatch, const char *);
    for (size_t i = 0; i < arguments->n_sbatch; i++)
        words[i] = argv[(size_t)first + i];
    arguments->sbatch = words;
}

static bool parse(int argc, char **argv, const struct study_command *command,
                  struct arguments *arguments, struct arena *arena, struct error *err)
{
    take_sbatch(argc, argv, arguments, arena);
    struct cli_option options[OPTIONS_OWN + OPTIONS_MORE] = {
        {.name = "output", .letter = 'o', .value = &arguments->dir},
        {.name = "command", .value = &arguments->command},
        {.name = "replications", .letter = 'n', .value = &arguments->replications},
        {.name = "shards", .value = &arguments->shards_text},
        {.name = "minutes", .value = &arguments->minutes_text},
        {.name = "pilot", .value = &arguments->pilot_text},
        {.name = "jobs", .letter = 'j', .value = &arguments->jobs_text},
        {.name = "set", .values = &arguments->overrides},
        {.name = "submit", .flag = &arguments->submit},
        {.name = "status", .flag = &arguments->status},
        {.name = "json", .flag = &arguments->json},
        {.name = "quiet", .letter = 'q', .flag = &arguments->quiet},
    };
    study_options_add(options, OPTIONS_OWN, sizeof options / sizeof options[0],
                      command);
    struct cli_operands operands = {
        .min = 0, .max = 1, .what = "name one scenario", .text = &arguments->scenario};
    return cli_parse(own_words(argc, argv), argv, options, &operands, arena, err) &&
           check(arguments, err);
}

/* ---- the study ---- */

struct slurm {
    struct arguments arguments;
    struct arena arena;
    const struct study_command *command;
    const struct study_design *design;
    const char *const *words; /* of the study's command, in pairs from the third on */
    size_t n_words;
    struct scenario_file *file;
    struct study_setup setup;
    struct study_plan plan;
    struct slurm_shards shards;
    const char *path;         /* of the script */
    struct slurm_note note;   /* of the one that is there already */
    struct slurm_pilot pilot; /* n is 0 where none was needed */
    int64_t tasks;
    bool is_kept; /* the number of tasks is that of the script that is there */
};

static bool open_study(struct slurm *slurm, struct error *err)
{
    const struct arguments *from = &slurm->arguments;
    struct study_request request = {.command = slurm->command,
                                    .design = slurm->command->design,
                                    .scenario = from->scenario,
                                    .replications = from->replications,
                                    .overrides = from->overrides};
    slurm->file = study_scenario(&request, &slurm->arena, err);
    if (!slurm->file)
        return false;
    if (!request.design)
        request.design =
            scenario_study(slurm->file)->n_axes > 0 ? &design_sweep : &design_mc;
    slurm->design = request.design;
    slurm->words = study_words(&request, &slurm->arena, &slurm->n_words);
    return study_plan(&request, slurm->file, &slurm->setup, &slurm->plan, &slurm->arena,
                      err);
}

/* Whether the script that is there was written for the very same. */
static bool is_noted(const struct slurm *slurm)
{
    const struct slurm_note *note = &slurm->note;
    return note->tasks > 0 && strcmp(note->id, slurm->plan.id) == 0 &&
           note->threads == slurm->arguments.threads;
}

/* Shards that have begun say how many there are, and else a script for the same, which
 * may have been submitted. */
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
    if (!slurm->tasks && !arguments->minutes_text && !arguments->pilot_text &&
        is_noted(slurm)) {
        slurm->tasks = slurm->note.tasks;
        slurm->is_kept = true;
    }
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

/* How far the number of tasks was chosen before; NULL: it was not. */
static const char *why_so_many(const struct slurm *slurm)
{
    if (slurm->shards.n > 0)
        return "As many tasks as have been begun; what is done is not done again.";
    return slurm->is_kept ? "As many tasks as the script of this study had; --shards, "
                            "--minutes or --pilot choose anew."
                          : NULL;
}

static size_t describe(struct slurm *slurm, const char *about[2])
{
    struct arena *arena = &slurm->arena;
    const struct study_plan *plan = &slurm->plan;
    const struct slurm_pilot *pilot = &slurm->pilot;
    const char *points = plan->n_points == 1
                             ? ""
                             : arena_printf(arena, " of %s points",
                                            shown_count((int64_t)plan->n_points).text);
    int64_t each = ((int64_t)plan->replications + slurm->tasks - 1) / slurm->tasks;
    about[0] = arena_printf(arena, "%s replications%s in %s task%s.",
                            shown_count((int64_t)plan->replications).text, points,
                            shown_count(slurm->tasks).text,
                            slurm->tasks == 1
                                ? ""
                                : arena_printf(arena, "s, each with up to %s of them",
                                               shown_count(each).text));
    if (pilot->n == 0)
        return 1;
    double task_s = pilot->each_s * (double)each * (double)plan->n_points /
                    (double)slurm->arguments.threads;
    about[1] = arena_printf(
        arena,
        "A task takes some %s: one replication took %s s here (mean of %" PRIu64
        "), and %.0f MiB.",
        duration_text(arena, task_s), shown_short(pilot->each_s).text, pilot->n,
        pilot->peak_mib);
    return 2;
}

/* ---- doing it ---- */

static const struct slurm_option *options_of(struct slurm *slurm, size_t *n)
{
    *n = (slurm->n_words - 2) / 2;
    struct slurm_option *options =
        ARENA_ARRAY(&slurm->arena, *n + 1, struct slurm_option);
    for (size_t i = 0; i < *n; i++)
        options[i] =
            (struct slurm_option){slurm->words[2 + 2 * i], slurm->words[3 + 2 * i]};
    return options;
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
    return slurm_shards_check(&slurm->shards, &slurm->plan, err) &&
           count_tasks(slurm, err);
}

static bool make_script(struct slurm *slurm, struct error *err)
{
    const struct arguments *arguments = &slurm->arguments;
    struct arena *arena = &slurm->arena;
    const char *about[2], *text;
    bool replaced;
    struct slurm_script script = {
        .version = TENURE_VERSION,
        .command = slurm->design->kind,
        .scenario = arguments->scenario,
        .dir = arguments->dir,
        .id = slurm->plan.id,
        .about = about,
        .n_about = describe(slurm, about),
        .sbatch = arguments->sbatch,
        .n_sbatch = arguments->n_sbatch,
        .tasks = slurm->tasks,
        .threads = arguments->threads,
    };
    script.options = options_of(slurm, &script.n_options);
    int64_t most = slurm->note.tasks > slurm->tasks ? slurm->note.tasks : slurm->tasks;
    /* Jobs that wait were divided by the script that is there: it stays. */
    bool is_other = slurm->note.tasks > 0 &&
                    (!is_noted(slurm) || slurm->tasks != slurm->note.tasks);
    if (!slurm_check_sbatch(arguments->sbatch, arguments->n_sbatch, slurm->tasks,
                            err) ||
        !slurm_prepare(&script, arena, err) ||
        ((arguments->submit || is_other) &&
         !slurm_check_queue(&script, most, arena, err)) ||
        !slurm_write(&script, slurm->path, arena, &text, &replaced, err))
        return false;
    for (size_t i = 0; i < script.n_about && !arguments->quiet; i++)
        fprintf(stderr, "%s\n", about[i]);
    if (why_so_many(slurm) && !arguments->quiet)
        fprintf(stderr, "%s\n", why_so_many(slurm));
    if (replaced && !arguments->quiet)
        fprintf(stderr,
                "The script that was there is another, or was edited: it is kept as "
                "%s" SLURM_OLD_SUFFIX ".\n",
                slurm->path);
    if (slurm->tasks > SLURM_TASKS_MAX_USUAL && !arguments->quiet)
        fprintf(stderr,
                "Slurm takes an array of %" PRId64 " tasks only where its MaxArraySize "
                "is above %" PRId64 "; `scontrol show config` tells.\n",
                slurm->tasks, slurm->tasks - 1);
    if (arguments->submit)
        return slurm_submit(&script, slurm->path, arena, err);
    fputs(text, stdout);
    if (!arguments->quiet)
        fprintf(stderr, "It is also %s; `sh %s%s` submits it.\n", slurm->path,
                *slurm->path == '-' ? "./" : "", shell_word(arena, slurm->path));
    return fflush(stdout) == 0 || error_errno(err, "standard output");
}

static int make_slurm(const struct study_command *command, int argc, char **argv)
{
    struct slurm slurm = {.command = command};
    struct arguments *arguments = &slurm.arguments;
    struct error err;
    bool ok = parse(argc, argv, command, arguments, &slurm.arena, &err);
    if (ok && arguments->command && !command->design)
        ok = error_kind_set(&err, ERROR_USAGE, "slurm: write --command in full");
    if (ok && arguments->status)
        ok = slurm_status(arguments->dir, arguments->json, &err);
    else
        ok = ok && prepare(&slurm, &err) && make_script(&slurm, &err);
    plan_free(&slurm.plan);
    setup_free(&slurm.setup);
    scenario_close(slurm.file);
    arena_free(&slurm.arena);
    return ok ? 0 : cli_fail(&err);
}

/* Which study is wanted says which options there are.  NULL: what the scenario is for.
 */
static const char *wanted_command(int argc, char **argv)
{
    static const char option[] = "--command";
    for (int i = 1, n = own_words(argc, argv); i < n; i++) {
        if (strncmp(argv[i], option, strlen(option)) != 0)
            continue;
        if (argv[i][strlen(option)] == '=')
            return argv[i] + strlen(option) + 1;
        if (argv[i][strlen(option)] == '\0' && i + 1 < n)
            return argv[i + 1];
    }
    return NULL;
}

static int run_slurm(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*command)(study_act *act, int argc, char **argv);
    } studies[] = {
        {"mc", mc_command},
        {"sweep", sweep_command},
        {"sensitivity", sensitivity_command},
        {"breakeven", breakeven_command},
    };
    const char *wanted = wanted_command(argc, argv);
    if (!wanted)
        return make_slurm(&(struct study_command){.design = NULL}, argc, argv);
    for (size_t i = 0; i < sizeof studies / sizeof studies[0]; i++)
        if (strcmp(wanted, studies[i].name) == 0)
            return studies[i].command(make_slurm, argc, argv);
    struct error err;
    error_kind_set(&err, ERROR_USAGE,
                   "--command: '%s' is not mc, sweep, sensitivity or breakeven",
                   wanted);
    return cli_fail(&err);
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
        "bytes that one machine would have written.  A copy is "
        "DIR/shards/study.sbatch,\n"
        "logs go to DIR/shards/logs.  The scenario is read and checked as a whole, and "
        "a\n"
        "few replications are timed to choose the number of tasks.  DIR must be seen "
        "by\n"
        "all nodes.\n"
        "\n"
        "  -o, --output DIR     where the study goes\n"
        "  --submit             submit it, and print the ids of both jobs\n"
        "  --status             say what is done and what is missing, by the files of "
        "DIR\n"
        "                       and by squeue, and how to run it; SCENARIO may be "
        "left\n"
        "                       away\n"
        "  --json               with --status: as JSON\n"
        "  --command NAME       mc, sweep, sensitivity or breakeven, whose own "
        "options\n"
        "                       may be given, too; default sweep if the scenario has "
        "a\n"
        "                       `sweep`, else mc\n"
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
        "  tenure slurm uncertain-lab.yaml -o out -n 4000 --submit -- -p cpu -t 60\n"
        "  tenure slurm -o out --status\n"
        "\n"
        "Tasks may be requeued, preempted and killed: what is done is not done again, "
        "and\n"
        "the merge says what is missing.\n",
    .run = run_slurm,
};
