#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <sys/stat.h>

#include "trace_text.h"

Test(trace, reads_the_three_columns_that_every_job_has)
{
    struct trace trace;
    read_good("submit,duration_s,gpus\n0,2951,8\n17.25,0.001,1\n17.25,66.5,128\n",
              &trace);
    cr_assert(eq(sz, trace.n, 3));
    cr_expect(eq(i64, trace.jobs[0].submit_ms, 0));
    cr_expect(eq(i64, trace.jobs[0].duration_ms, 2951000));
    cr_expect(eq(int, trace.jobs[0].gpus, 8));
    cr_expect(eq(i64, trace.jobs[1].submit_ms, 17250));
    cr_expect(eq(i64, trace.jobs[1].duration_ms, 1));
    cr_expect(eq(i64, trace.jobs[2].duration_ms, 66500));
    cr_expect(eq(int, trace.gpus_max, 128));
    cr_expect(trace.gpu_ms == 2951000 * 8 + 1 + 66500 * 128, "gpu_ms");
    cr_expect(eq(sz, trace.n_kinds, 1));
    cr_expect(not(trace.absolute));
    cr_expect(not(trace.has_ids));
    cr_expect(not(trace.has_limits));
    bool was_sorted = trace.was_sorted;
    cr_expect(was_sorted);
    cr_expect(trace.times == NULL, "no times are given");
    char text[16];
    cr_expect(eq(str, (char *)trace_job_id(&trace, &trace.jobs[2], text), "3"));
    const struct job_kind *kind = &trace.kinds[0];
    cr_expect(eq(u32, kind->tenant, NAMES_NONE));
    cr_expect(eq(u32, kind->workload, NAMES_NONE));
    cr_expect(kind->pools == NULL && kind->classes == NULL, "any");
    trace_free(&trace);
}

#define ALL_COLUMNS                                                                    \
    "restart_s,checkpoint_cost_s,checkpoint_interval_s,preemptible,limit_s,patience_"  \
    "s,"                                                                               \
    "deadline,priority,isolation,jurisdiction,memory_gb,classes,pools,workload,"       \
    "tenant,"                                                                          \
    "id,gpus,duration_s,submit,started\n"

Test(trace, reads_every_column_in_any_order)
{
    struct trace trace;
    read_good(
        ALL_COLUMNS
        "120,12.5,3600,true,7200,600.5,2026-01-03,-7,dedicated,eu;ch,79.5,"
        "h100-sxm | a100-80-sxm,own;lease,train,\"team \"\"x\"\"\",run-17,16,86400,"
        "2026-01-02T03:04:05.678Z,2026-01-02T03:04:05.679Z\n",
        &trace);
    cr_assert(eq(sz, trace.n, 1));
    cr_assert(eq(sz, trace.n_kinds, 1));
    cr_expect(trace.has_started == true);
    cr_expect(eq(i64, trace.times[0].started_ms, INT64_C(1767323045679)));
    const struct job *job = &trace.jobs[0];
    const struct job_kind *kind = &trace.kinds[0];
    cr_expect(eq(i64, job->submit_ms, INT64_C(1767323045678)));
    cr_expect(eq(i64, job->duration_ms, 86400000));
    cr_expect(eq(i64, job->limit_ms, 7200000));
    cr_expect(eq(int, job->gpus, 16));
    cr_expect(eq(int, job->priority, -7));
    cr_expect(eq(str, trace.ids + job->id, "run-17"));
    cr_expect(eq(str, (char *)trace.names.text[kind->tenant], "team \"x\""));
    cr_expect(eq(str, (char *)trace.names.text[kind->workload], "train"));
    cr_expect(eq(str, (char *)kind->pools, "own|lease"));
    cr_expect(eq(str, (char *)kind->classes, "h100-sxm|a100-80-sxm"));
    cr_expect(eq(str, (char *)kind->jurisdiction, "eu|ch"));
    cr_expect(eq(i64, kind->memory_mb, 79500));
    cr_expect(eq(int, kind->isolation, ISOLATION_DEDICATED));
    bool preemptible = kind->preemptible, absolute = trace.absolute;
    cr_expect(preemptible);
    cr_expect(absolute);
    cr_expect(eq(i64, kind->checkpoint_interval_ms, 3600000));
    cr_expect(eq(i64, kind->checkpoint_cost_ms, 12500));
    cr_expect(eq(i64, kind->restart_ms, 120000));
    cr_expect(eq(i64, trace.times[0].deadline_ms, INT64_C(1767398400000)));
    cr_expect(eq(i64, trace.times[0].patience_ms, 600500));
    trace_free(&trace);
}

