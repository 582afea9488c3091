/* What must hold of every run, whatever the demand. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "runs.h"

/* All rows of a run as text, by table, and sums over them. */
enum kind { TIMELINE, JOBS, LEDGER, ASSETS, EVENTS, TABLES };

struct rows {
    const struct scenario *scenario;
    char *text[TABLES];
    size_t size[TABLES], n[TABLES];
    FILE *out[TABLES];
    int64_t state_gpu_ms[4][GPU_STATES], cost_uusd[4][COST_SHARES];
    int64_t next_ms[4]; /* where the pool's next interval must begin */
    int64_t amounts[3][60000];
    bool without_pools; /* leave the pool out of the text of jobs */
};

static size_t pool_of(const struct rows *rows, const char *name)
{
    size_t p = 0;
    while (strcmp(rows->scenario->pools[p].name, name) != 0)
        p++;
    return p;
}

static void keep_amount(struct rows *rows, enum kind table, int which, int64_t amount)
{
    cr_assert(rows->n[table] < COUNT(rows->amounts[0]), "too many rows");
    rows->amounts[which][rows->n[table]] = amount;
}

/* Each interval joins the last, and its states add up to the pool's GPUs. */
static void take_timeline(void *self, const struct timeline_row *row)
{
    struct rows *rows = self;
    FILE *out = rows->out[TIMELINE];
    size_t p = pool_of(rows, row->pool);
    int64_t gpu_ms = 0, cost = 0;
    fprintf(out, "%lld %lld %s", (long long)row->start_ms, (long long)row->end_ms,
            row->pool);
    for (int s = 0; s < GPU_STATES; s++) {
        cr_expect(row->state_gpu_ms[s] >= 0, "%s of %s at %lld: %lld",
                  gpu_state_names[s], row->pool, (long long)row->start_ms,
                  (long long)row->state_gpu_ms[s]);
        fprintf(out, " %lld", (long long)row->state_gpu_ms[s]);
        rows->state_gpu_ms[p][s] += row->state_gpu_ms[s];
        gpu_ms += row->state_gpu_ms[s];
    }
    for (int c = 0; c < COST_SHARES; c++) {
        fprintf(out, " %lld", (long long)row->cost_uusd[c]);
        rows->cost_uusd[p][c] += row->cost_uusd[c];
        cost += row->cost_uusd[c];
    }
    fprintf(out, " %lld %lld %lld %lld %lld %lld\n", (long long)row->surplus_gpu_ms,
            (long long)row->capacity_gpus, (long long)row->waiting_jobs,
            (long long)row->waiting_gpus, (long long)row->jobs_started,
            (long long)row->jobs_ended);
    cr_expect(row->start_ms == rows->next_ms[p], "%s: an interval begins at %lld",
              row->pool, (long long)row->start_ms);
    rows->next_ms[p] = row->end_ms;
    int64_t whole = rows->scenario->pools[p].gpus * (row->end_ms - row->start_ms);
    bool constant = !tenure_is_elastic(rows->scenario->pools[p].tenure) &&
                    rows->scenario->pools[p].n_changes == 0;
    cr_expect(constant ? gpu_ms == whole : gpu_ms >= 0,
              "%s at %lld: %lld GPU-ms of %lld", row->pool, (long long)row->start_ms,
              (long long)gpu_ms, (long long)whole);
    keep_amount(rows, TIMELINE, 0, cost);
    rows->n[TIMELINE]++;
}

static void take_job(void *self, const struct job_row *row)
{
    struct rows *rows = self;
    const char *pool = row->pool ? row->pool : "-";
    fprintf(rows->out[JOBS], "%s %s %s %lld %lld %lld %s %lld %lld %lld %lld %d %lld\n",
            row->id, row->workload ? row->workload : "-",
            row->tenant ? row->tenant : "-", (long long)row->submit_ms,
            (long long)row->start_ms, (long long)row->end_ms,
            rows->without_pools ? "" : pool, (long long)row->gpus,
            (long long)row->wait_ms, (long long)row->useful_gpu_ms,
            (long long)row->overhead_gpu_ms, row->outcome, (long long)row->direct_uusd);
    keep_amount(rows, JOBS, 1, row->direct_uusd);
    rows->n[JOBS]++;
}

