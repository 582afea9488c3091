#include "input/import.h"

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
    return import_table(import, &table, err);
}

static const struct import_form forms[] = {{"jobs", IMPORT_JOBS, "a job trace"},
                                           {.name = NULL}};

const struct importer import_philly = {
    .name = "philly",
    .summary = "Microsoft Philly deep-learning jobs of 2017, as the CSV of Pollux.",
    .source = "Jeon et al., Analysis of Large-Scale Multi-Tenant GPU Clusters for DNN "
              "Training Workloads (USENIX ATC 2019), msr-fiddle/philly-traces, as "
              "converted for Pollux (OSDI 2021)",
    .shape = "A CSV file with the columns `timestamp,duration,num_gpus,gpu_time,"
             "cluster`; rows need not be in order.",
    .keeps = "`timestamp` as submit, `duration` in seconds, `num_gpus`; the virtual "
             "cluster (`cluster`) becomes the tenant.  `gpu_time`, which is duration "
             "times GPUs, is not read.",
    .drops = "Jobs without GPUs, and of zero duration.",
    .assumes = "Timestamps name no zone and are taken as UTC unless `--zone` says "
               "otherwise; the cluster stood in the Pacific zone of the United States.",
    .example = "philly.csv -o jobs.csv",
    .forms = forms,
    .dated = true,
    .naive_dates = true,
    .read = read_philly,
};
