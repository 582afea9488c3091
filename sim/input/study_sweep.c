/* `sweep`: the axes whose combinations are the points of a study. */

#include <math.h>
#include <string.h>

#include "base/decimal.h"
#include "base/names.h"
#include "input/study_parts.h"

static const char axis_example[] = "0..512 step 64, or [0, 64, 256]";

static const char *assignment(struct study_reader *reader, const char *path,
                              const struct node *value)
{
    return arena_printf(reader->arena, "%s=%s", path, node_write(value, reader->arena));
}

static void set_value(struct study_reader *reader, struct axis_value *to,
                      const char *label, const char *text)
{
    const char **assignments = ARENA_ARRAY(reader->arena, 1, const char *);
    assignments[0] = text;
    *to = (struct axis_value){
        .label = label, .assignments = assignments, .n = 1, .number = NAN};
}

/* The numbers of the values that share the first one's unit. */
static void find_numbers(struct axis *axis)
{
    axis->unit = "";
    for (size_t i = 0; i < axis->n; i++) {
        struct error ignored;
        double number;
        const char *unit;
        if (!quantity_split(axis->values[i].label, &number, &unit, &ignored))
            continue;
        if (i == 0)
            axis->unit = unit;
        if (strcmp(unit, axis->unit) == 0)
            axis->values[i].number = number;
    }
}

/* "a..b step s unit" as whole numbers in units of 10^-digits. */
struct range {
    int64_t from, to, step;
    int digits;
    const char *unit;
};

/* The words of a range, as parts of its text. */
struct range_text {
    const char *from, *to, *step;
    size_t from_length, to_length, step_length;
};

static bool split_range(const char *text, struct range_text *out)
{
    const char *dots = strstr(text, ".."), *step = dots ? strstr(dots, "step") : NULL;
    if (!step)
        return false;
    out->from = text;
    out->from_length = (size_t)(dots - text);
    out->to = dots + 2;
    out->to_length = (size_t)(step - out->to);
    out->step = step + 4;
    while (out->from_length > 0 && text[out->from_length - 1] == ' ')
        out->from_length--;
    out->to += strspn(out->to, " ");
    out->to_length = out->to < step ? (size_t)(step - out->to) : 0;
    while (out->to_length > 0 && out->to[out->to_length - 1] == ' ')
        out->to_length--;
    if (*out->step != ' ')
        return false;
    out->step += strspn(out->step, " ");
    out->step_length = strspn(out->step, "+-0123456789.eE");
    return true;
}

/* All three exactly, with as many digits as they need. */
static bool scale_range(const struct range_text *text, struct range *range)
{
    enum { DIGITS_MAX = 12 };
    for (range->digits = 0; range->digits <= DIGITS_MAX; range->digits++) {
        if (decimal_to_int64(text->from, text->from_length, range->digits,
                             &range->from) == DECIMAL_OK &&
            decimal_to_int64(text->to, text->to_length, range->digits, &range->to) ==
                DECIMAL_OK &&
            decimal_to_int64(text->step, text->step_length, range->digits,
                             &range->step) == DECIMAL_OK)
            return true;
    }
    return false;
}

static bool parse_range(const char *text, struct range *range, struct error *err)
{
    struct range_text parts;
    struct error inner;
    double number;
    if (!split_range(text, &parts) || !scale_range(&parts, range) ||
        !quantity_split(parts.step, &number, &range->unit, &inner))
        return error_set(
            err,
            "'%s' is not a range of numbers, as in 0..512 step 64, or 1..5 "
            "step 0.5 USD/GPU-h",
            text);
    if (range->step <= 0)
        return error_set(err, "'%s': the step is not above 0", text);
    if (range->to < range->from)
        return error_set(err, "'%s': write the smaller number first", text);
    if (((int128)range->to - range->from) / range->step >= AXIS_VALUES_MAX)
        return error_set(err, "'%s' has more than %d values", text, AXIS_VALUES_MAX);
    return true;
}

