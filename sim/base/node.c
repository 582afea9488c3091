#include "base/node.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/names.h"
#include "base/utf8.h"

#define BYTES_MAX ((size_t)16 << 20)
#define DEPTH_MAX 32

struct build {
    const char *name; /* of the file; lives in the arena */
    yaml_document_t *document;
    bool *reached; /* by node number, from 1 */
    struct arena *arena;
    int depth;
};

static struct place place_of(const char *name, yaml_mark_t mark)
{
    return (struct place){name, (int64_t)mark.line + 1, (int64_t)mark.column + 1};
}

bool node_is_null(const struct node *node)
{
    return node->kind == NODE_SCALAR && !node->quoted &&
           (strcmp(node->text, "") == 0 || strcmp(node->text, "~") == 0 ||
            strcmp(node->text, "null") == 0);
}

const struct node *node_get(const struct node *map, const char *key)
{
    if (map->kind != NODE_MAP)
        return NULL;
    for (size_t i = 0; i < map->n; i++)
        if (strcmp(map->keys[i].text, key) == 0)
            return &map->items[i];
    return NULL;
}

static bool is_default_tag(const yaml_node_t *from)
{
    const char *tag = (const char *)from->tag;
    switch (from->type) {
    case YAML_SCALAR_NODE: return strcmp(tag, YAML_STR_TAG) == 0;
    case YAML_SEQUENCE_NODE: return strcmp(tag, YAML_SEQ_TAG) == 0;
    case YAML_MAPPING_NODE: return strcmp(tag, YAML_MAP_TAG) == 0;
    default: return false;
    }
}

static bool build_node(struct build *build, int number, struct place parent,
                       struct node *to, struct error *err);

static bool build_scalar(struct build *build, const yaml_node_t *from, struct node *to,
                         struct error *err)
{
    const char *text = (const char *)from->data.scalar.value;
    size_t length = from->data.scalar.length;
    if (memchr(text, '\0', length))
        return error_at(err, to->place, "the text contains a NUL byte");
    to->kind = NODE_SCALAR;
    to->quoted = from->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    to->text = arena_strndup(build->arena, text, length);
    return true;
}

static bool build_list(struct build *build, const yaml_node_t *from, struct node *to,
                       struct error *err)
{
    const yaml_node_item_t *first = from->data.sequence.items.start;
    to->kind = NODE_LIST;
    to->n = (size_t)(from->data.sequence.items.top - first);
    to->items = ARENA_ARRAY(build->arena, to->n, struct node);
    for (size_t i = 0; i < to->n; i++)
        if (!build_node(build, first[i], to->place, &to->items[i], err))
            return false;
    return true;
}

static bool build_map(struct build *build, const yaml_node_t *from, struct node *to,
                      struct error *err)
{
    const yaml_node_pair_t *pairs = from->data.mapping.pairs.start;
    to->kind = NODE_MAP;
    to->n = (size_t)(from->data.mapping.pairs.top - pairs);
    to->keys = ARENA_ARRAY(build->arena, to->n, struct node);
    to->items = ARENA_ARRAY(build->arena, to->n, struct node);

    struct names seen = {.arena = build->arena};
    for (size_t i = 0; i < to->n; i++) {
        struct node *key = &to->keys[i];
        if (!build_node(build, pairs[i].key, to->place, key, err))
            return false;
        if (key->kind != NODE_SCALAR)
            return error_at(err, key->place,
                            "a key must be a word, not a list or a map");
        uint32_t id = names_add(&seen, key->text, strlen(key->text));
        if (id < i)
            return error_at(err, key->place,
                            "duplicate key '%s', first given at line %lld", key->text,
                            (long long)to->keys[id].place.line);
        if (!build_node(build, pairs[i].value, key->place, &to->items[i], err))
            return false;
    }
    return true;
}

/* An alias leaves no trace in libyaml's document but a node with two parents; `parent`
 * is the nearest place of the second. */
static bool build_node(struct build *build, int number, struct place parent,
                       struct node *to, struct error *err)
{
    const yaml_node_t *from = yaml_document_get_node(build->document, number);
    assert(from);
    if (build->reached[number])
        return error_at(err, parent, "an alias ('*') stands here; write its value out");
    build->reached[number] = true;
    to->place = place_of(build->name, from->start_mark);
    if (build->depth == DEPTH_MAX)
        return error_at(err, to->place, "nested deeper than %d", DEPTH_MAX);
    if (!is_default_tag(from))
        return error_at(err, to->place, "a tag ('%s') is not allowed",
                        (const char *)from->tag);

