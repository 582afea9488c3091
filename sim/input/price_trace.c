/* Price traces in memory: rows, series, and the CSV file that is written. */

#include "input/price_trace.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv_out.h"
#include "input/whole_file.h"

void price_trace_begin(struct price_trace *trace, const char *path)
{
    *trace = (struct price_trace){.was_sorted = true};
    trace->path = arena_strdup(&trace->arena, path);
}

void price_trace_free(struct price_trace *trace)
{
    arena_free(&trace->arena);
    *trace = (struct price_trace){0};
}

void price_trace_add(struct price_trace *trace, const struct price_row *row)
{
    if (trace->n == trace->room) {
        size_t room = trace->room ? 2 * trace->room : 256;
        trace->rows =
            arena_grow(&trace->arena, trace->rows, trace->n, room, sizeof *row);
        trace->room = room;
    }
    if (trace->n > 0 && row->at_unix_ms < trace->rows[trace->n - 1].at_unix_ms)
        trace->was_sorted = false;
    trace->rows[trace->n++] = *row;
}

uint32_t price_trace_name(struct price_trace *trace, const char *text, size_t length)
{
    if (length == 0)
        return NAMES_NONE;
    trace->names.arena = &trace->arena; /* the struct may have moved */
    return names_add(&trace->names, text, length);
}

static uint32_t copy_name(struct price_trace *to, const struct price_trace *from,
                          uint32_t name)
{
    if (name == NAMES_NONE)
        return NAMES_NONE;
    return price_trace_name(to, from->names.text[name], strlen(from->names.text[name]));
}

void price_trace_add_from(struct price_trace *to, const struct price_trace *from,
                          const struct price_row *row)
{
    struct price_row own = *row;
    own.line = (int64_t)to->n + 1;
    own.class = copy_name(to, from, row->class);
    own.tenure = copy_name(to, from, row->tenure);
    own.region = copy_name(to, from, row->region);
    own.term = copy_name(to, from, row->term);
    price_trace_add(to, &own);
}

uint32_t price_row_series(struct names *keys, const struct price_row *row)
{
    char key[64];
    int length =
        snprintf(key, sizeof key, "%" PRIu32 ",%" PRIu32 ",%" PRIu32 ",%" PRIu32,
                 row->class, row->tenure, row->region, row->term);
    return names_add(keys, key, (size_t)length);
}

static int compare_rows(const void *a, const void *b)
{
    const struct price_row *x = a, *y = b;
    if (x->at_unix_ms != y->at_unix_ms)
        return x->at_unix_ms < y->at_unix_ms ? -1 : 1;
    return (x->line > y->line) - (x->line < y->line);
}

void price_trace_finish(struct price_trace *trace)
{
    if (!trace->was_sorted)
        qsort(trace->rows, trace->n, sizeof *trace->rows, compare_rows);
}

/* ---- series ---- */

static bool same_series(const struct price_row *a, const struct price_row *b)
{
    return a->class == b->class && a->tenure == b->tenure && a->region == b->region &&
           a->term == b->term;
}

/* The first row of each series, in order of appearance; `n` of them. */
static const struct price_row **series_of(const struct price_trace *trace,
                                          struct arena *arena, size_t *n)
{
    size_t room = 16;
    const struct price_row **first = arena_array(arena, room, sizeof *first);
    *n = 0;
    for (size_t i = 0; i < trace->n; i++) {
        size_t k = 0;
        while (k < *n && !same_series(first[k], &trace->rows[i]))
            k++;
        if (k < *n)
            continue;
        if (*n == room) {
            first = arena_grow(arena, first, *n, 2 * room, sizeof *first);
            room *= 2;
        }
        first[(*n)++] = &trace->rows[i];
    }
    return first;
}

size_t price_trace_series(const struct price_trace *trace)
{
    struct arena scratch = {0};
    size_t n;
    series_of(trace, &scratch, &n);
    arena_free(&scratch);
    return n;
}

static const char *name_of(const struct price_trace *trace, uint32_t name)
{
    return name == NAMES_NONE ? "" : trace->names.text[name];
}

static bool fits(const struct price_trace *trace, uint32_t name, const char *wanted)
{
    return !wanted || strcmp(name_of(trace, name), wanted) == 0;
}

