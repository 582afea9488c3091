#include <string.h>

#include "base/decimal.h"
#include "input/import_fraction.h"

struct options {
    int fraction;
    const char *jobs;
};

static const struct param params[] = {
    {PARAM_ONE_OF(struct options, "fraction", fraction, import_fractions, "round-up",
                  IMPORT_FRACTION_HELP)},
    {PARAM_WORD(struct options, "jobs", jobs, "",
                "pai_job_table.csv, for users and for when jobs were submitted")},
    PARAMS_END,
};

enum { JOB_NAME, TASK_NAME, INST_NUM, STATUS, START_TIME, END_TIME, PLAN_GPU };

static const struct import_column columns[] = {
    {.name = "job_name"}, {.name = "task_name"},  {.name = "inst_num"},
    {.name = "status"},   {.name = "start_time"}, {.name = "end_time"},
    {.name = "plan_gpu"}, {.name = NULL},
};

/* What the file has, in its order: most are there without a header line. */
static const char *const task_names[] = {
    "job_name", "task_name", "inst_num", "status",   "start_time", "end_time",
    "plan_cpu", "plan_mem",  "plan_gpu", "gpu_type", NULL};
static const char *const job_names[] = {"job_name",   "inst_id",  "user", "status",
                                        "start_time", "end_time", NULL};

#define PERCENT 100

/* pai_job_table, by name. */
struct submitted {
    int64_t submit_ms; /* -1: not known */
    uint32_t user;
};

struct jobs {
    struct import *import;
    struct arena arena;
    struct names names;
    struct submitted *submitted; /* by number of the name */
    size_t room;
    int name_at, user_at, start_at;
};

static bool take_job_header(void *self, const struct csv_header *header,
                            struct error *err)
{
    struct jobs *jobs = self;
    jobs->name_at = csv_column(header, "job_name");
    jobs->user_at = csv_column(header, "user");
    jobs->start_at = csv_column(header, "start_time");
    return (jobs->name_at >= 0 && jobs->user_at >= 0 && jobs->start_at >= 0) ||
           error_at(err, (struct place){header->path, 1, 0},
                    "no columns 'job_name', 'user' and 'start_time', which a table of "
                    "jobs has");
}

static bool is_seconds(struct csv_field field, int64_t *ms)
{
    enum decimal_result result = decimal_to_int64(field.text, field.length, 3, ms);
    return (result == DECIMAL_OK || result == DECIMAL_INEXACT) && *ms >= 0 &&
           *ms <= JOB_DURATION_MAX;
}

static bool take_job(void *self, const struct csv_record *record, struct error *err)
{
    struct jobs *jobs = self;
    struct csv_field name = record->fields[jobs->name_at];
    struct csv_field user = record->fields[jobs->user_at];
    struct csv_field start = record->fields[jobs->start_at];
    struct place place = {record->path, record->line, jobs->user_at + 1};
    struct submitted job = {.submit_ms = -1};
    if (!import_is_word(user.text, user.length, JOB_WORD_MAX))
        return error_at(err, place, "user: '%.70s' is no word of up to %d bytes",
                        user.text, JOB_WORD_MAX);
    place.column = jobs->start_at + 1;
    if (start.length > 0 && !is_seconds(start, &job.submit_ms))
        return error_at(err, place, "start_time: '%.40s' is no number of seconds",
                        start.text);
    job.user = import_intern(jobs->import, user.text, user.length);
    uint32_t number = names_add(&jobs->names, name.text, name.length);
    if (number >= jobs->room) {
        size_t room = jobs->room ? 2 * jobs->room : 4096;
        jobs->submitted = arena_grow(&jobs->arena, jobs->submitted, jobs->room, room,
                                     sizeof *jobs->submitted);
        jobs->room = room;
    }
    jobs->submitted[number] = job;
    return true;
}

static bool read_jobs(struct jobs *jobs, const char *path, struct error *err)
{
    struct csv_reader reader = {.header = take_job_header,
                                .record = take_job,
                                .self = jobs,
                                .names = job_names};
    jobs->names.arena = &jobs->arena;
    return csv_read(path, &reader, NULL, err);
}

struct task {
    int64_t start_ms, end_ms, instances, percent;
};

static bool take_percent(const struct import_row *row, int64_t *percent,
                         struct error *err)
{
    struct csv_field field = import_text(row, PLAN_GPU);
    *percent = 0;
    if (field.length == 0) /* a task that asked for none */
        return true;
    enum decimal_result result = decimal_to_int64(field.text, field.length, 0, percent);
    bool ok = result == DECIMAL_OK || result == DECIMAL_INEXACT;
    if (!ok || *percent < 0 || *percent > INT64_C(100) * JOB_GPUS_MAX)
        return import_refuse(row, PLAN_GPU, "is no percentage of GPUs", err);
    if (*percent == 0 && strpbrk(field.text, "123456789"))
        *percent = 1; /* "0.4": less than a percent is not none */
    return true;
}

