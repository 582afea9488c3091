/* What happens when. */

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "reference_run.h"

/* ---- joining and leaving ---- */

static bool could_hold_gang(const struct ref_run *run, int pool, int job)
{
    int64_t most = run->target[pool];
    for (int i = run->done[pool]; i < run->n_plan[pool]; i++) {
        int64_t target = ref_target_at(run, pool, run->plan[pool][i].at_ms);
        most = target > most ? target : most;
    }
    return run->c->jobs[job].gpus <= most;
}

static bool could_hold(const struct ref_run *run, int pool, int job)
{
    const struct ref_pool *p = &run->c->pools[pool];
    if (!could_hold_gang(run, pool, job))
        return false;
    int64_t from = p->from_ms > run->now_ms ? p->from_ms : run->now_ms;
    return ref_within_contract(run, pool, job, from);
}

static int64_t wait_until(const struct ref_run *run, int job)
{
    const struct ref_case *c = run->c;
    switch (c->wait) {
    case REF_AT_ONCE: return run->now_ms;
    case REF_FOREVER: return REF_NEVER;
    case REF_THRESHOLD: break;
    }
    return run->now_ms +
           (ref_estimate(c, job) < c->short_below_ms ? c->short_ms : c->long_ms);
}

static int64_t key_of(const struct ref_run *run, int job)
{
    switch (run->c->order) {
    case REF_FIFO: return run->c->jobs[job].submit_ms;
    case REF_SJF: return ref_estimate(run->c, job);
    case REF_LJF: return -ref_estimate(run->c, job);
    case REF_PRIORITY: break;
    }
    return -run->c->jobs[job].priority;
}

static void join(struct ref_run *run, int job)
{
    int list[REF_POOLS], n = ref_pools_of(run, job, list);
    bool fixed = false, any = false;
    for (int i = 0; i < n; i++)
        if (could_hold(run, list[i], job)) {
            any = true;
            fixed = fixed || !ref_elastic(run, list[i]);
        }
    run->out[job].state = any ? REF_WAITING : REF_REFUSED;
    if (!any)
        run->out[job].end_ms = run->now_ms;
    run->live[job].until_ms = fixed ? wait_until(run, job) : run->now_ms;
    run->live[job].key = key_of(run, job);
}

static void arrivals(struct ref_run *run)
{
    for (int j = 0; j < run->c->n_jobs; j++) {
        const struct ref_job *job = &run->c->jobs[j];
        if (run->out[j].state == REF_WAITING && run->live[j].until_ms == run->now_ms &&
            ref_may_rent(run, j))
            run->news = true;
        if (run->out[j].state != REF_NOT_YET || job->submit_ms != run->now_ms)
            continue;
        join(run, j);
        run->news = run->news || run->out[j].state == REF_WAITING;
        run->live[j].leave_ms = job->deadline_ms;
        if (job->patience_ms != REF_NEVER &&
            job->submit_ms + job->patience_ms < job->deadline_ms)
            run->live[j].leave_ms = job->submit_ms + job->patience_ms;
    }
}

static void ends(struct ref_run *run)
{
    for (int j = 0; j < run->c->n_jobs; j++) {
        if (run->out[j].state != REF_RUNNING || run->live[j].ends_ms != run->now_ms)
            continue;
        ref_give_back(run, j);
        run->news = true;
        run->out[j].state = REF_FINISHED;
        run->out[j].end_ms = run->now_ms;
    }
}

void ref_interrupt(struct ref_run *run, int j)
{
    ref_give_back(run, j);
    run->out[j].interruptions++;
    join(run, j);
    /* Its patience is spent on a start; its deadline stands. */
    run->live[j].leave_ms = run->c->jobs[j].deadline_ms;
    if (run->live[j].leave_ms < run->now_ms)
        run->live[j].leave_ms = REF_NEVER;
}

static void interrupt_all(struct ref_run *run, int pool)
{
    for (int j = 0; j < run->c->n_jobs; j++)
        if (ref_runs_on(run, j, pool))
            ref_interrupt(run, j);
}

