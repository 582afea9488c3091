#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "input/level_trace.h"
#include "scratch.h"

static bool read_text(const char *text, struct level_trace *trace, char message[1100])
{
    struct scratch scratch = scratch_file("l.csv", text, strlen(text));
    struct error err = {0};
    bool ok = level_trace_read(trace, scratch.path, &err);
    snprintf(message, 1100, "%s", without_dir(&scratch, err.text));
    scratch_remove(&scratch);
    return ok;
}

static void read_good(const char *text, struct level_trace *trace)
{
    char message[1100];
    bool ok = read_text(text, trace, message);
    cr_assert(ok, "%s", message);
    level_trace_check(trace);
}

static const char two_series[] = "gpus,time,workload,classes,jurisdiction\n"
                                 "17,3600.5,chat,h100-sxm ; h200,EU\n"
                                 "5,0,chat,h100-sxm|h200,EU\n"
                                 "9,3600.5,,,\n"
                                 "0,7200,chat,h100-sxm|h200,EU\n"
                                 "9,3600.5,,,\n"
                                 "4,9000,,,\n";

Test(level_trace, reads_series_and_sorts_stably)
{
    struct level_trace trace;
    read_good(two_series, &trace);
    cr_assert(eq(sz, trace.n, 6));
    cr_expect(not(trace.was_sorted));
    cr_expect(not(trace.absolute));
    const int32_t gpus[] = {5, 17, 9, 9, 0, 4};
    const int64_t lines[] = {3, 2, 4, 6, 5, 7};
    const int64_t times[] = {0, 3600500, 3600500, 3600500, 7200000, 9000000};
    for (size_t i = 0; i < trace.n; i++) {
        cr_expect(eq(i32, trace.rows[i].gpus, gpus[i]));
        cr_expect(eq(i64, trace.rows[i].line, lines[i]));
        cr_expect(eq(i64, trace.rows[i].time_ms, times[i]));
    }
    cr_assert(eq(sz, trace.n_series, 2));
    cr_expect(eq(str, (char *)trace.series[0].classes, "h100-sxm|h200"));
    cr_expect(eq(str, (char *)trace.series[0].jurisdiction, "EU"));
    cr_expect(eq(str, (char *)trace.names.text[trace.series[0].workload], "chat"));
    cr_expect(eq(u32, trace.series[1].workload, NAMES_NONE));
    cr_expect(eq(ptr, (void *)trace.series[1].classes, NULL));
    level_trace_free(&trace);
}

/* 5 x 3600.5 s + (17 + 9) x 3599.5 s + 9 x 1800 s, in ms; at most 17 + 9 GPUs. */
Test(level_trace, sums_the_series_exactly)
{
    struct level_trace trace;
    read_good(two_series, &trace);
    struct level_totals totals = level_trace_totals(&trace);
    cr_expect(eq(i64, (int64_t)totals.gpu_ms,
                 5 * INT64_C(3600500) + 26 * INT64_C(3599500) + 9 * INT64_C(1800000)));
    cr_expect(eq(i64, totals.peak_gpus, 26));
    level_trace_free(&trace);
}

/* At 20 s one series hands 7 GPUs to the other: the level stays 7. */
Test(level_trace, an_instant_has_one_peak)
{
    struct level_trace trace;
    read_good("time,gpus,workload\n10,7,a\n20,7,b\n20,0,a\n30,0,b\n", &trace);
    cr_expect(eq(i64, level_trace_totals(&trace).peak_gpus, 7));
    level_trace_free(&trace);
}

Test(level_trace, what_is_written_reads_back)
{
    struct level_trace trace, again;
    struct error err;
    read_good(two_series, &trace);
    struct scratch scratch = scratch_new("out.csv");
    cr_assert(level_trace_write(&trace, scratch.path, &err), "%s", err.text);
    size_t length;
    char *text = scratch_read(&scratch, &length);
    cr_expect(eq(str, text,
                 "time,gpus,workload,classes,jurisdiction\n"
                 "0.000,5,chat,h100-sxm|h200,EU\n"
                 "3600.500,17,chat,h100-sxm|h200,EU\n"
                 "3600.500,9,,,\n"
                 "3600.500,9,,,\n"
                 "7200.000,0,chat,h100-sxm|h200,EU\n"
                 "9000.000,4,,,\n"));
    cr_expect(level_trace_sniff(scratch.path), "is not known as what it is");
    read_good(text, &again);
    cr_expect(again.was_sorted);
    cr_expect(eq(sz, again.n, trace.n));
    free(text);
    scratch_remove(&scratch);
    level_trace_free(&trace);
    level_trace_free(&again);
}

