/* The dispatch pass where there are levels: who is served when, and from where. */

#include <assert.h>
#include <string.h>

#include "world/level_hold.h"

enum { LOOK_MORE = 1000 };

/* How a level stands in the pass. */
struct turn {
    bool behind;     /* jobs go before it: it must leave what they reserved */
    uint64_t closed; /* then: pools in which they wait for room */
};

/* ---- giving back ---- */

static void give_last(struct world *world, struct level *level, uint32_t outlet,
                      int64_t gpus)
{
    for (; gpus > 0; gpus--)
        level_give(world, level->holds[outlet].ripe);
}

/* Nobody waits for a level to end: what drains, drains of it at once.  A failure takes
 * its jobs with it, so that only what is retired or closed while busy is looked for. */
static void leave_closed(struct world *world, struct level *level, uint32_t outlet)
{
    const struct route *route = &world->routes.items[level->route];
    struct pool *pool = &world->fleet.pools[route->outlets[outlet].pool];
    struct level_hold *hold = &level->holds[outlet];
    if (pool->elastic)
        return;
    while (!pool->packed && pool_free(pool) < 0 && hold->gpus > 0)
        level_give(world, hold->last);
    if (!pool->packed || hold->seen_closings == pool->closings)
        return;
    for (uint32_t job = hold->first; job != JOB_NONE && pool->draining_gpus > 0;) {
        uint32_t next = world->levels->links[job].next;
        uint32_t share = world->backlog.jobs[job].shares;
        if (pool->servers.level[world->fleet.shares[share].share.server] < 0)
            level_give(world, job);
        job = next;
    }
    hold->seen_closings = pool->closings;
}

/* Least preferred pools first; what its hold keeps is no longer wanted all the same. */
static void give_back(struct world *world, struct level *level)
{
    const struct route *route = &world->routes.items[level->route];
    for (uint32_t o = route->n; o-- > 0;) {
        level_ripen(world, level, o);
        leave_closed(world, level, o);
    }
    int64_t more = level->held_gpus - level->wanted_gpus;
    for (uint32_t o = route->n; o-- > 0 && more > 0;) {
        const struct level_hold *hold = &level->holds[o];
        int64_t surplus = more < hold->gpus ? more : hold->gpus;
        more -= surplus;
        give_last(world, level, o,
                  surplus < hold->ripe_gpus ? surplus : hold->ripe_gpus);
    }
}

/* ---- taking ---- */

static bool has_room(struct world *world, const struct turn *turn, struct pool *pool)
{
    if (!pool_fits(pool, 1) || dispatch_contract_ms(world, pool, 1) < 0)
        return false;
    if (!turn->behind)
        return true;
    return !(turn->closed >> pool->index & 1) &&
           (!pool->reservation.made || reserve_leaves_room(pool, 1));
}

static struct pool *pool_of(struct world *world, const struct level *level, uint32_t o)
{
    const struct route *route = &world->routes.items[level->route];
    return &world->fleet.pools[route->outlets[o].pool];
}

static void take_one(struct world *world, struct level *level, const struct turn *turn,
                     uint32_t o)
{
    level_take(world, level, o,
               turn->behind && pool_of(world, level, o)->reservation.made);
}

static void take(struct world *world, struct level *level, const struct turn *turn)
{
    const struct route *route = &world->routes.items[level->route];
    for (uint32_t o = 0; o < route->n; o++)
        while (level->held_gpus < level->wanted_gpus &&
               has_room(world, turn, pool_of(world, level, o)))
            take_one(world, level, turn, o);
}

/* Service does not stop for a move: only to what works at once. */
static bool move_back(struct world *world, struct level *level, const struct turn *turn)
{
    const struct route *route = &world->routes.items[level->route];
    bool moved = false;
    uint32_t from = route->n;
    for (uint32_t to = 0; to + 1 < from; to++) {
        struct pool *pool = pool_of(world, level, to);
        if (pool->elastic && pool->spec->boot_ms > 0)
            continue;
        while (to + 1 < from) {
            if (level->holds[from - 1].ripe_gpus == 0) {
                from--;
                continue;
            }
            if (!has_room(world, turn, pool))
                break;
            take_one(world, level, turn, to);
            give_last(world, level, from - 1, 1);
            moved = true;
        }
    }
    return moved;
}

/* ---- preemption ---- */

static int64_t below(const struct level *level)
{
    return level->spec->priority - 1;
}

