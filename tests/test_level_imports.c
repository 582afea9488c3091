/* Importers of levels and capacities, and of columns that the user names. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/node.h"
#include "import_text.h"
#include "input/capacity.h"

struct expected {
    int64_t time_ms;
    int32_t gpus;
    const char *workload;
};

static void expect_level(const struct level_trace *level,
                         const struct expected *expected, size_t n)
{
    cr_assert(eq(sz, level->n, n));
    for (size_t i = 0; i < n; i++) {
        const struct level_row *row = &level->rows[i];
        uint32_t workload = level->series[row->series].workload;
        cr_expect(eq(i64, row->time_ms, expected[i].time_ms), "row %zu", i);
        cr_expect(eq(int, row->gpus, expected[i].gpus), "row %zu", i);
        cr_expect(
            eq(str, (char *)(workload == NAMES_NONE ? "" : level->names.text[workload]),
               (char *)(expected[i].workload ? expected[i].workload : "")));
    }
}

static void import_with(const char *name, const char *text, const char *as,
                        const struct import_setting *settings, size_t n,
                        struct import_result *result, struct import_report *report)
{
    struct import_options options = {.as = as, .settings = settings, .n_settings = n};
    import_good(name, text, &options, result, report);
}

#define LOG_HEAD                                                                       \
    "job_id,user,gpu_num,cpu_num,node_num,state,submit_time,start_time,end_time,"      \
    "duration,queue,vc\n"

Test(helios, keeps_jobs_with_gpus_that_ran)
{
    static const char text[] =
        LOG_HEAD "17,u4,8,32,1,COMPLETED,2020-04-01 00:00:07,2020-04-01 00:00:09,"
                 "2020-04-01 01:02:12,3723,2,vcA\n"
                 "18,u5,0,4,1,COMPLETED,2020-04-01 00:00:08,,,10,0,vcA\n"
                 "19,u5,2,4,1,CANCELLED,2020-04-01 00:00:09,,,0,0,vcB\n"
                 "20,u5,16,4,2,FAILED,2020-04-01 00:00:10,,,77,0,vcB\n";
    struct import_result result;
    struct import_report report;
    const struct import_setting user = {"tenant", "user"};
    import_with("helios", text, NULL, NULL, 0, &result, &report);
    cr_assert(eq(sz, result.jobs.n, 2));
    cr_expect(eq(i64, result.jobs.jobs[0].submit_ms, INT64_C(1585699207000)));
    cr_expect(result.jobs.gpu_ms == 8 * 3723000 + 16 * 77000);
    cr_expect(eq(str, (char *)tenant_of(&result.jobs, 1), "vcB"));
    cr_expect(eq(i64, dropped(&report, "no GPUs"), 1));
    cr_expect(eq(i64, dropped(&report, "zero duration"), 1));
    import_result_free(&result);
    import_with("helios", text, NULL, &user, 1, &result, &report);
    cr_expect(eq(str, (char *)tenant_of(&result.jobs, 1), "u5"));
    import_result_free(&result);
    import_wrong("helios", "job_id,user,gpu_nums\n", NULL,
                 "log.csv:1: no column 'gpu_num', which this format has; is it "
                 "'gpu_nums'?");
}

Test(helios, capacity_becomes_pools_with_dated_changes)
{
    static const char text[] = "date,vcA,\"v\"\"B\",vcC,total\n2020-04-01,8,0,0,8\n"
                               "2020-04-02,8,16,0,24\n2020-04-03,8,16,0,24\n"
                               "2020-04-04,4,0,0,4\n";
    static const char expected[] =
        "# The capacity of pools over time: part of a scenario, to be completed.\n"
        "# ASSUMED: the class; that the GPUs are owned.\n"
        "start: 2020-04-01T00:00:00Z\n"
        "pools:\n"
        "  - name: \"vcA\"\n"
        "    tenure: own\n"
        "    class: h100-sxm  # ASSUMED: the file does not tell\n"
        "    gpus: 8\n"
        "    changes:\n"
        "      - {at: 2020-04-04T00:00:00Z, gpus: -4}\n"
        "  - name: \"v\\\"B\"\n"
        "    tenure: own\n"
        "    class: h100-sxm  # ASSUMED: the file does not tell\n"
        "    gpus: 0\n"
        "    changes:\n"
        "      - {at: 2020-04-02T00:00:00Z, gpus: +16}\n"
        "      - {at: 2020-04-04T00:00:00Z, gpus: -16}\n";
    struct import_result result;
    struct import_report report;
    struct error err = {0};
    size_t length;
    import_with("helios", text, "capacity", NULL, 0, &result, &report);
    cr_expect(eq(i64, report.rows_kept, 3));
    cr_expect(eq(i64, dropped(&report, "no change"), 1));
    struct scratch scratch = scratch_new("capacity.yaml");
    cr_assert(import_result_write(&result, scratch.path, &err), "%s", err.text);
    char *written = scratch_read(&scratch, &length);
    cr_expect(eq(str, written, (char *)expected));
    free(written);
    scratch_remove(&scratch);
    import_result_free(&result);

    struct import_options options = {.as = "capacity"};
    import_wrong("helios", "date,a,b,total\n2020-04-01,1,2,4\n", &options,
                 "log.csv:2:4: total: 4 is not the sum of the row, 3");
    import_wrong("helios", "date,a\n2020-04-02,1\n2020-04-01,1\n", &options,
                 "log.csv:3:1: rows must stand in order of their dates");
    import_wrong("helios", "date,a\n2020-04-02,-1\n", &options,
                 "log.csv:2:2: GPUs: '-1' is not a whole number in 0 to 1000000");
    import_wrong("helios", "when,a\n", &options,
                 "log.csv:1: no columns 'time' and 'total_gpu_num', nor 'date', which "
                 "this format has");
}

Test(capacity, a_quoted_name_reads_back_whatever_it_holds)
{
    static const char *const names[] = {
        "a",
        "a\"b\\c",
        "x: {y: 1} # z",
        "- &a *b !c %d",
        "\t\x01\x7f",
        "\xc2\x85 \xe2\x80\xa8 \xef\xbb\xbf \xef\xbf\xbf",
        "\xc3\xa9\xe6\x9c\xac\xf0\x9f\x98\x80",
        ""};
    for (size_t i = 0; i < COUNT(names); i++) {
        char quoted[256];
        struct arena arena = {0};
        struct node node;
        struct error err = {0};
        yaml_quote(quoted, sizeof quoted, names[i]);
        cr_assert(node_parse("x", quoted, strlen(quoted), &arena, &node, &err),
                  "%s: %s", quoted, err.text);
        cr_expect(eq(str, (char *)node.text, (char *)names[i]));
        arena_free(&arena);
    }
}

/* An independent sum of the file: 44,640 minutes of running + pending GPUs and of
 * total_gpu_num, read by column number. */
