/*
 * The dispatch pass: which waiting jobs start now.
 *
 * It has the effect of looking at all waiting jobs in order, but looks at queues: in a
 * queue all jobs have the same gang size and the same open pools, so that one of them
 * can start if its estimate is short enough for one of the pools that have room.  What
 * is free only shrinks during a pass, so a queue that has nothing to offer is done
 * with.
 */

#include <assert.h>

#include "world/state.h"

int64_t dispatch_contract_ms(const struct world *world, const struct pool *pool,
                             int64_t gang)
{
    const struct pool_spec *spec = pool->spec;
    if (spec->tenure != TENURE_LEASE && spec->burst_of == 0)
        return INT64_MAX;
    int64_t end = spec->burst_of > 0 ? burst_hard_end(world, pool, gang)
                                     : pool_hard_end(world, pool, gang, world->now_ms);
    if (end <= world->now_ms)
        return -1; /* it is due in this instant: submit-first */
    if (spec->burst_of > 0)
        spec = &world->scenario->pools[spec->burst_of - 1];
    bool free = end == NEVER_MS || spec->start_past_end;
    return free ? INT64_MAX : end - world->now_ms;
}

int64_t dispatch_room_ms(const struct world *world, const struct pool *pool,
                         int64_t gang)
{
    return pool_fits(pool, gang) ? dispatch_contract_ms(world, pool, gang) : -1;
}

/* The same where a reservation may stand. */
static int64_t room_for_ms(const struct world *world, struct pool *pool, int64_t gang)
{
    int64_t limit = dispatch_room_ms(world, pool, gang);
    if (limit < 0)
        return -1;
    if (pool->reservation.made && !reserve_leaves_room(pool, gang)) {
        int64_t until = pool->reservation.at_ms - world->now_ms;
        limit = until < limit ? until : limit;
    }
    return limit;
}

/* The longest estimate (on the reference class) with which a job of the queue could
 * start now somewhere; -1: none. */
static int64_t queue_limit_ms(const struct world *world, const struct queue *queue)
{
    const struct route *route = &world->routes.items[queue->route];
    int64_t longest = -1;
    for (uint32_t i = 0; i < route->n && longest < INT64_MAX; i++) {
        const struct outlet *outlet = &route->outlets[i];
        if (!(queue->mask >> outlet->pool & 1))
            continue;
        int64_t room =
            room_for_ms(world, &world->fleet.pools[outlet->pool], queue->gpus);
        int64_t limit = ratio_limit(room, outlet->ratio);
        longest = limit > longest ? limit : longest;
    }
    return longest;
}

/* The first pool in order of preference where the job can start now. */
static const struct outlet *choose_pool(const struct world *world,
                                        const struct live_job *job, uint64_t mask)
{
    const struct route *route = &world->routes.items[job->kind->route];
    for (uint32_t i = 0; i < route->n; i++) {
        const struct outlet *outlet = &route->outlets[i];
        if (!(mask >> outlet->pool & 1))
            continue;
        int64_t room = room_for_ms(world, &world->fleet.pools[outlet->pool], job->gpus);
        if (job_estimate_on(job, outlet->ratio) <= room)
            return outlet;
    }
    return NULL;
}

static void start(struct world *world, uint32_t index, const struct outlet *outlet)
{
    struct pool *pool = &world->fleet.pools[outlet->pool];
    const struct live_job *job = &world->backlog.jobs[index];
    bool reserved = pool->reservation.made;
    bool beyond = reserved && job_estimate_on(job, outlet->ratio) >
                                  pool->reservation.at_ms - world->now_ms;
    reserve_starting(pool, beyond);
    world_start_job(world, index, outlet->pool);
    reserve_started(world, pool, &world->backlog.jobs[index], beyond);
}

/* ---- backfill: none ---- */

static bool before(int64_t key_a, uint64_t seq_a, int64_t key_b, uint64_t seq_b)
{
    return key_a < key_b || (key_a == key_b && seq_a < seq_b);
}

static bool nothing_free(const struct world *world)
{
    for (uint32_t p = 0; p < world->fleet.n_pools; p++)
        if (pool_free(&world->fleet.pools[p]) > 0)
            return false;
    return true;
}

