#include "world/chargeback.h"

#include <assert.h>
#include <string.h>

#include "base/names.h"

static uint32_t payer_of(struct chargeback *chargeback, struct names *names,
                         const struct source_kind *kind, uint32_t *room)
{
    const char *tenant = kind->tenant ? kind->tenant : "";
    const char *workload = kind->workload ? kind->workload : "";
    /* Neither holds a control character. */
    const char *key = arena_printf(chargeback->arena, "%s\n%s", tenant, workload);
    uint32_t id = names_add(names, key, strlen(key));
    if (id < chargeback->n)
        return id;
    if (chargeback->n == *room) {
        uint32_t more = *room ? 2 * *room : 8;
        chargeback->payers = arena_grow(chargeback->arena, chargeback->payers, *room,
                                        more, sizeof *chargeback->payers);
        *room = more;
    }
    chargeback->payers[chargeback->n++] = (struct payer){
        .tenant = tenant,
        .workload = workload,
        .tenant_group = kind->tenant_group,
        .workload_group = kind->workload_group,
    };
    return id;
}

void chargeback_init(struct chargeback *chargeback, const struct scenario *scenario,
                     struct arrivals *arrivals, struct arena *arena)
{
    struct names names = {.arena = arena};
    uint32_t room = 0, n_pools = (uint32_t)scenario->n_pools;
    *chargeback = (struct chargeback){.arena = arena, .n_pools = n_pools};
    if (!scenario->chargeback)
        return;
    for (uint32_t s = 0; s <= arrivals->n; s++) {
        size_t n_kinds;
        struct source_kind *kinds = arrivals_kinds(arrivals, s, &n_kinds);
        for (size_t k = 0; k < n_kinds; k++)
            kinds[k].payer = payer_of(chargeback, &names, &kinds[k], &room);
    }
    chargeback->shown_uusd =
        arena_array(arena, n_pools, sizeof *chargeback->shown_uusd);
    chargeback->nobody_uusd =
        arena_array(arena, n_pools, sizeof *chargeback->nobody_uusd);
    chargeback->weights =
        arena_array(arena, chargeback->n + 1, sizeof *chargeback->weights);
}

static int64_t used_gpu_ms(const struct use *use, int kind, int64_t now_ms)
{
    return use->gpu_ms[kind] + use->gpus[kind] * (now_ms - use->since_ms[kind]);
}

void chargeback_count(struct chargeback *chargeback, const struct live_job *job,
                      bool useful, int64_t gpus, int64_t now_ms)
{
    struct payer *payer = &chargeback->payers[job->kind->payer];
    int kind = useful ? USE_USEFUL : USE_OVERHEAD;
    if (!payer->uses)
        payer->uses = ARENA_ARRAY(chargeback->arena, chargeback->n_pools, struct use);
    struct use *use = &payer->uses[job->pool];
    use->gpu_ms[kind] = used_gpu_ms(use, kind, now_ms);
    use->since_ms[kind] = now_ms;
    use->gpus[kind] += gpus;
    assert(use->gpus[kind] >= 0);
}

/* The GPU-time by which a payer bears a share; `all` where nobody has any of its own
 * kind. */
static int64_t weight_of(const int64_t used[USES], enum cost_share share, bool all)
{
    if (share == COST_BUSY && !all)
        return used[USE_USEFUL];
    if (share == COST_OVERHEAD && !all)
        return used[USE_OVERHEAD];
    return used[USE_USEFUL] + used[USE_OVERHEAD];
}

static int128 weights_of(const struct chargeback *chargeback, enum cost_share share,
                         bool all)
{
    int128 sum = 0;
    for (uint32_t i = 0; i < chargeback->n; i++)
        sum += weight_of(chargeback->weights[i], share, all);
    return sum;
}

static void divide(struct chargeback *chargeback, uint32_t pool, enum cost_share share,
                   int64_t amount_uusd)
{
    bool all = weights_of(chargeback, share, false) == 0;
    int128 sum = weights_of(chargeback, share, all);
    int64_t rest = amount_uusd, largest = 0;
    struct use *last = NULL;

    if (sum == 0) {
        chargeback->nobody_uusd[pool][share] += amount_uusd;
        return;
    }
    for (uint32_t i = 0; i < chargeback->n; i++) {
        int64_t weight = weight_of(chargeback->weights[i], share, all);
        if (weight == 0)
            continue;
        struct use *use = &chargeback->payers[i].uses[pool];
        int64_t part = (int64_t)((int128)amount_uusd * weight / sum);
        use->cost_uusd[share] += part;
        rest -= part;
        if (weight > largest)
            last = use;
        largest = weight > largest ? weight : largest;
    }
    last->cost_uusd[share] += rest;
}

