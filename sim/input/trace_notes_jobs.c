/* What is worth knowing of a sound trace of jobs. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "input/trace_notes.h"

static void *allocate(size_t n, size_t size)
{
    void *memory = calloc(n + 1, size);
    if (!memory)
        out_of_memory();
    return memory;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void note_ids(struct trace_notes *notes, const struct trace *trace)
{
    if (!trace->has_ids) {
        trace_notes_add(notes, "ids", false, "none; jobs are numbered by row");
        return;
    }
    const char **ids = allocate(trace->n, sizeof *ids), *example = NULL;
    size_t again = 0;
    for (size_t i = 0; i < trace->n; i++)
        ids[i] = trace->ids + trace->jobs[i].id;
    qsort(ids, trace->n, sizeof *ids, compare_texts);
    for (size_t i = 1; i < trace->n; i++) {
        bool same = strcmp(ids[i], ids[i - 1]) == 0;
        again += same;
        example = same && !example ? ids[i] : example;
    }
    free(ids);
    if (again)
        trace_notes_add(notes, "ids", true, "%zu of %zu rows repeat an id, as '%.60s'",
                        again, trace->n, example);
    else
        trace_notes_add(notes, "ids", false, "all different");
}

static int compare_jobs(const void *a, const void *b)
{
    const struct job *x = a, *y = b;
    if (x->submit_ms != y->submit_ms)
        return x->submit_ms < y->submit_ms ? -1 : 1;
    if (x->duration_ms != y->duration_ms)
        return x->duration_ms < y->duration_ms ? -1 : 1;
    if (x->gpus != y->gpus)
        return x->gpus < y->gpus ? -1 : 1;
    return (x->kind > y->kind) - (x->kind < y->kind);
}

/* Rows alike in submit, duration, GPUs and all that makes up a kind. */
static void note_twins(struct trace_notes *notes, const struct trace *trace)
{
    struct job *jobs = allocate(trace->n, sizeof *jobs);
    memcpy(jobs, trace->jobs, trace->n * sizeof *jobs);
    qsort(jobs, trace->n, sizeof *jobs, compare_jobs);
    size_t twins = 0;
    for (size_t i = 1; i < trace->n; i++)
        twins += compare_jobs(&jobs[i - 1], &jobs[i]) == 0;
    free(jobs);
    trace_notes_add(notes, "duplicates", twins * 20 > trace->n,
                    "%zu rows are like another one in submit, duration, GPUs and words",
                    twins);
}

static void note_durations(struct trace_notes *notes, const struct trace *trace)
{
    size_t long_ones = 0, short_ones = 0, over = 0;
    int64_t longest_ms = 0;
    for (size_t i = 0; i < trace->n; i++) {
        const struct job *job = &trace->jobs[i];
        long_ones += job->duration_ms > 30 * MS_PER_D;
        short_ones += job->duration_ms < MS_PER_S;
        over += job->limit_ms > 0 && job->duration_ms > job->limit_ms;
        longest_ms = job->duration_ms > longest_ms ? job->duration_ms : longest_ms;
    }
    trace_notes_add(notes, "durations", long_ones > 0,
                    "the longest is %s; %zu are over 30 d, %zu under 1 s",
                    trace_span((double)longest_ms).text, long_ones, short_ones);
    if (trace->has_limits)
        trace_notes_add(notes, "limits", over > 0, "%zu jobs run longer than limit_s",
                        over);
}

static void note_largest(struct trace_notes *notes, const struct trace *trace)
{
    int128 most = 0;
    const struct job *largest = trace->jobs;
    for (size_t i = 0; i < trace->n; i++) {
        int128 gpu_ms = (int128)trace->jobs[i].gpus * trace->jobs[i].duration_ms;
        if (gpu_ms > most) {
            most = gpu_ms;
            largest = &trace->jobs[i];
        }
    }
    char number[16];
    double frac = (double)most / (double)trace->gpu_ms;
    trace_notes_add(notes, "largest job", frac > 0.1 && trace->n > 20,
                    "'%.60s', %" PRId32 " GPUs for %s, is %.2g %% of the GPU time",
                    trace_job_id(trace, largest, number), largest->gpus,
                    trace_span((double)largest->duration_ms).text, 100 * frac);
}

/* Whose jobs are more than half of all, or of their GPU time. */
static void note_owner(struct trace_notes *notes, const struct trace *trace)
{
    size_t n = (size_t)trace->names.n;
    int128 *gpu_ms = allocate(n, sizeof *gpu_ms);
    size_t *jobs = allocate(n, sizeof *jobs);
    for (size_t i = 0; i < trace->n; i++) {
        const struct job *job = &trace->jobs[i];
        uint32_t tenant = trace->kinds[job->kind].tenant;
        if (tenant == NAMES_NONE)
            continue;
        gpu_ms[tenant] += (int128)job->gpus * job->duration_ms;
        jobs[tenant]++;
    }
    for (size_t k = 0; k < n; k++)
        if (2 * gpu_ms[k] > trace->gpu_ms || 2 * jobs[k] > trace->n)
            trace_notes_add(notes, "tenants", true,
                            "'%.63s' has %.0f %% of the jobs and %.0f %% of the GPU "
                            "time",
                            trace->names.text[k],
                            100 * (double)jobs[k] / (double)trace->n,
                            100 * (double)gpu_ms[k] / (double)trace->gpu_ms);
    free(gpu_ms);
    free(jobs);
}

void trace_notes_of_jobs(struct trace_notes *notes, const struct trace *trace)
{
    int64_t *times_ms = allocate(trace->n, sizeof *times_ms);
    for (size_t i = 0; i < trace->n; i++)
        times_ms[i] = trace->jobs[i].submit_ms;
    trace_notes_of_times(notes, times_ms, trace->n, trace->absolute);
    free(times_ms);
    note_ids(notes, trace);
    note_twins(notes, trace);
    note_durations(notes, trace);
    note_largest(notes, trace);
    note_owner(notes, trace);
}
