#include "base/params.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/names.h"

/* One value on its way from the file into its field. */
struct reading {
    const struct param *param;
    const struct node *value;
    const char *label; /* "pools.own.gpus", for messages */
    void *field;
    struct arena *arena;
};

static bool refuse(const struct reading *in, const char *wrong, struct error *err)
{
    return error_at(err, in->value->place, "%s: %s", in->label, wrong);
}

static bool has_range(const struct param *param)
{
    return param->min != 0 || param->max != 0;
}

/* In the unit of what the user wrote, where that says it well. */
static void write_limit(char text[QUANTITY_TEXT], const struct param *param, bool upper,
                        const char *shown)
{
    double limit = upper ? param->max : param->min;
    if (param->type == PARAM_EXACT || param->type == PARAM_SPAN) {
        enum dimension dim = param->type == PARAM_SPAN ? DIM_TIME : param->dim;
        int64_t whole = limit >= 0x1p63    ? INT64_MAX
                        : limit <= -0x1p63 ? INT64_MIN
                                           : (int64_t)limit;
        if (param->type == PARAM_SPAN && upper && whole >= MS_PER_Y)
            snprintf(text, QUANTITY_TEXT, "%lldy", (long long)(whole / MS_PER_Y));
        else
            quantity_write_bound(text, dim, whole, upper, shown);
        return;
    }
    bool plain = param->type != PARAM_REAL && param->type != PARAM_POINTS;
    enum dimension dim = plain ? DIM_NUMBER : param->dim;
    /* The least of what an exact dimension can hold is 1, as a limit above 0. */
    bool tiny = dimension_is_exact(dim) && limit > 0 && limit < 1;
    quantity_write_number(text, dim, tiny ? 1 : limit);
}

static bool check_range(const struct reading *in, const char *shown, double value,
                        struct error *err)
{
    const struct param *param = in->param;
    if (!has_range(param) || (value >= param->min && value <= param->max))
        return true;
    bool low = value < param->min;
    char limit[QUANTITY_TEXT];
    write_limit(limit, param, !low, shown);
    return error_at(err, in->value->place, "%s: %s is %s %s", in->label, shown,
                    low ? "below" : "above", limit);
}

static bool read_bool(const struct reading *in, struct error *err)
{
    const char *text = in->value->text;
    if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
        return error_at(err, in->value->place, "%s: '%s' is not true or false",
                        in->label, text);
    *(bool *)in->field = strcmp(text, "true") == 0;
    return true;
}

static bool read_int(const struct reading *in, struct error *err)
{
    const char *text = in->value->text;
    int64_t value;
    switch (decimal_to_int64(text, strlen(text), 0, &value)) {
    case DECIMAL_OK: break;
    case DECIMAL_OVERFLOW:
        return error_at(err, in->value->place, "%s: '%s' is too large", in->label,
                        text);
    default:
        return error_at(err, in->value->place,
                        "%s: '%s' is not a whole number, such as 8", in->label, text);
    }
    if (!check_range(in, text, (double)value, err))
        return false;
    *(int64_t *)in->field = value;
    return true;
}

static bool read_real(const struct reading *in, struct error *err)
{
    double value;
    struct error inner;
    if (!quantity_number(in->value->text, in->param->dim, &value, &inner))
        return refuse(in, inner.text, err);
    if (!check_range(in, in->value->text, value, err))
        return false;
    *(double *)in->field = value;
    return true;
}

static bool read_exact(const struct reading *in, struct error *err)
{
    int64_t value;
    struct error inner;
    if (!quantity_exact(in->value->text, in->param->dim, &value, &inner))
        return refuse(in, inner.text, err);
    if (!check_range(in, in->value->text, (double)value, err))
        return false;
    *(int64_t *)in->field = value;
    return true;
}

static bool read_span(const struct reading *in, struct error *err)
{
    struct span value;
    struct error inner;
    if (!quantity_span(in->value->text, &value, &inner))
        return refuse(in, inner.text, err);
    double about_ms = (double)value.months * (double)MS_PER_MO + (double)value.ms;
    if (!check_range(in, in->value->text, about_ms, err))
        return false;
    *(struct span *)in->field = value;
    return true;
}

static bool read_date(const struct reading *in, struct error *err)
{
    int64_t value;
    struct error inner;
    const char *text = in->value->text;
    if (!calendar_parse(text, strlen(text), &value, &inner))
        return refuse(in, inner.text, err);
    if (!check_range(in, text, (double)value, err))
        return false;
    *(int64_t *)in->field = value;
    return true;
}

