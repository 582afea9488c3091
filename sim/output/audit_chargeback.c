/* chargeback.csv: what tenants bear adds up to what the pools cost. */

#include <string.h>

#include "output/books.h"

static struct book_charge *charge_of(struct books *books, enum group_kind kind,
                                     const char *name)
{
    const char *key = arena_printf(books->arena, "%d:%s", (int)kind, name);
    uint32_t n = books->charge_names.n;
    uint32_t id = names_add(&books->charge_names, key, strlen(key));
    if (id < n)
        return &books->charges[id];
    if (n == books->charges_room) {
        size_t room = n ? 2 * (size_t)n : 16;
        books->charges =
            arena_grow(books->arena, books->charges, n, room, sizeof *books->charges);
        books->charges_room = room;
    }
    books->charges[id] =
        (struct book_charge){.kind = kind, .name = strchr(key, ':') + 1};
    return &books->charges[id];
}

static void add_to_group(struct books *books, enum group_kind kind,
                         const struct cell cells[], int column)
{
    const char *name = cells[column].text;
    struct book_charge *charge = charge_of(books, kind, name);
    charge->useful_gpu_ms += cells[CHARGEBACK_USEFUL].value;
    charge->overhead_gpu_ms += cells[CHARGEBACK_OVERHEAD].value;
    int64_t full = cells[CHARGEBACK_FULL].value;
    if (*name)
        books_add(&books_group(books, kind, name)->full_uusd, full);
    else if (kind == GROUP_TENANT)
        books_add(&books->result.no_tenant_uusd, full);
}

static void check_unique(struct books *books, struct finding_at at,
                         const struct cell cells[])
{
    const char *key =
        arena_printf(books->arena, "%s\n%s\n%s\n%s", cells[CHARGEBACK_POOL].text,
                     cells[CHARGEBACK_PAYER].text, cells[CHARGEBACK_TENANT].text,
                     cells[CHARGEBACK_WORKLOAD].text);
    uint32_t before = books->charge_keys.n;
    books_expect(books, names_add(&books->charge_keys, key, strlen(key)) == before, at,
                 "a second row for the same pool, payer, tenant and workload");
}

static void check_unallocated(struct books *books, struct finding_at at,
                              const struct cell cells[])
{
    books_expect(books,
                 cells[CHARGEBACK_TENANT].empty && cells[CHARGEBACK_WORKLOAD].empty, at,
                 "what is unallocated has no tenant and no workload");
    books_expect(books,
                 cells[CHARGEBACK_USEFUL].value == 0 &&
                     cells[CHARGEBACK_OVERHEAD].value == 0,
                 at, "GPU-hours that nobody used");
    books_add(&books->result.unallocated_uusd, cells[CHARGEBACK_FULL].value);
}

static void row(struct books *books, struct finding_at at, const struct cell cells[])
{
    int index = books_pool(books, cells[CHARGEBACK_POOL].text);
    const char *payer = cells[CHARGEBACK_PAYER].text;
    bool unallocated = strcmp(payer, "unallocated") == 0;
    int128 full = 0;
    books_expect(books, index >= 0, at, "no pool is called '%s'",
                 cells[CHARGEBACK_POOL].text);
    books_expect(books, unallocated || strcmp(payer, "tenant") == 0, at,
                 "no payer is called '%s'", payer);
    if (index < 0)
        return;
    struct book_pool *pool = &books->pools[index];
    check_unique(books, at, cells);
    for (int kind = 0; kind < 2; kind++) {
        int64_t gpu_ms = cells[CHARGEBACK_USEFUL + kind].value;
        books_expect(books, gpu_ms >= 0, at, "GPU-hours are negative");
        pool->charged_gpu_ms[kind] += gpu_ms;
    }
    for (int s = 0; s < COST_SHARES; s++) {
        full += cells[CHARGEBACK_SHARES + s].value;
        pool->charged_uusd[s] += cells[CHARGEBACK_SHARES + s].value;
    }
    books_expect(books, full == cells[CHARGEBACK_FULL].value, at,
                 "full_usd is %s, but its four parts sum to %s",
                 cells[CHARGEBACK_FULL].text, exact_usd(full).text);
    books_add(&books->result.groups[0].full_uusd, cells[CHARGEBACK_FULL].value);
    if (unallocated) {
        check_unallocated(books, at, cells);
        return;
    }
    add_to_group(books, GROUP_TENANT, cells, CHARGEBACK_TENANT);
    add_to_group(books, GROUP_WORKLOAD, cells, CHARGEBACK_WORKLOAD);
}

void audit_chargeback(struct books *books)
{
    books->result.charged = true;
    books_read(books, TABLE_CHARGEBACK, row);
}

static void check_pool(struct books *books, size_t i)
{
    struct finding_at at = {TABLE_CHARGEBACK, 0};
    const struct book_pool *pool = &books->pools[i];
    const struct pool_result *sum = &books->result.pools[i];
    const int64_t hours[2] = {sum->state_gpu_ms[GPU_BUSY_USEFUL],
                              sum->state_gpu_ms[GPU_BUSY_OVERHEAD]};
    for (int kind = 0; kind < 2; kind++)
        books_expect(books, pool->charged_gpu_ms[kind] == hours[kind], at,
                     "%s_gpu_h of pool '%s' sums to %s, but in the timeline to %s",
                     gpu_state_names[kind ? GPU_BUSY_OVERHEAD : GPU_BUSY_USEFUL],
                     pool->name, exact_gpu_h(pool->charged_gpu_ms[kind]).text,
                     exact_gpu_h(hours[kind]).text);
    for (int s = 0; s < COST_SHARES; s++)
        books_expect(books, pool->charged_uusd[s] == sum->cost_uusd[s], at,
                     "%s_usd of pool '%s' sums to %s, but in the timeline to %s",
                     cost_share_names[s], pool->name,
                     exact_usd(pool->charged_uusd[s]).text,
                     exact_usd(sum->cost_uusd[s]).text);
}

/* What jobs.csv says of the same jobs. */
static void check_charge(struct books *books, const struct book_charge *charge)
{
    struct finding_at at = {TABLE_CHARGEBACK, 0};
    const char *what = charge->kind == GROUP_TENANT ? "tenant" : "workload";
    const char *files =
        books->result.has_levels ? "jobs.csv and levels.csv" : "jobs.csv";
    if (!*charge->name)
        return; /* what is left of the total */
    const struct group_result *group = books_group(books, charge->kind, charge->name);
    int128 useful = group->useful_gpu_ms + group->level_served_gpu_ms;
    int128 overhead = group->overhead_gpu_ms + group->level_overhead_gpu_ms;
    books_expect(books, charge->useful_gpu_ms == useful, at,
                 "busy_useful_gpu_h of %s '%s' sums to %s, but in %s to %s", what,
                 charge->name, exact_gpu_h(charge->useful_gpu_ms).text, files,
                 exact_gpu_h(useful).text);
    books_expect(books, charge->overhead_gpu_ms == overhead, at,
                 "busy_overhead_gpu_h of %s '%s' sums to %s, but in %s to %s", what,
                 charge->name, exact_gpu_h(charge->overhead_gpu_ms).text, files,
                 exact_gpu_h(overhead).text);
}

void audit_charges(struct books *books)
{
    if (!books->result.charged)
        return;
    for (size_t i = 0; i < books->result.n_pools; i++)
        check_pool(books, i);
    for (uint32_t i = 0; i < books->charge_names.n; i++)
        check_charge(books, &books->charges[i]);
}
