#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <jansson.h>
#include <math.h>

#include "study_program.h"

/* Sensitivity and break-even as a user meets them. */

#define START "start: 2026-01-01\nhorizon: 20d\nseed: 11\ndiscount_rate: 0 %/y\n"
#define DEMAND                                                                         \
    "demand: [{model: {name: poisson, rate: 20 /d, duration: 6h, gpus: 4}}]\n"

/* Cost is 7,680 h of price a and 3,840 h of price b, whatever comes. */
#define LEASES                                                                         \
    "pools:\n"                                                                         \
    "  - {name: a, tenure: lease, class: h100-sxm, gpus: 16, price: 2 USD/GPU-h, "     \
    "term: 1y}\n"                                                                      \
    "  - {name: b, tenure: lease, class: h100-sxm, gpus: 8, price: 2 USD/GPU-h, "      \
    "term: 1y}\n"
static const char linear[] = START DEMAND LEASES
    "uncertain:\n"
    "  pools.b.price: {uniform: {min: 2 USD/GPU-h, max: 3 USD/GPU-h}}\n"
    "  pools.a.price: {uniform: {min: 1 USD/GPU-h, max: 3 USD/GPU-h}}\n";

/* Something to chance: jobs that do not wait long are rented for. */
#define BURST                                                                          \
    "pools:\n"                                                                         \
    "  - {name: own, tenure: lease, class: h100-sxm, gpus: 16, price: 2 USD/GPU-h, "   \
    "term: 1y}\n"                                                                      \
    "  - {name: burst, tenure: on-demand, class: h100-sxm, limit: 64, price: 2.95 "    \
    "USD/GPU-h}\n"                                                                     \
    "dispatch: {wait: {policy: threshold, after: 4h}}\n"
static const char chance[] = START DEMAND BURST
    "uncertain:\n"
    "  pools.burst.price: {lognormal: {median: 2.95 USD/GPU-h, sigma: "
    "0.2}}\n"
    "  dispatch.backfill: {discrete: [none, easy]}\n"
    "  pools.own.gpus: {uniform: {min: 8, max: 24}, step: 8}\n";

static json_t *json_of(const struct folder *folder, const char *line)
{
    struct outcome *outcome = run(folder, line);
    cr_assert(outcome->code == 0, "%s: exit %d: %s", line, outcome->code, outcome->err);
    json_error_t error;
    json_t *root = json_loads(outcome->out, 0, &error);
    cr_assert(root != NULL, "%s: %s", line, error.text);
    return root;
}

static const json_t *row_of(const json_t *rows, const char *input, const char *metric)
{
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        if (strcmp(json_string_value(json_object_get(row, "input")), input) == 0 &&
            strcmp(json_string_value(json_object_get(row, "metric")), metric) == 0)
            return row;
    }
    cr_assert(false, "no row of %s", input);
    return NULL;
}

static bool is_none(const json_t *row, const char *key)
{
    return json_is_null(json_object_get(row, key));
}

static double number(const json_t *row, const char *key)
{
    const json_t *value = json_object_get(row, key);
    bool ok = json_is_number(value);
    cr_assert(ok, "%s is no number", key);
    return json_number_value(value);
}

static void near(const json_t *row, const char *key, double expected, double off)
{
    double got = number(row, key);
    cr_expect(fabs(got - expected) <= off, "%s: %.9g, not %.9g", key, got, expected);
}

static const char cost[] = "total.economic_usd";

/* ---- what the methods find where all is known ---- */

