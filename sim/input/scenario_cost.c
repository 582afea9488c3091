/*
 * What an owned pool's parameters come to, per GPU and per hour.
 *
 * Each rate is computed in double and rounded once, to integer nano-USD per GPU-hour;
 * from there on the books are integers.  A year has 8,760 hours, a month 730.
 */

#include <assert.h>
#include <math.h>

#include "base/decimal.h"
#include "input/scenario_parts.h"

#define HOURS_PER_Y 8760.0

static int64_t rounded(double value)
{
    assert(value >= 0 && value < 9e18);
    return (int64_t)llround(value);
}

/* The figure of the class, without which an owned server has no running cost. */
static bool need_power(const struct pool_spec *pool, const struct node *map,
                       struct error *err)
{
    const struct gpu_class *class = pool->class;
    const char *missing = !class->server_idle_mw        ? "server_idle"
                          : !class->server_busy_mw      ? "server_busy"
                          : !class->server_nameplate_mw ? "server_nameplate"
                                                        : NULL;
    if (!missing)
        return true;
    return error_at(err, node_place(map, "class"),
                    "pools.%s.class: the catalogue has no `%s` for %s, so it cannot be "
                    "owned; add the figure in a file named by `catalog`",
                    pool->name, missing, class->name);
}

/* Money must stay in int64 micro-USD: 1e12 USD leaves room for every sum. */
static bool check_capital(const struct pool_spec *pool, const struct node *map,
                          struct error *err)
{
    double per_usd = (1 + pool->adder_frac) / (double)pool->gpus_per_server;
    double uusd = (double)pool->gpus * (double)pool->server_price_uusd * per_usd;
    for (size_t i = 0; i < pool->n_changes; i++) {
        const struct change_spec *change = &pool->changes[i];
        int64_t price = change->server_price_uusd ? change->server_price_uusd
                                                  : pool->server_price_uusd;
        if (change->gpus > 0)
            uusd += (double)change->gpus * (double)price * per_usd;
    }
    for (size_t i = 0; i < pool->n_orders; i++) {
        const struct order_spec *order = &pool->orders[i];
        int64_t price = order->server_price_uusd ? order->server_price_uusd
                                                 : pool->server_price_uusd;
        uusd += (double)order->gpus * (double)price * per_usd;
    }
    if (uusd <= 1e18)
        return true;
    return error_at(err, map->place,
                    "pools.%s: its GPUs cost %.3g USD, above the limit of 1e12 USD",
                    pool->name, uusd / 1e6);
}

/* mW at the meter per GPU: idle, and what work adds. */
static void meter_power(const struct pool_spec *pool, double *idle_mw, double *busy_mw)
{
    const struct gpu_class *class = pool->class;
    double gpus = (double)pool->gpus_per_server;
    double meter = (1 + pool->fabric_power_frac) * pool->pue / gpus;
    *idle_mw = (double)class->server_idle_mw * meter;
    *busy_mw = (double)(class->server_busy_mw - class->server_idle_mw) * meter;
}

void pool_power_rates(const struct pool_spec *pool, int64_t tariff_nano_usd_per_kwh,
                      int64_t *idle_rate, int64_t *busy_rate)
{
    double idle_mw, busy_mw;
    double nano_usd_per_mw_h = (double)tariff_nano_usd_per_kwh / 1e6;
    meter_power(pool, &idle_mw, &busy_mw);
    *idle_rate = rounded(idle_mw * nano_usd_per_mw_h);
    *busy_rate = rounded(busy_mw * nano_usd_per_mw_h);
}

static void derive_power(struct pool_spec *pool)
{
    double idle_mw, busy_mw;
    meter_power(pool, &idle_mw, &busy_mw);
    pool->idle_mw = rounded(idle_mw);
    pool->busy_mw = rounded(busy_mw);
    pool_power_rates(pool, pool->tariff_nano_usd_per_kwh, &pool->idle_power_rate,
                     &pool->busy_power_rate);
}

static void note_rate(struct scenario *scenario, const char *path, const char *key,
                      enum dimension dim, int64_t value)
{
    char text[QUANTITY_TEXT];
    quantity_write_exact(text, dim, value);
    scenario_note(scenario, path, key, text, "derived");
}

static void note_all(struct scenario *scenario, const struct pool_spec *pool)
{
    const char *path = arena_printf(&scenario->arena, "pools.%s", pool->name);
    const struct {
        const char *key;
        enum dimension dim;
        int64_t value;
    } notes[] = {
        {"capex_per_gpu", DIM_USD, pool->capex_uusd_per_gpu},
        {"residual_per_gpu", DIM_USD, pool->residual_uusd_per_gpu},
        {"colo_rate", DIM_USD_PER_GPU_H, pool->colo_rate},
        {"support_rate", DIM_USD_PER_GPU_H, pool->support_rate},
        {"staff_rate", DIM_USD_PER_GPU_H, pool->staff_rate},
        {"insurance_rate", DIM_USD_PER_GPU_H, pool->insurance_rate},
        {"software_rate", DIM_USD_PER_GPU_H, pool->software_rate},
        {"security_rate", DIM_USD_PER_GPU_H, pool->security_rate},
        {"idle_power_rate", DIM_USD_PER_GPU_H, pool->idle_power_rate},
        {"busy_power_rate", DIM_USD_PER_GPU_H, pool->busy_power_rate},
        {"idle_power", DIM_POWER, pool->idle_mw},
        {"busy_power", DIM_POWER, pool->busy_mw},
    };
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++)
        note_rate(scenario, path, notes[i].key, notes[i].dim, notes[i].value);
}

bool pool_derive_cost(struct scenario *scenario, struct pool_spec *pool,
                      const struct node *map, struct error *err)
{
    if (!need_power(pool, map, err) || !check_capital(pool, map, err))
        return false;

    double gpus = (double)pool->gpus_per_server;
    double server_uusd = (double)pool->server_price_uusd;
    double capex = server_uusd * (1 + pool->adder_frac) / gpus;
    pool->capex_uusd_per_gpu = rounded(capex);
    pool->residual_uusd_per_gpu = rounded(server_uusd * pool->residual_frac / gpus);

    double nameplate_kw = (double)pool->class->server_nameplate_mw / 1e6;
    double colo_per_h = (double)pool->colo_nano_usd_per_kw_mo * 12 / HOURS_PER_Y;
    pool->colo_rate =
        rounded(colo_per_h * nameplate_kw * (1 + pool->fabric_power_frac) / gpus);
    double capex_nano_per_h = capex * 1e3 / HOURS_PER_Y;
    pool->support_rate = rounded(pool->support_frac_per_y * capex_nano_per_h);
    pool->insurance_rate = rounded(pool->insurance_frac_per_y * capex_nano_per_h);
    pool->staff_rate = rounded((double)pool->fte_uusd_per_y * 1e3 /
                               (double)pool->gpus_per_fte / HOURS_PER_Y);
    pool->software_rate =
        rounded((double)pool->software_uusd_per_y * 1e3 / HOURS_PER_Y);
    pool->security_rate =
        rounded((double)pool->security_uusd_per_y * 1e3 / HOURS_PER_Y);
    derive_power(pool);
    note_all(scenario, pool);
    return true;
}
