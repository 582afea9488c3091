/* Integrals of counts over time, against sums step by step. */

#include <criterion/criterion.h>
#include <inttypes.h>

#include "world/integral.h"

static const struct {
    int64_t at_ms, count;
} steps[] = {{0, 3},   {7, 11},   {7, 5},     {20, 0},   {31, 17}, {32, 17},
             {100, 2}, {101, 90}, {1234, 41}, {5000, 0}, {5017, 1}};
#define N_STEPS (sizeof steps / sizeof steps[0])

/* What counts at an instant: the last step at or before it. */
static int64_t count_at(int64_t ms)
{
    int64_t count = 0;
    for (size_t i = 0; i < N_STEPS && steps[i].at_ms <= ms; i++)
        count = steps[i].count;
    return count;
}

static struct integral built_until(int64_t now_ms)
{
    struct integral integral = {0};
    for (size_t i = 0; i < N_STEPS && steps[i].at_ms <= now_ms; i++)
        integral_set(&integral, steps[i].at_ms, steps[i].count);
    return integral;
}

Test(integral, an_empty_one_reads_zero_at_any_time)
{
    struct integral integral = {0};
    struct reading reading = integral_read(&integral, INT64_C(4000000000000));
    cr_expect_eq(reading.sum, 0);
    cr_expect(reading.moment2 == 0, "no moment");
}

Test(integral, sum_and_moment_are_those_of_each_millisecond)
{
    int64_t sum = 0;
    int128 moment2 = 0;
    for (int64_t now = 0; now <= 6000; now++) {
        struct integral integral = built_until(now);
        struct reading reading = integral_read(&integral, now);
        cr_assert_eq(reading.sum, sum, "at %" PRId64, now);
        cr_assert(reading.moment2 == moment2, "at %" PRId64, now);
        sum += count_at(now);
        moment2 += (int128)count_at(now) * (2 * now + 1); /* twice t over [t, t + 1] */
    }
}

Test(integral, reading_changes_nothing_and_neither_does_setting_the_same_count)
{
    struct integral one = {0}, other = {0};
    integral_set(&one, 13, 7);
    integral_set(&other, 13, 7);
    for (int64_t now = 14; now < 900; now += 37) {
        struct reading before = integral_read(&one, now);
        integral_set(&one, now, 7);
        struct reading after = integral_read(&one, now);
        cr_expect_eq(before.sum, after.sum);
        cr_expect_eq(one.since_ms, 13);
    }
    integral_flush(&other, 500);
    struct reading a = integral_read(&one, 1003), b = integral_read(&other, 1003);
    cr_expect_eq(a.sum, 7 * 990);
    cr_expect_eq(a.sum, b.sum);
    cr_expect(a.moment2 == b.moment2, "a flush in between changes nothing");
}

Test(integral, outstanding_is_how_long_each_gpu_ms_has_been_owed)
{
    static const int64_t since[] = {0, 6, 7, 19, 33, 100, 1233, 4999};
    for (size_t i = 0; i < sizeof since / sizeof since[0]; i++) {
        struct integral then = built_until(since[i]);
        struct reading from = integral_read(&then, since[i]);
        int128 owed2 = 0;
        int64_t sum = 0;
        for (int64_t now = since[i]; now <= 5100; now++) {
            struct integral integral = built_until(now);
            int128 found =
                reading_outstanding2(from, integral_read(&integral, now), now);
            cr_assert(found == owed2, "from %" PRId64 " to %" PRId64, since[i], now);
            /* Twice the area under a line from sum to sum + count. */
            owed2 += 2 * (int128)sum + count_at(now);
            sum += count_at(now);
        }
    }
}

Test(integral, a_lump_counts_from_its_instant)
{
    struct integral integral = {0};
    integral_add_lump(&integral, 700, 1234567);
    struct reading none = {0};
    struct reading reading = integral_read(&integral, 1000);
    cr_expect_eq(reading.sum, 1234567);
    cr_expect(reading_outstanding2(none, reading, 700) == 0, "not yet owed");
    cr_expect(reading_outstanding2(none, reading, 1000) == (int128)2 * 1234567 * 300,
              "owed for 300 ms");
}

Test(integral, the_largest_fleet_over_the_longest_run_does_not_wrap)
{
    const int64_t gpus = 10000000, end_ms = INT64_C(400000000000); /* 4e18 GPU-ms */
    struct integral integral = {0};
    integral_set(&integral, 0, gpus);
    struct reading reading = integral_read(&integral, end_ms), none = {0};
    cr_expect_eq(reading.sum, INT64_C(4000000000000000000));
    cr_expect(reading.moment2 == (int128)gpus * end_ms * end_ms, "moment");
    cr_expect(reading_outstanding2(none, reading, end_ms) ==
                  (int128)gpus * end_ms * end_ms,
              "half of it owed on average");
    /* One GPU for two hundred years. */
    const int64_t long_ms = INT64_C(200) * 366 * 86400000;
    struct integral one = {.count = 1};
    reading = integral_read(&one, long_ms);
    cr_expect_eq(reading.sum, long_ms);
    cr_expect(reading.moment2 == (int128)long_ms * long_ms, "moment");
}
