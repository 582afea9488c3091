/* The same job in two runs: how much longer did it wait? */

#include <stdlib.h>
#include <string.h>

#include "output/compare.h"
#include "output/table_read.h"

#define NOBODY UINT32_MAX

/* A job of A; jobs that nothing tells apart form a list. */
struct paired_job {
    int64_t wait_ms;
    uint32_t next;
    bool counts;
};

struct difference {
    int64_t submit_ms, wait_ms;
};

struct pairing {
    const struct saved_run *run; /* that is being read */
    int64_t warmup_ms;
    struct arena arena;
    struct names keys;
    uint32_t *first; /* by key: the next of its jobs that B has not taken; NOBODY */
    uint32_t *last;
    size_t keys_room;
    struct paired_job *jobs;
    size_t n_jobs, jobs_room;
    struct difference *differences;
    size_t n, room;
    int64_t only[2];
};

static size_t key_of(char *key, size_t room, const struct cell cells[])
{
    int n = snprintf(key, room, "%s\n%s\n%s\n%s\n%s", cells[JOBS_ID].text,
                     cells[JOBS_SUBMIT].text, cells[JOBS_GPUS].text,
                     cells[JOBS_WORKLOAD].text, cells[JOBS_TENANT].text);
    return n < 0 ? 0 : (size_t)n < room ? (size_t)n : room - 1;
}

/* Refused on arrival is no wait, and neither is what came before warmup. */
static bool wait_counts(const struct pairing *pairing, const struct cell cells[])
{
    bool refused =
        strcmp(cells[JOBS_OUTCOME].text, job_outcome_names[JOB_REFUSED]) == 0;
    return (!refused || !cells[JOBS_START].empty) &&
           cells[JOBS_SUBMIT].value >= pairing->warmup_ms &&
           cells[JOBS_WAIT].value >= 0;
}

static void add_key(struct pairing *pairing, uint32_t key)
{
    if (key < pairing->keys_room)
        return;
    size_t room = key ? 2 * (size_t)key : 1024;
    pairing->first = arena_grow(&pairing->arena, pairing->first, pairing->keys_room,
                                room, sizeof *pairing->first);
    pairing->last = arena_grow(&pairing->arena, pairing->last, pairing->keys_room, room,
                               sizeof *pairing->last);
    pairing->keys_room = room;
}

static uint32_t add_job(struct pairing *pairing, const struct cell cells[])
{
    if (pairing->n_jobs == pairing->jobs_room) {
        size_t room = pairing->n_jobs ? 2 * pairing->n_jobs : 1024;
        pairing->jobs = arena_grow(&pairing->arena, pairing->jobs, pairing->n_jobs,
                                   room, sizeof *pairing->jobs);
        pairing->jobs_room = room;
    }
    pairing->jobs[pairing->n_jobs] = (struct paired_job){cells[JOBS_WAIT].value, NOBODY,
                                                         wait_counts(pairing, cells)};
    return (uint32_t)pairing->n_jobs++;
}

static bool row_of_a(void *self, int64_t line, const struct cell cells[],
                     struct error *err)
{
    struct pairing *pairing = self;
    char text[2048];
    (void)line;
    if (pairing->n_jobs >= NOBODY - 1)
        return error_kind_set(err, ERROR_INFEASIBLE, "%s/jobs.csv: too many jobs",
                              pairing->run->dir);
    uint32_t before = pairing->keys.n;
    uint32_t key = names_add(&pairing->keys, text, key_of(text, sizeof text, cells));
    uint32_t job = add_job(pairing, cells);
    add_key(pairing, key);
    if (key == before)
        pairing->first[key] = job;
    else
        pairing->jobs[pairing->last[key]].next = job;
    pairing->last[key] = job;
    return true;
}

static void add_difference(struct pairing *pairing, int64_t submit_ms, int64_t wait_ms)
{
    if (pairing->n == pairing->room) {
        size_t room = pairing->n ? 2 * pairing->n : 1024;
        pairing->differences =
            arena_grow(&pairing->arena, pairing->differences, pairing->n, room,
                       sizeof *pairing->differences);
        pairing->room = room;
    }
    pairing->differences[pairing->n++] = (struct difference){submit_ms, wait_ms};
}

