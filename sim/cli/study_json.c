/* The summary of a study as JSON. */

#include <math.h>
#include <string.h>

#include "cli/study_summary_parts.h"
#include "output/manifest_parts.h"

static json_t *real(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static void set_interval(json_t *object, const char *key, struct interval interval)
{
    json_t *array = manifest_value(json_array());
    manifest_append(array, real(interval.low));
    manifest_append(array, real(interval.high));
    manifest_set(object, key, array);
}

static json_t *quantiles_json(const struct study_plan *plan,
                              const struct point_statistics *of)
{
    json_t *array = manifest_value(json_array());
    for (size_t i = 0; i < plan->n_quantiles; i++) {
        json_t *entry = manifest_value(json_object());
        manifest_set(entry, "p", json_real(plan->quantiles[i]));
        manifest_set(entry, "value", real(of->quantile[i]));
        set_interval(entry, "ci", of->quantile_ci[i]);
        manifest_append(array, entry);
    }
    return array;
}

static json_t *metric_json(const struct study_plan *plan,
                           const struct point_statistics *of)
{
    json_t *object = manifest_value(json_object());
    manifest_set(object, "unit", json_string(plan->columns.items[of->column].unit));
    manifest_set(object, "n", json_integer(of->estimate.n));
    manifest_set(object, "mean", real(of->estimate.mean));
    manifest_set(object, "standard_error", real(of->estimate.standard_error));
    set_interval(object, "ci", of->estimate.ci);
    manifest_set(object, "quantiles", quantiles_json(plan, of));
    manifest_set(object, "cvar_95", real(of->cvar.mean));
    for (size_t i = 0; i < plan->n_stops; i++) {
        if (plan->stops[i].column != of->column)
            continue;
        manifest_set(object, "wanted_half_width",
                     real(study_summary_wanted(&plan->stops[i], of)));
        manifest_set(object, "reached",
                     json_boolean(study_summary_reached(&plan->stops[i], of)));
    }
    if (!isnan(of->at_most) || !isnan(of->at_least)) {
        json_t *target = manifest_value(json_object());
        manifest_set(target, "at_least", real(of->at_least));
        manifest_set(target, "at_most", real(of->at_most));
        manifest_set(object, "target", target);
        manifest_set(object, "miss_probability", real(of->miss.share));
        set_interval(object, "miss_ci", of->miss.ci);
    }
    return object;
}

static json_t *point_json(const struct study_plan *plan, size_t point)
{
    json_t *object = manifest_value(json_object());
    json_t *axes = manifest_value(json_object());
    size_t position[64];
    struct arena arena = {0};
    size_t *at =
        plan->n_axes <= 64 ? position : ARENA_ARRAY(&arena, plan->n_axes, size_t);
    plan_position(plan, point, at);
    for (size_t i = 0; i < plan->n_axes; i++)
        manifest_set(axes, plan->axes[i].name,
                     manifest_text(plan->axes[i].labels[at[i]]));
    manifest_set(object, "point", json_integer((json_int_t)point));
    manifest_set(object, "axes", axes);
    manifest_set(object, "metrics", json_object());
    if (plan->n_points > 1)
        manifest_set(object, "difference", json_object());
    arena_free(&arena);
    return object;
}

static json_t *paired_json(const struct pair_statistics *of)
{
    json_t *object = manifest_value(json_object());
    manifest_set(object, "n", json_integer(of->paired.n));
    manifest_set(object, "mean", real(of->paired.mean_difference));
    manifest_set(object, "standard_error", real(of->paired.standard_error));
    set_interval(object, "ci", of->paired.ci);
    manifest_set(object, "unpaired_half_width", real(of->paired.unpaired_half_width));
    return object;
}

static json_t *points_json(const struct study_summary *summary)
{
    const struct study_plan *plan = summary->plan;
    json_t *array = manifest_value(json_array());
    size_t n = plan->n_points < SUMMARY_POINTS ? plan->n_points : SUMMARY_POINTS;
    for (size_t point = 0; point < n; point++)
        manifest_append(array, point_json(plan, point));
    for (size_t i = 0; i < summary->n_points; i++) {
        const struct point_statistics *of = &summary->points[i].of;
        json_t *point = json_array_get(array, of->point);
        manifest_set(json_object_get(point, "metrics"),
                     plan->columns.items[of->column].name, metric_json(plan, of));
    }
    for (size_t i = 0; i < summary->n_pairs; i++) {
        const struct pair_statistics *of = &summary->pairs[i].of;
        json_t *point = json_array_get(array, of->point);
        manifest_set(json_object_get(point, "difference"),
                     plan->columns.items[of->column].name, paired_json(of));
    }
    return array;
}

json_t *study_json_head(const struct study_plan *plan,
                        const struct finish_report *report, const char *dir)
{
    json_t *root = manifest_value(json_object());
    manifest_set(root, "kind", json_string(plan->design->kind));
    manifest_set(root, "study", json_string(plan->id));
    manifest_set(root, "scenario", manifest_text(plan->scenario));
    manifest_set(root, "directory", manifest_text(dir));
    manifest_set(root, "replications", json_integer((json_int_t)plan->replications));
    manifest_set(root, "runs", json_integer((json_int_t)report->rows));
    manifest_set(root, "failed", json_integer((json_int_t)report->failed));
    manifest_set(root, "confidence", json_real(plan->confidence));
    return root;
}

bool study_json_print(json_t *root, FILE *out, struct error *err)
{
    bool ok = json_dumpf(root, out, JSON_INDENT(2) | JSON_REAL_PRECISION(15)) == 0 &&
              fputc('\n', out) != EOF && fflush(out) == 0;
    json_decref(root);
    return ok || error_errno(err, "standard output");
}

bool study_summary_json(const struct study_summary *summary,
                        const struct finish_report *report, const char *dir, FILE *out,
                        struct error *err)
{
    const struct study_plan *plan = summary->plan;
    json_t *root = study_json_head(plan, report, dir);
    manifest_set(root, "baseline", json_integer((json_int_t)plan->baseline));
    manifest_set(root, "points", points_json(summary));
    return study_json_print(root, out, err);
}
