/* The summary of a study, from its files. */

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/csv_in.h"
#include "cli/study_summary_parts.h"
#include "output/staging.h"
#include "study/tables.h"

struct reading {
    struct study_summary *summary;
    size_t first; /* column behind point and axes */
    double *quantile;
    struct interval *quantile_ci;
    bool enough; /* the rest is of further points */
};

/* An empty field is NAN. */
static double number(const struct csv_record *record, size_t column)
{
    double value;
    const struct csv_field *field = &record->fields[column];
    bool is_number =
        column < record->n && field->length > 0 &&
        decimal_to_double(field->text, field->length, &value) == DECIMAL_OK;
    return is_number ? value : NAN;
}

static struct interval interval(const struct csv_record *record, size_t column)
{
    return (struct interval){number(record, column), number(record, column + 1)};
}

/* The header must be the one that this study's would be, so far as it is looked at. */
static bool check_header(void *self, const struct csv_header *header, struct error *err)
{
    const struct reading *reading = self;
    const struct study_plan *plan = reading->summary->plan;
    size_t least = reading->first + 10;
    bool ok = header->n >= least && strcmp(header->names[0].text, "point") == 0;
    for (size_t i = 0; ok && i < plan->n_axes; i++)
        ok = strcmp(header->names[1 + i].text, plan->axes[i].name) == 0;
    return ok || error_at(err, (struct place){.file = header->path},
                          "its columns are not those of this study");
}

/* False, too, where there are enough points. */
static bool point_and_metric(struct reading *reading, const struct csv_record *record,
                             size_t metric, size_t *point, size_t *column,
                             struct error *err)
{
    const struct study_plan *plan = reading->summary->plan;
    double at = number(record, 0);
    reading->enough = at >= SUMMARY_POINTS;
    if (reading->enough)
        return error_set(err, "there are more points");
    *column = columns_find(&plan->columns, record->fields[metric].text);
    if (*column == COLUMN_NONE || !(at >= 0 && at < (double)plan->n_points))
        return error_at(err, (struct place){record->path, record->line, 0},
                        "no point or metric of this study");
    *point = (size_t)at;
    return true;
}

static bool take_point(void *self, const struct csv_record *record, struct error *err)
{
    struct reading *reading = self;
    const struct study_plan *plan = reading->summary->plan;
    struct point_statistics of = {.quantile = reading->quantile,
                                  .quantile_ci = reading->quantile_ci};
    size_t at = reading->first, after = at + 10 + 3 * plan->n_quantiles;
    if (!point_and_metric(reading, record, at, &of.point, &of.column, err))
        return false;
    of.estimate = (struct mean_estimate){.n = (int64_t)number(record, at + 2),
                                         .mean = number(record, at + 3),
                                         .standard_error = number(record, at + 4),
                                         .ci = interval(record, at + 5),
                                         .sd = number(record, at + 7),
                                         .min = number(record, at + 8),
                                         .max = number(record, at + 9)};
    for (size_t i = 0; i < plan->n_quantiles; i++) {
        reading->quantile[i] = number(record, at + 10 + 3 * i);
        reading->quantile_ci[i] = interval(record, at + 11 + 3 * i);
    }
    of.cvar = (struct mean_estimate){.mean = number(record, after),
                                     .ci = interval(record, after + 1)};
    plan_target(plan, of.column, &of.at_least, &of.at_most);
    of.miss = (struct proportion){.share = number(record, after + 4),
                                  .ci = interval(record, after + 5)};
    study_summary_point(reading->summary, &of);
    return true;
}

static bool take_pair(void *self, const struct csv_record *record, struct error *err)
{
    struct reading *reading = self;
    struct pair_statistics of = {.point = 0};
    size_t at = reading->first + 1; /* behind the baseline */
    if (!point_and_metric(reading, record, at, &of.point, &of.column, err))
        return false;
    of.paired = (struct paired){.n = (int64_t)number(record, at + 2),
                                .mean_difference = number(record, at + 3),
                                .standard_error = number(record, at + 4),
                                .ci = interval(record, at + 5),
                                .unpaired_half_width = number(record, at + 7),
                                .correlation = number(record, at + 8)};
    study_summary_pair(reading->summary, &of);
    return true;
}

static bool read_first_failed(const json_t *first, struct finish_report *report)
{
    const json_t *replication = json_object_get(first, "replication");
    const json_t *point = json_object_get(first, "point");
    const char *text = json_string_value(json_object_get(first, "error"));
    if (report->failed == 0)
        return true;
    if (!json_is_integer(replication) || !json_is_integer(point) || !text)
        return false;
    report->failed_replication = (uint64_t)json_integer_value(replication);
    report->failed_point = (size_t)json_integer_value(point);
    snprintf(report->failed_text, sizeof report->failed_text, "%s", text);
    return true;
}

/* All files that the manifest lists are there. */
static bool check_outputs(const char *dir, json_t *outputs, struct arena *arena,
                          struct error *err)
{
    for (void *at = json_object_iter(outputs); at;
         at = json_object_iter_next(outputs, at)) {
        const char *path = arena_printf(arena, "%s/%s", dir, json_object_iter_key(at));
        if (access(path, F_OK) != 0 && errno == ENOENT)
            return error_set(err,
                             "%s: it is missing, and the manifest lists it; --force "
                             "makes the study anew",
                             path);
    }
    return true;
}

bool study_report_read(const char *dir, struct finish_report *report, struct error *err)
{
    struct arena arena = {0};
    const char *path = arena_printf(&arena, "%s/" MANIFEST_NAME, dir);
    json_t *root = json_load_file(path, 0, NULL);
    json_t *outputs = json_object_get(root, "outputs");
    const json_t *rows =
        json_object_get(json_object_get(outputs, "replications.csv"), "rows");
    const json_t *failed = json_object_get(root, "failed");
    bool ok = json_is_integer(rows) && json_is_integer(failed);
    *report = (struct finish_report){.rows = (uint64_t)json_integer_value(rows),
                                     .failed = (uint64_t)json_integer_value(failed)};
    ok = ok && read_first_failed(json_object_get(root, "first_failed"), report);
    if (!ok)
        error_set(err, "%s: it is not that of a study", path);
    ok = ok && check_outputs(dir, outputs, &arena, err);
    json_decref(root);
    arena_free(&arena);
    return ok;
}

static bool read_file(struct reading *reading, const char *dir,
                      enum study_table_kind table, struct error *err)
{
    struct csv_reader reader = {.header = check_header,
                                .record =
                                    table == STUDY_POINTS ? take_point : take_pair,
                                .self = reading};
    const char *path =
        arena_printf(&reading->summary->arena, "%s/%s", dir, study_tables[table].name);
    struct error inner;
    reading->enough = false;
    if (csv_read(path, &reader, NULL, &inner) || reading->enough)
        return true;
    *err = inner;
    return false;
}

bool study_summary_read(struct study_summary *summary, const char *dir,
                        struct error *err)
{
    const struct study_plan *plan = summary->plan;
    struct arena *arena = &summary->arena;
    struct reading reading = {
        .summary = summary,
        .first = 1 + plan->n_axes,
        .quantile = ARENA_ARRAY(arena, plan->n_quantiles, double),
        .quantile_ci = ARENA_ARRAY(arena, plan->n_quantiles, struct interval)};
    return read_file(&reading, dir, STUDY_POINTS, err) &&
           (plan->n_points == 1 || read_file(&reading, dir, STUDY_PAIRED, err));
}
