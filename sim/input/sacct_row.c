#include "input/sacct_row.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "input/slurm.h"

const struct import_column sacct_columns[] = {
    {.name = "JobID"},
    {.name = "State"},
    {.name = "Submit", .optional = true},
    {.name = "Eligible", .optional = true},
    {.name = "Start", .optional = true},
    {.name = "End", .optional = true},
    {.name = "ElapsedRaw", .optional = true},
    {.name = "Elapsed", .optional = true},
    {.name = "TimelimitRaw", .optional = true},
    {.name = "Timelimit", .optional = true},
    {.name = "AllocTRES", .optional = true},
    {.name = "ReqTRES", .optional = true},
    {.name = "AllocGRES", .optional = true},
    {.name = "User", .optional = true},
    {.name = "Account", .optional = true},
    {.name = "Partition", .optional = true},
    {.name = "QOS", .optional = true},
    {.name = "JobName", .optional = true},
    {.name = "Priority", .optional = true},
    {.name = NULL},
};

const int sacct_name_columns[] = {
    -1, SACCT_USER, SACCT_ACCOUNT, SACCT_PARTITION, SACCT_QOS, SACCT_JOB_NAME};

/* A job on its way from row to trace. */
struct taken {
    struct trace_row job;
    enum slurm_fate fate;
    const char *dropped; /* why; NULL: it is kept */
};

static struct sacct *self_of(const struct import_row *row)
{
    return row->import->self;
}

static bool is_none(struct csv_field field)
{
    return field.length == 0 || strcmp(field.text, "Unknown") == 0 ||
           strcmp(field.text, "None") == 0 || strcmp(field.text, "N/A") == 0;
}

/* ---- GPUs ---- */

static bool count_gpus(const struct import_row *row, struct slurm_gpus *gpus,
                       struct error *err)
{
    bool req = self_of(row)->options->gpus == GPUS_REQ;
    size_t column = req ? SACCT_REQ_TRES : SACCT_ALLOC_TRES;
    if (import_text(row, column).length == 0)
        column = import_text(row, SACCT_ALLOC_GRES).length ? SACCT_ALLOC_GRES
                 : req                                     ? SACCT_ALLOC_TRES
                                                           : SACCT_REQ_TRES;
    struct error why;
    bool ok = (column == SACCT_ALLOC_GRES ? slurm_gres : slurm_tres)(
        import_text(row, column).text, gpus, &why);
    return ok || import_refuse(row, column, why.text, err);
}

/* What stands behind NAME= in "NAME=VALUE,NAME=VALUE,auto". */
static const char *class_of(const char *map, const struct slurm_type *type,
                            size_t *length)
{
    const char *class = NULL;
    while (*map) {
        size_t entry = strcspn(map, ","), name = strcspn(map, "=");
        if (name < entry && name == type->length &&
            strncasecmp(map, type->name, name) == 0) {
            *length = entry - name - 1;
            return map + name + 1;
        }
        if (entry == 4 && memcmp(map, "auto", 4) == 0)
            class = slurm_class(type->name, type->length);
        map += entry + (map[entry] == ',');
    }
    *length = class ? strlen(class) : 0;
    return class;
}

static void see_type(struct sacct *sacct, const struct slurm_type *type)
{
    char name[JOB_WORD_MAX + 1];
    snprintf(name, sizeof name, "%.*s", (int)type->length, type->name);
    for (size_t i = 0; i < sacct->n_seen; i++)
        if (strcasecmp(sacct->seen[i], name) == 0)
            return;
    sacct->more_seen |= sacct->n_seen == SACCT_TYPES;
    if (sacct->n_seen < SACCT_TYPES)
        memcpy(sacct->seen[sacct->n_seen++], name, sizeof name);
}

/* A slice of a GPU (MIG): "1g.10gb", "a100_3g.20gb". */
static bool is_slice(const struct slurm_type *type)
{
    for (size_t i = 1; i + 1 < type->length; i++)
        if (type->name[i] == 'g' && type->name[i + 1] == '.' &&
            type->name[i - 1] >= '0' && type->name[i - 1] <= '9')
            return true;
    return false;
}

/* All GPUs of a known type: the classes, joined by '|'.  Else none: the job is not
 * bound. */
static const char *classes_of(const struct import_row *row,
                              const struct slurm_gpus *gpus)
{
    struct sacct *sacct = self_of(row);
    char *text = sacct->classes;
    size_t used = 0, room = sizeof sacct->classes;
    bool all = gpus->typed == gpus->total, slices = false;
    for (size_t i = 0; i < gpus->n_types; i++) {
        size_t length = 0;
        const char *class = class_of(sacct->options->class, &gpus->types[i], &length);
        slices |= is_slice(&gpus->types[i]);
        if (!class)
            see_type(sacct, &gpus->types[i]);
        all = all && class && used + length + 2 < room;
        if (all)
            used += (size_t)snprintf(text + used, room - used, "%s%.*s",
                                     used ? "|" : "", (int)length, class);
    }
    sacct->slices += slices;
    sacct->untold += gpus->n_types && !all;
    return all && used ? text : NULL;
}

