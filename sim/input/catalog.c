#include "input/catalog.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/names.h"
#include "input/catalog_text.h"

#define FIGURES_MAX 32

const char *const mark_names[] = {
    [MARK_MEASURED] = "measured", [MARK_QUOTED] = "quoted", [MARK_DERIVED] = "derived",
    [MARK_ASSUMED] = "assumed",   [MARKS] = NULL,
};

const char *const market_names[] = {
    "on-demand", "lease-1y", "lease-3y", "block", "spot", NULL,
};

const struct param catalog_figures[] = {
    {PARAM_EXACT_IN(DIM_MEMORY, struct gpu_class, "memory", memory_mb, "", 1, 1e9,
                    "memory of one GPU")},
    {PARAM_REAL_IN(DIM_TFLOPS, struct gpu_class, "bf16", bf16_tflops, "", 1e-3, 1e9,
                   "dense BF16 tensor throughput; never the sparse figure")},
    {PARAM_EXACT_IN(DIM_POWER, struct gpu_class, "tdp", tdp_mw, "", 1, 1e9,
                    "thermal design power of one GPU")},
    {PARAM_EXACT_IN(DIM_POWER, struct gpu_class, "idle", idle_mw, "", 0, 1e9,
                    "draw of one GPU with nothing to do")},
    {PARAM_COUNT(struct gpu_class, "gpus_per_server", gpus_per_server, "", 1, 1024,
                 "GPUs in one server")},
    {PARAM_EXACT_IN(DIM_POWER, struct gpu_class, "server_idle", server_idle_mw, "", 0,
                    1e12, "draw of a whole server with nothing to do")},
    {PARAM_EXACT_IN(DIM_POWER, struct gpu_class, "server_busy", server_busy_mw, "", 1,
                    1e12, "draw of a whole server with every GPU busy")},
    {PARAM_EXACT_IN(DIM_POWER, struct gpu_class, "server_nameplate",
                    server_nameplate_mw, "", 1, 1e12,
                    "power that a colocation contract reserves for a server")},
    {PARAM_INSTANT(struct gpu_class, "launch", launch_unix_ms, "", "first shipped")},
    {PARAM_EXACT_IN(DIM_USD, struct gpu_class, "server_price", server_price_uusd, "", 1,
                    1e13, "price of a whole server")},
    {PARAM_EXACT_IN(DIM_USD_PER_GPU_H, struct gpu_class, "rent",
                    rent_nano_usd_per_gpu_h, "", 1, 1e14,
                    "on-demand price, the default of on-demand pools")},
    {PARAM_EXACT_IN(DIM_USD_PER_GPU_H, struct gpu_class, "lease",
                    lease_nano_usd_per_gpu_h, "", 1, 1e14,
                    "price on a one-year contract, the default of leases")},
    {PARAM_MAP(struct gpu_class, "value_by_age", value_by_age, "", 0, 10,
               "years since purchase: fraction of the server's price it then fetches")},
    {PARAM_REAL_IN(DIM_KG, struct gpu_class, "embodied", embodied_kg, "", 0, 1e6,
                   "CO2 equivalent of making one GPU")},
    PARAMS_END,
};

static const struct param *figure_find(const char *name)
{
    for (const struct param *param = catalog_figures; param->name; param++)
        if (strcmp(param->name, name) == 0)
            return param;
    return NULL;
}

static bool unknown_key(const struct node *key, const char *what,
                        const char *const candidates[], struct error *err)
{
    const char *near = nearest_name(key->text, candidates);
    if (near)
        return error_at(err, key->place, "%s: unknown key '%s'; did you mean '%s'?",
                        what, key->text, near);
    return error_at(err, key->place, "%s: unknown key '%s'", what, key->text);
}

static bool unknown_figure(const struct node *key, const char *class, struct error *err)
{
    const char *names[FIGURES_MAX] = {"title", "speed", "prices"};
    size_t n = 3;
    for (const struct param *param = catalog_figures; param->name; param++)
        names[n++] = param->name;
    assert(n < FIGURES_MAX);
    return unknown_key(key, class, names, err);
}

static bool is_date(const char *text)
{
    static const char form[] = "dddd-dd-dd";
    size_t length = strlen(text);
    if (length != 4 && length != 7 && length != 10)
        return false;
    for (size_t i = 0; i < length; i++) {
        bool digit = text[i] >= '0' && text[i] <= '9';
        if (form[i] == 'd' ? !digit : text[i] != '-')
            return false;
    }
    return true;
}

