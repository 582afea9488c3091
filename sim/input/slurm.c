#include "input/slurm.h"

#include <string.h>

#include "base/calendar.h"
#include "base/decimal.h"
#include "input/trace.h"

/* ---- durations ---- */

#define PARTS_MAX 3

/* Digits only, and at most 12 of them. */
static bool read_whole(const char *text, size_t length, int64_t *value)
{
    *value = 0;
    if (length < 1 || length > 12)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *value = *value * 10 + (text[i] - '0');
    }
    return true;
}

/* The numbers between the colons; the last one in ms, since it may have a fraction. */
static bool read_parts(const char *text, size_t length, int64_t parts[PARTS_MAX],
                       size_t *n)
{
    const char *end = text + length;
    for (*n = 0; *n < PARTS_MAX;) {
        const char *colon = memchr(text, ':', (size_t)(end - text));
        if (!colon) {
            size_t left = (size_t)(end - text);
            bool digit = left > 0 && text[0] >= '0' && text[0] <= '9';
            return digit && left <= 16 && !memchr(text, 'e', left) &&
                   decimal_to_int64(text, left, 3, &parts[(*n)++]) <= DECIMAL_INEXACT;
        }
        if (!read_whole(text, (size_t)(colon - text), &parts[(*n)++]))
            return false;
        text = colon + 1;
    }
    return false;
}

static bool add_up(int64_t days, int64_t hours, int64_t minutes, int64_t ms,
                   int64_t *sum_ms)
{
    int128 sum = (int128)days * MS_PER_D + (int128)hours * MS_PER_H +
                 (int128)minutes * MS_PER_MIN + ms;
    *sum_ms = (int64_t)sum;
    return sum <= JOB_DURATION_MAX;
}

/* DD-HH, DD-HH:MM, DD-HH:MM:SS; the last part came in thousandths. */
static bool add_days(int64_t days, const int64_t parts[], size_t n, int64_t *ms)
{
    int64_t last = parts[n - 1];
    if (n < 3 && last % 1000 != 0)
        return false;
    int64_t hours = n == 1 ? last / 1000 : parts[0];
    int64_t minutes = n == 1 ? 0 : n == 2 ? last / 1000 : parts[1];
    return hours < 24 && minutes < 60 && (n < 3 || last < MS_PER_MIN) &&
           add_up(days, hours, minutes, n == 3 ? last : 0, ms);
}

bool slurm_duration(const char *text, size_t length, int64_t *ms)
{
    int64_t parts[PARTS_MAX], days;
    size_t n;
    const char *dash = memchr(text, '-', length);
    if (dash) {
        size_t used = (size_t)(dash + 1 - text);
        return read_whole(text, used - 1, &days) &&
               read_parts(dash + 1, length - used, parts, &n) &&
               add_days(days, parts, n, ms);
    }
    if (!read_parts(text, length, parts, &n) || n < 2 || parts[n - 1] >= MS_PER_MIN)
        return false;
    if (n == 2)
        return add_up(0, 0, parts[0], parts[1], ms);
    return parts[1] < 60 && add_up(0, parts[0], parts[1], parts[2], ms);
}

static bool is_text(const char *text, size_t length, const char *word)
{
    return strlen(word) == length && memcmp(text, word, length) == 0;
}

enum slurm_limit slurm_limit(const char *text, size_t length, int64_t *ms)
{
    int64_t minutes;
    *ms = 0;
    if (is_text(text, length, "UNLIMITED"))
        return SLURM_LIMIT_GIVEN;
    if (is_text(text, length, "Partition_Limit"))
        return SLURM_LIMIT_OF_PARTITION;
    if (read_whole(text, length, &minutes))
        return add_up(0, 0, minutes, 0, ms) ? SLURM_LIMIT_GIVEN : SLURM_LIMIT_WRONG;
    return slurm_duration(text, length, ms) ? SLURM_LIMIT_GIVEN : SLURM_LIMIT_WRONG;
}

/* ---- states ---- */