/* ---- times ---- */

/* A date, or seconds since 1970 (SLURM_TIME_FORMAT=%s). */
static bool take_date(const struct import_row *row, size_t column, int64_t *unix_ms,
                      struct error *err)
{
    struct csv_field field = import_text(row, column);
    if (field.length < 6 || field.length > 11 ||
        strspn(field.text, "0123456789") != field.length)
        return import_date(row, column, unix_ms, err);
    int64_t seconds;
    if (!import_whole(row, column, 0, INT64_C(99999999999), &seconds, err))
        return false;
    *unix_ms = seconds * 1000;
    return true;
}

/* By how much Start is before Submit (or Eligible, where that is not told), which no
 * job is but one that was resized while it ran: sacct goes on with another row, whose
 * Submit and Eligible are the instant of the resize, but whose Start, and with it the
 * elapsed time, is that of the first row, RESIZING, which tells of the time before
 * (seen in Slurm 22.05). */
static bool take_overlap(const struct import_row *row, int64_t *ms, struct error *err)
{
    int64_t since_ms, start_ms;
    size_t since =
        is_none(import_text(row, SACCT_SUBMIT)) ? SACCT_ELIGIBLE : SACCT_SUBMIT;
    *ms = 0;
    if (is_none(import_text(row, since)) || is_none(import_text(row, SACCT_START)))
        return true;
    if (!take_date(row, since, &since_ms, err) ||
        !take_date(row, SACCT_START, &start_ms, err))
        return false;
    *ms = start_ms < since_ms ? since_ms - start_ms : 0;
    return true;
}

static bool take_start(const struct import_row *row, int64_t *ms, struct error *err)
{
    int64_t overlap_ms;
    if (!take_date(row, SACCT_START, ms, err) || !take_overlap(row, &overlap_ms, err))
        return false;
    *ms += overlap_ms;
    return true;
}

static bool take_arrival(const struct import_row *row, int64_t *submit_ms,
                         struct error *err)
{
    struct sacct *sacct = self_of(row);
    bool has_submit = !is_none(import_text(row, SACCT_SUBMIT));
    bool has_eligible = !is_none(import_text(row, SACCT_ELIGIBLE));
    int64_t eligible_ms = INT64_MIN;
    if (has_eligible && !take_date(row, SACCT_ELIGIBLE, &eligible_ms, err))
        return false;
    bool by_eligible = sacct->options->arrival == ARRIVAL_ELIGIBLE;
    if (sacct->options->arrival == ARRIVAL_START)
        return take_start(row, submit_ms, err);
    *submit_ms = eligible_ms;
    if ((by_eligible && has_eligible) || !has_submit)
        return has_eligible ||
               import_refuse(row, has_submit ? SACCT_ELIGIBLE : SACCT_SUBMIT,
                             "is no date", err);
    if (!take_date(row, SACCT_SUBMIT, submit_ms, err))
        return false;
    sacct->later += has_eligible && eligible_ms > *submit_ms;
    return true;
}

static bool by_dates(const struct import_row *row, int64_t *ms, struct error *err)
{
    int64_t start_ms, end_ms;
    *ms = 0;
    if (is_none(import_text(row, SACCT_START)) || is_none(import_text(row, SACCT_END)))
        return true;
    if (!take_date(row, SACCT_START, &start_ms, err) ||
        !take_date(row, SACCT_END, &end_ms, err))
        return false;
    *ms = end_ms - start_ms;
    if (*ms < 0)
        return import_refuse(row, SACCT_END, "is before Start", err);
    return *ms <= JOB_DURATION_MAX ||
           import_refuse(row, SACCT_END, "is over 200 years after Start", err);
}

static bool take_elapsed(const struct import_row *row, int64_t *ms, struct error *err)
{
    struct csv_field elapsed = import_text(row, SACCT_ELAPSED);
    if (import_text(row, SACCT_ELAPSED_RAW).length)
        return import_ms(row, SACCT_ELAPSED_RAW, ms, err);
    if (elapsed.length == 0)
        return by_dates(row, ms, err);
    *ms = 0; /* of a job that ended before it began */
    return strcmp(elapsed.text, "INVALID") == 0 ||
           slurm_duration(elapsed.text, elapsed.length, ms) ||
           import_refuse(row, SACCT_ELAPSED, "is no [DD-]HH:MM:SS", err);
}

