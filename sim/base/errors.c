#include "base/errors.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

#define TEXT_ROOM sizeof((struct error *)0)->text

static bool is_control(const unsigned char *byte)
{
    bool c0 = byte[0] < 0x20 || byte[0] == 0x7f;
    bool c1 = byte[0] == 0xc2 && byte[1] >= 0x80 && byte[1] <= 0x9f;
    return c0 || c1;
}

/* Text from a hostile file must not steer the reader's terminal. */
static void disarm(char *text)
{
    for (unsigned char *byte = (unsigned char *)text; *byte; byte++) {
        if (!is_control(byte))
            continue;
        if (byte[0] == 0xc2)
            *byte++ = '?';
        *byte = '?';
    }
}

/* Ends a text that did not fit in "...", without leaving half of a UTF-8 character. */
static void shorten(char text[TEXT_ROOM])
{
    size_t end = TEXT_ROOM - sizeof "...";
    while (end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80)
        end--;
    memcpy(text + end, "...", sizeof "...");
}

/* Formats beside the error first, since its old text may be among the arguments. */
static void write_text(struct error *err, const char *prefix, const char *fmt,
                       va_list args)
{
    char text[TEXT_ROOM];
    int used = snprintf(text, sizeof text, "%s", prefix);
    assert(used >= 0);

    bool fits = (size_t)used < sizeof text;
    if (fits) {
        size_t room = sizeof text - (size_t)used;
        int more = vsnprintf(text + used, room, fmt, args);
        assert(more >= 0);
        fits = (size_t)more < room;
    }
    if (!fits)
        shorten(text);
    utf8_mend(text);
    disarm(text);
    memcpy(err->text, text, strlen(text) + 1);
}

bool error_set(struct error *err, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    write_text(err, "", fmt, args);
    va_end(args);
    err->kind = ERROR_INPUT;
    return false;
}

bool error_at(struct error *err, struct place place, const char *fmt, ...)
{
    char prefix[TEXT_ROOM];
    const char *file = place.file ? place.file : "";
    if (place.line > 0 && place.column > 0)
        snprintf(prefix, sizeof prefix, "%s:%lld:%lld: ", file, (long long)place.line,
                 (long long)place.column);
    else if (place.line > 0)
        snprintf(prefix, sizeof prefix, "%s:%lld: ", file, (long long)place.line);
    else
        snprintf(prefix, sizeof prefix, "%s%s", file, *file ? ": " : "");

    va_list args;
    va_start(args, fmt);
    write_text(err, prefix, fmt, args);
    va_end(args);
    err->kind = ERROR_INPUT;

    /* The place of an override is its path, which need not be said twice. */
    size_t n = strlen(prefix), set = sizeof "--set " - 1;
    if (strncmp(prefix, "--set ", set) == 0 && strlen(err->text) > n &&
        strncmp(err->text + n, prefix + set, n - set) == 0)
        memmove(err->text + n, err->text + n + n - set,
                strlen(err->text + n + n - set) + 1);
    return false;
}

bool error_kind_set(struct error *err, enum error_kind kind, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    write_text(err, "", fmt, args);
    va_end(args);
    err->kind = kind;
    return false;
}

bool error_errno(struct error *err, const char *path)
{
    int number = errno;
    bool names_no_file = number == ENOENT || number == ENOTDIR || number == EISDIR ||
                         number == ENAMETOOLONG || number == ELOOP;
    return error_kind_set(err, names_no_file ? ERROR_INPUT : ERROR_IO, "%s: %s", path,
                          strerror(number));
}

void out_of_memory(void)
{
    fputs("tenure: out of memory\n", stderr);
    exit(ERROR_IO);
}
