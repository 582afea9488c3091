#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "output/books.h"

/* What a quantity counts. */
enum measure { MEASURE_NONE, MEASURE_GPU_MS, MEASURE_MWH, MEASURE_GPUS };

static const char *const units[] = {"", "GPU-h", "kWh", "GPU"};

static enum measure measure_of(enum account account)
{
    switch (account) {
    case ACCOUNT_PURCHASE: return MEASURE_GPUS;
    case ACCOUNT_ENERGY: return MEASURE_MWH;
    case ACCOUNT_COMMISSIONING:
    case ACCOUNT_COLOCATION:
    case ACCOUNT_SUPPORT:
    case ACCOUNT_STAFF:
    case ACCOUNT_INSURANCE:
    case ACCOUNT_SOFTWARE:
    case ACCOUNT_SECURITY:
    case ACCOUNT_RENT:
    case ACCOUNT_RENT_USED:
    case ACCOUNT_ON_DEMAND:
    case ACCOUNT_SPOT:
    case ACCOUNT_SURPLUS: return MEASURE_GPU_MS;
    default: return MEASURE_NONE;
    }
}

static bool read_quantity(enum measure measure, const char *text, int64_t *value)
{
    size_t length = strlen(text);
    char written[DECIMAL_TEXT];
    int digits = measure == MEASURE_MWH ? 6 : 0;
    enum decimal_result got = measure == MEASURE_GPU_MS
                                  ? decimal_scaled(text, length, MS_PER_H, value)
                                  : decimal_to_int64(text, length, digits, value);
    if (got != DECIMAL_OK && got != DECIMAL_INEXACT)
        return false;
    if (measure == MEASURE_GPU_MS)
        decimal_write(written, gpu_ms_to_nano_gpu_h(*value), 9);
    else
        decimal_write(written, *value, digits);
    return strcmp(written, text) == 0;
}

static int64_t quantity_of(struct books *books, struct finding_at at,
                           enum account account, const struct cell cells[])
{
    enum measure measure = measure_of(account);
    const char *text = cells[LEDGER_QUANTITY].text;
    int64_t value = 0;
    books_expect(books, strcmp(cells[LEDGER_UNIT].text, units[measure]) == 0, at,
                 "unit of %s is '%s' instead of '%s'", account_names[account],
                 cells[LEDGER_UNIT].text, units[measure]);
    books_expect(books, read_quantity(measure, text, &value), at,
                 "quantity %s is not as Tenure writes it", text);
    books_expect(books, measure != MEASURE_NONE || value == 0, at,
                 "a quantity of %s, which has none", account_names[account]);
    return value;
}

static int posting_key(char key[64], uint32_t item, enum account account,
                       int64_t month_unix_ms)
{
    return snprintf(key, 64, "%" PRIu32 " %d %" PRId64, item, (int)account,
                    month_unix_ms);
}

static struct book_posting *posting_of(struct books *books, uint32_t item,
                                       enum account account, int64_t month_unix_ms,
                                       bool *is_new)
{
    char key[64];
    int n = posting_key(key, item, account, month_unix_ms);
    uint32_t before = books->posting_keys.n;
    uint32_t id = names_add(&books->posting_keys, key, (size_t)n);
    *is_new = id == before;
    if (*is_new && before == books->postings_room) {
        size_t room = before ? 2 * (size_t)before : 256;
        books->postings = arena_grow(books->arena, books->postings, before, room,
                                     sizeof *books->postings);
        books->postings_room = room;
    }
    return &books->postings[id];
}

void audit_posting(struct books *books, struct finding_at at, uint32_t item,
                   enum account account, enum basis basis, const struct cell cells[])
{
    bool is_new;
    struct book_posting row = {
        .item = item,
        .account = account,
        .month_unix_ms = cells[LEDGER_MONTH].value,
        .time_unix_ms = cells[LEDGER_TIME].value,
        .amount_uusd = cells[LEDGER_AMOUNT].value,
        .quantity = quantity_of(books, at, account, cells),
        .line = at.line,
    };
    struct book_posting *posting =
        posting_of(books, item, account, row.month_unix_ms, &is_new);
    if (is_new)
        *posting = row;
    posting->bases |= 1u << basis;
    books_expect(books, row.time_unix_ms == posting->time_unix_ms, at,
                 "time is not that of the same posting in line %" PRId64,
                 posting->line);
    books_expect(books, row.amount_uusd == posting->amount_uusd, at,
                 "amount_usd is not that of the same posting in line %" PRId64,
                 posting->line);
    books_expect(books, row.quantity == posting->quantity, at,
                 "quantity is not that of the same posting in line %" PRId64,
                 posting->line);
}

