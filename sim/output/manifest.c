#include "output/manifest.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>

#include "base/calendar.h"
#include "base/fingerprint.h"

#define DUMP (JSON_SORT_KEYS | JSON_INDENT(2))

static json_t *checked(json_t *value)
{
    if (!value)
        out_of_memory();
    return value;
}

/* Paths and labels come from users and may be no UTF-8; JSON must be. */
static json_t *text(const char *value)
{
    if (!value)
        return json_null();
    json_t *string = json_string(value);
    if (string)
        return string;
    size_t length = strlen(value);
    char *plain = malloc(length + 1);
    if (!plain)
        out_of_memory();
    for (size_t i = 0; i <= length; i++)
        plain[i] = (unsigned char)value[i] < 0x80 ? value[i] : '?';
    string = checked(json_string(plain));
    free(plain);
    return string;
}

static void set(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, checked(value)) != 0)
        out_of_memory();
}

static void append(json_t *array, json_t *value)
{
    if (json_array_append_new(array, checked(value)) != 0)
        out_of_memory();
}

static json_t *date(int64_t unix_ms)
{
    char written[CALENDAR_TEXT];
    calendar_format(unix_ms, written);
    return json_string(written);
}

static void add_warning(const char **list, size_t *n, const char *sentence)
{
    list[(*n)++] = sentence;
}

static bool is_said(const struct scenario *scenario, const char *word)
{
    for (size_t i = 0; i < scenario->n_warnings; i++)
        if (strstr(scenario->warnings[i], word))
            return true;
    return false;
}

static int128 overhead_gpu_ms(const struct run_result *result)
{
    int128 overhead = 0;
    for (size_t i = 0; i < result->n_pools; i++)
        overhead += result->pools[i].state_gpu_ms[GPU_BUSY_OVERHEAD];
    return overhead;
}

static const char *closed_levels(const struct run_result *result, struct arena *arena)
{
    if (result->closed_levels == 1)
        return arena_printf(arena, "level '%s' can never be served: %s",
                            result->closed_level, result->closed_reason);
    return arena_printf(arena,
                        "%" PRId64 " levels can never be served; of the first, '%s': "
                        "%s",
                        result->closed_levels, result->closed_level,
                        result->closed_reason);
}

#define RUN_WARNINGS 8

const char **manifest_warnings(const struct scenario *scenario,
                               const struct run_result *result, struct arena *arena)
{
    size_t room = scenario->n_warnings + RUN_WARNINGS + 1;
    const char **list = ARENA_ARRAY(arena, room, const char *);
    const struct group_result *total = &result->groups[0];
    size_t n = 0;

    for (size_t i = 0; i < scenario->n_warnings; i++)
        add_warning(list, &n, scenario->warnings[i]);
    if (total->censored > 0 && (double)total->censored > 0.01 * (double)total->wait.n)
        add_warning(
            list, &n,
            arena_printf(arena,
                         "%" PRId64 " of %" PRIu64 " jobs (%.1f %%) had not "
                         "started by the end; their waits are cut short",
                         total->censored, total->wait.n,
                         100.0 * (double)total->censored / (double)total->wait.n));
    if (total->refused > 0 && (double)total->refused > 0.01 * (double)total->arrived)
        add_warning(
            list, &n,
            arena_printf(arena,
                         "%" PRId64 " of %" PRId64 " jobs (%.1f %%) were refused, "
                         "for no open pool could ever run them: their work is in "
                         "no figure; `tenure check` and `reason` in jobs.csv say "
                         "why",
                         total->refused, total->arrived,
                         100.0 * (double)total->refused / (double)total->arrived));
    if (result->unstable)
        add_warning(list, &n,
                    "the backlog grows to the end: waits depend on the horizon");
    if (result->clairvoyant && !is_said(scenario, "clairvoyant"))
        add_warning(list, &n,
                    "clairvoyant: estimates are the true durations, which no scheduler "
                    "knows");
    int128 overhead = overhead_gpu_ms(result);
    int128 useful = total->useful_gpu_ms + total->level_served_gpu_ms;
    if (overhead > useful)
        add_warning(
            list, &n,
            arena_printf(arena,
                         "overhead (boots, checkpoints, lost work, restarts) took "
                         "%.0f GPU-h, more than the %.0f of useful work: %s",
                         (double)overhead / (double)MS_PER_H,
                         (double)useful / (double)MS_PER_H,
                         total->arrived > 0
                             ? "jobs are interrupted before they get on"
                             : "what levels take boots, or is held, for longer than it "
                               "serves"));
    if (result->closed_levels > 0)
        add_warning(list, &n, closed_levels(result, arena));
    if (result->billing_short)
        add_warning(
            list, &n,
            "billing_until: last_start leaves capacity unbilled; utilization can "
            "pass 100 %");
    if (scenario->discount_frac_per_y == 0)
        add_warning(list, &n,
                    "no discount rate: capital is free, and npv_usd is a plain sum");
    assert(n < room);
    return list;
}

