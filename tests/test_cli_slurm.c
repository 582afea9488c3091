#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "program.h"

/* `tenure slurm` with stand-ins for sbatch and squeue: what they are given stands in
 * the file `asked`, what squeue says in `queue`.  tests/slurm/ has the real ones. */

static const char yaml[] =
    "start: 2026-01-01\nhorizon: 20d\nseed: 7\n"
    "demand: [{model: {name: poisson, rate: 20 /d, duration: 6h, gpus: 4}}]\n"
    "pools:\n"
    "  - {name: own, tenure: own, class: h100-sxm, gpus: 16}\n"
    "  - {name: burst, tenure: on-demand, class: h100-sxm, limit: 64, price: 2.95 "
    "USD/GPU-h}\n"
    "uncertain: {pools.burst.price: {normal: {mean: 2.95 USD/GPU-h, sd: 0.2 "
    "USD/GPU-h}}}\n"
    "study: {replications: 23}\n";

static const char sbatch[] = "#!/bin/sh\n"
                             "{ echo sbatch; printf '  %s\\n' \"$@\"; } >>asked\n"
                             "echo \"$(grep -c '^sbatch' asked)1;cluster\"\n";

static const char squeue[] = "#!/bin/sh\n"
                             "{ echo squeue; printf '  %s\\n' \"$@\"; } >>asked\n"
                             "[ -e queue ] && cat queue\n";

static void clean(const struct folder *folder)
{
    char command[256];
    snprintf(command, sizeof command, "rm -rf %s", folder->path);
    cr_expect(eq(int, system(command), 0));
}

/* A shell line in the folder; $T is the program. */
static struct outcome *run(const struct folder *folder, const char *line)
{
    char command[1800];
    snprintf(
        command, sizeof command,
        "--version >/dev/null; T=\"$TENURE_PROGRAM\"; PATH=$PWD:$PATH; export PATH; "
        "unset SLURM_ARRAY_TASK_ID SLURM_JOB_ID; %s",
        line);
    return tenure(folder, command);
}

static void expect_code(const struct folder *folder, const char *line, int code)
{
    struct outcome *outcome = run(folder, line);
    cr_expect(outcome->code == code, "%s: exit %d, not %d: %s%s", line, outcome->code,
              code, outcome->out, outcome->err);
}

static struct folder prepared(void)
{
    struct folder folder = folder_new();
    folder_write(&folder, "t.yaml", yaml);
    folder_write(&folder, "sbatch", sbatch);
    folder_write(&folder, "squeue", squeue);
    expect_code(&folder, "chmod +x sbatch squeue", 0);
    return folder;
}

/* The name that the jobs of the study in `dir` have. */
static const char *job_name(const struct folder *folder, const char *dir)
{
    static char name[64];
    char line[256];
    snprintf(line, sizeof line,
             "sed -n 's/^#SBATCH --job-name=//p' '%s/shards/study.sbatch'", dir);
    snprintf(name, sizeof name, "%.60s", run(folder, line)->out);
    name[strcspn(name, "\n")] = '\0';
    return name;
}

Test(cli_slurm, the_script_is_the_same_each_time_and_stands_in_the_study)
{
    struct folder folder = prepared();
    expect_code(&folder, "$T slurm t.yaml -o d --shards 5 --jobs 2 -q -- -p gpu >one",
                0);
    expect_code(&folder, "$T slurm t.yaml -o d --shards 5 --jobs 2 -q -- -p gpu >two",
                0);
    expect_code(&folder, "cmp one two && cmp one d/shards/study.sbatch", 0);
    expect_code(&folder, "test -x d/shards/study.sbatch -a -d d/shards/logs", 0);
    expect_code(&folder, "test ! -e asked", 0); /* nothing was submitted */
    static const char *const lines[] = {
        "#SBATCH --array=0-4",
        "#SBATCH --cpus-per-task=2",
        "#SBATCH -p gpu",
        "tasks=5",
        "# 23 replications in 5 tasks, each with up to 5 of them.",
    };
    for (size_t i = 0; i < COUNT(lines); i++) {
        char line[128];
        snprintf(line, sizeof line, "grep -qxF -e '%s' one", lines[i]);
        expect_code(&folder, line, 0);
    }
    clean(&folder);
}

