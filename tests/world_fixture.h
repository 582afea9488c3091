#ifndef TESTS_WORLD_FIXTURE_H
#define TESTS_WORLD_FIXTURE_H

/*
 * A small scenario made in C, and what running it gives: rows of jobs, and the states
 * of every pool.  Times are plain ms, so that cases can be computed by hand.
 */

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world/world.h"

enum { TOY_POOLS = 4, TOY_CHANGES = 4, TOY_ROWS = 64, TOY_CLASSES = 4 };

/* Speeds 1, 2, 0.8 and 3: the third makes durations 1.25 times as long. */
static struct class_speed toy_speeds[TOY_CLASSES] = {
    {NULL, 1}, {NULL, 2}, {NULL, 0.8}, {NULL, 3}};
static double toy_ages[] = {0, 5}, toy_values[] = {0.9, 0.1};

#define TOY_CLASS(name_, i, memory)                                                    \
    {                                                                                  \
        .name = (name_), .memory_mb = (memory), .speeds = &toy_speeds[i],              \
        .n_speeds = 1, .gpus_per_server = 8, .value_by_age = {                         \
            toy_ages,                                                                  \
            toy_values,                                                                \
            2                                                                          \
        }                                                                              \
    }

static const struct gpu_class toy_classes[TOY_CLASSES] = {
    TOY_CLASS("plain", 0, 80000),
    TOY_CLASS("fast", 1, 141000),
    TOY_CLASS("slow", 2, 40000),
    TOY_CLASS("triple", 3, 192000),
};

/* A job row that outlives its call. */
struct toy_row {
    bool there;
    int64_t submit_ms, start_ms, end_ms, wait_ms;
    int pool; /* -1: never ran */
    int64_t useful_gpu_ms, overhead_gpu_ms, interruptions, direct_uusd;
    enum job_outcome outcome;
    char reason[80];
};

struct toy {
    struct scenario scenario;
    struct trace trace;
    struct demand_spec demand;
    struct pool_spec pools[TOY_POOLS];
    struct change_spec changes[TOY_POOLS][TOY_CHANGES];
    struct preference prefer[2];
    uint8_t lists[2][TOY_POOLS];
    union {
        max_align_t align;
        char bytes[256];
    } wait_params;
    struct error err;

    /* after toy_run */
    struct toy_row rows[TOY_ROWS]; /* by the job's number, from 0 */
    size_t n_rows;
    int64_t state_gpu_ms[TOY_POOLS][GPU_STATES];
    int64_t surplus_gpu_ms[TOY_POOLS];
    int64_t capacity_gpu_ms[TOY_POOLS];
    int64_t lost_gpu_ms[CAUSES], repeated_gpu_ms[CAUSES]; /* of all pools */
    int64_t end_ms, refused, abandoned;
};

static inline void toy_init(struct toy *toy, int64_t horizon_ms)
{
    memset(toy, 0, sizeof *toy);
    trace_begin(&toy->trace, "toy.csv", false);
    toy->demand = (struct demand_spec){
        .label = "demand[0]",
        .trace = &toy->trace,
        .scale = 1,
        .reference = &toy_classes[0],
        .kind = {.workload = NAMES_NONE, .tenant = NAMES_NONE},
        .patience_ms = NEVER_MS,
        .deadline_after_ms = NEVER_MS,
    };
    toy->prefer[0].pools = toy->lists[0];
    struct scenario *scenario = &toy->scenario;
    scenario->path = "toy.yaml";
    scenario->name = "toy";
    scenario->start_unix_ms = INT64_C(1767225600000);
    scenario->horizon_ms = horizon_ms;
    scenario->interval.ms = 37;
    scenario->seed = 1;
    scenario->demand = &toy->demand;
    scenario->n_demand = 1;
    scenario->pools = toy->pools;
    scenario->dispatch.order = model_find(MODEL_ORDER, "fifo");
    scenario->dispatch.wait = model_find(MODEL_WAIT, "none");
    scenario->dispatch.wait_params = toy->wait_params.bytes;
    scenario->dispatch.prefer = toy->prefer;
    scenario->dispatch.n_prefer = 1;
    scenario->dispatch.backfill = BACKFILL_EASY;
}

/* Sets one of the wait model's times; the model's name and the key are a user's. */
static inline void toy_wait(struct toy *toy, const char *model, const char *key,
                            int64_t value_ms)
{
    struct dispatch_spec *dispatch = &toy->scenario.dispatch;
    dispatch->wait = model_find(MODEL_WAIT, model);
    for (const struct param *p = dispatch->wait->params; key && p->name; p++)
        if (strcmp(p->name, key) == 0)
            memcpy(toy->wait_params.bytes + p->offset, &value_ms, sizeof value_ms);
}

