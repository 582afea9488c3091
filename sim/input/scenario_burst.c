/*
 * A lease's burst right: while contracts are in force, more GPUs of the same kind may
 * be used at an agreed price by the hour.  It becomes an on-demand pool of its own
 * behind the lease, read by the reader of pools from what the lease says of the GPUs
 * and what `burst` says of the price.
 */

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "input/scenario_parts.h"

struct burst_input {
    int64_t gpus;
    double share_frac;
};

const struct param burst_params[] = {
    {PARAM_COUNT(struct burst_input, "gpus", gpus, "", 1, 1e7,
                 "GPUs that may be used beyond the lease's own `gpus`; contracts of "
                 "another size carry them in proportion")},
    {PARAM_FRACTION(struct burst_input, "share", share_frac, "", 0, 10,
                    "or that many as a share of the GPUs under contract")},
    PARAMS_END,
};

#define SHARE_ONE INT64_C(1000000)

/* Of the GPUs: they are the lease's, and stand in the burst pool as they do there. */
static const char *const shared_keys[] = {"class",  "gpus_per_server", "provider",
                                          "region", "jurisdiction",    "isolation",
                                          NULL};
static const char *const made_keys[] = {"name", "tenure", "limit", NULL};

static bool is_among(const char *key, const char *const list[])
{
    for (; *list; list++)
        if (strcmp(key, *list) == 0)
            return true;
    return false;
}

static bool check_keys(const struct node *map, const char *path, struct error *err)
{
    for (size_t i = 0; i < map->n; i++) {
        const char *key = map->keys[i].text;
        if (is_among(key, shared_keys))
            return error_at(err, map->keys[i].place,
                            "%s: `%s` is that of the lease; give it there", path, key);
        if (is_among(key, made_keys))
            return error_at(err, map->keys[i].place, "%s: `%s` cannot be chosen; %s",
                            path, key,
                            strcmp(key, "limit") == 0 ? "give `gpus`, or `share`"
                                                      : "it follows from the lease");
    }
    return true;
}

static bool check_size(const struct pool_spec *lease, const struct burst_input *in,
                       const struct node *map, const struct params_context *context,
                       struct error *err)
{
    const char *path = context->path;
    bool gpus = params_given(burst_params, context, "gpus");
    bool share = params_given(burst_params, context, "share");
    if (gpus == share)
        return error_at(
            err, map->place, "%s: %s, as in `gpus: 64` or `share: 25 %%`", path,
            gpus ? "give `gpus` or `share`, not both" : "`gpus` or `share` is needed");
    if (gpus && lease->gpus == 0)
        return error_at(err, node_place(map, "gpus"),
                        "%s.gpus: the lease has no GPUs of its own that it could be "
                        "in proportion to; give `share`, as in 25 %%",
                        path);
    if (share && llround(in->share_frac * (double)SHARE_ONE) == 0)
        return error_at(err, node_place(map, "share"),
                        "%s.share: that is no GPU at all", path);
    return true;
}

/* In proportion to what is under contract. */
static bool set_size(struct pool_spec *burst, const struct pool_spec *lease,
                     const struct burst_input *in, struct error *err,
                     struct place place, const char *path)
{
    burst->burst_gpus =
        in->gpus > 0 ? in->gpus : llround(in->share_frac * (double)SHARE_ONE);
    burst->burst_per_gpus = in->gpus > 0 ? lease->gpus : SHARE_ONE;
    int64_t most = pool_burst_gpus(burst, pool_largest_size(lease));
    if (most > POOL_GPUS_MAX)
        return error_at(err, place,
                        "%s: with all contracts it would be %" PRId64
                        " GPUs, above the limit of 10000000",
                        path, most);
    burst->limit_gpus = most;
    return true;
}

static void add(struct node *map, const char *key, const struct node *value)
{
    map->keys[map->n] =
        (struct node){.kind = NODE_SCALAR, .text = key, .place = value->place};
    map->items[map->n++] = *value;
}

static void add_text(struct node *map, const char *key, const char *text)
{
    const struct node value = {
        .kind = NODE_SCALAR, .text = text, .place = map->place, .quoted = true};
    add(map, key, &value);
}

/* The on-demand pool as a file would have it. */
static struct node *as_pool(struct scenario *scenario, const struct pool_spec *lease,
                            const struct node *lease_map, const struct node *burst)
{
    const struct node *terms = scenario_only_keys(scenario, burst, burst_params, false);
    size_t room = terms->n + sizeof shared_keys / sizeof *shared_keys +
                  sizeof made_keys / sizeof *made_keys;
    struct node *map = ARENA_NEW(&scenario->arena, struct node);
    *map = (struct node){.kind = NODE_MAP, .place = burst->place};
    map->keys = ARENA_ARRAY(&scenario->arena, room, struct node);
    map->items = ARENA_ARRAY(&scenario->arena, room, struct node);
    add_text(map, "name", arena_printf(&scenario->arena, "%s-burst", lease->name));
    add_text(map, "tenure", tenure_names[TENURE_ON_DEMAND]);
    for (const char *const *key = shared_keys; *key; key++) {
        const struct node *value = node_get(lease_map, *key);
        if (value)
            add(map, *key, value);
    }
    for (size_t i = 0; i < terms->n; i++) {
        map->keys[map->n] = terms->keys[i];
        map->items[map->n++] = terms->items[i];
    }
    return map;
}

bool scenario_read_burst(struct scenario *scenario, const struct node *lease_map,
                         const char *lease_path, struct error *err)
{
    uint32_t index = (uint32_t)scenario->n_pools - 1;
    struct pool_spec *lease = &scenario->pools[index];
    const struct node *node = node_get(lease_map, "burst");
    const char *path = arena_printf(&scenario->arena, "%s.burst", lease_path);
    if (!node || node_is_null(node))
        return true;
    if (node->kind != NODE_MAP)
        return error_at(err, node->place,
                        "%s: a map is wanted, as in {gpus: 64, price: 2.60 USD/GPU-h}",
                        path);
    struct burst_input in = {0};
    struct params_context context = {
        .arena = &scenario->arena, .resolved = &scenario->resolved, .path = path};
    const struct node *size = scenario_only_keys(scenario, node, burst_params, true);
    if (!check_keys(node, path, err) ||
        !params_read(burst_params, &in, size, &context, err) ||
        !check_size(lease, &in, node, &context, err))
        return false;
    if (!node_get(node, "price") && !node_get(node, "price_market"))
        return error_at(err, node->place,
                        "%s: `price` is needed, as in `price: 2.60 USD/GPU-h`: it is "
                        "what the contract says",
                        path);
    struct pool_spec burst = {.entry = lease->entry, .burst_of = index + 1};
    if (!set_size(&burst, lease, &in, err, node->place, path))
        return false;
    lease->burst_pool = index + 1;
    if (!scenario_read_burst_pool(scenario, as_pool(scenario, lease, lease_map, node),
                                  path, &burst, err))
        return false;
    int64_t unit = scenario->pools[index + 1].unit_gpus;
    return in.gpus % unit == 0 ||
           error_at(err, node_place(node, "gpus"),
                    "%s.gpus: %" PRId64 " GPUs are not a whole number of instances of "
                    "%" PRId64,
                    path, in.gpus, unit);
}
