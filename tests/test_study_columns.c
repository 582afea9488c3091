#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "output_fixture.h"
#include "study/columns.h"

static struct fixture fixture;
static struct metric_run run;
static struct study_columns columns;

static const char *const pools[] = {"own", "leased", "burst"};

static void setup(void)
{
    fixture_begin(&fixture);
    fixture_run(&fixture, NULL);
    run = metrics_of(&fixture.scenario, &fixture.result, &fixture.arena);
    columns_init(&columns, pools, 3, &fixture.arena);
}

static void teardown(void)
{
    fixture_end_all(&fixture);
}

TestSuite(study_columns, .init = setup, .fini = teardown);

static bool is_group(const struct metric_row *row)
{
    return strchr(row->scope, ':') != NULL;
}

struct comparison {
    const struct study_cell *cells;
    size_t rows;
};

static void compare_row(void *self, const struct metric_row *row)
{
    struct comparison *comparison = self;
    if (is_group(row))
        return;
    char name[128];
    snprintf(name, sizeof name, "%s.%s", row->scope, row->metric);
    size_t column = columns_find(&columns, name);
    cr_assert(column != COLUMN_NONE, "%s has no column", name);
    cr_expect(comparison->cells[column].has &&
                  comparison->cells[column].value == row->value,
              "%s", name);
    cr_expect(eq(int, columns.items[column].digits, row->digits));
    cr_expect(eq(str, (char *)columns.items[column].unit, (char *)row->unit));
    comparison->rows++;
}

Test(study_columns, every_metric_of_a_run_is_in_its_column_and_nothing_else)
{
    struct study_cell *cells =
        ARENA_ARRAY(&fixture.arena, columns.n, struct study_cell);
    /* What an earlier run left must not stay. */
    memset(cells, 0xff, columns.n * sizeof *cells);
    columns_take(&columns, &run, cells);
    struct comparison comparison = {.cells = cells};
    metrics_each(&run, compare_row, &comparison);
    size_t filled = 0;
    for (size_t i = 0; i < columns.n; i++)
        filled += cells[i].has;
    cr_expect(eq(sz, filled, comparison.rows));
    cr_expect(gt(sz, filled, 200));
}

Test(study_columns, names_are_unique_and_begin_as_the_summary_does)
{
    cr_expect(eq(str, (char *)columns.items[0].name, "total.jobs_arrived"));
    for (size_t i = 0; i < columns.n; i++)
        cr_expect(eq(sz, columns_find(&columns, columns.items[i].name), i), "%s",
                  columns.items[i].name);
    cr_expect(eq(sz, columns_find(&columns, "total.nonsense"), COLUMN_NONE));
    cr_expect(eq(sz, columns_find(&columns, ""), COLUMN_NONE));
}

/* No failure is 0 failures; no job that waited is no mean of waits. */
Test(study_columns, what_is_not_there_is_zero_or_nothing)
{
    static const struct {
        const char *name;
        bool is_zero;
    } cases[] = {
        {"total.failures", true},
        {"own.lost_failure_gpu_h", true},
        {"fixed.economic_depreciation_usd", true},
        {"own.accrual_demand_charge_usd", true},
        {"total.wait_mean_s", false},
        {"fixed.utilization_frac", false},
        {"own.gpu_h_per_failure", false},
        {"total.npv_after_tax_usd", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t column = columns_find(&columns, cases[i].name);
        cr_assert(column != COLUMN_NONE, "%s", cases[i].name);
        cr_expect(eq(int, columns.items[column].is_zero, cases[i].is_zero), "%s",
                  cases[i].name);
    }
}

Test(study_columns, a_group_that_is_named_gets_a_column)
{
    struct error err = {0};
    struct place place = {"s.yaml", 3, 5};
    size_t at, again, before = columns.n;
    cr_assert(
        columns_name(&columns, "workload:training.jobs_arrived", place, &at, &err),
        "%s", err.text);
    cr_assert(
        columns_name(&columns, "workload:training.jobs_arrived", place, &again, &err));
    cr_expect(eq(sz, at, before));
    cr_expect(eq(sz, again, at));
    cr_assert(columns_name(&columns, "total.wait_p95_s", place, &again, &err));
    cr_expect(columns.items[again].named);
    cr_expect(not(columns.items[0].named));
    cr_expect(eq(sz, columns.n, before + 1));

    struct study_cell *cells =
        ARENA_ARRAY(&fixture.arena, columns.n, struct study_cell);
    columns_take(&columns, &run, cells);
    cr_expect(cells[at].has && cells[at].value == 3);
}

Test(study_columns, what_is_no_metric_is_told)
{
    static const struct {
        const char *name, *message;
    } cases[] = {
        {"total.wait_p59_s",
         "s.yaml:3:5: there is no metric 'total.wait_p59_s'; did you mean "
         "'total.wait_p50_s'?"},
        {"fixed.utilisation_frac",
         "s.yaml:3:5: there is no metric 'fixed.utilisation_frac'; did you mean "
         "'fixed.utilization_frac'?"},
        {"workload:training.npv_usd",
         "s.yaml:3:5: there is no metric 'workload:training.npv_usd'; it is "
         "SCOPE.METRIC, as total.wait_p95_s, fixed.utilization_frac, POOL.busy_gpu_h "
         "or "
         "workload:NAME.wait_p95_s; `tenure run --reference` lists them"},
        {"tenant:", "s.yaml:3:5: there is no metric 'tenant:'; it is SCOPE.METRIC, as "
                    "total.wait_p95_s, fixed.utilization_frac, POOL.busy_gpu_h or "
                    "workload:NAME.wait_p95_s; `tenure run --reference` lists them"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error err = {0};
        size_t column, before = columns.n;
        cr_expect(not(columns_name(&columns, cases[i].name,
                                   (struct place){"s.yaml", 3, 5}, &column, &err)));
        cr_expect(eq(str, err.text, (char *)cases[i].message));
        cr_expect(eq(sz, columns.n, before));
    }
}
