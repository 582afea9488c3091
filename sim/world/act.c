/* What happens to jobs: one function per event. */

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "world/state.h"

static struct live_job *job_at(struct world *world, uint32_t job)
{
    return &world->backlog.jobs[job];
}

uint32_t world_schedule(struct world *world, int64_t time_ms, enum phase phase,
                        enum event_kind kind, uint32_t argument)
{
    if (time_ms > EVENTS_TIME_MAX) {
        time_ms = EVENTS_TIME_MAX; /* behind any horizon, but not behind an open one */
        if (world->scenario->until_idle) {
            world->beyond_clock = true;
            world->clock_limit_ms = -1;
        }
    }
    return events_add(&world->events, time_ms, world->step_of[phase], kind, argument);
}

/* Something besides an arrival changed: the next pass looks at everybody. */
void world_unsettle(struct world *world, uint32_t pool)
{
    world->dirty |= UINT64_C(1) << pool;
    world->pass_needed = true;
    world->freed = true;
}

/* ---- admission ---- */

/* Asks the wait model, for a job that joined the queue then; jobs that no fixed pool
 * could ever hold go to elastic ones now, and those that no pool could ever hold are
 * told why not. */
static const char *admit(struct world *world, struct live_job *job, int64_t joined_ms)
{
    const struct route *route = &world->routes.items[job->kind->route];
    const struct dispatch_spec *dispatch = &world->scenario->dispatch;
    bool fixed = false, elastic = false;

    if (route->n == 0)
        return route->closed_reason;
    int64_t left = job_estimate_basis(world, job) - job->progress_ms;
    job->estimate_ms = left > 1 ? left : 1;
    for (uint32_t i = 0; i < route->n; i++) {
        if (!job_could_run(world, job, &route->outlets[i]))
            continue;
        if (world->fleet.pools[route->outlets[i].pool].elastic)
            elastic = true;
        else
            fixed = true;
    }
    if (!fixed && !elastic)
        return refusal_reason(world, job);

    struct job_view view = {
        .submit_ms = job->submit_ms,
        .now_ms = joined_ms,
        .estimate_ms = job_estimate_on(job, RATIO_ONE),
        .gpus = job->gpus,
        .priority = job->priority,
    };
    job->key = dispatch->order->order.key(dispatch->order_params, &view);
    struct wait_rule rule = dispatch_wait_of(dispatch, job->kind->workload);
    job->until_ms =
        fixed ? rule.model->wait.until_ms(rule.params, &view) : world->now_ms;
    return NULL;
}

static void mark_dirty(struct world *world, const struct live_job *job)
{
    const struct route *route = &world->routes.items[job->kind->route];
    world->dirty |= route->fixed_mask | route->elastic_mask;
}

static void newcomer(struct world *world, uint32_t index)
{
    if (world->n_newcomers == world->newcomers_room) {
        uint32_t room = world->newcomers_room ? world->newcomers_room * 2 : 64;
        world->newcomers = arena_grow(&world->arena, world->newcomers,
                                      world->n_newcomers, room, sizeof(uint32_t));
        world->newcomers_room = room;
    }
    world->newcomers[world->n_newcomers++] = index;
    world->pass_needed = true;
}

/* Puts a job into the queue, with the events that may move it there. */
static void join_queue(struct world *world, uint32_t index)
{
    struct live_job *job = job_at(world, index);
    const struct route *route = &world->routes.items[job->kind->route];

    backlog_wait(&world->backlog, index, world->now_ms);
    service_set_waits(&world->service, job, true, world->now_ms);
    mark_dirty(world, job);
    newcomer(world, index);
    if (job->until_ms > world->now_ms && job->until_ms != WAIT_FOREVER &&
        route->elastic_mask)
        job->until_event =
            world_schedule(world, job->until_ms, PHASE_REVIEWS, EVENT_UNTIL, index);
}

static void leave(struct world *world, uint32_t index, enum job_outcome outcome,
                  const char *reason)
{
    struct live_job *job = job_at(world, index);
    service_set_waits(&world->service, job, false, world->now_ms);
    service_left(&world->service, job, outcome, world->now_ms);
    tally_left(&world->tally, job, outcome, world->now_ms);
    world_show_job(world, job, outcome, reason);
    backlog_release(&world->backlog, index);
}

