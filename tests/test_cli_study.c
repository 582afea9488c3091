#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <signal.h>
#include <time.h>

#include "study_program.h"

/* Studies as a user meets them: the same bytes whichever way they were run. */

/* The points stop at different prefixes, and the last one not at all. */
static const char sweep[] =
    FRAME UNCERTAIN SWEEP "study:\n  replications: 150\n  sampling: antithetic\n"
                          "  stop: [{metric: total.economic_usd, half_width: 380}]\n"
                          "  baseline: {pools.own.gpus: 16}\n";

static void expect_all_ways_give_the_same(const char *yaml, const char *command)
{
    struct folder folder = prepared(yaml);
    char line[512];
    snprintf(line, sizeof line, "$T %s t.yaml -q -j1 -o a", command);
    expect_code(&folder, line, 0);
    expect_code(&folder, "$T audit a", 0);
    snprintf(line, sizeof line, "$T %s t.yaml -q -j2 -o b", command);
    expect_code(&folder, line, 0);
    expect_same(&folder, "a", "b");

    snprintf(line, sizeof line,
             "for i in 6 0 3 5 1 2 4; do $T %s t.yaml -q --shard $i/7 -o c || exit 9; "
             "done; $T merge c -q",
             command);
    expect_code(&folder, line, 0);
    expect_same(&folder, "a", "c");

    /* From another folder, shards in several places, merged into a third. */
    snprintf(
        line, sizeof line,
        "mkdir far; cp t.yaml far; cd far; $T %s t.yaml -q --shard 1/2 -o d && cd .. "
        "&& $T %s ./far/t.yaml -q -j3 --shard 0/2 -o e && "
        "$T merge far/d/shards/1-of-2 e/shards/0-of-2/ -o f -q",
        command, command);
    expect_code(&folder, line, 0);
    expect_same(&folder, "a", "f");

    /* What shards did need not be done again. */
    snprintf(line, sizeof line,
             "$T %s t.yaml -q --shard 1/3 -o g && $T %s t.yaml -q -o g", command,
             command);
    expect_code(&folder, line, 0);
    expect_same(&folder, "a", "g");
    clean(&folder);
}

Test(cli_study, a_monte_carlo_study_is_the_same_whichever_way_it_runs, .timeout = 120)
{
    expect_all_ways_give_the_same(MONTE_CARLO, "mc");
}

Test(cli_study, a_sweep_that_stops_early_is_the_same_whichever_way_it_runs,
     .timeout = 240)
{
    expect_all_ways_give_the_same(sweep, "sweep");
}

/* ---- interruptions ---- */

static pid_t start(const struct folder *folder, const char *const arguments[])
{
    pid_t child = fork();
    cr_assert(child >= 0);
    if (child > 0)
        return child;
    const char *program = getenv("TENURE_PROGRAM");
    char *argv[16] = {(char *)(uintptr_t)program};
    for (size_t i = 0; arguments[i]; i++)
        argv[i + 1] = (char *)(uintptr_t)arguments[i];
    int null = open("/dev/null", O_WRONLY);
    if (chdir(folder->path) != 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
        _exit(99);
    execv(program, argv);
    _exit(98);
}

/* Kills after so many ms; whether it was still running. */
static bool kill_after(pid_t child, int ms, int number, int *status)
{
    struct timespec pause = {ms / 1000, ms % 1000 * 1000000L};
    nanosleep(&pause, NULL);
    bool running = waitpid(child, status, WNOHANG) == 0;
    if (running) {
        kill(child, number);
        waitpid(child, status, 0);
    }
    return running;
}

static uint32_t draw(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33);
}

Test(cli_study, killed_at_any_instant_it_goes_on_to_the_same_bytes, .timeout = 240)
{
    static const char *const arguments[] = {"sweep", "t.yaml", "-o", "b", "-j2", NULL};
    struct folder folder = prepared(sweep);
    uint64_t state = 20260314;
    int killed = 0, status;
    expect_code(&folder, "$T sweep t.yaml -q -j2 -o a", 0);
    for (int i = 0; i < 20; i++)
        killed += kill_after(start(&folder, arguments), 3 + (int)(draw(&state) % 60),
                             SIGKILL, &status);
    cr_expect(killed > 3, "only %d kills met it", killed);
    expect_code(&folder, "$T sweep t.yaml -q -j1 -o b", 0);
    expect_same(&folder, "a", "b");
    clean(&folder);
}