Test(cli_sensitivity, a_tornado_of_a_linear_cost_is_exact, .timeout = 60)
{
    struct folder folder = prepared(linear);
    json_t *root = json_of(&folder, "$T sensitivity t.yaml -o o -n 3 --json");
    const json_t *rows = json_object_get(root, "inputs");
    const json_t *a = row_of(rows, "pools.a.price", cost);
    const json_t *b = row_of(rows, "pools.b.price", cost);
    near(a, "rank", 1, 0);
    near(b, "rank", 2, 0);
    near(a, "base_mean", 7680 * 2 + 3840 * 2.5, 1e-5);
    near(a, "low_difference", -0.8 * 7680, 1e-5);
    near(a, "high_difference", 0.8 * 7680, 1e-5);
    near(a, "swing", 1.6 * 7680, 1e-5);
    near(a, "swing_low", 1.6 * 7680, 1e-5);
    near(b, "swing", 0.8 * 3840, 1e-5);
    near(b, "n", 3, 0);
    cr_expect(eq(str, (char *)json_string_value(json_object_get(b, "low_value")),
                 "2.1 USD/GPU-h"));
    cr_expect(
        eq(int, (int)json_integer_value(json_object_get(root, "replications")), 3));
    cr_expect(eq(int, (int)json_integer_value(json_object_get(root, "runs")), 5 * 3));
    json_decref(root);
    clean(&folder);
}

Test(cli_sensitivity, a_metric_that_stands_twice_is_refused)
{
    struct folder folder = prepared(linear);
    struct outcome *outcome =
        run(&folder, "$T sensitivity t.yaml -o a --metric total.npv_usd --metric "
                     "total.npv_usd");
    cr_expect(eq(int, outcome->code, 1));
    cr_expect(strstr(outcome->err, "total.npv_usd stands twice") != NULL, "%s",
              outcome->err);
    clean(&folder);
}

Test(cli_sensitivity, low_and_high_may_be_given, .timeout = 60)
{
    struct folder folder = prepared(linear);
    json_t *root =
        json_of(&folder, "$T sensitivity t.yaml -o o -n 1 --low '25 %' --high 0.95 "
                         "--metric total.accrual_usd --json");
    const json_t *rows = json_object_get(root, "inputs");
    const json_t *a = row_of(rows, "pools.a.price", "total.accrual_usd");
    near(a, "low_difference", -0.5 * 7680, 1e-5);
    near(a, "high_difference", 0.9 * 7680, 1e-5);
    cr_expect(is_none(a, "swing_low"), "of one replication");
    cr_expect(eq(sz, json_array_size(rows), 2));
    json_decref(root);
    clean(&folder);
}

Test(cli_sensitivity, effects_of_a_linear_cost_are_exact, .timeout = 60)
{
    struct folder folder = prepared(linear);
    json_t *root = json_of(&folder, "$T sensitivity t.yaml -o o -n 1 --method morris "
                                    "--size 6 --json");
    const json_t *rows = json_object_get(root, "inputs");
    const json_t *a = row_of(rows, "pools.a.price", cost);
    near(a, "mu", 2 * 7680, 1e-4);
    near(a, "mu_star", 2 * 7680, 1e-4);
    near(a, "sigma", 0, 1e-4);
    near(a, "n", 6, 0);
    near(row_of(rows, "pools.b.price", cost), "mu", 3840, 1e-4);
    json_decref(root);
    clean(&folder);
}

Test(cli_sensitivity, indices_of_a_linear_cost_are_shares_of_its_variance,
     .timeout = 120)
{
    struct folder folder = prepared(linear);
    json_t *root = json_of(&folder, "$T sensitivity t.yaml -o o -n 1 --method sobol "
                                    "--size 400 --json --metric total.economic_usd");
    const json_t *rows = json_object_get(root, "inputs");
    static const char *const inputs[] = {"pools.a.price", "pools.b.price"};
    static const double shares[] = {16.0 / 17, 1.0 / 17};
    for (int i = 0; i < 2; i++) {
        const json_t *row = row_of(rows, inputs[i], cost);
        near(row, "rank", i + 1, 0);
        near(row, "n", 400, 0);
        cr_expect(number(row, "first_low") <= shares[i] &&
                      shares[i] <= number(row, "first_high"),
                  "first of %s", inputs[i]);
        cr_expect(number(row, "total_low") <= shares[i] &&
                      shares[i] <= number(row, "total_high"),
                  "total of %s", inputs[i]);
        cr_expect(number(row, "total_high") - number(row, "total_low") < 0.3);
        near(row, "sd", sqrt(7680.0 * 7680 * 4 / 12 + 3840.0 * 3840 / 12), 300);
        cr_expect(is_none(row, "inputs_frac"));
    }
    json_decref(root);
    clean(&folder);
}

