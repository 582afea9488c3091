#ifndef BASE_UTF8_H
#define BASE_UTF8_H

/* Whether bytes are a text: UTF-8 without NUL (RFC 3629). */

#include <stddef.h>

#include "base/errors.h"

/* Vectorises: false says no more than that utf8_check must look. */
bool utf8_is_plain_ascii(const char *text, size_t length);

/* An error at `place` for a NUL byte, or for one that is not valid UTF-8. */
bool utf8_check(const char *text, size_t length, struct place place,
                struct error *err) MUST_CHECK;

/* For the begin of a file: the length of a byte order mark, 0 or 3; UTF-16 is an
 * error. */
bool utf8_skip_mark(const char *text, size_t length, const char *path, size_t *skipped,
                    struct error *err) MUST_CHECK;

/* Puts '?' for each byte that is no part of valid UTF-8, as where a text was cut. */
void utf8_mend(char *text);

#endif
