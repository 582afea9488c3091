#ifndef TESTS_MONEY_H
#define TESTS_MONEY_H

/*
 * Whole runs for tests of the books: a scenario as text, its rows kept in memory; and
 * an oracle that knows nothing of assets and ledger: cash and accrual as lists of lumps
 * and constant flows, integrated in closed form.
 */

#include <criterion/criterion.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/calendar.h"
#include "world/world.h"

#define ROWS_MAX 200000

struct books {
    struct arena arena;
    struct scenario scenario;
    struct world *world;
    const struct run_result *result;
    struct timeline_row *timeline;
    struct ledger_row *ledger;
    struct asset_row *assets;
    size_t n_timeline, n_ledger, n_assets;
};

static inline const char *books_keep(struct books *books, const char *text)
{
    return text ? arena_strdup(&books->arena, text) : NULL;
}

static inline void books_timeline(void *self, const struct timeline_row *row)
{
    struct books *books = self;
    cr_assert_lt(books->n_timeline, ROWS_MAX);
    struct timeline_row *kept = &books->timeline[books->n_timeline++];
    *kept = *row;
    kept->pool = books_keep(books, row->pool);
}

static inline void books_ledger(void *self, const struct ledger_row *row)
{
    struct books *books = self;
    cr_assert_lt(books->n_ledger, ROWS_MAX);
    struct ledger_row *kept = &books->ledger[books->n_ledger++];
    *kept = *row;
    kept->pool = books_keep(books, row->pool);
    kept->item = books_keep(books, row->item);
    kept->unit = books_keep(books, row->unit);
}

static inline void books_asset(void *self, const struct asset_row *row)
{
    struct books *books = self;
    cr_assert_lt(books->n_assets, ROWS_MAX);
    struct asset_row *kept = &books->assets[books->n_assets++];
    *kept = *row;
    kept->pool = books_keep(books, row->pool);
    kept->item = books_keep(books, row->item);
    kept->class = books_keep(books, row->class);
}

static inline void books_write(const char *dir, const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *out = fopen(path, "w");
    cr_assert_not_null(out);
    cr_assert(fputs(text, out) >= 0 && fclose(out) == 0, "cannot write %s", path);
}

/* Runs the scenario `yaml`, in which `jobs.csv` holds the lines `jobs` (submit_s,
 * duration_s, gpus). */
static inline void books_run(struct books *books, const char *yaml, const char *jobs)
{
    char dir[] = "/tmp/tenure-books-XXXXXX", path[64];
    struct error err = {0};
    cr_assert_not_null(mkdtemp(dir));
    *books = (struct books){0};
    books->timeline = calloc(ROWS_MAX, sizeof *books->timeline);
    books->ledger = calloc(ROWS_MAX, sizeof *books->ledger);
    books->assets = calloc(ROWS_MAX, sizeof *books->assets);
    books_write(dir, "s.yaml", yaml);
    char *csv = arena_printf(&books->arena, "submit,duration_s,gpus\n%s", jobs);
    books_write(dir, "jobs.csv", csv);

    snprintf(path, sizeof path, "%s/s.yaml", dir);
    bool ok = scenario_read(&books->scenario, path, NULL, 0, &err);
    unlink(path);
    snprintf(path, sizeof path, "%s/jobs.csv", dir);
    unlink(path);
    rmdir(dir);
    cr_assert(ok, "%s", err.text);

    struct sink sink = {.self = books,
                        .timeline = books_timeline,
                        .ledger = books_ledger,
                        .asset = books_asset};
    struct run_options options = {.sink = &sink, .check = true};
    books->world = world_new(&books->scenario, &options);
    cr_assert(world_run(books->world, &err), "%s", err.text);
    books->result = world_result(books->world);
}

static inline void books_free(struct books *books)
{
    world_free(books->world);
    scenario_free(&books->scenario);
    free(books->timeline);
    free(books->ledger);
    free(books->assets);
    arena_free(&books->arena);
}

