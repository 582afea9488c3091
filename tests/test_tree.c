#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "base/rng.h"
#include "base/tree.h"

enum { MODEL_MAX = 6000 };

/* The same multiset as a sorted array. */
struct flat {
    struct tree_entry entries[MODEL_MAX];
    size_t n;
};

static struct arena arena;
static struct flat flat;

static uint64_t rng_below(struct rng *rng, uint64_t n)
{
    return rng_u32(rng) % n;
}

static void empty_arena(void)
{
    arena_free(&arena);
}

TestSuite(tree, .fini = empty_arena);

static bool comes_before(int64_t key_a, uint64_t seq_a, int64_t key_b, uint64_t seq_b)
{
    return key_a < key_b || (key_a == key_b && seq_a < seq_b);
}

static void flat_insert(struct tree_entry entry)
{
    size_t at = flat.n;
    while (at > 0 && comes_before(entry.key, entry.seq, flat.entries[at - 1].key,
                                  flat.entries[at - 1].seq))
        at--;
    memmove(&flat.entries[at + 1], &flat.entries[at],
            (flat.n - at) * sizeof flat.entries[0]);
    flat.entries[at] = entry;
    flat.n++;
}

static struct tree_entry flat_remove(size_t at)
{
    struct tree_entry entry = flat.entries[at];
    flat.n--;
    memmove(&flat.entries[at], &flat.entries[at + 1],
            (flat.n - at) * sizeof flat.entries[0]);
    return entry;
}

static bool same(const struct tree_entry *a, const struct tree_entry *b)
{
    return a->key == b->key && a->seq == b->seq && a->weight == b->weight &&
           a->item == b->item;
}

static void expect_first_within(const struct tree *tree, int64_t key, uint64_t seq,
                                int64_t limit)
{
    const struct tree_entry *wanted = NULL;
    struct tree_entry entry;
    for (size_t i = 0; i < flat.n && !wanted; i++) {
        const struct tree_entry *e = &flat.entries[i];
        if (comes_before(key, seq, e->key, e->seq) && e->weight <= limit)
            wanted = e;
    }
    bool found = limit == INT64_MAX ? tree_after(tree, key, seq, &entry)
                                    : tree_first_within(tree, key, seq, limit, &entry);
    cr_assert(found == (wanted != NULL), "behind %lld within %lld", (long long)key,
              (long long)limit);
    cr_assert(found == false || same(&entry, wanted), "behind %lld within %lld",
              (long long)key, (long long)limit);
}

static void expect_sums(const struct tree *tree, int64_t key, int64_t need)
{
    const struct tree_entry *wanted = NULL;
    struct tree_entry entry;
    int64_t until = 0, running = 0;
    for (size_t i = 0; i < flat.n; i++) {
        const struct tree_entry *e = &flat.entries[i];
        running += e->weight;
        until += e->key <= key ? e->weight : 0;
        if (!wanted && running >= need)
            wanted = e;
    }
    cr_assert(tree_sum_until(tree, key) == until, "sum until %lld", (long long)key);
    bool found = tree_reach(tree, need, &entry);
    cr_assert(found == (wanted != NULL) && (!found || same(&entry, wanted)),
              "reach %lld", (long long)need);
}

static void expect_same(const struct tree *tree, struct rng *rng)
{
    struct tree_entry entry;
    int64_t key = (int64_t)rng_below(rng, 2300) - 50;
    uint64_t seq = rng_below(rng, 3) ? rng_below(rng, 200000) : 0;
    cr_assert(tree->n == flat.n);
    cr_assert(tree_first(tree, &entry) == (flat.n > 0));
    if (flat.n > 0)
        cr_assert(same(&entry, &flat.entries[0]), "the first of %zu", flat.n);
    if (tree->kind == TREE_MIN) {
        expect_first_within(tree, key, seq, (int64_t)rng_below(rng, 1050) - 20);
        expect_first_within(tree, INT64_MIN, 0, (int64_t)rng_below(rng, 60));
        expect_first_within(tree, key, seq, INT64_MAX);
    } else {
        expect_sums(tree, key, (int64_t)rng_below(rng, flat.n * 500 + 3) + 1);
    }
}

/* Grows and shrinks in turn, so that nodes fall empty and come back. */
static void random_operations(enum tree_kind kind, uint64_t seed)
{
    struct tree_nodes nodes = {.arena = &arena};
    struct tree tree = tree_empty(&nodes, kind);
    struct rng rng;
    struct rng_key key = {seed, 0, "test", "tree"};
    rng_init(&rng, key);
    flat.n = 0;

    for (uint64_t step = 0; step < 100000; step++) {
        bool growing = step / 7919 % 2 == 0;
        bool insert = flat.n == 0 || (flat.n < MODEL_MAX - 1 &&
                                      rng_below(&rng, 10) < (growing ? 6U : 4U));
        if (insert) {
            struct tree_entry entry = {(int64_t)rng_below(&rng, 2200), step + 1,
                                       (int64_t)rng_below(&rng, 1000), step * 31 + 7};
            tree_insert(&tree, entry);
            flat_insert(entry);
        } else {
            struct tree_entry wanted = flat_remove(rng_below(&rng, flat.n));
            struct tree_entry got = tree_remove(&tree, wanted.key, wanted.seq);
            cr_assert(same(&got, &wanted));
        }
        if (step % 8 == 0)
            expect_same(&tree, &rng);
        if (step % 997 == 0)
            tree_check(&tree);
    }
    while (flat.n > 0) {
        struct tree_entry wanted = flat_remove(rng_below(&rng, flat.n));
        struct tree_entry got = tree_remove(&tree, wanted.key, wanted.seq);
        cr_assert(same(&got, &wanted));
    }
    tree_check(&tree);
    cr_expect(tree.root == NULL, "an empty tree holds no node");
}