/* ---- the same whichever way it runs ---- */

static void expect_all_ways(const char *yaml, const char *command)
{
    struct folder folder = prepared(yaml);
    char line[640];
    snprintf(line, sizeof line, "$T %s -q -j1 -o a && $T audit a", command);
    expect_code(&folder, line, 0);
    snprintf(line, sizeof line, "$T %s -q -j2 -o b", command);
    expect_code(&folder, line, 0);
    expect_same(&folder, "a", "b");
    snprintf(line, sizeof line,
             "for i in 2 0 1; do $T %s -q --shard $i/3 -o c || exit 9; done; "
             "mv t.yaml gone.yaml; $T merge c --json >c.json && mv gone.yaml t.yaml",
             command);
    expect_code(&folder, line, 0);
    expect_same(&folder, "a", "c");
    snprintf(line, sizeof line,
             "$T %s --json -o d | grep -v directory >d.json; grep -v directory c.json "
             "| diff - d.json",
             command);
    expect_code(&folder, line, 0);
    snprintf(line, sizeof line, "$T %s -o d | grep -q 'd holds this study already'",
             command);
    expect_code(&folder, line, 0);
    clean(&folder);
}

Test(cli_sensitivity, a_tornado_is_the_same_whichever_way_it_runs, .timeout = 240)
{
    expect_all_ways(chance, "sensitivity t.yaml -n 5");
}

Test(cli_sensitivity, effects_are_the_same_whichever_way_they_run, .timeout = 240)
{
    expect_all_ways(chance, "sensitivity t.yaml --method morris --size 3 -n 3");
}

Test(cli_sensitivity, indices_are_the_same_whichever_way_they_run, .timeout = 240)
{
    expect_all_ways(chance, "sensitivity t.yaml --method sobol --size 4 -n 3 --metric "
                            "burst.jobs_started --metric total.wait_mean_s");
}

/* ---- common random numbers ---- */

Test(cli_sensitivity, all_rows_have_the_same_demand, .timeout = 120)
{
    struct folder folder = prepared(chance);
    expect_code(&folder, "$T sensitivity t.yaml -q --method sobol --size 3 -n 4 -o o",
                0);
    struct outcome *outcome =
        run(&folder, "awk -F, 'NR == 1 {for (i = 1; i <= NF; i++) at[$i] = i; next} "
                     "{k = $at[\"replication\"]; if (!n[k]++) r++; rows++; "
                     "v = $at[\"total.jobs_arrived\"]; seen[k, v] = 1; all[v] = 1} "
                     "END {for (s in seen) d++; for (v in all) a++; "
                     "print rows, r, d, (a > 1)}' o/replications.csv");
    cr_expect(eq(str, outcome->out, "60 4 4 1\n"), "rows, replications, demands");
    clean(&folder);
}

/* ---- breakeven ---- */

static const char equal[] = START DEMAND LEASES
    "breakeven:\n"
    "  x: {pools.a.price: 1..3 step 0.5 USD/GPU-h}\n"
    "  y: {pools.b.price: [1.25 USD/GPU-h, 2.6 USD/GPU-h, 4 USD/GPU-h]}\n"
    "  between: {first: {pools.b.gpus: 0}, second: {pools.a.gpus: 0, "
    "pools.b.gpus: 16}}\n";

static const json_t *boundary_at(const json_t *root, size_t row)
{
    return json_array_get(json_object_get(root, "boundary"), row);
}

static const char *text(const json_t *row, const char *key)
{
    const char *value = json_string_value(json_object_get(row, key));
    return value ? value : "(null)";
}

