#ifndef TESTS_PROCURE_H
#define TESTS_PROCURE_H

/* Plays a demand of whole GPUs per period against a policy, without the world: what is
 * ordered arrives `lead` periods later and stays for `term` periods. */

#include "models.h"

enum { PERIODS_MAX = 2048 };

struct game {
    const struct model *model;
    const void *params;
    void *state;
    struct rng rng;
    struct procure_view view;
    int64_t lead, term; /* periods; term 0: for ever */
    struct procure_period history[PERIODS_MAX];
    struct procure_order items[PROCURE_ORDERS_MORE];
    int64_t added[PERIODS_MAX], removed[PERIODS_MAX];
    int64_t base_gpus;
};

static inline struct game *game_new(const char *name, const char *yaml, uint64_t seed)
{
    struct game *game = ARENA_NEW(&arena, struct game);
    game->model = model_find(MODEL_PROCURE, name);
    cr_assert(game->model != NULL, "%s", name);
    game->params = params_of(game->model, yaml);
    game->state = arena_alloc(&arena, game->model->state_size + 1);
    rng_init(&game->rng, (struct rng_key){seed, 0, "procure", "own"});
    game->view = (struct procure_view){
        .start_unix_ms = 1767225600000, /* 2026-01-01 */
        .review_ms = MS_PER_H,
        .unit_gpus = 1,
        .max_gpus = 1000000,
        .history = game->history,
    };
    return game;
}

/* In service from the period that begins with its arrival. */
static inline int64_t game_in_service(const struct game *game, int64_t period)
{
    int64_t gpus = game->base_gpus;
    for (int64_t s = 0; s + game->lead < period; s++)
        if (game->term == 0 || s + game->lead + game->term >= period)
            gpus += game->added[s];
    for (int64_t s = 0; s < period; s++)
        gpus -= game->removed[s];
    return gpus;
}

static inline int64_t game_position(const struct game *game, int64_t period)
{
    int64_t gpus = game_in_service(game, period);
    for (int64_t s = 0; s < period; s++)
        if (s + game->lead >= period)
            gpus += game->added[s];
    return gpus;
}

/* Period t ends with this demand; what the policy orders, added and removed, goes into
 * effect with the next. */
static inline struct procure_orders game_review(struct game *game, int64_t t,
                                                int64_t demand)
{
    struct procure_view *view = &game->view;
    struct procure_period *period = &game->history[t];
    cr_assert(t + 1 < PERIODS_MAX);
    *period = (struct procure_period){
        .begin_ms = t * view->review_ms,
        .end_ms = (t + 1) * view->review_ms,
        .position_gpus = game_position(game, t),
        .capacity_gpus = game_in_service(game, t),
        .wanted_mean_gpus = (double)demand,
        .wanted_max_gpus = demand,
        .demand_max_gpus = demand,
    };
    view->review = t;
    view->now_ms = period->end_ms;
    view->now_unix_ms = view->start_unix_ms + view->now_ms;
    view->n_history = (uint32_t)t + 1;
    view->in_service_gpus = game_in_service(game, t + 1);
    view->on_order_gpus = game_position(game, t + 1) - view->in_service_gpus;
    view->busy_gpus = demand;
    view->lead_ms = game->lead * view->review_ms;
    if (game->term > 0)
        view->term_ms = game->term * view->review_ms;

    struct procure_orders orders = {.items = game->items, .room = PROCURE_ORDERS_MORE};
    game->model->procure.review(game->params, game->state, view, &game->rng, &orders);
    for (uint32_t i = 0; i < orders.n; i++) {
        const struct procure_order *order = &orders.items[i];
        if (order->action == PROCURE_BUY || order->action == PROCURE_LEASE)
            game->added[t] += order->gpus;
        if (order->action == PROCURE_RETIRE)
            game->removed[t] += order->gpus;
    }
    period->added_gpus = game->added[t];
    period->removed_gpus = game->removed[t];
    return orders;
}

#endif
