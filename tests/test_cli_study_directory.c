#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "study_program.h"

/* Whose the directory of a study is: what is replaced there, and what is not. */

static void expect_refused(const struct folder *folder, const char *line, int code,
                           const char *message)
{
    struct outcome *outcome = run(folder, line);
    char expected[500];
    snprintf(expected, sizeof expected, "tenure: %s\n", message);
    cr_expect(outcome->code == code, "%s: exit %d", line, outcome->code);
    cr_expect(eq(str, outcome->err, expected));
}

Test(cli_study_directory, a_name_of_tenures_is_no_proof_that_a_file_is, .timeout = 60)
{
    static const struct {
        const char *name, *message;
    } cases[] = {
        {"jobs.csv", NULL},
        {"points.csv", NULL},
        {"run.json", NULL},
        {"rows-000000-0000.part", NULL},
        {"plan.json", "b/plan.json is not Tenure's, and is not replaced, with --force, "
                      "too; move that file or name another directory"},
        {"manifest.json", "b/manifest.json is not Tenure's, and is not replaced, with "
                          "--force, too; move that file or name another directory"},
    };
    static const char *const commands[] = {
        "mc t.yaml -n 8 -q -o b", "mc t.yaml -n 8 -q -o b --force", "merge c -q -o b",
        "merge c -q -o b --force"};
    struct folder folder = prepared(MONTE_CARLO);
    expect_code(&folder, "$T mc t.yaml -q -n 8 --shard 0/1 -o c", 0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        char line[300], message[300];
        snprintf(
            line, sizeof line,
            "rm -rf b; mkdir b; echo '{\"program\": \"mine\"}' >b/%s; cp -a b kept",
            cases[i].name);
        expect_code(&folder, line, 0);
        snprintf(
            message, sizeof message,
            "b holds '%s', but no plan.json or manifest.json of Tenure's, so it is "
            "no study, and nothing in it is replaced, with --force, too; move that "
            "file or name another directory",
            cases[i].name);
        for (size_t k = 0; k < COUNT(commands); k++) {
            snprintf(line, sizeof line, "$T %s", commands[k]);
            expect_refused(&folder, line, 2,
                           cases[i].message ? cases[i].message : message);
        }
        expect_code(&folder, "diff -r kept b && rm -r kept", 0);
    }
    clean(&folder);
}

/* A study of its own is replaced, and a file that happens to be called as one of a
 * run's stays. */
Test(cli_study_directory, force_replaces_what_the_plan_or_manifest_proves,
     .timeout = 60)
{
    struct folder folder = prepared(MONTE_CARLO);
    expect_code(&folder,
                "$T mc t.yaml -q -n 8 -o b && echo mine >b/jobs.csv && $T mc t.yaml -q "
                "-n 9 -o b --force && grep -x mine b/jobs.csv && rm b/jobs.csv && $T "
                "mc t.yaml -q -n 9 -o a && diff -r a b",
                0);
    /* A run's are the run's. */
    expect_code(&folder,
                "rm -r b; $T run t.yaml -q -o b && ls b/jobs.csv b/run.json && $T mc "
                "t.yaml -q -n 9 -o b --force && diff -r a b",
                0);
    /* A plan of another version, and a manifest that is a link to ours. */
    expect_code(&folder,
                "$T mc t.yaml -q -n 9 -o c --keep-rows && rm c/manifest.json && sed -i "
                "s/total.npv_usd/total.gone_usd/ c/plan.json && $T mc t.yaml -q -n 9 "
                "-o c --force && diff -r a c",
                0);
    expect_refused(&folder,
                   "mv b/manifest.json m; ln -s ../m b/manifest.json; $T mc t.yaml -q "
                   "-n 8 -o b --force",
                   2,
                   "b/manifest.json is not Tenure's, and is not replaced, with "
                   "--force, too; move that file or name another directory");
    clean(&folder);
}

/* A folder where the manifest would be written ends both in that moment. */
Test(cli_study_directory, ended_while_files_appear_it_needs_no_force, .timeout = 60)
{
    static const char *const commands[] = {"mc t.yaml -q -n 20 -o b", "merge c -q -o b",
                                           "merge b -q"};
    struct folder folder = prepared(MONTE_CARLO);
    expect_code(&folder,
                "$T mc t.yaml -q -n 20 -o a; for i in 0 1; do $T mc t.yaml -q -n 20 "
                "--shard $i/2 -o c || exit 9; done",
                0);
    for (size_t i = 0; i < COUNT(commands); i++) {
        char line[300];
        snprintf(line, sizeof line,
                 "rm -rf b; mkdir b; %s mkdir b/.manifest.json.tmp; $T %s",
                 i == 2 ? "cp -r c/shards b;" : "", commands[i]);
        expect_code(&folder, line, 5);
        expect_code(&folder, "ls b/replications.csv b/points.csv b/plan.json", 0);
        snprintf(line, sizeof line, "rmdir b/.manifest.json.tmp; $T %s", commands[i]);
        expect_code(&folder, line, 0);
        expect_same(&folder, "a", "b");
    }
    clean(&folder);
}

