#include "output/prose.h"

#include <stdarg.h>
#include <string.h>

static int columns_of(const char *text, size_t length)
{
    int columns = 0;
    for (size_t i = 0; i < length; i++)
        columns += ((unsigned char)text[i] & 0xC0) != 0x80;
    return columns;
}

int prose_columns(const char *text)
{
    return columns_of(text, strlen(text));
}

/* Bytes of the first `n` characters. */
static size_t bytes_of(const char *text, int n)
{
    size_t length = 0;
    for (; n > 0 && text[length]; n--)
        do
            length++;
        while (((unsigned char)text[length] & 0xC0) == 0x80);
    return length;
}

void prose_cut(const char *text, int most, FILE *out)
{
    if (prose_columns(text) <= most)
        fputs(text, out);
    else
        fprintf(out, "%.*s~", (int)bytes_of(text, most - 1), text);
}

/* All but the last `tail` columns of what there is room for come from the beginning. */
static void print_ends(const char *text, int width, int tail, FILE *out)
{
    int columns = prose_columns(text), most = width - 1;
    if (columns <= most) {
        fprintf(out, "%s%*s", text, width - columns, "");
        return;
    }
    fprintf(out, "%.*s~%s ", (int)bytes_of(text, most - 1 - tail), text,
            text + bytes_of(text, columns - tail));
}

void prose_name(const char *name, int width, FILE *out)
{
    print_ends(name, width, (width - 1) / 2, out);
}

void prose_tail(const char *name, int width, FILE *out)
{
    print_ends(name, width, width - 2, out);
}

void prose_print(const char *text, int indent, FILE *out)
{
    int column = 0;
    while (*text) {
        size_t length = strcspn(text, " ");
        if (strncmp(text + length, " %", 2) == 0) /* "4.7 %" stays together */
            length += 1 + strcspn(text + length + 1, " ");
        int width = columns_of(text, length);
        if (column > 0 && column + 1 + width > PROSE_WIDTH) {
            fprintf(out, "\n%*s", indent, "");
            column = indent;
        } else if (column > 0) {
            fputc(' ', out);
            column++;
        }
        fprintf(out, "%.*s", (int)length, text);
        column += width;
        text += length + (text[length] == ' ');
    }
    fputc('\n', out);
}

void paragraph_say(struct paragraph *paragraph, const char *fmt, ...)
{
    size_t room = sizeof paragraph->text - paragraph->used;
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(paragraph->text + paragraph->used, room, fmt, args);
    va_end(args);
    if (n > 0)
        paragraph->used += (size_t)n < room ? (size_t)n : room - 1;
}

void paragraph_print(const struct paragraph *paragraph, int indent, FILE *out)
{
    prose_print(paragraph->text, indent, out);
}

void prose_say(const struct prose_to *to, const struct paragraph *paragraph, int indent)
{
    if (to->out)
        paragraph_print(paragraph, indent, to->out);
    else
        to->take(to->self, paragraph->text);
}

void prose_gap(const struct prose_to *to)
{
    if (to->out)
        putc('\n', to->out);
}
