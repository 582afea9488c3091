#include "world/review.h"

#include <assert.h>
#include <stdio.h>

#include "base/calendar.h"
#include "world/orders.h"

/* ---- counts between reviews ---- */

static int64_t elastic_busy(const struct world *world)
{
    int64_t busy = 0;
    for (uint32_t p = 0; p < world->fleet.n_pools; p++)
        if (world->fleet.pools[p].elastic)
            busy += world->fleet.pools[p].busy_gpus;
    return busy;
}

static void keep_largest(int64_t *most, int64_t gpus)
{
    *most = gpus > *most ? gpus : *most;
}

static void note(const struct world *world, struct review *review, int64_t elastic_gpus)
{
    const struct pool *pool = &world->fleet.pools[review->pool];
    int64_t now_ms = world->now_ms;
    struct review_waiting *waiting = &review->waiting;
    int64_t lacking = pool->wanted_gpus + levels_lacking(world, review->pool);
    int64_t wanted = pool->busy_gpus + lacking;
    waiting->gpu_ms += (int128)waiting->gpus * (now_ms - waiting->since_ms);
    waiting->gpus = lacking;
    waiting->since_ms = now_ms;
    keep_largest(&review->busy_max_gpus, pool->busy_gpus);
    keep_largest(&review->wanted_max_gpus, wanted);
    keep_largest(&review->elastic_max_gpus, elastic_gpus);
    keep_largest(&review->demand_max_gpus, wanted + elastic_gpus);
}

void reviews_note(struct world *world, uint64_t changed)
{
    struct reviews *reviews = world->reviews;
    bool all = (changed & ~world->fixed_mask) != 0;
    if (all)
        reviews->elastic_gpus = elastic_busy(world);
    for (uint32_t i = 0; i < reviews->n; i++) {
        struct review *review = &reviews->items[i];
        if (all || review->is_fresh || changed >> review->pool & 1)
            note(world, review, reviews->elastic_gpus);
        review->is_fresh = false;
    }
}

/* ---- one period after another ---- */

int64_t review_date_ms(const struct world *world, uint32_t pool, int64_t number)
{
    const struct scenario *scenario = world->scenario;
    struct span each = scenario->pools[pool].procure.review;
    struct span span = {each.months * number, each.ms * number};
    return calendar_add(scenario->start_unix_ms, span) - scenario->start_unix_ms;
}

static void begin_period(struct world *world, struct review *review)
{
    const struct pool *pool = &world->fleet.pools[review->pool];
    review->begin_ms = world->now_ms;
    review->position_gpus = pool->target_gpus + orders_pending(world, review->pool);
    review->marks = review_read(world, review->pool);
    review->waiting = (struct review_waiting){
        .gpus = pool->wanted_gpus + levels_lacking(world, review->pool),
        .since_ms = world->now_ms};
    review->busy_max_gpus = review->wanted_max_gpus = 0;
    review->elastic_max_gpus = review->demand_max_gpus = 0;
    review->is_fresh = true;

    int64_t next_ms = review_date_ms(world, review->pool, review->number + 1);
    if (next_ms >= world->horizon_ms)
        return;
    world_schedule(world, next_ms, PHASE_REVIEWS, EVENT_REVIEW,
                   (uint32_t)(review - world->reviews->items));
    world->ticks++;
}

static struct procure_period *end_period(struct world *world, struct review *review)
{
    if (review->n_history == review->history_room) {
        uint32_t room = review->history_room ? review->history_room * 2 : 16;
        review->history = arena_grow(&world->arena, review->history, review->n_history,
                                     room, sizeof *review->history);
        review->history_room = room;
    }
    struct procure_period *period = &review->history[review->n_history++];
    review_sum_up(world, review, period);
    return period;
}

/* ---- orders ---- */

/* What the books call a contract: they number what begins. */
static const char *contract_name(const struct world *world, const struct review *review,
                                 uint32_t contract)
{
    const struct pool *pool = &world->fleet.pools[review->pool];
    const struct pool_books *books = &world->ledger.books[review->pool];
    for (uint32_t l = 0; l < books->n_lots; l++)
        if (pool->lots[l].terms.number == review->contract_numbers[contract])
            return books->assets[books->asset_of_lot[l]].name;
    return "contract"; /* it began at this very instant */
}

static void show(struct world *world, const struct review *review,
                 const struct procure_order *order, int64_t gpus)
{
    const struct pool *pool = &world->fleet.pools[review->pool];
    const char *action = procure_action_names[order->action];
    char detail[160];
    snprintf(detail, sizeof detail, "%s: %s", action, order->reason);
    world_show_event(world, PHASE_REVIEWS, "decision", NULL, review->pool, gpus,
                     detail);
    if (!world->sink.decision)
        return;
    bool of_contract = order->action == PROCURE_RENEW || order->action == PROCURE_EXIT;
    struct decision_row row = {
        .time_ms = world->now_ms,
        .pool = pool->spec->name,
        .policy = pool->spec->procure.model->name,
        .review = review->number + 1,
        .action = action,
        .gpus = gpus,
        .item = of_contract ? contract_name(world, review, order->contract) : NULL,
        .in_service_gpus = pool->target_gpus,
        .on_order_gpus = orders_pending(world, review->pool),
        .reason = order->reason,
    };
    world->sink.decision(world->sink.self, &row);
}

