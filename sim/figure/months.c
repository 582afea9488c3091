#include "figure/months.h"

#include <string.h>

#include "base/calendar.h"
#include "output/table_read.h"

struct reading {
    const struct months *months;
    const struct saved_run *run;
    void (*take)(void *self, const struct posting *posting);
    void *self;
};

void months_of(struct months *months, const struct saved_run *run)
{
    int64_t at = run->start_unix_ms, end = run->end_unix_ms;
    size_t n = 0;
    *months = (struct months){0};
    for (int64_t t = at; t < end; t = calendar_next_month(t))
        n++;
    months->start_ms = ARENA_ARRAY(&months->arena, n + 1, int64_t);
    months->end_ms = ARENA_ARRAY(&months->arena, n + 1, int64_t);
    for (; at < end; at = calendar_next_month(at), months->n++) {
        int64_t next = calendar_next_month(at);
        months->start_ms[months->n] = at;
        months->end_ms[months->n] = next < end ? next : end;
    }
}

void months_free(struct months *months)
{
    arena_free(&months->arena);
    *months = (struct months){0};
}

static int index_of(const char *const names[], const char *name)
{
    for (int i = 0; names[i]; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

/* What falls on the very end stands in the month that begins there. */
static bool find_month(const struct months *months, int64_t month_ms, size_t *index)
{
    for (size_t m = 0; m < months->n; m++)
        if (calendar_month_start(months->start_ms[m]) == month_ms) {
            *index = m;
            return true;
        }
    *index = months->n - 1;
    return months->n > 0 && month_ms == months->end_ms[months->n - 1];
}

static bool take_row(void *self, int64_t line, const struct cell cells[],
                     struct error *err)
{
    struct reading *reading = self;
    int account = index_of(account_names, cells[LEDGER_ACCOUNT].text);
    int basis = index_of(basis_names, cells[LEDGER_BASIS].text);
    struct posting posting = {
        .time_ms = cells[LEDGER_TIME].value,
        .pool = cells[LEDGER_POOL].empty
                    ? -1
                    : saved_run_pool(reading->run, cells[LEDGER_POOL].text),
        .item = cells[LEDGER_ITEM].text,
        .account = (enum account)account,
        .basis = (enum basis)basis,
        .usd = (double)cells[LEDGER_AMOUNT].value / 1e6,
    };
    if (account < 0 || basis < 0 ||
        !find_month(reading->months, cells[LEDGER_MONTH].value, &posting.month))
        return error_at(err, (struct place){"ledger.csv", line, 0},
                        "no month, account or basis of this run");
    reading->take(reading->self, &posting);
    return true;
}

bool months_ledger(const struct months *months, const struct saved_run *run,
                   void (*take)(void *self, const struct posting *posting), void *self,
                   struct error *err)
{
    struct reading reading = {months, run, take, self};
    struct table_reader reader = {
        .table = TABLE_LEDGER, .row = take_row, .self = &reading};
    return table_read(run->dir, &reader, err);
}
