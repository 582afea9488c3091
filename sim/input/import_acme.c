#include <string.h>

#include "base/decimal.h"
#include "input/import.h"

enum { ALL, COMPLETED };
static const char *const statuses[] = {"all", "completed", NULL};

struct options {
    int status;
};

static const struct param params[] = {
    {PARAM_ONE_OF(struct options, "status", status, statuses, "all",
                  "which jobs are kept: failed and cancelled ones used their GPUs, "
                  "too")},
    PARAMS_END,
};

/* Two files: the whole trace, and the subset by iterations. */
enum {
    JOB_ID,
    USER,
    GPU_NUM,
    TYPE,
    STATE,
    SUBMIT_TIME,
    START_TIME,
    END_TIME,
    ARRIVAL_TIME,
    ITERATIONS,
    ITERATION_TIME,
    WORKERS,
    PER_WORKER,
};

static const struct import_column columns[] = {
    {.name = "job_id"},
    {.name = "user", .optional = true},
    {.name = "gpu_num", .optional = true},
    {.name = "type", .optional = true},
    {.name = "state", .optional = true},
    {.name = "submit_time", .optional = true},
    {.name = "start_time", .optional = true},
    {.name = "end_time", .optional = true},
    {.name = "arrival_time", .optional = true},
    {.name = "num_iteration", .optional = true},
    {.name = "iteration_computing_time", .optional = true},
    {.name = "gpu_workers", .optional = true},
    {.name = "gpu_per_worker", .optional = true},
    {.name = NULL},
};

static bool is_subset(const struct import_row *row)
{
    return row->at[GPU_NUM] < 0 && row->at[ITERATIONS] >= 0;
}

static bool take_header(struct import_row *row, struct error *err)
{
    static const int whole[] = {USER,        GPU_NUM,    TYPE,    STATE,
                                SUBMIT_TIME, START_TIME, END_TIME};
    static const int subset[] = {ARRIVAL_TIME, ITERATIONS, ITERATION_TIME, WORKERS,
                                 PER_WORKER};
    const int *needed = is_subset(row) ? subset : whole;
    size_t n = is_subset(row) ? sizeof subset / sizeof subset[0]
                              : sizeof whole / sizeof whole[0];
    for (size_t i = 0; i < n; i++)
        if (row->at[needed[i]] < 0)
            return error_at(err, (struct place){row->path, 1, 0},
                            "no column '%s', which this format has",
                            columns[needed[i]].name);
    import_dated(row->import, !is_subset(row));
    return true;
}

static bool take_iterations(struct import_row *row, struct error *err)
{
    int64_t arrival_ms, each_ms, iterations;
    int32_t workers, per_worker;
    const char *id;
    bool ok =
        import_id(row, JOB_ID, &id, err) &&
        import_ms(row, ARRIVAL_TIME, &arrival_ms, err) &&
        import_ms(row, ITERATION_TIME, &each_ms, err) &&
        import_whole(row, ITERATIONS, 0, INT64_C(1000000000000), &iterations, err) &&
        import_gpus(row, WORKERS, &workers, err) &&
        import_gpus(row, PER_WORKER, &per_worker, err);
    if (!ok)
        return false;
    int128 duration_ms = (int128)each_ms * iterations;
    int64_t gpus = (int64_t)workers * per_worker;
    if (gpus > JOB_GPUS_MAX)
        return import_refuse(row, WORKERS, "gives more than 1000000 GPUs", err);
    if (duration_ms > JOB_DURATION_MAX)
        return import_refuse(row, ITERATIONS, "gives more than 200 years", err);
    if (gpus == 0 || duration_ms == 0)
        return import_drop(row, gpus == 0 ? "no GPUs" : "zero duration");
    struct trace_row job = trace_row(arrival_ms, (int64_t)duration_ms, (int32_t)gpus);
    job.id = id;
    return import_add(row, &job, err);
}