Test(cli_sensitivity, two_leases_cost_the_same_at_the_same_price, .timeout = 60)
{
    struct folder folder = prepared(equal);
    json_t *root = json_of(&folder, "$T breakeven t.yaml -o o -n 2 --json");
    cr_assert(eq(sz, json_array_size(json_object_get(root, "boundary")), 3));
    cr_expect(eq(sz, json_array_size(json_object_get(root, "grid")), 15));
    for (size_t i = 0; i < 2; i++) {
        const json_t *row = boundary_at(root, i);
        double y = number(row, "pools.b.price");
        near(row, "pools.a.price", y, 1e-8);
        near(row, "low", y, 1e-6);
        near(row, "high", y, 1e-6);
        cr_expect(eq(str, (char *)text(row, "kind"), "crossing"));
        cr_expect(eq(str, (char *)text(row, "lower_below"), "first"));
        cr_expect(eq(str, (char *)text(row, "lower_above"), "second"));
    }
    const json_t *none = boundary_at(root, 2);
    cr_expect(eq(str, (char *)text(none, "kind"), "none"));
    cr_expect(is_none(none, "pools.a.price"));
    cr_expect(eq(str, (char *)text(none, "lower_above"), "first"));
    const json_t *cell = json_array_get(json_object_get(root, "grid"), 0);
    near(cell, "first_mean", 7680, 1e-5);
    near(cell, "second_mean", 7680 * 1.25, 1e-5);
    near(cell, "difference", -7680 * 0.25, 1e-5);
    cr_expect(eq(str, (char *)text(cell, "lower"), "first"));
    json_decref(root);
    struct outcome *outcome = run(&folder, "$T breakeven t.yaml -o p -n 2");
    cr_expect(strstr(outcome->out, "2.6 USD/GPU-h: first is lower below, second above "
                                   "2.6 (2.6 to 2.6)\n") != NULL,
              "%s", outcome->out);
    cr_expect(strstr(outcome->out, "first is lower at every point of the grid\n") !=
                  NULL,
              "%s", outcome->out);
    outcome = run(&folder, "$T breakeven t.yaml -o q -n 1 | tr '\\n' ' '");
    cr_expect(strstr(outcome->out, "One replication has no interval") != NULL &&
                  strstr(outcome->out, "replication tells") != NULL,
              "%s", outcome->out);
    clean(&folder);
}

static const char rented[] = START DEMAND BURST
    "uncertain:\n"
    "  pools.own.price: {normal: {mean: 2 USD/GPU-h, sd: 0.1 "
    "USD/GPU-h}}\n"
    "study: {sampling: antithetic}\n"
    "breakeven:\n"
    "  x: {pools.burst.price: 1..5 step 1 USD/GPU-h}\n"
    "  between: {lease: {pools.own.gpus: 16}, rent: {pools.own.gpus: 0}}\n";

Test(cli_sensitivity, a_boundary_has_a_band_around_it, .timeout = 120)
{
    struct folder folder = prepared(rented);
    json_t *root = json_of(&folder, "$T breakeven t.yaml -o o -n 12 --json --metric "
                                    "total.economic_usd");
    cr_assert(eq(sz, json_array_size(json_object_get(root, "boundary")), 1));
    const json_t *row = boundary_at(root, 0);
    double x = number(row, "pools.burst.price"), low = number(row, "low"),
           high = number(row, "high");
    cr_expect(1 < low && low < x && x < high && high < 5, "%g in %g to %g", x, low,
              high);
    cr_expect(eq(str, (char *)text(row, "lower_below"), "rent"));
    cr_expect(eq(str, (char *)text(row, "metric"), (char *)cost));
    cr_expect(is_none(root, "y"));
    json_decref(root);
    clean(&folder);
}

