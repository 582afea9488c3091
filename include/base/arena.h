#ifndef BASE_ARENA_H
#define BASE_ARENA_H

/*
 * Memory that goes all at once: what a file was read into, or what one replication
 * needs.
 *
 * An arena hands out zeroed pieces, aligned to 16 bytes, from blocks that double in
 * size (up to 64 MiB), and frees them together.  Nothing is freed singly.  Zeroed (`=
 * {0}`) is a valid empty arena.  Out of memory ends the program, so no result need be
 * checked.
 */

#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *block; /* the newest, from which pieces are cut */
    size_t used;               /* bytes cut from it */
    size_t total;              /* bytes obtained from malloc, over all blocks */
    size_t blocks;             /* calls of malloc so far: tests watch it */
};

void arena_free(struct arena *arena); /* leaves a valid empty arena */

/* Takes all pieces back and keeps the memory, as one block, for the next ones: who does
 * the same work again and again asks malloc no more.  `blocks` goes on counting. */
void arena_reset(struct arena *arena);

void *arena_alloc(struct arena *arena, size_t size);

/* n things of `size` bytes; n * size may overflow, which ends the program. */
void *arena_array(struct arena *arena, size_t n, size_t size);

/* A larger copy of an array: `old_n` things copied, the rest zero.  The old piece
 * stays until the arena goes, so grow by doubling. */
void *arena_grow(struct arena *arena, const void *old, size_t old_n, size_t new_n,
                 size_t size);

char *arena_strndup(struct arena *arena, const char *text, size_t length);
char *arena_strdup(struct arena *arena, const char *text);
char *arena_printf(struct arena *arena, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#define ARENA_NEW(arena, type)      ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, n, type) ((type *)arena_array((arena), (n), sizeof(type)))

#endif
