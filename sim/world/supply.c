/*
 * What the market does to rented capacity: instances of spot pools are taken back, the
 * market has more or less, shocks come and go, a provider ends.
 *
 * Each spot instance lives for an exponential time, drawn for its ordinal in the pool,
 * so that no other pool and no earlier instance changes it.  When the market has less
 * than is held, the instances requested last go first; when the price passes the bid,
 * all go.  Whoever goes has notice: nothing starts on the instance any more, and its
 * jobs are told.  A job that can take a checkpoint within the notice does so at once
 * and leaves with nothing lost; others work on, and fall back to their last checkpoint
 * if they have not ended when the instance goes.  It is paid for until then.
 *
 * A shock bounds what is granted and multiplies the price; what is held stays until it
 * is given back.  A provider that ends takes all at once, for good.
 */

#include <assert.h>
#include <math.h>
#include <stdio.h>

#include "world/state.h"

#define RENT_MAX 1e15 /* a million USD per GPU-h: far above what a scenario may say */

struct pool_supply {
    struct rng rng;      /* lives of instances: must not move */
    size_t next;         /* point of the supply trace */
    int64_t market_gpus; /* INT64_MAX: enough */
    int64_t force_gpus;  /* of a burst pool: what contracts carry; else INT64_MAX */
    bool ended;
};

struct shock_state {
    struct rng rng;
    uint64_t number; /* of the shock that lasts or is to come */
    bool lasts;
};

struct supply {
    struct pool_supply *pools;
    struct shock_state *shocks;
};

/* An event's argument: which instance of which pool. */
static uint32_t argument_of(const struct pool *pool, uint32_t instance)
{
    return pool->index << 24 | instance;
}

static struct pool *pool_of(struct world *world, uint32_t argument)
{
    return &world->fleet.pools[argument >> 24];
}

static uint32_t instance_of(uint32_t argument)
{
    return argument & 0xffffff;
}

/* ---- one instance ---- */

void supply_sweep(struct world *world, struct pool *pool)
{
    while (pool->n_orphans > 0)
        events_cancel(&world->events, pool->orphans[--pool->n_orphans]);
}

static int64_t exponential_ms(const struct rng *rng, uint64_t n, uint32_t k,
                              double mean_ms)
{
    double length = -log(rng_at(rng, n, k)) * mean_ms;
    if (length > (double)EVENTS_TIME_MAX)
        return EVENTS_TIME_MAX;
    return length < 1 ? 1 : llround(length);
}

void supply_taken(struct world *world, struct pool *pool, uint32_t shares)
{
    int64_t mean = pool->spec->interruption_mean_ms;
    for (uint32_t s = shares; s != SHARE_NONE && mean > 0;
         s = world->fleet.shares[s].next) {
        uint32_t instance = world->fleet.shares[s].share.server;
        struct instance *it = &pool->instances[instance];
        if (it->recall_event != EVENT_NONE)
            continue;
        int64_t life = exponential_ms(&world->supply->pools[pool->index].rng,
                                      it->ordinal, 0, (double)mean);
        it->recall_event = world_schedule(world, world->now_ms + life, PHASE_FAILURES,
                                          EVENT_TOLD, argument_of(pool, instance));
    }
}

/* The instance goes, and who is still on it goes with it. */
static void take_back(struct world *world, struct pool *pool, uint32_t instance,
                      enum phase phase, enum cause cause)
{
    uint32_t job;
    while ((job = fleet_job_on(&world->fleet, pool, instance)) != UINT32_MAX)
        job_interrupt(world, job, phase, cause);
    world_show_event(world, phase, "recall", NULL, pool->index, pool->spec->unit_gpus,
                     cause_names[cause]);
    fleet_close_instance(pool, instance, world->now_ms);
    supply_sweep(world, pool);
    world_unsettle(world, pool->index);
}

void supply_recall(struct world *world, uint32_t argument)
{
    struct pool *pool = pool_of(world, argument);
    pool->instances[instance_of(argument)].recall_event = EVENT_NONE;
    take_back(world, pool, instance_of(argument), PHASE_FAILURES, CAUSE_SPOT);
}

