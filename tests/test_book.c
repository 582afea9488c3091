/* Book values by method: spreadsheets' figures, and what holds for any lot. */

#include <criterion/criterion.h>
#include <inttypes.h>
#include <math.h>

#include "base/calendar.h"
#include "base/rng.h"
#include "world/book.h"

#define START INT64_C(1767225600000) /* 2026-01-01 */

static int64_t date(int64_t months)
{
    return calendar_add_months(START, months) - START;
}

static struct book_start lot(double usd, double residual_usd, int64_t years)
{
    return (struct book_start){
        .value_uusd = llround(usd * 1e6),
        .residual_uusd = llround(residual_usd * 1e6),
        .life_end_ms = date(12 * years),
        .life_y = (double)years,
        .start_unix_ms = START,
        .gpus = 8,
    };
}

static const struct reading unused = {0, 0};

/* The values at the ends of the book years, in USD. */
static void expect_years(const struct depreciation_spec *spec,
                         const struct book_start *start, const double usd[], int n)
{
    struct book book;
    book_begin(&book, spec, start);
    for (int year = 1; year <= n; year++) {
        int64_t now = date(12 * year);
        double found = (double)book_at(&book, now, unused) / 1e6;
        cr_expect_float_eq(found, usd[year - 1], 1e-5, "year %d: %f, not %f", year,
                           found, usd[year - 1]);
        book_break(&book, now, unused);
        cr_expect_eq(book_at(&book, now, unused), llround(found * 1e6));
    }
}

/* The examples of DDB: a machine of 2,400 with a salvage of 300 after ten years writes
 * off 480 in the first year, 306 in the second at a factor of 1.5, and what is left,
 * 22.12, in the tenth. */
Test(book, declining_balance_is_what_spreadsheets_call_ddb)
{
    struct book_start start = lot(2400, 300, 10);
    const struct depreciation_spec twice = {DEPRECIATION_DECLINING, 2, false, 0};
    double usd[10];
    for (int i = 0; i < 10; i++)
        usd[i] = 2400 * pow(0.8, i + 1);
    cr_assert_float_eq(usd[8] - 300, 22.12, 0.005);
    usd[9] = 300;
    expect_years(&twice, &start, usd, 10);

    const struct depreciation_spec half = {DEPRECIATION_DECLINING, 1.5, false, 0};
    const double first[] = {2400 - 360, 2400 - 360 - 306};
    expect_years(&half, &start, first, 2);
}

/* VDB(2400, 300, 10, 0, 0.875, 1.5) = 315: within a book year it goes straight. */
Test(book, within_a_book_year_declining_balance_is_linear)
{
    struct book_start start = lot(2400, 300, 10);
    const struct depreciation_spec half = {DEPRECIATION_DECLINING, 1.5, true, 0};
    struct book book;
    book_begin(&book, &half, &start);
    int64_t now = date(12) / 8 * 7;
    cr_expect_eq(book_at(&book, now, unused), INT64_C(2400000000) - 315000000);
}

/* 100,000 over five years without residual: 40 % a year of 100,000, 60,000 and 36,000;
 * then half of 21,600 twice, which is more than 40 % of it.  With a residual of 10,000
 * the fourth year still takes 40 % of 21,600 (of 11,600 that are left half would be
 * 5,800), and the last what remains. */
Test(book, declining_balance_switches_when_straight_line_writes_off_more)
{
    const struct depreciation_spec spec = {DEPRECIATION_DECLINING, 2, true, 0};
    struct book_start bare = lot(100000, 0, 5), rest = lot(100000, 10000, 5);
    static const double a[] = {60000, 36000, 21600, 10800, 0, 0};
    static const double b[] = {60000, 36000, 21600, 12960, 10000, 10000};
    expect_years(&spec, &bare, a, 6);
    expect_years(&spec, &rest, b, 6);
}

/* Without the switch what the life leaves stays in the books until it is sold. */
Test(book, without_the_switch_the_value_after_the_life_stays)
{
    const struct depreciation_spec spec = {DEPRECIATION_DECLINING, 2, false, 0};
    struct book_start start = lot(100000, 0, 5);
    static const double usd[] = {60000, 36000, 21600, 12960, 7776, 7776, 7776};
    expect_years(&spec, &start, usd, 7);
}

/* 8 GPUs, two years (730 d), 70 % expected: 8 x 17,520 h x 0.7 = 98,112 GPU-h for
 * 90,000 USD.  12,345.678 GPU-h take 90,000 x 12,345.678 / 98,112 = 11,324.925 USD. */
