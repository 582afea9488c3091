#include "base/tree.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

enum { WAYS = 16, DEPTH_MAX = 24 };

/* A leaf's items are the entries'; an inner node's items are its children, with the
 * children's aggregates as weights and lower bounds of their keys.  The first lower
 * bound of a node is never compared: its child takes all that is smaller. */
struct tree_node {
    unsigned n;
    bool leaf;
    int64_t key[WAYS];
    uint64_t seq[WAYS];
    int64_t weight[WAYS];
    union {
        uint64_t item;
        struct tree_node *child;
    } to[WAYS];
};

struct step {
    struct tree_node *node;
    unsigned at;
};

static struct tree_node *node_new(struct tree_nodes *nodes, bool leaf)
{
    struct tree_node *node = nodes->free;
    if (node)
        nodes->free = node->to[0].child;
    else
        node = ARENA_NEW(nodes->arena, struct tree_node);
    node->n = 0;
    node->leaf = leaf;
    return node;
}

static void node_release(struct tree_nodes *nodes, struct tree_node *node)
{
    node->to[0].child = nodes->free;
    nodes->free = node;
}

static bool before(int64_t key_a, uint64_t seq_a, int64_t key_b, uint64_t seq_b)
{
    return key_a < key_b || (key_a == key_b && seq_a < seq_b);
}

/* How many entries of the node stand at or before (key, seq). */
static unsigned count_until(const struct tree_node *node, int64_t key, uint64_t seq)
{
    unsigned low = 0, high = node->n;
    while (low < high) {
        unsigned mid = (low + high) / 2;
        if (before(key, seq, node->key[mid], node->seq[mid]))
            high = mid;
        else
            low = mid + 1;
    }
    return low;
}

static unsigned child_for(const struct tree_node *node, int64_t key, uint64_t seq)
{
    unsigned n = count_until(node, key, seq);
    return n ? n - 1 : 0;
}

static int64_t aggregate(const struct tree_node *node, enum tree_kind kind)
{
    int64_t result = node->weight[0];
    for (unsigned i = 1; i < node->n; i++) {
        if (kind == TREE_SUM)
            result += node->weight[i];
        else if (node->weight[i] < result)
            result = node->weight[i];
    }
    return result;
}

static void open_gap(struct tree_node *node, unsigned at)
{
    size_t tail = node->n - at;
    memmove(node->key + at + 1, node->key + at, tail * sizeof node->key[0]);
    memmove(node->seq + at + 1, node->seq + at, tail * sizeof node->seq[0]);
    memmove(node->weight + at + 1, node->weight + at, tail * sizeof node->weight[0]);
    memmove(node->to + at + 1, node->to + at, tail * sizeof node->to[0]);
    node->n++;
}

static void close_gap(struct tree_node *node, unsigned at)
{
    size_t tail = node->n - at - 1;
    memmove(node->key + at, node->key + at + 1, tail * sizeof node->key[0]);
    memmove(node->seq + at, node->seq + at + 1, tail * sizeof node->seq[0]);
    memmove(node->weight + at, node->weight + at + 1, tail * sizeof node->weight[0]);
    memmove(node->to + at, node->to + at + 1, tail * sizeof node->to[0]);
    node->n--;
}

/* Moves the upper part of a full node to a new one.  A node to whose end something is
 * added keeps nearly all, so that a queue filled in order has full nodes. */
static struct tree_node *split(struct tree_nodes *nodes, struct tree_node *node,
                               unsigned at)
{
    unsigned keep = at == WAYS ? WAYS - 1 : WAYS / 2;
    struct tree_node *right = node_new(nodes, node->leaf);
    right->n = WAYS - keep;
    memcpy(right->key, node->key + keep, right->n * sizeof node->key[0]);
    memcpy(right->seq, node->seq + keep, right->n * sizeof node->seq[0]);
    memcpy(right->weight, node->weight + keep, right->n * sizeof node->weight[0]);
    memcpy(right->to, node->to + keep, right->n * sizeof node->to[0]);
    node->n = keep;
    return right;
}

static void place(struct tree_node *node, unsigned at, const struct tree_entry *entry)
{
    open_gap(node, at);
    node->key[at] = entry->key;
    node->seq[at] = entry->seq;
    node->weight[at] = entry->weight;
    node->to[at].item = entry->item;
}

