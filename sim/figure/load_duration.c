/* For which part of the time how many GPUs were wanted. */

#include <stdlib.h>

#include "figure/build.h"
#include "figure/intervals.h"

struct load {
    double gpus;
    int64_t length_ms;
};

static int from_high_to_low(const void *left, const void *right)
{
    const struct load *a = left, *b = right;
    if (a->gpus != b->gpus)
        return a->gpus < b->gpus ? 1 : -1;
    return (a->length_ms < b->length_ms) - (a->length_ms > b->length_ms);
}

static struct load *sorted(const struct intervals *in, struct arena *arena)
{
    struct load *loads = ARENA_ARRAY(arena, in->n, struct load);
    for (size_t i = 0; i < in->n; i++) {
        loads[i] = (struct load){in->waiting_gpus[i], in->end_ms[i] - in->start_ms[i]};
        for (size_t p = 0; p < in->n_pools; p++)
            loads[i].gpus += in->pools[p].state_gpus[GPU_BUSY_USEFUL][i] +
                             in->pools[p].state_gpus[GPU_BUSY_OVERHEAD][i];
    }
    qsort(loads, in->n, sizeof *loads, from_high_to_low);
    return loads;
}

/* What pools of a tenure have together at the start, and whether that never changed. */
static double capacity(const struct intervals *in, const struct saved_run *run,
                       enum tenure tenure, bool *changes)
{
    double first = 0;
    for (size_t i = 0; i < in->n; i++) {
        double gpus = 0;
        for (size_t p = 0; p < in->n_pools; p++)
            if (run->pools[p].tenure == tenure)
                gpus += in->pools[p].capacity_gpus[i];
        first = i == 0 ? gpus : first;
        *changes = *changes || gpus != first;
    }
    return first;
}

static void fill(struct figure *figure, const struct intervals *in,
                 const struct saved_run *run)
{
    const struct load *loads = sorted(in, &figure->arena);
    bool changes = false;
    double owned = capacity(in, run, TENURE_OWN, &changes);
    double leased = capacity(in, run, TENURE_LEASE, &changes);
    if (changes)
        owned = leased = 0; /* no line holds for all of the time */
    double all_ms = (double)(in->end_ms[in->n - 1] - in->start_ms[0]), ms = 0;
    figure->shape = FIGURE_LINES;
    figure->x = (struct figure_axis){FIGURE_NUMBER, "share of the time", "%", false};
    figure->y.label = figure->y.unit = "GPUs";
    figure->note = arena_printf(
        &figure->arena,
        "GPUs wanted, busy and waiting together, in intervals sorted from the most "
        "to the least%s.%s%s",
        owned + leased > 0
            ? ": where the curve crosses a line, that many GPUs are busy "
              "for that share of the time"
            : "",
        changes ? " What is owned and leased changed, so no line of it can be drawn."
                : "",
        in->interrupted ? INTERVALS_INTERRUPTED : "");
    figure_add_column(figure, "time_percent", "share of the time", "%", FIGURE_X);
    figure_add_column(figure, "wanted_gpus", "wanted", "GPUs", FIGURE_STEP);
    if (owned > 0)
        figure_add_column(figure, "owned_gpus", "owned", "GPUs", FIGURE_LINE);
    if (leased > 0)
        figure_add_column(figure, "fixed_gpus",
                          owned > 0 ? "owned and leased" : "leased", "GPUs",
                          FIGURE_LINE);
    for (size_t i = 0; i <= in->n; i++) {
        double *row = figure_add_row(figure);
        size_t c = 0;
        row[c++] = i < in->n ? 100 * ms / all_ms : 100;
        row[c++] = loads[i < in->n ? i : i - 1].gpus;
        if (owned > 0)
            row[c++] = owned;
        if (leased > 0)
            row[c++] = owned + leased;
        ms += i < in->n ? (double)loads[i].length_ms : 0;
    }
}

static bool build(struct figure *figure, const struct figure_source *source,
                  struct error *err)
{
    const struct intervals *in = intervals_of(source, err);
    if (!in)
        return false;
    if (in->n == 0)
        figure_set_absent(figure, "load-duration: timeline.csv has no interval.");
    else if (intervals_are_empty(in))
        figure_set_absent(figure,
                          "load-duration: there were no GPUs, and none was wanted.");
    else
        fill(figure, in, &source->runs[0]);
    return true;
}

const struct figure_kind kind_load_duration = {
    .key = "load-duration",
    .title = "GPUs wanted, by share of the time",
    .of = FIGURE_OF_RUN,
    .files = "timeline.csv, jobs.csv, levels.csv",
    .command = FIGURE_RUN_COMMAND,
    .build = build,
};
