/* Meters whose rate changes, and what is owed on them: against sums by hand. */

#include <criterion/criterion.h>
#include <math.h>

#include "base/calendar.h"
#include "base/rng.h"
#include "world/meter.h"

Test(meter, keeps_the_old_rate_for_what_was_counted_before)
{
    struct meter meter = {.rate = 2385000001};
    meter_set_rate(&meter, 1999999999, 7 * MS_PER_H);
    meter_set_rate(&meter, 2500000000, 19 * MS_PER_H);
    int128 expected =
        (int128)2385000001 * 7 + (int128)1999999999 * 12 + (int128)2500000000 * 4;
    cr_expect(meter_read(&meter, 23 * MS_PER_H) == expected * MS_PER_H);
}

Test(meter, setting_the_same_rate_changes_nothing)
{
    struct meter once = {.rate = 1234567891}, often = once;
    for (int64_t at = 0; at < 1000; at += 7)
        meter_set_rate(&often, 1234567891, at * 977);
    cr_expect(meter_read(&once, 987654) == meter_read(&often, 987654));
}

Test(meter, doubled_rates_double_what_is_read)
{
    struct meter one = {.rate = 98765431}, two = {.rate = 2 * 98765431};
    struct rng rng;
    rng_init(&rng, (struct rng_key){.seed = 5, .purpose = "test", .entity = "meter"});
    int64_t gpu_ms = 0;
    for (int i = 0; i < 1000; i++) {
        gpu_ms += (int64_t)(rng_uniform(&rng) * 1e9);
        int64_t rate = (int64_t)(rng_uniform(&rng) * 5e9);
        meter_set_rate(&one, rate, gpu_ms);
        meter_set_rate(&two, 2 * rate, gpu_ms);
        cr_assert(2 * meter_read(&one, gpu_ms + 17) == meter_read(&two, gpu_ms + 17));
    }
}

/* A count that changes and a rate that changes, at other instants; the debt's integral
 * against a sum over steps of 1 ms in which both are constant. */
Test(meter, the_integral_of_a_debt_is_that_of_its_steps)
{
    enum { END = 4000 };
    struct integral count = {0};
    struct debt debt = {0};
    int64_t rate = 3, gpus = 0;
    double owed = 0, area = 0;
    struct rng rng;
    rng_init(&rng, (struct rng_key){.seed = 11, .purpose = "test", .entity = "debt"});

    for (int64_t now = 0; now < END; now++) {
        if (now % 613 == 600) {
            gpus = (int64_t)(rng_uniform(&rng) * 50);
            integral_set(&count, now, gpus);
        }
        if (now % 977 == 950) {
            debt_mark(&debt, rate, integral_read(&count, now), now);
            rate = (int64_t)(rng_uniform(&rng) * 1000);
        }
        if (now == 2111) {
            debt_pay(&debt, integral_read(&count, now), now);
            owed = area = 0;
        }
        area += owed + (double)(rate * gpus) / 2; /* a trapezoid of one ms */
        owed += (double)(rate * gpus);
    }
    double found = debt_old(&debt, END) +
                   debt_fresh2(&debt, rate, integral_read(&count, END), END) / 2;
    cr_expect_float_eq(found, area, 1e-9 * area, "%f, not %f", found, area);
}
