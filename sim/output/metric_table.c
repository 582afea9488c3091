#include "output/metrics.h"

#include <math.h>
#include <string.h>

#define POOL(field)     offsetof(struct pool_result, field)
#define GROUP(field)    offsetof(struct group_result, field)
#define RUN(field)      offsetof(struct run_result, field)
#define STATE_AT(state) (POOL(state_gpu_ms) + (state) * sizeof(int64_t))
#define SHARE_AT(share) (POOL(cost_uusd) + (share) * sizeof(int64_t))
#define BASIS_AT(basis) (POOL(basis_uusd) + (basis) * sizeof(int64_t))

static int128 states(const struct scope *scope, enum gpu_state from, enum gpu_state to)
{
    int128 sum = 0;
    for (enum gpu_state s = from; s <= to; s++)
        sum += scope_sum(scope, STATE_AT(s));
    return sum;
}

static int128 capacity_gpu_ms(const struct scope *scope)
{
    return states(scope, 0, GPU_STATES - 1);
}

static int128 busy_gpu_ms(const struct scope *scope)
{
    return states(scope, GPU_BUSY_USEFUL, GPU_BUSY_OVERHEAD);
}

static int128 work_gpu_ms(const struct scope *scope)
{
    int128 sum = 0;
    for (const struct pool_result *p = NULL; (p = scope_next_pool(scope, p));)
        sum += p->work_gpu_ms;
    return sum;
}

/* Functions of the table. */

static bool pool_field(const struct scope *scope, size_t offset, int128 *value)
{
    *value = scope_sum(scope, offset);
    return true;
}

static bool pool_hours(const struct scope *scope, size_t offset, int128 *value)
{
    *value = gpu_ms_to_nano_gpu_h(scope_sum(scope, offset));
    return true;
}

static bool capacity(const struct scope *scope, size_t offset, int128 *value)
{
    (void)offset;
    *value = gpu_ms_to_nano_gpu_h(capacity_gpu_ms(scope));
    return true;
}

static bool busy(const struct scope *scope, size_t offset, int128 *value)
{
    (void)offset;
    *value = gpu_ms_to_nano_gpu_h(busy_gpu_ms(scope));
    return true;
}

static bool idle(const struct scope *scope, size_t offset, int128 *value)
{
    (void)offset;
    *value = gpu_ms_to_nano_gpu_h(states(scope, GPU_IDLE_NO_DEMAND, GPU_IDLE_HELD));
    return true;
}

static bool work(const struct scope *scope, size_t offset, int128 *value)
{
    (void)offset;
    *value = gpu_ms_to_nano_gpu_h(work_gpu_ms(scope));
    return true;
}

static bool ratio(int128 numerator, int128 denominator, int128 *value)
{
    if (denominator <= 0)
        return false;
    *value = ratio_nano(numerator, denominator);
    return true;
}

static bool pool_count(const struct scope *scope, size_t offset, int128 *value)
{
    *value = scope_sum(scope, offset);
    return *value != 0;
}

static int128 up_gpu_ms(const struct scope *scope)
{
    return capacity_gpu_ms(scope) - scope_sum(scope, STATE_AT(GPU_DOWN));
}

static bool availability(const struct scope *scope, size_t offset, int128 *value)
{
    (void)offset;
    return scope_sum(scope, STATE_AT(GPU_DOWN)) > 0 &&
           ratio(up_gpu_ms(scope), capacity_gpu_ms(scope), value);
}

static bool per_failure(const struct scope *scope, size_t offset, int128 *value)
{
    (void)offset;
    return ratio(up_gpu_ms(scope), scope_sum(scope, POOL(failures)) * MS_PER_H, value);
}

static bool utilization(const struct scope *scope, size_t offset, int128 *value)
{
    (void)offset;
    return ratio(busy_gpu_ms(scope), capacity_gpu_ms(scope), value);
}

