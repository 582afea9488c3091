#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output/books.h"
#include "output/metrics.h"

/* A line of summary.csv. */
struct value {
    const char *text, *unit;
    int64_t line;
    bool seen; /* compared with a metric */
};

struct summary {
    struct books *books;
    struct names keys; /* "scope\nmetric" */
    struct value *values;
    size_t room;
};

static uint32_t key_of(struct summary *summary, const char *scope, const char *metric,
                       bool add)
{
    char key[512];
    int n = snprintf(key, sizeof key, "%s\n%s", scope, metric);
    size_t length = (size_t)n < sizeof key ? (size_t)n : sizeof key - 1;
    return add ? names_add(&summary->keys, key, length)
               : names_find(&summary->keys, key, length);
}

static const struct value *value_of(struct summary *summary, const char *scope,
                                    const char *metric)
{
    uint32_t id = key_of(summary, scope, metric, false);
    return id == NAMES_NONE ? NULL : &summary->values[id];
}

/* Groups that no job belongs to have lines, too. */
static void note_group(struct books *books, const char *scope)
{
    static const struct {
        const char *prefix;
        enum group_kind kind;
    } prefixes[] = {{"workload:", GROUP_WORKLOAD},
                    {"tenant:", GROUP_TENANT},
                    {"size:", GROUP_SIZE}};
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        size_t length = strlen(prefixes[i].prefix);
        if (strncmp(scope, prefixes[i].prefix, length) == 0)
            (void)books_group(books, prefixes[i].kind, scope + length);
    }
}

static void add_value(struct summary *summary, struct finding_at at,
                      const struct cell cells[])
{
    uint32_t n = summary->keys.n;
    uint32_t id =
        key_of(summary, cells[SUMMARY_SCOPE].text, cells[SUMMARY_METRIC].text, true);
    if (id < n) {
        books_find(summary->books, at, "a second line for %s of %s",
                   cells[SUMMARY_METRIC].text, cells[SUMMARY_SCOPE].text);
        return;
    }
    if (n == summary->room) {
        size_t room = n ? 2 * (size_t)n : 256;
        summary->values = arena_grow(summary->books->arena, summary->values, n, room,
                                     sizeof *summary->values);
        summary->room = room;
    }
    struct arena *arena = summary->books->arena;
    summary->values[id] = (struct value){
        .text = arena_strdup(arena, cells[SUMMARY_VALUE].text),
        .unit = arena_strdup(arena, cells[SUMMARY_UNIT].text),
        .line = at.line,
    };
    note_group(summary->books, cells[SUMMARY_SCOPE].text);
}

static void row(struct books *books, struct finding_at at, const struct cell cells[])
{
    add_value(books->summary, at, cells);
}

/* What no other file tells is taken from the summary itself, for each pool and group,
 * so that sums and ratios of it can be checked. */
enum take { TAKE_INT, TAKE_USD, TAKE_KWH, TAKE_WORK, TAKE_HOURS, TAKE_REAL };

static const struct {
    const char *metric;
    enum take take;
    size_t offset;
} taken[] = {
    {"opening_usd", TAKE_USD, offsetof(struct pool_result, opening_uusd)},
    {"cash_pv_usd", TAKE_REAL, offsetof(struct pool_result, cash_pv_usd)},
    {"closing_pv_usd", TAKE_REAL, offsetof(struct pool_result, closing_pv_usd)},
    {"tax_cash_usd", TAKE_USD, offsetof(struct pool_result, tax_uusd)},
    {"tax_pv_usd", TAKE_REAL, offsetof(struct pool_result, tax_pv_usd)},
    {"useful_pv_gpu_h", TAKE_REAL, offsetof(struct pool_result, useful_pv_gpu_h)},
    {"energy_kwh", TAKE_KWH, offsetof(struct pool_result, energy_mwh_milli)},
    {"carbon_kg", TAKE_REAL, offsetof(struct pool_result, carbon_kg)},
    {"embodied_carbon_kg", TAKE_REAL, offsetof(struct pool_result, embodied_kg)},
    {"failures", TAKE_INT, offsetof(struct pool_result, failures)},
    {"losses", TAKE_INT, offsetof(struct pool_result, losses)},
    {"outages", TAKE_INT, offsetof(struct pool_result, outages)},
    {"repairs", TAKE_INT, offsetof(struct pool_result, repairs)},
    {"peak_busy_gpus", TAKE_INT, offsetof(struct pool_result, peak_busy_gpus)},
    {"peak_capacity_gpus", TAKE_INT, offsetof(struct pool_result, peak_capacity_gpus)},
    {"work_h", TAKE_WORK, offsetof(struct pool_result, work_gpu_ms)},
};

