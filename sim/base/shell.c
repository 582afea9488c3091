#include "base/shell.h"

#include <string.h>

static bool is_plain(const char *text)
{
    size_t plain = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                "0123456789%+,-./:=@_");
    return plain > 0 && text[plain] == '\0';
}

const char *shell_word(struct arena *arena, const char *text)
{
    static const char quoted_quote[] = "'\\''";
    if (is_plain(text))
        return arena_strdup(arena, text);
    size_t quotes = 0;
    for (const char *s = text; *s; s++)
        quotes += *s == '\'';
    char *word = arena_alloc(arena, strlen(text) + 3 * quotes + 3), *to = word;
    *to++ = '\'';
    for (const char *s = text; *s; s++) {
        if (*s != '\'') {
            *to++ = *s;
            continue;
        }
        memcpy(to, quoted_quote, sizeof quoted_quote - 1);
        to += sizeof quoted_quote - 1;
    }
    *to++ = '\'';
    return word;
}

const char *shell_words(struct arena *arena, const char *const text[], size_t n)
{
    const char *line = "";
    for (size_t i = 0; i < n; i++)
        line = arena_printf(arena, "%s%s%s", line, i > 0 ? " " : "",
                            shell_word(arena, text[i]));
    return line;
}

bool shell_check(const char *what, const char *text, struct error *err)
{
    for (const char *s = text; *s; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7f)
            return error_kind_set(
                err, ERROR_USAGE,
                "%s: '%s' has %s, which no command of a script "
                "should hold",
                what, text, *s == '\n' ? "the end of a line" : "a control character");
    return true;
}