/* The event that ends its patience, or its deadline. */
static void plan_leaving(struct world *world, uint32_t index)
{
    struct live_job *job = job_at(world, index);
    int64_t leave_ms = job->deadline_ms;
    job->impatient =
        job->patience_ms != NEVER_MS && job->submit_ms + job->patience_ms < leave_ms;
    if (job->impatient)
        leave_ms = job->submit_ms + job->patience_ms;
    if (leave_ms == NEVER_MS)
        return;
    if (leave_ms < world->now_ms)
        leave_ms = world->now_ms;
    job->leave_event =
        world_schedule(world, leave_ms, PHASE_PATIENCE, EVENT_LEAVE, index);
}

/* A new job, unless it is refused: JOB_NONE. */
static uint32_t receive(struct world *world, const struct arrival *arrival,
                        enum phase phase, int64_t joined_ms)
{
    uint32_t index = backlog_admit(&world->backlog, arrival);
    struct live_job *job = job_at(world, index);

    tally_arrived(&world->tally, job);
    world_show_event(world, phase, "submit", job, UINT32_MAX, job->gpus, NULL);
    const char *refusal = admit(world, job, joined_ms);
    if (refusal) {
        world_show_event(world, phase, "refuse", job, UINT32_MAX, job->gpus, refusal);
        leave(world, index, JOB_REFUSED, refusal);
        return JOB_NONE;
    }
    job->patience_ms = arrival->patience_ms;
    return index;
}

void world_arrive_early(struct world *world, const struct arrival *arrival)
{
    uint32_t index = receive(world, arrival, PHASE_INTERVAL, arrival->submit_ms);
    if (index == JOB_NONE)
        return;
    join_queue(world, index);
    plan_leaving(world, index);
}

void world_arrive(struct world *world, const struct arrival *arrival)
{
    uint32_t index = receive(world, arrival, PHASE_ARRIVALS, world->now_ms);
    if (index == JOB_NONE)
        return;
    if (world->backlog.waiting == 0 && world->n_newcomers == 0 &&
        world->arrivals.next_ms != world->now_ms) {
        world->solo = index;
        world->pass_needed = true;
        return;
    }
    join_queue(world, index);
    plan_leaving(world, index);
}

void world_queue_solo(struct world *world)
{
    uint32_t index = world->solo;
    world->solo = JOB_NONE;
    join_queue(world, index);
    plan_leaving(world, index);
}

/* ---- running ---- */

static bool is_useful(enum segment segment)
{
    return segment == SEGMENT_WORK;
}

static void enter(struct world *world, uint32_t index, enum segment segment,
                  int64_t length_ms)
{
    struct live_job *job = job_at(world, index);
    job->segment = segment;
    job->segment_ms = world->now_ms;
    chargeback_runs(&world->chargeback, job, is_useful(segment), job->gpus,
                    world->now_ms);
    job->event = world_schedule(world, world->now_ms + length_ms, PHASE_ENDS,
                                EVENT_SEGMENT, index);
}

/* Work until the next boundary: the end, the end of what is repeated, a checkpoint. */
static void enter_work(struct world *world, uint32_t index)
{
    struct live_job *job = job_at(world, index);
    int64_t interval = job->interval_ms;
    int64_t until = job->work_ms;
    bool repeats = job->done_ms < job->repeat_ms;

    if (repeats && job->repeat_ms < until)
        until = job->repeat_ms;
    if (interval > 0 && job->kind->checkpoint_cost_ms > 0) {
        int64_t next = (job->done_ms / interval + 1) * interval;
        until = next < until ? next : until;
    }
    if (!repeats)
        fleet_work(&world->fleet.pools[job->pool], job->gpus);
    enter(world, index, repeats ? SEGMENT_REPEAT : SEGMENT_WORK, until - job->done_ms);
}

static int64_t back_to_reference(const struct world *world, const struct live_job *job,
                                 int64_t work_ms)
{
    const struct route *route = &world->routes.items[job->kind->route];
    int64_t ratio = route_outlet(route, job->pool)->ratio;
    int64_t left = job->duration_ms - job->progress_ms;
    int64_t done =
        ratio == RATIO_ONE ? work_ms : (int64_t)((int128)work_ms * RATIO_ONE / ratio);
    return work_ms == job->work_ms || done > left ? left : done;
}

/* Its wait is over: boot is part of it. */
static void begin_work(struct world *world, struct live_job *job, int64_t start_ms)
{
    service_set_waits(&world->service, job, false, world->now_ms);
    if (job->first_start_ms != NEVER_STARTED)
        return;
    job->first_start_ms = start_ms;
    tally_started(&world->tally, job, start_ms, &world->result.pools[job->pool]);
}

