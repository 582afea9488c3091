#ifndef TESTS_OUTPUT_FIXTURE_H
#define TESTS_OUTPUT_FIXTURE_H

/*
 * A small result made by hand, whose books agree: three pools (own, lease, on-demand),
 * three days across the end of a month, eight jobs of every outcome.  Everything is
 * computed here from the job table and constant prices, by other code than the world's.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/calendar.h"
#include "output/files.h"
#include "output/manifest.h"
#include "output/metrics.h"

#define FIXTURE_START INT64_C(1769731200000) /* 2026-01-30 */
#define FIXTURE_DAYS  3
#define FIXTURE_END   (FIXTURE_DAYS * MS_PER_D)
#define FIXTURE_BOOT  INT64_C(187345)

enum { OWN, LEASED, BURST, FIXTURE_POOLS };

struct fixture_job {
    const char *id, *workload, *tenant;
    int64_t submit_ms, start_ms, end_ms;
    int pool; /* -1: never ran */
    int64_t gpus;
    enum job_outcome outcome;
    const char *reason;
};

static const struct fixture_job fixture_jobs[] = {
    {"a-1", "training", "blue", 3385, 3385, 90061007, OWN, 5, JOB_FINISHED, NULL},
    {"=b,2", "training", NULL, 60017, 60017, 70000123, LEASED, 3, JOB_FINISHED, NULL},
    {"c", "serving", "red", 120000, 90061007, 172800999, OWN, 8, JOB_FINISHED, NULL},
    {"d", NULL, "red", 500009, 500009 + FIXTURE_BOOT, 80123456, BURST, 2, JOB_FINISHED,
     NULL},
    {"e", "serving", "blue", 700001, -1, 700001, -1, 999, JOB_REFUSED,
     "no pool has 999 GPUs"},
    {"f", NULL, NULL, 90000000, -1, 93600000, -1, 6, JOB_ABANDONED, "patience ended"},
    {"g", "training", "blue", 100000000, 172800999, -1, OWN, 7, JOB_RUNNING, NULL},
    {"h", "serving", NULL, 200000000, -1, -1, -1, 4, JOB_WAITING, NULL},
};
#define FIXTURE_JOBS (sizeof fixture_jobs / sizeof fixture_jobs[0])

struct fixture {
    struct arena arena;
    struct scenario scenario;
    struct gpu_class class;
    struct pool_spec pools[FIXTURE_POOLS];
    struct run_result result;
    struct pool_result sums[FIXTURE_POOLS];
    int64_t shown_uusd[FIXTURE_POOLS][FIXTURE_DAYS]; /* economic, by day */
    char parent[64];                                 /* a new directory of its own */
};

static inline int64_t fixture_overlap(int64_t a, int64_t b, int64_t from, int64_t to)
{
    int64_t low = a > from ? a : from, high = b < to ? b : to;
    return high > low ? high - low : 0;
}

static inline int64_t fixture_end(const struct fixture_job *job)
{
    return job->end_ms < 0 ? FIXTURE_END : job->end_ms;
}

static const int64_t fixture_capacity[FIXTURE_POOLS] = {8, 4, 0};

/* Economic cost per day: depreciation or rent, energy or prepaid rent, capital. */
static const int64_t fixture_price[FIXTURE_POOLS][3] = {
    {212345679, 17654321, 33000007}, {151000003, 29000001, 7000003}, {61234567, 0, 0}};

static const enum account fixture_account[FIXTURE_POOLS][3] = {
    {ACCOUNT_DEPRECIATION, ACCOUNT_ENERGY, ACCOUNT_CAPITAL},
    {ACCOUNT_RENT, ACCOUNT_PREPAID_RENT, ACCOUNT_CAPITAL},
    {ACCOUNT_ON_DEMAND, ACCOUNT_ON_DEMAND, ACCOUNT_ON_DEMAND}};

static const char *const fixture_items[FIXTURE_POOLS] = {"lot 1", "contract 1", ""};

