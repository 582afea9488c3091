#include "output/focus_data.h"

#include <stdlib.h>
#include <string.h>

#include "output/table_read.h"

static int find(const char *const names[], int n, const char *text)
{
    for (int i = 0; i < n; i++)
        if (strcmp(names[i], text) == 0)
            return i;
    return -1;
}

static bool item_of(struct focus_data *data, const char *pool_name, const char *name,
                    int64_t line, uint32_t *item, struct error *err)
{
    int pool = saved_run_pool(data->run, pool_name);
    if (pool < 0)
        return error_kind_set(err, ERROR_AUDIT, "%s: line %lld: no pool is called '%s'",
                              data->run->dir, (long long)line, pool_name);
    const char *key = arena_printf(&data->arena, "%d\n%s", pool, name);
    uint32_t n = data->item_names.n;
    *item = names_add(&data->item_names, key, strlen(key));
    if (*item < n)
        return true;
    if (n == data->items_room) {
        data->items_room = n ? 2 * (size_t)n : 64;
        data->items = arena_grow(&data->arena, data->items, n, data->items_room,
                                 sizeof *data->items);
    }
    data->items[n] = (struct focus_item){
        .pool = (size_t)pool,
        .name = arena_strdup(&data->arena, name),
        .id = *name ? arena_printf(&data->arena, "%s/%s", pool_name, name)
                    : arena_strdup(&data->arena, pool_name),
        .gpus = -1,
        .end_unix_ms = -1,
    };
    return true;
}

/* At most nine digits after the point, as Tenure writes quantities. */
static int128 nine_digits(const char *text)
{
    int128 value = 0;
    int digits = -1;
    bool negative = *text == '-';
    for (text += negative; *text; text++) {
        if (*text == '.')
            digits = 0;
        else if (digits < 9 && value < (int128)1 << 110) {
            value = value * 10 + (*text - '0');
            digits += digits >= 0;
        }
    }
    for (digits = digits < 0 ? 0 : digits; digits < 9; digits++)
        value *= 10;
    return negative ? -value : value;
}

static bool asset_row(void *self, int64_t line, const struct cell cells[],
                      struct error *err)
{
    struct focus_data *data = self;
    uint32_t id = 0;
    if (!item_of(data, cells[ASSETS_POOL].text, cells[ASSETS_ITEM].text, line, &id,
                 err))
        return false;
    struct focus_item *item = &data->items[id];
    item->gpus = cells[ASSETS_GPUS].value;
    item->begin_unix_ms = cells[ASSETS_BEGIN].value;
    item->end_unix_ms = cells[ASSETS_END].empty ? -1 : cells[ASSETS_END].value;
    item->term_end_unix_ms = cells[ASSETS_TERM_END].value;
    item->commitment_uusd = cells[ASSETS_COMMITMENT].value;
    return true;
}

static bool usage_row(void *self, int64_t line, const struct cell cells[],
                      struct error *err)
{
    struct focus_data *data = self;
    uint32_t item = 0;
    if (!item_of(data, cells[USAGE_POOL].text, cells[USAGE_ITEM].text, line, &item,
                 err))
        return false;
    if (data->n_usage == data->usage_room) {
        data->usage_room = data->n_usage ? 2 * data->n_usage : 256;
        data->usage = arena_grow(&data->arena, data->usage, data->n_usage,
                                 data->usage_room, sizeof *data->usage);
    }
    data->usage[data->n_usage++] = (struct focus_usage){
        .month_unix_ms = cells[USAGE_MONTH].value,
        .item = item,
        .capacity_gpu_ms = cells[USAGE_CAPACITY].value,
        .busy_gpu_ms = (int128)cells[USAGE_STATES + GPU_BUSY_USEFUL].value +
                       cells[USAGE_STATES + GPU_BUSY_OVERHEAD].value,
        .energy_mwh = cells[USAGE_ENERGY].value,
    };
    return true;
}

/* The rows of a posting's bases stand together. */
static struct focus_posting *posting_of(struct focus_data *data, int64_t month,
                                        uint32_t item, enum account account)
{
    struct focus_posting *last =
        data->n_postings ? &data->postings[data->n_postings - 1] : NULL;
    if (last && last->month_unix_ms == month && last->item == item &&
        last->account == account)
        return last;
    if (data->n_postings == data->postings_room) {
        data->postings_room = data->n_postings ? 2 * data->n_postings : 1024;
        data->postings = arena_grow(&data->arena, data->postings, data->n_postings,
                                    data->postings_room, sizeof *data->postings);
    }
    last = &data->postings[data->n_postings++];
    *last = (struct focus_posting){
        .month_unix_ms = month, .item = item, .account = account};
    return last;
}

