/* The loop: from instant to instant, through the phases of each. */

#include <assert.h>
#include <stdlib.h>

#include "world/review.h"
#include "world/state.h"

enum { ROUNDS_MAX = 1000, NEWS_EVERY = 1 << 14 };

/* When submits come first there is a pass for them before anything ends. */
enum { FIRST_DISPATCH = 3 };

/* In which order an instant goes through its phases. */
static const enum phase end_first[] = {
    PHASE_INTERVAL, PHASE_ENDS,    PHASE_CAPACITY, PHASE_FAILURES, PHASE_PRICES,
    PHASE_ARRIVALS, PHASE_REVIEWS, PHASE_DISPATCH, PHASE_PATIENCE,
};
static const enum phase submit_first[] = {
    PHASE_INTERVAL, PHASE_ARRIVALS, PHASE_REVIEWS, PHASE_DISPATCH, PHASE_ENDS,
    PHASE_CAPACITY, PHASE_FAILURES, PHASE_PRICES,  PHASE_DISPATCH, PHASE_PATIENCE,
};

static bool submits_first(const struct world *world)
{
    return world->scenario->dispatch.same_instant == SAME_INSTANT_SUBMIT_FIRST;
}

static int64_t gang_max_of(const struct scenario *scenario)
{
    int64_t most = 1;
    for (size_t p = 0; p < scenario->n_pools; p++) {
        const struct pool_spec *pool = &scenario->pools[p];
        int64_t gpus = pool->gpus > pool->limit_gpus ? pool->gpus : pool->limit_gpus;
        for (size_t i = 0; i < pool->n_changes; i++)
            gpus += pool->changes[i].gpus > 0 ? pool->changes[i].gpus : 0;
        for (size_t i = 0; i < pool->n_orders; i++)
            gpus += pool->orders[i].gpus;
        gpus = gpus > pool->procure.max_gpus ? gpus : pool->procure.max_gpus;
        most = gpus > most ? gpus : most;
    }
    return most < JOB_GPUS_MAX ? most : JOB_GPUS_MAX;
}

static void init_intervals(struct world *world)
{
    uint32_t n = world->fleet.n_pools;
    world->interval_started = ARENA_ARRAY(&world->arena, n, int64_t);
    world->interval_ended = ARENA_ARRAY(&world->arena, n, int64_t);
    world->interval_surplus = ARENA_ARRAY(&world->arena, n, int64_t);
    world->held_rows = ARENA_ARRAY(&world->arena, n, struct timeline_row);
    world->interval_state =
        arena_array(&world->arena, n, sizeof *world->interval_state);
}

/* The next quarter of the run, for watch_backlog. */
static void plan_quarter(struct world *world)
{
    int next = world->next_quarter;
    if (next > 3 || world->scenario->until_idle)
        world->quarter_ms = INT64_MAX;
    else if (next == 3)
        world->quarter_ms = world->horizon_ms;
    else
        world->quarter_ms = world->horizon_ms / 4 * (next + 1);
}

/* Whether what a job_aside holds can matter. */
static bool needs_asides(const struct world *world)
{
    bool needs = world->scenario->dispatch.preempt;
    for (uint32_t p = 0; p < world->fleet.n_pools; p++)
        needs |= world->fleet.pools[p].prices != NULL;
    for (uint32_t s = 0; s < world->arrivals.n; s++) {
        const struct source *source = &world->arrivals.sources[s];
        size_t kinds = source->spec->trace ? source->spec->trace->n_kinds : 1;
        for (size_t k = 0; k < kinds; k++)
            needs |= source->kinds[k].failures_per_d > 0;
    }
    return needs;
}

