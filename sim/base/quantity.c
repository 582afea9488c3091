#include "base/quantity.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"

static const struct {
    bool exact;
    const char *what; /* for "where ... is wanted" */
    const char *unit, *example;
    const char *step; /* of an exact dimension */
} dimensions[DIM_PRICE + 1] = {
    [DIM_NUMBER] = {false, "a number", "", "1.25", NULL},
    [DIM_TIME] = {true, "a time", "ms", "16w", "1 ms"},
    [DIM_USD] = {true, "an amount of money", "USD", "250000 USD", "0.000001 USD"},
    [DIM_USD_PER_GPU_H] = {true, "a price of GPU time", "USD/GPU-h", "2.49 USD/GPU-h",
                           "0.000000001 USD/GPU-h"},
    [DIM_USD_PER_Y] = {true, "a cost per year", "USD/y", "180000 USD/y",
                       "0.000001 USD/y"},
    [DIM_USD_PER_KWH] = {true, "a price of energy", "USD/kWh", "0.085 USD/kWh",
                         "0.000000001 USD/kWh"},
    [DIM_USD_PER_MW] = {true, "a cost of power capacity", "USD/MW", "11.7 MUSD/MW",
                        "0.000001 USD/MW"},
    [DIM_USD_PER_KW_MO] = {true, "a price of power capacity", "USD/kW-mo",
                           "160 USD/kW-mo", "0.000000001 USD/kW-mo"},
    [DIM_POWER] = {true, "a power", "W", "10.2 kW", "0.001 W"},
    [DIM_FRAC] = {false, "a fraction", "%", "20 %", NULL},
    [DIM_FRAC_PER_Y] = {false, "a rate per year", "%/y", "10 %/y", NULL},
    [DIM_MEMORY] = {true, "an amount of memory", "GB", "80 GB", "1 MB"},
    [DIM_G_PER_KWH] = {false, "a carbon intensity", "g/kWh", "350 g/kWh", NULL},
    [DIM_KG] = {false, "a mass", "kg", "1500 kg", NULL},
    [DIM_TFLOPS] = {false, "a compute rate", "TFLOP/s", "989 TFLOP/s", NULL},
    [DIM_PER_DAY] = {false, "a rate of events", "/d", "130 /d", NULL},
    [DIM_PER_NODE_DAY] = {false, "a rate of failures per server", "/1000-node-d",
                          "4 /1000-node-d", NULL},
    [DIM_PRICE] = {false, "a price", "market's unit", "2.49 USD/GPU-h", NULL},
};

/*
 * Canonical value = number * 10^shift * multiplier / divisor.  `written` marks the
 * units in which values are shown, small ones first.
 */
struct unit {
    const char *name;
    enum dimension dim;
    int64_t multiplier;
    int shift, divisor;
    bool written;
};

