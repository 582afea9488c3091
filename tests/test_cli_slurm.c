#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "slurm_program.h"

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