static bool is_chosen(const struct price_trace *trace, const struct price_row *row,
                      const struct price_filter *filter)
{
    return fits(trace, row->class, filter->class) &&
           fits(trace, row->tenure, filter->tenure) &&
           fits(trace, row->region, filter->region) &&
           fits(trace, row->term, filter->term);
}

/* "h100-sxm lease us-central1 3y" */
static const char *series_text(const struct price_trace *trace,
                               const struct price_row *row, struct arena *arena)
{
    const char *region = name_of(trace, row->region), *term = name_of(trace, row->term);
    return arena_printf(arena, "%s %s%s%s%s%s", name_of(trace, row->class),
                        name_of(trace, row->tenure), *region ? " " : "", region,
                        *term ? " " : "", term);
}

/* One series must remain; `*chosen` is its first row. */
static bool choose(const struct price_trace *trace, const struct price_filter *filter,
                   const struct price_row **chosen, struct error *err)
{
    enum { SHOWN = 6 };
    struct arena scratch = {0};
    size_t n, chosen_n = 0;
    const struct price_row **first = series_of(trace, &scratch, &n);
    const char *some = "", *all = "";
    for (size_t i = 0; i < n; i++) {
        const char *text = series_text(trace, first[i], &scratch);
        if (i < SHOWN)
            all = arena_printf(&scratch, "%s%s%s", all, i ? ", " : "", text);
        if (!is_chosen(trace, first[i], filter))
            continue;
        if (chosen_n < SHOWN)
            some = arena_printf(&scratch, "%s%s%s", some, chosen_n ? ", " : "", text);
        chosen_n++;
        *chosen = first[i];
    }
    bool ok = chosen_n == 1;
    if (chosen_n == 0)
        error_set(err, "%s has no such series; it has %s%s", trace->path,
                  n ? all : "none", n > SHOWN ? ", ..." : "");
    else if (!ok)
        error_set(err,
                  "%s has %zu such series: %s%s; choose one by `class`, `tenure`, "
                  "`region` and `term`",
                  trace->path, chosen_n, some, chosen_n > SHOWN ? ", ..." : "");
    arena_free(&scratch);
    return ok;
}

bool price_trace_select(const struct price_trace *trace,
                        const struct price_filter *filter, struct points *points,
                        struct arena *arena, struct error *err)
{
    const struct price_row *chosen, *last = NULL;
    if (!choose(trace, filter, &chosen, err))
        return false;
    *points = (struct points){0};
    points->at_unix_ms = ARENA_ARRAY(arena, trace->n, int64_t);
    points->value = ARENA_ARRAY(arena, trace->n, double);
    for (size_t i = 0; i < trace->n; i++) {
        const struct price_row *row = &trace->rows[i];
        if (!same_series(row, chosen))
            continue;
        bool again = last && last->at_unix_ms == row->at_unix_ms;
        if (again && last->nano_usd_per_gpu_h == row->nano_usd_per_gpu_h)
            continue;
        if (again)
            return error_set(err,
                             "lines %lld and %lld of %s give two prices of one series "
                             "at one instant",
                             (long long)last->line, (long long)row->line, trace->path);
        points->at_unix_ms[points->n] = row->at_unix_ms;
        points->value[points->n++] = (double)row->nano_usd_per_gpu_h;
        last = row;
    }
    return true;
}

/* ---- writing ---- */

static bool write_rows(const void *self, const char *path, struct error *err)
{
    static const char *const columns[] = {"time",          "class",  "tenure",
                                          "usd_per_gpu_h", "region", "term"};
    const struct price_trace *trace = self;
    struct csv_out *out = csv_create(path, err);
    if (!out)
        return false;
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
        csv_text(out, columns[i]);
    csv_end_row(out);
    for (size_t i = 0; i < trace->n; i++) {
        const struct price_row *row = &trace->rows[i];
        char date[CALENDAR_TEXT];
        calendar_format(row->at_unix_ms, date);
        csv_text(out, date);
        csv_text(out, name_of(trace, row->class));
        csv_text(out, name_of(trace, row->tenure));
        csv_fixed(out, row->nano_usd_per_gpu_h, 9);
        csv_text(out, name_of(trace, row->region));
        csv_text(out, name_of(trace, row->term));
        csv_end_row(out);
    }
    return csv_close(out, NULL, err);
}

bool price_trace_write(const struct price_trace *trace, const char *path,
                       struct error *err)
{
    return whole_file_write(path, write_rows, trace, err);
}
