#include <string.h>

#include "base/calendar.h"
#include "base/decimal.h"
#include "input/import.h"

/* UnixStartTime */
struct swf_start {
    int64_t ms;
    bool known;
};

enum count { ALLOCATED, REQUESTED };
static const char *const counts[] = {"allocated", "requested", NULL};

enum status { ALL, COMPLETED };
static const char *const statuses[] = {"all", "completed", NULL};

struct options {
    int count, status;
    int64_t processors_per_gpu;
};

static const struct param params[] = {
    {PARAM_ONE_OF(struct options, "count", count, counts, "allocated",
                  "which processors count; the other where it is unknown")},
    {PARAM_COUNT(struct options, "processors_per_gpu", processors_per_gpu, "1", 1, 1e6,
                 "processors that stand for one GPU, rounded up")},
    {PARAM_ONE_OF(struct options, "status", status, statuses, "all",
                  "which jobs are kept: failed and cancelled ones used their "
                  "processors, too")},
    PARAMS_END,
};

enum {
    JOB,
    SUBMIT,
    WAIT,
    RUN_TIME,
    PROCESSORS,
    CPU_TIME,
    MEMORY,
    WANTED,
    WANTED_TIME,
    WANTED_MEMORY,
    STATUS,
    USER,
};

static const struct import_column columns[] = {
    {.name = "job"},
    {.name = "submit"},
    {.name = "wait"},
    {.name = "run time"},
    {.name = "allocated processors"},
    {.name = "average CPU time"},
    {.name = "used memory"},
    {.name = "requested processors"},
    {.name = "requested time"},
    {.name = "requested memory"},
    {.name = "status"},
    {.name = "user", .optional = true},
    {.name = "group", .optional = true},
    {.name = "executable", .optional = true},
    {.name = "queue", .optional = true},
    {.name = "partition", .optional = true},
    {.name = "preceding job", .optional = true},
    {.name = "think time", .optional = true},
    {.name = NULL},
};

#define UNKNOWN (-1)

/* -1 is "not known" all over the format. */
static bool is_unknown(const struct import_row *row, size_t column)
{
    const char *text = import_text(row, column).text;
    return strcmp(text, "-1") == 0 || strcmp(text, "-1.0") == 0;
}

static bool take_ms(const struct import_row *row, size_t column, int64_t *ms,
                    struct error *err)
{
    *ms = UNKNOWN;
    return is_unknown(row, column) || import_ms(row, column, ms, err);
}

static bool take_gpus(const struct import_row *row, int32_t *gpus, struct error *err)
{
    const struct options *options = row->import->options;
    size_t first = options->count == ALLOCATED ? PROCESSORS : WANTED;
    size_t second = options->count == ALLOCATED ? WANTED : PROCESSORS;
    int64_t processors, per_gpu = options->processors_per_gpu;
    *gpus = 0;
    size_t column = is_unknown(row, first) ? second : first;
    if (is_unknown(row, column))
        return true;
    if (!import_whole(row, column, 0, JOB_GPUS_MAX, &processors, err))
        return false;
    *gpus = (int32_t)((processors + per_gpu - 1) / per_gpu);
    return true;
}

struct entry {
    int64_t submit_ms, run_ms, limit_ms, status;
    int32_t gpus;
};

/* Why a row is no job, or NULL.  2, 3 and 4 are parts of one whose whole is a row of
 * its own. */
static const char *reason_to_drop(const struct entry *entry, int status)
{
    if (entry->status >= 2 && entry->status <= 4)
        return "part of a job that has a row of its own";
    if (status == COMPLETED && entry->status != 1)
        return "did not complete";
    if (entry->submit_ms == UNKNOWN)
        return "submit time unknown";
    if (entry->status == 5 && entry->run_ms <= 0)
        return "cancelled before it began";
    if (entry->run_ms == UNKNOWN)
        return "run time unknown";
    if (entry->run_ms == 0)
        return "zero run time";
    return entry->gpus == 0 ? "no processors, or not known how many" : NULL;
}