static void take_posting(void *self, const struct ledger_row *row)
{
    struct rows *rows = self;
    fprintf(rows->out[LEDGER], "%lld %lld %s %s %s %s %lld %lld %s\n",
            (long long)row->month_unix_ms, (long long)row->time_ms, row->pool,
            row->item, account_names[row->account], basis_names[row->basis],
            (long long)row->amount_uusd, (long long)row->quantity, row->unit);
    keep_amount(rows, LEDGER, 2, row->amount_uusd);
    rows->n[LEDGER]++;
}

static void take_asset(void *self, const struct asset_row *row)
{
    struct rows *rows = self;
    fprintf(rows->out[ASSETS], "%s %s %lld %lld %lld %lld %lld %lld %lld\n", row->pool,
            row->item, (long long)row->gpus, (long long)row->begin_ms,
            (long long)row->cash_uusd, (long long)row->accrual_uusd,
            (long long)row->economic_uusd, (long long)row->idle_uusd,
            (long long)row->book_uusd);
    rows->n[ASSETS]++;
}

static void take_event(void *self, const struct event_row *row)
{
    struct rows *rows = self;
    fprintf(rows->out[EVENTS], "%lld %d %s %s %s %lld\n", (long long)row->time_ms,
            row->phase, row->kind, row->job ? row->job : "-",
            row->pool ? row->pool : "-", (long long)row->gpus);
    rows->n[EVENTS]++;
}

/* A run and all that it showed. */
struct shown {
    struct run run;
    struct rows rows;
};

static struct shown *show(const char *yaml, const char *const overrides[], size_t n,
                          void (*change)(struct scenario *), bool without_pools)
{
    struct shown *shown = calloc(1, sizeof *shown);
    struct rows *rows = &shown->rows;
    struct sink sink = {.self = rows,
                        .timeline = take_timeline,
                        .job = take_job,
                        .ledger = take_posting,
                        .asset = take_asset,
                        .event = take_event};
    struct run_options options = {.sink = &sink, .check = true};
    struct error err;
    for (int t = 0; t < TABLES; t++)
        rows->out[t] = open_memstream(&rows->text[t], &rows->size[t]);
    bool ok = scenario_from_text(&shown->run.scenario, yaml, overrides, n, &err);
    cr_assert(ok, "%s", err.text);
    if (change)
        change(&shown->run.scenario);
    rows->scenario = &shown->run.scenario;
    rows->without_pools = without_pools;
    shown->run.world = world_new(&shown->run.scenario, &options);
    ok = world_run(shown->run.world, &err);
    cr_assert(ok, "%s", err.text);
    shown->run.result = world_result(shown->run.world);
    for (int t = 0; t < TABLES; t++)
        fclose(rows->out[t]);
    return shown;
}

static void shown_free(struct shown *shown)
{
    run_free(&shown->run);
    for (int t = 0; t < TABLES; t++)
        free(shown->rows.text[t]);
    free(shown);
}

/* Two months of gangs on owned, leased and rented GPUs, with all that moves. */
static const char mixed[] =
    "start: 2026-01-17\n"
    "horizon: 2mo\n"
    "interval: 1d\n"
    "seed: 2385\n"
    "discount_rate: 9.3 %/y\n"
    "events: true\n"
    "demand:\n"
    "  - {name: batch, workload: training, limit_ratio: 1.7,\n"
    "     model: {name: poisson, rate: 37.5 /d, duration: 5h, service: lognormal,\n"
    "             cv: 2, sizes: {1: 5, 2: 2, 8: 2, 12: 1, 24: 1}}}\n"
    "  - {name: chat, workload: inference, patience: 7h,\n"
    "     model: {name: poisson, rate: 61.7 /d, duration: 47min}}\n"
    "pools:\n"
    "  - {name: own, tenure: own, class: h100-sxm, gpus: 32,\n"
    "     changes: [{at: 2026-02-03, gpus: +16}, {at: 2026-02-20, gpus: -8}]}\n"
    "  - {name: leased, tenure: lease, class: h100-sxm, gpus: 16, term: 2y,\n"
    "     prepay: 20 %, price: 2.05 USD/GPU-h}\n"
    "  - {name: burst, tenure: on-demand, class: h100-sxm, limit: 64, unit: 8,\n"
    "     boot: 4min, minimum: 10min, increment: 1min, keep_alive: 15min,\n"
    "     price: 2.95 USD/GPU-h}\n"
    "dispatch: {order: fifo, backfill: easy, placement: packed,\n"
    "           wait: {policy: threshold, short_below: 2h, short: 1h, long: 4h}}\n";

