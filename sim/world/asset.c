#include "world/asset.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>

#include "world/market.h"

static const struct lot *lot_of(const struct asset *asset)
{
    return &asset->pool->lots[asset->lot];
}

static bool is_lot(const struct asset *asset)
{
    return asset->pool->spec->tenure == TENURE_OWN;
}

struct reading asset_capacity(const struct asset *asset, int64_t now_ms)
{
    const struct pool *pool = asset->pool;
    if (asset->lot == LOT_NONE)
        return (struct reading){0, 0};
    if (pool->elastic || pool->n_lots <= 1)
        return integral_read(&pool->capacity, now_ms);
    return integral_read(&lot_of(asset)->below[GPU_STATES - 1], now_ms);
}

struct reading asset_busy(const struct asset *asset, int64_t now_ms)
{
    const struct pool *pool = asset->pool;
    if (asset->lot == LOT_NONE)
        return (struct reading){0, 0};
    if (!pool->elastic && pool->n_lots > 1)
        return integral_read(&lot_of(asset)->below[1], now_ms);
    struct reading useful = integral_read(&pool->state[GPU_BUSY_USEFUL], now_ms);
    struct reading overhead = integral_read(&pool->state[GPU_BUSY_OVERHEAD], now_ms);
    return (struct reading){useful.sum + overhead.sum,
                            useful.moment2 + overhead.moment2};
}

struct reading asset_surplus(const struct asset *asset, int64_t now_ms)
{
    return integral_read(&asset->pool->surplus, now_ms);
}

struct reading asset_setup(const struct asset *asset, int64_t now_ms)
{
    return integral_read(&asset->setup, now_ms);
}

/* Busy GPU-time, where the book value depends on it. */
static struct reading book_use(const struct asset *asset, int64_t now_ms)
{
    if (asset->pool->spec->depreciation.method != DEPRECIATION_UNITS)
        return (struct reading){0, 0};
    return asset_busy(asset, now_ms);
}

static int64_t book_of(const struct asset *asset, int64_t now_ms)
{
    return book_at(&asset->book, now_ms, book_use(asset, now_ms));
}

/* Age counts from service; a spare ages from its delivery. */
static int64_t years_age_ms(const struct asset *asset, int64_t now_ms)
{
    int64_t from_ms = asset->is_spare ? asset->delivered_ms : asset->in_service_ms;
    return now_ms > from_ms ? now_ms - from_ms : 0;
}

/* What so many GPUs, new, are worth at the asset's age: by what they cost, which is
 * `server_uusd` of all, or by what new servers cost on the market now. */
static int64_t market_value(const struct asset *asset, int64_t gpus, int64_t now_ms)
{
    double age_y = (double)years_age_ms(asset, now_ms) / (double)MS_PER_Y;
    double frac = gpu_class_value_frac(asset->pool->spec->class, age_y);
    const struct pool_prices *prices = asset->pool->prices;
    if (!prices || prices->server_uusd < 0)
        return llround((double)asset->server_uusd * frac);
    double servers = (double)gpus / (double)asset->pool->spec->gpus_per_server;
    return llround(fmin((double)prices->server_uusd * servers * frac, 1e18));
}

/* What servers cost that come at a price of their own or at the pool's. */
static void price_lot(struct asset *asset, const struct lot_terms *terms)
{
    const struct pool_spec *spec = asset->pool->spec;
    int64_t own = terms->server_price_uusd, gpus = asset->gpus;
    int64_t server = own ? own : spec->server_price_uusd;
    if (own && spec->server_price_uusd > 0)
        asset->price_scale = (double)own / (double)spec->server_price_uusd;
    asset->server_uusd =
        (int64_t)divide_rounded((int128)server * gpus, spec->gpus_per_server);
    asset->price_uusd =
        own ? llround((double)spec->capex_uusd_per_gpu * asset->price_scale) * gpus
            : spec->capex_uusd_per_gpu * gpus;
    asset->residual_uusd =
        own ? llround((double)spec->residual_uusd_per_gpu * asset->price_scale) * gpus
            : spec->residual_uusd_per_gpu * gpus;
}