static const char long_one[] = FRAME UNCERTAIN "study: {replications: 100000}\n";

Test(cli_study, ctrl_c_ends_it_at_once_and_says_how_to_go_on, .timeout = 60)
{
    static const int numbers[] = {SIGINT, SIGTERM};
    struct folder folder = prepared(long_one);
    for (size_t i = 0; i < COUNT(numbers); i++) {
        char line[256];
        snprintf(line, sizeof line,
                 "$T mc t.yaml -o b & p=$!; i=0; until ls b/rows-*-0001.part "
                 ">/dev/null 2>&1 "
                 "|| [ $((i += 1)) = 900 ]; do sleep 0.02; done; kill -%d $p; wait $p",
                 numbers[i]);
        struct outcome *outcome = run(&folder, line);
        cr_expect(eq(int, outcome->code, 130));
        cr_expect(strncmp(outcome->err, "tenure: interrupted; ", 21) == 0 &&
                      strstr(outcome->err, " of 100000 replications are kept in b, and "
                                           "the same command goes on with them\n"),
                  "%s", outcome->err);
        expect_code(&folder, "rm b/rows-000000-*; ls b/plan.json b/lock", 0);
    }
    clean(&folder);
}

Test(cli_study, a_second_writer_is_refused, .timeout = 60)
{
    static const char *const arguments[] = {"mc", "t.yaml", "-o", "b", "-j1", NULL};
    struct folder folder = prepared(long_one);
    pid_t child = start(&folder, arguments);
    struct outcome *outcome = run(
        &folder, "i=0; until ls b/rows-* >/dev/null 2>&1 || [ $((i += 1)) = 900 ]; do "
                 "sleep 0.02; done; $T mc "
                 "t.yaml -o b");
    char expected[200];
    snprintf(expected, sizeof expected,
             "tenure: b is being written to by process %ld on", (long)child);
    cr_expect(eq(int, outcome->code, 1));
    cr_expect(strncmp(outcome->err, expected, strlen(expected)) == 0, "%s",
              outcome->err);
    expect_code(&folder, "$T merge b", 1);
    expect_code(&folder, "$T mc t.yaml -o b --force --lock-wait 0.1", 1);
    int status;
    cr_expect(kill_after(child, 0, SIGKILL, &status));
    clean(&folder);
}

/* Beyond the ends of the law at which all is checked before it begins. */
Test(cli_study, a_draw_that_no_scenario_can_have_is_a_row_that_says_why, .timeout = 60)
{
    struct folder folder = prepared(
        FRAME "uncertain: {pools.own.tariff: {normal: {mean: 0.085 USD/kWh, sd: 0.027 "
              "USD/kWh}}}\nstudy: {replications: 3000}\n");
    struct outcome *outcome = run(&folder, "$T mc t.yaml -q -o a --set horizon=2h");
    cr_expect(eq(int, outcome->code, 3));
    cr_expect(strstr(outcome->err,
                     " of 3000 replications could not be done, and are in "
                     "no figure; the first is replication ") != NULL &&
                  strstr(outcome->err, " USD/kWh is below 0 USD/kWh") != NULL,
              "%s", outcome->err);
    outcome = run(&folder, "grep -c 'is below 0 USD/kWh' a/replications.csv");
    cr_expect(atoi(outcome->out) > 0 && atoi(outcome->out) < 20, "%s", outcome->out);
    expect_code(&folder, "test $(wc -l <a/replications.csv) = 3001", 0);
    clean(&folder);
}

Test(cli_study, what_is_wrong_but_no_interruption_does_not_say_that_it_goes_on,
     .timeout = 60)
{
    struct folder folder = prepared(MONTE_CARLO);
    expect_code(&folder, "$T mc t.yaml -q -j1 -o b --shard 0/2", 0);
    expect_code(
        &folder,
        "f=$(ls b/shards/0-of-2/rows-*); (head -n 3 $f; echo x; tail -n 3 $f) >f; "
        "mv f $f",
        0);
    struct outcome *outcome = run(&folder, "$T mc t.yaml -o b --shard 0/2");
    cr_expect(eq(int, outcome->code, 2));
    cr_expect(strstr(outcome->err, "goes on") == NULL, "%s", outcome->err);
    clean(&folder);
}