    build->depth++;
    bool ok = false;
    switch (from->type) {
    case YAML_SCALAR_NODE: ok = build_scalar(build, from, to, err); break;
    case YAML_SEQUENCE_NODE: ok = build_list(build, from, to, err); break;
    case YAML_MAPPING_NODE: ok = build_map(build, from, to, err); break;
    case YAML_NO_NODE: break;
    }
    build->depth--;
    return ok;
}

static bool build_tree(yaml_document_t *document, const char *name, struct arena *arena,
                       struct node *root, struct error *err)
{
    if (!yaml_document_get_root_node(document))
        return error_at(err, (struct place){.file = name}, "the file is empty");

    size_t nodes = (size_t)(document->nodes.top - document->nodes.start);
    struct build build = {.name = name, .document = document, .arena = arena};
    build.reached = calloc(nodes + 1, sizeof *build.reached);
    if (!build.reached)
        out_of_memory();
    *root = (struct node){0};
    bool ok = build_node(&build, 1, (struct place){.file = name}, root, err);
    free(build.reached);
    return ok;
}

/* Reader errors (invalid UTF-8, control characters) come with an offset only. */
static struct place place_at_offset(const char *name, const char *text, size_t length,
                                    size_t offset)
{
    struct place place = {name, 1, 1};
    for (size_t i = 0; i < offset && i < length; i++) {
        bool continues = ((unsigned char)text[i] & 0xc0) == 0x80;
        if (text[i] == '\n') {
            place.line++;
            place.column = 1;
        } else if (!continues) {
            place.column++;
        }
    }
    return place;
}

static bool refuse(const yaml_parser_t *parser, const char *name, const char *text,
                   size_t length, struct error *err)
{
    if (parser->error == YAML_MEMORY_ERROR)
        out_of_memory();
    const char *problem = parser->problem ? parser->problem : "cannot be read";
    if (parser->error == YAML_READER_ERROR)
        return error_at(err,
                        place_at_offset(name, text, length, parser->problem_offset),
                        "not YAML text: %s", problem);
    struct place place = place_of(name, parser->problem_mark);
    const char *context = parser->context ? parser->context : "";
    return error_at(err, place, "not valid YAML: %s%s%s", context, *context ? ", " : "",
                    problem);
}

/* True when nothing follows the first document. */
static bool check_end(yaml_parser_t *parser, const char *name, const char *text,
                      size_t length, struct error *err)
{
    yaml_document_t second;
    if (!yaml_parser_load(parser, &second))
        return refuse(parser, name, text, length, err);
    const yaml_node_t *root = yaml_document_get_root_node(&second);
    bool ok = !root || error_at(err, place_of(name, root->start_mark),
                                "a second document begins here; one is allowed");
    yaml_document_delete(&second);
    return ok;
}

static bool load(yaml_parser_t *parser, const char *name, const char *text,
                 size_t length, struct arena *arena, struct node *root,
                 struct error *err)
{
    yaml_document_t document;
    if (!yaml_parser_load(parser, &document))
        return refuse(parser, name, text, length, err);
    bool ok = build_tree(&document, name, arena, root, err) &&
              check_end(parser, name, text, length, err);
    yaml_document_delete(&document);
    return ok;
}

bool node_parse(const char *name, const char *text, size_t length, struct arena *arena,
                struct node *root, struct error *err)
{
    name = arena_strdup(arena, name);
    if (length > BYTES_MAX)
        return error_at(err, (struct place){.file = name}, "larger than 16 MiB");
    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
        length -= 3;
    }
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        out_of_memory();
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    bool ok = load(&parser, name, text, length, arena, root, err);
    yaml_parser_delete(&parser);
    return ok;
}

/* All of a file of up to BYTES_MAX + 1 bytes, malloced; NULL on failure. */
static char *read_all(const char *path, FILE *file, size_t *length, struct error *err)
{
    size_t room = 4096, n = 0;
    char *text = NULL;
    for (;;) {
        char *larger = realloc(text, room);
        if (!larger)
            out_of_memory();
        text = larger;
        errno = 0;
        n += fread(text + n, 1, room - n, file);
        if (n < room || n > BYTES_MAX)
            break;
        room *= 2;
    }
    if (ferror(file)) {
        free(text);
        error_errno(err, path);
        return NULL;
    }
    *length = n;
    return text;
}

