#ifndef CLI_CLI_H
#define CLI_CLI_H

/*
 * What the commands share: options, errors, signals, and text for terminals and pages.
 *
 * Exit codes: 0 done, 1 wrong usage, 2 bad input, 3 infeasible, 4 audit failed, 5 I/O
 * failed, 130 interrupted.
 */

#include <stddef.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/errors.h"
#include "base/interrupt.h"

/* Prints "tenure: ..." to standard error; the result is the exit code. */
int cli_fail(const struct error *err);

/* After this Ctrl-C, SIGTERM and SIGHUP set `interrupted` (base/interrupt.h) instead of
 * ending the program; a second Ctrl-C ends it. */
void cli_catch_signals(void);

/* From here on they end the program at once: for a long computation with no file half
 * written. */
void cli_release_signals(void);

/* An option that may be repeated. */
struct cli_values {
    const char **text;
    size_t n;
};

/* Exactly one of flag, value and values is set: where what was given goes. */
struct cli_option {
    const char *name; /* without "--"; NULL ends the table */
    char letter;      /* 0: none */
    bool *flag;
    const char **value;
    struct cli_values *values;
};

/* Options and operands in any order, by getopt_long.  Between `min` and `max` operands
 * are stored, the others stay NULL.  `what` names them in the error: "one scenario". */
struct cli_operands {
    size_t min, max;
    const char *what;
    const char **text;
};
bool cli_parse(int argc, char **argv, const struct cli_option options[],
               const struct cli_operands *operands, struct arena *arena,
               struct error *err) MUST_CHECK;

/* What an option was given that counts something: whole, not below 0. */
bool cli_whole_number(const char *text, const char *option, int64_t *value,
                      struct error *err) MUST_CHECK;

/* A time to wait: a number of seconds, 0 to a million. */
bool cli_seconds(const char *text, const char *option, double *seconds,
                 struct error *err) MUST_CHECK;

/* Text in lines of at most `width` columns, each after `indent` blanks; the first line
 * begins at column `at`. */
void cli_wrap(const char *text, int indent, int at, int width, FILE *out);

/* A cell of a Markdown table: '|' escaped. */
void cli_markdown_cell(const char *text, FILE *out);

#endif
