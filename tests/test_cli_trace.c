#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/fingerprint.h"
#include "program.h"

/* `tenure trace` as a user meets it. */

static struct folder with_jobs(const char *text)
{
    struct folder folder = folder_new();
    folder_write(&folder, "jobs.csv", text);
    return folder;
}

/* Two days of 48 hourly jobs and a long one, so that every part of the page is there.
 */
static struct folder with_two_days(void)
{
    char text[4096] = "submit,duration_s,gpus,tenant\n2026-01-05,90000,64,lab\n";
    for (int hour = 0; hour < 49; hour++)
        sprintf(text + strlen(text), "2026-01-%02dT%02d:30:00Z,%d,%d,%s\n",
                5 + hour / 24, hour % 24, 600 * (1 + hour % 7), 1 << (hour % 4),
                hour % 3 ? "web" : "");
    return with_jobs(text);
}

/* clang-format off */
static const char page[] =
    "jobs.csv: 50 jobs, 1,718.7 GPU-h\n"
    "\n"
    "span      2026-01-05T00:00:00Z to 2026-01-07T00:30:00Z, 2.02 d\n"
    "          the last job ends 2026-01-07T01:40:00Z\n"
    "GPUs      mean 34.6, peak 76, if no job waits\n"
    "arrivals  1.01 per hour; gaps' coefficient of variation 0.07\n"
    "          dispersion 0.98 by minute, 0.02 by hour, 0.02 by day (Poisson: 1)\n"
    "\n"
    "             mean      min      p25      p50      p75      p90      p99      max\n"
    "duration   1.15 h   10 min   20 min   40 min      1 h   1.17 h     25 h     25 h\n"
    "GPUs          4.9        1        1        2        8        8       64       64\n"
    "GPU-h        34.4    0.167    0.833     1.33     3.33     6.67    1,600    1,600\n"
    "gap      59.4 min   30 min      1 h      1 h      1 h      1 h      1 h      1 h\n"
    "\n"
    "load-duration curve: GPUs wanted, if no job waits, and exceeded for\n"
    "     0 % of the time           76  ############################################\n"
    "   0.1 % of the time           76  ############################################\n"
    "     1 % of the time           72  ##########################################\n"
    "     5 % of the time           72  ##########################################\n"
    "    10 % of the time           68  #######################################\n"
    "    25 % of the time           65  ######################################\n"
    "    50 % of the time           64  #####################################\n"
    "    75 % of the time            2  #\n"
    "    90 % of the time            0\n"
    "    95 % of the time            0\n"
    "    99 % of the time            0\n"
    "   100 % of the time            0\n"
    "\n"
    "arrivals by hour (UTC), 1 is the mean\n"
    "00h 1.55 ###############  12h 0.97 #########\n"
    "01h 0.97 #########        13h 0.97 #########\n"
    "02h 0.97 #########        14h 0.97 #########\n"
    "03h 0.97 #########        15h 0.97 #########\n"
    "04h 0.97 #########        16h 0.97 #########\n"
    "05h 0.97 #########        17h 0.97 #########\n"
    "06h 0.97 #########        18h 0.97 #########\n"
    "07h 0.97 #########        19h 0.97 #########\n"
    "08h 0.97 #########        20h 0.97 #########\n"
    "09h 0.97 #########        21h 0.97 #########\n"
    "10h 0.97 #########        22h 0.97 #########\n"
    "11h 0.97 #########        23h 0.97 #########\n"
    "\n"
    "size                        jobs                  GPU-h\n"
    "1                             13  26.0 %            8.7   0.5 %  #\n"
    "2                             12  24.0 %           16.7   1.0 %  #\n"
    "3-4                           12  24.0 %           32.0   1.9 %  #\n"
    "5-8                           12  24.0 %           61.3   3.6 %  #\n"
    "33-64                          1   2.0 %        1,600.0  93.1 %  #############\n"
    "\n"
    "tenant                      jobs                  GPU-h\n"
    "lab                            1   2.0 %        1,600.0  93.1 %  #############\n"
    "web                           32  64.0 %           76.0   4.4 %  #\n"
    "(none)                        17  34.0 %           42.7   2.5 %  #\n";
/* clang-format on */

Test(cli_trace, stats_fill_eighty_columns)
{
    struct folder folder = with_two_days();
    struct outcome *outcome = tenure(&folder, "trace stats jobs.csv");
    cr_expect(eq(int, outcome->code, 0));
    cr_expect(eq(str, outcome->err, (char *)""));
    cr_expect(eq(str, outcome->out, (char *)page));
    folder_remove(&folder);
}

