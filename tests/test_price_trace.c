#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "input/importer.h"
#include "scratch.h"

static bool read_text(const char *text, struct price_trace *trace, char message[1100])
{
    struct scratch scratch = scratch_file("p.csv", text, strlen(text));
    struct error err = {0};
    bool ok = price_trace_read(trace, scratch.path, &err);
    snprintf(message, 1100, "%s", without_dir(&scratch, err.text));
    scratch_remove(&scratch);
    return ok;
}

static void read_good(const char *text, struct price_trace *trace)
{
    char message[1100];
    bool ok = read_text(text, trace, message);
    cr_assert(ok, "%s", message);
}

static const char two_series[] =
    "time,usd_per_gpu_h,class,tenure,term,region\n"
    "2026-03-01,2.6,h100-sxm,on-demand,,us\n"
    "2026-01-01T06:00:00+01:00,2.95,h100-sxm,on-demand,,us\n"
    "2026-02-01,2.0512345678,h100-sxm,lease,12mo,us\n"
    "2026-02-01,2.71,h100-sxm,on-demand,,us\n";

Test(price_trace, reads_exact_prices_and_sorts_stably)
{
    struct price_trace trace;
    read_good(two_series, &trace);
    cr_assert(eq(sz, trace.n, 4));
    cr_expect(not(trace.was_sorted));
    const int64_t nano[] = {2950000000, 2051234568, 2710000000, 2600000000};
    const int64_t lines[] = {3, 4, 5, 2};
    for (size_t i = 0; i < trace.n; i++) {
        cr_expect(eq(i64, trace.rows[i].nano_usd_per_gpu_h, nano[i]));
        cr_expect(eq(i64, trace.rows[i].line, lines[i]));
    }
    cr_expect(eq(i64, trace.rows[0].at_unix_ms, 1767225600000 + 5 * MS_PER_H));
    cr_expect(eq(str, (char *)trace.names.text[trace.rows[1].term], "1y"));
    cr_expect(eq(sz, price_trace_series(&trace), 2));
    price_trace_free(&trace);
}

Test(price_trace, what_is_written_reads_back)
{
    struct price_trace trace, again;
    struct error err;
    read_good(two_series, &trace);
    struct scratch scratch = scratch_new("out.csv");
    cr_assert(price_trace_write(&trace, scratch.path, &err), "%s", err.text);
    size_t length;
    char *text = scratch_read(&scratch, &length);
    cr_expect(eq(str, text,
                 "time,class,tenure,usd_per_gpu_h,region,term\n"
                 "2026-01-01T05:00:00Z,h100-sxm,on-demand,2.950000000,us,\n"
                 "2026-02-01T00:00:00Z,h100-sxm,lease,2.051234568,us,1y\n"
                 "2026-02-01T00:00:00Z,h100-sxm,on-demand,2.710000000,us,\n"
                 "2026-03-01T00:00:00Z,h100-sxm,on-demand,2.600000000,us,\n"));
    cr_expect(price_trace_sniff(scratch.path), "is not known as what it is");
    read_good(text, &again);
    cr_expect(again.was_sorted);
    cr_expect(eq(sz, again.n, trace.n));
    free(text);
    scratch_remove(&scratch);
    price_trace_free(&trace);
    price_trace_free(&again);
}

