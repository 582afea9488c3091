#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <ctype.h>

#include "study_program.h"

/* `tenure report`, as a user runs it. */

/* A whole file; the caller frees. */
static char *whole(const struct folder *folder, const char *name)
{
    char path[128];
    size_t length = 0, room = 1 << 16;
    char *text = malloc(room);
    FILE *in = fopen(folder_path(folder, name, path), "rb");
    cr_assert(in && text, "%s", name);
    for (size_t got; (got = fread(text + length, 1, room - length - 1, in)) > 0;) {
        length += got;
        if (length + 1 == room)
            text = realloc(text, room *= 2);
    }
    fclose(in);
    text[length] = '\0';
    return text;
}

/* All blanks as one, in place. */
static void squeeze(char *text)
{
    char *to = text;
    for (const char *from = text; *from; from++) {
        bool blank = isspace((unsigned char)*from) != 0;
        if (!blank || (to > text && to[-1] != ' '))
            *to++ = blank ? ' ' : *from;
    }
    *to = '\0';
}

/* "&#39;" to "'", <code> to "`", in place. */
static void unescape(char *text)
{
    char *to = text;
    for (const char *from = text; *from;) {
        int code, used = 0;
        if (sscanf(from, "&#%d;%n", &code, &used) == 1 && used > 0) {
            *to++ = (char)code;
            from += used;
        } else if (strncmp(from, "<code>", 6) == 0 ||
                   strncmp(from, "</code>", 7) == 0) {
            *to++ = '`';
            from += from[1] == '/' ? 7 : 6;
        } else {
            *to++ = *from++;
        }
    }
    *to = '\0';
}

/* Every paragraph of the answer but the lead is one that `tenure run` prints. */
static void check_answer(const struct folder *folder, const char *scenario)
{
    char line[512];
    snprintf(
        line, sizeof line,
        "rm -rf o p.html run.txt; $T run %s/models/scenarios/%s.yaml -o o >run.txt "
        "2>&1 && $T report o -o p.html",
        getenv("TENURE_SOURCE"), scenario);
    expect_code(folder, line, 0);
    char *said = whole(folder, "run.txt"), *page = whole(folder, "p.html");
    squeeze(said);
    char *at = strstr(page, "<div class=\"answer\">"), *end = strstr(at, "</div>");
    size_t n = 0;
    cr_assert(at && end);
    *end = '\0';
    at = strstr(at, "</p>");
    for (; at && (at = strstr(at, "<p")); n++) {
        char *text = strchr(at, '>') + 1, *close = strstr(text, "</p>");
        *close = '\0';
        at = close + 1;
        unescape(text);
        squeeze(text);
        if (n == 0)
            text[strlen(text) - 1] = '\0'; /* there it is a heading, without its dot */
        cr_expect(strstr(said, text) != NULL, "%s: %s\nnot in\n%s", scenario, text,
                  said);
    }
    cr_expect(n >= 3, "%s", scenario);
    free(said);
    free(page);
}

Test(report, says_what_the_run_said, .timeout = 120)
{
    static const char *const scenarios[] = {"own-or-lease", "diurnal-inference",
                                            "provider-failure", "startup-on-spot",
                                            "aging-a100"};
    struct folder folder = prepared(FRAME);
    for (size_t i = 0; i < COUNT(scenarios); i++)
        check_answer(&folder, scenarios[i]);
    clean(&folder);
}

Test(report, a_page_is_whole_or_absent, .timeout = 60)
{
    struct folder folder = prepared(FRAME);
    expect_code(&folder, "$T run t.yaml -q -o a", 0);
    expect_code(&folder,
                "$T report a -o p.html && tail -n 1 p.html | grep -q '</html>'", 0);
    /* What is there stays, but for a page of ours with --force. */
    expect_code(&folder, "cp p.html before && $T report a -o p.html", 1);
    expect_code(&folder, "cmp p.html before && $T report a -o p.html --force", 0);
    expect_code(&folder, "cmp p.html before", 0);
    expect_code(&folder, "echo mine >mine && $T report a -o mine --force", 1);
    expect_code(&folder, "grep -qx mine mine && mkdir d && $T report a -o d --force",
                1);
    expect_code(&folder, "ln -s mine link && $T report a -o link --force", 1);
    expect_code(&folder, "grep -qx mine mine && $T report a -o none/p.html", 2);
    expect_code(&folder, "$T report a b -o q.html", 2);
    expect_code(&folder, "cp -r a c && echo 1 >>c/ledger.csv && $T report c -o q.html",
                4);
    expect_code(&folder, "! test -e q.html && ! ls -a | grep -q part", 0);
    /* A limit on files is an error, and not the end by a signal. */
    expect_code(&folder, "(ulimit -f 8; $T report a -o q.html 2>said.txt)", 5);
    expect_code(&folder, "grep -q 'File too large' said.txt", 0);
    expect_code(&folder, "! test -e q.html && ! ls -a | grep -q part", 0);
    expect_code(&folder, "$T report a -o - | cmp - p.html", 0);
    expect_code(&folder, "$T report a", 1);
    expect_code(&folder, "$T report a -o q.html --title ''", 1);
    expect_code(&folder, "$T report a -o q.html --title ' '", 1);
    expect_code(&folder, "! test -e q.html", 0);
    clean(&folder);
}

Test(report, equal_results_make_equal_pages_wherever_they_lie, .timeout = 60)
{
    struct folder folder = prepared(FRAME);
    expect_code(&folder,
                "mkdir x y && $T run t.yaml -q -o x/r && $T run t.yaml -q -o y/r", 0);
    expect_code(&folder, "$T report x/r -o 1.html && $T report $PWD/y/r/ -o 2.html", 0);
    expect_code(&folder, "cmp 1.html 2.html && ! grep -q \"$PWD\" 1.html", 0);
    clean(&folder);
}

