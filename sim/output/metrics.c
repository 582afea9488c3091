#include "output/metrics.h"

#include <assert.h>
#include <string.h>

const struct pool_result *scope_next_pool(const struct scope *scope,
                                          const struct pool_result *pool)
{
    if (scope->pool)
        return pool ? NULL : scope->pool;
    const struct run_result *result = scope->run->result;
    for (pool = pool ? pool + 1 : result->pools; pool < result->pools + result->n_pools;
         pool++)
        if (scope->kind != IN_FIXED || scope->run->pool_is_fixed[pool - result->pools])
            return pool;
    return NULL;
}

int128 scope_sum(const struct scope *scope, size_t offset)
{
    int128 sum = 0;
    for (const struct pool_result *p = NULL; (p = scope_next_pool(scope, p));)
        sum += *(const int64_t *)(const void *)((const char *)p + offset);
    return sum;
}

double scope_sum_real(const struct scope *scope, size_t offset)
{
    double sum = 0;
    for (const struct pool_result *p = NULL; (p = scope_next_pool(scope, p));)
        sum += *(const double *)(const void *)((const char *)p + offset);
    return sum;
}

int metric_digits(enum metric_form form)
{
    switch (form) {
    case METRIC_COUNT: return 0;
    case METRIC_S:
    case METRIC_KWH: return 3;
    case METRIC_USD:
    case METRIC_MEAN_S:
    case METRIC_KG:
    case METRIC_REAL_USD: return 6;
    default: return 9;
    }
}

struct emission {
    void (*row)(void *self, const struct metric_row *row);
    void *self;
};

static const struct {
    const char *word;
    size_t offset; /* of an array by cause */
} cause_metrics[] = {
    {"lost", offsetof(struct pool_result, lost_gpu_ms)},
    {"repeated", offsetof(struct pool_result, repeated_gpu_ms)},
};
#define N_CAUSE_METRICS (sizeof cause_metrics / sizeof *cause_metrics)

bool metric_of_cause(size_t i, char name[64], size_t *offset)
{
    if (i >= N_CAUSE_METRICS * CAUSES)
        return false;
    snprintf(name, 64, "%s_%s_gpu_h", cause_metrics[i / CAUSES].word,
             cause_names[i % CAUSES]);
    for (char *c = name; *c; c++)
        if (*c == ' ')
            *c = '_';
    *offset = cause_metrics[i / CAUSES].offset + sizeof(int64_t) * (i % CAUSES);
    return true;
}

/* lost_failure_gpu_h and the like: one metric for each cause. */
static void emit_causes(const struct scope *scope, const struct emission *to)
{
    char name[64];
    size_t offset;
    for (size_t i = 0; metric_of_cause(i, name, &offset); i++) {
        int128 gpu_ms = scope_sum(scope, offset);
        if (gpu_ms == 0)
            continue;
        to->row(to->self, &(struct metric_row){.scope = scope->name,
                                               .metric = name,
                                               .unit = "GPU-h",
                                               .form = METRIC_GPU_H,
                                               .value = gpu_ms_to_nano_gpu_h(gpu_ms),
                                               .digits = 9});
    }
}

void metric_of_account(enum basis basis, enum account account, char name[64])
{
    snprintf(name, 64, "%s_%s_usd", basis_names[basis], account_names[account]);
    for (char *c = name; *c; c++)
        if (*c == '-')
            *c = '_';
}

/* economic_depreciation_usd and the like: one metric for each account and basis. */
static void emit_accounts(const struct scope *scope, const struct emission *to)
{
    for (int basis = 0; basis < BASES; basis++)
        for (int account = 0; account < ACCOUNTS; account++) {
            int128 value = scope_sum(scope, offsetof(struct pool_result, account_uusd) +
                                                sizeof(int64_t) *
                                                    (size_t)(account * BASES + basis));
            if (value == 0)
                continue;
            char name[64];
            metric_of_account((enum basis)basis, (enum account)account, name);
            to->row(to->self, &(struct metric_row){.scope = scope->name,
                                                   .metric = name,
                                                   .unit = "USD",
                                                   .form = METRIC_USD,
                                                   .value = value,
                                                   .digits = 6});
        }
}

static void emit_scope(const struct scope *scope, const struct emission *to)
{
    for (const struct metric *metric = metrics; metric->name; metric++) {
        int128 value;
        if (!(metric->scopes & (unsigned)scope->kind) ||
            !metric->value(scope, metric->offset, &value))
            continue;
        to->row(to->self, &(struct metric_row){.scope = scope->name,
                                               .metric = metric->name,
                                               .unit = metric->unit,
                                               .form = metric->form,
                                               .value = value,
                                               .digits = metric_digits(metric->form)});
    }
    if (scope->kind == IN_GROUP)
        return;
    emit_causes(scope, to);
    emit_accounts(scope, to);
}

static void emit_groups(const struct metric_run *run, const struct emission *to)
{
    static const char *const prefixes[GROUP_KINDS] = {
        [GROUP_WORKLOAD] = "workload",
        [GROUP_TENANT] = "tenant",
        [GROUP_SIZE] = "size",
    };
    for (size_t i = 1; i < run->result->n_groups; i++) {
        const struct group_result *group = &run->result->groups[i];
        char name[320];
        snprintf(name, sizeof name, "%s:%s", prefixes[group->kind], group->name);
        struct scope scope = {
            .name = name, .kind = IN_GROUP, .run = run, .group = group};
        emit_scope(&scope, to);
    }
}

void metrics_each(const struct metric_run *run,
                  void (*row)(void *self, const struct metric_row *row), void *self)
{
    const struct run_result *result = run->result;
    struct emission to = {row, self};

    assert(result->n_groups > 0 && result->groups[0].kind == GROUP_TOTAL);
    emit_scope(
        &(struct scope){
            .name = "total", .kind = IN_TOTAL, .run = run, .group = &result->groups[0]},
        &to);

    struct scope fixed = {.name = "fixed", .kind = IN_FIXED, .run = run};
    if (scope_next_pool(&fixed, NULL))
        emit_scope(&fixed, &to);
    for (size_t i = 0; i < result->n_pools; i++) {
        struct scope pool = {.name = run->pool_names[i],
                             .kind = IN_POOL,
                             .run = run,
                             .pool = &result->pools[i]};
        emit_scope(&pool, &to);
    }
    emit_groups(run, &to);
}

struct metric_run metrics_of(const struct scenario *scenario,
                             const struct run_result *result, struct arena *arena)
{
    assert(result->n_pools == scenario->n_pools);
    const char **names = ARENA_ARRAY(arena, scenario->n_pools, const char *);
    bool *fixed = ARENA_ARRAY(arena, scenario->n_pools, bool);
    for (size_t i = 0; i < scenario->n_pools; i++) {
        names[i] = scenario->pools[i].name;
        fixed[i] = !tenure_is_elastic(scenario->pools[i].tenure);
    }
    return (struct metric_run){result, names, fixed};
}