Test(helios, vc6YE_goes_in_as_an_independent_sum_has_it)
{
    char path[4096], line[4096];
    int64_t wanted = 0, capacity = 0, minutes = -1, most = 0;
    if (!real_trace("helios-earth-vc6YE.csv", path))
        cr_skip_test("helios-earth-vc6YE.csv is not there (see $TENURE_TRACES)");
    FILE *file = fopen(path, "r");
    for (; fgets(line, sizeof line, file); minutes++) {
        const char *at = line;
        int64_t of[10] = {0};
        for (size_t i = 0; i < 10; i++, at = strchr(at, ',') + 1)
            of[i] = atoll(at);
        if (minutes < 0)
            continue;
        wanted += of[8] + of[9];
        capacity += of[7];
        most = of[8] + of[9] > most ? of[8] + of[9] : most;
    }
    fclose(file);
    cr_expect(eq(i64, minutes, 44640));
    cr_expect(eq(i64, wanted, 9269213));
    cr_expect(eq(i64, capacity, 9285120));

    struct import_result result;
    struct import_report report;
    struct import_options options = {.as = "level"};
    import_real("helios", "helios-earth-vc6YE.csv", &options, &result, &report);
    const struct level_row *last = &result.level.rows[result.level.n - 1];
    struct level_totals totals = level_trace_totals(&result.level);
    cr_expect(totals.gpu_ms + (int128)last->gpus * 60000 == (int128)wanted * 60000);
    cr_expect(eq(i64, totals.peak_gpus, most));
    import_result_free(&result);

    options.as = "capacity";
    import_real("helios", "helios-earth-vc6YE.csv", &options, &result, &report);
    const struct expected rows[] = {{INT64_C(1588291200000), 208, "cluster"}};
    expect_level(&result.level, rows, 1);
    cr_expect(eq(i64, report.rows_read, 44640));
    cr_expect(eq(i64, dropped(&report, "no change"), 44639));
    import_result_free(&result);
}

