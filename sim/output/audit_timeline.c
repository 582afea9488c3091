#include "output/books.h"

static void add_up(struct pool_result *sum, const struct cell cells[])
{
    for (int s = 0; s < GPU_STATES; s++)
        books_add(&sum->state_gpu_ms[s], cells[TIMELINE_STATES + s].value);
    for (int s = 0; s < COST_SHARES; s++)
        books_add(&sum->cost_uusd[s], cells[TIMELINE_SHARES + s].value);
    books_add(&sum->surplus_gpu_ms, cells[TIMELINE_SURPLUS].value);
    books_add(&sum->jobs_started, cells[TIMELINE_STARTED].value);
}

static void check_interval(struct books *books, struct finding_at at,
                           const struct book_pool *pool, bool first_pool,
                           const struct cell cells[])
{
    int64_t start_ms = cells[TIMELINE_START].value - books->start_unix_ms;
    int64_t end_ms = cells[TIMELINE_END].value - books->start_unix_ms;
    books_expect(
        books, start_ms == pool->interval_end_ms, at,
        "start %s is not the end of the pool's last interval, or of nothing, the "
        "start of the run",
        cells[TIMELINE_START].text);
    books_expect(
        books, (end_ms > start_ms || books->end_ms == 0) && end_ms <= books->end_ms, at,
        "end %s is not between start and the run's end", cells[TIMELINE_END].text);
    books_expect(books,
                 first_pool || (start_ms == books->pools[0].interval_start_ms &&
                                end_ms == books->pools[0].interval_end_ms),
                 at, "the interval is not that of pool '%s'", books->pools[0].name);
}

static void check_states(struct books *books, struct finding_at at,
                         const struct cell cells[])
{
    int128 sum = 0;
    int128 busy = (int128)cells[TIMELINE_STATES + GPU_BUSY_USEFUL].value +
                  cells[TIMELINE_STATES + GPU_BUSY_OVERHEAD].value;
    for (int s = 0; s < GPU_STATES; s++) {
        int64_t value = cells[TIMELINE_STATES + s].value;
        books_expect(books, value >= 0, at, "%s_gpu_h is negative", gpu_state_names[s]);
        sum += value;
    }
    int64_t capacity = cells[TIMELINE_CAPACITY].value;
    books_expect(books, sum == capacity, at,
                 "capacity_gpu_h is %s, but the six states sum to %s",
                 cells[TIMELINE_CAPACITY].text, exact_gpu_h(sum).text);

    const struct cell *utilization = &cells[TIMELINE_UTILIZATION];
    books_expect(books, utilization->empty == (capacity <= 0), at,
                 "utilization_frac is to be empty just where there is no capacity");
    if (capacity <= 0)
        return;
    books_expect(books, utilization->value == ratio_nano(busy, capacity), at,
                 "utilization_frac is not busy / capacity");
    books_expect(books, busy <= capacity, at, "more is busy than there is");
}

static void check_money(struct books *books, struct finding_at at,
                        const struct cell cells[])
{
    int128 sum = 0;
    for (int s = 0; s < COST_SHARES; s++)
        sum += cells[TIMELINE_SHARES + s].value;
    books_expect(books, sum == cells[TIMELINE_ECONOMIC].value, at,
                 "economic_usd is %s, but its four parts sum to %s",
                 cells[TIMELINE_ECONOMIC].text, exact_usd(sum).text);
}

static void check_counts(struct books *books, struct finding_at at,
                         const struct cell cells[])
{
    for (int c = TIMELINE_CAPACITY_GPUS; c <= TIMELINE_PRICE; c++)
        books_expect(books, cells[c].value >= 0, at, "%s is negative",
                     output_files[TABLE_TIMELINE].columns[c].name);
    books_expect(books, cells[TIMELINE_SURPLUS].value >= 0, at,
                 "surplus_gpu_h is negative");
}

static void row(struct books *books, struct finding_at at, const struct cell cells[])
{
    size_t expected = (size_t)books->timeline_rows++ % books->result.n_pools;
    int index = books_pool(books, cells[TIMELINE_POOL].text);
    books_expect(books, index == (int)expected, at, "pool is '%s' where '%s' is due",
                 cells[TIMELINE_POOL].text, books->pools[expected].name);
    if (index < 0)
        return;
    struct book_pool *pool = &books->pools[index];

    check_interval(books, at, pool, index == 0, cells);
    pool->interval_start_ms = cells[TIMELINE_START].value - books->start_unix_ms;
    pool->interval_end_ms = cells[TIMELINE_END].value - books->start_unix_ms;
    books_add(&pool->ended, cells[TIMELINE_ENDED].value);
    check_states(books, at, cells);
    check_money(books, at, cells);
    check_counts(books, at, cells);
    add_up(&books->result.pools[index], cells);
}

void audit_timeline(struct books *books)
{
    struct finding_at whole = {TABLE_TIMELINE, 0};
    if (books->result.n_pools == 0)
        return;
    books_read(books, TABLE_TIMELINE, row);
    for (size_t i = 0; !books->broken && i < books->result.n_pools; i++)
        books_expect(books, books->pools[i].interval_end_ms == books->end_ms, whole,
                     "the intervals of pool '%s' do not reach the run's end",
                     books->pools[i].name);
}
