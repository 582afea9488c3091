#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

/*
 * One HTML file that needs nothing else: style, scripts and data stand in it, and its
 * Content-Security-Policy allows these scripts and styles alone, by their SHA-256, and
 * no request at all.
 *
 * What is not ours goes in as data: one script element of type application/json whose
 * text has no '<', '>' or '&' and nothing outside ASCII, and a few texts in the page
 * itself, which are escaped.
 */

#include <jansson.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/errors.h"

struct page {
    const char *title;
    const char *lead;         /* the answer in a sentence */
    const char *const *texts; /* more sentences; ends with NULL */
    const json_t *data;       /* an object */
    const char *figures;      /* a JSON array, as text */
    bool still;               /* without uPlot, where there is one */
};

/* Whether the program was built with uPlot. */
bool page_has_uplot(void);

/* Its licence, or NULL. */
const char *page_uplot_licence(struct arena *arena);

/* False: writing failed (errno). */
bool page_write(const struct page *page, FILE *out) MUST_CHECK;

/* ---- for the tests ---- */

/* A text as it may stand between tags and in an attribute: & < > " ' escaped, what is
 * no UTF-8 as '?'. */
void page_put_escaped(const char *text, FILE *out);

/* JSON as it may stand in a script element. */
void page_put_json(const char *json, FILE *out);

/* "sha256-..." in base64, as the policy names it. */
#define PAGE_HASH 64
void page_hash(const void *text, size_t length, char hash[PAGE_HASH]);

#endif
