/* Prices that change, in the books: against amounts computed by hand. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdarg.h>

#include "money.h"
#include "world/market.h"
#include "world/meter.h"

#define HEAD(horizon) BOOKS_HEAD("2026-01-01", horizon, "0 %/y")
#define RENTS                                                                          \
    "markets:\n"                                                                       \
    "  - {name: rents, of: rent, class: h100-sxm, price: {model: table, points:\n"     \
    "      {2026-01-01: 2.95 USD/GPU-h, 2026-01-11: 2.61 USD/GPU-h,\n"                 \
    "       2026-01-21T06:00: 3.07 USD/GPU-h}}}\n"
#define TWICE_RENTS                                                                    \
    "markets:\n"                                                                       \
    "  - {name: rents, of: rent, class: h100-sxm, price: {model: table, points:\n"     \
    "      {2026-01-01: 5.90 USD/GPU-h, 2026-01-11: 5.22 USD/GPU-h,\n"                 \
    "       2026-01-21T06:00: 6.14 USD/GPU-h}}}\n"

/* books_run of a scenario that is put together. */
static void __attribute__((format(printf, 3, 4)))
run(struct books *books, const char *jobs, const char *fmt, ...)
{
    char yaml[4096];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(yaml, sizeof yaml, fmt, args);
    va_end(args);
    cr_assert(n > 0 && n < (int)sizeof yaml);
    books_run(books, yaml, jobs);
}

static int64_t account(const struct books *books, size_t pool, enum account account)
{
    return books->result->pools[pool].account_uusd[account][BASIS_ACCRUAL];
}

/* From 5 January for 480 h on 4 GPUs: 6 days, 10 days 6 h and 3 days 18 h, so 144, 246
 * and 90 h.  4 (144 * 2.95 + 246 * 2.61 + 90 * 3.07) = 5,372.64 USD. */
static const char long_job[] = "345600,1728000,4\n";
#define ON_DEMAND                                                                      \
    "pools: [{name: burst, tenure: on-demand, class: h100-sxm, price_market: rents, "  \
    "increment: 1h}]\n"

Test(markets, what_is_held_costs_the_price_of_each_moment)
{
    struct books books;
    books_run(&books, HEAD("40d") RENTS ON_DEMAND, long_job);
    cr_expect(eq(i64, account(&books, 0, ACCOUNT_ON_DEMAND), 5372640000));
    cr_expect(eq(i64, account(&books, 0, ACCOUNT_SURPLUS), 0));
    cr_expect(eq(i64, books.result->groups[0].direct_uusd, 5372640000));
    books_free(&books);
}

/* One month's rows add up, each at the price that was in force; and the price shown is
 * that at the interval's end, of which midnight of the change itself is the first of
 * the new one. */
Test(markets, an_interval_shows_the_price_at_its_end)
{
    struct books books;
    books_run(&books, HEAD("25d") RENTS ON_DEMAND, long_job);
    cr_assert(eq(sz, books.n_timeline, 25));
    for (size_t day = 0; day < 25; day++) {
        int64_t cents = day < 10 ? 295 : day < 20 ? 261 : 307;
        cr_expect(
            eq(i64, books.timeline[day].price_nano_usd_per_gpu_h, cents * 10000000));
    }
    books_free(&books);
}

/* A job of 90 min is billed 2 h: 1.5 h are held, and the half hour is added when it
 * ends.  It runs from 23:30 on the 10th to 01:00: 0.5 h at 2.95, 1 h at 2.61, and
 * 0.5 h of surplus at 2.61, on 3 GPUs. */
Test(markets, what_the_bill_adds_costs_the_price_at_its_end)
{
    struct books books;
    books_run(&books, HEAD("40d") RENTS ON_DEMAND, "862200,5400,3\n");
    cr_expect(eq(i64, account(&books, 0, ACCOUNT_ON_DEMAND), 3 * (1475000 + 2610000)));
    cr_expect(eq(i64, account(&books, 0, ACCOUNT_SURPLUS), 3 * 1305000));
    cr_expect(eq(i64, books.result->groups[0].direct_uusd, 3 * 5390000));
    books_free(&books);
}