Test(book, units_of_production_follow_the_busy_hours)
{
    const struct depreciation_spec spec = {DEPRECIATION_UNITS, 2, true, 0.7};
    struct book_start start = lot(100000, 10000, 2);
    struct book book;
    start.use = (struct reading){777, 0};
    book_begin(&book, &spec, &start);
    struct reading use = {777 + 44444440800, 0}; /* 12,345.678 GPU-h */
    double found = (double)book_at(&book, MS_PER_D, use) / 1e6;
    cr_expect_float_eq(found, 100000 - 11324.925, 0.001, "%f", found);
    cr_expect_eq(book_next_break_ms(&book), INT64_MAX);
    use.sum = 777 + 98112 * MS_PER_H - 1;
    cr_expect_eq(book_at(&book, date(24), use), INT64_C(10000000000));
    use.sum += 98112 * MS_PER_H;
    cr_expect_eq(book_at(&book, date(36), use), INT64_C(10000000000));
}

/* One GPU-ms a ms: value 100,000 - 90,000 t / T until T, then 10,000. */
Test(book, the_integral_by_use_is_exact_also_across_the_end)
{
    const struct depreciation_spec spec = {DEPRECIATION_UNITS, 2, true, 0.25};
    struct book_start start = lot(100000, 10000, 2);
    struct book book;
    book_begin(&book, &spec, &start);
    struct integral use = {.count = 2};
    double t = (double)date(24); /* 8 GPUs x T x 0.25 = 2 T: used up at T */
    int64_t half = date(24) / 2, twice = date(24) * 2;
    double found = book_integral(&book, 0, half, integral_read(&use, half));
    cr_expect_float_eq(found, (100e9 + 55e9) / 2 * t / 2, 1e-12 * found);
    found = book_integral(&book, 0, twice, integral_read(&use, twice));
    cr_expect_float_eq(found, (100e9 + 10e9) / 2 * t + 10e9 * t, 1e-12 * found);
    book_mark(&book, integral_read(&use, half));
    double later = book_integral(&book, half, twice, integral_read(&use, twice));
    cr_expect_float_eq(later, (55e9 + 10e9) / 2 * t / 2 + 10e9 * t, 1e-12 * later);
}

/* Held at book, a lot goes on as if it had been there all the time. */
Test(book, a_lot_brought_in_at_book_has_the_values_it_would_have_had)
{
    for (int method = 0; method < 3; method++) {
        const struct depreciation_spec spec = {(enum depreciation)method, 1.7, true, 1};
        struct book_start start = lot(314159.265358, 27182.818284, 5);
        struct book old, new;
        int64_t now = date(12) + 123 * MS_PER_D + 4567;
        book_begin(&old, &spec, &start);
        book_begin(&new, &spec, &start);
        book_roll(&new, now, unused);
        cr_expect_eq(book_written_off(&new, now, unused), 0);
        for (int year = 1; year <= 6; year++) {
            int64_t at = date(12 * year) + 1234567;
            struct reading all = {8 * at, 0}, rest = {8 * (at - now), 0};
            book_break(&old, date(12 * year), all);
            if (year == 1)
                continue;
            book_break(&new, date(12 * year), rest);
            int64_t a = book_at(&old, at, all), b = book_at(&new, at, rest);
            cr_expect(llabs(a - b) <= 1, "method %d, year %d: %" PRId64 ", %" PRId64,
                      method, year, a, b);
        }
        cr_expect_eq(book_at(&new, date(80), (struct reading){1e15, 0}), 27182818284);
    }
}

/* ---- any lot ---- */

struct fate {
    struct rng rng;
    struct book book;
    struct integral use;
    int64_t gpus, now_ms, paid_uusd, gone_uusd, impaired_uusd;
};

static int64_t draw(struct fate *f, int64_t n)
{
    return (int64_t)(rng_uniform(&f->rng) * (double)n);
}

static struct reading use_of(const struct fate *f)
{
    return integral_read(&f->use, f->now_ms);
}

static void fate_begin(struct fate *f, uint64_t i)
{
    *f = (struct fate){0};
    rng_init(&f->rng, (struct rng_key){i, 0, "book", "lot"});
    struct depreciation_spec spec = {(enum depreciation)(i % 3),
                                     0.3 + 4 * rng_uniform(&f->rng), draw(f, 2),
                                     0.05 + 0.95 * rng_uniform(&f->rng)};
    int64_t months = 1 + draw(f, 120);
    f->gpus = 1 + draw(f, 5000);
    f->paid_uusd = draw(f, 1000000000000) * f->gpus / 8;
    struct book_start start = {
        .value_uusd = f->paid_uusd,
        .residual_uusd = draw(f, f->paid_uusd / (draw(f, 2) ? 1 : 10) + 1),
        .now_ms = f->now_ms = draw(f, 5 * MS_PER_Y),
        .life_from_ms = f->now_ms,
        .start_unix_ms = START + draw(f, 2 * MS_PER_Y),
        .gpus = f->gpus,
        .life_y = (double)months / 12,
    };
    start.life_end_ms = calendar_add_months(start.start_unix_ms + f->now_ms, months) -
                        start.start_unix_ms;
    f->use.since_ms = f->now_ms;
    start.use = use_of(f);
    book_begin(&f->book, &spec, &start);
}