Test(trace, an_empty_optional_field_is_as_if_the_column_were_not_there)
{
    struct trace trace, plain;
    read_good(ALL_COLUMNS ",,,,,,,,,,,,,,,,4,17,5,\n", &trace);
    read_good("submit,duration_s,gpus\n5,17,4\n", &plain);
    cr_expect(memcmp(trace.jobs, plain.jobs, sizeof *plain.jobs) == 0, "jobs differ");
    cr_expect(memcmp(trace.kinds, plain.kinds, sizeof *plain.kinds) == 0,
              "kinds differ");
    cr_expect(trace.times == NULL, "times");
    cr_expect(not(trace.has_ids));
    trace_free(&trace);
    trace_free(&plain);
}

Test(trace, a_header_alone_is_an_empty_trace)
{
    struct trace trace;
    read_good("submit,duration_s,gpus\n", &trace);
    cr_expect(eq(sz, trace.n, 0));
    cr_expect(eq(sz, trace.n_kinds, 0));
    cr_expect(eq(int, trace.gpus_max, 0));
    trace_print(&trace, stderr);
    trace_free(&trace);
}

Test(trace, numbers_may_be_written_in_many_ways)
{
    static const struct {
        const char *row;
        int64_t submit_ms, duration_ms;
        int32_t gpus;
    } cases[] = {
        {"0,1,1", 0, 1000, 1},
        {"-3600,1,1", -3600000, 1000, 1},
        {"+1.5,1e3,8.0", 1500, 1000000, 8},
        {"1.2345,0.0005,1e2", 1235, 1, 100},
        {".5,2.,0008", 500, 2000, 8},
        {"0.999999,0.9994,1", 1000, 999, 1},
        {"0.0004,3.9999,1000000", 0, 4000, 1000000},
        {"6307200000,4000000000,1000", INT64_C(6307200000000), INT64_C(4000000000000),
         1000},
        {"-6307200000,6307200000,634195", -INT64_C(6307200000000),
         INT64_C(6307200000000), 634195},
        {"\"7\", 8 , \"9\" ", 7000, 8000, 9},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[256];
        snprintf(text, sizeof text, "submit,duration_s,gpus\n%s\n", cases[i].row);
        struct trace trace;
        read_good(text, &trace);
        cr_expect(eq(i64, trace.jobs[0].submit_ms, cases[i].submit_ms));
        cr_expect(eq(i64, trace.jobs[0].duration_ms, cases[i].duration_ms));
        cr_expect(eq(int, trace.jobs[0].gpus, cases[i].gpus));
        trace_free(&trace);
    }
}

Test(trace, reads_crlf_and_a_byte_order_mark_like_any_file)
{
    struct trace trace;
    read_good("\xef\xbb\xbfsubmit,duration_s,gpus,tenant\r\n3,4,5,x\r\n\r\n4,4,5,x\r\n",
              &trace);
    cr_expect(eq(sz, trace.n, 2));
    cr_expect(eq(i64, trace.jobs[1].submit_ms, 4000));
    cr_expect(eq(str, (char *)trace.names.text[trace.kinds[0].tenant], "x"));
    trace_free(&trace);
}

Test(trace, unsorted_submits_are_sorted_and_ties_keep_the_order_of_the_file)
{
    struct trace trace;
    read_good("submit,duration_s,gpus,patience_s\n5,1,1,1\n3,1,2,\n5,1,3,3\n-2,1,4,4\n"
              "3,1,5,5\n5,1,6,6\n",
              &trace);
    static const int32_t gpus[] = {4, 2, 5, 1, 3, 6};
    static const uint32_t ids[] = {4, 2, 5, 1, 3, 6};
    bool was_sorted = trace.was_sorted;
    cr_expect(not(was_sorted));
    for (size_t i = 0; i < COUNT(gpus); i++) {
        cr_expect(eq(int, trace.jobs[i].gpus, gpus[i]));
        cr_expect(eq(u32, trace.jobs[i].id, ids[i]));
        int64_t patience_ms = gpus[i] == 2 ? INT64_MAX : gpus[i] * INT64_C(1000);
        cr_expect(eq(i64, trace.times[i].patience_ms, patience_ms));
        cr_expect(eq(i64, trace.times[i].deadline_ms, INT64_MAX));
    }
    trace_free(&trace);
}