/* What a kill leaves between the last rows and the end, made by hand. */
Test(cli_study, killed_while_results_appear_it_goes_on_to_the_same_bytes, .timeout = 60)
{
    static const char *const states[] = {
        "rm manifest.json",
        "rm manifest.json points.csv; echo half >.points.csv.tmp; echo "
        ">.columns-aB3dE9",
        "rm *.csv manifest.json; echo half >.replications.csv.tmp; echo { "
        ">.plan.json.tmp",
        "echo half >.manifest.json.tmp; rm manifest.json",
        "touch lock", /* all is there, but rows and plan are, too */
        "rm rows-*; echo 1 2 >lock",
    };
    struct folder folder = prepared(MONTE_CARLO);
    expect_code(&folder,
                "$T mc t.yaml -q -o a; $T mc t.yaml -q -o k --keep-rows && ls "
                "k/plan.json k/rows-*",
                0);
    for (size_t i = 0; i < COUNT(states); i++) {
        char line[400];
        snprintf(line, sizeof line,
                 "rm -rf b; cp -r k b; (cd b; %s); $T mc t.yaml -q -o b", states[i]);
        expect_code(&folder, line, 0);
        expect_same(&folder, "a", "b");
    }
    clean(&folder);
}

/* Files may have 100 kB, so rows and then results do not fit. */
Test(cli_study, where_the_disk_is_full_it_goes_on_later, .timeout = 60)
{
    struct folder folder = prepared(MONTE_CARLO);
    expect_code(&folder, "$T mc t.yaml -q -o a", 0);
    struct outcome *outcome = run(
        &folder, "trap '' XFSZ; ulimit -f 200; $T mc t.yaml -o b -j1 2>err2; code=$?; "
                 "cat err2 >&2; ls -A b; (exit $code)");
    cr_expect(eq(int, outcome->code, 5));
    cr_expect(strstr(outcome->err, "File too large; ") &&
                  strstr(outcome->err, " are kept in b, and the same command goes on "),
              "%s", outcome->err);
    cr_expect(not(strstr(outcome->out, "manifest.json") != NULL), "%s", outcome->out);
    expect_code(&folder, "$T mc t.yaml -q -o b", 0);
    expect_same(&folder, "a", "b");
    clean(&folder);
}

Test(cli_study, in_an_array_of_slurm_the_task_is_the_shard, .timeout = 60)
{
    static const struct {
        const char *variables, *options, *made;
        int code;
    } cases[] = {
        {"TASK_ID=4 MIN=0 MAX=6 STEP=2 COUNT=4", "", "2-of-4", 0},
        /* Of an array from 0 on a part that is run again looks like this, too. */
        {"TASK_ID=7 MIN=3 MAX=9 STEP=2 COUNT=4", "", NULL, 1},
        {"TASK_ID=0 MIN=0 MAX=6 COUNT=7", "", "0-of-7", 0},
        {"TASK_ID=5 MIN=5 MAX=5 STEP=1 COUNT=1", "", NULL, 1},
        {"TASK_ID=0 MIN=0 MAX=0 STEP=1 COUNT=1", "", "0-of-1", 0},
        {"TASK_ID=7 MIN=3 MAX=9 STEP=1 COUNT=4", "", NULL, 1}, /* --array=3,5,7,9 */
        {"TASK_ID=7", "", NULL, 1},
        {"TASK_ID=7 MIN=3 MAX=9 STEP=1 COUNT=4", "--shard 1/3", "1-of-3", 0},
        {"TASK_ID=7 MIN=3 MAX=9 STEP=2 COUNT=4", "--shard none", NULL, 0},
    };
    struct folder folder = prepared(MONTE_CARLO);
    for (size_t i = 0; i < COUNT(cases); i++) {
        char line[400];
        snprintf(line, sizeof line,
                 "rm -rf a; export SLURM_ARRAY_%s; for v in $(env | grep -E "
                 "'^(MIN|MAX|STEP|COUNT)='); do export SLURM_ARRAY_TASK_$v; done; "
                 "$T mc t.yaml -n 8 -q -o a %s",
                 cases[i].variables, cases[i].options);
        expect_code(&folder, line, cases[i].code);
        snprintf(line, sizeof line,
                 cases[i].made ? "ls a/shards/%s/plan.json" : "test ! -e a/shards%s",
                 cases[i].made ? cases[i].made : "");
        expect_code(&folder, line, 0);
    }
    clean(&folder);
}