static void place_child(struct tree_node *node, unsigned at, struct tree_node *child,
                        enum tree_kind kind)
{
    open_gap(node, at);
    node->key[at] = child->key[0];
    node->seq[at] = child->seq[0];
    node->weight[at] = aggregate(child, kind);
    node->to[at].child = child;
}

static void grow_root(struct tree *tree, struct tree_node *right)
{
    struct tree_node *root = node_new(tree->nodes, false);
    place_child(root, 0, tree->root, tree->kind);
    place_child(root, 1, right, tree->kind);
    tree->root = root;
}

/* Puts `right`, split off the child at the last step, into the nodes above. */
static void insert_above(struct tree *tree, struct step *path, unsigned depth,
                         struct tree_node *right)
{
    while (depth > 0) {
        struct step *up = &path[--depth];
        struct tree_node *node = up->node;
        node->weight[up->at] = aggregate(node->to[up->at].child, tree->kind);
        unsigned at = up->at + 1;
        if (node->n < WAYS) {
            place_child(node, at, right, tree->kind);
            return;
        }
        struct tree_node *upper = split(tree->nodes, node, at);
        if (at > node->n)
            place_child(upper, at - node->n, right, tree->kind);
        else
            place_child(node, at, right, tree->kind);
        right = upper;
    }
    grow_root(tree, right);
}

void tree_insert(struct tree *tree, struct tree_entry entry)
{
    struct step path[DEPTH_MAX];
    unsigned depth = 0;

    if (!tree->root)
        tree->root = node_new(tree->nodes, true);
    struct tree_node *node = tree->root;
    while (!node->leaf) {
        unsigned at = child_for(node, entry.key, entry.seq);
        if (tree->kind == TREE_SUM)
            node->weight[at] += entry.weight;
        else if (entry.weight < node->weight[at])
            node->weight[at] = entry.weight;
        assert(depth < DEPTH_MAX);
        path[depth++] = (struct step){node, at};
        node = node->to[at].child;
    }
    tree->n++;

    unsigned at = count_until(node, entry.key, entry.seq);
    if (node->n < WAYS) {
        place(node, at, &entry);
        return;
    }
    struct tree_node *right = split(tree->nodes, node, at);
    if (at > node->n)
        place(right, at - node->n, &entry);
    else
        place(node, at, &entry);
    insert_above(tree, path, depth, right);
}

static void remove_above(struct tree *tree, struct step *path, unsigned depth,
                         int64_t weight, bool emptied)
{
    while (depth > 0) {
        struct step *up = &path[--depth];
        struct tree_node *node = up->node;
        if (emptied) {
            node_release(tree->nodes, node->to[up->at].child);
            close_gap(node, up->at);
        } else if (tree->kind == TREE_SUM) {
            node->weight[up->at] -= weight;
        } else if (node->weight[up->at] == weight) {
            node->weight[up->at] = aggregate(node->to[up->at].child, TREE_MIN);
        }
        emptied = node->n == 0;
    }
    if (emptied) {
        node_release(tree->nodes, tree->root);
        tree->root = NULL;
        return;
    }
    while (!tree->root->leaf && tree->root->n == 1) {
        struct tree_node *child = tree->root->to[0].child;
        node_release(tree->nodes, tree->root);
        tree->root = child;
    }
}

struct tree_entry tree_remove(struct tree *tree, int64_t key, uint64_t seq)
{
    struct step path[DEPTH_MAX];
    unsigned depth = 0;
    struct tree_node *node = tree->root;

    assert(node);
    while (!node->leaf) {
        unsigned at = child_for(node, key, seq);
        path[depth++] = (struct step){node, at};
        node = node->to[at].child;
    }
    unsigned at = count_until(node, key, seq);
    assert(at > 0 && node->key[at - 1] == key && node->seq[at - 1] == seq);
    at--;
    struct tree_entry entry = {key, seq, node->weight[at], node->to[at].item};
    close_gap(node, at);
    tree->n--;
    remove_above(tree, path, depth, entry.weight, node->n == 0);
    return entry;
}

static struct tree_entry entry_at(const struct tree_node *leaf, unsigned at)
{
    return (struct tree_entry){leaf->key[at], leaf->seq[at], leaf->weight[at],
                               leaf->to[at].item};
}

