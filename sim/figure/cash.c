/* What was paid against what it cost, from the start on. */

#include "figure/build.h"
#include "figure/months.h"

struct sums {
    const struct months *months;
    double *usd[BASES]; /* of each month but what falls on the start */
    double at_start[BASES];
    bool any;
};

static void take(void *self, const struct posting *posting)
{
    struct sums *sums = self;
    if (posting->basis >= BASES)
        return;
    if (posting->time_ms <= sums->months->start_ms[0])
        sums->at_start[posting->basis] += posting->usd;
    else
        sums->usd[posting->basis][posting->month] += posting->usd;
    sums->any = true;
}

static void fill(struct figure *figure, const struct sums *sums)
{
    const struct months *months = sums->months;
    double so_far[BASES];
    figure->shape = FIGURE_LINES;
    figure->x.kind = FIGURE_TIME;
    figure->y.label = "since the start";
    figure->y.unit = "USD";
    figure->note =
        "Three views of the same, at the ends of months, never to be added up: cash "
        "when "
        "it is paid, accrual when it is used, economic with the charge on capital.";
    figure_add_column(figure, "until", "", "", FIGURE_X);
    figure_add_column(figure, "cash_usd", "cash paid", "USD", FIGURE_LINE);
    figure_add_column(figure, "accrual_usd", "accrual cost", "USD", FIGURE_LINE);
    figure_add_column(figure, "economic_usd", "economic cost", "USD", FIGURE_LINE);
    for (int b = 0; b < BASES; b++)
        so_far[b] = sums->at_start[b];
    for (size_t m = 0; m <= months->n; m++) {
        double *row = figure_add_row(figure);
        row[0] = (double)(m ? months->end_ms[m - 1] : months->start_ms[0]) / 1e3;
        for (int b = 0; b < BASES; b++)
            row[1 + b] = so_far[b] += m ? sums->usd[b][m - 1] : 0;
    }
}

static bool build(struct figure *figure, const struct figure_source *source,
                  struct error *err)
{
    const struct saved_run *run = &source->runs[0];
    struct months months;
    struct sums sums = {.months = &months};
    months_of(&months, run);
    for (int b = 0; b < BASES; b++)
        sums.usd[b] = ARENA_ARRAY(&months.arena, months.n + 1, double);
    bool ok = months_ledger(&months, run, take, &sums, err);
    if (ok && sums.any)
        fill(figure, &sums);
    else if (ok)
        figure_set_absent(figure, "cash: ledger.csv has no money in it.");
    months_free(&months);
    return ok;
}

const struct figure_kind kind_cash = {
    .key = "cash",
    .title = "Cash paid against cost",
    .of = FIGURE_OF_RUN,
    .files = "ledger.csv",
    .command = FIGURE_RUN_COMMAND,
    .build = build,
};
