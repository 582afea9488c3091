#include "input/scenario.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "input/scenario_parts.h"

/* What the file says of the whole. */
struct frame {
    const char *name, *catalog, *horizon;
    int64_t start_unix_ms;
    struct span interval, warmup;
    int64_t seed;
    double discount_frac_per_y;
    int closing, billing_until;
    bool events, chargeback;
};

static const char *const closing_names[] = {"market", "book", "none", NULL};
static const char *const billing_names[] = {"horizon", "last_start", NULL};

const struct param scenario_params[] = {
    {PARAM_WORD(struct frame, "name", name, "",
                "what the results are called; default: the file's name")},
    {PARAM_INSTANT(struct frame, "start", start_unix_ms, NULL,
                   "the date at which the clock begins, as in 2026-01-01; UTC")},
    {PARAM_WORD(
        struct frame, "horizon", horizon, NULL,
        "how long is simulated, as in 1y or 90d; or until_idle, which ends when "
        "demand is spent and nothing runs or can ever start")},
    {PARAM_TERM(struct frame, "interval", interval, "1d", 1, 6.4e12,
                "length of an interval of timeline.csv")},
    {PARAM_TERM(struct frame, "warmup", warmup, "0 s", 0, 6.4e12,
                "waits count for jobs submitted after this")},
    {PARAM_COUNT(struct frame, "seed", seed, "1", 0, 9e18, "of all random streams")},
    {PARAM_REAL_IN(
        DIM_FRAC_PER_Y, struct frame, "discount_rate", discount_frac_per_y, "0 %/y", 0,
        10, "yearly cost of capital: the capital charge and all present values")},
    {PARAM_ONE_OF(struct frame, "closing", closing, closing_names, "market",
                  "value at the horizon of what is still held")},
    {PARAM_ONE_OF(struct frame, "billing_until", billing_until, billing_names,
                  "horizon",
                  "when fixed capacity stops being billed; last_start reproduces other "
                  "simulators, and the audit flags it")},
    {PARAM_FLAG(struct frame, "events", events, "false", "write events.csv")},
    {PARAM_FLAG(struct frame, "chargeback", chargeback, "false",
                "divide the economic cost of the pools among tenants and workloads, "
                "and write chargeback.csv")},
    {PARAM_WORD(struct frame, "catalog", catalog, "",
                "a file of GPU classes and figures, added to the built-in catalogue")},
    PARAMS_END,
};

/* The last five are of studies: input/study_spec.h. */
static const char *const frame_also[] = {
    "demand",      "markets", "initial", "pools",     "dispatch",
    "outages",     "service", "tax",     "shocks",    "uncertain",
    "correlation", "sweep",   "study",   "breakeven", NULL};

struct place node_place(const struct node *map, const char *key)
{
    const struct node *value = node_get(map, key);
    return value ? value->place : map->place;
}

bool params_given(const struct param table[], const struct params_context *context,
                  const char *key)
{
    for (size_t i = 0; table[i].name; i++)
        if (strcmp(table[i].name, key) == 0)
            return context->given >> i & 1;
    assert(!"a key of the table");
    return false;
}

void scenario_note(struct scenario *scenario, const char *path, const char *key,
                   const char *value, const char *origin)
{
    const char *label = arena_printf(&scenario->arena, "%s.%s", path, key);
    resolved_add(&scenario->resolved, label, value, origin);
}

void scenario_warn(struct scenario *scenario, const char *fmt, ...)
{
    char text[1024];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    struct error message; /* what it quotes is made harmless */
    error_set(&message, "%s", text);

    size_t n = scenario->n_warnings;
    scenario->warnings = arena_grow(&scenario->arena, scenario->warnings, n, n + 1,
                                    sizeof *scenario->warnings);
    scenario->warnings[n] = arena_strdup(&scenario->arena, message.text);
    scenario->n_warnings = n + 1;
}

