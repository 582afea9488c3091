/* More or fewer rows, larger or longer ones, and slower or faster time. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/calendar.h"
#include "base/rng.h"
#include "input/trace_edit.h"

#define ID_ROOM (JOB_ID_MAX + 32)

static int64_t scaled(int64_t value, int64_t factor)
{
    return (int64_t)divide_rounded((int128)value * factor, TRACE_SCALE_ONE);
}

/* Draws by place, so that no row's fate depends on another's. */
struct thinning {
    struct rng rng;
    int64_t factor;
};

static void thinning_init(struct thinning *thinning, const struct trace_scale *scale)
{
    thinning->factor = scale->rows;
    rng_init(&thinning->rng,
             (struct rng_key){.seed = scale->seed, .purpose = "scale", .entity = ""});
}

static int64_t copies_of(const struct thinning *thinning, size_t i)
{
    int64_t copies = thinning->factor / TRACE_SCALE_ONE;
    int64_t rest = thinning->factor % TRACE_SCALE_ONE;
    if (rest && rng_at(&thinning->rng, i, (uint32_t)copies) * (double)TRACE_SCALE_ONE <
                    (double)rest)
        copies++;
    return copies;
}

/* Dates stay within what a date can be, seconds within what a trace may hold. */
static bool check_end(const struct import_result *from, int64_t first_ms,
                      int64_t last_ms, int64_t factor, struct error *err)
{
    int128 end = first_ms +
                 divide_rounded((int128)(last_ms - first_ms) * factor, TRACE_SCALE_ONE);
    int128 most = any_trace_dated(from) ? TRACE_LAST_DATE_MS : JOB_DURATION_MAX;
    return end <= most ||
           error_set(err, "%s: stretched so far, the last time is %s",
                     any_trace_path(from),
                     any_trace_dated(from) ? "after the year 9998"
                                           : "further than 200 years from the start");
}

static int64_t stretched(int64_t time_ms, int64_t first_ms, int64_t factor)
{
    return first_ms + scaled(time_ms - first_ms, factor);
}

/* ---- jobs ---- */

/* A time further than a trace holds is as far as it does. */
static int64_t shifted(const struct trace *trace, int64_t time_ms, int64_t by_ms)
{
    int64_t most = trace->absolute ? TRACE_LAST_DATE_MS : JOB_DURATION_MAX;
    if (time_ms == INT64_MAX || by_ms == 0)
        return time_ms;
    return time_ms + by_ms < most ? time_ms + by_ms : most;
}

static bool scale_job(const struct import_result *from, const struct trace_scale *scale,
                      struct job *job, struct error *err)
{
    int64_t first_ms = from->jobs.jobs[0].submit_ms;
    int64_t gpus = scaled(job->gpus, scale->gpus);
    int64_t duration_ms = scaled(job->duration_ms, scale->durations);
    gpus = gpus < 1 ? 1 : gpus;
    duration_ms = duration_ms < 1 ? 1 : duration_ms;
    if (gpus > JOB_GPUS_MAX || duration_ms > JOB_DURATION_MAX ||
        (int128)gpus * duration_ms > JOB_GPU_MS_MAX)
        return error_set(err,
                         "%s: a job of %" PRId32 " GPUs for %.0f s would become one of "
                         "%" PRId64
                         " GPUs for %.0f s, which is more than a trace holds",
                         from->jobs.path, job->gpus, (double)job->duration_ms / 1000,
                         gpus, (double)duration_ms / 1000);
    if (job->limit_ms) {
        int64_t limit_ms = scaled(job->limit_ms, scale->durations);
        job->limit_ms = limit_ms < 1                  ? 1
                        : limit_ms > JOB_DURATION_MAX ? JOB_DURATION_MAX
                                                      : limit_ms;
    }
    job->gpus = (int32_t)gpus;
    job->duration_ms = duration_ms;
    job->submit_ms = stretched(job->submit_ms, first_ms, scale->time);
    return true;
}

/* The id of a copy; a text too long for an id loses its end. */
static const char *copy_id(const char *id, int64_t copy, char text[ID_ROOM])
{
    if (copy == 0)
        return id;
    snprintf(text, ID_ROOM, "%.*s+%" PRId64, JOB_ID_MAX - 8, id, copy);
    return text;
}

static bool check_rows(const struct trace *from, const struct thinning *thinning,
                       struct error *err)
{
    uint64_t rows = 0, bytes = 0;
    for (size_t i = 0; i < from->n; i++) {
        char number[16];
        uint64_t copies = (uint64_t)copies_of(thinning, i);
        rows += copies;
        bytes += copies * (strlen(trace_job_id(from, &from->jobs[i], number)) + 10);
    }
    return (rows < UINT32_MAX - 1 && bytes <= UINT32_MAX) ||
           error_set(err,
                     "%s: scaled so, it has more than 4294967294 jobs, or 4 GiB of ids",
                     from->path);
}

