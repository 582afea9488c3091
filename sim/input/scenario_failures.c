/* How the servers of a pool fail and how long they are in repair. */

#include <string.h>

#include "input/scenario_parts.h"

#define IN struct failure_spec

const struct param failure_params[] = {
    {PARAM_FRACTION(IN, "reset_share", share_frac[0], "75 %", 0, 1,
                    "of the failures, that a restart repairs")},
    {PARAM_TIME(IN, "reset_median", median_ms[0], "30min", 0, 3.2e10,
                "median of those repairs, which are lognormal")},
    {PARAM_NUMBER(IN, "reset_sigma", sigma[0], "1", 0, 5,
                  "standard deviation of their logarithm; 0: all last the median")},
    {PARAM_FRACTION(IN, "service_share", share_frac[1], "15 %", 0, 1,
                    "of the failures, that need hands; the rest is swapped")},
    {PARAM_TIME(IN, "service_median", median_ms[1], "132min", 0, 3.2e10,
                "median of those repairs")},
    {PARAM_NUMBER(IN, "service_sigma", sigma[1], "0.8", 0, 5,
                  "standard deviation of their logarithm")},
    {PARAM_TIME(IN, "swap_median", median_ms[2], "96h", 0, 3.2e10,
                "median of the repairs in which hardware is swapped")},
    {PARAM_NUMBER(IN, "swap_sigma", sigma[2], "0.6", 0, 5,
                  "standard deviation of their logarithm")},
    PARAMS_END,
};

/* The model's own keys and its name. */
static const char *const *keys_of_model(struct scenario *scenario,
                                        const struct model *model)
{
    size_t n = 0;
    while (model->params[n].name)
        n++;
    const char **keys = ARENA_ARRAY(&scenario->arena, n + 2, const char *);
    for (size_t i = 0; i < n; i++)
        keys[i] = model->params[i].name;
    keys[n] = "model";
    return keys;
}

static bool is_ours(const char *key)
{
    for (const struct param *param = failure_params; param->name; param++)
        if (strcmp(param->name, key) == 0)
            return true;
    return false;
}

static struct node word(const struct node *map, const char *text)
{
    return (struct node){.kind = NODE_SCALAR, .text = text, .place = map->place};
}

/* The map without what is said of repairs: the model's own, and its name. */
static struct node of_model(struct scenario *scenario, const struct node *map)
{
    struct node rest = *map;
    rest.keys = ARENA_ARRAY(&scenario->arena, map->n + 1, struct node);
    rest.items = ARENA_ARRAY(&scenario->arena, map->n + 1, struct node);
    rest.n = 0;
    for (size_t i = 0; i < map->n; i++) {
        if (is_ours(map->keys[i].text))
            continue;
        rest.keys[rest.n] = map->keys[i];
        rest.items[rest.n++] = map->items[i];
    }
    if (!node_get(map, "model")) {
        rest.keys[rest.n] = word(map, "model");
        rest.items[rest.n++] = word(map, "bathtub");
    }
    return rest;
}

static bool check_shares(struct failure_spec *spec, const struct node *map,
                         const char *path, struct error *err)
{
    double shares = spec->share_frac[0] + spec->share_frac[1];
    spec->share_frac[2] = shares < 1 ? 1 - shares : 0;
    if (shares <= 1 + 1e-9)
        return true;
    return error_at(err, map->place,
                    "%s: reset_share and service_share are %g %% together, and cannot "
                    "be above 100 %%",
                    path, shares * 100);
}

/* Before the model's own, so that a slip is looked for among all keys. */
static bool read_repairs(struct scenario *scenario, struct failure_spec *spec,
                         const struct node *map, const char *name, const char *path,
                         struct error *err)
{
    const struct model *model = model_find(MODEL_FAILURE, name);
    if (!model)
        return true; /* which is said when the model is read */
    struct params_context context = {.arena = &scenario->arena,
                                     .resolved = &scenario->resolved,
                                     .path = path,
                                     .also = keys_of_model(scenario, model)};
    return params_read(failure_params, spec, map, &context, err);
}

bool scenario_read_failures(struct scenario *scenario, struct pool_spec *pool,
                            const struct node *node, const char *pool_path,
                            struct error *err)
{
    const char *path = arena_printf(&scenario->arena, "%s.failures", pool_path);
    struct failure_spec *spec = ARENA_NEW(&scenario->arena, struct failure_spec);
    const struct model_choice choice = {
        .kind = MODEL_FAILURE, .word = "model", .fallback = "bathtub", .path = path};
    const struct node *map = node->kind == NODE_MAP ? node : NULL;
    struct node rest = map ? of_model(scenario, map) : *node;
    const struct node *name = map ? node_get(&rest, "model") : node;
    const char *called = name->kind == NODE_SCALAR ? name->text : "";

    if (!read_repairs(scenario, spec, map, called, path, err) ||
        !scenario_read_model(scenario, &rest, &choice, &spec->model, &spec->params,
                             err) ||
        !check_shares(spec, node, path, err))
        return false;
    if (spec->model->failure.rate_per_node_d(spec->params) > 0)
        pool->failures = spec;
    return true;
}
