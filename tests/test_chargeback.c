/* Economic cost charged back to tenants: by use, month by month, to the micro-dollar.
 */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dirent.h>

#include "base/calendar.h"
#include "runs.h"
#include "world_fixture.h"

#define H MS_PER_H

enum { CHARGES = 512, NAMED = 8 };

struct charge {
    char pool[16], tenant[16], workload[16];
    bool unallocated;
    int64_t useful_gpu_ms, overhead_gpu_ms, cost_uusd[COST_SHARES];
};

struct charges {
    struct charge rows[CHARGES];
    size_t n;
    int64_t full_uusd, unallocated_uusd, no_tenant_uusd, economic_uusd;
};

static void take_charge(void *self, const struct charge_row *row)
{
    struct charges *charges = self;
    cr_assert(charges->n < CHARGES);
    struct charge *to = &charges->rows[charges->n++];
    *to = (struct charge){.unallocated = row->unallocated,
                          .useful_gpu_ms = row->useful_gpu_ms,
                          .overhead_gpu_ms = row->overhead_gpu_ms};
    snprintf(to->pool, sizeof to->pool, "%s", row->pool);
    snprintf(to->tenant, sizeof to->tenant, "%s", row->tenant);
    snprintf(to->workload, sizeof to->workload, "%s", row->workload);
    memcpy(to->cost_uusd, row->cost_uusd, sizeof to->cost_uusd);
}

/* What must hold of every run: shares and hours of each pool, and the whole. */
static void check(const struct charges *charges, const struct scenario *scenario,
                  const struct run_result *result)
{
    int64_t full = 0, groups = 0;
    for (size_t p = 0; p < result->n_pools; p++) {
        const struct pool_result *pool = &result->pools[p];
        int64_t cost[COST_SHARES] = {0}, useful = 0, overhead = 0;
        for (size_t i = 0; i < charges->n; i++) {
            const struct charge *row = &charges->rows[i];
            if (strcmp(row->pool, scenario->pools[p].name) != 0)
                continue;
            useful += row->useful_gpu_ms;
            overhead += row->overhead_gpu_ms;
            for (int s = 0; s < COST_SHARES; s++)
                cost[s] += row->cost_uusd[s];
        }
        cr_expect(eq(i64, useful, pool->state_gpu_ms[GPU_BUSY_USEFUL]));
        cr_expect(eq(i64, overhead, pool->state_gpu_ms[GPU_BUSY_OVERHEAD]));
        for (int s = 0; s < COST_SHARES; s++) {
            cr_expect(eq(i64, cost[s], pool->cost_uusd[s]), "%s of pool %zu",
                      cost_share_names[s], p);
            full += cost[s];
        }
    }
    for (size_t i = 0; i < result->n_groups; i++)
        if (result->groups[i].kind == GROUP_TENANT)
            groups += result->groups[i].full_uusd;
    cr_expect(eq(i64, full, charges->economic_uusd));
    cr_expect(eq(i64, charges->full_uusd, charges->economic_uusd));
    cr_expect(eq(i64, groups + charges->no_tenant_uusd + charges->unallocated_uusd,
                 charges->economic_uusd));
}

static void sum_up(struct charges *charges, const struct run_result *result)
{
    charges->full_uusd = result->groups[0].full_uusd;
    charges->unallocated_uusd = result->unallocated_uusd;
    charges->no_tenant_uusd = result->no_tenant_uusd;
    for (size_t p = 0; p < result->n_pools; p++)
        charges->economic_uusd += result->pools[p].basis_uusd[BASIS_ECONOMIC];
}