/* Where no GPUs are owned they have no utilization. */
Test(cli_sensitivity, a_boundary_says_from_how_many_replications_it_is, .timeout = 60)
{
    struct folder folder = prepared(
        START DEMAND BURST
        "uncertain: {demand.0.scale: {discrete: [{value: 0, weight: 1}, {value: 1, "
        "weight: 3}]}}\n"
        "breakeven:\n"
        "  x: {pools.own.gpus: [0, 8, 16, 24]}\n"
        "  between: {a: {}, b: {pools.burst.limit: 0}}\n");
    json_t *root = json_of(&folder, "$T breakeven t.yaml -o o -n 16 --json --metric "
                                    "own.wait_mean_s");
    const json_t *row = boundary_at(root, 0);
    double n = number(row, "n");
    cr_expect(n > 1 && n < 16, "%g", n);
    cr_expect(strcmp(text(row, "lower_below"), "") != 0 || !is_none(row, "low"));
    json_decref(root);
    struct outcome *outcome = run(&folder, "$T breakeven t.yaml -o o --metric "
                                           "own.wait_mean_s -n 16 | tr '\\n' ' '");
    cr_expect(strstr(outcome->out, "replications that have it all along)") != NULL ||
                  strstr(outcome->out, "that have it all") != NULL,
              "%s", outcome->out);
    clean(&folder);
}

/* What is uncertain in a Monte Carlo study may be an axis here: it is not drawn. */
Test(cli_sensitivity, a_boundary_over_what_is_uncertain_does_not_draw_it,
     .timeout = 120)
{
    char both[sizeof rented + 128], *uncertain;
    struct folder folder = prepared(rented);
    expect_code(&folder, "$T breakeven t.yaml -q -o a -n 6", 0);
    snprintf(both, sizeof both, "%s", rented);
    uncertain = strstr(both, "uncertain:\n") + strlen("uncertain:\n");
    const char *rest = strstr(rented, "uncertain:\n") + strlen("uncertain:\n");
    snprintf(uncertain, sizeof both - (size_t)(uncertain - both),
             "  pools.burst.price: {uniform: {min: 1 USD/GPU-h, max: 9 USD/GPU-h}}\n%s",
             rest);
    folder_write(&folder, "t.yaml", both);
    expect_code(&folder, "$T breakeven t.yaml -q -o b -n 6", 0);
    expect_code(&folder,
                "for f in replications breakeven boundary; do cmp a/$f.csv "
                "b/$f.csv || exit 9; done",
                0);
    expect_code(&folder,
                "n=$(head -1 b/replications.csv | tr , '\\n' | "
                "grep -cx pools.burst.price); test $n = 1",
                0);
    clean(&folder);
}

Test(cli_sensitivity, a_boundary_is_the_same_whichever_way_it_runs, .timeout = 240)
{
    expect_all_ways(rented, "breakeven t.yaml -n 8");
}

/* ---- what is refused ---- */

#define CORRELATED                                                                     \
    "correlation: [{between: [pools.a.price, pools.b.price], rho: 0.5}]\n"

