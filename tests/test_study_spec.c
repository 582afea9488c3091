#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

#include "input/study_spec.h"
#include "scratch.h"

/* What a scenario says of studies, and what is said of what is wrong in it. */

static const char base[] = "pools:\n"
                           "  - {name: own, gpus: 512, price: 2.385 USD/GPU-h}\n"
                           "  - {name: burst, limit: 64}\n"
                           "demand: [{name: batch, scale: 1}]\n"
                           "dispatch: {backfill: easy}\n"
                           "facility:\n";

struct reading {
    struct arena arena;
    struct study_spec spec;
    struct error err;
    bool ok;
};

static void read_spec(struct reading *reading, const char *keys)
{
    char text[8192];
    struct node root;
    snprintf(text, sizeof text, "%s%s", keys, base);
    *reading = (struct reading){0};
    reading->ok = node_parse("t.yaml", text, strlen(text), &reading->arena, &root,
                             &reading->err) &&
                  study_spec_read(&root, "t.yaml", &reading->arena, &reading->spec,
                                  &reading->err);
}

static void read_well(struct reading *reading, const char *keys)
{
    read_spec(reading, keys);
    cr_assert(reading->ok, "%s", reading->err.text);
}

Test(study_spec, a_scenario_without_studies_has_their_defaults)
{
    struct reading r;
    read_well(&r, "");
    cr_expect(eq(sz, r.spec.n_uncertain, 0));
    cr_expect(eq(sz, r.spec.n_axes, 0));
    cr_expect(eq(sz, study_points(&r.spec), 1));
    cr_expect(eq(i64, r.spec.replications, 1000));
    cr_expect(eq(dbl, r.spec.confidence, 0.95));
    cr_assert(eq(sz, r.spec.n_quantiles, 3));
    cr_expect(eq(dbl, r.spec.quantiles[0], 0.05));
    cr_expect(eq(dbl, r.spec.quantiles[2], 0.95));
    cr_expect(eq(i64, study_batch(&r.spec), 1));
    cr_expect(not(r.spec.breakeven.given));
    arena_free(&r.arena);
}

static const char whole[] =
    "uncertain:\n"
    "  pools.own.price: {lognormal: {median: 2.95 USD/GPU-h, sigma: 0.2}}\n"
    "  demand.batch.scale: {normal: {mean: 1, sd: 0.1}, min: 0.2}\n"
    "  pools.own.lead_time: {pert: {min: 8w, mode: 16w, max: 40w}}\n"
    "  facility.tariff: {triangular: {min: 0.06 USD/kWh, mode: 0.085 USD/kWh, max: "
    "0.14 USD/kWh}}\n"
    "  pools.burst.limit: {uniform: {min: 256, max: 1024}, step: 8}\n"
    "  dispatch.order: {discrete: [{value: fifo, weight: 3}, {value: sjf}]}\n"
    "correlation: [{between: [pools.own.price, facility.tariff], rho: 0.6}]\n"
    "sweep:\n"
    "  pools.own.gpus: 0..512 step 64\n"
    "  dispatch.backfill: [none, easy]\n"
    "  zip: [{pools.burst.unit: [1, 8], pools.burst.boot: [0 s, 5min]}]\n"
    "  designs: {as-is: {}, lease: {pools.own.tenure: lease, pools.own.term: 3y}}\n"
    "study:\n"
    "  replications: 3000\n"
    "  sampling: lhs\n"
    "  batch: 50\n"
    "  confidence: 90 %\n"
    "  quantiles: [10 %, 99.9 %]\n"
    "  metrics: [total.wait_p99_s, \"workload:a.b.wait_p95_s\"]\n"
    "  targets: [{metric: total.wait_p95_s, at_most: 14400}, {metric: "
    "fixed.utilization_frac, at_least: 0.6}]\n"
    "  stop: [{metric: total.economic_usd, half_width: 1 %}, {metric: "
    "total.wait_mean_s, half_width: 2.5}]\n"
    "  baseline: {design: lease, pools.own.gpus: 128}\n"
    "breakeven:\n"
    "  x: {pools.own.gpus: 0..1 step 0.1}\n"
    "  y: {pools.burst.price: [1 USD/GPU-h, 2.5 USD/GPU-h]}\n"
    "  between: {own: {pools.own.term: 1y}, lease: {pools.own.term: 2y}}\n"
    "  metric: total.economic_usd\n";

