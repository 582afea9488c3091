#include "base/calendar.h"
#include "base/csv_out.h"
#include "input/trace.h"
#include "input/whole_file.h"

static void mark_kind_columns(const struct trace *trace, bool used[TRACE_COLUMNS])
{
    for (size_t i = 0; i < trace->n_kinds; i++) {
        const struct job_kind *kind = &trace->kinds[i];
        used[TRACE_TENANT] |= kind->tenant != NAMES_NONE;
        used[TRACE_WORKLOAD] |= kind->workload != NAMES_NONE;
        used[TRACE_POOLS] |= kind->pools != NULL;
        used[TRACE_CLASSES] |= kind->classes != NULL;
        used[TRACE_MEMORY] |= kind->memory_mb != 0;
        used[TRACE_JURISDICTION] |= kind->jurisdiction != NULL;
        used[TRACE_NOT_PROVIDERS] |= kind->not_providers != NULL;
        used[TRACE_ISOLATION] |= kind->isolation != ISOLATION_SHARED;
        used[TRACE_PREEMPTIBLE] |= kind->preemptible;
        used[TRACE_CHECKPOINT_INTERVAL] |= kind->checkpoint_interval_ms != 0;
        used[TRACE_CHECKPOINT_COST] |= kind->checkpoint_cost_ms != 0;
        used[TRACE_RESTART] |= kind->restart_ms != 0;
    }
}

static void mark_columns(const struct trace *trace, bool used[TRACE_COLUMNS])
{
    used[TRACE_SUBMIT] = true;
    used[TRACE_DURATION] = true;
    used[TRACE_GPUS] = true;
    used[TRACE_ID] = !trace_is_numbered(trace);
    used[TRACE_LIMIT] = trace->has_limits;
    mark_kind_columns(trace, used);
    for (size_t i = 0; i < trace->n; i++) {
        used[TRACE_PRIORITY] |= trace->jobs[i].priority != 0;
        if (!trace->times)
            continue;
        used[TRACE_DEADLINE] |= trace->times[i].deadline_ms != INT64_MAX;
        used[TRACE_PATIENCE] |= trace->times[i].patience_ms != INT64_MAX;
        used[TRACE_STARTED] |= trace->times[i].started_ms != INT64_MAX;
    }
}

static void put_instant(struct csv_out *out, const struct trace *trace, int64_t ms)
{
    if (ms == INT64_MAX) {
        csv_empty(out);
        return;
    }
    if (!trace->absolute) {
        csv_ms(out, ms);
        return;
    }
    char date[CALENDAR_TEXT];
    calendar_format(ms, date);
    csv_text(out, date);
}

static void put_ms_unless(struct csv_out *out, int64_t none, int64_t ms)
{
    if (ms == none)
        csv_empty(out);
    else
        csv_ms(out, ms);
}

static void put_name(struct csv_out *out, const struct trace *trace, uint32_t name)
{
    csv_text(out, name == NAMES_NONE ? "" : trace->names.text[name]);
}

static void put_list(struct csv_out *out, const char *list)
{
    csv_text(out, list ? list : "");
}

static void put_memory(struct csv_out *out, int64_t memory_mb)
{
    if (memory_mb)
        csv_fixed(out, memory_mb, 3);
    else
        csv_empty(out);
}

static void put_of_job(struct csv_out *out, const struct trace *trace, size_t i,
                       enum trace_column column)
{
    char number[16];
    const struct job *job = &trace->jobs[i];
    switch (column) {
    case TRACE_SUBMIT: put_instant(out, trace, job->submit_ms); break;
    case TRACE_DURATION: csv_ms(out, job->duration_ms); break;
    case TRACE_GPUS: csv_int(out, job->gpus); break;
    case TRACE_ID: csv_text(out, trace_job_id(trace, job, number)); break;
    case TRACE_PRIORITY: csv_int(out, job->priority); break;
    case TRACE_LIMIT: put_ms_unless(out, 0, job->limit_ms); break;
    case TRACE_PATIENCE:
        put_ms_unless(out, INT64_MAX, trace->times[i].patience_ms);
        break;
    case TRACE_STARTED: put_instant(out, trace, trace->times[i].started_ms); break;
    default: put_instant(out, trace, trace->times[i].deadline_ms);
    }
}

static bool put_of_kind(struct csv_out *out, const struct trace *trace,
                        const struct job_kind *kind, enum trace_column column)
{
    bool dedicated = kind->isolation == ISOLATION_DEDICATED;
    switch (column) {
    case TRACE_TENANT: put_name(out, trace, kind->tenant); break;
    case TRACE_WORKLOAD: put_name(out, trace, kind->workload); break;
    case TRACE_POOLS: put_list(out, kind->pools); break;
    case TRACE_CLASSES: put_list(out, kind->classes); break;
    case TRACE_MEMORY: put_memory(out, kind->memory_mb); break;
    case TRACE_JURISDICTION: put_list(out, kind->jurisdiction); break;
    case TRACE_NOT_PROVIDERS: put_list(out, kind->not_providers); break;
    case TRACE_ISOLATION: csv_text(out, dedicated ? "dedicated" : "shared"); break;
    case TRACE_PREEMPTIBLE: csv_text(out, kind->preemptible ? "true" : "false"); break;
    case TRACE_CHECKPOINT_INTERVAL:
        put_ms_unless(out, 0, kind->checkpoint_interval_ms);
        break;
    case TRACE_CHECKPOINT_COST: put_ms_unless(out, 0, kind->checkpoint_cost_ms); break;
    case TRACE_RESTART: put_ms_unless(out, 0, kind->restart_ms); break;
    default: return false;
    }
    return true;
}

static void put_trace(struct csv_out *out, const struct trace *trace)
{
    bool used[TRACE_COLUMNS] = {false};
    mark_columns(trace, used);
    for (int column = 0; column < TRACE_COLUMNS; column++)
        if (used[column])
            csv_text(out, trace_columns[column]);
    csv_end_row(out);

    for (size_t i = 0; i < trace->n; i++) {
        const struct job_kind *kind = &trace->kinds[trace->jobs[i].kind];
        for (int column = 0; column < TRACE_COLUMNS; column++)
            if (used[column] &&
                !put_of_kind(out, trace, kind, (enum trace_column)column))
                put_of_job(out, trace, i, (enum trace_column)column);
        csv_end_row(out);
    }
}

static bool write_to(const void *self, const char *path, struct error *err)
{
    struct csv_out *out = csv_create(path, err);
    if (!out)
        return false;
    put_trace(out, self);
    return csv_close(out, NULL, err);
}

bool trace_write(const struct trace *trace, const char *path, struct error *err)
{
    return whole_file_write(path, write_to, trace, err);
}
