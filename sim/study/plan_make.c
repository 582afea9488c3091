/* A plan, of a scenario. */

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/fingerprint.h"
#include "output/manifest_parts.h"
#include "study/plan.h"

static json_t *real_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *reals(const double value[], size_t n)
{
    json_t *array = manifest_value(json_array());
    for (size_t i = 0; i < n; i++)
        manifest_append(array, json_real(value[i]));
    return array;
}

static json_t *axis_json(const struct axis *axis)
{
    json_t *object = manifest_value(json_object());
    json_t *values = manifest_value(json_array());
    for (size_t i = 0; i < axis->n; i++) {
        json_t *entry = manifest_value(json_object());
        json_t *sets = manifest_value(json_array());
        for (size_t k = 0; k < axis->values[i].n; k++)
            manifest_append(sets, manifest_text(axis->values[i].assignments[k]));
        manifest_set(entry, "label", manifest_text(axis->values[i].label));
        manifest_set(entry, "set", sets);
        manifest_append(values, entry);
    }
    manifest_set(object, "name", manifest_text(axis->name));
    manifest_set(object, "unit", manifest_text(axis->unit));
    manifest_set(object, "values", values);
    return object;
}

static json_t *axes_json(const struct study_spec *spec)
{
    json_t *array = manifest_value(json_array());
    for (size_t i = 0; i < spec->n_axes; i++)
        manifest_append(array, axis_json(&spec->axes[i]));
    return array;
}

static void set_if_finite(json_t *object, const char *key, double value)
{
    if (isfinite(value))
        manifest_set(object, key, json_real(value));
}

static void set_values(json_t *object, const struct uncertain_input *input)
{
    const struct distribution *law = &input->law;
    json_t *values = manifest_value(json_array());
    for (size_t i = 0; i < law->n; i++)
        manifest_append(values, manifest_text(input->yaml[i]));
    manifest_set(object, "values", values);
    manifest_set(object, "cumulative", reals(law->cumulative, law->n));
}

/* The file is among the inputs, but not which column of it. */
static void set_digest(json_t *object, const struct distribution *law)
{
    struct sha256 sha;
    char hex[SHA256_HEX];
    sha256_start(&sha);
    sha256_add(&sha, law->value, law->n * sizeof *law->value);
    sha256_end(&sha, hex);
    manifest_set(object, "n", json_integer((json_int_t)law->n));
    manifest_set(object, "values_sha256", json_string(hex));
}

static json_t *law_json(const struct uncertain_input *input)
{
    const struct distribution *law = &input->law;
    enum distribution_kind kind = law->kind;
    json_t *object = manifest_value(json_object());
    manifest_set(object, "kind", json_string(distribution_names[kind]));
    if (kind == DIST_NORMAL) {
        manifest_set(object, "mean", json_real(law->mean));
        manifest_set(object, "sd", json_real(law->sd));
    } else if (kind == DIST_LOGNORMAL) {
        manifest_set(object, "median", json_real(law->median));
        manifest_set(object, "sigma", json_real(law->sigma));
    } else if (kind == DIST_DISCRETE) {
        set_values(object, input);
    } else if (kind == DIST_EMPIRICAL) {
        set_digest(object, law);
    } else {
        manifest_set(object, "low", json_real(law->low));
        manifest_set(object, "high", json_real(law->high));
        if (kind != DIST_UNIFORM)
            manifest_set(object, "mode", json_real(law->mode));
    }
    set_if_finite(object, "min", law->min);
    set_if_finite(object, "max", law->max);
    return object;
}

static json_t *uncertain_json(const struct study_spec *spec)
{
    json_t *array = manifest_value(json_array());
    for (size_t i = 0; i < spec->n_uncertain; i++) {
        const struct uncertain_input *input = &spec->uncertain[i];
        json_t *entry = manifest_value(json_object());
        manifest_set(entry, "path", manifest_text(input->path));
        manifest_set(entry, "unit", manifest_text(input->unit));
        manifest_set(entry, "step", json_real(input->step));
        manifest_set(entry, "law", law_json(input));
        manifest_append(array, entry);
    }
    return array;
}

