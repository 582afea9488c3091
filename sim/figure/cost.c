/* What each month cost, by kind. */

#include "figure/build.h"
#include "figure/months.h"

enum cost_kind {
    KIND_CAPITAL,
    KIND_SITE,
    KIND_POWER,
    KIND_UPKEEP,
    KIND_LEASE,
    KIND_RENTED,
    KIND_EXTRAS,
    KINDS
};

static const struct {
    const char *name, *label;
} kinds[KINDS] = {
    [KIND_CAPITAL] = {"capital_usd", "capital"},
    [KIND_SITE] = {"site_usd", "site"},
    [KIND_POWER] = {"power_usd", "power"},
    [KIND_UPKEEP] = {"upkeep_usd", "upkeep, staff"},
    [KIND_LEASE] = {"lease_usd", "lease"},
    [KIND_RENTED] = {"rented_usd", "by the hour"},
    [KIND_EXTRAS] = {"extras_usd", "egress, storage"},
};

static enum cost_kind kind_of(enum account account)
{
    switch (account) {
    case ACCOUNT_FACILITY:
    case ACCOUNT_COMMISSIONING:
    case ACCOUNT_COLOCATION: return KIND_SITE;
    case ACCOUNT_ENERGY:
    case ACCOUNT_DEMAND_CHARGE: return KIND_POWER;
    case ACCOUNT_SUPPORT:
    case ACCOUNT_STAFF:
    case ACCOUNT_INSURANCE:
    case ACCOUNT_SOFTWARE:
    case ACCOUNT_SECURITY: return KIND_UPKEEP;
    case ACCOUNT_PREPAID_RENT:
    case ACCOUNT_EXIT_FEE:
    case ACCOUNT_RENT:
    case ACCOUNT_RENT_USED: return KIND_LEASE;
    case ACCOUNT_ON_DEMAND:
    case ACCOUNT_SPOT:
    case ACCOUNT_SURPLUS: return KIND_RENTED;
    case ACCOUNT_EXTRAS: return KIND_EXTRAS;
    default: /* depreciation, disposal, impairment, the charge on capital */
        return KIND_CAPITAL;
    }
}

struct costs {
    double *usd[KINDS]; /* of each month */
    bool used[KINDS];
    bool any;
};

static void take(void *self, const struct posting *posting)
{
    struct costs *costs = self;
    if (posting->basis != BASIS_ECONOMIC)
        return;
    enum cost_kind kind = kind_of(posting->account);
    costs->usd[kind][posting->month] += posting->usd;
    costs->used[kind] = costs->any = true;
}

static void fill(struct figure *figure, const struct months *months,
                 const struct costs *costs)
{
    figure->shape = FIGURE_BARS;
    figure->x.kind = FIGURE_TIME;
    figure->y.label = "cost a month";
    figure->y.unit = "USD";
    figure->note =
        "Economic cost of each calendar month: capital is depreciation, what is "
        "lost or gained on disposal and the charge on capital invested.";
    figure_add_column(figure, "month", "", "", FIGURE_X);
    figure_add_column(figure, "month_end", "", "", FIGURE_X_HIGH);
    for (int k = 0; k < KINDS; k++)
        if (costs->used[k])
            figure_add_column(figure, kinds[k].name, kinds[k].label, "USD",
                              FIGURE_STACK);
    for (size_t m = 0; m < months->n; m++) {
        double *row = figure_add_row(figure);
        size_t c = 0;
        row[c++] = (double)months->start_ms[m] / 1e3;
        row[c++] = (double)months->end_ms[m] / 1e3;
        for (int k = 0; k < KINDS; k++)
            if (costs->used[k])
                row[c++] = costs->usd[k][m];
    }
}

static bool build(struct figure *figure, const struct figure_source *source,
                  struct error *err)
{
    const struct saved_run *run = &source->runs[0];
    struct costs costs = {.any = false};
    struct months months;
    months_of(&months, run);
    for (int k = 0; k < KINDS; k++)
        costs.usd[k] = ARENA_ARRAY(&months.arena, months.n + 1, double);
    bool ok = months_ledger(&months, run, take, &costs, err);
    if (ok && costs.any)
        fill(figure, &months, &costs);
    else if (ok)
        figure_set_absent(figure, "cost: ledger.csv has no economic cost.");
    months_free(&months);
    return ok;
}

const struct figure_kind kind_cost = {
    .key = "cost",
    .title = "Cost by kind",
    .of = FIGURE_OF_RUN,
    .files = "ledger.csv",
    .command = FIGURE_RUN_COMMAND,
    .build = build,
};
