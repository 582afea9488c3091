#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/node.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static struct arena arena;

static struct node parse(const char *text)
{
    struct node root;
    struct error err;
    bool ok = node_parse("own.yaml", text, strlen(text), &arena, &root, &err);
    cr_assert(ok, "%s", err.text);
    return root;
}

static void empty_arena(void)
{
    arena_free(&arena);
}

TestSuite(node, .fini = empty_arena);

Test(node, a_document_becomes_a_tree_with_places)
{
    struct node root = parse("name: own\n"
                             "pools:\n"
                             "  - {name: a, gpus: 1024}\n"
                             "  - name: 'b'\n");
    cr_expect(eq(int, root.kind, NODE_MAP));
    cr_expect(eq(sz, root.n, 2));
    cr_expect(eq(str, (char *)root.keys[1].text, "pools"));
    const struct node *pools = node_get(&root, "pools");
    cr_expect(eq(int, pools->kind, NODE_LIST));
    cr_expect(eq(sz, pools->n, 2));
    const struct node *gpus = node_get(&pools->items[0], "gpus");
    cr_expect(eq(str, (char *)gpus->text, "1024"));
    cr_expect(eq(str, (char *)gpus->place.file, "own.yaml"));
    cr_expect(eq(i64, gpus->place.line, 3));
    cr_expect(eq(i64, gpus->place.column, 21));
    cr_expect(eq(i64, pools->items[0].keys[1].place.column, 15));
    cr_expect(node_get(&pools->items[1], "name")->quoted, "quotes are lost");
    cr_expect(node_get(&root, "seed") == NULL, "found a key that is not there");
    cr_expect(node_get(pools, "name") == NULL, "found a key in a list");
}

Test(node, null_is_an_empty_plain_word)
{
    struct node root =
        parse("a:\nb: ~\nc: null\nd: ''\ne: \"null\"\nf: 0\ng: {}\nh: []\n"
              "i: |\n  \n");
    static const bool nulls[] = {true,  true,  true,  false, false,
                                 false, false, false, false};
    for (size_t i = 0; i < root.n; i++)
        cr_expect(eq(int, node_is_null(&root.items[i]), nulls[i]), "%s",
                  root.keys[i].text);
}

Test(node, what_yaml_allows_and_we_do_not_is_refused_with_its_place)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "own.yaml: the file is empty"},
        {"# only a comment\n", "own.yaml: the file is empty"},
        {"seed: 1\nname: a\nseed: 2\n",
         "own.yaml:3:1: duplicate key 'seed', first given at line 1"},
        {"a: {b: 1, 'b': 2}\n",
         "own.yaml:1:11: duplicate key 'b', first given at line 1"},
        {"a: &x 1\nb: *x\n",
         "own.yaml:2:1: an alias ('*') stands here; write its value out"},
        {"a: &x [*x]\n",
         "own.yaml:1:4: an alias ('*') stands here; write its value out"},
        {"a: &x {b: *x}\n",
         "own.yaml:1:8: an alias ('*') stands here; write its value out"},
        {"a: 1\n---\nb: 2\n",
         "own.yaml:3:1: a second document begins here; one is allowed"},
        {"a: 1\n...\n---\nb: 2\n",
         "own.yaml:4:1: a second document begins here; one is allowed"},
        {"a: !!int 1\n",
         "own.yaml:1:4: a tag ('tag:yaml.org,2002:int') is not allowed"},
        {"a: !mine [1]\n", "own.yaml:1:4: a tag ('!mine') is not allowed"},
        {"[a, b]: 1\n", "own.yaml:1:1: a key must be a word, not a list or a map"},
        {"? {a: 1}\n: 2\n", "own.yaml:1:3: a key must be a word, not a list or a map"},
        {"a: \"x\\0y\"\n", "own.yaml:1:4: the text contains a NUL byte"},
        {"a: [1, 2\nb: 3\n",
         "own.yaml:2:2: not valid YAML: while parsing a flow sequence, did not find "
         "expected ',' or ']'"},
        {"a: 1\n\tb: 2\n",
         "own.yaml:2:1: not valid YAML: while scanning a plain scalar, found a tab "
         "character that violates indentation"},
        {"a: b: c\n", "own.yaml:1:5: not valid YAML: mapping values are not allowed in "
                      "this context"},
        {"a: 1\nb: \x01\n",
         "own.yaml:2:4: not YAML text: control characters are not allowed"},
        {"a: \xc3\xa9\xff\n",
         "own.yaml:1:5: not YAML text: invalid leading UTF-8 octet"},
        {"a: \xc3(\n", "own.yaml:1:5: not YAML text: invalid trailing UTF-8 octet"},
        {"a: \xed\xa0\x80\n", "own.yaml:1:4: not YAML text: invalid Unicode character"},
        {"a: *nowhere\n", "own.yaml:1:4: not valid YAML: found undefined alias"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct node root;
        struct error err = {0};
        cr_expect(not(node_parse("own.yaml", cases[i].text, strlen(cases[i].text),
                                 &arena, &root, &err)),
                  "case %zu", i);
        cr_expect(eq(str, err.text, (char *)cases[i].message));
        cr_expect(eq(int, err.kind, ERROR_INPUT));
    }
}

