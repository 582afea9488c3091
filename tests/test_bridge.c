#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "output/bridge.h"
#include "result_runs.h"

Test(bridge, every_account_has_a_nature_a_basis_and_a_name)
{
    for (int a = 0; a < ACCOUNTS; a++) {
        bool any = false;
        cr_expect(account_names[a] != NULL, "account %d has no name", a);
        for (int b = 0; b < BASES; b++)
            any |= account_has_basis((enum account)a, (enum basis)b);
        cr_expect(any, "%s has no basis", account_names[a]);
        cr_expect(account_nature((enum account)a) != NATURE_NONE,
                  "%s has no entry in `natures` (sim/world/sink.c): is a change of its "
                  "cost per unit a price, or capital?",
                  account_names[a]);
    }
}

/* One account, by hand. */

static void expect_steps(const struct bridge_facts *facts,
                         const int64_t wanted[BRIDGE_STEPS])
{
    int64_t step[BRIDGE_STEPS], sum = 0;
    bool ok = bridge_steps(facts, step);
    cr_assert(ok, "out of range");
    for (int s = 0; s < BRIDGE_STEPS; s++) {
        sum += step[s];
        cr_expect(step[s] == wanted[s], "%s is %lld instead of %lld",
                  bridge_step_names[s], (long long)step[s], (long long)wanted[s]);
    }
    cr_expect(eq(i64, sum, facts->side[1].total_uusd - facts->side[0].total_uusd));
}

/* A pays 2.00 USD for each of 1,000 GPU-h and then 3.00 for each of 500: 3,500.
 * B pays 2.20 for each of 600 and 3.30 for each of 1,200: 5,280.
 * A did 1,200 useful hours and idled 300, B did 1,440 and idled 360.
 *   F1 = 3,500 x 1,740 / 1,500 = 4,060     volume      = 560: 240 hours at 3,500 /
 * 1,500 F2 = 3,500 x 1,800 / 1,500 = 4,200     utilization = 140: 60 hours F3 = 2.00 x
 * 600 + 3.00 x 1,200 = 4,800 timing      = 600: later hours are dearer B  = 5,280 price
 * = 480: a tenth of 4,800 */
Test(bridge, volume_use_timing_and_price_by_hand)
{
    static const int64_t wanted[BRIDGE_STEPS] = {[STEP_VOLUME] = 560000000,
                                                 [STEP_UTILIZATION] = 140000000,
                                                 [STEP_TIMING] = 600000000,
                                                 [STEP_PRICE] = 480000000};
    const struct bridge_month a[] = {{2000000000, 1000 * MS_PER_H, 1, 1},
                                     {1500000000, 500 * MS_PER_H, 1, 1}};
    const struct bridge_month b[] = {{1320000000, 600 * MS_PER_H, 1, 1},
                                     {3960000000, 1200 * MS_PER_H, 1, 1}};
    struct bridge_facts facts = {
        .side = {{a, 3500000000}, {b, 5280000000}},
        .n_months = 2,
        .useful_gpu_ms = {1200 * MS_PER_H, 1440 * MS_PER_H},
        .capacity_gpu_ms = {1500 * MS_PER_H, 1800 * MS_PER_H},
        .nature = NATURE_PRICE,
    };
    expect_steps(&facts, wanted);

    /* The same, as capital. */
    static const int64_t capital[BRIDGE_STEPS] = {[STEP_VOLUME] = 560000000,
                                                  [STEP_UTILIZATION] = 140000000,
                                                  [STEP_TIMING] = 600000000,
                                                  [STEP_CAPITAL] = 480000000};
    facts.nature = NATURE_CAPITAL;
    expect_steps(&facts, capital);

    /* B works 900 hours only: F1 = 3,500 x 1,200 / 1,500 = 2,800. */
    static const int64_t idle[BRIDGE_STEPS] = {[STEP_VOLUME] = -700000000,
                                               [STEP_UTILIZATION] = 1400000000,
                                               [STEP_TIMING] = 600000000,
                                               [STEP_CAPITAL] = 480000000};
    facts.useful_gpu_ms[1] = 900 * MS_PER_H;
    expect_steps(&facts, idle);

    /* A did not work at all: F1 = 3,500 x 2,400 / 1,500 = 5,600. */
    static const int64_t unused[BRIDGE_STEPS] = {[STEP_VOLUME] = 2100000000,
                                                 [STEP_UTILIZATION] = -1400000000,
                                                 [STEP_TIMING] = 600000000,
                                                 [STEP_CAPITAL] = 480000000};
    facts.useful_gpu_ms[0] = 0;
    expect_steps(&facts, unused);

    /* No capacity in B, and no other pools: all of it is volume. */
    static const int64_t gone[BRIDGE_STEPS] = {[STEP_VOLUME] = 1780000000};
    facts.capacity_gpu_ms[1] = 0;
    expect_steps(&facts, gone);
}

/* As above, a pool of which A's 1,200 useful hours cost 3,500 x 1,200 / 1,500 = 2,800,
 * and whose F1 - A is 560.  All pools together do 2,000 useful hours in A and 2,200 in
 * B: volume is a tenth of 2,800, mix the rest.  At an equal total all of it is mix. */