bool node_read(const char *path, struct arena *arena, struct node *root,
               struct error *err)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return error_errno(err, path);
    size_t length;
    char *text = read_all(path, file, &length, err);
    fclose(file);
    bool ok = text && node_parse(path, text, length, arena, root, err);
    free(text);
    return ok;
}

struct node node_copy(const struct node *node, struct arena *arena)
{
    struct node copy = *node;
    if (node->n == 0)
        return copy;
    copy.items = ARENA_ARRAY(arena, node->n, struct node);
    for (size_t i = 0; i < node->n; i++)
        copy.items[i] = node_copy(&node->items[i], arena);
    if (node->kind == NODE_MAP)
        copy.keys = arena_grow(arena, node->keys, node->n, node->n, sizeof *node->keys);
    return copy;
}

/* A step of --set: `text` up to `length`. */
struct step {
    const char *text;
    size_t length;
};

static bool step_is(struct step step, const char *text)
{
    return strncmp(step.text, text, step.length) == 0 && text[step.length] == '\0';
}

static bool is_called(const struct node *item, struct step step)
{
    static const char *const keys[] = {"name", "model"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const struct node *value = node_get(item, keys[i]);
        if (value && value->kind == NODE_SCALAR && step_is(step, value->text))
            return true;
    }
    return false;
}

/* The index of a list's element; the list's length where there is none. */
static size_t find_item(const struct node *list, struct step step)
{
    for (size_t i = 0; i < list->n; i++)
        if (is_called(&list->items[i], step))
            return i;

    size_t index = 0;
    for (size_t i = 0; i < step.length; i++) {
        if (step.text[i] < '0' || step.text[i] > '9' || index >= list->n)
            return list->n;
        index = 10 * index + (size_t)(step.text[i] - '0');
    }
    return index < list->n ? index : list->n;
}

/* The index of a map's value; the map's length where there is none. */
static size_t find_value(const struct node *map, struct step step)
{
    size_t i = 0;
    while (i < map->n && !step_is(step, map->keys[i].text))
        i++;
    return i;
}

static struct node *add_value(struct node *map, struct step step, struct arena *arena,
                              const char *origin)
{
    size_t n = map->n;
    map->keys = arena_grow(arena, map->keys, n, n + 1, sizeof *map->keys);
    map->items = arena_grow(arena, map->items, n, n + 1, sizeof *map->items);
    map->n++;
    map->keys[n] = (struct node){
        .kind = NODE_SCALAR,
        .text = arena_strndup(arena, step.text, step.length),
        .place = {.file = origin},
    };
    map->items[n] = (struct node){
        .kind = NODE_SCALAR,
        .text = "",
        .place = {.file = origin},
    };
    return &map->items[n];
}

/* "; there are own, leased": the names of a list's elements, "" where they have none.
 */
static const char *names_in(const struct node *list, struct arena *arena)
{
    const char *text = "";
    for (size_t i = 0; i < list->n && strlen(text) < 200; i++) {
        const struct node *name = node_get(&list->items[i], "name");
        if (name && name->kind == NODE_SCALAR)
            text = arena_printf(arena, "%s%s%s", text, *text ? ", " : "; there are ",
                                name->text);
    }
    return text;
}

static bool refuse_item(const struct node *list, struct step step, struct arena *arena,
                        struct place place, struct error *err)
{
    return error_at(err, place,
                    "the list of %zu has no element with this index or name: '%.*s'%s",
                    list->n, (int)step.length, step.text, names_in(list, arena));
}

static bool refuse_step(const struct node *value, struct step step, struct place place,
                        struct error *err)
{
    return error_at(err, place, "'%s' is a value, it has no '%.*s'", value->text,
                    (int)step.length, step.text);
}

/* The node one step below, made where a map lacks it; NULL with the error set. */
static struct node *descend(struct node *node, struct step step, struct arena *arena,
                            const char *origin, struct error *err)
{
    struct place place = {.file = origin};
    if (node_is_null(node))
        *node = (struct node){.kind = NODE_MAP, .place = place};
    if (node->kind == NODE_SCALAR) {
        refuse_step(node, step, place, err);
        return NULL;
    }
    if (node->kind == NODE_MAP) {
        size_t at = find_value(node, step);
        return at < node->n ? &node->items[at] : add_value(node, step, arena, origin);
    }
    size_t at = find_item(node, step);
    if (at < node->n)
        return &node->items[at];
    refuse_item(node, step, arena, place, err);
    return NULL;
}

