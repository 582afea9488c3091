#include "world/tally.h"

#include <assert.h>
#include <string.h>

#define GROUP_NONE UINT32_MAX

static uint32_t group_new(struct tally *tally, enum group_kind kind, const char *name)
{
    if (tally->n_groups == tally->groups_room) {
        uint32_t room = tally->groups_room ? tally->groups_room * 2 : 64;
        tally->groups = arena_grow(tally->arena, tally->groups, tally->n_groups, room,
                                   sizeof *tally->groups);
        tally->groups_room = room;
    }
    tally->groups[tally->n_groups] = (struct group_result){.kind = kind, .name = name};
    return tally->n_groups++;
}

static uint32_t named_group(struct tally *tally, struct names *names, uint32_t **groups,
                            enum group_kind kind, const char *text)
{
    if (!text)
        return GROUP_NONE;
    uint32_t before = names->n;
    uint32_t id = names_add(names, text, strlen(text));
    if (names->n > before) {
        if ((before & (before - 1)) == 0)
            *groups = arena_grow(tally->arena, *groups, before,
                                 before ? (size_t)before * 2 : 1, sizeof **groups);
        (*groups)[id] = group_new(tally, kind, names->text[id]);
    }
    return (*groups)[id];
}

void tally_init(struct tally *tally, struct arrivals *arrivals, int64_t warmup_ms,
                struct arena *arena)
{
    *tally = (struct tally){.arena = arena,
                            .warmup_ms = warmup_ms,
                            .first_submit_ms = NEVER_MS,
                            .last_end_ms = -1};
    tally->workloads.arena = tally->tenants.arena = arena;
    memset(tally->size_groups, 0xff, sizeof tally->size_groups);
    group_new(tally, GROUP_TOTAL, "");
    for (uint32_t s = 0; s <= arrivals->n; s++) {
        size_t n_kinds;
        struct source_kind *kinds = arrivals_kinds(arrivals, s, &n_kinds);
        for (size_t k = 0; k < n_kinds; k++) {
            struct source_kind *kind = &kinds[k];
            kind->workload_group =
                named_group(tally, &tally->workloads, &tally->workload_groups,
                            GROUP_WORKLOAD, kind->workload);
            kind->tenant_group =
                named_group(tally, &tally->tenants, &tally->tenant_groups, GROUP_TENANT,
                            kind->tenant);
        }
    }
}

static uint32_t size_group(struct tally *tally, int32_t gpus)
{
    static const char *const names[] = {
        "1",           "2-3",          "4-7",           "8-15",          "16-31",
        "32-63",       "64-127",       "128-255",       "256-511",       "512-1023",
        "1024-2047",   "2048-4095",    "4096-8191",     "8192-16383",    "16384-32767",
        "32768-65535", "65536-131071", "131072-262143", "262144-524287", "524288+",
    };
    int k = 31 - __builtin_clz((unsigned)gpus);
    int last = (int)(sizeof names / sizeof *names) - 1;
    k = k < last ? k : last;
    if (tally->size_groups[k] == GROUP_NONE)
        tally->size_groups[k] = group_new(tally, GROUP_SIZE, names[k]);
    return tally->size_groups[k];
}

/* The groups a job counts in. */
static int groups_of(struct tally *tally, const struct live_job *job,
                     uint32_t groups[4])
{
    int n = 0;
    groups[n++] = 0;
    groups[n++] = size_group(tally, job->gpus);
    if (job->kind->workload_group != GROUP_NONE)
        groups[n++] = job->kind->workload_group;
    if (job->kind->tenant_group != GROUP_NONE)
        groups[n++] = job->kind->tenant_group;
    return n;
}

void tally_arrived(struct tally *tally, const struct live_job *job)
{
    uint32_t groups[4];
    int n = groups_of(tally, job, groups);
    for (int i = 0; i < n; i++)
        tally->groups[groups[i]].arrived++;
    if (job->submit_ms < tally->first_submit_ms)
        tally->first_submit_ms = job->submit_ms;
}

static void count_wait(struct tally *tally, const struct live_job *job, int64_t wait_ms)
{
    uint32_t groups[4];
    if (job->submit_ms < tally->warmup_ms)
        return;
    int n = groups_of(tally, job, groups);
    for (int i = 0; i < n; i++) {
        struct group_result *group = &tally->groups[groups[i]];
        histogram_add(&group->wait, wait_ms, tally->arena);
        group->delayed += wait_ms > 0;
    }
}

void tally_started(struct tally *tally, const struct live_job *job, int64_t now_ms,
                   struct pool_result *pool)
{
    int64_t wait_ms = now_ms - job->submit_ms;
    if (job->submit_ms >= tally->warmup_ms)
        histogram_add(&pool->wait, wait_ms, tally->arena);
    count_wait(tally, job, wait_ms);
}

static void count_outcome(struct group_result *group, enum job_outcome outcome)
{
    switch (outcome) {
    case JOB_FINISHED: group->finished++; break;
    case JOB_RUNNING: group->running++; break;
    case JOB_WAITING: group->waiting++; break;
    case JOB_REFUSED: group->refused++; break;
    case JOB_ABANDONED: group->abandoned++; break;
    case JOB_OUTCOMES: assert(false);
    }
}

void tally_left(struct tally *tally, const struct live_job *job,
                enum job_outcome outcome, int64_t now_ms)
{
    uint32_t groups[4];
    int n = groups_of(tally, job, groups);
    bool started = job->first_start_ms != NEVER_STARTED;
    bool here = outcome == JOB_WAITING || outcome == JOB_RUNNING; /* or booting */
    bool censored = here && !started && job->submit_ms >= tally->warmup_ms;
    bool missed = (outcome == JOB_FINISHED && now_ms > job->deadline_ms) ||
                  (outcome == JOB_ABANDONED && now_ms >= job->deadline_ms);

    for (int i = 0; i < n; i++) {
        struct group_result *group = &tally->groups[groups[i]];
        count_outcome(group, outcome);
        group->censored += censored;
        group->missed += missed;
        group->useful_gpu_ms += job->useful_gpu_ms;
        group->overhead_gpu_ms += job->overhead_gpu_ms;
        group->direct_uusd += job->direct_uusd;
    }
    if (!started && (here || outcome == JOB_ABANDONED))
        count_wait(tally, job, now_ms - job->submit_ms);
    if (outcome == JOB_FINISHED && now_ms > tally->last_end_ms)
        tally->last_end_ms = now_ms;
}
