#include "input/trace_edit.h"

#include "any_text.h"
#include "input/trace_stats.h"

/* As its file would be; the caller frees. */
static char *text_of(const struct import_result *trace)
{
    struct scratch scratch = scratch_new("out.csv");
    struct error err = {0};
    size_t length;
    bool ok = import_result_write(trace, scratch.path, &err);
    cr_assert(ok, "%s", err.text);
    char *text = scratch_read(&scratch, &length);
    scratch_remove(&scratch);
    return text;
}

static void expect_text(const struct import_result *trace, const char *expected)
{
    char *text = text_of(trace);
    cr_expect(eq(str, text, (char *)expected));
    free(text);
}

static const struct trace_filter everything = {.from_ms = INT64_MIN,
                                               .to_ms = INT64_MAX};

static void expect_part(const char *text, struct trace_filter filter,
                        const char *expected)
{
    struct import_result whole, part;
    struct error err = {0};
    read_any(text, &whole);
    bool ok = any_trace_select(&whole, &filter, &part, &err);
    cr_assert(ok, "%s", err.text);
    expect_text(&part, expected);
    import_result_free(&part);
    import_result_free(&whole);
}

Test(trace_edit, jobs_are_cut_by_workload_and_size)
{
    static const char text[] = "submit,duration_s,gpus,workload\n"
                               "0,1,1,a\n1,1,4,b\n2,1,8,a\n3,1,2,a\n";
    struct trace_filter filter = everything;
    filter.workload = "a";
    filter.min_gpus = 2;
    filter.max_gpus = 7;
    expect_part(text, filter,
                "submit,duration_s,gpus,id,workload\n3.000,1.000,2,4,a\n");
}

/* a wants 4 from 0 and 6 from 10; b 2 from 5.  From 7 to 12 that is 4 and 2, then 6. */
Test(trace_edit, a_part_of_a_level_wants_what_the_whole_does_and_nothing_outside)
{
    struct trace_filter filter = {.from_ms = 7000, .to_ms = 12000};
    expect_part("time,gpus,workload\n0,4,a\n5,2,b\n10,6,a\n20,1,b\n", filter,
                "time,gpus,workload\n7.000,4,a\n7.000,2,b\n10.000,6,a\n12.000,0,a\n"
                "12.000,0,b\n");
    filter.workload = "b";
    expect_part("time,gpus,workload\n0,4,a\n5,2,b\n10,6,a\n20,1,b\n", filter,
                "time,gpus,workload\n7.000,2,b\n12.000,0,b\n");
    filter = (struct trace_filter){.from_ms = 5000, .to_ms = INT64_MAX};
    expect_part("time,gpus\n0,4\n5,2\n10,6\n", filter,
                "time,gpus\n5.000,2\n10.000,6\n");
}

Test(trace_edit, prices_that_stand_at_the_beginning_are_kept)
{
    struct trace_filter filter = {.from_ms = INT64_C(1767312000000), /* 2026-01-02 */
                                  .to_ms = INT64_C(1767484800000)};
    expect_part(
        "time,class,tenure,usd_per_gpu_h\n2025-12-01,a,spot,1\n2026-01-01,a,spot,2\n"
        "2025-01-01,b,spot,7\n2026-01-02,b,spot,8\n2026-01-03,a,spot,3\n"
        "2026-01-04,a,spot,4\n",
        filter,
        "time,class,tenure,usd_per_gpu_h,region,term\n"
        "2026-01-02T00:00:00Z,a,spot,2.000000000,,\n"
        "2026-01-02T00:00:00Z,b,spot,8.000000000,,\n"
        "2026-01-03T00:00:00Z,a,spot,3.000000000,,\n");
}