/* A job that arrived while all else stayed has to stand behind whoever closed all its
 * pools in the last pass. */
static bool is_behind(const struct world *world, uint32_t index)
{
    const struct backlog *backlog = &world->backlog;
    const struct live_job *job = &backlog->jobs[index];
    uint64_t mask = backlog->queues[job->queue].mask;
    for (uint32_t i = 0; i < backlog->n_active; i++) {
        const struct active_queue *active = &backlog->active[i];
        if (!(mask & ~active->mask) &&
            before(active->key, active->seq, job->key, job->seq))
            return true;
    }
    return false;
}

static void pass_none(struct world *world)
{
    struct backlog *backlog = &world->backlog;
    uint64_t closed = 0;

    if (nothing_free(world) || (!world->freed && world->n_newcomers == 1 &&
                                is_behind(world, world->newcomers[0])))
        return;
    for (;;) {
        const struct active_queue *first = NULL;
        for (uint32_t i = 0; i < backlog->n_active; i++) {
            const struct active_queue *active = &backlog->active[i];
            if (active->mask & ~closed && active->key <= world->last_key &&
                (!first || before(active->key, active->seq, first->key, first->seq)))
                first = active;
        }
        if (!first)
            return;

        struct tree_entry head;
        bool any = tree_first(&backlog->queues[first->queue].jobs, &head);
        assert(any);
        uint32_t job = (uint32_t)head.item;
        const struct outlet *outlet =
            choose_pool(world, &backlog->jobs[job], first->mask & ~closed);
        if (outlet)
            start(world, job, outlet);
        else
            closed |= first->mask;
    }
}

/* ---- backfill: skip and easy ---- */

static void forget_candidates(struct backlog *backlog)
{
    for (uint32_t i = 0; i < backlog->n_active; i++)
        backlog->queues[backlog->active[i].queue].candidate_known = false;
}

static void begin_pass(struct world *world)
{
    struct backlog *backlog = &world->backlog;
    for (uint32_t p = 0; p < world->fleet.n_pools; p++) {
        world->fleet.pools[p].reservation.made = false;
        world->fleet.pools[p].held_for_policy = false;
    }
    for (uint32_t i = 0; i < backlog->n_active; i++) {
        struct queue *queue = &backlog->queues[backlog->active[i].queue];
        queue->cursor_key = INT64_MIN;
        queue->cursor_seq = 0;
        queue->reserve_below_ms = INT64_MAX;
        queue->candidate_known = false;
    }
}

/* The queue's next job that can start, or that may still ask for a reservation. */
static void find_candidate(struct world *world, struct queue *queue,
                           uint64_t unreserved)
{
    int64_t limit = queue_limit_ms(world, queue);
    if (queue->mask & unreserved && queue->reserve_below_ms > limit)
        limit = queue->reserve_below_ms;
    queue->has_candidate =
        limit > 0 && tree_first_within(&queue->jobs, queue->cursor_key,
                                       queue->cursor_seq, limit, &queue->candidate);
    queue->candidate_known = true;
}

static struct queue *first_candidate(struct world *world, uint64_t unreserved)
{
    struct backlog *backlog = &world->backlog;
    struct queue *first = NULL;
    for (uint32_t i = 0; i < backlog->n_active; i++) {
        struct queue *queue = &backlog->queues[backlog->active[i].queue];
        if (!queue->candidate_known)
            find_candidate(world, queue, unreserved);
        if (queue->has_candidate && queue->candidate.key <= world->last_key &&
            (!first || before(queue->candidate.key, queue->candidate.seq,
                              first->candidate.key, first->candidate.seq)))
            first = queue;
    }
    return first;
}

/* Reserves in the fixed pool, among those open to the job and without a reservation,
 * where it could start earliest; ties go to the preferred one. */