/* Ranges from one value to the whole of int64_t, against insertion in a stable way. */
Test(trace, sorting_is_stable_for_every_range_of_submits)
{
    uint64_t state = 99;
    for (int bits = 0; bits <= 42; bits += 3) {
        struct trace trace;
        trace_begin(&trace, "made", false);
        for (int i = 0; i < 3000; i++) {
            int64_t wide = (int64_t)draw(&state) << 31 | draw(&state);
            int64_t submit_ms = (wide & ((INT64_C(1) << bits) - 1)) - (1 << 20);
            struct trace_row row = trace_row(submit_ms, 1 + i, 1);
            trace_add(&trace, &row);
        }
        trace_finish(&trace);
        trace_check(&trace);
        for (size_t i = 1; i < trace.n; i++) {
            const struct job *job = &trace.jobs[i];
            bool in_order =
                job[-1].submit_ms < job->submit_ms ||
                (job[-1].submit_ms == job->submit_ms && job[-1].id < job->id);
            cr_assert(in_order, "%d bits, job %zu", bits, i);
            cr_assert(eq(i64, job->duration_ms, (int64_t)job->id));
        }
        trace_free(&trace);
    }
}

Test(trace, jobs_that_are_alike_share_a_kind_however_they_were_written)
{
    struct trace trace;
    read_good("submit,duration_s,gpus,tenant,pools,memory_gb,preemptible\n"
              "1,1,1,a,own|lease,80,true\n"
              "2,1,1,b,own|lease,80,true\n"
              "3,1,1,a,own;lease,80.0,true\n"
              "4,1,1,a,own|lease,80,\n"
              "5,1,1,a,own|lease,80,false\n"
              "6,1,1,a, own | lease ,8e1,true\n"
              "7,1,1,,,,\n"
              "8,1,1,b,own|lease,80,true\n",
              &trace);
    static const uint32_t kinds[] = {0, 1, 0, 2, 2, 0, 3, 1};
    cr_expect(eq(sz, trace.n_kinds, 4));
    for (size_t i = 0; i < COUNT(kinds); i++)
        cr_expect(eq(u32, trace.jobs[i].kind, kinds[i]));
    trace_free(&trace);
}

Test(trace, many_kinds_are_told_apart)
{
    size_t n = 5000, used = 0;
    char *text = malloc(n * 64);
    used += (size_t)sprintf(text, "submit,duration_s,gpus,tenant,restart_s\n");
    for (size_t i = 0; i < n; i++)
        used += (size_t)sprintf(text + used, "%zu,1,1,t%zu,%zu\n", i, i % 50, i % 70);
    struct trace trace;
    read_good(text, &trace);
    cr_expect(eq(sz, trace.n_kinds, 350)); /* the least common multiple */
    for (size_t i = 0; i < n; i++) {
        const struct job_kind *kind = &trace.kinds[trace.jobs[i].kind];
        char tenant[16];
        snprintf(tenant, sizeof tenant, "t%zu", i % 50);
        cr_assert(eq(str, (char *)trace.names.text[kind->tenant], tenant));
        cr_assert(eq(i64, kind->restart_ms, (int64_t)(i % 70) * 1000));
    }
    trace_free(&trace);
    free(text);
}

Test(trace, ids_that_begin_late_leave_numbers_to_the_jobs_before)
{
    struct trace trace;
    read_good("submit,duration_s,gpus,id\n9,1,1,\n8,1,1,\n7,1,1,seven\n6,1,1,\n",
              &trace);
    static const char *const ids[] = {"4", "seven", "2", "1"};
    for (size_t i = 0; i < COUNT(ids); i++) {
        char text[16];
        cr_expect(eq(str, (char *)trace_job_id(&trace, &trace.jobs[i], text),
                     (char *)ids[i]));
    }
    trace_free(&trace);
}

static bool same_word(const char *a, const char *b)
{
    return (!a && !b) || (a && b && strcmp(a, b) == 0);
}

static const char *name_of(const struct trace *trace, uint32_t name)
{
    return name == NAMES_NONE ? NULL : trace->names.text[name];
}

