/* The facts of a bridge, from the files of two runs. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "output/bridge.h"
#include "output/table_read.h"

/* An account of a pool while it is read. */
struct entry {
    struct bridge_month *months[2]; /* NULL until there is a row */
    char unit[2][16];
    bool mixed[2]; /* units, or rows without one */
    int64_t total_uusd[2];
};

struct reading_in {
    struct bridge *bridge;
    int64_t first_month_unix_ms;
    size_t n_months;
    struct entry *entries;    /* [pool * BRIDGE_ACCOUNTS + account] */
    int64_t *capacity_gpu_ms; /* [(pool * 2 + side) * n_months + month] */
    int side;                 /* that is being read */
    struct arena arena;
};

static const struct saved_run *run_of(const struct reading_in *in)
{
    return in->bridge->runs[in->side];
}

/* Months. */

static int64_t month_number(int64_t unix_ms)
{
    char text[CALENDAR_TEXT];
    int64_t year, month;
    calendar_format(unix_ms, text);
    year = (text[0] - '0') * 1000 + (text[1] - '0') * 100 + (text[2] - '0') * 10 +
           (text[3] - '0');
    month = (text[5] - '0') * 10 + (text[6] - '0');
    return year * 12 + month;
}

static size_t month_index(const struct reading_in *in, int64_t unix_ms)
{
    int64_t index = month_number(unix_ms) - month_number(in->first_month_unix_ms);
    if (index < 0)
        return 0;
    return (size_t)index < in->n_months ? (size_t)index : in->n_months - 1;
}

static void set_months(struct reading_in *in)
{
    const struct saved_run *a = in->bridge->runs[0], *b = in->bridge->runs[1];
    int64_t first =
        a->start_unix_ms < b->start_unix_ms ? a->start_unix_ms : b->start_unix_ms;
    int64_t last = a->end_unix_ms > b->end_unix_ms ? a->end_unix_ms : b->end_unix_ms;
    in->first_month_unix_ms = calendar_month_start(first);
    in->n_months = (size_t)(month_number(last) - month_number(first) + 1);
}

/* Pools. */

static int pool_of(const struct reading_in *in, const char *name)
{
    for (size_t i = 0; i < in->bridge->n_pools; i++) {
        const char *own = in->bridge->pools[i].names[in->side];
        if (own && strcmp(own, name) == 0)
            return (int)i;
    }
    return -1;
}

static bool is_taken(const struct bridge *bridge, const char *b)
{
    for (size_t i = 0; i < bridge->n_pools; i++)
        if (bridge->pools[i].names[1] && strcmp(bridge->pools[i].names[1], b) == 0)
            return true;
    return false;
}

static const char *match_of(const char *a, const struct bridge_match *matches, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(matches[i].a, a) == 0)
            return matches[i].b;
    return NULL;
}

static bool check_matches(const struct bridge *bridge,
                          const struct bridge_match *matches, size_t n,
                          struct error *err)
{
    for (size_t i = 0; i < n; i++) {
        for (int side = 0; side < 2; side++) {
            const char *name = side ? matches[i].b : matches[i].a;
            if (saved_run_pool(bridge->runs[side], name) < 0)
                return error_kind_set(
                    err, ERROR_USAGE, "--match %s=%s: %s has no pool '%s'",
                    matches[i].a, matches[i].b, bridge->runs[side]->dir, name);
        }
        for (size_t k = 0; k < i; k++)
            if (strcmp(matches[i].a, matches[k].a) == 0 ||
                strcmp(matches[i].b, matches[k].b) == 0)
                return error_kind_set(err, ERROR_USAGE,
                                      "--match %s=%s: one of these pools is matched "
                                      "already",
                                      matches[i].a, matches[i].b);
    }
    return true;
}

static void add_pool(struct bridge *bridge, const char *a, const char *b)
{
    struct bridge_pool *pool = &bridge->pools[bridge->n_pools++];
    pool->names[0] = a;
    pool->names[1] = b;
    pool->name = a ? a : b;
    if (a && b && strcmp(a, b) != 0)
        pool->name = arena_printf(&bridge->arena, "%s > %s", a, b);
}