static bool take_times(struct import_row *row, int64_t *submit_ms, int64_t *duration_ms,
                       const char **reason, struct error *err)
{
    int64_t start_ms, end_ms;
    if (import_text(row, START_TIME).length == 0)
        *reason = "never started";
    else if (import_text(row, END_TIME).length == 0)
        *reason = "no end";
    if (!import_date(row, SUBMIT_TIME, submit_ms, err))
        return false;
    if (*reason)
        return true;
    if (!import_date(row, START_TIME, &start_ms, err) ||
        !import_date(row, END_TIME, &end_ms, err))
        return false;
    *duration_ms = end_ms - start_ms;
    if (*duration_ms > JOB_DURATION_MAX)
        return import_refuse(row, END_TIME, "is over 200 years after the start", err);
    if (*duration_ms <= 0)
        *reason = *duration_ms < 0 ? "ends before it starts" : "zero duration";
    return true;
}

static bool take_job(struct import_row *row, struct error *err)
{
    const struct options *options = row->import->options;
    int64_t submit_ms = 0, duration_ms = 0;
    int32_t gpus;
    uint32_t user, type;
    const char *id, *reason = NULL;
    bool ok = import_id(row, JOB_ID, &id, err) && import_gpus(row, GPU_NUM, &gpus, err);
    if (!ok)
        return false;
    if (gpus == 0)
        return import_drop(row, "no GPUs");
    if (options->status == COMPLETED &&
        strcmp(import_text(row, STATE).text, "COMPLETED") != 0)
        return import_drop(row, "did not complete");
    if (!take_times(row, &submit_ms, &duration_ms, &reason, err) ||
        !import_name(row, USER, &user, err) || !import_name(row, TYPE, &type, err))
        return false;
    if (reason)
        return import_drop(row, reason);
    struct trace_row job = trace_row(submit_ms, duration_ms, gpus);
    job.kind.tenant = user;
    job.kind.workload = type;
    job.id = id;
    return import_add(row, &job, err);
}

static bool take_row(struct import_row *row, struct error *err)
{
    return is_subset(row) ? take_iterations(row, err) : take_job(row, err);
}

static bool read_acme(struct import *import, struct error *err)
{
    static const struct import_table table = {
        .columns = columns, .header = take_header, .row = take_row};
    return import_table(import, &table, err);
}

static const struct import_form forms[] = {{"jobs", IMPORT_JOBS, "a job trace"},
                                           {.name = NULL}};

const struct importer import_acme = {
    .name = "acme",
    .summary = "AcmeTrace: jobs of large language models at Shanghai AI Lab, 2023.",
    .source = "Hu et al., Characterization of Large Language Model Development in the "
              "Datacenter (NSDI 2024), github.com/InternLM/AcmeTrace (CC-BY-4.0)",
    .shape =
        "One of two CSV files, told apart by their columns: `trace_seren.csv` and "
        "`trace_kalos.csv` (`job_id,user,gpu_num,type,state,submit_time,start_time,"
        "end_time,...`), or a subset by iterations (`job_id,arrival_time,"
        "num_iteration,iteration_computing_time,gpu_workers,gpu_per_worker,...`).",
    .keeps =
        "Of the trace: submit_time, the time from start_time to end_time, gpu_num, "
        "user "
        "as the tenant, type as the workload, job_id.  Of the subset: arrival_time in "
        "seconds, num_iteration times iteration_computing_time as the duration, "
        "gpu_workers times gpu_per_worker as GPUs.",
    .drops = "Jobs without GPUs, without a start or an end, of zero duration, or that "
             "end before they start; with `--status completed` all that did not "
             "complete.",
    .assumes =
        "`duration` and `queue` are not read: in the published Kalos file `duration` "
        "holds the time in the queue, too.  `iteration_networking_time` of the subset "
        "is not added.  Failed and cancelled jobs used what they used.",
    .example = "trace_kalos.csv --status completed -o jobs.csv",
    .forms = forms,
    .params = params,
    .options_size = sizeof(struct options),
    .dated = true,
    .naive_dates = true,
    .read = read_acme,
};
