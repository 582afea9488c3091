/* Figures against the files they are made of. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <jansson.h>
#include <math.h>
#include <unistd.h>

#include "figure/build.h"
#include "result_runs.h"

static struct results results;
static struct figure_source source;
static struct figure figure;

static const char mixed[] =
    "name: mixed\nstart: 2026-01-20\nhorizon: 50d\ninterval: 6h\n"
    "discount_rate: 9.3 %/y\n"
    "demand:\n  - {jobs: jobs.csv, reference_class: h100-sxm, after_end: stop}\n"
    "pools:\n"
    "  - {name: own, tenure: own, class: h100-sxm, gpus: 16, in_service: 2025-03-01,"
    " opening: book, changes: [{at: 2026-02-10, gpus: +16}]}\n"
    "  - {name: leased, tenure: lease, class: h100-sxm, gpus: 8, price: 2.05 USD/GPU-h,"
    " term: 1y, prepay: 20 %}\n"
    "  - {name: burst, tenure: on-demand, class: h100-sxm, limit: 64,"
    " price: 2.95 USD/GPU-h, increment: 60s}\n"
    "dispatch: {backfill: easy, wait: {policy: threshold, short_below: 2h, short: "
    "30min, long: 6h}}\n";

static void setup(void)
{
    results_begin(&results);
    results_jobs(&results, "jobs.csv", 900, 9000000);
    figure = (struct figure){0};
    source = (struct figure_source){0};
}

static void teardown(void)
{
    figure_free(&figure);
    figure_source_close(&source);
    results_end(&results);
}

TestSuite(figure, .init = setup, .fini = teardown);

static void open_runs(const char *const dirs[], size_t n)
{
    struct error err;
    bool ok = figure_source_open(&source, dirs, n, &err);
    cr_assert(ok, "%s", err.text);
}

static void open_mixed(void)
{
    const char *dir = results_run(&results, "run", mixed, NULL, 0);
    open_runs(&dir, 1);
}

static void make(const char *key)
{
    struct error err;
    figure_free(&figure);
    bool ok = figure_make(&figure, figure_kind_find(key), &source, &err);
    cr_assert(ok, "%s", err.text);
}

static size_t column(const char *name)
{
    for (size_t c = 0; c < figure.n_columns; c++)
        if (strcmp(figure.columns[c].name, name) == 0)
            return c;
    cr_assert(false, "%s has no column %s", figure.key, name);
    return 0;
}

static double cell(size_t row, const char *name)
{
    return figure_value(&figure, row, column(name));
}

static double last(const char *name)
{
    return cell(figure.n_rows - 1, name);
}

/* The fields of each line of a CSV file without quotes. */
static void each_line(const char *name, void (*take)(char *const fields[], void *self),
                      void *self)
{
    char path[256], line[4096];
    snprintf(path, sizeof path, "%s/%s", source.dirs[0], name);
    FILE *in = fopen(path, "r");
    cr_assert(in != NULL);
    cr_assert(fgets(line, sizeof line, in) != NULL);
    while (fgets(line, sizeof line, in)) {
        char *fields[64] = {line}, *c = line;
        for (int n = 1; *c; c++)
            if (*c == ',' || *c == '\n') {
                *c = '\0';
                fields[n++] = c + 1;
            }
        take(fields, self);
    }
    fclose(in);
}

static double metric(const char *scope, const char *name)
{
    cr_assert(saved_run_metric(&source.runs[0], scope, name) != NULL);
    return saved_run_value(&source.runs[0], scope, name);
}

