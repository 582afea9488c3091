#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "input/trace_fit.h"
#include "runs.h"
#include "world/arrivals.h"

TestSuite(trace_fit);

/* The jobs that a scenario's demand draws until its horizon, as a trace with dates. */
static void draw(const char *demand, int days, int seed, struct trace *trace)
{
    char yaml[2048];
    snprintf(yaml, sizeof yaml,
             "start: 2026-01-05\nhorizon: %dd\nseed: %d\ndemand:\n%s"
             "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 16}]\n",
             days, seed, demand);
    struct scenario scenario;
    struct error err = {0};
    bool ok = scenario_from_text(&scenario, yaml, NULL, 0, &err);
    cr_assert(ok, "%s", err.text);
    struct arena arena = {0};
    struct routes routes;
    struct arrivals arrivals;
    routes_init(&routes, &scenario, &arena);
    arrivals_init(&arrivals, &scenario, 0, &routes, &arena);
    trace_begin(trace, "drawn.csv", true);
    while (arrivals.next_ms < NEVER_MS) {
        struct arrival job = arrivals_take(&arrivals);
        struct trace_row row = trace_row(scenario.start_unix_ms + job.submit_ms,
                                         job.duration_ms, job.gpus);
        const char *workload = job.kind->workload;
        if (workload)
            row.kind.workload = trace_name(trace, workload, strlen(workload));
        trace_add(trace, &row);
    }
    trace_finish(trace);
    arena_free(&arena);
    scenario_free(&scenario);
}

static void near(const char *what, struct fit_value got, double want)
{
    cr_expect(got.error > 0, "%s has no error", what);
    cr_expect(fabs(got.value - want) < 4 * got.error, "%s: %g +- %g, not %g", what,
              got.value, got.error, want);
    /* An error that says nothing would always pass. */
    cr_expect(got.error < 0.35 * fabs(want), "%s: +- %g is too wide", what, got.error);
}

/* Each law: its keys, as a scenario gives them, and the values to be found again. */
static const struct {
    const char *keys;
    enum job_service service;
    double value[FIT_PARAMS_MAX];
} laws[] = {
    {"service: lognormal, median: 874s, mean: 3000s", SERVICE_LOGNORMAL, {874, 3000}},
    {"service: exponential, mean: 2385s", SERVICE_EXPONENTIAL, {2385}},
    {"service: weibull, mean: 2385s, weibull_shape: 0.7", SERVICE_WEIBULL, {2385, 0.7}},
    {"service: mix, median: 874s, mean: 3000s, long_share: 15 %, long_median: 2d, "
     "long_mean: 3d",
     SERVICE_MIX,
     {874, 3000, 0.15, 172800, 259200}},
};

Test(trace_fit, durations_are_found_again_by_law_and_value)
{
    for (size_t i = 0; i < COUNT(laws); i++) {
        char demand[512];
        snprintf(demand, sizeof demand,
                 "  - model: {name: gamma, cv: 1, rate: 500 /d, sizes: {1: 1}, "
                 "longest: 3.2e12ms, %s}\n",
                 laws[i].keys);
        struct trace trace;
        draw(demand, 60, 17 + (int)i, &trace);
        struct trace_fit fit;
        struct error err = {0};
        struct fit_options options = {.service = -1};
        cr_assert(trace_fit(&trace, &options, &fit, &err), "%s", err.text);
        const struct fit_source *source = &fit.sources[0];
        cr_expect(eq(int, (int)source->chosen, (int)laws[i].service));
        const struct fit_law *law = &source->laws[laws[i].service];
        for (size_t k = 0; fit_law_keys[laws[i].service][k]; k++)
            near(fit_law_keys[laws[i].service][k], law->value[k], laws[i].value[k]);
        /* Fitted parameters bring the law nearer than a given one: half is plenty. */
        cr_expect(law->distance < 1.358 / sqrt((double)source->jobs), "%s: %g",
                  laws[i].keys, law->distance);
        cr_expect(fabs(source->work_ratio - 1) < 0.15, "%s: %g", laws[i].keys,
                  source->work_ratio);
        trace_fit_free(&fit);
        trace_free(&trace);
    }
}

