#include <string.h>

#include "output/books.h"

#define SIZE_LAST (1 << 19)

/* "1", "2-3", "4-7", ...: sizes by powers of two, as the run groups them. */
static const char *size_name(int64_t gpus, char text[48])
{
    int64_t low = 1;
    while (low <= gpus / 2 && low < SIZE_LAST)
        low *= 2;
    if (low == SIZE_LAST)
        snprintf(text, 48, "%d+", SIZE_LAST);
    else if (low == 1)
        snprintf(text, 48, "1");
    else
        snprintf(text, 48, "%lld-%lld", (long long)low, (long long)(2 * low - 1));
    return text;
}

static int outcome_of(const char *text)
{
    for (int i = 0; i < JOB_OUTCOMES; i++)
        if (strcmp(job_outcome_names[i], text) == 0)
            return i;
    return -1;
}

/* What each outcome leaves filled in. */
static const struct {
    bool start, end, reason;
} forms[JOB_OUTCOMES] = {
    [JOB_FINISHED] = {.start = true, .end = true},
    [JOB_RUNNING] = {.start = true}, /* unless it boots */
    [JOB_WAITING] = {0},
    [JOB_REFUSED] = {.end = true, .reason = true},
    [JOB_ABANDONED] = {.end = true, .reason = true},
};

/* Its instance was still booting when the run ended, or was taken back while it did: it
 * has a pool and no start. */
static bool has_booted(const struct books *books, int outcome,
                       const struct cell cells[])
{
    int pool = books_pool(books, cells[JOBS_POOL].text);
    return (outcome == JOB_RUNNING || cells[JOBS_INTERRUPTIONS].value > 0) &&
           cells[JOBS_START].empty && pool >= 0 && !books->pool_is_fixed[pool];
}

static void check_form(struct books *books, struct finding_at at, int outcome,
                       const struct cell cells[])
{
    bool started = !cells[JOBS_START].empty;
    bool booted = has_booted(books, outcome, cells);
    const char *name = job_outcome_names[outcome];
    books_expect(books, started || booted || !forms[outcome].start, at,
                 "%s, but start_s is empty", name);
    books_expect(books, cells[JOBS_END].empty != forms[outcome].end, at,
                 "%s, but end_s is %s", name, forms[outcome].end ? "empty" : "given");
    books_expect(books, cells[JOBS_REASON].empty != forms[outcome].reason, at,
                 "%s, but reason is %s", name,
                 forms[outcome].reason ? "empty" : "given");
    books_expect(
        books, (started || booted) != cells[JOBS_POOL].empty, at,
        "a pool is to be given just where start_s is, or a boot was under way");
    books_expect(books, cells[JOBS_POOL].empty == cells[JOBS_CLASS].empty, at,
                 "pool and class are to be given together");
    /* A started job that neither runs nor finished was interrupted. */
    bool again = started && !forms[outcome].start;
    books_expect(books, !again || cells[JOBS_INTERRUPTIONS].value > 0, at,
                 "%s after a start without an interruption", name);
}

static void check_times(struct books *books, struct finding_at at,
                        const struct cell cells[])
{
    int128 submit = cells[JOBS_SUBMIT].value;
    int128 end = cells[JOBS_END].empty ? books->end_ms : cells[JOBS_END].value;
    int128 until = cells[JOBS_START].empty ? end : cells[JOBS_START].value;
    books_expect(books, (submit >= 0 || books->initial) && submit <= end, at,
                 "submit_s is not between the run's start and the job's end");
    books_expect(books, until >= submit && until <= end, at,
                 "start_s is not between submit_s and the job's end");
    books_expect(books, end <= books->end_ms, at, "end_s is after the run's end");
    books_expect(books, cells[JOBS_WAIT].value == until - submit, at,
                 "wait_s is %s, but %s", cells[JOBS_WAIT].text,
                 cells[JOBS_START].empty
                     ? "the job left, or the run ended, later or earlier than that"
                     : "start_s less submit_s is not");
}

/* GPU-hours against GPUs and times.  A boot is overhead before the start; after an
 * interruption only bounds are known. */
static void check_hours(struct books *books, struct finding_at at, int pool,
                        int outcome, const struct cell cells[])
{
    int128 useful = cells[JOBS_USEFUL].value, overhead = cells[JOBS_OVERHEAD].value;
    int128 end = cells[JOBS_END].empty ? books->end_ms : cells[JOBS_END].value;
    books_expect(books, useful >= 0 && overhead >= 0, at, "GPU-hours are negative");
    books_expect(books,
                 cells[JOBS_GPUS].value >= 1 && cells[JOBS_GPUS].value <= JOB_GPUS_MAX,
                 at, "gpus is not between 1 and %d", JOB_GPUS_MAX);
    if (cells[JOBS_START].empty) {
        bool booted = has_booted(books, outcome, cells);
        int128 waited = (int128)cells[JOBS_GPUS].value * cells[JOBS_WAIT].value;
        books_expect(books, useful == 0 && (overhead == 0 || booted), at,
                     "GPU-hours of a job that never started");
        int64_t interruptions = cells[JOBS_INTERRUPTIONS].value;
        int128 least = interruptions == 0;
        books_expect(books, !booted || (overhead >= least && overhead <= waited), at,
                     "overhead_gpu_h of a job that boots is not within gpus times its "
                     "wait");
        books_expect(books, booted || interruptions == 0, at,
                     "interruptions of a job that never started");
        return;
    }
    /* What ran before the run is not counted in it. */
    int128 start = cells[JOBS_START].value > 0 ? cells[JOBS_START].value : 0;
    int128 length = end - start;
    int128 held = length > 0 ? cells[JOBS_GPUS].value * length : 0;
    books_expect(books, useful <= held, at,
                 "useful_gpu_h is more than gpus times the time from start to end");
    if (cells[JOBS_INTERRUPTIONS].value > 0)
        return;
    /* Elastic: the boot came before the start. */
    int128 run = books->pool_is_fixed[pool] ? useful + overhead : useful;
    bool exact = books->pool_is_fixed[pool] || !books->checkpoints;
    books_expect(books, run == held || (!exact && useful + overhead >= held), at,
                 "GPU-hours are not gpus times the time from start to end");
}

