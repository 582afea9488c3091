#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "base/params.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { OWN, LEASE };

struct thing {
    bool on;
    int64_t gpus;
    double ratio;
    double share_frac;
    int64_t lead_time_ms;
    int64_t price_nusd;
    struct span term;
    int64_t at_unix_ms;
    const char *name;
    int order;
    struct texts tags;
    struct table sizes;
    int64_t notice_ms;
    double rate_per_d;
};

static const char *const orders[] = {"fifo", "sjf", "ljf", NULL};

static const struct param table[] = {
    {PARAM_WORD(struct thing, "name", name, NULL, "what it is called")},
    {PARAM_FLAG(struct thing, "on", on, "true", "whether it is on")},
    {PARAM_COUNT(struct thing, "gpus", gpus, "8", 1, 1e6, "how many GPUs")},
    {PARAM_NUMBER(struct thing, "ratio", ratio, "1.25", 0, 10, "a ratio")},
    {PARAM_FRACTION(struct thing, "share", share_frac, "20 %", 0, 1, "a share")},
    {PARAM_TIME(struct thing, "lead_time", lead_time_ms, "16w", 1, 4e10, "a time")},
    {PARAM_EXACT_IN(DIM_USD_PER_GPU_H, struct thing, "price", price_nusd, "", 0, 1e15,
                    "a price")},
    {PARAM_TERM(struct thing, "term", term, "3y", MS_PER_D, 115740.0 * MS_PER_D,
                "a term"),
     .mask = 1u << LEASE},
    {PARAM_INSTANT(struct thing, "at", at_unix_ms, "2026-01-01", "a date")},
    {PARAM_ONE_OF(struct thing, "order", order, orders, "fifo", "an order")},
    {PARAM_WORDS(struct thing, "tags", tags, "[red, blue]", "some words")},
    {PARAM_MAP(struct thing, "sizes", sizes, "{8: 0.3, 1: 0.7}", 0, 1, "some weights")},
    {PARAM_TIME(struct thing, "notice", notice_ms, "", -1e9, 0, "a time not above 0")},
    {PARAM_REAL_IN(DIM_PER_DAY, struct thing, "rate", rate_per_d, "130 /d", 0, 0,
                   "any")},
    PARAMS_END,
};

static struct arena arena;

static void empty_arena(void)
{
    arena_free(&arena);
}

TestSuite(params, .fini = empty_arena);

static bool read(const char *text, struct thing *thing, struct params_context *context,
                 struct error *err)
{
    static const char *const also[] = {"changes", NULL};
    struct node root;
    *thing = (struct thing){0};
    bool ok = node_parse("own.yaml", text, strlen(text), &arena, &root, err);
    cr_assert(ok, "%s", err->text);
    context->arena = &arena;
    if (!context->also)
        context->also = also;
    return params_read(table, thing, &root, context, err);
}

Test(params, fields_not_given_have_their_defaults)
{
    struct thing thing;
    struct error err = {0};
    struct params_context context = {.mask = 1u << LEASE};
    cr_assert(read("name: a\n", &thing, &context, &err), "%s", err.text);
    cr_expect(eq(str, (char *)thing.name, "a"));
    cr_expect(thing.on, "not on");
    cr_expect(eq(i64, thing.gpus, 8));
    cr_expect(eq(dbl, thing.ratio, 1.25));
    cr_expect(eq(dbl, thing.share_frac, 0.2));
    cr_expect(eq(i64, thing.lead_time_ms, 9676800000));
    cr_expect(eq(i64, thing.price_nusd, 0));
    cr_expect(eq(i64, thing.term.months, 36));
    cr_expect(eq(i64, thing.at_unix_ms, 1767225600000));
    cr_expect(eq(int, thing.order, 0));
    cr_expect(eq(sz, thing.tags.n, 2));
    cr_expect(eq(str, (char *)thing.tags.text[1], "blue"));
    cr_expect(eq(sz, thing.sizes.n, 2));
    cr_expect(thing.sizes.x[0] == 1 && thing.sizes.y[0] == 0.7, "not sorted");
    cr_expect(thing.sizes.x[1] == 8 && thing.sizes.y[1] == 0.3, "not sorted");
    cr_expect(eq(u64, context.given, 1));
}

