#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

/* Scratch files for tests of what reads and writes them. */

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "real_trace.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

struct scratch {
    char dir[64];
    char path[96]; /* a file in it, which need not be there */
};

static inline struct scratch scratch_new(const char *name)
{
    struct scratch scratch = {.dir = "/tmp/tenure-test-XXXXXX"};
    cr_assert(mkdtemp(scratch.dir) != NULL, "no scratch directory");
    snprintf(scratch.path, sizeof scratch.path, "%s/%s", scratch.dir, name);
    return scratch;
}

static inline void scratch_write(const struct scratch *scratch, const void *bytes,
                                 size_t length)
{
    FILE *file = fopen(scratch->path, "wb");
    cr_assert(file != NULL, "%s", scratch->path);
    cr_assert(fwrite(bytes, 1, length, file) == length, "%s", scratch->path);
    cr_assert(fclose(file) == 0, "%s", scratch->path);
}

static inline struct scratch scratch_file(const char *name, const void *bytes,
                                          size_t length)
{
    struct scratch scratch = scratch_new(name);
    scratch_write(&scratch, bytes, length);
    return scratch;
}

/* The whole file, with a NUL behind it; the caller frees. */
static inline char *scratch_read(const struct scratch *scratch, size_t *length)
{
    FILE *file = fopen(scratch->path, "rb");
    cr_assert(file != NULL, "%s", scratch->path);
    cr_assert(fseek(file, 0, SEEK_END) == 0, "%s", scratch->path);
    *length = (size_t)ftell(file);
    rewind(file);
    char *text = calloc(*length + 1, 1);
    cr_assert(text != NULL && fread(text, 1, *length, file) == *length, "%s",
              scratch->path);
    fclose(file);
    return text;
}

/* Also tells whether the directory held nothing but the file. */
static inline bool scratch_remove(const struct scratch *scratch)
{
    unlink(scratch->path);
    return rmdir(scratch->dir) == 0;
}

/* A message with the scratch path in front taken off: "x.csv:2:3: ..." */
static inline const char *without_dir(const struct scratch *scratch, const char *text)
{
    size_t length = strlen(scratch->dir);
    if (strncmp(text, scratch->dir, length) == 0 && text[length] == '/')
        return text + length + 1;
    return text;
}

/* Fixed pseudo-random numbers: the same inputs each time. */
static inline uint32_t draw(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33);
}

#endif