/* 3 GPUs for 1 h, none for 1 h, 5 for 2 h. */
Test(cli_trace, the_whole_load_duration_curve_goes_to_a_file)
{
    struct folder folder = with_jobs("submit,duration_s,gpus\n0,3600,3\n7200,7200,5\n");
    struct outcome *outcome = tenure(&folder, "trace stats jobs.csv --csv -");
    cr_expect(eq(int, outcome->code, 0));
    cr_expect(eq(str, outcome->out,
                 (char *)"gpus,h_at_or_above,frac_at_or_above\n"
                         "0,4.000000000,1.000000000\n"
                         "3,3.000000000,0.750000000\n"
                         "5,2.000000000,0.500000000\n"));
    folder_remove(&folder);
}

Test(cli_trace, check_lists_each_way_of_being_wrong)
{
    struct folder folder = with_jobs("submit,duration_s,gpus\n0,5,0\n1,x,1\n2,5,-2\n"
                                     "3,5,-3\n4,5,-4\n5,5,1\n");
    struct outcome *outcome = tenure(&folder, "trace check jobs.csv");
    cr_expect(eq(int, outcome->code, 2));
    cr_expect(eq(str, outcome->err, (char *)"tenure: jobs.csv: 5 rows are wrong\n"));
    cr_expect(
        eq(str, outcome->out,
           (char *)"jobs.csv: 5 of 6 rows wrong, in 2 ways\n"
                   "\n"
                   "4 rows: gpus: # is below #\n"
                   "  jobs.csv:2:3: gpus: 0 is below 1\n"
                   "  jobs.csv:4:3: gpus: -2 is below 1\n"
                   "  jobs.csv:5:3: gpus: -3 is below 1\n"
                   "  and 1 more\n"
                   "\n"
                   "1 row:\n"
                   "  jobs.csv:3:2: duration_s: 'x' is not a number; give seconds, as "
                   "3600 or 0.5\n"));
    outcome = tenure(&folder, "trace check --json jobs.csv");
    cr_expect(eq(int, outcome->code, 2));
    cr_expect(strstr(outcome->out, "\"rows_wrong\": 5") != NULL);
    outcome = tenure(&folder, "trace check - <jobs.csv");
    cr_expect(strstr(outcome->out, "  <stdin>:2:3: gpus: 0 is below 1\n") != NULL);
    folder_remove(&folder);
}

Test(cli_trace, an_empty_trace_is_said_to_be_empty)
{
    struct folder folder = with_jobs("submit,duration_s,gpus\n");
    struct outcome *outcome = tenure(&folder, "trace check jobs.csv");
    cr_expect(eq(int, outcome->code, 0));
    cr_expect(eq(str, outcome->out,
                 (char *)"jobs.csv: 0 jobs, every row is well-formed\n"
                         "the trace is empty: a header line, and nothing below it\n"));
    outcome = tenure(&folder, "trace stats jobs.csv");
    cr_expect(eq(str, outcome->out,
                 (char *)"jobs.csv: 0 jobs, 0.0 GPU-h\n"
                         "the trace is empty: a header line, and nothing below it\n"));
    folder_remove(&folder);
}

static const char notes[] =
    "jobs.csv: 2 jobs, every row is well-formed\n"
    "- order        rows are in order of time\n"
    "- times        seconds from the start\n"
    "- gaps         the longest time without a row is 2.0 min, from 0 s on; the mean\n"
    "               is 2.0 min\n"
    "- ids          all different\n"
    "- duplicates   0 rows are like another one in submit, duration, GPUs and words\n"
    "- durations    the longest is 1.0 min; 0 are over 30 d, 0 under 1 s\n"
    "- largest job  'a', 3 GPUs for 1.0 min, is 55 % of the GPU time\n";

Test(cli_trace, a_sound_trace_is_told_with_notes)
{
    struct folder folder =
        with_jobs("submit,duration_s,gpus,id\n0,60,3,a\n120,30,5,b\n");
    struct outcome *outcome = tenure(&folder, "trace check jobs.csv");
    cr_expect(eq(int, outcome->code, 0));
    cr_expect(eq(str, outcome->out, (char *)notes));
    folder_remove(&folder);
}