static void expect_same_job(const struct trace *a, const struct trace *b, size_t i)
{
    const struct job *x = &a->jobs[i], *y = &b->jobs[i];
    const struct job_kind *k = &a->kinds[x->kind], *l = &b->kinds[y->kind];
    char id_x[16], id_y[16];
    bool numbers = x->submit_ms == y->submit_ms && x->duration_ms == y->duration_ms &&
                   x->limit_ms == y->limit_ms && x->gpus == y->gpus &&
                   x->priority == y->priority;
    bool kinds = k->memory_mb == l->memory_mb && k->isolation == l->isolation &&
                 k->preemptible == l->preemptible &&
                 k->checkpoint_interval_ms == l->checkpoint_interval_ms &&
                 k->checkpoint_cost_ms == l->checkpoint_cost_ms &&
                 k->restart_ms == l->restart_ms;
    bool texts = same_word(k->pools, l->pools) && same_word(k->classes, l->classes) &&
                 same_word(k->jurisdiction, l->jurisdiction) &&
                 same_word(name_of(a, k->tenant), name_of(b, l->tenant)) &&
                 same_word(name_of(a, k->workload), name_of(b, l->workload)) &&
                 same_word(trace_job_id(a, x, id_x), trace_job_id(b, y, id_y));
    bool times =
        !a->times == !b->times &&
        (!a->times || memcmp(&a->times[i], &b->times[i], sizeof *a->times) == 0);
    cr_assert(numbers, "job %zu: numbers", i);
    cr_assert(kinds, "job %zu: kinds", i);
    cr_assert(texts, "job %zu: texts", i);
    cr_assert(times, "job %zu: times", i);
}

static void expect_same(const struct trace *a, const struct trace *b)
{
    cr_assert(eq(sz, a->n, b->n));
    cr_expect(a->absolute == b->absolute, "absolute");
    cr_expect(a->gpu_ms == b->gpu_ms, "gpu_ms");
    cr_expect(a->has_limits == b->has_limits, "has_limits");
    for (size_t i = 0; i < a->n; i++)
        expect_same_job(a, b, i);
}

/* A job with whatever `with` has bits for. */
static void add_random_job(struct trace *trace, unsigned with, uint64_t *state)
{
    static const char *const words[] = {"=x",        "a,b", "'q",
                                        "two words", "\"",  "z\xc3\xbc"};
    static const char *const lists[] = {"own", "own|lease", "a|b|c"};
    int64_t submit_ms = (int64_t)draw(state) * 17 - 1000000;
    struct trace_row row =
        trace_row(submit_ms, 1 + draw(state) % 100000, 1 + (int32_t)(draw(state) % 99));
    const char *tenant = words[draw(state) % COUNT(words)];
    const char *workload = words[draw(state) % COUNT(words)];
    char id[32];
    snprintf(id, sizeof id, "-job %u", draw(state));
    struct job_kind *kind = &row.kind;
    if (with & 1 << 0)
        row.id = id;
    if (with & 1 << 1)
        kind->tenant = trace_name(trace, tenant, strlen(tenant));
    if (with & 1 << 2)
        kind->workload = trace_name(trace, workload, strlen(workload));
    if (with & 1 << 3)
        kind->pools = lists[draw(state) % COUNT(lists)];
    if (with & 1 << 4)
        kind->classes = lists[draw(state) % COUNT(lists)];
    if (with & 1 << 5)
        kind->jurisdiction = lists[draw(state) % COUNT(lists)];
    if (with & 1 << 6)
        kind->memory_mb = draw(state) % 3 * 40500;
    if (with & 1 << 7)
        kind->isolation = draw(state) % 2 ? ISOLATION_DEDICATED : ISOLATION_SHARED;
    if (with & 1 << 8)
        row.job.priority = (int32_t)(draw(state) % 7) - 3;
    if (with & 1 << 9)
        row.times.deadline_ms = submit_ms + draw(state) % 5000;
    if (with & 1 << 10)
        row.times.patience_ms = draw(state) % 5000;
    if (with & 1 << 11)
        row.job.limit_ms = 1 + draw(state) % 5000;
    if (with & 1 << 12)
        kind->preemptible = draw(state) % 2;
    if (with & 1 << 13)
        kind->checkpoint_interval_ms = draw(state) % 2 * 3600500;
    if (with & 1 << 14)
        kind->checkpoint_cost_ms = draw(state) % 2 * 17;
    if (with & 1 << 15)
        kind->restart_ms = draw(state) % 2 * 120000;
    if (with & 1 << 16 && draw(state) % 2)
        row.times.started_ms = submit_ms + draw(state) % 5000;
    trace_add(trace, &row);
}

