/* `study`: how many replications, how they are drawn, and what is asked of them. */

#include <math.h>
#include <string.h>

#include "input/study_parts.h"

enum { QUANTILES_MAX = 20, METRICS_MAX = 200 };

struct settings {
    int64_t replications, batch;
    int sampling;
    double confidence;
};

#define IN struct settings
const struct param study_params[] = {
    {PARAM_COUNT(IN, "replications", replications, "1000", 1, REPLICATIONS_MAX,
                 "of each point; with `stop`, the most")},
    {PARAM_ONE_OF(IN, "sampling", sampling, sampling_names, "plain",
                  "how uncertain inputs are drawn: plain; antithetic, in pairs u and 1 "
                  "- u; lhs, Latin hypercubes; sobol, Sobol's sequence, shifted at "
                  "random")},
    {PARAM_COUNT(
        IN, "batch", batch, "", 2, STUDY_BATCH_MAX,
        "of lhs and sobol: replications of one design, drawn anew for each "
        "batch; default: a sixteenth of the replications, at least 8, of sobol "
        "a power of two")},
    {PARAM_FRACTION(IN, "confidence", confidence, "95 %", 0.5, 0.9999,
                    "of all intervals")},
    PARAMS_END,
};

struct target_input {
    const char *metric, *at_most, *at_least;
};

#define TARGET struct target_input
const struct param target_params[] = {
    {PARAM_WORD(TARGET, "metric", metric, NULL, "SCOPE.METRIC, as total.wait_p95_s")},
    {PARAM_WORD(
        TARGET, "at_most", at_most, "",
        "the most that it may be: in a unit, as 4h, 12 MUSD or 80 %, or a plain "
        "number in the metric's own")},
    {PARAM_WORD(TARGET, "at_least", at_least, "", "instead: the least that it may be")},
    PARAMS_END,
};

struct stop_input {
    const char *metric, *half_width;
};

#define STOP struct stop_input
const struct param stop_params[] = {
    {PARAM_WORD(STOP, "metric", metric, NULL, "SCOPE.METRIC, as total.economic_usd")},
    {PARAM_WORD(
        STOP, "half_width", half_width, NULL,
        "of the interval of its mean, at which replications end: a share of the "
        "mean's size, as 1 %, or an amount, as 10 kUSD or a plain number in the "
        "metric's unit")},
    PARAMS_END,
};

bool study_check_metric(const char *text, struct place place, const char *path,
                        struct error *err)
{
    const char *dot = strrchr(text, '.');
    if (strlen(text) > STUDY_PATH_MAX || !dot || dot == text || dot[1] == '\0')
        return error_at(err, place,
                        "%s: '%.100s' is not of the form SCOPE.METRIC, as "
                        "total.wait_p95_s or workload:training.wait_mean_s",
                        path, text);
    return true;
}

/* In which units amounts of a metric may be written: by the end of its name. */
static const struct {
    const char *end;
    enum dimension dimension;
    double canonical; /* of one in the metric's own unit */
} amounts[] = {
    {"_s", DIM_TIME, 1e3},
    {"_usd", DIM_USD, 1e6},
    {"_frac", DIM_FRAC, 1},
    {"_usd_per_useful_gpu_h", DIM_USD_PER_GPU_H, 1e9},
};

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), of = strlen(end);
    return length > of && strcmp(text + length - of, end) == 0;
}

/* "4h" of total.wait_p95_s is 14400, and so is "14400". */
static bool read_amount(const char *text, const char *metric, double *value,
                        struct error *err)
{
    const char *unit;
    bool is_share = ends_with(metric, "_frac");
    if (!quantity_split(text, value, &unit, err))
        return false;
    if (*unit == '\0' && is_share && fabs(*value) > 1)
        return error_set(
            err, "'%s' of a share is beyond 1; write a percentage as 80 %%", text);
    if (*unit == '\0')
        return true;
    for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++) {
        if (!ends_with(metric, amounts[i].end))
            continue;
        if (!quantity_number(text, amounts[i].dimension, value, err))
            return false;
        *value /= amounts[i].canonical;
        return true;
    }
    return error_set(err, "'%s' has a unit; of this metric write a plain number", text);
}

static bool read_quantile(const struct node *item, double *value, struct error *err)
{
    struct error inner;
    if (item->kind != NODE_SCALAR || node_is_null(item))
        return error_at(err, item->place,
                        "study.quantiles: each must be a share, such as 95 %%");
    if (!quantity_real(item->text, DIM_FRAC, value, &inner))
        return error_at(err, item->place, "study.quantiles: %s", inner.text);
    if (*value > 0 && *value < 1)
        return true;
    return error_at(err, item->place,
                    "study.quantiles: '%s' is not between 0 %% and 100 %%", item->text);
}