/* Paths as the scenario's folder sees them, wherever the program was called from and
 * however the scenario's own path was typed: equal inputs, equal manifests. */

static size_t folder_length(const struct scenario *scenario)
{
    const char *slash = strrchr(scenario->path, '/');
    return slash ? (size_t)(slash - scenario->path) + 1 : 0;
}

/* "../base.yaml:12:20" as "base.yaml:12:20"; other origins are no paths. */
static const char *local_origin(const struct scenario *scenario, const char *origin)
{
    size_t length = strlen(scenario->path);
    if (strncmp(origin, scenario->path, length) != 0 ||
        (origin[length] != ':' && origin[length] != '\0'))
        return origin;
    return origin + folder_length(scenario);
}

static bool is_resolved_value(const struct scenario *scenario, const char *text)
{
    for (size_t i = 0; i < scenario->resolved.n; i++)
        if (strcmp(scenario->resolved.items[i].value, text) == 0)
            return true;
    return false;
}

/* An input as it stands in the scenario, before the scenario's folder was added. */
static const char *local_path(const struct scenario *scenario, const char *path)
{
    size_t length = folder_length(scenario);
    if (strcmp(path, scenario->path) == 0)
        return path + length;
    if (strncmp(path, scenario->path, length) != 0 ||
        (path[0] == '/' && is_resolved_value(scenario, path)))
        return path;
    return path + length;
}

static json_t *resolved_json(const struct scenario *scenario)
{
    json_t *object = checked(json_object());
    for (size_t i = 0; i < scenario->resolved.n; i++) {
        const struct resolved *item = &scenario->resolved.items[i];
        json_t *entry = checked(json_object());
        set(entry, "value", text(item->value));
        set(entry, "origin", text(local_origin(scenario, item->origin)));
        set(object, item->path, entry);
    }
    return object;
}

static json_t *inputs_json(const struct scenario *scenario)
{
    json_t *array = checked(json_array());
    for (size_t i = 0; i < scenario->n_inputs; i++) {
        json_t *entry = checked(json_object());
        set(entry, "path", text(local_path(scenario, scenario->inputs[i].path)));
        set(entry, "sha256", json_string(scenario->inputs[i].digest));
        append(array, entry);
    }
    return array;
}

static json_t *outputs_json(const struct manifest *manifest)
{
    json_t *object = checked(json_object());
    for (size_t i = 0; i < manifest->n_files; i++) {
        const struct file_record *file = &manifest->files[i];
        json_t *entry = checked(json_object());
        set(entry, "rows", json_integer(file->rows));
        set(entry, "sha256", json_string(file->digest));
        set(object, file->name, entry);
    }
    return object;
}

/* GPUs may leave an owned pool by plan, policy or loss: then a lot has fewer than at
 * its beginning. */
static bool shrinks(const struct pool_spec *pool)
{
    if (pool->procure.model && pool->tenure == TENURE_OWN)
        return true;
    if (pool->failures && pool->failures->loss_frac > 0)
        return true;
    for (size_t i = 0; i < pool->n_changes; i++)
        if (pool->changes[i].gpus < 0)
            return true;
    return pool->economic_life.months > 0 || pool->economic_life.ms > 0;
}