static inline void fixture_states(int pool, int64_t from, int64_t to,
                                  int64_t state[GPU_STATES])
{
    int64_t busy = 0, boot = 0;
    memset(state, 0, GPU_STATES * sizeof *state);
    for (size_t j = 0; j < FIXTURE_JOBS; j++) {
        const struct fixture_job *job = &fixture_jobs[j];
        if (job->pool != pool)
            continue;
        busy += job->gpus * fixture_overlap(job->start_ms, fixture_end(job), from, to);
        if (pool == BURST)
            boot += job->gpus * fixture_overlap(job->start_ms - FIXTURE_BOOT,
                                                job->start_ms, from, to);
    }
    state[GPU_BUSY_USEFUL] = busy;
    state[GPU_BUSY_OVERHEAD] = boot;
    int64_t idle = pool == BURST ? 0 : fixture_capacity[pool] * (to - from) - busy;
    state[GPU_DOWN] = idle / 7;
    state[GPU_IDLE_HELD] = idle / 5;
    state[GPU_IDLE_FRAGMENTED] = idle / 3;
    state[GPU_IDLE_NO_DEMAND] = idle - idle / 7 - idle / 5 - idle / 3;
}

static inline void fixture_timeline(struct fixture *f, int day, int pool,
                                    const struct sink *sink)
{
    struct timeline_row row = {.start_ms = day * MS_PER_D,
                               .end_ms = (day + 1) * MS_PER_D,
                               .pool = f->pools[pool].name,
                               .capacity_gpus = fixture_capacity[pool],
                               .waiting_jobs = day,
                               .waiting_gpus = 3 * day,
                               .price_nano_usd_per_gpu_h = 2049000000};
    struct pool_result *sum = &f->sums[pool];
    int64_t economic = 0, rest = 0;

    fixture_states(pool, row.start_ms, row.end_ms, row.state_gpu_ms);
    row.surplus_gpu_ms = pool == BURST ? 1234567 * (day + 1) : 0;
    for (size_t j = 0; j < FIXTURE_JOBS; j++) {
        const struct fixture_job *job = &fixture_jobs[j];
        if (job->pool != pool)
            continue;
        row.jobs_started += job->start_ms / MS_PER_D == day;
        row.jobs_ended += job->end_ms >= 0 && job->end_ms / MS_PER_D == day;
    }
    for (int k = 0; k < 3; k++)
        economic += fixture_price[pool][k];
    for (int s = 1; s < COST_SHARES; s++)
        rest += row.cost_uusd[s] = economic / (3 * s + 2) + day;
    row.cost_uusd[COST_BUSY] = economic - rest;

    for (int s = 0; s < GPU_STATES; s++)
        sum->state_gpu_ms[s] += row.state_gpu_ms[s];
    for (int s = 0; s < COST_SHARES; s++)
        sum->cost_uusd[s] += row.cost_uusd[s];
    sum->surplus_gpu_ms += row.surplus_gpu_ms;
    sum->jobs_started += row.jobs_started;
    sum->jobs_finished += row.jobs_ended;
    if (sink)
        sink->timeline(sink->self, &row);
}

static inline void fixture_wait(struct histogram *wait, int64_t ms, struct arena *arena)
{
    histogram_add(wait, ms, arena);
}

static inline void fixture_group(struct fixture *f, enum group_kind kind,
                                 const char *name, const struct fixture_job *job,
                                 const struct job_row *row)
{
    struct run_result *result = &f->result;
    struct group_result *group = NULL;
    if (!name)
        return;
    for (size_t i = 0; i < result->n_groups; i++)
        if (result->groups[i].kind == kind && strcmp(result->groups[i].name, name) == 0)
            group = &result->groups[i];
    if (!group) {
        group = &result->groups[result->n_groups++];
        group->kind = kind;
        group->name = name;
    }
    group->arrived++;
    group->finished += job->outcome == JOB_FINISHED;
    group->running += job->outcome == JOB_RUNNING;
    group->waiting += job->outcome == JOB_WAITING;
    group->refused += job->outcome == JOB_REFUSED;
    group->abandoned += job->outcome == JOB_ABANDONED;
    group->missed += job->outcome == JOB_ABANDONED;
    group->useful_gpu_ms += row->useful_gpu_ms;
    group->overhead_gpu_ms += row->overhead_gpu_ms;
    group->direct_uusd += row->direct_uusd;
    if (job->outcome == JOB_REFUSED || job->submit_ms < f->scenario.warmup_ms)
        return;
    fixture_wait(&group->wait, row->wait_ms, &f->arena);
    group->delayed += row->wait_ms > 0;
    group->censored += job->outcome == JOB_WAITING;
}

static inline const char *fixture_size(int64_t gpus)
{
    return gpus >= 512 ? "512-1023" : gpus >= 8 ? "8-15" : gpus >= 4 ? "4-7" : "2-3";
}