/* How long until the job would end by itself; its setup is not over. */
static int64_t left_ms(const struct world *world, const struct live_job *job)
{
    int64_t now = world->now_ms, done = job->done_ms, more = 0;
    if (job->segment == SEGMENT_CHECKPOINT)
        more = job->segment_ms + job->kind->checkpoint_cost_ms - now;
    else
        done += now - job->segment_ms;
    return more + job->work_ms - done + job_checkpoints_ms(job, done, job->work_ms);
}

/* A job hears that some of its GPUs are taken back. */
static void tell_job(struct world *world, uint32_t index, int64_t notice_ms)
{
    struct live_job *job = &world->backlog.jobs[index];
    int64_t cost = job->kind->checkpoint_cost_ms;
    bool can = job->kind->checkpoint_interval_ms > 0 || cost > 0;

    if (job->leaves || job->level) /* a level serves until it is taken back */
        return;
    if (job->segment == SEGMENT_SETUP) { /* nothing is done yet */
        job_interrupt(world, index, PHASE_FAILURES, CAUSE_SPOT);
        return;
    }
    if (!can || left_ms(world, job) <= notice_ms)
        return;
    if (job->segment == SEGMENT_CHECKPOINT)
        job->leaves = job->segment_ms + cost - world->now_ms <= notice_ms;
    else if (cost <= notice_ms)
        job_checkpoint_and_leave(world, index);
}

static void tell(struct world *world, struct pool *pool, uint32_t instance)
{
    struct instance *it = &pool->instances[instance];
    int64_t notice = pool->spec->notice_ms;
    uint32_t n = 0;

    if (it->recall_event != EVENT_NONE)
        events_cancel(&world->events, it->recall_event);
    it->recall_event = EVENT_NONE;
    world_keep_no_longer(world, pool, instance);
    fleet_tell_instance(pool, instance);
    world_show_event(world, PHASE_FAILURES, "notice", NULL, pool->index,
                     pool->spec->unit_gpus, NULL);
    if (notice == 0) {
        take_back(world, pool, instance, PHASE_FAILURES, CAUSE_SPOT);
        return;
    }
    it->recall_event = world_schedule(world, world->now_ms + notice, PHASE_FAILURES,
                                      EVENT_RECALL, argument_of(pool, instance));
    world_unsettle(world, pool->index);
    for (uint32_t s = pool->first_on[instance]; s != SHARE_NONE;
         s = world->fleet.shares[s].next_on)
        world_remember(world, n++, world->fleet.shares[s].job);
    for (uint32_t i = 0; i < n; i++)
        tell_job(world, world->victims[i], notice);
}

void supply_notice(struct world *world, uint32_t argument)
{
    struct pool *pool = pool_of(world, argument);
    pool->instances[instance_of(argument)].recall_event = EVENT_NONE;
    tell(world, pool, instance_of(argument));
}

/* ---- one pool ---- */

/* What the shocks that last leave of a pool's limit. */
static int64_t shocked_limit(const struct world *world, const struct pool *pool)
{
    const struct scenario *scenario = world->scenario;
    int64_t force = world->supply->pools[pool->index].force_gpus;
    int64_t most = pool->most_gpus < force ? pool->most_gpus : force, limit = most;
    for (size_t i = 0; i < scenario->n_shocks; i++) {
        const struct shock_spec *shock = &scenario->shocks[i];
        if (!world->supply->shocks[i].lasts || !(shock->pools >> pool->index & 1))
            continue;
        int64_t share = (int64_t)(shock->share_frac * (double)most);
        limit = shock->limit_gpus < limit ? shock->limit_gpus : limit;
        limit = share < limit ? share : limit;
    }
    return limit;
}

