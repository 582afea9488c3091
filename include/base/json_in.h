#ifndef BASE_JSON_IN_H
#define BASE_JSON_IN_H

/*
 * Long JSON files, one element at a time: plain, gzip or Zstandard.
 *
 * Two shapes are told apart by the first byte: an array, whose elements are handed on
 * one after the other, and values one after the other (JSON lines).  Where the array
 * stands deep in an object, as data.result in what Prometheus answers, `keys` says
 * where; the rest of the file is passed over.  The file is never one tree in memory:
 * only an element is, by jansson.
 *
 * Refused, with the line: what is no JSON, a NUL byte, invalid UTF-8, an element over
 * 16 MiB, nesting deeper than 64, a key twice in one object, no such array, something
 * behind the end.  An empty file has no elements.
 */

#include <jansson.h>

#include "base/bytes.h"
#include "base/errors.h"

#define JSON_ELEMENT_MAX ((size_t)1 << 24)
#define JSON_DEPTH_MAX   64

struct json_reader {
    const char *const *keys; /* from the root to the array, NULL ends; may be NULL */
    /* A text beside the first key that says why the array is not there, for the
     * message; may be NULL. */
    const char *complaint;
    /* `element` is borrowed; `line` is where it begins.  False, with the error set,
     * stops the reading. */
    bool (*element)(void *self, const json_t *element, struct place place,
                    struct error *err);
    /* May be NULL.  Told of an element whose brackets and quotes are whole but that is
     * no JSON, and the message; true: go on with the next one. */
    bool (*broken)(void *self, const struct error *err);
    void *self;
};

/* `digest` may be NULL; "-" is standard input. */
bool json_read(const char *path, const struct json_reader *reader,
               char digest[SHA256_HEX], struct error *err) MUST_CHECK;

#endif
