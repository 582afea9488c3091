/* A pool's own data centre against the oracle. */

#include "money.h"

/* 8 GPUs on one server of 10.2 kW: with 10 % of fabric 11.22 kW, at 11.7 MUSD/MW
 * 131,274 USD. */
#define POOL(facility)                                                                 \
    "{name: p, tenure: own, class: h100-sxm, server_price: 283.457 kUSD, adder: 21.7 " \
    "%, residual: 9.3 %, life: 3y, facility: " facility

/* What the facility alone adds to an oracle. */
static void oracle_facility(struct oracle *o, const struct facility_spec *spec)
{
    double cost = (double)spec->cost_uusd,
           build = (double)(spec->ready_ms - spec->begin_ms);
    double life = (double)(spec->life_end_ms - spec->ready_ms);
    double fall = (cost - (double)spec->residual_uusd) / life;
    int64_t ready = spec->ready_ms > 0 ? spec->ready_ms : 0;
    int64_t end = spec->life_end_ms < o->end_ms ? spec->life_end_ms : o->end_ms;
    o->opening_uusd += spec->ready_ms <= 0  ? cost + fall * (double)spec->ready_ms
                       : spec->begin_ms < 0 ? cost * (double)-spec->begin_ms / build
                                            : 0;
    oracle_flow(o, ready, end, fall, false);
    oracle_flow(o, ready, o->end_ms,
                (double)spec->running_uusd_per_y / (double)MS_PER_Y, true);
    /* Paid at the ends of months for what was built in them. */
    int64_t at = spec->begin_ms > 0 ? spec->begin_ms : 0;
    while (at < spec->ready_ms && at < o->end_ms) {
        int64_t month = calendar_next_month(o->start_unix_ms + at) - o->start_unix_ms;
        int64_t to = month < spec->ready_ms ? month : spec->ready_ms;
        to = to < o->end_ms ? to : o->end_ms;
        month = month < o->end_ms ? month : o->end_ms;
        oracle_lump(o, month, cost * (double)(to - at) / build, 0);
        at = to;
    }
}

static void expect_item(const struct books *books, int64_t opening_uusd)
{
    const struct asset_row *row = &books->assets[books->n_assets - 1];
    cr_assert(row->is_facility, "the last item is the facility");
    cr_expect_str_eq(row->item, "facility 1");
    cr_expect_eq(row->book_uusd, opening_uusd + row->cash_uusd - row->accrual_uusd);
}

Test(facility, it_is_sized_by_the_nameplate_of_the_most_gpus_planned)
{
    struct books books;
    run_with(
        &books, BOOKS_HEAD("2026-01-11T07:13:00Z", "30d", "11.3 %/y"),
        POOL("{}, gpus: 8, changes: [{at: 2027-01-01, gpus: +16}, {at: 2027-02-01, "
             "gpus: -8}, {at: 2027-03-01, gpus: +8}]}"));
    const struct pool_spec *pool = &books.scenario.pools[0];
    cr_expect_eq(pool->facility.cost_uusd, 3 * INT64_C(131274000000));
    cr_expect_eq(pool->colo_rate, 0);
    cr_expect_eq(pool->facility.ready_ms, 0);
    cr_expect_eq(pool->facility.life_end_ms, at_date(&books, "2041-01-11T07:13:00Z"));
    books_free(&books);
    run_with(&books, BOOKS_HEAD("2026-01-11T07:13:00Z", "30d", "11.3 %/y"),
             POOL("{mw: 2 MW, usd_per_mw: 9.3 MUSD/MW}, gpus: 8}"));
    cr_expect_eq(books.scenario.pools[0].facility.cost_uusd, INT64_C(18600000000000));
    books_free(&books);
}

/* There at the start: brought in at what it cost; or older, and its life ends. */
Test(facility, one_that_stands_is_brought_in_at_its_value)
{
    static const char *const facilities[] = {
        POOL("{running: 6 kUSD/y, residual: 5 %}, gpus: 8}"),
        POOL("{ready: 2019-05-06, life: 8y, running: 6 kUSD/y}, gpus: 8}"),
    };
    for (size_t i = 0; i < 2; i++) {
        static struct oracle o;
        struct books books;
        run_with(&books, BOOKS_HEAD("2026-01-11T07:13:00Z", "2y", "11.3 %/y"),
                 facilities[i]);
        const struct pool_spec *pool = &books.scenario.pools[0];
        const struct pool_result *result = &books.result->pools[0];
        oracle_init(&o, &books);
        double capex = 8 * (double)pool->capex_uusd_per_gpu;
        oracle_lump(&o, 0, capex, 0);
        oracle_line(&o, 0, o.end_ms, at_date(&books, "2029-01-11T07:13:00Z"),
                    capex - 8 * (double)pool->residual_uusd_per_gpu);
        oracle_lot(&o, pool, 8, 0, o.end_ms);
        oracle_runs(&o, pool->busy_power_rate);
        oracle_facility(&o, &pool->facility);
        expect_like_oracle(&books, "p", &o, result);
        expect_item(&books, result->opening_uusd);
        cr_expect_eq(
            books_sum(&books, "p", "facility 1", ACCOUNT_CONSTRUCTION, BASIS_CASH), 0);
        books_free(&books);
    }
}