static double shocked_price(const struct world *world, const struct pool *pool)
{
    double times = 1;
    for (size_t i = 0; i < world->scenario->n_shocks; i++) {
        const struct shock_spec *shock = &world->scenario->shocks[i];
        if (world->supply->shocks[i].lasts && shock->pools >> pool->index & 1)
            times *= shock->price_times;
    }
    return times;
}

static bool is_priced_out(const struct world *world, const struct pool *pool)
{
    int64_t bid = pool->spec->bid_rate;
    return bid > 0 && ledger_rate(&world->ledger, pool->index, RATE_RENT) > bid;
}

/* What is granted from now on; of spot, what the market lacks goes, the newest first.
 */
static void bound(struct world *world, struct pool *pool)
{
    const struct pool_supply *supply = &world->supply->pools[pool->index];
    int64_t unit = pool->spec->unit_gpus, before = pool->target_gpus;
    int64_t market = is_priced_out(world, pool) ? 0 : supply->market_gpus;
    int64_t limit = shocked_limit(world, pool);

    fleet_limit(pool, market < limit ? market : limit);
    if (pool->target_gpus != before) {
        world_show_event(world, PHASE_FAILURES, "supply", NULL, pool->index,
                         pool->target_gpus, NULL);
        world_unsettle(world, pool->index);
    }
    while (pool->spec->tenure == TENURE_SPOT &&
           pool->newest_instance != INSTANCE_NONE &&
           pool->capacity_gpus - pool->told_gpus > market / unit * unit)
        tell(world, pool, pool->newest_instance);
}

void supply_in_force(struct world *world, uint32_t p, enum phase phase,
                     enum cause cause)
{
    struct pool *pool = &world->fleet.pools[p];
    int64_t force = burst_in_force(world, pool);
    world->supply->pools[p].force_gpus = force;
    bound(world, pool);
    while (pool->capacity_gpus > force) {
        uint32_t newest = pool->newest_instance;
        world_keep_no_longer(world, pool, newest);
        fleet_tell_instance(pool, newest);
        take_back(world, pool, newest, phase, cause);
    }
}

int64_t supply_rent(const struct world *world, uint32_t p, int64_t rate)
{
    if (!world->supply)
        return rate;
    double shocked = (double)rate * shocked_price(world, &world->fleet.pools[p]);
    return llround(fmin(shocked, RENT_MAX));
}

void supply_price_changes(struct world *world, uint32_t p)
{
    if (world->supply && world->fleet.pools[p].spec->bid_rate > 0)
        bound(world, &world->fleet.pools[p]);
}

bool supply_awaits_price(const struct world *world)
{
    for (uint32_t p = 0; p < world->fleet.n_pools && world->supply; p++) {
        const struct pool *pool = &world->fleet.pools[p];
        const struct market_spec *market = pool->spec->price_market;
        if (market && is_priced_out(world, pool) &&
            world->markets.items[market - world->scenario->markets].more)
            return true;
    }
    return false;
}

static void next_point(struct world *world, struct pool *pool)
{
    const struct supply_trace *trace = &pool->spec->supply;
    const struct pool_supply *supply = &world->supply->pools[pool->index];
    if (supply->next < trace->n)
        world_schedule(world, trace->points[supply->next].at_ms, PHASE_FAILURES,
                       EVENT_SUPPLY, pool->index);
}

void supply_changes(struct world *world, uint32_t index)
{
    struct pool *pool = &world->fleet.pools[index];
    struct pool_supply *supply = &world->supply->pools[index];
    supply->market_gpus = pool->spec->supply.points[supply->next++].gpus;
    bound(world, pool);
    next_point(world, pool);
}

/* All that is rented there goes at once. */
static void end_pool(struct world *world, struct pool *pool)
{
    pool->most_gpus = 0;
    world->shrunk = true;
    fleet_limit(pool, 0);
    while (pool->first_job != JOB_NONE)
        job_interrupt(world, pool->first_job, PHASE_FAILURES, CAUSE_PROVIDER_END);
    if (pool->instanced)
        world_close_instances(world, pool);
    world_unsettle(world, pool->index);
}

/* ---- shocks ---- */

