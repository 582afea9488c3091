/* Who gives way. */

#include <string.h>

#include "reference_run.h"

/* Of lower priority, preemptible, and running there: the lowest priority first, then
 * who started last. */
static int victims_of(const struct ref_run *run, int job, int pool, int list[REF_JOBS])
{
    const struct ref_job *jobs = run->c->jobs;
    int n = 0;
    for (int j = 0; j < run->c->n_jobs; j++) {
        if (!ref_runs_on(run, j, pool) || !jobs[j].preemptible ||
            jobs[j].priority >= jobs[job].priority)
            continue;
        int at = n++;
        for (; at > 0; at--) {
            int other = list[at - 1];
            if (jobs[other].priority < jobs[j].priority ||
                (jobs[other].priority == jobs[j].priority &&
                 run->live[other].start_number > run->live[j].start_number))
                break;
            list[at] = other;
        }
        list[at] = j;
    }
    return n;
}

/* Whether the gang would fit if those of the list were gone that are not spared. */
static bool fits_without(const struct ref_run *run, int pool, int gang, const int *list,
                         const bool *spared, int n)
{
    struct ref_run *copy = ref_copy(run);
    for (int i = 0; i < n; i++) {
        if (spared[i])
            continue;
        ref_give_back(copy, list[i]);
        copy->out[list[i]].state = REF_WAITING;
    }
    bool fits = ref_has_room(copy, pool, gang);
    ref_free(copy);
    return fits;
}

static bool make_room(struct ref_run *run, int job, int pool)
{
    int list[REF_JOBS], all = victims_of(run, job, pool, list), n = 0;
    int gang = run->c->jobs[job].gpus;
    bool spared[REF_JOBS] = {false};

    while (n < all && !fits_without(run, pool, gang, list, spared, n))
        n++;
    if (!fits_without(run, pool, gang, list, spared, n))
        return false;
    for (int i = n; i-- > 0 && ref_packed(run, pool);) {
        spared[i] = true;
        spared[i] = fits_without(run, pool, gang, list, spared, n);
    }
    for (int i = 0; i < n; i++)
        if (!spared[i])
            ref_interrupt(run, list[i]);
    return true;
}

static bool starts(struct ref_run *run, int job)
{
    int list[REF_POOLS], n = ref_pools_of(run, job, list);
    for (int preempt = 0; preempt < 2; preempt++)
        for (int i = 0; i < n; i++) {
            int pool = list[i];
            if (!ref_opens(run, pool, job) ||
                !ref_within_contract(run, pool, job, run->now_ms) ||
                (preempt && ref_elastic(run, pool)) ||
                (preempt && !make_room(run, job, pool)) ||
                !ref_has_room(run, pool, run->c->jobs[job].gpus))
                continue;
            shares take;
            ref_rule(&run->servers[pool], run->c->width ? run->c->width : 1,
                     run->c->jobs[job].gpus, take);
            ref_start(run, job, pool, ref_packed(run, pool) ? take : NULL);
            return true;
        }
    return false;
}

void ref_preempt(struct ref_run *run)
{
    int list[REF_JOBS];
    while (ref_in_order(run, list) > 0 && starts(run, list[0]))
        ;
}
