#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <inttypes.h>

#include "world_fixture.h"

#define DAY MS_PER_D

static char *text;
static size_t size;
static FILE *out;

static void take_usage(void *self, const struct usage_row *row)
{
    (void)self;
    fprintf(out, "%" PRId64 " %s '%s'", row->month_unix_ms, row->pool, row->item);
    for (int s = 0; s < GPU_STATES; s++)
        fprintf(out, " %" PRId64, row->state_gpu_ms[s]);
    fprintf(out, " %" PRId64 "\n", (int64_t)row->energy_mwh);
}

static void show(struct toy *toy)
{
    const struct sink sink = {.self = toy, .usage = take_usage};
    toy->scenario.interval.ms = DAY;
    const struct run_options options = {.sink = &sink, .check = true};
    out = open_memstream(&text, &size);
    trace_finish(&toy->trace);
    struct world *world = world_new(&toy->scenario, &options);
    bool ok = world_run(world, &toy->err);
    cr_assert(ok, "%s", toy->err.text);
    world_free(world);
    fclose(out);
}

#define JANUARY  "1767225600000"
#define FEBRUARY "1769904000000"
#define GPU_D(n) ((int64_t)((n) * (double)MS_PER_D + 0.5))

/* From 1 January for 40 days.  A job of 3 GPUs runs for 33 days; then one of 10, a day
 * and a half from day 36, on the newer 8 and 2 of the older; what is left of it, 3,
 * goes to the elastic pool, where nothing idles.  Idle draws 100 W, busy 350 W: January
 * lot 1: 8 x 31 d idle or busy, 3 x 31 d of it busy: 0.1 x 24 x 248 + 0.25 x 24 x 93 =
 * 595.2 + 558 kWh February  lot 1: 8 x 9 d, busy 3 x 2 d + 2 x 1.5 d:  172.8 + 54 kWh
 *               lot 2: 8 x 5 d, busy 8 x 1.5 d:  96 + 72 kWh */
Test(usage, months_lots_and_elastic_pools_have_rows_of_their_own)
{
    static struct toy toy;
    toy_init(&toy, 40 * DAY);
    struct pool_spec *own = toy_pool(&toy, TENURE_OWN, "own", 8);
    own->idle_mw = 100000;
    own->busy_mw = 250000;
    toy_change(own, 35 * DAY, 8);
    (void)toy_pool(&toy, TENURE_ON_DEMAND, "burst", 100);
    toy_job(&toy, 0, 33 * DAY, 3);
    toy_job(&toy, 36 * DAY, 3 * DAY / 2, 10);
    toy_job(&toy, 36 * DAY, DAY, 7);
    show(&toy);
    char expected[1024];
    snprintf(expected, sizeof expected,
             JANUARY " own 'lot 1' %" PRId64 " 0 %" PRId64
                     " 0 0 0 1153200000\n" FEBRUARY " own 'lot 1' %" PRId64
                     " 0 %" PRId64 " 0 0 0 226800000\n" FEBRUARY " own 'lot 2' %" PRId64
                     " 0 %" PRId64 " 0 0 0 168000000\n" FEBRUARY " burst '' %" PRId64
                     " 0 0 0 0 0 0\n",
             GPU_D(3 * 31), GPU_D(5 * 31), GPU_D(6 + 3), GPU_D(72 - 9), GPU_D(12),
             GPU_D(40 - 12), GPU_D(7));
    cr_expect(eq(str, text, expected));
    toy_free(&toy);
    free(text);
}

/* Nothing is there in a month, or in no month at all. */
Test(usage, a_month_without_gpus_has_no_row)
{
    static struct toy toy;
    toy_init(&toy, 70 * DAY);
    struct pool_spec *leased = toy_pool(&toy, TENURE_LEASE, "leased", 5);
    leased->from_ms = 60 * DAY; /* 2 March */
    leased->until_ms = 67 * DAY;
    (void)toy_pool(&toy, TENURE_ON_DEMAND, "burst", 100);
    show(&toy);
    char expected[256];
    snprintf(expected, sizeof expected,
             "1772323200000 leased 'contract 1' 0 0 %" PRId64 " 0 0 0 0\n",
             GPU_D(5 * 7));
    cr_expect(eq(str, text, expected));
    toy_free(&toy);
    free(text);
}
