#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "output/manifest_parts.h"
#include "study_fixture.h"

static const char yaml[] = STUDY_FRAME STUDY_UNCERTAIN
    "sweep: {pools.own.gpus: 8..24 step 8, dispatch.order: [fifo, sjf]}\n"
    "correlation: []\n"
    "study:\n  replications: 40\n  sampling: lhs\n  batch: 10\n"
    "  quantiles: [2.5 %, 50 %]\n  metrics: [\"workload:a.jobs_arrived\"]\n"
    "  targets: [{metric: total.wait_p95_s, at_most: 14000}]\n"
    "  stop: [{metric: total.npv_usd, half_width: 1 %}]\n"
    "  baseline: {pools.own.gpus: 16, dispatch.order: sjf}\n";

/* ---- what is in it ---- */

static void expect_content(const struct study_plan *plan)
{
    cr_expect(eq(str, (char *)(uintptr_t)plan->design->kind, "sweep"));
    cr_expect(eq(u64, plan->seed, 7));
    cr_expect(eq(u64, plan->replications, 40));
    cr_expect(eq(u64, plan->unit, 10));
    cr_expect(eq(sz, plan->n_points, 6));
    cr_expect(eq(sz, plan->baseline, 3));
    cr_expect(eq(u64, plan_tasks(plan), 240));
    cr_expect(eq(str, (char *)(uintptr_t)plan->axes[0].name, "pools.own.gpus"));
    cr_expect(eq(str, (char *)(uintptr_t)plan->axes[0].labels[2], "24"));
    cr_expect(eq(str, (char *)(uintptr_t)plan->axes[1].labels[1], "sjf"));
    cr_expect(eq(sz, plan->n_uncertain, 2));
    cr_expect(eq(str, (char *)(uintptr_t)plan->uncertain[0].unit, "USD/GPU-h"));
    cr_expect(plan->n_quantiles == 2 && plan->quantiles[0] == 0.025);
    cr_expect(plan->n_targets == 1 && plan->targets[0].at_most == 14000 &&
              plan->targets[0].at_least != plan->targets[0].at_least);
    cr_expect(plan->n_stops == 1 && plan->stops[0].relative &&
              plan->stops[0].half_width == 0.01);
    size_t npv = columns_find(&plan->columns, "total.npv_usd");
    cr_expect(eq(sz, plan->stops[0].column, npv));
    cr_expect(plan->columns.items[npv].named);
    cr_expect(columns_find(&plan->columns, "workload:a.jobs_arrived") != COLUMN_NONE);
    size_t position[2];
    plan_position(plan, 3, position);
    cr_expect(position[0] == 1 && position[1] == 1);
}

Test(study_plan, it_holds_the_study_and_comes_back_from_its_file)
{
    struct tiny_study study;
    struct study_plan again;
    struct error err = {.text = ""};
    tiny_make(&study, yaml, &design_sweep, NULL, 0);
    expect_content(&study.plan);
    cr_assert(plan_write(&study.plan, study.folder.path, &err), "%s", err.text);
    cr_assert(plan_read(&again, study.folder.path, &err), "%s", err.text);
    expect_content(&again);
    cr_expect(eq(str, again.id, study.plan.id));
    plan_free(&again);
    tiny_free(&study);
}

Test(study_plan, it_does_not_tell_where_the_scenario_lies)
{
    struct tiny_study here, there;
    tiny_make(&here, yaml, &design_sweep, NULL, 0);
    tiny_make(&there, yaml, &design_sweep, NULL, 0);
    cr_expect(strcmp(here.folder.path, there.folder.path) != 0);
    cr_expect(eq(str, here.plan.id, there.plan.id));
    tiny_free(&here);
    tiny_free(&there);
}

