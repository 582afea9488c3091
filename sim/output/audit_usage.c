#include <inttypes.h>
#include <string.h>

#include "base/calendar.h"
#include "output/books.h"

/* Single rows. */

static void check_month(struct books *books, struct finding_at at,
                        const struct cell cells[])
{
    int64_t month = cells[USAGE_MONTH].value;
    int64_t end_unix_ms = books->start_unix_ms + books->end_ms;
    books_expect(books, month >= books->usage_month_unix_ms, at,
                 "month is before that of the row above");
    books_expect(books,
                 month >= calendar_month_start(books->start_unix_ms) &&
                     month < end_unix_ms,
                 at, "month is not within the run");
    books->usage_month_unix_ms = month;
}

static void check_states(struct books *books, struct finding_at at,
                         const struct cell cells[])
{
    int128 sum = 0;
    for (int s = 0; s < GPU_STATES; s++) {
        int64_t value = cells[USAGE_STATES + s].value;
        books_expect(books, value >= 0, at, "%s_gpu_h is negative", gpu_state_names[s]);
        sum += value;
    }
    books_expect(books, sum == cells[USAGE_CAPACITY].value, at,
                 "capacity_gpu_h is %s, but the six states sum to %s",
                 cells[USAGE_CAPACITY].text, exact_gpu_h(sum).text);
    books_expect(books, sum > 0, at, "a row without GPUs");
}

static void add_row(struct books *books, struct finding_at at, uint32_t item,
                    const struct cell cells[])
{
    char key[48];
    int n = snprintf(key, sizeof key, "%" PRIu32 " %" PRId64, item,
                     cells[USAGE_MONTH].value);
    uint32_t before = books->usage_keys.n;
    bool is_new = names_add(&books->usage_keys, key, (size_t)n) == before;
    books_expect(books, is_new, at, "a second row for the same month, pool and item");
    if (!is_new)
        return;
    if (before == books->usage_room) {
        size_t room = before ? 2 * (size_t)before : 256;
        books->usage =
            arena_grow(books->arena, books->usage, before, room, sizeof *books->usage);
        books->usage_room = room;
    }
    books->usage[before] = (struct book_usage){
        .item = item,
        .month_unix_ms = cells[USAGE_MONTH].value,
        .energy_mwh = cells[USAGE_ENERGY].value,
        .capacity_gpu_ms = cells[USAGE_CAPACITY].value,
        .line = at.line,
    };
    for (int s = 0; s < GPU_STATES; s++)
        books->items[item].usage_state_gpu_ms[s] += cells[USAGE_STATES + s].value;
}

static void usage_row(struct books *books, struct finding_at at,
                      const struct cell cells[])
{
    int pool = books_pool(books, cells[USAGE_POOL].text);
    int64_t energy = cells[USAGE_ENERGY].value;
    books_expect(books, pool >= 0, at, "no pool is called '%s'",
                 cells[USAGE_POOL].text);
    if (pool < 0)
        return;
    uint32_t item = books_item(books, (size_t)pool, cells[USAGE_ITEM].text);
    bool fixed = books->pool_is_fixed[pool];
    check_month(books, at, cells);
    check_states(books, at, cells);
    books_expect(books, cells[USAGE_ITEM].empty != fixed, at,
                 "item is to be given just in fixed pools");
    books_expect(books, !fixed || books->broken || books->items[item].has_asset, at,
                 "an item that is not in assets.csv");
    books_expect(books,
                 energy == 0 || (energy > 0 && books->pools[pool].tenure == TENURE_OWN),
                 at, "energy_kwh is negative, or of GPUs that are rented");
    add_row(books, at, item, cells);
}

void audit_usage(struct books *books)
{
    books_read(books, TABLE_USAGE, usage_row);
}

/* Against the other files. */

/* All GPUs were there from begin to end: so they were in each month. */
static void check_service(struct books *books, const struct book_usage *usage,
                          const struct book_item *item)
{
    int64_t from = books_less(usage->month_unix_ms, books->start_unix_ms);
    int64_t to =
        books_less(calendar_next_month(usage->month_unix_ms), books->start_unix_ms);
    int64_t begin = item->begin_ms > from ? item->begin_ms : from;
    int64_t end = item->end_ms < to ? item->end_ms : to;
    int128 most = end > begin ? (int128)item->gpus * (end - begin) : 0;
    bool whole =
        item->end_ms > item->begin_ms &&
        item->capacity_gpu_ms == (int128)item->gpus * (item->end_ms - item->begin_ms);
    books_expect(books,
                 usage->capacity_gpu_ms == most ||
                     (!whole && usage->capacity_gpu_ms < most),
                 ((struct finding_at){TABLE_USAGE, usage->line}),
                 "capacity_gpu_h is %s, but gpus times the month's time in service is "
                 "%s",
                 exact_gpu_h(usage->capacity_gpu_ms).text, exact_gpu_h(most).text);
}