Test(cli_study_directory, a_merge_by_force_that_fails_leaves_the_earlier_result,
     .timeout = 60)
{
    struct folder folder = prepared(MONTE_CARLO);
    expect_code(
        &folder,
        "$T mc t.yaml -q -n 20 -o a; $T mc t.yaml -q -n 20 --shard 0/1 -o c; $T "
        "mc t.yaml -q -n 8 -o b; cp -r b kept; mkdir b/.points.csv.tmp",
        0);
    expect_code(&folder, "$T merge c -q -o b --force", 2);
    expect_code(&folder,
                "rmdir b/.points.csv.tmp; rm b/lock; $T audit b && diff kept b", 0);
    expect_code(&folder, "$T merge c -q -o b --force", 0);
    expect_same(&folder, "a", "b");
    clean(&folder);
}

static const char long_one[] = FRAME UNCERTAIN "study: {replications: 100000}\n";

/* The others are there, too, and nothing of any of them goes. */
/* A folder in the way of a result ends it between the new plan and the manifest. */
Test(cli_study_directory, a_merge_by_force_that_is_ended_is_gone_on_with, .timeout = 60)
{
    struct folder folder = prepared(MONTE_CARLO);
    expect_code(
        &folder,
        "$T mc t.yaml -q -o a && $T mc t.yaml -q -o s --shard 0/2 && $T mc t.yaml "
        "-q -o s --shard 1/2 && $T mc t.yaml -q -o b --keep-rows --set seed=8 && "
        "rm b/manifest.json b/*.csv && mkdir b/points.csv",
        0);
    expect_code(&folder, "$T merge s/shards/* -o b --force -q", 2);
    expect_code(&folder, "grep -q '\"seed\": 7' b/plan.json", 0);
    expect_code(&folder, "rmdir b/points.csv && $T mc t.yaml -q -o b", 0);
    expect_same(&folder, "a", "b");
    clean(&folder);
}

Test(cli_study_directory, force_does_not_take_a_shard_from_who_runs_it, .timeout = 60)
{
    struct folder folder = prepared(long_one);
    struct outcome *outcome = run(
        &folder,
        "for i in 0 2; do $T mc t.yaml -n 8 -q --shard $i/3 -o b || exit 9; done; "
        "$T mc t.yaml -q -o b --shard 1/3 -j1 & p=$!; i=0; until ls "
        "b/shards/1-of-3/rows-* >/dev/null 2>&1 || [ $((i += 1)) = 900 ]; do sleep "
        "0.02; done; ls -d b/shards/*/* >before; $T mc t.yaml -n 8 -o b --force; "
        "code=$?; echo $p by; ls -d b/shards/*/* | diff before - || code=9; kill $p; "
        "wait $p; $T mc t.yaml -q -n 8 -o b --force --lock-wait 5 || code=8; ls b; "
        "exit $code");
    char expected[200];
    snprintf(expected, sizeof expected,
             "tenure: b/shards/1-of-3 is being written to by process %d on ",
             atoi(outcome->out));
    cr_expect(eq(int, outcome->code, 1), "%s", outcome->out);
    cr_expect(strncmp(outcome->err, expected, strlen(expected)) == 0, "%s%s",
              outcome->out, outcome->err);
    cr_expect(strstr(outcome->out, "by\nmanifest.json\npoints.csv\n"
                                   "replications.csv\n") != NULL,
              "%s", outcome->out);
    clean(&folder);
}