/* Sum of the ledger's rows; NULL pool or item, or ACCOUNTS: all. */
static inline int64_t books_sum(const struct books *books, const char *pool,
                                const char *item, enum account account,
                                enum basis basis)
{
    int64_t sum = 0;
    for (size_t i = 0; i < books->n_ledger; i++) {
        const struct ledger_row *row = &books->ledger[i];
        bool match = row->basis == basis &&
                     (account == ACCOUNTS || row->account == account) &&
                     (!pool || strcmp(row->pool, pool) == 0) &&
                     (!item || strcmp(row->item, item) == 0);
        sum += match ? row->amount_uusd : 0;
    }
    return sum;
}

/* The head of every scenario here; `rest` follows in the same document. */
#define BOOKS_HEAD(start, horizon, rate)                                               \
    "start: " start "\nhorizon: " horizon "\ndiscount_rate: " rate                     \
    "\ndemand: [{jobs: jobs.csv, after_end: stop}]\n"

/* ---- the oracle ---- */

#define FLOWS_MAX 4096
#define MARKS_MAX (3 * FLOWS_MAX)

struct flow {
    int64_t from_ms, to_ms;
    double uusd_per_ms;
    bool bill; /* paid at the end of the calendar month */
};

struct lump {
    int64_t at_ms;
    double cash_uusd, accrual_uusd;
};

struct oracle {
    struct flow flows[FLOWS_MAX];
    size_t n_flows;
    struct lump lumps[64];
    size_t n_lumps;
    int64_t start_unix_ms, end_ms;
    double rate_per_y;
    double opening_uusd;
    /* what it finds */
    double cash_uusd, cash_pv_uusd, accrual_uusd, capital_uusd, economic_pv_uusd,
        closing_uusd;
};

static inline void oracle_flow(struct oracle *o, int64_t from_ms, int64_t to_ms,
                               double uusd_per_ms, bool bill)
{
    to_ms = to_ms < o->end_ms ? to_ms : o->end_ms;
    if (from_ms >= to_ms || uusd_per_ms == 0)
        return;
    cr_assert_lt(o->n_flows, FLOWS_MAX);
    o->flows[o->n_flows++] = (struct flow){from_ms, to_ms, uusd_per_ms, bill};
}

/* nano-USD per GPU-h for so many GPUs. */
static inline void oracle_bill(struct oracle *o, int64_t from_ms, int64_t to_ms,
                               int64_t rate, int64_t gpus)
{
    oracle_flow(o, from_ms, to_ms, (double)rate * (double)gpus / 1e3 / (double)MS_PER_H,
                true);
}

static inline void oracle_line(struct oracle *o, int64_t from_ms, int64_t to_ms,
                               int64_t end_ms, double drop_uusd)
{
    oracle_flow(o, from_ms, to_ms < end_ms ? to_ms : end_ms,
                drop_uusd / (double)(end_ms - from_ms), false);
}

static inline void oracle_lump(struct oracle *o, int64_t at_ms, double cash_uusd,
                               double accrual_uusd)
{
    cr_assert_lt(o->n_lumps, 64);
    o->lumps[o->n_lumps++] = (struct lump){at_ms, cash_uusd, accrual_uusd};
}