static const struct unit units[] = {
    {"ms", DIM_TIME, 1, 0, 1, true},
    {"s", DIM_TIME, MS_PER_S, 0, 1, true},
    {"min", DIM_TIME, MS_PER_MIN, 0, 1, true},
    {"h", DIM_TIME, MS_PER_H, 0, 1, true},
    {"d", DIM_TIME, MS_PER_D, 0, 1, true},
    {"w", DIM_TIME, 7 * MS_PER_D, 0, 1, true},
    {"USD", DIM_USD, 1000000, 0, 1, true},
    {"kUSD", DIM_USD, 1000000000, 0, 1, false},
    {"MUSD", DIM_USD, 1000000000000, 0, 1, false},
    {"USD/GPU-h", DIM_USD_PER_GPU_H, 1000000000, 0, 1, true},
    {"USD/y", DIM_USD_PER_Y, 1000000, 0, 1, true},
    {"kUSD/y", DIM_USD_PER_Y, 1000000000, 0, 1, false},
    {"USD/mo", DIM_USD_PER_Y, 12000000, 0, 1, false},
    {"USD/GPU-y", DIM_USD_PER_Y, 1000000, 0, 1, false},
    {"USD/server-y", DIM_USD_PER_Y, 1000000, 0, 1, false},
    {"USD/FTE-y", DIM_USD_PER_Y, 1000000, 0, 1, false},
    {"USD/kWh", DIM_USD_PER_KWH, 1000000000, 0, 1, true},
    {"USD/MWh", DIM_USD_PER_KWH, 1000000, 0, 1, false},
    {"USD/MW", DIM_USD_PER_MW, 1000000, 0, 1, true},
    {"kUSD/MW", DIM_USD_PER_MW, 1000000000, 0, 1, true},
    {"MUSD/MW", DIM_USD_PER_MW, 1000000000000, 0, 1, true},
    {"USD/kW-mo", DIM_USD_PER_KW_MO, 1000000000, 0, 1, true},
    {"USD/MW-mo", DIM_USD_PER_KW_MO, 1000000, 0, 1, false},
    {"W", DIM_POWER, 1000, 0, 1, true},
    {"kW", DIM_POWER, 1000000, 0, 1, true},
    {"MW", DIM_POWER, 1000000000, 0, 1, true},
    {"%", DIM_FRAC, 1, -2, 1, true},
    {"%/y", DIM_FRAC_PER_Y, 1, -2, 1, true},
    {"MB", DIM_MEMORY, 1, 0, 1, true},
    {"GB", DIM_MEMORY, 1000, 0, 1, true},
    {"TB", DIM_MEMORY, 1000000, 0, 1, true},
    {"g/kWh", DIM_G_PER_KWH, 1, 0, 1, true},
    {"kg/MWh", DIM_G_PER_KWH, 1, 0, 1, false},
    {"kg", DIM_KG, 1, 0, 1, true},
    {"t", DIM_KG, 1, 3, 1, false},
    {"TFLOP/s", DIM_TFLOPS, 1, 0, 1, true},
    {"PFLOP/s", DIM_TFLOPS, 1, 3, 1, false},
    {"/d", DIM_PER_DAY, 1, 0, 1, true},
    {"/h", DIM_PER_DAY, 24, 0, 1, false},
    {"/w", DIM_PER_DAY, 1, 0, 7, false},
    {"/1000-node-d", DIM_PER_NODE_DAY, 1, -3, 1, true},
    {"/node-d", DIM_PER_NODE_DAY, 1, 0, 1, false},
    {"/node-y", DIM_PER_NODE_DAY, 1, 0, 365, false},
};
#define UNITS (sizeof units / sizeof units[0])

bool dimension_is_exact(enum dimension dim)
{
    return dimensions[dim].exact;
}

const char *dimension_unit(enum dimension dim)
{
    return dimensions[dim].unit;
}

const char *dimension_example(enum dimension dim)
{
    return dimensions[dim].example;
}

/* The length of what looks like a number at the start of `text`. */
static size_t number_length(const char *text)
{
    size_t n = strspn(text, "+-");
    n += strspn(text + n, "0123456789.");
    if (text[n] == 'e' || text[n] == 'E') {
        size_t sign = text[n + 1] == '+' || text[n + 1] == '-';
        size_t digits = strspn(text + n + 1 + sign, "0123456789");
        if (digits > 0)
            n += 1 + sign + digits;
    }
    return n;
}

static bool is_unit_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '%' || c == '/';
}

static void list_units(enum dimension dim, char *text, size_t room)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < UNITS; i++) {
        if (units[i].dim != dim || used >= room)
            continue;
        used += (size_t)snprintf(text + used, room - used, "%s%s", used ? ", " : "",
                                 units[i].name);
    }
}

static bool refuse_unit(const char *text, const char *name, enum dimension dim,
                        struct error *err)
{
    for (size_t i = 0; i < UNITS; i++)
        if (strcmp(units[i].name, name) == 0)
            return error_set(err, "'%s' is %s where %s is wanted, as in '%s'", text,
                             dimensions[units[i].dim].what, dimensions[dim].what,
                             dimensions[dim].example);
    if (dim == DIM_TIME && (strcmp(name, "mo") == 0 || strcmp(name, "y") == 0))
        return error_set(err,
                         "'%s': months and years differ in length; give this time in "
                         "days, as in '365d'",
                         text);
    char list[256];
    list_units(dim, list, sizeof list);
    return error_set(err, "'%s': '%s' is not a unit for %s (%s); write it as in '%s'",
                     text, name, dimensions[dim].what, list, dimensions[dim].example);
}

/* Splits "2.49 USD/GPU-h": the unit, or NULL with the error set. */
static const struct unit *find_unit(const char *text, size_t number, enum dimension dim,
                                    struct error *err)
{
    const char *name = text + number;
    name += strspn(name, " ");
    double ignored;
    bool is_number = decimal_to_double(text, number, &ignored) != DECIMAL_NOT_NUMBER;