/* 180,576 GPU-days in the column total; 128 GPUs of vc6YE on the first day. */
Test(helios, gpus_by_day_add_up_to_their_total)
{
    struct import_result result;
    struct import_report report;
    struct import_options options = {.as = "capacity"};
    import_real("helios", "helios-earth-gpu-number.csv", &options, &result, &report);
    const struct level_row *last = &result.level.rows[result.level.n - 1];
    int64_t gpus[512] = {0}, now = 0, from_ms = result.level.rows[0].time_ms, sum = 0;
    for (size_t i = 0; i < result.level.n; i++) {
        const struct level_row *row = &result.level.rows[i];
        sum += now * ((row->time_ms - from_ms) / MS_PER_D);
        from_ms = row->time_ms;
        now += row->gpus - gpus[row->series];
        gpus[row->series] = row->gpus;
    }
    /* 181 days from 2020-04-01 on; the last change is before their end. */
    int64_t end_ms = result.level.rows[0].time_ms + 181 * MS_PER_D;
    cr_expect(lt(i64, last->time_ms, end_ms));
    sum += now * ((end_ms - from_ms) / MS_PER_D);
    cr_expect(eq(i64, sum, 180576));
    import_result_free(&result);
}

#define T0 INT64_C(1772414240000)

Test(prometheus, series_of_a_label_are_one_level)
{
    static const char text[] =
        "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":["
        "{\"metric\":{\"ns\":\"a\",\"pod\":\"1\"},\"values\":[[1772414240,\"8\"],"
        "[1772414300,\"8\"],[1772414360.5,\"2.25\"]]},"
        "{\"metric\":{\"ns\":\"a\",\"pod\":\"2\"},\"values\":[[1772414240,\"0.5\"]]},"
        "{\"metric\":{\"ns\":\"b\"},\"values\":[[1772414240,\"3\"],"
        "[1772414300,\"NaN\"],[1772414420,\"1\"]]},"
        "{\"metric\":{\"ns\":\"c\"},\"values\":[]}]}}";
    struct import_result result;
    struct import_report report;
    const struct import_setting label[] = {{"workload", "ns"}};
    import_with("prometheus", text, NULL, label, 1, &result, &report);
    /* The median of 60, 60.5 and 180 s is the step.  Of a: 8.5 for one step, then 8,
     * 2.25 for one step.  Of b there is no sample for two minutes. */
    const struct expected by_label[] = {{T0, 9, "a"},          {T0, 3, "b"},
                                        {T0 + 60500, 8, "a"},  {T0 + 60500, 0, "b"},
                                        {T0 + 120500, 3, "a"}, {T0 + 180000, 1, "b"},
                                        {T0 + 181000, 0, "a"}, {T0 + 240500, 0, "b"}};
    expect_level(&result.level, by_label, COUNT(by_label));
    cr_expect(eq(i64, dropped(&report, "no samples"), 1));
    cr_expect(eq(str, report.notes[0],
                 "6 samples, 60.500 s apart; before a gap and at the end of a series "
                 "one holds for 60.500 s"));
    cr_expect(eq(str, report.notes[1], "1 gap in series, where they count nothing"));
    cr_expect(eq(str, report.notes[2], "1 value is empty or NaN: no sample"));
    import_result_free(&result);

    const struct import_setting sum[] = {{"round", "nearest"}, {"hold", "3min"}};
    import_with("prometheus", text, NULL, sum, 2, &result, &report);
    /* 11.5 rounds to 12, and holds for three minutes: 8 + 3 and 0.5, 2.25 + 3.5,
     * 2.25 + 1, then 1. */
    const struct expected all[] = {{T0, 12, NULL},
                                   {T0 + 120500, 6, NULL},
                                   {T0 + 180000, 3, NULL},
                                   {T0 + 300500, 1, NULL},
                                   {T0 + 360000, 0, NULL}};
    expect_level(&result.level, all, COUNT(all));
    import_result_free(&result);

    const struct import_setting busy[] = {{"busy_above", "2.5"}};
    import_with("prometheus", text, NULL, busy, 1, &result, &report);
    const struct expected gpus[] = {
        {T0, 2, NULL}, {T0 + 60500, 1, NULL}, {T0 + 120500, 0, NULL}};
    expect_level(&result.level, gpus, COUNT(gpus));
    import_result_free(&result);
}

Test(prometheus, a_pair_that_is_close_does_not_end_what_the_others_hold)
{
    char text[4096];
    int used = snprintf(text, sizeof text, "Time,gpus\n");
    for (int i = 0; i < 120; i++) {
        long at_s = 1772414240 + 60 * i;
        used += snprintf(text + used, sizeof text - (size_t)used, "%ld,100\n", at_s);
        if (i == 17)
            used += snprintf(text + used, sizeof text - (size_t)used, "%ld,100\n",
                             at_s + 1);
    }
    struct import_result result;
    struct import_report report;
    import_good("prometheus", text, NULL, &result, &report);
    /* 120 minutes of 100 GPUs, without a gap; distances: 118 of 60 s, 1 s and 59 s. */
    const struct expected two_h[] = {{T0, 100, NULL}, {T0 + 7200000, 0, NULL}};
    expect_level(&result.level, two_h, COUNT(two_h));
    cr_expect(eq(sz, report.n_notes, 1));
    import_result_free(&result);
}

Test(prometheus, one_sample_needs_to_be_told_how_long_it_holds)
{
    static const char text[] = "Time,gpus\n1772414240,8\n";
    import_wrong("prometheus", text, NULL,
                 "log.csv: no series has two samples, so that nothing says how long "
                 "one holds; --hold 60s does");
    static const char pairs[] = "Time,gpus\n1772414240,8\n1772414242,8\n"
                                "1772414300,8\n1772414302,8\n"
                                "1772414360,8\n1772414362,8\n";
    import_wrong(
        "prometheus", pairs, NULL,
        "log.csv: 2 of 6 samples are followed by a gap of over one and a half "
        "steps of 2.000 s, so that the step may not be theirs; --hold 60s says "
        "for how long a sample holds there");
    const struct import_setting hold[] = {{"hold", "3min"}};
    struct import_result result;
    struct import_report report;
    import_with("prometheus", text, NULL, hold, 1, &result, &report);
    const struct expected held[] = {{T0, 8, NULL}, {T0 + 180000, 0, NULL}};
    expect_level(&result.level, held, COUNT(held));
    import_result_free(&result);
}

Test(prometheus, csv_is_wide_or_long_and_says_the_same)
{
    static const char wide[] = "\"Time\",\"gpu 0\",\"gpu 1\"\n"
                               "2026-03-02 01:17:20,8,1\n1772414300000,,2\n"
                               "1772414360,4,null\n";
    static const char in_rows[] = "Series,Time,Value\ngpu 0,2026-03-02T01:17:20Z,8\n"
                                  "gpu 1,2026-03-02T01:17:20Z,1\n"
                                  "gpu 1,1772414300,2\ngpu 0,1772414360,4\n";
    const struct expected rows[] = {
        {T0, 8, "gpu 0"},         {T0, 1, "gpu 1"},          {T0 + 60000, 0, "gpu 0"},
        {T0 + 60000, 2, "gpu 1"}, {T0 + 120000, 0, "gpu 1"}, {T0 + 120000, 4, "gpu 0"},
        {T0 + 180000, 0, "gpu 0"}};
    const struct import_setting label[] = {{"workload", "series"}};
    const char *const texts[] = {wide, in_rows};
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct import_result result;
        struct import_report report;
        import_with("prometheus", texts[i], NULL, label, 1, &result, &report);
        expect_level(&result.level, rows, COUNT(rows));
        import_result_free(&result);
    }
}

