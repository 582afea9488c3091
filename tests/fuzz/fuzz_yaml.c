/* A YAML document as a tree; behind the first NUL --set assignments, a line each. */

#include "base/node.h"
#include "fuzz.h"

static void expect_tree(const struct node *node, int depth)
{
    fuzz_expect(depth <= 64);
    fuzz_expect(node->place.file != NULL);
    if (node->kind == NODE_SCALAR)
        fuzz_expect(node->text != NULL && node->n == 0);
    for (size_t i = 0; i < node->n; i++) {
        if (node->kind == NODE_MAP) {
            fuzz_expect(node->keys[i].kind == NODE_SCALAR);
            fuzz_expect(node_get(node, node->keys[i].text) == &node->items[i]);
        }
        expect_tree(&node->items[i], depth + 1);
    }
}

static bool is_same(const struct node *a, const struct node *b)
{
    if (a->kind != b->kind || a->n != b->n || node_is_null(a) != node_is_null(b))
        return false;
    if (a->kind == NODE_SCALAR && !node_is_null(a))
        return strcmp(a->text, b->text) == 0;
    for (size_t i = 0; i < a->n; i++)
        if (!is_same(&a->items[i], &b->items[i]) ||
            (a->kind == NODE_MAP && strcmp(a->keys[i].text, b->keys[i].text) != 0))
            return false;
    return true;
}

/* libyaml takes no key of more than 1024 bytes in flow style without a '?'. */
static bool has_long_key(const struct node *node)
{
    bool found = false;
    for (size_t i = 0; i < node->n; i++) {
        found = found || has_long_key(&node->items[i]);
        found = found || (node->kind == NODE_MAP && strlen(node->keys[i].text) > 150);
    }
    return found;
}

/* Written in one line and read again it is the same tree. */
static void expect_written(const struct node *root, struct arena *arena)
{
    struct node back;
    struct error err;
    if (has_long_key(root))
        return;
    const char *text = node_write(root, arena);
    fuzz_expect(strpbrk(text, "\n\r") == NULL);
    fuzz_expect(node_parse("back", text, strlen(text), arena, &back, &err));
    fuzz_expect(is_same(root, &back));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = fuzz_split(data, size);
    struct arena arena = {0};
    struct node root;
    struct error err = {0};
    bool ok =
        node_parse("t.yaml", input.text.text, input.text.length, &arena, &root, &err);
    if (ok) {
        expect_tree(&root, 0);
        expect_written(&root, &arena); /* --set may nest deeper than can be read */
    }
    while (ok && input.rest.length > 0) {
        char *assignment = fuzz_line(&input.rest);
        ok = node_set(&root, assignment, &arena, &err);
        if (ok)
            expect_tree(&root, 0);
        free(assignment);
    }
    if (!ok)
        fuzz_expect_error(&err);
    arena_free(&arena);
    return 0;
}