Test(cli_slurm, the_number_of_tasks_is_told_from_a_pilot)
{
    struct folder folder = prepared();
    struct outcome *outcome = run(&folder, "$T slurm t.yaml -o d --pilot 2 >script");
    cr_expect(eq(int, outcome->code, 0));
    cr_expect(strstr(outcome->err, "23 replications in 1 task.\nA task takes some ") ==
                  outcome->err,
              "%s", outcome->err);
    cr_expect(strstr(outcome->err, " here (mean of 2), and ") != NULL, "%s",
              outcome->err);
    cr_expect(strstr(outcome->err, "It is also d/shards/study.sbatch; `sh "
                                   "d/shards/study.sbatch` submits it.\n") != NULL);
    /* Much more work, which is not done here. */
    expect_code(&folder,
                "$T slurm t.yaml -o e --minutes 0.1 -q -n 1000000 >script && "
                "n=$(sed -n 's/^tasks=//p' script) && test $n -gt 1 -a $n -le 1001",
                0);
    clean(&folder);
}

Test(cli_slurm, its_tasks_run_by_themselves_and_merged_are_the_study, .timeout = 120)
{
    static const char *const dirs[] = {"d", "it's; touch pwned", "$(touch pwned)",
                                       "`touch pwned` %a \"x\""};
    struct folder folder = prepared();
    expect_code(&folder, "$T mc t.yaml -o one -q --set name=\"it's \\$(touch pwned)\"",
                0);
    for (size_t i = 0; i < COUNT(dirs); i++) {
        folder_write(&folder, "dir", dirs[i]);
        expect_code(
            &folder,
            "d=$(cat dir); $T slurm t.yaml -o \"$d\" --shards 3 -q "
            "--set name=\"it's \\$(touch pwned)\" >script && cd / && "
            "for i in 2 0 1; do SLURM_ARRAY_TASK_ID=$i sh \"$OLDPWD/script\" || "
            "exit 9; done; sh \"$OLDPWD/script\" merge",
            0);
        expect_code(
            &folder,
            "d=$(cat dir); for f in replications.csv points.csv manifest.json; do "
            "cmp one/$f \"$d/$f\" || exit 9; done; test ! -e pwned",
            0);
        struct outcome *outcome = run(&folder, "$T slurm -o \"$(cat dir)\" --status");
        cr_expect(strstr(outcome->out, " is finished: its results are there.\n") !=
                      NULL,
                  "%s%s", outcome->out, outcome->err);
        outcome = run(&folder, "$T slurm t.yaml -o \"$(cat dir)\" --submit "
                               "--set name=\"it's \\$(touch pwned)\"");
        cr_expect(eq(int, outcome->code, 1));
        cr_expect(strstr(outcome->err, ": this study is finished, and its results are "
                                       "there\n") != NULL,
                  "%s", outcome->err);
    }
    clean(&folder);
}

Test(cli_slurm, every_study_command_makes_such_tasks, .timeout = 120)
{
    static const struct {
        const char *command, *arguments, *more, *result;
    } cases[] = {
        {"sweep", "", "--set sweep='{pools.own.gpus: [8, 16]}'", "paired.csv"},
        {"sensitivity",
         "--method morris --size 3 --metric total.economic_usd --metric=total.npv_usd",
         "-n 4 --set seed=9", "morris.csv"},
        {"breakeven", "--metric total.cash_usd",
         "-n 5 --set breakeven='{x: {pools.own.gpus: [8, 16]}, between: {a: {}, b: "
         "{pools.own.tenure: lease, pools.own.term: 1y, pools.own.price: 2 "
         "USD/GPU-h}}}'",
         "boundary.csv"},
    };
    struct folder folder = prepared();
    for (size_t i = 0; i < COUNT(cases); i++) {
        char line[1024];
        snprintf(line, sizeof line,
                 "rm -rf a b; $T %s t.yaml -o a -q %s %s && "
                 "$T slurm t.yaml -o b --shards 2 -q %s%s %s %s >script",
                 cases[i].command, cases[i].arguments, cases[i].more,
                 i > 0 ? "--command " : "", i > 0 ? cases[i].command : "",
                 cases[i].arguments, cases[i].more);
        expect_code(&folder, line, 0);
        snprintf(line, sizeof line,
                 "for i in 0 1; do SLURM_ARRAY_TASK_ID=$i sh script || exit 9; done; "
                 "sh script merge && test -s a/%s && rm -r b/shards && diff -r a b",
                 cases[i].result);
        expect_code(&folder, line, 0);
    }
    struct outcome *outcome =
        run(&folder, "$T slurm t.yaml -o c --comm sweep --shards 2 -q");
    cr_expect_str_eq(outcome->err, "tenure: slurm: write --command in full\n");
    outcome = run(&folder, "$T slurm t.yaml -o c --method morris --shards 2 -q");
    cr_expect_str_eq(outcome->err,
                     "tenure: slurm: unknown option --method; see `tenure "
                     "slurm --help`\n");
    clean(&folder);
}

