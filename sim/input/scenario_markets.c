/*
 * `markets`: prices that change.  Each has a name, says what it is the price of, and
 * has a price model; pools refer to it by name.
 */

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/names.h"
#include "input/price_trace.h"
#include "input/scenario_parts.h"

const char *const market_of_names[] = {"rent", "value", "tariff", "carbon", NULL};

/* Canonical units, what the market's integer is in them, and the most it may be. */
static const struct {
    enum dimension dim;
    double scale, most;
} kinds[MARKET_KINDS] = {
    [MARKET_RENT] = {DIM_USD_PER_GPU_H, 1, 1e14},
    [MARKET_VALUE] = {DIM_USD, 1, 1e13},
    [MARKET_TARIFF] = {DIM_USD_PER_KWH, 1, 1e12},
    [MARKET_CARBON] = {DIM_G_PER_KWH, 1e6, 1e11},
};

int64_t market_quantised(const struct market_spec *market, double price)
{
    double value = price * kinds[market->of].scale, most = kinds[market->of].most;
    return llround(value < most ? fmax(value, 0) : most);
}

struct market_input {
    const char *name, *class;
    int of;
};

const struct param market_params[] = {
    {PARAM_WORD(struct market_input, "name", name, NULL,
                "what pools call it; its random draws belong to this name")},
    {PARAM_ONE_OF(struct market_input, "of", of, market_of_names, NULL,
                  "rent in USD/GPU-h, value of a new server in USD, tariff of "
                  "electricity in USD/kWh, carbon intensity in g/kWh")},
    {PARAM_WORD(struct market_input, "class", class, "",
                "of rent and value: a class of the GPU catalogue")},
    PARAMS_END,
};

struct trace_input {
    const char *trace, *class, *tenure, *region, *term;
};

const struct param market_trace_params[] = {
    {PARAM_WORD(struct trace_input, "trace", trace, "",
                "a price trace, relative to the scenario: the table's points")},
    {PARAM_WORD(struct trace_input, "class", class, "",
                "of the rows to take; default: the market's")},
    {PARAM_WORD(struct trace_input, "tenure", tenure, "",
                "of the rows to take: lease, on-demand or spot")},
    {PARAM_WORD(struct trace_input, "region", region, "", "of the rows to take")},
    {PARAM_WORD(struct trace_input, "term", term, "", "of the rows to take, as in 1y")},
    PARAMS_END,
};

/* One market while it is read. */
struct reading {
    struct scenario *scenario;
    const struct node *map;
    const char *path; /* "markets.h100" */
    struct market_spec *market;
};

const struct node *scenario_only_keys(struct scenario *scenario, const struct node *map,
                                      const struct param table[], bool keep)
{
    struct node *some = ARENA_NEW(&scenario->arena, struct node);
    *some = *map;
    some->keys = ARENA_ARRAY(&scenario->arena, map->n + 1, struct node);
    some->items = ARENA_ARRAY(&scenario->arena, map->n + 1, struct node);
    some->n = 0;
    for (size_t i = 0; i < map->n; i++) {
        bool found = false;
        for (const struct param *param = table; param->name; param++)
            found |= strcmp(param->name, map->keys[i].text) == 0;
        if (found != keep)
            continue;
        some->keys[some->n] = map->keys[i];
        some->items[some->n++] = map->items[i];
    }
    return some;
}

static bool check_name(const struct reading *in, const char *name, struct error *err)
{
    struct place place = node_place(in->map, "name");
    if (strlen(name) > 63)
        return error_at(err, place, "%s.name: it is longer than 63 bytes", in->path);
    for (size_t i = 0; i < in->scenario->n_markets; i++)
        if (strcmp(in->scenario->markets[i].name, name) == 0)
            return error_at(err, place, "%s.name: two markets are called '%s'",
                            in->path, name);
    return true;
}

/* The class, and what the catalogue says it costs. */
static bool read_class(struct reading *in, const char *class, struct error *err)
{
    struct market_spec *market = in->market;
    bool wanted = market->of == MARKET_RENT || market->of == MARKET_VALUE;
    struct arena *arena = &in->scenario->arena;
    if (wanted != (class != NULL))
        return error_at(err, wanted ? in->map->place : node_place(in->map, "class"),
                        wanted
                            ? "%s: `class` is needed, as in `class: h100-sxm`: the %s "
                              "is that of a class"
                            : "%s.class: a market of %s has no class",
                        in->path, market_of_names[market->of]);
    if (market->of == MARKET_TARIFF)
        market->usual = 85000000; /* 0.085 USD/kWh, as a pool's tariff */
    if (market->of == MARKET_CARBON)
        market->usual = 390; /* as a pool's carbon */
    if (!wanted)
        return true;
    market->class = scenario_class(in->scenario, class, node_place(in->map, "class"),
                                   arena_printf(arena, "%s.class", in->path), err);
    if (!market->class)
        return false;
    market->usual =
        (double)(market->of == MARKET_RENT ? market->class->rent_nano_usd_per_gpu_h
                                           : market->class->server_price_uusd);
    return true;
}

