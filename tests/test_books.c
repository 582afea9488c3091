/* Whole runs: the division of cost, and what no choice of interval or label changes. */

#include "money.h"

/* A stream of jobs drawn by a small generator of its own: whole hours if `unit_s` is
 * 3600. */
static char *stream(struct arena *arena, int n, uint64_t seed, int64_t span_s,
                    int64_t unit_s, int64_t gpus_max)
{
    char *text = arena_alloc(arena, (size_t)n * 48 + 1);
    int64_t at = 0, mean = span_s / n / unit_s; /* between two submits */
    size_t used = 0;
    for (int i = 0; i < n; i++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        uint64_t draw = seed >> 33;
        int64_t length = 1 + (int64_t)(draw % 41) * (int64_t)(draw / 41 % 23);
        int64_t gpus = 1 + (int64_t)(draw / 943 % (uint64_t)gpus_max);
        used += (size_t)sprintf(text + used, "%" PRId64 ",%" PRId64 ",%" PRId64 "\n",
                                at * unit_s, length * unit_s, gpus);
        at += (int64_t)(draw / 7 % (uint64_t)(2 * mean + 1));
    }
    return text;
}

#define PRICES                                                                         \
    "server_price: 283.457 kUSD, adder: 21.7 %, residual: 9.3 %, tariff: 0.0873 "      \
    "USD/kWh, pue: 1.29"

static const char mix[] =
    "pools:\n"
    "  - {name: own, tenure: own, class: h100-sxm, gpus: 24, " PRICES ",\n"
    "     life: 3y, in_service: 2024-04-09, opening: book, changes: [{at: "
    "2026-04-03T09:30, gpus: +16, server_price: 261.3 kUSD}, {at: 2026-09-21T13:00, "
    "gpus: -20}]}\n"
    "  - {name: rent, tenure: lease, class: h100-sxm, gpus: 8, price: 2.0345 "
    "USD/GPU-h, "
    "prepay: 20 %, from: 2026-02-10, term: 9mo}\n"
    "  - {name: burst, tenure: on-demand, class: h100-sxm, limit: 64, price: 2.951 "
    "USD/GPU-h, boot: 187s, unit: 4, minimum: 1h, increment: 7min, keep_alive: 40min}\n"
    "dispatch: {wait: {policy: threshold, after: 3h}}\n";

static void run_mix(struct books *books, const char *interval, const char *rate)
{
    struct arena arena = {0};
    char *yaml = arena_printf(
        &arena,
        "start: 2026-01-11T07:13:00Z\nhorizon: 1y\ninterval: %s\ndiscount_rate: %s\n"
        "demand: [{jobs: jobs.csv, after_end: stop}]\n%s",
        interval, rate, mix);
    books_run(books, yaml, stream(&arena, 9000, 17, 360 * 86400, 61, 9));
    arena_free(&arena);
}

struct sums {
    int64_t cost_uusd[COST_SHARES], state_gpu_ms[GPU_STATES], surplus_gpu_ms, jobs;
};

static void sum_up(const struct books *books, const char *pool, struct sums *sums)
{
    *sums = (struct sums){0};
    for (size_t i = 0; i < books->n_timeline; i++) {
        const struct timeline_row *row = &books->timeline[i];
        if (strcmp(row->pool, pool) != 0)
            continue;
        for (int s = 0; s < COST_SHARES; s++)
            sums->cost_uusd[s] += row->cost_uusd[s];
        for (int s = 0; s < GPU_STATES; s++)
            sums->state_gpu_ms[s] += row->state_gpu_ms[s];
        sums->surplus_gpu_ms += row->surplus_gpu_ms;
        sums->jobs += row->jobs_ended;
    }
}

