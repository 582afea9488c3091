/* Levels: which GPUs they hold, and what of it serves. */

#include "world/level.h"

#include <assert.h>
#include <string.h>

#include "world/level_hold.h"

static struct live_job *job_at(struct world *world, uint32_t job)
{
    return &world->backlog.jobs[job];
}

static struct pool *pool_at(struct world *world, const struct level *level,
                            uint32_t outlet)
{
    const struct route *route = &world->routes.items[level->route];
    return &world->fleet.pools[route->outlets[outlet].pool];
}

void level_account(struct level *level, int64_t now_ms)
{
    int64_t passed_ms = now_ms - level->since_ms;
    level->wanted_gpu_ms += (int128)level->wanted_gpus * passed_ms;
    level->useful_gpu_ms += (int128)level->useful_gpus * passed_ms;
    level->overhead_gpu_ms +=
        (int128)(level->held_gpus - level->useful_gpus) * passed_ms;
    level->since_ms = now_ms;
}

/* GPUs of the level in the pool are useful, or overhead, from now on. */
static void charge(struct world *world, const struct level *level,
                   const struct pool *pool, bool useful, int64_t gpus)
{
    if (world->chargeback.n == 0 || gpus == 0)
        return;
    struct live_job like = {.kind = level->kind, .pool = pool->index};
    chargeback_runs(&world->chargeback, &like, useful, gpus, world->now_ms);
}

int128 level_served_in(const struct world *world, const struct level *level,
                       uint32_t outlet)
{
    const struct level_hold *hold = &level->holds[outlet];
    return hold->useful_gpu_ms +
           (int128)hold->useful_gpus * (world->now_ms - hold->since_ms);
}

static void set_useful(struct world *world, struct level *level, uint32_t outlet,
                       int64_t gpus)
{
    struct level_hold *hold = &level->holds[outlet];
    struct pool *pool = pool_at(world, level, outlet);
    int64_t more = gpus - hold->useful_gpus;
    if (more == 0)
        return;
    level_account(level, world->now_ms);
    fleet_work(pool, more);
    charge(world, level, pool, more < 0, more < 0 ? more : -more); /* what shrinks */
    charge(world, level, pool, more > 0, more > 0 ? more : -more);
    hold->useful_gpu_ms = level_served_in(world, level, outlet);
    hold->since_ms = world->now_ms;
    hold->useful_gpus = gpus;
    level->useful_gpus += more;
    world->dirty |= UINT64_C(1) << pool->index;
}

void level_set_useful(struct world *world, struct level *level)
{
    const struct route *route = &world->routes.items[level->route];
    int64_t left = level->wanted_gpus;
    for (uint32_t o = 0; o < route->n; o++) {
        const struct level_hold *hold = &level->holds[o];
        int64_t kept = left < hold->gpus ? left : hold->gpus;
        int64_t ready = hold->gpus - hold->booting_gpus;
        set_useful(world, level, o, ready < kept ? ready : kept);
        left -= kept;
    }
}

/* ---- lists ---- */

static struct level_link *link_of(struct levels *levels, uint32_t job)
{
    return &levels->links[job];
}

static void make_links(struct world *world, uint32_t job)
{
    struct levels *levels = world->levels;
    if (job < levels->links_room)
        return;
    uint32_t room = world->backlog.jobs_room;
    levels->links = arena_grow(&world->arena, levels->links, levels->links_room, room,
                               sizeof *levels->links);
    levels->links_room = room;
}

static void append(struct world *world, uint32_t number, uint32_t outlet, uint32_t job)
{
    struct levels *levels = world->levels;
    struct level *level = &levels->items[number];
    struct level_hold *hold = &level->holds[outlet];
    make_links(world, job);
    *link_of(levels, job) = (struct level_link){number, outlet, hold->last, JOB_NONE};
    if (hold->last == JOB_NONE)
        hold->first = job;
    else
        link_of(levels, hold->last)->next = job;
    hold->last = job;
    hold->gpus++;
    if (level->spec->hold_ms > 0)
        return;
    hold->ripe = job;
    hold->ripe_gpus++;
}

