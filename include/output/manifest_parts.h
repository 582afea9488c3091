#ifndef OUTPUT_MANIFEST_PARTS_H
#define OUTPUT_MANIFEST_PARTS_H

/*
 * The parts that the manifests of a run and of a study have in common, as JSON values
 * by jansson: never NULL, new references.
 */

#include <jansson.h>

#include "base/sha256.h"
#include "input/scenario.h"

json_t *manifest_value(json_t *value); /* itself; NULL is out of memory */

/* Paths and labels come from users and may be no UTF-8, which JSON must be: then what
 * is not ASCII becomes '?'.  NULL is null. */
json_t *manifest_text(const char *value);

/* Both take over the value. */
void manifest_set(json_t *object, const char *key, json_t *value);
void manifest_append(json_t *array, json_t *value);

/* {name, path, sha256} */
json_t *manifest_scenario(const struct scenario *scenario);

/* {path: {value, origin}} */
json_t *manifest_resolved(const struct scenario *scenario);

/* [{path, sha256}] */
json_t *manifest_inputs(const struct scenario *scenario);

/* The text of a manifest, without the LF at its end; the caller frees. */
char *manifest_dump(const json_t *root);

/* The SHA-256 of that text: what "self" is of a manifest without "self". */
void manifest_digest(const json_t *root, char hex[SHA256_HEX]);

#endif