Test(books, hourly_daily_weekly_and_monthly_intervals_give_the_same_totals)
{
    static const char *const intervals[] = {"1h", "1d", "7d", "1mo", "17.3h"};
    static struct sums first[3], sums;
    int64_t basis[3][BASES] = {{0}};
    for (int i = 0; i < 5; i++) {
        struct books books;
        run_mix(&books, intervals[i], "10 %/y");
        for (size_t p = 0; p < 3; p++) {
            const struct pool_result *result = &books.result->pools[p];
            int64_t economic = 0;
            sum_up(&books, books.scenario.pools[p].name, &sums);
            for (int s = 0; s < COST_SHARES; s++) {
                cr_expect_eq(sums.cost_uusd[s], result->cost_uusd[s]);
                economic += sums.cost_uusd[s];
            }
            cr_expect_eq(economic, result->basis_uusd[BASIS_ECONOMIC]);
            cr_expect_eq(sums.surplus_gpu_ms, result->surplus_gpu_ms);
            if (i == 0) {
                first[p] = sums;
                memcpy(basis[p], result->basis_uusd, sizeof basis[p]);
            }
            cr_expect_arr_eq((char *)&sums, (char *)&first[p], sizeof sums,
                             "%s, %s: totals differ", intervals[i],
                             books.scenario.pools[p].name);
            cr_expect_arr_eq((char *)result->basis_uusd, (char *)basis[p],
                             sizeof basis[p]);
            cr_expect_gt(sums.jobs, 50);
        }
        books_free(&books);
    }
}

/* The least share of an interval, of pools that have GPUs in it. */
static int64_t least_share(const struct books *books, bool elastic_too)
{
    int64_t least = 0;
    for (size_t i = 0; i < books->n_timeline; i++) {
        const struct timeline_row *row = &books->timeline[i];
        int64_t capacity = 0, hold = row->capacity_gpus * (row->end_ms - row->start_ms);
        for (int s = 0; s < GPU_STATES; s++)
            capacity += row->state_gpu_ms[s];
        bool elastic = strcmp(row->pool, "burst") == 0;
        /* A sale may bring more than the book value. */
        bool sells = strcmp(row->pool, "own") == 0 && capacity > hold;
        if (capacity == 0 || sells || (elastic && !elastic_too))
            continue;
        for (int s = 0; s < COST_SHARES; s++)
            least = row->cost_uusd[s] < least ? row->cost_uusd[s] : least;
    }
    return least;
}

Test(books, no_share_of_cost_is_negative)
{
    struct books books;
    run_mix(&books, "6h", "0 %/y");
    int64_t least = least_share(&books, true);
    cr_expect_geq(least, -3, "but for roundings: %" PRId64 " micro-USD", least);
    books_free(&books);
    /* What an elastic pool owes bears interest also when it holds next to nothing; in
     * fixed ones, payables of busy power bend the capital charge a little. */
    run_mix(&books, "6h", "10 %/y");
    least = least_share(&books, false);
    cr_expect_geq(least, -1000, "with interest: %" PRId64 " micro-USD", least);
    books_free(&books);
}

/* Hour by hour states are constant, so each hour's standing cost divides by GPU-hours:
 * an integral of its own. */
static void divide_hourly(const char *rate, double tolerance)
{
    struct arena arena = {0};
    struct books books;
    char *yaml = arena_printf(
        &arena,
        "start: 2026-01-01\nhorizon: 300d\ninterval: 1h\ndiscount_rate: %s\n"
        "demand: [{jobs: jobs.csv, after_end: stop}]\npools: [{name: own, tenure: own, "
        "class: h100-sxm, gpus: 24, %s, life: 3y}]\n",
        rate, PRICES);
    books_run(&books, yaml, stream(&arena, 700, 5, 290 * 86400, 3600, 16));
    const struct pool_spec *pool = &books.scenario.pools[0];
    const struct pool_result *result = &books.result->pools[0];
    double idle_uusd = 0, busy_uusd = 0, worst = 0;
    for (size_t i = 0; i < books.n_timeline; i++) {
        const struct timeline_row *row = &books.timeline[i];
        double busy = (double)row->state_gpu_ms[GPU_BUSY_USEFUL], all = 24 * 3.6e6;
        double power = (double)pool->busy_power_rate * busy / 3.6e9, total = 0;
        for (int s = 0; s < COST_SHARES; s++)
            total += (double)row->cost_uusd[s];
        double idle = (total - power) * (all - busy) / all;
        idle_uusd += idle;
        busy_uusd += total - idle;
        double off = fabs(idle - (double)row->cost_uusd[COST_IDLE]);
        worst = off > worst ? off : worst;
        cr_expect_eq(row->cost_uusd[COST_DOWN], 0);
    }
    cr_expect_float_eq((double)result->cost_uusd[COST_IDLE], idle_uusd,
                       tolerance * idle_uusd, "idle at %s: %" PRId64 ", not %f", rate,
                       result->cost_uusd[COST_IDLE], idle_uusd);
    cr_expect_float_eq((double)result->cost_uusd[COST_BUSY], busy_uusd,
                       tolerance * busy_uusd, "busy at %s: %" PRId64 ", not %f", rate,
                       result->cost_uusd[COST_BUSY], busy_uusd);
    cr_expect_lt(worst, rate[0] == '0' ? 3 : 100, "an hour at %s: %f off", rate, worst);
    books_free(&books);
    arena_free(&arena);
}