static void expect_sums(const struct fate *f)
{
    int64_t value = book_at(&f->book, f->now_ms, use_of(f));
    int64_t off = book_written_off(&f->book, f->now_ms, use_of(f));
    cr_assert_geq(value, 0);
    cr_assert_geq(off, 0);
    cr_assert_eq(value + off + f->gone_uusd + f->impaired_uusd, f->paid_uusd);
}

/* Up to `to_ms`, stopping at the breaks of the book. */
static void fate_goes_on(struct fate *f, int64_t to_ms)
{
    while (f->now_ms < to_ms) {
        int64_t at = book_next_break_ms(&f->book);
        int64_t before = book_at(&f->book, f->now_ms, use_of(f));
        f->now_ms = at > f->now_ms && at < to_ms ? at : to_ms;
        expect_sums(f);
        int64_t value = book_at(&f->book, f->now_ms, use_of(f));
        cr_assert_leq(value, before);
        book_break(&f->book, f->now_ms, use_of(f));
        cr_assert_eq(book_at(&f->book, f->now_ms, use_of(f)), value);
    }
}

static void fate_strikes(struct fate *f)
{
    int64_t value = book_at(&f->book, f->now_ms, use_of(f)), part;
    switch (draw(f, 3)) {
    case 0: /* some are sold, or lost */
        part = 1 + draw(f, f->gpus);
        f->gone_uusd += book_cut(&f->book, part, f->gpus, f->now_ms, use_of(f));
        f->gpus -= part;
        break;
    case 1: /* the value is impaired, or restored */
        part = draw(f, value + 1) - draw(f, f->impaired_uusd + 1);
        book_set(&f->book, value - part, f->now_ms, use_of(f));
        f->impaired_uusd += part;
        break;
    default: integral_set(&f->use, f->now_ms, draw(f, f->gpus + 1)); break;
    }
}

Test(book, over_the_whole_life_of_any_lot_accrual_is_cash_exactly)
{
    for (uint64_t i = 0; i < 30000; i++) {
        static struct fate f;
        fate_begin(&f, i);
        expect_sums(&f);
        int64_t end = f.now_ms + draw(&f, 12 * MS_PER_Y);
        while (f.gpus > 0 && f.now_ms < end) {
            fate_goes_on(&f, f.now_ms + 1 + draw(&f, 2 * MS_PER_Y));
            fate_strikes(&f);
            expect_sums(&f);
        }
        if (f.gpus > 0)
            f.gone_uusd += book_cut(&f.book, f.gpus, f.gpus, f.now_ms, use_of(&f));
        int64_t off = book_written_off(&f.book, f.now_ms + MS_PER_Y, use_of(&f));
        cr_assert_eq(book_at(&f.book, f.now_ms + MS_PER_Y, use_of(&f)), 0);
        cr_assert_eq(off + f.gone_uusd + f.impaired_uusd, f.paid_uusd, "lot %d",
                     (int)i);
    }
}

Test(book, no_method_goes_below_the_residual)
{
    for (uint64_t i = 0; i < 3000; i++) {
        static struct fate f;
        fate_begin(&f, i);
        int64_t residual = f.book.residual_uusd;
        integral_set(&f.use, f.now_ms, f.gpus);
        fate_goes_on(&f, f.now_ms + 15 * MS_PER_Y);
        cr_assert_geq(book_at(&f.book, f.now_ms, use_of(&f)), residual);
    }
}

/* The integral of the value is that of its readings, by the trapezoid between breaks.
 */
Test(book, the_integral_is_that_of_the_readings)
{
    for (uint64_t i = 0; i < 300; i++) {
        static struct fate f;
        fate_begin(&f, i);
        integral_set(&f.use, f.now_ms, f.gpus / 2);
        for (int step = 0; step < 40; step++) {
            int64_t from = f.now_ms, at = book_next_break_ms(&f.book);
            int64_t to = from + 20 * MS_PER_D;
            to = at > from && at < to ? at : to;
            double a = (double)book_at(&f.book, from, use_of(&f));
            book_mark(&f.book, use_of(&f));
            f.now_ms = to;
            double b = (double)book_at(&f.book, to, use_of(&f));
            double found = book_integral(&f.book, from, to, use_of(&f));
            double mean = found / (double)(to - from);
            bool capped =
                f.book.method == DEPRECIATION_UNITS && b == (double)f.book.line.to_uusd;
            cr_assert(fabs(mean - (a + b) / 2) <= 1 + 1e-12 * a ||
                          (capped && mean >= b - 1 && mean <= (a + b) / 2 + 1),
                      "lot %d: %f, not %f", (int)i, mean, (a + b) / 2);
            book_break(&f.book, to, use_of(&f));
        }
    }
}
