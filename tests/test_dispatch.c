/*
 * Start times, pools and outcomes of random small cases against the naive reference.
 *
 * TENURE_CASES=200000 makes a longer campaign of it; TENURE_SEED=n repeats one case.
 * A case that fails is made as small as it can be and printed whole.
 */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>

#include "reference_dispatch.h"
#include "sanitized.h"
#include "world_fixture.h"

/* ---- a case as a scenario ---- */

static void add_pool(struct toy *toy, const struct ref_case *c, int p)
{
    static const char *const names[REF_POOLS] = {"a", "b", "c", "d"};
    static const enum tenure tenures[] = {TENURE_OWN, TENURE_LEASE, TENURE_ON_DEMAND};
    const struct ref_pool *from = &c->pools[p];
    struct pool_spec *pool = toy_pool(toy, tenures[from->tenure], names[p], from->gpus);
    pool->class = &toy_classes[from->speed];
    pool->gpus_per_server = c->width > 0 ? c->width : 8;
    if (from->tenure == REF_LEASE) {
        pool->from_ms = from->from_ms;
        pool->until_ms = from->until_ms;
        pool->start_past_end = from->start_past_end;
    }
    for (int i = 0; i < from->n_changes; i++)
        toy_change(pool, from->changes[i].at_ms, from->changes[i].gpus);
}

static void add_job(struct toy *toy, const struct ref_case *c, int j)
{
    static const char *const words[] = {"",    "a",     "b",     "a|b",   "c",
                                        "a|c", "b|c",   "a|b|c", "d",     "a|d",
                                        "b|d", "a|b|d", "c|d",   "a|c|d", "b|c|d"};
    const struct ref_job *from = &c->jobs[j];
    struct trace_row row = trace_row(from->submit_ms, from->duration_ms, from->gpus);
    row.job.limit_ms = from->limit_ms;
    row.job.priority = from->priority;
    row.kind.preemptible = from->preemptible;
    row.times = (struct job_times){from->deadline_ms, from->patience_ms, NEVER_MS};
    if (from->list == 1)
        row.kind.workload = trace_name(&toy->trace, "special", 7);
    if (from->allowed < sizeof words / sizeof *words)
        row.kind.pools = words[from->allowed];
    toy_add(toy, &row);
}

static void make_toy(struct toy *toy, const struct ref_case *c)
{
    static const char *const orders[] = {"fifo", "sjf", "ljf", "priority"};
    static const enum backfill backfills[] = {BACKFILL_NONE, BACKFILL_SKIP,
                                              BACKFILL_EASY, BACKFILL_CONSERVATIVE};
    toy_init(toy, c->horizon_ms);
    struct dispatch_spec *dispatch = &toy->scenario.dispatch;
    dispatch->order = model_find(MODEL_ORDER, orders[c->order]);
    dispatch->backfill = backfills[c->backfill];
    dispatch->preempt = c->preempt;
    dispatch->placement = c->width > 0 ? PLACEMENT_PACKED : PLACEMENT_FUNGIBLE;
    dispatch->estimate = c->actual ? ESTIMATE_ACTUAL : ESTIMATE_LIMIT;
    dispatch->same_instant =
        c->submit_first ? SAME_INSTANT_SUBMIT_FIRST : SAME_INSTANT_END_FIRST;
    if (c->wait == REF_FOREVER)
        toy_wait(toy, "forever", NULL, 0);
    if (c->wait == REF_THRESHOLD) {
        toy_wait(toy, "threshold", "short_below", c->short_below_ms);
        toy_wait(toy, "threshold", "short", c->short_ms);
        toy_wait(toy, "threshold", "long", c->long_ms);
    }
    for (int p = 0; p < c->n_pools; p++)
        add_pool(toy, c, p);
    dispatch->n_prefer = 2;
    for (int l = 0; l < 2; l++) {
        struct preference *prefer =
            &toy->prefer[1 - l]; /* the one for all comes last */
        prefer->workload = l == 1 ? "special" : NULL;
        prefer->pools = toy->lists[1 - l];
        prefer->n = (size_t)c->n_prefer[l];
        for (int i = 0; i < c->n_prefer[l]; i++)
            prefer->pools[i] = (uint8_t)c->prefer[l][i];
    }
    for (int j = 0; j < c->n_jobs; j++)
        add_job(toy, c, j);
}

