/* A pool's own data centre, as a scenario says it. */

#include <math.h>

#include "input/scenario_parts.h"

struct facility_input {
    int64_t uusd_per_mw, mw, running_uusd_per_y;
    struct span build_time, life;
    int64_t ready_unix_ms;
    double residual_frac;
};

#define FACILITY struct facility_input
const struct param facility_params[] = {
    {PARAM_EXACT_IN(
        DIM_USD_PER_MW, FACILITY, "usd_per_mw", uusd_per_mw, "11.7 MUSD/MW", 1, 1e15,
        "shell, power and cooling; mean of 19 markets of the United States, "
        "2025 (Cushman & Wakefield)")},
    {PARAM_EXACT_IN(DIM_POWER, FACILITY, "mw", mw, "", 1, 1e14,
                    "its size; default: the nameplate power of the most GPUs that are "
                    "planned, with the fabric")},
    {PARAM_TERM(FACILITY, "build_time", build_time, "24mo", 8.64e7, 1e12,
                "over which it is built and paid, before it is ready")},
    {PARAM_INSTANT(FACILITY, "ready", ready_unix_ms, "",
                   "from when it serves; default: the scenario's start")},
    {PARAM_TERM(FACILITY, "life", life, "15y", 8.64e7, 6.4e12,
                "book life, straight line; assumed")},
    {PARAM_FRACTION(FACILITY, "residual", residual_frac, "0 %", 0, 1,
                    "of its cost, at the end of that life")},
    {PARAM_EXACT_IN(DIM_USD_PER_Y, FACILITY, "running", running_uusd_per_y, "0 USD/y",
                    0, 1e16, "staff and upkeep of the building, in all")},
    PARAMS_END,
};

/* Of what is planned; what is ordered on dates counts as there from the start. */
static int64_t most_gpus(const struct pool_spec *pool)
{
    int64_t gpus = pool->gpus, most;
    for (size_t i = 0; i < pool->n_orders; i++)
        gpus += pool->orders[i].gpus;
    most = gpus;
    for (size_t i = 0; i < pool->n_changes; i++) {
        gpus += pool->changes[i].gpus;
        most = gpus > most ? gpus : most;
    }
    return most;
}

static double size_mw(const struct pool_spec *pool, const struct facility_input *in)
{
    double servers = (double)most_gpus(pool) / (double)pool->gpus_per_server;
    double nameplate = (double)pool->class->server_nameplate_mw / 1e9;
    return in->mw > 0 ? (double)in->mw / 1e9
                      : servers * nameplate * (1 + pool->fabric_power_frac);
}

static bool set_dates(const struct scenario *scenario, struct facility_spec *spec,
                      const struct facility_input *in, struct place place,
                      const char *path, struct error *err)
{
    int64_t start = scenario->start_unix_ms;
    int64_t ready = in->ready_unix_ms ? in->ready_unix_ms : start;
    spec->ready_ms = ready - start;
    if (spec->ready_ms > 200 * MS_PER_Y || spec->ready_ms < -200 * MS_PER_Y)
        return error_at(err, place, "%s.ready: it lies more than 200y from the start",
                        path);
    struct span back = {-in->build_time.months, -in->build_time.ms};
    spec->begin_ms = calendar_add(ready, back) - start;
    spec->life_end_ms = calendar_add(ready, in->life) - start;
    return true;
}

/* Servers need a place: none may come before there is one. */
static bool check_servers(const struct pool_spec *pool, struct place place,
                          const char *path, struct error *err)
{
    int64_t ready_ms = pool->facility.ready_ms;
    bool early = pool->gpus > 0 && ready_ms > 0;
    for (size_t i = 0; i < pool->n_changes; i++)
        early =
            early || (pool->changes[i].gpus > 0 && pool->changes[i].at_ms < ready_ms);
    return !early ||
           error_at(err, place,
                    "%s.ready: GPUs come before it; let them come later, in `changes`",
                    path);
}

bool pool_read_facility(struct scenario *scenario, struct pool_spec *pool,
                        const struct node *map, const char *path, struct error *err)
{
    const struct node *node = node_get(map, "facility");
    const char *key = arena_printf(&scenario->arena, "%s.facility", path);
    struct facility_input in = {0};
    if (!node || node_is_null(node))
        return true;
    if (node_get(map, "colo"))
        return error_at(err, node->place, "%s: give `colo` or `facility`, not both",
                        path);
    if (!scenario_read_section(scenario, facility_params, &in, node, key,
                               "{build_time: 24mo, life: 15y}", err) ||
        !set_dates(scenario, &pool->facility, &in, node_place(node, "ready"), key,
                   err) ||
        !check_servers(pool, node_place(node, "ready"), key, err))
        return false;
    double cost = size_mw(pool, &in) * (double)in.uusd_per_mw;
    if (cost > 1e18)
        return error_at(err, node->place,
                        "%s: it costs %.3g USD, above the limit of 1e12 USD", key,
                        cost / 1e6);
    pool->facility.on = true;
    pool->facility.cost_uusd = llround(cost);
    pool->facility.residual_uusd = llround(cost * in.residual_frac);
    pool->facility.running_uusd_per_y = in.running_uusd_per_y;
    pool->colo_nano_usd_per_kw_mo = 0;

    char text[QUANTITY_TEXT];
    quantity_write_exact(text, DIM_USD, pool->facility.cost_uusd);
    scenario_note(scenario, key, "cost", text, "derived");
    return true;
}
