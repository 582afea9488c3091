/* How much waited. */

#include "figure/build.h"
#include "figure/intervals.h"

static void add_row(struct figure *figure, const struct intervals *in, size_t i,
                    int64_t unix_ms)
{
    double *row = figure_add_row(figure);
    row[0] = (double)unix_ms / 1e3;
    row[1] = in->waiting_gpus[i];
    row[2] = in->waiting_jobs[i];
}

static bool anything(const struct intervals *in)
{
    for (size_t i = 0; i < in->n; i++)
        if (in->waiting_gpus[i] > 0)
            return true;
    return false;
}

static void fill(struct figure *figure, const struct intervals *in)
{
    figure->shape = FIGURE_AREAS;
    figure->x.kind = FIGURE_TIME;
    figure->y.label = figure->y.unit = "GPUs";
    figure->note =
        "Mean of each interval: the GPUs that waiting jobs and levels of demand "
        "want, and the jobs that wait.";
    if (in->interrupted)
        figure->note =
            arena_printf(&figure->arena, "%s%s", figure->note, INTERVALS_INTERRUPTED);
    figure_add_column(figure, "start", "", "", FIGURE_X);
    figure_add_column(figure, "waiting_gpus", "GPUs wanted", "GPUs", FIGURE_STEP);
    figure_add_column(figure, "waiting_jobs", "jobs waiting", "jobs", FIGURE_STEP);
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
    if (anything(in))
        fill(figure, in);
    else
        figure_set_absent(figure, "queue: nothing waited at any time.");
    return true;
}

const struct figure_kind kind_queue = {
    .key = "queue",
    .title = "The queue",
    .of = FIGURE_OF_RUN,
    .files = "timeline.csv, jobs.csv, levels.csv",
    .command = FIGURE_RUN_COMMAND,
    .build = build,
};