Test(price_trace, says_what_is_wrong_and_where)
{
#define HEAD "time,class,tenure,usd_per_gpu_h,region,term\n"
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "p.csv:1: the file is empty; a header line is wanted"},
        {"time,class,tenure\n2026-01-01,a,spot\n",
         "p.csv:1: no column 'usd_per_gpu_h'; a price trace has time, class, tenure "
         "and "
         "usd_per_gpu_h"},
        {"time,class,tenure,usd_per_gpu_h,regoin\n",
         "p.csv:1:5: unknown column 'regoin'; did you mean 'region'?"},
        {"time,class,tenure,usd_per_gpu_h,colour\n",
         "p.csv:1:5: unknown column 'colour'; a price trace has time, class, tenure, "
         "usd_per_gpu_h and optional region, term"},
        {HEAD "3600,a,spot,1,,\n", "p.csv:2:1: time: '3600' is not a date: a '-' must "
                                   "follow the year; write it as "
                                   "'2026-01-31' or '2026-01-31T12:30:00Z'"},
        {HEAD "2026-01-01,,spot,1,,\n",
         "p.csv:2:2: class: is empty; name a GPU class, as h100-sxm"},
        {HEAD "2026-01-01,a,own,1,,\n",
         "p.csv:2:3: tenure: 'own' is not one of lease, on-demand, spot"},
        {HEAD "2026-01-01,a,spot,nan,,\n",
         "p.csv:2:4: usd_per_gpu_h: 'nan' is not a price in USD, such as 2.49"},
        {HEAD "2026-01-01,a,spot,,,\n",
         "p.csv:2:4: usd_per_gpu_h: '' is not a price in USD, such as 2.49"},
        {HEAD "2026-01-01,a,spot,-0.01,,\n",
         "p.csv:2:4: usd_per_gpu_h: '-0.01' is not in 0 to 100000 USD per GPU-hour"},
        {HEAD "2026-01-01,a,spot,1e300,,\n",
         "p.csv:2:4: usd_per_gpu_h: '1e300' is not in 0 to 100000 USD per GPU-hour"},
        {HEAD "2026-01-01,a,spot,1,,1y\n", "p.csv:2:6: term: only a lease has a term"},
        {HEAD "2026-01-01,a,lease,1,,long\n", "p.csv:2:6: term: 'long' is not a term, "
                                              "as in '3y', '18mo', '16w' or '1y 6mo'"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct price_trace trace;
        char message[1100];
        cr_expect(not(read_text(cases[i].text, &trace, message)));
        cr_expect(eq(str, message, (char *)cases[i].message));
        price_trace_free(&trace);
    }
}

Test(price_trace, one_series_is_chosen)
{
    struct price_trace trace;
    struct arena arena = {0};
    struct points points;
    struct error err;
    read_good(two_series, &trace);
    struct price_filter filter = {.class = "h100-sxm", .tenure = "on-demand"};
    cr_assert(price_trace_select(&trace, &filter, &points, &arena, &err), "%s",
              err.text);
    cr_assert(eq(sz, points.n, 3));
    cr_expect(eq(dbl, points.value[0], 2.95e9));
    cr_expect(eq(dbl, points.value[2], 2.6e9));
    filter = (struct price_filter){.tenure = "lease", .term = "1y"};
    cr_assert(price_trace_select(&trace, &filter, &points, &arena, &err), "%s",
              err.text);
    cr_expect(eq(sz, points.n, 1));
    arena_free(&arena);
    price_trace_free(&trace);
}

