#ifndef INPUT_STATS_PARTS_H
#define INPUT_STATS_PARTS_H

/* What the files that take the statistics of a trace share. */

#include "input/trace_stats.h"

/* A list of n empty groups, to be filled and ranked; the caller frees. */
struct stats_share *stats_shares_begin(size_t n);
/* The largest by weight, then all others as one; groups without rows are left out. */
void stats_shares_rank(struct stats_share *all, size_t n, struct stats_shares *shares);

void stats_shares_by_name(const struct trace *trace, const char *by, bool by_tenant,
                          struct stats_shares *shares);
void stats_shares_by_size(const struct trace *trace, struct arena *arena,
                          struct stats_shares *shares);

/* Part of trace_stats_take. */
void stats_take_prices(struct trace_stats *stats, const struct price_trace *trace);

#endif
