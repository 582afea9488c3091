#ifndef BASE_SHELL_H
#define BASE_SHELL_H

/*
 * Texts of a user, as paths and values of --set, as words of a command that a POSIX
 * shell reads: in a generated script, and in the commands that messages name.
 *
 * Source: POSIX.1-2017, Shell Command Language, 2.2.2 Single-Quotes.
 */

#include <stddef.h>

#include "base/arena.h"
#include "base/errors.h"

/* The text as one word that means itself: as it is where it has only letters, digits
 * and %+,-./:=@_ and something at all, else between single quotes (it's is 'it'\''s').
 * A word that begins with '-' is still an option for the program that it is given to,
 * and no word here is meant to be the command itself. */
const char *shell_word(struct arena *arena, const char *text);

/* The words of a command line, with blanks between. */
const char *shell_words(struct arena *arena, const char *const text[], size_t n);

/* An error of the kind ERROR_USAGE, "WHAT: ...", where the text has a control character
 * (a newline, above all), which a script could hold but nobody could read. */
bool shell_check(const char *what, const char *text, struct error *err) MUST_CHECK;

#endif