static void note_start(struct world *world, struct live_job *job, int64_t start_ms,
                       enum phase phase, const char *detail)
{
    uint32_t pool = job->pool;
    if (start_ms <= world->now_ms)
        begin_work(world, job, start_ms); /* else when its instance has booted */
    world->result.pools[pool].jobs_started++;
    world->interval_started[pool]++;
    world_show_event(world, phase, "start", job, pool, job->gpus, detail);
    ledger_note_start(&world->ledger, world->now_ms);
}

void world_start_job(struct world *world, uint32_t index, uint32_t pool_index)
{
    struct pool *pool = &world->fleet.pools[pool_index];
    struct live_job *job = job_at(world, index);
    const struct route *route = &world->routes.items[job->kind->route];
    int64_t ratio = route_outlet(route, pool_index)->ratio;
    int64_t now = world->now_ms, ready;

    if (job->state == JOB_STATE_WAITING) {
        backlog_unwait(&world->backlog, index);
        world_cancel(world, &job->until_event);
        world_cancel(world, &job->leave_event);
    }
    mark_dirty(world, job);

    job_take(world, index, pool, &ready);
    service_set_waits(&world->service, job, ready > now, now);
    job->work_ms = ratio_apply(job->duration_ms - job->progress_ms, ratio);
    job->repeat_ms = job->reached_ms > job->progress_ms
                         ? ratio_apply(job->reached_ms - job->progress_ms, ratio)
                         : 0;
    job->done_ms = job->secured_ms = 0;
    job->expected_end_ms = ready + job_estimate_on(job, ratio);
    backlog_run(&world->backlog, index, pool, world->track_ends);
    note_start(world, job, ready, PHASE_DISPATCH, NULL);
    if (job->kind->failures_per_d > 0)
        job_plan_failure(world, index);

    int64_t setup = ready - now;
    int64_t restart = job->interruptions > 0 ? job->kind->restart_ms : 0;
    /* A boot is waited for, a restart is not: where both follow, one after the other.
     */
    job->restarts = setup > 0 && restart > 0 && job->first_start_ms != NEVER_STARTED;
    if (!job->restarts)
        setup += restart;
    if (setup > 0)
        enter(world, index, SEGMENT_SETUP, setup);
    else
        enter_work(world, index);
}

/* It is as if the job had started in the run: what is done stands as done but, short of
 * checkpoints, not as secured; only its segments from now on are counted. */
void world_resume(struct world *world, const struct arrival *arrival,
                  uint32_t pool_index, int64_t started_ms)
{
    uint32_t index = backlog_admit(&world->backlog, arrival);
    struct live_job *job = job_at(world, index);
    struct pool *pool = &world->fleet.pools[pool_index];
    const struct route *route = &world->routes.items[job->kind->route];
    int64_t ratio = route_outlet(route, pool_index)->ratio;
    int64_t interval = job->interval_ms;
    int64_t now = world->now_ms, left, ready;

    tally_arrived(&world->tally, job);
    world_show_event(world, PHASE_INTERVAL, "submit", job, UINT32_MAX, job->gpus, NULL);
    job->patience_ms = arrival->patience_ms;
    job->before_ms = now - started_ms;
    job_take(world, index, pool, &ready);
    fleet_booted(&world->fleet, pool, job->shares, now);
    job->done_ms = job->before_ms > 0 ? ratio_apply(job->before_ms, ratio) : 0;
    job->work_ms = job->done_ms + ratio_apply(job->duration_ms - job->before_ms, ratio);
    job->secured_ms = interval > 0 ? job->done_ms / interval * interval : 0;
    left = job_estimate_basis(world, job) - job->before_ms;
    left = left > 0 ? ratio_apply(left, ratio) : 0; /* or overdue */
    job->expected_end_ms =
        now + left + job_checkpoints_ms(job, job->done_ms, job->done_ms + left);
    backlog_run(&world->backlog, index, pool, world->track_ends);
    note_start(world, job, started_ms, PHASE_INTERVAL, "initial");
    if (job->kind->failures_per_d > 0)
        job_plan_failure(world, index);
    world_unsettle(world, pool_index);
    enter_work(world, index);
}

/* Accounts for the segment up to now. */
static void close_segment(struct world *world, struct live_job *job)
{
    int64_t length = world->now_ms - job->segment_ms;
    chargeback_runs(&world->chargeback, job, is_useful(job->segment),
                    -(int64_t)job->gpus, world->now_ms);
    if (is_useful(job->segment))
        job->useful_gpu_ms += length * job->gpus;
    else
        job->overhead_gpu_ms += length * job->gpus;
    if (job->segment == SEGMENT_REPEAT)
        world->result.pools[job->pool].repeated_gpu_ms[job->cause] +=
            length * job->gpus;
    if (job->segment == SEGMENT_WORK || job->segment == SEGMENT_REPEAT)
        job->done_ms += length;
}