static void run_toy(struct toy *toy, struct charges *charges)
{
    const struct sink sink = {.self = charges, .charge = take_charge};
    const struct run_options options = {.sink = &sink, .check = true};
    toy->scenario.chargeback = true;
    toy->scenario.interval.ms = toy->scenario.horizon_ms;
    charges->n = 0;
    charges->economic_uusd = 0;
    trace_finish(&toy->trace);
    struct world *world = world_new(&toy->scenario, &options);
    bool ok = world_run(world, &toy->err);
    cr_assert(ok, "%s", toy->err.text);
    sum_up(charges, world_result(world));
    check(charges, &toy->scenario, world_result(world));
    world_free(world);
}

static void add_job(struct toy *toy, const char *tenant, const char *workload,
                    int64_t submit_ms, int64_t duration_ms, int32_t gpus)
{
    struct trace_row row = trace_row(submit_ms, duration_ms, gpus);
    if (tenant)
        row.kind.tenant = trace_name(&toy->trace, tenant, strlen(tenant));
    if (workload)
        row.kind.workload = trace_name(&toy->trace, workload, strlen(workload));
    toy_add(toy, &row);
}

static void expect_charge(const struct charge *row, const char *tenant,
                          bool unallocated, int64_t gpu_h, int64_t busy, int64_t idle)
{
    cr_expect(strcmp(row->tenant, tenant) == 0, "'%s' is not '%s'", row->tenant,
              tenant);
    cr_expect(eq(int, row->unallocated, unallocated));
    cr_expect(eq(i64, row->useful_gpu_ms, gpu_h * H));
    cr_expect(eq(i64, row->overhead_gpu_ms, 0));
    cr_expect(eq(i64, row->cost_uusd[COST_BUSY], busy));
    cr_expect(eq(i64, row->cost_uusd[COST_IDLE], idle));
    cr_expect(eq(i64, row->cost_uusd[COST_OVERHEAD], 0));
    cr_expect(eq(i64, row->cost_uusd[COST_DOWN], 0));
}

/*
 * A lease of 8 GPUs at 1 USD/GPU-h, 40 days: January 5,952 USD, February 1,728.
 * In January blue uses 700 GPU-h, red 300, jobs without a tenant 41: 1,041 USD are
 * busy and 4,911 idle, of which
 *     blue  4,911 x 700/1,041 = 3,302.305475504...
 *     red   4,911 x 300/1,041 = 1,415.273775216...
 *     none  4,911 x  41/1,041 =   193.420749279...
 * cut to micro-dollars; the one left over is blue's.  In February nobody runs.
 */
Test(chargeback, a_month_is_borne_by_who_used_it_as_by_hand)
{
    static struct charges charges;
    struct toy toy;
    toy_init(&toy, 40 * MS_PER_D);
    struct pool_spec *lease = toy_pool(&toy, TENURE_LEASE, "lease", 8);
    lease->price_rate = 1000000000;
    lease->until_ms = 100 * MS_PER_D;
    add_job(&toy, "red", NULL, 0, 100 * H, 3);
    add_job(&toy, "blue", NULL, 10 * H, 140 * H, 5);
    add_job(&toy, NULL, NULL, 300 * H, 41 * H, 1);
    run_toy(&toy, &charges);
    cr_assert(eq(sz, charges.n, 4));
    expect_charge(&charges.rows[0], "red", false, 300, 300000000, 1415273775);
    expect_charge(&charges.rows[1], "blue", false, 700, 700000000, 3302305476);
    expect_charge(&charges.rows[2], "", false, 41, 41000000, 193420749);
    expect_charge(&charges.rows[3], "", true, 0, 0, 1728000000);
    cr_expect(eq(i64, charges.unallocated_uusd, 1728000000));
    cr_expect(eq(i64, charges.no_tenant_uusd, 234420749));
    toy_free(&toy);
}

/* On demand at 2 USD/GPU-h: blue holds 3 GPUs for 1 h of boot and 4 h of work, red 1
 * GPU for 1 h and 9 h: overhead goes by overhead, 6 and 2 USD, useful 24 and 18. */
