/* `tenure sensitivity` as a design of the engine: its points are the rows of
 * study/sensitivity.h, and its params what they are made of. */

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "output/manifest_parts.h"
#include "study/plan.h"
#include "study/sensitivity_params.h"

#define TRAJECTORIES 20
#define BLOCKS       256
#define LEVELS       4
#define LEVELS_MAX   1000
#define SIZE_LIMIT   STUDY_POINTS_MAX

static const char *const usual_metrics[] = {"total.economic_usd", "total.npv_usd",
                                            "total.wait_p95_s"};

/* ---- from options to params ---- */

static int64_t replications_of(enum sensitivity_method method)
{
    return method == SENSITIVITY_TORNADO ? 100 : 4;
}

static bool check_options(const struct sensitivity_options *options, struct error *err)
{
    double low = options->low, high = options->high;
    if (options->n_metrics > SENSITIVITY_METRICS_MAX)
        return error_kind_set(err, ERROR_USAGE, "--metric: at most %d may be given",
                              SENSITIVITY_METRICS_MAX);
    if (low != 0 && !(low > 0 && low < 0.5))
        return error_kind_set(err, ERROR_USAGE,
                              "--low: the probability of the low value is above 0 and "
                              "below 50 %%, such as 10 %%");
    if (high != 0 && !(high > 0.5 && high < 1))
        return error_kind_set(
            err, ERROR_USAGE,
            "--high: the probability of the high value is above 50 %% "
            "and below 100 %%, such as 90 %%");
    if (options->levels != 0 && (options->levels < 2 || options->levels % 2 != 0 ||
                                 options->levels > LEVELS_MAX))
        return error_kind_set(err, ERROR_USAGE,
                              "--levels: %" PRId64
                              " is not an even number from 2 to %d",
                              options->levels, LEVELS_MAX);
    if (options->size < 0 || options->size > SIZE_LIMIT)
        return error_kind_set(err, ERROR_USAGE,
                              "--size: %" PRId64 " is not from 1 to %d", options->size,
                              SIZE_LIMIT);
    return true;
}

static void set_metrics(json_t *params, const char *const names[], size_t n)
{
    json_t *array = manifest_value(json_array());
    for (size_t i = 0; i < n; i++)
        manifest_append(array, manifest_text(names[i]));
    manifest_set(params, "metrics", array);
}

bool sensitivity_ask(struct study_setup *setup,
                     const struct sensitivity_options *options, struct error *err)
{
    json_t *params = setup->params;
    bool morris = options->method == SENSITIVITY_MORRIS;
    int64_t size = options->size ? options->size : morris ? TRAJECTORIES : BLOCKS;
    if (!check_options(options, err))
        return false;
    manifest_set(params, "method", json_string(sensitivity_names[options->method]));
    if (options->method == SENSITIVITY_TORNADO) {
        manifest_set(params, "low", json_real(options->low != 0 ? options->low : 0.1));
        manifest_set(params, "high",
                     json_real(options->high != 0 ? options->high : 0.9));
    } else {
        manifest_set(params, "size", json_integer(size));
    }
    if (morris)
        manifest_set(params, "levels",
                     json_integer(options->levels ? options->levels : LEVELS));
    if (options->n_metrics > 0)
        set_metrics(params, options->metrics, options->n_metrics);
    else
        set_metrics(params, usual_metrics,
                    sizeof usual_metrics / sizeof *usual_metrics);
    if (!options->replications)
        setup->spec.replications = replications_of(options->method);
    return true;
}

/* ---- from params to the design ---- */

static enum sensitivity_method method_of(const json_t *params)
{
    const char *name = json_string_value(json_object_get(params, "method"));
    for (int i = 0; sensitivity_names[i]; i++)
        if (name && strcmp(name, sensitivity_names[i]) == 0)
            return (enum sensitivity_method)i;
    return SENSITIVITY_TORNADO;
}

static void read_params(const json_t *params, struct sensitivity *design)
{
    design->method = method_of(params);
    design->low = json_number_value(json_object_get(params, "low"));
    design->high = json_number_value(json_object_get(params, "high"));
    design->size = (size_t)json_integer_value(json_object_get(params, "size"));
    design->levels = (size_t)json_integer_value(json_object_get(params, "levels"));
}

