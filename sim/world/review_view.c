/* What a procurement policy sees. */

#include <math.h>

#include "base/calendar.h"
#include "world/orders.h"
#include "world/review.h"
#include "world/state.h"

static int64_t busy_gpu_ms(const struct pool *pool, int64_t now_ms)
{
    return integral_read(&pool->state[GPU_BUSY_USEFUL], now_ms).sum +
           integral_read(&pool->state[GPU_BUSY_OVERHEAD], now_ms).sum;
}

struct review_marks review_read(const struct world *world, uint32_t pool_index)
{
    const struct pool *pool = &world->fleet.pools[pool_index];
    struct review_marks marks = {
        .busy_gpu_ms = busy_gpu_ms(pool, world->now_ms),
        .capacity_gpu_ms = integral_read(&pool->capacity, world->now_ms).sum,
    };
    for (uint32_t p = 0; p < world->fleet.n_pools; p++)
        if (world->fleet.pools[p].elastic)
            marks.elastic_gpu_ms += busy_gpu_ms(&world->fleet.pools[p], world->now_ms);
    return marks;
}

void review_sum_up(const struct world *world, const struct review *review,
                   struct procure_period *period)
{
    const struct pool *pool = &world->fleet.pools[review->pool];
    const struct review_waiting *waiting = &review->waiting;
    struct review_marks now = review_read(world, review->pool);
    double length_ms = (double)(world->now_ms - review->begin_ms);
    double busy = (double)(now.busy_gpu_ms - review->marks.busy_gpu_ms);
    double capacity = (double)(now.capacity_gpu_ms - review->marks.capacity_gpu_ms);
    double waited = (double)(waiting->gpu_ms + (int128)waiting->gpus *
                                                   (world->now_ms - waiting->since_ms));
    *period = (struct procure_period){
        .begin_ms = review->begin_ms,
        .end_ms = world->now_ms,
        .position_gpus = review->position_gpus,
        .capacity_gpus = pool->capacity_gpus,
        .busy_mean_gpus = busy / length_ms,
        .wanted_mean_gpus = (busy + waited) / length_ms,
        .elastic_mean_gpus =
            (double)(now.elastic_gpu_ms - review->marks.elastic_gpu_ms) / length_ms,
        .busy_max_gpus = review->busy_max_gpus,
        .wanted_max_gpus = review->wanted_max_gpus,
        .elastic_max_gpus = review->elastic_max_gpus,
        .demand_max_gpus = review->demand_max_gpus,
        .utilization_frac = capacity > 0 ? busy / capacity : 0,
    };
}

/* From order to service, expected: the mean of the lognormal lead time. */
static int64_t lead_ms_of(const struct pool_spec *spec)
{
    if (spec->tenure == TENURE_LEASE)
        return spec->provisioning_ms;
    double sigma = spec->lead_time_sigma;
    double lead = (double)spec->lead_time_ms * exp(sigma * sigma / 2);
    return llround(fmin(lead, 6.4e12)) + spec->commissioning_ms;
}

int64_t review_term_ms(const struct world *world, uint32_t pool)
{
    const struct pool_spec *spec = &world->scenario->pools[pool];
    int64_t now_unix_ms = world->scenario->start_unix_ms + world->now_ms;
    struct span term = spec->tenure == TENURE_LEASE ? spec->term : spec->life;
    return calendar_add(now_unix_ms, term) - now_unix_ms;
}

/* ---- what things cost ---- */

static double usd_per_h(const struct world *world, uint32_t pool, enum rate rate)
{
    return (double)ledger_rate(&world->ledger, pool, rate) / 1e9;
}

/* With the extras that are billed on it. */
static double billed(const struct pool_spec *spec, int64_t rate)
{
    return (double)(rate + pool_extras(spec, rate)) / 1e9;
}

/* What elastic capacity, or a contract that is signed now, costs. */
static double rent_usd_per_h(const struct world *world, uint32_t p)
{
    const struct pool *pool = &world->fleet.pools[p];
    if (pool->spec->tenure == TENURE_LEASE && pool->prices)
        return billed(pool->spec, pool->prices->signing_rate);
    return billed(pool->spec, ledger_rate(&world->ledger, p, RATE_RENT));
}

/* Colocation, people, support, insurance, licences, idle power. */
static double standing_usd_per_h(const struct world *world, uint32_t pool)
{
    static const enum rate standing[] = {
        RATE_COLO,     RATE_SUPPORT,  RATE_STAFF,      RATE_INSURANCE,
        RATE_SOFTWARE, RATE_SECURITY, RATE_IDLE_POWER,
    };
    double usd = 0;
    for (size_t r = 0; r < sizeof standing / sizeof *standing; r++)
        usd += usd_per_h(world, pool, standing[r]);
    return usd;
}

/* The year-end annuity of price less discounted residual over the book life, by the
 * hour: (P - R / (1+i)^n) i / (1 - (1+i)^-n) / 8760. */