/* micro-USD per GPU-ms is 3,600,000 / 10^6 = 18/5 USD per GPU-h. */
static bool usd_per_gpu_h(const struct scope *scope, int128 gpu_ms, int128 *value)
{
    int128 economic_uusd = scope_sum(scope, BASIS_AT(BASIS_ECONOMIC));
    return ratio(economic_uusd * 18, gpu_ms * 5, value);
}

static bool unit_cost(const struct scope *scope, size_t offset, int128 *value)
{
    (void)offset;
    return usd_per_gpu_h(scope, scope_sum(scope, STATE_AT(GPU_BUSY_USEFUL)), value);
}

static bool work_cost(const struct scope *scope, size_t offset, int128 *value)
{
    (void)offset;
    return usd_per_gpu_h(scope, work_gpu_ms(scope), value);
}

static bool real(double number, double scale, int128 *value)
{
    double scaled = round(number * scale);
    if (!(fabs(scaled) < 1e36))
        return false;
    *value = (int128)scaled;
    return true;
}

static bool pool_usd(const struct scope *scope, size_t offset, int128 *value)
{
    return real(scope_sum_real(scope, offset), 1e6, value);
}

static bool pool_real_hours(const struct scope *scope, size_t offset, int128 *value)
{
    return real(scope_sum_real(scope, offset), 1e9, value);
}

static double npv_of(const struct scope *scope)
{
    return (double)scope_sum(scope, POOL(opening_uusd)) / 1e6 +
           scope_sum_real(scope, POOL(cash_pv_usd)) -
           scope_sum_real(scope, POOL(closing_pv_usd));
}

static bool npv(const struct scope *scope, size_t offset, int128 *value)
{
    (void)offset;
    return real(npv_of(scope), 1e6, value);
}

static bool tax_cash(const struct scope *scope, size_t offset, int128 *value)
{
    *value = scope_sum(scope, offset);
    return scope->run->result->taxed;
}

static bool tax_pv(const struct scope *scope, size_t offset, int128 *value)
{
    return scope->run->result->taxed && real(scope_sum_real(scope, offset), 1e6, value);
}

static bool npv_after_tax(const struct scope *scope, size_t offset, int128 *value)
{
    double npv_usd = npv_of(scope) + scope_sum_real(scope, offset);
    return scope->run->result->taxed && real(npv_usd, 1e6, value);
}

static bool levelised(const struct scope *scope, size_t offset, int128 *value)
{
    (void)offset;
    double hours = scope_sum_real(scope, POOL(useful_pv_gpu_h));
    return hours > 0 && real(npv_of(scope) / hours, 1e9, value);
}

static bool run_makespan(const struct scope *scope, size_t offset, int128 *value)
{
    (void)offset;
    *value = scope->run->result->makespan_ms;
    return true;
}

static bool run_peak_cash(const struct scope *scope, size_t offset, int128 *value)
{
    (void)offset;
    *value = scope->run->result->peak_cash_uusd;
    return true;
}

static bool group_field(const struct scope *scope, size_t offset, int128 *value)
{
    *value = *(const int64_t *)(const void *)((const char *)scope->group + offset);
    return true;
}

static bool group_hours(const struct scope *scope, size_t offset, int128 *value)
{
    const void *field = (const char *)scope->group + offset;
    int128 gpu_ms;
    memcpy(&gpu_ms, field, sizeof gpu_ms);
    *value = gpu_ms_to_nano_gpu_h(gpu_ms);
    return true;
}

/* Of the price of service: the whole, or the part whose number the offset is.  Only the
 * total and workloads have them. */
static bool is_priced(const struct scope *scope)
{
    enum group_kind kind = scope->group->kind;
    return scope->run->result->service_priced &&
           (kind == GROUP_TOTAL || kind == GROUP_WORKLOAD);
}

static int128 service_uusd(const struct scope *scope)
{
    int128 sum = 0;
    for (int part = 0; part < SERVICE_PARTS; part++)
        sum += scope->group->service_uusd[part];
    return sum;
}

static bool service_all(const struct scope *scope, size_t offset, int128 *value)
{
    (void)offset;
    *value = service_uusd(scope);
    return is_priced(scope);
}

