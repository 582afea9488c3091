#ifndef STUDY_TRANSPOSE_H
#define STUDY_TRANSPOSE_H

/*
 * Rows in, columns out, through a temporary file: statistics want all replications of
 * one metric, files give all metrics of one replication, and neither fits in memory.
 *
 * A series is one metric of one point; it has a value for each replication, NAN where
 * none was put.  The file is a sequence of blocks of some replications, within which a
 * series lies together; it has no name, so nothing of it outlives the process.  Memory:
 * two buffers of 32 MiB at most, or one series where that is more, and none that grows
 * with points.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/errors.h"

struct transpose;

/* NULL on failure.  `dir` is where there is room for 8 bytes a value. */
struct transpose *transpose_new(const char *dir, size_t series, uint64_t replications,
                                struct error *err) MUST_CHECK;

/* The values of `n` series from `first` on in a replication, which is not before that
 * of the last call. */
bool transpose_put(struct transpose *transpose, uint64_t replication, size_t first,
                   const double *value, size_t n, struct error *err) MUST_CHECK;

/* The first `n` values of a series; after it nothing more may be put. */
bool transpose_get(struct transpose *transpose, size_t series, uint64_t n,
                   double *value, struct error *err) MUST_CHECK;

void transpose_free(struct transpose *transpose); /* NULL is allowed */

#endif