static int choice_find(const char *const names[], const char *text)
{
    for (int i = 0; names[i]; i++)
        if (strcmp(names[i], text) == 0)
            return i;
    return -1;
}

static bool need_text(const struct node *map, const char *key, const char *what,
                      const char **text, struct error *err)
{
    const struct node *node = node_get(map, key);
    if (!node || node->kind != NODE_SCALAR || node_is_null(node))
        return error_at(err, node ? node->place : map->place,
                        "%s: `%s` is needed, as in {value: 700 W, source: vendor "
                        "datasheet, date: 2022-10, mark: quoted}",
                        what, key);
    *text = node->text;
    return true;
}

/* What stands beside a value: source, date, mark, note. */
static bool read_provenance(const struct node *map, const char *key,
                            struct provenance *provenance, struct error *err)
{
    *provenance = (struct provenance){.key = key};
    const char *mark = NULL;
    if (!need_text(map, "source", key, &provenance->source, err) ||
        !need_text(map, "date", key, &provenance->date, err) ||
        !need_text(map, "mark", key, &mark, err))
        return false;
    if (!is_date(provenance->date))
        return error_at(err, node_get(map, "date")->place,
                        "%s: '%s' is not a date such as 2026, 2026-05 or 2026-05-20",
                        key, provenance->date);
    int found = choice_find(mark_names, mark);
    if (found < 0)
        return error_at(err, node_get(map, "mark")->place,
                        "%s: '%s' is not a mark; one of measured, quoted, derived, "
                        "assumed",
                        key, mark);
    provenance->mark = (enum mark)found;
    const struct node *note = node_get(map, "note");
    provenance->note = note && note->kind == NODE_SCALAR ? note->text : NULL;
    return true;
}

static void provenance_put(struct catalog *catalog, struct gpu_class *class,
                           const struct provenance *provenance)
{
    for (size_t i = 0; i < class->n_provenance; i++) {
        if (strcmp(class->provenance[i].key, provenance->key) == 0) {
            class->provenance[i] = *provenance;
            return;
        }
    }
    size_t n = class->n_provenance;
    if (!class->provenance)
        class->provenance =
            ARENA_ARRAY(&catalog->arena, FIGURES_MAX, struct provenance);
    assert(n < FIGURES_MAX);
    class->provenance[n] = *provenance;
    class->n_provenance = n + 1;
}

static bool read_ratio(const struct node *node, struct class_speed *speed,
                       struct error *err)
{
    static const struct param ratio = {
        PARAM_NUMBER(struct class_speed, "speed", ratio, NULL, 1e-6, 1e6, "")};
    return params_set(&ratio, speed, node, NULL, err);
}

/* A number, or a map by workload in which `default` stands for all others. */
static bool read_speed(struct catalog *catalog, struct gpu_class *class,
                       const struct node *value, struct error *err)
{
    if (value->kind == NODE_LIST)
        return error_at(err, value->place,
                        "speed: a number, or a map such as {default: 1.2, inference: "
                        "1.6}");
    size_t n = value->kind == NODE_MAP ? value->n : 1;
    struct class_speed *speeds = ARENA_ARRAY(&catalog->arena, n, struct class_speed);
    bool has_default = value->kind == NODE_SCALAR;
    for (size_t i = 0; i < n; i++) {
        const struct node *item = value->kind == NODE_MAP ? &value->items[i] : value;
        if (value->kind == NODE_MAP && strcmp(value->keys[i].text, "default") != 0)
            speeds[i].workload = value->keys[i].text;
        else
            has_default = true;
        if (!read_ratio(item, &speeds[i], err))
            return false;
    }
    if (!has_default)
        return error_at(err, value->place,
                        "speed: a map needs `default`, the speed "
                        "for all other workloads");
    class->speeds = speeds;
    class->n_speeds = n;
    return true;
}

static bool read_figure(struct catalog *catalog, struct gpu_class *class,
                        const struct node *key, const struct node *figure,
                        struct error *err)
{
    static const char *const parts[] = {"value", "source", "date",
                                        "mark",  "note",   NULL};
    const struct param *param = figure_find(key->text);
    bool is_speed = strcmp(key->text, "speed") == 0;
    if (!param && !is_speed)
        return unknown_figure(key, class->name, err);
    if (figure->kind != NODE_MAP)
        return error_at(err, figure->place,
                        "%s: a figure is a map, as in {value: 700 W, source: vendor "
                        "datasheet, date: 2022-10, mark: quoted}",
                        key->text);
    for (size_t i = 0; i < figure->n; i++)
        if (choice_find(parts, figure->keys[i].text) < 0)
            return unknown_key(&figure->keys[i], key->text, parts, err);

