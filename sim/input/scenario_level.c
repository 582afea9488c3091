/* Sources of demand that want GPUs over time: `level`. */

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "input/scenario_parts.h"

static const char *const after_end_names[] = {"stop", "hold", "repeat", NULL};

struct level_input {
    struct level_spec spec;
    struct source_words words;
    int align, after_end;
};

#define IN struct level_input

const struct param level_params[] = {
    {PARAM_WORD(IN, "name", words.name, "",
                "what messages and files call this source")},
    {PARAM_WORD(IN, "workload", words.workload, "",
                "of series that do not name one, as inference")},
    {PARAM_WORD(IN, "tenant", words.tenant, "", "who bears its share of the cost")},
    {PARAM_ONE_OF(
        IN, "align", align, align_names, "as-is",
        "move the trace: so that it begins at the start, or, keeping weekdays, in its "
        "first week")},
    {PARAM_ONE_OF(IN, "after_end", after_end, after_end_names, "",
                  "what comes after the trace's last row; needed where it covers less "
                  "than 90 % of the horizon")},
    {PARAM_NUMBER(IN, "scale", spec.scale, "1", 0, 1000,
                  "factor on the number of GPUs; the product is rounded to whole GPUs, "
                  "halves up")},
    {PARAM_REAL_IN(DIM_FRAC_PER_Y, IN, "growth", spec.growth_per_y, "0 %/y", -0.99, 100,
                   "yearly growth of the number of GPUs, looked at where the level "
                   "changes and once a day")},
    {PARAM_COUNT(IN, "priority", spec.priority, "0", -1e6, 1e6,
                 "waiting jobs of a larger one (of 0, where the order is not "
                 "`priority`) are served before it")},
    {PARAM_TIME(IN, "hold", spec.hold_ms, "0s", 0, 6.4e12,
                "a GPU that was taken is kept so long at least, before it is given "
                "back or moved to a preferred pool")},
    {PARAM_WORDS(IN, "pools", words.pools, "", "the only pools that may serve it")},
    {PARAM_WORDS(IN, "classes", words.classes, "",
                 "the only classes that may serve it; those that the trace names go "
                 "before")},
    {PARAM_EXACT_IN(DIM_MEMORY, IN, "memory", spec.kind.memory_mb, "", 1, 1e9,
                    "least memory of a GPU")},
    {PARAM_WORDS(IN, "jurisdiction", words.jurisdiction, "",
                 "the only jurisdictions in which it may be served; those that the "
                 "trace names go before")},
    {PARAM_ONE_OF(IN, "isolation", words.isolation, isolation_names, "shared",
                  "dedicated: only dedicated pools")},
    {PARAM_WORDS(IN, "exclude_providers", words.exclude_providers, "",
                 "providers whose pools may not serve it")},
    {PARAM_FLAG(IN, "preemptible", spec.kind.preemptible, "false",
                "its GPUs may be taken for more urgent jobs and levels")},
    PARAMS_END,
};

static const char *const also[] = {"level", "requests", NULL};

const struct param_also level_also[] = {
    {"level", "a file, or {model: ...}", "needed",
     "a level trace (CSV), relative to the scenario; or a model of the kind `level`"},
    {NULL, NULL, NULL, NULL},
};

/* One source while it is read. */
struct reading {
    struct scenario *scenario;
    const struct node *map;      /* without the keys of requests */
    const struct node *level;    /* `level` or `requests` */
    const struct node *requests; /* the whole map where it is the latter */
    const char *path;            /* "demand.chat" */
    struct level_input in;
    struct params_context context;
};

static bool given(const struct reading *reading, const char *key)
{
    return params_given(level_params, &reading->context, key);
}

static const char *key_path(const struct reading *reading, const char *key)
{
    return arena_printf(&reading->scenario->arena, "%s.%s", reading->path, key);
}

/* ---- the trace ---- */

static const struct level_trace *open_trace(const struct reading *reading,
                                            struct error *err)
{
    struct scenario *scenario = reading->scenario;
    const char *name = reading->level->text;
    const char *path = scenario_path_beside(scenario, name);
    const struct level_trace *trace =
        scenario_stored(scenario, &stored_level_trace, path, err);
    if (!trace) {
        scenario_blame(reading->level->place, key_path(reading, "level"), path, err);
        return NULL;
    }
    for (size_t i = 0; i < scenario->n_levels; i++)
        if (scenario->levels[i].trace == trace)
            return trace;
    scenario_add_input(scenario, name, trace->digest);
    return trace;
}

