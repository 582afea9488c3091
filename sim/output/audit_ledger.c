#include <string.h>

#include "base/calendar.h"
#include "output/books.h"

static int find(const char *const names[], int n, const char *text)
{
    for (int i = 0; i < n; i++)
        if (strcmp(names[i], text) == 0)
            return i;
    return -1;
}

uint32_t books_item(struct books *books, size_t pool, const char *name)
{
    const char *key =
        arena_printf(books->arena, "%s\n%s", books->pools[pool].name, name);
    uint32_t n = books->item_names.n;
    uint32_t id = names_add(&books->item_names, key, strlen(key));
    if (id < n)
        return id;
    if (n == books->items_room) {
        size_t room = n ? 2 * (size_t)n : 64;
        books->items =
            arena_grow(books->arena, books->items, n, room, sizeof *books->items);
        books->items_room = room;
    }
    books->items[id].pool = pool;
    return id;
}

/* ledger.csv */

static void check_time(struct books *books, struct finding_at at,
                       const struct cell cells[])
{
    int64_t month = cells[LEDGER_MONTH].value, time = cells[LEDGER_TIME].value;
    int64_t end_unix_ms = books->start_unix_ms + books->end_ms;
    books_expect(books, month >= books->ledger_month_unix_ms, at,
                 "month is before that of the row above");
    books_expect(books, time >= books->start_unix_ms && time <= end_unix_ms, at,
                 "time is not within the run");
    books_expect(books, time >= month && time <= calendar_next_month(month), at,
                 "time is not in the month of the row");
    /* The horizon is half-open: a month that begins there has no cost, but for what is
     * bought in a run that is over at once. */
    books_expect(books, month < end_unix_ms || books->end_ms == 0, at,
                 "month is after the run's end");
    books->ledger_month_unix_ms = month;
}

static void check_unique(struct books *books, struct finding_at at,
                         const struct cell cells[])
{
    char key[1024];
    int n = snprintf(key, sizeof key, "%s\n%s\n%s\n%s\n%s", cells[LEDGER_MONTH].text,
                     cells[LEDGER_POOL].text, cells[LEDGER_ITEM].text,
                     cells[LEDGER_ACCOUNT].text, cells[LEDGER_BASIS].text);
    size_t length = (size_t)n < sizeof key ? (size_t)n : sizeof key - 1;
    uint32_t before = books->ledger_keys.n;
    books_expect(books, names_add(&books->ledger_keys, key, length) == before, at,
                 "a second row for the same month, pool, item, account and basis");
}

static void ledger_row(struct books *books, struct finding_at at,
                       const struct cell cells[])
{
    int pool = books_pool(books, cells[LEDGER_POOL].text);
    int account = find(account_names, ACCOUNTS_ALL, cells[LEDGER_ACCOUNT].text);
    int basis = find(basis_names, BASES + 1, cells[LEDGER_BASIS].text);
    int64_t amount = cells[LEDGER_AMOUNT].value;
    bool shadow = basis == BASIS_SHADOW || account >= ACCOUNTS;
    books_expect(books, pool >= 0 || shadow, at, "no pool is called '%s'",
                 cells[LEDGER_POOL].text);
    books_expect(books, account >= 0, at, "no account is called '%s'",
                 cells[LEDGER_ACCOUNT].text);
    books_expect(books, basis >= 0, at, "no basis is called '%s'",
                 cells[LEDGER_BASIS].text);
    if ((pool < 0 && !shadow) || account < 0 || basis < 0)
        return;

    check_time(books, at, cells);
    check_unique(books, at, cells);
    books_expect(books, amount != 0, at, "a row of no amount");
    books_expect(books, account_has_basis((enum account)account, (enum basis)basis), at,
                 "account %s has no place in the %s basis", cells[LEDGER_ACCOUNT].text,
                 cells[LEDGER_BASIS].text);
    if (shadow) {
        audit_service_row(books, at, account, basis, cells);
        return;
    }
    books_expect(books, cells[LEDGER_ITEM].empty != books->pool_is_fixed[pool], at,
                 "item is to be given just in fixed pools");

    struct pool_result *sum = &books->result.pools[pool];
    books_add(&sum->account_uusd[account][basis], amount);
    books_add(&sum->basis_uusd[basis], amount);
    uint32_t id = books_item(books, (size_t)pool, cells[LEDGER_ITEM].text);
    struct book_item *item = &books->items[id];
    item->basis_uusd[basis] += amount;
    if (item->ledger_line == 0)
        item->ledger_line = at.line;
    audit_posting(books, at, id, (enum account)account, (enum basis)basis, cells);
}