/* Single postings. */

static void check_time(struct books *books, const struct book_posting *posting)
{
    struct finding_at at = {TABLE_LEDGER, posting->line};
    int64_t month = posting->month_unix_ms, time = posting->time_unix_ms;
    int64_t end_unix_ms = books->start_unix_ms + books->end_ms;
    int64_t month_end = calendar_next_month(month);
    if (account_is_lump(posting->account)) {
        books_expect(books, month == calendar_month_start(time), at,
                     "time is not in the month of the row");
        return;
    }
    books_expect(books, time == (month_end < end_unix_ms ? month_end : end_unix_ms), at,
                 "time is not the end of the month or of the run");
}

static void check_bases(struct books *books, const struct book_posting *posting)
{
    struct finding_at at = {TABLE_LEDGER, posting->line};
    for (int b = 0; b < BASES; b++) {
        bool due = account_has_basis(posting->account, (enum basis)b);
        books_expect(books, !due || (posting->bases & 1u << b), at,
                     "no row of the same posting in the %s basis", basis_names[b]);
    }
}

/* Which pools an account is for, as 1u << tenure. */
static unsigned tenures_of(enum account account)
{
    const unsigned own = 1u << TENURE_OWN, lease = 1u << TENURE_LEASE,
                   on_demand = 1u << TENURE_ON_DEMAND, spot = 1u << TENURE_SPOT;
    switch (account) {
    case ACCOUNT_RENT:
    case ACCOUNT_RENT_USED:
    case ACCOUNT_PREPAYMENT:
    case ACCOUNT_PREPAID_RENT:
    case ACCOUNT_EXIT_FEE: return lease;
    case ACCOUNT_ON_DEMAND: return on_demand;
    case ACCOUNT_SPOT: return spot;
    case ACCOUNT_SURPLUS: return on_demand | spot;
    case ACCOUNT_EXTRAS: return lease | on_demand | spot;
    case ACCOUNT_CAPITAL: return own | lease | on_demand | spot;
    default: return own;
    }
}

static void check_tenure(struct books *books, const struct book_posting *posting)
{
    size_t pool = books->items[posting->item].pool;
    enum tenure tenure = books->pools[pool].tenure;
    books_expect(books, tenures_of(posting->account) & 1u << tenure,
                 ((struct finding_at){TABLE_LEDGER, posting->line}),
                 "%s is no account of a pool that is %s",
                 account_names[posting->account], tenure_names[tenure]);
}

/* When assets.csv says that a lump of this account was due; -1: it does not. */
static int64_t due_ms(const struct book_item *item, enum account account)
{
    switch (account) {
    case ACCOUNT_DEPOSIT: return item->ordered_ms;
    case ACCOUNT_PURCHASE: return item->delivered_ms;
    case ACCOUNT_PREPAYMENT: return item->begin_ms;
    case ACCOUNT_EXIT_FEE: return item->end_ms;
    default: return -1;
    }
}

static void check_paid(struct books *books, const struct book_posting *posting,
                       const struct book_item *item)
{
    struct finding_at at = {TABLE_LEDGER, posting->line};
    int64_t due = due_ms(item, posting->account), due_unix_ms;
    if (due < 0 || !item->has_asset ||
        __builtin_add_overflow(books->start_unix_ms, due, &due_unix_ms))
        return;
    books_expect(books, posting->time_unix_ms == due_unix_ms, at,
                 "time is not when %s is due by assets.csv",
                 account_names[posting->account]);
    books_expect(
        books, posting->account != ACCOUNT_PURCHASE || posting->quantity == item->gpus,
        at, "quantity is %" PRId64 " GPUs, but in assets.csv %" PRId64,
        posting->quantity, item->gpus);
}

