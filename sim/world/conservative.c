/*
 * Conservative backfill: as if every pass remade all reservations in order, each in its
 * earliest hole.
 *
 * A pass costs O(w (r + w)) for w waiting and r running jobs, more when packed: this
 * policy is for studies of thousands of jobs (docs/performance.md).
 *
 * In the look-ahead of a pool every occupation is a piece [from, to).  A hole for a
 * gang begins where it fits, and must not take GPUs from a piece that begins later;
 * capacity that leaves does not end jobs of owned pools (it drains), and those of a
 * lease must end before its contract does.
 */

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "world/state.h"

/* Free GPUs from an instant to the next step. */
struct step {
    int64_t at_ms;
    int64_t free_gpus;
    bool begins; /* a reserved job begins here and needs what it reserved */
};

struct piece {
    int64_t from_ms, to_ms;
    uint32_t first_share, n_shares; /* in `shares` of the outlook */
};

/* What a fixed pool looks like from now on. */
struct outlook {
    struct step *steps; /* fungible; ascending, the first is now */
    uint32_t n_steps, steps_room;

    struct piece *pieces; /* packed: running jobs, then reservations */
    uint32_t n, room;
    struct share *shares;
    uint32_t n_shares, shares_room;
    int64_t *instants; /* at which something ends or comes: candidates, ascending */
    uint32_t n_instants, instants_room;
    struct servers then;
    int32_t *free; /* per server, for one instant */
    uint32_t free_room;
};

struct waiting_job {
    int64_t key;
    uint64_t seq;
    uint32_t job;
};

struct conservative {
    struct outlook outlook[POOLS_MAX];
    struct waiting_job *waiting;
    uint32_t n, room;
};

static void *make_room(struct arena *arena, void *items, uint32_t n, uint32_t *room,
                       size_t size)
{
    if (n < *room)
        return items;
    uint32_t more = *room ? *room * 2 : 64;
    items = arena_grow(arena, items, n, more, size);
    *room = more;
    return items;
}

/* ---- fungible: steps ---- */

/* The index of the step that begins at `at_ms`, made if there is none. */
static uint32_t step_at(struct world *world, struct outlook *outlook, int64_t at_ms)
{
    uint32_t low = 0, high = outlook->n_steps;
    while (low < high) {
        uint32_t mid = (low + high) / 2;
        if (outlook->steps[mid].at_ms < at_ms)
            low = mid + 1;
        else
            high = mid;
    }
    if (low < outlook->n_steps && outlook->steps[low].at_ms == at_ms)
        return low;
    outlook->steps = make_room(&world->arena, outlook->steps, outlook->n_steps,
                               &outlook->steps_room, sizeof *outlook->steps);
    memmove(outlook->steps + low + 1, outlook->steps + low,
            (outlook->n_steps - low) * sizeof *outlook->steps);
    int64_t free = low > 0 ? outlook->steps[low - 1].free_gpus : 0;
    outlook->steps[low] = (struct step){at_ms, free, false};
    outlook->n_steps++;
    return low;
}

static void look_at_steps(struct world *world, struct pool *pool,
                          struct outlook *outlook)
{
    const struct plan *plan = &world->plans[pool->index];
    struct tree_entry end;
    uint32_t change = plan->next;
    int64_t free = pool_free(pool), there = pool->target_gpus;

    outlook->n_steps = 0;
    step_at(world, outlook, world->now_ms);
    outlook->steps[0].free_gpus = free;
    bool more = tree_first(&pool->running, &end);
    while (more || change < plan->n) {
        if (more && end.key == NEVER_MS) { /* levels: all that follow never end */
            more = false;
            continue;
        }
        bool ends = more && (change == plan->n || end.key <= plan->items[change].at_ms);
        int64_t at = ends ? end.key : plan->items[change].at_ms;
        free += ends ? end.weight : planned_effect(&plan->items[change], &there);
        /* In ascending order: always at the end, or at the last step. */
        uint32_t step =
            step_at(world, outlook, at > world->now_ms ? at : world->now_ms);
        outlook->steps[step].free_gpus = free;
        if (ends)
            more = tree_after(&pool->running, end.key, end.seq, &end);
        else
            change++;
    }
}

static bool earliest_step(const struct outlook *outlook, int64_t gang,
                          int64_t length_ms, int64_t latest_end_ms, int64_t *at_ms)
{
    uint32_t from = 0;
    for (uint32_t i = 0; i < outlook->n_steps; i++) {
        const struct step *step = &outlook->steps[i];
        if (i > from && step->at_ms >= outlook->steps[from].at_ms + length_ms)
            break;
        bool blocked = step->free_gpus < gang && (i == from || step->begins);
        if (blocked)
            from = i + 1;
    }
    if (from >= outlook->n_steps)
        return false;
    *at_ms = outlook->steps[from].at_ms;
    return *at_ms + length_ms <= latest_end_ms;
}