Test(cli_slurm, submitting_asks_sbatch_twice_and_tells_both_jobs)
{
    struct folder folder = prepared();
    struct outcome *outcome =
        run(&folder, "$T slurm t.yaml -o 'my d' --shards 4 -q --submit -- --time=60");
    cr_expect(eq(int, outcome->code, 0), "%s", outcome->err);
    cr_expect_str_eq(outcome->out, "job 11: the tasks\n"
                                   "job 21: the merge, when they have ended\n");
    expect_code(&folder,
                "grep -v '^  --[jon]' asked >asked2; cat >want <<'X'\n"
                "squeue\n"
                "  --array\n"
                "  --format=%i|%j|%T|%N|%r\n"
                "sbatch\n"
                "  --parsable\n"
                "  --\n"
                "  my d/shards/study.sbatch\n"
                "sbatch\n"
                "  --parsable\n"
                "  --array=\n"
                "  --cpus-per-task=1\n"
                "  --dependency=afterany:11\n"
                "  --\n"
                "  my d/shards/study.sbatch\n"
                "  merge\n"
                "X\ndiff want asked2",
                0);

    /* Not twice: its jobs are there. */
    char line[256];
    snprintf(line, sizeof line, "echo '11_2|%s|RUNNING|n7|None' >queue",
             job_name(&folder, "my d"));
    expect_code(&folder, line, 0);
    outcome = run(&folder, "$T slurm t.yaml -o 'my d' -q --submit");
    cr_expect(eq(int, outcome->code, 1));
    cr_expect_str_eq(outcome->err,
                     "tenure: my d: jobs of it are in the queue, as running "
                     "on n7 (11_2); `tenure slurm -o DIR --status` tells "
                     "more\n");

    /* What sbatch does not take is an error. */
    expect_code(&folder,
                "rm queue; printf '#!/bin/sh\\necho no >&2; exit 1\\n' >sbatch", 0);
    outcome = run(&folder, "$T slurm t.yaml -o 'my d' -q --submit");
    cr_expect(eq(int, outcome->code, 5));
    cr_expect_str_eq(outcome->err,
                     "no\ntenure: my d: it was not submitted, or not as a "
                     "whole; sbatch has said why\n");
    clean(&folder);
}

