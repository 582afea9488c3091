#ifndef BASE_DECIMAL_H
#define BASE_DECIMAL_H

/*
 * Decimal numbers read and written exactly, whatever the locale.
 *
 * Reading: [+-] digits [. digits] [e[+-]digits], at least one digit, and nothing else:
 * no blanks, no "inf", "nan" or hexadecimal.  Writing: always a fixed number of digits.
 */

#include <stddef.h>

#include "base/errors.h"
#include "base/int128.h"

enum decimal_result {
    DECIMAL_OK,
    DECIMAL_INEXACT, /* the value has digits beyond the wanted ones; it was rounded */
    DECIMAL_NOT_NUMBER, /* not of the form above */
    DECIMAL_OVERFLOW,   /* does not fit */
};

/* value * 10^digits as an integer, halves away from zero: "1.5" with digits = 3 is
 * 1500.  0 <= digits <= 18. */
enum decimal_result decimal_to_int64(const char *text, size_t length, int digits,
                                     int64_t *value);

/* value * multiplier as an integer, halves away from zero (so "1.5" h in ms has the
 * multiplier 3600000).  multiplier > 0. */
enum decimal_result decimal_scaled(const char *text, size_t length, int64_t multiplier,
                                   int64_t *value);

/* The nearest double; never infinite.  DECIMAL_OK although few decimals are doubles;
 * DECIMAL_INEXACT only for a number so small that it became 0. */
enum decimal_result decimal_to_double(const char *text, size_t length, double *value);

/* The double nearest to value * 10^shift, so that "8.7" % is the same as "0.087". */
enum decimal_result decimal_to_double_shifted(const char *text, size_t length,
                                              int shift, double *value);

/* value / 10^digits with exactly `digits` digits after the point: 1234567 with 6 is
 * "1.234567".  Returns the length; NUL is appended. */
#define DECIMAL_TEXT 64
size_t decimal_write(char text[DECIMAL_TEXT], int128 value, int digits);

/* The shortest decimal that reads back as the same double ("0.1", "2.49e-07" never:
 * no exponent where |value| is 0 or in [1e-6, 1e15]); for people and manifests. */
size_t decimal_write_double(char text[DECIMAL_TEXT], double value);

/* The same decimal times 10^shift: 0.087 with 2 is "8.7". */
size_t decimal_write_double_shifted(char text[DECIMAL_TEXT], double value, int shift);

/* The double nearest to the decimal of that many significant digits (1 to 17) that is
 * nearest to a finite value: decimal_write_double shows no more digits of it. */
double decimal_rounded(double value, int digits);

#endif
