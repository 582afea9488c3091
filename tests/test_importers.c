#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "import_text.h"

Test(importers, each_is_documented_and_found_by_its_name)
{
    size_t n = 0;
    for (; importers[n]; n++) {
        const struct importer *importer = importers[n];
        const char *name = importer->name;
        cr_expect(strlen(importer->summary) > 20, "%s has no summary", name);
        cr_expect(strlen(importer->source) > 20, "%s has no source", name);
        cr_expect(strlen(importer->shape) > 20, "%s does not say what it reads", name);
        cr_expect(strlen(importer->keeps) > 20, "%s does not say what it keeps", name);
        cr_expect(strlen(importer->drops) > 4, "%s does not say what it drops", name);
        cr_expect(strlen(importer->assumes) > 4, "%s says no assumptions", name);
        cr_expect(strstr(importer->example, " -o ") != NULL, "%s: example", name);
        cr_expect(importer_find(name) == importer, "%s: name taken twice", name);
        cr_assert(importer->forms && importer->forms[0].name, "%s becomes what?", name);
        cr_expect(import_form_find(importer, NULL) == &importer->forms[0]);
        cr_expect(import_form_find(importer, "nothing") == NULL);
        for (const struct param *param = importer->params; param && param->name;
             param++)
            cr_expect(strlen(param->help) > 5, "%s: %s", name, param->name);
    }
    cr_expect(n >= 2, "%zu importers", n);
    cr_expect(importer_find("nobody") == NULL, "found nobody");
    cr_expect(importer_find("") == NULL, "found nothing");
}

/* Whatever the importer: what is no log of its own is refused with a place. */
Test(importers, each_refuses_a_file_that_is_not_its_own)
{
    for (size_t n = 0; importers[n]; n++) {
        static const char *const texts[] = {"a,b\n1,2\n", "a,b\n1\n", "{]\n"};
        for (size_t i = 0; i < COUNT(texts); i++) {
            struct import_result result;
            struct import_report report;
            char message[1100];
            cr_expect(not(import_from_text(importers[n]->name, texts[i], NULL, &result,
                                           &report, message)),
                      "%s takes %s", importers[n]->name, texts[i]);
            bool placed = strncmp(message, "log.csv:1: ", 11) == 0 ||
                          strncmp(message, "--", 2) == 0; /* it needs an option */
            cr_expect(placed, "%s: %s", importers[n]->name, message);
            import_result_free(&result);
        }
    }
}

Test(importers, drops_are_counted_by_reason_with_the_first_line)
{
    struct import_report report = {0};
    struct import import = {.report = &report};
    char reason[] = "zero duration";
    import_count_drop(&import, 7, "zero duration");
    import_count_drop(&import, 8, "no GPUs");
    import_count_drop(&import, 9, reason);
    cr_expect(eq(sz, report.n_dropped, 2));
    cr_expect(eq(str, (char *)report.dropped[0].reason, "zero duration"));
    cr_expect(eq(i64, report.dropped[0].rows, 2));
    cr_expect(eq(i64, report.dropped[0].first_line, 7));
    cr_expect(eq(i64, report.dropped[1].rows, 1));
    cr_expect(eq(i64, report.dropped[1].first_line, 8));
}

#define PHILLY_HEAD "timestamp,duration,num_gpus,gpu_time,cluster\n"

Test(importers, a_zone_moves_the_dates_that_name_none)
{
    static const char text[] = PHILLY_HEAD "2017-10-09 07:01:55,66.0,1,66.0,11cb48\n"
                                           "2017-10-09T07:01:55Z,66.0,1,66.0,11cb48\n";
    /* 07:01:55 at seven hours behind UTC is 14:01:55 UTC. */
    static const struct {
        const char *zone;
        int64_t naive_ms;
    } cases[] = {{NULL, 1507532515000},
                 {"Z", 1507532515000},
                 {"-07:00", 1507532515000 + 7 * MS_PER_H},
                 {"+05:30", 1507532515000 - 330 * MS_PER_MIN}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct import_result result;
        struct import_report report;
        struct import_options options = {.zone = cases[i].zone};
        import_good("philly", text, &options, &result, &report);
        cr_assert(eq(sz, result.jobs.n, 2));
        const struct job *jobs = result.jobs.jobs;
        int64_t other = jobs[0].submit_ms + jobs[1].submit_ms - 1507532515000;
        cr_expect(eq(i64, other, cases[i].naive_ms));
        cr_assert(eq(sz, report.n_notes, 1));
        import_result_free(&result);
    }
    struct import_result result;
    struct import_report report;
    struct import_options east = {.zone = "+05:30"};
    import_good("philly", text, &east, &result, &report);
    cr_expect(eq(str, report.notes[0],
                 "dates without a zone are taken as UTC+05:30 all year; --zone gives "
                 "another, daylight saving time cannot be known"));
    import_result_free(&result);
}