/* What another program may have written into plan.json is not believed. */
static bool is_whole(const struct study_plan *plan, const struct sensitivity *design)
{
    bool morris = design->method == SENSITIVITY_MORRIS;
    return design->inputs >= 1 && design->inputs <= SENSITIVITY_INPUTS_MAX &&
           design->size <= SIZE_LIMIT && sensitivity_rows(design) == plan->n_points &&
           (!morris || (design->levels >= 2 && design->levels % 2 == 0));
}

bool sensitivity_of_plan(const struct study_plan *plan, const char *paths[],
                         struct sensitivity *design, struct error *err)
{
    for (size_t i = 0; i < plan->n_uncertain && i < SENSITIVITY_INPUTS_MAX; i++)
        paths[i] = plan->uncertain[i].path;
    *design = (struct sensitivity){
        .seed = plan->seed, .paths = paths, .inputs = plan->n_uncertain};
    read_params(plan->params, design);
    return is_whole(plan, design) ||
           error_set(err, "the plan of the study is none of `tenure sensitivity`");
}

static void uniforms(const struct study_plan *plan, const struct sampling *sampling,
                     size_t point, uint64_t replication, double u[])
{
    const char *paths[SENSITIVITY_INPUTS_MAX];
    struct sensitivity design;
    struct error ignored;
    (void)sampling;
    (void)replication; /* the same for all: common random numbers */
    bool whole = sensitivity_of_plan(plan, paths, &design, &ignored);
    assert(whole); /* of a plan made here */
    sensitivity_at(&design, point, u);
}

/* ---- prepare ---- */

static struct axis axis_new(struct arena *arena, const char *name, size_t n)
{
    struct axis axis = {.name = name, .unit = "", .n = n};
    axis.values = ARENA_ARRAY(arena, n, struct axis_value);
    for (size_t i = 0; i < n; i++)
        axis.values[i] = (struct axis_value){.label = arena_printf(arena, "%zu", i),
                                             .number = (double)i};
    return axis;
}

static void label(struct arena *arena, struct axis *axis, size_t i, const char *before,
                  const char *path, const char *after)
{
    axis->values[i].label = arena_printf(arena, "%s%s%s", before, path, after);
}

static void tornado_axes(struct study_setup *setup, struct axis *axes)
{
    const struct study_spec *spec = &setup->spec;
    struct arena *arena = &setup->arena;
    axes[0] = axis_new(arena, "case", 2 * spec->n_uncertain + 1);
    label(arena, &axes[0], 0, "base", "", "");
    for (size_t i = 0; i < spec->n_uncertain; i++) {
        label(arena, &axes[0], 1 + 2 * i, "low ", spec->uncertain[i].path, "");
        label(arena, &axes[0], 2 + 2 * i, "high ", spec->uncertain[i].path, "");
    }
}

/* One axis of trajectories or blocks, one of the rows within. */
static void block_axes(struct study_setup *setup, const struct sensitivity *design,
                       struct axis *axes)
{
    struct arena *arena = &setup->arena;
    bool morris = design->method == SENSITIVITY_MORRIS;
    axes[0] = axis_new(arena, morris ? "trajectory" : "block", design->size);
    axes[1] = axis_new(arena, morris ? "step" : "matrix", sensitivity_block(design));
    if (morris)
        return;
    label(arena, &axes[1], 0, "A", "", "");
    label(arena, &axes[1], 1, "B", "", "");
    for (size_t i = 0; i < design->inputs; i++)
        label(arena, &axes[1], 2 + i, "A with ", setup->spec.uncertain[i].path,
              " of B");
}

/* The values that a tornado's bars stand for. */
static json_t *values_of(const struct study_spec *spec,
                         const struct sensitivity *design)
{
    json_t *array = manifest_value(json_array());
    for (size_t i = 0; i < spec->n_uncertain; i++) {
        const struct uncertain_input *input = &spec->uncertain[i];
        const double u[] = {design->low, 0.5, design->high};
        json_t *three = manifest_value(json_array());
        for (size_t k = 0; k < 3; k++) {
            char text[UNCERTAIN_TEXT_MAX];
            uncertain_text(input, u[k], text);
            manifest_append(three, manifest_text(text));
        }
        manifest_append(array, three);
    }
    return array;
}

