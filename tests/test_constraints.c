/* Constraints that close pools: they hold, they can be relaxed, and they have a cost.
 */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/calendar.h"
#include "world/route.h"
#include "world_fixture.h"

#define H MS_PER_H

static void add_pool(struct toy *toy, const char *name, const char *provider,
                     const char *place, enum isolation isolation, int class)
{
    struct pool_spec *pool = toy_pool(toy, TENURE_ON_DEMAND, name, 64);
    pool->class = &toy_classes[class];
    pool->provider = provider;
    pool->jurisdiction = place;
    pool->isolation = isolation;
    pool->price_rate = 2000000000;
}

/* Pools a (of acme, CH), b (of bolt, US), c (of nobody in particular, CH). */
static void three_pools(struct toy *toy)
{
    toy_init(toy, 1000 * H);
    toy->scenario.interval.ms = 1000 * H;
    add_pool(toy, "a", "acme", "CH", ISOLATION_SHARED, 0);
    add_pool(toy, "b", "bolt", "US", ISOLATION_SHARED, 0);
    add_pool(toy, "c", NULL, "CH", ISOLATION_SHARED, 0);
}

static struct job_kind kind_of(const char *places, const char *not_providers)
{
    return (struct job_kind){.workload = NAMES_NONE,
                             .tenant = NAMES_NONE,
                             .jurisdiction = places,
                             .not_providers = not_providers};
}

static void add_job(struct toy *toy, struct job_kind kind, int64_t submit_ms,
                    int64_t duration_ms, int32_t gpus)
{
    struct trace_row row = trace_row(submit_ms, duration_ms, gpus);
    row.kind = kind;
    toy_add(toy, &row);
}

Test(constraints, providers_are_excluded_by_the_source_and_by_the_job)
{
    struct toy toy;
    three_pools(&toy);
    toy.demand.kind.not_providers = "acme";
    add_job(&toy, kind_of(NULL, NULL), 0, H, 1); /* to b */
    add_job(&toy, kind_of(NULL, "bolt|other"), 0, H,
            1); /* to c, whose provider is not said */
    add_job(&toy, kind_of("US", "bolt"), 0, H, 1);
    add_job(&toy, kind_of("US|FR", NULL), 0, H, 1); /* to b */
    add_job(&toy, kind_of("FR", NULL), 0, H, 1);
    cr_assert(toy_run(&toy), "%s", toy.err.text);
    cr_expect(eq(int, toy.rows[0].pool, 1));
    cr_expect(eq(int, toy.rows[1].pool, 2));
    cr_expect(eq(int, toy.rows[2].outcome, JOB_REFUSED));
    cr_expect(strcmp(toy.rows[2].reason,
                     "no pool is open to it: closed by jurisdiction "
                     "and provider") == 0,
              "%s", toy.rows[2].reason);
    cr_expect(eq(int, toy.rows[3].pool, 1));
    cr_expect(strcmp(toy.rows[4].reason, "no pool in that jurisdiction") == 0, "%s",
              toy.rows[4].reason);
    toy_free(&toy);
}

Test(constraints, one_that_is_alone_gives_its_own_reason)
{
    struct toy toy;
    three_pools(&toy);
    toy.scenario.n_pools = 2;
    toy.prefer[0].n = 2;
    add_job(&toy, kind_of(NULL, "acme|bolt"), 0, H, 1);
    add_job(&toy, (struct job_kind){NAMES_NONE, NAMES_NONE, .classes = "fast"}, 0, H,
            1);
    add_job(&toy, (struct job_kind){NAMES_NONE, NAMES_NONE, .pools = "c"}, 0, H, 1);
    add_job(&toy,
            (struct job_kind){NAMES_NONE, NAMES_NONE, .isolation = ISOLATION_DEDICATED},
            0, H, 1);
    cr_assert(toy_run(&toy), "%s", toy.err.text);
    static const char *const reasons[] = {
        "no pool of another provider", "no pool of that class", "no pool of that name",
        "no dedicated pool, for its isolation"};
    for (int i = 0; i < 4; i++)
        cr_expect(strcmp(toy.rows[i].reason, reasons[i]) == 0, "%s",
                  toy.rows[i].reason);
    toy_free(&toy);
}

/*
 * At home 4.10 USD/GPU-h, abroad 2.60: a job of 3 GPUs and 7 h that must stay at home
 * costs 21 x 4.10 = 86.10 USD, and abroad, which is tried first, 54.60; one that may go
 * anywhere goes abroad in both.  Compliance costs 31.50 USD.
 */