Test(study_spec, every_key_is_read)
{
    struct reading r;
    read_well(&r, whole);
    cr_assert(eq(sz, r.spec.n_uncertain, 6));
    cr_expect(eq(str, (char *)r.spec.uncertain[0].path, "pools.own.price"));
    cr_expect(eq(str, (char *)r.spec.uncertain[0].unit, "USD/GPU-h"));
    cr_expect(eq(dbl, r.spec.uncertain[0].law.median, 2.95));
    cr_expect(eq(dbl, r.spec.uncertain[1].law.min, 0.2));
    cr_expect(eq(dbl, r.spec.uncertain[4].step, 8));
    cr_expect(eq(str, (char *)r.spec.uncertain[5].labels[1], "sjf"));
    cr_expect(ieee_ulp_eq(dbl, r.spec.cholesky[3 * 6 + 0], 0.6, 2));
    cr_expect(ieee_ulp_eq(dbl, r.spec.cholesky[3 * 6 + 3], 0.8, 4));
    cr_assert(eq(sz, r.spec.n_axes, 4));
    cr_expect(eq(sz, study_points(&r.spec), 9 * 2 * 2 * 2));
    cr_expect(eq(str, (char *)r.spec.axes[0].values[8].label, "512"));
    cr_expect(
        eq(str, (char *)r.spec.axes[0].values[1].assignments[0], "pools.own.gpus=64"));
    cr_expect(eq(str, (char *)r.spec.axes[2].name, "zip1"));
    cr_expect(eq(str, (char *)r.spec.axes[2].values[1].label, "8 | 5min"));
    cr_expect(
        eq(str, (char *)r.spec.axes[3].values[1].assignments[1], "pools.own.term=3y"));
    cr_expect(eq(sz, r.spec.axes[3].values[0].n, 0));
    cr_expect(eq(sz, r.spec.baseline, ((2 * 2 + 0) * 2 + 0) * 2 + 1));
    cr_expect(eq(i64, r.spec.replications, 3000));
    cr_expect(eq(i64, study_batch(&r.spec), 50));
    cr_expect(eq(dbl, r.spec.confidence, 0.9));
    cr_expect(eq(dbl, r.spec.quantiles[1], 0.999));
    cr_expect(eq(str, (char *)r.spec.metrics[1].text, "workload:a.b.wait_p95_s"));
    cr_expect(eq(dbl, r.spec.targets[0].at_most, 14400));
    cr_expect(isnan(r.spec.targets[0].at_least));
    cr_expect(eq(dbl, r.spec.targets[1].at_least, 0.6));
    cr_expect(isnan(r.spec.targets[1].at_most));
    cr_expect(r.spec.stops[0].relative);
    cr_expect(eq(dbl, r.spec.stops[0].half_width, 0.01));
    cr_expect(not(r.spec.stops[1].relative));
    cr_expect(eq(dbl, r.spec.stops[1].half_width, 2.5));
    cr_assert(r.spec.breakeven.given);
    cr_expect(eq(sz, r.spec.breakeven.x.n, 11));
    cr_expect(eq(str, (char *)r.spec.breakeven.x.values[3].label, "0.3"));
    cr_expect(eq(dbl, r.spec.breakeven.y.values[1].number, 2.5));
    cr_expect(eq(str, (char *)r.spec.breakeven.y.unit, "USD/GPU-h"));
    cr_expect(eq(str, (char *)r.spec.breakeven.metric, "total.economic_usd"));
    arena_free(&r.arena);
}

