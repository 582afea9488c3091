#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/rng.h"
#include "world/backlog.h"
#include "world_fixture.h"

enum { KINDS = 3, JOBS = 400 };

static struct toy toy;
static struct arena arena;
static struct routes routes;
static struct fleet fleet;
static struct backlog backlog;
static struct source_kind kinds[KINDS];

static void free_all(void)
{
    toy_free(&toy);
    arena_free(&arena);
}

TestSuite(backlog, .fini = free_all);

static uint64_t below(struct rng *rng, uint64_t n)
{
    return rng_u32(rng) % n;
}

/* An owned pool and a rented one; jobs for both, for one, for the other. */
static void set_up(void)
{
    static const char *const allowed[KINDS] = {NULL, "own", "burst"};
    toy_init(&toy, 1000);
    toy_pool(&toy, TENURE_OWN, "own", 64);
    toy_pool(&toy, TENURE_ON_DEMAND, "burst", 64);
    fleet_init(&fleet, &toy.scenario, &arena, 64);
    routes_init(&routes, &toy.scenario, &arena);
    backlog_init(&backlog, &fleet, &routes, &arena);
    for (int k = 0; k < KINDS; k++) {
        struct job_kind kind = {.pools = allowed[k]};
        kinds[k] = (struct source_kind){
            .route = routes_add(&routes, &toy.demand, &kind, NULL)};
    }
}

static uint32_t admit(int kind, int32_t gpus)
{
    struct arrival arrival = {.gpus = gpus,
                              .duration_ms = 10,
                              .kind = &kinds[kind],
                              .deadline_ms = NEVER_MS,
                              .patience_ms = NEVER_MS};
    return backlog_admit(&backlog, &arrival);
}

static uint32_t wait_with(int kind, int32_t gpus, int64_t key, int64_t until_ms)
{
    uint32_t job = admit(kind, gpus);
    backlog.jobs[job].key = key;
    backlog.jobs[job].estimate_ms = 10;
    backlog.jobs[job].until_ms = until_ms;
    backlog_wait(&backlog, job, 5);
    return job;
}

Test(backlog, waiting_jobs_are_wanted_by_the_pools_open_to_them)
{
    set_up();
    uint32_t both = wait_with(0, 8, 1, 5); /* until has come */
    uint32_t later = wait_with(0, 3, 2, 6);
    wait_with(1, 2, 3, 0);
    wait_with(2, 4, 4, 0);
    backlog_check(&backlog);
    cr_expect(eq(i64, fleet.pools[0].wanted_gpus, 13));
    cr_expect(eq(i64, fleet.pools[0].waiting_jobs, 3));
    cr_expect(eq(i64, fleet.pools[1].wanted_gpus, 12));
    backlog_open_elastic(&backlog, later);
    cr_expect(eq(i64, fleet.pools[1].wanted_gpus, 15));
    backlog_unwait(&backlog, both);
    cr_expect(eq(i64, fleet.pools[0].wanted_gpus, 5));
    cr_expect(eq(i64, fleet.pools[1].waiting_jobs, 2));
    cr_expect(eq(i64, backlog.waiting, 3));
    backlog_check(&backlog);
}

Test(backlog, jobs_of_one_size_and_route_share_a_queue_in_order)
{
    static const int64_t keys[] = {7, 3, 7, 9, 3, -1};
    static const uint32_t order[] = {5, 1, 4, 0, 2, 3};
    set_up();
    for (size_t i = 0; i < 6; i++)
        wait_with(0, 8, keys[i], 5);
    wait_with(0, 7, 0, 5);
    wait_with(0, 8, 0, 6); /* not yet open to rented GPUs */
    cr_expect(eq(u32, backlog.n_active, 3));
    const struct queue *queue = &backlog.queues[backlog.jobs[0].queue];
    struct tree_entry entry;
    bool more = tree_first(&queue->jobs, &entry);
    for (size_t i = 0; i < 6; i++) {
        cr_assert(more && entry.item == order[i], "place %zu", i);
        more = tree_after(&queue->jobs, entry.key, entry.seq, &entry);
    }
    cr_expect(not(more));
    const struct active_queue *active = &backlog.active[queue->active_at];
    cr_expect(eq(i64, active->key, -1));
}

Test(backlog, a_job_that_left_gives_its_place_to_another)
{
    set_up();
    uint32_t first = wait_with(0, 1, 1, 5), second = wait_with(0, 1, 1, 5);
    backlog_unwait(&backlog, first);
    backlog_release(&backlog, first);
    cr_expect(eq(u32, admit(1, 4), first));
    cr_expect(eq(u64, backlog.jobs[first].seq, 2));
    cr_expect(ne(u32, first, second));
}

/* Every transition at random; backlog_check counts all anew each time. */
Test(backlog, random_transitions_keep_its_counts)
{
    static uint32_t jobs[JOBS];
    struct rng rng;
    struct rng_key key = {17, 0, "test", "backlog"};
    size_t n = 0;

    set_up();
    rng_init(&rng, key);
    for (int i = 0; i < 30000; i++) {
        uint64_t what = below(&rng, 5);
        if (n == 0 || (what < 2 && n < JOBS)) {
            bool open = below(&rng, 2);
            jobs[n++] = wait_with((int)below(&rng, KINDS), 1 + (int32_t)below(&rng, 40),
                                  (int64_t)below(&rng, 50), open ? 5 : 6);
            continue;
        }
        size_t at = (size_t)below(&rng, n);
        struct live_job *job = &backlog.jobs[jobs[at]];
        struct pool *own = &fleet.pools[0];
        if (job->state == JOB_STATE_WAITING && what == 2) {
            if (!backlog.queues[job->queue].elastic_open)
                backlog_open_elastic(&backlog, jobs[at]);
        } else if (job->state == JOB_STATE_WAITING) {
            backlog_unwait(&backlog, jobs[at]);
            job->expected_end_ms = (int64_t)below(&rng, 900);
            backlog_run(&backlog, jobs[at], own, true);
        } else {
            backlog_stop(&backlog, jobs[at], true);
            backlog_release(&backlog, jobs[at]);
            jobs[at] = jobs[--n];
        }
        int64_t running = 0;
        for (size_t j = 0; j < n; j++)
            if (backlog.jobs[jobs[j]].state == JOB_STATE_RUNNING)
                running += backlog.jobs[jobs[j]].gpus;
        cr_assert(tree_sum_until(&own->running, INT64_MAX) == running);
        if (i % 50 == 0)
            backlog_check(&backlog);
    }
    cr_expect(eq(i64, backlog.waiting + backlog.running, (int64_t)n));
    backlog_check(&backlog);
}
