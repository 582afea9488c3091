#ifndef CLI_CHECK_STUDY_H
#define CLI_CHECK_STUDY_H

/*
 * The part of `tenure check` that is about studies: whether every point, and every
 * uncertain input at the ends of its law, is a scenario that can be run, and how many
 * runs are asked for.
 */

#include <jansson.h>
#include <stdio.h>

#include "input/scenario.h"

/* [{command, points, replications, uncertain}] of the studies that the scenario asks
 * for; NULL with the error set where one could not be run. */
json_t *check_studies(const struct scenario *scenario, struct error *err) MUST_CHECK;

/* A line for each. */
void check_studies_print(const json_t *list, FILE *out);

#endif