    const struct node *value = node_get(figure, "value");
    if (!value)
        return error_at(err, figure->place, "%s: `value` is needed", key->text);
    struct provenance provenance;
    if (!read_provenance(figure, key->text, &provenance, err))
        return false;
    bool ok = is_speed ? read_speed(catalog, class, value, err)
                       : params_set(param, class, value, &catalog->arena, err);
    if (ok)
        provenance_put(catalog, class, &provenance);
    return ok;
}

struct price_input {
    int64_t unix_ms;
    int64_t price;
    int market;
};

static const struct param price_params[] = {
    {PARAM_INSTANT(struct price_input, "at", unix_ms, NULL, "when this was the price")},
    {PARAM_ONE_OF(struct price_input, "market", market, market_names, NULL,
                  "the product; these prices move in different directions")},
    {PARAM_EXACT_IN(DIM_USD_PER_GPU_H, struct price_input, "price", price, NULL, 1,
                    1e14, "the price")},
    PARAMS_END,
};

static bool read_price(struct catalog *catalog, const struct node *map,
                       struct dated_price *price, struct error *err)
{
    static const char *const also[] = {"source", "date", "mark", "note", NULL};
    if (map->kind != NODE_MAP)
        return error_at(err, map->place,
                        "prices: each is a map with at, market, price, "
                        "source, date and mark");
    struct price_input input = {0};
    struct params_context context = {
        .arena = &catalog->arena, .path = "prices", .also = also};
    if (!params_read(price_params, &input, map, &context, err))
        return false;
    price->unix_ms = input.unix_ms;
    price->market = market_names[input.market];
    price->nano_usd_per_gpu_h = input.price;
    return read_provenance(map, "prices", &price->provenance, err);
}

static bool read_prices(struct catalog *catalog, struct gpu_class *class,
                        const struct node *list, struct error *err)
{
    if (list->kind != NODE_LIST)
        return error_at(err, list->place, "prices: a list is wanted");
    class->prices = ARENA_ARRAY(&catalog->arena, list->n, struct dated_price);
    class->n_prices = list->n;
    for (size_t i = 0; i < list->n; i++)
        if (!read_price(catalog, &list->items[i], &class->prices[i], err))
            return false;
    return true;
}

static bool has_figure(const struct gpu_class *class, const char *key)
{
    for (size_t i = 0; i < class->n_provenance; i++)
        if (strcmp(class->provenance[i].key, key) == 0)
            return true;
    return false;
}

/* What every class must have, and figures that would contradict one another. */
static bool class_check(const struct gpu_class *class, struct place place,
                        struct error *err)
{
    static const char *const needed[] = {"memory",          "bf16",  "tdp",
                                         "gpus_per_server", "speed", NULL};
    for (const char *const *key = needed; *key; key++)
        if (!has_figure(class, *key))
            return error_at(err, place, "%s: the figure `%s` is needed", class->name,
                            *key);
    if (class->idle_mw > class->tdp_mw)
        return error_at(err, place, "%s: `idle` is above `tdp`", class->name);
    if (class->server_busy_mw && class->server_idle_mw > class->server_busy_mw)
        return error_at(err, place, "%s: `server_idle` is above `server_busy`",
                        class->name);
    if (class->server_nameplate_mw &&
        class->server_busy_mw > class->server_nameplate_mw)
        return error_at(err, place, "%s: `server_busy` is above `server_nameplate`",
                        class->name);
    const struct table *value = &class->value_by_age;
    for (size_t i = 0; i < value->n; i++)
        if (!(value->x[i] >= 0) || !(value->y[i] >= 0 && value->y[i] <= 10))
            return error_at(err, place,
                            "%s: value_by_age wants ages of at least 0 and fractions "
                            "from 0 to 10, as in {0: 1, 1: 0.6, 3: 0.3}",
                            class->name);
    return true;
}