/* How an owned lot comes in: bought now, or brought in at book, market or nothing. */
static void begin_lot(struct asset *asset, const struct scenario *scenario,
                      int64_t now_ms)
{
    const struct pool_spec *spec = asset->pool->spec;
    bool first = lot_of(asset)->terms.first;
    int64_t start = scenario->start_unix_ms;

    asset->in_service_ms = first ? spec->in_service_ms : now_ms;
    int64_t life_from = asset->in_service_ms;
    if (first && spec->opening == OPENING_PURCHASE)
        life_from = now_ms;
    int64_t life_end = calendar_add(start + life_from, spec->life) - start;
    struct book_start begin = {
        .value_uusd = asset->price_uusd - asset->impairment_uusd, /* of a spare */
        .residual_uusd = asset->residual_uusd,
        .now_ms = now_ms,
        .life_from_ms = life_from,
        .life_end_ms = life_end,
        .life_y =
            (double)spec->life.months / 12 + (double)spec->life.ms / (double)MS_PER_Y,
        .start_unix_ms = start,
        .gpus = asset->gpus,
        .use = book_use(asset, now_ms),
    };

    enum opening opening = first ? spec->opening : OPENING_PURCHASE;
    if (opening == OPENING_BOOK)
        begin.now_ms = life_from;
    else if (opening == OPENING_MARKET)
        begin.value_uusd = market_value(asset, asset->gpus, now_ms);
    else if (opening == OPENING_SUNK)
        begin.value_uusd = 0;
    book_begin(&asset->book, &spec->depreciation, &begin);
    if (opening == OPENING_BOOK)
        book_roll(&asset->book, now_ms, begin.use);
    if (opening == OPENING_PURCHASE)
        asset->purchase_uusd = asset->price_uusd - asset->deposit_uusd;
    else
        asset->opening_uusd = book_at(&asset->book, now_ms, begin.use);
}

static void init(struct asset *asset, const struct pool *pool, uint32_t number,
                 uint32_t lot, int64_t now_ms)
{
    *asset = (struct asset){.pool = pool,
                            .lot = lot,
                            .ordered_ms = now_ms,
                            .delivered_ms = now_ms,
                            .begin_ms = now_ms,
                            .in_service_ms = now_ms,
                            .book_mark_ms = now_ms,
                            .left_ms = NEVER_MS,
                            .price_scale = 1};
    if (!pool->elastic)
        snprintf(asset->name, sizeof asset->name, "%s %u",
                 is_lot(asset) ? "lot" : "contract", number + 1);
}

static void begin_quantities(struct asset *asset, int64_t now_ms)
{
    asset->posted_capacity = asset_capacity(asset, now_ms);
    asset->posted_busy = asset_busy(asset, now_ms);
    asset->posted_rent = asset_rented(asset, now_ms);
}

void asset_begin(struct asset *asset, const struct pool *pool, uint32_t number,
                 uint32_t lot, const struct scenario *scenario, int64_t now_ms)
{
    init(asset, pool, number, lot, now_ms);
    if (!pool->elastic) {
        asset->gpus = asset->first_gpus = pool->lots[lot].first_gpus;
        if (is_lot(asset)) {
            price_lot(asset, &pool->lots[lot].terms);
            begin_lot(asset, scenario, now_ms);
        } else {
            asset_sign(asset, scenario);
        }
    }
    asset_begin_rates(asset, now_ms);
    begin_quantities(asset, now_ms);
}

/* Since the mark, in micro-USD ms, of what is paid and not in service yet. */
static double building_integral(const struct asset *asset, int64_t now_ms)
{
    return (double)asset->building_uusd * (double)(now_ms - asset->book_mark_ms);
}

/* The capital charge of the book value up to now is settled. */
static void settle_book(struct asset *asset, const struct asset_terms *terms,
                        struct reading use, int64_t now_ms)
{
    asset->capital_uusd +=
        terms->charge_per_ms *
        (book_integral(&asset->book, asset->book_mark_ms, now_ms, use) +
         building_integral(asset, now_ms));
    asset->book_mark_ms = now_ms;
    book_mark(&asset->book, use);
}

