#ifndef BASE_PARAMS_H
#define BASE_PARAMS_H

/*
 * A parameter table describes the fields of a struct that a scenario may set.
 *
 * The table is the only place where a parameter is declared: the parser, the range
 * check, `tenure show`, the manifest, `tenure models` and the reference pages all read
 * it.  The field's name is the scenario's key plus its unit (see units below), and its
 * default is written as a user would write it.
 *
 * What a field holds, by type:
 *   PARAM_BOOL     bool             true, false
 *   PARAM_INT      int64_t          a whole number without unit: counts, seeds
 *   PARAM_REAL     double           DIM_NUMBER, or any dimension that is not exact
 *   PARAM_EXACT    int64_t          any exact dimension, in its canonical unit
 *   PARAM_SPAN     struct span      a term, life or horizon
 *   PARAM_DATE     int64_t          unix_ms
 *   PARAM_TEXT     const char *     NULL where not given
 *   PARAM_CHOICE   int              index into choices
 *   PARAM_TEXTS    struct texts     a list of words, or one word
 *   PARAM_TABLE    struct table     a map from number to number, ascending keys; a list
 *                                   has the keys 0, 1, 2, ...
 *   PARAM_POINTS   struct points    a map from date to a quantity, by date
 *
 * A row in DIM_PRICE is read in the dimension that the context names, so that one model
 * serves whatever has a price; its value is a double in that dimension's canonical
 * unit.
 */

#include <stddef.h>

#include "base/node.h"
#include "base/quantity.h"

enum param_type {
    PARAM_BOOL,
    PARAM_INT,
    PARAM_REAL,
    PARAM_EXACT,
    PARAM_SPAN,
    PARAM_DATE,
    PARAM_TEXT,
    PARAM_CHOICE,
    PARAM_TEXTS,
    PARAM_TABLE,
    PARAM_POINTS,
};

struct texts {
    const char **text;
    size_t n;
};

struct table {
    double *x, *y;
    size_t n;
};

/* Values from a date on, dates ascending. */
struct points {
    int64_t *at_unix_ms;
    double *value;
    size_t n;
};

struct param {
    const char *name; /* the scenario's key: NULL ends a table */
    enum param_type type;
    enum dimension dim; /* PARAM_REAL, PARAM_EXACT, PARAM_POINTS */
    size_t offset;
    const char *fallback;       /* as a user writes it; NULL: must be given; "": unset,
                                   the field stays zero */
    double min, max;            /* allowed values, in the canonical unit; both 0: any.
                                   Of a table or points: of the values */
    const char *const *choices; /* PARAM_CHOICE: ends with NULL */
    const char *help;           /* one sentence, lower case, no full stop */
    unsigned mask;              /* who may have it (0: all), as 1u << TENURE_OWN */
};

#define PARAMS_END                                                                     \
    {                                                                                  \
        .name = NULL                                                                   \
    }

/* clang-format off */

/*
 * One row of a table without its braces, so that `.mask = ...` can follow:
 *
 *     {PARAM_TIME(struct lot, "lead_time", lead_time_ms, "16w", 0, 1e12, "from order to delivery")},
 *
 * A field of another C type than the row's does not compile.
 */
#define PARAM_ROW(kind, struct_, field, check, key, fallback_, lo, hi, help_)         \
    .name = (key), .type = (kind), .fallback = (fallback_), .min = (lo), .max = (hi), \
    .help = (help_),                                                                  \
    .offset = offsetof(struct_, field) + 0 * sizeof(_Generic(((struct_ *)0)->field, check))

#define PARAM_FLAG(struct_, key, field, fallback_, help_) \
    PARAM_ROW(PARAM_BOOL, struct_, field, bool: 0, key, fallback_, 0, 0, help_)
#define PARAM_COUNT(struct_, key, field, fallback_, lo, hi, help_) \
    PARAM_ROW(PARAM_INT, struct_, field, int64_t: 0, key, fallback_, lo, hi, help_)
#define PARAM_NUMBER(struct_, key, field, fallback_, lo, hi, help_) \
    PARAM_REAL_IN(DIM_NUMBER, struct_, key, field, fallback_, lo, hi, help_)
