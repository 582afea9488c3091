/* Whether the scenarios that are drawn know every key that a scenario may have. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/model.h"
#include "base/names.h"
#include "base/node.h"
#include "input/scenario.h"
#include "random_scenario.h"

/* At most, until every key was seen. */
enum { SEEDS = 3000 };

/* Keys that are not drawn, and why. */
#define AT_LOADING "requests are a level once they are read: test_level_scenario.c"
static const struct {
    const char *key, *why;
} left_out[] = {
    {"requests.requests", AT_LOADING},
    {"requests.of_model", AT_LOADING},
    {"requests.output_rate", AT_LOADING},
    {"requests.prompt_rate", AT_LOADING},
    {"requests.window", AT_LOADING},
    {"requests.replica", AT_LOADING},
    {"requests.target_utilization", AT_LOADING},
    {"sweep.PATH", "it stands for any path"},
    {NULL, NULL},
};

static struct names seen;
static struct arena arena;

/* What the reference calls a map that stands at this key; the keys of `uncertain` are
 * paths. */
static const char *section_of(const char *section, const char *key)
{
    if (strcmp(section, "uncertain") == 0)
        return "law";
    return strcmp(key, "initial") == 0 ? "demand" : key;
}

static void see(const char *section, const char *key)
{
    char text[160];
    int n = snprintf(text, sizeof text, "%s.%s", section, key);
    (void)names_add(&seen, text, (size_t)n);
}

static void see_all(const struct node *node, const char *section)
{
    if (node->kind == NODE_LIST)
        for (size_t i = 0; i < node->n; i++)
            see_all(&node->items[i], section);
    if (node->kind != NODE_MAP)
        return;
    for (size_t i = 0; i < node->n; i++) {
        see(section, node->keys[i].text);
        see_all(&node->items[i], section_of(section, node->keys[i].text));
    }
}

/* Keys of a pool and of a market's price stand in tables of their own. */
static const char *section_at(const char *title)
{
    return strcmp(title, "prices") == 0         ? "pools"
           : strcmp(title, "level") == 0        ? "demand"
           : strcmp(title, "uncertain") == 0    ? "law"
           : strcmp(title, "price traces") == 0 ? "price"
                                                : title;
}

static bool is_drawn(const char *section, const char *key)
{
    char text[160];
    int n = snprintf(text, sizeof text, "%s.%s", section_at(section), key);
    bool found = names_find(&seen, text, (size_t)n) != NAMES_NONE;
    for (size_t i = 0; left_out[i].key; i++)
        if (strcmp(left_out[i].key, text) == 0) {
            cr_expect(not(found), "%s is drawn, though %s", text, left_out[i].why);
            return true;
        }
    return found;
}

/* Where a kind of model stands in a scenario; procurement and failure: beside others.
 */
static const char *const place_of[MODEL_KINDS] = {
    [MODEL_DEMAND] = "model",     [MODEL_LEVEL] = "model", [MODEL_ORDER] = "order",
    [MODEL_WAIT] = "wait",        [MODEL_PRICE] = "price", [MODEL_PROCURE] = "procure",
    [MODEL_FAILURE] = "failures",
};

/* How many of the keys, which may be a list, are missing; which is told if it matters
 * by now. */
static int miss(const char *section, const char *keys, bool tell)
{
    char key[64];
    size_t length = strcspn(keys, ",");
    snprintf(key, sizeof key, "%.*s", (int)length, keys);
    int others = keys[length] ? miss(section, keys + length + 2, tell) : 0;
    if (is_drawn(section, key))
        return others;
    cr_expect(not(tell),
              "%s.%s is never drawn: draw it in tests/random_*.c, or leave it out here "
              "with a reason",
              section, key);
    return others + 1;
}

static int missing(bool tell)
{
    int n = 0;
    for (const struct param_section *section = scenario_sections; section->title;
         section++) {
        for (const struct param *param = section->params; param->name; param++)
            n += miss(section->title, param->name, tell);
        for (const struct param_also *also = section->also; also && also->name; also++)
            n += miss(section->title, also->name, tell);
    }
    for (size_t i = 0; models[i]; i++)
        for (const struct param *param = models[i]->params; param->name; param++)
            n += miss(place_of[models[i]->kind], param->name, tell);
    return n;
}

Test(random_keys, every_key_of_the_reference_is_drawn)
{
    seen.arena = &arena;
    for (uint64_t seed = 1; seed <= SEEDS && missing(false) > 0; seed++) {
        const struct random_options options = {.seed = seed};
        struct random_scenario scenario = random_scenario(&options);
        struct node root;
        struct error err;
        bool ok = node_parse("t.yaml", scenario.yaml, strlen(scenario.yaml), &arena,
                             &root, &err);
        cr_assert(ok, "%s", err.text);
        see_all(&root, "scenario");
        random_scenario_free(&scenario);
    }
    cr_expect(missing(true) == 0);
    arena_free(&arena);
}
