#ifndef BASE_NODE_H
#define BASE_NODE_H

/*
 * A YAML document as a tree, each node with its place in the file.
 *
 * Read through libyaml's document API, and stricter than YAML: a duplicate key, an
 * alias or a cycle (a node reached twice), a second document, a tag, a key that is no
 * scalar, nesting deeper than 32, a file over 16 MiB, NUL bytes, invalid UTF-8 are
 * errors.  The tree and its strings live in the arena given.
 */

#include <stddef.h>

#include "base/arena.h"
#include "base/errors.h"

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct node {
    enum node_kind kind;
    bool quoted;        /* a scalar in quotes: never a null */
    const char *text;   /* scalar: its text; "" and ~ and null unquoted are null */
    struct node *items; /* list: elements; map: values, in file order */
    struct node *keys;  /* map: keys, scalars */
    size_t n;
    struct place place; /* of the node; for an override its file is "--set PATH" */
};

bool node_is_null(const struct node *node);

bool node_read(const char *path, struct arena *arena, struct node *root,
               struct error *err) MUST_CHECK;

/* The same from memory; `name` stands for the file in messages. */
bool node_parse(const char *name, const char *text, size_t length, struct arena *arena,
                struct node *root, struct error *err) MUST_CHECK;

/* A copy that can be changed without the other; their texts are shared. */
struct node node_copy(const struct node *node, struct arena *arena);

/* The value of `key` in a map, or NULL. */
const struct node *node_get(const struct node *map, const char *key);

/* Puts a value into the tree, as `--set pools.own.gpus=512` does.  A path's steps are
 * keys, or list elements by index (from 0) or by the value of their `name` (or `model`)
 * key; missing keys of maps are added, missing list elements are errors.  The value is
 * parsed as YAML, so that `[a, b]` is a list.  `assignment` is "path=value". */
bool node_set(struct node *root, const char *assignment, struct arena *arena,
              struct error *err) MUST_CHECK;

/* A path in the one way in which two paths to the same place are equal: list elements
 * by index.  NULL with the error set, without a place, where node_set would refuse the
 * path. */
const char *node_path(const struct node *root, const char *path, struct arena *arena,
                      struct error *err) MUST_CHECK;

/* A node as YAML in one line, which reads back as the same tree. */
const char *node_write(const struct node *node, struct arena *arena);

#endif
