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

void prose_tail(const char *name, int width, FILE *out)
{
    int columns = prose_columns(name);
    if (columns < width) {
        prose_name(name, width, out);
        return;
    }
    for (int cut = columns - (width - 2); cut > 0; cut--)
        do
            name++;
        while (((unsigned char)*name & 0xC0) == 0x80);
    fprintf(out, "~%s ", name);
}

void prose_cut(const char *name, int most, FILE *out)
{
    if (prose_columns(name) <= most) {
        fputs(name, out);
        return;
    }
    size_t length = 0;
    for (int i = 0; i < most - 1; i++)
        do
            length++;
        while (((unsigned char)name[length] & 0xC0) == 0x80);
    fprintf(out, "%.*s~", (int)length, name);
}

void prose_name(const char *name, int width, FILE *out)
{
    int columns = prose_columns(name);
    prose_cut(name, width - 1, out);
    fprintf(out, "%*s", columns < width ? width - columns : 1, "");
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