/* A tail that begins at 2 h, with exponent 1.3; where it begins is found among shares
 * of the jobs, so it is not found exactly, and the exponent is. */
Test(trace_fit, a_pareto_tail_is_found_again)
{
    struct trace trace;
    draw("  - model: {name: gamma, cv: 1, rate: 800 /d, sizes: {1: 1}, longest: "
         "3.2e12ms, service: pareto, median: 874s, mean: 3000s, tail_from: 2h, "
         "tail_exponent: 1.3}\n",
         60, 17, &trace);
    struct trace_fit fit;
    struct error err = {0};
    struct fit_options options = {.service = -1};
    cr_assert(trace_fit(&trace, &options, &fit, &err), "%s", err.text);
    const struct fit_source *source = &fit.sources[0];
    cr_expect(eq(int, (int)source->chosen, SERVICE_PARETO));
    near("tail_exponent", source->laws[SERVICE_PARETO].value[3], 1.3);
    double from_s = source->laws[SERVICE_PARETO].value[2].value;
    cr_expect(from_s > 5000 && from_s < 15000, "%g", from_s);
    trace_fit_free(&fit);
    trace_free(&trace);
}

static const char rhythmic[] =
    "  - model: {name: gamma, cv: 2.385, rate: 1000 /d, growth: 60 %/y, days: [1, 1.1, "
    "1.2, 1.1, 1, 0.6, 0.5], hours: [5, 4, 3, 2, 2, 2, 3, 5, 8, 10, 12, 13, 14, 15, "
    "15, "
    "14, 13, 11, 9, 8, 8, 7, 6, 5], sizes: {1: 0.7, 2: 0.1, 8: 0.15, 64: 0.05}, "
    "size_exponent: 0.4, median: 874s, mean: 3000s}\n";

/* The last days are whole, from Monday on; a year of them. */
Test(trace_fit, rate_rhythm_growth_and_burstiness_are_found_again)
{
    struct trace trace;
    draw(rhythmic, 364, 17, &trace);
    struct trace_fit fit;
    struct error err = {0};
    struct fit_options options = {.service = -1};
    cr_assert(trace_fit(&trace, &options, &fit, &err), "%s", err.text);
    cr_assert(eq(sz, fit.n, 1));
    const struct fit_source *source = &fit.sources[0];
    const struct fit_rhythm *rhythm = &source->rhythm;
    near("rate", rhythm->rate_per_d, 1000);
    near("cv", rhythm->cv, 2.385);
    near("growth", rhythm->growth_frac_per_y, 0.6);
    static const double hours[] = {5,  4,  3,  2,  2,  2,  3, 5, 8, 10, 12, 13,
                                   14, 15, 15, 14, 13, 11, 9, 8, 8, 7,  6,  5};
    static const double days[] = {1, 1.1, 1.2, 1.1, 1, 0.6, 0.5};
    double hours_mean = 0;
    for (int k = 0; k < 24; k++)
        hours_mean += hours[k] / 24;
    for (int k = 0; k < 24; k++)
        near("hours", rhythm->hour[k], hours[k] / hours_mean);
    for (int k = 0; k < 7; k++)
        near("days", rhythm->day[k], days[k] / (6.5 / 7));
    /* Counts of a renewal process scatter by the square of the gaps' variation. */
    cr_expect(fabs(rhythm->dispersion / (2.385 * 2.385) - 1) < 0.4, "%g",
              rhythm->dispersion);
    near("size_exponent", source->size_exponent, 0.4);
    static const double share[] = {0.7, 0.1, 0.15, 0.05};
    cr_assert(eq(sz, source->sizes.n, 4));
    for (size_t k = 0; k < 4; k++)
        near("sizes",
             (struct fit_value){source->sizes.share[k], source->sizes.error[k]},
             share[k]);
    trace_fit_free(&fit);
    trace_free(&trace);
}

