#include "world/book.h"

#include <assert.h>
#include <math.h>

#include "base/calendar.h"

#define NANO        INT64_C(1000000000)
#define GPU_MS_MOST 4e18 /* no run has more */

int64_t schedule_at(const struct schedule *schedule, int64_t now_ms)
{
    if (now_ms <= schedule->begin_ms)
        return schedule->from_uusd;
    if (now_ms >= schedule->end_ms)
        return schedule->to_uusd;
    int64_t whole = schedule->end_ms - schedule->begin_ms;
    int128 drop = (int128)(schedule->from_uusd - schedule->to_uusd) *
                  (now_ms - schedule->begin_ms);
    return schedule->from_uusd - (int64_t)divide_rounded(drop, whole);
}

double schedule_integral(const struct schedule *schedule, int64_t from_ms,
                         int64_t to_ms)
{
    double total = 0;
    if (to_ms > schedule->end_ms) {
        int64_t flat = from_ms > schedule->end_ms ? from_ms : schedule->end_ms;
        total += (double)schedule->to_uusd * (double)(to_ms - flat);
        to_ms = flat;
    }
    if (from_ms >= to_ms)
        return total;
    double whole = (double)(schedule->end_ms - schedule->begin_ms);
    double slope = (double)(schedule->to_uusd - schedule->from_uusd) / whole;
    double a = (double)(from_ms - schedule->begin_ms);
    double b = (double)(to_ms - schedule->begin_ms);
    return total + ((double)schedule->from_uusd + slope * (a + b) / 2) * (b - a);
}