/* The class of that name; a new, empty one where there is none. */
static struct gpu_class *class_open(struct catalog *catalog, const char *name)
{
    for (size_t i = 0; i < catalog->n; i++)
        if (strcmp(catalog->classes[i].name, name) == 0)
            return &catalog->classes[i];
    catalog->classes = arena_grow(&catalog->arena, catalog->classes, catalog->n,
                                  catalog->n + 1, sizeof *catalog->classes);
    struct gpu_class *class = &catalog->classes[catalog->n++];
    class->name = name;
    class->title = name;
    return class;
}

static bool read_title(struct gpu_class *class, const struct node *title,
                       struct error *err)
{
    if (title->kind != NODE_SCALAR || node_is_null(title))
        return error_at(err, title->place, "%s: `title` is a text", class->name);
    class->title = title->text;
    return true;
}

static bool read_class(struct catalog *catalog, const struct node *name,
                       const struct node *map, struct error *err)
{
    if (map->kind != NODE_MAP)
        return error_at(err, map->place, "%s: a class is a map of figures", name->text);
    struct gpu_class *class = class_open(catalog, name->text);
    for (size_t i = 0; i < map->n; i++) {
        const struct node *key = &map->keys[i], *item = &map->items[i];
        bool ok = strcmp(key->text, "title") == 0 ? read_title(class, item, err)
                  : strcmp(key->text, "prices") == 0
                      ? read_prices(catalog, class, item, err)
                      : read_figure(catalog, class, key, item, err);
        if (!ok)
            return false;
    }
    return class_check(class, map->place, err);
}

static bool read_classes(struct catalog *catalog, const struct node *root,
                         struct error *err)
{
    if (root->kind != NODE_MAP || root->n == 0)
        return error_at(err, root->place,
                        "a catalogue is a map from the names of classes to their "
                        "figures");
    for (size_t i = 0; i < root->n; i++)
        if (!read_class(catalog, &root->keys[i], &root->items[i], err))
            return false;
    return true;
}

bool catalog_init(struct catalog *catalog, struct error *err)
{
    *catalog = (struct catalog){0};
    struct sha256 sha;
    sha256_start(&sha);
    sha256_add(&sha, catalog_text, catalog_text_length);
    sha256_end(&sha, catalog->digest);

    struct node root;
    if (node_parse("catalog.yaml", (const char *)catalog_text, catalog_text_length,
                   &catalog->arena, &root, err) &&
        read_classes(catalog, &root, err))
        return true;
    catalog_free(catalog);
    return false;
}

bool catalog_add(struct catalog *catalog, const char *path, char digest[SHA256_HEX],
                 struct error *err)
{
    struct node root;
    return sha256_file(path, digest, err) &&
           node_read(path, &catalog->arena, &root, err) &&
           read_classes(catalog, &root, err);
}

void catalog_free(struct catalog *catalog)
{
    arena_free(&catalog->arena);
    *catalog = (struct catalog){0};
}

static bool read_stored(void *content, const char *path, struct error *err)
{
    struct catalog *catalog = content;
    return catalog_init(catalog, err) &&
           (!*path || catalog_add(catalog, path, catalog->added, err));
}

static void free_stored(void *content)
{
    catalog_free(content);
}

const struct store_kind stored_catalog = {sizeof(struct catalog), read_stored,
                                          free_stored};

const struct gpu_class *catalog_find(const struct catalog *catalog, const char *name)
{
    for (size_t i = 0; i < catalog->n; i++)
        if (strcmp(catalog->classes[i].name, name) == 0)
            return &catalog->classes[i];
    return NULL;
}

double gpu_class_speed(const struct gpu_class *class, const char *workload)
{
    double others = 1;
    for (size_t i = 0; i < class->n_speeds; i++) {
        const struct class_speed *speed = &class->speeds[i];
        if (!speed->workload)
            others = speed->ratio;
        else if (workload && strcmp(speed->workload, workload) == 0)
            return speed->ratio;
    }
    return others;
}

double gpu_class_value_frac(const struct gpu_class *class, double age_y)
{
    const struct table *value = &class->value_by_age;
    if (value->n == 0)
        return 0;
    if (age_y <= value->x[0])
        return value->y[0];
    for (size_t i = 1; i < value->n; i++) {
        if (age_y > value->x[i])
            continue;
        double part = (age_y - value->x[i - 1]) / (value->x[i] - value->x[i - 1]);
        return value->y[i - 1] + part * (value->y[i] - value->y[i - 1]);
    }
    return value->y[value->n - 1];
}
