#ifndef WORLD_ROUTE_H
#define WORLD_ROUTE_H

/*
 * Routes: which pools are open to a job, in which order they are tried, and how fast
 * they are.  Jobs of equal constraints and workload share a route, so that the backlog
 * has one queue per route and gang size, and no job is looked at twice for what it has
 * in common with others.
 */

#include "base/arena.h"
#include "base/int128.h"
#include "input/scenario.h"

/* Durations change by ratio / RATIO_ONE: exact integers, the same on every machine. */
#define RATIO_ONE INT64_C(1000000000)

struct outlet {
    uint32_t pool;
    int64_t ratio; /* speed of the reference class / speed of the pool's, times 1e9 */
};

struct route {
    struct outlet *outlets; /* most preferred first */
    uint32_t n;
    uint64_t fixed_mask, elastic_mask; /* bit: index of the pool */
    const char *closed_reason;         /* n == 0: which constraint left nothing */
};

struct routes {
    struct arena *arena;
    const struct scenario *scenario;
    struct route *items;
    uint32_t n, room;
};

void routes_init(struct routes *routes, const struct scenario *scenario,
                 struct arena *arena);

/* The number of the route for jobs of this source and kind. */
uint32_t routes_add(struct routes *routes, const struct demand_spec *demand,
                    const struct job_kind *kind, const char *workload);

/* The pools (bit: index) that this one constraint of such jobs closes, relaxed or not.
 */
uint64_t route_closes(const struct scenario *scenario, const struct demand_spec *demand,
                      const struct job_kind *kind, enum constraint constraint);

/* The class in whose GPU-hours finished work is counted, whatever class a source's own
 * durations hold on: the first source's reference class, else the first pool's. */
const struct gpu_class *route_work_class(const struct scenario *scenario);

/* How much work an hour of such a job's duration is there, times RATIO_ONE: speed of
 * the source's reference class / speed of the work class.  Of a level, whose hours are
 * of the pools that serve it (equally fast all), the first of these. */
int64_t route_work_ratio(const struct routes *routes, const struct demand_spec *demand,
                         const char *workload, uint32_t route);

const struct outlet *route_outlet(const struct route *route, uint32_t pool);

/* A duration on the reference class, on a pool: rounded, at least 1 ms. */
int64_t ratio_apply(int64_t duration_ms, int64_t ratio);

/* The same of GPU time, which may be 0. */
int128 ratio_work(int128 gpu_ms, int64_t ratio);

/* The largest reference duration that lasts at most `limit_ms` on the pool; -1 if none
 * does. */
int64_t ratio_limit(int64_t limit_ms, int64_t ratio);

#endif