/* Texts are written into files of one row a line, and onto terminals. */
static bool has_control(const char *text)
{
    const unsigned char *byte = (const unsigned char *)text;
    for (; *byte; byte++)
        if (*byte < 0x20 || *byte == 0x7f || (byte[0] == 0xc2 && byte[1] < 0xa0))
            return true;
    return false;
}

static bool read_text(const struct reading *in, struct error *err)
{
    if (in->value->text[0] == '\0')
        return refuse(in, "the text is empty", err);
    if (has_control(in->value->text))
        return error_at(err, in->value->place,
                        "%s: '%.100s' holds a line end, tab or other control character",
                        in->label, in->value->text);
    *(const char **)in->field = arena_strdup(in->arena, in->value->text);
    return true;
}

static bool read_choice(const struct reading *in, struct error *err)
{
    const char *const *choices = in->param->choices;
    const char *text = in->value->text;
    char list[256] = "";
    size_t used = 0;
    for (int i = 0; choices[i]; i++) {
        if (strcmp(choices[i], text) == 0) {
            *(int *)in->field = i;
            return true;
        }
        if (used < sizeof list)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%s",
                                     i ? ", " : "", choices[i]);
    }
    const char *near = nearest_name(text, choices);
    if (near)
        return error_at(err, in->value->place,
                        "%s: '%s' is not one of %s; did you mean '%s'?", in->label,
                        text, list, near);
    return error_at(err, in->value->place, "%s: '%s' is not one of %s", in->label, text,
                    list);
}

static bool read_texts(const struct reading *in, struct error *err)
{
    const struct node *value = in->value;
    bool single = value->kind == NODE_SCALAR;
    struct texts texts = {.n = single ? 1 : value->n};
    texts.text = ARENA_ARRAY(in->arena, texts.n, const char *);
    for (size_t i = 0; i < texts.n; i++) {
        const struct node *item = single ? value : &value->items[i];
        if (item->kind != NODE_SCALAR || node_is_null(item) || !item->text[0])
            return error_at(err, item->place, "%s: each element must be a word",
                            in->label);
        texts.text[i] = arena_strdup(in->arena, item->text);
    }
    *(struct texts *)in->field = texts;
    return true;
}

struct entry {
    double x, y;
    size_t index;
};

static int compare_entries(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;
    return (left->x > right->x) - (left->x < right->x);
}

static bool read_entry(const struct reading *in, size_t i, struct entry *entry,
                       struct error *err)
{
    const struct node *map = in->value, *item = &map->items[i];
    struct error inner;
    entry->index = i;
    entry->x = (double)i;
    if (map->kind == NODE_MAP &&
        !quantity_real(map->keys[i].text, DIM_NUMBER, &entry->x, &inner))
        return error_at(err, map->keys[i].place, "%s: the key %s", in->label,
                        inner.text);
    if (item->kind != NODE_SCALAR)
        return error_at(err, item->place, "%s: each value must be a number", in->label);
    if (!quantity_real(item->text, DIM_NUMBER, &entry->y, &inner))
        return error_at(err, item->place, "%s: %s", in->label, inner.text);

    struct reading one = *in;
    one.value = item;
    return check_range(&one, item->text, entry->y, err);
}

static bool read_table(const struct reading *in, struct error *err)
{
    const struct node *value = in->value;
    if (value->kind == NODE_SCALAR || value->n == 0)
        return refuse(in, "a table is wanted, such as '{1: 0.7, 8: 0.3}'", err);

    struct entry *entries = ARENA_ARRAY(in->arena, value->n, struct entry);
    for (size_t i = 0; i < value->n; i++)
        if (!read_entry(in, i, &entries[i], err))
            return false;
    qsort(entries, value->n, sizeof *entries, compare_entries);

    struct table table = {.n = value->n};
    table.x = ARENA_ARRAY(in->arena, value->n, double);
    table.y = ARENA_ARRAY(in->arena, value->n, double);
    for (size_t i = 0; i < value->n; i++) {
        table.x[i] = entries[i].x;
        table.y[i] = entries[i].y;
        if (i > 0 && table.x[i] == table.x[i - 1])
            return error_at(err, value->keys[entries[i].index].place,
                            "%s: the key %s is given twice", in->label,
                            value->keys[entries[i].index].text);
    }
    *(struct table *)in->field = table;
    return true;
}