    if (is_number && *name == '\0') {
        error_set(err, "'%s' needs a unit, as in '%s'", text, dimensions[dim].example);
        return NULL;
    }
    if (!is_number || !is_unit_start(*name)) {
        error_set(err, "'%s' is not %s, such as '%s'", text, dimensions[dim].what,
                  dimensions[dim].example);
        return NULL;
    }
    for (size_t i = 0; i < UNITS; i++)
        if (units[i].dim == dim && strcmp(units[i].name, name) == 0)
            return &units[i];
    refuse_unit(text, name, dim, err);
    return NULL;
}

/* NULL: the text is not written in a unit of the dimension. */
static const struct unit *unit_of(enum dimension dim, const char *text)
{
    const char *name = text + number_length(text);
    name += strspn(name, " ");
    for (size_t i = 0; i < UNITS; i++)
        if (units[i].dim == dim && strcmp(units[i].name, name) == 0)
            return &units[i];
    return NULL;
}

const char *quantity_unit(enum dimension dim, const char *text)
{
    const struct unit *own = NULL, *unit = text ? unit_of(dim, text) : NULL;
    for (size_t i = 0; i < UNITS && !own; i++)
        if (units[i].dim == dim && strcmp(units[i].name, dimensions[dim].unit) == 0)
            own = &units[i];
    bool same = unit && own && unit->multiplier == own->multiplier &&
                unit->shift == own->shift && unit->divisor == own->divisor;
    return same ? unit->name : dimensions[dim].unit;
}

bool quantity_exact(const char *text, enum dimension dim, int64_t *value,
                    struct error *err)
{
    assert(dimension_is_exact(dim));
    size_t number = number_length(text);
    const struct unit *unit = find_unit(text, number, dim, err);
    if (!unit)
        return false;

    int64_t scaled;
    enum decimal_result result =
        decimal_scaled(text, number, unit->multiplier, &scaled);
    if (result == DECIMAL_OVERFLOW)
        return error_set(err, "'%s' is too large", text);
    if (result == DECIMAL_INEXACT && scaled == 0)
        return error_set(err, "'%s' is too small; the smallest step is %s", text,
                         dimensions[dim].step);
    *value = scaled;
    return true;
}

static bool plain_number(const char *text, double *value, struct error *err)
{
    switch (decimal_to_double(text, strlen(text), value)) {
    case DECIMAL_OK: return true;
    case DECIMAL_INEXACT: return error_set(err, "'%s' is too small", text);
    case DECIMAL_OVERFLOW: return error_set(err, "'%s' is too large", text);
    case DECIMAL_NOT_NUMBER: break;
    }
    size_t number = number_length(text);
    const char *rest = text + number;
    rest += strspn(rest, " ");
    if (number > 0 && is_unit_start(*rest))
        return error_set(err, "'%s' is not a number; it takes no unit, as in '%s'",
                         text, dimensions[DIM_NUMBER].example);
    return error_set(err, "'%s' is not a number, such as '%s'", text,
                     dimensions[DIM_NUMBER].example);
}

bool quantity_real(const char *text, enum dimension dim, double *value,
                   struct error *err)
{
    assert(!dimension_is_exact(dim));
    double parsed;
    if (dim == DIM_NUMBER) {
        if (!plain_number(text, &parsed, err))
            return false;
        *value = parsed;
        return true;
    }
    size_t number = number_length(text);
    const struct unit *unit = find_unit(text, number, dim, err);
    if (!unit)
        return false;
    enum decimal_result result =
        decimal_to_double_shifted(text, number, unit->shift, &parsed);
    parsed *= (double)unit->multiplier;
    parsed /= unit->divisor;
    if (result == DECIMAL_OVERFLOW || !isfinite(parsed))
        return error_set(err, "'%s' is too large", text);
    if (result == DECIMAL_INEXACT)
        return error_set(err, "'%s' is too small", text);
    *value = parsed;
    return true;
}

bool quantity_number(const char *text, enum dimension dim, double *value,
                     struct error *err)
{
    int64_t exact;
    if (!dimension_is_exact(dim))
        return quantity_real(text, dim, value, err);
    if (!quantity_exact(text, dim, &exact, err))
        return false;
    *value = (double)exact;
    return true;
}