static void capacity(struct ref_run *run)
{
    for (int p = 0; p < run->c->n_pools; p++) {
        while (run->done[p] < run->n_plan[p] &&
               run->plan[p][run->done[p]].at_ms == run->now_ms) {
            int64_t gpus = run->plan[p][run->done[p]++].gpus;
            run->target[p] += gpus;
            run->news = true;
            if (ref_packed(run, p))
                ref_change_servers(&run->servers[p], run->c->width, gpus);
            if (gpus < 0 && run->c->pools[p].tenure == REF_LEASE)
                interrupt_all(run, p);
        }
    }
}

static bool impatient(struct ref_run *run)
{
    bool any = false;
    for (int j = 0; j < run->c->n_jobs; j++) {
        if (run->out[j].state != REF_WAITING || run->live[j].leave_ms > run->now_ms)
            continue;
        run->out[j].state = REF_ABANDONED;
        run->out[j].end_ms = run->now_ms;
        run->news = any = true;
    }
    return any;
}

/* No pool of theirs will ever be large enough again: that is plain once a pool has
 * become smaller. */
static bool hopeless(struct ref_run *run)
{
    bool any = false;
    for (int j = 0; j < run->c->n_jobs; j++) {
        int list[REF_POOLS], n = ref_pools_of(run, j, list);
        bool hope = run->out[j].state != REF_WAITING;
        for (int i = 0; i < n; i++)
            hope = hope || could_hold_gang(run, list[i], j);
        if (hope)
            continue;
        run->out[j].state = REF_REFUSED;
        run->out[j].end_ms = run->now_ms;
        run->news = any = true;
    }
    return any;
}

static void instant(struct ref_run *run)
{
    if (run->c->submit_first) {
        arrivals(run);
        ref_pass(run);
        ends(run);
        capacity(run);
    } else {
        ends(run);
        capacity(run);
        arrivals(run);
    }
    ref_pass(run);
    while (impatient(run) || hopeless(run))
        ref_pass(run); /* the next round: who was behind them may start */
}

/* ---- from instant to instant ---- */

static void set_up_pool(struct ref_run *run, int p)
{
    const struct ref_pool *pool = &run->c->pools[p];
    struct ref_change *plan = run->plan[p];
    int n = 0;
    if (pool->tenure == REF_LEASE) {
        plan[n++] = (struct ref_change){pool->from_ms, pool->gpus};
        plan[n++] = (struct ref_change){pool->until_ms, -pool->gpus};
    } else {
        run->target[p] = pool->gpus;
        for (int i = 0; i < pool->n_changes; i++)
            plan[n++] = pool->changes[i];
    }
    for (int i = 1; i < n; i++) /* by time; what comes, then what goes */
        for (int k = i; k > 0; k--) {
            struct ref_change *a = &plan[k - 1], *b = &plan[k], swap = *a;
            if (a->at_ms < b->at_ms ||
                (a->at_ms == b->at_ms && (a->gpus > 0 || b->gpus < 0)))
                break;
            *a = *b;
            *b = swap;
        }
    run->n_plan[p] = n;
    if (ref_packed(run, p))
        ref_change_servers(&run->servers[p], run->c->width, run->target[p]);
    /* What is dated at the start is there from the start. */
    while (run->done[p] < n && plan[run->done[p]].at_ms == 0 &&
           plan[run->done[p]].gpus > 0) {
        int64_t gpus = plan[run->done[p]++].gpus;
        run->target[p] += gpus;
        if (ref_packed(run, p))
            ref_change_servers(&run->servers[p], run->c->width, gpus);
    }
}

static int64_t sooner(int64_t a, int64_t b, int64_t after)
{
    return b > after && b < a ? b : a;
}

static int64_t next_instant(const struct ref_run *run, int64_t after_ms)
{
    int64_t next = REF_NEVER;
    for (int j = 0; j < run->c->n_jobs; j++) {
        const struct live *live = &run->live[j];
        switch (run->out[j].state) {
        case REF_NOT_YET:
            next = sooner(next, run->c->jobs[j].submit_ms, after_ms);
            break;
        case REF_RUNNING: next = sooner(next, live->ends_ms, after_ms); break;
        case REF_WAITING:
            next = sooner(next, live->leave_ms, after_ms);
            if (ref_may_rent(run, j))
                next = sooner(next, live->until_ms, after_ms);
            break;
        case REF_FINISHED:
        case REF_REFUSED:
        case REF_ABANDONED: break;
        }
    }
    for (int p = 0; p < run->c->n_pools; p++)
        for (int i = run->done[p]; i < run->n_plan[p]; i++)
            next = sooner(next, run->plan[p][i].at_ms, after_ms);
    return next;
}

