#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"

Test(arena, pieces_are_zeroed_aligned_and_apart)
{
    struct arena arena = {0};
    unsigned char *pieces[500];
    for (size_t i = 0; i < 500; i++) {
        size_t size = i * 37 % 211;
        pieces[i] = arena_alloc(&arena, size);
        uintptr_t address = (uintptr_t)pieces[i];
        cr_assert(address % 16 == 0, "piece %zu", i);
        for (size_t j = 0; j < size; j++)
            cr_assert(pieces[i][j] == 0, "piece %zu, byte %zu", i, j);
        memset(pieces[i], (int)(i % 255) + 1, size);
    }
    for (size_t i = 0; i < 500; i++)
        for (size_t j = 0; j < i * 37 % 211; j++)
            cr_assert(pieces[i][j] == i % 255 + 1, "piece %zu was overwritten", i);
    arena_free(&arena);
    cr_expect(eq(sz, arena.total, 0));
}

Test(arena, a_piece_of_no_bytes_has_an_address_of_its_own)
{
    struct arena arena = {0};
    void *a = arena_alloc(&arena, 0);
    void *b = arena_alloc(&arena, 0);
    cr_expect(a != NULL && b != NULL && a != b, "%p %p", a, b);
    arena_free(&arena);
}

Test(arena, blocks_double_so_that_a_million_pieces_take_few_mallocs)
{
    struct arena arena = {0};
    for (int i = 0; i < 1000000; i++)
        arena_alloc(&arena, 16);
    cr_expect(lt(sz, arena.blocks, 20));
    cr_expect(lt(sz, arena.total, 3 * (size_t)16000000));
    arena_free(&arena);
}

Test(arena, a_piece_larger_than_any_block_gets_one_to_itself)
{
    struct arena arena = {0};
    char *small = arena_alloc(&arena, 3);
    char *large = arena_alloc(&arena, 10000019);
    memset(large, 7, 10000019);
    cr_expect(small[2] == 0, "the large piece overlaps");
    cr_expect(eq(sz, arena.blocks, 2));
    arena_free(&arena);
}

Test(arena, what_is_done_again_after_a_reset_asks_malloc_no_more)
{
    struct arena arena = {0};
    size_t blocks = 0;
    arena_reset(&arena);
    cr_expect(eq(sz, arena.blocks, 0));
    for (int round = 0; round < 5; round++) {
        for (size_t i = 1; i < 900; i++) {
            unsigned char *piece = arena_alloc(&arena, i);
            for (size_t j = 0; j < i; j++)
                cr_assert(piece[j] == 0, "round %d, piece %zu, byte %zu", round, i, j);
            memset(piece, 0xa5, i);
        }
        if (round == 0)
            blocks = arena.blocks;
        arena_reset(&arena);
    }
    cr_expect(gt(sz, blocks, 5));
    cr_expect(eq(sz, arena.blocks, blocks + 1));
    cr_expect(eq(sz, arena.used, 0));
    arena_free(&arena);
}

Test(arena, growing_copies_the_old_and_zeroes_the_rest)
{
    struct arena arena = {0};
    int64_t *few = ARENA_ARRAY(&arena, 3, int64_t);
    for (int i = 0; i < 3; i++)
        few[i] = 2385 + i;
    int64_t *many = arena_grow(&arena, few, 3, 7, sizeof *many);
    for (int i = 0; i < 7; i++)
        cr_expect(many[i] == (i < 3 ? 2385 + i : 0), "%d", i);
    int64_t *from_none = arena_grow(&arena, NULL, 0, 2, sizeof *from_none);
    cr_expect(from_none[0] == 0 && from_none[1] == 0, "not zeroed");
    arena_free(&arena);
}

Test(arena, strings_are_copied_and_formatted)
{
    struct arena arena = {0};
    char text[] = "h100-sxm";
    char *copy = arena_strdup(&arena, text);
    char *part = arena_strndup(&arena, text, 4);
    char *made = arena_printf(&arena, "%s/%d", part, 17);
    text[0] = 'x';
    cr_expect(eq(str, copy, "h100-sxm"));
    cr_expect(eq(str, part, "h100"));
    cr_expect(eq(str, made, "h100/17"));
    cr_expect(eq(str, arena_strndup(&arena, NULL, 0), ""));
    arena_free(&arena);
}

Test(arena, an_array_whose_size_overflows_ends_the_program, .exit_code = 5)
{
    struct arena arena = {0};
    arena_array(&arena, SIZE_MAX / 8 + 2, 8);
}

Test(arena, a_size_that_rounds_beyond_memory_ends_the_program, .exit_code = 5)
{
    struct arena arena = {0};
    arena_alloc(&arena, SIZE_MAX - 3);
}

Test(arena, a_size_whose_block_overflows_ends_the_program, .exit_code = 5)
{
    struct arena arena = {0};
    arena_alloc(&arena, SIZE_MAX - 20);
}

Test(arena, an_array_cannot_grow_smaller, .signal = SIGABRT)
{
    struct arena arena = {0};
    int old[4] = {0};
    arena_grow(&arena, old, 4, 3, sizeof(int));
}

Test(arena, a_freed_arena_is_an_empty_one)
{
    struct arena arena = {0};
    arena_free(&arena);
    arena_strdup(&arena, "again");
    arena_free(&arena);
    arena_free(&arena);
    cr_expect(arena.block == NULL, "not empty");
}
