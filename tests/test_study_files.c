#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <jansson.h>
#include <math.h>

#include "base/csv_in.h"
#include "base/decimal.h"
#include "program.h"

/* What stands in the files of a study, held to other ways of knowing it. */

static const char yaml[] =
    "start: 2026-01-01\nhorizon: 20d\nseed: 7\ndiscount_rate: 8 %/y\n"
    "demand: [{model: {name: poisson, rate: 20 /d, duration: 6h, gpus: 4}}]\n"
    "pools:\n"
    "  - {name: own, tenure: own, class: h100-sxm, gpus: 16}\n"
    "  - {name: burst, tenure: on-demand, class: h100-sxm, limit: 64, price: 2.95 "
    "USD/GPU-h}\n"
    "dispatch: {wait: {policy: threshold, after: 4h}}\n"
    "uncertain:\n"
    "  pools.burst.price: {lognormal: {median: 2.95 USD/GPU-h, sigma: 0.2}}\n"
    "  dispatch.backfill: {discrete: [none, easy]}\n"
    "sweep: {pools.own.gpus: [8, 16, 24]}\n"
    "study:\n  replications: 70\n  quantiles: [10 %, 97.5 %]\n"
    "  metrics: [\"size:4-7.wait_max_s\", \"workload:none.jobs_arrived\"]\n"
    "  targets: [{metric: fixed.utilization_frac, at_least: 0.95}]\n"
    "  baseline: {pools.own.gpus: 16}\n";

/* A whole table in memory. */
struct sheet {
    struct arena arena;
    const char **names;
    size_t columns, rows, room;
    const char ***cells; /* [row][column] */
};

static bool take_header(void *self, const struct csv_header *header, struct error *err)
{
    struct sheet *table = self;
    (void)err;
    table->columns = header->n;
    table->names = ARENA_ARRAY(&table->arena, header->n, const char *);
    for (size_t i = 0; i < header->n; i++)
        table->names[i] = arena_strdup(&table->arena, header->names[i].text);
    return true;
}

static bool take_record(void *self, const struct csv_record *record, struct error *err)
{
    struct sheet *table = self;
    (void)err;
    if (table->rows == table->room) {
        table->room = table->room ? 2 * table->room : 64;
        table->cells = arena_grow(&table->arena, table->cells, table->rows, table->room,
                                  sizeof *table->cells);
    }
    const char **row = ARENA_ARRAY(&table->arena, record->n, const char *);
    for (size_t i = 0; i < record->n; i++)
        row[i] = arena_strdup(&table->arena, record->fields[i].text);
    table->cells[table->rows++] = row;
    return true;
}

static struct sheet read_table(const struct folder *folder, const char *name)
{
    struct sheet table = {.rows = 0};
    struct csv_reader reader = {
        .header = take_header, .record = take_record, .self = &table};
    struct error err = {.text = ""};
    char path[128];
    cr_assert(csv_read(folder_path(folder, name, path), &reader, NULL, &err), "%s",
              err.text);
    return table;
}

static size_t column_of(const struct sheet *table, const char *name)
{
    for (size_t i = 0; i < table->columns; i++)
        if (strcmp(table->names[i], name) == 0)
            return i;
    cr_assert(false, "no column %s", name);
    return 0;
}

static double number(const struct sheet *table, size_t row, const char *column)
{
    const char *text = table->cells[row][column_of(table, column)];
    double value;
    if (!*text)
        return NAN;
    cr_assert(decimal_to_double(text, strlen(text), &value) == DECIMAL_OK, "%s", text);
    return value;
}

static struct folder prepared(const char *text, const char *command)
{
    struct folder folder = folder_new();
    folder_traces(&folder);
    folder_write(&folder, "t.yaml", text);
    struct outcome *outcome = tenure(&folder, command);
    cr_assert(outcome->code == 0 || outcome->code == 3, "%s", outcome->err);
    return folder;
}

static void clean(const struct folder *folder)
{
    char command[256];
    snprintf(command, sizeof command, "rm -rf %s", folder->path);
    cr_expect(eq(int, system(command), 0));
}