bool tree_first(const struct tree *tree, struct tree_entry *entry)
{
    const struct tree_node *node = tree->root;
    if (!node)
        return false;
    while (!node->leaf)
        node = node->to[0].child;
    *entry = entry_at(node, 0);
    return true;
}

/* The first entry from index `at` on within the limit, below one node. */
static bool first_below(const struct tree_node *node, unsigned at, int64_t limit,
                        struct tree_entry *entry)
{
    for (;;) {
        while (at < node->n && node->weight[at] > limit)
            at++;
        if (at == node->n)
            return false;
        if (node->leaf) {
            *entry = entry_at(node, at);
            return true;
        }
        node = node->to[at].child;
        at = 0;
    }
}

bool tree_first_within(const struct tree *tree, int64_t key, uint64_t seq,
                       int64_t limit, struct tree_entry *entry)
{
    struct step path[DEPTH_MAX];
    unsigned depth = 0;
    struct tree_node *node = tree->root;

    if (!node)
        return false;
    while (!node->leaf) {
        unsigned at = child_for(node, key, seq);
        path[depth++] = (struct step){node, at};
        node = node->to[at].child;
    }
    if (first_below(node, count_until(node, key, seq), limit, entry))
        return true;
    while (depth > 0) {
        depth--;
        if (first_below(path[depth].node, path[depth].at + 1, limit, entry))
            return true;
    }
    return false;
}

bool tree_after(const struct tree *tree, int64_t key, uint64_t seq,
                struct tree_entry *entry)
{
    return tree_first_within(tree, key, seq, INT64_MAX, entry);
}

bool tree_reach(const struct tree *tree, int64_t need, struct tree_entry *entry)
{
    const struct tree_node *node = tree->root;
    while (node) {
        unsigned at = 0;
        while (at < node->n && node->weight[at] < need)
            need -= node->weight[at++];
        if (at == node->n)
            return false;
        if (node->leaf) {
            *entry = entry_at(node, at);
            return true;
        }
        node = node->to[at].child;
    }
    return false;
}

int64_t tree_sum_until(const struct tree *tree, int64_t key)
{
    const struct tree_node *node = tree->root;
    int64_t sum = 0;
    while (node) {
        unsigned n = count_until(node, key, UINT64_MAX);
        if (!node->leaf && n == 0)
            n = 1; /* the first bound is not compared */
        unsigned whole = node->leaf ? n : n - 1;
        for (unsigned i = 0; i < whole; i++)
            sum += node->weight[i];
        node = node->leaf ? NULL : node->to[whole].child;
    }
    return sum;
}

static size_t check_node(const struct tree_node *node, enum tree_kind kind,
                         struct tree_entry *last, bool *any)
{
    size_t n = 0;
    assert(node->n >= 1 && node->n <= WAYS);
    for (unsigned i = 0; i < node->n; i++) {
        if (node->leaf) {
            assert(!*any || before(last->key, last->seq, node->key[i], node->seq[i]));
            *last = entry_at(node, i);
            *any = true;
            n++;
            continue;
        }
        assert(node->weight[i] == aggregate(node->to[i].child, kind));
        if (i > 0) /* all that came before lies below the bound */
            assert(before(last->key, last->seq, node->key[i], node->seq[i]));
        n += check_node(node->to[i].child, kind, last, any);
        if (i > 0)
            assert(!before(last->key, last->seq, node->key[i], node->seq[i]));
    }
    return n;
}

void tree_check(const struct tree *tree)
{
    struct tree_entry last = {0};
    bool any = false;
    assert((tree->root ? check_node(tree->root, tree->kind, &last, &any) : 0) ==
           tree->n);
}

void tree_print(const struct tree *tree, FILE *out)
{
    struct tree_entry entry;
    bool more = tree_first(tree, &entry);
    fprintf(out, "tree of %zu\n", tree->n);
    while (more) {
        fprintf(out, "  %" PRId64 " #%" PRIu64 " weight %" PRId64 " item %" PRIu64 "\n",
                entry.key, entry.seq, entry.weight, entry.item);
        more = tree_after(tree, entry.key, entry.seq, &entry);
    }
}
