/*
 * Looking ahead in a fixed pool: when a gang will fit, and what may start meanwhile.
 *
 * Known are the estimated ends of running jobs, the instants at which GPUs that are
 * down come back, and the dated plan; a job past its estimate is taken to end now.
 * Failures to come are not known.
 */

#include <assert.h>

#include "world/state.h"

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Free GPUs are target - busy now, plus the plan's changes, plus what ends. */
static bool earliest_fungible(const struct world *world, const struct pool *pool,
                              int64_t gang, int64_t *at_ms)
{
    const struct plan *plan = &world->plans[pool->index];
    int64_t need = gang - pool_free(pool), from = world->now_ms;
    int64_t there = pool->target_gpus;

    for (uint32_t i = plan->next;; i++) {
        int64_t to = i < plan->n ? plan->items[i].at_ms : INT64_MAX;
        struct tree_entry end;
        if (from < to) {
            if (need <= tree_sum_until(&pool->running, from)) {
                *at_ms = from;
                return true;
            }
            if (tree_reach(&pool->running, need, &end) && end.key < to) {
                *at_ms = later(end.key, from);
                return true;
            }
        }
        if (i >= plan->n)
            return false;
        need -= planned_effect(&plan->items[i], &there);
        from = later(from, to);
    }
}

static void give_all(const struct world *world, struct servers *then,
                     const struct live_job *job)
{
    for (uint32_t s = job->shares; s != SHARE_NONE; s = world->fleet.shares[s].next)
        servers_give(then, world->fleet.shares[s].share);
}

static void change_servers(struct servers *then, int64_t gpus)
{
    if (gpus < 0) {
        servers_retire(then, (uint32_t)(-gpus / then->gpus));
        return;
    }
    for (int64_t g = 0; g < gpus; g += then->gpus)
        servers_add(then, true);
}

/* A job ends, or a server comes back. */
static void play(const struct world *world, struct servers *then,
                 const struct tree_entry *end)
{
    if (end->item & ITEM_HOLD)
        (void)servers_unblock(then, world->fleet.holds[(uint32_t)end->item].server);
    else
        give_all(world, then, &world->backlog.jobs[end->item]);
}

/* Plays ends and changes forward on a copy of the servers until the rule finds room,
 * and leaves the copy as it will be then.  Grows with the running jobs. */
static bool earliest_packed(struct world *world, struct pool *pool, int64_t gang,
                            int64_t *at_ms)
{
    const struct plan *plan = &world->plans[pool->index];
    struct servers *then = &pool->reservation.then;
    struct tree_entry end;
    bool ends = tree_first(&pool->running, &end);
    uint32_t change = plan->next;
    int64_t there = pool->target_gpus;

    if (!then->arena)
        servers_init(then, &world->arena, pool->servers.gpus);
    servers_copy(then, &pool->servers);
    for (int64_t at = world->now_ms;;) {
        while (ends && end.key <= at) {
            play(world, then, &end);
            ends = tree_after(&pool->running, end.key, end.seq, &end);
        }
        while (change < plan->n && plan->items[change].at_ms <= at)
            change_servers(then, planned_effect(&plan->items[change++], &there));
        if (servers_fit(then, gang)) {
            *at_ms = at;
            return true;
        }
        int64_t next = ends ? end.key : INT64_MAX;
        if (change < plan->n && plan->items[change].at_ms < next)
            next = plan->items[change].at_ms;
        if (next == INT64_MAX)
            return false;
        at = next;
    }
}

bool reserve_earliest(struct world *world, struct pool *pool, int64_t gang,
                      int64_t *at_ms)
{
    return pool->packed ? earliest_packed(world, pool, gang, at_ms)
                        : earliest_fungible(world, pool, gang, at_ms);
}

static int64_t planned_until(const struct world *world, const struct pool *pool,
                             int64_t at_ms)
{
    const struct plan *plan = &world->plans[pool->index];
    int64_t there = pool->target_gpus;
    for (uint32_t i = plan->next; i < plan->n && plan->items[i].at_ms <= at_ms; i++)
        (void)planned_effect(&plan->items[i], &there);
    return there - pool->target_gpus;
}

void reserve_make(struct world *world, struct pool *pool, int64_t gang, int64_t at_ms,
                  int64_t key, uint64_t seq)
{
    struct reservation *reservation = &pool->reservation;
    reservation->made = true;
    reservation->overtaken = false;
    reservation->at_ms = at_ms;
    reservation->key = key;
    reservation->seq = seq;
    pool->held_for_policy = true;
    if (pool->packed) {
        int64_t again;
        bool found = earliest_packed(world, pool, gang, &again);
        assert(found && again == at_ms);
        if (!reservation->held)
            reservation->held =
                ARENA_ARRAY(&world->arena, world->fleet.scratch_room, struct share);
        reservation->n_held = servers_find(&reservation->then, gang, reservation->held);
        return;
    }
    reservation->leftover_gpus = pool_free(pool) + planned_until(world, pool, at_ms) +
                                 tree_sum_until(&pool->running, at_ms) - gang;
}

/* While `on`, the servers that are held show only what a job may use that will still
 * run at the reserved instant. */
static void mask(struct pool *pool, bool on)
{
    const struct reservation *reservation = &pool->reservation;
    for (uint32_t i = 0; i < reservation->n_held; i++) {
        struct share held = reservation->held[i];
        if (held.server >= pool->servers.n)
            continue; /* it is yet to come */
        int32_t free = pool->servers.free[held.server];
        int32_t spare = reservation->then.free[held.server] - held.gpus;
        servers_set_level(&pool->servers, held.server,
                          on && spare < free ? spare : free);
    }
}

bool reserve_leaves_room(struct pool *pool, int64_t gang)
{
    if (!pool->packed)
        return gang <= pool->reservation.leftover_gpus;
    mask(pool, true);
    bool fits = servers_fit(&pool->servers, gang);
    mask(pool, false);
    return fits;
}

void reserve_starting(struct pool *pool, bool beyond)
{
    if (pool->packed && beyond)
        mask(pool, true);
}

void reserve_started(struct world *world, struct pool *pool, const struct live_job *job,
                     bool beyond)
{
    if (!beyond)
        return;
    if (!pool->packed) {
        pool->reservation.leftover_gpus -= job->gpus;
        return;
    }
    mask(pool, false);
    pool->reservation.overtaken = true;
    for (uint32_t s = job->shares; s != SHARE_NONE; s = world->fleet.shares[s].next)
        servers_take(&pool->reservation.then, world->fleet.shares[s].share);
}