Test(trace_edit, says_what_cannot_be_selected)
{
    static const struct {
        const char *text;
        struct trace_filter filter;
        const char *message;
    } cases[] = {
        {"submit,duration_s,gpus,workload\n0,1,1,train\n",
         {.from_ms = 0, .to_ms = 1, .workload = "trian"},
         "no job has the workload 'trian'; did you mean 'train'?"},
        {"submit,duration_s,gpus\n0,1,1\n",
         {.from_ms = 0, .to_ms = 1, .min_gpus = 5, .max_gpus = 4},
         "no job has at least 5 and at most 4 GPUs"},
        {"time,gpus\n0,1\n",
         {.from_ms = 0, .to_ms = 1, .tenant = "x"},
         "--tenant: levels have none to select by"},
        {"time,gpus\n0,1\n",
         {.from_ms = 0, .to_ms = 1, .workload = "x"},
         "no series has the workload 'x'"},
        {"time,prompt_tokens,output_tokens\n0,1,1\n",
         {.from_ms = 0, .to_ms = 1, .max_gpus = 4},
         "--max-gpus: requests have none to select by"},
        {"time,gpus\n0,1\n",
         {.from_ms = 1, .to_ms = 1},
         "the span to select ends before it begins"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct import_result whole, part;
        struct error err = {0};
        read_any(cases[i].text, &whole);
        cr_expect(not(any_trace_select(&whole, &cases[i].filter, &part, &err)));
        const char *colon = strstr(err.text, "t.csv: ");
        cr_expect(
            eq(str, colon ? (char *)colon + 7 : err.text, (char *)cases[i].message));
        import_result_free(&part);
        import_result_free(&whole);
    }
}

/* ---- merging ---- */

static void expect_union(const char *const texts[], size_t n, const char *expected)
{
    struct import_result traces[4], merged;
    const struct import_result *list[4];
    struct error err = {0};
    for (size_t k = 0; k < n; k++) {
        read_any(texts[k], &traces[k]);
        list[k] = &traces[k];
    }
    bool ok = any_trace_merge(list, n, &merged, &err);
    if (ok)
        expect_text(&merged, expected);
    else
        cr_expect(strstr(err.text, expected) != NULL, "%s", err.text);
    import_result_free(&merged);
    for (size_t k = 0; k < n; k++)
        import_result_free(&traces[k]);
}

/* The files are all called t.csv, so that their numbers stand for them. */
Test(trace_edit, ids_that_clash_get_their_file_before_them)
{
    static const char *const texts[] = {
        "submit,duration_s,gpus,id\n0,1,1,a\n4,1,1,b\n",
        "submit,duration_s,gpus,id\n2,1,2,b\n4,1,2,c\n"};
    expect_union(texts, 2,
                 "submit,duration_s,gpus,id\n0.000,1.000,1,a\n2.000,1.000,2,2:b\n"
                 "4.000,1.000,1,1:b\n4.000,1.000,2,c\n");
}

Test(trace_edit, without_ids_the_rows_are_numbered_anew)
{
    static const char *const texts[] = {"submit,duration_s,gpus,tenant\n3,1,1,x\n",
                                        "submit,duration_s,gpus,workload\n2,1,2,y\n"};
    expect_union(texts, 2,
                 "submit,duration_s,gpus,id,tenant,workload\n2.000,1.000,2,2,,y\n"
                 "3.000,1.000,1,1,x,\n");
}

/* One series of both: 4, then 4 + 1, 6 + 1, 6 + 0. */
Test(trace_edit, levels_of_one_series_are_added_up)
{
    static const char *const texts[] = {"time,gpus,workload\n0,4,a\n10,6,a\n",
                                        "time,gpus,workload\n5,1,a\n7,3,b\n20,0,a\n"};
    expect_union(texts, 2,
                 "time,gpus,workload\n0.000,4,a\n5.000,5,a\n7.000,3,b\n10.000,7,a\n"
                 "20.000,6,a\n");
}

Test(trace_edit, what_has_nothing_in_common_is_not_merged)
{
    static const char jobs[] = "submit,duration_s,gpus\n0,1,1\n";
    static const char *const kinds[] = {jobs, "time,gpus\n0,1\n"};
    static const char *const times[] = {jobs,
                                        "submit,duration_s,gpus\n2026-01-01,1,1\n"};
    static const char *const large[] = {"time,gpus\n0,600000\n",
                                        "time,gpus\n0,500000\n"};
    static const char *const empty[] = {"submit,duration_s,gpus\n",
                                        "submit,duration_s,gpus\n2026-01-01,1,1\n"};
    expect_union(kinds, 2, "t.csv has levels; one kind can be merged");
    expect_union(times, 2, "t.csv has dates; they have no instant in common");
    expect_union(large, 2,
                 "1100000 GPUs of one series together, which is over 1,000,000");
    expect_union(empty, 2, "submit,duration_s,gpus\n2026-01-01T00:00:00Z,1.000,1\n");
}

static void merge_parts(const struct import_result *whole, int64_t at_ms,
                        struct import_result *merged)
{
    struct trace_filter first = {.from_ms = INT64_MIN, .to_ms = at_ms};
    struct trace_filter second = {.from_ms = at_ms, .to_ms = INT64_MAX};
    struct import_result parts[2];
    const struct import_result *list[] = {&parts[0], &parts[1]};
    struct error err = {0};
    bool ok = any_trace_select(whole, &first, &parts[0], &err);
    ok = any_trace_select(whole, &second, &parts[1], &err) && ok;
    ok = ok && any_trace_merge(list, 2, merged, &err);
    cr_assert(ok, "%s", err.text);
    import_result_free(&parts[0]);
    import_result_free(&parts[1]);
}

static void draw_level(uint64_t *state, struct import_result *whole)
{
    static const char *const words[] = {"a", "b", NULL};
    struct error err = {0};
    *whole = (struct import_result){.kind = IMPORT_LEVEL};
    level_trace_begin(&whole->level, "drawn", false);
    int64_t time_ms = 0;
    for (int64_t i = 0; i < 40; i++) {
        struct level_row row = {.time_ms = time_ms += 1 + draw(state) % 9000,
                                .line = i,
                                .gpus = (int32_t)(draw(state) % 20)};
        row.series =
            level_trace_series(&whole->level, words[draw(state) % 3], NULL, NULL);
        level_trace_add(&whole->level, &row);
    }
    cr_assert(level_trace_finish(&whole->level, &err));
}

Test(trace_edit, the_parts_of_a_level_merge_to_the_whole)
{
    uint64_t state = 5;
    for (int round = 0; round < 50; round++) {
        struct import_result whole, merged;
        struct trace_stats a, b;
        draw_level(&state, &whole);
        int64_t last_ms = whole.level.rows[39].time_ms;
        merge_parts(&whole, 1 + draw(&state) % (uint32_t)last_ms, &merged);
        trace_stats_take(&a, &whole);
        trace_stats_take(&b, &merged);
        cr_expect(a.weight == b.weight && a.peak_gpus == b.peak_gpus);
        cr_assert(eq(sz, a.load.n, b.load.n));
        for (size_t i = 0; i < a.load.n; i++) {
            cr_expect(eq(i64, a.load.steps[i].gpus, b.load.steps[i].gpus));
            cr_expect(eq(i64, a.load.steps[i].ms, b.load.steps[i].ms));
        }
        trace_stats_free(&a);
        trace_stats_free(&b);
        import_result_free(&merged);
        import_result_free(&whole);
    }
}

Test(trace_edit, the_parts_of_a_trace_of_jobs_merge_to_the_whole)
{
    static const char text[] = "submit,duration_s,gpus,id,tenant,deadline\n"
                               "0,5.5,1,x,a,9\n7,3,2,y,,\n7,3,2,z,b,8\n9,1,64,w,a,\n";
    struct import_result whole, merged;
    read_any(text, &whole);
    char *expected = text_of(&whole);
    for (int64_t at_ms = -1000; at_ms < 12000; at_ms += 1000) {
        merge_parts(&whole, at_ms, &merged);
        expect_text(&merged, expected);
        import_result_free(&merged);
    }
    free(expected);
    import_result_free(&whole);
}

/* ---- scaling ---- */

static void scale_text(const char *text, struct trace_scale scale,
                       struct import_result *to)
{
    struct import_result from;
    struct error err = {0};
    read_any(text, &from);
    bool ok = any_trace_scale(&from, &scale, to, &err);
    cr_assert(ok, "%s", err.text);
    import_result_free(&from);
}

#define ONE TRACE_SCALE_ONE

Test(trace_edit, scaled_by_one_a_trace_is_what_it_was)
{
    static const char *const texts[] = {
        "submit,duration_s,gpus,tenant,deadline\n0.000,5.500,1,a,9.000\n"
        "7.250,3.000,2,,\n",
        "submit,duration_s,gpus,id\n0.000,5.500,1,7\n7.250,3.000,2,x\n",
        "time,gpus,workload\n0.000,4,a\n5.000,2,b\n",
        "time,prompt_tokens,output_tokens,model\n0.000,4,7,a\n5.000,2,8,b\n",
        "time,class,tenure,usd_per_gpu_h,region,term\n"
        "2026-01-02T00:00:00Z,a,spot,2.000000000,x,\n"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct import_result to;
        scale_text(texts[i], (struct trace_scale){ONE, ONE, ONE, ONE, 3}, &to);
        expect_text(&to, texts[i]);
        import_result_free(&to);
    }
}

/* 3 * 0.5 is 1.5, so 2 GPUs; 1 * 0.5 is 0.5, so 1.  Times from 10 s on: 10, 10 + 8 * 2.
 */
Test(trace_edit, sizes_durations_and_times_are_scaled_exactly)
{
    struct import_result to;
    scale_text("submit,duration_s,gpus,limit_s,deadline\n10,100,1,150,\n"
               "18,0.001,3,1,20\n",
               (struct trace_scale){ONE, ONE / 2, ONE / 4, 2 * ONE, 1}, &to);
    expect_text(&to, "submit,duration_s,gpus,deadline,limit_s\n"
                     "10.000,25.000,1,,37.500\n26.000,0.001,2,28.000,0.250\n");
    import_result_free(&to);
    scale_text("time,gpus\n10,3\n20,0\n",
               (struct trace_scale){ONE, ONE / 2, ONE, ONE / 2, 1}, &to);
    expect_text(&to, "time,gpus\n10.000,2\n15.000,0\n");
    import_result_free(&to);
}

Test(trace_edit, no_date_is_moved_beyond_the_last_there_is)
{
    static const char text[] = "submit,duration_s,gpus,deadline\n2000-01-01,1,1,\n"
                               "2010-01-01,1,1,9999-12-31\n";
    struct import_result to;
    scale_text(text, (struct trace_scale){ONE, ONE, ONE, 2 * ONE, 1}, &to);
    expect_text(&to, "submit,duration_s,gpus,deadline\n"
                     "2000-01-01T00:00:00Z,1.000,1,\n"
                     "2020-01-02T00:00:00Z,1.000,1,9999-01-01T00:00:00Z\n");
    import_result_free(&to);
}

static size_t rows_at(const struct import_result *from, int64_t factor, bool kept[])
{
    struct import_result to;
    struct error err = {0};
    struct trace_scale scale = {factor, ONE, ONE, ONE, 9};
    cr_assert(any_trace_scale(from, &scale, &to, &err));
    size_t n = to.jobs.n;
    for (size_t i = 0; i < n; i++) {
        char number[16];
        kept[atoi(trace_job_id(&to.jobs, &to.jobs.jobs[i], number))] = true;
    }
    import_result_free(&to);
    return n;
}

/* 10,000 rows: the number kept at 0.3 has the standard deviation sqrt(2,100) = 45.8. */
Test(trace_edit, rows_are_thinned_and_cloned_each_by_its_own_draw)
{
    struct import_result from = {.kind = IMPORT_JOBS};
    trace_begin(&from.jobs, "drawn", false);
    for (int i = 0; i < 10000; i++) {
        struct trace_row row = trace_row(i, 1, 1);
        trace_add(&from.jobs, &row);
    }
    trace_finish(&from.jobs);
    static bool few[10001], more[10001], all[10001];
    size_t n = rows_at(&from, 3 * ONE / 10, few);
    cr_expect(n > 2800 && n < 3200, "%zu", n);
    n = rows_at(&from, 6 * ONE / 10, more);
    cr_expect(n > 5800 && n < 6200, "%zu", n);
    n = rows_at(&from, 23 * ONE / 10, all);
    cr_expect(n > 22800 && n < 23200, "%zu", n);
    for (int i = 1; i <= 10000; i++) {
        cr_expect(more[i] || few[i] == false);
        cr_expect(all[i]);
    }
    import_result_free(&from);
}

Test(trace_edit, copies_have_ids_of_their_own)
{
    struct import_result to;
    scale_text("submit,duration_s,gpus,id\n0,1,1,x\n",
               (struct trace_scale){3 * ONE, ONE, ONE, ONE, 1}, &to);
    expect_text(&to, "submit,duration_s,gpus,id\n0.000,1.000,1,x\n0.000,1.000,1,x+1\n"
                     "0.000,1.000,1,x+2\n");
    import_result_free(&to);
}

Test(trace_edit, says_what_cannot_be_scaled)
{
    static const struct {
        const char *text;
        struct trace_scale scale;
        const char *message;
    } cases[] = {
        {"time,gpus\n0,1\n",
         {2 * ONE, ONE, ONE, ONE, 1},
         "--factor: levels cannot be scaled so; --gpus can"},
        {"time,prompt_tokens,output_tokens\n0,1,1\n",
         {ONE, 2 * ONE, ONE, ONE, 1},
         "--gpus: requests cannot be scaled so"},
        {"time,gpus\n0,600000\n",
         {ONE, 2 * ONE, ONE, ONE, 1},
         "600000 GPUs would become 1200000, which is over 1,000,000"},
        {"submit,duration_s,gpus\n0,100,600000\n",
         {ONE, 2 * ONE, ONE, ONE, 1},
         "a job of 600000 GPUs for 100 s would become one of 1200000 GPUs for 100 s, "
         "which is more than a trace holds"},
        {"submit,duration_s,gpus\n0,100,1\n100000000,1,1\n",
         {ONE, ONE, ONE, 1000 * ONE, 1},
         "stretched so far, the last time is further than 200 years from the start"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct import_result from, to;
        struct error err = {0};
        read_any(cases[i].text, &from);
        cr_expect(not(any_trace_scale(&from, &cases[i].scale, &to, &err)));
        const char *colon = strstr(err.text, "t.csv: ");
        cr_expect(
            eq(str, colon ? (char *)colon + 7 : err.text, (char *)cases[i].message));
        import_result_free(&to);
        import_result_free(&from);
    }
}

/* ---- disguise ---- */

static const unsigned char jefe[] = "Jefe";

static void disguise_text(const char *text, int64_t begin_ms, struct import_result *to)
{
    struct import_result from;
    struct error err = {0};
    struct trace_disguise disguise = {jefe, 4, begin_ms};
    read_any(text, &from);
    bool ok = any_trace_anonymise(&from, &disguise, to, &err);
    cr_assert(ok, "%s", err.text);
    import_result_free(&from);
}

/* HMAC-SHA-256 under the key "Jefe" of "tenant\0alice", "id\0x" and so on, as Python's
 * hmac has them. */
Test(trace_edit, words_are_replaced_by_their_codes)
{
    struct import_result to;
    disguise_text("submit,duration_s,gpus,id,tenant,workload,pools,classes\n"
                  "0,1,1,x,alice,alice,p|q,h100-sxm\n1,1,1,y,alice,,q,\n",
                  INT64_MIN, &to);
    expect_text(
        &to,
        "submit,duration_s,gpus,id,tenant,workload,pools,classes\n"
        "0.000,1.000,1,aa967cee8691d554,tenant-c4704ba0c70a,workload-fcb2adc22cbe,pool-"
        "848222dfec60|pool-c173b7718d1f,h100-sxm\n"
        "1.000,1.000,1,412b285ff8864678,tenant-c4704ba0c70a,,pool-c173b7718d1f,\n");
    import_result_free(&to);
    disguise_text("time,gpus,workload,jurisdiction\n0,1,alice,eu\n", INT64_MIN, &to);
    expect_text(&to, "time,gpus,workload,jurisdiction\n"
                     "0.000,1,workload-fcb2adc22cbe,jurisdiction-19647f5b19da\n");
    import_result_free(&to);
    disguise_text("time,prompt_tokens,output_tokens,model\n0,1,2,m\n1,1,2,\n",
                  INT64_MIN, &to);
    expect_text(&to, "time,prompt_tokens,output_tokens,model\n"
                     "0.000,1,2,model-03d27827310e\n1.000,1,2,\n");
    import_result_free(&to);
    disguise_text("time,class,tenure,usd_per_gpu_h,region\n2026-01-01,c,spot,2,eu\n",
                  INT64_MIN, &to);
    expect_text(&to, "time,class,tenure,usd_per_gpu_h,region,term\n"
                     "2026-01-01T00:00:00Z,c,spot,2.000000000,region-5638a98039d4,\n");
    import_result_free(&to);
}

/* 2023-11-16 is a Thursday, and so is 2026-01-08 in the week that begins on Tuesday the
 * 6th; the second date keeps its 20 days from the first. */
Test(trace_edit, dates_move_by_whole_weeks)
{
    struct import_result to;
    disguise_text("time,gpus\n2023-11-16T08:30:00Z,1\n2023-12-06T09:00:00Z,0\n",
                  INT64_C(1767657600000), &to);
    expect_text(&to, "time,gpus\n2026-01-08T08:30:00Z,1\n2026-01-28T09:00:00Z,0\n");
    import_result_free(&to);
    disguise_text("time,gpus\n2030-01-01T00:00:00Z,1\n", INT64_C(1767657600000), &to);
    expect_text(&to, "time,gpus\n2026-01-06T00:00:00Z,1\n");
    import_result_free(&to);
}

Test(trace_edit, a_disguised_trace_has_the_statistics_of_the_first)
{
    char text[8192] = "submit,duration_s,gpus,id,tenant,workload\n";
    uint64_t state = 3;
    for (int i = 0; i < 100; i++)
        sprintf(text + strlen(text), "%u,%u,%u,j%d,t%u,w%u\n", draw(&state) % 999999,
                1 + draw(&state) % 9999, 1 + draw(&state) % 9, i, draw(&state) % 5,
                draw(&state) % 3);
    struct import_result from, to;
    struct trace_stats a, b;
    read_any(text, &from);
    disguise_text(text, INT64_MIN, &to);
    trace_stats_take(&a, &from);
    trace_stats_take(&b, &to);
    cr_expect(a.weight == b.weight && a.peak_gpus == b.peak_gpus);
    cr_expect(memcmp(&a.rhythm, &b.rhythm, sizeof a.rhythm) == 0);
    cr_expect(memcmp(&a.arrivals, &b.arrivals, sizeof a.arrivals) == 0);
    cr_assert(eq(sz, a.n_spreads, b.n_spreads));
    cr_expect(memcmp(a.spreads, b.spreads, a.n_spreads * sizeof a.spreads[0]) == 0);
    cr_assert(eq(sz, a.n_shares, b.n_shares));
    for (size_t k = 0; k < a.n_shares; k++)
        for (size_t i = 0; i < a.shares[k].n; i++)
            cr_expect(a.shares[k].share[i].rows == b.shares[k].share[i].rows &&
                      a.shares[k].share[i].weight == b.shares[k].share[i].weight);
    char *shown = text_of(&to);
    cr_expect(strstr(shown, ",t1,") == NULL && strstr(shown, "j17") == NULL);
    free(shown);
    trace_stats_free(&a);
    trace_stats_free(&b);
    import_result_free(&from);
    import_result_free(&to);
}
