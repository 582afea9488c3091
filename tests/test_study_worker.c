#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <pthread.h>
#include <time.h>

#include "base/interrupt.h"
#include "study/pool.h"
#include "study/worker.h"
#include "study_fixture.h"
#include "world/world.h"

/* ---- calls of malloc, counted where a test asks ---- */

#if !defined(__SANITIZE_ADDRESS__) && defined(__GLIBC__)
#define COUNTS_MALLOC true

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *old, size_t size);

static volatile bool counting;
static volatile int64_t calls;

void *malloc(size_t size)
{
    calls += counting;
    return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    calls += counting;
    return __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
    calls += counting;
    return __libc_realloc(old, size);
}
#else
#define COUNTS_MALLOC false
static bool counting;
static int64_t calls;
#endif

Test(study_worker, the_event_loop_asks_for_no_memory)
{
    if (!COUNTS_MALLOC)
        cr_skip_test("calls of malloc cannot be counted in this build");
    struct tiny_study study;
    struct scenario scenario;
    struct arena memory = {0};
    struct error err = {.text = ""};
    tiny_make(&study, STUDY_FRAME, &design_mc, NULL, 0);
    cr_assert(scenario_resolve(study.file, NULL, 0, &scenario, &err), "%s", err.text);
    int64_t events = 0;
    for (uint64_t k = 0; k < 50; k++) {
        struct run_options options = {.replication = k, .memory = &memory};
        struct world *world = world_new(&scenario, &options);
        counting = k > 0; /* the first one makes the room */
        bool ok = world_run(world, &err);
        counting = false;
        cr_assert(ok, "%s", err.text);
        events += world_result(world)->events;
        world_free(world);
    }
    cr_expect(gt(i64, events, 30000));
    cr_expect(eq(i64, calls, 0));
    cr_expect(le(sz, memory.blocks, 16));
    arena_free(&memory);
    scenario_free(&scenario);
    tiny_free(&study);
}

/* ---- a worker and its memory ---- */

static const char *row_of(struct worker *worker, size_t point, uint64_t replication)
{
    struct error err = {.text = ""};
    bool ok = worker_run(worker, point, replication, &err);
    cr_assert(ok, "%s", err.text);
    return worker->payload.text;
}

/* Whatever ran before in the same memory. */
Test(study_worker, a_replication_is_the_same_alone_and_after_others)
{
    static const char yaml[] =
        STUDY_FRAME STUDY_UNCERTAIN "sweep: {pools.own.gpus: [8, 96]}\n";
    struct tiny_study study;
    struct crew crew;
    struct worker used, fresh;
    tiny_make(&study, yaml, &design_sweep, NULL, 0);
    crew_init(&crew, &study.setup, &study.plan);
    worker_init(&used, &crew);
    for (uint64_t k = 0; k < 40; k++)
        for (size_t point = 0; point < 2; point++)
            row_of(&used, point, k);
    for (uint64_t k = 39; k-- > 0;) {
        worker_init(&fresh, &crew);
        cr_expect(eq(str, (char *)(uintptr_t)row_of(&used, k % 2, k),
                     (char *)(uintptr_t)row_of(&fresh, k % 2, k)));
        worker_free(&fresh);
    }
    struct arena arena = {0};
    char *third = arena_strdup(&arena, row_of(&used, 0, 3));
    cr_expect(ne(str, third, (char *)(uintptr_t)row_of(&used, 0, 4)));
    arena_free(&arena);
    worker_free(&used);
    crew_free(&crew);
    tiny_free(&study);
}

Test(study_worker, its_memory_does_not_grow_with_replications)
{
    struct tiny_study study;
    struct crew crew;
    struct worker worker;
    tiny_make(&study, STUDY_FRAME STUDY_UNCERTAIN, &design_mc, NULL, 0);
    crew_init(&crew, &study.setup, &study.plan);
    worker_init(&worker, &crew);
    for (uint64_t k = 0; k < 50; k++)
        row_of(&worker, 0, k);
    size_t blocks = worker.memory.blocks + worker.scratch.blocks;
    size_t total = worker.memory.total + worker.scratch.total;
    for (uint64_t k = 50; k < 400; k++)
        row_of(&worker, 0, k);
    cr_expect(eq(sz, worker.memory.blocks + worker.scratch.blocks, blocks));
    cr_expect(eq(sz, worker.memory.total + worker.scratch.total, total));
    worker_free(&worker);
    crew_free(&crew);
    tiny_free(&study);
}