/* 1230 with 2 digits is "12.3". */
static void write_decimal(char text[DECIMAL_TEXT], int128 value, int digits)
{
    while (digits > 0 && value % 10 == 0) {
        value /= 10;
        digits--;
    }
    decimal_write(text, value, digits);
}

static void fill_range(struct study_reader *reader, const struct range *range,
                       struct axis *axis)
{
    struct arena *arena = reader->arena;
    int128 width = (int128)range->to - range->from;
    axis->n = (size_t)(width / range->step) + 1;
    axis->values = ARENA_ARRAY(arena, axis->n, struct axis_value);
    for (size_t i = 0; i < axis->n; i++) {
        char text[DECIMAL_TEXT];
        write_decimal(text, range->from + (int128)i * range->step, range->digits);
        const char *label =
            arena_printf(arena, "%s%s%s", text, *range->unit ? " " : "", range->unit);
        set_value(reader, &axis->values[i], label,
                  arena_printf(arena, "%s=%s", axis->name, label));
    }
}

/* By what two values are the same: 8, 8.0 and "08" are one. */
static const char *sameness(const char *label, struct arena *arena)
{
    double number;
    const char *unit;
    struct error ignored;
    return quantity_split(label, &number, &unit, &ignored)
               ? arena_printf(arena, "%.17g %s", number, unit)
               : label;
}

static bool read_values(struct study_reader *reader, const struct node *list,
                        const char *path, struct axis *axis, struct error *err)
{
    if (list->n == 0 || list->n > AXIS_VALUES_MAX)
        return error_at(err, list->place,
                        "%s: there are %zu values; 1 to %d are allowed", path, list->n,
                        AXIS_VALUES_MAX);
    struct names seen = {.arena = reader->arena};
    axis->n = list->n;
    axis->values = ARENA_ARRAY(reader->arena, list->n, struct axis_value);
    for (size_t i = 0; i < list->n; i++) {
        const struct node *item = &list->items[i];
        const char *label = study_label(item, reader->arena);
        if (!study_check_label(label, item->place, path, err))
            return false;
        const char *same = sameness(label, reader->arena);
        if (names_add(&seen, same, strlen(same)) < i)
            return error_at(err, item->place, "%s: '%s' stands twice", path, label);
        set_value(reader, &axis->values[i], label,
                  assignment(reader, axis->name, item));
    }
    return true;
}

bool study_read_axis(struct study_reader *reader, const struct node *key,
                     const struct node *value, const char *owner, struct axis *axis,
                     struct error *err)
{
    const char *path = arena_printf(reader->arena, "%s.%s", owner, key->text);
    struct error inner;
    struct range range;
    if (!study_take_path(reader, key, owner, false, err))
        return false;
    axis->name = arena_strdup(reader->arena, key->text);
    axis->place = key->place;
    if (value->kind == NODE_MAP || node_is_null(value))
        return error_at(err, value->place, "%s: values are wanted, as in %s", path,
                        axis_example);
    if (value->kind == NODE_LIST) {
        if (!read_values(reader, value, path, axis, err))
            return false;
    } else {
        if (!parse_range(value->text, &range, &inner))
            return error_at(err, value->place, "%s: %s", path, inner.text);
        fill_range(reader, &range, axis);
    }
    find_numbers(axis);
    return true;
}

/* One axis of several lists that move together. */
static bool join_axes(struct study_reader *reader, const struct axis *parts, size_t n,
                      struct axis *axis, struct error *err)
{
    struct arena *arena = reader->arena;
    axis->n = parts[0].n;
    axis->unit = "";
    axis->values = ARENA_ARRAY(arena, axis->n, struct axis_value);
    for (size_t i = 0; i < axis->n; i++) {
        const char **assignments = ARENA_ARRAY(arena, n, const char *), *label = "";
        for (size_t k = 0; k < n; k++) {
            assignments[k] = parts[k].values[i].assignments[0];
            label = arena_printf(arena, "%s%s%s", label, k ? " | " : "",
                                 parts[k].values[i].label);
        }
        if (!study_check_label(label, axis->place, axis->name, err))
            return false;
        axis->values[i] = (struct axis_value){
            .label = label, .assignments = assignments, .n = n, .number = NAN};
    }
    return true;
}