Test(cli_slurm, the_status_is_of_the_files_and_of_the_queue, .timeout = 60)
{
    struct folder folder = prepared();
    struct outcome *outcome = run(&folder, "$T slurm -o d --status");
    cr_expect_str_eq(outcome->err,
                     "tenure: d: no study has been begun here by `tenure slurm`\n");
    cr_expect(eq(int, outcome->code, 2));

    expect_code(&folder, "$T slurm t.yaml -o d --shards 5 -q >script", 0);
    outcome = run(&folder, "rm squeue; PATH=$PWD $T slurm -o d --status");
    cr_expect_str_eq(
        outcome->out,
        "d: 0 of 5 tasks are done.\n"
        "\n"
        "   task        done          of\n"
        "      0           0           ?\n"
        "      1           0           ?\n"
        "      2           0           ?\n"
        "      3           0           ?\n"
        "      4           0           ?\n"
        "\n"
        "squeue does not tell what runs.  What is missing is run, and merged, "
        "by\n"
        "\n"
        "  sh d/shards/study.sbatch --array=0-4\n"
        "\n"
        "Why a task ended is in its log, d/shards/logs/JOB_TASK.log.\n");
    outcome = run(&folder, "PATH=$PWD $T slurm -o d --status --json | tr -d ' \\n'");
    cr_expect(strstr(outcome->out, "\"replications\":null,") &&
                  strstr(outcome->out, "\"jobs\":null,\"merge\":null}"),
              "%s", outcome->out);

    /* Two shards are done, one has lost its end, one runs and one waits. */
    folder_write(&folder, "squeue", squeue);
    char line[512];
    expect_code(
        &folder,
        "chmod +x squeue; for i in 0 1 3; do SLURM_ARRAY_TASK_ID=$i sh script || "
        "exit 9; done; f=$(ls d/shards/3-of-5/rows-*.part); head -n 3 $f >g; "
        "mv g $f",
        0);
    const char *name = job_name(&folder, "d");
    snprintf(line, sizeof line,
             "printf '%%s\\n' '7_2|%s|PENDING||Priority' '7_4|%s|RUNNING|n2|None' "
             "'8|%s-merge|PENDING||Dependency' >queue",
             name, name, name);
    expect_code(&folder, line, 0);
    outcome = run(&folder, "$T slurm -o d --status");
    cr_expect_str_eq(outcome->out,
                     "d: 2 of 5 tasks are done, 12 of 23 replications.\n"
                     "\n"
                     "   task        done          of  job\n"
                     "      2           0           5  waiting (7_2: Priority)\n"
                     "      3           2           4  none\n"
                     "      4           0           4  running on n2 (7_4)\n"
                     "\n"
                     "What is missing and in no job is run, and merged, by\n"
                     "\n"
                     "  sh d/shards/study.sbatch --array=3\n"
                     "\n"
                     "Why a task ended is in its log, d/shards/logs/JOB_TASK.log.\n"
                     "\n"
                     "The merge is waiting (8: Dependency).\n");
    outcome = run(&folder, "$T slurm -o d --status --json | tr -d ' \\n'");
    cr_expect_str_eq(outcome->out, "{\"finished\":false,\"tasks\":5,\"tasks_done\":2,"
                                   "\"replications\":23,\"replications_done\":12,"
                                   "\"tasks_missing\":[3],"
                                   "\"tasks_of_another_study\":[],"
                                   "\"jobs\":[{\"job\":\"7_2\",\"state\":"
                                   "\"PENDING\",\"nodes\":\"\",\"reason\":"
                                   "\"Priority\",\"task\":2},{\"job\":\"7_4\","
                                   "\"state\":\"RUNNING\",\"nodes\":\"n2\","
                                   "\"reason\":\"None\",\"task\":4}],"
                                   "\"merge\":{\"job\":\"8\",\"state\":"
                                   "\"PENDING\",\"nodes\":\"\",\"reason\":"
                                   "\"Dependency\"}}");

    /* What merge says leads to the same. */
    outcome = run(&folder, "sh script merge");
    cr_expect(strstr(outcome->err, "or, on the cluster,\n  sh d/shards/study.sbatch "
                                   "--array=2-4\n") != NULL,
              "%s", outcome->err);
    expect_code(&folder,
                "for i in 2 3 4; do SLURM_ARRAY_TASK_ID=$i sh script || exit 9; done; "
                "rm queue",
                0);
    outcome = run(&folder, "$T slurm -o d --status");
    cr_expect_str_eq(outcome->out, "d: 5 of 5 tasks are done, 23 of 23 replications.\n"
                                   "\nIt is merged by\n\n  tenure merge d\n");
    clean(&folder);
}

Test(cli_slurm, what_has_begun_stays_divided_as_it_is, .timeout = 60)
{
    struct folder folder = prepared();
    expect_code(&folder, "$T mc t.yaml -o d -q --shard 1/4", 0);
    expect_code(&folder, "$T slurm t.yaml -o d -q | grep -qx tasks=4", 0);
    static const char *const cases[][2] = {
        {"$T slurm t.yaml -o d -q --shards 5",
         "tenure: --shards: d has been begun in 4; leave --shards away to go on, or "
         "name "
         "another directory\n"},
        {"$T slurm t.yaml -o d -q --set seed=8",
         "tenure: d/shards/1-of-4: it is of another study: "},
        {"$T mc t.yaml -o d -q --shard 1/3; $T slurm t.yaml -o d -q",
         "tenure: d: the study has been begun in "},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct outcome *outcome = run(&folder, cases[i][0]);
        cr_expect(outcome->code != 0 &&
                      strstr(outcome->err, cases[i][1]) == outcome->err,
                  "case %zu: %s", i, outcome->err);
    }
    clean(&folder);
}

