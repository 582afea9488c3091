/* What runs say of levels that are empty, never served, or repeated with gaps. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "result_runs.h"

static struct results results;
static int runs;

static void setup(void)
{
    results_begin(&results);
    results_write(&results, "none.csv", "time,gpus\n");
    results_write(&results, "flat.csv", "time,gpus\n0,3\n");
    results_write(&results, "two.csv", "time,gpus,classes\n0,3,b200\n0,5,\n60,7,l4\n");
    results_write(&results, "month.csv", "time,gpus\n0,3\n2678400,5\n");
    results_write(&results, "week.csv", "time,gpus\n0,3\n518400,5\n");
}

static void teardown(void)
{
    results_end(&results);
}

TestSuite(level_words, .init = setup, .fini = teardown);

#define FRAME "name: w\nstart: 2026-01-01\nhorizon: 71d\ndiscount_rate: 10 %/y\n"
#define OWN   "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 16}]\n"

/* Runs, audits, and returns the manifest. */
static char *manifest_text(const char *yaml)
{
    char first[1024];
    const char *name = arena_printf(&results.arena, "run%d", ++runs);
    const char *dir = results_run(&results, name, yaml, NULL, 0);
    cr_expect(eq(i64, results_findings(dir, false, first), 0), "%s\n%s", first, yaml);
    FILE *file = fopen(arena_printf(&results.arena, "%s/manifest.json", dir), "r");
    cr_assert(file != NULL, "no manifest");
    char *text = arena_alloc(&results.arena, 1 << 17);
    text[fread(text, 1, (1 << 17) - 1, file)] = '\0';
    fclose(file);
    return text;
}

static void expect_said(const char *yaml, const char *said)
{
    const char *text = manifest_text(yaml);
    cr_expect(strstr(text, said) != NULL, "wanted: %s\n%s", said,
              strstr(text, "\"warnings\""));
}

Test(level_words, a_trace_without_rows_passes_the_audit)
{
    expect_said(FRAME "demand: [{level: none.csv}]\n" OWN,
                "demand.0: none.csv has no rows");
}

/* 3 GPUs boot for 30 min and serve the rest of 71 d. */
Test(level_words, what_levels_are_served_is_useful_work)
{
    const char *text = manifest_text(
        FRAME "demand: [{level: flat.csv, after_end: hold}]\n"
              "pools: [{name: b, tenure: on-demand, class: h100-sxm, limit: 16, "
              "boot: 30min}]\n");
    cr_expect(strstr(text, "more than the") == NULL, "%s",
              strstr(text, "\"warnings\""));
}

/* 3 GPUs x 5 d = 360 GPU-h, all of it a boot. */
Test(level_words, boots_that_outlast_the_run_are_said)
{
    expect_said("name: w\nstart: 2026-01-01\nhorizon: 5d\n"

                "demand: [{level: flat.csv, after_end: hold}]\n"
                "pools: [{name: b, tenure: on-demand, class: h100-sxm, limit: 16, "
                "boot: 9d}]\n",
                "took 360 GPU-h, more than the 0 of useful work: what levels take "
                "boots, or is held, for longer than it serves");
}

Test(level_words, a_level_that_no_pool_is_open_to_is_said_with_the_reason)
{
    expect_said(FRAME
                "demand: [{level: flat.csv, after_end: hold, memory: 1000 GB}]\n" OWN,
                "level 'demand[0]' can never be served: no pool with that much memory");
    expect_said(FRAME "demand: [{level: two.csv, after_end: hold, name: duo}]\n" OWN,
                "2 levels can never be served; of the first, 'duo': no pool of that "
                "class");
}

/* Repeated after 5 weeks, though its rows span 31 d; 6 d are repeated after 7. */
Test(level_words, a_last_value_that_fills_a_gap_is_said)
{
    expect_said(
        FRAME "demand: [{level: month.csv, after_end: repeat}]\n" OWN,
        "demand.0: month.csv is repeated every 35 days, but its rows span 31.0; "
        "cut it to whole weeks (or days) by `tenure trace slice`, or its last "
        "value stays in between");
    const char *text =
        manifest_text(FRAME "demand: [{level: week.csv, after_end: repeat}]\n" OWN);
    cr_expect(strstr(text, "is repeated") == NULL, "%s", strstr(text, "\"warnings\""));
}