/* Out of what was fitted comes a scenario whose jobs fit to the same parameters. */
Test(trace_fit, what_it_writes_is_a_demand_that_draws_the_same)
{
    struct trace trace, again;
    draw(rhythmic, 364, 17, &trace);
    struct trace_fit fit, second;
    struct error err = {0};
    struct fit_options options = {.service = -1};
    cr_assert(trace_fit(&trace, &options, &fit, &err), "%s", err.text);
    struct scratch_file file = scratch_new();
    cr_assert(trace_fit_write(&fit, file.path, &err), "%s", err.text);
    char text[16384] = "";
    FILE *in = fopen(file.path, "r");
    cr_assert(in != NULL);
    text[fread(text, 1, sizeof text - 1, in)] = '\0';
    fclose(in);
    unlink(file.path);

    char yaml[20000];
    snprintf(yaml, sizeof yaml,
             "start: 2026-01-05\nhorizon: 364d\nseed: 99\n%s"
             "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 64}]\n",
             text);
    struct scenario scenario;
    bool ok = scenario_from_text(&scenario, yaml, NULL, 0, &err);
    cr_assert(ok, "%s\n%s", err.text, text);
    struct arena arena = {0};
    struct routes routes;
    struct arrivals arrivals;
    routes_init(&routes, &scenario, &arena);
    arrivals_init(&arrivals, &scenario, 0, &routes, &arena);
    trace_begin(&again, "again.csv", true);
    while (arrivals.next_ms < NEVER_MS) {
        struct arrival job = arrivals_take(&arrivals);
        struct trace_row row = trace_row(scenario.start_unix_ms + job.submit_ms,
                                         job.duration_ms, job.gpus);
        trace_add(&again, &row);
    }
    trace_finish(&again);
    cr_assert(trace_fit(&again, &options, &second, &err), "%s", err.text);
    const struct fit_rhythm *a = &fit.sources[0].rhythm, *b = &second.sources[0].rhythm;
    const struct {
        const char *what;
        struct fit_value first, second;
    } pairs[] = {
        {"rate", a->rate_per_d, b->rate_per_d},
        {"cv", a->cv, b->cv},
        {"growth", a->growth_frac_per_y, b->growth_frac_per_y},
        {"hour 13", a->hour[13], b->hour[13]},
        {"Sunday", a->day[6], b->day[6]},
        {"median", fit.sources[0].laws[0].value[0], second.sources[0].laws[0].value[0]},
        {"mean", fit.sources[0].laws[0].value[1], second.sources[0].laws[0].value[1]},
        {"exponent", fit.sources[0].size_exponent, second.sources[0].size_exponent},
    };
    for (size_t i = 0; i < COUNT(pairs); i++) {
        double error = hypot(pairs[i].first.error, pairs[i].second.error);
        cr_expect(fabs(pairs[i].first.value - pairs[i].second.value) < 4 * error,
                  "%s: %g, then %g", pairs[i].what, pairs[i].first.value,
                  pairs[i].second.value);
    }
    arena_free(&arena);
    scenario_free(&scenario);
    trace_fit_free(&fit);
    trace_fit_free(&second);
    trace_free(&trace);
    trace_free(&again);
}

/* Stays of 20 and 9 h; the chain of the fit changes once an hour, the model at any
 * time, so that a stay is found a little too long. */
Test(trace_fit, hidden_states_that_are_rarely_gone_to_are_found_again)
{
    struct trace trace;
    draw("  - model: {name: mmpp, rates: [24, 960, 9600], stays: [60, 20, 12], visits: "
         "[0.1, 0.5, 0.4], service: exponential, sizes: {1: 1}}\n",
         364, 17, &trace);
    struct trace_fit fit;
    struct error err = {0};
    struct fit_options options = {.mmpp = true, .states = 3, .service = -1};
    cr_assert(trace_fit(&trace, &options, &fit, &err), "%s", err.text);
    const struct fit_states *states = &fit.sources[0].states;
    static const double stays[] = {60, 20, 12}, visits[] = {0.1, 0.5, 0.4};
    for (size_t k = 0; k < 3; k++) {
        near("stays", states->stay_h[k], stays[k]);
        /* Hours of a change between the outer two look like the middle one. */
        cr_expect(fabs(states->visits[k].value - visits[k]) < (k == 0 ? 0.04 : 0.2),
                  "%g", states->visits[k].value);
    }
    trace_fit_free(&fit);
    trace_free(&trace);
}