struct world *world_new(const struct scenario *scenario,
                        const struct run_options *options)
{
    struct world *world = calloc(1, sizeof *world);
    if (!world)
        out_of_memory();
    struct arena *arena = &world->arena;
    if (options->memory)
        *arena = *options->memory;
    int64_t gang_max = gang_max_of(scenario);

    world->scenario = scenario;
    world->options = *options;
    if (options->sink)
        world->sink = *options->sink;
    world->horizon_ms = scenario->until_idle ? EVENTS_TIME_MAX : scenario->horizon_ms;
    plan_quarter(world);
    for (unsigned i = 0; i < sizeof end_first / sizeof *end_first; i++)
        world->step_of[end_first[i]] = i;
    if (submits_first(world))
        for (unsigned i = 0; i < sizeof submit_first / sizeof *submit_first; i++)
            world->step_of[submit_first[i]] = i;
    world->free_kept = UINT32_MAX;
    world->solo = JOB_NONE;
    world->clock_limit_ms = INT64_MAX;

    events_init(&world->events, arena);
    fleet_init(&world->fleet, scenario, arena, gang_max);
    markets_init(&world->markets, scenario, options->replication, world->horizon_ms,
                 arena);
    world->idle_scratch = ARENA_ARRAY(arena, (size_t)gang_max + 2, uint32_t);
    routes_init(&world->routes, scenario, arena);
    arrivals_init(&world->arrivals, scenario, options->replication, &world->routes,
                  arena);
    world->last_key = INT64_MAX;
    levels_init(world);
    backlog_init(&world->backlog, &world->fleet, &world->routes, arena);
    world->backlog.preempt = scenario->dispatch.preempt;
    world->backlog.keeps_asides = needs_asides(world);
    tally_init(&world->tally, &world->arrivals, scenario->warmup_ms, arena);
    service_init(&world->service, scenario, &world->arrivals, &world->sink, arena);
    chargeback_init(&world->chargeback, scenario, &world->arrivals, arena);
    init_intervals(world);

    struct run_result *result = &world->result;
    result->n_pools = scenario->n_pools;
    result->pools = ARENA_ARRAY(arena, scenario->n_pools, struct pool_result);
    ledger_init(&world->ledger, scenario, &world->fleet, &world->sink, result->pools,
                arena);
    world->ledger.markets = &world->markets;
    enum backfill backfill = scenario->dispatch.backfill;
    world->track_ends = backfill == BACKFILL_EASY || backfill == BACKFILL_CONSERVATIVE;
    for (uint32_t p = 0; p < world->fleet.n_pools; p++)
        if (!world->fleet.pools[p].elastic)
            world->fixed_mask |= UINT64_C(1) << p;
    world_plan(world);
    levels_begin(world);
    return world;
}

void world_free(struct world *world)
{
    if (!world)
        return;
    struct arena *memory = world->options.memory;
    if (memory) {
        arena_reset(&world->arena);
        *memory = world->arena;
    } else {
        arena_free(&world->arena);
    }
    free(world);
}

const struct run_result *world_result(const struct world *world)
{
    return &world->result;
}

static void arrivals_due(struct world *world)
{
    while (world->arrivals.next_ms == world->now_ms) {
        struct arrival arrival = arrivals_take(&world->arrivals);
        world->result.events++;
        world_arrive(world, &arrival);
    }
}

/* The step of the next dispatch pass from the present one on. */
static unsigned dispatch_step(const struct world *world, unsigned step)
{
    if (!world->pass_needed)
        return EVENTS_STEPS;
    if (submits_first(world) && step <= FIRST_DISPATCH)
        return FIRST_DISPATCH;
    unsigned last = world->step_of[PHASE_DISPATCH];
    return step <= last ? last : EVENTS_STEPS;
}

/* One round: again and again the earliest of an event, the arrivals and the pass. */
static void play_round(struct world *world, bool last)
{
    struct events *events = &world->events;
    unsigned arrivals = world->step_of[PHASE_ARRIVALS];
    bool arrive = world->arrivals.next_ms == world->now_ms && !last;

    events_begin_round(events, world->now_ms);
    unsigned event = events_next_step(events), step = 0;
    for (;;) {
        unsigned dispatch = last ? EVENTS_STEPS : dispatch_step(world, step);
        step = event < dispatch ? event : dispatch;
        step = arrive && arrivals < step ? arrivals : step;
        if (step == EVENTS_STEPS || (last && step > world->step_of[PHASE_ENDS]))
            return;
        events_set_step(events, step);
        if (step == arrivals && arrive)
            arrivals_due(world);
        else if (step == dispatch)
            dispatch_pass(world);
        arrive = arrive && step < arrivals;
        for (event = events_next_step(events); event == step;
             event = events_next_step(events)) {
            world->result.events++;
            world_handle(world, events_pop(events));
        }
    }
}

/* How far the clock may go with so many GPUs before GPU-time or money overflows. */
static void guard(struct world *world, struct pool *pool)
{
    if (pool->surplus_overflowed)
        world->clock_limit_ms = -1;
    if (pool->peak_capacity_gpus <= pool->guarded_gpus)
        return;
    pool->guarded_gpus = pool->peak_capacity_gpus;
    int64_t limit = pool->gpu_ms_limit / pool->guarded_gpus;
    if (limit < world->clock_limit_ms)
        world->clock_limit_ms = limit;
}