static struct history history_of(const struct reading *reading,
                                 const struct level_trace *trace)
{
    static const struct history_words words = {
        .row = "row",
        .is_at = "of",
        .rows = "rows",
        .in_gap = "its last value stays",
        .ends = "`after_end: hold` (its last value), `after_end: stop` or "
                "`after_end: repeat`"};
    struct history history = {.scenario = reading->scenario,
                              .path = reading->path,
                              .file = reading->level->text,
                              .place = reading->level->place,
                              .words = &words,
                              .align = (enum align)reading->in.align,
                              .absolute = trace->absolute,
                              .n = trace->n};
    if (trace->n > 0) {
        history.first_ms = trace->rows[0].time_ms;
        history.last_ms = trace->rows[trace->n - 1].time_ms;
    }
    return history;
}

static bool check_end(struct reading *reading, const struct history *history,
                      struct error *err)
{
    struct level_spec *spec = &reading->in.spec;
    bool repeats = spec->after_end == LEVEL_END_REPEAT;
    if (repeats)
        spec->period_ms = history_period_ms(history);
    if (history->n == 0)
        scenario_warn(reading->scenario, "%s: %s has no rows", reading->path,
                      reading->level->text);
    else if (repeats)
        history_warn_of_gap(history);
    return given(reading, "after_end") || history_check_cover(history, err);
}

/* The most GPUs that scale and growth make of one series. */
static bool check_size(const struct reading *reading, double gpus, struct error *err)
{
    const struct level_spec *spec = &reading->in.spec;
    double years = (double)reading->scenario->horizon_ms / (double)MS_PER_Y;
    double growth = spec->growth_per_y > 0 ? pow(1 + spec->growth_per_y, years) : 1;
    double most = gpus * spec->scale * growth;
    if (most <= (double)LEVEL_WANTED_MAX)
        return true;
    return error_at(err, reading->level->place,
                    "%s: `scale` and `growth` make %.3g GPUs of the level by the end; "
                    "at most 1e7",
                    reading->path, most);
}

static bool read_trace(struct reading *reading, struct error *err)
{
    struct level_spec *spec = &reading->in.spec;
    const struct level_trace *trace =
        reading->requests ? scenario_read_requests(reading->scenario, reading->requests,
                                                   reading->path, err)
                          : open_trace(reading, err);
    if (!trace)
        return false;
    int32_t most = 0;
    for (size_t i = 0; i < trace->n; i++)
        most = trace->rows[i].gpus > most ? trace->rows[i].gpus : most;
    spec->trace = trace;
    spec->after_end = given(reading, "after_end")
                          ? (enum level_end)reading->in.after_end
                          : LEVEL_END_HOLD;
    const struct history history = history_of(reading, trace);
    spec->shift_ms = history_shift_ms(&history);
    scenario_note(reading->scenario, reading->path,
                  reading->requests ? "requests" : "level", reading->level->text,
                  "file");
    return history_check_begin(&history, err) && check_end(reading, &history, err) &&
           check_size(reading, most, err);
}

/* ---- the model ---- */

static bool read_model(struct reading *reading, struct error *err)
{
    static const char *const for_traces[] = {"align", "after_end"};
    const struct node *level = reading->level;
    for (size_t i = 0; i < level->n; i++)
        if (strcmp(level->keys[i].text, "model") != 0)
            return error_at(err, level->keys[i].place,
                            "%s: unknown key '%s'; a level is a file, or {model: ...}",
                            key_path(reading, "level"), level->keys[i].text);
    for (size_t i = 0; i < 2; i++)
        if (given(reading, for_traces[i]))
            return error_at(err, node_place(reading->map, for_traces[i]),
                            "%s: `%s` is for traces; this is a model", reading->path,
                            for_traces[i]);
    struct model_choice choice = {MODEL_LEVEL, "name", "profile", NULL, DIM_NUMBER};
    choice.path = key_path(reading, "level.model");
    struct level_spec *spec = &reading->in.spec;
    return scenario_read_model(reading->scenario, node_get(level, "model"), &choice,
                               &spec->model, &spec->params, err);
}

/* ---- either ---- */

