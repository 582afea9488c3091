/* What happens to pools, and what is known from the start: dated changes of capacity,
 * the ends of intervals, months and book lives. */

#include <assert.h>
#include <stdlib.h>

#include "world/review.h"

/* ---- capacity ---- */

static void lot_begins(struct world *world, const struct planned *planned)
{
    struct lot_terms terms = planned->terms;
    if (planned->cancelled)
        return;
    /* Other contracts are signed when they are ordered. */
    if (terms.first || world->scenario->pools[planned->pool].tenure == TENURE_OWN)
        prices_sign(world, planned->pool, &terms);
    uint32_t lot = fleet_lot_begins(&world->fleet.pools[planned->pool], planned->gpus,
                                    &terms, world->now_ms);
    outage_covers(world, planned->pool, lot);
    if (planned->terms.number > 1)
        world->orders.pools[planned->pool].pending_gpus -= planned->gpus;
    world_show_event(world, PHASE_CAPACITY, "capacity", NULL, planned->pool,
                     planned->gpus, NULL);
    burst_changes(world, planned->pool, PHASE_CAPACITY, CAUSE_CONTRACT_END);
    world_unsettle(world, planned->pool);
}

void world_plan_return(struct world *world, int64_t at_ms, enum event_kind kind,
                       uint32_t argument)
{
    if (at_ms > world->horizon_ms)
        return;
    world_schedule(world, at_ms, PHASE_ENDS, kind, argument);
    world->returns++;
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

/* The next break of a lot's book value. */
static void plan_break(struct world *world, uint32_t pool, uint32_t lot)
{
    int64_t at = ledger_next_break_ms(&world->ledger, pool, lot, world->now_ms);
    assert(lot < UINT32_MAX / POOLS_MAX);
    tick(world, at, EVENT_BOOK_BREAK, lot * POOLS_MAX + pool);
}

static void book_breaks(struct world *world, uint32_t pool, uint32_t lot)
{
    ledger_break(&world->ledger, pool, world->now_ms);
    if (lot != FACILITY_LOT)
        plan_break(world, pool, lot);
}

static bool pool_ages(const struct pool *pool)
{
    return pool->spec->economic_life.months > 0 || pool->spec->economic_life.ms > 0;
}

static int64_t newer_gpus(const struct pool *pool, uint32_t lot)
{
    int64_t sum = 0;
    for (uint32_t l = lot + 1; l < pool->n_lots; l++)
        sum += pool->lots[l].gpus;
    return sum;
}

/* What is left of a lot whose economic life is over: the oldest GPUs leave first, so
 * those of newer lots stay. */
static int64_t aged_gpus(const struct pool *pool, uint32_t lot)
{
    int64_t newer = newer_gpus(pool, lot);
    return pool->target_gpus > newer ? pool->target_gpus - newer : 0;
}

/* Other retirements take from the oldest lots, too: what is planned to leave for age is
 * what will be left of its lot then. */
static void trim_aged(struct world *world, uint32_t index)
{
    const struct pool *pool = &world->fleet.pools[index];
    struct plan *plan = &world->plans[index];
    int64_t target = pool->target_gpus, to_come = 0;
    if (!pool_ages(pool))
        return;
    for (uint32_t i = plan->next; i < plan->n; i++) {
        struct planned *item = &plan->items[i];
        if (item->event == EVENT_LOT)
            to_come += item->gpus;
        if (item->event == EVENT_RETIRE && item->terms.number > 0) {
            int64_t newer = newer_gpus(pool, item->terms.number - 1) + to_come;
            item->gpus = target > newer ? newer - target : 0;
        }
        target += item->gpus;
    }
}

static void retire(struct world *world, uint32_t pool, int64_t gpus)
{
    world_show_event(world, PHASE_CAPACITY, "capacity", NULL, pool, -gpus, NULL);
    fleet_retire(&world->fleet.pools[pool], gpus, world->now_ms);
    world->shrunk = true;
    trim_aged(world, pool);
    world_unsettle(world, pool);
}

void plan_retire_late(struct world *world, uint32_t pool, int64_t gpus)
{
    struct pool_orders *orders = &world->orders.pools[pool];
    int64_t late = orders->late_gpus < gpus ? orders->late_gpus : gpus;
    orders->late_gpus -= late;
    if (late > 0)
        retire(world, pool, late);
}

/* What a change takes of dated orders that are late, it takes when they come. */
static void expect_late(struct world *world, const struct planned *planned,
                        int64_t short_gpus)
{
    const struct pool_spec *spec = &world->scenario->pools[planned->pool];
    struct pool_orders *orders = &world->orders.pools[planned->pool];
    if (planned->terms.number > 0 || spec->lead_time_sigma == 0)
        return;
    int64_t late = spec->changes[planned->rank - 1].ordered_gpus;
    int64_t pending = orders->dated_gpus - orders->late_gpus;
    late = short_gpus < late ? short_gpus : late;
    orders->late_gpus += pending < late ? pending : late;
}

static void planned_change(struct world *world, uint32_t pool)
{
    struct plan *plan = &world->plans[pool];
    struct planned planned = plan->items[plan->next++];
    switch (planned.event) {
    case EVENT_LOT: lot_begins(world, &planned); return;
    case EVENT_CONTRACT_END: contract_ends(world, &planned); return;
    default: break;
    }
    /* A policy may have retired some already. */
    const struct pool *of = &world->fleet.pools[pool];
    int64_t there = planned.terms.number > 0 ? aged_gpus(of, planned.terms.number - 1)
                                             : of->target_gpus;
    int64_t gpus = -planned.gpus < there ? -planned.gpus : there;
    expect_late(world, &planned, -planned.gpus - gpus);
    if (gpus > 0)
        retire(world, pool, gpus);
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
        levels_tell_service(world);
        service_post(&world->service, world->now_ms);
        chargeback_month_end(&world->chargeback, &world->ledger, world->now_ms);
        month_tick(world);
        break;
    case EVENT_BOOK_BREAK:
        world->ticks--;
        book_breaks(world, event.argument % POOLS_MAX, event.argument / POOLS_MAX);
        break;
    case EVENT_PRICE: prices_market_moves(world, event.argument); break;
    case EVENT_ESCALATE: prices_year_ends(world); break;
    case EVENT_INDEX: prices_contract_indexed(world, event.argument); break;
    case EVENT_SEGMENT: job_segment_ends(world, event.argument); break;
    case EVENT_LOT:
    case EVENT_RETIRE:
    case EVENT_CONTRACT_END: planned_change(world, event.argument); break;
    case EVENT_ORDER: orders_due(world, event.argument); break;
    case EVENT_DELIVERY: orders_deliver(world, event.argument); break;
    case EVENT_SERVICE: orders_serve(world, event.argument); break;
    case EVENT_NOTICE: orders_notice(world, event.argument); break;
    case EVENT_CLOSE_INSTANCE: world_keep_ends(world, event.argument); break;
    case EVENT_UNTIL: job_until_comes(world, event.argument); break;
    case EVENT_LEAVE: job_patience_ends(world, event.argument); break;
    case EVENT_FAILURE: failure_strikes(world, event.argument); break;
    case EVENT_OUTAGE: outage_begins(world, event.argument); break;
    case EVENT_OUTAGE_END: outage_ends(world, event.argument); break;
    case EVENT_DRAIN: maintenance_drains(world, event.argument); break;
    case EVENT_MAINTENANCE: maintenance_begins(world, event.argument); break;
    case EVENT_MAINTENANCE_END: maintenance_ends(world, event.argument); break;
    case EVENT_JOB_FAILURE: job_fails(world, event.argument); break;
    case EVENT_REOPEN: hold_ends(world, event.argument); break;
    case EVENT_TOLD: supply_notice(world, event.argument); break;
    case EVENT_RECALL: supply_recall(world, event.argument); break;
    case EVENT_SUPPLY: supply_changes(world, event.argument); break;
    case EVENT_SHOCK: supply_shock(world, event.argument); break;
    case EVENT_LEVEL: levels_tell(world, event.argument); break;
    case EVENT_LEVEL_HOLD: levels_hold_ends(world, event.argument); break;
    case EVENT_REVIEW: review_due(world, event.argument); break;
    case EVENT_KINDS: assert(!"no such event"); break;
    }
}