#define EXPECT_NEAR(a, b, within)                                                      \
    cr_expect(fabs((a) - (b)) <= (within), #a ": %.9g, not %.9g", (a), (b))

struct sums {
    double busy, capacity, waiting, jobs;
};

static void add_timeline(char *const f[], void *self)
{
    struct sums *sums = self;
    sums->busy += atof(f[4]) + atof(f[5]);
    if (strcmp(f[2], "burst") != 0)
        sums->capacity += atof(f[3]);
}

static void add_job(char *const f[], void *self)
{
    struct sums *sums = self;
    double wait_h = atof(f[9]) / 3600, left_h = 50 * 24 - atof(f[3]) / 3600;
    wait_h = wait_h < left_h ? wait_h : left_h;
    sums->waiting += atof(f[8]) * wait_h;
    sums->jobs += wait_h;
}

static double hours(size_t row)
{
    return row + 1 < figure.n_rows
               ? (cell(row + 1, "start") - cell(row, "start")) / 3600
               : 0;
}

Test(figure, capacity_adds_up_to_the_hours_of_timeline_and_jobs)
{
    struct sums sums = {0}, drawn = {0};
    open_mixed();
    each_line("timeline.csv", add_timeline, &sums);
    each_line("jobs.csv", add_job, &sums);
    make("capacity");
    cr_assert(eq(sz, figure.n_rows, 201));
    for (size_t r = 0; r < figure.n_rows; r++) {
        drawn.busy +=
            hours(r) * (cell(r, "busy_gpus:own") + cell(r, "busy_gpus:leased") +
                        cell(r, "busy_gpus:burst"));
        drawn.waiting += hours(r) * cell(r, "waiting_gpus");
        drawn.capacity += hours(r) * cell(r, "fixed_gpus");
    }
    cr_assert(gt(dbl, sums.waiting, 1000));
    EXPECT_NEAR(drawn.busy, sums.busy, 1e-3);
    EXPECT_NEAR(drawn.capacity, sums.capacity, 1e-3);
    EXPECT_NEAR(drawn.waiting, sums.waiting, 1e-3);
    cr_expect(eq(dbl, cell(0, "start"), 1768867200));
    EXPECT_NEAR(last("start") - cell(0, "start"), 50 * 86400.0, 0);
    for (size_t c = 1; c < figure.n_columns; c++)
        cr_expect(
            eq(dbl, figure_value(&figure, 200, c), figure_value(&figure, 199, c)));
}

Test(figure, queue_and_states_and_load_agree_with_capacity)
{
    double wanted = 0, used = 0, waiting = 0, area = 0, before = INFINITY;
    open_mixed();
    make("capacity");
    for (size_t r = 0; r < figure.n_rows; r++) {
        used += hours(r) * (cell(r, "busy_gpus:own") + cell(r, "busy_gpus:leased") +
                            cell(r, "busy_gpus:burst"));
        waiting += hours(r) * cell(r, "waiting_gpus");
    }
    wanted = used + waiting;
    make("queue");
    for (size_t r = 0; r < figure.n_rows; r++)
        waiting -= hours(r) * cell(r, "waiting_gpus");
    EXPECT_NEAR(waiting, 0, 1e-6);
    make("states");
    for (size_t r = 0; r < figure.n_rows; r++)
        used -= hours(r) * cell(r, "busy_useful_gpus");
    EXPECT_NEAR(used, 0, 1e-6);
    make("load-duration");
    for (size_t r = 0; r + 1 < figure.n_rows; r++) {
        double gpus = cell(r, "wanted_gpus");
        cr_expect(le(dbl, gpus, before));
        area += gpus * (cell(r + 1, "time_percent") - cell(r, "time_percent"));
        before = gpus;
    }
    EXPECT_NEAR(area / 100 * 50 * 24, wanted, 1e-3);
    EXPECT_NEAR(last("time_percent"), 100, 0);
    /* 16 more from February on: then no line would hold. */
    cr_expect(eq(sz, figure.n_columns, 2));
    cr_expect(strstr(figure.note, "changed, so no line") != NULL, "%s", figure.note);
}

Test(figure, load_has_the_lines_of_what_never_changes)
{
    static const char *const overrides[] = {"pools.own.changes=[]"};
    const char *dir = results_run(&results, "run", mixed, overrides, 1);
    open_runs(&dir, 1);
    make("load-duration");
    EXPECT_NEAR(last("owned_gpus"), 16, 1e-9);
    EXPECT_NEAR(last("fixed_gpus"), 24, 1e-9);
}

Test(figure, waits_are_those_of_the_summary)
{
    open_mixed();
    make("waits");
    double p95_s = metric("total", "wait_p95_s");
    cr_assert(gt(dbl, p95_s, 60));
    for (size_t r = 0; r < figure.n_rows; r++) {
        /* Quantiles of the summary are from a histogram of width 1/1024. */
        if (cell(r, "wait_s") < p95_s * (1 - 1.0 / 512))
            cr_expect(le(dbl, cell(r, "jobs_percent"), 95));
        if (cell(r, "wait_s") > p95_s * (1 + 1.0 / 512))
            cr_expect(ge(dbl, cell(r, "jobs_percent"), 95));
    }
    EXPECT_NEAR(last("jobs_percent"), 100, 1e-9);
    cr_expect(figure.x.log);
}

Test(figure, money_is_that_of_the_summary)
{
    double sum = 0;
    open_mixed();
    make("cost");
    for (size_t r = 0; r < figure.n_rows; r++)
        for (size_t c = 0; c < figure.n_columns; c++)
            if (figure.columns[c].role == FIGURE_STACK)
                sum += figure_value(&figure, r, c);
    EXPECT_NEAR(sum, metric("total", "economic_usd"), 1e-3);
    cr_expect(eq(sz, figure.n_rows, 3)); /* January to March */
    EXPECT_NEAR(cell(1, "month"), 1769904000, 0);
    make("cash");
    EXPECT_NEAR(last("cash_usd"), metric("total", "cash_usd"), 1e-3);
    EXPECT_NEAR(last("accrual_usd"), metric("total", "accrual_usd"), 1e-3);
    EXPECT_NEAR(last("economic_usd"), metric("total", "economic_usd"), 1e-3);
    cr_expect(gt(dbl, cell(0, "cash_usd"), 0)); /* the prepayment */
    cr_expect(eq(dbl, cell(0, "accrual_usd"), 0));
}

static void add_lot(char *const f[], void *self)
{
    double *usd = self;
    if (strcmp(f[2], "lot") == 0) {
        usd[0] += atof(f[21]);
        usd[1] += atof(f[22]);
    }
}

Test(figure, value_ends_where_the_assets_do_and_begins_at_the_opening)
{
    double usd[2] = {0};
    open_mixed();
    each_line("assets.csv", add_lot, usd);
    make("value");
    EXPECT_NEAR(last("book_usd"), usd[0], 1e-3);
    EXPECT_NEAR(last("market_usd"), usd[1], 1);
    EXPECT_NEAR(cell(0, "book_usd"), metric("own", "opening_usd"), 1e-3);
    /* 16 GPUs more by the end of February. */
    cr_expect(gt(dbl, cell(2, "book_usd"), 1.5 * cell(1, "book_usd")));
    cr_expect(gt(dbl, cell(2, "market_usd"), 1.5 * cell(1, "market_usd")));
}

Test(figure, what_the_market_paid_before_the_end_is_not_made_up)
{
    const char *sets[] = {"pools.own.value_market=used"};
    char text[2048];
    snprintf(text, sizeof text,
             "%smarkets:\n  - {name: used, of: value, class: h100-sxm, price: {model: "
             "decline, rate: 30 %%/y}}\n",
             mixed);
    const char *dir = results_run(&results, "run", text, sets, 1);
    open_runs(&dir, 1);
    make("value");
    for (size_t c = 0; c < figure.n_columns; c++)
        cr_expect(ne(str, (char *)(uintptr_t)figure.columns[c].name, "market_usd"));
    cr_expect(isnan(cell(0, "market_end_usd")));
    cr_expect(gt(dbl, last("market_end_usd"), 0));
}

Test(figure, servers_have_no_market_value_before_they_are_there)
{
    const char *dir = results_run(
        &results, "run",
        "name: later\nstart: 2026-01-20\nhorizon: 150d\n"
        "demand:\n  - {jobs: jobs.csv, reference_class: h100-sxm, after_end: stop}\n"
        "pools:\n  - {name: own, tenure: own, class: h100-sxm, gpus: 0, lead_time: 60d,"
        " changes: [{at: 2026-02-10, gpus: +16}]}\n"
        "  - {name: burst, tenure: on-demand, class: h100-sxm, limit: 64,"
        " price: 2.95 USD/GPU-h}\n",
        NULL, 0);
    open_runs(&dir, 1);
    make("value");
    size_t without = 0;
    for (size_t r = 0; r < figure.n_rows; r++)
        without += isnan(cell(r, "market_usd"));
    cr_expect(gt(sz, without, 0));
    cr_expect(eq(dbl, cell(0, "book_usd"), 0));
    cr_expect(gt(dbl, last("market_usd"), 0));
}

/* Of ten pools the six that did most, and the rest as one; all together are all. */
Test(figure, many_pools_are_the_largest_and_the_others)
{
    char text[4096];
    int n = snprintf(text, sizeof text,
                     "name: many\nstart: 2026-01-20\nhorizon: 50d\ninterval: 6h\n"
                     "demand:\n  - {jobs: jobs.csv, reference_class: h100-sxm, "
                     "after_end: stop}\npools:\n");
    for (int i = 0; i < 10; i++)
        n += snprintf(text + n, sizeof text - (size_t)n,
                      "  - {name: p%d, tenure: own, class: h100-sxm, gpus: 8}\n", i);
    const char *dir = results_run(&results, "run", text, NULL, 0);
    open_runs(&dir, 1);
    make("capacity");
    size_t stacks = 0;
    double busy = 0;
    for (size_t c = 0; c < figure.n_columns; c++) {
        if (figure.columns[c].role != FIGURE_STACK)
            continue;
        stacks++;
        if (strcmp(figure.columns[c].name, "waiting_gpus") != 0)
            for (size_t r = 0; r + 1 < figure.n_rows; r++)
                busy += hours(r) * figure_value(&figure, r, c);
    }
    cr_expect(eq(sz, stacks, 8)); /* six, the others, what waits */
    cr_expect(gt(dbl, cell(figure.n_rows / 2, "others_gpus"), -1));
    cr_expect(eq(str, (char *)(uintptr_t)figure.columns[7].label, "4 other pools"));
    EXPECT_NEAR(busy,
                metric("total", "busy_useful_gpu_h") +
                    metric("total", "busy_overhead_gpu_h"),
                1e-6);
}

Test(figure, a_bridge_leads_from_a_to_b)
{
    const char *sets[] = {"pools.own.gpus=8", "pools.burst.price=3.5 USD/GPU-h"};
    const char *dirs[] = {results_run(&results, "a", mixed, NULL, 0),
                          results_run(&results, "b", mixed, sets, 2)};
    open_runs(dirs, 2);
    make("bridge");
    size_t n = figure.n_rows;
    cr_assert(ge(sz, n, 4));
    double at = metric("total", "economic_usd");
    EXPECT_NEAR(cell(0, "total_usd"), at, 1e-6);
    for (size_t r = 1; r + 1 < n; r++) {
        EXPECT_NEAR(cell(r, "from_usd"), at, 1e-6);
        EXPECT_NEAR(cell(r, "to_usd"), at + cell(r, "amount_usd"), 1e-6);
        at = cell(r, "to_usd");
    }
    EXPECT_NEAR(last("total_usd"), at, 1e-6);
    EXPECT_NEAR(at, saved_run_value(&source.runs[1], "total", "economic_usd"), 1e-6);
    cr_expect(eq(str, (char *)(uintptr_t)figure_text(&figure, 0, 0), "A: a"));
    make("capacity");
    cr_expect(figure.absent != NULL);
}

Test(figure, what_a_run_has_nothing_for_is_absent_and_says_so)
{
    static const char *const keys[] = {"value", "queue", "waits", "distribution"};
    static const char *const says[] = {"owns no servers", "nothing waited", "no job",
                                       "figure of a study"};
    const char *dir = results_run(
        &results, "run",
        "name: rented\nstart: 2026-01-20\nhorizon: 50d\n"
        "demand:\n  - {jobs: jobs.csv, reference_class: h100-sxm, after_end: stop}\n"
        "pools:\n  - {name: burst, tenure: on-demand, class: h100-sxm, limit: 4096,"
        " price: 2.95 USD/GPU-h, boot: 0s}\n",
        NULL, 0);
    open_runs(&dir, 1);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        make(keys[i]);
        cr_assert(figure.absent != NULL, "%s", keys[i]);
        cr_expect(strstr(figure.absent, says[i]) != NULL, "%s", figure.absent);
        cr_expect(eq(sz, figure.n_rows, 0));
    }
    make("capacity");
    cr_expect(figure.absent == NULL);

    /* And where nobody wants anything there is nothing to draw at all. */
    const char *none[] = {"demand=[]"};
    figure_source_close(&source);
    dir = results_run(&results, "none",
                      "name: none\nstart: 2026-01-20\nhorizon: 5d\ndemand: []\n"
                      "pools:\n  - {name: burst, tenure: on-demand, class: h100-sxm,"
                      " limit: 64, price: 2.95 USD/GPU-h}\n",
                      none, 1);
    open_runs(&dir, 1);
    for (size_t i = 0; i < 2; i++) {
        make(i ? "load-duration" : "capacity");
        cr_assert(figure.absent != NULL);
        cr_expect(strstr(figure.absent, "no GPUs, and none was wanted") != NULL, "%s",
                  figure.absent);
    }
}