static void occupy_steps(struct world *world, struct outlook *outlook, int64_t gang,
                         int64_t at_ms, int64_t length_ms)
{
    uint32_t from = step_at(world, outlook, at_ms);
    uint32_t to = step_at(world, outlook, at_ms + length_ms);
    outlook->steps[from].begins = true;
    for (uint32_t i = from; i < to; i++)
        outlook->steps[i].free_gpus -= gang;
}

/* ---- packed: pieces ---- */

static void add_instant(struct world *world, struct outlook *outlook, int64_t at_ms)
{
    outlook->instants = make_room(&world->arena, outlook->instants, outlook->n_instants,
                                  &outlook->instants_room, sizeof(int64_t));
    uint32_t at = outlook->n_instants;
    while (at > 0 && outlook->instants[at - 1] > at_ms)
        at--;
    if (at > 0 && outlook->instants[at - 1] == at_ms)
        return;
    memmove(outlook->instants + at + 1, outlook->instants + at,
            (outlook->n_instants - at) * sizeof(int64_t));
    outlook->instants[at] = at_ms;
    outlook->n_instants++;
}

static struct piece *add_piece(struct world *world, struct outlook *outlook,
                               int64_t from_ms, int64_t to_ms)
{
    outlook->pieces = make_room(&world->arena, outlook->pieces, outlook->n,
                                &outlook->room, sizeof *outlook->pieces);
    struct piece *piece = &outlook->pieces[outlook->n++];
    *piece = (struct piece){from_ms, to_ms, outlook->n_shares, 0};
    if (to_ms != NEVER_MS) /* a level's never ends */
        add_instant(world, outlook, to_ms);
    return piece;
}

static void add_share(struct world *world, struct outlook *outlook, struct piece *piece,
                      struct share share)
{
    outlook->shares = make_room(&world->arena, outlook->shares, outlook->n_shares,
                                &outlook->shares_room, sizeof *outlook->shares);
    outlook->shares[outlook->n_shares++] = share;
    piece->n_shares++;
}

static void look_at_pieces(struct world *world, struct pool *pool,
                           struct outlook *outlook)
{
    const struct plan *plan = &world->plans[pool->index];
    struct tree_entry end;

    outlook->n = outlook->n_shares = outlook->n_instants = 0;
    add_instant(world, outlook, world->now_ms);
    for (bool more = tree_first(&pool->running, &end); more;
         more = tree_after(&pool->running, end.key, end.seq, &end)) {
        int64_t to = end.key > world->now_ms ? end.key : world->now_ms;
        if (end.item & ITEM_HOLD) {
            uint32_t server = world->fleet.holds[(uint32_t)end.item].server;
            add_share(world, outlook, add_piece(world, outlook, 0, to),
                      (struct share){server, pool->servers.gpus});
            continue;
        }
        const struct live_job *job = &world->backlog.jobs[end.item];
        struct piece *piece = add_piece(world, outlook, job->held_since_ms, to);
        for (uint32_t s = job->shares; s != SHARE_NONE; s = world->fleet.shares[s].next)
            add_share(world, outlook, piece, world->fleet.shares[s].share);
    }
    for (uint32_t i = plan->next; i < plan->n; i++)
        if (plan->items[i].gpus > 0)
            add_instant(world, outlook, plan->items[i].at_ms);
    if (!outlook->then.arena)
        servers_init(&outlook->then, &world->arena, pool->servers.gpus);
}

/* Free GPUs per server at one instant; lowers what is in `free` already. */
static void lower_free(const struct outlook *outlook, int64_t at_ms, int32_t width,
                       int32_t *free, int32_t *scratch, uint32_t n)
{
    for (uint32_t s = 0; s < n; s++)
        scratch[s] = width;
    for (uint32_t i = 0; i < outlook->n; i++) {
        const struct piece *piece = &outlook->pieces[i];
        if (piece->from_ms > at_ms || at_ms >= piece->to_ms)
            continue;
        for (uint32_t k = 0; k < piece->n_shares; k++)
            scratch[outlook->shares[piece->first_share + k].server] -=
                outlook->shares[piece->first_share + k].gpus;
    }
    for (uint32_t s = 0; s < n; s++)
        free[s] = scratch[s] < free[s] ? scratch[s] : free[s];
}

