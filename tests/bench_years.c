/*
 * Ten years of prices: 1,000 lots of an owned pool, 10 million jobs, a tariff and a
 * rent that move each hour, books by the month; against the same at constant prices.
 *
 *     bench_years [JOBS]
 *
 * Prints benchmark,metric,unit,value.  The ratio is of the seconds for the same jobs:
 * the hourly run's own 175,200 changes of price are not counted as work done.  Reading
 * the trace is not part of the time, nor of memory_of_run; each run is a process of its
 * own.
 */

#include <math.h>
#include <sys/wait.h>

#include "bench.h"
#include "input/trace.h"
#include "runs.h"

enum { YEARS = 10, LOTS = 1000, LOT_GPUS = 8, RENTED_GPUS = 512 };

#define HORIZON_MS (YEARS * MS_PER_Y)

static const char *const hourly_markets =
    "markets:\n"
    "  - {name: power, of: tariff,\n"
    "     price: {model: ou, start: 0.0873 USD/kWh, step: 1h}}\n"
    "  - {name: rents, of: rent, class: h100-sxm,\n"
    "     price: {model: ou, start: 2.37 USD/GPU-h, step: 1h}}\n";

/* Jobs of one GPU, 0.85 of the owned GPU-time, evenly spread over the ten years. */
static void write_demand(const char *path, size_t jobs)
{
    struct trace trace;
    struct error err;
    uint64_t random = 2385;
    double gap_ms = (double)HORIZON_MS / (double)jobs;
    double mean_ms = 0.85 * gap_ms * LOTS * LOT_GPUS;

    trace_begin(&trace, path, false);
    for (size_t i = 0; i < jobs; i++) {
        int64_t submit_ms = (int64_t)(gap_ms * ((double)i + uniform(&random)));
        int64_t duration_ms = (int64_t)(mean_ms * (0.1 + 1.8 * uniform(&random)));
        struct trace_row row = trace_row(submit_ms, duration_ms, 1);
        trace_add(&trace, &row);
    }
    trace_finish(&trace);
    if (!trace_write(&trace, path, &err)) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    trace_free(&trace);
}

/* The first lot from the start, the others one after the other over ten days. */
static void put_lots(FILE *out)
{
    for (int i = 1; i < LOTS; i++) {
        int minute = 14 * i;
        fprintf(out, "%s{at: 2026-01-%02dT%02d:%02d:00Z, gpus: +%d}", i > 1 ? ", " : "",
                1 + minute / 1440, minute / 60 % 24, minute % 60, LOT_GPUS);
    }
}

static void write_scenario(const char *path, const char *trace, bool hourly)
{
    FILE *out = fopen(path, "w");
    if (!out) {
        perror(path);
        exit(1);
    }
    fprintf(out,
            "start: 2026-01-01\n"
            "horizon: %dd\n"
            "interval: 30d\n"
            "discount_rate: 10 %%/y\n"
            "%s"
            "demand: [{jobs: %s}]\n"
            "dispatch: {wait: {after: 6h}}\n"
            "pools:\n"
            "  - {name: own, tenure: own, class: h100-sxm, gpus: %d, %s, changes: [",
            YEARS * 365, hourly ? hourly_markets : "", trace, LOT_GPUS,
            hourly ? "tariff_market: power" : "tariff: 0.0873 USD/kWh");
    put_lots(out);
    fprintf(out,
            "]}\n"
            "  - {name: burst, tenure: on-demand, class: h100-sxm, limit: %d, %s}\n",
            RENTED_GPUS, hourly ? "price_market: rents" : "price: 2.37 USD/GPU-h");
    if (fclose(out) != 0) {
        perror(path);
        exit(1);
    }
}

static double run(const char *name, const struct scenario *scenario)
{
    struct run_options options = {0};
    struct error err;
    double before_mb = memory_mb(), begin_s = cpu_s();
    struct world *world = world_new(scenario, &options);
    if (!world_run(world, &err)) {
        fprintf(stderr, "%s: %s\n", name, err.text);
        exit(1);
    }
    double time_s = cpu_s() - begin_s;
    double events = (double)world_result(world)->events;
    printf("%s,run,s,%.3f\n", name, time_s);
    printf("%s,events,1,%.0f\n", name, events);
    printf("%s,rate,events/s,%.0f\n", name, events / time_s);
    printf("%s,memory_of_run,MB,%.1f\n", name, memory_mb() - before_mb);
    printf("%s,memory,MB,%.1f\n", name, memory_mb());
    fflush(stdout);
    world_free(world);
    return time_s;
}

/* In a process of its own; its seconds come back through a pipe.  0 where it failed. */
static double run_apart(const char *name, const char *trace, bool hourly)
{
    int ends[2], status;
    double time_s = 0;
    if (pipe(ends) != 0)
        return 0;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        struct scratch_file yaml = scratch_new();
        struct scenario scenario;
        struct error err;
        write_scenario(yaml.path, trace, hourly);
        bool ok = scenario_read(&scenario, yaml.path, NULL, 0, &err);
        unlink(yaml.path);
        if (!ok) {
            fprintf(stderr, "%s: %s\n", name, err.text);
            exit(1);
        }
        time_s = run(name, &scenario);
        scenario_free(&scenario);
        exit(write(ends[1], &time_s, sizeof time_s) == sizeof time_s ? 0 : 1);
    }
    close(ends[1]);
    bool ok = read(ends[0], &time_s, sizeof time_s) == sizeof time_s;
    close(ends[0]);
    ok &= child > 0 && waitpid(child, &status, 0) == child && status == 0;
    return ok ? time_s : 0;
}

int main(int argc, char **argv)
{
    size_t jobs = argc > 1 ? strtoul(argv[1], NULL, 10) : 10000000;
    struct scratch_file csv = scratch_new();
    if (jobs == 0)
        return 1;
    write_demand(csv.path, jobs);
    printf("benchmark,metric,unit,value\n");
    double constant_s = run_apart("ten-years-constant", csv.path, false);
    double hourly_s = run_apart("ten-years-hourly", csv.path, true);
    unlink(csv.path);
    if (constant_s <= 0 || hourly_s <= 0)
        return 1;
    printf("ten-years,hourly_to_constant,1,%.3f\n", hourly_s / constant_s);
    return 0;
}
