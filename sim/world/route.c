#include "world/route.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/int128.h"

void routes_init(struct routes *routes, const struct scenario *scenario,
                 struct arena *arena)
{
    *routes = (struct routes){.arena = arena, .scenario = scenario};
}

int64_t ratio_apply(int64_t duration_ms, int64_t ratio)
{
    if (ratio == RATIO_ONE)
        return duration_ms;
    int64_t result =
        (int64_t)(((int128)duration_ms * ratio + RATIO_ONE / 2) / RATIO_ONE);
    return result > 0 ? result : 1;
}

int128 ratio_work(int128 gpu_ms, int64_t ratio)
{
    if (ratio == RATIO_ONE)
        return gpu_ms;
    return (gpu_ms * ratio + RATIO_ONE / 2) / RATIO_ONE;
}

int64_t ratio_limit(int64_t limit_ms, int64_t ratio)
{
    if (ratio == RATIO_ONE || limit_ms == INT64_MAX)
        return limit_ms;
    if (limit_ms < 1)
        return -1;
    int128 top = ((int128)limit_ms + 1) * RATIO_ONE - RATIO_ONE / 2 - 1;
    int128 result = top / ratio;
    return fits_int64(result) ? (int64_t)result : INT64_MAX;
}

/* Whether `word` is one of the words that '|' or ';' joins. */
static bool list_has(const char *list, const char *word)
{
    size_t length = strlen(word);
    while (*list) {
        size_t n = strcspn(list, "|;");
        if (n == length && memcmp(list, word, n) == 0)
            return true;
        list += n + (list[n] != '\0');
    }
    return false;
}

static const char *field(const char *own, const char *fallback)
{
    return own ? own : fallback;
}

/* Whether a constraint of such jobs closes a pool.  What a source excludes stands
 * beside what the trace does; of the others the trace's comes first. */
static bool closes(const struct pool_spec *pool, const struct demand_spec *demand,
                   const struct job_kind *kind, enum constraint constraint)
{
    const struct job_kind *fill = &demand->kind;
    const char *list;
    switch (constraint) {
    case CONSTRAINT_POOLS:
        list = field(kind->pools, fill->pools);
        return list && !list_has(list, pool->name);
    case CONSTRAINT_CLASS:
        list = field(kind->classes, fill->classes);
        return list && !list_has(list, pool->class->name);
    case CONSTRAINT_MEMORY:
        return (kind->memory_mb ? kind->memory_mb : fill->memory_mb) >
               pool->class->memory_mb;
    case CONSTRAINT_JURISDICTION:
        list = field(kind->jurisdiction, fill->jurisdiction);
        return list && !(pool->jurisdiction && list_has(list, pool->jurisdiction));
    case CONSTRAINT_ISOLATION:
        return (kind->isolation == ISOLATION_DEDICATED ||
                fill->isolation == ISOLATION_DEDICATED) &&
               pool->isolation != ISOLATION_DEDICATED;
    case CONSTRAINT_PROVIDER:
        return pool->provider &&
               ((kind->not_providers &&
                 list_has(kind->not_providers, pool->provider)) ||
                (fill->not_providers && list_has(fill->not_providers, pool->provider)));
    case CONSTRAINTS: break;
    }
    return false;
}

uint64_t route_closes(const struct scenario *scenario, const struct demand_spec *demand,
                      const struct job_kind *kind, enum constraint constraint)
{
    uint64_t mask = 0;
    for (size_t p = 0; p < scenario->n_pools; p++)
        if (closes(&scenario->pools[p], demand, kind, constraint))
            mask |= UINT64_C(1) << p;
    return mask;
}

/* CONSTRAINTS when the pool is open to such jobs, else what closes it first. */
static enum constraint why_closed(const struct scenario *scenario,
                                  const struct pool_spec *pool,
                                  const struct demand_spec *demand,
                                  const struct job_kind *kind)
{
    int c = 0;
    while (c < CONSTRAINTS && (scenario->dispatch.relaxed >> c & 1 ||
                               !closes(pool, demand, kind, (enum constraint)c)))
        c++;
    return (enum constraint)c;
}

/* Which constraints left no pool open. */
static const char *reason_of(struct arena *arena, unsigned closed)
{
    static const char *const alone[] = {
        [CONSTRAINT_POOLS] = "no pool of that name",
        [CONSTRAINT_CLASS] = "no pool of that class",
        [CONSTRAINT_MEMORY] = "no pool with that much memory",
        [CONSTRAINT_JURISDICTION] = "no pool in that jurisdiction",
        [CONSTRAINT_ISOLATION] = "no dedicated pool, for its isolation",
        [CONSTRAINT_PROVIDER] = "no pool of another provider",
    };
    const char *list = "";
    if (closed == 0)
        return "no pool preferred";
    if ((closed & (closed - 1)) == 0)
        return alone[__builtin_ctz(closed)];
    for (unsigned rest = closed; rest; rest &= rest - 1)
        list = arena_printf(arena, "%s%s%s", list,
                            rest == closed             ? ""
                            : (rest & (rest - 1)) == 0 ? " and "
                                                       : ", ",
                            constraint_names[__builtin_ctz(rest)]);
    return arena_printf(arena, "no pool is open to it: closed by %s", list);
}