Test(cli_trace, mistakes_are_told_before_anything_is_read)
{
    static const struct {
        const char *arguments;
        int code;
        const char *message;
    } cases[] = {
        {"trace stats", 1,
         "tenure: trace stats: name one trace; see `tenure trace stats --help`\n"},
        {"trace check a b", 1,
         "tenure: trace check: name one trace; see `tenure trace check --help`\n"},
        {"trace stats none.csv", 2, "tenure: none.csv: there is no such file\n"},
        {"trace check none.csv", 2, "tenure: none.csv: there is no such file\n"},
        {"trace stats small.csv --csv out.csv", 1,
         "tenure: --csv writes the load-duration curve, which requests do not have\n"},
        {"trace slice small.csv", 1,
         "tenure: trace slice: -o OUT is needed; see `tenure trace --help`\n"},
        {"trace slice small.csv -o out.csv --min-gpus x", 1,
         "tenure: --min-gpus: 'x' is not a whole number such as 5\n"},
        {"trace slice small.csv -o out.csv --from 2026-01-01", 1,
         "tenure: --from: '2026-01-01' is not a number of seconds; the times of "
         "small.csv are not dates\n"},
        {"trace merge small.csv -o out.csv", 1,
         "tenure: trace merge: name 2 to 256 traces; see `tenure trace merge "
         "--help`\n"},
        {"trace merge - - -o out.csv", 1,
         "tenure: trace merge: only one of the traces can be standard input\n"},
        {"trace scale small.csv -o out.csv", 1,
         "tenure: trace scale: one of --factor, --gpus, --durations and --time is "
         "needed; see `tenure trace --help`\n"},
        {"trace scale small.csv -o out.csv --factor 0", 1,
         "tenure: --factor: '0' is not a factor such as 1.25, above 0 and up to 1000, "
         "of at most six digits after the point\n"},
        {"trace scale small.csv -o out.csv --time 0.1234567", 1,
         "tenure: --time: '0.1234567' is not a factor such as 1.25, above 0 and up to "
         "1000, of at most six digits after the point\n"},
        {"trace anonymise small.csv -o out.csv --key small.csv --seed 1", 1,
         "tenure: trace anonymise: --key and --seed exclude each other\n"},
        {"trace anonymise small.csv -o out.csv --key none.csv", 2,
         "tenure: none.csv: No such file or directory\n"},
        {"trace anonymise small.csv -o out.csv --key late.csv", 2,
         "tenure: late.csv: a key of 5 bytes can be guessed; give at least 16 random "
         "ones\n"},
        {"trace anonymise small.csv -o out.csv --begin 2026-01-01", 1,
         "tenure: --begin: the times of small.csv are not dates\n"},
    };
    struct folder folder = folder_new();
    folder_write(&folder, "late.csv", "short");
    folder_write(&folder, "small.csv", "time,prompt_tokens,output_tokens\n5,1,2\n");
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct outcome *outcome = tenure(&folder, cases[i].arguments);
        cr_expect(eq(int, outcome->code, cases[i].code));
        cr_expect(eq(str, outcome->err, (char *)cases[i].message));
        cr_expect(eq(str, outcome->out, (char *)""));
    }
    folder_remove(&folder);
}

/* Whole traces through pipes: cut in two, merged again, scaled by one. */
Test(cli_trace, verbs_read_and_write_streams)
{
    static const char text[] = "submit,duration_s,gpus,id\n0.000,60.000,3,a\n"
                               "120.000,30.000,5,b\n";
    struct folder folder = with_jobs(text);
    tenure(&folder, "trace slice jobs.csv --to 60 -o small.csv");
    struct outcome *outcome =
        tenure(&folder, "trace slice jobs.csv --from 60 -o - 2>/dev/null | "
                        "$TENURE_PROGRAM trace merge small.csv - -o - 2>/dev/null | "
                        "$TENURE_PROGRAM trace scale - --factor 1 -o -");
    cr_expect(eq(int, outcome->code, 0));
    cr_expect(eq(str, outcome->out, (char *)text));
    cr_expect(eq(str, outcome->err,
                 (char *)"2 jobs written, from 2\nGPU-h: 0.1, from 0.1 (100.0 %)\n"));
    folder_remove(&folder);
}

/* One of a thing is not several, and a name of usual length fits its column. */
Test(cli_trace, tables_hold_what_they_show)
{
    struct folder folder = with_jobs("submit,duration_s,gpus\n0,4e9,1000000\n");
    struct outcome *outcome = tenure(&folder, "trace stats jobs.csv");
    cr_expect(strstr(outcome->out, "jobs.csv: 1 job, 1,111,111,111,111.1 GPU-h\n") !=
              NULL);
    cr_expect(strstr(outcome->out, "\nGPUs        1e+06    1e+06") != NULL, "%s",
              outcome->out);
    cr_expect(strstr(outcome->out, "\nGPU-h    1.11e+12 1.11e+12") != NULL);
    folder_write(&folder, "prices.csv",
                 "time,class,tenure,region,term,usd_per_gpu_h\n"
                 "2026-01-01,a100-40-sxm,on-demand,asia-northeast1,,4.05\n");
    outcome = tenure(&folder, "trace stats prices.csv");
    cr_expect(strstr(outcome->out,
                     "a100-40-sxm on-demand asia-northeast1     1 2026-01 2026-01") !=
                  NULL,
              "%s", outcome->out);
    outcome = tenure(&folder, "trace scale --help");
    cr_expect(strstr(outcome->out, "[--durations F]\n                          "
                                   "[--time F] [--seed N]\n\n") != NULL,
              "%s", outcome->out);
    folder_remove(&folder);
}