#define PARAM_FRACTION(struct_, key, field, fallback_, lo, hi, help_) \
    PARAM_REAL_IN(DIM_FRAC, struct_, key, field, fallback_, lo, hi, help_)
#define PARAM_TIME(struct_, key, field, fallback_, lo, hi, help_) \
    PARAM_EXACT_IN(DIM_TIME, struct_, key, field, fallback_, lo, hi, help_)
#define PARAM_REAL_IN(dim_, struct_, key, field, fallback_, lo, hi, help_) \
    PARAM_ROW(PARAM_REAL, struct_, field, double: 0, key, fallback_, lo, hi, help_), .dim = (dim_)
#define PARAM_EXACT_IN(dim_, struct_, key, field, fallback_, lo, hi, help_) \
    PARAM_ROW(PARAM_EXACT, struct_, field, int64_t: 0, key, fallback_, lo, hi, help_), .dim = (dim_)
#define PARAM_TERM(struct_, key, field, fallback_, lo, hi, help_) \
    PARAM_ROW(PARAM_SPAN, struct_, field, struct span: 0, key, fallback_, lo, hi, help_)
#define PARAM_INSTANT(struct_, key, field, fallback_, help_) \
    PARAM_ROW(PARAM_DATE, struct_, field, int64_t: 0, key, fallback_, 0, 0, help_)
#define PARAM_WORD(struct_, key, field, fallback_, help_) \
    PARAM_ROW(PARAM_TEXT, struct_, field, const char *: 0, key, fallback_, 0, 0, help_)
#define PARAM_WORDS(struct_, key, field, fallback_, help_) \
    PARAM_ROW(PARAM_TEXTS, struct_, field, struct texts: 0, key, fallback_, 0, 0, help_)
#define PARAM_ONE_OF(struct_, key, field, choices_, fallback_, help_) \
    PARAM_ROW(PARAM_CHOICE, struct_, field, int: 0, key, fallback_, 0, 0, help_), .choices = (choices_)
#define PARAM_MAP(struct_, key, field, fallback_, lo, hi, help_) \
    PARAM_ROW(PARAM_TABLE, struct_, field, struct table: 0, key, fallback_, lo, hi, help_)
#define PARAM_DATED(dim_, struct_, key, field, fallback_, lo, hi, help_) \
    PARAM_ROW(PARAM_POINTS, struct_, field, struct points: 0, key, fallback_, lo, hi, help_), .dim = (dim_)

/* clang-format on */

/* One resolved value, for `tenure show` and the manifest. */
struct resolved {
    const char *path;   /* "pools.own.gpus" */
    const char *value;  /* as a user would write it */
    const char *origin; /* "own.yaml:12:20", "--set", "default", "catalogue h100-sxm" */
};

struct resolved_list {
    struct arena *arena; /* borrowed */
    struct resolved *items;
    size_t n, room;
};

void resolved_add(struct resolved_list *list, const char *path, const char *value,
                  const char *origin);

struct params_context {
    struct arena *arena;            /* texts and tables live here */
    struct resolved_list *resolved; /* may be NULL */
    const char *path;               /* prefix of what is resolved: "pools.own" */
    unsigned mask;           /* only params with this bit (or mask 0) are allowed */
    const char *const *also; /* further keys that the caller reads itself, or NULL */
    enum dimension price;    /* what DIM_PRICE means here */
    uint64_t given;          /* out: bit i is set when table[i] was in the map */
};

/* Sets every field that the table names: from the map where given, else its default.
 * Errors carry the place: unknown key (with a suggestion), wrong type, unit or range,
 * missing key. `map` may be NULL: all defaults. */
bool params_read(const struct param table[], void *self, const struct node *map,
                 struct params_context *context, struct error *err) MUST_CHECK;

/* One value from text (for the catalogue's figures, and tests). */
bool params_set(const struct param *param, void *self, const struct node *value,
                struct arena *arena, struct error *err) MUST_CHECK;

/* The field's value as a user would write it; it reads back as the same value. */
const char *params_text(const struct param *param, const void *self,
                        struct arena *arena);

/* The unit for people: "USD/GPU-h", "time", "date", "term"; "" for plain numbers. */
const char *param_unit(const struct param *param);

#endif
