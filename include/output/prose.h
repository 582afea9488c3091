#ifndef OUTPUT_PROSE_H
#define OUTPUT_PROSE_H

/*
 * Sentences for people, in lines of 80 columns.
 *
 * A paragraph is filled piece by piece and then printed; what would not fit into it is
 * cut.  Lines break at blanks.
 */

#include <stddef.h>
#include <stdio.h>

#include "base/errors.h"

#define PROSE_WIDTH 80

struct paragraph {
    char text[4096];
    size_t used;
};

void paragraph_say(struct paragraph *paragraph, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* A text broken at blanks and ended by a line end; later lines begin after `indent`. */
void prose_print(const char *text, int indent, FILE *out);
void paragraph_print(const struct paragraph *paragraph, int indent, FILE *out);

/* Where paragraphs go: to a file in lines of 80, with what stands between them, or one
 * by one, whole, to who makes something else of them. */
struct prose_to {
    FILE *out; /* NULL: to `take` */
    void (*take)(void *self, const char *text);
    void *self;
};
void prose_say(const struct prose_to *to, const struct paragraph *paragraph,
               int indent);
void prose_gap(const struct prose_to *to); /* an empty line, of a file */

/* A text in at most that many columns: what is cut ends in "~". */
void prose_cut(const char *text, int most, FILE *out);
/* A name in exactly `width` columns, of which the last is a blank; what is too long
 * keeps its beginning and its end: "region~eu-3". */
void prose_name(const char *name, int width, FILE *out);
/* The same, but it keeps its end alone. */
void prose_tail(const char *name, int width, FILE *out);

/* Columns that a text of UTF-8 takes, one per character. */
int prose_columns(const char *text);

#endif