static void add_posting(const struct book_posting *posting, struct book_item *item)
{
    item->quantity[posting->account] += posting->quantity;
    item->posted_uusd[posting->account] += posting->amount_uusd;
    item->postings[posting->account]++;
}

/* Quantities of items. */

static int64_t months_of(const struct books *books, const struct book_item *item)
{
    int64_t n = 0, end_ms = item->end_ms < books->end_ms ? item->end_ms : books->end_ms;
    int64_t end_unix_ms = books->start_unix_ms + end_ms;
    int64_t month = calendar_month_start(books->start_unix_ms + item->begin_ms);
    for (; month < end_unix_ms; month = calendar_next_month(month))
        n++;
    return n;
}

/* A month whose amount rounds to nothing has no row: what it would have stated cost
 * less than a micro-dollar, at the mean price. */
static bool is_rounding(int128 missing, int128 quantity, int128 amount_uusd,
                        int64_t absent)
{
    if (missing <= 0 || absent <= 0 || quantity <= 0 || amount_uusd <= 0)
        return missing == 0;
    return (double)missing * (double)(amount_uusd - 1) <=
           (double)quantity * (double)absent;
}

static bool is_posted(const struct books *books, const struct book_usage *usage,
                      enum account account)
{
    char key[64];
    int n = posting_key(key, usage->item, account, usage->month_unix_ms);
    return names_find(&books->posting_keys, key, (size_t)n) != NAMES_NONE;
}

/* The hours of an item in months that have no row of the account: where its price
 * changes they may have cost nothing. */
static int128 unposted(const struct books *books, const struct book_item *item,
                       enum account account)
{
    int128 sum = 0;
    for (uint32_t i = 0; i < books->usage_keys.n; i++) {
        const struct book_usage *usage = &books->usage[i];
        if (&books->items[usage->item] == item && !is_posted(books, usage, account))
            sum += usage->capacity_gpu_ms;
    }
    return sum;
}

static void check_hours(struct books *books, const struct book_item *item,
                        enum account account)
{
    const struct pool_result *sum = &books->result.pools[item->pool];
    struct finding_at at = {TABLE_LEDGER, item->ledger_line};
    int128 due = account == ACCOUNT_SURPLUS         ? sum->surplus_gpu_ms
                 : account == ACCOUNT_COMMISSIONING ? item->setup_gpu_ms
                                                    : item->capacity_gpu_ms;
    int128 stated = item->quantity[account];
    bool open = account == ACCOUNT_RENT && books->report->billing_short;
    if (item->postings[account] == 0 || (open && stated <= due))
        return;
    books_expect(books,
                 is_rounding(due - stated, stated, item->posted_uusd[account],
                             months_of(books, item) - item->postings[account]) ||
                     due - stated == unposted(books, item, account),
                 at,
                 "quantities of %s of pool '%s'%s%s sum to %s GPU-h, but there were %s",
                 account_names[account], books->pools[item->pool].name,
                 books->pool_is_fixed[item->pool] ? ", " : "",
                 books->pool_is_fixed[item->pool]
                     ? strchr(books->item_names.text[item - books->items], '\n') + 1
                     : "",
                 exact_gpu_h(stated).text, exact_gpu_h(due).text);
}

/* An elastic pool has no row in assets.csv: its only item is the pool in the timeline.
 */
static void take_elastic(const struct books *books, struct book_item *item)
{
    if (books->pool_is_fixed[item->pool])
        return;
    item->begin_ms = 0;
    item->end_ms = books->end_ms;
    item->capacity_gpu_ms = 0;
    for (int s = 0; s < GPU_STATES; s++)
        item->capacity_gpu_ms += books->result.pools[item->pool].state_gpu_ms[s];
}

/* The peak of cash. */

struct payment {
    int64_t time_unix_ms, amount_uusd;
};

static int by_time(const struct payment *a, const struct payment *b)
{
    return (a->time_unix_ms > b->time_unix_ms) - (a->time_unix_ms < b->time_unix_ms);
}

