#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "input/trace.h"

/* Names without a job of that tenant (workloads) are not candidates. */
static const char *nearest_tenant(const struct trace *trace, const char *tenant,
                                  const char **candidates)
{
    size_t n = 0;
    for (uint32_t name = 0; name < trace->names.n; name++)
        for (size_t i = 0; i < trace->n_kinds; i++)
            if (trace->kinds[i].tenant == name) {
                candidates[n++] = trace->names.text[name];
                break;
            }
    candidates[n] = NULL;
    return nearest_name(tenant, candidates);
}

static bool unknown_tenant(const struct trace *trace, const char *tenant,
                           struct error *err)
{
    const char **candidates = calloc((size_t)trace->names.n + 1, sizeof *candidates);
    if (!candidates)
        out_of_memory();
    const char *nearest = nearest_tenant(trace, tenant, candidates);
    free(candidates);
    if (nearest)
        return error_set(err, "%s: no job has the tenant '%s'; did you mean '%s'?",
                         trace->path, tenant, nearest);
    return error_set(err, "%s: no job has the tenant '%s'", trace->path, tenant);
}

static bool has_tenant(const struct trace *trace, uint32_t tenant)
{
    for (size_t i = 0; i < trace->n_kinds; i++)
        if (trace->kinds[i].tenant == tenant)
            return true;
    return false;
}

static uint32_t copy_name(struct trace *to, const struct trace *from, uint32_t name)
{
    if (name == NAMES_NONE)
        return NAMES_NONE;
    const char *text = from->names.text[name];
    return trace_name(to, text, strlen(text));
}

static void copy_job(struct trace *to, const struct trace *from, size_t i)
{
    char number[16];
    const struct job *job = &from->jobs[i];
    struct trace_row row = trace_row(0, 1, 1);
    row.job = *job;
    row.kind = from->kinds[job->kind];
    row.kind.workload = copy_name(to, from, row.kind.workload);
    row.kind.tenant = copy_name(to, from, row.kind.tenant);
    if (from->times)
        row.times = from->times[i];
    row.id = trace_job_id(from, job, number);
    trace_add(to, &row);
}

bool trace_select(const struct trace *from, const struct trace_filter *filter,
                  struct trace *to, struct error *err)
{
    trace_begin(to, from->path, from->absolute);
    memcpy(to->digest, from->digest, sizeof to->digest);
    if (filter->from_ms >= filter->to_ms)
        return error_set(err, "the span to select ends before it begins");

    uint32_t tenant = NAMES_NONE;
    if (filter->tenant) {
        tenant = names_find(&from->names, filter->tenant, strlen(filter->tenant));
        if (tenant == NAMES_NONE || !has_tenant(from, tenant))
            return unknown_tenant(from, filter->tenant, err);
    }
    for (size_t i = 0; i < from->n; i++) {
        const struct job *job = &from->jobs[i];
        bool in_span =
            job->submit_ms >= filter->from_ms && job->submit_ms < filter->to_ms;
        if (in_span && (!filter->tenant || from->kinds[job->kind].tenant == tenant))
            copy_job(to, from, i);
    }
    trace_finish(to);
    return true;
}
