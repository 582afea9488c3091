#include <inttypes.h>
#include <string.h>

#include "output/books.h"

/* The timeline of a pool against its ledger. */
static void check_economic(struct books *books, size_t i)
{
    struct finding_at timeline = {TABLE_TIMELINE, 0};
    const struct pool_result *sum = &books->result.pools[i];
    int128 economic = 0;
    for (int s = 0; s < COST_SHARES; s++)
        economic += sum->cost_uusd[s];
    books_expect(books, economic == sum->basis_uusd[BASIS_ECONOMIC], timeline,
                 "economic_usd of pool '%s' sums to %s, but in the ledger to %s",
                 books->pools[i].name, exact_usd(economic).text,
                 exact_usd(sum->basis_uusd[BASIS_ECONOMIC]).text);
}

/* The lots and contracts of a pool against its timeline. */
static void check_assets(struct books *books, size_t i)
{
    struct finding_at assets = {TABLE_ASSETS, 0};
    const struct book_pool *pool = &books->pools[i];
    const struct pool_result *sum = &books->result.pools[i];
    if (!books->pool_is_fixed[i])
        return;
    for (int s = 0; s < GPU_STATES; s++)
        books_expect(books, pool->asset_state_gpu_ms[s] == sum->state_gpu_ms[s], assets,
                     "%s_gpu_h of pool '%s' sums to %s, but in the timeline to %s",
                     gpu_state_names[s], pool->name,
                     exact_gpu_h(pool->asset_state_gpu_ms[s]).text,
                     exact_gpu_h(sum->state_gpu_ms[s]).text);
    /* Among several lots a pool's idle cost is divided by their own costs. */
    books_expect(books,
                 pool->assets > 1 || pool->asset_idle_uusd == sum->cost_uusd[COST_IDLE],
                 assets, "idle_usd of pool '%s' sums to %s, but in the timeline to %s",
                 pool->name, exact_usd(pool->asset_idle_uusd).text,
                 exact_usd(sum->cost_uusd[COST_IDLE]).text);
}

/* What was paid and is not cost yet is in the books at the end. */
static void check_position(struct books *books, size_t i)
{
    struct pool_result *sum = &books->result.pools[i];
    int128 book = (int128)sum->opening_uusd + sum->basis_uusd[BASIS_CASH] -
                  sum->basis_uusd[BASIS_ACCRUAL];
    books_expect(
        books, book == sum->closing_book_uusd, ((struct finding_at){TABLE_ASSETS, 0}),
        "book_usd of pool '%s' sums to %s, but opening and cash less accrual is "
        "%s",
        books->pools[i].name, exact_usd(sum->closing_book_uusd).text,
        exact_usd(book).text);
    if (books->closing == CLOSING_MARKET)
        sum->closing_uusd = sum->closing_market_uusd;
    else if (books->closing == CLOSING_BOOK)
        sum->closing_uusd = sum->closing_book_uusd;
}

/* Every start on a pool ends there by finishing, by an interruption, or not at all. */
static void check_jobs(struct books *books, size_t i)
{
    struct finding_at jobs = {TABLE_JOBS, 0};
    const struct book_pool *pool = &books->pools[i];
    struct pool_result *sum = &books->result.pools[i];
    sum->jobs_finished = pool->jobs_finished;
    sum->interruptions = books_less(pool->ended, pool->jobs_finished);
    books_expect(books, sum->interruptions >= 0, jobs,
                 "%" PRId64 " jobs finished on pool '%s', but in the timeline %" PRId64
                 " ended",
                 pool->jobs_finished, pool->name, pool->ended);
    books_expect(
        books, books_less(sum->jobs_started, pool->ended) == pool->jobs_running, jobs,
        "%" PRId64 " jobs run on pool '%s' at the end, but in the timeline %" PRId64
        " started and %" PRId64 " ended",
        pool->jobs_running, pool->name, sum->jobs_started, pool->ended);
}

/* Which cause took what is in no other file, but what was done again is overhead, and
 * nothing is lost without an interruption. */
static void check_causes(struct books *books, size_t i)
{
    struct finding_at summary = {TABLE_SUMMARY, 0};
    const struct pool_result *sum = &books->result.pools[i];
    int128 repeated = 0;
    bool valid = true, lost = false;
    for (int c = 0; c < CAUSES; c++) {
        valid = valid && sum->lost_gpu_ms[c] >= 0 && sum->repeated_gpu_ms[c] >= 0;
        lost = lost || sum->lost_gpu_ms[c] > 0;
        repeated += sum->repeated_gpu_ms[c];
    }
    books_expect(books, valid, summary, "pool '%s' lost or repeated less than nothing",
                 books->pools[i].name);
    books_expect(books, sum->repairs >= 0 && sum->repairs <= sum->failures, summary,
                 "pool '%s' has more repairs than failures", books->pools[i].name);
    books_expect(books, sum->losses >= 0 && sum->losses <= sum->failures - sum->repairs,
                 summary,
                 "pool '%s' has more servers lost than failed and were not repaired",
                 books->pools[i].name);
    books_expect(books, repeated <= sum->state_gpu_ms[GPU_BUSY_OVERHEAD], summary,
                 "pool '%s' did %s GPU-h again, but has %s of overhead",
                 books->pools[i].name, exact_gpu_h(repeated).text,
                 exact_gpu_h(sum->state_gpu_ms[GPU_BUSY_OVERHEAD]).text);
    books_expect(books, !lost || sum->interruptions > 0, summary,
                 "pool '%s' lost work without an interruption", books->pools[i].name);
}

static void check_totals(struct books *books)
{
    struct finding_at jobs = {TABLE_JOBS, 0};
    const struct run_result *result = &books->result;
    const struct group_result *total = &result->groups[0];
    int128 useful = 0, overhead = 0;
    int64_t interruptions = 0;
    for (size_t i = 0; i < result->n_pools; i++) {
        useful += result->pools[i].state_gpu_ms[GPU_BUSY_USEFUL];
        overhead += result->pools[i].state_gpu_ms[GPU_BUSY_OVERHEAD];
        books_add(&interruptions, result->pools[i].interruptions);
    }
    useful -= total->level_served_gpu_ms;
    overhead -= total->level_overhead_gpu_ms;
    books_expect(books, total->useful_gpu_ms == useful, jobs,
                 "useful_gpu_h sums to %s, but in the timeline to %s",
                 exact_gpu_h(total->useful_gpu_ms).text, exact_gpu_h(useful).text);
    books_expect(books, total->overhead_gpu_ms <= overhead, jobs,
                 "overhead_gpu_h sums to %s, but in the timeline to %s",
                 exact_gpu_h(total->overhead_gpu_ms).text, exact_gpu_h(overhead).text);
    books_expect(books, books->interruptions == interruptions, jobs,
                 "interruptions sum to %" PRId64 ", but in the timeline to %" PRId64,
                 books->interruptions, interruptions);
}

void audit_across(struct books *books)
{
    for (size_t i = 0; i < books->result.n_pools; i++) {
        check_economic(books, i);
        check_assets(books, i);
        check_position(books, i);
        check_jobs(books, i);
        check_causes(books, i);
    }
    check_totals(books);
    audit_energy(books);
    audit_usage_across(books);

    struct finding_at ledger = {TABLE_LEDGER, 0};
    for (uint32_t i = 0; i < books->item_names.n; i++) {
        const struct book_item *item = &books->items[i];
        ledger.line = item->ledger_line;
        books_expect(books, item->has_asset || !books->pool_is_fixed[item->pool],
                     ledger, "an item of pool '%s' that is not in assets.csv",
                     books->pools[item->pool].name);
    }
}
