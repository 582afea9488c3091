/* Words replaced by neutral ones that only who has the key can find again. */

#include <inttypes.h>
#include <nettle/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "input/trace_edit.h"

#define WEEK_MS   (7 * MS_PER_D)
#define WORD_ROOM 64

/* `digits` of the code of what kind of word it is and of the word. */
static void write_code(const struct trace_disguise *disguise, const char *what,
                       const char *text, size_t length, int digits, char *code)
{
    struct hmac_sha256_ctx hmac;
    uint8_t digest[SHA256_DIGEST_SIZE];
    hmac_sha256_set_key(&hmac, disguise->key_length, disguise->key);
    hmac_sha256_update(&hmac, strlen(what) + 1, (const uint8_t *)what);
    hmac_sha256_update(&hmac, length, (const uint8_t *)text);
    hmac_sha256_digest(&hmac, sizeof digest, digest);
    for (int i = 0; i < digits / 2; i++)
        snprintf(code + 2 * i, 3, "%02x", digest[i]);
}

static void disguise_word(const struct trace_disguise *disguise, const char *what,
                          const char *text, size_t length, char word[WORD_ROOM])
{
    int used = snprintf(word, WORD_ROOM, "%s-", what);
    write_code(disguise, what, text, length, 12, word + used);
}

static uint32_t disguise_name(const struct trace_disguise *disguise, const char *what,
                              const char *text, struct trace *to)
{
    char word[WORD_ROOM];
    disguise_word(disguise, what, text, strlen(text), word);
    return trace_name(to, word, strlen(word));
}

/* "a|b", each by itself.  What grows too long to be a list of a trace is an error. */
static bool disguise_list(const struct trace_disguise *disguise, const char *what,
                          const char **list, struct arena *arena, struct error *err)
{
    const char *from = *list, *to = "";
    while (from) {
        char word[WORD_ROOM];
        size_t length = strcspn(from, "|");
        disguise_word(disguise, what, from, length, word);
        to = arena_printf(arena, "%s%s%s", to, *to ? "|" : "", word);
        from = from[length] ? from + length + 1 : NULL;
        *list = to;
    }
    return strlen(to) <= JOB_LIST_MAX ||
           error_set(err,
                     "a list of %s words is longer than 1023 bytes when each is "
                     "replaced",
                     what);
}

/* Whole weeks from the first row's week to the one that begins at `begin_ms`. */
static bool shift_of(const struct import_result *from, int64_t first_ms,
                     int64_t last_ms, const struct trace_disguise *disguise,
                     int64_t *shift_ms, struct error *err)
{
    *shift_ms = 0;
    if (disguise->begin_ms == INT64_MIN)
        return true;
    if (!any_trace_dated(from))
        return error_kind_set(err, ERROR_USAGE,
                              "--begin: the times of %s are not dates",
                              any_trace_path(from));
    int64_t off_ms = first_ms - disguise->begin_ms;
    int64_t weeks = off_ms / WEEK_MS - (off_ms % WEEK_MS < 0);
    *shift_ms = -weeks * WEEK_MS;
    return last_ms <= TRACE_LAST_DATE_MS - *shift_ms ||
           error_set(err, "%s: moved there, the last date is after the year 9998",
                     any_trace_path(from));
}

/* A date further than dates go is as far as they do. */
static int64_t shifted(int64_t time_ms, int64_t by_ms)
{
    if (time_ms == INT64_MAX || by_ms == 0)
        return time_ms;
    return time_ms + by_ms < TRACE_LAST_DATE_MS ? time_ms + by_ms : TRACE_LAST_DATE_MS;
}

/* ---- jobs ---- */

static bool disguise_kind(const struct trace_disguise *disguise,
                          const struct trace *from, const struct job_kind *own,
                          struct trace *to, struct arena *arena, struct job_kind *kind,
                          struct error *err)
{
    *kind = *own;
    if (own->tenant != NAMES_NONE)
        kind->tenant =
            disguise_name(disguise, "tenant", from->names.text[own->tenant], to);
    if (own->workload != NAMES_NONE)
        kind->workload =
            disguise_name(disguise, "workload", from->names.text[own->workload], to);
    return disguise_list(disguise, "pool", &kind->pools, arena, err) &&
           disguise_list(disguise, "jurisdiction", &kind->jurisdiction, arena, err) &&
           disguise_list(disguise, "provider", &kind->not_providers, arena, err);
}

/* The kinds of `from` in `to`, whose numbers they have there. */
static bool disguise_kinds(const struct trace_disguise *disguise,
                           const struct trace *from, struct trace *to,
                           uint32_t numbers[], struct error *err)
{
    struct arena scratch = {0};
    bool ok = true;
    for (size_t i = 0; i < from->n_kinds && ok; i++) {
        struct job_kind kind;
        ok = disguise_kind(disguise, from, &from->kinds[i], to, &scratch, &kind, err);
        if (ok)
            numbers[i] = trace_kind(to, &kind);
    }
    arena_free(&scratch);
    return ok;
}