Test(level_trace, importers_make_the_same_trace)
{
    struct level_trace trace;
    struct error err;
    level_trace_begin(&trace, "in.csv", true);
    uint32_t a = level_trace_series(&trace, "a", NULL, "");
    uint32_t none = level_trace_series(&trace, NULL, NULL, NULL);
    cr_expect(eq(u32, level_trace_series(&trace, "a", "", NULL), a));
    cr_expect(ne(u32, a, none));
    const int64_t day = INT64_C(1767225600000);
    level_trace_add(&trace, &(struct level_row){day + 60000, 2, 13, none});
    level_trace_add(&trace, &(struct level_row){day, 3, 1000000, a});
    cr_assert(level_trace_finish(&trace, &err));
    level_trace_check(&trace);
    struct scratch scratch = scratch_new("out.csv");
    cr_assert(level_trace_write(&trace, scratch.path, &err), "%s", err.text);
    size_t length;
    char *text = scratch_read(&scratch, &length);
    cr_expect(eq(str, text,
                 "time,gpus,workload\n"
                 "2026-01-01T00:00:00Z,1000000,a\n"
                 "2026-01-01T00:01:00Z,13,\n"));
    free(text);
    scratch_remove(&scratch);
    level_trace_free(&trace);
}

Test(level_trace, says_what_is_wrong_and_where)
{
#define HEAD "time,gpus,workload,classes\n"
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "l.csv:1: the file is empty; a header line is wanted"},
        {"time,workload\n",
         "l.csv:1: no column 'gpus'; a level trace has time and gpus"},
        {"gpus\n", "l.csv:1: no column 'time'; a level trace has time and gpus"},
        {"time,gpus,jurisdictoin\n",
         "l.csv:1:3: unknown column 'jurisdictoin'; did you mean 'jurisdiction'?"},
        {"time,gpus,colour\n",
         "l.csv:1:3: unknown column 'colour'; a level trace has time, gpus and "
         "optional workload, classes, jurisdiction"},
        {HEAD ",1,,\n",
         "l.csv:2:1: time: is empty; give seconds from the start, as 3600.5, or a "
         "date, as 2026-01-31T12:30:00Z"},
        {HEAD "soon,1,,\n",
         "l.csv:2:1: time: 'soon' is neither seconds from the start, as 3600.5, nor a "
         "date, as 2026-01-31T12:30:00Z"},
        {HEAD "1e30,1,,\n",
         "l.csv:2:1: time: 1e30 s is further than 200 years from the start"},
        {HEAD "-6307200000.1,1,,\n",
         "l.csv:2:1: time: -6307200000.1 s is further than 200 years from the start"},
        {HEAD "0,1,,\n2026-01-01,1,,\n",
         "l.csv:3:1: time: '2026-01-01' is a date, but the first time, in line 2, is "
         "in seconds; a trace has one kind throughout"},
        {HEAD "2026-01-01,1,,\n\n60,1,,\n",
         "l.csv:4:1: time: '60' is no date, but the first time, in line 2, is a date; "
         "a trace has one kind throughout"},
        {HEAD "2026-02-30,1,,\n",
         "l.csv:2:1: time: '2026-02-30' is not a date: the month has no such "
         "day; write it as '2026-01-31' or '2026-01-31T12:30:00Z'"},
        {HEAD "0,,,\n", "l.csv:2:2: gpus: is empty; give a whole number, as 8"},
        {HEAD "0,-1,,\n", "l.csv:2:2: gpus: -1 is below 0"},
        {HEAD "0,1.5,,\n", "l.csv:2:2: gpus: '1.5' is not a whole number, as 8"},
        {HEAD "0,1000001,,\n", "l.csv:2:2: gpus: 1000001 is above 1000000"},
        {HEAD "0,99999999999999999999,,\n",
         "l.csv:2:2: gpus: 99999999999999999999 is above 1000000"},
        {HEAD "0,1,\"a\tb\",\n",
         "l.csv:2:3: workload: 'a?b' holds a line end, tab or other control "
         "character"},
        {HEAD "0,1,,a||b\n",
         "l.csv:2:4: classes: 'a||b' has an empty element; join names with '|', as "
         "a|b"},
        {HEAD "0,1,,\n60,3,w,\n60,2,,\n60,3,,\n",
         "l.csv:5: gpus: 3 at the instant for which line 4 says 2; a series has one "
         "value at a time"},
        {HEAD "60,1,,\n0,3,,\n60,2,,\n",
         "l.csv:4: gpus: 2 at the instant for which line 2 says 1; a series has one "
         "value at a time"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct level_trace trace;
        char message[1100];
        cr_expect(not(read_text(cases[i].text, &trace, message)));
        cr_expect(eq(str, message, (char *)cases[i].message));
        level_trace_free(&trace);
    }
}

Test(level_trace, other_files_are_not_taken_for_one)
{
    static const char *const texts[] = {
        "submit,duration_s,gpus\n0,1,1\n", "time,class,tenure,usd_per_gpu_h\n",
        "time,prompt_tokens,output_tokens\n", "\x1f\x8b"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct scratch scratch = scratch_file("x.csv", texts[i], strlen(texts[i]));
        cr_expect(not(level_trace_sniff(scratch.path)));
        scratch_remove(&scratch);
    }
}
