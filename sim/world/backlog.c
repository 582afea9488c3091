#include "world/backlog.h"

#include <assert.h>
#include <inttypes.h>

#include "engine/events.h"

void backlog_init(struct backlog *backlog, struct fleet *fleet, struct routes *routes,
                  struct arena *arena)
{
    *backlog = (struct backlog){
        .arena = arena, .fleet = fleet, .routes = routes, .free_job = JOB_NONE};
    backlog->nodes.arena = arena;
    backlog->slots_mask = 63;
    backlog->slots = ARENA_ARRAY(arena, 64, uint32_t);
}

static uint32_t take_job(struct backlog *backlog)
{
    uint32_t job = backlog->free_job;
    if (job != JOB_NONE) {
        backlog->free_job = backlog->jobs[job].next_in_pool;
        return job;
    }
    if (backlog->n_jobs == backlog->jobs_room) {
        uint32_t room = backlog->jobs_room ? backlog->jobs_room * 2 : 256;
        assert(room > backlog->jobs_room);
        backlog->jobs = arena_grow(backlog->arena, backlog->jobs, backlog->n_jobs, room,
                                   sizeof *backlog->jobs);
        if (backlog->keeps_asides)
            backlog->asides =
                arena_grow(backlog->arena, backlog->asides, backlog->n_jobs, room,
                           sizeof *backlog->asides);
        backlog->jobs_room = room;
    }
    return backlog->n_jobs++;
}

uint32_t backlog_admit(struct backlog *backlog, const struct arrival *arrival)
{
    uint32_t job = take_job(backlog);
    backlog->jobs[job] = (struct live_job){
        .source = arrival->source,
        .lap = arrival->lap,
        .copy = arrival->copy,
        .row = arrival->row,
        .kind = arrival->kind,
        .submit_ms = arrival->submit_ms,
        .deadline_ms = arrival->deadline_ms,
        .duration_ms = arrival->duration_ms,
        .limit_ms = arrival->limit_ms,
        .interval_ms = arrival->kind->young_daly
                           ? checkpoint_interval_ms(backlog->routes, arrival)
                           : arrival->kind->checkpoint_interval_ms,
        .gpus = arrival->gpus,
        .priority = arrival->priority,
        .seq = backlog->arrivals++,
        .queue = QUEUE_NONE,
        .until_event = EVENT_NONE,
        .leave_event = EVENT_NONE,
        .pool = UINT32_MAX,
        .shares = SHARE_NONE,
        .event = EVENT_NONE,
        .first_start_ms = NEVER_STARTED,
    };
    if (backlog->keeps_asides)
        backlog->asides[job] = (struct job_aside){.failure_event = EVENT_NONE};
    return job;
}

void backlog_release(struct backlog *backlog, uint32_t job)
{
    assert(backlog->jobs[job].state == JOB_STATE_FREE);
    backlog->jobs[job].next_in_pool = backlog->free_job;
    backlog->free_job = job;
}

static uint64_t hash_of(uint32_t route, int32_t gpus, bool elastic_open)
{
    uint64_t h =
        ((uint64_t)route << 33) ^ ((uint64_t)(uint32_t)gpus << 1) ^ elastic_open;
    h *= UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 32;
}

static void rehash(struct backlog *backlog)
{
    uint32_t size = (backlog->slots_mask + 1) * 2;
    backlog->slots = ARENA_ARRAY(backlog->arena, size, uint32_t);
    backlog->slots_mask = size - 1;
    for (uint32_t q = 0; q < backlog->n_queues; q++) {
        const struct queue *queue = &backlog->queues[q];
        uint64_t at = hash_of(queue->route, queue->gpus, queue->elastic_open);
        while (backlog->slots[at & backlog->slots_mask])
            at++;
        backlog->slots[at & backlog->slots_mask] = q + 1;
    }
}

static uint32_t queue_new(struct backlog *backlog, uint32_t route, int32_t gpus,
                          bool elastic_open)
{
    if (backlog->n_queues == backlog->queues_room) {
        uint32_t room = backlog->queues_room ? backlog->queues_room * 2 : 32;
        backlog->queues = arena_grow(backlog->arena, backlog->queues, backlog->n_queues,
                                     room, sizeof *backlog->queues);
        backlog->active = arena_grow(backlog->arena, backlog->active, backlog->n_active,
                                     room, sizeof *backlog->active);
        backlog->queues_room = room;
        backlog->active_room = room;
    }
    const struct route *r = &backlog->routes->items[route];
    struct queue *queue = &backlog->queues[backlog->n_queues];
    *queue = (struct queue){
        .route = route,
        .gpus = gpus,
        .elastic_open = elastic_open,
        .mask = r->fixed_mask | (elastic_open ? r->elastic_mask : 0),
        .active_at = QUEUE_NONE,
    };
    queue->jobs = tree_empty(&backlog->nodes, TREE_MIN);
    return backlog->n_queues++;
}