Test(constraints, the_cost_of_compliance_is_the_difference_of_two_runs)
{
    int64_t direct[2] = {0, 0};
    for (int relaxed = 0; relaxed < 2; relaxed++) {
        struct toy toy;
        toy_init(&toy, 1000 * H);
        toy.scenario.interval.ms = 1000 * H;
        add_pool(&toy, "abroad", "acme", "US", ISOLATION_SHARED, 0);
        add_pool(&toy, "home", "bolt", "CH", ISOLATION_SHARED, 0);
        toy.pools[0].price_rate = 2600000000;
        toy.pools[1].price_rate = 4100000000;
        toy.scenario.dispatch.relaxed = relaxed ? 1u << CONSTRAINT_JURISDICTION : 0;
        add_job(&toy, kind_of("CH", NULL), 0, 7 * H, 3);
        add_job(&toy, kind_of(NULL, NULL), 0, 5 * H, 2);
        cr_assert(toy_run(&toy), "%s", toy.err.text);
        cr_expect(eq(int, toy.rows[0].pool, relaxed ? 0 : 1));
        cr_expect(eq(int, toy.rows[1].pool, 0));
        for (int i = 0; i < 2; i++)
            direct[relaxed] += toy.rows[i].direct_uusd;
        toy_free(&toy);
    }
    cr_expect(eq(i64, direct[0], 112100000)); /* 86.10 + 26.00 */
    cr_expect(eq(i64, direct[0] - direct[1], 31500000));
}

/* ---- whatever the pools and jobs ---- */

static uint32_t draw(uint32_t *state, uint32_t below)
{
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 8) % below;
}

static const char *const places[] = {NULL, "CH", "US", "CH|US", "FR|CH"};
static const char *const providers[] = {NULL, "acme", "bolt", "acme|bolt", "cirrus"};
static const char *const classes[] = {NULL, NULL, "plain", "fast|slow", "triple|plain"};
static const char *const pool_lists[] = {NULL, NULL, "p0|p1", "p2", "p1|p3"};

static void random_toy(struct toy *toy, uint32_t seed, unsigned relaxed)
{
    static const char *const names[] = {"p0", "p1", "p2", "p3"};
    uint32_t state = seed;
    toy_init(toy, 1000 * H);
    toy->scenario.interval.ms = 1000 * H;
    toy->scenario.dispatch.backfill = (enum backfill)draw(&state, 4);
    toy->scenario.dispatch.relaxed = relaxed;
    for (int p = 0; p < TOY_POOLS; p++) {
        add_pool(toy, names[p], providers[draw(&state, 3)], places[draw(&state, 3)],
                 (enum isolation)draw(&state, 2), (int)draw(&state, 4));
        if (draw(&state, 2)) {
            toy->pools[p].tenure = TENURE_OWN;
            toy->pools[p].gpus = 4 + draw(&state, 13);
            toy->pools[p].limit_gpus = 0;
        }
    }
    if (draw(&state, 3) == 0)
        toy->demand.kind.not_providers = providers[draw(&state, 5)];
    if (draw(&state, 3) == 0)
        toy->demand.kind.jurisdiction = places[draw(&state, 5)];
    for (int i = 0; i < TOY_ROWS; i++) {
        struct job_kind kind =
            kind_of(places[draw(&state, 5)], providers[draw(&state, 5)]);
        kind.classes = classes[draw(&state, 5)];
        kind.pools = pool_lists[draw(&state, 5)];
        kind.memory_mb = draw(&state, 4) ? 0 : 1 + draw(&state, 150000);
        kind.isolation = draw(&state, 5) ? ISOLATION_SHARED : ISOLATION_DEDICATED;
        add_job(toy, kind, draw(&state, 400) * H, (1 + draw(&state, 60)) * H,
                (int32_t)(1 + draw(&state, 8)));
    }
}

static bool has(const char *list, const char *word)
{
    const char *at = list ? strstr(list, word) : NULL; /* no word holds another */
    return at != NULL;
}

