#include "base/utf8.h"

#include <stdint.h>
#include <string.h>

/* Length of the well-formed UTF-8 sequence at `s` (RFC 3629), or 0. */
static size_t utf8_length(const uint8_t *s, size_t room)
{
    static const struct {
        uint8_t first_min, first_max, second_min, second_max, length;
    } forms[] = {
        {0x01, 0x7f, 0x00, 0xff, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2},
        {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
        {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4},
        {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (s[0] < forms[i].first_min || s[0] > forms[i].first_max)
            continue;
        size_t length = forms[i].length;
        if (length == 1)
            return 1;
        if (length > room || s[1] < forms[i].second_min || s[1] > forms[i].second_max)
            return 0;
        for (size_t k = 2; k < length; k++)
            if ((s[k] & 0xc0) != 0x80)
                return 0;
        return length;
    }
    return 0;
}

bool utf8_check(const char *text, size_t length, struct place place, struct error *err)
{
    const uint8_t *s = (const uint8_t *)text;
    if (memchr(text, '\0', length))
        return error_at(err, place, "a NUL byte; this is not a text file");
    for (size_t i = 0, n; i < length; i += n) {
        n = utf8_length(s + i, length - i);
        if (n == 0)
            return error_at(err, place,
                            "the byte 0x%02X is not valid UTF-8; save the file as "
                            "UTF-8",
                            s[i]);
    }
    return true;
}

void utf8_mend(char *text)
{
    uint8_t *s = (uint8_t *)text;
    for (size_t room = strlen(text), n; room > 0; s += n, room -= n) {
        n = utf8_length(s, room);
        if (n > 0)
            continue;
        *s = '?';
        n = 1;
    }
}

bool utf8_skip_mark(const char *text, size_t length, const char *path, size_t *skipped,
                    struct error *err)
{
    *skipped = length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    bool utf16 = length >= 2 &&
                 (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0);
    return !utf16 || error_at(err, (struct place){path, 1, 0},
                              "this is UTF-16; save the file as UTF-8");
}

bool utf8_is_plain_ascii(const char *text, size_t length)
{
    unsigned char high = 0, zero = 0;
    for (size_t i = 0; i < length; i++) {
        high |= (unsigned char)text[i];
        zero |= text[i] == '\0';
    }
    return high < 0x80 && !zero;
}
