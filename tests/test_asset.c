/* The money of one asset, whose readings are functions of time. */

#include <criterion/criterion.h>
#include <inttypes.h>
#include <math.h>

#include "base/calendar.h"
#include "world/asset.h"

/* A pool with one lot or contract whose counts the tests set by hand. */
struct bench {
    struct gpu_class class;
    struct pool_spec spec;
    struct scenario scenario;
    struct lot lot;
    struct pool pool;
    struct asset asset;
    struct asset_terms terms;
    double ages[3], values[3];
};

static void bench_init(struct bench *b, enum tenure tenure, int64_t gpus)
{
    *b = (struct bench){
        .ages = {0, 1, 3},
        .values = {1, 0.6, 0.2},
        .scenario = {.start_unix_ms = INT64_C(1767225600000)}, /* 2026-01-01 */
        .terms = {.charge_per_ms = log1p(0.1) / (double)MS_PER_Y},
    };
    b->class.value_by_age = (struct table){b->ages, b->values, 3};
    b->spec = (struct pool_spec){
        .name = "p",
        .tenure = tenure,
        .class = &b->class,
        .gpus = gpus,
        .gpus_per_server = 8,
        .server_price_uusd = INT64_C(283456789123),
        .selling_cost_frac = 0.0613,
        .life = {.months = 36},
        .capex_uusd_per_gpu = INT64_C(43121364895),
        .residual_uusd_per_gpu = INT64_C(3295185173),
        .colo_rate = 307412329,
        .support_rate = 196901210,
        .staff_rate = 115938356,
        .insurance_rate = 24612651,
        .idle_power_rate = 30387501,
        .busy_power_rate = 97240003,
    };
    b->lot = (struct lot){
        .terms = {.first = true}, .gpus = gpus, .first_gpus = gpus, .end_ms = -1};
    b->pool = (struct pool){.spec = &b->spec,
                            .elastic = tenure_is_elastic(tenure),
                            .lots = &b->lot,
                            .n_lots = 1};
    integral_set(&b->pool.capacity, 0, gpus);
}

static void bench_begin(struct bench *b)
{
    asset_begin(&b->asset, &b->pool, 0, 0, &b->scenario, 0);
}

static void busy(struct bench *b, int64_t at_ms, int64_t useful, int64_t overhead)
{
    integral_set(&b->pool.state[GPU_BUSY_USEFUL], at_ms, useful);
    integral_set(&b->pool.state[GPU_BUSY_OVERHEAD], at_ms, overhead);
}

/* ---- meters and schedules ---- */

Test(asset, a_meter_is_rounded_once_halves_away_from_zero)
{
    static const struct {
        int64_t rate, gpu_ms, uusd;
    } cases[] = {
        {1000, 3600000, 1},          {999, 3600000, 1},
        {499, 3600000, 0},           {500, 3600000, 1},
        {500, 3599999, 0},           {1500, 3600000, 2},
        {2051234567, 1, 1},          {1799999999, 1, 0},
        {1800000000, 1, 1},          {2049000000, 0, 0},
        {0, INT64_C(4000000000), 0}, {-500, 3600000, -1},
        {-499, 3600000, 0},          {2051234567, INT64_C(252288000000), 143750518455},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t found = meter_uusd((int128)cases[i].rate * cases[i].gpu_ms);
        cr_expect_eq(found, cases[i].uusd, "case %zu: %" PRId64, i, found);
    }
}

Test(asset, a_schedule_goes_from_one_amount_to_the_other_and_stays)
{
    const struct schedule line = {1000, 8000, 90000001, 20000003};
    cr_expect_eq(schedule_at(&line, INT64_MIN / 4), 90000001);
    cr_expect_eq(schedule_at(&line, 1000), 90000001);
    cr_expect_eq(schedule_at(&line, 4500), 55000002);
    cr_expect_eq(schedule_at(&line, 7999), 20010003);
    cr_expect_eq(schedule_at(&line, 8000), 20000003);
    cr_expect_eq(schedule_at(&line, INT64_MAX / 4), 20000003);
    int64_t last = schedule_at(&line, 0);
    for (int64_t now = 1; now < 9000; now++) {
        cr_assert_leq(schedule_at(&line, now), last);
        last = schedule_at(&line, now);
    }
    const struct schedule empty = {500, 500, 77, 77};
    cr_expect_eq(schedule_at(&empty, 499), 77);
    cr_expect_eq(schedule_at(&empty, 501), 77);
}