static bool refuse_to_go_on(const struct world *world, struct error *err)
{
    if (world->beyond_clock)
        return error_kind_set(
            err, ERROR_INFEASIBLE,
            "%s: a job would run past the end of the clock, 557 years "
            "after the start; give a horizon",
            world->scenario->path);
    return error_kind_set(err, ERROR_INFEASIBLE,
                          "%s: GPU-time or money of a pool would pass what can be "
                          "summed exactly (4e18 GPU-ms, 4e12 USD); use fewer GPUs or a "
                          "shorter horizon, minimum or increment",
                          world->scenario->path);
}

/* After an instant: idle GPUs are divided anew where anything changed. */
static void settle(struct world *world)
{
    for (uint64_t dirty = world->dirty; dirty; dirty &= dirty - 1) {
        uint32_t p = (uint32_t)__builtin_ctzll(dirty);
        struct pool *pool = &world->fleet.pools[p];
        bool changed = pool->fleet_changed && !pool->elastic;
        uint32_t begun = world->ledger.books[p].n_lots;
        bool fits = false;

        if (changed)
            ledger_before_change(&world->ledger, p, world->now_ms);
        if (pool->wanted_gpus > 0 && pool->capacity_gpus > pool->busy_gpus)
            fits = pool->held_for_policy || backlog_fits(&world->backlog, pool);
        fleet_settle(pool, fits, world->now_ms);
        guard(world, pool);
        if (changed) {
            ledger_after_change(&world->ledger, p, world->now_ms);
            world_plan_breaks(world, p, begun);
            failures_watch(world, p, begun);
        }
    }
    if (world->reviews)
        reviews_note(world, world->dirty);
    world->dirty = 0;
}

/* One quarter after another, how many jobs waited on average: a backlog that grows to
 * the end is called unstable. */
static void watch_quarters(struct world *world)
{
    while (world->now_ms >= world->quarter_ms) {
        world->quarter[world->next_quarter++] =
            integral_read(&world->waiting, world->quarter_ms).sum;
        plan_quarter(world);
    }
}

static void watch_backlog(struct world *world)
{
    int64_t waiting = world->backlog.waiting;
    waiting = waiting < 1000000 ? waiting : 1000000;
    if (waiting != world->waiting.count && !world->scenario->until_idle)
        integral_set(&world->waiting, world->now_ms, waiting);
}

static bool instant(struct world *world, struct error *err)
{
    bool last = world->now_ms == world->horizon_ms && !world->scenario->until_idle;

    watch_quarters(world);
    for (int round = 0;; round++) {
        if (round == ROUNDS_MAX)
            return error_kind_set(err, ERROR_INFEASIBLE,
                                  "the instant %lld ms after the start did not come to "
                                  "an end after %d rounds",
                                  (long long)world->now_ms, ROUNDS_MAX);
        play_round(world, last);
        if (world->shrunk && !world->pass_needed && !last)
            refuse_hopeless(world);
        if (last || !(events_are_late(&world->events) || world->pass_needed))
            break;
    }
    settle(world);
    watch_backlog(world);
    return true;
}

/* Whether anybody who waits could start if all GPUs were up. */
static bool anybody_could_start(const struct world *world)
{
    const struct backlog *backlog = &world->backlog;
    struct tree_entry entry;
    for (uint32_t i = 0; i < backlog->n_active; i++) {
        const struct queue *queue = &backlog->queues[backlog->active[i].queue];
        const struct route *route = &world->routes.items[queue->route];
        for (bool more = tree_first(&queue->jobs, &entry); more;
             more = tree_after(&queue->jobs, entry.key, entry.seq, &entry))
            for (uint32_t o = 0; o < route->n; o++)
                if (queue->mask >> route->outlets[o].pool & 1 &&
                    job_could_run(world, &backlog->jobs[entry.item],
                                  &route->outlets[o]))
                    return true;
    }
    return false;
}

/* Whether anything can still happen that matters, with an open horizon. */
static bool is_idle(const struct world *world)
{
    if (world->arrivals.next_ms != NEVER_MS || world->backlog.running > 0 ||
        world->pass_needed)
        return false;
    size_t pending = events_pending(&world->events);
    size_t ticks = (size_t)world->ticks;
    if (world->backlog.waiting == 0 ||
        (pending <= ticks && !supply_awaits_price(world)))
        return true;
    return pending <= ticks + (size_t)world->returns && !anybody_could_start(world);
}