static const struct {
    const char *arguments;
    int code;
    const char *message;
} wrong[] = {
    {"sensitivity t.yaml -o o --method fast", 1,
     "tenure: --method: 'fast' is not tornado, morris or sobol\n"},
    {"sensitivity t.yaml -o o --low '60 %'", 1,
     "tenure: --low: the probability of the low value is above 0 and below 50 %, "
     "such as 10 %\n"},
    {"sensitivity t.yaml -o o --high 0.5", 1,
     "tenure: --high: the probability of the high value is above 50 % and below "
     "100 "
     "%, such as 90 %\n"},
    {"sensitivity t.yaml -o o --low nan", 1,
     "tenure: --low: 'nan' is no probability, such as '10 %' or 0.1\n"},
    {"sensitivity t.yaml -o o --low 0", 1,
     "tenure: --low: '0' is no probability, such as '10 %' or 0.1\n"},
    {"sensitivity t.yaml -o o --size 3", 1,
     "tenure: --size is for --method morris or sobol\n"},
    {"sensitivity t.yaml -o o --method sobol --low 0.1", 1,
     "tenure: --low is for --method tornado\n"},
    {"sensitivity t.yaml -o o --method morris --levels 5", 1,
     "tenure: --levels: 5 is not an even number from 2 to 1000\n"},
    {"sensitivity t.yaml -o o --method morris --size 0", 1,
     "tenure: --size: at least 1 is wanted\n"},
    {"sensitivity t.yaml -o o --method sobol --size 300000", 2,
     "tenure: --size: 300000 times 4 rows are more than the 1000000 points that a "
     "study may have\n"},
    {"sensitivity t.yaml -o o --method sobol --size 99999999999999999999", 1, NULL},
    {"sensitivity t.yaml -o o --metric total.joy", 2, NULL},
    {"sensitivity t.yaml -o o --metric '=1+1'", 2, NULL},
    {"sensitivity t.yaml -o o --set 'uncertain={}'", 2, NULL},
    {"sensitivity corr.yaml -o o --method sobol", 2,
     "tenure: the scenario has a `correlation`, and Sobol indices are shares of "
     "variance of independent inputs; --set 'correlation=[]' does without it\n"},
    {"breakeven t.yaml -o o", 2, NULL},
    {"breakeven equal.yaml -o o --metric total.joy", 2, NULL},
    {"breakeven equal.yaml -o o --metric joy", 2, NULL},
    {"sensitivity t.yaml", 1,
     "tenure: sensitivity: -o DIR is needed; see `tenure sensitivity --help`\n"},
};

Test(cli_sensitivity, wrong_wishes_are_refused_before_anything_runs, .timeout = 60)
{
    struct folder folder = prepared(linear);
    char correlated[sizeof linear + sizeof CORRELATED];
    snprintf(correlated, sizeof correlated, "%s%s", linear, CORRELATED);
    folder_write(&folder, "corr.yaml", correlated);
    folder_write(&folder, "equal.yaml", equal);
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct outcome *outcome = tenure(&folder, wrong[i].arguments);
        cr_expect(outcome->code == wrong[i].code, "%s: %d", wrong[i].arguments,
                  outcome->code);
        cr_expect(
            outcome->out[0] == '\0' && strncmp(outcome->err, "tenure: ", 8) == 0 &&
                strchr(outcome->err, '\n') == outcome->err + strlen(outcome->err) - 1,
            "%s: %s", wrong[i].arguments, outcome->err);
        if (wrong[i].message)
            cr_expect(eq(str, outcome->err, (char *)wrong[i].message));
        else
            cr_log_info("%s", outcome->err);
    }
    expect_code(&folder, "test ! -e o", 0);
    clean(&folder);
}

Test(cli_sensitivity, a_correlation_is_left_aside_and_said, .timeout = 60)
{
    struct folder folder = prepared(linear);
    char correlated[sizeof linear + sizeof CORRELATED];
    snprintf(correlated, sizeof correlated, "%s%s", linear, CORRELATED);
    folder_write(&folder, "t.yaml", correlated);
    struct outcome *outcome = run(&folder, "$T sensitivity t.yaml -o o -n 1");
    cr_expect(outcome->code == 0 && strstr(outcome->out, "left aside") != NULL, "%s",
              outcome->out);
    clean(&folder);
}

/* An input that no scenario could have at an end of its law is an error of `check`. */
Test(cli_sensitivity, check_says_which_studies_there_are, .timeout = 60)
{
    struct folder folder = prepared(chance);
    struct outcome *outcome = run(&folder, "$T check t.yaml");
    cr_expect(strstr(outcome->out, "  study           mc: 1000 replications of 3 "
                                   "uncertain inputs\n") != NULL,
              "%s", outcome->out);
    folder_write(&folder, "t.yaml", equal);
    outcome = run(&folder, "$T check t.yaml");
    cr_expect(strstr(outcome->out, "  study           breakeven: 30 points, each with "
                                   "1000 replications\n") != NULL,
              "%s", outcome->out);
    outcome = run(&folder, "$T check t.yaml --set 'uncertain={pools.a.gpus: {uniform: "
                           "{min: 0.5, max: 9}}}'");
    cr_expect(eq(int, outcome->code, 2));
    cr_expect(strstr(outcome->err, "pools.a.gpus") != NULL, "%s", outcome->err);
    clean(&folder);
}

