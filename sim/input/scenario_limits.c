/* What only the whole scenario can show: sizes that multiply, and choices that meet. */

#include <math.h>
#include <string.h>

#include "input/scenario_parts.h"

static const struct node *pool_node(const struct scenario *scenario,
                                    const struct node *root, size_t i)
{
    return &node_get(root, "pools")->items[scenario->pools[i].entry];
}

/* Per GPU and hour, in nano-USD. */
static double running_rate(const struct pool_spec *pool)
{
    if (pool->tenure != TENURE_OWN)
        return (double)pool->price_rate * (1 + pool->extras_frac);
    return (double)pool->colo_rate + (double)pool->support_rate +
           (double)pool->staff_rate + (double)pool->insurance_rate +
           (double)pool->software_rate + (double)pool->security_rate +
           (double)pool->idle_power_rate + (double)pool->busy_power_rate;
}

/* Of losses the tenfold of what is expected, which infancy does not reach. */
#define LOSSES_AT_MOST 10

/* Spares, and servers that are bought for lost ones. */
static double replaced_usd(const struct pool_spec *pool, double span_ms)
{
    const struct failure_spec *failures = pool->failures;
    double servers = (double)pool->spares;
    if (failures && failures->replaces)
        servers += LOSSES_AT_MOST * failures->loss_frac *
                   failures->model->failure.rate_per_node_d(failures->params) *
                   span_ms / (double)MS_PER_D * (double)pool_largest_size(pool) /
                   (double)pool->gpus_per_server;
    return servers * (double)pool->server_price_uusd / 1e6 * (1 + pool->adder_frac);
}

static bool check_gpu_time(const struct scenario *scenario, const struct node *root,
                           struct error *err)
{
    for (size_t i = 0; i < scenario->n_pools && !scenario->until_idle; i++) {
        const struct pool_spec *pool = &scenario->pools[i];
        int64_t gpus = pool_largest_size(pool);
        if ((double)gpus * (double)scenario->horizon_ms > GPU_MS_MAX)
            return error_at(
                err, pool_node(scenario, root, i)->place,
                "pools.%s: %lld GPUs over the horizon are above 4e18 GPU-ms; "
                "%s",
                pool->name, (long long)gpus,
                tenure_is_elastic(pool->tenure)
                    ? "set a lower `limit`, or a shorter horizon"
                    : "use fewer GPUs, or a shorter horizon");
    }
    return true;
}

/* What the market may ask for all servers of a pool: 10,000,000 USD each at most. */
static bool check_market_price(const struct scenario *scenario, const struct node *root,
                               struct error *err)
{
    for (size_t i = 0; i < scenario->n_pools; i++) {
        const struct pool_spec *pool = &scenario->pools[i];
        double usd = 1e7 * (1 + pool->adder_frac) * (double)pool_largest_size(pool) /
                     (double)pool->gpus_per_server;
        if (pool->buys_at_market && usd > 1e12)
            return error_at(
                err, node_place(pool_node(scenario, root, i), "buy_at"),
                "pools.%s.buy_at: at the highest price of a market, 10 MUSD "
                "a server, its GPUs would cost %.3g USD, above the limit of "
                "1e12 USD",
                pool->name, usd);
    }
    return true;
}

/* Money must stay in int64 micro-USD: what a pool costs while it is held, at most. */
static bool check_running_cost(const struct scenario *scenario, const struct node *root,
                               struct error *err)
{
    for (size_t i = 0; i < scenario->n_pools; i++) {
        const struct pool_spec *pool = &scenario->pools[i];
        double span_ms = scenario->until_idle ? 0 : (double)scenario->horizon_ms;
        double replaced = replaced_usd(pool, span_ms);
        if (pool->tenure == TENURE_LEASE &&
            (double)(pool->until_ms - pool->from_ms) > span_ms)
            span_ms = (double)(pool->until_ms - pool->from_ms);
        double usd =
            running_rate(pool) * (double)pool_largest_size(pool) * span_ms / 3.6e15 +
            replaced;
        if (usd > 1e12)
            return error_at(
                err, pool_node(scenario, root, i)->place,
                "pools.%s: it would cost up to %.3g USD, above the limit of "
                "1e12 USD",
                pool->name, usd);
    }
    return true;
}