/* Built from 2026-03-04 to 2027-09-04, or since before the start: paid month by month;
 * the servers come when it is ready, or two months later. */
Test(facility, one_that_is_built_in_the_run_is_paid_as_it_grows)
{
    static const char *const facilities[] = {
        POOL("{build_time: 18mo, ready: 2027-09-04, running: 6 kUSD/y}, gpus: 0, "
             "changes: [{at: 2027-11-04, gpus: +8}]}"),
        POOL("{build_time: 2y, ready: 2027-09-04T10:00, life: 4mo}, gpus: 0, changes: "
             "[{at: 2027-09-04T10:00, gpus: +8}]}"),
        POOL("{build_time: 2y, ready: 2028-09-04}, gpus: 0, changes: [{at: 2029-09-04, "
             "gpus: +8}]}"), /* not ready at the end */
    };
    struct arena arena = {0};
    static const char *const comes[] = {"2027-11-04", "2027-09-04T10:00", NULL};
    for (size_t i = 0; i < 3; i++) {
        static struct oracle o;
        struct books books;
        char *yaml = arena_printf(&arena, "%spools: [%s]\n",
                                  BOOKS_HEAD("2026-01-11T07:13:00Z", "2y", "11.3 %/y"),
                                  facilities[i]);
        books_run(&books, yaml, "");
        const struct pool_spec *pool = &books.scenario.pools[0];
        const struct pool_result *result = &books.result->pools[0];
        oracle_init(&o, &books);
        oracle_facility(&o, &pool->facility);
        if (comes[i]) {
            int64_t at = at_date(&books, comes[i]);
            double capex = 8 * (double)pool->capex_uusd_per_gpu;
            int64_t life = calendar_add_months(o.start_unix_ms + at, 36);
            oracle_lump(&o, at, capex, 0);
            oracle_line(&o, at, o.end_ms, life - o.start_unix_ms,
                        capex - 8 * (double)pool->residual_uusd_per_gpu);
            oracle_lot(&o, pool, 8, at, o.end_ms);
        }
        expect_like_oracle(&books, "p", &o, result);
        expect_item(&books, result->opening_uusd);
        books_free(&books);
    }
    arena_free(&arena);
}

/* 3 of 8 GPUs work in the first half of the year.  Each item's idle cost
 * is its own, month by month, and both are the pool's. */
Test(facility, its_idle_cost_is_its_own)
{
    static const char *const jobs[] = {"", "0,15768000,3\n"};
    struct arena arena = {0};
    for (int i = 0; i < 2; i++) {
        struct books books;
        char *yaml = arena_printf(&arena, "%spools: [%s]\n",
                                  BOOKS_HEAD("2026-01-01", "1y", "0 %/y"),
                                  POOL("{mw: 1 MW, running: 365 kUSD/y}, gpus: 8}"));
        books_run(&books, yaml, jobs[i]);
        const struct asset_row *lot = &books.assets[0], *hall = &books.assets[1];
        const struct pool_result *pool = &books.result->pools[0];
        cr_assert_eq(books.n_assets, 2);
        cr_assert(hall->is_facility);
        cr_expect_eq(lot->idle_uusd + hall->idle_uusd, pool->cost_uusd[COST_IDLE]);
        if (i == 0) {
            cr_expect_eq(hall->idle_uusd, hall->economic_uusd);
            cr_expect_eq(lot->idle_uusd, lot->economic_uusd);
        } else { /* the halves of a year have 182.5 days */
            double busy = 3.0 / 8 * 182.5 / 365;
            cr_expect_float_eq((double)hall->idle_uusd,
                               (double)hall->economic_uusd * (1 - busy), 5);
        }
        books_free(&books);
    }
    arena_free(&arena);
}
