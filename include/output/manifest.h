#ifndef OUTPUT_MANIFEST_H
#define OUTPUT_MANIFEST_H

/*
 * manifest.json: what makes a directory a result.
 *
 * It names the program, the scenario, every resolved parameter with its origin, seed
 * and replication, the SHA-256 of every input and of every other output, the numeric
 * fingerprint and the warnings.  Nothing in it is volatile: equal runs have equal
 * manifests.  Its entry "self" is the SHA-256 of
 * the manifest without that entry, so that a changed digit in it is found, too.
 *
 * run.json holds what is volatile: wall time, memory, host, threads, date.
 */

#include "output/files.h"
#include "world/result.h"

struct manifest {
    const char *version; /* of the program */
    const struct scenario *scenario;
    const struct run_result *result;
    uint64_t replication;
    const struct file_record *files;
    size_t n_files;
};

/* Sentences that a reader of the result must know: the scenario's, and what the run
 * showed (censored waits, unstable, no discount rate).  Ends with NULL. */
const char **manifest_warnings(const struct scenario *scenario,
                               const struct run_result *result, struct arena *arena);

bool manifest_write(const struct manifest *manifest, struct staging *staging,
                    struct error *err) MUST_CHECK;

/* A run as the machine saw it. */
struct run_facts {
    double wall_s;
    int64_t events;
    int64_t threads;
};
bool run_facts_write(const struct run_facts *facts, struct staging *staging,
                     struct error *err) MUST_CHECK;

/* Whether the manifest is byte for byte what manifest_write wrote. */
bool manifest_verify(const char *path, struct error *err) MUST_CHECK;

#endif