static bool take_row(struct import_row *row, struct error *err)
{
    const struct options *options = row->import->options;
    const struct swf_start *start = row->import->self;
    struct entry entry;
    const char *id;
    uint32_t user = NAMES_NONE;
    bool ok = import_id(row, JOB, &id, err) &&
              take_ms(row, SUBMIT, &entry.submit_ms, err) &&
              take_ms(row, RUN_TIME, &entry.run_ms, err) &&
              take_ms(row, WANTED_TIME, &entry.limit_ms, err) &&
              import_whole(row, STATUS, -1, 5, &entry.status, err) &&
              take_gpus(row, &entry.gpus, err) &&
              (is_unknown(row, USER) || import_name(row, USER, &user, err));
    if (!ok)
        return false;
    const char *reason = reason_to_drop(&entry, options->status);
    if (reason)
        return import_drop(row, reason);
    struct trace_row job =
        trace_row(start->ms + entry.submit_ms, entry.run_ms, entry.gpus);
    job.job.limit_ms = entry.limit_ms > 0 ? entry.limit_ms : 0;
    job.kind.tenant = user;
    job.id = id;
    return import_add(row, &job, err);
}

/* "; UnixStartTime: 843480031": the zero of submits is a date. */
static bool take_remark(struct import *import, const char *text, struct error *err)
{
    static const char key[] = "UnixStartTime:";
    struct swf_start *start = import->self;
    int64_t start_s;
    text += strspn(text, " \t");
    if (strncmp(text, key, sizeof key - 1) != 0)
        return true;
    text += sizeof key - 1;
    text += strspn(text, " \t");
    size_t length = strcspn(text, " \t");
    if (decimal_to_int64(text, length, 0, &start_s) != DECIMAL_OK || start_s < 0 ||
        start_s > INT64_C(9999999999))
        return error_set(err, "%s: UnixStartTime: '%.40s' is no number of seconds",
                         import->path, text);
    if (import->report->rows_read > 0 || start->known)
        return error_set(err, "%s: UnixStartTime stands behind the first job, or twice",
                         import->path);
    *start = (struct swf_start){start_s * MS_PER_S, true};
    import_dated(import, start_s > 0);
    return true;
}

static bool read_swf(struct import *import, struct error *err)
{
    static const struct import_blanks blanks = {
        .columns = columns, .row = take_row, .comment = ';', .remark = take_remark};
    struct swf_start start = {0};
    import->self = &start;
    if (!import_blanks(import, &blanks, err))
        return false;
    if (start.ms == 0)
        import_note(import, "%s: submits are seconds from its start, not dates",
                    start.known ? "UnixStartTime of the file is 0"
                                : "the file has no UnixStartTime");
    return true;
}

static const struct import_form forms[] = {{"jobs", IMPORT_JOBS, "a job trace"},
                                           {.name = NULL}};

const struct importer import_swf = {
    .name = "swf",
    .summary = "Standard Workload Format 2.2, of the Parallel Workloads Archive.",
    .source = "Chapin, Cirne, Feitelson et al., Benchmarks and Standards for the "
              "Evaluation of Parallel Job Schedulers (JSSPP 1999); "
              "cs.huji.ac.il/labs/parallel/workload/swf.html",
    .shape =
        "Lines of 18 numbers between blanks, -1 where not known; the last seven may "
        "be missing.  Lines that begin with `;` are header comments, of which only "
        "`UnixStartTime` matters; a file without them is read, too.",
    .keeps =
        "Job number as id, submit, run time, processors as GPUs, requested time as "
        "the limit, user as the tenant.  With `UnixStartTime` submits become "
        "dates, else they are seconds from the start.",
    .drops =
        "Jobs whose submit, run time or processors are unknown, of zero run time, or "
        "cancelled before they began; partial executions (status 2, 3, 4); with "
        "`--status completed` all that did not complete.",
    .assumes =
        "A processor stands for a GPU, unless `--processors-per-gpu` says otherwise.  "
        "Failed and cancelled jobs used what they used.  The wait that the log "
        "recorded is not kept: waits are what is simulated.",
    .example = "kth-sp2.swf -o jobs.csv",
    .forms = forms,
    .params = params,
    .options_size = sizeof(struct options),
    .read = read_swf,
};
