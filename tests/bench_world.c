/*
 * Whole runs, from the trace to the books: time per event, and memory.
 *
 *     bench_world [NAME]...      those benchmarks whose name contains a NAME; all else
 *
 * Prints benchmark,metric,unit,value.  An event is what run.json counts: an arrival, an
 * end, the end of an interval or month.  Reading the trace is not part of the time.
 *
 * Each benchmark runs in a process of its own, so that its memory is its own.
 */

#include <inttypes.h>
#include <math.h>
#include <sys/wait.h>

#include "bench.h"
#include "input/trace.h"
#include "runs.h"

/* ---- demand ---- */

enum { MEAN_S = 3600, SIZES = 7 };

struct bench {
    const char *name;
    const char *dispatch;
    size_t jobs;  /* after the burst */
    int gpus;     /* of the owned pool */
    bool gangs;   /* of 1, 2, 4, ..., 64 GPUs; else of one */
    size_t burst; /* jobs that are there at the start, and the backlog from then on */
    double load;  /* of what arrives later */
    bool rented;  /* with an on-demand pool */
    bool heavy_tail; /* durations from a minute to weeks, not around an hour */
};

/* Each block of seven jobs has all sizes, and work is spread evenly over time, so that
 * a backlog stays about as long as it was. */
static int32_t next_gang(const struct bench *bench, size_t i, int order[SIZES],
                         uint64_t *random)
{
    if (!bench->gangs)
        return 1;
    if (i % SIZES == 0)
        for (int k = 0; k < SIZES; k++)
            order[k] = k;
    size_t left = SIZES - i % SIZES;
    size_t pick = random_bits(random) % left;
    int size = order[pick];
    order[pick] = order[left - 1];
    return (int32_t)1 << size;
}

static int64_t next_duration_ms(const struct bench *bench, uint64_t *random)
{
    double u = uniform(random);
    double relative = bench->heavy_tail ? pow(1 - u, -1 / 1.5) / 3 : 0.1 + 1.8 * u;
    double duration_ms = 1e3 * MEAN_S * fmin(relative, 500);
    return (int64_t)duration_ms;
}

static void write_demand(const struct bench *bench, const struct scratch_file *csv,
                         double *end_s)
{
    struct trace trace;
    struct error err;
    uint64_t random = 2385;
    int order[SIZES] = {0};
    double mean_gang = bench->gangs ? 127.0 / 7 : 1;
    double gap_ms = 1e3 * MEAN_S * mean_gang / ((double)bench->gpus * bench->load);
    int64_t submit_ms = 0;

    trace_begin(&trace, csv->path, false);
    for (size_t i = 0; i < bench->burst + bench->jobs; i++) {
        if (i >= bench->burst)
            submit_ms =
                (int64_t)(gap_ms * ((double)(i - bench->burst) + uniform(&random)));
        struct trace_row row = trace_row(submit_ms, next_duration_ms(bench, &random),
                                         next_gang(bench, i, order, &random));
        trace_add(&trace, &row);
    }
    trace_finish(&trace);
    *end_s = 1e-3 * (double)submit_ms;
    if (!trace_write(&trace, csv->path, &err)) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    trace_free(&trace);
}

/* ---- a run ---- */

static void report(const struct bench *bench, const char *metric, const char *unit,
                   int digits, double value)
{
    printf("%s,%s,%s,%.*f\n", bench->name, metric, unit, digits, value);
}

static void measure(const struct bench *bench, const struct scenario *scenario,
                    double before_mb)
{
    struct run_options options = {0};
    struct error err;
    double begin_s = cpu_s();
    struct world *world = world_new(scenario, &options);
    if (!world_run(world, &err)) {
        fprintf(stderr, "%s: %s\n", bench->name, err.text);
        exit(1);
    }
    double time_s = cpu_s() - begin_s;

    const struct run_result *result = world_result(world);
    const struct group_result *all = &result->groups[0];
    const int64_t *state = result->pools[0].state_gpu_ms;
    int64_t capacity = 0;
    for (int s = 0; s < GPU_STATES; s++)
        capacity += state[s];
    report(bench, "time", "ns/event", 1, 1e9 * time_s / (double)result->events);
    report(bench, "run", "s", 3, time_s);
    report(bench, "events", "1", 0, (double)result->events);
    report(bench, "backlog_mean", "jobs", 0,
           (double)all->wait.sum / (double)result->end_ms);
    report(bench, "utilization", "1", 4,
           (double)state[GPU_BUSY_USEFUL] / (double)capacity);
    report(bench, "memory_of_run", "MB", 1, memory_mb() - before_mb);
    report(bench, "memory", "MB", 1, memory_mb());
    fflush(stdout);
    world_free(world);
}

