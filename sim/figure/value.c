/* What the books say owned servers are worth, and what the market would pay. */

#include <math.h>
#include <string.h>

#include "base/calendar.h"
#include "base/decimal.h"
#include "base/quantity.h"
#include "figure/build.h"
#include "figure/months.h"
#include "output/table_read.h"

struct lot {
    int pool;
    const char *item, *class;
    int64_t gpus, begin_ms, end_ms; /* end: INT64_MAX where it is still held */
    int64_t since_ms;               /* in service, for its age */
    bool in_service, obsolete;
    double book_usd, market_usd;
};

struct values {
    const struct saved_run *run;
    const struct months *months;
    struct arena arena;
    struct catalog catalog;
    struct lot *lots;
    size_t n_lots;
    double *change_usd; /* of book value, in each month, but what falls on the start */
};

static const char *param_of(const struct saved_run *run, int pool, const char *key)
{
    char name[512];
    snprintf(name, sizeof name, "pools.%s.%s", run->pools[pool].name, key);
    return saved_run_param(run, name);
}

/* The age of what was there at the start counts from `in_service`. */
static int64_t since(const struct values *values, int pool, int64_t begin_ms)
{
    const char *text = param_of(values->run, pool, "in_service");
    struct error ignored;
    int64_t unix_ms;
    bool older = begin_ms <= values->run->start_unix_ms && text &&
                 calendar_parse(text, strlen(text), &unix_ms, &ignored);
    return older ? unix_ms : begin_ms;
}

static bool take_asset(void *self, int64_t line, const struct cell cells[],
                       struct error *err)
{
    struct values *values = self;
    struct arena *arena = &values->arena;
    int pool = saved_run_pool(values->run, cells[ASSETS_POOL].text);
    if (strcmp(cells[ASSETS_KIND].text, "lot") != 0)
        return true;
    if (pool < 0)
        return error_at(err, (struct place){"assets.csv", line, 0},
                        "no pool of this run");
    size_t n = values->n_lots++;
    values->lots = arena_grow(arena, values->lots, n, n + 1, sizeof *values->lots);
    values->lots[n] = (struct lot){
        .pool = pool,
        .item = arena_strdup(arena, cells[ASSETS_ITEM].text),
        .class = arena_strdup(arena, cells[ASSETS_CLASS].text),
        .gpus = cells[ASSETS_GPUS].value,
        .begin_ms = cells[ASSETS_BEGIN].value,
        .end_ms = cells[ASSETS_END].empty ? INT64_MAX : cells[ASSETS_END].value,
        .in_service = !cells[ASSETS_BEGIN].empty,
        .obsolete = strcmp(cells[ASSETS_OBSOLETE].text, "true") == 0,
        .book_usd = (double)cells[ASSETS_BOOK].value / 1e6,
        .market_usd = (double)cells[ASSETS_MARKET].value / 1e6,
    };
    values->lots[n].since_ms = since(values, pool, values->lots[n].begin_ms);
    return true;
}

/* Book value rises by what is paid for servers and falls by what is written off. */
static double change_of(const struct posting *posting)
{
    switch (posting->account) {
    case ACCOUNT_PURCHASE:
    case ACCOUNT_DEPOSIT:
    case ACCOUNT_RESALE: return posting->basis == BASIS_CASH ? posting->usd : 0;
    case ACCOUNT_DEPRECIATION:
    case ACCOUNT_DISPOSAL:
    case ACCOUNT_IMPAIRMENT: return posting->basis == BASIS_ACCRUAL ? -posting->usd : 0;
    default: return 0;
    }
}

static void take_posting(void *self, const struct posting *posting)
{
    struct values *values = self;
    double change_usd = change_of(posting);
    if (change_usd == 0 || posting->time_ms <= values->months->start_ms[0])
        return;
    for (size_t i = 0; i < values->n_lots; i++)
        if (values->lots[i].pool == posting->pool &&
            strcmp(values->lots[i].item, posting->item) == 0) {
            values->change_usd[posting->month] += change_usd;
            return;
        }
}

/* By the built-in catalogue and the parameters of the run; NAN where that is not
 * enough. */
static double market_usd(const struct values *values, const struct lot *lot,
                         int64_t at_ms)
{
    const struct gpu_class *class = catalog_find(&values->catalog, lot->class);
    const char *price = param_of(values->run, lot->pool, "server_price");
    const char *gpus = param_of(values->run, lot->pool, "gpus_per_server");
    const char *selling = param_of(values->run, lot->pool, "selling_cost");
    struct error ignored;
    int64_t uusd;
    double cost_frac, per_server;
    if (!class || !price || !gpus || !selling ||
        !quantity_exact(price, DIM_USD, &uusd, &ignored) ||
        decimal_to_double(gpus, strlen(gpus), &per_server) != DECIMAL_OK ||
        per_server < 1 || !quantity_number(selling, DIM_FRAC, &cost_frac, &ignored))
        return NAN;
    double age_y = (double)(at_ms - lot->since_ms) / (double)MS_PER_Y;
    return (double)uusd / 1e6 * (double)lot->gpus / per_server *
           gpu_class_value_frac(class, age_y) * (1 - cost_frac);
}

