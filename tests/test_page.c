#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/blocks.h"
#include "report/embedded.h"
#include "report/page.h"

/* The page around data of anybody's making. */

static char *page_of(const struct page *page)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    cr_assert(page_write(page, out));
    fclose(out);
    cr_assert(eq(sz, strlen(text), length));
    return text;
}

static const char hostile[] =
    "</script><script>alert(1)</script> <!-- --> & \" ' ]]> \xe2\x80\xa8 \xe2\x80\xa9 "
    "\xc3\xa4 \xff";

static char *hostile_page(bool still)
{
    static const char *const texts[] = {hostile, "Warning: `closing: book` `", NULL};
    json_t *section = section_new(hostile, hostile, hostile);
    section_add(section, block_text("text", hostile));
    json_t *data = json_pack("{s:[o]}", "sections", section);
    char *text = page_of(&(struct page){.title = hostile,
                                        .lead = hostile,
                                        .texts = texts,
                                        .data = data,
                                        .figures = "[{\"title\":\"</script><!--\"}]",
                                        .still = still});
    json_decref(data);
    return text;
}

static size_t count(const char *text, const char *what)
{
    size_t n = 0;
    while ((text = strstr(text, what)))
        text++, n++;
    return n;
}

Test(page, texts_of_users_are_no_markup)
{
    char *text = hostile_page(false);
    cr_expect(strstr(text, "alert(1)</script>") == NULL, "a script of the user's");
    cr_expect(strstr(text, "<script>alert") == NULL);
    cr_expect(strstr(text, "<!--") == NULL);
    cr_expect(strstr(text, "\xff") == NULL);
    cr_expect(
        eq(sz, count(text, "<title>&#60;/script&#62;&#60;script&#62;alert(1)"), 1));
    cr_expect(eq(sz, count(text, "<code>closing: book</code> `"), 1));
    cr_expect(eq(sz, count(text, "<p class=\"warning\">Warning: "), 1));
    free(text);
}

/* What a parser of HTML would see of the data is what a parser of JSON is given. */
Test(page, the_data_is_json_and_ends_where_it_should)
{
    char *text = hostile_page(false);
    char *begin = strstr(text, "id=\"data\">");
    cr_assert(begin != NULL);
    begin += strlen("id=\"data\">");
    char *end = strstr(begin, "</script>");
    *end = '\0';
    cr_expect(eq(sz, strcspn(begin, "<>&"), strlen(begin)));
    for (const char *c = begin; *c; c++)
        cr_assert(lt(int, (unsigned char)*c, 0x80));
    json_t *data = json_loads(begin, 0, NULL);
    cr_assert(data != NULL);
    const json_t *section = json_array_get(json_object_get(data, "sections"), 0);
    const char *title = json_string_value(json_object_get(section, "title"));
    /* A byte that is no UTF-8 cannot be JSON: then all that is not ASCII is '?'. */
    cr_expect(eq(int, strncmp(title, hostile, 50), 0), "%s", title);
    const json_t *figure = json_array_get(json_object_get(data, "figures"), 0);
    title = json_string_value(json_object_get(figure, "title"));
    cr_expect(eq(str, (char *)title, "</script><!--"));
    json_decref(data);
    free(text);
}

Test(page, a_hash_is_that_of_sha256_in_base64)
{
    char hash[PAGE_HASH];
    page_hash("", 0, hash);
    cr_expect(eq(str, hash, "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="));
    page_hash("abc", 3, hash);
    cr_expect(eq(str, hash, "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="));
}

/* Each element of the name, in order, has its hash in the policy, and no other is
 * there.
 */
static void check_hashes(const char *text, const char *directive, const char *tag)
{
    char open[16], close[16], hash[PAGE_HASH], quoted[PAGE_HASH + 2];
    snprintf(open, sizeof open, "<%s>", tag);
    snprintf(close, sizeof close, "</%s>", tag);
    const char *policy = strstr(text, directive);
    cr_assert(policy != NULL);
    size_t listed = 0, found = 0;
    for (const char *c = policy; *c != ';'; c++)
        listed += strncmp(c, "'sha256-", 8) == 0;
    for (const char *at = text; (at = strstr(at, open)); found++) {
        at += strlen(open);
        const char *end = strstr(at, close);
        cr_assert(end != NULL);
        page_hash(at, (size_t)(end - at), hash);
        snprintf(quoted, sizeof quoted, "'%s'", hash);
        const char *allowed = strstr(policy, quoted);
        cr_expect(allowed && allowed < strchr(policy, ';'), "%s of %s", quoted, tag);
    }
    cr_expect(eq(sz, found, listed));
    cr_expect(found > 0);
}

Test(page, the_policy_allows_its_own_scripts_and_styles_and_nothing_else)
{
    for (int still = 0; still < 2; still++) {
        char *text = hostile_page(still);
        check_hashes(text, "script-src", "script");
        check_hashes(text, "style-src", "style");
        cr_expect(strstr(text, "content=\"default-src 'none'; script-src 'sha256-") !=
                  NULL);
        cr_expect(strstr(text, "unsafe") == NULL);
        cr_expect(eq(sz, count(text, " style=\""), 0), "styles in attributes are off");
        cr_expect(eq(sz, count(text, " onclick"), 0));
        free(text);
    }
}

Test(page, nothing_is_asked_for_from_elsewhere)
{
    char *text = hostile_page(false);
    static const char *const ways[] = {
        " src=",       "<link rel=\"style", "@import",    "url(",
        "fetch(",      "XMLHttp",           "sendBeacon", "WebSocket",
        "EventSource", "importScripts",     "<iframe"};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        cr_expect(eq(sz, count(text, ways[i]), 0), "%s", ways[i]);
    /* The namespace of SVG is a name and no address. */
    cr_expect(eq(sz, count(text, "http:") + count(text, "https:"),
                 count(text, "http://www.w3.org/2000/svg") +
                     count(text, "/*! https://github.com/leeoniya/uPlot (v")));
    free(text);
}

Test(page, without_uplot_there_is_none_of_it)
{
    char *text = hostile_page(true), *other = hostile_page(false);
    size_t less = strlen(other) - strlen(text);
    cr_expect(page_has_uplot() ? less > 50000 : less == 0);
    cr_expect(eq(int, uplot_script_length > 0, uplot_licence_length > 0));
    free(text);
    free(other);
}
