#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "study/judge.h"
#include "study/payload.h"
#include "study/statistics.h"
#include "study_fixture.h"

#define REPLICATIONS 300

/* A value for each task, in thousandths; some replications fail. */
static int64_t value_of(size_t point, uint64_t k)
{
    static const int64_t spreads[] = {0, 400, 1000, 40000};
    uint64_t mixed = (k + 1) * UINT64_C(0x9e3779b97f4a7c15) + point;
    mixed ^= mixed >> 29;
    mixed *= UINT64_C(0xbf58476d1ce4e5b9);
    mixed ^= mixed >> 32;
    return 100000 + spreads[point] * ((int64_t)(mixed % 2001) - 1000) / 100;
}

static bool fails(uint64_t k)
{
    return k % 37 == 5;
}

static void write_rows(const struct tiny_study *study)
{
    const struct study_plan *plan = &study->plan;
    size_t column = plan->stops[0].column;
    struct rows_writer writer;
    struct payload payload = {0};
    struct error err = {.text = ""};
    cr_assert(rows_create(&writer, study->folder.path, plan->id, 0, 0, &err), "%s",
              err.text);
    for (uint64_t task = 0; task < plan_tasks(plan); task++) {
        uint64_t k = task / plan->n_points;
        payload_begin(&payload);
        payload_text(&payload, fails(k) ? "it\tfailed\n" : "");
        for (size_t i = 0; i < plan->columns.n; i++) {
            struct study_cell cell = {.has = i == column && !fails(k),
                                      .value = value_of(task % plan->n_points, k)};
            payload_cell(&payload, &cell, 3);
        }
        cr_assert(rows_append(&writer, task, payload.text, payload.length, &err), "%s",
                  err.text);
    }
    cr_assert(rows_close(&writer, &err), "%s", err.text);
    payload_free(&payload);
}

/* The rule by its definition, of the values as they were made. */
static uint64_t expected_cut(const struct study_plan *plan, size_t point, uint64_t upto)
{
    static double value[REPLICATIONS];
    for (uint64_t k = 0; k < upto; k++)
        value[k] = fails(k) ? NAN : (double)value_of(point, k) / 1000;
    for (uint64_t n = 32; n <= upto; n *= 2) {
        struct mean_estimate of;
        if (n / plan->unit < 8)
            continue;
        estimate_mean(value, n, plan->unit, plan->confidence, &of);
        if (of.ci.high - of.mean <= plan->stops[0].half_width)
            return n;
    }
    return plan->replications;
}

static void check(const char *sampling, uint64_t wanted[4])
{
    char yaml[2000];
    struct tiny_study study;
    struct rows_files files = {0};
    struct error err = {.text = ""};
    snprintf(yaml, sizeof yaml,
             "%ssweep: {pools.own.gpus: [8, 16, 24, 32]}\n"
             "study: {replications: %d, sampling: %s, stop: [{metric: "
             "total.wait_mean_s, half_width: 0.6}]}\n",
             STUDY_FRAME, REPLICATIONS, sampling);
    tiny_make(&study, yaml, &design_sweep, NULL, 0);
    write_rows(&study);
    cr_assert(rows_find(study.folder.path, &study.plan.arena, &files, &err));
    for (uint64_t upto = 1; upto <= REPLICATIONS;
         upto = judge_next(&study.plan, upto)) {
        uint64_t cut[4];
        cr_assert(judge_points(&study.plan, &files, study.folder.path, upto, cut, &err),
                  "%s", err.text);
        for (size_t point = 0; point < 4; point++)
            cr_expect(eq(u64, cut[point], expected_cut(&study.plan, point, upto)),
                      "%s: point %zu up to %llu", sampling, point,
                      (unsigned long long)upto);
        memcpy(wanted, cut, sizeof cut);
        if (upto == REPLICATIONS)
            break;
    }
    tiny_free(&study);
}

Test(study_judge, a_point_stops_at_the_first_prefix_that_is_narrow_enough)
{
    uint64_t cut[4];
    check("plain", cut);
    cr_expect(cut[0] == 32 && cut[1] > 32 && cut[1] < cut[2] + 1 && cut[3] == 300,
              "%llu %llu %llu %llu", (unsigned long long)cut[0],
              (unsigned long long)cut[1], (unsigned long long)cut[2],
              (unsigned long long)cut[3]);
    check("antithetic", cut);
    cr_expect(eq(u64, cut[0], 32));
    check("lhs", cut); /* batches of 18: eight of them are in 256 alone */
    cr_expect(eq(u64, cut[0], 256));
}

Test(study_judge, prefixes_are_powers_of_two_and_the_last_one_all)
{
    struct study_plan plan = {.replications = 100, .n_stops = 1};
    static const uint64_t prefixes[] = {0, 32, 64, 100, 100};
    for (size_t i = 0; i + 1 < COUNT(prefixes); i++)
        cr_expect(eq(u64, judge_next(&plan, prefixes[i]), prefixes[i + 1]));
    plan.n_stops = 0;
    cr_expect(eq(u64, judge_next(&plan, 0), 100));
}

Test(study_judge, a_row_with_other_fields_is_refused)
{
    struct tiny_study study;
    struct error err = {.text = ""};
    tiny_make(&study, STUDY_FRAME, &design_mc, NULL, 0);
    size_t n = payload_fields(&study.plan);
    struct payload_field *fields = calloc(n, sizeof *fields);
    char *text = calloc(n + 2, 1);
    for (size_t tabs = n - 1; tabs <= n + 1; tabs++) {
        memset(text, '\t', tabs);
        struct row row = {0, text, tabs, "x.part"};
        cr_expect(eq(int, payload_split(&study.plan, &row, fields, &err), tabs == n));
    }
    cr_expect(eq(str, err.text,
                 "x.part: a row has not the fields of this study; delete the file, and "
                 "its replications are run again"));
    /* With a sum that is right, a text where a number is written. */
    static const char wrong[] = {'x', '=', 'n', '"', ' ', '\0'};
    for (size_t i = 0; i < sizeof wrong; i++) {
        memset(text, '\t', n + 1);
        text[n - 1] = wrong[i];
        struct row row = {0, text, n + 1, "x.part"};
        cr_expect(not(payload_split(&study.plan, &row, fields, &err)), "'%c'",
                  wrong[i]);
    }
    free(text);
    free(fields);
    tiny_free(&study);
}

Test(study_judge, texts_come_back_as_they_were)
{
    static const char *const texts[] = {"", "a\tb\nc\rd\\e", "\\t", "\\\\n\t", "plain"};
    struct payload payload = {0};
    struct arena arena = {0};
    for (size_t i = 0; i < COUNT(texts); i++) {
        payload_begin(&payload);
        payload_text(&payload, texts[i]);
        cr_expect(strcspn(payload.text, "\n\r\t") == payload.length - 1, "%zu", i);
        struct payload_field field = {payload.text, payload.length - 1};
        cr_expect(eq(str, (char *)(uintptr_t)payload_unescape(&field, &arena),
                     (char *)(uintptr_t)texts[i]));
    }
    payload_free(&payload);
    arena_free(&arena);
}
