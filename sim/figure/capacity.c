/* Busy GPUs by pool, what waits on top, and what is owned and leased. */

#include "figure/build.h"
#include "figure/intervals.h"

#define POOLS_SHOWN 6 /* by themselves, of more: those with the most GPU time */

static double capacity(const struct intervals *in, size_t i)
{
    double gpus = 0;
    for (size_t p = 0; p < in->n_pools; p++)
        if (!in->pools[p].elastic)
            gpus += in->pools[p].capacity_gpus[i];
    return gpus;
}

static double busy(const struct intervals *in, size_t pool, size_t i)
{
    return in->pools[pool].state_gpus[GPU_BUSY_USEFUL][i] +
           in->pools[pool].state_gpus[GPU_BUSY_OVERHEAD][i];
}

/* Which pools have a column: the rest is one together. */
struct shown {
    bool *alone; /* by pool */
    size_t n_others;
};

static struct shown choose(const struct intervals *in, struct arena *arena)
{
    struct shown shown = {ARENA_ARRAY(arena, in->n_pools + 1, bool), 0};
    double *gpu_ms = ARENA_ARRAY(arena, in->n_pools + 1, double);
    size_t used = 0;
    for (size_t p = 0; p < in->n_pools; p++) {
        used += in->pools[p].used;
        for (size_t i = 0; i < in->n; i++)
            gpu_ms[p] += busy(in, p, i) * (double)(in->end_ms[i] - in->start_ms[i]);
    }
    for (size_t p = 0; p < in->n_pools; p++) {
        size_t before = 0; /* pools with more, or as much and earlier */
        for (size_t q = 0; q < in->n_pools; q++)
            before += in->pools[q].used &&
                      (gpu_ms[q] > gpu_ms[p] || (gpu_ms[q] == gpu_ms[p] && q < p));
        shown.alone[p] =
            in->pools[p].used && (used <= POOLS_SHOWN + 1 || before < POOLS_SHOWN);
        shown.n_others += in->pools[p].used && !shown.alone[p];
    }
    return shown;
}

static void add_row(struct figure *figure, const struct intervals *in,
                    const struct shown *shown, size_t i, int64_t unix_ms)
{
    double *row = figure_add_row(figure), others = 0;
    size_t c = 0;
    row[c++] = (double)unix_ms / 1e3;
    for (size_t p = 0; p < in->n_pools; p++)
        if (shown->alone[p])
            row[c++] = busy(in, p, i);
        else
            others += busy(in, p, i);
    if (shown->n_others > 0)
        row[c++] = others;
    row[c++] = in->waiting_gpus[i];
    row[c++] = capacity(in, i);
}

static void fill(struct figure *figure, const struct saved_run *run,
                 const struct intervals *in)
{
    struct shown shown = choose(in, &figure->arena);
    figure->shape = FIGURE_AREAS;
    figure->x = (struct figure_axis){FIGURE_TIME, "", "", false};
    figure->y = (struct figure_axis){FIGURE_NUMBER, "GPUs", "GPUs", false};
    figure->note =
        "Mean of each interval. Where the stack reaches above the line, owned and "
        "leased GPUs do not hold all that is wanted.";
    if (in->interrupted)
        figure->note =
            arena_printf(&figure->arena, "%s%s", figure->note, INTERVALS_INTERRUPTED);
    figure_add_column(figure, "start", "", "", FIGURE_X);
    for (size_t p = 0; p < in->n_pools; p++)
        if (shown.alone[p])
            figure_add_column(figure,
                              figure_name(figure, "busy_gpus", run->pools[p].name),
                              run->pools[p].name, "GPUs", FIGURE_STACK);
    if (shown.n_others > 0)
        figure_add_column(
            figure, "others_gpus",
            arena_printf(&figure->arena, "%zu other pools", shown.n_others), "GPUs",
            FIGURE_STACK);
    figure_add_column(figure, "waiting_gpus", "waiting, unserved", "GPUs",
                      FIGURE_STACK);
    figure_add_column(figure, "fixed_gpus", "owned and leased", "GPUs", FIGURE_STEP);
    for (size_t i = 0; i < in->n; i++)
        add_row(figure, in, &shown, i, in->start_ms[i]);
    add_row(figure, in, &shown, in->n - 1, in->end_ms[in->n - 1]);
}

static bool build(struct figure *figure, const struct figure_source *source,
                  struct error *err)
{
    const struct intervals *in = intervals_of(source, err);
    if (!in)
        return false;
    if (in->n == 0)
        figure_set_absent(figure, "capacity: timeline.csv has no interval.");
    else if (intervals_are_empty(in))
        figure_set_absent(figure, "capacity: there were no GPUs, and none was wanted.");
    else
        fill(figure, &source->runs[0], in);
    return true;
}

const struct figure_kind kind_capacity = {
    .key = "capacity",
    .title = "GPUs in use and GPUs wanted",
    .of = FIGURE_OF_RUN,
    .files = "timeline.csv, jobs.csv, levels.csv",
    .command = "tenure run SCENARIO -o DIR",
    .build = build,
};