static inline void fixture_job_row(struct fixture *f, const struct fixture_job *job,
                                   const struct sink *sink)
{
    int64_t until = job->start_ms >= 0 ? job->start_ms : fixture_end(job);
    struct job_row row = {
        .id = job->id,
        .workload = job->workload,
        .tenant = job->tenant,
        .submit_ms = job->submit_ms,
        .start_ms = job->start_ms >= 0 ? job->start_ms : NEVER_STARTED,
        .end_ms = job->end_ms,
        .pool = job->pool < 0 ? NULL : f->pools[job->pool].name,
        .class = job->pool < 0 ? NULL : "h100-sxm",
        .gpus = job->gpus,
        .wait_ms = until - job->submit_ms,
        .outcome = job->outcome,
        .reason = job->reason,
    };
    if (job->start_ms >= 0) {
        row.useful_gpu_ms = job->gpus * (fixture_end(job) - job->start_ms);
        row.overhead_gpu_ms = job->pool == BURST ? job->gpus * FIXTURE_BOOT : 0;
        row.direct_uusd = row.useful_gpu_ms / 7919;
        if (job->submit_ms >= f->scenario.warmup_ms)
            fixture_wait(&f->sums[job->pool].wait, row.wait_ms, &f->arena);
    }
    fixture_group(f, GROUP_TOTAL, "", job, &row);
    fixture_group(f, GROUP_WORKLOAD, job->workload, job, &row);
    fixture_group(f, GROUP_TENANT, job->tenant, job, &row);
    fixture_group(f, GROUP_SIZE, fixture_size(job->gpus), job, &row);
    if (sink)
        sink->job(sink->self, &row);
}

#define FIXTURE_MWH INT64_C(1234567000)

/* What a posting paid for, computed from the job table again. */
static inline void fixture_quantity(struct ledger_row *row, int pool, int month)
{
    int64_t state[GPU_STATES], gpu_ms = 0;
    fixture_states(pool, month ? 2 * MS_PER_D : 0, month ? FIXTURE_END : 2 * MS_PER_D,
                   state);
    for (int s = 0; s < GPU_STATES; s++)
        gpu_ms += state[s];
    row->unit = "";
    if (row->account == ACCOUNT_PURCHASE) {
        row->unit = "GPU";
        row->quantity = fixture_capacity[pool];
    } else if (row->account == ACCOUNT_ENERGY) {
        row->unit = "kWh";
        row->quantity = month ? 411110877 : FIXTURE_MWH - 411110877;
        row->quantity_digits = 6;
    } else if (row->account == ACCOUNT_RENT || row->account == ACCOUNT_ON_DEMAND) {
        row->unit = "GPU-h";
        row->quantity = gpu_ms_to_nano_gpu_h(gpu_ms);
        row->quantity_digits = 9;
    }
}

static inline void fixture_post(struct fixture *f, int pool, int month,
                                enum account account, enum basis basis, int64_t amount,
                                const struct sink *sink)
{
    static const int64_t ends[] = {2 * MS_PER_D, FIXTURE_END};
    struct ledger_row row = {
        .month_unix_ms =
            calendar_month_start(FIXTURE_START + (month ? 2 * MS_PER_D : 0)),
        .time_ms = account == ACCOUNT_PURCHASE || account == ACCOUNT_PREPAYMENT
                       ? 0
                       : ends[month],
        .pool = f->pools[pool].name,
        .item = fixture_items[pool],
        .account = account,
        .basis = basis,
        .amount_uusd = amount,
    };
    fixture_quantity(&row, pool, month);
    if (amount == 0)
        return;
    f->sums[pool].account_uusd[account][basis] += amount;
    f->sums[pool].basis_uusd[basis] += amount;
    if (sink)
        sink->ledger(sink->self, &row);
}

static inline void fixture_month(struct fixture *f, int pool, int month,
                                 const struct sink *sink)
{
    int64_t days = month ? 1 : 2;
    if (!month && pool == OWN)
        fixture_post(f, pool, 0, ACCOUNT_PURCHASE, BASIS_CASH, INT64_C(987654321012),
                     sink);
    if (!month && pool == LEASED)
        fixture_post(f, pool, 0, ACCOUNT_PREPAYMENT, BASIS_CASH, INT64_C(5432109876),
                     sink);
    for (int k = 0; k < 3; k++)
        for (int b = 0; b < BASES; b++)
            if (account_has_basis(fixture_account[pool][k], (enum basis)b))
                fixture_post(f, pool, month, fixture_account[pool][k], (enum basis)b,
                             days * fixture_price[pool][k], sink);
}

