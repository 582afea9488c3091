#define _GNU_SOURCE
/* Levels of demand from a scenario file to audited files. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

#include "output/columns.h"
#include "real_trace.h"
#include "result_runs.h"

static struct results results;

static void setup(void)
{
    results_begin(&results);
}

static void teardown(void)
{
    results_end(&results);
}

TestSuite(level_run, .init = setup, .fini = teardown);

static const char *run_it(const char *yaml, const char *name, bool check)
{
    results.check = check;
    return results_run(&results, name, yaml, NULL, 0);
}

/* ---- drawn at random ---- */

static uint32_t state;

static uint32_t draw(uint32_t n)
{
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % n;
}

static const char *one_of(const char *const texts[], uint32_t n)
{
    return texts[draw(n)];
}
#define ONE_OF(...)                                                                    \
    one_of((const char *const[]){__VA_ARGS__},                                         \
           sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void draw_level(const char *name)
{
    static const char *const workloads[] = {"chat", "code", ""};
    char *text = arena_alloc(&results.arena, 1 << 14);
    size_t at = (size_t)sprintf(text, "time,gpus,workload\n");
    for (int i = 0, time = 0; i < 60; i++, time += 1 + (int)draw(9000))
        at += (size_t)sprintf(text + at, "%d.5,%u,%s\n", time, draw(40),
                              workloads[draw(3)]);
    results_write(&results, name, text);
}

static void draw_jobs(void)
{
    char *text = arena_alloc(&results.arena, 1 << 14);
    size_t at =
        (size_t)sprintf(text, "submit,duration_s,gpus,priority,workload,tenant\n");
    for (int i = 0, time = 0; i < 80; i++, time += (int)draw(6000))
        at += (size_t)sprintf(text + at, "%d,%u,%u,%d,%s,%s\n", time, 1 + draw(30000),
                              1 + draw(16), (int)draw(5) - 2, draw(2) ? "train" : "",
                              draw(2) ? "red" : "blue");
    results_write(&results, "jobs.csv", text);
}

static const char *draw_pools(bool packed)
{
    const char *own = arena_printf(
        &results.arena, "  - {name: own, tenure: own, class: h100-sxm, gpus: %u%s%s}\n",
        8 * (1 + draw(3)),
        draw(2) ? ", changes: [{at: 2026-01-02, gpus: +8}, {at: "
                  "2026-01-03T07:00, gpus: -16}]"
                : "",
        draw(2) ? ", failures: {model: exponential, rate: 500 /1000-node-d}, "
                  "gpus_per_server: 4"
                : "");
    const char *lease = arena_printf(
        &results.arena,
        "  - {name: leased, tenure: lease, class: h100-sxm, gpus: 8, price: 2.05 "
        "USD/GPU-h, term: %s, prepay: 20 %%, provider: acme}\n",
        ONE_OF("2d", "1y", "40h"));
    const char *burst = arena_printf(
        &results.arena,
        "  - {name: burst, tenure: on-demand, class: h100-sxm, limit: %u, price: 2.95 "
        "USD/GPU-h%s%s%s, provider: acme}\n",
        8 * draw(4) + 8, draw(2) ? ", boot: 187s" : "",
        draw(2) ? ", unit: 4, keep_alive: 20min" : "",
        draw(2) ? ", minimum: 10min, increment: 60s" : "");
    const char *spot = arena_printf(
        &results.arena,
        "  - {name: spot, tenure: spot, class: h100-sxm, limit: 16, price: 1.25 "
        "USD/GPU-h, unit: %u, notice: %s, interruption: {mean_time: 9h}}\n",
        packed ? 8 : 1u << draw(4), ONE_OF("0s", "2min", "1h"));
    return arena_printf(&results.arena, "%s%s%s%s", own, draw(3) ? lease : "", burst,
                        draw(2) ? spot : "");
}

static const char *draw_sources(void)
{
    const char *text = "";
    for (uint32_t i = 0, n = 1 + draw(3); i < n; i++) {
        const char *file = arena_printf(&results.arena, "level%u.csv", i);
        draw_level(file);
        const char *what = arena_printf(&results.arena, "%s, after_end: %s", file,
                                        ONE_OF("hold", "stop", "repeat"));
        if (draw(4) == 0)
            what = "{model: {name: profile, mean: 11, noise: lognormal, step: 10min}}";
        text = arena_printf(
            &results.arena,
            "%s  - {level: %s, name: l%u, priority: %d, hold: %s, preemptible: %s%s%s, "
            "tenant: red}\n",
            text, what, i, (int)draw(5) - 2, ONE_OF("0s", "0s", "7min", "3h"),
            ONE_OF("true", "false"), draw(3) ? "" : ", scale: 0.7, growth: 90 %/y",
            draw(3) ? "" : ", pools: [own, burst]");
    }
    return text;
}

static const char *draw_scenario(void)
{
    const char *placement = ONE_OF("fungible", "packed");
    bool packed = strcmp(placement, "packed") == 0;
    const char *order = ONE_OF("fifo", "sjf", "priority", "priority", "priority");
    bool preempt = strcmp(order, "priority") == 0 && draw(2);
    draw_jobs();
    return arena_printf(
        &results.arena,
        "start: 2026-01-01\nhorizon: 4d\ninterval: %s\nchargeback: true\n"
        "events: true\n%sservice: {unserved: 3.17 USD/GPU-h, delay: 0.2 USD/GPU-h}\n"
        "demand:\n%s%spools:\n%s%sdispatch: {order: %s, backfill: %s, placement: %s, "
        "same_instant: %s, preempt: %s%s}\n",
        ONE_OF("1d", "7h", "1mo"), draw(2) ? "discount_rate: 9 %/y\n" : "",
        draw(4) ? "  - {jobs: jobs.csv, after_end: stop, preemptible: true, "
                  "checkpoint_interval: 1h, restart: 1min}\n"
                : "",
        draw_sources(), draw_pools(packed),
        draw(3) ? ""
                : "outages: [{provider: acme, from: 2026-01-02T05:00, lasts: 7h}]\n",
        order, ONE_OF("none", "skip", "easy", "easy", "conservative"), placement,
        ONE_OF("end-first", "submit-first"), preempt ? "true" : "false",
        draw(3) ? "" : ", wait: {policy: threshold, after: 30min}");
}

Test(level_run, books_of_random_levels_agree, .timeout = 280)
{
    int cases = getenv("TENURE_CASES") ? atoi(getenv("TENURE_CASES")) : 60;
    for (int i = 0; i < cases; i++) {
        char first[1024];
        state = 20260101u + (uint32_t)i;
        const char *yaml = draw_scenario();
        int64_t n = results_findings(
            run_it(yaml, arena_printf(&results.arena, "out%d", i), true), false, first);
        cr_expect(eq(i64, n, 0), "case %d: %s\n%s", i, first, yaml);
    }
}

/* ---- what is in the files ---- */

static const char two_levels[] =
    "start: 2026-01-01\nhorizon: 4d\ninterval: 1d\nchargeback: true\n"
    "service: {unserved: 3.17 USD/GPU-h}\n"
    "demand:\n"
    "  - {jobs: jobs.csv, after_end: stop}\n"
    "  - {level: level0.csv, after_end: hold, tenant: red, hold: 11min}\n"
    "  - {level: level1.csv, name: other, after_end: hold, workload: code}\n"
    "pools:\n"
    "  - {name: own, tenure: own, class: h100-sxm, gpus: 16}\n"
    "  - {name: burst, tenure: on-demand, class: h100-sxm, limit: 8, boot: 5min, "
    "price: "
    "2.95 USD/GPU-h}\n";

/* Changes the last character of one cell after another, and back. */
Test(level_run, one_changed_digit_of_levels_csv_is_found)
{
    state = 7;
    draw_jobs();
    draw_level("level0.csv");
    draw_level("level1.csv");
    const char *dir = run_it(two_levels, "out", true);
    const char *path = arena_printf(&results.arena, "%s/levels.csv", dir);
    char *text = arena_alloc(&results.arena, 1 << 16), first[1024];
    FILE *file = fopen(path, "r");
    size_t length = fread(text, 1, 1 << 16, file);
    fclose(file);
    cr_assert(eq(i64, results_findings(dir, false, first), 0), "%s", first);

    const struct output_file *table = &output_files[TABLE_LEVELS];
    size_t column = 0, cells = 0;
    for (size_t i = (size_t)(strchr(text, '\n') + 1 - text); i < length; i++) {
        if (text[i] != ',' && text[i] != '\n')
            continue;
        size_t c = column;
        column = text[i] == '\n' ? 0 : column + 1;
        if (text[i - 1] == ',' || table->columns[c].unchecked)
            continue;
        char kept = text[i - 1];
        text[i - 1] = kept >= '0' && kept <= '9' ? (char)('0' + (kept - '0' + 1) % 10)
                                                 : (char)(kept == 'z' ? 'y' : 'z');
        file = fopen(path, "w");
        fwrite(text, 1, length, file);
        fclose(file);
        cr_expect(results_findings(dir, false, first) > 0, "%s",
                  table->columns[c].name);
        text[i - 1] = kept;
        cells++;
    }
    cr_expect(gt(sz, cells, 200));
}

/* Nothing here crashes, or passes. */
Test(level_run, hostile_levels_are_findings)
{
    static const char header[] =
        "start,end,level,series,workload,tenant,demand_gpu_h,served_gpu_h,"
        "unserved_gpu_h,overhead_gpu_h,served_frac,wanted_gpus,served_gpus\n";
    static const char most[] =
        "2026-01-01T00:00:00Z,2026-01-02T00:00:00Z,x,9223372036854775807,,,"
        "2562047788015.215501944,2562047788015.215501944,2562047788015.215501944,"
        "2562047788015.215501944,1.000000000,9223372036854775807,"
        "9223372036854775807\n";
    state = 7;
    draw_jobs();
    draw_level("level0.csv");
    draw_level("level1.csv");
    const char *dir = run_it(two_levels, "out", false);
    const char *const texts[] = {
        "", "\n", header, arena_printf(&results.arena, "%s%s", header, most),
        arena_printf(&results.arena, "%s%s%s%s%s", header, most, most, most, most)};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char first[1024];
        results_write(&results, "out/levels.csv", texts[i]);
        cr_expect(results_findings(dir, false, first) > 0, "case %zu", i);
    }
}