Test(price_trace, a_choice_that_is_none_is_explained)
{
    static const struct {
        struct price_filter filter;
        const char *text, *message;
    } cases[] = {
        {{.class = "b200"},
         two_series,
         " has no such series; it has h100-sxm on-demand us, h100-sxm lease us 1y"},
        {{.class = "h100-sxm"},
         two_series,
         " has 2 such series: h100-sxm on-demand us, h100-sxm lease us 1y; choose one "
         "by `class`, `tenure`, `region` and `term`"},
        {{0}, "time,class,tenure,usd_per_gpu_h\n", " has no such series; it has none"},
        {{0},
         "time,class,tenure,usd_per_gpu_h\n2026-01-01,a,spot,1\n2025-01-01,a,spot,1\n"
         "2025-01-01,a,spot,1\n2026-01-01,a,spot,2\n",
         "two prices of one series at one instant"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct price_trace trace;
        struct arena arena = {0};
        struct points points;
        struct error err;
        read_good(cases[i].text, &trace);
        cr_expect(
            not(price_trace_select(&trace, &cases[i].filter, &points, &arena, &err)));
        const char *found = strstr(err.text, cases[i].message);
        cr_expect(found != NULL, "%s", err.text);
        arena_free(&arena);
        price_trace_free(&trace);
    }
}

Test(gcp_prices, are_turned_into_prices_of_a_gpu_hour)
{
    const char text[] =
        "date,machine_type,region,hour,hour_spot,month,month_1y,month_3y,month_spot\n"
        "2026-07-30,a3-highgpu-8g,us-central1,88.4899999025753,50.6095408219178,"
        "64597.69992888,44810.08066464,28370.99821392,36944.9648\n"
        "2022-02-09,a2-highgpu-8g,us-central1,,,,13514.9691136,,\n"
        "2022-02-09,n1-standard-8,us-central1,1,,,,,\n"
        "2022-02-09,a2-highgpu-8g,us-central1,,,,,,\n";
    struct scratch scratch = scratch_file("gcp.csv", text, sizeof text - 1);
    struct import_result result;
    struct import_report report;
    struct error err;
    cr_assert(import_run(importer_find("gcp-prices"), scratch.path, NULL, &result,
                         &report, &err),
              "%s", err.text);
    cr_expect(eq(i64, report.rows_read, 4));
    cr_expect(eq(i64, report.rows_kept, 2));
    cr_assert(eq(sz, report.n_dropped, 2));
    cr_expect(
        eq(str, (char *)report.dropped[0].reason, "a machine type that is not known"));
    cr_expect(eq(str, (char *)report.dropped[1].reason, "no price"));
    /* 13514.9691136 / 730 / 8; 88.4899999025753 / 8; 50.6095408219178 / 8;
     * 44810.08066464 / 730 / 8; 28370.99821392 / 730 / 8 */
    const int64_t nano[] = {2314207040, 11061249988, 6326192603, 7672959018,
                            4858047639};
    cr_assert(eq(sz, result.prices.n, COUNT(nano)));
    for (size_t i = 0; i < result.prices.n; i++)
        cr_expect(eq(i64, result.prices.rows[i].nano_usd_per_gpu_h, nano[i]));
    import_result_free(&result);
    scratch_remove(&scratch);
}

/* The list as it is published: 2,010 rows, and the last H100 prices of us-central1 in
 * USD per GPU-hour, 11.06, 7.67 and 4.86. */
Test(gcp_prices, of_the_whole_list_are_those_of_the_provider)
{
    char path[4096];
    if (!real_trace("gcp-gpu-prices.csv", path))
        cr_skip_test("the list is not here");
    struct import_result result;
    struct import_report report;
    struct error err;
    cr_assert(
        import_run(importer_find("gcp-prices"), path, NULL, &result, &report, &err),
        "%s", err.text);
    cr_expect(eq(i64, report.rows_read, 2010));
    cr_expect(eq(i64, report.rows_kept, 2010));
    static const struct {
        const char *tenure, *term;
        int64_t cents;
    } want[] = {{"on-demand", "", 1106}, {"lease", "1y", 767}, {"lease", "3y", 486}};
    for (size_t i = 0; i < COUNT(want); i++) {
        struct arena arena = {0};
        struct points points;
        struct price_filter filter = {"h100-sxm", want[i].tenure, "us-central1",
                                      want[i].term};
        cr_assert(price_trace_select(&result.prices, &filter, &points, &arena, &err),
                  "%s", err.text);
        int64_t last = (int64_t)points.value[points.n - 1];
        cr_expect(eq(i64, (last + 5000000) / 10000000, want[i].cents));
        arena_free(&arena);
    }
    import_result_free(&result);
}

/* The quoted rents of the H100: a V, from 8.00 to 2.20 and back to 2.95. */
Test(price_trace, the_rents_that_are_shipped_are_read)
{
    const char *source = getenv("TENURE_SOURCE");
    char path[4096];
    snprintf(path, sizeof path, "%s/traces/h100-rents.csv", source ? source : ".");
    struct price_trace trace;
    struct arena arena = {0};
    struct points points;
    struct price_filter filter = {.tenure = "on-demand"};
    struct error err;
    cr_assert(price_trace_read(&trace, path, &err), "%s", err.text);
    cr_expect(trace.was_sorted);
    cr_assert(price_trace_select(&trace, &filter, &points, &arena, &err), "%s",
              err.text);
    cr_assert(eq(sz, points.n, 9));
    cr_expect(eq(dbl, points.value[1], 8e9));
    cr_expect(eq(dbl, points.value[6], 2.2e9));
    cr_expect(eq(dbl, points.value[8], 2.95e9));
    arena_free(&arena);
    price_trace_free(&trace);
}