static inline void fixture_asset(struct fixture *f, int pool, const struct sink *sink)
{
    struct pool_result *sum = &f->sums[pool];
    struct asset_row row = {
        .pool = f->pools[pool].name,
        .item = fixture_items[pool],
        .class = "h100-sxm",
        .is_lot = pool == OWN,
        .gpus = fixture_capacity[pool],
        .begin_ms = 0,
        .end_ms = pool == LEASED ? FIXTURE_END : -1,
        .term_end_ms = pool == LEASED ? FIXTURE_END + 17 * MS_PER_D : -1,
        .cash_uusd = sum->basis_uusd[BASIS_CASH],
        .accrual_uusd = sum->basis_uusd[BASIS_ACCRUAL],
        .economic_uusd = sum->basis_uusd[BASIS_ECONOMIC],
        .idle_uusd = sum->cost_uusd[COST_IDLE],
        .market_uusd = 777000111 + pool,
        .commitment_uusd = pool == LEASED ? 424242 : 0,
    };
    memcpy(row.state_gpu_ms, sum->state_gpu_ms, sizeof row.state_gpu_ms);
    row.book_uusd = sum->opening_uusd + row.cash_uusd - row.accrual_uusd;
    if (pool == OWN) {
        row.stranded_uusd = row.book_uusd - row.market_uusd;
        row.avoidable_usd_per_work_h = 2.385000017;
        row.alternative_usd_per_work_h = 2.049;
        row.obsolete = true;
    }
    sum->closing_book_uusd = row.book_uusd;
    sum->closing_market_uusd = sum->closing_uusd = row.market_uusd;
    sum->commitment_uusd = row.commitment_uusd;
    if (sink)
        sink->asset(sink->self, &row);
}

/* January has two days of the run, February one. */
static inline void fixture_usage(struct fixture *f, int pool, int month,
                                 const struct sink *sink)
{
    struct usage_row row = {
        .month_unix_ms =
            calendar_month_start(FIXTURE_START + (month ? 2 * MS_PER_D : 0)),
        .pool = f->pools[pool].name,
        .item = fixture_items[pool],
    };
    for (int day = month ? 2 : 0; day < (month ? FIXTURE_DAYS : 2); day++) {
        int64_t state[GPU_STATES];
        fixture_states(pool, day * MS_PER_D, (day + 1) * MS_PER_D, state);
        for (int s = 0; s < GPU_STATES; s++)
            row.state_gpu_ms[s] += state[s];
    }
    if (pool == OWN)
        row.energy_mwh = month ? 411110877 : FIXTURE_MWH - 411110877;
    int64_t all = 0;
    for (int s = 0; s < GPU_STATES; s++)
        all += row.state_gpu_ms[s];
    if (sink && all > 0)
        sink->usage(sink->self, &row);
}

static inline void fixture_rest(struct fixture *f)
{
    for (int p = 0; p < FIXTURE_POOLS; p++) {
        struct pool_result *sum = &f->sums[p];
        sum->cash_pv_usd = (double)sum->basis_uusd[BASIS_CASH] / 1e6 * 0.99873;
        sum->closing_pv_usd = (double)sum->closing_uusd / 1e6 * 0.9971;
        sum->useful_pv_gpu_h =
            (double)sum->state_gpu_ms[GPU_BUSY_USEFUL] / 3.6e6 * 0.998;
        sum->energy_mwh_milli = p == OWN ? FIXTURE_MWH / 1000 : 0;
        f->result.peak_cash_uusd += sum->basis_uusd[BASIS_CASH]; /* all of it */
        sum->carbon_kg = p == OWN ? 481.48113 : 0;
        sum->peak_busy_gpus = 5 + p;
        sum->peak_capacity_gpus = p == BURST ? 7 : fixture_capacity[p];
        sum->work_gpu_ms = sum->state_gpu_ms[GPU_BUSY_USEFUL] / 2;
    }
    f->result.makespan_ms = 172800999 - 3385;
    f->result.end_ms = FIXTURE_END;
    f->result.events = 42;
}