Test(prometheus, says_what_it_cannot_read)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"parse error\"}",
         "log.csv:1: there is no list 'data'; the file says: parse error"},
        {"{\"data\":{\"result\":[{\"metric\":{},\"value\":[1767225600,\"8\"]}]}}",
         "log.csv:1: 'value' is of one instant, as /api/v1/query answers; ask "
         "/api/v1/query_range, which answers 'values'"},
        {"Time,a\nyesterday,1\n",
         "log.csv:2:1: 'yesterday' is not a date: the year is not of 0001 to 9999; "
         "write it as '2026-01-31' or '2026-01-31T12:30:00Z'"},
        {"Time,a\n2026-01-01,-1\n", "log.csv:2:2: -1 GPUs are not in 0 to 1000000"},
        {"Time,a\n2026-01-01,x\n", "log.csv:2:2: 'x' is not a number"},
        {"Time,a\n2026-01-01,+Inf\n", "log.csv:2:2: '+Inf' is not a number"},
        {"Time,a\n2026-01-01,1\n2026-01-01,2\n",
         "log.csv:3: two samples of one series at the same instant"},
        {"Time\n2026-01-01\n",
         "log.csv:1: no column 'Time' beside one with values, which this format has"},
        {"{\"data\":{\"result\":[{\"metric\":{},\"values\":[[1,2]]}]}}",
         "log.csv:1: values: a sample is not like [1772414240, \"8\"]"},
        {"{\"data\":{\"result\":[{\"metric\":{},\"values\":[[-1,\"2\"]]}]}}",
         "log.csv:1: values: a time is not in 1970 to 9999"},
        {"{\"data\":{\"result\":[{\"metric\":{},\"worth\":[1,\"2\"]}]}}",
         "log.csv:1: there is no 'values', which this format has"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        import_wrong("prometheus", cases[i].text, NULL, cases[i].message);
}