/* What `max_gpus` leaves, in whole units. */
static int64_t room_for(const struct world *world, const struct review *review,
                        int64_t gpus)
{
    const struct pool *pool = &world->fleet.pools[review->pool];
    int64_t room = pool->spec->procure.max_gpus - pool->target_gpus -
                   orders_pending(world, review->pool);
    int64_t unit = review_unit(pool);
    gpus = gpus < room ? gpus : room;
    return gpus > 0 ? gpus / unit * unit : 0;
}

/* Money must stay in int64 micro-USD: orders of more than 1e12 USD end the run, as too
 * many GPUs do. */
static bool is_payable(struct world *world, struct review *review, int64_t gpus)
{
    const struct pool_spec *spec = &world->scenario->pools[review->pool];
    double usd_each = (double)spec->capex_uusd_per_gpu / 1e6;
    if (spec->tenure == TENURE_LEASE)
        usd_each = (double)ledger_rate(&world->ledger, review->pool, RATE_RENT) / 1e9 *
                   (double)review_term_ms(world, review->pool) / (double)MS_PER_H;
    review->ordered_usd += (double)gpus * usd_each;
    if (review->ordered_usd <= 1e12)
        return true;
    world->clock_limit_ms = -1;
    return false;
}

static void add(struct world *world, struct review *review,
                const struct procure_order *order, struct procure_period *period)
{
    int64_t gpus = room_for(world, review, order->gpus);
    bool lease = world->scenario->pools[review->pool].tenure == TENURE_LEASE;
    assert(order->action == (lease ? PROCURE_LEASE : PROCURE_BUY));
    if (gpus == 0 || !is_payable(world, review, gpus))
        return;
    show(world, review, order, gpus);
    if (lease)
        orders_lease(world, review->pool, gpus, (struct span){0});
    else
        orders_buy(world, review->pool, gpus);
    period->added_gpus += gpus;
}

static void retire(struct world *world, struct review *review,
                   const struct procure_order *order, struct procure_period *period)
{
    const struct pool *pool = &world->fleet.pools[review->pool];
    int64_t unit = review_unit(pool), gpus = order->gpus;
    assert(pool->spec->tenure == TENURE_OWN);
    gpus = (gpus < pool->target_gpus ? gpus : pool->target_gpus) / unit * unit;
    if (gpus <= 0)
        return;
    show(world, review, order, gpus);
    orders_retire(world, review->pool, gpus);
    period->removed_gpus += gpus;
}

static void carry_out(struct world *world, struct review *review,
                      const struct procure_order *order, struct procure_period *period)
{
    const struct procure_contract *contract = &review->contracts[order->contract];
    switch (order->action) {
    case PROCURE_BUY:
    case PROCURE_LEASE: add(world, review, order, period); return;
    case PROCURE_RETIRE: retire(world, review, order, period); return;
    case PROCURE_RENEW:
        show(world, review, order, contract->gpus);
        review->contract_renews[order->contract] = true;
        return;
    case PROCURE_EXIT:
        period->removed_gpus += contract->gpus;
        show(world, review, order, contract->gpus);
        orders_exit(world, review->pool, review->contract_numbers[order->contract]);
        return;
    case PROCURE_ACTIONS: break;
    }
    assert(!"no such action");
}

void review_due(struct world *world, uint32_t index)
{
    struct review *review = &world->reviews->items[index];
    const struct procure_spec *spec = &world->scenario->pools[review->pool].procure;
    struct procure_view view;

    world->ticks--;
    struct procure_period *period = end_period(world, review);
    review_see(world, review, &view);
    struct procure_orders orders = {.items = review->orders,
                                    .room = view.n_contracts + PROCURE_ORDERS_MORE};
    spec->model->procure.review(spec->params, review->state, &view, &review->rng,
                                &orders);
    for (uint32_t i = 0; i < orders.n; i++)
        carry_out(world, review, &orders.items[i], period);
    /* What is not renewed at its last call lapses, whatever the pool's own rule. */
    for (uint32_t i = 0; i < view.n_contracts; i++)
        if (view.contracts[i].last_call)
            orders_renew(world, review->pool, review->contract_numbers[i],
                         review->contract_renews[i]);
    review->number++;
    begin_period(world, review);
}

/* ---- the beginning ---- */

static void init_review(struct world *world, struct review *review, uint32_t pool)
{
    const struct pool_spec *spec = &world->scenario->pools[pool];
    review->pool = pool;
    review->state = arena_alloc(&world->arena, spec->procure.model->state_size + 1);
    rng_init(&review->rng,
             (struct rng_key){(uint64_t)world->scenario->seed,
                              world->options.replication, "procure", spec->name});
    begin_period(world, review);
}

void reviews_begin(struct world *world)
{
    const struct scenario *scenario = world->scenario;
    uint32_t n = 0;
    for (size_t p = 0; p < scenario->n_pools; p++)
        n += scenario->pools[p].procure.model != NULL;
    if (n == 0)
        return;
    world->reviews = ARENA_NEW(&world->arena, struct reviews);
    world->reviews->items = ARENA_ARRAY(&world->arena, n, struct review);
    for (uint32_t p = 0; p < scenario->n_pools; p++)
        if (scenario->pools[p].procure.model)
            init_review(world, &world->reviews->items[world->reviews->n++], p);
}
