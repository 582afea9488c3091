#define _GNU_SOURCE /* sched_getaffinity */

#include "study/pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/decimal.h"
#include "base/interrupt.h"

#define TICK_NS 100000000L

struct pool {
    const struct pool_work *work;
    _Atomic uint64_t next;
    pthread_mutex_t mutex; /* of what follows */
    pthread_cond_t ended;
    unsigned running;
    bool failed;
    struct error error; /* the first */
};

struct thread {
    struct pool *pool;
    pthread_t id;
    unsigned worker;
};

static void fail(struct pool *pool, const struct error *err)
{
    pthread_mutex_lock(&pool->mutex);
    if (!pool->failed)
        pool->error = *err;
    pool->failed = true;
    *pool->work->stop = 1;
    pthread_mutex_unlock(&pool->mutex);
}

static void *run_thread(void *argument)
{
    struct thread *thread = argument;
    struct pool *pool = thread->pool;
    const struct pool_work *work = pool->work;
    while (!*work->stop) {
        struct error err;
        uint64_t number = atomic_fetch_add(&pool->next, 1);
        if (number >= work->end)
            break;
        if (!work->work(work->self, thread->worker, number, &err)) {
            fail(pool, &err);
            break;
        }
    }
    pthread_mutex_lock(&pool->mutex);
    pool->running--;
    pthread_cond_signal(&pool->ended);
    pthread_mutex_unlock(&pool->mutex);
    return NULL;
}

/* Signals are the calling thread's. */
static void start(struct pool *pool, struct thread *threads)
{
    sigset_t all, usual;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &usual);
    for (unsigned i = 0; i < pool->work->threads; i++) {
        threads[i] = (struct thread){.pool = pool, .worker = i};
        if (pthread_create(&threads[i].id, NULL, run_thread, &threads[i]) != 0)
            out_of_memory();
    }
    pthread_sigmask(SIG_SETMASK, &usual, NULL);
}

/* Until a thread ends, or for a tick. */
static bool wait_a_tick(struct pool *pool)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += TICK_NS;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&pool->mutex);
    int waited = 0;
    while (pool->running > 0 && waited == 0)
        waited = pthread_cond_timedwait(&pool->ended, &pool->mutex, &until);
    bool more = pool->running > 0;
    pthread_mutex_unlock(&pool->mutex);
    return more;
}

static void init_locks(struct pool *pool)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&pool->ended, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&pool->mutex, NULL);
}

bool pool_run(const struct pool_work *work, struct error *err)
{
    struct pool pool = {.work = work, .next = work->begin, .running = work->threads};
    struct thread *threads = calloc(work->threads, sizeof *threads);
    struct error inner;
    if (!threads)
        out_of_memory();
    init_locks(&pool);
    start(&pool, threads);
    while (wait_a_tick(&pool)) {
        if (interrupted)
            *work->stop = 1;
        if (!*work->stop && work->tick && !work->tick(work->self, &inner))
            fail(&pool, &inner);
    }
    for (unsigned i = 0; i < work->threads; i++)
        pthread_join(threads[i].id, NULL);
    free(threads);
    pthread_cond_destroy(&pool.ended);
    pthread_mutex_destroy(&pool.mutex);
    if (!interrupt_check(err))
        return false;
    if (pool.failed)
        *err = pool.error;
    return !pool.failed;
}

unsigned pool_threads(void)
{
    const char *given = getenv("SLURM_CPUS_PER_TASK");
    int64_t threads;
    if (given && decimal_to_int64(given, strlen(given), 0, &threads) == DECIMAL_OK &&
        threads >= 1 && threads <= 1024)
        return (unsigned)threads;
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    int count = CPU_COUNT(&set);
    return count > 0 ? (unsigned)count : 1;
}