/* What the month's posting says that it paid for. */
static void check_posting(struct books *books, const struct book_posting *posting,
                          const struct book_usage *usage)
{
    struct finding_at at = {TABLE_USAGE, usage->line};
    switch (posting->account) {
    case ACCOUNT_ENERGY:
        books_expect(books, posting->quantity == usage->energy_mwh, at,
                     "energy_kwh is not what line %" PRId64 " of the ledger paid for",
                     posting->line);
        return;
    case ACCOUNT_RENT:
        if (books->report->billing_short)
            return;
        break;
    case ACCOUNT_COLOCATION:
    case ACCOUNT_SUPPORT:
    case ACCOUNT_STAFF:
    case ACCOUNT_INSURANCE:
    case ACCOUNT_ON_DEMAND:
    case ACCOUNT_SPOT: break;
    default: return;
    }
    books_expect(books, posting->quantity == usage->capacity_gpu_ms, at,
                 "capacity_gpu_h is not what line %" PRId64 " of the ledger paid for",
                 posting->line);
}

static void check_postings(struct books *books)
{
    for (uint32_t i = 0; i < books->posting_keys.n; i++) {
        const struct book_posting *posting = &books->postings[i];
        char key[48];
        int n = snprintf(key, sizeof key, "%" PRIu32 " %" PRId64, posting->item,
                         posting->month_unix_ms);
        uint32_t at = names_find(&books->usage_keys, key, (size_t)n);
        if (at != NAMES_NONE)
            check_posting(books, posting, &books->usage[at]);
    }
}

/* The months of an item against its row of assets.csv, or the pool's of the timeline.
 */
static void check_item(struct books *books, const struct book_item *item)
{
    bool fixed = books->pool_is_fixed[item->pool];
    const int64_t *due =
        fixed ? item->state_gpu_ms : books->result.pools[item->pool].state_gpu_ms;
    for (int s = 0; s < GPU_STATES; s++)
        books_expect(
            books, item->usage_state_gpu_ms[s] == due[s],
            ((struct finding_at){TABLE_USAGE, 0}),
            "%s_gpu_h of pool '%s'%s%s sums to %s, but in %s it is %s",
            gpu_state_names[s], books->pools[item->pool].name, fixed ? ", " : "",
            fixed ? strchr(books->item_names.text[item - books->items], '\n') + 1 : "",
            exact_gpu_h(item->usage_state_gpu_ms[s]).text,
            fixed ? "assets.csv" : "the timeline", exact_gpu_h(due[s]).text);
}

/* Half a Wh of the summary, half an mWh of each row. */
static void check_energy(struct books *books)
{
    for (size_t p = 0; p < books->result.n_pools; p++) {
        int128 sum = 0;
        int64_t rows = 0;
        for (uint32_t i = 0; i < books->usage_keys.n; i++) {
            if (books->items[books->usage[i].item].pool != p)
                continue;
            sum += books->usage[i].energy_mwh;
            rows++;
        }
        int128 due = (int128)books->result.pools[p].energy_mwh_milli * 1000;
        int128 missing = due - sum, slack = 500 + (rows + 1) / 2;
        books_expect(books, missing <= slack && missing >= -slack,
                     ((struct finding_at){TABLE_USAGE, 0}),
                     "energy_kwh of pool '%s' does not sum to that of summary.csv",
                     books->pools[p].name);
    }
}

void audit_usage_across(struct books *books)
{
    for (uint32_t i = 0; i < books->usage_keys.n; i++) {
        const struct book_usage *usage = &books->usage[i];
        const struct book_item *item = &books->items[usage->item];
        if (books->pool_is_fixed[item->pool])
            check_service(books, usage, item);
    }
    for (size_t p = 0; p < books->result.n_pools; p++)
        if (!books->pool_is_fixed[p])
            (void)books_item(books, p, "");
    for (uint32_t i = 0; i < books->item_names.n; i++)
        check_item(books, &books->items[i]);
    check_postings(books);
    check_energy(books);
}