static void set_pools(struct bridge *bridge, const struct bridge_match *matches,
                      size_t n)
{
    const struct saved_run *a = bridge->runs[0], *b = bridge->runs[1];
    bridge->pools =
        ARENA_ARRAY(&bridge->arena, a->n_pools + b->n_pools + 1, struct bridge_pool);
    /* Pools that are matched by hand are no longer there to be matched by name. */
    for (size_t i = 0; i < a->n_pools; i++) {
        const char *name = a->pools[i].name, *other = match_of(name, matches, n);
        bool free = saved_run_pool(b, name) >= 0;
        for (size_t k = 0; k < n; k++)
            free &= strcmp(matches[k].b, name) != 0;
        add_pool(bridge, name, other ? other : free ? name : NULL);
    }
    for (size_t i = 0; i < b->n_pools; i++)
        if (!is_taken(bridge, b->pools[i].name))
            add_pool(bridge, NULL, b->pools[i].name);
}

static bool add(int64_t *sum, int64_t value)
{
    return !__builtin_add_overflow(*sum, value, sum);
}

static bool out_of_range(const struct reading_in *in, enum output_table table,
                         int64_t line, struct error *err)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", run_of(in)->dir, output_files[table].name);
    return error_at(err, (struct place){path, line, 0}, "a sum is out of range");
}

/* Hours. */

static bool usage_row(void *self, int64_t line, const struct cell cells[],
                      struct error *err)
{
    struct reading_in *in = self;
    int pool = pool_of(in, cells[USAGE_POOL].text);
    int64_t gpu_ms = cells[USAGE_CAPACITY].value;
    if (pool < 0)
        return true;
    struct bridge_pool *sum = &in->bridge->pools[pool];
    int64_t *months =
        &in->capacity_gpu_ms[((size_t)pool * 2 + (size_t)in->side) * in->n_months];
    int64_t useful_gpu_ms = cells[USAGE_STATES + GPU_BUSY_USEFUL].value;
    int64_t *month = &months[month_index(in, cells[USAGE_MONTH].value)];
    return (add(&sum->capacity_gpu_ms[in->side], gpu_ms) &&
            add(&sum->useful_gpu_ms[in->side], useful_gpu_ms) && add(month, gpu_ms)) ||
           out_of_range(in, TABLE_USAGE, line, err);
}

/* Money. */

static struct entry *entry_of(struct reading_in *in, size_t pool, int account)
{
    struct entry *entry = &in->entries[pool * BRIDGE_ACCOUNTS + (size_t)account];
    for (int side = 0; side < 2; side++)
        if (!entry->months[side])
            entry->months[side] =
                ARENA_ARRAY(&in->arena, in->n_months, struct bridge_month);
    return entry;
}

/* Adds an amount; the month's discount is the mean of its amounts' own. */
static bool add_amount(struct reading_in *in, struct entry *entry, int64_t unix_ms,
                       int64_t amount_uusd, double discount)
{
    struct bridge_month *month = &entry->months[in->side][month_index(in, unix_ms)];
    int64_t present = llround((double)amount_uusd * discount);
    double before = fabs((double)month->amount_uusd), now = fabs((double)amount_uusd);
    if (discount == 1)
        present = amount_uusd;
    if (before + now > 0)
        month->discount =
            discount == 1 && (month->discount == 1 || before == 0)
                ? 1
                : (month->discount * before + discount * now) / (before + now);
    month->rows++;
    return add(&month->amount_uusd, amount_uusd) &&
           add(&entry->total_uusd[in->side], present);
}

static bool parse_quantity(const char *text, const char *unit, int64_t *value)
{
    size_t length = strlen(text);
    enum decimal_result got = strcmp(unit, "GPU-h") == 0
                                  ? decimal_scaled(text, length, MS_PER_H, value)
                                  : decimal_to_int64(text, length, 6, value);
    return got == DECIMAL_OK || got == DECIMAL_INEXACT;
}