static bool read_quantiles(struct study_reader *reader, const struct node *list,
                           struct error *err)
{
    struct study_spec *spec = reader->spec;
    if (!study_want(list, NODE_LIST, "study.quantiles", "[5 %, 50 %, 95 %]", err))
        return false;
    if (list->n > QUANTILES_MAX)
        return error_at(err, list->place, "study.quantiles: there are %zu; at most %d",
                        list->n, QUANTILES_MAX);
    spec->n_quantiles = list->n;
    spec->quantiles = ARENA_ARRAY(reader->arena, list->n, double);
    for (size_t i = 0; i < list->n; i++) {
        if (!read_quantile(&list->items[i], &spec->quantiles[i], err))
            return false;
        if (i > 0 && spec->quantiles[i] <= spec->quantiles[i - 1])
            return error_at(err, list->items[i].place,
                            "study.quantiles: '%s' is not above the one before; write "
                            "them in order",
                            list->items[i].text);
    }
    return true;
}

static bool read_metrics(struct study_reader *reader, const struct node *list,
                         struct error *err)
{
    struct study_spec *spec = reader->spec;
    if (!study_want(list, NODE_LIST, "study.metrics", "[total.wait_p99_s]", err))
        return false;
    if (list->n > METRICS_MAX)
        return error_at(err, list->place, "study.metrics: there are %zu; at most %d",
                        list->n, METRICS_MAX);
    spec->metrics = ARENA_ARRAY(reader->arena, list->n, struct metric_name);
    for (size_t i = 0; i < list->n; i++) {
        const struct node *item = &list->items[i];
        const char *text = item->text;
        if (!study_want(item, NODE_SCALAR, "study.metrics", "total.wait_p99_s", err) ||
            !study_check_metric(text, item->place, "study.metrics", err))
            return false;
        for (size_t k = 0; k < i; k++)
            if (strcmp(spec->metrics[k].text, text) == 0)
                return error_at(err, item->place, "study.metrics: '%s' stands twice",
                                text);
        spec->metrics[i] =
            (struct metric_name){arena_strdup(reader->arena, text), item->place};
        spec->n_metrics = i + 1;
    }
    return true;
}

static bool read_target(struct study_reader *reader, const struct node *map,
                        const char *path, struct error *err)
{
    struct study_spec *spec = reader->spec;
    struct target_input in = {0};
    struct params_context context = {.arena = reader->arena, .path = path};
    if (!study_want(map, NODE_MAP, path, "{metric: total.wait_p95_s, at_most: 14400}",
                    err) ||
        !params_read(target_params, &in, map, &context, err) ||
        !study_check_metric(in.metric, node_get(map, "metric")->place, path, err))
        return false;
    bool most = node_get(map, "at_most"), least = node_get(map, "at_least");
    if (most == least)
        return error_at(err, map->place, "%s: give `at_most` or `at_least`%s", path,
                        most ? ", not both" : "");
    double amount;
    struct error inner;
    if (!read_amount(most ? in.at_most : in.at_least, in.metric, &amount, &inner))
        return error_at(err, node_get(map, most ? "at_most" : "at_least")->place,
                        "%s.%s: %s", path, most ? "at_most" : "at_least", inner.text);
    for (size_t i = 0; i < spec->n_targets; i++)
        if (strcmp(spec->targets[i].metric, in.metric) == 0)
            return error_at(err, map->place, "%s: '%s' has a target already", path,
                            in.metric);
    spec->targets[spec->n_targets++] = (struct metric_target){
        .metric = in.metric,
        .at_most = most ? amount : NAN,
        .at_least = least ? amount : NAN,
        .place = map->place,
    };
    return true;
}

static bool read_width(const struct node *value, const char *path,
                       struct stop_rule *rule, struct error *err)
{
    struct error inner;
    const char *unit;
    bool ok = quantity_split(value->text, &rule->half_width, &unit, &inner);
    rule->relative = ok && strcmp(unit, "%") == 0;
    if (rule->relative)
        rule->half_width /= 100;
    else if (ok)
        ok = read_amount(value->text, rule->metric, &rule->half_width, &inner);
    if (!ok)
        return error_at(err, value->place,
                        "%s.half_width: neither a share of the mean, as 1 %%, nor an "
                        "amount: %s",
                        path, inner.text);
    if (rule->half_width > 0)
        return true;
    return error_at(err, value->place, "%s.half_width: '%s' is not above 0", path,
                    value->text);
}

