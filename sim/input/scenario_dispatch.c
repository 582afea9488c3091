#include <assert.h>
#include <string.h>

#include "base/names.h"
#include "input/scenario_parts.h"

struct dispatch_input {
    int backfill, placement, estimate, same_instant;
    struct texts relax;
    bool preempt;
};

static const char *const backfill_names[] = {"none", "skip", "easy", "conservative",
                                             NULL};
static const char *const placement_names[] = {"fungible", "packed", NULL};
static const char *const estimate_names[] = {"limit", "actual", NULL};
static const char *const same_instant_names[] = {"end-first", "submit-first", NULL};

const struct param dispatch_params[] = {
    {PARAM_ONE_OF(struct dispatch_input, "backfill", backfill, backfill_names, "none",
                  "who may overtake a job that does not fit")},
    {PARAM_ONE_OF(struct dispatch_input, "placement", placement, placement_names,
                  "fungible", "GPUs as a number, or packed on servers")},
    {PARAM_ONE_OF(struct dispatch_input, "estimate", estimate, estimate_names, "",
                  "what is known of a job's length: its limit, or its actual duration; "
                  "default: limit where a source has limits")},
    {PARAM_ONE_OF(struct dispatch_input, "same_instant", same_instant,
                  same_instant_names, "end-first",
                  "what comes first at one instant: ends or submits")},
    {PARAM_WORDS(struct dispatch_input, "relax", relax, "",
                 "constraints of jobs to ignore, to see what they cost: pools, class, "
                 "memory, jurisdiction, isolation, provider")},
    {PARAM_FLAG(struct dispatch_input, "preempt", preempt, "false",
                "the first waiting job may take the place of preemptible jobs of lower "
                "priority; for order: priority")},
    PARAMS_END,
};

static const char *const dispatch_also[] = {"order", "wait", "prefer", NULL};

static const char *origin_of(struct scenario *scenario, const struct node *node)
{
    const struct place *place = &node->place;
    if (place->line == 0)
        return "--set";
    return arena_printf(&scenario->arena, "%s:%lld:%lld", place->file,
                        (long long)place->line, (long long)place->column);
}

static bool unknown_model(struct scenario *scenario, const struct node *node,
                          const struct model_choice *choice, struct error *err)
{
    size_t n = 0;
    while (models[n])
        n++;
    const char **names = ARENA_ARRAY(&scenario->arena, n + 1, const char *);
    const char *list = "";
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        if (models[i]->kind != choice->kind)
            continue;
        list = arena_printf(&scenario->arena, "%s%s%s", list, used ? ", " : "",
                            models[i]->name);
        names[used++] = models[i]->name;
    }
    const char *near = nearest_name(node->text, names);
    return error_at(err, node->place, "%s: '%s' is not one of %s%s%s%s", choice->path,
                    node->text, list, near ? "; did you mean '" : "", near ? near : "",
                    near ? "'?" : "");
}

/* The node that holds the model's name; NULL where the fallback serves, or on error. */
static const struct node *model_name(const struct node *node,
                                     const struct model_choice *choice,
                                     struct error *err)
{
    const struct node *name =
        node->kind == NODE_MAP ? node_get(node, choice->word) : node;
    if (name && name->kind == NODE_SCALAR && !node_is_null(name))
        return name;
    error_at(err, name ? name->place : node->place,
             "%s: a name, or a map with `%s`, is wanted, as in {%s: %s}", choice->path,
             choice->word, choice->word, choice->fallback);
    return NULL;
}

static bool check_params(const struct model *model, const void *params,
                         struct place place, const char *path, struct error *err)
{
    struct error inner;
    if (!model->check || model->check(params, &inner))
        return true;
    return error_at(err, place, "%s: %s", path, inner.text);
}

bool scenario_read_model(struct scenario *scenario, const struct node *node,
                         const struct model_choice *choice, const struct model **model,
                         const void **params, struct error *err)
{
    const char *called = choice->fallback, *origin = "default";
    const struct node *map = NULL;
    struct place place = {0};
    if (node) {
        const struct node *name = model_name(node, choice, err);
        if (!name)
            return false;
        called = name->text;
        origin = origin_of(scenario, name);
        place = node->place;
        map = node->kind == NODE_MAP ? node : NULL;
        if (!model_find(choice->kind, called))
            return unknown_model(scenario, name, choice, err);
    }
    *model = model_find(choice->kind, called);
    assert(*model);
    resolved_add(&scenario->resolved, choice->path, called, origin);

    const char *also[] = {choice->word, NULL};
    struct params_context context = {.arena = &scenario->arena,
                                     .resolved = &scenario->resolved,
                                     .path = choice->path,
                                     .also = also,
                                     .price = choice->price};
    void *values = arena_alloc(&scenario->arena, (*model)->params_size + 1);
    *params = values;
    if ((*model)->params && !params_read((*model)->params, values, map, &context, err))
        return false;
    return check_params(*model, values, place, choice->path, err);
}

