#include "base/arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/errors.h"

#define ALIGNMENT      16
#define FIRST_BLOCK    ((size_t)4096)
#define LARGEST_GROWTH ((size_t)64 << 20)

struct arena_block {
    struct arena_block *older;
    size_t size;
    _Alignas(ALIGNMENT) unsigned char bytes[];
};

static void add_block(struct arena *arena, size_t at_least)
{
    size_t size = FIRST_BLOCK;
    if (arena->block)
        size = arena->block->size < LARGEST_GROWTH / 2 ? 2 * arena->block->size
                                                       : LARGEST_GROWTH;
    if (size < at_least)
        size = at_least;
    if (size > SIZE_MAX - sizeof(struct arena_block))
        out_of_memory();

    struct arena_block *block = calloc(1, sizeof *block + size);
    if (!block)
        out_of_memory();
    block->older = arena->block;
    block->size = size;
    arena->block = block;
    arena->used = 0;
    arena->total += sizeof *block + size;
    arena->blocks++;
}

void arena_free(struct arena *arena)
{
    struct arena_block *block = arena->block;
    while (block) {
        struct arena_block *older = block->older;
        free(block);
        block = older;
    }
    *arena = (struct arena){0};
}

void arena_reset(struct arena *arena)
{
    struct arena_block *block = arena->block;
    if (!block)
        return;
    if (!block->older) {
        memset(block->bytes, 0, arena->used);
        arena->used = 0;
        return;
    }
    size_t total = arena->total, blocks = arena->blocks;
    arena_free(arena);
    add_block(arena, total);
    arena->blocks += blocks;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX - ALIGNMENT)
        out_of_memory();
    /* A piece of no bytes still has an address of its own. */
    size_t rounded = size ? (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT : ALIGNMENT;

    if (!arena->block || arena->block->size - arena->used < rounded)
        add_block(arena, rounded);
    void *piece = arena->block->bytes + arena->used;
    arena->used += rounded;
    return piece;
}

void *arena_array(struct arena *arena, size_t n, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(n, size, &total))
        out_of_memory();
    return arena_alloc(arena, total);
}

void *arena_grow(struct arena *arena, const void *old, size_t old_n, size_t new_n,
                 size_t size)
{
    assert(new_n >= old_n);
    void *grown = arena_array(arena, new_n, size);
    if (old_n > 0)
        memcpy(grown, old, old_n * size);
    return grown;
}

char *arena_strndup(struct arena *arena, const char *text, size_t length)
{
    if (length == SIZE_MAX)
        out_of_memory();
    char *copy = arena_alloc(arena, length + 1);
    if (length > 0)
        memcpy(copy, text, length);
    return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return arena_strndup(arena, text, strlen(text));
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int length = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    assert(length >= 0);

    char *text = arena_alloc(arena, (size_t)length + 1);
    va_start(args, fmt);
    vsnprintf(text, (size_t)length + 1, fmt, args);
    va_end(args);
    return text;
}
