/* A pool's procurement policy: the keys that all policies have, and the policy's own.
 */

#include <string.h>

#include "input/scenario_parts.h"

#define REVIEWS_MAX 2000000

struct procure_input {
    struct span review;
    int64_t max_gpus;
};

const struct param procure_params[] = {
    {PARAM_COUNT(struct procure_input, "max_gpus", max_gpus, NULL, 0, 1e7,
                 "most GPUs in service and on order to which orders bring the pool")},
    {PARAM_TERM(struct procure_input, "review", review, "1mo", 1000, 6.4e12,
                "time between two reviews; the first comes after one such time")},
    PARAMS_END,
};

static const char *const own_keys[] = {"max_gpus", "review", NULL};

/* The map without, or with nothing but, the keys above. */
static struct node part_of(struct scenario *scenario, const struct node *map, bool own)
{
    struct node part = {.kind = NODE_MAP, .place = map->place};
    part.keys = ARENA_ARRAY(&scenario->arena, map->n + 1, struct node);
    part.items = ARENA_ARRAY(&scenario->arena, map->n + 1, struct node);
    for (size_t i = 0; i < map->n; i++) {
        bool is_own = false;
        for (const char *const *key = own_keys; *key; key++)
            is_own = is_own || strcmp(map->keys[i].text, *key) == 0;
        if (is_own != own)
            continue;
        part.keys[part.n] = map->keys[i];
        part.items[part.n++] = map->items[i];
    }
    return part;
}

static bool check_review(const struct scenario *scenario, const struct node *map,
                         const char *path, const struct procure_spec *spec,
                         struct error *err)
{
    int64_t start = scenario->start_unix_ms;
    int64_t first_ms = calendar_add(start, spec->review) - start;
    if (scenario->until_idle || scenario->horizon_ms / first_ms <= REVIEWS_MAX)
        return true;
    return error_at(err, node_place(map, "review"),
                    "%s.review: that is more than %d reviews over the horizon; give a "
                    "longer time",
                    path, REVIEWS_MAX);
}

static bool set_max(const struct node *map, const char *path, struct pool_spec *pool,
                    int64_t max_gpus, struct error *err)
{
    int64_t most = pool_largest_size(pool);
    pool->procure.max_gpus = max_gpus;
    if (max_gpus >= most)
        return true;
    return error_at(err, node_place(map, "max_gpus"),
                    "%s.max_gpus: %lld are fewer than the %lld GPUs that the pool has "
                    "without the policy",
                    path, (long long)max_gpus, (long long)most);
}

bool scenario_read_procure(struct scenario *scenario, const char *pool_path,
                           const struct node *map, struct pool_spec *pool,
                           struct error *err)
{
    struct procure_spec *spec = &pool->procure;
    const char *path = arena_printf(&scenario->arena, "%s.procure", pool_path);
    if (map->kind != NODE_MAP || !node_get(map, "policy"))
        return error_at(err, map->place,
                        "%s: a map with `policy` is wanted, as in {policy: reorder, "
                        "max_gpus: 512}",
                        path);
    struct node own = part_of(scenario, map, true),
                rest = part_of(scenario, map, false);
    struct model_choice choice = {MODEL_PROCURE, "policy", "fixed", path, DIM_NUMBER};
    struct params_context context = {
        .arena = &scenario->arena, .resolved = &scenario->resolved, .path = path};
    struct procure_input in = {0};
    if (!params_read(procure_params, &in, &own, &context, err) ||
        !scenario_read_model(scenario, &rest, &choice, &spec->model, &spec->params,
                             err))
        return false;
    spec->review = in.review;
    return check_review(scenario, map, path, spec, err) &&
           set_max(map, path, pool, in.max_gpus, err);
}

bool scenario_check_procure(const struct scenario *scenario, const struct node *pools,
                            struct error *err)
{
    bool rents = false;
    for (size_t i = 0; i < scenario->n_pools; i++)
        rents = rents || (tenure_is_elastic(scenario->pools[i].tenure) &&
                          scenario->pools[i].burst_of == 0);
    for (size_t i = 0; i < scenario->n_pools && !rents; i++) {
        const struct procure_spec *spec = &scenario->pools[i].procure;
        if (!spec->model || !spec->model->procure.needs_rent ||
            !spec->model->procure.needs_rent(spec->params))
            continue;
        return error_at(err,
                        node_place(&pools->items[scenario->pools[i].entry], "procure"),
                        "pools.%s.procure: policy %s goes by the price of elastic "
                        "capacity, and no pool is on-demand or spot; add one, or give "
                        "`price`",
                        scenario->pools[i].name, spec->model->name);
    }
    return true;
}
