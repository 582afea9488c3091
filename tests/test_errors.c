#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <string.h>

#include "base/errors.h"

Test(errors, a_message_is_formatted_and_the_result_is_false)
{
    struct error err = {0};
    cr_expect(not(error_set(&err, "gpus: %d is below %d", -4, 1)));
    cr_expect(eq(str, err.text, "gpus: -4 is below 1"));
    cr_expect(eq(int, err.kind, ERROR_INPUT));
}

Test(errors, a_place_is_shown_as_far_as_it_is_known)
{
    static const struct {
        struct place place;
        const char *text;
    } cases[] = {
        {{"own.yaml", 17, 4}, "own.yaml:17:4: odd"},
        {{"own.yaml", 17, 0}, "own.yaml:17: odd"},
        {{"own.yaml", 0, 0}, "own.yaml: odd"},
        {{NULL, 0, 0}, "odd"},
        {{"", 0, 0}, "odd"},
        {{"huge.csv", 9007199254740993, 2}, "huge.csv:9007199254740993:2: odd"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct error err = {0};
        cr_expect(not(error_at(&err, cases[i].place, "odd")));
        cr_expect(eq(str, err.text, (char *)cases[i].text), "case %zu", i);
    }
}

Test(errors, the_kind_is_the_exit_code)
{
    struct error err = {0};
    cr_expect(not(error_kind_set(&err, ERROR_AUDIT, "the books disagree")));
    cr_expect(eq(int, err.kind, 4));
    cr_expect(not(error_kind_set(&err, ERROR_INTERRUPTED, "stopped")));
    cr_expect(eq(int, err.kind, 130));
}

Test(errors, a_message_too_long_ends_in_dots)
{
    struct error err = {0};
    char text[3000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    error_set(&err, "%s", text);
    cr_expect(eq(sz, strlen(err.text), sizeof err.text - 1));
    cr_expect(eq(str, err.text + sizeof err.text - 5, "x..."));

    error_at(&err, (struct place){text, 3, 1}, "never seen");
    cr_expect(eq(str, err.text + sizeof err.text - 5, "x..."));
}

/* A message may be printed as JSON, which cannot hold anything else. */
Test(errors, a_message_is_utf8_whatever_it_quotes)
{
    static const struct {
        const char *quoted, *text;
    } cases[] = {
        {"1\xdb 6mo", "'1? 6m'"},    /* a lead byte and no other */
        {"pric\xc3\xa9", "'pric?'"}, /* cut within a character */
        {"a\xe2\x82\xac", "'a\xe2\x82\xac'"},
        {"\xff\xfe\x80z", "'?\?\?z'"}, /* not of UTF-8 at all */
        {"\xed\xa0\x80", "'?\?\?'"},   /* half of a surrogate pair */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct error err = {0};
        error_set(&err, "'%.5s'", cases[i].quoted);
        cr_expect(eq(str, err.text, (char *)cases[i].text), "case %zu", i);
    }
}

Test(errors, a_message_that_just_fits_is_kept_whole)
{
    struct error err = {0};
    char text[sizeof err.text];
    memset(text, 'y', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    error_set(&err, "%s", text);
    cr_expect(eq(str, err.text, text));
}

Test(errors, cutting_leaves_no_half_of_a_character)
{
    for (int shift = 0; shift < 3; shift++) {
        struct error err = {0};
        char text[3000] = "aa";
        size_t n = (size_t)shift;
        while (n < sizeof text - 4)
            memcpy(text + n, "\xe2\x82\xac", 3), n += 3; /* the euro sign */
        text[n] = '\0';
        error_set(&err, "%s", text);
        size_t length = strlen(err.text);
        cr_expect(eq(str, err.text + length - 3, "..."));
        unsigned char last = (unsigned char)err.text[length - 4];
        cr_expect(last == 0xac, "shift %d", shift);
    }
}

Test(errors, control_characters_cannot_reach_the_terminal)
{
    struct error err = {0};
    error_set(&err, "'%s'",
              "a\x1b[31mb\nc\x7f\xc2\x9b"
              "d\xc3\xa9");
    cr_expect(eq(str, err.text, "'a?[31mb?c???d\xc3\xa9'"));
}

Test(errors, an_error_may_be_wrapped_in_itself)
{
    struct error err = {0};
    error_set(&err, "'2.49' needs a unit");
    error_at(&err, (struct place){"a.yaml", 2, 8}, "price: %s", err.text);
    cr_expect(eq(str, err.text, "a.yaml:2:8: price: '2.49' needs a unit"));
}

Test(errors, a_path_that_names_no_file_is_the_users_mistake)
{
    static const struct {
        int number;
        enum error_kind kind;
    } cases[] = {
        {ENOENT, ERROR_INPUT}, {EISDIR, ERROR_INPUT}, {ENOTDIR, ERROR_INPUT},
        {ENOSPC, ERROR_IO},    {EACCES, ERROR_IO},    {EIO, ERROR_IO},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct error err = {0};
        errno = cases[i].number;
        cr_expect(not(error_errno(&err, "out/jobs.csv")));
        cr_expect(eq(int, err.kind, cases[i].kind), "case %zu", i);
    }
    struct error err = {0};
    errno = ENOSPC;
    error_errno(&err, "out/jobs.csv");
    cr_expect(eq(str, err.text, "out/jobs.csv: No space left on device"));
}
