#ifndef BASE_TREE_H
#define BASE_TREE_H

/*
 * An ordered multiset that knows the minimum or the sum of its weights under every
 * branch: the queue of waiting jobs (weight: estimate, minimum) and the running jobs of
 * a pool (key: estimated end, weight: GPUs, sum).
 *
 * A B+tree of 16-way nodes, so that a search among 100,000 entries touches five nodes.
 * Entries are ordered by (key, seq); seq makes them distinct.  Nodes come from a shared
 * `tree_nodes` and go back to its free list when they fall empty; a node that is not
 * empty is never merged, which keeps removal cheap and the height that of the largest
 * size reached.
 *
 * insert, remove, first_within, reach and sum_until cost O(log n).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"

enum tree_kind { TREE_MIN, TREE_SUM };

struct tree_node;

struct tree_nodes {
    struct arena *arena; /* borrowed */
    struct tree_node *free;
};

struct tree {
    struct tree_nodes *nodes; /* borrowed */
    struct tree_node *root;   /* NULL: empty */
    enum tree_kind kind;
    size_t n;
};

struct tree_entry {
    int64_t key;
    uint64_t seq;
    int64_t weight;
    uint64_t item;
};

static inline struct tree tree_empty(struct tree_nodes *nodes, enum tree_kind kind)
{
    return (struct tree){.nodes = nodes, .kind = kind};
}

void tree_insert(struct tree *tree, struct tree_entry entry);

/* The entry must be there; returns it. */
struct tree_entry tree_remove(struct tree *tree, int64_t key, uint64_t seq);

bool tree_first(const struct tree *tree, struct tree_entry *entry);

/* The first entry behind (key, seq). */
bool tree_after(const struct tree *tree, int64_t key, uint64_t seq,
                struct tree_entry *entry);

/* TREE_MIN: the first entry behind (key, seq) whose weight is at most `limit`. */
bool tree_first_within(const struct tree *tree, int64_t key, uint64_t seq,
                       int64_t limit, struct tree_entry *entry);

/* TREE_SUM: the first entry at which the running sum of weights reaches `need` (> 0).
 */
bool tree_reach(const struct tree *tree, int64_t need, struct tree_entry *entry);

/* TREE_SUM: the sum of weights of all entries with a key <= `key`. */
int64_t tree_sum_until(const struct tree *tree, int64_t key);

void tree_check(const struct tree *tree); /* asserts order, counts and weights */
void tree_print(const struct tree *tree, FILE *out);

#endif