/* The first shard is right, so that looking at it is not enough. */
Test(cli_slurm, a_shard_of_another_study_is_told_from_those_of_this, .timeout = 60)
{
    struct folder folder = prepared();
    expect_code(&folder,
                "$T slurm t.yaml -o d --shards 3 -q >script && SLURM_ARRAY_TASK_ID=0 "
                "sh script && $T mc t.yaml -o d -q --shard 1/3 --set seed=8",
                0);
    struct outcome *outcome = run(&folder, "$T slurm t.yaml -o d -q");
    cr_expect(strstr(outcome->err, "tenure: d/shards/1-of-3: it is of another study: "
                                   "seed was 8 and is 7\n") == outcome->err,
              "%s", outcome->err);
    outcome = run(&folder, "$T slurm -o d --status");
    cr_expect_str_eq(outcome->out,
                     "d: 1 of 3 tasks are done, 8 of 23 replications.\n"
                     "\n"
                     "   task        done          of\n"
                     "      1           0           8  of another study\n"
                     "      2           0           7\n"
                     "\n"
                     "squeue does not tell what runs.  What is missing is run, and "
                     "merged, by\n"
                     "\n"
                     "  sh d/shards/study.sbatch --array=2\n"
                     "\n"
                     "Why a task ended is in its log, d/shards/logs/JOB_TASK.log.\n"
                     "\n"
                     "Shards 1 are of another study, and nothing is merged with them: "
                     "move\n"
                     "their folders below d/shards away.\n");
    cr_expect(eq(int, outcome->code, 0));

    /* The script says which is the study, and not the order of the shards. */
    expect_code(&folder, "mv d/shards/0-of-3 x && mv d/shards/1-of-3 d/shards/0-of-3",
                0);
    expect_code(&folder, "$T mc t.yaml -o d -q --shard 2/3", 0);
    outcome = run(&folder, "$T slurm -o d --status --json | tr -d ' \\n'");
    cr_expect(strstr(outcome->out, "\"tasks_done\":1,") &&
                  strstr(outcome->out, "\"tasks_missing\":[1],"
                                       "\"tasks_of_another_study\":[0],"),
              "%s", outcome->out);
    clean(&folder);
}

Test(cli_slurm, a_script_that_was_edited_is_kept, .timeout = 60)
{
    struct folder folder = prepared();
    expect_code(&folder, "$T slurm t.yaml -o d --shards 3 --submit -q", 0);
    expect_code(&folder,
                "cp d/shards/study.sbatch edited && echo '# a remark' >>edited && "
                "cp edited d/shards/study.sbatch && $T slurm t.yaml -o d -q >again && "
                "test ! -e d/shards/study.sbatch.old",
                0);
    expect_code(&folder,
                "echo 'module load x' >>edited && cp edited d/shards/study.sbatch", 0);
    struct outcome *outcome = run(&folder, "$T slurm t.yaml -o d >again");
    cr_expect(strstr(outcome->err, "The script that was there is another, or was "
                                   "edited: it is kept as "
                                   "d/shards/study.sbatch.old.\n") != NULL,
              "%s", outcome->err);
    expect_code(&folder,
                "cmp edited d/shards/study.sbatch.old && cmp again "
                "d/shards/study.sbatch && test -x d/shards/study.sbatch",
                0);
    clean(&folder);
}

/* As getopt_long reads them, which knows abbreviations, letters in one word, and words
 * that are values. */