static void add_jobs(const struct trace_disguise *disguise, const struct trace *from,
                     const uint32_t numbers[], int64_t shift_ms, struct trace *to)
{
    bool numbered = trace_is_numbered(from);
    for (size_t i = 0; i < from->n; i++) {
        char number[16], code[17];
        const char *id = trace_job_id(from, &from->jobs[i], number);
        struct job job = from->jobs[i];
        struct job_times times = trace_row(0, 1, 1).times;
        if (from->times)
            times = from->times[i];
        if (!numbered)
            write_code(disguise, "id", id, strlen(id), 16, code);
        job.kind = numbers[job.kind];
        job.submit_ms += shift_ms;
        times.deadline_ms = shifted(times.deadline_ms, shift_ms);
        times.started_ms = shifted(times.started_ms, shift_ms);
        trace_add_job(to, &job, &times, numbered ? NULL : code);
    }
}

static bool anonymise_jobs(const struct import_result *from,
                           const struct trace_disguise *disguise, struct trace *to,
                           struct error *err)
{
    const struct trace *jobs = &from->jobs;
    int64_t shift_ms = 0;
    trace_begin(to, "anonymous", jobs->absolute);
    if (jobs->n &&
        !shift_of(from, jobs->jobs[0].submit_ms, jobs->jobs[jobs->n - 1].submit_ms,
                  disguise, &shift_ms, err))
        return false;
    if (jobs->n * UINT64_C(17) > UINT32_MAX && !trace_is_numbered(jobs))
        return error_set(err, "%s: more jobs than there is room for ids of 16 digits",
                         jobs->path);
    uint32_t *numbers = calloc(jobs->n_kinds + 1, sizeof *numbers);
    if (!numbers)
        out_of_memory();
    bool ok = disguise_kinds(disguise, jobs, to, numbers, err);
    if (ok) {
        add_jobs(disguise, jobs, numbers, shift_ms, to);
        trace_finish(to);
    }
    free(numbers);
    return ok;
}

/* ---- levels, requests, prices ---- */

static bool anonymise_level(const struct import_result *result,
                            const struct trace_disguise *disguise,
                            struct level_trace *to, struct error *err)
{
    const struct level_trace *from = &result->level;
    int64_t shift_ms = 0;
    level_trace_begin(to, "anonymous", from->absolute);
    if (from->n && !shift_of(result, from->rows[0].time_ms,
                             from->rows[from->n - 1].time_ms, disguise, &shift_ms, err))
        return false;
    for (size_t k = 0; k < from->n_series; k++) {
        const struct level_series *series = &from->series[k];
        char word[WORD_ROOM] = "";
        if (series->workload != NAMES_NONE) {
            const char *text = from->names.text[series->workload];
            disguise_word(disguise, "workload", text, strlen(text), word);
        }
        const char *jurisdiction = series->jurisdiction;
        if (!disguise_list(disguise, "jurisdiction", &jurisdiction, &to->arena, err))
            return false;
        level_trace_series(to, word, series->classes, jurisdiction);
    }
    for (size_t i = 0; i < from->n; i++) {
        struct level_row row = from->rows[i];
        row.time_ms += shift_ms;
        row.line = (int64_t)i;
        level_trace_add(to, &row);
    }
    return level_trace_finish(to, err);
}

static bool anonymise_requests(const struct import_result *result,
                               const struct trace_disguise *disguise,
                               struct request_trace *to, struct error *err)
{
    const struct request_trace *from = &result->requests;
    int64_t shift_ms = 0;
    request_trace_begin(to, "anonymous", from->absolute);
    if (from->n &&
        !shift_of(result, from->requests[0].time_ms,
                  from->requests[from->n - 1].time_ms, disguise, &shift_ms, err))
        return false;
    for (size_t i = 0; i < from->n; i++) {
        struct request request = from->requests[i];
        uint16_t model = 0;
        if (request.model) {
            char word[WORD_ROOM];
            const char *text = from->models.text[request.model - 1];
            disguise_word(disguise, "model", text, strlen(text), word);
            if (!request_trace_model(to, word, strlen(word), &model, err))
                return false;
        }
        request.model = model;
        request.time_ms += shift_ms;
        request_trace_add(to, &request);
    }
    request_trace_finish(to);
    return true;
}

static bool anonymise_prices(const struct import_result *result,
                             const struct trace_disguise *disguise,
                             struct price_trace *to, struct error *err)
{
    const struct price_trace *from = &result->prices;
    int64_t shift_ms = 0;
    price_trace_begin(to, "anonymous");
    if (from->n &&
        !shift_of(result, from->rows[0].at_unix_ms, from->rows[from->n - 1].at_unix_ms,
                  disguise, &shift_ms, err))
        return false;
    for (size_t i = 0; i < from->n; i++) {
        struct price_row row = from->rows[i];
        row.at_unix_ms += shift_ms;
        price_trace_add_from(to, from, &row);
        if (row.region == NAMES_NONE)
            continue;
        char word[WORD_ROOM];
        const char *text = from->names.text[row.region];
        disguise_word(disguise, "region", text, strlen(text), word);
        to->rows[to->n - 1].region = price_trace_name(to, word, strlen(word));
    }
    price_trace_finish(to);
    return true;
}

bool any_trace_anonymise(const struct import_result *from,
                         const struct trace_disguise *disguise,
                         struct import_result *to, struct error *err)
{
    *to = (struct import_result){.kind = from->kind};
    switch (to->kind) {
    case IMPORT_JOBS: return anonymise_jobs(from, disguise, &to->jobs, err);
    case IMPORT_LEVEL: return anonymise_level(from, disguise, &to->level, err);
    case IMPORT_REQUESTS: return anonymise_requests(from, disguise, &to->requests, err);
    case IMPORT_PRICES: return anonymise_prices(from, disguise, &to->prices, err);
    }
    return false;
}
