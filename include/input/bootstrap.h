#ifndef INPUT_BOOTSTRAP_H
#define INPUT_BOOTSTRAP_H

/*
 * History as an ensemble: the moving block bootstrap of a job trace (Kuensch 1989,
 * "The jackknife and the bootstrap for general stationary observations", Annals of
 * Statistics 17; blocks that keep the season: Politis 2001).
 *
 * The time from the scenario's start is cut into blocks of whole days.  Each is filled
 * with a stretch of the trace of the same length, drawn with equal chances from those
 * that begin on the same day of the week at the same time of day and lie wholly within
 * the trace; a trace without dates begins on the scenario's weekday.  What follows each
 * other within a block stays together, so bursts, sessions and the rhythm of day and
 * week survive; what is longer than a block does not.
 */

#include "input/scenario.h"

/* How many stretches of the trace may stand at `target_ms` since the start; in
 * *first_ms where the first begins, on the trace's clock.  The k-th begins k weeks
 * later. */
int64_t bootstrap_choices(const struct demand_spec *spec, int64_t start_unix_ms,
                          int64_t target_ms, int64_t *first_ms);

/* The fewest choices that any block has. */
int64_t bootstrap_least_choices(const struct demand_spec *spec, int64_t start_unix_ms);

#endif
