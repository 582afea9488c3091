#ifndef TESTS_QUEUES_H
#define TESTS_QUEUES_H

/*
 * Queues that mathematics has solved: how they are simulated and compared.
 *
 * Every figure is the mean over independent replications of one scenario, each after a
 * warm-up, and must lie within four standard errors of the closed form, the standard
 * error being that of the mean over the replications.  So that no test passes because
 * it saw too little, the standard error itself must be small beside the figure.  The
 * seed follows from the load, so that cases of one load share their demand.
 *
 * `--verbose` prints what docs/validation.md has in its tables.
 */

#include <criterion/criterion.h>
#include <criterion/logging.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "runs.h"

enum { POOLS = 2, SIZES = 4, MEASURES = 12, REPLICATIONS = 32 };

/* ---- what a replication shows after its warm-up ---- */

struct seen {
    const struct scenario *scenario;
    int64_t span_ms; /* from the warm-up to the horizon */
    double state_gpu_ms[POOLS][GPU_STATES];
    double cost_usd; /* of all pools */
    int64_t jobs, delayed, rented;
    int64_t jobs_by_size[SIZES], rented_by_size[SIZES];
    double wait_ms;
    /* The system as it was, from events. */
    int64_t since_ms, waiting, running;
    double waiting_ms, full_ms; /* integrals: of the queue; of no GPU being free */
};

static inline size_t pool_of(const struct seen *seen, const char *name)
{
    size_t p = 0;
    while (strcmp(seen->scenario->pools[p].name, name) != 0)
        p++;
    return p;
}

static inline void see_interval(void *self, const struct timeline_row *row)
{
    struct seen *seen = self;
    if (row->start_ms < seen->scenario->warmup_ms)
        return;
    size_t pool = pool_of(seen, row->pool);
    if (pool == 0)
        seen->span_ms += row->end_ms - row->start_ms;
    for (int state = 0; state < GPU_STATES; state++)
        seen->state_gpu_ms[pool][state] += (double)row->state_gpu_ms[state];
    for (int share = 0; share < COST_SHARES; share++)
        seen->cost_usd += 1e-6 * (double)row->cost_uusd[share];
}

static inline void see_job(void *self, const struct job_row *row)
{
    struct seen *seen = self;
    if (row->submit_ms < seen->scenario->warmup_ms)
        return;
    int size = 63 - __builtin_clzll((unsigned long long)row->gpus);
    bool rented = row->pool && pool_of(seen, row->pool) > 0;
    seen->jobs++;
    seen->jobs_by_size[size]++;
    seen->rented += rented;
    seen->rented_by_size[size] += rented;
    seen->delayed += row->wait_ms > 0;
    seen->wait_ms += (double)row->wait_ms;
}

static inline void see_event(void *self, const struct event_row *row)
{
    struct seen *seen = self;
    double length = (double)(row->time_ms - seen->since_ms);
    if (row->time_ms > seen->scenario->warmup_ms) {
        seen->waiting_ms += length * (double)seen->waiting;
        if (seen->running == seen->scenario->pools[0].gpus)
            seen->full_ms += length;
    }
    seen->since_ms = row->time_ms;
    bool submit = strcmp(row->kind, "submit") == 0;
    bool start = strcmp(row->kind, "start") == 0, end = strcmp(row->kind, "end") == 0;
    seen->waiting += submit - start;
    seen->running += start - end;
}

static inline struct seen replicate(const struct scenario *scenario,
                                    uint64_t replication)
{
    struct seen seen = {.scenario = scenario};
    struct sink sink = {.self = &seen, .timeline = see_interval, .job = see_job};
    if (scenario->write_events)
        sink.event = see_event;
    struct run_options options = {.replication = replication, .sink = &sink};
    struct error err;
    struct world *world = world_new(scenario, &options);
    bool ok = world_run(world, &err);
    cr_assert(ok, "%s", err.text);
    world_free(world);
    return seen;
}

