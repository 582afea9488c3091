/* Who starts. */

#include <assert.h>
#include <string.h>

#include "reference_run.h"

/* ---- none, skip, easy ---- */

/* The servers as a job may see them that will still run at the reserved instant. */
static struct servers_view beside(const struct ref_run *run, int pool)
{
    const struct reserved *r = &run->reserved[pool];
    struct servers_view view = run->servers[pool];
    for (int s = 0; s < view.n; s++) {
        int left = r->then.free[s] - r->held[s];
        if (r->held[s] > 0 && left < view.free[s])
            view.free[s] = left;
    }
    return view;
}

static bool try_pool(struct ref_run *run, int job, int pool)
{
    int gang = run->c->jobs[job].gpus;
    struct reserved *r = &run->reserved[pool];
    int64_t end = run->now_ms + ref_on_pool(run->c, ref_estimate(run->c, job), pool);
    bool beyond = r->made && end > r->at_ms;
    struct servers_view view = run->servers[pool];
    shares take;

    if (!ref_has_room(run, pool, gang) ||
        !ref_within_contract(run, pool, job, run->now_ms))
        return false;
    if (!ref_packed(run, pool)) {
        if (beyond && gang > r->leftover)
            return false;
        r->leftover -= beyond ? gang : 0;
        ref_start(run, job, pool, NULL);
        return true;
    }
    if (beyond)
        view = beside(run, pool);
    if (!ref_rule(&view, run->c->width, gang, take))
        return false;
    for (int s = 0; s < REF_SERVERS && beyond; s++)
        r->then.free[s] -= take[s];
    ref_start(run, job, pool, take);
    return true;
}

static void reserve(struct ref_run *run, int job)
{
    int list[REF_POOLS], n = ref_pools_of(run, job, list), best = -1;
    int gang = run->c->jobs[job].gpus;
    int64_t best_ms = REF_NEVER;
    for (int i = 0; i < n; i++) {
        int pool = list[i];
        if (ref_elastic(run, pool) || run->reserved[pool].made)
            continue;
        int64_t at = ref_earliest(run, pool, gang);
        if (at >= best_ms || !ref_within_contract(run, pool, job, at))
            continue;
        best = pool;
        best_ms = at;
    }
    if (best < 0)
        return;
    struct reserved *r = &run->reserved[best];
    *r = (struct reserved){.made = true, .at_ms = best_ms};
    r->leftover = ref_free_at(run, best, best_ms) - gang;
    if (!ref_packed(run, best))
        return;
    r->then = ref_servers_at(run, best, best_ms);
    bool fits = ref_rule(&r->then, run->c->width, gang, r->held);
    assert(fits);
}

static bool start_somewhere(struct ref_run *run, int job, unsigned closed)
{
    int list[REF_POOLS], n = ref_pools_of(run, job, list);
    for (int i = 0; i < n; i++)
        if (ref_opens(run, list[i], job) && !(closed >> list[i] & 1) &&
            try_pool(run, job, list[i]))
            return true;
    return false;
}

static unsigned open_pools(const struct ref_run *run, int job)
{
    int list[REF_POOLS], n = ref_pools_of(run, job, list);
    unsigned mask = 0;
    for (int i = 0; i < n; i++)
        if (ref_opens(run, list[i], job))
            mask |= 1u << list[i];
    return mask;
}

/* ---- conservative ---- */

static int64_t used_at(const struct outlook *outlook, int64_t at_ms)
{
    int64_t used = 0;
    for (int i = 0; i < outlook->n; i++)
        if (outlook->pieces[i].from_ms <= at_ms && at_ms < outlook->pieces[i].to_ms)
            used += outlook->pieces[i].gpus;
    return used;
}

static void lower_to(const struct outlook *outlook, int64_t at_ms, int width,
                     struct servers_view *view)
{
    for (int s = 0; s < view->n; s++) {
        int free = width;
        for (int i = 0; i < outlook->n; i++)
            if (outlook->pieces[i].from_ms <= at_ms && at_ms < outlook->pieces[i].to_ms)
                free -= outlook->pieces[i].on[s];
        if (free < view->free[s])
            view->free[s] = free;
    }
}

/* The servers with what stays free all through a hole. */
static struct servers_view servers_through(const struct ref_run *run, int pool,
                                           int64_t at_ms, int64_t length_ms)
{
    const struct outlook *outlook = &run->outlook[pool];
    struct servers_view view = ref_servers_at(run, pool, at_ms);
    for (int s = 0; s < view.n; s++)
        view.free[s] = run->c->width;
    lower_to(outlook, at_ms, run->c->width, &view);
    for (int i = 0; i < outlook->n; i++) {
        int64_t t = outlook->pieces[i].from_ms;
        if (t > at_ms && t < at_ms + length_ms)
            lower_to(outlook, t, run->c->width, &view);
    }
    return view;
}

static bool is_hole(const struct ref_run *run, int pool, int gang, int64_t at_ms,
                    int64_t length_ms, shares take)
{
    const struct outlook *outlook = &run->outlook[pool];
    if (ref_packed(run, pool)) {
        struct servers_view view = servers_through(run, pool, at_ms, length_ms);
        return ref_rule(&view, run->c->width, gang, take);
    }
    if (gang > ref_target_at(run, pool, at_ms) - used_at(outlook, at_ms))
        return false;
    for (int i = 0; i < outlook->n; i++) {
        int64_t t = outlook->pieces[i].from_ms;
        if (t > at_ms && t < at_ms + length_ms &&
            gang > ref_target_at(run, pool, t) - used_at(outlook, t))
            return false;
    }
    return true;
}

