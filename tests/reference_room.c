/* What is free, and what will be. */

#include <assert.h>
#include <math.h>
#include <string.h>

#include "reference_run.h"

/* ---- lengths ---- */

int64_t ref_on_pool(const struct ref_case *c, int64_t duration_ms, int pool)
{
    static const double slowness[] = {1, 1 / 2.0, 1 / 0.8, 1 / 3.0};
    int64_t result = llround((double)duration_ms * slowness[c->pools[pool].speed]);
    return result > 0 ? result : 1;
}

int64_t ref_estimate(const struct ref_case *c, int job)
{
    const struct ref_job *j = &c->jobs[job];
    return !c->actual && j->limit_ms > 0 ? j->limit_ms : j->duration_ms;
}

bool ref_elastic(const struct ref_run *run, int pool)
{
    return run->c->pools[pool].tenure == REF_ON_DEMAND;
}

/* ---- the placement rule ---- */

static int best_fit(const struct servers_view *view, int gang, const int *taken)
{
    int best = -1;
    for (int s = 0; s < view->n; s++)
        if (view->open[s] && taken[s] == 0 && view->free[s] >= gang &&
            (best < 0 || view->free[s] < view->free[best]))
            best = s;
    return best;
}

bool ref_rule(const struct servers_view *view, int width, int gang, shares take)
{
    int rest = gang;
    memset(take, 0, sizeof(shares));
    if (gang > width) {
        for (int s = 0; s < view->n && rest >= width; s++) {
            if (!view->open[s] || view->free[s] < width)
                continue;
            take[s] = width;
            rest -= width;
        }
        if (rest >= width)
            return false;
    }
    if (rest == 0)
        return true;
    int s = best_fit(view, rest, take);
    if (s >= 0)
        take[s] = rest;
    return s >= 0;
}

/* Whole free servers first, then those at work, highest number first. */
static void retire(struct servers_view *view, int width, int n)
{
    for (int s = view->n; s-- > 0 && n > 0;)
        if (view->open[s] && view->free[s] == width) {
            view->open[s] = false;
            n--;
        }
    for (int s = view->n; s-- > 0 && n > 0;)
        if (view->open[s]) {
            view->open[s] = false;
            n--;
        }
    assert(n == 0);
}

void ref_change_servers(struct servers_view *view, int width, int64_t gpus)
{
    for (; gpus > 0; gpus -= width) {
        assert(view->n < REF_SERVERS);
        view->open[view->n] = true;
        view->free[view->n++] = width;
    }
    if (gpus < 0)
        retire(view, width, (int)(-gpus / width));
}

/* ---- what is there now ---- */

static int64_t busy(const struct ref_run *run, int pool)
{
    int64_t sum = 0;
    for (int j = 0; j < run->c->n_jobs; j++)
        if (run->out[j].state == REF_RUNNING && run->out[j].pool == pool)
            sum += run->c->jobs[j].gpus;
    return sum;
}

bool ref_packed(const struct ref_run *run, int pool)
{
    return run->c->width > 0 && !ref_elastic(run, pool);
}

bool ref_has_room(const struct ref_run *run, int pool, int gang)
{
    shares take;
    if (ref_packed(run, pool))
        return ref_rule(&run->servers[pool], run->c->width, gang, take);
    return gang <= run->target[pool] - busy(run, pool);
}

bool ref_opens(const struct ref_run *run, int pool, int job)
{
    return !ref_elastic(run, pool) || run->live[job].until_ms <= run->now_ms;
}

/* A job's pools, most preferred first. */
int ref_pools_of(const struct ref_run *run, int job, int list[REF_POOLS])
{
    const struct ref_case *c = run->c;
    const struct ref_job *j = &c->jobs[job];
    int n = 0;
    for (int i = 0; i < c->n_prefer[j->list]; i++)
        if (j->allowed >> c->prefer[j->list][i] & 1)
            list[n++] = c->prefer[j->list][i];
    return n;
}

bool ref_may_rent(const struct ref_run *run, int job)
{
    int list[REF_POOLS], n = ref_pools_of(run, job, list);
    for (int i = 0; i < n; i++)
        if (ref_elastic(run, list[i]))
            return true;
    return false;
}

/* Whether the job, started at that instant, ends by its estimate within the lease. */
bool ref_within_contract(const struct ref_run *run, int pool, int job, int64_t at_ms)
{
    const struct ref_pool *p = &run->c->pools[pool];
    int64_t length =
        p->start_past_end ? 1 : ref_on_pool(run->c, ref_estimate(run->c, job), pool);
    return p->tenure != REF_LEASE || at_ms + length <= p->until_ms;
}

