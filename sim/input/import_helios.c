/* The traces of SenseTime's Helios clusters: jobs, and what was used minute by minute.
 */

#include <assert.h>
#include <string.h>

#include "base/names.h"
#include "input/import.h"

enum { TENANT_NONE, TENANT_VC, TENANT_USER };
static const char *const tenants[] = {"none", "vc", "user", NULL};

struct helios_options {
    int tenant;
    const char *pool;
};

static const struct param params[] = {
    {PARAM_ONE_OF(struct helios_options, "tenant", tenant, tenants, "vc",
                  "of jobs: the virtual cluster, the user, or none")},
    {PARAM_WORD(struct helios_options, "pool", pool, "cluster",
                "with --as capacity of a file of minutes: the name of the pool")},
    PARAMS_END,
};

/* ---- cluster_log.csv ---- */

enum { USER, GPU_NUM, STATE, SUBMIT_TIME, DURATION, VC, JOB_ID };
static const struct import_column job_columns[] = {
    {.name = "user"},        {.name = "gpu_num"},  {.name = "state"},
    {.name = "submit_time"}, {.name = "duration"}, {.name = "vc"},
    {.name = "job_id"},      {.name = NULL},
};

static bool take_job(struct import_row *row, struct error *err)
{
    const struct helios_options *options = row->import->options;
    int64_t submit_ms, duration_ms;
    int32_t gpus;
    const char *id;
    uint32_t names[2];
    bool ok = import_gpus(row, GPU_NUM, &gpus, err) &&
              import_date(row, SUBMIT_TIME, &submit_ms, err) &&
              import_ms(row, DURATION, &duration_ms, err) &&
              import_name(row, VC, &names[0], err) &&
              import_name(row, USER, &names[1], err) &&
              import_id(row, JOB_ID, &id, err);
    if (!ok)
        return false;
    if (gpus == 0 || duration_ms == 0)
        return import_drop(row, gpus == 0 ? "no GPUs" : "zero duration");
    struct trace_row job = trace_row(submit_ms, duration_ms, gpus);
    job.id = id;
    if (options->tenant != TENANT_NONE)
        job.kind.tenant = names[options->tenant - TENANT_VC];
    return import_add(row, &job, err);
}

/* ---- minutes ---- */

enum { TIME, RUNNING, PENDING };
static const struct import_column level_columns[] = {
    {.name = "time"},
    {.name = "running_gpu_num"},
    {.name = "pending_gpu_num"},
    {.name = NULL},
};

static bool take_minute(struct import_row *row, struct error *err)
{
    int64_t time_ms;
    int32_t running, pending;
    return import_date(row, TIME, &time_ms, err) &&
           import_gpus(row, RUNNING, &running, err) &&
           import_gpus(row, PENDING, &pending, err) &&
           import_add_level(row->import, time_ms, (int64_t)running + pending, NULL,
                            (struct place){row->path, row->line, 0}, err);
}

/* ---- capacity: the column total_gpu_num, or a column for each virtual cluster ---- */

#define POOLS_MAX CSV_COLUMNS_MAX

struct capacity {
    struct import *import;
    const char *path;
    int time, total; /* columns; total is -1 where there is none to be checked */
    int columns[POOLS_MAX];
    char names[POOLS_MAX][JOB_WORD_MAX + 1];
    int32_t gpus[POOLS_MAX]; /* in the last row; -1: there was none */
    size_t n;
    int64_t last_ms;
};

static bool add_pool(struct capacity *in, int column, const char *name,
                     struct error *err)
{
    if (!import_is_word(name, strlen(name), JOB_WORD_MAX))
        return error_at(err, (struct place){in->path, 1, column + 1},
                        "'%.70s' is no word of up to %d bytes without control "
                        "characters",
                        name, JOB_WORD_MAX);
    in->columns[in->n] = column;
    in->gpus[in->n] = -1;
    memcpy(in->names[in->n++], name, strlen(name) + 1);
    return true;
}

static bool find_pools(void *self, const struct csv_header *header, struct error *err)
{
    struct capacity *in = self;
    const struct helios_options *options = in->import->options;
    in->path = header->path;
    in->time = csv_column(header, "time");
    in->total = -1;
    if (in->time >= 0 && csv_column(header, "total_gpu_num") >= 0)
        return add_pool(in, csv_column(header, "total_gpu_num"), options->pool, err);
    in->time = csv_column(header, "date");
    if (in->time < 0)
        return error_at(err, (struct place){header->path, 1, 0},
                        "no columns 'time' and 'total_gpu_num', nor 'date', which this "
                        "format has");
    in->total = csv_column(header, "total");
    for (int i = 0; i < (int)header->n; i++)
        if (i != in->time && i != in->total &&
            !add_pool(in, i, header->names[i].text, err))
            return false;
    return true;
}

/* A row of the kind that import_gpus reads, for one column after the other. */
static bool read_gpus(const struct capacity *in, const struct csv_record *record,
                      int column, int32_t *gpus, struct error *err)
{
    const struct import_column columns[] = {{.name = "GPUs"}};
    struct import_row row = {.import = in->import,
                             .line = record->line,
                             .path = record->path,
                             .columns = columns,
                             .at = {column},
                             .fields = record->fields};
    return import_gpus(&row, 0, gpus, err);
}