static void count_outcome(struct group_result *group, int outcome)
{
    int64_t *const counters[JOB_OUTCOMES] = {
        [JOB_FINISHED] = &group->finished,   [JOB_RUNNING] = &group->running,
        [JOB_WAITING] = &group->waiting,     [JOB_REFUSED] = &group->refused,
        [JOB_ABANDONED] = &group->abandoned,
    };
    group->arrived++;
    ++*counters[outcome];
}

/* Whether a job's wait counts: submitted after warmup, and not refused on arrival. */
static bool wait_counts(const struct books *books, int outcome,
                        const struct cell cells[])
{
    bool queued = outcome != JOB_REFUSED || !cells[JOBS_START].empty;
    return queued && cells[JOBS_SUBMIT].value >= books->warmup_ms &&
           cells[JOBS_WAIT].value >= 0;
}

static void add_to_group(struct books *books, struct group_result *group, int outcome,
                         const struct cell cells[])
{
    count_outcome(group, outcome);
    group->useful_gpu_ms += cells[JOBS_USEFUL].value;
    group->overhead_gpu_ms += cells[JOBS_OVERHEAD].value;
    books_add(&group->direct_uusd, cells[JOBS_DIRECT].value);
    if (!wait_counts(books, outcome, cells))
        return;
    histogram_add(&group->wait, cells[JOBS_WAIT].value, books->arena);
    group->delayed += cells[JOBS_WAIT].value > 0;
    bool here = outcome == JOB_WAITING || outcome == JOB_RUNNING;
    group->censored += here && cells[JOBS_START].empty;
}

static void add_to_groups(struct books *books, int outcome, const struct cell cells[])
{
    char size[48];
    struct {
        enum group_kind kind;
        const char *name;
    } groups[] = {
        {GROUP_TOTAL, ""},
        {GROUP_WORKLOAD, cells[JOBS_WORKLOAD].text},
        {GROUP_TENANT, cells[JOBS_TENANT].text},
        {GROUP_SIZE, size_name(cells[JOBS_GPUS].value, size)},
    };
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
        if (*groups[i].name || groups[i].kind == GROUP_TOTAL)
            add_to_group(books, books_group(books, groups[i].kind, groups[i].name),
                         outcome, cells);
}

static void add_to_pool(struct books *books, int pool, int outcome,
                        const struct cell cells[])
{
    struct book_pool *book = &books->pools[pool];
    book->jobs_finished += outcome == JOB_FINISHED;
    book->jobs_running += outcome == JOB_RUNNING;
    if (!cells[JOBS_START].empty && wait_counts(books, outcome, cells))
        histogram_add(&books->result.pools[pool].wait, cells[JOBS_WAIT].value,
                      books->arena);
}

static void row(struct books *books, struct finding_at at, const struct cell cells[])
{
    int outcome = outcome_of(cells[JOBS_OUTCOME].text);
    int pool = cells[JOBS_POOL].empty ? 0 : books_pool(books, cells[JOBS_POOL].text);
    books_expect(books, outcome >= 0, at, "no outcome is called '%s'",
                 cells[JOBS_OUTCOME].text);
    books_expect(books, pool >= 0, at, "no pool is called '%s'", cells[JOBS_POOL].text);
    if (outcome < 0 || pool < 0)
        return;

    check_form(books, at, outcome, cells);
    check_times(books, at, cells);
    check_hours(books, at, pool, outcome, cells);
    add_to_groups(books, outcome, cells);
    audit_service_job(books, outcome, cells);
    books_add(&books->interruptions, cells[JOBS_INTERRUPTIONS].value);
    if (cells[JOBS_SUBMIT].value < books->first_submit_ms)
        books->first_submit_ms = cells[JOBS_SUBMIT].value;
    if (outcome == JOB_FINISHED && cells[JOBS_END].value > books->last_end_ms)
        books->last_end_ms = cells[JOBS_END].value;
    if (cells[JOBS_POOL].empty)
        return;
    add_to_pool(books, pool, outcome, cells);
    books_expect(books, strcmp(cells[JOBS_CLASS].text, books->pools[pool].class) == 0,
                 at, "class is '%s', but that of pool '%s' is '%s'",
                 cells[JOBS_CLASS].text, books->pools[pool].name,
                 books->pools[pool].class);
}

void audit_jobs(struct books *books)
{
    books->first_submit_ms = INT64_MAX;
    books->last_end_ms = -1;
    if (books->result.n_pools == 0)
        return;
    books_read(books, TABLE_JOBS, row);
    if (books->last_end_ms >= 0)
        books->result.makespan_ms =
            books_less(books->last_end_ms, books->first_submit_ms);
}
