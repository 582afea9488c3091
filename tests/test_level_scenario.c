/* Sources of level demand and of requests, as scenarios give them. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "scenario_files.h"

#define FRAME "start: 2026-01-01\nhorizon: 10d\n"
#define POOLS "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8}]\n"
#define MIXED                                                                          \
    "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8}, {name: old, tenure: " \
    "own, class: a100-80-sxm, gpus: 8}]\n"

static struct folder folder;

static void begin(void)
{
    folder = folder_new();
    folder_traces(&folder);
    folder_write(&folder, "small.csv", "time,gpus,workload\n0,5,\n864000,7,chat\n");
    folder_write(&folder, "late.csv", "time,gpus\n-60,5\n864000,7\n");
    folder_write(&folder, "soon.csv", "time,gpus\n0,5\n86400,700000\n");
    folder_write(&folder, "now.csv",
                 "time,prompt_tokens,output_tokens,model\n"
                 "10,100,2000,big\n"
                 "50,400,4000,small\n"
                 "119.999,0,3000,big\n"
                 "120,50,1,big\n"
                 "400,0,90000,big\n");
}

static void end(void)
{
    folder_remove(&folder);
}

TestSuite(level_scenario, .init = begin, .fini = end);

static bool read_yaml(const char *text, struct scenario *scenario, char message[1100])
{
    struct error err = {.text = ""};
    bool ok = folder_read(&folder, scenario, text, NULL, 0, &err);
    folder_strip(&folder, err.text, message, 1100);
    return ok;
}

Test(level_scenario, has_its_keys)
{
    struct scenario scenario;
    char message[1100];
    bool ok = read_yaml(
        FRAME POOLS
        "demand:\n"
        "  - {level: small.csv, name: service, tenant: blue, scale: 1.5, growth: 20 "
        "%/y, priority: 3, hold: 7min, preemptible: true, pools: [own]}\n"
        "  - {jobs: short.csv, after_end: stop}\n"
        "  - {level: {model: {name: profile, mean: 12}}}\n",
        &scenario, message);
    cr_assert(ok, "%s", message);
    cr_assert(eq(sz, scenario.n_levels, 2));
    cr_assert(eq(sz, scenario.n_demand, 1));
    const struct level_spec *level = &scenario.levels[0];
    cr_expect(eq(str, (char *)level->label, "service"));
    cr_expect(eq(dbl, level->scale, 1.5));
    cr_expect(eq(i64, level->hold_ms, 7 * 60000));
    cr_expect(eq(i64, level->priority, 3));
    cr_expect(level->kind.preemptible);
    cr_expect(eq(str, (char *)level->kind.pools, "own"));
    cr_expect(eq(int, (int)level->after_end, LEVEL_END_HOLD));
    cr_expect(eq(sz, level->trace->n_series, 2));
    cr_expect(eq(str, (char *)scenario.levels[1].label, "demand[2]"));
    cr_expect(eq(str, (char *)scenario.levels[1].model->name, "profile"));
    scenario_free(&scenario);
}

/* Windows of 2 min, 1,000 output and 100 prompt tokens a second at 50 %: 60 busy
 * GPU-seconds each.
 *   0 to 2 min    9,000 output, 500 prompt: 9 + 5 = 14 s, 1 GPU
 *   2 to 4        0.001 + 0.5 s, 1 GPU
 *   4 to 6        nothing, 0
 *   6 to 8        90 s, 2 GPUs; then 0
 * In replicas of 4: 4, 4, 0, 4, 0.  The big ones alone, without prompts: 5 s, 0.001 s,
 * nothing, 90 s. */
Test(level_scenario, requests_become_gpus_window_by_window)
{
    static const struct {
        const char *more;
        int64_t rows[4][2];
    } cases[] = {
        {"prompt_rate: 100", {{0, 1}, {240, 0}, {360, 2}, {480, 0}}},
        {"prompt_rate: 100, replica: 4", {{0, 4}, {240, 0}, {360, 4}, {480, 0}}},
        {"of_model: big", {{0, 1}, {240, 0}, {360, 2}, {480, 0}}},
        {"scale: 2, target_utilization: 75 %", {{0, 1}, {240, 0}, {360, 1}, {480, 0}}},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct scenario scenario;
        char text[600], message[1100];
        snprintf(text, sizeof text,
                 FRAME POOLS "demand: [{requests: now.csv, output_rate: 1000, window: "
                             "2min, after_end: stop, %s%s}]\n",
                 i < 3 ? "target_utilization: 50 %, " : "", cases[i].more);
        bool ok = read_yaml(text, &scenario, message);
        cr_assert(ok, "%s", message);
        const struct level_trace *trace = scenario.levels[0].trace;
        level_trace_check(trace);
        cr_assert(eq(sz, trace->n, 4), "%zu", i);
        for (size_t r = 0; r < 4; r++) {
            cr_expect(eq(i64, trace->rows[r].time_ms, 1000 * cases[i].rows[r][0]));
            cr_expect(eq(i64, trace->rows[r].gpus, cases[i].rows[r][1]), "%zu, %zu", i,
                      r);
        }
        scenario_free(&scenario);
    }
}