static json_t *targets_json(const struct study_spec *spec)
{
    json_t *array = manifest_value(json_array());
    for (size_t i = 0; i < spec->n_targets; i++) {
        json_t *entry = manifest_value(json_object());
        manifest_set(entry, "metric", manifest_text(spec->targets[i].metric));
        manifest_set(entry, "at_most", real_or_null(spec->targets[i].at_most));
        manifest_set(entry, "at_least", real_or_null(spec->targets[i].at_least));
        manifest_append(array, entry);
    }
    return array;
}

static json_t *stops_json(const struct study_spec *spec)
{
    json_t *array = manifest_value(json_array());
    for (size_t i = 0; i < spec->n_stops; i++) {
        json_t *entry = manifest_value(json_object());
        manifest_set(entry, "metric", manifest_text(spec->stops[i].metric));
        manifest_set(entry, "half_width", json_real(spec->stops[i].half_width));
        manifest_set(entry, "relative", json_boolean(spec->stops[i].relative));
        manifest_append(array, entry);
    }
    return array;
}

static json_t *design_json(const struct study_setup *setup)
{
    const struct study_spec *spec = &setup->spec;
    size_t n = spec->n_uncertain;
    json_t *object = manifest_value(json_object());
    manifest_set(object, "axes", axes_json(spec));
    manifest_set(object, "uncertain", uncertain_json(spec));
    if (spec->cholesky)
        manifest_set(object, "cholesky", reals(spec->cholesky, n * n));
    manifest_set(object, "replications", json_integer(spec->replications));
    manifest_set(object, "sampling", json_string(sampling_names[spec->sampling]));
    manifest_set(object, "unit", json_integer(study_batch(spec)));
    manifest_set(object, "confidence", json_real(spec->confidence));
    manifest_set(object, "quantiles", reals(spec->quantiles, spec->n_quantiles));
    manifest_set(object, "targets", targets_json(spec));
    manifest_set(object, "stop", stops_json(spec));
    manifest_set(object, "baseline", json_integer((json_int_t)spec->baseline));
    manifest_set(object, "params", json_incref(setup->params));
    return object;
}

/* Each as [name, unit, digits, is_zero, named]: there are hundreds. */
static json_t *columns_json(const struct study_columns *columns)
{
    json_t *array = manifest_value(json_array());
    for (size_t i = 0; i < columns->n; i++) {
        const struct study_column *column = &columns->items[i];
        json_t *entry = manifest_value(json_array());
        manifest_append(entry, manifest_text(column->name));
        manifest_append(entry, json_string(column->unit));
        manifest_append(entry, json_integer(column->digits));
        manifest_append(entry, json_boolean(column->is_zero));
        manifest_append(entry, json_boolean(column->named));
        manifest_append(array, entry);
    }
    return array;
}

static bool name_columns(struct study_columns *columns, const struct study_spec *spec,
                         struct error *err)
{
    size_t at;
    for (size_t i = 0; i < spec->n_metrics; i++)
        if (!columns_name(columns, spec->metrics[i].text, spec->metrics[i].place, &at,
                          err))
            return false;
    for (size_t i = 0; i < spec->n_targets; i++)
        if (!columns_name(columns, spec->targets[i].metric, spec->targets[i].place, &at,
                          err))
            return false;
    for (size_t i = 0; i < spec->n_stops; i++)
        if (!columns_name(columns, spec->stops[i].metric, spec->stops[i].place, &at,
                          err))
            return false;
    return true;
}

static json_t *warnings_json(const struct scenario *base)
{
    json_t *array = manifest_value(json_array());
    for (size_t i = 0; i < base->n_warnings; i++)
        manifest_append(array, manifest_text(base->warnings[i]));
    return array;
}

