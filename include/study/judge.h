#ifndef STUDY_JUDGE_H
#define STUDY_JUDGE_H

/*
 * Sequential stopping: a point has enough replications when all half-widths that the
 * study wants are reached.
 *
 * Whether it has is asked only after 32, 64, 128, ... replications, of the complete
 * independent units among them (statistics.h) and only where there are at least eight:
 * so it does not depend on how the work was divided or interrupted, and looking seldom
 * keeps intervals honest.  A point stops at the first such prefix; one that never
 * does has all replications of the plan.
 */

#include "study/plan.h"
#include "study/rows.h"

#define JUDGE_FIRST UINT64_C(32)
#define JUDGE_UNITS 8 /* independent ones, at least */

/* How many replications each point has: cut[point] for all points, of rows whose
 * replications are below `upto`.  `dir` is for a temporary file. */
bool judge_points(const struct study_plan *plan, const struct rows_files *files,
                  const char *dir, uint64_t upto, uint64_t cut[],
                  struct error *err) MUST_CHECK;

/* The prefix at which to judge next, behind `done`; the plan's replications where there
 * is none before them. */
uint64_t judge_next(const struct study_plan *plan, uint64_t done);

#endif