Test(figure, a_missing_file_is_named_with_the_command_that_makes_it)
{
    const char *dir = results_run(&results, "run", mixed, NULL, 0);
    struct error err;
    cr_assert(eq(int, unlink(results_path(&results, "run/jobs.csv")), 0));
    cr_assert(not(figure_source_open(&source, &dir, 1, &err)));
    cr_expect(strstr(err.text, "run/jobs.csv") &&
                  strstr(err.text, "tenure run SCENARIO"),
              "%s", err.text);
    const char *none = results.parent;
    cr_assert(not(figure_source_open(&source, &none, 1, &err)));
    cr_expect(strstr(err.text, "no manifest.json") && strstr(err.text, "tenure run"),
              "%s", err.text);
}

/* A figure by hand: two columns in a stack, and a line. */
static void by_hand(size_t n)
{
    figure = (struct figure){.key = "hand", .title = "</script>", .note = "n & n"};
    figure.x = (struct figure_axis){FIGURE_TIME, "", "", false};
    figure.y = (struct figure_axis){FIGURE_NUMBER, "GPUs", "GPUs", false};
    figure_add_column(&figure, "start", "", "", FIGURE_X);
    figure_add_column(&figure, "a", "pool </script><script>\"'`$(x)`", "GPUs",
                      FIGURE_STACK);
    figure_add_column(&figure, "b", "caf\xc3\xa9 \xff", "GPUs", FIGURE_STACK);
    figure_add_column(&figure, "c", "", "GPUs", FIGURE_LINE);
    for (size_t r = 0; r < n; r++) {
        double *row = figure_add_row(&figure);
        row[0] = 1768867200.25 + 3600.0 * (double)r;
        row[1] = (double)(r * 7919 % 97);
        row[2] = (double)(r * 104729 % 89);
        row[3] = r % 3 ? NAN : -0.0;
    }
}