/* The values of a metric at a point, by replication. */
static size_t values_of(const struct sheet *rows, const char *point, const char *metric,
                        double value[])
{
    size_t n = 0, at = column_of(rows, "point");
    for (size_t i = 0; i < rows->rows; i++)
        if (strcmp(rows->cells[i][at], point) == 0)
            value[n++] = number(rows, i, metric);
    return n;
}

static int by_size(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static void expect_near(double value, double wanted, const char *what)
{
    cr_expect(fabs(value - wanted) <= 2e-6 + 1e-9 * fabs(wanted), "%s: %.9f, not %.9f",
              what, value, wanted);
}

/* Mean, spread and quantiles from the rows, by the plain definitions. */
static void check_point(const struct sheet *points, size_t row,
                        const struct sheet *rows)
{
    double value[100], sum = 0, squares = 0;
    const char *point = points->cells[row][column_of(points, "point")];
    const char *metric = points->cells[row][column_of(points, "metric")];
    size_t all = values_of(rows, point, metric, value), n = 0;
    for (size_t i = 0; i < all; i++)
        if (!isnan(value[i]))
            sum += value[n++] = value[i];
    cr_expect(number(points, row, "n") == (double)n, "%s at %s", metric, point);
    if (n == 0)
        return;
    double mean = sum / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += (value[i] - mean) * (value[i] - mean);
    qsort(value, n, sizeof *value, by_size);
    expect_near(number(points, row, "mean"), mean, metric);
    expect_near(number(points, row, "sd"), sqrt(squares / ((double)n - 1)), metric);
    expect_near(number(points, row, "standard_error"),
                sqrt(squares / ((double)n - 1) / (double)n), metric);
    expect_near(number(points, row, "min"), value[0], metric);
    expect_near(number(points, row, "max"), value[n - 1], metric);
    expect_near(number(points, row, "p10"), value[(size_t)ceil(0.1 * (double)n) - 1],
                metric);
    expect_near(number(points, row, "p97_5"),
                value[(size_t)ceil(0.975 * (double)n) - 1], metric);
}

Test(study_files, statistics_are_those_of_the_rows, .timeout = 60)
{
    struct folder folder = prepared(yaml, "sweep t.yaml -q -o a");
    struct sheet rows = read_table(&folder, "a/replications.csv");
    struct sheet points = read_table(&folder, "a/points.csv");
    struct sheet pairs = read_table(&folder, "a/paired.csv");
    size_t metrics = rows.columns - 5; /* replication, point, axis, two inputs, error */
    metrics--;
    cr_expect(eq(sz, rows.rows, 210));
    cr_expect(eq(sz, points.rows, 3 * metrics));
    cr_expect(eq(sz, pairs.rows, 2 * metrics));
    for (size_t i = 0; i < points.rows; i++)
        check_point(&points, i, &rows);

    int checked = 0;
    for (size_t i = 0; i < pairs.rows; i++) {
        double own[100], base[100], sum = 0;
        const char *metric = pairs.cells[i][column_of(&pairs, "metric")];
        const char *point = pairs.cells[i][column_of(&pairs, "point")];
        cr_expect(number(&pairs, i, "baseline") == 1);
        size_t n = values_of(&rows, point, metric, own), used = 0;
        values_of(&rows, "1", metric, base);
        for (size_t k = 0; k < n; k++)
            if (!isnan(own[k] - base[k]) && ++used)
                sum += own[k] - base[k];
        cr_expect(number(&pairs, i, "n") == (double)used);
        if (used > 0)
            expect_near(number(&pairs, i, "mean_difference"), sum / (double)used,
                        metric);
        checked += used == 70;
    }
    cr_expect(checked > 100, "%d", checked);
    arena_free(&rows.arena);
    arena_free(&points.arena);
    arena_free(&pairs.arena);
    clean(&folder);
}

Test(study_files, named_metrics_and_targets_are_there, .timeout = 60)
{
    struct folder folder = prepared(yaml, "sweep t.yaml -q -o a");
    struct sheet points = read_table(&folder, "a/points.csv");
    struct sheet rows = read_table(&folder, "a/replications.csv");
    int size = 0, none = 0;
    for (size_t i = 0; i < points.rows; i++) {
        const char *metric = points.cells[i][column_of(&points, "metric")];
        const char *target = points.cells[i][column_of(&points, "target")];
        size +=
            strcmp(metric, "size:4-7.wait_max_s") == 0 && number(&points, i, "n") > 0;
        none += strcmp(metric, "workload:none.jobs_arrived") == 0 &&
                number(&points, i, "n") == 0;
        if (strcmp(metric, "fixed.utilization_frac") != 0) {
            cr_expect(target[0] == 0);
            continue;
        }
        double value[100], misses = 0;
        size_t n = values_of(&rows, points.cells[i][0], metric, value);
        for (size_t k = 0; k < n; k++)
            misses += value[k] < 0.95;
        double share = number(&points, i, "miss_probability");
        cr_expect(eq(str, (char *)(uintptr_t)target, ">= 0.95"));
        expect_near(share, misses / (double)n, "miss_probability");
        cr_expect(number(&points, i, "miss_low") <= share &&
                  number(&points, i, "miss_high") >= share);
    }
    cr_expect(size == 3 && none == 3, "%d %d", size, none);

    json_t *manifest;
    char path[128];
    manifest = json_load_file(folder_path(&folder, "a/manifest.json", path), 0, NULL);
    const json_t *warnings = json_object_get(manifest, "warnings");
    cr_expect(eq(sz, json_array_size(warnings), 1));
    cr_expect(eq(str, (char *)(uintptr_t)json_string_value(json_array_get(warnings, 0)),
                 "workload:none.jobs_arrived has no value in any replication"));
    cr_expect(json_object_get(manifest, "resolved") != NULL);
    cr_expect(json_object_get(manifest, "columns") == NULL);
    json_decref(manifest);
    arena_free(&rows.arena);
    arena_free(&points.arena);
    clean(&folder);
}

/* "total.wait_p95_s" of summary.csv, or NAN. */
static double in_summary(const struct sheet *summary, const char *name)
{
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; i < summary->rows; i++) {
        const char *const *row = summary->cells[i];
        if (strncmp(row[0], name, (size_t)(dot - name)) == 0 &&
            strlen(row[0]) == (size_t)(dot - name) && strcmp(row[1], dot + 1) == 0)
            return number(summary, i, "value");
    }
    return NAN;
}