const char *scenario_path_beside(struct scenario *scenario, const char *path)
{
    const char *slash = strrchr(scenario->path, '/');
    if (!slash || path[0] == '/' || strcmp(path, "-") == 0)
        return path;
    return arena_printf(&scenario->arena, "%.*s/%s", (int)(slash - scenario->path),
                        scenario->path, path);
}

bool scenario_blame(struct place place, const char *key, const char *path,
                    struct error *err)
{
    size_t length = strlen(path);
    if (strncmp(err->text, path, length) != 0 ||
        strncmp(err->text + length, ": ", 2) != 0)
        return false;
    return error_at(err, place, "%s: %s", key, err->text);
}

void scenario_add_input(struct scenario *scenario, const char *path,
                        const char digest[SHA256_HEX])
{
    size_t n = scenario->n_inputs;
    scenario->inputs = arena_grow(&scenario->arena, scenario->inputs, n, n + 1,
                                  sizeof *scenario->inputs);
    struct input_file *input = &scenario->inputs[n];
    input->path = arena_strdup(&scenario->arena, path);
    memcpy(input->digest, digest, SHA256_HEX);
    scenario->n_inputs = n + 1;
}

const struct gpu_class *scenario_class(struct scenario *scenario, const char *name,
                                       struct place place, const char *path,
                                       struct error *err)
{
    const struct catalog *catalog = scenario->catalog;
    const struct gpu_class *class = catalog_find(catalog, name);
    if (class)
        return class;
    const char **names = ARENA_ARRAY(&scenario->arena, catalog->n + 1, const char *);
    const char *forms = "";
    for (size_t i = 0; i < catalog->n; i++) {
        names[i] = catalog->classes[i].name;
        if (strncmp(names[i], name, strlen(name)) == 0)
            forms = arena_printf(&scenario->arena, "%s%s%s", forms, *forms ? ", " : "",
                                 names[i]);
    }
    const char *near = nearest_name(name, names);
    if (*forms && *name)
        error_at(err, place, "%s: no GPU class '%s' in the catalogue; there are %s",
                 path, name, forms);
    else if (near)
        error_at(err, place,
                 "%s: no GPU class '%s' in the catalogue; did you mean '%s'?", path,
                 name, near);
    else
        error_at(err, place,
                 "%s: no GPU class '%s' in the catalogue; `tenure models --catalogue` "
                 "lists them",
                 path, name);
    return NULL;
}

int scenario_pool_index(const struct scenario *scenario, const char *name,
                        struct place place, const char *path, struct error *err)
{
    const char *names[POOLS_MAX + 1] = {NULL};
    for (size_t i = 0; i < scenario->n_pools; i++) {
        names[i] = scenario->pools[i].name;
        if (strcmp(names[i], name) == 0)
            return (int)i;
    }
    const char *near = nearest_name(name, names);
    if (near)
        error_at(err, place, "%s: no pool is called '%s'; did you mean '%s'?", path,
                 name, near);
    else
        error_at(err, place, "%s: no pool is called '%s'", path, name);
    return -1;
}

/* The file's name without folder and suffix. */
static const char *stem(struct scenario *scenario)
{
    const char *slash = strrchr(scenario->path, '/');
    const char *name = slash ? slash + 1 : scenario->path;
    const char *dot = strrchr(name, '.');
    size_t length = dot && dot > name ? (size_t)(dot - name) : strlen(name);
    return arena_strndup(&scenario->arena, name, length);
}

static bool read_horizon(struct scenario *scenario, const char *text,
                         const struct node *root, struct error *err)
{
    scenario->until_idle = strcmp(text, "until_idle") == 0;
    scenario->horizon_ms = NEVER_MS;
    if (scenario->until_idle)
        return true;
    struct place place = node_place(root, "horizon");
    struct span span;
    struct error inner;
    if (!quantity_span(text, &span, &inner))
        return error_at(err, place, "horizon: %s; or until_idle", inner.text);
    int64_t start = scenario->start_unix_ms;
    int64_t longest = calendar_add_months(start, 2400) - start;
    bool far = span.months > 2400 || span.ms > longest;
    scenario->horizon_ms = far ? longest + 1 : calendar_add(start, span) - start;
    if (scenario->horizon_ms > longest)
        return error_at(err, place, "horizon: %s is above 200y", text);
    if (scenario->horizon_ms < 1)
        return error_at(err, place, "horizon: %s is no time at all", text);
    return true;
}

