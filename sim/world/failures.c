#include "world/failures.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <inttypes.h>
#include <math.h>

#include "world/orders.h"
#include "world/state.h"

/* The columns of a server's stream. */
enum { DRAW_FAILURE, DRAW_REPAIR_KIND, DRAW_REPAIR, DRAW_WHERE, DRAW_LOSS };

static struct unit *unit_at(const struct world *world, uint32_t unit)
{
    return &world->failures.units[unit];
}

static double draw(const struct unit *unit, uint32_t column)
{
    struct rng rng = {.key = unit->key, .counter_hi = unit->counter_hi};
    return rng_at(&rng, unit->failures, column);
}

/* ---- which servers there are ---- */

/* A stream for each source, so that one more shifts nobody else's. */
static void init_of_jobs(struct world *world)
{
    const struct scenario *scenario = world->scenario;
    bool any = false;
    for (size_t d = 0; d < scenario->n_demand; d++)
        any = any || scenario->demand[d].failures_per_d > 0;
    if (!any)
        return;
    struct rng *streams = ARENA_ARRAY(&world->arena, scenario->n_demand, struct rng);
    for (size_t d = 0; d < scenario->n_demand; d++)
        rng_init(&streams[d],
                 (struct rng_key){.seed = (uint64_t)scenario->seed,
                                  .replication = world->options.replication,
                                  .purpose = "job failure",
                                  .entity = scenario->demand[d].label});
    world->failures.of_jobs = streams;
}

void failures_init(struct world *world)
{
    int64_t widest = 0;
    for (uint32_t p = 0; p < world->fleet.n_pools; p++) {
        struct pool *pool = &world->fleet.pools[p];
        const struct pool_spec *spec = pool->spec;
        if (!spec->failures)
            continue;
        widest = spec->gpus_per_server > widest ? spec->gpus_per_server : widest;
        pool->ties_shares = pool->packed;
        pool->places_jobs = !pool->packed;
    }
    world->failures.jobs = ARENA_ARRAY(&world->arena, (size_t)widest + 1, uint32_t);
    init_of_jobs(world);
}

/* The lot of which it is now: contracts may have been renewed. */
static const struct lot *lot_of(const struct pool *pool, const struct unit *unit)
{
    const struct lot *lot = &pool->lots[unit->lot];
    while (lot->renewed_as > 0)
        lot = &pool->lots[lot->renewed_as];
    return lot;
}

static int64_t width_of(const struct pool *pool, const struct unit *unit)
{
    int64_t width = pool->spec->gpus_per_server;
    int64_t left = lot_of(pool, unit)->gpus - unit->place * width;
    return pool->packed || left > width ? width : left;
}

static bool is_gone(const struct pool *pool, const struct unit *unit)
{
    return pool->packed ? servers_is_retired(&pool->servers, unit->server)
                        : width_of(pool, unit) <= 0;
}

static void plan_failure(struct world *world, uint32_t index)
{
    const struct unit *unit = unit_at(world, index);
    const struct pool *pool = &world->fleet.pools[unit->pool];
    const struct lot *lot = &pool->lots[unit->lot];
    const struct failure_spec *spec = pool->spec->failures;
    struct failure_view view = {
        .in_service_ms = lot->terms.first && pool->spec->tenure == TENURE_OWN
                             ? pool->spec->in_service_ms
                             : lot->begin_ms,
        .now_ms = world->now_ms,
        .uniform = draw(unit, DRAW_FAILURE),
    };
    int64_t at_ms = spec->model->failure.next_ms(spec->params, &view);
    assert(at_ms > world->now_ms);
    if (at_ms >= world->horizon_ms)
        return;
    world_schedule(world, at_ms, PHASE_FAILURES, EVENT_FAILURE, index);
    world->ticks++; /* no news to those who wait */
}

/* How many lots of the pool began at the same instant before this one. */
static uint32_t twins_of(const struct pool *pool, uint32_t lot)
{
    uint32_t n = 0;
    while (n < lot && pool->lots[lot - n - 1].begin_ms == pool->lots[lot].begin_ms)
        n++;
    return n;
}