/* The model's parameter that takes points; NULL: it takes none. */
static const struct param *points_of(const struct model *model)
{
    for (const struct param *param = model->params; param->name; param++)
        if (param->type == PARAM_POINTS && strcmp(param->name, "points") == 0)
            return param;
    return NULL;
}

static bool read_trace(struct reading *in, const struct node *map, void *params,
                       struct error *err)
{
    struct scenario *scenario = in->scenario;
    struct trace_input what = {0};
    struct params_context context = {
        .arena = &scenario->arena,
        .resolved = &scenario->resolved,
        .path = arena_printf(&scenario->arena, "%s.price", in->path)};
    if (!params_read(market_trace_params, &what, map, &context, err))
        return false;
    const struct param *field = points_of(in->market->price);
    struct points *points = (struct points *)((char *)params + field->offset);
    const char *key = arena_printf(&scenario->arena, "%s.trace", context.path);
    struct place place = node_place(map, "trace");
    if (!what.trace)
        return error_at(err, map->keys[0].place,
                        "%s: `%s` chooses rows of a price trace; name one with `trace`",
                        context.path, map->keys[0].text);
    if (in->market->of != MARKET_RENT)
        return error_at(err, place,
                        "%s: a price trace has rents; this is a market of %s", key,
                        market_of_names[in->market->of]);
    if (points->n > 0)
        return error_at(err, place, "%s: give `points` or `trace`, not both",
                        context.path);

    struct price_filter filter = {what.class ? what.class : in->market->class->name,
                                  what.tenure, what.region, what.term};
    struct error why;
    const char *path = scenario_path_beside(scenario, what.trace);
    const struct price_trace *trace =
        scenario_stored(scenario, &stored_price_trace, path, err);
    if (!trace)
        return scenario_blame(place, key, path, err);
    if (!price_trace_select(trace, &filter, points, &scenario->arena, &why))
        return error_at(err, place, "%s: %s", key, why.text);
    scenario_add_input(scenario, what.trace, trace->digest);
    return true;
}

/* Where neither the parameters nor the catalogue say what the price is at the start. */
static bool check_start(const struct reading *in, const struct node *map,
                        const void *params, struct error *err)
{
    const struct model *model = in->market->price;
    enum dimension dim = kinds[in->market->of].dim;
    const struct param *points = points_of(model);
    const char *path = arena_printf(&in->scenario->arena, "%s.price", in->path);
    if (points &&
        ((const struct points *)((const char *)params + points->offset))->n > 0)
        return true;
    if (points)
        return error_at(err, in->map->place,
                        "%s: `points` or `trace` is needed, as in "
                        "`points: {2026-01-01: %s}`",
                        path, dimension_example(dim));
    const char *key = model->params[0].name;
    assert(model->params[0].dim == DIM_PRICE);
    if (map && map->kind == NODE_MAP && node_get(map, key))
        return true;
    if (in->market->usual == 0)
        return error_at(
            err, in->map->place,
            "%s: `%s` is needed, as in `%s: %s`: the catalogue has none for "
            "%s",
            path, key, key, dimension_example(dim), in->market->class->name);
    char text[QUANTITY_TEXT];
    quantity_write_number(text, dim, in->market->usual);
    scenario_note(in->scenario, path, key, text,
                  in->market->class ? arena_printf(&in->scenario->arena, "catalogue %s",
                                                   in->market->class->name)
                                    : "default");
    return true;
}

