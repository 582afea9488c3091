#include "any_text.h"
#include "input/trace_notes.h"

Test(any_trace, the_header_line_says_which_kind_it_is)
{
    static const struct {
        const char *text, *noun;
        size_t rows;
        bool dated;
    } cases[] = {
        {"submit,duration_s,gpus\n1,2,3\n", "jobs", 1, false},
        {"gpus,workload,time\n3,a,2026-01-01\n3,b,2026-01-01\n", "levels", 2, true},
        {"time,prompt_tokens,output_tokens\n5,1,2\n", "requests", 1, false},
        {"time,class,tenure,usd_per_gpu_h\n2026-01-01,h100-sxm,spot,2\n", "prices", 1,
         true},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct import_result trace;
        read_any(cases[i].text, &trace);
        cr_expect(eq(str, (char *)any_trace_noun(&trace), (char *)cases[i].noun));
        cr_expect(eq(sz, any_trace_rows(&trace), cases[i].rows));
        cr_expect(any_trace_dated(&trace) == cases[i].dated);
        cr_expect(eq(sz, strlen(any_trace_digest(&trace)), 64));
        import_result_free(&trace);
    }
}

static bool examine(const char *text, struct import_result *trace,
                    struct defects *defects, struct error *err)
{
    struct scratch scratch = scratch_file("t.csv", text, strlen(text));
    bool ok = any_trace_examine(trace, defects, scratch.path, err);
    for (size_t i = 0; i < defects->n; i++)
        for (size_t k = 0; k < DEFECTS_SHOWN; k++) {
            char *first = defects->kinds[i].first[k];
            memmove(first, without_dir(&scratch, first),
                    strlen(without_dir(&scratch, first)) + 1);
        }
    scratch_remove(&scratch);
    return ok;
}

Test(any_trace, rows_wrong_in_the_same_way_are_counted_together)
{
    static const char text[] = "submit,duration_s,gpus\n"
                               "abc,5,1\n"
                               "10,5,0\n"
                               "20,5,-4\n"
                               "30,5,1\n"
                               "40,x,1\n"
                               "50,yy,1\n"
                               "60,5\n"
                               "2026-01-01,5,1\n"
                               "70,5,-77\n"
                               "80,5,0.5\n"
                               "90,5,-9\n";
    static const struct {
        const char *pattern;
        int64_t rows;
        const char *first;
    } expected[] = {
        {"submit: '...' is neither seconds from the start, as #, nor a date, as "
         "#-#T#:#:#Z",
         1,
         "t.csv:2:1: submit: 'abc' is neither seconds from the start, as 3600.5, nor a "
         "date, as 2026-01-31T12:30:00Z"},
        {"gpus: # is below #", 4, "t.csv:3:3: gpus: 0 is below 1"},
        {"duration_s: '...' is not a number; give seconds, as # or #", 2,
         "t.csv:6:2: duration_s: 'x' is not a number; give seconds, as 3600 or 0.5"},
        {"# fields, but the header line has #", 1,
         "t.csv:8: 2 fields, but the header line has 3"},
        {"submit: '...' is a date, but the first submit, in line #, is in seconds; a "
         "trace has one kind throughout",
         1,
         "t.csv:9:1: submit: '2026-01-01' is a date, but the first submit, in line 3, "
         "is in seconds; a trace has one kind throughout"},
    };
    struct import_result trace;
    struct defects defects;
    struct error err = {0};
    cr_assert(examine(text, &trace, &defects, &err));
    cr_expect(eq(i64, defects.rows_read, 11));
    cr_expect(eq(i64, defects.rows_wrong, 10));
    cr_expect(eq(sz, any_trace_rows(&trace), 1));
    cr_expect(not(defects.stopped));
    cr_assert(eq(sz, defects.n, COUNT(expected) + 1));
    for (size_t i = 0; i < COUNT(expected); i++) {
        if (i > 0)
            cr_expect(eq(str, defects.kinds[i].pattern, (char *)expected[i].pattern));
        cr_expect(eq(i64, defects.kinds[i].rows, expected[i].rows));
        cr_expect(eq(str, defects.kinds[i].first[0], (char *)expected[i].first));
    }
    import_result_free(&trace);
}

Test(any_trace, what_cannot_be_read_on_is_the_last_defect)
{
    struct import_result trace;
    struct defects defects;
    struct error err = {0};
    cr_assert(examine("time,gpus\n0,1\n5,\"2\" 3\n7,x\n", &trace, &defects, &err));
    cr_expect(defects.stopped);
    cr_expect(eq(i64, defects.rows_read, 2)); /* "0,1", and the one it ended in */
    cr_expect(eq(i64, defects.rows_wrong, 1));
    cr_assert(eq(sz, defects.n, 1));
    cr_expect(strncmp(defects.kinds[0].first[0], "t.csv:3:2: a quote astray", 25) == 0,
              "%s", defects.kinds[0].first[0]);
    import_result_free(&trace);

    cr_assert(examine("time,gpus\n0,1\n0,2\n", &trace, &defects, &err));
    cr_assert(eq(sz, defects.n, 1));
    cr_expect(eq(str, defects.kinds[0].first[0],
                 (char *)"t.csv:3: gpus: 2 at the instant for which line 2 says 1; a "
                         "series has one value at a time"));
    import_result_free(&trace);
}