/* ---- a real one ---- */

/* The level is what ran and what waited, minute by minute; the sums are of the file. */
Test(level_run, earth_vc6ye_is_served_exactly)
{
    char path[4096];
    if (!real_trace("helios-earth-vc6YE.csv", path))
        cr_skip_test("helios-earth-vc6YE.csv is not there (see $TENURE_TRACES)");
    FILE *in = fopen(path, "r");
    cr_assert(in != NULL, "%s", path);
    FILE *out = fopen(results_path(&results, "earth.csv"), "w");
    char line[1024];
    int64_t demand = 0, busy = 0, idle = 0, rows = 0;
    fputs("time,gpus\n", out);
    cr_assert(fgets(line, sizeof line, in) != NULL, "no header");
    while (fgets(line, sizeof line, in)) {
        char *cell[10], *next = line;
        for (int c = 0; c < 10; c++)
            cell[c] = strsep(&next, ",");
        int gpus = atoi(cell[8]) + atoi(cell[9]);
        cell[0][10] = 'T';
        fprintf(out, "%s,%d\n", cell[0], gpus);
        demand += gpus;
        busy += gpus < 208 ? gpus : 208;
        idle += gpus < 208 ? 208 - gpus : 0;
        rows++;
    }
    fclose(in);
    fclose(out);
    cr_assert(eq(i64, rows, 44640));
    cr_expect(eq(i64, demand, 9269213));
    cr_expect(eq(i64, busy, 8585142));
    cr_expect(eq(i64, idle, 699978));

    char first[1024];
    const char *dir = run_it("start: 2020-05-01\nhorizon: 31d\n"
                             "demand: [{level: earth.csv}]\n"
                             "pools: [{name: own, tenure: own, class: h100-sxm, gpus: "
                             "208}]\n",
                             "earth", false);
    cr_expect(eq(i64, results_findings(dir, false, first), 0), "%s", first);
    const int64_t minute = 60000;
    cr_expect(eq(i64, (int64_t)results.total.level_demand_gpu_ms, demand * minute));
    cr_expect(eq(i64, (int64_t)results.total.level_served_gpu_ms, busy * minute));
    cr_expect(eq(i64, results.pools[0].state_gpu_ms[GPU_BUSY_USEFUL], busy * minute));
    cr_expect(
        eq(i64, results.pools[0].state_gpu_ms[GPU_IDLE_NO_DEMAND], idle * minute));
    cr_expect(eq(i64, busy + idle, 208 * rows));
}