/* Written anew from the documentation of the keys. */
static const char *forbidden(const struct toy *toy, const struct job_kind *kind,
                             int pool)
{
    const struct pool_spec *spec = &toy->pools[pool];
    const struct job_kind *fill = &toy->demand.kind;
    const char *place = kind->jurisdiction ? kind->jurisdiction : fill->jurisdiction;
    if (kind->pools && !has(kind->pools, spec->name))
        return "pools";
    if (kind->classes && !has(kind->classes, spec->class->name))
        return "class";
    if (kind->memory_mb > spec->class->memory_mb)
        return "memory";
    if (place && (!spec->jurisdiction || !has(place, spec->jurisdiction)))
        return "jurisdiction";
    if (kind->isolation == ISOLATION_DEDICATED && spec->isolation == ISOLATION_SHARED)
        return "isolation";
    if (spec->provider && (has(kind->not_providers, spec->provider) ||
                           has(fill->not_providers, spec->provider)))
        return "provider";
    return NULL;
}

Test(constraints, no_job_ever_runs_where_it_may_not)
{
    int placed = 0, refused = 0;
    for (uint32_t seed = 1; seed <= 150; seed++) {
        struct toy toy;
        random_toy(&toy, seed * 2654435761u, 0);
        cr_assert(toy_run(&toy), "%s", toy.err.text);
        for (size_t i = 0; i < toy.n_rows; i++) {
            /* Rows are numbered as they were added; jobs are sorted by submit. */
            const struct job *job = NULL;
            for (size_t k = 0; k < toy.trace.n && !job; k++)
                if (toy.trace.jobs[k].id == i + 1)
                    job = &toy.trace.jobs[k];
            cr_assert(job != NULL, "job %zu", i);
            const struct job_kind *kind = &toy.trace.kinds[job->kind];
            const struct toy_row *row = &toy.rows[i];
            if (row->pool >= 0) {
                const char *why = forbidden(&toy, kind, row->pool);
                cr_expect(why == NULL,
                          "seed %u: job %zu in pool %d, which its %s closes", seed, i,
                          row->pool, why);
                placed++;
            } else if (row->outcome == JOB_REFUSED &&
                       strstr(row->reason, "larger") == NULL) {
                for (int p = 0; p < TOY_POOLS; p++)
                    cr_expect(forbidden(&toy, kind, p) != NULL,
                              "seed %u: job %zu is refused though pool %d is open: %s",
                              seed, i, p, row->reason);
                refused++;
            }
        }
        toy_free(&toy);
    }
    cr_expect(placed > 1000 && refused > 1000, "%d and %d", placed, refused);
}

Test(constraints, relaxing_one_never_makes_more_refusals)
{
    int64_t fewer[CONSTRAINTS] = {0};
    for (uint32_t seed = 1; seed <= 40; seed++) {
        int64_t refused[CONSTRAINTS + 2];
        for (int c = -1; c <= CONSTRAINTS; c++) {
            struct toy toy;
            unsigned relaxed = c < 0              ? 0
                               : c == CONSTRAINTS ? (1u << CONSTRAINTS) - 1
                                                  : 1u << c;
            random_toy(&toy, seed * 2246822519u, relaxed);
            cr_assert(toy_run(&toy), "%s", toy.err.text);
            refused[c + 1] = toy.refused;
            toy_free(&toy);
        }
        for (int c = 0; c < CONSTRAINTS; c++) {
            cr_expect(refused[c + 1] <= refused[0], "seed %u: %s", seed,
                      constraint_names[c]);
            cr_expect(refused[CONSTRAINTS + 1] <= refused[c + 1], "seed %u: all but %s",
                      seed, constraint_names[c]);
            fewer[c] += refused[0] - refused[c + 1];
        }
    }
    for (int c = 0; c < CONSTRAINTS; c++)
        cr_expect(fewer[c] > 0, "%s is never the only one", constraint_names[c]);
}

Test(constraints, each_can_be_asked_what_it_closes)
{
    struct toy toy;
    three_pools(&toy);
    toy.scenario.dispatch.relaxed = 1u << CONSTRAINT_JURISDICTION;
    struct job_kind kind = kind_of("CH", "acme");
    const struct scenario *scenario = &toy.scenario;
    cr_expect(eq(
        u64, route_closes(scenario, &toy.demand, &kind, CONSTRAINT_JURISDICTION), 2));
    cr_expect(
        eq(u64, route_closes(scenario, &toy.demand, &kind, CONSTRAINT_PROVIDER), 1));
    cr_expect(eq(u64, route_closes(scenario, &toy.demand, &kind, CONSTRAINT_CLASS), 0));
    trace_finish(&toy.trace);
    toy_free(&toy);
}