Test(any_trace, of_a_file_without_rows_to_read_there_is_an_error)
{
    static const char *const texts[] = {"", "submit,dur,gpus\n1,2,3\n",
                                        "time,gpus,gpus\n"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct import_result trace;
        struct defects defects;
        struct error err = {0};
        cr_expect(not(examine(texts[i], &trace, &defects, &err)));
        cr_expect(eq(int, err.kind, ERROR_INPUT));
        import_result_free(&trace);
    }
}

/* What a wrong header line was meant to be. */
Test(any_trace, a_header_line_is_judged_as_what_it_resembles)
{
    static const char *const cases[][2] = {
        {"Time,GPUs\n0,10\n", "t.csv:1:1: unknown column 'Time'; did you mean 'time'?"},
        {"time;gpus\n0;10\n",
         "t.csv:1: the header line 'time;gpus' is one column; commas part the columns "
         "of "
         "a trace, and other formats are read by `tenure trace convert`"},
        {"time,duration_s,gpu\n1,2,3\n",
         "t.csv:1:1: unknown column 'time'; a job trace has submit, duration_s, gpus "
         "and "
         "optional ones, and other formats are read by `tenure trace convert`"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct import_result trace;
        struct error err = {0};
        struct scratch scratch =
            scratch_file("t.csv", cases[i][0], strlen(cases[i][0]));
        cr_expect(not(any_trace_read(&trace, scratch.path, &err)));
        cr_expect(
            eq(str, (char *)without_dir(&scratch, err.text), (char *)cases[i][1]));
        import_result_free(&trace);
        scratch_remove(&scratch);
    }
}

/* 40 ways of being wrong: as many as there is room for are told apart. */
Test(any_trace, the_ways_of_being_wrong_are_bounded)
{
    char text[8192] = "submit,duration_s,gpus,id\n";
    for (int i = 0; i < 40; i++)
        sprintf(text + strlen(text), "%.*s,5,1,a\n", i + 1,
                "''''''''''''''''''''''''''''''''''''''''''''''''''''");
    struct import_result trace;
    struct defects defects;
    struct error err = {0};
    cr_assert(examine(text, &trace, &defects, &err), "%s", err.text);
    cr_expect(eq(i64, defects.rows_wrong, 40));
    int64_t rows = defects.rows_of_more_kinds;
    for (size_t i = 0; i < defects.n; i++)
        rows += defects.kinds[i].rows;
    cr_expect(eq(i64, rows, 40));
    cr_expect(defects.n <= DEFECT_KINDS_MAX);
    import_result_free(&trace);
}

static const struct trace_note *find_note(const struct trace_notes *notes,
                                          const char *about)
{
    for (size_t i = 0; i < notes->n; i++)
        if (strcmp(notes->note[i].about, about) == 0)
            return &notes->note[i];
    return NULL;
}

static void expect_note(const char *text, const char *about, bool unusual,
                        const char *says)
{
    struct import_result trace;
    struct trace_notes notes;
    read_any(text, &trace);
    trace_notes_take(&notes, &trace);
    const struct trace_note *note = find_note(&notes, about);
    cr_assert(note != NULL, "%s: no note", about);
    cr_expect(note->unusual == unusual, "%s", about);
    cr_expect(eq(str, (char *)note->text, (char *)says));
    import_result_free(&trace);
}

Test(any_trace, notes_tell_what_is_unusual)
{
    expect_note("submit,duration_s,gpus\n5,1,1\n0,1,1\n", "order", true,
                "rows are not in order of time, and are sorted on reading");
    expect_note("submit,duration_s,gpus,id\n5,1,1,a\n6,1,1,b\n7,1,1,a\n", "ids", true,
                "1 of 3 rows repeat an id, as 'a'");
    expect_note("submit,duration_s,gpus,id\n5,1,1,a\n6,1,1,b\n", "ids", false,
                "all different");
    expect_note("submit,duration_s,gpus\n5,2592001,1\n6,0.5,1\n", "durations", true,
                "the longest is 30.0 d; 1 are over 30 d, 1 under 1 s");
    expect_note("submit,duration_s,gpus,tenant\n5,10,1,a\n6,10,1,b\n7,10,2,b\n",
                "tenants", true, "'b' has 67 % of the jobs and 75 % of the GPU time");
    expect_note("submit,duration_s,gpus,limit_s\n5,10,1,9\n6,10,1,10\n", "limits", true,
                "1 jobs run longer than limit_s");
    expect_note("submit,duration_s,gpus\n1969-12-31,1,1\n", "dates", true,
                "the dates run from the year 1969 to 1969; are they numbers read as "
                "dates?");
    expect_note("submit,duration_s,gpus\n-90,1,1\n", "dates", true,
                "the first time is 90 s before 0: a scenario needs `align` or a slice");
    expect_note("submit,duration_s,gpus\n5,1,1\n5,1,1\n5,1,2\n", "duplicates", true,
                "1 rows are like another one in submit, duration, GPUs and words");
    expect_note("time,prompt_tokens,output_tokens\n5,1,0\n6,1,1\n", "tokens", true,
                "1 requests have no output token: failed ones?");
    expect_note("time,gpus\n5,0\n6,1\n", "end", false,
                "the last row wants 1 GPUs, which go on without end; a row of 0 ends "
                "them");
    expect_note("time,class,tenure,usd_per_gpu_h\n2026-01-01,a,spot,0\n", "zeros", true,
                "1 of 1 prices are 0");
}
