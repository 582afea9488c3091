#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>

#include "base/histogram.h"
#include "base/rng.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static struct arena arena;

static void empty_arena(void)
{
    arena_free(&arena);
}

TestSuite(histogram, .fini = empty_arena);

Test(histogram, an_empty_one_is_zero_everywhere)
{
    struct histogram histogram = {0};
    cr_expect(eq(i64, histogram_quantile(&histogram, 0.5), 0));
    cr_expect(eq(dbl, histogram_mean(&histogram), 0));
}

Test(histogram, small_values_are_exact)
{
    struct histogram histogram = {0};
    for (int64_t value = 0; value < 1024; value++)
        histogram_add(&histogram, value, &arena);
    for (int rank = 1; rank <= 1024; rank++)
        cr_expect(eq(i64, histogram_quantile(&histogram, rank / 1024.0), rank - 1));
    cr_expect(eq(dbl, histogram_mean(&histogram), 511.5));
}

Test(histogram, one_value_is_every_quantile_exactly)
{
    static const int64_t values[] = {0, 1, 1023, 1024, 2049, 999999937, INT64_MAX};
    for (size_t i = 0; i < COUNT(values); i++) {
        struct histogram histogram = {0};
        histogram_add(&histogram, values[i], &arena);
        cr_expect(eq(i64, histogram_quantile(&histogram, 0), values[i]));
        cr_expect(eq(i64, histogram_quantile(&histogram, 0.5), values[i]));
        cr_expect(eq(i64, histogram_quantile(&histogram, 1), values[i]));
        cr_expect(eq(i64, histogram.max, values[i]));
        cr_expect(eq(i64, histogram.min, values[i]));
    }
}

Test(histogram, the_rank_is_the_smallest_at_or_above_p_n)
{
    static const struct {
        int n;
        double p;
        int64_t rank;
    } cases[] = {
        {100, 0.07, 7}, {100, 0.99, 99},    {100, 0.5, 50}, {100, 0.501, 51},
        {20, 0.95, 19}, {7, 0.5, 4},        {1, 0.99, 1},   {3, 0, 1},
        {3, 1, 3},      {1000, 0.999, 999}, {10, 0.7, 7},   {10, 0.7000001, 8},
        {50, 0.58, 29}, {1000, 0.289, 289},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct histogram histogram = {0};
        for (int value = cases[i].n; value >= 1; value--)
            histogram_add(&histogram, value, &arena);
        cr_expect(eq(i64, histogram_quantile(&histogram, cases[i].p), cases[i].rank),
                  "p %g of %d", cases[i].p, cases[i].n);
    }
}

Test(histogram, buckets_begin_where_they_should)
{
    static const struct {
        int64_t value, edge;
    } cases[] = {
        {1024, 1024},      {1025, 1025},
        {2047, 2047},      {2048, 2048},
        {2049, 2048},      {2050, 2050},
        {4095, 4094},      {4099, 4096},
        {1000003, 999936}, {((int64_t)1 << 62) + 1, (int64_t)1 << 62},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct histogram histogram = {0};
        histogram_add(&histogram, 0, &arena);
        histogram_add(&histogram, cases[i].value, &arena);
        cr_expect(eq(i64, histogram_quantile(&histogram, 1), cases[i].edge));
    }
}

static int compare(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

Test(histogram, quantiles_are_within_a_1024th_below_the_sorted_values)
{
    enum { N = 20000 };
    static int64_t values[N];
    struct histogram histogram = {0};
    struct rng rng;
    rng_init(&rng, (struct rng_key){17, 0, "histogram", ""});
    int128 sum = 0;
    for (int i = 0; i < N; i++) {
        values[i] = (int64_t)exp(43 * rng_uniform(&rng));
        sum += values[i];
        histogram_add(&histogram, values[i], &arena);
    }
    qsort(values, N, sizeof values[0], compare);
    for (int rank = 1; rank <= N; rank += 13) {
        int64_t exact = values[rank - 1];
        int64_t got = histogram_quantile(&histogram, (double)rank / N);
        cr_assert(got <= exact && got >= exact - exact / 1024,
                  "rank %d: %lld, not %lld", rank, (long long)got, (long long)exact);
    }
    cr_expect(histogram.sum == sum, "the sum is not exact");
    cr_expect(eq(i64, histogram.max, values[N - 1]));
    cr_expect(eq(dbl, histogram_mean(&histogram), (double)sum / N));
}

Test(histogram, sums_beyond_64_bits_are_exact)
{
    struct histogram histogram = {0};
    for (int i = 0; i < 5; i++)
        histogram_add(&histogram, INT64_MAX, &arena);
    cr_expect(histogram.sum == (int128)INT64_MAX * 5, "the sum wrapped");
    cr_expect(eq(dbl, histogram_mean(&histogram), 0x1p63));
}

Test(histogram, only_touched_pages_take_memory)
{
    struct histogram histogram = {0};
    histogram_add(&histogram, 5, &arena);
    histogram_add(&histogram, 5000000, &arena);
    int pages = 0;
    for (int i = 0; i < HISTOGRAM_PAGES; i++)
        pages += histogram.page[i] != NULL;
    cr_expect(eq(int, pages, 2));
}

Test(histogram, a_negative_value_is_a_mistake_of_ours, .signal = SIGABRT)
{
    struct histogram histogram = {0};
    histogram_add(&histogram, -1, &arena);
}
