/* Bridges between whole runs. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "output/bridge.h"
#include "result_runs.h"

static struct results results;

static void setup(void)
{
    results_begin(&results);
    results_jobs(&results, "jobs.csv", 900, 9000000);
}

static void teardown(void)
{
    results_end(&results);
}

TestSuite(explain, .init = setup, .fini = teardown);

static const char mixed[] =
    "name: mixed\nstart: 2026-01-20\nhorizon: 50d\ndiscount_rate: 9.3 %/y\n"
    "demand:\n  - {jobs: jobs.csv, reference_class: h100-sxm, after_end: stop}\n"
    "pools:\n"
    "  - {name: own, tenure: own, class: h100-sxm, gpus: 16, in_service: 2025-03-01,"
    " opening: book, changes: [{at: 2026-02-10, gpus: +16}]}\n"
    "  - {name: leased, tenure: lease, class: h100-sxm, gpus: 8, price: 2.05 USD/GPU-h,"
    " term: 1y, prepay: 20 %}\n"
    "  - {name: burst, tenure: on-demand, class: h100-sxm, limit: 64,"
    " price: 2.95 USD/GPU-h, increment: 60s, boot: 187s}\n"
    "dispatch: {backfill: easy, wait: {policy: threshold, short_below: 2h, short: "
    "30min,"
    " long: 6h}}\n";

static const char *run(const char *name, const char *const sets[], size_t n)
{
    return results_run(&results, name, mixed, sets, n);
}

static void open_runs(struct saved_run runs[2], const char *a, const char *b)
{
    struct error err;
    bool ok = saved_run_open(&runs[0], a, &err) && saved_run_open(&runs[1], b, &err);
    cr_assert(ok, "%s", err.text);
}

static void close_runs(struct saved_run runs[2])
{
    saved_run_close(&runs[0]);
    saved_run_close(&runs[1]);
}

/* Whether all adds up: lines to pools, pools to steps, steps to the difference, and
 * both totals to what summary.csv says. */
static void check_sums(const struct bridge *bridge)
{
    static const char *const metric[] = {"cash_usd", "accrual_usd", "economic_usd",
                                         "npv_usd"};
    int64_t sum = 0, lines = 0, pools = 0;
    for (int side = 0; side < 2; side++) {
        const struct saved_metric *found =
            saved_run_metric(bridge->runs[side], "total", metric[bridge->basis]);
        cr_assert(found != NULL, "no metric");
        cr_expect(found->value == bridge->total_uusd[side],
                  "%s: %s but the bridge has "
                  "%lld",
                  metric[bridge->basis], found->text,
                  (long long)bridge->total_uusd[side]);
    }
    for (int s = 0; s < BRIDGE_STEPS; s++) {
        sum += bridge->step_uusd[s];
        for (size_t i = 0; i < bridge->n_pools; i++)
            pools += bridge->pools[i].step_uusd[s];
        for (size_t i = 0; i < bridge->n_lines; i++)
            lines += bridge->lines[i].step_uusd[s];
    }
    cr_expect(eq(i64, sum, bridge->total_uusd[1] - bridge->total_uusd[0]));
    cr_expect(eq(i64, lines, sum));
    cr_expect(eq(i64, pools, sum));
}

static struct bridge explain(struct saved_run runs[2], enum bridge_basis basis)
{
    struct bridge bridge;
    struct error err;
    bool ok = bridge_make(&bridge, runs, basis, NULL, 0, &err);
    cr_assert(ok, "%s", err.text);
    check_sums(&bridge);
    return bridge;
}

/* Steps that may differ from zero, as bits; the others must be 0. */
static void only(const struct bridge *bridge, unsigned steps)
{
    for (size_t i = 0; i < bridge->n_lines; i++)
        for (int s = 0; s < BRIDGE_STEPS; s++)
            cr_expect(bridge->lines[i].step_uusd[s] == 0 || steps >> s & 1,
                      "%s: %s %s: %lld", bridge_basis_names[bridge->basis],
                      bridge_account_name(bridge->lines[i].account),
                      bridge_step_names[s], (long long)bridge->lines[i].step_uusd[s]);
}

#define ONLY(step) (1u << (step))

static void expect_only(const char *a, const char *b, enum bridge_basis basis,
                        unsigned steps)
{
    struct saved_run runs[2];
    open_runs(runs, a, b);
    struct bridge bridge = explain(runs, basis);
    only(&bridge, steps);
    cr_expect(ne(i64, bridge.total_uusd[0], bridge.total_uusd[1]));
    bridge_free(&bridge);
    close_runs(runs);
}

