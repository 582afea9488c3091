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
#include "output/manifest_parts.h"

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

static json_t *outputs_json(const struct manifest *manifest)
{
    json_t *object = manifest_value(json_object());
    for (size_t i = 0; i < manifest->n_files; i++) {
        const struct file_record *file = &manifest->files[i];
        json_t *entry = manifest_value(json_object());
        manifest_set(entry, "rows", json_integer(file->rows));
        manifest_set(entry, "sha256", json_string(file->digest));
        manifest_set(object, file->name, entry);
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
    json_t *array = manifest_value(json_array());
    for (size_t i = 0; i < scenario->n_pools; i++) {
        const struct pool_spec *pool = &scenario->pools[i];
        json_t *entry = manifest_value(json_object());
        manifest_set(entry, "name", manifest_text(pool->name));
        manifest_set(entry, "tenure", json_string(tenure_names[pool->tenure]));
        manifest_set(entry, "class",
                     manifest_text(pool->class ? pool->class->name : ""));
        manifest_set(entry, "shrinks", json_boolean(shrinks(pool)));
        manifest_append(array, entry);
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
    json_t *array = manifest_value(json_array());
    for (size_t i = 0; i < scenario->n_service; i++) {
        const struct service_price *price = &scenario->service[i];
        json_t *entry = manifest_value(json_object());
        manifest_set(entry, "workload", manifest_text(price->workload));
        manifest_set(entry, "unserved_nano_usd_per_gpu_h",
                     json_integer(price->unserved_rate));
        manifest_set(entry, "delay_nano_usd_per_gpu_h",
                     json_integer(price->delay_rate));
        manifest_set(entry, "miss_micro_usd", json_integer(price->miss_uusd));
        manifest_append(array, entry);
    }
    return array;
}

/* What the audit must know that the CSV files do not say. */
static json_t *terms_json(const struct manifest *manifest)
{
    static const char *const closings[] = {
        [CLOSING_MARKET] = "market", [CLOSING_BOOK] = "book", [CLOSING_NONE] = "none"};
    const struct scenario *scenario = manifest->scenario;
    json_t *object = manifest_value(json_object());

    manifest_set(object, "start", date(scenario->start_unix_ms));
    manifest_set(object, "end",
                 date(scenario->start_unix_ms + manifest->result->end_ms));
    manifest_set(object, "initial",
                 json_boolean(scenario->n_demand > 0 && scenario->demand[0].initial));
    manifest_set(object, "warmup_ms", json_integer(scenario->warmup_ms));
    manifest_set(object, "closing", json_string(closings[scenario->closing]));
    manifest_set(object, "checkpoints", json_boolean(has_checkpoints(scenario)));
    manifest_set(object, "billing_short",
                 json_boolean(manifest->result->billing_short));
    manifest_set(object, "pools", pools_json(scenario));
    if (scenario->tax.on)
        manifest_set(object, "tax", json_true());
    if (scenario->n_service > 0)
        manifest_set(object, "service", service_json(scenario));
    return object;
}

static json_t *warnings_json(const struct manifest *manifest)
{
    struct arena arena = {0};
    json_t *array = manifest_value(json_array());
    const char **list = manifest_warnings(manifest->scenario, manifest->result, &arena);
    for (const char **sentence = list; *sentence; sentence++)
        manifest_append(array, manifest_text(*sentence));
    arena_free(&arena);
    return array;
}

static bool write_json(json_t *root, const char *name, struct staging *staging,
                       struct error *err)
{
    char *dump =
        json_dumps(root, JSON_SORT_KEYS | JSON_INDENT(2) | JSON_REAL_PRECISION(6));
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
    json_t *root = manifest_value(json_object());

    manifest_set(root, "program", json_string("tenure"));
    manifest_set(root, "version", json_string(manifest->version));
    manifest_set(root, "format", json_integer(1));
    manifest_set(root, "scenario", manifest_scenario(scenario));
    manifest_set(root, "resolved", manifest_resolved(scenario));
    manifest_set(root, "seed", json_integer(scenario->seed));
    manifest_set(root, "replication", json_integer((json_int_t)manifest->replication));
    manifest_set(root, "inputs", manifest_inputs(scenario));
    manifest_set(root, "outputs", outputs_json(manifest));
    manifest_set(root, "terms", terms_json(manifest));
    manifest_set(root, "warnings", warnings_json(manifest));
    fingerprint(hex);
    manifest_set(root, "fingerprint", json_string(hex));
    manifest_digest(root, hex);
    manifest_set(root, "self", json_string(hex));
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

    json_t *root = manifest_value(json_object());
    manifest_set(root, "date", date((int64_t)now.tv_sec * MS_PER_S));
    manifest_set(root, "events", json_integer(facts->events));
    manifest_set(root, "host", manifest_text(host.nodename));
    manifest_set(root, "machine", manifest_text(host.machine));
    manifest_set(root, "peak_memory_kib", json_integer(usage.ru_maxrss));
    manifest_set(root, "threads", json_integer(facts->threads));
    manifest_set(root, "wall_s", json_real(floor(facts->wall_s * 1e3) / 1e3));
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

    char *dump = manifest_dump(root);
    bool same = length == strlen(dump) + 1 && memcmp(dump, content, length - 1) == 0 &&
                content[length - 1] == '\n';
    free(dump);

    char hex[SHA256_HEX];
    const char *value = json_string_value(json_object_get(root, "self"));
    char *self = strdup(value ? value : "");
    if (!self)
        out_of_memory();
    json_object_del(root, "self");
    manifest_digest(root, hex);
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