static int64_t speed_ratio(const struct gpu_class *of, const struct gpu_class *to,
                           const char *workload)
{
    double ratio = gpu_class_speed(of, workload) / gpu_class_speed(to, workload);
    int64_t result = llround(ratio * (double)RATIO_ONE);
    return result > 0 ? result : 1;
}

static int64_t ratio_of(const struct demand_spec *demand, const struct pool_spec *pool,
                        const char *workload)
{
    if (!demand->reference)
        return RATIO_ONE;
    return speed_ratio(demand->reference, pool->class, workload);
}

const struct gpu_class *route_work_class(const struct scenario *scenario)
{
    if (scenario->n_demand > 0 && scenario->demand[0].reference)
        return scenario->demand[0].reference;
    return scenario->pools[0].class;
}

int64_t route_work_ratio(const struct routes *routes, const struct demand_spec *demand,
                         const char *workload, uint32_t route)
{
    const struct route *open = &routes->items[route];
    const struct gpu_class *own = demand->reference;
    if (!own && open->n == 0)
        return RATIO_ONE;
    if (!own)
        own = routes->scenario->pools[open->outlets[0].pool].class;
    return speed_ratio(own, route_work_class(routes->scenario), workload);
}

static const struct preference *preference_for(const struct dispatch_spec *dispatch,
                                               const char *workload)
{
    const struct preference *last = &dispatch->prefer[dispatch->n_prefer - 1];
    for (const struct preference *p = dispatch->prefer; p < last; p++)
        if (workload && p->workload && strcmp(p->workload, workload) == 0)
            return p;
    return last;
}

static bool same_route(const struct route *a, const struct route *b)
{
    if (a->n != b->n)
        return false;
    if (a->n == 0)
        return strcmp(a->closed_reason, b->closed_reason) == 0;
    for (uint32_t i = 0; i < a->n; i++)
        if (a->outlets[i].pool != b->outlets[i].pool ||
            a->outlets[i].ratio != b->outlets[i].ratio)
            return false;
    return true;
}

static uint32_t intern(struct routes *routes, const struct route *route)
{
    for (uint32_t i = 0; i < routes->n; i++)
        if (same_route(&routes->items[i], route))
            return i;
    if (routes->n == routes->room) {
        uint32_t room = routes->room ? routes->room * 2 : 16;
        routes->items = arena_grow(routes->arena, routes->items, routes->n, room,
                                   sizeof *routes->items);
        routes->room = room;
    }
    struct route *kept = &routes->items[routes->n];
    *kept = *route;
    kept->outlets = ARENA_ARRAY(routes->arena, route->n, struct outlet);
    if (route->n > 0)
        memcpy(kept->outlets, route->outlets, route->n * sizeof *route->outlets);
    return routes->n++;
}

uint32_t routes_add(struct routes *routes, const struct demand_spec *demand,
                    const struct job_kind *kind, const char *workload)
{
    const struct scenario *scenario = routes->scenario;
    const struct preference *prefer = preference_for(&scenario->dispatch, workload);
    struct outlet outlets[POOLS_MAX];
    struct route route = {.outlets = outlets};
    unsigned closed = 0;

    assert(prefer->n <= POOLS_MAX);
    for (size_t i = 0; i < prefer->n; i++) {
        uint32_t index = prefer->pools[i];
        const struct pool_spec *pool = &scenario->pools[index];
        enum constraint why = why_closed(scenario, pool, demand, kind);
        if (why != CONSTRAINTS) {
            closed |= 1u << why;
            continue;
        }
        outlets[route.n++] = (struct outlet){index, ratio_of(demand, pool, workload)};
        if (tenure_is_elastic(pool->tenure))
            route.elastic_mask |= UINT64_C(1) << index;
        else
            route.fixed_mask |= UINT64_C(1) << index;
    }
    if (route.n == 0)
        route.closed_reason = reason_of(routes->arena, closed);
    return intern(routes, &route);
}

const struct outlet *route_outlet(const struct route *route, uint32_t pool)
{
    for (uint32_t i = 0; i < route->n; i++)
        if (route->outlets[i].pool == pool)
            return &route->outlets[i];
    return NULL;
}