static bool read_words(struct reading *reading, size_t i, struct error *err)
{
    struct scenario *scenario = reading->scenario;
    const struct source_words *words = &reading->in.words;
    struct level_spec *spec = &reading->in.spec;
    spec->workload = words->workload;
    spec->tenant = words->tenant;
    spec->label =
        words->name ? words->name : arena_printf(&scenario->arena, "demand[%zu]", i);
    return source_check_name(scenario, reading->map, reading->path, words, err) &&
           source_check_words(scenario, reading->map, reading->path, words, err);
}

static bool names(const char *list, const char *word)
{
    size_t length = strlen(word);
    while (list && *list) {
        size_t n = strcspn(list, "|;");
        if (n == length && memcmp(list, word, n) == 0)
            return true;
        list += n + (list[n] != '\0');
    }
    return false;
}

/* A GPU counts as one wherever it is, so that it must be worth the same everywhere. */
static bool check_speeds(const struct reading *reading, const char *classes,
                         const char *workload, struct error *err)
{
    const struct scenario *scenario = reading->scenario;
    const struct job_kind *kind = &reading->in.spec.kind;
    const struct gpu_class *first = NULL;
    for (size_t p = 0; p < scenario->n_pools; p++) {
        const struct pool_spec *pool = &scenario->pools[p];
        if ((kind->pools && !names(kind->pools, pool->name)) ||
            (classes && !names(classes, pool->class->name)))
            continue;
        if (!first)
            first = pool->class;
        if (gpu_class_speed(first, workload) == gpu_class_speed(pool->class, workload))
            continue;
        return error_at(err, reading->map->place,
                        "%s: %s and %s differ in speed, and a level counts GPUs; say "
                        "which may serve it by `pools` or `classes`",
                        reading->path, first->name, pool->class->name);
    }
    return true;
}

static bool check_all_speeds(const struct reading *reading, struct error *err)
{
    const struct level_spec *spec = &reading->in.spec;
    const struct level_trace *trace = spec->trace;
    if (!trace)
        return check_speeds(reading, spec->kind.classes, spec->workload, err);
    for (size_t s = 0; s < trace->n_series; s++) {
        const struct level_series *series = &trace->series[s];
        const char *workload = series->workload == NAMES_NONE
                                   ? spec->workload
                                   : trace->names.text[series->workload];
        if (!check_speeds(reading,
                          series->classes ? series->classes : spec->kind.classes,
                          workload, err))
            return false;
    }
    return true;
}

bool scenario_read_level(struct scenario *scenario, const struct node *map,
                         const char *path, size_t i, struct error *err)
{
    struct reading reading = {.scenario = scenario,
                              .map = map,
                              .level = node_get(map, "level"),
                              .path = path};
    if (!reading.level) {
        reading.requests = map;
        reading.level = node_get(map, "requests");
        reading.map = map = scenario_only_keys(scenario, map, request_params, false);
    }
    const char *key = reading.requests ? "requests" : "level";
    reading.context = (struct params_context){.arena = &scenario->arena,
                                              .resolved = &scenario->resolved,
                                              .path = path,
                                              .also = also};
    const struct node *level = reading.level;
    bool model = !reading.requests && level->kind == NODE_MAP &&
                 node_get(level, "model") != NULL;
    if (node_get(map, "jobs") || node_get(map, "model") ||
        (node_get(map, "level") && node_get(map, "requests")))
        return error_at(err, map->place,
                        "%s: give one of `jobs`, `model`, `level` and `requests`",
                        path);
    if (!model && (level->kind != NODE_SCALAR || !*level->text))
        return error_at(
            err, level->place, "%s.%s: a file is wanted, as in `%s: %s.csv`%s", path,
            key, key, key,
            reading.requests
                ? ""
                : ", or a model, as in `level: {model: {name: profile, mean: 512}}`");
    if (scenario->until_idle)
        return error_at(err, level->place,
                        "%s.%s: with `horizon: until_idle` a level would never end; "
                        "give a horizon, such as 1y",
                        path, key);
    if (!params_read(level_params, &reading.in, map, &reading.context, err) ||
        !read_words(&reading, i, err))
        return false;
    source_fill_kind(scenario, &reading.in.words, &reading.in.spec.kind);
    if (!(model ? read_model(&reading, err) : read_trace(&reading, err)) ||
        !check_all_speeds(&reading, err))
        return false;
    scenario->levels[scenario->n_levels++] = reading.in.spec;
    return true;
}
