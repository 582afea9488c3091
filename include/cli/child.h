#ifndef CLI_CHILD_H
#define CLI_CHILD_H

/* Another program, found by PATH and run without a shell, so that its arguments are
 * what they are. */

#include "base/arena.h"
#include "base/errors.h"

/* Runs argv (ended by NULL) with our own standard output and error, and waits for it.
 * An error, of the kind ERROR_IO, where it is not there or does not end with 0. */
bool child_run(const char *const argv[], struct error *err) MUST_CHECK;

/* What it prints, up to 64 MiB; its errors go nowhere.  It is ended, and that is an
 * error, after `most_s` seconds. */
bool child_capture(const char *const argv[], double most_s, struct arena *arena,
                   const char **text, struct error *err) MUST_CHECK;

#endif