Test(importers, options_that_are_wrong_are_errors_of_usage)
{
    const struct {
        const char *from;
        struct import_options options;
        const char *message;
    } cases[] = {
        {"philly",
         {.zone = "+8"},
         "--zone: '+8' is no offset from UTC, as +08:00, or Z"},
        {"philly",
         {.zone = "+25:00"},
         "--zone: '+25:00' is no offset from UTC, as +08:00, or Z"},
        {"philly",
         {.zone = "CET"},
         "--zone: 'CET' is no offset from UTC, as +08:00, or Z"},
        {"gaia", {.zone = "Z"}, "--zone: gaia has no dates that lack a zone"},
        {"gaia", {.as = "level"}, "--as: gaia does not become 'level', but jobs"},
        {"gaia",
         {.settings = (const struct import_setting[]){{"tick", "-5"}}, .n_settings = 1},
         "--tick: -5 is below 1"},
        {"gaia",
         {.settings = (const struct import_setting[]){{"tick", "x"}}, .n_settings = 1},
         "--tick: 'x' is not a whole number, such as 8"},
        {"gaia",
         {.settings = (const struct import_setting[]){{"tick", ""}}, .n_settings = 1},
         "--tick: the value is empty"},
        {"swf",
         {.settings = (const struct import_setting[]){{"processors_per_gpu", ""}},
          .n_settings = 1},
         "--processors-per-gpu: the value is empty"},
        {"columns",
         {.settings =
              (const struct import_setting[]){{"map", "gpus=c,workload==\x96x"}},
          .n_settings = 1},
         "--map: 'gpus=c,workload==?x' is not valid UTF-8"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct import_result result;
        struct import_report report;
        struct error err = {0};
        cr_expect(not(import_run(importer_find(cases[i].from), "none.csv",
                                 &cases[i].options, &result, &report, &err)));
        cr_expect(eq(int, err.kind, ERROR_USAGE));
        cr_expect(eq(str, err.text, (char *)cases[i].message));
        import_result_free(&result);
    }
}

Test(importers, lenient_counts_malformed_rows_and_shows_the_first)
{
    static const char text[] = PHILLY_HEAD "2017-10-09 07:01:55,66.0,1,66.0,11cb48\n"
                                           "2017-10-09 07:01:55,-1,1,0,a\n"
                                           "2017-10-09 07:01:55,1,1\n"
                                           "2017-10-09 07:01:55,0,1,0,a\n"
                                           "yesterday,1,1,0,a\n";
    struct import_result result;
    struct import_report report;
    struct import_options options = {.lenient = true};
    char message[1100];
    import_good("philly", text, &options, &result, &report);
    cr_expect(eq(i64, report.rows_read, 5));
    cr_expect(eq(i64, report.rows_kept, 1));
    cr_expect(eq(i64, report.rows_malformed, 3));
    cr_assert(eq(sz, report.n_dropped, 1));
    cr_expect(eq(i64, report.dropped[0].first_line, 5));
    static const char *const wrong[] = {"3:2: duration: -1 is not in 0 to 200 years",
                                        "4: 3 fields, but the header line has 5",
                                        "6:1: timestamp: 'yesterday' is not a date"};
    for (size_t i = 0; i < COUNT(wrong); i++)
        cr_expect(strstr(report.malformed[i], wrong[i]) != NULL, "%s",
                  report.malformed[i]);
    import_result_free(&result);
    cr_expect(not(import_from_text("philly", text, NULL, &result, &report, message)));
    cr_expect(eq(str, message, "log.csv:3:2: duration: -1 is not in 0 to 200 years"));
    import_result_free(&result);
}

Test(philly, keeps_what_the_log_has_and_counts_what_is_dropped)
{
    struct import_result result;
    struct import_report report;
    import_good("philly",
                "timestamp,duration,num_gpus,gpu_time,cluster\n"
                "2017-10-09 07:01:55,66.0,1,66.0,11cb48\n"
                "2017-10-09 06:13:03,2951.25,8,2951.0,6214e9\n"
                "2017-10-09 06:13:04,0.0,8,0,6214e9\n"
                "2017-10-09 06:13:05,17,0,0,6214e9\n"
                "2017-10-09 06:13:06,0.0004,1,0,6214e9\n\n",
                NULL, &result, &report);
    cr_expect(eq(i64, report.rows_read, 5));
    cr_expect(eq(i64, report.rows_kept, 2));
    cr_assert(eq(sz, report.n_dropped, 2));
    cr_expect(eq(str, (char *)report.dropped[0].reason, "zero duration"));
    cr_expect(eq(i64, report.dropped[0].rows, 2));
    cr_expect(eq(str, (char *)report.dropped[1].reason, "no GPUs"));
    cr_expect(eq(i64, report.dropped[1].rows, 1));

    bool absolute = result.jobs.absolute;
    cr_expect(absolute);
    cr_assert(eq(sz, result.jobs.n, 2));
    cr_expect(eq(i64, result.jobs.jobs[0].submit_ms, INT64_C(1507529583000)));
    cr_expect(eq(i64, result.jobs.jobs[0].duration_ms, 2951250));
    cr_expect(eq(int, result.jobs.jobs[0].gpus, 8));
    const struct job_kind *kind = &result.jobs.kinds[result.jobs.jobs[0].kind];
    cr_expect(eq(str, (char *)result.jobs.names.text[kind->tenant], "6214e9"));
    cr_expect(eq(u32, kind->workload, NAMES_NONE));
    import_result_free(&result);
}

Test(philly, says_what_it_cannot_read)
{
    static const struct {
        const char *row, *message;
    } cases[] = {
        {"2017-10-09 07:01:55,-1,1,0,a", "2: duration: -1 is not in 0 to 200 years"},
        {"2017-10-09 07:01:55,1e30,1,0,a",
         "2: duration: 1e30 is not in 0 to 200 years"},
        {"2017-10-09 07:01:55,nan,1,0,a",
         "2: duration: 'nan' is not a number of seconds"},
        {"2017-10-09 07:01:55,,1,0,a", "2: duration: '' is not a number of seconds"},
        {"2017-10-09 07:01:55,1,-1,0,a",
         "3: num_gpus: '-1' is not a whole number in 0 to 1000000"},
        {"2017-10-09 07:01:55,1,1.5,0,a",
         "3: num_gpus: '1.5' is not a whole number in 0 to 1000000"},
        {"2017-10-09 07:01:55,1,1000001,0,a",
         "3: num_gpus: '1000001' is not a whole number in 0 to 1000000"},
        {"2017-10-09 07:01:55,1,1,0,\"a\nb\"",
         "5: cluster: 'a?b' is no word of up to 63 bytes without control characters"},
        {"2017-10-09 07:01:55,6307200000,1000000,0,a",
         " 1000000 GPUs for 6307200000000 ms are over 4e18 GPU-ms"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct import_result result;
        struct import_report report;
        char text[256], message[1100], expected[256];
        snprintf(text, sizeof text,
                 "timestamp,duration,num_gpus,gpu_time,cluster\n%s\n", cases[i].row);
        snprintf(expected, sizeof expected, "log.csv:2:%s", cases[i].message);
        cr_expect(
            not(import_from_text("philly", text, NULL, &result, &report, message)));
        cr_expect(eq(str, message, expected));
        import_result_free(&result);
    }
    struct import_result result;
    struct import_report report;
    char message[1100];
    cr_expect(not(import_from_text("philly",
                                   "timestamp,duration,num_gpus,cluster\nnow,1,1,a\n",
                                   NULL, &result, &report, message)));
    cr_expect(strncmp(message, "log.csv:2:1: timestamp: ", 24) == 0, "%s", message);
    import_result_free(&result);
    cr_expect(not(import_from_text("philly", "timestamp,duration,num_gpus\n", NULL,
                                   &result, &report, message)));
    cr_expect(
        eq(str, message, "log.csv:1: no column 'cluster', which this format has"));
    import_result_free(&result);
}

Test(gaia, cuts_times_to_whole_ticks)
{
    static const char text[] = "arrival_time,length,cpus\n4.999,5.0,1\n5.0,9.999,2\n"
                               "13.5,4.999,3\n14,0,3\n15,10,0\n86399,3601,4\n";
    struct import_result result;
    struct import_report report;
    import_good("gaia", text, NULL, &result, &report);
    static const int64_t jobs[][3] = {{0, 5, 1}, {5, 5, 2}, {86395, 3600, 4}};
    cr_assert(eq(sz, result.jobs.n, COUNT(jobs)));
    for (size_t i = 0; i < COUNT(jobs); i++) {
        cr_expect(eq(i64, result.jobs.jobs[i].submit_ms, jobs[i][0] * 1000));
        cr_expect(eq(i64, result.jobs.jobs[i].duration_ms, jobs[i][1] * 1000));
        cr_expect(eq(i64, result.jobs.jobs[i].gpus, jobs[i][2]));
    }
    cr_expect(eq(i64, report.rows_read, 6));
    cr_expect(eq(i64, report.rows_kept, 3));
    cr_assert(eq(sz, report.n_dropped, 2));
    cr_expect(eq(str, (char *)report.dropped[0].reason, "shorter than one tick"));
    cr_expect(eq(i64, report.dropped[0].rows, 2));
    cr_expect(eq(str, (char *)report.dropped[1].reason, "no units"));
    cr_expect(not(result.jobs.absolute));
    import_result_free(&result);

    import_good("gaia", text, with("tick", "3600"), &result, &report);
    cr_assert(eq(sz, result.jobs.n, 1));
    cr_expect(eq(i64, result.jobs.jobs[0].submit_ms, 23 * 3600000));
    cr_expect(eq(i64, result.jobs.jobs[0].duration_ms, 3600000));
    import_result_free(&result);
}

/* Rows, GPU-hours and tenants as the file's own description states them. */
Test(philly, reads_the_real_log_whole)
{
    struct import_result result;
    struct import_report report;
    import_real("philly", "philly.csv", NULL, &result, &report);
    cr_expect(eq(i64, report.rows_read, 82247));
    cr_expect(eq(i64, report.rows_kept, 82247));
    cr_expect(eq(sz, report.n_dropped, 0));
    cr_expect(eq(sz, result.jobs.n, 82247));
    cr_expect(result.jobs.gpu_ms == INT64_C(3521082502000), "978,078.4728 GPU-h");
    cr_expect(eq(sz, result.jobs.n_kinds, 15));
    cr_expect(eq(int, result.jobs.gpus_max, 128));
    cr_expect(not(result.jobs.was_sorted));
    cr_expect(eq(i64, result.jobs.jobs[0].submit_ms, INT64_C(1504521041000)));
    cr_expect(eq(i64, result.jobs.jobs[82246].submit_ms, INT64_C(1513929731000)));

    /* The virtual cluster and the two months that HeliosArtifact's simulator was run
     * on. */
    struct trace_filter filter = {.from_ms = INT64_C(1506816000000),
                                  .to_ms = INT64_C(1512086400000),
                                  .tenant = "103959"};
    struct trace part;
    struct error err = {0};
    cr_assert(trace_select(&result.jobs, &filter, &part, &err), "%s", err.text);
    cr_expect(eq(sz, part.n, 1450));
    cr_expect(part.gpu_ms == INT64_C(113025953000), "31,396.1 GPU-h");
    trace_free(&part);
    import_result_free(&result);
}

/* 11,493,272 unit-s as they stand in the file; cut to ticks of 5 s, 11,490,915. */
Test(gaia, reads_the_real_sample_whole)
{
    struct import_result result;
    struct import_report report;
    import_real("gaia", "gaia-pai-1k.csv", NULL, &result, &report);
    cr_expect(eq(i64, report.rows_kept, 1000));
    cr_expect(eq(sz, report.n_dropped, 0));
    cr_expect(result.jobs.gpu_ms == INT64_C(11490915000), "in ticks of 5 s");
    import_result_free(&result);

    import_real("gaia", "gaia-pai-1k.csv", with("tick", "1"), &result, &report);
    cr_expect(result.jobs.gpu_ms == INT64_C(11493272000), "as they stand");
    import_result_free(&result);
}

/* Found by fuzzing: such traces could be written, but not read again. */
Test(importers, what_no_trace_can_hold_is_refused)
{
    import_wrong("prometheus",
                 "\"Time\",\"a\"\n176931200731260,4\n2026-01-30 00:02:00,1\n", NULL,
                 "log.csv:2: an instant outside the years 1 to 9999");

    struct import_setting map = {"map",
                                 "time=t,prompt_tokens=p,output_tokens=o,model=m"};
    struct import_options options = {
        .settings = &map, .n_settings = 1, .as = "requests"};
    import_wrong("columns", "t,p,o,m\n2026-01-01,10,0,c\x13x\n", &options,
                 "log.csv:2: model: 'c?x' is no word of up to 63 bytes without control "
                 "characters");

    map.value = "submit=t,duration_s=d,gpus=g,classes=c";
    options.as = NULL;
    import_wrong("columns", "t,d,g,c\n2026-01-01,10,1,a||b\n", &options,
                 "log.csv:2:4: c: 'a||b' is no list of names between '|'");
}
