#ifndef INPUT_STORE_H
#define INPUT_STORE_H

/*
 * Files that scenarios name, each read once: what was read is const and shared by all
 * scenarios that are resolved from one file, whatever their number and threads.
 *
 * A file is known by its kind and its path as given, so a file that is both a trace of
 * jobs and a supply is read twice, and standard input ("-") can be had again.
 */

#include <stddef.h>

#include "base/errors.h"

struct store;

/* How a kind of file is read into zeroed memory, and freed, also after a read that
 * failed. */
struct store_kind {
    size_t size;
    bool (*read)(void *content, const char *path, struct error *err);
    void (*free)(void *content);
};

struct store *store_new(void);
void store_delete(struct store *store); /* NULL is allowed */

/* What the file holds, which lives as long as the store; NULL with the error set where
 * it cannot be read: then the next call tries again.  May be called by several threads
 * at once, of which one reads. */
const void *store_read(struct store *store, const struct store_kind *kind,
                       const char *path, struct error *err) MUST_CHECK;

#endif