/* What the files tell of the market is the end.  Months before it follow from the
 * catalogue, if that gives what the files tell. */
static bool market_is_known(const struct values *values)
{
    int64_t end_ms = values->run->end_unix_ms;
    for (size_t i = 0; i < values->n_lots; i++) {
        const struct lot *lot = &values->lots[i];
        double usd = market_usd(values, lot, end_ms);
        bool gone = lot->end_ms != INT64_MAX;
        if (!lot->in_service || (!gone && !(fabs(usd - lot->market_usd) < 1)) ||
            param_of(values->run, lot->pool, "value_market"))
            return false;
    }
    return true;
}

static double market_at(const struct values *values, int64_t at_ms)
{
    double usd = 0;
    bool any = false; /* before delivery nobody can say */
    for (size_t i = 0; i < values->n_lots; i++)
        if (values->lots[i].begin_ms <= at_ms && at_ms < values->lots[i].end_ms) {
            usd += market_usd(values, &values->lots[i], at_ms);
            any = true;
        }
    return any ? usd : NAN;
}

/* The values before the end, from the end backwards, since only that is told. */
static void add_rows(struct figure *figure, const struct values *values, bool market)
{
    const struct months *months = values->months;
    double book_usd = 0;
    for (size_t i = 0; i < values->n_lots; i++)
        book_usd += values->lots[i].book_usd;
    for (size_t m = 0; m < months->n; m++)
        book_usd -= values->change_usd[m];
    for (size_t m = 0; m <= months->n; m++) {
        double *row = figure_add_row(figure);
        int64_t at_ms = m ? months->end_ms[m - 1] : months->start_ms[0];
        book_usd += m ? values->change_usd[m - 1] : 0;
        row[0] = (double)at_ms / 1e3;
        row[1] = round(book_usd * 1e6) / 1e6; /* of micro-USD */
        if (market)
            row[2] = market_at(values, at_ms);
    }
}

static void fill(struct figure *figure, const struct values *values)
{
    bool market = market_is_known(values);
    double market_end = 0, obsolete = 0;
    for (size_t i = 0; i < values->n_lots; i++) {
        market_end += values->lots[i].market_usd;
        obsolete += values->lots[i].obsolete ? values->lots[i].book_usd : 0;
    }
    figure->shape = FIGURE_LINES;
    figure->x.kind = FIGURE_TIME;
    figure->y.label = "value";
    figure->y.unit = "USD";
    figure->note = arena_printf(
        &figure->arena,
        "Book value of owned servers at the ends of months, and what the market would "
        "pay "
        "less selling cost: %s. A lot is obsolete when what switching it off saves is "
        "more than the same work costs elsewhere; at the end %s.",
        market ? "by the catalogue's value by age, which gives the value at the end"
               : "known at the end only",
        obsolete > 0 ? "some are" : "none is");
    figure_add_column(figure, "until", "", "", FIGURE_X);
    figure_add_column(figure, "book_usd", "book value", "USD", FIGURE_LINE);
    if (market)
        figure_add_column(figure, "market_usd", "market value", "USD", FIGURE_LINE);
    else
        figure_add_column(figure, "market_end_usd", "market value, end", "USD",
                          FIGURE_MARK);
    if (obsolete > 0)
        figure_add_column(figure, "obsolete_usd", "book value, obsolete", "USD",
                          FIGURE_MARK);
    add_rows(figure, values, market);
    double *last = &figure->values[(figure->n_rows - 1) * figure->n_columns];
    if (!market)
        last[2] = market_end;
    if (obsolete > 0)
        last[3] = obsolete;
}

static bool build(struct figure *figure, const struct figure_source *source,
                  struct error *err)
{
    const struct saved_run *run = &source->runs[0];
    struct months months;
    struct values values = {.run = run, .months = &months};
    struct table_reader reader = {
        .table = TABLE_ASSETS, .row = take_asset, .self = &values};
    months_of(&months, run);
    values.change_usd = ARENA_ARRAY(&months.arena, months.n + 1, double);
    bool ok = catalog_init(&values.catalog, err);
    ok = ok && table_read(run->dir, &reader, err) &&
         months_ledger(&months, run, take_posting, &values, err);
    if (ok && values.n_lots > 0)
        fill(figure, &values);
    else if (ok)
        figure_set_absent(figure, "value: the run owns no servers.");
    catalog_free(&values.catalog);
    arena_free(&values.arena);
    months_free(&months);
    return ok;
}

const struct figure_kind kind_value = {
    .key = "value",
    .title = "Book value and market value",
    .of = FIGURE_OF_RUN,
    .files = "assets.csv, ledger.csv",
    .command = FIGURE_RUN_COMMAND,
    .build = build,
};
