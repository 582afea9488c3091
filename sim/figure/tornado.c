/* What each uncertain input does to the cost, from its low value to its high one. */

#include <string.h>

#include "figure/study_read.h"
#include "output/brief_parts.h"

#define BARS 14

enum {
    METRIC,
    UNIT,
    RANK,
    INPUT,
    LOW_VALUE,
    HIGH_VALUE,
    BASE,
    LOW,
    LOW_FROM,
    LOW_TO,
    HIGH,
    HIGH_FROM,
    HIGH_TO
};

static const char *const columns[] = {"metric",
                                      "unit",
                                      "rank",
                                      "input",
                                      "low_value",
                                      "high_value",
                                      "base_mean",
                                      "low_difference",
                                      "low_difference_low",
                                      "low_difference_high",
                                      "high_difference",
                                      "high_difference_low",
                                      "high_difference_high",
                                      NULL};

struct reading {
    struct figure *figure;
    const char *wanted;        /* NULL: the first */
    const char *metric, *unit; /* NULL before the first row */
    double base;
    size_t left_out;
};

static void add_columns(struct figure *figure, const char *unit)
{
    figure_add_column(figure, "input", "", "", FIGURE_X);
    figure_add_column(figure, "low_difference", "input low", unit, FIGURE_POINT);
    figure_add_column(figure, "high_difference", "input high", unit, FIGURE_POINT);
    figure_add_column(figure, "low_difference_low", "interval, low", unit, FIGURE_LOW);
    figure_add_column(figure, "high_difference_low", "interval, high", unit,
                      FIGURE_LOW);
    figure_add_column(figure, "low_difference_high", "interval, low", unit,
                      FIGURE_HIGH);
    figure_add_column(figure, "high_difference_high", "interval, high", unit,
                      FIGURE_HIGH);
    figure_add_column(figure, "low_value", "low value", "", FIGURE_TEXT);
    figure_add_column(figure, "high_value", "high value", "", FIGURE_TEXT);
}

/* Of one metric: rows are by metric, then by rank. */
static bool take(void *self, const struct study_row *in, struct error *err)
{
    struct reading *reading = self;
    struct figure *figure = reading->figure;
    (void)err;
    if (!reading->metric && reading->wanted &&
        !study_row_is(in, METRIC, reading->wanted))
        return true;
    if (!reading->metric) {
        reading->metric = arena_strdup(&figure->arena, in->field[METRIC]->text);
        reading->unit = arena_strdup(&figure->arena, in->field[UNIT]->text);
        reading->base = study_row_number(in, BASE);
        add_columns(figure, reading->unit);
    }
    if (!study_row_is(in, METRIC, reading->metric))
        return true;
    if (figure->n_rows == BARS) {
        reading->left_out++;
        return true;
    }
    double *row = figure_add_row(figure);
    *row++ = figure_text_cell(figure, in->field[INPUT]->text);
    *row++ = study_row_number(in, LOW);
    *row++ = study_row_number(in, HIGH);
    *row++ = study_row_number(in, LOW_FROM);
    *row++ = study_row_number(in, HIGH_FROM);
    *row++ = study_row_number(in, LOW_TO);
    *row++ = study_row_number(in, HIGH_TO);
    *row++ = figure_text_cell(figure, in->field[LOW_VALUE]->text);
    *row++ = figure_text_cell(figure, in->field[HIGH_VALUE]->text);
    return true;
}

static bool is_tornado(const struct figure_source *source)
{
    const json_t *params =
        json_object_get(json_object_get(source->manifest, "design"), "params");
    const char *method = json_string_value(json_object_get(params, "method"));
    return method && strcmp(method, "tornado") == 0;
}

/* The present value where it was asked for, as in the other figures of studies; else
 * NULL, for the first. */
static const char *wanted_metric(const struct figure_source *source)
{
    static const char npv[] = "total.npv_usd";
    const json_t *params =
        json_object_get(json_object_get(source->manifest, "design"), "params");
    const json_t *names = json_object_get(params, "metrics");
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *name = json_string_value(json_array_get(names, i));
        if (name && strcmp(name, npv) == 0)
            return npv;
    }
    return NULL;
}

static bool build(struct figure *figure, const struct figure_source *source,
                  struct error *err)
{
    struct reading reading = {.figure = figure};
    struct study_reader reader = {
        .file = "tornado.csv", .columns = columns, .row = take, .self = &reading};
    if (!is_tornado(source))
        return figure_set_absent(figure,
                                 "tornado: it is of `tenure sensitivity --method "
                                 "tornado`, and this study has another method.");
    reading.wanted = wanted_metric(source);
    if (!study_read(source, &reader, err))
        return false;
    if (!reading.metric && reading.wanted) { /* it has no value */
        reading.wanted = NULL;
        if (!study_read(source, &reader, err))
            return false;
    }
    if (!reading.metric)
        return figure_set_absent(figure, "tornado: tornado.csv has no row.");
    figure->shape = FIGURE_RANGES;
    figure->x.kind = FIGURE_CATEGORY;
    figure->y.label = arena_printf(&figure->arena, "change of %s", reading.metric);
    figure->y.unit = reading.unit;
    char base[BRIEF_TEXT];
    brief_number(base, reading.base);
    figure->note = arena_printf(
        &figure->arena,
        "How %s moves from %s %s when one input alone is low or high, all others at "
        "their medians; thin lines are the intervals.",
        reading.metric, base, reading.unit);
    if (reading.left_out > 0)
        figure->note =
            arena_printf(&figure->arena, "%s Left out are %zu inputs that do less.",
                         figure->note, reading.left_out);
    return true;
}

const struct figure_kind kind_tornado = {
    .key = "tornado",
    .title = "Which input matters",
    .of = FIGURE_OF_STUDY,
    .studies = "sensitivity",
    .files = "tornado.csv",
    .command = "tenure sensitivity SCENARIO --method tornado -o DIR",
    .build = build,
};