static int64_t earliest_hole(const struct ref_run *run, int pool, int job, shares take)
{
    const struct outlook *outlook = &run->outlook[pool];
    int64_t length = ref_on_pool(run->c, ref_estimate(run->c, job), pool);
    for (int64_t t = run->now_ms, next; t != REF_NEVER; t = next) {
        if (!ref_within_contract(run, pool, job, t))
            return REF_NEVER;
        if (is_hole(run, pool, run->c->jobs[job].gpus, t, length, take))
            return t;
        next = ref_next_change(run, pool, t + 1);
        for (int i = 0; i < outlook->n; i++)
            if (outlook->pieces[i].to_ms > t && outlook->pieces[i].to_ms < next)
                next = outlook->pieces[i].to_ms;
    }
    return REF_NEVER;
}

/* Whether a hole that begins now can be used now: jobs past their estimate still hold
 * their GPUs. */
static bool truly_free(const struct ref_run *run, int pool, int job, shares take)
{
    int gang = run->c->jobs[job].gpus;
    if (!ref_packed(run, pool))
        return ref_has_room(run, pool, gang);
    const struct servers_view *now = &run->servers[pool];
    struct servers_view view = servers_through(
        run, pool, run->now_ms, ref_on_pool(run->c, ref_estimate(run->c, job), pool));
    for (int s = 0; s < view.n; s++) {
        int free = s < now->n && now->open[s] ? now->free[s] : 0;
        view.free[s] = free < view.free[s] ? free : view.free[s];
    }
    return ref_rule(&view, run->c->width, gang, take);
}

static void occupy(struct ref_run *run, int pool, int job, int64_t at_ms,
                   const int *take)
{
    struct outlook *outlook = &run->outlook[pool];
    struct piece *piece = &outlook->pieces[outlook->n++];
    int64_t length = ref_on_pool(run->c, ref_estimate(run->c, job), pool);
    *piece = (struct piece){at_ms, at_ms + length, run->c->jobs[job].gpus, {0}};
    memcpy(piece->on, take, sizeof piece->on);
}

static void place(struct ref_run *run, int job)
{
    int list[REF_POOLS], n = ref_pools_of(run, job, list), best = -1;
    int gang = run->c->jobs[job].gpus;
    int64_t best_ms = REF_NEVER;
    shares best_take, take;

    for (int i = 0; i < n; i++) {
        int pool = list[i];
        if (!ref_opens(run, pool, job))
            continue;
        if (ref_elastic(run, pool)) {
            if (!ref_has_room(run, pool, gang))
                continue;
            ref_start(run, job, pool, NULL);
            return;
        }
        memset(take, 0, sizeof take);
        int64_t at = earliest_hole(run, pool, job, take);
        shares now = {0};
        if (at == run->now_ms && truly_free(run, pool, job, now)) {
            occupy(run, pool, job, at, now);
            ref_start(run, job, pool, ref_packed(run, pool) ? now : NULL);
            return;
        }
        if (at < best_ms) {
            best = pool;
            best_ms = at;
            memcpy(best_take, take, sizeof take);
        }
    }
    if (best >= 0)
        occupy(run, best, job, best_ms, best_take);
}

static void look_ahead(struct ref_run *run)
{
    for (int p = 0; p < run->c->n_pools; p++) {
        struct outlook *outlook = &run->outlook[p];
        outlook->n = 0;
        for (int j = 0; j < run->c->n_jobs; j++) {
            if (!ref_runs_on(run, j, p))
                continue;
            struct piece *piece = &outlook->pieces[outlook->n++];
            *piece = (struct piece){run->live[j].since_ms,
                                    ref_ends_by_estimate(run, j),
                                    run->c->jobs[j].gpus,
                                    {0}};
            memcpy(piece->on, run->live[j].on, sizeof piece->on);
        }
    }
}

/* ---- the pass ---- */

int ref_in_order(const struct ref_run *run, int list[REF_JOBS])
{
    int n = 0;
    for (int j = 0; j < run->c->n_jobs; j++) {
        if (run->out[j].state != REF_WAITING)
            continue;
        int at = n++;
        for (; at > 0 && run->live[list[at - 1]].key > run->live[j].key; at--)
            list[at] = list[at - 1];
        list[at] = j;
    }
    return n;
}

void ref_pass(struct ref_run *run)
{
    int list[REF_JOBS];
    unsigned closed = 0;
    if (!run->news)
        return;
    run->news = false;
    if (run->c->preempt)
        ref_preempt(run);
    int n = ref_in_order(run, list);
    memset(run->reserved, 0, sizeof run->reserved);
    if (run->c->backfill == REF_CONSERVATIVE)
        look_ahead(run);
    for (int i = 0; i < n; i++) {
        if (run->c->backfill == REF_CONSERVATIVE)
            place(run, list[i]);
        else if (start_somewhere(run, list[i], closed))
            continue;
        else if (run->c->backfill == REF_NONE)
            closed |= open_pools(run, list[i]);
        else if (run->c->backfill == REF_EASY)
            reserve(run, list[i]);
    }
}
