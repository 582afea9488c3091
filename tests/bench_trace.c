/*
 * How fast a job trace is read and written, as CSV rows `benchmark,metric,unit,value`.
 * MB are 10^6 bytes, times those of the processor; each figure is the best of three.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/csv_out.h"
#include "input/trace.h"

#define FILE_BYTES INT64_C(100000000)
#define ROUNDS     3

/* What the file holds beside what every job has. */
enum shape { THREE_COLUMNS, TENANTS, MANY_COLUMNS, DATES_UNSORTED };

static const struct {
    const char *name;
    enum shape shape;
} benchmarks[] = {
    {"trace_read_three_columns", THREE_COLUMNS},
    {"trace_read_tenants", TENANTS},
    {"trace_read_many_columns", MANY_COLUMNS},
    {"trace_read_dates_unsorted", DATES_UNSORTED},
};

static double now_s(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void fail(const struct error *err)
{
    fprintf(stderr, "bench_trace: %s\n", err->text);
    exit(EXIT_FAILURE);
}

static uint32_t draw(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33);
}

static void add_job(struct trace *trace, enum shape shape, int64_t submit_ms,
                    uint64_t *state)
{
    static const char *const names[] = {"infer", "tune", "train", "batch"};
    struct trace_row row =
        trace_row(submit_ms, 1 + draw(state) % 100000000, 1 << draw(state) % 8);
    char tenant[16], id[24];
    if (shape == TENANTS || shape == MANY_COLUMNS) {
        int length = snprintf(tenant, sizeof tenant, "team-%u", draw(state) % 40);
        row.kind.tenant = trace_name(trace, tenant, (size_t)length);
    }
    if (shape == MANY_COLUMNS) {
        const char *name = names[draw(state) % 4];
        row.kind.workload = trace_name(trace, name, strlen(name));
        row.kind.pools = draw(state) % 3 ? NULL : "own|leased";
        row.kind.memory_mb = draw(state) % 2 * 80000;
        row.job.limit_ms = 2 * row.job.duration_ms;
        row.job.priority = (int32_t)(draw(state) % 5);
        snprintf(id, sizeof id, "run-%u", draw(state));
        row.id = id;
    }
    trace_add(trace, &row);
}

static int64_t size_of(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 ? status.st_size : 0;
}

/* Doubles the jobs until the file is large enough; returns how many there are. */
static size_t make_file(const char *path, enum shape shape)
{
    size_t n = 1000000;
    for (;; n *= 2) {
        struct trace trace;
        struct error err;
        uint64_t state = 1;
        int64_t submit_ms = INT64_C(1767225600000);
        trace_begin(&trace, path, shape == DATES_UNSORTED);
        for (size_t i = 0; i < n; i++) {
            submit_ms += draw(&state) % 20000;
            int64_t back_ms = shape == DATES_UNSORTED ? draw(&state) % 3600000 : 0;
            int64_t zero_ms = shape == DATES_UNSORTED ? 0 : INT64_C(1767225600000);
            add_job(&trace, shape, submit_ms - back_ms - zero_ms, &state);
        }
        /* Before trace_finish would sort them: in the order of making. */
        bool ok = trace_write(&trace, path, &err);
        trace_free(&trace);
        if (!ok)
            fail(&err);
        if (size_of(path) >= FILE_BYTES)
            return n;
    }
}

static double best_read_s(const char *path, size_t expected)
{
    double best = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        struct trace trace;
        struct error err;
        double begin_s = now_s();
        if (!trace_read(&trace, path, &err))
            fail(&err);
        double took_s = now_s() - begin_s;
        best = took_s < best ? took_s : best;
        if (trace.n != expected)
            exit(EXIT_FAILURE);
        trace_free(&trace);
    }
    return best;
}

static double best_write_s(const char *path, const char *copy)
{
    double best = 1e9;
    struct trace trace;
    struct error err;
    if (!trace_read(&trace, path, &err))
        fail(&err);
    for (int round = 0; round < ROUNDS; round++) {
        double begin_s = now_s();
        if (!trace_write(&trace, copy, &err))
            fail(&err);
        double took_s = now_s() - begin_s;
        best = took_s < best ? took_s : best;
    }
    trace_free(&trace);
    return best;
}

static void report(const char *name, size_t jobs, int64_t bytes, double took_s)
{
    printf("%s,rate,MB/s,%.1f\n", name, (double)bytes / 1e6 / took_s);
    printf("%s,per_job,ns,%.1f\n", name, took_s * 1e9 / (double)jobs);
    fflush(stdout);
}

int main(void)
{
    char dir[] = "/tmp/tenure-bench-XXXXXX";
    if (!mkdtemp(dir))
        return EXIT_FAILURE;
    char path[64], copy[64];
    snprintf(path, sizeof path, "%s/jobs.csv", dir);
    snprintf(copy, sizeof copy, "%s/copy.csv", dir);

    puts("benchmark,metric,unit,value");
    for (size_t i = 0; i < sizeof benchmarks / sizeof benchmarks[0]; i++) {
        size_t jobs = make_file(path, benchmarks[i].shape);
        report(benchmarks[i].name, jobs, size_of(path), best_read_s(path, jobs));
        if (benchmarks[i].shape == TENANTS) {
            double took_s = best_write_s(path, copy);
            report("trace_write_tenants", jobs, size_of(copy), took_s);
            unlink(copy);
        }
    }
    unlink(path);
    rmdir(dir);
    return 0;
}