static bool read_stop(struct study_reader *reader, const struct node *map,
                      const char *path, struct error *err)
{
    struct study_spec *spec = reader->spec;
    struct stop_input in = {0};
    struct params_context context = {.arena = reader->arena, .path = path};
    if (!study_want(map, NODE_MAP, path,
                    "{metric: total.economic_usd, half_width: 1 %}", err) ||
        !params_read(stop_params, &in, map, &context, err) ||
        !study_check_metric(in.metric, node_get(map, "metric")->place, path, err))
        return false;
    for (size_t i = 0; i < spec->n_stops; i++)
        if (strcmp(spec->stops[i].metric, in.metric) == 0)
            return error_at(err, map->place, "%s: '%s' has a rule already", path,
                            in.metric);
    struct stop_rule *rule = &spec->stops[spec->n_stops];
    *rule = (struct stop_rule){.metric = in.metric, .place = map->place};
    if (!read_width(node_get(map, "half_width"), path, rule, err))
        return false;
    spec->n_stops++;
    return true;
}

/* Calls `read` for each element of the list at `key`. */
static bool read_each(struct study_reader *reader, const struct node *list,
                      const char *key,
                      bool (*read)(struct study_reader *reader, const struct node *map,
                                   const char *path, struct error *err),
                      struct error *err)
{
    if (list->n > METRICS_MAX)
        return error_at(err, list->place, "study.%s: there are %zu; at most %d", key,
                        list->n, METRICS_MAX);
    for (size_t i = 0; i < list->n; i++)
        if (!read(reader, &list->items[i],
                  arena_printf(reader->arena, "study.%s.%zu", key, i), err))
            return false;
    return true;
}

static bool read_lists(struct study_reader *reader, const struct node *map,
                       struct error *err)
{
    const struct node *quantiles = study_given(map, "quantiles"),
                      *metrics = study_given(map, "metrics"),
                      *targets = study_given(map, "targets"),
                      *stop = study_given(map, "stop");
    struct study_spec *spec = reader->spec;
    if ((quantiles && !read_quantiles(reader, quantiles, err)) ||
        (metrics && !read_metrics(reader, metrics, err)))
        return false;
    if (targets) {
        if (!study_want(targets, NODE_LIST, "study.targets",
                        "[{metric: total.wait_p95_s, at_most: 14400}]", err))
            return false;
        spec->targets = ARENA_ARRAY(reader->arena, targets->n, struct metric_target);
        if (!read_each(reader, targets, "targets", read_target, err))
            return false;
    }
    if (!stop)
        return true;
    if (!study_want(stop, NODE_LIST, "study.stop",
                    "[{metric: total.economic_usd, half_width: 1 %}]", err))
        return false;
    spec->stops = ARENA_ARRAY(reader->arena, stop->n, struct stop_rule);
    return read_each(reader, stop, "stop", read_stop, err);
}

static bool check_sampling(const struct study_spec *spec, const struct node *map,
                           struct error *err)
{
    if (spec->sampling != SAMPLING_SOBOL)
        return true;
    if (spec->n_uncertain > SOBOL_INPUTS_MAX)
        return error_at(err, node_get(map, "sampling")->place,
                        "study.sampling: sobol has at most %d inputs, and `uncertain` "
                        "has %zu; take lhs",
                        SOBOL_INPUTS_MAX, spec->n_uncertain);
    if ((spec->batch & (spec->batch - 1)) == 0)
        return true;
    return error_at(err, node_get(map, "batch")->place,
                    "study.batch: %lld is not a power of two, which a batch of sobol "
                    "must be, as 64",
                    (long long)spec->batch);
}

bool study_read_settings(struct study_reader *reader, const struct node *map,
                         struct error *err)
{
    static const double usual[] = {0.05, 0.5, 0.95};
    static const char *const also[] = {"quantiles", "metrics",  "targets",
                                       "stop",      "baseline", NULL};
    struct study_spec *spec = reader->spec;
    struct settings in = {0};
    struct params_context context = {
        .arena = reader->arena, .path = "study", .also = also};
    if (map && !study_want(map, NODE_MAP, "study", "{replications: 1000}", err))
        return false;
    if (!params_read(study_params, &in, map, &context, err))
        return false;
    spec->replications = in.replications;
    spec->sampling = (enum sampling_kind)in.sampling;
    spec->batch = in.batch;
    spec->confidence = in.confidence;
    spec->n_quantiles = sizeof usual / sizeof usual[0];
    spec->quantiles = ARENA_ARRAY(reader->arena, spec->n_quantiles, double);
    memcpy(spec->quantiles, usual, sizeof usual);
    return !map || (check_sampling(spec, map, err) && read_lists(reader, map, err));
}