static bool add_quantity(struct reading_in *in, struct entry *entry, int64_t unix_ms,
                         const char *text, const char *unit)
{
    int side = in->side;
    int64_t value;
    struct bridge_month *month = &entry->months[side][month_index(in, unix_ms)];
    if (!entry->unit[side][0])
        snprintf(entry->unit[side], sizeof entry->unit[side], "%s", unit);
    if (!*unit || strcmp(entry->unit[side], unit) != 0)
        entry->mixed[side] = true;
    return parse_quantity(text, unit, &value) && add(&month->quantity, value);
}

static double discount_at(const struct reading_in *in, int64_t unix_ms)
{
    double rate_y = run_of(in)->discount_frac_per_y;
    if (in->bridge->basis != BRIDGE_NPV || rate_y == 0)
        return 1;
    double years = (double)(unix_ms - run_of(in)->start_unix_ms) / (double)MS_PER_Y;
    return exp(-log1p(rate_y) * years);
}

static int find(const char *const names[], int n, const char *text)
{
    for (int i = 0; i < n; i++)
        if (strcmp(names[i], text) == 0)
            return i;
    return -1;
}

static bool ledger_row(void *self, int64_t line, const struct cell cells[],
                       struct error *err)
{
    struct reading_in *in = self;
    enum bridge_basis basis = in->bridge->basis;
    const char *wanted = bridge_basis_names[basis == BRIDGE_NPV ? BRIDGE_CASH : basis];
    int pool = pool_of(in, cells[LEDGER_POOL].text);
    int account = find(account_names, ACCOUNTS, cells[LEDGER_ACCOUNT].text);
    int64_t month = cells[LEDGER_MONTH].value;
    if (strcmp(cells[LEDGER_BASIS].text, wanted) != 0 || pool < 0 || account < 0)
        return true;
    struct entry *entry = entry_of(in, (size_t)pool, account);
    if (add_amount(in, entry, month, cells[LEDGER_AMOUNT].value,
                   discount_at(in, cells[LEDGER_TIME].value)) &&
        add_quantity(in, entry, month, cells[LEDGER_QUANTITY].text,
                     cells[LEDGER_UNIT].text))
        return true;
    return out_of_range(in, TABLE_LEDGER, line, err);
}

/* A position of a pool at one end of its run, and what npv counts of it. */
static bool add_position(struct reading_in *in, size_t pool, int account,
                         const char *nominal, const char *present, int64_t unix_ms)
{
    const struct saved_run *run = run_of(in);
    const char *scope = in->bridge->pools[pool].names[in->side];
    const struct saved_metric *value = saved_run_metric(run, scope, nominal);
    const struct saved_metric *counts = saved_run_metric(run, scope, present);
    int sign = account == BRIDGE_CLOSING ? -1 : 1;
    if (!value || !counts || (value->value == 0 && counts->value == 0))
        return true;
    if (!fits_int64(value->value) || !fits_int64(counts->value))
        return false;
    struct entry *entry = entry_of(in, pool, account);
    struct bridge_month *month = &entry->months[in->side][month_index(in, unix_ms)];
    entry->mixed[in->side] = true;
    entry->total_uusd[in->side] = sign * (int64_t)counts->value;
    month->amount_uusd = sign * (int64_t)value->value;
    month->rows = 1;
    month->discount =
        value->value == 0 ? 1 : (double)counts->value / (double)value->value;
    return true;
}

static bool add_positions(struct reading_in *in, struct error *err)
{
    const struct saved_run *run = run_of(in);
    int64_t last =
        run->end_unix_ms > run->start_unix_ms ? run->end_unix_ms - 1 : run->end_unix_ms;
    for (size_t p = 0; p < in->bridge->n_pools; p++) {
        if (!in->bridge->pools[p].names[in->side])
            continue;
        if (!add_position(in, p, BRIDGE_OPENING, "opening_usd", "opening_usd",
                          run->start_unix_ms) ||
            !add_position(in, p, BRIDGE_CLOSING, "closing_usd", "closing_pv_usd", last))
            return error_set(err, "%s/summary.csv: a position is out of range",
                             run->dir);
    }
    return true;
}

