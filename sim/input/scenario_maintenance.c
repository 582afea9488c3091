/* `maintenance` of a fixed pool: windows in which part of its servers are down. */

#include "input/scenario_parts.h"

struct maintenance_input {
    struct maintenance_spec spec;
    int64_t from_unix_ms;
    int mode;
};

enum { MODE_DRAIN, MODE_INTERRUPT };
static const char *const mode_names[] = {"drain", "interrupt", NULL};

#define IN struct maintenance_input

const struct param maintenance_params[] = {
    {PARAM_INSTANT(IN, "from", from_unix_ms, NULL,
                   "when the first window begins, as in 2026-03-01T06:00:00")},
    {PARAM_TIME(IN, "lasts", spec.lasts_ms, NULL, 1, 3.2e10,
                "how long a window lasts")},
    {PARAM_TIME(IN, "every", spec.every_ms, "", 6e4, 3.2e12,
                "from one begin to the next; without: there is one window")},
    {PARAM_FRACTION(IN, "servers", spec.servers_frac, "100 %", 1e-6, 1,
                    "share of the servers in a window, rounded up; the next window "
                    "takes the next")},
    {PARAM_TIME(IN, "drain", spec.drain_ms, "0 s", 0, 3.2e10,
                "so long before a window nothing new starts there")},
    {PARAM_ONE_OF(IN, "mode", mode, mode_names, "drain",
                  "jobs that are still there when it begins: let finish, or "
                  "interrupted")},
    PARAMS_END,
};

static bool read_window(struct scenario *scenario, struct pool_spec *pool,
                        const struct node *map, const char *path, struct error *err)
{
    struct maintenance_input in = {.mode = MODE_DRAIN};
    struct params_context context = {
        .arena = &scenario->arena, .resolved = &scenario->resolved, .path = path};
    if (map->kind != NODE_MAP)
        return error_at(err, map->place,
                        "%s: a map is wanted, as in {from: 2026-03-01, every: 90d, "
                        "lasts: 8h, servers: 10 %%}",
                        path);
    if (!params_read(maintenance_params, &in, map, &context, err))
        return false;
    in.spec.from_ms = in.from_unix_ms - scenario->start_unix_ms;
    in.spec.interrupt = in.mode == MODE_INTERRUPT;
    if (in.spec.from_ms < in.spec.drain_ms)
        return error_at(err, node_place(map, "from"),
                        "%s.from: the window, with its drain, begins before the "
                        "scenario's start",
                        path);
    if (in.spec.every_ms > 0 && in.spec.every_ms <= in.spec.lasts_ms + in.spec.drain_ms)
        return error_at(err, node_place(map, "every"),
                        "%s.every: a window begins before the last has ended; it must "
                        "be above lasts and drain together",
                        path);
    pool->maintenance[pool->n_maintenance++] = in.spec;
    return true;
}

bool scenario_read_maintenance(struct scenario *scenario, struct pool_spec *pool,
                               const struct node *list, const char *pool_path,
                               struct error *err)
{
    if (list->kind != NODE_LIST || list->n > 100)
        return error_at(
            err, list->place,
            "%s.maintenance: a list of at most 100 is wanted, as in [{from: "
            "2026-03-01, every: 90d, lasts: 8h, servers: 10 %%}]",
            pool_path);
    pool->maintenance =
        ARENA_ARRAY(&scenario->arena, list->n + 1, struct maintenance_spec);
    for (size_t i = 0; i < list->n; i++) {
        const char *path =
            arena_printf(&scenario->arena, "%s.maintenance.%zu", pool_path, i);
        if (!read_window(scenario, pool, &list->items[i], path, err))
            return false;
    }
    return true;
}