Test(study_files, each_row_is_what_a_run_of_it_alone_gives, .timeout = 60)
{
    struct folder folder = prepared(yaml, "sweep t.yaml -q -o a -n 20");
    struct sheet rows = read_table(&folder, "a/replications.csv");
    int compared = 0;
    for (size_t i = 1; i < rows.rows; i += 23) {
        char command[400];
        const char *const *row = rows.cells[i];
        snprintf(command, sizeof command,
                 "run t.yaml -q -o b --force --replication %s --set pools.own.gpus=%s "
                 "--set 'pools.burst.price=%s USD/GPU-h' --set dispatch.backfill=%s",
                 row[0], row[2], row[3], row[4]);
        struct outcome *outcome = tenure(&folder, command);
        cr_assert(outcome->code == 0, "%s", outcome->err);
        struct sheet summary = read_table(&folder, "b/summary.csv");
        for (size_t c = 6; c < rows.columns; c++) {
            double own = number(&rows, i, rows.names[c]);
            double alone = in_summary(&summary, rows.names[c]);
            cr_expect(own == alone || (isnan(own) && isnan(alone)) ||
                          (own == 0 && isnan(alone)),
                      "row %zu, %s: %.9f, not %.9f", i, rows.names[c], own, alone);
            compared += own == alone && own != 0;
        }
        arena_free(&summary.arena);
    }
    cr_expect(compared > 200, "%d", compared);
    arena_free(&rows.arena);
    clean(&folder);
}

/* ---- replications that cannot be done ---- */

static const char failing[] =
    "start: 2026-01-01\nhorizon: 20d\ninitial: {jobs: start.csv}\n"
    "demand: [{model: {name: poisson, rate: 20 /d, duration: 6h}}]\n"
    "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 16}]\n"
    "uncertain: {pools.own.gpus: {discrete: [{value: 16, weight: 3}, {value: 0}]}}\n";

