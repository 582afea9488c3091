#ifndef REPORT_BLOCKS_H
#define REPORT_BLOCKS_H

/*
 * What a page says, as JSON that its scripts turn into elements: sections of blocks.
 * Texts are plain: whoever draws them sets them as text, never as markup.
 *
 *   section   {"id", "title", "intro", "blocks": [block]}
 *   block     {"block": "lead" | "text" | "warning" | "heading" | "pre", "text"}
 *             {"block": "tiles", "items": [{"label", "value", "exact", "note"}]}
 *             {"block": "table", "caption", "fold", "columns": [{"label", "align"}],
 *              "rows": [[cell]]}       a cell is null, a text, or {"t": text, "x":
 *                                      exact text}
 *             {"block": "figures", "key", "title", "items": [{"label", "figure":
 * number, "image": text, "absent": text}]}  number: of the page's list; image: a
 *              data: URL; absent: in place of both
 *
 * All that is returned is a new reference, never NULL; what is appended is taken over.
 */

#include <jansson.h>

#include "base/errors.h"

json_t *section_new(const char *id, const char *title, const char *intro);
void section_add(json_t *section, json_t *block);

/* "lead", "text", "warning", "heading" or "pre". */
json_t *block_text(const char *kind, const char *text);

json_t *block_tiles(void);
/* `exact` and `note` may be NULL. */
void tiles_add(json_t *tiles, const char *label, const char *value, const char *exact,
               const char *note);

/* `fold`: shut until somebody opens it. */
json_t *block_table(const char *caption, bool fold);
/* Of the columns a cell's place tells which: "text", "number", or "code". */
void table_column(json_t *table, const char *label, const char *align);
json_t *table_row(json_t *table);             /* borrowed */
void row_text(json_t *row, const char *text); /* NULL: an empty cell */
void row_exact(json_t *row, const char *text, const char *exact);

json_t *block_figures(const char *key, const char *title);
/* In the place of a figure that is not there: the sentence why. */
void figures_add_absent(json_t *figures, const char *label, const char *absent);
/* `image` may be NULL. */
void figures_add(json_t *figures, const char *label, size_t figure, const char *image);

#endif