static bool service_part(const struct scope *scope, size_t part, int128 *value)
{
    *value = scope->group->service_uusd[part];
    return is_priced(scope);
}

static bool service_hours(const struct scope *scope, size_t part, int128 *value)
{
    *value = gpu_ms_to_nano_gpu_h(scope->group->service[part]);
    return is_priced(scope);
}

static bool service_jobs(const struct scope *scope, size_t part, int128 *value)
{
    *value = scope->group->service[part];
    return is_priced(scope);
}

static bool with_service(const struct scope *scope, size_t offset, int128 *value)
{
    (void)offset;
    *value = scope_sum(scope, BASIS_AT(BASIS_ECONOMIC)) + service_uusd(scope);
    return is_priced(scope);
}

/* Of levels of demand: in the total, by workload and by tenant. */
static bool has_levels(const struct scope *scope)
{
    return scope->run->result->has_levels && scope->group->kind != GROUP_SIZE;
}

static bool level_hours(const struct scope *scope, size_t offset, int128 *value)
{
    return has_levels(scope) && group_hours(scope, offset, value);
}

static bool level_unserved(const struct scope *scope, size_t offset, int128 *value)
{
    const struct group_result *group = scope->group;
    (void)offset;
    *value =
        gpu_ms_to_nano_gpu_h(group->level_demand_gpu_ms - group->level_served_gpu_ms);
    return has_levels(scope);
}

static bool level_served_frac(const struct scope *scope, size_t offset, int128 *value)
{
    const struct group_result *group = scope->group;
    (void)offset;
    return has_levels(scope) &&
           ratio(group->level_served_gpu_ms, group->level_demand_gpu_ms, value);
}

/* Divided among tenants: a field of the group, or of the run. */
static bool group_charge(const struct scope *scope, size_t offset, int128 *value)
{
    *value = *(const int64_t *)(const void *)((const char *)scope->group + offset);
    return scope->run->result->charged && scope->group->kind != GROUP_SIZE;
}

static bool run_charge(const struct scope *scope, size_t offset, int128 *value)
{
    const struct run_result *result = scope->run->result;
    *value = *(const int64_t *)(const void *)((const char *)result + offset);
    return result->charged;
}

static const struct histogram *waits(const struct scope *scope)
{
    const struct histogram *wait =
        scope->group ? &scope->group->wait : &scope->pool->wait;
    return wait->n ? wait : NULL;
}

static bool wait_mean(const struct scope *scope, size_t offset, int128 *value)
{
    (void)offset;
    const struct histogram *wait = waits(scope);
    if (!wait)
        return false;
    *value = divide_rounded(wait->sum * 1000, (int128)wait->n);
    return true;
}

static bool wait_max(const struct scope *scope, size_t offset, int128 *value)
{
    (void)offset;
    const struct histogram *wait = waits(scope);
    if (!wait)
        return false;
    *value = wait->max;
    return true;
}

/* The offset is the percentage. */
static bool wait_quantile(const struct scope *scope, size_t offset, int128 *value)
{
    const struct histogram *wait = waits(scope);
    if (!wait)
        return false;
    *value = histogram_quantile(wait, (double)offset / 100);
    return true;
}

bool metric_absent_is_zero(const struct metric *metric)
{
    return metric->value == pool_count;
}

#define IN_POOLS (IN_TOTAL | IN_FIXED | IN_POOL)
#define IN_JOBS  (IN_TOTAL | IN_GROUP)
#define IN_WAITS (IN_TOTAL | IN_POOL | IN_GROUP)

static const char discounted[] = "discounting needs the day of each payment; the audit "
                                 "checks the sums of the pools, npv_usd and the "
                                 "levelised cost against it";
static const char a_peak[] = "an instant that sums keep no trace of";