static json_t *pools_json(const struct scenario *scenario)
{
    json_t *array = checked(json_array());
    for (size_t i = 0; i < scenario->n_pools; i++) {
        const struct pool_spec *pool = &scenario->pools[i];
        json_t *entry = checked(json_object());
        set(entry, "name", text(pool->name));
        set(entry, "tenure", json_string(tenure_names[pool->tenure]));
        set(entry, "class", text(pool->class ? pool->class->name : ""));
        set(entry, "shrinks", json_boolean(shrinks(pool)));
        append(array, entry);
    }
    return array;
}

/* Whether part of a job's time may go to checkpoints. */
static bool has_checkpoints(const struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->n_demand; i++) {
        const struct demand_spec *spec = &scenario->demand[i];
        if (spec->kind.checkpoint_cost_ms > 0)
            return true;
        for (size_t k = 0; spec->trace && k < spec->trace->n_kinds; k++)
            if (spec->trace->kinds[k].checkpoint_cost_ms > 0)
                return true;
    }
    return false;
}

static json_t *service_json(const struct scenario *scenario)
{
    json_t *array = checked(json_array());
    for (size_t i = 0; i < scenario->n_service; i++) {
        const struct service_price *price = &scenario->service[i];
        json_t *entry = checked(json_object());
        set(entry, "workload", text(price->workload));
        set(entry, "unserved_nano_usd_per_gpu_h", json_integer(price->unserved_rate));
        set(entry, "delay_nano_usd_per_gpu_h", json_integer(price->delay_rate));
        set(entry, "miss_micro_usd", json_integer(price->miss_uusd));
        append(array, entry);
    }
    return array;
}

/* What the audit must know that the CSV files do not say. */
static json_t *terms_json(const struct manifest *manifest)
{
    static const char *const closings[] = {
        [CLOSING_MARKET] = "market", [CLOSING_BOOK] = "book", [CLOSING_NONE] = "none"};
    const struct scenario *scenario = manifest->scenario;
    json_t *object = checked(json_object());

    set(object, "start", date(scenario->start_unix_ms));
    set(object, "end", date(scenario->start_unix_ms + manifest->result->end_ms));
    set(object, "initial",
        json_boolean(scenario->n_demand > 0 && scenario->demand[0].initial));
    set(object, "warmup_ms", json_integer(scenario->warmup_ms));
    set(object, "closing", json_string(closings[scenario->closing]));
    set(object, "checkpoints", json_boolean(has_checkpoints(scenario)));
    set(object, "billing_short", json_boolean(manifest->result->billing_short));
    set(object, "pools", pools_json(scenario));
    if (scenario->tax.on)
        set(object, "tax", json_true());
    if (scenario->n_service > 0)
        set(object, "service", service_json(scenario));
    return object;
}

static json_t *warnings_json(const struct manifest *manifest)
{
    struct arena arena = {0};
    json_t *array = checked(json_array());
    const char **list = manifest_warnings(manifest->scenario, manifest->result, &arena);
    for (const char **sentence = list; *sentence; sentence++)
        append(array, text(*sentence));
    arena_free(&arena);
    return array;
}

static json_t *scenario_json(const struct scenario *scenario)
{
    const char *digest = scenario->n_inputs > 0 ? scenario->inputs[0].digest : "";
    json_t *object = checked(json_object());
    set(object, "name", text(scenario->name));
    set(object, "path", text(local_path(scenario, scenario->path)));
    set(object, "sha256", json_string(digest));
    return object;
}

static void digest_of(const json_t *root, char hex[SHA256_HEX])
{
    char *dump = json_dumps(root, DUMP);
    if (!dump)
        out_of_memory();
    struct sha256 sha;
    sha256_start(&sha);
    sha256_add(&sha, dump, strlen(dump));
    sha256_end(&sha, hex);
    free(dump);
}

static bool write_json(json_t *root, const char *name, struct staging *staging,
                       struct error *err)
{
    char *dump = json_dumps(root, DUMP | JSON_REAL_PRECISION(6));
    if (!dump)
        out_of_memory();
    size_t length = strlen(dump);
    dump[length] = '\n'; /* in place of the NUL: length is passed on */
    bool ok = staging_write(staging, name, dump, length + 1, err);
    free(dump);
    json_decref(root);
    return ok;
}

