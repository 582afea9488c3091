#include "base/decimal.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * A number taken apart: the digits between `digits` and `end` (with at most one point
 * among them), the first of them not a zero, worth 10^top.
 */
struct scan {
    bool negative;
    const char *digits, *end;
    int64_t top;
    bool zero;
};

/* More than any text has digits, and far from the ends of int64_t. */
#define EXPONENT_LIMIT INT64_C(1000000000000000)

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool scan_exponent(const char *at, const char *end, int64_t *exponent)
{
    bool negative = false;
    if (at < end && (*at == '+' || *at == '-'))
        negative = *at++ == '-';
    if (at == end)
        return false;

    int64_t value = 0;
    for (; at < end; at++) {
        if (!is_digit(*at))
            return false;
        if (value < EXPONENT_LIMIT)
            value = 10 * value + (*at - '0');
    }
    *exponent = negative ? -value : value;
    return true;
}

/* Drops zeros in front and behind; `integer_digits` is how many stand before the
 * point. */
static void scan_trim(struct scan *scan, int64_t integer_digits)
{
    scan->top += integer_digits - 1;
    while (scan->digits < scan->end && (*scan->digits == '0' || *scan->digits == '.')) {
        scan->top -= *scan->digits == '0';
        scan->digits++;
    }
    while (scan->end > scan->digits && (scan->end[-1] == '0' || scan->end[-1] == '.')) {
        if (scan->end[-1] == '.') {
            scan->end--;
            continue;
        }
        scan->end--;
    }
    scan->zero = scan->digits == scan->end;
}

static bool scan_number(const char *text, size_t length, struct scan *scan)
{
    const char *at = text, *end = text + length;
    *scan = (struct scan){0};
    if (at < end && (*at == '+' || *at == '-'))
        scan->negative = *at++ == '-';

    int64_t integer_digits = 0, fraction_digits = 0;
    scan->digits = at;
    for (; at < end && is_digit(*at); at++)
        integer_digits++;
    if (at < end && *at == '.')
        for (at++; at < end && is_digit(*at); at++)
            fraction_digits++;
    if (integer_digits + fraction_digits == 0)
        return false;
    scan->end = at;

    if (at < end && (*at == 'e' || *at == 'E')) {
        if (!scan_exponent(at + 1, end, &scan->top))
            return false;
    } else if (at < end) {
        return false;
    }
    scan_trim(scan, integer_digits);
    return true;
}

/* The digits from 10^18 down to 10^0; top is at most 18.  `*rest` is where the fraction
 * begins. */
static uint128 integer_part(const struct scan *scan, const char **rest)
{
    const char *at = scan->digits;
    uint128 value = 0;
    for (int64_t power = scan->top; power >= 0; power--) {
        while (at < scan->end && *at == '.')
            at++;
        value = 10 * value + (at < scan->end ? (unsigned)(*at++ - '0') : 0);
    }
    *rest = at;
    return value;
}

/*
 * fraction * multiplier, rounded half up.  Horner from the last digit, keeping whole
 * parts only: floor((d m + floor(x)) / 10) = floor((d m + x) / 10), and whether the
 * rest is a half or more shows in the last remainder alone.
 */
static uint128 fraction_part(const struct scan *scan, const char *rest,
                             uint128 multiplier, bool *inexact)
{
    uint128 whole = 0;
    unsigned remainder = 0;
    for (const char *at = scan->end; at > rest; at--) {
        if (at[-1] == '.')
            continue;
        whole += (unsigned)(at[-1] - '0') * multiplier;
        *inexact |= remainder != 0;
        remainder = (unsigned)(whole % 10);
        whole /= 10;
    }
    for (int64_t power = scan->top; power < -1; power++) {
        *inexact |= remainder != 0;
        remainder = (unsigned)(whole % 10);
        whole /= 10;
    }
    *inexact |= remainder != 0;
    return whole + (remainder >= 5);
}

enum decimal_result decimal_scaled(const char *text, size_t length, int64_t multiplier,
                                   int64_t *value)
{
    assert(multiplier > 0);
    struct scan scan;
    if (!scan_number(text, length, &scan))
        return DECIMAL_NOT_NUMBER;
    *value = 0;
    if (scan.zero)
        return DECIMAL_OK;
    if (scan.top > 18)
        return DECIMAL_OVERFLOW;
    if (scan.top < -40)
        return DECIMAL_INEXACT;

    const char *rest;
    bool inexact = false;
    uint128 sum = integer_part(&scan, &rest) * (uint128)multiplier;
    sum += fraction_part(&scan, rest, (uint128)multiplier, &inexact);

    uint128 limit = (uint128)INT64_MAX + scan.negative;
    if (sum > limit)
        return DECIMAL_OVERFLOW;
    *value = (int64_t)(scan.negative ? -(int128)sum : (int128)sum);
    return inexact ? DECIMAL_INEXACT : DECIMAL_OK;
}

enum decimal_result decimal_to_int64(const char *text, size_t length, int digits,
                                     int64_t *value)
{
    assert(digits >= 0 && digits <= 18);
    int64_t multiplier = 1;
    for (int i = 0; i < digits; i++)
        multiplier *= 10;
    return decimal_scaled(text, length, multiplier, value);
}