void chargeback_month_end(struct chargeback *chargeback, const struct ledger *ledger,
                          int64_t now_ms)
{
    for (uint32_t p = 0; p < chargeback->n_pools && chargeback->shown_uusd; p++) {
        int64_t cost[COST_SHARES];
        for (uint32_t i = 0; i < chargeback->n; i++) {
            struct use *use = chargeback->payers[i].uses;
            for (int kind = 0; kind < USES; kind++) {
                int64_t used = use ? used_gpu_ms(&use[p], kind, now_ms) : 0;
                chargeback->weights[i][kind] =
                    use ? used - use[p].divided_gpu_ms[kind] : 0;
                if (use)
                    use[p].divided_gpu_ms[kind] = used;
            }
        }
        ledger_read(ledger, p, now_ms, cost);
        for (int s = 0; s < COST_SHARES; s++) {
            int64_t amount = cost[s] - chargeback->shown_uusd[p][s];
            chargeback->shown_uusd[p][s] = cost[s];
            if (amount != 0)
                divide(chargeback, p, (enum cost_share)s, amount);
        }
    }
}

static void add_to(struct run_result *result, const struct payer *payer, int64_t uusd)
{
    if (payer->tenant_group == UINT32_MAX)
        result->no_tenant_uusd += uusd;
    else
        result->groups[payer->tenant_group].full_uusd += uusd;
    if (payer->workload_group != UINT32_MAX)
        result->groups[payer->workload_group].full_uusd += uusd;
}

/* Rows of nothing at all are left out. */
static int64_t show(const struct sink *sink, const struct charge_row *row)
{
    int64_t full = 0;
    bool any = row->useful_gpu_ms != 0 || row->overhead_gpu_ms != 0;
    for (int s = 0; s < COST_SHARES; s++) {
        full += row->cost_uusd[s];
        any |= row->cost_uusd[s] != 0;
    }
    if (any && sink && sink->charge)
        sink->charge(sink->self, row);
    return full;
}

void chargeback_finish(const struct chargeback *chargeback,
                       const struct scenario *scenario, const struct sink *sink,
                       struct run_result *result)
{
    result->charged = scenario->chargeback;
    for (uint32_t p = 0; p < chargeback->n_pools && result->charged; p++) {
        struct charge_row row = {.pool = scenario->pools[p].name};
        for (uint32_t i = 0; i < chargeback->n; i++) {
            const struct payer *payer = &chargeback->payers[i];
            if (!payer->uses)
                continue;
            const struct use *use = &payer->uses[p];
            row.tenant = payer->tenant;
            row.workload = payer->workload;
            row.useful_gpu_ms = use->divided_gpu_ms[USE_USEFUL];
            row.overhead_gpu_ms = use->divided_gpu_ms[USE_OVERHEAD];
            memcpy(row.cost_uusd, use->cost_uusd, sizeof row.cost_uusd);
            int64_t full = show(sink, &row);
            add_to(result, payer, full);
            result->groups[0].full_uusd += full;
        }
        row = (struct charge_row){
            .pool = row.pool, .unallocated = true, .tenant = "", .workload = ""};
        memcpy(row.cost_uusd, chargeback->nobody_uusd[p], sizeof row.cost_uusd);
        int64_t nobody = show(sink, &row);
        result->unallocated_uusd += nobody;
        result->groups[0].full_uusd += nobody;
    }
}

void chargeback_check(const struct chargeback *chargeback, const struct fleet *fleet,
                      int64_t now_ms)
{
    static const enum gpu_state states[USES] = {GPU_BUSY_USEFUL, GPU_BUSY_OVERHEAD};
    for (uint32_t p = 0; p < chargeback->n_pools && chargeback->n > 0; p++)
        for (int kind = 0; kind < USES; kind++) {
            int64_t sum = 0;
            for (uint32_t i = 0; i < chargeback->n; i++) {
                const struct use *uses = chargeback->payers[i].uses;
                sum += uses ? used_gpu_ms(&uses[p], kind, now_ms) : 0;
            }
            assert(sum ==
                   integral_read(&fleet->pools[p].state[states[kind]], now_ms).sum);
        }
}