Test(cli_slurm, options_for_sbatch_are_read_as_it_does, .timeout = 60)
{
    static const struct {
        const char *options, *says; /* NULL: taken */
    } cases[] = {
        {"--job=x", "--job=x: the name of the jobs"},
        {"--job-n x", "--job-n: the name of the jobs"},
        {"--j x", "--j: the name of the jobs"},
        {"-HJ x", "-HJ: the name of the jobs"},
        {"-HJx", "-HJx: the name of the jobs"},
        {"-p gpu -Jx", "-Jx: the name of the jobs"},
        {"--exclusive -Jx", "-Jx: the name of the jobs"},
        {"--arr=1-4", "--array: this study has tasks 0-3"},
        {"--ar 1-4", "--array: this study has tasks 0-3"},
        {"--array=0-3%", "--array: this study has tasks 0-3"},
        {"--array=0-3%x", "--array: this study has tasks 0-3"},
        {"--array=0-3%0", "--array: this study has tasks 0-3"},
        {"--array=0-3%2,5", "--array: this study has tasks 0-3"},
        {"--array", "--array: this study has tasks 0-3"},
        {"--test", "--test: without --submit nothing is submitted"},
        {"--te", "--te: without --submit nothing is submitted"},
        {"--comment -J5", NULL},
        {"--comment=-J5", NULL},
        {"-A -J5", NULL},
        {"-p J -t 5 --mem 4G", NULL},
        {"--account=array --time-min=5", NULL},
        {"-a 0-3%12", NULL},
        {"--array 0-3", NULL},
        {"-Ha0-3", NULL},
    };
    struct folder folder = prepared();
    for (size_t i = 0; i < COUNT(cases); i++) {
        char line[256];
        snprintf(line, sizeof line, "$T slurm t.yaml -o d -q --shards 4 -- %s",
                 cases[i].options);
        struct outcome *outcome = run(&folder, line);
        bool ok = cases[i].says ? outcome->code == 1 &&
                                      strstr(outcome->err, cases[i].says) != NULL
                                : outcome->code == 0;
        cr_expect(ok, "%s: exit %d, %s", cases[i].options, outcome->code, outcome->err);
    }
    clean(&folder);
}

/* Between submitting and running anything may be changed. */
Test(cli_slurm, a_task_of_another_study_than_was_submitted_runs_nothing, .timeout = 60)
{
    struct folder folder = prepared();
    expect_code(&folder,
                "$T slurm t.yaml -o d --shards 4 -q -- --array=0-3%2 >script; "
                "SLURM_ARRAY_TASK_ID=0 sh script && echo '# changed' >>t.yaml",
                0);
    struct outcome *outcome = run(&folder, "SLURM_ARRAY_TASK_ID=1 sh script");
    cr_expect(eq(int, outcome->code, 1));
    cr_expect(strstr(outcome->err, "this is no longer the study that was asked for") !=
                  NULL,
              "%s", outcome->err);
    expect_code(&folder, "ls d/shards/1-of-4", 2);
    clean(&folder);
}

/* Settings of the user's for squeue would hide jobs that wait. */
Test(cli_slurm, squeue_is_asked_without_the_settings_of_the_user, .timeout = 60)
{
    struct folder folder = prepared();
    expect_code(&folder,
                "$T slurm t.yaml -o d --shards 4 -q >script; printf '#!/bin/sh\nenv >"
                "environment\n' >squeue; SQUEUE_STATES=RUNNING SQUEUE_USERS=x "
                "SQUEUEX=1 $T slurm -o d --status && ! grep ^SQUEUE_ environment && "
                "grep ^SQUEUEX= environment",
                0);
    clean(&folder);
}

/* A look at a script is no decision: only of the same study its tasks stay as many. */
Test(cli_slurm, a_script_for_something_else_fixes_no_number_of_tasks, .timeout = 60)
{
    struct folder folder = prepared();
    expect_code(&folder, "$T slurm t.yaml -o d --shards 5 -q >first", 0);
    expect_code(&folder, "$T slurm t.yaml -o d -q | cmp - first", 0);
    struct outcome *outcome = run(&folder, "$T slurm t.yaml -o d >again");
    cr_expect(strstr(outcome->err, "As many tasks as the script of this study had") !=
                  NULL,
              "%s", outcome->err);
    outcome = run(&folder, "$T slurm t.yaml -o d -n 22 | grep ^tasks=");
    cr_expect(strstr(outcome->err, "one replication took") != NULL, "%s", outcome->err);
    cr_expect(strcmp(outcome->out, "tasks=5\n") != 0);
    expect_code(&folder, "$T slurm t.yaml -o d --shards 5 -q >first", 0);
    outcome = run(&folder, "$T slurm t.yaml -o d --jobs 3 | grep ^tasks=");
    cr_expect(strcmp(outcome->out, "tasks=5\n") != 0, "%s", outcome->out);

    /* While jobs of it wait the script stays as they were made by it. */
    expect_code(&folder, "$T slurm t.yaml -o d --shards 5 -q >first", 0);
    char line[256];
    snprintf(line, sizeof line, "echo '11_2|%s|PENDING||None' >queue",
             job_name(&folder, "d"));
    expect_code(&folder, line, 0);
    outcome = run(&folder, "$T slurm t.yaml -o d -q --shards 8");
    cr_expect(eq(int, outcome->code, 1));
    cr_expect(strstr(outcome->err, "jobs of it are in the queue") != NULL, "%s",
              outcome->err);
    expect_code(&folder, "cmp first d/shards/study.sbatch", 0);
    expect_code(&folder, "$T slurm t.yaml -o d -q | cmp - first", 0);
    clean(&folder);
}

