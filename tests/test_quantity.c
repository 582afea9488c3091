#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/quantity.h"
#include "base/rng.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

Test(quantity, exact_dimensions_become_integers_of_their_unit)
{
    static const struct {
        const char *text;
        enum dimension dim;
        int64_t value;
    } cases[] = {
        {"16w", DIM_TIME, 9676800000},
        {"16 w", DIM_TIME, 9676800000},
        {"1.5h", DIM_TIME, 5400000},
        {"30min", DIM_TIME, 1800000},
        {"1ms", DIM_TIME, 1},
        {"0s", DIM_TIME, 0},
        {"-8h", DIM_TIME, -28800000},
        {"0.6ms", DIM_TIME, 1},
        {"1e3 s", DIM_TIME, 1000000},
        {"250000 USD", DIM_USD, 250000000000},
        {"31.25 kUSD", DIM_USD, 31250000000},
        {"2.385 MUSD", DIM_USD, 2385000000000},
        {"2.49 USD/GPU-h", DIM_USD_PER_GPU_H, 2490000000},
        {"2.49USD/GPU-h", DIM_USD_PER_GPU_H, 2490000000},
        {"180000 USD/y", DIM_USD_PER_Y, 180000000000},
        {"180 kUSD/y", DIM_USD_PER_Y, 180000000000},
        {"150 USD/mo", DIM_USD_PER_Y, 1800000000},
        {"90 USD/GPU-y", DIM_USD_PER_Y, 90000000},
        {"180000 USD/FTE-y", DIM_USD_PER_Y, 180000000000},
        {"0.085 USD/kWh", DIM_USD_PER_KWH, 85000000},
        {"85 USD/MWh", DIM_USD_PER_KWH, 85000000},
        {"160 USD/kW-mo", DIM_USD_PER_KW_MO, 160000000000},
        {"10.2 kW", DIM_POWER, 10200000},
        {"700 W", DIM_POWER, 700000},
        {"1.25 MW", DIM_POWER, 1250000000},
        {"80 GB", DIM_MEMORY, 80000},
        {"1.5 TB", DIM_MEMORY, 1500000},
        {"-0 W", DIM_POWER, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct error err = {0};
        int64_t value = 0;
        bool ok = quantity_exact(cases[i].text, cases[i].dim, &value, &err);
        cr_expect(ok, "%s", err.text);
        cr_expect(eq(i64, value, cases[i].value), "%s", cases[i].text);
    }
}

Test(quantity, real_dimensions_become_the_nearest_double)
{
    static const struct {
        const char *text;
        enum dimension dim;
        double value;
    } cases[] = {
        {"1.25", DIM_NUMBER, 1.25},
        {"-1e-3", DIM_NUMBER, -1e-3},
        {"20 %", DIM_FRAC, 0.2},
        {"20%", DIM_FRAC, 0.2},
        {"7 %", DIM_FRAC, 0.07},
        {"8.7%", DIM_FRAC, 0.087},
        {"-3%", DIM_FRAC, -0.03},
        {"10 %/y", DIM_FRAC_PER_Y, 0.1},
        {"350 g/kWh", DIM_G_PER_KWH, 350},
        {"350 kg/MWh", DIM_G_PER_KWH, 350},
        {"1.5 t", DIM_KG, 1500},
        {"989 TFLOP/s", DIM_TFLOPS, 989},
        {"2.25 PFLOP/s", DIM_TFLOPS, 2250},
        {"130 /d", DIM_PER_DAY, 130},
        {"5/h", DIM_PER_DAY, 120},
        {"7 /w", DIM_PER_DAY, 1},
        {"4 /1000-node-d", DIM_PER_NODE_DAY, 0.004},
        {"1.46 /node-y", DIM_PER_NODE_DAY, 0.004},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct error err = {0};
        double value = 0;
        bool ok = quantity_real(cases[i].text, cases[i].dim, &value, &err);
        cr_expect(ok, "%s", err.text);
        cr_expect(value == cases[i].value, "%s is %.17g", cases[i].text, value);
    }
}

Test(quantity, a_bare_number_is_refused_with_an_example)
{
    for (int dim = DIM_TIME; dim < DIMENSIONS; dim++) {
        static const char *const numbers[] = {"2.49", "0", "-3", "1e3", ".5"};
        for (size_t i = 0; i < COUNT(numbers); i++) {
            struct error err = {0};
            int64_t whole;
            double real;
            char want[128];
            snprintf(want, sizeof want, "'%s' needs a unit, as in '%s'", numbers[i],
                     dimension_example(dim));
            bool ok = dimension_is_exact(dim)
                          ? quantity_exact(numbers[i], dim, &whole, &err)
                          : quantity_real(numbers[i], dim, &real, &err);
            cr_expect(not(ok));
            cr_expect(eq(str, err.text, want));
        }
    }
}

Test(quantity, each_example_and_unit_is_valid)
{
    for (int dim = DIM_TIME; dim < DIMENSIONS; dim++) {
        struct error err = {0};
        int64_t whole;
        double real;
        char with_unit[64];
        snprintf(with_unit, sizeof with_unit, "3 %s", dimension_unit(dim));
        const char *texts[] = {dimension_example(dim), with_unit};
        for (int i = 0; i < 2; i++) {
            bool ok = dimension_is_exact(dim)
                          ? quantity_exact(texts[i], dim, &whole, &err)
                          : quantity_real(texts[i], dim, &real, &err);
            cr_expect(ok, "%s", err.text);
        }
    }
}

Test(quantity, what_is_wrong_is_said_exactly)
{
    static const struct {
        const char *text;
        enum dimension dim;
        const char *message;
    } cases[] = {
        {"", DIM_TIME, "'' is not a time, such as '16w'"},
        {"w", DIM_TIME, "'w' is not a time, such as '16w'"},
        {"soon", DIM_TIME, "'soon' is not a time, such as '16w'"},
        {"16 kW", DIM_TIME, "'16 kW' is a power where a time is wanted, as in '16w'"},
        {"16W", DIM_TIME, "'16W' is a power where a time is wanted, as in '16w'"},
        {"3 weeks", DIM_TIME,
         "'3 weeks': 'weeks' is not a unit for a time (ms, s, min, h, d, w); write it "
         "as "
         "in '16w'"},
        {"1y", DIM_TIME,
         "'1y': months and years differ in length; give this time in days, as in "
         "'365d'"},
        {"2.49 USD", DIM_USD_PER_GPU_H,
         "'2.49 USD' is an amount of money where a price of GPU time is wanted, as in "
         "'2.49 USD/GPU-h'"},
        {"2.49 EUR/GPU-h", DIM_USD_PER_GPU_H,
         "'2.49 EUR/GPU-h': 'EUR/GPU-h' is not a unit for a price of GPU time "
         "(USD/GPU-h); write it as in '2.49 USD/GPU-h'"},
        {"1,000 USD", DIM_USD,
         "'1,000 USD' is not an amount of money, such as '250000 USD'"},
        {"0x10 W", DIM_POWER,
         "'0x10 W': 'x10 W' is not a unit for a power (W, kW, MW); write it as in "
         "'10.2 "
         "kW'"},
        {"inf W", DIM_POWER, "'inf W' is not a power, such as '10.2 kW'"},
        {"nan W", DIM_POWER, "'nan W' is not a power, such as '10.2 kW'"},
        {"1.2.3 W", DIM_POWER, "'1.2.3 W' is not a power, such as '10.2 kW'"},
        {" 3 W", DIM_POWER, "' 3 W' is not a power, such as '10.2 kW'"},
        {"3 W ", DIM_POWER,
         "'3 W ': 'W ' is not a unit for a power (W, kW, MW); write it as in '10.2 "
         "kW'"},
        {"\xd9\xa1 W", DIM_POWER, "'\xd9\xa1 W' is not a power, such as '10.2 kW'"},
        {"1e400 W", DIM_POWER, "'1e400 W' is too large"},
        {"9223372036854775808ms", DIM_TIME, "'9223372036854775808ms' is too large"},
        {"15250284453 w", DIM_TIME, "'15250284453 w' is too large"},
        {"0.4 ms", DIM_TIME, "'0.4 ms' is too small; the smallest step is 1 ms"},
        {"1e-400 W", DIM_POWER,
         "'1e-400 W' is too small; the smallest step is 0.001 W"},
        {"-1e-9 USD", DIM_USD,
         "'-1e-9 USD' is too small; the smallest step is 0.000001 USD"},
        {"20", DIM_FRAC, "'20' needs a unit, as in '20 %'"},
        {"20 %/y", DIM_FRAC,
         "'20 %/y' is a rate per year where a fraction is wanted, as in '20 %'"},
        {"20 %%", DIM_FRAC,
         "'20 %%': '%%' is not a unit for a fraction (%); write it as in '20 %'"},
        {"1e400 %", DIM_FRAC, "'1e400 %' is too large"},
        {"1e308 t", DIM_KG, "'1e308 t' is too large"},
        {"1e308 /h", DIM_PER_DAY, "'1e308 /h' is too large"},
        {"1e-400 %", DIM_FRAC, "'1e-400 %' is too small"},
        {"5 %", DIM_NUMBER, "'5 %' is not a number; it takes no unit, as in '1.25'"},
        {"8x", DIM_NUMBER, "'8x' is not a number; it takes no unit, as in '1.25'"},
        {"eight", DIM_NUMBER, "'eight' is not a number, such as '1.25'"},
        {"1e400", DIM_NUMBER, "'1e400' is too large"},
        {"1e-400", DIM_NUMBER, "'1e-400' is too small"},
        {"", DIM_NUMBER, "'' is not a number, such as '1.25'"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct error err = {0};
        int64_t whole = 77;
        double real = 77;
        bool ok = dimension_is_exact(cases[i].dim)
                      ? quantity_exact(cases[i].text, cases[i].dim, &whole, &err)
                      : quantity_real(cases[i].text, cases[i].dim, &real, &err);
        cr_expect(not(ok), "%s", cases[i].text);
        cr_expect(eq(str, err.text, (char *)cases[i].message));
        cr_expect(whole == 77 && real == 77, "'%s' left a value", cases[i].text);
    }
}

Test(quantity, terms_may_be_sums)
{
    static const struct {
        const char *text;
        struct span span;
    } cases[] = {
        {"3y", {36, 0}},
        {"18mo", {18, 0}},
        {"16w", {0, 9676800000}},
        {"36h", {0, 129600000}},
        {"1y 6mo", {18, 0}},
        {"1y6mo", {18, 0}},
        {"1.5y", {18, 0}},
        {"1 y 2 d", {12, 172800000}},
        {"1d 1min 1ms", {0, 86460001}},
        {"0d", {0, 0}},
        {"10000y", {120000, 0}},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct error err = {0};
        struct span span = {0};
        cr_expect(quantity_span(cases[i].text, &span, &err), "%s", err.text);
        cr_expect(eq(i64, span.months, cases[i].span.months), "%s", cases[i].text);
        cr_expect(eq(i64, span.ms, cases[i].span.ms), "%s", cases[i].text);
    }
}

Test(quantity, what_is_no_term_is_refused)
{
#define AS_IN ", as in '3y', '18mo', '16w' or '1y 6mo'"
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "'' is not a term" AS_IN},
        {"y", "'y' is not a term" AS_IN},
        {"3", "'3' needs a unit" AS_IN},
        {"3y 6", "'3y 6' needs a unit" AS_IN},
        {"3y, 6mo", "'3y, 6mo' is not a term" AS_IN},
        {"3Y", "'3Y' needs a unit" AS_IN},
        {"3 years", "'3 years': 'years' is not one of ms, s, min, h, d, w, mo, y"},
        {"3 yearsandyears",
         "'3 yearsandyears': 'yearsandyears' is not one of ms, s, min, h, d, w, mo, y"},
        {"1.3mo", "'1.3mo' is not a whole number of months from 0 on" AS_IN},
        {"0.1y", "'0.1y' is not a whole number of months from 0 on" AS_IN},
        {"-3y", "'-3y' is not a whole number of months from 0 on" AS_IN},
        {"1y -6mo", "'1y -6mo' is not a whole number of months from 0 on" AS_IN},
        {"-3d", "'-3d' is not a whole number of ms from 0 on" AS_IN},
        {"0.1ms", "'0.1ms' is not a whole number of ms from 0 on" AS_IN},
        {"1e400d", "'1e400d' is too long; at most 10000 years can be given"},
        {"1e18y", "'1e18y' is too long; at most 10000 years can be given"},
        {"10001y", "'10001y' is too long; at most 10000 years can be given"},
        {"9e18ms 9e18ms",
         "'9e18ms 9e18ms' is too long; at most 10000 years can be given"},
        {"3 kW", "'3 kW': 'k' is not one of ms, s, min, h, d, w, mo, y"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct error err = {0};
        struct span span = {-7, -7};
        cr_expect(not(quantity_span(cases[i].text, &span, &err)), "%s", cases[i].text);
        cr_expect(eq(str, err.text, (char *)cases[i].message));
        cr_expect(span.months == -7 && span.ms == -7, "'%s' left a value",
                  cases[i].text);
    }
}

Test(quantity, values_are_written_as_people_write_them)
{
    static const struct {
        enum dimension dim;
        int64_t value;
        const char *text;
    } cases[] = {
        {DIM_TIME, 9676800000, "16w"},
        {DIM_TIME, 86400000, "1d"},
        {DIM_TIME, 129600000, "36h"},
        {DIM_TIME, 5400000, "90min"},
        {DIM_TIME, 1001, "1001ms"},
        {DIM_TIME, 0, "0s"},
        {DIM_TIME, -28800000, "-8h"},
        {DIM_USD, 250000000000, "250000 USD"},
        {DIM_USD, -1, "-0.000001 USD"},
        {DIM_USD_PER_GPU_H, 2490000000, "2.49 USD/GPU-h"},
        {DIM_USD_PER_KWH, 85000000, "0.085 USD/kWh"},
        {DIM_POWER, 700000, "700 W"},
        {DIM_POWER, 10200000, "10.2 kW"},
        {DIM_POWER, 1, "0.001 W"},
        {DIM_POWER, 0, "0 W"},
        {DIM_MEMORY, 80000, "80 GB"},
        {DIM_MEMORY, 1500000, "1.5 TB"},
        {DIM_MEMORY, 5, "5 MB"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[QUANTITY_TEXT];
        quantity_write_exact(text, cases[i].dim, cases[i].value);
        cr_expect(eq(str, text, (char *)cases[i].text));
    }
    char text[QUANTITY_TEXT];
    quantity_write_real(text, DIM_FRAC, 0.07);
    cr_expect(eq(str, text, "7 %"));
    quantity_write_real(text, DIM_FRAC_PER_Y, 0.087);
    cr_expect(eq(str, text, "8.7 %/y"));
    quantity_write_real(text, DIM_NUMBER, 1.25);
    cr_expect(eq(str, text, "1.25"));
    quantity_write_real(text, DIM_PER_DAY, 130);
    cr_expect(eq(str, text, "130 /d"));
    quantity_write_span(text, (struct span){18, 0});
    cr_expect(eq(str, text, "1y 6mo"));
    quantity_write_span(text, (struct span){5, 9676800000});
    cr_expect(eq(str, text, "5mo 16w"));
    quantity_write_span(text, (struct span){0, 0});
    cr_expect(eq(str, text, "0s"));
}

static int64_t any_integer(struct rng *rng)
{
    uint64_t bits = (uint64_t)rng_u32(rng) << 32 | rng_u32(rng);
    return (int64_t)(bits >> rng_u32(rng) % 64);
}

Test(quantity, what_is_written_reads_back_as_the_same_value)
{
    struct rng rng;
    rng_init(&rng, (struct rng_key){17, 0, "test", "quantity"});
    for (int i = 0; i < 30000; i++) {
        enum dimension dim = (enum dimension)(i % DIMENSIONS);
        char text[QUANTITY_TEXT];
        struct error err;
        if (dimension_is_exact(dim)) {
            int64_t value = any_integer(&rng), back = 0;
            quantity_write_exact(text, dim, value);
            cr_assert(quantity_exact(text, dim, &back, &err), "%s", err.text);
            cr_assert(eq(i64, back, value), "%s", text);
        } else {
            double value = (rng_uniform(&rng) - 0.5) * exp(40 * rng_uniform(&rng) - 20);
            double back = 0;
            quantity_write_real(text, dim, value);
            cr_assert(quantity_real(text, dim, &back, &err), "%s", err.text);
            cr_assert(back == value, "%s is %.17g, not %.17g", text, back, value);
        }
        struct span span = {any_integer(&rng) & 0xffff,
                            any_integer(&rng) & 0xffffffffff};
        struct span back = {0};
        quantity_write_span(text, span);
        cr_assert(quantity_span(text, &back, &err), "%s", err.text);
        cr_assert(back.months == span.months && back.ms == span.ms, "%s", text);
    }
}

Test(quantity, a_long_bound_is_written_in_the_unit_of_what_it_bounds)
{
    static const struct {
        enum dimension dim;
        int64_t value;
        bool upper;
        const char *like, *text;
    } cases[] = {
        {DIM_TIME, 864000000, true, "900h", "10d"},            /* short as it is */
        {DIM_TIME, 1000000000000, true, "3000w", "1653.439w"}, /* 1653.43915 */
        {DIM_TIME, 1000000000000, false, "3 w", "1653.44w"},
        {DIM_TIME, 1000000000000, true, "3y", "1000000000s"}, /* y is no unit of time */
        {DIM_USD, 1234567890000, true, "2.5 MUSD", "1.234 MUSD"},
        {DIM_USD, -1234567890000, true, "7kUSD", "-1234.568 kUSD"},
        {DIM_USD, 123456, false, "0 USD", "0.123456 USD"}, /* less than one of it */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[QUANTITY_TEXT];
        quantity_write_bound(text, cases[i].dim, cases[i].value, cases[i].upper,
                             cases[i].like);
        cr_expect(eq(str, text, (char *)cases[i].text));
    }
}

Test(quantity, a_term_is_rounded_to_ms_but_not_to_months)
{
    struct span span;
    struct error err;
    cr_assert(quantity_span("16.2345678w", &span, &err), "%s", err.text);
    cr_expect(eq(i64, span.ms, 9818666605)); /* .44 */
    cr_assert(quantity_span("1.5 ms", &span, &err), "%s", err.text);
    cr_expect(eq(i64, span.ms, 2));
    cr_expect(not(quantity_span("0.4ms", &span, &err)));
    cr_expect(not(quantity_span("1.21y", &span, &err)));
    cr_assert(quantity_span("3.25y", &span, &err), "%s", err.text);
    cr_expect(eq(i64, span.months, 39));
}

Test(quantity, any_number_splits_from_its_unit)
{
    static const struct {
        const char *text;
        double number;
        const char *unit;
    } right[] = {
        {"2.385 USD/GPU-h", 2.385, "USD/GPU-h"},
        {"64", 64, ""},
        {"16w", 16, "w"},
        {"-2.5e-3   %", -0.0025, "%"},
        {"4 /1000-node-d", 4, "/1000-node-d"},
        {"1e3 /d", 1000, "/d"},
        {".5kW", 0.5, "kW"},
    };
    static const struct {
        const char *text, *message;
    } wrong[] = {
        {"", "'' is not one number with its unit, such as '2.49 USD/GPU-h'"},
        {"w", "'w' is not one number with its unit, such as '2.49 USD/GPU-h'"},
        {"1y 6mo",
         "'1y 6mo' is not one number with its unit, such as '2.49 USD/GPU-h'"},
        {"2026-01-01",
         "'2026-01-01' is not one number with its unit, such as '2.49 USD/GPU-h'"},
        {"nan", "'nan' is not one number with its unit, such as '2.49 USD/GPU-h'"},
        {"1.2.3 w",
         "'1.2.3 w' is not one number with its unit, such as '2.49 USD/GPU-h'"},
        {"1e999 w", "'1e999 w' is too large"},
        {"1e-999 w", "'1e-999 w' is too small"},
    };
    double number;
    const char *unit;
    struct error err;
    for (size_t i = 0; i < COUNT(right); i++) {
        cr_assert(quantity_split(right[i].text, &number, &unit, &err), "%s", err.text);
        cr_expect(eq(dbl, number, right[i].number), "%s", right[i].text);
        cr_expect(eq(str, (char *)unit, (char *)right[i].unit));
    }
    for (size_t i = 0; i < COUNT(wrong); i++) {
        bool ok = quantity_split(wrong[i].text, &number, &unit, &err);
        cr_expect(not(ok), "%s", wrong[i].text);
        cr_expect(eq(str, err.text, (char *)wrong[i].message));
    }
}