static bool read_side(struct reading_in *in, int side, struct error *err)
{
    struct table_reader usage = {.table = TABLE_USAGE, .row = usage_row, .self = in};
    struct table_reader ledger = {.table = TABLE_LEDGER, .row = ledger_row, .self = in};
    in->side = side;
    if (!table_read(run_of(in)->dir, &usage, err) ||
        !table_read(run_of(in)->dir, &ledger, err))
        return false;
    if (in->bridge->basis != BRIDGE_NPV)
        return true;
    return add_positions(in, err);
}

/* From facts to steps. */

static bool has_quantity(const struct entry *entry)
{
    return !entry->mixed[0] && !entry->mixed[1] && entry->unit[0][0] &&
           strcmp(entry->unit[0], entry->unit[1]) == 0;
}

static void use_capacity(struct reading_in *in, size_t pool, struct entry *entry)
{
    for (size_t side = 0; side < 2; side++)
        for (size_t m = 0; m < in->n_months; m++)
            entry->months[side][m].quantity =
                in->capacity_gpu_ms[(pool * 2 + side) * in->n_months + m];
}

static int64_t all_useful(const struct bridge *bridge, int side)
{
    int128 sum = 0;
    for (size_t i = 0; i < bridge->n_pools; i++)
        sum += bridge->pools[i].useful_gpu_ms[side];
    return fits_int64(sum) ? (int64_t)sum : INT64_MAX;
}

static bool take_steps(struct reading_in *in, size_t p, int account,
                       struct bridge_line *line)
{
    const struct bridge_pool *pool = &in->bridge->pools[p];
    struct entry *entry = entry_of(in, p, account);
    struct bridge_facts facts = {
        .n_months = in->n_months,
        .nature =
            account < ACCOUNTS ? account_nature((enum account)account) : NATURE_CAPITAL,
    };
    if (!has_quantity(entry))
        use_capacity(in, p, entry);
    for (int side = 0; side < 2; side++) {
        facts.side[side] =
            (struct bridge_side){entry->months[side], entry->total_uusd[side]};
        facts.useful_gpu_ms[side] = pool->useful_gpu_ms[side];
        facts.capacity_gpu_ms[side] = pool->capacity_gpu_ms[side];
        facts.all_useful_gpu_ms[side] = all_useful(in->bridge, side);
        line->total_uusd[side] = entry->total_uusd[side];
    }
    line->pool = p;
    line->account = account;
    return bridge_steps(&facts, line->step_uusd);
}

static bool add_up(int64_t total_uusd[2], int64_t step_uusd[BRIDGE_STEPS],
                   const struct bridge_line *line)
{
    bool fits = true;
    for (int side = 0; side < 2; side++)
        fits &= add(&total_uusd[side], line->total_uusd[side]);
    for (int s = 0; s < BRIDGE_STEPS; s++)
        fits &= add(&step_uusd[s], line->step_uusd[s]);
    return fits;
}

/* npv: what the metric says and the lines of a pool do not. */
static bool missing(const struct bridge *bridge, const struct bridge_pool *pool,
                    const struct bridge_line *lines, size_t n, int64_t residual_uusd[2])
{
    for (int side = 0; side < 2; side++) {
        const char *scope = pool->names[side];
        const struct saved_metric *metric =
            scope ? saved_run_metric(bridge->runs[side], scope, "npv_usd") : NULL;
        int128 sum = metric ? metric->value : 0;
        for (size_t i = 0; i < n && metric; i++)
            sum -= lines[i].total_uusd[side];
        if (!fits_int64(sum))
            return false;
        residual_uusd[side] = (int64_t)sum;
    }
    return true;
}

static void add_residual(struct bridge_line *line, int step,
                         const int64_t residual_uusd[2])
{
    line->total_uusd[0] += residual_uusd[0];
    line->total_uusd[1] += residual_uusd[1];
    line->step_uusd[step] += residual_uusd[1] - residual_uusd[0];
}