/* Whether one that stands on servers that are open would leave a GPU. */
static bool makes_room(const struct world *world, const struct pool *pool, uint32_t job)
{
    const struct share_link *links = world->fleet.shares;
    for (uint32_t s = world->backlog.jobs[job].shares; s != SHARE_NONE;
         s = links[s].next)
        if (pool->servers.level[links[s].share.server] >= 0)
            return true;
    return false;
}

/* The lowest priority first, then the latest start, among those that make room. */
static uint32_t victim_of(const struct world *world, const struct pool *pool,
                          const struct level *level)
{
    struct tree_entry entry;
    if (pool_free(pool) + tree_sum_until(&pool->victims, below(level)) < 1)
        return JOB_NONE;
    bool more = tree_first(&pool->victims, &entry);
    for (int n = 0; more && entry.key <= below(level) && n < LOOK_MORE; n++) {
        if (!pool->packed || makes_room(world, pool, (uint32_t)entry.item))
            return (uint32_t)entry.item;
        more = tree_after(&pool->victims, entry.key, entry.seq, &entry);
    }
    return JOB_NONE;
}

static bool preempt(struct world *world, struct level *level)
{
    const struct route *route = &world->routes.items[level->route];
    const struct turn first = {.behind = false};
    bool any = false;
    for (uint32_t o = 0; o < route->n; o++) {
        struct pool *pool = pool_of(world, level, o);
        while (!pool->elastic && level->held_gpus < level->wanted_gpus &&
               dispatch_contract_ms(world, pool, 1) >= 0) {
            if (has_room(world, &first, pool)) {
                take_one(world, level, &first, o);
                continue;
            }
            uint32_t victim = victim_of(world, pool, level);
            if (victim == JOB_NONE)
                break;
            job_interrupt(world, victim, PHASE_DISPATCH, CAUSE_PREEMPTION);
            any = true;
        }
    }
    return any;
}

/* ---- the pass ---- */

/* The jobs that go before a level have keys up to this one; INT64_MIN: none do. */
static int64_t last_key_before(const struct world *world, const struct level *level)
{
    int64_t priority = level->spec->priority;
    if (strcmp(world->scenario->dispatch.order->name, "priority") == 0)
        return -priority - 1; /* keys are negative priorities */
    return priority < 0 ? INT64_MAX : INT64_MIN;
}

/* Who waits with such a key, and where. */
static struct turn turn_of(const struct world *world, int64_t last_key)
{
    const struct backlog *backlog = &world->backlog;
    enum backfill backfill = world->scenario->dispatch.backfill;
    bool closes = backfill == BACKFILL_NONE || backfill == BACKFILL_CONSERVATIVE;
    struct turn turn = {false, 0};
    for (uint32_t i = 0; i < backlog->n_active; i++) {
        if (backlog->active[i].key > last_key)
            continue;
        turn.behind = true;
        turn.closed |= closes ? backlog->active[i].mask : 0;
    }
    return turn;
}

static bool serve(struct world *world, struct level *level)
{
    int64_t last_key = last_key_before(world, level);
    struct turn turn = turn_of(world, last_key);
    if (turn.behind) {
        dispatch_jobs(world, last_key);
        turn = turn_of(world, last_key);
    }
    take(world, level, &turn);
    bool again = move_back(world, level, &turn);
    if (world->backlog.preempt && level->held_gpus < level->wanted_gpus && !turn.behind)
        again |= preempt(world, level);
    return again;
}

/* Policies of procurement count it as waiting in all pools that are open to it. */
static void note_lacking(struct world *world, struct level *level)
{
    const struct route *route = &world->routes.items[level->route];
    int64_t lacking = level->wanted_gpus - level->held_gpus;
    lacking = lacking > 0 ? lacking : 0;
    if (world->reviews && lacking != level->seen_lacking_gpus)
        world->dirty |= route->fixed_mask | route->elastic_mask;
    level->seen_lacking_gpus = lacking;
}

void levels_pass(struct world *world)
{
    struct levels *levels = world->levels;
    bool again = false;
    if (world->solo != JOB_NONE)
        world_queue_solo(world);
    world->freed = true; /* what levels did is news to all */
    for (uint32_t i = levels->n; i-- > 0;)
        give_back(world, &levels->items[levels->order[i]]);
    for (uint32_t i = 0; i < levels->n; i++)
        again |= serve(world, &levels->items[levels->order[i]]);
    dispatch_jobs(world, INT64_MAX);
    for (uint32_t i = 0; i < levels->n; i++) {
        struct level *level = &levels->items[i];
        level_set_useful(world, level);
        level_plan_hold(world, level);
        note_lacking(world, level);
    }
    world->pass_needed = again; /* what was left may serve somebody before */
}