/* The servers as they are at an instant, showing what stays free through the hole. */
static void servers_through(struct world *world, struct pool *pool,
                            struct outlook *outlook, int64_t at_ms, int64_t length_ms)
{
    const struct plan *plan = &world->plans[pool->index];
    struct servers *then = &outlook->then;
    int32_t width = pool->servers.gpus;
    int64_t there = pool->target_gpus;

    servers_copy(then, &pool->servers);
    for (uint32_t s = 0; s < then->n && then->n_blocked > 0; s++)
        while (then->blocks[s] > 0) /* what is down is a piece like any other */
            (void)servers_unblock(then, s);
    for (uint32_t i = plan->next; i < plan->n && plan->items[i].at_ms <= at_ms; i++) {
        int64_t gpus = planned_effect(&plan->items[i], &there);
        if (gpus < 0)
            servers_retire(then, (uint32_t)(-gpus / width));
        for (int64_t g = 0; g < gpus; g += width)
            servers_add(then, true);
    }
    while (outlook->free_room < 2 * then->n)
        outlook->free = make_room(&world->arena, outlook->free, outlook->free_room,
                                  &outlook->free_room, sizeof *outlook->free);
    int32_t *free = outlook->free, *scratch = outlook->free + then->n;
    for (uint32_t s = 0; s < then->n; s++)
        free[s] = width;
    lower_free(outlook, at_ms, width, free, scratch, then->n);
    for (uint32_t i = 0; i < outlook->n; i++) {
        int64_t from = outlook->pieces[i].from_ms;
        if (from > at_ms && from < at_ms + length_ms)
            lower_free(outlook, from, width, free, scratch, then->n);
    }
    for (uint32_t s = 0; s < then->n; s++) {
        if (then->level[s] < 0)
            continue;
        then->free[s] = (int16_t)width;
        servers_set_level(then, s, free[s] > 0 ? free[s] : 0);
    }
}

static bool earliest_hole(struct world *world, struct pool *pool, int64_t gang,
                          int64_t length_ms, int64_t *at_ms)
{
    struct outlook *outlook = &world->conservative->outlook[pool->index];
    const struct pool_spec *spec = pool->spec;
    bool ends = spec->tenure == TENURE_LEASE && !spec->start_past_end;
    int64_t latest = ends ? pool_hard_end(world, pool, gang, world->now_ms) : INT64_MAX;

    if (!pool->packed)
        return earliest_step(outlook, gang, length_ms, latest, at_ms);
    for (uint32_t i = 0; i < outlook->n_instants; i++) {
        *at_ms = outlook->instants[i];
        if (*at_ms + length_ms > latest)
            return false;
        servers_through(world, pool, outlook, *at_ms, length_ms);
        if (servers_fit(&outlook->then, gang))
            return true;
    }
    return false;
}

/* A job gets its hole in the pool. */
static void occupy(struct world *world, struct pool *pool, int64_t gang, int64_t at_ms,
                   int64_t length_ms)
{
    struct outlook *outlook = &world->conservative->outlook[pool->index];
    if (!pool->packed) {
        occupy_steps(world, outlook, gang, at_ms, length_ms);
        return;
    }
    servers_through(world, pool, outlook, at_ms, length_ms);
    uint32_t n = servers_find(&outlook->then, gang, world->fleet.scratch);
    assert(n > 0);
    struct piece *piece = add_piece(world, outlook, at_ms, at_ms + length_ms);
    for (uint32_t i = 0; i < n; i++)
        add_share(world, outlook, piece, world->fleet.scratch[i]);
}

/* Starts the job in a hole that begins now; packed, on the servers of the hole. */
static void start_in_hole(struct world *world, uint32_t index, struct pool *pool,
                          int64_t length_ms)
{
    struct outlook *outlook = &world->conservative->outlook[pool->index];
    struct servers *servers = &pool->servers;
    if (!pool->packed) {
        occupy_steps(world, outlook, world->backlog.jobs[index].gpus, world->now_ms,
                     length_ms);
        world_start_job(world, index, pool->index);
        return;
    }
    servers_through(world, pool, outlook, world->now_ms, length_ms);
    for (uint32_t s = 0; s < servers->n; s++) {
        int32_t level = outlook->then.level[s], free = servers->free[s];
        if (servers->level[s] >= 0 && level >= 0)
            servers_set_level(servers, s, level < free ? level : free);
    }
    world_start_job(world, index, pool->index);
    for (uint32_t s = 0; s < servers->n; s++)
        servers_set_level(servers, s, servers->free[s]);
    struct piece *piece =
        add_piece(world, outlook, world->now_ms, world->now_ms + length_ms);
    for (uint32_t s = world->backlog.jobs[index].shares; s != SHARE_NONE;
         s = world->fleet.shares[s].next)
        add_share(world, outlook, piece, world->fleet.shares[s].share);
}

