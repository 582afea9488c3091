/* From the cost of one run to that of another: the steps of `tenure explain`. */

#include <string.h>

#include "figure/build.h"
#include "output/bridge.h"

enum { STEP, LOW, HIGH, TOTAL, AMOUNT };

static const char *total_label(struct figure *figure, const struct saved_run *run,
                               char letter)
{
    const char *slash = strrchr(run->dir, '/');
    return arena_printf(&figure->arena, "%c: %s", letter, slash ? slash + 1 : run->dir);
}

static void add_total(struct figure *figure, const struct bridge *bridge, int side)
{
    double *row = figure_add_row(figure);
    row[STEP] =
        figure_text_cell(figure, total_label(figure, bridge->runs[side], "AB"[side]));
    row[TOTAL] = (double)bridge->total_uusd[side] / 1e6;
}

static void fill(struct figure *figure, const struct bridge *bridge)
{
    int64_t at = bridge->total_uusd[0];
    figure->shape = FIGURE_RANGES;
    figure->x.kind = FIGURE_CATEGORY;
    figure->y.label = "economic cost";
    figure->y.unit = "USD";
    figure->note =
        "From the economic cost of A, step by step, to that of B; what each step "
        "means is in docs/method.md. The axis does not begin at zero.";
    figure_add_column(figure, "step", "", "", FIGURE_X);
    figure_add_column(figure, "from_usd", "from", "USD", FIGURE_LOW);
    figure_add_column(figure, "to_usd", "to", "USD", FIGURE_HIGH);
    figure_add_column(figure, "total_usd", "economic cost of the run", "USD",
                      FIGURE_MARK);
    figure_add_column(figure, "amount_usd", "difference", "USD", FIGURE_POINT);
    add_total(figure, bridge, 0);
    for (int s = 0; s < BRIDGE_STEPS; s++) {
        if (bridge->step_uusd[s] == 0)
            continue;
        double *row = figure_add_row(figure);
        row[STEP] = figure_text_cell(figure, bridge_step_names[s]);
        row[LOW] = (double)at / 1e6;
        row[HIGH] = (double)(at += bridge->step_uusd[s]) / 1e6;
        row[AMOUNT] = (double)bridge->step_uusd[s] / 1e6;
    }
    add_total(figure, bridge, 1);
}

static bool build(struct figure *figure, const struct figure_source *source,
                  struct error *err)
{
    struct bridge bridge;
    if (!bridge_make(&bridge, source->runs, BRIDGE_ECONOMIC, NULL, 0, err))
        return false;
    fill(figure, &bridge);
    bridge_free(&bridge);
    return true;
}

const struct figure_kind kind_bridge = {
    .key = "bridge",
    .title = "Why B costs more or less than A",
    .of = FIGURE_OF_TWO,
    .files = "ledger.csv, timeline.csv, summary.csv",
    .command = FIGURE_RUN_COMMAND,
    .build = build,
};