static bool take_integer(const struct value *value, int digits, int64_t *to)
{
    return decimal_to_int64(value->text, strlen(value->text), digits, to) == DECIMAL_OK;
}

static bool take(const struct value *value, enum take how, void *field)
{
    int64_t gpu_ms;
    size_t length = strlen(value->text);
    switch (how) {
    case TAKE_INT: return take_integer(value, 0, field);
    case TAKE_USD: return take_integer(value, 6, field);
    case TAKE_KWH: return take_integer(value, 3, field);
    case TAKE_REAL: return decimal_to_double(value->text, length, field) == DECIMAL_OK;
    case TAKE_WORK:
    case TAKE_HOURS: break;
    }
    enum decimal_result got = decimal_scaled(value->text, length, MS_PER_H, &gpu_ms);
    if (how == TAKE_WORK)
        *(int128 *)field = gpu_ms;
    else
        *(int64_t *)field = gpu_ms;
    return got == DECIMAL_OK || got == DECIMAL_INEXACT;
}

static void take_field(struct summary *summary, size_t pool, const char *metric,
                       enum take how, size_t offset)
{
    struct books *books = summary->books;
    const struct value *value = value_of(summary, books->pool_names[pool], metric);
    void *field = (char *)&books->result.pools[pool] + offset;
    if (value && !take(value, how, field))
        books_find(books, (struct finding_at){TABLE_SUMMARY, value->line},
                   "%s is not a value of %s", value->text, metric);
}

static void take_pool(struct summary *summary, size_t pool)
{
    char name[64];
    size_t offset;
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++)
        take_field(summary, pool, taken[i].metric, taken[i].take, taken[i].offset);
    for (size_t i = 0; metric_of_cause(i, name, &offset); i++)
        take_field(summary, pool, name, TAKE_HOURS, offset);
}

static void take_missed(struct summary *summary, const char *scope,
                        struct group_result *group)
{
    const struct value *value = value_of(summary, scope, "jobs_missed");
    if (value && !take_integer(value, 0, &group->missed))
        group->missed = -1;
}

/* What is priced: of it the other files tell only what it came to. */
static void take_service(struct summary *summary, const char *scope,
                         struct group_result *group)
{
    static const char *const quantities[SERVICE_PARTS] = {
        [SERVICE_UNSERVED] = "service_unserved_gpu_h",
        [SERVICE_DELAY] = "service_delay_gpu_h",
        [SERVICE_MISS] = "service_misses",
    };
    bool priced = group->kind == GROUP_TOTAL || group->kind == GROUP_WORKLOAD;
    for (int part = 0; part < SERVICE_PARTS && priced; part++) {
        const struct value *value = value_of(summary, scope, quantities[part]);
        int64_t jobs = 0;
        if (!value)
            continue;
        if (part != SERVICE_MISS)
            (void)take(value, TAKE_WORK, &group->service[part]);
        else if (take_integer(value, 0, &jobs))
            group->service[part] = jobs;
    }
}

/* Anything within the bounds, which are nearly always one. */
static void take_peak(struct summary *summary)
{
    const struct books *books = summary->books;
    const struct value *peak = value_of(summary, "total", "peak_cash_usd");
    int64_t uusd = 0;
    bool within = peak && take_integer(peak, 6, &uusd) &&
                  uusd >= books->peak_low_uusd && uusd <= books->peak_high_uusd;
    summary->books->result.peak_cash_uusd = within ? uusd : books->peak_high_uusd;
}

static void take_all(struct summary *summary)
{
    struct run_result *result = &summary->books->result;
    static const char *const prefixes[] = {"", "workload:", "tenant:", "size:"};
    for (size_t i = 0; i < result->n_pools; i++)
        take_pool(summary, i);
    for (size_t i = 1; i < result->n_groups; i++) {
        struct group_result *group = &result->groups[i];
        const char *scope = arena_printf(summary->books->arena, "%s%s",
                                         prefixes[group->kind], group->name);
        take_missed(summary, scope, group);
        take_service(summary, scope, group);
        if (group->kind == GROUP_SIZE)
            books_add(&result->groups[0].missed, group->missed);
    }
    take_service(summary, "total", &result->groups[0]);
    take_peak(summary);
}

