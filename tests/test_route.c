#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/rng.h"
#include "world/route.h"
#include "world_fixture.h"

static struct toy toy;
static struct arena arena;
static struct routes routes;

static void free_all(void)
{
    toy_free(&toy);
    arena_free(&arena);
}

TestSuite(route, .fini = free_all);

/* Pools own (plain, 80 GB, DE), fast (141 GB, dedicated, FR) and burst (slow, 40 GB).
 */
static void three_pools(void)
{
    toy_init(&toy, 100);
    toy_pool(&toy, TENURE_OWN, "own", 8)->jurisdiction = "DE";
    struct pool_spec *fast = toy_pool(&toy, TENURE_LEASE, "fast", 8);
    fast->class = &toy_classes[1];
    fast->jurisdiction = "FR";
    fast->isolation = ISOLATION_DEDICATED;
    toy_pool(&toy, TENURE_ON_DEMAND, "burst", 8)->class = &toy_classes[2];
    routes_init(&routes, &toy.scenario, &arena);
}

static const struct route *route_for(struct job_kind kind, const char *workload)
{
    uint32_t number = routes_add(&routes, &toy.demand, &kind, workload);
    return &routes.items[number];
}

static void expect_pools(const struct route *route, const char *wanted)
{
    char got[16] = "";
    for (uint32_t i = 0; i < route->n; i++)
        got[i] = (char)('0' + route->outlets[i].pool);
    cr_expect(strcmp(got, wanted) == 0, "pools %s, not %s", got, wanted);
}

Test(route, without_constraints_all_pools_are_open_in_file_order)
{
    three_pools();
    const struct route *route = route_for((struct job_kind){0}, NULL);
    expect_pools(route, "012");
    cr_expect(eq(u64, route->fixed_mask, 3));
    cr_expect(eq(u64, route->elastic_mask, 4));
    cr_expect(eq(i64, route_outlet(route, 0)->ratio, RATIO_ONE));
    cr_expect(eq(i64, route_outlet(route, 1)->ratio, RATIO_ONE / 2));
    cr_expect(eq(i64, route_outlet(route, 2)->ratio, RATIO_ONE / 4 * 5));
    cr_expect(route_outlet(route, 3) == NULL, "there is no fourth pool");
}

Test(route, constraints_close_pools)
{
    static const struct {
        struct job_kind kind;
        const char *pools;
    } cases[] = {
        {{.pools = "own"}, "0"},
        {{.pools = "burst|own"}, "02"},
        {{.pools = "burst;fast"}, "12"},
        {{.pools = "ow|own2|urst"}, ""},
        {{.classes = "fast|slow"}, "12"},
        {{.memory_mb = 40000}, "012"},
        {{.memory_mb = 40001}, "01"},
        {{.memory_mb = 141000}, "1"},
        {{.memory_mb = 141001}, ""},
        {{.jurisdiction = "DE|FR"}, "01"}, /* burst says nothing: closed */
        {{.isolation = ISOLATION_DEDICATED}, "1"},
        {{.isolation = ISOLATION_DEDICATED, .jurisdiction = "DE"}, ""},
    };
    three_pools();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct route *route = route_for(cases[i].kind, NULL);
        expect_pools(route, cases[i].pools);
        cr_expect(route->closed_reason != NULL || route->n > 0, "case %zu", i);
    }
}

Test(route, what_the_source_says_holds_where_the_job_is_silent)
{
    three_pools();
    toy.demand.kind.pools = "own|fast";
    toy.demand.kind.memory_mb = 100000;
    expect_pools(route_for((struct job_kind){0}, NULL), "1");
    expect_pools(route_for((struct job_kind){.memory_mb = 1}, NULL), "01");
    expect_pools(route_for((struct job_kind){.pools = "burst", .memory_mb = 1}, NULL),
                 "2");
}

Test(route, a_workload_has_its_own_preference)
{
    three_pools();
    uint8_t training[] = {1, 0};
    toy.prefer[1] = toy.prefer[0];
    toy.prefer[0] = (struct preference){"training", training, 2};
    toy.scenario.dispatch.n_prefer = 2;
    expect_pools(route_for((struct job_kind){0}, "training"), "10");
    expect_pools(route_for((struct job_kind){0}, "inference"), "012");
    expect_pools(route_for((struct job_kind){0}, NULL), "012");
    expect_pools(route_for((struct job_kind){.pools = "own"}, "training"), "0");
}

Test(route, jobs_alike_share_a_route)
{
    three_pools();
    struct job_kind plain = {0}, same = {.memory_mb = 39999}, other = {.pools = "own"};
    uint32_t first = routes_add(&routes, &toy.demand, &plain, NULL);
    cr_expect(eq(u32, routes_add(&routes, &toy.demand, &same, "x"), first));
    cr_expect(ne(u32, routes_add(&routes, &toy.demand, &other, NULL), first));
    toy.demand.reference = NULL; /* durations never change: another route */
    uint32_t fixed = routes_add(&routes, &toy.demand, &plain, NULL);
    cr_expect(ne(u32, fixed, first));
    cr_expect(eq(i64, route_outlet(&routes.items[fixed], 1)->ratio, RATIO_ONE));
}

Test(route, durations_are_rounded_to_the_nearest_ms_and_never_vanish)
{
    static const struct {
        int64_t duration_ms, ratio, wanted_ms;
    } cases[] = {
        {7, RATIO_ONE, 7},
        {7, RATIO_ONE / 2, 4}, /* 3.5 */
        {5, RATIO_ONE / 2, 3},
        {1, RATIO_ONE / 2, 1},
        {1, RATIO_ONE / 10, 1}, /* at least 1 */
        {1, 1, 1},
        {10, 333333333, 3},
        {3, 1250000000, 4}, /* 3.75 */
        {INT64_C(6307200000000), 3 * RATIO_ONE, INT64_C(18921600000000)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_expect(eq(i64, ratio_apply(cases[i].duration_ms, cases[i].ratio),
                     cases[i].wanted_ms));
}

/* What the dispatcher rests on: an estimate is short enough exactly when it is at most
 * the limit carried back. */
Test(route, the_limit_is_the_largest_duration_that_fits)
{
    struct rng rng;
    struct rng_key key = {9, 0, "test", "route"};
    rng_init(&rng, key);
    for (int i = 0; i < 200000; i++) {
        int64_t ratio =
            1 + (int64_t)(rng_u32(&rng) % 4000000000u) * (i % 3 == 0 ? 1 : 2);
        int64_t limit = 1 + (int64_t)(rng_u32(&rng) % (i % 2 ? 50u : 4000000000u));
        int64_t most = ratio_limit(limit, ratio);
        cr_assert(most < 1 || ratio_apply(most, ratio) <= limit,
                  "%lld at %lld lasts longer than %lld", (long long)most,
                  (long long)ratio, (long long)limit);
        cr_assert(ratio_apply(most < 0 ? 1 : most + 1, ratio) > limit,
                  "%lld at %lld still lasts %lld", (long long)most + 1,
                  (long long)ratio, (long long)limit);
    }
    cr_expect(eq(i64, ratio_limit(0, 2 * RATIO_ONE), -1));
    cr_expect(eq(i64, ratio_limit(-1, RATIO_ONE / 2), -1));
    cr_expect(eq(i64, ratio_limit(INT64_MAX, RATIO_ONE / 2), INT64_MAX));
    cr_expect(eq(i64, ratio_limit(INT64_MAX - 1, 1), INT64_MAX));
}
