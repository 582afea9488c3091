/* Where one of two designs begins to be the cheaper: over one axis the difference, over
 * two a map. */

#include <math.h>
#include <string.h>

#include "figure/study_read.h"

struct grid_axis {
    const char *name, *unit;
    double low, high; /* of the grid */
};

struct map {
    struct figure *figure;
    struct grid_axis x, y; /* y.name is NULL where there is one axis alone */
    const char *metric, *designs[2];
    bool is_number;
};

enum { METRIC, FIRST, SECOND, DIFFERENCE, LOW, HIGH, LOWER, X, Y };

static void take_axes(struct map *map, const struct figure_source *source)
{
    const json_t *axes =
        json_object_get(json_object_get(source->manifest, "design"), "axes");
    size_t n = json_array_size(axes); /* y, x, design */
    for (size_t i = 0; i + 1 < n; i++) {
        const json_t *axis = json_array_get(axes, i);
        const char *name = json_string_value(json_object_get(axis, "name"));
        const char *unit = json_string_value(json_object_get(axis, "unit"));
        *(i + 2 == n ? &map->x : &map->y) =
            (struct grid_axis){name, unit ? unit : "", INFINITY, -INFINITY};
    }
}

static const char *lower_label(const struct map *map, int design)
{
    return arena_printf(&map->figure->arena, "%s is lower", map->designs[design]);
}

static void begin(struct map *map, const struct study_row *row)
{
    struct figure *figure = map->figure;
    struct arena *arena = &figure->arena;
    map->metric = arena_strdup(arena, row->field[METRIC]->text);
    map->designs[0] = arena_strdup(arena, row->field[FIRST]->text);
    map->designs[1] = arena_strdup(arena, row->field[SECOND]->text);
    figure_add_column(figure, "x", map->x.name, map->x.unit, FIGURE_X);
    if (!map->y.name) {
        figure_add_column(
            figure, "difference",
            arena_printf(arena, "%s less %s", map->designs[0], map->designs[1]), "USD",
            FIGURE_LINE);
        figure_add_column(figure, "difference_low", "its interval", "USD", FIGURE_LOW);
        figure_add_column(figure, "difference_high", "its interval", "USD",
                          FIGURE_HIGH);
        figure_add_column(figure, "equal", "equal", "USD", FIGURE_MARK);
        return;
    }
    const char *unit = map->y.unit;
    figure_add_column(figure, "equal_low", "equal, its band", map->x.unit,
                      FIGURE_X_LOW);
    figure_add_column(figure, "equal_high", "equal, its band", map->x.unit,
                      FIGURE_X_HIGH);
    figure_add_column(figure, "first_lower", lower_label(map, 0), unit, FIGURE_POINT);
    figure_add_column(figure, "second_lower", lower_label(map, 1), unit, FIGURE_POINT);
    figure_add_column(figure, "undecided", "not decided", unit, FIGURE_POINT);
    figure_add_column(figure, "boundary", "equal", unit, FIGURE_LINE);
}

static void widen(struct grid_axis *axis, double value)
{
    axis->low = fmin(axis->low, value);
    axis->high = fmax(axis->high, value);
}

static bool take_point(void *self, const struct study_row *in, struct error *err)
{
    struct map *map = self;
    double x = study_row_number(in, X), y = map->y.name ? study_row_number(in, Y) : 0;
    (void)err;
    if (!map->metric)
        begin(map, in);
    if (!study_row_is(in, METRIC, map->metric))
        return true;
    if (isnan(x) || isnan(y)) {
        map->is_number = false;
        return true;
    }
    widen(&map->x, x);
    widen(&map->y, y);
    double *row = figure_add_row(map->figure);
    row[0] = x;
    if (!map->y.name) {
        row[1] = study_row_number(in, DIFFERENCE);
        row[2] = study_row_number(in, LOW);
        row[3] = study_row_number(in, HIGH);
        return true;
    }
    bool first = study_row_is(in, LOWER, map->designs[0]);
    bool second = study_row_is(in, LOWER, map->designs[1]);
    row[first ? 3 : second ? 4 : 5] = y;
    return true;
}

enum { BOUND_METRIC, KIND, BOUND_LOW, BOUND_HIGH, BOUND_X, BOUND_Y };

/* A band that is open reaches to the end of the grid, or beyond. */
static bool take_boundary(void *self, const struct study_row *in, struct error *err)
{
    struct map *map = self;
    double x = study_row_number(in, BOUND_X);
    double low = study_row_number(in, BOUND_LOW),
           high = study_row_number(in, BOUND_HIGH);
    bool crossing = study_row_is(in, KIND, "crossing");
    (void)err;
    if (!map->metric || !study_row_is(in, BOUND_METRIC, map->metric) ||
        study_row_is(in, KIND, "none"))
        return true;
    low = isnan(low) ? map->x.low : low;
    high = isnan(high) ? map->x.high : high;
    double *row = figure_add_row(map->figure);
    row[0] = isnan(x) ? (low + high) / 2 : x;
    if (!map->y.name) {
        if (crossing)
            row[4] = 0;
        return true;
    }
    row[1] = low;
    row[2] = high;
    row[6] = study_row_number(in, BOUND_Y);
    return true;
}

static bool read(struct map *map, const struct figure_source *source, struct error *err)
{
    const char *points[] = {"metric",  "first", "second",    "difference", "ci_low",
                            "ci_high", "lower", map->x.name, map->y.name,  NULL};
    const char *bounds[] = {"metric",    "kind",      "low", "high",
                            map->x.name, map->y.name, NULL};
    struct study_reader reader = {
        .file = "breakeven.csv", .columns = points, .row = take_point, .self = map};
    struct study_reader boundary = {
        .file = "boundary.csv", .columns = bounds, .row = take_boundary, .self = map};
    return study_read(source, &reader, err) && study_read(source, &boundary, err);
}

static void say(struct figure *figure, const struct map *map)
{
    figure->x = (struct figure_axis){FIGURE_NUMBER, map->x.name, map->x.unit, false};
    if (map->y.name) {
        figure->shape = FIGURE_POINTS;
        figure->y =
            (struct figure_axis){FIGURE_NUMBER, map->y.name, map->y.unit, false};
        figure->note = arena_printf(
            &figure->arena,
            "Which of %s and %s has the lower mean of %s, beyond the interval of the "
            "difference, and the line on which they are equal, with its band.",
            map->designs[0], map->designs[1], map->metric);
        return;
    }
    figure->shape = FIGURE_LINES;
    figure->y.label = "difference";
    figure->y.unit = "USD";
    figure->note = arena_printf(
        &figure->arena,
        "%s of %s less that of %s, with its interval: below zero %s is lower.",
        map->metric, map->designs[0], map->designs[1], map->designs[0]);
}

static bool build(struct figure *figure, const struct figure_source *source,
                  struct error *err)
{
    struct map map = {.figure = figure, .is_number = true};
    take_axes(&map, source);
    if (!map.x.name || !read(&map, source, err))
        return map.x.name
                   ? false
                   : error_set(err, "%s: the manifest names no axis", source->dirs[0]);
    if (!map.is_number || !map.metric)
        return figure_set_absent(figure, "break-even: the values of an axis are no "
                                         "numbers; breakeven.csv has the table.");
    say(figure, &map);
    return true;
}

const struct figure_kind kind_break_even = {
    .key = "break-even",
    .title = "Where the designs cost the same",
    .of = FIGURE_OF_STUDY,
    .studies = "breakeven",
    .files = "breakeven.csv, boundary.csv",
    .command = "tenure breakeven SCENARIO -o DIR",
    .build = build,
};
