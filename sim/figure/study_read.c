#include "figure/study_read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"

static const struct study_cost costs[] = {{"total.npv_usd", "present value of cost"},
                                          {"total.economic_usd", "economic cost"}};

static json_t *design(const struct figure_source *source, const char *key)
{
    return json_object_get(json_object_get(source->manifest, "design"), key);
}

size_t study_point_count(const struct figure_source *source)
{
    const json_t *axes = design(source, "axes"), *axis;
    size_t i, n = 1;
    json_array_foreach(axes, i, axis) n *=
        json_array_size(json_object_get(axis, "values"));
    return n;
}

const char *study_point_label(const struct figure_source *source, size_t point,
                              struct arena *arena)
{
    const json_t *axes = design(source, "axes");
    const char *label = "";
    for (size_t i = json_array_size(axes); i-- > 0;) {
        const json_t *values = json_object_get(json_array_get(axes, i), "values");
        size_t n = json_array_size(values);
        const char *text = json_string_value(
            json_object_get(json_array_get(values, n ? point % n : 0), "label"));
        label =
            arena_printf(arena, "%s%s%s", text ? text : "", *label ? ", " : "", label);
        point /= n ? n : 1;
    }
    return *label ? label : "all replications";
}

double study_number(const struct figure_source *source, const char *key, double usual)
{
    const json_t *value = design(source, key);
    return json_is_number(value) ? json_number_value(value) : usual;
}

double study_row_number(const struct study_row *row, size_t field)
{
    const struct csv_field *text = row->field[field];
    double value;
    bool is_number = text->length > 0 &&
                     decimal_to_double(text->text, text->length, &value) == DECIMAL_OK;
    return is_number ? value : NAN;
}

bool study_row_is(const struct study_row *row, size_t field, const char *text)
{
    return strcmp(row->field[field]->text, text) == 0;
}

struct reading {
    const struct study_reader *reader;
    int at[STUDY_FIELDS];
    struct csv_field
        plain[STUDY_FIELDS]; /* of a row: without the guard against formulas */
};

static bool find_columns(void *self, const struct csv_header *header, struct error *err)
{
    struct reading *reading = self;
    const char *const *name = reading->reader->columns;
    for (size_t i = 0; name[i]; i++) {
        reading->at[i] = csv_column(header, name[i]);
        if (reading->at[i] < 0)
            return error_at(err, (struct place){header->path, 1, 0},
                            "there is no column '%s', which is one of this study",
                            name[i]);
    }
    return true;
}

static bool take_record(void *self, const struct csv_record *record, struct error *err)
{
    struct reading *reading = self;
    struct study_row row = {.line = record->line, .path = record->path};
    for (size_t i = 0; reading->reader->columns[i]; i++) {
        reading->plain[i] = csv_unguard(record->fields[reading->at[i]]);
        row.field[i] = &reading->plain[i];
    }
    return reading->reader->row(reading->reader->self, &row, err);
}

bool study_read(const struct figure_source *source, const struct study_reader *reader,
                struct error *err)
{
    struct reading reading = {.reader = reader};
    struct csv_reader csv = {
        .header = find_columns, .record = take_record, .self = &reading};
    struct arena arena = {0};
    bool ok = csv_read(arena_printf(&arena, "%s/%s", source->dirs[0], reader->file),
                       &csv, NULL, err);
    arena_free(&arena);
    return ok;
}

/* Stops at the header. */
static bool has_column(void *self, const struct csv_header *header, struct error *err)
{
    const struct study_cost **found = self;
    for (size_t i = 0; !*found && i < sizeof costs / sizeof costs[0]; i++)
        if (csv_column(header, costs[i].metric) >= 0)
            *found = &costs[i];
    return error_set(err, "seen");
}

const struct study_cost *study_cost_of(const struct figure_source *source)
{
    const struct study_cost *found = NULL;
    struct csv_reader csv = {.header = has_column, .self = &found};
    struct arena arena = {0};
    struct error seen;
    (void)!csv_read(arena_printf(&arena, "%s/replications.csv", source->dirs[0]), &csv,
                    NULL, &seen);
    arena_free(&arena);
    return found;
}

enum { REPLICATION, POINT, VALUE };

