#ifndef STUDY_PAYLOAD_H
#define STUDY_PAYLOAD_H

/*
 * What a row (study/rows.h) says of a replication: fields with tabs between, the values
 * of the uncertain inputs, why it failed ("" if it did not), and for each column of the
 * plan the number in its fixed digits, or nothing.
 *
 * In texts backslash, tab, LF and CR are written \\, \t, \n and \r.
 */

#include "study/plan.h"
#include "study/rows.h"

struct payload {
    char *text;
    size_t length, room;
};

void payload_free(struct payload *payload);

/* Starts anew, then field by field. */
void payload_begin(struct payload *payload);
void payload_text(struct payload *payload, const char *text);
void payload_cell(struct payload *payload, const struct study_cell *cell, int digits);

/* A row taken apart; the fields point into it and do not end with NUL. */
struct payload_field {
    const char *text;
    size_t length;
};

static inline size_t payload_fields(const struct study_plan *plan)
{
    return plan->n_uncertain + 1 + plan->columns.n;
}

/* `fields` has payload_fields of them; an error where the row has others. */
bool payload_split(const struct study_plan *plan, const struct row *row,
                   struct payload_field fields[], struct error *err) MUST_CHECK;

/* The text of a field, in the arena. */
const char *payload_unescape(const struct payload_field *field, struct arena *arena);

/* The number in a column's field, NAN where there is none; nothing means 0 where the
 * column says so and the replication did not fail. */
double payload_number(const struct study_plan *plan,
                      const struct payload_field fields[], size_t column);

static inline bool payload_failed(const struct study_plan *plan,
                                  const struct payload_field fields[])
{
    return fields[plan->n_uncertain].length > 0;
}

#endif
