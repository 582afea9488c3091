#ifndef CLI_REPORT_PICTURE_H
#define CLI_REPORT_PICTURE_H

/* A figure drawn by gnuplot as an image that can stand in a page. */

#include "base/arena.h"
#include "figure/figure.h"

/* A data: URL of an SVG picture, in the arena; NULL where it could not be drawn, with
 * the sentence why in `err`. */
const char *report_picture(const struct figure *figure, struct arena *arena,
                           struct error *err) MUST_CHECK;

#endif