/* How long a job had the GPUs of its row. */
static bool take_duration(const struct import_row *row, int64_t *ms, struct error *err)
{
    int64_t overlap_ms;
    if (!take_elapsed(row, ms, err))
        return false;
    if (*ms == 0)
        return true;
    if (!take_overlap(row, &overlap_ms, err))
        return false;
    self_of(row)->resized += overlap_ms > 0;
    *ms = *ms > overlap_ms ? *ms - overlap_ms : 0;
    return true;
}

static bool take_limit(const struct import_row *row, int64_t *ms, struct error *err)
{
    size_t column =
        import_text(row, SACCT_LIMIT_RAW).length ? SACCT_LIMIT_RAW : SACCT_LIMIT;
    struct csv_field field = import_text(row, column);
    *ms = 0;
    if (is_none(field))
        return true;
    enum slurm_limit limit = slurm_limit(field.text, field.length, ms);
    self_of(row)->partition_limits += limit == SLURM_LIMIT_OF_PARTITION;
    return limit != SLURM_LIMIT_WRONG ||
           import_refuse(row, column,
                         "is no time limit: minutes, [DD-]HH:MM:SS, UNLIMITED or "
                         "Partition_Limit",
                         err);
}

/* ---- who and what ---- */

/* Names of jobs may be as long as people like. */
static bool take_job_name(const struct import_row *row, uint32_t *name,
                          struct error *err)
{
    struct csv_field field = import_text(row, SACCT_JOB_NAME);
    size_t length = field.length > JOB_WORD_MAX ? JOB_WORD_MAX : field.length;
    while (length < field.length && ((unsigned char)field.text[length] & 0xc0) == 0x80)
        length--;
    if (!import_is_word(field.text, length, JOB_WORD_MAX))
        return import_refuse(row, SACCT_JOB_NAME, "holds control characters", err);
    self_of(row)->cut += length < field.length;
    *name = import_intern(row->import, field.text, length);
    return true;
}

static bool take_name(const struct import_row *row, int which, uint32_t *name,
                      struct error *err)
{
    *name = NAMES_NONE;
    if (sacct_name_columns[which] < 0)
        return true;
    if (sacct_name_columns[which] == SACCT_JOB_NAME)
        return take_job_name(row, name, err);
    return import_name(row, (size_t)sacct_name_columns[which], name, err);
}

/* "a,b" was submitted to either partition. */
static bool take_partitions(const struct import_row *row, const char **list,
                            struct error *err)
{
    struct csv_field field = import_text(row, SACCT_PARTITION);
    if (!import_is_word(field.text, field.length, JOB_LIST_MAX) ||
        strpbrk(field.text, "|;"))
        return import_refuse(row, SACCT_PARTITION, "is no list of partitions", err);
    if (field.length == 0)
        return true;
    char *text = self_of(row)->pools;
    memcpy(text, field.text, field.length + 1);
    for (char *at = text; *at; at++)
        *at = *at == ',' ? '|' : *at;
    *list = text;
    return true;
}

static bool take_priority(const struct import_row *row, int32_t *priority,
                          struct error *err)
{
    int how = self_of(row)->options->priority;
    int64_t value = 0, most = how == PRIORITY_SCALED ? UINT32_MAX : JOB_PRIORITY_MAX;
    if (how != PRIORITY_NONE && !is_none(import_text(row, SACCT_PRIORITY)) &&
        !import_whole(row, SACCT_PRIORITY, 0, most, &value, err))
        return false;
    *priority = (int32_t)(how == PRIORITY_SCALED ? value / 4295 : value);
    return true;
}

/* ---- a row ---- */

static bool is_wanted(const char *states, const char *state)
{
    size_t length = strcspn(state, " ");
    if (*states == '\0')
        return true;
    while (*states) {
        size_t entry = strcspn(states, ",");
        if (entry == length && memcmp(states, state, length) == 0)
            return true;
        states += entry + (states[entry] == ',');
    }
    return false;
}

/* Jobs that have not ended have the duration that is asked for, or none. */
static void take_unfinished(const struct sacct *sacct, struct taken *taken)
{
    struct job *job = &taken->job.job;
    bool runs = taken->fate == SLURM_RUNNING;
    int how = sacct->options->unfinished;
    if (how == UNFINISHED_DROP || (!runs && how == UNFINISHED_ELAPSED))
        taken->dropped = runs ? "still running" : "still pending";
    else if (how == UNFINISHED_LIMIT && job->limit_ms == 0)
        taken->dropped = "unfinished, without a time limit";
    else if (how == UNFINISHED_LIMIT)
        job->duration_ms = job->limit_ms;
}

