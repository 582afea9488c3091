#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/calendar.h"
#include "trace_text.h"

static void expect_message(const char *text, const char *expected)
{
    struct trace trace;
    char message[1100];
    cr_expect(not(read_text(text, &trace, message)));
    cr_expect(eq(str, message, (char *)expected));
    trace_free(&trace);
}

/* Rows below the three columns that every job has. */
Test(trace_errors, says_which_value_of_a_job_is_wrong)
{
    static const struct {
        const char *row, *message;
    } cases[] = {
        {",1,1", "1: submit: is empty; give seconds from the start, as 3600.5, or a "
                 "date, as 2026-01-31T12:30:00Z"},
        {"soon,1,1", "1: submit: 'soon' is neither seconds from the start, as 3600.5, "
                     "nor a date, as 2026-01-31T12:30:00Z"},
        {"nan,1,1",
         "1: submit: 'nan' is neither seconds from the start, as 3600.5, nor "
         "a date, as 2026-01-31T12:30:00Z"},
        {"1e12,1,1", "1: submit: 1e12 s is further than 200 years from the start"},
        {"-6307200000.001,1,1",
         "1: submit: -6307200000.001 s is further than 200 years from the start"},
        {"1e400,1,1", "1: submit: 1e400 s is further than 200 years from the start"},
        {"0,,1", "2: duration_s: is empty; give seconds, as 3600 or 0.5"},
        {"0,nan,1",
         "2: duration_s: 'nan' is not a number; give seconds, as 3600 or 0.5"},
        {"0,inf,1",
         "2: duration_s: 'inf' is not a number; give seconds, as 3600 or 0.5"},
        {"0,-Infinity,1",
         "2: duration_s: '-Infinity' is not a number; give seconds, as 3600 or 0.5"},
        {"0,1h,1", "2: duration_s: '1h' is not a number; give seconds, as 3600 or 0.5"},
        {"0,0x10,1",
         "2: duration_s: '0x10' is not a number; give seconds, as 3600 or 0.5"},
        {"0,1.2.3,1",
         "2: duration_s: '1.2.3' is not a number; give seconds, as 3600 or 0.5"},
        {"0,1 2,1",
         "2: duration_s: '1 2' is not a number; give seconds, as 3600 or 0.5"},
        {"0,\"1,5\",1",
         "2: duration_s: '1,5' is not a number; give seconds, as 3600 or 0.5"},
        {"0,.,1", "2: duration_s: '.' is not a number; give seconds, as 3600 or 0.5"},
        {"0,0,1", "2: duration_s: 0 is not above 0"},
        {"0,0.000,1", "2: duration_s: 0.000 is not above 0"},
        {"0,-0,1", "2: duration_s: -0 is not above 0"},
        {"0,-4,1", "2: duration_s: -4 is not above 0"},
        {"0,-1e30,1", "2: duration_s: -1e30 is not above 0"},
        {"0,0.0004,1", "2: duration_s: 0.0004 is less than a millisecond"},
        {"0,1e-60,1", "2: duration_s: 1e-60 is less than a millisecond"},
        {"0,6307200000.001,1",
         "2: duration_s: 6307200000.001 is over 200 years (6307200000 s)"},
        {"0,99999999999999,1",
         "2: duration_s: 99999999999999 is over 200 years (6307200000 s)"},
        {"0,1e400,1", "2: duration_s: 1e400 is over 200 years (6307200000 s)"},
        {"0,1,", "3: gpus: is empty; give a whole number, as 8"},
        {"0,1,0", "3: gpus: 0 is below 1"},
        {"0,1,-4", "3: gpus: -4 is below 1"},
        {"0,1,-99999999999999999999", "3: gpus: -99999999999999999999 is below 1"},
        {"0,1,1000001", "3: gpus: 1000001 is above 1000000"},
        {"0,1,4294967297", "3: gpus: 4294967297 is above 1000000"},
        {"0,1,1e30", "3: gpus: 1e30 is above 1000000"},
        {"0,1,2.5", "3: gpus: '2.5' is not a whole number, as 8"},
        {"0,1,eight", "3: gpus: 'eight' is not a whole number, as 8"},
        {"0,1,NaN", "3: gpus: 'NaN' is not a whole number, as 8"},
        {"0,6307200000,634196",
         "2: duration_s: 6307200000 s on 634196 GPUs are over 4e18 GPU-ms"},
        {"0,xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\xc3\xbc"
         "xxxxxxxxxx,1",
         "2: duration_s: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...' is not a "
         "number; give seconds, as 3600 or 0.5"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[256], message[512];
        snprintf(text, sizeof text, "submit,duration_s,gpus\n5,5,5\n%s\n6,6,6\n",
                 cases[i].row);
        snprintf(message, sizeof message, "jobs.csv:3:%s", cases[i].message);
        expect_message(text, message);
    }
}

Test(trace_errors, says_which_date_is_wrong)
{
    struct error why = {0};
    int64_t ms;
    char message[1200];
    cr_assert(not(calendar_parse("2026-02-30", 10, &ms, &why)));
    snprintf(message, sizeof message, "jobs.csv:2:1: submit: %s", why.text);
    expect_message("submit,duration_s,gpus\n2026-02-30,1,1\n", message);
    expect_message("submit,duration_s,gpus\n2026-02-28,1,1\n3600,1,1\n",
                   "jobs.csv:3:1: submit: '3600' is no date, but the first submit, in "
                   "line 2, is a date; a trace has one kind throughout");
    expect_message(
        "gpus,duration_s,submit\n\n1,1,3600\n1,1,2026-02-28\n",
        "jobs.csv:4:3: submit: '2026-02-28' is a date, but the first submit, "
        "in line 3, is in seconds; a trace has one kind throughout");
    expect_message("submit,duration_s,gpus,deadline\n2026-02-28,1,1,86400\n",
                   "jobs.csv:2:4: deadline: '86400' is no date, but the first submit, "
                   "in line 2, is a date; a trace has one kind throughout");
}

/* One optional column, one row. */
Test(trace_errors, says_which_optional_value_is_wrong)
{
    static const struct {
        const char *column, *value, *message;
    } cases[] = {
        {"deadline", "16.9", "16.9 is before the job's submit"},
        {"deadline", "never",
         "'never' is neither seconds from the start, as 3600.5, nor "
         "a date, as 2026-01-31T12:30:00Z"},
        {"started", "16.9", "16.9 is before the job's submit"},
        {"started", "2026-01-01",
         "'2026-01-01' is a date, but the first submit, in line 2, is in seconds; a "
         "trace has one kind throughout"},
        {"patience_s", "-1", "-1 is below 0"},
        {"patience_s", "-1e30", "-1e30 is below 0"},
        {"patience_s", "1e30", "1e30 is over 200 years (6307200000 s)"},
        {"limit_s", "0", "0 is not above 0"},
        {"limit_s", "no", "'no' is not a number; give seconds, as 3600 or 0.5"},
        {"checkpoint_interval_s", "-3", "-3 is below 0"},
        {"checkpoint_cost_s", "x", "'x' is not a number; give seconds, as 3600 or 0.5"},
        {"restart_s", "nan", "'nan' is not a number; give seconds, as 3600 or 0.5"},
        {"priority", "1.5", "'1.5' is not a whole number, as 8"},
        {"priority", "1000001", "1000001 is above 1000000"},
        {"priority", "-1000001", "-1000001 is below -1000000"},
        {"preemptible", "yes", "'yes' is neither 'false' nor 'true'"},
        {"preemptible", "True", "'True' is neither 'false' nor 'true'"},
        {"isolation", "private", "'private' is neither 'shared' nor 'dedicated'"},
        {"memory_gb", "80GB", "'80GB' is not a number; give gigabytes, as 80"},
        {"memory_gb", "-1", "-1 is not in 0 to 1000000 GB"},
        {"memory_gb", "1000000.001", "1000000.001 is not in 0 to 1000000 GB"},
        {"memory_gb", "1e99", "1e99 is not in 0 to 1000000 GB"},
        {"pools", "|", "'|' has an empty element; join names with '|', as a|b"},
        {"pools", "own|", "'own|' has an empty element; join names with '|', as a|b"},
        {"classes", "a;;b", "'a;;b' has an empty element; join names with '|', as a|b"},
        {"jurisdiction", "eu| |ch",
         "'eu| |ch' has an empty element; join names with '|', as a|b"},
        {"tenant", "\"a\nb\"",
         "'a?b' holds a line end, tab or other control character"},
        {"workload", "a\tb", "'a?b' holds a line end, tab or other control character"},
        {"id", "\"1\r\n2\"", "'1??2' holds a line end, tab or other control character"},
        {"id", "a\x7f", "'a?' holds a line end, tab or other control character"},
        {"tenant", "0123456789012345678901234567890123456789012345678901234567890123",
         "64 bytes are too long; at most 63"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[512], message[512];
        snprintf(text, sizeof text, "submit,%s,duration_s,gpus\n17,%s,1,1\n",
                 cases[i].column, cases[i].value);
        snprintf(message, sizeof message, "jobs.csv:2:2: %s: %s", cases[i].column,
                 cases[i].message);
        expect_message(text, message);
    }
}

Test(trace_errors, says_which_column_is_wrong)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "jobs.csv:1: the file is empty; a header line is wanted"},
        {"submit,duration_s\n1,1\n", "jobs.csv:1: no column 'gpus'; a job trace has "
                                     "submit, duration_s and gpus"},
        {"gpus,duration_s\n", "jobs.csv:1: no column 'submit'; a job trace has submit, "
                              "duration_s and gpus"},
        {"submit,gpus\n", "jobs.csv:1: no column 'duration_s'; a job trace has submit, "
                          "duration_s and gpus"},
        {"submit,duration_s,gpus,prioritty\n",
         "jobs.csv:1:4: unknown column 'prioritty'; did you mean 'priority'?"},
        {"submit,duration,gpus\n",
         "jobs.csv:1:2: unknown column 'duration'; did you mean 'duration_s'?"},
        {"timestamp,num_gpus\n", "jobs.csv:1:1: unknown column 'timestamp'; a job "
                                 "trace has submit, duration_s, "
                                 "gpus and optional ones, and other formats are read "
                                 "by `tenure trace convert`"},
        {"submit,duration_s,gpus,gpus\n",
         "jobs.csv:1:4: the column 'gpus' is there twice; it is also column 3"},
        {"submit,duration_s,gpus\n1,2\n",
         "jobs.csv:2: 2 fields, but the header line has 3"},
        {"submit,duration_s,gpus\n1,2,3,4\n",
         "jobs.csv:2: 4 fields, but the header line has 3"},
        {"submit,duration_s,gpus\n1,\"2,3\n",
         "jobs.csv:2:2: the quote that opens here is never closed"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        expect_message(cases[i].text, cases[i].message);
}

Test(trace_errors, a_quoted_line_end_does_not_shift_the_lines_below)
{
    expect_message("submit,duration_s,gpus,pools\n1,1,1,\n\n2,\"1\n\",1,\n",
                   "jobs.csv:4:2: duration_s: '1?' is not a number; give seconds, as "
                   "3600 or 0.5");
}

Test(trace_errors, missing_files_and_directories_are_bad_input)
{
    struct scratch scratch = scratch_new("absent.csv");
    struct trace trace;
    struct error err = {0};
    cr_expect(not(trace_read(&trace, scratch.path, &err)));
    cr_expect(eq(str, (char *)without_dir(&scratch, err.text),
                 "absent.csv: there is no such file"));
    cr_expect(eq(int, err.kind, ERROR_INPUT));
    trace_free(&trace);
    cr_expect(not(trace_read(&trace, scratch.dir, &err)));
    cr_expect(
        eq(str, err.text + strlen(scratch.dir), ": is a directory; a file is wanted"));
    trace_free(&trace);
    scratch_remove(&scratch);
}

Test(trace_errors, a_line_of_5_MB_is_refused)
{
    size_t length = 5000000;
    char *text = malloc(length + 64);
    size_t used = (size_t)sprintf(text, "submit,duration_s,gpus,id\n1,1,1,");
    memset(text + used, 'i', length);
    strcpy(text + used + length, "\n");
    expect_message(text, "jobs.csv:2: a line of over 1 MiB; is this a CSV file?");

    used += 900000;
    strcpy(text + used, "\n");
    expect_message(text, "jobs.csv:2:4: id: 900000 bytes are too long; at most 255");
    free(text);
}
