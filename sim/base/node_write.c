/* A tree as one line of YAML, in flow style. */

#include <stdio.h>
#include <string.h>

#include "base/node.h"

struct writer {
    struct arena *arena;
    char *text;
    size_t n, room;
};

static void put(struct writer *out, const char *text, size_t length)
{
    if (out->n + length + 1 > out->room) {
        size_t room = 2 * (out->n + length + 1);
        out->text = arena_grow(out->arena, out->text, out->n, room, 1);
        out->room = room;
    }
    memcpy(out->text + out->n, text, length);
    out->n += length;
    out->text[out->n] = '\0';
}

static void put_text(struct writer *out, const char *text)
{
    put(out, text, strlen(text));
}

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("_./+%$^()-", c));
}

/* Words of letters, digits and a few signs, single blanks between them, need no
 * quotes. */
static bool is_plain(const char *text)
{
    bool first = true;
    for (const char *at = text; *at; at++) {
        bool blank = *at == ' ' && !first && is_word_byte(at[1]);
        if (!blank && !is_word_byte(*at))
            return false;
        if (first && !blank && (*at == '-' || *at == '.' || *at == '%'))
            return false;
        first = false;
    }
    return !first;
}

/* How many bytes at `at` YAML would not take as they are, and their code point: control
 * characters, line ends of Unicode, the byte order mark. */
static size_t special(const char *at, unsigned *code)
{
    const unsigned char *byte = (const unsigned char *)at;
    *code = byte[0];
    if (byte[0] < 0x20 || byte[0] == 0x7f)
        return 1;
    if (byte[0] == 0xc2 && byte[1] < 0xa0) {
        *code = byte[1];
        return 2;
    }
    if (byte[0] == 0xe2 && byte[1] == 0x80 && (byte[2] == 0xa8 || byte[2] == 0xa9)) {
        *code = 0x1f80u + byte[2];
        return 3;
    }
    if (byte[0] == 0xef && byte[1] == 0xbb && byte[2] == 0xbf) {
        *code = 0xfeff;
        return 3;
    }
    return 0;
}

static void put_quoted(struct writer *out, const char *text)
{
    put_text(out, "\"");
    for (const char *at = text; *at;) {
        char escape[8];
        unsigned code;
        size_t length = special(at, &code);
        if (length > 0) {
            snprintf(escape, sizeof escape, "\\u%04X", code & 0xffffu);
            put_text(out, escape);
            at += length;
            continue;
        }
        if (*at == '"' || *at == '\\')
            put_text(out, "\\");
        put(out, at++, 1);
    }
    put_text(out, "\"");
}

static void put_word(struct writer *out, const char *text)
{
    if (is_plain(text) && strcmp(text, "null") != 0)
        put_text(out, text);
    else
        put_quoted(out, text);
}

static void put_node(struct writer *out, const struct node *node)
{
    if (node->kind == NODE_SCALAR) {
        if (node_is_null(node))
            put_text(out, "null");
        else
            put_word(out, node->text);
        return;
    }
    bool map = node->kind == NODE_MAP;
    put_text(out, map ? "{" : "[");
    for (size_t i = 0; i < node->n; i++) {
        if (i > 0)
            put_text(out, ", ");
        if (map) {
            put_word(out, node->keys[i].text);
            put_text(out, ": ");
        }
        put_node(out, &node->items[i]);
    }
    put_text(out, map ? "}" : "]");
}

const char *node_write(const struct node *node, struct arena *arena)
{
    struct writer out = {.arena = arena};
    put_node(&out, node);
    return out.text;
}
