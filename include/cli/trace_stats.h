#ifndef CLI_TRACE_STATS_H
#define CLI_TRACE_STATS_H

/* The statistics of a trace as they are shown. */

#include "input/trace_stats.h"

/* Shares of the time, per mille, at which the load-duration curve is told. */
#define TRACE_STATS_EXCEEDED 12
extern const int trace_stats_exceeded[TRACE_STATS_EXCEEDED];

bool trace_stats_print_json(const struct trace_stats *stats,
                            struct error *err) MUST_CHECK;

#endif
