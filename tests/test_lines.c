#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/lines.h"
#include "scratch.h"

struct seen {
    char text[256];
    int64_t last;
};

static bool take(void *self, const struct line *line, struct error *err)
{
    struct seen *seen = self;
    size_t used = strlen(seen->text);
    if (strcmp(line->text, "stop") == 0)
        return error_at(err, (struct place){line->path, line->number, 0}, "stopped");
    snprintf(seen->text + used, sizeof seen->text - used, "%lld=%.*s;",
             (long long)line->number, line->length > 20 ? 20 : (int)line->length,
             line->text);
    seen->last = line->number;
    return true;
}

static bool read_bytes(const void *text, size_t length, struct seen *seen,
                       char message[1100])
{
    struct scratch scratch = scratch_file("a.txt", text, length);
    struct error err = {0};
    char digest[SHA256_HEX];
    *seen = (struct seen){0};
    bool ok = lines_read(scratch.path, take, seen, digest, &err);
    snprintf(message, 1100, "%s", without_dir(&scratch, err.text));
    scratch_remove(&scratch);
    return ok;
}

Test(lines, are_numbered_from_one_whatever_ends_them)
{
    static const struct {
        const char *text, *seen;
    } cases[] = {
        {"", ""},
        {"a", "1=a;"},
        {"a\n", "1=a;"},
        {"a\r\n\nb", "1=a;2=;3=b;"},
        {"\xef\xbb\xbf\x61\n", "1=a;"},
        {"caf\xc3\xa9\n", "1=caf\xc3\xa9;"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct seen seen;
        char message[1100];
        bool ok = read_bytes(cases[i].text, strlen(cases[i].text), &seen, message);
        cr_expect(ok, "%s", message);
        cr_expect(eq(str, seen.text, (char *)cases[i].seen));
    }
}

Test(lines, what_is_no_text_is_refused_with_its_line)
{
    static const struct {
        const char *text;
        size_t length;
        const char *message;
    } cases[] = {
        {"a\nb\0c\n", 6, "a.txt:2: a NUL byte; this is not a text file"},
        {"a\n\xff\n", 4,
         "a.txt:2: the byte 0xFF is not valid UTF-8; save the file as UTF-8"},
        {"\xff\xfe\x61\0", 4, "a.txt:1: this is UTF-16; save the file as UTF-8"},
        {"a\nstop\nb\n", 9, "a.txt:2: stopped"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct seen seen;
        char message[1100];
        cr_expect(not(read_bytes(cases[i].text, cases[i].length, &seen, message)));
        cr_expect(eq(str, message, (char *)cases[i].message));
    }
}

Test(lines, of_more_than_a_mebibyte_are_refused)
{
    size_t length = LINES_MAX + 1;
    char *text = malloc(length + 2), message[1100];
    memset(text, 'x', length);
    memcpy(text, "ab\n", 3);
    text[length] = '\n';
    struct seen seen;
    cr_expect(read_bytes(text, length + 1, &seen, message), "%s", message);
    cr_expect(eq(i64, seen.last, 2));
    text[2] = 'c';
    cr_expect(not(read_bytes(text, length + 1, &seen, message)));
    cr_expect(eq(str, message, "a.txt:1: a line of over 1 MiB; is this a text file?"));
    free(text);
}

/* Longer than any buffer, so that lines fall across its seams. */
Test(lines, are_whole_across_the_seams_of_the_buffer)
{
    struct scratch scratch = scratch_new("long.txt");
    FILE *file = fopen(scratch.path, "wb");
    uint64_t state = 3;
    int64_t n = 60000;
    for (int64_t i = 1; i <= n; i++)
        fprintf(file, "%*lld\n", 1 + (int)(draw(&state) % 40), (long long)i);
    fclose(file);
    struct seen seen = {0};
    struct error err = {0};
    bool ok = lines_read(scratch.path, take, &seen, NULL, &err);
    cr_expect(ok, "%s", err.text);
    cr_expect(eq(i64, seen.last, n));
    scratch_remove(&scratch);
}