static bool check_frame(const struct scenario *scenario, const struct node *root,
                        struct error *err)
{
    if (scenario->until_idle)
        return true;
    double horizon = (double)scenario->horizon_ms;
    double interval = (double)scenario->interval.months * (double)MS_PER_MO +
                      (double)scenario->interval.ms;
    if (horizon / interval > INTERVALS_MAX)
        return error_at(err, node_place(root, "interval"),
                        "interval: the horizon would have %.0f intervals, above the "
                        "limit of 2000000; choose a longer interval",
                        horizon / interval);
    if (scenario->warmup_ms >= scenario->horizon_ms)
        return error_at(err, node_place(root, "warmup"),
                        "warmup: it must end before the horizon");
    return true;
}

/* The built-in catalogue, and what the file of that name adds to it; NULL: none. */
static bool read_catalog(struct scenario *scenario, const char *name,
                         const struct node *root, struct error *err)
{
    const char *path = name ? scenario_path_beside(scenario, name) : "";
    scenario->catalog = scenario_stored(scenario, &stored_catalog, path, err);
    if (!scenario->catalog)
        return scenario_blame(node_place(root, "catalog"), "catalog", path, err);
    scenario_add_input(scenario, "built-in catalogue", scenario->catalog->digest);
    if (name)
        scenario_add_input(scenario, name, scenario->catalog->added);
    return true;
}

static bool read_frame(struct scenario *scenario, const struct node *root,
                       struct error *err)
{
    struct frame frame = {0};
    struct params_context context = {
        .arena = &scenario->arena, .resolved = &scenario->resolved, .also = frame_also};
    if (!params_read(scenario_params, &frame, root, &context, err))
        return false;
    int64_t latest = INT64_C(7258118400000); /* 2200-01-01 */
    if (frame.start_unix_ms < 0 || frame.start_unix_ms > latest)
        return error_at(err, node_place(root, "start"),
                        "start: it must lie between 1970-01-01 and 2200-01-01");
    scenario->name = frame.name ? frame.name : stem(scenario);
    scenario->start_unix_ms = frame.start_unix_ms;
    scenario->interval = frame.interval;
    scenario->warmup_ms =
        calendar_add(frame.start_unix_ms, frame.warmup) - frame.start_unix_ms;
    scenario->seed = frame.seed;
    scenario->discount_frac_per_y = frame.discount_frac_per_y;
    scenario->closing = (enum closing)frame.closing;
    scenario->billing_until = (enum billing_until)frame.billing_until;
    scenario->write_events = frame.events;
    scenario->chargeback = frame.chargeback;
    if (!read_horizon(scenario, frame.horizon, root, err) ||
        !check_frame(scenario, root, err))
        return false;
    return read_catalog(scenario, frame.catalog, root, err);
}

static const struct node *need(const struct node *root, const char *key,
                               const char *example, struct error *err)
{
    const struct node *node = node_get(root, key);
    if (!node)
        error_at(err, root->place, "missing key '%s', as in `%s`", key, example);
    return node;
}