Test(trace_fit, hidden_states_are_found_again)
{
    struct trace trace;
    draw("  - model: {name: mmpp, rates: [240, 2385], stays: [20, 9], days: [1, 1, 1, "
         "1, "
         "1, 0.5, 0.5], service: exponential, sizes: {1: 1}}\n",
         364, 17, &trace);
    struct trace_fit fit;
    struct error err = {0};
    struct fit_options options = {.mmpp = true, .states = 2, .service = -1};
    cr_assert(trace_fit(&trace, &options, &fit, &err), "%s", err.text);
    const struct fit_states *states = &fit.sources[0].states;
    cr_assert(eq(sz, states->n, 2));
    static const double rates[] = {240, 2385}, stays[] = {20, 9};
    for (size_t k = 0; k < 2; k++) {
        near("stays", states->stay_h[k], stays[k]);
        cr_expect(fabs(states->rate_per_d[k].value / rates[k] - 1) < 0.1, "%g",
                  states->rate_per_d[k].value);
    }
    trace_fit_free(&fit);
    trace_free(&trace);
}

Test(trace_fit, workloads_are_fitted_apart)
{
    struct trace trace;
    draw("  - {workload: 'it''s', model: {name: gamma, cv: 1, rate: 300 /d, service: "
         "exponential, mean: 2h, sizes: {8: 1}}}\n"
         "  - {workload: rare, model: {name: gamma, cv: 1, rate: 0.2 /d, service: "
         "exponential}}\n"
         "  - {workload: b, model: {name: gamma, cv: 1, rate: 700 /d, service: "
         "constant, mean: 2385s, sizes: {1: 1}}}\n",
         60, 17, &trace);
    struct trace_fit fit;
    struct error err = {0};
    struct fit_options options = {.service = -1};
    cr_assert(trace_fit(&trace, &options, &fit, &err), "%s", err.text);
    cr_assert(eq(sz, fit.n, 2));
    cr_expect(fit.left_out > 3 && fit.left_out < 40, "%zu", fit.left_out);
    /* In order of their first job. */
    const struct fit_source *b = &fit.sources[0], *its = &fit.sources[1];
    cr_expect(eq(str, (char *)b->workload, "b"));
    cr_expect(eq(int, (int)b->chosen, SERVICE_CONSTANT));
    cr_expect(eq(dbl, round(b->laws[SERVICE_CONSTANT].value[0].value), 2385));
    cr_expect(eq(str, (char *)its->workload, "it's"));
    near("its rate", its->rhythm.rate_per_d, 300);
    near("its mean", its->laws[SERVICE_EXPONENTIAL].value[0], 7200);
    struct scratch_file file = scratch_new();
    cr_expect(trace_fit_write(&fit, file.path, &err), "%s", err.text);
    char text[4096] = "";
    FILE *in = fopen(file.path, "r");
    cr_assert(in != NULL);
    text[fread(text, 1, sizeof text - 1, in)] = '\0';
    fclose(in);
    unlink(file.path);
    cr_expect(strstr(text, "workload: 'it''s'") != NULL, "%s", text);
    trace_fit_free(&fit);
    trace_free(&trace);
}

Test(trace_fit, what_cannot_be_fitted_is_refused)
{
    struct fit_options options = {.service = -1};
    struct error err = {0};
    struct trace_fit fit;
    struct trace trace;
    trace_begin(&trace, "few.csv", false);
    for (int i = 0; i < 99; i++) {
        struct trace_row row = trace_row(1000 * i, 2385, 1);
        trace_add(&trace, &row);
    }
    trace_finish(&trace);
    cr_expect(not(trace_fit(&trace, &options, &fit, &err)));
    cr_expect(eq(str, err.text,
                 "few.csv: 99 jobs are too few to fit; at least 100 are wanted"));
    trace_fit_free(&fit);
    trace_free(&trace);

    trace_begin(&trace, "same.csv", false);
    for (int i = 0; i < 200; i++) {
        struct trace_row row = trace_row(7000, 2385, 1);
        trace_add(&trace, &row);
    }
    trace_finish(&trace);
    cr_expect(not(trace_fit(&trace, &options, &fit, &err)));
    cr_expect(eq(str, err.text,
                 "same.csv: all jobs are submitted at one instant; there is no rate to "
                 "fit"));
    trace_fit_free(&fit);
    trace_free(&trace);
}