Test(explain, a_run_is_not_dearer_than_itself)
{
    struct saved_run runs[2];
    const char *dir = run("a", NULL, 0);
    open_runs(runs, dir, dir);
    for (int basis = BRIDGE_CASH; basis <= BRIDGE_NPV; basis++) {
        struct bridge bridge = explain(runs, (enum bridge_basis)basis);
        only(&bridge, 0);
        cr_expect(gt(sz, bridge.n_lines, 5));
        bridge_free(&bridge);
    }
    close_runs(runs);
}

Test(explain, from_b_to_a_is_the_negative_and_every_basis_adds_up)
{
    static const char dearer[] = "pools.burst.price=3.37 USD/GPU-h";
    static const char *const sets[] = {"pools.own.gpus=24", dearer,
                                       "discount_rate=14.1 %/y"};
    const char *a = run("a", NULL, 0), *b = run("b", sets, 3);
    struct saved_run there[2], back[2];
    open_runs(there, a, b);
    open_runs(back, b, a);
    for (int basis = BRIDGE_CASH; basis <= BRIDGE_NPV; basis++) {
        struct bridge to = explain(there, (enum bridge_basis)basis);
        struct bridge from = explain(back, (enum bridge_basis)basis);
        cr_expect(eq(i64, to.total_uusd[1] - to.total_uusd[0],
                     from.total_uusd[0] - from.total_uusd[1]));
        bridge_free(&to);
        bridge_free(&from);
    }
    close_runs(there);
    close_runs(back);
}

Test(explain, a_price_alone_is_a_price_step)
{
    static const char *const sets[] = {"pools.burst.price=5.90 USD/GPU-h",
                                       "pools.leased.price=4.10 USD/GPU-h",
                                       "pools.own.tariff=0.17 USD/kWh"};
    const char *a = run("a", NULL, 0), *b = run("b", sets, 3);
    expect_only(a, b, BRIDGE_CASH, ONLY(STEP_PRICE));
    expect_only(a, b, BRIDGE_ACCRUAL, ONLY(STEP_PRICE));
    /* What is prepaid, or owed until the month's end, ties up capital. */
    expect_only(a, b, BRIDGE_ECONOMIC, ONLY(STEP_PRICE) | ONLY(STEP_CAPITAL));
}

Test(explain, dearer_servers_are_capital_and_what_is_a_share_of_them)
{
    static const char *const sets[] = {"pools.own.server_price=600 kUSD"};
    const char *a = run("a", NULL, 0), *b = run("b", sets, 1);
    struct saved_run runs[2];
    expect_only(a, b, BRIDGE_NPV, ONLY(STEP_PRICE) | ONLY(STEP_CAPITAL));
    open_runs(runs, a, b);
    struct bridge bridge = explain(runs, BRIDGE_ECONOMIC);
    for (size_t i = 0; i < bridge.n_lines; i++) {
        const struct bridge_line *line = &bridge.lines[i];
        bool share =
            line->account == ACCOUNT_SUPPORT || line->account == ACCOUNT_INSURANCE;
        cr_expect(share == (line->step_uusd[STEP_PRICE] != 0), "%s",
                  bridge_account_name(line->account));
    }
    bridge_free(&bridge);
    close_runs(runs);
}

Test(explain, more_gpus_are_volume_and_use)
{
    static const char *const sets[] = {"pools.own.gpus=32",
                                       "pools.own.changes.0.gpus=+32"};
    const char *a = run("a", NULL, 0), *b = run("b", sets, 2);
    struct saved_run runs[2];
    open_runs(runs, a, b);
    struct bridge bridge = explain(runs, BRIDGE_ECONOMIC);
    const struct bridge_pool *own = &bridge.pools[0];
    cr_expect(eq(i64, own->capacity_gpu_ms[1], 2 * own->capacity_gpu_ms[0]));
    for (size_t i = 0; i < bridge.n_lines; i++) {
        const struct bridge_line *line = &bridge.lines[i];
        /* Power per kWh, and interest on what is owed for it, follow use. */
        if (line->pool != 0 || line->account == ACCOUNT_CAPITAL)
            continue;
        cr_expect(eq(i64, line->step_uusd[STEP_PRICE], 0), "%s",
                  bridge_account_name(line->account));
        cr_expect(eq(i64, line->step_uusd[STEP_CAPITAL], 0), "%s",
                  bridge_account_name(line->account));
        cr_expect(eq(i64, line->step_uusd[STEP_TIMING], 0), "%s",
                  bridge_account_name(line->account));
    }
    /* The payables of power are all that is left of it. */
    cr_expect(lt(i64, llabs(own->step_uusd[STEP_CAPITAL]), own->total_uusd[0] / 10000));
    bridge_free(&bridge);
    close_runs(runs);
}

