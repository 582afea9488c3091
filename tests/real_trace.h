#ifndef TESTS_REAL_TRACE_H
#define TESTS_REAL_TRACE_H

/* The public traces, which are no part of the repository: $TENURE_TRACES names their
 * folder, else ../shared/traces beside the source. */

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A file of the real traces, or NULL where they are absent. */
static inline const char *real_trace(const char *name, char path[4096])
{
    const char *dir = getenv("TENURE_TRACES"), *source = getenv("TENURE_SOURCE");
    if (dir)
        snprintf(path, 4096, "%s/%s", dir, name);
    else
        snprintf(path, 4096, "%s/../shared/traces/%s", source ? source : ".", name);
    return access(path, R_OK) == 0 ? path : NULL;
}

#endif
