#include "base/procure.h"

#include <assert.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

const char *const procure_action_names[] = {
    [PROCURE_BUY] = "buy",     [PROCURE_LEASE] = "lease", [PROCURE_RETIRE] = "retire",
    [PROCURE_RENEW] = "renew", [PROCURE_EXIT] = "exit",   [PROCURE_ACTIONS] = NULL,
};
const char *const procure_measure_names[] = {
    [PROCURE_NOW] = "now", [PROCURE_MEAN] = "mean", [PROCURE_MAX] = "max", NULL};
const char *const procure_renewal_names[] = {
    [PROCURE_RENEW_BUSY] = "busy",
    [PROCURE_RENEW_ALWAYS] = "always",
    [PROCURE_RENEW_NEVER] = "never",
    [PROCURE_RENEW_MARKET] = "market",
    NULL,
};
const char *const procure_retirement_names[] = {[PROCURE_RETIRE_NEVER] = "never",
                                                [PROCURE_RETIRE_IDLE] = "idle",
                                                [PROCURE_RETIRE_COST] = "cost",
                                                NULL};

double procure_period_gpus(const struct procure_common *common,
                           const struct procure_period *period)
{
    if (common->measure == PROCURE_MAX)
        return (double)(common->elastic ? period->demand_max_gpus
                                        : period->wanted_max_gpus);
    return period->wanted_mean_gpus + (common->elastic ? period->elastic_mean_gpus : 0);
}

double procure_demand_gpus(const struct procure_common *common,
                           const struct procure_view *view)
{
    if (common->measure == PROCURE_NOW)
        return (double)(view->busy_gpus + view->waiting_gpus +
                        (common->elastic ? view->elastic_gpus : 0));
    double most = 0, area = 0, length_ms = 0;
    for (uint32_t i = 0; i < view->n_history && i < common->window; i++) {
        const struct procure_period *period = &view->history[view->n_history - 1 - i];
        double gpus = procure_period_gpus(common, period);
        double ms = (double)(period->end_ms - period->begin_ms);
        most = fmax(most, gpus);
        area += gpus * ms;
        length_ms += ms;
    }
    if (common->measure == PROCURE_MAX)
        return most;
    return length_ms > 0 ? area / length_ms : 0;
}

bool procure_order(struct procure_orders *orders, struct procure_order order)
{
    if (orders->n == orders->room)
        return false;
    orders->items[orders->n++] = order;
    return true;
}

/* Whether a contract goes on, where `others` GPUs stay without it. */
static bool renews(const struct procure_common *common, const struct procure_view *view,
                   const struct procure_contract *contract, double demand_gpus,
                   int64_t others)
{
    double served = fmin(demand_gpus - (double)others, (double)contract->gpus);
    double rent = view->costs.rent_usd_per_gpu_h;
    switch (common->renew) {
    case PROCURE_RENEW_ALWAYS: return true;
    case PROCURE_RENEW_NEVER: return false;
    case PROCURE_RENEW_MARKET:
        return served > 0 &&
               (rent <= 0 || contract->market_usd_per_gpu_h * (double)contract->gpus <=
                                 rent * served);
    default: return served > 0;
    }
}

int64_t procure_position(const struct procure_common *common,
                         const struct procure_view *view, double demand_gpus,
                         struct procure_orders *orders)
{
    static const char *const reasons[] = {
        [PROCURE_RENEW_BUSY] = "demand needs it",
        [PROCURE_RENEW_ALWAYS] = "always renewed",
        [PROCURE_RENEW_MARKET] = "cheaper than elastic capacity",
    };
    int64_t position = view->in_service_gpus + view->on_order_gpus - view->leaving_gpus;
    for (uint32_t i = 0; i < view->n_contracts; i++) {
        const struct procure_contract *contract = &view->contracts[i];
        bool due = contract->last_call || contract->ends_in_ms <= view->lead_ms;
        if (!due && !contract->leaves)
            continue;
        if (contract->leaves ||
            !renews(common, view, contract, demand_gpus, position - contract->gpus)) {
            position -= contract->gpus;
            continue;
        }
        if (contract->last_call)
            procure_order(orders,
                          (struct procure_order){.action = PROCURE_RENEW,
                                                 .contract = i,
                                                 .reason = reasons[common->renew]});
    }
    return position;
}