Test(books, the_idle_share_is_the_integral_of_standing_cost_over_idle_gpus)
{
    divide_hourly("0 %/y", 1e-9);
    /* Payables of busy power bend the capital charge inside a month. */
    divide_hourly("10 %/y", 1e-7);
}

/* ---- labels, rates, bills ---- */

Test(books, a_lease_and_an_owned_pool_that_cost_nothing_differ_in_their_names_only)
{
    struct arena arena = {0};
    struct books own, lease;
    const char *head = BOOKS_HEAD("2026-01-11", "120d", "10 %/y") "interval: 1d\n";
    char *jobs = stream(&arena, 900, 99, 118 * 86400, 61, 9);
    books_run(
        &own,
        arena_printf(&arena,
                     "%spools: [{name: p, tenure: own, class: h100-sxm, gpus: 16, "
                     "server_price: 0.000001 USD, colo: 0 USD/kW-mo, tariff: 0 "
                     "USD/kWh, fte_cost: 0 USD/y}]\n",
                     head),
        jobs);
    books_run(&lease,
              arena_printf(&arena,
                           "%spools: [{name: p, tenure: lease, class: h100-sxm, gpus: "
                           "16, price: 0 USD/GPU-h, term: 1y}]\n",
                           head),
              jobs);
    const struct pool_result *a = &own.result->pools[0], *b = &lease.result->pools[0];
    cr_assert_eq(own.n_timeline, lease.n_timeline);
    for (size_t i = 0; i < own.n_timeline; i++)
        cr_expect_arr_eq((char *)own.timeline[i].state_gpu_ms,
                         (char *)lease.timeline[i].state_gpu_ms,
                         sizeof a->state_gpu_ms);
    for (int q = 0; q <= 1000; q++)
        cr_expect_eq(histogram_quantile(&a->wait, q / 1000.0),
                     histogram_quantile(&b->wait, q / 1000.0));
    cr_expect_gt(histogram_quantile(&a->wait, 0.9), 0);
    cr_expect_eq(b->basis_uusd[BASIS_ECONOMIC], 0);
    cr_expect_leq(a->basis_uusd[BASIS_ECONOMIC], 16);
    cr_expect_eq(lease.n_ledger, 0, "no rows of zero");
    books_free(&own);
    books_free(&lease);
    arena_free(&arena);
}

static void run_rates(struct books *books, int factor)
{
    struct arena arena = {0};
    char *yaml = arena_printf(
        &arena,
        "start: 2026-01-11\nhorizon: 200d\ninterval: 1d\ndiscount_rate: 9 %%/y\n"
        "demand: [{jobs: jobs.csv, after_end: stop}]\npools:\n"
        "  - {name: own, tenure: own, class: h100-sxm, gpus: 16, server_price: %d USD, "
        "adder: 25 %%, residual: 10 %%, life: 3y, selling_cost: 5 %%, tariff: %d.%03d "
        "USD/kWh, colo: %d USD/kW-mo, fte_cost: %d USD/y}\n"
        "  - {name: rent, tenure: lease, class: h100-sxm, gpus: 8, price: %d.%03d "
        "USD/GPU-h, prepay: 50 %%, term: 2y}\n"
        "  - {name: burst, tenure: on-demand, class: h100-sxm, price: %d.%03d "
        "USD/GPU-h, minimum: 1h, increment: 7min}\n",
        factor * 283456, 0, factor * 87, factor * 161, factor * 261234,
        factor * 2046 / 1000, factor * 2046 % 1000, factor * 2951 / 1000,
        factor * 2951 % 1000);
    books_run(books, yaml, stream(&arena, 1500, 3, 195 * 86400, 61, 9));
    arena_free(&arena);
}

