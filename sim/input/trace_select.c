#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "input/trace.h"

static uint32_t name_of(const struct job_kind *kind, bool tenant)
{
    return tenant ? kind->tenant : kind->workload;
}

static bool is_used(const struct trace *trace, bool tenant, uint32_t name)
{
    for (size_t i = 0; i < trace->n_kinds; i++)
        if (name_of(&trace->kinds[i], tenant) == name)
            return true;
    return false;
}

/* Tenants and workloads share their names: only those used so are candidates. */
static bool unknown_name(const struct trace *trace, bool tenant, const char *text,
                         struct error *err)
{
    const char **candidates = calloc((size_t)trace->names.n + 1, sizeof *candidates);
    if (!candidates)
        out_of_memory();
    size_t n = 0;
    for (uint32_t name = 0; name < trace->names.n; name++)
        if (is_used(trace, tenant, name))
            candidates[n++] = trace->names.text[name];
    const char *nearest = nearest_name(text, candidates);
    free(candidates);
    return error_set(err, "%s: no job has the %s '%s'%s%s%s", trace->path,
                     tenant ? "tenant" : "workload", text,
                     nearest ? "; did you mean '" : "", nearest ? nearest : "",
                     nearest ? "'?" : "");
}

/* NAMES_NONE where none is asked for. */
static bool find_name(const struct trace *trace, bool tenant, const char *text,
                      uint32_t *name, struct error *err)
{
    *name = NAMES_NONE;
    if (!text)
        return true;
    *name = names_find(&trace->names, text, strlen(text));
    return (*name != NAMES_NONE && is_used(trace, tenant, *name)) ||
           unknown_name(trace, tenant, text, err);
}

static uint32_t copy_name(struct trace *to, const struct trace *from, uint32_t name)
{
    if (name == NAMES_NONE)
        return NAMES_NONE;
    const char *text = from->names.text[name];
    return trace_name(to, text, strlen(text));
}

struct trace_row trace_row_from(struct trace *to, const struct trace *from, size_t i)
{
    const struct job *job = &from->jobs[i];
    struct trace_row row = trace_row(0, 1, 1);
    row.job = *job;
    row.kind = from->kinds[job->kind];
    row.kind.workload = copy_name(to, from, row.kind.workload);
    row.kind.tenant = copy_name(to, from, row.kind.tenant);
    if (from->times)
        row.times = from->times[i];
    return row;
}

static bool is_chosen(const struct trace_filter *filter, const struct job *job)
{
    return job->submit_ms >= filter->from_ms && job->submit_ms < filter->to_ms &&
           job->gpus >= filter->min_gpus &&
           (filter->max_gpus == 0 || job->gpus <= filter->max_gpus);
}

bool trace_select(const struct trace *from, const struct trace_filter *filter,
                  struct trace *to, struct error *err)
{
    trace_begin(to, from->path, from->absolute);
    memcpy(to->digest, from->digest, sizeof to->digest);
    if (filter->from_ms >= filter->to_ms)
        return error_set(err, "the span to select ends before it begins");
    if (filter->max_gpus && filter->min_gpus > filter->max_gpus)
        return error_set(err,
                         "no job has at least %" PRId64 " and at most %" PRId64 " GPUs",
                         filter->min_gpus, filter->max_gpus);
    uint32_t tenant, workload;
    if (!find_name(from, true, filter->tenant, &tenant, err) ||
        !find_name(from, false, filter->workload, &workload, err))
        return false;
    for (size_t i = 0; i < from->n; i++) {
        char number[16];
        const struct job *job = &from->jobs[i];
        const struct job_kind *kind = &from->kinds[job->kind];
        if (!is_chosen(filter, job) || (filter->tenant && kind->tenant != tenant) ||
            (filter->workload && kind->workload != workload))
            continue;
        struct trace_row row = trace_row_from(to, from, i);
        row.id = trace_job_id(from, job, number);
        trace_add(to, &row);
    }
    trace_finish(to);
    return true;
}