Test(properties, the_same_seed_gives_the_same_rows)
{
    struct shown *first = show(mixed, NULL, 0, NULL, false);
    struct shown *again = show(mixed, NULL, 0, NULL, false);
    const char *other_seed[] = {"seed=2386"};
    struct shown *other = show(mixed, other_seed, 1, NULL, false);
    for (int t = 0; t < TABLES; t++) {
        cr_expect(first->rows.n[t] > 0, "table %d has rows", t);
        cr_expect(strcmp(first->rows.text[t], again->rows.text[t]) == 0, "table %d", t);
        cr_expect(strcmp(first->rows.text[t], other->rows.text[t]) != 0, "table %d", t);
    }
    shown_free(first);
    shown_free(again);
    shown_free(other);
}

static void expect_same_totals(const struct shown *a, const struct shown *b,
                               const char *what)
{
    static const enum kind tables[] = {JOBS, LEDGER, ASSETS, EVENTS};
    for (size_t i = 0; i < COUNT(tables); i++)
        cr_expect(strcmp(a->rows.text[tables[i]], b->rows.text[tables[i]]) == 0,
                  "%s: table %d differs", what, tables[i]);
    for (size_t p = 0; p < a->run.result->n_pools; p++) {
        const char *pool = a->run.scenario.pools[p].name;
        for (int s = 0; s < GPU_STATES; s++)
            cr_expect(a->rows.state_gpu_ms[p][s] == b->rows.state_gpu_ms[p][s] &&
                          a->rows.state_gpu_ms[p][s] ==
                              b->run.result->pools[p].state_gpu_ms[s],
                      "%s: %s of %s", what, gpu_state_names[s], pool);
        for (int c = 0; c < COST_SHARES; c++)
            cr_expect(
                a->rows.cost_uusd[p][c] == b->rows.cost_uusd[p][c] &&
                    a->rows.cost_uusd[p][c] == b->run.result->pools[p].cost_uusd[c],
                "%s: %s cost of %s: %lld and %lld", what, cost_share_names[c], pool,
                (long long)a->rows.cost_uusd[p][c], (long long)b->rows.cost_uusd[p][c]);
    }
}

Test(properties, totals_do_not_depend_on_the_interval)
{
    static const char *const intervals[] = {"interval=1h", "interval=1mo",
                                            "interval=7.3h", "interval=4y"};
    struct shown *daily = show(mixed, NULL, 0, NULL, false);
    for (size_t i = 0; i < COUNT(intervals); i++) {
        struct shown *other = show(mixed, &intervals[i], 1, NULL, false);
        cr_expect(other->rows.n[TIMELINE] != daily->rows.n[TIMELINE], "%s",
                  intervals[i]);
        expect_same_totals(daily, other, intervals[i]);
        shown_free(other);
    }
    shown_free(daily);
}

/* What a pool cost by state of its GPUs is all that it cost. */
Test(properties, the_books_of_a_pool_agree_with_its_intervals)
{
    struct shown *shown = show(mixed, NULL, 0, NULL, false);
    for (size_t p = 0; p < shown->run.result->n_pools; p++) {
        const struct pool_result *pool = &shown->run.result->pools[p];
        int64_t cost = 0, bases[BASES] = {0};
        for (int c = 0; c < COST_SHARES; c++)
            cost += shown->rows.cost_uusd[p][c];
        cr_expect(cost == pool->basis_uusd[BASIS_ECONOMIC], "pool %zu: %lld and %lld",
                  p, (long long)cost, (long long)pool->basis_uusd[BASIS_ECONOMIC]);
        for (int a = 0; a < ACCOUNTS; a++)
            for (int b = 0; b < BASES; b++)
                bases[b] += pool->account_uusd[a][b];
        for (int b = 0; b < BASES; b++)
            cr_expect(bases[b] == pool->basis_uusd[b], "pool %zu: %s", p,
                      basis_names[b]);
    }
    shown_free(shown);
}

/* ---- doubled rates ---- */