struct point {
    int64_t at_unix_ms;
    double value;
    size_t index;
};

static int compare_points(const void *a, const void *b)
{
    const struct point *left = a, *right = b;
    return (left->at_unix_ms > right->at_unix_ms) -
           (left->at_unix_ms < right->at_unix_ms);
}

static bool read_point(const struct reading *in, size_t i, struct point *point,
                       struct error *err)
{
    const struct node *key = &in->value->keys[i], *item = &in->value->items[i];
    struct reading one = *in;
    struct error inner;
    one.value = item;
    point->index = i;
    if (!calendar_parse(key->text, strlen(key->text), &point->at_unix_ms, &inner))
        return error_at(err, key->place, "%s: the key %s", in->label, inner.text);
    if (item->kind != NODE_SCALAR || node_is_null(item))
        return refuse(&one, "each date must have one value", err);
    if (!quantity_number(item->text, in->param->dim, &point->value, &inner))
        return refuse(&one, inner.text, err);
    return check_range(&one, item->text, point->value, err);
}

static bool read_points(const struct reading *in, struct error *err)
{
    const struct node *value = in->value;
    if (value->kind != NODE_MAP || value->n == 0)
        return error_at(err, value->place,
                        "%s: dates with a value each are wanted, as in '{2026-07-01: "
                        "%s}'",
                        in->label, dimension_example(in->param->dim));

    struct point *sorted = ARENA_ARRAY(in->arena, value->n, struct point);
    for (size_t i = 0; i < value->n; i++)
        if (!read_point(in, i, &sorted[i], err))
            return false;
    qsort(sorted, value->n, sizeof *sorted, compare_points);

    struct points points = {.n = value->n};
    points.at_unix_ms = ARENA_ARRAY(in->arena, value->n, int64_t);
    points.value = ARENA_ARRAY(in->arena, value->n, double);
    for (size_t i = 0; i < value->n; i++) {
        const struct node *key = &value->keys[sorted[i].index];
        points.at_unix_ms[i] = sorted[i].at_unix_ms;
        points.value[i] = sorted[i].value;
        if (i > 0 && points.at_unix_ms[i] == points.at_unix_ms[i - 1])
            return error_at(err, key->place, "%s: the date %s is given twice",
                            in->label, key->text);
    }
    *(struct points *)in->field = points;
    return true;
}

static bool is_composite(const struct param *param)
{
    return param->type == PARAM_TEXTS || param->type == PARAM_TABLE ||
           param->type == PARAM_POINTS;
}

static bool read_value(const struct reading *in, struct error *err)
{
    static bool (*const read[])(const struct reading *, struct error *) = {
        [PARAM_BOOL] = read_bool,     [PARAM_INT] = read_int,
        [PARAM_REAL] = read_real,     [PARAM_EXACT] = read_exact,
        [PARAM_SPAN] = read_span,     [PARAM_DATE] = read_date,
        [PARAM_TEXT] = read_text,     [PARAM_CHOICE] = read_choice,
        [PARAM_TEXTS] = read_texts,   [PARAM_TABLE] = read_table,
        [PARAM_POINTS] = read_points,
    };
    if (node_is_null(in->value))
        return refuse(in, "has no value", err);
    if (in->value->kind != NODE_SCALAR && !is_composite(in->param))
        return refuse(in, "one value is wanted, not a list or a map", err);
    if (in->value->kind == NODE_MAP && in->param->type == PARAM_TEXTS)
        return refuse(in, "a list of words is wanted, not a map", err);
    return read[in->param->type](in, err);
}

bool params_set(const struct param *param, void *self, const struct node *value,
                struct arena *arena, struct error *err)
{
    struct reading in = {
        .param = param,
        .value = value,
        .label = param->name,
        .field = (char *)self + param->offset,
        .arena = arena,
    };
    return read_value(&in, err);
}

static bool is_allowed(const struct param *param, const struct params_context *context)
{
    return param->mask == 0 || (param->mask & context->mask) != 0;
}

static const char *label_of(const struct params_context *context, const char *name)
{
    if (!context->path || !*context->path)
        return name;
    return arena_printf(context->arena, "%s.%s", context->path, name);
}

/* "pools.own: " for messages about the map as a whole. */
static const char *prefix_of(const struct params_context *context)
{
    if (!context->path || !*context->path)
        return "";
    return arena_printf(context->arena, "%s: ", context->path);
}