Test(trace, whatever_is_written_reads_back_the_same)
{
    uint64_t state = 4;
    for (int round = 0; round < 300; round++) {
        unsigned with = round < 17 ? 1u << round : draw(&state) & 0x1ffff;
        struct trace trace, back;
        trace_begin(&trace, "made", round % 3 == 0);
        for (int i = 0; i < 40; i++)
            add_random_job(&trace, with & (i % 5 ? ~0u : draw(&state)), &state);
        trace_finish(&trace);
        trace_check(&trace);

        struct scratch scratch = scratch_new("jobs.csv");
        struct error err = {0};
        cr_assert(trace_write(&trace, scratch.path, &err), "%s", err.text);
        bool ok = trace_read(&back, scratch.path, &err);
        cr_assert(ok, "%s", err.text);
        trace_check(&back);
        expect_same(&trace, &back);
        trace_free(&trace);
        trace_free(&back);
        cr_expect(scratch_remove(&scratch), "a partial file was left behind");
    }
}

static void expect_written(const char *text, const char *expected)
{
    struct trace trace;
    read_good(text, &trace);
    struct scratch scratch = scratch_new("out.csv");
    struct error err = {0};
    cr_assert(trace_write(&trace, scratch.path, &err), "%s", err.text);
    size_t length;
    char *written = scratch_read(&scratch, &length);
    cr_expect(eq(str, written, (char *)expected));
    free(written);
    trace_free(&trace);
    cr_expect(scratch_remove(&scratch), "a partial file was left behind");
}

Test(trace, writes_just_the_columns_that_some_job_uses)
{
    expect_written("submit,duration_s,gpus\n", "submit,duration_s,gpus\n");
    expect_written("gpus,duration_s,submit,pools,id\n8,1.5,-2,,\n",
                   "submit,duration_s,gpus\n-2.000,1.500,8\n");
    expect_written("gpus,duration_s,submit,priority,limit_s,memory_gb\n"
                   "8,1,2026-01-31,0,,80\n1,2,2026-01-31T00:00:00.25Z,0,60,\n",
                   "submit,duration_s,gpus,memory_gb,limit_s\n"
                   "2026-01-31T00:00:00Z,1.000,8,80.000,\n"
                   "2026-01-31T00:00:00.250Z,2.000,1,,60.000\n");
}

Test(trace, jobs_that_changed_places_keep_their_numbers_as_ids)
{
    expect_written("submit,duration_s,gpus\n9,1,1\n7,1,1\n",
                   "submit,duration_s,gpus,id\n7.000,1.000,1,2\n9.000,1.000,1,1\n");
}

Test(trace, a_file_that_cannot_be_written_is_told_by_its_own_name)
{
    struct trace trace;
    read_good("submit,duration_s,gpus\n1,1,1\n", &trace);
    struct error err = {0};
    cr_expect(not(trace_write(&trace, "/dev/full", &err)));
    cr_expect(eq(str, err.text, "/dev/full: No space left on device"));
    cr_expect(eq(int, err.kind, ERROR_IO));
    struct scratch scratch = scratch_new("absent/out.csv");
    cr_expect(not(trace_write(&trace, scratch.path, &err)));
    cr_expect(eq(str, (char *)without_dir(&scratch, err.text),
                 "absent/out.csv: No such file or directory"));
    cr_expect(scratch_remove(&scratch), "something was left behind");
    trace_free(&trace);
}

Test(trace, a_directory_in_the_way_leaves_nothing_behind)
{
    struct trace trace;
    read_good("submit,duration_s,gpus\n1,1,1\n", &trace);
    struct scratch scratch = scratch_new("out.csv");
    cr_assert(mkdir(scratch.path, 0700) == 0, "mkdir");
    struct error err = {0};
    cr_expect(not(trace_write(&trace, scratch.path, &err)));
    cr_expect(
        eq(str, (char *)without_dir(&scratch, err.text), "out.csv: Is a directory"));
    cr_expect(rmdir(scratch.path) == 0, "something was left in it");
    cr_expect(scratch_remove(&scratch), "something was left beside it");
    trace_free(&trace);
}

