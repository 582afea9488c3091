/*
 * `service`: what it is worth to serve jobs, and to serve them soon.  A list with one
 * entry for each workload, or one map for all jobs.
 */

#include <string.h>

#include "input/scenario_parts.h"

#define IN struct service_price

const struct param service_params[] = {
    {PARAM_WORD(IN, "workload", workload, "",
                "whose jobs it is for; without: all that no other entry names")},
    {PARAM_EXACT_IN(DIM_USD_PER_GPU_H, IN, "unserved", unserved_rate, "0 USD/GPU-h", 0,
                    1e15,
                    "for each GPU-hour wanted by jobs that were refused or gave up")},
    {PARAM_EXACT_IN(DIM_USD_PER_GPU_H, IN, "delay", delay_rate, "0 USD/GPU-h", 0, 1e15,
                    "for each GPU-hour of waiting: the gang times its wait")},
    {PARAM_EXACT_IN(DIM_USD, IN, "miss", miss_uusd, "0 USD", 0, 1e15,
                    "for each job that ends past its deadline or leaves unserved")},
    PARAMS_END,
};

static bool check_workload(struct scenario *scenario, const struct node *map,
                           const char *path, const char *workload, struct error *err)
{
    if (workload && strlen(workload) > JOB_WORD_MAX)
        return error_at(err, node_place(map, "workload"),
                        "%s.workload: %zu bytes are too long; at most %d", path,
                        strlen(workload), JOB_WORD_MAX);
    for (size_t i = 0; i < scenario->n_service; i++) {
        const char *other = scenario->service[i].workload;
        if (!workload && !other)
            return error_at(
                err, map->place,
                "%s: a second entry without `workload`; one is for all that "
                "no other entry names",
                path);
        if (workload && other && strcmp(workload, other) == 0)
            return error_at(err, node_place(map, "workload"),
                            "%s.workload: '%s' has an entry already", path, workload);
    }
    if (workload && !scenario_has_workload(scenario, workload))
        scenario_warn(scenario, "service names the workload '%s', which no job has",
                      workload);
    return true;
}

static bool read_entry(struct scenario *scenario, const struct node *map,
                       const char *path, struct error *err)
{
    struct service_price *price = &scenario->service[scenario->n_service];
    struct params_context context = {
        .arena = &scenario->arena, .resolved = &scenario->resolved, .path = path};
    if (map->kind != NODE_MAP)
        return error_at(err, map->place,
                        "%s: a map is wanted, as in {workload: inference, delay: 0.50 "
                        "USD/GPU-h}",
                        path);
    if (!params_read(service_params, price, map, &context, err) ||
        !check_workload(scenario, map, path, price->workload, err))
        return false;
    scenario->n_service++;
    return true;
}

bool scenario_read_service(struct scenario *scenario, const struct node *node,
                           struct error *err)
{
    if (!node || (node->kind == NODE_SCALAR && node_is_null(node)))
        return true;
    if (node->kind == NODE_SCALAR)
        return error_at(
            err, node->place,
            "service: a list is wanted, as in [{workload: inference, delay: "
            "0.50 USD/GPU-h}, {unserved: 3 USD/GPU-h}]");
    size_t n = node->kind == NODE_LIST ? node->n : 1;
    if (n > 1000)
        return error_at(err, node->place, "service: more than 1000 entries");
    scenario->service = ARENA_ARRAY(&scenario->arena, n + 1, struct service_price);
    if (node->kind == NODE_MAP)
        return read_entry(scenario, node, "service", err);
    for (size_t i = 0; i < n; i++)
        if (!read_entry(scenario, &node->items[i],
                        arena_printf(&scenario->arena, "service.%zu", i), err))
            return false;
    return true;
}