Test(params, what_is_given_is_read_and_marked)
{
    struct thing thing;
    struct error err = {0};
    struct params_context context = {.mask = 1u << LEASE};
    cr_assert(
        read("{name: b, on: false, gpus: +17, ratio: 2.385, share: 7%, lead_time: "
             "36h, price: 2.49 USD/GPU-h, term: 18mo, at: 2026-06-01T12:30, order: "
             "ljf, tags: green, sizes: {4: 0.5, 2: 0.25, 1.5: 1}, changes: []}",
             &thing, &context, &err),
        "%s", err.text);
    cr_expect(not(thing.on));
    cr_expect(eq(i64, thing.gpus, 17));
    cr_expect(eq(dbl, thing.ratio, 2.385));
    cr_expect(eq(dbl, thing.share_frac, 0.07));
    cr_expect(eq(i64, thing.lead_time_ms, 129600000));
    cr_expect(eq(i64, thing.price_nusd, 2490000000));
    cr_expect(eq(i64, thing.term.months, 18));
    cr_expect(eq(i64, thing.at_unix_ms, 1780317000000));
    cr_expect(eq(int, thing.order, 2));
    cr_expect(eq(sz, thing.tags.n, 1));
    cr_expect(eq(str, (char *)thing.tags.text[0], "green"));
    cr_expect(eq(sz, thing.sizes.n, 3));
    cr_expect(thing.sizes.x[1] == 2 && thing.sizes.y[1] == 0.25, "not sorted");
    cr_expect(eq(u64, context.given, 0xfff));
}

Test(params, a_list_is_a_table_from_0_on)
{
    struct thing thing;
    struct error err = {0};
    struct params_context context = {0};
    cr_assert(read("{name: c, sizes: [0.5, 0.25]}", &thing, &context, &err), "%s",
              err.text);
    cr_expect(eq(sz, thing.sizes.n, 2));
    cr_expect(thing.sizes.x[1] == 1 && thing.sizes.y[1] == 0.25, "not from 0 on");
}

Test(params, what_is_wrong_is_said_with_place_and_path)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"[a]", "own.yaml:1:1: pools.own: a map of keys and values is wanted"},
        {"word", "own.yaml:1:1: pools.own: a map of keys and values is wanted"},
        {"~", "own.yaml:1:1: pools.own: missing key 'name': what it is called"},
        {"on: true", "own.yaml:1:1: pools.own: missing key 'name': what it is called"},
        {"name: a\npirce: 3 USD/GPU-h",
         "own.yaml:2:1: pools.own: unknown key 'pirce'; did you mean 'price'?"},
        {"name: a\nchange: 3",
         "own.yaml:2:1: pools.own: unknown key 'change'; did you mean 'changes'?"},
        {"name: a\ncolour: red", "own.yaml:2:1: pools.own: unknown key 'colour'"},
        {"name: a\nterm: 3y",
         "own.yaml:2:1: pools.own: key 'term' does not apply here"},
        {"name: a\ntern: 3y", "own.yaml:2:1: pools.own: unknown key 'tern'"},
        {"name: a\ngpus:", "own.yaml:2:6: pools.own.gpus: has no value"},
        {"name: a\ngpus: ~", "own.yaml:2:7: pools.own.gpus: has no value"},
        {"name: ''", "own.yaml:1:7: pools.own.name: the text is empty"},
        {"name: \"a\\e[31m\"", "own.yaml:1:7: pools.own.name: 'a?[31m' holds a line "
                               "end, tab or other control "
                               "character"},
        {"name: \"a\\u009bm\"",
         "own.yaml:1:7: pools.own.name: 'a??m' holds a line end, tab or other control "
         "character"},
        {"name: [a]",
         "own.yaml:1:7: pools.own.name: one value is wanted, not a list or a map"},
        {"{name: a, on: yes}",
         "own.yaml:1:15: pools.own.on: 'yes' is not true or false"},
        {"{name: a, gpus: -4}", "own.yaml:1:17: pools.own.gpus: -4 is below 1"},
        {"{name: a, gpus: 0}", "own.yaml:1:17: pools.own.gpus: 0 is below 1"},
        {"{name: a, gpus: 1000001}",
         "own.yaml:1:17: pools.own.gpus: 1000001 is above 1000000"},
        {"{name: a, gpus: 3.5}",
         "own.yaml:1:17: pools.own.gpus: '3.5' is not a whole number, such as 8"},
        {"{name: a, gpus: 8x}",
         "own.yaml:1:17: pools.own.gpus: '8x' is not a whole number, such as 8"},
        {"{name: a, gpus: .nan}",
         "own.yaml:1:17: pools.own.gpus: '.nan' is not a whole number, such as 8"},
        {"{name: a, gpus: 1e400}",
         "own.yaml:1:17: pools.own.gpus: '1e400' is too large"},
        {"{name: a, ratio: 10.5}", "own.yaml:1:18: pools.own.ratio: 10.5 is above 10"},
        {"{name: a, ratio: nan}",
         "own.yaml:1:18: pools.own.ratio: 'nan' is not a number, such as '1.25'"},
        {"{name: a, share: 120 %}",
         "own.yaml:1:18: pools.own.share: 120 % is above 100 %"},
        {"{name: a, share: 0.2}",
         "own.yaml:1:18: pools.own.share: '0.2' needs a unit, as in '20 %'"},
        {"{name: a, lead_time: 16}",
         "own.yaml:1:22: pools.own.lead_time: '16' needs a unit, as in '16w'"},
        {"{name: a, lead_time: 0w}",
         "own.yaml:1:22: pools.own.lead_time: 0w is below 1ms"},
        {"{name: a, price: -2.49 USD/GPU-h}",
         "own.yaml:1:18: pools.own.price: -2.49 USD/GPU-h is below 0 USD/GPU-h"},
        {"{name: a, at: 2026-02-30}",
         "own.yaml:1:15: pools.own.at: '2026-02-30' is not a date: the month has no "
         "such "
         "day; write it as '2026-01-31' or '2026-01-31T12:30:00Z'"},
        {"{name: a, order: fifi}",
         "own.yaml:1:18: pools.own.order: 'fifi' is not one of fifo, sjf, ljf; did you "
         "mean 'fifo'?"},
        {"{name: a, order: random}",
         "own.yaml:1:18: pools.own.order: 'random' is not one of fifo, sjf, ljf"},
        {"{name: a, tags: {b: c}}",
         "own.yaml:1:17: pools.own.tags: a list of words is wanted, not a map"},
        {"{name: a, tags: [b, [c]]}",
         "own.yaml:1:21: pools.own.tags: each element must be a word"},
        {"{name: a, tags: [b, ~]}",
         "own.yaml:1:21: pools.own.tags: each element must be a word"},
        {"{name: a, sizes: 8}", "own.yaml:1:18: pools.own.sizes: a table is wanted, "
                                "such as '{1: 0.7, 8: 0.3}'"},
        {"{name: a, sizes: {}}", "own.yaml:1:18: pools.own.sizes: a table is wanted, "
                                 "such as '{1: 0.7, 8: 0.3}'"},
        {"{name: a, sizes: {one: 0.5}}", "own.yaml:1:19: pools.own.sizes: the key "
                                         "'one' is not a number, such as '1.25'"},
        {"{name: a, sizes: {1: x}}",
         "own.yaml:1:22: pools.own.sizes: 'x' is not a number, such as '1.25'"},
        {"{name: a, sizes: {1: [2]}}",
         "own.yaml:1:22: pools.own.sizes: each value must be a number"},
        {"{name: a, sizes: {1: 1.5}}",
         "own.yaml:1:22: pools.own.sizes: 1.5 is above 1"},
        {"{name: a, sizes: {1: 0.5, 1.0: 0.25}}",
         "own.yaml:1:27: pools.own.sizes: the key 1.0 is given twice"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct thing thing;
        struct error err = {0};
        struct params_context context = {.path = "pools.own", .mask = 1u << OWN};
        cr_expect(not(read(cases[i].text, &thing, &context, &err)), "%s",
                  cases[i].text);
        cr_expect(eq(str, err.text, (char *)cases[i].message));
    }
}