static void watch_server(struct world *world, struct unit unit)
{
    struct failures *failures = &world->failures;
    const struct pool *pool = &world->fleet.pools[unit.pool];
    char entity[160];
    struct rng rng;

    snprintf(entity, sizeof entity, "%s/%" PRId64 ".%" PRIu32 "/server %" PRIu32,
             pool->spec->name, pool->lots[unit.lot].begin_ms, twins_of(pool, unit.lot),
             unit.index);
    rng_init(&rng, (struct rng_key){.seed = (uint64_t)world->scenario->seed,
                                    .replication = world->options.replication,
                                    .purpose = "failure",
                                    .entity = entity});
    unit.key = rng.key;
    unit.counter_hi = rng.counter_hi;
    if (failures->n == failures->room) {
        uint32_t room = failures->room ? failures->room * 2 : 64;
        failures->units = arena_grow(&world->arena, failures->units, failures->n, room,
                                     sizeof *failures->units);
        failures->room = room;
    }
    failures->units[failures->n] = unit;
    plan_failure(world, failures->n++);
}

void failures_watch(struct world *world, uint32_t p, uint32_t first_lot)
{
    const struct pool *pool = &world->fleet.pools[p];
    if (!pool->spec->failures)
        return;
    for (uint32_t l = first_lot; l < pool->n_lots; l++) {
        if (pool->lots[l].renews)
            continue; /* its servers are watched already */
        int64_t width = pool->spec->gpus_per_server;
        int64_t servers = (pool->lots[l].first_gpus + width - 1) / width;
        for (uint32_t s = 0; s < servers; s++)
            watch_server(world,
                         (struct unit){.pool = p,
                                       .lot = l,
                                       .index = s,
                                       .place = s,
                                       .at_place = s,
                                       .server = pool->lots[l].first_server + s});
    }
}

/* ---- failing and coming back ---- */

static int64_t repair_ms(const struct failure_spec *spec, const struct unit *unit)
{
    double u = draw(unit, DRAW_REPAIR_KIND);
    int kind = 0;
    while (kind < REPAIR_KINDS - 1 && u >= spec->share_frac[kind])
        u -= spec->share_frac[kind++];
    double z = gsl_cdf_ugaussian_Pinv(draw(unit, DRAW_REPAIR));
    double ms = (double)spec->median_ms[kind] * exp(spec->sigma[kind] * z);
    return ms < 1 ? 1 : llround(fmin(ms, (double)EVENTS_TIME_MAX));
}

static void show(struct world *world, enum phase phase, const char *kind,
                 const struct unit *unit, int64_t gpus)
{
    char which[64];
    if (!world->sink.event)
        return;
    snprintf(which, sizeof which, "lot %" PRIu32 " server %" PRIu32, unit->lot + 1,
             unit->index + 1);
    world_show_event(world, phase, kind, NULL, unit->pool, gpus, which);
}

static void interrupt_hit(struct world *world, const struct pool *pool,
                          const struct unit *unit, uint32_t n)
{
    uint32_t job;
    for (uint32_t i = 0; i < n; i++)
        job_interrupt(world, world->failures.jobs[i], PHASE_FAILURES, CAUSE_FAILURE);
    while (pool->packed &&
           (job = fleet_job_on(&world->fleet, pool, unit->server)) != JOB_NONE)
        job_interrupt(world, job, PHASE_FAILURES, CAUSE_FAILURE);
}

/* ---- lost for good ---- */

/* The server's lot; packed, what was sold was counted in the oldest lots whatever
 * servers left (fleet.h), so that it may be another that has it in the books. LOT_NONE:
 * one that begins only now. */
static uint32_t lot_that_loses(const struct world *world, const struct pool *pool,
                               const struct unit *unit, int64_t gpus)
{
    uint32_t known = world->ledger.books[unit->pool].n_lots;
    if (pool->lots[unit->lot].gpus >= gpus)
        return unit->lot;
    for (uint32_t l = 0; l < known; l++)
        if (pool->lots[l].gpus >= gpus)
            return l;
    return LOT_NONE;
}

static bool is_final(const struct pool *pool, const struct unit *unit)
{
    double loss_frac = pool->spec->failures->loss_frac;
    return loss_frac > 0 && draw(unit, DRAW_LOSS) < loss_frac;
}

/* Fungible: the last server of the lot stands where the lost one stood, so that those
 * which are left are the first ones. */
static void close_gap(struct world *world, const struct pool *pool, uint32_t index)
{
    struct unit *lost = unit_at(world, index);
    struct unit *lot = lost - lost->index;
    int64_t width = pool->spec->gpus_per_server;
    int64_t last = (pool->lots[lost->lot].gpus - 1) / width;
    struct unit *mover = &lot[lot[last].at_place];
    mover->place = lost->place;
    lot[lost->place].at_place = mover->index;
}

