/* The log of Philly as it was published: cluster_job_log, a JSON list of jobs, each
 * with its attempts. */

#include <inttypes.h>
#include <string.h>

#include "base/calendar.h"
#include "input/import_philly.h"

/* What the attempts of one job come to. */
struct attempts {
    size_t n, without_times;
    bool is_running; /* the last one has no end */
    bool differ;     /* in their GPUs */
    int64_t duration_ms, gpus;
};

/* null, "None" and "" are all "not recorded". */
static bool take_time(struct import *import, const json_t *object, const char *key,
                      int64_t *unix_ms, bool *is_known, struct place place,
                      struct error *err)
{
    const json_t *member = json_object_get(object, key);
    const char *text = json_is_string(member) ? json_string_value(member) : "";
    struct error why;
    *is_known = false;
    if (member && !json_is_string(member) && !json_is_null(member))
        return error_at(err, place, "%s: a date as a text, or null, is wanted", key);
    if (*text == '\0' || strcmp(text, "None") == 0)
        return true;
    if (!import_parse_date(import, text, strlen(text), unix_ms, &why))
        return error_at(err, place, "%s: %s", key, why.text);
    *is_known = true;
    return true;
}

static bool count_gpus(const json_t *attempt, int64_t *gpus, struct place place,
                       struct error *err)
{
    const json_t *detail = import_member(attempt, "detail", JSON_ARRAY, place, err);
    if (!detail)
        return false;
    *gpus = 0;
    for (size_t i = 0; i < json_array_size(detail); i++) {
        const json_t *list =
            import_member(json_array_get(detail, i), "gpus", JSON_ARRAY, place, err);
        if (!list)
            return false;
        *gpus += (int64_t)json_array_size(list);
    }
    return *gpus <= JOB_GPUS_MAX ||
           error_at(err, place, "an attempt with more than %d GPUs", JOB_GPUS_MAX);
}

static bool take_attempt(struct import *import, const json_t *attempt, bool last_only,
                         struct attempts *all, struct place place, struct error *err)
{
    int64_t start_ms, end_ms, gpus;
    bool started, ended;
    if (!take_time(import, attempt, "start_time", &start_ms, &started, place, err) ||
        !take_time(import, attempt, "end_time", &end_ms, &ended, place, err) ||
        !count_gpus(attempt, &gpus, place, err))
        return false;
    all->is_running = started && !ended;
    if (!started || !ended) {
        all->without_times++;
        return true;
    }
    if (end_ms < start_ms)
        return error_at(err, place, "end_time: is before start_time");
    all->differ |= all->n > 0 && gpus != all->gpus;
    all->gpus = last_only || gpus > all->gpus ? gpus : all->gpus;
    all->duration_ms =
        last_only ? end_ms - start_ms : all->duration_ms + (end_ms - start_ms);
    all->n++;
    return all->duration_ms <= JOB_DURATION_MAX ||
           error_at(err, place, "attempts: last over 200 years");
}

static bool take_attempts(struct import *import, const json_t *job, bool last_only,
                          struct attempts *all, struct place place, struct error *err)
{
    const json_t *list = import_member(job, "attempts", JSON_ARRAY, place, err);
    if (!list)
        return false;
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!take_attempt(import, json_array_get(list, i), last_only, all, place, err))
            return false;
    return true;
}

static const char *reason_to_drop(const struct attempts *all)
{
    if (all->is_running)
        return "still running when the log was taken";
    if (all->n == 0)
        return all->without_times ? "no attempt with start and end" : "never started";
    if (all->gpus == 0)
        return "no GPUs";
    return all->duration_ms == 0 ? "zero duration" : NULL;
}

static bool take_word(const json_t *job, const char *key, size_t most,
                      const char **text, struct place place, struct error *err)
{
    const json_t *member = import_member(job, key, JSON_STRING, place, err);
    if (!member)
        return false;
    *text = json_string_value(member);
    return import_is_word(*text, strlen(*text), most) ||
           error_at(err, place,
                    "%s: '%.70s' is no word of up to %zu bytes without control "
                    "characters",
                    key, *text, most);
}

/* What is told of all jobs together, at the end. */
struct totals {
    int64_t jobs_again, attempts, without_times, differ;
};

static bool read_job(struct import *import, const json_t *job, struct place place,
                     struct error *err)
{
    struct totals *totals = import->self;
    struct attempts all = {0};
    int64_t submit_ms = 0;
    bool submitted;
    const char *vc, *id;
    bool ok =
        take_word(job, "vc", JOB_WORD_MAX, &vc, place, err) &&
        take_word(job, "jobid", JOB_ID_MAX, &id, place, err) &&
        take_time(import, job, "submitted_time", &submit_ms, &submitted, place, err) &&
        take_attempts(import, job, philly_last_only(import), &all, place, err);
    if (!ok)
        return false;
    totals->attempts += (int64_t)all.n;
    totals->without_times += (int64_t)all.without_times;
    totals->jobs_again += all.n > 1;
    totals->differ += all.differ;
    const char *reason = submitted ? reason_to_drop(&all) : "no submitted_time";
    if (reason) {
        import_count_drop(import, place.line, reason);
        return true;
    }
    struct trace_row row = trace_row(submit_ms, all.duration_ms, (int32_t)all.gpus);
    row.kind.tenant = import_intern(import, vc, strlen(vc));
    row.id = *id ? id : NULL;
    return import_add_job(import, &row, place, err);
}

/* The published file is one line, so that only its id tells one job from another. */
static bool take_job(struct import *import, const json_t *job, struct place place,
                     struct error *err)
{
    if (read_job(import, job, place, err))
        return true;
    const char *id = json_string_value(json_object_get(job, "jobid"));
    struct error why = *err;
    if (id && import_is_word(id, strlen(id), JOB_ID_MAX))
        return error_kind_set(err, why.kind, "%s (jobid '%.60s')", why.text, id);
    return error_kind_set(err, why.kind, "%s (job %" PRId64 " of the file)", why.text,
                          import->report->rows_read);
}

bool philly_read_json(struct import *import, struct error *err)
{
    struct totals totals = {0};
    import->self = &totals;
    if (!import_json(import, NULL, take_job, err))
        return false;
    import_note(import,
                "%lld attempts; jobs with more than one: %lld; with attempts that "
                "differ in GPUs: %lld",
                (long long)totals.attempts, (long long)totals.jobs_again,
                (long long)totals.differ);
    if (totals.without_times)
        import_note(import, "%lld attempts without start or end are left out",
                    (long long)totals.without_times);
    return true;
}