static bool read_price(struct reading *in, struct error *err)
{
    struct scenario *scenario = in->scenario;
    struct market_spec *market = in->market;
    const struct node *node = node_get(in->map, "price"), *rows = NULL;
    struct model_choice choice = {
        .kind = MODEL_PRICE,
        .word = "model",
        .fallback = "constant",
        .path = arena_printf(&scenario->arena, "%s.price", in->path),
        .price = kinds[market->of].dim};
    const void *params;
    if (node && node->kind == NODE_MAP) {
        rows = scenario_only_keys(scenario, node, market_trace_params, true);
        node = scenario_only_keys(scenario, node, market_trace_params, false);
    }
    if (!scenario_read_model(scenario, node, &choice, &market->price, &params, err))
        return false;
    market->params = params;
    if (rows && rows->n > 0 && !points_of(market->price))
        return error_at(err, rows->keys[0].place,
                        "%s: `%s` is for the model table; this one is %s", choice.path,
                        rows->keys[0].text, market->price->name);
    void *own = arena_alloc(&scenario->arena, market->price->params_size + 1);
    memcpy(own, params, market->price->params_size);
    market->params = own;
    if (rows && rows->n > 0 && !read_trace(in, rows, own, err))
        return false;
    return check_start(in, node, own, err);
}

/* The price at the start is no matter of chance. */
static void find_start(struct reading *in)
{
    struct market_spec *market = in->market;
    struct price_setting setting = {in->scenario->start_unix_ms, market->usual};
    struct price_change change;
    struct rng rng;
    void *state = arena_alloc(&in->scenario->arena, market->price->state_size + 1);
    rng_init(&rng, (struct rng_key){0, 0, "price", market->name});
    bool any =
        market->price->price.next(market->params, state, &setting, &rng, &change);
    assert(any && change.at_ms == 0);
    market->start = market_quantised(market, change.value);
}

static bool read_market(struct scenario *scenario, const struct node *map, size_t i,
                        struct error *err)
{
    static const char *const also[] = {"price", NULL};
    struct reading in = {.scenario = scenario, .map = map};
    in.path = arena_printf(&scenario->arena, "markets.%zu", i);
    if (map->kind != NODE_MAP)
        return error_at(err, map->place,
                        "%s: a market is a map, as in {name: h100, of: rent, class: "
                        "h100-sxm, price: {model: ou}}",
                        in.path);
    const struct node *name = node_get(map, "name");
    if (name && name->kind == NODE_SCALAR && *name->text && strlen(name->text) < 64)
        in.path = arena_printf(&scenario->arena, "markets.%s", name->text);

    struct market_input given = {0};
    struct params_context context = {.arena = &scenario->arena,
                                     .resolved = &scenario->resolved,
                                     .path = in.path,
                                     .also = also};
    if (!params_read(market_params, &given, map, &context, err) ||
        !check_name(&in, given.name, err))
        return false;
    in.market = &scenario->markets[scenario->n_markets];
    in.market->name = given.name;
    in.market->of = (enum market_of)given.of;
    if (!read_class(&in, given.class, err) || !read_price(&in, err))
        return false;
    find_start(&in);
    scenario->n_markets++;
    return true;
}

bool scenario_read_markets(struct scenario *scenario, const struct node *list,
                           struct error *err)
{
    if (!list || (list->kind == NODE_SCALAR && node_is_null(list)))
        return true;
    if (list->kind != NODE_LIST)
        return error_at(
            err, list->place,
            "markets: a list is wanted, as in [{name: h100, of: rent, class: "
            "h100-sxm, price: {model: ou}}]");
    if (list->n > MARKETS_MAX)
        return error_at(err, list->items[MARKETS_MAX].place,
                        "markets: %zu markets are above the limit of %d", list->n,
                        MARKETS_MAX);
    scenario->markets = ARENA_ARRAY(&scenario->arena, list->n + 1, struct market_spec);
    for (size_t i = 0; i < list->n; i++)
        if (!read_market(scenario, &list->items[i], i, err))
            return false;
    return true;
}

const struct market_spec *scenario_market(struct scenario *scenario, const char *name,
                                          enum market_of of, struct place place,
                                          const char *path, struct error *err)
{
    size_t n = scenario->n_markets;
    const char **names = ARENA_ARRAY(&scenario->arena, n + 1, const char *);
    for (size_t i = 0; i < n; i++) {
        const struct market_spec *market = &scenario->markets[i];
        names[i] = market->name;
        if (strcmp(market->name, name) != 0)
            continue;
        if (market->of == of)
            return market;
        error_at(err, place, "%s: '%s' is a market of %s; one of %s is wanted", path,
                 name, market_of_names[market->of], market_of_names[of]);
        return NULL;
    }
    const char *near = nearest_name(name, names), *list = "";
    for (size_t i = 0; i < n; i++)
        list = arena_printf(&scenario->arena, "%s%s%s", list, i ? ", " : "", names[i]);
    if (near)
        error_at(err, place, "%s: no market '%s'; did you mean '%s'?", path, name,
                 near);
    else
        error_at(err, place, "%s: no market '%s'; `markets` has %s", path, name,
                 n ? list : "none");
    return NULL;
}