/* Jobs that end exactly when the price changes paid the old one only. */
Test(markets, a_job_that_ends_at_a_change_paid_the_old_price)
{
    struct books books;
    books_run(&books, HEAD("40d") RENTS ON_DEMAND, "777600,86400,1\n864000,3600,1\n");
    cr_expect(eq(i64, account(&books, 0, ACCOUNT_ON_DEMAND), 24 * 2950000 + 2610000));
    cr_expect(eq(i64, books.result->groups[0].direct_uusd, 24 * 2950000 + 2610000));
    books_free(&books);
}

static const char many_jobs[] = "0,1234567.891,3\n5000.5,987654.321,5\n"
                                "864000.001,777.7,2\n900000,1000000.25,7\n";

Test(markets, doubled_prices_double_every_meter)
{
    static const char pools[] =
        "pools: [{name: lease, tenure: lease, class: h100-sxm, gpus: 4, term: 40d, "
        "price_market: rents, index_every: 9d, prepay: 25 %},\n"
        "  {name: burst, tenure: on-demand, class: h100-sxm, price_market: rents, "
        "increment: 1h}]\n";
    struct books once, twice;
    run(&once, many_jobs, "%s%s%s", HEAD("40d"), RENTS, pools);
    run(&twice, many_jobs, "%s%s%s", HEAD("40d"), TWICE_RENTS, pools);
    for (size_t p = 0; p < 2; p++)
        for (int a = 0; a < ACCOUNTS; a++)
            for (int b = 0; b < BASES; b++) {
                int64_t one = once.result->pools[p].account_uusd[a][b];
                int64_t two = twice.result->pools[p].account_uusd[a][b];
                /* A reading is rounded once. */
                cr_expect(llabs(2 * one - two) <= 1, "%s: %lld and %lld",
                          account_names[a], (long long)one, (long long)two);
            }
    for (uint32_t p = 0; p < 2; p++)
        for (int s = 0; s < GPU_STATES; s++)
            cr_expect(eq(i64, once.result->pools[p].state_gpu_ms[s],
                         twice.result->pools[p].state_gpu_ms[s]));
    books_free(&once);
    books_free(&twice);
}

/* Whole micro-dollars: no rounding is left, in any row. */
Test(markets, doubled_prices_double_whole_amounts_exactly)
{
    struct books once, twice;
    books_run(&once, HEAD("40d") RENTS ON_DEMAND, "0,1234800,3\n5400,1990800,5\n");
    books_run(&twice, HEAD("40d") TWICE_RENTS ON_DEMAND,
              "0,1234800,3\n5400,1990800,5\n");
    cr_assert(eq(sz, once.n_ledger, twice.n_ledger));
    for (size_t i = 0; i < once.n_ledger; i++)
        cr_expect(eq(i64, 2 * once.ledger[i].amount_uusd, twice.ledger[i].amount_uusd));
    cr_assert(eq(sz, once.n_timeline, twice.n_timeline));
    for (size_t i = 0; i < once.n_timeline; i++)
        cr_expect(eq(i64, 2 * once.timeline[i].price_nano_usd_per_gpu_h,
                     twice.timeline[i].price_nano_usd_per_gpu_h));
    books_free(&once);
    books_free(&twice);
}

/* A market that stays where a price would be changes not a row. */
Test(markets, a_constant_market_is_a_price)
{
    struct books plain, market;
    books_run(&plain,
              HEAD("40d") "pools: [{name: burst, tenure: on-demand, class: h100-sxm, "
                          "price: 2.95 USD/GPU-h, increment: 1h}]\n",
              many_jobs);
    books_run(&market,
              HEAD("40d") "markets: [{name: m, of: rent, class: h100-sxm}]\n"
                          "pools: [{name: burst, tenure: on-demand, class: h100-sxm, "
                          "price_market: m, increment: 1h}]\n",
              many_jobs);
    cr_assert(eq(sz, plain.n_ledger, market.n_ledger));
    for (size_t i = 0; i < plain.n_ledger; i++)
        cr_expect(eq(i64, plain.ledger[i].amount_uusd, market.ledger[i].amount_uusd));
    cr_expect(eq(i64, plain.result->groups[0].direct_uusd,
                 market.result->groups[0].direct_uusd));
    books_free(&plain);
    books_free(&market);
}