static double annuity_usd_per_h(const struct world *world, uint32_t pool)
{
    const struct pool_spec *spec = &world->scenario->pools[pool];
    double years = (double)review_term_ms(world, pool) / (double)MS_PER_Y;
    double price = (double)spec->capex_uusd_per_gpu / 1e6;
    double residual = (double)spec->residual_uusd_per_gpu / 1e6;
    if (spec->buys_at_market) {
        double scale =
            (double)prices_server(world, pool) / (double)spec->server_price_uusd;
        price *= scale;
        residual *= scale;
    }
    double rate = world->scenario->discount_frac_per_y;
    double left = exp(-log1p(rate) * years);
    double factor = rate > 0 ? rate / (1 - left) : 1 / years;
    return (price - residual * left) * factor / 8760;
}

/* The lowest rent among pools, elastic or leased; 0: there are none.  A burst is no
 * alternative to the contract that it belongs to. */
static double lowest_rent(const struct world *world, bool elastic)
{
    double lowest = 0;
    for (uint32_t p = 0; p < world->fleet.n_pools; p++) {
        const struct pool_spec *spec = world->fleet.pools[p].spec;
        bool counts = elastic ? tenure_is_elastic(spec->tenure) && spec->burst_of == 0
                              : spec->tenure == TENURE_LEASE;
        double rent = counts ? rent_usd_per_h(world, p) : 0;
        if (counts && rent > 0 && (lowest == 0 || rent < lowest))
            lowest = rent;
    }
    return lowest;
}

/* Of the oldest GPUs, per GPU. */
static double salvage_usd(const struct world *world, uint32_t pool_index)
{
    const struct pool *pool = &world->fleet.pools[pool_index];
    const struct pool_books *books = &world->ledger.books[pool_index];
    for (uint32_t l = 0; l < pool->n_lots && l < books->n_begun; l++)
        if (books->assets[l].gpus > 0)
            return (double)asset_market_uusd(&books->assets[l], world->now_ms) / 1e6 /
                   (double)books->assets[l].gpus;
    return 0;
}

struct procure_costs review_costs(const struct world *world, uint32_t pool)
{
    struct procure_costs costs = {.rent_usd_per_gpu_h = lowest_rent(world, true),
                                  .lease_usd_per_gpu_h = lowest_rent(world, false)};
    if (world->scenario->pools[pool].tenure == TENURE_LEASE) {
        costs.fixed_usd_per_gpu_h = rent_usd_per_h(world, pool);
        return costs;
    }
    double standing = standing_usd_per_h(world, pool);
    costs.busy_usd_per_gpu_h = usd_per_h(world, pool, RATE_BUSY_POWER);
    costs.fixed_usd_per_gpu_h = annuity_usd_per_h(world, pool) + standing;
    costs.avoidable_usd_per_gpu_h = standing + costs.busy_usd_per_gpu_h;
    costs.salvage_usd_per_gpu = salvage_usd(world, pool);
    return costs;
}

/* ---- the view ---- */

int64_t review_unit(const struct pool *pool)
{
    return pool->packed ? pool->spec->gpus_per_server : 1;
}

/* GPUs that the dated plan takes away within the lead time, contracts aside. */
static int64_t leaving_gpus(const struct world *world, uint32_t pool, int64_t lead_ms)
{
    const struct plan *plan = &world->plans[pool];
    int64_t gpus = 0;
    for (uint32_t i = plan->next; i < plan->n; i++)
        if (plan->items[i].event == EVENT_RETIRE &&
            plan->items[i].at_ms - world->now_ms <= lead_ms)
            gpus -= plan->items[i].gpus;
    return gpus;
}

static void make_room(struct world *world, struct review *review, uint32_t n)
{
    if (review->orders && n <= review->contracts_room)
        return;
    uint32_t room = n < 8 ? 8 : 2 * n;
    struct arena *arena = &world->arena;
    review->contracts = ARENA_ARRAY(arena, room, struct procure_contract);
    review->contract_numbers = ARENA_ARRAY(arena, room, uint32_t);
    review->contract_renews = ARENA_ARRAY(arena, room, bool);
    review->orders =
        ARENA_ARRAY(arena, room + PROCURE_ORDERS_MORE, struct procure_order);
    review->contracts_room = room;
}

/* The lot of a contract, and what the books have of it; NULL if it began at this very
 * instant. */
static const struct asset *find_asset(const struct world *world, uint32_t pool,
                                      uint32_t number)
{
    const struct pool_books *books = &world->ledger.books[pool];
    const struct lot *lots = world->fleet.pools[pool].lots;
    for (uint32_t l = 0; l < books->n_lots; l++)
        if (lots[l].terms.number == number)
            return &books->assets[books->asset_of_lot[l]];
    return NULL;
}