Test(cli_study_directory, what_others_put_beside_a_study_is_left_alone, .timeout = 60)
{
    static const char *const commands[] = {"$T mc t.yaml -q -n 20 -o b",
                                           "$T mc t.yaml -q -n 20 -o b",
                                           "$T mc t.yaml -q -n 20 -o b --force",
                                           "$T mc t.yaml -q -n 20 --shard 1/2 -o c",
                                           "$T merge c -q",
                                           "$T mc t.yaml -q -n 20 -o c --force"};
    struct folder folder = prepared(MONTE_CARLO);
    expect_code(
        &folder,
        "$T mc t.yaml -q -n 20 -o a; $T mc t.yaml -q -n 20 -o b --keep-rows; "
        "$T mc t.yaml -q -n 20 --shard 0/2 -o c; rm b/manifest.json b/points.csv",
        0);
    expect_code(&folder,
                "for d in b c c/shards/0-of-2; do mkdir $d/mine && echo mine | tee "
                "$d/slurm-1.out $d/.nfs0001 $d/core >$d/mine/plan.json; "
                "done",
                0);
    for (size_t i = 0; i < COUNT(commands); i++)
        expect_code(&folder, commands[i], 0);
    expect_code(&folder,
                "for d in b c c/shards/0-of-2; do test \"$(cd $d; cat slurm-1.out "
                ".nfs0001 core mine/plan.json)\" = \"$(yes mine | head -4)\" "
                "|| exit 9; (cd $d; rm -r slurm-1.out .nfs0001 core mine); "
                "done; test ! -e c/shards/0-of-2/plan.json",
                0);
    expect_same(&folder, "a", "b");
    expect_same(&folder, "a", "c");
    /* Of a run, and where there is nothing of ours. */
    expect_refused(&folder,
                   "$T run t.yaml -q -o r; echo >r/core; $T mc t.yaml -o r --force", 1,
                   "r holds 'core', which is not Tenure's; name another directory");
    expect_refused(&folder,
                   "mkdir -p s/shards/0-of-2; echo >s/core; $T mc t.yaml -o s --force",
                   1, "s holds 'core', which is not Tenure's; name another directory");
    clean(&folder);
}

Test(cli_study_directory, force_with_a_shard_begins_that_one_anew_and_no_other,
     .timeout = 60)
{
    struct folder folder = prepared(MONTE_CARLO);
    expect_code(&folder,
                "for i in 0 1; do $T mc t.yaml -q -n 8 --shard $i/2 -o a || exit 9; "
                "done; $T mc t.yaml -q -n 8 --shard 1/2 -o b; cp -r a/shards before",
                0);
    for (int finished = 0; finished < 2; finished++) {
        struct outcome *outcome = run(&folder, "$T mc t.yaml -n 8 --shard 0/2 -o a");
        cr_expect(eq(str, outcome->out,
                     finished ? "a holds this study already, and it is finished.\n"
                              : "Shard 0 of 2 is done: 4 replications, 0 of them "
                                "now.\n"));
        outcome = run(&folder, "$T mc t.yaml -n 8 --shard 0/2 -o a --force");
        cr_expect(eq(int, outcome->code, 0));
        cr_expect(eq(str, outcome->out,
                     "Shard 0 of 2 is done: 4 replications, 4 of them now.\n"));
        expect_code(&folder,
                    "diff -r before/1-of-2 a/shards/1-of-2 && $T merge a -q && ls "
                    "a/manifest.json",
                    0);
    }
    /* One of another study is replaced, but not a study. */
    expect_code(&folder,
                "$T mc t.yaml -q -n 9 --shard 1/2 -o b --force && grep -q "
                "'\"replications\": 9' b/shards/1-of-2/plan.json",
                0);
    expect_refused(
        &folder, "$T mc t.yaml -n 9 --shard 0/2 -o a --force", 1,
        "a holds another study: the study's replications was 8 and is 9; "
        "with --shard, --force begins that shard anew and nothing else: name "
        "another directory, or remove this one");
    expect_code(&folder, "$T audit a && diff -r before/1-of-2 a/shards/1-of-2", 0);
    clean(&folder);
}

Test(cli_study_directory, a_merge_into_one_of_its_sources_keeps_the_rows, .timeout = 60)
{
    struct folder folder = prepared(MONTE_CARLO);
    expect_code(&folder,
                "for i in 0 1; do $T mc t.yaml -q -n 8 --shard $i/2 -o c || exit 9; "
                "done; $T mc t.yaml -q -n 8 -o a; mv c/shards/0-of-2 x; mv "
                "c/shards/1-of-2 y; cp -r x kept; rm kept/lock",
                0);
    for (int i = 0; i < 3; i++) {
        expect_code(&folder,
                    i ? "$T merge x y -q -o ./x --force" : "$T merge x y -q -o x", 0);
        expect_code(&folder,
                    "cp -r kept sum; cp a/* sum; diff -r x sum && rm -r sum; ls "
                    "y/rows-*",
                    0);
    }
    /* Not in a shard's folder. */
    expect_code(&folder, "mkdir -p d/shards; mv kept d/shards/0-of-2; cp -r d e", 0);
    expect_refused(&folder, "$T merge d/shards/0-of-2 y -o d/shards/0-of-2", 1,
                   "d/shards/0-of-2 is the directory of a shard; name another one for "
                   "the results with -o");
    expect_refused(&folder, "$T merge d/shards/0-of-2/", 1,
                   "d/shards/0-of-2/ is the directory of a shard; name another one for "
                   "the results with -o");
    expect_code(&folder, "diff -r d e", 0);
    clean(&folder);
}

