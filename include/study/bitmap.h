#ifndef STUDY_BITMAP_H
#define STUDY_BITMAP_H

/* One bit for each task: the only thing of a study in memory that grows with it. */

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/errors.h"

struct bitmap {
    uint64_t *words;
    uint64_t n;   /* bits */
    uint64_t set; /* of them set */
};

static inline void bitmap_init(struct bitmap *map, uint64_t n)
{
    *map = (struct bitmap){.words = calloc((size_t)(n / 64 + 1), sizeof *map->words),
                           .n = n};
    if (!map->words)
        out_of_memory();
}

static inline bool bitmap_get(const struct bitmap *map, uint64_t at)
{
    assert(at < map->n);
    return map->words[at / 64] >> (at % 64) & 1;
}

static inline void bitmap_set(struct bitmap *map, uint64_t at)
{
    map->set += !bitmap_get(map, at);
    map->words[at / 64] |= UINT64_C(1) << (at % 64);
}

static inline void bitmap_free(struct bitmap *map)
{
    free(map->words);
    *map = (struct bitmap){0};
}

#endif