/* The price at which it would go on, nano-USD per GPU-h. */
static int64_t renewed_rate(const struct world *world, uint32_t p,
                            const struct planned *end, int64_t rate)
{
    const struct pool *pool = &world->fleet.pools[p];
    const struct pool_spec *spec = pool->spec;
    if (spec->renewal != RENEWAL_MARKET)
        return spec->escalation.price == 0
                   ? rate
                   : prices_contract(world, p, &end->terms, end->terms.until_ms);
    bool signs = spec->price_market || (spec->rent_is_list && pool->prices);
    return signs ? pool->prices->signing_rate : spec->market_rent_rate;
}

/* What a contract costs per GPU when it ends with the notice given now: the fee on what
 * remains to be paid then, and what was prepaid for the time after. */
static double exit_usd(const struct pool_spec *spec, int64_t rate, int64_t left_ms)
{
    double rent_usd = (double)rate / 1e9 * (double)left_ms / (double)MS_PER_H;
    double prepaid = spec->prepay_frac;
    return rent_usd * (spec->exit_fee_frac * (1 - prepaid) + prepaid);
}

static struct procure_contract see_contract(const struct world *world, uint32_t p,
                                            const struct planned *end,
                                            int64_t review_ms)
{
    const struct pool *pool = &world->fleet.pools[p];
    int64_t now_unix_ms = world->scenario->start_unix_ms + world->now_ms;
    int64_t notice_ms = calendar_add(now_unix_ms, pool->spec->notice) - now_unix_ms;
    int64_t left_ms = end->at_ms - world->now_ms, rate = end->terms.price_rate;
    bool leaves = end->at_ms < end->terms.until_ms;
    /* Only where the plan does not say: contracts that go on, prices that move. */
    const struct asset *asset =
        end->gpus == 0 || pool->prices ? find_asset(world, p, end->terms.number) : NULL;
    if (asset)
        rate = asset_rate(asset, RATE_RENT) + asset->prepaid_rate;
    return (struct procure_contract){
        .gpus = end->gpus == 0 && asset ? asset->gpus : -end->gpus,
        .ends_in_ms = left_ms,
        .leaves = leaves,
        .last_call = left_ms <= review_ms && !leaves,
        .price_usd_per_gpu_h = billed(pool->spec, rate),
        .market_usd_per_gpu_h = billed(pool->spec, renewed_rate(world, p, end, rate)),
        .exit_in_ms = notice_ms,
        .exit_usd_per_gpu = notice_ms < left_ms && !leaves
                                ? exit_usd(pool->spec, rate, left_ms - notice_ms)
                                : -1,
    };
}

/* Contracts that run, in order of their ends. */
static void see_contracts(struct world *world, struct review *review,
                          struct procure_view *view)
{
    const struct plan *plan = &world->plans[review->pool];
    make_room(world, review, plan->n - plan->next);
    for (uint32_t i = plan->next; i < plan->n; i++) {
        const struct planned *end = &plan->items[i];
        if (end->event != EVENT_CONTRACT_END || end->cancelled ||
            end->terms.from_ms > world->now_ms)
            continue;
        uint32_t at = view->n_contracts++;
        review->contract_renews[at] = false;
        review->contract_numbers[at] = end->terms.number;
        review->contracts[at] = see_contract(world, review->pool, end, view->review_ms);
    }
    view->contracts = review->contracts;
}

void review_see(struct world *world, struct review *review, struct procure_view *view)
{
    uint32_t p = review->pool;
    const struct pool *pool = &world->fleet.pools[p];
    int64_t busy_elastic = 0;
    for (uint32_t e = 0; e < world->fleet.n_pools; e++)
        if (world->fleet.pools[e].elastic)
            busy_elastic += world->fleet.pools[e].busy_gpus;
    *view = (struct procure_view){
        .now_ms = world->now_ms,
        .start_unix_ms = world->scenario->start_unix_ms,
        .now_unix_ms = world->scenario->start_unix_ms + world->now_ms,
        .review = review->number,
        .review_ms = review_date_ms(world, p, review->number + 2) - world->now_ms,
        .leases = pool->spec->tenure == TENURE_LEASE,
        .in_service_gpus = pool->target_gpus,
        .on_order_gpus = orders_pending(world, p),
        .draining_gpus = pool->capacity_gpus - pool->target_gpus,
        .busy_gpus = pool->busy_gpus,
        .waiting_gpus = pool->wanted_gpus + levels_lacking(world, p),
        .elastic_gpus = busy_elastic,
        .lead_ms = lead_ms_of(pool->spec),
        .term_ms = review_term_ms(world, p),
        .unit_gpus = review_unit(pool),
        .max_gpus = pool->spec->procure.max_gpus,
        .costs = review_costs(world, p),
        .history = review->history,
        .n_history = review->n_history,
    };
    view->leaving_gpus = leaving_gpus(world, p, view->lead_ms);
    see_contracts(world, review, view);
}