static void judge(const struct import_row *row, const struct slurm_gpus *gpus,
                  struct taken *taken)
{
    const struct sacct *sacct = self_of(row);
    if (gpus->total == 0)
        taken->dropped = gpus->shares ? "shares of GPUs only" : "no GPUs";
    else if (taken->fate == SLURM_ELSEWHERE)
        taken->dropped = "revoked: a sibling ran in another cluster";
    else if (!is_wanted(sacct->options->states, import_text(row, SACCT_STATE).text))
        taken->dropped = "not in the states asked for";
    else if (taken->fate != SLURM_ENDED)
        take_unfinished(sacct, taken);
    if (!taken->dropped && taken->job.job.duration_ms == 0)
        taken->dropped = "never ran";
}

static bool take_job(struct import_row *row, struct taken *taken, struct error *err)
{
    const struct sacct_options *options = self_of(row)->options;
    struct job *job = &taken->job.job;
    struct job_kind *kind = &taken->job.kind;
    return take_arrival(row, &job->submit_ms, err) &&
           take_name(row, options->tenant, &kind->tenant, err) &&
           take_name(row, options->workload, &kind->workload, err) &&
           (options->pools == 0 || take_partitions(row, &kind->pools, err)) &&
           take_priority(row, &job->priority, err) &&
           import_id(row, SACCT_JOB_ID, &taken->job.id, err);
}

/* A row of an array that waits stands for all its tasks. */
static bool add_tasks(struct import_row *row, struct taken *taken, struct error *err)
{
    const char *id = import_text(row, SACCT_JOB_ID).text;
    int64_t count, task;
    if (!slurm_tasks_count(id, &count))
        return import_drop(row, "tasks of a pending array that sacct does not list");
    struct slurm_tasks tasks;
    slurm_tasks_begin(&tasks, id);
    while (slurm_tasks_next(&tasks, &task)) {
        char text[JOB_ID_MAX + 1];
        snprintf(text, sizeof text, "%.*s_%" PRId64, (int)strcspn(id, "_"), id, task);
        taken->job.id = text;
        if (!import_add(row, &taken->job, err))
            return false;
    }
    self_of(row)->tasks += count;
    return true;
}

/* Outputs of overlapping periods have a row twice: the same job, submitted and begun at
 * the same instant.  Attempts of a requeued job differ in their start, and sizes
 * of a resized one in Submit, or Eligible where that is not told; where the file does
 * not tell the start, rows are the same where all that tells them apart is.  Only rows
 * that are kept count: one of a job that still ran may come before the final one. */
static bool is_repeated(const struct import_row *row)
{
    const int since = import_has(row, SACCT_SUBMIT) ? SACCT_SUBMIT : SACCT_ELIGIBLE;
    const int columns[] = {SACCT_JOB_ID, since,     SACCT_START,
                           SACCT_STATE,  SACCT_END, SACCT_ELAPSED_RAW,
                           SACCT_ELAPSED};
    size_t n = import_has(row, SACCT_START) ? 3 : sizeof columns / sizeof columns[0];
    struct sacct *sacct = self_of(row);
    char key[1024];
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        struct csv_field field = import_text(row, (size_t)columns[i]);
        if (used + field.length + 2 > sizeof key)
            return false;
        memcpy(key + used, field.text, field.length);
        used += field.length;
        key[used++] = '\n';
    }
    uint32_t before = sacct->kept.n;
    return names_add(&sacct->kept, key, used) < before;
}

bool sacct_take_row(struct import_row *row, struct error *err)
{
    struct csv_field id = import_text(row, SACCT_JOB_ID);
    struct taken taken = {.job = trace_row(0, 1, 1)};
    struct job *job = &taken.job.job;
    struct slurm_gpus gpus;
    if (strchr(id.text, '.'))
        return import_drop(row, "job steps");
    if (strcmp(id.text, "JobID") == 0) {
        self_of(row)->headers++;
        return import_drop(row, "a header line again");
    }
    taken.fate = slurm_fate(import_text(row, SACCT_STATE).text);
    if (taken.fate == SLURM_UNKNOWN)
        return import_refuse(row, SACCT_STATE, "is no state of a job", err);
    if (!count_gpus(row, &gpus, err) || !take_duration(row, &job->duration_ms, err) ||
        !take_limit(row, &job->limit_ms, err))
        return false;
    judge(row, &gpus, &taken);
    if (taken.dropped)
        return import_drop(row, taken.dropped);
    job->gpus = (int32_t)gpus.total;
    if (!take_job(row, &taken, err))
        return false;
    if (is_repeated(row))
        return import_drop(row, "repeated record");
    taken.job.kind.classes = classes_of(row, &gpus);
    self_of(row)->parts += strchr(id.text, '+') != NULL;
    return strchr(id.text, '[') ? add_tasks(row, &taken, err)
                                : import_add(row, &taken.job, err);
}
