#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "study_program.h"

/* What a study says of itself when it is over. */

/* In replications without GPUs of its own nothing waits, for there is nothing to wait
 * for: such a target is missed nowhere, and that is no success. */
Test(cli_study_words, shares_say_of_how_many_replications_they_are, .timeout = 60)
{
    struct folder folder =
        prepared(FRAME "uncertain: {demand.0.scale: {discrete: [0, 1]}}\n"
                       "study: {replications: 40, targets: [{metric: total.wait_p95_s, "
                       "at_most: 14000}]}\n");
    struct outcome *outcome = run(&folder, "$T mc t.yaml -o a | tr '\\n' ' '");
    int have = 0, have_not = 0;
    const char *text = strstr(outcome->out, "of the ");
    while (text && sscanf(text, "of the %d that have this metric; %d have not", &have,
                          &have_not) != 2)
        text = strstr(text + 1, "of the ");
    cr_expect(have > 0 && have_not > 0 && have + have_not == 40, "%s", outcome->out);
    cr_expect(strstr(outcome->out, "less is better") != NULL, "%s", outcome->out);
    clean(&folder);
}

Test(cli_study_words, a_study_of_nothing_drawn_says_so, .timeout = 60)
{
    struct folder folder = prepared(FRAME);
    struct outcome *outcome =
        run(&folder, "$T mc t.yaml -n 3 -o a --set 'demand=[]' | tr '\\n' ' '");
    cr_expect(strstr(outcome->out, "All replications gave the same figures") != NULL,
              "%s", outcome->out);
    outcome = run(&folder, "$T mc t.yaml -n 3 -o b");
    cr_expect(strstr(outcome->out, "the same figures") == NULL, "%s", outcome->out);
    clean(&folder);
}

/* Nothing has waited yet: of that no width is narrow. */
Test(cli_study_words, zeros_do_not_meet_a_relative_rule, .timeout = 60)
{
    struct folder folder =
        prepared(FRAME "study: {replications: 96, stop: [{metric: total.wait_mean_s, "
                       "half_width: 5 %}]}\n");
    expect_code(&folder, "$T mc t.yaml -q -o a --set pools.own.gpus=4000", 0);
    expect_code(&folder, "test $(wc -l <a/replications.csv) = 97", 0);
    clean(&folder);
}

/* A rule that holds, one that never does, and amounts in units of the user's. */
Test(cli_study_words, wanted_widths_say_whether_they_are_reached, .timeout = 60)
{
    struct folder folder = prepared(
        FRAME
        "study: {replications: 64, stop: [{metric: total.economic_usd, half_width: "
        "50 %}, {metric: total.wait_mean_s, half_width: 1 s}]}\n");
    struct outcome *outcome = run(&folder, "$T mc t.yaml -o a | tr '\n' ' '");
    cr_expect(strstr(outcome->out,
                     "total.economic_usd was wanted to +-50 % of the mean, "
                     "and is.") != NULL,
              "%s", outcome->out);
    cr_expect(strstr(outcome->out,
                     "total.wait_mean_s was wanted to +-1 and is NOT: after "
                     "all 64 replications it is") != NULL,
              "%s", outcome->out);
    expect_code(&folder,
                "test \"$($T mc t.yaml -o a --json | jq -r '.points[0].metrics | "
                "[.\"total.wait_mean_s\".reached, "
                ".\"total.wait_mean_s\".wanted_half_width, "
                ".\"total.economic_usd\".reached] | @csv')\" = false,1,true",
                0);
    outcome =
        run(&folder, "$T mc t.yaml -o b -n 1 --set 'sweep={pools.own.gpus: [8, 16]}'");
    cr_expect(strstr(outcome->out, "+--") == NULL, "%s", outcome->out);
    expect_code(
        &folder,
        "$T mc t.yaml -q -o c -n 32 --set 'study={targets: [{metric: "
        "total.wait_mean_s, at_most: 1 min}]}' && $T mc t.yaml -q -o d -n 32 "
        "--set 'study={targets: [{metric: total.wait_mean_s, at_most: 60}]}' && "
        "cmp c/points.csv d/points.csv",
        0);
    clean(&folder);
}

Test(cli_study_words, a_plan_of_somebody_else_is_called_so)
{
    struct folder folder = prepared(MONTE_CARLO);
    struct outcome *outcome =
        run(&folder, "mkdir z; echo '{\"terraform\": 1}' >z/plan.json; $T merge z");
    cr_expect(eq(int, outcome->code, 2));
    cr_expect(strstr(outcome->err, "it is no plan of Tenure's") != NULL, "%s",
              outcome->err);
    clean(&folder);
}