bool manifest_write(const struct manifest *manifest, struct staging *staging,
                    struct error *err)
{
    const struct scenario *scenario = manifest->scenario;
    char hex[SHA256_HEX];
    json_t *root = checked(json_object());

    set(root, "program", json_string("tenure"));
    set(root, "version", json_string(manifest->version));
    set(root, "format", json_integer(1));
    set(root, "scenario", scenario_json(scenario));
    set(root, "resolved", resolved_json(scenario));
    set(root, "seed", json_integer(scenario->seed));
    set(root, "replication", json_integer((json_int_t)manifest->replication));
    set(root, "inputs", inputs_json(scenario));
    set(root, "outputs", outputs_json(manifest));
    set(root, "terms", terms_json(manifest));
    set(root, "warnings", warnings_json(manifest));
    fingerprint(hex);
    set(root, "fingerprint", json_string(hex));
    digest_of(root, hex);
    set(root, "self", json_string(hex));
    return write_json(root, MANIFEST_NAME, staging, err);
}

bool run_facts_write(const struct run_facts *facts, struct staging *staging,
                     struct error *err)
{
    struct rusage usage = {0};
    struct utsname host = {0};
    struct timespec now = {0};
    getrusage(RUSAGE_SELF, &usage);
    uname(&host);
    clock_gettime(CLOCK_REALTIME, &now);

    json_t *root = checked(json_object());
    set(root, "date", date((int64_t)now.tv_sec * MS_PER_S));
    set(root, "events", json_integer(facts->events));
    set(root, "host", text(host.nodename));
    set(root, "machine", text(host.machine));
    set(root, "peak_memory_kib", json_integer(usage.ru_maxrss));
    set(root, "threads", json_integer(facts->threads));
    set(root, "wall_s", json_real(floor(facts->wall_s * 1e3) / 1e3));
    return write_json(root, "run.json", staging, err);
}

static bool read_whole(const char *path, char **content, size_t *length,
                       struct error *err)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return error_errno(err, path);
    size_t room = 1 << 16, n = 0;
    char *buffer = malloc(room);
    for (size_t got = 1; buffer && got > 0; n += got) {
        if (n == room)
            buffer = realloc(buffer, room *= 2);
        got = buffer ? fread(buffer + n, 1, room - n, file) : 0;
    }
    if (!buffer)
        out_of_memory();
    bool failed = ferror(file) != 0;
    fclose(file);
    if (failed) {
        free(buffer);
        return error_errno(err, path);
    }
    *content = buffer;
    *length = n;
    return true;
}

static bool verify(const char *path, const char *content, size_t length,
                   struct error *err)
{
    json_error_t where;
    json_t *root = json_loadb(content, length, JSON_REJECT_DUPLICATES, &where);
    if (!root)
        return error_at(err, (struct place){path, where.line, where.column},
                        "not JSON: %s", where.text);

    char *dump = json_dumps(root, DUMP);
    bool same = dump && length == strlen(dump) + 1 &&
                memcmp(dump, content, length - 1) == 0 && content[length - 1] == '\n';
    free(dump);

    char hex[SHA256_HEX];
    const char *value = json_string_value(json_object_get(root, "self"));
    char *self = strdup(value ? value : "");
    if (!self)
        out_of_memory();
    json_object_del(root, "self");
    digest_of(root, hex);
    bool right = strcmp(self, hex) == 0;
    free(self);
    json_decref(root);
    if (!right)
        return error_at(err, (struct place){.file = path},
                        "was changed: its digest 'self' is not that of its content");
    return same || error_at(err, (struct place){.file = path},
                            "was rewritten: it is not in the form Tenure writes");
}

bool manifest_verify(const char *path, struct error *err)
{
    char *content = NULL;
    size_t length = 0;
    if (!read_whole(path, &content, &length, err))
        return false;
    bool ok = verify(path, content, length, err);
    free(content);
    return ok;
}