static inline int by_ms(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static inline size_t oracle_marks(const struct oracle *o, int64_t *marks)
{
    size_t n = 0;
    marks[n++] = 0;
    marks[n++] = o->end_ms;
    for (size_t i = 0; i < o->n_flows; i++) {
        marks[n++] = o->flows[i].from_ms;
        marks[n++] = o->flows[i].to_ms;
    }
    for (size_t i = 0; i < o->n_lumps; i++)
        marks[n++] = o->lumps[i].at_ms;
    for (int64_t at = 0; at < o->end_ms;) {
        at = calendar_next_month(o->start_unix_ms + at) - o->start_unix_ms;
        marks[n++] = at < o->end_ms ? at : o->end_ms;
        cr_assert_lt(n, MARKS_MAX - 1);
    }
    qsort(marks, n, sizeof *marks, by_ms);
    return n;
}

static inline bool oracle_pays_at(const struct oracle *o, int64_t at_ms)
{
    int64_t unix_ms = o->start_unix_ms + at_ms;
    return at_ms == o->end_ms || calendar_month_start(unix_ms) == unix_ms;
}

/* Invested capital is opening + cash - accrual; its charge ln(1+r) a year. */
static inline void oracle_solve(struct oracle *o)
{
    static int64_t marks[MARKS_MAX];
    size_t n = oracle_marks(o, marks);
    double lambda = log1p(o->rate_per_y) / (double)MS_PER_Y, owed = 0;
    size_t done[64] = {0};

    for (size_t m = 0; m < n; m++) {
        int64_t at = marks[m];
        double pv = exp(-lambda * (double)at), slope = 0, bills = 0;
        if (oracle_pays_at(o, at)) {
            o->cash_uusd += owed;
            o->cash_pv_uusd += owed * pv;
            owed = 0;
        }
        for (size_t i = 0; i < o->n_lumps; i++) {
            if (o->lumps[i].at_ms != at || done[i]++)
                continue;
            o->cash_uusd += o->lumps[i].cash_uusd;
            o->cash_pv_uusd += o->lumps[i].cash_uusd * pv;
            o->accrual_uusd += o->lumps[i].accrual_uusd;
            o->economic_pv_uusd += o->lumps[i].accrual_uusd * pv;
        }
        if (m + 1 == n || marks[m + 1] == at)
            continue;
        for (size_t i = 0; i < o->n_flows; i++) {
            const struct flow *flow = &o->flows[i];
            if (flow->from_ms > at || flow->to_ms <= at)
                continue;
            slope += flow->uusd_per_ms;
            bills += flow->bill ? flow->uusd_per_ms : 0;
        }
        double length = (double)(marks[m + 1] - at), x = lambda * length;
        double invested = o->opening_uusd + o->cash_uusd - o->accrual_uusd;
        /* Integrals of e^(-lambda t) and of t e^(-lambda t) over the piece. */
        double e0 = x == 0 ? length : -expm1(-x) / lambda;
        double e1 = x < 1e-4 ? length * length * (0.5 - x / 3 + x * x / 8)
                             : (1 - exp(-x) * (1 + x)) / (lambda * lambda);
        o->capital_uusd += lambda * (invested - slope * length / 2) * length;
        o->economic_pv_uusd +=
            pv * ((slope + lambda * invested) * e0 - lambda * slope * e1);
        o->accrual_uusd += slope * length;
        owed += bills * length;
    }
    o->closing_uusd = o->opening_uusd + o->cash_uusd - o->accrual_uusd;
}

/* |a - b| within `relative` of the larger, or 1 micro-USD. */
static inline bool close_to(double a, double b, double relative)
{
    double scale = fabs(a) > fabs(b) ? fabs(a) : fabs(b);
    return fabs(a - b) <= relative * scale + 1;
}
static inline void oracle_init(struct oracle *o, const struct books *books)
{
    memset(o, 0, sizeof *o);
    o->start_unix_ms = books->scenario.start_unix_ms;
    o->end_ms = books->result->end_ms;
    o->rate_per_y = books->scenario.discount_frac_per_y;
}

/* All flows of a lot of the pool between two instants, its jobs apart. */
static inline void oracle_lot(struct oracle *o, const struct pool_spec *pool,
                              int64_t gpus, int64_t from_ms, int64_t to_ms)
{
    oracle_bill(o, from_ms, to_ms, pool->colo_rate, gpus);
    oracle_bill(o, from_ms, to_ms, pool->support_rate, gpus);
    oracle_bill(o, from_ms, to_ms, pool->staff_rate, gpus);
    oracle_bill(o, from_ms, to_ms, pool->insurance_rate, gpus);
    oracle_bill(o, from_ms, to_ms, pool->idle_power_rate, gpus);
}

/* ---- runs that most tests share ---- */

struct run_of { /* a job that starts when it is submitted */
    int64_t at_s, length_s, gpus;
};

static const struct run_of runs[] = {
    {86411, 2591999, 3},     {1234567, 100003, 4}, {5000001, 777777, 7},
    {7776000, 2678399, 2},   {9012345, 86399, 5},  {15552000, 1000001, 6},
    {17000003, 10000003, 1},
};
#define N_RUNS (sizeof runs / sizeof runs[0])

static inline const char *runs_csv(struct arena *arena)
{
    const char *text = "";
    for (size_t i = 0; i < N_RUNS; i++)
        text = arena_printf(arena, "%s%" PRId64 ",%" PRId64 ",%" PRId64 "\n", text,
                            runs[i].at_s, runs[i].length_s, runs[i].gpus);
    return text;
}

#define OWN8                                                                           \
    "{name: p, tenure: own, class: h100-sxm, gpus: 8, server_price: 283.457 kUSD, "    \
    "adder: 21.7 %, residual: 9.3 %, life: 3y"

static inline void run_with(struct books *books, const char *head, const char *pool)
{
    struct arena arena = {0};
    books_run(books, arena_printf(&arena, "%spools: [%s]\n", head, pool),
              runs_csv(&arena));
    arena_free(&arena);
}

static inline int64_t at_date(const struct books *books, const char *date)
{
    int64_t unix_ms;
    struct error err;
    cr_assert(calendar_parse(date, strlen(date), &unix_ms, &err), "%s", err.text);
    return unix_ms - books->scenario.start_unix_ms;
}

#define LEASE8                                                                         \
    "{name: p, tenure: lease, class: h100-sxm, gpus: 8, price: 2.051234567 USD/GPU-h"

#define LEASE8A                                                                        \
    "{name: l, tenure: lease, class: h100-sxm, gpus: 8, price: 2.051234567 USD/GPU-h"

/* ---- what the books and the oracle must agree on ---- */

static inline void expect_like_oracle(const struct books *books, const char *pool,
                                      struct oracle *o,
                                      const struct pool_result *result)
{
    oracle_solve(o);
    const int64_t *basis = result->basis_uusd;
    double closing = (double)result->closing_book_uusd;
    double lambda = log1p(o->rate_per_y) / (double)MS_PER_Y;
    double closing_pv = closing * exp(-lambda * (double)o->end_ms);
    double cash_pv = result->cash_pv_usd * 1e6;

    cr_expect(close_to((double)basis[BASIS_CASH], o->cash_uusd, 1e-9),
              "%s: cash %" PRId64 ", oracle %.1f", pool, basis[BASIS_CASH],
              o->cash_uusd);
    cr_expect(close_to((double)basis[BASIS_ACCRUAL], o->accrual_uusd, 1e-9),
              "%s: accrual %" PRId64 ", oracle %.1f", pool, basis[BASIS_ACCRUAL],
              o->accrual_uusd);
    cr_expect(close_to((double)basis[BASIS_ECONOMIC], o->accrual_uusd + o->capital_uusd,
                       1e-9),
              "%s: economic %" PRId64 ", oracle %.1f", pool, basis[BASIS_ECONOMIC],
              o->accrual_uusd + o->capital_uusd);
    cr_expect(close_to(closing, o->closing_uusd, 1e-9) ||
                  fabs(closing - o->closing_uusd) < 1e-9 * o->cash_uusd,
              "%s: closing %.0f, oracle %.1f", pool, closing, o->closing_uusd);
    cr_expect(close_to(cash_pv, o->cash_pv_uusd, 1e-9), "%s: cash pv %.1f, oracle %.1f",
              pool, cash_pv, o->cash_pv_uusd);
    /* Preinreich and Luecke. */
    cr_expect(
        close_to(o->opening_uusd + cash_pv - closing_pv, o->economic_pv_uusd, 1e-9),
        "%s: cash and positions %.1f, economic cost %.1f", pool,
        o->opening_uusd + cash_pv - closing_pv, o->economic_pv_uusd);
    cr_expect_eq(basis[BASIS_ECONOMIC],
                 books_sum(books, pool, NULL, ACCOUNTS, BASIS_ECONOMIC));
}

static inline void oracle_runs(struct oracle *o, int64_t rate)
{
    for (size_t i = 0; i < N_RUNS; i++)
        oracle_bill(o, runs[i].at_s * 1000, (runs[i].at_s + runs[i].length_s) * 1000,
                    rate, runs[i].gpus);
}

#endif
