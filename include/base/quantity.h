#ifndef BASE_QUANTITY_H
#define BASE_QUANTITY_H

/*
 * Quantities with a dimension, as people write them: "16w", "2.49 USD/GPU-h",
 * "10.2 kW", "10 %/y".
 *
 * A bare number where a dimension is wanted is an error that shows an example; so is
 * a unit of another dimension.  A blank between number and unit is optional.
 * Everything is converted to one canonical unit per dimension, and code computes in
 * these units only.
 */

#include "base/calendar.h"
#include "base/errors.h"

enum dimension {
    DIM_NUMBER,        /* no unit: 1.25 (or a percentage: "25 %" is 0.25 in DIM_FRAC) */
    DIM_TIME,          /* ms: ms s min h d w */
    DIM_USD,           /* micro-USD: USD kUSD MUSD */
    DIM_USD_PER_GPU_H, /* nano-USD per GPU-h: USD/GPU-h */
    DIM_USD_PER_Y,     /* micro-USD per year of 365 d: USD/y (also per GPU-y, FTE-y) */
    DIM_USD_PER_KWH,   /* nano-USD per kWh: USD/kWh, USD/MWh */
    DIM_USD_PER_MW,    /* micro-USD per MW: USD/MW kUSD/MW MUSD/MW */
    DIM_USD_PER_KW_MO, /* nano-USD per kW-month: USD/kW-mo */
    DIM_POWER,         /* mW: W kW MW */
    DIM_FRAC,          /* double 0.2: "20 %" */
    DIM_FRAC_PER_Y,    /* double per year of 365 d: "10 %/y" */
    DIM_MEMORY,        /* MB (10^6 bytes): GB MB TB */
    DIM_G_PER_KWH,     /* double: g/kWh, kg/MWh */
    DIM_KG,            /* double: kg, t */
    DIM_TFLOPS,        /* double: TFLOP/s, PFLOP/s */
    DIM_PER_DAY,       /* double per day: /h /d /w, as "130 /d" */
    DIM_PER_NODE_DAY,  /* double per server and day: "4 /1000-node-d", /node-y */
    DIMENSIONS,
    DIM_PRICE /* stands for the dimension of what has the price: params.h */
};

/* Dimensions whose canonical value is an exact integer (int64_t); the others are
 * double. */
bool dimension_is_exact(enum dimension dim);

/* For messages and reference pages: "USD/GPU-h", and an example, "2.49 USD/GPU-h". */
/* The unit in which a text is written, where it stands for the same amount as the
 * dimension's own ("USD/GPU-y" for "USD/y"); else the dimension's. */
const char *quantity_unit(enum dimension dim, const char *text);
const char *dimension_unit(enum dimension dim);
const char *dimension_example(enum dimension dim);

/* Parse a whole text.  The message has no place: "'2.49' needs a unit, as in
 * '2.49 USD/GPU-h'".  The exact form refuses what the canonical unit cannot hold
 * exactly only when it would become 0; else it rounds. */
bool quantity_exact(const char *text, enum dimension dim, int64_t *value,
                    struct error *err) MUST_CHECK;
bool quantity_real(const char *text, enum dimension dim, double *value,
                   struct error *err) MUST_CHECK;

/* In any dimension: of an exact one the whole canonical value, as a double. */
bool quantity_number(const char *text, enum dimension dim, double *value,
                     struct error *err) MUST_CHECK;

/* Any number with its unit, or without: 2.49 and "USD/GPU-h", which is where the unit
 * begins in the text, 64 and "".  Whether it is a unit of something is not asked. */
bool quantity_split(const char *text, double *number, const char **unit,
                    struct error *err) MUST_CHECK;

/* A term: "3y", "18mo", "16w", "36h", and sums of them, "1y 6mo".  Of ms, s, ..., w it
 * is rounded to ms, unless to 0; of months it must be a whole number. */
bool quantity_span(const char *text, struct span *span, struct error *err) MUST_CHECK;

/* Written as a user would, so that it reads back as the same value: "16w",
 * "10.2 kW", "20 %", "1y 6mo". */
#define QUANTITY_TEXT 96
/* A bound as quantity_write_exact gives it, unless that is long: then in the unit in
 * which a user wrote `like`, if there is at least one of it; where more than three
 * digits would stand behind the point it is rounded towards what is allowed, down for
 * the upper bound. */
void quantity_write_bound(char text[QUANTITY_TEXT], enum dimension dim, int64_t value,
                          bool upper, const char *like);
void quantity_write_exact(char text[QUANTITY_TEXT], enum dimension dim, int64_t value);
void quantity_write_real(char text[QUANTITY_TEXT], enum dimension dim, double value);
void quantity_write_number(char text[QUANTITY_TEXT], enum dimension dim, double value);
void quantity_write_span(char text[QUANTITY_TEXT], struct span span);

#endif