/* A burst pool that a list does not name stands right behind its lease there: it is
 * part of the contract. */
static void add_bursts(struct scenario *scenario, struct preference *preference)
{
    uint64_t named = 0;
    size_t n = 0;
    uint8_t *pools = ARENA_ARRAY(&scenario->arena, 2 * preference->n, uint8_t);
    for (size_t i = 0; i < preference->n; i++)
        named |= UINT64_C(1) << preference->pools[i];
    for (size_t i = 0; i < preference->n; i++) {
        uint32_t burst = scenario->pools[preference->pools[i]].burst_pool;
        pools[n++] = preference->pools[i];
        if (burst > 0 && !(named >> burst & 1))
            pools[n++] = (uint8_t)burst;
    }
    preference->pools = pools;
    preference->n = n;
}

static bool read_preference(struct scenario *scenario, const struct node *value,
                            const char *path, struct preference *preference,
                            struct error *err)
{
    size_t n = value->kind == NODE_LIST ? value->n : 1;
    if (value->kind == NODE_MAP || n == 0 || n > POOLS_MAX)
        return error_at(err, value->place,
                        "%s: a list of pools is wanted, as in [own, "
                        "burst]",
                        path);
    preference->pools = ARENA_ARRAY(&scenario->arena, n, uint8_t);
    uint64_t seen = 0;
    for (size_t i = 0; i < n; i++) {
        const struct node *item = value->kind == NODE_LIST ? &value->items[i] : value;
        if (item->kind != NODE_SCALAR)
            return error_at(err, item->place, "%s: the name of a pool is wanted", path);
        int pool = scenario_pool_index(scenario, item->text, item->place, path, err);
        if (pool < 0)
            return false;
        if (seen >> pool & 1)
            return error_at(err, item->place, "%s: '%s' stands there twice", path,
                            item->text);
        seen |= UINT64_C(1) << pool;
        preference->pools[preference->n++] = (uint8_t)pool;
    }
    add_bursts(scenario, preference);
    return true;
}

static const char *preference_text(struct scenario *scenario,
                                   const struct preference *preference)
{
    const char *text = "";
    for (size_t i = 0; i < preference->n; i++)
        text = arena_printf(&scenario->arena, "%s%s%s", text, i ? ", " : "",
                            scenario->pools[preference->pools[i]].name);
    return arena_printf(&scenario->arena, "[%s]", text);
}

/* The order of the file, fixed pools before elastic ones: what is paid anyway is used
 * before what is paid by the hour.  A list of the user's is taken as it is,
 * with bursts beside their leases. */
static void prefer_file_order(struct scenario *scenario, struct preference *preference)
{
    preference->pools = ARENA_ARRAY(&scenario->arena, scenario->n_pools, uint8_t);
    for (int elastic = 0; elastic < 2; elastic++)
        for (size_t i = 0; i < scenario->n_pools; i++)
            if (tenure_is_elastic(scenario->pools[i].tenure) == (elastic == 1))
                preference->pools[preference->n++] = (uint8_t)i;
}

static bool read_prefer_map(struct scenario *scenario, const struct node *map,
                            struct error *err)
{
    struct dispatch_spec *dispatch = &scenario->dispatch;
    struct preference others = {0};
    prefer_file_order(scenario, &others);
    const char *origin = "default";
    for (size_t i = 0; i < map->n; i++) {
        const char *workload = map->keys[i].text;
        const char *path =
            arena_printf(&scenario->arena, "dispatch.prefer.%s", workload);
        struct preference preference = {0};
        if (!read_preference(scenario, &map->items[i], path, &preference, err))
            return false;
        if (strcmp(workload, "default") == 0) {
            others = preference;
            origin = origin_of(scenario, &map->items[i]);
            continue;
        }
        preference.workload = workload;
        dispatch->prefer[dispatch->n_prefer++] = preference;
        resolved_add(&scenario->resolved, path, preference_text(scenario, &preference),
                     origin_of(scenario, &map->items[i]));
    }
    dispatch->prefer[dispatch->n_prefer++] = others;
    resolved_add(&scenario->resolved, "dispatch.prefer.default",
                 preference_text(scenario, &others), origin);
    return true;
}