/* The time of the directory changes with each name in it that comes or goes. */
Test(cli_study_directory, a_finished_study_is_left_as_it_is, .timeout = 60)
{
    static const char *const commands[] = {"mc t.yaml -n 8 -o a", "mc t.yaml -n 8 -o k",
                                           "mc t.yaml -n 8 -o k --keep-rows",
                                           "merge c -o m", "merge c -o k"};
    struct folder folder = prepared(MONTE_CARLO);
    expect_code(&folder,
                "$T mc t.yaml -q -n 8 -o a && $T mc t.yaml -q -n 8 -o k --keep-rows && "
                "$T mc t.yaml -q -n 8 --shard 0/1 -o c && $T merge c -q -o m && ls "
                "k/rows-* && chmod a-w a k m",
                0);
    for (size_t i = 0; i < COUNT(commands); i++) {
        char line[300];
        snprintf(line, sizeof line,
                 "stat -c %%y%%z a k m >before; $T %s >out1 && grep -q '^. holds this "
                 "study already, and it is finished.$' out1 && stat -c %%y%%z a k m | "
                 "diff before -",
                 commands[i]);
        expect_code(&folder, line, 0);
    }
    /* Killed between its manifest and its end, which the lock tells. */
    expect_code(
        &folder,
        "chmod u+w k a m; touch k/lock; cp -r k l; $T mc t.yaml -q -n 8 -o k && "
        "diff -r a k && $T merge c -q -o l && diff -r a l",
        0);
    expect_code(&folder,
                "$T mc t.yaml -q -n 8 -o k --keep-rows --force && touch k/lock "
                "&& $T mc t.yaml -q -n 8 -o k --keep-rows && ls k/rows-* && "
                "test ! -e k/lock",
                0);
    clean(&folder);
}

/* Files may have 200 kB, which rows of 32 replications do not need, but those of 96 do;
 * and where a file cannot be made, those before it. */
Test(cli_study_directory, what_could_not_be_written_leaves_nothing_hidden,
     .timeout = 60)
{
    static const struct {
        const char *line;
        int code;
    } cases[] = {
        {"(trap '' XFSZ; ulimit -f 400; $T merge c -o b 2>err2)", 5},
        {"(trap '' XFSZ; ulimit -f 400; $T merge c 2>err2)", 5},
        {"(trap '' XFSZ; ulimit -f 400; $T mc t.yaml -o c 2>err2)", 5},
        {"(trap '' XFSZ; ulimit -f 0; $T mc t.yaml -o b 2>err2)", 5},
        {"mkdir b b/.points.csv.tmp; $T merge c -o b 2>err2; code=$?; rmdir "
         "b/.points.csv.tmp; (exit $code)",
         2},
    };
    struct folder folder = prepared(MONTE_CARLO);
    expect_code(&folder,
                "for i in 0 1 2; do $T mc t.yaml -q --shard $i/3 -o c || exit 9; done",
                0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        expect_code(&folder, cases[i].line, cases[i].code);
        expect_code(&folder,
                    "mkdir -p b; test -z \"$(find b c -name '.?*')\" && test ! -e "
                    "b/manifest.json && rm -r b",
                    0);
    }
    expect_code(&folder, "$T mc t.yaml -q -o a && $T merge c -q", 0);
    expect_same(&folder, "a", "c");
    clean(&folder);
}

Test(cli_study_directory, that_a_comment_makes_another_study_is_told)
{
    struct folder folder = prepared(MONTE_CARLO);
    expect_code(&folder,
                "$T mc t.yaml -q -n 8 --shard 0/2 -o a && echo '# checked' >>t.yaml",
                0);
    expect_refused(
        &folder, "$T mc t.yaml -q -n 8 --shard 0/2 -o a", 1,
        "a/shards/0-of-2 holds another study that has begun: the input "
        "'t.yaml' has changed (comments and blanks count, too); name another "
        "directory, or replace it with --force");
    clean(&folder);
}
