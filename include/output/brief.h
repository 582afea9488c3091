#ifndef OUTPUT_BRIEF_H
#define OUTPUT_BRIEF_H

/*
 * A run on one screen of 80 columns: a table by pool, what stood idle and what that
 * cost, what was rented beyond the owned, and warnings.
 *
 * Numbers are rounded to three digits; summary.csv has them all.
 */

#include <stdio.h>

#include "world/result.h"

void brief_print(const struct scenario *scenario, const struct run_result *result,
                 FILE *out);

/* Rounded for people: "999", "1.23k", "45.6M", "789G"; at most 6 letters below 10^15.
 */
#define BRIEF_TEXT 24
void brief_number(char text[BRIEF_TEXT], double value);

/* Whole dollars in groups: "-1,234,568". */
struct brief_dollars {
    char text[BRIEF_TEXT + 8];
};
struct brief_dollars brief_dollars(int64_t uusd);

/* USD per GPU-h, at most 7 letters below 10^15: "2.385", "1.77k". */
void brief_unit_cost(char text[BRIEF_TEXT], double value);

/* "0 s", "34 s", "12.3 min", "3.4 h", "12 d". */
void brief_duration(char text[BRIEF_TEXT], int64_t ms);

#endif
