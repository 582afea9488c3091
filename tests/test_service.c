/* What service is worth: a shadow price, counted exactly, and kept out of the money. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/calendar.h"
#include "world_fixture.h"

#define H MS_PER_H

/* Ledger rows of the shadow basis, and sums of the others. */
struct posted {
    const char *item;
    enum account account;
    int64_t month_unix_ms, time_ms, amount_uusd;
    int128 quantity;
    int digits;
};

struct books_seen {
    struct toy *toy;
    struct posted rows[32];
    size_t n;
    int64_t money_uusd[BASES];
    int64_t service_uusd[SERVICE_PARTS];
    int128 service[SERVICE_PARTS];
    bool ok;
};

static void take_posting(void *self, const struct ledger_row *row)
{
    struct books_seen *seen = self;
    if (row->basis != BASIS_SHADOW) {
        cr_expect(row->account < ACCOUNTS, "%s", account_names[row->account]);
        seen->money_uusd[row->basis] += row->amount_uusd;
        return;
    }
    cr_expect(row->account >= ACCOUNTS && *row->pool == '\0', "%s of '%s'",
              account_names[row->account], row->pool);
    cr_assert(seen->n < sizeof seen->rows / sizeof seen->rows[0]);
    seen->rows[seen->n++] = (struct posted){strcmp(row->item, "serve") == 0 ? "serve"
                                            : *row->item                    ? "?"
                                                                            : "",
                                            row->account,
                                            row->month_unix_ms,
                                            row->time_ms,
                                            row->amount_uusd,
                                            row->quantity,
                                            row->quantity_digits};
}

static struct books_seen run(struct toy *toy)
{
    struct books_seen seen = {.toy = toy};
    const struct sink sink = {.self = &seen, .ledger = take_posting};
    const struct run_options options = {.sink = &sink, .check = true};
    trace_finish(&toy->trace);
    struct world *world = world_new(&toy->scenario, &options);
    seen.ok = world_run(world, &toy->err);
    if (seen.ok) {
        const struct group_result *total = &world_result(world)->groups[0];
        memcpy(seen.service, total->service, sizeof seen.service);
        memcpy(seen.service_uusd, total->service_uusd, sizeof seen.service_uusd);
    }
    world_free(world);
    return seen;
}

static void add_job(struct toy *toy, const char *workload, int64_t submit_ms,
                    int64_t duration_ms, int32_t gpus, int64_t patience_ms,
                    int64_t deadline_ms)
{
    struct trace_row row = trace_row(submit_ms, duration_ms, gpus);
    if (workload)
        row.kind.workload = trace_name(&toy->trace, workload, strlen(workload));
    row.times.patience_ms = patience_ms;
    row.times.deadline_ms = deadline_ms;
    toy_add(toy, &row);
}

#define NO INT64_MAX

static struct service_price serve_price = {"serve", 2385000000, 173000000, 7250000};

static void toy_begin(struct toy *toy, int64_t horizon_ms)
{
    toy_init(toy, horizon_ms);
    toy->scenario.interval.ms = horizon_ms;
    toy->scenario.dispatch.backfill = BACKFILL_NONE;
    toy->scenario.service = &serve_price;
    toy->scenario.n_service = 1;
}

/*
 * 8 GPUs, 40 days from 2026-01-01; January ends after 744 h.
 *   train  0 h,   8 GPUs, 768 h                     runs to 768 h; has no price
 *   serve  720 h, 3 GPUs, 5 h                       waits 48 h: 72 GPU-h, and 72 in
 * February serve  721 h, 2 GPUs, 7 h, patience 10 h        waits 10 h: 20 GPU-h; 14
 * unserved; miss serve  722 h, 9 GPUs, 3 h                       refused: 27 GPU-h
 * unserved; miss serve  770 h, 1 GPU, 4 h, deadline 773 h        starts at once, ends
 * 774 h: miss train  950 h, 8 GPUs, 100 h serve  951 h, 5 GPUs, 6 h waits 9 h to the
 * end: 45 GPU-h January:  delay 92 GPU-h x 0.173 = 15.916, unserved 41 x 2.385
 * = 97.785, 2 x 7.25 February: delay 117 x 0.173 = 20.241, 1 x 7.25
 */