void asset_break(struct asset *asset, const struct asset_terms *terms, int64_t now_ms)
{
    if (asset->impaired)
        book_break(&asset->unimpaired, now_ms, book_use(asset, now_ms));
    if (!is_lot(asset) || book_next_break_ms(&asset->book) != now_ms ||
        now_ms >= asset->book.end_ms)
        return;
    struct reading use = book_use(asset, now_ms);
    settle_book(asset, terms, use, now_ms);
    book_break(&asset->book, now_ms, use);
}

void asset_impair(struct asset *asset, int64_t value_uusd,
                  const struct asset_terms *terms, int64_t now_ms)
{
    struct reading use = book_use(asset, now_ms);
    settle_book(asset, terms, use, now_ms);
    if (asset->lot == LOT_NONE) {
        asset->impairment_uusd += asset->building_uusd - value_uusd;
        asset->building_uusd = value_uusd;
        return;
    }
    if (!asset->impaired)
        asset->unimpaired = asset->book;
    asset->impaired = true;
    asset->impairment_uusd += book_at(&asset->book, now_ms, use) - value_uusd;
    book_set(&asset->book, value_uusd, now_ms, use);
}

void asset_order(struct asset *asset, const struct pool *pool, uint32_t number,
                 int64_t gpus, const struct lot_terms *terms, int64_t now_ms)
{
    init(asset, pool, number, LOT_NONE, now_ms);
    asset->gpus = asset->first_gpus = gpus;
    asset->is_spare = terms->spare;
    asset->delivered_ms = asset->begin_ms = NEVER_MS;
    price_lot(asset, terms);
    asset->deposit_uusd = llround((double)asset->price_uusd * pool->spec->deposit_frac);
    asset->building_uusd = asset->deposit_uusd;
    asset_begin_rates(asset, now_ms);
}

void asset_deliver(struct asset *asset, const struct asset_terms *terms, int64_t now_ms)
{
    settle_book(asset, terms, (struct reading){0, 0}, now_ms);
    asset->delivered_ms = now_ms;
    asset->purchase_uusd = asset->price_uusd - asset->deposit_uusd;
    asset->building_uusd = asset->price_uusd;
    integral_set(&asset->setup, now_ms, asset->gpus);
}

void asset_commission(struct asset *asset, uint32_t lot,
                      const struct asset_terms *terms, const struct scenario *scenario,
                      int64_t now_ms)
{
    settle_book(asset, terms, (struct reading){0, 0}, now_ms);
    integral_set(&asset->setup, now_ms, 0);
    asset->building_uusd = 0;
    asset->lot = lot;
    asset->begin_ms = now_ms;
    begin_lot(asset, scenario, now_ms);
    begin_quantities(asset, now_ms);
}

static void dispose(struct asset *asset, int64_t gpus, int64_t brings,
                    const struct asset_terms *terms, int64_t now_ms)
{
    int64_t of = asset->gpus;
    struct reading use = book_use(asset, now_ms);
    asset->gpus -= gpus;
    settle_book(asset, terms, use, now_ms);
    int64_t part = book_cut(&asset->book, gpus, of, now_ms, use);
    if (asset->impaired)
        (void)book_cut(&asset->unimpaired, gpus, of, now_ms, use);
    asset->resale_uusd -= brings;
    asset->disposal_uusd += part - brings;
    asset->sold_ms = now_ms;
    asset->server_uusd -= part_of(asset->server_uusd, gpus, of);
    asset->price_uusd -= part_of(asset->price_uusd, gpus, of);
}

void asset_retire(struct asset *asset, int64_t gpus, const struct asset_terms *terms,
                  int64_t now_ms)
{
    int64_t of = asset->gpus;
    assert(gpus > 0 && gpus <= of);
    if (!is_lot(asset)) {
        asset->gpus -= gpus;
        return; /* a contract's prepayment has expired with it */
    }
    int64_t market = part_of(market_value(asset, of, now_ms), gpus, of);
    int64_t cost = llround((double)market * asset->pool->spec->selling_cost_frac);
    dispose(asset, gpus, market - cost, terms, now_ms);
}

void asset_lose(struct asset *asset, int64_t gpus, double salvage_frac,
                const struct asset_terms *terms, int64_t now_ms)
{
    int64_t of = asset->gpus;
    assert(is_lot(asset) && gpus > 0 && gpus <= of);
    int64_t market = part_of(market_value(asset, of, now_ms), gpus, of);
    dispose(asset, gpus, llround((double)market * salvage_frac), terms, now_ms);
}