/* A job keeps one GPU at least: 0.4 of 1, 1, 1 and 10 GPUs for 100 h are not 520 but
 * 3 x 100 + 4 x 100 GPU-h. */
Test(cli_trace, scaling_says_what_becomes_of_gpu_h)
{
    struct folder folder = with_jobs("submit,duration_s,gpus\n0,360000,1\n0,360000,1\n"
                                     "7,360000,1\n9,360000,10\n");
    struct outcome *outcome =
        tenure(&folder, "trace scale jobs.csv --gpus 0.4 -o fewer.csv");
    cr_expect(eq(int, outcome->code, 0));
    cr_expect(eq(str, outcome->err,
                 (char *)"4 jobs written, from 4\nGPU-h: 700.0, from 1,300.0 (53.8 %)\n"
                         "3 of the 4 jobs read would round to no GPU, and keep one\n"));
    folder_remove(&folder);
}

Test(cli_trace, a_key_gives_the_same_words_each_time_and_no_key_others)
{
    struct folder folder = with_jobs("submit,duration_s,gpus,tenant\n0,60,3,alice\n");
    folder_write(&folder, "late.csv", "a key of more than sixteen bytes");
    struct outcome *outcome =
        tenure(&folder, "trace anonymise jobs.csv --key late.csv -o out.csv && "
                        "$TENURE_PROGRAM trace anonymise jobs.csv --key late.csv -o - "
                        "| cmp - out.csv && "
                        "! grep -q alice out.csv && grep -q 60.000,3,tenant- out.csv");
    cr_expect(eq(int, outcome->code, 0));
    outcome = tenure(&folder, "trace anonymise jobs.csv -o small.csv && "
                              "$TENURE_PROGRAM trace anonymise jobs.csv -o out.csv && "
                              "! cmp -s small.csv out.csv");
    cr_expect(eq(int, outcome->code, 0));
    folder_remove(&folder);
}

/* libm may differ between machines in the last digit, and then a row in a millisecond:
 * where the traces were made, and wherever the numeric fingerprint is the same, the
 * bytes are. */
static const char made_with[] =
    "1d0a3843bfdc261d1fd1e66df32961cded59bd9bad693aef64171b7bada84510";

Test(cli_trace, the_traces_that_are_shipped_come_from_their_recipes)
{
    static const struct {
        const char *name, *says;
    } traces[] = {
        {"research-lab", "2123 jobs written\n"},
        {"inference-service", "5076 levels written\n"},
        {"foundation-model", "1734 jobs written\n"},
    };
    const char *source = getenv("TENURE_SOURCE");
    if (!source)
        cr_skip_test("TENURE_SOURCE does not name the source tree");
    char here[SHA256_HEX], command[1024];
    fingerprint(here);
    struct folder folder = folder_new();
    for (size_t i = 0; i < COUNT(traces); i++) {
        const char *name = traces[i].name;
        snprintf(command, sizeof command,
                 "trace generate %s/traces/%s.yaml -o out.csv && wc -c <out.csv && cmp "
                 "out.csv %s/traces/%s.csv",
                 source, name, source, name);
        struct outcome *outcome = tenure(&folder, command);
        cr_expect(strncmp(outcome->err, traces[i].says, strlen(traces[i].says)) == 0,
                  "%s: %s", name, outcome->err);
        if (strcmp(here, made_with) == 0)
            cr_expect(outcome->code == 0, "%s: %s", name, outcome->out);
        cr_expect(atol(outcome->out) < 300000, "%s: %s bytes", name, outcome->out);
    }
    folder_remove(&folder);
}

Test(cli_trace, the_recipes_are_scenarios_that_run)
{
    static const char *const names[] = {"research-lab", "inference-service",
                                        "foundation-model"};
    const char *source = getenv("TENURE_SOURCE");
    if (!source)
        cr_skip_test("TENURE_SOURCE does not name the source tree");
    struct folder folder = folder_new();
    for (size_t i = 0; i < COUNT(names); i++) {
        char command[512];
        snprintf(command, sizeof command,
                 "run %s/traces/%s.yaml -o run --quiet && $TENURE_PROGRAM audit run && "
                 "rm -r run",
                 source, names[i]);
        struct outcome *outcome = tenure(&folder, command);
        cr_expect(outcome->code == 0, "%s: %s", names[i], outcome->err);
    }
    folder_remove(&folder);
}