Test(study_plan, assignments_are_those_of_the_point_and_of_the_draw)
{
    struct tiny_study study;
    struct arena arena = {0};
    const double u[] = {0.5, 0.75};
    size_t n;
    tiny_make(&study, yaml, &design_sweep, NULL, 0);
    const char *const *list = setup_assignments(&study.setup, 4, u, &n, &arena);
    cr_assert(eq(sz, n, 4));
    cr_expect(eq(str, (char *)(uintptr_t)list[0], "pools.own.gpus=24"));
    cr_expect(eq(str, (char *)(uintptr_t)list[1], "dispatch.order=fifo"));
    cr_expect(eq(str, (char *)(uintptr_t)list[2], "pools.burst.price=2.95 USD/GPU-h"));
    cr_expect(eq(str, (char *)(uintptr_t)list[3], "dispatch.backfill=easy"));
    arena_free(&arena);
    tiny_free(&study);
}

/* ---- what makes another study ---- */

Test(study_plan, whatever_changes_results_changes_the_id_and_is_told)
{
    static const struct {
        const char *change, *difference;
    } cases[] = {
        {"seed=8", "seed was 7 and is 8"},
        {"pools.own.gpus=17", "pools.own.gpus was 16 and is 17"},
        {"name=other", "name was not there and is other"},
        {"horizon=21d", "horizon was 20d and is 21d"},
        {"study.replications=41", "the study's replications was 40 and is 41"},
        {"study.batch=20", "the study's unit was 10 and is 20"},
        {"study.sampling=plain", "the study's sampling was lhs and is plain"},
        {"study.confidence=90 %", "the study's confidence was 0.95 and is 0.9"},
        {"study.quantiles=[5 %]", "the study's quantiles has changed"},
        {"study.targets=[]", "the study's targets has changed"},
        {"study.stop=[]", "the study's stop has changed"},
        {"study.metrics=[total.npv_usd]", "columns has changed"},
        {"study.baseline={pools.own.gpus: 8, dispatch.order: sjf}",
         "the study's baseline was 3 and is 1"},
        {"sweep={pools.own.gpus: [8, 16], dispatch.order: [fifo, sjf]}",
         "the study's sweep has changed"},
        {"uncertain={pools.burst.price: {lognormal: {median: 2.95 USD/GPU-h, sigma: "
         "0.21}}, dispatch.backfill: {discrete: [none, easy]}}",
         "the study's uncertain has changed"},
        {"correlation=[{between: [pools.burst.price, pools.own.pue], rho: 0.1}]", NULL},
    };
    struct tiny_study base;
    tiny_make(&base, yaml, &design_sweep, NULL, 0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct tiny_study other = {.file = NULL};
        struct error err;
        char text[PLAN_DIFFERENCE] = "";
        const char *overrides[] = {cases[i].change};
        if (!tiny_try(&other, yaml, &design_sweep, overrides, 1, &err)) {
            cr_expect(cases[i].difference == NULL, "%s: %s", cases[i].change, err.text);
            tiny_free(&other);
            continue;
        }
        plan_difference(plan_identity(&base.plan), plan_identity(&other.plan), text);
        cr_expect(strcmp(base.plan.id, other.plan.id) != 0, "%s", cases[i].change);
        cr_expect(eq(str, text, (char *)(uintptr_t)cases[i].difference));
        tiny_free(&other);
    }
    tiny_free(&base);
}

Test(study_plan, another_version_kind_machine_or_input_is_told_first)
{
    struct tiny_study study;
    tiny_make(&study, yaml, &design_sweep, NULL, 0);
    const json_t *was = plan_identity(&study.plan);
    char text[PLAN_DIFFERENCE];
    json_t *is = json_deep_copy(was);
    manifest_set(is, "seed", json_integer(99));

    json_t *input = json_array_get(json_object_get(is, "inputs"), 0);
    manifest_set(input, "sha256", json_string("0"));
    plan_difference(was, is, text);
    cr_expect(eq(str, text,
                 "the input 't.yaml' has changed (comments and blanks count, too)"));
    manifest_set(is, "fingerprint", json_string("0"));
    plan_difference(was, is, text);
    cr_expect(strncmp(text, "the machine computes differently", 32) == 0, "%s", text);
    manifest_set(is, "kind", json_string("mc"));
    plan_difference(was, is, text);
    cr_expect(eq(str, text, "the kind of study was sweep and is mc"));
    manifest_set(is, "version", json_string("1.2.4"));
    plan_difference(was, is, text);
    cr_expect(eq(str, text, "Tenure's version was 1.2.3 and is 1.2.4"));
    json_decref(is);
    tiny_free(&study);
}