static bool read_zip(struct study_reader *reader, const struct node *map, size_t number,
                     struct axis *axis, struct error *err)
{
    const char *path = arena_printf(reader->arena, "sweep.zip.%zu", number - 1);
    if (!study_want(map, NODE_MAP, path,
                    "{pools.own.gpus: [0, 512], pools.leased.gpus: [512, 0]}", err))
        return false;
    if (map->n == 0 || map->n > DESIGN_PATHS_MAX)
        return error_at(err, map->place, "%s: there are %zu paths; 1 to %d are allowed",
                        path, map->n, DESIGN_PATHS_MAX);
    struct axis *parts = ARENA_ARRAY(reader->arena, map->n, struct axis);
    for (size_t i = 0; i < map->n; i++) {
        if (!study_read_axis(reader, &map->keys[i], &map->items[i], path, &parts[i],
                             err))
            return false;
        if (parts[i].n != parts[0].n)
            return error_at(
                err, map->items[i].place,
                "%s.%s: it has %zu values and %s has %zu; they move together", path,
                parts[i].name, parts[i].n, parts[0].name, parts[0].n);
    }
    axis->name = arena_printf(reader->arena, "zip%zu", number);
    axis->place = map->place;
    return join_axes(reader, parts, map->n, axis, err);
}

static bool read_zips(struct study_reader *reader, const struct node *list,
                      struct error *err)
{
    struct study_spec *spec = reader->spec;
    if (!study_want(list, NODE_LIST, "sweep.zip",
                    "[{pools.own.gpus: [0, 512], pools.leased.gpus: [512, 0]}]", err))
        return false;
    for (size_t i = 0; i < list->n; i++) {
        if (spec->n_axes == AXES_MAX)
            return error_at(err, list->place, "sweep: more than %d axes", AXES_MAX);
        if (!read_zip(reader, &list->items[i], i + 1, &spec->axes[spec->n_axes], err))
            return false;
        spec->n_axes++;
    }
    return true;
}

/* The paths of one design; none may be within another. */
static bool check_design(struct study_reader *reader, const struct node *map,
                         const char *path, struct error *err)
{
    const char *canonical[DESIGN_PATHS_MAX];
    for (size_t i = 0; i < map->n; i++) {
        const struct node *key = &map->keys[i];
        canonical[i] = study_check_path(reader, key, path, err);
        if (!canonical[i] || !study_take_path(reader, key, path, true, err))
            return false;
        for (size_t k = 0; k < i; k++)
            if (study_paths_meet(canonical[i], canonical[k]))
                return error_at(err, key->place,
                                "%s.%s: it is the same value as '%s', or lies within",
                                path, key->text, map->keys[k].text);
    }
    return true;
}

/* A design of nothing is the scenario as it stands. */
static bool read_design(struct study_reader *reader, const struct node *map,
                        const char *path, struct axis_value *design, struct error *err)
{
    design->number = NAN;
    if (node_is_null(map))
        return true;
    if (!study_want(map, NODE_MAP, path, "{pools.own.gpus: 1024, pools.leased.gpus: 0}",
                    err))
        return false;
    if (map->n > DESIGN_PATHS_MAX)
        return error_at(err, map->place,
                        "%s: there are %zu paths; at most %d are allowed", path, map->n,
                        DESIGN_PATHS_MAX);
    if (!check_design(reader, map, path, err))
        return false;
    const char **assignments = ARENA_ARRAY(reader->arena, map->n, const char *);
    for (size_t i = 0; i < map->n; i++)
        assignments[i] = assignment(reader, map->keys[i].text, &map->items[i]);
    design->assignments = assignments;
    design->n = map->n;
    return true;
}