/* They are in order of taking, and those of one instant ripen together. */
static bool is_ripe(struct world *world, const struct level_hold *hold, uint32_t job)
{
    return hold->ripe != JOB_NONE && job_at(world, job)->held_since_ms <=
                                         job_at(world, hold->ripe)->held_since_ms;
}

static void detach(struct world *world, struct level_hold *hold, uint32_t job)
{
    struct levels *levels = world->levels;
    const struct level_link *link = link_of(levels, job);
    hold->ripe_gpus -= is_ripe(world, hold, job);
    if (hold->ripe == job)
        hold->ripe = link->previous;
    if (link->previous == JOB_NONE)
        hold->first = link->next;
    else
        link_of(levels, link->previous)->next = link->next;
    if (link->next == JOB_NONE)
        hold->last = link->previous;
    else
        link_of(levels, link->next)->previous = link->previous;
    hold->gpus--;
}

/* The first whose hold is not over. */
static uint32_t next_to_ripen(struct levels *levels, const struct level_hold *hold)
{
    return hold->ripe == JOB_NONE ? hold->first : link_of(levels, hold->ripe)->next;
}

void level_ripen(struct world *world, struct level *level, uint32_t outlet)
{
    struct level_hold *hold = &level->holds[outlet];
    uint32_t job;
    while ((job = next_to_ripen(world->levels, hold)) != JOB_NONE &&
           job_at(world, job)->held_since_ms + level->spec->hold_ms <= world->now_ms) {
        hold->ripe = job;
        hold->ripe_gpus++;
    }
}

/* ---- taking and giving back ---- */

void level_take(struct world *world, struct level *level, uint32_t outlet, bool beyond)
{
    struct pool *pool = pool_at(world, level, outlet);
    struct arrival arrival = {.submit_ms = world->now_ms,
                              .duration_ms = ESTIMATE_MAX_MS,
                              .deadline_ms = NEVER_MS,
                              .patience_ms = NEVER_MS,
                              .gpus = 1,
                              .priority = (int32_t)level->spec->priority,
                              .kind = level->kind};
    uint32_t index = backlog_admit(&world->backlog, &arrival);
    struct live_job *job = job_at(world, index);
    int64_t ready_ms;

    level_account(level, world->now_ms);
    job->level = true;
    reserve_starting(pool, beyond);
    job_take(world, index, pool, &ready_ms);
    job->segment_ms = world->now_ms;
    job->expected_end_ms = NEVER_MS;
    job->segment = SEGMENT_WORK;
    backlog_run(&world->backlog, index, pool, world->track_ends);
    reserve_started(world, pool, job, beyond);
    append(world, (uint32_t)(level - world->levels->items), outlet, index);
    if (ready_ms > world->now_ms) {
        level->holds[outlet].booting_gpus++;
        job->segment = SEGMENT_SETUP;
        job->event = world_schedule(world, ready_ms, PHASE_ENDS, EVENT_SEGMENT, index);
    }
    level->held_gpus++;
    charge(world, level, pool, false, 1);
    ledger_note_start(&world->ledger, world->now_ms);
    world->dirty |= UINT64_C(1) << pool->index;
}

void level_give(struct world *world, uint32_t index)
{
    struct level_link link = *link_of(world->levels, index);
    struct level *level = &world->levels->items[link.level];
    struct level_hold *hold = &level->holds[link.outlet];
    struct pool *pool = pool_at(world, level, link.outlet);
    struct live_job *job = job_at(world, index);

    level_account(level, world->now_ms);
    if (job->event != EVENT_NONE)
        hold->booting_gpus--;
    world_cancel(world, &job->event);
    if (hold->useful_gpus == hold->gpus) /* it is one that serves */
        set_useful(world, level, link.outlet, hold->useful_gpus - 1);
    charge(world, level, pool, false, -1);
    detach(world, hold, index);
    level->held_gpus--;
    job_return_gpus(world, index, false);
    world->backlog.jobs[index].level = false;
    backlog_release(&world->backlog, index);
}