static bool reserve(struct world *world, const struct live_job *job,
                    uint64_t *unreserved)
{
    const struct route *route = &world->routes.items[job->kind->route];
    struct pool *best = NULL;
    int64_t best_ms = INT64_MAX;

    for (uint32_t i = 0; i < route->n; i++) {
        const struct outlet *outlet = &route->outlets[i];
        struct pool *pool = &world->fleet.pools[outlet->pool];
        int64_t at_ms;
        if (!(*unreserved >> outlet->pool & 1) ||
            !reserve_earliest(world, pool, job->gpus, &at_ms) || at_ms >= best_ms)
            continue;
        int64_t end_ms = at_ms + job_estimate_on(job, outlet->ratio);
        if (pool->spec->tenure == TENURE_LEASE && !pool->spec->start_past_end &&
            end_ms > pool_hard_end(world, pool, job->gpus, at_ms))
            continue;
        best = pool;
        best_ms = at_ms;
    }
    if (!best)
        return false;
    reserve_make(world, best, job->gpus, best_ms, job->key, job->seq);
    *unreserved &= ~(UINT64_C(1) << best->index);
    return true;
}

static void pass_backfill(struct world *world, uint64_t unreserved)
{
    struct backlog *backlog = &world->backlog;
    struct queue *queue;

    begin_pass(world);
    while ((queue = first_candidate(world, unreserved))) {
        uint32_t index = (uint32_t)queue->candidate.item;
        const struct live_job *job = &backlog->jobs[index];
        const struct outlet *outlet = choose_pool(world, job, queue->mask);

        queue->candidate_known = false;
        if (outlet) {
            start(world, index, outlet);
            continue;
        }
        bool overhead = job_has_overhead(job); /* longer than what it was found by */
        if (!(queue->mask & unreserved) && !overhead)
            continue; /* what it was found by is gone: look again */
        queue->cursor_key = queue->candidate.key;
        queue->cursor_seq = queue->candidate.seq;
        if (reserve(world, job, &unreserved))
            forget_candidates(backlog);
        else if (!overhead)
            queue->reserve_below_ms = job->estimate_ms - 1;
    }
}

/* ---- backfill: easy, when little has changed ---- */

/* Whether any waiting job finds room, whatever the reservations. */
static bool anybody_fits(const struct world *world)
{
    const struct backlog *backlog = &world->backlog;
    for (uint32_t i = 0; i < backlog->n_active; i++) {
        const struct active_queue *active = &backlog->active[i];
        for (uint64_t mask = active->mask; mask; mask &= mask - 1)
            if (pool_fits(&world->fleet.pools[__builtin_ctzll(mask)], active->gpus))
                return true;
    }
    return false;
}

/* Whether any job of a queue could ever have a reservation in a fixed pool. */
static bool could_reserve(const struct world *world, const struct queue *queue,
                          const struct pool *pool)
{
    const struct route *route = &world->routes.items[queue->route];
    const struct pool_spec *spec = pool->spec;
    struct tree_entry entry;
    if (pool_largest_gang(pool, pool->target_gpus) < queue->gpus &&
        pool_largest_gang(pool, largest_target(world, pool->index)) < queue->gpus)
        return false;
    if (spec->tenure != TENURE_LEASE || spec->start_past_end ||
        pool->last_end_ms == NEVER_MS)
        return true;
    int64_t limit = ratio_limit(pool->last_end_ms - world->now_ms,
                                route_outlet(route, pool->index)->ratio);
    return tree_first_within(&queue->jobs, INT64_MIN, 0, limit, &entry);
}

void hold_for_waiting(struct world *world)
{
    const struct backlog *backlog = &world->backlog;
    for (uint32_t p = 0; p < world->fleet.n_pools; p++) {
        struct pool *pool = &world->fleet.pools[p];
        pool->reservation.made = false;
        pool->held_for_policy = false;
        for (uint32_t i = 0; i < backlog->n_active && !pool->elastic; i++) {
            const struct queue *queue = &backlog->queues[backlog->active[i].queue];
            if (!(queue->mask >> p & 1) || !could_reserve(world, queue, pool))
                continue;
            pool->held_for_policy = true;
            break;
        }
    }
}

/* Nobody can start, so that reservations matter only for naming idle GPUs; with one
 * fixed pool it is plain that its reservation stands. */
static bool easy_is_idle(struct world *world)
{
    uint64_t fixed = world->fixed_mask;
    if (fixed & (fixed - 1) || anybody_fits(world))
        return false;
    hold_for_waiting(world);
    return true;
}