/* Fills in the result, and sends its rows to `sink` (NULL: none). */
static inline void fixture_run(struct fixture *f, const struct sink *sink)
{
    f->result.pools = f->sums;
    f->result.n_pools = FIXTURE_POOLS;
    f->result.groups = ARENA_ARRAY(&f->arena, 32, struct group_result);
    f->sums[OWN].opening_uusd = 55000055;
    for (int day = 0; day < FIXTURE_DAYS; day++)
        for (int pool = 0; pool < FIXTURE_POOLS; pool++)
            fixture_timeline(f, day, pool, sink);
    for (size_t j = 0; j < FIXTURE_JOBS; j++)
        fixture_job_row(f, &fixture_jobs[j], sink);
    for (int month = 0; month < 2; month++)
        for (int pool = 0; pool < FIXTURE_POOLS; pool++)
            fixture_month(f, pool, month, sink);
    for (int month = 0; month < 2; month++)
        for (int pool = 0; pool < FIXTURE_POOLS; pool++)
            fixture_usage(f, pool, month, sink);
    for (int pool = OWN; pool <= LEASED; pool++)
        fixture_asset(f, pool, sink);
    if (sink && sink->event)
        sink->event(sink->self, &(struct event_row){.time_ms = 3385,
                                                    .phase = 5,
                                                    .kind = "submit",
                                                    .job = "a-1",
                                                    .gpus = 5});
    if (sink && sink->decision)
        sink->decision(sink->self, &(struct decision_row){.time_ms = MS_PER_D,
                                                          .pool = "own",
                                                          .policy = "reorder",
                                                          .review = 1,
                                                          .action = "buy",
                                                          .gpus = 17,
                                                          .in_service_gpus = 8,
                                                          .reason = "below"});
    fixture_rest(f);
}

static inline void fixture_begin(struct fixture *f)
{
    static const char *const names[] = {"own", "leased", "burst"};
    static const enum tenure tenures[] = {TENURE_OWN, TENURE_LEASE, TENURE_ON_DEMAND};
    static const char *const warnings[] = {"estimates are guesses"};
    static const struct input_file inputs[] = {
        {"three-pools.yaml",
         "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}};

    *f = (struct fixture){.class = {.name = "h100-sxm"}};
    f->scenario = (struct scenario){
        .name = "three-pools",
        .path = "three-pools.yaml",
        .start_unix_ms = FIXTURE_START,
        .horizon_ms = FIXTURE_END,
        .warmup_ms = 60000,
        .seed = 7,
        .discount_frac_per_y = 0.1,
        .closing = CLOSING_MARKET,
        .write_events = true,
        .pools = f->pools,
        .n_pools = FIXTURE_POOLS,
        .inputs = (struct input_file *)(void *)(uintptr_t)inputs,
        .n_inputs = 1,
        .warnings = (const char **)(void *)(uintptr_t)warnings,
        .n_warnings = 1,
        .resolved = {.arena = &f->arena},
    };
    resolved_add(&f->scenario.resolved, "pools.own.gpus", "8",
                 "three-pools.yaml:12:20");
    resolved_add(&f->scenario.resolved, "seed", "7", "--set");
    for (int p = 0; p < FIXTURE_POOLS; p++)
        f->pools[p] = (struct pool_spec){.name = names[p],
                                         .tenure = tenures[p],
                                         .class = &f->class,
                                         .gpus = fixture_capacity[p]};
    strcpy(f->parent, "/tmp/tenure-test-XXXXXX");
    if (!mkdtemp(f->parent))
        abort();
}

/* The path of a name in the fixture's own directory. */
static inline const char *fixture_path(struct fixture *f, const char *name)
{
    return arena_printf(&f->arena, "%s/%s", f->parent, name);
}

/* Writes the whole result into a directory. */
static inline bool fixture_write(struct fixture *f, const char *dir, bool force,
                                 struct error *err)
{
    struct staging staging;
    struct file_record records[OUTPUT_TABLES];
    size_t n;
    if (!staging_begin(&staging, dir, force, err))
        return false;
    struct files *files = files_open(&staging, &f->scenario, err);
    if (!files)
        return false;
    fixture_run(f, files_sink(files));
    if (!files_close(files, records, &n, err))
        return false;
    struct metric_run run = metrics_of(&f->scenario, &f->result, &f->arena);
    records[n] = (struct file_record){.name = "summary.csv"};
    if (!summary_write(&run, staging_path(&staging, "summary.csv"), records[n].digest,
                       &records[n].rows, err))
        return false;
    struct manifest manifest = {.version = "0.1.0",
                                .scenario = &f->scenario,
                                .result = &f->result,
                                .files = records,
                                .n_files = n + 1};
    struct run_facts facts = {.wall_s = 0.25, .events = 42, .threads = 1};
    return run_facts_write(&facts, &staging, err) &&
           manifest_write(&manifest, &staging, err) && staging_commit(&staging, err);
}

static inline void fixture_end_all(struct fixture *f)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", f->parent);
    if (system(command) != 0)
        abort();
    arena_free(&f->arena);
}

#endif