Test(cli_sensitivity, lines_have_80_columns, .timeout = 120)
{
    static const char *const commands[] = {
        "$T sensitivity t.yaml -o o%d -n 2",
        "$T sensitivity t.yaml -o o%d -n 2 --method morris",
        "$T sensitivity t.yaml -o o%d -n 2 --method sobol --size 3",
        "$T breakeven equal.yaml -o o%d -n 2",
        "$T sensitivity --help",
        "$T breakeven --help",
    };
    struct folder folder = prepared(chance);
    folder_write(&folder, "equal.yaml", equal);
    for (size_t i = 0; i < COUNT(commands); i++) {
        char line[128];
        snprintf(line, sizeof line, commands[i], (int)i);
        struct outcome *outcome = run(&folder, line);
        cr_expect(outcome->code == 0 && strlen(outcome->out) > 100, "%s: %s", line,
                  outcome->err);
        for (char *at = strtok(outcome->out, "\n"); at; at = strtok(NULL, "\n")) {
            cr_expect(strlen(at) <= 80, "%s", at);
            cr_expect(at[strlen(at) - 1] != ' ', "a blank ends '%s'", at);
        }
    }
    clean(&folder);
}

/* ---- replications that fail ---- */

/* At the high price what is rented would pass what can be summed. */
static const char failing[] = START
    "demand: [{model: {name: poisson, rate: 500 /d, duration: 1min, gpus: 64}}]\n"
    "pools:\n"
    "  - {name: own, tenure: lease, class: h100-sxm, gpus: 8, price: 2 USD/GPU-h, "
    "term: 1y}\n"
    "  - {name: burst, tenure: on-demand, class: h100-sxm, limit: 640, minimum: "
    "370d, price: 2.95 USD/GPU-h}\n"
    "uncertain:\n"
    "  pools.burst.price: {discrete: [2.95 USD/GPU-h, 4000 USD/GPU-h]}\n"
    "  pools.own.price: {uniform: {min: 1 USD/GPU-h, max: 2 USD/GPU-h}}\n";

Test(cli_sensitivity, replications_that_fail_are_told_and_count_nowhere, .timeout = 60)
{
    struct folder folder = prepared(failing);
    struct outcome *outcome = run(&folder, "$T sensitivity t.yaml -o o -n 2 --json");
    cr_expect(eq(int, outcome->code, 3));
    cr_expect(strstr(outcome->err,
                     "tenure: o: 2 of 10 replications could not be done, "
                     "and are in no figure; the first is replication 0 of "
                     "point 2: ") == outcome->err,
              "%s", outcome->err);
    json_t *root = json_loads(outcome->out, 0, NULL);
    cr_assert(root != NULL);
    const json_t *rows = json_object_get(root, "inputs");
    const json_t *burst = row_of(rows, "pools.burst.price", cost);
    const json_t *own = row_of(rows, "pools.own.price", cost);
    cr_expect(is_none(burst, "high_mean") && is_none(burst, "swing"));
    near(burst, "low_difference", 0, 0);
    near(own, "swing", 0.8 * 8 * 480, 1e-5);
    json_decref(root);
    outcome = run(&folder, "$T sensitivity t.yaml -o p -n 2 --json --method morris "
                           "--size 8 2>/dev/null; true");
    root = json_loads(outcome->out, 0, NULL);
    cr_assert(root != NULL);
    own = row_of(json_object_get(root, "inputs"), "pools.own.price", cost);
    cr_expect(number(own, "n") == 0 && is_none(own, "mu"),
              "every trajectory has both prices");
    json_decref(root);
    clean(&folder);
}