/* ---- figures and their errors ---- */

struct figure {
    double mean, error; /* standard error of the mean */
};

static inline struct figure figure_of(const double x[REPLICATIONS])
{
    double sum = 0, squares = 0;
    for (int k = 0; k < REPLICATIONS; k++)
        sum += x[k];
    double mean = sum / REPLICATIONS;
    for (int k = 0; k < REPLICATIONS; k++)
        squares += (x[k] - mean) * (x[k] - mean);
    return (struct figure){mean, sqrt(squares / (REPLICATIONS - 1.0) / REPLICATIONS)};
}

/* `precision`: the largest standard error, as a part of what is expected, with which
 * the figure counts as measured. */
static inline void agree(const char *what, double expected, struct figure got,
                         double precision)
{
    cr_log_info("%-44s %12.6f %12.6f +- %.6f\n", what, expected, got.mean, got.error);
    cr_expect(fabs(got.mean - expected) <= 4 * got.error,
              "%s: expected %.6f, simulated %.6f, standard error %.6f", what, expected,
              got.mean, got.error);
    cr_expect(got.error <= precision * fabs(expected),
              "%s: a standard error of %.6f is too large beside %.6f", what, got.error,
              expected);
}

/* One scenario: its replications, each turned into figures by `measure`. */
typedef void measure_fn(const struct seen *seen, double figures[MEASURES]);

static inline void simulate(const char *yaml, measure_fn *measure, int n,
                            double values[][REPLICATIONS])
{
    struct scenario scenario;
    struct error err;
    bool ok = scenario_from_text(&scenario, yaml, NULL, 0, &err);
    cr_assert(ok, "%s", err.text);
    for (int k = 0; k < REPLICATIONS; k++) {
        struct seen seen = replicate(&scenario, (uint64_t)k);
        double figures[MEASURES] = {0};
        measure(&seen, figures);
        for (int i = 0; i < n; i++)
            values[i][k] = figures[i];
    }
    scenario_free(&scenario);
}

/* What the scenarios have in common: a mean service of one hour, GPUs that are leased
 * at 1 USD an hour, and the rest rented at `rent`. */
struct queue_case {
    int gpus;
    double load;       /* Erlangs of single-GPU jobs */
    const char *model; /* further keys of the demand model */
    const char *dispatch;
    const char *burst; /* price of on-demand capacity; NULL: none */
    const char *horizon;
    bool events;
};

static inline const char *queue_yaml(const struct queue_case *c, char text[2048])
{
    char rented[256] = "";
    if (c->burst)
        snprintf(rented, sizeof rented,
                 "  - {name: burst, tenure: on-demand, class: h100-sxm,\n"
                 "     price: %s, increment: 1ms}\n",
                 c->burst);
    snprintf(text, 2048,
             "start: 2026-01-01\n"
             "horizon: %s\n"
             "interval: 10d\n"
             "warmup: 10d\n"
             "seed: %d\n"
             "events: %s\n"
             "demand:\n"
             "  - model: {name: poisson, rate: %.6f /d, duration: 1h%s}\n"
             "pools:\n"
             "  - {name: fixed-gpus, tenure: lease, class: h100-sxm, gpus: %d,\n"
             "     price: 1 USD/GPU-h, term: 50y}\n"
             "%s"
             "dispatch: {%s}\n",
             c->horizon, (int)lround(10007 * c->load), c->events ? "true" : "false",
             24 * c->load, c->model, c->gpus, rented, c->dispatch);
    return text;
}

/* No waiting: what finds no room goes to rented GPUs. */
#define LOSS "order: fifo, backfill: skip, wait: none"

/* The share of jobs that find all servers busy. */
static inline double erlang_b(double load, int servers)
{
    double b = 1;
    for (int n = 1; n <= servers; n++)
        b = load * b / (n + load * b);
    return b;
}

#endif
