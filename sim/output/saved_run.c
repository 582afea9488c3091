#include "output/saved_run.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/quantity.h"
#include "output/audit.h"
#include "output/staging.h"
#include "output/table_read.h"

static const char *copy(struct saved_run *run, const json_t *value)
{
    const char *text = json_string_value(value);
    return arena_strdup(&run->arena, text ? text : "");
}

static bool malformed(const struct saved_run *run, const char *what, struct error *err)
{
    return error_kind_set(err, ERROR_AUDIT, "%s/%s: %s is missing or malformed",
                          run->dir, MANIFEST_NAME, what);
}

static bool get_date(const json_t *terms, const char *key, int64_t *unix_ms)
{
    const char *text = json_string_value(json_object_get(terms, key));
    struct error ignored;
    return text && calendar_parse(text, strlen(text), unix_ms, &ignored);
}

static bool load_pools(struct saved_run *run, const json_t *list)
{
    run->n_pools = json_array_size(list);
    run->pools = ARENA_ARRAY(&run->arena, run->n_pools + 1, struct saved_pool);
    for (size_t i = 0; i < run->n_pools; i++) {
        const json_t *entry = json_array_get(list, i);
        const char *tenure = json_string_value(json_object_get(entry, "tenure"));
        struct saved_pool *pool = &run->pools[i];
        int at = 0;
        while (tenure && tenure_names[at] && strcmp(tenure_names[at], tenure) != 0)
            at++;
        if (!tenure || !tenure_names[at])
            return false;
        pool->tenure = (enum tenure)at;
        pool->name = copy(run, json_object_get(entry, "name"));
        pool->class = copy(run, json_object_get(entry, "class"));
    }
    return true;
}

static int by_name(const void *left, const void *right)
{
    const struct saved_text *a = left, *b = right;
    return strcmp(a->name, b->name);
}

static void load_params(struct saved_run *run, json_t *resolved)
{
    const char *name;
    json_t *entry;
    run->params =
        ARENA_ARRAY(&run->arena, json_object_size(resolved) + 1, struct saved_text);
    json_object_foreach(resolved, name, entry)
    {
        run->params[run->n_params++] =
            (struct saved_text){arena_strdup(&run->arena, name),
                                copy(run, json_object_get(entry, "value"))};
    }
    qsort(run->params, run->n_params, sizeof *run->params, by_name);
}

static void load_inputs(struct saved_run *run, const json_t *list)
{
    run->n_inputs = json_array_size(list);
    run->inputs = ARENA_ARRAY(&run->arena, run->n_inputs + 1, struct saved_text);
    for (size_t i = 0; i < run->n_inputs; i++) {
        const json_t *entry = json_array_get(list, i);
        run->inputs[i] =
            (struct saved_text){copy(run, json_object_get(entry, "path")),
                                copy(run, json_object_get(entry, "sha256"))};
    }
}

static void load_outputs(struct saved_run *run, json_t *outputs)
{
    const char *name;
    json_t *entry;
    run->outputs =
        ARENA_ARRAY(&run->arena, json_object_size(outputs) + 1, struct saved_text);
    json_object_foreach(outputs, name, entry)
    {
        run->outputs[run->n_outputs++] =
            (struct saved_text){arena_strdup(&run->arena, name),
                                copy(run, json_object_get(entry, "sha256"))};
    }
}

static bool load_manifest(struct saved_run *run, json_t *root, struct error *err)
{
    const json_t *terms = json_object_get(root, "terms");
    const char *rate;
    struct error ignored;

    run->name = copy(run, json_object_get(json_object_get(root, "scenario"), "name"));
    run->version = copy(run, json_object_get(root, "version"));
    run->fingerprint = copy(run, json_object_get(root, "fingerprint"));
    run->seed = json_integer_value(json_object_get(root, "seed"));
    run->replication = json_integer_value(json_object_get(root, "replication"));
    run->format = json_integer_value(json_object_get(root, "format"));
    run->warmup_ms = json_integer_value(json_object_get(terms, "warmup_ms"));
    if (!get_date(terms, "start", &run->start_unix_ms) ||
        !get_date(terms, "end", &run->end_unix_ms) ||
        run->end_unix_ms < run->start_unix_ms)
        return malformed(run, "'terms'", err);
    if (!load_pools(run, json_object_get(terms, "pools")))
        return malformed(run, "'terms.pools'", err);
    load_params(run, json_object_get(root, "resolved"));
    load_inputs(run, json_object_get(root, "inputs"));
    load_outputs(run, json_object_get(root, "outputs"));
    rate = saved_run_param(run, "discount_rate");
    if (rate &&
        !quantity_real(rate, DIM_FRAC_PER_Y, &run->discount_frac_per_y, &ignored))
        return malformed(run, "'resolved.discount_rate'", err);
    return true;
}

static bool read_manifest(struct saved_run *run, struct error *err)
{
    json_error_t where;
    const char *path = arena_printf(&run->arena, "%s/%s", run->dir, MANIFEST_NAME);
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &where);
    if (!root)
        return error_kind_set(err, ERROR_AUDIT, "%s: not JSON: %s", path, where.text);
    bool ok = load_manifest(run, root, err);
    json_decref(root);
    return ok;
}