Test(chargeback, overhead_is_borne_by_who_caused_it)
{
    static struct charges charges;
    struct toy toy;
    toy_init(&toy, 31 * MS_PER_D);
    struct pool_spec *pool = toy_pool(&toy, TENURE_ON_DEMAND, "burst", 8);
    pool->price_rate = 2000000000;
    pool->boot_ms = H;
    add_job(&toy, "blue", "train", 0, 4 * H, 3);
    add_job(&toy, "red", "serve", 2 * H, 9 * H, 1);
    run_toy(&toy, &charges);
    cr_assert(eq(sz, charges.n, 2));
    static const int64_t expected[2][2] = {{24000000, 6000000}, {18000000, 2000000}};
    for (int i = 0; i < 2; i++) {
        cr_expect(eq(i64, charges.rows[i].cost_uusd[COST_BUSY], expected[i][0]));
        cr_expect(eq(i64, charges.rows[i].cost_uusd[COST_OVERHEAD], expected[i][1]));
    }
    cr_expect(strcmp(charges.rows[1].workload, "serve") == 0);
    toy_free(&toy);
}

/* Random pools and jobs from a fixed linear congruence, over three month ends. */
static uint32_t draw(uint32_t *state, uint32_t below)
{
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 8) % below;
}

static void random_pools(struct toy *toy, uint32_t *state)
{
    struct pool_spec *own = toy_pool(toy, TENURE_OWN, "own", 1 + draw(state, 20));
    own->server_price_uusd = 200000000000 + draw(state, 1000000007);
    own->capex_uusd_per_gpu = own->server_price_uusd / 8;
    own->residual_uusd_per_gpu = 3000000000 + draw(state, 100000);
    own->colo_rate = 100000000 + draw(state, 10000019);
    own->busy_power_rate = 40000000 + draw(state, 10000019);
    if (draw(state, 2))
        toy_change(own, (1 + draw(state, 1500)) * H + 17, 8);
    struct pool_spec *lease = toy_pool(toy, TENURE_LEASE, "lease", 1 + draw(state, 9));
    lease->price_rate = 1900000000 + draw(state, 10000019);
    lease->prepay_frac = 0.2;
    lease->until_ms = (400 + draw(state, 4000)) * H;
    lease->start_past_end = draw(state, 2);
    struct pool_spec *burst =
        toy_pool(toy, TENURE_ON_DEMAND, "burst", 1 + draw(state, 30));
    burst->price_rate = 2900000000 + draw(state, 10000019);
    burst->boot_ms = draw(state, 2) * (1 + draw(state, 1000000));
    burst->minimum_ms = 1 + draw(state, 4000000);
}

Test(chargeback, it_adds_up_to_the_economic_cost_exactly_in_random_scenarios)
{
    static const char *const names[NAMED] = {"a", "b", "c", "d", "e", "f", "g", NULL};
    static struct charges charges;
    uint32_t state = 20261128;
    for (int run = 0; run < 120; run++) {
        struct toy toy;
        toy_init(&toy, (int64_t)(60 + draw(&state, 40)) * MS_PER_D + draw(&state, 999));
        toy.scenario.discount_frac_per_y = draw(&state, 2) ? 0.1031 : 0;
        toy.scenario.dispatch.backfill = (enum backfill)draw(&state, 4);
        random_pools(&toy, &state);
        for (int i = 0; i < TOY_ROWS; i++) {
            int64_t submit = (int64_t)draw(&state, 2000) * H + draw(&state, 3600000);
            add_job(&toy, names[draw(&state, NAMED)], names[draw(&state, 3) + 5],
                    submit, (int64_t)(1 + draw(&state, 200)) * H + draw(&state, 9999),
                    (int32_t)(1 + draw(&state, 9)));
        }
        run_toy(&toy, &charges);
        toy_free(&toy);
    }
}

