/* What a study will run, resolved before anything runs. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "output/manifest_parts.h"
#include "study/plan.h"

/* All points up to so many; of more, each value of each axis once and some others. */
#define POINTS_CHECKED 2000

const char *const *setup_assignments(const struct study_setup *setup, size_t point,
                                     const double u[], size_t *n, struct arena *arena)
{
    const struct study_spec *spec = &setup->spec;
    size_t *position = ARENA_ARRAY(arena, spec->n_axes, size_t);
    size_t room = u ? spec->n_uncertain : 0;
    study_point(spec, point, position);
    for (size_t i = 0; i < spec->n_axes; i++)
        room += spec->axes[i].values[position[i]].n;
    const char **list = ARENA_ARRAY(arena, room, const char *);
    *n = 0;
    for (size_t i = 0; i < spec->n_axes; i++) {
        const struct axis_value *value = &spec->axes[i].values[position[i]];
        for (size_t k = 0; k < value->n; k++)
            list[(*n)++] = value->assignments[k];
    }
    for (size_t i = 0; u && i < spec->n_uncertain; i++)
        list[(*n)++] = uncertain_assignment(&spec->uncertain[i], u[i], arena);
    return list;
}

struct check {
    const struct study_setup *setup;
    const struct scenario *base;
    json_t *inputs;
    struct arena arena; /* of one scenario */
};

static bool has_input(const json_t *inputs, const char *path)
{
    for (size_t i = 0; i < json_array_size(inputs); i++) {
        const json_t *entry = json_array_get(inputs, i);
        const char *other = json_string_value(json_object_get(entry, "path"));
        if (other && strcmp(other, path) == 0)
            return true;
    }
    return false;
}

static void add_inputs(struct check *check, const struct scenario *scenario)
{
    json_t *more = manifest_inputs(scenario);
    for (size_t i = 0; i < json_array_size(more); i++) {
        json_t *entry = json_array_get(more, i);
        if (!has_input(check->inputs,
                       json_string_value(json_object_get(entry, "path"))))
            manifest_append(check->inputs, json_incref(entry));
    }
    json_decref(more);
}

static bool same_pools(const struct check *check, const struct scenario *scenario,
                       struct error *err)
{
    const struct scenario *base = check->base;
    bool same = scenario->n_pools == base->n_pools;
    for (size_t i = 0; same && i < base->n_pools; i++)
        same = strcmp(scenario->pools[i].name, base->pools[i].name) == 0;
    return same || error_set(err, "it has other pools than the scenario, and the "
                                  "columns of a study are those of its pools");
}

static bool resolve(struct check *check, size_t point, const double u[],
                    struct error *err)
{
    struct scenario scenario;
    size_t n;
    if (!interrupt_check(err))
        return false;
    arena_reset(&check->arena);
    const char *const *assignments =
        setup_assignments(check->setup, point, u, &n, &check->arena);
    if (!scenario_resolve(check->setup->file, assignments, n, &scenario, err))
        return false;
    bool ok = same_pools(check, &scenario, err);
    if (ok)
        add_inputs(check, &scenario);
    scenario_free(&scenario);
    return ok;
}

/* "the point pools.own.gpus=64, dispatch.backfill=easy: ..." */
static bool blame_point(const struct check *check, size_t point, struct error *err)
{
    const struct study_spec *spec = &check->setup->spec;
    struct arena arena = {0};
    enum error_kind kind = err->kind;
    size_t *position = ARENA_ARRAY(&arena, spec->n_axes, size_t);
    const char *text = "";
    if (kind == ERROR_INTERRUPTED)
        return false;
    study_point(spec, point, position);
    for (size_t i = 0; i < spec->n_axes; i++)
        text =
            arena_printf(&arena, "%s%s%s=%s", text, i ? ", " : "", spec->axes[i].name,
                         spec->axes[i].values[position[i]].label);
    if (*text)
        error_at(err, spec->axes[0].place, "at the point %s: %s", text, err->text);
    err->kind = kind;
    arena_free(&arena);
    return false;
}

static bool check_point(struct check *check, size_t point, const double medians[],
                        struct error *err)
{
    return resolve(check, point, medians, err) || blame_point(check, point, err);
}

/* Each value of each axis with the first of the others. */
static bool check_values(struct check *check, const double medians[], struct error *err)
{
    const struct study_spec *spec = &check->setup->spec;
    size_t stride = study_points(spec);
    for (size_t i = 0; i < spec->n_axes; i++) {
        stride /= spec->axes[i].n;
        for (size_t k = 0; k < spec->axes[i].n; k++)
            if (!check_point(check, k * stride, medians, err))
                return false;
    }
    return true;
}

static bool check_points(struct check *check, const double medians[], struct error *err)
{
    size_t n = study_points(&check->setup->spec);
    size_t step = n <= POINTS_CHECKED ? 1 : n / POINTS_CHECKED;
    if (step > 1 && !check_values(check, medians, err))
        return false;
    for (size_t point = 0; point < n; point += step)
        if (!check_point(check, point, medians, err))
            return false;
    return true;
}

static bool check_input_at(struct check *check, size_t input, double u,
                           const double medians[], struct error *err)
{
    const struct study_spec *spec = &check->setup->spec;
    double at[UNCERTAIN_MAX];
    memcpy(at, medians, spec->n_uncertain * sizeof *at);
    at[input] = u;
    if (resolve(check, 0, at, err))
        return true;
    enum error_kind kind = err->kind;
    char text[UNCERTAIN_TEXT_MAX];
    if (kind == ERROR_INTERRUPTED)
        return false;
    uncertain_text(&spec->uncertain[input], u, text);
    error_at(err, spec->uncertain[input].place, "where %s is %s, as may be drawn: %s",
             spec->uncertain[input].path, text, err->text);
    err->kind = kind;
    return false;
}

/* A discrete law at each of its values, others at their ends. */
static bool check_input(struct check *check, size_t input, const double medians[],
                        struct error *err)
{
    const struct distribution *law = &check->setup->spec.uncertain[input].law;
    static const double ends[] = {0.001, 0.999};
    if (law->kind != DIST_DISCRETE) {
        for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
            if (!check_input_at(check, input, ends[i], medians, err))
                return false;
        return true;
    }
    double below = 0;
    for (size_t i = 0; i < law->n; i++) {
        if (law->cumulative[i] > below &&
            !check_input_at(check, input, (below + law->cumulative[i]) / 2, medians,
                            err))
            return false;
        below = law->cumulative[i];
    }
    return true;
}

bool setup_check(const struct study_setup *setup, const struct scenario *base,
                 json_t *inputs, struct error *err)
{
    const struct study_spec *spec = &setup->spec;
    struct check check = {.setup = setup, .base = base, .inputs = inputs};
    double medians[UNCERTAIN_MAX];
    for (size_t i = 0; i < spec->n_uncertain; i++)
        medians[i] = 0.5;
    bool ok = check_points(&check, medians, err);
    for (size_t i = 0; ok && i < spec->n_uncertain; i++)
        ok = check_input(&check, i, medians, err);
    for (size_t i = 0; ok && i < spec->n_files; i++) {
        json_t *entry = manifest_value(json_object());
        manifest_set(entry, "path", manifest_text(spec->files[i].path));
        manifest_set(entry, "sha256", json_string(spec->files[i].digest));
        manifest_append(inputs, entry);
    }
    arena_free(&check.arena);
    return ok;
}
