#include "output/bridge.h"

#include <math.h>

const char *const bridge_step_names[] = {"volume",  "mix",    "utilization", "price",
                                         "capital", "timing", NULL};

const char *const bridge_basis_names[] = {"cash", "accrual", "economic", "npv", NULL};

const char *bridge_account_name(int account)
{
    if (account < ACCOUNTS)
        return account_names[account];
    return account == BRIDGE_OPENING ? "opening" : "closing";
}

static int128 magnitude(int128 value)
{
    return value < 0 ? -value : value;
}

/* amount times to / from; from > 0. */
static int128 scaled(int64_t amount, int128 to, int128 from)
{
    return divide_rounded((int128)amount * to, from);
}

static int128 quantity_of(const struct bridge_facts *facts, int side)
{
    int128 sum = 0;
    for (size_t m = 0; m < facts->n_months; m++)
        sum += facts->side[side].months[m].quantity;
    return sum;
}

static int128 nominal_of(const struct bridge_facts *facts, int side)
{
    int128 sum = 0;
    for (size_t m = 0; m < facts->n_months; m++)
        sum += facts->side[side].months[m].amount_uusd;
    return sum;
}

/* B's useful hours, and as many without useful work as A had, at A's cost of an hour.
 */
static int128 flexible(const struct bridge_facts *facts)
{
    int128 capacity = facts->capacity_gpu_ms[0];
    int128 hours = capacity - facts->useful_gpu_ms[0] + facts->useful_gpu_ms[1];
    return scaled(facts->side[0].total_uusd, hours, capacity);
}

/* What more useful work costs, had it grown in this pool as in all together; the whole
 * where nothing is known of others. */
static int128 volume_of(const struct bridge_facts *facts, int128 whole)
{
    int128 all = facts->all_useful_gpu_ms[0];
    if (all <= 0)
        return whole;
    if (facts->capacity_gpu_ms[0] <= 0)
        return 0;
    int128 useful = scaled(facts->side[0].total_uusd, facts->useful_gpu_ms[0],
                           facts->capacity_gpu_ms[0]);
    return fits_int64(useful)
               ? scaled((int64_t)useful, facts->all_useful_gpu_ms[1] - all, all)
               : whole;
}

static void put_volume(const struct bridge_facts *facts, int128 whole,
                       int128 step[BRIDGE_STEPS])
{
    step[STEP_VOLUME] = volume_of(facts, whole);
    step[STEP_MIX] = whole - step[STEP_VOLUME];
}

static double discount_of(const struct bridge_month *a, const struct bridge_month *b)
{
    return b->discount != 0 ? b->discount : a->discount != 0 ? a->discount : 1;
}

/* B's quantities at A's prices, month by month, discounted as B's payments are.  False
 * where an amount leaves the range of int64. */
static bool dated(const struct bridge_facts *facts, int128 quantity, int64_t nominal,
                  int128 *sum)
{
    *sum = 0;
    for (size_t m = 0; m < facts->n_months; m++) {
        const struct bridge_month *a = &facts->side[0].months[m];
        const struct bridge_month *b = &facts->side[1].months[m];
        int128 amount = a->amount_uusd;
        if (a->quantity > 0)
            amount = scaled(a->amount_uusd, b->quantity, a->quantity);
        else if (b->quantity > 0)
            amount = scaled(nominal, b->quantity, quantity);
        double discount = discount_of(a, b);
        if (!fits_int64(amount) || !(discount <= 1))
            return false;
        *sum += discount == 1 ? amount : (int128)llround((double)amount * discount);
    }
    return true;
}

/* What rounding of single postings can amount to. */
static int128 dust_of(const struct bridge_facts *facts)
{
    int128 dust = 4;
    for (size_t m = 0; m < facts->n_months; m++) {
        const struct bridge_month *a = &facts->side[0].months[m];
        const struct bridge_month *b = &facts->side[1].months[m];
        int128 ratio = a->quantity > 0 ? b->quantity / a->quantity + 1 : 1;
        dust += b->rows + 2 + (a->rows + 1) * ratio;
    }
    return dust;
}

/* Steps that rounding alone can explain go to the largest. */
static void sweep(int128 step[BRIDGE_STEPS], int128 dust)
{
    int largest = 0;
    for (int s = 1; s < BRIDGE_STEPS; s++)
        if (magnitude(step[s]) > magnitude(step[largest]))
            largest = s;
    for (int s = 0; s < BRIDGE_STEPS; s++) {
        if (s == largest || magnitude(step[s]) > dust)
            continue;
        step[largest] += step[s];
        step[s] = 0;
    }
}

static bool keep(const int128 step[BRIDGE_STEPS], int64_t step_uusd[BRIDGE_STEPS])
{
    for (int s = 0; s < BRIDGE_STEPS; s++) {
        if (!fits_int64(step[s]))
            return false;
        step_uusd[s] = (int64_t)step[s];
    }
    return true;
}

bool bridge_steps(const struct bridge_facts *facts, int64_t step_uusd[BRIDGE_STEPS])
{
    int128 step[BRIDGE_STEPS] = {0};
    int128 a = facts->side[0].total_uusd, b = facts->side[1].total_uusd;
    enum bridge_step last = facts->nature == NATURE_CAPITAL ? STEP_CAPITAL : STEP_PRICE;

    if (facts->capacity_gpu_ms[0] <= 0 || facts->capacity_gpu_ms[1] <= 0) {
        put_volume(facts, b - a, step);
        return keep(step, step_uusd);
    }
    int128 quantity[2] = {quantity_of(facts, 0), quantity_of(facts, 1)};
    int128 nominal = nominal_of(facts, 0);
    int128 f1 = flexible(facts), f2 = f1, f3 = f1;
    if (!fits_int64(nominal) || !fits_int64(quantity[0]) || !fits_int64(quantity[1]))
        return false;
    if (quantity[0] > 0) {
        f2 = scaled((int64_t)a, quantity[1], quantity[0]);
        if (!dated(facts, quantity[0], (int64_t)nominal, &f3))
            return false;
    }
    put_volume(facts, f1 - a, step);
    step[STEP_UTILIZATION] = f2 - f1;
    step[STEP_TIMING] = f3 - f2;
    step[last] = b - f3;
    sweep(step, dust_of(facts));
    return keep(step, step_uusd);
}