static uint32_t queue_for(struct backlog *backlog, uint32_t route, int32_t gpus,
                          bool elastic_open)
{
    uint64_t at = hash_of(route, gpus, elastic_open);
    for (;; at++) {
        uint32_t slot = backlog->slots[at & backlog->slots_mask];
        if (slot == 0)
            break;
        const struct queue *queue = &backlog->queues[slot - 1];
        if (queue->route == route && queue->gpus == gpus &&
            queue->elastic_open == elastic_open)
            return slot - 1;
    }
    uint32_t queue = queue_new(backlog, route, gpus, elastic_open);
    backlog->slots[at & backlog->slots_mask] = queue + 1;
    if (backlog->n_queues * 2 > backlog->slots_mask)
        rehash(backlog);
    return queue;
}

/* The queue's place among the active ones, and its head there. */
static void refresh_head(struct backlog *backlog, uint32_t index)
{
    struct queue *queue = &backlog->queues[index];
    struct tree_entry head;

    if (!tree_first(&queue->jobs, &head)) {
        uint32_t at = queue->active_at;
        backlog->active[at] = backlog->active[--backlog->n_active];
        if (at < backlog->n_active)
            backlog->queues[backlog->active[at].queue].active_at = at;
        queue->active_at = QUEUE_NONE;
        return;
    }
    if (queue->active_at == QUEUE_NONE) {
        queue->active_at = backlog->n_active++;
        backlog->active[queue->active_at] = (struct active_queue){
            .mask = queue->mask, .gpus = queue->gpus, .queue = index};
    }
    backlog->active[queue->active_at].key = head.key;
    backlog->active[queue->active_at].seq = head.seq;
}

static void count_wanted(struct backlog *backlog, uint64_t mask, int64_t gpus)
{
    for (; mask; mask &= mask - 1) {
        struct pool *pool = &backlog->fleet->pools[__builtin_ctzll(mask)];
        pool->wanted_gpus += gpus;
        pool->waiting_jobs += gpus > 0 ? 1 : -1;
    }
}

static void enqueue(struct backlog *backlog, uint32_t index, bool elastic_open)
{
    struct live_job *job = &backlog->jobs[index];
    job->queue = queue_for(backlog, job->kind->route, job->gpus, elastic_open);
    struct queue *queue = &backlog->queues[job->queue];
    tree_insert(&queue->jobs,
                (struct tree_entry){job->key, job->seq, job->estimate_ms, index});
    refresh_head(backlog, job->queue);
    count_wanted(backlog, queue->mask, job->gpus);
}

static void dequeue(struct backlog *backlog, uint32_t index)
{
    struct live_job *job = &backlog->jobs[index];
    struct queue *queue = &backlog->queues[job->queue];
    tree_remove(&queue->jobs, job->key, job->seq);
    refresh_head(backlog, job->queue);
    count_wanted(backlog, queue->mask, -(int64_t)job->gpus);
    job->queue = QUEUE_NONE;
}

void backlog_wait(struct backlog *backlog, uint32_t index, int64_t now_ms)
{
    struct live_job *job = &backlog->jobs[index];
    assert(job->state == JOB_STATE_FREE);
    job->state = JOB_STATE_WAITING;
    backlog->waiting++;
    enqueue(backlog, index, job->until_ms <= now_ms);
}

void backlog_unwait(struct backlog *backlog, uint32_t index)
{
    assert(backlog->jobs[index].state == JOB_STATE_WAITING);
    dequeue(backlog, index);
    backlog->jobs[index].state = JOB_STATE_FREE;
    backlog->waiting--;
}

void backlog_open_elastic(struct backlog *backlog, uint32_t index)
{
    assert(backlog->jobs[index].state == JOB_STATE_WAITING);
    dequeue(backlog, index);
    enqueue(backlog, index, true);
}

/* The lowest priority first, then the latest start. */
static uint64_t victim_seq(const struct backlog *backlog, uint32_t index)
{
    return UINT64_MAX - backlog->asides[index].start_number;
}

static bool is_victim(const struct backlog *backlog, const struct live_job *job,
                      const struct pool *pool)
{
    return backlog->preempt && job->kind->preemptible && !pool->elastic;
}

/* The trees in which a running job may stand. */
static void join_trees(struct backlog *backlog, uint32_t index, struct pool *pool,
                       bool track_ends)
{
    struct live_job *job = &backlog->jobs[index];
    if (track_ends && !pool->elastic)
        tree_insert(&pool->running, (struct tree_entry){job->expected_end_ms, job->seq,
                                                        job->gpus, index});
    if (pool->places_jobs)
        tree_insert(&pool->placed, (struct tree_entry){job->held_since_ms, job->seq,
                                                       job->gpus, index});
    if (backlog->preempt)
        backlog->asides[index].start_number = backlog->starts++;
    if (is_victim(backlog, job, pool))
        tree_insert(&pool->victims,
                    (struct tree_entry){job->priority, victim_seq(backlog, index),
                                        job->gpus, index});
}

static void leave_trees(struct backlog *backlog, uint32_t index, struct pool *pool,
                        bool track_ends)
{
    const struct live_job *job = &backlog->jobs[index];
    if (track_ends && !pool->elastic)
        tree_remove(&pool->running, job->expected_end_ms, job->seq);
    if (pool->places_jobs)
        tree_remove(&pool->placed, job->held_since_ms, job->seq);
    if (is_victim(backlog, job, pool))
        tree_remove(&pool->victims, job->priority, victim_seq(backlog, index));
}