/* clang-format off */
const struct metric metrics[] = {
    {"jobs_arrived", "1", IN_JOBS, METRIC_COUNT, group_field, GROUP(arrived),
     "jobs submitted before the end", NULL},
    {"jobs_finished", "1", IN_JOBS, METRIC_COUNT, group_field, GROUP(finished),
     "jobs that ran to their end", NULL},
    {"jobs_running", "1", IN_JOBS, METRIC_COUNT, group_field, GROUP(running),
     "jobs running at the end", NULL},
    {"jobs_waiting", "1", IN_JOBS, METRIC_COUNT, group_field, GROUP(waiting),
     "jobs waiting at the end", NULL},
    {"jobs_refused", "1", IN_JOBS, METRIC_COUNT, group_field, GROUP(refused),
     "jobs that no pool could ever hold", NULL},
    {"jobs_abandoned", "1", IN_JOBS, METRIC_COUNT, group_field, GROUP(abandoned),
     "jobs whose patience or deadline ended while they waited", NULL},
    {"jobs_delayed", "1", IN_JOBS, METRIC_COUNT, group_field, GROUP(delayed),
     "jobs after warmup that waited at least 1 ms", NULL},
    {"jobs_censored", "1", IN_JOBS, METRIC_COUNT, group_field, GROUP(censored),
     "jobs after warmup that had not started by the end; they count with their wait so far", NULL},
    {"jobs_missed", "1", IN_JOBS, METRIC_COUNT, group_field, GROUP(missed),
     "jobs that ended past their deadline, or left because of it",
     "deadlines are in no output; the total is checked against the sizes"},
    {"wait_mean_s", "s", IN_WAITS, METRIC_MEAN_S, wait_mean, 0,
     "mean wait of jobs submitted after warmup; in a pool, of those started there", NULL},
    {"wait_p50_s", "s", IN_WAITS, METRIC_S, wait_quantile, 50, "median wait", NULL},
    {"wait_p95_s", "s", IN_WAITS, METRIC_S, wait_quantile, 95, "95th percentile of wait", NULL},
    {"wait_p99_s", "s", IN_WAITS, METRIC_S, wait_quantile, 99, "99th percentile of wait", NULL},
    {"wait_max_s", "s", IN_WAITS, METRIC_S, wait_max, 0, "longest wait", NULL},
    {"makespan_s", "s", IN_TOTAL, METRIC_S, run_makespan, 0,
     "last end less first submit", NULL},
    {"useful_gpu_h", "GPU-h", IN_JOBS, METRIC_GPU_H, group_hours, GROUP(useful_gpu_ms),
     "work of these jobs that counts; what levels were served is level_served_gpu_h, and busy_useful_gpu_h of the pools has both", NULL},
    {"overhead_gpu_h", "GPU-h", IN_JOBS, METRIC_GPU_H, group_hours, GROUP(overhead_gpu_ms),
     "their restarts, checkpoints and work done again", NULL},
    {"direct_usd", "USD", IN_JOBS, METRIC_USD, group_field, GROUP(direct_uusd),
     "elastic rent and busy power of these jobs; no standing cost", NULL},

    {"level_demand_gpu_h", "GPU-h", IN_JOBS, METRIC_GPU_H, level_hours, GROUP(level_demand_gpu_ms),
     "GPU-hours that levels of demand wanted; this and the next four only where there are any", NULL},
    {"level_served_gpu_h", "GPU-h", IN_JOBS, METRIC_GPU_H, level_hours, GROUP(level_served_gpu_ms),
     "of them served; useful_gpu_h is of jobs alone", NULL},
    {"unserved_gpu_h", "GPU-h", IN_JOBS, METRIC_GPU_H, level_unserved, 0,
     "the rest: wanted and not served", NULL},
    {"level_served_frac", "1", IN_JOBS, METRIC_NANO, level_served_frac, 0,
     "served over wanted", NULL},
    {"level_overhead_gpu_h", "GPU-h", IN_JOBS, METRIC_GPU_H, level_hours, GROUP(level_overhead_gpu_ms),
     "GPU-hours that levels held while they booted, or by their minimum hold though not wanted", NULL},
    {"full_usd", "USD", IN_JOBS, METRIC_USD, group_charge, GROUP(full_uusd),
     "economic cost of the pools charged back by use, idle and down included", NULL},
    {"full_no_tenant_usd", "USD", IN_TOTAL, METRIC_USD, run_charge, RUN(no_tenant_uusd),
     "of the total full_usd, what jobs without a tenant bear", NULL},
    {"full_unallocated_usd", "USD", IN_TOTAL, METRIC_USD, run_charge, RUN(unallocated_uusd),
     "of the total full_usd, months of pools that nobody used", NULL},
    {"service_usd", "USD", IN_JOBS, METRIC_USD, service_all, 0,
     "shadow price of service not given: the sum of the next three; nobody pays it", NULL},
    {"service_unserved_usd", "USD", IN_JOBS, METRIC_USD, service_part, SERVICE_UNSERVED,
     "its part for GPU-hours wanted by jobs that left unserved", NULL},
    {"service_delay_usd", "USD", IN_JOBS, METRIC_USD, service_part, SERVICE_DELAY,
     "its part for GPU-hours waited", NULL},
    {"service_miss_usd", "USD", IN_JOBS, METRIC_USD, service_part, SERVICE_MISS,
     "its part for missed deadlines and jobs that left unserved", NULL},
    {"service_unserved_gpu_h", "GPU-h", IN_JOBS, METRIC_GPU_H, service_hours, SERVICE_UNSERVED,
     "GPU-hours, on the reference class of their source, wanted by jobs that were refused or gave up, and those that levels wanted in vain",
     "durations of such jobs are in no output; checked against price and ledger"},
    {"service_delay_gpu_h", "GPU-h", IN_JOBS, METRIC_GPU_H, service_hours, SERVICE_DELAY,
     "GPU-hours waited in the run: gang times wait, boot and waits after interruptions included", NULL},
    {"service_misses", "1", IN_JOBS, METRIC_COUNT, service_jobs, SERVICE_MISS,
     "jobs that ended past their deadline, were refused or gave up",
     "deadlines are in no output; checked against price and ledger"},
    {"economic_with_service_usd", "USD", IN_TOTAL, METRIC_USD, with_service, 0,
     "economic_usd and service_usd together, to compare mixes that serve differently", NULL},

    {"jobs_started", "1", IN_POOLS, METRIC_COUNT, pool_field, POOL(jobs_started),
     "starts, restarts included", NULL},
    {"jobs_finished", "1", IN_FIXED | IN_POOL, METRIC_COUNT, pool_field, POOL(jobs_finished),
     "jobs that ran to their end here", NULL},
    {"interruptions", "1", IN_POOLS, METRIC_COUNT, pool_field, POOL(interruptions),
     "jobs stopped and put back in the queue", NULL},
    {"failures", "1", IN_POOLS, METRIC_COUNT, pool_count, POOL(failures),
     "servers that failed; no row where none did",
     "failures are in events.csv alone; the sums are checked, and gpu_h_per_failure"},
    {"repairs", "1", IN_POOLS, METRIC_COUNT, pool_count, POOL(repairs),
     "servers that came back from a repair", "as failures"},
    {"losses", "1", IN_POOLS, METRIC_COUNT, pool_count, POOL(losses),
     "of the failures: servers that are gone for good", "as failures"},
    {"outages", "1", IN_POOL, METRIC_COUNT, pool_count, POOL(outages),
     "times that the pool's provider was out", "as failures"},
    {"gpu_h_per_failure", "GPU-h", IN_POOLS, METRIC_NANO, per_failure, 0,
     "capacity that was not down, over failures: what was observed between two", NULL},
    {"availability_frac", "1", IN_POOLS, METRIC_NANO, availability, 0,
     "capacity that was not down, over capacity; no row where nothing was down", NULL},
    {"capacity_gpu_h", "GPU-h", IN_POOLS, METRIC_GPU_H, capacity, 0,
     "GPU-hours there were: the sum of the states", NULL},
    {"busy_gpu_h", "GPU-h", IN_POOLS, METRIC_GPU_H, busy, 0,
     "allocated GPU-hours, useful and overhead", NULL},
    {"busy_useful_gpu_h", "GPU-h", IN_POOLS, METRIC_GPU_H, pool_hours, STATE_AT(GPU_BUSY_USEFUL),
     "allocated, and the work counts", NULL},
    {"busy_overhead_gpu_h", "GPU-h", IN_POOLS, METRIC_GPU_H, pool_hours, STATE_AT(GPU_BUSY_OVERHEAD),
     "allocated to boots, restarts, checkpoints and work done again", NULL},
    {"idle_gpu_h", "GPU-h", IN_POOLS, METRIC_GPU_H, idle, 0,
     "idle GPU-hours: the sum of the next three", NULL},
    {"idle_no_demand_gpu_h", "GPU-h", IN_POOLS, METRIC_GPU_H, pool_hours, STATE_AT(GPU_IDLE_NO_DEMAND),
     "free, and nobody waiting could use it", NULL},
    {"idle_fragmented_gpu_h", "GPU-h", IN_POOLS, METRIC_GPU_H, pool_hours, STATE_AT(GPU_IDLE_FRAGMENTED),
     "free while jobs wait that do not fit", NULL},
    {"idle_held_gpu_h", "GPU-h", IN_POOLS, METRIC_GPU_H, pool_hours, STATE_AT(GPU_IDLE_HELD),
     "free but kept: for a reservation, by policy, or an idle instance", NULL},
    {"down_gpu_h", "GPU-h", IN_POOLS, METRIC_GPU_H, pool_hours, STATE_AT(GPU_DOWN),
     "failed, in repair or in maintenance", NULL},
    {"surplus_gpu_h", "GPU-h", IN_POOLS, METRIC_GPU_H, pool_hours, POOL(surplus_gpu_ms),
     "paid for but not held: minimum and increment of the bill", NULL},
    {"utilization_frac", "1", IN_POOLS, METRIC_NANO, utilization, 0,
     "busy over capacity; the figure to quote is that of scope fixed", NULL},
    {"peak_busy_gpus", "1", IN_POOL, METRIC_COUNT, pool_field, POOL(peak_busy_gpus),
     "the most GPUs allocated at once", a_peak},
    {"peak_capacity_gpus", "1", IN_POOL, METRIC_COUNT, pool_field, POOL(peak_capacity_gpus),
     "the most GPUs there were at once", a_peak},
    {"work_h", "GPU-h", IN_POOLS, METRIC_GPU_H, work, 0,
     "finished work in GPU-hours of one class: the reference class of the first source, or, where it gives none, the class of the first pool; what other sources and levels do counts by the catalogue's speeds",
     "speeds and durations are inputs; the sums and usd_per_work_h are checked against it"},
    {"energy_kwh", "kWh", IN_POOLS, METRIC_KWH, pool_field, POOL(energy_mwh_milli),
     "energy at the meter of owned GPUs",
     "watts are inputs; the sums are checked, and to half a Wh what the ledger paid for"},
    {"carbon_kg", "kg", IN_POOLS, METRIC_KG, pool_usd, POOL(carbon_kg),
     "CO2e of that energy", "grams per kWh are an input; the sums are checked"},
    {"embodied_carbon_kg", "kg", IN_POOLS, METRIC_KG, pool_usd, POOL(embodied_kg),
     "CO2e of making owned servers, the part of their book life that was served",
     "kg per GPU are an input; the sums are checked"},

    {"cash_usd", "USD", IN_POOLS, METRIC_USD, pool_field, BASIS_AT(BASIS_CASH),
     "paid in the period", NULL},
    {"accrual_usd", "USD", IN_POOLS, METRIC_USD, pool_field, BASIS_AT(BASIS_ACCRUAL),
     "cost of the period without capital charge", NULL},
    {"economic_usd", "USD", IN_POOLS, METRIC_USD, pool_field, BASIS_AT(BASIS_ECONOMIC),
     "cost of the period with capital charge", NULL},
    {"busy_usd", "USD", IN_POOLS, METRIC_USD, pool_field, SHARE_AT(COST_BUSY),
     "the part of economic_usd for useful time", NULL},
    {"overhead_usd", "USD", IN_POOLS, METRIC_USD, pool_field, SHARE_AT(COST_OVERHEAD),
     "its part for overhead", NULL},
    {"idle_usd", "USD", IN_POOLS, METRIC_USD, pool_field, SHARE_AT(COST_IDLE),
     "its part for idle time, surplus included", NULL},
    {"down_usd", "USD", IN_POOLS, METRIC_USD, pool_field, SHARE_AT(COST_DOWN),
     "its part for time down", NULL},
    {"opening_usd", "USD", IN_POOLS, METRIC_USD, pool_field, POOL(opening_uusd),
     "position brought in at the start and not paid in the run", NULL},
    {"closing_usd", "USD", IN_POOLS, METRIC_USD, pool_field, POOL(closing_uusd),
     "position at the end, as the scenario's `closing` values it", NULL},
    {"closing_book_usd", "USD", IN_POOLS, METRIC_USD, pool_field, POOL(closing_book_uusd),
     "net book value and unexpired prepayment at the end", NULL},
    {"closing_market_usd", "USD", IN_POOLS, METRIC_USD, pool_field, POOL(closing_market_uusd),
     "market value less selling cost at the end; leases: prepayment and the rest of the term against market rent", NULL},
    {"commitment_usd", "USD", IN_POOLS, METRIC_USD, pool_field, POOL(commitment_uusd),
     "lease payments still owed after the end", NULL},
    {"peak_cash_usd", "USD", IN_TOTAL, METRIC_USD, run_peak_cash, 0,
     "the largest cumulative payment", NULL},
    {"cash_pv_usd", "USD", IN_POOLS, METRIC_REAL_USD, pool_usd, POOL(cash_pv_usd),
     "payments discounted to the start", discounted},
    {"closing_pv_usd", "USD", IN_POOLS, METRIC_REAL_USD, pool_usd, POOL(closing_pv_usd),
     "closing_usd discounted to the start", discounted},
    {"npv_usd", "USD", IN_POOLS, METRIC_REAL_USD, npv, 0,
     "opening_usd + cash_pv_usd - closing_pv_usd; cost is positive", NULL},
    {"tax_cash_usd", "USD", IN_POOLS, METRIC_USD, tax_cash, POOL(tax_uusd),
     "with `tax`: taxes paid in the period (on income, sales and property), less what deductions saved; negative: more saved, which takes income from elsewhere; in no account",
     "the tax book is in no other file; the sums are checked"},
    {"tax_pv_usd", "USD", IN_POOLS, METRIC_REAL_USD, tax_pv, POOL(tax_pv_usd),
     "with `tax`: the same discounted to the start, and the tax that the positions at both ends bear",
     "the tax book is in no other file; the sums are checked"},
    {"npv_after_tax_usd", "USD", IN_POOLS, METRIC_REAL_USD, npv_after_tax, POOL(tax_pv_usd),
     "with `tax`: npv_usd + tax_pv_usd", NULL},
    {"useful_pv_gpu_h", "GPU-h", IN_POOLS, METRIC_REAL_GPU_H, pool_real_hours, POOL(useful_pv_gpu_h),
     "useful GPU-hours discounted to the start", discounted},
    {"levelised_usd_per_useful_gpu_h", "USD/GPU-h", IN_POOLS, METRIC_REAL_NANO, levelised, 0,
     "npv_usd / useful_pv_gpu_h: ranks mixes of one class, if `closing` is what you would do", NULL},
    {"economic_usd_per_useful_gpu_h", "USD/GPU-h", IN_POOLS, METRIC_NANO, unit_cost, 0,
     "economic_usd / busy_useful_gpu_h of the period; ranks nothing", NULL},
    {"usd_per_work_h", "USD/GPU-h", IN_POOLS, METRIC_NANO, work_cost, 0,
     "economic_usd / work_h: to compare across GPU classes", NULL},
    {.name = NULL},
};
/* clang-format on */