Test(service, waits_and_lost_work_are_priced_by_month_as_by_hand)
{
    struct toy toy;
    toy_begin(&toy, 40 * MS_PER_D);
    toy_pool(&toy, TENURE_OWN, "own", 8);
    add_job(&toy, "train", 0, 768 * H, 8, NO, NO);
    add_job(&toy, "serve", 720 * H, 5 * H, 3, NO, NO);
    add_job(&toy, "serve", 721 * H, 7 * H, 2, 10 * H, NO);
    add_job(&toy, "serve", 722 * H, 3 * H, 9, NO, NO);
    add_job(&toy, "serve", 770 * H, 4 * H, 1, NO, 773 * H);
    add_job(&toy, "train", 950 * H, 100 * H, 8, NO, NO);
    add_job(&toy, "serve", 951 * H, 6 * H, 5, NO, NO);
    struct books_seen seen = run(&toy);
    cr_assert(seen.ok, "%s", toy.err.text);

    const int64_t january = INT64_C(1767225600000), february = january + 744 * H;
    const int128 nano = 1000000000;
    const struct posted expected[] = {
        {"serve", ACCOUNT_SERVICE_UNSERVED, january, 744 * H, 97785000, 41 * nano, 9},
        {"serve", ACCOUNT_SERVICE_DELAY, january, 744 * H, 15916000, 92 * nano, 9},
        {"serve", ACCOUNT_SERVICE_MISS, january, 744 * H, 14500000, 2, 0},
        {"serve", ACCOUNT_SERVICE_DELAY, february, 960 * H, 20241000, 117 * nano, 9},
        {"serve", ACCOUNT_SERVICE_MISS, february, 960 * H, 7250000, 1, 0},
    };
    cr_assert(eq(sz, seen.n, sizeof expected / sizeof expected[0]));
    for (size_t i = 0; i < seen.n; i++) {
        const struct posted *is = &seen.rows[i], *due = &expected[i];
        cr_expect(
            strcmp(is->item, due->item) == 0 && is->account == due->account &&
                is->month_unix_ms == due->month_unix_ms &&
                is->time_ms == due->time_ms && is->amount_uusd == due->amount_uusd &&
                is->quantity == due->quantity && is->digits == due->digits,
            "row %zu: %s %s at %lld: %lld", i, is->item, account_names[is->account],
            (long long)is->time_ms, (long long)is->amount_uusd);
    }
    cr_expect(eq(i64, seen.service_uusd[SERVICE_UNSERVED], 97785000));
    cr_expect(eq(i64, seen.service_uusd[SERVICE_DELAY], 36157000));
    cr_expect(eq(i64, seen.service_uusd[SERVICE_MISS], 21750000));
    /* The other workload waits for nothing, and nothing of it is unserved. */
    cr_expect(eq(i64, (int64_t)seen.service[SERVICE_DELAY], 209 * H));
    toy_free(&toy);
}

/* A boot of 2 h is part of the wait of 3 GPUs: 6 GPU-h; the second job's is cut short
 * by the end after 1.25 h: 5 GPUs wait 6.25 GPU-h.  (6 + 6.25) x 0.173 = 2.119250. */
Test(service, a_boot_is_waited_for)
{
    struct toy toy;
    toy_begin(&toy, 10 * H);
    toy_pool(&toy, TENURE_ON_DEMAND, "burst", 8)->boot_ms = 2 * H;
    add_job(&toy, "serve", 1 * H, 4 * H, 3, NO, NO);
    add_job(&toy, "serve", 35 * H / 4, 4 * H, 5, NO, NO);
    struct books_seen seen = run(&toy);
    cr_expect(eq(i64, seen.service_uusd[SERVICE_DELAY], 2119250));
    cr_expect(eq(i64, (int64_t)seen.service[SERVICE_DELAY], 49 * H / 4));
    toy_free(&toy);
}

/* 3 GPUs wait for a boot of 2 h, run 1 h, lose their provider's capacity for 1.5 h,
 * boot for 2 h again and then restart, which is no wait: 3 x 5.5 = 16.5 GPU-h. */
Test(service, a_boot_after_an_interruption_is_waited_for)
{
    static const int64_t restarts[] = {0, H / 3};
    for (size_t i = 0; i < 2; i++) {
        struct toy toy;
        toy_begin(&toy, 30 * H);
        struct pool_spec *burst = toy_pool(&toy, TENURE_ON_DEMAND, "burst", 8);
        burst->boot_ms = 2 * H;
        burst->provider = "x";
        struct outage_spec outage = {
            .provider = "x", .pools = 1, .from_ms = 3 * H, .lasts_ms = 3 * H / 2};
        toy.scenario.outages = &outage;
        toy.scenario.n_outages = 1;
        toy.demand.kind.restart_ms = restarts[i];
        add_job(&toy, "serve", 0, 4 * H, 3, NO, NO);
        struct books_seen seen = run(&toy);
        cr_expect(eq(i64, (int64_t)seen.service[SERVICE_DELAY], 33 * H / 2));
        toy_free(&toy);
    }
}

/* 4 GPUs of a contract that ends after 5 h; 4 more GPUs are busy until 9 h: the job
 * waits 4 h x 4 GPUs = 16 GPU-h again.  16 x 0.173 = 2.768. */