/* ---- what is known from the start ---- */

/* A lot's economic life ends on its anniversary. */
static void plan_age(struct world *world, uint32_t pool, uint32_t lot)
{
    const struct pool_spec *spec = &world->scenario->pools[pool];
    const struct pool_books *books = &world->ledger.books[pool];
    const struct asset *asset = &books->assets[books->asset_of_lot[lot]];
    int64_t start = world->scenario->start_unix_ms;
    if (!pool_ages(&world->fleet.pools[pool]))
        return;
    struct planned end = {.pool = pool, .rank = UINT32_MAX, .event = EVENT_RETIRE};
    end.at_ms = calendar_add(start + asset->in_service_ms, spec->economic_life) - start;
    end.gpus = -asset->gpus;
    end.terms.number = lot + 1;
    plan_add(world, &end);
}

void world_plan_breaks(struct world *world, uint32_t pool, uint32_t first_lot)
{
    if (world->scenario->pools[pool].tenure != TENURE_OWN) {
        prices_contracts_begin(world, pool, first_lot);
        return;
    }
    for (uint32_t l = first_lot; l < world->fleet.pools[pool].n_lots; l++) {
        plan_break(world, pool, l);
        plan_age(world, pool, l);
    }
}

static struct lot_terms first_terms(const struct pool_spec *spec)
{
    return (struct lot_terms){.first = true,
                              .number = 1,
                              .renews = spec->tenure == TENURE_LEASE &&
                                        spec->renewal != RENEWAL_NONE,
                              .from_ms = spec->from_ms,
                              .until_ms = spec->until_ms,
                              .price_rate = spec->price_rate};
}