/* How many units of its last digit a metric may differ by: none, unless it went through
 * double and follows from parts that are rounded in the file.  Each part is off by half
 * a unit at most; npv_usd has three parts per pool. */
static double allowance(struct summary *summary, const struct metric_row *row)
{
    double n = (double)summary->books->result.n_pools;
    if (row->form != METRIC_KG && row->form != METRIC_REAL_USD &&
        row->form != METRIC_REAL_GPU_H && row->form != METRIC_REAL_NANO)
        return 0;
    /* And what went through double has 53 bits, which may end before its last digit. */
    double bits = (n + 1) * fabs((double)row->value) * 0x1p-52;
    if (row->form != METRIC_REAL_NANO)
        return 2 * n + 1 + bits;
    /* A ratio: both its parts are off. */
    const struct value *value = value_of(summary, row->scope, "useful_pv_gpu_h");
    double hours = 0;
    if (!value ||
        decimal_to_double(value->text, strlen(value->text), &hours) != DECIMAL_OK ||
        hours <= 0)
        return 0;
    double ratio = fabs((double)row->value) / 1e9;
    return (1500 * n + ratio * n) / hours + 2 + bits;
}

static bool agrees(struct summary *summary, const struct metric_row *row,
                   const struct value *value, const char *text)
{
    if (strcmp(text, value->text) == 0)
        return true;
    double allowed = allowance(summary, row), written;
    if (allowed == 0 || strlen(text) - strcspn(text, ".") !=
                            strlen(value->text) - strcspn(value->text, "."))
        return false;
    if (decimal_to_double(value->text, strlen(value->text), &written) != DECIMAL_OK)
        return false;
    return fabs(written * pow(10, row->digits) - (double)row->value) <= allowed;
}

/* Waits by pool cannot be told from jobs.csv once a job may have started elsewhere. */
static bool is_skipped(const struct books *books, const struct metric_row *row)
{
    return books->interruptions > 0 && strncmp(row->metric, "wait_", 5) == 0 &&
           books_pool(books, row->scope) >= 0;
}

static void compare(void *self, const struct metric_row *row)
{
    struct summary *summary = self;
    struct books *books = summary->books;
    uint32_t id = key_of(summary, row->scope, row->metric, false);
    char text[DECIMAL_TEXT];
    decimal_write(text, row->value, row->digits);
    books->report->n_checks++;
    if (id == NAMES_NONE) {
        if (!is_skipped(books, row))
            books_find(books, (struct finding_at){TABLE_SUMMARY, 0},
                       "no line for %s of %s, which is %s", row->metric, row->scope,
                       text);
        return;
    }
    struct value *value = &summary->values[id];
    struct finding_at at = {TABLE_SUMMARY, value->line};
    value->seen = true;
    if (strcmp(value->unit, row->unit) != 0)
        books_find(books, at, "unit of %s is '%s' instead of '%s'", row->metric,
                   value->unit, row->unit);
    if (!is_skipped(books, row) && !agrees(summary, row, value, text))
        books_find(books, at, "%s of %s is %s, but from the rows it is %s", row->metric,
                   row->scope, value->text, text);
}

static void check_extra(struct summary *summary)
{
    for (uint32_t i = 0; i < summary->keys.n; i++) {
        const struct value *value = &summary->values[i];
        const char *key = summary->keys.text[i];
        const char *metric = strchr(key, '\n');
        bool skipped = summary->books->interruptions > 0 && metric &&
                       strncmp(metric + 1, "wait_", 5) == 0;
        if (value->seen || skipped)
            continue;
        books_find(summary->books, (struct finding_at){TABLE_SUMMARY, value->line},
                   "nothing in the other files leads to this line");
    }
}

void audit_summary(struct books *books)
{
    struct summary summary = {.books = books, .keys = {.arena = books->arena}};
    struct metric_run run = {&books->result, books->pool_names, books->pool_is_fixed};

    books->summary = &summary;
    books_read(books, TABLE_SUMMARY, row);
    if (!books->broken) {
        audit_postings(books);
        take_all(&summary);
        audit_across(books);
        audit_service(books);
        audit_charges(books);
        metrics_each(&run, compare, &summary);
        check_extra(&summary);
    }
    books->summary = NULL;
}