Test(node, a_nul_byte_and_utf16_are_no_text)
{
    struct node root;
    struct error err = {0};
    cr_expect(not(node_parse("a", "a: \0b\n", 6, &arena, &root, &err)));
    cr_expect(
        eq(str, err.text, "a:1:4: not YAML text: control characters are not allowed"));
    cr_expect(not(node_parse("a",
                             "\xff\xfe"
                             "a\0:\0",
                             6, &arena, &root, &err)));
    cr_expect(eq(str, err.text, "a:1:1: not YAML text: invalid leading UTF-8 octet"));
}

Test(node, a_byte_order_mark_and_crlf_change_nothing)
{
    struct node root = parse("\xef\xbb\xbfname: own\r\nseed: 7\r\n");
    cr_expect(eq(str, (char *)node_get(&root, "name")->text, "own"));
    cr_expect(eq(i64, root.keys[1].place.line, 2));
    cr_expect(eq(i64, root.keys[0].place.column, 1));
}

Test(node, nesting_of_32_is_enough)
{
    char text[200];
    struct node root;
    struct error err = {0};
    for (int depth = 31; depth <= 33; depth++) {
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        bool ok = node_parse("a", text, 2 * (size_t)depth, &arena, &root, &err);
        cr_expect(eq(int, ok, depth <= 32), "depth %d", depth);
    }
    cr_expect(eq(str, err.text, "a:1:33: nested deeper than 32"));
}

Test(node, ten_thousand_brackets_do_not_break_the_stack)
{
    size_t n = 10000;
    char *text = malloc(n);
    memset(text, '[', n);
    struct node root;
    struct error err = {0};
    cr_expect(not(node_parse("a", text, n, &arena, &root, &err)));
    free(text);
}

Test(node, a_map_of_many_keys_is_checked_quickly)
{
    size_t n = 100000, used = 0;
    char *text = malloc(n * 12 + 20);
    for (size_t i = 0; i < n; i++)
        used += (size_t)sprintf(text + used, "k%zu: 1\n", i);
    struct node root;
    struct error err = {0};
    cr_expect(node_parse("a", text, used, &arena, &root, &err), "%s", err.text);
    cr_expect(eq(sz, root.n, n));
    used += (size_t)sprintf(text + used, "k77: 1\n");
    cr_expect(not(node_parse("a", text, used, &arena, &root, &err)));
    cr_expect(
        eq(str, err.text, "a:100001:1: duplicate key 'k77', first given at line 78"));
    free(text);
}

Test(node, a_file_is_read_and_named_in_errors)
{
    char path[] = "/tmp/tenure_node_XXXXXX";
    int fd = mkstemp(path);
    FILE *file = fdopen(fd, "w");
    fputs("a: 1\na: 2\n", file);
    fclose(file);
    struct node root;
    struct error err = {0};
    char want[128];
    snprintf(want, sizeof want, "%s:2:1: duplicate key 'a', first given at line 1",
             path);
    cr_expect(not(node_read(path, &arena, &root, &err)));
    cr_expect(eq(str, err.text, want));
    unlink(path);

    snprintf(want, sizeof want, "%s: No such file or directory", path);
    cr_expect(not(node_read(path, &arena, &root, &err)));
    cr_expect(eq(str, err.text, want));
    cr_expect(not(node_read("/tmp", &arena, &root, &err)));
    cr_expect(eq(str, err.text, "/tmp: Is a directory"));
    cr_expect(eq(int, err.kind, ERROR_INPUT));
}

Test(node, an_endless_file_is_refused)
{
    struct node root;
    struct error err = {0};
    cr_expect(not(node_read("/dev/zero", &arena, &root, &err)));
    cr_expect(eq(str, err.text, "/dev/zero: larger than 16 MiB"));
}

static const char scenario[] = "seed: 1\n"
                               "pools:\n"
                               "  - {name: own, gpus: 1024}\n"
                               "  - {name: '1', gpus: 8}\n"
                               "  - {gpus: 16}\n"
                               "demand:\n"
                               "  - {model: poisson, rate: 5 /d}\n"
                               "dispatch:\n";

static const struct node *value_at(const struct node *root, const char *path)
{
    char steps[100];
    snprintf(steps, sizeof steps, "%s", path);
    for (char *step = strtok(steps, "."); root && step; step = strtok(NULL, "."))
        root =
            root->kind == NODE_LIST ? &root->items[atoi(step)] : node_get(root, step);
    return root;
}