static const struct {
    const char *name;
    enum slurm_fate fate;
} states[] = {
    {"COMPLETED", SLURM_ENDED},       {"FAILED", SLURM_ENDED},
    {"CANCELLED", SLURM_ENDED},       {"TIMEOUT", SLURM_ENDED},
    {"OUT_OF_MEMORY", SLURM_ENDED},   {"NODE_FAIL", SLURM_ENDED},
    {"PREEMPTED", SLURM_ENDED},       {"REQUEUED", SLURM_ENDED},
    {"BOOT_FAIL", SLURM_ENDED},       {"DEADLINE", SLURM_ENDED},
    {"LAUNCH_FAILED", SLURM_ENDED},   {"RECONFIG_FAIL", SLURM_ENDED},
    {"RESIZING", SLURM_ENDED},        {"POWER_UP_NODE", SLURM_RUNNING},
    {"RUNNING", SLURM_RUNNING},       {"SUSPENDED", SLURM_RUNNING},
    {"COMPLETING", SLURM_RUNNING},    {"CONFIGURING", SLURM_RUNNING},
    {"SIGNALING", SLURM_RUNNING},     {"STAGE_OUT", SLURM_RUNNING},
    {"STOPPED", SLURM_RUNNING},       {"UPDATE_DB", SLURM_RUNNING},
    {"EXPEDITING", SLURM_PENDING},    {"PENDING", SLURM_PENDING},
    {"REQUEUE_FED", SLURM_PENDING},   {"REQUEUE_HOLD", SLURM_PENDING},
    {"RESV_DEL_HOLD", SLURM_PENDING}, {"SPECIAL_EXIT", SLURM_PENDING},
    {"REVOKED", SLURM_ELSEWHERE},
};

enum slurm_fate slurm_fate(const char *state)
{
    size_t length = strcspn(state, " ");
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        if (is_text(state, length, states[i].name))
            return states[i].fate;
    return SLURM_UNKNOWN;
}

/* ---- types of GPUs ---- */

/* The first whose words are all in the name. */
static const struct {
    const char *words[3], *class;
} classes[] = {
    {{"gh200"}, NULL}, /* no class of its own; its GPU is nearer to an H100 */
    {{"b300"}, "b300"},
    {{"b200"}, "b200"},
    {{"h200"}, "h200"},
    {{"h100", "nvl"}, "h100-nvl"},
    {{"h100", "pcie"}, "h100-pcie"},
    {{"h100"}, "h100-sxm"},
    {{"a100", "pcie", "40"}, "a100-40-pcie"},
    {{"a100", "pcie"}, "a100-80-pcie"},
    {{"a100", "40"}, "a100-40-sxm"},
    {{"a100"}, "a100-80-sxm"},
    {{"l40s"}, "l40s"},
    {{"mi300x"}, "mi300x"},
};

static bool names_class(const char *name, const char *const words[3])
{
    for (size_t i = 0; i < 3 && words[i]; i++)
        if (!strstr(name, words[i]))
            return false;
    return true;
}

const char *slurm_class(const char *type, size_t length)
{
    char name[64];
    if (length >= sizeof name)
        return NULL;
    for (size_t i = 0; i < length; i++)
        name[i] = (char)(type[i] >= 'A' && type[i] <= 'Z' ? type[i] + 32 : type[i]);
    name[length] = '\0';
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
        if (names_class(name, classes[i].words))
            return classes[i].class;
    return NULL;
}

/* ---- resources ---- */

static bool take_count(struct slurm_gpus *gpus, const char *type, size_t length,
                       int64_t count, int64_t *untyped, struct error *err)
{
    if (length == 0) {
        *untyped += count;
        return true;
    }
    if (gpus->n_types == SLURM_TYPES_MAX)
        return error_set(err, "names more than %d types of GPU", SLURM_TYPES_MAX);
    gpus->types[gpus->n_types++] = (struct slurm_type){type, length, count};
    gpus->typed += count;
    return true;
}

static bool read_count(const char *text, size_t length, int64_t *count,
                       struct error *err)
{
    return (read_whole(text, length, count) && *count <= JOB_GPUS_MAX) ||
           error_set(err, "does not count GPUs in whole numbers up to %d",
                     JOB_GPUS_MAX);
}

static bool close_counts(struct slurm_gpus *gpus, int64_t untyped, struct error *err)
{
    gpus->total = untyped ? untyped : gpus->typed;
    if (gpus->typed > gpus->total)
        return error_set(err, "has more GPUs by type than in all");
    return gpus->total <= JOB_GPUS_MAX ||
           error_set(err, "has more than %d GPUs", JOB_GPUS_MAX);
}

static bool begins(const char *text, size_t length, const char *with)
{
    return length >= strlen(with) && memcmp(text, with, strlen(with)) == 0;
}

static bool take_tres(struct slurm_gpus *gpus, const char *name, size_t length,
                      int64_t *untyped, struct error *err)
{
    int64_t count;
    const char *equals = memchr(name, '=', length);
    if (!equals)
        return error_set(err, "is no list like 'cpu=64,gres/gpu=8,mem=512G,node=1'");
    size_t named = (size_t)(equals - name);
    gpus->shares |=
        begins(name, named, "gres/shard") || begins(name, named, "gres/mps");
    bool typed = begins(name, named, "gres/gpu:");
    if (!typed && !is_text(name, named, "gres/gpu"))
        return true;
    if (!read_count(equals + 1, length - named - 1, &count, err))
        return false;
    size_t skip = strlen("gres/gpu") + typed;
    return take_count(gpus, name + skip, named - skip, count, untyped, err);
}