/* Each value at u, as it is written into the scenario and into tables. */
Test(study_spec, values_are_written_with_nine_digits_and_their_unit)
{
    static const struct {
        const char *law;
        double u;
        const char *text;
    } cases[] = {
        {"{lognormal: {median: 2.95 USD/GPU-h, sigma: 0.2}}", 0.5, "2.95 USD/GPU-h"},
        {"{lognormal: {median: 2.95 USD/GPU-h, sigma: 0.2}}", 0.025,
         "1.99334149 USD/GPU-h"},
        {"{normal: {mean: 1, sd: 0.1}}", 0.975, "1.1959964"},
        {"{normal: {mean: 0, sd: 1}}", 0.5, "0"},
        {"{normal: {mean: 20 %, sd: 1 %}}", 0.5, "20 %"},
        {"{uniform: {min: 0, max: 3}}", 1.0 / 3, "1"},
        {"{uniform: {min: 1e12, max: 2e12}}", 0.123456789123, "1123456790000"},
        {"{uniform: {min: 1e-7, max: 2e-7}}", 0.5, "1.5e-7"},
        {"{pert: {min: 8w, mode: 16 w, max: 40w}}", 0.5, "18.0419255 w"},
        {"{triangular: {min: 8w, mode: 16w, max: 40w}, step: 1w}", 0.999, "39 w"},
        {"{triangular: {min: 8w, mode: 16w, max: 40w}, step: 0.1 w}", 0.001, "8.5 w"},
        /* 9 digits would round 3.14159265758 up beyond the largest value */
        {"{uniform: {min: 1, max: 3.14159265758}}", 0.9999999999999, "3.14159263"},
        {"{uniform: {min: -3.14159265758, max: 1}}", 1e-13, "-3.14159263"},
        {"{uniform: {min: 256, max: 1024}, step: 8}", 0.5, "640"},
        {"{uniform: {min: 250, max: 1030}, step: 8}", 1e-9, "256"},
        {"{uniform: {min: 250, max: 1030}, step: 8}", 1 - 1e-9, "1024"},
        {"{uniform: {min: 0.3, max: 0.7}, step: 0.1}", 1e-9, "0.3"},
        {"{uniform: {min: 0.3, max: 0.7}, step: 0.1}", 0.3, "0.4"},
        {"{uniform: {min: 0.3, max: 0.7}, step: 0.1}", 1 - 1e-9, "0.7"},
        {"{uniform: {min: 0, max: 1e12}, step: 1}", 0.123456789012345, "123456789012"},
        {"{normal: {mean: 0, sd: 1}, step: 5}", 0.4, "0"}, /* not -0 */
        {"{normal: {mean: 100, sd: 40}, min: 20, max: 155, step: 10}", 1e-9, "20"},
        {"{normal: {mean: 100, sd: 40}, min: 20, max: 155, step: 10}", 1 - 1e-9, "150"},
        {"{discrete: [easy, {value: none, weight: 2}, 'null', 4]}", 0.19, "easy"},
        {"{discrete: [easy, {value: none, weight: 2}, 'null', 4]}", 0.59, "none"},
        {"{discrete: [easy, {value: none, weight: 2}, 'null', 4]}", 0.79, "null"},
        {"{discrete: [{value: {after: 30min}}, {value: [a, 'b, c']}]}", 0.4,
         "{after: 30min}"},
        {"{discrete: [{value: {after: 30min}}, {value: [a, 'b, c']}]}", 0.6,
         "[a, \"b, c\"]"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char keys[300], text[UNCERTAIN_TEXT_MAX];
        struct reading r;
        snprintf(keys, sizeof keys, "uncertain: {demand.batch.scale: %s}\n",
                 cases[i].law);
        read_spec(&r, keys);
        cr_assert(r.ok, "%s", r.err.text);
        uncertain_text(&r.spec.uncertain[0], cases[i].u, text);
        cr_expect(eq(str, text, (char *)cases[i].text), "case %zu", i);
        const char *set =
            uncertain_assignment(&r.spec.uncertain[0], cases[i].u, &r.arena);
        const char *want = strcmp(text, "null") == 0 ? "\"null\"" : text;
        cr_expect(
            eq(str, (char *)set, arena_printf(&r.arena, "demand.batch.scale=%s", want)),
            "case %zu", i);
        arena_free(&r.arena);
    }
}

/* A uniform law with a step is a die: each multiple as likely as the next. */
Test(study_spec, multiples_of_a_step_are_equally_likely_in_a_uniform_law)
{
    struct reading r;
    read_well(&r,
              "uncertain: {pools.own.gpus: {uniform: {min: 1, max: 6}, step: 1}}\n");
    size_t count[7] = {0};
    enum { N = 6000 };
    for (size_t i = 0; i < N; i++) {
        double x = uncertain_number(&r.spec.uncertain[0], ((double)i + 0.5) / N);
        cr_assert(x >= 1 && x <= 6 && x == floor(x));
        count[(size_t)x]++;
    }
    for (size_t x = 1; x <= 6; x++)
        cr_expect(eq(sz, count[x], N / 6));
    arena_free(&r.arena);
}

Test(study_spec, ranges_are_exact_decimals)
{
    static const struct {
        const char *range;
        size_t n;
        const char *first, *fourth, *last;
    } cases[] = {
        {"0..1 step 0.1", 11, "0", "0.3", "1"},
        {"0..512 step 64", 9, "0", "192", "512"},
        {"-0.3..0.3 step 0.1", 7, "-0.3", "0", "0.3"},
        {"1..5 step 0.5 USD/GPU-h", 9, "1 USD/GPU-h", "2.5 USD/GPU-h", "5 USD/GPU-h"},
        {"0.1 .. 0.45 step 0.1", 4, "0.1", "0.4", "0.4"},
        {"1e3..1.0e4 step 1e3", 10, "1000", "4000", "10000"},
        {"0..0.9999 step 0.0001", 10000, "0", "0.0003", "0.9999"},
        {"5..50 step 5%", 10, "5 %", "20 %", "50 %"},
        {"1000000000000.125..1000000000000.5 step 0.125", 4, "1000000000000.125",
         "1000000000000.5", "1000000000000.5"},
        {"4..7 step 1 w", 4, "4 w", "7 w", "7 w"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char keys[200];
        struct reading r;
        snprintf(keys, sizeof keys, "sweep: {demand.batch.scale: %s}\n",
                 cases[i].range);
        read_well(&r, keys);
        struct axis *axis = &r.spec.axes[0];
        cr_assert(eq(sz, axis->n, cases[i].n), "case %zu", i);
        cr_expect(eq(str, (char *)axis->values[0].label, (char *)cases[i].first));
        cr_expect(eq(str, (char *)axis->values[3].label, (char *)cases[i].fourth));
        cr_expect(
            eq(str, (char *)axis->values[axis->n - 1].label, (char *)cases[i].last));
        cr_expect(eq(str, (char *)axis->values[0].assignments[0],
                     arena_printf(&r.arena, "demand.batch.scale=%s", cases[i].first)));
        for (size_t k = 0; k < axis->n; k++)
            cr_expect(not(isnan(axis->values[k].number)));
        arena_free(&r.arena);
    }
}

Test(study_spec, the_last_axis_varies_fastest)
{
    struct reading r;
    read_well(&r, "sweep: {pools.own.gpus: [1, 2], dispatch.backfill: [a, b, c], "
                  "demand.batch.scale: [1, 2, 3, 4, 5]}\n");
    size_t position[3];
    cr_assert(eq(sz, study_points(&r.spec), 30));
    for (size_t point = 0; point < 30; point++) {
        study_point(&r.spec, point, position);
        cr_expect(eq(sz, (position[0] * 3 + position[1]) * 5 + position[2], point));
    }
    cr_expect(eq(sz, r.spec.baseline, 0));
    arena_free(&r.arena);
}

/* With three and more in a row a number stands at each place by itself. */
Test(study_spec, values_of_an_axis_may_be_of_any_kind)
{
    struct reading r;
    read_well(&r, "sweep:\n"
                  "  dispatch.wait:\n"
                  "    - none\n"
                  "    - {policy: threshold, short_below: 2h}\n"
                  "    - 2.5 h\n"
                  "  pools.own.price: [2.0 USD/GPU-h, 3 USD/GPU-h, market]\n");
    struct axis *wait = &r.spec.axes[0], *price = &r.spec.axes[1];
    cr_expect(
        eq(str, (char *)wait->values[1].label, "{policy: threshold, short_below: 2h}"));
    cr_expect(eq(str, (char *)wait->values[1].assignments[0],
                 "dispatch.wait={policy: threshold, short_below: 2h}"));
    cr_expect(eq(str, (char *)wait->unit, ""));
    cr_expect(isnan(wait->values[0].number));
    cr_expect(isnan(wait->values[2].number)); /* not in the first one's unit */
    cr_expect(eq(str, (char *)price->values[0].label, "2.0 USD/GPU-h"));
    cr_expect(eq(dbl, price->values[1].number, 3));
    cr_expect(eq(str, (char *)price->unit, "USD/GPU-h"));
    cr_expect(isnan(price->values[2].number));
    arena_free(&r.arena);
}

/* A correlation matrix of four, whose root was worked out apart. */
Test(study_spec, correlations_become_the_root_of_their_matrix)
{
    struct reading r;
    read_well(&r, "uncertain:\n"
                  "  pools.own.price: {normal: {mean: 1, sd: 1}}\n"
                  "  pools.own.gpus: {normal: {mean: 1, sd: 1}}\n"
                  "  pools.burst.limit: {normal: {mean: 1, sd: 1}}\n"
                  "  demand.0.scale: {normal: {mean: 1, sd: 1}}\n"
                  "correlation:\n"
                  "  - {between: [pools.0.gpus, pools.own.price], rho: 0.5}\n"
                  "  - {between: [pools.own.price, demand.batch.scale], rho: -0.3}\n"
                  "  - {between: [demand.batch.scale, pools.own.gpus], rho: 0.2}\n"
                  "  - {between: [pools.burst.limit, pools.own.gpus], rho: 0}\n");
    static const double matrix[4][4] = {
        {1, 0.5, 0, -0.3}, {0.5, 1, 0, 0.2}, {0, 0, 1, 0}, {-0.3, 0.2, 0, 1}};
    cr_assert(r.spec.cholesky != NULL);
    for (size_t i = 0; i < 4; i++)
        for (size_t k = 0; k < 4; k++) {
            double sum = 0;
            for (size_t j = 0; j < 4; j++)
                sum += r.spec.cholesky[i * 4 + j] * r.spec.cholesky[k * 4 + j];
            cr_expect(fabs(sum - matrix[i][k]) < 1e-15, "%zu %zu: %g", i, k, sum);
            cr_expect(k <= i || r.spec.cholesky[i * 4 + k] == 0);
        }
    arena_free(&r.arena);
}

Test(study_spec, an_empirical_law_draws_what_the_file_has)
{
    static const char csv[] = "at,price\n1,2.385\n2,4.1\n3,2.385\n4,3\n";
    struct scratch file = scratch_file("prices.csv", csv, strlen(csv));
    struct reading r = {0};
    struct node root;
    char path[120], text[UNCERTAIN_TEXT_MAX], digest[SHA256_HEX];
    const char *keys = arena_printf(
        &r.arena,
        "uncertain: {pools.own.price: {empirical: prices.csv, column: price, unit: "
        "USD/GPU-h, max: 4 USD/GPU-h}}\n%s",
        base);
    snprintf(path, sizeof path, "%s/t.yaml", file.dir);
    r.ok = node_parse(path, keys, strlen(keys), &r.arena, &root, &r.err) &&
           study_spec_read(&root, path, &r.arena, &r.spec, &r.err);
    cr_assert(r.ok, "%s", r.err.text);
    static const char *const want[] = {"2.385 USD/GPU-h", "2.385 USD/GPU-h",
                                       "3 USD/GPU-h"};
    for (size_t i = 0; i < 3; i++) {
        uncertain_text(&r.spec.uncertain[0], ((double)i + 0.5) / 3, text);
        cr_expect(eq(str, text, (char *)want[i]));
    }
    cr_assert(sha256_file(file.path, digest, &r.err));
    cr_assert(eq(sz, r.spec.n_files, 1));
    cr_expect(eq(str, (char *)r.spec.files[0].path, "prices.csv"));
    cr_expect(eq(str, r.spec.files[0].digest, digest));
    arena_free(&r.arena);
    cr_expect(scratch_remove(&file));
}

/* What the boundary is drawn over may be uncertain elsewhere; then it is not drawn. */
Test(study_spec, a_breakeven_sets_what_is_uncertain_and_the_rest_stays_correlated)
{
    struct reading r;
    read_well(&r,
              "uncertain:\n"
              "  pools.own.price: {normal: {mean: 2 USD/GPU-h, sd: 0.1 USD/GPU-h}}\n"
              "  demand.batch.scale: {uniform: {min: 0, max: 2}}\n"
              "  pools.burst.limit: {uniform: {min: 0, max: 64}, step: 1}\n"
              "correlation:\n"
              "  - {between: [pools.own.price, demand.batch.scale], rho: 0.7}\n"
              "  - {between: [pools.own.price, pools.burst.limit], rho: -0.35}\n"
              "  - {between: [demand.batch.scale, pools.burst.limit], rho: 0.2}\n"
              "breakeven:\n"
              "  x: {pools.0.price: 1..3 step 1 USD/GPU-h}\n"
              "  between: {a: {pools.own.gpus: 8}, b: {}}\n");
    cr_expect(eq(u64, r.spec.breakeven.sets, 1));
    study_leave_out(&r.spec, r.spec.breakeven.sets, &r.arena);
    cr_assert(eq(sz, r.spec.n_uncertain, 2));
    cr_expect(eq(str, (char *)r.spec.uncertain[0].path, "demand.batch.scale"));
    cr_expect(ieee_ulp_eq(dbl, r.spec.cholesky[0], 1, 8));
    cr_expect(fabs(r.spec.cholesky[2] - 0.2) < 1e-12);
    cr_expect(fabs(r.spec.cholesky[3] - sqrt(1 - 0.04)) < 1e-12);
    study_leave_out(&r.spec, 3, &r.arena);
    cr_expect(eq(sz, r.spec.n_uncertain, 0));
    cr_expect(r.spec.cholesky == NULL);
    arena_free(&r.arena);

    read_spec(&r,
              "uncertain: {pools.own.price: {uniform: {min: 1 USD/GPU-h, max: 2 "
              "USD/GPU-h}}}\n"
              "breakeven: {x: {demand.batch.scale: [1, 2]}, between: {a: {pools.own: "
              "{gpus: 8}}, b: {}}}\n");
    cr_expect(not(r.ok));
    cr_expect(strstr(r.err.text, "uncertain has 'pools.own.price' already") != NULL,
              "%s", r.err.text);
    arena_free(&r.arena);

    /* Of one design alone: the other would lose its uncertainty as well. */
    read_spec(&r, "uncertain: {pools.own.price: {uniform: {min: 1 USD/GPU-h, max: 2 "
                  "USD/GPU-h}}}\n"
                  "breakeven: {x: {demand.batch.scale: [1, 2]}, between: {a: "
                  "{pools.own.price: 3 USD/GPU-h}, b: {}}}\n");
    cr_expect(not(r.ok));
    cr_expect(strstr(r.err.text, "breakeven.between.a.pools.own.price: uncertain has "
                                 "'pools.own.price' already") != NULL,
              "%s", r.err.text);
    arena_free(&r.arena);
}

/* Nothing behind a key is as no key. */
Test(study_spec, empty_keys_are_as_none)
{
    struct reading r;
    read_well(&r,
              "uncertain:\ncorrelation: []\nsweep: {}\nstudy: {baseline: ~, stop: []}"
              "\nbreakeven: ~\n");
    cr_expect(eq(sz, r.spec.n_uncertain + r.spec.n_axes + r.spec.n_stops, 0));
    cr_expect(r.spec.cholesky == NULL);
    cr_expect(not(r.spec.breakeven.given));
    arena_free(&r.arena);
}

/* The examples of docs/studies.md, with the file that one of them names. */
Test(study_spec, the_examples_of_the_guide_are_read)
{
    static const char csv[] = "gpus\n64\n128\n";
    struct scratch file = scratch_file("limits.csv", csv, strlen(csv));
    struct scratch guide = {0};
    snprintf(guide.path, sizeof guide.path, "%s/docs/studies.md",
             getenv("TENURE_SOURCE") ? getenv("TENURE_SOURCE") : ".");
    size_t length, n = 0;
    char *text = scratch_read(&guide, &length), *at = text, path[120];
    snprintf(path, sizeof path, "%s/t.yaml", file.dir);
    const char *uncertain = "";
    while ((at = strstr(at, "```yaml\n"))) {
        struct reading r = {0};
        struct node root;
        char *end = strstr(at += 8, "```");
        cr_assert(end != NULL);
        *end = '\0';
        bool alone = strncmp(at, "correlation:", 12) != 0;
        const char *keys =
            arena_printf(&r.arena, "%s\n%s%s", at, alone ? "" : uncertain, base);
        r.ok = node_parse(path, keys, strlen(keys), &r.arena, &root, &r.err) &&
               study_spec_read(&root, path, &r.arena, &r.spec, &r.err);
        cr_expect(r.ok, "%s\n%s", r.err.text, at);
        uncertain = strncmp(at, "uncertain:", 10) == 0 ? at : uncertain;
        arena_free(&r.arena);
        at = end + 1;
        n++;
    }
    cr_expect(n >= 3);
    free(text);
    cr_expect(scratch_remove(&file));
}