/* ---- comparing ---- */

static const char *const state_names[] = {"not yet",  "waiting", "running",
                                          "finished", "refused", "abandoned"};

static struct ref_outcome outcome_of(const struct toy_row *row)
{
    static const enum ref_state states[JOB_OUTCOMES] = {
        [JOB_FINISHED] = REF_FINISHED,   [JOB_RUNNING] = REF_RUNNING,
        [JOB_WAITING] = REF_WAITING,     [JOB_REFUSED] = REF_REFUSED,
        [JOB_ABANDONED] = REF_ABANDONED,
    };
    if (!row->there)
        return (struct ref_outcome){REF_NOT_YET, -1, -1, -1, 0};
    int64_t start_ms = row->start_ms == NEVER_STARTED ? -1 : row->start_ms;
    return (struct ref_outcome){states[row->outcome], start_ms, row->end_ms, row->pool,
                                (int)row->interruptions};
}

static bool same_outcome(struct ref_outcome a, struct ref_outcome b)
{
    return a.state == b.state && a.start_ms == b.start_ms && a.end_ms == b.end_ms &&
           a.pool == b.pool && a.interruptions == b.interruptions;
}

/* An assert in the simulator is a failure like any other: it comes back here. */
static sigjmp_buf back;

static void on_abort(int signal)
{
    (void)signal;
    siglongjmp(back, 1);
}

struct verdict {
    bool agrees, aborted;
    struct ref_outcome world[REF_JOBS], reference[REF_JOBS];
};

static void judge(const struct ref_case *c, struct verdict *verdict)
{
    static struct toy toy;
    memset(verdict, 0, sizeof *verdict);
    reference_run(c, verdict->reference);
    make_toy(&toy, c);
    if (sigsetjmp(back, 1)) {
        verdict->aborted = true;
        return; /* what it held is lost: the test ends soon */
    }
    verdict->agrees = toy_run(&toy);
    for (int j = 0; j < c->n_jobs; j++) {
        verdict->world[j] = outcome_of(&toy.rows[j]);
        verdict->agrees =
            verdict->agrees && same_outcome(verdict->world[j], verdict->reference[j]);
    }
    toy_free(&toy);
}

static bool agrees(const struct ref_case *c)
{
    struct verdict verdict;
    judge(c, &verdict);
    return verdict.agrees;
}

/* ---- making a failing case smaller ---- */

static bool keep_if_fails(struct ref_case *c, const struct ref_case *smaller)
{
    if (agrees(smaller))
        return false;
    *c = *smaller;
    return true;
}

static bool drop_a_job(struct ref_case *c)
{
    for (int j = 0; j < c->n_jobs; j++) {
        struct ref_case smaller = *c;
        smaller.n_jobs--;
        memmove(&smaller.jobs[j], &smaller.jobs[j + 1],
                (size_t)(smaller.n_jobs - j) * sizeof smaller.jobs[0]);
        if (keep_if_fails(c, &smaller))
            return true;
    }
    return false;
}

static bool simplify_a_job(struct ref_case *c)
{
    for (int j = 0; j < c->n_jobs; j++) {
        const struct ref_job *old = &c->jobs[j];
        struct ref_job plainer[] = {*old, *old, *old, *old, *old, *old, *old};
        plainer[0].limit_ms = 0;
        plainer[1].patience_ms = plainer[1].deadline_ms = REF_NEVER;
        plainer[2].priority = plainer[2].list = 0;
        plainer[3].allowed = 15;
        plainer[4].gpus = old->gpus > 1 ? old->gpus - 1 : 1;
        plainer[6].preemptible = false;
        plainer[5].duration_ms = old->duration_ms > 1 ? old->duration_ms - 1 : 1;
        for (size_t i = 0; i < sizeof plainer / sizeof *plainer; i++) {
            struct ref_case smaller = *c;
            smaller.jobs[j] = plainer[i];
            if (memcmp(&plainer[i], old, sizeof *old) != 0 &&
                keep_if_fails(c, &smaller))
                return true;
        }
    }
    return false;
}