Test(asset, the_integral_of_a_schedule_adds_up_across_its_end)
{
    const struct schedule line = {1000, 8000, 90000000, 20000000};
    cr_expect_float_eq(schedule_integral(&line, 1000, 8000), 55e6 * 7000, 1);
    cr_expect_float_eq(schedule_integral(&line, 8000, 9000), 20e6 * 1000, 1);
    cr_expect_float_eq(schedule_integral(&line, 12000, 12345), 20e6 * 345, 1);
    cr_expect_eq(schedule_integral(&line, 4000, 4000), 0);
    double whole = schedule_integral(&line, 1000, 20000);
    for (int64_t cut = 1000; cut <= 20000; cut += 271) {
        double parts =
            schedule_integral(&line, 1000, cut) + schedule_integral(&line, cut, 20000);
        cr_expect_float_eq(parts, whole, whole * 1e-14, "cut at %" PRId64, cut);
    }
}

/* ---- lots ---- */

Test(asset, a_lot_reads_each_account_by_its_own_rate)
{
    static struct bench b;
    const int64_t now = 100 * MS_PER_D + 12345;
    bench_init(&b, TENURE_OWN, 24);
    bench_begin(&b);
    busy(&b, 3 * MS_PER_D, 17, 2);
    busy(&b, 50 * MS_PER_D, 0, 0);
    double capacity_h = 24 * (double)now / 3.6e6, busy_h = 19 * 47 * 24;

    const struct {
        enum account account;
        double uusd;
    } cases[] = {
        {ACCOUNT_COLOCATION, 307412.329 * capacity_h},
        {ACCOUNT_SUPPORT, 196901.21 * capacity_h},
        {ACCOUNT_STAFF, 115938.356 * capacity_h},
        {ACCOUNT_INSURANCE, 24612.651 * capacity_h},
        {ACCOUNT_ENERGY, 30387.501 * capacity_h + 97240.003 * busy_h},
        {ACCOUNT_PURCHASE, 24 * 43121364895.0},
        {ACCOUNT_DEPRECIATION, 24 * (43121364895.0 - 3295185173.0) * (double)now /
                                   (1096.0 * (double)MS_PER_D)},
        {ACCOUNT_RESALE, 0},
        {ACCOUNT_DISPOSAL, 0},
        {ACCOUNT_PREPAYMENT, 0},
        {ACCOUNT_PREPAID_RENT, 0},
        {ACCOUNT_RENT, 0},
        {ACCOUNT_ON_DEMAND, 0},
        {ACCOUNT_SURPLUS, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t found = asset_read(&b.asset, cases[i].account, now);
        cr_expect(fabs((double)found - cases[i].uusd) <= 0.51,
                  "%s: %" PRId64 ", not %f", account_names[cases[i].account], found,
                  cases[i].uusd);
    }
    cr_expect_str_eq(b.asset.name, "lot 1");
}

Test(asset, the_book_value_ends_at_the_residual_on_the_anniversary)
{
    static struct bench b;
    const int64_t life = 1096 * MS_PER_D; /* 2026-01-01 to 2029-01-01, a leap year */
    bench_init(&b, TENURE_OWN, 3);
    bench_begin(&b);
    cr_expect_eq(asset_book_uusd(&b.asset, 0), 3 * INT64_C(43121364895));
    cr_expect_gt(asset_book_uusd(&b.asset, life - 1), 3 * INT64_C(3295185173));
    cr_expect_eq(asset_book_uusd(&b.asset, life), 3 * INT64_C(3295185173));
    cr_expect_eq(asset_book_uusd(&b.asset, 2 * life), 3 * INT64_C(3295185173));
    int64_t gone = asset_read(&b.asset, ACCOUNT_DEPRECIATION, 2 * life);
    cr_expect_eq(gone, 3 * (INT64_C(43121364895) - INT64_C(3295185173)));
}

Test(asset, book_and_what_is_written_off_are_what_was_paid_at_every_instant)
{
    static struct bench b;
    bench_init(&b, TENURE_OWN, 7);
    bench_begin(&b);
    for (int64_t now = 0; now < 1200 * MS_PER_D; now += 7777777777) {
        int64_t book = asset_book_uusd(&b.asset, now);
        int64_t gone = asset_read(&b.asset, ACCOUNT_DEPRECIATION, now);
        cr_expect_eq(book + gone, b.asset.purchase_uusd);
    }
}

Test(asset, parts_sold_off_leave_nothing_and_balance)
{
    static const int64_t parts[] = {1, 5, 2, 11, 4};
    for (int64_t gap = 13 * MS_PER_D + 1; gap < 400 * MS_PER_D; gap += 77 * MS_PER_D) {
        static struct bench b;
        int64_t now = 0, left = 23;
        bench_init(&b, TENURE_OWN, 23);
        bench_begin(&b);
        for (size_t i = 0; i < 5; i++) {
            now += gap;
            int64_t book = asset_book_uusd(&b.asset, now), was = b.asset.resale_uusd;
            double age = (double)now / (double)MS_PER_Y;
            double each = 283456789123.0 / 8 * gpu_class_value_frac(&b.class, age);
            asset_retire(&b.asset, parts[i], &b.terms, now);
            double brought = (double)(was - b.asset.resale_uusd);
            cr_expect(fabs(brought - each * (double)parts[i] * (1 - 0.0613)) < 3,
                      "part %zu brought %f", i, brought);
            double stays = (double)book * (double)(left - parts[i]) / (double)left;
            cr_expect(fabs((double)asset_book_uusd(&b.asset, now) - stays) < 1,
                      "part %zu", i);
            left -= parts[i];
        }
        int64_t cash = asset_read(&b.asset, ACCOUNT_PURCHASE, now) +
                       asset_read(&b.asset, ACCOUNT_RESALE, now);
        int64_t accrual = asset_read(&b.asset, ACCOUNT_DEPRECIATION, now) +
                          asset_read(&b.asset, ACCOUNT_DISPOSAL, now);
        cr_expect_eq(cash, accrual);
        cr_expect_eq(asset_book_uusd(&b.asset, now + MS_PER_Y), 0);
        cr_expect_eq(asset_market_uusd(&b.asset, now + MS_PER_Y), 0);
    }
}

Test(asset, the_capital_charge_does_not_depend_on_when_bills_are_looked_at)
{
    static struct bench b;
    bench_init(&b, TENURE_OWN, 16);
    bench_begin(&b);
    busy(&b, 5 * MS_PER_D, 9, 0);
    busy(&b, 11 * MS_PER_D, 4, 1);
    const int64_t now = 30 * MS_PER_D;
    double charge = asset_capital(&b.asset, &b.terms, now);
    for (int64_t at = 12 * MS_PER_D; at < now; at += MS_PER_H)
        asset_capital(&b.asset, &b.terms, at);
    cr_expect_eq(asset_capital(&b.asset, &b.terms, now), charge);

    /* By hand: the line, less what is owed, day by day. */
    double held = schedule_integral(&b.asset.book.line, 0, now), owed = 0,
           per_ms = 3.6e9;
    double standing = 16 * (307412329.0 + 196901210 + 115938356 + 24612651 + 30387501);
    owed += standing / per_ms * (double)now * (double)now / 2;
    double a = 97240003.0 * 9 / per_ms, c = 97240003.0 * 5 / per_ms;
    double days = (double)MS_PER_D;
    owed += a * (6 * days) * (6 * days) / 2 + a * 6 * days * 19 * days;
    owed += c * (19 * days) * (19 * days) / 2;
    double expected = b.terms.charge_per_ms * (held - owed);
    cr_expect_float_eq(charge, expected, fabs(expected) * 1e-12, "%f, not %f", charge,
                       expected);
}

Test(asset, paying_bills_lets_payables_begin_anew)
{
    static struct bench b;
    bench_init(&b, TENURE_OWN, 16);
    bench_begin(&b);
    const int64_t now = 31 * MS_PER_D;
    double charge = asset_capital(&b.asset, &b.terms, now);
    asset_pay(&b.asset, &b.terms, now);
    cr_expect_float_eq(asset_capital(&b.asset, &b.terms, now), charge, 1e-3);
    /* From here on only the book bears a charge at first. */
    double next = asset_capital(&b.asset, &b.terms, now + 1) - charge;
    double book = (double)asset_book_uusd(&b.asset, now) * b.terms.charge_per_ms;
    cr_expect_float_eq(next, book, book * 1e-6 + 1e-3);
}

Test(asset, no_discount_rate_means_no_capital_charge)
{
    static struct bench b;
    bench_init(&b, TENURE_OWN, 16);
    b.terms.charge_per_ms = 0;
    bench_begin(&b);
    cr_expect_eq(asset_capital(&b.asset, &b.terms, 300 * MS_PER_D), 0);
}

Test(asset, market_value_follows_the_table_by_age_less_selling_cost)
{
    static struct bench b;
    bench_init(&b, TENURE_OWN, 16);
    b.spec.in_service_ms = -146 * MS_PER_D; /* 0.4 years */
    b.spec.opening = OPENING_BOOK;
    bench_begin(&b);
    double whole = 2 * 283456789123.0, net = 1 - 0.0613;
    static const struct {
        int64_t day;
        double frac;
    } cases[] = {{0, 0.84},  {73, 0.76}, {219, 0.6},
                 {584, 0.4}, {949, 0.2}, {3000, 0.2}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t found = asset_market_uusd(&b.asset, cases[i].day * MS_PER_D);
        cr_expect(fabs((double)found - whole * cases[i].frac * net) < 2,
                  "day %" PRId64 ": %" PRId64, cases[i].day, found);
    }
    cr_expect_eq(b.asset.purchase_uusd, 0);
    cr_expect_eq(b.asset.opening_uusd, asset_book_uusd(&b.asset, 0));
}

Test(asset, a_lot_past_its_book_life_comes_in_at_its_residual_and_stays_there)
{
    static struct bench b;
    bench_init(&b, TENURE_OWN, 8);
    b.spec.in_service_ms = -1500 * MS_PER_D;
    b.spec.opening = OPENING_BOOK;
    bench_begin(&b);
    cr_expect_eq(b.asset.opening_uusd, 8 * INT64_C(3295185173));
    cr_expect_eq(asset_read(&b.asset, ACCOUNT_DEPRECIATION, MS_PER_Y), 0);
    asset_retire(&b.asset, 8, &b.terms, MS_PER_Y);
    cr_expect_eq(b.asset.opening_uusd + asset_read(&b.asset, ACCOUNT_RESALE, MS_PER_Y),
                 asset_read(&b.asset, ACCOUNT_DISPOSAL, MS_PER_Y));
}

Test(asset, energy_is_power_times_time)
{
    static struct bench b;
    bench_init(&b, TENURE_OWN, 8);
    b.spec.idle_mw = 357500;
    b.spec.busy_mw = 1144000;
    bench_begin(&b);
    busy(&b, 0, 3, 2);
    int128 found = asset_energy(&b.asset, 10 * MS_PER_H);
    cr_expect(found == (int128)(357500 * 80 + 1144000 * 50) * MS_PER_H, "mW ms");
}

/* ---- contracts and rented capacity ---- */

static void bench_lease(struct bench *b, int64_t gpus, double prepay_frac)
{
    bench_init(b, TENURE_LEASE, gpus);
    b->spec.price_rate = 2051234567;
    b->spec.market_rent_rate = 1700000000;
    b->spec.prepay_frac = prepay_frac;
    b->spec.until_ms = 700 * MS_PER_D;
    b->lot.terms.until_ms = b->spec.until_ms;
    b->lot.terms.price_rate = b->spec.price_rate;
    bench_begin(b);
}

Test(asset, prepayment_and_rent_are_price_times_hours)
{
    for (int64_t gpus = 1; gpus < 4000; gpus = gpus * 3 + 1)
        for (int percent = 0; percent <= 100; percent += 7) {
            static struct bench b;
            bench_lease(&b, gpus, percent / 100.0);
            int64_t end = b.spec.until_ms;
            int64_t paid = asset_read(&b.asset, ACCOUNT_PREPAYMENT, end) +
                           asset_read(&b.asset, ACCOUNT_RENT, end);
            int64_t whole = meter_uusd((int128)2051234567 * gpus * end);
            cr_expect(llabs(paid - whole) <= 1, "%" PRId64 " GPUs, %d %%: %" PRId64,
                      gpus, percent, paid - whole);
            cr_expect_eq(asset_read(&b.asset, ACCOUNT_PREPAID_RENT, end),
                         b.asset.prepayment_uusd);
            cr_expect_eq(asset_book_uusd(&b.asset, end), 0);
            cr_expect_eq(asset_commitment_uusd(&b.asset, end), 0);
        }
}

Test(asset, what_is_committed_falls_by_what_is_billed)
{
    static struct bench b;
    bench_lease(&b, 13, 0.25);
    int64_t whole = asset_commitment_uusd(&b.asset, 0);
    for (int64_t now = 0; now <= b.spec.until_ms; now += 12345678901) {
        int64_t rent = asset_read(&b.asset, ACCOUNT_RENT, now);
        int64_t left = asset_commitment_uusd(&b.asset, now);
        cr_expect(llabs(rent + left - whole) <= 1, "at %" PRId64, now);
        double hours = 13 * (double)(b.spec.until_ms - now) / 3.6e6;
        double worth = (1.7 - (2.051234567 - 0.512808642)) * hours * 1e6;
        cr_expect(fabs((double)asset_market_uusd(&b.asset, now) - worth) < 2,
                  "market at %" PRId64, now);
    }
}

Test(asset, rented_capacity_is_what_was_held_and_what_the_bill_adds)
{
    static struct bench b;
    bench_init(&b, TENURE_ON_DEMAND, 0);
    b.spec.price_rate = 2949876543;
    bench_begin(&b);
    integral_set(&b.pool.capacity, MS_PER_H, 6);
    integral_set(&b.pool.capacity, 3 * MS_PER_H, 0);
    integral_add_lump(&b.pool.surplus, 3 * MS_PER_H, 1234567);
    int64_t now = 9 * MS_PER_H;
    cr_expect_eq(asset_read(&b.asset, ACCOUNT_ON_DEMAND, now), 35398519);
    cr_expect_eq(asset_read(&b.asset, ACCOUNT_SURPLUS, now),
                 llround(2949.876543 * 1234567 / 3600));
    cr_expect_eq(asset_read(&b.asset, ACCOUNT_RENT, now), 0);
    cr_expect_eq(asset_market_uusd(&b.asset, now), 0);
    cr_expect_eq(asset_book_uusd(&b.asset, now), 0);
    /* Owed and unpaid: capital is negative. */
    cr_expect_lt(asset_capital(&b.asset, &b.terms, now), 0);
    cr_expect_float_eq(asset_invested(&b.asset, now),
                       -35398519 - 2949.876543 * 1234567 / 3600, 1);
}

Test(asset, economic_cost_is_accrual_and_capital)
{
    static struct bench b;
    bench_init(&b, TENURE_OWN, 16);
    bench_begin(&b);
    busy(&b, 100, 5, 0);
    int64_t now = 200 * MS_PER_D, accrual = 0;
    for (int a = 0; a < ACCOUNTS; a++)
        if (a != ACCOUNT_CAPITAL && account_has_basis((enum account)a, BASIS_ACCRUAL))
            accrual += asset_read(&b.asset, (enum account)a, now);
    int64_t capital = llround(asset_capital(&b.asset, &b.terms, now));
    cr_expect_eq(asset_economic(&b.asset, &b.terms, now), accrual + capital);
}

Test(asset, a_lot_past_its_book_life_keeps_the_market_value_it_came_in_at)
{
    static struct bench b;
    bench_init(&b, TENURE_OWN, 8);
    b.spec.in_service_ms = -1500 * MS_PER_D;
    b.spec.opening = OPENING_MARKET;
    bench_begin(&b);
    int64_t value = llround(283456789123.0 * 0.2);
    cr_expect_eq(b.asset.opening_uusd, value);
    cr_expect_eq(asset_book_uusd(&b.asset, 1), value);
    cr_expect_eq(asset_read(&b.asset, ACCOUNT_DEPRECIATION, MS_PER_Y), 0);
}