static bool scale_jobs(const struct import_result *from,
                       const struct trace_scale *scale, struct trace *to,
                       struct error *err)
{
    const struct trace *jobs = &from->jobs;
    bool number = scale->rows == TRACE_SCALE_ONE && trace_is_numbered(jobs);
    struct thinning thinning;
    thinning_init(&thinning, scale);
    trace_begin(to, jobs->path, jobs->absolute);
    if (!check_rows(jobs, &thinning, err))
        return false;
    for (size_t i = 0; i < jobs->n; i++) {
        char own[16], text[ID_ROOM];
        struct job job = jobs->jobs[i];
        const char *id = trace_job_id(jobs, &jobs->jobs[i], own);
        if (!scale_job(from, scale, &job, err))
            return false;
        struct trace_row row = trace_row_from(to, jobs, i);
        int64_t by_ms = job.submit_ms - jobs->jobs[i].submit_ms;
        row.job = job;
        row.times.deadline_ms = shifted(jobs, row.times.deadline_ms, by_ms);
        row.times.started_ms = shifted(jobs, row.times.started_ms, by_ms);
        for (int64_t copy = 0; copy < copies_of(&thinning, i); copy++) {
            row.id = number ? NULL : copy_id(id, copy, text);
            trace_add(to, &row);
        }
    }
    trace_finish(to);
    return true;
}

/* ---- levels, requests, prices ---- */

static bool scale_level(const struct level_trace *from, const struct trace_scale *scale,
                        struct level_trace *to, struct error *err)
{
    level_trace_begin(to, from->path, from->absolute);
    for (uint32_t k = 0; k < from->n_series; k++)
        level_trace_series_from(to, from, k);
    for (size_t i = 0; i < from->n; i++) {
        struct level_row row = from->rows[i];
        int64_t gpus = scaled(row.gpus, scale->gpus);
        if (gpus > LEVEL_GPUS_MAX)
            return error_set(err,
                             "%s: %" PRId32 " GPUs would become %" PRId64
                             ", which is over 1,000,000",
                             from->path, row.gpus, gpus);
        row.gpus = (int32_t)gpus;
        row.line = (int64_t)i;
        row.time_ms = stretched(row.time_ms, from->rows[0].time_ms, scale->time);
        level_trace_add(to, &row);
    }
    return level_trace_finish(to, err);
}

static bool scale_requests(const struct request_trace *from,
                           const struct trace_scale *scale, struct request_trace *to,
                           struct error *err)
{
    struct thinning thinning;
    thinning_init(&thinning, scale);
    request_trace_begin(to, from->path, from->absolute);
    for (size_t i = 0; i < from->n; i++) {
        int64_t time_ms = stretched(from->requests[i].time_ms,
                                    from->requests[0].time_ms, scale->time);
        for (int64_t copy = 0; copy < copies_of(&thinning, i); copy++)
            if (!request_trace_add_from(to, from, i, time_ms, err))
                return false;
    }
    request_trace_finish(to);
    return true;
}

static void scale_prices(const struct price_trace *from, int64_t time_factor,
                         struct price_trace *to)
{
    price_trace_begin(to, from->path);
    for (size_t i = 0; i < from->n; i++) {
        struct price_row row = from->rows[i];
        row.at_unix_ms =
            stretched(row.at_unix_ms, from->rows[0].at_unix_ms, time_factor);
        price_trace_add_from(to, from, &row);
    }
    price_trace_finish(to);
}

/* Which factors a kind does not have. */
static bool check_factors(const struct import_result *from,
                          const struct trace_scale *scale, struct error *err)
{
    bool jobs = from->kind == IMPORT_JOBS;
    const char *odd = NULL;
    if (scale->durations != TRACE_SCALE_ONE && !jobs)
        odd = "--durations";
    else if (scale->gpus != TRACE_SCALE_ONE && !jobs && from->kind != IMPORT_LEVEL)
        odd = "--gpus";
    else if (scale->rows != TRACE_SCALE_ONE && !jobs && from->kind != IMPORT_REQUESTS)
        odd = "--factor";
    return !odd || error_kind_set(err, ERROR_USAGE, "%s: %s cannot be scaled so%s", odd,
                                  any_trace_noun(from),
                                  from->kind == IMPORT_LEVEL ? "; --gpus can" : "");
}

static bool check_times(const struct import_result *from,
                        const struct trace_scale *scale, struct error *err)
{
    size_t n = any_trace_rows(from);
    int64_t first_ms = 0, last_ms = 0;
    if (n == 0 || scale->time == TRACE_SCALE_ONE)
        return true;
    switch (from->kind) {
    case IMPORT_JOBS:
        first_ms = from->jobs.jobs[0].submit_ms;
        last_ms = from->jobs.jobs[n - 1].submit_ms;
        break;
    case IMPORT_LEVEL:
        first_ms = from->level.rows[0].time_ms;
        last_ms = from->level.rows[n - 1].time_ms;
        break;
    case IMPORT_REQUESTS:
        first_ms = from->requests.requests[0].time_ms;
        last_ms = from->requests.requests[n - 1].time_ms;
        break;
    case IMPORT_PRICES:
        first_ms = from->prices.rows[0].at_unix_ms;
        last_ms = from->prices.rows[n - 1].at_unix_ms;
        break;
    }
    return check_end(from, first_ms, last_ms, scale->time, err);
}

bool any_trace_scale(const struct import_result *from, const struct trace_scale *scale,
                     struct import_result *to, struct error *err)
{
    *to = (struct import_result){.kind = from->kind};
    if (!check_factors(from, scale, err) || !check_times(from, scale, err))
        return false;
    switch (to->kind) {
    case IMPORT_JOBS: return scale_jobs(from, scale, &to->jobs, err);
    case IMPORT_LEVEL: return scale_level(&from->level, scale, &to->level, err);
    case IMPORT_REQUESTS:
        return scale_requests(&from->requests, scale, &to->requests, err);
    case IMPORT_PRICES: scale_prices(&from->prices, scale->time, &to->prices); break;
    }
    return true;
}
