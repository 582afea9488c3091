/* What happens to pools, and what is known from the start: dated changes of capacity,
 * the ends of intervals, months and book lives. */

#include <assert.h>
#include <stdlib.h>

#include "world/state.h"

/* ---- capacity ---- */

static void contract_ends(struct world *world, uint32_t index)
{
    struct pool *pool = &world->fleet.pools[index];
    int64_t gpus = pool->target_gpus;
    world_show_event(world, PHASE_CAPACITY, "contract_end", NULL, index, gpus, NULL);
    /* The capacity is gone before the jobs are asked where else they could go. */
    fleet_retire(pool, gpus, world->now_ms);
    while (pool->first_job != JOB_NONE)
        job_interrupt(world, pool->first_job, PHASE_CAPACITY, CAUSE_CONTRACT_END);
    world_unsettle(world, index);
}

static void lot_begins(struct world *world, const struct planned *planned)
{
    fleet_lot_begins(&world->fleet.pools[planned->pool], planned->gpus, &planned->terms,
                     world->now_ms);
    world_show_event(world, PHASE_CAPACITY, "capacity", NULL, planned->pool,
                     planned->gpus, NULL);
    world_unsettle(world, planned->pool);
}

static void close_instance(struct world *world, uint32_t at)
{
    struct kept kept = world->kept[at];
    struct pool *pool = &world->fleet.pools[kept.pool];
    world->kept[at].next_free = world->free_kept;
    world->free_kept = at;
    pool->instances[kept.instance].close_event = EVENT_NONE;
    fleet_close_instance(pool, kept.instance, world->now_ms);
    world_unsettle(world, kept.pool);
}

static void tick(struct world *world, int64_t time_ms, enum event_kind kind,
                 uint32_t argument)
{
    if (time_ms >= world->horizon_ms)
        return;
    world_schedule(world, time_ms, PHASE_INTERVAL, kind, argument);
    world->ticks++;
}

static int64_t interval_end(const struct world *world, uint32_t interval)
{
    const struct scenario *scenario = world->scenario;
    int64_t n = (int64_t)interval + 1;
    struct span span = {scenario->interval.months * n, scenario->interval.ms * n};
    return calendar_add(scenario->start_unix_ms, span) - scenario->start_unix_ms;
}

static void month_tick(struct world *world)
{
    int64_t start = world->scenario->start_unix_ms;
    int64_t next = calendar_next_month(start + world->now_ms) - start;
    tick(world, next, EVENT_MONTH, 0);
}

static void planned_change(struct world *world, uint32_t pool)
{
    struct plan *plan = &world->plans[pool];
    const struct planned *planned = &plan->items[plan->next++];
    switch (planned->event) {
    case EVENT_LOT: lot_begins(world, planned); return;
    case EVENT_CONTRACT_END: contract_ends(world, pool); return;
    default: break;
    }
    world_show_event(world, PHASE_CAPACITY, "capacity", NULL, pool, planned->gpus,
                     NULL);
    fleet_retire(&world->fleet.pools[pool], -planned->gpus, world->now_ms);
    world_unsettle(world, pool);
}

void world_handle(struct world *world, struct event event)
{
    switch ((enum event_kind)event.kind) {
    case EVENT_INTERVAL:
        world->ticks--;
        world_show_interval(world, world->now_ms);
        world->interval++;
        tick(world, interval_end(world, world->interval), EVENT_INTERVAL, 0);
        break;
    case EVENT_MONTH:
        world->ticks--;
        ledger_month_end(&world->ledger, world->now_ms);
        service_post(&world->service, world->now_ms);
        month_tick(world);
        break;
    case EVENT_LIFE_END:
        world->ticks--;
        ledger_break(&world->ledger, event.argument, world->now_ms);
        break;
    case EVENT_SEGMENT: job_segment_ends(world, event.argument); break;
    case EVENT_LOT:
    case EVENT_RETIRE:
    case EVENT_CONTRACT_END: planned_change(world, event.argument); break;
    case EVENT_CLOSE_INSTANCE: close_instance(world, event.argument); break;
    case EVENT_UNTIL: job_until_comes(world, event.argument); break;
    case EVENT_LEAVE: job_patience_ends(world, event.argument); break;
    case EVENT_KINDS: assert(!"no such event"); break;
    }
}