#define YEAR_RENTS                                                                     \
    "markets:\n"                                                                       \
    "  - {name: rents, of: rent, class: h100-sxm, price: {model: table, points:\n"     \
    "      {2026-01-01: 2.50 USD/GPU-h, 2026-05-01: 1.50 USD/GPU-h,\n"                 \
    "       2026-08-15: 3.25 USD/GPU-h}}}\n"

/* Share 80 %, 8 GPUs.  Signed on 1 January at 2.00 for good: 365 d.  Indexed each half
 * year: 181 d at 2.00, 184 d at 1.20.  Begun on 1 June at 1.20: 214 d. */
Test(markets, a_lease_is_signed_at_the_market_and_indexed_at_its_anniversaries)
{
    static const char pools[] = "pools:\n"
                                "  - {name: a, tenure: lease, class: h100-sxm, gpus: "
                                "8, term: 1y, price_market: "
                                "rents, price_share: 80 %}\n"
                                "  - {name: b, tenure: lease, class: h100-sxm, gpus: "
                                "8, term: 1y, price_market: "
                                "rents, price_share: 80 %, index_every: 6mo}\n"
                                "  - {name: c, tenure: lease, class: h100-sxm, gpus: "
                                "8, term: 1y, price_market: "
                                "rents, price_share: 80 %, from: 2026-06-01}\n";
    struct books books;
    run(&books, "0,1,1\n", "%s%s%s", HEAD("1y"), YEAR_RENTS, pools);
    int64_t h = 8 * 24 * INT64_C(1000000);
    cr_expect(eq(i64, account(&books, 0, ACCOUNT_RENT), 365 * h * 2));
    cr_expect(
        eq(i64, account(&books, 1, ACCOUNT_RENT), 181 * h * 2 + 184 * h * 12 / 10));
    cr_expect(eq(i64, account(&books, 2, ACCOUNT_RENT), 214 * h * 12 / 10));
    /* What is left of c's term, 151 d, is worth 80 % of 3.25 and costs 1.20. */
    cr_expect(eq(i64, books.result->pools[2].closing_market_uusd,
                 151 * h * 26 / 10 - 151 * h * 12 / 10));
    cr_expect(eq(i64, books.result->pools[2].commitment_uusd, 151 * h * 12 / 10));
    books_free(&books);
}

/* A quarter is prepaid at the price signed, 0.25 * 2.00 for the whole term; the rest
 * follows the index. */
Test(markets, what_is_prepaid_is_not_indexed)
{
    struct books books;
    run(&books, "0,1,1\n", "%s%s%s", HEAD("1y"), YEAR_RENTS,
        "pools: [{name: a, tenure: lease, class: h100-sxm, gpus: 8, term: "
        "1y, price_market: rents, price_share: 80 %, index_every: 6mo, "
        "prepay: 25 %}]\n");
    int64_t h = 8 * 24 * INT64_C(1000000);
    cr_expect(eq(i64, account(&books, 0, ACCOUNT_PREPAID_RENT), 365 * h / 2));
    cr_expect(eq(i64, account(&books, 0, ACCOUNT_RENT),
                 181 * h * 15 / 10 + 184 * h * 9 / 10));
    books_free(&books);
}