static bool take_value(void *self, const struct study_row *row, struct error *err)
{
    struct study_values *values = self;
    double k = study_row_number(row, REPLICATION), point = study_row_number(row, POINT);
    if (!(k >= 0 && k < 1e9 && point >= 0 && point < (double)values->n_points))
        return error_at(err, (struct place){row->path, row->line, 0},
                        "no replication or point of this study");
    size_t at = (size_t)k, p = (size_t)point, n = values->n;
    while (at >= values->n)
        values->n = values->n ? 2 * values->n : 256;
    if (values->n != n) {
        /* Rows come by replication, so replication is the slower index here. */
        values->value = arena_grow(&values->arena, values->value, n * values->n_points,
                                   values->n * values->n_points, sizeof(double));
        for (size_t i = n * values->n_points; i < values->n * values->n_points; i++)
            values->value[i] = NAN;
    }
    values->value[at * values->n_points + p] = study_row_number(row, VALUE);
    if (values->have[p] < at + 1)
        values->have[p] = at + 1;
    return true;
}

/* From replications of points to points of replications. */
static void turn(struct study_values *values)
{
    size_t room = values->n, n = 0;
    for (size_t p = 0; p < values->n_points; p++)
        n = values->have[p] > n ? values->have[p] : n;
    double *turned = ARENA_ARRAY(&values->arena, n * values->n_points + 1, double);
    for (size_t p = 0; p < values->n_points; p++)
        for (size_t k = 0; k < n; k++)
            turned[p * n + k] = values->value[k * values->n_points + p];
    values->value = turned;
    values->n = room ? n : 0;
}

bool study_values_of_cost(struct study_values *values, struct figure *figure,
                          const struct figure_source *source,
                          const struct study_cost **cost, struct error *err)
{
    *cost = study_cost_of(source);
    if (!*cost)
        return figure_set_absent(figure,
                                 "%s: the study has neither total.npv_usd nor "
                                 "total.economic_usd.",
                                 figure->key);
    return study_values_read(values, source, (*cost)->metric, err);
}

bool study_values_read(struct study_values *values, const struct figure_source *source,
                       const char *metric, struct error *err)
{
    const char *const columns[] = {"replication", "point", metric, NULL};
    struct study_reader reader = {.file = "replications.csv",
                                  .columns = columns,
                                  .row = take_value,
                                  .self = values};
    *values = (struct study_values){.n_points = study_point_count(source)};
    values->have = ARENA_ARRAY(&values->arena, values->n_points + 1, size_t);
    if (!study_read(source, &reader, err)) {
        study_values_free(values);
        return false;
    }
    turn(values);
    return true;
}

void study_values_free(struct study_values *values)
{
    arena_free(&values->arena);
    *values = (struct study_values){0};
}

struct ranked {
    double mean;
    size_t point;
};

static int by_mean(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;
    if (a->mean != b->mean)
        return a->mean < b->mean ? -1 : 1;
    return a->point < b->point ? -1 : a->point > b->point;
}

static int by_number(const void *left, const void *right)
{
    size_t a = *(const size_t *)left, b = *(const size_t *)right;
    return (a > b) - (a < b);
}

size_t study_choose(const struct study_values *values,
                    const struct figure_source *source, size_t chosen[STUDY_LINES])
{
    struct arena arena = {0};
    struct ranked *ranked = ARENA_ARRAY(&arena, values->n_points + 1, struct ranked);
    size_t baseline = (size_t)study_number(source, "baseline", 0), n = 0, all = 0;
    for (size_t p = 0; p < values->n_points; p++) {
        double sum = 0;
        size_t count = 0;
        for (size_t k = 0; k < values->have[p]; k++) {
            double value = values->value[p * values->n + k];
            sum += isnan(value) ? 0 : value;
            count += !isnan(value);
        }
        if (count > 0)
            ranked[all++] =
                (struct ranked){p == baseline ? -INFINITY : sum / (double)count, p};
    }
    qsort(ranked, all, sizeof *ranked, by_mean);
    for (; n < all && n < STUDY_LINES; n++)
        chosen[n] = ranked[n].point;
    qsort(chosen, n, sizeof *chosen, by_number);
    arena_free(&arena);
    return n;
}
