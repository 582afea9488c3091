/* Lease contracts: what their ends do to the jobs on them. */

#include <assert.h>

#include "world/state.h"

static uint32_t find_contract(const struct pool *pool, uint32_t number)
{
    for (uint32_t l = 0; l < pool->n_lots; l++)
        if (pool->lots[l].terms.number == number)
            return l;
    assert(!"a contract that ends has begun");
    return 0;
}

/* All leave, or those on the servers that go. */
static void clear_servers(struct world *world, struct pool *pool, enum phase phase,
                          enum cause cause)
{
    const struct live_job *jobs = world->backlog.jobs;
    for (uint32_t job = pool->first_job; job != JOB_NONE;) {
        uint32_t next = jobs[job].next_in_pool;
        if (fleet_stands_on_closed(&world->fleet, pool, jobs[job].shares))
            job_interrupt(world, job, phase, cause);
        jobs = world->backlog.jobs;
        job = next;
    }
}

/* The job that is expected to run longest; where ends are not kept, the latest. */
static uint32_t last_to_end(const struct world *world, const struct pool *pool)
{
    struct tree_entry entry;
    if (pool->target_gpus == 0 || !world->track_ends)
        return pool->first_job;
    int64_t all = tree_sum_until(&pool->running, INT64_MAX);
    while (tree_reach(&pool->running, all, &entry)) {
        if (!(entry.item & ITEM_HOLD))
            return (uint32_t)entry.item;
        all -= entry.weight; /* GPUs that are down */
    }
    return pool->first_job;
}

/* Another contract of the same term takes over the GPUs and the jobs on them. */
static void renew(struct world *world, uint32_t index, uint32_t lot)
{
    struct pool *pool = &world->fleet.pools[index];
    const struct pool_spec *spec = pool->spec;
    int64_t start = world->scenario->start_unix_ms, gpus = pool->lots[lot].gpus;
    struct lot_terms terms = pool->lots[lot].terms;

    terms.first = false;
    terms.number = ++world->orders.pools[index].contracts;
    terms.from_ms = world->now_ms;
    terms.until_ms = calendar_add(start + world->now_ms, spec->term) - start;
    if (spec->renewal != RENEWAL_MARKET)
        terms.price_rate =
            prices_contract(world, index, &pool->lots[lot].terms, world->now_ms);
    else if (spec->rent_is_list || spec->price_market)
        prices_sign(world, index, &terms);
    else
        terms.price_rate = spec->market_rent_rate;
    fleet_renew(pool, lot, &terms, world->now_ms);
    orders_plan_end(world, index, gpus, &terms);
    world_show_event(world, PHASE_CAPACITY, "renew", NULL, index, gpus, NULL);
    world_unsettle(world, index);
}

/* Its GPUs go, and the jobs on them. */
static void leave(struct world *world, struct pool *pool, uint32_t lot,
                  enum phase phase, enum cause cause)
{
    /* The capacity is gone before the jobs are asked where else they could go. */
    fleet_leave(pool, lot, world->now_ms);
    if (pool->packed && pool->target_gpus > 0)
        clear_servers(world, pool, phase, cause);
    while (pool->busy_gpus > pool->target_gpus)
        job_interrupt(world, last_to_end(world, pool), phase, cause);
    fleet_left(pool);
    world->shrunk = true;
    burst_changes(world, pool->index, phase, cause);
    world_unsettle(world, pool->index);
}

void contract_ends(struct world *world, const struct planned *planned)
{
    struct pool *pool = &world->fleet.pools[planned->pool];
    if (planned->cancelled)
        return;
    uint32_t lot = find_contract(pool, planned->terms.number);
    if (planned->terms.renews) {
        renew(world, planned->pool, lot);
        return;
    }
    if (world->now_ms < pool->lots[lot].terms.until_ms)
        ledger_exit(&world->ledger, planned->pool, lot, pool->spec->exit_fee_frac,
                    world->now_ms);
    world_show_event(world, PHASE_CAPACITY, "contract_end", NULL, planned->pool,
                     pool->lots[lot].gpus, NULL);
    leave(world, pool, lot, PHASE_CAPACITY, CAUSE_CONTRACT_END);
}

void contracts_break(struct world *world, uint32_t index)
{
    struct pool *pool = &world->fleet.pools[index];
    struct plan *plan = &world->plans[index];
    for (uint32_t i = plan->next; i < plan->n; i++) {
        plan->items[i].cancelled = true;
        plan->items[i].gpus = 0;
    }
    world->orders.pools[index].closed = true;
    pool->coming_gpus = 0;
    for (uint32_t lot = 0; lot < pool->n_lots; lot++) {
        if (pool->lots[lot].gpus == 0)
            continue;
        ledger_exit(&world->ledger, index, lot, 0, world->now_ms);
        world_show_event(world, PHASE_FAILURES, "contract_end", NULL, index,
                         pool->lots[lot].gpus, "provider end");
        leave(world, pool, lot, PHASE_FAILURES, CAUSE_PROVIDER_END);
    }
    plan_changed(world, index);
}