Test(columns, reads_what_the_map_names)
{
    static const char text[] = "queued;began;done;run ms;cards;team;a:b\n"
                               "1772414240;1772414300;1772418023;1500.4;1.5;t1;7\n"
                               "1772414241;1772414300;;2500;2;t2;\n"
                               "1772414242;1772414300;1772414300;0;0;t2;\n";
    const struct import_setting by_duration[] = {
        {"map", "submit=queued:unix_s,duration_s=run ms:ms,gpus=cards:up,tenant=team,"
                "priority=a:b,workload==batch"},
        {"delimiter", ";"}};
    struct import_result result;
    struct import_report report;
    import_with("columns", text, NULL, by_duration, 2, &result, &report);
    cr_assert(eq(sz, result.jobs.n, 2));
    const struct job *job = result.jobs.jobs;
    cr_expect(result.jobs.absolute);
    cr_expect(eq(i64, job[0].submit_ms, T0));
    cr_expect(eq(i64, job[0].duration_ms, 1500));
    cr_expect(eq(int, job[0].gpus, 2));
    cr_expect(eq(int, job[0].priority, 7));
    cr_expect(eq(int, job[1].priority, 0));
    cr_expect(eq(str, (char *)tenant_of(&result.jobs, 1), "t2"));
    cr_expect(eq(str, (char *)workload_of(&result.jobs, 1), "batch"));
    cr_expect(eq(i64, dropped(&report, "no GPUs"), 1));
    import_result_free(&result);

    const struct import_setting by_end[] = {
        {"map", "submit=queued:s,start=began:s,end=done:s,gpus==8"},
        {"delimiter", ";"}};
    import_with("columns", text, NULL, by_end, 2, &result, &report);
    cr_assert(eq(sz, result.jobs.n, 1));
    cr_expect(not(result.jobs.absolute));
    cr_expect(eq(i64, result.jobs.jobs[0].duration_ms, 3723000));
    cr_expect(eq(int, result.jobs.jobs[0].gpus, 8));
    cr_expect(eq(i64, dropped(&report, "no end"), 1));
    cr_expect(eq(i64, dropped(&report, "zero duration"), 1));
    import_result_free(&result);

    const struct import_setting level[] = {{"map", "time=t,gpus=n,workload=w"}};
    import_with("columns", "w,n,t\na,3,2026-03-02T01:17:20Z\n", "level", level, 1,
                &result, &report);
    const struct expected rows[] = {{T0, 3, "a"}};
    expect_level(&result.level, rows, 1);
    import_result_free(&result);

    const struct import_setting requests[] = {
        {"map", "time=t:us,prompt_tokens=p,output_tokens==100"}};
    import_with("columns", "p,t\n17,1500\n", "requests", requests, 1, &result, &report);
    cr_assert(eq(sz, result.requests.n, 1));
    cr_expect(eq(i64, result.requests.requests[0].time_ms, 2)); /* 1.5 ms */
    cr_expect(eq(i64, result.requests.output_tokens, 100));
    import_result_free(&result);
}

