#include "input/import_csv.h"

enum { TIMESTAMP, DURATION, NUM_GPUS, CLUSTER };

static const char *const columns[] = {"timestamp", "duration", "num_gpus", "cluster",
                                      NULL};

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
    if (duration_ms == 0 || gpus == 0) {
        import_drop(row->report, gpus == 0 ? "no GPUs" : "zero duration");
        return true;
    }
    struct trace_row job = trace_row(submit_ms, duration_ms, gpus);
    job.kind.tenant = cluster;
    return import_add(row, &job, err);
}

static bool read_philly(const char *path, const struct import_options *options,
                        struct trace *trace, struct import_report *report,
                        struct error *err)
{
    static const struct import_table table = {columns, true, take_row};
    return import_csv(path, &table, options, trace, report, err);
}

const struct importer import_philly = {
    .name = "philly",
    .summary = "Microsoft Philly deep-learning jobs of 2017, as the CSV of Pollux.",
    .source = "Jeon et al., Analysis of Large-Scale Multi-Tenant GPU Clusters for DNN "
              "Training Workloads (USENIX ATC 2019), msr-fiddle/philly-traces, as "
              "converted for Pollux (OSDI 2021)",
    .keeps = "Keeps timestamp, duration and num_gpus; the virtual cluster becomes the "
             "tenant.  Timestamps name no zone and are taken as UTC.  gpu_time, which "
             "is duration times num_gpus, is not read.  Jobs without GPUs or of zero "
             "duration are dropped.  Rows need not be in order.",
    .read = read_philly,
};
