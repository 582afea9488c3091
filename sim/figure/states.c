/* What the GPUs of all pools did. */

#include "figure/build.h"
#include "figure/intervals.h"

static const char *const labels[GPU_STATES] = {
    [GPU_BUSY_USEFUL] = "useful work",
    [GPU_BUSY_OVERHEAD] = "overhead",
    [GPU_IDLE_NO_DEMAND] = "idle, no demand",
    [GPU_IDLE_FRAGMENTED] = "idle, does not fit",
    [GPU_IDLE_HELD] = "idle, held",
    [GPU_DOWN] = "down",
};

static double sum(const struct intervals *in, int state, size_t i)
{
    double gpus = 0;
    for (size_t p = 0; p < in->n_pools; p++)
        gpus += in->pools[p].state_gpus[state][i];
    return gpus;
}

/* States that never occur have no column; useful work always does. */
static size_t find_used(const struct intervals *in, int used[GPU_STATES])
{
    size_t n = 0;
    for (int s = 0; s < GPU_STATES; s++)
        for (size_t i = 0; i < in->n; i++)
            if (s == GPU_BUSY_USEFUL || sum(in, s, i) > 0) {
                used[n++] = s;
                break;
            }
    return n;
}

static void add_row(struct figure *figure, const struct intervals *in, const int used[],
                    size_t i, int64_t unix_ms)
{
    double *row = figure_add_row(figure);
    row[0] = (double)unix_ms / 1e3;
    for (size_t u = 0; u + 1 < figure->n_columns; u++)
        row[1 + u] = sum(in, used[u], i);
}

static void fill(struct figure *figure, const struct intervals *in)
{
    int used[GPU_STATES];
    size_t n = find_used(in, used);
    figure->shape = FIGURE_AREAS;
    figure->x.kind = FIGURE_TIME;
    figure->y.label = figure->y.unit = "GPUs";
    figure->note = "Mean of each interval, all pools together; rented GPUs are counted "
                   "while they are held. What never occurs is left out.";
    figure_add_column(figure, "start", "", "", FIGURE_X);
    for (size_t u = 0; u < n; u++)
        figure_add_column(
            figure, arena_printf(&figure->arena, "%s_gpus", gpu_state_names[used[u]]),
            labels[used[u]], "GPUs", FIGURE_STACK);
    for (size_t i = 0; i < in->n; i++)
        add_row(figure, in, used, i, in->start_ms[i]);
    add_row(figure, in, used, in->n - 1, in->end_ms[in->n - 1]);
}

static bool has_capacity(const struct intervals *in)
{
    for (size_t p = 0; p < in->n_pools; p++)
        if (in->pools[p].used)
            return in->n > 0;
    return false;
}

static bool build(struct figure *figure, const struct figure_source *source,
                  struct error *err)
{
    const struct intervals *in = intervals_of(source, err);
    if (!in)
        return false;
    if (has_capacity(in))
        fill(figure, in);
    else
        figure_set_absent(figure, "states: no pool had a GPU at any time.");
    return true;
}

const struct figure_kind kind_states = {
    .key = "states",
    .title = "What the GPUs did",
    .of = FIGURE_OF_RUN,
    .files = "timeline.csv",
    .command = FIGURE_RUN_COMMAND,
    .build = build,
};
