/* `tenure check`: what market values imply at the horizon. */

#include "cli/resale.h"

#include "base/calendar.h"
#include "cli/cli.h"
#include "world/market.h"

struct resale {
    double server_usd, frac, age_y, gpu_usd;
};

/* The market's price of a new server at the horizon. */
static double price_then(const struct scenario *scenario,
                         const struct market_spec *spec)
{
    struct arena arena = {0};
    struct markets markets;
    markets_init(&markets, scenario, 0, scenario->horizon_ms, &arena);
    struct market *market = &markets.items[spec - scenario->markets];
    while (market->more)
        market_advance(market, scenario->start_unix_ms, scenario->horizon_ms);
    double usd = (double)market->value / 1e6;
    arena_free(&arena);
    return usd;
}

static bool resale_of(const struct scenario *scenario, const struct pool_spec *pool,
                      struct resale *resale)
{
    if (scenario->until_idle || pool->tenure != TENURE_OWN || !pool->value_market)
        return false;
    resale->server_usd = price_then(scenario, pool->value_market);
    resale->age_y =
        (double)(scenario->horizon_ms - pool->in_service_ms) / (double)MS_PER_Y;
    resale->frac = gpu_class_value_frac(pool->class, resale->age_y);
    resale->gpu_usd = resale->server_usd * resale->frac / (double)pool->gpus_per_server;
    return true;
}

void resale_print(const struct scenario *scenario, FILE *out)
{
    struct resale resale;
    for (size_t i = 0; i < scenario->n_pools; i++) {
        const struct pool_spec *pool = &scenario->pools[i];
        char text[400];
        if (!resale_of(scenario, pool, &resale))
            continue;
        snprintf(text, sizeof text,
                 "%s: %.0f USD per GPU at the horizon, before selling cost: a new "
                 "server of %d GPUs is %.0f USD then, times %.1f %% at an age of "
                 "%.1f years",
                 pool->name, resale.gpu_usd, (int)pool->gpus_per_server,
                 resale.server_usd, 100 * resale.frac, resale.age_y);
        fputs("  resale          ", out);
        cli_wrap(text, 18, 18, 80, out);
    }
}

json_t *resale_json(const struct scenario *scenario)
{
    struct resale resale;
    json_t *root = NULL;
    for (size_t i = 0; i < scenario->n_pools; i++) {
        if (!resale_of(scenario, &scenario->pools[i], &resale))
            continue;
        root = root ? root : json_object();
        json_object_set_new(root, scenario->pools[i].name, json_real(resale.gpu_usd));
    }
    return root;
}