/* Pools are preferred in the order of adding. */
static inline struct pool_spec *toy_pool(struct toy *toy, enum tenure tenure,
                                         const char *name, int64_t gpus)
{
    size_t at = toy->scenario.n_pools++;
    assert(at < TOY_POOLS);
    struct pool_spec *pool = &toy->pools[at];
    *pool = (struct pool_spec){
        .name = name,
        .tenure = tenure,
        .class = &toy_classes[0],
        .gpus_per_server = 8,
        .changes = toy->changes[at],
        .life = {60, 0},
        .until_ms = NEVER_MS,
        .unit_gpus = 1,
        .increment_ms = 1,
        .minimum_ms = 1,
    };
    if (tenure_is_elastic(tenure))
        pool->limit_gpus = gpus;
    else
        pool->gpus = gpus;
    toy->lists[0][toy->prefer[0].n++] = (uint8_t)at;
    return pool;
}

static inline void toy_change(struct pool_spec *pool, int64_t at_ms, int64_t gpus)
{
    assert(pool->n_changes < TOY_CHANGES);
    pool->changes[pool->n_changes++] =
        (struct change_spec){.at_ms = at_ms, .gpus = gpus};
}

static inline void toy_add(struct toy *toy, const struct trace_row *row)
{
    trace_add(&toy->trace, row);
    toy->n_rows++;
}

static inline void toy_job(struct toy *toy, int64_t submit_ms, int64_t duration_ms,
                           int32_t gpus)
{
    struct trace_row row = trace_row(submit_ms, duration_ms, gpus);
    toy_add(toy, &row);
}

/* The same with a user's limit. */
static inline void toy_job_limit(struct toy *toy, int64_t submit_ms,
                                 int64_t duration_ms, int32_t gpus, int64_t limit_ms)
{
    struct trace_row row = trace_row(submit_ms, duration_ms, gpus);
    row.job.limit_ms = limit_ms;
    toy_add(toy, &row);
}

static inline int toy_pool_of(const struct toy *toy, const char *name)
{
    for (size_t p = 0; name && p < toy->scenario.n_pools; p++)
        if (strcmp(toy->pools[p].name, name) == 0)
            return (int)p;
    return -1;
}

static inline void toy_take_job(void *self, const struct job_row *row)
{
    struct toy *toy = self;
    long number = strtol(row->id, NULL, 10) - 1;
    assert(number >= 0 && number < TOY_ROWS && !toy->rows[number].there);
    struct toy_row *kept = &toy->rows[number];
    *kept = (struct toy_row){
        .there = true,
        .submit_ms = row->submit_ms,
        .start_ms = row->start_ms,
        .end_ms = row->end_ms,
        .wait_ms = row->wait_ms,
        .pool = toy_pool_of(toy, row->pool),
        .useful_gpu_ms = row->useful_gpu_ms,
        .overhead_gpu_ms = row->overhead_gpu_ms,
        .interruptions = row->interruptions,
        .direct_uusd = row->direct_uusd,
        .outcome = row->outcome,
    };
    snprintf(kept->reason, sizeof kept->reason, "%s", row->reason ? row->reason : "");
}

static inline void toy_take_interval(void *self, const struct timeline_row *row)
{
    struct toy *toy = self;
    int pool = toy_pool_of(toy, row->pool);
    assert(pool >= 0);
    for (int s = 0; s < GPU_STATES; s++) {
        toy->state_gpu_ms[pool][s] += row->state_gpu_ms[s];
        toy->capacity_gpu_ms[pool] += row->state_gpu_ms[s];
    }
    toy->surplus_gpu_ms[pool] += row->surplus_gpu_ms;
}

static inline bool toy_run(struct toy *toy)
{
    const struct sink sink = {
        .self = toy, .timeline = toy_take_interval, .job = toy_take_job};
    const struct run_options options = {.sink = &sink, .check = true};
    trace_finish(&toy->trace);
    struct world *world = world_new(&toy->scenario, &options);
    bool ok = world_run(world, &toy->err);
    if (ok) {
        const struct run_result *result = world_result(world);
        toy->end_ms = result->end_ms;
        toy->refused = result->groups[0].refused;
        toy->abandoned = result->groups[0].abandoned;
        for (size_t p = 0; p < result->n_pools; p++)
            for (int c = 0; c < CAUSES; c++) {
                toy->lost_gpu_ms[c] += result->pools[p].lost_gpu_ms[c];
                toy->repeated_gpu_ms[c] += result->pools[p].repeated_gpu_ms[c];
            }
    }
    world_free(world);
    return ok;
}

static inline void toy_free(struct toy *toy)
{
    trace_free(&toy->trace);
    arena_free(&toy->scenario.arena);
}

#endif