static bool is_same_at(const struct uncertain_input *input, const double u[], size_t n)
{
    char first[UNCERTAIN_TEXT_MAX], other[UNCERTAIN_TEXT_MAX];
    uncertain_text(input, u[0], first);
    for (size_t i = 1; i < n; i++) {
        uncertain_text(input, u[i], other);
        if (strcmp(first, other) != 0)
            return false;
    }
    return true;
}

/* Inputs that have one value at all probabilities that will be tried, as a rare risk
 * has: that nothing changes with them says nothing. */
static void note_unvaried(struct study_setup *setup, const struct sensitivity *design)
{
    const struct study_spec *spec = &setup->spec;
    double u[LEVELS_MAX] = {design->low, 0.5, design->high};
    size_t n = 3;
    if (design->method == SENSITIVITY_SOBOL)
        return;
    if (design->method == SENSITIVITY_MORRIS)
        for (n = 0; n < design->levels; n++)
            u[n] = ((double)n + 0.5) / (double)design->levels;
    json_t *unvaried = manifest_value(json_array());
    for (size_t i = 0; i < spec->n_uncertain; i++)
        if (is_same_at(&spec->uncertain[i], u, n))
            manifest_append(unvaried, manifest_text(spec->uncertain[i].path));
    if (json_array_size(unvaried) > 0)
        manifest_set(setup->params, "unvaried", unvaried);
    else
        json_decref(unvaried);
}

static void add_metrics(struct study_setup *setup)
{
    struct study_spec *spec = &setup->spec;
    const json_t *names = json_object_get(setup->params, "metrics");
    size_t n = json_array_size(names);
    struct metric_name *list =
        ARENA_ARRAY(&setup->arena, spec->n_metrics + n, struct metric_name);
    if (spec->n_metrics > 0)
        memcpy(list, spec->metrics, spec->n_metrics * sizeof *list);
    for (size_t i = 0; i < n; i++)
        list[spec->n_metrics + i] =
            (struct metric_name){.text = json_string_value(json_array_get(names, i)),
                                 .place = {.file = "--metric"}};
    spec->metrics = list;
    spec->n_metrics += n;
}

static bool check_inputs(const struct study_setup *setup,
                         const struct sensitivity *design, struct error *err)
{
    const struct study_spec *spec = &setup->spec;
    if (spec->n_uncertain == 0)
        return error_set(err,
                         "the scenario has no `uncertain` inputs, such as "
                         "`uncertain: {pools.burst.price: {lognormal: {median: 2.95 "
                         "USD/GPU-h, sigma: 0.2}}}`; without them nothing is "
                         "sensitive to anything");
    if (design->method == SENSITIVITY_SOBOL && spec->cholesky)
        return error_set(err, "the scenario has a `correlation`, and Sobol indices are "
                              "shares of variance of independent inputs; --set "
                              "'correlation=[]' does without it");
    if (design->method != SENSITIVITY_TORNADO &&
        design->size > STUDY_POINTS_MAX / sensitivity_block(design))
        return error_set(
            err,
            "--size: %zu times %zu rows are more than the %d points that a "
            "study may have",
            design->size, sensitivity_block(design), STUDY_POINTS_MAX);
    return true;
}

static bool prepare(struct study_setup *setup, struct error *err)
{
    struct study_spec *spec = &setup->spec;
    struct sensitivity design = {.inputs = spec->n_uncertain};
    read_params(setup->params, &design);
    if (!check_inputs(setup, &design, err))
        return false;
    bool tornado = design.method == SENSITIVITY_TORNADO;
    struct axis *axes = ARENA_ARRAY(&setup->arena, 2, struct axis);
    if (tornado) {
        tornado_axes(setup, axes);
        manifest_set(setup->params, "values", values_of(spec, &design));
    } else {
        block_axes(setup, &design, axes);
    }
    note_unvaried(setup, &design);
    if (spec->cholesky)
        manifest_set(setup->params, "correlation_ignored", json_true());
    add_metrics(setup);
    spec->axes = axes;
    spec->n_axes = tornado ? 1 : 2;
    spec->sampling = SAMPLING_PLAIN;
    spec->cholesky = NULL;
    spec->n_stops = spec->n_targets = 0;
    spec->baseline = 0;
    return true;
}

const struct study_design design_sensitivity = {
    .kind = "sensitivity",
    .prepare = prepare,
    .uniforms = uniforms,
    .analyse = sensitivity_analyse,
};