struct reading asset_rented(const struct asset *asset, int64_t now_ms)
{
    return asset->rent_by_start ? integral_read(&asset->rent, now_ms)
                                : asset_capacity(asset, now_ms);
}

static int128 metered(const struct asset *asset, enum rate rate, struct reading reading)
{
    return meter_read(&asset->meter[rate], reading.sum);
}

/* Where the rent of a pool is posted. */
static enum account rent_account(const struct pool *pool)
{
    if (!pool->elastic)
        return ACCOUNT_RENT;
    return pool->spec->tenure == TENURE_SPOT ? ACCOUNT_SPOT : ACCOUNT_ON_DEMAND;
}

int64_t asset_read(const struct asset *asset, enum account account, int64_t now_ms)
{
    struct reading capacity = asset_capacity(asset, now_ms);
    switch (account) {
    case ACCOUNT_PURCHASE: return asset->purchase_uusd;
    case ACCOUNT_RESALE: return asset->resale_uusd;
    case ACCOUNT_DEPRECIATION:
        return book_written_off(&asset->book, now_ms, book_use(asset, now_ms));
    case ACCOUNT_DISPOSAL: return asset->disposal_uusd;
    case ACCOUNT_IMPAIRMENT: return asset->impairment_uusd;
    case ACCOUNT_CONSTRUCTION:
    case ACCOUNT_FACILITY: return 0; /* facility.c */
    case ACCOUNT_COLOCATION: return meter_uusd(metered(asset, RATE_COLO, capacity));
    case ACCOUNT_ENERGY:
        return meter_uusd(metered(asset, RATE_IDLE_POWER, capacity) +
                          metered(asset, RATE_BUSY_POWER, asset_busy(asset, now_ms)));
    case ACCOUNT_SUPPORT: return meter_uusd(metered(asset, RATE_SUPPORT, capacity));
    case ACCOUNT_STAFF: return meter_uusd(metered(asset, RATE_STAFF, capacity));
    case ACCOUNT_INSURANCE: return meter_uusd(metered(asset, RATE_INSURANCE, capacity));
    case ACCOUNT_SOFTWARE: return meter_uusd(metered(asset, RATE_SOFTWARE, capacity));
    case ACCOUNT_SECURITY: return meter_uusd(metered(asset, RATE_SECURITY, capacity));
    case ACCOUNT_PREPAYMENT: return asset->prepayment_uusd;
    case ACCOUNT_PREPAID_RENT:
        return asset->prepayment_uusd - schedule_at(&asset->prepaid, now_ms);
    case ACCOUNT_DEPOSIT: return asset->deposit_uusd;
    case ACCOUNT_EXIT_FEE: return asset->exit_fee_uusd;
    case ACCOUNT_COMMISSIONING:
        return meter_uusd(metered(asset, RATE_SETUP, asset_setup(asset, now_ms)));
    case ACCOUNT_RENT:
    case ACCOUNT_ON_DEMAND:
    case ACCOUNT_SPOT:
        if (account != rent_account(asset->pool))
            return 0;
        return meter_uusd(metered(asset, RATE_RENT, asset_rented(asset, now_ms)));
    case ACCOUNT_RENT_USED: return asset->rent_used_uusd;
    case ACCOUNT_DEMAND_CHARGE: return asset->demand_uusd;
    case ACCOUNT_EXTRAS:
        return meter_uusd(
            asset->extras_used +
            metered(asset, RATE_EXTRAS, asset_rented(asset, now_ms)) +
            metered(asset, RATE_EXTRAS_SURPLUS, asset_surplus(asset, now_ms)));
    case ACCOUNT_SURPLUS:
        return meter_uusd(metered(asset, RATE_SURPLUS, asset_surplus(asset, now_ms)));
    case ACCOUNT_CAPITAL:
    case ACCOUNT_SERVICE_DELAY:
    case ACCOUNT_SERVICE_MISS:
    case ACCOUNTS_ALL:
    case ACCOUNTS: break;
    }
    assert(!"an account of its own");
    return 0;
}