static bool read_prefer(struct scenario *scenario, const struct node *node,
                        struct error *err)
{
    struct dispatch_spec *dispatch = &scenario->dispatch;
    size_t n = node && node->kind == NODE_MAP ? node->n : 0;
    dispatch->prefer = ARENA_ARRAY(&scenario->arena, n + 1, struct preference);
    if (node && node->kind == NODE_MAP)
        return read_prefer_map(scenario, node, err);

    struct preference *all = &dispatch->prefer[0];
    dispatch->n_prefer = 1;
    if (!node)
        prefer_file_order(scenario, all);
    else if (!read_preference(scenario, node, "dispatch.prefer", all, err))
        return false;
    resolved_add(&scenario->resolved, "dispatch.prefer", preference_text(scenario, all),
                 node ? origin_of(scenario, node) : "default");
    return true;
}

static bool check_preempt(const struct scenario *scenario, const struct node *map,
                          struct error *err)
{
    const struct dispatch_spec *dispatch = &scenario->dispatch;
    if (!dispatch->preempt || strcmp(dispatch->order->name, "priority") == 0)
        return true;
    return error_at(
        err, node_place(map, "preempt"),
        "dispatch.preempt: it goes by priority and needs `order: priority`; "
        "the order here is %s",
        dispatch->order->name);
}

const char *const constraint_names[] = {
    [CONSTRAINT_POOLS] = "pools",
    [CONSTRAINT_CLASS] = "class",
    [CONSTRAINT_MEMORY] = "memory",
    [CONSTRAINT_JURISDICTION] = "jurisdiction",
    [CONSTRAINT_ISOLATION] = "isolation",
    [CONSTRAINT_PROVIDER] = "provider",
    [CONSTRAINTS] = NULL,
};

static bool unknown_constraint(const char *text, struct place place, struct error *err)
{
    const char *near = nearest_name(text, constraint_names);
    return error_at(err, place,
                    "dispatch.relax: '%s' is not one of pools, class, memory, "
                    "jurisdiction, isolation, provider%s%s%s",
                    text, near ? "; did you mean '" : "", near ? near : "",
                    near ? "'?" : "");
}

static bool read_relax(struct scenario *scenario, const struct node *map,
                       const struct texts *relax, struct error *err)
{
    for (size_t i = 0; i < relax->n; i++) {
        int c = 0;
        while (constraint_names[c] && strcmp(constraint_names[c], relax->text[i]) != 0)
            c++;
        if (c == CONSTRAINTS)
            return unknown_constraint(relax->text[i], node_place(map, "relax"), err);
        scenario->dispatch.relaxed |= 1u << c;
        scenario_warn(scenario,
                      "dispatch.relax: the constraint %s of jobs is ignored; compare "
                      "with a run that keeps it",
                      constraint_names[c]);
    }
    return true;
}

bool scenario_read_dispatch(struct scenario *scenario, const struct node *map,
                            struct error *err)
{
    struct dispatch_spec *dispatch = &scenario->dispatch;
    struct dispatch_input in = {0};
    struct params_context context = {.arena = &scenario->arena,
                                     .resolved = &scenario->resolved,
                                     .path = "dispatch",
                                     .also = dispatch_also};
    static const struct model_choice order = {MODEL_ORDER, "policy", "fifo",
                                              "dispatch.order", DIM_NUMBER};
    if (map && node_is_null(map))
        map = NULL;
    if (!params_read(dispatch_params, &in, map, &context, err))
        return false;
    dispatch->backfill = (enum backfill)in.backfill;
    dispatch->placement = (enum placement)in.placement;
    dispatch->same_instant = (enum same_instant)in.same_instant;
    dispatch->estimate = (enum estimate)in.estimate;
    dispatch->preempt = in.preempt;
    scenario->estimate_given = params_given(dispatch_params, &context, "estimate");

    const struct node *order_node = map ? node_get(map, "order") : NULL;
    return read_relax(scenario, map, &in.relax, err) &&
           scenario_read_model(scenario, order_node, &order, &dispatch->order,
                               &dispatch->order_params, err) &&
           check_preempt(scenario, map, err) &&
           scenario_read_wait(scenario, map ? node_get(map, "wait") : NULL, err) &&
           read_prefer(scenario, map ? node_get(map, "prefer") : NULL, err);
}