static bool simplify_a_pool(struct ref_case *c)
{
    for (int p = 0; p < c->n_pools; p++) {
        struct ref_case smaller = *c;
        if (c->pools[p].n_changes > 0) {
            smaller.pools[p].n_changes--;
            if (keep_if_fails(c, &smaller))
                return true;
        }
        smaller = *c;
        smaller.pools[p].speed = 0;
        if (c->pools[p].speed != 0 && keep_if_fails(c, &smaller))
            return true;
    }
    if (c->n_pools < 2)
        return false;
    struct ref_case smaller = *c;
    int last = --smaller.n_pools;
    for (int l = 0; l < 2; l++) {
        int n = 0;
        for (int i = 0; i < c->n_prefer[l]; i++)
            if (c->prefer[l][i] != last)
                smaller.prefer[l][n++] = c->prefer[l][i];
        smaller.n_prefer[l] = n;
        if (n == 0)
            return false;
    }
    return keep_if_fails(c, &smaller);
}

static void shrink(struct ref_case *c)
{
    while (drop_a_job(c) || simplify_a_pool(c) || simplify_a_job(c))
        ;
}

static void print_outcome(const char *who, struct ref_outcome outcome)
{
    fprintf(stderr, "  %-9s %-9s start %" PRId64 " end %" PRId64 " pool %d x%d\n", who,
            state_names[outcome.state], outcome.start_ms, outcome.end_ms, outcome.pool,
            outcome.interruptions);
}

static void report(uint64_t seed, struct ref_case *c)
{
    struct verdict verdict;
    shrink(c);
    judge(c, &verdict);
    fprintf(stderr, "seed %" PRIu64 "%s\n", seed,
            verdict.aborted ? ": an assertion failed" : "");
    reference_print(c, stderr);
    for (int j = 0; j < c->n_jobs && !verdict.aborted; j++) {
        fprintf(stderr, "job %d%s\n", j,
                same_outcome(verdict.world[j], verdict.reference[j]) ? "" : " differs");
        print_outcome("world", verdict.world[j]);
        print_outcome("reference", verdict.reference[j]);
    }
}

/* ---- random cases ---- */

static uint64_t draw64(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15)); /* splitmix64 */
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* From `low` to `high`, both included. */
static int draw(uint64_t *state, int low, int high)
{
    return low + (int)(draw64(state) % (uint64_t)(high - low + 1));
}

static bool one_in(uint64_t *state, int n)
{
    return draw(state, 1, n) == 1;
}

/* What a family of cases varies. */
struct family {
    unsigned seed; /* of the whole family */
    int cases;     /* in the quick suite */
    int pools_min, pools_max;
    int backfill; /* -1: any */
    bool packed, fungible;
    bool plain;        /* owned pools without changes, fifo, no patience */
    bool no_shrinking; /* owned pools only grow */
    bool preempt;
};

static void draw_changes(uint64_t *r, const struct family *family, int step,
                         struct ref_pool *pool)
{
    int64_t target = pool->gpus;
    int64_t at = 0;
    pool->n_changes = one_in(r, 2) ? draw(r, 1, REF_CHANGES) : 0;
    for (int i = 0; i < pool->n_changes; i++) {
        at += draw(r, i == 0 ? 1 : 0, 25);
        int64_t gpus = step * draw(r, 1, 2);
        if (one_in(r, 2) && target - gpus >= 0 && !family->no_shrinking)
            gpus = -gpus;
        pool->changes[i] = (struct ref_change){at, gpus};
        target += gpus;
    }
}

static void draw_pool(uint64_t *r, const struct family *family, int width, int n_pools,
                      struct ref_pool *pool)
{
    int step = width > 0 ? width : 1;
    int most = 24 / n_pools / step;
    *pool = (struct ref_pool){.gpus = (int64_t)step * draw(r, 1, most > 1 ? most : 1)};
    if (family->plain)
        return;
    if (one_in(r, 3))
        pool->speed = draw(r, 1, 3);
    if (one_in(r, 4)) {
        pool->tenure = REF_LEASE;
        pool->from_ms = one_in(r, 2) ? 0 : draw(r, 1, 30);
        pool->until_ms = pool->from_ms + draw(r, 5, 60);
        pool->start_past_end = one_in(r, 3);
    } else if (one_in(r, 3)) {
        pool->tenure = REF_ON_DEMAND;
        pool->gpus = draw(r, 1, 12);
    } else {
        draw_changes(r, family, step, pool);
    }
}

