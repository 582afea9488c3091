/* Random interruptions and shocks: their number, whose draws they are, what they cost.
 */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "base/calendar.h"
#include "world_fixture.h"

enum { RECALLS = 4096 };

static struct toy toy;
static struct {
    int64_t time_ms;
    int pool;
} recalls[RECALLS];
static size_t n_recalls;

static void free_toy(void)
{
    toy_free(&toy);
}

TestSuite(spot_random, .fini = free_toy);

static void take_event(void *self, const struct event_row *row)
{
    (void)self;
    if (strcmp(row->kind, "recall") != 0)
        return;
    cr_assert(lt(sz, n_recalls, RECALLS));
    recalls[n_recalls].time_ms = row->time_ms;
    recalls[n_recalls++].pool = toy_pool_of(&toy, row->pool);
}

static struct pool_result run(uint64_t replication)
{
    const struct sink sink = {.event = take_event};
    const struct run_options options = {.sink = &sink, .replication = replication};
    struct world *world = world_new(&toy.scenario, &options);
    n_recalls = 0;
    cr_assert(world_run(world, &toy.err), "%s", toy.err.text);
    struct pool_result result = world_result(world)->pools[0];
    world_free(world);
    return result;
}

static void begin(int64_t horizon_ms)
{
    toy_init(&toy, horizon_ms);
    toy.scenario.interval.ms = horizon_ms;
}

static struct pool_spec *spot(const char *name, int64_t limit, int64_t unit,
                              int64_t mean_ms)
{
    struct pool_spec *pool = toy_pool(&toy, TENURE_SPOT, name, limit);
    pool->unit_gpus = unit;
    pool->interruption_mean_ms = mean_ms;
    return pool;
}

static void endless_job(int32_t gpus, int64_t interval_ms, int64_t cost_ms,
                        int64_t restart_ms)
{
    struct trace_row row = trace_row(0, 100 * MS_PER_Y, gpus);
    row.kind.checkpoint_interval_ms = interval_ms;
    row.kind.checkpoint_cost_ms = cost_ms;
    row.kind.restart_ms = restart_ms;
    toy_add(&toy, &row);
}

/* A gang on 8 instances that live 3 h each is interrupted 8 / 3 times an hour, and gets
 * new instances at once: over 20 days a Poisson count of mean 1280. */
Test(spot_random, interruptions_are_as_many_as_the_mean_time_says)
{
    begin(20 * MS_PER_D);
    spot("spot", 64, 8, 3 * MS_PER_H);
    endless_job(64, MS_PER_MIN, 0, 0);
    trace_finish(&toy.trace);
    double mean = 20 * 24 * 8 / 3.0, sum = 0;
    enum { RUNS = 16 };
    for (uint64_t r = 0; r < RUNS; r++)
        sum += (double)run(r).interruptions;
    double error = sqrt(mean / RUNS);
    cr_expect(lt(dbl, fabs(sum / RUNS - mean), 3 * error), "%g is not %g +- %g",
              sum / RUNS, mean, error);
}

/* The times of a run's recalls in the first pool. */
static size_t times_of(int64_t times[RECALLS])
{
    size_t n = 0;
    trace_finish(&toy.trace);
    run(0);
    for (size_t i = 0; i < n_recalls; i++)
        if (recalls[i].pool == 0)
            times[n++] = recalls[i].time_ms;
    return n;
}

static int64_t times[2][RECALLS];

Test(spot_random, another_pool_changes_no_interruption)
{
    size_t n[2];
    for (int more = 0; more < 2; more++) {
        toy_free(&toy);
        begin(2 * MS_PER_D);
        spot("a", 16, 2, 3 * MS_PER_H);
        for (int j = 0; j < 6; j++)
            endless_job(2, MS_PER_MIN, 0, 0);
        if (more) /* for whom there is no room in the first */
            spot("b", 16, 8, MS_PER_H / 2);
        for (int j = 0; j < 2 * more; j++)
            endless_job(8, MS_PER_MIN, 0, 0);
        n[more] = times_of(times[more]);
    }
    cr_assert(gt(sz, n[0], 50));
    cr_expect(gt(sz, n_recalls, 2 * n[1]));
    cr_assert(eq(sz, n[0], n[1]));
    for (size_t i = 0; i < n[0]; i++)
        cr_expect(eq(i64, times[0][i], times[1][i]));
}

/* Lives belong to ordinals: with a fourth instance the first three live as long, and
 * who comes after them has another ordinal. */
