#include "study/columns.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/names.h"

/* FNV-1a, in two pieces where a scope and a metric stand apart. */
static uint64_t hash_more(uint64_t hash, const char *text)
{
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return hash;
}

static uint64_t hash_of(const char *text)
{
    return hash_more(UINT64_C(14695981039346656037), text);
}

static uint32_t slot_of(const struct study_columns *columns, uint64_t hash)
{
    return (uint32_t)(hash ^ hash >> 32) & columns->slots_mask;
}

static void put_in_slot(struct study_columns *columns, size_t index)
{
    uint32_t slot = slot_of(columns, hash_of(columns->items[index].name));
    while (columns->slots[slot])
        slot = (slot + 1) & columns->slots_mask;
    columns->slots[slot] = (uint32_t)index + 1;
}

static void grow(struct study_columns *columns)
{
    size_t room = columns->room ? 2 * columns->room : 512;
    columns->items = arena_grow(columns->arena, columns->items, columns->n, room,
                                sizeof *columns->items);
    columns->room = room;
    columns->slots_mask = (uint32_t)(2 * room) - 1;
    columns->slots = ARENA_ARRAY(columns->arena, 2 * room, uint32_t);
    for (size_t i = 0; i < columns->n; i++)
        put_in_slot(columns, i);
}

void columns_add(struct study_columns *columns, const struct study_column *column)
{
    if (columns->n == columns->room)
        grow(columns);
    columns->items[columns->n] = *column;
    put_in_slot(columns, columns->n++);
}

size_t columns_find(const struct study_columns *columns, const char *name)
{
    if (columns->n == 0)
        return COLUMN_NONE;
    uint32_t slot = slot_of(columns, hash_of(name));
    for (; columns->slots[slot]; slot = (slot + 1) & columns->slots_mask)
        if (strcmp(columns->items[columns->slots[slot] - 1].name, name) == 0)
            return columns->slots[slot] - 1;
    return COLUMN_NONE;
}

/* The same for a name in two pieces, without putting it together. */
static size_t find_row(const struct study_columns *columns, const char *scope,
                       const char *metric)
{
    size_t length = strlen(scope);
    uint64_t hash = hash_more(hash_more(hash_of(scope), "."), metric);
    uint32_t slot = slot_of(columns, hash);
    for (; columns->slots[slot]; slot = (slot + 1) & columns->slots_mask) {
        const char *name = columns->items[columns->slots[slot] - 1].name;
        if (strncmp(name, scope, length) == 0 && name[length] == '.' &&
            strcmp(name + length + 1, metric) == 0)
            return columns->slots[slot] - 1;
    }
    return COLUMN_NONE;
}

static void add_metric(struct study_columns *columns, const char *scope,
                       const char *metric, const char *unit, int digits, bool is_zero)
{
    columns_add(columns,
                &(struct study_column){
                    .name = arena_printf(columns->arena, "%s.%s", scope, metric),
                    .unit = unit,
                    .digits = digits,
                    .is_zero = is_zero});
}

static void add_accounts(struct study_columns *columns, const char *scope)
{
    for (int basis = 0; basis < BASES; basis++)
        for (int account = 0; account < ACCOUNTS; account++) {
            char name[64];
            if (!account_has_basis((enum account)account, (enum basis)basis))
                continue;
            metric_of_account((enum basis)basis, (enum account)account, name);
            add_metric(columns, scope, name, "USD", 6, true);
        }
}

static void add_scope(struct study_columns *columns, const char *scope,
                      enum metric_scope kind)
{
    for (const struct metric *metric = metrics; metric->name; metric++)
        if (metric->scopes & (unsigned)kind)
            add_metric(columns, scope, metric->name, metric->unit,
                       metric_digits(metric->form), metric_absent_is_zero(metric));
    char name[64];
    size_t offset;
    for (size_t i = 0; metric_of_cause(i, name, &offset); i++)
        add_metric(columns, scope, name, "GPU-h", 9, true);
    add_accounts(columns, scope);
}

void columns_init(struct study_columns *columns, const char *const pools[],
                  size_t n_pools, struct arena *arena)
{
    *columns = (struct study_columns){.arena = arena};
    add_scope(columns, "total", IN_TOTAL);
    add_scope(columns, "fixed", IN_FIXED);
    for (size_t i = 0; i < n_pools; i++)
        add_scope(columns, pools[i], IN_POOL);
}

static bool is_group(const char *name)
{
    static const char *const prefixes[] = {"workload:", "tenant:", "size:"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    return false;
}

/* Groups are known by what a run meets, so only the metric can be checked. */
static const struct metric *metric_of_group(const char *name)
{
    const char *dot = strrchr(name, '.');
    for (const struct metric *metric = metrics; dot && metric->name; metric++)
        if (metric->scopes & IN_GROUP && strcmp(metric->name, dot + 1) == 0)
            return metric;
    return NULL;
}

static bool no_metric(const struct study_columns *columns, const char *name,
                      struct place place, struct error *err)
{
    struct arena scratch = {0};
    const char **names = ARENA_ARRAY(&scratch, columns->n + 1, const char *);
    for (size_t i = 0; i < columns->n; i++)
        names[i] = columns->items[i].name;
    const char *near = is_group(name) ? NULL : nearest_name(name, names);
    if (near)
        error_at(err, place, "there is no metric '%s'; did you mean '%s'?", name, near);
    else
        error_at(err, place,
                 "there is no metric '%s'; it is SCOPE.METRIC, as total.wait_p95_s, "
                 "fixed.utilization_frac, POOL.busy_gpu_h or "
                 "workload:NAME.wait_p95_s; `tenure run --reference` lists them",
                 name);
    arena_free(&scratch);
    return false;
}

bool columns_name(struct study_columns *columns, const char *name, struct place place,
                  size_t *column, struct error *err)
{
    *column = columns_find(columns, name);
    if (*column == COLUMN_NONE) {
        const struct metric *metric = is_group(name) ? metric_of_group(name) : NULL;
        if (!metric)
            return no_metric(columns, name, place, err);
        *column = columns->n;
        columns_add(columns,
                    &(struct study_column){.name = arena_strdup(columns->arena, name),
                                           .unit = metric->unit,
                                           .digits = metric_digits(metric->form),
                                           .is_zero = metric_absent_is_zero(metric)});
    }
    columns->items[*column].named = true;
    return true;
}

struct taking {
    const struct study_columns *columns;
    struct study_cell *cells;
};

static void take_row(void *self, const struct metric_row *row)
{
    const struct taking *taking = self;
    size_t column = find_row(taking->columns, row->scope, row->metric);
    if (column == COLUMN_NONE)
        return;
    assert(taking->columns->items[column].digits == row->digits);
    taking->cells[column] = (struct study_cell){true, row->value};
}

void columns_take(const struct study_columns *columns, const struct metric_run *run,
                  struct study_cell cells[])
{
    memset(cells, 0, columns->n * sizeof *cells);
    metrics_each(run, take_row, &(struct taking){columns, cells});
}