static bool check_total(const struct capacity *in, const struct csv_record *record,
                        int64_t sum, struct error *err)
{
    int32_t total;
    if (in->total < 0)
        return true;
    if (!read_gpus(in, record, in->total, &total, err))
        return false;
    return total == sum ||
           error_at(err, (struct place){in->path, record->line, in->total + 1},
                    "total: %d is not the sum of the row, %lld", (int)total,
                    (long long)sum);
}

static bool take_capacity(struct capacity *in, const struct csv_record *record,
                          struct error *err)
{
    struct place place = {in->path, record->line, in->time + 1};
    struct csv_field date = record->fields[in->time];
    int32_t gpus[POOLS_MAX];
    struct error why;
    int64_t time_ms, sum = 0;
    if (!import_parse_date(in->import, date.text, date.length, &time_ms, &why))
        return error_at(err, place, "%s", why.text);
    if (time_ms < in->last_ms)
        return error_at(err, place, "rows must stand in order of their dates");
    for (size_t i = 0; i < in->n; i++) {
        if (!read_gpus(in, record, in->columns[i], &gpus[i], err))
            return false;
        sum += gpus[i];
    }
    if (!check_total(in, record, sum, err))
        return false;
    bool changed = false;
    in->last_ms = time_ms;
    for (size_t i = 0; i < in->n; i++) {
        if (gpus[i] == in->gpus[i])
            continue;
        if (!import_add_level(in->import, time_ms, gpus[i], in->names[i], place, err))
            return false;
        in->gpus[i] = gpus[i];
        changed = true;
    }
    if (!changed)
        import_count_drop(in->import, record->line, "no change");
    return true;
}

static bool take_capacity_record(void *self, const struct csv_record *record,
                                 struct error *err)
{
    struct capacity *in = self;
    import_count_row(in->import);
    return take_capacity(in, record, err) || import_forgive(in->import, err);
}

static bool read_capacity(struct import *import, struct error *err)
{
    struct capacity *in = ARENA_ARRAY(&import->arena, 1, struct capacity);
    in->import = import;
    in->last_ms = INT64_MIN;
    struct csv_reader reader = {
        .header = find_pools, .record = take_capacity_record, .self = in};
    return csv_read(import->path, &reader, import_digest(import), err);
}

static bool read_helios(struct import *import, struct error *err)
{
    static const struct import_table jobs = {.columns = job_columns, .row = take_job};
    static const struct import_table level = {.columns = level_columns,
                                              .row = take_minute};
    import->result->capacity = strcmp(import->form, "capacity") == 0;
    if (import->result->capacity)
        return read_capacity(import, err);
    return import_table(import, import->result->kind == IMPORT_JOBS ? &jobs : &level,
                        err);
}

static const struct import_form forms[] = {
    {"jobs", IMPORT_JOBS, "a job trace, of cluster_log.csv"},
    {"level", IMPORT_LEVEL, "a level trace, of a file of minutes"},
    {"capacity", IMPORT_LEVEL,
     "pools with dated changes, as YAML for a scenario, of a file of minutes or of "
     "GPUs "
     "by day"},
    {.name = NULL}};

const struct importer import_helios = {
    .name = "helios",
    .summary =
        "SenseTime's Helios clusters of 2020: jobs, GPUs by the minute, capacity.",
    .source =
        "Hu et al., Characterization and Prediction of Deep Learning Workloads in "
        "Large-Scale GPU Datacenters (SC 2021), S-Lab-System-Group/HeliosData "
        "(CC-BY-4.0), and what HeliosArtifact derives from it",
    .shape =
        "Three kinds of CSV file.  `cluster_log.csv`: `job_id,user,gpu_num,cpu_num,"
        "node_num,state,submit_time,start_time,end_time,duration,queue,vc`.  Minutes "
        "of "
        "one virtual cluster: `time`, `total_gpu_num`, `running_gpu_num`, "
        "`pending_gpu_num` and more.  GPUs by day: `date`, a column for each virtual "
        "cluster, `total`.",
    .keeps =
        "Jobs: `submit_time`, `duration` in seconds, `gpu_num`, `job_id`, whatever "
        "state they ended in; the virtual cluster becomes the tenant.  A level: the "
        "GPUs "
        "running and pending together, what was wanted in each minute.  Capacity: "
        "`total_gpu_num`, or each virtual cluster's column, where it changes.",
    .drops = "Jobs without GPUs, and of zero duration.  Of capacity, rows without a "
             "change, and pools that never have GPUs.",
    .assumes =
        "Dates name no zone and are taken as UTC unless `--zone +08:00` says "
        "otherwise; "
        "the clusters stood in China.  A minute's figure holds until the next one.  "
        "That capacity is owned, and of which class, is not in the files and marked "
        "`ASSUMED` in what is written.  `total` must be the sum of its row.",
    .example = "cluster_log.csv -o jobs.csv",
    .forms = forms,
    .params = params,
    .options_size = sizeof(struct helios_options),
    .dated = true,
    .naive_dates = true,
    .read = read_helios,
};