/* What a reader would else have to guess: of how many, in which unit, and why not. */
Test(cli_study_words, tables_of_points_say_what_they_are_of, .timeout = 60)
{
    struct folder folder = prepared(MONTE_CARLO);
    struct outcome *outcome = run(
        &folder, "$T sweep t.yaml -o a -n 32 --set 'sweep={pools.own.gpus: [8, 24], "
                 "dispatch.backfill: [none, easy]}' --set uncertain={}");
    static const char *const parts[] = {
        "4 points with 32 replications each; ",
        "\nA point is: pools.own.gpus, dispatch.backfill.\n",
        "\npoint  ",
        "\ntotal.wait_p95_s <= 14000 s is missed in\n8, none ",
        "\n24, easy ",
    };
    for (size_t i = 0; i < COUNT(parts); i++)
        cr_expect(strstr(outcome->out, parts[i]) != NULL, "%s", outcome->out);
    outcome = run(&folder, "$T sweep t.yaml -o b -n 1000 --set "
                           "'sweep={pools.own.gpus: [8, 24]}' --set 'study={stop: "
                           "[{metric: total.economic_usd, half_width: 300}]}'");
    cr_expect(strstr(outcome->out, "2 points with 32 to ") != NULL, "%s", outcome->out);
    cr_expect(strstr(outcome->out, " replications that both") != NULL, "%s",
              outcome->out);
    clean(&folder);
}

Test(cli_study_words, what_cannot_be_judged_is_told, .timeout = 60)
{
    struct folder folder = prepared(FRAME UNCERTAIN "study: {replications: 20}\n");
    struct outcome *outcome =
        run(&folder, "$T mc t.yaml -o a --set study.sampling=lhs --set "
                     "'study.targets=[{metric: \"workload:nope.wait_p95_s\", at_most: "
                     "1h}]' --set 'study.stop=[]' | tr -s ' \n' ' '");
    cr_expect(strstr(outcome->out, "workload:nope.wait_p95_s <= 3600 s: no replication "
                                   "has this metric, so it cannot be judged.") != NULL,
              "%s", outcome->out);
    cr_expect(strstr(outcome->out,
                     "Figures are of the first 16 replications, which are "
                     "2 whole batches of 8;") != NULL,
              "%s", outcome->out);
    outcome = run(&folder,
                  "$T mc t.yaml -o b -n 40 --set 'study.stop=[{metric: "
                  "total.failures, half_width: 5 %}, {metric: "
                  "\"workload:nope.wait_p95_s\", half_width: 5 %}]' | tr -s ' \n' ' '");
    cr_expect(strstr(outcome->out, "The mean is 0, of which no share can be reached") !=
                  NULL,
              "%s", outcome->out);
    cr_expect(strstr(outcome->out, "No replication has this metric.") != NULL, "%s",
              outcome->out);
    clean(&folder);
}

Test(cli_study_words, a_file_that_is_missing_from_a_finished_study_is_told,
     .timeout = 60)
{
    struct folder folder = prepared(MONTE_CARLO);
    expect_code(&folder, "$T mc t.yaml -q -o a && rm a/replications.csv", 0);
    struct outcome *outcome = run(&folder, "$T mc t.yaml -q -o a");
    cr_expect(eq(int, outcome->code, 2));
    cr_expect(
        strcmp(outcome->err,
               "tenure: a/replications.csv: it is missing, and the manifest lists "
               "it; --force makes the study anew\n") == 0,
        "%s", outcome->err);
    expect_code(&folder, "$T mc t.yaml -q -o a --force && $T mc t.yaml -q -o a", 0);
    clean(&folder);
}

/* Its first value would be taken for the name of the column. */
Test(cli_study_words, a_list_of_numbers_needs_a_header, .timeout = 60)
{
    struct folder folder = prepared(FRAME);
    folder_write(&folder, "list.csv", "2.0\n3.0\n4.0\n");
    struct outcome *outcome = run(&folder, "$T mc t.yaml -q -o a -n 3 --set "
                                           "'uncertain={pools.burst.price: {empirical: "
                                           "list.csv, unit: USD/GPU-h}}'");
    cr_expect(eq(int, outcome->code, 2));
    cr_expect(strstr(outcome->err,
                     "list.csv:1: the first line is the header, and '2.0' "
                     "is a number; give the column a name") != NULL,
              "%s", outcome->err);
    clean(&folder);
}

/* It is no file of ours, and reading it would wait for ever. */
Test(cli_study_words, a_pipe_among_the_rows_holds_nobody_up, .timeout = 60)
{
    struct folder folder = prepared(MONTE_CARLO);
    expect_code(&folder,
                "$T mc t.yaml -q -o a --keep-rows && rm a/manifest.json && mkfifo "
                "a/rows-000009-0000.part; timeout 20 $T mc t.yaml -q -o a; test $? != "
                "124",
                0);
    clean(&folder);
}