/* ---- what is known from the start ---- */

void world_plan_life_ends(struct world *world, uint32_t pool, uint32_t first_lot)
{
    if (world->scenario->pools[pool].tenure != TENURE_OWN)
        return;
    for (uint32_t l = first_lot; l < world->fleet.pools[pool].n_lots; l++)
        tick(world, ledger_life_end(&world->ledger, pool, l), EVENT_LIFE_END, pool);
}

static struct lot_terms first_terms(const struct pool_spec *spec)
{
    return (struct lot_terms){.first = true,
                              .from_ms = spec->from_ms,
                              .until_ms = spec->until_ms,
                              .price_rate = spec->price_rate};
}

static void begin_pool(struct world *world, uint32_t p)
{
    struct pool *pool = &world->fleet.pools[p];
    const struct pool_spec *spec = pool->spec;
    struct lot_terms terms = first_terms(spec);
    if (!pool->elastic && spec->gpus > 0 && spec->from_ms == 0)
        fleet_lot_begins(pool, spec->gpus, &terms, 0);
    fleet_settle(pool, false, 0);
    if (pool->elastic)
        return;
    ledger_after_change(&world->ledger, p, 0);
    world_plan_life_ends(world, p, 0);
}

static int by_time(const void *a, const void *b)
{
    const struct planned *x = a, *y = b;
    if (x->at_ms != y->at_ms)
        return x->at_ms < y->at_ms ? -1 : 1;
    if ((x->gpus > 0) != (y->gpus > 0))
        return x->gpus > 0 ? -1 : 1; /* what comes, then what goes */
    return (x->rank > y->rank) - (x->rank < y->rank);
}

static void plan_pool(struct world *world, uint32_t p)
{
    const struct pool_spec *spec = &world->scenario->pools[p];
    struct plan *plan = &world->plans[p];
    struct lot_terms first = first_terms(spec);

    plan->items = ARENA_ARRAY(&world->arena, spec->n_changes + 2, struct planned);
    if (spec->tenure == TENURE_LEASE && spec->gpus > 0) {
        if (spec->from_ms > 0)
            plan->items[plan->n++] =
                (struct planned){p, 0, EVENT_LOT, spec->from_ms, spec->gpus, first};
        plan->items[plan->n++] = (struct planned){
            p, 0, EVENT_CONTRACT_END, spec->until_ms, -spec->gpus, first};
    }
    for (size_t i = 0; i < spec->n_changes; i++) {
        const struct change_spec *change = &spec->changes[i];
        plan->items[plan->n++] =
            (struct planned){p,
                             (uint32_t)i + 1,
                             change->gpus > 0 ? EVENT_LOT : EVENT_RETIRE,
                             change->at_ms,
                             change->gpus,
                             {.server_price_uusd = change->server_price_uusd}};
    }
    qsort(plan->items, plan->n, sizeof *plan->items, by_time);
    for (uint32_t i = 0; i < plan->n; i++)
        world_schedule(world, plan->items[i].at_ms, PHASE_CAPACITY,
                       plan->items[i].event, p);
}

void world_plan(struct world *world)
{
    world->plans = ARENA_ARRAY(&world->arena, world->fleet.n_pools, struct plan);
    for (uint32_t p = 0; p < world->fleet.n_pools; p++) {
        begin_pool(world, p);
        if (!world->fleet.pools[p].elastic)
            plan_pool(world, p);
    }
    tick(world, interval_end(world, 0), EVENT_INTERVAL, 0);
    month_tick(world);
}
