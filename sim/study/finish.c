#include "study/finish.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "study/directory.h"
#include "study/payload.h"
#include "study/results.h"
#include "study/tables.h"

const struct study_plan *results_plan(const struct study_results *results)
{
    return results->plan;
}

uint64_t results_replications(const struct study_results *results, size_t point)
{
    return results->options->cut[point];
}

bool results_has(const struct study_results *results, size_t column)
{
    return results->used[column];
}

bool results_values(struct study_results *results, size_t point, size_t column,
                    double value[], struct error *err)
{
    assert(point < results->plan->n_points && results->used[column]);
    return transpose_get(results->transpose,
                         point * results->n_used + results->series[column],
                         results->options->cut[point], value, err);
}

struct csv_out *results_create(struct study_results *results, const char *name,
                               struct error *err)
{
    assert(!results->open && results->n_files < RESULT_FILES_MAX);
    const char *path = directory_hide(results->options->dir, name, &results->arena);
    results->files[results->n_files].name = arena_strdup(&results->arena, name);
    results->open = csv_create(path, err);
    return results->open;
}

bool results_close(struct study_results *results, struct csv_out *out, int64_t rows,
                   struct error *err)
{
    assert(out == results->open);
    struct result_file *file = &results->files[results->n_files++];
    file->rows = rows;
    results->open = NULL;
    return csv_close(out, file->digest, err);
}

/* A label that is a number stays one, also with a sign. */
static void put_label(struct csv_out *out, const char *label)
{
    double number;
    if (decimal_to_double(label, strlen(label), &number) == DECIMAL_OK)
        csv_number(out, label, strlen(label));
    else
        csv_text(out, label);
}

void results_point(const struct study_results *results, size_t point,
                   struct csv_out *out)
{
    const struct study_plan *plan = results->plan;
    csv_int(out, (int64_t)point);
    for (size_t i = plan->n_axes, stride = plan->n_points; i > 0; i--) {
        const struct plan_axis *axis = &plan->axes[plan->n_axes - i];
        stride /= axis->n;
        put_label(out, axis->labels[point / stride % axis->n]);
    }
}

/* ---- rows ---- */

struct pass {
    struct study_results *results;
    struct payload_field *fields;
    struct csv_out *out; /* NULL in the first pass */
    double *value;       /* of the columns used */
    uint64_t expected;   /* rows that must have come so far */
};

/* The first pass: which columns have a value, and what failed. */
static void survey(struct pass *pass, uint64_t replication, size_t point)
{
    struct study_results *results = pass->results;
    const struct study_plan *plan = results->plan;
    const struct payload_field *cells = pass->fields + plan->n_uncertain + 1;
    struct finish_report *report = results->report;
    for (size_t i = 0; i < plan->columns.n; i++)
        results->filled[i] |= cells[i].length > 0;
    if (!payload_failed(plan, pass->fields))
        return;
    if (report->failed++ == 0) {
        const char *text =
            payload_unescape(&pass->fields[plan->n_uncertain], &results->arena);
        report->failed_replication = replication;
        report->failed_point = point;
        snprintf(report->failed_text, sizeof report->failed_text, "%s", text);
    }
}

static void put_inputs(struct pass *pass)
{
    const struct study_plan *plan = pass->results->plan;
    struct arena arena = {0};
    for (size_t i = 0; i < plan->n_uncertain; i++)
        put_label(pass->out, payload_unescape(&pass->fields[i], &arena));
    csv_text(pass->out, payload_unescape(&pass->fields[plan->n_uncertain], &arena));
    arena_free(&arena);
}

static void put_cell(struct pass *pass, size_t column)
{
    const struct study_plan *plan = pass->results->plan;
    const struct payload_field *field = &pass->fields[plan->n_uncertain + 1 + column];
    if (field->length > 0)
        csv_number(pass->out, field->text, field->length);
    else if (plan->columns.items[column].is_zero && !payload_failed(plan, pass->fields))
        csv_fixed(pass->out, 0, plan->columns.items[column].digits);
    else
        csv_empty(pass->out);
}