#define OWN_MARKETS                                                                    \
    "markets:\n"                                                                       \
    "  - {name: grid, of: tariff, price: {model: table, points: {2026-01-01: 0.085 "   \
    "USD/kWh, 2026-04-01: 0.1237 USD/kWh}}}\n"                                         \
    "  - {name: air, of: carbon, price: {model: table, points: {2026-01-01: 390 "      \
    "g/kWh, "                                                                          \
    "2026-04-01: 97.5 g/kWh}}}\n"                                                      \
    "  - {name: servers, of: value, class: h100-sxm, price: {model: table, points: "   \
    "{2026-01-01: 280000 USD, 2026-10-01: 200000 USD}}}\n"

/* 90 of 365 days at the first tariff and intensity.  One job keeps 3 of 16 GPUs busy
 * all the time. */
Test(markets, power_and_carbon_follow_their_markets)
{
    struct books books;
    run(&books, "0,31536000,3\n", "%s%s%s", HEAD("1y"), OWN_MARKETS,
        "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 16, "
        "tariff_market: grid, carbon_market: air}]\n");
    const struct pool_spec *spec = &books.scenario.pools[0];
    int64_t idle[2], busy[2], days[] = {90, 275};
    double kg = 0, intensity[] = {390, 97.5};
    int128 charged = 0;
    pool_power_rates(spec, 85000000, &idle[0], &busy[0]);
    pool_power_rates(spec, 123700000, &idle[1], &busy[1]);
    cr_expect(eq(i64, idle[0], spec->idle_power_rate));
    for (int i = 0; i < 2; i++) {
        charged += (int128)days[i] * MS_PER_D * (16 * idle[i] + 3 * busy[i]);
        double mw = 16 * (double)spec->idle_mw + 3 * (double)spec->busy_mw;
        kg += mw / 1e6 * 24 * (double)days[i] * intensity[i] / 1000;
    }
    cr_expect(eq(i64, account(&books, 0, ACCOUNT_ENERGY), meter_uusd(charged)));
    cr_expect(epsilon_eq(dbl, books.result->pools[0].carbon_kg, kg, 1e-9 * kg));
    int128 direct = (int128)3 * MS_PER_D * (90 * busy[0] + 275 * busy[1]);
    cr_expect(eq(i64, books.result->groups[0].direct_uusd, meter_uusd(direct)));
    books_free(&books);
}

/* Standing cost by GPU-time of each state, each moment at its tariff: one job keeps 3
 * of 16 GPUs busy from day 60 to day 200; the tariff changes after 90 days. */
Test(markets, power_is_borne_by_those_who_draw_it_when_it_costs_that)
{
    struct books books;
    run(&books, "5184000,12096000,3\n", "%s%s%s", HEAD("1y"), OWN_MARKETS,
        "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 16, tariff_market: "
        "grid}]\n");
    const struct pool_spec *spec = &books.scenario.pools[0];
    int64_t idle[2], busy[2];
    pool_power_rates(spec, 85000000, &idle[0], &busy[0]);
    pool_power_rates(spec, 123700000, &idle[1], &busy[1]);
    double rest = (double)(spec->colo_rate + spec->support_rate + spec->staff_rate +
                           spec->insurance_rate);
    double worn = (double)(spec->capex_uusd_per_gpu - spec->residual_uusd_per_gpu) *
                  1000 / 24 /
                  (5 * 365 + 1); /* nano-USD per GPU-h; 2028 is a leap year */
    double usd = 3 * 24 *
                 (30 * (rest + worn + (double)(idle[0] + busy[0])) +
                  110 * (rest + worn + (double)(idle[1] + busy[1]))) /
                 1e9;
    cr_expect(epsilon_eq(dbl, (double)books.result->pools[0].cost_uusd[COST_BUSY] / 1e6,
                         usd, 1e-4));
    books_free(&books);
}

/* Two servers bought at the start for 280,000 each; one is sold on 1 July, the other is
 * valued at the end of the year, when new ones cost 200,000. */