/* GPU seconds of a column. */
static double area(const double values[], size_t n, size_t column)
{
    double sum = 0;
    for (size_t r = 0; r + 1 < n; r++)
        sum += values[r * 4 + column] * (values[(r + 1) * 4] - values[r * 4]);
    return sum;
}

Test(figure, thinning_keeps_every_peak_as_long_as_it_was_and_all_areas)
{
    by_hand(9000);
    figure.values[4567 * 4 + 1] = 5000;
    figure.values[8123 * 4 + 2] = -3000;
    figure.values[2222 * 4 + 1] = figure.values[2222 * 4 + 2] = 96.5; /* of the stack */
    double *all = malloc(9000 * 4 * sizeof *all);
    memcpy(all, figure.values, 9000 * 4 * sizeof *all);
    figure_thin(&figure, 500);
    cr_expect(le(sz, figure.n_rows, 500));
    cr_expect(ge(sz, figure.n_rows, 250));
    cr_expect(eq(sz, figure.thinned_from, 9000));
    static const size_t peaks[] = {0, 2222, 4567, 8123, 8999};
    size_t found = 0, at = 0;
    for (size_t r = 0; r < figure.n_rows; r++) {
        while (at < 9000 && all[at * 4] != figure_value(&figure, r, 0))
            at++;
        cr_assert(lt(sz, at, 9000));
        for (size_t i = 0; i < sizeof peaks / sizeof *peaks; i++) {
            if (at != peaks[i])
                continue;
            found++;
            cr_expect(memcmp(&all[at * 4], &figure.values[r * 4], 3 * sizeof *all) ==
                      0);
            cr_expect(at == 8999 ||
                      all[(at + 1) * 4] == figure_value(&figure, r + 1, 0));
        }
    }
    cr_expect(eq(sz, found, 5));
    for (size_t c = 1; c <= 2; c++)
        EXPECT_NEAR(area(figure.values, figure.n_rows, c), area(all, 9000, c),
                    1e-9 * fabs(area(all, 9000, c)));
    free(all);
}