Test(study_files, what_failed_is_a_row_and_in_no_figure, .timeout = 60)
{
    struct folder folder = folder_new();
    folder_traces(&folder);
    folder_write(&folder, "t.yaml", failing);
    struct outcome *outcome = tenure(&folder, "mc t.yaml -q -n 40 -o a");
    cr_expect(eq(int, outcome->code, 3));
    struct sheet rows = read_table(&folder, "a/replications.csv");
    struct sheet points = read_table(&folder, "a/points.csv");
    size_t failed = 0, error = column_of(&rows, "error"), first = SIZE_MAX;
    for (size_t i = 0; i < rows.rows; i++) {
        bool has = *rows.cells[i][error] != '\0';
        cr_expect(eq(int, has, strcmp(rows.cells[i][2], "0") == 0));
        cr_expect(eq(int, isnan(number(&rows, i, "total.jobs_arrived")) != 0, has));
        failed += has;
        first = has && first == SIZE_MAX ? i : first;
    }
    cr_expect(failed > 3 && failed < 20, "%zu", failed);
    for (size_t i = 0; i < points.rows; i++)
        cr_expect(number(&points, i, "n") <= (double)(40 - failed));
    char expected[300];
    snprintf(
        expected, sizeof expected,
        "tenure: a: %zu of 40 replications could not be done, and are in no figure; "
        "the first is replication %zu: %s\n",
        failed, first, rows.cells[first][error]);
    cr_expect(eq(str, outcome->err, expected));
    arena_free(&points.arena);
    arena_free(&rows.arena);

    /* Asked again, it says the same, and ends in the same way. */
    static const char *const again[] = {"mc t.yaml -n 40 -o a",
                                        "mc t.yaml -n 40 -o a -q",
                                        "mc t.yaml -n 40 -o a --json"};
    for (size_t i = 0; i < COUNT(again); i++) {
        outcome = tenure(&folder, again[i]);
        cr_expect(eq(int, outcome->code, 3));
        cr_expect(eq(str, outcome->err, expected));
    }

    outcome = tenure(&folder, "audit a");
    cr_expect(eq(int, outcome->code, 0));
    outcome =
        tenure(&folder, "mc t.yaml -q -n 40 -o b --shard 0/1; \"$TENURE_PROGRAM\" "
                        "merge b -q; test $? = 3 && \"$TENURE_PROGRAM\" merge b "
                        "-q; test $? = 3 && rm -r b/shards && diff -r a b");
    cr_expect(outcome->code == 0, "%s%s", outcome->out, outcome->err);
    clean(&folder);
}

Test(study_files, the_summary_as_json_has_the_figures_of_the_files, .timeout = 60)
{
    struct folder folder = folder_new();
    folder_write(&folder, "t.yaml", yaml);
    struct outcome *outcome = tenure(
        &folder,
        "sweep t.yaml -o a -n 30 --json >first; \"$TENURE_PROGRAM\" sweep t.yaml "
        "-o a -n 30 --json >again; cmp first again && cat again");
    cr_assert(outcome->code == 0, "%s%s", outcome->out, outcome->err);
    json_t *root = json_loads(outcome->out, 0, NULL);
    cr_assert(root != NULL);
    struct sheet points = read_table(&folder, "a/points.csv");
    cr_expect(eq(i64, json_integer_value(json_object_get(root, "runs")), 90));
    cr_expect(eq(i64, json_integer_value(json_object_get(root, "replications")), 30));
    const json_t *list = json_object_get(root, "points");
    cr_assert(eq(sz, json_array_size(list), 3));
    int compared = 0;
    for (size_t i = 0; i < points.rows; i++) {
        size_t point = (size_t)number(&points, i, "point");
        const char *metric = points.cells[i][column_of(&points, "metric")];
        const json_t *entry = json_array_get(list, point);
        const json_t *of = json_object_get(json_object_get(entry, "metrics"), metric);
        if (!of || json_is_null(json_object_get(of, "mean")))
            continue;
        expect_near(json_real_value(json_object_get(of, "mean")),
                    number(&points, i, "mean"), metric);
        compared++;
    }
    cr_expect(compared >= 18, "%d", compared);
    json_decref(root);
    arena_free(&points.arena);
    clean(&folder);
}
