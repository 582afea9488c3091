#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

/*
 * What all fuzz targets share (docs/fuzzing.md).
 *
 * A target hands the bytes it is given to a reader and holds what comes of it to what
 * the reader's header promises.  An input is the text of a file; behind its first NUL,
 * which no text holds, stands what else is drawn: options, or a second file.  So an
 * ordinary file is a seed as it is.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/errors.h"
#include "input/importer.h"

/* libFuzzer's entry. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz_bytes {
    const char *text; /* not ended by NUL */
    size_t length;
};

/* The text, and what is behind its first NUL (without a NUL: nothing). */
struct fuzz_input {
    struct fuzz_bytes text, rest;
};
struct fuzz_input fuzz_split(const uint8_t *data, size_t size);

/* The next byte of `bytes`, taken off; 0 at the end. */
unsigned fuzz_byte(struct fuzz_bytes *bytes);

/* With NUL behind; up to the first NUL or newline, which are taken off; the caller
 * frees. */
char *fuzz_line(struct fuzz_bytes *bytes);

/* The path of a file that holds just these bytes: one of FUZZ_FILES, in memory. */
enum { FUZZ_FILES = 3 };
const char *fuzz_file(int which, struct fuzz_bytes bytes);

/* A path in a directory of the process's own, in memory where the system has such a
 * place; fuzz_dir_write makes a file of it. */
const char *fuzz_path(const char *name);
void fuzz_dir_write(const char *name, struct fuzz_bytes bytes);

/* Ends the process, for libFuzzer to keep the input. */
NORETURN void fuzz_fail(const char *file, int line, const char *what);
#define fuzz_expect(what)                                                              \
    do {                                                                               \
        if (!(what))                                                                   \
            fuzz_fail(__FILE__, __LINE__, #what);                                      \
    } while (0)

/* Text for a terminal and for JSON: not empty, UTF-8, no control characters. */
void fuzz_expect_text(const char *text);

/* After false: a message about the input; never that the machine failed. */
void fuzz_expect_error(const struct error *err);

/* A trace as it was read or built: holds what must, can be written and read again as
 * the same, and neither statistics nor notes choke on it. */
void fuzz_expect_trace(const struct import_result *trace);

#endif
