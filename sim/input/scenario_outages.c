/* `outages`: a provider goes out as a whole, on a date or at random. */

#include <string.h>

#include "base/names.h"
#include "input/scenario_parts.h"

struct outage_input {
    struct outage_spec spec;
    const char *provider;
    int64_t from_unix_ms;
};

#define IN struct outage_input

const struct param outage_params[] = {
    {PARAM_WORD(IN, "provider", provider, NULL, "whose pools go out, all at once")},
    {PARAM_INSTANT(IN, "from", from_unix_ms, "",
                   "when it begins, as in 2026-06-01T08:00:00; or give per_y")},
    {PARAM_TIME(IN, "lasts", spec.lasts_ms, NULL, 1, 3.2e11,
                "how long; of outages at random the median")},
    {PARAM_NUMBER(IN, "per_y", spec.per_y, "0", 0, 1e4,
                  "outages a year at random, counted from the end of the last")},
    {PARAM_NUMBER(IN, "sigma", spec.sigma, "0", 0, 5,
                  "of outages at random: standard deviation of the logarithm of their "
                  "lengths; 0: all last the same")},
    PARAMS_END,
};

/* Which pools are the provider's. */
static bool find_pools(const struct scenario *scenario, struct outage_spec *spec,
                       const char *provider, struct place place, const char *path,
                       struct error *err)
{
    const char *names[POOLS_MAX + 1] = {NULL};
    size_t n = 0;
    for (size_t p = 0; p < scenario->n_pools; p++) {
        const char *name = scenario->pools[p].provider;
        if (!name)
            continue;
        names[n++] = name;
        if (strcmp(name, provider) == 0)
            spec->pools |= UINT64_C(1) << p;
    }
    if (spec->pools)
        return true;
    const char *near = nearest_name(provider, names);
    return error_at(err, place, "%s.provider: no pool has the provider '%s'%s%s%s",
                    path, provider, near ? "; did you mean '" : "", near ? near : "",
                    near ? "'?" : "");
}

static bool read_time(const struct scenario *scenario, struct outage_input *in,
                      const struct node *map, const struct params_context *context,
                      const char *path, struct error *err)
{
    bool dated = params_given(outage_params, context, "from");
    if (dated == (in->spec.per_y > 0))
        return error_at(
            err, map->place, "%s: %s, as in `from: 2026-06-01` or `per_y: 0.7`", path,
            dated ? "give `from` or `per_y`, not both" : "`from` or `per_y` is needed");
    in->spec.from_ms = in->from_unix_ms - scenario->start_unix_ms;
    if (dated && in->spec.from_ms < 0)
        return error_at(err, node_place(map, "from"),
                        "%s.from: it lies before the scenario's start", path);
    return true;
}

static bool read_outage(struct scenario *scenario, const struct node *map, size_t i,
                        struct error *err)
{
    const char *path = arena_printf(&scenario->arena, "outages.%zu", i);
    struct outage_input in = {.spec = {.from_ms = 0}};
    struct params_context context = {
        .arena = &scenario->arena, .resolved = &scenario->resolved, .path = path};
    if (map->kind != NODE_MAP)
        return error_at(
            err, map->place,
            "%s: a map is wanted, as in {provider: north, from: 2026-06-01, "
            "lasts: 6h}",
            path);
    if (!params_read(outage_params, &in, map, &context, err) ||
        !find_pools(scenario, &in.spec, in.provider, node_place(map, "provider"), path,
                    err) ||
        !read_time(scenario, &in, map, &context, path, err))
        return false;
    in.spec.provider = in.provider;
    for (size_t k = 0; k < scenario->n_outages; k++)
        in.spec.rank += strcmp(scenario->outages[k].provider, in.provider) == 0;
    scenario->outages[scenario->n_outages++] = in.spec;
    return true;
}

bool scenario_read_outages(struct scenario *scenario, const struct node *list,
                           struct error *err)
{
    if (!list || (list->kind == NODE_SCALAR && node_is_null(list)))
        return true;
    if (list->kind != NODE_LIST)
        return error_at(err, list->place,
                        "outages: a list is wanted, as in [{provider: north, from: "
                        "2026-06-01, lasts: 6h}]");
    if (list->n > 1000)
        return error_at(err, list->place, "outages: more than 1000");
    scenario->outages = ARENA_ARRAY(&scenario->arena, list->n + 1, struct outage_spec);
    for (size_t i = 0; i < list->n; i++)
        if (!read_outage(scenario, &list->items[i], i, err))
            return false;
    return true;
}
