#ifndef BASE_NAMES_H
#define BASE_NAMES_H

/*
 * Strings told apart by a small number: tenants, workloads, regions.
 *
 * The first name added gets 0, and names keep their numbers for good.  Look-up is by
 * hash; the strings live in the arena.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

#define NAMES_NONE UINT32_MAX

struct names {
    struct arena *arena; /* borrowed; set before the first name is added */
    const char **text;   /* text[id] */
    uint32_t n;
    uint32_t room;
    uint32_t *slots; /* hash table of ids + 1; 0 is empty */
    uint32_t slots_mask;
};

uint32_t names_add(struct names *names, const char *text,
                   size_t length); /* or its number */
uint32_t names_find(const struct names *names, const char *text,
                    size_t length); /* NAMES_NONE */

/* The candidate nearest to `text` by edit distance, for "did you mean"; NULL where none
 * is near (more than a third of its letters differ).  Candidates end with NULL. */
const char *nearest_name(const char *text, const char *const candidates[]);

#endif
