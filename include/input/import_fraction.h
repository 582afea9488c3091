#ifndef INPUT_IMPORT_FRACTION_H
#define INPUT_IMPORT_FRACTION_H

/*
 * Jobs that ask for a part of a GPU, in a simulator of whole GPUs: --fraction.
 *
 *   round-up   each instance gets whole GPUs: what is asked for, rounded up
 *   keep       GPUs are counted in parts (hundredths, thousandths): whoever uses the
 *              trace gives pools and prices in parts, too; parts of several jobs then
 *              share a GPU, and a job's parts may lie on several, which is more than
 *              real sharing allows
 *   drop       jobs that ask for a part are dropped, and counted
 *   refuse     they are errors
 *
 * Packing several jobs onto one GPU, and keeping them there, is not simulated.
 */

#include "input/import.h"

enum import_fraction {
    FRACTION_ROUND_UP,
    FRACTION_KEEP,
    FRACTION_DROP,
    FRACTION_REFUSE
};

/* For PARAM_ONE_OF. */
extern const char *const import_fractions[];
#define IMPORT_FRACTION_HELP                                                           \
    "what becomes of jobs that ask for a part of a GPU; keep counts GPUs in parts"

/* `instances` of `parts` each, `whole` parts to a GPU (100 or 1000).  *gpus is 0 where
 * the row is to be dropped because of a fraction; parts and instances are at least
 * 1. */
struct import_parts {
    int64_t instances, parts, whole;
    size_t column; /* of the parts, for messages */
};
bool import_parts_as_gpus(const struct import_row *row, enum import_fraction how,
                          struct import_parts parts, int32_t *gpus,
                          struct error *err) MUST_CHECK;

/* The note that goes with `keep`. */
void import_fraction_note(struct import *import, enum import_fraction how,
                          int64_t whole);

#define FRACTION_DROPPED "asks for a part of a GPU"

#endif