/* ---- what is missing ---- */

Test(cli_study, missing_replications_are_listed_with_the_commands_that_run_them,
     .timeout = 60)
{
    struct folder folder = prepared(MONTE_CARLO);
    expect_code(&folder,
                "$T mc t.yaml -q -o a --set seed=9; for i in 0 1 3; do $T mc t.yaml -q "
                "--set seed=9 --shard $i/5 -o \"it's\" || exit 9; done",
                0);
    struct outcome *outcome = run(&folder, "$T merge \"it's\" -o m");
    cr_expect(eq(int, outcome->code, 2));
    cr_expect(eq(str, outcome->err,
                 "tenure: m: 38 of 96 runs are missing; nothing was written\n"
                 "Missing replications: 2, 4, 7, 9, 12, 14, 17, 19, 22, 24, 27, 29, "
                 "32, 34, 37,\n  39, 42, 44, 47, 49 and 18 more\n"
                 "These commands run them and nothing else:\n"
                 "  tenure mc t.yaml --set seed=9 -o 'it'\\''s' --shard 2/5\n"
                 "  tenure mc t.yaml --set seed=9 -o 'it'\\''s' --shard 4/5\n"));
    expect_code(&folder, "ls m", 2);
    /* As it is told, from a shell. */
    expect_code(
        &folder,
        "alias tenure=\"$T -q\"; $T merge \"it's\" 2>&1 | grep '^  tenure mc' | "
        "sed \"s|tenure|$T|\" >commands; sh -e commands && $T merge \"it's\" -q",
        0);
    expect_same(&folder, "a", "it\\'s");

    /* As it is told in another folder. */
    expect_code(
        &folder,
        "mkdir -p far; $T mc t.yaml -q --set seed=9 --shard 0/2 -o n; cd far; $T "
        "merge ../n 2>&1 | grep '^  cd .* && tenure mc' | sed \"s|tenure mc|$T mc "
        "-q|\" "
        ">commands; cd /; sh -e $OLDPWD/commands; cd $OLDPWD && $T merge "
        "../n -q",
        0);
    expect_same(&folder, "a", "n");

    /* A part of a shard, and a study that was run without any. */
    expect_code(&folder,
                "$T mc t.yaml -q --shard 0/2 -o h; rm h/shards/0-of-2/rows-*1*;"
                "mv h/shards/0-of-2 x; mv x h/shards/1-of-2",
                0);
    outcome = run(&folder, "$T merge h");
    cr_expect(eq(int, outcome->code, 2));
    clean(&folder);
}

/* ---- what is refused ---- */

Test(cli_study, shards_of_other_studies_are_refused, .timeout = 60)
{
    static const struct {
        const char *options, *message;
    } cases[] = {
        {"--set seed=8", "seed was 7 and is 8"},
        {"--set pools.own.gpus=12", "pools.own.gpus was 16 and is 12"},
        {"-n 97", "the study's replications was 96 and is 97"},
        {"--set study.sampling=lhs", "the study's sampling was plain and is lhs"},
        {"--set 'uncertain={dispatch.backfill: {discrete: [none, skip]}}'",
         "the study's uncertain has changed"},
        {"--set 'study.confidence=90 %'", "the study's confidence was 0.95 and is 0.9"},
    };
    struct folder folder = prepared(MONTE_CARLO);
    for (size_t i = 0; i < COUNT(cases); i++) {
        char line[400], expected[200];
        snprintf(line, sizeof line,
                 "rm -rf a; $T mc t.yaml -q --shard 0/2 -o a; "
                 "$T mc t.yaml -q --shard 1/2 -o a %s; $T merge a",
                 cases[i].options);
        struct outcome *outcome = run(&folder, line);
        snprintf(expected, sizeof expected,
                 "tenure: a/shards/1-of-2 is not of the same study as a/shards/0-of-2: "
                 "%s\n",
                 cases[i].message);
        cr_expect(eq(int, outcome->code, 2));
        cr_expect(eq(str, outcome->err, expected));
    }
    clean(&folder);
}

