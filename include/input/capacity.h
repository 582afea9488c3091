#ifndef INPUT_CAPACITY_H
#define INPUT_CAPACITY_H

/*
 * How many GPUs pools had over time, as a scenario takes it: a YAML file with `start`
 * and owned `pools`, each with its GPUs at the start and its dated `changes`.
 *
 * It comes from a level trace whose workloads are the names of the pools.  A pool that
 * never has GPUs is left out.  The class is a guess of the writer's, marked as such.
 */

#include "input/level_trace.h"

#define CAPACITY_CLASS "h100-sxm"

/* A text between double quotes that YAML reads back as it is.  `room` is at least 6
 * times the length and 3. */
void yaml_quote(char *quoted, size_t room, const char *text);

/* Whole or not at all; "-" is standard output.  The trace must have dates. */
bool capacity_write(const struct level_trace *trace, const char *path,
                    struct error *err) MUST_CHECK;

#endif