Test(explain, another_discount_rate_is_timing)
{
    static const char *const sets[] = {"discount_rate=14.1 %/y"};
    const char *a = run("a", NULL, 0), *b = run("b", sets, 1);
    expect_only(a, b, BRIDGE_NPV, ONLY(STEP_TIMING));
    /* In economic cost it is the charge on capital. */
    expect_only(a, b, BRIDGE_ECONOMIC, ONLY(STEP_CAPITAL));
}

/* All own GPUs become leased ones: both runs have both pools, and do the same work.
 * Volume is no more than what a few useful hours cost; what to match is said at once.
 */
Test(explain, work_that_moves_between_pools_is_mix_and_the_match_is_named)
{
    static const char both[] =
        "start: 2026-01-20\nhorizon: 50d\ndiscount_rate: 9.3 %/y\n"
        "demand:\n  - {jobs: jobs.csv, reference_class: h100-sxm, after_end: stop}\n"
        "pools:\n  - {name: own, tenure: own, class: h100-sxm, gpus: 40}\n"
        "  - {name: leased, tenure: lease, class: h100-sxm, gpus: 0, term: 1y}\n"
        "dispatch: {placement: fungible}\n";
    static const char *const sets[] = {"pools.own.gpus=0", "pools.leased.gpus=40"};
    struct saved_run runs[2];
    struct arena arena = {0};
    bool said = false;
    open_runs(runs, results_run(&results, "a", both, NULL, 0),
              results_run(&results, "b", both, sets, 2));
    struct bridge bridge = explain(runs, BRIDGE_ECONOMIC);
    cr_expect(
        eq(i64, bridge.pools[0].useful_gpu_ms[0], bridge.pools[1].useful_gpu_ms[1]));
    cr_expect(eq(i64, bridge.step_uusd[STEP_VOLUME], 0));
    cr_expect(
        eq(i64, bridge.pools[0].step_uusd[STEP_MIX], -bridge.pools[0].total_uusd[0]));
    cr_expect(
        eq(i64, bridge.pools[1].step_uusd[STEP_MIX], bridge.pools[1].total_uusd[1]));
    for (const char **text = bridge_sentences(&bridge, &arena); *text; text++)
        said |= strstr(*text, "--match own=leased takes the two for the same") != NULL;
    cr_expect(said);
    arena_free(&arena);
    bridge_free(&bridge);
    close_runs(runs);
}

Test(explain, pools_of_other_names_are_mix_unless_they_are_matched)
{
    static const char renamed[] =
        "name: renamed\nstart: 2026-01-20\nhorizon: 50d\ndiscount_rate: 9.3 %/y\n"
        "demand:\n  - {jobs: jobs.csv, reference_class: h100-sxm, after_end: stop}\n"
        "pools:\n  - {name: site, tenure: lease, class: h100-sxm, gpus: 40, price: "
        "2.17 USD/GPU-h, term: 1y}\n";
    const char *a = run("a", NULL, 0);
    const char *b = results_run(&results, "b", renamed, NULL, 0);
    struct saved_run runs[2];
    struct bridge bridge;
    struct error err;
    expect_only(a, b, BRIDGE_ECONOMIC, ONLY(STEP_VOLUME) | ONLY(STEP_MIX));

    open_runs(runs, a, b);
    const struct bridge_match match[] = {{"own", "site"}, {"leased", "site"}};
    bool ok = bridge_make(&bridge, runs, BRIDGE_ECONOMIC, match, 1, &err);
    cr_assert(ok, "%s", err.text);
    check_sums(&bridge);
    cr_expect(eq(str, (char *)(uintptr_t)bridge.pools[0].name, (char *)"own > site"));
    cr_expect(gt(i64, bridge.pools[0].step_uusd[STEP_PRICE], 0));
    cr_expect(lt(i64, bridge.pools[0].step_uusd[STEP_CAPITAL], 0));
    bridge_free(&bridge);

    ok = bridge_make(&bridge, runs, BRIDGE_ECONOMIC, match, 2, &err);
    cr_assert(not(ok), "matched twice");
    cr_expect(eq(str, err.text,
                 (char *)"--match leased=site: one of these pools is matched already"));
    const struct bridge_match wrong = {"own", "nowhere"};
    ok = bridge_make(&bridge, runs, BRIDGE_ECONOMIC, &wrong, 1, &err);
    cr_assert(not(ok), "matched with nothing");
    cr_expect(eq(str, err.text,
                 arena_printf(&results.arena,
                              "--match own=nowhere: %s has no pool "
                              "'nowhere'",
                              b)));
    cr_expect(eq(int, (int)err.kind, ERROR_USAGE));
    close_runs(runs);
}

