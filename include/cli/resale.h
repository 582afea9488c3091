#ifndef CLI_RESALE_H
#define CLI_RESALE_H

/* What `tenure check` says of pools with a `value_market`: what a GPU that is there
 * from the start is worth at the horizon, before selling cost, in the first
 * replication.  The market prices new servers; what is used is worth that times the
 * class's value by age. */

#include <jansson.h>
#include <stdio.h>

#include "input/scenario.h"

/* Nothing where no owned pool has such a market, or the horizon is open. */
void resale_print(const struct scenario *scenario, FILE *out);

/* {pool: USD per GPU}, or NULL. */
json_t *resale_json(const struct scenario *scenario);

#endif
