#ifndef TESTS_RESULT_RUNS_H
#define TESTS_RESULT_RUNS_H

/* Scenarios run into result directories below a folder that goes after the test. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/audit.h"
#include "output/files.h"
#include "output/manifest.h"
#include "output/metrics.h"
#include "world/world.h"

struct results {
    struct arena arena;
    char parent[64];
    bool check;                          /* every invariant, after every event */
    struct group_result total;           /* of the last run */
    struct pool_result pools[POOLS_MAX]; /* likewise */
};

static inline void results_begin(struct results *results)
{
    *results = (struct results){0};
    strcpy(results->parent, "/tmp/tenure-test-XXXXXX");
    if (!mkdtemp(results->parent))
        abort();
}

static inline void results_end(struct results *results)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", results->parent);
    if (system(command) != 0)
        abort();
    arena_free(&results->arena);
}

static inline const char *results_path(struct results *results, const char *name)
{
    return arena_printf(&results->arena, "%s/%s", results->parent, name);
}

static inline void results_write(struct results *results, const char *name,
                                 const char *text)
{
    FILE *file = fopen(results_path(results, name), "w");
    if (!file || fputs(text, file) < 0 || fclose(file) != 0)
        abort();
}

static inline void results_check(bool ok, const struct error *err)
{
    if (ok)
        return;
    fprintf(stderr, "%s\n", err->text);
    abort();
}

static inline void results_save(struct results *results,
                                const struct scenario *scenario, struct world *world,
                                struct staging *staging, struct files *files)
{
    struct file_record records[OUTPUT_TABLES];
    struct error err;
    size_t n;
    results_check(files_close(files, records, &n, &err), &err);
    struct metric_run run = metrics_of(scenario, world_result(world), &results->arena);
    records[n] = (struct file_record){.name = "summary.csv"};
    results_check(summary_write(&run, staging_path(staging, "summary.csv"),
                                records[n].digest, &records[n].rows, &err),
                  &err);
    struct manifest manifest = {.version = "0.1.0",
                                .scenario = scenario,
                                .result = world_result(world),
                                .files = records,
                                .n_files = n + 1};
    results_check(manifest_write(&manifest, staging, &err) &&
                      staging_commit(staging, &err),
                  &err);
}

/* Runs the scenario at the path into a directory of that name; returns its path. */
static inline const char *results_run_file(struct results *results, const char *name,
                                           const char *path, const char *const sets[],
                                           size_t n_sets)
{
    struct scenario scenario;
    struct staging staging;
    struct error err;
    const char *dir = results_path(results, name);
    results_check(scenario_read(&scenario, path, (const char **)(void *)(uintptr_t)sets,
                                n_sets, &err),
                  &err);
    results_check(staging_begin(&staging, dir, false, &err), &err);
    struct files *files = files_open(&staging, &scenario, &err);
    results_check(files != NULL, &err);
    struct run_options options = {.sink = files_sink(files), .check = results->check};
    struct world *world = world_new(&scenario, &options);
    results_check(world_run(world, &err), &err);
    results_save(results, &scenario, world, &staging, files);
    results->total = world_result(world)->groups[0];
    for (size_t p = 0; p < scenario.n_pools; p++)
        results->pools[p] = world_result(world)->pools[p];
    world_free(world);
    scenario_free(&scenario);
    return dir;
}

/* The same for a scenario of that text. */
static inline const char *results_run(struct results *results, const char *name,
                                      const char *text, const char *const sets[],
                                      size_t n_sets)
{
    results_write(results, "t.yaml", text);
    return results_run_file(results, name, results_path(results, "t.yaml"), sets,
                            n_sets);
}

/* How many findings the audit has, and the first. */
static inline int64_t results_findings(const char *dir, bool hashes, char first[1024])
{
    struct audit_report report;
    struct error err;
    results_check(audit_dir(dir, hashes, &report, &err), &err);
    int64_t n = report.n_findings;
    snprintf(first, 1024, "%s", n ? report.findings[0].text : "");
    audit_free(&report);
    return n;
}

/* Jobs of five sizes over `days`, from a fixed linear congruence; `n` of them. */
static inline void results_jobs(struct results *results, const char *name, int n,
                                uint32_t gap_ms)
{
    static const int gpus[] = {1, 2, 3, 8, 16};
    uint32_t state = 20261128;
    int64_t submit_ms = 0;
    FILE *file = fopen(results_path(results, name), "w");
    if (!file)
        abort();
    fputs("submit,duration_s,gpus,workload\n", file);
    for (int i = 0; i < n; i++) {
        uint32_t draw[4];
        for (int k = 0; k < 4; k++)
            draw[k] = (state = state * 1664525u + 1013904223u) >> 8;
        submit_ms += draw[0] % gap_ms;
        fprintf(file, "%lld.%03lld,%u.%03u,%d,%s\n", (long long)(submit_ms / 1000),
                (long long)(submit_ms % 1000), 60 + draw[1] % 40000, draw[1] % 1000,
                gpus[draw[2] % 5], draw[3] % 2 ? "train" : "serve");
    }
    fclose(file);
}

#endif