Test(markets, what_gpus_are_worth_follows_the_market)
{
    struct books books;
    run(&books, "0,1,1\n", "%s%s%s", HEAD("1y"), OWN_MARKETS,
        "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 16, "
        "value_market: servers, changes: [{at: 2026-07-01, gpus: -8}]}]\n");
    const struct gpu_class *class = books.scenario.pools[0].class;
    double sold = llround(2.8e11 * 2 * gpu_class_value_frac(class, 181.0 / 365)) / 2.0;
    double left = 2e11 * gpu_class_value_frac(class, 1);
    cr_expect(epsilon_eq(
        dbl, (double)-books_sum(&books, NULL, NULL, ACCOUNT_RESALE, BASIS_CASH),
        0.95 * sold, 2));
    cr_expect(epsilon_eq(dbl, (double)books.assets[0].market_uusd, 0.95 * left, 2));
    books_free(&books);
}

/* What is obsolete is judged by the rent there is at the end, in a pool or in a market
 * that no pool uses: here 0.20 USD/GPU-h, below what power and space cost. */
Test(markets, a_lot_is_obsolete_when_rents_have_fallen)
{
    for (int low = 0; low < 2; low++) {
        struct books books;
        run(&books, "0,1,1\n", "%s%s%s%s", HEAD("1y"),
            "markets: [{name: r, of: rent, class: h100-sxm, price: {model: "
            "table, points: {2026-01-01: 3 USD/GPU-h, 2026-06-01: ",
            low ? "0.20" : "2.20",
            " USD/GPU-h}}}]\npools: [{name: own, tenure: own, class: "
            "h100-sxm, gpus: 8}]\n");
        cr_expect(eq(int, books.assets[0].obsolete, low));
        cr_expect(epsilon_eq(dbl, books.assets[0].alternative_usd_per_work_h,
                             low ? 0.2 : 2.2, 1e-12));
        books_free(&books);
    }
}

/* 365 d of 2026 at the rate, 365 d of 2027 at the rate times 1.03, 366 d of 2028 at the
 * rate times 1.03^2, each rounded to nano-USD.  Colocation falls by 2 % a year;
 * insurance stays.
 */
Test(markets, recurring_prices_escalate_at_each_anniversary)
{
    struct books books;
    books_run(&books,
              HEAD("3y") "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8, "
                         "escalation: {staff: 3 %/y, colo: -2 %/y, tariff: 10 %/y}}]\n",
              "0,1,1\n");
    const struct pool_spec *spec = &books.scenario.pools[0];
    int128 all = 0, staff = 0, colo = 0, power = 0;
    const int64_t tariffs[] = {85000000, 93500000, 102850000};
    for (int k = 0; k < 3; k++) {
        int64_t idle, busy;
        int128 year = 8 * (MS_PER_Y + (k == 2 ? MS_PER_D : 0));
        all += year;
        staff += year * llround((double)spec->staff_rate * pow(1.03, k));
        colo += year * llround((double)spec->colo_rate * pow(0.98, k));
        pool_power_rates(spec, tariffs[k], &idle, &busy);
        power += year * idle + (k == 0 ? (int128)1000 * busy : 0);
    }
    cr_expect(eq(i64, account(&books, 0, ACCOUNT_STAFF), meter_uusd(staff)));
    cr_expect(eq(i64, account(&books, 0, ACCOUNT_COLOCATION), meter_uusd(colo)));
    cr_expect(eq(i64, account(&books, 0, ACCOUNT_ENERGY), meter_uusd(power)));
    cr_expect(eq(i64, account(&books, 0, ACCOUNT_INSURANCE),
                 meter_uusd(all * spec->insurance_rate)));
    books_free(&books);
}

/* 2.00 until 1 January 2027, 2.10 until 2028, 2.205; a contract counts its own
 * anniversaries, from 1 July on. */
