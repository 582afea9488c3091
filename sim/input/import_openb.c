#include <string.h>

#include "input/import_fraction.h"

enum { IGNORE, CLASSES };
static const char *const specs[] = {"ignore", "classes", NULL};

struct options {
    int fraction, spec;
};

static const struct param params[] = {
    {PARAM_ONE_OF(struct options, "fraction", fraction, import_fractions, "round-up",
                  IMPORT_FRACTION_HELP)},
    {PARAM_ONE_OF(struct options, "spec", spec, specs, "ignore",
                  "what becomes of gpu_spec; as classes it closes pools of others")},
    PARAMS_END,
};

enum { NAME, NUM_GPU, GPU_MILLI, GPU_SPEC, QOS, CREATION, DELETION, SCHEDULED };

static const struct import_column columns[] = {
    {.name = "name"},
    {.name = "num_gpu"},
    {.name = "gpu_milli"},
    {.name = "gpu_spec"},
    {.name = "qos"},
    {.name = "creation_time"},
    {.name = "deletion_time"},
    {.name = "scheduled_time"},
    {.name = NULL},
};

#define MILLI 1000

struct pod {
    int64_t creation_ms, scheduled_ms, deletion_ms, gpus, milli;
    const char *id;
};

/* Why a pod is no job before its GPUs are looked at, or NULL. */
static const char *reason_to_drop(const struct import_row *row, const struct pod *pod)
{
    if (pod->gpus == 0)
        return "no GPUs";
    if (import_text(row, SCHEDULED).length == 0)
        return "never scheduled";
    if (import_text(row, DELETION).length == 0)
        return "not deleted";
    if (pod->deletion_ms < pod->scheduled_ms)
        return "deleted before it was scheduled";
    return pod->deletion_ms == pod->scheduled_ms ? "zero duration" : NULL;
}

static bool take_pod(const struct import_row *row, struct pod *pod, struct error *err)
{
    bool is_set = import_text(row, SCHEDULED).length > 0;
    bool has_end = import_text(row, DELETION).length > 0;
    return import_id(row, NAME, &pod->id, err) &&
           import_whole(row, NUM_GPU, 0, JOB_GPUS_MAX, &pod->gpus, err) &&
           import_whole(row, GPU_MILLI, pod->gpus > 0, MILLI, &pod->milli, err) &&
           import_ms(row, CREATION, &pod->creation_ms, err) &&
           (!is_set || import_ms(row, SCHEDULED, &pod->scheduled_ms, err)) &&
           (!has_end || import_ms(row, DELETION, &pod->deletion_ms, err));
}

static bool take_row(struct import_row *row, struct error *err)
{
    const struct options *options = row->import->options;
    struct pod pod = {0};
    struct csv_field spec = import_text(row, GPU_SPEC);
    char buffer[JOB_LIST_MAX + 1];
    const char *classes;
    uint32_t qos;
    int32_t gpus;
    if (!take_pod(row, &pod, err) || !import_name(row, QOS, &qos, err))
        return false;
    if (!import_list(spec, buffer, &classes))
        return import_refuse(row, GPU_SPEC,
                             "is no list of words between '|', or too long", err);
    const char *reason = reason_to_drop(row, &pod);
    if (reason)
        return import_drop(row, reason);
    struct import_parts parts = {pod.gpus, pod.milli, MILLI, GPU_MILLI};
    if (!import_parts_as_gpus(row, (enum import_fraction)options->fraction, parts,
                              &gpus, err))
        return false;
    if (gpus == 0)
        return import_drop(row, FRACTION_DROPPED);
    struct trace_row job =
        trace_row(pod.creation_ms, pod.deletion_ms - pod.scheduled_ms, gpus);
    if (options->spec == CLASSES)
        job.kind.classes = classes;
    job.kind.workload = qos;
    job.id = pod.id;
    return import_add(row, &job, err);
}

static bool read_openb(struct import *import, struct error *err)
{
    static const struct import_table table = {.columns = columns, .row = take_row};
    const struct options *options = import->options;
    import_fraction_note(import, (enum import_fraction)options->fraction, MILLI);
    return import_table(import, &table, err);
}

static const struct import_form forms[] = {{"jobs", IMPORT_JOBS, "a job trace"},
                                           {.name = NULL}};

const struct importer import_openb = {
    .name = "openb",
    .summary = "Alibaba GPU cluster of 2023: pods, many of which share a GPU.",
    .source = "Weng et al., Beware of Fragmentation: Scheduling GPU-Sharing Workloads "
              "with Fragmentation Gradient Descent (USENIX ATC 2023), "
              "alibaba/clusterdata, cluster-trace-gpu-v2023",
    .shape = "A CSV file (`openb_pod_list_*.csv`) with the columns `name,cpu_milli,"
             "memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,"
             "deletion_time,scheduled_time`; times are seconds from the start.",
    .keeps =
        "creation_time as submit, the time from scheduled_time to deletion_time as "
        "duration, num_gpu times gpu_milli, qos as the workload, name as id; with "
        "`--spec classes` gpu_spec as the allowed classes.",
    .drops = "Pods without GPUs, never scheduled, not deleted, deleted no later than "
             "they were scheduled; with `--fraction drop` those that ask for a part of "
             "a GPU.",
    .assumes =
        "A part of a GPU is rounded up to a whole one (`--fraction round-up`), since "
        "the simulator gives out whole GPUs.  `--fraction keep` makes a GPU 1,000 "
        "parts, so that pools and prices are to be given in parts; parts of one job "
        "may then lie on several GPUs, which is more than real sharing allows.  CPUs "
        "and memory are not looked at.",
    .example = "openb_pod_list_default.csv --fraction round-up -o jobs.csv",
    .forms = forms,
    .params = params,
    .options_size = sizeof(struct options),
    .read = read_openb,
};
