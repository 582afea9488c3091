/* Rows that leave the world: intervals, jobs, events. */

#include <string.h>

#include "world/state.h"

static struct timeline_row interval_row(struct world *world, uint32_t p, int64_t end_ms)
{
    const struct pool *pool = &world->fleet.pools[p];
    bool own = pool->spec->tenure == TENURE_OWN;
    struct timeline_row row = {
        .start_ms = world->interval_start_ms,
        .end_ms = end_ms,
        .pool = pool->spec->name,
        .surplus_gpu_ms = pool->surplus.sum - world->interval_surplus[p],
        .capacity_gpus = pool->capacity_gpus,
        .waiting_jobs = pool->waiting_jobs,
        .waiting_gpus = pool->wanted_gpus,
        .jobs_started = world->interval_started[p],
        .jobs_ended = world->interval_ended[p],
        .price_nano_usd_per_gpu_h = own            ? 0
                                    : pool->prices ? pool->prices->rent_rate
                                                   : pool->spec->price_rate,
    };
    for (int s = 0; s < GPU_STATES; s++) {
        struct reading now = integral_read(&pool->state[s], end_ms);
        row.state_gpu_ms[s] = now.sum - world->interval_state[p][s].sum;
        world->interval_state[p][s] = now;
    }
    ledger_show(&world->ledger, p, end_ms, row.cost_uusd);
    world->interval_surplus[p] = pool->surplus.sum;
    world->interval_started[p] = world->interval_ended[p] = 0;
    return row;
}

/* A run that falls idle just when an interval ends: what happened at that instant
 * belongs to an interval that never comes, and is counted in the last one. */
static void merge_row(struct timeline_row *held, const struct timeline_row *row)
{
    held->surplus_gpu_ms += row->surplus_gpu_ms;
    held->jobs_started += row->jobs_started;
    held->jobs_ended += row->jobs_ended;
    for (int s = 0; s < COST_SHARES; s++)
        held->cost_uusd[s] += row->cost_uusd[s];
    held->capacity_gpus = row->capacity_gpus;
    held->waiting_jobs = row->waiting_jobs;
    held->waiting_gpus = row->waiting_gpus;
}

void world_show_held(struct world *world)
{
    const struct sink *sink = &world->sink;
    for (uint32_t p = 0; p < world->fleet.n_pools && world->rows_held; p++)
        sink->timeline(sink->self, &world->held_rows[p]);
    world->rows_held = false;
}

void world_show_interval(struct world *world, int64_t end_ms)
{
    const struct sink *sink = &world->sink;
    bool open = world->scenario->until_idle;
    int64_t unix_ms = world->scenario->start_unix_ms + end_ms;
    if (calendar_month_start(unix_ms) == unix_ms)
        ledger_settle_bills(&world->ledger, end_ms);
    levels_show_interval(world, end_ms);
    bool empty = end_ms == world->interval_start_ms && world->rows_held;

    if (sink->timeline && open && !empty)
        world_show_held(world);
    for (uint32_t p = 0; p < world->fleet.n_pools && sink->timeline; p++) {
        struct timeline_row row = interval_row(world, p, end_ms);
        if (!open)
            sink->timeline(sink->self, &row);
        else if (empty)
            merge_row(&world->held_rows[p], &row);
        else
            world->held_rows[p] = row;
    }
    world->rows_held = sink->timeline && open;
    world->interval_start_ms = end_ms;
}

void world_show_job(struct world *world, const struct live_job *job,
                    enum job_outcome outcome, const char *reason)
{
    const struct sink *sink = &world->sink;
    char id[JOB_ID_TEXT];
    if (!sink->job)
        return;
    arrival_id(world->scenario, job->source, job->row, job->lap, job->copy, id);
    bool started = job->first_start_ms != NEVER_STARTED;
    bool left = outcome != JOB_RUNNING && outcome != JOB_WAITING;
    const struct pool_spec *pool =
        job->pool == UINT32_MAX ? NULL : world->fleet.pools[job->pool].spec;
    struct job_row row = {
        .id = id,
        .workload = job->kind->workload,
        .tenant = job->kind->tenant,
        .submit_ms = job->submit_ms,
        .start_ms = job->first_start_ms,
        .end_ms = left ? world->now_ms : -1,
        .pool = pool ? pool->name : NULL,
        .class = pool ? pool->class->name : NULL,
        .gpus = job->gpus,
        .wait_ms = (started ? job->first_start_ms : world->now_ms) - job->submit_ms,
        .useful_gpu_ms = job->useful_gpu_ms,
        .overhead_gpu_ms = job->overhead_gpu_ms,
        .interruptions = job->interruptions,
        .outcome = outcome,
        .reason = reason,
        .direct_uusd = job->direct_uusd,
    };
    sink->job(sink->self, &row);
}

void world_show_event(struct world *world, int phase, const char *kind,
                      const struct live_job *job, uint32_t pool, int64_t gpus,
                      const char *detail)
{
    const struct sink *sink = &world->sink;
    char id[JOB_ID_TEXT];
    if (!sink->event)
        return;
    if (job)
        arrival_id(world->scenario, job->source, job->row, job->lap, job->copy, id);
    struct event_row row = {
        .time_ms = world->now_ms,
        .phase = phase,
        .kind = kind,
        .job = job ? id : NULL,
        .pool = pool == UINT32_MAX ? NULL : world->fleet.pools[pool].spec->name,
        .gpus = gpus,
        .detail = detail,
    };
    sink->event(sink->self, &row);
}