/* ---- errors before anything runs ---- */

Test(study_plan, points_and_draws_that_cannot_run_are_told_with_their_place)
{
    static const struct {
        const char *yaml, *message;
    } cases[] = {
        {STUDY_FRAME "sweep: {pools.own.gpus: [8, -4]}\n",
         "t.yaml:10:9: at the point pools.own.gpus=-4: --set pools.own.gpus: -4 is "
         "below "
         "0"},
        {STUDY_FRAME "sweep: {pools.own.gpsu: [8, 4]}\n", NULL},
        {STUDY_FRAME "sweep: {pools.own.name: [own, mine]}\n",
         "t.yaml:10:9: at the point pools.own.name=mine: it has other pools than the "
         "scenario, and the columns of a study are those of its pools"},
        {STUDY_FRAME
         "sweep: {pools.own.gpus: [16]}\nuncertain: {pools.own.pue: {normal: {mean: "
         "1.3, sd: 0.1}}}\n",
         "t.yaml:11:13: where pools.own.pue is 0.990976769, as may be drawn: --set "
         "pools.own.pue: 0.990976769 is below 1"},
        {STUDY_FRAME "sweep: {pools.own.gpus: [16]}\nstudy: {replications: 5, metrics: "
                     "[total.npv]}\n",
         "t.yaml:11:36: there is no metric 'total.npv'; did you mean 'total.npv_usd'?"},
        {STUDY_FRAME
         "sweep: {pools.own.gpus: 1..200 step 1}\nstudy: {replications: 10000000}\n",
         "200 points of 10000000 replications are more than the 10^9 that a study may "
         "have; ask for fewer replications"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct tiny_study study = {.file = NULL};
        struct error err = {.text = ""};
        char stripped[sizeof err.text];
        bool ok = tiny_try(&study, cases[i].yaml, &design_sweep, NULL, 0, &err);
        cr_expect(not(ok), "case %zu passes", i);
        folder_strip(&study.folder, err.text, stripped, sizeof stripped);
        if (cases[i].message)
            cr_expect(eq(str, stripped, (char *)(uintptr_t)cases[i].message));
        cr_expect(err.kind == ERROR_INPUT);
        tiny_free(&study);
    }
}

/* ---- files that are no plans ---- */

/* plan.json with a change by which its digest is right again. */
static bool parses(const struct study_plan *plan, const char *path, json_t *value,
                   struct error *err)
{
    json_t *root = json_deep_copy(plan->root), *at = json_object_get(root, "study");
    char hex[SHA256_HEX], step[64];
    for (const char *next; (next = strchr(path, '.')); path = next + 1) {
        snprintf(step, sizeof step, "%.*s", (int)(next - path), path);
        at = json_is_array(at) ? json_array_get(at, (size_t)atoi(step))
                               : json_object_get(at, step);
    }
    if (json_is_array(at))
        json_array_set_new(at, (size_t)atoi(path), value);
    else if (value)
        json_object_set_new(at, path, value);
    else
        json_object_del(at, path);
    manifest_digest(json_object_get(root, "study"), hex);
    json_object_set_new(root, "id", json_string(hex));
    struct study_plan parsed;
    bool ok = plan_parse(&parsed, root, "p", err);
    if (ok)
        plan_free(&parsed);
    return ok;
}

Test(study_plan, a_plan_that_is_not_ours_is_refused)
{
    struct tiny_study study;
    tiny_make(&study, yaml, &design_sweep, NULL, 0);
    const struct {
        const char *path;
        json_t *value;
        const char *wrong;
    } cases[] = {
        {"kind", json_string("mcmc"), "kind"},
        {"kind", NULL, "kind"},
        {"seed", json_string("7"), "seed"},
        {"scenario.name", NULL, "name"},
        {"columns", json_integer(3), "columns"},
        {"columns.5", json_array(), "columns"},
        {"columns.5.2", json_integer(19), "columns"},
        {"design", NULL, "axes"},
        {"design.axes.0.values", json_array(), "values"},
        {"design.axes.0.values.1.label", json_integer(1), "label"},
        {"design.uncertain.0.path", NULL, "path"},
        {"design.replications", json_integer(0), "replications"},
        {"design.replications", json_integer(10000001), "replications"},
        {"design.replications", json_real(3.5), "replications"},
        {"design.unit", json_integer(-1), "unit"},
        {"design.confidence", json_real(1), "confidence"},
        {"design.confidence", json_null(), "confidence"},
        {"design.quantiles.0", json_real(0), "quantiles"},
        {"design.targets.0.metric", json_string("total.nothing"), "metric"},
        {"design.targets.0.at_most", json_string("1"), "at_most"},
        {"design.stop.0.half_width", NULL, "half_width"},
        {"design.baseline", json_integer(6), "baseline"},
        {"design.baseline", json_integer(-1), "baseline"},
        {"design.params", json_array(), "params"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct error err = {.text = ""};
        char expected[200];
        snprintf(expected, sizeof expected,
                 "p: '%s' is missing or not what this version of Tenure writes",
                 cases[i].wrong);
        cr_expect(not(parses(&study.plan, cases[i].path, cases[i].value, &err)),
                  "case %zu", i);
        cr_expect(eq(str, err.text, expected));
    }
    struct error err = {.text = ""};
    cr_expect(parses(&study.plan, "version", json_string("9"), &err), "%s", err.text);
    tiny_free(&study);
}

Test(study_plan, a_file_cut_or_changed_anywhere_is_refused)
{
    struct tiny_study study;
    struct study_plan read;
    struct error err = {.text = ""};
    char path[128];
    tiny_make(&study, yaml, &design_sweep, NULL, 0);
    cr_assert(plan_write(&study.plan, study.folder.path, &err), "%s", err.text);
    folder_path(&study.folder, PLAN_NAME, path);
    FILE *file = fopen(path, "r");
    static char text[1 << 20];
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    for (size_t at = 0; at + 2 < length; at += 1 + length / 97) {
        char kept = text[at];
        file = fopen(path, "w");
        fwrite(text, 1, at, file);
        fclose(file);
        cr_expect(not(plan_read(&read, study.folder.path, &err)), "cut at %zu", at);
        if (kept < '0' || kept > '9')
            continue;
        text[at] = kept == '9' ? '8' : (char)(kept + 1);
        file = fopen(path, "w");
        fwrite(text, 1, length, file);
        fclose(file);
        cr_expect(not(plan_read(&read, study.folder.path, &err)), "changed at %zu", at);
        text[at] = kept;
    }
    tiny_free(&study);
}

Test(study_plan, the_command_is_one_that_a_shell_can_run)
{
    struct tiny_study study;
    struct arena arena = {0};
    tiny_make(&study, yaml, &design_sweep, NULL, 0);
    cr_expect(eq(str,
                 (char *)(uintptr_t)plan_command(&study.plan, "a b; rm -rf $HOME",
                                                 "--shard 1/2", &arena),
                 "tenure mc t.yaml -o 'a b; rm -rf $HOME' --shard 1/2"));
    arena_free(&arena);
    tiny_free(&study);
}