Test(books, all_prices_doubled_double_every_row_within_a_micro_dollar)
{
    struct books one, two;
    run_rates(&one, 1);
    run_rates(&two, 2);
    cr_assert_eq(one.n_ledger, two.n_ledger);
    for (size_t i = 0; i < one.n_ledger; i++) {
        const struct ledger_row *a = &one.ledger[i], *b = &two.ledger[i];
        cr_assert_eq(a->account, b->account);
        cr_expect_eq(a->quantity, b->quantity);
        /* Rates are rounded to nano-USD when they are set: a few parts in 1e9. */
        double off = fabs((double)b->amount_uusd - 2 * (double)a->amount_uusd);
        cr_expect_leq(off, 2 + 1e-7 * fabs((double)a->amount_uusd),
                      "%s: %" PRId64 " and %" PRId64, account_names[a->account],
                      a->amount_uusd, b->amount_uusd);
        bool direct = a->account == ACCOUNT_RENT || a->account == ACCOUNT_ON_DEMAND ||
                      a->account == ACCOUNT_SURPLUS || a->account == ACCOUNT_PURCHASE;
        cr_expect(!direct || off <= 2, "%s is %f off", account_names[a->account], off);
    }
    for (size_t p = 0; p < 3; p++) {
        const int64_t *a = one.result->pools[p].basis_uusd;
        const int64_t *b = two.result->pools[p].basis_uusd;
        for (int k = 0; k < BASES; k++)
            cr_expect(close_to((double)b[k], 2 * (double)a[k], 1e-8));
    }
    books_free(&one);
    books_free(&two);
}

