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

/* NULL when the pool is open to such jobs, else the constraint that closes it. */
static const char *why_closed(const struct pool_spec *pool,
                              const struct demand_spec *demand,
                              const struct job_kind *kind)
{
    const char *pools = field(kind->pools, demand->kind.pools);
    const char *classes = field(kind->classes, demand->kind.classes);
    const char *places = field(kind->jurisdiction, demand->kind.jurisdiction);
    int64_t memory_mb = kind->memory_mb ? kind->memory_mb : demand->kind.memory_mb;
    bool dedicated = kind->isolation == ISOLATION_DEDICATED ||
                     demand->kind.isolation == ISOLATION_DEDICATED;

    if (pools && !list_has(pools, pool->name))
        return "no pool of that name";
    if (classes && !list_has(classes, pool->class->name))
        return "no pool of that class";
    if (memory_mb > pool->class->memory_mb)
        return "no pool with that much memory";
    if (places && !(pool->jurisdiction && list_has(places, pool->jurisdiction)))
        return "no pool in that jurisdiction";
    if (dedicated && pool->isolation != ISOLATION_DEDICATED)
        return "no dedicated pool";
    return NULL;
}

static int64_t ratio_of(const struct demand_spec *demand, const struct pool_spec *pool,
                        const char *workload)
{
    if (!demand->reference)
        return RATIO_ONE;
    double ratio = gpu_class_speed(demand->reference, workload) /
                   gpu_class_speed(pool->class, workload);
    int64_t result = llround(ratio * (double)RATIO_ONE);
    return result > 0 ? result : 1;
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
    struct route route = {.outlets = outlets, .closed_reason = "no pool preferred"};

    assert(prefer->n <= POOLS_MAX);
    for (size_t i = 0; i < prefer->n; i++) {
        uint32_t index = prefer->pools[i];
        const struct pool_spec *pool = &scenario->pools[index];
        const char *reason = why_closed(pool, demand, kind);
        if (reason) {
            route.closed_reason = reason;
            continue;
        }
        outlets[route.n++] = (struct outlet){index, ratio_of(demand, pool, workload)};
        if (tenure_is_elastic(pool->tenure))
            route.elastic_mask |= UINT64_C(1) << index;
        else
            route.fixed_mask |= UINT64_C(1) << index;
    }
    return intern(routes, &route);
}

const struct outlet *route_outlet(const struct route *route, uint32_t pool)
{
    for (uint32_t i = 0; i < route->n; i++)
        if (route->outlets[i].pool == pool)
            return &route->outlets[i];
    return NULL;
}