void ref_start(struct ref_run *run, int job, int pool, const int *on)
{
    struct live *live = &run->live[job];
    struct ref_outcome *out = &run->out[job];
    out->state = REF_RUNNING;
    out->pool = pool;
    if (out->start_ms < 0)
        out->start_ms = run->now_ms;
    live->since_ms = run->now_ms;
    live->start_number = run->starts++;
    live->ends_ms =
        run->now_ms + ref_on_pool(run->c, run->c->jobs[job].duration_ms, pool);
    live->estimated_end_ms =
        run->now_ms + ref_on_pool(run->c, ref_estimate(run->c, job), pool);
    memset(live->on, 0, sizeof live->on);
    if (!on)
        return;
    memcpy(live->on, on, sizeof live->on);
    for (int s = 0; s < REF_SERVERS; s++) {
        run->servers[pool].free[s] -= on[s];
        assert(run->servers[pool].free[s] >= 0);
    }
}

void ref_give_back(struct ref_run *run, int job)
{
    for (int s = 0; s < REF_SERVERS; s++)
        run->servers[run->out[job].pool].free[s] += run->live[job].on[s];
}

/* ---- what will be there ---- */

int64_t ref_ends_by_estimate(const struct ref_run *run, int job)
{
    int64_t end = run->live[job].estimated_end_ms;
    return end > run->now_ms ? end : run->now_ms;
}

int64_t ref_target_at(const struct ref_run *run, int pool, int64_t at_ms)
{
    int64_t target = run->target[pool];
    for (int i = run->done[pool]; i < run->n_plan[pool]; i++)
        if (run->plan[pool][i].at_ms <= at_ms)
            target += run->plan[pool][i].gpus;
    return target;
}

bool ref_runs_on(const struct ref_run *run, int job, int pool)
{
    return run->out[job].state == REF_RUNNING && run->out[job].pool == pool;
}

/* The next instant from `from` on at which the pool is expected to change. */
int64_t ref_next_change(const struct ref_run *run, int pool, int64_t from_ms)
{
    int64_t next = REF_NEVER;
    for (int j = 0; j < run->c->n_jobs; j++)
        if (ref_runs_on(run, j, pool) && ref_ends_by_estimate(run, j) >= from_ms &&
            ref_ends_by_estimate(run, j) < next)
            next = ref_ends_by_estimate(run, j);
    for (int i = run->done[pool]; i < run->n_plan[pool]; i++)
        if (run->plan[pool][i].at_ms >= from_ms && run->plan[pool][i].at_ms < next)
            next = run->plan[pool][i].at_ms;
    return next;
}

int64_t ref_free_at(const struct ref_run *run, int pool, int64_t at_ms)
{
    int64_t free = ref_target_at(run, pool, at_ms);
    for (int j = 0; j < run->c->n_jobs; j++)
        if (ref_runs_on(run, j, pool) && ref_ends_by_estimate(run, j) > at_ms)
            free -= run->c->jobs[j].gpus;
    return free;
}

/* The servers at a later instant: ends and changes one after another. */
struct servers_view ref_servers_at(const struct ref_run *run, int pool, int64_t at_ms)
{
    struct servers_view view = run->servers[pool];
    for (int64_t t = run->now_ms; t <= at_ms;) {
        for (int j = 0; j < run->c->n_jobs; j++)
            for (int s = 0; s < REF_SERVERS; s++)
                if (ref_runs_on(run, j, pool) && ref_ends_by_estimate(run, j) == t)
                    view.free[s] += run->live[j].on[s];
        for (int i = run->done[pool]; i < run->n_plan[pool]; i++)
            if (run->plan[pool][i].at_ms == t)
                ref_change_servers(&view, run->c->width, run->plan[pool][i].gpus);
        t = ref_next_change(run, pool, t + 1);
        if (t == REF_NEVER)
            break;
    }
    return view;
}

static bool fits_at(const struct ref_run *run, int pool, int gang, int64_t at_ms)
{
    shares take;
    if (!ref_packed(run, pool))
        return gang <= ref_free_at(run, pool, at_ms);
    struct servers_view view = ref_servers_at(run, pool, at_ms);
    return ref_rule(&view, run->c->width, gang, take);
}

int64_t ref_earliest(const struct ref_run *run, int pool, int gang)
{
    for (int64_t t = run->now_ms; t != REF_NEVER; t = ref_next_change(run, pool, t + 1))
        if (fits_at(run, pool, gang, t))
            return t;
    return REF_NEVER;
}