/* Names that would be markup, commands or options somewhere. */
Test(report, hostile_names_are_names, .timeout = 60)
{
    struct folder folder = prepared(
        "name: \"</script><script>alert(1)</script> '; rm -rf x; <!-- \"\n" FRAME);
    expect_code(&folder,
                "$T run t.yaml -q -o a && $T report a -o p.html --title \"it's "
                "<b>\\`id\\`</b>\"",
                0);
    expect_code(&folder, "! grep -q 'alert(1)</script>' p.html", 0);
    expect_code(&folder, "! grep -qF '<!--' p.html", 0);
    expect_code(&folder,
                "grep -qF '<title>it&#39;s &#60;b&#62;`id`&#60;/b&#62;<' p.html", 0);
    expect_code(&folder,
                "$T report a -o q.html --still && ! grep -q 'alert(1)<' q.html", 0);
    clean(&folder);
}

Test(report, runs_stand_side_by_side_and_studies_after_them, .timeout = 120)
{
    struct folder folder = prepared(FRAME UNCERTAIN);
    expect_code(&folder,
                "$T run t.yaml -q -o a && $T run t.yaml -q -o b --set "
                "pools.own.gpus=24",
                0);
    expect_code(&folder, "$T mc t.yaml -q -n 8 -o m", 0);
    expect_code(&folder, "$T report a b m -o p.html", 0);
    expect_code(&folder,
                "grep -q '\"title\":\"What makes the difference\"' p.html && "
                "grep -q 'The expected net present cost of' p.html",
                0);
    expect_code(&folder,
                "$T report m -o m.html && grep -q 'class=\"lead\">The expected "
                "net' m.html",
                0);
    clean(&folder);
}

/* What the page says of C says C; `tenure compare` and `explain` say A and B. */
Test(report, each_run_keeps_its_letter, .timeout = 120)
{
    static const char *const own[] = {
        "C costs ",
        " than A",
        "Why C costs more or less than A",
        "\"label\":\"C\"",
        "to that of C; what",
        "\"C: c\"",
        "wait longer in C and",
        "\"A is t (a), C is t (c).\"",
        "D and A cost the same: ",
    };
    struct folder folder = prepared(FRAME);
    char line[256];
    expect_code(&folder,
                "$T run t.yaml -q -o a && cp -r a d && $T run t.yaml -q -o b --set "
                "pools.own.gpus=24 && $T run t.yaml -q -o c --set pools.own.gpus=20",
                0);
    expect_code(&folder, "$T report a b c d -o p.html", 0);
    for (size_t i = 0; i < COUNT(own); i++) {
        snprintf(line, sizeof line, "grep -qF '%s' p.html || { echo '%s'; false; }",
                 own[i], own[i]);
        expect_code(&folder, line, 0);
    }
    /* A section's blocks stand before its id. */
    expect_code(
        &folder,
        "sed -n 's/.*\"title\":\"B against A\"\\(.*\\)\"id\":\"differences-C\".*/"
        "\\1/p' p.html >c.txt && grep -q 'C costs' c.txt && ! grep -w B c.txt",
        0);
    expect_code(&folder,
                "$T compare a c | grep -q '^ *B costs' && $T explain a c | "
                "grep -q '^ *B costs'",
                0);
    clean(&folder);
}

Test(report, equal_runs_cost_the_same, .timeout = 60)
{
    struct folder folder = prepared(FRAME);
    expect_code(&folder, "$T run t.yaml -q -o a && $T report a a -o p.html", 0);
    expect_code(&folder,
                "grep 'class=\"lead\"' p.html | grep -q 'The two cost the same by both "
                "measures: '",
                0);
    expect_code(
        &folder,
        "$T run t.yaml -q -o b --set pools.own.gpus=64 && $T report a b a -o "
        "q.html && grep 'class=\"lead\"' q.html | grep -qE 'Of 3, (B t .b. costs|"
        "A t .a. and C t .a. cost) least'",
        0);
    clean(&folder);
}

/* Each kind of study has a lead, and what the command prints stands in the page. */
Test(report, each_kind_of_study_has_its_words, .timeout = 120)
{
    struct folder folder = prepared(
        FRAME UNCERTAIN SWEEP
        "breakeven: {x: {pools.burst.price: 2..4 step 1 USD/GPU-h}, between: {small: "
        "{pools.own.gpus: 8}, large: {pools.own.gpus: 32}}, metric: total.npv_usd}\n");
    static const char *const lines[][2] = {
        {"$T sweep t.yaml -n 4 -o s", "settings of"},
        {"$T sensitivity t.yaml -n 4 -o n --set 'sweep={}'", "uncertain inputs of"},
        {"$T breakeven t.yaml -n 4 -o e", "total.npv_usd"},
    };
    for (size_t i = 0; i < COUNT(lines); i++) {
        char line[256];
        snprintf(line, sizeof line, "%s >said.txt 2>&1 || { cat said.txt; false; }",
                 lines[i][0]);
        expect_code(&folder, line, 0);
        snprintf(line, sizeof line,
                 "$T report $(echo '%s' | sed 's/.*-o \\(.\\).*/\\1/') -o %zu.html",
                 lines[i][0], i);
        expect_code(&folder, line, 0);
        snprintf(line, sizeof line, "grep 'class=\"lead\"' %zu.html | grep -q '%s'", i,
                 lines[i][1]);
        expect_code(&folder, line, 0);
    }
    clean(&folder);
}