void backlog_run(struct backlog *backlog, uint32_t index, struct pool *pool,
                 bool track_ends)
{
    struct live_job *job = &backlog->jobs[index];
    assert(job->state == JOB_STATE_FREE);
    job->state = JOB_STATE_RUNNING;
    job->pool = pool->index;
    job->previous_in_pool = JOB_NONE;
    job->next_in_pool = pool->first_job;
    if (pool->first_job != JOB_NONE)
        backlog->jobs[pool->first_job].previous_in_pool = index;
    pool->first_job = index;
    backlog->running += !job->level;
    if (track_ends || pool->places_jobs || backlog->preempt)
        join_trees(backlog, index, pool, track_ends);
}

void backlog_stop(struct backlog *backlog, uint32_t index, bool track_ends)
{
    struct live_job *job = &backlog->jobs[index];
    struct pool *pool = &backlog->fleet->pools[job->pool];
    assert(job->state == JOB_STATE_RUNNING);
    if (track_ends || pool->places_jobs || backlog->preempt)
        leave_trees(backlog, index, pool, track_ends);
    if (job->previous_in_pool == JOB_NONE)
        pool->first_job = job->next_in_pool;
    else
        backlog->jobs[job->previous_in_pool].next_in_pool = job->next_in_pool;
    if (job->next_in_pool != JOB_NONE)
        backlog->jobs[job->next_in_pool].previous_in_pool = job->previous_in_pool;
    backlog->running -= !job->level;
    job->state = JOB_STATE_FREE;
}

uint32_t backlog_first(const struct backlog *backlog)
{
    const struct active_queue *first = NULL;
    for (uint32_t i = 0; i < backlog->n_active; i++) {
        const struct active_queue *active = &backlog->active[i];
        if (!first || active->key < first->key ||
            (active->key == first->key && active->seq < first->seq))
            first = active;
    }
    if (!first)
        return JOB_NONE;
    struct tree_entry head;
    bool any = tree_first(&backlog->queues[first->queue].jobs, &head);
    assert(any);
    return (uint32_t)head.item;
}

bool backlog_fits(const struct backlog *backlog, const struct pool *pool)
{
    for (uint32_t i = 0; i < backlog->n_active; i++) {
        const struct active_queue *active = &backlog->active[i];
        if (active->mask >> pool->index & 1 && pool_fits(pool, active->gpus))
            return true;
    }
    return false;
}

static void check_victims(const struct backlog *backlog)
{
    for (uint32_t p = 0; p < backlog->fleet->n_pools; p++) {
        const struct pool *pool = &backlog->fleet->pools[p];
        size_t n = 0;
        int64_t gpus = 0;
        for (uint32_t j = pool->first_job; j != JOB_NONE && backlog->preempt;
             j = backlog->jobs[j].next_in_pool)
            if (is_victim(backlog, &backlog->jobs[j], pool)) {
                n++;
                gpus += backlog->jobs[j].gpus;
            }
        tree_check(&pool->victims);
        assert(pool->victims.n == n);
        assert(tree_sum_until(&pool->victims, INT64_MAX) == gpus);
    }
}

void backlog_check(const struct backlog *backlog)
{
    int64_t waiting = 0, wanted[POOLS_MAX] = {0}, jobs[POOLS_MAX] = {0};
    for (uint32_t q = 0; q < backlog->n_queues; q++) {
        const struct queue *queue = &backlog->queues[q];
        struct tree_entry head;
        tree_check(&queue->jobs);
        waiting += (int64_t)queue->jobs.n;
        assert((queue->jobs.n > 0) == (queue->active_at != QUEUE_NONE));
        if (!tree_first(&queue->jobs, &head))
            continue;
        assert(backlog->active[queue->active_at].seq == head.seq);
        for (uint32_t p = 0; p < backlog->fleet->n_pools; p++) {
            if (queue->mask >> p & 1) {
                wanted[p] += queue->gpus * (int64_t)queue->jobs.n;
                jobs[p] += (int64_t)queue->jobs.n;
            }
        }
    }
    assert(waiting == backlog->waiting);
    check_victims(backlog);
    for (uint32_t p = 0; p < backlog->fleet->n_pools; p++) {
        assert(backlog->fleet->pools[p].wanted_gpus == wanted[p]);
        assert(backlog->fleet->pools[p].waiting_jobs == jobs[p]);
    }
}

void backlog_print(const struct backlog *backlog, FILE *out)
{
    fprintf(out, "%" PRId64 " waiting, %" PRId64 " running\n", backlog->waiting,
            backlog->running);
    for (uint32_t i = 0; i < backlog->n_active; i++) {
        const struct queue *queue = &backlog->queues[backlog->active[i].queue];
        fprintf(out, "  gangs of %" PRId32 " on route %" PRIu32 ": %zu\n", queue->gpus,
                queue->route, queue->jobs.n);
    }
}
