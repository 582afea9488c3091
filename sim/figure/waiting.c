/* What waited in each interval, of jobs.csv and levels.csv.
 *
 * timeline.csv tells how many wait at an instant and for each pool that is open to
 * them, so its sum over pools counts jobs twice.  Waits of single jobs do not. */

#include <string.h>

#include "figure/intervals.h"
#include "output/table_read.h"

/* Of a quantity that begins and ends: the integral over each interval at the ends of
 * the wait, and what is there through whole intervals as differences to the one before.
 */
struct sum {
    double *partly_ms;
    double *change;
};

struct waiting {
    struct intervals *intervals;
    const struct saved_run *run;
    struct sum gpus, jobs;
    size_t level_at; /* the interval of the last row of levels.csv */
};

/* The interval that holds the instant, which is within the run. */
static size_t find(const struct intervals *in, int64_t unix_ms)
{
    size_t low = 0, high = in->n - 1;
    while (low < high) {
        size_t middle = low + (high - low + 1) / 2;
        if (in->start_ms[middle] <= unix_ms)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

static void add(struct sum *sum, const struct intervals *in, int64_t from, int64_t to,
                double amount)
{
    size_t first = find(in, from), last = find(in, to);
    if (first == last) {
        sum->partly_ms[first] += amount * (double)(to - from);
        return;
    }
    sum->partly_ms[first] += amount * (double)(in->end_ms[first] - from);
    sum->change[first + 1] += amount;
    sum->change[last] -= amount;
    sum->partly_ms[last] += amount * (double)(to - in->start_ms[last]);
}

static bool take_job(void *self, int64_t line, const struct cell cells[],
                     struct error *err)
{
    struct waiting *waiting = self;
    struct intervals *in = waiting->intervals;
    int64_t from = waiting->run->start_unix_ms + cells[JOBS_SUBMIT].value;
    int64_t to = from + cells[JOBS_WAIT].value;
    int64_t begin = in->start_ms[0], end = in->end_ms[in->n - 1];
    (void)line;
    (void)err;
    in->interrupted = in->interrupted || cells[JOBS_INTERRUPTIONS].value > 0;
    from = from < begin ? begin : from;
    to = to > end ? end : to;
    if (to <= from)
        return true;
    add(&waiting->gpus, in, from, to, (double)cells[JOBS_GPUS].value);
    add(&waiting->jobs, in, from, to, 1);
    return true;
}

static bool take_level(void *self, int64_t line, const struct cell cells[],
                       struct error *err)
{
    struct waiting *waiting = self;
    struct intervals *in = waiting->intervals;
    int64_t start = cells[LEVELS_START].value;
    size_t *at = &waiting->level_at;
    while (*at < in->n && in->start_ms[*at] < start)
        ++*at;
    if (*at == in->n || in->start_ms[*at] != start)
        return error_at(err, (struct place){"levels.csv", line, 0},
                        "the interval is not one of timeline.csv");
    waiting->gpus.partly_ms[*at] += (double)cells[LEVELS_UNSERVED].value;
    return true;
}

/* Only a run with levels has the file; its manifest has been compared with what is
 * there. */
static bool read_levels(struct waiting *waiting, struct error *err)
{
    struct table_reader reader = {
        .table = TABLE_LEVELS, .row = take_level, .self = waiting};
    return !saved_run_has(waiting->run, output_files[TABLE_LEVELS].name) ||
           table_read(waiting->run->dir, &reader, err);
}

static void start(struct sum *sum, struct intervals *in)
{
    *sum = (struct sum){ARENA_ARRAY(&in->arena, in->n + 1, double),
                        ARENA_ARRAY(&in->arena, in->n + 1, double)};
}

/* The means, in place of what was summed. */
static double *finish(struct sum *sum, const struct intervals *in)
{
    double through = 0;
    for (size_t i = 0; i < in->n; i++) {
        through += sum->change[i];
        sum->partly_ms[i] =
            through + sum->partly_ms[i] / (double)(in->end_ms[i] - in->start_ms[i]);
    }
    return sum->partly_ms;
}

bool intervals_read_waiting(struct intervals *intervals, const struct saved_run *run,
                            struct error *err)
{
    struct waiting waiting = {.intervals = intervals, .run = run};
    struct table_reader reader = {
        .table = TABLE_JOBS, .row = take_job, .self = &waiting};
    start(&waiting.gpus, intervals);
    start(&waiting.jobs, intervals);
    if (intervals->n > 0 &&
        (!table_read(run->dir, &reader, err) || !read_levels(&waiting, err)))
        return false;
    intervals->waiting_gpus = finish(&waiting.gpus, intervals);
    intervals->waiting_jobs = finish(&waiting.jobs, intervals);
    return true;
}
