#include "input/import_philly.h"

#include <string.h>

enum { AUTO, CSV, JSON };
static const char *const files[] = {"auto", "csv", "json", NULL};

enum { SUM, LAST };
static const char *const attempts[] = {"sum", "last", NULL};

struct options {
    int file, attempts;
};

static const struct param params[] = {
    {PARAM_ONE_OF(struct options, "file", file, files, "auto",
                  "which file it is; auto: JSON where the name holds .json or is that "
                  "of cluster_job_log")},
    {PARAM_ONE_OF(struct options, "attempts", attempts, attempts, "sum",
                  "of JSON: a job lasts as long as its attempts together, or as the "
                  "last one")},
    PARAMS_END,
};

bool philly_last_only(const struct import *import)
{
    const struct options *options = import->options;
    return options->attempts == LAST;
}

enum { TIMESTAMP, DURATION, NUM_GPUS, CLUSTER };

static const struct import_column columns[] = {
    {.name = "timestamp"}, {.name = "duration"}, {.name = "num_gpus"},
    {.name = "cluster"},   {.name = NULL},
};

static bool take_row(struct import_row *row, struct error *err)
{
    int64_t submit_ms, duration_ms;
    int32_t gpus;
    uint32_t cluster;
    bool ok = import_date(row, TIMESTAMP, &submit_ms, err) &&
              import_ms(row, DURATION, &duration_ms, err) &&
              import_gpus(row, NUM_GPUS, &gpus, err) &&
              import_name(row, CLUSTER, &cluster, err);
    if (!ok)
        return false;
    if (duration_ms == 0 || gpus == 0)
        return import_drop(row, gpus == 0 ? "no GPUs" : "zero duration");
    struct trace_row job = trace_row(submit_ms, duration_ms, gpus);
    job.kind.tenant = cluster;
    return import_add(row, &job, err);
}

static bool read_philly(struct import *import, struct error *err)
{
    static const struct import_table table = {.columns = columns, .row = take_row};
    const struct options *options = import->options;
    bool named =
        strstr(import->path, ".json") || strstr(import->path, "cluster_job_log");
    if (options->file == JSON || (options->file == AUTO && named))
        return philly_read_json(import, err);
    return import_table(import, &table, err);
}

static const struct import_form forms[] = {{"jobs", IMPORT_JOBS, "a job trace"},
                                           {.name = NULL}};

const struct importer import_philly = {
    .name = "philly",
    .summary = "Microsoft Philly deep-learning jobs of 2017: the CSV of Pollux, or the "
               "original JSON.",
    .source = "Jeon et al., Analysis of Large-Scale Multi-Tenant GPU Clusters for DNN "
              "Training Workloads (USENIX ATC 2019), msr-fiddle/philly-traces "
              "(CC-BY-4.0); the CSV as converted for Pollux (OSDI 2021)",
    .shape =
        "A CSV file with the columns `timestamp,duration,num_gpus,gpu_time,cluster`, "
        "rows in any order; or `cluster_job_log`, a JSON list of jobs with `status`, "
        "`vc`, `jobid`, `submitted_time`, `user` and `attempts`, each with "
        "`start_time`, `end_time` and the GPUs of its servers.",
    .keeps =
        "Of the CSV `timestamp` as submit, `duration` in seconds and `num_gpus`; "
        "`gpu_time`, which is duration times GPUs, is not read.  Of the JSON "
        "`submitted_time`, the attempts together as duration, the most GPUs that one "
        "of them held, `jobid`; how many attempts there were is said.  The virtual "
        "cluster becomes the tenant.",
    .drops =
        "Jobs without GPUs, and of zero duration.  Of the JSON also jobs that never "
        "started, without submitted_time, without an attempt that has start and end, "
        "and those that still ran when the log was taken.",
    .assumes =
        "Times name no zone and are taken as UTC unless `--zone` says otherwise; the "
        "cluster stood in the Pacific zone of the United States.  Attempts without "
        "start or end are left out, and counted.  Killed and failed jobs used what "
        "they "
        "used.",
    .example = "cluster_job_log --attempts sum -o jobs.csv",
    .forms = forms,
    .params = params,
    .options_size = sizeof(struct options),
    .dated = true,
    .naive_dates = true,
    .read = read_philly,
};
