/* Busy GPUs by pool, what waits on top, and what is owned and leased. */

#include "figure/build.h"
#include "figure/intervals.h"

static double capacity(const struct intervals *in, size_t i)
{
    double gpus = 0;
    for (size_t p = 0; p < in->n_pools; p++)
        if (!in->pools[p].elastic)
            gpus += in->pools[p].capacity_gpus[i];
    return gpus;
}

static void add_row(struct figure *figure, const struct intervals *in, size_t i,
                    int64_t unix_ms)
{
    double *row = figure_add_row(figure);
    size_t c = 0;
    row[c++] = (double)unix_ms / 1e3;
    for (size_t p = 0; p < in->n_pools; p++)
        if (in->pools[p].used)
            row[c++] = in->pools[p].state_gpus[GPU_BUSY_USEFUL][i] +
                       in->pools[p].state_gpus[GPU_BUSY_OVERHEAD][i];
    row[c++] = in->waiting_gpus[i];
    row[c++] = capacity(in, i);
}

static void fill(struct figure *figure, const struct saved_run *run,
                 const struct intervals *in)
{
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
        if (in->pools[p].used)
            figure_add_column(figure,
                              figure_name(figure, "busy_gpus", run->pools[p].name),
                              run->pools[p].name, "GPUs", FIGURE_STACK);
    figure_add_column(figure, "waiting_gpus", "waiting, unserved", "GPUs",
                      FIGURE_STACK);
    figure_add_column(figure, "fixed_gpus", "owned and leased", "GPUs", FIGURE_STEP);
    for (size_t i = 0; i < in->n; i++)
        add_row(figure, in, i, in->start_ms[i]);
    add_row(figure, in, in->n - 1, in->end_ms[in->n - 1]);
}

static bool build(struct figure *figure, const struct figure_source *source,
                  struct error *err)
{
    const struct intervals *in = intervals_of(source, err);
    if (!in)
        return false;
    if (in->n == 0)
        figure_set_absent(figure, "capacity: timeline.csv has no interval.");
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