Test(cli_study, another_study_or_result_is_replaced_by_force_alone, .timeout = 60)
{
    struct folder folder = prepared(MONTE_CARLO);
    expect_code(&folder, "$T mc t.yaml -q -o a -n 20", 0);
    struct outcome *outcome = run(&folder, "$T mc t.yaml -o a -n 21");
    cr_expect(eq(int, outcome->code, 1));
    cr_expect(
        eq(str, outcome->err,
           "tenure: a holds another study: the study's replications was 20 and is "
           "21; name another directory, or replace it with --force\n"));
    expect_code(&folder, "$T mc t.yaml -q -o a -n 21 --force && test ! -e a/plan.json",
                0);
    outcome = run(&folder, "$T mc t.yaml -o a -n 21");
    cr_expect(eq(int, outcome->code, 0));
    static const char again[] =
        "a holds this study already, and it is finished.\n\nt: 21 "
        "replications; ";
    cr_expect(strncmp(outcome->out, again, strlen(again)) == 0, "%s", outcome->out);

    /* One that has begun. */
    expect_code(&folder,
                "$T mc t.yaml -q -o a -n 20 --force --keep-rows && "
                "rm a/manifest.json",
                0);
    outcome = run(&folder, "$T mc t.yaml -o a -n 21 --set seed=1");
    cr_expect(eq(int, outcome->code, 1));
    cr_expect(eq(str, outcome->err,
                 "tenure: a holds another study that has begun: seed was 7 and is 1; "
                 "name another directory, or replace it with --force\n"));
    expect_code(&folder, "$T mc t.yaml -q -o a -n 20 && ls a/points.csv", 0);

    /* A run in its place, and back. */
    expect_code(&folder, "$T run t.yaml -q -o a", 1);
    expect_code(&folder, "$T run t.yaml -q -o a --force && test ! -e a/points.csv", 0);
    outcome = run(&folder, "$T mc t.yaml -o a -n 20");
    cr_expect(eq(str, outcome->err,
                 "tenure: a holds the result of a run; name another directory, or "
                 "replace it with --force\n"));
    expect_code(&folder,
                "$T mc t.yaml -q -o a -n 20 --force && test ! -e a/jobs.csv && "
                "$T audit a",
                0);
    clean(&folder);
}

Test(cli_study, a_directory_with_anything_else_is_not_touched)
{
    struct folder folder = prepared(MONTE_CARLO);
    expect_code(&folder, "mkdir a; echo precious >a/notes.txt", 0);
    struct outcome *outcome = run(&folder, "$T mc t.yaml -o a -n 20 --force");
    cr_expect(eq(int, outcome->code, 1));
    cr_expect(eq(str, outcome->err,
                 "tenure: a holds 'notes.txt', which is not Tenure's; name another "
                 "directory\n"));
    expect_code(&folder, "test \"$(ls -A a)\" = notes.txt", 0);
    clean(&folder);
}

Test(cli_study, force_empties_no_folder_but_those_of_shards, .timeout = 60)
{
    static const char *const kept[] = {"notes",   "1-of-2.old", "3-of-2",
                                       "01-of-2", "1-of-3", /* without a plan */
                                       "2-of-3"};           /* with another's */
    struct folder folder = prepared(MONTE_CARLO);
    expect_code(
        &folder,
        "for i in 0 1; do $T mc t.yaml -q -n 8 --shard $i/2 -o a || exit 9; "
        "$T mc t.yaml -q -n 8 --shard $i/2 -o x || exit 9; done; cp x/shards/0-of-2/"
        "plan.json .; cp x/shards/0-of-2/rows-000000-0000.part .",
        0);
    for (size_t i = 0; i < COUNT(kept); i++) {
        char line[400];
        snprintf(line, sizeof line,
                 "mkdir a/shards/%s && cd a/shards/%s && echo mine >lock && echo mine "
                 ">.plan.json.tmp && cp ../../../*.part . && %s",
                 kept[i], kept[i], i < 4 ? "cp ../../../plan.json ." : "true");
        expect_code(&folder, line, 0);
    }
    expect_code(&folder, "echo '{\"study\": {}}' >a/shards/2-of-3/plan.json", 0);
    /* A shard that is a link, and one whose plan is. */
    expect_code(&folder,
                "mv a/shards/1-of-2 far; ln -s ../../far a/shards/1-of-2; "
                "mkdir a/shards/4-of-5; ln -s ../../../plan.json a/shards/4-of-5; "
                "cp rows-* a/shards/4-of-5; (find a/shards far ! -path '*/0-of-2*') | "
                "sort >before",
                0);
    expect_code(&folder,
                "$T mc t.yaml -q -n 8 -o a --force --set seed=9 && find a/shards far | "
                "sort | diff before - && test ! -e a/shards/0-of-2",
                0);
    /* All of them elsewhere. */
    expect_code(&folder,
                "mv x/shards y; ln -s ../y x/shards; find y | sort >before; $T mc "
                "t.yaml -q -n 8 -o x --force --set seed=9 && find y | sort | diff "
                "before - && test -L x/shards",
                0);
    clean(&folder);
}