Test(explain, what_is_no_result_as_it_was_written_is_refused)
{
    struct saved_run saved;
    struct error err;
    const char *dir = run("a", NULL, 0);
    cr_assert(not(saved_run_open(&saved, results_path(&results, "none"), &err)));
    cr_expect(eq(int, (int)err.kind, ERROR_INPUT));
    cr_assert(not(saved_run_open(&saved, results.parent, &err)));
    cr_expect(eq(int, (int)err.kind, ERROR_INPUT));
    cr_expect(
        eq(str, err.text,
           arena_printf(&results.arena, "%s: no manifest.json, so it is not a result",
                        results.parent)));
    FILE *file = fopen(arena_printf(&results.arena, "%s/ledger.csv", dir), "a");
    fputs("\n", file);
    fclose(file);
    cr_assert(not(saved_run_open(&saved, dir, &err)));
    cr_expect(eq(int, (int)err.kind, ERROR_AUDIT));
    cr_expect(eq(str, err.text,
                 arena_printf(&results.arena,
                              "%s/ledger.csv: was changed: its SHA-256 is not the one "
                              "in the manifest; `tenure audit %s` lists what does not "
                              "agree",
                              dir, dir)));
}

Test(explain, text_fits_80_columns_whatever_the_names)
{
    static const char long_names[] =
        "name: renamed\nstart: 2026-01-20\nhorizon: 50d\ndiscount_rate: 9.3 %/y\n"
        "demand:\n  - {jobs: jobs.csv, reference_class: h100-sxm, after_end: stop}\n"
        "pools:\n  - {name: a-site-with-a-name-of-more-than-forty-letters-in-all, "
        "tenure: lease, class: h100-sxm, gpus: 40, price: 2.17 USD/GPU-h, term: 1y}\n"
        "  - {name: leased, tenure: own, class: h200, gpus: 8}\n";
    const char *a = run("a", NULL, 0);
    const char *b = results_run(&results, "b", long_names, NULL, 0);
    struct saved_run runs[2];
    char line[1024];
    open_runs(runs, a, b);
    for (int basis = BRIDGE_CASH; basis <= BRIDGE_NPV; basis++) {
        struct bridge bridge = explain(runs, (enum bridge_basis)basis);
        FILE *out = tmpfile();
        bridge_print(&bridge, out);
        rewind(out);
        while (fgets(line, sizeof line, out))
            cr_expect(strlen(line) <= 81, "%s", line);
        fclose(out);
        bridge_free(&bridge);
    }
    close_runs(runs);
}

/* Twelve runs that differ in all sorts of things at once, each explained from each. */

static uint32_t draw(uint32_t *state, uint32_t n)
{
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 8) % n;
}

static const char *random_run(int number, uint32_t *state)
{
    static const char *const intervals[] = {"1d", "7d", "36h", "1y"};
    static const char *const closings[] = {"market", "book", "none"};
    const char *sets[] = {
        arena_printf(&results.arena, "pools.own.gpus=%u", 8 * draw(state, 6)),
        arena_printf(&results.arena, "pools.own.changes.0.gpus=%u",
                     1 + draw(state, 40)),
        arena_printf(&results.arena, "pools.own.server_price=%u USD",
                     100000 + draw(state, 400000)),
        arena_printf(&results.arena, "pools.own.tariff=0.%03u USD/kWh",
                     draw(state, 400)),
        arena_printf(&results.arena, "pools.leased.gpus=%u", draw(state, 30)),
        arena_printf(&results.arena, "pools.leased.prepay=%u %%", draw(state, 100)),
        arena_printf(&results.arena, "pools.burst.price=%u.%03u USD/GPU-h",
                     draw(state, 4), draw(state, 1000)),
        arena_printf(&results.arena, "discount_rate=%u.%u %%/y", draw(state, 20),
                     draw(state, 10)),
        arena_printf(&results.arena, "interval=%s", intervals[draw(state, 4)]),
        arena_printf(&results.arena, "closing=%s", closings[draw(state, 3)]),
        arena_printf(&results.arena, "horizon=%ud", 30 + draw(state, 60)),
        arena_printf(&results.arena, "start=2026-01-%02u", 10 + draw(state, 20)),
    };
    return run(arena_printf(&results.arena, "run-%d", number), sets,
               sizeof sets / sizeof sets[0]);
}