/* No two doubles, nor the middle between them, differ only behind the 768th digit. */
#define DIGITS_THAT_MATTER 768

/* strtod rounds right but reads the locale's decimal point: give it none. */
static double nearest_double(const struct scan *scan, int64_t top)
{
    char plain[DIGITS_THAT_MATTER + 40];
    size_t n = 0;
    const char *at = scan->digits;
    for (; at < scan->end && n < DIGITS_THAT_MATTER; at++)
        if (*at != '.')
            plain[n++] = *at;
    if (at < scan->end)
        plain[n++] = '1';
    snprintf(plain + n, sizeof plain - n, "e%lld", (long long)(top - (int64_t)n + 1));
    return strtod(plain, NULL);
}

enum decimal_result decimal_to_double_shifted(const char *text, size_t length,
                                              int shift, double *value)
{
    struct scan scan;
    if (!scan_number(text, length, &scan))
        return DECIMAL_NOT_NUMBER;
    *value = 0;
    if (scan.zero)
        return DECIMAL_OK;

    int64_t top = scan.top + shift;
    if (top > 400)
        return DECIMAL_OVERFLOW;
    double magnitude = top < -400 ? 0 : nearest_double(&scan, top);
    if (isinf(magnitude))
        return DECIMAL_OVERFLOW;
    if (magnitude == 0)
        return DECIMAL_INEXACT;
    *value = scan.negative ? -magnitude : magnitude;
    return DECIMAL_OK;
}

enum decimal_result decimal_to_double(const char *text, size_t length, double *value)
{
    return decimal_to_double_shifted(text, length, 0, value);
}

size_t decimal_write(char text[DECIMAL_TEXT], int128 value, int digits)
{
    assert(digits >= 0 && digits <= 18);
    char backwards[DECIMAL_TEXT];
    size_t n = 0, length = 0;
    uint128 magnitude = value < 0 ? -(uint128)value : (uint128)value;

    for (int i = 0; magnitude > 0 || i <= digits; i++) {
        if (i == digits && digits > 0)
            backwards[n++] = '.';
        backwards[n++] = (char)('0' + (int)(magnitude % 10));
        magnitude /= 10;
    }
    if (value < 0)
        text[length++] = '-';
    while (n > 0)
        text[length++] = backwards[--n];
    text[length] = '\0';
    return length;
}

/* value = 0.d1d2...dn * 10^(top + 1), d1 and dn not 0. */
struct shortest {
    char digits[20];
    int n;
    int top;
};

static void take_apart(double value, int n, struct shortest *out)
{
    char text[48];
    snprintf(text, sizeof text, "%.*e", n - 1, value);
    char *exponent = strchr(text, 'e');
    assert(exponent);
    out->n = 0;
    for (const char *at = text; at < exponent; at++)
        if (is_digit(*at))
            out->digits[out->n++] = *at;
    while (out->n > 1 && out->digits[out->n - 1] == '0')
        out->n--;
    out->top = atoi(exponent + 1);
}

/*
 * Every decimal of up to 15 digits survives the way through a double and back, so where
 * 15 digits read back as `value`, dropping their zeros gives the shortest.
 */
static void find_shortest(double value, struct shortest *out)
{
    int n = value < DBL_MIN ? 1 : DBL_DIG;
    for (; n <= DBL_DECIMAL_DIG; n++) {
        take_apart(value, n, out);
        struct scan scan = {.digits = out->digits, .end = out->digits + out->n};
        if (nearest_double(&scan, out->top) == value)
            return;
    }
    assert(!"17 digits always read back");
}

size_t decimal_write_double_shifted(char text[DECIMAL_TEXT], double value, int shift)
{
    assert(isfinite(value));
    size_t length = 0;
    if (value == 0) {
        strcpy(text, "0");
        return 1;
    }
    struct shortest s;
    find_shortest(fabs(value), &s);
    s.top += shift;
    if (value < 0)
        text[length++] = '-';

    bool plain = s.top >= -6 && s.top < 15;
    int point = plain ? s.top : 0;
    for (int power = point > 0 ? point : 0; power >= 0 || point - power < s.n;
         power--) {
        int i = point - power;
        if (power == -1)
            text[length++] = '.';
        text[length++] = i >= 0 && i < s.n ? s.digits[i] : '0';
    }
    text[length] = '\0';
    if (!plain)
        length += (size_t)snprintf(text + length, DECIMAL_TEXT - length, "e%d", s.top);
    return length;
}

size_t decimal_write_double(char text[DECIMAL_TEXT], double value)
{
    return decimal_write_double_shifted(text, value, 0);
}

double decimal_rounded(double value, int digits)
{
    assert(isfinite(value) && digits >= 1 && digits <= DBL_DECIMAL_DIG);
    if (value == 0)
        return 0;
    struct shortest s;
    take_apart(fabs(value), digits, &s);
    struct scan scan = {.digits = s.digits, .end = s.digits + s.n};
    return copysign(nearest_double(&scan, s.top), value);
}
