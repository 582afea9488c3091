#ifndef OUTPUT_STAGING_H
#define OUTPUT_STAGING_H

/*
 * A result directory appears whole or not at all.
 *
 * Files are written into a temporary directory beside the target (".NAME.tmp-XXXXXX",
 * so on the same file system); commit makes them durable and renames the directory onto
 * the target.  Until then the target is as it was, and abort removes what was written.
 * The manifest is what makes a directory a result: commit refuses without one.
 *
 * A target that exists must be an empty directory.  With `force` it may also hold an
 * earlier result, which is moved aside, replaced and only then deleted.  What is no
 * result is never deleted: a directory with files and no manifest of ours, or with a
 * file that Tenure does not write, is refused; so are files and symbolic links.  Only
 * names listed in output_names are unlinked, relative to an open directory and never
 * through a link, and of a folder PLOTS_NAME tables, scripts and pictures: with any
 * other file in it, it is refused as well.
 *
 * Ctrl-C only sets a flag (cli/), so the caller comes by staging_abort on every path;
 * SIGKILL or a power failure leaves the temporary directory and never half a target.
 */

#include <stddef.h>

#include "base/arena.h"
#include "base/errors.h"

/* Every file that a result directory may hold; ends with NULL. */
extern const char *const output_names[];

#define MANIFEST_NAME "manifest.json"
#define PLOTS_NAME    "plots" /* a folder of pictures of the result; no output */

struct staging {
    struct arena arena;
    const char *target; /* as given, without trailing slashes */
    const char *parent; /* the directory that holds it */
    const char *dir;    /* where to write; NULL after commit or abort */
    bool force;
};

/* Refuses early what commit would refuse: nothing is computed in vain. */
bool staging_begin(struct staging *staging, const char *target, bool force,
                   struct error *err) MUST_CHECK;

/* Where to write the file of that name; lives until commit or abort. */
const char *staging_path(struct staging *staging, const char *name);

/* Writes a whole file, durably. */
bool staging_write(struct staging *staging, const char *name, const char *text,
                   size_t length, struct error *err) MUST_CHECK;

/* On failure nothing is left behind, and an earlier result is where it was. */
bool staging_commit(struct staging *staging, struct error *err) MUST_CHECK;

/* Removes what was written; does nothing after commit, and on a zeroed struct. */
void staging_abort(struct staging *staging);

/* Makes what was created, renamed or removed in a directory durable. */
bool sync_directory(const char *path, struct error *err) MUST_CHECK;

#endif