bool quantity_split(const char *text, double *number, const char **unit,
                    struct error *err)
{
    size_t length = number_length(text);
    const char *rest = text + length + strspn(text + length, " ");
    enum decimal_result result = decimal_to_double(text, length, number);
    bool word = *rest == '\0' || is_unit_start(*rest);
    for (const char *at = rest; *at; at++)
        word = word && (is_unit_start(*at) || *at == '-' || (*at >= '0' && *at <= '9'));
    if (result == DECIMAL_NOT_NUMBER || !word)
        return error_set(err, "'%s' is not one number with its unit, such as '%s'",
                         text, dimensions[DIM_USD_PER_GPU_H].example);
    if (result != DECIMAL_OK)
        return error_set(err, "'%s' is too %s", text,
                         result == DECIMAL_OVERFLOW ? "large" : "small");
    *unit = rest;
    return true;
}

/* Far beyond any use, far from overflow. */
#define SPAN_MAX_Y INT64_C(10000)

/* The part of a term in one unit, in months or in ms; NULL for no such unit. */
static int64_t *span_part(struct span *span, const char *unit, size_t length,
                          int64_t *multiplier)
{
    static const struct {
        const char *name;
        int64_t months;
    } long_units[] = {{"mo", 1}, {"y", 12}};

    for (size_t i = 0; i < sizeof long_units / sizeof long_units[0]; i++) {
        const char *name = long_units[i].name;
        if (strlen(name) == length && strncmp(name, unit, length) == 0) {
            *multiplier = long_units[i].months;
            return &span->months;
        }
    }
    for (size_t i = 0; i < UNITS; i++) {
        const char *name = units[i].name;
        if (units[i].dim == DIM_TIME && strlen(name) == length &&
            strncmp(name, unit, length) == 0) {
            *multiplier = units[i].multiplier;
            return &span->ms;
        }
    }
    return NULL;
}

static const char span_example[] = "as in '3y', '18mo', '16w' or '1y 6mo'";

static bool refuse_long_span(const char *text, struct error *err)
{
    return error_set(err, "'%s' is too long; at most %lld years can be given", text,
                     (long long)SPAN_MAX_Y);
}

/* Reads "6mo" at *at and moves behind it. */
static bool add_to_span(const char *text, const char **at, struct span *span,
                        struct error *err)
{
    size_t number = number_length(*at);
    double ignored;
    if (decimal_to_double(*at, number, &ignored) == DECIMAL_NOT_NUMBER)
        return error_set(err, "'%s' is not a term, %s", text, span_example);
    const char *unit = *at + number;
    unit += strspn(unit, " ");
    size_t length = strspn(unit, "abcdefghijklmnopqrstuvwxyz");
    if (length == 0)
        return error_set(err, "'%s' needs a unit, %s", text, span_example);

    int64_t multiplier, value;
    int64_t *part = span_part(span, unit, length, &multiplier);
    if (!part)
        return error_set(err, "'%s': '%.*s' is not one of ms, s, min, h, d, w, mo, y",
                         text, length < 40 ? (int)length : 40, unit);
    enum decimal_result result = decimal_scaled(*at, number, multiplier, &value);
    if (result == DECIMAL_OVERFLOW)
        return refuse_long_span(text, err);
    /* As of a time: parts of a ms are rounded; parts of a month would have no length.
     */
    bool rounds = part == &span->ms && value > 0;
    if ((result != DECIMAL_OK && !rounds) || value < 0)
        return error_set(err, "'%s' is not a whole number of %s from 0 on, %s", text,
                         part == &span->months ? "months" : "ms", span_example);
    if (__builtin_add_overflow(*part, value, part))
        return refuse_long_span(text, err);
    *at = unit + length;
    *at += strspn(*at, " ");
    return true;
}

bool quantity_span(const char *text, struct span *span, struct error *err)
{
    struct span sum = {0};
    const char *at = text;
    do {
        if (!add_to_span(text, &at, &sum, err))
            return false;
    } while (*at);

    if (sum.months > SPAN_MAX_Y * 12 || sum.ms > SPAN_MAX_Y * MS_PER_Y)
        return refuse_long_span(text, err);
    *span = sum;
    return true;
}