Test(spot_random, another_instance_changes_no_life)
{
    size_t n[2], same = 0;
    for (int more = 0; more < 2; more++) {
        toy_free(&toy);
        begin(30 * MS_PER_D);
        spot("a", 8, 1, 3 * MS_PER_H);
        for (int j = 0; j < 3 + more; j++)
            endless_job(1, 0, 0, 0);
        n[more] = times_of(times[more]);
        cr_assert(gt(sz, n[more], 100));
    }
    for (size_t i = 0; i < n[0]; i++)
        for (size_t k = 0; k < n[1]; k++)
            same += times[0][i] == times[1][k];
    cr_expect(eq(sz, same, 3));
}

struct s4 {
    double mttp_h, facts_frac;
};

/*
 * S4 of FACTS: 64 A100-80 on spot capacity, checkpoints of 2 min at Young's interval
 * sqrt(2 C M), restart 10 min.  There the overhead is C / t + t / 2M + R / M to first
 * order: 27, 17, 10 %.  Exactly (Daly 2006, eq. 20) a segment of work t with its
 * checkpoint takes M exp(R / M) (exp((t + C) / M) - 1): 23.8, 15.9, 9.5 %.  The
 * simulation must agree with the exact form within 4 standard errors of its own, and
 * with the first-order figures within 3.5 points of a per cent.
 */
Test(spot_random, the_start_up_on_spot_capacity_has_the_overhead_of_the_theory)
{
    static const struct s4 cases[] = {{2, 0.27}, {4, 0.17}, {10, 0.10}};
    enum { RUNS = 40 };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double m = cases[i].mttp_h * 60, c = 2, r = 10, t = sqrt(2 * c * m);
        double exact = 1 - t / (m * exp(r / m) * (exp((t + c) / m) - 1));
        double sum = 0, squares = 0;
        toy_free(&toy);
        begin(120 * MS_PER_D);
        spot("spot", 64, 64, llround(m * 60000));
        endless_job(64, llround(t * 60000), 2 * MS_PER_MIN, 10 * MS_PER_MIN);
        trace_finish(&toy.trace);
        for (uint64_t k = 0; k < RUNS; k++) {
            struct pool_result result = run(k);
            double lost = (double)(result.state_gpu_ms[GPU_BUSY_OVERHEAD]) /
                          (double)(result.state_gpu_ms[GPU_BUSY_OVERHEAD] +
                                   result.state_gpu_ms[GPU_BUSY_USEFUL]);
            sum += lost;
            squares += lost * lost;
        }
        double mean = sum / RUNS;
        double error = sqrt((squares / RUNS - mean * mean) / (RUNS - 1));
        cr_expect(lt(dbl, fabs(mean - exact), 4 * error), "%g h: %g is not %g +- %g",
                  cases[i].mttp_h, mean, exact, error);
        cr_expect(lt(dbl, fabs(mean - cases[i].facts_frac), 0.035), "%g h: %g",
                  cases[i].mttp_h, mean);
        cr_log_info("MTTP %g h: overhead %.4f +- %.4f, exact %.4f, first order %.2f",
                    cases[i].mttp_h, mean, error, exact, cases[i].facts_frac);
    }
}

/* Closed for random shocks of mean 2 d, 10 a year while none lasts: the share of time
 * is 2 / (36.5 + 2). */
Test(spot_random, random_shocks_last_as_long_as_their_means_say)
{
    struct shock_spec shock = {.path = "shocks.0",
                               .pools = 1,
                               .per_y = 10,
                               .lasts_ms = 2 * MS_PER_D,
                               .limit_gpus = 0,
                               .share_frac = 1,
                               .price_times = 1};
    enum { RUNS = 32 };
    begin(10 * MS_PER_Y);
    struct pool_spec *pool = toy_pool(&toy, TENURE_ON_DEMAND, "burst", 8);
    pool->unit_gpus = 1;
    toy.scenario.shocks = &shock;
    toy.scenario.n_shocks = 1;
    for (int64_t h = 0; h < 10 * 8760; h += 8) /* probes: refused when it is closed */
    {
        struct trace_row row = trace_row(h * MS_PER_H, 1000, 1);
        row.times.patience_ms = 0;
        toy_add(&toy, &row);
    }
    trace_finish(&toy.trace);
    double sum = 0, squares = 0, probes = 10 * 8760 / 8;
    for (uint64_t k = 0; k < RUNS; k++) {
        double closed = 1 - (double)run(k).jobs_started / probes;
        sum += closed;
        squares += closed * closed;
    }
    double mean = sum / RUNS, error = sqrt((squares / RUNS - mean * mean) / (RUNS - 1));
    double expected = 2 / 38.5;
    cr_expect(lt(dbl, fabs(mean - expected), 4 * error), "%g is not %g +- %g", mean,
              expected, error);
}
