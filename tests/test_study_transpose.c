#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "scratch.h"
#include "study/transpose.h"

/* What belongs there: a third of the values was never put. */
static double value_at(size_t series, uint64_t replication)
{
    if ((series + replication) % 3 == 1)
        return NAN;
    return (double)series * 1000003 - (double)replication * 0.875;
}

static void fill(struct transpose *t, size_t series, uint64_t replications)
{
    struct error err = {0};
    for (uint64_t k = 0; k < replications; k++)
        for (size_t s = 0; s < series; s++) {
            double value = value_at(s, k);
            if (isnan(value) && s % 2)
                continue; /* not put at all */
            cr_assert(transpose_put(t, k, s, &value, 1, &err), "%s", err.text);
        }
}

static void expect_series(struct transpose *t, size_t series, uint64_t n)
{
    struct error err = {0};
    double *value = malloc(sizeof *value * n);
    cr_assert(value != NULL);
    cr_assert(transpose_get(t, series, n, value, &err), "%s", err.text);
    for (uint64_t k = 0; k < n; k++) {
        double expected = value_at(series, k);
        cr_assert(isnan(expected) ? isnan(value[k]) : value[k] == expected,
                  "series %zu, replication %llu: %g, not %g", series,
                  (unsigned long long)k, value[k], expected);
    }
    free(value);
}

Test(study_transpose, what_was_put_in_rows_comes_back_in_columns)
{
    static const struct {
        size_t series;
        uint64_t replications;
    } cases[] = {{1, 1}, {1, 1000}, {700, 1}, {13, 257}, {1000, 9000}};
    struct scratch scratch = scratch_new("none");
    struct error err = {0};
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t series = cases[i].series;
        struct transpose *t =
            transpose_new(scratch.dir, series, cases[i].replications, &err);
        cr_assert(t != NULL, "%s", err.text);
        fill(t, series, cases[i].replications);
        /* As for pairs: one series, then one that lies far from it. */
        for (size_t s = 0; s < series; s += 1 + series / 50) {
            expect_series(t, s, cases[i].replications);
            expect_series(t, series - 1 - s, (cases[i].replications + 1) / 2);
        }
        transpose_free(t);
    }
    cr_expect(scratch_remove(&scratch), "a file was left behind");
}

/* More series than a buffer has values: five million. */
Test(study_transpose, many_series_go_out_at_once)
{
    struct scratch scratch = scratch_new("none");
    struct error err = {0};
    const size_t series = 5000000, row = 1000;
    struct transpose *t = transpose_new(scratch.dir, series, 3, &err);
    cr_assert(t != NULL, "%s", err.text);
    double *values = malloc(row * sizeof *values);
    cr_assert(values != NULL);
    static const size_t firsts[] = {0, 1000, 2500000, 4999000};
    for (uint64_t k = 0; k < 3; k++)
        for (size_t i = 0; i < COUNT(firsts); i++) {
            for (size_t s = 0; s < row; s++)
                values[s] = value_at(firsts[i] + s, k);
            cr_assert(transpose_put(t, k, firsts[i], values, row, &err));
        }
    free(values);
    for (size_t i = 0; i < COUNT(firsts); i++)
        for (size_t s = 0; s < row; s += 7)
            expect_series(t, firsts[i] + s, 3);
    double none[3];
    cr_assert(transpose_get(t, 2499999, 3, none, &err));
    cr_expect(isnan(none[0]) && isnan(none[1]) && isnan(none[2]));
    transpose_free(t);
    cr_expect(scratch_remove(&scratch), "a file was left behind");
}

Test(study_transpose, where_nothing_can_be_written_is_told)
{
    struct error err = {0};
    cr_expect(transpose_new("/nonexistent-dir", 3, 3, &err) == NULL);
    cr_expect(strstr(err.text, "No such file") != NULL, "%s", err.text);
}