int64_t asset_settle_use(struct asset *asset, int64_t now_ms)
{
    const struct pool_spec *spec = asset->pool->spec;
    if (spec->tenure != TENURE_LEASE || spec->per_use_frac == 0)
        return 0;
    int64_t all = asset_capacity(asset, now_ms).sum - asset->posted_capacity.sum;
    int64_t used = asset_busy(asset, now_ms).sum - asset->posted_busy.sum;
    int64_t above = used - (all - llround((double)all * spec->per_use_frac));
    asset->rent_used_gpu_ms = above > 0 ? above : 0;
    int64_t amount = meter_uusd((int128)asset->rent_rate * asset->rent_used_gpu_ms);
    int64_t extras = asset_read(asset, ACCOUNT_EXTRAS, now_ms);
    asset->rent_used_uusd += amount;
    asset->extras_used +=
        (int128)pool_extras(spec, asset->rent_rate) * asset->rent_used_gpu_ms;
    return amount + asset_read(asset, ACCOUNT_EXTRAS, now_ms) - extras;
}

double asset_capital(const struct asset *asset, const struct asset_terms *terms,
                     int64_t now_ms)
{
    if (terms->charge_per_ms == 0)
        return 0;
    double held = book_integral(&asset->book, asset->book_mark_ms, now_ms,
                                book_use(asset, now_ms)) +
                  schedule_integral(&asset->prepaid, asset->book_mark_ms, now_ms) +
                  building_integral(asset, now_ms) - asset_payables(asset, now_ms);
    return asset->capital_uusd + terms->charge_per_ms * held;
}

int64_t asset_economic(const struct asset *asset, const struct asset_terms *terms,
                       int64_t now_ms)
{
    int64_t total = llround(asset_capital(asset, terms, now_ms));
    for (int a = 0; a < ACCOUNTS; a++)
        if (a != ACCOUNT_CAPITAL && account_has_basis((enum account)a, BASIS_ECONOMIC))
            total += asset_read(asset, (enum account)a, now_ms);
    return total;
}

double asset_invested(const struct asset *asset, int64_t now_ms)
{
    double bills = 0;
    for (int a = 0; a < ACCOUNTS; a++)
        if (account_has_basis((enum account)a, BASIS_CASH) &&
            account_has_basis((enum account)a, BASIS_ACCRUAL) &&
            !account_is_lump((enum account)a))
            bills += (double)(asset_read(asset, (enum account)a, now_ms) -
                              asset->posted_uusd[a][BASIS_CASH]);
    return (double)(book_of(asset, now_ms) + asset->building_uusd) +
           (double)schedule_at(&asset->prepaid, now_ms) - bills;
}

void asset_pay(struct asset *asset, const struct asset_terms *terms, int64_t now_ms)
{
    asset->capital_uusd = asset_capital(asset, terms, now_ms);
    asset->book_mark_ms = now_ms;
    book_mark(&asset->book, book_use(asset, now_ms));
    asset_pay_debts(asset, now_ms);
}

int64_t asset_book_uusd(const struct asset *asset, int64_t now_ms)
{
    return book_of(asset, now_ms) + asset->building_uusd +
           schedule_at(&asset->prepaid, now_ms);
}

int64_t asset_fair_uusd(const struct asset *asset, int64_t now_ms)
{
    return market_value(asset, asset->gpus, now_ms);
}

int64_t asset_market_uusd(const struct asset *asset, int64_t now_ms)
{
    const struct pool_spec *spec = asset->pool->spec;
    if (asset->pool->elastic)
        return 0;
    bool stands_by = asset->is_spare && asset->delivered_ms != NEVER_MS;
    if (is_lot(asset) && asset->lot == LOT_NONE && !stands_by)
        return asset->building_uusd; /* what was paid stands for what will come */
    if (is_lot(asset)) {
        int64_t value = market_value(asset, asset->gpus, now_ms);
        return value - llround((double)value * spec->selling_cost_frac);
    }
    if (asset->gpus == 0)
        return 0;
    return asset_lease_uusd(asset, now_ms);
}

int128 asset_energy(const struct asset *asset, int64_t now_ms)
{
    const struct pool_spec *spec = asset->pool->spec;
    if (!is_lot(asset))
        return 0;
    return (int128)spec->idle_mw * asset_capacity(asset, now_ms).sum +
           (int128)spec->busy_mw * asset_busy(asset, now_ms).sum;
}