static const char select_text[] = "submit,duration_s,gpus,tenant,workload\n"
                                  "10,1,1,a,x\n20,1,2,b,x\n20,1,3,a,y\n30,1,4,,x\n"
                                  "40,1,5,a,b\n";

Test(trace, select_takes_a_half_open_span_and_one_tenant)
{
    static const struct {
        struct trace_filter filter;
        const char *ids;
    } cases[] = {
        {{INT64_MIN, INT64_MAX, NULL, NULL, 0, 0}, "1 2 3 4 5 "},
        {{20000, 40000, NULL, NULL, 0, 0}, "2 3 4 "},
        {{10001, 40001, NULL, NULL, 0, 0}, "2 3 4 5 "},
        {{INT64_MIN, INT64_MAX, "a", NULL, 0, 0}, "1 3 5 "},
        {{20000, 40000, "a", NULL, 0, 0}, "3 "},
        {{50000, 60000, NULL, NULL, 0, 0}, ""},
        {{INT64_MIN, 20000, "b", NULL, 0, 0}, ""},
    };
    struct trace trace;
    read_good(select_text, &trace);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct trace part;
        struct error err = {0};
        cr_assert(trace_select(&trace, &cases[i].filter, &part, &err), "%s", err.text);
        trace_check(&part);
        char ids[64] = "", text[16];
        for (size_t j = 0; j < part.n; j++) {
            const struct job *job = &part.jobs[j];
            strcat(strcat(ids, trace_job_id(&part, job, text)), " ");
            const struct job *same =
                &trace.jobs[atoi(trace_job_id(&part, job, text)) - 1];
            cr_expect(eq(int, job->gpus, same->gpus));
            cr_expect(same_word(name_of(&part, part.kinds[job->kind].workload),
                                name_of(&trace, trace.kinds[same->kind].workload)),
                      "workload");
        }
        cr_expect(eq(str, ids, (char *)cases[i].ids));
        cr_expect(eq(str, part.digest, trace.digest));
        trace_free(&part);
    }
    trace_free(&trace);
}

Test(trace, select_says_what_cannot_be_selected)
{
    static const struct {
        struct trace_filter filter;
        const char *message;
    } cases[] = {
        {{5, 5, NULL, NULL, 0, 0}, "the span to select ends before it begins"},
        {{INT64_MIN, INT64_MAX, "x", NULL, 0, 0},
         "jobs.csv: no job has the tenant 'x'"},
        {{INT64_MIN, INT64_MAX, "103958", NULL, 0, 0},
         "jobs.csv: no job has the tenant '103958'; did you mean '103959'?"},
    };
    struct trace trace;
    trace_begin(&trace, "jobs.csv", false);
    struct trace_row row = trace_row(7, 7, 7);
    row.kind.workload = trace_name(&trace, "x", 1);
    row.kind.tenant = trace_name(&trace, "103959", 6);
    trace_add(&trace, &row);
    trace_finish(&trace);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct trace part;
        struct error err = {0};
        cr_expect(not(trace_select(&trace, &cases[i].filter, &part, &err)));
        cr_expect(eq(str, err.text, (char *)cases[i].message));
        trace_free(&part);
    }
    trace_free(&trace);
}

Test(trace, a_summary_is_printed_on_one_line)
{
    struct trace trace;
    read_good("submit,duration_s,gpus\n2026-01-02,7200,8\n2026-01-01,1800,1\n", &trace);
    trace.path = "x";
    struct scratch scratch = scratch_new("out");
    FILE *file = fopen(scratch.path, "w");
    trace_print(&trace, file);
    fclose(file);
    size_t length;
    char *text = scratch_read(&scratch, &length);
    cr_expect(eq(str, text,
                 "x: 2 jobs, 16.500 GPU-h, gangs of up to 8, 1 kinds, submits from "
                 "2026-01-01T00:00:00Z to 2026-01-02T00:00:00Z, sorted on reading\n"));
    free(text);
    trace_free(&trace);
    scratch_remove(&scratch);
}

Test(trace, takes_40_bytes_a_job)
{
    cr_expect(eq(sz, sizeof(struct job), 40));
}