Test(params, a_term_out_of_range_is_refused_by_its_length)
{
    struct thing thing;
    struct error err = {0};
    struct params_context context = {.mask = 1u << LEASE};
    cr_expect(not(read("{name: a, term: 23h}", &thing, &context, &err)));
    cr_expect(eq(str, err.text, "own.yaml:1:17: term: 23h is below 1d"));
    cr_expect(not(read("{name: a, term: 400y}", &thing, &context, &err)));
    cr_expect(eq(str, err.text, "own.yaml:1:17: term: 400y is above 317y"));
}

Test(params, a_range_may_end_at_zero)
{
    struct thing thing;
    struct error err = {0};
    struct params_context context = {0};
    cr_expect(read("{name: a, notice: -5s}", &thing, &context, &err), "%s", err.text);
    cr_expect(not(read("{name: a, notice: 5s}", &thing, &context, &err)));
    cr_expect(eq(str, err.text, "own.yaml:1:19: notice: 5s is above 0s"));
    cr_expect(read("{name: a, rate: -5 /d}", &thing, &context, &err), "%s", err.text);
}

Test(params, without_a_map_all_are_defaults_or_missing)
{
    struct thing thing = {0};
    struct error err = {0};
    struct params_context context = {.arena = &arena};
    cr_expect(not(params_read(table, &thing, NULL, &context, &err)));
    cr_expect(eq(str, err.text, "missing key 'name': what it is called"));
    cr_expect(params_read(table + 1, &thing, NULL, &context, &err), "%s", err.text);
    cr_expect(eq(i64, thing.gpus, 8));
    cr_expect(eq(u64, context.given, 0));
}

