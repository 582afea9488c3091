#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <inttypes.h>

#include "runs.h"
#include "world/arrivals.h"

TestSuite(bootstrap);

/*
 * A history of 60 days from Wednesday 2025-03-05 09:00, one job every 3 h; the duration
 * in seconds is the hour of history at which the job was submitted, which tells where a
 * drawn job comes from.
 */
#define HISTORY_BEGIN_MS INT64_C(1741165200000)
enum { HISTORY_JOBS = 480, STEP_H = 3 };

static struct scratch_file history(bool dated)
{
    struct scratch_file file = scratch_new();
    FILE *out = fopen(file.path, "w");
    cr_assert(out != NULL);
    fputs("submit,duration_s,gpus\n", out);
    for (int i = 0; i < HISTORY_JOBS; i++) {
        char when[CALENDAR_TEXT];
        calendar_format(HISTORY_BEGIN_MS + i * STEP_H * MS_PER_H, when);
        if (dated)
            fprintf(out, "%s,%d,%d\n", when, i * STEP_H + 1, 1 + i % 7);
        else
            fprintf(out, "%d,%d,%d\n", i * STEP_H * 3600, i * STEP_H + 1, 1 + i % 7);
    }
    cr_assert(eq(int, fclose(out), 0));
    return file;
}

static bool read_scenario(struct scenario *scenario, const struct scratch_file *trace,
                          const char *keys, const char *start, struct error *err)
{
    char yaml[512];
    snprintf(yaml, sizeof yaml,
             "start: %s\nhorizon: 400d\nseed: 17\ndemand: [{jobs: %s, %s}]\n"
             "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 16}]\n",
             start, trace->path, keys);
    return scenario_from_text(scenario, yaml, NULL, 0, err);
}

enum { DRAWN_MAX = 10000 };
static struct arrival drawn[DRAWN_MAX];

static size_t draw(const char *keys, bool dated, uint64_t replication)
{
    struct scratch_file trace = history(dated);
    struct scenario scenario;
    struct error err = {0};
    bool ok = read_scenario(&scenario, &trace, keys, "2026-01-01T06:00:00Z", &err);
    cr_assert(ok, "%s", err.text);
    struct arena arena = {0};
    struct routes routes;
    struct arrivals arrivals;
    routes_init(&routes, &scenario, &arena);
    arrivals_init(&arrivals, &scenario, replication, &routes, &arena);
    size_t n = 0;
    while (arrivals.next_ms < NEVER_MS && n < DRAWN_MAX)
        drawn[n++] = arrivals_take(&arrivals);
    arena_free(&arena);
    scenario_free(&scenario);
    unlink(trace.path);
    return n;
}

static int64_t begin_of_history(const struct arrival *job)
{
    return HISTORY_BEGIN_MS + (job->duration_ms / 1000 - 1) * MS_PER_H;
}

#define START_MS INT64_C(1767247200000) /* 2026-01-01T06:00 */

static void check_days(const char *keys, int64_t block_ms)
{
    size_t n = draw(keys, true, 0);
    /* 8 jobs a day: no gap anywhere, since every stretch is full. */
    cr_expect(eq(sz, n, 3200), "%s: %zu", keys, n);
    for (size_t i = 0; i < n; i++) {
        int64_t now_ms = START_MS + drawn[i].submit_ms;
        int64_t then_ms = begin_of_history(&drawn[i]);
        cr_assert(eq(i64, (now_ms - then_ms) % (7 * MS_PER_D), 0));
        int64_t block = drawn[i].submit_ms / block_ms;
        cr_assert(eq(u64, drawn[i].lap, (uint64_t)block));
        /* Within a block all comes from one stretch. */
        if (i > 0 && block == drawn[i - 1].submit_ms / block_ms)
            cr_assert(eq(i64, then_ms - begin_of_history(&drawn[i - 1]),
                         drawn[i].submit_ms - drawn[i - 1].submit_ms));
    }
}

