#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "base/names.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

Test(names, the_first_is_number_0_and_numbers_stay)
{
    struct arena arena = {0};
    struct names names = {.arena = &arena};
    cr_expect(eq(u32, names_add(&names, "vc-17", 5), 0));
    cr_expect(eq(u32, names_add(&names, "vc-18", 5), 1));
    cr_expect(eq(u32, names_add(&names, "vc-17", 5), 0));
    cr_expect(eq(u32, names.n, 2));
    cr_expect(eq(str, (char *)names.text[1], "vc-18"));
    arena_free(&arena);
}

Test(names, many_names_keep_their_numbers_as_the_table_grows)
{
    struct arena arena = {0};
    struct names names = {.arena = &arena};
    char text[32];
    for (uint32_t i = 0; i < 20000; i++) {
        int n = snprintf(text, sizeof text, "tenant-%u", i * 2654435761u);
        cr_assert(eq(u32, names_add(&names, text, (size_t)n), i));
    }
    for (uint32_t i = 0; i < 20000; i++) {
        int n = snprintf(text, sizeof text, "tenant-%u", i * 2654435761u);
        cr_assert(eq(u32, names_find(&names, text, (size_t)n), i));
        cr_assert(eq(u32, names_add(&names, text, (size_t)n), i));
        cr_assert(eq(str, (char *)names.text[i], text));
    }
    arena_free(&arena);
}

Test(names, one_that_begins_like_another_is_another)
{
    struct arena arena = {0};
    struct names names = {.arena = &arena};
    names_add(&names, "h100", 4);
    cr_expect(eq(u32, names_find(&names, "h100", 3), NAMES_NONE));
    cr_expect(eq(u32, names_find(&names, "h100-sxm", 8), NAMES_NONE));
    cr_expect(eq(u32, names_find(&names, "h100-sxm", 4), 0));
    cr_expect(eq(u32, names_add(&names, "", 0), 1));
    cr_expect(eq(u32, names_find(&names, "", 0), 1));
    arena_free(&arena);
}

/* Longest first, so that a probe of a short one comes across longer ones. */
Test(names, a_thousand_beginnings_of_one_word_are_all_different)
{
    struct arena arena = {0};
    struct names names = {.arena = &arena};
    char text[1000];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)('a' + i * i % 26);
    for (uint32_t i = 0; i < sizeof text; i++)
        cr_assert(eq(u32, names_add(&names, text, sizeof text - i), i));
    for (uint32_t i = 0; i < sizeof text; i++)
        cr_assert(eq(u32, names_find(&names, text, sizeof text - i), i));
    arena_free(&arena);
}

Test(names, nothing_is_found_in_an_empty_set)
{
    struct names names = {0};
    cr_expect(eq(u32, names_find(&names, "h100", 4), NAMES_NONE));
}

Test(names, a_slip_of_the_keyboard_finds_the_name_meant)
{
    static const char *const keys[] = {"name",   "tenure",    "price", "gpus", "limit",
                                       "prepay", "lead_time", "term",  NULL};
    static const struct {
        const char *text, *near;
    } cases[] = {
        {"pirce", "price"},
        {"prise", "price"},
        {"Price", "price"},
        {"gpu", "gpus"},
        {"GPUS", "gpus"},
        {"limits", "limit"},
        {"leadtime", "lead_time"},
        {"lead-time", "lead_time"},
        {"tenur", "tenure"},
        {"prepayment", NULL},
        {"cost", NULL},
        {"x", NULL},
        {"", NULL},
        {"gp", NULL},
        {"tern", "term"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *near = nearest_name(cases[i].text, keys);
        cr_expect(eq(str, near ? (char *)near : "none",
                     cases[i].near ? (char *)cases[i].near : "none"),
                  "%s", cases[i].text);
    }
}

Test(names, the_nearest_is_taken_and_of_equals_the_first)
{
    static const char *const keys[] = {"power_w", "power_h", "tower", NULL};
    cr_expect(eq(str, (char *)nearest_name("power_x", keys), "power_w"));
    cr_expect(eq(str, (char *)nearest_name("power_h", keys), "power_h"));
    cr_expect(nearest_name("power", (const char *const[]){NULL}) == NULL, "from none");
}

Test(names, hostile_lengths_are_not_compared)
{
    char text[5000];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    const char *keys[] = {text, "price", NULL};
    cr_expect(nearest_name(text, keys) == NULL, "compared");
    cr_expect(eq(str, (char *)nearest_name("prce", keys), "price"));
}