void audit_ledger(struct books *books)
{
    books->ledger_month_unix_ms = calendar_month_start(books->start_unix_ms);
    books_read(books, TABLE_LEDGER, ledger_row);
}

/* assets.csv */

/* Of a cell of assets.csv, from the start; empty: the run's end. */
static int64_t time_of(const struct books *books, const struct cell *cell)
{
    return cell->empty ? books->end_ms : books_less(cell->value, books->start_unix_ms);
}

static void check_time_in_service(struct books *books, struct finding_at at,
                                  const struct book_pool *pool, int128 states_gpu_ms,
                                  const struct cell cells[])
{
    int64_t begin = time_of(books, &cells[ASSETS_BEGIN]);
    int64_t end = time_of(books, &cells[ASSETS_END]);
    int64_t ordered = time_of(books, &cells[ASSETS_ORDERED]);
    int64_t delivered = time_of(books, &cells[ASSETS_DELIVERED]);
    books_expect(books, end >= begin && end <= books->end_ms, at,
                 "end is not between begin and the run's end");
    books_expect(books, ordered <= delivered && delivered <= begin, at,
                 "ordered, delivered and begin are not in order");
    if (begin < 0)
        begin = 0;
    int128 held = end > begin ? (int128)cells[ASSETS_GPUS].value * (end - begin) : 0;
    bool exact = pool->tenure == TENURE_LEASE || !pool->shrinks;
    books_expect(books, states_gpu_ms == held || (!exact && states_gpu_ms < held), at,
                 "capacity_gpu_h is %s, but gpus times the time in service is %s",
                 cells[ASSETS_CAPACITY].text, exact_gpu_h(held).text);
}

static void check_bases(struct books *books, struct finding_at at,
                        const struct book_item *item, const struct cell cells[])
{
    for (int b = 0; b < BASES; b++)
        books_expect(books, cells[ASSETS_BASES + b].value == item->basis_uusd[b], at,
                     "%s_usd is %s, but in the ledger it is %s", basis_names[b],
                     cells[ASSETS_BASES + b].text, exact_usd(item->basis_uusd[b]).text);
}

/* A data centre has no GPUs, and no hours. */
static bool is_facility(const struct book_pool *pool, const struct cell cells[])
{
    return pool->tenure == TENURE_OWN &&
           strcmp(cells[ASSETS_KIND].text, "facility") == 0 &&
           cells[ASSETS_GPUS].value == 0;
}

static void check_asset(struct books *books, struct finding_at at, size_t index,
                        const struct cell cells[])
{
    struct book_pool *pool = &books->pools[index];
    bool facility = is_facility(pool, cells);
    const char *kind = facility                     ? "facility"
                       : pool->tenure == TENURE_OWN ? "lot"
                                                    : "contract";
    int128 sum = 0;
    for (int s = 0; s < GPU_STATES; s++) {
        int64_t value = cells[ASSETS_STATES + s].value;
        books_expect(books, value >= 0, at, "%s_gpu_h is negative", gpu_state_names[s]);
        pool->asset_state_gpu_ms[s] += value;
        sum += value;
    }
    books_expect(books, sum == cells[ASSETS_CAPACITY].value, at,
                 "capacity_gpu_h is %s, but the six states sum to %s",
                 cells[ASSETS_CAPACITY].text, exact_gpu_h(sum).text);
    books_expect(books, books->pool_is_fixed[index], at, "pool '%s' has no assets",
                 pool->name);
    books_expect(books, strcmp(cells[ASSETS_KIND].text, kind) == 0, at,
                 "kind is '%s', but pool '%s' has %ss", cells[ASSETS_KIND].text,
                 pool->name, kind);
    books_expect(books, strcmp(cells[ASSETS_CLASS].text, pool->class) == 0, at,
                 "class is '%s', but that of pool '%s' is '%s'",
                 cells[ASSETS_CLASS].text, pool->name, pool->class);
    books_expect(books, cells[ASSETS_GPUS].value >= 0, at, "gpus is negative");
    bool leased = pool->tenure == TENURE_LEASE;
    int64_t end = cells[cells[ASSETS_END].empty ? ASSETS_BEGIN : ASSETS_END].value;
    books_expect(books,
                 leased != cells[ASSETS_TERM_END].empty &&
                     (!leased || end <= cells[ASSETS_TERM_END].value),
                 at, "term_end is to be given just for contracts, which end by then");
    check_time_in_service(books, at, pool, sum, cells);
}

/* A lot is stranded by book above market, and obsolete when it costs more than the
 * alternative; where the two are equal as written, either may be. */
