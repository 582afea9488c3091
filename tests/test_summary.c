#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <jansson.h>

#include "output_fixture.h"

static struct fixture fixture;
static struct metric_run run;

static void setup(void)
{
    fixture_begin(&fixture);
    fixture_run(&fixture, NULL);
    run = metrics_of(&fixture.scenario, &fixture.result, &fixture.arena);
}

static void teardown(void)
{
    fixture_end_all(&fixture);
}

TestSuite(summary, .init = setup, .fini = teardown);

struct wanted {
    const char *scope, *metric;
    char text[DECIMAL_TEXT];
    char unit[32];
    int found;
};

static void look(void *self, const struct metric_row *row)
{
    struct wanted *wanted = self;
    if (strcmp(row->scope, wanted->scope) || strcmp(row->metric, wanted->metric))
        return;
    decimal_write(wanted->text, row->value, row->digits);
    snprintf(wanted->unit, sizeof wanted->unit, "%s", row->unit);
    wanted->found++;
}

static struct wanted value(const char *scope, const char *metric)
{
    struct wanted wanted = {.scope = scope, .metric = metric};
    metrics_each(&run, look, &wanted);
    return wanted;
}

Test(summary, metrics_are_what_their_definitions_say)
{
    static const struct {
        const char *scope, *metric, *text, *unit;
    } cases[] = {
        {"total", "jobs_arrived", "8", "1"},
        {"total", "jobs_finished", "4", "1"},
        {"total", "jobs_refused", "1", "1"},
        {"total", "jobs_censored", "1", "1"},
        {"total", "jobs_delayed", "5", "1"},       /* c d f g h; a came before warmup */
        {"total", "wait_max_s", "89941.007", "s"}, /* c: 90061.007 - 120 */
        {"total", "wait_p50_s", "3598.336",
         "s"}, /* f: 3600, the lower edge of 2,048 ms */
        {"total", "makespan_s", "172797.614", "s"},
        {"workload:serving", "jobs_arrived", "3", "1"},
        {"tenant:blue", "jobs_running", "1", "1"},
        {"size:512-1023", "jobs_refused", "1", "1"},
        {"own", "capacity_gpu_h", "576.000000000", "GPU-h"},
        {"leased", "busy_gpu_h", "58.283421667", "GPU-h"}, /* 3 * 69940.106 s */
        {"leased", "utilization_frac", "0.202372992", "1"},
        {"burst", "utilization_frac", "1.000000000", "1"},
        {"fixed", "capacity_gpu_h", "864.000000000", "GPU-h"},
        {"burst", "surplus_gpu_h", "2.057611667", "GPU-h"}, /* 1234567 * 6 ms */
        {"own", "economic_usd", "789.000021", "USD"},
        {"burst", "cash_usd", "183.703701", "USD"},
        {"total", "economic_usd", "1533.703743", "USD"},
        {"fixed", "economic_usd", "1350.000042", "USD"},
        {"own", "economic_depreciation_usd", "637.037037", "USD"},
        {"own", "cash_purchase_usd", "987654.321012", "USD"},
        {"own", "opening_usd", "55.000055", "USD"},
        {"leased", "commitment_usd", "0.424242", "USD"},
        {"own", "energy_kwh", "1234.567", "kWh"},
        {"own", "carbon_kg", "481.481130", "kg"},
        {"total", "peak_cash_usd", "993776.097561", "USD"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct wanted got = value(cases[i].scope, cases[i].metric);
        cr_expect(eq(int, got.found, 1), "%s %s", cases[i].scope, cases[i].metric);
        cr_expect(eq(str, got.text, (char *)cases[i].text), "%s %s", cases[i].scope,
                  cases[i].metric);
        cr_expect(eq(str, got.unit, (char *)cases[i].unit), "%s", cases[i].metric);
    }
}

Test(summary, discounted_metrics_follow_from_their_parts)
{
    struct pool_result *own = &fixture.sums[OWN];
    own->opening_uusd = 2500000;
    own->cash_pv_usd = 1000.25;
    own->closing_pv_usd = 300.5;
    own->useful_pv_gpu_h = 128;
    cr_expect(eq(str, value("own", "npv_usd").text, "702.250000"));
    cr_expect(
        eq(str, value("own", "levelised_usd_per_useful_gpu_h").text, "5.486328125"));
}

Test(summary, unit_costs_are_ratios_of_exact_sums)
{
    struct pool_result *own = &fixture.sums[OWN];
    own->basis_uusd[BASIS_ECONOMIC] = 7;
    own->state_gpu_ms[GPU_BUSY_USEFUL] = 3;
    own->work_gpu_ms = 6;
    cr_expect(
        eq(str, value("own", "economic_usd_per_useful_gpu_h").text, "8.400000000"));
    cr_expect(eq(str, value("own", "usd_per_work_h").text, "4.200000000"));
}

Test(summary, a_ratio_of_nothing_has_no_line)
{
    struct pool_result *burst = &fixture.sums[BURST];
    memset(burst->state_gpu_ms, 0, sizeof burst->state_gpu_ms);
    burst->useful_pv_gpu_h = 0;
    burst->work_gpu_ms = 0;
    burst->wait = (struct histogram){0};
    static const char *const metric_names[] = {
        "utilization_frac", "economic_usd_per_useful_gpu_h",
        "usd_per_work_h",   "levelised_usd_per_useful_gpu_h",
        "wait_mean_s",      "wait_p99_s"};
    for (size_t i = 0; i < sizeof metric_names / sizeof metric_names[0]; i++) {
        cr_expect(eq(int, value("burst", metric_names[i]).found, 0), "%s",
                  metric_names[i]);
        cr_expect(eq(int, value("own", metric_names[i]).found, 1), "%s",
                  metric_names[i]);
    }
}

Test(summary, totals_beyond_64_bits_do_not_wrap)
{
    for (int p = 0; p < FIXTURE_POOLS; p++)
        fixture.sums[p].state_gpu_ms[GPU_IDLE_HELD] = INT64_C(4000000000000000000);
    cr_expect(
        eq(str, value("total", "idle_held_gpu_h").text, "3333333333333.333333333"));
}

Test(summary, without_fixed_pools_there_is_no_fixed_scope)
{
    for (int p = 0; p < FIXTURE_POOLS; p++)
        fixture.pools[p].tenure = TENURE_ON_DEMAND;
    run = metrics_of(&fixture.scenario, &fixture.result, &fixture.arena);
    cr_expect(eq(int, value("fixed", "capacity_gpu_h").found, 0));
    cr_expect(eq(int, value("total", "capacity_gpu_h").found, 1));
}

static void count(void *self, const struct metric_row *row)
{
    size_t *n = self;
    (void)row;
    ++*n;
}

Test(summary, the_json_form_holds_every_metric)
{
    struct error err;
    char *text = NULL;
    size_t length, n = 0, got = 0;
    FILE *out = open_memstream(&text, &length);
    cr_assert(summary_print_json(&run, &fixture.scenario, out, &err));
    fclose(out);
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    cr_assert(root != NULL, "%s", text);

    const char *key;
    json_t *scope, *metrics_json = json_object_get(root, "metrics");
    json_object_foreach(metrics_json, key, scope) got += json_object_size(scope);
    metrics_each(&run, count, &n);
    cr_expect(eq(sz, got, n));
    json_t *own = json_object_get(metrics_json, "own");
    cr_expect(
        eq(dbl, json_real_value(json_object_get(own, "economic_usd")), 789.000021));
    cr_expect(eq(str, (char *)json_string_value(json_object_get(root, "end")),
                 "2026-02-02T00:00:00Z"));
    json_decref(root);
    free(text);
}

Test(metrics, each_is_documented_and_declared_once)
{
    for (const struct metric *a = metrics; a->name; a++) {
        cr_expect(a->help && a->unit && a->scopes != 0, "%s", a->name);
        for (const struct metric *b = metrics; b < a; b++)
            cr_expect(strcmp(a->name, b->name) != 0 || !(a->scopes & b->scopes),
                      "%s is declared twice", a->name);
    }
}