/* The job gives back its GPUs; segments are closed and its event is gone. */
static void give_back(struct world *world, uint32_t index, bool was_useful)
{
    struct live_job *job = job_at(world, index);
    struct pool *pool = &world->fleet.pools[job->pool];
    const struct pool_spec *spec = pool->spec;
    int64_t held = world->now_ms - job->held_since_ms;
    int64_t billed = pool->elastic && !pool->instanced ? billed_ms(spec, held) : held;

    job->direct_uusd += job_direct_uusd(world, index, billed - held);
    if (job->kind->failures_per_d > 0)
        world_cancel(world, &world->backlog.asides[index].failure_event);
    job_return_gpus(world, index, was_useful);
    world->interval_ended[pool->index]++;
}

static void finish_job(struct world *world, uint32_t index)
{
    struct live_job *job = job_at(world, index);
    struct pool_result *result = &world->result.pools[job->pool];
    give_back(world, index, is_useful(job->segment));
    result->jobs_finished++;
    result->work_gpu_ms += ratio_work(
        (int128)(job->duration_ms - job->before_ms) * job->gpus, job->kind->work_ratio);
    world_show_event(world, PHASE_ENDS, "end", job, job->pool, job->gpus, NULL);
    leave(world, index, JOB_FINISHED, NULL);
}

/* Takes a job whose segment is closed off its GPUs: progress falls back to the last
 * checkpoint, and the job waits again with the key it had. */
static void stop(struct world *world, uint32_t index, enum phase phase,
                 enum cause cause)
{
    struct live_job *job = job_at(world, index);
    int64_t interval = job->interval_ms;
    uint32_t pool = job->pool;
    bool was_useful = is_useful(job->segment);

    world_cancel(world, &job->event);
    if (interval > 0 && job->kind->checkpoint_cost_ms == 0 && !job->leaves)
        job->secured_ms = job->done_ms / interval * interval;
    job->leaves = false;
    int64_t reached = job->progress_ms + back_to_reference(world, job, job->done_ms);
    int64_t secured = back_to_reference(world, job, job->secured_ms);
    world->result.pools[pool].lost_gpu_ms[cause] +=
        (job->done_ms - job->secured_ms) * job->gpus;
    give_back(world, index, was_useful);

    job->reached_ms = reached > job->reached_ms ? reached : job->reached_ms;
    job->progress_ms += secured;
    job->interruptions++;
    job->cause = cause;
    world->result.pools[pool].interruptions++;
    world_show_event(world, phase, "interrupt", job, pool, job->gpus,
                     cause_names[cause]);

    const char *refusal = admit(world, job, world->now_ms);
    if (refusal) {
        leave(world, index, JOB_REFUSED, refusal);
        return;
    }
    join_queue(world, index);
    /* Its patience ended with its first start; its deadline stands. */
    job = job_at(world, index);
    if (job->first_start_ms == NEVER_STARTED) { /* it was not even booted */
        plan_leaving(world, index);
        return;
    }
    job->impatient = false;
    if (job->deadline_ms >= world->now_ms && job->deadline_ms != NEVER_MS)
        job->leave_event =
            world_schedule(world, job->deadline_ms, PHASE_PATIENCE, EVENT_LEAVE, index);
}

void job_segment_ends(struct world *world, uint32_t index)
{
    struct live_job *job = job_at(world, index);
    if (job->level) {
        level_booted(world, index);
        return;
    }
    struct pool *pool = &world->fleet.pools[job->pool];
    bool was_useful = is_useful(job->segment);
    bool checkpointed = job->segment == SEGMENT_CHECKPOINT;
    int64_t interval = job->interval_ms;
    int64_t cost = job->kind->checkpoint_cost_ms;

    job->event = EVENT_NONE;
    close_segment(world, job);
    if (job->segment == SEGMENT_SETUP)
        begin_work(world, job, world->now_ms);
    if (checkpointed) /* one that was interrupted secures nothing */
        job->secured_ms = job->done_ms;
    if (job->done_ms == job->work_ms) {
        finish_job(world, index);
        return;
    }
    if (job->leaves) {
        stop(world, index, PHASE_ENDS, CAUSE_SPOT);
        return;
    }
    world->dirty |= UINT64_C(1) << job->pool;
    if (job->restarts) {
        job->restarts = false;
        enter(world, index, SEGMENT_SETUP, job->kind->restart_ms);
        return;
    }
    if (was_useful)
        fleet_work(pool, -(int64_t)job->gpus);
    bool due = interval > 0 && cost > 0 && !checkpointed && job->done_ms > 0 &&
               job->done_ms % interval == 0;
    if (due)
        enter(world, index, SEGMENT_CHECKPOINT, cost);
    else
        enter_work(world, index);
}

