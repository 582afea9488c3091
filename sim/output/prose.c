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

void prose_name(const char *name, int width, FILE *out)
{
    int columns = prose_columns(name);
    if (columns < width) {
        fprintf(out, "%s%*s", name, width - columns, "");
        return;
    }
    size_t length = 0;
    for (int i = 0; i < width - 2; i++)
        do
            length++;
        while (((unsigned char)name[length] & 0xC0) == 0x80);
    fprintf(out, "%.*s~ ", (int)length, name);
}

void prose_print(const char *text, int indent, FILE *out)
{
    int column = 0;
    while (*text) {
        size_t length = strcspn(text, " ");
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