Test(bridge, useful_work_that_other_pools_lose_is_mix)
{
    const struct bridge_month a = {3500000000, 1500 * MS_PER_H, 1, 1};
    const struct bridge_month b = {4200000000, 1800 * MS_PER_H, 1, 1};
    struct bridge_facts facts = {
        .side = {{&a, 3500000000}, {&b, 4200000000}},
        .n_months = 1,
        .useful_gpu_ms = {1200 * MS_PER_H, 1440 * MS_PER_H},
        .capacity_gpu_ms = {1500 * MS_PER_H, 1800 * MS_PER_H},
        .all_useful_gpu_ms = {2000 * MS_PER_H, 2200 * MS_PER_H},
        .nature = NATURE_PRICE,
    };
    static const int64_t grown[BRIDGE_STEPS] = {[STEP_VOLUME] = 280000000,
                                                [STEP_MIX] = 280000000,
                                                [STEP_UTILIZATION] = 140000000};
    expect_steps(&facts, grown);

    static const int64_t moved[BRIDGE_STEPS] = {
        [STEP_MIX] = 560000000, [STEP_UTILIZATION] = 140000000};
    facts.all_useful_gpu_ms[1] = 2000 * MS_PER_H;
    expect_steps(&facts, moved);

    /* No capacity in B, 2,200 useful hours elsewhere. */
    static const int64_t gone[BRIDGE_STEPS] = {
        [STEP_VOLUME] = 280000000, [STEP_MIX] = 420000000};
    facts.all_useful_gpu_ms[1] = 2200 * MS_PER_H;
    facts.capacity_gpu_ms[1] = 0;
    expect_steps(&facts, gone);
}

/* Discounted: A pays 100 USD for 10 units now, B 100 for 10 a year later at 10 %:
 * 90.909091.  Nothing but time has changed, whatever B's month had in A. */
Test(bridge, a_payment_that_comes_later_is_timing)
{
    static const int64_t wanted[BRIDGE_STEPS] = {[STEP_TIMING] = -9090909};
    const struct bridge_month a[] = {{100000000, 10, 1, 1}, {0}};
    const struct bridge_month b[] = {{0}, {100000000, 10, 1, 1 / 1.1}};
    struct bridge_facts facts = {
        .side = {{a, 100000000}, {b, 90909091}},
        .n_months = 2,
        .useful_gpu_ms = {700, 700},
        .capacity_gpu_ms = {1000, 1000},
        .nature = NATURE_CAPITAL,
    };
    expect_steps(&facts, wanted);
}

static uint32_t draw(uint32_t *state)
{
    return (*state = *state * 1664525u + 1013904223u) >> 8;
}

static void random_side(uint32_t *state, struct bridge_month months[5],
                        struct bridge_side *side, bool discounted)
{
    *side = (struct bridge_side){.months = months};
    for (int m = 0; m < 5; m++) {
        bool empty = draw(state) % 4 == 0;
        double discount = discounted ? 1.0 / (1.0 + m / 17.0) : 1;
        int64_t amount = (int64_t)draw(state) * draw(state) - INT64_C(70000000000000);
        months[m] = (struct bridge_month){.amount_uusd = empty ? 0 : amount,
                                          .quantity = empty ? 0 : draw(state) % 1000000,
                                          .rows = 1,
                                          .discount = empty ? 0 : discount};
        side->total_uusd += llround((double)months[m].amount_uusd * discount);
    }
}

Test(bridge, random_steps_sum_to_the_difference_to_the_micro_dollar)
{
    uint32_t state = 2385;
    for (int i = 0; i < 20000; i++) {
        struct bridge_month a[5], b[5];
        struct bridge_facts facts = {.n_months = 5,
                                     .nature = i % 2 ? NATURE_PRICE : NATURE_CAPITAL};
        int64_t step[BRIDGE_STEPS], sum = 0;
        random_side(&state, a, &facts.side[0], i % 3 == 0);
        random_side(&state, b, &facts.side[1], i % 3 == 0);
        for (int side = 0; side < 2; side++) {
            facts.capacity_gpu_ms[side] = draw(&state) % 5000000;
            facts.useful_gpu_ms[side] = facts.capacity_gpu_ms[side] * 2 / 3;
        }
        bool ok = bridge_steps(&facts, step);
        cr_assert(ok, "case %d is out of range", i);
        for (int s = 0; s < BRIDGE_STEPS; s++)
            sum += step[s];
        cr_assert(eq(i64, sum, facts.side[1].total_uusd - facts.side[0].total_uusd));

        facts.side[1] = facts.side[0];
        facts.useful_gpu_ms[1] = facts.useful_gpu_ms[0];
        facts.capacity_gpu_ms[1] = facts.capacity_gpu_ms[0];
        ok = bridge_steps(&facts, step);
        cr_assert(ok, "case %d with itself is out of range", i);
        for (int s = 0; s < BRIDGE_STEPS; s++)
            cr_assert(step[s] == 0, "case %d: %s of A to A", i, bridge_step_names[s]);
    }
}

Test(bridge, amounts_that_no_sum_can_hold_are_refused)
{
    const struct bridge_month a[] = {{INT64_MAX, 3, 1, 1}};
    const struct bridge_month b[] = {{7, INT64_MAX, 1, 1}};
    struct bridge_facts facts = {
        .side = {{a, INT64_MAX}, {b, 7}},
        .n_months = 1,
        .useful_gpu_ms = {5, 5},
        .capacity_gpu_ms = {9, 9},
        .nature = NATURE_PRICE,
    };
    int64_t step[BRIDGE_STEPS];
    bool ok = bridge_steps(&facts, step);
    cr_expect(not(ok), "it should not fit");
}