void level_booted(struct world *world, uint32_t index)
{
    struct level_link link = *link_of(world->levels, index);
    struct level *level = &world->levels->items[link.level];
    struct live_job *job = job_at(world, index);
    job->event = EVENT_NONE;
    job->segment = SEGMENT_WORK;
    job->segment_ms = world->now_ms;
    level->holds[link.outlet].booting_gpus--;
    level_set_useful(world, level);
}

void level_loses(struct world *world, uint32_t index, enum phase phase,
                 enum cause cause)
{
    struct level_link link = *link_of(world->levels, index);
    struct level *level = &world->levels->items[link.level];
    const struct pool *pool = pool_at(world, level, link.outlet);
    world_show_event(world, phase, "level_loses", NULL, pool->index, 1,
                     cause_names[cause]);
    level_give(world, index);
}

/* ---- holds that end ---- */

/* When the next hold is over that keeps something: what is not wanted any more, or what
 * could be in a preferred pool. */
void level_plan_hold(struct world *world, struct level *level)
{
    const struct route *route = &world->routes.items[level->route];
    int64_t left = level->wanted_gpus, at_ms = NEVER_MS;
    for (uint32_t o = 0; o < route->n && level->spec->hold_ms > 0; o++) {
        const struct level_hold *hold = &level->holds[o];
        uint32_t job = next_to_ripen(world->levels, hold);
        if (job != JOB_NONE && (o > 0 || hold->gpus > left)) {
            int64_t ripe_ms = job_at(world, job)->held_since_ms + level->spec->hold_ms;
            at_ms = ripe_ms < at_ms ? ripe_ms : at_ms;
        }
        left -= left < hold->gpus ? left : hold->gpus;
    }
    if (at_ms == level->hold_event_ms)
        return;
    world_cancel(world, &level->hold_event);
    level->hold_event_ms = at_ms;
    if (at_ms != NEVER_MS)
        level->hold_event =
            world_schedule(world, at_ms, PHASE_REVIEWS, EVENT_LEVEL_HOLD,
                           (uint32_t)(level - world->levels->items));
}

void levels_hold_ends(struct world *world, uint32_t number)
{
    struct level *level = &world->levels->items[number];
    level->hold_event = EVENT_NONE;
    level->hold_event_ms = NEVER_MS;
    world->pass_needed = true;
}

/* ---- the whole ---- */

static void begin_level(struct world *world, struct level *level,
                        const struct level_spec *spec, const struct source_kind *kind)
{
    const struct route *route = &world->routes.items[kind->route];
    *level = (struct level){.spec = spec,
                            .kind = kind,
                            .route = kind->route,
                            .hold_event = EVENT_NONE,
                            .hold_event_ms = NEVER_MS};
    level->holds = ARENA_ARRAY(&world->arena, route->n + 1, struct level_hold);
    for (uint32_t o = 0; o < route->n; o++)
        level->holds[o] =
            (struct level_hold){.first = JOB_NONE, .last = JOB_NONE, .ripe = JOB_NONE};
}

static void put_in_order(struct levels *levels)
{
    for (uint32_t i = 0; i < levels->n; i++) {
        uint32_t at = i;
        int64_t priority = levels->items[i].spec->priority;
        for (; at > 0 && levels->items[levels->order[at - 1]].spec->priority < priority;
             at--)
            levels->order[at] = levels->order[at - 1];
        levels->order[at] = i;
    }
}