static bool ledger_row(void *self, int64_t line, const struct cell cells[],
                       struct error *err)
{
    struct focus_data *data = self;
    int account = find(account_names, ACCOUNTS, cells[LEDGER_ACCOUNT].text);
    int basis = find(basis_names, BASES, cells[LEDGER_BASIS].text);
    uint32_t id = 0;
    if (account < 0 || basis < 0)
        return true; /* what service is worth: nobody is billed for it */
    if (!item_of(data, cells[LEDGER_POOL].text, cells[LEDGER_ITEM].text, line, &id,
                 err))
        return false;
    struct focus_posting *posting =
        posting_of(data, cells[LEDGER_MONTH].value, id, (enum account)account);
    int128 amount = cells[LEDGER_AMOUNT].value;
    posting->amount_uusd[basis] += amount;
    posting->quantity = nine_digits(cells[LEDGER_QUANTITY].text);
    posting->unit = arena_strdup(&data->arena, cells[LEDGER_UNIT].text);
    if (account == ACCOUNT_PREPAYMENT && basis == BASIS_CASH)
        data->items[id].paid_uusd += amount;
    if (account == ACCOUNT_RENT && basis == BASIS_ACCRUAL)
        data->items[id].rent_uusd += amount;
    if (account == ACCOUNT_EXIT_FEE && basis == BASIS_CASH)
        data->items[id].exit_fee_uusd += amount;
    return true;
}

int focus_order(const struct focus_data *data, int64_t month_a, uint32_t item_a,
                int64_t month_b, uint32_t item_b)
{
    size_t a = data->items[item_a].pool, b = data->items[item_b].pool;
    if (month_a != month_b)
        return month_a < month_b ? -1 : 1;
    if (a != b)
        return a < b ? -1 : 1;
    return (item_a > item_b) - (item_a < item_b);
}

/* qsort has no argument for the data: the keys are made first. */
struct key {
    int64_t month_unix_ms;
    size_t pool;
    uint32_t item;
    size_t at; /* stable */
};

static int by_key(const void *a, const void *b)
{
    const struct key *x = a, *y = b;
    if (x->month_unix_ms != y->month_unix_ms)
        return x->month_unix_ms < y->month_unix_ms ? -1 : 1;
    if (x->pool != y->pool)
        return x->pool < y->pool ? -1 : 1;
    if (x->item != y->item)
        return x->item < y->item ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

static void sort_postings(struct focus_data *data)
{
    size_t n = data->n_postings;
    struct key *keys = ARENA_ARRAY(&data->arena, n + 1, struct key);
    struct focus_posting *sorted =
        ARENA_ARRAY(&data->arena, n + 1, struct focus_posting);
    for (size_t i = 0; i < n; i++)
        keys[i] = (struct key){data->postings[i].month_unix_ms,
                               data->items[data->postings[i].item].pool,
                               data->postings[i].item, i};
    qsort(keys, n, sizeof *keys, by_key);
    for (size_t i = 0; i < n; i++)
        sorted[i] = data->postings[keys[i].at];
    data->postings = sorted;
}

static void sort_usage(struct focus_data *data)
{
    size_t n = data->n_usage;
    struct key *keys = ARENA_ARRAY(&data->arena, n + 1, struct key);
    struct focus_usage *sorted = ARENA_ARRAY(&data->arena, n + 1, struct focus_usage);
    for (size_t i = 0; i < n; i++)
        keys[i] =
            (struct key){data->usage[i].month_unix_ms,
                         data->items[data->usage[i].item].pool, data->usage[i].item, i};
    qsort(keys, n, sizeof *keys, by_key);
    for (size_t i = 0; i < n; i++)
        sorted[i] = data->usage[keys[i].at];
    data->usage = sorted;
}

bool focus_load(struct focus_data *data, const struct saved_run *run, struct error *err)
{
    *data = (struct focus_data){.run = run};
    data->item_names.arena = &data->arena;
    struct table_reader assets = {
        .table = TABLE_ASSETS, .row = asset_row, .self = data};
    struct table_reader ledger = {
        .table = TABLE_LEDGER, .row = ledger_row, .self = data};
    struct table_reader usage = {.table = TABLE_USAGE, .row = usage_row, .self = data};
    if (!table_read(run->dir, &assets, err) || !table_read(run->dir, &ledger, err) ||
        !table_read(run->dir, &usage, err))
        return false;
    sort_postings(data);
    sort_usage(data);
    return true;
}

void focus_data_free(struct focus_data *data)
{
    arena_free(&data->arena);
}

const char *focus_param(struct focus_data *data, size_t pool, const char *key)
{
    const char *value =
        saved_run_param(data->run, arena_printf(&data->arena, "pools.%s.%s",
                                                data->run->pools[pool].name, key));
    return value && *value ? value : NULL;
}

const char *focus_provider(struct focus_data *data, size_t pool)
{
    const char *provider = focus_param(data, pool, "provider");
    if (provider)
        return provider;
    return data->run->pools[pool].tenure == TENURE_OWN ? "Own capacity"
                                                       : data->run->pools[pool].name;
}

const char *focus_json_string(struct arena *arena, const char *text)
{
    char *string = arena_alloc(arena, 6 * strlen(text) + 3), *to = string;
    *to++ = '"';
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            *to++ = '\\';
        if (c < 0x20)
            to += sprintf(to, "\\u%04x", c);
        else
            *to++ = (char)c;
    }
    *to++ = '"';
    *to = '\0';
    return string;
}