/* It goes to the largest step among them. */
static void settle(struct bridge_line *lines, size_t n, const int64_t residual_uusd[2])
{
    struct bridge_line *line = lines;
    int step = STEP_VOLUME;
    for (size_t i = 0; i < n; i++)
        for (int s = 0; s < BRIDGE_STEPS; s++)
            if (llabs(lines[i].step_uusd[s]) > llabs(line->step_uusd[step])) {
                line = &lines[i];
                step = s;
            }
    if (n > 0)
        add_residual(line, step, residual_uusd);
}

static bool settle_pools(struct bridge *bridge)
{
    int64_t residual_uusd[2];
    size_t first = 0;
    for (size_t p = 0; p < bridge->n_pools; p++) {
        size_t n = 0;
        while (first + n < bridge->n_lines && bridge->lines[first + n].pool == p)
            n++;
        if (!missing(bridge, &bridge->pools[p], bridge->lines + first, n,
                     residual_uusd))
            return false;
        settle(bridge->lines + first, n, residual_uusd);
        first += n;
    }
    const struct bridge_pool whole = {.names = {"total", "total"}};
    if (!missing(bridge, &whole, bridge->lines, bridge->n_lines, residual_uusd))
        return false;
    settle(bridge->lines, bridge->n_lines, residual_uusd);
    return true;
}

static bool sum_lines(struct bridge *bridge)
{
    for (size_t i = 0; i < bridge->n_lines; i++) {
        const struct bridge_line *line = &bridge->lines[i];
        struct bridge_pool *pool = &bridge->pools[line->pool];
        if (!add_up(pool->total_uusd, pool->step_uusd, line) ||
            !add_up(bridge->total_uusd, bridge->step_uusd, line))
            return false;
    }
    return true;
}

static bool take_lines(struct reading_in *in)
{
    struct bridge *bridge = in->bridge;
    size_t n = bridge->n_pools * BRIDGE_ACCOUNTS;
    bridge->lines = ARENA_ARRAY(&bridge->arena, n + 1, struct bridge_line);
    for (size_t i = 0; i < n; i++)
        if (in->entries[i].months[0] &&
            !take_steps(in, i / BRIDGE_ACCOUNTS, (int)(i % BRIDGE_ACCOUNTS),
                        &bridge->lines[bridge->n_lines++]))
            return false;
    if (bridge->basis == BRIDGE_NPV && !settle_pools(bridge))
        return false;
    return sum_lines(bridge);
}

static bool make(struct reading_in *in, const struct bridge_match *matches,
                 size_t n_matches, struct error *err)
{
    struct bridge *bridge = in->bridge;
    if (!check_matches(bridge, matches, n_matches, err))
        return false;
    set_pools(bridge, matches, n_matches);
    set_months(in);
    in->entries =
        ARENA_ARRAY(&in->arena, bridge->n_pools * BRIDGE_ACCOUNTS + 1, struct entry);
    in->capacity_gpu_ms =
        ARENA_ARRAY(&in->arena, bridge->n_pools * 2 * in->n_months + 1, int64_t);
    if (!read_side(in, 0, err) || !read_side(in, 1, err))
        return false;
    return take_lines(in) ||
           error_kind_set(err, ERROR_INFEASIBLE, "%s and %s: a step is out of range",
                          bridge->runs[0]->dir, bridge->runs[1]->dir);
}

bool bridge_make(struct bridge *bridge, const struct saved_run runs[2],
                 enum bridge_basis basis, const struct bridge_match *matches,
                 size_t n_matches, struct error *err)
{
    *bridge = (struct bridge){.runs = {&runs[0], &runs[1]}, .basis = basis};
    struct reading_in in = {.bridge = bridge};
    bool ok = make(&in, matches, n_matches, err);
    arena_free(&in.arena);
    if (!ok)
        bridge_free(bridge);
    return ok;
}

void bridge_free(struct bridge *bridge)
{
    arena_free(&bridge->arena);
    *bridge = (struct bridge){0};
}