void job_checkpoint_and_leave(struct world *world, uint32_t index)
{
    struct live_job *job = job_at(world, index);
    int64_t cost = job->kind->checkpoint_cost_ms;

    job->leaves = true;
    if (cost > 0) {
        world_cancel(world, &job->event);
        close_segment(world, job);
        if (is_useful(job->segment))
            fleet_work(&world->fleet.pools[job->pool], -(int64_t)job->gpus);
        world->dirty |= UINT64_C(1) << job->pool;
        enter(world, index, SEGMENT_CHECKPOINT, cost);
        return;
    }
    close_segment(world, job);
    job->secured_ms = job->done_ms;
    stop(world, index, PHASE_FAILURES, CAUSE_SPOT);
}

void job_interrupt(struct world *world, uint32_t index, enum phase phase,
                   enum cause cause)
{
    if (job_at(world, index)->level) {
        level_loses(world, index, phase, cause);
        return;
    }
    close_segment(world, job_at(world, index));
    stop(world, index, phase, cause);
}

/* ---- leaving ---- */

void job_until_comes(struct world *world, uint32_t index)
{
    struct live_job *job = job_at(world, index);
    job->until_event = EVENT_NONE;
    backlog_open_elastic(&world->backlog, index);
    mark_dirty(world, job);
    newcomer(world, index);
}

void job_refuse(struct world *world, uint32_t index, const char *reason)
{
    struct live_job *job = job_at(world, index);
    world_cancel(world, &job->until_event);
    world_cancel(world, &job->leave_event);
    mark_dirty(world, job);
    backlog_unwait(&world->backlog, index);
    world_show_event(world, PHASE_PATIENCE, "refuse", job, UINT32_MAX, job->gpus,
                     reason);
    leave(world, index, JOB_REFUSED, reason);
    world->pass_needed = true; /* who was behind it may start now */
    world->freed = true;
}

void job_patience_ends(struct world *world, uint32_t index)
{
    struct live_job *job = job_at(world, index);
    const char *reason = job->impatient ? "patience" : "deadline";
    job->leave_event = EVENT_NONE;
    world_cancel(world, &job->until_event);
    mark_dirty(world, job);
    backlog_unwait(&world->backlog, index);
    world_show_event(world, PHASE_PATIENCE, "abandon", job, UINT32_MAX, job->gpus,
                     reason);
    leave(world, index, JOB_ABANDONED, reason);
    /* Who was behind it may start now, in the next round of this instant. */
    world->pass_needed = true;
    world->freed = true;
}

/* Jobs that are still there at the horizon: running ones, then waiting ones, each in
 * order of arrival. */
struct left {
    enum job_state state;
    uint64_t seq;
    uint32_t job;
};

static int by_state(const void *a, const void *b)
{
    const struct left *x = a, *y = b;
    if (x->state != y->state)
        return x->state > y->state ? -1 : 1;
    return x->seq < y->seq ? -1 : 1;
}

static void finish_one(struct world *world, uint32_t index)
{
    struct live_job *job = job_at(world, index);
    bool running = job->state == JOB_STATE_RUNNING;
    if (running) {
        close_segment(world, job);
        job->direct_uusd += job_direct_uusd(world, index, 0);
    }
    tally_left(&world->tally, job, running ? JOB_RUNNING : JOB_WAITING, world->now_ms);
    world_show_job(world, job, running ? JOB_RUNNING : JOB_WAITING, NULL);
}

void world_finish(struct world *world)
{
    struct backlog *backlog = &world->backlog;
    struct left *left = ARENA_ARRAY(&world->arena, backlog->n_jobs + 1, struct left);
    size_t n = 0;
    for (uint32_t j = 0; j < backlog->n_jobs; j++)
        if (backlog->jobs[j].state != JOB_STATE_FREE && !backlog->jobs[j].level)
            left[n++] = (struct left){backlog->jobs[j].state, backlog->jobs[j].seq, j};
    qsort(left, n, sizeof *left, by_state);
    for (size_t i = 0; i < n; i++)
        finish_one(world, left[i].job);
}