static bool refuse_key(const struct param table[], const struct node *key,
                       const struct params_context *context, struct error *err)
{
    size_t n = 0, also = 0, used = 0;
    while (table[n].name)
        n++;
    while (context->also && context->also[also])
        also++;
    const char **names = ARENA_ARRAY(context->arena, n + also + 1, const char *);
    for (size_t i = 0; i < n; i++) {
        if (is_allowed(&table[i], context))
            names[used++] = table[i].name;
        else if (strcmp(table[i].name, key->text) == 0)
            return error_at(err, key->place, "%skey '%s' does not apply here",
                            prefix_of(context), key->text);
    }
    for (size_t i = 0; i < also; i++)
        names[used++] = context->also[i];

    const char *near = nearest_name(key->text, names);
    if (near)
        return error_at(err, key->place, "%sunknown key '%s'; did you mean '%s'?",
                        prefix_of(context), key->text, near);
    return error_at(err, key->place, "%sunknown key '%s'", prefix_of(context),
                    key->text);
}

static bool is_known(const struct param table[], const char *key,
                     const struct params_context *context)
{
    for (const struct param *param = table; param->name; param++)
        if (strcmp(param->name, key) == 0 && is_allowed(param, context))
            return true;
    for (const char *const *also = context->also; also && *also; also++)
        if (strcmp(*also, key) == 0)
            return true;
    return false;
}

static bool check_keys(const struct param table[], const struct node *map,
                       const struct params_context *context, struct error *err)
{
    if (map->kind != NODE_MAP)
        return error_at(err, map->place, "%sa map of keys and values is wanted",
                        prefix_of(context));
    for (size_t i = 0; i < map->n; i++)
        if (!is_known(table, map->keys[i].text, context))
            return refuse_key(table, &map->keys[i], context, err);
    return true;
}

/* A default is written as a user would; one that does not parse is our own mistake. */
static void read_fallback(const struct param *param, void *field, const char *label,
                          struct arena *arena)
{
    struct error err;
    struct node node = {.kind = NODE_SCALAR, .text = param->fallback};
    node.place.file = "default";
    bool ok = true;
    if (is_composite(param))
        ok = node_parse("default", param->fallback, strlen(param->fallback), arena,
                        &node, &err);
    struct reading in = {param, &node, label, field, arena};
    ok = ok && read_value(&in, &err);
    if (!ok)
        fprintf(stderr, "%s\n", err.text);
    assert(ok);
}

static const char *origin_of(const struct node *value, struct arena *arena)
{
    static const char set[] = "--set ";
    const struct place *place = &value->place;
    if (strncmp(place->file, set, sizeof set - 1) == 0)
        return "--set";
    if (place->line == 0)
        return place->file;
    return arena_printf(arena, "%s:%lld:%lld", place->file, (long long)place->line,
                        (long long)place->column);
}

static bool read_param(const struct param *param, void *self, const struct node *map,
                       struct params_context *context, struct error *err)
{
    /* No map, or null for one: every key is missing. */
    const struct node *value = map ? node_get(map, param->name) : NULL;
    const char *label = label_of(context, param->name);
    const char *origin = "default";
    void *field = (char *)self + param->offset;

    if (value) {
        struct reading in = {param, value, label, field, context->arena};
        if (!read_value(&in, err))
            return false;
        origin = origin_of(value, context->arena);
    } else if (!param->fallback) {
        struct place none = {0};
        return error_at(err, map ? map->place : none, "%smissing key '%s': %s",
                        prefix_of(context), param->name, param->help);
    } else if (!*param->fallback) {
        return true;
    } else {
        read_fallback(param, field, label, context->arena);
    }
    if (context->resolved)
        resolved_add(context->resolved, label, params_text(param, self, context->arena),
                     origin);
    return true;
}

bool params_read(const struct param table[], void *self, const struct node *map,
                 struct params_context *context, struct error *err)
{
    context->given = 0;
    if (map && !node_is_null(map) && !check_keys(table, map, context, err))
        return false;
    for (size_t i = 0; table[i].name; i++) {
        assert(i < 64);
        if (!is_allowed(&table[i], context))
            continue;
        if (map && node_get(map, table[i].name))
            context->given |= UINT64_C(1) << i;
        struct param param = table[i];
        if (param.dim == DIM_PRICE)
            param.dim = context->price;
        if (!read_param(&param, self, map, context, err))
            return false;
    }
    return true;
}
