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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = fuzz_split(data, size);
    struct arena arena = {0};
    struct node root;
    struct error err = {0};
    bool ok =
        node_parse("t.yaml", input.text.text, input.text.length, &arena, &root, &err);
    if (ok)
        expect_tree(&root, 0);
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