static void draw_job(uint64_t *r, const struct ref_case *c, const struct family *family,
                     int64_t spread, struct ref_job *job)
{
    int64_t largest = 1;
    for (int p = 0; p < c->n_pools; p++)
        largest = c->pools[p].gpus > largest ? c->pools[p].gpus : largest;
    int top = (int)largest + (one_in(r, 12) ? 5 : 0);
    *job = (struct ref_job){
        .submit_ms = one_in(r, 4) ? 0 : draw(r, 0, (int)spread),
        .duration_ms = one_in(r, 3) ? draw(r, 1, 4) : draw(r, 1, 30),
        .gpus = one_in(r, 2) ? draw(r, 1, top > 4 ? 4 : top) : draw(r, 1, top),
        .patience_ms = REF_NEVER,
        .deadline_ms = REF_NEVER,
        .allowed = 15,
    };
    if (one_in(r, 2))
        job->limit_ms = one_in(r, 2) ? job->duration_ms + draw(r, 0, 10)
                                     : draw(r, 1, (int)job->duration_ms);
    if (family->plain)
        return;
    job->priority = one_in(r, 2) ? 0 : draw(r, -2, 2);
    job->list = one_in(r, 4);
    if (one_in(r, 6))
        job->patience_ms = draw(r, 0, 20);
    if (one_in(r, 8))
        job->deadline_ms = job->submit_ms + draw(r, 0, 40);
    if (one_in(r, 6))
        job->allowed = (unsigned)draw(r, 1, 15) | 1u << draw(r, 0, c->n_pools - 1);
    if (!family->preempt)
        return;
    job->priority = draw(r, -2, 2);
    job->preemptible = !one_in(r, 4);
}

static void draw_preferences(uint64_t *r, struct ref_case *c)
{
    for (int l = 0; l < 2; l++) {
        for (int p = 0; p < c->n_pools; p++) { /* a random order */
            int at = l == 0 && one_in(r, 2) ? p : draw(r, 0, p);
            for (int i = p; i > at; i--)
                c->prefer[l][i] = c->prefer[l][i - 1];
            c->prefer[l][at] = p;
        }
        c->n_prefer[l] = one_in(r, 5) ? draw(r, 1, c->n_pools) : c->n_pools;
    }
}

static void draw_case(const struct family *family, uint64_t number, struct ref_case *c)
{
    static const int widths[] = {1, 2, 3, 4, 8};
    uint64_t state = family->seed * UINT64_C(1000000007) + number, *r = &state;

    memset(c, 0, sizeof *c);
    if (family->packed && (!family->fungible || one_in(r, 2)))
        c->width = widths[draw(r, 0, 4)];
    c->n_pools = draw(r, family->pools_min, family->pools_max);
    c->backfill =
        (enum ref_backfill)(family->backfill < 0 ? draw(r, 0, 3) : family->backfill);
    c->actual = one_in(r, 4);
    c->horizon_ms = one_in(r, 6) ? draw(r, 10, 80) : 1000;
    if (!family->plain) {
        c->order = one_in(r, 2) ? REF_FIFO : (enum ref_order)draw(r, 0, 3);
        c->wait = (enum ref_wait)draw(r, 0, 2);
        c->short_below_ms = draw(r, 1, 15);
        c->short_ms = draw(r, 0, 10);
        c->long_ms = draw(r, 0, 30);
        c->submit_first = one_in(r, 4);
    }
    if (family->preempt) {
        c->preempt = true;
        c->order = REF_PRIORITY;
    }
    for (int p = 0; p < c->n_pools; p++)
        draw_pool(r, family, c->width, c->n_pools, &c->pools[p]);
    draw_preferences(r, c);
    c->n_jobs = draw(r, 2, 12);
    int64_t spread = draw(r, 0, 60);
    for (int j = 0; j < c->n_jobs; j++) {
        struct ref_job job;
        draw_job(r, c, family, spread, &job);
        int at = j;
        for (; at > 0 && c->jobs[at - 1].submit_ms > job.submit_ms; at--)
            c->jobs[at] = c->jobs[at - 1];
        c->jobs[at] = job;
    }
}