static bool read_parts(struct scenario *scenario, const struct node *root,
                       struct error *err)
{
    const struct node *pools, *demand;
    return read_frame(scenario, root, err) &&
           (pools = need(root, "pools",
                         "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8}]",
                         err)) &&
           (demand = need(root, "demand", "demand: [{jobs: jobs.csv}]", err)) &&
           scenario_read_markets(scenario, node_get(root, "markets"), err) &&
           scenario_read_pools(scenario, pools, err) &&
           scenario_read_outages(scenario, node_get(root, "outages"), err) &&
           scenario_read_shocks(scenario, node_get(root, "shocks"), err) &&
           scenario_read_dispatch(scenario, node_get(root, "dispatch"), err) &&
           scenario_read_demand(scenario, demand, node_get(root, "initial"), err) &&
           scenario_read_service(scenario, node_get(root, "service"), err) &&
           scenario_read_tax(scenario, node_get(root, "tax"), err) &&
           scenario_check_limits(scenario, root, err);
}

struct scenario_file {
    struct arena arena;
    const char *path; /* as given */
    char digest[SHA256_HEX];
    struct node root;
    struct store *store;
    struct study_spec study;
};

const void *scenario_stored(const struct scenario *scenario,
                            const struct store_kind *kind, const char *path,
                            struct error *err)
{
    return store_read(scenario->file->store, kind, path, err);
}

static bool open_file(struct scenario_file *file, const char *const overrides[],
                      size_t n_overrides, struct error *err)
{
    if (!node_read(file->path, &file->arena, &file->root, err) ||
        !sha256_file(file->path, file->digest, err))
        return false;
    if (file->root.kind != NODE_MAP)
        return error_at(err, file->root.place,
                        "a scenario is a map of keys, such as `start: 2026-01-01`");
    for (size_t i = 0; i < n_overrides; i++)
        if (!node_set(&file->root, overrides[i], &file->arena, err))
            return false;
    return study_spec_read(&file->root, file->path, &file->arena, &file->study, err);
}

const struct study_spec *scenario_study(const struct scenario_file *file)
{
    return &file->study;
}

struct scenario_file *scenario_open(const char *path, const char *const overrides[],
                                    size_t n_overrides, struct error *err)
{
    struct scenario_file *file = calloc(1, sizeof *file);
    if (!file)
        out_of_memory();
    file->path = arena_strdup(&file->arena, path);
    file->store = store_new();
    if (open_file(file, overrides, n_overrides, err))
        return file;
    scenario_close(file);
    return NULL;
}

void scenario_close(struct scenario_file *file)
{
    if (!file)
        return;
    store_delete(file->store);
    arena_free(&file->arena);
    free(file);
}

static bool resolve(struct scenario *scenario, const char *const assignments[],
                    size_t n_assignments, struct error *err)
{
    const struct scenario_file *file = scenario->file;
    struct node root = node_copy(&file->root, &scenario->arena);
    for (size_t i = 0; i < n_assignments; i++)
        if (!node_set(&root, assignments[i], &scenario->arena, err))
            return false;
    const char *slash = strrchr(file->path, '/');
    scenario_add_input(scenario, slash ? slash + 1 : file->path, file->digest);
    return read_parts(scenario, &root, err);
}

bool scenario_resolve(const struct scenario_file *file, const char *const assignments[],
                      size_t n_assignments, struct scenario *scenario,
                      struct error *err)
{
    *scenario = (struct scenario){.file = file, .path = file->path};
    scenario->resolved.arena = &scenario->arena;
    if (resolve(scenario, assignments, n_assignments, err))
        return true;
    scenario_free(scenario);
    return false;
}

bool scenario_read(struct scenario *scenario, const char *path,
                   const char *const overrides[], size_t n_overrides, struct error *err)
{
    *scenario = (struct scenario){0};
    struct scenario_file *file = scenario_open(path, overrides, n_overrides, err);
    if (!file)
        return false;
    if (scenario_resolve(file, NULL, 0, scenario, err)) {
        scenario->own_file = file;
        return true;
    }
    scenario_close(file);
    return false;
}

void scenario_free(struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->n_level_traces; i++)
        level_trace_free(&scenario->level_traces[i]);
    scenario_close(scenario->own_file);
    arena_free(&scenario->arena);
    *scenario = (struct scenario){0};
}
