#include "procure.h"

#include <math.h>

TestSuite(procure, .fini = empty_arena);

/* ---- fixed ---- */

Test(procure, a_plan_is_carried_out_at_the_first_review_not_before_its_date)
{
    struct game *game =
        game_new("fixed",
                 "{plan: [2025-12-01 +5, 2026-01-01T02:00 +16, 2026-01-01T02:30 -3, "
                 "2026-01-01T03:30 -7]}",
                 1);
    /* Reviews are at 1:00, 2:00, ...; 2:30 is due at 3:00, 3:30 at 4:00. */
    static const int64_t added[] = {5, 16, 0, 0, 0}, removed[] = {0, 0, 3, 7, 0};
    for (int t = 0; t < (int)COUNT(added); t++) {
        game_review(game, t, 0);
        cr_expect(eq(i64, game->added[t], added[t]), "review %d", t);
        cr_expect(eq(i64, game->removed[t], removed[t]), "review %d", t);
    }
}

Test(procure, a_wrong_plan_is_refused)
{
    static const struct {
        const char *yaml, *message;
    } cases[] = {
        {"plan: [2026-06-01]",
         "plan: '2026-06-01' is not a date and GPUs, as in '2026-06-01 +128' or "
         "'2028-01-01 -64'"},
        {"plan: [2026-06-01 128]",
         "plan: '2026-06-01 128' is not a date and GPUs, as in '2026-06-01 +128' or "
         "'2028-01-01 -64'"},
        {"plan: [2026-06-01 +99999999999999999999]",
         "plan: '2026-06-01 +99999999999999999999' is not a date and GPUs, as in "
         "'2026-06-01 +128' or '2028-01-01 -64'"},
        {"plan: [2026-06-02 +8, 2026-06-01 +8]",
         "plan: '2026-06-01 +8' must not stand behind a later date"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect(eq(str, (char *)complaint(MODEL_PROCURE, "fixed", cases[i].yaml),
                     (char *)cases[i].message));
    cr_expect(strncmp(complaint(MODEL_PROCURE, "fixed", "plan: [2026-13-01 +8]"),
                      "plan: '2026-13-01 +8': ", 23) == 0);
}

/* ---- (s, S) ---- */

/* s = 4, S = 10: with 20 GPUs and demand 16 there are 4 free, not below s; at 17 there
 * are 3, so 7 are ordered, and while they are on their way nothing more is; at 24
 * 20 + 7 - 24 = 3 again. */
Test(procure, s_and_S_count_what_is_on_order)
{
    struct game *game = game_new("reorder", "{below: 4, up_to: 10}", 1);
    static const int64_t demand[] = {16, 17, 17, 23, 24, 24, 10},
                         added[] = {0, 7, 0, 0, 7, 0, 0};
    game->base_gpus = 20;
    game->lead = 3;
    for (int t = 0; t < (int)COUNT(demand); t++) {
        game_review(game, t, demand[t]);
        cr_expect(eq(i64, game->added[t], added[t]), "review %d", t);
    }
}

/* Of demand: s = 10 %, S = 30 % of 40 are 4 and 12; 43 - 40 = 3 is below, order 9,
 * rounded up to 16 in servers of 8. */
Test(procure, s_and_S_may_follow_demand_in_whole_servers)
{
    struct game *game = game_new("reorder", "{below: 0.1, up_to: 0.3, of: demand}", 1);
    game->base_gpus = 43;
    game->view.unit_gpus = 8;
    game_review(game, 0, 40);
    cr_expect(eq(i64, game->added[0], 16));
}

Test(procure, nothing_passes_max_gpus)
{
    struct game *game = game_new("reorder", "{below: 4, up_to: 1000}", 1);
    game->base_gpus = 20;
    game->view.max_gpus = 43;
    game->view.unit_gpus = 8;
    for (int t = 0; t < 4; t++) {
        game_review(game, t, 200);
        cr_expect(eq(i64, game->added[t], t == 0 ? 16 : 0));
    }
}

Test(procure, S_is_not_below_s)
{
    cr_expect(eq(str,
                 (char *)complaint(MODEL_PROCURE, "reorder", "{below: 9, up_to: 8}"),
                 "up_to: 8 is less than below, 9"));
}

/* ---- the band ---- */

/* 100 GPUs: 86 is above 85 %, 86 / 0.75 = 114.7, so 15 more.  Cooling down for three
 * hours, then 200 / 0.75 = 267 is more than 20 % of 115 away: 23. */
Test(procure, the_band_is_kept_by_bounded_steps)
{
    struct game *game =
        game_new("target_utilization", "{step: 20 %, cooldown: 3h, low: 50 %}", 1);
    static const int64_t demand[] = {85, 86, 200, 200, 200, 69, 69, 69},
                         added[] = {0, 15, 0, 0, 23, 0, 0, 0},
                         removed[] = {0, 0, 0, 0, 0, 0, 0, 0};
    game->base_gpus = 100;
    for (int t = 0; t < (int)COUNT(demand); t++) {
        game_review(game, t, demand[t]);
        cr_expect(eq(i64, game->added[t], added[t]), "review %d", t);
        cr_expect(eq(i64, game->removed[t], removed[t]), "review %d", t);
    }
    /* 138 GPUs: 68 is below 50 %, 68 / 0.75 = 90.7, 47 too many; 20 % are 27.6: down to
     * 110.4, in whole GPUs 111. */
    game_review(game, 8, 68);
    cr_expect(eq(i64, game->removed[8], 27));
}

Test(procure, a_band_is_in_order)
{
    cr_expect(eq(str,
                 (char *)complaint(MODEL_PROCURE, "target_utilization", "{low: 80 %}"),
                 "'low', 'target' and 'high' must not fall: they are 80 %, 75 % and "
                 "85 %"));
}

/* ---- forecasts ---- */

/* (2.5 - 1) / 2.5 = 0.6 of ten values: the sixth. */
Test(procure, the_newsvendor_holds_an_order_statistic)
{
    static const int64_t demand[] = {17, 4, 23, 8, 42, 15, 16, 99, 3, 61};
    struct game *game = game_new("forecast_quantile", "{method: quantile}", 1);
    game->view.costs.rent_usd_per_gpu_h = 2.5;
    game->view.costs.fixed_usd_per_gpu_h = 1.0;
    for (int t = 0; t < (int)COUNT(demand); t++)
        game->history[t] = (struct procure_period){0};
    int64_t most = 0;
    for (int t = 0; t < (int)COUNT(demand); t++) {
        game_review(game, t, demand[t]);
        most += game->added[t];
    }
    /* After 1, 2, ... values the largest order statistic of rank ceil(0.6 n) so far:
     * 17, 17 of {4, 17}, 17, 17 of {4, 8, 17, 23}, 17, 17, 17, 17 of {4, 8, 15, 16,
     * 17}, then 17 of rank 6 of 9 {3, 4, 8, 15, 16, 17}, 17 of 10. */
    cr_expect(eq(i64, most, 17));

    double sorted[] = {17, 4, 23, 8, 42, 15, 16, 99, 3, 61};
    static const struct {
        double fraction, value;
    } cases[] = {{0.6, 17}, {0.6000001, 23}, {0.1, 3}, {0.05, 3}, {1, 99}, {0.901, 99}};
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect(eq(dbl, procure_quantile(sorted, COUNT(sorted), cases[i].fraction),
                     cases[i].value),
                  "%g", cases[i].fraction);
}

/* What work adds is no saving: (2.5 - 0.5 - 1.2) / (2.5 - 0.5) = 0.4, the fourth. */
Test(procure, what_work_costs_lowers_the_fractile)
{
    static const int64_t demand[] = {42, 4, 23, 8, 17, 15, 16, 99, 3, 61};
    struct game *game = game_new("forecast_quantile", "{method: quantile}", 1);
    game->view.costs = (struct procure_costs){.fixed_usd_per_gpu_h = 1.2,
                                              .busy_usd_per_gpu_h = 0.5,
                                              .rent_usd_per_gpu_h = 2.5};
    game->base_gpus = 1;
    game->view.max_gpus = 1; /* look only */
    for (int t = 0; t < (int)COUNT(demand) - 1; t++)
        game_review(game, t, demand[t]);
    game->view.max_gpus = 1000;
    game_review(game, 9, demand[9]);
    cr_expect(eq(i64, game->added[9], 15 - 1));
}

Test(procure, nothing_is_held_that_costs_more_than_renting)
{
    struct game *game = game_new("forecast_quantile", "{method: quantile}", 1);
    game->view.costs.rent_usd_per_gpu_h = 1.1;
    game->view.costs.fixed_usd_per_gpu_h = 1.2;
    for (int t = 0; t < 20; t++)
        cr_expect(eq(u32, game_review(game, t, 40 + t).n, 0));
}

/* Reviews that may only look, then one that may order: what it aims at. */
static int64_t target_after(const char *yaml, int64_t lead, const int64_t *demand,
                            int n)
{
    struct game *game = game_new("forecast_quantile", yaml, 1);
    game->lead = lead;
    game->view.max_gpus = 0;
    for (int t = 0; t < n; t++) {
        if (t == n - 1)
            game->view.max_gpus = INT64_C(1) << 40;
        game_review(game, t, demand[t]);
    }
    return game->added[n - 1];
}

/* By hand: season 2, all weights as below, demand / 1024 = 10, 14, 12, 18, 13.
 * Begin: means 12 and 15, trend 1.5, level 12.75, effects -1.25 and 1.25.
 * 12: level 0.5 (13.25 + 14.25) = 13.75, trend 0.25 + 1.125 = 1.375, effect -1.5.
 * 18: level 0.5 (16.75 + 15.125) = 15.9375, trend 1.578125, effect 1.65625; foresees
 * 17.515625 - 1.5 and is 3.015625 too high.
 * 13: level 0.5 (14.5 + 17.515625) = 16.0078125, trend 1.201171875.
 * Next: 17.208984375 + 1.65625 - 3.015625 = 15.849609375; x 1024 = 16230. */
Test(procure, holt_winters_agrees_with_a_case_by_hand)
{
    static const int64_t demand[] = {10240, 14336, 12288, 18432, 13312};
    cr_expect(eq(i64,
                 target_after("{season: 2, level_weight: 0.5, trend_weight: 0.25, "
                              "season_weight: 0.5, fractile: 50 %}",
                              0, demand, 5),
                 16230));
}

/* A line with a season is foreseen exactly, whatever the weights and the distance. */
Test(procure, holt_winters_foresees_a_line_with_a_season)
{
    static const int64_t season[] = {-31, 4, 17, 10};
    int64_t demand[64];
    for (int t = 0; t < 64; t++)
        demand[t] = 100 + 7 * t + season[t % 4];
    for (int n = 9; n < 50; n++)
        for (int64_t lead = 0; lead < 4; lead++)
            cr_expect(eq(i64,
                         target_after("{season: 4, level_weight: 0.385, trend_weight: "
                                      "0.27, season_weight: 0.61, fractile: 90 %}",
                                      lead, demand, n),
                         demand[n + lead]),
                      "%d periods, lead %d", n, (int)lead);
}

Test(procure, holt_winters_foresees_a_level_with_factors)
{
    static const int64_t factor[] = {1, 3, 2};
    int64_t demand[64];
    for (int t = 0; t < 64; t++)
        demand[t] = 500 * factor[t % 3];
    for (int n = 6; n < 30; n++)
        cr_expect(eq(i64,
                     target_after("{method: multiplicative, season: 3, fractile: 90 "
                                  "%}",
                                  2, demand, n),
                     demand[n + 2]),
                  "%d periods", n);
}

/* Every third value from the end: 15, 42, 4 and, two periods ahead, the one before. */
Test(procure, the_seasonal_quantile_looks_at_the_same_place_of_the_season)
{
    static const int64_t demand[] = {17, 4, 23, 8, 42, 16, 3, 15, 61};
    static const char yaml[] = "{method: seasonal, season: 3, fractile: 50 %}";
    /* next is in the place of 17, 8, 3 */
    cr_expect(eq(i64, target_after(yaml, 0, demand, 9), 8));
    /* the one after in that of 4, 42, 15 */
    cr_expect(eq(i64, target_after(yaml, 1, demand, 9), 15));
    cr_expect(eq(i64, target_after(yaml, 3, demand, 9), 8));
}

Test(procure, before_two_seasons_the_past_as_it_is_serves)
{
    static const int64_t demand[] = {17, 4, 23};
    cr_expect(eq(i64, target_after("{fractile: 50 %}", 0, demand, 3), 17));
}

Test(procure, a_season_fits_twice_into_memory)
{
    cr_expect(eq(str,
                 (char *)complaint(MODEL_PROCURE, "forecast_quantile",
                                   "{season: 12, memory: 23}"),
                 "memory: 23 periods are less than two seasons of 12"));
    cr_expect(eq(str,
                 (char *)complaint(MODEL_PROCURE, "forecast_quantile",
                                   "{season: 12, memory: 23, method: quantile}"),
                 "accepted"));
}

/* ---- what all share ---- */

static struct procure_view *leases(struct procure_contract *contracts, uint32_t n)
{
    struct game *game = game_new("fixed", "{}", 1);
    struct procure_view *view = &game->view;
    view->leases = true;
    view->contracts = contracts;
    view->n_contracts = n;
    for (uint32_t i = 0; i < n; i++)
        view->in_service_gpus += contracts[i].gpus;
    return view;
}

/* 64 GPUs, 40 wanted.  Both 16s are at their last call: with 32 left, one of them is
 * needed; the second is not. */
Test(procure, contracts_go_on_as_the_rule_has_it)
{
    static const struct {
        int renew;
        double rent;
        uint32_t n, last;
        int64_t position;
    } cases[] = {
        {PROCURE_RENEW_BUSY, 0, 1, 1, 48},
        {PROCURE_RENEW_ALWAYS, 0, 2, 1, 64},
        {PROCURE_RENEW_NEVER, 0, 0, 0, 32},
        /* 8 of 16 GPUs would work: 2 x 16 USD/h against rent of 8 x 4.1 or 3.9 */
        {PROCURE_RENEW_MARKET, 4.1, 1, 1, 48},
        {PROCURE_RENEW_MARKET, 3.9, 0, 0, 32},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct procure_contract contracts[] = {
            {.gpus = 16, .ends_in_ms = 5, .last_call = true, .market_usd_per_gpu_h = 2},
            {.gpus = 16, .ends_in_ms = 7, .last_call = true, .market_usd_per_gpu_h = 2},
            {.gpus = 32, .ends_in_ms = 99999, .market_usd_per_gpu_h = 2},
        };
        struct procure_view *view = leases(contracts, 3);
        view->lead_ms = 10;
        view->costs.rent_usd_per_gpu_h = cases[i].rent;
        struct procure_common common = {.renew = cases[i].renew};
        struct procure_order items[PROCURE_ORDERS_MORE];
        struct procure_orders orders = {.items = items, .room = PROCURE_ORDERS_MORE};
        int64_t position = procure_position(&common, view, 40, &orders);
        cr_expect(eq(u32, orders.n, cases[i].n), "case %zu", i);
        for (uint32_t k = 0; k < orders.n; k++)
            cr_expect(items[k].action == PROCURE_RENEW, "case %zu", i);
        if (orders.n > 0)
            cr_expect(eq(u32, items[orders.n - 1].contract, cases[i].last));
        cr_expect(eq(i64, position, cases[i].position), "case %zu", i);
    }
}

/* Notice was given of 16 of 48 GPUs: they go, whatever demand and rule. */
Test(procure, a_contract_that_was_left_is_not_renewed)
{
    struct procure_contract contracts[] = {
        {.gpus = 16, .ends_in_ms = 55, .leaves = true},
        {.gpus = 32, .ends_in_ms = 99999},
    };
    struct procure_view *view = leases(contracts, 2);
    view->lead_ms = 10;
    struct procure_common common = {.renew = PROCURE_RENEW_ALWAYS};
    struct procure_order items[PROCURE_ORDERS_MORE];
    struct procure_orders orders = {.items = items, .room = PROCURE_ORDERS_MORE};
    cr_expect(eq(i64, procure_position(&common, view, 40, &orders), 32));
    cr_expect(eq(u32, orders.n, 0));
}

static struct procure_orders retire(const char *yaml, struct procure_view *view,
                                    double demand)
{
    static struct procure_order items[PROCURE_ORDERS_MORE];
    const struct model *model = model_find(MODEL_PROCURE, "fixed");
    struct procure_orders orders = {.items = items, .room = PROCURE_ORDERS_MORE};
    /* every policy's parameters begin with what they share */
    procure_retire(params_of(model, yaml), view, view->in_service_gpus, demand,
                   &orders);
    return orders;
}

Test(procure, idle_gpus_retire_in_whole_servers)
{
    struct procure_view *view = leases(NULL, 0);
    view->leases = false;
    view->unit_gpus = 8;
    view->in_service_gpus = 100;
    /* 30 / 0.5 = 60: 40 too many */
    struct procure_orders orders =
        retire("{retire: idle, retire_below: 50 %}", view, 30);
    cr_assert(eq(u32, orders.n, 1));
    cr_expect(orders.items[0].action == PROCURE_RETIRE);
    cr_expect(eq(i64, orders.items[0].gpus, 40));
    cr_expect(eq(u32, retire("{retire: idle, retire_below: 50 %}", view, 50).n, 0));
    cr_expect(eq(u32, retire("{}", view, 30).n, 0), "by default nothing retires");
    view->on_order_gpus = 8;
    cr_expect(eq(u32, retire("{retire: idle, retire_below: 50 %}", view, 30).n, 0));
}

Test(procure, gpus_that_cost_more_to_run_than_to_rent_retire)
{
    struct procure_view *view = leases(NULL, 0);
    view->leases = false;
    view->in_service_gpus = 100;
    view->costs.avoidable_usd_per_gpu_h = 0.9;
    view->costs.rent_usd_per_gpu_h = 1.1;
    cr_expect(eq(u32, retire("{retire: cost}", view, 80).n, 0));
    view->costs.lease_usd_per_gpu_h = 0.8;
    struct procure_orders orders = retire("{retire: cost}", view, 80);
    cr_assert(eq(u32, orders.n, 1));
    cr_expect(eq(i64, orders.items[0].gpus, 100));
}

/* 12 h at 3 USD/GPU-h to go, notice 2 h: leaving saves (3 - 2) x 10 against renting, 30
 * where it is idle; the fee is 10 or 9. */
Test(procure, a_contract_is_left_where_that_saves_money)
{
    struct procure_contract contracts[] = {
        {.gpus = 8, .ends_in_ms = 12 * MS_PER_H, .price_usd_per_gpu_h = 3},
        {.gpus = 8, .ends_in_ms = 12 * MS_PER_H, .price_usd_per_gpu_h = 3},
        {.gpus = 8, .ends_in_ms = 12 * MS_PER_H, .price_usd_per_gpu_h = 3},
    };
    contracts[0].exit_usd_per_gpu = 10;
    contracts[1].exit_usd_per_gpu = 9;
    contracts[2].exit_usd_per_gpu = -1;
    for (int i = 0; i < 3; i++)
        contracts[i].exit_in_ms = 2 * MS_PER_H;
    struct procure_view *view = leases(contracts, 3);
    view->costs.rent_usd_per_gpu_h = 2;
    struct procure_orders orders = retire("{retire: cost}", view, 24);
    cr_assert(eq(u32, orders.n, 1));
    cr_expect(orders.items[0].action == PROCURE_EXIT);
    cr_expect(eq(u32, orders.items[0].contract, 1));
    orders = retire("{retire: idle, retire_below: 50 %}", view, 4);
    cr_assert(eq(u32, orders.n, 2), "24 - 4 / 0.5 = 16 are idle");
}

/* ---- the future ---- */

static const struct {
    const char *name, *yaml;
} policies[] = {
    {"fixed", "{plan: [2026-01-02 +64, 2026-01-05 -32], retire: idle}"},
    {"reorder", "{below: 8, up_to: 40, demand: max, window: 5}"},
    {"reorder", "{below: 0.1, up_to: 0.5, of: demand, retire: idle}"},
    {"target_utilization", "{low: 40 %, step: 30 %, cooldown: 5h}"},
    {"forecast_quantile", "{season: 24, fractile: 80 %}"},
    {"forecast_quantile", "{season: 24, method: multiplicative, retire: idle}"},
    {"forecast_quantile", "{season: 24, method: seasonal, memory: 100}"},
    {"forecast_quantile", "{method: quantile, demand: max}"},
    {"break_even", "{}"},
    {"break_even", "{threshold: randomised, demand: max}"},
};

enum { HOURS = 200, CHANGE = 120 };

/* All decisions, one after another; the history of the hours to come lies behind that
 * of the hours that passed, for whoever looks too far. */
static size_t decide(size_t which, bool other_future, bool lease, unsigned char *bytes,
                     int hours)
{
    struct game *game = game_new(policies[which].name, policies[which].yaml, 17);
    struct rng demand;
    rng_init(&demand, (struct rng_key){23, 0, "demand", ""});
    size_t n = 0;
    int64_t gpus[HOURS];
    game->lead = 3;
    game->term = 60;
    game->base_gpus = 20;
    game->view.leases = lease;
    game->view.costs = (struct procure_costs){.fixed_usd_per_gpu_h = 1.3,
                                              .busy_usd_per_gpu_h = 0.1,
                                              .rent_usd_per_gpu_h = 3.1};
    for (int t = 0; t < HOURS; t++) {
        gpus[t] =
            50 + t / 2 + (int64_t)(40 * sin(t * 0.2618) + 30 * rng_uniform(&demand));
        if (t >= CHANGE && other_future)
            gpus[t] = 3 * gpus[t] + 700;
        game->history[t].wanted_mean_gpus = (double)gpus[t];
        game->history[t].demand_max_gpus = gpus[t];
    }
    for (int t = 0; t < hours; t++) {
        struct procure_orders orders = game_review(game, t, gpus[t]);
        for (uint32_t i = 0; i < orders.n; i++) {
            struct procure_order order = orders.items[i];
            int64_t words[] = {t, order.action, order.gpus, order.contract};
            memcpy(bytes + n, words, sizeof words);
            n += sizeof words;
            memcpy(bytes + n, order.reason, strlen(order.reason));
            n += strlen(order.reason);
        }
    }
    return n;
}

Test(procure, no_policy_sees_the_future)
{
    static unsigned char one[1 << 16], other[1 << 16];
    for (size_t p = 0; p < COUNT(policies); p++)
        for (int lease = 0; lease < 2; lease++) {
            size_t n = decide(p, false, lease, one, CHANGE);
            size_t n_other = decide(p, true, lease, other, CHANGE);
            cr_expect(eq(sz, n, n_other), "%s", policies[p].name);
            cr_expect(memcmp(one, other, n) == 0, "%s", policies[p].name);
            cr_expect(n > 0, "%s %s decided nothing", policies[p].name,
                      policies[p].yaml);
        }
}

/* It is the demand that they look at: after the change they decide otherwise. */
Test(procure, policies_but_the_plan_follow_demand)
{
    static unsigned char one[1 << 16], other[1 << 16];
    for (size_t p = 1; p < COUNT(policies); p++) {
        size_t n = decide(p, false, false, one, HOURS);
        size_t n_other = decide(p, true, false, other, HOURS);
        cr_expect(n != n_other || memcmp(one, other, n) != 0, "%s %s", policies[p].name,
                  policies[p].yaml);
    }
}

Test(procure, every_policy_is_in_these_tests)
{
    for (const struct model *const *model = models; *model; model++) {
        bool there = (*model)->kind != MODEL_PROCURE;
        for (size_t p = 0; p < COUNT(policies); p++)
            there = there || strcmp(policies[p].name, (*model)->name) == 0;
        cr_expect(there, "%s", (*model)->name);
    }
}