/* Overdue jobs are taken to end now, but hold their GPUs: of a hole that counts on them
 * only what is truly free can be used yet. */
static bool fits_truly(struct world *world, struct pool *pool, int64_t gang,
                       int64_t length_ms)
{
    struct outlook *outlook = &world->conservative->outlook[pool->index];
    if (!pool_fits(pool, gang))
        return false;
    if (!pool->packed)
        return true;
    struct servers *then = &outlook->then;
    servers_through(world, pool, outlook, world->now_ms, length_ms);
    for (uint32_t s = 0; s < then->n; s++) {
        bool open = s < pool->servers.n && pool->servers.level[s] >= 0;
        int32_t free = open ? pool->servers.free[s] : 0;
        servers_set_level(then, s, then->level[s] < free ? then->level[s] : free);
    }
    return servers_fit(then, gang);
}

static void place_job(struct world *world, uint32_t index)
{
    const struct live_job *job = &world->backlog.jobs[index];
    const struct route *route = &world->routes.items[job->kind->route];
    uint64_t mask = world->backlog.queues[job->queue].mask;
    struct pool *best = NULL;
    int64_t best_ms = INT64_MAX, best_length = 0;

    for (uint32_t i = 0; i < route->n; i++) {
        const struct outlet *outlet = &route->outlets[i];
        struct pool *pool = &world->fleet.pools[outlet->pool];
        int64_t length = job_estimate_on(job, outlet->ratio), at;
        if (!(mask >> outlet->pool & 1))
            continue;
        if (pool->elastic) {
            if (dispatch_room_ms(world, pool, job->gpus) < length)
                continue;
            world_start_job(world, index, outlet->pool);
            return;
        }
        if (!earliest_hole(world, pool, job->gpus, length, &at))
            continue;
        if (at == world->now_ms && fits_truly(world, pool, job->gpus, length)) {
            start_in_hole(world, index, pool, length);
            return;
        }
        if (at >= best_ms)
            continue;
        best = pool;
        best_ms = at;
        best_length = length;
    }
    if (!best)
        return;
    occupy(world, best, job->gpus, best_ms, best_length);
    best->held_for_policy = true;
}

static int in_order(const void *a, const void *b)
{
    const struct waiting_job *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static void collect(struct world *world)
{
    struct conservative *all = world->conservative;
    struct tree_entry entry;
    all->n = 0;
    for (uint32_t i = 0; i < world->backlog.n_active; i++) {
        const struct queue *queue =
            &world->backlog.queues[world->backlog.active[i].queue];
        for (bool more = tree_first(&queue->jobs, &entry); more;
             more = tree_after(&queue->jobs, entry.key, entry.seq, &entry)) {
            all->waiting = make_room(&world->arena, all->waiting, all->n, &all->room,
                                     sizeof *all->waiting);
            all->waiting[all->n++] =
                (struct waiting_job){entry.key, entry.seq, (uint32_t)entry.item};
        }
    }
    qsort(all->waiting, all->n, sizeof *all->waiting, in_order);
}

/* When no gang finds room anywhere, nobody can start and reservations would show in
 * nothing but the name of idle GPUs. */
static bool nobody_fits(struct world *world)
{
    for (uint32_t i = 0; i < world->backlog.n_active; i++) {
        const struct active_queue *active = &world->backlog.active[i];
        for (uint64_t mask = active->mask; mask; mask &= mask - 1)
            if (pool_fits(&world->fleet.pools[__builtin_ctzll(mask)], active->gpus))
                return false;
    }
    hold_for_waiting(world);
    return true;
}

void conservative_pass(struct world *world)
{
    if (!world->conservative)
        world->conservative = ARENA_NEW(&world->arena, struct conservative);
    if (nobody_fits(world))
        return;
    for (uint32_t p = 0; p < world->fleet.n_pools; p++) {
        struct pool *pool = &world->fleet.pools[p];
        pool->held_for_policy = false;
        if (pool->packed)
            look_at_pieces(world, pool, &world->conservative->outlook[p]);
        else if (!pool->elastic)
            look_at_steps(world, pool, &world->conservative->outlook[p]);
    }
    collect(world);
    for (uint32_t i = 0; i < world->conservative->n &&
                         world->conservative->waiting[i].key <= world->last_key;
         i++)
        place_job(world, world->conservative->waiting[i].job);
}