struct ref_run *ref_copy(const struct ref_run *run)
{
    struct ref_run *copy = malloc(sizeof *copy);
    assert(copy);
    *copy = *run;
    copy->out = calloc(REF_JOBS, sizeof *copy->out);
    assert(copy->out);
    memcpy(copy->out, run->out, (size_t)run->c->n_jobs * sizeof *copy->out);
    return copy;
}

void ref_free(struct ref_run *run)
{
    free(run->out);
    free(run);
}

void reference_run(const struct ref_case *c, struct ref_outcome outcome[REF_JOBS])
{
    struct ref_run *run = calloc(1, sizeof *run);
    assert(run);
    run->c = c;
    run->out = outcome;
    for (int j = 0; j < c->n_jobs; j++)
        outcome[j] = (struct ref_outcome){REF_NOT_YET, -1, -1, -1, 0};
    for (int p = 0; p < c->n_pools; p++)
        set_up_pool(run, p);
    for (int64_t t = next_instant(run, -1); t < c->horizon_ms;
         t = next_instant(run, t)) {
        run->now_ms = t;
        instant(run);
    }
    run->now_ms = c->horizon_ms;
    ends(run);
    free(run);
}

/* ---- printing ---- */

static void print_ms(FILE *out, const char *name, int64_t ms)
{
    if (ms != REF_NEVER)
        fprintf(out, " %s %" PRId64, name, ms);
}

void reference_print(const struct ref_case *c, FILE *out)
{
    static const char *const orders[] = {"fifo", "sjf", "ljf", "priority"};
    static const char *const backfills[] = {"none", "skip", "easy", "conservative"};
    static const char *const tenures[] = {"own", "lease", "on-demand"};
    fprintf(out, "%s, backfill %s, width %d, horizon %" PRId64 "%s%s%s\n",
            orders[c->order], backfills[c->backfill], c->width, c->horizon_ms,
            c->actual ? ", actual" : "", c->submit_first ? ", submit-first" : "",
            c->preempt ? ", preempt" : "");
    if (c->wait != REF_AT_ONCE)
        fprintf(out, "wait %s: below %" PRId64 " %" PRId64 ", else %" PRId64 "\n",
                c->wait == REF_FOREVER ? "forever" : "threshold", c->short_below_ms,
                c->short_ms, c->long_ms);
    for (int p = 0; p < c->n_pools; p++) {
        const struct ref_pool *pool = &c->pools[p];
        fprintf(out, "pool %d: %s %" PRId64 " speed %d", p, tenures[pool->tenure],
                pool->gpus, pool->speed);
        if (pool->tenure == REF_LEASE)
            fprintf(out, " [%" PRId64 ", %" PRId64 ")%s", pool->from_ms, pool->until_ms,
                    pool->start_past_end ? " start past end" : "");
        for (int i = 0; i < pool->n_changes; i++)
            fprintf(out, " %+" PRId64 " at %" PRId64, pool->changes[i].gpus,
                    pool->changes[i].at_ms);
        fputc('\n', out);
    }
    for (int l = 0; l < 2; l++) {
        fprintf(out, "prefer %d:", l);
        for (int i = 0; i < c->n_prefer[l]; i++)
            fprintf(out, " %d", c->prefer[l][i]);
        fputc('\n', out);
    }
    for (int j = 0; j < c->n_jobs; j++) {
        const struct ref_job *job = &c->jobs[j];
        fprintf(out,
                "job %d: submit %" PRId64 " duration %" PRId64 " limit %" PRId64
                " gpus %d priority %d%s list %d pools %x",
                j, job->submit_ms, job->duration_ms, job->limit_ms, job->gpus,
                job->priority, job->preemptible ? " preemptible" : "", job->list,
                job->allowed);
        print_ms(out, "patience", job->patience_ms);
        print_ms(out, "deadline", job->deadline_ms);
        fputc('\n', out);
    }
}