/* Eight of the running GPUs do not fit into four. */
Test(study_worker, what_cannot_be_done_is_a_row_that_says_why)
{
    static const char yaml[] =
        "start: 2026-01-01\nhorizon: 20d\ninitial: {jobs: start.csv}\n"
        "demand: [{model: {name: poisson, rate: 20 /d, duration: 6h}}]\n"
        "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 16}]\n"
        "uncertain: {pools.own.gpus: {discrete: [16, 0]}}\n";
    struct tiny_study study;
    struct crew crew;
    struct worker worker;
    int failed = 0;
    tiny_make(&study, yaml, &design_mc, NULL, 0);
    crew_init(&crew, &study.setup, &study.plan);
    worker_init(&worker, &crew);
    size_t n = payload_fields(&study.plan);
    struct payload_field *fields = calloc(n, sizeof *fields);
    for (uint64_t k = 0; k < 20; k++) {
        struct error err = {.text = ""};
        row_of(&worker, 0, k);
        struct row row = {k, worker.payload.text, worker.payload.length, "r"};
        cr_assert(payload_split(&study.plan, &row, fields, &err), "%s", err.text);
        bool is_zero = fields[0].length == 1;
        cr_expect(eq(int, payload_failed(&study.plan, fields), is_zero));
        failed += is_zero;
        size_t failures = columns_find(&study.plan.columns, "total.failures");
        double value = payload_number(&study.plan, fields, failures);
        cr_expect(is_zero ? isnan(value) : value == 0);
        if (is_zero)
            cr_expect(strncmp(fields[1].text, "initial: job a of start.csv runs", 32) ==
                          0,
                      "%.80s", fields[1].text);
    }
    cr_expect(failed > 2 && failed < 18, "%d", failed);
    cr_expect(eq(int, (int)atomic_load(&crew.failed), failed));
    free(fields);
    worker_free(&worker);
    crew_free(&crew);
    tiny_free(&study);
}

/* ---- threads ---- */

struct counting {
    atomic_int seen[1000];
    atomic_int ticks;
    uint64_t last[8];
    uint64_t failing; /* this number fails */
    volatile sig_atomic_t stop;
};

static bool count_one(void *self, unsigned worker, uint64_t number, struct error *err)
{
    struct counting *counting_of = self;
    if (number == counting_of->failing)
        return error_kind_set(err, ERROR_IO, "number %d fails", (int)number);
    cr_assert(counting_of->last[worker] <= number, "a worker went back");
    counting_of->last[worker] = number + 1;
    atomic_fetch_add(&counting_of->seen[number], 1);
    return true;
}

static bool count_tick(void *self, struct error *err)
{
    struct counting *counting_of = self;
    (void)err;
    atomic_fetch_add(&counting_of->ticks, 1);
    return true;
}

static struct pool_work work_of(struct counting *counting_of, unsigned threads)
{
    return (struct pool_work){.self = counting_of,
                              .threads = threads,
                              .begin = 100,
                              .end = 1000,
                              .work = count_one,
                              .tick = count_tick,
                              .stop = &counting_of->stop};
}

Test(study_worker, each_number_is_handed_out_once)
{
    struct error err = {.text = ""};
    for (unsigned threads = 1; threads <= 8; threads++) {
        struct counting *counting_of = calloc(1, sizeof *counting_of);
        counting_of->failing = UINT64_MAX;
        struct pool_work work = work_of(counting_of, threads);
        cr_assert(pool_run(&work, &err), "%s", err.text);
        for (size_t i = 0; i < 1000; i++)
            cr_assert(eq(int, atomic_load(&counting_of->seen[i]), i >= 100));
        free(counting_of);
    }
}

Test(study_worker, the_first_failure_stops_all_and_is_told)
{
    struct error err = {.text = ""};
    struct counting counting_of = {.failing = 777};
    struct pool_work work = work_of(&counting_of, 3);
    cr_expect(not(pool_run(&work, &err)));
    cr_expect(eq(str, err.text, "number 777 fails"));
    cr_expect(eq(int, err.kind, ERROR_IO));
    cr_expect(counting_of.stop != 0);
}

static bool wait_for_stop(void *self, unsigned worker, uint64_t number,
                          struct error *err)
{
    const struct counting *counting_of = self;
    struct timespec pause = {.tv_nsec = 1000000};
    (void)worker;
    (void)number;
    while (!counting_of->stop)
        nanosleep(&pause, NULL);
    return error_kind_set(err, ERROR_INTERRUPTED, "interrupted");
}

static bool interrupt_at_third_tick(void *self, struct error *err)
{
    struct counting *counting_of = self;
    (void)err;
    if (atomic_fetch_add(&counting_of->ticks, 1) == 2)
        interrupted = 1;
    return true;
}

Test(study_worker, a_signal_ends_what_is_running)
{
    struct error err = {.text = ""};
    struct counting counting_of = {.failing = UINT64_MAX};
    struct pool_work work = work_of(&counting_of, 2);
    work.work = wait_for_stop;
    work.tick = interrupt_at_third_tick;
    cr_expect(not(pool_run(&work, &err)));
    cr_expect(eq(int, err.kind, ERROR_INTERRUPTED));
    cr_expect(ge(int, atomic_load(&counting_of.ticks), 3));
    interrupted = 0;
}