Test(cli_slurm, mistakes_are_told, .timeout = 60)
{
    static const struct {
        const char *arguments;
        int code;
        const char *message;
    } cases[] = {
        {"t.yaml", 1, "slurm: -o DIR is needed, the directory of the study"},
        {"-o d", 1, "slurm: name one scenario; see `tenure slurm --help`"},
        {"t.yaml x -o d", 1, "slurm: name one scenario; see `tenure slurm --help`"},
        {"- -o d", 1, "slurm: the tasks cannot read standard input; name a file"},
        {"t.yaml -o d --submit --status", 1, "slurm: --submit or --status, not both"},
        {"t.yaml -o d --shards 3 --minutes 5", 1,
         "slurm: --shards or --minutes, not both"},
        {"t.yaml -o d --json", 1, "slurm: --json is for --status"},
        {"t.yaml -o d --shards 0", 1, "--shards: 0 is not in 1 to 10000000"},
        {"t.yaml -o d --shards x", 1, "--shards: 'x' is not a whole number such as 5"},
        {"t.yaml -o d --shards 24", 1,
         "--shards: 24 are more than the 23 replications, of which each shard has "
         "some"},
        {"t.yaml -o d --minutes 0", 1,
         "--minutes: '0' is not a number in 0.1 to 10000"},
        {"t.yaml -o d --minutes inf", 1,
         "--minutes: 'inf' is not a number in 0.1 to 10000"},
        {"t.yaml -o d --jobs 1025", 1, "--jobs: 1025 is not in 1 to 1024"},
        {"t.yaml -o d --command nc", 1,
         "--command: 'nc' is not mc, sweep, sensitivity or breakeven"},
        {"t.yaml -o d -- -J mine", 1,
         "-J: the name of the jobs is that by which --status finds them; leave it"},
        {"t.yaml -o d -- --time=5 --job-name=mine", 1,
         "--job-name=mine: the name of the jobs is that by which --status finds them; "
         "leave it"},
        {"t.yaml -o d --shards 4 -- --array=1-3", 1,
         "--array: this study has tasks 0-3, all of which are needed; 0-3%8 runs eight "
         "at a time"},
        {"t.yaml -o d --shards 4 -- -a 0-31", 1,
         "--array: this study has tasks 0-3, all of which are needed; 0-3%8 runs eight "
         "at a time"},
        {"none.yaml -o d", 2, "none.yaml: No such file or directory"},
        {"t.yaml -o d --set pools.own.gpus=x", 2,
         "--set pools.own.gpus: 'x' is not a whole number, such as 8"},
        {"t.yaml -o ''", 1, "slurm: -o DIR is needed, the directory of the study"},
        {"t.yaml -o \"$(printf 'a\\nb')\"", 1,
         "-o: 'a?b' has the end of a line, which no command of a script should hold"},
        {"t.yaml -o d -- \"$(printf 'a\\rb')\"", 1,
         "an option for sbatch: 'a?b' has a control character, which no command of a "
         "script should hold"},
        {"t.yaml -o full", 1,
         "full holds 'mine', which is not Tenure's; name another directory"},
    };
    struct folder folder = prepared();
    expect_code(&folder, "mkdir full; touch full/mine", 0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        char line[256], wanted[512];
        snprintf(line, sizeof line, "$T slurm %s", cases[i].arguments);
        snprintf(wanted, sizeof wanted, "tenure: %s", cases[i].message);
        struct outcome *outcome = run(&folder, line);
        cr_expect(strncmp(outcome->err, wanted, strlen(wanted)) == 0 &&
                      strcmp(outcome->err + strlen(wanted), "\n") == 0,
                  "case %zu\n  says   %s  wanted %s", i, outcome->err, wanted);
        cr_expect(outcome->code == cases[i].code, "case %zu: exit %d", i,
                  outcome->code);
    }
    expect_code(&folder,
                "test \"$(ls)\" = \"$(printf 'err\\nfull\\nout\\nsbatch\\n"
                "squeue\\nt.yaml')\"",
                0);
    clean(&folder);
}