static void run_bench(const struct bench *bench)
{
    struct scratch_file csv = scratch_new();
    struct scenario scenario;
    struct error err;
    double end_s;
    char yaml[2048];

    write_demand(bench, &csv, &end_s);
    snprintf(yaml, sizeof yaml,
             "start: 2026-01-01\n"
             "horizon: %.0fs\n"
             "interval: 1d\n"
             "discount_rate: 10 %%/y\n"
             "demand: [{jobs: %s}]\n"
             "pools:\n"
             "  - {name: own, tenure: own, class: h100-sxm, gpus: %d,\n"
             "     gpus_per_server: 8}\n"
             "%s"
             "dispatch: {%s}\n",
             ceil(end_s) + 1, csv.path, bench->gpus,
             bench->rented ? "  - {name: burst, tenure: on-demand, class: h100-sxm}\n"
                           : "",
             bench->dispatch);
    bool ok = scenario_from_text(&scenario, yaml, NULL, 0, &err);
    unlink(csv.path);
    if (!ok) {
        fprintf(stderr, "%s: %s\n", bench->name, err.text);
        exit(1);
    }
    measure(bench, &scenario, memory_mb());
    scenario_free(&scenario);
}

static const struct bench benches[] = {
    {.name = "fifo-fungible",
     .dispatch = "order: fifo",
     .jobs = 1000000,
     .gpus = 1024,
     .load = 0.9},
    {.name = "fifo-fungible-gangs",
     .dispatch = "order: fifo",
     .jobs = 1000000,
     .gpus = 1024,
     .gangs = true,
     .load = 0.8},
    {.name = "fifo-packed-gangs",
     .dispatch = "order: fifo, placement: packed",
     .jobs = 1000000,
     .gpus = 1024,
     .gangs = true,
     .load = 0.8},
    {.name = "threshold-rented",
     .dispatch = "order: fifo, wait: {after: 30min}",
     .jobs = 1000000,
     .gpus = 1024,
     .gangs = true,
     .load = 1.05,
     .rented = true},
    {.name = "fifo-running-1000",
     .dispatch = "order: fifo",
     .jobs = 1000000,
     .gpus = 1000,
     .load = 0.95},
    {.name = "fifo-running-100000",
     .dispatch = "order: fifo",
     .jobs = 1000000,
     .gpus = 100000,
     .load = 0.95},
    {.name = "easy-running-1000",
     .dispatch = "order: fifo, backfill: easy",
     .jobs = 1000000,
     .gpus = 1000,
     .load = 0.95},
    {.name = "easy-running-100000",
     .dispatch = "order: fifo, backfill: easy",
     .jobs = 1000000,
     .gpus = 100000,
     .load = 0.95},
#define BACKLOG(policy, placement_, servers, waiting, load_, n)                        \
    {                                                                                  \
        .name = policy "-" placement_ "-servers-" #servers "-backlog-" #waiting,       \
        .dispatch = "order: fifo, backfill: " policy ", placement: " placement_,       \
        .jobs = n, .gpus = 8 * servers, .gangs = true, .burst = waiting, .load = load_ \
    }
    BACKLOG("none", "fungible", 128, 1000, 0.979, 500000),
    BACKLOG("none", "fungible", 128, 100000, 0.979, 500000),
    BACKLOG("skip", "fungible", 128, 1000, 0.999, 500000),
    BACKLOG("skip", "fungible", 128, 100000, 0.999, 500000),
    BACKLOG("easy", "fungible", 128, 1000, 0.994, 500000),
    BACKLOG("easy", "fungible", 128, 100000, 0.994, 500000),
    BACKLOG("none", "packed", 128, 1000, 0.969, 500000),
    BACKLOG("none", "packed", 128, 100000, 0.969, 500000),
    BACKLOG("easy", "packed", 128, 1000, 0.992, 200000),
    BACKLOG("easy", "packed", 128, 100000, 0.992, 200000),
    BACKLOG("easy", "fungible", 1000, 5000, 0.999, 500000),
    BACKLOG("easy", "fungible", 10000, 5000, 0.999, 500000),
    BACKLOG("none", "packed", 1000, 5000, 0.998, 500000),
    BACKLOG("none", "packed", 10000, 5000, 0.998, 500000),
    BACKLOG("skip", "packed", 1000, 5000, 1, 500000),
    BACKLOG("skip", "packed", 10000, 5000, 1, 500000),
    BACKLOG("easy", "packed", 1000, 5000, 0.999, 50000),
    BACKLOG("easy", "packed", 10000, 5000, 0.999, 50000),
    BACKLOG("conservative", "fungible", 128, 10, 0.95, 20000),
    BACKLOG("conservative", "fungible", 128, 100, 0.98, 5000),
    BACKLOG("conservative", "packed", 128, 10, 0.97, 1000),
    BACKLOG("conservative", "packed", 128, 100, 0.9, 20),
};

static bool wanted(const struct bench *bench, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strstr(bench->name, argv[i]))
            return true;
    return argc == 1;
}

int main(int argc, char **argv)
{
    bool ok = true;
    printf("benchmark,metric,unit,value\n");
    for (size_t i = 0; i < COUNT(benches); i++) {
        int status;
        if (!wanted(&benches[i], argc, argv))
            continue;
        fflush(stdout);
        pid_t child = fork();
        if (child == 0) {
            run_bench(&benches[i]);
            return 0;
        }
        ok &= child > 0 && waitpid(child, &status, 0) == child && status == 0;
    }
    return ok ? 0 : 1;
}
