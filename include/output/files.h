#ifndef OUTPUT_FILES_H
#define OUTPUT_FILES_H

/*
 * The sink that writes a run's rows as CSV files into a staged directory: timeline,
 * jobs, ledger, assets, usage and, if the scenario wants them, events.
 */

#include "base/sha256.h"
#include "input/scenario.h"
#include "output/columns.h"
#include "output/staging.h"
#include "world/sink.h"

/* A finished file, for the manifest. */
struct file_record {
    const char *name;
    char digest[SHA256_HEX];
    int64_t rows;
};

struct files; /* opaque */

/* NULL on failure; then nothing need be closed. */
struct files *files_open(struct staging *staging, const struct scenario *scenario,
                         struct error *err) MUST_CHECK;

/* Lives as long as the files do. */
const struct sink *files_sink(const struct files *files);

/* Writes what is left and makes it durable.  `records` gets one per file written, in
 * the order of enum output_table; `n` how many.  Frees the files in any case. */
bool files_close(struct files *files, struct file_record records[OUTPUT_TABLES],
                 size_t *n, struct error *err) MUST_CHECK;

/* Closes without a word, for the way out of an error; NULL is allowed. */
void files_discard(struct files *files);

#endif
