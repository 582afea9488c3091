#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "input/importer.h"
#include "scratch.h"

static bool import_text(const char *name, const char *text,
                        const struct import_options *options, struct trace *trace,
                        struct import_report *report, char message[1100])
{
    struct scratch scratch = scratch_file("log.csv", text, strlen(text));
    struct error err = {0};
    const struct importer *importer = importer_find(name);
    struct price_trace prices;
    bool ok;
    if (importer->read_prices) {
        trace_begin(trace, "", true);
        ok = importer->read_prices(scratch.path, &prices, report, &err);
        price_trace_free(&prices);
    } else {
        ok = importer->read(scratch.path, options, trace, report, &err);
    }
    snprintf(message, 1100, "%s", without_dir(&scratch, err.text));
    if (ok)
        trace_check(trace);
    else
        cr_expect(eq(int, err.kind, ERROR_INPUT));
    scratch_remove(&scratch);
    return ok;
}

static void import_good(const char *name, const char *text,
                        const struct import_options *options, struct trace *trace,
                        struct import_report *report)
{
    char message[1100];
    bool ok = import_text(name, text, options, trace, report, message);
    cr_assert(ok, "%s", message);
}

Test(importers, each_is_documented_and_found_by_its_name)
{
    size_t n = 0;
    for (; importers[n]; n++) {
        const struct importer *importer = importers[n];
        const char *name = importer->name;
        cr_expect(strlen(importer->summary) > 20, "%s has no summary", name);
        cr_expect(strlen(importer->source) > 20, "%s has no source", name);
        cr_expect(strlen(importer->keeps) > 20, "%s does not say what it keeps", name);
        bool jobs = importer->read != NULL, prices = importer->read_prices != NULL;
        cr_expect(jobs != prices, "%s reads nothing, or too much", name);
        cr_expect(importer_find(name) == importer, "%s: name taken twice", name);
    }
    cr_expect(n >= 2, "%zu importers", n);
    cr_expect(importer_find("nobody") == NULL, "found nobody");
    cr_expect(importer_find("") == NULL, "found nothing");
}

/* Whatever the importer: what is no log of its own is refused with a place. */
Test(importers, each_refuses_a_file_that_is_not_its_own)
{
    for (size_t n = 0; importers[n]; n++) {
        static const char *const texts[] = {"", "a,b\n1,2\n", "a,b\n1\n"};
        for (size_t i = 0; i < COUNT(texts); i++) {
            struct trace trace;
            struct import_report report;
            char message[1100];
            cr_expect(not(import_text(importers[n]->name, texts[i], NULL, &trace,
                                      &report, message)));
            cr_expect(strncmp(message, "log.csv:1: ", 11) == 0, "%s", message);
            trace_free(&trace);
        }
    }
}

Test(importers, drops_are_counted_by_reason)
{
    struct import_report report = {0};
    char reason[] = "zero duration";
    import_drop(&report, "zero duration");
    import_drop(&report, "no GPUs");
    import_drop(&report, reason);
    cr_expect(eq(sz, report.n_dropped, 2));
    cr_expect(eq(str, (char *)report.dropped[0].reason, "zero duration"));
    cr_expect(eq(i64, report.dropped[0].rows, 2));
    cr_expect(eq(i64, report.dropped[1].rows, 1));
}

Test(philly, keeps_what_the_log_has_and_counts_what_is_dropped)
{
    struct trace trace;
    struct import_report report;
    import_good("philly",
                "timestamp,duration,num_gpus,gpu_time,cluster\n"
                "2017-10-09 07:01:55,66.0,1,66.0,11cb48\n"
                "2017-10-09 06:13:03,2951.25,8,2951.0,6214e9\n"
                "2017-10-09 06:13:04,0.0,8,0,6214e9\n"
                "2017-10-09 06:13:05,17,0,0,6214e9\n"
                "2017-10-09 06:13:06,0.0004,1,0,6214e9\n\n",
                NULL, &trace, &report);
    cr_expect(eq(i64, report.rows_read, 5));
    cr_expect(eq(i64, report.rows_kept, 2));
    cr_assert(eq(sz, report.n_dropped, 2));
    cr_expect(eq(str, (char *)report.dropped[0].reason, "zero duration"));
    cr_expect(eq(i64, report.dropped[0].rows, 2));
    cr_expect(eq(str, (char *)report.dropped[1].reason, "no GPUs"));
    cr_expect(eq(i64, report.dropped[1].rows, 1));

    bool absolute = trace.absolute;
    cr_expect(absolute);
    cr_assert(eq(sz, trace.n, 2));
    cr_expect(eq(i64, trace.jobs[0].submit_ms, INT64_C(1507529583000)));
    cr_expect(eq(i64, trace.jobs[0].duration_ms, 2951250));
    cr_expect(eq(int, trace.jobs[0].gpus, 8));
    const struct job_kind *kind = &trace.kinds[trace.jobs[0].kind];
    cr_expect(eq(str, (char *)trace.names.text[kind->tenant], "6214e9"));
    cr_expect(eq(u32, kind->workload, NAMES_NONE));
    trace_free(&trace);
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
        struct trace trace;
        struct import_report report;
        char text[256], message[1100], expected[256];
        snprintf(text, sizeof text,
                 "timestamp,duration,num_gpus,gpu_time,cluster\n%s\n", cases[i].row);
        snprintf(expected, sizeof expected, "log.csv:2:%s", cases[i].message);
        cr_expect(not(import_text("philly", text, NULL, &trace, &report, message)));
        cr_expect(eq(str, message, expected));
        trace_free(&trace);
    }
    struct trace trace;
    struct import_report report;
    char message[1100];
    cr_expect(
        not(import_text("philly", "timestamp,duration,num_gpus,cluster\nnow,1,1,a\n",
                        NULL, &trace, &report, message)));
    cr_expect(strncmp(message, "log.csv:2:1: timestamp: ", 24) == 0, "%s", message);
    trace_free(&trace);
    cr_expect(not(import_text("philly", "timestamp,duration,num_gpus\n", NULL, &trace,
                              &report, message)));
    cr_expect(
        eq(str, message, "log.csv:1: no column 'cluster', which this format has"));
    trace_free(&trace);
}