static bool take_task(const struct import_row *row, struct task *task,
                      struct error *err)
{
    bool started = import_text(row, START_TIME).length > 0;
    bool ended = import_text(row, END_TIME).length > 0;
    bool counted = import_text(row, INST_NUM).length > 0;
    return take_percent(row, &task->percent, err) &&
           (!counted ||
            import_whole(row, INST_NUM, 0, JOB_GPUS_MAX, &task->instances, err)) &&
           (!started || import_ms(row, START_TIME, &task->start_ms, err)) &&
           (!ended || import_ms(row, END_TIME, &task->end_ms, err));
}

static const char *reason_to_drop(const struct import_row *row, const struct task *task)
{
    if (task->percent == 0 || task->instances == 0)
        return "no GPUs";
    if (import_text(row, START_TIME).length == 0)
        return "has not started";
    if (import_text(row, END_TIME).length == 0)
        return "has not ended";
    if (task->end_ms < task->start_ms)
        return "ends before it starts";
    return task->end_ms == task->start_ms ? "zero duration" : NULL;
}

/* Submit and user as the table of jobs has them; false: it has no such job. */
static bool look_up(const struct import_row *row, struct trace_row *job)
{
    const struct jobs *jobs = row->import->self;
    struct csv_field name = import_text(row, JOB_NAME);
    if (!jobs)
        return true;
    uint32_t number = names_find(&jobs->names, name.text, name.length);
    if (number == NAMES_NONE)
        return false;
    const struct submitted *submitted = &jobs->submitted[number];
    job->kind.tenant = submitted->user;
    if (submitted->submit_ms >= 0 && submitted->submit_ms < job->job.submit_ms)
        job->job.submit_ms = submitted->submit_ms;
    return true;
}

static bool take_row(struct import_row *row, struct error *err)
{
    const struct options *options = row->import->options;
    struct task task = {0};
    uint32_t name;
    int32_t gpus;
    const char *id;
    if (!take_task(row, &task, err) || !import_name(row, TASK_NAME, &name, err) ||
        !import_id(row, JOB_NAME, &id, err))
        return false;
    const char *reason = reason_to_drop(row, &task);
    if (reason)
        return import_drop(row, reason);
    struct import_parts parts = {task.instances, task.percent, PERCENT, PLAN_GPU};
    if (!import_parts_as_gpus(row, (enum import_fraction)options->fraction, parts,
                              &gpus, err))
        return false;
    if (gpus == 0)
        return import_drop(row, FRACTION_DROPPED);
    struct trace_row job = trace_row(task.start_ms, task.end_ms - task.start_ms, gpus);
    job.kind.workload = name;
    job.id = id;
    if (!look_up(row, &job))
        return import_drop(row, "its job is not in the table of jobs");
    return import_add(row, &job, err);
}

static bool read_pai2020(struct import *import, struct error *err)
{
    static const struct import_table table = {
        .columns = columns, .row = take_row, .names = task_names};
    const struct options *options = import->options;
    struct jobs jobs = {.import = import};
    bool ok = !options->jobs || read_jobs(&jobs, options->jobs, err);
    if (options->jobs)
        import->self = &jobs;
    else
        import_note(import, "without --jobs a task is submitted when it starts, and "
                            "has no tenant");
    import_fraction_note(import, (enum import_fraction)options->fraction, PERCENT);
    ok = ok && import_table(import, &table, err);
    arena_free(&jobs.arena);
    return ok;
}

static const struct import_form forms[] = {{"jobs", IMPORT_JOBS, "a job trace"},
                                           {.name = NULL}};

const struct importer import_pai2020 = {
    .name = "pai2020",
    .summary = "Alibaba PAI of 2020: tasks of training and inference, parts of GPUs.",
    .source =
        "Weng et al., MLaaS in the Wild: Workload Analysis and Scheduling in "
        "Large-Scale Heterogeneous GPU Clusters (NSDI 2022), alibaba/clusterdata, "
        "cluster-trace-gpu-v2020",
    .shape =
        "`pai_task_table.csv`, without a header line: `job_name,task_name,inst_num,"
        "status,start_time,end_time,plan_cpu,plan_mem,plan_gpu,gpu_type`; plan_gpu is "
        "percent of a GPU for each instance.  With `--jobs` also `pai_job_table.csv`: "
        "`job_name,inst_id,user,status,start_time,end_time`.  A header line may be "
        "there.",
    .keeps = "Each task with GPUs is a job: inst_num times plan_gpu, the time from "
             "start_time to end_time, task_name as the workload, job_name as id.  With "
             "`--jobs` it is submitted when its job was, and the user is the tenant.",
    .drops =
        "Tasks without GPUs, that have not started or ended, of zero duration, that "
        "end before they start, whose job is not in the table of jobs; with "
        "`--fraction drop` those that ask for a part of a GPU.",
    .assumes =
        "Times are seconds and stay so: the published ones are moved by a constant.  "
        "The tasks of a job are separate jobs here, not one gang.  A part of a GPU is "
        "rounded up to a whole one for each instance (`--fraction round-up`); with "
        "`--fraction keep` a GPU is 100 parts, and pools and prices are to be given in "
        "parts.  Types of GPU are not kept.  A part of a percent is "
        "rounded, to one where it would be none.",
    .example = "pai_task_table.csv --jobs pai_job_table.csv -o jobs.csv",
    .forms = forms,
    .params = params,
    .options_size = sizeof(struct options),
    .read = read_pai2020,
};
