#ifndef INPUT_CATALOG_TEXT_H
#define INPUT_CATALOG_TEXT_H

/*
 * models/catalog.yaml as bytes: the source is written by sim/input/embed.c while the
 * program is built, so that a binary needs no file beside it.
 */

#include <stddef.h>

extern const unsigned char catalog_text[];
extern const size_t catalog_text_length;

#endif