Test(gaia, cuts_times_to_whole_ticks)
{
    static const char text[] = "arrival_time,length,cpus\n4.999,5.0,1\n5.0,9.999,2\n"
                               "13.5,4.999,3\n14,0,3\n15,10,0\n86399,3601,4\n";
    struct trace trace;
    struct import_report report;
    import_good("gaia", text, NULL, &trace, &report);
    static const int64_t jobs[][3] = {{0, 5, 1}, {5, 5, 2}, {86395, 3600, 4}};
    cr_assert(eq(sz, trace.n, COUNT(jobs)));
    for (size_t i = 0; i < COUNT(jobs); i++) {
        cr_expect(eq(i64, trace.jobs[i].submit_ms, jobs[i][0] * 1000));
        cr_expect(eq(i64, trace.jobs[i].duration_ms, jobs[i][1] * 1000));
        cr_expect(eq(i64, trace.jobs[i].gpus, jobs[i][2]));
    }
    cr_expect(eq(i64, report.rows_read, 6));
    cr_expect(eq(i64, report.rows_kept, 3));
    cr_assert(eq(sz, report.n_dropped, 2));
    cr_expect(eq(str, (char *)report.dropped[0].reason, "shorter than one tick"));
    cr_expect(eq(i64, report.dropped[0].rows, 2));
    cr_expect(eq(str, (char *)report.dropped[1].reason, "no units"));
    cr_expect(not(trace.absolute));
    trace_free(&trace);

    struct import_options hour = {.tick_s = 3600};
    import_good("gaia", text, &hour, &trace, &report);
    cr_assert(eq(sz, trace.n, 1));
    cr_expect(eq(i64, trace.jobs[0].submit_ms, 23 * 3600000));
    cr_expect(eq(i64, trace.jobs[0].duration_ms, 3600000));
    trace_free(&trace);
}

Test(gaia, refuses_a_tick_that_is_none)
{
    struct trace trace;
    struct import_report report;
    struct import_options options = {.tick_s = -5};
    char message[1100];
    cr_expect(not(import_text("gaia", "arrival_time,length,cpus\n", &options, &trace,
                              &report, message)));
    cr_expect(eq(str, message, "a tick of -5 s is not in 1 s to 200 years"));
    trace_free(&trace);
}

static void import_real(const char *importer, const char *file, struct trace *trace,
                        struct import_report *report)
{
    char path[4096];
    if (!real_trace(file, path))
        cr_skip_test("%s is not there (see $TENURE_TRACES)", file);
    struct error err = {0};
    bool ok = importer_find(importer)->read(path, NULL, trace, report, &err);
    cr_assert(ok, "%s", err.text);
    trace_check(trace);
}

/* Rows, GPU-hours and tenants as the file's own description states them. */
Test(philly, reads_the_real_log_whole)
{
    struct trace trace;
    struct import_report report;
    import_real("philly", "philly.csv", &trace, &report);
    cr_expect(eq(i64, report.rows_read, 82247));
    cr_expect(eq(i64, report.rows_kept, 82247));
    cr_expect(eq(sz, report.n_dropped, 0));
    cr_expect(eq(sz, trace.n, 82247));
    cr_expect(trace.gpu_ms == INT64_C(3521082502000), "978,078.4728 GPU-h");
    cr_expect(eq(sz, trace.n_kinds, 15));
    cr_expect(eq(int, trace.gpus_max, 128));
    cr_expect(not(trace.was_sorted));
    cr_expect(eq(i64, trace.jobs[0].submit_ms, INT64_C(1504521041000)));
    cr_expect(eq(i64, trace.jobs[82246].submit_ms, INT64_C(1513929731000)));

    /* The virtual cluster and the two months that HeliosArtifact's simulator was run
     * on. */
    struct trace_filter filter = {INT64_C(1506816000000), INT64_C(1512086400000),
                                  "103959"};
    struct trace part;
    struct error err = {0};
    cr_assert(trace_select(&trace, &filter, &part, &err), "%s", err.text);
    cr_expect(eq(sz, part.n, 1450));
    cr_expect(part.gpu_ms == INT64_C(113025953000), "31,396.1 GPU-h");
    trace_free(&part);
    trace_free(&trace);
}

/* 11,493,272 unit-s as they stand in the file; cut to ticks of 5 s, 11,490,915. */
Test(gaia, reads_the_real_sample_whole)
{
    struct trace trace;
    struct import_report report;
    import_real("gaia", "gaia-pai-1k.csv", &trace, &report);
    cr_expect(eq(i64, report.rows_kept, 1000));
    cr_expect(eq(sz, report.n_dropped, 0));
    cr_expect(trace.gpu_ms == INT64_C(11490915000), "in ticks of 5 s");
    trace_free(&trace);

    char path[4096];
    struct import_options second = {.tick_s = 1};
    struct error err = {0};
    cr_assert(importer_find("gaia")->read(real_trace("gaia-pai-1k.csv", path), &second,
                                          &trace, &report, &err),
              "%s", err.text);
    cr_expect(trace.gpu_ms == INT64_C(11493272000), "as they stand");
    trace_free(&trace);
}