int64_t part_of(int64_t amount, int64_t gpus, int64_t of)
{
    return (int64_t)divide_rounded((int128)amount * gpus, of);
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The year of the book in which `now` lies: from one anniversary to the next. */
struct year {
    int64_t from_ms, to_ms;
};

static int64_t anniversary(const struct book *book, int64_t n)
{
    return calendar_add_months(book->life_from_unix_ms, 12 * n) - book->start_unix_ms;
}

static struct year year_of(const struct book *book, int64_t now_ms)
{
    int64_t age_ms = now_ms + book->start_unix_ms - book->life_from_unix_ms;
    int64_t n = age_ms / (366 * MS_PER_D); /* at most one too few per 1,460 years */
    while (anniversary(book, n + 1) <= now_ms)
        n++;
    return (struct year){anniversary(book, n), anniversary(book, n + 1)};
}

/* What the piece that begins with `value_uusd` now writes off until `to_ms`. */
static int64_t declining_drop(const struct book *book, int64_t value_uusd,
                              int64_t now_ms, struct year year, int64_t to_ms)
{
    int128 by_year = divide_rounded((int128)value_uusd * book->rate_nano, NANO);
    int128 drop = divide_rounded(by_year * (to_ms - now_ms), year.to_ms - year.from_ms);
    int64_t left_uusd = value_uusd - least(book->residual_uusd, value_uusd);
    int128 line =
        divide_rounded((int128)left_uusd * (to_ms - now_ms), book->end_ms - now_ms);
    if (book->switches && line > drop)
        drop = line;
    return drop < left_uusd ? (int64_t)drop : left_uusd;
}

/* A piece begins now with this value. */
static void set_piece(struct book *book, int64_t value_uusd, int64_t now_ms,
                      struct reading use)
{
    struct schedule *line = &book->line;
    book->begin = use;
    *line = (struct schedule){now_ms, book->end_ms, value_uusd,
                              least(book->residual_uusd, value_uusd)};
    if (book->method == DEPRECIATION_UNITS)
        return;
    if (now_ms >= book->end_ms) {
        line->end_ms = now_ms;
        line->to_uusd = value_uusd;
    } else if (book->method == DEPRECIATION_DECLINING) {
        struct year year = year_of(book, now_ms);
        line->end_ms = least(year.to_ms, book->end_ms);
        line->to_uusd =
            value_uusd - declining_drop(book, value_uusd, now_ms, year, line->end_ms);
    }
}

void book_begin(struct book *book, const struct depreciation_spec *spec,
                const struct book_start *start)
{
    double rate = spec->factor / start->life_y;
    int64_t left_ms = start->life_end_ms - start->now_ms;
    double expected = left_ms > 0 ? spec->expected_utilization_frac *
                                        (double)start->gpus * (double)left_ms
                                  : 0;

    *book = (struct book){
        .residual_uusd = start->residual_uusd,
        .end_ms = start->life_end_ms,
        .method = spec->method,
        .switches = spec->switches,
        .rate_nano = rate < 1 ? llround(rate * 1e9) : NANO,
        .life_from_unix_ms = start->start_unix_ms + start->life_from_ms,
        .start_unix_ms = start->start_unix_ms,
        .mark = start->use,
    };
    if (spec->method == DEPRECIATION_UNITS)
        book->expected_gpu_ms =
            llround(expected < GPU_MS_MOST ? expected : GPU_MS_MOST);
    set_piece(book, start->value_uusd, start->now_ms, start->use);
}

void book_roll(struct book *book, int64_t now_ms, struct reading use)
{
    struct schedule *line = &book->line;
    while (line->end_ms < now_ms && line->end_ms < book->end_ms)
        set_piece(book, line->to_uusd, line->end_ms, use);
    int64_t value = schedule_at(line, now_ms);
    if (book->method == DEPRECIATION_UNITS) {
        int64_t life_ms = line->end_ms - line->begin_ms,
                left_ms = line->end_ms - now_ms;
        book->expected_gpu_ms =
            left_ms > 0 ? part_of(book->expected_gpu_ms, left_ms, life_ms) : 0;
    }
    line->begin_ms = now_ms;
    line->from_uusd = value;
    if (line->end_ms < now_ms)
        line->end_ms = now_ms;
    book->begin = book->mark = use;
}

/* What use since the beginning of the piece has written off. */
static int64_t worn_uusd(const struct book *book, struct reading use)
{
    int64_t used = use.sum - book->begin.sum;
    int64_t whole = book->line.from_uusd - book->line.to_uusd;
    if (used >= book->expected_gpu_ms)
        return used > 0 ? whole : 0;
    return part_of(whole, used, book->expected_gpu_ms);
}

int64_t book_at(const struct book *book, int64_t now_ms, struct reading use)
{
    if (book->method == DEPRECIATION_UNITS)
        return book->line.from_uusd - worn_uusd(book, use);
    return schedule_at(&book->line, now_ms);
}

int64_t book_written_off(const struct book *book, int64_t now_ms, struct reading use)
{
    return book->written_off_uusd + book->line.from_uusd - book_at(book, now_ms, use);
}

/* value(s) = from - k u(s) with u the use since the beginning of the piece. */
static double worn_integral(const struct book *book, int64_t from_ms, int64_t now_ms,
                            struct reading use)
{
    double length = (double)(now_ms - from_ms), low = (double)book->line.to_uusd;
    double whole = (double)book->line.from_uusd - low;
    double expected = (double)book->expected_gpu_ms;
    double before = (double)(book->mark.sum - book->begin.sum);
    double after = (double)(use.sum - book->begin.sum);
    if (after <= expected) {
        double grown = (double)reading_outstanding2(book->mark, use, now_ms) / 2;
        double k = expected > 0 ? whole / expected : 0;
        return (double)book->line.from_uusd * length - k * (before * length + grown);
    }
    if (before >= expected)
        return low * length;
    double part = (expected - before) / (after - before);
    double mark = low + whole * (1 - before / expected);
    return ((mark + low) / 2 * part + low * (1 - part)) * length;
}

double book_integral(const struct book *book, int64_t from_ms, int64_t now_ms,
                     struct reading use)
{
    if (book->method == DEPRECIATION_UNITS)
        return worn_integral(book, from_ms, now_ms, use);
    return schedule_integral(&book->line, from_ms, now_ms);
}

void book_mark(struct book *book, struct reading use)
{
    book->mark = use;
}

int64_t book_next_break_ms(const struct book *book)
{
    return book->method == DEPRECIATION_UNITS ? INT64_MAX : book->line.end_ms;
}

static void close_piece(struct book *book, int64_t now_ms, struct reading use)
{
    book->written_off_uusd = book_written_off(book, now_ms, use);
    book->mark = use;
}

void book_break(struct book *book, int64_t now_ms, struct reading use)
{
    if (book->method != DEPRECIATION_DECLINING || now_ms < book->line.end_ms ||
        book->line.end_ms >= book->end_ms)
        return;
    int64_t value = book_at(book, now_ms, use);
    close_piece(book, now_ms, use);
    set_piece(book, value, now_ms, use);
}

int64_t book_cut(struct book *book, int64_t gpus, int64_t of, int64_t now_ms,
                 struct reading use)
{
    assert(gpus > 0 && gpus <= of);
    struct schedule *line = &book->line;
    int64_t value = book_at(book, now_ms, use), part = part_of(value, gpus, of);
    int64_t left_gpu_ms = book->expected_gpu_ms - (use.sum - book->begin.sum);

    close_piece(book, now_ms, use);
    book->begin = use;
    book->expected_gpu_ms =
        left_gpu_ms > 0 ? left_gpu_ms - part_of(left_gpu_ms, gpus, of) : 0;
    book->residual_uusd -= part_of(book->residual_uusd, gpus, of);
    int64_t end = line->end_ms > now_ms ? line->end_ms : now_ms;
    *line = (struct schedule){now_ms, end, value - part,
                              line->to_uusd - part_of(line->to_uusd, gpus, of)};
    if (gpus == of || (end == now_ms && book->method != DEPRECIATION_UNITS))
        line->to_uusd = line->from_uusd;
    return part;
}

void book_set(struct book *book, int64_t value_uusd, int64_t now_ms, struct reading use)
{
    int64_t used = use.sum - book->begin.sum;
    close_piece(book, now_ms, use);
    if (book->method == DEPRECIATION_UNITS)
        book->expected_gpu_ms =
            used < book->expected_gpu_ms ? book->expected_gpu_ms - used : 0;
    set_piece(book, value_uusd, now_ms, use);
}