/* The kinks of a data centre's value. */
static void plan_facility(struct world *world, uint32_t pool)
{
    const struct facility_spec *spec = &world->scenario->pools[pool].facility;
    uint32_t argument = FACILITY_LOT * POOLS_MAX + pool;
    if (spec->on && spec->ready_ms > 0)
        tick(world, spec->ready_ms, EVENT_BOOK_BREAK, argument);
    if (spec->on && spec->life_end_ms > 0)
        tick(world, spec->life_end_ms, EVENT_BOOK_BREAK, argument);
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
    world_plan_breaks(world, p, 0);
    failures_watch(world, p, 0);
    plan_facility(world, p);
}

/* Whether the first comes before the second: what comes, then what goes. */
static bool is_before(const struct planned *x, const struct planned *y)
{
    if (x->at_ms != y->at_ms)
        return x->at_ms < y->at_ms;
    if ((x->gpus > 0) != (y->gpus > 0))
        return x->gpus > 0;
    return x->rank < y->rank;
}

void plan_changed(struct world *world, uint32_t index)
{
    const struct plan *plan = &world->plans[index];
    struct pool *pool = &world->fleet.pools[index];
    int64_t left = pool->target_gpus, last = world->now_ms;
    for (uint32_t i = plan->next; i < plan->n; i++) {
        (void)planned_effect(&plan->items[i], &left);
        last = plan->items[i].at_ms;
    }
    pool->last_end_ms = left > 0 || pool->spec->procure.model ? NEVER_MS : last;
}

void plan_add(struct world *world, const struct planned *planned)
{
    struct plan *plan = &world->plans[planned->pool];
    if (plan->n == plan->room) {
        uint32_t room = plan->room ? plan->room * 2 : 4;
        plan->items =
            arena_grow(&world->arena, plan->items, plan->n, room, sizeof *plan->items);
        plan->room = room;
    }
    uint32_t at = plan->n++;
    for (; at > plan->next && is_before(planned, &plan->items[at - 1]); at--)
        plan->items[at] = plan->items[at - 1];
    plan->items[at] = *planned;
    trim_aged(world, planned->pool);
    /* Events of one pool and instant are alike: each carries on the plan by one. */
    world_schedule(world, planned->at_ms, PHASE_CAPACITY, planned->event,
                   planned->pool);
    plan_changed(world, planned->pool);
}

static void plan_pool(struct world *world, uint32_t p)
{
    const struct pool_spec *spec = &world->scenario->pools[p];
    struct lot_terms first = first_terms(spec);

    if (spec->tenure == TENURE_LEASE && spec->gpus > 0) {
        struct planned begin = {.pool = p,
                                .event = EVENT_LOT,
                                .at_ms = spec->from_ms,
                                .gpus = spec->gpus,
                                .terms = first};
        if (spec->from_ms > 0)
            plan_add(world, &begin);
        orders_plan_end(world, p, spec->gpus, &first);
    }
    for (size_t i = 0; i < spec->n_changes; i++) {
        const struct change_spec *change = &spec->changes[i];
        struct planned planned = {.pool = p,
                                  .rank = (uint32_t)i + 1,
                                  .event = change->gpus > 0 ? EVENT_LOT : EVENT_RETIRE,
                                  .at_ms = change->at_ms,
                                  .gpus = change->gpus};
        planned.terms.server_price_uusd = change->server_price_uusd;
        plan_add(world, &planned);
    }
}

void world_plan(struct world *world)
{
    world->plans = ARENA_ARRAY(&world->arena, world->fleet.n_pools, struct plan);
    failures_init(world);
    outages_init(world);
    maintenance_init(world);
    for (uint32_t p = 0; p < world->fleet.n_pools; p++) {
        begin_pool(world, p);
        if (!world->fleet.pools[p].elastic)
            plan_pool(world, p);
    }
    orders_init(world);
    tick(world, interval_end(world, 0), EVENT_INTERVAL, 0);
    month_tick(world);
    prices_plan(world);
    supply_begin(world);
    reviews_begin(world);
}
