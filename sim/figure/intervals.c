#include "figure/intervals.h"

#include <stdlib.h>

#include "output/table_read.h"

struct reading {
    struct intervals *intervals;
    const struct saved_run *run;
};

static double *grown(struct intervals *in, double *old, size_t room)
{
    return arena_grow(&in->arena, old, in->n, room, sizeof *old);
}

static void make_room(struct intervals *in)
{
    if (in->n < in->room)
        return;
    size_t room = in->room ? 2 * in->room : 512;
    in->start_ms =
        arena_grow(&in->arena, in->start_ms, in->n, room, sizeof *in->start_ms);
    in->end_ms = arena_grow(&in->arena, in->end_ms, in->n, room, sizeof *in->end_ms);
    for (size_t p = 0; p < in->n_pools; p++) {
        in->pools[p].capacity_gpus = grown(in, in->pools[p].capacity_gpus, room);
        for (int s = 0; s < GPU_STATES; s++)
            in->pools[p].state_gpus[s] = grown(in, in->pools[p].state_gpus[s], room);
    }
    in->room = room;
}

/* A row for each pool, in their order: the first one opens the interval. */
static bool take_row(void *self, int64_t line, const struct cell cells[],
                     struct error *err)
{
    struct reading *reading = self;
    struct intervals *in = reading->intervals;
    int pool = saved_run_pool(reading->run, cells[TIMELINE_POOL].text);
    int64_t start = cells[TIMELINE_START].value, end = cells[TIMELINE_END].value;
    struct place place = {"timeline.csv", line, 0};
    if (pool < 0 || end <= start)
        return error_at(err, place, "no pool or interval of this run");
    if (in->n == 0 || in->start_ms[in->n - 1] != start) {
        if (in->n > 0 && in->end_ms[in->n - 1] != start)
            return error_at(err, place,
                            "the interval does not begin where the last ends");
        make_room(in);
        in->start_ms[in->n] = start;
        in->end_ms[in->n++] = end;
    }
    struct pool_intervals *of = &in->pools[pool];
    double length = (double)(in->end_ms[in->n - 1] - start);
    of->capacity_gpus[in->n - 1] = (double)cells[TIMELINE_CAPACITY].value / length;
    of->used = of->used || cells[TIMELINE_CAPACITY].value > 0;
    for (int s = 0; s < GPU_STATES; s++)
        of->state_gpus[s][in->n - 1] =
            (double)cells[TIMELINE_STATES + s].value / length;
    return true;
}

static bool read_timeline(struct intervals *intervals, const struct saved_run *run,
                          struct error *err)
{
    struct reading reading = {intervals, run};
    struct table_reader reader = {
        .table = TABLE_TIMELINE, .row = take_row, .self = &reading};
    intervals->n_pools = run->n_pools;
    intervals->pools =
        ARENA_ARRAY(&intervals->arena, run->n_pools + 1, struct pool_intervals);
    for (size_t p = 0; p < run->n_pools; p++)
        intervals->pools[p].elastic = tenure_is_elastic(run->pools[p].tenure);
    return table_read(run->dir, &reader, err);
}

static void forget(struct intervals *intervals)
{
    arena_free(&intervals->arena);
    *intervals = (struct intervals){0};
}

const struct intervals *intervals_of(const struct figure_source *source,
                                     struct error *err)
{
    struct intervals *intervals = source->intervals;
    const struct saved_run *run = &source->runs[0];
    if (intervals->was_read)
        return intervals;
    intervals->was_read = read_timeline(intervals, run, err) &&
                          intervals_read_waiting(intervals, run, err);
    if (intervals->was_read)
        return intervals;
    forget(intervals);
    return NULL;
}

bool intervals_are_empty(const struct intervals *in)
{
    for (size_t i = 0; i < in->n; i++)
        if (in->waiting_gpus[i] > 0)
            return false;
    for (size_t p = 0; p < in->n_pools; p++)
        if (in->pools[p].used)
            return false;
    return true;
}

struct intervals *intervals_new(void)
{
    struct intervals *intervals = calloc(1, sizeof *intervals);
    if (!intervals)
        out_of_memory();
    return intervals;
}

void intervals_delete(struct intervals *intervals)
{
    if (intervals)
        forget(intervals);
    free(intervals);
}