static void double_rates(struct scenario *scenario)
{
    for (size_t p = 0; p < scenario->n_pools; p++) {
        struct pool_spec *pool = &scenario->pools[p];
        int64_t *rates[] = {&pool->server_price_uusd,     &pool->capex_uusd_per_gpu,
                            &pool->residual_uusd_per_gpu, &pool->colo_rate,
                            &pool->support_rate,          &pool->staff_rate,
                            &pool->insurance_rate,        &pool->idle_power_rate,
                            &pool->busy_power_rate,       &pool->price_rate,
                            &pool->market_rent_rate};
        for (size_t i = 0; i < COUNT(rates); i++)
            *rates[i] *= 2;
        for (size_t i = 0; i < pool->n_changes; i++)
            pool->changes[i].server_price_uusd *= 2;
    }
}

static void expect_double(const struct rows *once, const struct rows *twice,
                          enum kind table, int which, int64_t rounding_uusd)
{
    cr_assert(once->n[table] == twice->n[table], "table %d: %zu and %zu rows", table,
              once->n[table], twice->n[table]);
    for (size_t i = 0; i < once->n[table]; i++) {
        int64_t a = once->amounts[which][i], b = twice->amounts[which][i];
        cr_expect(llabs(2 * a - b) <= rounding_uusd, "table %d, row %zu: %lld and %lld",
                  table, i, (long long)a, (long long)b);
    }
}

Test(properties, doubled_rates_double_all_money_and_change_nothing_else)
{
    struct shown *once = show(mixed, NULL, 0, NULL, false);
    struct shown *twice = show(mixed, NULL, 0, double_rates, false);
    for (size_t p = 0; p < once->run.result->n_pools; p++) {
        const struct pool_result *a = &once->run.result->pools[p];
        const struct pool_result *b = &twice->run.result->pools[p];
        for (int s = 0; s < GPU_STATES; s++)
            cr_expect(a->state_gpu_ms[s] == b->state_gpu_ms[s], "pool %zu, %s", p,
                      gpu_state_names[s]);
        for (int k = 0; k < ACCOUNTS; k++)
            for (int basis = 0; basis < BASES; basis++)
                cr_expect(llabs(2 * a->account_uusd[k][basis] -
                                b->account_uusd[k][basis]) <= 2,
                          "pool %zu, %s: %lld and %lld", p, account_names[k],
                          (long long)a->account_uusd[k][basis],
                          (long long)b->account_uusd[k][basis]);
    }
    cr_expect(strcmp(once->rows.text[EVENTS], twice->rows.text[EVENTS]) == 0, "events");
    /* A posting is the difference of two rounded readings, an interval's cost the sum
     * of such differences over the accounts. */
    expect_double(&once->rows, &twice->rows, LEDGER, 2, 2);
    expect_double(&once->rows, &twice->rows, JOBS, 1, 2);
    expect_double(&once->rows, &twice->rows, TIMELINE, 0, 2 * ACCOUNTS);
    shown_free(once);
    shown_free(twice);
}

/* Where every reading is a whole number of micro-USD, no rounding is left. */
Test(properties, doubled_rates_double_whole_amounts_exactly)
{
    static const char yaml[] =
        "start: 2026-01-01\n"
        "horizon: 90d\n"
        "interval: 1h\n"
        "demand: [{model: {name: poisson, rate: 240 /d, duration: 1h,\n"
        "                  service: constant}}]\n"
        "pools:\n"
        "  - {name: leased, tenure: lease, class: h100-sxm, gpus: 9, term: 2y,\n"
        "     price: 2.052 USD/GPU-h}\n"
        "  - {name: burst, tenure: on-demand, class: h100-sxm, increment: 1h,\n"
        "     price: 2.956 USD/GPU-h}\n";
    struct shown *once = show(yaml, NULL, 0, NULL, false);
    struct shown *twice = show(yaml, NULL, 0, double_rates, false);
    int64_t rented = once->run.result->pools[1].basis_uusd[BASIS_ACCRUAL];
    cr_expect(rented > 0, "something is rented");
    for (size_t p = 0; p < 2; p++)
        for (int k = 0; k < ACCOUNTS; k++)
            for (int basis = 0; basis < BASES; basis++) {
                int64_t a = once->run.result->pools[p].account_uusd[k][basis];
                int64_t b = twice->run.result->pools[p].account_uusd[k][basis];
                cr_expect(2 * a == b ||
                              (k == ACCOUNT_ON_DEMAND && llabs(2 * a - b) <= 1),
                          "pool %zu, %s: %lld and %lld", p, account_names[k],
                          (long long)a, (long long)b);
            }
    cr_expect(once->run.result->pools[0].basis_uusd[BASIS_CASH] ==
                  9 * 90 * 24 * INT64_C(2052000),
              "take or pay: %lld",
              (long long)once->run.result->pools[0].basis_uusd[BASIS_CASH]);
    shown_free(once);
    shown_free(twice);
}