Test(books, minimum_and_increment_are_a_surplus_of_their_own)
{
    static const struct {
        const char *pool, *jobs;
        int64_t surplus_gpu_ms, held_gpu_ms;
    } cases[] = {
        /* 61 min: two hours are billed; 10 s: the minimum. */
        {"minimum: 30min, increment: 1h", "0,3660,3\n", 3 * 3540000, 3 * 3660000},
        {"minimum: 90min, increment: 1h", "0,10,5\n", 5 * 5390000, 5 * 10000},
        {"minimum: 30min, increment: 1h", "0,3600,7\n", 0, 7 * 3600000},
        {"minimum: 1ms, increment: 1s", "0,12.345,2\n", 2 * 655, 2 * 12345},
        /* Two jobs on one instance of eight, one after the other: 100 s, then gone. */
        {"unit: 8, increment: 1min", "0,60,3\n10,90,5\n", 8 * 20000, 8 * 100000},
        /* Kept ten minutes after the job: 700 s held, 720 billed. */
        {"unit: 4, keep_alive: 10min, increment: 1min", "0,100,4\n", 4 * 20000,
         4 * 700000},
        /* Held at the horizon: the bill is not closed, nothing is rounded up. */
        {"minimum: 3h, increment: 1h", "86399,100,2\n", 0, 2 * 1000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct arena arena = {0};
        struct books books;
        books_run(&books,
                  arena_printf(&arena,
                               "start: 2026-01-11\nhorizon: 1d\ndiscount_rate: 0 "
                               "%%/y\ndemand: [{jobs: jobs.csv, after_end: stop}]\n"
                               "pools: [{name: p, tenure: on-demand, class: h100-sxm, "
                               "price: 3.6 USD/GPU-h, %s}]\n",
                               cases[i].pool),
                  cases[i].jobs);
        const struct pool_result *result = &books.result->pools[0];
        int64_t held = 0;
        for (int s = 0; s < GPU_STATES; s++)
            held += result->state_gpu_ms[s];
        cr_expect_eq(held, cases[i].held_gpu_ms, "case %zu held %" PRId64, i, held);
        cr_expect_eq(result->surplus_gpu_ms, cases[i].surplus_gpu_ms,
                     "case %zu surplus %" PRId64, i, result->surplus_gpu_ms);
        /* 3.6 USD/h is 1 micro-USD per GPU-ms. */
        cr_expect_eq(result->account_uusd[ACCOUNT_SURPLUS][BASIS_CASH],
                     cases[i].surplus_gpu_ms);
        cr_expect_eq(result->account_uusd[ACCOUNT_ON_DEMAND][BASIS_CASH], held);
        cr_expect_geq(result->cost_uusd[COST_IDLE], cases[i].surplus_gpu_ms);
        books_free(&books);
        arena_free(&arena);
    }
}

Test(books, energy_is_idle_power_always_and_the_increment_when_busy)
{
    struct books books;
    books_run(
        &books,
        BOOKS_HEAD(
            "2026-01-11", "10d",
            "0 %/y") "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 16, "
                     "fabric_power: 10 %, pue: 1.3, tariff: 0.1 USD/kWh, carbon: 385 "
                     "g/kWh}]\n",
        "86400,259200,12\n");
    const struct pool_result *result = &books.result->pools[0];
    const struct pool_spec *pool = &books.scenario.pools[0];
    /* A server draws 2.0 to 8.4 kW; 240 h of two servers, 72 h of twelve GPUs. */
    double idle_kw = 2.0 * 1.1 * 1.3 / 8, busy_kw = 6.4 * 1.1 * 1.3 / 8;
    double kwh = idle_kw * 16 * 240 + busy_kw * 12 * 72;
    cr_expect_eq(pool->idle_mw, llround(idle_kw * 1e6));
    cr_expect_eq(pool->busy_mw, llround(busy_kw * 1e6));
    cr_expect_float_eq((double)result->energy_mwh_milli / 1e6, kwh / 1e3, 1e-6,
                       "%" PRId64 " Wh", result->energy_mwh_milli);
    cr_expect_float_eq(result->carbon_kg, kwh * 0.385, 0.01);
    /* 164 kg a GPU over five years, of which ten days. */
    cr_expect_float_eq(result->embodied_kg, 164.0 * 16 * 10 / 1825, 1e-9);
    cr_expect_float_eq((double)result->account_uusd[ACCOUNT_ENERGY][BASIS_CASH] / 1e6,
                       kwh * 0.1, 1e-3);
    double rows = 0;
    for (size_t i = 0; i < books.n_ledger; i++) {
        const struct ledger_row *row = &books.ledger[i];
        if (row->account != ACCOUNT_ENERGY || row->basis != BASIS_CASH)
            continue;
        cr_expect_str_eq(row->unit, "kWh");
        rows += (double)row->quantity / pow(10, row->quantity_digits);
    }
    cr_expect_float_eq(rows, kwh, 1e-5);
    books_free(&books);
}

Test(books, overhead_bears_its_time_and_its_power)
{
    struct books books;
    /* Nine hours of work with a checkpoint of 20 min after each three but the last. */
    books_run(&books,
              "start: 2026-01-11\nhorizon: 1d\ndiscount_rate: 0 %/y\ndemand: [{jobs: "
              "jobs.csv, after_end: stop, checkpoint_interval: 3h, checkpoint_cost: "
              "20min}]\npools: [{name: own, tenure: own, class: h100-sxm, gpus: 8}]\n",
              "0,32400,5\n");
    const struct pool_spec *pool = &books.scenario.pools[0];
    const struct pool_result *result = &books.result->pools[0];
    cr_expect_eq(result->state_gpu_ms[GPU_BUSY_USEFUL], 5 * 9 * MS_PER_H);
    cr_expect_eq(result->state_gpu_ms[GPU_BUSY_OVERHEAD], 5 * 40 * MS_PER_MIN);
    double power = (double)pool->busy_power_rate / 1e3; /* micro-USD per GPU-h */
    double all = (double)result->basis_uusd[BASIS_ECONOMIC];
    double each = (all - power * (45 + 10 / 3.0)) / (8 * 24);
    cr_expect_float_eq((double)result->cost_uusd[COST_BUSY], 45 * (each + power), 2);
    cr_expect_float_eq((double)result->cost_uusd[COST_OVERHEAD],
                       10 / 3.0 * (each + power), 2);
    books_free(&books);
}

Test(books, rent_due_by_starts_divides_over_the_time_it_is_for)
{
    struct books books;
    /* Busy on the first day, idle until a last start on day 5; nothing after it. */
    books_run(
        &books,
        BOOKS_HEAD("2026-01-11", "10d", "0 %/y") "billing_until: last_start\ninterval: "
                                                 "1d\npools: [{name: l, tenure: "
                                                 "lease, class: h100-sxm, gpus: 8, "
                                                 "price: 3.6 USD/GPU-h, term: 1y}]\n",
        "0,86400,8\n86400,86400,1\n432000,86400,2\n");
    const struct pool_result *result = &books.result->pools[0];
    int64_t day = 24 * INT64_C(3600000);
    cr_expect_eq(result->basis_uusd[BASIS_CASH], 5 * 8 * day);
    cr_expect_eq(result->cost_uusd[COST_BUSY], 9 * day);
    cr_expect_eq(result->cost_uusd[COST_IDLE], 31 * day);
    for (size_t i = 0; i < books.n_timeline; i++)
        for (int s = 0; s < COST_SHARES; s++)
            cr_expect_geq(books.timeline[i].cost_uusd[s], 0);
    books_free(&books);
}

Test(books, useful_hours_are_discounted_at_the_instants_they_are_done)
{
    struct books books;
    books_run(
        &books,
        BOOKS_HEAD("2026-01-20", "2y", "13.7 %/y") "pools: [{name: own, tenure: own, "
                                                   "class: h100-sxm, gpus: 16}]\n",
        "1000000,20000000,7\n9000000,50000000,8\n");
    double lambda = log1p(0.137) / (double)MS_PER_Y * 1e3; /* per second */
    double end_s = 730 * 86400.0;
    double pv = 7 * (exp(-lambda * 1e6) - exp(-lambda * 2.1e7)) / lambda +
                8 * (exp(-lambda * 9e6) - exp(-lambda * 5.9e7)) / lambda;
    cr_assert_gt(end_s, 5.9e7);
    cr_expect_float_eq(books.result->pools[0].useful_pv_gpu_h, pv / 3600,
                       pv / 3600 * 1e-7);
    books_free(&books);
}

/* ---- several lots ---- */

static const struct asset_row *asset_of(const struct books *books, const char *item)
{
    for (size_t i = 0; i < books->n_assets; i++)
        if (strcmp(books->assets[i].item, item) == 0)
            return &books->assets[i];
    cr_assert_fail("no asset %s", item);
    return NULL;
}

static int64_t gpu_ms_of(const struct asset_row *row)
{
    int64_t all = 0;
    for (int s = 0; s < GPU_STATES; s++)
        all += row->state_gpu_ms[s];
    return all;
}

Test(books, the_newest_lot_fills_first_and_the_oldest_stands_idle)
{
    struct books books;
    /* Lots of 8, 4 and 6 on days 0, 10 and 20; 7 GPUs busy for 30 days. */
    books_run(
        &books,
        BOOKS_HEAD("2026-01-11", "30d",
                   "10 %/y") "pools: [{name: own, tenure: own, class: h100-sxm, gpus: "
                             "8, changes: [{at: "
                             "2026-01-21, gpus: +4}, {at: 2026-01-31, gpus: +6}]}]\n",
        "0,2592000,7\n");
    static const int64_t busy[] = {7 * 10 + 3 * 10, 4 * 10 + 1 * 10, 6 * 10};
    static const int64_t all[] = {8 * 30, 4 * 20, 6 * 10};
    static const char *const items[] = {"lot 1", "lot 2", "lot 3"};
    for (int i = 0; i < 3; i++) {
        const struct asset_row *row = asset_of(&books, items[i]);
        cr_expect_eq(row->state_gpu_ms[GPU_BUSY_USEFUL], busy[i] * MS_PER_D);
        cr_expect_eq(gpu_ms_of(row), all[i] * MS_PER_D);
        cr_expect_eq(row->begin_ms, i * 10 * MS_PER_D);
        cr_expect_eq(row->end_ms, -1);
        cr_expect(row->is_lot);
    }
    books_free(&books);
}

Test(books, the_hours_and_the_money_of_lots_sum_to_their_pools)
{
    struct books books;
    run_mix(&books, "1d", "10 %/y");
    for (size_t p = 0; p < 2; p++) {
        const struct pool_result *result = &books.result->pools[p];
        int64_t state[GPU_STATES] = {0}, economic = 0, book = 0;
        for (size_t i = 0; i < books.n_assets; i++) {
            const struct asset_row *row = &books.assets[i];
            if (strcmp(row->pool, books.scenario.pools[p].name) != 0)
                continue;
            for (int s = 0; s < GPU_STATES; s++) {
                state[s] += row->state_gpu_ms[s];
                cr_expect_geq(row->state_gpu_ms[s], 0);
            }
            economic += row->economic_uusd;
            book += row->book_uusd;
        }
        cr_expect_arr_eq((char *)state, (char *)result->state_gpu_ms, sizeof state);
        cr_expect_eq(economic, result->basis_uusd[BASIS_ECONOMIC]);
        cr_expect_eq(book, result->closing_book_uusd);
    }
    books_free(&books);
}

Test(books, what_drains_stays_paid_until_its_jobs_end)
{
    struct books books;
    /* Eight GPUs, seven busy to the end of day 6; on day 2 six are to go: one leaves at
     * once, five drain. */
    books_run(&books,
              BOOKS_HEAD("2026-01-11", "10d",
                         "0 %/y") "interval: 1d\npools: [{name: own, tenure: own, "
                                  "class: h100-sxm, gpus: 8, "
                                  "changes: [{at: 2026-01-13, gpus: -6}]}]\n",
              "0,518400,7\n259200,86400,2\n");
    const struct pool_spec *pool = &books.scenario.pools[0];
    const struct pool_result *result = &books.result->pools[0];
    static const int64_t capacity[] = {8, 8, 7, 7, 7, 7, 2, 2, 2, 2};
    int64_t days = 0;
    for (int d = 0; d < 10; d++) {
        int64_t gpu_ms = 0;
        for (int s = 0; s < GPU_STATES; s++)
            gpu_ms += books.timeline[d].state_gpu_ms[s];
        cr_expect_eq(gpu_ms, capacity[d] * MS_PER_D, "day %d", d);
        days += capacity[d];
    }
    /* Nothing new starts on what drains: the second job waits for day 6. */
    cr_expect_eq(result->wait.max, 3 * MS_PER_D);
    double colo = (double)pool->colo_rate * (double)days * 24 / 1e3;
    cr_expect_float_eq((double)result->account_uusd[ACCOUNT_COLOCATION][BASIS_CASH],
                       colo, 1);
    /* Sold in two parts, each at the market value of its day. */
    double left = 1 - pool->selling_cost_frac, sold = 0;
    static const struct {
        int day, gpus;
    } sales[] = {{2, 1}, {6, 5}};
    for (int i = 0; i < 2; i++)
        sold += (double)pool->server_price_uusd / 8 * left * sales[i].gpus *
                gpu_class_value_frac(pool->class, sales[i].day / 365.0);
    cr_expect_float_eq((double)-result->account_uusd[ACCOUNT_RESALE][BASIS_CASH], sold,
                       3);
    const struct asset_row *row = asset_of(&books, "lot 1");
    cr_expect_eq(row->gpus, 8);
    cr_expect_eq(row->end_ms, -1);
    books_free(&books);
}

Test(books, over_its_whole_life_accrual_is_cash_to_the_micro_dollar)
{
    struct arena arena = {0};
    struct books books;
    /* Bought, filled, and sold off in odd parts; the last when its job ends. */
    books_run(&books,
              BOOKS_HEAD("2026-01-11T01:02:03Z", "300d",
                         "12.34 %/y") "pools: [{name: own, tenure: own, class: "
                                      "h100-sxm, gpus: 0, life: 1y, " PRICES
                                      ", selling_cost: 7.77 %, changes: [{at: "
                                      "2026-02-03T04:05:06Z, gpus: +31}, "
                                      "{at: 2026-03-04, gpus: -7}, {at: "
                                      "2026-03-04T00:00:01, gpus: +11, "
                                      "server_price: 199.999 kUSD}, {at: 2026-07-08, "
                                      "gpus: -13}, {at: 2026-09-01, "
                                      "gpus: -22}]}]\n",
              stream(&arena, 800, 7, 280 * 86400, 61, 9));
    const struct pool_result *result = &books.result->pools[0];
    cr_expect_eq(result->basis_uusd[BASIS_CASH], result->basis_uusd[BASIS_ACCRUAL]);
    cr_expect_eq(result->closing_book_uusd, 0);
    for (size_t i = 0; i < books.n_assets; i++) {
        cr_expect_eq(books.assets[i].cash_uusd, books.assets[i].accrual_uusd);
        cr_expect_geq(books.assets[i].end_ms, 0);
        cr_expect_eq(books.assets[i].book_uusd, 0);
    }
    cr_expect_eq(books.n_assets, 2);
    books_free(&books);
    arena_free(&arena);
}