/* Names that are written before they appear, planted as links. */
Test(cli_study, links_in_its_directory_lead_nowhere, .timeout = 60)
{
    struct folder folder = prepared(MONTE_CARLO);
    expect_code(&folder, "$T mc t.yaml -q -o a -n 20", 0);
    expect_code(
        &folder,
        "mkdir b far && cd far && for f in plan.json replications.csv points.csv "
        "manifest.json; do echo mine >$f; ln -s ../far/$f ../b/.$f.tmp; done; "
        "ln -sf ../far/new ../b/.points.csv.tmp; cd .. && $T mc t.yaml -q -o b "
        "-n 20",
        0);
    expect_code(&folder, "test \"$(cat far/*)\" = \"$(yes mine | head -4)\"", 0);
    expect_code(&folder, "test -z \"$(find b -type l)\" && test ! -e far/new", 0);
    expect_same(&folder, "a", "b");
    /* Another name of a file outside. */
    expect_code(&folder,
                "rm -r b; mkdir b; ln far/plan.json b/.replications.csv.tmp; ln "
                "far/plan.json b/.plan.json.tmp; $T mc t.yaml -q -o b -n 20 && "
                "grep -x mine far/plan.json",
                0);
    clean(&folder);
}

Test(cli_study, mistakes_are_told)
{
    static const struct {
        const char *line;
        int code;
        const char *message;
    } cases[] = {
        {"mc", 1, "mc: name one scenario; see `tenure mc --help`"},
        {"mc t.yaml", 1, "mc: -o DIR is needed; see `tenure mc --help`"},
        {"mc t.yaml -o a -j 0", 1, "--jobs: 0 is not from 1 to 1024"},
        {"mc t.yaml -o a --shard 3/3", 1,
         "--shard: '3/3' is not I/N with I from 0 to N - 1, such as 3/16, or none"},
        {"mc t.yaml -o a --shard -1/3", 1,
         "--shard: '-1/3' is not I/N with I from 0 to N - 1, such as 3/16, or none"},
        {"mc t.yaml -o a --lock-wait soon", 1,
         "--lock-wait: 'soon' is no number of seconds, such as 60"},
        {"mc t.yaml -o a -n few", 1,
         "--replications: 'few' is not a whole number such as 5"},
        {"sweep t.yaml -o a", 2,
         "the scenario has no `sweep`, such as `sweep: {pools.own.gpus: 0..512 step "
         "64}`; without one it is a case for `tenure mc`"},
        {"mc s.yaml -o a", 2,
         "s.yaml:13:9: the scenario has a `sweep`, which is not for `tenure mc`; "
         "`tenure sweep` runs its points"},
        {"mc t.yaml -o none/a", 2, "none/a: No such file or directory"},
        {"mc t.yaml -o t.yaml", 2, "t.yaml: Not a directory"},
        {"merge", 1,
         "merge: name the directory of a study, or those of its shards; see `tenure "
         "merge --help`"},
        {"merge a b", 1,
         "merge: -o DIR is needed where several are merged; see `tenure merge --help`"},
        {"merge .", 2,
         ".: neither a shard nor a directory with shards: there is no plan.json in it "
         "or "
         "in shards/I-of-N"},
    };
    struct folder folder = prepared(MONTE_CARLO);
    folder_write(&folder, "s.yaml", sweep);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct outcome *outcome = tenure(&folder, cases[i].line);
        char expected[400];
        snprintf(expected, sizeof expected, "tenure: %s\n", cases[i].message);
        cr_expect(eq(str, outcome->err, expected));
        cr_expect(outcome->code == cases[i].code, "%s: exit %d", cases[i].line,
                  outcome->code);
    }
    expect_code(&folder, "ls -d a none", 2);
    clean(&folder);
}