static void campaign(const struct family *family)
{
    const char *cases = getenv("TENURE_CASES"), *only = getenv("TENURE_SEED");
    uint64_t from = only ? strtoull(only, NULL, 10) : 0;
    uint64_t to = from + 1;
    if (!only)
        to = cases ? strtoull(cases, NULL, 10)
                   : (uint64_t)family->cases / SANITIZED_SHARE;

    struct sigaction action = {.sa_handler = on_abort};
    sigaction(SIGABRT, &action, NULL);
    for (uint64_t number = from; number < to; number++) {
        struct ref_case c;
        draw_case(family, number, &c);
        if (agrees(&c))
            continue;
        report(number, &c);
        cr_fatal("the simulator and the reference disagree in case %" PRIu64, number);
    }
}

Test(dispatch, easy_on_one_fungible_pool_is_as_the_reference_has_it)
{
    campaign(&(struct family){.seed = 1,
                              .cases = 20000,
                              .pools_min = 1,
                              .pools_max = 1,
                              .backfill = REF_EASY,
                              .fungible = true,
                              .plain = true});
}

Test(dispatch, easy_on_one_packed_pool_is_as_the_reference_has_it)
{
    campaign(&(struct family){.seed = 2,
                              .cases = 20000,
                              .pools_min = 1,
                              .pools_max = 1,
                              .backfill = REF_EASY,
                              .packed = true,
                              .plain = true});
}

Test(dispatch, easy_on_several_fungible_pools_is_as_the_reference_has_it)
{
    campaign(&(struct family){.seed = 3,
                              .cases = 20000,
                              .pools_min = 2,
                              .pools_max = 4,
                              .backfill = REF_EASY,
                              .fungible = true});
}

Test(dispatch, easy_on_several_packed_pools_is_as_the_reference_has_it)
{
    campaign(&(struct family){.seed = 4,
                              .cases = 20000,
                              .pools_min = 2,
                              .pools_max = 4,
                              .backfill = REF_EASY,
                              .packed = true});
}

Test(dispatch, without_backfill_all_is_as_the_reference_has_it)
{
    campaign(&(struct family){.seed = 5,
                              .cases = 10000,
                              .pools_min = 1,
                              .pools_max = 4,
                              .backfill = REF_NONE,
                              .packed = true,
                              .fungible = true});
}

Test(dispatch, skipping_is_as_the_reference_has_it)
{
    campaign(&(struct family){.seed = 6,
                              .cases = 10000,
                              .pools_min = 1,
                              .pools_max = 4,
                              .backfill = REF_SKIP,
                              .packed = true,
                              .fungible = true});
}

Test(dispatch, conservative_fungible_is_as_the_reference_has_it)
{
    campaign(&(struct family){.seed = 7,
                              .cases = 10000,
                              .pools_min = 1,
                              .pools_max = 4,
                              .backfill = REF_CONSERVATIVE,
                              .fungible = true});
}

Test(dispatch, conservative_packed_is_as_the_reference_has_it)
{
    campaign(&(struct family){.seed = 8,
                              .cases = 10000,
                              .pools_min = 1,
                              .pools_max = 4,
                              .backfill = REF_CONSERVATIVE,
                              .packed = true,
                              .no_shrinking = true});
}

Test(dispatch, preemption_without_backfill_is_as_the_reference_has_it)
{
    campaign(&(struct family){.seed = 9,
                              .cases = 20000,
                              .pools_min = 1,
                              .pools_max = 4,
                              .backfill = REF_NONE,
                              .fungible = true,
                              .preempt = true});
}

Test(dispatch, preemption_with_easy_is_as_the_reference_has_it)
{
    campaign(&(struct family){.seed = 10,
                              .cases = 20000,
                              .pools_min = 1,
                              .pools_max = 4,
                              .backfill = REF_EASY,
                              .fungible = true,
                              .preempt = true});
}

Test(dispatch, preemption_with_skipping_is_as_the_reference_has_it)
{
    campaign(&(struct family){.seed = 11,
                              .cases = 10000,
                              .pools_min = 1,
                              .pools_max = 4,
                              .backfill = REF_SKIP,
                              .fungible = true,
                              .preempt = true});
}

Test(dispatch, preemption_on_packed_pools_is_as_the_reference_has_it)
{
    campaign(&(struct family){.seed = 12,
                              .cases = 20000,
                              .pools_min = 1,
                              .pools_max = 3,
                              .backfill = REF_EASY,
                              .packed = true,
                              .preempt = true});
}
