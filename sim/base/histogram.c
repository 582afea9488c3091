#include "base/histogram.h"

#include <assert.h>
#include <math.h>

#define PER_PAGE   1024
#define PAGE_SHIFT 10

/* Page 0 holds 0 to 1,023 one by one; page p >= 1 the values of 10 + p bits, by their
 * first 11 bits. */
static int page_of(int64_t value)
{
    if (value < PER_PAGE)
        return 0;
    int bits = 64 - __builtin_clzll((unsigned long long)value);
    return bits - PAGE_SHIFT;
}

static int64_t lower_edge(int page, int i)
{
    return page == 0 ? i : (int64_t)(PER_PAGE + i) << (page - 1);
}

void histogram_add(struct histogram *histogram, int64_t value, struct arena *arena)
{
    assert(value >= 0);
    int page = page_of(value);
    assert(page < HISTOGRAM_PAGES);
    int64_t i = page == 0 ? value : (value >> (page - 1)) - PER_PAGE;

    if (!histogram->page[page])
        histogram->page[page] = ARENA_ARRAY(arena, PER_PAGE, uint64_t);
    histogram->page[page][i]++;

    if (histogram->n == 0 || value < histogram->min)
        histogram->min = value;
    if (value > histogram->max)
        histogram->max = value;
    histogram->n++;
    histogram->sum += value;
}

/* The smallest whole rank >= p n, of 1 to n.  p is a decimal that binary holds only
 * nearly (0.07 * 100 is more than 7), so a few units of rounding are forgiven. */
static uint64_t rank_of(double p, uint64_t n)
{
    double rank = ceil(p * (double)n * (1 - 0x1p-50));
    if (rank < 1)
        return 1;
    return rank >= (double)n ? n : (uint64_t)rank;
}

int64_t histogram_quantile(const struct histogram *histogram, double p)
{
    assert(p >= 0 && p <= 1);
    if (histogram->n == 0)
        return 0;
    uint64_t rank = rank_of(p, histogram->n), seen = 0;
    for (int page = 0; page < HISTOGRAM_PAGES; page++) {
        for (int i = 0; histogram->page[page] && i < PER_PAGE; i++) {
            seen += histogram->page[page][i];
            if (seen < rank)
                continue;
            int64_t value = lower_edge(page, i);
            return value < histogram->min ? histogram->min : value;
        }
    }
    assert(!"the counts sum to n");
    return histogram->max;
}

double histogram_mean(const struct histogram *histogram)
{
    if (histogram->n == 0)
        return 0;
    return (double)histogram->sum / (double)histogram->n;
}