static bool row_of_b(void *self, int64_t line, const struct cell cells[],
                     struct error *err)
{
    struct pairing *pairing = self;
    char text[2048];
    uint32_t key = names_find(&pairing->keys, text, key_of(text, sizeof text, cells));
    (void)line;
    (void)err;
    if (key == NAMES_NONE || pairing->first[key] == NOBODY) {
        pairing->only[1]++;
        return true;
    }
    const struct paired_job *job = &pairing->jobs[pairing->first[key]];
    pairing->first[key] = job->next;
    pairing->only[0]--;
    if (job->counts && wait_counts(pairing, cells))
        add_difference(pairing, cells[JOBS_SUBMIT].value,
                       cells[JOBS_WAIT].value - job->wait_ms);
    return true;
}

/* Statistics. */

static int by_wait(const void *left, const void *right)
{
    const struct difference *a = left, *b = right;
    return (a->wait_ms > b->wait_ms) - (a->wait_ms < b->wait_ms);
}

/* The standard error of a ratio of sums over batches: jobs per batch differ. */
static double error_of(const struct difference *differences, size_t n, double mean_ms)
{
    double sum[COMPARE_BATCHES] = {0}, count[COMPARE_BATCHES] = {0}, squares = 0;
    int64_t from = INT64_MAX, to = INT64_MIN;
    int used = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t submit = differences[i].submit_ms;
        from = submit < from ? submit : from;
        to = submit > to ? submit : to;
    }
    double length = (double)to - (double)from + 1;
    for (size_t i = 0; i < n; i++) {
        double at = ((double)differences[i].submit_ms - (double)from) / length;
        int batch = (int)(at * COMPARE_BATCHES);
        batch = batch < COMPARE_BATCHES ? batch : COMPARE_BATCHES - 1;
        sum[batch] += (double)differences[i].wait_ms;
        count[batch] += 1;
    }
    for (int b = 0; b < COMPARE_BATCHES; b++) {
        double rest = sum[b] - mean_ms * count[b];
        squares += rest * rest;
        used += count[b] > 0;
    }
    if (used < 2)
        return NAN;
    return sqrt(squares * used / (used - 1)) / (double)n;
}

static int64_t quantile(const struct difference *sorted, size_t n, int percent)
{
    size_t rank = (n * (size_t)percent + 99) / 100; /* the smallest of rank >= p n */
    return sorted[rank ? rank - 1 : 0].wait_ms;
}

static void sum_up(struct pairing *pairing, struct compare_pairs *pairs)
{
    struct difference *differences = pairing->differences;
    size_t n = pairing->n;
    int128 sum = 0;
    pairs->n = (int64_t)n;
    pairs->error_s = NAN;
    if (n == 0)
        return;
    for (size_t i = 0; i < n; i++) {
        sum += differences[i].wait_ms;
        pairs->longer += differences[i].wait_ms > 0;
        pairs->shorter += differences[i].wait_ms < 0;
    }
    double mean_ms = (double)sum / (double)n;
    pairs->mean_s = mean_ms / 1e3;
    pairs->error_s = error_of(differences, n, mean_ms) / 1e3;
    qsort(differences, n, sizeof *differences, by_wait);
    pairs->min_ms = differences[0].wait_ms;
    pairs->p5_ms = quantile(differences, n, 5);
    pairs->p50_ms = quantile(differences, n, 50);
    pairs->p95_ms = quantile(differences, n, 95);
    pairs->max_ms = differences[n - 1].wait_ms;
}

bool compare_read_jobs(struct compare *compare, struct error *err)
{
    const struct saved_run *a = compare->runs[0], *b = compare->runs[1];
    struct pairing pairing = {
        .run = a,
        .warmup_ms = a->warmup_ms > b->warmup_ms ? a->warmup_ms : b->warmup_ms,
    };
    struct table_reader first = {
        .table = TABLE_JOBS, .row = row_of_a, .self = &pairing};
    struct table_reader second = {
        .table = TABLE_JOBS, .row = row_of_b, .self = &pairing};
    pairing.keys.arena = &pairing.arena;
    bool ok = table_read(a->dir, &first, err);
    pairing.only[0] = (int64_t)pairing.n_jobs;
    ok = ok && table_read(b->dir, &second, err);
    if (ok) {
        struct compare_pairs *pairs = &compare->pairs;
        memcpy(pairs->only, pairing.only, sizeof pairs->only);
        pairs->same_demand = pairing.only[0] == 0 && pairing.only[1] == 0;
        if (pairs->same_demand)
            sum_up(&pairing, pairs);
    }
    arena_free(&pairing.arena);
    return ok;
}
