/* How the servers of a pool fail and how long they are in repair. */

#include <string.h>

#include "input/scenario_parts.h"

struct failure_input {
    struct failure_spec spec;
    int64_t spares;
    int replace;
};

enum { SPARES_MAX = 10000 };
enum { REPLACE_NONE, REPLACE_ORDER };
static const char *const replace_names[] = {"none", "order", NULL};

#define IN struct failure_input

const struct param failure_params[] = {
    {PARAM_FRACTION(IN, "reset_share", spec.share_frac[0], "75 %", 0, 1,
                    "of the failures, that a restart repairs")},
    {PARAM_TIME(IN, "reset_median", spec.median_ms[0], "30min", 0, 3.2e10,
                "median of those repairs, which are lognormal")},
    {PARAM_NUMBER(IN, "reset_sigma", spec.sigma[0], "1", 0, 5,
                  "standard deviation of their logarithm; 0: all last the median")},
    {PARAM_FRACTION(IN, "service_share", spec.share_frac[1], "15 %", 0, 1,
                    "of the failures, that need hands; the rest is swapped")},
    {PARAM_TIME(IN, "service_median", spec.median_ms[1], "132min", 0, 3.2e10,
                "median of those repairs")},
    {PARAM_NUMBER(IN, "service_sigma", spec.sigma[1], "0.8", 0, 5,
                  "standard deviation of their logarithm")},
    {PARAM_TIME(IN, "swap_median", spec.median_ms[2], "96h", 0, 3.2e10,
                "median of the repairs in which hardware is swapped")},
    {PARAM_NUMBER(IN, "swap_sigma", spec.sigma[2], "0.6", 0, 5,
                  "standard deviation of their logarithm")},
    {PARAM_FRACTION(IN, "loss", spec.loss_frac, "0 %", 0, 1,
                    "own: of the failures, after which the server is gone for good")},
    {PARAM_FRACTION(IN, "salvage", spec.salvage_frac, "0 %", 0, 1,
                    "own: what a lost server brings, of its market value")},
    {PARAM_COUNT(IN, "spares", spares, "0", 0, SPARES_MAX,
                 "own: servers bought with the pool that take the place of lost ones")},
    {PARAM_TIME(IN, "swap_time", spec.swap_ms, "1d", 0, 3.2e10,
                "own: from a loss until a spare is in service")},
    {PARAM_ONE_OF(
        IN, "replace", replace, replace_names, "none",
        "own: whether a server is ordered for a lost one, at the price and the "
        "lead time of the pool; where a spare was used it becomes a spare")},
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
static bool read_repairs(struct scenario *scenario, struct failure_input *in,
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
    return params_read(failure_params, in, map, &context, err);
}

/* What a provider has lost it replaces itself. */
static bool check_losses(const struct pool_spec *pool, const struct failure_input *in,
                         const struct node *map, const char *path, struct error *err)
{
    const char *key = in->spec.loss_frac > 0         ? "loss"
                      : in->spares > 0               ? "spares"
                      : in->replace == REPLACE_ORDER ? "replace"
                                                     : NULL;
    if (!key || pool->tenure == TENURE_OWN)
        return true;
    return error_at(
        err, node_place(map, key),
        "%s.%s: servers are lost and replaced in owned pools; in a lease the "
        "provider repairs or replaces them, which `swap_median` describes",
        path, key);
}

bool scenario_read_failures(struct scenario *scenario, struct pool_spec *pool,
                            const struct node *node, const char *pool_path,
                            struct error *err)
{
    const char *path = arena_printf(&scenario->arena, "%s.failures", pool_path);
    struct failure_input *in = ARENA_NEW(&scenario->arena, struct failure_input);
    struct failure_spec *spec = &in->spec;
    const struct model_choice choice = {
        .kind = MODEL_FAILURE, .word = "model", .fallback = "bathtub", .path = path};
    const struct node *map = node->kind == NODE_MAP ? node : NULL;
    struct node rest = map ? of_model(scenario, map) : *node;
    const struct node *name = map ? node_get(&rest, "model") : node;
    const char *called = name->kind == NODE_SCALAR ? name->text : "";

    if (!read_repairs(scenario, in, map, called, path, err) ||
        !scenario_read_model(scenario, &rest, &choice, &spec->model, &spec->params,
                             err) ||
        !check_shares(spec, node, path, err) ||
        !check_losses(pool, in, node, path, err))
        return false;
    spec->replaces = in->replace == REPLACE_ORDER;
    pool->spares = in->spares;
    if (spec->model->failure.rate_per_node_d(spec->params) > 0)
        pool->failures = spec;
    return true;
}
