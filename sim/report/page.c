#include "report/page.h"

#include <assert.h>
#include <nettle/base64.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "report/embedded.h"

struct part {
    const unsigned char *text;
    const size_t *length;
};

/* In the order in which they run; a part of length 0 is left out. */
static const struct part scripts[] = {
    {uplot_script, &uplot_script_length},   {page_tools, &page_tools_length},
    {page_charts, &page_charts_length},     {page_svg, &page_svg_length},
    {page_sections, &page_sections_length},
};
static const struct part styles[] = {
    {uplot_style, &uplot_style_length},
    {page_style, &page_style_length},
};
#define SCRIPTS (sizeof scripts / sizeof scripts[0])
#define STYLES  (sizeof styles / sizeof styles[0])

bool page_has_uplot(void)
{
    return uplot_script_length > 0;
}

/* embed.c writes bytes without a NUL at their end. */
const char *page_uplot_licence(struct arena *arena)
{
    return uplot_licence_length == 0 ? NULL
                                     : arena_strndup(arena, (const char *)uplot_licence,
                                                     uplot_licence_length);
}

void page_put_escaped(const char *text, FILE *out)
{
    char *sound = strdup(text);
    if (!sound)
        out_of_memory();
    utf8_mend(sound);
    for (const char *c = sound; *c; c++)
        if (strchr("&<>\"'", *c))
            fprintf(out, "&#%d;", *c);
        else
            putc(*c, out);
    free(sound);
}

void page_put_json(const char *json, FILE *out)
{
    for (; *json; json++)
        if (strchr("<>&", *json))
            fprintf(out, "\\u%04x", (unsigned)*json);
        else
            putc(*json, out);
}

void page_hash(const void *text, size_t length, char hash[PAGE_HASH])
{
    struct sha256_ctx context;
    uint8_t digest[SHA256_DIGEST_SIZE];
    char letters[BASE64_ENCODE_RAW_LENGTH(SHA256_DIGEST_SIZE) + 1] = "";
    sha256_init(&context);
    sha256_update(&context, length, text);
    sha256_digest(&context, sizeof digest, digest);
    base64_encode_raw(letters, sizeof digest, digest);
    snprintf(hash, PAGE_HASH, "sha256-%s", letters);
}

static bool is_left_out(const struct page *page, const struct part *part)
{
    bool uplot = part->text == uplot_script || part->text == uplot_style;
    return *part->length == 0 || (uplot && page->still);
}

static void put_hashes(const struct page *page, const struct part parts[], size_t n,
                       FILE *out)
{
    for (size_t i = 0; i < n; i++) {
        char hash[PAGE_HASH];
        if (is_left_out(page, &parts[i]))
            continue;
        page_hash(parts[i].text, *parts[i].length, hash);
        fprintf(out, " '%s'", hash);
    }
}

static void put_policy(const struct page *page, FILE *out)
{
    fputs("default-src 'none'; script-src", out);
    put_hashes(page, scripts, SCRIPTS, out);
    fputs("; style-src", out);
    put_hashes(page, styles, STYLES, out);
    fputs("; img-src data:; base-uri 'none'; form-action 'none'", out);
}

static void put_parts(const struct page *page, const struct part parts[], size_t n,
                      const char *tag, FILE *out)
{
    for (size_t i = 0; i < n; i++) {
        if (is_left_out(page, &parts[i]))
            continue;
        fprintf(out, "<%s>", tag);
        fwrite(parts[i].text, 1, *parts[i].length, out);
        fprintf(out, "</%s>\n", tag);
    }
}

static void put_styles(const struct page *page, FILE *out)
{
    put_parts(page, styles, STYLES, "style", out);
}

static void put_scripts(const struct page *page, FILE *out)
{
    put_parts(page, scripts, SCRIPTS, "script", out);
}

static void put_title(const struct page *page, FILE *out)
{
    page_put_escaped(page->title, out);
}

/* Escaped; what stands between two backquotes is code. */
static void put_prose(const char *text, FILE *out)
{
    bool code = false;
    while (*text) {
        size_t length = strcspn(text, "`");
        char *part = strndup(text, length);
        if (!part)
            out_of_memory();
        page_put_escaped(part, out);
        free(part);
        text += length;
        if (!*text)
            break;
        if (!code && !strchr(text + 1, '`'))
            putc('`', out);
        else
            fputs((code = !code) ? "<code>" : "</code>", out);
        text++;
    }
}

static void put_answer(const struct page *page, FILE *out)
{
    fputs("<p class=\"lead\">", out);
    put_prose(page->lead, out);
    fputs("</p>\n", out);
    for (const char *const *text = page->texts; *text; text++) {
        bool warning = strncmp(*text, "Warning: ", 9) == 0;
        fputs(warning ? "<p class=\"warning\">" : "<p>", out);
        put_prose(*text, out);
        fputs("</p>\n", out);
    }
}

static void put_data(const struct page *page, FILE *out)
{
    char *dump =
        json_dumps(page->data, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_SORT_KEYS);
    if (!dump)
        out_of_memory();
    size_t length = strlen(dump);
    assert(dump[length - 1] == '}');
    dump[length - 1] = '\0';
    page_put_json(dump, out);
    fputs(",\"figures\":", out);
    page_put_json(page->figures, out);
    putc('}', out);
    free(dump);
}

static const struct {
    const char *name;
    void (*put)(const struct page *page, FILE *out);
} slots[] = {
    {"@TITLE@", put_title},   {"@POLICY@", put_policy}, {"@STYLES@", put_styles},
    {"@ANSWER@", put_answer}, {"@DATA@", put_data},     {"@SCRIPTS@", put_scripts},
};
#define SLOTS (sizeof slots / sizeof slots[0])

/* How many bytes of the template a slot takes; 0: there is none here. */
static size_t put_slot(const struct page *page, const unsigned char *at, size_t left,
                       FILE *out)
{
    for (size_t i = 0; i < SLOTS; i++) {
        size_t length = strlen(slots[i].name);
        if (left < length || memcmp(at, slots[i].name, length) != 0)
            continue;
        slots[i].put(page, out);
        return length;
    }
    return 0;
}

bool page_write(const struct page *page, FILE *out)
{
    for (size_t i = 0; i < page_html_length;) {
        size_t slot = put_slot(page, page_html + i, page_html_length - i, out);
        if (slot == 0)
            putc(page_html[i], out);
        i += slot > 0 ? slot : 1;
    }
    return !ferror(out);
}