bool study_read_designs(struct study_reader *reader, const struct node *map,
                        const char *owner, struct axis *axis, struct error *err)
{
    if (!study_want(map, NODE_MAP, owner,
                    "{own: {pools.own.gpus: 1024}, lease: {pools.own.gpus: 0}}", err))
        return false;
    if (map->n == 0 || map->n > AXIS_VALUES_MAX)
        return error_at(err, map->place,
                        "%s: there are %zu designs; 1 to %d are allowed", owner, map->n,
                        AXIS_VALUES_MAX);
    *axis =
        (struct axis){.name = "design", .unit = "", .n = map->n, .place = map->place};
    axis->values = ARENA_ARRAY(reader->arena, map->n, struct axis_value);
    for (size_t i = 0; i < map->n; i++) {
        const struct node *name = &map->keys[i];
        const char *path = arena_printf(reader->arena, "%s.%s", owner, name->text);
        axis->values[i].label = arena_strdup(reader->arena, name->text);
        if (!study_check_label(name->text, name->place, owner, err) ||
            !read_design(reader, &map->items[i], path, &axis->values[i], err))
            return false;
    }
    return true;
}

static bool read_key(struct study_reader *reader, const struct node *key,
                     const struct node *value, struct error *err)
{
    struct study_spec *spec = reader->spec;
    if (strcmp(key->text, "zip") == 0)
        return read_zips(reader, value, err);
    if (spec->n_axes == AXES_MAX)
        return error_at(err, key->place, "sweep: more than %d axes", AXES_MAX);
    struct axis *axis = &spec->axes[spec->n_axes];
    bool designs = strcmp(key->text, "designs") == 0;
    if (designs ? !study_read_designs(reader, value, "sweep.designs", axis, err)
                : !study_read_axis(reader, key, value, "sweep", axis, err))
        return false;
    spec->n_axes++;
    return true;
}

bool study_read_sweep(struct study_reader *reader, const struct node *map,
                      struct error *err)
{
    struct study_spec *spec = reader->spec;
    if (!study_want(map, NODE_MAP, "sweep", "{pools.own.gpus: 0..512 step 64}", err))
        return false;
    spec->axes = ARENA_ARRAY(reader->arena, AXES_MAX, struct axis);
    for (size_t i = 0; i < map->n; i++)
        if (!read_key(reader, &map->keys[i], &map->items[i], err))
            return false;
    size_t points = 1;
    for (size_t i = 0; i < spec->n_axes; i++) {
        points *= spec->axes[i].n;
        if (points > STUDY_POINTS_MAX)
            return error_at(err, map->place,
                            "sweep: the axes make more than %d points together; take "
                            "fewer values",
                            STUDY_POINTS_MAX);
    }
    return true;
}

static bool read_label(struct study_reader *reader, const struct node *key,
                       const struct node *value, size_t *position, struct error *err)
{
    const struct study_spec *spec = reader->spec;
    const char *path = arena_printf(reader->arena, "study.baseline.%s", key->text);
    size_t axis = 0, at = 0;
    while (axis < spec->n_axes && strcmp(spec->axes[axis].name, key->text) != 0)
        axis++;
    if (axis == spec->n_axes)
        return error_at(
            err, key->place,
            "%s: no axis of `sweep` has this name; an axis is called as its "
            "path, zip1, zip2, ..., or design",
            path);
    const char *label = study_label(value, reader->arena);
    while (at < spec->axes[axis].n &&
           strcmp(spec->axes[axis].values[at].label, label) != 0)
        at++;
    if (at == spec->axes[axis].n)
        return error_at(err, value->place, "%s: the axis has no value '%.100s'", path,
                        label);
    position[axis] = at;
    return true;
}

bool study_read_baseline(struct study_reader *reader, const struct node *map,
                         struct error *err)
{
    struct study_spec *spec = reader->spec;
    size_t position[AXES_MAX] = {0}, point = 0;
    if (!map)
        return true;
    if (!study_want(map, NODE_MAP, "study.baseline", "{design: own}", err))
        return false;
    for (size_t i = 0; i < map->n; i++)
        if (!read_label(reader, &map->keys[i], &map->items[i], position, err))
            return false;
    for (size_t i = 0; i < spec->n_axes; i++)
        point = point * spec->axes[i].n + position[i];
    spec->baseline = point;
    return true;
}
