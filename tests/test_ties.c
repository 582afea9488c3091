/* Who runs on which server. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "world/fleet.h"
#include "world_fixture.h"

static struct toy toy;
static struct arena arena;
static struct fleet fleet;

static void set_up(void)
{
    toy_init(&toy, 1000);
    toy.scenario.dispatch.placement = PLACEMENT_PACKED;
    toy_pool(&toy, TENURE_OWN, "own", 24)->gpus_per_server = 4;
    fleet_init(&fleet, &toy.scenario, &arena, 24);
    fleet.pools[0].ties_shares = true;
    fleet_lot_begins(&fleet.pools[0], 24, &(struct lot_terms){.first = true}, 0);
}

static void tear_down(void)
{
    toy_free(&toy);
    arena_free(&arena);
}

TestSuite(ties, .init = set_up, .fini = tear_down);

static uint32_t take(uint32_t job, int64_t gang)
{
    int64_t ready;
    uint32_t shares = fleet_take(&fleet, &fleet.pools[0], gang, 0, &ready);
    fleet_tie(&fleet, &fleet.pools[0], shares, job);
    return shares;
}

static void give(uint32_t shares, int64_t gang)
{
    uint32_t idle[24];
    fleet_give(&fleet, &fleet.pools[0], gang, shares, false, 0, 0, idle);
    ties_check(&fleet);
}

static void expect_on(uint32_t server, uint32_t job)
{
    cr_expect(eq(u32, fleet_job_on(&fleet, &fleet.pools[0], server), job), "server %u",
              server);
}

Test(ties, a_server_knows_who_started_on_it_last)
{
    expect_on(0, UINT32_MAX);
    uint32_t wide = take(7, 9); /* servers 0 and 1, and 1 GPU of server 2 */
    uint32_t two = take(5, 2);  /* server 2: best fit */
    uint32_t one = take(6, 1);  /* server 2 */
    uint32_t alone = take(8, 3);
    ties_check(&fleet);
    expect_on(0, 7);
    expect_on(1, 7);
    expect_on(2, 6);
    expect_on(3, 8);
    give(two, 2); /* from the middle of the list */
    expect_on(2, 6);
    give(one, 1);
    expect_on(2, 7);
    give(wide, 9);
    expect_on(0, UINT32_MAX);
    expect_on(2, UINT32_MAX);
    expect_on(3, 8);
    give(alone, 3);
    expect_on(3, UINT32_MAX);
}
