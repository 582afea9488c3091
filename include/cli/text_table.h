#ifndef CLI_TEXT_TABLE_H
#define CLI_TEXT_TABLE_H

/* A small CSV file of a result in memory, to be said on a terminal or as JSON. */

#include <jansson.h>

#include "base/arena.h"
#include "base/errors.h"

struct text_table {
    struct arena arena;
    const char **names; /* of the columns */
    size_t n_columns;
    const char **cells; /* row by row */
    size_t n_rows, room;
};

/* DIR/NAME.  On failure nothing need be freed. */
bool text_table_read(struct text_table *table, const char *dir, const char *name,
                     struct error *err) MUST_CHECK;
void text_table_free(struct text_table *table);

/* "" where there is no such column or nothing in it. */
const char *text_table_cell(const struct text_table *table, size_t row,
                            const char *column);
double text_table_number(const struct text_table *table, size_t row,
                         const char *column); /* NAN: there is none */

/* [{column: value}]: what is no number is text, and what is empty null.  The columns in
 * `texts` (NULL ends them) are text whatever is in them. */
json_t *text_table_json(const struct text_table *table, const char *const texts[]);

#endif