Test(params, what_is_resolved_says_where_it_came_from)
{
    struct thing thing = {0};
    struct error err = {0};
    struct resolved_list list = {.arena = &arena};
    struct params_context context = {
        .arena = &arena, .resolved = &list, .path = "pools.own", .mask = 1u << OWN};
    struct node root;
    cr_assert(
        node_parse("own.yaml", "name: 'a: b'\ngpus: 16\n", 22, &arena, &root, &err),
        "%s", err.text);
    cr_assert(node_set(&root, "ratio=2.50", &arena, &err), "%s", err.text);
    cr_assert(params_read(table, &thing, &root, &context, &err), "%s", err.text);
    static const struct {
        const char *path, *value, *origin;
    } want[] = {
        {"pools.own.name", "\"a: b\"", "own.yaml:1:7"},
        {"pools.own.on", "true", "default"},
        {"pools.own.gpus", "16", "own.yaml:2:7"},
        {"pools.own.ratio", "2.5", "--set"},
        {"pools.own.share", "20 %", "default"},
        {"pools.own.lead_time", "16w", "default"},
        {"pools.own.at", "2026-01-01T00:00:00Z", "default"},
        {"pools.own.order", "fifo", "default"},
        {"pools.own.tags", "[red, blue]", "default"},
        {"pools.own.sizes", "{1: 0.7, 8: 0.3}", "default"},
        {"pools.own.rate", "130 /d", "default"},
    };
    cr_assert(eq(sz, list.n, COUNT(want)));
    for (size_t i = 0; i < COUNT(want); i++) {
        cr_expect(eq(str, (char *)list.items[i].path, (char *)want[i].path));
        cr_expect(eq(str, (char *)list.items[i].value, (char *)want[i].value));
        cr_expect(eq(str, (char *)list.items[i].origin, (char *)want[i].origin));
    }
}

/* What is shown as resolved, read again, resolves to the same. */
Test(params, resolved_values_read_back)
{
    static const char *const texts[] = {
        "{name: a, gpus: 1e3, ratio: 0.1, share: 8.7%, lead_time: 90min}",
        ("{name: 'it''s: #1, [x] {y}', tags: ['a, b', '- c', ' d ', 'null', '~', "
         "\"e\\n\\\"f\\\\\"]}"),
        "{name: '-', at: 1999-12-31T23:59:59.9999Z, price: 0.000000001 USD/GPU-h}",
        "{name: \"\\xa0\", sizes: {1e-7: 1, 3: 0.3333333333333333}, rate: 5 /w}",
        "{name: 'null', order: sjf, on: false, term: 1y 6mo}",
        "{name: '5', tags: []}",
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct thing thing, again;
        struct error err = {0};
        struct resolved_list list = {.arena = &arena}, second = {.arena = &arena};
        struct params_context context = {.resolved = &list, .mask = 1u << LEASE};
        cr_assert(read(texts[i], &thing, &context, &err), "%s", err.text);
        const char *text = "";
        for (size_t j = 0; j < list.n; j++)
            text = arena_printf(&arena, "%s%s: %s\n", text, list.items[j].path,
                                list.items[j].value);
        context.resolved = &second;
        cr_assert(read(text, &again, &context, &err), "%s in\n%s", err.text, text);
        cr_assert(eq(sz, list.n, second.n));
        for (size_t j = 0; j < list.n; j++)
            cr_expect(
                eq(str, (char *)list.items[j].value, (char *)second.items[j].value));
        cr_expect(eq(str, (char *)thing.name, (char *)again.name));
        cr_expect(eq(i64, thing.price_nusd, again.price_nusd));
        cr_expect(thing.rate_per_d == again.rate_per_d, "%s", text);
    }
}

Test(params, one_value_can_be_set_alone)
{
    struct thing thing = {0};
    struct error err = {0};
    struct node node = {.kind = NODE_SCALAR, .text = "12 USD/GPU-h"};
    node.place = (struct place){"catalog.yaml", 3, 5};
    const struct param *price = table;
    while (strcmp(price->name, "price") != 0)
        price++;
    cr_expect(params_set(price, &thing, &node, &arena, &err), "%s", err.text);
    cr_expect(eq(i64, thing.price_nusd, 12000000000));
    node.text = "12 W";
    cr_expect(not(params_set(price, &thing, &node, &arena, &err)));
    cr_expect(eq(str, err.text,
                 "catalog.yaml:3:5: price: '12 W' is a power where a price of GPU time "
                 "is wanted, as in '2.49 USD/GPU-h'"));
}

Test(params, each_type_has_its_unit_for_people)
{
    static const struct {
        const char *name, *unit;
    } cases[] = {
        {"name", ""},     {"on", ""},     {"gpus", ""},
        {"ratio", ""},    {"share", "%"}, {"lead_time", "time"},
        {"term", "term"}, {"at", "date"}, {"price", "USD/GPU-h"},
        {"rate", "/d"},   {"sizes", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        for (const struct param *param = table; param->name; param++)
            if (strcmp(param->name, cases[i].name) == 0)
                cr_expect(eq(str, (char *)param_unit(param), (char *)cases[i].unit));
}
