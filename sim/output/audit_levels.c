/* levels.csv: what was wanted is served or not, and what was served was busy. */

#include <inttypes.h>
#include <string.h>

#include "output/books.h"

/* A level, as its first row has it. */
struct book_level {
    const char *level, *workload, *tenant;
    int64_t series;
};

struct book_levels {
    struct book_level *items; /* of the first interval; then their number is known */
    size_t n, room, at;
    bool complete;
    int64_t start_ms, end_ms; /* of the interval that is read */
};

static void note_level(struct books *books, const struct cell cells[])
{
    struct book_levels *levels = books->levels;
    if (levels->n == levels->room) {
        size_t room = levels->n ? 2 * levels->n : 8;
        levels->items = arena_grow(books->arena, levels->items, levels->n, room,
                                   sizeof *levels->items);
        levels->room = room;
    }
    levels->items[levels->n++] = (struct book_level){
        .level = arena_strdup(books->arena, cells[LEVELS_LEVEL].text),
        .workload = arena_strdup(books->arena, cells[LEVELS_WORKLOAD].text),
        .tenant = arena_strdup(books->arena, cells[LEVELS_TENANT].text),
        .series = cells[LEVELS_SERIES].value};
}

/* A name's series are numbered from 1, one after the other. */
static void check_series(struct books *books, struct finding_at at)
{
    const struct book_levels *levels = books->levels;
    const struct book_level *level = &levels->items[levels->n - 1];
    bool same = levels->n > 1 && strcmp(level[-1].level, level->level) == 0;
    int64_t last = same ? level[-1].series : 0;
    int64_t due = last < INT64_MAX ? last + 1 : 1;
    books_expect(books, level->series == due, at,
                 "series is %" PRId64 " where %" PRId64 " is due", level->series, due);
}

/* All levels have a row for each interval, always in the same order. */
static void check_place(struct books *books, struct finding_at at,
                        const struct cell cells[])
{
    struct book_levels *levels = books->levels;
    int64_t start_ms = cells[LEVELS_START].value - books->start_unix_ms;
    int64_t end_ms = cells[LEVELS_END].value - books->start_unix_ms;
    bool begins = levels->n == 0 || (levels->complete && levels->at == levels->n) ||
                  (!levels->complete && start_ms != levels->start_ms);
    if (begins) {
        levels->complete = levels->n > 0;
        levels->at = 0;
        books_expect(books, start_ms == levels->end_ms, at,
                     "start %s is not the end of the last interval, or of nothing, the "
                     "start of the run",
                     cells[LEVELS_START].text);
        books_expect(books, end_ms > start_ms && end_ms <= books->end_ms, at,
                     "end %s is not between start and the run's end",
                     cells[LEVELS_END].text);
        levels->start_ms = start_ms;
        levels->end_ms = end_ms;
    }
    books_expect(books, start_ms == levels->start_ms && end_ms == levels->end_ms, at,
                 "the interval is not that of the row above");
    if (!levels->complete) {
        note_level(books, cells);
        check_series(books, at);
        return;
    }
    const struct book_level *due = &levels->items[levels->at++];
    books_expect(books,
                 strcmp(due->level, cells[LEVELS_LEVEL].text) == 0 &&
                     due->series == cells[LEVELS_SERIES].value &&
                     strcmp(due->workload, cells[LEVELS_WORKLOAD].text) == 0 &&
                     strcmp(due->tenant, cells[LEVELS_TENANT].text) == 0,
                 at,
                 "series %" PRId64 " of level '%s' is due, as in the first interval",
                 due->series, due->level);
}

static void check_hours(struct books *books, struct finding_at at,
                        const struct cell cells[])
{
    int64_t demand = cells[LEVELS_DEMAND].value, served = cells[LEVELS_SERVED].value;
    int64_t unserved = cells[LEVELS_UNSERVED].value;
    const struct cell *frac = &cells[LEVELS_SERVED_FRAC];
    for (int c = LEVELS_DEMAND; c <= LEVELS_SERVED_GPUS; c++)
        books_expect(books, cells[c].value >= 0, at, "%s is negative",
                     output_files[TABLE_LEVELS].columns[c].name);
    books_expect(books, (int128)served + unserved == demand, at,
                 "demand_gpu_h is %s, but served and unserved sum to %s",
                 cells[LEVELS_DEMAND].text,
                 exact_gpu_h((int128)served + unserved).text);
    books_expect(books,
                 cells[LEVELS_SERVED_GPUS].value <= cells[LEVELS_WANTED_GPUS].value, at,
                 "more GPUs are served than wanted");
    books_expect(books, frac->empty == (demand <= 0), at,
                 "served_frac is to be empty just where nothing was wanted");
    if (demand > 0)
        books_expect(books, frac->value == ratio_nano(served, demand), at,
                     "served_frac is not served / demand");
}

static void add_to(struct group_result *group, const struct cell cells[])
{
    group->level_demand_gpu_ms += cells[LEVELS_DEMAND].value;
    group->level_served_gpu_ms += cells[LEVELS_SERVED].value;
    group->level_overhead_gpu_ms += cells[LEVELS_OVERHEAD].value;
}

static void row(struct books *books, struct finding_at at, const struct cell cells[])
{
    const char *workload = cells[LEVELS_WORKLOAD].text;
    const char *tenant = cells[LEVELS_TENANT].text;
    check_place(books, at, cells);
    check_hours(books, at, cells);
    add_to(books_group(books, GROUP_TOTAL, ""), cells);
    if (*workload)
        add_to(books_group(books, GROUP_WORKLOAD, workload), cells);
    if (*tenant)
        add_to(books_group(books, GROUP_TENANT, tenant), cells);
    audit_service_level(books, workload, cells[LEVELS_UNSERVED].value);
}

void audit_levels(struct books *books)
{
    books->result.has_levels = true;
    books->levels = ARENA_NEW(books->arena, struct book_levels);
    books_read(books, TABLE_LEVELS, row);
    /* A trace without rows has no series, and so no level: no row is due.  That rows
     * are not missing is found by their number in the manifest. */
    bool none = books->levels->n == 0;
    books_expect(books, none || books->levels->end_ms == books->end_ms,
                 ((struct finding_at){TABLE_LEVELS, 0}),
                 "the last interval does not end where the run does");
}
