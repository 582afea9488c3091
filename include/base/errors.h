#ifndef BASE_ERRORS_H
#define BASE_ERRORS_H

/*
 * Errors a user can cause (a bad file, a bad value, a full disk) travel up as a
 * message.
 *
 * A function that can fail takes a `struct error *` last, returns false on failure
 * and has then written one complete sentence into it, with file, line and column
 * where there are any.  On success the error is left untouched, so calls chain with
 * &&.  Nothing below cli/ prints.  Errors a programmer causes are asserts, which stay
 * on in release builds; running out of memory prints and ends the program.
 */

#include <stdbool.h>
#include <stdint.h>

#define MUST_CHECK             __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define NORETURN               __attribute__((noreturn))

/* The values are the exit codes of the program. */
enum error_kind {
    ERROR_USAGE = 1,         /* the command line is wrong */
    ERROR_INPUT = 2,         /* a file or a value in it is wrong */
    ERROR_INFEASIBLE = 3,    /* well-formed, but cannot be done */
    ERROR_AUDIT = 4,         /* the books or the theory disagree */
    ERROR_IO = 5,            /* the machine failed: disk full, no permission */
    ERROR_INTERRUPTED = 130, /* stopped by a signal */
};

struct error {
    enum error_kind kind;
    char text[1024]; /* "traces/demand.csv:17:4: gpus: -4 is below 1" */
};

/* Where in the user's input something stands.  Line and column count from 1; 0 means
 * that there is none. */
struct place {
    const char *file;
    int64_t line, column;
};

/* Each writes the message and returns false, so that callers can
 * `return error_set(err, ...)`; the kind is ERROR_INPUT where none is given.  The old
 * text may be among the arguments.  A message too long is cut and ends in "...";
 * control characters and broken UTF-8 in user data become '?'.  In a place "--set PATH"
 * a message does not repeat "PATH: ". */
bool error_set(struct error *err, const char *fmt, ...) PRINTF_LIKE(2, 3);
bool error_at(struct error *err, struct place place, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
bool error_kind_set(struct error *err, enum error_kind kind, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

/* The same for a failed system call on `path`: "path: No space left on device".  A path
 * that names no file is the user's ERROR_INPUT, all else ERROR_IO. */
bool error_errno(struct error *err, const char *path);

NORETURN void out_of_memory(void);

#endif