static void make_room(struct world *world, struct pool *pool)
{
    uint32_t job;
    while (pool->busy_gpus > pool->capacity_gpus && fleet_jobs_at(pool, 1, 0, &job) > 0)
        job_interrupt(world, job, PHASE_FAILURES, CAUSE_FAILURE);
}

static void lose(struct world *world, uint32_t index, const struct loss *loss)
{
    const struct unit *unit = unit_at(world, index);
    struct pool *pool = &world->fleet.pools[unit->pool];
    uint32_t n = 0;

    show(world, PHASE_FAILURES, "loss", unit, loss->gpus);
    if (!pool->packed) {
        n = fleet_jobs_at(pool, loss->gpus, draw(unit, DRAW_WHERE),
                          world->failures.jobs);
        close_gap(world, pool, index);
    }
    ledger_lose(&world->ledger, unit->pool, loss->lot, loss->gpus,
                pool->spec->failures->salvage_frac, world->now_ms);
    if (fleet_lose(pool, loss, world->now_ms) > 0)
        orders_replace(world, unit->pool, loss->gpus);
    interrupt_hit(world, pool, unit, n);
    make_room(world, pool);
    fleet_lost(pool, loss);
    world->shrunk = true;
    world->result.pools[unit->pool].losses++;
}

void failure_strikes(struct world *world, uint32_t index)
{
    struct unit *unit = unit_at(world, index);
    struct pool *pool = &world->fleet.pools[unit->pool];
    uint32_t n = 0;

    world->ticks--;
    if (is_gone(pool, unit))
        return;
    struct down_spec down = {
        .server = unit->server,
        .gpus = width_of(pool, unit),
        .until_ms = world->now_ms + repair_ms(pool->spec->failures, unit),
        .owner = index,
        .tracked = world->track_ends,
    };
    struct loss loss = {
        .lot = lot_that_loses(world, pool, unit, down.gpus),
        .server = unit->server,
        .gpus = down.gpus,
    };
    show(world, PHASE_FAILURES, "failure", unit, down.gpus);
    world->result.pools[unit->pool].failures++;
    world_unsettle(world, unit->pool);
    if (is_final(pool, unit) && loss.lot != LOT_NONE) {
        lose(world, index, &loss);
        return;
    }
    if (!pool->packed)
        n = fleet_jobs_at(pool, down.gpus, draw(unit, DRAW_WHERE),
                          world->failures.jobs);
    uint32_t hold = fleet_close(pool, &down);
    unit->failures++;
    interrupt_hit(world, pool, unit, n);
    world_plan_return(world, down.until_ms, EVENT_REOPEN, hold);
}

void hold_ends(struct world *world, uint32_t index)
{
    const struct hold *hold = &world->fleet.holds[index];
    uint32_t owner = hold->owner;
    const struct unit *unit = unit_at(world, owner);
    const struct pool *pool = &world->fleet.pools[unit->pool];

    world->returns--;
    fleet_reopen(&world->fleet, index);
    if (!is_gone(pool, unit)) {
        show(world, PHASE_ENDS, "repair", unit, width_of(pool, unit));
        world->result.pools[unit->pool].repairs++;
        plan_failure(world, owner);
    }
    world_unsettle(world, unit->pool);
}

/* ---- jobs that fail by themselves ---- */

/* Distinct for all jobs of a source but for collisions of 64 bits. */
static uint64_t number_of(const struct live_job *job)
{
    return job->row + (uint64_t)job->lap * UINT64_C(0x9e3779b97f4a7c15) +
           (uint64_t)job->copy * UINT64_C(0xc2b2ae3d27d4eb4f);
}

void job_plan_failure(struct world *world, uint32_t index)
{
    struct live_job *job = &world->backlog.jobs[index];
    double rate = job->kind->failures_per_d;
    double u = rng_at(&world->failures.of_jobs[job->source], number_of(job),
                      (uint32_t)job->interruptions);
    double gap_ms = -log(u) / rate * (double)MS_PER_D;
    if (gap_ms < (double)(world->horizon_ms - world->now_ms))
        world->backlog.asides[index].failure_event =
            world_schedule(world, world->now_ms + 1 + (int64_t)gap_ms, PHASE_FAILURES,
                           EVENT_JOB_FAILURE, index);
}

void job_fails(struct world *world, uint32_t index)
{
    world->backlog.asides[index].failure_event = EVENT_NONE;
    job_interrupt(world, index, PHASE_FAILURES, CAUSE_JOB_FAILURE);
}