static void trim_zeros(char *text)
{
    if (!strchr(text, '.'))
        return;
    size_t n = strlen(text);
    while (text[n - 1] == '0')
        n--;
    n -= text[n - 1] == '.';
    text[n] = '\0';
}

/* value / multiplier as a decimal; the multiplier is a power of ten. */
static void write_in_unit(char text[QUANTITY_TEXT], int64_t value,
                          const struct unit *unit)
{
    int digits = 0;
    for (int64_t m = unit->multiplier; m > 1; m /= 10)
        digits++;
    char number[DECIMAL_TEXT];
    decimal_write(number, value, digits);
    trim_zeros(number);
    snprintf(text, QUANTITY_TEXT, "%s %s", number, unit->name);
}

#define TIME_TEXT 32

static void write_time(char text[TIME_TEXT], int64_t ms)
{
    const struct unit *best = NULL;
    for (size_t i = 0; i < UNITS; i++)
        if (units[i].dim == DIM_TIME && ms % units[i].multiplier == 0 &&
            (ms != 0 || units[i].multiplier <= MS_PER_S))
            best = &units[i];
    assert(best);
    snprintf(text, TIME_TEXT, "%lld%s", (long long)(ms / best->multiplier), best->name);
}

void quantity_write_exact(char text[QUANTITY_TEXT], enum dimension dim, int64_t value)
{
    assert(dimension_is_exact(dim));
    if (dim == DIM_TIME) {
        write_time(text, value);
        return;
    }
    /* The largest unit of which there is at least one, else the smallest. */
    const struct unit *best = NULL;
    for (size_t i = 0; i < UNITS; i++) {
        if (units[i].dim != dim || !units[i].written)
            continue;
        if (!best || value / units[i].multiplier != 0)
            best = &units[i];
    }
    assert(best);
    write_in_unit(text, value, best);
}

/* Digits that are read at a glance. */
#define SHORT 5

void quantity_write_bound(char text[QUANTITY_TEXT], enum dimension dim, int64_t value,
                          bool upper, const char *like)
{
    const struct unit *unit = unit_of(dim, like);
    quantity_write_exact(text, dim, value);
    if (number_length(text) <= SHORT || !unit || value / unit->multiplier == 0)
        return;
    int128 scaled = (int128)value * 1000;
    int128 thousandths = scaled / unit->multiplier;
    if (scaled % unit->multiplier != 0 && (value > 0) != upper)
        thousandths += upper ? -1 : 1;
    char number[DECIMAL_TEXT];
    decimal_write(number, thousandths, 3);
    trim_zeros(number);
    snprintf(text, QUANTITY_TEXT, "%s%s%s", number, dim == DIM_TIME ? "" : " ",
             unit->name);
}

void quantity_write_real(char text[QUANTITY_TEXT], enum dimension dim, double value)
{
    assert(!dimension_is_exact(dim));
    int shift = dim == DIM_FRAC || dim == DIM_FRAC_PER_Y ? 2
                : dim == DIM_PER_NODE_DAY                ? 3
                                                         : 0;
    char number[DECIMAL_TEXT];
    decimal_write_double_shifted(number, value, shift);
    snprintf(text, QUANTITY_TEXT, "%s%s%s", number, dim == DIM_NUMBER ? "" : " ",
             dimensions[dim].unit);
}

void quantity_write_number(char text[QUANTITY_TEXT], enum dimension dim, double value)
{
    if (dimension_is_exact(dim))
        quantity_write_exact(text, dim, llround(fmin(fmax(value, -0x1p62), 0x1p62)));
    else
        quantity_write_real(text, dim, value);
}

void quantity_write_span(char text[QUANTITY_TEXT], struct span span)
{
    int n = 0;
    text[0] = '\0';
    if (span.months >= 12)
        n += snprintf(text, QUANTITY_TEXT, "%lldy", (long long)(span.months / 12));
    if (span.months % 12 > 0)
        n += snprintf(text + n, QUANTITY_TEXT - (size_t)n, "%s%dmo", n ? " " : "",
                      (int)(span.months % 12));
    if (span.ms == 0 && n > 0)
        return;
    char ms[TIME_TEXT];
    write_time(ms, span.ms);
    snprintf(text + n, QUANTITY_TEXT - (size_t)n, "%s%s", n ? " " : "", ms);
}
