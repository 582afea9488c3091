#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/shell.h"
#include "scratch.h"

Test(shell, a_word_is_quoted_where_a_shell_would_not_take_it_as_it_is)
{
    static const char *const cases[][2] = {
        {"out", "out"},
        {"/data/own-or-lease_2.yaml", "/data/own-or-lease_2.yaml"},
        {"pools.own.gpus=512", "pools.own.gpus=512"},
        {"--set", "--set"},
        {"12:30,4+5%@x", "12:30,4+5%@x"},
        {"", "''"},
        {"two words", "'two words'"},
        {"it's", "'it'\\''s'"},
        {"'", "''\\'''"},
        {"~/x", "'~/x'"},
        {"$(touch x)`touch y`", "'$(touch x)`touch y`'"},
        {"a\\b\"c", "'a\\b\"c'"},
        {"*?[a]{b,c}!#;&|<>", "'*?[a]{b,c}!#;&|<>'"},
        {"Gr\u00f6\u00dfe", "'Gr\u00f6\u00dfe'"},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect_str_eq(shell_word(&arena, cases[i][0]), cases[i][1], "case %zu", i);
    static const char *const line[] = {"tenure", "merge", "--", "my study"};
    cr_expect_str_eq(shell_words(&arena, line, 4), "tenure merge -- 'my study'");
    cr_expect_str_eq(shell_words(&arena, line, 0), "");
    arena_free(&arena);
}

/* Texts drawn from what is odd to a shell, ordinary letters between. */
static void draw_text(uint64_t *state, char text[], size_t room)
{
    static const char odd[] = "'\"\\$`*?[]{}()<>|&;#~!%=^ -abc\xc3\xa9\xff";
    size_t n = draw(state) % room;
    for (size_t i = 0; i < n; i++)
        text[i] = odd[draw(state) % (sizeof odd - 1)];
    text[n] = '\0';
}

Test(shell, a_shell_reads_each_word_back_as_the_text_it_was)
{
    struct arena arena = {0};
    struct scratch scratch = scratch_new("words.sh"), answer = scratch;
    snprintf(answer.path, sizeof answer.path, "%.70s/answer", scratch.dir);
    uint64_t state = 2385;
    const char *want = "", *script = "cd /\nprintf '%s\\n'";
    for (int i = 0; i < 500; i++) {
        char text[24];
        draw_text(&state, text, sizeof text);
        want = arena_printf(&arena, "%s%s\n", want, text);
        script = arena_printf(&arena, "%s \\\n%s", script, shell_word(&arena, text));
    }
    script = arena_printf(&arena, "%s\n", script);
    scratch_write(&scratch, script, strlen(script));
    cr_assert(eq(
        int, system(arena_printf(&arena, "sh %s >%s", scratch.path, answer.path)), 0));
    size_t length;
    char *got = scratch_read(&answer, &length);
    cr_expect_str_eq(got, want);
    free(got);
    unlink(answer.path);
    cr_expect(scratch_remove(&scratch), "the words did something");
    arena_free(&arena);
}

Test(shell, control_characters_are_refused)
{
    struct error err;
    cr_expect(shell_check("-o", "a b'c\"$(x)\\ \xc3\xa9\xff", &err));
    static const char *const texts[] = {"a\nb", "\r", "\t", "\x1b[2J", "\x7f"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        bool ok = shell_check("-o", texts[i], &err);
        cr_assert(not(ok), "case %zu", i);
        cr_expect(eq(int, err.kind, ERROR_USAGE));
    }
    bool ok = shell_check("--set", "a\nrm -rf x", &err);
    cr_assert(not(ok));
    cr_expect_str_eq(err.text, "--set: 'a?rm -rf x' has the end of a line, which no "
                               "command of a script should hold");
}