Test(level_scenario, says_what_is_wrong_and_where)
{
    static const struct {
        const char *pools, *demand, *message;
    } cases[] = {
        {POOLS, "demand: [{level: nowhere.csv}]\n",
         "t.yaml:4:18: demand.0.level: nowhere.csv: there is no such file"},
        {POOLS, "demand: [{level: jobs.csv}]\n",
         "jobs.csv:1:1: unknown column 'submit'; a level trace has time, gpus and "
         "optional workload, classes, jurisdiction"},
        {POOLS, "demand: [{level: small.csv, jobs: jobs.csv}]\n",
         "t.yaml:4:10: demand.0: give one of `jobs`, `model`, `level` and `requests`"},
        {POOLS, "demand: [{level: []}]\n",
         "t.yaml:4:18: demand.0.level: a file is wanted, as in `level: level.csv`, or "
         "a model, as in `level: {model: {name: profile, mean: 512}}`"},
        {POOLS, "demand: [{level: {model: profile, mean: 3}}]\n",
         "t.yaml:4:35: demand.0.level: unknown key 'mean'; a level is a file, or "
         "{model: ...}"},
        {POOLS, "demand: [{level: {model: poisson}}]\n",
         "t.yaml:4:26: demand.0.level.model: 'poisson' is not one of profile"},
        {POOLS, "demand: [{level: {model: profile}, align: to-start}]\n",
         "t.yaml:4:43: demand.0: `align` is for traces; this is a model"},
        {POOLS, "demand: [{level: small.csv, patience: 3h}]\n",
         "t.yaml:4:29: demand.0: unknown key 'patience'"},
        {POOLS, "demand: [{level: small.csv, hold: 7}]\n",
         "t.yaml:4:35: demand.0.hold: '7' needs a unit, as in '16w'"},
        {POOLS, "demand: [{level: small.csv, pools: [onw]}]\n",
         "t.yaml:4:36: demand.0.pools: no pool is called 'onw'; did you mean 'own'?"},
        {POOLS, "demand: [{level: late.csv}]\n",
         "t.yaml:4:18: demand.0: the first row of late.csv is of -60 s, before the "
         "scenario's start 2026-01-01T00:00:00Z; move it with `align: to-start`, or "
         "cut "
         "it with `tenure trace slice`"},
        {POOLS, "demand: [{level: soon.csv}]\n",
         "t.yaml:4:18: demand.0: soon.csv ends after 10 % of the horizon; say what "
         "comes then: `after_end: hold` (its last value), `after_end: stop` or "
         "`after_end: repeat`"},
        {POOLS, "demand: [{level: soon.csv, after_end: hold, scale: 100}]\n",
         "t.yaml:4:18: demand.0: `scale` and `growth` make 7e+07 GPUs of the level by "
         "the end; at most 1e7"},
        {MIXED, "demand: [{level: small.csv}]\n",
         "t.yaml:4:10: demand.0: h100-sxm and a100-80-sxm differ in speed, and a level "
         "counts GPUs; say which may serve it by `pools` or `classes`"},
        {POOLS,
         "demand: [{jobs: short.csv, after_end: stop, name: a}, {level: small.csv, "
         "name: a}]\n",
         "t.yaml:4:80: demand.a.name: two sources are called 'a'"},
        {POOLS, "demand: [{requests: now.csv, output_rate: 0}]\n",
         "t.yaml:4:43: demand.0.output_rate: 0 is below 0.001"},
        {POOLS, "demand: [{requests: now.csv, output_rate: 1, of_model: huge}]\n",
         "t.yaml:4:21: demand.0.requests: now.csv: no request is of the model 'huge'"},
        {POOLS,
         "demand: [{requests: now.csv, output_rate: 0.001, target_utilization: 1 %}]\n",
         "t.yaml:4:21: demand.0.requests: now.csv: 3000334 GPUs in one window; at most "
         "1000000: check output_rate, prompt_rate and window"},
        {POOLS, "demand: [{requests: small.csv, output_rate: 1}]\n",
         "small.csv:1:2: unknown column 'gpus'"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct scenario scenario;
        char text[900], message[1100];
        snprintf(text, sizeof text, FRAME "%s%s", cases[i].pools, cases[i].demand);
        bool ok = read_yaml(text, &scenario, message);
        cr_expect(ok == false, "case %zu passes", i);
        cr_expect(strstr(message, cases[i].message) != NULL,
                  "case %zu\n  says   %s\n  wanted %s", i, message, cases[i].message);
        if (ok)
            scenario_free(&scenario);
    }
}

Test(level_scenario, a_level_needs_a_horizon)
{
    struct scenario scenario;
    char message[1100];
    bool ok = read_yaml("start: 2026-01-01\nhorizon: until_idle\n" POOLS
                        "demand: [{level: small.csv}]\n",
                        &scenario, message);
    cr_assert(ok == false);
    cr_expect(
        eq(str, message,
           "t.yaml:4:18: demand.0.level: with `horizon: until_idle` a level would "
           "never end; give a horizon, such as 1y"));
}