static struct place source_place(const struct scenario *scenario,
                                 const struct node *root, size_t i)
{
    if (scenario->demand[i].initial)
        return node_place(root, "initial");
    return node_get(root, "demand")->items[scenario->demand[i].element].place;
}

/* `scale` and `growth` together: how many copies of a job there may be. */
static bool check_copies(const struct scenario *scenario, const struct node *root,
                         struct error *err)
{
    for (size_t i = 0; i < scenario->n_demand; i++) {
        const struct demand_spec *demand = &scenario->demand[i];
        double years = scenario->until_idle
                           ? 200
                           : (double)scenario->horizon_ms / (double)MS_PER_Y;
        double growth = demand->growth_per_y > 0 ? demand->growth_per_y : 0;
        double copies = demand->scale * pow(1 + growth, growth > 0 ? years : 0);
        if (copies > 1e6)
            return error_at(
                err, source_place(scenario, root, i),
                "%s: `scale` and `growth` come to %.3g times the jobs by the "
                "end; at most 1e6",
                demand->label, copies);
    }
    return true;
}

static bool whole_servers(const struct pool_spec *pool, const struct node *map,
                          const char *key, int64_t gpus, struct error *err)
{
    if (gpus % pool->gpus_per_server == 0)
        return true;
    return error_at(
        err, node_place(map, key),
        "pools.%s: `placement: packed` needs whole servers of %lld GPUs; %lld "
        "is not a multiple",
        pool->name, (long long)pool->gpus_per_server, (long long)gpus);
}

static bool check_servers(const struct scenario *scenario, const struct node *root,
                          struct error *err)
{
    if (scenario->dispatch.placement != PLACEMENT_PACKED)
        return true;
    for (size_t i = 0; i < scenario->n_pools; i++) {
        const struct pool_spec *pool = &scenario->pools[i];
        const struct node *map = pool_node(scenario, root, i);
        if (tenure_is_elastic(pool->tenure))
            continue;
        if (!whole_servers(pool, map, "gpus", pool->gpus, err))
            return false;
        for (size_t k = 0; k < pool->n_changes; k++)
            if (!whole_servers(pool, &node_get(map, "changes")->items[k], "gpus",
                               pool->changes[k].gpus, err))
                return false;
        for (size_t k = 0; k < pool->n_orders; k++)
            if (!whole_servers(pool, &node_get(map, "orders")->items[k], "gpus",
                               pool->orders[k].gpus, err))
                return false;
    }
    return true;
}

/* How much longer a job of this source may last on the slowest pool. */
static double slowest(const struct scenario *scenario, const struct demand_spec *demand)
{
    double largest = 1;
    if (!demand->reference)
        return largest;
    double fastest = 0;
    for (size_t i = 0; i < demand->reference->n_speeds; i++)
        if (demand->reference->speeds[i].ratio > fastest)
            fastest = demand->reference->speeds[i].ratio;
    for (size_t i = 0; i < scenario->n_pools; i++) {
        const struct gpu_class *class = scenario->pools[i].class;
        for (size_t k = 0; k < class->n_speeds; k++)
            if (fastest / class->speeds[k].ratio > largest)
                largest = fastest / class->speeds[k].ratio;
    }
    return largest;
}

static bool check_jobs(const struct scenario *scenario, const struct node *root,
                       struct error *err)
{
    for (size_t i = 0; i < scenario->n_demand; i++) {
        const struct demand_spec *demand = &scenario->demand[i];
        const struct trace *trace = demand->trace;
        double factor = slowest(scenario, demand);
        for (size_t k = 0; trace && k < trace->n; k++) {
            const struct job *job = &trace->jobs[k];
            if ((double)job->gpus * (double)job->duration_ms * factor <= GPU_MS_MAX)
                continue;
            char number[16];
            return error_at(err, source_place(scenario, root, i),
                            "%s: job %s of %s needs more than 4e18 GPU-ms",
                            demand->label, trace_job_id(trace, job, number),
                            trace->path);
        }
    }
    return true;
}

static bool has_limits(const struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->n_demand; i++) {
        const struct demand_spec *demand = &scenario->demand[i];
        if (demand->trace ? demand->trace->has_limits : demand->limit_ratio > 0)
            return true;
    }
    return false;
}

