#ifndef INPUT_WHOLE_FILE_H
#define INPUT_WHOLE_FILE_H

/*
 * A file that appears whole or not at all: it is written beside its place, under a name
 * of its own, and renamed when it is complete, unless the user wants to stop.  Devices,
 * pipes, links and "-" (standard output) are written through.
 */

#include "base/errors.h"

/* `write` writes all of `self` to the path it is given. */
bool whole_file_write(const char *path,
                      bool (*write)(const void *self, const char *path,
                                    struct error *err),
                      const void *self, struct error *err) MUST_CHECK;

#endif