/* The second: the line, and its numbers on their way to become columns. */
static bool write_row(struct pass *pass, uint64_t replication, size_t point,
                      struct error *err)
{
    struct study_results *results = pass->results;
    const struct study_plan *plan = results->plan;
    csv_int(pass->out, (int64_t)replication);
    results_point(results, point, pass->out);
    put_inputs(pass);
    for (size_t i = 0; i < plan->columns.n; i++) {
        if (!results->used[i])
            continue;
        put_cell(pass, i);
        pass->value[results->series[i]] = payload_number(plan, pass->fields, i);
    }
    csv_end_row(pass->out);
    return results->n_used == 0 ||
           transpose_put(results->transpose, replication, point * results->n_used,
                         pass->value, results->n_used, err);
}

static bool each_row(struct pass *pass, struct error *err)
{
    struct study_results *results = pass->results;
    const struct study_plan *plan = results->plan;
    struct rows_reader *reader = rows_open(results->options->files, plan->id, err);
    struct row row;
    uint64_t rows = 0;
    bool more, ok = reader != NULL;
    while (ok && (ok = interrupt_check(err) && rows_next(reader, &row, &more, err)) &&
           more) {
        uint64_t replication = row.task / plan->n_points;
        size_t point = (size_t)(row.task % plan->n_points);
        if (replication >= results->longest)
            break;
        if (replication >= results->options->cut[point])
            continue;
        rows++;
        ok = payload_split(plan, &row, pass->fields, err);
        if (ok && pass->out)
            ok = write_row(pass, replication, point, err);
        else if (ok)
            survey(pass, replication, point);
    }
    rows_free(reader);
    if (ok && rows != pass->expected)
        ok = error_set(err,
                       "%s: there are %" PRIu64 " of %" PRIu64 " rows; others are "
                       "missing or were removed meanwhile",
                       results->options->dir, rows, pass->expected);
    return ok;
}

static bool write_rows(struct pass *pass, struct error *err)
{
    struct study_results *results = pass->results;
    const struct study_plan *plan = results->plan;
    for (size_t i = 0; i < plan->columns.n; i++) {
        results->used[i] = results->filled[i] || plan->columns.items[i].named;
        results->series[i] = results->used[i] ? results->n_used++ : COLUMN_NONE;
    }
    pass->value = ARENA_ARRAY(&results->arena, results->n_used, double);
    size_t series = plan->n_points * results->n_used;
    results->transpose = transpose_new(results->options->dir, series ? series : 1,
                                       results->longest, err);
    if (!results->transpose)
        return false;
    pass->out = results_create(results, "replications.csv", err);
    if (!pass->out)
        return false;
    study_table_head(results, STUDY_REPLICATIONS, pass->out);
    return each_row(pass, err) &&
           results_close(results, pass->out, (int64_t)pass->expected, err);
}

bool results_write_rows(struct study_results *results, struct error *err)
{
    const struct study_plan *plan = results->plan;
    struct pass pass = {.results = results};
    for (size_t point = 0; point < plan->n_points; point++) {
        uint64_t cut = results->options->cut[point];
        pass.expected += cut;
        results->longest = cut > results->longest ? cut : results->longest;
    }
    results->report->rows = pass.expected;
    results->filled = ARENA_ARRAY(&results->arena, plan->columns.n, bool);
    results->used = ARENA_ARRAY(&results->arena, plan->columns.n, bool);
    results->series = ARENA_ARRAY(&results->arena, plan->columns.n, size_t);
    pass.fields =
        ARENA_ARRAY(&results->arena, payload_fields(plan), struct payload_field);
    return each_row(&pass, err) && write_rows(&pass, err);
}

bool study_finish(const struct finish_options *options, struct finish_report *report,
                  struct error *err)
{
    const struct study_design *design = options->plan->design;
    struct study_results results = {
        .options = options, .plan = options->plan, .report = report};
    *report = (struct finish_report){0};
    bool ok = results_write_rows(&results, err) &&
              (!design->points || results_write_points(&results, err)) &&
              (!design->analyse || design->analyse(&results, err)) &&
              results_publish(&results, err);
    csv_discard(results.open);
    if (!ok)
        directory_tidy(options->dir, true);
    transpose_free(results.transpose);
    arena_free(&results.arena);
    return ok;
}
