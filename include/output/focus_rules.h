#ifndef OUTPUT_FOCUS_RULES_H
#define OUTPUT_FOCUS_RULES_H

/*
 * The rules of FOCUS between the columns of a row: nullability, categories, costs.  A
 * rule sees all cells of the row, null where the version has no such column; those of
 * one column alone (its form, its allowed values) follow from the table of columns.
 */

#include "output/focus.h"

#define FOCUS_COLUMNS_MAX 64

struct focus_rule {
    const char *says; /* NULL ends the list */
    unsigned versions;
    bool (*is_broken)(const struct focus_cell cells[]);
};

extern const struct focus_rule focus_cost_rules[], focus_commitment_rules[];

#endif