/* Where rows are no intervals, those that are kept are rows that it had. */
Test(figure, thinning_of_points_keeps_rows_alone)
{
    by_hand(9000);
    figure.shape = FIGURE_LINES;
    double *all = malloc(9000 * 4 * sizeof *all);
    memcpy(all, figure.values, 9000 * 4 * sizeof *all);
    figure_thin(&figure, 500);
    cr_expect(le(sz, figure.n_rows, 500));
    for (size_t r = 0, at = 0; r < figure.n_rows; r++) {
        while (at < 9000 && all[at * 4] != figure_value(&figure, r, 0))
            at++;
        cr_assert(lt(sz, at, 9000));
        cr_expect(memcmp(&all[at * 4], &figure.values[r * 4], 3 * sizeof *all) == 0);
    }
    free(all);
}

Test(figure, what_fits_is_not_thinned)
{
    by_hand(40);
    figure_thin(&figure, 40);
    cr_expect(eq(sz, figure.n_rows, 40));
    cr_expect(eq(sz, figure.thinned_from, 0));
}

Test(figure, json_can_stand_in_a_page)
{
    char *text = NULL;
    size_t length;
    by_hand(4);
    FILE *out = open_memstream(&text, &length);
    cr_assert(figure_write_json(&figure, out));
    fclose(out);
    for (size_t i = 0; i < length; i++)
        cr_expect(text[i] >= ' ' && text[i] < 127 && !strchr("<>&", text[i]), "%.20s",
                  text + i);
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    cr_assert(root != NULL, "%s", text);
    json_t *first = json_array_get(json_object_get(root, "rows"), 0);
    json_t *second = json_array_get(json_object_get(root, "rows"), 1);
    json_t *a = json_array_get(json_object_get(root, "columns"), 1);
    cr_expect(eq(dbl, json_number_value(json_array_get(first, 0)), 1768867200.25));
    cr_expect(eq(dbl, json_number_value(json_array_get(second, 1)), 7919 % 97));
    json_t *absent = json_array_get(second, 3);
    json_t *thinned = json_object_get(root, "thinned_from");
    cr_expect(absent == json_null());
    cr_expect(eq(str, (char *)(uintptr_t)json_string_value(json_object_get(a, "label")),
                 "pool </script><script>\"'`$(x)`"));
    cr_expect(eq(str, (char *)(uintptr_t)json_string_value(json_object_get(a, "role")),
                 "stack"));
    cr_expect(thinned == json_null());
    cr_expect(strstr(text, "-0") == NULL);
    json_decref(root);
    free(text);
}

Test(figure, csv_is_one_line_a_row_with_dates)
{
    struct error err;
    char text[1024] = "";
    const char *path = results_path(&results, "f.csv");
    figure = (struct figure){.key = "hand", .x.kind = FIGURE_TIME};
    figure_add_column(&figure, "start", "", "", FIGURE_X);
    figure_add_column(&figure, "a", "", "USD", FIGURE_LINE);
    figure_add_column(&figure, "what", "", "", FIGURE_TEXT);
    double *row = figure_add_row(&figure);
    row[0] = 1768867200.25;
    row[1] = 0.1;
    row[2] = figure_text_cell(&figure, "two\nlines, \"quoted\"");
    row = figure_add_row(&figure);
    row[0] = 1768867201;
    bool ok = figure_write_csv(&figure, path, &err);
    cr_assert(ok, "%s", err.text);
    FILE *in = fopen(path, "r");
    cr_assert(gt(sz, fread(text, 1, sizeof text - 1, in), 0));
    fclose(in);
    cr_expect(eq(str, text,
                 "start,a,what\n2026-01-20T00:00:00.250Z,0.1,\"two lines, 'quoted'\"\n"
                 "2026-01-20T00:00:01Z,,\n"));
}
