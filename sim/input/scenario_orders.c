/* What a pool orders on dates: servers to buy, contracts to sign. */

#include "input/scenario_parts.h"

int64_t pool_largest_size(const struct pool_spec *pool)
{
    int64_t gpus = pool->gpus, largest = pool->gpus;
    if (tenure_is_elastic(pool->tenure))
        return pool->limit_gpus;
    for (size_t i = 0; i < pool->n_changes; i++) {
        gpus += pool->changes[i].gpus;
        largest = gpus > largest ? gpus : largest;
    }
    for (size_t i = 0; i < pool->n_orders; i++)
        largest += pool->orders[i].gpus;
    return largest > pool->procure.max_gpus ? largest : pool->procure.max_gpus;
}

static bool read_order(struct scenario *scenario, struct pool_spec *pool, size_t i,
                       const struct node *map, const char *path, struct error *err)
{
    struct params_context context = {
        .arena = &scenario->arena,
        .resolved = &scenario->resolved,
        .path = arena_printf(&scenario->arena, "%s.orders.%zu", path, i),
        .mask = 1u << pool->tenure,
    };
    struct order_input in = {0};
    struct order_spec *order = &pool->orders[i];
    if (!params_read(order_params, &in, map, &context, err))
        return false;
    *order = in.spec;
    order->at_ms = in.at_unix_ms - scenario->start_unix_ms;
    if (order->at_ms < 0)
        return error_at(err, node_place(map, "at"),
                        "%s.at: it lies before the scenario's start", context.path);
    if (order->at_ms > 200 * MS_PER_Y)
        return error_at(err, node_place(map, "at"),
                        "%s.at: it lies more than 200y after the start", context.path);
    if (i > 0 && order->at_ms < pool->orders[i - 1].at_ms)
        return error_at(err, node_place(map, "at"),
                        "%s.at: orders must stand in order of their dates",
                        context.path);
    return true;
}

bool pool_read_orders(struct scenario *scenario, struct pool_spec *pool,
                      const struct node *map, const char *path, struct error *err)
{
    const struct node *list = node_get(map, "orders");
    if (!list)
        return true;
    if (list->kind != NODE_LIST)
        return error_at(
            err, list->place,
            "%s.orders: a list is wanted, as in [{at: 2026-06-01, gpus: 128}]", path);
    pool->orders = ARENA_ARRAY(&scenario->arena, list->n, struct order_spec);
    for (size_t i = 0; i < list->n; i++) {
        pool->n_orders = i + 1;
        if (!read_order(scenario, pool, i, &list->items[i], path, err))
            return false;
        if (pool_largest_size(pool) > POOL_GPUS_MAX)
            return error_at(err, node_place(&list->items[i], "gpus"),
                            "%s.orders.%zu.gpus: with all its orders the pool would "
                            "have more than 10000000 GPUs",
                            path, i);
    }
    return true;
}
