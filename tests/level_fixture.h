#ifndef TESTS_LEVEL_FIXTURE_H
#define TESTS_LEVEL_FIXTURE_H

/* The toy world with levels of demand. */

#include "world_fixture.h"

enum { TOY_LEVELS = 4 };

static struct toy toy;
static struct level_spec toy_levels[TOY_LEVELS];
static struct level_trace toy_level_traces[TOY_LEVELS];
static struct {
    int64_t demand, served, overhead; /* GPU-ms */
} toy_sums[TOY_LEVELS];

static const char *const toy_names[TOY_LEVELS] = {"first", "second", "third", "fourth"};

static inline void toy_begin(int64_t horizon_ms)
{
    toy_init(&toy, horizon_ms);
    memset(toy_sums, 0, sizeof toy_sums);
    toy.scenario.levels = toy_levels;
    toy.scenario.n_levels = 0;
}

static inline void toy_end(void)
{
    for (size_t i = 0; i < toy.scenario.n_levels; i++)
        level_trace_free(&toy_level_traces[i]);
    toy_free(&toy);
}

/* Pairs of time and GPUs. */
static inline struct level_spec *toy_level(const int64_t rows[][2], size_t n)
{
    size_t at = toy.scenario.n_levels++;
    assert(at < TOY_LEVELS);
    struct level_trace *trace = &toy_level_traces[at];
    level_trace_begin(trace, "level.csv", false);
    uint32_t series = level_trace_series(trace, NULL, NULL, NULL);
    for (size_t i = 0; i < n; i++) {
        struct level_row row = {rows[i][0], (int64_t)i, (int32_t)rows[i][1], series};
        level_trace_add(trace, &row);
    }
    struct error err;
    bool ok = level_trace_finish(trace, &err);
    assert(ok);
    toy_levels[at] = (struct level_spec){
        .label = toy_names[at],
        .trace = trace,
        .after_end = LEVEL_END_HOLD,
        .scale = 1,
        .kind = {.workload = NAMES_NONE, .tenant = NAMES_NONE},
    };
    return &toy_levels[at];
}

#define TOY_LEVEL(...)                                                                 \
    toy_level((const int64_t[][2]){__VA_ARGS__},                                       \
              sizeof((const int64_t[][2]){__VA_ARGS__}) / sizeof(int64_t[2]))

static inline void toy_take_level(void *self, const struct level_interval *row)
{
    (void)self;
    for (size_t i = 0; i < TOY_LEVELS; i++) {
        if (strcmp(toy_names[i], row->level) != 0)
            continue;
        toy_sums[i].demand += (int64_t)row->demand_gpu_ms;
        toy_sums[i].served += (int64_t)row->served_gpu_ms;
        toy_sums[i].overhead += (int64_t)row->overhead_gpu_ms;
    }
}

static inline void toy_go(void)
{
    const struct sink sink = {.self = &toy,
                              .timeline = toy_take_interval,
                              .job = toy_take_job,
                              .level = toy_take_level};
    const struct run_options options = {.sink = &sink, .check = true};
    trace_finish(&toy.trace);
    struct world *world = world_new(&toy.scenario, &options);
    bool ok = world_run(world, &toy.err);
    if (!ok)
        fprintf(stderr, "%s\n", toy.err.text);
    assert(ok);
    world_free(world);
}

static inline void toy_priority_order(bool preempt)
{
    toy.scenario.dispatch.order = model_find(MODEL_ORDER, "priority");
    toy.scenario.dispatch.preempt = preempt;
}

static inline void toy_urgent_job(int64_t submit_ms, int64_t duration_ms, int32_t gpus,
                                  int32_t priority, bool preemptible)
{
    struct trace_row row = trace_row(submit_ms, duration_ms, gpus);
    row.job.priority = priority;
    row.kind.preemptible = preemptible;
    toy_add(&toy, &row);
}

#endif