/* Whether a decision looks at estimates at all. */
static bool estimates_matter(const struct dispatch_spec *dispatch)
{
    return dispatch->backfill == BACKFILL_EASY ||
           dispatch->backfill == BACKFILL_CONSERVATIVE ||
           strcmp(dispatch->order->name, "sjf") == 0 ||
           strcmp(dispatch->order->name, "ljf") == 0;
}

static void choose_estimate(struct scenario *scenario)
{
    struct dispatch_spec *dispatch = &scenario->dispatch;
    bool limits = has_limits(scenario);
    if (!scenario->estimate_given) {
        dispatch->estimate = limits ? ESTIMATE_LIMIT : ESTIMATE_ACTUAL;
        scenario_note(scenario, "dispatch", "estimate", limits ? "limit" : "actual",
                      limits ? "a source has limits" : "no source has limits");
    }
    if (dispatch->estimate == ESTIMATE_LIMIT && !limits)
        scenario_warn(scenario, "dispatch.estimate is limit, but no job has a limit: "
                                "durations are taken for them");
    if ((dispatch->estimate == ESTIMATE_ACTUAL || !limits) &&
        estimates_matter(dispatch))
        scenario_warn(scenario,
                      "clairvoyant: dispatch knows the durations of jobs, since "
                      "its estimate is `actual`; real schedulers do worse");
}

static bool has_workload(const struct demand_spec *demand, const char *workload)
{
    if (demand->workload && strcmp(demand->workload, workload) == 0)
        return true;
    const struct trace *trace = demand->trace;
    uint32_t id =
        trace ? names_find(&trace->names, workload, strlen(workload)) : NAMES_NONE;
    for (size_t k = 0; id != NAMES_NONE && k < trace->n_kinds; k++)
        if (trace->kinds[k].workload == id)
            return true;
    return false;
}

static bool level_has_workload(const struct level_spec *level, const char *workload)
{
    const struct level_trace *trace = level->trace;
    return (level->workload && strcmp(level->workload, workload) == 0) ||
           (trace &&
            names_find(&trace->names, workload, strlen(workload)) != NAMES_NONE);
}

bool scenario_has_workload(const struct scenario *scenario, const char *workload)
{
    for (size_t d = 0; d < scenario->n_demand; d++)
        if (has_workload(&scenario->demand[d], workload))
            return true;
    for (size_t l = 0; l < scenario->n_levels; l++)
        if (level_has_workload(&scenario->levels[l], workload))
            return true;
    return false;
}

/* A misspelt workload would change nothing without a word. */
static void warn_of_unknown_workloads(struct scenario *scenario)
{
    const struct dispatch_spec *dispatch = &scenario->dispatch;
    for (size_t i = 0; i < dispatch->n_prefer; i++) {
        const char *workload = dispatch->prefer[i].workload;
        if (workload && !scenario_has_workload(scenario, workload))
            scenario_warn(scenario,
                          "dispatch.prefer names the workload '%s', which no job has",
                          workload);
    }
}

/* A trace without the column would make `preempt` an empty word. */
static void warn_of_nobody_to_preempt(struct scenario *scenario)
{
    for (size_t d = 0; d < scenario->n_demand; d++) {
        const struct demand_spec *demand = &scenario->demand[d];
        if (demand->kind.preemptible)
            return;
        for (size_t k = 0; demand->trace && k < demand->trace->n_kinds; k++)
            if (demand->trace->kinds[k].preemptible)
                return;
    }
    for (size_t l = 0; l < scenario->n_levels; l++)
        if (scenario->levels[l].kind.preemptible)
            return;
    if (scenario->dispatch.preempt)
        scenario_warn(scenario,
                      "dispatch.preempt is on, but no job is preemptible: set "
                      "`preemptible: true` on a source of demand, or give its "
                      "trace the column");
}

bool scenario_check_limits(struct scenario *scenario, const struct node *root,
                           struct error *err)
{
    if (!check_gpu_time(scenario, root, err) || !check_servers(scenario, root, err) ||
        !check_running_cost(scenario, root, err) ||
        !check_market_price(scenario, root, err) ||
        !check_copies(scenario, root, err) || !check_jobs(scenario, root, err))
        return false;
    choose_estimate(scenario);
    warn_of_unknown_workloads(scenario);
    scenario_warn_waits(scenario);
    warn_of_nobody_to_preempt(scenario);
    return true;
}