static int payments_first(const void *a, const void *b)
{
    const struct payment *x = a, *y = b;
    int order = by_time(x, y);
    return order
               ? order
               : (x->amount_uusd < y->amount_uusd) - (x->amount_uusd > y->amount_uusd);
}

static int receipts_first(const void *a, const void *b)
{
    const struct payment *x = a, *y = b;
    int order = by_time(x, y);
    return order ? order : -payments_first(a, b);
}

static int64_t peak_of(struct payment *payments, size_t n,
                       int (*compare)(const void *, const void *))
{
    int64_t cash = 0, peak = 0;
    qsort(payments, n, sizeof *payments, compare);
    for (size_t i = 0; i < n; i++) {
        books_add(&cash, payments[i].amount_uusd);
        if (cash > peak)
            peak = cash;
    }
    return peak;
}

/* A row tells only when the last servers of a month were sold, and nothing what came
 * first at one instant.  The peak lies between the two extremes. */
static void find_peak(struct books *books)
{
    size_t n = 0;
    struct payment *late =
        ARENA_ARRAY(books->arena, books->posting_keys.n + 1, struct payment);
    struct payment *early =
        ARENA_ARRAY(books->arena, books->posting_keys.n + 1, struct payment);
    for (uint32_t i = 0; i < books->posting_keys.n; i++) {
        const struct book_posting *posting = &books->postings[i];
        if (!(posting->bases & 1u << BASIS_CASH))
            continue;
        bool sold = posting->account == ACCOUNT_RESALE;
        late[n] = early[n] =
            (struct payment){posting->time_unix_ms, posting->amount_uusd};
        if (sold)
            early[n].time_unix_ms = posting->month_unix_ms;
        n++;
    }
    books->peak_high_uusd = peak_of(late, n, payments_first);
    books->peak_low_uusd = peak_of(early, n, receipts_first);
}

void audit_postings(struct books *books)
{
    for (uint32_t i = 0; i < books->posting_keys.n; i++) {
        const struct book_posting *posting = &books->postings[i];
        struct book_item *item = &books->items[posting->item];
        check_time(books, posting);
        check_bases(books, posting);
        check_tenure(books, posting);
        check_paid(books, posting, item);
        add_posting(posting, item);
    }
    for (uint32_t i = 0; i < books->item_names.n; i++) {
        struct book_item *item = &books->items[i];
        take_elastic(books, item);
        for (int a = 0; a < ACCOUNTS; a++)
            if (measure_of((enum account)a) == MEASURE_GPU_MS && a != ACCOUNT_RENT_USED)
                check_hours(books, item, (enum account)a);
    }
    find_peak(books);
}

/* What the ledger paid for, and in months that cost nothing what usage.csv has. */
void audit_energy(struct books *books)
{
    int128 *stated = ARENA_ARRAY(books->arena, books->result.n_pools + 1, int128);
    int64_t *rows = ARENA_ARRAY(books->arena, books->result.n_pools + 1, int64_t);
    for (uint32_t i = 0; i < books->item_names.n; i++) {
        const struct book_item *item = &books->items[i];
        stated[item->pool] += item->quantity[ACCOUNT_ENERGY];
        rows[item->pool] += item->postings[ACCOUNT_ENERGY];
    }
    for (uint32_t i = 0; i < books->usage_keys.n; i++) {
        const struct book_usage *usage = &books->usage[i];
        const struct book_item *item = &books->items[usage->item];
        if (is_posted(books, usage, ACCOUNT_ENERGY))
            continue;
        stated[item->pool] += usage->energy_mwh;
        rows[item->pool]++;
    }
    for (size_t p = 0; p < books->result.n_pools; p++) {
        /* Half a Wh of the summary, half an mWh of each row. */
        int128 due = (int128)books->result.pools[p].energy_mwh_milli * 1000;
        int128 missing = due - stated[p], slack = 500 + (rows[p] + 1) / 2;
        books_expect(books, rows[p] == 0 || (missing <= slack && missing >= -slack),
                     ((struct finding_at){TABLE_SUMMARY, 0}),
                     "energy_kwh of pool '%s' is not what the ledger paid for",
                     books->pools[p].name);
    }
}