static bool next_instant(struct world *world, int64_t *time_ms)
{
    int64_t event_ms;
    *time_ms = world->pass_needed ? world->now_ms : world->arrivals.next_ms;
    if (events_next_time(&world->events, &event_ms) && event_ms < *time_ms)
        *time_ms = event_ms;
    return *time_ms <= world->horizon_ms;
}

static void sum_up(struct world *world)
{
    struct run_result *result = &world->result;
    const struct tally *tally = &world->tally;

    world_finish(world);
    levels_finish(world);
    result->groups = tally->groups;
    result->n_groups = tally->n_groups;
    ledger_finish(&world->ledger, world->now_ms);
    service_finish(&world->service, world->now_ms, result);
    chargeback_month_end(&world->chargeback, &world->ledger, world->now_ms);
    chargeback_finish(&world->chargeback, world->scenario, &world->sink, result);
    result->end_ms = world->now_ms;
    if (tally->last_end_ms >= 0)
        result->makespan_ms = tally->last_end_ms - tally->first_submit_ms;
    result->peak_cash_uusd = world->ledger.peak_cash_uusd;
    result->clairvoyant =
        world->scenario->dispatch.estimate == ESTIMATE_ACTUAL && world->track_ends;
    result->taxed = world->scenario->tax.on;
    result->billing_short = world->ledger.terms.until_last_start;
    if (world->next_quarter == 4) {
        int64_t q2 = world->quarter[1] - world->quarter[0];
        int64_t q3 = world->quarter[2] - world->quarter[1];
        int64_t q4 = world->quarter[3] - world->quarter[2];
        result->unstable = q2 < q3 && q3 < q4 && q4 > 2 * q2 &&
                           world->backlog.waiting * 100 > result->groups[0].arrived;
    }
}

bool world_run(struct world *world, struct error *err)
{
    const struct run_options *options = &world->options;
    int64_t time_ms, count = 0;

    if (!world_begin(world, err))
        return false;
    while (next_instant(world, &time_ms)) {
        if (world->scenario->until_idle && is_idle(world))
            break;
        if (time_ms > world->clock_limit_ms)
            return refuse_to_go_on(world, err);
        world->now_ms = time_ms;
        if (!instant(world, err))
            return false;
        if (options->interrupt && *options->interrupt)
            return error_kind_set(err, ERROR_INTERRUPTED, "interrupted");
        if (options->check)
            world_check(world);
        if (world->now_ms == world->horizon_ms)
            break; /* what is still due belongs to phases beyond it */
        if (++count % NEWS_EVERY)
            continue;
        if (options->progress)
            options->progress(options->progress_self, world->now_ms, world->horizon_ms);
    }
    if (!world->scenario->until_idle)
        world->now_ms = world->horizon_ms;
    if (world->now_ms > world->clock_limit_ms)
        return refuse_to_go_on(world, err);
    levels_tell_service(world);
    if (!service_fits(&world->service, world->now_ms))
        return error_kind_set(err, ERROR_INFEASIBLE,
                              "%s: what `service` prices would pass what can be summed "
                              "exactly (4e18 GPU-ms, 4e12 USD); use lower prices or a "
                              "shorter horizon",
                              world->scenario->path);
    watch_quarters(world);
    ledger_settle_bills(&world->ledger, world->now_ms);
    (void)ledger_year_end(&world->ledger, world->now_ms);
    world_show_interval(world, world->now_ms);
    world_show_held(world);
    sum_up(world);
    world_check(world);
    return true;
}

void world_check(const struct world *world)
{
    const struct group_result *all = &world->tally.groups[0];
    fleet_check(&world->fleet, world->now_ms);
    backlog_check(&world->backlog);
    events_check(&world->events);
    ledger_check(&world->ledger, world->now_ms);
    levels_check(world);
    markets_check(&world->markets);
    bursts_check(world);
    service_check(&world->service, &world->backlog);
    chargeback_check(&world->chargeback, &world->fleet, world->now_ms);
    int64_t there = all->running + all->waiting;
    if (there == 0)
        there = world->backlog.running + world->backlog.waiting;
    assert(all->arrived == there + all->finished + all->refused + all->abandoned);
}