Test(columns, says_what_is_wrong_with_the_map_or_a_row)
{
    static const struct {
        const char *map, *message;
    } cases[] = {
        {"sumbit=q", "--map: no field 'sumbit'; did you mean 'submit'?"},
        {"xxxxxxxx=q",
         "--map: no field 'xxxxxxxx'; there are submit, start, end, duration_s, gpus, "
         "id, tenant, workload, pools, classes, priority, patience_s, limit_s"},
        {"submit", "--map: 'submit' is not like submit=COLUMN, duration_s=COLUMN:ms or "
                   "gpus==8"},
        {"submit=q,submit=r", "--map: 'submit=r' maps a field for the second time"},
        {"submit==2026-01-01",
         "--map: 'submit==2026-01-01' is the same instant in all rows"},
        {"submit=q,gpus=n", "--map: one of duration_s and end is needed, not both"},
        {"submit=q,gpus=n,end=e,duration_s=d",
         "--map: one of duration_s and end is needed, not both"},
        {"submit=q,duration_s=d", "--map: gpus is needed, as in gpus=COLUMN"},
        {"submit=q,gpus=n:ms,duration_s=d",
         "--map: 'gpus=n:ms' has a unit of something else"},
        {"submit=q,gpus=n,tenant=t:s,duration_s=d",
         "--map: 'tenant=t:s' needs no unit"},
        {"submit=q:s,gpus=n,end=e", "--map: end is a date and another one seconds from "
                                    "the start, or the other way "
                                    "round"},
        {"submit=q,gpus=n,duration_s=d,start=q",
         "--map: start is for end - start; map end, too"},
        {"submit=qq,gpus=n,duration_s=d",
         "log.csv:1: no column 'qq', which this format has"},
        {"submit=q,gpus=num,duration_s=d",
         "log.csv:1: no column 'num', which this format has"},
        {"submit=q,gpus=runtme,duration_s=d",
         "log.csv:1: no column 'runtme', which this format has; is it 'runtime'?"},
        {"submit=q,gpus==x,duration_s=d",
         "--map: gpus: 'x' is not a whole number in 0 to 1000000"},
        {"submit=q,gpus=n,duration_s=d",
         "log.csv:2:2: n: '1.5' is not a whole number in 0 to 1000000; gpus=COLUMN:up "
         "rounds up"},
        {"submit=q:unix_s,gpus==1,duration_s=d",
         "log.csv:2:1: q: '2026-01-01' is not a number"},
        {"submit=n:s,gpus==1,duration_s=runtime:h",
         "log.csv:2:4: runtime: '1e9' is not in 0 to 200 years"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        import_wrong("columns", "q,n,d,runtime\n2026-01-01,1.5,3,1e9\n",
                     with("map", cases[i].map), cases[i].message);
}