Test(node, set_puts_a_value_into_the_tree)
{
    static const struct {
        const char *assignment, *path, *text;
    } cases[] = {
        {"seed=17", "seed", "17"},
        {"name=long name", "name", "long name"},
        {"pools.own.gpus=512", "pools.0.gpus", "512"},
        {"pools.0.gpus=513", "pools.0.gpus", "513"},
        {"pools.2.gpus=17", "pools.2.gpus", "17"},
        {"pools.1.gpus=9", "pools.1.gpus", "9"}, /* the name goes before the index */
        {"pools.own.price=2.49 USD/GPU-h", "pools.0.price", "2.49 USD/GPU-h"},
        {"demand.poisson.rate=7 /d", "demand.0.rate", "7 /d"},
        {"dispatch.order=sjf", "dispatch.order", "sjf"},
        {"dispatch.wait.policy=none", "dispatch.wait.policy", "none"},
        {"new.deep.key=a=b", "new.deep.key", "a=b"},
        {"seed=", "seed", ""},
        {"seed='x: y'", "seed", "x: y"},
        {"pools.own.list=[3, 4]", "pools.0.list.1", "4"},
        {"pools.own.map={a: 5}", "pools.0.map.a", "5"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct node root = parse(scenario);
        struct error err = {0};
        cr_expect(node_set(&root, cases[i].assignment, &arena, &err), "%s", err.text);
        const struct node *value = value_at(&root, cases[i].path);
        cr_assert(value != NULL, "%s", cases[i].assignment);
        cr_expect(eq(str, (char *)value->text, (char *)cases[i].text));
    }
}

Test(node, what_is_set_says_so_where_its_place_is_wanted)
{
    struct node root = parse(scenario);
    struct error err = {0};
    cr_expect(node_set(&root, "pools.own.list=[3, {a: b}]", &arena, &err), "%s",
              err.text);
    const struct node *inner = value_at(&root, "pools.0.list.1.a");
    error_at(&err, inner->place, "odd");
    cr_expect(eq(str, err.text, "--set pools.own.list: odd"));
    const struct node *list = value_at(&root, "pools.0.list");
    error_at(&err, list->items[1].keys[0].place, "odd");
    cr_expect(eq(str, err.text, "--set pools.own.list: odd"));
}

Test(node, a_wrong_set_changes_nothing_and_says_why)
{
    static const struct {
        const char *assignment, *message;
    } cases[] = {
        {"seed", "--set: 'seed' is not of the form path=value, as in "
                 "'pools.own.gpus=512'"},
        {"=5", "--set: '=5' is not of the form path=value, as in 'pools.own.gpus=512'"},
        {"", "--set: '' is not of the form path=value, as in 'pools.own.gpus=512'"},
        {"seed.x=5", "--set seed.x: '1' is a value, it has no 'x'"},
        {"pools.gone.gpus=5",
         "--set pools.gone.gpus: the list of 3 has no element with this index or name: "
         "'gone'; there are own, 1"},
        {"pools.3.gpus=5", "--set pools.3.gpus: the list of 3 has no element with this "
                           "index or name: '3'; there are own, 1"},
        {"pools.99999999999999999999.gpus=5",
         "--set pools.99999999999999999999.gpus: "
         "the list of 3 has no element with this "
         "index or name: '99999999999999999999'; there are own, 1"},
        {"pools.-1.gpus=5",
         "--set pools.-1.gpus: the list of 3 has no element with this index or name: "
         "'-1'; there are own, 1"},
        {"pools..gpus=5", "--set pools..gpus: the path has an empty step"},
        {".seed=5", "--set .seed: the path has an empty step"},
        {"seed.=5", "--set seed.: the path has an empty step"},
        {"seed=[1", "--set seed: not valid YAML: while parsing a flow sequence, did "
                    "not find expected ',' or ']'"},
        {"a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x.y.z.1.2.3.4.5.6.7=1",
         "--set: 'a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t....' has more than 32 steps"},
        {"seed.\xe7=5", "--set: the path 'seed.?' is not valid UTF-8"},
        {"seed=*x", "--set seed: not valid YAML: found undefined alias"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct node root = parse(scenario);
        struct error err = {0};
        cr_expect(not(node_set(&root, cases[i].assignment, &arena, &err)), "%s",
                  cases[i].assignment);
        cr_expect(eq(str, err.text, (char *)cases[i].message));
        cr_expect(eq(sz, root.n, 4));
        cr_expect(eq(str, (char *)node_get(&root, "seed")->text, "1"));
    }
}

/* Every prefix of a document, and every byte of it replaced: no crash, and an error
 * always comes with a sentence. */
Test(node, damaged_documents_end_in_a_sentence)
{
    char text[sizeof scenario];
    for (size_t i = 0; i < sizeof scenario - 1; i++) {
        for (int byte = 0; byte < 256; byte += 3) {
            memcpy(text, scenario, sizeof text);
            text[i] = (char)byte;
            struct node root;
            struct error err = {0};
            size_t length = byte == 0 ? i : sizeof scenario - 1;
            bool ok = node_parse("own.yaml", text, length, &arena, &root, &err);
            cr_assert(ok || strncmp(err.text, "own.yaml:", 9) == 0, "'%s'", err.text);
        }
        arena_free(&arena);
    }
}

Test(node, a_path_has_one_form)
{
    static const struct {
        const char *path, *want;
    } cases[] = {
        {"seed", "seed"},
        {"pools.own.gpus", "pools.0.gpus"},
        {"pools.0.gpus", "pools.0.gpus"},
        {"pools.1", "pools.1"}, /* by name */
        {"pools.own.new.deeper", "pools.0.new.deeper"},
        {"nothing.like.that", "nothing.like.that"},
    };
    struct node root = parse(scenario);
    struct error err = {0};
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *path = node_path(&root, cases[i].path, &arena, &err);
        cr_assert(path != NULL, "%s", err.text);
        cr_expect(eq(str, (char *)path, (char *)cases[i].want));
    }
    static const char *const wrong[][2] = {
        {"", "'' is not a path, such as 'pools.own.gpus'"},
        {"pools..gpus", "'pools..gpus' is not a path, such as 'pools.own.gpus'"},
        {"seed.", "'seed.' is not a path, such as 'pools.own.gpus'"},
        {"seed=2", "'seed=2' is not a path, such as 'pools.own.gpus'"},
        {"seed.x", "'1' is a value, it has no 'x'"},
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        const char *path = node_path(&root, wrong[i][0], &arena, &err);
        cr_expect(path == NULL, "%s", wrong[i][0]);
        cr_expect(eq(str, err.text, (char *)wrong[i][1]));
    }
    const char *none = node_path(&root, "pools.rented.gpus", &arena, &err);
    cr_expect(none == NULL);
    cr_expect(strncmp(err.text, "the list of 3 has no element", 28) == 0, "%s",
              err.text);
}

static bool same_tree(const struct node *a, const struct node *b)
{
    if (a->kind != b->kind || a->n != b->n || node_is_null(a) != node_is_null(b))
        return false;
    if (a->kind == NODE_SCALAR)
        return node_is_null(a) || strcmp(a->text, b->text) == 0;
    for (size_t i = 0; i < a->n; i++)
        if (!same_tree(&a->items[i], &b->items[i]) ||
            (a->kind == NODE_MAP && strcmp(a->keys[i].text, b->keys[i].text) != 0))
            return false;
    return true;
}

Test(node, what_is_written_reads_back_as_the_same_tree)
{
    static const struct {
        const char *text, *want; /* NULL: not told */
    } cases[] = {
        {"64", "64"},
        {"2.385 USD/GPU-h", "2.385 USD/GPU-h"},
        {"-4", "\"-4\""},
        {"~", "null"},
        {"\"~\"", "\"~\""},
        {"'null'", "\"null\""},
        {"[]", "[]"},
        {"{}", "{}"},
        {"- 1y 6mo\n- a, b\n-\n  x: [1, {y: null}]\n",
         "[1y 6mo, \"a, b\", {x: [1, {y: null}]}]"},
        {"{policy: threshold, short_below: 2h}",
         "{policy: threshold, short_below: 2h}"},
        {"{'a: b': '#c', \"d\\\\\": \"e\\\"f\"}", NULL},
        {"\"a\\nb\\x85c\\u2028d\\uFEFFe\\x7f\\t\"", NULL},
        {"\" two  blanks \"", NULL},
        {"|\n  line\n  line\n", NULL},
        {"?", "{\"\": null}"},
        {"'%x'", NULL},
        {"a - b", NULL},
        {"'- b'", NULL},
        {"'? b'", NULL},
        {"{? 'a' : 1, 'null': 2}", NULL},
        {"'---'", NULL},
        {"'...'", NULL},
        {"\"\\u00e9\\u4e2d\"", NULL},
        {scenario, NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct node node = parse(cases[i].text);
        const char *text = node_write(&node, &arena);
        struct node back;
        struct error err;
        bool ok = node_parse("back", text, strlen(text), &arena, &back, &err);
        cr_assert(ok, "case %zu: %s: %s", i, text, err.text);
        cr_expect(same_tree(&node, &back), "case %zu: %s", i, text);
        if (cases[i].want)
            cr_expect(eq(str, (char *)text, (char *)cases[i].want));
    }
}