Test(service, a_wait_after_an_interruption_counts)
{
    struct toy toy;
    toy_begin(&toy, 30 * H);
    struct pool_spec *lease = toy_pool(&toy, TENURE_LEASE, "lease", 4);
    lease->until_ms = 5 * H;
    lease->start_past_end = true;
    toy_pool(&toy, TENURE_OWN, "own", 4);
    add_job(&toy, "serve", 0, 8 * H, 4, NO, NO);
    add_job(&toy, NULL, 0, 9 * H, 4, NO, NO);
    struct books_seen seen = run(&toy);
    cr_expect(eq(i64, seen.service_uusd[SERVICE_DELAY], 2768000));
    toy_free(&toy);
}

/* Money with a price of service is money without, to the micro-dollar. */
Test(service, money_does_not_know_of_it)
{
    struct books_seen seen[2];
    for (int priced = 0; priced < 2; priced++) {
        struct toy toy;
        toy_begin(&toy, 40 * MS_PER_D);
        toy.scenario.n_service = (size_t)priced;
        toy.scenario.discount_frac_per_y = 0.093;
        struct pool_spec *own = toy_pool(&toy, TENURE_OWN, "own", 8);
        own->capex_uusd_per_gpu = INT64_C(31234567891);
        own->server_price_uusd = INT64_C(249876543128);
        own->colo_rate = 123456789;
        own->busy_power_rate = 98765432;
        toy_pool(&toy, TENURE_ON_DEMAND, "burst", 4)->price_rate = 2950000001;
        for (int i = 0; i < 40; i++)
            add_job(&toy, i % 3 ? "serve" : NULL, i * 17 * H + i, 31 * H + 7 * i,
                    1 + i % 9, i % 4 ? NO : 5 * H, NO);
        seen[priced] = run(&toy);
        cr_assert(seen[priced].ok, "%s", toy.err.text);
        toy_free(&toy);
    }
    cr_expect(seen[0].n == 0 && seen[1].n > 0, "%zu and %zu rows", seen[0].n,
              seen[1].n);
    for (int b = 0; b < BASES; b++)
        cr_expect(eq(i64, seen[0].money_uusd[b], seen[1].money_uusd[b]), "%s",
                  basis_names[b]);
    for (int part = 0; part < SERVICE_PARTS; part++)
        cr_expect(eq(i64, seen[0].service_uusd[part], 0));
}

/* Owning next to nothing is cheap, until its service has a price: 100 jobs of 8 GPUs
 * and 10 h, one every 10 h, need 8 GPUs; with 1 they are refused. */
Test(service, owning_nothing_is_cheap_only_where_service_has_no_price)
{
    int64_t money[2], service[2];
    for (int i = 0; i < 2; i++) {
        struct toy toy;
        toy_begin(&toy, 1000 * H);
        struct pool_spec *own = toy_pool(&toy, TENURE_OWN, "own", i ? 8 : 1);
        own->colo_rate = 1500000000;
        for (int k = 0; k < TOY_ROWS; k++)
            add_job(&toy, "serve", k * 10 * H, 10 * H, 8, NO, NO);
        struct books_seen seen = run(&toy);
        money[i] = seen.money_uusd[BASIS_ECONOMIC];
        service[i] = 0;
        for (int part = 0; part < SERVICE_PARTS; part++)
            service[i] += seen.service_uusd[part];
        toy_free(&toy);
    }
    cr_expect(eq(i64, money[0], 1500000000));  /* 1 GPU x 1000 h x 1.50 USD */
    cr_expect(eq(i64, money[1], 12000000000)); /* 8 GPUs */
    cr_expect(eq(i64, service[1], 0));
    /* 64 jobs x (80 GPU-h x 2.385 USD + 7.25 USD) */
    cr_expect(eq(i64, service[0], 12675200000));
    cr_expect(money[0] < money[1] && money[0] + service[0] > money[1]);
}

Test(service, what_cannot_be_summed_exactly_ends_the_run)
{
    struct toy toy;
    toy_begin(&toy, 1000 * MS_PER_D);
    struct service_price dear = {NULL, 0, INT64_C(1000000000000000), 0};
    toy.scenario.service = &dear;
    toy_pool(&toy, TENURE_OWN, "own", 1000000);
    add_job(&toy, NULL, 0, 900 * MS_PER_D, 1000000, NO, NO);
    add_job(&toy, NULL, 0, 1 * H, 1000000, NO, NO);
    struct books_seen seen = run(&toy);
    cr_expect(seen.ok == false);
    cr_expect(eq(
        str, toy.err.text,
        (char *)"toy.yaml: what `service` prices would pass what can be summed exactly "
                "(4e18 GPU-ms, 4e12 USD); use lower prices or a shorter horizon"));
    cr_expect(eq(int, toy.err.kind, ERROR_INFEASIBLE));
    toy_free(&toy);
}