void levels_init(struct world *world)
{
    const struct scenario *scenario = world->scenario;
    const struct arrivals *arrivals = &world->arrivals;
    struct arena *arena = &world->arena;
    if (scenario->n_levels == 0)
        return;
    struct levels *levels = world->levels = ARENA_NEW(arena, struct levels);
    levels->n = arrivals->n_level_kinds;
    levels->items = ARENA_ARRAY(arena, levels->n + 1, struct level);
    levels->order = ARENA_ARRAY(arena, levels->n + 1, uint32_t);
    levels->n_sources = (uint32_t)scenario->n_levels;
    levels->sources = ARENA_ARRAY(arena, levels->n_sources, struct level_source);
    uint32_t n = 0;
    for (uint32_t i = 0; i < levels->n_sources; i++) {
        const struct level_spec *spec = &scenario->levels[i];
        struct level_source *source = &levels->sources[i];
        level_source_begin(source, scenario, spec, world->options.replication, arena);
        source->first = n;
        for (uint32_t s = 0; s < source->n; s++, n++)
            begin_level(world, &levels->items[n], spec, &arrivals->level_kinds[n]);
    }
    assert(n == levels->n);
    put_in_order(levels);
}

void levels_begin(struct world *world)
{
    if (world->levels)
        level_sources_begin(world);
}

int64_t levels_lacking(const struct world *world, uint32_t pool)
{
    int64_t gpus = 0;
    for (uint32_t l = 0; world->levels && l < world->levels->n; l++) {
        const struct level *level = &world->levels->items[l];
        if (level->wanted_gpus > level->held_gpus &&
            route_outlet(&world->routes.items[level->route], pool))
            gpus += level->wanted_gpus - level->held_gpus;
    }
    return gpus;
}

void levels_tell_service(struct world *world)
{
    for (uint32_t l = 0; world->levels && l < world->levels->n; l++) {
        struct level *level = &world->levels->items[l];
        level_account(level, world->now_ms);
        int128 lacked = level->wanted_gpu_ms - level->useful_gpu_ms;
        if (world->service.n > 0)
            service_lacks(&world->service, level->kind->service,
                          lacked - level->told_gpu_ms);
        level->told_gpu_ms = lacked;
    }
}

static void check_hold(const struct world *world, const struct level *level, uint32_t o)
{
    const struct level_hold *hold = &level->holds[o];
    const struct route *route = &world->routes.items[level->route];
    int64_t gpus = 0, booting = 0, ripe = 0;
    uint32_t previous = JOB_NONE;
    bool behind = hold->ripe == JOB_NONE;
    for (uint32_t job = hold->first; job != JOB_NONE;
         job = world->levels->links[job].next) {
        const struct live_job *live = &world->backlog.jobs[job];
        assert(live->level && live->state == JOB_STATE_RUNNING && live->gpus == 1);
        assert(live->pool == route->outlets[o].pool);
        assert(world->levels->links[job].previous == previous);
        gpus++;
        booting += live->event != EVENT_NONE;
        ripe += !behind;
        behind |= job == hold->ripe;
        previous = job;
    }
    assert(hold->last == previous && hold->gpus == gpus);
    assert(hold->booting_gpus == booting && hold->ripe_gpus == ripe);
    assert(hold->useful_gpus >= 0 && hold->useful_gpus <= gpus - booting);
}

void levels_check(const struct world *world)
{
    int64_t held = 0;
    for (uint32_t l = 0; world->levels && l < world->levels->n; l++) {
        const struct level *level = &world->levels->items[l];
        const struct route *route = &world->routes.items[level->route];
        int64_t gpus = 0, useful = 0;
        for (uint32_t o = 0; o < route->n; o++) {
            check_hold(world, level, o);
            gpus += level->holds[o].gpus;
            useful += level->holds[o].useful_gpus;
        }
        assert(level->held_gpus == gpus && level->useful_gpus == useful);
        assert(useful <= level->wanted_gpus);
        assert(level->useful_gpu_ms <= level->wanted_gpu_ms);
        held += gpus;
    }
    int64_t jobs = 0;
    for (uint32_t j = 0; world->levels && j < world->backlog.n_jobs; j++)
        jobs += world->backlog.jobs[j].level;
    assert(jobs == held);
}
