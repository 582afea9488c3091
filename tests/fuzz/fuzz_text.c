/* What people write in fields: quantities, spans, decimals, dates. */

#include <math.h>

#include "base/decimal.h"
#include "base/quantity.h"
#include "fuzz.h"

static void expect_exact(const char *text, enum dimension dim)
{
    struct error err = {0};
    int64_t value, again;
    char written[QUANTITY_TEXT];
    if (!quantity_exact(text, dim, &value, &err)) {
        fuzz_expect_error(&err);
        return;
    }
    quantity_write_exact(written, dim, value);
    fuzz_expect(quantity_exact(written, dim, &again, &err) && again == value);
}

static void expect_real(const char *text, enum dimension dim)
{
    struct error err = {0};
    double value, again;
    char written[QUANTITY_TEXT];
    if (!quantity_real(text, dim, &value, &err)) {
        fuzz_expect_error(&err);
        return;
    }
    fuzz_expect(isfinite(value));
    quantity_write_real(written, dim, value);
    fuzz_expect(quantity_real(written, dim, &again, &err) && again == value);
}

static void expect_span(const char *text)
{
    struct error err = {0};
    struct span span, again;
    char written[QUANTITY_TEXT];
    if (!quantity_span(text, &span, &err)) {
        fuzz_expect_error(&err);
        return;
    }
    quantity_write_span(written, span);
    fuzz_expect(quantity_span(written, &again, &err));
    fuzz_expect(again.months == span.months && again.ms == span.ms);
}

static void expect_date(const char *text, size_t length)
{
    struct error err = {0};
    int64_t unix_ms, again;
    char written[CALENDAR_TEXT];
    if (!calendar_parse(text, length, &unix_ms, &err)) {
        fuzz_expect_error(&err);
        return;
    }
    calendar_format(unix_ms, written);
    fuzz_expect(calendar_parse(written, strlen(written), &again, &err));
    fuzz_expect(again == unix_ms);
    int64_t month = calendar_month_start(unix_ms), next = calendar_next_month(unix_ms);
    fuzz_expect(month <= unix_ms && unix_ms < next);
    fuzz_expect(calendar_month_start(month) == month);
}

static void expect_decimal(const char *text, size_t length, int digits)
{
    int64_t value, again;
    double real, real_again;
    char written[DECIMAL_TEXT];
    enum decimal_result result = decimal_to_int64(text, length, digits, &value);
    if (result == DECIMAL_OK || result == DECIMAL_INEXACT) {
        size_t n = decimal_write(written, value, digits);
        fuzz_expect(decimal_to_int64(written, n, digits, &again) == DECIMAL_OK);
        fuzz_expect(again == value);
    }
    result = decimal_to_double(text, length, &real);
    if (result == DECIMAL_OK || result == DECIMAL_INEXACT) {
        fuzz_expect(isfinite(real));
        size_t n = decimal_write_double(written, real);
        fuzz_expect(n < DECIMAL_TEXT);
        fuzz_expect(decimal_to_double(written, n, &real_again) == DECIMAL_OK);
        fuzz_expect(real == real_again);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {(const char *)data, size};
    int digits = (int)(fuzz_byte(&bytes) % 19);
    expect_date(bytes.text, bytes.length);
    expect_decimal(bytes.text, bytes.length, digits);
    char *text = fuzz_line(&bytes);
    for (int dim = 0; dim < DIMENSIONS; dim++)
        if (dimension_is_exact((enum dimension)dim))
            expect_exact(text, (enum dimension)dim);
        else
            expect_real(text, (enum dimension)dim);
    expect_span(text);
    free(text);
    return 0;
}