/* What was set has no line in a file. */
static void set_origin(struct node *node, const char *origin)
{
    node->place = (struct place){.file = origin};
    for (size_t i = 0; i < node->n; i++) {
        set_origin(&node->items[i], origin);
        if (node->kind == NODE_MAP)
            set_origin(&node->keys[i], origin);
    }
}

/* The value of --set, without lines and columns, which nobody could look up. */
static bool parse_value(const char *origin, const char *text, struct arena *arena,
                        struct node *value, struct error *err)
{
    *value = (struct node){.kind = NODE_SCALAR, .text = ""};
    struct error inner;
    if (*text && !node_parse(origin, text, strlen(text), arena, value, &inner)) {
        size_t skip = strlen(origin);
        const char *sentence =
            skip < strlen(inner.text) ? strstr(inner.text + skip, ": ") : NULL;
        return error_at(err, (struct place){.file = origin}, "%s",
                        sentence ? sentence + 2 : inner.text);
    }
    set_origin(value, origin);
    return true;
}

static size_t n_steps(const char *path, size_t length)
{
    size_t n = 1;
    for (size_t i = 0; i < length; i++)
        n += path[i] == '.';
    return n;
}

bool node_set(struct node *root, const char *assignment, struct arena *arena,
              struct error *err)
{
    size_t length = strcspn(assignment, "=");
    if (length == 0 || assignment[length] == '\0')
        return error_at(
            err, (struct place){.file = "--set"},
            "'%s' is not of the form path=value, as in 'pools.own.gpus=512'",
            assignment);
    const char *origin = arena_printf(arena, "--set %.*s", (int)length, assignment);
    const char *text = assignment + length + 1;

    struct node value;
    struct error ignored;
    if (!utf8_check(assignment, length, (struct place){0}, &ignored))
        return error_at(err, (struct place){.file = "--set"},
                        "the path '%.*s' is not valid UTF-8", (int)length, assignment);
    if (!parse_value(origin, text, arena, &value, err))
        return false;
    if (n_steps(assignment, length) > DEPTH_MAX)
        return error_at(err, (struct place){.file = "--set"},
                        "'%.40s...' has more than %d steps", assignment, DEPTH_MAX);

    struct node *node = root;
    for (const char *at = assignment, *end = assignment + length; at <= end;) {
        struct step step = {at, strcspn(at, ".=")};
        if (step.length == 0)
            return error_at(err, (struct place){.file = origin},
                            "the path has an empty step");
        node = descend(node, step, arena, origin, err);
        if (!node)
            return false;
        at += step.length + 1;
    }
    *node = value;
    return true;
}

const char *node_path(const struct node *root, const char *path, struct arena *arena,
                      struct error *err)
{
    const struct place nowhere = {0};
    const struct node *node = root; /* NULL: what follows is yet to be made */
    const char *text = "";
    for (const char *at = path;; at++) {
        struct step step = {at, strcspn(at, ".")};
        size_t next = SIZE_MAX;
        if (step.length == 0 || memchr(at, '=', step.length)) {
            error_set(err, "'%s' is not a path, such as 'pools.own.gpus'", path);
            return NULL;
        }
        if (node && node->kind == NODE_MAP)
            next = find_value(node, step);
        if (node && node->kind == NODE_LIST)
            next = find_item(node, step);
        if (node && node->kind == NODE_LIST && next == node->n) {
            refuse_item(node, step, arena, nowhere, err);
            return NULL;
        }
        if (node && node->kind == NODE_SCALAR && !node_is_null(node)) {
            refuse_step(node, step, nowhere, err);
            return NULL;
        }
        bool in_list = node && node->kind == NODE_LIST;
        const char *dot = *text ? "." : "";
        text = in_list
                   ? arena_printf(arena, "%s%s%zu", text, dot, next)
                   : arena_printf(arena, "%s%s%.*s", text, dot, (int)step.length, at);
        node = node && next < node->n ? &node->items[next] : NULL;
        at += step.length;
        if (*at == '\0')
            return text;
    }
}