static void check_worth(struct books *books, struct finding_at at, bool is_lot,
                        const struct cell cells[])
{
    int128 above = (int128)cells[ASSETS_BOOK].value - cells[ASSETS_MARKET].value;
    int128 stranded = is_lot && above > 0 ? above : 0;
    int64_t avoidable = cells[ASSETS_AVOIDABLE].value;
    int64_t alternative = cells[ASSETS_ALTERNATIVE].value; /* 0 where empty */
    bool obsolete = strcmp(cells[ASSETS_OBSOLETE].text, "true") == 0;
    books_expect(books, cells[ASSETS_STRANDED].value == stranded, at,
                 "stranded_usd is %s, but book above market is %s",
                 cells[ASSETS_STRANDED].text, exact_usd(stranded).text);
    books_expect(books, avoidable >= 0 && alternative >= 0, at,
                 "a cost of work is negative");
    books_expect(books, is_lot || (avoidable == 0 && cells[ASSETS_ALTERNATIVE].empty),
                 at, "a contract has no avoidable cost");
    books_expect(books, obsolete || !strcmp(cells[ASSETS_OBSOLETE].text, "false"), at,
                 "obsolete is neither true nor false");
    books_expect(books,
                 (alternative > 0 && avoidable == alternative) ||
                     obsolete == (alternative > 0 && avoidable > alternative),
                 at, "obsolete is %s, but avoidable is%s above the alternative",
                 cells[ASSETS_OBSOLETE].text, obsolete ? " not" : "");
}

static void take_service(const struct books *books, struct book_item *item,
                         const struct cell cells[])
{
    item->gpus = cells[ASSETS_GPUS].value;
    item->capacity_gpu_ms = cells[ASSETS_CAPACITY].value;
    for (int s = 0; s < GPU_STATES; s++)
        item->state_gpu_ms[s] = cells[ASSETS_STATES + s].value;
    item->begin_ms = time_of(books, &cells[ASSETS_BEGIN]);
    if (item->begin_ms < 0)
        item->begin_ms = 0;
    item->end_ms = time_of(books, &cells[ASSETS_END]);
    item->ordered_ms = time_of(books, &cells[ASSETS_ORDERED]);
    item->delivered_ms =
        cells[ASSETS_DELIVERED].empty ? -1 : time_of(books, &cells[ASSETS_DELIVERED]);
    if (item->delivered_ms >= 0 && item->begin_ms > item->delivered_ms)
        item->setup_gpu_ms = (int128)item->gpus * (item->begin_ms - item->delivered_ms);
}

static void asset_row(struct books *books, struct finding_at at,
                      const struct cell cells[])
{
    int pool = books_pool(books, cells[ASSETS_POOL].text);
    books_expect(books, pool >= 0, at, "no pool is called '%s'",
                 cells[ASSETS_POOL].text);
    if (pool < 0)
        return;
    check_asset(books, at, (size_t)pool, cells);

    uint32_t id = books_item(books, (size_t)pool, cells[ASSETS_ITEM].text);
    struct book_item *item = &books->items[id];
    books_expect(books, !item->has_asset, at, "a second row for %s of pool '%s'",
                 cells[ASSETS_ITEM].text, books->pools[pool].name);
    item->has_asset = true;
    take_service(books, item, cells);
    check_worth(books, at,
                books->pools[pool].tenure == TENURE_OWN &&
                    !is_facility(&books->pools[pool], cells),
                cells);
    check_bases(books, at, item, cells);

    struct pool_result *sum = &books->result.pools[pool];
    books->pools[pool].assets += !is_facility(&books->pools[pool], cells);
    books->pools[pool].asset_idle_uusd += cells[ASSETS_IDLE].value;
    books_add(&sum->closing_book_uusd, cells[ASSETS_BOOK].value);
    books_add(&sum->closing_market_uusd, cells[ASSETS_MARKET].value);
    books_add(&sum->commitment_uusd, cells[ASSETS_COMMITMENT].value);
}

void audit_assets(struct books *books)
{
    books_read(books, TABLE_ASSETS, asset_row);
}

/* events.csv */

static void event_row(struct books *books, struct finding_at at,
                      const struct cell cells[])
{
    int64_t time = cells[EVENTS_TIME].value;
    books_expect(books, time >= books->last_event_ms && time <= books->end_ms, at,
                 "time_s is before the row above or after the run's end");
    books_expect(books,
                 cells[EVENTS_PHASE].value >= 0 && cells[EVENTS_PHASE].value <= 8, at,
                 "phase is not 0 to 8");
    books->last_event_ms = time;
}

void audit_events(struct books *books)
{
    books_read(books, TABLE_EVENTS, event_row);
}