Test(tree, minimum_of_weights_is_as_in_a_sorted_array)
{
    random_operations(TREE_MIN, 4711);
}

Test(tree, sum_of_weights_is_as_in_a_sorted_array)
{
    random_operations(TREE_SUM, 815);
}

Test(tree, an_empty_one_answers_no_and_zero)
{
    struct tree_nodes nodes = {.arena = &arena};
    struct tree least = tree_empty(&nodes, TREE_MIN),
                sum = tree_empty(&nodes, TREE_SUM);
    struct tree_entry entry;
    cr_expect(not(tree_first(&least, &entry)));
    cr_expect(not(tree_after(&least, INT64_MIN, 0, &entry)));
    cr_expect(not(tree_first_within(&least, INT64_MIN, 0, INT64_MAX, &entry)));
    cr_expect(not(tree_reach(&sum, 1, &entry)));
    cr_expect(eq(i64, tree_sum_until(&sum, INT64_MAX), 0));
    tree_check(&least);
}

Test(tree, first_in_first_out_keeps_memory_flat)
{
    struct tree_nodes nodes = {.arena = &arena};
    struct tree tree = tree_empty(&nodes, TREE_MIN);
    size_t used_after_a_lap = 0;
    for (uint64_t i = 0; i < 200000; i++) {
        struct tree_entry entry;
        tree_insert(&tree, (struct tree_entry){(int64_t)(i / 3), i, 17, i});
        if (i >= 1000) {
            cr_assert(tree_first(&tree, &entry) && entry.item == i - 1000);
            tree_remove(&tree, entry.key, entry.seq);
        }
        if (i == 20000)
            used_after_a_lap = arena.total;
    }
    tree_check(&tree);
    cr_expect(eq(sz, arena.total, used_after_a_lap));
    cr_expect(eq(sz, tree.n, 1000));
}

Test(tree, is_refilled_after_it_was_drained)
{
    struct tree_nodes nodes = {.arena = &arena};
    struct tree tree = tree_empty(&nodes, TREE_SUM);
    size_t total = 0;
    for (int lap = 0; lap < 5; lap++) {
        for (uint64_t i = 0; i < 5000; i++) /* keys in a scattered order */
            tree_insert(&tree,
                        (struct tree_entry){(int64_t)(i * 2557 % 5000), i, 3, i});
        tree_check(&tree);
        cr_assert(eq(i64, tree_sum_until(&tree, 4999), 15000));
        for (uint64_t i = 5000; i-- > 0;)
            tree_remove(&tree, (int64_t)(i * 2557 % 5000), i);
        cr_assert(tree.root == NULL && tree.n == 0, "lap %d", lap);
        if (lap == 0)
            total = arena.total;
    }
    cr_expect(eq(sz, arena.total, total));
}

Test(tree, keys_and_weights_may_be_as_large_as_they_come)
{
    static const int64_t keys[] = {INT64_MIN, INT64_MIN + 1, -1,       0,
                                   1,         INT64_MAX - 1, INT64_MAX};
    struct tree_nodes nodes = {.arena = &arena};
    struct tree tree = tree_empty(&nodes, TREE_MIN);
    struct tree_entry entry;
    for (size_t i = 7; i-- > 0;)
        for (uint64_t seq = 5; seq-- > 0;)
            tree_insert(&tree, (struct tree_entry){keys[i], seq + 1,
                                                   INT64_MAX - (int64_t)i, i});
    tree_check(&tree);
    cr_assert(tree_first_within(&tree, INT64_MIN, 0, INT64_MAX - 6, &entry));
    cr_expect(entry.key == INT64_MAX && entry.seq == 1, "the only small enough key");
    cr_assert(tree_after(&tree, INT64_MIN, 5, &entry));
    cr_expect(entry.key == INT64_MIN + 1 && entry.seq == 1, "the next key");
    cr_assert(tree_after(&tree, INT64_MAX - 1, UINT64_MAX, &entry));
    cr_expect(eq(i64, entry.key, INT64_MAX));
    cr_expect(not(tree_after(&tree, INT64_MAX, 5, &entry)));
}

Test(tree, equal_keys_come_in_order_of_sequence)
{
    struct tree_nodes nodes = {.arena = &arena};
    struct tree tree = tree_empty(&nodes, TREE_SUM);
    struct tree_entry entry;
    for (uint64_t i = 0; i < 500; i++)
        tree_insert(&tree, (struct tree_entry){42, i * 7 % 500, 2, i});
    cr_assert(tree_reach(&tree, 2 * 123 + 1, &entry));
    cr_expect(eq(u64, entry.seq, 123));
    cr_expect(eq(i64, tree_sum_until(&tree, 41), 0));
    cr_expect(eq(i64, tree_sum_until(&tree, 42), 1000));
    cr_expect(not(tree_reach(&tree, 1001, &entry)));
}