/* ---- two halves, and nothing ---- */

static const char whole_pool[] =
    "  - {name: own, tenure: own, class: h100-sxm, gpus: 46}\n";
static const char two_halves[] =
    "  - {name: left, tenure: own, class: h100-sxm, gpus: 23}\n"
    "  - {name: right, tenure: own, class: h100-sxm, gpus: 23}\n";

static const char *single_gpu_yaml(const char *pools, const char *backfill,
                                   char text[2048])
{
    snprintf(text, 2048,
             "start: 2026-03-05\n"
             "horizon: 40d\n"
             "interval: 1d\n"
             "seed: 97\n"
             "demand: [{model: {name: poisson, rate: 371 /d, duration: 2.9h,\n"
             "                  service: lognormal, cv: 1.5}}]\n"
             "pools:\n%s"
             "dispatch: {order: fifo, backfill: %s}\n",
             pools, backfill);
    return text;
}

Test(properties, two_half_pools_are_one_pool_to_jobs_of_one_gpu)
{
    static const char *const backfills[] = {"none", "skip", "easy", "conservative"};
    for (size_t i = 0; i < COUNT(backfills); i++) {
        char text[2048];
        struct shown *one =
            show(single_gpu_yaml(whole_pool, backfills[i], text), NULL, 0, NULL, true);
        struct shown *two =
            show(single_gpu_yaml(two_halves, backfills[i], text), NULL, 0, NULL, true);
        const struct pool_result *whole = one->run.result->pools;
        const struct pool_result *half = two->run.result->pools;
        cr_expect(one->run.result->groups[0].delayed > 500, "%lld jobs wait",
                  (long long)one->run.result->groups[0].delayed);
        cr_expect(strcmp(one->rows.text[JOBS], two->rows.text[JOBS]) == 0,
                  "backfill %s: jobs differ", backfills[i]);
        cr_expect(whole->state_gpu_ms[GPU_BUSY_USEFUL] ==
                      half[0].state_gpu_ms[GPU_BUSY_USEFUL] +
                          half[1].state_gpu_ms[GPU_BUSY_USEFUL],
                  "backfill %s: busy time differs", backfills[i]);
        shown_free(one);
        shown_free(two);
    }
}

Test(properties, without_demand_there_is_only_standing_cost)
{
    static const char yaml[] =
        "start: 2026-01-01\n"
        "horizon: 1y\n"
        "interval: 1mo\n"
        "discount_rate: 10 %/y\n"
        "demand: []\n"
        "pools:\n"
        "  - {name: own, tenure: own, class: h100-sxm, gpus: 64}\n"
        "  - {name: leased, tenure: lease, class: h100-sxm, gpus: 24, term: 3y,\n"
        "     price: 2.05 USD/GPU-h}\n"
        "  - {name: burst, tenure: on-demand, class: h100-sxm, price: 2.95 "
        "USD/GPU-h}\n";
    struct shown *shown = show(yaml, NULL, 0, NULL, false);
    const struct run_result *result = shown->run.result;
    const int64_t gpus[] = {64, 24, 0};
    for (size_t p = 0; p < 3; p++) {
        const struct pool_result *pool = &result->pools[p];
        cr_expect(pool->state_gpu_ms[GPU_IDLE_NO_DEMAND] == gpus[p] * MS_PER_Y,
                  "pool %zu: %lld GPU-ms idle", p,
                  (long long)pool->state_gpu_ms[GPU_IDLE_NO_DEMAND]);
        cr_expect(pool->cost_uusd[COST_IDLE] == pool->basis_uusd[BASIS_ECONOMIC],
                  "pool %zu: all of it is idle cost", p);
        cr_expect(gpus[p] > 0 ? pool->basis_uusd[BASIS_ECONOMIC] > 0
                              : pool->basis_uusd[BASIS_ECONOMIC] == 0,
                  "pool %zu", p);
    }
    cr_expect(result->pools[1].basis_uusd[BASIS_ACCRUAL] ==
                  24 * 8760 * INT64_C(2050000),
              "%lld", (long long)result->pools[1].basis_uusd[BASIS_ACCRUAL]);
    cr_expect(result->groups[0].arrived == 0 && shown->rows.n[JOBS] == 0, "no jobs");
    shown_free(shown);
}
