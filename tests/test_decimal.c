#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/rng.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

Test(decimal, reads_and_rounds_halves_away_from_zero)
{
    static const struct {
        const char *text;
        int digits;
        enum decimal_result result;
        int64_t value;
    } cases[] = {
        {"0", 0, DECIMAL_OK, 0},
        {"-0", 3, DECIMAL_OK, 0},
        {"+17", 0, DECIMAL_OK, 17},
        {"2.385", 3, DECIMAL_OK, 2385},
        {"-2.385", 6, DECIMAL_OK, -2385000},
        {"2.3850000000000000000000000000000", 3, DECIMAL_OK, 2385},
        {"0002.385", 3, DECIMAL_OK, 2385},
        {".5", 0, DECIMAL_INEXACT, 1},
        {"5.", 1, DECIMAL_OK, 50},
        {"-.5", 0, DECIMAL_INEXACT, -1},
        {"0.4999999999999999999999999999999999999", 0, DECIMAL_INEXACT, 0},
        {"1.49999", 0, DECIMAL_INEXACT, 1},
        {"2.0005", 3, DECIMAL_INEXACT, 2001},
        {"-2.0005", 3, DECIMAL_INEXACT, -2001},
        {"1e3", 0, DECIMAL_OK, 1000},
        {"1E+3", 0, DECIMAL_OK, 1000},
        {"12.5e-1", 2, DECIMAL_OK, 125},
        {"1234500e-2", 0, DECIMAL_OK, 12345},
        {"1e-3", 3, DECIMAL_OK, 1},
        {"1e-4", 3, DECIMAL_INEXACT, 0},
        {"5e-4", 3, DECIMAL_INEXACT, 1},
        {"1e-400", 18, DECIMAL_INEXACT, 0},
        {"0e400", 0, DECIMAL_OK, 0},
        {"0e99999999999999999999999999", 0, DECIMAL_OK, 0},
        {"1e-99999999999999999999999999", 0, DECIMAL_INEXACT, 0},
        {"9223372036854775807", 0, DECIMAL_OK, INT64_MAX},
        {"-9223372036854775808", 0, DECIMAL_OK, INT64_MIN},
        {"9223372036854.775807", 6, DECIMAL_OK, INT64_MAX},
        {"9.223372036854775807e18", 0, DECIMAL_OK, INT64_MAX},
        {"9223372036854775807.4", 0, DECIMAL_INEXACT, INT64_MAX},
        {"-9223372036854775808.4", 0, DECIMAL_INEXACT, INT64_MIN},
        {"9.223372036854775807", 18, DECIMAL_OK, INT64_MAX},
        {"0.000000000000000001", 18, DECIMAL_OK, 1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t value = 77;
        enum decimal_result result = decimal_to_int64(
            cases[i].text, strlen(cases[i].text), cases[i].digits, &value);
        cr_expect(eq(int, result, cases[i].result), "%s", cases[i].text);
        cr_expect(eq(i64, value, cases[i].value), "%s", cases[i].text);
    }
}

Test(decimal, what_does_not_fit_overflows)
{
    static const char *const cases[] = {
        "9223372036854775808",
        "-9223372036854775809",
        "9223372036854775807.5",
        "-9223372036854775808.5",
        "1e19",
        "1e400",
        "99999999999999999999999",
        "-1e99999999999999999",
        "18446744073709551617",
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t value;
        cr_expect(eq(int, decimal_to_int64(cases[i], strlen(cases[i]), 0, &value),
                     DECIMAL_OVERFLOW),
                  "%s", cases[i]);
    }
    int64_t value;
    cr_expect(eq(int, decimal_to_int64("9.3", 3, 18, &value), DECIMAL_OVERFLOW));
}

Test(decimal, what_is_no_number_is_refused)
{
    static const char *const cases[] = {
        "",
        " ",
        "-",
        "+",
        ".",
        "-.",
        "e5",
        "1e",
        "1e+",
        "1e-",
        "1 ",
        " 1",
        "1,000",
        "1_000",
        "0x10",
        "inf",
        "nan",
        "NaN",
        "-inf",
        "1.2.3",
        "--1",
        "+-1",
        "1e5.5",
        "1e5e5",
        "1f",
        "1L",
        "\xd9\xa1",
        "1\xc2\xa0",
        "\xef\xbc\x91",
        "0b1",
        "1e 5",
        "infinity",
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t value;
        double real;
        size_t length = strlen(cases[i]);
        cr_expect(
            eq(int, decimal_to_int64(cases[i], length, 3, &value), DECIMAL_NOT_NUMBER),
            "'%s'", cases[i]);
        cr_expect(
            eq(int, decimal_to_double(cases[i], length, &real), DECIMAL_NOT_NUMBER),
            "'%s'", cases[i]);
    }
}

Test(decimal, only_the_given_length_is_read)
{
    int64_t value;
    cr_expect(eq(int, decimal_to_int64("12345", 3, 0, &value), DECIMAL_OK));
    cr_expect(eq(i64, value, 123));
    double real;
    cr_expect(eq(int, decimal_to_double("1.5e9", 3, &real), DECIMAL_OK));
    cr_expect(eq(dbl, real, 1.5));
    cr_expect(eq(int,
                 decimal_to_int64("1\0"
                                  "2",
                                  3, 0, &value),
                 DECIMAL_NOT_NUMBER));
}

Test(decimal, any_multiplier_is_exact)
{
    static const struct {
        const char *text;
        int64_t multiplier;
        enum decimal_result result;
        int64_t value;
    } cases[] = {
        {"1.5", 3600000, DECIMAL_OK, 5400000},
        {"16", 604800000, DECIMAL_OK, 9676800000},
        {"0.1", 3600000, DECIMAL_OK, 360000},
        {"0.3333333333", 3, DECIMAL_INEXACT, 1},
        {"0.5", INT64_MAX, DECIMAL_INEXACT, 4611686018427387904},
        {"1", INT64_MAX, DECIMAL_OK, INT64_MAX},
        {"-1", INT64_MAX, DECIMAL_OK, -INT64_MAX},
        {"1.0000000000000000001", INT64_MAX, DECIMAL_OVERFLOW, 0},
        {"0.125", 8, DECIMAL_OK, 1},
        {"0.0625", 8, DECIMAL_INEXACT, 1},
        {"0.06249999999999999999999999", 8, DECIMAL_INEXACT, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t value = 0;
        enum decimal_result result = decimal_scaled(
            cases[i].text, strlen(cases[i].text), cases[i].multiplier, &value);
        cr_expect(eq(int, result, cases[i].result), "%s", cases[i].text);
        if (result != DECIMAL_OVERFLOW)
            cr_expect(eq(i64, value, cases[i].value), "%s", cases[i].text);
    }
}

Test(decimal, a_million_digits_are_read_in_full)
{
    size_t n = 1000000;
    char *text = malloc(n + 16);
    memset(text, '0', n);
    memcpy(text, "0.", 2);
    strcpy(text + n, "25e999998");
    int64_t value;
    cr_expect(
        eq(int, decimal_to_int64(text, strlen(text), 1, &value), DECIMAL_INEXACT));
    cr_expect(eq(i64, value, 3));
    double real;
    cr_expect(eq(int, decimal_to_double(text, strlen(text), &real), DECIMAL_OK));
    cr_expect(eq(dbl, real, 0.25));

    memset(text, '7', n);
    text[1] = '.';
    cr_expect(eq(int, decimal_to_double(text, n, &real), DECIMAL_OK));
    cr_expect(real == 0x1.f1c71c71c71c7p+2, "%a", real); /* 70/9 */
    free(text);
}

Test(decimal, the_double_is_the_nearest)
{
    static const struct {
        const char *text;
        double value;
    } cases[] = {
        {"0.1", 0.1},
        {"2.49", 2.49},
        {"-1e22", -1e22},
        {"1e23", 1e23},
        {"9007199254740993", 9007199254740992.0},
        {"9007199254740993.00000000000000000000000000000001", 9007199254740994.0},
        {"2.2250738585072011e-308", 0x0.fffffffffffffp-1022},
        {"4.9406564584124654e-324", 0x1p-1074},
        {"1.7976931348623157e308", 0x1.fffffffffffffp+1023},
        {"17976931348623157e292", 0x1.fffffffffffffp+1023},
        {"123456.789e-3", 123.456789},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        double value = 0;
        cr_expect(eq(int,
                     decimal_to_double(cases[i].text, strlen(cases[i].text), &value),
                     DECIMAL_OK),
                  "%s", cases[i].text);
        cr_expect(value == cases[i].value, "%s is %a, want %a", cases[i].text, value,
                  cases[i].value);
    }
}

Test(decimal, a_double_is_never_infinite_and_says_when_it_vanished)
{
    double value = 1;
    cr_expect(eq(int, decimal_to_double("1e400", 5, &value), DECIMAL_OVERFLOW));
    cr_expect(eq(int, decimal_to_double("1.8e308", 7, &value), DECIMAL_OVERFLOW));
    cr_expect(eq(int, decimal_to_double("1e-400", 6, &value), DECIMAL_INEXACT));
    cr_expect(value == 0, "%g", value);
    cr_expect(eq(int, decimal_to_double("-0", 2, &value), DECIMAL_OK));
    cr_expect(value == 0 && signbit(value) == 0, "%g", value);
}

Test(decimal, a_shift_is_as_if_it_stood_in_the_text)
{
    double value;
    decimal_to_double_shifted("8.7", 3, -2, &value);
    cr_expect(value == 0.087, "%a", value);
    decimal_to_double_shifted("7e0", 3, -2, &value);
    cr_expect(value == 0.07, "%a", value);
}

Test(decimal, the_locale_changes_nothing)
{
    static const char *const locales[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "C.UTF-8"};
    for (size_t i = 0; i < COUNT(locales); i++) {
        setlocale(LC_ALL, locales[i]);
        double value = 0;
        char text[DECIMAL_TEXT];
        cr_expect(eq(int, decimal_to_double("2.385", 5, &value), DECIMAL_OK));
        cr_expect(value == 2.385, "%g", value);
        decimal_write_double(text, value);
        cr_expect(eq(str, text, "2.385"));
    }
    setlocale(LC_ALL, "C");
}

Test(decimal, integers_are_written_with_fixed_digits)
{
    static const struct {
        int64_t value;
        int digits;
        const char *text;
    } cases[] = {
        {1234567, 6, "1.234567"},
        {0, 6, "0.000000"},
        {-5, 3, "-0.005"},
        {42, 0, "42"},
        {0, 0, "0"},
        {INT64_MIN, 6, "-9223372036854.775808"},
        {INT64_MAX, 18, "9.223372036854775807"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[DECIMAL_TEXT];
        size_t length = decimal_write(text, cases[i].value, cases[i].digits);
        cr_expect(eq(str, text, (char *)cases[i].text));
        cr_expect(eq(sz, length, strlen(text)));
    }
}

Test(decimal, the_largest_128_bit_integers_can_be_written)
{
    int128 largest = (int128)(((uint128)1 << 127) - 1);
    char text[DECIMAL_TEXT];
    decimal_write(text, largest, 0);
    cr_expect(eq(str, text, "170141183460469231731687303715884105727"));
    decimal_write(text, -largest - 1, 18);
    cr_expect(eq(str, text, "-170141183460469231731.687303715884105728"));
}

Test(decimal, doubles_are_written_shortest)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "0"},
        {-0.0, "0"},
        {0.1, "0.1"},
        {1, "1"},
        {100, "100"},
        {-2.49, "-2.49"},
        {1e-6, "0.000001"},
        {2.49e-7, "2.49e-7"},
        {1e14, "100000000000000"},
        {999999999999999, "999999999999999"},
        {1e15, "1e15"},
        {1.5e300, "1.5e300"},
        {1.0 / 3, "0.3333333333333333"},
        {0.1 + 0.2, "0.30000000000000004"},
        {5e-324, "5e-324"},
        {0x1.fffffffffffffp+1023, "1.7976931348623157e308"},
        {1234.5, "1234.5"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[DECIMAL_TEXT];
        size_t length = decimal_write_double(text, cases[i].value);
        cr_expect(eq(str, text, (char *)cases[i].text));
        cr_expect(eq(sz, length, strlen(text)));
    }
}

/* 100,000 doubles of all sizes: what is written reads back, in no more than 17 digits.
 */
Test(decimal, what_is_written_reads_back_as_the_same_double)
{
    struct rng rng;
    rng_init(&rng, (struct rng_key){2385, 0, "test", "decimal"});
    for (int i = 0; i < 100000; i++) {
        uint64_t bits = (uint64_t)rng_u32(&rng) << 32 | rng_u32(&rng);
        double value, back;
        memcpy(&value, &bits, sizeof value);
        if (isnan(value) || isinf(value))
            continue;
        char text[DECIMAL_TEXT];
        size_t length = decimal_write_double(text, value);
        cr_assert(eq(int, decimal_to_double(text, length, &back), DECIMAL_OK));
        cr_assert(back == value, "%s is %a, not %a", text, back, value);
        cr_assert(lt(sz, length, 26));
    }
}

/* Against strtod in the C locale, on random texts near the difficult places. */
Test(decimal, agrees_with_strtod)
{
    struct rng rng;
    rng_init(&rng, (struct rng_key){2385, 0, "test", "strtod"});
    for (int i = 0; i < 50000; i++) {
        char text[64];
        int n = snprintf(text, sizeof text, "%u%u.%ue%d", rng_u32(&rng), rng_u32(&rng),
                         rng_u32(&rng), (int)(rng_u32(&rng) % 640) - 345);
        double value = 0, want = strtod(text, NULL);
        enum decimal_result result = decimal_to_double(text, (size_t)n, &value);
        if (isinf(want))
            cr_assert(result == DECIMAL_OVERFLOW, "%s", text);
        else
            cr_assert(value == want, "%s is %a, want %a", text, value, want);
    }
}

Test(decimal, a_number_is_rounded_to_significant_digits)
{
    static const struct {
        double value;
        int digits;
        const char *text;
    } cases[] = {
        {2.0 / 3, 9, "0.666666667"},
        {-2.0 / 3, 3, "-0.667"},
        {123456789012.0, 9, "123456789000"},
        {0.1 + 0.2, 15, "0.3"},
        {9.9999999999, 9, "10"},
        {0, 4, "0"},
        {1.0 / 3, 17, "0.3333333333333333"},
        {4.2385e-9, 2, "4.2e-9"},
        {5e-324, 9, "5e-324"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[DECIMAL_TEXT];
        decimal_write_double(text, decimal_rounded(cases[i].value, cases[i].digits));
        cr_expect(eq(str, text, (char *)cases[i].text), "case %zu", i);
    }
}