static void apply(struct world *world, uint32_t i)
{
    const struct shock_spec *shock = &world->scenario->shocks[i];
    for (uint32_t p = 0; p < world->fleet.n_pools; p++) {
        struct pool *pool = &world->fleet.pools[p];
        if (!(shock->pools >> p & 1) || world->supply->pools[p].ended)
            continue;
        world->supply->pools[p].ended = shock->ends;
        if (shock->ends && !pool->elastic) {
            contracts_break(world, p);
            continue;
        }
        if (shock->ends) {
            end_pool(world, pool);
            continue;
        }
        if (pool->prices)
            prices_elastic(world, p);
        bound(world, pool);
    }
}

static void plan_shock(struct world *world, uint32_t i)
{
    const struct shock_spec *shock = &world->scenario->shocks[i];
    const struct shock_state *state = &world->supply->shocks[i];
    int64_t at = world->now_ms;
    if (shock->per_y > 0)
        at += exponential_ms(&state->rng, state->number, state->lasts,
                             state->lasts ? (double)shock->lasts_ms
                                          : (double)MS_PER_Y / shock->per_y);
    else if (!state->lasts)
        at = shock->from_ms;
    else if (shock->lasts_ms != NEVER_MS)
        at += shock->lasts_ms;
    else
        return;
    world_schedule(world, at, PHASE_FAILURES, EVENT_SHOCK, i);
}

void supply_shock(struct world *world, uint32_t i)
{
    const struct shock_spec *shock = &world->scenario->shocks[i];
    struct shock_state *state = &world->supply->shocks[i];
    world_show_event(world, PHASE_FAILURES, state->lasts ? "shock_end" : "shock", NULL,
                     UINT32_MAX, 0, shock->path);
    state->number += state->lasts;
    state->lasts = !state->lasts;
    apply(world, i);
    if (state->lasts || shock->per_y > 0)
        plan_shock(world, i);
}

/* ---- from the start ---- */

static void begin_pool(struct world *world, struct pool *pool)
{
    const struct supply_trace *trace = &pool->spec->supply;
    struct pool_supply *supply = &world->supply->pools[pool->index];
    supply->market_gpus = supply->force_gpus = INT64_MAX;
    if (pool->spec->burst_of > 0)
        supply->force_gpus = burst_in_force(world, pool);
    rng_init(&supply->rng, (struct rng_key){(uint64_t)world->scenario->seed,
                                            world->options.replication, "interruption",
                                            pool->spec->name});
    if (trace->n > 0) {
        supply->market_gpus = trace->points[0].gpus;
        supply->next = 1;
        next_point(world, pool);
    }
    if (pool->elastic)
        bound(world, pool);
}

/* Whether the scenario says anything of the market. */
static bool is_needed(const struct scenario *scenario)
{
    for (size_t p = 0; p < scenario->n_pools; p++)
        if (scenario->pools[p].tenure == TENURE_SPOT ||
            scenario->pools[p].supply.n > 0 || scenario->pools[p].burst_of > 0)
            return true;
    return scenario->n_shocks > 0;
}

void supply_begin(struct world *world)
{
    const struct scenario *scenario = world->scenario;
    struct arena *arena = &world->arena;
    if (!is_needed(scenario))
        return;
    world->supply = ARENA_NEW(arena, struct supply);
    world->supply->pools = ARENA_ARRAY(arena, scenario->n_pools, struct pool_supply);
    world->supply->shocks = ARENA_ARRAY(arena, scenario->n_shocks, struct shock_state);
    for (uint32_t p = 0; p < world->fleet.n_pools; p++)
        begin_pool(world, &world->fleet.pools[p]);
    for (uint32_t i = 0; i < scenario->n_shocks; i++) {
        char name[24];
        snprintf(name, sizeof name, "%u", i);
        rng_init(&world->supply->shocks[i].rng,
                 (struct rng_key){(uint64_t)scenario->seed, world->options.replication,
                                  "shock", name});
        plan_shock(world, i);
    }
}