bool slurm_tres(const char *text, struct slurm_gpus *gpus, struct error *err)
{
    int64_t untyped = 0;
    *gpus = (struct slurm_gpus){0};
    while (*text) {
        size_t length = strcspn(text, ",");
        if (!take_tres(gpus, text, length, &untyped, err))
            return false;
        text += length + (text[length] == ',');
    }
    return close_counts(gpus, untyped, err);
}

/* "gpu", "gpu:8", "gpu:h100:8", each perhaps with "(S:0-1)" or "(IDX:0-3)" behind. */
static bool take_gres(struct slurm_gpus *gpus, const char *text, size_t length,
                      int64_t *untyped, struct error *err)
{
    const char *paren = memchr(text, '(', length);
    length = paren ? (size_t)(paren - text) : length;
    gpus->shares |= begins(text, length, "shard") || begins(text, length, "mps");
    if (is_text(text, length, "gpu"))
        return take_count(gpus, text, 0, 1, untyped, err);
    if (!begins(text, length, "gpu:"))
        return true;
    const char *type = text + strlen("gpu:"), *end = text + length, *count = end;
    while (count > type && count[-1] != ':')
        count--;
    int64_t gpus_of_type;
    size_t type_length = count > type ? (size_t)(count - 1 - type) : 0;
    if (!read_count(count, (size_t)(end - count), &gpus_of_type, err)) {
        if (count > type)
            return false;
        gpus_of_type = 1; /* "gpu:h100" is one of them */
        type_length = (size_t)(end - type);
    }
    return take_count(gpus, type, type_length, gpus_of_type, untyped, err);
}

/* The length up to a comma outside parentheses. */
static size_t gres_length(const char *text)
{
    size_t length = 0;
    for (bool inside = false; text[length] && (inside || text[length] != ','); length++)
        inside = text[length] == '(' || (inside && text[length] != ')');
    return length;
}

bool slurm_gres(const char *text, struct slurm_gpus *gpus, struct error *err)
{
    int64_t untyped = 0;
    *gpus = (struct slurm_gpus){0};
    if (strcmp(text, "(null)") == 0 || strcmp(text, "N/A") == 0)
        return true;
    while (*text) {
        size_t length = gres_length(text);
        if (!take_gres(gpus, text, length, &untyped, err))
            return false;
        text += length + (text[length] == ',');
    }
    gpus->total = untyped + gpus->typed;
    return gpus->total <= JOB_GPUS_MAX ||
           error_set(err, "has more than %d GPUs", JOB_GPUS_MAX);
}

/* ---- arrays ---- */

static bool read_number(const char **at, int64_t *number)
{
    size_t digits = strspn(*at, "0123456789");
    bool ok = digits <= 9 && read_whole(*at, digits, number);
    *at += digits;
    return ok;
}

/* "5", "5-9", "5-9:2". */
static bool read_range(struct slurm_tasks *tasks)
{
    tasks->step = 1;
    if (!read_number(&tasks->at, &tasks->next))
        return false;
    tasks->last = tasks->next;
    if (*tasks->at == '-') {
        tasks->at++;
        if (!read_number(&tasks->at, &tasks->last))
            return false;
    }
    if (*tasks->at == ':') {
        tasks->at++;
        if (!read_number(&tasks->at, &tasks->step))
            return false;
    }
    return tasks->step >= 1 && tasks->last >= tasks->next;
}

void slurm_tasks_begin(struct slurm_tasks *tasks, const char *id)
{
    const char *bracket = strstr(id, "_[");
    *tasks = (struct slurm_tasks){.at = bracket ? bracket + 2 : "", .last = -1};
}

bool slurm_tasks_next(struct slurm_tasks *tasks, int64_t *task)
{
    if (tasks->next > tasks->last || tasks->step == 0) {
        if (*tasks->at == ',')
            tasks->at++;
        if (!read_range(tasks)) {
            tasks->step = 0;
            return false;
        }
    }
    *task = tasks->next;
    tasks->next += tasks->step;
    return true;
}

bool slurm_tasks_count(const char *id, int64_t *count)
{
    struct slurm_tasks tasks;
    slurm_tasks_begin(&tasks, id);
    *count = 0;
    if (*tasks.at == '\0')
        return false;
    do {
        if (!read_range(&tasks))
            return false;
        *count += (tasks.last - tasks.next) / tasks.step + 1;
    } while (*count <= SLURM_TASKS_MAX && *tasks.at++ == ',');
    int64_t at_once;
    if (*count > SLURM_TASKS_MAX)
        return false;
    tasks.at--;
    if (*tasks.at == '%') {
        tasks.at++;
        if (!read_number(&tasks.at, &at_once))
            return false;
    }
    return strcmp(tasks.at, "]") == 0;
}