/* Every shipped scenario, with all of its jobs. */
Test(chargeback, it_adds_up_in_the_shipped_scenarios)
{
    static struct charges charges;
    const char *source = getenv("TENURE_SOURCE");
    char folder[512], path[1024];
    int n = 0;
    snprintf(folder, sizeof folder, "%s/models/scenarios", source ? source : "..");
    DIR *dir = opendir(folder);
    cr_assert(dir != NULL, "%s", folder);
    for (struct dirent *entry; (entry = readdir(dir));) {
        size_t length = strlen(entry->d_name);
        if (length < 5 || strcmp(entry->d_name + length - 5, ".yaml") != 0)
            continue;
        static const char *const set[] = {"chargeback=true"};
        struct scenario scenario;
        struct error err;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        bool ok = scenario_read(&scenario, path, set, 1, &err);
        cr_assert(ok, "%s", err.text);
        const struct sink sink = {.self = &charges, .charge = take_charge};
        struct world *world =
            world_new(&scenario, &(struct run_options){.sink = &sink});
        charges.n = 0;
        charges.economic_uusd = 0;
        ok = world_run(world, &err);
        cr_assert(ok, "%s", err.text);
        sum_up(&charges, world_result(world));
        check(&charges, &scenario, world_result(world));
        cr_expect(charges.n > 0 && charges.full_uusd > 0, "%s", entry->d_name);
        world_free(world);
        scenario_free(&scenario);
        n++;
    }
    closedir(dir);
    cr_expect(n >= 5, "%d scenarios", n);
}

/* ---- one more tenant ---- */

struct others {
    FILE *out;
    size_t n;
};

static void take_other(void *self, const struct job_row *row)
{
    struct others *others = self;
    if (row->tenant && strcmp(row->tenant, "new") == 0)
        return;
    others->n++;
    fprintf(others->out, "%s %s %lld %lld %lld %s %lld %lld %lld\n", row->id,
            row->tenant ? row->tenant : "-", (long long)row->submit_ms,
            (long long)row->start_ms, (long long)row->end_ms,
            row->pool ? row->pool : "-", (long long)row->gpus,
            (long long)row->useful_gpu_ms, (long long)row->direct_uusd);
}

static char *jobs_of(const char *more)
{
    static const char frame[] =
        "start: 2026-01-01\nhorizon: 60d\nchargeback: true\n"
        "service: [{workload: x, delay: 1 USD/GPU-h}]\n"
        "demand:\n"
        "  - {name: one, tenant: blue, model: {name: poisson, rate: 17 /d}}\n"
        "  - {name: two, tenant: red, workload: x, scale: 1.37,"
        " model: {name: poisson, rate: 11 /d}}\n%s"
        "pools:\n"
        "  - {name: burst, tenure: on-demand, class: h100-sxm, limit: 100000,"
        " price: 2.95 USD/GPU-h}\n";
    char yaml[2048], *text = NULL;
    size_t size;
    struct scenario scenario;
    struct error err;
    snprintf(yaml, sizeof yaml, frame, more);
    bool ok = scenario_from_text(&scenario, yaml, NULL, 0, &err);
    cr_assert(ok, "%s", err.text);
    struct others others = {.out = open_memstream(&text, &size)};
    const struct sink sink = {.self = &others, .job = take_other};
    struct world *world = world_new(&scenario, &(struct run_options){.sink = &sink});
    ok = world_run(world, &err);
    cr_assert(ok, "%s", err.text);
    cr_expect(others.n > 1000, "%zu jobs", others.n);
    world_free(world);
    scenario_free(&scenario);
    fclose(others.out);
    return text;
}

Test(chargeback, one_more_tenant_changes_nobody_elses_jobs)
{
    char *without = jobs_of("");
    char *with = jobs_of("  - {name: three, tenant: new, workload: y, scale: 2.9,"
                         " model: {name: poisson, rate: 23 /d}}\n");
    cr_expect(strcmp(without, with) == 0);
    free(without);
    free(with);
}
