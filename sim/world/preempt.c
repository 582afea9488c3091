/*
 * Preemption: the first waiting job takes the place of less urgent ones.
 *
 * A job that is first in order and finds no room anywhere looks at its fixed pools in
 * order of preference, for one in which room can be made for all of it by interrupting
 * preemptible jobs of strictly lower priority, the lowest first, then the latest start
 * (of one instant: who started last).  All or nothing, in one pool.
 *
 * Fungible: the fewest in that order whose GPUs suffice together with the free ones.
 * Packed: as many in that order as it takes until the rule of placement finds room;
 * then, from the last to the first, each is spared without which it still does.  At
 * most LOOK_MORE jobs beside one per GPU of the gang are looked at.
 *
 * A job that starts this way is more urgent than all that make room for it, and those
 * who come after it in order are not more urgent than it: within an instant nobody
 * starts twice, and nobody goes in circles.
 */

#include <assert.h>

#include "world/state.h"

enum { LOOK_MORE = 1000 };

/* Strictly lower priority; priorities are 32 bits, so there is one below. */
static int64_t below(const struct live_job *job)
{
    return (int64_t)job->priority - 1;
}

/* ---- fungible ---- */

/* The number of victims from the front; 0: it cannot be done. */
static uint32_t enough_fungible(struct pool *pool, const struct live_job *job)
{
    int64_t need = job->gpus - pool_free(pool);
    struct tree_entry last, entry;
    uint32_t n = 1;

    assert(need > 0);
    if (!tree_reach(&pool->victims, need, &last) || last.key > below(job))
        return 0;
    bool more = tree_first(&pool->victims, &entry);
    while (more && entry.item != last.item) {
        n++;
        more = tree_after(&pool->victims, entry.key, entry.seq, &entry);
    }
    return n;
}

/* ---- packed ---- */

static void lend(struct world *world, struct pool *pool, uint32_t job, bool give)
{
    const struct share_link *links = world->fleet.shares;
    for (uint32_t s = world->backlog.jobs[job].shares; s != SHARE_NONE;
         s = links[s].next) {
        if (give)
            servers_give(&pool->servers, links[s].share);
        else
            servers_take(&pool->servers, links[s].share);
    }
}

void world_remember(struct world *world, uint32_t n, uint32_t job)
{
    if (n == world->victims_room) {
        uint32_t room = n ? n * 2 : 64;
        world->victims =
            arena_grow(&world->arena, world->victims, n, room, sizeof *world->victims);
        world->victims_room = room;
    }
    world->victims[n] = job;
}

/* Gives servers back on trial until the gang fits, and takes them again. */
static uint32_t enough_packed(struct world *world, struct pool *pool,
                              const struct live_job *job)
{
    int64_t look = (int64_t)job->gpus + LOOK_MORE;
    uint32_t n = 0, kept = 0;
    struct tree_entry entry;

    if (pool_free(pool) + tree_sum_until(&pool->victims, below(job)) < job->gpus)
        return 0;
    bool fits = false, more = tree_first(&pool->victims, &entry);
    for (; more && !fits && entry.key <= below(job) && n < look; n++) {
        world_remember(world, n, (uint32_t)entry.item);
        lend(world, pool, (uint32_t)entry.item, true);
        fits = servers_fit(&pool->servers, job->gpus);
        more = tree_after(&pool->victims, entry.key, entry.seq, &entry);
    }
    for (uint32_t i = n; i-- > 0;) { /* the last of them first: who is spared */
        lend(world, pool, world->victims[i], false);
        if (!fits || servers_fit(&pool->servers, job->gpus))
            continue;
        lend(world, pool, world->victims[i], true);
        world->victims[n - ++kept] = world->victims[i];
    }
    for (uint32_t i = n - kept; i < n; i++)
        lend(world, pool, world->victims[i], false);
    for (uint32_t i = 0; i < kept; i++)
        world->victims[i] = world->victims[n - kept + i];
    return kept;
}

/* ---- the pass ---- */

/* Interrupts the victims, if room can be made for the job in this pool. */
static bool make_room(struct world *world, struct pool *pool, uint32_t index)
{
    const struct live_job *job = &world->backlog.jobs[index];
    uint32_t n =
        pool->packed ? enough_packed(world, pool, job) : enough_fungible(pool, job);
    for (uint32_t i = 0; i < n; i++) {
        struct tree_entry first;
        uint32_t victim = 0;
        if (pool->packed) {
            victim = world->victims[i];
        } else {
            bool any = tree_first(&pool->victims, &first);
            assert(any);
            victim = (uint32_t)first.item;
        }
        job_interrupt(world, victim, PHASE_DISPATCH, CAUSE_PREEMPTION);
    }
    assert(n == 0 || pool_fits(pool, world->backlog.jobs[index].gpus));
    return n > 0;
}

/* Where the job can start now, or where room has been made for it; NULL: nowhere. */
static const struct outlet *find_place(struct world *world, uint32_t index)
{
    const struct live_job *job = &world->backlog.jobs[index];
    const struct route *route = &world->routes.items[job->kind->route];
    uint64_t mask = world->backlog.queues[job->queue].mask;

    for (uint32_t i = 0; i < route->n; i++) {
        const struct outlet *outlet = &route->outlets[i];
        const struct pool *pool = &world->fleet.pools[outlet->pool];
        if (mask >> outlet->pool & 1 && job_estimate_on(job, outlet->ratio) <=
                                            dispatch_room_ms(world, pool, job->gpus))
            return outlet;
    }
    for (uint32_t i = 0; i < route->n; i++) {
        const struct outlet *outlet = &route->outlets[i];
        struct pool *pool = &world->fleet.pools[outlet->pool];
        if (mask >> outlet->pool & 1 && !pool->elastic &&
            job_estimate_on(job, outlet->ratio) <=
                dispatch_contract_ms(world, pool, job->gpus) &&
            make_room(world, pool, index))
            return outlet;
    }
    return NULL;
}

void preempt_pass(struct world *world)
{
    /* Conservative holes know of a change that is still due: let it happen first. */
    if (world->scenario->dispatch.backfill == BACKFILL_CONSERVATIVE &&
        dispatch_change_is_due(world))
        return;
    for (;;) {
        uint32_t index = backlog_first(&world->backlog);
        if (index == JOB_NONE || world->backlog.jobs[index].key > world->last_key)
            break;
        const struct outlet *outlet = find_place(world, index);
        if (!outlet)
            break;
        for (uint32_t p = 0; p < world->fleet.n_pools; p++)
            world->fleet.pools[p].reservation.made = false;
        world_start_job(world, index, outlet->pool);
        world->freed = true; /* what was reserved before is gone: look at everybody */
    }
    world->pass_needed = false; /* that look is this pass */
}