Test(bootstrap, every_block_is_a_stretch_of_history_on_its_weekday)
{
    check_days("bootstrap: 1d", MS_PER_D);
    check_days("bootstrap: 3d", 3 * MS_PER_D);
    check_days("bootstrap: 1w", 7 * MS_PER_D);
}

/* 400 days of one-day blocks: 57 or 58 on each weekday, drawn from 7 or 8 days each. */
Test(bootstrap, all_stretches_are_drawn_about_equally_often)
{
    size_t n = draw("bootstrap: 1d", true, 0);
    double seen[61] = {0};
    int64_t first_ms = HISTORY_BEGIN_MS - 3 * MS_PER_H; /* 06:00, as the start */
    for (size_t i = 0; i < n; i++)
        seen[(begin_of_history(&drawn[i]) - first_ms) / MS_PER_D] += 1.0 / 8;
    int used = 0;
    for (int day = 0; day < 61; day++) {
        used += seen[day] > 0;
        cr_expect(seen[day] < 57.0 / 7 + 5 * sqrt(57.0 / 7), "day %d: %g", day,
                  seen[day]);
    }
    /* The first day is not whole at 06:00, the 59 that follow are. */
    cr_expect(eq(dbl, seen[0], 0));
    cr_expect(used >= 57 && used <= 59, "%d days", used);
}

Test(bootstrap, replications_differ_and_repeat)
{
    size_t n = draw("bootstrap: 1w", true, 0);
    static int64_t first[DRAWN_MAX];
    for (size_t i = 0; i < n; i++)
        first[i] = drawn[i].duration_ms;
    cr_assert(eq(sz, draw("bootstrap: 1w", true, 0), n));
    for (size_t i = 0; i < n; i++)
        cr_assert(eq(i64, drawn[i].duration_ms, first[i]));
    draw("bootstrap: 1w", true, 1);
    size_t same = 0;
    for (size_t i = 0; i < n; i++)
        same += drawn[i].duration_ms == first[i];
    cr_expect(same < n / 2, "%zu of %zu", same, n);
}

Test(bootstrap, a_trace_without_dates_begins_on_the_starts_weekday)
{
    size_t n = draw("bootstrap: 1d", false, 0);
    cr_expect(eq(sz, n, 3200));
    for (size_t i = 0; i < n; i++) {
        int64_t then_ms = begin_of_history(&drawn[i]) - HISTORY_BEGIN_MS;
        cr_assert(eq(i64, (drawn[i].submit_ms - then_ms) % (7 * MS_PER_D), 0));
    }
}

Test(bootstrap, scale_thins_and_clones_what_is_drawn)
{
    size_t n = draw("bootstrap: 1w, scale: 2.385", true, 0);
    double want = 3200 * 2.385;
    cr_expect(fabs((double)n - want) < 5 * sqrt(3200 * 0.385 * 0.615), "%zu", n);
}

Test(bootstrap, what_cannot_be_drawn_is_refused)
{
    static const struct {
        const char *keys, *message;
    } cases[] = {
        {"bootstrap: 36h", "demand.0.bootstrap: whole days are wanted, as in 1d or 1w"},
        {"bootstrap: 1h", "demand.0.bootstrap: 1h is below 1d"},
        {"bootstrap: 8w",
         "is too short: there must be two stretches of 56 days on each "
         "weekday to draw from"},
        {"bootstrap: 1w, align: to-start", "demand.0.align: with `bootstrap` every "
                                           "block is drawn, so the trace is neither "
                                           "moved nor does it end; leave it out"},
        {"bootstrap: 1w, after_end: stop",
         "demand.0.after_end: with `bootstrap` every block is drawn, so the trace is "
         "neither moved nor does it end; leave it out"},
    };
    struct scratch_file trace = history(true);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct scenario scenario;
        struct error err = {0};
        cr_expect(
            not(read_scenario(&scenario, &trace, cases[i].keys, "2026-01-01", &err)));
        cr_expect(strstr(err.text, cases[i].message) != NULL, "%s", err.text);
        scenario_free(&scenario);
    }
    unlink(trace.path);
}
