#include "world/service.h"

#include <assert.h>
#include <string.h>

#include "base/calendar.h"
#include "base/names.h"
#include "world/meter.h"

/* Micro-USD, and GPU-ms. */
#define SUM_MAX INT64_C(4000000000000000000)

/* The entry of that workload, or the one for all others. */
static const struct service_price *price_of(const struct scenario *scenario,
                                            const char *workload)
{
    const struct service_price *others = NULL;
    for (size_t i = 0; i < scenario->n_service; i++) {
        const struct service_price *price = &scenario->service[i];
        if (!price->workload)
            others = price;
        else if (strcmp(price->workload, workload) == 0)
            return price;
    }
    return others;
}

static void meter_begin(struct service_meter *meter, const struct scenario *scenario,
                        const char *workload, uint32_t group)
{
    const struct service_price *price = price_of(scenario, workload);
    *meter = (struct service_meter){.workload = workload, .group = group};
    if (!price)
        return;
    meter->rate[SERVICE_UNSERVED] = price->unserved_rate;
    meter->rate[SERVICE_DELAY] = price->delay_rate;
    meter->rate[SERVICE_MISS] = price->miss_uusd;
}

void service_init(struct service *service, const struct scenario *scenario,
                  struct arrivals *arrivals, const struct sink *sink,
                  struct arena *arena)
{
    struct names names = {.arena = arena};
    uint32_t room = 0;
    *service = (struct service){.scenario = scenario, .sink = sink};
    for (uint32_t s = 0; s <= arrivals->n && scenario->n_service > 0; s++) {
        size_t n_kinds;
        struct source_kind *kinds = arrivals_kinds(arrivals, s, &n_kinds);
        for (size_t k = 0; k < n_kinds; k++) {
            struct source_kind *kind = &kinds[k];
            const char *workload = kind->workload ? kind->workload : "";
            kind->service = names_add(&names, workload, strlen(workload));
            if (kind->service < service->n)
                continue;
            if (service->n == room) {
                service->meters =
                    arena_grow(arena, service->meters, room,
                               room ? 2 * (size_t)room : 8, sizeof *service->meters);
                room = room ? 2 * room : 8;
            }
            meter_begin(&service->meters[service->n++], scenario,
                        names.text[kind->service], kind->workload_group);
        }
    }
}

static int128 amount_of(const struct service_meter *meter, int part, int64_t now_ms)
{
    int128 open = part == SERVICE_DELAY
                      ? (int128)meter->waiting_gpus * (now_ms - meter->since_ms)
                      : 0;
    return meter->amount[part] + open;
}

void service_count_waits(struct service *service, struct live_job *job, bool waits,
                         int64_t now_ms)
{
    if (job->waits == waits)
        return;
    struct service_meter *meter = &service->meters[job->kind->service];
    job->waits = waits;
    meter->amount[SERVICE_DELAY] = amount_of(meter, SERVICE_DELAY, now_ms);
    meter->since_ms = now_ms;
    meter->waiting_gpus += waits ? job->gpus : -job->gpus;
    assert(meter->waiting_gpus >= 0);
}

void service_lacks(struct service *service, uint32_t index, int128 gpu_ms)
{
    service->meters[index].amount[SERVICE_UNSERVED] += gpu_ms;
}

void service_count_left(struct service *service, const struct live_job *job,
                        enum job_outcome outcome, int64_t now_ms)
{
    bool unserved = outcome == JOB_REFUSED || outcome == JOB_ABANDONED;
    bool late = outcome == JOB_FINISHED && now_ms > job->deadline_ms;
    if (unserved)
        service_lacks(service, job->kind->service,
                      (int128)job->gpus * job->duration_ms);
    service->meters[job->kind->service].amount[SERVICE_MISS] += unserved || late;
}

/* False where it is too much. */
static bool value_of(const struct service_meter *meter, int part, int64_t now_ms,
                     int64_t *uusd)
{
    int128 amount = amount_of(meter, part, now_ms), product;
    *uusd = 0;
    if (amount > SUM_MAX || __builtin_mul_overflow(amount, meter->rate[part], &product))
        return false;
    if (part == SERVICE_MISS) {
        *uusd = product <= SUM_MAX ? (int64_t)product : 0;
        return product <= SUM_MAX;
    }
    if (product / (1000 * MS_PER_H) >= SUM_MAX)
        return false;
    *uusd = meter_uusd(product);
    return true;
}

bool service_fits(const struct service *service, int64_t now_ms)
{
    int128 sum = 0;
    int64_t uusd;
    for (uint32_t m = 0; m < service->n; m++)
        for (int part = 0; part < SERVICE_PARTS; part++) {
            if (!value_of(&service->meters[m], part, now_ms, &uusd))
                return false;
            sum += uusd;
        }
    return sum <= SUM_MAX;
}

static void post_part(struct service *service, struct service_meter *meter, int part,
                      int64_t now_ms)
{
    int64_t uusd, amount;
    if (!value_of(meter, part, now_ms, &uusd))
        return; /* the run will end in an error */
    amount = uusd - meter->posted_uusd[part];
    if (amount == 0)
        return; /* what was counted since is stated in the next row */
    int128 total = amount_of(meter, part, now_ms);
    int128 quantity = total - meter->posted[part];
    meter->posted_uusd[part] = uusd;
    meter->posted[part] = total;
    if (!service->sink || !service->sink->ledger)
        return;
    bool hours = part != SERVICE_MISS;
    struct ledger_row row = {
        .month_unix_ms =
            calendar_month_start(service->scenario->start_unix_ms + service->posted_ms),
        .time_ms = now_ms,
        .pool = "",
        .item = meter->workload,
        .account = (enum account)(ACCOUNT_SERVICE_UNSERVED + part),
        .basis = BASIS_SHADOW,
        .amount_uusd = amount,
        .quantity = hours ? divide_rounded(quantity * 2500, 9) : quantity,
        .quantity_digits = hours ? 9 : 0,
        .unit = hours ? "GPU-h" : "job",
    };
    service->sink->ledger(service->sink->self, &row);
}

void service_post(struct service *service, int64_t now_ms)
{
    for (uint32_t m = 0; m < service->n; m++)
        for (int part = 0; part < SERVICE_PARTS; part++)
            post_part(service, &service->meters[m], part, now_ms);
    service->posted_ms = now_ms;
}

void service_finish(struct service *service, int64_t now_ms, struct run_result *result)
{
    result->service_priced = service->scenario->n_service > 0;
    service_post(service, now_ms);
    for (uint32_t m = 0; m < service->n; m++) {
        const struct service_meter *meter = &service->meters[m];
        for (int part = 0; part < SERVICE_PARTS; part++) {
            int128 amount = amount_of(meter, part, now_ms);
            result->groups[0].service[part] += amount;
            result->groups[0].service_uusd[part] += meter->posted_uusd[part];
            if (meter->group == UINT32_MAX)
                continue;
            result->groups[meter->group].service[part] = amount;
            result->groups[meter->group].service_uusd[part] = meter->posted_uusd[part];
        }
    }
}

void service_check(const struct service *service, const struct backlog *backlog)
{
    int64_t counted = 0, waiting = 0;
    if (service->n == 0)
        return;
    for (uint32_t m = 0; m < service->n; m++)
        counted += service->meters[m].waiting_gpus;
    for (uint32_t j = 0; j < backlog->n_jobs; j++) {
        const struct live_job *job = &backlog->jobs[j];
        assert(job->state != JOB_STATE_WAITING || job->waits);
        waiting += job->state != JOB_STATE_FREE && job->waits ? job->gpus : 0;
    }
    assert(counted == waiting);
}
