#include "study/plan.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "output/manifest_parts.h"

/* What plan.json must hold; the first thing that it does not is said. */
struct parsing {
    struct study_plan *plan;
    const char *place;
    struct error *err;
    const char *wrong; /* NULL: all is well so far */
};

static void complain(struct parsing *parsing, const char *what)
{
    if (!parsing->wrong)
        parsing->wrong = what;
}

static const char *get_text(struct parsing *parsing, const json_t *object,
                            const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    if (!text)
        complain(parsing, key);
    return text ? text : "";
}

static int64_t get_whole(struct parsing *parsing, const json_t *object, const char *key,
                         int64_t min, int64_t max)
{
    const json_t *value = json_object_get(object, key);
    int64_t whole = json_integer_value(value);
    if (!json_is_integer(value) || whole < min || whole > max)
        complain(parsing, key);
    return whole < min ? min : whole > max ? max : whole;
}

/* `null` is NAN. */
static double get_real(struct parsing *parsing, const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_number(value) && !json_is_null(value))
        complain(parsing, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static const json_t *get_array(struct parsing *parsing, const json_t *object,
                               const char *key, size_t *n)
{
    const json_t *array = json_object_get(object, key);
    *n = json_array_size(array);
    if (!json_is_array(array))
        complain(parsing, key);
    return array;
}

static void parse_axis(struct parsing *parsing, const json_t *object,
                       struct plan_axis *axis)
{
    const json_t *values = get_array(parsing, object, "values", &axis->n);
    axis->name = get_text(parsing, object, "name");
    axis->unit = get_text(parsing, object, "unit");
    axis->labels = ARENA_ARRAY(&parsing->plan->arena, axis->n, const char *);
    for (size_t i = 0; i < axis->n; i++)
        axis->labels[i] = get_text(parsing, json_array_get(values, i), "label");
    if (axis->n == 0)
        complain(parsing, "values");
}

static void parse_axes(struct parsing *parsing, const json_t *design)
{
    struct study_plan *plan = parsing->plan;
    const json_t *axes = get_array(parsing, design, "axes", &plan->n_axes);
    plan->axes = ARENA_ARRAY(&plan->arena, plan->n_axes, struct plan_axis);
    plan->n_points = 1;
    for (size_t i = 0; i < plan->n_axes; i++) {
        parse_axis(parsing, json_array_get(axes, i), &plan->axes[i]);
        if (parsing->wrong || plan->n_points > STUDY_POINTS_MAX / plan->axes[i].n) {
            complain(parsing, "axes");
            return;
        }
        plan->n_points *= plan->axes[i].n;
    }
}

static void parse_uncertain(struct parsing *parsing, const json_t *design)
{
    struct study_plan *plan = parsing->plan;
    const json_t *array = get_array(parsing, design, "uncertain", &plan->n_uncertain);
    if (plan->n_uncertain > UNCERTAIN_MAX)
        complain(parsing, "uncertain");
    plan->uncertain = ARENA_ARRAY(&plan->arena, plan->n_uncertain, struct plan_input);
    for (size_t i = 0; i < plan->n_uncertain; i++) {
        const json_t *entry = json_array_get(array, i);
        plan->uncertain[i].path = get_text(parsing, entry, "path");
        plan->uncertain[i].unit = get_text(parsing, entry, "unit");
    }
}

static void parse_columns(struct parsing *parsing, const json_t *study)
{
    struct study_plan *plan = parsing->plan;
    size_t n;
    const json_t *array = get_array(parsing, study, "columns", &n);
    plan->columns = (struct study_columns){.arena = &plan->arena};
    for (size_t i = 0; i < n; i++) {
        const json_t *entry = json_array_get(array, i);
        struct study_column column = {
            .name = json_string_value(json_array_get(entry, 0)),
            .unit = json_string_value(json_array_get(entry, 1)),
            .digits = (int)json_integer_value(json_array_get(entry, 2)),
            .is_zero = json_is_true(json_array_get(entry, 3)),
            .named = json_is_true(json_array_get(entry, 4)),
        };
        if (!column.name || !column.unit || column.digits < 0 || column.digits > 18)
            complain(parsing, "columns");
        else
            columns_add(&plan->columns, &column);
    }
}

static size_t get_column(struct parsing *parsing, const json_t *object)
{
    const char *name = get_text(parsing, object, "metric");
    size_t column = columns_find(&parsing->plan->columns, name);
    if (column == COLUMN_NONE)
        complain(parsing, "metric");
    return column;
}

static void parse_targets(struct parsing *parsing, const json_t *design)
{
    struct study_plan *plan = parsing->plan;
    const json_t *array = get_array(parsing, design, "targets", &plan->n_targets);
    plan->targets = ARENA_ARRAY(&plan->arena, plan->n_targets, struct plan_target);
    for (size_t i = 0; i < plan->n_targets; i++) {
        const json_t *entry = json_array_get(array, i);
        plan->targets[i] = (struct plan_target){
            .column = get_column(parsing, entry),
            .at_most = get_real(parsing, entry, "at_most"),
            .at_least = get_real(parsing, entry, "at_least"),
        };
    }
}

static void parse_stops(struct parsing *parsing, const json_t *design)
{
    struct study_plan *plan = parsing->plan;
    const json_t *array = get_array(parsing, design, "stop", &plan->n_stops);
    plan->stops = ARENA_ARRAY(&plan->arena, plan->n_stops, struct plan_stop);
    for (size_t i = 0; i < plan->n_stops; i++) {
        const json_t *entry = json_array_get(array, i);
        plan->stops[i] = (struct plan_stop){
            .column = get_column(parsing, entry),
            .half_width = get_real(parsing, entry, "half_width"),
            .relative = json_is_true(json_object_get(entry, "relative")),
        };
    }
}

static void parse_quantiles(struct parsing *parsing, const json_t *design)
{
    struct study_plan *plan = parsing->plan;
    const json_t *array = get_array(parsing, design, "quantiles", &plan->n_quantiles);
    plan->quantiles = ARENA_ARRAY(&plan->arena, plan->n_quantiles, double);
    for (size_t i = 0; i < plan->n_quantiles; i++) {
        double p = json_number_value(json_array_get(array, i));
        if (!(p > 0 && p < 1))
            complain(parsing, "quantiles");
        plan->quantiles[i] = p;
    }
}

static void parse_design(struct parsing *parsing, const json_t *design)
{
    struct study_plan *plan = parsing->plan;
    parse_axes(parsing, design);
    parse_uncertain(parsing, design);
    parse_targets(parsing, design);
    parse_stops(parsing, design);
    parse_quantiles(parsing, design);
    plan->replications =
        (uint64_t)get_whole(parsing, design, "replications", 1, REPLICATIONS_MAX);
    plan->unit = (uint64_t)get_whole(parsing, design, "unit", 1, STUDY_BATCH_MAX);
    plan->confidence = get_real(parsing, design, "confidence");
    if (!(plan->confidence > 0 && plan->confidence < 1))
        complain(parsing, "confidence");
    plan->params = json_object_get(design, "params");
    if (!json_is_object(plan->params))
        complain(parsing, "params");
    if (parsing->wrong)
        return;
    plan->baseline =
        (size_t)get_whole(parsing, design, "baseline", 0, (int64_t)plan->n_points - 1);
    if (plan->n_points > PLAN_TASKS_MAX / plan->replications)
        complain(parsing, "replications");
}

static void parse_study(struct parsing *parsing)
{
    struct study_plan *plan = parsing->plan;
    const json_t *study = plan_identity(plan);
    plan->design = design_find(get_text(parsing, study, "kind"));
    if (!plan->design)
        complain(parsing, "kind");
    plan->scenario = get_text(parsing, json_object_get(study, "scenario"), "name");
    plan->seed = (uint64_t)get_whole(parsing, study, "seed", INT64_MIN, INT64_MAX);
    parse_columns(parsing, study);
    parse_design(parsing, json_object_get(study, "design"));
}

const json_t *plan_identity(const struct study_plan *plan)
{
    return json_object_get(plan->root, "study");
}

bool plan_parse(struct study_plan *plan, json_t *root, const char *place,
                struct error *err)
{
    *plan = (struct study_plan){.root = root};
    struct parsing parsing = {.plan = plan, .place = place, .err = err};
    if (!json_is_object(plan_identity(plan))) {
        plan_free(plan);
        return error_set(
            err, "%s: there is no map 'study', so it is no plan of Tenure's", place);
    }
    manifest_digest(plan_identity(plan), plan->id);
    if (strcmp(get_text(&parsing, root, "id"), plan->id) != 0)
        complain(&parsing, "id");
    /* Another version may have another form, and its digest is right all the same. */
    parse_study(&parsing);
    if (!parsing.wrong)
        return true;
    error_set(err, "%s: '%s' is missing or not what this version of Tenure writes",
              place, parsing.wrong);
    plan_free(plan);
    return false;
}

void plan_free(struct study_plan *plan)
{
    json_decref(plan->root);
    arena_free(&plan->arena);
    *plan = (struct study_plan){.root = NULL};
}

void plan_position(const struct study_plan *plan, size_t point, size_t position[])
{
    assert(point < plan->n_points);
    for (size_t i = plan->n_axes; i-- > 0;) {
        position[i] = point % plan->axes[i].n;
        point /= plan->axes[i].n;
    }
}

void plan_target(const struct study_plan *plan, size_t column, double *at_least,
                 double *at_most)
{
    *at_least = *at_most = NAN;
    for (size_t i = 0; i < plan->n_targets; i++) {
        const struct plan_target *target = &plan->targets[i];
        if (target->column != column)
            continue;
        if (!isnan(target->at_most))
            *at_most = fmin(*at_most, target->at_most);
        if (!isnan(target->at_least))
            *at_least = fmax(*at_least, target->at_least);
    }
}