static json_t *identity_json(const struct study_setup *setup,
                             const struct scenario *base,
                             const struct study_columns *columns, json_t *inputs)
{
    char hex[SHA256_HEX];
    fingerprint(hex);
    json_t *object = manifest_value(json_object());
    manifest_set(object, "program", json_string("tenure"));
    manifest_set(object, "version", json_string(setup->version));
    manifest_set(object, "format", json_integer(1));
    manifest_set(object, "kind", json_string(setup->design->kind));
    manifest_set(object, "fingerprint", json_string(hex));
    manifest_set(object, "scenario", manifest_scenario(base));
    manifest_set(object, "seed", json_integer(base->seed));
    manifest_set(object, "resolved", manifest_resolved(base));
    manifest_set(object, "inputs", inputs);
    manifest_set(object, "warnings", warnings_json(base));
    manifest_set(object, "design", design_json(setup));
    manifest_set(object, "columns", columns_json(columns));
    return object;
}

static bool check_tasks(const struct study_setup *setup, struct error *err)
{
    uint64_t points = study_points(&setup->spec);
    uint64_t replications = (uint64_t)setup->spec.replications;
    if (points <= PLAN_TASKS_MAX / replications)
        return true;
    return error_set(err,
                     "%" PRIu64 " points of %" PRIu64 " replications are more than the "
                     "10^9 that a study may have; ask for fewer replications",
                     points, replications);
}

static bool make_columns(struct study_columns *columns, const struct scenario *base,
                         const struct study_spec *spec, struct arena *arena,
                         struct error *err)
{
    const char **pools = ARENA_ARRAY(arena, base->n_pools, const char *);
    for (size_t i = 0; i < base->n_pools; i++)
        pools[i] = base->pools[i].name;
    columns_init(columns, pools, base->n_pools, arena);
    return name_columns(columns, spec, err);
}

static json_t *words_json(const char *const words[], size_t n)
{
    json_t *array = manifest_value(json_array());
    for (size_t i = 0; i < n; i++)
        manifest_append(array, manifest_text(words[i]));
    return array;
}

/* NULL on failure. */
static json_t *make_root(struct study_setup *setup, const struct scenario *base,
                         struct error *err)
{
    struct study_columns columns;
    if (!make_columns(&columns, base, &setup->spec, &setup->arena, err))
        return NULL;
    json_t *inputs = manifest_inputs(base);
    if (!setup_check(setup, base, inputs, err)) {
        json_decref(inputs);
        return NULL;
    }
    char hex[SHA256_HEX];
    json_t *identity = identity_json(setup, base, &columns, inputs);
    manifest_digest(identity, hex);
    json_t *root = manifest_value(json_object());
    manifest_set(root, "id", json_string(hex));
    manifest_set(root, "study", identity);
    return root;
}

bool plan_make(struct study_plan *plan, struct study_setup *setup,
               const char *const command[], size_t n_command, struct error *err)
{
    struct scenario base;
    *plan = (struct study_plan){.root = NULL};
    if (!scenario_resolve(setup->file, NULL, 0, &base, err))
        return false;
    uint64_t seed = (uint64_t)base.seed;
    setup->path = base.path; /* the file's */
    json_t *root = NULL;
    if (setup->design->prepare(setup, err) && check_tasks(setup, err))
        root = make_root(setup, &base, err);
    scenario_free(&base);
    if (!root)
        return false;
    manifest_set(root, "command", words_json(command, n_command));
    char here[4096];
    json_t *began = getcwd(here, sizeof here) ? json_string(here) : NULL;
    if (began) /* NULL, too, where the name of the folder is not UTF-8 */
        manifest_set(root, "began_in", began);
    sampling_init(&setup->sampling, &setup->spec, seed, &setup->arena);
    return plan_parse(plan, root, "the plan", err);
}