Test(markets, a_lease_and_rents_on_demand_escalate)
{
    struct books books;
    books_run(
        &books,
        HEAD("3y") "pools:\n"
                   "  - {name: a, tenure: lease, class: h100-sxm, gpus: 8, term: "
                   "4y, price: 2 USD/GPU-h, escalation: {price: 5 %/y}}\n"
                   "  - {name: b, tenure: lease, class: h100-sxm, gpus: 8, term: "
                   "3y, from: 2026-07-01, price: 2 USD/GPU-h, escalation: {price: 5 "
                   "%/y}}\n"
                   "  - {name: c, tenure: on-demand, class: h100-sxm, price: 2 "
                   "USD/GPU-h, escalation: {price: 5 %/y}}\n",
        "0,94608000,17\n");
    int64_t h = 24 * INT64_C(1000); /* USD 0.001 */
    cr_expect(eq(i64, account(&books, 0, ACCOUNT_RENT),
                 8 * h * (365 * (2000 + 2100) + 366 * 2205)));
    cr_expect(eq(i64, account(&books, 1, ACCOUNT_RENT),
                 8 * h * (365 * 2000 + 366 * 2100 + 184 * 2205)));
    cr_expect(eq(i64, account(&books, 2, ACCOUNT_ON_DEMAND),
                 17 * 365 * h * (2000 + 2100 + 2205)));
    books_free(&books);
}

static int64_t drawn_bill(const char *markets, const char *more)
{
    struct books books;
    run(&books, many_jobs,
        "%smarkets: [%s]\npools: [%s{name: burst, tenure: on-demand, class: "
        "h100-sxm, price_market: m}]\n",
        HEAD("40d"), markets, more);
    size_t last = books.result->n_pools - 1;
    int64_t bill = account(&books, last, ACCOUNT_ON_DEMAND);
    books_free(&books);
    return bill;
}

/* Draws belong to a market's name. */
Test(markets, one_more_market_or_pool_shifts_no_price)
{
    static const char m[] = "{name: m, of: rent, class: h100-sxm, price: {model: ou, "
                            "step: 1h}}";
    static const char two[] = "{name: a, of: tariff, price: gbm}, {name: m, of: rent, "
                              "class: h100-sxm, price: {model: ou, step: 1h}}";
    static const char other[] =
        "{name: m, of: rent, class: h100-sxm, price: {model: gbm, "
        "step: 1h}}";
    int64_t bill = drawn_bill(m, "");
    cr_expect(eq(i64, drawn_bill(two, ""), bill));
    cr_expect(eq(i64,
                 drawn_bill(two, "{name: own, tenure: own, class: h100-sxm, gpus: 1, "
                                 "tariff_market: a}, "),
                 bill));
    cr_expect(ne(i64, drawn_bill(other, ""), bill));
}

/* What each job is charged adds up to the bill, within half a micro-USD each. */
Test(markets, what_jobs_cost_is_the_bill)
{
    struct books books;
    books_run(
        &books,
        HEAD("40d") "markets: [{name: m, of: rent, class: h100-sxm, price: {model: "
                    "ou, step: 1h, volatility: 300 %/y}}]\n"
                    "pools: [{name: burst, tenure: on-demand, class: h100-sxm, "
                    "price_market: m}]\n",
        many_jobs);
    int64_t bill =
        account(&books, 0, ACCOUNT_ON_DEMAND) + account(&books, 0, ACCOUNT_SURPLUS);
    cr_expect(llabs(books.result->groups[0].direct_uusd - bill) <= 4, "%lld and %lld",
              (long long)books.result->groups[0].direct_uusd, (long long)bill);
    books_free(&books);
}

/* Price changes keep no run alive. */
Test(markets, a_run_until_idle_ends)
{
    struct books books;
    books_run(&books,
              "start: 2026-01-01\nhorizon: until_idle\ndemand: [{jobs: jobs.csv, "
              "after_end: stop}]\n"
              "markets: [{name: m, of: rent, class: h100-sxm, price: {model: ou, step: "
              "1h}}]\n"
              "pools: [{name: burst, tenure: on-demand, class: h100-sxm, price_market: "
              "m, escalation: {price: 3 %/y}}]\n",
              "0,7200,3\n");
    cr_expect(eq(i64, books.result->end_ms, 2 * MS_PER_H));
    books_free(&books);
}