Test(explain, random_pairs_add_up_in_every_basis)
{
    enum { RUNS = 12 };
    const char *dirs[RUNS];
    uint32_t state = 77;
    for (int i = 0; i < RUNS; i++)
        dirs[i] = random_run(i, &state);
    for (int i = 0; i < RUNS * RUNS; i++) {
        struct saved_run runs[2];
        open_runs(runs, dirs[i / RUNS], dirs[i % RUNS]);
        struct bridge bridge = explain(runs, (enum bridge_basis)(i % 4));
        if (i / RUNS == i % RUNS)
            only(&bridge, 0);
        bridge_free(&bridge);
        close_runs(runs);
    }
}

/* As many servers, paid 16 days later. */
Test(explain, servers_that_come_later_are_timing)
{
    static const char *const late[] = {"pools.own.changes.0.at=2026-02-26"};
    struct saved_run runs[2];
    const char *a = run("a", NULL, 0), *b = run("b", late, 1);
    open_runs(runs, a, b);
    struct bridge bridge = explain(runs, BRIDGE_NPV);
    cr_expect(ne(i64, bridge.step_uusd[STEP_TIMING], 0));
    for (size_t i = 0; i < bridge.n_lines; i++)
        if (bridge.lines[i].account == ACCOUNT_PURCHASE)
            for (int s = 0; s < BRIDGE_STEPS; s++)
                cr_expect(s == STEP_TIMING
                              ? bridge.lines[i].step_uusd[s] < 0
                              : s < STEP_PRICE || bridge.lines[i].step_uusd[s] == 0,
                          "%s %lld", bridge_step_names[s],
                          (long long)bridge.lines[i].step_uusd[s]);
    bridge_free(&bridge);
    close_runs(runs);
}

/* 100 hours in January at 2.00 and 100 in February at 3.00, or all 200 in February:
 * 500 and 600 USD, and no price has changed. */
Test(explain, hours_in_dearer_months_are_timing)
{
    static const char rented[] =
        "start: 2026-01-01\nhorizon: 2mo\n"
        "demand: [{jobs: early.csv, after_end: stop}]\n"
        "markets:\n  - {name: rents, of: rent, class: h100-sxm, price: {model: table,"
        " points: {2026-01-01: 2.00 USD/GPU-h, 2026-02-01: 3.00 USD/GPU-h}}}\n"
        "pools: [{name: burst, tenure: on-demand, class: h100-sxm, boot: 0s,"
        " price_market: rents}]\n";
    static const char *const sets[] = {"demand.0.jobs=late.csv"};
    static const int64_t wanted[BRIDGE_STEPS] = {[STEP_TIMING] = 100000000};
    struct saved_run runs[2];
    results_write(&results, "early.csv",
                  "submit,duration_s,gpus\n864000,360000,1\n3456000,360000,1\n");
    results_write(&results, "late.csv", "submit,duration_s,gpus\n3456000,360000,2\n");
    open_runs(runs, results_run(&results, "a", rented, NULL, 0),
              results_run(&results, "b", rented, sets, 1));
    struct bridge bridge = explain(runs, BRIDGE_ACCRUAL);
    cr_expect(eq(i64, bridge.total_uusd[0], 500000000));
    for (int s = 0; s < BRIDGE_STEPS; s++)
        cr_expect(eq(i64, bridge.step_uusd[s], wanted[s]), "%s", bridge_step_names[s]);
    bridge_free(&bridge);
    close_runs(runs);
}

Test(explain, the_same_name_with_another_tenure_is_price_and_capital)
{
    static const char *const sets[] = {"pools.site.tenure=lease", "pools.site.term=1y"};
    static const char site[] =
        "start: 2026-01-20\nhorizon: 50d\ndiscount_rate: 9.3 %/y\n"
        "demand:\n  - {jobs: jobs.csv, reference_class: h100-sxm, after_end: stop}\n"
        "pools: [{name: site, tenure: own, class: h100-sxm, gpus: 40}]\n";
    const char *a = results_run(&results, "a", site, NULL, 0);
    const char *b = results_run(&results, "b", site, sets, 2);
    /* Hours and jobs are the same. */
    expect_only(a, b, BRIDGE_ECONOMIC, ONLY(STEP_PRICE) | ONLY(STEP_CAPITAL));
    expect_only(a, b, BRIDGE_ACCRUAL, ONLY(STEP_PRICE) | ONLY(STEP_CAPITAL));
}