/* A job that arrived while all else stayed as the last pass left it can be judged by
 * itself if it comes behind all reservations, and no pool wants one. */
static bool stands_alone(const struct world *world, const struct live_job *job)
{
    uint64_t fixed = world->backlog.queues[job->queue].mask & world->fixed_mask;
    for (; fixed; fixed &= fixed - 1) {
        const struct reservation *reservation =
            &world->fleet.pools[__builtin_ctzll(fixed)].reservation;
        if (!reservation->made || reservation->overtaken ||
            reservation->at_ms <= world->now_ms ||
            !before(reservation->key, reservation->seq, job->key, job->seq))
            return false;
    }
    return true;
}

static bool pass_newcomers(struct world *world)
{
    for (uint32_t i = 0; i < world->n_newcomers; i++) {
        const struct live_job *job = &world->backlog.jobs[world->newcomers[i]];
        bool in_order =
            i == 0 || before(world->backlog.jobs[world->newcomers[i - 1]].key,
                             world->backlog.jobs[world->newcomers[i - 1]].seq, job->key,
                             job->seq);
        if (!in_order || job->state != JOB_STATE_WAITING || !stands_alone(world, job))
            return false;
    }
    for (uint32_t i = 0; i < world->n_newcomers; i++) {
        uint32_t index = world->newcomers[i];
        const struct live_job *job = &world->backlog.jobs[index];
        const struct outlet *outlet =
            choose_pool(world, job, world->backlog.queues[job->queue].mask);
        if (outlet)
            start(world, index, outlet);
    }
    return true;
}

static void pass_easy(struct world *world)
{
    if (!world->freed && pass_newcomers(world))
        return;
    /* A level that stands behind must see the reservations. */
    if (world->levels || !easy_is_idle(world))
        pass_backfill(world, world->fixed_mask);
}

bool dispatch_change_is_due(const struct world *world)
{
    for (uint32_t p = 0; p < world->fleet.n_pools; p++) {
        const struct plan *plan = &world->plans[p];
        if (plan->next < plan->n && plan->items[plan->next].at_ms <= world->now_ms)
            return true;
    }
    return false;
}

/* A job that comes alone while nobody waits needs no queue if it starts at once. */
static bool pass_solo(struct world *world)
{
    uint32_t index = world->solo;
    const struct live_job *job = &world->backlog.jobs[index];
    const struct route *route = &world->routes.items[job->kind->route];
    uint64_t mask = route->fixed_mask;

    if (world->scenario->dispatch.backfill == BACKFILL_CONSERVATIVE &&
        dispatch_change_is_due(world)) { /* its holes know of the change */
        world_queue_solo(world);
        return false;
    }
    if (job->until_ms <= world->now_ms)
        mask |= route->elastic_mask;
    for (uint32_t p = 0; p < world->fleet.n_pools; p++) {
        world->fleet.pools[p].reservation.made = false;
        world->fleet.pools[p].held_for_policy = false;
    }
    const struct outlet *outlet = choose_pool(world, job, mask);
    if (!outlet) {
        world_queue_solo(world);
        return false;
    }
    world->solo = JOB_NONE;
    world_start_job(world, index, outlet->pool);
    return true;
}

void dispatch_jobs(struct world *world, int64_t last_key)
{
    world->last_key = last_key;
    if (world->backlog.preempt)
        preempt_pass(world);
    switch (world->scenario->dispatch.backfill) {
    case BACKFILL_NONE: pass_none(world); break;
    case BACKFILL_SKIP: pass_backfill(world, 0); break;
    case BACKFILL_EASY: pass_easy(world); break;
    case BACKFILL_CONSERVATIVE: conservative_pass(world); break;
    }
}

void dispatch_pass(struct world *world)
{
    world->pass_needed = false;
    if (world->levels) {
        levels_pass(world);
        world->n_newcomers = 0;
        world->freed = false;
        return;
    }
    if (world->solo != JOB_NONE && pass_solo(world) && world->n_newcomers == 0) {
        world->freed = false;
        return;
    }
    dispatch_jobs(world, INT64_MAX);
    world->n_newcomers = 0;
    world->freed = false;
}