/* GPU-hours with nine digits may need more than 64 bits. */
static bool parse_value(struct saved_metric *metric)
{
    const char *c = metric->text;
    bool negative = *c == '-', point = false;
    int digits = 0;
    for (c += negative; *c; c++) {
        if (*c == '.' && !point) {
            point = true;
            continue;
        }
        if (*c < '0' || *c > '9' || ++digits > 36)
            return false;
        metric->value = metric->value * 10 + (*c - '0');
        metric->digits += point;
    }
    if (negative)
        metric->value = -metric->value;
    return digits > 0;
}

static bool summary_row(void *self, int64_t line, const struct cell cells[],
                        struct error *err)
{
    struct saved_run *run = self;
    const char *key = arena_printf(&run->arena, "%s\n%s", cells[SUMMARY_SCOPE].text,
                                   cells[SUMMARY_METRIC].text);
    size_t n = run->metric_keys.n;
    if (names_add(&run->metric_keys, key, strlen(key)) < n)
        return true; /* the first counts; the audit complains */
    if (n == run->metrics_room) {
        run->metrics_room = n ? 2 * n : 256;
        run->metrics = arena_grow(&run->arena, run->metrics, n, run->metrics_room,
                                  sizeof *run->metrics);
    }
    struct saved_metric *metric = &run->metrics[n];
    *metric = (struct saved_metric){
        .scope = arena_strdup(&run->arena, cells[SUMMARY_SCOPE].text),
        .metric = arena_strdup(&run->arena, cells[SUMMARY_METRIC].text),
        .unit = arena_strdup(&run->arena, cells[SUMMARY_UNIT].text),
        .text = arena_strdup(&run->arena, cells[SUMMARY_VALUE].text),
    };
    if (parse_value(metric))
        return true;
    struct place place = {arena_printf(&run->arena, "%s/summary.csv", run->dir), line,
                          SUMMARY_VALUE + 1};
    return error_at(err, place, "'%s' is not a number that fits", metric->text);
}

static bool load(struct saved_run *run, struct error *err)
{
    struct table_reader reader = {
        .table = TABLE_SUMMARY, .row = summary_row, .self = run};
    return audit_unchanged(run->dir, false, err) && read_manifest(run, err) &&
           table_read(run->dir, &reader, err);
}

bool saved_run_open(struct saved_run *run, const char *dir, struct error *err)
{
    size_t length = strlen(dir);
    *run = (struct saved_run){0};
    while (length > 1 && dir[length - 1] == '/')
        length--;
    run->dir = arena_strndup(&run->arena, dir, length);
    run->metric_keys.arena = &run->arena;
    if (load(run, err))
        return true;
    saved_run_close(run);
    return false;
}

void saved_run_close(struct saved_run *run)
{
    arena_free(&run->arena);
    *run = (struct saved_run){0};
}

const struct saved_metric *saved_run_metric(const struct saved_run *run,
                                            const char *scope, const char *metric)
{
    char key[512];
    int n = snprintf(key, sizeof key, "%s\n%s", scope, metric);
    if (n < 0 || (size_t)n >= sizeof key)
        return NULL;
    uint32_t id = names_find(&run->metric_keys, key, (size_t)n);
    return id == NAMES_NONE ? NULL : &run->metrics[id];
}

double saved_run_value(const struct saved_run *run, const char *scope,
                       const char *metric)
{
    const struct saved_metric *found = saved_run_metric(run, scope, metric);
    return found ? (double)found->value / pow(10, found->digits) : 0;
}

const char *saved_run_letter(const struct saved_run *const runs[2], int side)
{
    const char *letter = runs[side]->letter;
    return letter ? letter : side ? "B" : "A";
}

const char *saved_run_param(const struct saved_run *run, const char *name)
{
    const struct saved_text wanted = {.name = name};
    if (run->n_params == 0)
        return NULL;
    const struct saved_text *found =
        bsearch(&wanted, run->params, run->n_params, sizeof *run->params, by_name);
    return found ? found->value : NULL;
}

bool saved_run_has(const struct saved_run *run, const char *file)
{
    for (size_t i = 0; i < run->n_outputs; i++)
        if (strcmp(run->outputs[i].name, file) == 0)
            return true;
    return false;
}

bool saved_runs_mix_classes(const struct saved_run *const runs[], size_t n)
{
    const char *first = NULL;
    for (size_t r = 0; r < n; r++)
        for (size_t i = 0; i < runs[r]->n_pools; i++) {
            const struct saved_pool *pool = &runs[r]->pools[i];
            if (saved_run_value(runs[r], pool->name, "busy_useful_gpu_h") == 0)
                continue;
            if (!first)
                first = pool->class;
            if (strcmp(pool->class, first) != 0)
                return true;
        }
    return false;
}

int saved_run_pool(const struct saved_run *run, const char *name)
{
    for (size_t i = 0; i < run->n_pools; i++)
        if (strcmp(run->pools[i].name, name) == 0)
            return (int)i;
    return -1;
}