/* A target as whole GPUs. */
static int64_t whole_gpus(double target_gpus)
{
    /* What is whole but for rounding is whole: 0.7 * 10 is 7 and not 8. */
    double gpus = ceil(target_gpus - 1e-9 * fmax(1, fabs(target_gpus)));
    return (int64_t)fmin(fmax(gpus, 0), 1e15);
}

bool procure_up_to(const struct procure_view *view, int64_t position_gpus,
                   double target_gpus, const char *reason,
                   struct procure_orders *orders)
{
    int64_t unit = view->unit_gpus;
    int64_t missing = whole_gpus(target_gpus) - position_gpus;
    int64_t room = view->max_gpus - view->in_service_gpus - view->on_order_gpus;
    if (missing <= 0 || room < unit)
        return false;
    int64_t gpus = (missing + unit - 1) / unit * unit;
    gpus = gpus < room ? gpus : room / unit * unit;
    return procure_order(
        orders,
        (struct procure_order){.action = view->leases ? PROCURE_LEASE : PROCURE_BUY,
                               .gpus = gpus,
                               .reason = reason});
}

/* Leaves contracts of up to so many GPUs where that saves money: what a GPU-hour of
 * them costs more than its alternative, from leaving to the end, is more than the fee.
 */
static void exit_contracts(const struct procure_view *view, int64_t gpus,
                           double alternative_usd_per_gpu_h, const char *reason,
                           struct procure_orders *orders)
{
    for (uint32_t i = 0; i < view->n_contracts && gpus > 0; i++) {
        const struct procure_contract *contract = &view->contracts[i];
        double hours =
            (double)(contract->ends_in_ms - contract->exit_in_ms) / (double)MS_PER_H;
        double saved_usd =
            (contract->price_usd_per_gpu_h - alternative_usd_per_gpu_h) * hours;
        if (contract->last_call || contract->exit_usd_per_gpu < 0 ||
            contract->gpus > gpus || saved_usd <= contract->exit_usd_per_gpu)
            continue;
        gpus -= contract->gpus;
        procure_order(orders, (struct procure_order){.action = PROCURE_EXIT,
                                                     .contract = i,
                                                     .reason = reason});
    }
}

void procure_down_to(const struct procure_view *view, int64_t position_gpus,
                     double target_gpus, const char *reason,
                     struct procure_orders *orders)
{
    int64_t surplus = position_gpus - whole_gpus(target_gpus);
    if (view->leases) {
        exit_contracts(view, surplus, 0, reason, orders);
        return;
    }
    if (surplus > view->in_service_gpus)
        surplus = view->in_service_gpus;
    surplus = surplus > 0 ? surplus / view->unit_gpus * view->unit_gpus : 0;
    if (surplus > 0)
        procure_order(orders, (struct procure_order){.action = PROCURE_RETIRE,
                                                     .gpus = surplus,
                                                     .reason = reason});
}

static double cheapest_alternative(const struct procure_view *view)
{
    double rent = view->costs.rent_usd_per_gpu_h;
    double lease = view->costs.lease_usd_per_gpu_h;
    if (view->leases || lease <= 0)
        return rent;
    return rent > 0 ? fmin(rent, lease) : lease;
}

void procure_retire(const struct procure_common *common,
                    const struct procure_view *view, int64_t position_gpus,
                    double demand_gpus, struct procure_orders *orders)
{
    double below = common->retire_below_frac;
    if (view->on_order_gpus > 0)
        return;
    if (common->retire == PROCURE_RETIRE_IDLE && below > 0 &&
        demand_gpus < below * (double)position_gpus)
        procure_down_to(view, position_gpus, demand_gpus / below,
                        "utilization below retire_below", orders);
    if (common->retire != PROCURE_RETIRE_COST)
        return;
    double alternative = cheapest_alternative(view);
    if (alternative <= 0)
        return;
    if (view->leases)
        exit_contracts(view, position_gpus, alternative, "dearer than renting", orders);
    else if (view->costs.avoidable_usd_per_gpu_h > alternative)
        procure_down_to(view, position_gpus, 0, "dearer to run than to rent", orders);
}

double procure_quantile(double values[], uint32_t n, double fraction)
{
    assert(n > 0);
    double rank = ceil(fraction * n - 1e-9);
    uint32_t at = rank < 1 ? 1 : rank > n ? n : (uint32_t)rank;
    return gsl_stats_select(values, 1, n, at - 1);
}
