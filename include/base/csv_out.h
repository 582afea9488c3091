#ifndef BASE_CSV_OUT_H
#define BASE_CSV_OUT_H

/*
 * CSV written in fixed digits through one large buffer, lines ending in LF.
 *
 * Texts are quoted by RFC 4180 when they hold a comma, a quote or a line end, or begin
 * or end with a blank; a text that a spreadsheet would take for a formula (first letter
 * = + - @ tab or CR) is preceded by an apostrophe, and so is one that begins with an
 * apostrophe, so that reading back with csv_unguard (base/csv_in.h) is exact.  Failures
 * are kept and told by csv_close: "whole or not at all" is the business of the
 * directory (output/staging.h).
 */

#include <stddef.h>

#include "base/errors.h"
#include "base/int128.h"
#include "base/sha256.h"

struct csv_out;

/* Creates the file, or empties it; "-" is standard output.  NULL on failure.  `path` is
 * copied. */
struct csv_out *csv_create(const char *path, struct error *err) MUST_CHECK;

/* Fields of the present row, in order.  Texts are UTF-8. */
void csv_text(struct csv_out *out, const char *text);
void csv_int(struct csv_out *out, int64_t value);
/* value / 10^digits, exactly `digits` digits after the point; 0 <= digits <= 38. */
void csv_fixed(struct csv_out *out, int128 value, int digits);
void csv_ms(struct csv_out *out, int64_t ms); /* seconds, three digits */
/* GPU-ms as GPU-h, nine digits, rounded: 1 GPU-ms is 278 units of the last. */
void csv_gpu_h(struct csv_out *out, int128 gpu_ms);
/* Rounded, halves away from zero, 0 <= digits <= 18; |value| < 1e38.  What is not
 * finite is an empty field: there is no such figure. */
void csv_real(struct csv_out *out, double value, int digits);
/* A number that is already written, as decimals are (base/decimal.h). */
void csv_number(struct csv_out *out, const char *text, size_t length);
void csv_empty(struct csv_out *out);
void csv_end_row(struct csv_out *out);

/* Writes what is left, fsyncs and closes; false if anything failed since csv_create.
 * `digest` gets the SHA-256 of the file, taken while writing; may be NULL. */
bool csv_close(struct csv_out *out, char digest[SHA256_HEX],
               struct error *err) MUST_CHECK;

/* Closes without a word, for the way out of an error; NULL is allowed. */
void csv_discard(struct csv_out *out);

#endif
